"""The book's search: an index of its sections and claims, written at build time; `static/search.js` looks through it.

It is a script that sets one variable, so that it works from a file as over http. A result is a section or a claim, not
a page; a formula is in it once, as plain text.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

from dlmath_lib.book.places import chapters_in_order
from dlmath_lib.book.plain import plain

INDEX = "search-index.js"
NAME = re.compile(r"[^\W\d]\w{2,}")
CAPTION = re.compile(r"<figcaption[^>]*>(.*?)</figcaption>", re.DOTALL)


@dataclass
class Place:
    """Where a result lands: a section or a named claim, with the words in it."""

    anchor: str
    title: str
    words: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def row(self, page: int) -> list[Any]:
        """Return the place as the index stores it."""
        return [page, self.anchor, self.title, " ".join(" ".join(self.words).split()), " ".join(sorted(self.names))]


def text(node: nodes.Node) -> str:
    """Return the text of a node; its formulas are plain text."""
    if isinstance(node, nodes.math | nodes.math_block):
        return plain(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, nodes.raw):
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", caption)) for caption in CAPTION.findall(node.astext()))
    if isinstance(node, pending_xref) and node["reftype"] == "eq":
        return ""  # a reader sees its number, not its label
    between = "" if isinstance(node, nodes.TextElement) else " "
    return between.join(text(child) for child in node.children)


def places(document: nodes.document) -> list[Place]:
    """Return the places of a page, in their order."""
    found: list[Place] = []

    def walk(node: nodes.Node, here: Place | None) -> None:
        classes = node.get("classes", []) if isinstance(node, nodes.Element) else []
        if isinstance(node, nodes.section):
            # The page itself has no anchor: a result at its beginning lands on the title.
            anchor = node["ids"][0] if found else ""
            found.append(here := Place(anchor, text(node[0])))
            for child in node.children[1:]:
                walk(child, here)
        elif "tag_solution" in classes or (here is None and not isinstance(node, nodes.document)):
            return
        elif here is not None and ("claim" in classes or "family-row" in classes):
            name = "claim-name" if "claim" in classes else "family-name"
            title = next((text(child) for child in node.findall(nodes.inline) if name in child["classes"]), "").strip()
            if "family-row" in classes and here.anchor:
                title = f"{title} ({here.title})" if title else ""
            if title and node["ids"]:
                found.append(here := Place(node["ids"][0], title))
            for part in _statement(node):
                rows = [row for row in part.children if _has_class(row, "family-row")]
                here.words += [] if rows else [text(part)]
                for row in rows:
                    walk(row, here)
        elif here is not None and isinstance(node, nodes.definition_list_item) and _is_entry(node[0]):
            words = [text(part) for part in node.children[1:]]
            found.append(Place(node[0]["ids"][0], text(node[0]), words))
        elif here is not None and isinstance(node, nodes.literal_block):
            here.names.update(NAME.findall(node.astext()))
        elif here is not None and "cell_output" in classes:
            for part in node.findall(lambda part: isinstance(part, nodes.table | nodes.raw) or _is_claim(part)):
                if _is_claim(part) or (isinstance(part, nodes.raw) and "html" in part["format"]):
                    walk(part, here)
                elif isinstance(part, nodes.table):
                    here.words.append(text(part))
        elif here is not None and isinstance(node, nodes.TextElement | nodes.raw | nodes.math_block):
            here.words.append(text(node))
        else:
            for child in node.children:
                walk(child, here)

    walk(document, None)
    return found


def _is_claim(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and _has_class(node, "claim")


def _is_entry(term: nodes.Node) -> bool:
    """Whether this is a term of the glossary."""
    return isinstance(term, nodes.term) and any(anchor.startswith("term-") for anchor in term["ids"])


def _has_class(node: nodes.Node, name: str) -> bool:
    return isinstance(node, nodes.Element) and name in node["classes"]


def _statement(claim: nodes.Element) -> Iterator[nodes.Node]:
    """Return the parts of a claim that say something, and not how it was checked."""
    for part in claim.children:
        if not {"claim-head", "claim-evidence", "family-name"} & set(part.get("classes", [])):
            yield part


def build_index(app: Sphinx) -> dict[str, list[list[Any]]]:
    """Return the titles of all pages, and their places."""
    pages, rows = [], []
    for docname in chapters_in_order(app.env):
        pages.append([app.builder.get_target_uri(docname), app.env.titles[docname].astext()])
        rows += [place.row(len(pages) - 1) for place in places(app.env.get_doctree(docname))]
    return {"pages": pages, "places": rows}


def write(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Write the index and the page that searches it."""
    content = f"const searchIndex = {json.dumps(build_index(app), ensure_ascii=False, separators=(',', ':'))};\n"
    static = Path(app.outdir) / "_static"
    static.mkdir(exist_ok=True)
    (static / INDEX).write_text(content, encoding="utf-8")
    mark = hashlib.sha1(content.encode()).hexdigest()[:8]
    yield "search", {"search_index": (INDEX, mark)}, "search.html"


def without_sphinx_index(app: Sphinx) -> None:
    """Switch Sphinx's own search off: it knows pages only, and shows each formula three times."""
    vars(app.builder)["search"] = False


def setup(app: Sphinx) -> None:
    """Register the index and its page."""
    app.connect("builder-inited", without_sphinx_index)
    app.connect("html-collect-pages", write)
