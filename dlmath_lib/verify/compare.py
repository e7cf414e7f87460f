"""Two sides compared at random points in ball arithmetic, and the counterexample in words.

A point speaks against a statement only where the balls of both sides lie apart, and for it only where they are small
enough; otherwise more digits are taken. mpmath stands in where FLINT has no function: then nothing is certified.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp
from flint import acb, arb
from sympy.core.function import AppliedUndef

from dlmath_lib.verify import numeric
from dlmath_lib.verify.balls import Undecided, Undefined, Unsupported, bits, enclose
from dlmath_lib.verify.borders import kinks
from dlmath_lib.verify.budget import OutOfTime, within
from dlmath_lib.verify.printing import plain
from dlmath_lib.verify.sampling import Domain, Point, Sampler, short_number

DIGITS = 40
ENDLESS_DIGITS = 25
ENDLESS_POINTS = 10
FOLLOWED_POINTS = 6  # where a value is not certified: a limit that is followed, a quadrature of mpmath
SECONDS = 8.0
SEED = 20261122
PRECISIONS = (170, 400, 1000, 2500, 6000, 15000)
ENDLESS_PRECISIONS = (110, 170, 400)
MPMATH_DIGITS = (50, 75)
SHOWN_BITS = 80


@dataclass(frozen=True)
class Verdict:
    """Whether a relation holds at a point (None: no value, or not decided), the sides' balls, and how sure that is."""

    holds: bool | None
    balls: tuple[acb, acb] | None = None
    certified: bool = True
    reason: str = ""

    @property
    def sides(self) -> tuple[Any, Any]:
        """The numbers in the middle of the balls: only messages need them, and they are dear."""
        return (number(self.balls[0]), number(self.balls[1])) if self.balls else (None, None)


@dataclass(frozen=True)
class Outcome:
    """How two sides compared: the number of points, why others had no value, and the first point that disagrees."""

    points: int
    undefined: int
    digits: int
    reason: str
    counterexample: tuple[Point, Any, Any] | None = None
    certified: bool = True


def compare(
    lhs: Any, rhs: Any, relation: str, ranges: Mapping[sp.Symbol, Domain], points: int, seed: int = SEED
) -> Outcome:
    """Compare two scalar sides at random points and at their kinks. A point without a value does not count."""
    if not ranges and not any(side.has(AppliedUndef, sp.Indexed) for side in (lhs, rhs)):
        points = 1
    slow = endless(lhs, rhs)
    count = min(points, ENDLESS_POINTS) if slow else points
    digits = ENDLESS_DIGITS if any(side.has(sp.Integral, sp.Limit) for side in (lhs, rhs)) else DIGITS
    used = undefined = 0
    reason, certified = "", True
    places = _points(tuple(ranges.items()), seed, count)
    corners = [] if slow else kinks((lhs, rhs), ranges, places)
    try:
        with within(SECONDS):
            for draw, point in enumerate([*places, *corners]):
                verdict = judge(lhs, rhs, relation, point, draw, digits)
                if verdict.holds is False:
                    return Outcome(used + 1, undefined, digits, reason, (point, *verdict.sides))
                if draw >= len(places):
                    continue
                if verdict.holds is None:
                    undefined += 1
                    reason = reason or verdict.reason
                    if slow and undefined == 2 and not used:
                        break
                    continue
                used += 1
                certified = certified and verdict.certified
                if slow and not certified and used >= FOLLOWED_POINTS:
                    break
    except OutOfTime:
        reason = reason or f"the values take longer than {SECONDS:g} seconds"
        undefined += 1
    return Outcome(used, undefined, digits, reason, certified=certified)


@lru_cache(maxsize=256)
def _points(ranges: tuple[tuple[sp.Symbol, Domain], ...], seed: int, count: int) -> list[Point]:
    """Return the points; the steps of a chain and the statements of a chapter have the same ones."""
    return list(Sampler(dict(ranges), seed).points(count))


@lru_cache(maxsize=4096)
def endless(*sides: Any) -> bool:
    """Tell whether a value costs an integration, a limit or an infinite sum."""
    sums = (term for side in sides for term in side.atoms(sp.Sum, sp.Product))
    return any(s.has(sp.Integral, sp.Limit) for s in sides) or any(term.has(sp.oo, -sp.oo) for term in sums)


def judge(lhs: Any, rhs: Any, relation: str, point: Point, draw: int = 0, digits: int = DIGITS) -> Verdict:
    """Decide whether a relation holds at one point, with as many digits as it takes.

    >>> x = sp.Symbol("x")
    >>> judge(sp.cosh(x) ** 2 - sp.sinh(x) ** 2, sp.Integer(1), "=", {x: sp.Integer(240)}).holds
    True
    """
    reason = "more digits do not decide it"
    left = right = None
    for precision in ENDLESS_PRECISIONS if endless(lhs, rhs) else PRECISIONS:
        try:
            left, remarks = enclose(lhs, point, precision, draw)
            right, others = enclose(rhs, point, precision, draw)
        except Undefined as error:
            return Verdict(None, reason=str(error))
        except Undecided as error:
            reason = str(error) or reason
            continue
        except Unsupported:
            return _by_mpmath(lhs, rhs, relation, point, draw, digits)
        holds = decide(relation, left, right, digits)
        if holds is False and not _sharp(left, right):  # twice the bits, so that no noise is shown
            with suppress(Undecided, Undefined, Unsupported):
                left, right = (enclose(side, point, 2 * precision, draw)[0] for side in (lhs, rhs))
        if holds is not None:
            return Verdict(holds, (left, right), not (remarks or others))
    return Verdict(None, reason=reason)


