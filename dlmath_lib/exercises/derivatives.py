"""The exercises of ``chapters/calculus/derivatives.ipynb``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

_X = sp.Symbol("x", real=True)
# (the rule that it needs, an expression, where it is defined): nested, so that no table of answers will do.
_UNSEEN = [
    ("constant", sp.Integer(7), (-2, 2)),
    ("x itself", _X, (-2, 2)),
    ("constant factor", 5 * _X, (-2, 2)),
    ("power", _X**3, (-2, 2)),
    ("sum", _X**3 + _X + sp.Rational(1, 3), (-2, 2)),
    ("constant factor", 5 * sp.sin(_X), (-2, 2)),
    ("power", _X**-3, (0.5, 2)),
    ("power", sp.sqrt(_X), (0.5, 3)),
    ("exp", sp.exp(_X), (-2, 2)),
    ("log", sp.log(_X), (0.5, 3)),
    ("sin", sp.sin(_X), (-2, 2)),
    ("cos", sp.cos(_X), (-2, 2)),
    ("arctan", sp.atan(_X), (-2, 2)),
    ("product", _X**2 * sp.exp(_X) * sp.cos(_X), (-2, 2)),
    ("chain rule for a power", (1 + _X**2) ** sp.Rational(5, 2), (-2, 2)),
    ("quotient", sp.sin(_X) / (1 + _X**2), (-2, 2)),
    ("chain rule for exp", sp.exp(-(_X**2) / 2), (-2, 2)),
    ("chain rule for log", sp.log(1 + sp.exp(-_X)), (-2, 2)),
    ("chain rule for sin", sp.sin(sp.cos(3 * _X)), (-2, 2)),
    ("chain rule for arctan", sp.atan(_X**3 + sp.log(2 + sp.sin(_X))), (-2, 2)),
]


@exercise("derivatives.slope_by_hand", of="eq-derivative")
def slope_by_hand(answer: Any) -> str:
    """The slope of 1/x at 2, and a δ that ensures the tolerance 0.01."""
    names = "the slope", "your δ"
    slope, delta = (number(n, w) for n, w in zip(parts(answer, 2, "a pair, (slope, delta)"), names, strict=True))
    close_to(slope, -0.25, what=names[0], hint="The fraction is −h / (2(2 + h)) before you divide by h")
    if delta <= 0:
        raise Wrong(f"your δ must be larger than 0; it is {show(delta)}")
    # The quotient misses −1/4 by |h| / (4|2 + h|), which is 0.01 at h = −0.08/1.04, and at h = 0.08/0.96.
    if delta > 0.08 / 1.04 + 1e-12:
        h = -min((delta + 0.08 / 1.04) / 2, 1.0)
        raise Wrong(
            f"your δ is too large: at h = {show(h)} the quotient is {show(-1 / (2 * (2 + h)))}, "
            f"which differs from −0.25 by {show(abs(0.25 - 1 / (2 * (2 + h))))}"
        )
    return "the slope of 1/x at x is −1/x²; the largest δ for this tolerance is 0.08/1.04 = 0.0769…"


@exercise("derivatives.leaky_corner", of="eq-subgradient-relu")
def leaky_corner(answer: Any) -> str:
    """The subgradients of max(x, 0.1x) at 0."""
    if isinstance(answer, (int, float)):
        raise Wrong("your answer is one number; at this corner there is an interval: give (smallest, largest)")
    what = "your smallest subgradient", "your largest subgradient"
    interval = parts(answer, 2, "an interval, (smallest, largest)")
    smallest, largest = (number(end, name) for end, name in zip(interval, what, strict=True))
    if smallest > largest:
        raise Wrong("your interval is upside down: give (smallest, largest)")
    close_to(smallest, 0.1, what=what[0], hint="To the left of 0 the line must not come above the left branch")
    close_to(largest, 1.0, what=what[1], hint="To the right of 0 the line must not come above the right branch")
    return "from the slope of the left branch to that of the right one"


@exercise("derivatives.quotient_rule", of="eq-quotient-rule")
def quotient_rule(answer: Any) -> str:
    """(f/g)′ = (f′g − fg′)/g², as a chain of proved steps."""
    x = sp.Symbol("x", real=True)
    f, g = sp.Function("f")(x), sp.Function("g")(x)
    rule = (f.diff(x) * g - f * g.diff(x)) / g**2
    return derivation_of(answer, sp.Derivative(f / g, x), rule, min_steps=3)


@exercise("derivatives.by_the_table", of=("eq-product-rule", "eq-chain-rule", "eq-derivative-of-exp"))
def by_the_table(answer: Any) -> str:
    """The slope of x exp(−x²/2) at 2."""
    slope = -3 * np.exp(-2)
    hints = {np.exp(-2): "the product rule has a second term", -4 * np.exp(-2): "the product rule has a second term"}
    given = number(answer)
    hint = next((words for value, words in hints.items() if abs(given - value) < 5e-4), "product rule, then chain rule")
    close_to(answer, slope, rtol=2e-3, hint=hint)
    return "(1 − x²) exp(−x²/2)"


@exercise("derivatives.three_numbers", of="eq-differential")
def three_numbers(answer: Any) -> str:
    """Derivative, differential and change of x³ at 2 for a step of 0.1."""
    names = ("the derivative", "the differential", "the change of f")
    hints = ("3x² at x = 2", "the derivative times the step", "f at 2.1 minus f at 2")
    three = parts(answer, 3, "three numbers, (derivative, differential, change of f)")
    for what, given, value, hint in zip(names, three, (12, 1.2, 1.261), hints, strict=True):
        close_to(given, value, what=what, hint=f"It is {hint}", rtol=1e-9)
    return "the differential misses the change by 0.061, which is about 6·dx²"


@exercise("derivatives.arcsine", of=("eq-inverse-rule", "eq-derivative-of-sin"))
def arcsine(answer: Any) -> str:
    """The derivative of the inverse of sin at 0.6."""
    close_to(answer, 1.25, hint="1/cos(arcsin y), with cos = √(1 − y²)")
    return "1/√(1 − y²)"


@contextmanager
def _no_ready_made_derivative() -> Iterator[None]:
    """SymPy's own differentiation is out of bounds while the reader's function runs."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise Wrong("your function calls SymPy's diff: apply the rules of the table yourself")

    with (
        patch.object(sp.Expr, "diff", refuse),
        patch.object(sp.Derivative, "doit", refuse),
        patch("sympy.diff", refuse),
    ):
        yield


