"""Examining a reader's formulas and proofs, on the exercise's own terms: its symbols, its definitions, its domain."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from dlmath_lib.exercises.answers import Wrong, not_yet, show
from dlmath_lib.exercises.form import same_form, unfinished

__all__ = ["derivation_of", "expression_equals", "lines_of"]

LARGEST_DENOMINATOR = 10_000


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

    Parameters
    ----------
    answer : object
        What the reader gave. Its symbols count as the exercise's of the same names.
    expr : expression or matrix
        The right one.
    where, given : mapping, optional
        The domain and the definitions, as for `verify.prove`.
    free_of : class or tuple of classes
        What the answer may not contain, such as ``Derivative`` when it is to be worked out.
    reveal : bool, default True
        False: the counterexample does not tell the right value, which would give the answer away.

    Raises
    ------
    Wrong
        If it is no expression, has other symbols, is not exact, or is not proved equal.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> expression_equals(x * (x + 1), x**2 + x)
    >>> expression_equals([x, 1], x)
    Traceback (most recent call last):
    dlmath_lib.exercises.answers.Wrong: your answer must be one SymPy expression; it is a list of 2 parts
    """
    from dlmath_lib.verify import ClaimFailed, prove
    from dlmath_lib.verify.written import unwritten

    goal = unwritten(sp.sympify(expr))
    side = unwritten(_as_expression(answer, goal))
    for kind in free_of if isinstance(free_of, (tuple, list)) else (free_of,):
        if side.has(kind):
            raise Wrong(f"your answer must be worked out; it still contains {getattr(kind, '__name__', kind)}")
    known = _symbols(goal, given)
    side = side.xreplace(_renaming([side], known))
    if known and (extra := sorted(side.free_symbols - known, key=str)):
        allowed = ", ".join(sorted(map(show, goal.free_symbols))) or "none"
        raise Wrong(f"your answer contains {', '.join(map(show, extra))}; the symbols of this exercise are {allowed}")
    side = _exact(side, goal)
    try:
        prove(side, goal, where=where, given=given, points=60)
    except ClaimFailed as error:
        raise Wrong(_gently(str(error), reveal)) from None
    except (TypeError, ValueError) as error:
        raise Wrong(f"your answer cannot be compared: {error}") from None


def _as_expression(answer: Any, goal: Any) -> Any:
    """The answer as an expression, or as a matrix where the goal is one."""
    if answer is ...:
        raise not_yet()
    if isinstance(answer, (list, tuple)):
        raise Wrong(f"your answer must be one SymPy expression; it is a {type(answer).__name__} of {len(answer)} parts")
    if isinstance(answer, np.ndarray) and answer.ndim:
        raise Wrong(f"your answer must be one SymPy expression; it is an array of shape {answer.shape}")
    wanted = (sp.MatrixBase, sp.MatrixExpr) if isinstance(goal, (sp.MatrixBase, sp.MatrixExpr)) else sp.Expr
    try:
        side = None if isinstance(answer, (str, bool)) or answer is None else sp.sympify(answer)
    except Exception:  # what is no mathematics fails in many ways
        side = None
    if not isinstance(side, wanted) or isinstance(side, sp.core.function.FunctionClass):
        raise Wrong(f"your answer must be a SymPy {'matrix' if wanted is not sp.Expr else 'expression'}; "
                    f"it is {show(answer)}")  # fmt: skip
    if side.has(sp.nan, sp.zoo, sp.oo, -sp.oo) and not goal.has(sp.oo, -sp.oo):
        raise Wrong(f"your answer is not finite: {show(side)}")
    return side


def _exact(side: Any, goal: Any) -> Any:
    """Decimals that are short fractions become fractions; others, such as a computed logarithm, are refused."""
    exact = {}
    for decimal in side.atoms(sp.Float):
        fraction = sp.Rational(decimal).limit_denominator(LARGEST_DENOMINATOR)
        if abs(fraction - sp.Rational(decimal)) > abs(decimal) * 1e-15:
            near = bool(side.is_number and goal.is_number and abs(sp.N(side - goal)) <= 1e-3 * max(1, abs(sp.N(goal))))
            right = "that is the right number as a decimal, and it" if near else "your answer"
            raise Wrong(
                f"{right} contains {show(sp.N(decimal, 6))}, which is rounded: write it exactly, "
                "sp.log(2) or sp.Rational(1, 2) and not sp.log(2.0) or 0.5"
            )
        exact[decimal] = fraction
    return side.xreplace(exact)


