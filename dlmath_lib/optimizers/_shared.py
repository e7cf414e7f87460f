"""What the rules with a memory share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, as_scalar, fail, same_shape

# Blocks of 128 KB in float32: the few arrays of one step stay in the cache from the first operation to the last.
BLOCK = 32768


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


def as_vectors(function: str, parameter: Any, gradient: Any, **state: Any) -> None:
    """Refuse what cannot be stepped in place: all must be flat vectors of one length and dtype.

    A state of Adam has the type in which the step is computed.
    """
    for name, array in ({"parameter": parameter, "gradient": gradient} | state).items():
        plain = isinstance(array, np.ndarray) and not isinstance(array, np.ma.MaskedArray)
        if not plain or array.ndim != 1 or array.dtype.kind != "f":
            got = f"shape {array.shape}" if isinstance(array, np.ndarray) and array.ndim != 1 else type(array).__name__
            raise fail(function, name, "a flat vector of floats (ndarray)", got, error=TypeError)
        kind = working(parameter.dtype) if name in ("first", "second") else parameter.dtype
        if array.shape != parameter.shape or array.dtype != kind:
            expected = f"like parameter, {kind} of shape {parameter.shape}"
            raise fail(function, name, expected, f"{array.dtype} of shape {array.shape}")


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


def blocks(size: int) -> Iterator[slice]:
    """Slices that together cover a vector."""
    return (slice(start, start + BLOCK) for start in range(0, size, BLOCK))
