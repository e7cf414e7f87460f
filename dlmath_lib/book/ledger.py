"""The directive `{ledger-of-claims}`: every claim of the book in one table for each chapter."""

from collections import Counter

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from dlmath_lib.book.claims import Record, records
from dlmath_lib.book.frames import conditions, words
from dlmath_lib.verify.claim import KINDS

WORDS = {
    "definition": "defined",
    "proved": "proved",
    "derivation": "derived step by step",
    "agrees": "checked against code",
    "gradient": "gradient checks",
    "refuted": "refuted",
}


class ledger(nodes.General, nodes.Element):
    """The place of the ledger; filled when every page has been read."""


class LedgerDirective(SphinxDirective):
    """`{ledger-of-claims}`; its argument is the anchor, on the same page, of what explains the evidence."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Mark the place."""
        if self.arguments:
            vars(self.env).setdefault("dlmath_explanations", {})[self.env.docname] = self.arguments[0]
        vars(self.env).setdefault("dlmath_ledgers", set()).add(self.env.docname)
        return [ledger()]


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


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace the place of the ledger by its tables."""
    places = list(doctree.findall(ledger))
    if not places:
        return
    claims = records(app.env)
    chapters = [name for name in chapters_in_order(app.env) if claims.get(name)]
    everything = [record for name in chapters for record in claims[name]]
    for place in places:
        content: list[nodes.Node] = [_summary(everything)]
        for chapter in chapters:
            title = nodes.title("", "", *(child.deepcopy() for child in app.env.titles[chapter].children))
            section = nodes.section("", title, ids=[nodes.make_id(f"ledger-{chapter}")], classes=["ledger-chapter"])
            section += _table(app, docname, claims[chapter])
            content.append(section)
        place.replace_self(content)


def link_evidence(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make the evidence of every claim a link to the page that explains it."""
    explained = getattr(app.env, "dlmath_explanations", {})
    target = next((name for name in sorted(explained) if name in app.env.found_docs), None)
    if target is None or app.builder.format != "html":
        return
    for line in doctree.findall(nodes.inline):
        if "claim-evidence" in line["classes"] and line.children:
            shown = nodes.inline("", "", *line.children)
            line.children = []
            line += make_refnode(
                app.builder, docname, target, explained[target], shown, "How this was checked, and what that shows"
            )


def _merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    vars(env).setdefault("dlmath_ledgers", set()).update(getattr(other, "dlmath_ledgers", set()))
    vars(env).setdefault("dlmath_explanations", {}).update(getattr(other, "dlmath_explanations", {}))


def _summary(everything: list[Record]) -> nodes.paragraph:
    counts = Counter(record.kind for record in everything)
    parts = [f"{counts[kind]} {words_for}" for kind, words_for in WORDS.items() if counts[kind]]
    plural = "claim" if len(everything) == 1 else "claims"
    paragraph = nodes.paragraph("", "", classes=["ledger-summary"])
    paragraph += nodes.strong("", f"{len(everything)} {plural}")
    paragraph += nodes.Text(": " + ", ".join(parts) + "." if parts else ".")
    return paragraph


def _table(app: Sphinx, docname: str, claims: list[Record]) -> nodes.Node:
    table = nodes.table("", classes=["ledger"])
    group = nodes.tgroup("", cols=4)
    headings = ("Statement", "Checked by", "Points", "Error below")
    for _ in headings:
        group += nodes.colspec(colwidth=1)
    group += nodes.thead("", nodes.row("", *(_entry(nodes.Text(heading)) for heading in headings)))
    body = nodes.tbody("")
    for claim in claims:
        body += _row(app, docname, claim)
    group += body
    table += group
    return nodes.container("", table, classes=["table-wrap"])


def _row(app: Sphinx, docname: str, claim: Record) -> nodes.row:
    mark = KINDS[claim.kind][0]
    link = make_refnode(
        app.builder, docname, claim.docname, claim.anchor, nodes.inline("", claim.name or claim.statement)
    )
    link["classes"].append("ledger-link")
    statement = nodes.paragraph("", "", link)
    cell = nodes.entry("", statement)
    if claim.latex and claim.kind != "gradient":
        cell += nodes.paragraph("", "", nodes.math("", claim.latex), classes=["ledger-formula"])
    cell += conditions({"hypotheses": claim.hypotheses})
    method = nodes.paragraph("", "", nodes.inline("", mark, classes=["claim-mark"]), *words(f" {claim.method}"))
    row = nodes.row("", cell, nodes.entry("", method), _entry(nodes.Text(claim.points)), _entry(*words(claim.error)))
    row["classes"] += ["ledger-row", f"ledger-{claim.kind}"]
    return row


def _entry(*content: nodes.Node) -> nodes.entry:
    return nodes.entry("", nodes.paragraph("", "", *content))


def always_outdated(app: Sphinx, env: BuildEnvironment, added: set, changed: set, removed: set) -> set[str]:
    """Write the ledger again whenever anything is built: it depends on every chapter."""
    return getattr(env, "dlmath_ledgers", set()) & env.found_docs


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_node(ledger)
    app.add_directive("ledger-of-claims", LedgerDirective)
    app.connect("doctree-resolved", fill)
    app.connect("doctree-resolved", link_evidence)
    app.connect("env-merge-info", _merge)
    app.connect("env-get-outdated", always_outdated)
