"""What one chapter needs: `python -m tests.check networks/losses` (`make check` builds the book's pages in between).

Its notebook by nbval, its structure, the checkers of its exercises, the modules of `dlmath_lib` that it imports, and
its explorers in a browser.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from dlmath_lib.book import notebooks

ROOT = Path(__file__).parents[1]
# The engine has tests of its own; a chapter does not change it.
ENGINE = {"exercises", "explore", "verify", "listing", "plotting", "vectors", "book"}


def mathematics(code: str) -> set[str]:
    """The modules of the mathematics that code imports, by their names."""
    found = set(re.findall(r"^(?:from|import) dlmath_lib\.(\w+)", code, re.MULTILINE))
    for names in re.findall(r"^from dlmath_lib import (.+)$", code, re.MULTILINE):
        found |= {name.split(" as ")[0].strip() for name in names.split(",")}
    return {name for name in found - ENGINE if not name.startswith("_")}


def modules(chapter: Path) -> list[str]:
    """The mathematics that a chapter imports."""
    cells = notebooks.read(chapter).cells
    return sorted(mathematics("\n".join(cell.source for cell in cells if cell.cell_type == "code")))


def library_tests(chapter: Path) -> list[str]:
    """The test files of those modules, by their names or by what they import, and of the chapter's exercises."""
    mine = modules(chapter)
    wanted = [*(f"test_{name}*.py" for name in mine), f"test_exercises_{chapter.stem}.py"]
    found = {path for pattern in wanted for path in (ROOT / "tests/lib").glob(pattern)}
    for path in (ROOT / "tests/lib").glob("test_*.py"):
        used = mathematics(path.read_text("utf-8"))
        if used and used <= set(mine) and not path.name.startswith(("test_exercises", "test_explore", "test_verify")):
            found.add(path)
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def selection(chapter: Path) -> list[str]:
    """The arguments of pytest: what is of this chapter alone, and the modules that it uses."""
    notebook = chapter.relative_to(ROOT).as_posix()
    tests = library_tests(chapter)
    names = [chapter.stem, "subjects_page", "there_are_notebooks", *(Path(file).stem for file in tests)]
    files = [notebook, *tests, "tests/book/test_notebooks.py", "tests/book/test_both_hosts.py", "tests/browser"]
    return ["--nbval", "--nbval-sanitize-with", "tests/book/nbval.cfg", *files, "-k", " or ".join(names)]


def not_ready(name: str) -> str | None:
    """Why a chapter cannot be tested yet, if so: better said at once than by a build that fails."""
    chapter = ROOT / "chapters" / f"{name}.ipynb"
    if not chapter.is_file():
        known = (p.relative_to(ROOT / "chapters").with_suffix("") for p in notebooks.in_contents(ROOT))
        return f"check: CHAPTER must be one of {', '.join(p.as_posix() for p in known)}, got {name!r}"
    if not any(cell.get("outputs") for cell in notebooks.read(chapter).cells):
        return f"check: {name} has no outputs yet: make execute CHAPTER={name}"
    if (markdown := chapter.with_suffix(".md")).is_file():
        return f"check: two sources of one page: delete {markdown.relative_to(ROOT)} when the notebook has its text"
    return None


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; 0 if all passes. `--ready` only says whether the chapter can be tested."""
    parser = argparse.ArgumentParser(prog="python -m tests.check", description=__doc__)
    parser.add_argument("chapter", metavar="CHAPTER", nargs="?", default="", help="subject/topic, as networks/losses")
    parser.add_argument("--ready", action="store_true", help="say what stands in the way of testing it, and stop")
    options = parser.parse_args(arguments)
    name = options.chapter.removesuffix(".ipynb")
    if problem := not_ready(name):
        print(problem, file=sys.stderr)
        return 2
    if options.ready:
        return 0
    chapter = ROOT / "chapters" / f"{name}.ipynb"
    start = time.perf_counter()
    settings = {**os.environ, "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    pytest = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--durations", "5"]
    code = subprocess.run([*pytest, *selection(chapter)], cwd=ROOT, env=settings, check=False).returncode
    print(f"{name}: {'something fails' if code else 'all passes'}, {time.perf_counter() - start:.0f} s")
    return code


if __name__ == "__main__":
    sys.exit(main())
