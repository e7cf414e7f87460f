"""The directives `{ledger-of-formulas}` (numbered formulas, their witnesses) and `{ledger-of-claims}` (all claims)."""

from collections import Counter
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.nodes import make_refnode

from dlmath_lib._kinds import KINDS
from dlmath_lib.book.claims import Record, records
from dlmath_lib.book.frames import breaking, conditions, table, words
from dlmath_lib.book.places import PlaceDirective, add_place, chapters_in_order, keep, kept
from dlmath_lib.book.witnesses import COLUMNS, Formula, Witness, formulas

WORDS = {
    "definition": "defined",
    "proved": "proved",
    "derivation": "derived step by step",
    "agrees": "checked against code",
    "gradient": "gradient checks",
    "refuted": "refuted",
}


class LedgerDirective(PlaceDirective):
    """`{ledger-of-claims}`; its argument is the anchor, on the same page, of what explains the evidence."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Mark the place."""
        keep(self.env, "dlmath_explanations").extend(self.arguments)
        return super().run()


def _formulas(app: Sphinx, docname: str) -> list[nodes.Node]:
    """Return the matrix of witnesses: how many each chapter has, then each formula with its own."""
    found = {chapter: group for chapter, group in formulas(app.env, _chapters(app)).items() if group}
    lines = [_counted(app.env.titles[chapter].astext(), group) for chapter, group in found.items()]
    everything = [formula for group in found.values() for formula in group]
    lines.append(_counted("The whole book", everything))
    content: list[nodes.Node] = [table(("Chapter", "Formulas", *COLUMNS), lines, ["witness-counts"])]
    for chapter, group in found.items():
        rows = [[_formula(app, docname, formula), *_cells(app, docname, formula)] for formula in group]
        content.append(_section(app, chapter, "witnesses", table(("Formula", *COLUMNS), rows, ["witnesses"])))
    return content


def _claims(app: Sphinx, docname: str) -> Iterator[nodes.Node]:
    """Yield how many claims there are, and a table of them for each chapter."""
    claims, chapters = records(app.env), _chapters(app)
    yield _summary([record for name in chapters for record in claims[name]])
    for chapter in chapters:
        yield _section(app, chapter, "ledger", _table(app, docname, claims[chapter]))


def _chapters(app: Sphinx) -> list[str]:
    claims = records(app.env)
    return [name for name in chapters_in_order(app.env) if claims.get(name)]


def _section(app: Sphinx, chapter: str, prefix: str, *content: nodes.Node) -> nodes.section:
    title = nodes.title("", "", *(child.deepcopy() for child in app.env.titles[chapter].children))
    anchor = nodes.make_id(f"{prefix}-{chapter}")
    return nodes.section("", title, *content, ids=[anchor], classes=[f"{prefix}-chapter"])


def _counted(words_for: str, group: list[Formula]) -> list[list[nodes.Node]]:
    """Return one line of counts: how many formulas there are, and in each column how many are without a witness."""
    line: list[list[nodes.Node]] = [[nodes.Text(words_for)], [nodes.Text(str(len(group)))]]
    for column in COLUMNS:
        holes = sum(column in formula.holes for formula in group)
        missing = nodes.inline("", f" · {holes} open", classes=["holes"])
        line.append([nodes.Text(str(len(group) - holes)), *([missing] if holes else [])])
    return line


def _formula(app: Sphinx, docname: str, formula: Formula) -> nodes.entry:
    record = formula.record
    link = make_refnode(
        app.builder, docname, record.docname, record.anchor, nodes.inline("", record.name or record.statement)
    )
    cell = nodes.entry("", nodes.paragraph("", "", link))
    cell += _statement(record)
    return cell


def _statement(record: Record) -> list[nodes.Node]:
    """Return the formula as a line of text, with its hypotheses: typeset it stands behind the link.

    Some hundred typeset formulas are more than a hundred thousand elements, and a page that takes seconds to open.
    """
    shown = [nodes.paragraph("", record.statement, classes=["ledger-formula"])] if record.name else []
    return [*shown, *conditions({"hypotheses": record.hypotheses}, typeset=False)]


def _cells(app: Sphinx, docname: str, formula: Formula) -> Iterator[list[nodes.Node]]:
    for column in COLUMNS:
        cell: list[nodes.Node] = []
        for witness in formula.witnesses[column]:
            cell += [nodes.Text(", ")] * bool(cell) + [_link(app, docname, witness)]
        yield cell or [nodes.inline("", "none", classes=["hole"])]


def _link(app: Sphinx, docname: str, witness: Witness) -> nodes.reference:
    shown = nodes.literal if witness.column == "Function" else nodes.inline
    return make_refnode(app.builder, docname, witness.docname, witness.anchor, shown("", "", *breaking(witness.words)))


def link_evidence(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make the evidence of every claim a link to the page that explains it."""
    explained = kept(app.env, "dlmath_explanations")
    target = next((name for name in sorted(explained) if explained[name]), None)
    if target is None or app.builder.format != "html":
        return
    for line in doctree.findall(nodes.inline):
        if "claim-evidence" in line["classes"] and line.children:
            shown = nodes.inline("", "", *line.children)
            line.children = []
            line += make_refnode(
                app.builder, docname, target, explained[target][0], shown, "How this was checked, and what that shows"
            )


def _summary(everything: list[Record]) -> nodes.paragraph:
    counts = Counter(record.kind for record in everything)
    parts = [f"{counts[kind]} {words_for}" for kind, words_for in WORDS.items() if counts[kind]]
    plural = "claim" if len(everything) == 1 else "claims"
    paragraph = nodes.paragraph("", "", classes=["ledger-summary"])
    paragraph += nodes.strong("", f"{len(everything)} {plural}")
    paragraph += nodes.Text(": " + ", ".join(parts) + "." if parts else ".")
    return paragraph


def _table(app: Sphinx, docname: str, claims: list[Record]) -> nodes.Node:
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in range(4)), cols=4)
    headings = ("Statement", "Checked by", "Points", "Error below")
    group += nodes.thead("", nodes.row("", *(_entry(nodes.Text(heading)) for heading in headings)))
    group += nodes.tbody("", *(_row(app, docname, claim) for claim in claims))
    return nodes.container("", nodes.table("", group, classes=["ledger"]), classes=["table-wrap"])


def _row(app: Sphinx, docname: str, claim: Record) -> nodes.row:
    mark = KINDS[claim.kind][0]
    link = make_refnode(
        app.builder, docname, claim.docname, claim.anchor, nodes.inline("", claim.name or claim.statement)
    )
    link["classes"].append("ledger-link")
    statement = nodes.paragraph("", "", link)
    cell = nodes.entry("", statement)
    # A numbered formula stands in the matrix above: shown twice it would double the weight of the page.
    if not claim.anchor.startswith("eq-"):
        cell += _statement(claim)
    method = nodes.paragraph("", "", nodes.inline("", mark, classes=["claim-mark"]), *words(f" {claim.method}"))
    row = nodes.row("", cell, nodes.entry("", method), _entry(nodes.Text(claim.points)), _entry(*words(claim.error)))
    row["classes"] += ["ledger-row", f"ledger-{claim.kind}"]
    return row


def _entry(*content: nodes.Node) -> nodes.entry:
    return nodes.entry("", nodes.paragraph("", "", *content))


def setup(app: Sphinx) -> None:
    """Register the directives."""
    add_place(app, "ledger-of-formulas", _formulas)
    add_place(app, "ledger-of-claims", _claims, LedgerDirective)
    app.connect("doctree-resolved", link_evidence)
