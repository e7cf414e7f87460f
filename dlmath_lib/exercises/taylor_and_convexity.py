"""The exercises of ``chapters/calculus/taylor_and_convexity.ipynb``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, not_yet, number, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

_X = sp.Symbol("x", real=True)
_Slope = Callable[[float], float]
# (name, f′, f″, start, steps): a parabola, doubled digits, a start at the minimum, none at all.
_UNSEEN: list[tuple[str, _Slope, _Slope, float, int]] = [
    ("3x² − 6x", lambda x: 6 * x - 6, lambda x: 6.0, 5.0, 1),
    ("eˣ − x", lambda x: math.exp(x) - 1, math.exp, 1.0, 1),
    ("eˣ − x", lambda x: math.exp(x) - 1, math.exp, 1.0, 6),
    ("x⁴", lambda x: 4 * x**3, lambda x: 12 * x**2, 1.0, 3),
    ("cosh x", math.sinh, math.cosh, 0.0, 4),
    ("x²", lambda x: 2 * x, lambda x: 2.0, 3.0, 0),
    ("−cos x", math.sin, math.cos, 1.4, 1),  # ends where the curvature is negative; no step starts there
]


def _flat(answer: Any) -> Any:
    """A row or column of SymPy, or one in an array, as a list; all else as it is."""
    if isinstance(answer, sp.MatrixBase) and 1 in answer.shape:
        return list(answer)
    if isinstance(answer, np.ndarray) and answer.ndim == 2 and answer.shape[0] == 1:
        return list(answer[0])
    return answer


@exercise("taylor_and_convexity.root_by_hand", of=("eq-taylor", "eq-remainder-weight"))
def root_by_hand(answer: Any) -> str:
    """The Taylor polynomial of √x at 4, and a bound on its error."""
    value, bound = (
        number(v, w)
        for v, w in zip(parts(_flat(answer), 2, "a pair, (value, bound)"), ("the value", "your bound"), strict=True)
    )
    right, error = 2 + 0.1 / 4 - 0.01 / 64, math.sqrt(4.1) - (2 + 0.1 / 4 - 0.01 / 64)
    slips = {
        2.025: "that is degree 1: the term with f″ is missing",
        2 + 0.1 / 4 - 0.01 / 32: "f″ is divided by 2!",
        2 + 0.1 / 4 + 0.01 / 64: "f″ is negative",
        math.sqrt(4.1): "that is √4.1 itself",
    }
    for slip, words in slips.items():
        if abs(value - slip) < 6e-7:
            raise Wrong(f"the value is {value:.7f}: {words}")
    if 6e-7 < abs(value - right) < 6e-6:
        raise Wrong(f"the value is {value:.7f}: close, but give seven digits after the point")
    close_to(value, right, rtol=0, atol=6e-7, what="the value", hint="It is 2 + f′(4)·0.1 + ½ f″(4)·0.01")
    if bound < 0:
        raise Wrong(f"your bound is {show(bound)}; a bound on the size of an error is not negative")
    if bound < error:
        raise Wrong(
            f"your bound is {show(bound)}, but the error is {show(error)}: take the largest f‴, at 4, and divide by 3!"
        )
    if bound > 1e-5:
        raise Wrong(f"your bound is {show(bound)}; it must be at most 10⁻⁵. Divide M·0.1³ by 3!")
    return f"the error is {error:.3g}"


@exercise("taylor_and_convexity.second_order", of="eq-second-along-line")
def second_order(answer: Any) -> str:
    """The expansion of x²y at (1, 2) to second order."""
    slips = {
        2.6: "that is the plane: the term with the Hessian is missing",
        2.72: "the term with the Hessian has the factor ½",
        2.662: "that is x²y itself",
        2.64: "the Hessian has two mixed entries, which both count",
        0.66: "the value at (1, 2) is missing",
    }
    value = number(answer)
    for slip, words in slips.items():
        if abs(value - slip) < 5e-4:
            raise Wrong(f"your answer is {show(value)}: {words}")
    close_to(value, 2.66, rtol=1e-5, hint="The value is 2, the gradient adds 0.6, and then comes ½ hᵀHh")
    return "x²y has 2.662 there; the third order is 0.1²·0.2"


_CONVEX: list[tuple[str, bool, str]] = [
    ("(i)", False, "f″ = 6x is negative for x < 0"),
    ("(ii)", True, "f″ = 6x is not negative for x ≥ 0"),
    ("(iii)", False, "f″ = −1/x² is negative: it is concave"),
    ("(iv)", True, "a chord lies above both lines, so above the larger one; a corner does no harm"),
    ("(v)", True, "f″ = e⁻ˣ + 2 is positive"),
    ("(vi)", False, "f″ = −cos x is negative below π/2"),
]


@exercise("taylor_and_convexity.convex_or_not")
def convex_or_not(answer: Any) -> str:
    """Six functions, three of them convex."""
    for said, (place, right, why) in zip(parts(_flat(answer), 6, "a list of six"), _CONVEX, strict=True):
        given = _truth(said)
        if given is None:
            raise Wrong(f"{place} must be True or False; it is {show(said)}")
        if given is not right:
            raise Wrong(f"{place} is {'convex' if right else 'not convex'}: {why}")
    return "where there is no second derivative, chords decide"


def _truth(said: Any) -> bool | None:
    """True or False, of Python, NumPy (also in an array of one) or SymPy; None for all else."""
    if isinstance(said, np.ndarray) and said.size == 1:
        said = said.reshape(-1)[0]
    if isinstance(said, (bool, np.bool_)) or said in (sp.true, sp.false):
        return bool(said)
    return None


@exercise("taylor_and_convexity.safe_rate", of=("eq-descent-step", "eq-softplus-beta", "eq-curvature-of-softplus"))
def safe_rate(answer: Any) -> str:
    """β for log(1 + eˣ) + x²/4, and the limit of the learning rate."""
    beta, limit = (
        number(v, w) for v, w in zip(parts(_flat(answer), 2, "a pair, (beta, limit)"), ("β", "the limit"), strict=True)
    )
    slips = {
        0.25: "The second term adds ½",
        0.5: "The first term adds up to ¼",
        1.25: "The curvature of log(1 + eˣ) is at most ¼",
    }
    hint = next(
        (words for slip, words in slips.items() if abs(beta - slip) < 1e-9), "Curvatures add up: at most ¼, and ½"
    )
    close_to(beta, 0.75, what="β", hint=hint)
    hint = "1/β is where the bound is lowest; it is below f(x) up to twice that" if abs(limit - 4 / 3) < 1e-2 else "2/β"
    close_to(limit, 8 / 3, what="the limit", rtol=1e-3, hint=hint)
    return "2/β; at 1/β the bound is lowest"


@exercise("taylor_and_convexity.newtons_method", of=("eq-quadratic-model", "eq-newton-distance"))
def newtons_method(answer: Any) -> str:
    """Newton's method, written by the reader."""
    names = ("slope", "curvature", "x", "steps")
    for name, slope, curvature, start, steps in _UNSEEN:
        x = up = start
        for _ in range(steps):
            x -= slope(x) / curvature(x)
        what = f"for {name} from {show(start)} with {steps} step{'s' * (steps != 1)} your result"
        if name == "−cos x":
            _must_not_refuse(answer, what, slope, curvature, start, steps)
        found = number(call(answer, slope, curvature, start, steps, names=names), what)
        if abs(found - x) <= 1e-9 * (1 + abs(x)):
            continue
        if steps == 1:
            slips = {
                up + slope(up) / curvature(up): "the sign: the step is −f′/f″",
                up - slope(up): "the slope is divided by the curvature",
                up - curvature(up) / slope(up): "the quotient is upside down",
                up: "no step was taken",
            }
            for slip, words in slips.items():
                if abs(found - slip) <= 1e-9 * (1 + abs(slip)):
                    raise Wrong(f"{what} is {show(found)}: {words}")
        raise Wrong(f"{what} is {show(found)}; {show(x)} is right")
    for name, slope, curvature, start in (
        ("x³ − 3x (curvature −3)", lambda x: 3 * x**2 - 3, lambda x: 6 * x, -0.5),
        ("x³ − 3x (curvature 0)", lambda x: 3 * x**2 - 3, lambda x: 6 * x, 0.0),
        ("−cos x (curvature −0.31 after one step)", math.sin, math.cos, 1.4),
    ):
        _must_refuse(answer, name, slope, curvature, start)
    return f"{len(_UNSEEN)} runs, and a refusal where the model has no lowest point"


