"""Integrals, sums, products and limits in ball arithmetic.

Integrals are enclosed by `acb.integral` (Johansson, *Numerical integration in arbitrary-precision ball arithmetic*,
2018); an endless range is cut where `tails` bounds the rest. What cannot be enclosed says so in ``env["remarks"]``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import sympy as sp
from flint import acb, arb, ctx
from sympy.core.relational import Relational

from dlmath_lib.verify.balls.branches import surely_real
from dlmath_lib.verify.balls.errors import Undecided, Undefined, Unsupported
from dlmath_lib.verify.balls.functions import inverse
from dlmath_lib.verify.balls.jets import Jet, base, variable
from dlmath_lib.verify.balls.tails import KINKED, end_of_integral, ratio
from dlmath_lib.verify.balls.walk import (
    BUILDERS,
    Env,
    Number,
    Value,
    bound,
    compile_expression,
    integer,
    new_tag,
)

MOST_EVALUATIONS = 30_000
MOST_TERMS = 20_000
FARTHEST = 6000
NEAR = 5  # beyond 2⁵ an integral runs over the logarithm
INDEFINITE = "an indefinite integral or sum has no value"


@contextmanager
def bits(precision: int) -> Any:
    """Work with another precision for a while."""
    before = ctx.prec
    ctx.prec = precision
    try:
        yield
    finally:
        ctx.prec = before


def _integral(expr: sp.Integral) -> Value:
    if any(len(limit) != 3 for limit in expr.limits):
        return _indefinite
    function = expr.function
    for x, low, high in expr.limits[:-1]:
        outside, inside = sp.expand_power_exp(function).as_independent(x, as_Add=False)
        function = outside * sp.Integral(inside, (x, low, high))
    x, low, high = expr.limits[-1]
    outside, inside = function.as_independent(x, as_Add=False)  # so that a constant is not computed at every place
    factor, one = compile_expression(outside), _one_integral(compile_expression(inside), inside, x, low, high)
    return lambda env: factor(env) * one(env)


def _indefinite(env: Env) -> Number:
    raise Undefined(INDEFINITE)


def _one_integral(inner: Value, function: Any, x: Any, low: Any, high: Any) -> Value:
    ends = [None if end in (sp.oo, -sp.oo) else compile_expression(end) for end in (low, high)]
    roots, real = _roots(function, x), surely_real(function)

    def value(env: Env) -> Number:
        a, b = (None if end is None else end(env) for end in ends)
        infinite = (low if a is None else sp.S.Zero), (high if b is None else sp.S.Zero)
        steps: Number = acb(0)
        for place, sign in ((a, -1), (b, 1)):
            if isinstance(place, Jet):
                steps = _beside(inner, x, place, env) * sign + steps
        result = _between(inner, function, x, base(a), base(b), infinite, roots, env)
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
    borders: list[Any] = []
    for node in function.atoms(*KINKED):
        if isinstance(node, sp.Piecewise):
            for _, condition in node.args:
                borders += [relation.lhs - relation.rhs for relation in condition.atoms(Relational)]
        elif isinstance(node, (sp.Max, sp.Min)):
            borders += [a - b for i, a in enumerate(node.args) for b in node.args[:i]]
        else:
            borders.append(node.args[0])
    roots = set()
    for border in borders:
        if border.is_polynomial(x) and sp.degree(border, x) == 1 and not border.has(*KINKED):
            slope, rest = sp.Poly(border, x).all_coeffs()
            roots.add(-rest / slope)
    return [compile_expression(root) for root in sorted(roots, key=sp.default_sort_key)]


def _between(
    inner: Value, function: Any, x: Any, a: Any, b: Any, infinite: tuple[Any, Any], roots: list[Value], env: Env
) -> Number:
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
        total = _piece(inner, function, x, left, right, env) + total
    return total * acb(sign)


def _piece(inner: Value, function: Any, x: Any, left: Any, right: Any, env: Env) -> Number:
    if left is None:
        mirrored = function.xreplace({x: -x})
        return _to_infinity(compile_expression(mirrored), mirrored, x, -right, env)
    if right is None:
        return _to_infinity(inner, function, x, left, env)
    middle = (left + right) / 2
    if _bounded_at(inner, x, left, env) and _bounded_at(inner, x, right, env):
        return _finite(inner, x, left, right, env)
    return _to_the_end(inner, function, x, left, middle, env) + _to_the_end(inner, function, x, right, middle, env)


def _bounded_at(inner: Value, x: Any, end: acb, env: Env) -> bool:
    try:
        return bool(base(inner(bound(env, x, end))).is_finite())
    except (Undefined, Undecided):
        return False


def _to_the_end(inner: Value, function: Any, x: Any, end: acb, middle: acb, env: Env) -> Number:
    """Integrate between `middle` and an end at which the integrand may be unbounded: x = end ± 1/t, t to infinity."""
    sign = 1 if middle.real > end.real else -1
    if _bounded_at(inner, x, end, env):
        return _finite(inner, x, end, middle, env) * acb(sign)
    t, corner = sp.Dummy("t", positive=True), sp.Dummy("corner", real=True)
    exact = {**env["exact"]}
    if (known := _exact_end(end)) is not None:
        corner, there = known, {**env, "exact": exact}
    else:
        there = {**env, corner: end, "exact": exact}
    moved = sp.powdenest(function.xreplace({x: corner + sign / t}), force=False) / t**2
    return _to_infinity(compile_expression(moved), moved, t, sign / (middle - end), there)


def _exact_end(end: acb) -> Any:
    number = end.real.unique_fmpz() if end.is_exact() and end.imag.is_zero() else None
    return None if number is None else sp.Integer(int(number))


def _to_infinity(inner: Value, function: Any, x: Any, start: acb, env: Env) -> Number:
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
        return _piece(inner, function, x, start, acb(2**exponent), env) + acb(ball, ball)

    def by_logarithm(inside: Env) -> Number:
        place = inside[x].exp()
        return inner({**inside, x: place}) * place

    first = _piece(inner, function, x, start, acb(2**near), env)
    log2 = acb(2).log()
    return first + _finite(by_logarithm, x, log2 * near, log2 * exponent, env) + acb(ball, ball)


def _has_bound(function: Any, x: Any, env: Env) -> bool:
    try:
        end_of_integral(function, x, env, 2**64)
    except Unsupported:
        return False
    except Undecided:
        return True
    return True


def _finite(inner: Value, x: Any, left: acb, right: acb, env: Env) -> Number:
    """Integrate between numbers; an integrand with ε's coefficient by coefficient."""
    outside = bool(env["analytic"])

    def at(place: acb, analytic: Any) -> Number:
        return inner({**bound(env, x, place), "analytic": bool(analytic) or outside})

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
            stopped.append(error)
            return acb("nan")

    goal = arb(2) ** -(ctx.prec - 12)
    try:
        value = acb.integral(safe, left, right, rel_tol=goal, abs_tol=goal, eval_limit=MOST_EVALUATIONS)
    except SystemError as error:  # the budget ended between two calls of `safe`
        raise error.__cause__ or error from None
    if stopped:
        raise stopped[0]
    if not value.is_finite():
        raise Unsupported("the integral is not enclosed")
    return value


