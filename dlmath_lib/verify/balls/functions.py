"""SymPy's functions in ball arithmetic: their values, and their Taylor coefficients for jets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from flint import acb, acb_series, arb

from dlmath_lib.verify.balls.errors import Undecided, Undefined, Unsupported
from dlmath_lib.verify.balls.jets import Jet, base

Number = Any


def half() -> acb:
    """Return 1/2."""
    return acb(1) / 2


def checked(value: acb, *arguments: acb) -> acb:
    """Return a finite value; raise `Undefined` at an exact pole, `Undecided` where more digits may help."""
    if value.is_finite():
        return value
    raise Undefined if all(argument.is_exact() for argument in arguments) else Undecided


# Values of functions with one argument. `analytic` is the flag of `acb.integral`: outside the region in which the
# function is analytic the answer must then not be finite.
VALUES: dict[Any, Callable[[acb], acb]] = {
    sp.exp: acb.exp, sp.sin: acb.sin, sp.cos: acb.cos, sp.tan: acb.tan, sp.cot: acb.cot, sp.sec: acb.sec,
    sp.csc: acb.csc, sp.sinh: acb.sinh, sp.cosh: acb.cosh, sp.tanh: acb.tanh, sp.coth: acb.coth, sp.sech: acb.sech,
    sp.csch: acb.csch, sp.erf: acb.erf, sp.erfc: acb.erfc, sp.erfi: acb.erfi, sp.gamma: acb.gamma,
    sp.factorial: lambda z: (z + 1).gamma(), sp.sinc: acb.sinc, sp.digamma: acb.digamma, sp.Shi: acb.shi,
    sp.Si: acb.si, sp.fresnels: acb.fresnel_s, sp.fresnelc: acb.fresnel_c,
}  # fmt: skip

# Functions with branch cuts: their value, and which real part of the plane they cut (the analytic flag needs it).
CUT_VALUES: dict[Any, Callable[[acb], acb]] = {
    sp.asin: acb.asin, sp.acos: acb.acos, sp.atan: acb.atan, sp.acot: lambda z: (1 / z).atan(), sp.asinh: acb.asinh,
    sp.acosh: acb.acosh, sp.atanh: acb.atanh, sp.acoth: lambda z: (1 / z).atanh(), sp.loggamma: acb.lgamma,
    sp.LambertW: acb.lambertw, sp.Ei: acb.ei, sp.li: acb.li, sp.Ci: acb.ci, sp.Chi: acb.chi, sp.zeta: acb.zeta,
}  # fmt: skip

Series = acb_series


def _sinh(s: Series) -> Series:
    return (s.exp() - (-s).exp()) / 2


def _cosh(s: Series) -> Series:
    return (s.exp() + (-s).exp()) / 2


def _asin(s: Series) -> Series:
    return -acb(0, 1) * (acb(0, 1) * s + (1 - s * s).sqrt()).log()


TAYLOR: dict[Any, Callable[[Series], Series]] = {
    sp.exp: Series.exp, sp.log: Series.log, sp.sin: Series.sin, sp.cos: Series.cos, sp.tan: Series.tan,
    sp.cot: lambda s: s.cos() / s.sin(), sp.sec: lambda s: 1 / s.cos(), sp.csc: lambda s: 1 / s.sin(),
    sp.sinh: _sinh, sp.cosh: _cosh, sp.tanh: lambda s: 1 - 2 / ((2 * s).exp() + 1),
    sp.coth: lambda s: 1 + 2 / ((2 * s).exp() - 1), sp.sech: lambda s: 1 / _cosh(s), sp.csch: lambda s: 1 / _sinh(s),
    sp.atan: Series.atan, sp.acot: lambda s: (1 / s).atan(), sp.asin: _asin, sp.acos: lambda s: acb.pi() / 2 - _asin(s),
    sp.asinh: lambda s: (s + (s * s + 1).sqrt()).log(),
    sp.acosh: lambda s: (s + (s - 1).sqrt() * (s + 1).sqrt()).log(),
    sp.atanh: lambda s: ((1 + s).log() - (1 - s).log()) / 2, sp.acoth: lambda s: ((1 + 1 / s) / (1 - 1 / s)).log() / 2,
    sp.erf: Series.erf, sp.erfc: Series.erfc, sp.erfi: Series.erfi, sp.gamma: Series.gamma,
    sp.factorial: lambda s: (s + 1).gamma(), sp.loggamma: Series.lgamma, sp.digamma: lambda s: s.lgamma().derivative(),
    sp.sinc: lambda s: s.sin() / s, sp.LambertW: Series.lambertw, sp.Ei: Series.ei, sp.Si: Series.si, sp.Ci: Series.ci,
    sp.Shi: Series.shi, sp.Chi: Series.chi,
}  # fmt: skip


def coefficients(function: Callable[[Series], Series], at: acb, order: int) -> list[acb]:
    """Return the Taylor coefficients of `function` at a point, from the constant one to that of `order`."""
    length = order + 2  # one more, for the functions that are computed as a derivative
    try:
        found = function(acb_series([at, 1], length)).coeffs()
    except ValueError:  # "quotient would not be a power series": a pole, such as that of 1/s at exactly 0
        raise Undefined from None
    found = (found + [acb(0)] * length)[: order + 1]
    return [checked(value, at) for value in found]


def call(kind: Any, argument: Number, analytic: bool) -> Number:
    """Return the value of a function of one argument; `Unsupported` when FLINT lacks it."""
    if isinstance(argument, Jet):
        if kind not in TAYLOR:
            raise Unsupported(f"no Taylor series of {kind.__name__}")
        return argument.compose(coefficients(TAYLOR[kind], argument.base, argument.order))
    if kind is sp.log:
        if argument.is_zero():
            raise Undefined
        return checked(argument.log(analytic=analytic), argument)
    if kind in CUT_VALUES:
        if analytic and not _away_from_cuts(kind, argument):
            return acb("nan")
        return checked(CUT_VALUES[kind](argument), argument)
    if kind not in VALUES:
        raise Unsupported(f"no ball arithmetic for {kind.__name__}")
    return checked(VALUES[kind](argument), argument)


def _away_from_cuts(kind: Any, z: acb) -> bool:
    """Tell whether a ball surely lies where a function with cuts on an axis is analytic."""
    if kind in (sp.atan, sp.asinh):  # cuts on the imaginary axis beyond ±i
        return bool(z.real > 0) or bool(z.real < 0) or bool(abs(z.imag) < 1)
    if kind in (sp.asin, sp.acos, sp.atanh):
        return bool(z.imag > 0) or bool(z.imag < 0) or bool(abs(z.real) < 1)
    if kind is sp.zeta:
        return True
    floor = 1 if kind in (sp.acosh, sp.li) else 0
    return bool(z.imag > 0) or bool(z.imag < 0) or bool(z.real > floor)


def power(value: Number, exponent: Number, whole: int | None, analytic: bool) -> Number:
    """Return ``value ** exponent``; `whole` is the exponent when it is a known integer."""
    if whole is not None:
        return whole_power(value, whole)
    if isinstance(exponent, Jet):
        return call(sp.exp, exponent * call(sp.log, value, analytic), analytic)
    if isinstance(value, Jet):
        order = value.order
        if exponent.is_exact() and exponent == half():
            return value.compose(coefficients(Series.sqrt, value.base, order))
        start = power(value.base, exponent, None, analytic)
        if not value.base.is_finite() or value.base.contains(acb(0)):
            raise Undecided("a power of zero has no derivative here")
        found, binomial = [start], start
        for k in range(order):
            binomial = binomial * (exponent - k) / ((k + 1) * value.base)
            found.append(binomial)
        return value.compose([checked(c, value.base) for c in found])
    if value.is_zero():
        if exponent.real > 0:
            return acb(0)
        if exponent.is_zero():
            return acb(1)
        raise Undefined
    if exponent.is_exact() and exponent == half():
        return checked(value.sqrt(analytic=analytic), value)
    if analytic:
        return value.pow(exponent, analytic=True)
    if value.contains(acb(0)):
        return _power_near_zero(value, exponent)
    return checked(value.pow(exponent), value, exponent)


def _power_near_zero(value: acb, exponent: acb) -> acb:
    """Enclose the power of a ball that holds zero: no larger than the power of its largest number."""
    if not (exponent.imag.is_zero() and exponent.real > 0):
        raise Undecided
    size = acb(value.abs_upper()).pow(exponent).real.abs_upper()
    ball = arb(0, size)
    return acb(ball, ball)


def whole_power(value: Number, whole: int) -> Number:
    """Return ``value ** whole``."""
    if whole < 0:
        return inverse(whole_power(value, -whole))
    if not isinstance(value, Jet):
        return value**whole
    result: Number = acb(1)
    square = value
    while whole:
        if whole & 1:
            result = square * result
        square, whole = square * square, whole >> 1
    return result


def inverse(value: Number) -> Number:
    """Return 1/value."""
    if isinstance(value, Jet):
        return value.compose(coefficients(lambda s: 1 / s, value.base, value.order))
    if value.is_zero():
        raise Undefined
    return checked(1 / value, acb(arb(0, 1)))  # a divisor that only straddles zero: more digits may help


def real(value: Number) -> arb:
    """Return the real part of a number that is real."""
    number = base(value)
    if not number.imag.is_zero():
        if number.imag.contains(arb(0)):
            raise Undecided
        raise Undefined("an order between complex numbers")
    return number.real
