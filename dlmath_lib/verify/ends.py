"""The ends of a chain against each other: where a line between them has no value, the steps do not reach across.

For scalars these are single points, such as the zero of a divisor. For matrices they are whole sizes: XXᵀ of a tall X
has no inverse, whatever the entries are. (Single matrices without an inverse need no look: what is continuous on both
sides and equal beside them is equal there too.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from dlmath_lib.verify import budget, matrices
from dlmath_lib.verify.borders import zeros
from dlmath_lib.verify.budget import OutOfTime, within
from dlmath_lib.verify.claim import ClaimFailed
from dlmath_lib.verify.compare import failure, judge
from dlmath_lib.verify.definitions import Definitions
from dlmath_lib.verify.prove import about, relevant, scalars
from dlmath_lib.verify.sampling import Domain, Point, Sampler, domains
from dlmath_lib.verify.statements import free_symbols, statement_text
from dlmath_lib.verify.written import unwritten

Ranges = dict[sp.Symbol, Domain]
APART = "a line between has no value there, so that its steps do not reach across"


def check_ends(
    function: str, lhs: Any, rhs: Any, relation: str, between: list[Any], where: Any, given: Any
) -> None:  # fmt: skip
    """Check the ends of a chain against each other where a line between them has no value.

    Elsewhere the steps carry from one end to the other. Raise `ClaimFailed` where the ends differ.
    """
    definitions = Definitions(function, given)
    left, right, *lines = (unwritten(definitions.expand(side)) for side in (lhs, rhs, *between))
    meant = relevant(definitions.domain(where), sp.Tuple(*lines, left), right, lhs, rhs)
    shown = statement_text(lhs, rhs, relation)
    try:
        with within(budget.SECONDS):
            if matrices.involved(left, right, *lines):
                _matrices(function, shown, left, right, lines, meant)
            else:
                _scalars(function, shown, left, right, relation, lines, meant)
    except OutOfTime:
        raise ClaimFailed(f"not checked: {shown}\n  {APART}, and to compare the ends takes too long") from None


def _scalars(function: str, shown: str, left: Any, right: Any, relation: str, lines: list[Any], where: Any) -> None:
    ranges = domains(function, free_symbols(left, right, *lines), where)
    holes = [hole for line in lines for hole in _holes(line, ranges)]
    for point in zeros(holes, ranges, list(Sampler(ranges).points(len(holes)))) if holes else ():
        _compare(shown, left, right, relation, point, ranges)


def _matrices(function: str, shown: str, left: Any, right: Any, lines: list[Any], where: Any) -> None:
    """Compare the ends at several sizes, once, and wherever a scalar between them has no value."""
    ranges = scalars(function, where, left, right, *lines)
    holes = [hole for line in lines for hole in _holes(line, ranges)]
    if not holes and not any(line.has(sp.Inverse, sp.MatPow, sp.Determinant) for line in lines):
        return
    places = list(Sampler(ranges).points(1 + len(holes)))
    for point in [places[0], *zeros(holes, ranges, places)]:
        for size, a, b in _pairs(shown, left, right, lines, point):
            rest = [symbol for symbol in free_symbols(a, b) if symbol not in point]
            others = domains(function, rest, about(where, *rest))
            drawn = {**point, **next(Sampler(others).points(1))}
            _compare(f"{shown}{size}", a, b, "=", drawn, {**ranges, **others})


def _pairs(shown: str, left: Any, right: Any, lines: list[Any], point: Point) -> Iterator[tuple[str, Any, Any]]:
    """Yield (sizes and place in words, left entry, right entry), with numbers for the entries where sizes are open."""
    sized = bool(matrices.dimensions(left, right, *lines))
    numbers = point if sized and not any(side.has(sp.Derivative) for side in (left, right)) else None
    for sizes, a, b in matrices.written_out(shown, left, right, numbers, tuple(lines)):
        size = ", ".join(f"{symbol} = {number}" for symbol, number in sizes.items())
        for place, one, other in matrices.entries(shown, a, b):
            yield f" (for {size}){place}" if size else place, one, other


def _compare(shown: str, left: Any, right: Any, relation: str, point: Point, ranges: Ranges) -> None:
    own = {symbol: value for symbol, value in point.items() if symbol in free_symbols(left, right)}
    verdict = judge(left, right, relation, own)
    if verdict.holds is False:
        raise ClaimFailed(f"{failure(shown, (point, *verdict.sides), ranges)}\n  {APART}")


def _holes(line: Any, ranges: Ranges) -> list[Any]:
    """Return what must not be zero for a line to have a value, as far as its symbols do not rule it out."""
    found = {node.base for node in line.atoms(sp.Pow) if node.exp.is_negative or not node.exp.is_real}
    found |= {node.args[0] for node in line.atoms(sp.log)}
    for node in line.atoms(sp.Derivative):
        found |= {inner.args[0] for inner in node.expr.atoms(sp.Abs, sp.sign, sp.Heaviside)}
    known = {s: sp.Dummy(s.name, real=True, **_sign_facts(domain)) for s, domain in ranges.items()}
    return [
        hole
        for hole in found
        if isinstance(hole, sp.Expr) and hole.free_symbols & set(ranges) and not hole.xreplace(known).is_nonzero
    ]


def _sign_facts(domain: Domain) -> dict[str, bool]:
    if domain.complex:
        return {}
    if domain.low >= 0 and not domain.closed:
        return {"positive": True}
    return {"negative": True} if domain.high <= 0 and not domain.closed else {}
