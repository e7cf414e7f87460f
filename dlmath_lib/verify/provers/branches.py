"""Case distinction: Abs, Max, Min, sign, Heaviside and Piecewise, resolved on each side of their kinks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise, product
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from dlmath_lib.verify.borders import borders

BRANCHES = (sp.Abs, sp.Max, sp.Min, sp.Heaviside, sp.sign, sp.Piecewise)
MOST_KINKS = 8


Excused = tuple[sp.Expr, ...]


def excused_by_derivatives(expr: Any) -> set[sp.Expr]:
    """Return the expressions at whose zeros a derivative in `expr` may have no value."""
    if isinstance(expr, sp.Subs):
        places = dict(zip(expr.variables, expr.point, strict=True))
        return {border.xreplace(places) for border in excused_by_derivatives(expr.expr)}
    inner = {border for part in getattr(expr, "args", ()) for border in excused_by_derivatives(part)}
    if isinstance(expr, sp.Derivative):
        inner |= set(_borders(expr.expr)) - {sp.true, sp.false}
    return inner


def zero_by_cases(expr: sp.Expr, zero: Callable[[sp.Expr, Excused], bool], excused: Excused) -> bool:
    """Tell whether `zero` holds between the kinks of `expr` and at each kink that is not excused."""
    if not expr.has(*BRANCHES):
        return False
    clear = resolve(expr)
    if clear != expr:
        return zero(clear, excused)
    return holds_by_cases(expr, zero, excused)


def holds_by_cases(expr: sp.Expr, holds: Callable[[sp.Expr, Excused], bool], excused: Excused = ()) -> bool:
    """Tell whether `holds` is true of `expr` on every piece of the line of a symbol that has kinks.

    The kinks count as pieces too; only where one of the `excused` expressions is zero nothing is asked. Every piece
    must have fewer branches than the whole, so that the distinction of cases ends.
    """
    for symbol in sorted(expr.free_symbols, key=sp.default_sort_key):
        kinks = _kinks(expr, symbol)
        if not kinks:
            continue
        parts = list(_cases(expr, symbol, kinks, excused))
        simpler = all(len(part.atoms(*BRANCHES)) < len(expr.atoms(*BRANCHES)) for part, _ in parts)
        if parts and simpler and all(holds(part, rest) for part, rest in parts):
            return True
    return False


def _borders(expr: sp.Expr) -> list[sp.Expr]:
    found = {plain for border in borders(expr, *BRANCHES) for plain in _without_branches(border)}
    return sorted(found, key=sp.default_sort_key)


def _without_branches(border: sp.Expr) -> Iterator[sp.Expr]:
    """Yield `border` with each Abs(e) as e and as −e, each Max and Min as each of its arguments."""
    nodes = sorted(border.atoms(sp.Abs, sp.Max, sp.Min), key=sp.default_sort_key)
    options = [(n.args[0], -n.args[0]) if isinstance(n, sp.Abs) else n.args for n in nodes]
    for chosen in product(*options):
        yield border.xreplace(dict(zip(nodes, chosen, strict=True)))


def _kinks(expr: sp.Expr, symbol: sp.Symbol) -> list[Any]:
    """Return, in order, where a branch of `expr` may change along `symbol`; none when the order is unknown."""
    found: set[Any] = set()
    for border in _borders(expr):
        top = sp.numer(sp.together(border))
        if top.has(symbol):
            if not top.is_polynomial(symbol):
                return []
            x = sp.Dummy("x", real=True)
            found.update(root for root in sp.solve(top.xreplace({symbol: x}), x) if root.is_real)
    if len(found) > MOST_KINKS:
        return []
    ordered: list[Any] = []
    for root in sorted(found, key=sp.default_sort_key):
        place = 0
        for place in range(len(ordered) + 1):
            if place == len(ordered) or (ordered[place] - root).is_positive:
                break
            if not (root - ordered[place]).is_positive:
                return []
        ordered.insert(place, root)
    return ordered


def _cases(expr: sp.Expr, symbol: sp.Symbol, kinks: list[Any], excused: Excused) -> Iterator[tuple[sp.Expr, Excused]]:
    t = sp.Dummy("t", positive=True)
    before = kinks[0] * t / (1 + t) if symbol.is_positive and kinks[0].is_positive else kinks[0] - t
    after = kinks[-1] * t / (1 + t) if symbol.is_negative and kinks[-1].is_negative else kinks[-1] + t
    places = [before, after, *kinks]
    places += [a + (b - a) * t / (1 + t) for a, b in pairwise(kinks)]
    for place in places:
        if (symbol.is_positive and place.is_nonpositive) or (symbol.is_nonnegative and place.is_negative):
            continue
        if (symbol.is_negative and place.is_nonnegative) or (symbol.is_nonpositive and place.is_positive):
            continue
        borders = tuple(border.xreplace({symbol: place}) for border in excused)
        if any(border.is_zero or sp.expand(border) == 0 for border in borders):
            continue
        part = resolve(expr.xreplace({symbol: place}).doit())
        if not part.has(sp.nan, sp.zoo):
            yield part, borders


def resolve(expr: sp.Expr) -> sp.Expr:
    """Choose the branch of each Max, Min, Abs and Piecewise that the signs of the symbols decide."""
    expr = expr.replace(lambda e: isinstance(e, Relational), decide)
    expr = expr.replace(lambda e: isinstance(e, (sp.Abs, sp.sign, sp.Heaviside)), _signed)
    return expr.replace(lambda e: isinstance(e, (sp.Max, sp.Min)), _largest)


def _sign(expr: sp.Expr) -> int | None:
    expr = sp.factor(sp.together(expr))
    for form in (expr, sp.together(sp.expand(expr))):
        top, bottom = sp.fraction(form)
        for sign, first, second in ((1, top, bottom), (-1, -top, bottom)):
            if sp.expand(first).is_positive and sp.expand(second).is_positive:
                return sign
        if form.is_positive or form.is_negative:
            return 1 if form.is_positive else -1
        if form.is_zero:
            return 0
    return None


def decide(relation: Any) -> Any:
    """Return true or false when signs decide the relation, else the relation."""
    for place, side in enumerate(relation.args):
        if isinstance(side, sp.Abs) and relation.rel_op in ("<", "<=", ">", ">="):
            other = relation.args[1 - place]
            signs = (_sign(other - side.args[0]), _sign(other + side.args[0]))
            if signs == (1, 1):
                return sp.true if (relation.rel_op[0] == "<") == (place == 0) else sp.false
            if -1 in signs:
                return sp.false if (relation.rel_op[0] == "<") == (place == 0) else sp.true
    sign = _sign(relation.lhs - relation.rhs)
    if sign is None:
        return relation
    return relation.func(sp.Integer(sign), sp.Integer(0))


def _signed(node: Any) -> Any:
    sign = _sign(node.args[0])
    if sign is None:
        return node
    return sign * node.args[0] if isinstance(node, sp.Abs) else node.func(sp.Integer(sign), *node.args[1:])


def _largest(node: Any) -> Any:
    best = node.args[0]
    for other in node.args[1:]:
        sign = _sign(best - other)
        if sign is None:
            return node
        keep = sign >= 0 if isinstance(node, sp.Max) else sign <= 0
        best = best if keep else other
    return best
