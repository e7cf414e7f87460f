"""The exercises of ``chapters/calculus/numerical_derivatives.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, same_array
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise

# (function, its derivative, a point): smooth, and with a fifth derivative that does not vanish there.
_UNSEEN: list[tuple[str, Callable[[Any], Any], Callable[[Any], Any], float]] = [
    ("exp", np.exp, np.exp, 0.3),
    ("log", np.log, lambda x: 1 / x, 2.0),
    ("1/x", lambda x: 1 / x, lambda x: -1 / x**2, 1.5),
    ("tanh", np.tanh, lambda x: 1 - np.tanh(x) ** 2, 0.4),
]
# (words, function, its gradient, a point): several sizes, several scales.
_GRADIENTS: list[tuple[str, Callable[[Any], Any], Callable[[Any], Any], np.ndarray]] = [
    (
        "w₀² + 3w₀w₁",
        lambda w: w[0] ** 2 + 3 * w[0] * w[1],
        lambda w: [2 * w[0] + 3 * w[1], 3 * w[0]],
        np.array([1.0, 2.0]),
    ),
    ("Σ sin wⱼ", lambda w: np.sin(w).sum(), np.cos, np.array([0.1, -2.0, 0.7, 3.0])),
    (
        "log Σ exp wⱼ",
        lambda w: np.log(np.exp(w).sum()),
        lambda w: np.exp(w) / np.exp(w).sum(),
        np.array([0.5, -1.0, 2.0]),
    ),
    ("w₀²w₁ far out", lambda w: w[0] ** 2 * w[1], lambda w: [2 * w[0] * w[1], w[0] ** 2], np.array([3e4, -2e3])),
    ("(w₀ − 1)³ of one number", lambda w: (w[0] - 1) ** 3, lambda w: [3 * (w[0] - 1) ** 2], np.array([2.5])),
    ("w₀³ + w₁ at whole numbers", lambda w: w[0] ** 3 + w[1], lambda w: [3 * w[0] ** 2, 1.0], np.array([2, 5])),
]


@exercise("numerical_derivatives.truncation_by_hand", of="eq-truncation-forward")
def truncation_by_hand(answer: Any) -> str:
    """The step for which the forward difference of x² misses by 0.001."""
    close_to(answer, 0.001, hint="The forward difference of x² is 2x + h, and the derivative is 2x")
    return "the error is h itself"


@exercise("numerical_derivatives.gradient_of", of="eq-central")
def gradient_of(answer: Any) -> str:
    """Central differences, one coordinate at a time."""
    for words, f, gradient, point in _GRADIENTS:
        kept = point.copy()
        calls: list[np.ndarray] = []

        def watched(w: Any, f: Callable[[Any], Any] = f, calls: list[np.ndarray] = calls) -> Any:
            calls.append(np.array(w, dtype=float))
            return f(np.asarray(w, dtype=float))

        own = point.copy()
        found = call(answer, watched, own, names=("f", "w"))
        if not np.array_equal(own, kept):
            raise Wrong("your function changes w: move a copy")
        scale = np.abs(np.asarray(gradient(kept.astype(float)), dtype=float)).max()
        right = np.asarray(gradient(kept.astype(float)), dtype=float)
        same_array(
            found,
            right,
            rtol=2e-7,
            atol=2e-7 * max(1.0, scale),
            what=f"for f = {words} at w = {kept.tolist()} your result",
        )
        if not any((move > kept).any() for move in calls) or not any((move < kept).any() for move in calls):
            raise Wrong("your function looks to one side of w alone: a central difference looks to both")
    return f"{len(_GRADIENTS)} functions, of 1 to 4 numbers"


@exercise("numerical_derivatives.richardson", of="eq-central")
def richardson(answer: Any) -> str:
    """Two central differences combined so that the h² of the error cancels."""
    steps = np.array([0.2, 0.1, 0.05])
    orders = []
    for name, f, slope, x in _UNSEEN:
        what = f"for f = {name} at x = {x:g} your result"
        found = [number(call(answer, f, x, float(h), names=("f", "x", "h")), what) for h in steps]
        errors = np.abs(np.array(found) - slope(x))
        if errors[-1] > 0.05 * abs(slope(x)):
            raise Wrong(
                f"for f = {name} at x = {x:g} with h = {steps[-1]:g} your result is {found[-1]:.6g}; "
                f"the slope there is {slope(x):.6g}: do your two weights add up to 1?"
            )
        if errors.max() < 1e-12 * abs(slope(x)):
            raise Wrong(
                f"for f = {name} your error is that of rounding at every h, so that it has no order: "
                "combine the two central differences D(h) and D(h/2)"
            )
        orders.append(np.polyfit(np.log(steps), np.log(np.maximum(errors, 1e-16)), 1)[0])
    order = min(orders)
    if order < 3.5:
        hint = "use D(h/2) as well" if abs(order - 2) < 0.3 else "choose the weights so that h² cancels"
        raise Wrong(f"the result is right, but its error is of order {order:.1f}, not 4: {hint}")
    return f"the error is of order {order:.1f}"


@exercise("numerical_derivatives.second_difference_step", of="eq-best-step-central")
def second_difference_step(answer: Any) -> str:
    """Where M h²/12 + 4η/h² is least."""
    size, eta = sp.symbols("M eta", positive=True)
    expression_equals(answer, (48 * eta / size) ** sp.Rational(1, 4), free_of=sp.Derivative, reveal=False)
    return "about the fourth root of machine epsilon"


@exercise("numerical_derivatives.central_of_cube", of="eq-truncation-central")
def central_of_cube(answer: Any) -> str:
    """The central difference of x³ is 3x² + h², as a chain of proved steps."""
    x, h = sp.Symbol("x", real=True), sp.Symbol("h", positive=True)
    return derivation_of(answer, ((x + h) ** 3 - (x - h) ** 3) / (2 * h), 3 * x**2 + h**2, min_steps=2)


@exercise("numerical_derivatives.vanishing_step")
def vanishing_step(answer: Any) -> str:
    """The largest h for which 10⁶ + h rounds back to 10⁶."""
    half = np.spacing(1e6) / 2
    close_to(answer, half, rtol=0.02, hint="10⁶ + h is rounded to the nearest float: compare h with np.spacing(1e6)")
    if 1e6 + (h := number(answer)) != 1e6:
        raise Wrong(f"your answer is {h:.3e}; 10⁶ + h rounds up already there, so the largest h is a little smaller")
    return "10⁶ + h rounds back to 10⁶, so that the two values of sin are the same number"