def _repeated(expr: Any) -> Value:
    if any(len(limit) != 3 for limit in expr.limits):
        return _indefinite
    inner, function = compile_expression(expr.function), expr.function
    product = isinstance(expr, sp.Product)
    for k, low, high in expr.limits:
        inner, function = _one_sum(inner, function, k, low, high, product), type(expr)(function, (k, low, high))
    return inner


def _one_sum(inner: Value, function: Any, k: Any, low: Any, high: Any, product: bool) -> Value:
    if low == -sp.oo:
        mirrored = function.xreplace({k: -k})
        if high != sp.oo:
            return _one_sum(compile_expression(mirrored), mirrored, k, -high, sp.oo, product)
        left = _one_sum(compile_expression(mirrored), mirrored, k, sp.S.One, sp.oo, product)
        right = _one_sum(inner, function, k, sp.S.Zero, sp.oo, product)
        return (lambda env: left(env) * right(env)) if product else (lambda env: left(env) + right(env))
    first = compile_expression(low)
    last = None if high == sp.oo else compile_expression(high)

    def value(env: Env) -> Number:
        start = integer(first(env))
        if last is None:
            return _endless(inner, function, k, start, product, env)
        stop = integer(last(env))
        if stop - start > MOST_TERMS:
            raise Unsupported("a sum with too many terms")
        return _run(inner, k, start, stop, product, env)

    return value


def _run(inner: Value, k: Any, start: int, stop: int, product: bool, env: Env) -> Number:
    result: Number = acb(1 if product else 0)
    for j in range(start, stop + 1):
        term = inner(bound(env, k, acb(j), sp.Integer(j)))
        result = term * result if product else term + result
    return result


