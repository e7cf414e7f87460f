"""The exercises of ``chapters/calculus/integrals.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.calculus import simpson
from dlmath_lib.exercises.answers import Wrong, close_to, number, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise

_UNSEEN: list[tuple[str, Callable[[Any], Any], float, float, int]] = [
    ("1", np.ones_like, 0.0, 3.0, 2),
    ("x", lambda x: x, -1.0, 2.0, 4),
    ("x²", np.square, 0.0, 2.0, 2),
    ("x³", lambda x: x**3, 1.0, 3.0, 6),
    ("x⁴", lambda x: x**4, 0.0, 1.0, 4),
    ("eˣ", np.exp, 0.0, 1.0, 10),
    ("cos x", np.cos, 3.0, -1.0, 8),
    ("1/x", lambda x: 1 / x, 1.0, 2.0, 12),
]


@exercise("integrals.midpoint_sum", of="eq-integral")
def midpoint_sum(answer: Any) -> str:
    """The midpoint sum of x² with four strips."""
    value = number(answer)
    slips = {
        84 / 64: "the sum of the heights must be multiplied by the width ¼",
        14 / 64: "these are the heights at the left ends",
        30 / 64: "these are the heights at the right ends",
        22 / 64: "that is the mean of the sums with left and right ends",
        1 / 3: "that is the limit; here n = 4",
    }
    hint = next(
        (words for slip, words in slips.items() if abs(value - slip) < 5e-4), "add the squares of the midpoints"
    )
    close_to(value, 84 / 256, rtol=1e-3, hint=hint)
    return "84/256 = 0.328, nearer to 1/3 than both other sums"


@exercise("integrals.signed_and_area", of="eq-integral-of-slope")
def signed_and_area(answer: Any) -> str:
    """The integral of x² − 2x from 0 to 3, and the area."""
    integral, area = (number(v, w) for v, w in zip(
        parts(answer, 2, "a pair, (integral, area)"), ("the integral", "the area"), strict=True))  # fmt: skip
    if abs(integral - 8 / 3) < 1e-2 and abs(area) < 1e-9:
        raise Wrong("the two are swapped: the integral stands first, then the area")
    if abs(integral) > 1e-9:
        close_to(integral, 0, what="the integral", hint="9 − 9 at 3, and 0 at 0")
    if area < 0:
        raise Wrong(f"an area is not negative; yours is {show(area)}")
    if abs(area) < 1e-9:
        raise Wrong("the area is not 0: that is the integral. The part below the axis counts as positive here")
    hint = "f is negative from 0 to 2 and positive from 2 to 3: add the sizes of the two parts"
    close_to(area, 8 / 3, what="the area", rtol=1e-3, hint=hint)
    return "−4/3 from 0 to 2, and 4/3 from 2 to 3"


@exercise("integrals.slope_of_integral", of="eq-slope-of-integral")
def slope_of_integral(answer: Any) -> str:
    """The derivative of an integral up to x²."""
    x = sp.Symbol("x", real=True)
    if isinstance(answer, sp.Expr):
        mine = answer.xreplace({s: x for s in answer.free_symbols if s.name == "x"})
        slips = {
            sp.exp(-(x**4)): "the chain rule has a second factor, the derivative of x²",
            2 * x * sp.exp(-(x**2)): "t must be replaced by the upper end, x²",
            sp.exp(-(x**2)): "t must be replaced by the upper end, x², and the chain rule has a second factor",
        }
        for slip, words in slips.items():
            if mine == slip:
                raise Wrong(f"not {show(mine)}: {words}")
    expression_equals(answer, 2 * x * sp.exp(-(x**4)), free_of=(sp.Integral, sp.Derivative), reveal=False)
    return "f at the upper end, times the derivative of the upper end"


@exercise("integrals.by_parts", of="eq-integration-by-parts")
def by_parts(answer: Any) -> str:
    """The integral of x e²ˣ from 0 to 1."""
    value, right = number(answer), (np.e**2 + 1) / 4
    slips = {
        np.e**2 / 2: "the integral of f′g is still to be subtracted",
        (np.e**2 - 1) / 4: "the integral of ½e²ˣ alone has that value, and is subtracted from the first term, e²/2; "
        "or a sign is lost at the end 0",
        (3 * np.e**2 - 1) / 4: "the last integral is subtracted",
        1.0: "g is ½e²ˣ, not e²ˣ",
    }
    hint = next((words for slip, words in slips.items() if abs(value - slip) < 1e-3), "e²/2 minus the integral of ½e²ˣ")
    close_to(value, right, rtol=1e-3, hint=hint)
    return "(e² + 1)/4"


@exercise("integrals.how_many_strips", of="eq-trapezoid-error")
def how_many_strips(answer: Any) -> str:
    """The number of strips for a given bound."""
    n = number(answer)
    if n == 41:
        return "41; the error itself is smaller than the bound"
    slips = {
        40: "with 40 strips the bound is 1.04·10⁻⁴",
        1667: "the bound goes with h², so with 1/n²: take the root",
        29: "M is 2, not 1",
    }
    if n == round(n) and int(n) in slips:
        raise Wrong(f"not {show(n)}: {slips[int(n)]}")
    if n != round(n):
        raise Wrong(f"a number of strips is a whole number; yours is {show(n)}")
    bound = 2 / 12 / n / n if n > 0 else np.inf
    more = "a smaller n does it too" if bound <= 1e-4 else "that is too large"
    raise Wrong(f"with n = {show(n)} the bound is {bound:.2g}: {more}")


@exercise("integrals.simpson_rule", of="eq-simpson-error")
def simpson_rule(answer: Any) -> str:
    """Simpson's rule, written by the reader."""
    used = [
        getattr(answer, "__globals__", {}).get(name) for name in getattr(answer, "__code__", simpson.__code__).co_names
    ]
    if answer is simpson or simpson in used:
        raise Wrong("that is the library's simpson: write the sum yourself")
    for name, f, a, b, n in _UNSEEN:
        x, h = np.linspace(a, b, n + 1), (b - a) / n
        y = f(x)
        weights = np.ones(n + 1)
        weights[1::2], weights[2:-1:2] = 4, 2
        right = h / 3 * weights @ y
        what = f"for f = {name} from {show(a)} to {show(b)} with n = {n} your result"
        found = number(call(answer, f, a, b, n, names=("f", "a", "b", "n")), what)
        if abs(found - right) <= 1e-10 * (1 + abs(right)):
            continue
        swapped = np.where(weights == 4, 2, np.where(weights == 2, 4, 1))
        slips = {
            h * (y.sum() - (y[0] + y[-1]) / 2): "that is the trapezoidal rule",
            3 * right: "the factor is h/3, not h",
            right / 2: "h is (b − a)/n, for a single strip",
            2 * right: "h is (b − a)/n, for a single strip",
            h / 3 * (swapped @ y): "the weights are 1, 4, 2, 4, …, 4, 1: the points with odd numbers have 4",
            h / 3 * (weights @ y + y[0] + y[-1]): "the two ends have the weight 1",
            -right: "with b < a the width h is negative, and so is the sign",
        }
        for slip, words in slips.items():
            if abs(found - slip) <= 1e-10 * (1 + abs(slip)):
                raise Wrong(f"{what} is {show(found)}: {words}")
        raise Wrong(f"{what} is {show(found)}; {show(float(right))} is right")
    return f"{len(_UNSEEN)} functions; cubics without error"


