"""`prove`: a statement is proved by SymPy and compared at random points in ball arithmetic; only both together pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from dlmath_lib.verify import budget, matrices
from dlmath_lib.verify._errors import check_label, check_points, check_words, message
from dlmath_lib.verify.budget import OutOfTime, within
from dlmath_lib.verify.claim import Claim, ClaimFailed
from dlmath_lib.verify.compare import DIGITS, compare, failure
from dlmath_lib.verify.definitions import Definitions
from dlmath_lib.verify.hypotheses import hypotheses
from dlmath_lib.verify.open_names import check_open_names
from dlmath_lib.verify.printing import pretty_name
from dlmath_lib.verify.provers import proved
from dlmath_lib.verify.provers.words import equal_for_all_sizes
from dlmath_lib.verify.sampling import Domain, Sampler, domains
from dlmath_lib.verify.statements import check_names, free_symbols, read_statement, statement_latex, statement_text
from dlmath_lib.verify.written import unwritten

SEARCH = 400


@dataclass(frozen=True)
class Evidence:
    """What a passed check consisted of."""

    points: int
    digits: int = DIGITS
    remark: str = ""
    sizes: tuple[str, ...] = ()
    certified: bool = True


def check_scalar(
    shown: str, lhs: Any, rhs: Any, relation: str, ranges: dict[sp.Symbol, Domain], points: int, *, proof: bool = True
) -> Evidence:
    """Compare and prove one scalar statement; raise `ClaimFailed` with the counterexample or the gap.

    Without `proof` the sides are only compared: something else has proved the statement.
    """
    outcome = compare(lhs, rhs, relation, ranges, points)
    if outcome.counterexample:
        raise ClaimFailed(failure(shown, outcome.counterexample, ranges) + _drawn(lhs, rhs))
    total = outcome.points + outcome.undefined
    if outcome.points < max(1, total // 4):
        raise ClaimFailed(
            f"not checked: {shown}\n  both sides have a value at only {outcome.points} of {total} points"
            + (f": {outcome.reason}" if outcome.reason else "")
            + "\n  give bounds, or where={symbol: (low, high)} for the domain on which it is meant"
        )
    if not proof or proved(lhs, rhs, relation, tuple(ranges.items())):
        return Evidence(outcome.points, outcome.digits, certified=outcome.certified)
    again = compare(lhs, rhs, relation, ranges, SEARCH, seed=7)
    if again.counterexample:
        raise ClaimFailed(failure(shown, again.counterexample, ranges) + _drawn(lhs, rhs))
    raise ClaimFailed(
        f"not proved: {shown}\n  the two sides agree at {outcome.points + again.points} points, but SymPy finds no "
        "proof, and agreement at points proves nothing;\n  take smaller steps, or state the domain with where=…"
    )


def _drawn(*sides: Any) -> str:
    """Say that a counterexample holds for one draw of the functions that the statement leaves open."""
    names = sorted({pretty_name(f.func.__name__) for side in sides for f in side.atoms(AppliedUndef)})
    return f"\n  with a smooth function, drawn at random, for {' and for '.join(names)}" if names else ""


def check_statement(
    function: str, lhs: Any, rhs: Any, relation: str, where: Any, given: Any, points: int
) -> Evidence:  # fmt: skip
    """Check a statement between scalars or matrices, within a budget of processor time."""
    shown = statement_text(lhs, rhs, relation)
    try:
        with within(budget.SECONDS):
            return _check(function, shown, lhs, rhs, relation, where, given, points)
    except OutOfTime:
        raise ClaimFailed(
            f"not proved: {shown}\n  no counterexample and no proof was found within {budget.SECONDS:g} seconds of "
            "processor time;\n  take smaller steps, or state the domain with where=…"
        ) from None


def _check(
    function: str, shown: str, lhs: Any, rhs: Any, relation: str, where: Any, given: Any, points: int
) -> Evidence:  # fmt: skip
    definitions = Definitions(function, given)
    left, right = unwritten(definitions.expand(lhs)), unwritten(definitions.expand(rhs))
    check_names(function, left, right)
    check_open_names(function, left, right)
    if matrices.involved(left, right):
        if relation != "=":
            raise ValueError(message(function, "relation", "'=' between matrices", relation))
        return _check_matrices(function, shown, left, right, where, points)
    ranges = domains(function, free_symbols(left, right), relevant(definitions.domain(where), left, right, lhs, rhs))
    return check_scalar(shown, left, right, relation, ranges, points)


def _check_matrices(function: str, shown: str, lhs: Any, rhs: Any, where: Any, points: int) -> Evidence:
    """Prove for all sizes by words in matrices, or else entry by entry for some; and compare at larger sizes."""
    open_sizes = any(d.free_symbols for side in (lhs, rhs) for m in side.atoms(sp.MatrixSymbol) for d in m.shape)
    every = open_sizes and equal_for_all_sizes(lhs, rhs)
    symbolic = [] if every else [False]
    numbers = [] if lhs.has(sp.Derivative) or rhs.has(sp.Derivative) else [True]
    total, digits, certified, written = 0, DIGITS, True, []
    # Symbols first, since they name the entries of a counterexample; but inverses of symbols are long.
    costly = any(side.has(sp.Inverse) for side in (lhs, rhs))
    for drawn in numbers + symbolic if costly else symbolic + numbers:
        scalars = _numbers(function, where, lhs, rhs) if drawn else None
        for sizes, left, right in matrices.written_out(shown, lhs, rhs, scalars):
            size = ", ".join(f"{symbol} = {number}" for symbol, number in sizes.items())
            named = f"{shown} (for {size})" if size else shown
            pairs = list(matrices.entries(named, left, right))
            each = 2 if drawn else max(8, points // max(1, len(pairs)))
            for place, a, b in pairs:
                ranges = domains(function, free_symbols(a, b), about(where, a, b))
                evidence = check_scalar(f"{named}{place}", a, b, "=", ranges, each, proof=not drawn)
                total, digits = total + evidence.points, min(digits, evidence.digits)
                certified = certified and evidence.certified
            written += [size] * bool(size and not drawn)
    if not total:
        raise ClaimFailed(f"not checked: {shown}\n  an inverse in it does not exist for any sizes that were tried")
    return Evidence(total, digits, "for all sizes" if every else "entry by entry", tuple(sorted(written)), certified)


def _numbers(function: str, where: Any, lhs: Any, rhs: Any) -> dict[Any, Any]:
    """Draw a number for each symbol that is neither a size nor an index of a matrix."""
    ranges = scalars(function, where, lhs, rhs)
    return next(Sampler(ranges).points(1)) if ranges else {}


def scalars(function: str, where: Any, *sides: Any) -> dict[sp.Symbol, Domain]:
    """Return the domains of the symbols that are neither sizes nor indices of matrices, nor matrices."""
    names = {s.args[0] for side in sides for s in side.atoms(sp.MatrixSymbol)}
    held = {str(name) for name in names} | {s.name for s in matrices.letters_of(*sides)}
    found = [s for s in free_symbols(*sides) if s.name not in held]
    return domains(function, found, about(where, *found))


def about(where: Any, *sides: Any) -> Any:
    """Keep of `where` what is about the symbols of these sides."""
    present = set(free_symbols(*sides))
    if not isinstance(where, Mapping):
        return where
    return {key: interval for key, interval in where.items() if not _letters(key).isdisjoint(present)}


def relevant(where: Any, left: Any, right: Any, lhs: Any, rhs: Any) -> Any:
    """Drop from `where` the symbols that the statement has only bound."""
    if not isinstance(where, Mapping):
        return where
    present = set(free_symbols(left, right))
    bound = (lhs.atoms(sp.Symbol) | rhs.atoms(sp.Symbol)) - present
    return {key: interval for key, interval in where.items() if not _letters(key) or not _letters(key) <= bound}


def _letters(key: Any) -> set[Any]:
    return set(key.free_symbols) if isinstance(key, sp.Basic) else set()


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
    """Prove a statement with SymPy and compare its sides at random points in ball arithmetic.

    Parameters
    ----------
    lhs, rhs : expression or matrix
        The two sides; or one relational, ``prove(Eq(a, b))``. Unevaluated ``Derivative``, ``Limit``, ``Sum`` and
        ``Integral`` are welcome: they are shown as they stand.
    relation : {"=", "<=", ">=", "<", ">", "!="}
        What holds between the sides.
    where : dict, optional
        ``{symbol: (low, high)}``, open intervals on which the statement is meant. A symbol without assumptions is real.
        A key may be an expression, ``{p + q: (0, 1), y - x: (0, oo)}``, or a letter of `given`.
    given : dict, optional
        ``{f(x): definition}`` or ``{symbol: definition}``; the statement is shown with the names.
    name, label : str, optional
        Words before the formula; an anchor such as ``"eq-sigmoid-derivative"``.
    points : int
        Number of random points; fewer are used where each costs a quadrature, a limit or an infinite sum.

    Returns
    -------
    Claim
        Of kind ``"proved"``, with its hypotheses and its evidence.

    Raises
    ------
    ClaimFailed
        With a counterexample; or because SymPy finds no proof, even if all points agree.
    TypeError, ValueError
        For arguments that state nothing: floats, strings, an empty range, unknown symbols.

    Notes
    -----
    A statement about a derivative is meant wherever the derivative exists: at a kink nothing is claimed.

    Probabilities with the sum 1: the last one is defined by the others, ``given={p3: 1 - p1 - p2}``, and each has the
    domain ``(0, 1)``; or positive p and q with ``where={p + q: (0, 1)}``. An order of letters is
    ``where={y - x: (0, oo)}``. Provers use conditions that are linear with rational coefficients; another condition,
    such as ``{x**2 + y**2: (0, 1)}``, says only where the sides are compared, and the proof has to do without it.
    Wordings that pass at once are listed in ``tests/lib/true_statements.py``.

    References
    ----------
    A. Meurer et al., *SymPy: symbolic computing in Python*, PeerJ Computer Science 3 (2017), e103, for the proofs;
    F. Johansson, *Arb: efficient arbitrary-precision midpoint-radius interval arithmetic*, IEEE Transactions on
    Computers 66 (2017), 1281–1292, for the numbers with a bound of their error; D. Richardson, *Some
    undecidable problems involving elementary functions of a real variable*, Journal of Symbolic Logic 33 (1968),
    514–520, for why some true statements stay unproved.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> sigma = sp.Function("sigma")
    >>> prove(sp.Derivative(sigma(x), x), sigma(x) * (1 - sigma(x)), given={sigma(x): 1 / (1 + sp.exp(-x))})
    ✓ σ′(x) = σ(x)·(1 − σ(x)), with σ(x) = 1/(1 + exp(−x)): proved; 200 points, certified to 1e-40
    """
    name, label = check_words("prove", "name", name), check_label("prove", label)
    points = check_points("prove", points)
    left, right, relation = read_statement("prove", lhs, rhs, relation)
    evidence = check_statement("prove", left, right, relation, where, given, points)
    return Claim(
        kind="proved",
        statement=statement_text(left, right, relation),
        latex=statement_latex(left, right, relation),
        method="proved" + (f" {evidence.remark}" if evidence.remark else ""),
        points=evidence.points,
        error=f"1e-{evidence.digits}" if relation == "=" else None,
        certified=evidence.certified,
        name=name,
        label=label,
        hypotheses=hypotheses([left, right], where, given, evidence.sizes),
    )