_RULES = ("sum-rule", "constant-factor", "product-rule", "chain-rule", "power-rule", "any-power")
_FUNCTIONS = ("exp", "log", "sin", "cos", "arctan")


@exercise(
    "derivatives.derivative_of",
    of=(*(f"eq-{rule}" for rule in _RULES), *(f"eq-derivative-of-{function}" for function in _FUNCTIONS)),
)
def derivative_of(answer: Any) -> str:
    """A program that applies the table of rules to an expression."""
    for rule, expression, (low, high) in _UNSEEN:
        if answer is ...:
            raise Wrong("not yet: replace the … by your answer", unfinished=True)
        where = f"for {show(expression)} ({rule})"
        with _no_ready_made_derivative():
            found = call(answer, expression, _X, names=("expression", "x"))
        if not isinstance(found, (sp.Expr, int, float)) or isinstance(found, bool):
            raise Wrong(f"{where} your function must return an expression; it returns {show(found)}")
        found = sp.sympify(found)
        if found.has(sp.Derivative, sp.Subs):
            raise Wrong(f"{where} your result is not worked out: {show(found)}")
        if found.free_symbols - {_X}:
            raise Wrong(f"{where} your result contains {show(next(iter(found.free_symbols - {_X})))}, not x alone")
        points = np.linspace(low, high, 7)
        right = [complex(sp.diff(expression, _X).subs(_X, at)) for at in points]
        try:
            yours = [complex(found.subs(_X, at)) for at in points]
        except (TypeError, OverflowError):
            raise Wrong(f"{where} your result has no value: {show(found)}") from None
        wrong = [i for i in range(7) if not abs(yours[i] - right[i]) <= 1e-9 * (1 + abs(right[i]))]
        if wrong:
            at, mine, true = points[wrong[0]], yours[wrong[0]].real, right[wrong[0]].real
            raise Wrong(
                f"{where} your result is {show(found)}: {mine:.6g} at x = {at:g}, where the slope is {true:.6g}"
            )
    return f"{len(_UNSEEN)} expressions, each rule among them"


