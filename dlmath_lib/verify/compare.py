"""Two sides compared at random points with 50 digits, and the counterexample in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import mpmath
import sympy as sp
from sympy.core.function import AppliedUndef

from dlmath_lib.verify.numeric import Undefined, evaluate
from dlmath_lib.verify.printing import plain
from dlmath_lib.verify.sampling import Domain, Point, Sampler, short_number

DIGITS = 40
QUADRATURE_DIGITS = 25
SLOW_POINTS = 6
SEED = 20261122


@dataclass(frozen=True)
class Outcome:
    """How two sides compared: the number of points, why others had no value, and the first point that disagrees."""

    points: int
    undefined: int
    digits: int
    reason: str
    counterexample: tuple[Point, Any, Any] | None = None


def compare(
    lhs: Any, rhs: Any, relation: str, ranges: Mapping[sp.Symbol, Domain], points: int, seed: int = SEED
) -> Outcome:
    """Compare two scalar sides at random points. A point at which a side has no value does not count."""
    if not ranges and not any(side.has(AppliedUndef, sp.Indexed) for side in (lhs, rhs)):
        points = 1
    slow = _slow(lhs, rhs)
    if slow:
        points = min(points, SLOW_POINTS)
    digits = QUADRATURE_DIGITS if any(side.has(sp.Integral) for side in (lhs, rhs)) else DIGITS
    holds = agreement(relation, digits)
    used = undefined = 0
    reason = ""
    for draw, point in enumerate(Sampler(ranges, seed).points(points)):
        env = {**point, "draw": draw}
        try:
            left, right = evaluate(lhs, env), evaluate(rhs, env)
        except Undefined as error:
            undefined += 1
            reason = reason or str(error)
            if slow and undefined == 2 and not used:
                break
            continue
        used += 1
        if not holds(left, right):
            return Outcome(used, undefined, digits, reason, (point, left, right))
    return Outcome(used, undefined, digits, reason)


def _slow(*sides: Any) -> bool:
    """Tell whether a value costs a quadrature, a limit or an infinite sum."""
    endless = (term for side in sides for term in side.atoms(sp.Sum, sp.Product))
    return any(s.has(sp.Integral, sp.Limit) for s in sides) or any(term.has(sp.oo, -sp.oo) for term in endless)


def agreement(relation: str, digits: int = DIGITS) -> Callable[[Any, Any], bool]:
    """Return the test of `relation` between two numbers, equality to `digits` digits.

    >>> agreement("<=")(mpmath.mpf(1), mpmath.mpf(2)), agreement("=")(mpmath.mpf(1), mpmath.mpf(2))
    (True, False)
    """
    tolerance = mpmath.mpf(10) ** -digits

    def close(a: Any, b: Any) -> bool:
        with mpmath.workdps(digits + 20):
            return bool(abs(a - b) <= tolerance * max(1, abs(a), abs(b)))

    def real(*values: Any) -> bool:
        return all(abs(mpmath.im(value)) <= tolerance * max(1, abs(value)) for value in values)

    return {
        "=": close,
        "!=": lambda a, b: not close(a, b),
        "<=": lambda a, b: real(a, b) and (mpmath.re(a) <= mpmath.re(b) or close(a, b)),
        ">=": lambda a, b: real(a, b) and (mpmath.re(a) >= mpmath.re(b) or close(a, b)),
        "<": lambda a, b: real(a, b) and mpmath.re(a) < mpmath.re(b),
        ">": lambda a, b: real(a, b) and mpmath.re(a) > mpmath.re(b),
    }[relation]


def describe(point: Point) -> str:
    """Return a point in words.

    >>> describe({sp.Symbol("x"): mpmath.mpf(-1)})
    'x = −1'
    """
    return ", ".join(f"{plain(symbol)} = {short_number(value)}" for symbol, value in point.items())


def failure(shown: str, counterexample: tuple[Point, Any, Any], ranges: Mapping[sp.Symbol, Domain]) -> str:
    """Return the message of a false statement: the point, both values, and a hint when the domain is to blame."""
    point, left, right = counterexample
    place = f"\n  at {describe(point)}" if point else ""
    digits = 15 if mpmath.nstr(left, 15) != mpmath.nstr(right, 15) else 50
    with mpmath.workdps(60):
        difference = left - right
    lines = (
        f"false: {shown}{place}\n  left side  = {short_number(left, digits)}"
        f"\n  right side = {short_number(right, digits)}\n  difference = {short_number(difference, 6)}"
    )
    negative = [s for s, value in point.items() if mpmath.re(value) < 0 and ranges[s].low == -sp.oo]
    if negative and (mpmath.im(left) or mpmath.im(right)):
        names = ", ".join(plain(s) for s in negative)
        each = ", ".join(f"{plain(s)}: (0, oo)" for s in negative)
        lines += f"\n  hint: is it meant for positive {names} only? Then say so: where={{{each}}}"
    return lines
