"""Lengths of vectors and sizes of matrices. What is squared is first scaled, so that no square overflows, and none that
matters underflows."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import total, working
from dlmath_lib._validate import as_array, as_scalar, fail, one_of
from dlmath_lib.linalg._results import as_nonzero_vector, rounded
from dlmath_lib.linalg.singular import svd

__all__ = ["distances", "matrix_norm", "norm", "normalize", "singular_values"]

KINDS = ("frobenius", "spectral", "one", "infinity")


def norm(x: Any, *, order: float = 2) -> Any:
    """The p-norm of a vector, ‖x‖ₚ = (Σ |xᵢ|ᵖ)^(1/p), for p = ∞ the largest |xᵢ|.

    Parameters
    ----------
    x : array_like of shape (n,)
        The vector.
    order : float
        p ≥ 1: 1 for the sum of absolute values, 2 for the length, ``numpy.inf`` for the largest absolute value.

    Returns
    -------
    scalar
        ‖x‖ₚ, in the dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is no vector of finite real numbers, or empty; if p < 1 (the triangle inequality fails); or if the norm
        is too large for the dtype.

    Notes
    -----
    Computed as m ‖x/m‖ₚ with a power of two m near max |xᵢ|: no power overflows, and those that underflow are too
    small to matter.

    References
    ----------
    N. J. Higham, Accuracy and Stability of Numerical Algorithms (SIAM, 2002), on vector norms and their scaling.
    Chapter: linear_algebra/vectors#three-norms.

    Examples
    --------
    >>> float(norm([3.0, -4.0])), float(norm([3.0, -4.0], order=1)), float(norm([3.0, -4.0], order=np.inf))
    (5.0, 7.0, 4.0)
    >>> print(f"{norm([3e200, 4e200]):.3g}")
    5e+200
    """
    x = as_array("norm", "x", x, ndim=1)
    return rounded("norm", "x", _p_norm(x, _as_order("norm", order)), x.dtype)


def normalize(x: Any, *, order: float = 2) -> np.ndarray:
    """The vector of norm 1 in the direction of x, x / ‖x‖ₚ.

    Parameters
    ----------
    x : array_like of shape (n,)
        The vector; not zero.
    order : float
        p ≥ 1, as in `norm`.

    Returns
    -------
    ndarray of shape (n,)
        The direction of ``x``, in its dtype.

    Raises
    ------
    TypeError, ValueError
        As `norm`; also if x is the zero vector, which has no direction.

    References
    ----------
    N. J. Higham, Accuracy and Stability of Numerical Algorithms (SIAM, 2002).
    Chapter: linear_algebra/vectors#length-and-dot-product.

    Examples
    --------
    >>> print(normalize([3.0, -4.0]))
    [ 0.6 -0.8]
    """
    x = as_nonzero_vector("normalize", "x", x)
    wide = x.astype(working(x.dtype))
    wide /= np.abs(wide).max()
    return (wide / _p_norm(wide, _as_order("normalize", order))).astype(x.dtype)


def distances(x: Any, y: Any, *, order: float = 2) -> np.ndarray:
    """The distance of each row of x from each row of y, D[i, j] = ‖xᵢ − yⱼ‖ₚ.

    Parameters
    ----------
    x : array_like of shape (n, features)
        Points, one in each row.
    y : array_like of shape (m, features)
        More points, in the same space.
    order : float
        p ≥ 1, as in `norm`.

    Returns
    -------
    ndarray of shape (n, m)
        The distances.

    Raises
    ------
    TypeError, ValueError
        If an argument is not made of finite real numbers, is empty, the rows have different lengths, p < 1, or a
        distance is too large for the dtype.

    Notes
    -----
    The differences are formed before they are squared. The shorter ‖x‖² − 2x·y + ‖y‖² cancels where two points are
    close to each other and far from 0.

    References
    ----------
    N. J. Higham, Accuracy and Stability of Numerical Algorithms (SIAM, 2002), on cancellation.
    Chapter: linear_algebra/vectors#length-and-dot-product.

    Examples
    --------
    >>> print(distances([[0.0, 0.0], [3.0, 4.0]], [[3.0, 0.0]]))
    [[3.]
     [4.]]
    """
    x = as_array("distances", "x", x, ndim=2)
    y = as_array("distances", "y", y, shape=(None, x.shape[1]))
    p, dtype = _as_order("distances", order), np.result_type(x, y)
    x, y = x.astype(working(dtype)), y.astype(working(dtype))
    with np.errstate(over="ignore", invalid="ignore"):  # a difference that overflows is refused by `rounded`
        rows = [_p_norm(rounded("distances", "x", point - y, y.dtype), p) for point in x]
    return rounded("distances", "x", np.stack(rows), dtype)


def matrix_norm(a: Any, *, kind: str = "frobenius") -> Any:
    """The size of a matrix.

    ==============  =================================  ==================================================
    ``kind``        formula                            meaning
    ==============  =================================  ==================================================
    ``frobenius``   ``‖A‖_F = √(Σ aᵢⱼ²)``              the length of all entries as one vector
    ``spectral``    ``‖A‖₂ = max ‖Ax‖₂ / ‖x‖₂ = σ₁``   the largest stretch, the largest singular value
    ``one``         ``‖A‖₁ = max ‖Ax‖₁ / ‖x‖₁``        the largest column sum, ``max over j of Σᵢ |aᵢⱼ|``
    ``infinity``    ``‖A‖∞ = max ‖Ax‖∞ / ‖x‖∞``        the largest row sum, ``max over i of Σⱼ |aᵢⱼ|``
    ==============  =================================  ==================================================

    Parameters
    ----------
    a : array_like of shape (m, n)
        The matrix A.
    kind : {"frobenius", "spectral", "one", "infinity"}
        Which norm. All but the first are largest stretches: ‖Ax‖ ≤ ‖A‖ ‖x‖, with equality for some x other than 0.

    Returns
    -------
    scalar
        The norm, in the dtype of ``a``.

    Raises
    ------
    TypeError, ValueError
        If ``a`` is no matrix of finite real numbers, or empty; if ``kind`` is another; or if the norm is too large for
        the dtype.

    References
    ----------
    G. H. Golub, C. F. Van Loan, Matrix Computations (4th ed., 2013), on matrix norms.
    Chapter: linear_algebra/linear_systems#the-condition-number.

    Examples
    --------
    >>> a = [[3.0, 0.0], [4.0, 0.0]]
    >>> [float(matrix_norm(a, kind=kind)) for kind in ("frobenius", "spectral", "one", "infinity")]
    [5.0, 5.0, 7.0, 4.0]
    """
    a = as_array("matrix_norm", "a", a, ndim=2)
    one_of("matrix_norm", "kind", kind, KINDS)
    if kind == "frobenius":
        size = _p_norm(a.ravel(), 2)
    elif kind == "spectral":
        size = singular_values(a)[0]
    else:
        size = _p_norm(a if kind == "infinity" else a.T, 1).max()
    return rounded("matrix_norm", "a", size, a.dtype)


def singular_values(a: np.ndarray) -> np.ndarray:
    """The singular values of a checked matrix, largest first, in float32 at least."""
    return svd(a.astype(working(a.dtype))).s


def _as_order(function: str, order: Any) -> float:
    if isinstance(order, (float, np.floating)) and order == np.inf:
        return np.inf
    order = as_scalar(function, "order", order)
    if order < 1:
        hint = "for p < 1 the triangle inequality fails, so that it is no norm"
        raise fail(function, "order", "≥ 1, or numpy.inf", f"{order:g}", hint)
    return order


def _p_norm(x: np.ndarray, p: float) -> np.ndarray:
    """‖x‖ₚ along the last axis, in float64 at least."""
    x = np.abs(x.astype(np.result_type(x, np.float64)))
    largest = x.max(axis=-1)
    if p == np.inf:
        return largest
    exponent = np.frexp(largest)[1]  # scaling by a power of two rounds nothing
    scaled = np.ldexp(x, -exponent[..., None])
    with np.errstate(over="ignore"):  # the norm of large entries may itself be too large: `rounded` says so
        return np.ldexp(total(scaled**p, -1) ** (1 / p), exponent)
