"""From a SymPy tree to its value in ball arithmetic: every number carries a bound of its error.

SymPy is used to walk the tree, never to simplify it, so that a wrong simplification cannot confirm itself. Here stand
numbers, arithmetic and functions of one argument; the modules beside it add what they know to `BUILDERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from typing import Any

import sympy as sp
from flint import acb, arb, ctx, fmpq

from dlmath_lib.verify.balls.errors import Undecided, Undefined, Unsupported
from dlmath_lib.verify.balls.functions import CUT_VALUES, TAYLOR, VALUES, call, inverse, power, real, whole_power
from dlmath_lib.verify.balls.jets import Jet

Number = Any
Env = Mapping[Any, Any]
Value = Callable[[Env], Number]

_tags = count(1)
_cache: dict[Any, Value] = {}
MOST_CACHED = 20000


def compile_expression(expr: Any) -> Value:
    """Return `expr` as a function of an environment; the same object for the same expression.

    An environment holds the value of each symbol, and under words: ``exact`` (the symbols' values as SymPy numbers, or
    as `Later`),
    ``draw`` (the number of the random functions), ``analytic`` (the flag of an integration, None outside of one) and
    ``remarks`` (a set, to which a value that is not certified adds why).
    """
    if expr not in _cache:
        if len(_cache) > MOST_CACHED:
            _cache.clear()
        _cache[expr] = _compile(expr)
    return _cache[expr]


def new_tag() -> int:
    """Return the number of an ε that nothing else has."""
    return next(_tags)


def _compile(expr: Any) -> Value:
    for kind in type(expr).__mro__:
        if kind in BUILDERS:
            return BUILDERS[kind](expr)
    if type(expr) in TAYLOR or type(expr) in VALUES or type(expr) in CUT_VALUES:
        return _function(expr)
    raise Unsupported(f"no ball arithmetic for {type(expr).__name__}")


@contextmanager
def bits(precision: int) -> Iterator[None]:
    """Work with another precision for a while."""
    before = ctx.prec
    ctx.prec = precision
    try:
        yield
    finally:
        ctx.prec = before


def indefinite(env: Env) -> Number:
    """Say that an integral or a sum without ends has no value."""
    raise Undefined("an indefinite integral or sum has no value")


def rational(value: Any) -> acb:
    """Return the ball of a rational number at the present precision."""
    return acb(fmpq(int(value.p), int(value.q)))


def bound(env: Env, symbol: Any, value: Number, exact: Any = None) -> dict[Any, Any]:
    """Return the environment with another value of a symbol."""
    known = {s: v for s, v in env["exact"].items() if s != symbol}
    if exact is not None:
        known[symbol] = exact
    return {**env, symbol: value, "exact": known}


class Later:
    """The exact value of an expression, worked out when it is asked for: it is dear, and most balls need none."""

    def __init__(self, expr: Any, env: Env) -> None:
        self.expr, self.env = expr, env

    @cached_property
    def value(self) -> Any:
        """A rational number, or None."""
        return exactly(self.expr, self.env)


def exact_values(env: Env, symbols: Iterable[Any] | None = None) -> dict[Any, Any]:
    """Return the values, of all symbols or of some, that are known as SymPy numbers."""
    known = env["exact"]
    found = {symbol: known[symbol] for symbol in (known if symbols is None else symbols) if symbol in known}
    found = {symbol: value.value if isinstance(value, Later) else value for symbol, value in found.items()}
    return {symbol: value for symbol, value in found.items() if value is not None}


def exactly(expr: Any, env: Env) -> Any:
    """Return a real expression as an exact rational, or None: what balls that straddle zero cannot tell."""
    value = expr.xreplace(exact_values(env, expr.free_symbols))
    if not value.is_Rational and not value.free_symbols and value.is_zero:
        return sp.S.Zero
    return value if value.is_Rational else None


def integer(value: Number) -> int:
    """Return the one whole number in a ball."""
    number = real(value).unique_fmpz()
    if number is None:
        raise Undecided("a whole number is needed")
    return int(number)


def _symbol(expr: Any) -> Value:
    def value(env: Env) -> Number:
        if expr not in env:
            raise Unsupported(f"{expr} has no value")
        return env[expr]

    return value


def _number(expr: Any) -> Value:
    if not expr.is_Rational and expr not in CONSTANTS:
        return _undefined
    known: dict[int, acb] = {}  # by the number of bits

    def value(env: Env) -> Number:
        if ctx.prec not in known:
            known[ctx.prec] = rational(expr) if expr.is_Rational else CONSTANTS[expr]()
        return known[ctx.prec]

    return value


def _undefined(env: Env) -> Number:
    raise Undefined


CONSTANTS: dict[Any, Callable[[], acb]] = {
    sp.pi: acb.pi, sp.E: lambda: acb(1).exp(), sp.I: lambda: acb(0, 1), sp.EulerGamma: lambda: acb(arb.const_euler()),
    sp.Catalan: lambda: acb(arb.const_catalan()), sp.GoldenRatio: lambda: (1 + acb(5).sqrt()) / 2,
}  # fmt: skip


def _sum(expr: sp.Add) -> Value:
    parts = [compile_expression(arg) for arg in expr.args]

    def value(env: Env) -> Number:
        result = parts[0](env)
        for part in parts[1:]:
            result = part(env) + result
        return result

    return value


def _product(expr: sp.Mul) -> Value:
    parts = [compile_expression(arg) for arg in expr.args]

    def value(env: Env) -> Number:
        result = parts[0](env)
        for part in parts[1:]:
            result = part(env) * result
        return result

    return value


def _power(expr: sp.Pow) -> Value:
    inner = compile_expression(expr.base)
    if expr.base is sp.E:
        exponent = compile_expression(expr.exp)
        return lambda env: call(sp.exp, exponent(env), bool(env["analytic"]))
    outer = compile_expression(expr.exp)
    if expr.exp.is_Integer:
        whole = int(expr.exp)
        if whole < 0:
            return lambda env: _inverse(expr.base, whole_power(inner(env), -whole), env)
        return lambda env: whole_power(inner(env), whole)

    def value(env: Env) -> Number:
        exponent: Number = outer(env)
        number = None
        if not isinstance(exponent, Jet) and exponent.is_exact() and exponent.imag.is_zero():
            found = exponent.real.unique_fmpz()  # xⁿ with n = 3: a whole power, without a branch cut
            number = None if found is None else int(found)
        at = inner(env)
        if number is not None and number < 0:
            return _inverse(expr.base, power(at, None, -number, False), env)
        return power(at, exponent, number, bool(env["analytic"]))

    return value


def _inverse(expr: Any, value: Number, env: Env) -> Number:
    try:
        return inverse(value)
    except Undecided:
        if exactly(expr, env) == 0:
            raise Undefined from None
        raise


def _function(expr: Any) -> Value:
    kind = type(expr)
    if len(expr.args) != 1:
        raise Unsupported(f"no ball arithmetic for {kind.__name__} of {len(expr.args)} arguments")
    inner = compile_expression(expr.args[0])
    return lambda env: call(kind, inner(env), bool(env["analytic"]))


def _log(expr: Any) -> Value:
    if len(expr.args) == 2:
        top, bottom = (compile_expression(sp.log(arg, evaluate=False)) for arg in expr.args)
        return lambda env: top(env) * inverse(bottom(env))
    inner = compile_expression(expr.args[0])

    def value(env: Env) -> Number:
        at = inner(env)
        try:
            return call(sp.log, at, bool(env["analytic"]))
        except Undecided:
            if exactly(expr.args[0], env) == 0:
                raise Undefined from None
            raise

    return value


BUILDERS: dict[Any, Callable[[Any], Value]] = {
    sp.Symbol: _symbol, sp.Number: _number, sp.NumberSymbol: _number, sp.core.numbers.ImaginaryUnit: _number,
    sp.core.numbers.ComplexInfinity: _number, sp.Add: _sum, sp.Mul: _product, sp.Pow: _power, sp.log: _log,
}  # fmt: skip
