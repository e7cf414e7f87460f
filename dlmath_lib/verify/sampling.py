"""Where two sides are compared: deterministic random points that respect each symbol's domain."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp
from flint import fmpq
from sympy.core.function import AppliedUndef

from dlmath_lib.verify import regions
from dlmath_lib.verify._errors import message
from dlmath_lib.verify.borders import TESTED
from dlmath_lib.verify.printing import plain
from dlmath_lib.verify.rationals import arithmetic, fraction, has_facts, positive

CALCULUS = (sp.Derivative, sp.Integral, sp.Sum, sp.Product, sp.Limit, sp.Subs)
Number = Any
Point = dict[sp.Symbol, Number]
SIMPLE = [sp.Rational(text) for text in ("1", "2", "-1", "0.5", "-2", "3", "-0.5", "0")]
DIGITS = 60
TRIES = 60
DRAWS = 400  # of whole points, where conditions between letters must hold


@dataclass(frozen=True)
class Domain:
    """The interval of one symbol, open but for ends that `closed` names; `integer` symbols take whole numbers in it.

    `conditions` are expressions of this and other letters that must be positive; `place`, where there is one, runs
    through what they leave of the domain (`regions`).
    """

    low: Any
    high: Any
    integer: bool = False
    complex: bool = False
    closed: str = ""  # "low", "high", "low high", or nothing
    conditions: tuple[Any, ...] = ()
    place: Any = None

    def admits(self, value: Any, point: Point) -> bool:
        """Tell whether the domain holds a number, beside the numbers that a point gives to the other letters."""
        return self.contains(value) and all(positive(side, _arithmetic(side), point) for side in self.conditions)

    def contains(self, value: Any) -> bool:
        """Tell whether the domain holds a number."""
        if self.complex:
            return bool(value.is_complex)
        if not value.is_real or (self.integer and not value.is_integer):
            return False
        above = self.low is -sp.oo or (value >= self.low if "low" in self.closed else value > self.low)
        below = self.high is sp.oo or (value <= self.high if "high" in self.closed else value < self.high)
        return bool(above) and bool(below)


def domains(function: str, symbols: list[sp.Symbol], where: Mapping[Any, Any] | None) -> dict[sp.Symbol, Domain]:
    """Return the domain of each symbol from its assumptions and `where`; raise when they leave nothing.

    Symbols that only `where` holds, in a condition between letters, have a domain too.
    """
    if where is not None and not isinstance(where, Mapping):
        raise TypeError(message(function, "where", "a mapping {symbol: (low, high)}", repr(where)))
    intervals = {key: _interval(function, key, interval) for key, interval in (where or {}).items()}
    between = {key: ends for key, ends in intervals.items() if not isinstance(key, sp.Symbol)}
    for key in intervals:
        if not (key.free_symbols & set(symbols)):
            names = ", ".join(plain(s) for s in symbols) or "none"
            raise ValueError(message(function, "where", f"about the symbols of the statement ({names})", plain(key)))
    others = {s for key in between for s in key.free_symbols} - set(symbols)
    result = {}
    for symbol in [*symbols, *sorted(others, key=sp.default_sort_key)]:
        result[symbol] = _domain(function, symbol, intervals.get(symbol))
    if not between:
        return result
    coupled = regions.couple(result, regions.conditions(between, result))
    _check_points(function, "where", "conditions that hold somewhere", ", ".join(map(plain, between)), coupled)
    return coupled


def _domain(function: str, symbol: sp.Symbol, interval: tuple[Any, Any] | None) -> Domain:
    low, high = interval or (-sp.oo, sp.oo)
    closed = []
    if symbol.is_extended_nonnegative and low < 0:
        low = sp.Integer(0)
        closed += ["low"] * (not symbol.is_extended_positive)
    if symbol.is_extended_nonpositive and high > 0:
        high = sp.Integer(0)
        closed += ["high"] * (not symbol.is_extended_negative)
    if not low < high:
        expected = f"a range of {plain(symbol)} that its assumptions allow"
        raise ValueError(message(function, "where", expected, f"({low}, {high})"))
    unreal = bool(symbol.is_complex) and symbol.is_real is None and interval is None
    domain = Domain(low, high, bool(symbol.is_integer), unreal, " ".join(closed))
    _check_assumptions(function, symbol, domain)
    return domain


def _check_assumptions(function: str, symbol: sp.Symbol, domain: Domain) -> None:
    """Refuse a symbol for which no number can be drawn: what is not looked at is not checked."""
    if symbol.is_commutative is False:
        expected = "about numbers and matrices"
        got = f"the noncommutative symbol {plain(symbol)}"
        raise ValueError(message(function, "statement", expected, got, "write a MatrixSymbol"))
    facts = ", ".join(f"{fact}={truth}" for fact, truth in sorted(symbol.assumptions0.items()) if fact in TESTED)
    expected = "about symbols for which numbers can be drawn"
    _check_points(function, "statement", expected, f"{plain(symbol)} with {facts}", {symbol: domain})


def _check_points(function: str, argument: str, expected: str, got: str, ranges: dict[sp.Symbol, Domain]) -> None:
    try:
        next(Sampler(ranges).points(1))
    except _NoneFound:
        raise ValueError(message(function, argument, expected, got)) from None


class _NoneFound(ValueError):
    """No number of the domain has what the symbol assumes."""


def _interval(function: str, symbol: Any, interval: Any) -> tuple[Any, Any]:
    if not isinstance(symbol, sp.Expr) or not symbol.free_symbols or symbol.has(AppliedUndef, sp.Indexed, *CALCULUS):
        hint = "such as {x: (0, 1), p + q: (0, 1)}"
        raise TypeError(message(function, "where", "a mapping from symbols or expressions of them", repr(symbol), hint))
    try:
        if isinstance(interval, (str, Mapping)) or any(isinstance(end, (str, bool)) for end in interval):
            raise TypeError
        low, high = (sp.sympify(end) for end in interval)
    except (TypeError, ValueError, sp.SympifyError):
        expected = f"(low, high) for {plain(symbol)}"
        raise TypeError(message(function, "where", expected, repr(interval))) from None
    if not (low.is_extended_real and high.is_extended_real and low.is_comparable | low.is_infinite):
        raise ValueError(message(function, "where", f"two real numbers for {plain(symbol)}", interval))
    if not low < high:
        raise ValueError(message(function, "where", f"low < high for {plain(symbol)}", interval))
    return sp.nsimplify(low) if low.is_Float else low, sp.nsimplify(high) if high.is_Float else high


class Sampler:
    """A deterministic stream of exact points: simple numbers, then short decimals, then numbers with 60 digits."""

    def __init__(self, ranges: Mapping[sp.Symbol, Domain], seed: int = 20261122) -> None:
        self.ranges = dict(ranges)
        self.random = random.Random(seed)
        self.conditions = {side for domain in self.ranges.values() for side in domain.conditions}
        places = {symbol: domain.place for symbol, domain in self.ranges.items() if domain.place is not None}
        self.places = {symbol: regions.unfolded(symbol, places) for symbol in self.ranges}
        steps = {s for place in self.places.values() for s in place.free_symbols} - set(self.ranges)
        self.drawn = {symbol: domain for symbol, domain in self.ranges.items() if symbol not in places}
        self.drawn |= {step: Domain(sp.Integer(0), sp.oo) for step in sorted(steps, key=lambda step: step.name)}
        named = [*self.ranges, *steps]
        self.facts = {s: {f: t for f, t in s.assumptions0.items() if f in TESTED} for s in named}
        self.computed = {symbol: arithmetic(place) for symbol, place in self.places.items()}
        self.only = len(self.ranges) == 1

    def points(self, count: int) -> Iterator[Point]:
        """Yield `count` points."""
        for index in range(count):
            yield self._coupled(index) if self.conditions else self._free(index)

    def _free(self, index: int) -> Point:
        return {symbol: self._fitting(symbol, domain, index) for symbol, domain in self.drawn.items()}

    def _coupled(self, index: int) -> Point:
        """Draw until the conditions between letters hold: at once where every letter has its place."""
        for attempt in range(DRAWS):
            drawn = self._free(index + attempt)
            point = self._placed(drawn)
            if all(self.ranges[s].admits(v, point) and has_facts(v, self.facts[s]) for s, v in point.items()):
                return point
        raise _NoneFound

    def _placed(self, drawn: Point) -> Point:
        """Return the letters' places at the numbers that were drawn."""
        if not all(value.is_Rational for value in drawn.values()):
            return {symbol: place.xreplace(drawn) for symbol, place in self.places.items()}
        values, point = {symbol: fraction(value) for symbol, value in drawn.items()}, {}
        for symbol, place in self.places.items():
            computed = self.computed[symbol]
            point[symbol] = place.xreplace(drawn) if computed is None else _number(computed(values))
        return point

    def _fitting(self, symbol: sp.Symbol, domain: Domain, index: int) -> Number:
        """Draw until the number has all that the symbol assumes: nonzero, even, prime …"""
        for attempt in range(TRIES):
            value = self._draw(domain, index + attempt)
            if has_facts(value, self.facts[symbol]):
                return value
        raise _NoneFound

    def _draw(self, domain: Domain, index: int) -> Number:
        if domain.integer:
            return self._whole(domain, index)
        if domain.complex:
            real, imaginary = (self._real(Domain(-sp.oo, sp.oo), index) for _ in range(2))
            return real + sp.I * imaginary
        return self._real(domain, index)

    def _whole(self, domain: Domain, index: int) -> Number:
        low = -4 if domain.low == -sp.oo else math.floor(domain.low) + ("low" not in domain.closed)
        high = low + 8 if domain.high == sp.oo else math.ceil(domain.high) - ("high" not in domain.closed)
        if domain.low == -sp.oo and domain.high != sp.oo:
            low = high - 8
        if high < low:
            raise ValueError(f"no whole number lies between {domain.low} and {domain.high}")
        return sp.Integer(self.random.randint(low, high))

    def _real(self, domain: Domain, index: int) -> Number:
        if index < 12:
            allowed = _simple(domain)
            if allowed and (index < len(allowed) or self.random.random() < 0.5):
                return allowed[index] if self.only and index < len(allowed) else self.random.choice(allowed)
        value = self._spread(domain)
        digits = 3 if index % 2 else DIGITS - 5
        size = abs(int(value.p) / int(value.q))
        scale = max(0, digits - 1 - (math.floor(math.log10(size)) if value else 0))
        short = fmpq(_rounded(value * 10**scale), 10**scale)
        low_ok = domain.low == -sp.oo or short > _fraction(domain.low)
        high_ok = domain.high == sp.oo or short < _fraction(domain.high)
        return _number(short if low_ok and high_ok else value)

    def _spread(self, domain: Domain) -> fmpq:
        """Draw uniformly or with a logarithmic spread, as a fraction of 2⁻²⁰⁰."""
        u = fmpq(self.random.getrandbits(200) | 1, 2**200)
        wide = self.random.random() < 0.35
        low, high = domain.low, domain.high
        if low != -sp.oo and high != sp.oo:
            a, b = _fraction(low), _fraction(high)
            if wide:
                near = u * _power_of_ten(-3 * self.random.random())
                return a + (b - a) * near if self.random.random() < 0.5 else b - (b - a) * near
            return a + (b - a) * u
        size = u * 10 * _power_of_ten(self.random.uniform(-3, 0.5)) if wide else u * 4
        if low != -sp.oo:
            return _fraction(low) + size
        if high != sp.oo:
            return _fraction(high) - size
        return size if self.random.random() < 0.5 else -size


