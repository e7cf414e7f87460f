"""What has cases, in ball arithmetic: absolute values, maxima, steps, rounding, parts of complex numbers, Piecewise.

Where a ball straddles the border of two cases, exact rational arithmetic decides, or more digits must.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy as sp
from flint import acb
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, BooleanAtom, Not, Or

from dlmath_lib.verify.balls.errors import Undecided, Undefined, Unsupported
from dlmath_lib.verify.balls.functions import checked, power, real
from dlmath_lib.verify.balls.jets import Jet, base
from dlmath_lib.verify.balls.walk import BUILDERS, Env, Number, Value, compile_expression, exactly


@lru_cache(maxsize=4096)
def surely_real(expr: Any) -> bool:
    """Tell whether `expr` is real for all real values of its symbols, those without assumptions real too."""
    plain = {s: sp.Dummy(s.name, real=True) for s in expr.free_symbols if s.is_real is None}
    return bool(expr.xreplace(plain).is_extended_real)


def needs_real(expr: Any, env: Env) -> None:
    """Inside an integral: raise unless `expr` is surely real on the real line, where its extension is what is meant."""
    if env["analytic"] is not None and not surely_real(expr):
        raise Unsupported("whether a part is real inside the integral is not known")


def _sign_of(expr: Any, number: Number, env: Env) -> int:
    """Return −1, 0 or 1; exact rational arithmetic decides what balls leave open."""
    at = base(number)
    if env["analytic"] is None:
        at = acb(real(number))
    if at.real > 0:
        return 1
    if at.real < 0:
        return -1
    exact = exactly(expr, env)
    if exact is None:
        if at.is_zero():
            return 0
        raise Undecided
    return int(sp.sign(exact))


def _kink(number: Number) -> None:
    if isinstance(number, Jet) and number.nilpotent().terms:
        raise Undefined("a kink")


def _abs(expr: Any) -> Value:
    (argument,) = expr.args
    inner = compile_expression(argument)

    def value(env: Env) -> Number:
        needs_real(argument, env)
        number = inner(env)
        if env["analytic"] is not None and not isinstance(number, Jet):
            return number.real_abs(analytic=bool(env["analytic"]))
        if not isinstance(number, Jet):
            return acb(abs(number))
        if not all(part.imag.is_zero() for part in number.terms.values()):
            squares = number.map(lambda v: acb(v.real)), number.map(lambda v: acb(v.imag))
            return power(squares[0] * squares[0] + squares[1] * squares[1], acb(1) / 2, None, False)
        sign = _sign_of(argument, number, env)
        if sign == 0:
            _kink(number)
        return number * sign

    return value


def _extreme(expr: Any) -> Value:
    parts = [compile_expression(arg) for arg in expr.args]
    largest = isinstance(expr, sp.Max)

    def value(env: Env) -> Number:
        for arg in expr.args:
            needs_real(arg, env)
        numbers = [part(env) for part in parts]
        if any(isinstance(number, Jet) for number in numbers):
            best = 0
            for k in range(1, len(numbers)):
                step = numbers[k] - numbers[best]
                sign = _sign_of(expr.args[k] - expr.args[best], step, env)
                if sign == 0:
                    _kink(step)
                best = k if (sign > 0) == largest and sign else best
            return numbers[best]
        result = numbers[0]
        flag = env["analytic"]
        for number in numbers[1:]:
            if flag is not None:
                result = (result.real_max if largest else result.real_min)(number, analytic=bool(flag))
            else:
                ends = real(result), real(number)
                result = acb(ends[0].max(ends[1]) if largest else ends[0].min(ends[1]))
        return result

    return value


def _step(expr: Any) -> Value:
    """Sign and Heaviside."""
    argument = expr.args[0]
    inner = compile_expression(argument)
    below, at_zero = (-1, sp.S.Zero) if isinstance(expr, sp.sign) else (0, expr.args[1])
    middle = compile_expression(at_zero)

    def value(env: Env) -> Number:
        number = inner(env)
        if isinstance(expr, sp.sign) and env["analytic"] is None and not base(number).imag.is_zero():
            if isinstance(number, Jet):
                raise Unsupported("no Taylor series of a complex sign")
            return checked(number.sgn(), number)
        needs_real(argument, env)
        if env["analytic"] is not None and not (base(number).real > 0 or base(number).real < 0):
            return acb("nan") if env["analytic"] else acb(below).union(acb(1)).union(base(middle(env)))
        sign = _sign_of(argument, number, env)
        if sign == 0:
            _kink(number)
            return middle(env)
        return acb(1 if sign > 0 else below)

    return value


def _rounded(expr: Any) -> Value:
    """Floor, ceiling and the fractional part."""
    (argument,) = expr.args
    inner = compile_expression(argument)

    def value(env: Env) -> Number:
        number = inner(env)
        needs_real(argument, env)
        if env["analytic"]:
            return acb("nan")
        exact = exactly(argument, env)
        if exact is not None:
            if exact.is_integer:
                _kink(number)
            whole = acb(int(sp.ceiling(exact) if isinstance(expr, sp.ceiling) else sp.floor(exact)))
        else:
            at = real(number)
            whole = acb(at.ceil() if isinstance(expr, sp.ceiling) else at.floor())
            if isinstance(number, Jet) and not whole.is_exact():
                raise Undecided
        return number - whole if isinstance(expr, sp.frac) else whole

    return value


def _modulo(expr: Any) -> Value:
    a, b = expr.args
    return compile_expression(a - b * sp.floor(a / b, evaluate=False))


def _dirac(expr: Any) -> Value:
    inner = compile_expression(expr.args[0])

    def value(env: Env) -> Number:
        if env["analytic"] is not None:
            raise Unsupported("an integral over a delta function")
        if _sign_of(expr.args[0], inner(env), env) == 0:
            raise Undefined
        return acb(0)

    return value


def _coefficientwise(function: Callable[[acb], acb]) -> Callable[[Any], Value]:
    """Re, im and conjugate: linear over real directions, analytic nowhere."""

    def build(expr: Any) -> Value:
        inner = compile_expression(expr.args[0])

        def value(env: Env) -> Number:
            if env["analytic"] is not None:
                needs_real(expr.args[0], env)
                return inner(env) if not isinstance(expr, sp.im) else acb(0)
            number = inner(env)
            return number.map(function) if isinstance(number, Jet) else function(number)

        return value

    return build


def _argument(expr: Any) -> Value:
    inner = compile_expression(expr.args[0])

    def value(env: Env) -> Number:
        number = inner(env)
        if isinstance(number, Jet) or env["analytic"] is not None:
            raise Unsupported("the argument of a complex number here")
        if number.is_zero():
            raise Undefined
        return acb(number.arg())

    return value


def _piecewise(expr: Any) -> Value:
    pieces = [(compile_expression(piece), truth(condition)) for piece, condition in expr.args]

    def value(env: Env) -> Number:
        candidates: list[Number] = []
        for piece, holds in pieces:
            try:
                answer = holds(env)
            except Undecided:
                if env["analytic"] is None:
                    raise
                if env["analytic"]:
                    return acb("nan")
                candidates.append(piece(env))
                continue
            if answer:
                candidates.append(piece(env))
                break
        else:
            raise Undefined("no case of Piecewise applies")
        result = candidates[0]
        for other in candidates[1:]:
            if isinstance(result, Jet) or isinstance(other, Jet):
                raise Undecided
            result = result.union(other)
        return result

    return value


def truth(condition: Any) -> Callable[[Env], bool]:
    """Return a condition as a function of an environment; it raises `Undecided` where balls straddle its border."""
    if isinstance(condition, BooleanAtom):
        answer = bool(condition)
        return lambda env: answer
    if isinstance(condition, (And, Or)):
        parts = [truth(arg) for arg in condition.args]
        stop = isinstance(condition, Or)

        def several(env: Env) -> bool:
            open_ = None
            for part in parts:
                try:
                    if part(env) is stop:
                        return stop
                except Undecided as error:
                    open_ = error
            if open_ is not None:
                raise open_
            return not stop

        return several
    if isinstance(condition, Not):
        part = truth(condition.args[0])
        return lambda env: not part(env)
    if isinstance(condition, Relational):
        return _relation(condition)
    raise Unsupported(f"no ball arithmetic for the condition {condition}")


def _relation(relation: Any) -> Callable[[Env], bool]:
    left, right = compile_expression(relation.lhs), compile_expression(relation.rhs)
    border = relation.lhs - relation.rhs
    equality = relation.rel_op in ("==", "!=")

    def value(env: Env) -> bool:
        needs_real(border, env)
        difference = left(env) - right(env)
        if equality and env["analytic"] is None and not base(difference).contains(acb(0)):
            return bool(relation.rel_op == "!=")
        sign = _sign_of(border, difference, env)
        if sign == 0:
            _kink(difference)
        return bool({"==": sign == 0, "!=": sign != 0, "<": sign < 0, "<=": sign <= 0, ">": sign > 0,
                     ">=": sign >= 0}[relation.rel_op])  # fmt: skip

    return value


BUILDERS.update({
    sp.Abs: _abs, sp.Max: _extreme, sp.Min: _extreme, sp.sign: _step, sp.Heaviside: _step, sp.floor: _rounded,
    sp.ceiling: _rounded, sp.frac: _rounded, sp.Mod: _modulo, sp.DiracDelta: _dirac, sp.arg: _argument,
    sp.re: _coefficientwise(lambda v: acb(v.real)), sp.im: _coefficientwise(lambda v: acb(v.imag)),
    sp.conjugate: _coefficientwise(acb.conjugate), sp.Piecewise: _piecewise,
})  # fmt: skip
