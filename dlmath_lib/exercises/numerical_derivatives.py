"""The exercises of ``chapters/calculus/numerical_derivatives.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, parts, same_array, show
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
    # So far out that a step which suits the other points is lost in rounding.
    ("w₀²w₁ far out", lambda w: w[0] ** 2 * w[1], lambda w: [2 * w[0] * w[1], w[0] ** 2], np.array([3e9, -2e8])),
    ("(w₀ − 1)³ of one number", lambda w: (w[0] - 1) ** 3, lambda w: [3 * (w[0] - 1) ** 2], np.array([2.5])),
    ("w₀³ + w₁ at whole numbers", lambda w: w[0] ** 3 + w[1], lambda w: [3 * w[0] ** 2, 1.0], np.array([2, 5])),
]


@exercise("numerical_derivatives.truncation_by_hand", of="eq-truncation-forward")
def truncation_by_hand(answer: Any) -> str:
    """The step for which the forward difference of x² misses by 0.001."""
    close_to(answer, 0.001, hint="The forward difference of x² is 2x + h, and the derivative is 2x")
    return "the error is h itself"


@exercise("numerical_derivatives.complex_step", of="eq-complex-step")
def complex_step(answer: Any) -> str:
    """Im f(x + ih) / h with a tiny h."""
    for name, f, slope, x in [*_UNSEEN, ("x⁷ far out", lambda x: x**7, lambda x: 7 * x**6, 1e5)]:
        seen: list[Any] = []

        def watched(x: Any, f: Callable[[Any], Any] = f, seen: list[Any] = seen) -> Any:
            seen.append(x)
            return f(x)

        what = f"for f = {name} at x = {x:g} your result"
        found = number(call(answer, watched, x, names=("f", "x")), what)
        if not any(np.iscomplexobj(at) for at in seen):
            raise Wrong("your function asks f for no value at a complex number: f(x + ih) is needed")
        off = abs(found / slope(x) - 1)
        if off > 1e-13:
            hint = ""
            if abs(abs(found / slope(x)) - 1) < 1e-13:
                hint = ": the sign is wrong"
            elif off < 0.1:
                hint = ": is h so small that h² vanishes beside x²?"
            raise Wrong(f"{what} is {found:.15g}, and the slope is {slope(x):.15g}{hint}")
    return "13 digits of each"


@exercise("numerical_derivatives.wrong_entry", of="eq-central")
def wrong_entry(answer: Any) -> str:
    """Which entry of a claimed gradient differs from the numerical one."""
    index = number(answer)
    if index not in (0, 1, 2):
        raise Wrong(f"your answer must be an index, 0, 1 or 2; it is {index:g}")
    if index != 2:
        raise Wrong(
            f"entry {index:g} is right: with f = w₀²w₁ + sin(w₁w₂), compare the claimed entries with "
            "numerical_gradient(f, w), at a w with three different entries"
        )
    return "∂/∂w₂ sin(w₁w₂) = w₁ cos(w₁w₂): the inner derivative along w₂ is w₁"


@exercise("numerical_derivatives.too_small", of="eq-best-step")
def too_small(answer: Any) -> str:
    """Whether rounding or truncation decides a forward difference, from its values alone."""
    # Products and quotients, which are rounded alike everywhere. At these points and steps f″ does not vanish, and no
    # two slopes that rounding decides happen to agree.
    near = ((1e-4, False), (1e-13, True), (1e-5, False), (1e-12, True), (1e-3, False))
    # Far out and close to 0 the same steps are too small, and large enough: no fixed bound on h will do.
    far, close = ((1e-4, True), (1e3, False)), ((1e-10, False), (1e-18, True))
    tried: list[tuple[str, Callable[[Any], Any], float, tuple[tuple[float, bool], ...]]] = [
        ("1/x", lambda x: 1 / x, 3.1, near),
        ("x³", lambda x: x * x * x, 3.1, near),
        ("x/(1 + x²)", lambda x: x / (1 + x * x), 2.3, near),
        ("1/x", lambda x: 1 / x, 3.1e6, far),
        ("1/x", lambda x: 1 / x, 3.1e-6, close),
    ]
    for name, f, x, steps in tried:
        for h, right in steps:
            found = call(answer, f, x, h, names=("f", "x", "h"))
            if not isinstance(found, (bool, np.bool_)):
                raise Wrong(f"your function must return True or False; it returns {show(found)}")
            if bool(found) != right:
                decides = "rounding" if right else "truncation"
                raise Wrong(f"for f = {name} at x = {x:g} with h = {h:g} you say {found}; there {decides} decides")
    return "three functions, near and far out"


@exercise("numerical_derivatives.bound_of_sine", of="eq-best-step")
def bound_of_sine(answer: Any) -> str:
    """The best step and the least bound of the forward difference for M = 1 and η = 1e-16."""
    names = "the step", "the bound"
    pair = parts(answer, 2, "a pair, (step, bound)")
    for given, what, hint in zip(pair, names, ("h* = 2√(η/M)", "the least bound is 2√(ηM)"), strict=True):
        close_to(given, 2e-8, what=what, hint=hint, rtol=0.02)
    return "for M = 1 the two are the same number"


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
        hint = "the h² does not cancel" if abs(order - 2) < 0.3 else "choose the weights so that h² cancels"
        raise Wrong(f"the result is right, but its error is of order {order:.1f}, not 4: {hint}")
    return f"the error is of order {order:.1f}"


@exercise("numerical_derivatives.second_difference_step", of="eq-best-step-central")
def second_difference_step(answer: Any) -> str:
    """Where M h²/12 + 4η/h² is least."""
    size, eta = sp.symbols("M eta", positive=True)
    try:
        expression_equals(answer, (48 * eta / size) ** sp.Rational(1, 4), free_of=sp.Derivative, reveal=False)
    except Wrong as error:
        raise Wrong(f"{error}{_side_of_the_best(answer)}", unfinished=error.unfinished) from None
    return "about the fourth root of machine epsilon"


def _side_of_the_best(answer: Any) -> str:
    """Whether the bound still falls at the step that was given, for M = η = 1."""
    letters = {symbol.name for symbol in getattr(answer, "free_symbols", ())}
    # Of a rounded number there is more to say than on which side it lies.
    if not isinstance(answer, sp.Expr) or letters - {"M", "eta"} or answer.has(sp.Float):
        return ""
    step = answer.subs(dict.fromkeys(answer.free_symbols, 1))
    if not step.is_positive:
        return "\na step must be positive: for M = η = 1 yours is not"
    slope = step / 6 - 8 / step**3
    return f"\nfor M = η = 1 the bound {'still falls' if slope < 0 else 'already rises'} at your step"


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
    return "10⁶ + h rounds back to 10⁶, so that f(x + h) and f(x) are the same number"
