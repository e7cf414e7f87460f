"""`Derivation`: a chain of steps, each proved the moment it is written down, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlmath_lib.verify._errors import check_label, check_words, message
from dlmath_lib.verify.claim import Claim, ClaimFailed
from dlmath_lib.verify.compare import DIGITS
from dlmath_lib.verify.ends import check_ends
from dlmath_lib.verify.hypotheses import hypotheses
from dlmath_lib.verify.printing import RELATIONS, latex, plain
from dlmath_lib.verify.prove import check_statement
from dlmath_lib.verify.statements import as_side
from dlmath_lib.verify.text import latex_text

STEP_POINTS = 40
REASON = 'each step says why, as in .step(2*x, because="power rule")'
ALLOWED = {"<=": {"=", "<=", "<"}, ">=": {"=", ">=", ">"}}


class Derivation:
    """An immutable chain ``lhs = … = rhs`` in which every step is proved equal to the one before.

    Each method returns a new, longer derivation; the old one stays as it was. Where a line between has no value, the
    first line is compared with the last one too: there the steps do not reach across.

    Parameters
    ----------
    lhs : expression or matrix
        Where the chain begins.
    where, given, name, label
        As for `prove`; they hold for every step.
    points : int
        Number of random points at which each step is compared.

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x", real=True)
    >>> d = Derivation(sp.Derivative(x**2 * sp.exp(x), x), name="a product")
    >>> d = d.step(2*x*sp.exp(x) + x**2*sp.exp(x), because="product rule")
    >>> d.step(x*(x + 2)*sp.exp(x), because="factor")
    ✓ a product: each of 2 steps proved; 80 points, certified to 1e-40
      d/dx [x²·exp(x)]
        = x²·exp(x) + 2·x·exp(x)    (product rule)
        = x·exp(x)·(x + 2)    (factor)
    """

    def __init__(
        self, lhs: Any, *, where: Mapping[Any, Any] | None = None, given: Mapping[Any, Any] | None = None,
        name: str | None = None, label: str | None = None, points: int = STEP_POINTS,
    ) -> None:  # fmt: skip
        self.lhs = as_side("Derivation", "lhs", lhs)
        self.where = None if where is None else dict(where)
        self.given = None if given is None else dict(given)
        self.name, self.label = check_words("Derivation", "name", name), check_label("Derivation", label)
        self.points = points
        self.steps: tuple[tuple[str, Any, str], ...] = ()
        self._used, self._digits, self._certified = 0, DIGITS, True
        self._sizes: tuple[str, ...] = ()

    @property
    def rhs(self) -> Any:
        """The last expression of the chain."""
        return self.steps[-1][1] if self.steps else self.lhs

    @property
    def relation(self) -> str:
        """What the whole chain shows between its first and its last expression."""
        relations = {relation for relation, _, _ in self.steps}
        for strict in "<", ">":
            if strict in relations:
                return strict
        return next((r for r in ("<=", ">=") if r in relations), "=")

    def step(self, rhs: Any, *, because: str = "") -> Derivation:
        """Add ``= rhs`` and the reason `because`; raise `ClaimFailed` unless `rhs` is proved equal to the last line."""
        return self._add("=", rhs, because)

    def step_le(self, rhs: Any, *, because: str = "") -> Derivation:
        """Add the line ``≤`` `rhs` with its reason `because`; raise `ClaimFailed` unless it is proved."""
        return self._add("<=", rhs, because)

    def step_ge(self, rhs: Any, *, because: str = "") -> Derivation:
        """Add the line ``≥`` `rhs` with its reason `because`; raise `ClaimFailed` unless it is proved."""
        return self._add(">=", rhs, because)

    def step_lt(self, rhs: Any, *, because: str = "") -> Derivation:
        """Add the line ``<`` `rhs` with its reason `because`; raise `ClaimFailed` unless it is proved."""
        return self._add("<", rhs, because)

    def step_gt(self, rhs: Any, *, because: str = "") -> Derivation:
        """Add the line ``>`` `rhs` with its reason `because`; raise `ClaimFailed` unless it is proved."""
        return self._add(">", rhs, because)

    def _add(self, relation: str, rhs: Any, because: str) -> Derivation:
        reason = check_words("Derivation.step", "because", because, required=True, hint=REASON)
        assert reason is not None
        before = {r[0] for r, _, _ in self.steps if r != "="}
        if relation != "=" and before and relation[0] not in before:
            raise ValueError(
                message("Derivation.step", "relation", "in one direction", f"{relation} after {self.relation}")
            )
        side = as_side("Derivation.step", "rhs", rhs)
        number = len(self.steps) + 1
        try:
            evidence = check_statement("Derivation", self.rhs, side, relation, self.where, self.given, self.points)
        except ClaimFailed as error:
            raise ClaimFailed(f"step {number} ({reason}): {error}") from None
        longer = Derivation.__new__(Derivation)
        longer.__dict__.update(self.__dict__)
        longer.steps = (*self.steps, (relation, side, reason))
        longer._used, longer._digits = self._used + evidence.points, min(self._digits, evidence.digits)
        longer._sizes = tuple(dict.fromkeys((*self._sizes, *evidence.sizes)))
        longer._certified = self._certified and evidence.certified
        if len(longer.steps) > 1:
            between = [expr for _, expr, _ in self.steps]
            try:
                check_ends("Derivation", self.lhs, side, longer.relation, between, self.where, self.given)
            except ClaimFailed as error:
                raise ClaimFailed(f"step {number} ({reason}), from the first line to this one: {error}") from None
        return longer

    @property
    def claim(self) -> Claim:
        """The claim that the chain proves: first expression, relation, last expression."""
        if not self.steps:
            raise ValueError("Derivation.claim: the chain must have a step, got none: add .step(…, because=…)")
        relation = self.relation
        count = len(self.steps)
        rows = [f"&{RELATIONS[r][1]} {latex(e)} && \\text{{{latex_text(why)}}}" for r, e, why in self.steps]
        aligned = (
            rf"\begin{{aligned}} {latex(self.lhs)} {rows[0]}"
            + "".join(rf" \\ {row}" for row in rows[1:])
            + r" \end{aligned}"
        )
        return Claim(
            kind="derivation",
            statement=f"{plain(self.lhs)} {RELATIONS[relation][0]} {plain(self.rhs)}",
            latex=aligned,
            method="proved in one step" if count == 1 else f"each of {count} steps proved",
            points=self._used,
            error=f"1e-{self._digits}" if relation == "=" else None,
            certified=self._certified,
            name=self.name,
            label=self.label,
            hypotheses=hypotheses([self.lhs, *(e for _, e, _ in self.steps)], self.where, self.given, self._sizes),
            start={"latex": latex(self.lhs), "statement": plain(self.lhs)},
            steps=tuple(
                {"relation": RELATIONS[r][0], "latex": latex(e), "statement": plain(e), "because": why}
                for r, e, why in self.steps
            ),
        )

    def __repr__(self) -> str:
        return self.claim.text if self.steps else f"Derivation of {plain(self.lhs)}, no step yet"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return self.claim._repr_mimebundle_() if self.steps else {"text/plain": repr(self)}
