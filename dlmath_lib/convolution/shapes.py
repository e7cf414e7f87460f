"""Where the windows lie: stride, padding and dilation for each spatial axis, and the shape that comes out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_scalar, fail

__all__ = ["Windows", "as_sizes", "as_windows", "output_shape", "per_axis", "transposed_windows"]

Pairs = tuple[tuple[int, int], ...]
ALL = slice(None)
SEQUENCES = (tuple, list, np.ndarray)


class Windows(NamedTuple):
    """The windows of a convolution or pooling, a number (or a pair) for each spatial axis."""

    size: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: Pairs
    dilation: tuple[int, ...]
    out: tuple[int, ...]

    @property
    def padded(self) -> tuple[int, ...]:
        return tuple(n + before + after for n, (before, after) in zip(self.size, self.padding, strict=True))

    @property
    def inside(self) -> tuple[Any, ...]:
        """The index of the input in the padded one."""
        return (..., *(slice(before, before + n) for n, (before, _) in zip(self.size, self.padding, strict=True)))

    def along(self, axis: int, offset: int, positions: range) -> slice:
        """The entries of the padded axis that lie under this entry of the kernel, for these output positions."""
        start = self.first(axis, offset, positions) + self.padding[axis][0]
        return slice(start, start + (len(positions) - 1) * self.stride[axis] + 1, self.stride[axis])

    def first(self, axis: int, offset: int, positions: range) -> int:
        """The entry of the axis, padding not counted, under this entry of the kernel at the first of these outputs."""
        return offset * self.dilation[axis] - self.padding[axis][0] + positions.start * self.stride[axis]

    def offsets(self) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
        """The index of each entry of the kernel, row by row, and of the entries of the padded input under it."""
        for offset in itertools.product(*map(range, self.kernel)):
            places = (self.along(axis, q, range(self.out[axis])) for axis, q in enumerate(offset))
            yield (ALL, ALL, *offset), (..., *places)

    def reversed(self) -> Windows | None:
        """The windows over the output that give back the input's shape, for stride 1 and no padding beyond a kernel."""
        extents = [d * (k - 1) for k, d in zip(self.kernel, self.dilation, strict=True)]
        pairs = tuple((e - before, e - after) for e, (before, after) in zip(extents, self.padding, strict=True))
        if max(self.stride) > 1 or min(min(pair) for pair in pairs) < 0:
            return None
        return Windows(self.out, self.kernel, self.stride, pairs, self.dilation, self.size)

    def counts(self, axis: int) -> np.ndarray:
        """How many entries of the input, padding not counted, each window has along the axis."""
        places = np.arange(self.out[axis])[:, None] * self.stride[axis] - self.padding[axis][0]
        places = places + np.arange(self.kernel[axis]) * self.dilation[axis]
        return np.count_nonzero((places >= 0) & (places < self.size[axis]), axis=1)


def output_shape(spatial: Any, kernel: Any, *, stride: Any = 1, padding: Any = 0, dilation: Any = 1) -> tuple[int, ...]:
    """The spatial shape of a convolution or pooling, ⌊(n + p − d(k − 1) − 1) / s⌋ + 1 for each axis.

    Here n is the axis' length in ``spatial``, k in ``kernel``, s the ``stride``, d the ``dilation``, and p what
    ``padding`` adds before and after together.

    Parameters
    ----------
    spatial : tuple of int
        The spatial shape of the input, without examples and channels.
    kernel : int or tuple of int
        The kernel's (or the pooling window's) spatial shape.
    stride, dilation : int or tuple of int, default 1
        One for all axes, or one for each: the step between windows, and between the entries of the input under one
        window.
    padding : int, tuple, "same" or "valid", default 0
        What is added at both ends: one number, one for each axis, or a pair (before, after) for each axis. "valid"
        is 0. "same" keeps the shape, for stride 1: d(k − 1) in all, where that is odd the larger part after.

    Returns
    -------
    tuple of int
        One length for each axis.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, the kernel is larger than the padded input, or "same" meets a stride above 1.

    Notes
    -----
    Keras takes "same" with a stride s too, for ⌈n / s⌉ outputs; PyTorch refuses it, as here. Derivation:
    ``chapters/convolution/convolution.ipynb#how-long-is-the-output``.

    References
    ----------
    V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning (2016), relationship 15.

    Examples
    --------
    >>> output_shape((28, 28), 3), output_shape((28, 28), 3, stride=2, padding=1)
    ((26, 26), (14, 14))
    """
    size = as_sizes("output_shape", "spatial", spatial)
    kernel = per_axis("output_shape", "kernel", kernel, len(size))
    return as_windows("output_shape", size, kernel, stride, padding, dilation, argument="kernel").out


def as_windows(
    function: str,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: Any,
    padding: Any,
    dilation: Any,
    *,
    argument: str = "kernels",
) -> Windows:
    """The windows of these options over an input of this spatial size, or an error that names function and argument."""
    options = (stride, padding, dilation)
    # Plain whole numbers can be looked up; others may equal them and be something else: 1, 1.0, True.
    plain = all(type(n) is int for n in (*size, *kernel)) and all(type(option) in (int, str) for option in options)
    return (_kept_windows if plain else _windows)(function, tuple(size), kernel, *options, argument)