def _must_not_refuse(answer: Any, what: str, slope: _Slope, curvature: _Slope, start: float, steps: int) -> None:
    try:
        answer(slope, curvature, start, steps)
    except ValueError:
        raise Wrong(
            f"{what} is a ValueError; the curvature is negative where the run ends, but no step starts there"
        ) from None
    except Exception:
        return  # `call` says what went wrong


def _must_refuse(answer: Any, name: str, slope: _Slope, curvature: _Slope, start: float) -> None:
    try:
        result = answer(slope, curvature, start, 3)
    except ValueError:
        return
    except Exception as error:
        raise Wrong(
            f"for {name} from {show(start)} your function must raise a ValueError; it raises {type(error).__name__}"
        ) from None
    raise Wrong(f"for {name} from {show(start)} your function must raise a ValueError; it returns {show(result)}")


@exercise("taylor_and_convexity.newton_leads", of="eq-newton-overshoot")
def newton_leads(answer: Any) -> str:
    """Newton's step on √(1 + x²), as a chain of proved steps."""
    root = sp.sqrt(1 + _X**2)
    start = _X - sp.Derivative(root, _X) / sp.Derivative(root, (_X, 2))
    return derivation_of(answer, start, -(_X**3), min_steps=2)


@exercise("taylor_and_convexity.flat_place")
def flat_place(answer: Any) -> str:
    """A strictly convex function with f″(0) = 0 and no minimum."""
    if answer is ...:
        raise not_yet()
    if not isinstance(answer, sp.Expr) or {s.name for s in answer.free_symbols} != {"x"}:
        raise Wrong(f"your answer must be a SymPy expression in x alone; it is {show(answer)}")
    f = answer.xreplace(dict.fromkeys(answer.free_symbols, _X)).doit()
    if f.atoms(sp.Integral):
        raise Wrong(f"SymPy finds no formula for {show(answer)}: work the integral out")
    if f.diff(_X, 2).atoms(sp.DiracDelta, sp.Derivative, sp.Subs):
        raise Wrong(f"SymPy finds no second derivative of {show(f)} at some x: has it a corner?")
    slope, bend = (sp.lambdify(_X, f.diff(_X, k), "mpmath") for k in (1, 2))
    distances = (*np.linspace(0.02, 4, 60), 6.0, 10.0, 20.0, 50.0, 200.0, 1e3, 1e4)
    try:
        with mpmath.workdps(100):  # so that a slope near 0 keeps its sign
            at_zero = mpmath.mpmathify(bend(0))
            found = [(p, *at) for p in (s * v for v in distances for s in (-1, 1)) if (at := _values(p, slope, bend))]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        raise Wrong(f"{show(f)} or a derivative of it has no value, or one too large, at some x") from None
    if any(abs(v.imag) > 1e-12 or not mpmath.isfinite(v) for v in (at_zero, *(v for _, *at in found for v in at))):
        raise Wrong(f"{show(f)} or a derivative of it has no real value at some x")
    _smooth_at_breaks(f)
    if abs(at_zero) > 1e-9:
        raise Wrong(f"your f″(0) is {show(float(at_zero.real))}; it must be 0")
    for place, _, bent in found:
        value = bent.real
        if value < -1e-14:
            raise Wrong(f"your f″ is {show(float(value))} at x = {show(place)}: f is not convex there")
        if value <= 0 and abs(place) <= 4:
            raise Wrong(
                f"your f″ is 0 at x = {show(place)} too: a function that is straight on an interval is not "
                "strictly convex"
            )
    slopes = [sloped.real for _, sloped, _ in found]
    if min(slopes) < 0 < max(slopes):
        raise Wrong("your f′ is negative at some points and positive at others, so that f has a minimum between them")
    return "its slope rises, and at no point tried is it 0"


