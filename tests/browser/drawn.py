"""What an explorer draws, read back from the page: positions through the ticks, texts, colours by role.

``check(figure, spec, numbers)`` holds the drawing of each mark, the axes, the legend, the controls and the readouts
against the numbers that they stand for. It knows the spec and the page's ticks, and nothing of the front end's scales.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import numpy as np

from dlmath_lib.plotting import COLORS

Element = dict[str, Any]
TOLERANCE = 0.75  # px
READ = """figure => {
  const { explorer } = figure;
  const numbers = explorer.numbers(); // first: it draws what waits for the next frame
  const number = (text) => (text === null ? null : Number(text));
  const place = /translate\\(([-\\d.e]+)[, ]*([-\\d.e]*)\\)/;
  const shift = (node) => (place.exec(node.getAttribute('transform') ?? '') ?? [0, 0, 0]).slice(1).map(Number);
  const parts = 'path, line, circle, text, rect, g.explorer-point';
  const texts = (nodes) => [...nodes].map((node) => node.textContent);
  const element = (node) => {
    const style = getComputedStyle(node);
    const found = {tag: node.tagName, kind: node.getAttribute('class') ?? '', text: node.textContent, at: shift(node),
      parent: shift(node.parentNode), stroke: style.stroke, fill: style.fill, thick: parseFloat(style.strokeWidth),
      shown: style.display !== 'none', sign: node.getAttribute('data-sign'), d: node.getAttribute('d'),
      anchor: node.getAttribute('text-anchor')};
    for (const name of ['x', 'y', 'x1', 'y1', 'x2', 'y2', 'cx', 'cy', 'r', 'width', 'height'])
      found[name] = number(node.getAttribute(name));
    return found;
  };
  const ticks = (root, way) => [...root.querySelectorAll(`:scope > g > g > g.explorer-axis.is-${way} > .tick`)]
    .map((tick) => ({at: shift(tick)[way === 'x' ? 0 : 1], text: tick.textContent}));
  const panels = [...figure.querySelectorAll('.explorer-panel')].map((panel) => {
    const svg = panel.querySelector('svg.explorer-picture');
    const origin = svg.querySelector(':scope > g');
    const clip = svg.querySelector('clipPath rect');
    const names = [...origin.querySelectorAll(':scope > g > .explorer-axis-name')];
    const marks = {};
    for (const group of panel.querySelectorAll('[data-mark]'))
      (marks[group.dataset.mark] ??= []).push(...[...group.querySelectorAll(parts)].map(element));
    const canvas = panel.querySelector('canvas');
    return {
      title: panel.querySelector('.explorer-panel-title')?.textContent ?? null,
      width: number(clip.getAttribute('width')) - 4, height: number(clip.getAttribute('height')) - 4,
      x: ticks(svg, 'x'), y: ticks(svg, 'y'), marks,
      categories: [...origin.querySelectorAll(':scope > g > g.is-x > text')]
        .map((t) => ({at: shift(t)[0], text: t.textContent})),
      xName: names.find((n) => n.getAttribute('text-anchor') === 'end')?.textContent ?? '',
      yName: names.find((n) => n.getAttribute('text-anchor') === 'start')?.textContent ?? '',
      legend: [...panel.querySelectorAll('.explorer-legend li')].map((li) => ({text: li.textContent,
        color: getComputedStyle(li.firstChild).borderTopColor, dashed: li.firstChild.classList.contains('is-dashed')})),
      canvas: canvas ? {width: canvas.width, height: canvas.height} : null,
    };
  });
  return {
    numbers, values: explorer.values,
    title: figure.querySelector('.explorer-title').firstChild.textContent, panels,
    readouts: [...figure.querySelectorAll('.explorer-readout')].map((row) => ({
      name: row.querySelector('dt').textContent, value: row.querySelector('dd').textContent,
      color: getComputedStyle(row.querySelector('dd')).color})),
    messages: [...figure.querySelectorAll('.explorer-message')].map((p) =>
      texts([...p.querySelectorAll('span')].filter((s) => getComputedStyle(s).visibility === 'visible'))),
    controls: [...figure.querySelectorAll('.explorer-control')].map((node) => ({
      label: node.querySelector('label, legend').textContent,
      output: node.querySelector('output')?.textContent ?? null,
      options: texts(node.querySelectorAll('option, .explorer-segments span')),
      chosen: node.querySelector('select')?.selectedIndex
        ?? [...node.querySelectorAll('[type=radio]')].findIndex((r) => r.checked),
      resting: node.classList.contains('is-resting'), disabled: Boolean(node.querySelector(':disabled')),
      note: node.querySelector('.explorer-rest')?.textContent ?? ''})),
  };
}"""
PIXELS = """(figure, [k, places]) => {
  const canvas = figure.querySelectorAll('.explorer-panel')[k].querySelector('canvas');
  const context = canvas.getContext('2d');
  const pixel = ([x, y]) => context.getImageData(Math.round(x * canvas.width), Math.round(y * canvas.height), 1, 1);
  return places.map((place) => [...pixel(place).data]);
}"""
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def value_of(text: str) -> float:
    """The number that a tick shows: −0.5, 10⁻³, 2·10⁵."""
    found = re.fullmatch(r"(−?[\d.,]*)(?:·?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", text)
    assert found, f"no number: {text!r}"
    mantissa = found[1].replace("−", "-").replace(",", "") or "1"
    return float(mantissa) * 10.0 ** int((found[2] or "⁰").translate(_SUPERSCRIPTS))


def missing(value: float | None) -> bool:
    """Whether a number is not there: NaN, which JSON writes as null."""
    return value is None or math.isnan(value)


def shown(value: float, form: str) -> str:
    """A number as the front end should write it, by ".3f", ".2e", ".3g" or "%.1"."""
    if value is None or math.isnan(value):
        return "undefined"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if "%" in form:
        return f"{_fixed(100 * value, int(form[-1]))} %"
    if form.endswith("f"):
        return _fixed(value, int(form[1:-1]))
    digits = int(form[1:-1])
    rounded = float(f"{value:.{digits}e}") if form.endswith("e") else float(f"{value:.{max(1, digits)}g}")
    if form.endswith("g") and (rounded == 0 or 1e-4 <= abs(rounded) < 1e6):
        return _signed(f"{rounded:.15g}") if "e" not in f"{rounded:.15g}" else _signed(f"{rounded:.12f}".rstrip("0"))
    mantissa, exponent = (f"{rounded:.{digits}e}" if form.endswith("e") else f"{rounded:.{max(1, digits) - 1}e}").split(
        "e"
    )
    if form.endswith("g") and "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{_signed(mantissa)}·10{str(int(exponent)).translate(_RAISED)}"


def _fixed(value: float, digits: int) -> str:
    """As JavaScript's toFixed: halves go away from 0, Python's go to the even digit."""
    return _signed(f"{Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}")


def _signed(text: str) -> str:
    return re.sub(r"^-(?=0(\.0*)?$)", "", text).replace("-", "−")


class Panel:
    """One panel's drawing, with the scales that its ticks show."""

    def __init__(self, spec: dict[str, Any], drawn: dict[str, Any], theme: int) -> None:
        self.spec, self.drawn, self.theme = spec, drawn, theme
        self.width, self.height = drawn["width"], drawn["height"]

    def elements(self, k: int, kind: str) -> list[Element]:
        """The parts of mark k whose class begins with ``kind``."""
        return [e for e in self.drawn["marks"].get(str(k), []) if e["kind"].split(" ")[0] == kind]

    def color(self, role: str | None) -> str:
        code = COLORS[role or "blue"][self.theme]
        return f"rgb({', '.join(str(int(code[i : i + 2], 16)) for i in (1, 3, 5))})"

    def scale(self, way: str) -> Callable[[Any], np.ndarray]:
        """Pixels of numbers, by the ticks; the ends of the axis lie at the edges of the plot."""
        axis = self.spec[way]
        bend = np.log10 if axis["scale"] == "log" else np.asarray
        edges = (0, self.width) if way == "x" else (self.height, 0)
        low, high = bend(float(axis["min"])), bend(float(axis["max"]))
        slope = (edges[1] - edges[0]) / (high - low)
        for tick in self.drawn[way]:
            expected = edges[0] + slope * (bend(value_of(tick["text"])) - low)
            assert abs(tick["at"] - expected) < TOLERANCE, f"{way} tick {tick['text']} at {tick['at']}, not {expected}"
        if not self.drawn["categories"] or way == "y":
            assert len(self.drawn[way]) >= 2, f"the {way} axis has {len(self.drawn[way])} ticks"

        def pixels(numbers: Any) -> np.ndarray:
            with np.errstate(all="ignore"):
                found = edges[0] + slope * (bend(np.asarray(numbers, dtype=float)) - low)
            # What a log axis cannot show is not drawn; what lies far outside comes nearer.
            hidden = np.isnan(found) | (np.isinf(found) & (bend is np.log10))
            return np.where(hidden, math.nan, np.clip(found, -1e5, 1e5))

        return pixels

    def places(self, x: Any, y: Any) -> np.ndarray:
        """The finite ones of some places, in pixels."""
        found = np.column_stack([np.atleast_1d(self.scale("x")(x)), np.atleast_1d(self.scale("y")(y))])
        given = np.column_stack([np.atleast_1d(np.asarray(v, dtype=float)) for v in (x, y)])
        return found[np.isfinite(found).all(axis=1) & ~np.isnan(given).any(axis=1)]


