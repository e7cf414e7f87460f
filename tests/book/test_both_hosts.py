"""A notebook says and shows the same in the page and in JupyterLab: its Markdown, folds, citations and exercises."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from dlmath_lib.book import citations, notebooks
from dlmath_lib.book.notebooks import COLLAPSED, SOLUTION
from tests.conftest import ROOT

NOTEBOOKS = notebooks.in_contents(ROOT)
CHAPTERS = [path for path in NOTEBOOKS if path.parent.name not in ("reference", "clinic")]
# What only Sphinx reads: a role, a directive, a fence of colons, a target, a comment, an attribute.
MYST = re.compile(r"\{[\w:.+-]+\}`|^`{3,}\{|^:{3,}|^\([\w-]+\)=\s*$|^%|^\{[#.%]", re.MULTILINE)
# What stands on the page and not in the notebook, or looks different there.
ONE_HOST = re.compile(
    r"(?:Show|Hide) (?:the|a) (?:code|setup|solution)|(?:green|red|blue|shaded|coloured) (?:block|box|frame|card)"
    r"|\bsidebar|contents list|On this page|[Oo]n the page\b|at the top of (?:this|the) page|in the margin|button",
)
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def cells_of(path: Path) -> list[Any]:
    return notebooks.read(path).cells


def prose(path: Path) -> str:
    """All Markdown of a notebook, without code."""
    text = "\n\n".join(cell.source for cell in cells_of(path) if cell.cell_type == "markdown")
    return re.sub(r"```\w*\n.*?```", "", text, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("pattern", "caught", "let_through"),
    [
        (MYST, "see {cite:t}`squire1998using`", "see `{x: 1}` and a `set`"),
        (MYST, "{eq}`eq-tanh`", r"$\mathbf{x}$ and `y`"),
        (MYST, "```{admonition} Note\n```", "```python\nx\n```"),
        (MYST, ":::{note}", "a ratio 3:1"),
        (MYST, "(a-target)=", "(in brackets) = 2"),
        (ONE_HOST, 'open "Show the code"', "show that the code runs"),
        (ONE_HOST, "The green block is not typed", "the green one is the tangent"),
    ],
)
def test_the_patterns_tell_one_host_from_both(pattern: re.Pattern[str], caught: str, let_through: str) -> None:
    assert pattern.search(caught)
    assert not pattern.search(let_through)


@every_notebook
def test_the_markdown_reads_in_both_hosts(path: Path) -> None:
    for pattern in (MYST, ONE_HOST):
        found = pattern.search(prose(path))
        assert found is None, f"{found.group()!r}: see dlmath_lib.book.citations, or say it in words" if found else ""


@every_notebook
def test_what_the_book_folds_is_folded_in_jupyterlab(path: Path) -> None:
    for cell in cells_of(path):
        tags = set(cell.metadata.get("tags", []))
        folds = cell.metadata.get("jupyter", {})
        assert folds.get("source_hidden", False) == bool(tags & {"hide-input", "hide-cell"}), cell.source
        assert folds.get("outputs_hidden", False) == ("hide-cell" in tags), cell.source


@every_chapter
def test_a_solution_gives_nothing_away_before_it_is_opened(path: Path) -> None:
    cells = cells_of(path)
    solutions = [index for index, cell in enumerate(cells) if "solution" in cell.metadata.get("tags", [])]
    assert solutions
    for index in solutions:
        # JupyterLab opens an output that it runs, unless a collapsed heading stands above; a fold shows its first line.
        assert cells[index - 1].source == SOLUTION
        assert cells[index - 1].metadata.get(COLLAPSED) is True
        assert cells[index].source.splitlines()[0] == "# A solution."
        # The heading's fold ends at the next one.
        assert cells[index + 1].cell_type == "markdown"
        assert re.match(r"#{2,3} ", cells[index + 1].source)
    heads = [index for index, cell in enumerate(cells) if cell.source == SOLUTION]
    assert [index + 1 for index in heads] == solutions


@every_chapter
def test_exercises_are_headings_numbered_from_one(path: Path) -> None:
    text = prose(path)
    exercises = text[text.index("\n## Exercises") : text.index("\n## Summary")]
    numbers = [int(number) for number in re.findall(r"^### (\d+)\. \S", exercises, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    stubs = {
        name
        for cell in cells_of(path)
        if cell.cell_type == "code"
        for name in re.findall(r"\bcheck\(\s*[\"']([\w.]+)[\"']", cell.source)
    }
    assert len(stubs) == len(numbers)
    bold = re.search(r"^\*\*(?!(?:Tasks?|Try it|You )\b)[^*\n]+\.\*\* ", exercises, re.MULTILINE)
    assert bold is None, f"a run-in is neither listed nor linkable: {bold.group()}" if bold else ""


@every_chapter
def test_common_mistakes_are_headings(path: Path) -> None:
    text = prose(path)
    wrong = text[text.index("\n## Where it goes wrong") : text.index("\n## Exercises")]
    bold = re.search(r"^\*\*[^*\n]+\*\*", wrong, re.MULTILINE)
    assert bold is None, f"a run-in is neither listed nor linkable: {bold.group()}" if bold else ""


def test_every_reference_is_cited_and_every_chapter_cites() -> None:
    cited = {path: set(re.findall(r"bibliography\.md#([\w-]+)\)", prose(path))) for path in CHAPTERS}
    assert all(cited.values())
    assert set().union(*cited.values()) == set(citations.entries(ROOT / "references.bib"))


def test_each_reference_says_where_it_appeared_and_leads_there() -> None:
    places = {"journal", "booktitle", "publisher", "school", "howpublished", "eprint"}
    for key, entry in citations.entries(ROOT / "references.bib").items():
        assert {"title", "year"} <= set(entry.fields) and citations.authors(entry), key
        assert places & set(entry.fields), f"{key}: no journal, publisher or other place"
        # No link to this one was found.
        assert {"doi", "url"} & set(entry.fields) or key == "stigler1977attack", f"{key}: no link"


BIB = r"""
@article{one, author = {Squire, William}, year = {1998}, title = {T}}
@article{two, author = {Bottou, L{\'e}on and van der Waerden, B. L.}, year = {2018}, title = {T}}
@book{more, author = {Aa, A. and Bb, B. and Cc, C.}, year = {2007}, title = {T}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "references.bib").write_text(BIB, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("role", "link"),
    [
        ("{cite:t}`one` says", "[Squire (1998)](../reference/bibliography.md#one) says"),
        ("so {cite:p}`two`.", "so ([Bottou and van der Waerden, 2018](../reference/bibliography.md#two))."),
        (
            "{cite:p}`more, one`",
            "([Aa et al., 2007](../reference/bibliography.md#more); [Squire, 1998](../reference/bibliography.md#one))",
        ),
    ],
)
def test_roles_become_links(root: Path, role: str, link: str) -> None:
    assert citations.as_links(role, root / "chapters/networks", root) == link


def test_unknown_keys_and_roles_are_refused(root: Path) -> None:
    with pytest.raises(ValueError, match=r"'nobody' is not in references\.bib: add the entry"):
        citations.as_links("{cite:t}`nobody`", root / "chapters/a", root)
    with pytest.raises(ValueError, match=r"must be cite:t or cite:p, got \{cite:year\}`one`"):
        citations.as_links("{cite:year}`one`", root / "chapters/a", root)


def test_the_command_rewrites_notebooks_and_says_so(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "chapters/networks").mkdir(parents=True)
    (root / "_toc.yml").write_text("format: jb-book\nroot: intro\nchapters:\n- file: chapters/networks/losses\n")
    path = root / "chapters/networks/losses.ipynb"
    shutil.copy(ROOT / "chapters/networks/losses.ipynb", path)
    before = notebooks.read(path)
    before.cells[0].source += "\n\n{cite:t}`one` and {cite:p}`more`"
    path.write_text(notebooks.text(before), encoding="utf-8")
    citations.main(root)
    assert "chapters/networks/losses.ipynb: 2 citations" in capsys.readouterr().out
    after = notebooks.read(path)
    assert "[Squire (1998)](../reference/bibliography.md#one) and ([Aa et al., 2007]" in after.cells[0].source
    assert after.cells[1:] == before.cells[1:]
