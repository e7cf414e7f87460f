"""Global pooling: one number for each channel, whatever the picture's size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlmath_lib._sums import total, wide
from dlmath_lib._validate import as_array
from dlmath_lib.convolution.pool import as_channels_first

__all__ = ["global_average_pool", "global_average_pool_vjp", "global_max_pool", "global_max_pool_vjp"]


def global_average_pool(x: Any) -> np.ndarray:
    """Global average pooling, Y[n, c] = (1/N) Σ_i X[n, c, i], the mean of each channel over its N places.

    Parameters
    ----------
    x : array_like of shape (n, channels, *spatial)
        X, with any number of spatial axes from 1 on.

    Returns
    -------
    ndarray of shape (n, channels)
        Y, in x's type.

    Raises
    ------
    TypeError, ValueError
        If x is not such an array.

    Notes
    -----
    Pictures of any size give as many numbers as there are channels. Derivation:
    ``chapters/convolution/pooling.ipynb#global-pooling``.

    References
    ----------
    M. Lin, Q. Chen, S. Yan, Network in network (2014), section 3.2.

    Examples
    --------
    >>> print(global_average_pool([[[1.0, 2.0, 6.0]]]))
    [[3.]]
    """
    x = as_channels_first("global_average_pool", x)
    return (total(x, _spatial(x)) / math.prod(x.shape[2:])).astype(x.dtype)


def global_average_pool_vjp(g: Any, x: Any) -> np.ndarray:
    """Pull the cotangent G back through the mean of each channel: ∂L/∂X[n, c, i] = G[n, c] / N.

    Otherwise as `global_average_pool`.

    Parameters
    ----------
    g : array_like of shape (n, channels)
        G = ∂L/∂Y.
    x : array_like of shape (n, channels, *spatial)
        X; only its shape and type matter.

    Returns
    -------
    ndarray of x's shape and type
        ∂L/∂X.

    Examples
    --------
    >>> print(global_average_pool_vjp([[3.0]], [[[1.0, 2.0, 6.0]]]))
    [[[1. 1. 1.]]]
    """
    x = as_channels_first("global_average_pool_vjp", x)
    g = as_array("global_average_pool_vjp", "g", g, shape=x.shape[:2], cast=wide(x.dtype))
    share = (g / math.prod(x.shape[2:])).astype(x.dtype)
    return np.broadcast_to(share.reshape(*x.shape[:2], *[1] * (x.ndim - 2)), x.shape).copy()


def global_max_pool(x: Any) -> np.ndarray:
    """Global max pooling, Y[n, c] = max_i X[n, c, i], the largest entry of each channel.

    Parameters
    ----------
    x : array_like of shape (n, channels, *spatial)
        X, with any number of spatial axes from 1 on.

    Returns
    -------
    ndarray of shape (n, channels)
        Y, in x's type.

    Raises
    ------
    TypeError, ValueError
        If x is not such an array.

    Notes
    -----
    It says that something is in the picture, not where. Derivation:
    ``chapters/convolution/pooling.ipynb#global-pooling``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.3.

    Examples
    --------
    >>> print(global_max_pool([[[1.0, 6.0, 2.0]]]))
    [[6.]]
    """
    x = as_channels_first("global_max_pool", x)
    return x.max(axis=_spatial(x))


def global_max_pool_vjp(g: Any, x: Any) -> np.ndarray:
    """Pull the cotangent G back through the maximum of each channel: ∂L/∂X = G at the largest entry, 0 elsewhere.

    Otherwise as `global_max_pool`.

    Parameters
    ----------
    g : array_like of shape (n, channels)
        G = ∂L/∂Y.

    Returns
    -------
    ndarray of x's shape and type
        ∂L/∂X; where several entries are largest, the first in row-major order takes all of it.

    Examples
    --------
    >>> print(global_max_pool_vjp([[3.0]], [[[1.0, 6.0, 6.0]]]))
    [[[0. 3. 0.]]]
    """
    x = as_channels_first("global_max_pool_vjp", x)
    g = as_array("global_max_pool_vjp", "g", g, shape=x.shape[:2], cast=x.dtype)
    flat = x.reshape(*x.shape[:2], -1)
    dx = np.zeros_like(flat)
    np.put_along_axis(dx, flat.argmax(axis=2)[..., None], g[..., None], axis=2)
    return dx.reshape(x.shape)


def _spatial(x: np.ndarray) -> tuple[int, ...]:
    return tuple(range(2, x.ndim))
