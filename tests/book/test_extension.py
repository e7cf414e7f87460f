"""The Sphinx extension, on tiny books: what it shows, and what it refuses to build."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from dlmath_lib.book.notebooks import METADATA
from tests.conftest import ROOT, run_build

LEDGER = """# Ledger of claims

## Evidence

Words.

## Formulas

```{ledger-of-formulas}
```

## Claims

```{ledger-of-claims} evidence
```
"""
LISTS = """# Lists

## Sheet

```{formula-sheet}
```

## Mistakes

```{clinic}
```

## Exercises of the book

```{exercises}
```
"""
MIME = "application/vnd.dlmath.claim+json"
PROVED = {
    "kind": "proved", "statement": "tanh(x) = 2σ(2x) − 1", "latex": r"\tanh x = 2 \sigma(2x) - 1", "method": "proved",
    "name": "tanh is a stretched sigmoid", "label": "eq-tanh", "evidence": "200 points, certified to 1e-40",
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
DEFINED = {
    **PROVED, "kind": "definition", "statement": "σ(z) := 1", "latex": r"\sigma(z) := 1", "label": "eq-sigma",
    "name": "sigmoid", "method": "", "evidence": "", "points": 0, "error": None,
    "hypotheses": [{"kind": "for", "statement": "z > 0", "latex": "z > 0"}],
}  # fmt: skip
ROW = {**PROVED, "label": "eq-row", "name": "first rule", "statement": "1 = 1", "latex": "1 = 1", "hypotheses": []}
FAMILY = {
    **PROVED, "kind": "family", "statement": "rules", "latex": "", "name": "rules", "label": None, "method": "3 rows",
    "rows": [ROW, {**DERIVED, "label": None, "name": "second"}, {**REFUTED, "name": "third"}],
}  # fmt: skip
CHECKS = {
    **FAMILY, "statement": "checks", "name": "checks",
    "rows": [
        {**PROVED, "kind": "agrees", "name": "tanh", "label": None, "of": ["eq-tanh"],
         "functions": ["activations.tanh"], "outside": "scipy.special.tanh"},
    ],
}  # fmt: skip
GRADIENT = {**PROVED, "kind": "gradient", "statement": "relu_vjp is right", "latex": "", "label": None, "name": None}


# One pixel: a picture must be one.
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
UNSEEN = {**PROVED, "label": None, "name": "a folded claim"}
CLAIMS = (PROVED, DERIVED, REFUTED, GRADIENT, DEFINED, FAMILY, CHECKS)


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


def write(root: Path, *cells: dict[str, Any], intro: str) -> Path:
    """Write a tiny book: `intro`, one chapter of the given cells, the ledger."""
    (root / "chapters/reference").mkdir(parents=True)
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    address = "https://example.org/new?title={title}&page={page}"
    (root / "_config.yml").write_text(re.sub(r'report_url: ".*"', f'report_url: "{address}"', config), encoding="utf-8")
    shutil.copy(ROOT / "references.bib", root)
    (root / "intro.md").write_text(f"# A book\n\n{intro}\n")
    (root / "chapters/reference/ledger.md").write_text(LEDGER)
    (root / "chapters/reference/lists.md").write_text(LISTS)
    (root / "chapters/reference/bibliography.md").write_text("# Bibliography\n\n```{bibliography}\n:all:\n```\n")
    pages = ("chapters/a", "chapters/reference/ledger", "chapters/reference/lists", "chapters/reference/bibliography")
    contents = "format: jb-book\nroot: intro\nchapters:\n" + "".join(f"- file: {page}\n" for page in pages)
    (root / "_toc.yml").write_text(contents)
    notebook = {"cells": [markdown("# Chapter"), *cells], "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    (root / "chapters/a.ipynb").write_text(json.dumps(notebook))
    return root


def latex(text: str) -> dict[str, Any]:
    data = {"text/latex": f"$\\displaystyle {text}$", "text/plain": "…"}
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}


WITNESS = f"""<figure class="explorer" id="explorer-two"><div class="explorer-static"><img alt="a picture of a curve"
src="{PIXEL}"></div><script type="application/json" class="explorer-spec">{{"title": "Two curves",
"of": ["eq-square"]}}</script></figure>"""
EXPLORER = (
    '<figure class="explorer" id="explorer-one"><figcaption class="explorer-title">T</figcaption>'
    f'<div class="explorer-static"><img alt="a picture of a curve" src="{PIXEL}"></div>'
    '<script type="application/json" class="explorer-spec">{"title": "T"}</script></figure>'
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a book in which all is well."""
    cells = [
        markdown("See [it](#eq-tanh), {eq}`eq-square` and [the explorer](a.ipynb#explorer-one)."),
        markdown("[Squire and Trapp (1998)](reference/bibliography.md#squire1998using)"),
        *(cell(claim(content), source=f"c{n}") for n, content in enumerate(CLAIMS)),
        cell(latex(r"\int x\,dx"), source="integral"),
        cell(html(EXPLORER), source="Explorer()", tags=("hide-input",)),
        cell(html(WITNESS), source="Explorer(of)", tags=("hide-input",)),
        cell(source="import numpy", tags=("setup",)),
        cell(
            claim({**PROVED, "label": None, "name": "a folded claim"}), source="s = 1", tags=("hide-cell", "solution")
        ),
        markdown("## Exercises\n\n### 1. By hand\n\nHow much?"),
        markdown("#### A solution"),
        cell(source="solution = 1", tags=("hide-cell", "solution")),
        markdown("### 2. Further (hard)\n\nLike [the first](#exercise-1)."),
        cell(source="def answer(x):\n    ..."),
        markdown("## Summary\n\n- [tanh](#eq-tanh), and [again](#eq-tanh), not [elsewhere](reference/ledger.md)"),
        markdown("## 7 · A claim that circulates\n\n**Wrong.** It is not so."),
        cell(claim({**REFUTED, "statement": "0 = 1", "mistake": 7}), source="own"),
    ]
    root = write(tmp_path_factory.mktemp("good"), *cells, intro="```{explorer} chapters/a one\n```")
    done = run_build(root, root)
    assert done.returncode == 0, done.stdout[-3000:]
    return root / "_build/html"


