"""The convolution of deep learning over any number of spatial axes, and its gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import total, working
from dlmath_lib._validate import as_array, as_scalar, fail
from dlmath_lib.convolution._columns import gradients, sweep
from dlmath_lib.convolution.shapes import Windows, as_windows

__all__ = ["as_arrays", "as_bias", "as_images", "conv", "conv_vjp", "widest", "with_types"]


def conv(
    x: Any,
    kernels: Any,
    bias: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> np.ndarray:
    """Convolution layer, a cross-correlation: Y[n, o, i] = b[o] + Σ_c Σ_q K[o, c, q] X[n, c, i·s + q·d − p].

    i and q run over the places of the output and the entries of the kernel, one index for each spatial axis; s is the
    ``stride``, d the ``dilation``, p the ``padding`` before the first entry; X is 0 outside.

    Parameters
    ----------
    x : array_like of shape (n, channels, *spatial)
        X: examples with channels, and any number of spatial axes from 1 on.
    kernels : array_like of shape (out, channels / groups, *kernel)
        K, with as many spatial axes as x.
    bias : array_like of shape (out,), optional
        b, 0 if left out.
    stride, dilation : int or tuple of int, default 1
        For all spatial axes, or one for each: the step between outputs, and between the entries of x under a kernel.
    padding : int, tuple, "same" or "valid", default 0
        Zeros at both ends of each axis: a number, one for each axis, or a pair (before, after) for each. "valid" is
        0; "same" keeps the spatial shape (stride 1), with the odd zero after.
    groups : int, default 1
        The channels are divided into so many groups, and each group of outputs sees its own: with ``groups`` equal
        to the channels each kernel sees one channel (depthwise).

    Returns
    -------
    ndarray of shape (n, out, *output_shape)
        Y, in the widest type of the arguments.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, the kernel is larger than the padded input, or the channels do not fit.

    Notes
    -----
    The kernel is not flipped: signal processing calls this a cross-correlation (`correlate`, `convolve`). The windows
    of some examples at a time are copied into columns (4 MiB, or one row of the output if that is larger; each thread
    keeps up to 4 MiB for each spatial axis) and multiplied by the kernels as a matrix. Derivation:
    ``chapters/convolution/convolution.ipynb#channels-and-more-axes``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.1 and 9.5, equation 9.8.

    Examples
    --------
    >>> print(conv([[[1.0, 2.0, 4.0, 8.0]]], [[[1.0, 0.0, -1.0]]]))
    [[[-3. -6.]]]
    """
    x, kernels, bias, windows, groups = as_arrays("conv", x, kernels, bias, stride, padding, dilation, groups)
    kind = widest(x, kernels, bias)
    images, weights = _in(working(kind), x, kernels)
    return sweep(images, windows, groups, kernels=weights, bias=bias)[0].astype(kind, copy=False)


def conv_vjp(
    g: Any,
    x: Any,
    kernels: Any,
    bias: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> tuple[np.ndarray, ...]:
    """Pull the cotangent G back: ∂L/∂X[m] = Σ K[o, q] G[o, i] over o and i·s + q·d − p = m, and ∂L/∂K.

    Otherwise as `conv`.

    Parameters
    ----------
    g : array_like of the shape of `conv`'s result
        G = ∂L/∂Y.
    bias : array_like of shape (out,), optional
        b; only its shape matters.

    Returns
    -------
    ndarray of x's shape
        ∂L/∂X: for stride 1 the full cross-correlation of G with the kernels flipped, out and in exchanged.
    ndarray of kernels' shape
        ∂L/∂K[o, c, q] = Σ_n Σ_i G[n, o, i] X[n, c, i·s + q·d − p], the cross-correlation of X with G.
    ndarray of shape (out,)
        ∂L/∂b, the sum of G over examples and places; left out where there is no bias.

    Examples
    --------
    >>> dx, dkernels = conv_vjp([[[1.0, 10.0]]], [[[1.0, 2.0, 4.0, 8.0]]], [[[1.0, 0.0, -1.0]]])
    >>> print(dx, dkernels)
    [[[  1.  10.  -1. -10.]]] [[[21. 42. 84.]]]
    """
    x, kernels, bias, windows, groups = as_arrays("conv_vjp", x, kernels, bias, stride, padding, dilation, groups)
    kind = working(widest(x, kernels, bias))
    g = as_array("conv_vjp", "g", g, shape=(len(x), len(kernels), *windows.out), cast=kind)
    images, weights = _in(kind, x, kernels)
    dx, dkernels = gradients(g, images, weights, windows, groups)
    return with_types(dx, dkernels, g, x, kernels, bias)


def as_arrays(
    function: str, x: Any, kernels: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, Windows, int]:
    """The checked arguments of a convolution, and its windows."""
    x, kernels, groups = as_images(function, x, kernels, groups)
    channels, out = x.shape[1], len(kernels)
    if channels % groups or out % groups:
        expected = f"a divisor of the channels of x, {channels}, and of the kernels' outputs, {out}"
        raise fail(function, "groups", expected, str(groups), f"x has shape {x.shape}, kernels {kernels.shape}")
    if kernels.shape[1] * groups != channels:
        expected = f"of shape (out, channels / groups, …) = (out, {channels // groups}, …) for x of shape {x.shape}"
        hint = "a kernel sees all channels of its group: one number for each" if groups == 1 else f"groups is {groups}"
        raise fail(function, "kernels", expected, str(kernels.shape), hint)
    windows = as_windows(function, x.shape[2:], kernels.shape[2:], stride, padding, dilation)
    return x, kernels, as_bias(function, bias, out), windows, groups


def as_images(function: str, x: Any, kernels: Any, groups: Any) -> tuple[np.ndarray, np.ndarray, int]:
    """x and kernels of the same number of axes, three or more."""
    x, kernels = as_array(function, "x", x), as_array(function, "kernels", kernels)
    if x.ndim < 3:
        hint = "add axes for examples and channels: x[None, None]" if x.ndim else ""
        raise fail(function, "x", "of shape (n, channels, *spatial)", f"shape {x.shape}", hint)
    if kernels.ndim != x.ndim:
        hint = "add axes for outputs and channels: kernels[None, None]" if kernels.ndim == x.ndim - 2 else ""
        expected = f"of as many axes as x, whose shape is {x.shape}"
        raise fail(function, "kernels", expected, f"shape {kernels.shape}", hint)
    return x, kernels, int(as_scalar(function, "groups", groups, integer=True, low=1))


def as_bias(function: str, bias: Any, out: int) -> np.ndarray | None:
    """The bias, if there is one."""
    return None if bias is None else as_array(function, "bias", bias, shape=(out,))


def widest(*arrays: np.ndarray | None) -> np.dtype:
    """The type of the result: the widest of those that are given."""
    return np.result_type(*[array for array in arrays if array is not None])


def with_types(
    dx: np.ndarray,
    dkernels: np.ndarray,
    g: np.ndarray,
    x: np.ndarray,
    kernels: np.ndarray,
    bias: np.ndarray | None,
) -> tuple[np.ndarray, ...]:
    """The gradients in the types of x, kernels and bias; that of the bias is the sum of g, if there is a bias."""
    dx, dkernels = dx.astype(x.dtype, copy=False), dkernels.astype(kernels.dtype)
    if bias is None:
        return dx, dkernels
    return dx, dkernels, total(g, (0, *range(2, g.ndim))).astype(bias.dtype, copy=False)


def _in(kind: np.dtype, *arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    return tuple(array.astype(kind, copy=False) for array in arrays)
