"""What a derivative says: equal at one place and of equal slope; at least zero at one end and rising from there.

Every rule needs a function that is smooth up to the end from which it is followed; `smooth` decides that from the
assumptions of the symbols.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from dlmath_lib.verify.provers.domain import meant, work_out
from dlmath_lib.verify.provers.zero import is_zero
from dlmath_lib.verify.sampling import Domain

SMOOTH = (sp.exp, sp.log, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.atan, sp.asinh, sp.erf)
FREE = (AppliedUndef, sp.Derivative, sp.Subs)
DEPTH = 5
MOST_OPERATIONS = 60
Ranges = Mapping[sp.Symbol, Domain]


def smooth(expr: sp.Expr, free: bool = False) -> bool:
    """Tell whether `expr` is surely smooth wherever its symbols may be: no pole, no branch point, no kink.

    With `free`, functions that the statement leaves open count as smooth: that is what the book means by them.
    """
    for node in sp.preorder_traversal(expr):
        if node.is_Atom or node.is_Add or node.is_Mul or isinstance(node, sp.Tuple):
            continue
        if free and isinstance(node, FREE):
            continue
        if node.is_Pow:
            whole = node.exp.is_integer and node.exp.is_nonnegative
            if not (whole or node.base.is_positive or (node.exp.is_integer and node.base.is_nonzero)):
                return False
        elif not isinstance(node, SMOOTH) or (isinstance(node, sp.log) and not node.args[0].is_positive):
            return False
    return True


def equal_by_slope(expr: Any, depth: int = 3) -> bool:
    """Tell whether an expression with integrals is zero at one value of a symbol and constant in it.

    Integration by parts and substitution are of this kind: both sides vanish at b = a and have the same derivative in
    b. Needed: b runs through the real line, and everything is smooth there (through the positive half line, and smooth
    there, where b and its start are positive).
    """
    integrals = expr.atoms(sp.Integral)
    if not integrals or depth == 0 or any(len(limit) != 3 for node in integrals for limit in node.limits):
        return False
    for end in sorted({s for node in integrals for limit in node.limits for s in limit[2].free_symbols}, key=str):
        starts = sorted({s for node in integrals for limit in node.limits for s in _places(limit[1])}, key=str)
        for start in starts:
            if start == end or not _between(expr, start, end):
                continue
            there = _vanish(expr.subs(end, start))
            slope = work_out(_vanish(expr.diff(end)))
            if _zero(there, depth) and _zero(slope, depth):
                return True
    return False


def _zero(expr: Any, depth: int) -> bool:
    return equal_by_slope(expr, depth - 1) if expr.has(sp.Integral) else is_zero(work_out(expr))


def _places(low: Any) -> set[Any]:
    return {low} | set(low.free_symbols) if low.is_finite is not False else set()


def _between(expr: Any, start: Any, end: Any) -> bool:
    """Tell whether `expr` and its integrands are smooth on a line or half line that holds `start` and `end`."""
    if not (end.is_extended_real and start.is_real) or start.has(end) or end.is_integer:
        return False
    half = end.is_positive and start.is_positive
    if not half and end.is_extended_nonnegative is not None:
        return False
    for node in expr.atoms(sp.Integral):
        ends = [place for _, *both in node.limits for place in both]
        if any(place.is_finite is False or not smooth(place, free=True) for place in ends):
            return False
        inside = half and all(place.is_positive for place in ends)
        bound = {
            limit[0]: sp.Dummy("t", positive=True) if inside else sp.Dummy("t", real=True) for limit in node.limits
        }
        if not smooth(node.function.xreplace(bound), free=True):
            return False
    return smooth(expr.replace(lambda e: isinstance(e, sp.Integral), lambda e: sp.Integer(0)), free=True)


def _vanish(expr: Any) -> Any:
    """Drop the integrals whose ends are equal."""
    return expr.replace(
        lambda e: isinstance(e, sp.Integral) and any(limit[1] == limit[2] for limit in e.limits),
        lambda e: sp.Integer(0),
    )


def sign_by_slope(expr: sp.Expr, ranges: Ranges, strict: bool, simple: Any, depth: int = DEPTH) -> bool:
    """Prove ``expr ≥ 0`` (``> 0`` when `strict`) along one symbol, from an end of its interval or from 0.

    From the left end a: f(a) ≥ 0 and f′ ≥ 0; from the right end b: f(b) ≥ 0 and f′ ≤ 0; over all of it from 0, to both
    sides; between two ends where f ≥ 0: f″ ≤ 0. Strict: the value at the end is positive, or the slope is nowhere zero
    (f″ nowhere zero). `simple` is what proves the sign of a slope at once; else the slope goes the same way.
    """
    if depth == 0 or expr.count_ops() > MOST_OPERATIONS:
        return False
    for symbol, domain in ranges.items():
        if domain.conditions:  # the other letters say how far the interval of this one goes
            continue
        if domain.integer or domain.complex or not expr.has(symbol) or not expr.atoms(sp.Function):
            continue
        if any(_follows(expr, symbol, part, ranges, strict, simple, depth) for part in _parts(symbol, domain)):
            return True
        whole = list(_halves(domain))
        if whole and all(
            any(_follows(expr, symbol, (half, side), ranges, strict, simple, depth) for side in sides)
            for half, sides in whole
        ):
            return not strict or _at(expr, symbol, sp.Integer(0), ranges, True, simple)
    return False


def _parts(symbol: sp.Symbol, domain: Domain) -> Iterator[tuple[Domain, str]]:
    if domain.low != -sp.oo:
        yield domain, "rises"
    if domain.high != sp.oo:
        yield domain, "falls"
    if domain.low != -sp.oo and domain.high != sp.oo:
        yield domain, "arches"


def _halves(domain: Domain) -> Iterator[tuple[Domain, tuple[str, ...]]]:
    zero = sp.Integer(0)
    if domain.low < 0 < domain.high:
        yield Domain(domain.low, zero), ("falls",)
        yield Domain(zero, domain.high), ("rises",)


def _follows(
    expr: sp.Expr, symbol: sp.Symbol, part: tuple[Domain, str], ranges: Ranges, strict: bool, simple: Any, depth: int
) -> bool:
    domain, kind = part
    here = {**ranges, symbol: domain}
    ends = {"rises": (domain.low,), "falls": (domain.high,), "arches": (domain.low, domain.high)}[kind]
    if not all(_smooth_to(expr, symbol, domain, end, ranges) for end in ends):
        return False
    above = all(_at(expr, symbol, end, ranges, True, simple) for end in ends)
    if not (above or all(_at(expr, symbol, end, ranges, False, simple) for end in ends)):
        return False
    if strict and domain.closed and not above:
        return False
    slope = sp.diff(expr, symbol)
    grows = {"rises": slope, "falls": -slope, "arches": -sp.diff(slope, symbol)}[kind]
    # An analytic function that never falls and is not constant is constant nowhere.
    narrow = strict and not above and not (kind != "arches" and _varies(expr, symbol, ends[0], ranges))
    return bool(simple(meant((grows,), here)[0], narrow)) or sign_by_slope(grows, here, narrow, simple, depth - 1)


def _varies(expr: sp.Expr, symbol: sp.Symbol, end: Any, ranges: Ranges) -> bool:
    """Tell whether a derivative of the analytic function at `end` is not zero, whatever the other symbols are."""
    others = {s: d for s, d in ranges.items() if s != symbol}
    for order in range(1, 5):
        value = meant((sp.diff(expr, symbol, order).xreplace({symbol: end}),), others)[0]
        if value.is_nonzero:
            return True
    return False


def _smooth_to(expr: sp.Expr, symbol: sp.Symbol, domain: Domain, end: Any, ranges: Ranges) -> bool:
    """Tell whether `expr` is smooth on the interval with its end."""
    t = sp.Dummy("t", nonnegative=True)
    low, high = domain.low, domain.high
    if low != -sp.oo and high != sp.oo:
        place = low + (high - low) * t / (1 + t) if end == low else high - (high - low) * t / (1 + t)
    else:
        place = low + t if end == low else high - t
    others = {s: d for s, d in ranges.items() if s != symbol}
    return smooth(meant((sp.sympify(expr).xreplace({symbol: place}),), others)[0])


def _at(expr: sp.Expr, symbol: sp.Symbol, end: Any, ranges: Ranges, strict: bool, simple: Any) -> bool:
    value = meant((expr.xreplace({symbol: end}),), {s: d for s, d in ranges.items() if s != symbol})[0]
    return bool(simple(value, strict)) or (not strict and is_zero(value))