def _windows(
    function: str,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: Any,
    padding: Any,
    dilation: Any,
    argument: str,
) -> Windows:
    stride = per_axis(function, "stride", stride, len(size))
    dilation = per_axis(function, "dilation", dilation, len(size))
    extent = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    pairs = _as_padding(function, padding, size, extent, stride)
    windows = Windows(size, kernel, stride, pairs, dilation, ())
    if any(e > n for e, n in zip(extent, windows.padded, strict=True)):
        spread = f", {extent} with dilation {dilation}" if extent != kernel else ""
        expected = f"no larger than the padded input, {windows.padded} (x has spatial shape {size}, padding {padding})"
        raise fail(function, argument, expected, f"{kernel}{spread}", "add padding or take a smaller kernel")
    lengths = zip(windows.padded, extent, stride, strict=True)
    return windows._replace(out=tuple((n - e) // s + 1 for n, e, s in lengths))


_kept_windows = lru_cache(maxsize=1024)(_windows)


def transposed_windows(
    function: str,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: Any,
    padding: Any,
    dilation: Any,
    output_padding: Any,
) -> Windows:
    """The windows of the convolution whose transpose takes an input of this spatial size."""
    stride = per_axis(function, "stride", stride, len(size))
    dilation = per_axis(function, "dilation", dilation, len(size))
    more = per_axis(function, "output_padding", output_padding, len(size), low=0)
    if any(m >= s for m, s in zip(more, stride, strict=True)):
        raise fail(function, "output_padding", f"below the stride, {stride}", str(more))
    extent = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    pairs = _as_padding(function, padding, size, extent, stride)
    lengths = zip(size, stride, extent, pairs, more, strict=True)
    large = tuple((n - 1) * s + e - before - after + m for n, s, e, (before, after), m in lengths)
    if min(large) < 1:
        expected = f"so small that entries are left: x has spatial shape {size}, kernel {kernel}, stride {stride}"
        raise fail(function, "padding", expected, f"{padding}, which would leave {large}")
    return Windows(large, kernel, stride, pairs, dilation, size)


def per_axis(function: str, argument: str, value: Any, axes: int, *, low: int = 1) -> tuple[int, ...]:
    """One whole number for each spatial axis: ``value`` for all, or its entries."""
    if not isinstance(value, SEQUENCES) or np.shape(value) == ():
        return (int(as_scalar(function, argument, value, integer=True, low=low)),) * axes
    return _entries(function, argument, value, axes, low)


def _entries(function: str, argument: str, value: Any, axes: int, low: int) -> tuple[int, ...]:
    if len(value) != axes:
        hint = "for before and after give a pair for each axis: ((before, after),)" if argument == "padding" else ""
        expected = f"one whole number, or one for each of the {axes} spatial axes"
        raise fail(function, argument, expected, f"{len(value)} of them", hint)
    return tuple(int(as_scalar(function, argument, n, integer=True, low=low)) for n in value)


def as_sizes(function: str, argument: str, value: Any) -> tuple[int, ...]:
    """A spatial shape."""
    if not isinstance(value, SEQUENCES) or np.ndim(np.asarray(value, dtype=object)) != 1:
        expected = "a tuple of whole numbers, a length for each spatial axis"
        raise fail(function, argument, expected, type(value).__name__, error=TypeError)
    if len(value) == 0:
        raise fail(function, argument, "of at least one axis", "()")
    return _entries(function, argument, value, len(value), 1)


def _as_padding(
    function: str, padding: Any, size: tuple[int, ...], extent: tuple[int, ...], stride: tuple[int, ...]
) -> Pairs:
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise fail(function, "padding", '"same", "valid", or numbers', repr(padding))
        if padding == "valid":
            return ((0, 0),) * len(size)
        if max(stride) > 1:
            ceil = [max((math.ceil(n / s) - 1) * s + e - n, 0) for n, s, e in zip(size, stride, extent, strict=True)]
            pairs = tuple((total // 2, total - total // 2) for total in ceil)
            hint = f'"same" keeps the shape; for ⌈n / stride⌉ outputs, as in Keras, pass padding={pairs}'
            raise fail(function, "padding", 'other than "same" where the stride is above 1', f"stride {stride}", hint)
        return tuple(((e - 1) // 2, e - 1 - (e - 1) // 2) for e in extent)
    if isinstance(padding, SEQUENCES) and any(isinstance(pair, SEQUENCES) for pair in padding):
        return _as_pairs(function, padding, len(size))
    return tuple((p, p) for p in per_axis(function, "padding", padding, len(size), low=0))


def _as_pairs(function: str, padding: Any, axes: int) -> Pairs:
    if len(padding) != axes or not all(isinstance(pair, SEQUENCES) and len(pair) == 2 for pair in padding):
        raise fail(function, "padding", f"a pair (before, after) for each of the {axes} spatial axes", repr(padding))
    numbers = [[int(as_scalar(function, "padding", p, integer=True, low=0)) for p in pair] for pair in padding]
    return tuple((before, after) for before, after in numbers)
