"""The exercises of ``chapters/calculus/integrals.ipynb``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.calculus import simpson
from dlmath_lib.exercises.answers import Wrong, close_to, not_yet, number, parts, show
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


def _pair(answer: Any, shape: str) -> list[Any]:
    """The two parts of an answer; a SymPy matrix with two entries has them too."""
    if isinstance(answer, sp.MatrixBase) and 1 in answer.shape:
        answer = list(answer)
    return parts(answer, 2, shape)


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
        _pair(answer, "a pair, (integral, area)"), ("the integral", "the area"), strict=True))  # fmt: skip
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
    if isinstance(answer, (list, tuple)) and len(answer) == 1:
        answer = answer[0]
    if isinstance(answer, sp.Expr):
        mine = answer.xreplace({s: x for s in answer.free_symbols if s.name == "x"})
        slips = {
            sp.exp(-(x**4)): "the chain rule has a second factor, the derivative of x²",
            2 * x * sp.exp(-(x**2)): "t must be replaced by the upper end, x²",
            sp.exp(-(x**2)): "t must be replaced by the upper end, x², and the chain rule has a second factor",
            -4 * x**3 * sp.exp(-(x**4)): "the integrand is not differentiated: its value at the upper end is the slope",
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
        few = f(np.linspace(a, b, n))
        slips = {
            h * (y.sum() - (y[0] + y[-1]) / 2): "that is the trapezoidal rule",
            3 * right: "the factor is h/3, not h",
            right / 2: "h is (b − a)/n, for a single strip",
            2 * right: "h is (b − a)/n, for a single strip",
            h / 3 * (swapped @ y): "the weights are 1, 4, 2, 4, …, 4, 1: the points with odd numbers have 4",
            h / 3 * (weights @ y + y[0] + y[-1]): "the two ends have the weight 1",
            h / 3 * (few[0] + 4 * few[1:-1:2].sum() + 2 * few[2:-1:2].sum() + few[-1]): "n strips have n + 1 points",
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
    verdict = derivation_of(answer, start, end, min_steps=2)
    slopes = {slope.expr for _, line, *_ in answer.steps for slope in line.atoms(sp.Derivative)}
    if not any(slope.has(f) and slope.has(g) for slope in slopes):
        raise Wrong(
            "each step is true, but none of them shows why: no line has the derivative of the product. "
            "Write one with sp.Derivative(f(t) * g(t), t)"
        )
    return verdict


def _same(part: Any, goal: Any) -> bool:
    """Whether a reader's expression is the goal, at three values of its letter."""
    try:
        s, part = sp.Symbol("s", positive=True), sp.sympify(part)
        (letter,) = part.free_symbols or {s}
        return all(
            abs(
                complex(part.xreplace({letter: sp.Float(v)}).evalf()) - complex(goal.xreplace({s: sp.Float(v)}).evalf())
            )
            < 1e-9
            for v in (0.7, 1.3, 2.1)
        )
    except (TypeError, ValueError, AttributeError, OverflowError, sp.SympifyError):
        return False


@exercise("integrals.mean_of_relu", of=("eq-substitution", "eq-expectation-of-relu", "eq-expectation-of-square"))
def mean_of_relu(answer: Any) -> str:
    """The expectations of max(0, x) and of its square, normal density with standard deviation s."""
    s = sp.Symbol("s", positive=True)
    pair = _pair(answer, "a pair, (expectation of max(0, x), expectation of its square)")
    root = sp.sqrt(2 * sp.pi)
    rights = (s / root, s**2 / 2)
    slips = (
        {
            1 / root: "that is for s = 1: the substitution x = s·u gives a factor s",
            s**2 / root: "the s of dx and that of the density cancel: one factor s is left, from max(0, x)",
            sp.S.Zero: "max(0, x) is never negative, so that nothing cancels",
            sp.sqrt(2 / sp.pi) * s: "that is the expectation of |x|: twice the right one",
        },
        {
            s**2: "that is the expectation of x²; on the left half max(0, x) is 0",
            sp.Rational(1, 2): "that is for s = 1: the square brings s²",
            s / 2: "the square brings s², not s",
            s**2 / (2 * sp.pi): "the expectation of a square is not the square of the expectation",
        },
    )
    if all(map(_same, pair, reversed(rights))):
        raise Wrong("the two are swapped: the expectation of max(0, x) stands first")
    for part, right, known, what in zip(pair, rights, slips, ("first", "second"), strict=True):
        try:
            expression_equals(part, right, free_of=sp.Integral, reveal=False)
        except Wrong as wrong:
            words = next((known[slip] for slip in known if _same(part, slip)), None)
            raise Wrong(f"the {what} of the two: not {show(part)}: {words}" if words else
                        f"the {what} of the two: {wrong}") from None  # fmt: skip
    return "half of the expectations of |x| and of x², because the density is the same on both sides of 0"


