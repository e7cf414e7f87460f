"""Conditions between letters, such as p + q < 1 or x < y: which points and which expressions keep them.

Two kinds are linear and have a parametrisation by positive numbers, which random points and provers use:

- a corner: a₁p₁ + … + aₙpₙ < c with all aᵢ > 0 and pᵢ > lᵢ; with d = c − Σ aᵢlᵢ > 0 it is the set of all
  pᵢ = lᵢ + (d/aᵢ)·wᵢ/(w₀ + w₁ + … + wₙ), wⱼ > 0;
- an order: a letter y that only has to lie beyond an expression e of others is y = e ± t, t > 0.

Another condition is kept by drawing points until it holds; the provers then prove the statement without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sympy as sp

Ranges = dict[sp.Symbol, Any]


def conditions(intervals: Mapping[Any, tuple[Any, Any]], ranges: Ranges) -> list[Any]:
    """Return expressions that must be positive, without those that the letters' own domains make positive.

    >>> from dlmath_lib.verify.sampling import domains
    >>> p, q = sp.symbols("p q", positive=True)
    >>> conditions({p + q: (sp.Integer(0), sp.Integer(1))}, domains("prove", [p, q], None))
    [-p - q + 1]
    """
    sides = [side for expr, ends in intervals.items() for side in _sides(expr, *ends)]
    return [side for side in sides if not sp.expand(side.xreplace(_bounded(ranges))).is_positive]


def _sides(expr: Any, low: Any, high: Any) -> Iterable[Any]:
    if low != -sp.oo:
        yield sp.expand(expr - low)
    if high != sp.oo:
        yield sp.expand(high - expr)


def _bounded(ranges: Ranges) -> dict[Any, Any]:
    """Return for each letter a number that has one bound of its domain: what is positive of these is so of letters."""
    found = {}
    for symbol, domain in ranges.items():
        end, sign = (domain.low, 1) if domain.low.is_finite else (domain.high, -1)
        if domain.complex or not end.is_finite:
            found[symbol] = sp.Dummy(symbol.name) if domain.complex else sp.Dummy(symbol.name, real=True)
            continue
        closed = ("low" if sign > 0 else "high") in domain.closed
        step = sp.Dummy(symbol.name, nonnegative=True) if closed else sp.Dummy(symbol.name, positive=True)
        found[symbol] = end + sign * step
    return found


def couple(ranges: Ranges, positive: list[Any]) -> Ranges:
    """Return the domains of letters between which conditions hold: `positive` are the expressions that must be > 0."""
    coupled = dict(ranges)
    for symbol, domain in ranges.items():
        own = tuple(side for side in positive if side.has(symbol))
        coupled[symbol] = replace(domain, conditions=own)
    places: dict[Any, Any] = {}
    for side in positive:
        found = _corner(side, coupled) or _order(side, coupled, places)
        if found and not places.keys() & found.keys():
            places |= found
    return {symbol: replace(domain, place=places.get(symbol)) for symbol, domain in coupled.items()}


def _linear(side: Any) -> dict[Any, Any] | None:
    """Return the coefficients of the letters, all rational, and of 1; None for what is not linear."""
    letters = sorted(side.free_symbols, key=sp.default_sort_key)
    if not side.is_polynomial(*letters) or sp.Poly(side, *letters).total_degree() != 1:
        return None
    found = {letter: side.coeff(letter) for letter in letters}
    found[sp.S.One] = side.xreplace(dict.fromkeys(letters, sp.S.Zero))
    return found if all(number.is_Rational for number in found.values()) else None


def _continuous(domain: Any) -> bool:
    return not (domain.integer or domain.complex or domain.closed)


def _corner(side: Any, ranges: Ranges) -> dict[Any, Any] | None:
    """Return the letters' places in a corner; needed: each is in no other condition and bounded below alone."""
    numbers = _linear(side)
    if numbers is None:
        return None
    constant = numbers.pop(sp.S.One)
    domains = {letter: ranges[letter] for letter in numbers}
    if any(number > 0 for number in numbers.values()) or any(len(d.conditions) > 1 for d in domains.values()):
        return None
    if not all(_continuous(d) and d.low.is_Rational for d in domains.values()):
        return None
    room = constant + sum(number * domains[letter].low for letter, number in numbers.items())
    ends = {letter: domains[letter].low - room / number for letter, number in numbers.items()}
    if room <= 0 or any(end > domains[letter].high for letter, end in ends.items()):
        return None
    weights = {letter: sp.Dummy(f"weight of {letter}", positive=True) for letter in numbers}
    total = sp.Add(sp.Dummy("rest", positive=True), *weights.values())
    return {letter: domains[letter].low - room / number * weights[letter] / total for letter, number in numbers.items()}


def _order(side: Any, ranges: Ranges, places: Mapping[Any, Any]) -> dict[Any, Any] | None:
    """Return the place of one letter beyond the others; needed: its own domain asks for no more than the condition."""
    numbers = _linear(side)
    if numbers is None:
        return None
    bounded = _bounded(ranges)
    for letter, number in numbers.items():
        if letter is sp.S.One or letter in places or not _continuous(ranges[letter]):
            continue
        border = letter - side / number
        domain, above = ranges[letter], number > 0
        near, far = (domain.low, domain.high) if above else (domain.high, domain.low)
        gap = (border - near if above else near - border).xreplace(bounded)
        if far.is_finite or not (near.is_infinite or sp.expand(gap).is_nonnegative):
            continue
        if letter not in _reached(border, places):
            step = sp.Dummy(f"step to {letter}", positive=True)
            return {letter: sp.expand(border) + (step if above else -step)}
    return None


def _reached(border: Any, places: Mapping[Any, Any]) -> set[Any]:
    """Return the letters on which an expression depends, through the places that are known."""
    return set(unfolded(border, places).free_symbols) | border.free_symbols


def unfolded(expr: Any, places: Mapping[Any, Any]) -> Any:
    """Put the places of letters, and the places of the letters in them, into an expression."""
    while (moved := expr.xreplace(dict(places))) != expr:
        expr = moved
    return expr
