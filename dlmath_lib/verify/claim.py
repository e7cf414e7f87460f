"""A checked statement, and how it is shown: one line of text, HTML, and a record for the book's ledger."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

MIME = "application/vnd.dlmath.claim+json"
MARKS = {"proved": "✓", "agrees": "✓", "gradient": "✓", "derivation": "✓", "refuted": "✗"}


class ClaimFailed(AssertionError):
    """The statement is false, or could not be proved; the message says where and by how much."""


@dataclass(frozen=True, repr=False)
class Claim:
    """A statement that has just been checked.

    Attributes
    ----------
    kind : {"proved", "agrees", "gradient", "refuted", "derivation"}
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
    steps : tuple of dict
        For a derivation: ``{"relation", "latex", "statement", "because"}`` of each step.
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

    @property
    def evidence(self) -> str:
        """What the check consisted of, in words: ``200 points, error below 1e-40``."""
        parts = [self.detail] if self.detail else []
        if self.points:
            parts.append(
                f"{self.points} point{'s' * (self.points != 1)}" + (f", error below {self.error}" if self.error else "")
            )
        return "; ".join(parts)

    @property
    def lines(self) -> tuple[str, ...]:
        """The statement as text, one line for each step of a derivation."""
        if not self.steps or self.start is None:
            return (self.statement,)
        rows = [self.start["statement"]]
        rows += [f"  {step['relation']} {step['statement']}    ({step['because']})" for step in self.steps]
        return tuple(rows)

    def __repr__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The claim with its evidence, as text."""
        words = "; ".join(part for part in (self.method, self.evidence) if part)
        head = f"{MARKS[self.kind]} " + (f"{self.name}: " if self.name else "")
        tail = f" Right: {self.because}" if self.kind == "refuted" and self.because else ""
        if self.steps:
            return f"{head}{words}\n" + "\n".join(f"  {line}" for line in self.lines)
        return f"{head}{self.statement}: {words}.{tail}" if tail else f"{head}{self.statement}: {words}"

    def record(self) -> dict[str, Any]:
        """Return the record of this claim for the book: JSON, the same in every run."""
        entry: dict[str, Any] = {
            "kind": self.kind, "statement": self.statement, "latex": self.latex, "name": self.name, "label": self.label,
            "method": self.method, "evidence": self.evidence, "points": self.points, "error": self.error,
            "because": self.because, "steps": [dict(step) for step in self.steps],
        }  # fmt: skip
        if self.start is not None:
            entry["start"] = dict(self.start)
        return entry

    def html(self) -> str:
        """Return the claim as HTML: its name, the formula on a line of its own between dollar signs, the evidence."""
        escape = html.escape
        name = f'<span class="claim-name">{escape(self.name)}:</span> ' if self.name else ""
        words = "; ".join(part for part in (self.method, self.evidence) if part)
        tail = ""
        if self.kind == "refuted" and self.because:
            tail = f'. <span class="claim-because">Right: {escape(self.because)}</span>'
        anchor = f' id="{escape(self.label)}"' if self.label else ""
        return (
            f'<div class="claim claim-{self.kind}"{anchor}><span class="claim-mark">{MARKS[self.kind]}</span> {name}'
            f'<div class="claim-formula" style="margin: 0.5em 0 0.5em 1.5em; overflow-x: auto">'
            f"$\\displaystyle {escape(self.latex)}$</div>"
            f'<div class="claim-evidence">{escape(words)}{tail}</div></div>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": self.text, "text/html": self.html(), MIME: self.record()}
