"""What a page loads and what its template is given."""

import hashlib
import re
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from dlmath_lib.book import explorers
from dlmath_lib.book.notebooks import SOLUTION

HERE = Path(__file__).parent
STATIC = HERE / "static"
MODULES = re.compile(r'(href="[^"]*reference/api/index\.html"[^>]*>[^<]*</a>)\s*<ul>.*?</ul>', re.DOTALL)
KATEX_STYLE = "vendor/katex/katex.min.css"


class FoldSetup(SphinxPostTransform):
    """Fold the imports of a chapter: its cell is tagged `setup`."""

    default_priority = 198  # right before myst-nb folds
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Ask myst-nb to fold them."""
        for cell in self.document.findall(nodes.container):
            if "tag_setup" in cell["classes"] and not cell.get("hide_mode"):
                cell["hide_mode"] = "input"
                cell["prompt_show"], cell["prompt_hide"] = "Show the setup", "Hide the setup"


class OpenSolutions(SphinxTransform):
    """Drop the heading over each solution: it folds the solution in JupyterLab; here the cell has a fold of its own."""

    default_priority = 10

    def apply(self, **kwargs: Any) -> None:
        """Put the contents of such a section in its place."""
        for section in list(self.document.findall(nodes.section)):
            if section[0].astext() == SOLUTION.lstrip("# "):
                section.replace_self(section.children[1:])


class NumberExercises(SphinxTransform):
    """Give each exercise the anchor `exercise-3`, whatever its title becomes."""

    default_priority = 10

    def apply(self, **kwargs: Any) -> None:
        """Name the sections whose title begins with a number."""
        slugs = self.env.metadata[self.env.docname].setdefault("myst_slugs", {})
        for section in self.document.findall(nodes.section):
            if number := re.match(r"(\d+)\. ", section[0].astext()):
                anchor = f"exercise-{number[1]}"
                section["ids"].insert(0, anchor)
                slugs[anchor] = (section.line or 0, anchor, section[0].astext())


class NameFoldedCells(SphinxPostTransform):
    """Call a folded solution a solution (`hide-cell` and `solution` are its tags)."""

    default_priority = 200  # right after myst-nb has folded the cells
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Rename the fold of every solution."""
        for cell in self.document.findall(nodes.container):
            if "tag_solution" in cell["classes"]:
                for fold in cell.findall(HideCodeCellNode):
                    fold["classes"].append("solution")
                    fold["prompt_show"], fold["prompt_hide"] = "Show a solution", "Hide the solution"


class NameCells(SphinxPostTransform):
    """Say in a class what the style sheet would have to ask for by `:has()`.

    A browser asks such a question again at each change of the page, that is, at each move of a slider.
    """

    default_priority = 201  # after the folds have their form
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Name the cells that are folded whole, the outputs that are explorers, and those that say "not yet"."""
        for cell in self.document.findall(nodes.container):
            if "cell" in cell["classes"] and all(isinstance(child, HideCodeCellNode) for child in cell.children):
                cell["classes"].append("is-folded")
            if "cell_output" in cell["classes"]:
                shown = [raw for raw in cell.findall(nodes.raw) if "text_html" in raw["classes"]]
                for raw in shown:
                    if explorers.FIGURE.search(raw.astext()):
                        raw["classes"].append("is-explorer")
                if any("verdict-not-yet" in raw.astext() for raw in shown):
                    cell["classes"].append("is-not-yet")


class WrapTables(SphinxPostTransform):
    """Let a wide table scroll inside itself, not the page."""

    default_priority = 200
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Put every table into a box of its own."""
        for table in list(self.document.findall(nodes.table)):
            if "table-wrap" not in table.parent.get("classes", []):
                box = nodes.container(classes=["table-wrap"])
                table.replace_self(box)
                box += table


class NameFormulaLinks(SphinxPostTransform):
    """Give a link that shows nothing but a formula a name in words: that of its target."""

    default_priority = 200
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Name them."""
        for link in self.document.findall(nodes.reference):
            outside = "".join(text for text in link.findall(nodes.Text) if not isinstance(text.parent, nodes.math))
            target = link.get("refid") or link.get("refuri", "").rpartition("#")[2]
            if not outside.strip() and target and any(link.findall(nodes.math)):
                link["reftitle"] = target.removeprefix("eq-").replace("-", " ")


def visit_fold(translator: HTML5Translator, node: HideCodeCellNode) -> None:
    """Write a folded cell; its words are its name (myst-nb calls every fold "Toggle hidden content")."""
    translator.body.append(f'<details class="{" ".join(["hide", *node["classes"]])}">\n<summary>')
    translator.body.append(f'<span class="collapsed">{escape(node["prompt_show"])}</span>')
    translator.body.append(f'<span class="expanded">{escape(node["prompt_hide"])}</span></summary>\n')


def depart_fold(translator: HTML5Translator, node: HideCodeCellNode) -> None:
    """End the folded cell."""
    translator.body.append("</details>\n")


def add_static(app: Sphinx, config: Config) -> None:
    """Serve the book's style, script and the fonts of the mathematics."""
    if not (STATIC / KATEX_STYLE).is_file():
        raise ExtensionError(
            f"dlmath_lib/book/static/{KATEX_STYLE} is missing: run `make` (the package's build copies it)"
        )
    config.html_static_path.append(str(STATIC))
    config.exclude_patterns.append("**/katex.min.js")  # the build runs it; no page loads it


