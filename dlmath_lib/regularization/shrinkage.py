"""Ridge regression seen through the singular value decomposition: how much of each direction is kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, fail
from dlmath_lib.regularization._shared import as_data, as_penalty

__all__ = ["as_penalties", "degrees_of_freedom", "ridge_path"]


def as_penalties(function: str, penalties: Any) -> np.ndarray:
    """One λ > 0 or more, in a vector of float64."""
    array = as_array(function, "penalties", penalties, ndim=1).astype(np.float64)
    if array.min() <= 0:
        raise fail(function, "penalties", "all > 0", f"{array.min():g}")
    return array


def ridge_path(x: Any, y: Any, *, penalties: Any) -> np.ndarray:
    """Ridge weights for many λ from one decomposition X = U diag(d) Vᵀ: w = Σᵢ vᵢ · dᵢ/(dᵢ² + λ) · uᵢᵀy.

    Each w makes ‖y − Xw‖² + λ‖w‖² smallest; the predictions are Xw = Σᵢ uᵢ · dᵢ²/(dᵢ² + λ) · uᵢᵀy.

    Parameters
    ----------
    x : array_like of shape (n, d)
        X, one example in each row. There is no intercept: subtract the means of ``x`` and ``y`` first.
    y : array_like of shape (n,)
        The targets.
    penalties : array_like of shape (k,)
        Values of λ > 0, in any order.

    Returns
    -------
    ndarray of shape (k, d), in the wider dtype of ``x`` and ``y``
        The weights for each λ.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, or a λ is not positive.

    References
    ----------
    T. Hastie, R. Tibshirani, J. Friedman, The Elements of Statistical Learning, 2nd ed. (2009), section 3.4.1.
    Chapter: regularization/weight_penalties#eq-ridge-direction.

    Examples
    --------
    >>> print(ridge_path([[1.0], [2.0]], [2.0, 3.0], penalties=[3.0, 11.0]))
    [[1. ]
     [0.5]]
    """
    data = as_data("ridge_path", x, y, centre=False)
    strengths = as_penalties("ridge_path", penalties)
    u, d, vt = np.linalg.svd(data.x, full_matrices=False)
    weights = (d / (d**2 + strengths[:, None]) * (u.T @ data.y)) @ vt
    return weights.astype(data.dtype)


def degrees_of_freedom(x: Any, *, penalty: float) -> float:
    """Σᵢ dᵢ²/(dᵢ² + λ), with the singular values dᵢ of X: the trace of the matrix that maps y to ridge's predictions.

    Parameters
    ----------
    x : array_like of shape (n, d)
        X, one example in each row, its columns centred if there is an intercept.
    penalty : float
        λ > 0 of ‖y − Xw‖² + λ‖w‖².

    Returns
    -------
    float
        Between 0 and the rank of X: near the rank for small λ, near 0 for large λ.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not a finite matrix, or λ ≤ 0.

    References
    ----------
    T. Hastie, R. Tibshirani, J. Friedman, The Elements of Statistical Learning, 2nd ed. (2009), section 3.4.1.
    Chapter: regularization/weight_penalties#eq-degrees-of-freedom.

    Examples
    --------
    >>> degrees_of_freedom([[3.0, 0.0], [0.0, 1.0]], penalty=1.0)
    1.4
    """
    matrix = as_array("degrees_of_freedom", "x", x, ndim=2)
    matrix = as_data("degrees_of_freedom", matrix, np.zeros(len(matrix)), centre=False).x
    strength = as_penalty("degrees_of_freedom", penalty)
    d = np.linalg.svd(matrix, compute_uv=False)
    return float(np.sum(d**2 / (d**2 + strength)))