def _symbols(goal: Any, given: Mapping[Any, Any] | None) -> set[Any]:
    """The free symbols of the exercise."""
    known = set(goal.free_symbols)
    for key, value in (given or {}).items():
        known |= sp.sympify(key).free_symbols | sp.sympify(value).free_symbols
    return known


def _renaming(sides: list[Any], known: set[Any]) -> dict[Any, Any]:
    """Symbols that differ from the exercise's only in their assumptions, such as a plain x, with the exercise's."""
    own = {s.name: s for s in known if isinstance(s, (sp.Symbol, sp.MatrixSymbol))}
    free = {s for side in sides for s in side.free_symbols if isinstance(s, sp.Symbol) and s not in known}
    return {s: own[s.name] for s in free if isinstance(own.get(s.name), sp.Symbol)}


def _gently(text: str, reveal: bool) -> str:
    lines = text.splitlines()
    if not lines[0].startswith(("false", "refuted")) and "left side" not in text:
        return "this could not be proved equal to the right answer: write it in a simpler form"
    rest = [t.replace("left side  =", "your answer =").replace("right side =", "the right one =") for t in lines[1:]]
    if not reveal:
        rest = [t for t in rest if not t.strip().startswith(("the right one", "difference"))]
    return "\n".join(["this is not the right expression", *rest])


def derivation_of(
    answer: Any,
    lhs: Any,
    rhs: Any,
    *,
    min_steps: int = 1,
    given: Mapping[Any, Any] | None = None,
    where: Mapping[Any, Any] | None = None,
    in_form: bool = True,
    points: int = 20,
) -> str:
    """Accept a `Derivation`, any chain of true steps, that starts at `lhs` and ends at `rhs`.

    Each step is proved again here, for all values that the exercise allows and with its definitions: what the answer
    itself holds for given, or assumes of its symbols, counts for nothing. The first and the last line must be those of
    the exercise in form as well as in value. A step that leaves a line as it was (SymPy may have worked it out by
    itself; or 0 was added) is true, and does not count; nor does a line that mixes the first and the last, as their
    average does.

    Parameters
    ----------
    answer : object
        What the reader gave.
    lhs, rhs : expression or matrix
        The first and the last line.
    min_steps : int
        How many steps that change something there must be.
    given, where : mapping, optional
        The exercise's definitions and domain, as for `verify.prove`.
    in_form : bool, default True
        False: the last line need only be equal to `rhs`.
    points : int
        At how many random points each step is compared.

    Returns
    -------
    str
        How many steps were proved.

    Raises
    ------
    Wrong
        With the line at fault.

    Examples
    --------
    >>> from dlmath_lib.verify import Derivation
    >>> x = sp.Symbol("x", real=True)
    >>> derivation_of(Derivation(x * (x + 1) - x).step(x**2, because="expand"), x * (x + 1) - x, x**2)
    '1 step, proved'
    """
    from dlmath_lib.verify import Derivation
    from dlmath_lib.verify.written import unwritten

    if answer is ...:
        raise not_yet()
    if not isinstance(answer, Derivation):
        raise Wrong(f"your answer must be a Derivation(…).step(…, because=…); it is {show(answer)}")
    start, end = unwritten(sp.sympify(lhs)), unwritten(sp.sympify(rhs))
    lines = lines_of(answer, _symbols(start, given) | _symbols(end, given))
    _check_given(answer.given, given)
    if not same_form(lines[0], start):
        raise Wrong(f"the chain must start at {show(start)}; it starts at {show(lines[0])}")
    if len(lines) - 1 < min_steps:
        raise Wrong(f"the chain must have at least {_steps(min_steps)}; it has {len(lines) - 1}")
    _prove_again(lines, given, where, points)
    if not same_form(lines[-1], end):
        _check_end(lines[-1], end, given, where, points, in_form)
    new = [k for k in range(1, len(lines)) if not any(_same_line(lines[k], old) for old in lines[:k])]
    done = sum(lines[k] is lines[-1] or not _mixes(lines[k], lines[0], lines[-1]) for k in new)
    if done < min_steps:
        raise Wrong(
            f"the chain must have at least {_steps(min_steps)}; it has {done}: {len(lines) - 1 - done} left the line "
            "as it was or had been, or mixed the first line with the last. SymPy works out some steps by itself; "
            "write down a line between them"
        )
    return f"{_steps(done)}, {'each ' * (done > 1)}proved"


def _steps(count: int) -> str:
    return f"{count} step{'s' * (count != 1)}"


