"""The exercises of ``chapters/calculus/limits.ipynb``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, not_yet, number, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.verify.written import unwritten

_X = sp.Symbol("x", real=True)
_N = sp.Symbol("n", integer=True, positive=True)
_EPSILON = sp.Symbol("epsilon", positive=True)
# Increasing continuous functions and the point: flat and steep sides, a corner, a tolerance never reached. They take
# arrays too.
_UNSEEN: list[tuple[str, Callable[[Any], Any], float]] = [
    ("2x", lambda x: 2 * x, 1.0),
    ("x³ + x", lambda x: x**3 + x, 2.0),
    ("eˣ", np.exp, 1.5),
    ("√x", np.sqrt, 1.0),
    ("arctan x", np.arctan, 0.0),
    ("x + max(0, 9x)", lambda x: x + np.maximum(0.0, 9 * x), 0.0),
    ("x + min(0, 9x)", lambda x: x + np.minimum(0.0, 9 * x), 0.0),
    ("x/100", lambda x: x / 100, -3.0),
    ("x³", lambda x: x**3, 0.0),  # a slope of 0: ε divided by the slope is no δ
]


@exercise("limits.by_hand", of="eq-limit-of-square")
def by_hand(answer: Any) -> str:
    """The limit of 5x − 1 at 2, and a δ for the tolerance 0.1."""
    names = "the limit", "your δ"
    limit, delta = (number(n, w) for n, w in zip(parts(answer, 2, "a pair, (limit, delta)"), names, strict=True))
    close_to(limit, 9, what=names[0], hint="5x − 1 is continuous: put 2 in")
    if delta <= 0:
        raise Wrong(f"your δ must be larger than 0; it is {show(delta)}")
    if delta > 0.02 * (1 + 1e-9):
        at = (0.02 + min(delta, 1.0)) / 2
        slips = {0.5: "you multiplied by 5 where you must divide", 0.1: "5|x − 2| must be less than 0.1, not |x − 2|"}
        hint = next((f"; {words}" for slip, words in slips.items() if abs(delta - slip) < 1e-9), "")
        raise Wrong(
            f"your δ is too large: at x = {show(2 + at)} the value is {show(9 + 5 * at)}, "
            f"which misses 9 by {show(5 * at)}{hint}"
        )
    return "|5x − 1 − 9| = 5|x − 2|: each δ up to 0.02 will do"


_SIX: list[tuple[str, float | None, str]] = [
    ("(i)", 1.25, "cancel x − 2, then put 2 into (x + 3)/(x + 2)"),
    ("(ii)", None, "the limits from the left and from the right are −1 and 1"),
    ("(iii)", 3.0, "sin 3x / x = 3 · sin 3x / (3x)"),
    ("(iv)", 0.0, "its size is |x|"),
    ("(v)", None, "the values leave every bound; ∞ is not a number"),
    ("(vi)", 2.0, "divide by x²: the size of cos x/x² is at most 1/x²"),
]


@exercise(
    "limits.six_limits",
    of=(
        "eq-limit-at-hole",
        "eq-sine-over-angle",
        "eq-limit-of-sum",
        "eq-limit-of-product",
        "eq-limit-of-reciprocal",
        "eq-limit-at-infinity",
    ),
)
def six_limits(answer: Any) -> str:
    """Six limits, two of which do not exist."""
    for given, (place, value, hint) in zip(parts(answer, 6, "a list of six"), _SIX, strict=True):
        if isinstance(given, str) or given is sp.nan or (isinstance(given, float) and math.isnan(given)):
            raise Wrong(f"{place} must be a number, or None where there is no limit; it is {show(given)}")
        if value is None and given is not None:
            raise Wrong(f"{place} has no limit; your answer is {show(given)}. Look again: {hint}")
        if value is not None and given is None:
            raise Wrong(f"{place} has a limit. Hint: {hint}")
        if value is not None:
            close_to(given, value, what=place, hint=f"Hint: {hint}", rtol=1e-9)
    return "a hole, a jump, an angle, a squeeze, no bound, and a limit at infinity"


@exercise("limits.orders", of="eq-order-of-error")
def orders(answer: Any) -> str:
    """The orders of four errors."""
    hints = (
        "for small h the smaller exponent decides: h³ is small against 5h²",
        "multiply out: 1 and 3h cancel",
        "√h is h to the power ½, and sin h/h goes to 1",
        "0.080/0.010 = 8, which is 2 to the power p",
    )
    right = (2, 2, 1.5, 3)
    names = ("(i)", "(ii)", "(iii)", "(iv)")
    for given, value, hint, name in zip(parts(answer, 4, "a list of four orders"), right, hints, names, strict=True):
        if abs(number(given, name) - value) > 1e-6:
            raise Wrong(f"the order in {name} is not {show(number(given, name))}: {hint}")
    return "an order need not be a whole number"


@exercise("limits.how_many_steps", of=("eq-geometric-sequence", "eq-fixed-rate"))
def how_many_steps(answer: Any) -> str:
    """The number of steps until 0.9ᵏ is at most 10⁻⁶."""
    steps = number(answer)
    if steps == 132:
        return "each factor of 10 costs some 22 steps"
    slips = {
        131: "after 131 steps the error is 1.01·10⁻⁶, still a little too large",
        133: "after 132 steps it is 9.1·10⁻⁷ already",
        547: "the factor is 1 − αλ = 0.9, not 1 − α = 0.975",
        546: "the factor is 1 − αλ = 0.9, not 1 − α = 0.975",
        6: "the factor is 1 − αλ = 0.9, not αλ = 0.1",
    }
    if steps != round(steps) and abs(steps - math.log(1e-6) / math.log(0.9)) < 0.05:
        raise Wrong(
            f"after {show(steps)} steps the error would be 10⁻⁶, but steps are whole: take the next whole number"
        )
    if round(steps) in slips:
        raise Wrong(f"not {show(steps)}: {slips[round(steps)]}")
    if steps != round(steps):
        raise Wrong(f"a number of steps is a whole number; yours is {show(steps)}")
    raise Wrong(f"after {show(steps)} steps the error is {0.9 ** max(min(steps, 1e4), 0):.2g}: solve 0.9ᵏ = 10⁻⁶ for k")


_COUNTS = (1, 2, 3, 8, 51, 500, 2000)


@exercise("limits.no_limit")
def no_limit(answer: Any) -> str:
    """Two sequences and a tolerance with which cos(1/x) has no limit at 0."""
    p, q, tolerance = parts(answer, 3, "three parts, (p, q, tolerance)")
    values = []
    for given, name in ((p, "p"), (q, "q")):
        sequence = _in_one_letter(given, name, _N)
        places = [sequence.subs(_N, count) for count in _COUNTS]
        for count, place in zip(_COUNTS, places, strict=True):
            if place.is_real is not True or not place.is_finite or sp.N(place) == 0:
                raise Wrong(f"{name} must be a number other than 0 for each n; for n = {count} it is {show(place)}")
        last, before = (abs(sp.N(place)) for place in (places[-1], places[-2]))
        if last > 1e-2 or last > 0.75 * before:
            raise Wrong(f"{name} does not go to 0: for n = {_COUNTS[-1]} it is {show(float(sp.N(places[-1])))}")
        cosines = [float(sp.N(sp.cos(1 / place))) for place in places]
        for count, cosine in zip(_COUNTS, cosines, strict=True):
            if abs(cosine - cosines[0]) > 1e-9:
                raise Wrong(
                    f"cos(1/{name}) is {show(cosines[0])} for n = 1 and {show(cosine)} for n = {count}: "
                    f"1/{name} must grow by whole turns, 2π each"
                )
        values.append(cosines[0])
    apart = abs(values[0] - values[1])
    if apart < 1e-9:
        raise Wrong(f"both sequences keep the value {show(values[0])}: a limit could be that value")
    kept = number(tolerance, "your tolerance")
    if kept <= 0:
        raise Wrong(f"your tolerance must be larger than 0; it is {show(kept)}")
    if kept > apart / 2 * (1 + 1e-9):
        raise Wrong(
            f"the tolerance {show(kept)} is kept for both values by L = {show(sum(values) / 2)}: "
            f"they are {show(apart)} apart, so take at most half of that"
        )
    return "a limit L would be less than the tolerance away from both values"


@exercise("limits.delta_for", of=("eq-limit-of-square", "eq-largest-delta"))
def delta_for(answer: Any) -> str:
    """A program that finds a δ for an increasing continuous function."""
    for name, f, a in _UNSEEN:
        for epsilon in (1.0, 0.1, 1e-3):
            where = f"for {name} at {show(a)} with ε = {show(epsilon)}"
            try:
                delta = number(call(answer, f, a, epsilon), "what your function returns")
            except Wrong as wrong:
                if wrong.unfinished:
                    raise
                raise Wrong(f"{where}: {wrong}") from None
            if not 0 < delta <= 1:
                raise Wrong(f"{where} your δ is {show(delta)}; it must be larger than 0 and at most 1")
            for side, sign in (("right", 1), ("left", -1)):
                at = a + sign * delta * (1 - 1e-9)
                if abs(f(at) - f(a)) > epsilon * (1 - 1e-10) + 1e-15:
                    raise Wrong(
                        f"{where} your δ is {show(delta)}, but the value at {show(at)}, to the {side}, misses f(a) by "
                        f"{show(abs(f(at) - f(a)))}"
                    )
            largest = _largest(f, a, epsilon)
            if delta < largest / 3 * (1 - 1e-9):
                raise Wrong(
                    f"{where} your δ is {show(delta)}; δ = {show(largest)} would do too, more than 3 times as large"
                )
    return f"{len(_UNSEEN)} functions, three tolerances each"


def _largest(f: Callable[[float], float], a: float, epsilon: float) -> float:
    """The largest δ of at most 1, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2 if low else high
        if f(a + middle) - f(a) <= epsilon and f(a) - f(a - middle) <= epsilon:
            low = middle
            if middle == 1.0:
                return 1.0
        else:
            high = middle if low else high / 2
    return low


