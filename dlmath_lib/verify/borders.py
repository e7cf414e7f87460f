"""Where an expression changes from one case to another: the borders of its cases, and points of a domain on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.core.relational import Relational

if TYPE_CHECKING:
    from dlmath_lib.verify.sampling import Domain, Point

MOST_KINKS = 12
NESTED = (sp.Abs, sp.Max, sp.Min, sp.Heaviside, sp.sign, sp.Piecewise)
CHANGING = (*NESTED, sp.floor, sp.ceiling)
# What a number is tested for when it is drawn; the interval takes care of the sign and of integers.
TESTED = {"nonzero", "zero", "even", "odd", "prime", "composite", "irrational", "transcendental", "noninteger",
          "imaginary", "infinite"}  # fmt: skip


def borders(expr: Any, *kinds: Any) -> list[Any]:
    """Return the expressions at whose zeros a node of these kinds, anywhere in `expr`, may change its case.

    >>> x, y = sp.symbols("x y", real=True)
    >>> borders(sp.Max(x, y), sp.Max), borders(sp.Piecewise((0, x < 1), (y, True)), sp.Piecewise)
    ([-x + y], [x - 1])
    """
    found: list[Any] = []
    for node in expr.atoms(*kinds):
        if isinstance(node, sp.Piecewise):
            for _, condition in node.args:
                found += [relation.lhs - relation.rhs for relation in condition.atoms(Relational)]
        elif isinstance(node, (sp.Max, sp.Min)):
            found += [a - b for i, a in enumerate(node.args) for b in node.args[:i]]
        else:
            found.append(node.args[0])
    return found


def kinks(sides: tuple[Any, ...], ranges: Mapping[sp.Symbol, Domain], places: list[Point]) -> list[Point]:
    """Return points at which a branch of a side changes, where its border is linear in a symbol."""
    found = {border for side in sides for border in borders(side, *CHANGING) if not border.has(*NESTED)}
    return zeros(found, ranges, places)


def zeros(borders: Iterable[Any], ranges: Mapping[sp.Symbol, Domain], places: list[Point]) -> list[Point]:
    """Return points of the domain at which one of `borders` is zero: exact roots of its factors that are linear."""
    found: list[Point] = []
    for number, border in enumerate(sorted(borders, key=sp.default_sort_key)):
        for factor, symbol in _linear(border, ranges):
            if len(found) >= MOST_KINKS:
                return found
            place = places[number % len(places)]
            others = {s: v for s, v in place.items() if s != symbol}
            slope, rest = (part.xreplace(others) for part in sp.Poly(factor, symbol).all_coeffs())
            if not (slope.is_Rational and rest.is_Rational and slope != 0):
                continue
            root = -rest / slope
            fits = all(getattr(root, f"is_{f}") in (t, None) for f, t in symbol.assumptions0.items() if f in TESTED)
            if fits and ranges[symbol].admits(root, {**place, symbol: root}):
                found.append({**place, symbol: root})
    return found


def _linear(border: Any, ranges: Mapping[sp.Symbol, Domain]) -> Iterator[tuple[Any, sp.Symbol]]:
    try:
        factors = [factor for factor, _ in sp.factor_list(sp.numer(sp.together(border)))[1]]
    except sp.PolynomialError:
        factors = [border]
    for factor in factors:
        for symbol in sorted(factor.free_symbols & set(ranges), key=sp.default_sort_key):
            if factor.is_polynomial(symbol) and sp.degree(factor, symbol) == 1:
                yield factor, symbol
