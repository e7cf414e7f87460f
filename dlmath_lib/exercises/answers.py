"""What a checker is made of: each helper returns when the answer is right, and else raises `Wrong`, in plain words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import sympy as sp


class Wrong(Exception):
    """An answer is wrong; the message tells the reader why. `unfinished` marks an answer that is still ``...``."""

    def __init__(self, message: str, *, unfinished: bool = False) -> None:
        super().__init__(message)
        self.unfinished = unfinished


def show(value: Any) -> str:
    """Return a value as a reader would write it, short.

    >>> show(-0.25), show(np.array([1.0, 2.0]))
    ('−0.25', '[1, 2]')
    """
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, float, np.integer, np.floating)):
        return f"{float(value):.6g}".replace("-", "−")
    if isinstance(value, np.ndarray):
        text = np.array2string(
            value, threshold=12, edgeitems=3, separator=", ", formatter={"float_kind": show, "int_kind": str}
        )
        return " ".join(text.split())
    if isinstance(value, (list, tuple)):
        return (
            "(" + ", ".join(show(v) for v in value) + ")"
            if isinstance(value, tuple)
            else "[" + ", ".join(show(v) for v in value) + "]"
        )
    if type(value).__module__.startswith("sympy"):
        from dlmath_lib.verify.printing import plain

        return plain(value)
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _number(answer: Any, what: str) -> float:
    if answer is ...:
        raise Wrong("not yet: replace the … by your answer", unfinished=True)
    if isinstance(answer, bool) or answer is None or isinstance(answer, str):
        raise Wrong(f"{what} must be a number; it is {show(answer)}")
    if callable(answer) and not hasattr(answer, "is_number"):
        raise Wrong(f"{what} must be a number; it is a function: call it")
    try:
        array = np.asarray(answer)
        if array.dtype == object:
            return float(answer)
        if array.size != 1:
            raise Wrong(f"{what} must be one number; it has shape {array.shape}")
        return float(array.reshape(()))
    except (TypeError, ValueError):
        raise Wrong(f"{what} must be a number; it is {show(answer)}") from None


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
    """Accept a number within ``atol + rtol·|value|`` of `value`; name a wrong sign, a factor of 2, a reciprocal."""
    number = _number(answer, what)
    if math.isnan(number):
        raise Wrong(f"{what} is NaN (not a number)")
    value = float(value)
    allowed = atol + rtol * abs(value)
    if number == value or abs(number - value) <= max(allowed, 1e-12 if value == 0 else 0.0):
        return
    tail = f" {unit}" if unit else ""
    near = max(allowed, 1e-9 * abs(value))
    if value != 0 and abs(number + value) <= near:
        clue = "its sign is wrong"
    elif value != 0 and abs(number - 2 * value) <= 2 * near:
        clue = "it is twice the right number"
    elif value != 0 and abs(2 * number - value) <= near:
        clue = "it is half the right number"
    elif number != value and abs(number * value - 1) <= 1e-6:
        clue = "it is the reciprocal of the right number"
    elif value != 0 and abs(number - value) <= 0.05 * abs(value):
        clue = (
            f"it is close, but not within {rtol:.0e}".replace("e-0", "e-")
            if atol == 0
            else "it is close, but not close enough"
        )
    else:
        clue = "it is too large" if number > value else "it is too small"
    raise Wrong(f"{what} is {show(number)}{tail}; {clue}" + (f". {hint}" if hint else ""))


def same_array(
    answer: Any,
    value: Any,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    what: str = "your answer",
    dtype: str | None = None,
) -> None:
    """Accept an array of the same shape whose entries are close; name the first entry that is not."""
    if answer is ...:
        raise Wrong("not yet: replace the … by your answer", unfinished=True)
    expected = np.asarray(value)
    if answer is None:
        raise Wrong(f"{what} is None: is a return statement missing?")
    if callable(answer):
        raise Wrong(f"{what} must be an array; it is a function: call it")
    try:
        found = np.asarray(answer)
    except ValueError as error:
        raise Wrong(f"{what} is not an array: {error}") from None
    if found.dtype.kind not in "fiubc":
        try:
            found = found.astype(float)
        except (TypeError, ValueError):
            raise Wrong(f"{what} must hold numbers; its dtype is {found.dtype}") from None
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
        clue = "; every sign is wrong" if good.size and np.allclose(found, -expected, rtol=rtol, atol=atol) else ""
        raise Wrong(f"{what} is {show(found[spot])}{_at(~good)}; {show(expected[spot])} is right there{clue}{count}")


def _first(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(mask)[0]) if mask.ndim else ()


def _at(mask: np.ndarray) -> str:
    spot = _first(mask)
    if not spot:
        return ""
    return f" at index {spot[0]}" if len(spot) == 1 else f" at index {spot}"


def choice(answer: Any, right: str, options: Mapping[str, str]) -> None:
    """Accept the option `right`; `options` maps each option to the reason why it is wrong."""
    text = answer.strip().lower() if isinstance(answer, str) else answer
    if text not in options:
        raise Wrong(f"your answer must be one of {', '.join(repr(o) for o in options)}; it is {show(answer)}")
    if text != right:
        raise Wrong(f"not {text!r}: {options[text]}")


def call(function: Any, *args: Any, names: Sequence[str] = (), **options: Any) -> Any:
    """Call the reader's function; an exception becomes `Wrong`, with the input that caused it."""
    if not callable(function):
        raise Wrong(f"your answer must be a function; it is {show(function)}")
    try:
        result = function(*(a.copy() if isinstance(a, np.ndarray) else a for a in args), **options)
    except Wrong:
        raise
    except Exception as error:
        raise Wrong(
            f"your function raises {type(error).__name__} for {_inputs(args, names, options)}: {error}"
        ) from None
    if result is None:
        raise Wrong(f"your function returns None for {_inputs(args, names, options)}: is a return statement missing?")
    if result is ...:
        raise Wrong("not yet: your function still returns …", unfinished=True)
    return result


