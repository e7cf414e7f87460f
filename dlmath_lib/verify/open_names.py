"""Functions and families of numbers that a statement leaves open: random ones stand for them, without assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from dlmath_lib.verify._errors import message
from dlmath_lib.verify.borders import TESTED
from dlmath_lib.verify.printing import plain

# What the arithmetic honours by itself, or what says nothing about single numbers.
PLAIN = {"commutative", "complex", "real", "finite", "hermitian", "extended_real", "infinite", "imaginary"}
SIGNS = {"positive", "negative", "nonpositive", "nonnegative", "integer", "rational", "prime"}


def check_open_names(function: str, *sides: Any) -> None:
    """Refuse assumptions about functions and families of numbers that the random ones would not have."""
    for node in {n for side in sides for n in side.atoms(AppliedUndef)}:
        _refuse(function, node, {fact: getattr(node, f"is_{fact}") for fact in SIGNS | TESTED}, allowed=PLAIN)
    for node in {n.base.label for side in sides for n in side.atoms(sp.Indexed)}:
        facts = {"positive", "nonzero", "nonnegative", "extended_positive", "extended_nonnegative", "extended_nonzero"}
        _refuse(function, node, node.assumptions0, allowed=PLAIN | (facts if node.is_positive else set()))


def _refuse(function: str, node: Any, assumptions: Mapping[str, Any], allowed: set[str]) -> None:
    facts = [fact for fact, truth in assumptions.items() if truth and fact not in allowed]
    if not node.is_commutative:
        facts = ["noncommutative"]
    if facts:
        negated = {"zero", "negative", "nonpositive", "extended_negative", "extended_nonpositive"}
        named = ", ".join(sorted(f for f in facts if f not in negated and "extended" not in f) or sorted(facts))
        expected = "without assumptions about a function or family that is left open"
        hint = "say it by a definition, such as exp(g(x)) for a positive function"
        raise ValueError(message(function, "statement", expected, f"{plain(node)}, {named}", hint))
