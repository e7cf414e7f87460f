"""dlmath_lib.layers: dropout by hand, against PyTorch, its mean and variance, and what is refused."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmath_lib import vectors
from dlmath_lib.calculus import jacobian
from dlmath_lib.layers import dropout, dropout_mask, dropout_vjp

RNG = np.random.default_rng(27)
VECTORS = vectors.load("normalization")


def rng(seed=0):
    return np.random.default_rng(seed)


def test_by_hand():
    assert dropout([[1, 2, 3]], [[2, 0, 2]]).tolist() == [[2, 0, 6]]
    assert dropout_vjp([[1, 1, 5]], [[1, 2, 3]], [[2, 0, 2]]).tolist() == [[2, 0, 10]]
    assert (dropout_mask((3, 4), 0, rng=rng()) == 1).all()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_agrees_with_pytorch(dtype):
    """PyTorch's draws are its own; what it drops and by what it multiplies the rest is stored."""
    x, g, y, dx = (VECTORS[f"dropout_{dtype}_{n}"] for n in ("x", "g", "y", "dx"))
    mask = np.where(y != 0, 1 / 0.7, 0).astype(dtype)
    assert 0 < (mask == 0).sum() < mask.size
    np.testing.assert_allclose(dropout(x, mask), y, rtol=1e-6 if dtype == "float32" else 1e-14)
    np.testing.assert_allclose(dropout_vjp(g, x, mask), dx, rtol=1e-6 if dtype == "float32" else 1e-14)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_mean_and_variance_of_the_mask(rate):
    """E[m] = 1 and Var[m] = p / (1 − p), within four standard errors of a million draws."""
    mask = dropout_mask((1000, 1000), rate, rng=rng(3))
    spread = np.sqrt(rate / (1 - rate))
    assert abs(mask.mean() - 1) < 4 * spread / 1000
    assert mask.var() == pytest.approx(rate / (1 - rate), rel=0.02, abs=0)
    assert np.allclose(np.unique(mask), [0, 1 / (1 - rate)])
    assert abs(np.corrcoef(mask[:, 0], mask[:, 1])[0, 1]) < 0.15


def test_vjp_agrees_with_central_differences():
    x, g, mask = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3)), dropout_mask((4, 3), 0.4, rng=rng())
    slopes = np.tensordot(g, jacobian(lambda v: dropout(v, mask), x), axes=2)
    np.testing.assert_allclose(dropout_vjp(g, x, mask), slopes, atol=1e-8)


def test_whole_channels_are_dropped_where_an_axis_has_length_one():
    mask = dropout_mask((3, 5, 1, 1), 0.5, rng=rng())
    y = dropout(np.ones((3, 5, 2, 4)), mask)
    assert y.shape == (3, 5, 2, 4)
    assert (y.std(axis=(2, 3)) == 0).all() and set(np.unique(y)) == {0.0, 2.0}


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_types_stay_and_draws_repeat(dtype):
    mask = dropout_mask((6, 2), 0.25, rng=rng(5), dtype=dtype)
    x = np.full((6, 2), 1000, dtype)
    y = dropout(x, mask)
    assert mask.dtype == y.dtype == dropout_vjp(x, x, mask).dtype == dtype
    np.testing.assert_array_equal(mask, dropout_mask((6, 2), 0.25, rng=rng(5), dtype=dtype))
    assert dropout(x, mask.astype(float)).dtype == dtype


@given(st.floats(0, 0.99), st.integers(0, 10**6))
def test_a_mask_is_made_of_zero_and_the_scale(rate, seed):
    mask = dropout_mask((4, 5), rate, rng=rng(seed))
    assert ((mask == 0) | (mask == 1 / (1 - rate))).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: dropout_mask((2, 3), 1, rng=rng()), ValueError, "dropout_mask: rate must be ≥ 0 and < 1, got 1"),
        (lambda: dropout_mask((2, 3), -0.1, rng=rng()), ValueError, "dropout_mask: rate must be ≥ 0 and < 1, got -0.1"),
        (lambda: dropout_mask((2, 3), 0.5, rng=0), TypeError, "dropout_mask: rng must be a numpy.random.Generator"),
        (lambda: dropout_mask((2, 0), 0.5, rng=rng()), ValueError, "dropout_mask: shape[1] must be ≥ 1"),
        (lambda: dropout_mask(3, 0.5, rng=rng()), TypeError, "dropout_mask: shape must be a tuple of ints"),
        (lambda: dropout_mask((2,), 1 - 1e-6, rng=rng(), dtype="float16"), ValueError, "dropout_mask: rate must be"),
        (lambda: dropout(np.ones((2, 3)), np.ones(3)), ValueError, "dropout: mask must be of x's shape (2, 3)"),
        (lambda: dropout(np.ones((2, 3)), -np.ones((2, 3))), ValueError, "dropout: mask must be ≥ 0, got -1"),
        (lambda: dropout(np.float16([6e4]), np.float16([2])), ValueError, "dropout: x must be such that mask * x is"),
        (lambda: dropout_vjp(np.ones(3), np.ones((1, 3)), np.ones((1, 3))), ValueError, "dropout_vjp: g must be of"),
    ],
)  # fmt: skip
def test_refusals(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()