def _values(place: float, *functions: Callable[[float], Any]) -> list[Any] | None:
    """The values there; None far away where rounding makes a divisor 0, such as 1 + tanh x."""
    try:
        return [mpmath.mpmathify(function(place)) for function in functions]
    except ZeroDivisionError:
        if abs(place) < 200:
            raise
        return None


def _smooth_at_breaks(f: sp.Expr) -> None:
    """Refuse f if at 0, or where its formula changes, f, f′ or the difference quotients of f′ do not fit together."""
    sides = [side for relation in f.atoms(sp.core.relational.Relational) for side in (relation.lhs, relation.rhs)]
    breaks = sorted({0.0, *(float(side) for side in sides if side.is_number and side.is_finite)})
    value, slope = (sp.lambdify(_X, g, "mpmath") for g in (f, f.diff(_X)))
    h = 1e-7
    for at in breaks:
        low, middle, high = (float(value(at + k * h)) for k in (-1, 0, 1))
        before, here, after = (float(slope(at + k * h)) for k in (-1, 0, 1))
        size = 1 + abs(middle) + abs(here)
        if max(abs(high - middle), abs(middle - low)) > 1e-5 * size:
            raise Wrong(f"your f jumps at x = {show(at)}, so that it has no derivative there")
        slopes = (before, after, (middle - low) / h, (high - middle) / h)
        if any(abs(each - here) > 1e-4 * size for each in slopes):
            raise Wrong(f"your f has a corner at x = {show(at)}, or f′ jumps there")
        left, right = (here - before) / h, (after - here) / h
        if abs(right - left) > 1e-2 * (size + abs(left)):
            raise Wrong(
                f"your f has no second derivative at x = {show(at)}: from the left f″ is {left:.3g}, "
                f"from the right {right:.3g}"
            )
