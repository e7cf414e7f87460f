"""A claim as Markdown: what JupyterLab, VS Code, Colab and GitHub show, with their own typesetting."""

from __future__ import annotations

import re
from typing import Any

WORDS = {
    "definition": "≔ **Definition**", "proved": "✓ **Proved**", "derivation": "✓ **Derived**",
    "agrees": "✓ **Agrees**", "gradient": "✓ **Gradient checked**", "refuted": "✗ **Refuted**",
    "family": "✓ **Checked together**",
}  # fmt: skip
STARTS = {"for": "for ", "with": "with ", "sizes": "shown for "}


def claim_markdown(claim: dict[str, Any]) -> str:
    r"""Return the record of a claim as a quotation in Markdown: head with the evidence, formula, hypotheses.

    >>> record = {"kind": "proved", "latex": r"2 \cdot 3 = 6", "statement": "2·3 = 6", "name": None, "method": "proved",
    ...           "evidence": "1 point", "because": None, "hypotheses": []}
    >>> print(claim_markdown(record))
    > ✓ **Proved** · *1 point*
    >
    > $\displaystyle 2 \cdot 3 = 6$
    """
    kinds = {row["kind"] for row in claim.get("rows") or [claim]}
    head = [WORDS[kinds.pop() if len(kinds) == 1 else claim["kind"]]]
    if claim["name"]:
        head.append(f"**{escaped(claim['name'])}**")
    evidence = "; ".join(part for part in (claim["method"], claim["evidence"]) if part and part != "proved")
    if evidence and claim["kind"] != "definition":
        head.append(f"*{escaped(evidence)}*")
    paragraphs = [" · ".join(head)]
    if claim.get("rows") and all(row["kind"] in ("agrees", "gradient") for row in claim["rows"]):
        paragraphs.append(_verification(claim["rows"]))
    elif claim.get("rows"):
        paragraphs.append("\n".join(f"- {_row(row)}" for row in claim["rows"]))
    else:
        paragraphs.append(_formula(claim))
    under = conditions(claim["hypotheses"])
    if under:
        paragraphs.append(under)
    if claim["kind"] == "refuted" and claim["because"]:
        paragraphs.append(f"Instead: {escaped(claim['because'])}")
    lines = "\n\n".join(paragraphs).split("\n")
    return "\n".join(f"> {line}" if line else ">" for line in lines)


def conditions(hypotheses: list[dict[str, str]]) -> str:
    """Return the hypotheses as Markdown: ``for $0 < m < 1$, with …``."""
    parts = []
    for kind, start in STARTS.items():
        same = [f"${h['latex']}$" for h in hypotheses if h["kind"] == kind]
        if same:
            parts.append(start + ", ".join(same))
    return ", ".join(parts)


def escaped(words: str) -> str:
    """Return words in which nothing is taken for Markdown or HTML.

    >>> escaped("gelu_vjp < 1")
    'gelu\\\\_vjp &lt; 1'
    """
    return re.sub(r"([\\`*_\[\]$|~#])", r"\\\1", words.replace("&", "&amp;").replace("<", "&lt;"))


def _formula(claim: dict[str, Any]) -> str:
    latex = claim["latex"]
    return escaped(claim["statement"]) if not latex or latex.startswith(r"\text{") else rf"$\displaystyle {latex}$"


def _verification(rows: list[dict[str, Any]]) -> str:
    """Return comparisons as the table that the book shows: what is compared, with which function and witness."""
    lines = ["| What is compared | Function | Witness | Points | Error below |", "|---|---|---|---|---|"]
    for row in rows:
        # Beside an outside witness a name says it all: f(x, …) = g(x, …) would say no more.
        said = [escaped(row["name"])] if row["name"] else []
        if not row["name"] or (row["kind"] == "agrees" and not row["outside"]):
            said.append(_formula(row))
        under = conditions(row["hypotheses"])
        cell = ": ".join(said) + (f", {under}" if under else "")
        functions = ", ".join(f"`{name.rpartition('.')[2]}`" for name in row["functions"])
        witness = escaped(row["outside"] or ("the formula" if row["kind"] == "agrees" else ""))
        lines.append(f"| {_in_cell(cell)} | {functions} | {witness} | {row['points']} | {row['error'] or ''} |")
    return "\n".join(lines)


def _in_cell(text: str) -> str:
    r"""Return Markdown whose formulas hold no stroke: it would end the cell of a table.

    >>> print(_in_cell(r"a \| b: $|x| \leq \|y\|$"))
    a \| b: $\vert x\vert  \leq \Vert y\Vert $
    """
    parts = re.split(r"(?<!\\)\$", text)
    parts[1::2] = [formula.replace(r"\|", r"\Vert ").replace("|", r"\vert ") for formula in parts[1::2]]
    return "$".join(parts)


def _row(claim: dict[str, Any]) -> str:
    mark = f"{WORDS[claim['kind']]} " if claim["kind"] in ("refuted", "definition") else ""
    name = f"{escaped(claim['name'])}: " if claim["name"] else ""
    under = conditions(claim["hypotheses"])
    parts = [mark + name + _formula(claim) + (f", {under}" if under else "")]
    if claim["kind"] in ("agrees", "gradient", "refuted"):
        parts.append("*" + escaped("; ".join(p for p in (claim["method"], claim["evidence"]) if p)) + "*")
    if claim["kind"] == "refuted" and claim["because"]:
        parts.append(f"instead: {escaped(claim['because'])}")
    return "; ".join(parts)
