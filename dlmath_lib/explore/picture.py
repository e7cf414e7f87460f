"""The picture of an explorer's starting state: what a page shows before, or without, JavaScript.

It is drawn from the same ``numbers`` that the tests compare with the front end's, on white, at 1.5 image pixels per
CSS pixel, and reduced to a small palette: about 10 kB.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, LogNorm, Normalize
from matplotlib.figure import Figure
from PIL import Image

from dlmath_lib.explore.marks import Bars, Field, Mark, MatrixCells, NetworkGraph, Scatter, Trajectory
from dlmath_lib.explore.model import Model
from dlmath_lib.explore.panel import Panel
from dlmath_lib.plotting import COLOR_CYCLE, COLORS

__all__ = ["draw"]

_CSS_WIDTH = 640
_SCALE = 1.5
_DPI = 96 * _SCALE
_PALETTE_SIZE = 64
_STYLE: Any = {
    "font.size": 8.5, "axes.grid": True, "grid.alpha": 0.35, "axes.spines.top": False, "axes.spines.right": False,
    "lines.linewidth": 1.6, "axes.titlesize": 9, "axes.titlelocation": "left", "legend.fontsize": 7.5,
    "legend.frameon": False, "axes.axisbelow": True, "figure.facecolor": "white",
}  # fmt: skip
# As in the front end, light.
_RAMPS: dict[str, Any] = {
    "sequential": colormaps["Blues"],
    "diverging": LinearSegmentedColormap.from_list("", ["#8a3d00", "#dc8a3e", "#f5f3ee", "#5aa5d8", "#0a4f87"]),
}
_Numbers = Mapping[str, Any]


def draw(model: Model, values: Mapping[str, float], live: Mapping[str, Any]) -> tuple[bytes, int, int]:
    """The picture as PNG, its width and its height in CSS pixels."""
    numbers = model.numbers(values, live)
    columns = min(2, len(model.panels))
    rows = math.ceil(len(model.panels) / columns)
    height = (340 if columns == 1 else 290) * rows + 26
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        figure = Figure(figsize=(_CSS_WIDTH / 96, height / 96), dpi=_DPI, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for ax in axes[len(model.panels) :]:
            ax.set_axis_off()
        for ax, panel, of_marks in zip(axes, model.panels, numbers["panels"], strict=False):
            for mark, n in zip(panel.marks, of_marks, strict=True):
                if isinstance(mark, Scatter) and mark.classes:
                    n["classes"] = mark.classes.at(values, live)
            _panel(ax, panel, of_marks)
        everything = model.complete(values)
        caption = "    ".join(r.text(everything) for r in model.readouts)
        if caption:
            figure.supxlabel(caption if len(caption) <= 110 else f"{caption[:109]}…", fontsize=8, parse_math=False)
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    everything_seen = Image.fromarray(np.ascontiguousarray(pixels))
    # Maximum coverage keeps the hue of thin lines, which the median cut loses.
    method = Image.Quantize.MAXCOVERAGE
    image = everything_seen.quantize(_PALETTE_SIZE, method=method, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue(), _CSS_WIDTH, height


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
        if any(isinstance(mark, Field) for mark in panel.marks):
            ax.grid(visible=False)
    for mark, role, numbers in zip(panel.marks, panel.colors(), of_marks, strict=True):
        color = COLORS[role or "gray"][0]
        _DRAW[mark.type](ax, mark, numbers, color, frame)
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


def _line(ax: Any, mark: Any, n: _Numbers, color: str, frame: Any) -> None:
    ax.plot(_drawable(n["x"]), _drawable(n["y"]), color=color, label=mark.label,
            linestyle="--" if mark.dash else "-", linewidth=0.8 * getattr(mark, "width", 2))  # fmt: skip


def _area(ax: Any, mark: Mark, n: _Numbers, color: str, frame: Any) -> None:
    lower, upper = _drawable(n["lower"]), _drawable(n["upper"])
    ax.fill_between(n["x"], lower, upper, color=color, alpha=0.25, linewidth=0, label=mark.label)


def _point(ax: Any, mark: Any, n: _Numbers, color: str, frame: Any) -> None:
    ax.plot([n["x"]], [n["y"]], "o", color=color, markersize=mark.radius * 1.1, label=mark.label, zorder=4)


def _segment(ax: Any, mark: Any, n: _Numbers, color: str, frame: Any) -> None:
    x0, y0, x1, y1 = n["points"]
    ax.plot([x0, x1], [y0, y1], color=color, linestyle="--" if mark.dash else "-", label=mark.label)


def _arrow(ax: Any, mark: Any, n: _Numbers, color: str, frame: Any) -> None:
    x0, y0, x1, y1 = n["points"]
    if np.isfinite([x0, y0, x1, y1]).all():
        style = {"arrowstyle": "-|>", "color": color, "shrinkA": 0, "shrinkB": 0, "linewidth": 1.6}
        ax.annotate("", (x1, y1), (x0, y0), arrowprops=style, zorder=3)
    if mark.label:
        ax.plot([], [], color=color, label=mark.label)


def _label(ax: Any, mark: Any, n: _Numbers, color: str, frame: Any) -> None:
    if math.isfinite(n["x"]) and math.isfinite(n["y"]):
        ax.text(n["x"], n["y"], mark.text, color=color, ha="center", va="bottom", parse_math=False, clip_on=True)


def _field(ax: Any, mark: Mark, n: _Numbers, color: str, frame: Any) -> None:
    assert isinstance(mark, Field)
    x, y = mark.nodes(frame)
    z = np.ma.masked_invalid(np.reshape(n["z"], (y.size, x.size)))
    if mark.scale == "log":
        z = np.ma.masked_less_equal(z, 0)
    if z.count() == 0:
        return
    low, high = float(z.min()), float(z.max())
    if isinstance(mark.levels, list):
        levels = np.array(mark.levels)
    elif mark.scale == "log":
        levels = np.geomspace(low, high, mark.levels + 2)
    else:
        levels = np.linspace(low, high, mark.levels + 2)
    levels = np.unique(levels)
    norm: Any = LogNorm(low, high) if mark.scale == "log" else Normalize(low, high)
    if mark.palette == "diverging" and mark.scale == "linear":
        size = max(abs(low), abs(high)) or 1.0
        norm = Normalize(-size, size)
    cmap = _RAMPS[mark.palette]
    if levels.size > 1:
        filled = ax.contourf(x, y, z, levels=levels, norm=norm, cmap=cmap, extend="both", alpha=0.8)
        ax.contour(x, y, z, levels=levels, colors="#00000055", linewidths=0.5)
        if mark.bar:
            ax.figure.colorbar(filled, ax=ax, shrink=0.9, format="%.3g")


def _trajectory(ax: Any, mark: Mark, n: _Numbers, color: str, frame: Any) -> None:
    assert isinstance(mark, Trajectory)
    x, y = _drawable(n["x"]), _drawable(n["y"])
    ax.plot(x, y, color=color, label=mark.label, linestyle="-" if mark.line or mark.arrows else "",
            marker="o" if mark.dots else None, markersize=3, linewidth=1.2)  # fmt: skip


def _gridmap(ax: Any, mark: Any, n: _Numbers, color: str, frame: Any) -> None:
    lines = np.stack([_drawable(n["x"]), _drawable(n["y"])], axis=-1).reshape(2 * mark.lines, mark.samples, 2)
    ax.add_collection(LineCollection(list(lines), colors=color, linewidths=0.8, label=mark.label))


def _bars(ax: Any, mark: Mark, n: _Numbers, color: str, frame: Any) -> None:
    assert isinstance(mark, Bars)
    places = np.arange(len(mark.labels))
    ax.bar(places, _drawable(n["values"]), color=color, width=0.7, label=mark.label)
    ax.set_xticks(places, mark.labels, parse_math=False)


def _cells(ax: Any, mark: Mark, n: _Numbers, color: str, frame: Any) -> None:
    assert isinstance(mark, MatrixCells)
    z = np.reshape(n["values"], mark.shape)
    finite = z[np.isfinite(z)]
    low, high = mark.limits or ((float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0))
    if mark.palette == "diverging":
        high = max(abs(low), abs(high)) or 1.0
        low = -high
    cmap = _RAMPS[mark.palette]
    ax.imshow(np.ma.masked_invalid(z), cmap=cmap, vmin=low, vmax=high, aspect="equal", alpha=0.75)
    if z.size <= 150:
        for (i, j), value in np.ndenumerate(z):
            place = (value - low) / ((high - low) or 1.0)
            dark = place > 0.75 or (mark.palette == "diverging" and place < 0.25)
            ax.text(j, i, f"{value:.{mark.digits}f}".replace("-", "−"), ha="center", va="center", fontsize=8,
                    color="white" if dark else "black")  # fmt: skip
    for i, name in enumerate(mark.rows or ()):
        ax.text(-0.65, i, name, ha="right", va="center", parse_math=False)
    for j, name in enumerate(mark.cols or ()):
        ax.text(j, -0.65, name, ha="center", va="bottom", parse_math=False)


def _network(ax: Any, mark: Mark, n: _Numbers, color: str, frame: Any) -> None:
    assert isinstance(mark, NetworkGraph)
    columns = [[(i, (len(layer) - 1) / 2 - j) for j in range(len(layer))] for i, layer in enumerate(mark.layers)]
    weights = iter(n["weights"])
    for inputs, outputs in pairwise(columns):
        for end in outputs:
            for start in inputs:
                weight = next(weights)
                tone = COLORS["orange" if weight < 0 else "blue"][0]
                width = 0.5 + min(3.0, 1.2 * abs(weight)) if math.isfinite(weight) else 0.5
                ax.plot(*zip(start, end, strict=True), color=tone, linewidth=width, alpha=0.6, zorder=1)
    values, notes = iter(n["values"]), iter(n["notes"] if n["notes"] is not None else ())
    for column, names in zip(columns, mark.layers, strict=True):
        for (x, y), name in zip(column, names, strict=True):
            ax.plot([x], [y], "o", markersize=26, color="white", markeredgecolor=COLORS["gray"][0], zorder=2)
            text = f"{name}\n{next(values):.{mark.digits}f}".replace("-", "−")
            ax.text(x, y, text, ha="center", va="center", fontsize=7, parse_math=False, zorder=3)
            if mark.notes:
                note = f"{mark.notes_label} = {next(notes):.{mark.digits}f}".replace("-", "−")
                ax.text(x, y - 0.42, note, ha="center", fontsize=7, color=COLORS["purple"][0])
    tallest = max(map(len, columns))
    ax.set_xlim(-0.5, len(columns) - 0.5)
    ax.set_ylim(-tallest / 2 - 0.2, tallest / 2 + 0.2)


def _scatter(ax: Any, mark: Mark, n: _Numbers, color: str, frame: Any) -> None:
    assert isinstance(mark, Scatter)
    colors: Any = color
    if mark.classes:
        roles = [COLOR_CYCLE[int(c) % len(COLOR_CYCLE)] if math.isfinite(c) else "gray" for c in n["classes"]]
        colors = [COLORS[role][0] for role in roles]
    ax.scatter(n["x"], n["y"], c=colors, s=14, label=mark.label, linewidths=0)


def _drawable(numbers: Any) -> np.ndarray:
    """Without what would make the renderer overflow."""
    array = np.asarray(numbers, dtype=float)
    return np.where(np.isfinite(array) & (np.abs(array) < 1e15), array, np.nan)


_DRAW: dict[str, Callable[..., None]] = {
    "curve": _line, "parametric": _line, "polyline": _line, "area": _area, "point": _point, "segment": _segment,
    "arrow": _arrow, "label": _label, "field": _field, "trajectory": _trajectory, "gridmap": _gridmap, "bars": _bars,
    "cells": _cells, "network": _network, "scatter": _scatter,
}  # fmt: skip
