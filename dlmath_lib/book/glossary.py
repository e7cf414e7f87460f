"""The glossary: its entries get anchors, each page links the first use of each term, an index lists the uses.

An entry of `chapters/reference/glossary.md` is an item of a definition list: the term, its definition, and then, each
after a colon of its own,

- `also:` synonyms, which a reader sees;
- `forms:` other forms of these words, which are linked too (simple plurals are found without);
- `linked:` where they mean this: folders and pages of `chapters` (`linked: networks, calculus/limits`); `bold` for a
  word that is linked where it is set in bold as a whole (and else on the pages that are named with it, if there are
  any). A single form in parentheses counts in bold alone, too.
"""

import hashlib
import re
from collections.abc import Iterator
from itertools import groupby

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from dlmath_lib.book.places import add_place, chapters_in_order, keep, kept
from dlmath_lib.book.terms import Finder, Term, Use

logger = logging.getLogger(__name__)

PAGE = "chapters/reference/glossary"
FIELD = re.compile(r"(also|forms|linked):\s*")
TITLE = "Definition in the glossary"
Place = tuple[str, str, bool]  # a term's anchor, the section that uses it first (or in bold), whether it is bold there


class ReadGlossary(SphinxTransform):
    """Give each entry the anchor `term-…`, and note what it says of its words."""

    default_priority = 10

    def apply(self, **kwargs: object) -> None:
        """Read the definition lists of the page."""
        if self.env.docname != PAGE:
            return
        slugs = self.env.metadata[PAGE].setdefault("myst_slugs", {})
        for item in self.document.findall(nodes.definition_list_item):
            heading = item[0]
            title = heading.astext()
            anchor = nodes.make_id(f"term-{title}")
            heading["ids"].append(anchor)
            slugs[anchor] = (item.line or 0, anchor, title)
            fields = dict(_fields(item))
            linked = fields.pop("linked", [])
            forms = [re.sub(r" \(.*\)$", "", title), *fields.get("also", []), *fields.get("forms", [])]
            pages = tuple(page for page in linked if page != "bold")
            keep(self.env, "dlmath_terms").append(Term(anchor, title, tuple(forms), "bold" in linked, pages))


def _fields(item: nodes.definition_list_item) -> Iterator[tuple[str, list[str]]]:
    """Take the fields off an entry; the synonyms stay, as a line of text."""
    for definition in item.children[1:]:
        match = FIELD.match(definition.astext())
        if match:
            shown = definition.deepcopy()
            item.remove(definition)
            yield match[1], re.split(r",\s+", definition.astext()[match.end() :].strip())
            if match[1] == "also":
                for text in shown.findall(nodes.Text):
                    text.parent.replace(text, nodes.Text(re.sub(r"[()]", "", text.astext())))
                shown["classes"].append("synonyms")
                item.insert(1, shown)


def known(env: BuildEnvironment) -> list[Term]:
    """Return the terms of the glossary."""
    return kept(env, "dlmath_terms").get(PAGE, [])


def places(env: BuildEnvironment) -> dict[str, list[Place]]:
    """Return where each page uses each term: at its first bold place, or else at its first place."""
    return kept(env, "dlmath_term_places")


def is_linked(docname: str) -> bool:
    """Whether a page is one whose words are linked: a chapter, but no list of chapters and no page of reference."""
    reference = docname.startswith(f"{PAGE.rpartition('/')[0]}/")
    return docname.startswith("chapters/") and not reference and not docname.endswith("/index")


def locate(app: Sphinx, env: BuildEnvironment) -> set[str]:
    """Note the uses of all terms; return the pages that are to be written again."""
    mark = hashlib.sha1(repr(known(env)).encode()).hexdigest()
    changed = vars(env).get("dlmath_terms_mark") != mark
    vars(env)["dlmath_terms_mark"] = mark
    pages = {docname for docname in env.found_docs if is_linked(docname)} if known(env) else set()
    located = places(env)
    for docname in pages:
        if changed or docname not in located:
            uses = Finder(known(env), docname).uses(env.get_doctree(docname))
            keep(env, "dlmath_term_places", docname)[:] = _places(uses)
    return pages if changed else set()


def _places(uses: Iterator[Use]) -> Iterator[Place]:
    found: dict[str, Place] = {}
    for use in uses:
        if use.term.anchor not in found or (use.bold and not found[use.term.anchor][2]):
            found[use.term.anchor] = (use.term.anchor, _section(use.node), use.bold)
    yield from found.values()


def _section(node: nodes.Node) -> str:
    """Return the anchor of the section that a node stands in; none at the beginning of a page."""
    while node.parent is not None and not isinstance(node, nodes.section):
        node = node.parent
    inner = isinstance(node, nodes.section) and isinstance(node.parent, nodes.section)
    return node["ids"][0] if inner else ""


