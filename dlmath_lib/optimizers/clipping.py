"""Gradient clipping: a bound on the length of a step, in the same direction."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_scalar

__all__ = ["clip_by_norm"]


def clip_by_norm(gradient: Any, *, max_norm: float) -> np.ndarray:
    """Shorten a gradient that is too long, g · min(1, c / ‖g‖).

    Parameters
    ----------
    gradient : array_like of any shape
        g; ‖g‖ is its Euclidean length over all entries together. For a whole network pass the flat vector of all
        gradients.
    max_norm : float > 0
        c, in units of the gradient.

    Returns
    -------
    ndarray of gradient's shape and dtype
        A new array, at most c long up to the rounding of float64, in the same direction.

    Raises
    ------
    TypeError, ValueError
        If gradient is empty or not made of finite real numbers, or max_norm is not positive.

    Notes
    -----
    The length is computed of g / max|g|, so that no square and no length overflows. The product is computed in float64
    and rounded towards zero to the gradient's type, so that rounding does not lengthen it. Derivation:
    ``chapters/networks/vanishing_gradients.ipynb#clipping``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 10.11.1.

    Examples
    --------
    >>> print(clip_by_norm([30.0, 40.0], max_norm=5.0))
    [3. 4.]
    """
    gradient = as_array("clip_by_norm", "gradient", gradient)
    max_norm = as_scalar("clip_by_norm", "max_norm", max_norm, low=0, low_open=True)
    scale = float(np.abs(gradient).max())
    if scale == 0.0:
        return gradient.copy()
    direction = gradient.astype(np.float64) / scale
    length = float(np.linalg.norm(direction.ravel()))
    if length <= max_norm / scale:
        return gradient.copy()
    exact = direction * (max_norm / length)
    rounded = exact.astype(gradient.dtype)
    return np.where(np.abs(rounded) > np.abs(exact), np.nextafter(rounded, rounded.dtype.type(0)), rounded)
