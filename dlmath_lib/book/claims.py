"""Turn the claims that notebooks stored (`application/vnd.dlmath.claim+json`) into numbered, linkable blocks.

The JSON is written by `dlmath_lib.verify`. Each claim is also recorded in the build environment,
from where `dlmath_lib.book.ledger` collects it.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.application import Sphinx
from sphinx.domains.math import MathDomain
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from dlmath_lib.book.mathematics import number_html

logger = logging.getLogger(__name__)

MIME_TYPE = "application/vnd.dlmath.claim+json"

POWER_OF_TEN = re.compile(r"\b1e(-?\d+)\b")
KINDS = {
    "proved": ("✓", "Proved"),
    "derivation": ("✓", "Derived"),
    "agrees": ("✓", "Agrees"),
    "gradient": ("✓", "Gradient checked"),
    "refuted": ("✗", "Refuted"),
}


class equation_number(nodes.General, nodes.Inline, nodes.Element):
    """The number of an equation that is more than one formula."""


@dataclass(frozen=True)
class Record:
    """One line of the ledger."""

    docname: str
    anchor: str
    kind: str
    statement: str
    latex: str
    name: str
    method: str
    points: str
    error: str


class ClaimRenderer:
    """The plugin that myst-nb calls for each stored output (entry point group `myst_nb.mime_renderers`)."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [("*", MIME_TYPE, 1)]

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """Return the block of a claim, or None for any other output."""
        if data.mime_type != MIME_TYPE or inline:
            return None
        claim = data.content if isinstance(data.content, dict) else json.loads(str(data.content))
        return [ClaimBlock(renderer, data, claim).build()]


