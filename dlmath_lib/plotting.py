"""One matplotlib style for the whole book, and figures that suit light and dark pages.

A figure is stored as an image whose source is its SVG, which every host shows: one that does not trust a notebook
strips ``<svg>`` out of its outputs and leaves a row of labels. The built book puts the same SVG into the page
(:func:`inline`), where it follows the theme: black is ``currentColor`` and each colour of the palette a CSS variable.
Numbers are rounded to 0.01 px and ids are counted, so that a stored figure can be compared with a new one, number by
number.
"""

from __future__ import annotations

import html
import io
import re
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from dlmath_lib._needs import need

need("dlmath_lib.plotting", "matplotlib")

from cycler import cycler

# matplotlib takes a second to import: those who draw do it, the book's build (which needs `inline` alone) does not.
if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["COLORS", "COLOR_CYCLE", "figure", "inline", "show"]

# (on a light page, on a dark page): told apart by colour-blind readers, at least 3:1 against their page.
COLORS: dict[str, tuple[str, str]] = {
    "blue": ("#0b6db0", "#5db8f2"),
    "orange": ("#b85c00", "#f0a03c"),
    "green": ("#00805f", "#3cc79c"),
    "red": ("#c2334d", "#ff8095"),
    "purple": ("#8a4f9e", "#d69be8"),
    "brown": ("#7a5a3a", "#cfa983"),
    "gray": ("#686d73", "#a3a9b0"),
}
COLOR_CYCLE: tuple[str, ...] = tuple(COLORS)

_STYLE: Any = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.linewidth": 0.8,
    "axes.prop_cycle": cycler(color=[light for light, _ in COLORS.values()]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.unicode_minus": True,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "font.size": 10,
    "grid.alpha": 0.18,
    "grid.color": "#000000",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "savefig.transparent": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "dlmath",
}


def figure(
    width: float = 6.4, height: float = 3.6, *, nrows: int = 1, ncols: int = 1, **options: Any
) -> tuple[Any, Any]:
    """A figure in the book's style, and its axes.

    Parameters
    ----------
    width, height : float
        Size in inches; one inch is 96 px on the page.
    nrows, ncols : int
        Grid of axes, as in :func:`matplotlib.pyplot.subplots`; one cell gives bare axes, more an array of axes.
    **options
        Passed to :meth:`matplotlib.figure.Figure.subplots` (``sharex``, ``sharey``, ``subplot_kw``, …).

    Returns
    -------
    figure, axes
        The figure is not registered with pyplot: nothing shows it but :func:`show`.

    Raises
    ------
    TypeError, ValueError
        By matplotlib, if a size or an option is not such.

    Examples
    --------
    >>> fig, ax = figure(3.0, 2.0)
    >>> [round(float(side), 1) for side in fig.get_size_inches()]
    [3.0, 2.0]
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # Not a context: legends and labels that the caller adds later take the style as well.
    mpl.rcParams.update(_STYLE)
    fig = Figure(figsize=(width, height), layout="constrained")
    return fig, fig.subplots(nrows, ncols, **options)


class _Picture:
    """What :func:`show` returns: it displays as a figure with its alternative text."""

    def __init__(self, svg: str, alt: str) -> None:
        self.svg, self.alt = svg, alt

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"

    def _repr_html_(self) -> str:
        # Apostrophes delimit the SVG's attributes, so that the source of the image stays legible.
        svg = self.svg.replace("'", "&apos;").replace('"', "'")
        source = re.sub(r"[%#&]", lambda found: f"%{ord(found.group()):02X}", svg)
        alt = html.escape(self.alt)
        return f'<figure class="plot"><img class="plot-drawing" alt="{alt}" src="{_SOURCE}{source}"></figure>'


_SOURCE = "data:image/svg+xml;charset=utf-8,"
_DIGITS = re.compile(r"-?\d+\.\d{3,}")
_STORED = re.compile(
    rf'<figure class="plot"><img class="plot-drawing" alt="([^"]*)" src="{re.escape(_SOURCE)}([^"]*)"></figure>'
)
# As an image the figure knows no page: it brings both its themes. A page that holds it inline has them already.
_THEMES = (
    "<style>svg{color:#1f2630;background:#fff;font-family:system-ui,sans-serif}"
    "@media (prefers-color-scheme:dark){svg{color:#dde2e9;background:#14181e;"
    + ";".join(f"--explorer-{name}:{dark}" for name, (_, dark) in COLORS.items())
    + "}}</style>"
)


def inline(page: str, prefix: str = "plot") -> str:
    """The HTML of a page with the SVG of each stored figure in it, instead of an image.

    Parameters
    ----------
    page : str
        HTML in which figures stand as :func:`show` stored them; the rest is left alone.
    prefix : str
        What the ids begin with; they are counted figure by figure, so that no two of a page are the same.

    Returns
    -------
    str
        The page; without figures of ours it is the same.

    Raises
    ------
    TypeError
        If page is not text.

    Examples
    --------
    >>> inline("<p>no figure</p>")
    '<p>no figure</p>'
    """
    number = count(1)

    def replace(found: re.Match[str]) -> str:
        svg = unquote(found[2]).replace(_THEMES, "")
        svg = re.sub(r"(id='|url\(#|href='#)(?=[\w-]+)", rf"\1{prefix}{next(number)}-", svg)
        return f'<figure class="plot" role="img" aria-label="{found[1]}">{svg}</figure>'

    return _STORED.sub(replace, page)


def show(fig: Figure, *, alt: str) -> _Picture:
    """Show a figure of :func:`figure` with its alternative text; to be the last expression of a cell.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    alt : str
        What a reader sees in the figure, in words: at least 20 characters.

    Returns
    -------
    object
        Displays as the figure; ``repr`` has the alternative text.

    Raises
    ------
    TypeError
        If ``fig`` is not a figure.
    ValueError
        If ``alt`` says too little to stand for the figure.

    Examples
    --------
    >>> fig, ax = figure()
    >>> line = ax.plot([0, 1], [0, 1])
    >>> show(fig, alt="a line that rises from the origin to the right")
    Figure: a line that rises from the origin to the right
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    if not isinstance(fig, Figure):
        raise TypeError(
            f"show: fig must be a matplotlib figure, got {type(fig).__name__}: pass the first value of figure()"
        )
    if not isinstance(alt, str) or len(alt.strip()) < 20:
        raise ValueError(f"show: alt must be a description of at least 20 characters, got {alt!r}: say what one sees")
    buffer = io.StringIO()
    with mpl.rc_context(_STYLE):  # the salt and the font type are read now
        fig.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _Picture(_follow_the_theme(buffer.getvalue()), " ".join(alt.split()))


