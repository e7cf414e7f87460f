"""Where a page uses the terms of the glossary: whole words, the longest first, in its running text.

Running text are paragraphs and list items. Headings, links, code, formulas, tables, claims and what code printed are
left alone.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from docutils import nodes
from sphinx.addnodes import pending_xref

TOKEN = re.compile(r"\w+|[^\w\s]")
SAME = str.maketrans({"’": "'", "–": "-", "‑": "-", "−": "-"})
NOT_TEXT = (nodes.title, nodes.table, nodes.literal_block, nodes.math_block, nodes.raw, nodes.figure, nodes.Invisible)
NOT_WORDS = (nodes.reference, pending_xref, nodes.literal, nodes.math, nodes.raw, nodes.image, nodes.footnote_reference)
NOT_CLASSES = {"cell", "claim", "tag_solution", "ledger-summary", "filter-summary"}


@dataclass(frozen=True)
class Term:
    """An entry of the glossary, with the words that mean it and the pages on which they do."""

    anchor: str
    title: str
    forms: tuple[str, ...]
    """As they are written in the entry; a form in parentheses counts where it is bold as a whole, and nowhere else."""
    bold: bool = False
    """Whether the forms, where they are bold, have this meaning on all pages that give them no other one."""
    pages: tuple[str, ...] = ()
    """The folders and pages of `chapters` on which the forms have this meaning; none: all of them, if not `bold`."""

    def means(self, docname: str) -> bool:
        """Whether its words, bold or not, have this meaning on a page."""
        page = f"{docname.removeprefix('chapters/')}/"
        return any(page.startswith(f"{one}/") for one in self.pages) if self.pages else not self.bold

    def words(self) -> Iterator[tuple[tuple[str, ...], bool]]:
        """Yield its forms and their simple plurals as tokens, each with whether it counts where it is bold alone."""
        for form in self.forms:
            bold = form.startswith("(") and form.endswith(")")
            bare = form[1:-1] if bold else form
            for one in (bare, *plurals(bare)):
                yield tokens(one), bold


@dataclass(frozen=True)
class Use:
    """One place where a page uses a term: a part of a text, or a bold phrase as a whole."""

    term: Term
    node: nodes.Text | nodes.strong
    start: int
    end: int

    @property
    def bold(self) -> bool:
        """Whether the term is set in bold here, as it is where a chapter introduces it."""
        return isinstance(self.node, nodes.strong)


def tokens(text: str) -> tuple[str, ...]:
    """Return the words and signs of a text, in lower case, with one kind of hyphen and apostrophe."""
    return tuple(TOKEN.findall(text.translate(SAME).lower()))


def plurals(form: str) -> list[str]:
    """Return the simple plural of a form, if it has one."""
    last = re.search(r"[a-z]{3,}$", form)
    if last is None or form.endswith("s"):
        return [f"{form}es"] if last and re.search(r"(ss|us)$", form) else []
    if re.search(r"[^aeiou]y$", form):
        return [f"{form[:-1]}ies"]
    return [f"{form}es" if re.search(r"(x|ch|sh)$", form) else f"{form}s"]


class Finder:
    """Finds the terms on one page."""

    def __init__(self, terms: Iterable[Term], docname: str) -> None:
        """Sort the forms by their first word, the longest first."""
        self.bold: dict[tuple[str, ...], Term] = {}
        self.forms: dict[str, list[tuple[tuple[str, ...], Term]]] = {}
        # On its own pages a term goes before one that is the same in bold alone.
        for term in sorted(terms, key=lambda term: term.means(docname)):
            for words, bold in term.words():
                if term.bold or term.means(docname):
                    self.bold[words] = term
                if not bold and term.means(docname):
                    self.forms.setdefault(words[0], []).append((words, term))
        for forms in self.forms.values():
            forms.sort(key=lambda form: -len(form[0]))

    def uses(self, document: nodes.Node) -> Iterator[Use]:
        """Yield all uses on a page, in their order."""
        for paragraph in paragraphs(document):
            yield from self._inside(paragraph)

    def _inside(self, node: nodes.Element) -> Iterator[Use]:
        _join(node)
        for child in node.children:
            if isinstance(child, nodes.Text):
                yield from self._text(child)
            elif isinstance(child, nodes.strong) and (term := self._bold(child)):
                if not any(isinstance(part, NOT_WORDS[:2]) for part in child.findall()):
                    yield Use(term, child, 0, 0)
            elif isinstance(child, nodes.Element) and not isinstance(child, NOT_WORDS):
                yield from self._inside(child)

    def _bold(self, node: nodes.strong) -> Term | None:
        return self.bold.get(tokens(node.astext())) or self.bold.get(tokens(node.astext().rstrip(" .,:;?")))

    def _text(self, node: nodes.Text) -> Iterator[Use]:
        text = node.astext()
        found = [(match[0], match.start(), match.end()) for match in TOKEN.finditer(text.translate(SAME).lower())]
        here = 0
        while here < len(found):
            step = 1
            for words, term in self.forms.get(found[here][0], ()):
                part = found[here : here + len(words)]
                if tuple(word for word, _, _ in part) == words and _whole(
                    text, start := part[0][1], end := part[-1][2]
                ):
                    yield Use(term, node, start, end)
                    step = len(words)
                    break
            here += step


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a hyphen ties a match to no other word: `convex` is not what "non-convex" says."""
    return not re.search(r"[-–‑]$", text[:start]) and not re.match(r"[-–‑]\w", text[end:])


def paragraphs(node: nodes.Node) -> Iterator[nodes.Element]:
    """Yield the paragraphs of a page, or of a part of it, that are running text."""
    for child in node.children:
        if isinstance(child, nodes.Element) and not isinstance(child, NOT_TEXT):
            if NOT_CLASSES & set(child["classes"]):
                continue
            if isinstance(child, nodes.paragraph):
                yield child
            else:
                yield from paragraphs(child)


def _join(node: nodes.Element) -> None:
    """Make one text of neighbouring ones: a line that ends in the source would divide a term."""
    texts: list[nodes.Text] = []
    for child in [*node.children, None]:
        if isinstance(child, nodes.Text):
            texts.append(child)
            continue
        if len(texts) > 1:
            place = node.index(texts[0])
            for text in texts:
                node.remove(text)
            node.insert(place, nodes.Text("".join(text.astext() for text in texts)))
        texts = []
