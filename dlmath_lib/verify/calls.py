"""Which functions of the package a checked function runs, for a check of what a chapter writes in a line of its own."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from dlmath_lib.verify._errors import message


def check_calls(function: str, value: Any) -> tuple[Callable[..., Any], ...]:
    """Return the functions of `dlmath_lib` that a check names as run: none, one or several."""
    named = (value,) if callable(value) else value
    if not isinstance(named, (tuple, list)):
        raise TypeError(message(function, "calls", "a function of dlmath_lib, or several", repr(value)))
    for each in named:
        if not inspect.isfunction(each) or not each.__module__.startswith("dlmath_lib."):
            raise TypeError(message(function, "calls", "functions of dlmath_lib", repr(each)))
    return tuple(named)


@contextmanager
def watched(seen: set[CodeType]) -> Iterator[None]:
    """Note the code of every Python function that is entered inside."""

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            seen.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(before)


def check_called(function: str, named: Sequence[Callable[..., Any]], seen: set[CodeType]) -> None:
    """Refuse a name of a function that was not run: the ledger would count a witness that is none."""
    for each in named:
        if inspect.unwrap(each).__code__ not in seen:
            raise ValueError(message(function, "calls", "functions that the check runs", f"{each.__name__}, not run"))
