"""Answers of several numbers: each is compared in turn, and a likely slip gets its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlmath_lib.exercises.answers import close_to, number, parts


def several(
    answer: Any,
    shape: str,
    names: Sequence[str],
    right: Sequence[float],
    slips: Sequence[Mapping[float, str]],
    *,
    rtol: float = 1e-3,
) -> None:
    """Accept several numbers, given in one answer, each within ``rtol`` of the right one.

    Parameters
    ----------
    answer : list, tuple, array or SymPy vector
        What the reader gave.
    shape : str
        What the answer must be, in words: ``"two numbers, (mean, variance)"``.
    names : sequence of str
        What each number is called.
    right : sequence of float
        The right numbers.
    slips : sequence of mapping from float to str
        For each number the likely wrong ones, with what led to them.
    rtol : float
        How close is close enough.

    Raises
    ------
    Wrong
        At the first number that is none or another one.

    Examples
    --------
    >>> several((0.5, 0.25), "two numbers, (mean, variance)", ["the mean", "the variance"], [0.5, 0.25], [{}, {}])
    >>> slips = [{}, {0.5: "That is the deviation"}]
    >>> several((0.5, 0.5), "two numbers, (mean, variance)", ["the mean", "the variance"], [0.5, 0.25], slips)
    Traceback (most recent call last):
    dlmath_lib.exercises.answers.Wrong: the variance is 0.5; it is twice the right number. That is the deviation
    """
    if isinstance(answer, np.ndarray) and answer.size == len(names):
        answer = list(answer.ravel())
    given = [number(part, name) for part, name in zip(parts(answer, len(names), shape), names, strict=True)]
    for value, name, target, known in zip(given, names, right, slips, strict=True):
        hint = next((words for slip, words in known.items() if abs(value - slip) < max(6e-4, rtol * abs(slip))), "")
        close_to(value, target, what=name, rtol=rtol, hint=hint or f"Work {name} out again from its definition")
