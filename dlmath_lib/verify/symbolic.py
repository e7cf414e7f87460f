"""Proofs by SymPy: an expression is zero, or has a sign.

Strategies run in a fixed order, cheap ones first, bounded by the size of the expression and never by a clock, so that
the outcome is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from dlmath_lib.verify.branches import decide, zero_by_cases
from dlmath_lib.verify.sampling import Domain

CALCULUS = (sp.Derivative, sp.Integral, sp.Sum, sp.Product, sp.Limit, sp.Subs)
MAX_OPERATIONS = 600


def work_out(expr: Any) -> Any:
    """Return `expr` with its derivatives, limits, sums and integrals carried out by SymPy."""
    if expr.has(*CALCULUS):
        expr = expr.doit()
    return expr


def meant(sides: tuple[Any, ...], ranges: Mapping[sp.Symbol, Domain]) -> list[Any]:
    """Return the sides with calculus carried out, in symbols whose assumptions say what the domain says.

    A symbol without assumptions becomes real. For the open interval (a, ∞) it becomes a + t with t > 0, for (−∞, b)
    b − t, for (a, b) a + (b − a)·t/(1 + t). Calculus comes first: nobody differentiates with respect to a + t.
    """
    signed = {symbol: _signed(symbol, domain) for symbol, domain in ranges.items()}
    changed = {old: new for old, new in signed.items() if old != new}
    worked = [work_out(side.xreplace(changed)) for side in sides]
    stretched = {signed[symbol]: _stretched(signed[symbol], domain) for symbol, domain in ranges.items()}
    places = {symbol: place for symbol, place in stretched.items() if place is not None}
    worked = [_choose(side, places) if side.has(sp.Piecewise) else side for side in worked]
    places = {symbol: place for symbol, place in places.items() if not any(_bound(side, symbol) for side in worked)}
    return [side.xreplace(places) for side in worked] if places else worked


def _choose(expr: Any, places: Mapping[sp.Symbol, Any]) -> Any:
    """Replace each condition that the domain decides by its truth value."""

    def decided(relation: Any) -> Any:
        moved = relation.xreplace(dict(places))
        answer = decide(moved) if isinstance(moved, Relational) else moved
        return answer if answer in (sp.true, sp.false) else relation

    return expr.replace(lambda e: isinstance(e, Relational), decided)


def _signed(symbol: sp.Symbol, domain: Domain) -> sp.Symbol:
    """Return a symbol that knows the sign that the domain gives it."""
    if domain.complex:
        return symbol
    facts: dict[str, bool] = {"integer": True} if domain.integer else {"real": True}
    if domain.low >= 0:
        facts["positive"] = True
    elif domain.high <= 0:
        facts["negative"] = True
    elif domain.integer and domain.low >= -1:
        facts["nonnegative"] = True
    if all(symbol.assumptions0.get(fact) for fact in facts):
        return symbol
    return sp.Dummy(symbol.name, **facts)


def _stretched(symbol: sp.Symbol, domain: Domain) -> Any:
    """Return an expression in t > 0 that runs through the domain, or None when the symbol's own sign says it all."""
    low, high = domain.low, domain.high
    if domain.complex or (low in (-sp.oo, 0) and high in (0, sp.oo)):
        return None
    if domain.integer:
        start = sp.floor(low) + 1
        return start + sp.Dummy(symbol.name, integer=True, nonnegative=True) if high == sp.oo and start > 1 else None
    t = sp.Dummy(symbol.name, positive=True)
    if high == sp.oo:
        return low + t
    if low == -sp.oo:
        return high - t
    return low + (high - low) * t / (1 + t)


def _bound(side: Any, symbol: sp.Symbol) -> bool:
    return any(node.has(symbol) for node in side.atoms(*CALCULUS))


def is_zero(expr: sp.Expr, kinks_excused: bool = False) -> bool:
    """Tell whether SymPy proves that `expr` is zero; with `kinks_excused`, everywhere but at its kinks.

    >>> x = sp.Symbol("x", real=True)
    >>> is_zero(sp.tanh(x) - 2 / (1 + sp.exp(-2 * x)) + 1), is_zero(sp.sqrt(x**2) - x)
    (True, False)
    """
    return _is_zero(sp.sympify(expr), kinks_excused)


