"""Begin a chapter: `python -m dlmath_lib.book.chapter networks/softsign` (or `make chapter NAME=networks/softsign`).

It writes the notebook from a template that runs, the checkers of its exercises, and the lines of the contents and of
the subject's index page. What is left to write says so with `WRITE`, and a test fails until none is left.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

import nbformat

from dlmath_lib.book import notebooks

TEMPLATE = Path(__file__).with_name("template")
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*/[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
LEFT = re.compile(r"\bWRITE\b")


def begin(root: Path, name: str) -> list[Path]:
    """Write the files of a new chapter; return those that are new or changed.

    Parameters
    ----------
    root : Path
        The book's folder.
    name : str
        "subject/topic" in lower snake_case, as "networks/softsign".

    Raises
    ------
    ValueError
        If the name has another form, or the chapter is there already.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"chapter: NAME must be subject/topic in lower snake_case, got {name!r}: as networks/softsign")
    subject, topic = name.split("/")
    notebook = root / "chapters" / subject / f"{topic}.ipynb"
    checkers = root / "dlmath_lib/exercises" / f"{topic}.py"
    for path in (notebook, checkers):
        if path.exists():
            raise ValueError(f"chapter: NAME must be new, got {name!r}: there is {path.relative_to(root)}")
    title = topic.replace("_", " ").capitalize()
    words = {"CHAPTER": name, "SLUG": topic, "TITLE": title, "OPENING": notebooks.OPENING}
    notebook.parent.mkdir(parents=True, exist_ok=True)
    notebook.write_text(notebooks.text(cells_of((TEMPLATE / "chapter.txt").read_text("utf-8"), words)), "utf-8")
    checkers.write_text(_filled((TEMPLATE / "exercises.txt").read_text("utf-8"), words), "utf-8")
    index = notebook.with_name("index.md")
    _enter_in_index(index, subject, topic, title)
    _enter_in_contents(root / "_toc.yml", subject, topic)
    return [notebook, checkers, index, root / "_toc.yml"]


def cells_of(template: str, words: dict[str, str]) -> nbformat.NotebookNode:
    """Read a template, whose cells begin with ``%% text`` or ``%% code tag …``, as a notebook in its normal form."""
    cells = []
    for number, part in enumerate(re.split(r"^%% ", template, flags=re.MULTILINE)[1:], start=1):
        head, _, source = part.partition("\n")
        kind, *tags = head.split()
        code: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
        cells.append(
            {
                "cell_type": "code" if kind == "code" else "markdown", "id": f"part-{number}", **code,
                "metadata": {"tags": tags}, "source": _filled(source.rstrip("\n"), words),
            }
        )  # fmt: skip
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return notebooks.normalise(nbformat.from_dict(content))


def _filled(text: str, words: dict[str, str]) -> str:
    text = re.sub(r"\beq-SLUG-", f"eq-{words['SLUG'].replace('_', '-')}-", text)
    text = re.sub(r"\bSLUG-", f"{words['SLUG'].replace('_', '-')}-", text)
    return re.sub(r"\b(?:CHAPTER|SLUG|TITLE|OPENING)\b", lambda found: words[found.group()], text)


def _enter_in_index(index: Path, subject: str, topic: str, title: str) -> None:
    if not index.is_file():
        head = f"# {subject.replace('_', ' ').capitalize()}\n\nWRITE: what this part is about.\n\n"
        index.write_text(f"{head}| Chapter | The question it answers |\n|---|---|\n", "utf-8")
    lines = index.read_text("utf-8").rstrip("\n").splitlines()
    table = next((number for number, line in enumerate(lines) if line.startswith("| Chapter |")), len(lines))
    end = next((number for number in range(table, len(lines)) if not lines[number].startswith("|")), len(lines))
    lines.insert(end, f"| [{title}]({topic}.ipynb) | WRITE: the question |")
    index.write_text("\n".join(lines) + "\n", "utf-8")


def _enter_in_contents(contents: Path, subject: str, topic: str) -> None:
    """Put the chapter behind the last one of its subject, or a new part before the reference."""
    lines = contents.read_text("utf-8").splitlines()
    entry = f"          - file: chapters/{subject}/{topic}"
    last = [number for number, line in enumerate(lines) if f"file: chapters/{subject}/" in line]
    if last:
        index_alone = lines[last[-1]].endswith("/index")
        lines[last[-1] + 1 : last[-1] + 1] = ["        sections:", entry] if index_alone else [entry]
    else:
        reference = next((n for n, line in enumerate(lines) if "caption: Reference" in line), len(lines))
        lines[reference:reference] = [
            f"  - caption: {subject.replace('_', ' ').capitalize()}", "    chapters:",
            f"      - file: chapters/{subject}/index", "        sections:", entry,
        ]  # fmt: skip
    contents.write_text("\n".join(lines) + "\n", "utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m dlmath_lib.book.chapter", description=__doc__)
    parser.add_argument("name", metavar="NAME", nargs="?", default="", help="subject/topic, as networks/softsign")
    name = parser.parse_args(arguments).name
    try:
        written = begin(Path.cwd(), name)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for path in written:
        print(f"  {path.relative_to(Path.cwd())}")
    print(f"Write what says WRITE, then `make execute CHAPTER={name}` and `make check CHAPTER={name}`.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
