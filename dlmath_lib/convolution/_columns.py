"""Convolution as matrix products: what lies under each entry of the kernel is copied into columns, block by block.

A block's columns fill at most ``WORKSPACE`` bytes, or what one row of the output needs for one example where that is
more; a padded copy of the block's examples, and one gradient of the kernels for each of them, are held beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from dlmath_lib._sums import BLOCK, product, total, wide
from dlmath_lib.convolution.shapes import Windows

__all__ = ["WORKSPACE", "correlate_windows", "input_gradient", "kernel_gradient", "pad"]

WORKSPACE = 4 * 2**20  # what the processor's caches hold: more is not faster


def pad(x: np.ndarray, windows: Windows, value: float = 0.0) -> np.ndarray:
    """x with its padding; x itself where there is none."""
    if windows.padded == windows.size:
        return x
    padded = (
        np.full(x.shape[:2] + windows.padded, value, x.dtype)
        if value
        else np.zeros(x.shape[:2] + windows.padded, x.dtype)
    )
    padded[windows.inside] = x
    return padded


def correlate_windows(x: np.ndarray, kernels: np.ndarray, windows: Windows, groups: int) -> np.ndarray:
    """Y = W · columns(x) for each example and group, of shape (n, out, *windows.out)."""
    weights = _as_matrices(kernels, groups)
    y = np.empty((len(x), len(kernels), *windows.out), x.dtype)
    for examples, padded, buffer in _blocks(x, windows, 0):
        for rows in _row_blocks(x, windows):
            columns = _columns(padded, windows, rows, groups, buffer)
            whole = len(rows) == windows.out[0]
            target = y[examples] if whole else np.empty_like(y[examples, :, rows.start : rows.stop])
            _multiply(weights, columns, target.reshape(len(columns), groups, -1, columns.shape[-1]))
            if not whole:
                y[examples, :, rows.start : rows.stop] = target
    return y


def kernel_gradient(g: np.ndarray, x: np.ndarray, windows: Windows, groups: int, shape: tuple[int, ...]) -> np.ndarray:
    """Σ over the examples of G · columns(x)ᵀ for each group, of the kernels' shape, in float64 at least."""
    sums = np.zeros((groups, shape[0] // groups, math.prod(shape[1:])), wide(x.dtype))
    for examples, padded, buffer in _blocks(x, windows, sums.size):
        for rows in _row_blocks(x, windows):
            columns = _columns(padded, windows, rows, groups, buffer)
            cotangents = g[examples, :, rows.start : rows.stop].reshape(len(columns), groups, -1, columns.shape[-1])
            sums += total(product(cotangents, columns.swapaxes(-1, -2)), 0)
    return sums.reshape(shape)


def input_gradient(g: np.ndarray, kernels: np.ndarray, windows: Windows, groups: int) -> np.ndarray:
    """Wᵀ · G for each example and group, each column added back to the entries that it was copied from."""
    weights = _as_matrices(kernels, groups).swapaxes(-1, -2)
    channels = kernels.shape[1] * groups
    dx = np.empty((len(g), channels, *windows.size), g.dtype)
    for examples, padded, buffer in _blocks(dx, windows, 0, fill=False):
        for rows in _row_blocks(dx, windows):
            cotangents = g[examples, :, rows.start : rows.stop]
            out = cotangents.shape[2:]
            shape = (len(padded), groups, weights.shape[1], math.prod(out))
            columns = buffer[: math.prod(shape)].reshape(shape)
            _multiply(weights, cotangents.reshape(len(padded), groups, -1, shape[-1]), columns)
            columns = columns.reshape(len(padded), channels, *windows.kernel, *out)
            for offset, places in windows.offsets(rows):
                padded[places] += columns[offset]
        dx[examples] = padded[windows.inside]
    return dx


def _as_matrices(kernels: np.ndarray, groups: int) -> np.ndarray:
    """The kernels as a matrix (out / groups, channels / groups · entries) for each group."""
    return kernels.reshape(groups, len(kernels) // groups, -1)


def _multiply(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    if a.shape[-1] <= BLOCK:
        np.matmul(a, b, out=out)
    else:
        out[...] = product(a, b)


def _columns(padded: np.ndarray, windows: Windows, rows: range, groups: int, buffer: np.ndarray) -> np.ndarray:
    """What each output sees, as a matrix (channels / groups · entries, outputs) for each example and group."""
    n, channels = padded.shape[:2]
    shape = (n, channels, *windows.kernel, len(rows), *windows.out[1:])
    columns = buffer[: math.prod(shape)].reshape(shape)
    for offset, places in windows.offsets(rows):
        columns[offset] = padded[places]
    return columns.reshape(n, groups, channels // groups * math.prod(windows.kernel), -1)


def _row_size(x: np.ndarray, windows: Windows) -> int:
    """The numbers that the columns of one output row of one example hold."""
    return x.shape[1] * math.prod(windows.kernel) * math.prod(windows.out[1:])


def _row_blocks(x: np.ndarray, windows: Windows) -> Iterator[range]:
    """The rows of the output whose columns fit into the workspace, for one example at least."""
    step = min(windows.out[0], max(1, WORKSPACE // (x.itemsize * _row_size(x, windows))))
    for start in range(0, windows.out[0], step):
        yield range(start, min(start + step, windows.out[0]))


def _blocks(
    x: np.ndarray, windows: Windows, beside: int, *, fill: bool = True
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Some examples, padded (``fill``: else zeros), and a buffer for their columns.

    ``beside`` counts the numbers that the caller keeps for each example.
    """
    row, rows = _row_size(x, windows), windows.out[0]
    fitting = min(rows, max(1, WORKSPACE // (x.itemsize * row)))
    step = min(len(x), max(1, WORKSPACE // (x.itemsize * max(row * rows, beside))))
    buffer = np.empty(step * fitting * row, x.dtype)
    for start in range(0, len(x), step):
        examples = slice(start, min(start + step, len(x)))
        count = examples.stop - start
        padded = pad(x[examples], windows) if fill else np.zeros((count, x.shape[1], *windows.padded), x.dtype)
        yield examples, padded, buffer
