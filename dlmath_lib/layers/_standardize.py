"""What the normalisations share: x̂ = (x − μ) / √(σ² + ε), and the pull back through it.

Every one of them is an array of shape (a, k, s) with k groups, whose statistics run over the axes a and s. Batch norm
has (n, channels, space), layer norm (1, n, features), group norm (1, n · groups, the rest).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import BLOCK, product, total, wide, working
from dlmath_lib._validate import as_array, as_scalar, fail


def sums(x: np.ndarray) -> np.ndarray:
    """Σ x of each group, in float64 at least."""
    a, k, s = x.shape
    if s == 1:
        return total(x[:, :, 0], 0)
    rows = product(x.reshape(-1, s), np.ones((s, 1), x.dtype))
    return total(rows.reshape(a, k), 0)


def inner(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Σ u v of each group, in float64 at least."""
    if u.shape[2] == 1:
        return total(u[:, :, 0] * v[:, :, 0], 0)
    result = np.zeros(u.shape[1], wide(u.dtype))
    for start in range(0, u.shape[2], BLOCK):
        cut = slice(start, start + BLOCK)
        result += total(np.einsum("aks,aks->ak", u[:, :, cut], v[:, :, cut]), 0)
    return result


def mean_and_variance(function: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x − μ, μ and σ², the mean squared distance from the mean (division by the number of values)."""
    count = x.shape[0] * x.shape[2]
    mean = sums(x) / count
    centred = x - along(mean, x)
    return centred, mean, _finite(function, inner_or_overflow(centred) / count, x.dtype)


def mean_square(function: str, x: np.ndarray) -> np.ndarray:
    return _finite(function, inner_or_overflow(x) / (x.shape[0] * x.shape[2]), x.dtype)


def inner_or_overflow(x: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # found, and named, by the caller
        return inner(x, x)


def inverse_root(function: str, variance: np.ndarray, epsilon: float, kind: np.dtype) -> np.ndarray:
    """1/√(σ² + ε), refused where it is no number of the type."""
    with np.errstate(divide="ignore", over="ignore"):
        inverse = (1 / np.sqrt(variance + epsilon)).astype(kind)
    if not np.isfinite(inverse).all():
        expected = f"large enough that 1 / √(variance + epsilon) is a number of {kind}"
        raise fail(function, "epsilon", expected, f"{epsilon:g} beside a variance of {variance.min():g}")
    return inverse


def pull_back(h: np.ndarray, normalised: np.ndarray, inverse: np.ndarray, *, centred: bool = True) -> np.ndarray:
    """From h = ∂L/∂x̂: ∂L/∂x = (h − mean(h) − x̂ mean(h x̂)) / √(σ² + ε); without mean(h) if nothing was centred."""
    count = h.shape[0] * h.shape[2]
    result = normalised * along(-inner(h, normalised) / count, h)
    if centred:
        result -= along(sums(h) / count, h)
    result += h
    result *= along(inverse, h)
    return result


def along(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """One value for each group, shaped to go with (a, k, s), in the array's type."""
    return values.astype(like.dtype, copy=False)[:, None]


def as_normalisation(
    function: str, x: Any, gamma: Any, beta: Any, epsilon: Any, *, ndim: int = 2
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, np.dtype]:
    """x, γ, β and ε of one type, computed in float32 at least, and the type of the result."""
    given = [as_array(function, name, value) for name, value in (("x", x), ("gamma", gamma), ("beta", beta))]
    kind = np.result_type(*given)
    if given[0].ndim < ndim:
        hint = "wrap a single example: x[None, :]" if given[0].ndim == 1 else ""
        raise fail(function, "x", "of shape (n, channels, …)", str(given[0].shape), hint)
    epsilon = as_scalar(function, "epsilon", epsilon, low=0, cast=working(kind))
    x, gamma, beta = (
        as_array(function, name, value, cast=working(kind))
        for name, value in zip(("x", "gamma", "beta"), given, strict=True)
    )
    return x, gamma, beta, epsilon, kind


def as_cotangent(function: str, g: Any, x: np.ndarray) -> np.ndarray:
    return as_array(function, "g", g, shape=x.shape, cast=x.dtype)


def narrowed(function: str, result: np.ndarray, kind: Any) -> np.ndarray:
    """The result in its own type: float16 may be left."""
    if result.dtype == kind:
        return result
    with np.errstate(over="ignore"):
        narrow = result.astype(kind)
    if not np.isfinite(narrow).all():
        raise fail(function, "x", f"such that the result is a number of {kind}", "one beyond its range")
    return narrow


def _finite(function: str, variance: np.ndarray, kind: np.dtype) -> np.ndarray:
    if not np.isfinite(variance).all():
        hint = "scale it, or pass a wider type"
        raise fail(function, "x", f"small enough that its squares are numbers of {kind}", "a square beyond it", hint)
    return variance