def vertices(path: str | None) -> np.ndarray:
    """The corners of a path of M and L."""
    return np.array(re.findall(r"[ML](-?[\d.e+-]+),(-?[\d.e+-]+)", path or ""), dtype=float).reshape(-1, 2)


def near(got: Any, wanted: Any, what: str, tolerance: float = TOLERANCE) -> None:
    got, wanted = np.asarray(got, dtype=float), np.asarray(wanted, dtype=float)
    assert got.shape == wanted.shape, f"{what}: {got.shape} places are drawn, {wanted.shape} are there"
    assert got.size == 0 or np.abs(got - wanted).max() <= tolerance, (
        f"{what}: off by {np.abs(got - wanted).max():.3g} px"
    )


def _line(panel: Panel, k: int, mark: dict[str, Any], n: dict[str, Any]) -> None:
    (line,) = panel.elements(k, "explorer-line")
    near(vertices(line["d"]), panel.places(n["x"], n["y"]), mark["type"])
    assert line["stroke"] == panel.color(mark["color"])
    assert ("is-dashed" in line["kind"]) == bool(mark.get("dash"))
    if mark.get("width"):
        assert line["thick"] == mark["width"]


def _area(panel: Panel, k: int, mark: dict[str, Any], n: dict[str, Any]) -> None:
    (area,) = panel.elements(k, "explorer-area")
    assert area["fill"] == panel.color(mark["color"])
    upper, lower = panel.places(n["x"], n["upper"]), panel.places(n["x"], n["lower"])
    if len(upper) == len(lower) == len(n["x"]):
        near(vertices(area["d"]), np.concatenate([upper, lower[::-1]]), "area")


