"""Group norm: the channels of each example in groups; with one channel a group it is instance norm."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import total
from dlmath_lib._validate import as_array, as_scalar, fail
from dlmath_lib.layers._standardize import (
    along,
    as_cotangent,
    as_normalisation,
    inverse_root,
    mean_and_variance,
    narrowed,
    pull_back,
)

__all__ = ["group_norm", "group_norm_vjp"]


def group_norm(x: Any, gamma: Any, beta: Any, *, groups: int, epsilon: float = 1e-5) -> np.ndarray:
    """Group norm, y = γ x̂ + β with x̂ = (x − μ) / √(σ² + ε), where μ and σ² are those of a group of channels.

    Each example has its own statistics, over the channels of the group and all spatial axes.

    Parameters
    ----------
    x : array_like of shape (n, channels, …)
        Rows of features, images or volumes.
    gamma, beta : array_like of shape (channels,)
        γ and β, one for each channel, learned; ones and zeros at the start.
    groups : int ≥ 1
        G, a divisor of the number of channels. 1 averages over the whole example, as layer norm does; the number of
        channels is instance norm.
    epsilon : float ≥ 0, default 1e-5
        ε, in the units of the variance.

    Returns
    -------
    ndarray of x's shape
        y.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, shapes do not fit, G is no divisor, a group has one value, squares overflow, or ε
        is 0 and a group is constant.

    Notes
    -----
    σ² is the biased variance. There are no running statistics: an example's output does not hang on the batch.
    Derivation: ``chapters/regularization/normalization.ipynb#the-other-normalisations``.

    References
    ----------
    Y. Wu, K. He, Group normalization, ECCV (2018).

    Examples
    --------
    >>> print(group_norm([[1.0, 3.0, 10.0, 90.0]], [1.0] * 4, [0.0] * 4, groups=2, epsilon=0))
    [[-1.  1. -1.  1.]]
    """
    function = "group_norm"
    x, gamma, beta, epsilon, kind = as_normalisation(function, x, gamma, beta, epsilon)
    normalised, _ = _grouped(function, x, gamma, beta, groups, epsilon)
    return narrowed(function, normalised.reshape(x.shape) * _channels(gamma, x) + _channels(beta, x), kind)


def group_norm_vjp(
    g: Any, x: Any, gamma: Any, beta: Any, *, groups: int, epsilon: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pull the cotangent g back through group norm, with h = γ g and means over a group.

    ∂L/∂x = (h − mean(h) − x̂ mean(h x̂)) / √(σ² + ε); ∂L/∂γ = Σ g x̂ and ∂L/∂β = Σ g, over examples and space.

    Otherwise as `group_norm`.

    Parameters
    ----------
    g : array_like of x's shape
        ∂L/∂y.
    beta : array_like of shape (channels,)
        β; only its shape matters.

    Returns
    -------
    ndarray of x's shape
        ∂L/∂x.
    ndarray of shape (channels,)
        ∂L/∂γ.
    ndarray of shape (channels,)
        ∂L/∂β.

    Examples
    --------
    >>> dx, dgamma, dbeta = group_norm_vjp([[1.0, 0, 0]], [[-1.0, 0, 1]], [1.0] * 3, [0.0] * 3, groups=1, epsilon=0)
    >>> print(dx.round(3), dgamma.round(3), dbeta)
    [[ 0.204 -0.408  0.204]] [-1.225  0.     0.   ] [1. 0. 0.]
    """
    function = "group_norm_vjp"
    types = [as_array(function, name, v).dtype for name, v in (("x", x), ("gamma", gamma), ("beta", beta))]
    x, gamma, beta, epsilon, _ = as_normalisation(function, x, gamma, beta, epsilon)
    g = as_cotangent(function, g, x)
    normalised, inverse = _grouped(function, x, gamma, beta, groups, epsilon)
    dx = pull_back((g * _channels(gamma, x)).reshape(normalised.shape), normalised, inverse).reshape(x.shape)
    axes = (0, *range(2, x.ndim))
    dgamma, dbeta = total(g * normalised.reshape(x.shape), axes), total(g, axes)
    dx, dgamma, dbeta = (narrowed(function, r, kind) for r, kind in zip((dx, dgamma, dbeta), types, strict=True))
    return dx, dgamma, dbeta


def _channels(values: np.ndarray, x: np.ndarray) -> np.ndarray:
    return values.reshape(-1, *(1,) * (x.ndim - 2))


def _grouped(
    function: str, x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, groups: Any, epsilon: float
) -> tuple[np.ndarray, np.ndarray]:
    """x̂ of shape (1, n · groups, values of a group), and 1/√(σ² + ε)."""
    channels = x.shape[1]
    for name, value in (("gamma", gamma), ("beta", beta)):
        as_array(function, name, value, shape=(channels,))
    groups = int(as_scalar(function, "groups", groups, low=1, integer=True))
    if channels % groups:
        raise fail(function, "groups", f"a divisor of the {channels} channels of x", str(groups))
    cells = x.reshape(1, len(x) * groups, -1)
    if cells.shape[2] == 1:
        expected = "of more than one value for each group"
        raise fail(function, "x", expected, f"shape {x.shape} with groups = {groups}", "take fewer groups")
    normalised, _, variance = mean_and_variance(function, cells)
    inverse = inverse_root(function, variance, epsilon, x.dtype)
    normalised *= along(inverse, cells)
    return normalised, inverse