def _sharp(left: acb, right: acb) -> bool:
    """Tell whether the sides and their difference have more correct digits than a message shows."""
    return all(ball.rel_accuracy_bits() >= SHOWN_BITS for ball in (left, right, left - right))


def decide(relation: str, a: acb, b: acb, digits: int = DIGITS) -> bool | None:
    """Tell what two balls say about `relation`: true, false, or (None) too wide to tell.

    >>> decide("=", acb(1), acb(2)), decide("<", acb(1), acb(2)), decide("=", acb(arb(1, 0.5)), acb(1))
    (False, True, None)
    """
    near = bool((a - b).abs_upper() <= arb(10) ** -digits * _scale(a, b))
    if relation == "=":
        return (True if near else None) if a.overlaps(b) else False
    if relation == "!=":
        return (False if a.is_exact() and b.is_exact() else None) if a.overlaps(b) else True
    if not _both_real(a, b, digits):
        return False if _surely_not_real(a, b) else None
    low, high = (a.real, b.real) if relation[0] == "<" else (b.real, a.real)
    if relation in ("<", ">"):
        return True if low < high else False if low >= high else None
    return True if low <= high or (near and low.overlaps(high)) else False if low > high else None


def _scale(a: acb, b: acb) -> arb:
    return arb(1).max(arb(a.abs_lower())).max(arb(b.abs_lower()))


def _both_real(a: acb, b: acb, digits: int) -> bool:
    return all(bool(abs(side.imag) <= arb(10) ** -digits * _scale(side, side)) for side in (a, b))


def _surely_not_real(a: acb, b: acb) -> bool:
    return any(not side.imag.contains(arb(0)) for side in (a, b))


def _by_mpmath(lhs: Any, rhs: Any, relation: str, point: Point, draw: int, digits: int) -> Verdict:
    """Compare values of mpmath, as balls whose radius is how far they move when digits are added."""
    try:
        left, right = (_estimate(side, point, draw) for side in (lhs, rhs))
    except Undefined as error:
        return Verdict(None, reason=str(error))
    holds = decide(relation, left, right, digits - 15 if endless(lhs, rhs) else digits)
    if holds is False and any(side.has(sp.Integral, sp.Sum, sp.Product) for side in (lhs, rhs)):
        return Verdict(None, reason="the sides seem to differ, but a sum or an integral is not certified")
    return Verdict(holds, (left, right), certified=False)


def _estimate(expr: Any, point: Point, draw: int) -> acb:
    values = []
    for digits in MPMATH_DIGITS:
        env = {symbol: as_mpmath(value, digits + 10) for symbol, value in point.items()}
        values.append(numeric.evaluate(expr, {**env, "draw": draw}, digits))
    with mpmath.workdps(MPMATH_DIGITS[-1]), bits(PRECISIONS[1]):
        error = abs(values[1] - values[0]) * 100 + abs(values[1]) * mpmath.mpf(10) ** (5 - MPMATH_DIGITS[-1])
        real, imaginary = (arb(part, error) if part else arb(0) for part in (values[1].real, values[1].imag))
        return acb(real, imaginary)


def number(value: acb) -> Any:
    """Return the middle of a ball as an mpmath number, for messages."""
    with mpmath.workdps(80):
        real, imaginary = (mpmath.mpf(part.mid().str(80, radius=False)) for part in (value.real, value.imag))
        return mpmath.mpc(real, imaginary) if not value.imag.contains(arb(0)) else real


def as_mpmath(value: Any, digits: int) -> Any:
    """Return a SymPy number as an mpmath number."""
    with mpmath.workdps(digits):
        real, imaginary = (mpmath.mpmathify(sp.N(part, digits)) for part in value.as_real_imag())
        return mpmath.mpc(real, imaginary) if imaginary else real


def describe(point: Point) -> str:
    """Return a point in words.

    >>> describe({sp.Symbol("x"): sp.Integer(-1)})
    'x = −1'
    """
    return ", ".join(f"{plain(symbol)} = {short_number(as_mpmath(value, 60))}" for symbol, value in point.items())


def failure(shown: str, counterexample: tuple[Point, Any, Any], ranges: Mapping[sp.Symbol, Domain]) -> str:
    """Return the message of a false statement: the point, both values, and a hint when the domain is to blame."""
    point, left, right = counterexample
    place = f"\n  at {describe(point)}" if point else ""
    digits = 15 if mpmath.nstr(left, 15) != mpmath.nstr(right, 15) else 50
    with mpmath.workdps(80):
        difference = left - right
    lines = (
        f"false: {shown}{place}\n  left side  = {short_number(left, digits)}"
        f"\n  right side = {short_number(right, digits)}\n  difference = {short_number(difference, 6)}"
    )
    negative = [s for s, value in point.items() if value.is_negative and ranges[s].low == -sp.oo]
    if negative and (mpmath.im(left) or mpmath.im(right)):
        names = ", ".join(plain(s) for s in negative)
        each = ", ".join(f"{plain(s)}: (0, oo)" for s in negative)
        lines += f"\n  hint: is it meant for positive {names} only? Then say so: where={{{each}}}"
    return lines
