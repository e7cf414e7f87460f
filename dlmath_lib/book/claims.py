"""The claims that notebooks stored (`application/vnd.dlmath.claim+json`): their record in the build environment.

The JSON is written by `dlmath_lib.verify`, the frames are built in `dlmath_lib.book.frames`, and
`dlmath_lib.book.ledger` collects the records.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from dlmath_lib._kinds import KINDS, MIME
from dlmath_lib.book import frames
from dlmath_lib.book.places import keep, kept

logger = logging.getLogger(__name__)

__all__ = ["ClaimRenderer", "Record", "records"]

FOLDED = {"solution", "hide-cell", "hide-output"}


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
    label: str = ""
    of: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    outside: str = ""
    hypotheses: tuple[dict[str, str], ...] | None = None
    mistake: int | None = None

    @property
    def shown(self) -> tuple[str, ...] | None:
        """The statement with its hypotheses: two claims that show the same must not contradict each other.

        None when the output is older than hypotheses in records.
        """
        if self.hypotheses is None:
            return None
        return (self.statement, *sorted(hypothesis["statement"] for hypothesis in self.hypotheses))


class ClaimRenderer:
    """The plugin that myst-nb calls for each stored output (entry point group `myst_nb.mime_renderers`)."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [("*", MIME, 1)]

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """Return the frame of a claim, or None for any other output."""
        if data.mime_type != MIME or inline:
            return None
        claim = data.content if isinstance(data.content, dict) else json.loads(str(data.content))
        place = Place(renderer, data)
        frame = frames.Frame(place.env, claim, place.location, place.anchor)
        return [frame.build()]


class Place:
    """Where a claim stands: it gives anchors and keeps the record."""

    def __init__(self, renderer: NbElementRenderer, data: MimeData) -> None:
        self.markdown = renderer.renderer
        self.env: BuildEnvironment = self.markdown.sphinx_env
        self.line = data.line or 0
        self.location = (self.env.docname, self.line)
        self.folded = bool(FOLDED & set(data.cell_metadata.get("tags", [])))

    def anchor(self, claim: dict[str, Any], frame: str | None = None) -> str:
        """Record a claim and return its anchor: its label, its frame's, or a name made of the statement alone."""
        if claim["kind"] not in KINDS:
            raise ValueError(
                f"{self.env.docname}: a claim has the unknown kind {claim['kind']!r}: one of {sorted(KINDS)}"
            )
        taken = keep(self.env, "dlmath_anchors")
        label = claim.get("label")
        if label:
            if label in taken:
                logger.warning("the label %r is used twice on this page", label, location=self.location, type="dlmath")
            anchor = label
        elif frame:
            anchor = frame
        else:
            digest = hashlib.sha1(f"{claim['kind']} {claim['statement']}".encode()).hexdigest()
            anchor = base = f"claim-{digest[:8]}"
            count = 1
            while anchor in taken:
                count += 1
                anchor = f"{base}-{count}"
        taken.append(anchor)
        # Known to the `[…](page.ipynb#label)` links of Markdown.
        self.markdown._heading_slugs[anchor] = (self.line, anchor, claim["statement"])
        if claim["kind"] != "family" and not self.folded:
            keep(self.env, "dlmath_claims").append(_record(self.env.docname, anchor, claim))
        return anchor


def _record(docname: str, anchor: str, claim: dict[str, Any]) -> Record:
    return Record(
        docname=docname,
        anchor=anchor,
        kind=claim["kind"],
        statement=claim["statement"],
        latex=frames.formula({"latex": frames.whole(claim)}),
        name=claim.get("name") or "",
        method=claim.get("method") or KINDS[claim["kind"]][1].lower(),
        points=str(claim.get("points") or ""),
        error=str(claim.get("error") or ""),
        label=claim.get("label") or "",
        of=tuple(claim.get("of") or ()),
        functions=tuple(claim.get("functions") or ()),
        outside=claim.get("outside") or "",
        hypotheses=tuple(claim["hypotheses"]) if "hypotheses" in claim else None,
        mistake=claim.get("mistake"),
    )


def records(env: BuildEnvironment) -> dict[str, list[Record]]:
    """Return the claims recorded so far, by page."""
    return kept(env, "dlmath_claims")


def setup(app: Sphinx) -> None:
    """Register the nodes."""
    frames.setup(app)
