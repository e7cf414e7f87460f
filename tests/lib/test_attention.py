"""dlmath_lib.layers.attention: by hand, against PyTorch and differences, masks, the convex hull, narrow types."""

import numpy as np
import pytest
from scipy.spatial import Delaunay

from dlmath_lib import vectors
from dlmath_lib.calculus import jacobian
from dlmath_lib.layers import attention, attention_vjp, attention_weights

RNG = np.random.default_rng(7)
VECTORS = vectors.load("attention")
Q, K, V = RNG.normal(size=(4, 3)), RNG.normal(size=(5, 3)), RNG.normal(size=(5, 2))
CAUSAL = np.tril(np.ones((4, 5), bool))


def stored(case, dtype):
    scale = float(VECTORS[f"{case}_scale"]) or None
    mask = VECTORS.get(f"{case}_mask", None)
    return {k: VECTORS[f"{case}_{dtype}_{k}"] for k in ("q", "k", "v", "g", "y", "dq", "dk", "dv")}, mask, scale


def test_by_hand():
    # One query, two keys with scores 0 and log 3: weights 1/4 and 3/4.
    weights = attention_weights([[1.0]], [[0.0], [np.log(3)]])
    np.testing.assert_allclose(weights, [[0.25, 0.75]], rtol=1e-15)
    np.testing.assert_allclose(attention([[1.0]], [[0.0], [np.log(3)]], [[8.0], [4.0]]), [[5.0]], rtol=1e-15)
    # The default scale is 1/√d: four equal entries of 1 give the score 4/2.
    ones = np.ones((1, 4))
    np.testing.assert_allclose(attention_weights(ones, np.vstack([ones, 0 * ones]))[0, 0], 1 / (1 + np.exp(-2.0)))


@pytest.mark.parametrize("case", ["plain", "masked", "scaled", "causal", "leading"])
@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-12), ("float32", 2e-5)])
def test_agrees_with_pytorch(case, dtype, rtol):
    a, mask, scale = stored(case, dtype)
    y = attention(a["q"], a["k"], a["v"], mask=mask, scale=scale)
    assert y.dtype == dtype
    np.testing.assert_allclose(y, a["y"], rtol=rtol, atol=rtol)
    slopes = attention_vjp(a["g"], a["q"], a["k"], a["v"], mask=mask, scale=scale)
    for slope, name in zip(slopes, ("dq", "dk", "dv"), strict=True):
        assert slope.dtype == dtype
        np.testing.assert_allclose(slope, a[name], rtol=rtol, atol=5 * rtol, err_msg=name)


@pytest.mark.parametrize("options", [{}, {"mask": CAUSAL}, {"scale": 2.0}])
def test_slopes_agree_with_differences_for_random_cotangents(options):
    g = RNG.normal(size=(4, 2))
    slopes = attention_vjp(g, Q, K, V, **options)
    for at, (slope, value) in enumerate(zip(slopes, (Q, K, V), strict=True)):

        def moved(x, at=at):
            return attention(*[x if i == at else a for i, a in enumerate((Q, K, V))], **options)

        np.testing.assert_allclose(slope, np.tensordot(g, jacobian(moved, value), axes=2), rtol=1e-6, atol=1e-8)


def test_outputs_lie_in_the_convex_hull_of_the_values():
    y = attention(100 * RNG.normal(size=(50, 3)), K, V)
    assert (Delaunay(V).find_simplex(y, tol=1e-9) >= 0).all()


def test_a_mask_hides_keys_and_their_order_does_not_matter():
    weights = attention_weights(Q, K, mask=CAUSAL)
    assert (weights[~CAUSAL] == 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(weights[0], [1, 0, 0, 0, 0])
    order = [3, 1, 4, 0, 2]
    np.testing.assert_allclose(attention(Q, K[order], V[order]), attention(Q, K, V), rtol=1e-12)
    changed = V.copy()
    changed[4] = 1e6
    np.testing.assert_array_equal(attention(Q, K, changed, mask=CAUSAL), attention(Q, K, V, mask=CAUSAL))


def test_extremes_and_types():
    assert attention([[1000.0]], [[1000.0], [-1000.0]], [[1.0], [2.0]], scale=1).tolist() == [[1.0]]
    half = attention(Q.astype(np.float16), K.astype(np.float16), V.astype(np.float16))
    assert half.dtype == np.float16
    np.testing.assert_allclose(half, attention(Q, K, V), rtol=1e-2, atol=1e-2)
    # Scores beyond float16's range are computed wider.
    big = np.full((1, 4), 200, np.float16)
    np.testing.assert_array_equal(attention_weights(big, np.vstack([big, -big])), [[1, 0]])
    assert attention_weights(Q.astype(np.float32), K).dtype == np.float64
    assert attention([[1, 0]], [[1, 0], [0, 1]], [[1], [2]]).dtype == np.float64
    one = attention_vjp(np.ones((1, 2)), Q[:1], K[:1], V[:1])  # a single key has the weight 1
    assert not one[0].any() and not one[1].any() and np.array_equal(one[2], np.ones((1, 2)))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((Q[0], K, V), "wrap a single query"),
        ((Q, K[:, :2], V), "the d of queries"),
        ((Q, K, V[:4]), "a row for each key"),
        ((Q, K, V, {"mask": CAUSAL.astype(int)}), "of booleans"),
        ((Q, K, V, {"mask": CAUSAL & False}), "a row without True"),
        ((Q, K, V, {"mask": CAUSAL.T}), r"of shape \(m, n\)"),
        ((Q, K, V, {"scale": 0}), "scale must be > 0"),
    ],
)
def test_refusals(arguments, words):
    *arrays, last = arguments
    options = last if isinstance(last, dict) else {}
    with pytest.raises((TypeError, ValueError), match=words):
        attention(*(arrays if options else arguments), **options)
