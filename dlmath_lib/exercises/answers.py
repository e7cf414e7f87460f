"""What a checker is made of: each helper returns when the answer is right, and else raises `Wrong`, in plain words."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

__all__ = ["Wrong", "choice", "close_to", "not_yet", "number", "numbers", "parts", "same_array", "show"]

LONGEST = 8


class Wrong(Exception):
    """An answer is wrong; the message tells the reader why.

    Parameters
    ----------
    message : str
        What is wrong, and where.
    unfinished : bool, default False
        True marks an answer that is still ``...``.

    Examples
    --------
    >>> Wrong("the sign is wrong").unfinished
    False
    """

    def __init__(self, message: str, *, unfinished: bool = False) -> None:
        super().__init__(message)
        self.unfinished = unfinished


def not_yet(words: str = "replace the … by your answer") -> Wrong:
    """The exception for an answer that is still to be given."""
    return Wrong(f"not yet: {words}", unfinished=True)


def show(value: Any) -> str:
    """A value as a reader would write it, short.

    Parameters
    ----------
    value : object
        Anything, even what cannot be printed.

    Returns
    -------
    str
        One line, of some 100 characters at most.

    Examples
    --------
    >>> show(-0.25), show(np.array([1.0, 2.0]))
    ('−0.25', '[1, 2]')
    """
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, float, np.integer, np.floating)):
        try:
            return f"{float(value):.6g}".replace("-", "−")
        except OverflowError:
            return "an integer of more than 300 digits"
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
        text = np.array2string(
            value, threshold=12, edgeitems=3, separator=", ", formatter={"float_kind": show, "int_kind": str}
        )
        return " ".join(text.split())
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(show, value[:LONGEST])) + (", …" if len(value) > LONGEST else "")
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    try:
        if hasattr(value, "free_symbols"):
            from dlmath_lib.verify.printing import plain

            return plain(value)
        text = repr(value)
    except Exception:
        return f"an object of type {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."


def parts(answer: Any, count: int, shape: str) -> list[Any]:
    """The parts of an answer that has several, or `Wrong`; one that is still ``...`` is not yet an answer.

    Parameters
    ----------
    answer : list, tuple, array or SymPy vector
        What the reader gave.
    count : int
        How many parts it must have.
    shape : str
        What the answer must be, in words: ``"a list of two numbers, [x1, x2]"``.

    Returns
    -------
    list
        The parts, none of which is ``...``.

    Raises
    ------
    Wrong
        If the answer is no sequence of so many parts, or a part is missing.

    Examples
    --------
    >>> parts((1, 2), 2, "a pair")
    [1, 2]
    >>> parts([..., 2], 2, "a pair")
    Traceback (most recent call last):
    dlmath_lib.exercises.answers.Wrong: not yet: part 1 of your answer is still …
    """
    import sympy as sp

    if answer is ...:
        raise not_yet()
    if isinstance(answer, sp.MatrixBase) and 1 in answer.shape:
        answer = answer.flat()
    array = isinstance(answer, np.ndarray) and answer.ndim > 0 and not isinstance(answer, np.ma.MaskedArray)
    if array and answer.shape == (1, count):  # a row vector
        answer = answer[0]
    sequence = isinstance(answer, (list, tuple)) or array
    if not sequence or len(answer) != count:
        raise Wrong(f"your answer must be {shape}; it is {show(answer)}")
    missing = [i for i, part in enumerate(answer, start=1) if part is ...]
    if len(missing) == count:
        raise not_yet("replace each … by your answer")
    if missing:
        raise not_yet(f"part {missing[0]} of your answer is still …")
    return list(answer)


def number(answer: Any, what: str = "your answer", *, finite: bool = True) -> float:
    """One real number as a float, or `Wrong`: no string, no truth value, no array of several.

    Parameters
    ----------
    answer : object
        What the reader gave.
    what : str
        What it is called in the message.
    finite : bool, default True
        Whether infinity is refused; NaN always is.

    Returns
    -------
    float

    Raises
    ------
    Wrong
        If it is no such number.

    Examples
    --------
    >>> number(np.array([0.5]))
    0.5
    >>> number("0.5", "the rate")
    Traceback (most recent call last):
    dlmath_lib.exercises.answers.Wrong: the rate must be a number; it is '0.5'
    """
    array = _array(answer, what, "a number", "must be a number")
    if array.size != 1:
        raise Wrong(f"{what} must be one number; it has shape {array.shape}")
    value = float(array.reshape(()))
    if math.isnan(value):
        raise Wrong(f"{what} is NaN (not a number)")
    if finite and math.isinf(value):
        raise Wrong(f"{what} must be finite; it is {show(value)}")
    return value


def numbers(answer: Any, what: str = "your answer", *, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """An array of finite real numbers, as float64, or `Wrong`.

    Parameters
    ----------
    answer : object
        What the reader gave.
    what : str
        What it is called in the message.
    shape : tuple of int, optional
        The shape that it must have.

    Returns
    -------
    ndarray
        A copy.

    Raises
    ------
    Wrong
        If it is no such array.

    Examples
    --------
    >>> numbers([1, 2], shape=(2,))
    array([1., 2.])
    """
    array = _array(answer, what, "an array", "must hold numbers").astype(np.float64)
    if shape is not None and array.shape != shape:
        hint = ": transposed?" if array.ndim > 1 and array.shape == shape[::-1] else ""
        raise Wrong(f"{what} must have shape {shape}; it has shape {array.shape}{hint}")
    if (bad := ~np.isfinite(array)).any():
        name = "NaN (not a number)" if np.isnan(array[_first(bad)]) else "infinite"
        raise Wrong(f"{what} is {name}{_at(bad)}")
    return array


def _array(answer: Any, what: str, kind: str, demand: str) -> np.ndarray:
    """A new array of real numbers of the answer's own type; the words of the refusals are the caller's."""
    if answer is ...:
        raise not_yet()
    if answer is None and kind == "an array":
        raise Wrong(f"{what} is None: is a return statement missing?")
    if callable(answer) and not hasattr(answer, "is_number"):
        raise Wrong(f"{what} must be {kind}; it is a function: call it")
    if isinstance(answer, np.ma.MaskedArray):
        raise Wrong(f"{what} must be {kind} without masked entries")
    try:
        array = np.array(answer)
        if array.dtype == object and not any(isinstance(v, (str, bytes, bool)) or v is None for v in array.flat):
            array = array.astype(np.float64)  # such as exact numbers of SymPy
    except ValueError as error:
        ragged = "sequence" in str(error) or "inhomogeneous" in str(error)
        raise Wrong(f"{what} is not {kind}: {'its rows are not equally long' if ragged else error}") from None
    except (TypeError, OverflowError):
        raise Wrong(f"{what} {demand}; it is {show(answer)}") from None
    if array.dtype.kind == "c" and not array.imag.any():
        array = array.real.copy()
    if array.dtype.kind not in "fiu":
        holds = kind == "an array" and array.ndim
        raise Wrong(f"{what} {demand}; " + (f"its dtype is {array.dtype}" if holds else f"it is {show(answer)}"))
    return array


def close_to(
    answer: Any,
    value: float,
    unit: str = "",
    *,
    rtol: float = 1e-6,
    atol: float = 0.0,
    what: str = "your answer",
    hint: str = "",
) -> None:
    """Accept a number within ``atol + rtol·|value|`` of `value`; name a wrong sign, a factor of 2, a reciprocal.

    Parameters
    ----------
    answer : object
        What the reader gave.
    value : float
        The right number.
    unit : str
        Written behind the answer in the message.
    rtol, atol : float
        How close is close enough.
    what : str
        What the number is called.
    hint : str
        A sentence for a reader whose number is wrong.

    Raises
    ------
    Wrong
        If it is no number, or another one.

    Examples
    --------
    >>> close_to(0.333333, 1 / 3, rtol=1e-5)
    >>> close_to(-2, 2)
    Traceback (most recent call last):
    dlmath_lib.exercises.answers.Wrong: your answer is −2; its sign is wrong
    """
    found, value = number(answer, what, finite=False), float(value)
    allowed = atol + rtol * abs(value)
    if found == value or abs(found - value) <= max(allowed, 1e-12 if value == 0 else 0.0):
        return
    near = max(allowed, 1e-9 * abs(value))
    if value != 0 and abs(found + value) <= near:
        clue = "its sign is wrong"
    elif value != 0 and abs(found - 2 * value) <= 2 * near:
        clue = "it is twice the right number"
    elif value != 0 and abs(2 * found - value) <= near:
        clue = "it is half the right number"
    elif abs(found * value - 1) <= 1e-6:
        clue = "it is the reciprocal of the right number"
    elif value != 0 and abs(found - value) <= 0.05 * abs(value):
        enough = f"within {rtol:.0e}".replace("e-0", "e-") if atol == 0 else "close enough"
        clue = f"it is close, but not {enough}"
    else:
        clue = "it is too large" if found > value else "it is too small"
    raise Wrong(f"{what} is {show(found)}{f' {unit}' if unit else ''}; {clue}" + (f". {hint}" if hint else ""))


def same_array(
    answer: Any,
    value: Any,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    what: str = "your answer",
    dtype: str | None = None,
) -> None:
    """Accept an array of the same shape whose entries are close; name the first entry that is not.

    Parameters
    ----------
    answer : object
        What the reader gave.
    value : array_like
        The right numbers.
    rtol, atol : float
        An entry passes within ``atol + rtol·|right entry|``.
    what : str
        What the array is called.
    dtype : str, optional
        The type that it must have.

    Raises
    ------
    Wrong
        If it is no array of numbers, or its shape, type or an entry is another.

    Examples
    --------
    >>> same_array([1, 2], [1.0, 2.0])
    >>> same_array([1, 3], [1.0, 2.0])
    Traceback (most recent call last):
    dlmath_lib.exercises.answers.Wrong: your answer is 3 at index 1; 2 is right there (1 of 2 entries are wrong)
    """
    expected = np.asarray(value)
    found = _array(answer, what, "an array", "must hold numbers")
    if found.shape != expected.shape:
        hint = ": transposed?" if found.ndim > 1 and found.shape == expected.shape[::-1] else ""
        raise Wrong(f"{what} must have shape {expected.shape}; it has shape {found.shape}{hint}")
    if dtype is not None and found.dtype != np.dtype(dtype):
        raise Wrong(f"{what} must have dtype {np.dtype(dtype)}; it has {found.dtype}")
    bad = np.isnan(found) & ~np.isnan(expected)
    if np.any(bad):
        raise Wrong(f"{what} is NaN (not a number){_at(bad)}; {show(expected[_first(bad)])} is right there")
    with np.errstate(invalid="ignore"):
        good = np.isclose(found, expected, rtol=rtol, atol=atol, equal_nan=True)
    if not np.all(good):
        spot = _first(~good)
        count = f" ({int((~good).sum())} of {good.size} entries are wrong)" if good.size > 1 else ""
        opposite = good.size and np.allclose(found, -expected, rtol=rtol, atol=atol)
        clue = "; every sign is wrong" if opposite else ""
        mine, right = show(found[spot]), show(expected[spot])
        if mine == right:  # they differ in a digit that is not shown
            off = abs(found[spot] / expected[spot] - 1)
            raise Wrong(f"{what} is {mine}{_at(~good)}; that misses the right number by {off:.0e} of its size{count}")
        raise Wrong(f"{what} is {mine}{_at(~good)}; {right} is right there{clue}{count}")


def _first(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(mask)[0]) if mask.ndim else ()


def _at(mask: np.ndarray) -> str:
    spot = _first(mask)
    if not spot:
        return ""
    return f" at index {spot[0]}" if len(spot) == 1 else f" at index {spot}"


def choice(answer: Any, right: str | Collection[str], options: Mapping[str, str]) -> None:
    """Accept one of several options by its letter.

    Parameters
    ----------
    answer : object
        What the reader gave; a capital letter counts as a small one.
    right : str or collection of str
        The right option, or all that are.
    options : mapping from str to str
        Each option with the reason why it is wrong.

    Raises
    ------
    Wrong
        With that reason.

    Examples
    --------
    >>> choice("A", "a", {"a": "", "b": "that is the maximum"})
    >>> choice("b", "a", {"a": "", "b": "that is the maximum"})
    Traceback (most recent call last):
    dlmath_lib.exercises.answers.Wrong: not 'b': that is the maximum
    """
    text = answer.strip().lower() if isinstance(answer, str) else ""
    if text not in options:
        raise Wrong(f"your answer must be one of {', '.join(map(repr, options))}; it is {show(answer)}")
    if text not in ({right} if isinstance(right, str) else right):
        raise Wrong(f"not {text!r}: {options[text]}")
