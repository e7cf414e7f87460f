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
from sympy.functions.elementary.hyperbolic import HyperbolicFunction
from sympy.functions.elementary.trigonometric import TrigonometricFunction

from dlmath_lib.verify.provers.branches import Excused, zero_by_cases
from dlmath_lib.verify.provers.exchange import in_one_order
from dlmath_lib.verify.provers.sums import rewrite_sums
from dlmath_lib.verify.provers.whole import by_division, roots_of_unity

Strategy = tuple[float, tuple[Any, ...], Callable[[sp.Expr], Any]]
# What SymPy raises where it does not know how to go on.
FAILURES = (
    NotImplementedError,
    TypeError,
    ValueError,
    sp.PolynomialError,
    AttributeError,
    RecursionError,
    ZeroDivisionError,
    StopIteration,  # sympy.simplify's sum_add, of two sums of which one stands in a product
)


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


def _by(strategies: list[Strategy], expr: sp.Expr, size: int) -> bool:
    """Tell whether one of the strategies that are meant for this size, and for what it holds, makes zero of `expr`."""
    for limit, kinds, strategy in strategies:
        if size > limit or (kinds and not expr.has(*kinds)):
            continue
        try:
            result = strategy(expr)
        except FAILURES:
            continue
        if result == 0:
            return True
    return False


def _rational(expr: sp.Expr) -> sp.Expr:
    return sp.together(sp.expand(expr)).as_numer_denom()[0].expand()


def _exponentials(expr: sp.Expr) -> sp.Expr:
    """Rewrite in exponentials, name each independent exponential, and return the expanded numerator."""
    expr = expr.rewrite(sp.exp)
    if not expr.has(sp.exp):
        return expr
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


def _rewritten(expr: sp.Expr, kind: Any, then: Callable[[sp.Expr], Any]) -> Any:
    """Go on with what is rewritten by one function; where nothing is, the other strategies say as much."""
    new = expr.rewrite(kind)
    return expr if new == expr else then(new)


# (the largest size, what an expression must hold, and the strategy). Expansion decides most; SymPy's own question,
# whether an expression is zero, costs as much as several expansions. Logarithms come before fractions of them.
WAVES = (TrigonometricFunction, HyperbolicFunction)
COUNTS = (sp.gamma, sp.factorial, sp.binomial, sp.beta, sp.RisingFactorial, sp.FallingFactorial, sp.factorial2)
CHEAP: list[Strategy] = [
    (4000, (), sp.expand),
    (math.inf, (), lambda e: 0 if e.is_zero else e),
    (800, (sp.log,), _logarithms),
    (2000, (), _rational),
    (600, (sp.exp, sp.Pow, *WAVES), _exponentials),
    (800, WAVES, lambda e: sp.expand_trig(sp.expand(e)).expand()),
    (300, (sp.log,), lambda e: _exponentials(_logarithms(e))),
    (800, (sp.Function,), lambda e: _rewritten(e, sp.log, lambda new: sp.expand(sp.expand_log(new)))),
    (800, (sp.Sum,), lambda e: sp.expand(rewrite_sums(e))),
    (800, (sp.Sum,), lambda e: sp.expand(in_one_order(e))),
    (400, (sp.I,), lambda e: sp.expand(roots_of_unity(e))),
]

DEAR: list[Strategy] = [
    (200, (), lambda e: sp.powsimp(sp.expand(rewrite_sums(e), power_base=True), force=False).simplify()),
    (120, WAVES, lambda e: sp.trigsimp(sp.expand(e))),
    (400, (sp.Function,), lambda e: sp.expand(sp.expand_func(e))),
    (200, COUNTS, lambda e: sp.gammasimp(sp.combsimp(e))),
    (150, (sp.Pow,), lambda e: sp.radsimp(sp.powsimp(sp.expand(e, power_base=True)))),
    (120, (), sp.simplify),
    (60, (), lambda e: _rewritten(e, sp.exp, sp.simplify)),
    (60, (sp.log,), lambda e: sp.simplify(sp.expand_log(sp.simplify(e)))),
    (100, (sp.Piecewise,), _piecewise),
]