def lines_of(answer: Any, known: set[Any]) -> list[Any]:
    """The lines of the chain, in the exercise's symbols, and as SymPy writes them."""
    from dlmath_lib.verify.written import unwritten

    lines = [answer.lhs]
    for step in answer.steps:
        if step[0] != "=":
            raise Wrong("the chain must consist of equalities")
        lines.append(step[1])
    if not all(isinstance(line, (sp.Expr, sp.MatrixBase)) for line in lines):
        raise Wrong("every line of the chain must be an expression")
    return [line.xreplace(_renaming(lines, known)) for line in map(unwritten, lines)]


def _check_given(theirs: Any, own: Mapping[Any, Any] | None) -> None:
    """Refuse definitions that are not the exercise's. They are not used; but a reader who has others is told so."""
    if not theirs:
        return
    if not isinstance(theirs, Mapping):
        raise Wrong("the definitions of the chain (given=) must be those of the exercise")
    mine = dict(own or {})
    known = set().union(*(sp.sympify(part).free_symbols for item in mine.items() for part in item))
    for key, value in theirs.items():
        name, definition = sp.sympify(key), sp.sympify(value)
        change = _renaming([name, definition], known)
        name, definition = name.xreplace(change), definition.xreplace(change)
        for other in mine:
            # f(t) = t² defines the same function as f(z) = z².
            if isinstance(name, AppliedUndef) and name.func == getattr(other, "func", None) and name != other:
                definition = definition.xreplace(dict(zip(name.args, other.args, strict=False)))
                name = other
        if name not in mine:
            raise Wrong(f"the definitions of the chain (given=) must be those of the exercise; {show(name)} is not")
        if not (definition == mine[name] or sp.simplify(definition - mine[name]) == 0):
            raise Wrong(f"the definition of {show(name)} must be {show(mine[name])}; it is {show(definition)}")


def _prove_again(lines: list[Any], given: Any, where: Any, points: int) -> None:
    from dlmath_lib.verify import ClaimFailed, Derivation

    for k, (before, after) in enumerate(itertools.pairwise(lines), start=1):
        try:
            Derivation(before, given=given, where=where, points=points).step(after, because="examined again")
        except (ClaimFailed, TypeError, ValueError) as error:
            raise Wrong(f"step {k} is not proved on the terms of the exercise: {_without_head(str(error))}") from None


def _without_head(text: str) -> str:
    head = "step 1 (examined again): "
    return text[len(head) :] if text.startswith(head) else text


def _check_end(line: Any, end: Any, given: Any, where: Any, points: int, in_form: bool) -> None:
    """Refuse a last line that is not the exercise's, and say in what it differs."""
    if unfinished(line, end):
        raise Wrong(f"the chain must end at {show(end)}; its end still has something to work out: {show(line)}")
    try:
        _prove_again([line, end], given, where, points)
    except Wrong:
        raise Wrong(f"the chain must end at {show(end)}; it ends at {show(line)}") from None
    if in_form:
        raise Wrong(
            f"the chain must end at {show(end)}; its last line is equal to that, but not written like it: "
            f"{show(line)}. Add the steps that lead there"
        )


def _same_line(line: Any, old: Any) -> bool:
    return line == old or same_form(line, old)


def _mixes(line: Any, first: Any, last: Any) -> bool:
    """Tell whether a line is p·first + q·last, term by term, with numbers p, q that are not 0: no work is in it."""
    if any(isinstance(expr, sp.MatrixBase) for expr in (line, first, last)):
        return False
    parts = [_terms(expr) for expr in (line, first, last)]
    terms = sorted({term for part in parts for term in part}, key=str)
    of_line, *ends = (sp.Matrix([part.get(term, 0) for term in terms]) for part in parts)
    both = sp.Matrix.hstack(*ends)
    if both.rank() < 2:
        return False
    weights = (both.T * both).LUsolve(both.T * of_line)
    return both * weights == of_line and all(weights)


def _terms(expr: Any) -> dict[Any, Any]:
    """The terms of a sum with their numbers; in a sum of matrices a term is a symbol's part times a matrix."""
    if not isinstance(expr, sp.MatrixExpr):
        return expr.as_coefficients_dict()
    found: dict[Any, Any] = {}
    for term in sp.MatAdd.make_args(expr):
        scale, matrix = term.as_coeff_mmul()
        for symbols, value in sp.expand(scale).as_coefficients_dict().items():
            found[symbols, matrix] = found.get((symbols, matrix), 0) + value
    return found
