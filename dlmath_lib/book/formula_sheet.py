"""The formula sheet: the formulas that the summaries of the chapters link to, typeset on one page."""

import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.nodes import make_refnode

from dlmath_lib.book import notebooks
from dlmath_lib.book.claims import Record, records
from dlmath_lib.book.frames import conditions, words
from dlmath_lib.book.places import add_place, chapters_in_order

SUMMARY = re.compile(r"^## Summary\s*$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
OWN = re.compile(r"\]\(#(eq-[\w-]+)\)")


def summarised(path: Path) -> list[str]:
    """Return the labels of a notebook's own formulas to which its summary links, in their order."""
    if path.suffix != ".ipynb":
        return []
    text = "\n\n".join(cell.source for cell in notebooks.read(path).cells if cell.cell_type == "markdown")
    summary = SUMMARY.search(text)
    return list(dict.fromkeys(OWN.findall(summary[1]))) if summary else []


def _sheet(app: Sphinx, docname: str) -> Iterator[nodes.Node]:
    """Yield the formulas of each chapter."""
    for chapter in chapters_in_order(app.env):
        own = {record.label: record for record in records(app.env).get(chapter, []) if record.label}
        found = [own[label] for label in summarised(Path(app.env.doc2path(chapter))) if label in own]
        if found:
            yield _chapter(app, docname, chapter, found)


def _chapter(app: Sphinx, docname: str, chapter: str, found: list[Record]) -> nodes.section:
    title = make_refnode(
        app.builder, docname, chapter, "", [child.deepcopy() for child in app.env.titles[chapter].children]
    )
    anchor = nodes.make_id(f"sheet-{chapter}")
    section = nodes.section("", nodes.title("", "", title), ids=[anchor], classes=["sheet-chapter"])
    for record in found:
        entry = nodes.container("", classes=["sheet-formula"])
        name = nodes.inline("", "", *words(record.name or record.statement))
        link = make_refnode(app.builder, docname, record.docname, record.anchor, name)
        entry += nodes.paragraph("", "", link, classes=["sheet-name"])
        if record.latex:
            formula = nodes.math("", record.latex, classes=["display"], says=record.statement)
            entry += nodes.paragraph("", "", formula, classes=["claim-statement"])
        entry += conditions({"hypotheses": record.hypotheses}, typeset=False)
        section += entry
    return section


def setup(app: Sphinx) -> None:
    """Register the directive."""
    add_place(app, "formula-sheet", _sheet)