_TOLERANCES = (
    *(sp.Rational(1, 10**power) for power in (3, 1)),
    *map(sp.Integer, (1, 7, 19, 100)),
    *(sp.Rational(1, 10**power) for power in (9, 30)),
)


@exercise("limits.proof_for_cube", of="eq-limit-of-square")
def proof_for_cube(answer: Any) -> str:
    """The three parts of an ε–δ proof that x³ → 8 at 2."""
    q, bound, delta = parts(answer, 3, "three parts, (q, bound, delta)")
    q, delta = (_in_one_letter(e, w, s) for e, w, s in ((q, "q", _X), (delta, "your δ", _EPSILON)))
    if not q.is_polynomial(_X):
        raise Wrong(f"q must be a polynomial in x; it is {show(q)}. Divide: the factor x − 2 cancels")
    if sp.expand(q * (_X - 2) - (_X**3 - 8)) != 0:
        got = show(sp.expand(q * (_X - 2)))
        raise Wrong(f"(x − 2) times your q is {got if len(got) < 80 else 'another polynomial'}, not x³ − 8")
    most = number(bound, "your bound")
    if most < 19 - 1e-9:
        at = 2.9999 if most < 18.99 else 3 - (19 - most) / 16
        raise Wrong(
            f"your bound is {show(most)}, but q is {show(float(q.subs(_X, at)))} at x = {show(at)}, "
            "which is less than 1 away from 2"
        )
    for epsilon in _TOLERANCES:
        width = delta.subs(_EPSILON, epsilon)
        if width.is_real is not True or not width > 0:
            raise Wrong(f"for ε = {show(float(epsilon))} your δ is {_brief(width)}; it must be a number larger than 0")
        width = sp.N(width, 60)
        if (2 + width) ** 3 - 8 > epsilon * (1 + 1e-9):
            if epsilon < 1e-6:
                raise Wrong(
                    f"for ε = {show(float(epsilon))} your δ is {_brief(width)}, but near 2 the distance from 8 is "
                    "about 12 times that from 2: δ must shrink as fast as ε does"
                )
            at = 2 + float(width) * (1 - 1e-6)
            small = "; δ must also be at most 1, where the bound on q holds" if float(width) > 1 else ""
            raise Wrong(
                f"for ε = {show(float(epsilon))} your δ is {show(float(width))}, but at x = {show(at)} the distance "
                f"from 8 is {show(at**3 - 8)}{small}"
            )
        if float(width) > 1 + 1e-12:
            raise Wrong(
                f"for ε = {show(float(epsilon))} your δ is {show(float(width))}: "
                "your bound on q holds for |x − 2| < 1 alone"
            )
        if width * most > epsilon * (1 + 1e-9):
            raise Wrong(
                f"for ε = {show(float(epsilon))} your bound times your δ is {_brief(most * width)}, more than ε: "
                "this δ may be true, but your bound does not show it"
            )
    return "|x³ − 8| = |x − 2|·|q| is less than δ times the bound, so less than ε"


