"""The frame of a claim: a head with the evidence, small; the formula; the conditions under which it holds."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.domains.math import MathDomain
from sphinx.environment import BuildEnvironment
from sphinx.writers.html5 import HTML5Translator

from dlmath_lib._kinds import KINDS
from dlmath_lib.book.mathematics import number_html

POWER_OF_TEN = re.compile(r"\b1e(-?\d+)\b")
STARTS = {"for": "for ", "with": "with ", "sizes": "shown for "}
FEW = 4  # more definitions than these are folded away


class equation_number(nodes.General, nodes.Inline, nodes.Element):
    """The number of an equation that is more than one formula."""


class line_break_allowed(nodes.General, nodes.Inline, nodes.Element):
    """A place in a long word where a line may end."""


class fold(nodes.General, nodes.Element):
    """Something that opens when its first child, the summary, is chosen."""


class fold_summary(nodes.General, nodes.TextElement):
    """The line of a `fold` that is always seen."""


class Frame:
    """Builds the nodes of one claim; `anchor(claim, frame)` records a claim and returns its anchor."""

    def __init__(
        self, env: BuildEnvironment, claim: dict[str, Any], location: tuple[str, int], anchor: Callable[..., str]
    ) -> None:
        self.env, self.claim, self.kind, self.location = env, claim, claim["kind"], location
        self.anchor = anchor(claim)
        self.row_anchors = [anchor(row, self.anchor) for row in claim.get("rows", [])]

    def build(self) -> nodes.container:
        """Return the frame."""
        block = nodes.container(classes=["claim", f"claim-{self.kind}"], ids=[self.anchor])
        if self.alike:
            block["classes"].append(f"claim-{self.alike}")
        block += self._head()
        block += getattr(self, f"_{self.kind}")()
        block += conditions(self.claim)
        if self.kind == "refuted" and self.claim.get("because"):
            instead = nodes.paragraph("", "", classes=["claim-instead"])
            instead += nodes.inline("", "Instead: ", classes=["claim-instead-word"])
            instead += words(self.claim["because"])
            block += instead
        return block

    @property
    def alike(self) -> str:
        """The kind that all rows of a family have; empty where they differ, and for a single claim."""
        kinds = {row["kind"] for row in self.claim.get("rows", [])}
        return kinds.pop() if len(kinds) == 1 else ""

    def _head(self) -> nodes.paragraph:
        mark, word = KINDS[self.alike or self.kind]
        head = nodes.paragraph("", "", classes=["claim-head"])
        head += nodes.inline("", mark, classes=["claim-mark"])
        head += nodes.inline("", word, classes=["claim-kind"])
        if self.claim.get("name"):
            head += nodes.inline("", "", *words(self.claim["name"]), classes=["claim-name"])
        shown = evidence(self.claim)
        if shown:
            head += nodes.inline("", "", *words(shown), classes=["claim-evidence"])
        head += _mistake(self.claim)
        if self.claim.get("of") and self.kind != "family":
            head += nodes.inline("", " of ", *_links(self.env, self.claim["of"]), classes=["claim-of"])
        return head

    def _proved(self) -> Iterable[nodes.Node]:
        yield equation(self.env, self.claim["latex"], self.claim.get("label"), self.location)

    _definition = _proved

    def _derivation(self) -> Iterable[nodes.Node]:
        block = nodes.container("", steps(self.claim), classes=["derivation"])
        label = self.claim.get("label")
        if label:
            number, anchor = note_number(self.env, label, self.location)
            block["ids"].append(anchor)
            block += equation_number(number=number, anchor=anchor)
        yield block

    def _agrees(self) -> Iterable[nodes.Node]:
        if self.claim.get("label"):
            yield equation(self.env, self.claim["latex"], self.claim["label"], self.location)
        else:
            yield statement(self.claim)

    _gradient = _agrees

    def _refuted(self) -> Iterable[nodes.Node]:
        yield struck(self.claim)

    def _family(self) -> Iterable[nodes.Node]:
        rows = self.claim["rows"]
        if all(row["kind"] in ("agrees", "gradient") for row in rows):
            yield self._verification(rows)
            return
        block = nodes.container("", classes=["family"])
        for row, anchor in zip(rows, self.row_anchors, strict=True):
            block += self._row(row, anchor)
        yield block

    def _row(self, row: dict[str, Any], anchor: str) -> nodes.container:
        line = nodes.container("", classes=["family-row", f"family-{row['kind']}"])
        if anchor != self.anchor:
            line["ids"].append(anchor)
        name = nodes.inline("", "", classes=["family-name"])
        if row["kind"] == "refuted" and not self.alike:
            name += nodes.inline("", "✗ Refuted ", classes=["claim-mark"])
        if row.get("name"):
            name += words(row["name"])
        line += name
        body = nodes.container("", classes=["family-body"])
        if row["kind"] in ("proved", "definition", "derivation"):
            body += equation(self.env, whole(row), row.get("label"), self.location)
        else:
            body += struck(row) if row["kind"] == "refuted" else statement(row)
        body += conditions(row)
        if row["kind"] in ("agrees", "gradient", "refuted"):
            body += nodes.paragraph("", "", *words(evidence(row)), *_mistake(row), classes=["family-evidence"])
        if row["kind"] == "refuted" and row.get("because"):
            body += nodes.paragraph("", "Instead: ", *words(row["because"]), classes=["family-evidence"])
        if row["kind"] == "derivation":
            summary = fold_summary(
                "", "", nodes.Text("in one step" if len(row["steps"]) == 1 else f"in {len(row['steps'])} steps")
            )
            body += fold("", summary, nodes.container("", steps(row), classes=["derivation"]))
        line += body
        return line

    def _verification(self, rows: list[dict[str, Any]]) -> nodes.Node:
        head = ("What is compared", "Function", "Witness", "Points", "Error below")
        lines = []
        for row in rows:
            cell = nodes.entry("")
            first = nodes.paragraph("", "", *words(row.get("name") or ""))
            if row["of"]:
                first += [nodes.Text(" "), *_links(self.env, row["of"])]
            cell += first
            # Beside an outside witness a name says it all: f(x, …) = g(x, …) would say no more.
            if row["kind"] == "agrees" and formula(row) and not (row.get("name") and row.get("outside")):
                cell += nodes.paragraph("", "", nodes.math("", row["latex"]), classes=["ledger-formula"])
            elif not row.get("name"):
                cell += nodes.paragraph("", "", *words(row["statement"]))
            cell += conditions(row)
            functions = list(_code_words(name.rpartition(".")[2] for name in row["functions"]))
            witness = row.get("outside") or ("the formula" if row["kind"] == "agrees" else "")
            points, error = [nodes.Text(str(row["points"]))], words(row.get("error") or "")
            lines.append([cell, functions, list(breaking(witness)), points, error])
        return table(head, lines, ["verification"])


def _mistake(claim: dict[str, Any]) -> list[nodes.inline]:
    """Return the place of the link to the clinic's entry; `dlmath_lib.book.clinic` fills it."""
    return [nodes.inline("", "", classes=["claim-mistake"], mistake=claim["mistake"])] if claim.get("mistake") else []


