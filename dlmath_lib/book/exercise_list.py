"""The list of all exercises, with what each asks for and how hard it is."""

import re
from dataclasses import dataclass

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.nodes import make_refnode

from dlmath_lib.book.filters import filtered
from dlmath_lib.book.places import add_place, chapters_in_order, keep, kept

ANCHOR = re.compile(r"exercise-(\d+)")
PROOF = re.compile(r"\bproof\b|\bprove\b", re.IGNORECASE)
KINDS = {"an answer": "answers", "a program": "programs", "a proof": "proofs"}
DIFFICULTIES = ("routine", "medium", "hard")


@dataclass(frozen=True)
class Listed:
    """One exercise of a chapter."""

    docname: str
    number: int
    title: str
    asks: str
    difficulty: str

    @property
    def anchor(self) -> str:
        """Where it stands on its page."""
        return f"exercise-{self.number}"


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Note the exercises of a page."""
    found = keep(app.env, "dlmath_exercises")
    for section in doctree.findall(nodes.section):
        match = next(filter(None, map(ANCHOR.fullmatch, section["ids"])), None)
        if match:
            found.append(_listed(app.env.docname, int(match[1]), section))


def _listed(docname: str, number: int, section: nodes.section) -> Listed:
    title = re.sub(r"^\d+\. ", "", section[0].astext())
    stub = "\n".join(block.astext() for block in section.findall(nodes.literal_block) if not _in_solution(block))
    if PROOF.search(title) or "Derivation(" in stub:
        asks = "a proof"
    else:
        asks = "a program" if re.search(r"^\s*def ", stub, re.MULTILINE) else "an answer"
    hard = re.search(r"\bhard\b", title, re.IGNORECASE)
    routine = number == 1 or "by hand" in title.lower()
    shown = re.sub(r"^Hard: (.)", lambda m: m[1].upper(), re.sub(r" \((hard|proof|program)\)$", "", title))
    return Listed(docname, number, shown, asks, "hard" if hard else "routine" if routine else "medium")


def _in_solution(node: nodes.Node) -> bool:
    while node is not None:
        if isinstance(node, nodes.Element) and "tag_solution" in node.get("classes", []):
            return True
        node = node.parent
    return False


def _list(app: Sphinx, docname: str) -> list[nodes.Node]:
    """Return the table of all exercises, with a filter by what they ask for and how hard they are."""
    found = kept(app.env, "dlmath_exercises")
    everything: list[Listed] = [one for page in chapters_in_order(app.env) for one in found.get(page, [])]
    lines = []
    for one in everything:
        words = nodes.inline("", f"{one.number}. {one.title}")
        link = make_refnode(app.builder, docname, one.docname, one.anchor, words)
        title = nodes.inline("", app.env.titles[one.docname].astext())
        chapter = make_refnode(app.builder, docname, one.docname, "", title)
        lines.append([[link], [chapter], [nodes.Text(one.asks)], [nodes.Text(one.difficulty)]])
    counts = [f"{sum(one.difficulty == word for one in everything)} {word}" for word in DIFFICULTIES]
    kinds = [f"{sum(one.asks == word for one in everything)} {many}" for word, many in KINDS.items()]
    summary = f"{len(everything)} exercises: {', '.join(counts)}; {', '.join(kinds)}."
    head = ("Exercise", "Chapter", "Asks for", "Difficulty")
    return filtered(head, lines, (2, 3, 4), "exercise", summary, "exercises")


def setup(app: Sphinx) -> None:
    """Register the directive."""
    add_place(app, "exercises", _list)
    app.connect("doctree-read", collect)