@exercise("integrals.prove_by_parts", of=("eq-integration-by-parts", "eq-integral-of-slope"))
def prove_by_parts(answer: Any) -> str:
    """Integration by parts, as a chain of proved steps."""
    t, a, b = sp.symbols("t a b", real=True)
    f, g = sp.Function("f"), sp.Function("g")
    start = sp.Integral(f(t) * sp.Derivative(g(t), t), (t, a, b))
    end = f(b) * g(b) - f(a) * g(a) - sp.Integral(sp.Derivative(f(t), t) * g(t), (t, a, b))
    last = answer.steps[-1][1] if getattr(answer, "steps", None) else None
    if isinstance(last, sp.Expr):  # another letter for t in the last integral is right too
        letters = {v for integral in last.atoms(sp.Integral) for v in integral.variables}
        if len(letters) == 1 and not letters & {a, b}:
            end = end.xreplace({t: letters.pop()})
    return derivation_of(answer, start, end, min_steps=2)


@exercise("integrals.three_nodes", of="eq-gauss-two-nodes")
def three_nodes(answer: Any) -> str:
    """Nodes and weights of a rule with three points."""
    c, w = (number(v, n) for v, n in zip(parts(answer, 2, "a pair, (c, w)"), ("c", "w"), strict=True))
    for power, right in ((2, 2 / 3), (4, 2 / 5)):
        if abs(2 * w * c**power - right) > 1e-3 * right:
            raise Wrong(f"for q = x^{power} your rule gives {show(2 * w * c**power)}; the integral is {show(right)}")
    if c < 0:
        raise Wrong("c must be larger than 0")
    return "c = √(3/5) and w = 5/9, Gauss's three nodes"
