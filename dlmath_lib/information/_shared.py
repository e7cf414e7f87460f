"""What the functions of this package share: the unit, and sums in which 0 · log 0 = 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import total, working
from dlmath_lib._units import nats_in
from dlmath_lib._validate import as_array, as_probabilities, fail

__all__ = ["as_distributions", "as_logits", "expected", "in_unit", "same_outcomes"]


def in_unit(function: str, nats: np.ndarray, unit: str, dtype: Any) -> Any:
    """An amount of information in the unit that was asked for, in the type of the input; a single one as a scalar."""
    return (nats / nats_in(function, unit)).astype(dtype)[()]


def as_distributions(function: str, argument: str, value: Any) -> np.ndarray:
    """One distribution of shape (K,), or one in each row of (n, K)."""
    return as_probabilities(function, argument, value, axis=-1, ndim=(1, 2))


def as_logits(function: str, argument: str, value: Any) -> np.ndarray:
    """Logits of one distribution, of shape (K,), or of one in each row of (n, K)."""
    return as_array(function, argument, value, ndim=(1, 2))


def same_outcomes(function: str, p: np.ndarray, argument: str, q: np.ndarray) -> None:
    """Refuse distributions that do not stand row beside row: nothing is broadcast."""
    if p.shape != q.shape:
        raise fail(function, argument, f"of the first argument's shape {p.shape}", str(q.shape), "one row beside each")


def expected(p: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Σₖ pₖ vₖ along the last axis, where an outcome with pₖ = 0 has no term, whatever vₖ is."""
    kind = np.result_type(working(p.dtype), working(values.dtype))
    terms = np.multiply(p, values, where=p > 0, out=np.zeros(p.shape, kind))
    return np.asarray(total(terms, axis=-1) + 0.0)


def log(p: np.ndarray) -> np.ndarray:
    """log p, −∞ at 0, in the type in which formulas are computed."""
    with np.errstate(divide="ignore"):
        return np.log(p.astype(working(p.dtype)))
