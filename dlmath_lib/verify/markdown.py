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
    if claim.get("rows"):
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
