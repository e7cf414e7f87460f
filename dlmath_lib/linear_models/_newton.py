"""Newton's method with halved steps, for a convex loss of logits that are linear in the parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail

Slopes = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def checked(
    name: str, x: Any, y: Any, penalty: Any, steps: Any, tolerance: Any
) -> tuple[np.ndarray, np.ndarray, float, int, float]:
    """The arguments that both regressions share."""
    x = as_array(name, "x", x, ndim=2)
    y = as_array(name, "y", y, ndim=1, dtype="integer")
    if len(y) != len(x):
        raise fail(name, "y", f"as long as x has rows, {len(x)}", f"shape {y.shape}")
    if y.min() < 0:
        raise fail(name, "y", "class indices, 0, 1, …", f"{y.min()}")
    return (
        x,
        y.astype(np.intp),
        as_scalar(name, "penalty", penalty, low=0),
        int(as_scalar(name, "steps", steps, low=1, integer=True)),
        as_scalar(name, "tolerance", tolerance, low=0),
    )


def with_ones(x: np.ndarray) -> np.ndarray:
    """A = [1 X]: the bias is the weight of a feature that is 1."""
    return np.column_stack([np.ones(len(x)), x.astype(np.float64)])


def solve(hessian: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """The shortest s with H s = −g, in units in which H has ones on its diagonal."""
    unit = np.sqrt(np.diagonal(hessian))
    unit = np.where(unit > 0, unit, 1.0)
    scaled = hessian / np.outer(unit, unit)
    try:
        np.linalg.cholesky(scaled - 1e-10 * np.eye(len(scaled)))  # far from singular: the quick way is good enough
        return -np.linalg.solve(scaled, gradient / unit) / unit
    except np.linalg.LinAlgError:
        return -np.linalg.lstsq(scaled, gradient / unit, rcond=None)[0] / unit


def minimize(
    loss: Callable[[np.ndarray], float],
    slopes: Slopes,
    moved: Callable[[np.ndarray], float],
    separated: Callable[[np.ndarray], bool],
    theta: np.ndarray,
    *,
    steps: int,
    tolerance: float,
) -> tuple[np.ndarray, float, int, bool]:
    """Newton steps from ``theta``, each halved until the loss falls by a quarter of what its slope promises."""
    value = loss(theta)
    for taken in range(1, steps + 1):
        gradient, hessian = slopes(theta)
        step = solve(hessian, gradient)
        promise, share = float(gradient @ step), 1.0
        rounding = 4 * np.finfo(np.float64).eps * abs(value)
        while loss(theta + share * step) > value + share * promise / 4 + rounding and share > 1e-12:
            share /= 2
        theta = theta + share * step
        value = loss(theta)
        if moved(share * step) <= tolerance:
            return theta, value, taken, True
        if separated(theta):
            break
    return theta, value, taken, False


def no_minimum(name: str, reason: str) -> Exception:
    """The refusal of data that a hyperplane separates, if nothing holds the weights back."""
    hint = "larger weights have a smaller loss without end: pass penalty > 0"
    return fail(name, "penalty", "> 0 for classes that are linearly separable", reason, hint)
