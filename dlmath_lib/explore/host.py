"""The HTML of an explorer: a picture, a sentence, and the spec that the page's script brings to life."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from typing import Any

__all__ = ["compact", "figure_html"]

_FALLBACK = "A picture of the starting state. Run this notebook, or read the built book, to move it."


def compact(spec: Mapping[str, Any]) -> str:
    """The spec as JSON without spaces; not one ``<`` in it, so that it cannot end its script element."""
    return json.dumps(spec, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def figure_html(spec: Mapping[str, Any], png: bytes, width: int, height: int) -> str:
    """The figure that the front end hydrates."""
    image = base64.b64encode(png).decode()
    title, alt = html.escape(spec["title"]), html.escape(spec["alt"])
    return (
        f'<figure class="explorer" id="explorer-{spec["name"]}">'
        f'<figcaption class="explorer-title">{title}</figcaption>\n'
        f'<div class="explorer-static"><img alt="{alt}" src="data:image/png;base64,{image}" '
        f'width="{width}" height="{height}"></div>\n'
        f'<p class="explorer-fallback">{_FALLBACK}</p>\n'
        f'<script type="application/json" class="explorer-spec">{compact(spec)}</script></figure>'
    )