def link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Link the first use of each term on a page to its entry."""
    if app.builder.format != "html" or not known(app.env) or not is_linked(docname):
        return
    first: dict[str, Use] = {}
    for use in Finder(known(app.env), docname).uses(doctree):
        first.setdefault(use.term.anchor, use)
    address = app.builder.get_relative_uri(docname, PAGE)
    for _, uses in groupby(first.values(), key=lambda use: id(use.node)):
        _link(list(uses), address)


def _link(uses: list[Use], address: str) -> None:
    """Link the uses within one text, or a bold phrase as a whole."""
    node, parts, done = uses[0].node, list[nodes.Node](), 0
    text = node.astext()
    for use in uses:
        shown = node.children if isinstance(node, nodes.strong) else [nodes.Text(text[use.start : use.end])]
        uri = f"{address}#{use.term.anchor}"
        target = nodes.reference("", "", *shown, internal=True, refuri=uri, reftitle=TITLE, classes=["term"])
        parts += [nodes.Text(text[done : use.start])] * (use.start > done) + [target]
        done = use.end
    if isinstance(node, nodes.strong):
        node.children = []
        node += parts
    else:
        parts += [nodes.Text(text[done:])] * (len(text) > done)
        node.parent.replace(node, parts)


def _index(app: Sphinx, docname: str) -> Iterator[nodes.Node]:
    """Yield a list for each letter: each term with the chapters that use it, those first that introduce it."""
    located = places(app.env)
    uses: dict[str, list[tuple[bool, str, str]]] = {}
    for page in chapters_in_order(app.env):
        for anchor, section, bold in located.get(page, []):
            uses.setdefault(anchor, []).append((not bold, page, section))
    letters: dict[str, list[nodes.Node]] = {}
    for term in sorted(known(app.env), key=lambda term: sort_key(term.title)):
        line = nodes.paragraph(
            "", "", make_refnode(app.builder, docname, PAGE, term.anchor, nodes.inline("", term.title))
        )
        line[0]["classes"].append("index-term")
        chapters = sorted(uses.get(term.anchor, []), key=lambda use: use[0])
        for number, (plain, page, section) in enumerate(chapters):
            title = app.env.titles[page].astext()
            shown = nodes.inline("", title) if plain else nodes.strong("", title)
            line += nodes.Text(", " if number else ": ")
            line += make_refnode(app.builder, docname, page, section, shown)
        letters.setdefault(term.title[0].upper(), []).append(nodes.list_item("", line))
    yield _letters(letters)
    for letter, lines in letters.items():
        title = nodes.title("", letter)
        content = nodes.bullet_list("", *lines, classes=["index-of-terms"])
        yield nodes.section("", title, content, ids=[f"letter-{letter.lower()}"])


def _letters(letters: dict[str, list[nodes.Node]]) -> nodes.paragraph:
    line = nodes.paragraph("", "", classes=["letters"])
    for letter in letters:
        line += [nodes.Text(" · ")] * (letter != next(iter(letters)))
        line += nodes.reference("", letter, internal=True, refid=f"letter-{letter.lower()}")
    return line


def sort_key(title: str) -> str:
    """Return what a term is sorted by: its letters, without hyphens, apostrophes and what stands in parentheses."""
    return re.sub(r"[^\w ]", "", title.replace("–", " ").replace("-", " ")).lower()


def verify(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of a word that has two meanings on one page."""
    for words, one, other in conflicts(known(env)):
        logger.warning(
            "glossary: %r and %r both claim %r: say where each is linked", one.title, other.title, words,
            location=PAGE, type="dlmath",
        )  # fmt: skip


def conflicts(terms: list[Term]) -> Iterator[tuple[str, Term, Term]]:
    """Yield each word that two entries may claim on one page, with the two."""
    taken: dict[tuple[str, ...], list[tuple[Term, bool]]] = {}
    for term in terms:
        for words, bold in dict(term.words()).items():
            for other, in_bold in taken.setdefault(words, []):
                if other is not term and _meet(term, bold, other, in_bold):
                    yield " ".join(words), term, other
            taken[words].append((term, bold))


def _meet(one: Term, bold: bool, other: Term, in_bold: bool) -> bool:
    """Whether there may be a page on which both are meant, and neither goes before the other."""
    pairs = [(a, b) for a in one.pages for b in other.pages]
    if pairs:
        near = any(f"{a}/".startswith(f"{b}/") or f"{b}/".startswith(f"{a}/") for a, b in pairs)
        return near or (one.bold and other.bold)
    alone = [(term.bold and not term.pages) or flag for term, flag in ((one, bold), (other, in_bold))]
    return alone[0] == alone[1]


def setup(app: Sphinx) -> None:
    """Register the directive, the anchors and the links."""
    add_place(app, "index-of-terms", _index)
    app.add_transform(ReadGlossary)
    app.connect("doctree-resolved", link, priority=600)
    app.connect("env-updated", locate)
    app.connect("env-check-consistency", verify)
