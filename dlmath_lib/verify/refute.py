"""`refute`: passes only if a statement is false; it carries the book's clinic of common mistakes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import CodeType
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from dlmath_lib.verify import matrices
from dlmath_lib.verify._errors import check_label, check_words, message
from dlmath_lib.verify.agree import function_name
from dlmath_lib.verify.claim import Claim, ClaimFailed
from dlmath_lib.verify.compare import compare, describe, judge
from dlmath_lib.verify.definitions import Definitions
from dlmath_lib.verify.hypotheses import hypotheses
from dlmath_lib.verify.open_names import check_open_names
from dlmath_lib.verify.printing import plain
from dlmath_lib.verify.prove import check_statement
from dlmath_lib.verify.sampling import Domain, domains, short_number
from dlmath_lib.verify.statements import check_names, free_symbols, read_statement, statement_latex, statement_text
from dlmath_lib.verify.text import latex_text
from dlmath_lib.verify.written import unwritten

DRAWS = 10
SEARCH = 400
CONSTANT_MAKERS = {"bool", "int", "float", "np", "numpy", "bool_", "array", "asarray", "all", "any", "not_", "False_"}
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
    mistake: int | None = None,
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
    name, label : str, optional
        As for `prove`; a lambda needs a name.
    because : str, optional
        The right statement, in words.
    mistake : int, optional
        The number of the common mistake that this is: recorded for the list of them, and not shown.

    Returns
    -------
    Claim
        Of kind ``"refuted"``, with the counterexample.

    Raises
    ------
    ClaimFailed
        When the statement holds there, or no counterexample is found.
    TypeError, ValueError
        For a function that computes nothing, a counterexample outside the domain, and other wrong arguments.

    References
    ----------
    I. Lakatos, *Proofs and Refutations: the Logic of Mathematical Discovery*, Cambridge University Press (1976), for
    what a counterexample teaches.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> refute(sp.sqrt(x**2, evaluate=False), x, at={x: -2}, because="√(x²) is |x|")
    ✗ √(x²) = x: refuted at x = −2, where the left side is 2 and the right side −2. Right: √(x²) is |x|
    """
    name, because = check_words("refute", "name", name), check_words("refute", "because", because)
    label = check_label("refute", label)
    if mistake is not None and (isinstance(mistake, bool) or not isinstance(mistake, int) or mistake < 1):
        raise TypeError(message("refute", "mistake", "the number of a common mistake, from 1 on", repr(mistake)))
    if callable(statement) and not isinstance(statement, sp.Basic):
        return replace(_run(statement, rhs, at, name, because, label), mistake=mistake)
    left, right, relation = read_statement("refute", statement, rhs, relation)
    shown = statement_text(left, right, relation)
    definitions = Definitions("refute", given)
    a, b = unwritten(definitions.expand(left)), unwritten(definitions.expand(right))
    check_names("refute", a, b)
    check_open_names("refute", a, b)
    tex = statement_latex(left, right, relation)
    if matrices.involved(a, b):
        method = _matrix(shown, left, right, relation, at, where, given)
    else:
        method = _scalar(shown, a, b, relation, at, definitions.domain(where))
    shown_with = hypotheses([left, right], where, given)
    return Claim(
        "refuted", shown, tex, method, name=name, label=label, because=because, hypotheses=shown_with, mistake=mistake
    )


def _scalar(shown: str, a: Any, b: Any, relation: str, at: Mapping[Any, Any] | None, where: Any) -> str:
    symbols = free_symbols(a, b)
    ranges = domains("refute", symbols, where)
    if at is None:
        outcome = compare(a, b, relation, ranges, SEARCH)
        if outcome.counterexample is None:
            missing = f", {outcome.undefined} had no value: {outcome.reason}" if outcome.undefined else ""
            raise ClaimFailed(
                f"not refuted: {shown}\n  it holds at all {outcome.points} points that were tried{missing}"
            )
        point, left, right = outcome.counterexample
    else:
        point = _place(at, symbols, ranges)
        left, right = _values(shown, a, b, relation, point)
    ends = f"the left side is {short_number(left, 6)} and the right side {short_number(right, 6)}"
    return f"refuted at {describe(point)}, where {ends}" if point else f"refuted: {ends}"


