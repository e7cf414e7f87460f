"""Citations that read the same in the page and in a notebook: links to the entries of the bibliography.

A chapter cites by an ordinary Markdown link, `[Goh (2017)](../reference/bibliography.md#goh2017momentum)`. The build
refuses one whose words are not those of the entry in references.bib. Nobody has to type it: write the role
``{cite:t}`goh2017momentum` `` (or `cite:p`) and run
`python -m dlmath_lib.book.citations`, which makes every role a link.
"""

import os
import re
import sys
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from pybtex.database import Entry, parse_file
from pybtex.plugin import register_plugin
from pybtex.richtext import Text
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.sorting import BaseSortingStyle
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import make_refnode
from sphinxcontrib.bibtex.nodes import bibliography

from dlmath_lib.book import notebooks
from dlmath_lib.book.places import chapters_in_order, keep, kept, made_of_all

logger = logging.getLogger(__name__)

REFERENCES = "references.bib"
PAGE = "chapters/reference/bibliography"
ROLE = re.compile(r"\{cite:(?P<form>\w+)\}`(?P<keys>[^`]+)`")


@cache
def entries(file: Path) -> dict[str, Entry]:
    """Return the entries of a bibliography by key."""
    return dict(parse_file(str(file)).entries)


def authors(entry: Entry) -> str:
    """Return the authors as a text names them: one, two, or the first "et al."."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [str(Text.from_latex(" ".join([*person.prelast_names, *person.last_names]))) for person in people]
    return names[0] + " et al." if len(names) > 2 else " and ".join(names)


def forms(entry: Entry) -> dict[str, str]:
    """Return the words of a citation: as part of the sentence (`t`), in brackets (`p`), the year after a name (`y`)."""
    who, year = authors(entry), entry.fields["year"]
    return {"t": f"{who} ({year})", "p": f"{who}, {year}", "y": year}


def as_links(text: str, here: Path, root: Path) -> str:
    """Return Markdown with its `cite` roles written as links from the folder `here` to the bibliography."""
    known = entries(root / REFERENCES)
    page = Path(os.path.relpath(root / f"{PAGE}.md", here)).as_posix()

    def link(match: re.Match[str]) -> str:
        form = match["form"]
        if form not in ("t", "p"):
            raise ValueError(f"citations: the role must be cite:t or cite:p, got {match[0]}")
        links = []
        for key in (key.strip() for key in match["keys"].split(",")):
            if key not in known:
                raise ValueError(
                    f"citations: {key!r} is not in {REFERENCES}: add the entry, or mend the key in {match[0]}"
                )
            links.append(f"[{forms(known[key])[form]}]({page}#{nodes.make_id(key)})")
        return f"({'; '.join(links)})" if form == "p" else ", ".join(links)

    return ROLE.sub(link, text)


def main(root: Path) -> None:
    """Turn every `cite` role of the book's notebooks into a link."""
    for path in notebooks.in_contents(root):
        notebook = notebooks.read(path)
        count = 0
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                count += len(ROLE.findall(cell.source))
                cell.source = as_links(cell.source, path.parent, root)
        if count:
            path.write_text(notebooks.text(notebook), encoding="utf-8")
            print(f"{path.relative_to(root)}: {count} citations written as links")


class Alphabetical(BaseSortingStyle):
    """By the authors' names as a reader sees them, then by year: without braces, and é as e."""

    def sorting_key(self, entry: Entry) -> tuple[str, ...]:
        """Return what an entry is sorted by."""
        people = entry.persons.get("author") or entry.persons.get("editor") or []
        parts = (" ".join([*p.prelast_names, *p.last_names, *p.first_names, *p.middle_names]) for p in people)
        shown = (unicodedata.normalize("NFD", str(Text.from_latex(name)).lower()) for name in parts)
        bare = ("".join(sign for sign in name if not unicodedata.combining(sign)) for name in shown)
        return (*bare, entry.fields["year"], entry.fields["title"])


class Style(PlainStyle):
    """pybtex's plain style, sorted so."""

    default_sorting_style = "dlmath"


def register_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Let Markdown links name an entry of the bibliography, on the page that shows it."""
    if any(doctree.findall(bibliography)):
        slugs = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
        made_of_all(app.env)
        for key in entries(Path(app.srcdir) / REFERENCES):
            slugs[nodes.make_id(key)] = (0, nodes.make_id(key), key)


def check_words(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of a citation whose words are not those of its entry, and note what this page cites."""
    known = {nodes.make_id(key): entry for key, entry in entries(Path(app.srcdir) / REFERENCES).items()}
    cited = keep(app.env, "dlmath_cites")
    for link in doctree.findall(addnodes.pending_xref):
        key = str(link.get("reftargetid") or "")
        if link.get("reftarget") != PAGE or key not in known:
            continue  # an unknown key is a link without a target: myst warns of it
        words, allowed = link.astext(), forms(known[key])
        if words not in allowed.values():
            logger.warning(
                "the citation says %r; %s has %r for %s",
                words,
                REFERENCES,
                allowed["t"],
                key,
                location=link,
                type="dlmath",
            )
        if key not in cited:
            cited.append(key)


class CitedIn(SphinxPostTransform):
    """Say under each entry of the bibliography which chapters cite it."""

    default_priority = 50  # after sphinxcontrib-bibtex has written the entries
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Add the links."""
        cited, order = kept(self.env, "dlmath_cites"), chapters_in_order(self.env)
        for entry in self.document.findall(nodes.citation):
            pages = [name for name in order if entry["ids"][0] in cited.get(name, [])]
            if not pages:
                continue
            line = nodes.paragraph("", "Cited in ", classes=["cited-in"])
            for index, name in enumerate(pages):
                title = self.env.titles[name].astext()
                line += nodes.Text(", " if index else "")
                line += make_refnode(self.app.builder, self.env.docname, name, None, nodes.Text(title))
            entry += line


def setup(app: Sphinx) -> None:
    """Register the order, the check and the back links."""
    register_plugin("pybtex.style.sorting", "dlmath", Alphabetical)
    register_plugin("pybtex.style.formatting", "dlmath", Style)
    app.add_post_transform(CitedIn)
    app.connect("doctree-read", register_anchors)
    app.connect("doctree-read", check_words)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
