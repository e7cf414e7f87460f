"""`linear_pieces`: values by hand, slopes on a fine grid, saw-teeth, residual blocks, what is refused."""

import numpy as np
import pytest

from dlmath_lib.network import Activation, Dense, Flatten, Network, Residual, linear_pieces


def network(layers, seed=0, **options):
    options = {"loss": "squared_error"} | options
    made = Network(layers, rng=np.random.default_rng(seed), **options)
    made.parameters[:] = np.random.default_rng(seed + 100).normal(size=made.parameters.size)
    return made


def tent(k):
    layers = [Dense(1, 2, "relu"), *[Dense(2, 2, "relu") for _ in range(k - 1)], Dense(2, 1)]
    made = network(layers)
    for i, (weight, bias) in enumerate(zip(made.weights, made.biases, strict=True)):
        weight[:] = [[1.0], [1.0]] if i == 0 else np.array([[2.0, -4.0]] * len(weight))
        bias[:] = [0.0, -0.5] if i < k else 0.0
    return made


@pytest.mark.parametrize("k", [1, 2, 3, 8, 12])
def test_the_tent_applied_k_times_has_2_to_the_k_pieces(k):
    pieces = linear_pieces(tent(k), [0.0], [1.0])
    assert pieces.count == 2**k and repr(pieces) == f"LinearPieces({2**k} pieces)"
    np.testing.assert_allclose(pieces.t, np.arange(2**k + 1) / 2**k, rtol=0, atol=1e-13)
    np.testing.assert_allclose(pieces.outputs[:, 0], np.arange(2**k + 1) % 2, rtol=0, atol=1e-9)
    np.testing.assert_allclose(pieces.slopes[:, 0], 2.0**k * (-1.0) ** np.arange(2**k))


def by_a_grid(made, start, end, n=200_001):
    """Pieces by slopes between neighbours on a fine grid: how many, and about where they end."""
    t = np.linspace(0, 1, n)
    outputs = made.forward(start + t[:, None] * (end - start))
    slopes = np.diff(outputs, axis=0) * (n - 1)
    bends = np.abs(np.diff(slopes, axis=0)).max(axis=1) > 1e-6 * np.abs(slopes).max()
    # A kink inside a cell bends at both of its ends.
    places = np.flatnonzero(bends)
    return t[places[np.diff(places, prepend=-9) > 1] + 1]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "layers",
    [
        [Dense(3, 7, "relu"), Dense(7, 2)],
        [Dense(3, 4, "relu"), Dense(4, 4, "relu"), Dense(4, 1)],
        [Dense(3, 4, "leaky_relu"), Dense(4, 5), Activation("leaky_relu"), Dense(5, 2)],
        [Dense(3, 4, "relu"), Residual([Dense(4, 3, "relu"), Dense(3, 4, "relu")]), Dense(4, 2)],
        [Dense(3, 4), Residual([Dense(4, 3, "relu")], [Dense(4, 3, "relu")]), Flatten(), Dense(3, 2)],
    ],
)
def test_slopes_on_a_fine_grid_change_at_the_same_places(layers, seed):
    made = network(layers, seed)
    start, end = np.random.default_rng(seed).normal(size=(2, 3)) * 3
    pieces, coarse = linear_pieces(made, start, end), by_a_grid(made, start, end)
    assert pieces.count == len(coarse) + 1
    np.testing.assert_allclose(pieces.t[1:-1], coarse, rtol=0, atol=2e-5)
    t = np.random.default_rng(1).uniform(size=50)
    straight = np.stack([np.interp(t, pieces.t, output) for output in pieces.outputs.T], axis=1)
    found = made.forward(start + t[:, None] * (end - start))
    np.testing.assert_allclose(straight, found, rtol=1e-9, atol=1e-9)
    piece = np.searchsorted(pieces.t, t) - 1
    h = 1e-9 * np.sign(pieces.t[piece] + pieces.t[piece + 1] - 2 * t)  # towards the middle of the piece
    moved = made.forward(start + (t + h)[:, None] * (end - start))
    np.testing.assert_allclose((moved - found) / h[:, None], pieces.slopes[piece], rtol=1e-4, atol=1e-4)


def test_kinks_that_cancel_or_are_cut_off_end_no_piece():
    made = network([Dense(1, 3, "relu"), Dense(3, 1)])
    made.parameters[:] = [1, 1, 2, -0.5, -0.5, -1, 2, -2, 0, 0]  # 2 max(0, x − ½) − 2 max(0, x − ½)
    assert linear_pieces(made, [0.0], [1.0]).count == 1
    made.parameters[:] = [1, -1, 2, 0, 0, -1, 1, -1, 0, 0]  # max(0, x) − max(0, −x) = x
    assert linear_pieces(made, [-1.0], [1.0]).count == 1


def test_a_constant_network_has_one_piece():
    made = network([Dense(2, 3, "relu"), Dense(3, 1)])
    made.parameters[:] = 0
    pieces = linear_pieces(made, [0, 0], [1, 1])
    assert pieces.count == 1 and repr(pieces) == "LinearPieces(1 piece)" and (pieces.slopes == 0).all()


def test_one_hidden_layer_has_at_most_one_piece_more_than_units():
    for seed in range(20):
        made = network([Dense(2, 9, "relu"), Dense(9, 3)], seed)
        start, end = np.random.default_rng(seed).normal(size=(2, 2)) * 100
        pieces = linear_pieces(made, start, end)
        assert 1 <= pieces.count <= 10
        bound = network([Dense(1, 5, "relu"), Dense(5, 5, "relu"), Dense(5, 1)], seed)
        assert linear_pieces(bound, [-50.0], [50.0]).count <= 36


def test_the_other_direction_has_the_same_pieces():
    made = network([Dense(3, 6, "relu"), Dense(6, 6, "relu"), Dense(6, 2)])
    start, end = np.array([2.0, -1, 0]), np.array([-3.0, 2, 1])
    there, back = linear_pieces(made, start, end), linear_pieces(made, end, start)
    np.testing.assert_allclose(there.t, 1 - back.t[::-1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(there.slopes, -back.slopes[::-1], rtol=1e-9)


def test_a_network_in_float32_is_followed_in_float64():
    made = network([Dense(2, 6, "relu"), Dense(6, 1)], dtype="float32")
    pieces = linear_pieces(made, [-2, 1], [2, 1])
    assert pieces.t.dtype == pieces.outputs.dtype == pieces.slopes.dtype == np.float64


def test_what_has_no_pieces_is_refused():
    with pytest.raises(ValueError, match=r"linear_pieces: network must be with the activations .* got tanh"):
        linear_pieces(network([Dense(1, 2, "tanh"), Dense(2, 1)]), [0.0], [1.0])
    with pytest.raises(TypeError, match="linear_pieces: network must be a Network"):
        linear_pieces(np.eye(2), [0.0], [1.0])
    with pytest.raises(ValueError, match="end must be another point than start"):
        linear_pieces(tent(1), [0.0], [0.0])
    with pytest.raises(ValueError, match=r"start must be of shape \(1,\)"):
        linear_pieces(tent(1), [0.0, 1.0], [0.0])
    image = Network([Flatten(), Dense(4, 1)], loss="squared_error", rng=np.random.default_rng(0), input_shape=(2, 2))
    with pytest.raises(ValueError, match="network must be one whose inputs are vectors"):
        linear_pieces(image, [0.0], [1.0])
