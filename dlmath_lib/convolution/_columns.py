"""Convolution as matrix products: what lies under each entry of the kernel is copied into columns, block by block.

A block's columns fill at most ``WORKSPACE`` bytes, or what one row of the output needs for one example where that is
more. They grow by one spatial axis after the other; up to ``WORKSPACE`` bytes for each axis are kept by the thread for
its next call. Beside them are held one gradient of the kernels for each example, and a copy of the block's part of x
where that does not lie in one run of memory; on the way back, what of one axis is added to the next.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._sums import BLOCK, product, total, wide
from dlmath_lib._threads import Job
from dlmath_lib.convolution.shapes import Windows

__all__ = ["WORKSPACE", "add_bias", "gradients", "input_gradient", "sweep"]

WORKSPACE = 4 * 2**20  # what the processor's caches hold: more is not faster
# Two threads have some examples each where so many multiplications in all are worth it, and so few for one example that
# the library of matrix products would leave them to one thread.
SHARED, ALONE = 2**22, 2**19
LOOKED_UP = 64  # the plans of larger kernels are made anew, and take no room
ALL, PAGE = slice(None), 4096
_KEPT = threading.local()


def sweep(
    x: np.ndarray,
    windows: Windows,
    groups: int,
    *,
    kernels: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    g: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """W · columns(x) + b for each example and group, and Σ G · columns(x)ᵀ over the examples, in float64 at least.

    The first is the convolution with these kernels, the second the kernels' gradient for this cotangent; each is empty
    where it is not asked for. Examples that two threads share are divided in the same way where there is one: this
    does not change a bit of the results.
    """
    out = len(kernels) if kernels is not None else g.shape[1] if g is not None else 0
    weights = None if kernels is None else _as_matrices(kernels, groups)
    y = np.empty((len(x), out, *windows.out), x.dtype) if kernels is not None else None

    def work(some: slice, copied: Callable[[], None] | None = None) -> np.ndarray:
        result, cotangents = (None if a is None else a[some] for a in (y, g))
        return _sweep(x[some], windows, groups, weights, bias, result, cotangents, copied)

    n, each = len(x), out * x.shape[1] // groups * math.prod(windows.kernel + windows.out)
    if n > 1 and each <= ALONE and n * each >= SHARED:
        cut = max(1, n * 7 // 10)  # the other thread begins later, and should not be waited for
        other = Job(work, slice(cut, n))
        try:
            sums = work(slice(0, cut), other.begin)
        except BaseException:
            other.drop()
            raise
        sums += other.wait()
    else:
        sums = work(slice(0, n))
    return np.empty(0, x.dtype) if y is None else y, sums if g is None else _as_kernels(sums, windows, out)


def _sweep(
    x: np.ndarray,
    windows: Windows,
    groups: int,
    weights: np.ndarray | None,
    bias: np.ndarray | None,
    y: np.ndarray | None,
    g: np.ndarray | None,
    copied: Callable[[], None] | None,
) -> np.ndarray:
    """`sweep` for the examples of one thread: y is written, Σ columns(x) · Gᵀ returned, a matrix for each group.

    ``copied`` is called before the first product. The other thread begins with its columns then: they are made by many
    short calls, and two threads that make such at once wait for Python's lock at each of them.
    """
    size = (groups, x.shape[1] // groups * math.prod(windows.kernel), g.shape[1] // groups) if g is not None else 0
    sums = np.zeros(size, wide(x.dtype))
    step, fitting = _steps(x, windows, sums.size)
    with Rooms() as rooms:
        for examples, rows in itertools.product(_parts(len(x), step), _parts(windows.out[0], fitting)):
            here = (slice(examples.start, examples.stop), ALL, slice(rows.start, rows.stop))
            columns = _columns(x[here[0]], windows, rows, groups, rooms)
            if copied and examples.start == rows.start == 0:
                copied()
            shape = (len(columns), groups, -1, columns.shape[-1])
            if weights is not None and y is not None:
                result = y[here]
                if result.flags.c_contiguous:
                    _multiply(weights, columns, result.reshape(shape))
                else:
                    result[...] = product(weights, columns).reshape(result.shape)
                add_bias(result, bias)
            if g is not None:
                sums += total(product(columns, g[here].reshape(shape).swapaxes(-1, -2)), 0)
    return sums


def add_bias(y: np.ndarray, bias: np.ndarray | None) -> None:
    """Add a number for each channel to y, in place."""
    if bias is not None and y.flags.c_contiguous:  # one long run for each example
        rows = y.reshape(len(y), -1)
        rows += np.repeat(bias.astype(y.dtype, copy=False), rows.shape[1] // len(bias))
    elif bias is not None:
        y += bias.astype(y.dtype, copy=False).reshape(-1, *[1] * (y.ndim - 2))


def input_gradient(g: np.ndarray, kernels: np.ndarray, windows: Windows, groups: int) -> np.ndarray:
    """Wᵀ · G for each example and group, each column added back to the entries that it was copied from."""
    weights = _as_matrices(kernels, groups).swapaxes(-1, -2)
    channels = kernels.shape[1] * groups
    dx = np.zeros((len(g), channels, *windows.size), g.dtype)
    step, fitting = _steps(dx, windows, 0)
    with Rooms() as rooms:
        for examples, rows in itertools.product(_parts(len(g), step), _parts(windows.out[0], fitting)):
            some = slice(examples.start, examples.stop)
            cotangents = g[some, :, rows.start : rows.stop]
            out = cotangents.shape[2:]
            columns = rooms.array((len(examples), groups, weights.shape[1], math.prod(out)), g.dtype, 0)
            _multiply(weights, cotangents.reshape(len(examples), groups, -1, columns.shape[-1]), columns)
            shape = (len(examples), groups, *windows.kernel, channels // groups, *out)
            _add_back(columns.reshape(shape), windows, rows, dx[some])
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
    """The kernels as a matrix (out / groups, entries · channels / groups) for each group, in the columns' order."""
    return kernels.transpose(0, *range(2, kernels.ndim), 1).reshape(groups, len(kernels) // groups, -1)


def _as_kernels(matrices: np.ndarray, windows: Windows, out: int) -> np.ndarray:
    """`_as_matrices` the other way round, from matrices (entries · channels / groups, out / groups)."""
    kernels = matrices.swapaxes(1, 2).reshape(out, *windows.kernel, -1)
    return np.moveaxis(kernels, -1, 1)


def _multiply(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    if a.shape[-1] <= BLOCK:
        np.matmul(a, b, out=out)
    else:
        out[...] = product(a, b)


def _columns(x: np.ndarray, windows: Windows, rows: range, groups: int, rooms: Rooms) -> np.ndarray:
    """What each output sees, as a matrix (entries · channels / groups, outputs) for each example and group.

    One axis after the other, from the last: each makes a copy for each entry of the kernel along it.
    """
    n, channels = x.shape[:2]
    seen, steps = (_plan if sum(windows.kernel) <= LOOKED_UP else _plan.__wrapped__)(windows, rows)
    stage = np.ascontiguousarray(x[:, :, seen.start : seen.stop])
    stage = stage.reshape(n, groups, channels // groups, *stage.shape[2:])
    for axis, outputs, moves, shifted in steps:
        from_end = axis - len(windows.out)
        shape = [n, groups, len(moves), *stage.shape[2:]]
        shape[from_end] = outputs
        if shifted and len(moves) == 1:  # one copy, of all as it is
            stage = stage.reshape(shape)
            continue
        copies = rooms.array(tuple(shape), x.dtype, axis)
        flat = stage.reshape(n, groups, -1) if shifted else stage
        moved = copies.reshape(n, groups, len(moves), -1)
        behind = math.prod(shape[from_end:][1:])
        for q, move in enumerate(moves):
            if shifted:
                by = move.first * behind
                to, source = (slice(max(way, 0), moved.shape[-1] + min(way, 0)) for way in (-by, by))
                moved[:, :, q, to] = flat[..., source]
            else:
                copies[:, :, q][move.to] = stage[move.source]
            for beyond in move.beyond:
                copies[:, :, q][beyond] = 0
        stage = copies
    return stage.reshape(n, groups, channels // groups * math.prod(windows.kernel), -1)


class Move(NamedTuple):
    """Where the outputs along one axis find what lies under one entry of the kernel."""

    first: int  # for the first output; may lie before the axis
    source: Any  # the entries of the axis that are seen
    to: Any  # the outputs that see them
    beyond: tuple[Any, ...]  # the outputs that see nothing, before and behind these


def _moves(windows: Windows, axis: int, rows: range, seen: range) -> tuple[Move, ...]:
    """One for each entry of the kernel along this axis."""
    stride, after = windows.stride[axis], (ALL,) * (len(windows.out) - 1 - axis)
    positions = range(windows.out[axis]) if axis else rows
    length, count, start = (windows.size[axis] if axis else len(seen)), len(positions), (0 if axis else seen.start)
    moves = []
    for q in range(windows.kernel[axis]):
        first = windows.first(axis, q, positions) - start
        low = min(count, max(0, -(first // stride)))
        high = max(low, min(count, -((first - length) // stride)))
        source = slice(first + low * stride, first + high * stride, stride)
        ends = [(..., slice(*end), *after) for end in ((0, low), (high, count)) if end[0] < end[1]]
        moves.append(Move(first, (..., source, *after), (..., slice(low, high), *after), tuple(ends)))
    return tuple(moves)


@lru_cache(maxsize=256)
def _plan(windows: Windows, rows: range) -> tuple[range, list[tuple[int, int, tuple[Move, ...], bool]]]:
    """The entries of the first axis that these rows of the output see; and by which steps their columns grow.

    For each axis, from the last: its number, its outputs, the moves, and whether they shift the whole axis, which then
    is one run of memory: what crosses an end of it belongs to no output, and is overwritten.
    """
    last = windows.first(0, windows.kernel[0] - 1, rows[-1:])
    seen = range(windows.size[0])[max(0, windows.first(0, 0, rows)) : max(0, last + 1)]
    steps = []
    for axis in reversed(range(len(windows.out))):
        moves = _moves(windows, axis, rows, seen)
        length, outputs = (windows.size[axis], windows.out[axis]) if axis else (len(seen), len(rows))
        near = max(abs(move.first) for move in moves) < length
        steps.append((axis, outputs, moves, windows.stride[axis] == 1 and length == outputs and near))
    return seen, steps


def _add_back(columns: np.ndarray, windows: Windows, rows: range, dx: np.ndarray) -> None:
    """Add each column to the entries of the input that it stands for: `_columns` transposed, axis by axis."""
    stage = columns
    for axis in range(len(windows.out)):
        lengths = [*stage.shape[:2], *stage.shape[3:]]
        lengths[axis - len(windows.out)] = windows.size[axis]
        target = dx.reshape(lengths) if axis == len(windows.out) - 1 else np.zeros(lengths, stage.dtype)
        for q, move in enumerate(_moves(windows, axis, rows, range(windows.size[0]))):
            target[move.source] += stage[:, :, q][move.to]
        stage = target


class Rooms:
    """Arrays for columns: up to `WORKSPACE` bytes for each place are kept by the thread, and used again.

    They are taken out while they are used: a convolution within another, as of a signal's handler, has its own.
    """

    def __enter__(self) -> Rooms:
        self.kept: dict[int, np.ndarray] = vars(_KEPT).pop("rooms", {})
        return self

    def __exit__(self, *error: object) -> None:
        _KEPT.rooms = self.kept

    def array(self, shape: tuple[int, ...], dtype: np.dtype, place: int) -> np.ndarray:
        """An array with any numbers.

        Rooms begin at different places of a memory page: where a copy reads and writes at the same place of two pages,
        the processor takes the next read for one of what was just written, and waits.
        """
        size = math.prod(shape) * dtype.itemsize
        if size > WORKSPACE:
            return np.empty(shape, dtype)
        if place not in self.kept or len(self.kept[place]) < size:
            room = np.empty(size + 2 * PAGE, np.uint8)
            start = -room.ctypes.data % PAGE + PAGE // 8 + place % 4 * PAGE // 4
            self.kept[place] = room[start : start + size]
        return self.kept[place][:size].view(dtype).reshape(shape)


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