def _point(panel: Panel, k: int, mark: dict[str, Any], n: dict[str, Any]) -> None:
    (point,) = panel.elements(k, "explorer-point")
    (dot,) = panel.elements(k, "explorer-dot")
    place = panel.places(n["x"], n["y"])
    inside = len(place) == 1 and bool(((place[0] >= -2) & (place[0] <= [panel.width + 2, panel.height + 2])).all())
    movable = bool(mark["drag"])
    assert point["shown"] == (inside or (movable and len(place) == 1)), "a point is shown where it lies in the plot"
    assert ("is-handle" in point["kind"]) == movable
    if point["shown"]:
        near(point["at"], np.clip(place[0], 0, [panel.width, panel.height]), "point")
    assert dot["fill"] == panel.color(mark["color"])
    if mark.get("radius"):
        assert dot["r"] == mark["radius"]


def _segment(panel: Panel, k: int, mark: dict[str, Any], n: dict[str, Any]) -> None:
    (line,) = panel.elements(k, "explorer-line")
    ends = panel.places(n["points"][::2], n["points"][1::2])
    if len(ends) < 2:
        assert not line["d"]
        return
    assert line["stroke"] == panel.color(mark["color"])
    drawn = vertices(line["d"])
    near(drawn[0], ends[0], "the start")
    if mark["type"] == "segment":
        near(drawn[1], ends[1], "the end")
        assert ("is-dashed" in line["kind"]) == bool(mark.get("dash"))
        return
    (tip,) = panel.elements(k, "explorer-tip")
    if np.hypot(*(ends[1] - ends[0])) > 1:
        corners = vertices(tip["d"])
        near(corners[0], ends[1], "the tip")
        back = corners[1:].mean(axis=0) - ends[1]
        assert back @ (ends[0] - ends[1]) > 0, "the head points the other way"