def _in_one_letter(value: Any, what: str, letter: sp.Symbol) -> Any:
    """An expression in this letter alone, whatever its assumptions are."""
    if value is ...:
        raise not_yet()
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        value = sp.nsimplify(value)
    if not isinstance(value, sp.Expr):
        raise Wrong(f"{what} must be a SymPy expression in {letter.name}; it is {show(value)}")
    others = sorted(s.name for s in value.free_symbols if s.name != letter.name)
    if others:
        raise Wrong(f"{what} contains {others[0]}; it may contain {letter.name} alone")
    return sp.nsimplify(value.xreplace(dict.fromkeys(value.free_symbols, letter)), rational=True)


def _brief(value: Any) -> str:
    """A number with six digits, however large or small it is; else what it is."""
    return str(sp.N(value, 6)) if value.is_number and value.is_real else show(value)


@exercise("limits.root_at_hole", of=("eq-limit-at-hole", "eq-limit-of-reciprocal"))
def root_at_hole(answer: Any) -> str:
    """(√(4 + h) − 2)/h → 1/4, as a chain of proved steps."""
    h = sp.Symbol("h", real=True)
    hole = (sp.sqrt(4 + h) - 2) / h
    said = derivation_of(answer, sp.Limit(hole, h, 0, "+-"), sp.Rational(1, 4), min_steps=2)
    filled = [limit for _, line, *_ in answer.steps for limit in unwritten(line).atoms(sp.Limit) if _is_filled(limit)]
    if not filled:
        raise Wrong(
            "each step is true, but none cancels h: a line must be the limit of a function that equals "
            "(√(4 + h) − 2)/h for h ≠ 0 and has a value at 0. Another function with the limit ¼, as L'Hôpital's rule "
            "gives one, is no proof"
        )
    if all(str(limit.args[3]) != "+-" for limit in filled):
        raise Wrong('the limit is from both sides: write sp.Limit(…, h, 0, "+-") in each line')
    return said


def _is_filled(limit: Any) -> bool:
    """Whether it is a limit of the exercise's function, in h or √(4 + h), in which the point can be put in."""
    function, letter, place, _ = limit.args
    t = sp.Symbol("t", positive=True)
    of_root = {0: sp.sqrt(4 + letter), 2: letter}.get(place)  # √(4 + h) in the letter of the limit
    if of_root is None or function.free_symbols != {letter}:
        return False
    at_place = function.subs(letter, place)
    in_root = function.subs(letter, t**2 - 4 if place == 0 else t)
    return at_place == sp.Rational(1, 4) and sp.simplify(in_root - 1 / (t + 2)) == 0
