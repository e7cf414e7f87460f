"""A statement on its domain: calculus carried out, and symbols whose assumptions say what the domain says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from dlmath_lib.verify.provers.branches import decide
from dlmath_lib.verify.provers.integrals import integrate
from dlmath_lib.verify.provers.sums import is_open, rewrite_sums
from dlmath_lib.verify.regions import unfolded
from dlmath_lib.verify.sampling import Domain

CALCULUS = (sp.Derivative, sp.Integral, sp.Sum, sp.Product, sp.Limit, sp.Subs)


def work_out(expr: Any) -> Any:
    """Return `expr` with its derivatives, limits, sums and integrals carried out: by our tables first, then by SymPy.

    An integral of a function that is left open stays as it is, since SymPy would search for long and find nothing, and
    so do sums over the entries of a table.
    """
    if not expr.has(*CALCULUS):
        return expr
    if expr.has(sp.Integral):
        expr = expr.replace(lambda e: isinstance(e, sp.Integral), _integral)
    expr = rewrite_sums(expr)
    if not expr.has(*(kind for kind in CALCULUS if kind is not sp.Sum)) and all(map(is_open, expr.atoms(sp.Sum))):
        names = {node: sp.Dummy(complex=True) for node in expr.atoms(sp.Sum)}
        return expr.xreplace(names).doit().xreplace({name: node for node, name in names.items()})
    if any(node.has(AppliedUndef) for node in expr.atoms(sp.Integral)):
        return expr.doit(integrals=False)
    return expr.doit() if expr.has(*CALCULUS) else expr


def _integral(node: sp.Integral) -> Any:
    value = integrate(node)
    return value if value is not None else node if node.has(AppliedUndef) else node.doit()


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
    places = {symbol: unfolded(place.xreplace(changed), places) for symbol, place in places.items()}
    worked = [_choose(side, places) if side.has(sp.Piecewise) else side for side in worked]
    places = {symbol: place for symbol, place in places.items() if not any(_bound(side, symbol) for side in worked)}
    return [side.xreplace(places) for side in worked] if places else worked


def real(expr: Any, ranges: Mapping[sp.Symbol, Domain]) -> Any:
    """Return `expr` in symbols that know the sign that their domain gives them."""
    return expr.xreplace({symbol: _signed(symbol, domain) for symbol, domain in ranges.items()})


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
        facts["nonnegative" if domain.low == 0 and "low" in domain.closed else "positive"] = True
    elif domain.high <= 0:
        facts["nonpositive" if domain.high == 0 and "high" in domain.closed else "negative"] = True
    elif domain.integer and domain.low >= -1:
        facts["nonnegative"] = True
    if all(symbol.assumptions0.get(fact) for fact in facts):
        return symbol
    return sp.Dummy(symbol.name, **facts)


def _stretched(symbol: sp.Symbol, domain: Domain) -> Any:
    """Return an expression in t > 0 that runs through the domain, or None when the symbol's own sign says it all."""
    if domain.place is not None:
        return domain.place
    low, high = domain.low, domain.high
    if domain.complex or (low in (-sp.oo, 0) and high in (0, sp.oo)):
        return None
    if domain.integer:
        start = sp.floor(low) + ("low" not in domain.closed)
        return start + sp.Dummy(symbol.name, integer=True, nonnegative=True) if high == sp.oo and start > 1 else None
    t = sp.Dummy(symbol.name, nonnegative=True) if domain.closed else sp.Dummy(symbol.name, positive=True)
    if high == sp.oo:
        return low + t
    if low == -sp.oo:
        return high - t
    if "high" in domain.closed:
        return high - (high - low) * t / (1 + t)
    return low + (high - low) * t / (1 + t)


def _bound(side: Any, symbol: sp.Symbol) -> bool:
    return any(node.has(symbol) for node in side.atoms(*CALCULUS))