def _code_words(names: Iterable[str]) -> Iterator[nodes.Node]:
    """The names as code, with commas between them."""
    for position, name in enumerate(names):
        if position:
            yield nodes.Text(", ")
        yield nodes.literal("", "", *breaking(name))


def breaking(name: str) -> Iterator[nodes.Node]:
    """A name that may go on in the next line after each dot and underscore: long ones would widen a table."""
    for position, part in enumerate(re.split(r"(?<=[._])(?=\w)", name)):
        if position:
            yield line_break_allowed()
        yield nodes.Text(part)


def table(head: Iterable[str], lines: Iterable[list[Any]], classes: list[str]) -> nodes.container:
    """Return a table that scrolls inside itself; a cell is an entry, or the content of its one paragraph."""
    head = list(head)
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in head), cols=len(head))
    group += nodes.thead("", nodes.row("", *(_cell([nodes.Text(word)]) for word in head)))
    group += nodes.tbody("", *(nodes.row("", *(_cell(cell) for cell in line)) for line in lines))
    return nodes.container("", nodes.table("", group, classes=classes), classes=["table-wrap"])


def _cell(content: Any) -> nodes.entry:
    return content if isinstance(content, nodes.entry) else nodes.entry("", nodes.paragraph("", "", *content))


def statement(claim: dict[str, Any]) -> nodes.paragraph:
    """Return the statement as a line without a number."""
    paragraph = nodes.paragraph("", "", classes=["claim-statement"])
    paragraph += nodes.math("", claim["latex"], classes=["display"]) if formula(claim) else words(claim["statement"])
    return paragraph


def struck(claim: dict[str, Any]) -> nodes.paragraph:
    """Return a refuted statement: words are underlined, a formula is struck as a whole."""
    paragraph = statement(claim)
    paragraph["classes"].append("claim-struck")
    if any(paragraph.findall(nodes.math)):
        paragraph["classes"].append("is-formula")
    return paragraph


def steps(claim: dict[str, Any]) -> nodes.container:
    """Return the lines of a derivation, each with its reason."""
    block = nodes.container("", classes=["steps"])
    block += nodes.math("", claim["start"]["latex"], classes=["display", "start"])
    for step in claim["steps"]:
        row = nodes.container("", classes=["step"])
        row += nodes.math("", f"{step['relation']} {step['latex']}", classes=["display"])
        row += nodes.inline("", "", *words(step["because"]), classes=["because"])
        block += row
    return block


def whole(claim: dict[str, Any]) -> str:
    """Return what a claim says in one formula: of a derivation its first and last expression."""
    if claim["kind"] != "derivation":
        return claim["latex"]
    relations = [step["relation"] for step in claim["steps"]]
    relation = next((sign for sign in "<>≤≥" if sign in relations), "=")  # a strict step makes the whole strict
    return f"{claim['start']['latex']} {relation} {claim['steps'][-1]['latex']}"


