"""Proofs by SymPy that an expression is zero.

Strategies run in a fixed order, cheap ones first, bounded by the size of the expression and never by a clock, so that
the outcome is the same on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy as sp

from dlmath_lib.verify.provers.branches import Excused, zero_by_cases
from dlmath_lib.verify.provers.sums import rewrite_sums
from dlmath_lib.verify.provers.whole import by_division, roots_of_unity


def is_zero(expr: sp.Expr, excused: Excused = ()) -> bool:
    """Tell whether SymPy proves that `expr` is zero, wherever none of the `excused` expressions is zero.

    >>> x = sp.Symbol("x", real=True)
    >>> is_zero(sp.tanh(x) - 2 / (1 + sp.exp(-2 * x)) + 1), is_zero(sp.sqrt(x**2) - x)
    (True, False)
    """
    return _is_zero(sp.sympify(expr), excused)


@lru_cache(maxsize=4096)
def _is_zero(expr: sp.Expr, excused: Excused) -> bool:
    if expr.is_Number:
        return bool(expr == 0)
    if expr.has(sp.floor, sp.ceiling) and by_division(expr, lambda case: bool(sp.expand(case) == 0)):
        return True
    size = expr.count_ops()
    if _by(CHEAP, expr, size):
        return True
    # The cases of a branch are small; to simplify the whole costs more than all of them.
    return zero_by_cases(expr, _is_zero, excused) or _by(DEAR, expr, size)


def _by(strategies: list[tuple[float, Callable[[sp.Expr], Any]]], expr: sp.Expr, size: int) -> bool:
    """Tell whether one of the strategies that are meant for this size makes zero of `expr`."""
    for limit, strategy in strategies:
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
    return False


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


def _piecewise(expr: sp.Expr) -> sp.Expr:
    return sp.simplify(sp.piecewise_fold(expr))


# Expansion decides most; SymPy's own question, whether an expression is zero, costs as much as several expansions.
CHEAP: list[tuple[float, Callable[[sp.Expr], Any]]] = [
    (4000, sp.expand),
    (math.inf, lambda e: 0 if e.is_zero else e),
    (2000, _rational),
    (600, _exponentials),
    (800, lambda e: sp.expand_trig(sp.expand(e)).expand()),
    (800, _logarithms),
    (300, lambda e: _exponentials(_logarithms(e))),
    (800, lambda e: sp.expand(sp.expand_log(e.rewrite(sp.log)))),
    (800, lambda e: sp.expand(rewrite_sums(e))),
    (400, lambda e: sp.expand(roots_of_unity(e))),
]

DEAR: list[tuple[float, Callable[[sp.Expr], Any]]] = [
    (200, lambda e: sp.powsimp(sp.expand(rewrite_sums(e), power_base=True), force=False).simplify()),
    (120, lambda e: sp.trigsimp(sp.expand(e))),
    (400, lambda e: sp.expand(sp.expand_func(e))),
    (200, lambda e: sp.gammasimp(sp.combsimp(e))),
    (150, lambda e: sp.radsimp(sp.powsimp(sp.expand(e, power_base=True)))),
    (120, sp.simplify),
    (60, lambda e: sp.simplify(e.rewrite(sp.exp))),
    (60, lambda e: sp.simplify(sp.expand_log(sp.simplify(e)))),
    (100, _piecewise),
]