def _inputs(args: Sequence[Any], names: Sequence[str], options: Mapping[str, Any]) -> str:
    parts = [f"{names[i]} = {_input(a)}" if i < len(names) else _input(a) for i, a in enumerate(args)]
    parts += [f"{key} = {_input(value)}" for key, value in options.items()]
    return ", ".join(parts) or "no argument"


def _input(value: Any) -> str:
    return (
        getattr(value, "__name__", "a function")
        if callable(value) and not hasattr(value, "free_symbols")
        else show(value)
    )


def function_agrees(
    answer: Any, reference: Callable[..., Any], cases: Iterable[Any], *, rtol: float = 1e-6, atol: float = 1e-9,
    names: Sequence[str] = (), dtype: bool = False,
) -> str:  # fmt: skip
    """Accept a function that returns what `reference` returns for every case: one argument, or a tuple of them.

    Says for which input the results differ, and how. With `dtype` the dtype must be the same, too.
    """
    count = 0
    for case in cases:
        args = case if isinstance(case, tuple) else (case,)
        expected = reference(*(a.copy() if isinstance(a, np.ndarray) else a for a in args))
        kept = [a.copy() if isinstance(a, np.ndarray) else None for a in args]
        found = call(answer, *args, names=names)
        for old, new in zip(kept, args, strict=True):
            if old is not None and not np.array_equal(old, new, equal_nan=True):
                raise Wrong("your function changes its argument: work on a copy")
        wanted = str(np.asarray(expected).dtype) if dtype else None
        same_array(
            found, expected, rtol=rtol, atol=atol, what=f"for {_inputs(args, names, {})} your result", dtype=wanted
        )
        count += 1
    if count == 0:
        raise ValueError("function_agrees: cases must not be empty")
    return f"{count} case{'s' * (count != 1)} agree"


def expression_equals(
    answer: Any,
    expr: Any,
    *,
    where: Mapping[Any, Any] | None = None,
    given: Mapping[Any, Any] | None = None,
    free_of: Any = (),
    reveal: bool = True,
) -> None:
    """Accept a SymPy expression that is proved equal to `expr`; a counterexample tells a wrong one.

    `free_of` names what the answer may not contain, such as ``Derivative`` when it is to be worked out.
    Without `reveal` the counterexample does not tell the right value, which would give the answer away.
    """
    import sympy as sp

    from dlmath_lib.verify import ClaimFailed, prove

    if answer is ...:
        raise Wrong("not yet: replace the … by your answer", unfinished=True)
    if isinstance(answer, str) or (callable(answer) and not isinstance(answer, (sp.Basic, sp.MatrixBase))):
        raise Wrong(f"your answer must be a SymPy expression; it is {show(answer)}")
    try:
        side = sp.sympify(answer)
    except (sp.SympifyError, TypeError, AttributeError):
        raise Wrong(f"your answer must be a SymPy expression; it is {show(answer)}") from None
    side = sp.nsimplify(side, rational=True) if isinstance(side, sp.Expr) and side.has(sp.Float) else side
    for kind in free_of if isinstance(free_of, (tuple, list)) else (free_of,):
        if side.has(kind):
            raise Wrong(f"your answer must be worked out; it still contains {getattr(kind, '__name__', kind)}")
    side = _same_symbols(side, expr, given)
    extra = sorted(_strangers(side, expr, given), key=str)
    if extra:
        allowed = ", ".join(sorted(show(s) for s in sp.sympify(expr).free_symbols)) or "none"
        raise Wrong(
            f"your answer contains {', '.join(show(s) for s in extra)}; the symbols of this exercise are {allowed}"
        )
    try:
        prove(side, expr, where=where, given=given, points=60)
    except ClaimFailed as error:
        text = _gently(str(error), "your answer", "the right one")
        if not reveal:
            text = "\n".join(t for t in text.splitlines() if not t.strip().startswith(("the right one", "difference")))
        raise Wrong(text) from None
    except (TypeError, ValueError) as error:
        raise Wrong(f"your answer cannot be compared: {error}") from None


