"""`make check` finds what a chapter needs."""

from __future__ import annotations

import subprocess
import sys

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
    own, library = check.runs(chapter)
    assert "chapters/networks/losses.ipynb" in own
    assert library == tests


def test_every_chapter_has_something_to_run() -> None:
    for chapter in (ROOT / "chapters").glob("*/*.ipynb"):
        for arguments in check.runs(chapter):
            assert all((ROOT / name).exists() for name in arguments if name.startswith(("tests/", "chapters/")))


def test_a_chapter_that_is_not_there_is_named() -> None:
    command = [sys.executable, "-m", "tests.check", "networks/nothing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "must be one of" in done.stderr
    assert "networks/losses" in done.stderr
    assert "got 'networks/nothing'" in done.stderr
