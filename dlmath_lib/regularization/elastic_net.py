"""Lasso and elastic net with an intercept that is not penalised, and the penalty from which on all weights are 0."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_scalar
from dlmath_lib.regularization._shared import as_data, as_penalty, as_ratio, not_there
from dlmath_lib.regularization.coordinates import descend

__all__ = ["LinearFit", "elastic_net", "lambda_max", "lasso"]


class LinearFit(NamedTuple):
    """A fitted linear model: it predicts ``x @ weights + intercept``.

    Attributes
    ----------
    weights : ndarray of shape (d,)
        One for each column.
    intercept : float
        b, which is not penalised.
    gap : float
        The objective exceeds its minimum by at most this.
    sweeps : int
        Passes over the coordinates or groups.
    """

    weights: np.ndarray
    intercept: float
    gap: float
    sweeps: int


def elastic_net(
    x: Any, y: Any, *, penalty: float, l1_ratio: float, tolerance: float = 1e-10, steps: int = 10_000
) -> LinearFit:
    """The w and b that make (1/2n)‖y − b − Xw‖² + λ(ρ‖w‖₁ + (1 − ρ)/2 ‖w‖²) smallest.

    Parameters
    ----------
    x : array_like of shape (n, d)
        X, one example in each row. The penalty asks for columns of one scale: standardise them first.
    y : array_like of shape (n,)
        The targets.
    penalty : float
        λ > 0: ``alpha`` of scikit-learn's ElasticNet. With ρ = 0 it is ridge regression with the penalty nλ.
    l1_ratio : float
        ρ in [0, 1]: ``l1_ratio`` of scikit-learn's ElasticNet.
    tolerance : float, default 1e-10
        > 0: it ends when the duality gap is at most this part of the objective at w = 0.
    steps : int, default 10,000
        At most so many sweeps of coordinate descent, ≥ 1.

    Returns
    -------
    LinearFit
        ``weights`` of shape (d,), in the wider dtype of ``x`` and ``y``; ``intercept`` b; ``gap``; ``sweeps``.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, λ ≤ 0, ρ lies outside [0, 1], or the sweeps do not suffice: the error says the gap.

    Notes
    -----
    b = ȳ − x̄ᵀw is the best intercept for every w; so x and y are centred, and `coordinate_descent` does the rest. After
    a few sweeps the minimum among the weights of these zeros and signs is found by solving linear systems.

    References
    ----------
    J. Friedman, T. Hastie, R. Tibshirani, Regularization Paths for Generalized Linear Models via Coordinate Descent,
    J. Stat. Softw. 33 (2010), 1–22.
    Chapter: regularization/weight_penalties#eq-penalized-objective.

    Examples
    --------
    >>> found = elastic_net([[-1.0], [1.0]], [1.0, 7.0], penalty=2.0, l1_ratio=0.5)
    >>> print(found.weights, found.intercept)
    [1.] 4.0
    """
    return _fit("elastic_net", x, y, penalty, l1_ratio, tolerance, steps)


def lasso(x: Any, y: Any, *, penalty: float, tolerance: float = 1e-10, steps: int = 10_000) -> LinearFit:
    """The w and b that make (1/2n)‖y − b − Xw‖² + λ‖w‖₁ smallest.

    Otherwise as `elastic_net`, with ρ = 1.

    Parameters
    ----------
    x : array_like of shape (n, d)
        X, one example in each row. The penalty asks for columns of one scale: standardise them first.
    y : array_like of shape (n,)
        The targets.
    penalty : float
        λ > 0: ``alpha`` of scikit-learn's Lasso.
    tolerance, steps
        As in `elastic_net`.

    Returns
    -------
    LinearFit
        ``weights`` of shape (d,), ``intercept``, ``gap``, ``sweeps``.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, λ ≤ 0, or the sweeps do not suffice: the error says the gap.

    References
    ----------
    R. Tibshirani, Regression Shrinkage and Selection via the Lasso, J. R. Statist. Soc. B 58 (1996), 267–288.
    Chapter: regularization/weight_penalties#eq-coordinate-step.

    Examples
    --------
    >>> found = lasso([[-1.0], [1.0]], [1.0, 7.0], penalty=2.0)
    >>> print(found.weights, found.intercept)
    [1.] 4.0
    """
    return _fit("lasso", x, y, penalty, 1.0, tolerance, steps)


def _fit(name: str, x: Any, y: Any, penalty: Any, l1_ratio: Any, tolerance: Any, steps: Any) -> LinearFit:
    data = as_data(name, x, y, centre=True)
    strength, ratio = as_penalty(name, penalty), as_ratio(name, l1_ratio)
    near = as_scalar(name, "tolerance", tolerance, low=0, low_open=True)
    most = int(as_scalar(name, "steps", steps, low=1, integer=True))
    first = np.zeros(data.x.shape[1])
    found = descend(data.x, data.y, first, strength * ratio, strength * (1 - ratio), near, most, finish=True)
    if not found.converged:
        raise not_there(name, found.gap, near * float(data.y @ data.y) / (2 * len(data.y)), found.sweeps)
    intercept = data.y_mean - float(data.x_mean @ found.weights)
    return LinearFit(found.weights.astype(data.dtype), intercept, found.gap, found.sweeps)


def lambda_max(x: Any, y: Any, *, l1_ratio: float = 1.0) -> float:
    """maxⱼ |xⱼᵀy|/(nρ), with the columns xⱼ of X and y centred: from this λ on, the elastic net's weights are all 0.

    Parameters
    ----------
    x : array_like of shape (n, d)
        X, one example in each row.
    y : array_like of shape (n,)
        The targets.
    l1_ratio : float, default 1
        ρ in (0, 1]; for ρ = 0 (ridge) there is no such λ.

    Returns
    -------
    float
        The smallest λ ≥ 0 for which w = 0 is best.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, or ρ lies outside (0, 1].

    References
    ----------
    J. Friedman, T. Hastie, R. Tibshirani, Regularization Paths for Generalized Linear Models via Coordinate Descent,
    J. Stat. Softw. 33 (2010), 1–22.
    Chapter: regularization/weight_penalties#when-is-a-point-the-minimum.

    Examples
    --------
    >>> lambda_max([[-1.0], [1.0]], [1.0, 7.0])
    3.0
    """
    data = as_data("lambda_max", x, y, centre=True)
    ratio = as_ratio("lambda_max", l1_ratio, positive=True)
    return float(np.abs(data.x.T @ data.y).max() / (len(data.y) * ratio))
