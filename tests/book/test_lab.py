"""The reader's copies of the chapters: renewed while unchanged, kept when changed, never in git."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from nbformat.sign import NotebookNotary

from dlmath_lib.book import lab, notebooks
from tests.conftest import ROOT


def write(path: Path, *sources: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [
        {"cell_type": "code", "execution_count": None, "id": f"c{i}", "metadata": {}, "outputs": [], "source": source}
        for i, source in enumerate(sources)
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def first(path: Path) -> str:
    return notebooks.read(path).cells[0].source


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.chdir(tmp_path)
    write(Path("chapters/a/one.ipynb"), "1")
    write(Path("chapters/a/two.ipynb"), "2")
    Path("chapters/a/index.md").write_text("# A")
    return tmp_path


def test_copies_are_made_and_trusted() -> None:
    assert lab.refresh(Path("chapters"), Path("my_book")) == []
    assert first(Path("my_book/a/one.ipynb")) == "1"
    assert Path("my_book/a/index.md").read_text() == "# A"
    assert NotebookNotary().check_signature(notebooks.read(Path("my_book/a/one.ipynb")))


def test_an_unchanged_copy_is_renewed_and_a_changed_one_kept() -> None:
    lab.refresh(Path("chapters"), Path("my_book"))
    run = json.loads(Path("my_book/a/one.ipynb").read_text())
    run["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "ran"}]
    Path("my_book/a/one.ipynb").write_text(json.dumps(run))
    write(Path("my_book/a/two.ipynb"), "mine")
    assert lab.refresh(Path("chapters"), Path("my_book")) == [], "the book has nothing new"
    write(Path("chapters/a/one.ipynb"), "1 new")
    write(Path("chapters/a/two.ipynb"), "2 new")
    (told,) = lab.refresh(Path("chapters"), Path("my_book"))
    assert first(Path("my_book/a/one.ipynb")) == "1 new", "its outputs alone were another's"
    assert first(Path("my_book/a/two.ipynb")) == "mine"
    assert "my_book/a/two.ipynb holds your changes and is kept" in told
    assert "make renew CHAPTER=a/two" in told


def test_a_chapter_is_renewed_with_the_readers_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    lab.refresh(Path("chapters"), Path("my_book"))
    write(Path("my_book/a/two.ipynb"), "mine")
    write(Path("chapters/a/two.ipynb"), "2 new")
    assert lab.main(["--renew", "a/two"]) == 0
    told = capsys.readouterr().out
    assert "my_book/a/two.ipynb is the book's version now." in told
    assert "my_book/a/two.mine-1.ipynb" in told
    assert first(Path("my_book/a/two.ipynb")) == "2 new"
    assert first(Path("my_book/a/two.mine-1.ipynb")) == "mine"
    assert lab.refresh(Path("chapters"), Path("my_book")) == []
    assert lab.renew(Path("chapters"), Path("my_book"), "a/two") is None, "nothing of the reader's was there"
    for wrong in ("a/three", ""):
        with pytest.raises(SystemExit) as stopped:
            lab.main(["--renew", wrong])
        assert stopped.value.code == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line == f"renew: CHAPTER must be one of a/one, a/two, got {wrong!r}"


def test_a_broken_copy_is_kept() -> None:
    lab.refresh(Path("chapters"), Path("my_book"))
    Path("my_book/a/one.ipynb").write_text("{")
    write(Path("chapters/a/one.ipynb"), "1 new")
    assert "my_book/a/one.ipynb holds your changes" in lab.refresh(Path("chapters"), Path("my_book"))[0]


def test_lab_opens_at_the_copies_with_the_readers_options(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(lab.os, "execv", lambda path, command: started.append(command))
    monkeypatch.setattr(lab.os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(lab.sys, "prefix", str(tmp_path / "venv"))
    assert lab.main([]) == 1
    assert "make lab LAB=--allow-root" in capsys.readouterr().err
    lab.main(["--allow-root", "--port=9999"])
    assert started[0][1:] == ["lab", f"--notebook-dir={tmp_path / 'my_book'}", "--allow-root", "--port=9999"]
    overrides = json.loads((tmp_path / "venv/share/jupyter/lab/settings/overrides.json").read_text())
    assert overrides == {lab.WIDGETS: {"saveState": True}}


def test_git_ignores_the_readers_folder() -> None:
    if not (ROOT / ".git").exists():
        assert "my_book/" in (ROOT / ".gitignore").read_text()
        return
    asked = subprocess.run(["git", "check-ignore", "my_book/a.ipynb"], cwd=ROOT, capture_output=True, check=False)
    assert asked.returncode == 0
