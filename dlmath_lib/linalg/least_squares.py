"""Least squares: by QR where the columns are linearly independent, by the pseudo-inverse elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail
from dlmath_lib.linalg.orthogonal import length, power_of_two, reflect, triangularize
from dlmath_lib.linalg.singular import svd

__all__ = ["least_squares", "pseudo_inverse"]


def least_squares(a: Any, b: Any) -> np.ndarray:
    """The x for which ``‖Ax − b‖`` is least, from ``R x = Qᵀ b`` with ``A = QR``.

    Parameters
    ----------
    a : array_like of shape (m, n)
        The matrix A, with linearly independent columns: m ≥ n.
    b : array_like of shape (m,) or (m, k)
        The right-hand side b, or k of them, one in each column.

    Returns
    -------
    ndarray of shape (n,) or (n, k)
        The solution x, one column for each of b.

    Raises
    ------
    TypeError, ValueError
        If ``a`` and ``b`` are not real, finite and of these shapes, or if the columns of ``a`` are linearly dependent
        to rounding: then there are many solutions, and `pseudo_inverse` gives the shortest.

    Notes
    -----
    The matrix ``AᵀA`` is not formed: its condition number is the square of A's. Each column is first divided by a power
    of two near its length, which rounds nothing; the verdict on their rank then does not depend on the units in which
    a column is measured. The columns are taken in the order of what is left of them (column pivoting), and called
    dependent if one has less than ``max(m, n) ε`` of the first left. (For dependent columns ``numpy.linalg.lstsq``
    raises no error: the rank that it returns says so.) Chapter:
    linear_algebra/least_squares#eq-normal-equations.

    References
    ----------
    P. Businger, G. H. Golub, Linear least squares solutions by Householder transformations (1965).

    Examples
    --------
    The line c + dt through (0, 1), (1, 2), (2, 4), as near as can be:

    >>> print(least_squares([[1, 0], [1, 1], [1, 2]], [1, 2, 4]).round(4))
    [0.8333 1.5   ]
    """
    a = as_array("least_squares", "a", a, ndim=2)
    b = as_array("least_squares", "b", b, ndim=(1, 2))
    m, n = a.shape
    if len(b) != m:
        raise fail("least_squares", "b", f"as long as a has rows, {m}", f"shape {b.shape}")
    units = np.array([power_of_two(length(column)) for column in a.T.astype(np.float64)])
    r, normals, order = triangularize(a / units, pivot=True)
    diagonal = abs(np.diagonal(r))
    independent = int(np.sum(diagonal > max(m, n) * np.finfo(np.float64).eps * diagonal[0]))
    if independent < n:
        got = f"{n} columns of rank {independent}"
        hint = "leave out columns that others make up, or take pseudo_inverse(a) @ b, the shortest solution"
        raise fail("least_squares", "a", "of linearly independent columns", got, hint)
    image = b.astype(np.float64).reshape(m, -1)
    for k, v in enumerate(normals):
        reflect(image[k:], v)  # Qᵀb
    x = np.empty((n, image.shape[1]))
    for k in reversed(range(n)):
        x[order[k]] = (image[k] - r[k, k + 1 :] @ x[order[k + 1 :]]) / r[k, k]
    return (x / units[:, None]).reshape(n, *b.shape[1:]).astype(np.result_type(a, b))


def pseudo_inverse(a: Any, *, rtol: float | None = None) -> np.ndarray:
    """The pseudo-inverse of Moore and Penrose, ``A⁺ = V Σ⁺ Uᵀ``: ``A⁺ b`` is the shortest least-squares solution.

    Parameters
    ----------
    a : array_like of shape (m, n)
        The matrix A: any shape but empty, any rank.
    rtol : float in 0 … 1, optional
        Singular values up to this part of the largest count as 0. Default: max(m, n) ε, with the ε of a's type.

    Returns
    -------
    ndarray of shape (n, m)
        A⁺.

    Raises
    ------
    TypeError, ValueError
        If ``a`` is not a real, finite, non-empty matrix, or ``rtol`` does not lie between 0 and 1.

    Notes
    -----
    In Σ⁺ each singular value σ > 0 is replaced by 1/σ, and 0 stays 0. So A⁺ jumps where the rank changes: ``rtol`` says
    which small singular values are taken for noise. Chapter:
    linear_algebra/least_squares#eq-pseudo-inverse.

    References
    ----------
    R. Penrose, A generalized inverse for matrices (1955).

    Examples
    --------
    >>> print(pseudo_inverse([[1.0, 1.0], [1.0, 1.0]]).round(3))
    [[0.25 0.25]
     [0.25 0.25]]
    """
    a = as_array("pseudo_inverse", "a", a, ndim=2)
    smallest = max(a.shape) * float(np.finfo(a.dtype).eps)
    if rtol is not None:
        smallest = as_scalar("pseudo_inverse", "rtol", rtol, low=0, high=1)
    u, s, vt = svd(a.astype(np.float64))
    kept = s > smallest * s[0]
    return ((vt[kept].T / s[kept]) @ u[:, kept].T).astype(a.dtype)
