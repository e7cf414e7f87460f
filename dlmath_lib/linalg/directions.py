"""Angles between vectors, and projections onto lines and planes."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, same_shape
from dlmath_lib.linalg._results import as_nonzero_vector, rounded
from dlmath_lib.linalg.norms import norm, normalize
from dlmath_lib.linalg.orthogonal import length, power_of_two, triangularize, unfold

__all__ = ["angle", "cosine_similarity", "projection"]


def angle(x: Any, y: Any) -> Any:
    """The angle between two vectors, in radians from 0 to π: cos θ = x·y / (‖x‖ ‖y‖).

    Parameters
    ----------
    x, y : array_like of shape (n,)
        The vectors; neither is zero.

    Returns
    -------
    scalar
        θ, in the common dtype.

    Raises
    ------
    TypeError, ValueError
        If one is no vector of finite real numbers, is empty or zero, or their lengths differ.

    Notes
    -----
    Computed by Kahan's formula tan(θ/2) = ‖u − v‖ / ‖u + v‖ with the unit vectors u = x/‖x‖, v = y/‖y‖. The inverse
    cosine of x·y / (‖x‖ ‖y‖) loses half of the digits near 0 and π, where the cosine is flat.

    References
    ----------
    W. Kahan, How Futile are Mindless Assessments of Roundoff in Floating-Point Computation? (2006).
    Chapter: linear_algebra/vectors#the-inverse-cosine-near-0.

    Examples
    --------
    >>> round(float(angle([1.0, 0.0], [1.0, 1.0])), 6)  # π/4
    0.785398
    >>> float(angle([1.0, 0.0], [1.0, 1e-12]))
    1e-12
    """
    u, v, dtype = _unit_vectors("angle", x, y)
    return rounded("angle", "x", 2 * np.arctan2(norm(u - v), norm(u + v)), dtype)


def cosine_similarity(x: Any, y: Any) -> Any:
    """The cosine of the angle between two vectors, x·y / (‖x‖ ‖y‖), from −1 to 1.

    Parameters
    ----------
    x, y : array_like of shape (n,)
        The vectors; neither is zero.

    Returns
    -------
    scalar
        cos θ, in the common dtype.

    Raises
    ------
    TypeError, ValueError
        As `angle`.

    Notes
    -----
    The unit vectors are formed first, so that no product overflows. Rounding beyond ±1 is cut off.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), chapter 2.
    Chapter: linear_algebra/vectors#the-angle-for-all-n.

    Examples
    --------
    >>> round(float(cosine_similarity([1.0, 0.0], [1.0, 1.0])), 6)
    0.707107
    """
    u, v, dtype = _unit_vectors("cosine_similarity", x, y)
    return rounded("cosine_similarity", "x", np.clip(u @ v, -1, 1), dtype)


def projection(x: Any, onto: Any) -> np.ndarray:
    """The point nearest to x on the line of a vector, or among the combinations of a matrix's columns.

    On the line of a it is (aᵀx / aᵀa) a; in a column space with orthonormal basis Q it is Q Qᵀ x. What is left,
    x minus the projection, is orthogonal to all of ``onto``.

    Parameters
    ----------
    x : array_like of shape (n,)
        The point.
    onto : array_like of shape (n,) or (n, k)
        A vector, not zero; or a matrix, whose columns may be dependent or zero.

    Returns
    -------
    ndarray of shape (n,)
        The projection, in the common dtype.

    Raises
    ------
    TypeError, ValueError
        If an argument is not made of finite real numbers, is empty, the vector is zero (a line needs a direction), or
        ``onto`` has not n rows; or if the projection is too large for the dtype.

    Notes
    -----
    The basis comes from Householder reflections with the longest remaining column first (see `qr`): orthonormal to
    rounding, however nearly dependent the columns are. What is left of a column counts as 0 below max(n, k) · eps.

    References
    ----------
    G. H. Golub, C. F. Van Loan, Matrix Computations (4th ed., 2013), on orthogonal projections.
    Chapter: linear_algebra/vectors#projection-on-a-line.

    Examples
    --------
    >>> print(projection([2.0, 3.0], [1.0, 1.0]))
    [2.5 2.5]
    >>> print(projection([1.0, 2.0, 3.0], [[1.0, 1.0], [0.0, 2.0], [0.0, 0.0]]))
    [1. 2. 0.]
    """
    x = as_array("projection", "x", x, ndim=1)
    onto = as_array("projection", "onto", onto, ndim=(1, 2))
    if onto.ndim == 1:
        onto = as_nonzero_vector("projection", "onto", onto)
        same_shape("projection", {"x": x, "onto": onto})
    onto = as_array("projection", "onto", onto.reshape(len(onto), -1), shape=(len(x), None))
    dtype = np.result_type(x, onto)
    basis, unit = _column_basis(onto), power_of_two(length(x))
    return rounded("projection", "x", unit * (basis @ (basis.T @ (x / unit))), dtype)


def _column_basis(a: np.ndarray) -> np.ndarray:
    """Orthonormal columns Q that span the column space of a checked matrix."""
    units = np.array([power_of_two(length(column)) for column in a.T.astype(np.float64)])
    r, normals, _ = triangularize(a / units, pivot=True)
    diagonal = np.abs(np.diagonal(r))
    independent = int(np.sum(diagonal > max(a.shape) * np.finfo(a.dtype).eps * diagonal[0]))
    return unfold(normals, len(a), independent)


def _unit_vectors(function: str, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray, np.dtype]:
    x, y = as_nonzero_vector(function, "x", x), as_nonzero_vector(function, "y", y)
    same_shape(function, {"x": x, "y": y})
    dtype = np.result_type(x, y)
    return normalize(x.astype(working(dtype))), normalize(y.astype(working(dtype))), dtype
