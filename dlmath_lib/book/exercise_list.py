"""The list of all exercises, with what each asks for and how hard it is."""

import re
from dataclasses import dataclass

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from dlmath_lib.book.filters import filtered
from dlmath_lib.book.ledger import chapters_in_order

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


class exercise_list(nodes.General, nodes.Element):
    """The place of the list; filled when every page has been read."""


class ListDirective(SphinxDirective):
    """`{exercises}`: all exercises, with a filter by what they ask for and how hard they are."""

    def run(self) -> list[nodes.Node]:
        """Mark the place."""
        vars(self.env).setdefault("dlmath_exercise_lists", set()).add(self.env.docname)
        return [exercise_list()]


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Note the exercises of a page."""
    found = []
    for section in doctree.findall(nodes.section):
        match = next(filter(None, map(ANCHOR.fullmatch, section["ids"])), None)
        if match:
            found.append(_listed(app.env.docname, int(match[1]), section))
    kept(app.env)[app.env.docname] = found


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


def kept(env: BuildEnvironment) -> dict[str, list[Listed]]:
    """Return the exercises read so far, by page."""
    return vars(env).setdefault("dlmath_exercises", {})


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace the place of the list by its table."""
    for place in list(doctree.findall(exercise_list)):
        everything = [one for page in chapters_in_order(app.env) for one in kept(app.env).get(page, [])]
        lines = []
        for one in everything:
            words = nodes.inline("", f"{one.number}. {one.title}")
            link = make_refnode(app.builder, docname, one.docname, one.anchor, words)
            chapter = make_refnode(
                app.builder, docname, one.docname, "", nodes.inline("", app.env.titles[one.docname].astext())
            )
            lines.append([[link], [chapter], [nodes.Text(one.asks)], [nodes.Text(one.difficulty)]])
        counts = [f"{sum(one.difficulty == word for one in everything)} {word}" for word in DIFFICULTIES]
        kinds = [f"{sum(one.asks == word for one in everything)} {many}" for word, many in KINDS.items()]
        summary = f"{len(everything)} exercises: {', '.join(counts)}; {', '.join(kinds)}."
        head = ("Exercise", "Chapter", "Asks for", "Difficulty")
        place.replace_self(filtered(head, lines, (2, 3, 4), "exercise", summary, "exercises"))


def _purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    kept(env).pop(docname, None)


def _merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    vars(env).setdefault("dlmath_exercise_lists", set()).update(getattr(other, "dlmath_exercise_lists", set()))
    for docname in docnames:
        if docname in kept(other):
            kept(env)[docname] = kept(other)[docname]


def outdated(app: Sphinx, env: BuildEnvironment, added: set, changed: set, removed: set) -> set[str]:
    """Write the list again whenever anything is built: it depends on every chapter."""
    return getattr(env, "dlmath_exercise_lists", set()) & env.found_docs


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_node(exercise_list)
    app.add_directive("exercises", ListDirective)
    app.connect("doctree-read", collect)
    app.connect("doctree-resolved", fill)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("env-get-outdated", outdated)
