"""What the tests of the book and of the browser share: the built pages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# A test asserts what is true, never how long it took: these machines are noisy.
settings.register_profile("book", deadline=None)
# On a machine that decides what lands, the same examples are drawn each time: a rare one is found at a desk.
settings.register_profile("decides", deadline=None, derandomize=True)
settings.load_profile("decides" if os.environ.get("DLMATH_REQUIRE_BROWSER") == "1" else "book")

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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """As `--dist loadfile`, but the pages of the built book go to the workers one by one, in the order below."""
    from xdist.scheduler import LoadFileScheduling

    class ByFileAndPage(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file, _, test = nodeid.partition("::")
            return f"{file}[{test.partition('[')[2]}" if file.endswith("browser/test_book.py") else file

    # It would deal out what has the most tests first, not what takes the longest.
    config.option.loadscopereorder = False
    return ByFileAndPage(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First what takes the longest, the browser's tests: so no worker is left with one of them at the end."""
    items.sort(key=lambda item: "/browser/" not in item.nodeid)
