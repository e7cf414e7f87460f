"""A path through the book: the chapters that someone reads for a purpose, and about how many hours that takes."""

import re
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from dlmath_lib.book import notebooks

WORDS_A_MINUTE = 100
MINUTES_AN_EXERCISE = 10
EXERCISE = re.compile(r"^### \d+\. ", re.MULTILINE)


def minutes(path: Path, with_exercises: bool) -> float:
    """Return how long a chapter takes, by its words out of solutions and by its exercises."""
    cells = [cell for cell in notebooks.read(path).cells if cell.cell_type == "markdown"]
    text = "\n\n".join(cell.source for cell in cells if "solution" not in cell.metadata.get("tags", []))
    words = len(re.sub(r"<[^>]+>|\|", " ", text).split())
    return words / WORDS_A_MINUTE + MINUTES_AN_EXERCISE * len(EXERCISE.findall(text)) * with_exercises


class PathDirective(SphinxDirective):
    """`{reading-path}`: chapters, one a line, such as `networks/losses`, in the order in which they are read."""

    has_content = True
    option_spec: ClassVar = {"without-exercises": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the hours and the links."""
        total = 0.0
        paragraph = nodes.paragraph("", "", classes=["reading-path"])
        for line in filter(None, map(str.strip, self.content)):
            path = Path(self.env.srcdir) / f"chapters/{line}.ipynb"
            if not path.is_file():
                raise self.error(f"reading-path: there is no chapter {line!r}, such as networks/losses")
            self.env.note_dependency(str(path))
            total += minutes(path, "without-exercises" not in self.options)
            reference = addnodes.pending_xref(
                "", nodes.inline(), refdomain="std", reftype="doc", reftarget=f"/chapters/{line}", refexplicit=False,
                refwarn=True, refdoc=self.env.docname,
            )  # fmt: skip
            paragraph += [nodes.Text(" · ")] * bool(paragraph.children) + [reference]
        done = "without the exercises" if "without-exercises" in self.options else "with the exercises"
        count = sum(isinstance(child, addnodes.pending_xref) for child in paragraph.children)
        hours = nodes.paragraph(
            "", f"{count} chapters, about {total / 60:.0f} hours {done}:", classes=["reading-hours"]
        )
        return [hours, paragraph]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("reading-path", PathDirective)
