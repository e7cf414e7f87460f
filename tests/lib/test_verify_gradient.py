"""`gradient` sees the classic errors of softmax and batch norm that an all-ones cotangent lets pass."""

import numpy as np
import pytest

from dlmath_lib import activations
from dlmath_lib.verify import ClaimFailed, gradient

rng = np.random.default_rng(5)
Z = rng.normal(size=(4, 3))
W = rng.normal(size=(3, 2))
EPS = 1e-5


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_vjp(g, z):
    p = softmax(z)
    return p * (g - (g * p).sum(axis=1, keepdims=True))


def softmax_vjp_diagonal_only(g, z):
    p = softmax(z)
    return g * p * (1 - p)


def softmax_vjp_nothing(g, z):
    return np.zeros_like(z)


def batch_norm(x):
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + EPS)


def batch_norm_vjp(g, x):
    normal = batch_norm(x)
    centred = g - g.mean(axis=0) - normal * (g * normal).mean(axis=0)
    return centred / np.sqrt(x.var(axis=0) + EPS)


def batch_norm_vjp_without_variance(g, x):
    return (g - g.mean(axis=0)) / np.sqrt(x.var(axis=0) + EPS)


def batch_norm_vjp_nothing(g, x):
    return np.zeros_like(x)


def affine(x, w):
    return x @ w


def affine_vjp(g, x, w):
    return g @ w.T, x.T @ g


def cross_entropy(z, labels):
    return -np.log(softmax(z))[np.arange(len(z)), labels]


def cross_entropy_vjp(g, z, labels):
    one_hot = np.eye(z.shape[1])[labels]
    return g[:, None] * (softmax(z) - one_hot)


def passes_with_ones(f, f_vjp, x, h=1e-6):
    """The check that proves nothing: the gradient of the plain sum of all outputs."""
    numeric = np.zeros_like(x)
    for spot in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[spot] = h
        numeric[spot] = (f(x + step).sum() - f(x - step).sum()) / (2 * h)
    return np.allclose(f_vjp(np.ones_like(f(x)), x), numeric, atol=1e-4)


@pytest.mark.parametrize(
    ("f", "wrong"),
    [
        (softmax, softmax_vjp_nothing),
        (batch_norm, batch_norm_vjp_without_variance),
        (batch_norm, batch_norm_vjp_nothing),
    ],
)
def test_errors_that_an_all_ones_cotangent_lets_pass(f, wrong):
    assert passes_with_ones(f, wrong, Z)
    with pytest.raises(ClaimFailed, match="is not the gradient of"):
        gradient(f, wrong, Z)


@pytest.mark.parametrize(
    ("f", "vjp", "inputs"),
    [
        (softmax, softmax_vjp, (Z,)),
        (batch_norm, batch_norm_vjp, (Z,)),
        (affine, affine_vjp, (Z, W)),
        (cross_entropy, cross_entropy_vjp, (Z, np.array([0, 2, 1, 1]))),
        (lambda v: np.asarray(np.sum(v**2)), lambda g, v: 2 * g * v, (Z,)),
    ],
)
def test_right_rules_pass(f, vjp, inputs):
    claim = gradient(f, vjp, *inputs)
    assert claim.kind == "gradient"
    assert claim.error == "1e-7"
    assert claim.evidence.startswith("3 random cotangents; ")


def test_an_all_integer_place_may_hold_none():
    labels = np.array([0, 2, 1, 1])
    assert gradient(cross_entropy, lambda g, z, y: (cross_entropy_vjp(g, z, y), None), Z, labels).points == 36
    with pytest.raises(ClaimFailed, match="input 1, which holds integers: return None"):
        gradient(cross_entropy, lambda g, z, y: (cross_entropy_vjp(g, z, y), 0.0 * y), Z, labels)


