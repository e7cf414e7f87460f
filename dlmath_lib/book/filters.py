"""Tables above which the page's script sets a field for words and lists of choices (`tables` in `static/book.js`)."""

from collections.abc import Iterable, Sequence
from typing import Any

from docutils import nodes

from dlmath_lib.book.frames import table

__all__ = ["filtered"]


def filtered(
    head: Sequence[str], lines: Iterable[list[Any]], columns: Sequence[int], noun: str, summary: str, name: str
) -> list[nodes.Node]:
    """Return a sentence and a table whose rows can be chosen by words, and by what stands in some columns.

    `columns` are counted from 1; `noun` is what a row is, such as "mistake"; `name` becomes the table's class.
    """
    lines = list(lines)
    block = table(head, lines, [name])
    for row, line in zip(next(iter(block.findall(nodes.tbody))).children, lines, strict=True):
        shown = ("".join(part.astext() for part in line[column - 1]) for column in columns)
        row["classes"] += ["filter-row", *(f"filter-{nodes.make_id(words)}" for words in shown)]
    block["classes"] += ["filter-table", f"filter-columns-{'-'.join(map(str, columns))}"]
    sentence = nodes.paragraph("", summary)
    sentence["classes"] += ["filter-summary", f"filter-of-{noun}"]
    return [sentence, block]