@exercise("derivatives.discontinuous_derivative", of="eq-derivative")
def discontinuous_derivative(answer: Any) -> str:
    """A function with f(0) = f′(0) = 0 and a derivative everywhere that is not continuous at 0."""
    if answer is ...:
        raise Wrong("not yet: replace the … by your answer", unfinished=True)
    if not isinstance(answer, sp.Expr):
        raise Wrong(f"your answer must be a SymPy expression in x; it is {show(answer)}")
    own = [s for s in answer.free_symbols if s.name == "x"]
    if len(answer.free_symbols) != 1 or not own:
        raise Wrong("your answer must contain the symbol x and no other")
    f = answer.xreplace({own[0]: _X})
    slope = f.diff(_X)
    if f.has(sp.Piecewise, sp.Abs, sp.sign, sp.Heaviside, sp.Max, sp.Min, sp.floor, sp.ceiling):
        raise Wrong(
            "give one formula for x ≠ 0, without cases and absolute values: the value 0 at 0 is added by itself"
        )
    value, rate = sp.lambdify(_X, f, "mpmath"), sp.lambdify(_X, slope, "mpmath")
    try:
        _differentiable(value, rate)
        _oscillates(rate)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        raise Wrong(f"{show(f)} has no real value at some x ≠ 0") from None
    return "the derivative at 0 is 0, and nearby the derivative takes values that stay apart"


def _differentiable(value: Any, rate: Any) -> None:
    """Look at f(h)/h as h goes to 0 from both sides, and at f and f′ at many other points."""
    import mpmath

    quotients: list[Any] = []
    with mpmath.workdps(60):
        for exponent in range(2, 13):
            near = [
                mpmath.mpf(10) ** -exponent * (1 + mpmath.mpf(i) / 97) * side for i in range(40) for side in (1, -1)
            ]
            values = [(h, mpmath.mpmathify(value(h))) for h in near]
            if any(abs(mpmath.im(number)) > 0 for _, number in values):
                raise ValueError("complex")
            quotients.append(max(abs(number / h) for h, number in values))
        for at in (mpmath.mpf(n) / 89 for n in range(-200, 201) if n):
            number = mpmath.mpmathify(rate(at))
            if not mpmath.isfinite(number) or abs(mpmath.im(number)) > 1e-20:
                raise Wrong(f"your function has no derivative at x = {mpmath.nstr(at, 3)}")
    if quotients[-1] > 0.3 * quotients[0]:
        raise Wrong(
            f"for f′(0) = 0 the quotient f(h)/h must go to 0; its size is up to {mpmath.nstr(quotients[0], 2)} near "
            f"h = 0.01, and still up to {mpmath.nstr(quotients[-1], 2)} near h = 10⁻¹²"
        )


def _oscillates(rate: Any) -> None:
    """Look for values of f′ near 0 that stay apart from each other however near one looks."""
    import mpmath

    spreads: list[Any] = []
    with mpmath.workdps(60):
        for exponent in range(2, 9):
            near = [mpmath.mpf(10) ** -exponent * (1 + mpmath.mpf(i) / 211) for i in range(300)]
            values = [mpmath.re(mpmath.mpmathify(rate(h))) for h in near]
            spreads.append(max(values) - min(values))
    if spreads[-1] <= 0.01 * spreads[0]:
        raise Wrong(
            "your derivative seems to settle as x goes to 0: its values differ by up to "
            f"{mpmath.nstr(spreads[0], 2)} near x = 0.01, and by {mpmath.nstr(spreads[-1], 2)} near x = 10⁻⁸"
        )
