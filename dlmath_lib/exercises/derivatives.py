"""The exercises of ``chapters/calculus/derivatives.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, parts
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

# (function, its derivative, a point): smooth, and with a fifth derivative that does not vanish there.
_UNSEEN: list[tuple[str, Callable[[Any], Any], Callable[[Any], Any], float]] = [
    ("exp", np.exp, np.exp, 0.3),
    ("log", np.log, lambda x: 1 / x, 2.0),
    ("1/x", lambda x: 1 / x, lambda x: -1 / x**2, 1.5),
    ("tanh", np.tanh, lambda x: 1 - np.tanh(x) ** 2, 0.4),
]


@exercise("derivatives.slope_by_hand", of="eq-derivative-of-square")
def slope_by_hand(answer: Any) -> str:
    """The slope of 1/x at 2."""
    close_to(answer, -0.25, hint="The fraction is −h / (2(2 + h)) before you divide by h")
    return "1/x falls, and it falls by 1/x²"


@exercise("derivatives.leaky_corner")
def leaky_corner(answer: Any) -> str:
    """The subgradients of max(x, 0.1x) at 0."""
    if isinstance(answer, (int, float)):
        raise Wrong("your answer is one number; at a corner there is an interval: give (smallest, largest)")
    what = "your smallest subgradient", "your largest subgradient"
    interval = parts(answer, 2, "an interval, (smallest, largest)")
    smallest, largest = (number(end, name) for end, name in zip(interval, what, strict=True))
    if smallest > largest:
        raise Wrong("your interval is upside down: give (smallest, largest)")
    close_to(smallest, 0.1, what=what[0], hint="To the left of 0 the line must not come above the left branch")
    close_to(largest, 1.0, what=what[1], hint="To the right of 0 the line must not come above the right branch")
    return "from the slope of the left branch to that of the right one"


@exercise("derivatives.richardson")
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


@exercise("derivatives.quotient_rule", of="eq-quotient-rule")
def quotient_rule(answer: Any) -> str:
    """(f/g)′ = (f′g − fg′)/g², as a chain of proved steps."""
    x = sp.Symbol("x", real=True)
    f, g = sp.Function("f")(x), sp.Function("g")(x)
    rule = (f.diff(x) * g - f * g.diff(x)) / g**2
    return derivation_of(answer, sp.Derivative(f / g, x), rule, min_steps=3)


@exercise("derivatives.vanishing_step")
def vanishing_step(answer: Any) -> str:
    """The largest h for which 10⁶ + h rounds back to 10⁶."""
    half = np.spacing(1e6) / 2
    close_to(answer, half, rtol=0.02, hint="10⁶ + h is rounded to the nearest float: compare h with np.spacing(1e6)")
    if 1e6 + (h := number(answer)) != 1e6:
        raise Wrong(f"your answer is {h:.3e}; 10⁶ + h rounds up already there, so the largest h is a little smaller")
    return "10⁶ + h rounds back to 10⁶, so that the two values of sin are the same number"
