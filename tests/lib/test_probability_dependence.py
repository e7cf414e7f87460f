"""Covariance, correlation and the product of the marginals: by hand, against NumPy and SciPy, and by their laws."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays
from scipy.stats.contingency import expected_freq

from dlmath_lib.probability import correlation, covariance, marginal, product_of_marginals

X, Y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 1.0, 4.0, 3.0])
XOR = np.zeros((2, 2, 2))
XOR[[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]] = 0.25


def test_by_hand() -> None:
    assert covariance(X, Y) == 0.75
    assert covariance(X, Y, ddof=1) == 1.0
    assert covariance(X, X) == 1.25
    assert correlation(X, Y) == pytest.approx(0.6, rel=1e-15, abs=0)
    assert covariance([-1, 0, 1], [1, 0, 1]) == 0.0
    assert correlation([-1, 0, 1], [1, 0, 1]) == 0.0
    assert covariance([5.0], [7.0]) == 0.0
    assert covariance([0.1] * 7, np.arange(7.0)) == 0.0
    np.testing.assert_allclose(product_of_marginals([[0.3, 0.3], [0, 0.4]]), [[0.18, 0.42], [0.12, 0.28]], rtol=1e-15)


def test_xor_has_pairs_that_are_products_and_is_no_product() -> None:
    for axis in range(3):
        pair = XOR.sum(axis=axis)
        np.testing.assert_array_equal(product_of_marginals(pair), pair)
    np.testing.assert_array_equal(product_of_marginals(XOR), np.full((2, 2, 2), 0.125))


def test_against_numpy_and_scipy() -> None:
    rng = np.random.default_rng(0)
    for n in (2, 3, 50, 1001):
        x, y = rng.normal(3, 2, n), rng.normal(-1, 5, n)
        for ddof in (0, 1):
            assert covariance(x, y, ddof=ddof) == pytest.approx(np.cov(x, y, ddof=ddof)[0, 1], rel=1e-11, abs=1e-13)
        assert correlation(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1], rel=1e-12, abs=1e-14)
        if n > 2:
            assert correlation(x, y) == pytest.approx(scipy.stats.pearsonr(x, y).statistic, rel=1e-11, abs=1e-14)
    for shape in ((2, 3), (2, 3, 4), (1, 5)):
        joint = rng.random(shape)
        joint /= joint.sum()
        np.testing.assert_allclose(product_of_marginals(joint), expected_freq(joint), rtol=1e-12)


def test_against_exact_fractions_far_from_zero() -> None:
    x, y = [10**8 + k for k in (1, 2, 4)], [10**8 + k for k in (3, 1, 8)]
    mx, my = Fraction(sum(x), 3), Fraction(sum(y), 3)
    exact = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / 3
    assert covariance(x, y) == pytest.approx(float(exact), rel=1e-7, abs=0)
    spread = [sum((a - m) ** 2 for a in column) / 3 for column, m in ((x, mx), (y, my))]
    assert correlation(x, y) == pytest.approx(float(exact) / float(spread[0] * spread[1]) ** 0.5, rel=1e-7, abs=0)


def test_extremes() -> None:
    assert correlation([1e308, -1e308, 0], [1e-308, -1e-308, 0]) == pytest.approx(1, rel=1e-15, abs=0)
    assert correlation([5e-324, 0], [0, 1]) == -1
    assert covariance([1e200, -1e200], [1e-200, -1e-200]) == pytest.approx(1, rel=1e-14, abs=0)
    assert covariance(np.array([60000, 60000, 0], np.float16), [1, 1, 0]) == pytest.approx(
        float(np.float16(60000)) * 2 / 9, rel=1e-14, abs=0
    )
    ones = np.ones(5000, np.float16)
    assert covariance(ones, ones) == 0
    wide = np.array([[0.25, 0.25], [0.25, 0.25]], np.float32)
    assert product_of_marginals(wide).dtype == np.float32


@settings(deadline=None, max_examples=60)
@given(arrays.arrays(float, (2, 8), elements=some.floats(-100, 100)), some.floats(-3, 3), some.floats(-50, 50))
def test_laws(data: Any, a: float, b: float) -> None:
    x, y = data
    assert covariance(x, y) == covariance(y, x)
    size = 1 + covariance(x, x) + covariance(y, y)
    assert abs(covariance(a * x + b, y) - a * covariance(x, y)) <= 1e-9 * size
    assert covariance(x, y) ** 2 <= covariance(x, x) * covariance(y, y) * (1 + 1e-9) + 1e-300
    added = covariance(x, x) + covariance(y, y) + 2 * covariance(x, y)
    assert abs(covariance(x + y, x + y) - added) <= 1e-9 * size
    if np.ptp(x) > 1e-3:
        assert correlation(x, 2 * x + 1) == pytest.approx(1, rel=1e-12, abs=0)
        assert correlation(x, -x) == pytest.approx(-1, rel=1e-12, abs=0)


@settings(deadline=None, max_examples=40)
@given(arrays.arrays(float, (2, 3, 2), elements=some.floats(1e-3, 1)))
def test_the_product_keeps_the_marginals_and_is_its_own_product(weights: Any) -> None:
    joint = weights / weights.sum()
    product = product_of_marginals(joint)
    assert product.sum() == pytest.approx(1, rel=1e-12, abs=0)
    for axis in range(3):
        np.testing.assert_allclose(marginal(product, axis=axis), marginal(joint, axis=axis), rtol=1e-12)
    np.testing.assert_allclose(product_of_marginals(product), product, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: correlation([3, 3, 3], X[:3]), "x must be not constant, got 3 times the same number"),
        (lambda: correlation(X, [0.1] * 4), "y must be not constant"),
        (lambda: correlation([1.0], [2.0]), "x must be not constant"),
        (lambda: correlation(X, Y[:, None]), "flatten it: .ravel()"),
        (lambda: covariance(X[:, None], Y), "x must be 1-dimensional"),
        (lambda: covariance(X, Y, ddof=4), "ddof must be ≥ 0 and ≤ 3"),
        (lambda: covariance(X, [1, 2, 3, np.nan]), "y must be finite"),
        (lambda: covariance([1e200, -1e200], [1e200, -1e200]), "take the correlation"),
        (lambda: covariance(X, Y[:3]), "y must be of shape"),
        (lambda: product_of_marginals([0.5, 0.5]), "one axis for each variable"),
        (lambda: product_of_marginals([[1, 2], [3, 4]]), "divide by the sum"),
    ],
)
def test_errors_name_the_remedy(call: Any, says: str) -> None:
    with pytest.raises(ValueError, match=r"^(covariance|correlation|product_of_marginals): ") as caught:
        call()
    assert says in str(caught.value)
