"""The exercises of ``chapters/optimization/gradient_descent.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise

_ALPHA = sp.Symbol("alpha", positive=True)
_MU = sp.Symbol("mu", positive=True)
_D, _U, _V = sp.symbols("D u v", nonnegative=True)
_F, _AFTER, _LOWEST = sp.symbols("f f_+ f^*", real=True)

_Loss = Callable[[Any], Any]
_Gradient = Callable[[Any], Any]

_MATRIX = np.array([[30.0, 4.0], [4.0, 2.0]])
# (name, loss, gradient, a point): curvatures from far below 1 to far above.
_UNSEEN: list[tuple[str, _Loss, _Gradient, np.ndarray]] = [
    ("20x²", lambda x: 20 * np.sum(x * x), lambda x: 40 * x, np.array([1.0])),
    ("x²/8", lambda x: np.sum(x * x) / 8, lambda x: x / 4, np.array([-3.0])),
    ("a valley", lambda x: 0.5 * x @ _MATRIX @ x, lambda x: _MATRIX @ x, np.array([1.0, -2.0])),
    ("log cosh", lambda x: np.sum(np.log(np.cosh(5 * x))), lambda x: 5 * np.tanh(5 * x), np.array([0.1, 0.5, -0.2])),
    ("the double well", lambda x: 0.25 * np.sum((x * x - 1) ** 2), lambda x: x**3 - x, np.array([2.5])),
]
# (which of them, start, tolerance, steps): one ends at its limit, two start at rest (one of them with the tolerance 0,
# which a strict < misses), one may take no step, one starts with a gradient whose entries are short and which is not.
_DESCENTS = [
    (0, [1.0], 1e-3, 3),
    (0, [1.0], 1e-3, 100),
    (2, [1.0, -2.0], 1e-3, 500),
    (2, [1.0, -2.0], 1e-3, 3),
    (4, [2.5], 1e-4, 100),
    (1, [0.0], 1e-6, 10),
    (1, [0.0], 0.0, 10),
    (3, [0.1, 0.5, -0.2], 1e-3, 0),
    (3, [0.1, 0.5, -0.2], 5.3, 10),
]


@exercise("gradient_descent.two_steps", of="eq-update-rule")
def two_steps(answer: Any) -> str:
    """Two steps on 3(x − 2)²/2 from 6 with α = 1/2."""
    first, second = parts(answer, 2, "a list of two numbers, [x1, x2]")
    close_to(first, 0.0, what="x1", hint="The slope at 6 is 12, and half of it is taken off")
    close_to(second, 3.0, what="x2", hint="The slope at 0 is negative, so the step goes to the right")
    return "the distance from 2 goes 4, −2, 1: each step multiplies it by −½"


@exercise(
    "gradient_descent.valley", of=("eq-largest-rate", "eq-two-curvatures", "eq-best-rate", "eq-stopping-distance")
)
def valley(answer: Any) -> str:
    """Limit, best rate, factor, steps and tolerance for 2x² + 18y²."""
    limit, best, rho, steps, tolerance = parts(answer, 5, "five numbers, (limit, best, rho, steps, tolerance)")
    close_to(limit, 1 / 18, what="the limit of α", hint="It is 2/λmax, and λmax is a second derivative")
    close_to(best, 1 / 20, what="the best α", hint="It is 2/(λmin + λmax)")
    close_to(rho, 0.8, what="the factor ρ", hint="It is (κ − 1)/(κ + 1) with κ = 9")
    close_to(steps, 31, what="the number of steps", hint="It is the first whole n with 0.8ⁿ ≤ 1/1000")
    close_to(tolerance, 0.04, what="the tolerance", hint="A gradient of length ε promises a distance of at most ε/λmin")
    return "κ = 9 costs 31 steps for three digits"


@exercise("gradient_descent.backtrack", of="eq-update-rule")
def backtrack(answer: Any) -> str:
    """Halve α from 1 until the loss falls by half of what the slope promises."""
    for name, loss, gradient, point in _UNSEEN:
        found = call(answer, loss, gradient, point, names=("loss", "gradient", "x"))
        alpha = number(found, f"for {name} at x = {point.tolist()} your α")
        if np.ndim(found) != 0:
            raise Wrong(f"backtrack must return one number, α; for {name} it returns {type(found).__name__}")
        slope, expected = gradient(point), _backtracked(loss, gradient(point), point)
        if not alpha > 0:
            raise Wrong(f"for {name} at x = {point.tolist()} your α is {alpha:g}; it must be positive")
        if alpha > expected:
            fall, promise = loss(point) - loss(point - alpha * slope), alpha / 2 * slope @ slope
            raise Wrong(
                f"for {name} at x = {point.tolist()} your α is {alpha:g}: the loss changes by {-fall:.4g}, "
                f"and it must fall by {promise:.4g}. Halve on"
            )
        if not np.isclose(alpha, expected, rtol=1e-9):
            raise Wrong(
                f"for {name} at x = {point.tolist()} your α is {alpha:g}, but {expected:g} passes already: "
                "start at 1, halve, and stop at the first that passes"
            )
    return f"{len(_UNSEEN)} losses that you did not see, each with the right α"


def _backtracked(loss: _Loss, slope: np.ndarray, x: np.ndarray, rate: float = 1.0) -> float:
    """Halve `rate` until a step against `slope` keeps the Armijo condition with the factor ½."""
    while not loss(x - rate * slope) <= loss(x) - rate / 2 * slope @ slope and rate > 1e-300:
        rate /= 2
    return rate


@exercise("gradient_descent.descend", of="eq-update-rule")
def descend(answer: Any) -> str:
    """Gradient descent in which each step searches its rate from 1."""
    names = ("loss", "gradient", "x", "tolerance", "steps")
    for which, at, tolerance, steps in _DESCENTS:
        name, loss, gradient, _ = _UNSEEN[which]
        start = np.array(at)
        what = f"for {name} from {at} with the tolerance {tolerance:g} and at most {steps} steps"
        found = call(answer, loss, gradient, start, tolerance, steps, names=names)
        if not isinstance(found, (list, tuple)) or len(found) != 2:
            raise Wrong(f"descend must return the pair (x, taken); {what} it returns {show(found)}")
        x = numbers(found[0], f"{what} your x", shape=start.shape)
        taken = number(found[1], f"{what} your number of steps")
        right = _descended(loss, gradient, start, tolerance, steps)
        if _same((x, taken), right):
            continue
        for words, options in _SLIPS:
            with np.errstate(over="ignore", invalid="ignore"):  # a slip may diverge
                slipped = _descended(loss, gradient, start, tolerance, steps, **options)
            if _same((x, taken), slipped):
                raise Wrong(f"{what} you return {show(x.tolist())} after {show(taken)} steps: {words}")
        if _same((x, right[1]), right):
            raise Wrong(f"{what} your x is right, and {right[1]} steps lead there; you count {show(taken)}")
        raise Wrong(
            f"{what} you return {show(x.tolist())} after {show(taken)} steps; "
            f"right is {show(right[0].round(6).tolist())} after {right[1]}"
        )
    return f"{len(_DESCENTS)} descents, each with the right end and the right number of steps"


_SLIPS: list[tuple[str, dict[str, Any]]] = [
    # With one parameter these two are right: a slip further down is then named for what it is.
    ("the gradient's length is the root of the sum of the squares of its entries", {"order": np.inf}),
    ("the gradient's length is the root of the sum of the squares of its entries", {"order": 1}),
    ("each step searches its α from 1 again", {"again": False}),
    ("the gradient is looked at before a step: where it is short enough, no further step is taken", {"late": True}),
    ("that is a step more than allowed", {"more": 1}),
    ("that is a step fewer than allowed, and the gradient is not short enough yet", {"more": -1}),
    ("α is 1 in each step; take it from backtrack", {"search": False}),
    ("it stops where the length is at most the tolerance, so equal is short enough", {"strict": True}),
    ("the length of the gradient is compared with the tolerance, and not its square", {"power": 2}),
    ("it goes on although the gradient is short enough", {"blind": True}),
]


def _descended(
    loss: _Loss, gradient: _Gradient, x: np.ndarray, tolerance: float, steps: int,
    *, again: bool = True, late: bool = False, more: int = 0, search: bool = True, strict: bool = False, power: int = 1,
    blind: bool = False, order: float = 2,
) -> tuple[np.ndarray, int]:  # fmt: skip
    """Where the descent ends and after how many steps; the options make a slip each."""
    taken, rate, short = 0, 1.0, False
    while taken < steps + more:
        slope = gradient(x)
        length = np.linalg.norm(slope, order) ** power
        short = not blind and bool(length < tolerance if strict else length <= tolerance)
        if short and not late:
            break
        if search:
            rate = _backtracked(loss, slope, x, 1.0 if again else rate)
        x, taken = x - rate * slope, taken + 1
        if short or not np.isfinite(x).all():
            break
    return x, taken


def _same(one: tuple[np.ndarray, float], other: tuple[np.ndarray, float]) -> bool:
    return one[1] == other[1] and bool(np.allclose(one[0], other[0], rtol=1e-6, atol=1e-9))


@exercise("gradient_descent.strongly_convex_rate", of=("eq-distance-after-step", "eq-convex-step"))
def strongly_convex_rate(answer: Any) -> str:
    """A step shrinks the squared distance by the factor 1 − αμ at least, if f is strongly convex with μ."""
    tangent, drop = _F - _LOWEST + _MU / 2 * _D + _U, _F - _AFTER - _V
    start = _D - 2 * _ALPHA * tangent + 2 * _ALPHA * drop
    end = (1 - _ALPHA * _MU) * _D - 2 * _ALPHA * (_AFTER - _LOWEST + _U + _V)
    proved = derivation_of(answer, start, end, min_steps=2)
    return f"{proved}. The last bracket is not negative, so K steps leave at most (1 − αμ)ᴷ of the squared distance"


@exercise("gradient_descent.edge", of=("eq-double-well", "eq-basin"))
def edge(answer: Any) -> str:
    """The start from which the double well is jumped for ever."""
    try:
        expression_equals(answer, sp.sqrt(1 + 2 / _ALPHA), reveal=False)
    except Wrong as wrong:
        if not wrong.unfinished and "not the right expression" in str(wrong):
            raise Wrong(f"this is not the right expression{_where_the_jump_misses(sp.sympify(answer))}") from None
        raise
    return "beyond it every step lands farther out"


def _where_the_jump_misses(answer: sp.Expr) -> str:
    """The first of a few rates at which the step from the reader's x does not lead to −x."""
    for rate in (2.0, 0.5, 1.0, 0.125):
        value = sp.N(answer.xreplace(dict.fromkeys(answer.free_symbols, sp.Float(rate))))
        if not value.is_real:
            return f": for α = {rate:g} it is no real number"
        x = float(value)
        if x <= 0:
            return f": for α = {rate:g} your x is {x:.4g}, and the start to the right of 0 is asked for"
        there = float(np.float64(x) - rate * (np.float64(x) ** 3 - x)) if x < 1e100 else -np.inf
        there = 0.0 if abs(there) < 1e-12 * x else there
        if abs(there + x) > 1e-9 * x:
            return f": for α = {rate:g} your x is {x:.4g}; from there the step leads to {there:.4g}, and not to −x"
    return ""
