"""The clinic: each common mistake has one entry: its refutation, what is true of it, the chapter that derives it."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode

from tests.book.test_notebooks import CHAPTERS, MIME, NOTEBOOKS, flat, load, markdown, name_of, outputs, tags
from tests.lib.test_docstrings import anchors

# How bad each mistake is; 62 and 66 were never given.
SEVERITY = {
    "Wrong": {1, 2, 3, 4, 5, 9, 10, 11, 13, 14, 16, 18, 19, 20, 21, 22, 23, 26, 27, 31, 34, 36, 37, 44, 46, 58, 61, 67},
    "Misleading": {6, 7, 8, 12, 17, 24, 28, 30, 32, 33, 35, 38, 45, 47, 54, 56, 57, 59, 60, 63, 65},
    "Imprecise": {15, 25, 29, 39, 40, 41, 42, 43, 48, 49, 50, 51, 52, 53, 55, 64, 68, 69, 70},
}
WORD = {number: word for word, numbers in SEVERITY.items() for number in numbers}
# A page is one sitting: words and definitions are two, and the activations have a page of their own.
PAGES = {
    "code_that_runs": range(1, 13),
    "backpropagation": range(13, 26),
    "optimizers": range(26, 36),
    "activations_and_losses": range(36, 43),
    "mathematics": range(43, 54),
    "deep_learning": range(54, 71),
}
CLINIC = [path for path in NOTEBOOKS if path.parent.name == "clinic"]
TITLE = re.compile(r"^## (\d+) · (.+)$", re.MULTILINE)
CHECKED = {"proved", "derivation", "agrees", "gradient", "definition"}
WORDS_OF_A_PAGE = 4500

every_page = pytest.mark.parametrize("path", CLINIC, ids=lambda path: path.stem)


def sections(path: Path) -> dict[int, list[Any]]:
    """The cells of each entry, by its number."""
    found: dict[int, list[Any]] = {}
    number = None
    for cell in load(path):
        if cell.cell_type != "markdown":
            found.get(number or 0, []).append(cell)
            continue
        for part in re.split(r"^(?=## )", cell.source, flags=re.MULTILINE):
            if match := TITLE.match(part):
                number = int(match[1])
                assert number not in found, number
                found[number] = []
            found.get(number or 0, []).append(NotebookNode(cell_type="markdown", source=part, metadata=cell.metadata))
    return found


def claims(cells: list[Any]) -> list[Any]:
    return flat([json.loads(c) if isinstance(c, str) else c for c in outputs(cells, MIME)])


def refuted_in_chapters() -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for path in CHAPTERS:
        for claim in claims(load(path)):
            if claim.get("mistake"):
                found.setdefault(claim["mistake"], set()).add(name_of(path))
    return found


@every_page
def test_a_page_has_its_numbers_in_their_order(path: Path) -> None:
    assert list(sections(path)) == [number for number in PAGES[path.stem] if number in WORD]


@every_page
def test_code_that_is_shown_needs_no_scrolling(path: Path) -> None:
    folded = {"setup", "hide-input", "hide-cell", "remove-cell"}
    shown = [cell.source for cell in load(path) if cell.cell_type == "code" and not folded & set(tags(cell))]
    assert [line for source in shown for line in source.splitlines() if len(line) > 84] == []


@every_page
def test_a_page_is_one_sitting(path: Path) -> None:
    words = len(re.sub(r"<[^>]+>|\|", " ", markdown([c for c in load(path) if "solution" not in tags(c)])).split())
    assert words <= WORDS_OF_A_PAGE, words


@every_page
def test_an_entry_has_its_parts(path: Path) -> None:
    known = refuted_in_chapters()
    for number, cells in sections(path).items():
        text = markdown(cells)
        bold = re.findall(r"\*\*(.+?)\*\*", text)
        assert bold[:1] == [f"{WORD[number]}."], f"{number} begins with **{WORD[number]}.**"
        for part in ("The claim.", "What is true.", "Derived in"):
            assert part in bold, f"{number} lacks **{part}**"
        own = claims(cells)
        assert any(c["kind"] == "refuted" and c.get("mistake") == number for c in own), f"{number} is not refuted"
        assert {c.get("mistake") for c in own if c["kind"] == "refuted"} <= {number, None}, number
        assert any(c["kind"] in CHECKED for c in own), f"{number}: no correct statement is proved or checked"
        after = text[text.index("**Derived in**") :]
        targets = re.findall(r"\]\(\.\./(\w+/\w+)\.ipynb#[\w.-]+\)", after)
        assert targets, f"{number} names no place in a chapter"
        if number in known:
            assert set(targets) & known[number], f"{number}: is refuted in {known[number]}, linked are {targets}"


def test_each_number_has_one_entry() -> None:
    seen = Counter(number for path in CLINIC for number in sections(path))
    expected = {number for path in CLINIC for number in PAGES[path.stem] if number in WORD}
    assert set(seen) == expected and set(seen.values()) <= {1}
    assert sum(map(len, SEVERITY.values())) == len(WORD) == 68


def test_the_built_index_lists_them_and_chapters_lead_to_them(book: Path) -> None:
    page = (book / "chapters/clinic/index.html").read_text(encoding="utf-8")
    rows = re.findall(r'<tr class="[^"]*filter-row[^"]*">(.*?)</tr>', page, re.DOTALL)
    numbers = [int(number) for row in rows for number in re.findall(r"<p>(\d+)</p>", row)[:1]]
    assert len(rows) == len(numbers)
    assert numbers == sorted(number for path in CLINIC for number in sections(path))
    chapters = refuted_in_chapters()
    for number, row in zip(numbers, rows, strict=True):
        assert f"#mistake-{number}" in row and WORD[number] in row
        for name in chapters.get(number, ()):
            assert f"{name}.html#" in row, (number, name)
            chapter = (book / f"chapters/{name}.html").read_text(encoding="utf-8")
            assert re.search(rf'href="\.\./clinic/\w+\.html#mistake-{number}"', chapter), (number, name)


# What learners ask, by a word of each heading, in the order of the page.
ASKED = [
    "activation functions", "gradient descent", "backpropagation", "regularisation", "minibatches", "learning rate",
    "many layers", "convolution", "pooling", "dropout", "batch normalisation", "SGD", "RMSprop", "Adam", "L1", "L2",
    "elastic net", "sparsity", "4-D", "batch regularisation", "framework", "mathematics",
]  # fmt: skip
FAQ = CHAPTERS[0].parents[1] / "clinic" / "faq.md"
LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])+)\]\((\S+?)\.ipynb(?:#(\S+?))?\)")


def answers() -> dict[str, str]:
    return dict(re.findall(r"^## (.+)\n\n((?:(?!## ).*\n?)+)", FAQ.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_questions_that_learners_ask_are_there() -> None:
    questions = list(answers())
    assert len(questions) == len(ASKED)
    for question, word in zip(questions, ASKED, strict=True):
        assert word in question and question.endswith("?"), (question, word)


@pytest.mark.parametrize("question", answers())
def test_an_answer_is_short_and_leads_to_its_proof(question: str) -> None:
    answer = answers()[question].strip()
    plain = re.sub(r"\$[^$]+\$", "x", LINK.sub(r"\1", answer))
    assert "](" not in plain, "a link that leads nowhere"
    assert len(plain.split()) <= 90, len(plain.split())
    assert len(re.findall(r"[.?!](?=\s|$)", plain)) <= 5
    proofs = 0
    for _, target, anchor in LINK.findall(answer):
        path = (FAQ.parent / f"{target}.ipynb").resolve()
        name = name_of(path)
        known = anchors(name)
        assert known is not None, target
        if path.parent == FAQ.parent:
            assert int(anchor.removeprefix("mistake-")) in sections(path), (target, anchor)
        elif anchor:
            assert anchor in known, (target, anchor)
            proofs += 1
    assert proofs, "no link leads to a proof"
