"""The clinic of common mistakes: each of its entries has an anchor, a line in the index, and links from the chapters.

An entry is a section of a notebook whose title begins with its number, "12 · The text says …"; its first word says how
bad the mistake is. A refutation names the entry that it belongs to (``refute(..., mistake=12)``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from dlmath_lib.book.claims import records
from dlmath_lib.book.filters import filtered
from dlmath_lib.book.glossary import known
from dlmath_lib.book.places import add_place, chapters_in_order, keep, kept
from dlmath_lib.book.terms import Finder, paragraphs, plurals

logger = logging.getLogger(__name__)

TITLE = re.compile(r"(\d+) · ")
SEVERITIES = {
    "Wrong": "false, or code that computes something else",
    "Misleading": "true of a case that is not the usual one, or it leads to a wrong step",
    "Imprecise": "a word or a condition is missing",
}


WORD = re.compile(r"[^\W\d_][\w'-]{2,}")
ANCHOR = re.compile(r"mistake-\d+")


@dataclass(frozen=True)
class Entry:
    """One mistake of the clinic."""

    number: int
    docname: str
    title: str
    severity: str

    @property
    def anchor(self) -> str:
        """Where it stands on its page."""
        return f"mistake-{self.number}"


class NumberMistakes(SphinxTransform):
    """Give each entry the anchor `mistake-12`, whatever its title becomes, and keep it."""

    default_priority = 10

    def apply(self, **kwargs: object) -> None:
        """Name the sections, and note what they are."""
        slugs = self.env.metadata[self.env.docname].setdefault("myst_slugs", {})
        for section in self.document.findall(nodes.section):
            match, severity = TITLE.match(section[0].astext()), _severity(section)
            if match and severity:
                entry = Entry(int(match[1]), self.env.docname, section[0].astext()[match.end() :], severity)
                section["ids"].insert(0, entry.anchor)
                slugs[entry.anchor] = (section.line or 0, entry.anchor, section[0].astext())
                keep(self.env, "dlmath_mistakes").append(entry)


def _severity(section: nodes.section) -> str:
    """Return the word with which an entry begins, or nothing: not each title with a number is an entry's."""
    first = next(section.findall(nodes.strong), None)
    word = first.astext().strip(" .") if first else ""
    return word if word in SEVERITIES else ""


def entries(env: BuildEnvironment) -> dict[str, list[Entry]]:
    """Return the entries read so far, by page."""
    return kept(env, "dlmath_mistakes")


def _by_number(env: BuildEnvironment) -> dict[int, Entry]:
    return {entry.number: entry for page in entries(env).values() for entry in page}


def link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Link the refutations of the chapters to their entries."""
    mistakes = _by_number(app.env)
    own = {entry.number for entry in entries(app.env).get(docname, [])}
    for mark in list(doctree.findall(lambda node: isinstance(node, nodes.inline) and "mistake" in node)):
        entry = mistakes.get(mark["mistake"])
        if entry is None or entry.number in own:
            mark.parent.remove(mark)
        else:
            mark += make_refnode(
                app.builder, docname, entry.docname, entry.anchor,
                nodes.inline("", f"Clinic {entry.number}"), f"Common mistake {entry.number}: {entry.title}",
            )  # fmt: skip


def _index(app: Sphinx, docname: str) -> list[nodes.Node]:
    """Return the table of all mistakes, in the order of their numbers, with a filter by topic and severity."""
    places, words = dict(_places(app.env)), dict(_words(app.env))
    found = sorted(_by_number(app.env).values(), key=lambda entry: entry.number)
    lines = []
    for entry in found:
        topic = app.env.titles[entry.docname].astext()
        link = make_refnode(app.builder, docname, entry.docname, entry.anchor, nodes.inline("", entry.title))
        # Seen and read aloud by nobody: the filter goes through the words of a row.
        own = " ".join(words.get(entry.number, []))
        hidden = nodes.raw("", f"<span hidden> {own}</span>", format="html")
        chapters: list[nodes.Node] = []
        for page, anchor in places.get(entry.number, []):
            title = nodes.inline("", app.env.titles[page].astext())
            chapters += [nodes.Text(", ")] * bool(chapters) + [make_refnode(app.builder, docname, page, anchor, title)]
        shown = [
            [nodes.Text(str(entry.number))],
            [link, hidden],
            [nodes.Text(entry.severity)],
            [nodes.Text(topic)],
        ]
        lines.append([*shown, chapters or [nodes.Text("")]])
    counts = [f"{sum(e.severity == word for e in found)} {word.lower()}" for word in SEVERITIES]
    summary = f"{len(found)} mistakes: {', '.join(counts)}."
    head = ("No.", "The claim", "Severity", "Topic", "In the chapters")
    return filtered(head, lines, (3, 4), "mistake", summary, "clinic")


def _words(env: BuildEnvironment) -> Iterator[tuple[int, list[str]]]:
    """Yield each number with the words of its entry's running text, and of the synonyms of its terms, with plurals."""
    for page in entries(env):
        finder = Finder(known(env), page)
        for section in env.get_doctree(page).findall(nodes.section):
            number = next((int(name[8:]) for name in section["ids"] if ANCHOR.fullmatch(name)), None)
            if number is not None:
                texts = [paragraph.astext() for paragraph in paragraphs(section)]
                forms = {form.strip("()") for use in finder.uses(section) for form in use.term.forms}
                texts += [one for form in forms for one in (form, *plurals(form))]
                yield number, sorted({word.lower() for text in texts for word in WORD.findall(text.replace("’", "'"))})


def _places(env: BuildEnvironment) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Yield each number with the chapters, outside the clinic, that refute it: a page and its first such claim."""
    found: dict[int, dict[str, str]] = {}
    own = entries(env)
    for page in chapters_in_order(env):
        if page not in own:
            for record in records(env).get(page, []):
                if record.mistake is not None:
                    found.setdefault(record.mistake, {}).setdefault(page, record.anchor)
    for number, pages in found.items():
        yield number, list(pages.items())


def verify(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of a number that two entries have."""
    seen: dict[int, str] = {}
    for page in entries(env).values():
        for entry in page:
            if entry.number in seen:
                logger.warning(
                    "mistake %d has an entry in %s too", entry.number, seen[entry.number], location=entry.docname,
                    type="dlmath",
                )  # fmt: skip
            seen[entry.number] = entry.docname


def setup(app: Sphinx) -> None:
    """Register the directive, the anchors and the links."""
    add_place(app, "clinic", _index)
    app.add_transform(NumberMistakes)
    app.connect("doctree-resolved", link)
    app.connect("env-check-consistency", verify)
