"""What the rules with a memory share."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail, same_shape

# Blocks of 128 KB in float32: the few arrays of one step stay in the cache from the first operation to the last.
BLOCK = 32768


def as_step(function: str, parameter: Any, gradient: Any, **state: Any) -> list[np.ndarray]:
    """Parameter, gradient and state arrays: of one shape, finite, in the parameter's dtype."""
    parameter = as_array(function, "parameter", parameter)
    others = {"gradient": gradient} | state
    arrays = {name: as_array(function, name, value) for name, value in others.items()}
    same_shape(function, {"parameter": parameter} | arrays)
    return [parameter, *(a.astype(parameter.dtype, copy=False) for a in arrays.values())]


def as_vectors(function: str, **arrays: Any) -> None:
    """Refuse what cannot be stepped in place: all must be flat vectors of one length and dtype."""
    (first, reference), *_ = arrays.items()
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray) or array.ndim != 1 or array.dtype.kind != "f":
            got = f"shape {array.shape}" if isinstance(array, np.ndarray) and array.ndim != 1 else type(array).__name__
            raise fail(function, name, "a flat vector of floats (ndarray)", got, error=TypeError)
        if array.shape != reference.shape or array.dtype != reference.dtype:
            expected = f"like {first}, {reference.dtype} of shape {reference.shape}"
            raise fail(function, name, expected, f"{array.dtype} of shape {array.shape}")


def as_learning_rate(function: str, learning_rate: Any) -> float:
    return as_scalar(function, "learning_rate", learning_rate, low=0, low_open=True)


def as_decay(function: str, argument: str, value: Any) -> float:
    return as_scalar(function, argument, value, low=0, high=1, high_open=True)
