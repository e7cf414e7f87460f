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
SECONDS = 120.0  # of processor time, for one answer
NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
LABEL = re.compile(r"eq-[a-z0-9-]+")

Checker = Callable[[Any], str | None]


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Parameters
    ----------
    name : str
        ``"chapter.what_it_asks"``.
    checker : callable
        The function that examines an answer.
    of : tuple of str
        The labels of the numbered formulas that it exercises, such as ``"eq-quotient-rule"``.

    Attributes
    ----------
    chapter : str
        The part of the name before the dot.

    Examples
    --------
    >>> exercises_of("derivatives")[0].chapter
    'derivatives'
    """

    name: str
    checker: Checker
    of: tuple[str, ...] = ()

    @property
    def chapter(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, repr=False)
class Verdict:
    """What `check` found.

    Parameters
    ----------
    name : str
        Of the exercise.
    status : {"right", "wrong", "not yet"}
        True in a condition only if it is "right".
    message : str
        Why.

    Attributes
    ----------
    passed : bool
        True only for a right answer.

    Examples
    --------
    >>> Verdict("derivatives.slope_by_hand", "wrong", "its sign is wrong")
    ✗ its sign is wrong
    """

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
        return f"{self._mark} {self.message}"

    @property
    def _mark(self) -> str:
        return {"right": "✓", "wrong": "✗", "not yet": "…"}[self.status]

    def html(self) -> str:
        """The verdict as HTML.

        Returns
        -------
        str
            One ``div``, with every text escaped.

        Examples
        --------
        >>> "&lt;b&gt;" in Verdict("a.b", "wrong", "<b>").html()
        True
        """
        lines = "<br>".join(html.escape(line).replace("  ", "&nbsp;&nbsp;") for line in self.message.splitlines())
        kind = self.status.replace(" ", "-")
        return f'<div class="verdict verdict-{kind}"><span class="verdict-mark">{self._mark}</span> {lines}</div>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}


_registry: dict[str, Exercise] = {}


def exercise(name: str, *, of: str | tuple[str, ...] = ()) -> Callable[[Checker], Checker]:
    """Register the decorated function as the checker of an exercise.

    Parameters
    ----------
    name : str
        ``"chapter.what_it_asks"``, in lower case.
    of : str or tuple of str
        The labels of the numbered formulas that it exercises; the ledger shows them.

    Returns
    -------
    callable
        The decorator. The function takes the answer. It returns None or a remark when the answer is right, and raises
        `Wrong` (the helpers of `dlmath_lib.exercises` do) when it is not.

    Raises
    ------
    ValueError
        If the name or a label has another form, or the name is taken.

    Examples
    --------
    >>> @exercise("doctest.three", of="eq-three")
    ... def three(answer):
    ...     from dlmath_lib.exercises import close_to
    ...     close_to(answer, 3)
    >>> check("doctest.three", 3).passed
    True
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValueError(f"exercise: name must be 'chapter.what_it_asks' in lower case, got {name!r}")
    labels = (of,) if isinstance(of, str) else of
    if not isinstance(labels, tuple) or not all(isinstance(lb, str) and LABEL.fullmatch(lb) for lb in labels):
        raise ValueError(f"exercise: of must be a label such as 'eq-quotient-rule', or a tuple of labels, got {of!r}")

    def register(checker: Checker) -> Checker:
        known = _registry.get(name)
        if known is not None and known.checker.__qualname__ != checker.__qualname__:
            raise ValueError(f"exercise: name must be new, got {name!r}, which {known.checker.__qualname__} has")
        _registry[name] = Exercise(name, checker, labels)
        return checker

    return register


def _modules() -> list[str]:
    package = importlib.import_module("dlmath_lib.exercises")
    return [module.name for module in pkgutil.iter_modules(package.__path__)]


def exercises_of(chapter: str) -> list[Exercise]:
    """The exercises of a chapter, by name; the chapter's module is imported.

    Parameters
    ----------
    chapter : str
        Such as ``"derivatives"``.

    Returns
    -------
    list of Exercise
        In the order of their names; empty if no chapter has this name.

    Raises
    ------
    Nothing.

    Examples
    --------
    >>> [e.name for e in exercises_of("derivatives")][:2]
    ['derivatives.arcsine', 'derivatives.by_the_table']
    """
    if chapter in _modules():
        importlib.import_module(f"dlmath_lib.exercises.{chapter}")
    return sorted((e for e in _registry.values() if e.chapter == chapter), key=lambda e: e.name)


def _find(name: Any) -> Exercise:
    if not isinstance(name, str):
        raise TypeError(f"check: name must be a string such as 'derivatives.slope_by_hand', got {name!r}")
    chapter = name.partition(".")[0]
    exercises_of(chapter)
    if name in _registry:
        return _registry[name]
    for other in _modules():
        exercises_of(other)
    near = difflib.get_close_matches(name, sorted(_registry), n=3, cutoff=0.5)
    near = near or sorted(n for n in _registry if n.startswith(chapter + "."))[:5]
    chapters = sorted({e.chapter for e in _registry.values()})
    hint = f"did you mean {', '.join(near)}?" if near else f"chapters with exercises are {', '.join(chapters)}"
    raise ValueError(f"check: name must be that of an exercise, got {name!r}: {hint}")


def check(name: str, answer: Any) -> Verdict:
    """Examine an answer and say what is wrong with it, and where. A wrong answer never raises.

    Parameters
    ----------
    name : str
        Of the exercise, as its cell has it.
    answer : object
        A number, array, expression, function, or `Derivation`; ``...`` means that there is none yet.

    Returns
    -------
    Verdict
        Also for an answer that exits, does not end, or is of another kind.

    Raises
    ------
    TypeError, ValueError
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
    from dlmath_lib.verify.budget import OutOfTime, within

    found = _find(name)
    if answer is ...:
        return Verdict(name, "not yet", NOT_YET)
    try:
        with within(SECONDS):
            remark = found.checker(answer)
    except Wrong as error:
        return Verdict(name, "not yet" if error.unfinished else "wrong", str(error))
    except AssertionError as error:
        return Verdict(name, "wrong", str(error) or "this is not the answer")
    except KeyboardInterrupt:
        raise
    except OutOfTime:
        return Verdict(name, "wrong", f"this answer could not be examined within {SECONDS:g} seconds: make it simpler")
    except BaseException as error:  # sys.exit() in an answer, too, ends here and not the reader's session
        return Verdict(name, "wrong", f"this answer cannot be examined: {type(error).__name__}: {error}")
    return Verdict(name, "right", "right" + (f": {remark}" if isinstance(remark, str) and remark else ""))
