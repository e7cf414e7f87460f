"""How far the end of an endless integral or sum is from zero: bounds that hold for all that is not computed.

Of a product of powers, exponentials, polynomials and logarithms the logarithmic derivative f′/f (of a sum: the ratio
f(k + 1)/f(k)) is known beyond a point R as a sum of terms xᵐ·c with c in a ball, the same ball for all x ≥ R. When it
is surely below a negative number (below −1/x times more than one; a ratio below one) the rest has a bound.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp
from flint import acb, arb
from sympy.core.relational import Relational

from dlmath_lib.verify.balls.errors import Undecided, Unsupported
from dlmath_lib.verify.balls.walk import Env, compile_expression

Growth = dict[int, acb]  # {m: ball of c}: the sum of c·xᵐ
BOUNDED = (sp.sin, sp.cos, sp.tanh, sp.erf, sp.atan)
KINKED = (sp.Abs, sp.Max, sp.Min, sp.Piecewise, sp.Heaviside, sp.sign)
NO_BOUND = "what lies beyond the computed part has no bound"


def fraction_of_zero_to(size: arb) -> arb:
    """Return the ball from 0 to `size`."""
    return size / 2 + arb(0, 1) * size / 2


def _polynomial(expr: Any, x: Any, env: Env, start: int) -> tuple[int, acb]:
    """Return the degree n of a polynomial and the ball of p(x)/xⁿ for all x ≥ `start`."""
    degree, coefficients = _coefficients(expr, x)
    near = acb(fraction_of_zero_to(arb(1) / start))
    value = acb(0)
    for coefficient in coefficients:
        value = value * near + compile_expression(coefficient)(env)
    return degree, value


@lru_cache(maxsize=2048)
def _coefficients(expr: Any, x: Any) -> tuple[int, tuple[Any, ...]]:
    """Return degree and coefficients, that of 1 first: the same at all points and for all ends."""
    polynomial = sp.Poly(expr, x)
    return int(polynomial.degree()), tuple(reversed(polynomial.all_coeffs()))


def _quotient(top: Any, bottom: Any, x: Any, env: Env, start: int) -> Growth:
    """Return top/bottom, two polynomials of x, beyond `start`."""
    (m, above), (n, below) = (_polynomial(side, x, env, start) for side in (top, bottom))
    if below.contains(acb(0)):
        raise Undecided
    return {m - n: above / below}


def _add(*growths: Growth) -> Growth:
    result: Growth = {}
    for growth in growths:
        for power, ball in growth.items():
            result[power] = result[power] + ball if power in result else ball
    return result


@lru_cache(maxsize=2048)
def _parts(expr: Any, x: Any) -> tuple[Any, Any]:
    top, bottom = sp.fraction(sp.together(expr))
    if not (top.is_polynomial(x) and bottom.is_polynomial(x)):
        raise Unsupported(NO_BOUND)
    return top, bottom


def _rational(expr: Any, x: Any, env: Env, start: int) -> Growth:
    top, bottom = _parts(expr, x)
    return _quotient(top, bottom, x, env, start) if top != 0 else {}


@lru_cache(maxsize=2048)
def _slope(expr: Any, x: Any) -> Any:
    return sp.diff(expr, x)


def logarithmic_derivative(expr: Any, x: Any, env: Env, start: int) -> Growth:
    """Return f′/f beyond `start`; a bounded factor counts as 1 (`_size` has its bound)."""
    if not expr.has(x) or isinstance(expr, BOUNDED):
        return {}
    if expr.is_Mul:
        return _add(*(logarithmic_derivative(arg, x, env, start) for arg in expr.args))
    if isinstance(expr, sp.exp):
        return _rational(_slope(expr.exp, x), x, env, start)
    if expr.is_Pow and not expr.exp.has(x):
        exponent = compile_expression(expr.exp)(env)
        return {m: ball * exponent for m, ball in logarithmic_derivative(expr.base, x, env, start).items()}
    if expr.is_Pow and not expr.base.has(x):
        rate = compile_expression(sp.log(expr.base))(env)
        return {m: ball * rate for m, ball in _rational(_slope(expr.exp, x), x, env, start).items()}
    if isinstance(expr, sp.log):
        return _of_a_logarithm(expr.args[0], x, env, start)
    top, bottom = _parts(expr, x)
    return _add(_rational(_slope(top, x) / top, x, env, start), _rational(-_slope(bottom, x) / bottom, x, env, start))


def _of_a_logarithm(inner: Any, x: Any, env: Env, start: int) -> Growth:
    """(log g)′/log g = (g′/g)/log g, and |log g| only grows when g′/g and log g have the same sign."""
    growth = logarithmic_derivative(inner, x, env, start)
    size = compile_expression(sp.log(inner))({**env, x: acb(start), "exact": {}})
    if len(growth) != 1 or not size.imag.is_zero() or not size.is_finite():
        raise Unsupported(NO_BOUND)
    ((power, ball),) = growth.items()
    if not ball.imag.is_zero():
        raise Unsupported(NO_BOUND)
    same = (ball.real > 0 and size.real > 0) or (ball.real < 0 and size.real < 0)
    if not same:
        raise Undecided
    return {power: acb(fraction_of_zero_to(arb((ball / size).abs_upper())))}


def end_of_integral(expr: Any, x: Any, env: Env, start: int) -> arb:
    """Return a bound of ∫ |f| from `start` to infinity."""
    expr = without_kinks(expr, x, env, start)
    if expr == 0:
        return arb(0)
    growth = logarithmic_derivative(expr, x, env, start)
    if not growth:
        raise Unsupported(NO_BOUND)
    size = _size(expr, x, env, start)
    top = max(growth)
    rate = arb(0)
    for power, ball in growth.items():
        if not ball.is_finite():
            raise Undecided
        rate += ball.real * (arb(1) if power == top else fraction_of_zero_to(arb(start) ** (power - top)))
    if top >= 0 and rate < 0:
        return size / (-rate.upper() * arb(start) ** top)
    if top == -1 and rate < -1:
        return size * start / (-rate.upper() - 1)
    raise Undecided


def _size(expr: Any, x: Any, env: Env, start: int) -> arb:
    """Return a bound of |f| at `start`, bounded factors taken at their largest."""
    size = acb(1)
    for factor in sp.Mul.make_args(expr):
        if isinstance(factor, BOUNDED) and factor.has(x):
            real = factor.args[0].xreplace({s: sp.Dummy(real=True) for s in factor.args[0].free_symbols})
            if not real.is_extended_real:
                raise Unsupported(NO_BOUND)
            size = size * (acb.pi() / 2 if isinstance(factor, sp.atan) else acb(1))
        else:
            size = size * compile_expression(factor)({**env, x: acb(start), "exact": {}})
    return arb(size.abs_upper())


def without_kinks(expr: Any, x: Any, env: Env, start: int) -> Any:
    """Return `expr` with Abs, Max, Min, sign, Heaviside and Piecewise as they are for all x ≥ `start`."""

    def sign(border: Any) -> int:
        if not border.is_polynomial(x):
            raise Unsupported(NO_BOUND)
        ball = _polynomial(border, x, env, start)[1]
        if ball.real > 0:
            return 1
        if ball.real < 0:
            return -1
        raise Undecided

    def resolved(node: Any) -> Any:
        if not node.has(x):
            return node
        if isinstance(node, Relational):
            return node.func(sp.Integer(sign(node.lhs - node.rhs)), sp.Integer(0))
        if isinstance(node, sp.Abs):
            return sign(node.args[0]) * node.args[0]
        if isinstance(node, (sp.Max, sp.Min)):
            best = node.args[0]
            for other in node.args[1:]:
                if (sign(other - best) > 0) == isinstance(node, sp.Max):
                    best = other
            return best
        return node.func(sp.Integer(sign(node.args[0])), *node.args[1:])

    if not expr.has(*KINKED):
        return expr
    expr = expr.replace(lambda e: isinstance(e, Relational), resolved)
    return expr.replace(lambda e: isinstance(e, KINKED) and not isinstance(e, sp.Piecewise), resolved)


def ratio(expr: Any, k: Any, env: Env, start: int) -> arb:
    """Return a bound of |f(j + 1)/f(j)| for all whole j ≥ `start`."""
    power, result = sp.Integer(0), acb(1)
    for factor in sp.Mul.make_args(sp.expand_power_exp(expr)):
        degree, ball = _ratio(factor, k, env, start)
        power, result = power + degree, result * ball
    if power > 0 or not result.is_finite():
        raise Undecided
    size = arb(result.abs_upper())
    return size * arb(start) ** int(sp.floor(power)) if power < 0 else size


def _ratio(factor: Any, k: Any, env: Env, start: int) -> tuple[Any, acb]:
    """Return (m, ball) with f(k + 1)/f(k) in kᵐ·ball."""
    if not factor.has(k):
        return sp.Integer(0), acb(1)
    if isinstance(factor, (sp.factorial, sp.gamma)) and _slope(factor.args[0], k) == 1:
        place = factor.args[0] + (1 if isinstance(factor, sp.factorial) else 0)  # Γ(z + 1)/Γ(z) = z
        degree, ball = _polynomial(place, k, env, start)
        return sp.Integer(degree), ball
    if isinstance(factor, sp.binomial) and not factor.args[1].has(k) and _slope(factor.args[0], k) == 1:
        n, m = factor.args
        return sp.Integer(0), _quotient(n + 1, n + 1 - m, k, env, start)[0]
    if factor.is_Pow and factor.exp.is_Rational:
        degree, ball = _ratio(factor.base, k, env, start)
        return degree * factor.exp, ball.pow(compile_expression(factor.exp)(env))
    if isinstance(factor, (sp.exp, sp.Pow)):
        base, exponent = factor.as_base_exp()
        if not base.has(k) and not _slope(exponent, k).has(k):
            return sp.Integer(0), compile_expression(base ** _slope(exponent, k))(env)
    if factor.is_polynomial(k):
        return sp.Integer(0), _quotient(factor.xreplace({k: k + 1}), factor, k, env, start)[0]
    raise Unsupported(NO_BOUND)