@pytest.fixture(scope="module")
def refusal(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build a book in which everything is wrong; return what the build said."""
    stderr = {"output_type": "stream", "name": "stderr", "text": "Warning: no"}
    cells = [
        markdown("$\\nosuchmacro{x}$ and $\\frac{1}$"),
        markdown(
            "[Squire (1999)](reference/bibliography.md#squire1998using), [Nobody (1)](reference/bibliography.md#none)"
        ),
        cell(claim(PROVED), source="one"),
        cell(claim(PROVED), source="again"),
        cell(claim({**GRADIENT, "of": ["eq-nowhere"]}), source="of"),
        cell(claim({**PROVED, "label": None, "statement": "1 = 2", "hypotheses": []}), source="true"),
        cell(claim({**REFUTED, "statement": "1 = 2", "hypotheses": []}), source="false"),
        cell(latex(r"\nosuchoutput"), source="bad"),
        cell(stderr, source="stderr"),
        cell(html(EXPLORER), source="Explorer()"),
    ]
    root = write(tmp_path_factory.mktemp("bad"), *cells, intro="```{explorer} chapters/a two\n```")
    done = run_build(root, root)
    assert done.returncode != 0
    return done.stdout + done.stderr


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_claims_are_blocks_with_numbers_and_anchors(good: Path) -> None:
    page = text(good / "chapters/a.html")
    assert 'class="claim claim-proved docutils container" id="eq-tanh"' in page
    assert 'class="eqno" href="#equation-eq-tanh"' in page
    assert 'href="#eq-tanh"' in page
    assert re.search(r'href="#equation-eq-square"[^>]*>\(2\)', page)
    assert "tanh is a stretched sigmoid" in page
    assert page.count('class="katex"') >= 6
    assert '<span class="because">power rule with' in page
    assert "claim-struck" in page
    assert "Gradient checked" in page
    assert "$" not in re.sub(r"<(script|annotation|pre).*?</\1>", "", page, flags=re.DOTALL)


def test_a_number_needs_a_label(good: Path) -> None:
    page = text(good / "chapters/a.html")
    assert sorted(re.findall(r'href="#equation-([^"]*)" title="Link', page)) == [
        "eq-row", "eq-sigma", "eq-square", "eq-tanh"
    ]  # fmt: skip


def test_definitions_and_families_have_frames_of_their_own(good: Path) -> None:
    page = text(good / "chapters/a.html")
    assert re.search(r'claim-definition[^>]*id="eq-sigma"', page)
    assert re.search(r'<p class="claim-conditions">for <span class="math"[^>]*>', page)
    assert 'id="eq-row"' in page
    family = page[page.index('class="claim claim-family') :]
    assert "<summary>in one step</summary>" in family
    assert "✗ Refuted" in family
    # A family of one kind is headed like a claim of this kind, a mixed one is not.
    assert re.search(r'claim-family docutils[^>]*>\s*<p class="claim-head">.*?Checked together', page)
    assert re.search(r'claim-family claim-agrees[^>]*>\s*<p class="claim-head">.*?Agrees', page)
    checks = family[family.index("verification") :]
    assert re.search(r'href="#equation-eq-tanh">\(1\)</a>', checks)
    # A row beside an outside witness says what is compared, with which function and with what: no f(x) = g(x).
    cells = [re.sub("<[^>]*>", "", cell).split() for cell in re.findall(r"<td>(.*?)</td>", checks, re.DOTALL)]
    assert [cell for cell in cells if "scipy.special.tanh" in cell] == [["scipy.special.tanh"]]
    assert ["tanh"] in cells
    assert "scipy.<wbr>special.<wbr>tanh" in checks, "a long name may go on in the next line"


def test_anchor_without_label_depends_on_the_statement_alone(good: Path) -> None:
    digest = hashlib.sha1(f"gradient {GRADIENT['statement']}".encode()).hexdigest()[:8]
    assert f'id="claim-{digest}"' in text(good / "chapters/a.html")


def test_ledger_lists_every_claim_and_links_to_it(good: Path) -> None:
    ledger = text(good / "chapters/reference/ledger.html")
    assert "10 claims" in ledger
    assert ledger.count("ledger-row") == 10
    assert re.search(r'<a class="[^"]*ledger-link[^"]*" href="../a.html#eq-tanh"', ledger)


def test_the_matrix_shows_every_numbered_formula_with_its_witnesses_and_holes(good: Path) -> None:
    ledger = text(good / "chapters/reference/ledger.html")
    counts = ledger[ledger.index("witness-counts") : ledger.index('id="witnesses-chapters-a"')]
    cells = [re.sub("<[^>]*>", "", c).strip() for c in re.findall(r"<td>(.*?)</td>", counts, re.DOTALL)]
    one, none, book = "1 · 3 open", "0 · 4 open", "The whole book"
    assert cells == ["Chapter", "4", "4", one, one, one, none, book, "4", "4", one, one, one, none]
    rows = ledger[ledger.index('id="witnesses-chapters-a"') : ledger.index("ledger-summary")]
    row = {
        name: part
        for part in rows.replace('</span><wbr><span class="pre">', "").replace("<wbr>", "").split("<tr")
        for name in ("eq-tanh", "eq-square")
        if f"#{name}" in part
    }
    assert re.search(r'href="../a.html#claim-\w+"><code[^>]*><span class="pre">activations.tanh', row["eq-tanh"])
    assert "scipy.special.tanh" in row["eq-tanh"]
    assert row["eq-tanh"].count('class="hole">none') == 2
    assert 'href="../a.html#explorer-two"' in row["eq-square"]
    assert "derived" in row["eq-square"]


def test_claims_in_folded_solutions_are_not_in_the_ledger(good: Path) -> None:
    assert "a folded claim" in text(good / "chapters/a.html")
    assert "a folded claim" not in text(good / "chapters/reference/ledger.html")


def test_evidence_leads_to_its_explanation(good: Path) -> None:
    page = text(good / "chapters/a.html")
    lines = re.findall(r'<span class="claim-evidence">(.*?</a>)</span>', page, re.DOTALL)
    assert len(lines) == 8  # all frames but the definition
    for line in lines:
        assert line.startswith('<a class="reference internal" href="reference/ledger.html#evidence"'), line
    assert 'id="evidence"' in text(good / "chapters/reference/ledger.html")


def test_latex_output_is_typeset(good: Path) -> None:
    assert 'class="katex-display"' in text(good / "chapters/a.html")


def test_explorer_brings_its_script_only_where_it_is(good: Path) -> None:
    intro = text(good / "intro.html")
    assert "_static/explorer.js" in text(good / "chapters/a.html")
    assert "_static/explorer.js" in intro
    assert 'id="explorer-one"' in intro
    assert 'href="chapters/a.html"' in intro
    assert "explorer.js" not in text(good / "chapters/reference/ledger.html")
    assert (good / "_static/explorer.js").is_file()


def test_folds_are_named(good: Path) -> None:
    page = text(good / "chapters/a.html")
    for words in ("Show the code", "Show the setup", "Show a solution"):
        assert words in page


def test_exercises_have_anchors_and_are_listed(good: Path) -> None:
    page = text(good / "chapters/a.html")
    listed = re.search(r'<aside class="onpage.*?</aside>', page, re.DOTALL)
    assert listed
    assert re.findall(r'href="#(exercise-\d)"[^>]*>(.+?)</a>', listed[0]) == [
        ("exercise-1", "1. By hand"),
        ("exercise-2", "2. Further (hard)"),
    ]
    assert 'id="exercise-1"' in page
    assert '<a class="reference internal" href="#exercise-1">the first</a>' in page
    assert "A solution" not in re.sub(r"<[^>]*>", "", page)


def test_exercises_are_listed_with_what_they_ask_for(good: Path) -> None:
    page = text(good / "chapters/reference/lists.html")
    table = re.sub("<[^>]*>", "|", page[page.index("2 exercises:") :])
    assert "2 exercises: 1 routine, 0 medium, 1 hard; 1 answers, 1 programs, 0 proofs." in table
    rows = [[part for part in row.split("|") if part.strip()] for row in re.split(r"(?=\d\. )", table)[1:]]
    assert rows[0][:4] == ["1. By hand", "Chapter", "an answer", "routine"]
    assert rows[1][:4] == ["2. Further", "Chapter", "a program", "hard"]
    assert 'href="../a.html#exercise-2"' in page
    assert re.search(r'<tr class="[^"]*filter-row filter-chapter filter-a-program filter-hard', page)


def test_the_sheet_has_what_a_summary_links_to(good: Path) -> None:
    page = text(good / "chapters/reference/lists.html")
    assert page.count('class="sheet-formula') == 1
    assert 'href="../a.html#eq-tanh"' in page
    # Its formula says itself as text, and has no second form for those who listen.
    formula = page[page.index("sheet-formula") : page.index('id="mistakes"')]
    assert 'role="img"' in formula and "<math" not in formula
    assert 'aria-label="tanh(x) = 2σ(2x) − 1"' in formula


def test_a_refutation_leads_to_its_entry_and_the_index_names_both(good: Path) -> None:
    page = text(good / "chapters/reference/lists.html")
    assert "1 mistakes: 1 wrong, 0 misleading, 0 imprecise." in page
    assert 'href="../a.html#mistake-7"' in page
    assert 'id="mistake-7"' in text(good / "chapters/a.html")
    assert "Clinic 7" not in text(good / "chapters/a.html"), "no link to the page that one reads"


def test_an_error_can_be_reported_from_every_page(good: Path) -> None:
    for page, title in (
        ("intro", "A%20book"),
        ("chapters/a", "Chapter"),
        ("chapters/reference/ledger", "Ledger%20of%20claims"),
    ):
        address = f"https://example.org/new?title={title}&amp;page={page}"
        assert f'<a href="{address}">Report an error on this page</a>' in text(good / f"{page}.html")


def test_katex_is_run_and_not_served(good: Path) -> None:
    assert (good / "_static/vendor/katex/katex.min.css").is_file()
    assert not list(good.rglob("katex*.js"))


def test_citations_and_the_bibliography_are_linked_both_ways(good: Path) -> None:
    assert 'href="reference/bibliography.html#squire1998using"' in text(good / "chapters/a.html")
    entry = re.search(
        r'id="squire1998using".*?(?=<div class="citation"|</main>)',
        text(good / "chapters/reference/bibliography.html"),
        re.DOTALL,
    )
    assert entry
    assert 'class="cited-in">Cited in <a class="reference internal" href="../a.html">Chapter</a>' in entry[0]


@pytest.mark.parametrize(
    "words",
    [
        r"cannot be typeset: \nosuchmacro",
        r"cannot be typeset: \frac{1}",
        r"cannot be typeset: \displaystyle \nosuchoutput",
        "'eq-tanh' is used twice",
        "stderr was found",
        "is of 'eq-nowhere', and no claim has that label",
        "'1 = 2' is refuted, and proved in chapters/a with the same hypotheses",
        "no explorer 'two'; it has: one",
        "the citation says 'Squire (1999)'; references.bib has 'Squire and Trapp (1998)' for squire1998using",
        "local id not found in doc 'chapters/reference/bibliography': 'none'",
    ],
)
def test_what_is_wrong_fails_the_build_and_is_said(refusal: str, words: str) -> None:
    assert words in refusal, refusal[-3000:]


def test_a_label_may_move_to_another_page_between_two_builds(tmp_path: Path) -> None:
    """Whoever takes the book's newer version builds over the older one."""
    moved, stays = cell(claim(PROVED), source="moves"), cell(claim({**PROVED, "label": None}), source="stays")
    root = write(tmp_path, moved, intro="Words.")
    later = root / "chapters/0_before.ipynb"
    notebook = {"cells": [markdown("# Other"), stays], "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    later.write_text(json.dumps(notebook))
    contents = root / "_toc.yml"
    contents.write_text(
        contents.read_text().replace("- file: chapters/a\n", "- file: chapters/a\n- file: chapters/0_before\n")
    )
    assert run_build(root, root).returncode == 0
    for path, title, shown in ((root / "chapters/a.ipynb", "# Chapter", stays), (later, "# Other", moved)):
        path.write_text(json.dumps({**notebook, "cells": [markdown(title), shown]}))
    done = run_build(root, root)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
