"""Explorers in the built book: their script, and the directive that shows one on another page."""

import base64
import io
import json
import re
import shutil
from functools import cache
from pathlib import Path

from docutils import nodes
from PIL import Image
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

STATIC = Path(__file__).parents[1] / "explore" / "static"
FILES = ("explorer.js", "explorer.css")
FIGURE = re.compile(r'<figure class="explorer[^>]*\bid="explorer-([^"]+)"')

PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


@cache
def lighter(address: str) -> str:
    """Return a PNG in a `data:` address as WebP with 32 colours: a third lighter; or itself where that is not so."""
    found = PICTURE.fullmatch(address)
    assert found is not None
    stored = io.BytesIO()
    picture = Image.open(io.BytesIO(base64.b64decode(found[1]))).convert("RGB")
    picture.quantize(32, dither=Image.Dither.NONE).save(stored, "WEBP", lossless=True)
    webp = f"data:image/webp;base64,{base64.b64encode(stored.getvalue()).decode()}"
    return min(webp, address, key=len)


def lighten(app: Sphinx, doctree: nodes.document) -> None:
    """Make the static pictures of explorers lighter: a page carries several, and shows them on paper alone."""
    for node in list(doctree.findall(nodes.raw)):
        if FIGURE.search(html := node.astext()):
            node.replace_self(nodes.raw("", PICTURE.sub(lambda found: lighter(found[0]), html), **node.attributes))


def stored_explorers(notebook: Path) -> dict[str, str]:
    """Return the HTML of each explorer that a notebook has stored, by its name."""
    found = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            html = "".join(output.get("data", {}).get("text/html", []))
            match = FIGURE.search(html)
            if match:
                found[match[1]] = html
    return found


class ExplorerDirective(SphinxDirective):
    """`{explorer} chapters/networks/activations activation-shapes`: show an explorer of a chapter here too."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        """Return the stored figure and a link to its chapter."""
        relative, name = self.arguments
        docname = relative.removesuffix(".ipynb")
        notebook = Path(self.env.srcdir) / f"{docname}.ipynb"
        if not notebook.is_file():
            raise self.error(f"explorer: there is no notebook {relative} (the path starts at the book's root)")
        self.env.note_dependency(str(notebook))
        found = stored_explorers(notebook)
        if name not in found:
            raise self.error(
                f"explorer: {relative} has stored no explorer {name!r}; it has: {', '.join(found) or 'none'}"
            )
        figure = nodes.raw("", found[name], format="html", classes=["output", "text_html", "is-explorer"])
        source = nodes.paragraph("", "", nodes.Text("From the chapter "), classes=["explorer-source"])
        reference = addnodes.pending_xref(
            "", nodes.inline(), refdomain="std", reftype="doc", reftarget=f"/{docname}", refexplicit=False, refwarn=True
        )
        reference["refdoc"] = self.env.docname
        source += reference
        return [nodes.container("", figure, source, classes=["explorer-embed"])]


def has_explorers(doctree: nodes.document | None) -> bool:
    """Say whether a page shows an explorer."""
    return doctree is not None and any("explorer-spec" in node.astext() for node in doctree.findall(nodes.raw))


def require_bundle() -> None:
    """Raise if the front end has not been built."""
    missing = [name for name in FILES if not (STATIC / name).is_file()]
    if missing:
        raise ExtensionError(
            f"dlmath_lib/explore/static lacks {', '.join(missing)}: run `make` (or, by hand, `npm ci && npm run build` "
            "in dlmath_lib/explore/frontend)"
        )


def copy_bundle(app: Sphinx, exception: Exception | None) -> None:
    """Put the explorers' script and style beside the book's own."""
    if exception is None and app.builder.format == "html":
        for name in FILES:
            if (STATIC / name).is_file():
                shutil.copy(STATIC / name, Path(app.outdir) / "_static" / name)


def register_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Let Markdown links name an explorer: `[…](activations.ipynb#explorer-activation-shapes)`."""
    slugs = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for node in doctree.findall(nodes.raw):
        for name in FIGURE.findall(node.astext()):
            slugs[f"explorer-{name}"] = (node.line or 0, f"explorer-{name}", name)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("explorer", ExplorerDirective)
    app.connect("doctree-read", register_anchors)
    app.connect("doctree-read", lighten)
    app.connect("build-finished", copy_bundle)
