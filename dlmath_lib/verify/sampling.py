"""Where two sides are compared: deterministic random points that respect each symbol's domain."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import sympy as sp

from dlmath_lib.verify._errors import message
from dlmath_lib.verify.printing import plain

Number = Any
Point = dict[sp.Symbol, Number]
SIMPLE = ["1", "2", "-1", "0.5", "-2", "3", "-0.5", "0"]
DIGITS = 60


@dataclass(frozen=True)
class Domain:
    """The open interval (low, high) of one symbol; `integer` symbols take whole numbers inside it."""

    low: Any
    high: Any
    integer: bool = False
    complex: bool = False

    def contains(self, value: Any) -> bool:
        """Tell whether the open interval holds `value`."""
        return bool(self.low < value < self.high) and (not self.integer or value == int(value))


def domains(function: str, symbols: list[sp.Symbol], where: Mapping[Any, Any] | None) -> dict[sp.Symbol, Domain]:
    """Return the domain of each symbol from its assumptions and `where`; raise when they leave nothing."""
    ranges: dict[sp.Symbol, tuple[Any, Any]] = {}
    if where is not None and not isinstance(where, Mapping):
        raise TypeError(message(function, "where", "a mapping {symbol: (low, high)}", repr(where)))
    for symbol, interval in (where or {}).items():
        if not isinstance(symbol, sp.Symbol):
            raise TypeError(message(function, "where", "a mapping from symbols", repr(symbol)))
        if symbol not in symbols:
            names = ", ".join(plain(s) for s in symbols) or "none"
            raise ValueError(message(function, "where", f"about the symbols of the statement ({names})", plain(symbol)))
        ranges[symbol] = _interval(function, symbol, interval)
    result = {}
    for symbol in symbols:
        low, high = ranges.get(symbol, (-sp.oo, sp.oo))
        if symbol.is_extended_nonnegative:
            low = max(low, sp.Integer(0))
        if symbol.is_extended_nonpositive:
            high = min(high, sp.Integer(0))
        integer = bool(symbol.is_integer)
        if integer and symbol.is_nonnegative and not symbol.is_positive and low == 0:
            low = sp.Integer(-1)
        if not low < high:
            expected = f"a range of {plain(symbol)} that its assumptions allow"
            raise ValueError(message(function, "where", expected, f"({low}, {high})"))
        unreal = bool(symbol.is_complex) and symbol.is_real is None and symbol not in ranges
        result[symbol] = Domain(low, high, integer, unreal)
    return result


def _interval(function: str, symbol: sp.Symbol, interval: Any) -> tuple[Any, Any]:
    try:
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
    """A deterministic stream of points: simple numbers first, then short decimals, then numbers with 60 digits."""

    def __init__(self, ranges: Mapping[sp.Symbol, Domain], seed: int = 20261122) -> None:
        self.ranges = dict(ranges)
        self.random = random.Random(seed)

    def points(self, count: int) -> Iterator[Point]:
        """Yield `count` points."""
        for index in range(count):
            yield {symbol: self._draw(domain, index) for symbol, domain in self.ranges.items()}

    def _draw(self, domain: Domain, index: int) -> Number:
        if domain.integer:
            return self._whole(domain, index)
        if domain.complex:
            return mpmath.mpc(self._real(Domain(-sp.oo, sp.oo), index), self._real(Domain(-sp.oo, sp.oo), index))
        return self._real(domain, index)

    def _whole(self, domain: Domain, index: int) -> Number:
        low = -4 if domain.low == -sp.oo else math.floor(domain.low) + 1
        high = low + 8 if domain.high == sp.oo else math.ceil(domain.high) - 1
        if domain.low == -sp.oo and domain.high != sp.oo:
            low = high - 8
        if high < low:
            raise ValueError(f"no whole number lies between {domain.low} and {domain.high}")
        return mpmath.mpf(self.random.randint(low, high))

    def _real(self, domain: Domain, index: int) -> Number:
        if index < 12:
            allowed = [v for v in SIMPLE if domain.low < sp.Rational(v) < domain.high]
            if allowed and (index < len(allowed) or self.random.random() < 0.5):
                choice = (
                    allowed[index] if len(self.ranges) == 1 and index < len(allowed) else self.random.choice(allowed)
                )
                return _number(Fraction(choice))
        value = self._spread(domain)
        digits = 3 if index % 2 else DIGITS - 5
        scale = max(0, digits - 1 - (math.floor(math.log10(abs(value))) if value else 0))
        short = Fraction(round(value * 10**scale), 10**scale)
        low_ok = domain.low == -sp.oo or short > _fraction(domain.low)
        high_ok = domain.high == sp.oo or short < _fraction(domain.high)
        return _number(short if low_ok and high_ok else value)

    def _spread(self, domain: Domain) -> Fraction:
        """Draw uniformly or with a logarithmic spread, as a fraction of 2⁻²⁰⁰."""
        u = Fraction(self.random.getrandbits(200) | 1, 2**200)
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


def _power_of_ten(exponent: float) -> Fraction:
    return Fraction(10**exponent).limit_denominator(10**9)


def _fraction(value: Any) -> Fraction:
    rational = sp.Rational(value) if value.is_Rational else sp.Rational(str(sp.N(value, 40)))
    return Fraction(int(rational.p), int(rational.q))


def _number(value: Fraction) -> Number:
    with mpmath.workdps(DIGITS + 20):
        return mpmath.mpf(value.numerator) / value.denominator


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
