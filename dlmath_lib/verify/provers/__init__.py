"""The provers: what SymPy must find before a statement counts as proved. None of them looks at a number."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp

from dlmath_lib.verify.provers.domain import meant
from dlmath_lib.verify.provers.signs import convex_on, has_sign
from dlmath_lib.verify.provers.zero import is_zero
from dlmath_lib.verify.sampling import Domain

__all__ = ["proved"]


@lru_cache(maxsize=4096)
def proved(lhs: Any, rhs: Any, relation: str, ranges: tuple[tuple[sp.Symbol, Domain], ...]) -> bool:
    """Tell whether SymPy proves the statement on the domains."""
    if lhs == rhs:
        return relation in ("=", "<=", ">=")
    kinks_excused = lhs.has(sp.Derivative) or rhs.has(sp.Derivative)
    domain = dict(ranges)
    left, right = meant((lhs, rhs), domain)
    difference = left - right
    if relation == "=":
        return is_zero(difference, kinks_excused)
    if relation == "!=":
        return has_sign(difference, True) or has_sign(-difference, True)
    strict = relation in ("<", ">")
    large, small = (left, right) if relation.startswith(">") else (right, left)
    if not strict and is_zero(difference, kinks_excused):
        return True
    if has_sign(large - small, strict):
        return True
    if large.has(sp.Abs, sp.Pow) and has_sign(large) and has_sign(small):
        return has_sign(sp.expand(large**2 - small**2), strict)
    return convex_on(*((lhs, rhs) if relation.startswith(">") else (rhs, lhs)), domain, strict)
