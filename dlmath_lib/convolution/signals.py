"""Cross-correlation and convolution of two plain arrays, and the matrix of a convolution."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, as_scalar, fail, one_of
from dlmath_lib.convolution._columns import sweep
from dlmath_lib.convolution.conv import conv
from dlmath_lib.convolution.shapes import as_sizes, as_windows

__all__ = ["convolution_matrix", "convolve", "correlate"]

MODES = ("full", "valid", "same")


def correlate(x: Any, kernel: Any, *, mode: str = "valid") -> np.ndarray:
    """Cross-correlation of two arrays, y[i] = Σ_q k[q] x[i + q]: the kernel slides along x as it is.

    Parameters
    ----------
    x : array_like of at least one axis
        The signal, the picture, the volume: no examples, no channels.
    kernel : array_like of as many axes
        k.
    mode : {"valid", "full", "same"}, default "valid"
        Where i runs: "valid", over the places at which k lies inside x; "full", over those at which they share an
        entry, with x = 0 outside; "same", over the middle part of "full" that has x's shape (the earlier of two middles
        where k has an even length).

    Returns
    -------
    ndarray of as many axes
        Each of length n − k + 1 for "valid", n + k − 1 for "full", n for "same", in the wider type.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, or for "valid" the kernel is larger than x.

    Notes
    -----
    What deep learning calls a convolution. With "full" the first entry is that at i = −(k − 1), where k's last entry
    lies on x's first, as in ``scipy.signal.correlate``. Derivation:
    ``chapters/convolution/convolution.ipynb#convolution-and-cross-correlation``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.1, equation 9.6.

    Examples
    --------
    >>> print(correlate([1.0, 2.0, 4.0, 8.0], [1.0, 0.0, -1.0]))
    [-3. -6.]
    """
    return _slide("correlate", x, kernel, mode, flip=False)


def convolve(x: Any, kernel: Any, *, mode: str = "full") -> np.ndarray:
    """Convolution of two arrays, y[i] = Σ_q k[q] x[i − q]: cross-correlation with the kernel flipped along each axis.

    Parameters
    ----------
    x : array_like of at least one axis
        The signal, the picture, the volume: no examples, no channels.
    kernel : array_like of as many axes
        k.
    mode : {"full", "valid", "same"}, default "full"
        As in `correlate`; with "full" the result is the same if x and k change places.

    Returns
    -------
    ndarray of as many axes
        As `correlate`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, or for "valid" the kernel is larger than x.

    Notes
    -----
    The coefficients of a product of polynomials, and the law of a sum of independent integers, are "full"
    convolutions. Derivation: ``chapters/convolution/convolution.ipynb#convolution-and-cross-correlation``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.1, equation 9.4.

    Examples
    --------
    >>> print(convolve([1.0, 1.0], [1.0, 2.0, 1.0]))
    [1. 3. 3. 1.]
    """
    return _slide("convolve", x, kernel, mode, flip=True)


def convolution_matrix(
    kernels: Any,
    spatial: Any,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> np.ndarray:
    """The matrix T of a convolution, `conv`: y = T x for x and y written as vectors, row by row.

    Parameters
    ----------
    kernels : array_like of shape (out, channels / groups, *kernel)
        As in `conv`.
    spatial : tuple of int
        The spatial shape of x.
    stride, padding, dilation, groups
        As in `conv`.

    Returns
    -------
    ndarray of shape (out · outputs, channels · entries)
        T. In one dimension with one channel and stride 1 its diagonals are constant (a Toeplitz matrix).

    Raises
    ------
    TypeError, ValueError
        As `conv`.

    Notes
    -----
    For small shapes: T holds all its zeros. Its columns are the convolutions of the basis vectors, and Tᵀ is
    `conv_transpose`. Derivation: ``chapters/convolution/convolution.ipynb#it-is-a-matrix``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.1, on Toeplitz matrices.

    Examples
    --------
    >>> print(convolution_matrix([[[1.0, 0.0, -1.0]]], (5,)))
    [[ 1.  0. -1.  0.  0.]
     [ 0.  1.  0. -1.  0.]
     [ 0.  0.  1.  0. -1.]]
    """
    function = "convolution_matrix"
    kernels = as_array(function, "kernels", kernels)
    size = as_sizes(function, "spatial", spatial)
    if kernels.ndim != len(size) + 2:
        expected = f"of shape (out, channels / groups, *kernel) with {len(size)} spatial axes, as in spatial = {size}"
        raise fail(function, "kernels", expected, f"shape {kernels.shape}")
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    as_windows(function, size, kernels.shape[2:], **options)
    count = int(as_scalar(function, "groups", groups, integer=True, low=1))
    if len(kernels) % count:
        raise fail(function, "groups", f"a divisor of the kernels' outputs, {len(kernels)}", str(count))
    entries = kernels.shape[1] * count * math.prod(size)
    basis = np.eye(entries, dtype=kernels.dtype).reshape(entries, -1, *size)
    return conv(basis, kernels, groups=count, **options).reshape(entries, -1).T.copy()


def _slide(function: str, x: Any, kernel: Any, mode: str, *, flip: bool) -> np.ndarray:
    x, kernel = as_array(function, "x", x), as_array(function, "kernel", kernel)
    if x.ndim == 0:
        raise fail(function, "x", "of at least one axis", "a number")
    if kernel.ndim != x.ndim:
        raise fail(function, "kernel", f"of as many axes as x, whose shape is {x.shape}", f"shape {kernel.shape}")
    mode = one_of(function, "mode", mode, MODES)
    rest = [n - 1 for n in kernel.shape]
    pairs = {"full": [(r, r) for r in rest], "valid": [(0, 0)] * x.ndim, "same": [(r - r // 2, r // 2) for r in rest]}
    windows = as_windows(function, x.shape, kernel.shape, 1, pairs[mode], 1, argument="kernel")
    kind = np.result_type(x, kernel)
    kernel = np.flip(kernel) if flip else kernel
    one, other = (np.ascontiguousarray(a, working(kind))[None, None] for a in (x, kernel))
    return sweep(one, windows, 1, kernels=other)[0][0, 0].astype(kind, copy=False)
