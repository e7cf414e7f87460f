"""`prove`: a statement is proved by SymPy and compared at random points by mpmath; only both together pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp
from sympy.core.relational import Relational

from dlmath_lib.verify import matrices
from dlmath_lib.verify._errors import check_label, check_points, check_words, message
from dlmath_lib.verify.claim import Claim, ClaimFailed
from dlmath_lib.verify.definitions import Definitions
from dlmath_lib.verify.inequality import has_sign
from dlmath_lib.verify.numeric import Undefined, evaluate
from dlmath_lib.verify.printing import RELATIONS, latex, plain
from dlmath_lib.verify.sampling import Domain, Point, Sampler, domains, short_number
from dlmath_lib.verify.symbolic import is_zero, meant

TOLERANCE = mpmath.mpf(10) ** -40
ERROR = "1e-40"
SLOW_POINTS = 8
SEARCH = 400


@dataclass(frozen=True)
class Outcome:
    """How two sides compared: the number of points, and the first point that tells them apart."""

    points: int
    counterexample: tuple[Point, Any, Any] | None = None
    undefined: int = 0


def read_statement(function: str, lhs: Any, rhs: Any, relation: str) -> tuple[Any, Any, str]:
    """Return both sides and the relation of ``(lhs, rhs)`` or of a single relational."""
    if relation not in RELATIONS:
        raise ValueError(message(function, "relation", "one of " + " ".join(RELATIONS), relation))
    if rhs is None:
        if isinstance(lhs, Relational):
            return lhs.lhs, lhs.rhs, {"==": "="}.get(lhs.rel_op, lhs.rel_op)
        if lhs in (True, False) or lhs in (sp.true, sp.false):
            hint = "SymPy evaluated it; pass both sides, with relation='<=' or another, or build it with evaluate=False"
            raise TypeError(message(function, "statement", "a relation between two sides", str(lhs), hint))
        raise TypeError(message(function, "rhs", "given, unless the statement is Eq, Ge, Le, Gt or Lt", "None"))
    return as_side(function, "lhs", lhs), as_side(function, "rhs", rhs), relation


def as_side(function: str, argument: str, value: Any) -> Any:
    """Return one side as a SymPy expression or matrix; strings and floats are refused."""
    if isinstance(value, str):
        raise TypeError(message(function, argument, "a SymPy expression", value, "build it from symbols"))
    try:
        side = sp.sympify(value)
    except (sp.SympifyError, TypeError, AttributeError):
        raise TypeError(message(function, argument, "a SymPy expression or matrix", value)) from None
    if isinstance(side, sp.MatrixBase):
        return side.as_immutable()
    if isinstance(side, (Relational, sp.logic.boolalg.BooleanAtom)) or not isinstance(side, (sp.Expr, sp.NDimArray)):
        raise TypeError(message(function, argument, "a SymPy expression or matrix", side))
    if side.has(sp.Float):
        number = sorted(side.atoms(sp.Float))[0]
        hint = f"use Rational({sp.nsimplify(number).p}, {sp.nsimplify(number).q})" if sp.nsimplify(number).is_Rational else ""
        raise ValueError(message(function, argument, "exact (no floating-point number inside)", plain(number), hint))
    if side.has(sp.nan, sp.zoo):
        raise ValueError(message(function, argument, "defined", plain(side)))
    return side


def free_symbols(*sides: Any) -> list[sp.Symbol]:
    """Return the free symbols of all sides, by name."""
    found: set[Any] = set()
    for side in sides:
        found |= {s for s in side.free_symbols if isinstance(s, sp.Symbol)}
        found -= {base.label for base in side.atoms(sp.IndexedBase)} if hasattr(side, "atoms") else set()
    return sorted(found, key=lambda s: (s.name, str(sorted(s.assumptions0.items()))))


def slow(*sides: Any) -> bool:
    """Tell whether a value costs a quadrature, an infinite sum or a limit."""
    return any(side.has(sp.Integral, sp.Limit) or _endless(side) for side in sides)


def _endless(side: Any) -> bool:
    return any(term.has(sp.oo, -sp.oo) for term in side.atoms(sp.Sum, sp.Product))


def compare(lhs: Any, rhs: Any, relation: str, ranges: Mapping[sp.Symbol, Domain], points: int, seed: int = 20261122) -> Outcome:
    """Compare two scalar sides at random points with 50 digits."""
    if not ranges and not lhs.has(sp.core.function.AppliedUndef, sp.Indexed) and not rhs.has(sp.core.function.AppliedUndef, sp.Indexed):
        points = 1
    elif slow(lhs, rhs):
        points = min(points, SLOW_POINTS)
    agree = _agreement(relation)
    used = undefined = 0
    for draw, point in enumerate(Sampler(ranges, seed).points(points)):
        env = {**point, "draw": draw}
        left, right = _value(lhs, env), _value(rhs, env)
        if left is None and right is None:
            undefined += 1
            continue
        if left is None or right is None:
            undefined += 1
            continue
        used += 1
        if not agree(left, right):
            return Outcome(used, (point, left, right), undefined)
    return Outcome(used, None, undefined)


def _value(side: Any, env: dict[Any, Any]) -> Any:
    try:
        return evaluate(side, env)
    except Undefined:
        return None


def _agreement(relation: str) -> Callable[[Any, Any], bool]:
    def close(a: Any, b: Any) -> bool:
        with mpmath.workdps(60):
            return bool(abs(a - b) <= TOLERANCE * max(1, abs(a), abs(b)))

    def real(a: Any) -> bool:
        return bool(abs(mpmath.im(a)) <= TOLERANCE * max(1, abs(a)))

    def ordered(a: Any, b: Any) -> bool:
        return real(a) and real(b)

    return {
        "=": close,
        "!=": lambda a, b: not close(a, b),
        "<=": lambda a, b: ordered(a, b) and (mpmath.re(a) <= mpmath.re(b) or close(a, b)),
        ">=": lambda a, b: ordered(a, b) and (mpmath.re(a) >= mpmath.re(b) or close(a, b)),
        "<": lambda a, b: ordered(a, b) and mpmath.re(a) < mpmath.re(b),
        ">": lambda a, b: ordered(a, b) and mpmath.re(a) > mpmath.re(b),
    }[relation]


@lru_cache(maxsize=4096)
def _proved(lhs: Any, rhs: Any, relation: str, ranges: tuple[tuple[sp.Symbol, Domain], ...]) -> bool:
    if lhs == rhs:
        return relation in ("=", "<=", ">=")
    left, right = meant((lhs, rhs), dict(ranges))
    difference = left - right
    if relation == "=":
        return is_zero(difference)
    if relation == "!=":
        return has_sign(difference, True) or has_sign(-difference, True)
    sign = difference if relation.startswith(">") else -difference
    if relation in ("<=", ">=") and is_zero(difference):
        return True
    strict = relation in ("<", ">")
    if has_sign(sign, strict):
        return True
    large, small = (left, right) if relation.startswith(">") else (right, left)
    squares = large.has(sp.Abs, sp.Pow) and has_sign(large) and has_sign(small)
    return squares and has_sign(sp.expand(large**2 - small**2), strict)


def describe(point: Point) -> str:
    """Return a point in words: ``x = −1, y = 2``.

    >>> describe({sp.Symbol("x"): mpmath.mpf(-1)})
    'x = −1'
    """
    return ", ".join(f"{plain(symbol)} = {short_number(value)}" for symbol, value in point.items()) or "(no free symbol)"


def failure(shown: str, point: Point, left: Any, right: Any) -> str:
    """Return the message that names a counterexample."""
    difference = left - right
    return (
        f"false: {shown}\n  at {describe(point)}\n  left side  = {short_number(left, 15)}\n  right side = {short_number(right, 15)}"
        f"\n  difference = {short_number(difference, 6)}"
    )


def check_scalar(shown: str, lhs: Any, rhs: Any, relation: str, ranges: dict[sp.Symbol, Domain], points: int) -> int:
    """Compare and prove one scalar statement; return the number of points, or raise `ClaimFailed`."""
    outcome = compare(lhs, rhs, relation, ranges, points)
    if outcome.counterexample:
        raise ClaimFailed(failure(shown, *outcome.counterexample) + _hint(outcome.counterexample, ranges))
    total = outcome.points + outcome.undefined
    if outcome.points < max(1, total // 4):
        raise ClaimFailed(
            f"not checked: {shown}\n  both sides have a value at only {outcome.points} of {total} points; "
            "give where={symbol: (low, high)} for the domain on which it is meant"
        )
    if not _proved(lhs, rhs, relation, tuple(ranges.items())):
        again = compare(lhs, rhs, relation, ranges, SEARCH, seed=7)
        if again.counterexample:
            raise ClaimFailed(failure(shown, *again.counterexample))
        raise ClaimFailed(
            f"not proved: {shown}\n  the two sides agree at {outcome.points + again.points} points to 40 digits, but SymPy finds no proof, "
            "and agreement at points proves nothing; take smaller steps, or state the domain with where=… or assumptions such as positive=True"
        )
    return outcome.points


def _hint(counterexample: tuple[Point, Any, Any], ranges: Mapping[sp.Symbol, Domain]) -> str:
    point, left, right = counterexample
    negative = [s for s, v in point.items() if mpmath.re(v) < 0 and ranges[s].low == -sp.oo]
    if negative and (mpmath.im(left) or mpmath.im(right)):
        names = ", ".join(plain(s) for s in negative)
        return f"\n  hint: for positive {names} only? Then say so: positive=True, or where={{{names}: (0, oo)}}"
    return ""


def check_statement(
    function: str, lhs: Any, rhs: Any, relation: str, where: Mapping[Any, Any] | None, given: Mapping[Any, Any] | None, points: int
) -> tuple[int, str]:
    """Check a statement between scalars or matrices; return the points used and a remark for the evidence."""
    shown = statement_text(lhs, rhs, relation)
    definitions = Definitions(function, given)
    left, right = definitions.expand(lhs), definitions.expand(rhs)
    if matrices.is_matrix(left) or matrices.is_matrix(right) or matrices.mentions_matrices(left, right):
        if relation != "=":
            raise ValueError(message(function, "relation", "'=' between matrices", relation))
        return matrices.check(function, shown, left, right, where, points)
    ranges = domains(function, free_symbols(left, right), _relevant(where, left, right, lhs, rhs))
    return check_scalar(shown, left, right, relation, ranges, points), ""


def _relevant(where: Mapping[Any, Any] | None, left: Any, right: Any, lhs: Any, rhs: Any) -> Mapping[Any, Any] | None:
    """Drop from `where` the bound symbols of the statement and those that a definition replaced."""
    if not isinstance(where, Mapping):
        return where
    present = set(free_symbols(left, right))
    mentioned = lhs.atoms(sp.Symbol) | rhs.atoms(sp.Symbol)
    return {s: interval for s, interval in where.items() if s in present or s not in mentioned}


def statement_text(lhs: Any, rhs: Any, relation: str) -> str:
    """Return the statement as text."""
    return f"{plain(lhs)} {RELATIONS[relation][0]} {plain(rhs)}"


def prove(
    lhs: Any,
    rhs: Any = None,
    *,
    relation: str = "=",
    where: Mapping[Any, Any] | None = None,
    given: Mapping[Any, Any] | None = None,
    name: str | None = None,
    label: str | None = None,
    points: int = 200,
) -> Claim:
    """Prove a statement with SymPy and compare its sides at random points with 50 digits.

    Parameters
    ----------
    lhs, rhs : expression or matrix
        The two sides; or one relational, ``prove(Eq(a, b))``. Unevaluated ``Derivative``, ``Limit``, ``Sum`` and
        ``Integral`` are welcome: they are shown as they stand.
    relation : {"=", "<=", ">=", "<", ">", "!="}
        What holds between the sides.
    where : dict, optional
        ``{symbol: (low, high)}``, open intervals on which the statement is meant. A symbol without assumptions is real.
    given : dict, optional
        ``{f(x): definition}`` or ``{symbol: definition}``; the statement is shown with the names.
    name, label : str, optional
        Words before the formula; an anchor such as ``"eq-sigmoid-derivative"``.
    points : int
        Number of random points; fewer are used where each costs a quadrature, a limit or an infinite sum.

    Returns
    -------
    Claim

    Raises
    ------
    ClaimFailed
        With a counterexample; or because SymPy finds no proof, even if all points agree.
    TypeError, ValueError
        For arguments that state nothing: floats, strings, an empty range, unknown symbols.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> sigma = sp.Function("sigma")
    >>> prove(sp.Derivative(sigma(x), x), sigma(x) * (1 - sigma(x)), given={sigma(x): 1 / (1 + sp.exp(-x))})
    ✓ σ′(x) = σ(x)·(1 − σ(x)): proved; 200 points, error below 1e-40
    """
    name, label = check_words("prove", "name", name), check_label("prove", label)
    points = check_points("prove", points)
    left, right, relation = read_statement("prove", lhs, rhs, relation)
    used, remark = check_statement("prove", left, right, relation, where, given, points)
    return Claim(
        kind="proved",
        statement=statement_text(left, right, relation),
        latex=f"{latex(left)} {RELATIONS[relation][1]} {latex(right)}",
        method="proved" + (f" {remark}" if remark else ""),
        points=used,
        error=ERROR if relation == "=" else None,
        name=name,
        label=label,
    )
