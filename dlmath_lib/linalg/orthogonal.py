"""The factorization A = QR by Householder reflections: Q has orthonormal columns, R is upper triangular."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_switch

__all__ = ["length", "power_of_two", "qr", "reflect", "triangularize", "unfold"]


def qr(a: Any, *, full: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A = QR, where QᵀQ = I and R is upper triangular with a diagonal that is nowhere negative.

    Parameters
    ----------
    a : array_like of shape (m, n)
        The matrix A: any shape but empty, any rank.
    full : bool, default False
        False: Q has as many columns as R needs, min(m, n). True: Q is square, and R has rows of zeros below.

    Returns
    -------
    q : ndarray of shape (m, min(m, n)), or (m, m) if ``full``
        Orthonormal columns.
    r : ndarray of shape (min(m, n), n), or (m, n) if ``full``
        Upper triangular.

    Raises
    ------
    TypeError, ValueError
        If ``a`` is not a real, finite, non-empty matrix, or ``full`` is neither True nor False.

    Notes
    -----
    A reflection ``H = I − 2vvᵀ`` with a unit vector v swaps a vector x with −‖x‖e₁ or ‖x‖e₁; of the two that one is
    taken for which ``x₁ ± ‖x‖`` loses no digits. One reflection for each column leaves R. The signs are then turned:
    LAPACK, and so NumPy and SciPy, leaves them as they fall. With a diagonal that is positive, Q and R are unique if
    the columns of A are linearly independent. The computed R belongs exactly to a matrix that differs from A by some
    n·ε of each column's length, and Q is orthogonal to about as much. Chapter:
    linear_algebra/least_squares#eq-qr-least-squares.

    References
    ----------
    N. J. Higham, Accuracy and Stability of Numerical Algorithms (SIAM, 2002), on QR factorization.

    Examples
    --------
    >>> q, r = qr([[3.0, 1.0], [4.0, 2.0]])
    >>> print(r.round(3) + 0.0)
    [[5.  2.2]
     [0.  0.4]]
    >>> print((q @ r).round(3))
    [[3. 1.]
     [4. 2.]]
    """
    a = as_array("qr", "a", a, ndim=2)
    m, n = a.shape
    rows = m if as_switch("qr", "full", full) else min(m, n)
    scale = power_of_two(abs(a).max())
    r, normals, _ = triangularize(a / scale)
    q, r = unfold(normals, m, rows), np.triu(r[:rows])
    signs = np.where(np.diagonal(r) < 0, -1.0, 1.0)
    r[: len(signs)] *= signs[:, None]
    q[:, : len(signs)] *= signs
    return q.astype(a.dtype), (r * scale).astype(a.dtype)


def triangularize(a: np.ndarray, *, pivot: bool = False) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """R above what is left of A, the unit normals v of the reflections, and the order in which columns were taken.

    With ``pivot`` each step takes the longest of the columns that are left, so that the diagonal of R falls.
    """
    r = a.astype(np.float64)
    m, n = r.shape
    order, normals = np.arange(n), []
    for k in range(min(m, n)):
        if pivot:
            longest = k + int(np.argmax([length(column) for column in r[k:, k:].T]))
            r[:, [k, longest]] = r[:, [longest, k]]
            order[[k, longest]] = order[[longest, k]]
        v = r[k:, k].copy()
        v[0] += np.copysign(length(v), v[0])  # the same sign: no cancellation
        size = length(v)
        v = v / size if size > 0 else np.zeros_like(v)  # a column of zeros stays as it is
        reflect(r[k:, k:], v)
        normals.append(v)
    return r, normals, order


def unfold(normals: list[np.ndarray], m: int, rows: int) -> np.ndarray:
    """The first columns of Q, the product of the reflections: the last is applied first."""
    q = np.eye(m, rows)
    for k, v in reversed(list(enumerate(normals))):
        reflect(q[k:], v)
    return q


def reflect(block: np.ndarray, v: np.ndarray) -> None:
    """Replace the columns of ``block`` by their mirror images, H = I − 2vvᵀ."""
    block -= 2 * np.outer(v, v @ block)


def length(v: np.ndarray) -> float:
    """‖v‖, where a square would overflow or vanish too."""
    largest = float(abs(v).max(initial=0.0))
    return largest * float(np.sqrt(np.sum((v / largest) ** 2))) if largest > 0 else 0.0


def power_of_two(size: float) -> float:
    """The power of two at or below ``size`` (1 for 0): dividing by it rounds nothing."""
    return float(np.ldexp(0.5, np.frexp(np.float64(size))[1])) if size > 0 else 1.0
