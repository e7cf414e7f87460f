"""What the rules with a memory share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._threads import share
from dlmath_lib._validate import as_array, as_scalar, fail, same_shape

# Blocks of at most 1 MB in float32: the few arrays of one step stay in the cache from the first operation to the last,
# and the calls are few, at each of which one thread may have to wait for the other's.
BLOCK = 262144
# From so many numbers on the blocks are shared by two threads: below, waking the second costs what it saves.
THREADED = BLOCK
_ROOM = threading.local()


def as_step(function: str, parameter: Any, gradient: Any, **state: Any) -> list[np.ndarray]:
    """Parameter, gradient and state arrays: of one shape, and finite in the type in which the step is computed."""
    parameter = as_array(function, "parameter", parameter)
    kind, arrays = working(parameter.dtype), {"parameter": parameter}
    for name, value in ({"gradient": gradient} | state).items():
        arrays[name] = as_array(function, name, value)
    same_shape(function, arrays)
    return [finite_in(function, name, array, kind) for name, array in arrays.items()]


def finite_in(function: str, argument: str, array: np.ndarray, kind: Any) -> np.ndarray:
    """The array in the type ``kind``, refused where a number is beyond its range."""
    with np.errstate(over="ignore"):
        narrow = np.asarray(array, dtype=kind)
    if not np.isfinite(narrow).all():
        got = f"{array[~np.isfinite(narrow)][0]:g}"
        raise fail(function, argument, f"within the range of {np.dtype(kind)}", got, "clip_by_norm shortens a gradient")
    return narrow


def stepped(function: str, parameter: np.ndarray, kind: Any) -> np.ndarray:
    """The next parameter in its own type, refused where the step left the range."""
    with np.errstate(over="ignore"):
        narrow = np.asarray(parameter, dtype=kind)
    if not np.isfinite(narrow).all():
        hint = "lower it, or shorten the gradient with clip_by_norm"
        expected = f"small enough that the next parameter is a number of {np.dtype(kind)}"
        raise fail(function, "learning_rate", expected, "a step beyond its range", hint)
    return narrow


def as_vectors(function: str, parameter: Any, gradient: Any, *, narrow: Any = (), **state: Any) -> np.dtype:
    """The parameter's dtype; what cannot be stepped in place is refused: all must be flat vectors of one length.

    A state has the type in which the step is computed, or the parameter's if it is one of the ``narrow`` ones.
    """
    for name, array in ({"parameter": parameter, "gradient": gradient} | state).items():
        plain = isinstance(array, np.ndarray) and not isinstance(array, np.ma.MaskedArray)
        if not plain or array.ndim != 1 or array.dtype.kind != "f":
            got = f"shape {array.shape}" if isinstance(array, np.ndarray) and array.ndim != 1 else type(array).__name__
            raise fail(function, name, "a flat vector of floats (ndarray)", got, error=TypeError)
        kind = parameter.dtype if name in ("parameter", "gradient", *narrow) else working(parameter.dtype)
        if array.shape != parameter.shape or array.dtype != kind:
            expected = f"like parameter, {kind} of shape {parameter.shape}"
            raise fail(function, name, expected, f"{array.dtype} of shape {array.shape}")
    return parameter.dtype


def as_learning_rate(function: str, learning_rate: Any, kind: Any = np.float64) -> float:
    """A positive number that is one in the type of the step, too: 1e-50 is 0 in float32, and 1e50 infinite."""
    learning_rate = as_scalar(function, "learning_rate", learning_rate, low=0, low_open=True)
    limits = np.finfo(working(kind))
    if not float(limits.tiny) <= learning_rate <= float(limits.max):
        expected = f"between {limits.tiny:.2g} and {limits.max:.2g} for {np.dtype(kind)}"
        raise fail(function, "learning_rate", expected, f"{learning_rate:g}")
    return learning_rate


def as_decay(function: str, argument: str, value: Any) -> float:
    return as_scalar(function, argument, value, low=0, high=1, high_open=True)


def as_weight_decay(function: str, weight_decay: Any) -> float:
    return as_scalar(function, "weight_decay", weight_decay, low=0)


def as_epsilon(function: str, epsilon: Any, kind: Any) -> float:
    """ε, kept from being rounded to 0 in the type of the step, or 0/0 would follow."""
    return max(as_scalar(function, "epsilon", epsilon, low=0, low_open=True), float(np.finfo(working(kind)).tiny))


def squared(function: str, second: np.ndarray) -> np.ndarray:
    """An average or a sum of g², refused where it left the range: the parameter would never move again."""
    return finite_in(function, "gradient * gradient", np.asarray(second), second.dtype)


def in_place(
    parameter: np.ndarray, gradient: np.ndarray, step: Callable[[np.ndarray, np.ndarray, Iterable[slice]], None]
) -> None:
    """Call ``step`` with parameter and gradient in the type of the step, and with the blocks that it has to do."""
    kind = working(parameter.dtype)
    p, g = parameter.astype(kind, copy=False), gradient.astype(kind, copy=False)
    over_blocks(p.size, lambda blocks: step(p, g, blocks))
    if p is not parameter:
        parameter[:] = p


def over_blocks(size: int, work: Callable[[Iterable[slice]], None]) -> None:
    """Call ``work`` with slices that together cover a vector: with all of them here, or shared with a second thread.

    What is done entry by entry gives the same bits in any number of threads. A step within another, as of a signal's
    handler, has its own `scratch`.
    """

    def with_room(parts: Iterable[slice]) -> None:
        before, _ROOM.used = vars(_ROOM).get("used"), vars(_ROOM).pop("kept", {})
        try:
            work(parts)
        finally:
            _ROOM.kept, _ROOM.used = _ROOM.used, before

    share(blocks(size), with_room)


def blocks(size: int) -> Iterator[slice]:
    """Slices of at most `BLOCK` numbers that cover a vector; from `THREADED` on an even number of one length.

    They do not depend on the threads: a sum block by block has the same bits in one and in two.
    """
    count = 1 if size < THREADED else 2 * -(-size // (2 * BLOCK))
    width = max(1, -(-size // count))
    return (slice(start, start + width) for start in range(0, size, width))


def scratch(dtype: Any, count: int) -> list[np.ndarray]:
    """Room for intermediate results of `over_blocks`, one block each; its numbers are those of the last use."""
    kept = _ROOM.used.setdefault(np.dtype(dtype).char, [])
    kept += [np.empty(BLOCK, dtype) for _ in range(count - len(kept))]
    return kept[:count]
