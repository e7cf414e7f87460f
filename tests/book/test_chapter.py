"""`make chapter` begins a chapter that passes every test but the one that asks whether all is written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dlmath_lib.book import chapter, execute, notebooks
from tests.mutants.plant import copy

CONTENTS = """# A comment that stays.
format: jb-book
root: intro
parts:
  - caption: Neural networks
    chapters:
      - file: chapters/networks/index
        sections:
          - file: chapters/networks/losses
  - caption: Reference
    chapters:
      - file: chapters/reference/notation
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "_toc.yml").write_text(CONTENTS)
    (tmp_path / "dlmath_lib/exercises").mkdir(parents=True)
    (tmp_path / "chapters/networks").mkdir(parents=True)
    other = "To understand | read |\n|---|---|\n| a loss | [Losses](losses.ipynb) |\n"
    (tmp_path / "chapters/networks/index.md").write_text(
        f"# Neural networks\n\n| Chapter | Question |\n|---|---|\n\n| {other}"
    )
    return tmp_path


def test_a_chapter_is_entered_where_it_belongs(book: Path) -> None:
    chapter.begin(book, "networks/soft_sign")
    chapter.begin(book, "optimization/newton")
    contents = (book / "_toc.yml").read_text()
    assert contents.startswith("# A comment that stays.")
    networks, optimization, reference = yaml.safe_load(contents)["parts"]
    assert [s["file"] for s in networks["chapters"][0]["sections"]] == [
        "chapters/networks/losses", "chapters/networks/soft_sign",
    ]  # fmt: skip
    assert optimization["chapters"] == [
        {"file": "chapters/optimization/index", "sections": [{"file": "chapters/optimization/newton"}]}
    ]
    assert reference["caption"] == "Reference"
    index = (book / "chapters/networks/index.md").read_text()
    assert "|---|---|\n| [Soft sign](soft_sign.ipynb) | WRITE: the question |\n\n| To understand" in index
    assert (book / "chapters/optimization/index.md").read_text().startswith("# Optimization")
    cells = notebooks.read(book / "chapters/networks/soft_sign.ipynb").cells
    assert cells[0].source.startswith("# Soft sign\n")
    assert any("eq-soft-sign-secant" in cell.source for cell in cells)
    assert any("soft_sign.by_hand" in cell.source for cell in cells)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "must be subject/topic in lower snake_case, got ''"),
        ("softsign", "must be subject/topic in lower snake_case, got 'softsign'"),
        ("Networks/softsign", "lower snake_case"),
        ("networks/soft-sign", "lower snake_case"),
        ("networks/../softsign", "lower snake_case"),
    ],
)
def test_a_name_of_another_form_is_refused(book: Path, name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        chapter.begin(book, name)


def test_a_missing_name_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], [""]):
        assert chapter.main(arguments) == 1
        assert capsys.readouterr().err.splitlines() == [
            "chapter: NAME must be subject/topic in lower snake_case, got '': as networks/softsign"
        ]


def test_no_chapter_is_written_over(book: Path) -> None:
    chapter.begin(book, "networks/softsign")
    with pytest.raises(ValueError, match="NAME must be new, got 'networks/softsign'"):
        chapter.begin(book, "networks/softsign")


def test_a_new_chapter_runs_and_lacks_only_what_is_to_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy(tmp_path)
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTHONPATH", str(root))  # the copy's package, not this one
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    assert chapter.main(["networks/softsign"]) == 0
    assert execute.main(["chapters/networks/softsign.ipynb"]) == 0, capsys.readouterr().err
    tests = ("tests/book/test_notebooks.py", "tests/book/test_both_hosts.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    chosen = ["-k", "softsign or subjects_page or there_are"]
    done = subprocess.run([*command, *chosen], capture_output=True, text=True, check=False)
    failed = [line.split("::")[1].split(" ")[0] for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert failed == [
        "test_nothing_is_left_to_write[networks/softsign]",
        "test_the_subjects_page_lists_its_chapters_in_their_order[networks]",
    ], done.stdout


def test_a_subjects_page_without_a_table_of_chapters_gets_the_row_at_its_end(book: Path) -> None:
    (book / "chapters/networks/index.md").write_text("# Neural networks\n\nThe last words.\n")
    chapter.begin(book, "networks/soft_sign")
    assert (
        (book / "chapters/networks/index.md")
        .read_text()
        .endswith("words.\n| [Soft sign](soft_sign.ipynb) | WRITE: the question |\n")
    )
