"""What a page keeps for others, and the places that are filled with what all pages kept (the ledger, the indexes, …).

All of it stands in the page's metadata, which Sphinx itself forgets when it reads a page anew, and joins when several
processes have read.
"""

from collections.abc import Callable, Iterable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

MADE_OF_ALL = "dlmath_made_of_all"


def keep(env: BuildEnvironment, name: str, docname: str = "") -> list[Any]:
    """Return the list, to be added to, of what a page keeps under a name: the page that is read, or the one named."""
    return env.metadata[docname or env.docname].setdefault(name, [])


def kept(env: BuildEnvironment, name: str) -> dict[str, list[Any]]:
    """Return what was kept under a name, by page."""
    return {docname: data[name] for docname, data in env.metadata.items() if name in data}


def chapters_in_order(env: BuildEnvironment) -> list[str]:
    """Return the pages in the order of the table of contents."""
    order: list[str] = []

    def walk(docname: str) -> None:
        if docname not in order:
            order.append(docname)
            for child in env.toctree_includes.get(docname, []):
                walk(child)

    walk(env.config.root_doc)
    return order


class place(nodes.General, nodes.Element):
    """Where a directive stands, until every page has been read."""


class PlaceDirective(SphinxDirective):
    """A directive that marks its place."""

    def run(self) -> list[nodes.Node]:
        """Mark it, and the page as one that is made of all."""
        made_of_all(self.env)
        return [place(of=self.name)]


def add_place(
    app: Sphinx,
    name: str,
    content: Callable[[Sphinx, str], Iterable[nodes.Node]],
    directive: type[PlaceDirective] = PlaceDirective,
) -> None:
    """Register a directive; on a page `docname` it becomes `content(app, docname)`."""

    def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
        for found in list(doctree.findall(place)):
            if found["of"] == name:
                found.replace_self(list(content(app, docname)))

    app.add_directive(name, directive)
    app.connect("doctree-resolved", fill)


def made_of_all(env: BuildEnvironment) -> None:
    """Let the page that is read be written again whenever anything is built: it depends on every other."""
    env.metadata[env.docname][MADE_OF_ALL] = True


def outdated(app: Sphinx, env: BuildEnvironment, added: set, changed: set, removed: set) -> set[str]:
    """Return the pages that are made of all."""
    return {docname for docname in env.found_docs if MADE_OF_ALL in env.metadata.get(docname, {})}


def setup(app: Sphinx) -> None:
    """Register the mark."""
    app.add_node(place)
    app.connect("env-get-outdated", outdated)
