"""Proofs by SymPy that an expression is zero.

Strategies run in a fixed order, cheap ones first, bounded by the size of the expression and never by a clock, so that
the outcome is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy as sp

from dlmath_lib.verify.provers.branches import zero_by_cases


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
