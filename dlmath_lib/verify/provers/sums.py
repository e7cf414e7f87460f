"""Finite sums with symbolic ends: split term by term, constants in front, one name for each bound index, closed forms.

A sum of products of sums becomes a polynomial in sums that depend on nothing, so that Σ(xᵢ − x̄)² needs no rule of its
own. Sums with binomial coefficients come from the binomial theorem, differentiated: Σ k(k−1)…(k−j+1)·C(n, k)·ρᵏ is
n(n−1)…(n−j+1)·ρʲ(1 + ρ)ⁿ⁻ʲ.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

UNTOUCHED = (sp.Piecewise, sp.Heaviside, sp.Abs, sp.Max, sp.Min, sp.sign, sp.floor, sp.ceiling)


def has_sums(expr: Any) -> bool:
    """Tell whether `expr` holds a sum or product."""
    return bool(expr.has(sp.Sum, sp.Product))


def rewrite_sums(expr: Any) -> Any:
    """Return `expr` with its sums, from the inside to the outside, in the form of this module.

    >>> i, j = sp.symbols("i j", integer=True)
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> x = sp.IndexedBase("x", real=True)
    >>> mean = sp.Sum(x[j], (j, 1, n)) / n
    >>> left, right = sp.Sum((x[i] - mean)**2, (i, 1, n)), sp.Sum(x[i]**2, (i, 1, n)) - n * mean**2
    >>> sp.expand(rewrite_sums(left - right))
    0
    """
    return expr.replace(lambda e: isinstance(e, sp.Sum) and all(len(limit) == 3 for limit in e.limits), _sum)


def _sum(node: sp.Sum) -> Any:
    total = node.function
    for index, low, high in node.limits:
        total = _single(total, index, low, high)
    return total


def _single(function: Any, index: sp.Symbol, low: Any, high: Any) -> Any:
    total = sp.Integer(0)
    powers = _binomial_powers(function, index)
    terms = sp.Add.make_args(sp.expand(function, power_base=powers is None, power_exp=powers is None))
    if len(terms) > 1 and not (low.is_finite and high.is_finite):
        return sp.Sum(function, (index, low, high))  # the parts of a series that converges may diverge
    for term in terms:
        constant, rest = term.as_independent(index, as_Add=False)
        value = _binomial(rest, index, low, high)
        total += constant * (_plain(rest, index, low, high) if value is None else value)
    return total


def _binomial_powers(function: Any, index: sp.Symbol) -> Any:
    """Return a binomial coefficient of `function`: beside one, powers stay whole."""
    return next((node for node in function.atoms(sp.binomial) if node.has(index)), None)


def _plain(rest: Any, index: sp.Symbol, low: Any, high: Any) -> Any:
    bound = _bound_name(1 + max((_level(s) for s in rest.atoms(sp.Dummy)), default=-1))
    renamed = sp.Sum(rest.xreplace({index: bound}), (bound, low, high))
    opaque = rest.has(sp.binomial, sp.Indexed, AppliedUndef, sp.Sum, *UNTOUCHED)
    if opaque and not (high - low).is_Integer:
        return renamed
    return renamed.doit()


NAME = "index"


@lru_cache(maxsize=64)
def _bound_name(level: int) -> sp.Dummy:
    """Return the one name of the bound index of sums that have `level` sums inside."""
    return sp.Dummy(f"{NAME}{level}", integer=True)


def _level(symbol: sp.Dummy) -> int:
    text = symbol.name.removeprefix(NAME)
    return int(text) if text.isdigit() and symbol == _bound_name(int(text)) else -1


def _binomial(term: Any, index: sp.Symbol, low: Any, high: Any) -> Any:
    """Return Σ q(i)·C(n, i)·c·ρⁱ over i = low … n for a polynomial q; None for another sum."""
    choose = sp.binomial(high, index)
    if not term.has(choose) or not low.is_Integer or low < 0 or not _counts(high):
        return None
    whole = term / choose
    if whole.has(sp.binomial):
        return None
    factor, rest = sp.Integer(1), sp.Integer(1)
    for part in sp.Mul.make_args(whole):
        if part.is_polynomial(index):
            factor *= part
        else:
            rest *= part
    # At a zero of the ratio's denominator the sum has its value by continuity: it is a polynomial.
    ratio = sp.powsimp(sp.simplify(rest.xreplace({index: index + 1}) / rest))
    if ratio.has(index):
        return None
    top, bottom = sp.fraction(sp.together(1 + ratio))
    at_zero = sp.powsimp(rest.xreplace({index: sp.Integer(0)}))
    value, left = sp.Integer(0), sp.Poly(factor, index)
    for order in range(left.degree(), -1, -1):
        lead = left.coeff_monomial(index**order)
        falling = sp.expand(sp.ff(index, order)) if order else sp.Integer(1)
        left = left - sp.Poly(lead * sp.expand_func(falling), index)
        whole = top ** (high - order) * bottom ** (order - high) * at_zero
        value += lead * sp.expand_func(sp.ff(high, order)) * ratio**order * whole
    before = (sp.expand_func(term.xreplace({index: sp.Integer(k)})) for k in range(int(low)))
    return value - sp.Add(*before)


def _counts(number: Any) -> bool:
    return bool(number.is_integer and number.is_nonnegative)
