"""What one output of some layers sees of the input."""

from __future__ import annotations

from typing import Any

from dlmath_lib._validate import fail
from dlmath_lib.convolution.shapes import as_sizes, per_axis

__all__ = ["receptive_field"]


def receptive_field(kernel: Any, *, stride: Any = 1, dilation: Any = 1) -> tuple[int, int]:
    """The receptive field of an output of several layers along one axis, r ← r + d (k − 1) j, and the step j ← j s.

    From layer to layer, first r = j = 1. Here k, s and d are a layer's kernel, ``stride`` and ``dilation``; r is how
    many entries of the input lie from the first to the last that an output hangs on, and j how far the fields of
    neighbouring outputs lie apart.

    Parameters
    ----------
    kernel : sequence of int
        One length for each layer, the first layer's first: of convolutions and poolings alike.
    stride, dilation : int or sequence of int, default 1
        One for all layers, or one for each.

    Returns
    -------
    tuple of two ints
        r and j.

    Raises
    ------
    TypeError, ValueError
        If one is not made of whole numbers ≥ 1, or there are not as many of them as layers.

    Notes
    -----
    Padding moves the fields over the border and does not change r. Activations and normalisations by single entries
    have k = 1. Used in ``chapters/linear_algebra/matrices.ipynb#a-convolution-is-a-matrix``.

    References
    ----------
    A. Araujo, W. Norris, J. Sim, Computing receptive fields of convolutional neural networks, Distill (2019),
    "Computing receptive field size".

    Examples
    --------
    >>> receptive_field([3, 3]), receptive_field([3, 2, 3, 2], stride=[1, 2, 1, 2])
    ((5, 1), (10, 4))
    """
    lengths = as_sizes("receptive_field", "kernel", kernel)
    options = {"stride": stride, "dilation": dilation}
    for name, value in options.items():
        if isinstance(value, (tuple, list)) and len(value) != len(lengths):
            expected = f"one whole number, or one for each of the {len(lengths)} layers"
            raise fail("receptive_field", name, expected, f"{len(value)} of them")
    strides, dilations = (per_axis("receptive_field", name, value, len(lengths)) for name, value in options.items())
    size, step = 1, 1
    for k, s, d in zip(lengths, strides, dilations, strict=True):
        size, step = size + d * (k - 1) * step, step * s
    return size, step
