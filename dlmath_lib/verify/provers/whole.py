"""Whole numbers: floors and ceilings by division with remainder, and sums of roots of unity."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy as sp

DEPTH = 3
MOST_ORDER = 60


def by_division(expr: sp.Expr, holds: Callable[[sp.Expr], bool], depth: int = DEPTH) -> bool:
    """Tell whether `holds` is true of `expr` however a floor's numerator divides.

    For ⌊a/s⌋ with whole a and s > 0, a = sq + r with a whole q and 0 ≤ r < s. One symbol of a, of any sign, is put so;
    r = 0 and r ≥ 1 are looked at apart, and every floor of the same divisor whose remainder is then known becomes a
    number. A ceiling is a floor: ⌈x⌉ = −⌊−x⌋. A positive symbol may take values that its sign forbids: that only asks
    for more.
    """
    expr = expr.replace(sp.ceiling, lambda e: -sp.floor(-e))
    floors = sorted(expr.atoms(sp.floor), key=lambda node: (node.count_ops(), sp.default_sort_key(node)))
    if not floors:
        return holds(expr)
    for node in floors if depth else ():
        top, bottom = sp.fraction(sp.together(node.args[0]))
        whole = top.is_integer and bottom.is_integer and bottom.is_positive
        if not whole or bottom == 1 or node.args[0].has(sp.floor):
            continue
        for symbol in sorted(top.free_symbols - bottom.free_symbols, key=sp.default_sort_key):
            slope = sp.expand(top).coeff(symbol, 1)
            if slope not in (1, -1) or sp.expand(top - slope * symbol).has(symbol):
                continue
            cases = list(_cases(expr, symbol, slope, top, bottom))
            if cases and all(_simpler(case, expr) and by_division(case, holds, depth - 1) for case in cases):
                return True
    return False


def _simpler(case: sp.Expr, expr: sp.Expr) -> bool:
    return len(case.atoms(sp.floor)) < len(expr.atoms(sp.floor))


def _cases(expr: sp.Expr, symbol: sp.Symbol, slope: Any, top: sp.Expr, bottom: sp.Expr) -> Iterator[sp.Expr]:
    quotient = sp.Dummy("q", integer=True)
    rest, below = (sp.Dummy(name, integer=True, nonnegative=True) for name in ("m", "r"))
    if isinstance(bottom, sp.Symbol):
        remainders = [(sp.Integer(0), {bottom: 1 + rest}), (1 + below, {bottom: 2 + below + rest})]
    elif bottom.is_Integer and bottom <= MOST_ORDER:
        remainders = [(sp.Integer(value), {}) for value in range(int(bottom))]
    else:
        return
    for remainder, sizes in remainders:
        size = bottom.xreplace(sizes)
        place = slope * (size * quotient + remainder - (top - slope * symbol).xreplace(sizes))
        case = expr.xreplace(sizes).xreplace({symbol: sp.expand(place)})
        yield case.replace(sp.floor, _floor)


def _floor(argument: sp.Expr) -> sp.Expr:
    """Return the floor of a quotient of whole numbers where signs decide it."""
    if argument.has(sp.floor):
        return sp.floor(argument)
    argument = sp.cancel(argument)
    top, bottom = sp.fraction(argument)
    if not (top.is_integer and bottom.is_integer and bottom.is_positive) or bottom == 1:
        return sp.floor(argument)
    quotient, remainder = sp.div(sp.expand(top), sp.expand(bottom), *sorted(top.free_symbols, key=_unknown_first))
    if not quotient.is_integer:
        return sp.floor(argument)
    for step in (-1, 0, 1):
        left = sp.expand(remainder - step * bottom)
        if left.is_nonnegative and sp.expand(bottom - left).is_positive:
            return quotient + step
    return sp.floor(argument)


def _unknown_first(symbol: sp.Symbol) -> Any:
    return symbol.is_nonnegative is not None, sp.default_sort_key(symbol)


def roots_of_unity(expr: sp.Expr) -> sp.Expr:
    """Write exp(2πi·k/n) = 1 as n | k, and reduce sums of roots of unity of one order by their polynomial.

    >>> roots_of_unity(1 + sp.exp(2 * sp.I * sp.pi / 3) + sp.exp(-2 * sp.I * sp.pi / 3))
    0
    """
    expr = expr.replace(lambda e: isinstance(e, sp.Eq) and isinstance(e.lhs, sp.exp) and e.rhs == 1, _divides)
    powers = {node: node.exp / (2 * sp.pi * sp.I) for node in expr.atoms(sp.exp)}
    rational = {node: turn for node, turn in powers.items() if turn.is_Rational}
    order = sp.ilcm(1, *(turn.q for turn in rational.values()), 4 if expr.has(sp.I) else 1)
    if not rational or order > MOST_ORDER:
        return expr
    z = sp.Dummy("z")
    named = expr.xreplace({node: z ** int((turn % 1) * order) for node, turn in rational.items()})
    if order % 4 == 0:
        named = named.xreplace({sp.I: z ** (order // 4)})
    remainder = sp.rem(sp.expand(named), sp.cyclotomic_poly(order, z), z)
    return remainder.xreplace({z: sp.exp(2 * sp.pi * sp.I / order)})


def _divides(relation: Any) -> Any:
    top, bottom = sp.fraction(sp.together(relation.lhs.exp / (2 * sp.pi * sp.I)))
    if top.is_integer and bottom.is_integer and bottom.is_positive:
        return sp.Eq(sp.Mod(top, bottom), 0)
    return relation
