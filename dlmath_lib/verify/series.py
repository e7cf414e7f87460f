"""Endless sums and products in mpmath, where ball arithmetic has no bound of what is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath

from dlmath_lib.verify.balls.errors import Undefined

Value = Any
MOST_TERMS = 600


def endless(term: Callable[[Value], Value], low: Value, high: Value, product: bool) -> Value:
    """Add until the terms vanish; a series that falls slowly must give the same by two methods of acceleration."""
    result = mpmath.mpf(1 if product else 0)
    small = mpmath.mpf(10) ** -(mpmath.mp.dps - 10)
    quiet = 0
    for step in range(MOST_TERMS if mpmath.isfinite(low) else 0):
        number = term(low + step)
        result = result * number if product else result + number
        quiet = quiet + 1 if abs(number - product) <= small * (1 + abs(result)) else 0
        if quiet == 4:
            return result
    if mpmath.isfinite(low) and not product and _harmonic(term, low):
        raise Undefined("the series is not seen to converge")
    with mpmath.workdps(50):
        every = mpmath.nprod if product else mpmath.nsum
        first, second = (every(term, [low, high], method=method) for method in ("r+s", "l"))
        if abs(first - second) > mpmath.mpf(10) ** -40 * (1 + abs(first)):
            raise Undefined("the series is not seen to converge")
        return first


def _harmonic(term: Callable[[Value], Value], low: Value) -> bool:
    """Tell whether terms of one sign far out fall no faster than 1/k, so that their sum has no end."""
    first, beside, twice = (mpmath.re(term(low + place)) for place in (10**6, 10**6 + 1, 2 * 10**6))
    return bool(first * beside > 0 and abs(twice) > mpmath.mpf("0.49999") * abs(first))
