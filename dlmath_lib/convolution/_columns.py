"""Convolution as matrix products: what lies under each entry of the kernel is copied into columns, block by block.

A block's columns fill at most ``WORKSPACE`` bytes, or what one row of the output needs for one example where that is
more. Beside them are held a padded copy of the block's examples, the columns of all axes but the first, and one
gradient of the kernels for each example.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from dlmath_lib._sums import BLOCK, product, total, wide
from dlmath_lib.convolution.shapes import Windows

__all__ = ["WORKSPACE", "gradients", "input_gradient", "pad", "sweep"]

WORKSPACE = 4 * 2**20  # what the processor's caches hold: more is not faster


def pad(x: np.ndarray, windows: Windows, value: float = 0.0) -> np.ndarray:
    """x with its padding; x itself where there is none."""
    if windows.padded == windows.size:
        return x
    padded = np.zeros(x.shape[:2] + windows.padded, x.dtype)
    if value:
        padded[...] = value
    padded[windows.inside] = x
    return padded


def sweep(
    x: np.ndarray,
    windows: Windows,
    groups: int,
    *,
    kernels: np.ndarray | None = None,
    g: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """W · columns(x) for each example and group, and Σ G · columns(x)ᵀ over the examples, in float64 at least.

    The first is the convolution with these kernels, the second the kernels' gradient for this cotangent; each is empty
    where it is not asked for.
    """
    out = len(kernels) if kernels is not None else g.shape[1] if g is not None else 0
    weights = None if kernels is None else _as_matrices(kernels, groups)
    y = np.empty((len(x), out, *windows.out) if kernels is not None else 0, x.dtype)
    depth = x.shape[1] // groups * math.prod(windows.kernel)
    sums = np.zeros((groups, depth, out // groups) if g is not None else 0, wide(x.dtype))
    for examples, rows, columns in _blocks(x, windows, groups, sums.size):
        here = (examples, slice(None), slice(rows.start, rows.stop))
        shape = (len(columns), groups, -1, columns.shape[-1])
        if weights is not None and len(rows) == windows.out[0]:
            _multiply(weights, columns, y[examples].reshape(shape))
        elif weights is not None:
            y[here] = product(weights, columns).reshape(y[here].shape)
        if g is not None:
            sums += total(product(columns, g[here].reshape(shape).swapaxes(-1, -2)), 0)
    parts = (out, x.shape[1] // groups, *windows.kernel)
    return y, sums.swapaxes(1, 2).reshape(parts) if g is not None else sums


def input_gradient(g: np.ndarray, kernels: np.ndarray, windows: Windows, groups: int) -> np.ndarray:
    """Wᵀ · G for each example and group, each column added back to the entries that it was copied from."""
    weights = _as_matrices(kernels, groups).swapaxes(-1, -2)
    channels = kernels.shape[1] * groups
    dx = np.empty((len(g), channels, *windows.size), g.dtype)
    step, fitting = _steps(dx, windows, 0)
    buffer = np.empty(step * fitting * _row_size(dx, windows), g.dtype)
    for examples in _parts(len(g), step):
        padded = np.zeros((len(examples), channels, *windows.padded), g.dtype)
        some = slice(examples.start, examples.stop)
        for rows in _parts(windows.out[0], fitting):
            cotangents = g[some, :, rows.start : rows.stop]
            out = cotangents.shape[2:]
            shape = (len(examples), groups, weights.shape[1], math.prod(out))
            columns = buffer[: math.prod(shape)].reshape(shape)
            _multiply(weights, cotangents.reshape(len(examples), groups, -1, shape[-1]), columns)
            _add_back(columns.reshape(len(examples), channels, *windows.kernel, *out), windows, rows, padded)
        dx[some] = padded[windows.inside]
    return dx


def gradients(
    g: np.ndarray, x: np.ndarray, kernels: np.ndarray, windows: Windows, groups: int
) -> tuple[np.ndarray, np.ndarray]:
    """The gradients of the convolution with respect to x and, in float64 at least, to the kernels.

    For stride 1 both are read off the columns of the padded g: the gradient of x is the convolution of g with the
    flipped kernels. Where g has many more channels than x, or the stride is larger, columns of x are cheaper.
    """
    back = windows.reversed()
    if back is None or len(kernels) > 2 * x.shape[1]:
        return input_gradient(g, kernels, windows, groups), sweep(x, windows, groups, g=g)[1]
    dx, flipped = sweep(g, back, groups, kernels=_exchanged(kernels, groups), g=x)
    return dx, _exchanged(flipped, groups)


def _exchanged(kernels: np.ndarray, groups: int) -> np.ndarray:
    """The kernels flipped along each spatial axis, inputs and outputs exchanged within each group."""
    out, channels, *entries = kernels.shape
    grouped = kernels.reshape(groups, out // groups, channels, *entries).swapaxes(1, 2)
    flipped = np.flip(grouped, tuple(range(3, grouped.ndim)))
    return flipped.reshape(groups * channels, out // groups, *entries)


def _as_matrices(kernels: np.ndarray, groups: int) -> np.ndarray:
    """The kernels as a matrix (out / groups, channels / groups · entries) for each group."""
    return kernels.reshape(groups, len(kernels) // groups, -1)


def _multiply(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    if a.shape[-1] <= BLOCK:
        np.matmul(a, b, out=out)
    else:
        out[...] = product(a, b)


def _columns(padded: np.ndarray, windows: Windows, rows: range, groups: int, buffer: np.ndarray) -> np.ndarray:
    """What each output sees, as a matrix (channels / groups · entries, outputs) for each example and group.

    One axis after the other, from the last: each makes a copy for each entry of the kernel along it.
    """
    n, channels = padded.shape[:2]
    stage = padded
    for axis in reversed(range(len(windows.out))):
        here, positions = _across(windows, axis), rows if axis == 0 else range(windows.out[axis])
        parts = [stage[here(windows.along(axis, q, positions))] for q in range(windows.kernel[axis])]
        shape = (n, channels, len(parts), *parts[0].shape[2:])
        if len(parts) == 1:
            stage = parts[0].reshape(shape)
            continue
        stage = np.empty(shape, padded.dtype) if axis else buffer[: math.prod(shape)].reshape(shape)
        for q, part in enumerate(parts):
            stage[:, :, q] = part
    return stage.reshape(n, groups, channels // groups * math.prod(windows.kernel), -1)


def _add_back(columns: np.ndarray, windows: Windows, rows: range, padded: np.ndarray) -> None:
    """Add each column to the entries of the padded input that it stands for: `_columns` transposed, axis by axis."""
    stage = columns
    for axis in range(len(windows.out)):
        here, positions = _across(windows, axis), rows if axis == 0 else range(windows.out[axis])
        lengths = list(stage.shape[:2] + stage.shape[3:])
        lengths[axis - len(windows.out)] = windows.padded[axis]
        last = axis == len(windows.out) - 1
        target = padded if last else np.zeros(lengths, stage.dtype)
        for q in range(windows.kernel[axis]):
            target[here(windows.along(axis, q, positions))] += stage[:, :, q]
        stage = target


def _across(windows: Windows, axis: int) -> Any:
    """The index of an array whose last axes are the spatial ones, for a slice of this one."""
    after = (slice(None),) * (len(windows.out) - 1 - axis)
    return lambda places: (..., places, *after)


def _row_size(x: np.ndarray, windows: Windows) -> int:
    """The numbers that the columns of one output row of one example hold."""
    return x.shape[1] * math.prod(windows.kernel) * math.prod(windows.out[1:])


def _steps(x: np.ndarray, windows: Windows, beside: int) -> tuple[int, int]:
    """How many examples, and rows of the output, go at a time; ``beside`` counts what is kept for each example."""
    row, rows = _row_size(x, windows), windows.out[0]
    fitting = min(rows, max(1, WORKSPACE // (x.itemsize * row)))
    return min(len(x), max(1, WORKSPACE // (x.itemsize * max(row * rows, beside)))), fitting


def _parts(n: int, step: int) -> Iterator[range]:
    return (range(start, min(start + step, n)) for start in range(0, n, step))


def _blocks(x: np.ndarray, windows: Windows, groups: int, beside: int) -> Iterator[tuple[slice, range, np.ndarray]]:
    """Some examples, some rows of the output, and the columns for them."""
    step, fitting = _steps(x, windows, beside)
    buffer = np.empty(step * fitting * _row_size(x, windows), x.dtype)
    for examples in _parts(len(x), step):
        some = slice(examples.start, examples.stop)
        padded = pad(x[some], windows)
        for rows in _parts(windows.out[0], fitting):
            yield some, rows, _columns(padded, windows, rows, groups, buffer)
