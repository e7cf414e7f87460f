"""Checks of a reader's answers.

A chapter calls ``check("derivatives.slope_by_hand", answer)``. The checkers of a chapter live in the module of its
name, ``dlmath_lib/exercises/derivatives.py``, which is imported when the first of its exercises is checked.
"""

from dlmath_lib._needs import need

need("dlmath_lib.exercises", "sympy")

from dlmath_lib.exercises.answers import Wrong, choice, close_to, number, numbers, parts, same_array
from dlmath_lib.exercises.functions import call, function_agrees, gradient_of
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import Exercise, Verdict, check, exercise, exercises_of

__all__ = [
    "Exercise",
    "Verdict",
    "Wrong",
    "call",
    "check",
    "choice",
    "close_to",
    "derivation_of",
    "exercise",
    "exercises_of",
    "expression_equals",
    "function_agrees",
    "gradient_of",
    "number",
    "numbers",
    "parts",
    "same_array",
]
