"""The exercises by name, and the verdict on an answer."""

from __future__ import annotations

import difflib
import html
import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dlmath_lib.exercises.answers import Wrong

NOT_YET = "not yet: replace the … by your answer"
NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Exercise:
    """One exercise: its name and the function that examines an answer."""

    name: str
    checker: Callable[[Any], str | None]

    @property
    def chapter(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, repr=False)
class Verdict:
    """What `check` found: `status` is ``"right"``, ``"wrong"`` or ``"not yet"``; `message` says why."""

    name: str
    status: str
    message: str

    @property
    def passed(self) -> bool:
        """True only for a right answer."""
        return self.status == "right"

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        mark = {"right": "✓", "wrong": "✗", "not yet": "…"}[self.status]
        return f"{mark} {self.message}"

    def html(self) -> str:
        """Return the verdict as HTML."""
        mark = {"right": "✓", "wrong": "✗", "not yet": "…"}[self.status]
        lines = "<br>".join(html.escape(line).replace("  ", "&nbsp;&nbsp;") for line in self.message.splitlines())
        kind = self.status.replace(" ", "-")
        return f'<div class="verdict verdict-{kind}"><span class="verdict-mark">{mark}</span> {lines}</div>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}


_registry: dict[str, Exercise] = {}


def exercise(name: str) -> Callable[[Callable[[Any], str | None]], Callable[[Any], str | None]]:
    """Register the decorated function as the checker of exercise `name`, ``"chapter.what_it_asks"``.

    The function takes the answer. It returns None or a remark when the answer is right, and raises `Wrong` (the helpers
    of `dlmath_lib.exercises` do) when it is not.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValueError(f"exercise: name must be 'chapter.what_it_asks' in lower case, got {name!r}")

    def register(checker: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
        known = _registry.get(name)
        if known is not None and known.checker.__qualname__ != checker.__qualname__:
            raise ValueError(f"exercise: name must be new, got {name!r}, which {known.checker.__qualname__} has")
        _registry[name] = Exercise(name, checker)
        return checker

    return register


def _chapters() -> list[str]:
    package = importlib.import_module("dlmath_lib.exercises")
    own = {"answers", "registry"}
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.name not in own)


def exercises_of(chapter: str) -> list[Exercise]:
    """Return the exercises of a chapter, by name; the chapter's module is imported."""
    if chapter in _chapters():
        importlib.import_module(f"dlmath_lib.exercises.{chapter}")
    return sorted((e for e in _registry.values() if e.chapter == chapter), key=lambda e: e.name)


def _find(name: Any) -> Exercise:
    if not isinstance(name, str):
        raise TypeError(f"check: name must be a string such as 'derivatives.slope_by_hand', got {name!r}")
    chapter = name.partition(".")[0]
    exercises_of(chapter)
    if name in _registry:
        return _registry[name]
    for other in _chapters():
        exercises_of(other)
    near = difflib.get_close_matches(name, sorted(_registry), n=3, cutoff=0.5)
    near = near or sorted(n for n in _registry if n.startswith(chapter + "."))[:5]
    hint = (
        f": did you mean {', '.join(near)}?"
        if near
        else f": chapters with exercises are {', '.join(_chapters()) or 'none'}"
    )
    raise ValueError(f"check: name must be that of an exercise, got {name!r}{hint}")


def check(name: str, answer: Any) -> Verdict:
    """Examine an answer and say what is wrong with it, and where. A wrong answer never raises.

    Parameters
    ----------
    name : str
        Of the exercise, as its cell has it.
    answer : object
        A number, array, expression, function, or `Derivation`; ``...`` means that there is none yet.

    Raises
    ------
    ValueError
        When no exercise has this name; the message has the near ones.

    Examples
    --------
    >>> @exercise("doctest.two")
    ... def two(answer):
    ...     from dlmath_lib.exercises import close_to
    ...     close_to(answer, 2)
    >>> check("doctest.two", ...)
    … not yet: replace the … by your answer
    >>> check("doctest.two", 2.0)
    ✓ right
    >>> check("doctest.two", -2.0)
    ✗ your answer is −2; its sign is wrong
    """
    found = _find(name)
    if answer is ...:
        return Verdict(name, "not yet", NOT_YET)
    try:
        remark = found.checker(answer)
    except Wrong as error:
        return Verdict(name, "not yet" if error.unfinished else "wrong", str(error))
    except AssertionError as error:
        return Verdict(name, "wrong", str(error) or "this is not the answer")
    except Exception as error:
        return Verdict(name, "wrong", f"this answer cannot be examined: {type(error).__name__}: {error}")
    return Verdict(name, "right", "right" + (f": {remark}" if isinstance(remark, str) and remark else ""))
