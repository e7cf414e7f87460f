"""Evaluation by mpmath, for what ball arithmetic lacks: independent of SymPy's calculus, but without a certificate.

Derivatives become difference quotients, integrals quadratures, sums loops, limits nearby values and undefined functions
random smooth functions. SymPy is used to walk the tree, never to simplify it, so that a wrong simplification cannot
confirm itself.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import sympy as sp
from sympy.core.function import AppliedUndef

from dlmath_lib.verify import draws
from dlmath_lib.verify.balls.errors import Undefined
from dlmath_lib.verify.series import endless

Value = Any
Env = dict[Any, Value]
WORKING_DIGITS = 70
QUADRATURE_DIGITS = 34
SPECIAL = (sp.Derivative, sp.Integral, sp.Sum, sp.Product, sp.Limit, sp.Subs, AppliedUndef, sp.Indexed)
KINKED = (sp.Abs, sp.Max, sp.Min, sp.Piecewise, sp.Heaviside, sp.sign, sp.floor, sp.ceiling)


def _heaviside(value: Value, at_zero: Value = None) -> Value:
    if value == 0:
        return mpmath.mpf("0.5") if at_zero is None else at_zero
    return mpmath.mpf(0 if value < 0 else 1)


def _kronecker(a: Value, b: Value, *_: Any) -> Value:
    return mpmath.mpf(1 if a == b else 0)


def _sinc(value: Value) -> Value:
    return mpmath.sinc(value)


def _dirac(value: Value, *_: Any) -> Value:
    if value == 0:
        raise Undefined
    return mpmath.mpf(0)


def _real_root(value: Value, order: Value = 2) -> Value:
    return -mpmath.root(-value, int(order)) if value < 0 and int(order) % 2 else mpmath.root(value, int(order))


NAMES: dict[str, Any] = {
    "Heaviside": _heaviside, "KroneckerDelta": _kronecker, "sinc": _sinc, "DiracDelta": _dirac, "sign": mpmath.sign,
    "Abs": abs, "Max": max, "Min": min, "real_root": _real_root,
}  # fmt: skip


class Compiled:
    """An expression as a function of an environment ``{symbol: mpmath number}``."""

    def __init__(self, expr: Any) -> None:
        self.expr = expr
        found: list[Any] = []
        self._collect(expr, found)
        dummies = [sp.Dummy(f"part{i}") for i in range(len(found))]
        outer = expr.xreplace(dict(zip(found, dummies, strict=True))) if found else expr
        self.parts = [(dummy, _special(node)) for dummy, node in zip(dummies, found, strict=True)]
        self.symbols = sorted(
            (s for s in outer.free_symbols if s not in set(dummies)), key=lambda s: (s.name, str(s.assumptions0))
        )
        # A letter may have the name of a function: beta, gamma, zeta.
        letters = {s: sp.Dummy(f"letter{i}", **s._assumptions_orig) for i, s in enumerate(self.symbols)}
        arguments = [*letters.values(), *dummies]
        self.body = sp.lambdify(arguments, outer.xreplace(letters), modules=[NAMES, "mpmath"], cse=False)

    def _collect(self, node: Any, found: list[Any]) -> None:
        if isinstance(node, SPECIAL):
            if node not in found:
                found.append(node)
            return
        for child in getattr(node, "args", ()):
            self._collect(child, found)

    def __call__(self, env: Env) -> Value:
        values = [env[symbol] for symbol in self.symbols] + [part(env) for _, part in self.parts]
        return self.body(*values)


_cache: dict[Any, Compiled] = {}


def compile_expression(expr: Any) -> Compiled:
    """Return `expr` compiled; the same object for the same expression."""
    if expr not in _cache:
        if len(_cache) > 5000:
            _cache.clear()
        _cache[expr] = Compiled(expr)
    return _cache[expr]


def evaluate(expr: Any, env: Env, digits: int = WORKING_DIGITS) -> Value:
    """Return the value of a scalar expression, computed with `digits` digits; raise `Undefined` where it has none.

    >>> x = sp.Symbol("x")
    >>> mpmath.nstr(evaluate(sp.Derivative(sp.exp(2 * x), x), {x: mpmath.mpf(0)}), 12)
    '2.0'
    """
    with mpmath.workdps(digits):
        return _call(compile_expression(expr), env)


def _call(function: Callable[[Env], Value], env: Env) -> Value:
    try:
        value = function(env)
    except (ZeroDivisionError, OverflowError, mpmath.libmp.NoConvergence, mpmath.libmp.ComplexResult) as error:
        raise Undefined from error
    except (TypeError, ValueError, NameError) as error:
        raise Undefined(f"mpmath cannot evaluate it ({error})") from error
    value = mpmath.mpmathify(value)
    if not mpmath.isfinite(value):
        raise Undefined
    return value


def _special(node: Any) -> Callable[[Env], Value]:
    if isinstance(node, sp.Derivative):
        return _derivative(node)
    if isinstance(node, sp.Integral):
        return _integral(node)
    if isinstance(node, (sp.Sum, sp.Product)):
        return _repeated(node)
    if isinstance(node, sp.Limit):
        return _limit(node)
    if isinstance(node, sp.Subs):
        return _substituted(node)
    if isinstance(node, AppliedUndef):
        return _undefined_function(node)
    return _indexed(node)


def _derivative(node: sp.Derivative) -> Callable[[Env], Value]:
    inner = compile_expression(node.expr)
    orders = [(variable, int(count)) for variable, count in node.variable_count]
    kinked = node.expr.has(*KINKED)
    if not {variable for variable, _ in orders} <= node.expr.free_symbols:
        return lambda env: mpmath.mpf(0) * inner(env)  # it does not depend on them: 0 where it has a value

    def value(env: Env) -> Value:
        variables = [variable for variable, _ in orders]

        def along(*numbers: Value) -> Value:
            return inner({**env, **dict(zip(variables, numbers, strict=True))})

        at = tuple(env[variable] for variable in variables)
        counts = tuple(count for _, count in orders)
        if len(at) > 1:
            return mpmath.diff(along, at, counts)
        if kinked:
            right = mpmath.diff(along, at[0], counts[0], direction=1)
            left = mpmath.diff(along, at[0], counts[0], direction=-1)
            if abs(right - left) > mpmath.mpf(10) ** -20 * (1 + abs(right)):
                raise Undefined("a kink")
        return mpmath.diff(along, at[0], counts[0])

    return value


def _bounds(limits: Any) -> list[tuple[Any, Any, Any]]:
    bounds = []
    for limit in limits:
        if len(limit) != 3:
            raise Undefined("an indefinite integral or sum has no value")
        bounds.append((limit[0], compile_expression(limit[1]), compile_expression(limit[2])))
    return bounds


def _integral(node: sp.Integral) -> Callable[[Env], Value]:
    if any(len(limit) != 3 for limit in node.limits):
        return _refuse
    bounds = _bounds(node.limits)
    inner = compile_expression(node.function)

    def value(env: Env, depth: int = len(bounds) - 1) -> Value:
        if depth < 0:
            return inner(env)
        variable, low, high = bounds[depth]
        a, b = low(env), high(env)
        points = [a, 0, b] if mpmath.isinf(a) and mpmath.isinf(b) else [a, b]
        if not mpmath.isinf(a) and not mpmath.isinf(b) and node.function.has(*KINKED) and a < 0 < b:
            points = [a, 0, b]
        with mpmath.workdps(QUADRATURE_DIGITS if mpmath.mp.dps <= WORKING_DIGITS else mpmath.mp.dps):
            total, error = mpmath.quad(lambda t: value({**env, variable: t}, depth - 1), points, error=True)
        if error > mpmath.mpf(10) ** -20 * (1 + abs(total)):
            raise Undefined("the quadrature does not converge")
        return total

    return value


def _refuse(env: Env) -> Value:
    raise Undefined("an indefinite integral or sum has no value")


def _repeated(node: Any) -> Callable[[Env], Value]:
    if any(len(limit) != 3 for limit in node.limits):
        return _refuse
    bounds = _bounds(node.limits)
    inner = compile_expression(node.function)
    product = isinstance(node, sp.Product)

    def value(env: Env, depth: int = len(bounds) - 1) -> Value:
        if depth < 0:
            return inner(env)
        variable, low, high = bounds[depth]
        a, b = low(env), high(env)
        if mpmath.isinf(a) or mpmath.isinf(b):
            return endless(lambda k: value({**env, variable: k}, depth - 1), a, b, product)
        result = mpmath.mpf(1 if product else 0)
        for k in range(int(a), int(b) + 1):
            term = value({**env, variable: mpmath.mpf(k)}, depth - 1)
            result = result * term if product else result + term
        return result

    return value


def _limit(node: sp.Limit) -> Callable[[Env], Value]:
    expression, variable, target, direction = node.args
    inner = compile_expression(expression)
    end = compile_expression(target)

    def approach(env: Env, at: Value, side: int) -> Value:
        values = []
        for exponent in (30, 45, 60):
            with mpmath.workdps(8 * exponent):
                step = mpmath.mpf(10) ** -exponent
                place = side / step if mpmath.isinf(at) else at + side * step
                values.append(inner({**env, variable: place}))
        with mpmath.workdps(500):
            first, second, third = values
            change, before = third - second, second - first
            return third - change * change / (change - before) if abs(change) > mpmath.mpf(10) ** -55 else third

    def value(env: Env) -> Value:
        at = end(env)
        if mpmath.isinf(at):
            return approach(env, at, 1 if at > 0 else -1)
        sides = {"+": [1], "-": [-1]}.get(str(direction), [1, -1])
        found = [approach(env, at, side) for side in sides]
        if abs(found[0] - found[-1]) > mpmath.mpf(10) ** -15 * (1 + abs(found[0])):
            raise Undefined("the limits from the two sides differ")
        return found[0]

    return value


def _substituted(node: sp.Subs) -> Callable[[Env], Value]:
    inner = compile_expression(node.expr)
    places = [(variable, compile_expression(point)) for variable, point in zip(node.variables, node.point, strict=True)]
    return lambda env: inner({**env, **{variable: place(env) for variable, place in places}})


def _number(fraction: Fraction) -> Value:
    return mpmath.mpf(fraction.numerator) / fraction.denominator


def _drawn(draw: int, name: str, count: int) -> tuple[list[Value], list[Value]]:
    amplitudes, slopes = draws.coefficients(draw, name, count)
    return [_number(value) for value in amplitudes], [_number(value) for value in slopes]


def _undefined_function(node: AppliedUndef) -> Callable[[Env], Value]:
    """A random smooth function: a sine of a random linear form, a square and a slow exponential."""
    arguments = [compile_expression(argument) for argument in node.args]
    name = f"{node.func.__name__}/{len(arguments)}"

    def value(env: Env) -> Value:
        at = [argument(env) for argument in arguments]
        (a, b, c, d), slopes = _drawn(env.get("draw", 0), name, len(at))
        form = mpmath.fsum(slope * number for slope, number in zip(slopes, at, strict=True))
        squares = mpmath.fsum(number * number * (position + 1) for position, number in enumerate(at))
        return a * mpmath.sin(form + b) + c + d * squares / 7 + mpmath.exp(form / 9)

    return value


def _indexed(node: sp.Indexed) -> Callable[[Env], Value]:
    name = str(node.base.label)
    indices = [compile_expression(index) for index in node.indices]
    positive = bool(node.base.label.is_positive)

    def value(env: Env) -> Value:
        place = tuple(int(index(env)) for index in indices)
        return _number(draws.entry(env.get("draw", 0), f"{name}{place}", positive))

    return value
