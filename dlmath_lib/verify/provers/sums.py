"""Finite sums with symbolic ends: split term by term, constants in front, one name for each bound index, closed forms.

Sums over shifted ranges become one sum and what is left at its ends, so that telescoping sums cancel.
A sum of products of sums becomes a polynomial in sums that depend on nothing, so that Σ(xᵢ − x̄)² needs no rule of its
own. Sums with binomial coefficients come from the binomial theorem, differentiated: Σ k(k−1)…(k−j+1)·C(n, k)·ρᵏ is
n(n−1)…(n−j+1)·ρʲ(1 + ρ)ⁿ⁻ʲ.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

MOST_SPLIT = 6
UNTOUCHED = (sp.Piecewise, sp.Heaviside, sp.Abs, sp.Max, sp.Min, sp.sign, sp.floor, sp.ceiling)


def has_sums(expr: Any) -> bool:
    """Tell whether `expr` holds a sum or product."""
    return bool(expr.has(sp.Sum, sp.Product))


def is_open(node: sp.Sum) -> bool:
    """Tell whether a finite sum has no closed form, since each of its indices stands at letters or functions left open.

    >>> i, n = sp.symbols("i n", integer=True, positive=True)
    >>> x = sp.IndexedBase("x", real=True)
    >>> is_open(sp.Sum(x[i] ** 2, (i, 1, n))), is_open(sp.Sum(i, (i, 1, n))), is_open(sp.Sum(x[i], (i, 1, 3)))
    (True, False, False)
    """
    left_open = node.function.atoms(sp.Indexed, AppliedUndef)
    return all(
        len(limit) == 3
        and limit[1].is_finite
        and limit[2].is_finite
        and not (limit[2] - limit[1]).is_Integer
        and any(part.has(limit[0]) for part in left_open)
        for limit in node.limits
    )


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
    if not expr.has(sp.Sum):
        return expr  # SymPy's search looks at every node
    return expr.replace(lambda e: isinstance(e, sp.Sum) and all(len(limit) == 3 for limit in e.limits), _sum)


def with_sums_named(expr: Any) -> Any:
    """Put a letter for each finite sum: one that is at least 0 where the sum's terms are.

    A sum over a range of negative length has the opposite sign (SymPy's convention), and keeps its place.

    >>> i, n = sp.Symbol("i", integer=True), sp.Symbol("n", integer=True, positive=True)
    >>> x = sp.IndexedBase("x", real=True)
    >>> with_sums_named(sp.Sum(x[i] ** 2, (i, 1, n))).is_nonnegative
    True
    """
    names = {}
    for node in expr.atoms(sp.Sum):
        counted = all(high.is_finite and (high - low + 1).is_nonnegative for _, low, high in node.limits)
        if counted and node.function.is_real:
            names[node] = sp.Dummy(nonnegative=True) if node.function.is_nonnegative else sp.Dummy(real=True)
    return expr.xreplace(names)


def _sum(node: sp.Sum) -> Any:
    total = node.function
    for index, low, high in node.limits:
        total = _single(total, index, low, high)
    return total


def _single(function: Any, index: sp.Symbol, low: Any, high: Any) -> Any:
    total = sp.Integer(0)
    function = _without_quotients(function, index, low)
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


def _without_quotients(function: Any, index: sp.Symbol, low: Any) -> Any:
    """Split logarithms of products and quotients, with an index that is as positive as its least value."""
    if not function.has(sp.log) or not (low.is_positive or low.is_nonnegative):
        return function
    known = sp.Dummy(index.name, integer=True, **{"positive" if low.is_positive else "nonnegative": True})
    named = function.xreplace({index: known})
    split = named.replace(sp.log, lambda a: sp.expand_log(sp.log(sp.factor(sp.together(a)))))
    return split.xreplace({known: index})


def _plain(rest: Any, index: sp.Symbol, low: Any, high: Any) -> Any:
    bound = _bound_name(1 + max((_level(s) for s in rest.atoms(sp.Dummy)), default=-1))
    renamed = sp.Sum(rest.xreplace({index: bound}), (bound, low, high))
    opaque = rest.has(sp.binomial, sp.Indexed, AppliedUndef, sp.Sum, *UNTOUCHED)
    if opaque and not (high - low).is_Integer:
        return _in_one_range(renamed)
    value = renamed.doit()
    return _in_one_range(value) if isinstance(value, sp.Sum) and len(value.limits) == 1 else value


def _in_one_range(total: sp.Sum) -> Any:
    """Shift the index so that its least offset is 0, and let the range begin and end without whole numbers added.

    Σ a(k + 1) over k = 1 … n becomes Σ a(k) + a(n + 1) − a(1): differences of neighbours cancel, however they are
    written. Needed: the range is not of negative length, before and after, and what is split off has a value.
    """
    if len(total.limits) > 1:  # SymPy writes a sum of a sum as one
        return total
    (index, low, high), function = total.limits[0], total.function
    shift = _least_offset(function, index)
    low, high, moved = low + shift, high + shift, function.xreplace({index: index - shift})
    (more, end), (fewer, start) = high.as_coeff_Add(), low.as_coeff_Add()
    if start == 0:
        fewer, start = fewer - 1, sp.Integer(1)
    lengths = (high - low + 1, end - start + 1)
    if not (more.is_Integer and fewer.is_Integer and max(abs(more), abs(fewer)) <= MOST_SPLIT):
        return total
    if not all(sp.expand(length).is_nonnegative for length in lengths):
        return total
    result = sp.Sum(moved, (index, start, end))
    for first, last, sign in ((end, more, 1), (start - 1, fewer, -1)):
        places = [first + j for j in (range(1, int(last) + 1) if last > 0 else range(int(last) + 1, 1))]
        result += (sign if last > 0 else -sign) * sp.Add(*(moved.xreplace({index: place}) for place in places))
    return total if result.has(sp.nan, sp.zoo, sp.oo) else result


def _least_offset(function: Any, index: sp.Symbol) -> Any:
    """Return the least c of the arguments index + c in the function, 0 where there is none."""
    offsets = []
    for node in sp.preorder_traversal(function):
        for part in getattr(node, "args", ()):
            if part == index:
                offsets.append(sp.Integer(0) if not node.is_Add else None)
            elif part.is_Add and part.coeff(index) == 1 and not (part - index).has(index):
                offsets.append(part.as_coeff_Add()[0])
    whole = [c for c in offsets if c is not None and c.is_Integer]
    return min(whole, default=sp.Integer(0))


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
