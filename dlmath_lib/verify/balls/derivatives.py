"""Derivatives and substitutions in ball arithmetic, by Taylor coefficients."""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from flint import acb

from dlmath_lib.verify.balls.errors import Unsupported
from dlmath_lib.verify.balls.jets import Jet, variable
from dlmath_lib.verify.balls.walk import BUILDERS, Env, Later, Number, Value, compile_expression, integer, new_tag


def _derivative(expr: sp.Derivative) -> Value:
    inner = compile_expression(expr.expr)
    orders = [(symbol, compile_expression(sp.sympify(number))) for symbol, number in expr.variable_count]

    def value(env: Env) -> Number:
        place: dict[Any, Any] = dict(env)
        wanted: dict[int, int] = {}
        factor = 1
        for symbol, order in orders:
            if isinstance(symbol, sp.Symbol) and symbol not in expr.expr.free_symbols:
                place.setdefault(symbol, acb(0))  # the expression does not depend on it
            if symbol not in place:
                raise Unsupported(f"a derivative with respect to {symbol}, which is no symbol with a value")
            number, tag = integer(order(env)), new_tag()
            if number:
                place[symbol] = variable(place[symbol], tag, number)
                wanted[tag] = number
                factor *= math.factorial(number)
        result = inner(place)
        if not wanted:
            return result
        return (result + Jet({}, wanted)).coefficient(wanted) * factor

    return value


def _substituted(expr: sp.Subs) -> Value:
    inner = compile_expression(expr.expr)
    places = [(symbol, compile_expression(at), at) for symbol, at in zip(expr.variables, expr.point, strict=True)]

    def value(env: Env) -> Number:
        place: dict[Any, Any] = dict(env)
        known = dict(env["exact"])
        for symbol, at, _ in places:
            place[symbol] = at(env)
        for symbol, _, at in places:
            known.pop(symbol, None)
            if env["analytic"] is None:
                known[symbol] = Later(at, env)
        return inner({**place, "exact": known})

    return value


BUILDERS.update({sp.Derivative: _derivative, sp.Subs: _substituted})
