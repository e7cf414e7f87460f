"""Sums, products and limits in ball arithmetic.

An endless sum is cut where `tails` bounds the rest. A limit is followed, which no ball encloses: it says so in
``env["remarks"]``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from flint import acb, arb, ctx

from dlmath_lib.verify.balls.branches import surely_real
from dlmath_lib.verify.balls.errors import Undecided, Undefined, Unsupported
from dlmath_lib.verify.balls.functions import inverse
from dlmath_lib.verify.balls.jets import Jet
from dlmath_lib.verify.balls.tails import ratio
from dlmath_lib.verify.balls.walk import (
    BUILDERS,
    Env,
    Number,
    Value,
    bits,
    bound,
    compile_expression,
    exact_values,
    indefinite,
    integer,
)

MOST_TERMS = 20_000


def _repeated(expr: Any) -> Value:
    if any(len(limit) != 3 for limit in expr.limits):
        return indefinite
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
                known = {s: compile_expression(v)({**env, "exact": {}}) for s, v in exact_values(env).items()}
                value = inner(bound({**env, **known}, x, place({**env, **known}, step)))
            except (Undecided, Undefined):
                continue
        if isinstance(value, acb) and value.is_finite() and value.rad() < arb(2) ** -(ctx.prec - 20):
            return value
    return None


BUILDERS.update({sp.Sum: _repeated, sp.Product: _repeated, sp.Limit: _limit})
