"""The reader's own copies of the chapters: `python -m dlmath_lib.book.lab` makes or renews them, then opens JupyterLab.

A reader works in `my_book/`, which git ignores: an update of the book never meets the reader's work. A copy that the
reader has not changed is renewed silently; a changed one is kept, and a line says so. `--renew networks/losses`
fetches the book's version of one chapter and puts the reader's beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from itertools import count
from pathlib import Path

from nbformat.sign import NotebookNotary

from dlmath_lib.book import notebooks

FOLDER = "my_book"
RECORD = ".copied.json"
WIDGETS = "@jupyter-widgets/jupyterlab-manager:plugin"


def sources(path: Path) -> str:
    """A hash of what a reader can change: the sources of the cells, not their outputs."""
    cells = [(cell.cell_type, cell.source) for cell in notebooks.read(path).cells]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def refresh(book: Path, mine: Path) -> list[str]:
    """Bring the copies up to date; return a line for each chapter that the reader has changed and the book as well.

    Parameters
    ----------
    book, mine : Path
        The book's folder ``chapters`` and the reader's folder.
    """
    record = _read(mine)
    told = []
    for source in sorted(book.rglob("*")):
        name = source.relative_to(book).as_posix()
        target = mine / name
        if source.suffix == ".md":
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        elif source.suffix == ".ipynb" and ".ipynb_checkpoints" not in source.parts:
            new, old = sources(source), record.get(name)
            if not target.exists() or (new != old and _unchanged(target, old)):
                _copy(source, target)
                record[name] = new
            elif new != old:
                chapter = name.removesuffix(".ipynb")
                told.append(
                    f"{target} holds your changes and is kept; the book's is newer: make renew CHAPTER={chapter}"
                )
    _write(mine, record)
    return told


def renew(book: Path, mine: Path, chapter: str) -> Path | None:
    """Fetch the book's version of one chapter; return where the reader's changed one lies now, if there was one."""
    name = f"{chapter.removesuffix('.ipynb')}.ipynb"
    source, target = book / name, mine / name
    if not source.is_file():
        known = ", ".join(sorted(p.relative_to(book).with_suffix("").as_posix() for p in book.rglob("*.ipynb")))
        raise ValueError(f"renew: CHAPTER must be one of {known}, got {chapter!r}")
    record, kept = _read(mine), None
    if target.exists() and not _unchanged(target, record.get(name)):
        free = (target.with_name(f"{target.stem}.mine-{number}.ipynb") for number in count(1))
        kept = target.rename(next(path for path in free if not path.exists()))
    _copy(source, target)
    record[name] = sources(source)
    _write(mine, record)
    return kept


def keep_widgets(prefix: Path) -> None:
    """Let this environment's JupyterLab store the state of widgets: a notebook opened again shows its explorers."""
    file = prefix / "share/jupyter/lab/settings/overrides.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    settings = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    settings.setdefault(WIDGETS, {})["saveState"] = True
    file.write_text(json.dumps(settings, indent=1, sort_keys=True), encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    """Copy a chapter and trust it: JupyterLab then shows its figures before it is run."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    NotebookNotary().sign(notebooks.read(target))


def _unchanged(copy: Path, recorded: str | None) -> bool:
    try:
        return sources(copy) == recorded
    except (ValueError, KeyError):  # broken by hand: it is the reader's, and is kept
        return False


def _read(mine: Path) -> dict[str, str]:
    file = mine / RECORD
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def _write(mine: Path, record: dict[str, str]) -> None:
    mine.mkdir(exist_ok=True)
    (mine / RECORD).write_text(json.dumps(record, indent=1, sort_keys=True), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; what is not known here goes on to JupyterLab."""
    parser = argparse.ArgumentParser(prog="python -m dlmath_lib.book.lab", description=__doc__, allow_abbrev=False)
    parser.add_argument("--renew", metavar="CHAPTER", help="fetch the book's version of a chapter, and stop")
    options, rest = parser.parse_known_args(arguments)
    root = Path.cwd()
    book, mine = root / "chapters", root / FOLDER
    if not book.is_dir():
        parser.exit(2, "lab: there are no chapters here: run this from the book's folder\n")
    if options.renew is not None:
        try:
            kept = renew(book, mine, options.renew)
        except ValueError as error:
            parser.exit(2, f"{error}\n")
        print(f"{FOLDER}/{options.renew.removesuffix('.ipynb')}.ipynb is the book's version now.")
        if kept:
            print(f"Your version lies in {kept.relative_to(root)}.")
        return 0
    for line in refresh(book, mine):
        print(line)
    keep_widgets(Path(sys.prefix))
    if getattr(os, "geteuid", lambda: 1)() == 0 and "--allow-root" not in rest:
        print("JupyterLab refuses to run as root: make lab LAB=--allow-root", file=sys.stderr)
        return 1
    sys.stdout.flush()
    jupyter = str(Path(sys.executable).with_name("jupyter"))
    os.execv(jupyter, [jupyter, "lab", f"--notebook-dir={mine}", *rest])
    return 0  # never reached: JupyterLab has taken the place of this process


if __name__ == "__main__":
    sys.exit(main())
