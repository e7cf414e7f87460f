"""Trying out the functions that a reader wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from dlmath_lib.exercises.answers import Wrong, not_yet, same_array, show

__all__ = ["call", "function_agrees", "gradient_of"]

SECONDS = 10.0  # of processor time, for one call


def call(function: Any, *args: Any, names: Sequence[str] = (), **options: Any) -> Any:
    """Call the reader's function on copies; whatever goes wrong becomes `Wrong`, with the input that caused it.

    Parameters
    ----------
    function : object
        What the reader gave.
    *args, **options : object
        The arguments.
    names : sequence of str
        What the arguments are called in the message.

    Returns
    -------
    object
        A copy of what the function returned: one that fills the same array in every call does no harm.

    Raises
    ------
    Wrong
        If it is no function, raises (``sys.exit()`` included), does not end, changes an argument, or returns nothing.

    Examples
    --------
    >>> call(lambda x: x + 1, 2)
    3
    >>> call(lambda x: 1 / x, 0, names=("x",))
    Traceback (most recent call last):
    dlmath_lib.exercises.answers.Wrong: your function raises ZeroDivisionError for x = 0: division by zero
    """
    from dlmath_lib.verify.budget import OutOfTime, within

    if function is ...:
        raise not_yet()
    if not callable(function):
        raise Wrong(f"your answer must be a function; it is {show(function)}")
    own = copied(args)
    try:
        with within(SECONDS):
            result = copied(function(*own, **options))
    except (Wrong, KeyboardInterrupt):
        raise
    except OutOfTime:
        raise Wrong(
            f"your function does not come to an end for {_inputs(args, names, options)}: "
            f"it was stopped after {SECONDS:g} seconds. Is there a loop whose condition stays true?"
        ) from None
    except BaseException as error:
        raise Wrong(
            f"your function raises {type(error).__name__} for {_inputs(args, names, options)}: {_words(error)}"
        ) from None
    for position, (mine, given) in enumerate(zip(own, args, strict=True)):
        if not _unchanged(mine, given):
            which = f"argument {names[position]}" if position < len(names) else "argument"
            raise Wrong(f"your function changes its {which}: work on a copy")
    if result is None:
        raise Wrong(f"your function returns None for {_inputs(args, names, options)}: is a return statement missing?")
    if result is ... or (isinstance(result, (list, tuple)) and any(part is ... for part in result)):
        raise not_yet("your function still returns …")
    return result


def copied(value: Any) -> Any:
    """The value with copies of all arrays in it, in lists and tuples too."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(map(copied, value))
    return value


def _unchanged(mine: Any, given: Any) -> bool:
    if isinstance(given, np.ndarray):
        same_kind = mine.shape == given.shape and mine.dtype == given.dtype
        return same_kind and np.array_equal(mine, given, equal_nan=given.dtype.kind in "fc")
    if type(given) in (list, tuple):
        return len(mine) == len(given) and all(map(_unchanged, mine, given))
    return mine == given if isinstance(given, str) else True


def _words(error: BaseException) -> str:
    try:
        return str(error) or "without a message"
    except Exception:
        return "with a message that cannot be printed"


def _inputs(args: Sequence[Any], names: Sequence[str], options: dict[str, Any]) -> str:
    shown = [f"{names[i]} = {_input(a)}" if i < len(names) else _input(a) for i, a in enumerate(args)]
    shown += [f"{key} = {_input(value)}" for key, value in options.items()]
    return ", ".join(shown) or "no argument"


def _input(value: Any) -> str:
    if callable(value) and not hasattr(value, "free_symbols"):
        return str(getattr(value, "__name__", "a function"))
    return show(value)


def function_agrees(
    answer: Any,
    reference: Callable[..., Any],
    cases: Iterable[Any],
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    names: Sequence[str] = (),
    dtype: bool = False,
) -> str:
    """Accept a function that returns what `reference` returns, for every case.

    Parameters
    ----------
    answer : object
        What the reader gave.
    reference : callable
        The right function.
    cases : iterable
        Inputs: one argument each, or a tuple of them.
    rtol, atol : float
        As for `same_array`.
    names : sequence of str
        What the arguments are called in the message.
    dtype : bool, default False
        Whether the type of the result must be the same, too.

    Returns
    -------
    str
        How many cases agree.

    Raises
    ------
    Wrong
        With the first input for which the results differ, and how; or as `call`.
    ValueError
        If there is no case.

    Examples
    --------
    >>> function_agrees(lambda z: z * z, np.square, [3.0, np.array([1.0, -2.0])])
    '2 cases agree'
    """
    count = 0
    for case in cases:
        args = case if isinstance(case, tuple) else (case,)
        expected = reference(*copied(args))
        found = call(answer, *args, names=names)
        wanted = str(np.asarray(expected).dtype) if dtype else None
        what = f"for {_inputs(args, names, {})} your result"
        same_array(found, expected, rtol=rtol, atol=atol, what=what, dtype=wanted)
        count += 1
    if count == 0:
        raise ValueError("function_agrees: cases must be non-empty, got none: a check without a case accepts anything")
    return f"{count} case{'s' * (count != 1)} agree"


def gradient_of(answer: Any, f: Callable[..., Any], *inputs: Any, **options: Any) -> str:
    """Accept a VJP ``answer(g, *inputs)`` that agrees with central differences of `f` for random cotangents.

    Parameters
    ----------
    answer : object
        What the reader gave.
    f : callable
        The function whose gradient it is.
    *inputs : array_like
        Where.
    **options : object
        As for `verify.gradient`.

    Returns
    -------
    str
        What was compared.

    Raises
    ------
    Wrong
        With both numbers and the place; or as `call`.

    Examples
    --------
    >>> gradient_of(lambda g, x: g * np.cos(x), np.sin, np.array([0.3]))
    'it agrees with central differences for random cotangents'
    """
    from dlmath_lib.verify import ClaimFailed, gradient

    if answer is ...:
        raise not_yet()
    if not callable(answer):
        raise Wrong(f"your answer must be a function; it is {show(answer)}")

    def rule(g: np.ndarray, *at: np.ndarray) -> Any:
        return call(answer, g, *at, names=("g",))

    rule.__name__ = "your function"
    try:
        gradient(f, rule, *inputs, **options)
    except ClaimFailed as error:
        raise Wrong(str(error)) from None
    except (TypeError, ValueError) as error:
        raise Wrong(f"what your function returns is no gradient: {error}") from None
    return "it agrees with central differences for random cotangents"
