"""Matrices as products of triangular ones: PA = LU by Gaussian elimination, and A = LLᵀ by Cholesky's method."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, fail
from dlmath_lib.linalg._results import as_square, rounded

__all__ = ["LU", "cholesky", "eliminate", "lu"]


class LU(NamedTuple):
    """PA = LU: ``a[permutation] = lower @ upper``.

    Attributes
    ----------
    permutation : ndarray of int, shape (m,)
        P as the order of the rows: row i of PA is row ``permutation[i]`` of A.
    lower : ndarray of shape (m, min(m, n))
        L, with ones on the diagonal, zeros above it and multipliers of size at most 1 below it.
    upper : ndarray of shape (min(m, n), n)
        U, with zeros below the diagonal; its diagonal holds the pivots.
    """

    permutation: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def lu(a: Any) -> LU:
    """Gaussian elimination with partial pivoting, PA = LU.

    In each column the entry of largest absolute value, on or below the diagonal, is brought to the diagonal: the pivot.
    Multiples of its row are subtracted from the rows below it; L holds the multipliers, U what is left.

    Parameters
    ----------
    a : array_like of shape (m, n)
        A, of any shape and rank.

    Returns
    -------
    LU
        ``permutation``, ``lower`` and ``upper``, with ``a[permutation]`` equal to ``lower @ upper`` up to rounding.

    Raises
    ------
    TypeError, ValueError
        If ``a`` is no matrix of finite real numbers, or empty; or if an entry of U is too large for the dtype.

    Notes
    -----
    Cost: about 2n³/3 operations for m = n. A column without a pivot (all candidates are 0) is passed over, so that a
    singular matrix has factors too; one pivot is then 0. Integers become float64, float32 stays float32.

    References
    ----------
    G. H. Golub, C. F. Van Loan, Matrix Computations (4th ed., 2013), on Gaussian elimination with partial pivoting.
    Chapter: linear_algebra/linear_systems#pivots-that-are-0-or-nearly.

    Examples
    --------
    >>> factors = lu([[2.0, 1.0], [4.0, 6.0]])
    >>> print(factors.permutation, factors.lower[1, 0], factors.upper.tolist())
    [1 0] 0.5 [[4.0, 6.0], [0.0, -2.0]]
    """
    a = as_array("lu", "a", a, ndim=2)
    permutation, lower, upper = eliminate(a.astype(working(a.dtype)))
    return LU(permutation, lower.astype(a.dtype), rounded("lu", "a", upper, a.dtype))


@np.errstate(over="ignore", invalid="ignore")
def eliminate(a: np.ndarray) -> LU:
    """PA = LU of a checked matrix, in its own type; what overflows is infinite."""
    rows, columns = a.shape
    steps = min(rows, columns)
    permutation, upper = np.arange(rows), a.copy()
    lower = np.eye(rows, steps, dtype=a.dtype)
    for k in range(steps):
        pivot = k + int(np.argmax(np.abs(upper[k:, k])))
        if upper[pivot, k] == 0:
            continue
        permutation[[k, pivot]] = permutation[[pivot, k]]
        upper[[k, pivot]] = upper[[pivot, k]]
        lower[[k, pivot], :k] = lower[[pivot, k], :k]
        lower[k + 1 :, k] = upper[k + 1 :, k] / upper[k, k]
        upper[k + 1 :, k:] -= np.outer(lower[k + 1 :, k], upper[k, k:])
        upper[k + 1 :, k] = 0
    return LU(permutation, lower, upper[:steps])


def cholesky(a: Any) -> np.ndarray:
    """The Cholesky factor of a symmetric positive definite matrix, A = L Lᵀ with a positive diagonal.

    Column j follows from the columns before it: lⱼⱼ = √(aⱼⱼ − Σ lⱼₖ²), and lᵢⱼ = (aᵢⱼ − Σ lᵢₖ lⱼₖ) / lⱼⱼ for i > j, the
    sums over k < j.

    Parameters
    ----------
    a : array_like of shape (n, n)
        A, symmetric up to rounding (its lower triangle is read) and positive definite: xᵀAx > 0 for x ≠ 0.

    Returns
    -------
    ndarray of shape (n, n)
        L, lower triangular, in the dtype of ``a``.

    Raises
    ------
    TypeError, ValueError
        If ``a`` is no square matrix of finite real numbers, is empty, not symmetric, or not positive definite.

    Notes
    -----
    Cost: about n³/3 operations, half of LU's, and no pivoting is needed: lᵢₖ² ≤ aᵢᵢ, so that no entry can grow. The
    method also is the test for positive definiteness: the root of a number that is not positive is asked where A is
    not positive definite, or so nearly singular that rounding decides.

    References
    ----------
    G. H. Golub, C. F. Van Loan, Matrix Computations (4th ed., 2013), on positive definite systems.
    Chapter: linear_algebra/linear_systems#what-it-costs.

    Examples
    --------
    >>> print(cholesky([[4.0, 2.0], [2.0, 10.0]]))
    [[2. 0.]
     [1. 3.]]
    """
    a = as_square("cholesky", "a", a, "a matrix that is not square has no Cholesky factor; a.T @ a is square")
    _check_symmetric(a)
    wide = a.astype(working(a.dtype))
    lower = np.zeros_like(wide)
    for j in range(len(a)):
        rest = wide[j:, j] - lower[j:, :j] @ lower[j, :j]
        if rest[0] <= 0:
            hint = "lu and solve need no definiteness; for a singular covariance add a small multiple of the identity"
            got = f"{rest[0]:.3g} under the root in column {j}"
            raise fail("cholesky", "a", "positive definite", got, hint)
        lower[j:, j] = rest / np.sqrt(rest[0])
    return lower.astype(a.dtype)


def _check_symmetric(a: np.ndarray) -> None:
    """Refuse what is not symmetric up to some roundings."""
    half = a / 2  # a difference of halves does not overflow
    gap = np.abs(half - half.T)
    if (gap > 16 * len(a) * np.finfo(a.dtype).eps * np.abs(half).max()).any():
        i, j = (int(index) for index in np.unravel_index(np.argmax(gap), gap.shape))
        got = f"{a[i, j]:g} at ({i}, {j}) and {a[j, i]:g} at ({j}, {i})"
        hint = "pass (a + a.T) / 2 if its symmetric part is meant; lu takes any matrix"
        raise fail("cholesky", "a", "symmetric", got, hint)
