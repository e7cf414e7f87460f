"""Exact arithmetic of rational numbers by FLINT: SymPy deduces of each new number all that it could know."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from flint import fmpq

Values = Mapping[Any, fmpq]
# What SymPy's `is_…` say of a rational number, from its numerator and its denominator.
FACTS: dict[str, Callable[[int, int], bool]] = {
    "zero": lambda p, q: p == 0, "nonzero": lambda p, q: p != 0, "noninteger": lambda p, q: q != 1,
    "infinite": lambda p, q: False, "imaginary": lambda p, q: False, "irrational": lambda p, q: False,
    "transcendental": lambda p, q: False, "even": lambda p, q: q == 1 and p % 2 == 0,
    "odd": lambda p, q: q == 1 and p % 2 == 1,
}  # fmt: skip


def has_facts(number: Any, facts: Mapping[str, bool]) -> bool:
    """Tell whether nothing that is known of a number contradicts the facts.

    >>> import sympy as sp
    >>> has_facts(sp.Rational(1, 2), {"nonzero": True, "even": False, "prime": False}), has_facts(sp.pi, {"zero": True})
    (True, False)
    """
    for fact, truth in facts.items():
        if number.is_Rational and fact in FACTS:
            if FACTS[fact](number.p, number.q) != truth:
                return False
        elif getattr(number, f"is_{fact}") not in (truth, None):
            return False
    return True


def fraction(number: Any) -> fmpq:
    """Return a rational number of SymPy as one of FLINT."""
    return fmpq(int(number.p), int(number.q))


def arithmetic(expr: Any) -> Callable[[Values], fmpq] | None:
    """Return a rational function of symbols as a function of their values; None for another expression.

    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> arithmetic(1 - 2 / x)({x: fmpq(5)}) == fmpq(3, 5), arithmetic(sp.exp(x))
    (True, None)
    """
    if expr.is_Symbol:
        return lambda values: values[expr]
    if expr.is_Rational:
        number = fraction(expr)
        return lambda values: number
    if expr.is_Pow and expr.exp.is_Integer and (base := arithmetic(expr.base)):
        exponent = int(expr.exp)
        return lambda values: base(values) ** exponent
    if not (expr.is_Add or expr.is_Mul):
        return None
    parts = [arithmetic(part) for part in expr.args]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if expr.is_Add:
        return lambda values: sum((part(values) for part in known), fmpq(0))
    return lambda values: math.prod((part(values) for part in known), start=fmpq(1))


def positive(expr: Any, computed: Callable[[Values], fmpq] | None, point: Mapping[Any, Any]) -> bool:
    """Tell whether an expression is positive at a point; `computed` is its `arithmetic`."""
    if computed is None or not all(number.is_Rational for number in point.values()):
        return bool(expr.xreplace(dict(point)).is_positive)
    try:
        return computed({symbol: fraction(number) for symbol, number in point.items()}) > 0
    except ZeroDivisionError:
        return False