def _label(panel: Panel, k: int, mark: dict[str, Any], n: dict[str, Any]) -> None:
    (text,) = panel.elements(k, "explorer-label")
    assert text["text"] == mark["text"]
    assert text["fill"] == panel.color(mark["color"])
    if text["shown"]:
        (place,) = panel.places(n["x"], n["y"])
        assert abs(abs(text["x"] - place[0]) - 8) < TOLERANCE
        assert (text["x"] < place[0]) == (text["anchor"] == "end")
        assert abs(text["y"] - place[1]) < 20


def _trajectory(panel: Panel, k: int, mark: dict[str, Any], n: dict[str, Any]) -> None:
    places = panel.places(n["x"], n["y"])
    lines = panel.elements(k, "explorer-line")
    assert bool(lines) == mark["line"]
    if lines:
        near(vertices(lines[0]["d"]), places, "path")
        pieces = [vertices(line["d"]) for line in lines[1:]]
        assert max(len(piece) for piece in pieces) <= len(places)
        near(pieces[-1][-1:], places[-1:], "the path's last piece")
        assert {line["stroke"] for line in lines[1:]} == {panel.color(mark["color"])}
    dots = np.concatenate([vertices(d["d"]) for d in panel.elements(k, "explorer-dots")] or [np.zeros((0, 2))])
    if mark["dots"]:
        drawn = places[(np.abs(places) < 1e5).all(axis=1)]
        apart = np.abs(dots[:, None] - drawn[None]).max(axis=2)
        assert apart.min(axis=0).max() < TOLERANCE and apart.min(axis=1).max() < TOLERANCE, "a dot at each step"
    assert bool(panel.elements(k, "explorer-tip")) == mark["arrows"]
    for kind, place in (("explorer-start", places[0]), ("explorer-dot", places[-1])):
        (circle,) = panel.elements(k, kind)
        if circle["shown"]:
            near([circle["cx"], circle["cy"]], place, kind)


def _gridmap(panel: Panel, k: int, mark: dict[str, Any], n: dict[str, Any]) -> None:
    half = mark["lines"] * mark["samples"]
    for i, line in enumerate(panel.elements(k, "explorer-line")):
        part = slice(i * half, (i + 1) * half)
        near(vertices(line["d"]), panel.places(n["x"][part], n["y"][part]), ("u", "v")[i])
        assert line["stroke"] == panel.color(mark["color"])


def _bars(panel: Panel, k: int, mark: dict[str, Any], n: dict[str, Any]) -> None:
    bars, texts = panel.elements(k, "explorer-bar"), panel.elements(k, "explorer-value")
    assert [c["text"] for c in panel.drawn["categories"]] == mark["labels"]
    y = panel.scale("y")
    for bar, text, name, value in zip(bars, texts, panel.drawn["categories"], n["values"], strict=True):
        left, base, rise, width = map(float, re.fullmatch(r"M([^,]+),([^v]+)v([^h]+)h([^V]+)V.*z", bar["d"]).groups())  # type: ignore[union-attr]
        near(left + width / 2, name["at"], "a bar above its name")
        near(base, np.clip(y(0), 0, panel.height), "the foot of a bar")
        near(base + rise, np.clip(y(value), 0, panel.height), "the end of a bar")
        assert bar["fill"] == panel.color(mark["color"])
        assert abs(value_of(text["text"]) - value) <= 0.6 * 10.0 ** -len(text["text"].partition(".")[2])
        near(text["x"], name["at"], "a bar's number")


