"""An inequality reduced to others without its roots, logarithms, maxima or sums.

Each reduction yields alternatives; an alternative is a list of (expression, strict) that together imply the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

Obligations = list[tuple[sp.Expr, bool]]
MOST_OPERATIONS = 300
MOST_ARGUMENTS = 5


def reductions(expr: sp.Expr, strict: bool) -> Iterator[Obligations]:
    """Yield the ways in which ``expr ≥ 0`` (``> 0`` when `strict`) follows from simpler inequalities.

    >>> x = sp.Symbol("x", positive=True)
    >>> next(reductions(1 + x - sp.sqrt(1 + 2 * x), False))
    [(x + 1, False), ((x + 1)**2 - (2*x + 1), False)]
    """
    if expr.count_ops() > MOST_OPERATIONS:
        return
    yield from _without_roots(expr, strict)
    yield from _without_logarithms(expr, strict)
    yield from _without_maxima(expr, strict)
    yield from _under_the_sum(expr, strict)


def _without_roots(expr: sp.Expr, strict: bool) -> Iterator[Obligations]:
    """P + Q√r ≥ 0 when both are; when Q ≥ 0 and Q²r ≥ P²; or when P ≥ 0 and P² ≥ Q²r."""
    top, bottom = sp.fraction(sp.together(expr))
    if not bottom.is_positive:
        return
    roots = {p.base for p in top.atoms(sp.Pow) if p.exp.is_Rational and p.exp.q == 2 and p.base.is_nonnegative}
    for base in sorted(roots, key=sp.default_sort_key)[:4]:
        name = sp.Dummy("root", nonnegative=True)
        named = top.replace(
            lambda e, b=base: e.is_Pow and e.base == b and e.exp.is_Rational and e.exp.q == 2,
            lambda e, s=name: s ** (2 * e.exp),
        )
        try:
            polynomial = sp.Poly(named, name)
        except sp.PolynomialError:
            continue
        p = q = sp.Integer(0)
        for (power,), coefficient in polynomial.terms():
            part = coefficient * base ** (power // 2)
            p, q = (p, q + part) if power % 2 else (p + part, q)
        if q == 0:
            continue
        yield [(p, strict), (q, False)]
        yield [(q, False), (q**2 * base - p**2, strict)]
        yield [(p, False), (p**2 - q**2 * base, strict)]


def _without_logarithms(expr: sp.Expr, strict: bool) -> Iterator[Obligations]:
    """Σ qᵢ·log(aᵢ) + R ≥ 0, with rational qᵢ, when the product of the aᵢ^qᵢ is at least exp(−R)."""
    logs = sorted(expr.atoms(sp.log), key=sp.default_sort_key)
    if not logs or any(not node.args[0].is_positive for node in logs):
        return
    names = {node: sp.Dummy() for node in logs}
    linear = sp.expand(expr.xreplace(names))
    weights = {node: linear.coeff(name, 1) for node, name in names.items()}
    rest = sp.expand(linear - sp.Add(*(weights[node] * name for node, name in names.items())))
    if rest.has(*names.values()) or not all(w.is_Rational for w in weights.values()):
        return
    scale = sp.ilcm(1, *(w.q for w in weights.values()))
    above = sp.Mul(*(node.args[0] ** (scale * w) for node, w in weights.items() if w > 0))
    below = sp.Mul(*(node.args[0] ** (-scale * w) for node, w in weights.items() if w < 0))
    yield [(sp.expand(above - sp.exp(-scale * rest) * below), strict)]


def _without_maxima(expr: sp.Expr, strict: bool) -> Iterator[Obligations]:
    """Take each argument of a Max as the largest (of a Min as the least) in turn; the others lie s ≥ 0 away."""
    for node in sorted(expr.atoms(sp.Max, sp.Min), key=sp.default_sort_key):
        cases: Obligations = []
        for chosen in node.args if len(node.args) <= MOST_ARGUMENTS else ():
            case = _with_extreme(expr.xreplace({node: chosen}), node, chosen)
            if case is None:
                break
            cases.append((case, strict))
        else:
            if cases:
                yield cases


def _with_extreme(expr: sp.Expr, node: Any, chosen: sp.Expr) -> sp.Expr | None:
    """Put `chosen` ∓ s with s ≥ 0 for each other argument; None unless each is a real symbol of its own."""
    places: dict[Any, Any] = {}
    for other in node.args:
        if other == chosen:
            continue
        free = isinstance(other, sp.Symbol) and other.is_real and other.is_extended_nonnegative is None
        if not free or other.is_extended_nonpositive is not None or other.is_integer or chosen.has(other):
            return None
        gap = sp.Dummy("gap", nonnegative=True)
        places[other] = chosen - gap if isinstance(node, sp.Max) else chosen + gap
    return expr.xreplace(places)


def _under_the_sum(expr: sp.Expr, strict: bool) -> Iterator[Obligations]:
    """Sums, or integrals, over one range are at least zero when what is summed is.

    Never strict: the range may be empty.
    """
    for kind in (sp.Sum, sp.Integral):
        nodes = sorted(expr.atoms(kind), key=sp.default_sort_key)
        if strict or not nodes or any(len(node.limits) != 1 or len(node.limits[0]) != 3 for node in nodes):
            continue
        limits = {node.limits[0][1:] for node in nodes}
        names = {node: sp.Dummy() for node in nodes}
        linear = sp.expand(expr.xreplace(names))
        weights = {node: linear.coeff(name, 1) for node, name in names.items()}
        rest = sp.expand(linear - sp.Add(*(weights[node] * name for node, name in names.items())))
        if len(limits) != 1 or rest != 0 or any(w.has(*names.values()) for w in weights.values()):
            continue
        low, high = limits.pop()
        if kind is sp.Integral and not (high - low).is_extended_nonnegative:
            continue
        facts = {"integer": True} if kind is sp.Sum else {"real": True}
        if low.is_extended_nonnegative:
            facts["positive" if low.is_extended_positive or kind is sp.Integral else "nonnegative"] = True
        index = sp.Dummy("index", **facts)
        inner = sp.Add(*(w * node.function.xreplace({node.limits[0][0]: index}) for node, w in weights.items()))
        if not inner.has(sp.Sum, sp.Integral):
            yield [(_named(inner), False)]


def _named(expr: sp.Expr) -> sp.Expr:
    """Put a symbol, with its sign, for each entry of a family and each value of a function left open."""
    names: dict[Any, Any] = {}
    for node in expr.atoms(sp.Indexed, AppliedUndef):
        facts = {fact: True for fact in ("positive", "nonnegative", "real") if getattr(node, f"is_{fact}")}
        names[node] = sp.Dummy(str(node), **facts) if facts else sp.Dummy(str(node), real=True)
    return expr.xreplace(names)