class ClaimBlock:
    """Builds the nodes of one claim."""

    def __init__(self, renderer: NbElementRenderer, data: MimeData, claim: dict[str, Any]) -> None:
        self.markdown = renderer.renderer
        self.env: BuildEnvironment = self.markdown.sphinx_env
        self.line = data.line or 0
        self.claim = claim
        self.kind = claim["kind"]
        if self.kind not in KINDS:
            raise ValueError(f"{self.env.docname}: a claim has the unknown kind {self.kind!r}: one of {sorted(KINDS)}")
        self.location = (self.env.docname, self.line)
        self.anchor = self._anchor()

    def build(self) -> nodes.container:
        """Return the block, and record the claim for the ledger."""
        block = nodes.container(classes=["claim", f"claim-{self.kind}"], ids=[self.anchor])
        mark, word = KINDS[self.kind]
        head = nodes.paragraph("", "", classes=["claim-head"])
        head += nodes.inline("", mark, classes=["claim-mark"])
        head += nodes.inline("", word, classes=["claim-kind"])
        if self.claim.get("name"):
            head += nodes.inline("", "", *words(self.claim["name"]), classes=["claim-name"])
        block += head
        block += getattr(self, f"_{self.kind}")()
        self._record()
        return block

    def _proved(self) -> Iterable[nodes.Node]:
        yield self._equation(self.claim["latex"])
        yield self._evidence()

    def _derivation(self) -> Iterable[nodes.Node]:
        number, anchor = self._number()
        steps = nodes.container(classes=["steps"])
        steps += nodes.math("", self.claim["start"]["latex"], classes=["display", "start"])
        for step in self.claim["steps"]:
            row = nodes.container(classes=["step"])
            row += nodes.math("", f"{step['relation']} {step['latex']}", classes=["display"])
            row += nodes.inline("", "", *words(step["because"]), classes=["because"])
            steps += row
        block = nodes.container("", steps, classes=["derivation"], ids=[anchor])
        block += equation_number(number=number, anchor=anchor)
        yield block
        yield self._evidence()

    def _agrees(self) -> Iterable[nodes.Node]:
        if self.claim.get("label"):
            yield self._equation(self.claim["latex"])
        else:
            yield self._statement()
        yield self._evidence()

    _gradient = _agrees

    def _refuted(self) -> Iterable[nodes.Node]:
        wrong = self._statement()
        wrong["classes"].append("claim-struck")
        yield wrong
        yield self._evidence()
        if self.claim.get("because"):
            instead = nodes.paragraph("", "", classes=["claim-instead"])
            instead += nodes.inline("", "Instead: ", classes=["claim-instead-word"])
            instead += words(self.claim["because"])
            yield instead

    def _statement(self) -> nodes.paragraph:
        paragraph = nodes.paragraph("", "", classes=["claim-statement"])
        if formula(self.claim):
            paragraph += nodes.math("", self.claim["latex"], classes=["display"])
        else:
            paragraph += words(self.claim["statement"])
        return paragraph

    def _evidence(self) -> nodes.paragraph:
        parts = [self.claim.get("method"), self.claim.get("evidence")]
        text = "; ".join(part for part in parts if part and part != KINDS[self.kind][1].lower())
        return nodes.paragraph("", "", *words(text[:1].upper() + text[1:]), classes=["claim-evidence"])

    def _equation(self, latex: str) -> nodes.math_block:
        number, anchor = self._number()
        return nodes.math_block("", latex, nowrap=False, number=number, label=self._label(), ids=[anchor])

    def _label(self) -> str:
        return self.claim.get("label") or f"{self.env.docname}-{self.anchor}"

    def _number(self) -> tuple[int, str]:
        """Return the equation's number on its page and its anchor; known to the `eq` role by its label."""
        domain = cast(MathDomain, self.env.get_domain("math"))
        label = self._label()
        if domain.equations.get(label, ("",))[0] != self.env.docname:
            domain.note_equation(self.env.docname, label, location=self.location)
        return domain.equations[label][1], nodes.make_id(f"equation-{label}")

    def _anchor(self) -> str:
        """Return the claim's anchor: its label, or a name that only changes with the statement."""
        taken = {record.anchor for record in records(self.env).get(self.env.docname, [])}
        label = self.claim.get("label")
        if label:
            if label in taken:
                logger.warning("the label %r is used twice on this page", label, location=self.location, type="dlmath")
            anchor = label
        else:
            digest = hashlib.sha1(f"{self.kind} {self.claim['statement']}".encode()).hexdigest()
            anchor = base = f"claim-{digest[:8]}"
            count = 1
            while anchor in taken:
                count += 1
                anchor = f"{base}-{count}"
        # Known to the `[…](page.ipynb#label)` links of Markdown.
        self.markdown._heading_slugs[anchor] = (self.line, anchor, self.claim["statement"])
        return anchor

    def _record(self) -> None:
        claim = self.claim
        latex = formula(claim)
        if self.kind == "derivation":
            last = claim["steps"][-1]
            latex = f"{claim['start']['latex']} {last['relation']} {last['latex']}"
        record = Record(
            docname=self.env.docname,
            anchor=self.anchor,
            kind=self.kind,
            statement=claim["statement"],
            latex=latex,
            name=claim.get("name") or "",
            method=claim.get("method") or KINDS[self.kind][1].lower(),
            points=str(claim.get("points") or ""),
            error=str(claim.get("error") or ""),
        )
        records(self.env).setdefault(self.env.docname, []).append(record)


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


def records(env: BuildEnvironment) -> dict[str, list[Record]]:
    """Return the claims recorded so far, by page."""
    return vars(env).setdefault("dlmath_claims", {})


def _purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    records(env).pop(docname, None)


def _merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    for docname in docnames:
        if docname in records(other):
            records(env)[docname] = records(other)[docname]


def _visit_number(translator: HTML5Translator, node: equation_number) -> None:
    translator.body.append(number_html(node["number"], node["anchor"]))
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the node and keep the record through incremental and parallel builds."""
    app.add_node(equation_number, html=(_visit_number, None))
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
