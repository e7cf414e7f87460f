"""What a statement leaves open, drawn at random: smooth functions, and the numbers of an indexed family."""

from __future__ import annotations

from typing import Any

import sympy as sp
from flint import acb, fmpq
from sympy.core.function import AppliedUndef

from dlmath_lib.verify import draws
from dlmath_lib.verify.balls.functions import call
from dlmath_lib.verify.balls.walk import BUILDERS, Env, Number, Value, compile_expression, integer


def _open_function(expr: AppliedUndef) -> Value:
    """A random smooth function: a sine of a random linear form, a square and a slow exponential."""
    arguments = [compile_expression(argument) for argument in expr.args]
    name = f"{expr.func.__name__}/{len(arguments)}"

    def value(env: Env) -> Number:
        at = [argument(env) for argument in arguments]
        (a, b, c, d), slopes = draws.coefficients(env["draw"], name, len(at))
        form: Number = acb(0)
        squares: Number = acb(0)
        for position, number in enumerate(at):
            form = number * _ball(slopes[position]) + form
            squares = number * number * acb(position + 1) + squares
        wave = call(sp.sin, form + _ball(b), False) * _ball(a)
        return wave + squares * (_ball(d) / 7) + call(sp.exp, form * (acb(1) / 9), False) + _ball(c)

    return value


def _ball(fraction: Any) -> acb:
    return acb(fmpq(fraction.numerator, fraction.denominator))


def _indexed(expr: sp.Indexed) -> Value:
    name, positive = str(expr.base.label), bool(expr.base.label.is_positive)
    indices = [compile_expression(index) for index in expr.indices]

    def value(env: Env) -> Number:
        place = tuple(integer(index(env)) for index in indices)
        return _ball(draws.entry(env["draw"], f"{name}{place}", positive))

    return value


BUILDERS.update({AppliedUndef: _open_function, sp.Indexed: _indexed})
