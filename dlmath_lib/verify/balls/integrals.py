"""Integrals in ball arithmetic, by `acb.integral` (Johansson, *Numerical integration in arbitrary-precision ball
arithmetic*, 2018).

The range is cut at the kinks of the integrand; an endless range is cut where `tails` bounds the rest, and an end at
which the integrand is unbounded is moved to infinity.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import sympy as sp
from flint import acb, arb, ctx

from dlmath_lib.verify.balls.branches import surely_real
from dlmath_lib.verify.balls.constants import along
from dlmath_lib.verify.balls.errors import Undecided, Undefined, Unsupported
from dlmath_lib.verify.balls.jets import Jet, base, variable
from dlmath_lib.verify.balls.tails import KINKED, end_of_integral
from dlmath_lib.verify.balls.walk import (
    BUILDERS,
    Env,
    Number,
    Value,
    bound,
    compile_expression,
    indefinite,
    new_tag,
)
from dlmath_lib.verify.borders import borders

MOST_EVALUATIONS = 30_000
FARTHEST = 6000
NEAR = 5  # beyond 2⁵ an integral runs over the logarithm


def _integral(expr: sp.Integral) -> Value:
    if any(len(limit) != 3 for limit in expr.limits):
        return indefinite
    function = expr.function
    for x, low, high in expr.limits[:-1]:
        outside, inside = sp.expand_power_exp(function).as_independent(x, as_Add=False)
        function = outside * sp.Integral(inside, (x, low, high))
    x, low, high = expr.limits[-1]
    outside, inside = function.as_independent(x, as_Add=False)  # so that a constant is not computed at every place
    factor, one = compile_expression(outside), _one_integral(inside, x, low, high)
    return lambda env: factor(env) * one(env)


def _one_integral(function: Any, x: Any, low: Any, high: Any) -> Value:
    inner = compile_expression(function)
    ends = [None if end in (sp.oo, -sp.oo) else compile_expression(end) for end in (low, high)]
    roots, real = _roots(function, x), surely_real(function)

    def value(env: Env) -> Number:
        a, b = (None if end is None else end(env) for end in ends)
        infinite = (low if a is None else sp.S.Zero), (high if b is None else sp.S.Zero)
        steps: Number = acb(0)
        for place, sign in ((a, -1), (b, 1)):
            if isinstance(place, Jet):
                steps = _beside(inner, x, place, env) * sign + steps
        result = _between(function, x, base(a), base(b), infinite, roots, env)
        if real and isinstance(result, acb) and not any(v.imag != 0 for v in (base(a), base(b)) if v is not None):
            result = acb(result.real)
        return steps + result if isinstance(steps, Jet) else result

    return value


def _beside(inner: Value, x: Any, end: Jet, env: Env) -> Jet:
    """Return ∫ from b to b + δ, by the Taylor series of the integrand at b."""
    tag, order = new_tag(), end.order
    series = inner(bound(env, x, variable(end.base, tag, order)))
    series = series + Jet({}, {tag: order})
    step, result = end.nilpotent(), Jet({}, end.orders)
    power: Any = acb(1)
    for k in range(order):
        power = step * power
        result = result + series.coefficient({tag: k} if k else {tag: 0}) * power * (acb(1) / (k + 1))
    return result


def _roots(function: Any, x: Any) -> list[Value]:
    """Return where a branch of the integrand changes, as far as borders are linear in x."""
    roots = set()
    for border in borders(function, *KINKED):
        if border.is_polynomial(x) and sp.degree(border, x) == 1 and not border.has(*KINKED):
            slope, rest = sp.Poly(border, x).all_coeffs()
            roots.add(-rest / slope)
    return [compile_expression(root) for root in sorted(roots, key=sp.default_sort_key)]


def _between(function: Any, x: Any, a: Any, b: Any, infinite: tuple[Any, Any], roots: list[Value], env: Env) -> Number:
    """Return the integral from a to b, cut at the kinks; None stands for an infinite end (its sign: `infinite`)."""
    sign = 1
    if infinite[0] == sp.oo or infinite[1] == -sp.oo:
        a, b, infinite, sign = b, a, (infinite[1], infinite[0]), -1
    places = [root(env) for root in roots]
    if any(isinstance(place, Jet) for place in places):
        raise Unsupported("a kink that moves with the variable of a derivative")
    inside = [place for place in places if (a is None or place.real > a.real) and (b is None or place.real < b.real)]
    inside.sort(key=lambda place: float(place.real.mid()))
    if a is None or b is None:
        inside = inside or [acb(0) if a is None and b is None else (b - 1 if a is None else a + 1)]
    marks = [a, *inside, b]
    total: Number = acb(0)
    for left, right in pairwise(marks):
        total = _piece(function, x, left, right, env) + total
    return total * acb(sign)


def _piece(function: Any, x: Any, left: Any, right: Any, env: Env) -> Number:
    if left is None:
        mirrored = function.xreplace({x: -x})
        return _to_infinity(mirrored, x, -right, env)
    if right is None:
        return _to_infinity(function, x, left, env)
    middle = (left + right) / 2
    if _bounded_at(function, x, left, env) and _bounded_at(function, x, right, env):
        return _finite(function, x, left, right, env)
    return _to_the_end(function, x, left, middle, env) + _to_the_end(function, x, right, middle, env)


def _bounded_at(function: Any, x: Any, end: acb, env: Env) -> bool:
    try:
        return bool(base(compile_expression(function)(bound(env, x, end))).is_finite())
    except (Undefined, Undecided):
        return False


def _to_the_end(function: Any, x: Any, end: acb, middle: acb, env: Env) -> Number:
    """Integrate between `middle` and an end at which the integrand may be unbounded: x = end ± 1/t, t to infinity."""
    sign = 1 if middle.real > end.real else -1
    if _bounded_at(function, x, end, env):
        return _finite(function, x, end, middle, env) * acb(sign)
    t, corner = sp.Dummy("t", positive=True), sp.Dummy("corner", real=True)
    exact = {**env["exact"]}
    if (known := _exact_end(end)) is not None:
        corner, there = known, {**env, "exact": exact}
    else:
        there = {**env, corner: end, "exact": exact}
    moved = sp.powsimp(sp.powdenest(function.xreplace({x: corner + sign / t}), force=False) / t**2)
    return _to_infinity(moved, t, sign / (middle - end), there)


def _exact_end(end: acb) -> Any:
    number = end.real.unique_fmpz() if end.is_exact() and end.imag.is_zero() else None
    return None if number is None else sp.Integer(int(number))


def _to_infinity(function: Any, x: Any, start: acb, env: Env) -> Number:
    """Integrate up to a point beyond which the rest is bounded by less than the last bits."""
    if any(isinstance(v, Jet) for v in env.values()):
        raise Unsupported("the derivative of an endless integral")
    goal = arb(2) ** -(ctx.prec - 16)
    exponent = max(1, int(start.real.abs_upper().ceil().unique_fmpz() or 1).bit_length()) + 1
    near = max(exponent, NEAR)
    parts = sp.Add.make_args(function if _has_bound(function, x, env) else sp.expand(function))
    while exponent < FARTHEST:
        try:
            rest = sum((end_of_integral(part, x, env, 2**exponent) for part in parts), arb(0))
        except Undecided:
            rest = arb(1)
        if rest < goal:
            break
        exponent += 1 + exponent // 5
    else:
        raise Unsupported("no bound of the integral's end is small")
    ball = arb(0, 1) * rest
    if exponent <= 2 * near:
        return _piece(function, x, start, acb(2**exponent), env) + acb(ball, ball)
    first = _piece(function, x, start, acb(2**near), env)
    log2 = acb(2).log()
    return first + _finite(function, x, log2 * near, log2 * exponent, env, by_logarithm=True) + acb(ball, ball)


def _has_bound(function: Any, x: Any, env: Env) -> bool:
    try:
        end_of_integral(function, x, env, 2**64)
    except Unsupported:
        return False
    except Undecided:
        return True
    return True


def _finite(function: Any, x: Any, left: acb, right: acb, env: Env, by_logarithm: bool = False) -> Number:
    """Integrate between numbers; an integrand with ε's coefficient by coefficient."""
    inner, here = along(function, x, bound(env, x, left))
    outside = bool(env["analytic"])

    def at(place: acb, analytic: Any) -> Number:
        here["analytic"] = bool(analytic) or outside
        if by_logarithm:
            here[x] = place = place.exp()
            return inner(here) * place
        here[x] = place
        return inner(here)

    if any(isinstance(v, Jet) for v in env.values()) and isinstance(sample := at((left + right) / 2, False), Jet):
        terms = {}
        for key in sample.terms:
            terms[key] = _enclose(lambda z, a, key=key: at(z, a).terms.get(key, acb(0)), left, right)
        return Jet(terms, sample.orders)
    return _enclose(at, left, right)


def _enclose(function: Callable[..., acb], left: acb, right: acb) -> acb:
    stopped: list[BaseException] = []

    def safe(z: acb, analytic: Any) -> acb:
        if stopped:
            return acb("nan")
        try:
            return function(z, analytic)
        except (Undecided, Undefined):
            return acb("nan")
        except BaseException as error:  # FLINT's loop lets none through, the end of the budget neither
            stopped.append(_first(error))
            return acb("nan")

    goal = arb(2) ** -(ctx.prec - 12)
    try:
        value = acb.integral(safe, left, right, rel_tol=goal, abs_tol=goal, eval_limit=MOST_EVALUATIONS)
    except SystemError as error:  # the budget ended between two calls of `safe`
        raise _first(error) from None
    if stopped:
        raise stopped[0]
    if not value.is_finite():
        raise Unsupported("the integral is not enclosed")
    return value


def _first(error: BaseException) -> BaseException:
    """Return what Python wrapped, again and again, while C code went on after an exception."""
    while isinstance(error, SystemError) and error.__cause__ is not None:
        error = error.__cause__
    return error


BUILDERS[sp.Integral] = _integral
