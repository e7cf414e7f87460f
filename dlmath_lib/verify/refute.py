"""`refute`: passes only if a statement is false; it carries the book's clinic of common mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import sympy as sp

from dlmath_lib.verify import matrices
from dlmath_lib.verify._errors import check_label, check_words, message
from dlmath_lib.verify.agree import function_name
from dlmath_lib.verify.claim import Claim, ClaimFailed
from dlmath_lib.verify.compare import agreement, compare, describe
from dlmath_lib.verify.definitions import Definitions
from dlmath_lib.verify.hypotheses import hypotheses
from dlmath_lib.verify.numeric import Undefined, evaluate
from dlmath_lib.verify.printing import plain
from dlmath_lib.verify.prove import check_statement
from dlmath_lib.verify.sampling import domains, short_number
from dlmath_lib.verify.statements import free_symbols, read_statement, statement_latex, statement_text
from dlmath_lib.verify.text import latex_text
from dlmath_lib.verify.written import unwritten

FACTS = ("positive", "nonnegative", "negative", "nonpositive", "integer", "real", "nonzero")


def refute(
    statement: Any,
    rhs: Any = None,
    *,
    relation: str = "=",
    at: Mapping[Any, Any] | None = None,
    where: Mapping[Any, Any] | None = None,
    given: Mapping[Any, Any] | None = None,
    name: str | None = None,
    because: str | None = None,
    label: str | None = None,
) -> Claim:
    """Show that a statement is false.

    Parameters
    ----------
    statement : relational, expression, or callable
        What is claimed wrongly: a relational; the left side, with `rhs`; or a function without arguments that runs the
        claim and returns a bool. A callable is refuted only by returning False; an exception passes through.
    rhs, relation, where, given
        As for `prove`.
    at : dict, optional
        ``{symbol: value}``: the counterexample, exact. Without it one is looked for.
    because : str, optional
        The right statement, in words.

    Raises
    ------
    ClaimFailed
        When the statement holds there, or no counterexample is found.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> refute(sp.sqrt(x**2, evaluate=False), x, at={x: -2}, because="√(x²) is |x|")
    ✗ √(x²) = x: refuted at x = −2, where the left side is 2 and the right side −2. Right: √(x²) is |x|
    """
    name, because = check_words("refute", "name", name), check_words("refute", "because", because)
    label = check_label("refute", label)
    if callable(statement) and not isinstance(statement, sp.Basic):
        return _run(statement, rhs, at, name, because, label)
    left, right, relation = read_statement("refute", statement, rhs, relation)
    shown = statement_text(left, right, relation)
    definitions = Definitions("refute", given)
    a, b = unwritten(definitions.expand(left)), unwritten(definitions.expand(right))
    tex = statement_latex(left, right, relation)
    if matrices.involved(a, b):
        method = _matrix(shown, left, right, relation, at, where, given)
    else:
        method = _scalar(shown, a, b, relation, at, where)
    shown_with = hypotheses([left, right], where, given)
    return Claim("refuted", shown, tex, method, name=name, label=label, because=because, hypotheses=shown_with)


def _scalar(shown: str, a: Any, b: Any, relation: str, at: Mapping[Any, Any] | None, where: Any) -> str:
    symbols = free_symbols(a, b)
    if at is None:
        outcome = compare(a, b, relation, domains("refute", symbols, where), 400)
        if outcome.counterexample is None:
            raise ClaimFailed(f"not refuted: {shown}\n  it holds at all {outcome.points} points that were tried")
        point, left, right = outcome.counterexample
    else:
        point = _place(at, symbols)
        try:
            left, right = evaluate(a, point), evaluate(b, point)
        except Undefined:
            raise ClaimFailed(f"not refuted: {shown}\n  at {describe(point)} one of the sides has no value") from None
        if agreement(relation)(left, right):
            raise ClaimFailed(
                f"not refuted: {shown}\n  it holds at {describe(point)}"
                f"\n  left side  = {short_number(left)}\n  right side = {short_number(right)}"
            )
    ends = f"the left side is {short_number(left, 6)} and the right side {short_number(right, 6)}"
    return f"refuted at {describe(point)}, where {ends}" if point else f"refuted: {ends}"


def _place(at: Mapping[Any, Any], symbols: list[sp.Symbol]) -> dict[Any, Any]:
    if not isinstance(at, Mapping):
        raise TypeError(message("refute", "at", "a mapping {symbol: value}", repr(at)))
    point: dict[Any, Any] = {}
    for symbol in symbols:
        if symbol not in at:
            raise ValueError(message("refute", "at", "a value for every symbol", f"none for {plain(symbol)}"))
        value = sp.sympify(at[symbol])
        if not value.is_number:
            raise TypeError(message("refute", "at", f"a number for {plain(symbol)}", str(value)))
        allowed = symbol.assumptions0
        if any(getattr(value, f"is_{fact}") is not truth for fact, truth in allowed.items() if fact in FACTS):
            raise ValueError(message("refute", "at", f"a value that {plain(symbol)} may take", str(value)))
        with mpmath.workdps(80):
            point[symbol] = (
                mpmath.mpmathify(sp.N(value, 80)) if not value.is_Rational else mpmath.mpf(int(value.p)) / int(value.q)
            )
    unknown = [s for s in at if s not in symbols]
    if unknown:
        raise ValueError(message("refute", "at", "about the symbols of the statement", ", ".join(map(str, unknown))))
    return point


def _matrix(shown: str, left: Any, right: Any, relation: str, at: Any, where: Any, given: Any) -> str:
    if at is not None:
        left, right = (side.subs(dict(at)) for side in (left, right))
    try:
        check_statement("refute", left, right, relation, where, given, 60)
    except ClaimFailed as error:
        words = str(error)
        if not words.startswith("false"):
            raise ClaimFailed(f"not refuted: {shown}\n  no counterexample was found") from None
        lines = [line.strip() for line in words.splitlines()[1:]]
        return "refuted: " + "; ".join(" ".join(line.split()) for line in lines)
    raise ClaimFailed(f"not refuted: {shown}\n  it is true")


def _run(
    statement: Callable[[], Any], rhs: Any, at: Any, name: str | None, because: str | None, label: str | None
) -> Claim:
    if rhs is not None or at is not None:
        raise TypeError(
            message("refute", "rhs and at", "absent when the statement is a function", "both kinds of statement")
        )
    result = statement()
    if not isinstance(result, bool) and not (hasattr(result, "dtype") and result.dtype == bool and result.shape == ()):
        raise TypeError(message("refute", "statement", "a function that returns a bool", repr(result)))
    words = (statement.__doc__ or "").strip().splitlines()
    title = words[0].rstrip(".") if words else name or function_name(statement).replace("_", " ")
    if result:
        raise ClaimFailed(f"not refuted: {title}\n  it ran and was true")
    if title == "the function":
        raise ValueError(message("refute", "name", "given when the statement is a lambda", "None"))
    shown_name = name if title != name else None
    return Claim(
        "refuted",
        title,
        rf"\text{{{latex_text(title)}}}",
        "refuted by running it",
        name=shown_name,
        label=label,
        because=because,
    )
