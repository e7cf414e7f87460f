"""The static picture is read back: what matplotlib was given, against the numbers by their own places."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import sympy as sp

from dlmath_lib.explore import (
    Area,
    Arrow,
    Bars,
    Curve,
    Explorer,
    Field,
    GridMap,
    Label,
    MatrixCells,
    NetworkGraph,
    Panel,
    Point,
    Polyline,
    Readout,
    Scatter,
    Segment,
    Slider,
    Trajectory,
)
from dlmath_lib.explore.picture import sketch
from dlmath_lib.plotting import COLORS
from tests.lib.explorer_gallery import ALT

k, x, y, u, v, w, z = sp.symbols("k x y u v w z", real=True)


def axes(*marks: Any, **options: Any) -> Any:
    """matplotlib's axes of a panel, and its caption, at k = 2."""
    parts = [Slider(k, 0, 4, value=2), Panel(*marks, **options), Readout("k, half", k / 2, digits=".1%")]
    model = Explorer(*parts, title="Picture", alt=ALT)._model
    with mpl.rc_context():
        figure = sketch(model, model.start, {})
    return figure.axes[0]


def test_axes_names_titles_scales_and_the_caption() -> None:
    ax = axes(Curve(k * x, (x, 1, 3), label="line"), x=(1, 3), y=(0.1, 10), xlabel="across", ylabel="up", title="T",
              yscale="log")  # fmt: skip
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title(loc="left")) == ("across", "up", "T")
    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "log")
    assert (ax.get_xlim(), ax.get_ylim()) == ((1, 3), (0.1, 10))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["line"]
    assert ax.figure._supxlabel.get_text() == "k, half = 100.0 %"


def test_lines_stand_where_their_numbers_are() -> None:
    ax = axes(Curve(k * x, (x, 0, 3), samples=4, color="red", dash=True), Polyline([0, 1], [5, 7]),
              Segment((0, 1), (2, k)), Point(1, 3 * k, color="green"), Trajectory({w: w / k, z: z + 1},
              start={w: 4, z: 0}, steps=2), x=(0, 3), y=(0, 9))  # fmt: skip
    curve, polyline, segment, point, path = ax.lines
    np.testing.assert_array_equal(curve.get_xydata(), [[0, 0], [1, 2], [2, 4], [3, 6]])
    assert (curve.get_color(), curve.get_linestyle()) == (COLORS["red"][0], "--")
    np.testing.assert_array_equal(polyline.get_xydata(), [[0, 5], [1, 7]])
    np.testing.assert_array_equal(segment.get_xydata(), [[0, 1], [2, 2]])
    np.testing.assert_array_equal(point.get_xydata(), [[1, 6]])
    assert point.get_color() == COLORS["green"][0]
    np.testing.assert_array_equal(path.get_xydata(), [[4, 0], [2, 1], [1, 2]])


def test_scattered_points_areas_arrows_and_labels() -> None:
    ax = axes(Scatter([1, 2], [5, 8], classes=[0, 1]), Area(x, k + x, (x, 0, 2), samples=3), Arrow((0, 1), (k, 5)),
              Label(1, k, "here"), x=(0, 3), y=(0, 9))  # fmt: skip
    scatter, area = ax.collections
    np.testing.assert_array_equal(scatter.get_offsets(), [[1, 5], [2, 8]])
    colors = [mpl.colors.to_hex(c) for c in scatter.get_facecolors()]
    assert colors == [COLORS["blue"][0], COLORS["orange"][0]]
    corners = {tuple(corner) for corner in area.get_paths()[0].vertices}
    assert {(0, 0), (0, 2), (2, 2), (2, 4)} <= corners
    arrow, label = ax.texts
    assert (arrow.xyann, arrow.xy) == ((0, 1), (2, 5)), "from its start to its end"
    assert (label.get_position(), label.get_text()) == ((1, 2), "here")


def test_bars_hang_below_zero() -> None:
    ax = axes(Bars([k, -1, 0.5], ["a", "b", "c"]))
    assert [(bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height()) for bar in ax.patches] == [
        pytest.approx(place) for place in [(0, 2), (1, -1), (2, 0.5)]
    ]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]


def test_cells_lie_in_rows_and_columns() -> None:
    ax = axes(MatrixCells(sp.Matrix([[1, k, 3], [4, 5, 6]]), rows=["r", "s"], cols=["a", "b", "c"], digits=1))
    np.testing.assert_array_equal(ax.images[0].get_array(), [[1, 2, 3], [4, 5, 6]])
    texts = {text.get_text(): text.get_position() for text in ax.texts}
    assert (texts["2.0"], texts["4.0"]) == ((1, 0), (0, 1))
    assert texts["s"][1] == 1
    assert texts["c"][0] == 2


def test_a_field_rises_where_its_numbers_do() -> None:
    ax = axes(Field(x + 10 * y, (x, 0, 1), (y, 0, 2), samples=(3, 5)), Curve(k * x, (x, 0, 1)))
    filled = ax.collections[0]
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 1), (0, 2))
    low, *_, high = [path.vertices[:, 1].mean() for path in filled.get_paths() if len(path.vertices)]
    assert low < 1 < high


def test_a_grid_and_a_network() -> None:
    ax = axes(GridMap(sp.Matrix([[1, k], [0, 1]]), (u, 0, 1), (v, 0, 1), lines=2), x=(-1, 4), y=(-1, 2))
    lines = [np.asarray(line) for line in ax.collections[0].get_segments()]
    np.testing.assert_array_equal(lines[1], [[1, 0], [3, 1]])
    ax = axes(NetworkGraph([["in", "too"], ["out"]], [[k, 1], [-3]], [sp.Matrix([[-1, k]])], notes=[[1, 2], [3]]))
    texts = {text.get_text(): text.get_position() for text in ax.texts}
    assert texts["in\n2.00"] == (0, 0.5)
    assert texts["too\n1.00"] == (0, -0.5)
    assert texts["out\n−3.00"] == (1, 0)
    assert "δ = 3.00" in texts
    edges = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert [edge.get_color() for edge in edges] == [COLORS["orange"][0], COLORS["blue"][0]]
    assert edges[0].get_linewidth() < edges[1].get_linewidth()
