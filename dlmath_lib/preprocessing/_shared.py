"""What the maps share: checked rows, and weights in the old units."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import total, wide
from dlmath_lib._validate import as_array, fail

__all__ = ["as_model", "as_raw", "as_rows", "mean_of", "narrowed"]


def as_rows(function: str, argument: str, value: Any, columns: int | None = None) -> np.ndarray:
    """One example in each row."""
    if columns is None:
        return as_array(function, argument, value, ndim=2)
    return as_array(function, argument, value, shape=(None, columns))


def mean_of(x: np.ndarray) -> np.ndarray:
    """The mean of each column of wide numbers, also where their sum would leave the type's range."""
    _, exponent = np.frexp(np.abs(x).max(axis=0))
    return np.ldexp(total(np.ldexp(x, -exponent), axis=0) / len(x), exponent)


def narrowed(function: str, argument: str, result: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The result in the type of the data, refused where it is too large for it."""
    with np.errstate(over="ignore"):  # an overflow is found, and named, just below
        result = result.astype(dtype)
    if not np.isfinite(result).all():
        hint = "far from the data that the map was learned from; pass a wider type"
        raise fail(function, argument, f"such that the result is finite in {dtype}", "a result beyond that", hint)
    return result


def as_model(function: str, weights: Any, bias: Any, columns: int) -> tuple[np.ndarray, np.ndarray, np.dtype]:
    """Weights of shape (d,) with one bias, or (d, k) with k of them, in a wide type; and the type of the results."""
    w = as_array(function, "weights", weights, ndim=(1, 2))
    if len(w) != columns:
        raise fail(function, "weights", f"of shape ({columns},) or ({columns}, k)", str(w.shape))
    b = as_array(function, "bias", bias, shape=w.shape[1:])
    kind = np.result_type(w, b)
    return w.astype(wide(kind)), b.astype(wide(kind)), kind


def as_raw(function: str, weights: np.ndarray, bias: np.ndarray, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias in the type of the model that came."""
    return narrowed(function, "weights", weights, dtype), narrowed(function, "bias", np.asarray(bias), dtype)