def _cells(panel: Panel, k: int, mark: dict[str, Any], n: dict[str, Any]) -> None:
    rows, columns = mark["shape"]
    cells = panel.elements(k, "explorer-cell")
    x, y = (np.reshape([cell[way] for cell in cells], (rows, columns)) for way in ("x", "y"))
    assert np.ptp(x, axis=0).max() < TOLERANCE and (columns == 1 or (np.diff(x, axis=1) > 1).all()), "columns run right"
    assert np.ptp(y, axis=1).max() < TOLERANCE and (rows == 1 or (np.diff(y, axis=0) > 1).all()), "rows run down"
    size = cells[0]["width"]
    for cell, text, value in zip(cells, panel.elements(k, "explorer-value"), n["values"], strict=False):
        assert text["text"] == ("" if missing(value) else shown(value, f".{mark['digits']}f"))
        near(text["x"], cell["x"] + size / 2, "a number in its cell")
        assert cell["y"] < text["y"] < cell["y"] + size + 2
    names = [e for e in panel.drawn["marks"][str(k)] if e["tag"] == "text" and not e["kind"]]
    assert [e["text"] for e in names] == [*(mark["rows"] or []), *(mark["cols"] or [])]
    for i, name in enumerate(names[: len(mark["rows"] or [])]):
        assert y[i, 0] < name["y"] < y[i, 0] + size + 2, "the name of a row stands beside it"
    for j, name in enumerate(names[len(mark["rows"] or []) :]):
        near(name["x"], x[0, j] + size / 2, "the name of a column stands above it")
    empty = [cell["fill"] == "none" for cell in cells]
    assert empty == [missing(value) or math.isinf(value) for value in n["values"]], (
        "a cell without a number has no colour"
    )
    fills = ["0, 0, 0" if none else cell["fill"] for cell, none in zip(cells, empty, strict=True)]
    tints = [np.array(re.findall(r"\d+", fill)[:3], dtype=float) for fill in fills]
    _colors_follow(np.array(n["values"], dtype=float), np.array(tints), mark["palette"], panel.theme)


def _network(panel: Panel, k: int, mark: dict[str, Any], n: dict[str, Any]) -> None:
    names = [name for layer in mark["layers"] for name in layer]
    texts, labels = panel.elements(k, "explorer-value"), panel.elements(k, "explorer-node-name")
    assert [t["text"] for t in labels] == names
    assert [t["text"] for t in texts] == [shown(v, f".{mark['digits']}f") for v in n["values"]]
    at = iter(label["parent"] for label in labels)
    layers = [[next(at) for _ in layer] for layer in mark["layers"]]
    assert all(a[0][0] < b[0][0] for a, b in pairwise(layers)), "layers run right"
    assert all(a[1] < b[1] for layer in layers for a, b in pairwise(layer)), "units run down"
    edges = panel.elements(k, "explorer-edge")
    ends = [(i, o) for a, b in pairwise(layers) for o in b for i in a]
    for edge, weight, (start, end) in zip(edges, n["weights"], ends, strict=True):
        near([edge["x1"], edge["y1"], edge["x2"], edge["y2"]], [*start, *end], "an edge")
        assert edge["sign"] == ("negative" if weight < 0 else "positive" if weight > 0 else "zero")
    sizes = np.abs(n["weights"])
    thick = np.array([edge["thick"] for edge in edges])
    assert (np.diff(thick[np.argsort(sizes, kind="stable")]) >= -1e-6).all(), "the larger the weight, the thicker"
    for text, weight in zip(panel.elements(k, "explorer-weight"), n["weights"], strict=False):
        assert text["text"] == shown(weight, f".{mark['digits']}f")
    if n["notes"] is not None:
        form, sign = f".{mark['digits']}f", mark.get("notes_label", "δ")
        there = [v is not None and math.isfinite(v) for v in n["notes"]]
        wanted = [f"{sign} = {shown(v, form)}" if ok else "" for v, ok in zip(n["notes"], there, strict=True)]
        assert [t["text"] for t in panel.elements(k, "explorer-note")] == wanted


def _scatter(panel: Panel, k: int, mark: dict[str, Any], n: dict[str, Any]) -> None:
    classes = np.zeros(len(n["x"])) if n["classes"] is None else np.array(n["classes"], dtype=float)
    kinds = np.unique(classes[np.isfinite(classes)])
    roles = [role for role in COLORS if role != "gray"]
    for kind, path in zip(kinds, panel.elements(k, "explorer-symbols"), strict=True):
        chosen = classes == kind
        wanted = panel.places(np.array(n["x"], dtype=float)[chosen], np.array(n["y"], dtype=float)[chosen])
        near(vertices(path["d"]), wanted, f"class {kind:g}")
        role = mark["color"] if n["classes"] is None else roles[int(abs(kind)) % len(roles)]
        assert path["fill"] == panel.color(role)


