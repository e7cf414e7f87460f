"""Sums that keep their digits: terms of a narrow type are added up in a wider one, and rounded once, by the caller.

Added in their own type, 5000 ones in float16 give 2048, since 2049 is no float16; a million rows of 0.1 in float32 give
100958. Every sum over a batch, over classes or over paths of a graph goes through here.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

__all__ = ["product", "total", "wide", "working"]

# Within so many terms a matrix product in float32 loses less than 1e-5; the blocks' results are added in float64.
BLOCK = 1024


@cache
def wide(dtype: Any) -> np.dtype:
    """The type in which numbers of this type are added: float64, or what is wider."""
    return np.result_type(dtype, np.float64)


@cache
def working(dtype: Any) -> np.dtype:
    """The type in which a formula is computed: float32 for float16, whose range ends at 65504, else the type itself."""
    return np.result_type(dtype, np.float32)


def total(values: np.ndarray, axis: int | tuple[int, ...] | None = None, *, keepdims: bool = False) -> np.ndarray:
    """Σ values along the axis, in float64 at least: round with ``.astype`` at the end of the formula."""
    return values.sum(axis=axis, keepdims=keepdims, dtype=wide(values.dtype))


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The matrix product ``a @ b`` in the type that NumPy gives it, its long sums in blocks that are added wider.

    >>> x = np.full((1_000_000, 1), 0.1, np.float32)
    >>> print((x.T @ np.ones_like(x)).round(), product(x.T, np.ones_like(x)).round())
    [[100022.]] [[100000.]]
    """
    inner = a.shape[-1]
    kind = np.result_type(a, b)
    if inner <= BLOCK or kind.itemsize >= wide(kind).itemsize:
        return a @ b
    cuts = range(0, inner, BLOCK)
    blocks = (a[..., i : i + BLOCK] @ b[..., i : i + BLOCK, :] for i in cuts)
    sums = next(blocks).astype(wide(kind))
    for block in blocks:
        sums += block
    return sums.astype(kind)
