"""Derivatives without difference quotients: numbers with infinitesimal parts, ε to some order for each derivative.

A derivative of order n with respect to x is the coefficient of εⁿ in f(x + ε), times n!. Each `Derivative` node has an
ε of its own, so that derivatives nest and mix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import acb

Key = tuple[tuple[int, int], ...]


class Jet:
    """A polynomial in nilpotent ε's: ``{((id, power), …): coefficient}``; `orders` says where each is cut off."""

    __slots__ = ("orders", "terms")

    def __init__(self, terms: dict[Key, acb], orders: dict[int, int]) -> None:
        self.terms = terms
        self.orders = orders

    @property
    def base(self) -> acb:
        """The part without any ε."""
        return self.terms.get((), acb(0))

    @property
    def order(self) -> int:
        """The highest total power that can differ from zero."""
        return sum(self.orders.values())

    def nilpotent(self) -> Jet:
        """Return the part with ε's."""
        return Jet({key: value for key, value in self.terms.items() if key}, self.orders)

    def map(self, function: Callable[[acb], acb]) -> Jet:
        """Apply a linear function, such as the real part, to every coefficient."""
        return Jet({key: function(value) for key, value in self.terms.items()}, self.orders)

    def __add__(self, other: Any) -> Jet:
        terms = dict(self.terms)
        if not isinstance(other, Jet):
            terms[()] = terms[()] + other if () in terms else acb(other)
            return Jet(terms, self.orders)
        for key, value in other.terms.items():
            terms[key] = terms[key] + value if key in terms else value
        return Jet(terms, {**self.orders, **other.orders})

    __radd__ = __add__

    def __neg__(self) -> Jet:
        return self.map(lambda value: -value)

    def __sub__(self, other: Any) -> Jet:
        return self + (-other)

    def __rsub__(self, other: Any) -> Jet:
        return -self + other

    def __mul__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            other = acb(other)
            return self.map(lambda value: value * other)
        orders = {**self.orders, **other.orders}
        terms: dict[Key, acb] = {}
        for left, a in self.terms.items():
            for right, b in other.terms.items():
                key = _times(left, right, orders) if left and right else left or right
                if key is not None:
                    terms[key] = terms[key] + a * b if key in terms else a * b
        return Jet(terms, orders)

    __rmul__ = __mul__

    def compose(self, coefficients: list[acb]) -> Jet:
        """Return Σ cₖ·δᵏ for the infinitesimal part δ: the function whose Taylor coefficients at the base are cₖ."""
        step, result = self.nilpotent(), Jet({(): coefficients[-1]}, self.orders)
        for coefficient in reversed(coefficients[:-1]):
            result = result * step + coefficient
        return result

    def coefficient(self, wanted: dict[int, int]) -> Any:
        """Return the coefficient of the given powers: a number, or a jet in the other ε's."""
        orders = {tag: order for tag, order in self.orders.items() if tag not in wanted}
        terms = {}
        for key, value in self.terms.items():
            powers = dict(key)
            if all(powers.get(tag, 0) == power for tag, power in wanted.items()):
                terms[tuple(pair for pair in key if pair[0] not in wanted)] = value
        return Jet(terms, orders) if orders else terms.get((), acb(0))


def _times(left: Key, right: Key, orders: dict[int, int]) -> Key | None:
    """Return the product of two powers of ε's, None where it is beyond the order."""
    powers = dict(left)
    for tag, power in right:
        powers[tag] = powers.get(tag, 0) + power
        if powers[tag] > orders[tag]:
            return None
    return tuple(sorted(powers.items()))


def variable(value: Any, tag: int, order: int) -> Jet:
    """Return ``value + ε``."""
    return Jet({(): acb(0), ((tag, 1),): acb(1)}, {tag: order}) + value


def base(value: Any) -> acb:
    """Return a number without its infinitesimal part."""
    return value.base if isinstance(value, Jet) else value