def _strangers(side: sp.Basic, expr: Any, given: Any) -> set[Any]:
    """Return free symbols of `side` that `expr` has not, such as an x made without the exercise's assumptions."""
    import sympy as sp

    known = set(sp.sympify(expr).free_symbols)
    for key, value in (given or {}).items():
        known |= sp.sympify(key).free_symbols | sp.sympify(value).free_symbols
    return {s for s in side.free_symbols if s not in known} if known else set()


def _same_symbols(side: Any, expr: Any, given: Any) -> Any:
    """Replace symbols that differ from the exercise's only in their assumptions, such as a plain x."""
    import sympy as sp

    own = {s.name: s for s in sp.sympify(expr).free_symbols if isinstance(s, sp.Symbol)}
    changes = {s: own[s.name] for s in _strangers(side, expr, given) if isinstance(s, sp.Symbol) and s.name in own}
    return side.xreplace(changes)


def _gently(text: str, left: str, right: str) -> str:
    lines = text.splitlines()
    if lines[0].startswith("not proved") or lines[0].startswith("not checked"):
        return "this could not be proved equal to the right answer: write it in a simpler form"
    rest = "\n".join(lines[1:]).replace("left side  =", f"{left} =").replace("right side =", f"{right} =")
    return "this is not the right expression\n" + rest if rest else "this is not the right expression"


def derivation_of(
    answer: Any, lhs: Any, rhs: Any, *, min_steps: int = 1, given: Mapping[Any, Any] | None = None, in_form: bool = True
) -> str:
    """Accept a `Derivation`, any chain of true steps, that starts at `lhs` and ends at `rhs`.

    Each step was proved when it was written. What is examined here: the first and the last line, which must be those
    of the exercise in form as well as in value; that each line is new, so that nothing but work makes the chain
    longer; and that no definition slipped in. Without `in_form` the last line need only be equal to `rhs`.
    """
    import sympy as sp

    from dlmath_lib.exercises.form import same_form, unfinished
    from dlmath_lib.verify import ClaimFailed, Derivation, prove

    if answer is ...:
        raise Wrong("not yet: replace the … by your answer", unfinished=True)
    if not isinstance(answer, Derivation):
        raise Wrong(f"your answer must be a Derivation(…).step(…, because=…); it is {show(answer)}")
    start, end = sp.sympify(lhs), sp.sympify(rhs)
    if len(answer.steps) < min_steps:
        raise Wrong(
            f"the chain must have at least {min_steps} step{'s' * (min_steps != 1)}; it has {len(answer.steps)}"
        )
    if (answer.given or {}) != (given or {}):
        raise Wrong("the definitions of the chain (given=) must be those of the exercise")
    if answer.relation != "=":
        raise Wrong("the chain must consist of equalities")

    def equal(side: Any, goal: Any) -> bool:
        try:
            prove(side, goal, given=given, where=answer.where, points=40)
        except (ClaimFailed, TypeError, ValueError):
            return False
        return True

    if not same_form(answer.lhs, start):
        raise Wrong(f"the chain must start at {show(start)}; it starts at {show(answer.lhs)}")
    if not same_form(answer.rhs, end):
        if unfinished(answer.rhs, end):
            raise Wrong(
                f"the chain must end at {show(end)}; its end still has something to work out: {show(answer.rhs)}"
            )
        if not equal(answer.rhs, end):
            raise Wrong(f"the chain must end at {show(end)}; it ends at {show(answer.rhs)}")
        if in_form:
            raise Wrong(
                f"the chain must end at {show(end)}; its last line is equal to that, but not written like it: "
                f"{show(answer.rhs)}. Add the steps that lead there"
            )
    lines = [answer.lhs]
    for number, (_, line, _) in enumerate(answer.steps, start=1):
        if any(line == old or show(line) == show(old) for old in lines):
            raise Wrong(f"step {number} repeats a line that was there before: {show(line)}")
        lines.append(line)
    return f"{len(answer.steps)} step{'s' * (len(answer.steps) != 1)}, each proved"


def gradient_of(answer: Any, f: Callable[..., Any], *inputs: Any, **options: Any) -> str:
    """Accept a VJP ``answer(g, *inputs)`` that agrees with central differences of `f` for random cotangents."""
    from dlmath_lib.verify import ClaimFailed, gradient

    if not callable(answer):
        raise Wrong(f"your answer must be a function; it is {show(answer)}")

    def rule(g: np.ndarray, *at: np.ndarray) -> Any:
        return call(answer, g, *at, names=("g",))

    rule.__name__ = "your function"
    try:
        gradient(f, rule, *inputs, **options)
    except ClaimFailed as error:
        raise Wrong(str(error)) from None
    return "it agrees with central differences for random cotangents"
