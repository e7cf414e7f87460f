"""The Sphinx extension, on tiny books: what it shows, and what it refuses to build."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlmath_lib.book.notebooks import METADATA
from tests.book.conftest import ROOT, run_build

MIME = "application/vnd.dlmath.claim+json"
PROVED = {
    "kind": "proved", "statement": "tanh(x) = 2σ(2x) − 1", "latex": r"\tanh x = 2 \sigma(2x) - 1", "method": "proved",
    "name": "tanh is a stretched sigmoid", "label": "eq-tanh", "evidence": "200 points, error below 1e-40",
    "points": 200, "error": "1e-40", "because": None, "steps": [],
}  # fmt: skip
DERIVED = {
    **PROVED, "kind": "derivation", "statement": "d/dx x² = 2x", "label": "eq-square", "name": None,
    "latex": r"\begin{aligned} a &= b \end{aligned}", "start": {"latex": r"\frac{d}{dx} x^2", "statement": "d/dx x²"},
    "steps": [{"relation": "=", "latex": "2 x", "statement": "2x", "because": "power rule with $n = 2$"}],
}  # fmt: skip
REFUTED = {
    **PROVED, "kind": "refuted", "statement": "|x| = x", "latex": r"\left|x\right| = x", "label": None, "name": None,
    "evidence": "x = −1: 1 against −1", "error": None, "because": "only for `x >= 0`",
}  # fmt: skip
GRADIENT = {**PROVED, "kind": "gradient", "statement": "relu_vjp is right", "latex": "", "label": None, "name": None}

Make = Callable[..., Path]


def cell(*outputs: dict[str, Any], tags: tuple[str, ...] = (), source: str = "prove(…)") -> dict[str, Any]:
    return {
        "cell_type": "code", "execution_count": 1, "id": f"c{abs(hash((source, str(outputs)))) % 10**9}",
        "metadata": {"tags": list(tags)} if tags else {}, "source": source, "outputs": list(outputs),
    }  # fmt: skip


def claim(content: dict[str, Any]) -> dict[str, Any]:
    data = {MIME: content, "text/plain": content["statement"], "text/html": f"<p>$ {content['statement']} $</p>"}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def html(content: str) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": content, "text/plain": "…"}}


def markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": f"m{abs(hash(text)) % 10**9}", "metadata": {}, "source": text}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a tiny book: `intro`, one chapter of the given cells, the ledger."""

    def make_(*cells: dict[str, Any], intro: str = "# A book\n\nWords.\n") -> Path:
        root = tmp_path / "book"
        (root / "chapters/reference").mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "_config.yml", root)
        shutil.copy(ROOT / "references.bib", root)
        (root / "intro.md").write_text(intro)
        (root / "chapters/reference/ledger.md").write_text("# Ledger of claims\n\n```{ledger-of-claims}\n```\n")
        contents = "format: jb-book\nroot: intro\nchapters:\n- file: chapters/a\n- file: chapters/reference/ledger\n"
        (root / "_toc.yml").write_text(contents)
        notebook = {"cells": [markdown("# Chapter"), *cells], "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
        (root / "chapters/a.ipynb").write_text(json.dumps(notebook))
        return root

    return make_


def built(root: Path, page: str = "chapters/a") -> str:
    done = run_build(root, root)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return (root / "_build/html" / f"{page}.html").read_text(encoding="utf-8")


def refused(root: Path) -> str:
    done = run_build(root, root)
    assert done.returncode != 0
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


def test_claims_are_blocks_with_numbers_and_anchors(make: Make) -> None:
    link = markdown("See [it](#eq-tanh) and {eq}`eq-square`.")
    root = make(link, cell(claim(PROVED)), cell(claim(DERIVED)), cell(claim(REFUTED)), cell(claim(GRADIENT)))
    page = built(root)
    assert 'class="claim claim-proved docutils container" id="eq-tanh"' in page
    assert 'href="#equation-eq-tanh"' in page
    assert re.search(r'href="#equation-eq-square"[^>]*>\(2\)|href="#equation-eq-square">\(2\)', page)
    assert "tanh is a stretched sigmoid" in page
    assert page.count('class="katex"') >= 6
    assert '<span class="because">power rule with' in page
    assert "claim-struck" in page
    assert '<code class="docutils literal notranslate">' in page
    assert "Gradient checked" in page
    assert "$" not in re.sub(r"<(script|annotation).*?</\1>", "", page, flags=re.DOTALL)
    ledger = (root / "_build/html/chapters/reference/ledger.html").read_text(encoding="utf-8")
    assert "4 claims" in ledger
    assert '<a class="ledger-link reference internal" href="../a.html#eq-tanh"' in ledger


def test_anchor_without_label_stays_when_cells_are_added(make: Make) -> None:
    find = re.compile(r'claim-gradient docutils container" id="([^"]+)"')
    first = find.findall(built(make(cell(claim(GRADIENT)))))
    second = find.findall(built(make(cell(claim(PROVED)), cell(claim(GRADIENT)))))
    assert first == second


def test_label_used_twice_fails(make: Make) -> None:
    message = refused(make(cell(claim(PROVED)), cell(claim(PROVED), source="again")))
    assert "eq-tanh" in message
    assert "twice" in message


@pytest.mark.parametrize("words", ["$\\nosuchmacro{x}$", "$\\frac{1}$", "$x^$"])
def test_mathematics_that_cannot_be_typeset_fails(make: Make, words: str) -> None:
    assert "cannot be typeset" in refused(make(markdown(words)))


def test_latex_output_is_typeset_and_bad_latex_output_fails(make: Make) -> None:
    latex = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}
    good = latex | {"data": {"text/latex": "$\\displaystyle \\int x\\,dx$", "text/plain": "…"}}
    bad = latex | {"data": {"text/latex": "$\\displaystyle \\nosuch$", "text/plain": "…"}}
    assert 'class="katex-display"' in built(make(cell(good)))
    assert "cannot be typeset" in refused(make(cell(bad)))


EXPLORER = (
    '<figure class="explorer" id="explorer-one"><figcaption class="explorer-title">T</figcaption>'
    '<div class="explorer-static"><img alt="a picture of a curve" src="data:image/png;base64,aa"></div>'
    '<script type="application/json" class="explorer-spec">{}</script></figure>'
)


def test_explorer_brings_its_script_only_where_it_is(make: Make) -> None:
    root = make(cell(html(EXPLORER)), intro="# A book\n\n```{explorer} chapters/a one\n```\n")
    assert "_static/explorer.js" in built(root)
    intro = (root / "_build/html/intro.html").read_text(encoding="utf-8")
    assert 'id="explorer-one"' in intro
    assert "_static/explorer.js" in intro
    assert 'href="chapters/a.html"' in intro
    assert "explorer.js" not in (root / "_build/html/chapters/reference/ledger.html").read_text(encoding="utf-8")


def test_explorer_that_is_not_there_fails_and_names_those_that_are(make: Make) -> None:
    message = refused(make(cell(html(EXPLORER)), intro="# A book\n\n```{explorer} chapters/a two\n```\n"))
    assert "no explorer 'two'" in message
    assert "it has: one" in message


def test_stderr_in_a_stored_output_fails(make: Make) -> None:
    stderr = {"output_type": "stream", "name": "stderr", "text": "Warning: no"}
    assert "stderr" in refused(make(cell(stderr)))


def test_folds_are_named(make: Make) -> None:
    page = built(make(cell(tags=("hide-input",)), cell(tags=("hide-cell", "solution"), source="solution = 1")))
    assert "Show the code" in page
    assert "Show a solution" in page