@pytest.mark.parametrize(
    ("f", "wrong", "inputs", "words"),
    [
        (softmax, softmax_vjp_diagonal_only, (Z,), "input 0"),
        (softmax, lambda g, z: -softmax_vjp(g, z), (Z,), "analytic"),
        (softmax, lambda g, z: 2 * softmax_vjp(g, z), (Z,), "numeric"),
        (softmax, lambda g, z: softmax_vjp(np.ones_like(g), z), (Z,), "cotangent"),
        (softmax, lambda g, z: softmax_vjp(g, z) * (1 + 1e-4), (Z,), "analytic"),
        (affine, lambda g, x, w: (g @ w.T, (x.T @ g).T), (Z, W), r"must have the input's shape \(3, 2\).*transposed\?"),
        (affine, lambda g, x, w: (g @ w.T, x.T @ g / len(x)), (Z, W), r"input 1 at "),
        (affine, lambda g, x, w: g @ w.T, (Z, W), "must return 2 gradients.*returns 1"),
        (affine, lambda g, x, w: (g @ w.T, None), (Z, W), "is object"),
        (softmax, lambda g, z: softmax_vjp(g, z).sum(axis=0), (Z,), r"shape \(4, 3\), but has \(3,\)"),
        (softmax, lambda g, z: softmax_vjp(g, z).astype(np.float32), (Z,), "keep the input's dtype float64"),
        (softmax, lambda g, z: np.full_like(z, np.nan), (Z,), "analytic nan"),
        (np.sign, lambda g, z: g, (Z,), "analytic"),
        (lambda z: z > 0, lambda g, z: g, (Z,), "must return floating-point"),
        (lambda z: z * np.inf, lambda g, z: g, (Z,), "not finite"),
    ],
)
def test_wrong_rules(f, wrong, inputs, words):
    with pytest.raises(ClaimFailed, match=words):
        gradient(f, wrong, *inputs)


def test_atol_forgives_so_much_and_no_more():
    def off(g, v):
        return g * np.cos(v) + 1e-3

    at = np.linspace(-1, 1, 5)
    assert gradient(np.sin, off, at, atol=2e-3).points == 15
    for options in ({"atol": 5e-4}, {"atol": 0.0}, {}):
        with pytest.raises(ClaimFailed, match="is not the gradient of"):
            gradient(np.sin, off, at, **options)


def test_a_rule_that_changes_its_argument():
    def in_place(g, z):
        result = softmax_vjp(g, z)
        z -= 1
        return result

    with pytest.raises(ClaimFailed, match="in_place changed its argument: input 0"):
        gradient(softmax, in_place, Z)


def test_kinks():
    def relu(z):
        return np.maximum(z, 0)

    def relu_vjp(g, z):
        return g * (z > 0)

    assert gradient(relu, relu_vjp, [-1.0, 0.5], away_from=0).kind == "gradient"
    with pytest.raises(ValueError, match=r"input 0 must be away from the kink at 0, got .*0\.0.* at \(1,\)"):
        gradient(relu, relu_vjp, [-1.0, 0.0], away_from=0)
    with pytest.raises(ClaimFailed):
        gradient(relu, relu_vjp, [-1.0, 0.0])


def test_the_message_shows_what_is_needed_to_see_the_error():
    with pytest.raises(ClaimFailed) as caught:
        gradient(np.sin, lambda g, v: -g * np.cos(v), [0.0, 1.0])
    text = str(caught.value)
    assert text.startswith("the function is not the gradient of numpy.sin: input 0 at (")
    for part in ("analytic gradient", "numeric gradient (central differences)", "cotangent", "input 0\n    [0., 1.]"):
        assert part in text


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((3, np.cos, [1.0]), TypeError, "gradient: f must be callable"),
        ((np.sin, 3, [1.0]), TypeError, "f_vjp must be callable"),
        ((np.sin, np.cos, [1, 2]), ValueError, "at least one floating-point array"),
        ((np.sin, np.cos), ValueError, "at least one floating-point array"),
        ((np.sin, np.cos, ["a"]), TypeError, "an array of real numbers"),
        ((np.sin, np.cos, [np.nan]), ValueError, "input 0 must be finite"),
        ((np.sin, np.cos, [[1.0], [1.0, 2.0]]), ValueError, "input 0 must be an array"),
    ],
)
def test_arguments(arguments, error, words):
    with pytest.raises(error, match=words):
        gradient(*arguments)


def test_the_ledger_hears_of_functions_that_a_line_of_a_chapter_calls():
    def line(g, z):
        return activations.softmax_vjp(g, z)

    claim = gradient(activations.softmax, line, Z, calls=activations.softmax_vjp)
    assert claim.functions == ("activations.softmax", "activations.softmax_vjp")
    assert gradient(softmax, softmax_vjp, Z).functions == ()
    with pytest.raises(ValueError, match="calls must be functions that the check runs, got relu_vjp, not run"):
        gradient(softmax, line, Z, calls=[activations.softmax_vjp, activations.relu_vjp])
    for wrong in (np.tanh, "softmax_vjp", [line], 3):
        with pytest.raises(TypeError, match="gradient: calls must be"):
            gradient(softmax, line, Z, calls=wrong)
