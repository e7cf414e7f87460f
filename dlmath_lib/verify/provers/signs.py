"""Proofs that an expression is nonnegative, or positive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.calculus.util import minimum

from dlmath_lib.verify.provers.branches import BRANCHES, holds_by_cases, resolve
from dlmath_lib.verify.provers.domain import meant, work_out
from dlmath_lib.verify.provers.reductions import reductions
from dlmath_lib.verify.provers.slopes import smooth
from dlmath_lib.verify.provers.tangents import by_exponentials, by_logarithms
from dlmath_lib.verify.provers.whole import by_division
from dlmath_lib.verify.provers.zero import FAILURES, is_zero
from dlmath_lib.verify.sampling import Domain


@lru_cache(maxsize=2048)
def has_sign(expr: sp.Expr, strict: bool = False) -> bool:
    """Tell whether SymPy proves ``expr ≥ 0`` (``> 0`` when `strict`) for all values that its symbols may take.

    >>> x, y = sp.symbols("x y", real=True)
    >>> has_sign(x**2 - 2*x*y + y**2), has_sign(x**2 - y)
    (True, False)
    """
    expr = sp.sympify(expr)
    if expr.has(sp.floor, sp.ceiling) and by_division(expr, lambda case: _at_once(case, strict)):
        return True
    return has_sign_at_once(expr, strict) or _by(
        (_by_reduction, _by_convexity, _by_minimum, _by_signs, _by_cases), expr, strict
    )


@lru_cache(maxsize=2048)
def has_sign_at_once(expr: sp.Expr, strict: bool = False) -> bool:
    """Tell the same by what solves no equation and needs no other proof."""
    cheap = (_by_assumptions, _by_factors, _by_names, _by_bounds, _by_squares, _by_tangents)
    return _by(cheap, sp.sympify(expr), strict)


def _by(methods: Iterable[Callable[[sp.Expr, bool], bool]], expr: sp.Expr, strict: bool) -> bool:
    for method in methods:
        try:
            if method(expr, strict):
                return True
        except FAILURES:
            continue
    return False


def _known(expr: sp.Expr, strict: bool) -> bool:
    return bool(expr.is_positive if strict else expr.is_nonnegative)


def _by_assumptions(expr: sp.Expr, strict: bool) -> bool:
    return any(_known(form, strict) for form in (expr, sp.expand(expr)))


def _by_factors(expr: sp.Expr, strict: bool) -> bool:
    if expr.count_ops() > 800:
        return False
    top, bottom = sp.fraction(sp.together(expr))
    sign = 1
    for part, above in ((sp.factor(top), True), (sp.factor(bottom), False)):
        for factor in sp.Mul.make_args(part):
            wide, narrow = factor, sp.expand(factor)
            if wide.is_positive or narrow.is_positive:
                continue
            if wide.is_negative or narrow.is_negative:
                sign = -sign
            elif not strict and above and (wide.is_nonnegative or narrow.is_nonnegative):
                continue
            elif not strict and above and (wide.is_nonpositive or narrow.is_nonpositive):
                sign = -sign
            else:
                return False
    return sign > 0


def _by_names(expr: sp.Expr, strict: bool) -> bool:
    """Name each exponential u > 0, or 1 + u, (after rewriting hyperbolic functions) and factor."""
    expanded = sp.expand(expr.rewrite(sp.exp), power_exp=True)
    powers = sorted(expanded.atoms(sp.exp), key=sp.default_sort_key)
    if not powers:
        return False
    units: dict[Any, int] = {}
    split = {power: power.exp.as_coeff_Mul() for power in powers}
    for coefficient, rest in split.values():
        if not coefficient.is_Rational or not rest.is_real:
            return False
        units[rest] = sp.ilcm(units.get(rest, 1), coefficient.q)
    names = {rest: _exponential(rest) for rest in units}
    renamed = expanded.xreplace({p: names[rest] ** (c * units[rest]) for p, (c, rest) in split.items()})
    return _by_assumptions(renamed, strict) or _by_factors(renamed, strict) or _by_squares(renamed, strict)


def _exponential(rest: sp.Expr) -> sp.Expr:
    """Return a name for exp(rest), larger than one where `rest` is positive."""
    if rest.is_positive:
        return 1 + sp.Dummy(positive=True)
    return 1 + sp.Dummy(nonnegative=True) if rest.is_nonnegative else sp.Dummy(positive=True)


def _by_squares(expr: sp.Expr, strict: bool, depth: int = 6) -> bool:
    """Complete the square: a·v² + b·v + c ≥ 0 when a ≥ 0 and 4ac − b² ≥ 0."""
    if depth == 0 or expr.count_ops() > 600:
        return False
    top, bottom = sp.fraction(sp.together(expr))
    if not bottom.is_positive:
        return False
    for variable in sorted(top.free_symbols, key=sp.default_sort_key):
        if not top.is_polynomial(variable):
            continue
        polynomial = sp.Poly(top, variable)
        if polynomial.degree() != 2:
            continue
        a, b, c = (polynomial.coeff_monomial(variable**k) for k in (2, 1, 0))
        rest = sp.factor(sp.expand(4 * a * c - b**2))
        if strict:
            sure = has_sign(a, True) and (
                _known(rest, True) or _by_factors(rest, True) or _by_squares(rest, True, depth - 1)
            )
        else:
            sure = _semidefinite(a, depth) and _semidefinite(rest, depth)
        if sure:
            return True
    return False


def _semidefinite(expr: sp.Expr, depth: int) -> bool:
    return _known(sp.expand(expr), False) or _by_factors(expr, False) or _by_squares(expr, False, depth - 1)


def _by_reduction(expr: sp.Expr, strict: bool) -> bool:
    return any(all(has_sign(part, sharp) for part, sharp in parts) for parts in reductions(expr, strict))


def _by_tangents(expr: sp.Expr, strict: bool) -> bool:
    return by_exponentials(expr, strict, _at_once) or by_logarithms(expr, strict, _at_once)


def _at_once(expr: sp.Expr, strict: bool) -> bool:
    return (not strict and expr == 0) or any(
        method(expr, strict) for method in (_by_assumptions, _by_factors, _by_squares)
    )


BOUNDS = {sp.sin: 1, sp.cos: 1, sp.tanh: 1, sp.erf: 1, sp.atan: sp.pi / 2}


def _by_bounds(expr: sp.Expr, strict: bool) -> bool:
    """Put its least value for each bounded function in which `expr` is linear with a coefficient of known sign."""
    bounded = sorted((f for f in expr.atoms(*BOUNDS) if f.args[0].is_real), key=sp.default_sort_key)
    if not bounded:
        return False
    names = {node: sp.Dummy(real=True) for node in bounded}
    linear = sp.expand(expr.xreplace(names))
    least, open_ended = linear, False
    for node, name in names.items():
        weight = linear.coeff(name, 1)
        if weight.has(*names.values()) or sp.expand(linear - weight * name).has(name):
            return False
        if not (weight.is_nonnegative or weight.is_nonpositive):
            return False
        least = least.xreplace({name: sp.sympify(BOUNDS[node.func]) * (-1 if weight.is_nonnegative else 1)})
        open_ended |= bool(not isinstance(node, (sp.sin, sp.cos)) and weight.is_nonzero)
    return _by_assumptions(least, strict and not open_ended) or _by_factors(least, strict and not open_ended)


def _by_convexity(expr: sp.Expr, strict: bool) -> bool:
    """A convex function is nowhere below its value at a stationary point."""
    for variable in _variables(expr):
        slope = sp.diff(expr, variable)
        if not (has_simple_sign(sp.diff(slope, variable))):
            continue
        for point in _stationary(slope, variable):
            value = sp.simplify(expr.subs(variable, point))
            if (not strict and is_zero(value)) or has_simple_sign(value, strict):
                return True
    return False


def has_simple_sign(expr: sp.Expr, strict: bool = False) -> bool:
    """Tell whether assumptions, factors or names for exponentials prove the sign."""
    expr = sp.simplify(expr) if expr.count_ops() < 80 else expr
    return any(method(expr, strict) for method in (_by_assumptions, _by_factors, _by_names, _by_bounds))


def convex_on(large: sp.Expr, small: sp.Expr, ranges: Mapping[sp.Symbol, Domain], strict: bool) -> bool:
    """Prove large ≥ small by convexity in one symbol, whose interval may have any ends."""
    try:
        return any(_convex_in(symbol, large, small, ranges, strict) for symbol in ranges)
    except FAILURES:
        return False


def _convex_in(
    symbol: sp.Symbol, large: sp.Expr, small: sp.Expr, ranges: Mapping[sp.Symbol, Domain], strict: bool
) -> bool:
    expr = work_out(large) - work_out(small)
    domain = ranges[symbol]
    if domain.integer or domain.complex or domain.conditions or not smooth(meant((expr,), ranges)[0]):
        return False
    slope = sp.diff(expr, symbol)
    if not has_simple_sign(meant((sp.diff(slope, symbol),), ranges)[0]):
        return False
    for root in sp.solve(sp.together(sp.expand_log(slope, force=True)), symbol):
        away = [root - domain.low] * (domain.low != -sp.oo) + [domain.high - root] * (domain.high != sp.oo)
        here = [expr.xreplace({symbol: root}), slope.xreplace({symbol: root}), *away, root]
        value, zero, *inside, place = meant(tuple(here), ranges)
        if not (place.is_real and is_zero(zero) and all(has_simple_sign(side, True) for side in inside)):
            continue
        if (not strict and is_zero(value)) or has_simple_sign(value, strict):
            return True
    return False


def _variables(expr: sp.Expr) -> list[sp.Symbol]:
    if expr.count_ops() > 120 or not smooth(expr):
        return []
    return sorted((s for s in expr.free_symbols if s.is_real and not s.is_integer), key=sp.default_sort_key)


def _stationary(slope: sp.Expr, variable: sp.Symbol) -> list[Any]:
    roots = sp.solve(sp.together(slope), variable)
    return [root for root in roots if root.is_real and _admits(variable, root)]


def _admits(variable: sp.Symbol, root: sp.Expr) -> bool:
    """Tell whether the root surely keeps the sign that its variable must have."""
    facts = ("is_positive", "is_negative", "is_nonnegative", "is_nonpositive")
    return all(getattr(root, fact) for fact in facts if getattr(variable, fact))


def _by_minimum(expr: sp.Expr, strict: bool) -> bool:
    """One real symbol, no singularity: the least value over the line or half line is not negative."""
    variables = _variables(expr)
    if len(variables) != 1 or len(expr.free_symbols) != 1:
        return False
    variable = variables[0]
    if not _one_generator(expr, variable):
        return False
    domain = sp.Interval.open(0, sp.oo) if variable.is_positive else sp.S.Reals
    x = sp.Dummy("x", real=True)
    least = minimum(expr.xreplace({variable: x}), x, domain)
    return bool(least.is_positive if strict else least.is_nonnegative)


def _one_generator(expr: sp.Expr, variable: sp.Symbol) -> bool:
    """Tell whether `expr` is made of one function of the symbol, or of powers alone: else solving may not end."""
    functions = {node for node in expr.atoms(sp.Function) if node.has(variable)}
    if not functions:
        return True
    return len({node.args for node in functions}) == 1 and not expr.xreplace(dict.fromkeys(functions, sp.S.One)).has(
        variable
    )


def _by_signs(expr: sp.Expr, strict: bool) -> bool:
    """A − B·|e| with B > 0 has a sign when A − B·e and A + B·e have it."""
    for node in sorted(expr.atoms(sp.Abs), key=sp.default_sort_key):
        size = sp.Dummy(nonnegative=True)
        linear = expr.xreplace({node: size})
        weight = sp.diff(linear, size)
        if weight.has(size) or not _known(-weight, False):
            continue
        return all(has_sign(linear.xreplace({size: sign * node.args[0]}), strict) for sign in (1, -1))
    return False


def _by_cases(expr: sp.Expr, strict: bool) -> bool:
    if not expr.has(*BRANCHES):
        return False
    clear = resolve(expr)
    if clear != expr:
        return has_sign(clear, strict)
    return holds_by_cases(expr, lambda part, _: has_sign(part, strict))
