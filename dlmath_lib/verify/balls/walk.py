"""From a SymPy tree to its value in ball arithmetic: every number carries a bound of its error.

SymPy is used to walk the tree, never to simplify it, so that a wrong simplification cannot confirm itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import count
from typing import Any

import sympy as sp
from flint import acb, arb, fmpq
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, BooleanAtom, Not, Or

from dlmath_lib.verify import draws
from dlmath_lib.verify.balls.errors import Undecided, Undefined, Unsupported
from dlmath_lib.verify.balls.functions import CUT_VALUES, TAYLOR, VALUES, call, checked, inverse, power, real
from dlmath_lib.verify.balls.jets import Jet, base, variable

Number = Any
Env = Mapping[Any, Any]
Value = Callable[[Env], Number]

_tags = count(1)
_cache: dict[Any, Value] = {}
MOST_CACHED = 20000


def compile_expression(expr: Any) -> Value:
    """Return `expr` as a function of an environment; the same object for the same expression.

    An environment holds the value of each symbol, and under words: ``exact`` (the symbols' values as SymPy numbers),
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


def rational(value: Any) -> acb:
    """Return the ball of a rational number at the present precision."""
    return acb(fmpq(int(value.p), int(value.q)))


def bound(env: Env, symbol: Any, value: Number, exact: Any = None) -> dict[Any, Any]:
    """Return the environment with another value of a symbol."""
    known = {s: v for s, v in env["exact"].items() if s != symbol}
    if exact is not None:
        known[symbol] = exact
    return {**env, symbol: value, "exact": known}


def _exactly(expr: Any, env: Env) -> Any:
    """Return a real expression as an exact rational, or None: what balls that straddle zero cannot tell."""
    value = expr.xreplace(env["exact"])
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
    if expr.is_Rational:
        return lambda env: rational(expr)
    if expr in CONSTANTS:
        constant = CONSTANTS[expr]
        return lambda env: constant()
    return _undefined


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
    whole = int(expr.exp) if expr.exp.is_Integer else None
    if whole is not None and whole < 0:
        return lambda env: _inverse(expr.base, power(inner(env), None, -whole, False), env)

    def value(env: Env) -> Number:
        exponent: Number = None if whole is not None else outer(env)
        number = whole
        if number is None and not isinstance(exponent, Jet) and exponent.is_exact() and exponent.imag.is_zero():
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
        if _exactly(expr, env) == 0:
            raise Undefined from None
        raise


def _function(expr: Any) -> Value:
    kind = type(expr)
    if len(expr.args) != 1:
        return _of_several(expr)
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
            if _exactly(expr.args[0], env) == 0:
                raise Undefined from None
            raise

    return value


def _of_several(expr: Any) -> Value:
    function = SEVERAL[type(expr)]
    parts = [compile_expression(arg) for arg in expr.args]

    def value(env: Env) -> Number:
        numbers = [part(env) for part in parts]
        if any(isinstance(number, Jet) for number in numbers):
            raise Unsupported(f"no Taylor series of {type(expr).__name__}")
        if env["analytic"]:
            return acb("nan")
        return checked(function(*numbers), *numbers)

    return value


def _binomial(n: acb, k: acb) -> acb:
    of, chosen = n.real.unique_fmpz(), k.real.unique_fmpz()
    if of is not None and chosen is not None and n.is_exact() and k.is_exact() and of >= 0:
        return acb(math.comb(int(of), int(chosen))) if chosen >= 0 else acb(0)
    return (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma()


def _real_root(z: acb, order: acb | None = None) -> acb:
    index = 2 if order is None else integer(order)
    if real(z) < 0 and index % 2:
        return -((-z).root(index))
    return z.root(index)


def _kronecker(a: acb, b: acb) -> acb:
    if (a - b).is_zero():
        return acb(1)
    if a.overlaps(b):
        raise Undecided
    return acb(0)


SEVERAL: dict[Any, Callable[..., acb]] = {
    sp.binomial: _binomial, sp.beta: lambda a, b: a.gamma() * b.gamma() * (a + b).rgamma(),
    sp.lowergamma: lambda s, z: z.gamma_lower(s), sp.uppergamma: lambda s, z: z.gamma_upper(s),
    sp.besselj: lambda n, z: z.bessel_j(n), sp.besseli: lambda n, z: z.bessel_i(n),
    sp.bessely: lambda n, z: z.bessel_y(n), sp.besselk: lambda n, z: z.bessel_k(n),
    sp.expint: lambda n, z: z.expint(n), sp.polygamma: lambda n, z: z.polygamma(n),
    sp.polylog: lambda s, z: z.polylog(s), sp.RisingFactorial: lambda z, n: (z + n).gamma() * z.rgamma(),
    sp.FallingFactorial: lambda z, n: (z + 1).gamma() * (z - n + 1).rgamma(),
    sp.atan2: lambda y, x: acb(arb.atan2(real(y), real(x))), sp.KroneckerDelta: _kronecker,
}  # fmt: skip


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
    exact = _exactly(expr, env)
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
        exact = _exactly(argument, env)
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


def _derivative(expr: sp.Derivative) -> Value:
    inner = compile_expression(expr.expr)
    orders = [(symbol, compile_expression(sp.sympify(number))) for symbol, number in expr.variable_count]

    def value(env: Env) -> Number:
        place: dict[Any, Any] = dict(env)
        wanted: dict[int, int] = {}
        factor = 1
        for symbol, order in orders:
            if symbol not in env:
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
            if env["analytic"] is None and (exact := _exactly(at, env)) is not None:
                known[symbol] = exact
        return inner({**place, "exact": known})

    return value


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


BUILDERS: dict[Any, Callable[[Any], Value]] = {
    sp.Symbol: _symbol, sp.Number: _number, sp.NumberSymbol: _number, sp.core.numbers.ImaginaryUnit: _number,
    sp.core.numbers.ComplexInfinity: _number, sp.Add: _sum, sp.Mul: _product, sp.Pow: _power, sp.log: _log,
    sp.Abs: _abs, sp.Max: _extreme, sp.Min: _extreme, sp.sign: _step, sp.Heaviside: _step, sp.floor: _rounded,
    sp.ceiling: _rounded, sp.frac: _rounded, sp.Mod: _modulo, sp.DiracDelta: _dirac, sp.arg: _argument,
    sp.re: _coefficientwise(lambda v: acb(v.real)), sp.im: _coefficientwise(lambda v: acb(v.imag)),
    sp.conjugate: _coefficientwise(acb.conjugate), sp.Piecewise: _piecewise, sp.Derivative: _derivative,
    sp.Subs: _substituted, AppliedUndef: _open_function, sp.Indexed: _indexed,
    **dict.fromkeys(SEVERAL, _of_several),
}  # fmt: skip

__all__ = ["BUILDERS", "Env", "Number", "Value", "bound", "compile_expression", "integer", "rational"]