def _endless(inner: Value, function: Any, k: Any, start: int, product: bool, env: Env) -> Number:
    """Add terms until the ratio of neighbours is surely below one and the rest, a geometric series, is small."""
    if product or any(isinstance(v, Jet) for v in env.values()):
        raise Unsupported("an endless product, or the derivative of an endless sum")
    goal = arb(2) ** -(ctx.prec - 20)
    parts = sp.Add.make_args(sp.expand(function, power_exp=False, power_base=False))
    done, total, length, real = start, acb(0), 16, surely_real(function)
    while length <= MOST_TERMS:
        stop = start + length
        total = _run(inner, k, done, stop - 1, False, env) + total
        done, length = stop, 2 * length
        if stop < 1:
            continue
        try:
            rest = arb(0)
            for part in parts:
                quotient = ratio(part, k, env, stop)
                if not quotient < arb("0.999"):
                    raise Undecided
                size = compile_expression(part)(bound(env, k, acb(stop), sp.Integer(stop)))
                rest += size.abs_upper() / (1 - quotient.upper())
        except Undecided:
            continue
        if rest < goal:
            ball = arb(0, 1) * rest
            return total + (acb(ball) if real else acb(ball, ball))
    raise Unsupported("the rest of the sum falls too slowly")


def _limit(expr: sp.Limit) -> Value:
    expression, x, target, direction = expr.args
    inner, end = compile_expression(expression), None if target in (sp.oo, -sp.oo) else compile_expression(target)

    def value(env: Env) -> Number:
        if env["analytic"] is not None or any(isinstance(v, Jet) for v in env.values()):
            raise Unsupported("a limit inside an integral or a derivative")
        env["remarks"].add("a limit followed")
        if target == sp.oo and any(node.has(x) for term in expression.atoms(sp.Sum) for node in term.limits):
            return _extrapolated(inner, x, env)
        if end is None:
            sign = acb(1 if target == sp.oo else -1)
            return _approach(lambda env, step: inverse(step) * sign, inner, x, env)
        sides = {"+": [1], "-": [-1]}.get(str(direction), [1, -1])

        def towards(side: int) -> acb:
            return _approach(lambda env, step: end(env) + step * acb(side), inner, x, env)

        found = [towards(side) for side in sides]
        if not found[0].overlaps(found[-1]):
            raise Undefined("the limits from the two sides differ")
        return found[0]

    return value


def _extrapolated(inner: Value, x: Any, env: Env) -> acb:
    """Follow a sum whose length grows: n = 2ʲ, extrapolated in powers of 1/n (Richardson)."""
    row: list[acb] = []
    change = arb(1)
    for j in range(2, 11):
        new = [inner(bound(env, x, acb(2**j), sp.Integer(2**j)))]
        for k, before in enumerate(row):
            new.append(new[k] + (new[k] - before) / (2 ** (k + 1) - 1))
        change = arb((new[-1] - row[-1]).abs_upper()) if row else change
        row = new
    if change > arb(2) ** -60:
        raise Undecided("the limit is approached too slowly to be followed")
    ball = arb(0, 1) * change
    return row[-1] + (acb(ball) if row[-1].imag.is_zero() else acb(ball, ball))


def _approach(place: Callable[[Env, acb], acb], inner: Value, x: Any, env: Env) -> acb:
    """Follow an expression at steps 2⁻ᵉ: evenly spaced exponents, then, for slow limits, exponents that double."""
    for exponents in ([100, 150, 200, 250], [2**k for k in range(150, 154)]):
        values = [v for exponent in exponents if (v := _at(place, inner, x, env, exponent)) is not None]
        if len(values) < 4:
            continue
        a, b, c, d = values
        changes = [(b - a).abs_upper(), (c - b).abs_upper(), (d - c).abs_upper()]
        tiny = arb(2) ** -(ctx.prec - 20)
        if changes[2] < tiny or (changes[2] < changes[1] * arb("0.6") and changes[1] < changes[0] * arb("0.6")):
            ball = arb(0, 1) * changes[2] * 4
            if changes[2] > arb(2) ** -30:
                continue
            return d + (acb(ball) if d.imag.is_zero() else acb(ball, ball))
    raise Undecided("the limit is approached too slowly to be followed")


def _at(place: Callable[[Env, acb], acb], inner: Value, x: Any, env: Env, exponent: int) -> acb | None:
    for precision in (ctx.prec + 3 * exponent, 8 * exponent + ctx.prec) if exponent < 10_000 else (ctx.prec + 300,):
        with bits(precision):
            try:
                step = acb(arb(2) ** -exponent)
                known = {s: compile_expression(v)({**env, "exact": {}}) for s, v in env["exact"].items()}
                value = inner(bound({**env, **known}, x, place({**env, **known}, step)))
            except (Undecided, Undefined):
                continue
        if isinstance(value, acb) and value.is_finite() and value.rad() < arb(2) ** -(ctx.prec - 20):
            return value
    return None


BUILDERS.update({sp.Integral: _integral, sp.Sum: _repeated, sp.Product: _repeated, sp.Limit: _limit})
