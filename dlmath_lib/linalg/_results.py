"""What the functions of this package share: results rounded to the type of the input, and checks that name a remedy."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, fail

__all__ = ["as_nonzero_vector", "as_square", "rounded"]

NOT_SQUARE = "least_squares and pseudo_inverse take any shape"


def as_nonzero_vector(function: str, argument: str, value: Any) -> np.ndarray:
    """One vector that has a direction."""
    vector = as_array(function, argument, value, ndim=1)
    if not vector.any():
        hint = "the zero vector has no direction; leave it out"
        raise fail(function, argument, "a non-zero vector", "zeros alone", hint)
    return vector


def as_square(function: str, argument: str, value: Any, hint: str = NOT_SQUARE) -> np.ndarray:
    """A matrix with as many rows as columns."""
    matrix = as_array(function, argument, value, ndim=2)
    if matrix.shape[0] != matrix.shape[1]:
        raise fail(function, argument, "square", f"shape {matrix.shape}", hint)
    return matrix


def rounded(function: str, argument: str, result: Any, dtype: Any, hint: str = "scale it") -> Any:
    """The result in the type of the input, a scalar as a NumPy scalar; refused where it is too large for that type."""
    with np.errstate(over="ignore"):  # an overflow is found, and named, just below
        result = np.asarray(result).astype(dtype)
    if not np.isfinite(result).all():
        expected = f"of a size at which the result is finite in {dtype}, at most {np.finfo(dtype).max:g}"
        raise fail(function, argument, expected, "a result beyond that", hint)
    return result[()]
