"""Pooling: the largest entry, or the mean, of each window of each channel, and their gradients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlmath_lib._sums import wide, working
from dlmath_lib._validate import as_array, as_switch, fail
from dlmath_lib.convolution.shapes import Windows, as_windows, per_axis

__all__ = ["as_channels_first", "average_pool", "average_pool_vjp", "max_pool", "max_pool_vjp"]


def max_pool(x: Any, kernel: Any, *, stride: Any = None, padding: Any = 0, dilation: Any = 1) -> np.ndarray:
    """Max pooling, Y[n, c, i] = max_q X[n, c, i·s + q·d − p]: the largest entry of each window.

    q runs over the window, of shape ``kernel``; s is the ``stride``, d the ``dilation``, p the ``padding`` before.

    Parameters
    ----------
    x : array_like of shape (n, channels, *spatial)
        X, with any number of spatial axes from 1 on.
    kernel : int or tuple of int
        The window's length, for all axes or one for each.
    stride : int or tuple of int, optional
        The step between windows; left out, the window's length, so that windows lie side by side.
    padding : int, tuple, "same" or "valid", default 0
        As in `conv`, but what is added is −∞, which no window takes: each must have an entry of x.
    dilation : int or tuple of int, default 1
        The step between the entries of one window.

    Returns
    -------
    ndarray of shape (n, channels, *output_shape)
        Y, in x's type.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, the window is larger than the padded input, or one lies in the padding alone.

    Notes
    -----
    Computed as shifted maxima, axis by axis. What a last window would have to hold beyond the input is dropped (no
    ``ceil_mode``). Derivation:
    ``chapters/convolution/pooling.ipynb#what-it-computes``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.3.

    Examples
    --------
    >>> print(max_pool([[[1.0, 3.0, 2.0, 2.0, 5.0]]], 2))
    [[[3. 2.]]]
    """
    x, windows = _as_pooled("max_pool", x, kernel, stride, padding, dilation)
    return _largest(pad(x, windows, -math.inf), windows)


def max_pool_vjp(g: Any, x: Any, kernel: Any, *, stride: Any = None, padding: Any = 0, dilation: Any = 1) -> np.ndarray:
    """Pull the cotangent G back through max pooling: ∂L/∂X[m] = Σ G[i] over the windows i whose maximum X[m] is.

    Otherwise as `max_pool`.

    Parameters
    ----------
    g : array_like of the shape of `max_pool`'s result
        G = ∂L/∂Y.

    Returns
    -------
    ndarray of x's shape and type
        ∂L/∂X.

    Notes
    -----
    Where several entries of a window are largest, the first of them in row-major order takes all of g, as in PyTorch:
    one of the subgradients there. Derivation:
    ``chapters/convolution/pooling.ipynb#the-way-back-through-a-maximum``.

    Examples
    --------
    >>> print(max_pool_vjp([[[1.0, 10.0]]], [[[1.0, 3.0, 2.0, 2.0, 5.0]]], 2))
    [[[ 0.  1. 10.  0.  0.]]]
    """
    x, windows = _as_pooled("max_pool_vjp", x, kernel, stride, padding, dilation)
    work = working(x.dtype)
    g = as_array("max_pool_vjp", "g", g, shape=(*x.shape[:2], *windows.out), cast=work)
    padded = pad(x, windows, -math.inf)
    largest = _largest(padded, windows)
    dx = np.zeros(padded.shape, work)
    free = np.ones(largest.shape, bool)
    for _, places in windows.offsets():
        taken = padded[places] == largest
        taken &= free
        free ^= taken
        dx[places] += g * taken
    return dx[windows.inside].astype(x.dtype)


def average_pool(
    x: Any, kernel: Any, *, stride: Any = None, padding: Any = 0, dilation: Any = 1, count_include_pad: bool = True
) -> np.ndarray:
    """Average pooling, Y[n, c, i] = (1/N_i) Σ_q X[n, c, i·s + q·d − p]: the mean of each window.

    q runs over the window, of shape ``kernel``; s is the ``stride``, d the ``dilation``, p the ``padding`` before; N_i
    counts the window's entries.

    Parameters
    ----------
    x, kernel, stride, dilation
        As in `max_pool`.
    padding : int, tuple, "same" or "valid", default 0
        As in `conv`: zeros. Each window must have an entry of x.
    count_include_pad : bool, default True
        Whether N_i counts the padding too, as PyTorch does by default; False divides by the entries of x, as Keras.

    Returns
    -------
    ndarray of shape (n, channels, *output_shape)
        Y, in x's type.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, the window is larger than the padded input, or one lies in the padding alone.

    Notes
    -----
    A depthwise convolution with equal weights, where the padding counts. Derivation:
    ``chapters/convolution/pooling.ipynb#what-it-computes``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.3.

    Examples
    --------
    >>> print(average_pool([[[1.0, 3.0, 2.0, 2.0, 5.0]]], 2))
    [[[2. 2.]]]
    """
    x, windows = _as_pooled("average_pool", x, kernel, stride, padding, dilation)
    shares = _shares("average_pool", count_include_pad, windows)
    return (_summed(pad(x, windows), windows) * shares).astype(x.dtype)


def average_pool_vjp(
    g: Any,
    x: Any,
    kernel: Any,
    *,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    count_include_pad: bool = True,
) -> np.ndarray:
    """Pull the cotangent G back through average pooling: ∂L/∂X[m] = Σ G[i] / N_i over the windows i that hold X[m].

    Otherwise as `average_pool`.

    Parameters
    ----------
    g : array_like of the shape of `average_pool`'s result
        G = ∂L/∂Y.
    x : array_like of shape (n, channels, *spatial)
        X; only its shape and type matter.

    Returns
    -------
    ndarray of x's shape and type
        ∂L/∂X.

    Examples
    --------
    >>> print(average_pool_vjp([[[1.0, 10.0]]], [[[1.0, 3.0, 2.0, 2.0, 5.0]]], 2))
    [[[0.5 0.5 5.  5.  0. ]]]
    """
    x, windows = _as_pooled("average_pool_vjp", x, kernel, stride, padding, dilation)
    shares = _shares("average_pool_vjp", count_include_pad, windows)
    kind = wide(x.dtype)
    parts = as_array("average_pool_vjp", "g", g, shape=(*x.shape[:2], *windows.out), cast=kind) * shares
    dx = np.zeros((*x.shape[:2], *windows.padded), kind)
    for _, places in windows.offsets():
        dx[places] += parts
    return dx[windows.inside].astype(x.dtype)


def as_channels_first(function: str, x: Any) -> np.ndarray:
    """x, of shape (n, channels, *spatial)."""
    x = as_array(function, "x", x)
    if x.ndim < 3:
        hint = "add axes for examples and channels: x[None, None]" if x.ndim else ""
        raise fail(function, "x", "of shape (n, channels, *spatial)", f"shape {x.shape}", hint)
    return x


def _as_pooled(
    function: str, x: Any, kernel: Any, stride: Any, padding: Any, dilation: Any
) -> tuple[np.ndarray, Windows]:
    x = as_channels_first(function, x)
    size = x.shape[2:]
    kernel = per_axis(function, "kernel", kernel, len(size))
    stride = kernel if stride is None else stride
    windows = as_windows(function, size, kernel, stride, padding, dilation, argument="kernel")
    for axis in range(len(size)):
        empty = np.flatnonzero(windows.counts(axis) == 0)
        if empty.size:
            expected = f"so small that each window has an entry of x, whose spatial shape is {size}"
            got = f"{padding}: window {empty[0]} of spatial axis {axis} has none, kernel {kernel}"
            raise fail(function, "padding", expected, got)
    return x, windows


def pad(x: np.ndarray, windows: Windows, value: float = 0.0) -> np.ndarray:
    """x with its padding; x itself where there is none."""
    if windows.padded == windows.size:
        return x
    padded = np.full(x.shape[:2] + windows.padded, value, x.dtype)
    padded[windows.inside] = x
    return padded


def _axis_by_axis(padded: np.ndarray, windows: Windows, join: np.ufunc) -> np.ndarray:
    """The windows' entries joined along the first spatial axis, what comes out along the second, and so on."""
    joined = padded
    for axis, length in enumerate(windows.kernel):
        before: tuple[Any, ...] = (slice(None),) * (axis + 2)
        parts = [joined[(*before, windows.along(axis, q, range(windows.out[axis])))] for q in range(length)]
        joined = parts[0].copy() if length == 1 else join(parts[0], parts[1])
        for part in parts[2:]:
            join(joined, part, out=joined)
    return joined


def _largest(padded: np.ndarray, windows: Windows) -> np.ndarray:
    return _axis_by_axis(padded, windows, np.maximum)


def _summed(padded: np.ndarray, windows: Windows) -> np.ndarray:
    return _axis_by_axis(padded.astype(wide(padded.dtype), copy=False), windows, np.add)


def _shares(function: str, count_include_pad: Any, windows: Windows) -> np.ndarray:
    """1/N for each window."""
    if as_switch(function, "count_include_pad", count_include_pad):
        return np.array(1 / math.prod(windows.kernel))
    counts = [windows.counts(axis) for axis in range(len(windows.out))]
    return 1 / math.prod(np.ix_(*counts), start=np.array(1))
