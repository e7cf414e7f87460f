"""The witnesses of each numbered formula: its proof, the function that computes it, an outside check, an explorer,
an exercise. Claims, explorers and exercises name the formulas that they witness with ``of="eq-…"``.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from dlmath_lib.book.claims import Record, records
from dlmath_lib.book.places import keep, kept

logger = logging.getLogger(__name__)

COLUMNS = ("Proof", "Function", "Outside check", "Explorer", "Exercise")
FORMULAS = {"definition": "by definition", "proved": "proved", "derivation": "derived"}
SPEC = re.compile(
    r'<figure class="explorer[^>]*\bid="(?P<anchor>[^"]+)".*?class="explorer-spec">(?P<spec>.*?)</script>', re.DOTALL
)
CHECK = re.compile(r"""\bcheck\(\s*["']([a-z0-9_]+\.[a-z0-9_]+)["']""")


@dataclass(frozen=True)
class Witness:
    """Something on a page that witnesses formulas."""

    column: str
    docname: str
    anchor: str
    words: str
    of: tuple[str, ...]


@dataclass
class Formula:
    """A numbered formula with its witnesses by column."""

    record: Record
    witnesses: dict[str, list[Witness]] = field(default_factory=lambda: {column: [] for column in COLUMNS})

    @property
    def holes(self) -> list[str]:
        """The columns that have no witness."""
        return [column for column in COLUMNS if not self.witnesses[column]]


def formulas(env: BuildEnvironment, chapters: Iterable[str]) -> dict[str, list[Formula]]:
    """Return the numbered formulas of each chapter, with every witness that names them, wherever it stands."""
    chapters = list(chapters)
    found = {
        name: [Formula(record) for record in records(env).get(name, []) if record.label and record.kind in FORMULAS]
        for name in chapters
    }
    by_label = {formula.record.label: formula for group in found.values() for formula in group}
    for formula in by_label.values():
        record = formula.record
        formula.witnesses["Proof"].append(
            Witness("Proof", record.docname, record.anchor, FORMULAS[record.kind], (record.label,))
        )
    for witness in _all(env, chapters):
        for label in witness.of:
            if label in by_label and witness not in by_label[label].witnesses[witness.column]:
                by_label[label].witnesses[witness.column].append(witness)
    return found


def _all(env: BuildEnvironment, chapters: list[str]) -> Iterator[Witness]:
    claims, others = records(env), _others(env)
    for name in chapters:
        for record in claims.get(name, []):
            yield from _of_claim(record)
        yield from others.get(name, [])


def _of_claim(record: Record) -> Iterator[Witness]:
    if not record.of:
        return
    for function in record.functions:
        yield Witness("Function", record.docname, record.anchor, function, record.of)
    if record.outside:
        yield Witness("Outside check", record.docname, record.anchor, record.outside, record.of)


def _others(env: BuildEnvironment) -> dict[str, list[Witness]]:
    """Return the explorers and exercises that name a formula, by page."""
    return kept(env, "dlmath_witnesses")


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Note the explorers and the exercises of a page that name formulas."""
    docname = app.env.docname
    found = []
    for node in doctree.findall(nodes.raw):
        for match in SPEC.finditer(node.astext()):
            spec = json.loads(match["spec"])
            found.append(Witness("Explorer", docname, match["anchor"], spec["title"], tuple(spec.get("of", ()))))
    for block in doctree.findall(nodes.literal_block):
        for name in CHECK.findall(block.astext()):
            from dlmath_lib.exercises.registry import exercises_of  # it loads SymPy, which not every book needs

            for exercise in exercises_of(name.partition(".")[0]):
                if exercise.name == name:
                    words = name.partition(".")[2].replace("_", " ")
                    found.append(Witness("Exercise", docname, _section(block), words, exercise.of))
    keep(app.env, "dlmath_witnesses")[:] = [witness for witness in dict.fromkeys(found) if witness.of]


def _section(node: nodes.Node) -> str:
    """Return the anchor of the section in which a node stands."""
    while node is not None:
        if isinstance(node, nodes.section) and node["ids"]:
            return str(node["ids"][-1])
        node = node.parent
    return ""


def verify(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of a witness of no formula, and of claims that contradict each other in the same words."""
    everything = [record for page in records(env).values() for record in page]
    known = {record.label for record in everything if record.label}
    named = [(r.docname, r.name or r.statement, r.of) for r in everything if r.of]
    named += [(w.docname, w.words, w.of) for page in _others(env).values() for w in page]
    for docname, words, labels in named:
        for label in labels:
            if label not in known:
                logger.warning(
                    "%r is of %r, and no claim has that label", words, label, location=docname, type="dlmath"
                )
    true = {record.shown: record for record in everything if record.kind in FORMULAS}
    for record in everything:
        if record.kind == "refuted" and record.shown and record.shown in true:
            other = true[record.shown]
            logger.warning(
                "%r is refuted, and %s in %s with the same hypotheses: show what differs (where=, given=)",
                record.statement, FORMULAS[other.kind], other.docname, location=record.docname, type="dlmath",
            )  # fmt: skip


def setup(app: Sphinx) -> None:
    """Collect on every page, and check when all have been read."""
    app.connect("doctree-read", collect)
    app.connect("env-check-consistency", verify)
