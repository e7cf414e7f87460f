"""Least squares: against NumPy, SciPy, exact arithmetic and the digits that NIST certifies."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.linalg

from dlmath_lib.datasets import certified, filip, longley
from dlmath_lib.linalg import least_squares, pseudo_inverse, qr

RNG = np.random.default_rng(0)


def digits_right(x, certified_values):
    """The log relative error: how many digits of the worst coefficient are right."""
    return -np.log10(np.max(abs(x - certified_values) / abs(certified_values)))


def by_normal_equations(design, y):
    return np.linalg.solve(design.T @ design, design.T @ y)


def test_a_line_by_hand():
    # The mean of (0, 1, 2) is 1, of (1, 2, 4) 7/3; the slope is 3/2, the intercept 7/3 − 3/2.
    np.testing.assert_allclose(least_squares([[1, 0], [1, 1], [1, 2]], [1, 2, 4]), [5 / 6, 3 / 2], rtol=1e-15)


@pytest.mark.parametrize("shape", [(1, 1), (7, 1), (6, 6), (40, 6)])
@pytest.mark.parametrize("sides", [(), (1,), (3,)])
def test_against_numpy_and_scipy(shape, sides):
    a, b = RNG.standard_normal(shape), RNG.standard_normal((shape[0], *sides))
    x = least_squares(a, b)
    np.testing.assert_allclose(x, np.linalg.lstsq(a, b, rcond=None)[0], atol=1e-12)
    np.testing.assert_allclose(x, scipy.linalg.lstsq(a, b, lapack_driver="gelsy")[0], atol=1e-12)
    np.testing.assert_allclose(a.T @ (b - a @ x), 0, atol=1e-13)
    np.testing.assert_allclose(pseudo_inverse(a) @ b, x, atol=1e-12)


def test_units_of_the_columns_do_not_count():
    a, b, units = RNG.standard_normal((9, 4)), RNG.standard_normal(9), np.array([1e-150, 1.0, 1e12, 1e150])
    np.testing.assert_allclose(least_squares(a * units, b) * units, least_squares(a, b), rtol=1e-13)


@pytest.mark.parametrize(
    ("a", "rank"),
    [
        (np.ones((3, 2)), 1),
        (RNG.standard_normal((9, 2)) @ RNG.standard_normal((2, 7)), 2),
        (np.eye(2, 3), 2),
        (np.zeros((3, 2)), 0),
        ([[1.0, 0.0], [2.0, 0.0]], 1),
    ],
    ids=["equal columns", "rank 2", "wide", "zeros", "a zero column"],
)
def test_dependent_columns_are_refused_with_a_remedy(a, rank):
    a = np.asarray(a)
    b = RNG.standard_normal(len(a))
    says = (
        rf"least_squares: a must be of linearly independent columns, got {a.shape[1]} columns of rank {rank}: .*pseudo"
    )
    with pytest.raises(ValueError, match=says):
        least_squares(a, b)
    shortest = pseudo_inverse(a) @ b
    np.testing.assert_allclose(shortest, np.linalg.lstsq(a, b, rcond=None)[0], atol=1e-13)


def test_hilbert_is_still_of_full_rank():
    a = scipy.linalg.hilbert(10)
    x = least_squares(a, a.sum(axis=1))
    lapack = np.linalg.solve(a, a.sum(axis=1))
    assert np.linalg.norm(a @ x - a.sum(axis=1)) <= 10 * max(np.linalg.norm(a @ lapack - a.sum(axis=1)), 1e-16)
    assert abs(x - 1).max() < 1e-16 * np.linalg.cond(a)


def test_types_and_arguments():
    a, b = np.eye(3, 2, dtype=np.float32), np.ones(3, np.float32)
    assert least_squares(a, b).dtype == np.float32
    assert least_squares(a, b.astype(float)).dtype == np.float64
    with pytest.raises(ValueError, match=r"least_squares: b must be as long as a has rows, 3, got shape \(2,\)"):
        least_squares(a, b[:2])


def test_longley_to_certified_digits():
    """Measured: 10.9 digits (NumPy's lstsq the same), 7.4 by the normal equations."""
    data = longley()
    x = least_squares(data.design, data.y)
    assert digits_right(x, data.coefficients) > 9
    assert digits_right(by_normal_equations(data.design, data.y), data.coefficients) < 9
    r = qr(data.design)[1]
    deviation = np.linalg.norm(data.y - data.design @ x) / 3
    inverse = np.linalg.inv(r)
    assert deviation == pytest.approx(data.residual_deviation, rel=1e-11, abs=0)
    np.testing.assert_allclose(deviation * np.sqrt((inverse**2).sum(axis=1)), data.standard_errors, rtol=1e-9)


def test_filip_to_certified_digits():
    """Measured: 7 digits from the powers of x, 13 from the powers of (x − mean)/2.8; none by the normal equations."""
    data = filip()
    assert digits_right(least_squares(data.design, data.y), data.coefficients) > 5
    assert digits_right(by_normal_equations(data.design, data.y), data.coefficients) < 1
    mean = data.x.mean()
    scaled = np.polynomial.Polynomial(least_squares(((data.x - mean) / 2.8) ** np.arange(11), data.y))
    shifted = scaled(np.polynomial.Polynomial([-mean / 2.8, 1 / 2.8])).coef
    assert digits_right(shifted, data.coefficients) > 11


@pytest.mark.parametrize("name", ["longley", "filip"])
def test_every_typed_number_agrees_with_the_certified_ones(name):
    """The normal equations in 120 digits: a wrong digit anywhere in the tables would show."""
    data = {"longley": longley, "filip": filip}[name]()
    with mpmath.workdps(120):
        words = [mpmath.mpf(word) for word in getattr(certified, f"_{name.upper()}").split()]
        table = np.array(words).reshape(len(data.y), -1).tolist()
        rows = [[1, *row[1:]] if name == "longley" else [row[1] ** k for k in range(11)] for row in table]
        design, y = mpmath.matrix(rows), mpmath.matrix([row[0] for row in table])
        inverse = (design.T * design) ** -1
        x = inverse * (design.T * y)
        deviation = mpmath.norm(y - design * x) / mpmath.sqrt(len(y) - design.cols)
        errors = [float(deviation * mpmath.sqrt(inverse[i, i])) for i in range(design.cols)]
    np.testing.assert_allclose(data.coefficients, [float(v) for v in x], rtol=1e-14)
    np.testing.assert_allclose(data.standard_errors, errors, rtol=1e-14)
    assert data.residual_deviation == pytest.approx(float(deviation), rel=1e-14, abs=0)
    np.testing.assert_allclose(data.design, [[float(v) for v in row] for row in rows], rtol=2e-15)