# From the most negative to the most positive number, in light and dark.
_DIVERGING = (
    ((138, 61, 0), (220, 138, 62), (245, 243, 238), (90, 165, 216), (10, 79, 135)),
    ((255, 184, 112), (176, 101, 31), (37, 42, 49), (47, 125, 181), (147, 210, 255)),
)


def _tone(tints: np.ndarray, palette: str, theme: int) -> np.ndarray:
    """How far along its palette each colour stands, from 0 to 255."""
    if palette == "sequential":
        return (1 if theme else -1) * tints @ [0.21, 0.72, 0.07]
    stops = np.array(_DIVERGING[theme], dtype=float)
    ramp = np.stack([np.interp(np.linspace(0, 4, 256), range(5), channel) for channel in stops.T], axis=1)
    return ((tints[:, None] - ramp) ** 2).sum(axis=2).argmin(axis=1)


def _colors_follow(values: np.ndarray, tints: np.ndarray, palette: str, theme: int) -> None:
    """Larger numbers have the colours of larger numbers."""
    finite = np.isfinite(values)
    values, tints = values[finite], tints[finite]
    if len(np.unique(values)) < 3:
        return
    tone = _tone(tints, palette, theme)
    # Pairs that are well apart; a mirrored or turned picture has half of them right.
    one, other = np.random.default_rng(0).integers(0, len(values), (2, 4000))
    apart = values[one] - values[other] > 0.05 * (values.max() - values.min())
    if apart.any():
        right = np.mean(tone[one][apart] >= tone[other][apart] - 2)
        assert right > 0.85, f"the colours do not follow the numbers ({right:.2f} of the pairs do, palette {palette})"


def _field(panel: Panel, k: int, mark: dict[str, Any], n: dict[str, Any]) -> None:
    """Its scale; its pixels are read by :func:`check`."""
    if mark["bar"]:
        strip = [e for e in panel.drawn["marks"][str(k)] if e["tag"] == "rect"]
        assert len(strip) == 32
        tints = np.array([re.findall(r"\d+", e["fill"])[:3] for e in strip], dtype=float)
        _colors_follow(-np.array([e["y"] for e in strip]), tints, mark["palette"], panel.theme)
        finite = np.array([v for v in n["z"] if v is not None and math.isfinite(v)])
        ticks = [value_of(e["text"]) for e in panel.drawn["marks"][str(k)] if e["tag"] == "text" and not e["kind"]]
        size = np.abs(finite).max()
        low, high = (-size, size) if mark["palette"] == "diverging" else (finite.min(), finite.max())
        assert ticks and all(low - 0.02 * size <= t <= high + 0.02 * size for t in ticks), (ticks, low, high)


CHECKS: dict[str, Callable[[Panel, int, dict[str, Any], dict[str, Any]], None]] = {
    "curve": _line, "parametric": _line, "polyline": _line, "area": _area, "point": _point, "segment": _segment,
    "arrow": _segment, "label": _label, "trajectory": _trajectory, "gridmap": _gridmap, "bars": _bars,
    "cells": _cells, "network": _network, "scatter": _scatter, "field": _field,
}  # fmt: skip


def _check_pixels(figure: Any, index: int, panel: Panel, mark: dict[str, Any], z: Any) -> None:
    """The colours under the field's nodes follow its numbers, on both axes."""
    nx, ny = mark["n"]
    columns, rows = (np.unique(np.linspace(1, n - 2, min(n - 2, 14)).round().astype(int)) for n in (nx, ny))
    x, y = panel.scale("x"), panel.scale("y")
    steps = [np.linspace(*mark[way], n) if panel.spec[way]["scale"] == "linear" else np.geomspace(*mark[way], n)
             for way, n in (("x", nx), ("y", ny))]  # fmt: skip
    nodes = [(i, j) for j in rows for i in columns]
    places = [[float(x(steps[0][i])) / panel.width, float(y(steps[1][j])) / panel.height] for i, j in nodes]
    inside = [all(0.01 < v < 0.99 for v in place) for place in places]
    nodes, places = (
        [n for n, ok in zip(nodes, inside, strict=True) if ok],
        [p for p, ok in zip(places, inside, strict=True) if ok],
    )
    tints = np.array(figure.evaluate(PIXELS, [index, places]), dtype=float)
    grid = np.array([math.nan if v is None else v for v in z], dtype=float).reshape(ny, nx)
    values = np.array([grid[j, i] for i, j in nodes])
    _colors_follow(np.log(values) if mark["scale"] == "log" else values, tints[:, :3], mark["palette"], panel.theme)


