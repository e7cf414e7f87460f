"""`family`: claims of one kind in one frame, with one line of evidence for all."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dlmath_lib.verify._errors import check_label, check_words, message
from dlmath_lib.verify.claim import Claim
from dlmath_lib.verify.derivation import Derivation

DONE = {
    "definition": "defined", "proved": "proved", "derivation": "derived", "agrees": "compared with the code",
    "gradient": "compared with central differences", "refuted": "refuted",
}  # fmt: skip


def family(name: str, *claims: Claim | Derivation, label: str | None = None) -> Claim:
    """Show several claims as the rows of one frame.

    Parameters
    ----------
    name : str
        What the rows have in common.
    *claims : Claim or Derivation
        Already checked; each keeps its name, its hypotheses and its label. A family of `agree` and `gradient` claims
        is the table of a chapter's Verification.
    label : str, optional
        The frame's anchor.

    Returns
    -------
    Claim
        Of kind ``"family"``.

    Raises
    ------
    TypeError, ValueError
        When there is no claim, or something else among them.

    References
    ----------
    L. Lamport, *How to write a 21st century proof*, Journal of Fixed Point Theory and Applications 11 (2012), 43–63,
    for statements whose parts stand below them and fold away.

    Examples
    --------
    >>> import sympy as sp
    >>> from dlmath_lib.verify import prove
    >>> x = sp.Symbol("x", real=True)
    >>> family(
    ...     "powers",
    ...     prove(sp.Derivative(x**2, x), 2 * x, name="square"),
    ...     prove(sp.Derivative(x**3, x), 3 * x**2, name="cube"),
    ... )
    ✓ powers: 2 rows: proved; 200 points each, certified to 1e-40
      square: d/dx [x²] = 2·x
      cube: d/dx [x³] = 3·x²
    """
    title = check_words("family", "name", name, required=True)
    rows = tuple(_claim(position, claim) for position, claim in enumerate(claims))
    if not rows:
        raise ValueError(message("family", "claims", "at least one claim", "none"))
    return Claim(
        kind="family",
        statement=str(title),
        latex="",
        method=_method(rows),
        name=title,
        label=check_label("family", label),
        of=tuple(dict.fromkeys(anchor for row in rows for anchor in row.of)),
        rows=rows,
        detail=_detail(rows),
    )


def _claim(position: int, claim: Any) -> Claim:
    found = claim.claim if isinstance(claim, Derivation) else claim
    if not isinstance(found, Claim) or found.rows:
        hint = "pass what prove, agree, gradient, refute, define or a Derivation returned"
        raise TypeError(message("family", f"claim {position + 1}", "a Claim that is not a family", repr(claim), hint))
    return found


def _method(rows: tuple[Claim, ...]) -> str:
    counts = Counter(row.kind for row in rows)
    number = f"{len(rows)} row" + "s" * (len(rows) != 1)
    if len(counts) == 1:
        return f"{number}: {DONE[rows[0].kind]}"
    return f"{number}: " + ", ".join(f"{counts[kind]} {words}" for kind, words in DONE.items() if counts[kind])


def _detail(rows: tuple[Claim, ...]) -> str:
    points = [row.points for row in rows if row.points]
    if not points:
        return ""
    least, most = min(points), max(points)
    words = ("at least " if least != most else "") + f"{least} point{'s' * (least != 1)}" + " each" * (len(points) > 1)
    errors = [float(row.error) for row in rows if row.error]
    sure = all(row.certified for row in rows if row.error)
    how = "certified to" if sure else "error below"
    return words + (f", {how} {max((row.error for row in rows if row.error), key=float)}" if errors else "")
