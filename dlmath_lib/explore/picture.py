"""The picture of an explorer's starting state: what a page shows before, or without, JavaScript.

It is drawn from the same ``numbers`` that the tests compare with the front end's, on white, at 1.5 image pixels per
CSS pixel, and reduced to a small palette: about 10 kB.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from dlmath_lib.explore.model import Model
from dlmath_lib.explore.panel import Panel
from dlmath_lib.plotting import COLORS

__all__ = ["draw", "sketch"]

_CSS_WIDTH = 640
_SCALE = 1.5
_DPI = 96 * _SCALE
_PALETTE_SIZE = 64
_STYLE: Any = {
    "font.size": 8.5, "axes.grid": True, "grid.alpha": 0.35, "axes.spines.top": False, "axes.spines.right": False,
    "lines.linewidth": 1.6, "axes.titlesize": 9, "axes.titlelocation": "left", "legend.fontsize": 7.5,
    "legend.frameon": False, "axes.axisbelow": True, "figure.facecolor": "white",
}  # fmt: skip
_Numbers = Mapping[str, Any]


def draw(model: Model, values: Mapping[str, float], live: Mapping[str, Any]) -> tuple[bytes, int, int]:
    """The picture as PNG, its width and its height in CSS pixels."""
    with mpl.rc_context(), warnings.catch_warnings():
        # A letter that the font lacks, such as an emoji, is a box in the picture; that is no trouble of the reader's.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        warnings.filterwarnings("ignore", message="constrained_layout not applied")  # names longer than the picture
        canvas = FigureCanvasAgg(sketch(model, values, live))
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    everything_seen = Image.fromarray(np.ascontiguousarray(pixels))
    # Maximum coverage keeps the hue of thin lines, which the median cut loses.
    method = Image.Quantize.MAXCOVERAGE
    image = everything_seen.quantize(_PALETTE_SIZE, method=method, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue(), _CSS_WIDTH, round(pixels.shape[0] / _SCALE)


def sketch(model: Model, values: Mapping[str, float], live: Mapping[str, Any]) -> Figure:
    """The picture as a figure of matplotlib, under whose parameters the caller draws it."""
    numbers = model.numbers(values, live)
    columns = min(2, len(model.panels))
    rows = math.ceil(len(model.panels) / columns)
    height = (340 if columns == 1 else 290) * rows + 26
    mpl.rcdefaults()
    mpl.rcParams.update(_STYLE)
    figure = Figure(figsize=(_CSS_WIDTH / 96, height / 96), dpi=_DPI, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[len(model.panels) :]:
        ax.set_axis_off()
    for ax, panel, of_marks in zip(axes, model.panels, numbers["panels"], strict=False):
        _panel(ax, panel, of_marks)
    everything = model.complete(values)
    caption = "    ".join(r.text(everything) for r in model.readouts)
    if caption:
        figure.supxlabel(caption if len(caption) <= 110 else f"{caption[:109]}…", fontsize=8, parse_math=False)
    return figure


def _panel(ax: Any, panel: Panel, of_marks: list[_Numbers]) -> None:
    frame = panel.frame
    if panel.title:
        ax.set_title(panel.title, parse_math=False)
    if panel.alone:
        ax.set_axis_off()
    else:
        ax.set_xscale("log" if frame.x.log else "linear")
        ax.set_yscale("log" if frame.y.log else "linear")
        ax.set_xlabel(panel.xlabel, parse_math=False)
        ax.set_ylabel(panel.ylabel, parse_math=False)
        if any(mark.covers for mark in panel.marks):
            ax.grid(visible=False)
    for mark, role, numbers in zip(panel.marks, panel.colors(), of_marks, strict=True):
        mark.draw(ax, numbers, COLORS[role or "gray"][0], frame)
    if panel.alone:
        return
    ax.set_xlim(frame.x.low, frame.x.high)
    ax.set_ylim(frame.y.low, frame.y.high)
    if panel.equal:
        ax.set_aspect("equal")
    handles, labels = ax.get_legend_handles_labels()
    if handles:
        legend = ax.legend(handles, labels, loc="best")
        for text in legend.get_texts():
            text.set_parse_math(False)
