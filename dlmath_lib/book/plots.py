"""Figures of `dlmath_lib.plotting.show` in the built book: their SVG stands in the page and follows its theme."""

from docutils import nodes
from sphinx.application import Sphinx

from dlmath_lib.plotting import inline


def put_into_page(app: Sphinx, doctree: nodes.document) -> None:
    """Replace the image of each stored figure by its SVG."""
    for number, node in enumerate(doctree.findall(nodes.raw), start=1):
        text = node.astext()
        if node.get("format") == "html" and (drawn := inline(text, f"plot{number}-")) != text:
            node.rawsource = drawn
            node.children = [nodes.Text(drawn)]


def setup(app: Sphinx) -> None:
    """Work on every page that was read."""
    app.connect("doctree-read", put_into_page)