def equation(env: BuildEnvironment, latex: str, label: str | None, location: Any) -> nodes.math_block:
    """Return a displayed formula; it has a number when it has a label."""
    if not label:
        return nodes.math_block("", latex, nowrap=False, number=None, label=None)
    number, anchor = note_number(env, label, location)
    return nodes.math_block("", latex, nowrap=False, number=number, label=label, ids=[anchor])


def note_number(env: BuildEnvironment, label: str, location: Any) -> tuple[int, str]:
    """Return an equation's number on its page and its anchor; known to the `eq` role by its label."""
    domain = cast(MathDomain, env.get_domain("math"))
    if domain.equations.get(label, ("",))[0] != env.docname:
        domain.note_equation(env.docname, label, location=location)
    return domain.equations[label][1], nodes.make_id(f"equation-{label}")


def evidence(claim: dict[str, Any]) -> str:
    """Return how the claim was checked, without what the head's first word says already."""
    said = {KINDS[claim["kind"]][1].lower(), ""}
    return "; ".join(part for part in (claim.get("method") or "", claim.get("evidence") or "") if part not in said)


def conditions(claim: dict[str, Any], typeset: bool = True) -> list[nodes.Node]:
    """Return the hypotheses of a claim, as formulas or as text: one small line, many definitions folded."""
    given = claim.get("hypotheses") or []
    line: list[nodes.Node] = []
    folded: list[nodes.Node] = []
    for kind, start in STARTS.items():
        same = [h for h in given if h["kind"] == kind]
        if not same:
            continue
        if kind == "with" and len(same) > FEW:
            summary = fold_summary("", "", nodes.Text(f"with {len(same)} definitions"))
            body = nodes.paragraph("", "", *_listed("", same, typeset), classes=["claim-conditions"])
            folded.append(fold("", summary, body, classes=["claim-definitions"]))
            continue
        line += [nodes.Text(", ")] * bool(line) + _listed(start, same, typeset)
    paragraph = [nodes.paragraph("", "", *line, classes=["claim-conditions"])] if line else []
    return [*paragraph, *folded]


def _listed(start: str, given: list[dict[str, str]], typeset: bool) -> list[nodes.Node]:
    found: list[nodes.Node] = [nodes.Text(start)] if start else []
    for position, hypothesis in enumerate(given):
        found += [nodes.Text(", ")] * bool(position)
        found.append(nodes.math("", hypothesis["latex"]) if typeset else nodes.Text(hypothesis["statement"]))
    return found


def _links(env: BuildEnvironment, labels: Iterable[str]) -> list[nodes.Node]:
    """Return links to the formulas that a claim witnesses, by their numbers."""
    found: list[nodes.Node] = []
    for label in labels:
        reference = pending_xref(
            "", nodes.literal("", label), refdomain="math", reftype="eq", reftarget=label, refdoc=env.docname
        )
        found += [nodes.Text(", ")] * bool(found) + [reference]
    return found


def formula(claim: dict[str, Any]) -> str:
    r"""Return the claim's LaTeX, or nothing when it is only words (`\\text{…}`), which are better shown as words."""
    latex = claim.get("latex") or ""
    return "" if latex.startswith(r"\text{") else latex


def words(text: str) -> list[nodes.Node]:
    """Return plain words as nodes; `$…$` in them is mathematics, `…` code, and 1e-40 a power of ten."""
    found: list[nodes.Node] = []
    for part in re.split(r"(\$[^$]+\$|`[^`]+`)", POWER_OF_TEN.sub(r"$10^{\1}$", text)):
        if len(part) > 2 and part[0] == part[-1] == "$":
            found.append(nodes.math("", part[1:-1]))
        elif len(part) > 2 and part[0] == part[-1] == "`":
            found.append(nodes.literal("", part[1:-1]))
        elif part:
            found.append(nodes.Text(part))
    return found


def _visit_number(translator: HTML5Translator, node: equation_number) -> None:
    translator.body.append(number_html(node["number"], node["anchor"]))
    raise nodes.SkipNode


def _visit_line_break(translator: HTML5Translator, _: line_break_allowed) -> None:
    translator.body.append("<wbr>")
    raise nodes.SkipNode


def _tag(name: str) -> tuple[Callable[..., None], Callable[..., None]]:
    def visit(translator: HTML5Translator, node: nodes.Element) -> None:
        translator.body.append(translator.starttag(node, name, ""))

    def depart(translator: HTML5Translator, node: nodes.Element) -> None:
        translator.body.append(f"</{name}>\n")

    return visit, depart


def setup(app: Sphinx) -> None:
    """Register the nodes."""
    app.add_node(equation_number, html=(_visit_number, None))
    app.add_node(line_break_allowed, html=(_visit_line_break, None))
    app.add_node(fold, html=_tag("details"))
    app.add_node(fold_summary, html=_tag("summary"))
