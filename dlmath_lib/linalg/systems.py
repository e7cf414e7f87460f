"""Square systems Ax = b, determinants and inverses, all from the factors of PA = LU."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, as_switch, fail
from dlmath_lib.linalg._results import as_square, rounded
from dlmath_lib.linalg.factorizations import LU, eliminate

__all__ = ["determinant", "inverse", "solve", "solve_triangular"]

REMEDY = "singular, so that there is no solution, or more than one: use least_squares or pseudo_inverse"


def solve_triangular(t: Any, b: Any, *, lower: bool = False) -> np.ndarray:
    """The solution of a triangular system Tx = b, one unknown at a time.

    Back substitution for an upper triangle, from the last unknown to the first: xᵢ = (bᵢ − Σ tᵢⱼ xⱼ) / tᵢᵢ, the sum
    over j > i. Forward substitution for a lower triangle, from the first to the last, with the sum over j < i.

    Parameters
    ----------
    t : array_like of shape (n, n)
        T, with zeros on the other side of its diagonal and none on it.
    b : array_like of shape (n,) or (n, k)
        The right-hand side, or several, one in each column.
    lower : bool
        Whether T is lower triangular.

    Returns
    -------
    ndarray of b's shape
        x, in the common dtype.

    Raises
    ------
    TypeError, ValueError
        If an argument is not made of finite real numbers, is empty, T is not square, not triangular or has a zero on
        its diagonal, or b does not fit; or if the solution is too large for the dtype.

    Notes
    -----
    Cost: n² operations for each column of b.

    References
    ----------
    G. H. Golub, C. F. Van Loan, Matrix Computations (4th ed., 2013), on triangular systems.
    Chapter: linear_algebra/linear_systems#elimination-as-a-product-of-matrices.

    Examples
    --------
    >>> print(solve_triangular([[2.0, 1.0], [0.0, 4.0]], [4.0, 8.0]))
    [1. 2.]
    """
    t = as_square("solve_triangular", "t", t)
    b = _as_right_side("solve_triangular", b, len(t))
    lower = as_switch("solve_triangular", "lower", lower)
    outside = np.triu(t, 1) if lower else np.tril(t, -1)
    if outside.any():
        i, j = (int(index[0]) for index in np.nonzero(outside))
        hint = f"solve takes any square matrix, lower={not lower} the other triangle"
        kind = "lower" if lower else "upper"
        raise fail("solve_triangular", "t", f"{kind} triangular", f"{t[i, j]:g} at ({i}, {j})", hint)
    if not np.diagonal(t).all():
        i = int(np.argmin(np.abs(np.diagonal(t))))
        raise fail("solve_triangular", "t", "non-singular", f"0 at ({i}, {i}) on its diagonal", REMEDY)
    dtype = np.result_type(t, b)
    x = substitute(t.astype(working(dtype)), b.astype(working(dtype)), lower)
    return rounded("solve_triangular", "b", x, dtype, "T is nearly singular or b is large: scale b")


@np.errstate(over="ignore", invalid="ignore")
def substitute(t: np.ndarray, b: np.ndarray, lower: bool) -> np.ndarray:
    """Forward or back substitution with a checked triangle; what overflows is infinite or NaN.

    Each unknown that is found is taken to the right-hand side of the equations that are left.
    """
    x, n = b.copy(), len(t)
    for i in range(n) if lower else reversed(range(n)):
        left = slice(i + 1, n) if lower else slice(0, i)
        x[i] = x[i] / t[i, i]
        x[left] -= np.multiply.outer(t[left, i], x[i])
    return x


def solve(a: Any, b: Any) -> np.ndarray:
    """The solution of a square system Ax = b, from PA = LU: first Ly = Pb, then Ux = y.

    Parameters
    ----------
    a : array_like of shape (n, n)
        A, non-singular.
    b : array_like of shape (n,) or (n, k)
        The right-hand side, or several, one in each column.

    Returns
    -------
    ndarray of b's shape
        x, in the common dtype.

    Raises
    ------
    TypeError, ValueError
        If an argument is not made of finite real numbers, is empty, A is not square or b does not fit; if A is singular
        as far as elimination can tell (see Notes); or if the solution is too large for the dtype.

    Notes
    -----
    Cost: about 2n³/3 operations for the factors, 2n² for each column of b.

    The terms whose sum makes pivot k are of size (|L| |U|)ₖₖ, and elimination leaves a rounding error of some n·eps
    times that. A pivot that is no larger could as well be 0, and A is refused as singular. An ill-conditioned A, such
    as the Hilbert matrix with n = 12, is not refused: `condition_number` says how far its solution can be trusted.

    References
    ----------
    N. J. Higham, Accuracy and Stability of Numerical Algorithms (SIAM, 2002), on the error of Gaussian elimination.
    Chapter: linear_algebra/linear_systems#implementation.

    Examples
    --------
    >>> print(solve([[2.0, 1.0], [4.0, 6.0]], [3.0, 10.0]))
    [1. 1.]
    """
    a = as_square("solve", "a", a)
    b = _as_right_side("solve", b, len(a))
    dtype = np.result_type(a, b)
    factors = _factors("solve", a.astype(working(dtype)), np.finfo(a.dtype).eps)
    x = _solve(factors, b.astype(working(dtype)))
    return rounded("solve", "b", x, dtype, "a is nearly singular or b is large: scale b, see condition_number(a)")


def inverse(a: Any) -> np.ndarray:
    """The inverse of a square matrix, the solution X of AX = I.

    Parameters
    ----------
    a : array_like of shape (n, n)
        A, non-singular.

    Returns
    -------
    ndarray of shape (n, n)
        A⁻¹, in the dtype of ``a``.

    Raises
    ------
    TypeError, ValueError
        As `solve`.

    Notes
    -----
    Cost: about 8n³/3 operations (2n³ if the zeros of I were skipped). To solve a system use `solve`: it needs a quarter
    of them and rounds less.

    References
    ----------
    N. J. Higham, Accuracy and Stability of Numerical Algorithms (SIAM, 2002), on matrix inversion.
    Chapter: linear_algebra/linear_systems#to-solve-a-system-compute-the-inverse.

    Examples
    --------
    >>> print(inverse([[2.0, 1.0], [5.0, 3.0]]).round(12))
    [[ 3. -1.]
     [-5.  2.]]
    """
    a = as_square("inverse", "a", a, "a matrix that is not square has a pseudo_inverse")
    wide = a.astype(working(a.dtype))
    x = _solve(_factors("inverse", wide, np.finfo(a.dtype).eps), np.eye(len(a), dtype=wide.dtype))
    return rounded("inverse", "a", x, a.dtype, "a is nearly singular or small: scale it")


def determinant(a: Any) -> Any:
    """The determinant, ± the product of the pivots of PA = LU: − if P swaps an odd number of rows.

    Parameters
    ----------
    a : array_like of shape (n, n)
        A.

    Returns
    -------
    scalar
        det A, in the dtype of ``a``; 0 where it is too small for it.

    Raises
    ------
    TypeError, ValueError
        If ``a`` is no square matrix of finite real numbers, or empty; or if the determinant is too large for the dtype.

    Notes
    -----
    Mantissas and exponents are multiplied separately, so that a product overflows only if the determinant does. The
    size of a determinant does not say how near to singular a matrix is: det(cA) = cⁿ det A. `condition_number` does.

    References
    ----------
    G. H. Golub, C. F. Van Loan, Matrix Computations (4th ed., 2013), on Gaussian elimination.
    Chapter: linear_algebra/linear_systems#eq-product-of-pivots.

    Examples
    --------
    >>> float(determinant([[2.0, 1.0], [4.0, 6.0]]))
    8.0
    """
    a = as_square("determinant", "a", a, "only a square matrix has a determinant")
    permutation, _, upper = eliminate(a.astype(working(a.dtype)))
    rounded("determinant", "a", upper, upper.dtype)
    mantissa, exponent = float(_sign(permutation)), 0
    for pivot in np.diagonal(upper):
        mantissa, shift = np.frexp(mantissa * float(pivot))
        exponent += int(shift)
    with np.errstate(over="ignore"):
        result = np.ldexp(mantissa, exponent) if mantissa else 0.0
    return rounded("determinant", "a", result, a.dtype, "scale it: det(cA) = cⁿ det A")


def _as_right_side(function: str, b: Any, rows: int) -> np.ndarray:
    b = as_array(function, "b", b, ndim=(1, 2))
    return as_array(function, "b", b, shape=(rows, *b.shape[1:]))


def _solve(factors: LU, b: np.ndarray) -> np.ndarray:
    y = substitute(factors.lower, b[factors.permutation], lower=True)
    return substitute(factors.upper, y, lower=False)


def _factors(function: str, a: np.ndarray, eps: float) -> LU:
    """PA = LU of a checked square matrix; refused if a pivot is no larger than its rounding errors."""
    factors = eliminate(a)
    rounded(function, "a", factors.upper, a.dtype)
    pivots = np.abs(np.diagonal(factors.upper))
    with np.errstate(over="ignore"):
        terms = np.einsum("ik,ki->i", np.abs(factors.lower), np.abs(factors.upper))
        lost = pivots <= len(a) * eps * terms
    if lost.any():
        k = int(np.argmax(lost))
        got = f"a pivot of {pivots[k]:.3g} in column {k}" + (
            ", no larger than its rounding errors" if pivots[k] else ""
        )
        raise fail(function, "a", "non-singular", got, REMEDY)
    return factors


def _sign(permutation: np.ndarray) -> int:
    """1 for an even number of swaps, −1 for an odd one: each cycle of length c takes c − 1."""
    order, swaps = permutation.tolist(), 0
    for i in range(len(order)):
        while order[i] != i:
            j = order[i]
            order[i], order[j] = order[j], j
            swaps += 1
    return -1 if swaps % 2 else 1
