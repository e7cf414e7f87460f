"""The reduced row echelon form, and what can be read off it: rank and null space."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, as_scalar
from dlmath_lib.linalg._results import rounded

__all__ = ["ReducedForm", "null_space", "rank", "rref"]


class ReducedForm(NamedTuple):
    """The reduced row echelon form.

    Attributes
    ----------
    matrix : ndarray of shape (m, n)
        R.
    pivots : tuple of int
        The columns that hold a leading 1, one for each row of R that is not zero.
    """

    matrix: np.ndarray
    pivots: tuple[int, ...]


def rref(a: Any, *, tolerance: float | None = None) -> ReducedForm:
    """The reduced row echelon form of a matrix, R = EA with an invertible E.

    Each row of R that is not zero begins with a 1, the only entry of its column that is not 0; these leading ones move
    to the right from row to row, and the zero rows stand last. Ax = 0 and Rx = 0 have the same solutions.

    Parameters
    ----------
    a : array_like of shape (m, n)
        A. To read off the solutions of Ax = b, pass [A b].
    tolerance : float, optional
        What counts as 0 when a pivot is sought. Default: max(m, n) · eps · the largest absolute row sum of A.

    Returns
    -------
    ReducedForm
        ``matrix`` and ``pivots``.

    Raises
    ------
    TypeError, ValueError
        If ``a`` is no matrix of finite real numbers, or empty; if the tolerance is negative; or if an entry of R is too
        large for the dtype.

    Notes
    -----
    The largest candidate in a column becomes the pivot, as in `lu`. In exact arithmetic R does not depend on that
    choice. With rounding, whether a small number is 0 is a decision, which the tolerance takes.

    References
    ----------
    G. Strang, Introduction to Linear Algebra, on the reduced row echelon form.
    Chapter: linear_algebra/linear_systems#none-one-infinitely-many.

    Examples
    --------
    >>> reduced = rref([[1.0, 2.0, 3.0], [2.0, 4.0, 8.0]])
    >>> print(reduced.matrix, reduced.pivots)
    [[1. 2. 0.]
     [0. 0. 1.]] (0, 2)
    """
    a, tolerance = _checked("rref", a, tolerance)
    matrix, pivots = _reduce(a.astype(working(a.dtype)), tolerance)
    return ReducedForm(rounded("rref", "a", matrix, a.dtype), pivots)


def rank(a: Any, *, tolerance: float | None = None) -> int:
    """The rank of a matrix: the number of pivots of its reduced form, rank A = n − dim of the null space.

    Parameters
    ----------
    a : array_like of shape (m, n)
        A.
    tolerance : float, optional
        What counts as 0, as in `rref`.

    Returns
    -------
    int
        The rank, from 0 to min(m, n).

    Raises
    ------
    TypeError, ValueError
        As `rref`.

    Notes
    -----
    Where singular values lie near the tolerance, the rank is a matter of judgement; their list says more than a count.

    References
    ----------
    G. Strang, Introduction to Linear Algebra, on the rank.
    Chapter: linear_algebra/linear_systems#none-one-infinitely-many.

    Examples
    --------
    >>> rank([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    1
    """
    a, tolerance = _checked("rank", a, tolerance)
    return len(_reduce(a.astype(working(a.dtype)), tolerance)[1])


def null_space(a: Any, *, tolerance: float | None = None) -> np.ndarray:
    """A basis of the null space, of all x with Ax = 0: the special solutions of the reduced form.

    Each column that holds no pivot gives one: its own unknown is 1, the unknowns of the other columns without pivot are
    0, and the unknown of the pivot in row i is minus entry i of the column.

    Parameters
    ----------
    a : array_like of shape (m, n)
        A.
    tolerance : float, optional
        What counts as 0, as in `rref`.

    Returns
    -------
    ndarray of shape (n, n − rank)
        N, one basis vector in each column, so that A N = 0; with no column if x = 0 is the only solution.

    Raises
    ------
    TypeError, ValueError
        As `rref`.

    Notes
    -----
    These vectors can be found by hand; they are not orthogonal. An orthonormal basis comes from the singular value
    decomposition.

    References
    ----------
    G. Strang, Introduction to Linear Algebra, on special solutions.
    Chapter: linear_algebra/linear_systems#none-one-infinitely-many.

    Examples
    --------
    >>> print(null_space([[1.0, 2.0, 3.0], [2.0, 4.0, 8.0]]))
    [[-2.]
     [ 1.]
     [ 0.]]
    """
    a, tolerance = _checked("null_space", a, tolerance)
    matrix, pivots = _reduce(a.astype(working(a.dtype)), tolerance)
    free = [j for j in range(a.shape[1]) if j not in pivots]
    basis = np.zeros((a.shape[1], len(free)), dtype=matrix.dtype)
    basis[free, range(len(free))] = 1
    basis[list(pivots)] = 0.0 - matrix[: len(pivots), free]
    return rounded("null_space", "a", basis, a.dtype)


def _reduce(a: np.ndarray, tolerance: float) -> ReducedForm:
    """Gauss–Jordan elimination: zeros below the pivots first, then above them."""
    matrix, rows = a.copy(), len(a)
    pivots: list[int] = []
    with np.errstate(over="ignore", invalid="ignore"):
        for column in range(a.shape[1]):
            row = len(pivots)
            if row == rows:
                break
            best = row + int(np.argmax(np.abs(matrix[row:, column])))
            if np.abs(matrix[best, column]) <= tolerance:
                matrix[row:, column] = 0
                continue
            matrix[[row, best]] = matrix[[best, row]]
            multipliers = matrix[row + 1 :, column] / matrix[row, column]
            matrix[row + 1 :, column:] -= np.outer(multipliers, matrix[row, column:])
            matrix[row + 1 :, column] = 0
            pivots.append(column)
        for row, column in reversed(list(enumerate(pivots))):
            matrix[row] /= matrix[row, column]
            matrix[:row] -= np.outer(matrix[:row, column], matrix[row])
            matrix[:row, column] = 0
    return ReducedForm(matrix + 0.0, tuple(pivots))  # −0 becomes 0


def _checked(function: str, a: Any, tolerance: Any) -> tuple[np.ndarray, float]:
    a = as_array(function, "a", a, ndim=2)
    if tolerance is None:
        with np.errstate(over="ignore"):
            largest = np.abs(a.astype(np.float64)).sum(axis=1).max()
        return a, min(max(a.shape) * float(np.finfo(a.dtype).eps) * float(largest), np.finfo(np.float64).max)
    return a, as_scalar(function, "tolerance", tolerance, low=0)
