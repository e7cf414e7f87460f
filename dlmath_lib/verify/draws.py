"""What stands for the functions and the families of numbers that a statement leaves open: deterministic random ones.

All numbers are exact, so that every arithmetic draws the same.
"""

from __future__ import annotations

import random
import zlib
from fractions import Fraction
from functools import lru_cache


def _source(draw: int, name: str) -> random.Random:
    return random.Random(zlib.crc32(f"{name}|{draw}".encode()))


@lru_cache(maxsize=4096)
def coefficients(draw: int, name: str, count: int) -> tuple[list[Fraction], list[Fraction]]:
    """Return a, b, c, d and the slopes of a·sin(form + b) + c + d·squares/7 + exp(form/9): a random smooth function."""
    source = _source(draw, name)
    amplitudes = [Fraction(source.randint(2, 30), 10) for _ in range(4)]
    return amplitudes, [Fraction(source.choice([1, -1]) * source.randint(3, 15), 10) for _ in range(count)]


@lru_cache(maxsize=4096)
def entry(draw: int, name: str, positive: bool) -> Fraction:
    """Return the member of a family of numbers that has this name, with its indices."""
    source = _source(draw, name)
    number = Fraction(source.randint(100, 3000), 1000)
    return number if positive else number * source.choice([1, -1])
