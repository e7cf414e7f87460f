"""LU, Cholesky, solutions, determinants and inverses: backward errors beside LAPACK's, exact values by fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import scipy.linalg
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlmath_lib.linalg import cholesky, condition_number, determinant, inverse, lu, solve, solve_triangular
from tests.lib.matrices import ANY, EPS, SQUARE

GOOD = [name for name in SQUARE if np.linalg.cond(SQUARE[name]) < 1e6 and name != "growth"]


def size(a: np.ndarray) -> float:
    """The largest absolute row sum."""
    return float(np.abs(a).sum(axis=1).max())


def test_by_hand() -> None:
    # 8 is the largest of the first column; then 3 − 7/2 = −1/2, 1 − 7/4 = −3/4, …
    permutation, lower, upper = lu(SQUARE["by hand"])
    assert permutation.tolist() == [2, 0, 1]
    np.testing.assert_array_equal(upper[0], [8, 7, 9])
    np.testing.assert_allclose(lower, [[1, 0, 0], [1 / 4, 1, 0], [1 / 2, 2 / 3, 1]])
    np.testing.assert_allclose(upper, [[8, 7, 9], [0, -3 / 4, -5 / 4], [0, 0, -2 / 3]])
    assert determinant(SQUARE["by hand"]) == pytest.approx(4)
    np.testing.assert_allclose(solve(SQUARE["by hand"], [4.0, 10.0, 24.0]), [1, 1, 1])
    np.testing.assert_allclose(cholesky([[4, 2], [2, 10]]), [[2, 0], [1, 3]])
    np.testing.assert_allclose(inverse([[2, 1], [5, 3]]), [[3, -1], [-5, 2]])
    np.testing.assert_allclose(solve_triangular([[2, 1], [0, 4]], [4, 8]), [1, 2])
    np.testing.assert_allclose(solve_triangular([[2, 0], [1, 4]], [4, 10], lower=True), [2, 2])


@pytest.mark.parametrize("name", ANY)
def test_backward_error_of_lu(name: str) -> None:
    a = ANY[name]
    permutation, lower, upper = lu(a)
    m, n = a.shape
    assert lower.shape == (m, min(m, n)) and upper.shape == (min(m, n), n)
    assert sorted(permutation) == list(range(m))
    assert (np.triu(lower, 1) == 0).all() and (np.diagonal(lower) == 1).all() and (np.abs(lower) <= 1).all()
    assert (np.tril(upper, -1) == 0).all()
    # |PA − LU| ≤ n eps |L| |U|, entry by entry.
    scale = np.abs(a).max() or 1
    bound = max(m, n) * EPS * (np.abs(lower) @ np.abs(upper / scale))
    assert (np.abs(a[permutation] / scale - lower @ (upper / scale)) <= bound + 1e-300).all()
    if name != "growth":
        assert size(a[permutation] / scale - lower @ (upper / scale)) <= 8 * max(m, n) * EPS * size(a / scale)


@pytest.mark.parametrize("name", [name for name in GOOD if name != "orthogonal"])
def test_factors_are_scipys(name: str) -> None:
    order, expected_lower, expected_upper = scipy.linalg.lu(SQUARE[name], p_indices=True)
    permutation, lower, upper = lu(SQUARE[name])
    assert permutation.tolist() == np.argsort(order).tolist()
    np.testing.assert_allclose(lower, expected_lower, atol=1e-11)
    np.testing.assert_allclose(upper, expected_upper, atol=1e-11 * np.abs(expected_upper).max())


def test_pivoting_bounds_the_multipliers_and_growth_is_the_worst_case() -> None:
    assert lu(SQUARE["tiny pivot first"]).upper.tolist() == [[1, 1], [0, 1]]
    assert lu(SQUARE["growth"]).upper.max() == 2.0**29


@pytest.mark.parametrize("name", SQUARE)
@pytest.mark.parametrize("columns", [0, 1, 3])
def test_backward_error_of_solve(name: str, columns: int) -> None:
    a = SQUARE[name]
    b = np.random.default_rng(9).standard_normal((len(a), columns) if columns else len(a)) * np.abs(a).max()
    x = solve(a, b)
    assert x.shape == b.shape
    scale = np.abs(a).max()
    wide, right = (a / scale).astype(np.longdouble), (b / scale).astype(np.longdouble)
    residual = float(np.abs(wide @ x - right).max())
    largest = size(a / scale) * float(np.abs(x).max()) + float(np.abs(right).max())
    growth = 2.0**29 if name == "growth" else 1
    assert residual <= 4 * len(a) * EPS * largest * growth
    if name != "growth":  # no worse than LAPACK's, by more than a factor
        theirs = float(np.abs(wide @ np.linalg.solve(a / scale, b / scale) - right).max())
        assert residual <= 10 * theirs + 4 * EPS * largest


@pytest.mark.parametrize("name", GOOD)
def test_solutions_inverses_and_determinants_are_numpys(name: str) -> None:
    a = SQUARE[name]
    b = np.random.default_rng(10).standard_normal(len(a))
    scale, kappa = np.abs(a).max(), np.linalg.cond(a)
    np.testing.assert_allclose(solve(a, b), np.linalg.solve(a / scale, b / scale), rtol=1e-12 * kappa, atol=1e-300)
    if scale < 1e200:
        tolerance = 100 * EPS * kappa * np.abs(np.linalg.inv(a / scale)).max() / scale
        np.testing.assert_allclose(inverse(a), np.linalg.inv(a / scale) / scale, rtol=1e-12, atol=tolerance)
    sign, log = np.linalg.slogdet(a)
    if abs(log) < 700:
        assert determinant(a) == pytest.approx(sign * np.exp(log), rel=1e-12 * kappa, abs=0)


@pytest.mark.parametrize("n", [2, 4, 6, 8, 10, 12])
def test_the_error_on_hilbert_matrices_is_within_the_condition_number(n: int) -> None:
    a = sp.Matrix(n, n, lambda i, j: sp.Rational(1, i + j + 1))
    rounded = np.array(a, dtype=float)
    x = np.array(sp.Matrix([[sp.Rational(c) for c in row] for row in rounded]).LUsolve(sp.ones(n, 1)), float).ravel()
    error = np.linalg.norm(solve(rounded, np.ones(n)) - x) / np.linalg.norm(x)
    assert error <= n * EPS * condition_number(rounded)


@given(arrays(int, (4, 4), elements=st.integers(-9, 9)))
def test_determinants_and_solutions_are_exact_to_rounding(a: np.ndarray) -> None:
    exact = int(sp.Matrix(a.tolist()).det(method="bareiss"))
    assert determinant(a) == pytest.approx(exact, abs=1e-9)
    if exact:
        right = [1, -2, 3, -4]
        expected = [Fraction(int(v.p), int(v.q)) for v in sp.Matrix(a.tolist()).LUsolve(sp.Matrix(right))]
        np.testing.assert_allclose(solve(a, right), [float(v) for v in expected], rtol=1e-7, atol=1e-9)
    else:
        with pytest.raises(ValueError, match="solve: a must be non-singular"):
            solve(a, [1, -2, 3, -4])


def test_determinant_extremes() -> None:
    assert determinant(np.eye(400) * 0.1) == 0  # 1e-400
    assert determinant(np.diag([1e300, 1e-300, 1e300, 1e-300])) == pytest.approx(1)
    assert determinant(np.diag([1e-320, 1e300])) == pytest.approx(1e-20, rel=1e-3, abs=0)
    assert determinant(np.zeros((3, 3))) == 0
    for seed in range(20):
        p = np.eye(6)[np.random.default_rng(seed).permutation(6)]
        assert determinant(p) == pytest.approx(np.linalg.det(p))


@pytest.mark.parametrize("name", SQUARE)
def test_cholesky_is_scipys(name: str) -> None:
    half = SQUARE[name] / np.abs(SQUARE[name]).max()
    a = half @ half.T
    if np.linalg.cond(half) > 1e6:
        a = a + 1e-3 * np.eye(len(a))
    factor = cholesky(a)
    assert (np.triu(factor, 1) == 0).all() and (np.diagonal(factor) > 0).all()
    assert size(factor @ factor.T - a) <= 4 * len(a) * EPS * size(a)
    np.testing.assert_allclose(factor, scipy.linalg.cholesky(a, lower=True), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("n", range(1, 13))
def test_cholesky_of_hilbert_matrices(n: int) -> None:
    a = scipy.linalg.hilbert(n)
    assert size(cholesky(a) @ cholesky(a).T - a) <= 2 * n * EPS * size(a)


def test_substitution_is_scipys_and_accurate_even_where_ill_conditioned() -> None:
    rng = np.random.default_rng(11)
    for n in (1, 2, 9, 30):
        t, b = np.tril(rng.standard_normal((n, n))) + 3 * np.eye(n), rng.standard_normal((n, 2))
        expected = scipy.linalg.solve_triangular(t, b, lower=True)
        np.testing.assert_allclose(solve_triangular(t, b, lower=True), expected, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(
            solve_triangular(t.T, b), scipy.linalg.solve_triangular(t.T, b), rtol=1e-11, atol=1e-12
        )
    # |b − Tx| ≤ n eps |T| |x|, entry by entry, for κ near 1e19 too.
    t, b = np.triu(np.full((64, 64), -1.0), 1) + np.eye(64), rng.standard_normal(64)
    x = solve_triangular(t, b)
    assert (np.abs(t @ x - b) <= 64 * EPS * (np.abs(t) @ np.abs(x))).all()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype_is_kept(dtype: str) -> None:
    a, b = np.array([[4, 1], [1, 3]], dtype), np.array([1, 2], dtype)
    for result in (lu(a).lower, lu(a).upper, cholesky(a), solve(a, b), inverse(a), determinant(a)):
        assert result.dtype == dtype
    assert solve(a, np.array([1.0, 2.0])).dtype == "float64"
    np.testing.assert_allclose(a @ solve(a, b), b, rtol=5 * np.finfo(dtype).eps)
    eps = np.finfo(dtype).eps
    x = np.random.default_rng(12).standard_normal((20, 20)).astype(dtype)
    permutation, lower, upper = (part.astype(float) if part.dtype.kind == "f" else part for part in lu(x))
    assert size(x[permutation].astype(float) - lower @ upper) <= 20 * eps * size(x.astype(float))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]),
            "a must be non-singular, got a pivot of 0 in column 1: sing",
        ),
        (
            lambda: solve(ANY["one to nine"], [1.0, 2.0, 3.0]),
            "no larger than its rounding errors: singular.*pseudo_inv",
        ),
        (lambda: solve([[0.0]], [1.0]), "solve: a must be non-singular, got a pivot of 0.*least_squares"),
        (lambda: solve(ANY["tall"], np.ones(12)), r"solve: a must be square, got shape \(12, 5\): least_squares"),
        (lambda: solve(np.eye(2), [1.0, 2.0, 3.0]), r"solve: b must be of shape \(2,\)"),
        (lambda: solve([[1e-300]], [1e300]), "solve: b must be of a size.*nearly singular"),
        (lambda: solve(np.zeros((0, 0)), []), "solve: a must be non-empty"),
        (lambda: inverse(ANY["rank 1"]), "inverse: a must be square.*pseudo_inverse"),
        (lambda: inverse(np.outer([1.0, 2.0], [1.0, 2.0])), "inverse: a must be non-singular"),
        (lambda: determinant(ANY["wide"]), "determinant: a must be square.*only a square matrix"),
        (lambda: determinant(1e300 * np.eye(2)), r"determinant: a must be of a size.*det\(cA\) = cⁿ det A"),
        (
            lambda: cholesky([[1.0, 2.0], [3.0, 4.0]]),
            r"cholesky: a must be symmetric, got 2 at \(0, 1\) and 3 at \(1, 0\)",
        ),
        (
            lambda: cholesky([[1.0, 2.0], [2.0, 1.0]]),
            "cholesky: a must be positive definite, got -3 under the root in col",
        ),
        (lambda: cholesky(np.zeros((2, 2))), "cholesky: a must be positive definite, got 0 .*lu and solve"),
        (lambda: cholesky(ANY["wide"]), "cholesky: a must be square.*a.T @ a"),
        (lambda: solve_triangular([[1.0, 2.0], [0.0, 0.0]], [1.0, 1.0]), r"t must be non-singular, got 0 at \(1, 1\)"),
        (
            lambda: solve_triangular([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]),
            r"upper triangular, got 3 at \(1, 0\).*lower=T",
        ),
        (lambda: solve_triangular(np.eye(2), [1.0]), r"solve_triangular: b must be of shape \(2,\)"),
        (lambda: solve_triangular([[1e-300]], [1e300]), "solve_triangular: b must be of a size"),
        (lambda: lu([1.0, 2.0]), "lu: a must be 2-dimensional"),
        (lambda: lu(np.array([[1.0, 1.0], [-1.0, 1.0]]) * 1.5e308), "lu: a must be of a size"),
    ],
)
def test_what_is_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()  # type: ignore[operator]


def test_complex_matrices_are_refused() -> None:
    for call in (lu, cholesky, inverse, determinant, lambda a: solve(a, [1, 1]), lambda a: solve_triangular(a, [1, 1])):
        with pytest.raises(TypeError, match="must be real"):
            call(1j * np.eye(2))
