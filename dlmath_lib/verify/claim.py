"""A checked statement, and how it is shown: text, Markdown, and a record for the book and its ledger."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Any

from dlmath_lib._kinds import KINDS, MIME
from dlmath_lib.verify.hypotheses import Hypothesis, words
from dlmath_lib.verify.markdown import claim_markdown


class ClaimFailed(AssertionError):
    """The statement is false, or could not be proved; the message says where and by how much."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of the stack: which line of the cell, and the message. IPython asks for it."""
        stack = traceback.extract_tb(self.__traceback__)
        lines = [frame for frame in stack if "ipykernel_" in frame.filename or frame.filename.startswith("<ipython")]
        if not lines:
            return [text.rstrip("\n") for text in traceback.format_exception(self)]
        return [f"✗ {self}", "", f"line {lines[-1].lineno} of the cell:  {lines[-1].line or ''}".rstrip()]


@dataclass(frozen=True, repr=False)
class Claim:
    """A statement that has just been checked.

    Attributes
    ----------
    kind : {"definition", "proved", "derivation", "agrees", "gradient", "refuted", "family"}
    statement : str
        The statement in Unicode text.
    latex : str
        The statement in LaTeX, printed from the checked object.
    method : str
        How it was checked, for example ``"proved"`` or ``"agrees with scipy.special.expit"``.
    points : int
        Number of points at which both sides were compared.
    error : str or None
        A power of ten that the largest error stays below.
    name, label, because : str or None
        Words before the formula; the anchor; a reason, or for a refutation the right statement.
    certified : bool or None
        Whether every value came with a rigorous bound of its error (None: a comparison of floating-point numbers).
    start : dict or None
        For a derivation: ``{"latex", "statement"}`` of its first line.
    steps : tuple of dict
        For a derivation: ``{"relation", "latex", "statement", "because"}`` of each step.
    detail : str
        More about the evidence, in words: ``"3 random cotangents"``.
    hypotheses : tuple of Hypothesis
        Under which conditions it holds: domains, definitions, sizes.
    of : tuple of str
        Labels of the formulas that this claim witnesses.
    functions : tuple of str
        The functions of `dlmath_lib` that were run.
    outside : str
        What they were compared with, when it is not the book's own formula: ``"central differences"``.
    rows : tuple of Claim
        The claims of a family.
    mistake : int or None
        The number of the common mistake that a refutation refutes, in the book's list of them.
    """

    kind: str
    statement: str
    latex: str
    method: str
    points: int = 0
    error: str | None = None
    name: str | None = None
    label: str | None = None
    because: str | None = None
    steps: tuple[dict[str, str], ...] = ()
    start: dict[str, str] | None = None
    detail: str = ""
    hypotheses: tuple[Hypothesis, ...] = ()
    of: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    outside: str = ""
    rows: tuple[Claim, ...] = ()
    certified: bool | None = None
    mistake: int | None = None

    @property
    def mark(self) -> str:
        """The sign before the claim: ✓, ✗ or ≔."""
        kinds = {row.kind for row in self.rows}
        return KINDS[kinds.pop() if len(kinds) == 1 else self.kind][0]

    @property
    def evidence(self) -> str:
        """What the check consisted of, in words: ``200 points, certified to 1e-40``."""
        parts = [self.detail] if self.detail else []
        if self.points:
            sure = f"certified to {self.error}" if self.error else "certified"
            rest = f"error below {self.error}" if self.error else ""
            how = {True: sure, False: f"{rest} (not certified)".strip(), None: rest}[self.certified]
            parts.append(f"{self.points} point{'s' * (self.points != 1)}" + (f", {how}" if how else ""))
        return "; ".join(parts)

    @property
    def checked(self) -> str:
        """How it was checked and with what evidence, on one line."""
        return "; ".join(part for part in (self.method, self.evidence) if part)

    @property
    def lines(self) -> tuple[str, ...]:
        """The statement as text, one line for each step of a derivation or row of a family."""
        if self.rows:
            return tuple(_row(row) for row in self.rows)
        if not self.steps or self.start is None:
            return (self.statement,)
        rows = [self.start["statement"]]
        rows += [f"  {step['relation']} {step['statement']}    ({step['because']})" for step in self.steps]
        return tuple(rows)

    def __repr__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The claim with its hypotheses and its evidence, as text."""
        head = f"{self.mark} " + (f"{self.name}: " if self.name else "")
        under = words(self.hypotheses)
        if self.steps or self.rows:
            body = "\n".join(f"  {line}" for line in self.lines)
            return f"{head}{self.checked}\n{body}" + (f"\n  {under.removeprefix(', ')}" if under else "")
        if self.kind == "definition":
            return f"{head}{self.statement}{under}"
        tail = f". Right: {self.because}" if self.kind == "refuted" and self.because else ""
        return f"{head}{self.statement}{under}: {self.checked}{tail}"

    def record(self) -> dict[str, Any]:
        """Return the record of this claim for the book: JSON, the same in every run."""
        entry: dict[str, Any] = {
            "kind": self.kind, "statement": self.statement, "latex": self.latex, "name": self.name, "label": self.label,
            "method": self.method, "evidence": self.evidence, "points": self.points, "error": self.error,
            "because": self.because, "steps": [dict(step) for step in self.steps],
            "hypotheses": [hypothesis.record() for hypothesis in self.hypotheses], "of": list(self.of),
            "functions": list(self.functions), "outside": self.outside,
        }  # fmt: skip
        if self.start is not None:
            entry["start"] = dict(self.start)
        if self.rows:
            entry["rows"] = [row.record() for row in self.rows]
        if self.mistake is not None:
            entry["mistake"] = self.mistake
        return entry

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": self.text, "text/markdown": claim_markdown(self.record()), MIME: self.record()}


def _row(claim: Claim) -> str:
    """Return one row of a family as text: its mark only where it is not that of a true statement."""
    mark = f"{claim.mark} " if claim.kind in ("refuted", "definition") else ""
    name = f"{claim.name}: " if claim.name else ""
    reasons = "".join(f"\n      {line.strip()}" for line in claim.lines[1:]) if claim.steps else ""
    statement = claim.lines[0] if claim.steps else claim.statement
    if claim.kind == "agrees" and claim.name and claim.outside and claim.functions:
        statement = ", ".join(
            name.rpartition(".")[2] for name in claim.functions
        )  # the evidence says with what it agrees
    tail = ""
    if claim.kind in ("agrees", "gradient", "refuted"):
        tail = f": {claim.checked}"
        tail += f". Right: {claim.because}" if claim.kind == "refuted" and claim.because else ""
    return f"{mark}{name}{statement}{reasons}{words(claim.hypotheses)}{tail}"