def _follow_the_theme(svg: str) -> str:
    """Keep the drawing of matplotlib's SVG, in the page's colours and font, with stable numbers and ids."""
    width, height = (float(n) * 4 / 3 for n in re.findall(r'(?:width|height)="([\d.]+)pt"', svg)[:2])
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' (?:width|height)="[\d.]+pt"', "", svg, count=2)
    # The defaults of strokes stood in the style sheet that went.
    style = f"width: {width:.0f}px; max-width: 100%; height: auto"
    size = f'width="{width:.0f}" height="{height:.0f}"'
    root = f'class="plot-drawing" aria-hidden="true" {size} fill="currentColor" stroke-linejoin="round" style="{style}"'
    svg = svg.replace("<svg ", f"<svg {root} ", 1).replace(">", f">{_THEMES}", 1)
    # Places are rounded, what a reader reads is not: the numbers inside the tags alone.
    svg = re.sub(r"<[^>]*>", lambda tag: _DIGITS.sub(lambda n: f"{round(float(n.group()), 2) + 0:g}", tag.group()), svg)
    svg = re.sub(r" ?font-family: [^;\"]+;?", "", svg)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]+", r"font-size: \1", svg)
    for name, (light, _) in COLORS.items():
        svg = svg.replace(light, f"var(--explorer-{name}, {light})")
    svg = svg.replace("#000000", "currentColor")
    # Only what is referred to keeps its id. matplotlib makes ids out of unrounded numbers, which differ by processor.
    used = dict.fromkeys(re.findall(r'(?:url\(#|href="#)([\w.-]+)', svg))
    names = {old: f"i{n}" for n, old in enumerate(used, start=1)}
    svg = re.sub(r' id="([\w.-]+)"', lambda found: f' id="{names[found[1]]}"' if found[1] in names else "", svg)
    svg = re.sub(r'(url\(#|href="#)([\w.-]+)', lambda found: found[1] + names[found[2]], svg)
    svg = re.sub(r"<[^>]*>", lambda tag: re.sub(r"(?<![\w.])-0(?![\w.])", "0", tag.group()), svg)
    return re.sub(r"\s+", " ", svg).replace("> <", "><").replace(' "', '"').strip()