def complete_context(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Give the template the style sheets and scripts of this page, and its contents lists."""
    styles = [KATEX_STYLE, "book.css"]
    scripts = ["book.js"]
    if explorers.has_explorers(doctree):
        explorers.require_bundle()
        styles.append("explorer.css")
        scripts.append("explorer.js")
    context["page_styles"] = [_versioned(name) for name in styles]
    context["page_scripts"] = [_versioned(name) for name in scripts]
    context["page_search_scripts"] = [_versioned("search.js")]
    contents = context["toctree"](collapse=False, includehidden=True, maxdepth=3, titles_only=True) or ""
    if not pagename.startswith("chapters/reference/api/"):  # its modules are listed on its own pages alone
        contents = MODULES.sub(r"\1", contents)
    contents = re.sub(r'class="current reference internal"', r'\g<0> aria-current="page"', contents)
    context["contents_html"] = contents.replace('role="heading"', 'role="heading" aria-level="2"')
    # docutils gives the bibliography roles that ARIA has since withdrawn.
    context["body"] = re.sub(r' role="(?:doc-biblioentry|list)"(?= class="citation)', "", context.get("body") or "")
    context["body"] = re.sub(r'(<div class="citation"[^>]*) role="doc-biblioentry"', r"\1", context["body"])
    context["body"] = _not_language(context["body"])
    context["onpage_html"] = _onpage(context.get("toc") or "")
    is_notebook = context.get("page_source_suffix") == ".ipynb"
    context["notebook_url"] = context["pathto"](f"_sources/{context['sourcename']}", True) if is_notebook else None
    context["author"] = app.config.author
    context["report_url"] = _report_url(app.config.report_url, pagename, context.get("title") or "")
    context["description"] = _description(doctree)


def _versioned(name: str) -> tuple[str, str]:
    """Return a file of `_static` with a mark that changes with its content, so that no browser shows an old one."""
    path = STATIC / name if (STATIC / name).is_file() else explorers.STATIC / name
    return name, hashlib.sha1(path.read_bytes()).hexdigest()[:8]


def _not_language(body: str) -> str:
    """Fence code and drawings off from translators and from text that runs to the left (formulas bring it along)."""
    return re.sub(r"<(pre|code|svg|samp|kbd)(?=[\s>])", r'<\1 translate="no" dir="ltr"', body)


def _report_url(pattern: str, pagename: str, title: str) -> str:
    """Return where an error on this page is reported, or nothing when `_config.yml` names no place."""
    page, words = (quote(text, safe="/") for text in (pagename, re.sub(r"<[^>]*>", "", title)))
    return pattern.replace("{page}", page).replace("{title}", words)


def check_report_url(app: Sphinx, config: Config) -> None:
    """Refuse an address that a reader could not follow."""
    if config.report_url and not re.match(r"https?://|mailto:", config.report_url):
        raise ExtensionError(
            f"_config.yml: report_url must begin with https:// or mailto:, or be empty, got {config.report_url!r}"
        )


def _onpage(toc: str) -> str:
    """Return the page's own list of headings without its title, or nothing when it has none."""
    match = re.search(r"<li>\s*<a[^>]*>.*?</a>\s*(<ul.*</ul>)\s*</li>\s*</ul>", toc, re.DOTALL)
    return match[1] if match else ""


def _description(doctree: nodes.document | None) -> str:
    if doctree is None:
        return ""
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if len(text) > 40:
            return text[:200]
    return ""


def setup(app: Sphinx) -> None:
    """Register the theme and the events."""
    app.add_node(HideCodeCellNode, override=True, html=(visit_fold, depart_fold))
    app.add_html_theme("dlmath", str(HERE / "theme"))
    app.add_transform(OpenSolutions)
    app.add_transform(NumberExercises)
    app.add_post_transform(FoldSetup)
    app.add_post_transform(NameFoldedCells)
    app.add_post_transform(NameCells)
    app.add_post_transform(WrapTables)
    app.add_post_transform(NameFormulaLinks)
    app.add_config_value("report_url", "", "html", [str])
    app.connect("config-inited", add_static)
    app.connect("config-inited", check_report_url)
    app.connect("html-page-context", complete_context, priority=900)
