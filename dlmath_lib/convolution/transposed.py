"""The transposed convolution: the map by which a convolution pulls a cotangent back to its input."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, fail
from dlmath_lib.convolution._columns import add_bias, input_gradient, sweep
from dlmath_lib.convolution.conv import as_bias, as_images, widest, with_types
from dlmath_lib.convolution.shapes import Windows, transposed_windows

__all__ = ["conv_transpose", "conv_transpose_vjp"]


def conv_transpose(
    x: Any,
    kernels: Any,
    bias: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> np.ndarray:
    """Transposed convolution, Y[n, c, m] = b[c] + Σ_o Σ K[o, c, q] X[n, o, i] over all i·s + q·d − p = m.

    It is `conv_vjp`'s gradient with respect to the input of `conv` with these ``kernels``, s = ``stride``,
    d = ``dilation`` and p = ``padding`` (before): the matrix of that convolution, transposed.

    Parameters
    ----------
    x : array_like of shape (n, channels, *spatial)
        X, of the shape of that convolution's result.
    kernels : array_like of shape (channels, out / groups, *kernel)
        K, as that convolution has it: its outputs first, which are the channels of x here.
    bias : array_like of shape (out,), optional
        b, 0 if left out.
    stride, dilation : int or tuple of int, default 1
        Those of that convolution: x is spread out by the stride.
    padding : int, tuple, "same" or "valid", default 0
        That of that convolution: so much is cut off the result at both ends.
    output_padding : int or tuple of int, default 0
        More entries at each axis' end, fewer than the stride: inputs of several lengths have outputs of one length.
    groups : int, default 1
        As in `conv`.

    Returns
    -------
    ndarray of shape (n, out, *large)
        Y, each axis of length (n − 1)s + d(k − 1) + 1 − before − after + ``output_padding``.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, or nothing is left of the result.

    Notes
    -----
    It is not the inverse of the convolution, though it gives back the input's shape. The workspace is `conv`'s.
    Derivation: ``chapters/convolution/convolution.ipynb#the-way-back``.

    References
    ----------
    V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning (2016), chapter 4.

    Examples
    --------
    >>> print(conv_transpose([[[1.0, 10.0]]], [[[1.0, 0.0, -1.0]]], stride=2))
    [[[  1.   0.   9.   0. -10.]]]
    """
    x, kernels, bias, windows, groups = _as_transposed(
        "conv_transpose", x, kernels, bias, stride, padding, dilation, output_padding, groups
    )
    kind = widest(x, kernels, bias)
    work = working(kind)
    y = input_gradient(x.astype(work, copy=False), kernels.astype(work, copy=False), windows, groups)
    add_bias(y, bias)
    return y.astype(kind, copy=False)


def conv_transpose_vjp(
    g: Any,
    x: Any,
    kernels: Any,
    bias: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> tuple[np.ndarray, ...]:
    """Pull the cotangent G back through the transposed convolution: ∂L/∂X is the convolution of G, `conv` with K.

    Otherwise as `conv_transpose`.

    Parameters
    ----------
    g : array_like of the shape of `conv_transpose`'s result
        G = ∂L/∂Y.
    bias : array_like of shape (out,), optional
        b; only its shape matters.

    Returns
    -------
    ndarray of x's shape
        ∂L/∂X.
    ndarray of kernels' shape
        ∂L/∂K, the cross-correlation of G with X, summed over the examples.
    ndarray of shape (out,)
        ∂L/∂b, the sum of G over examples and places; left out where there is no bias.

    Examples
    --------
    >>> g = [[[1.0, 2.0, 3.0, 4.0, 5.0]]]
    >>> dx, dkernels = conv_transpose_vjp(g, [[[1.0, 10.0]]], [[[1.0, 0.0, -1.0]]], stride=2)
    >>> print(dx, dkernels)
    [[[-2. -2.]]] [[[31. 42. 53.]]]
    """
    x, kernels, bias, windows, groups = _as_transposed(
        "conv_transpose_vjp", x, kernels, bias, stride, padding, dilation, output_padding, groups
    )
    kind = working(widest(x, kernels, bias))
    g = as_array("conv_transpose_vjp", "g", g, shape=(len(x), kernels.shape[1] * groups, *windows.size), cast=kind)
    cotangents = x.astype(kind, copy=False)
    dx, dkernels = sweep(g, windows, groups, kernels=kernels.astype(kind, copy=False), g=cotangents)
    return with_types(dx, dkernels, g, x, kernels, bias)


def _as_transposed(
    function: str,
    x: Any,
    kernels: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    output_padding: Any,
    groups: Any,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, Windows, int]:
    x, kernels, groups = as_images(function, x, kernels, groups)
    if len(kernels) != x.shape[1]:
        expected = f"of shape (channels, out / groups, …) = ({x.shape[1]}, …) for x of shape {x.shape}"
        raise fail(function, "kernels", expected, str(kernels.shape), "they are those of the convolution, untransposed")
    if len(kernels) % groups:
        raise fail(function, "groups", f"a divisor of the channels of x, {len(kernels)}", str(groups))
    windows = transposed_windows(function, x.shape[2:], kernels.shape[2:], stride, padding, dilation, output_padding)
    return x, kernels, as_bias(function, bias, kernels.shape[1] * groups), windows, groups