_WHICH = {
    "A": (False, "(2 + sin x)/x ≥ 1/x, and 1/x has no value from 1 on"),
    "B": (True, "|cos x|/x² ≤ 1/x², and 1/x² has a value from 1 on"),
    "C": (False, "from r to 1 it is −log r, which grows without bound as r → 0"),
    "D": (True, "it is the integral of x·2/x³ = 2/x², from 1 on"),
    "E": (False, "it is the integral of x²·2/x³ = 2/x, from 1 on"),
}


@exercise("integrals.which_have_a_value")
def which_have_a_value(answer: Any) -> str:
    """Which of five improper integrals have a value."""
    letters = sorted(answer, key=str) if isinstance(answer, (set, frozenset)) else answer
    if isinstance(letters, np.ndarray) and letters.ndim:
        letters = letters.ravel().tolist()
    if isinstance(letters, (list, tuple)):
        if any(letter is ... for letter in letters):
            raise not_yet()
        letters = "".join(map(str, letters))
    if letters is ...:
        raise not_yet()
    if not isinstance(letters, (str, sp.Symbol)):
        raise Wrong(f'your answer must be letters, such as "ACE"; it is {show(answer)}')
    found = set(str(letters).upper()) - set(" ,;")
    if found - set(_WHICH):
        raise Wrong(f'your answer must be letters from A to E, such as "ACE"; it is {show(answer)}')
    for letter, (has, why) in _WHICH.items():
        if has != (letter in found):
            raise Wrong(f"{letter} has {'a' if has else 'no'} value: {why}")
    return "B and D: with the density 2/x³ x has an expectation, and x² none"


@exercise("integrals.three_nodes", of="eq-gauss-two-nodes")
def three_nodes(answer: Any) -> str:
    """Nodes and weights of a rule with three points."""
    c, w = (number(v, n) for v, n in zip(_pair(answer, "a pair, (c, w)"), ("c", "w"), strict=True))
    right = (math.sqrt(3 / 5), 5 / 9)
    slips = {
        (right[1], right[0]): "the two are swapped: c stands first, then w",
        (3 / 5, right[1]): "3/5 is c², and c is its root",
        (right[0], 8 / 9): "8/9 is the weight 2 − 2w of the node 0",
        (right[0], right[1] / 2): "there are two nodes, −c and c: 2wc² = 2/3",
        (1.0, 1 / 3): "that is Simpson's rule, which has an error for x^4",
        (1 / math.sqrt(3), 1.0): "those are Gauss's two nodes, which have an error for x^4",
    }
    for (other_c, other_w), words in slips.items():
        if abs(c - other_c) < 1e-3 and abs(w - other_w) < 1e-3:
            raise Wrong(f"not ({show(c)}, {show(w)}): {words}")
    if not 0 < abs(c) <= 1:
        raise Wrong(f"c must lie between 0 and 1, the end of the interval; yours is {show(c)}")
    for power, goal in ((2, 2 / 3), (4, 2 / 5)):
        if abs(2 * w * c**power - goal) > 3e-3 * goal:
            raise Wrong(f"for q = x^{power} your rule gives {show(2 * w * c**power)}; the integral is {show(goal)}")
    if c < 0:
        raise Wrong("c must be larger than 0")
    return "c = √(3/5) and w = 5/9, Gauss's three nodes"