def _power_of_ten(exponent: float) -> fmpq:
    power = Fraction(10**exponent).limit_denominator(10**9)
    return fmpq(power.numerator, power.denominator)


def _rounded(value: fmpq) -> int:
    """Return the nearest whole number, of two the even one."""
    whole = int(value.floor())
    doubled = 2 * (value - whole)
    return whole + (doubled > 1 or (doubled == 1 and whole % 2 == 1))


_arithmetic = lru_cache(maxsize=1024)(arithmetic)


@lru_cache(maxsize=1024)
def _simple(domain: Domain) -> list[Number]:
    return [value for value in SIMPLE if domain.contains(value)]


@lru_cache(maxsize=1024)
def _fraction(value: Any) -> fmpq:
    return fraction(value if value.is_Rational else sp.Rational(str(sp.N(value, 40))))


def _number(value: fmpq) -> Number:
    return sp.Rational(int(value.p), int(value.q))


def short_number(value: Any, digits: int = 12) -> str:
    """Return a number for a message: at most `digits` digits, no trailing zeros.

    >>> short_number(mpmath.mpf("0.5")), short_number(mpmath.mpc(0, 2))
    ('0.5', '2i')
    """
    if isinstance(value, mpmath.mpc):
        if value.imag == 0:
            return short_number(value.real, digits)
        imaginary = short_number(value.imag, digits) + "i"
        if value.real == 0:
            return imaginary
        return short_number(value.real, digits) + (" − " + imaginary[1:] if imaginary[0] == "−" else " + " + imaginary)
    text = mpmath.nstr(value, digits, strip_zeros=True)
    if text.endswith(".0"):
        text = text[:-2]
    return text.replace("-", "−")
