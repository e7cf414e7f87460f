"""Messages for wrong arguments: function, argument, what it must be, what came, and a hint when one fix is likely."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np


def message(function: str, argument: str, expected: str, got: Any, hint: str = "") -> str:
    """Return ``function: argument must be expected, got …: hint``.

    >>> message("prove", "points", "a positive integer", -3)
    'prove: points must be a positive integer, got -3'
    """
    text = got if isinstance(got, str) else repr(got)
    if len(text) > 160:
        text = text[:157] + "..."
    return f"{function}: {argument} must be {expected}, got {text}" + (f": {hint}" if hint else "")


def check_words(
    function: str, argument: str, value: Any, *, required: bool = False, hint: str = "say it in a few words"
) -> str | None:
    """Return `value` when it is a non-empty string (or None, unless `required`); raise otherwise."""
    if value is None and not required:
        return None
    if not isinstance(value, str):
        raise TypeError(message(function, argument, "a string", repr(value)))
    if not value.strip():
        raise ValueError(message(function, argument, "words", repr(value), hint))
    return " ".join(value.split())


def check_label(function: str, value: Any, argument: str = "label") -> str | None:
    """Return the anchor `value` when it is None or fit for an HTML id; raise otherwise."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(message(function, argument, "a string", repr(value)))
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", value):
        expected = "lower-case words joined by hyphens"
        raise ValueError(message(function, argument, expected, repr(value), 'for example "eq-sigmoid-derivative"'))
    return value


def check_of(function: str, value: Any) -> tuple[str, ...]:
    """Return the labels of the formulas that a check witnesses: one label or several.

    >>> check_of("agree", "eq-sigmoid"), check_of("agree", ("eq-a", "eq-b"))
    (('eq-sigmoid',), ('eq-a', 'eq-b'))
    """
    labels = (value,) if isinstance(value, str) else value
    if not isinstance(labels, (tuple, list)):
        raise TypeError(message(function, "of", "the label of a formula, or several", repr(value)))
    for label in labels:
        if check_label(function, label, "of") is None:
            raise TypeError(message(function, "of", "labels", "None"))
    return tuple(labels)


def check_points(function: str, value: Any) -> int:
    """Return the number of sample points when it is a positive integer; raise otherwise."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(message(function, "points", "an integer", value))
    if value < 1:
        raise ValueError(message(function, "points", "a positive integer", value))
    return value


def check_tolerance(function: str, argument: str, value: Any, most: float = math.inf) -> float:
    """Return a tolerance when it is a number from 0 to below `most`; raise for what would let everything pass."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating, np.integer)):
        raise TypeError(message(function, argument, "a number", repr(value)))
    if not 0 <= value < most:
        expected = f"at least 0 and below {most:g}" if math.isfinite(most) else "at least 0 and finite"
        raise ValueError(message(function, argument, expected, repr(value)))
    return float(value)
