"""The provers: what SymPy must find before a statement counts as proved. None of them looks at a number."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from dlmath_lib.verify.provers.branches import excused_by_derivatives
from dlmath_lib.verify.provers.domain import meant, real, work_out
from dlmath_lib.verify.provers.signs import convex_on, has_sign, has_sign_at_once, has_simple_sign
from dlmath_lib.verify.provers.slopes import equal_by_slope, sign_by_slope
from dlmath_lib.verify.provers.sums import has_sums, with_sums_named
from dlmath_lib.verify.provers.zero import is_zero
from dlmath_lib.verify.sampling import Domain

__all__ = ["proved"]


@lru_cache(maxsize=4096)
def proved(lhs: Any, rhs: Any, relation: str, ranges: tuple[tuple[sp.Symbol, Domain], ...]) -> bool:
    """Tell whether SymPy proves the statement on the domains."""
    if lhs == rhs:
        return relation in ("=", "<=", ">=")
    domain = dict(ranges)
    if relation == "=":
        return _equal(lhs, rhs, domain)
    left, right = meant((lhs, rhs), domain)
    if relation == "!=":
        return has_sign(left - right, True) or has_sign(right - left, True)
    strict = relation in ("<", ">")
    large, small, above, below = (left, right, lhs, rhs) if relation.startswith(">") else (right, left, rhs, lhs)
    return _larger(large, small, above, below, domain, strict) or (not strict and _equal(lhs, rhs, domain))


def _equal(lhs: Any, rhs: Any, domain: dict[sp.Symbol, Domain]) -> bool:
    if (lhs - rhs).has(AppliedUndef) and equal_by_slope(real(lhs - rhs, domain)):
        return True
    kinks = sorted(excused_by_derivatives(lhs) | excused_by_derivatives(rhs), key=sp.default_sort_key)
    left, right, *excused = meant((lhs, rhs, *kinks), domain)
    return is_zero(left - right, tuple(excused))


def _larger(large: Any, small: Any, above: Any, below: Any, domain: dict[sp.Symbol, Domain], strict: bool) -> bool:
    if has_sums(above - below) and has_sign(with_sums_named(real(above - below, domain)), strict):
        return True
    if has_sign_at_once(large - small, strict):
        return True
    if sign_by_slope(work_out(above - below), domain, strict, has_simple_sign):  # to solve equations takes longer
        return True
    if has_sign(large - small, strict):
        return True
    squared = large.has(sp.Abs, sp.Pow) and has_sign(large) and has_sign(small)
    if squared and has_sign(sp.expand(large**2 - small**2), strict):
        return True
    return convex_on(above, below, domain, strict)