@lru_cache(maxsize=4096)
def _is_zero(expr: sp.Expr, kinks_excused: bool) -> bool:
    if expr == 0 or expr.is_zero:
        return True
    if expr.is_Number:
        return False
    size = expr.count_ops()
    for limit, strategy in STRATEGIES:
        if size > limit:
            continue
        try:
            result = strategy(expr)
        except (
            NotImplementedError,
            TypeError,
            ValueError,
            sp.PolynomialError,
            AttributeError,
            RecursionError,
            ZeroDivisionError,
        ):
            continue
        if result == 0:
            return True
    return zero_by_cases(expr, lambda part: _is_zero(part, kinks_excused), kinks_excused)


def _rational(expr: sp.Expr) -> sp.Expr:
    return sp.together(sp.expand(expr)).as_numer_denom()[0].expand()


def _exponentials(expr: sp.Expr) -> sp.Expr:
    """Rewrite in exponentials, name each independent exponential, and return the expanded numerator."""
    expr = expr.rewrite(sp.exp)
    expr = sp.expand(expr, power_exp=True, mul=True, deep=True)
    changes: dict[Any, Any] = {}
    for power in sorted(expr.atoms(sp.exp), key=sp.default_sort_key):
        coefficient, rest = power.exp.as_coeff_Mul()
        changes[power] = (coefficient, rest)
    units: dict[Any, int] = {}
    for coefficient, rest in changes.values():
        if coefficient.is_Rational:
            units[rest] = sp.ilcm(units.get(rest, 1), coefficient.q)
    names = {rest: sp.Dummy(positive=True) for rest in units}
    replaced = {
        power: names[rest] ** (coefficient * units[rest])
        for power, (coefficient, rest) in changes.items()
        if coefficient.is_Rational
    }
    return sp.expand(sp.numer(sp.together(expr.xreplace(replaced))))


def _logarithms(expr: sp.Expr) -> sp.Expr:
    return sp.expand(
        sp.expand_log(sp.expand_log(sp.factor_terms(expr).replace(sp.log, lambda a: sp.log(sp.factor(sp.together(a))))))
    )


def _sums(expr: sp.Expr) -> sp.Expr:
    """Split sums term by term, pull out what does not depend on the index, and use the binomial theorem."""
    return expr.replace(lambda e: isinstance(e, sp.Sum) and len(e.limits) == 1, _split_sum)


def _split_sum(node: sp.Sum) -> sp.Expr:
    index, low, high = node.limits[0]
    total = sp.Integer(0)
    for term in sp.Add.make_args(sp.expand(node.function)):
        constant, rest = term.as_independent(index, as_Add=False)
        total += constant * (_binomial(rest, index, low, high) or sp.Sum(rest, (index, low, high)).doit())
    return total


def _binomial(term: sp.Expr, index: sp.Symbol, low: Any, high: Any) -> sp.Expr | None:
    """Return Σ binomial(n, i)·c·ρⁱ = c·(1 + ρ)ⁿ, less the terms before `low`; None for another sum."""
    if not term.has(sp.binomial(high, index)) or not low.is_Integer or low < 0:
        return None
    rest = term / sp.binomial(high, index)
    ratio = sp.powsimp(sp.simplify(rest.xreplace({index: index + 1}) / rest))
    if ratio.has(index):
        return None
    whole = rest.xreplace({index: sp.Integer(0)}) * (1 + ratio) ** high
    return whole - sp.Add(*(sp.expand_func(term.xreplace({index: sp.Integer(k)})) for k in range(int(low))))


def _piecewise(expr: sp.Expr) -> sp.Expr:
    return sp.simplify(sp.piecewise_fold(expr))


STRATEGIES: list[tuple[int, Callable[[sp.Expr], Any]]] = [
    (4000, sp.expand),
    (2000, _rational),
    (600, _exponentials),
    (800, lambda e: sp.expand_trig(sp.expand(e)).expand()),
    (800, _logarithms),
    (300, lambda e: _exponentials(_logarithms(e))),
    (800, lambda e: sp.expand(sp.expand_log(e.rewrite(sp.log)))),
    (800, lambda e: sp.expand(_sums(e))),
    (200, lambda e: sp.powsimp(sp.expand(_sums(e), power_base=True), force=False).simplify()),
    (120, lambda e: sp.trigsimp(sp.expand(e))),
    (400, lambda e: sp.expand(sp.expand_func(e))),
    (200, lambda e: sp.gammasimp(sp.combsimp(e))),
    (150, lambda e: sp.radsimp(sp.powsimp(sp.expand(e, power_base=True)))),
    (120, sp.simplify),
    (60, lambda e: sp.simplify(e.rewrite(sp.exp))),
    (60, lambda e: sp.simplify(sp.expand_log(sp.simplify(e)))),
    (100, _piecewise),
]
