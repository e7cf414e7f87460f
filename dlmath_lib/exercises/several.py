"""Answers of several numbers, in turn or as an array: a likely slip gets its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, same_array


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


def same_or_slip(answer: Any, right: np.ndarray, slips: Mapping[str, Any], what: str = "your answer") -> None:
    """Accept an array as `same_array` does; a wrong one that is the result of a known slip is told which.

    Parameters
    ----------
    answer : object
        What the reader gave, or what the reader's function returned. Where a vector is right, a row or a column of
        SymPy counts as one.
    right : ndarray
        The right numbers.
    slips : mapping from str to array_like
        What led to it, and the wrong numbers: of any shape, such as that of the transposed array.
    what : str
        What the array is called.

    Raises
    ------
    Wrong
        If it is no array of numbers, or another one.

    Examples
    --------
    >>> same_or_slip([1, 2], np.array([1.0, 2.0]), {"the sign is the other one": [-1, -2]})
    >>> same_or_slip([-1, -2], np.array([1.0, 2.0]), {"the sign is the other one": [-1, -2]}, "the gradient")
    Traceback (most recent call last):
    dlmath_lib.exercises.answers.Wrong: the gradient is wrong: the sign is the other one
    """
    import sympy as sp

    if isinstance(answer, sp.MatrixBase) and right.ndim == 1 and 1 in answer.shape:
        answer = answer.flat()
    try:
        array = numbers(answer)
    except Wrong:  # `same_array` says what is wrong
        array = None
    if array is not None and not (array.shape == right.shape and np.allclose(array, right)):
        for words, slip in slips.items():
            if array.shape == np.shape(slip) and np.allclose(array, slip):
                raise Wrong(f"{what} is wrong: {words}")
    same_array(answer, right, what=what)
