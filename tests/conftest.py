"""What the tests of the book and of the browser share: the built pages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# A test asserts what is true, never how long it took: these machines are noisy.
settings.register_profile("book", deadline=None)
settings.load_profile("book")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built book: the one that DLMATH_BOOK names, or a fresh build."""
    named = os.environ.get("DLMATH_BOOK")
    if named:
        folder = (ROOT / named).resolve()
        assert (folder / "index.html").is_file() or (folder / "intro.html").is_file(), f"there is no book in {folder}"
        return folder
    target = tmp_path_factory.mktemp("book")
    build(ROOT, target)
    return target / "_build" / "html"


def build(source: Path, target: Path) -> None:
    """Build a book; a warning fails it."""
    done = run_build(source, target)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def run_build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Run the build as `make book` does, with `target` for what it makes."""
    command = [Path(sys.executable).parent / "jupyter-book", "build", source, "--path-output", target]
    return subprocess.run([*command, "-W", "-n", "--keep-going"], capture_output=True, text=True, check=False)
