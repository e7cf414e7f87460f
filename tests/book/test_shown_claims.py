"""What the chapters store of their claims: each carries its hypotheses, in its record and in its text."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

from dlmath_lib.book.notebooks import in_contents
from dlmath_lib.verify import Derivation
from tests.conftest import ROOT

MIME = "application/vnd.dlmath.claim+json"
ELEMENTARY = {
    "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "acosh", "erf", "erfc", "max", "min", "tr",
    "det", "factorial", "binomial", "im", "re", "sign", "floor", "ceiling", "gamma", "θ", "H", "√",
}  # fmt: skip
APPLIED = re.compile(r"([^\W\d_][^\W_]*)′*\(")
ANALYTIC = ("d/d", "∂", "∫", "lim[", "′")


def claims(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the record and the text of each claim, a family's rows one by one."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if MIME in data:
                text = "".join(data["text/plain"])
                yield from ((record, text) for record in [data[MIME], *data[MIME].get("rows", [])])


def unexplained(record: dict[str, Any]) -> set[str]:
    """Return the functions of a statement that no hypothesis says anything about, where that matters."""
    lines = [record["statement"], *(step["statement"] for step in record["steps"])]
    shown = " ".join(lines)
    names = set(APPLIED.findall(shown)) - ELEMENTARY
    said = " ".join(hypothesis["statement"] for hypothesis in record["hypotheses"])
    missing = {name for name in names if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said)}
    return missing if any(sign in shown for sign in ANALYTIC) else set()


@pytest.mark.parametrize("path", in_contents(ROOT), ids=lambda path: path.stem)
def test_every_claim_carries_what_it_presupposes(path: Path) -> None:
    for record, text in claims(path):
        assert "hypotheses" in record, f"stored before hypotheses were shown: run `make execute`: {record['statement']}"
        for hypothesis in record["hypotheses"]:
            assert hypothesis["statement"] in text, text
        if record["kind"] in ("proved", "derivation"):
            assert not unexplained(record), f"{unexplained(record)} in {text}"


def standing_still(record: dict[str, Any]) -> list[str]:
    """Return the lines that show what the line before them shows: SymPy has simplified them while reading."""
    lines = [record.get("start"), *record["steps"]]
    return [
        line["statement"] for before, line in itertools.pairwise(lines) if before and before["latex"] == line["latex"]
    ]


@pytest.mark.parametrize("path", in_contents(ROOT), ids=lambda path: path.stem)
def test_no_line_of_a_derivation_repeats_the_one_before(path: Path) -> None:
    for record, _ in claims(path):
        assert not standing_still(record), f"build it with evaluate=False, or leave it out: {standing_still(record)}"


def test_a_line_that_repeats_the_one_before_is_found() -> None:
    x = sp.Symbol("x")
    moving = Derivation(x * (x + 1)).step(x**2 + x, because="multiply out")
    for chain, still in (moving, []), (moving.step(x + x**2 + x - x, because="add and subtract x"), ["x² + x"]):
        assert standing_still(chain._repr_mimebundle_()[MIME]) == still


def test_a_function_that_nothing_explains_is_found() -> None:
    record = {"statement": "σ′(z) = σ(z)·(1 − σ(z))", "steps": [], "hypotheses": []}
    assert unexplained(record) == {"σ"}
    assert unexplained({**record, "hypotheses": [{"statement": "σ(z) = 1/(1 + exp(−z))"}]}) == set()
