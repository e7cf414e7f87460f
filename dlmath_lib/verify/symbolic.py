"""Proofs by SymPy: an expression is zero, or has a sign.

Strategies run in a fixed order, cheap ones first, bounded by the size of the expression and never by a clock, so that
the outcome is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import sympy as sp

from dlmath_lib.verify.sampling import Domain

CALCULUS = (sp.Derivative, sp.Integral, sp.Sum, sp.Product, sp.Limit, sp.Subs)
MAX_OPERATIONS = 600


def work_out(expr: Any) -> Any:
    """Return `expr` with its derivatives, limits, sums and integrals carried out by SymPy."""
    if expr.has(*CALCULUS):
        expr = expr.doit()
    return expr


def domain_symbols(ranges: Mapping[sp.Symbol, Domain]) -> dict[sp.Symbol, Any]:
    """Return for each symbol an expression in symbols whose assumptions say what is known: each interval becomes t > 0.

    (a, ∞) becomes a + t, (−∞, b) becomes b − t, (a, b) becomes a + (b − a)·t/(1 + t). A symbol without assumptions becomes real.
    """
    changes: dict[sp.Symbol, Any] = {}
    for symbol, domain in ranges.items():
        if domain.complex or (domain.integer and domain.low == -sp.oo and domain.high == sp.oo):
            continue
        low, high = domain.low, domain.high
        if domain.integer:
            if low.is_finite and high == sp.oo:
                start = sp.floor(low) + 1
                changes[symbol] = start - 1 + sp.Dummy(symbol.name, integer=True, positive=True)
            continue
        if low == -sp.oo and high == sp.oo:
            if not symbol.is_real:
                changes[symbol] = sp.Dummy(symbol.name, real=True)
            continue
        t = sp.Dummy(symbol.name, positive=True)
        if high == sp.oo:
            if low != 0 or not symbol.is_positive:
                changes[symbol] = low + t
        elif low == -sp.oo:
            changes[symbol] = high - t
        else:
            changes[symbol] = low + (high - low) * t / (1 + t)
    return changes


def is_zero(expr: sp.Expr) -> bool:
    """Tell whether SymPy proves that `expr` is zero.

    >>> x = sp.Symbol("x", real=True)
    >>> is_zero(sp.tanh(x) - 2 / (1 + sp.exp(-2 * x)) + 1), is_zero(sp.sqrt(x**2) - x)
    (True, False)
    """
    return _is_zero(sp.sympify(expr))


@lru_cache(maxsize=4096)
def _is_zero(expr: sp.Expr) -> bool:
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
        except (NotImplementedError, TypeError, ValueError, sp.PolynomialError, AttributeError, RecursionError, ZeroDivisionError):
            continue
        if result == 0:
            return True
    return _zero_by_cases(expr)


def _rational(expr: sp.Expr) -> sp.Expr:
    return sp.together(sp.expand(expr)).as_numer_denom()[0].expand()


def _exponentials(expr: sp.Expr) -> sp.Expr:
    """Rewrite in exponentials, name each independent exponential, and cancel."""
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
    return sp.cancel(sp.together(expr.xreplace(replaced)))


def _logarithms(expr: sp.Expr) -> sp.Expr:
    return sp.expand(sp.expand_log(sp.expand_log(sp.factor_terms(expr).replace(sp.log, lambda a: sp.log(sp.factor(sp.together(a)))))))


def _piecewise(expr: sp.Expr) -> sp.Expr:
    return sp.simplify(sp.piecewise_fold(expr))


STRATEGIES: list[tuple[int, Callable[[sp.Expr], Any]]] = [
    (4000, sp.expand),
    (2000, _rational),
    (1500, _exponentials),
    (800, lambda e: sp.expand_trig(sp.expand(e)).expand()),
    (800, _logarithms),
    (600, lambda e: _exponentials(_logarithms(e))),
    (400, lambda e: sp.trigsimp(sp.expand(e))),
    (400, lambda e: sp.expand(sp.expand_func(e))),
    (400, lambda e: sp.gammasimp(sp.combsimp(e))),
    (400, lambda e: sp.radsimp(sp.powsimp(sp.expand(e, power_base=True)))),
    (300, sp.simplify),
    (150, lambda e: sp.simplify(e.rewrite(sp.exp))),
    (150, lambda e: sp.simplify(sp.expand_log(sp.simplify(e)))),
    (150, _piecewise),
]


BRANCHES = (sp.Abs, sp.Max, sp.Min, sp.Heaviside, sp.sign, sp.Piecewise)


def _zero_by_cases(expr: sp.Expr) -> bool:
    """Split the line of one symbol at the kinks of `expr` and prove each open interval and each kink."""
    if not expr.has(*BRANCHES):
        return False
    for symbol in sorted(expr.free_symbols, key=sp.default_sort_key):
        kinks = _kinks(expr, symbol)
        if kinks:
            return all(_is_zero(part) for part in _cases(expr, symbol, kinks))
    return False


def _kinks(expr: sp.Expr, symbol: sp.Symbol) -> list[Any]:
    """Return the numbers at which a branch of `expr` changes along `symbol`, in order; none when they are not numbers."""
    borders: list[sp.Expr] = []
    for node in expr.atoms(*BRANCHES):
        if isinstance(node, sp.Piecewise):
            for _, condition in node.args:
                borders += [relation.lhs - relation.rhs for relation in condition.atoms(sp.core.relational.Relational)]
        elif isinstance(node, (sp.Max, sp.Min)):
            borders += [a - b for i, a in enumerate(node.args) for b in node.args[:i]]
        else:
            borders.append(node.args[0])
    found: set[Any] = set()
    for border in borders:
        if not border.has(symbol):
            continue
        if border.free_symbols != {symbol}:
            return []
        try:
            roots = sp.solveset(border, symbol, sp.S.Reals)
        except (NotImplementedError, ValueError):
            return []
        if not isinstance(roots, sp.FiniteSet) and roots is not sp.S.EmptySet:
            return []
        found.update(roots)
    usable = [root for root in found if root.is_real and not root.free_symbols]
    return sorted(usable, key=lambda root: (sp.N(root, 30), sp.default_sort_key(root))) if len(usable) == len(found) else []


def _cases(expr: sp.Expr, symbol: sp.Symbol, kinks: list[Any]) -> Iterator[sp.Expr]:
    t = sp.Dummy("t", positive=True)
    places = [kinks[0] - t, kinks[-1] + t, *kinks]
    places += [a + (b - a) * t / (1 + t) for a, b in zip(kinks, kinks[1:], strict=False)]
    for place in places:
        if symbol.is_positive and place.is_nonpositive:
            continue
        if symbol.is_nonnegative and place.is_negative:
            continue
        yield _resolve(expr.xreplace({symbol: place}).doit())


def _resolve(expr: sp.Expr) -> sp.Expr:
    """Choose the branch of each Max, Min, Abs and Piecewise that the signs of the symbols decide."""
    expr = expr.replace(lambda e: isinstance(e, sp.core.relational.Relational), _decide)
    return expr.replace(lambda e: isinstance(e, (sp.Max, sp.Min)), _largest)


def _decide(relation: Any) -> Any:
    difference = sp.factor(sp.together(relation.lhs - relation.rhs))
    answer = relation.func(difference, 0)
    return answer if answer in (sp.true, sp.false) else relation


def _largest(node: Any) -> Any:
    best = node.args[0]
    for other in node.args[1:]:
        difference = sp.factor(sp.together(best - other))
        if difference.is_nonnegative:
            best = best if isinstance(node, sp.Max) else other
        elif difference.is_nonpositive:
            best = other if isinstance(node, sp.Max) else best
        else:
            return node
    return best
