"""Proximal maps of penalties: the w that makes ½‖w − z‖² + t·penalty(w) smallest.

That of the L1 penalty is `dlmath_lib.probability.soft_threshold`, that of the L2 penalty the elastic net's with ρ = 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_scalar
from dlmath_lib.probability.estimation import soft_threshold
from dlmath_lib.regularization._shared import as_groups, as_ratio

__all__ = ["elastic_net_prox", "group_prox", "hard_threshold"]


def elastic_net_prox(z: Any, penalty: float, *, l1_ratio: float) -> Any:
    """S(z, tρ)/(1 + t(1 − ρ)) with the soft threshold S: the w that makes ½(w − z)² + tρ|w| + t(1 − ρ)/2 w² smallest.

    Parameters
    ----------
    z : array_like of any shape
        The values without the penalty.
    penalty : float
        t ≥ 0; in proximal gradient descent the learning rate times λ.
    l1_ratio : float
        ρ in [0, 1].

    Returns
    -------
    array of the shape and dtype of ``z``
        0 where \\|z\\| ≤ tρ.

    Raises
    ------
    TypeError, ValueError
        If ``z`` is not numeric and finite, t < 0, or ρ lies outside [0, 1].

    References
    ----------
    N. Parikh, S. Boyd, Proximal Algorithms, Foundations and Trends in Optimization 1 (2014), 123–231.
    Chapter: regularization/weight_penalties#eq-elastic-net-prox.

    Examples
    --------
    >>> print(elastic_net_prox([3.0, -0.5], 2.0, l1_ratio=0.5))
    [ 1. -0.]
    """
    name = "elastic_net_prox"
    values = as_array(name, "z", z, nonempty=False)
    t = as_scalar(name, "penalty", penalty, low=0)
    ratio = as_ratio(name, l1_ratio)
    wide = values.astype(np.result_type(values, np.float64))
    return np.asarray(soft_threshold(wide, t * ratio) / (1 + t * (1 - ratio))).astype(values.dtype)[()]


def group_prox(z: Any, penalty: float, *, groups: Any) -> np.ndarray:
    """max(1 − t√p_g/‖z_g‖, 0)·z_g for each group g of p_g entries: it makes ½‖w − z‖² + t Σ √p_g ‖w_g‖ smallest.

    Parameters
    ----------
    z : array_like of shape (d,)
        The values without the penalty.
    penalty : float
        t ≥ 0; in proximal gradient descent the learning rate times λ.
    groups : array_like of integers ≥ 0, of shape (d,)
        The number of the group of each entry.

    Returns
    -------
    ndarray of the shape and dtype of ``z``
        Each group shortened, without a turn, by t√p_g, or 0 as a whole.

    Raises
    ------
    TypeError, ValueError
        If ``z`` is not a finite vector, t < 0, or ``groups`` does not have one number for each entry.

    References
    ----------
    N. Parikh, S. Boyd, Proximal Algorithms, Foundations and Trends in Optimization 1 (2014), 123–231.
    Chapter: regularization/weight_penalties#eq-group-prox.

    Examples
    --------
    >>> print(group_prox([3.0, 4.0, 0.5], 1.0, groups=[0, 0, 1]).round(4))
    [2.1515 2.8686 0.    ]
    """
    values = as_array("group_prox", "z", z, ndim=1)
    t = as_scalar("group_prox", "penalty", penalty, low=0)
    wide = values.astype(np.result_type(values, np.float64))
    shrunk = np.zeros_like(wide)
    for g in as_groups("group_prox", groups, len(values)):
        largest = np.abs(wide[g]).max()  # squares neither overflow nor vanish
        length = largest * np.sqrt(np.sum((wide[g] / largest) ** 2)) if largest else 0.0
        if length > t * np.sqrt(len(g)):
            shrunk[g] = (1 - t * np.sqrt(len(g)) / length) * wide[g]
    return shrunk.astype(values.dtype)


def hard_threshold(z: Any, threshold: float) -> Any:
    """z where |z| > t, else 0: a w that makes ½(w − z)² + (t²/2)·[w ≠ 0] smallest.

    Parameters
    ----------
    z : array_like of any shape
        The values without the penalty.
    threshold : float
        t ≥ 0; the penalty is t²/2 for each weight that is not 0. (At \\|z\\| = t both 0 and z are smallest.)

    Returns
    -------
    array of the shape and dtype of ``z``
        What is kept is not changed.

    Raises
    ------
    TypeError, ValueError
        If ``z`` is not numeric and finite, or t < 0.

    References
    ----------
    D. L. Donoho, I. M. Johnstone, Ideal spatial adaptation by wavelet shrinkage, Biometrika 81 (1994), 425–455.
    Chapter: regularization/weight_penalties#eq-hard-threshold.

    Examples
    --------
    >>> print(hard_threshold([3.0, -0.5, -2.0], 1.0))
    [ 3.  0. -2.]
    """
    values = as_array("hard_threshold", "z", z, nonempty=False)
    t = as_scalar("hard_threshold", "threshold", threshold, low=0)
    return np.where(np.abs(values) > t, values, np.zeros_like(values))[()]