def _values(shown: str, a: Any, b: Any, relation: str, point: dict[Any, Any]) -> tuple[Any, Any]:
    """Return both sides at a point at which the statement is surely false, for one draw of its open functions."""
    verdict = judge(a, b, relation, point)
    for draw in range(1, DRAWS if any(side.has(AppliedUndef, sp.Indexed) for side in (a, b)) else 1):
        if verdict.holds is False:
            break
        verdict = judge(a, b, relation, point, draw)
    place = f" at {describe(point)}" if point else ""
    if verdict.holds is False:
        return verdict.sides
    if verdict.holds:
        left, right = (short_number(side) for side in verdict.sides)
        raise ClaimFailed(f"not refuted: {shown}\n  it holds{place}\n  left side  = {left}\n  right side = {right}")
    why = f" ({verdict.reason})" if verdict.reason else ""
    raise ClaimFailed(
        f"not refuted: {shown}\n {place} one of the sides has no value, or more digits do not decide{why}"
    )


def _place(at: Mapping[Any, Any], symbols: list[sp.Symbol], ranges: Mapping[Any, Domain]) -> dict[Any, Any]:
    if not isinstance(at, Mapping):
        raise TypeError(message("refute", "at", "a mapping {symbol: value}", repr(at)))
    point: dict[Any, Any] = {}
    for symbol in symbols:
        if symbol not in at:
            raise ValueError(message("refute", "at", "a value for every symbol", f"none for {plain(symbol)}"))
        value = at[symbol] if isinstance(at[symbol], (str, bool)) else sp.sympify(at[symbol])
        if not (isinstance(value, sp.Expr) and value.is_number and value.is_finite):
            raise TypeError(message("refute", "at", f"a number for {plain(symbol)}", str(value)))
        value = sp.Rational(value) if value.is_Float else value
        facts = symbol.assumptions0
        if any(getattr(value, f"is_{fact}") is not truth for fact, truth in facts.items() if fact in FACTS):
            raise ValueError(message("refute", "at", f"a value that {plain(symbol)} may take", str(value)))
        if not ranges[symbol].contains(value):
            domain = f"({ranges[symbol].low}, {ranges[symbol].high})"
            expected = f"a real value of {plain(symbol)} in its domain {domain}"
            raise ValueError(message("refute", "at", expected, str(value)))
        point[symbol] = value
    unknown = [s for s in at if s not in symbols]
    if unknown:
        raise ValueError(message("refute", "at", "about the symbols of the statement", ", ".join(map(str, unknown))))
    for symbol, value in point.items():
        if not ranges[symbol].admits(value, point):
            expected = "a point at which the conditions of where hold"
            raise ValueError(message("refute", "at", expected, describe(point)))
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


def computes(function: Callable[[], Any]) -> bool:
    """Tell whether a function uses anything beyond constants: one that only says False refutes nothing.

    >>> import numpy as np
    >>> computes(lambda: False), computes(lambda: np.bool_(False)), computes(lambda: np.exp(1) == 3)
    (False, False, True)
    """
    return _computes(function, set())


def _computes(value: Any, seen: set[Any]) -> bool:
    """Follow the names in a function to what they stand for: a constant behind a helper is still a constant."""
    value = getattr(value, "func", value)  # functools.partial
    code = getattr(value, "__code__", None)
    if code is None:
        return not isinstance(value, (bool, np.bool_)) and getattr(value, "__name__", "") not in CONSTANT_MAKERS
    if code in seen:
        return False
    seen.add(code)
    scope = inspect.getclosurevars(value)
    known = {**scope.globals, **scope.nonlocals}
    names = _names(code) - CONSTANT_MAKERS
    return any(name not in known or _computes(known[name], seen) for name in names)


def _names(code: CodeType) -> set[str]:
    found = {*code.co_names, *code.co_freevars}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names(constant)
    return found


def _run(
    statement: Callable[[], Any], rhs: Any, at: Any, name: str | None, because: str | None, label: str | None
) -> Claim:
    if rhs is not None or at is not None:
        raise TypeError(
            message("refute", "rhs and at", "absent when the statement is a function", "both kinds of statement")
        )
    if not computes(statement):
        expected = "a function that runs the claim"
        raise ValueError(message("refute", "statement", expected, "one that computes nothing", "a refutation computes"))
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