def _check_controls(spec: dict[str, Any], drawn: dict[str, Any], values: dict[str, float]) -> None:
    controls = [control for control in spec["controls"] if control["type"] != "state"]
    for control, got in zip(controls, drawn["controls"], strict=True):
        value = values[spec["parameters"][control["param"]]]
        assert got["label"] == control["label"]
        assert got["disabled"] == got["resting"] == bool(got["note"])
        if control["type"] == "choice":
            assert (got["options"], got["chosen"]) == (control["options"], int(value))
        else:
            form = f".{control['digits'] or 3}g" if control["scale"] == "log" else f".{control['digits']}f"
            assert got["output"] == shown(value, form)


def read(figure: Any) -> dict[str, Any]:
    """All that a figure (a Playwright locator) draws, with its numbers and values, in one call."""
    # As text: Playwright looks at every number of an object, JSON does not.
    return dict(json.loads(figure.evaluate(f"figure => JSON.stringify(({READ})(figure))")))


def check(figure: Any, spec: dict[str, Any], theme: str = "light", drawn: dict[str, Any] | None = None) -> None:
    """Hold the live drawing of a figure, which may have been read already, against its spec and its numbers."""
    drawn = drawn or read(figure)
    numbers = drawn["numbers"]
    dark = int(theme == "dark")
    assert drawn["title"] == spec["title"]
    for index, (panel_spec, got, of_marks) in enumerate(
        zip(spec["panels"], drawn["panels"], numbers["panels"], strict=True)
    ):
        panel = Panel(panel_spec, got, dark)
        assert got["title"] == panel_spec["title"]
        if panel_spec["axes"]:
            assert (got["xName"], got["yName"]) == (panel_spec["x"]["label"], panel_spec["y"]["label"])
        short = [m for m in panel_spec["marks"] if m["type"] == "point" and m["label"] and len(m["label"]) <= 3]
        silent = ("label", "field", "cells", "network")
        labelled = [m for m in panel_spec["marks"] if m["label"] and m not in short and m["type"] not in silent]
        wanted = [(m["label"], panel.color(m["color"]), bool(m.get("dash"))) for m in labelled]
        if len(wanted) >= 2:
            entries = [(e["text"], e["dashed"]) for e in got["legend"]]
            assert entries == [(text, dashed) for text, _, dashed in wanted], "the legend"
            lines = [(e, w) for e, w, m in zip(got["legend"], wanted, labelled, strict=True) if m["type"] == "curve"]
            assert all(e["color"] == w[1] for e, w in lines), "the legend's colours"
        else:
            assert got["legend"] == []
        for k, (mark, n) in enumerate(zip(panel_spec["marks"], of_marks, strict=True)):
            try:
                CHECKS[mark["type"]](panel, k, mark, n)
                if mark["type"] == "field":
                    _check_pixels(figure, index, panel, mark, n["z"])
            except AssertionError as error:
                error.add_note(f"{spec['name']}, panel {index}, mark {k}: {mark['type']} {mark['label'] or ''}")
                raise
    rows, sentences = iter(drawn["readouts"]), iter(drawn["messages"])
    for readout, value in zip(spec["readouts"], numbers["readouts"], strict=True):
        if readout["type"] == "message":
            assert next(sentences) == [readout["texts"][int(value)]]
            continue
        row = next(rows)
        assert row["value"] == shown(value, readout["format"]), readout["label"]
        if not readout["math"]:
            assert row["name"] == readout["label"]
        if readout["color"]:
            assert row["color"] == Panel({}, {"width": 0, "height": 0}, dark).color(readout["color"])
    _check_controls(spec, drawn, drawn["values"])
