"""What a penalty adds to the loss: the values of L2, L1, elastic net, groups and L0."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import total
from dlmath_lib._validate import as_array
from dlmath_lib.linalg._results import rounded
from dlmath_lib.regularization._shared import as_groups, as_ratio

__all__ = ["elastic_net_penalty", "group_penalty", "l0_penalty", "l1_penalty", "l2_penalty"]


def l2_penalty(w: Any) -> Any:
    """½‖w‖² = ½ Σ wⱼ², whose gradient is w.

    Parameters
    ----------
    w : array_like of any shape
        The weights.

    Returns
    -------
    scalar of the dtype of ``w``
        ≥ 0.

    Raises
    ------
    TypeError, ValueError
        If ``w`` is not numeric and finite, or the result is too large for its type.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (MIT Press, 2016), section 7.1.1.
    Chapter: regularization/weight_penalties#eq-ridge-direction.

    Examples
    --------
    >>> print(l2_penalty([3.0, -4.0]))
    12.5
    """
    weights = as_array("l2_penalty", "w", w)
    size = weights.astype(np.result_type(weights, np.float64))
    with np.errstate(over="ignore"):
        return rounded("l2_penalty", "w", total(size * size) / 2, weights.dtype)


def l1_penalty(w: Any) -> Any:
    """‖w‖₁ = Σ |wⱼ|.

    Parameters
    ----------
    w : array_like of any shape
        The weights.

    Returns
    -------
    scalar of the dtype of ``w``
        ≥ 0.

    Raises
    ------
    TypeError, ValueError
        If ``w`` is not numeric and finite, or the result is too large for its type.

    References
    ----------
    R. Tibshirani, Regression Shrinkage and Selection via the Lasso, J. R. Statist. Soc. B 58 (1996), 267–288.
    Chapter: regularization/weight_penalties#eq-penalized-objective.

    Examples
    --------
    >>> print(l1_penalty([3.0, -4.0]))
    7.0
    """
    weights = as_array("l1_penalty", "w", w)
    with np.errstate(over="ignore"):
        return rounded("l1_penalty", "w", total(np.abs(weights)), weights.dtype)


def elastic_net_penalty(w: Any, *, l1_ratio: float) -> Any:
    """ρ‖w‖₁ + (1 − ρ)/2 ‖w‖².

    Parameters
    ----------
    w : array_like of any shape
        The weights.
    l1_ratio : float
        ρ in [0, 1]: 1 is the L1 penalty, 0 the L2 penalty.

    Returns
    -------
    scalar of the dtype of ``w``
        ≥ 0.

    Raises
    ------
    TypeError, ValueError
        If ``w`` is not numeric and finite, the result is too large for its type, or ρ lies outside [0, 1].

    References
    ----------
    J. Friedman, T. Hastie, R. Tibshirani, Regularization Paths for Generalized Linear Models via Coordinate Descent,
    J. Stat. Softw. 33 (2010), 1–22.
    Chapter: regularization/weight_penalties#eq-penalized-objective.

    Examples
    --------
    >>> print(elastic_net_penalty([3.0, -4.0], l1_ratio=0.5))
    9.75
    """
    name = "elastic_net_penalty"
    weights = as_array(name, "w", w)
    ratio = as_ratio(name, l1_ratio)
    size = np.abs(weights.astype(np.result_type(weights, np.float64)))
    with np.errstate(over="ignore"):
        value = ratio * total(size) + (1 - ratio) / 2 * total(size * size) if ratio < 1 else total(size)
        return rounded(name, "w", value, weights.dtype)


def group_penalty(w: Any, *, groups: Any) -> Any:
    """Σ √p_g ‖w_g‖, summed over the groups g, each with p_g weights.

    Parameters
    ----------
    w : array_like of shape (d,)
        The weights.
    groups : array_like of integers ≥ 0, of shape (d,)
        The number of the group of each weight.

    Returns
    -------
    scalar of the dtype of ``w``
        ≥ 0. With one weight in each group it is the L1 penalty.

    Raises
    ------
    TypeError, ValueError
        If ``w`` is not numeric and finite, ``groups`` does not have one number for each weight, or the result is too
        large.

    References
    ----------
    M. Yuan, Y. Lin, Model selection and estimation in regression with grouped variables, J. R. Statist. Soc. B 68
    (2006), 49–67.
    Chapter: regularization/weight_penalties#eq-group-prox.

    Examples
    --------
    >>> print(group_penalty([3.0, -4.0, 2.0], groups=[0, 0, 1]).round(4))
    9.0711
    """
    weights = as_array("group_penalty", "w", w, ndim=1)
    places = as_groups("group_penalty", groups, len(weights))
    wide = weights.astype(np.result_type(weights, np.float64))
    scale = np.abs(wide).max() or 1.0  # squares neither overflow nor vanish
    value = sum(np.sqrt(len(g)) * np.sqrt(np.sum((wide[g] / scale) ** 2)) for g in places)
    with np.errstate(over="ignore"):
        return rounded("group_penalty", "w", scale * value, weights.dtype)


def l0_penalty(w: Any) -> int:
    """‖w‖₀ = Σ [wⱼ ≠ 0]: the number of weights that are not 0.

    Parameters
    ----------
    w : array_like of any shape
        The weights.

    Returns
    -------
    int
        From 0 to the number of weights. It is no norm: 2w has as many as w.

    Raises
    ------
    TypeError, ValueError
        If ``w`` is not numeric and finite.

    References
    ----------
    D. L. Donoho, I. M. Johnstone, Ideal spatial adaptation by wavelet shrinkage, Biometrika 81 (1994), 425–455.
    Chapter: regularization/weight_penalties#eq-hard-threshold.

    Examples
    --------
    >>> l0_penalty([3.0, 0.0, -4.0])
    2
    """
    return int(np.count_nonzero(as_array("l0_penalty", "w", w)))
