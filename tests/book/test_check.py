"""`make check` finds what a chapter needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlmath_lib.book import chapter as template
from tests import check
from tests.conftest import ROOT


def test_a_chapters_modules_and_their_tests_are_found() -> None:
    chapter = ROOT / "chapters/networks/losses.ipynb"
    assert check.modules(chapter) == ["activations", "autodiff", "losses"]
    tests = check.library_tests(chapter)
    assert {"tests/lib/test_losses.py", "tests/lib/test_autodiff.py", "tests/lib/test_exercises_losses.py"} <= set(
        tests
    )
    assert not any("verify" in name or "explore" in name for name in tests)
    adaptive = check.library_tests(ROOT / "chapters/optimization/adaptive_methods.ipynb")
    assert {"tests/lib/test_adaptive_optimizers.py", "tests/lib/test_momentum_and_adam.py"} <= set(adaptive)
    *files, _, chosen = check.selection(chapter)
    assert {"chapters/networks/losses.ipynb", "tests/browser", *tests} <= set(files)
    # All of those modules' tests run, not those alone that have the chapter's name.
    assert {"losses", "test_autodiff", "test_activations"} <= set(chosen.split(" or "))


def test_every_chapter_has_something_to_run() -> None:
    for chapter in (ROOT / "chapters").glob("*/*.ipynb"):
        names = check.selection(chapter)
        assert all((ROOT / name).exists() for name in names if name.startswith(("tests/", "chapters/")))


def test_a_chapter_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(["networks/nothing"]) == 2
    told = capsys.readouterr().err
    assert "must be one of" in told
    assert "networks/losses" in told
    assert "got 'networks/nothing'" in told


def test_what_stands_in_the_way_is_one_line_before_anything_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main(["networks/losses", "--ready"]) == 0
    assert capsys.readouterr().err == ""
    (tmp_path / "dlmath_lib/exercises").mkdir(parents=True)
    (tmp_path / "_toc.yml").write_text("root: intro\nparts:\n")
    template.begin(tmp_path, "networks/softsign")
    monkeypatch.setattr(check, "ROOT", tmp_path)
    for name, said in (
        ("networks/softsign", "networks/softsign has no outputs yet: make execute CHAPTER=networks/softsign"),
        ("", "CHAPTER must be one of networks/softsign, got ''"),
    ):
        assert check.main([name, "--ready"]) == 2
        assert capsys.readouterr().err.splitlines() == [f"check: {said}"]


def test_markdown_left_beside_the_notebook_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "chapters/networks").mkdir(parents=True)
    for ending in (".ipynb", ".md"):
        (tmp_path / f"chapters/networks/losses{ending}").write_bytes(
            (ROOT / "chapters/networks/losses.ipynb").read_bytes()
        )
    monkeypatch.setattr(check, "ROOT", tmp_path)
    assert check.main(["networks/losses", "--ready"]) == 2
    assert "delete chapters/networks/losses.md" in capsys.readouterr().err
