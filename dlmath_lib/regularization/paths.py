"""The elastic net for many penalties, each fit started from the one before."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_scalar
from dlmath_lib.regularization._shared import as_data, as_ratio, not_there
from dlmath_lib.regularization.coordinates import descend
from dlmath_lib.regularization.shrinkage import as_penalties

__all__ = ["ElasticNetPath", "elastic_net_path", "lasso_path"]


class ElasticNetPath(NamedTuple):
    """The fits for k penalties.

    Attributes
    ----------
    penalties : ndarray of shape (k,)
        The values of λ, in the order in which they were given.
    weights : ndarray of shape (k, d)
        One row for each λ.
    intercepts, gaps : ndarray of shape (k,)
        b and the duality gap for each λ.
    sweeps : int
        Passes over the coordinates, of all fits together.
    """

    penalties: np.ndarray
    weights: np.ndarray
    intercepts: np.ndarray
    gaps: np.ndarray
    sweeps: int


def elastic_net_path(
    x: Any, y: Any, *, penalties: Any, l1_ratio: float, tolerance: float = 1e-10, steps: int = 10_000
) -> ElasticNetPath:
    """The elastic net (1/2n)‖y − b − Xw‖² + λ(ρ‖w‖₁ + (1 − ρ)/2 ‖w‖²) for each λ, with warm starts.

    Otherwise as `elastic_net`.

    Parameters
    ----------
    x : array_like of shape (n, d)
        X, one example in each row.
    y : array_like of shape (n,)
        The targets.
    penalties : array_like of shape (k,)
        Values of λ > 0. Each fit starts from the weights of the one before: let them fall in small steps, such as
        ``lambda_max(x, y, l1_ratio=ρ) * numpy.geomspace(1, 1e-3, 100)``.
    l1_ratio : float
        ρ in [0, 1].
    tolerance, steps
        As in `elastic_net`, for each λ.

    Returns
    -------
    ElasticNetPath
        ``penalties``, ``weights`` of shape (k, d), ``intercepts``, ``gaps``, ``sweeps``.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, a λ ≤ 0, ρ lies outside [0, 1], or the sweeps do not suffice for some λ.

    References
    ----------
    J. Friedman, T. Hastie, R. Tibshirani, Regularization Paths for Generalized Linear Models via Coordinate Descent,
    J. Stat. Softw. 33 (2010), 1–22.
    Chapter: regularization/weight_penalties#the-path-and-the-choice-of-λ.

    Examples
    --------
    >>> found = elastic_net_path([[-1.0], [1.0]], [1.0, 7.0], penalties=[6.0, 2.0], l1_ratio=0.5)
    >>> print(found.weights.ravel(), found.intercepts)
    [0. 1.] [4. 4.]
    """
    return _path("elastic_net_path", x, y, penalties, l1_ratio, tolerance, steps)


def lasso_path(x: Any, y: Any, *, penalties: Any, tolerance: float = 1e-10, steps: int = 10_000) -> ElasticNetPath:
    """The lasso (1/2n)‖y − b − Xw‖² + λ‖w‖₁ for each λ, with warm starts.

    Otherwise as `elastic_net_path`, with ρ = 1.

    Parameters
    ----------
    x : array_like of shape (n, d)
        X, one example in each row.
    y : array_like of shape (n,)
        The targets.
    penalties : array_like of shape (k,)
        Values of λ > 0, falling in small steps.
    tolerance, steps
        As in `elastic_net`, for each λ.

    Returns
    -------
    ElasticNetPath
        ``penalties``, ``weights`` of shape (k, d), ``intercepts``, ``gaps``, ``sweeps``.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, a λ ≤ 0, or the sweeps do not suffice for some λ.

    References
    ----------
    R. Tibshirani, Regression Shrinkage and Selection via the Lasso, J. R. Statist. Soc. B 58 (1996), 267–288.
    Chapter: regularization/weight_penalties#the-path-and-the-choice-of-λ.

    Examples
    --------
    >>> found = lasso_path([[-1.0], [1.0]], [1.0, 7.0], penalties=[3.0, 2.0, 1.0])
    >>> print(found.weights.ravel())
    [0. 1. 2.]
    """
    return _path("lasso_path", x, y, penalties, 1.0, tolerance, steps)


def _path(name: str, x: Any, y: Any, penalties: Any, l1_ratio: Any, tolerance: Any, steps: Any) -> ElasticNetPath:
    data = as_data(name, x, y, centre=True)
    strengths, ratio = as_penalties(name, penalties), as_ratio(name, l1_ratio)
    near = as_scalar(name, "tolerance", tolerance, low=0, low_open=True)
    most = int(as_scalar(name, "steps", steps, low=1, integer=True))
    w, sweeps = np.zeros(data.x.shape[1]), 0
    weights, gaps = np.empty((len(strengths), len(w))), np.empty(len(strengths))
    for k, strength in enumerate(strengths.tolist()):
        found = descend(data.x, data.y, w, strength * ratio, strength * (1 - ratio), near, most, finish=True)
        if not found.converged:
            raise not_there(name, found.gap, near * float(data.y @ data.y) / (2 * len(data.y)), found.sweeps)
        weights[k], gaps[k], w, sweeps = found.weights, found.gap, found.weights, sweeps + found.sweeps
    intercepts = data.y_mean - weights @ data.x_mean
    return ElasticNetPath(strengths, weights.astype(data.dtype), intercepts, gaps, sweeps)
