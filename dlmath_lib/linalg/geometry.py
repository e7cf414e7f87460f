"""Hyperplanes, rotations and reflections."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, as_scalar, fail
from dlmath_lib.linalg._results import as_nonzero_vector, rounded
from dlmath_lib.linalg.norms import norm

__all__ = ["hyperplane_distance", "reflection", "rotation"]


def hyperplane_distance(x: Any, weight: Any, bias: Any) -> Any:
    """The signed distance of points from the hyperplane w·x + b = 0, (w·x + b) / ‖w‖.

    Parameters
    ----------
    x : array_like of shape (n, features) or (features,)
        Points, one in each row; or one point.
    weight : array_like of shape (features,)
        w, the normal vector of the hyperplane; not zero.
    bias : float
        b.

    Returns
    -------
    ndarray of shape (n,), or scalar
        Positive on the side to which w points, negative on the other, 0 on the hyperplane.

    Raises
    ------
    TypeError, ValueError
        If an argument is not made of finite real numbers, is empty, w is zero or does not fit the points; or if a
        distance is too large for the dtype.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning (2006), on discriminant functions.
    Chapter: linear_algebra/geometry#the-distance-of-a-point.

    Examples
    --------
    >>> print(hyperplane_distance([[3.0, 4.0], [0.0, 0.0]], [3.0, 4.0], -5.0))
    [ 4. -1.]
    """
    weight = as_nonzero_vector("hyperplane_distance", "weight", weight)
    x = as_array("hyperplane_distance", "x", x, ndim=(1, 2))
    x = as_array("hyperplane_distance", "x", x, shape=(*x.shape[:-1], len(weight)))
    dtype = np.result_type(x, weight)
    bias = as_scalar("hyperplane_distance", "bias", bias, cast=dtype)
    x, weight = x.astype(working(dtype)), weight.astype(working(dtype))
    largest = np.abs(weight).max()  # w and b may be divided by it: the hyperplane stays the same
    with np.errstate(over="ignore", invalid="ignore"):
        distance = (x @ (weight / largest) + bias / largest) / norm(weight / largest)
    return rounded("hyperplane_distance", "x", distance, dtype)


def rotation(theta: float, *, size: int = 2, plane: tuple[int, int] = (0, 1)) -> np.ndarray:
    """The matrix that turns by the angle θ in a plane of two coordinate axes: [[cos θ, −sin θ], [sin θ, cos θ]].

    Parameters
    ----------
    theta : float
        θ, in radians; positive from the first axis towards the second.
    size : int
        The number of rows and columns, at least 2.
    plane : pair of int
        The two axes, counted from 0. What is orthogonal to both stays where it is.

    Returns
    -------
    ndarray of shape (size, size)
        An orthogonal matrix Q with det Q = 1: turn a column x by Q @ x, rows by X @ Q.T.

    Raises
    ------
    TypeError, ValueError
        If an argument is not of its kind, or ``plane`` is not made of two different axes.

    References
    ----------
    G. H. Golub, C. F. Van Loan, Matrix Computations (4th ed., 2013), on Givens rotations.
    Chapter: linear_algebra/geometry#turning-slanting-mirroring.

    Examples
    --------
    >>> print(rotation(np.pi / 2).round(3) + 0.0)
    [[ 0. -1.]
     [ 1.  0.]]
    """
    theta = as_scalar("rotation", "theta", theta)
    size = int(as_scalar("rotation", "size", size, low=2, integer=True))
    axes = as_array("rotation", "plane", plane, shape=(2,), dtype="integer").tolist()
    if axes[0] == axes[1] or not all(0 <= axis < size for axis in axes):
        raise fail("rotation", "plane", f"two different axes from 0 to {size - 1}", str(tuple(axes)))
    first, second = axes
    matrix = np.eye(size)
    matrix[first, first] = matrix[second, second] = np.cos(theta)
    matrix[second, first] = np.sin(theta)
    matrix[first, second] = -np.sin(theta)
    return matrix


def reflection(normal: Any) -> np.ndarray:
    """The matrix that mirrors at the hyperplane through 0 with this normal vector, I − 2 n nᵀ / (nᵀ n).

    Parameters
    ----------
    normal : array_like of shape (n,)
        n, orthogonal to the mirror; not zero, its length does not matter.

    Returns
    -------
    ndarray of shape (n, n)
        A symmetric and orthogonal matrix with determinant −1, in the dtype of ``normal``: a Householder matrix.

    Raises
    ------
    TypeError, ValueError
        If ``normal`` is no vector of finite real numbers, is empty or zero.

    References
    ----------
    G. H. Golub, C. F. Van Loan, Matrix Computations (4th ed., 2013), on Householder matrices.
    Chapter: linear_algebra/geometry#orthogonal-matrices.

    Examples
    --------
    >>> print(reflection([1.0, 1.0]))
    [[ 0. -1.]
     [-1.  0.]]
    """
    normal = as_nonzero_vector("reflection", "normal", normal)
    wide = normal.astype(working(normal.dtype))
    wide = wide / np.abs(wide).max()
    return (np.eye(len(wide), dtype=wide.dtype) - 2 * np.outer(wide, wide) / (wide @ wide)).astype(normal.dtype)
