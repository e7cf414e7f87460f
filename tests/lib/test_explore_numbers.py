"""Every mark's numbers: the spec's JavaScript in Node against NumPy, and against values known by hand."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.explore import Curve, Explorer, Field, Frames, Label, Point, Polyline, Readout, Slider, Trajectory
from dlmath_lib.explore.evaluate import Function
from dlmath_lib.explore.marks import Mark
from tests.lib.explorer_gallery import ALT, GALLERY, a, k, n, w, w_end, x
from tests.lib.spec_in_node import compare

MOVES = {
    "curves": [{}, {"k": 3.3, "c": 1, "a": -2.1}, {"k": 0.2, "c": 2, "a": 5.9}],
    "descent": [{}, {"rate": 0.21, "a": -2.0, "b": -1.0}, {"rate": 0.4, "b": 1.5}],
    "tables": [{}, {"a": -2, "b": 2}, {"a": 1.37, "b": 0.25}],
    "frames": [{}, {"a": -0.75, "n": 3}, {"a": 0.9, "n": 1}],
    "logarithmic": [{}, {"k": 1}, {"k": 3}],
}


@pytest.fixture(scope="module")
def gallery() -> dict[str, Explorer]:
    return {name: make() for name, make in GALLERY.items()}


@pytest.mark.parametrize(("name", "move"), [(name, i) for name, moves in MOVES.items() for i in range(len(moves))])
def test_javascript_equals_numpy(name: str, move: int, gallery: dict[str, Explorer]) -> None:
    assert compare(gallery[name]._model, MOVES[name][move]) > 0 or name == "frames"


def test_the_gallery_has_every_mark(gallery: dict[str, Explorer]) -> None:
    types = {mark["type"] for e in gallery.values() for panel in e.spec["panels"] for mark in panel["marks"]}
    assert types == set(Mark.registered)


def test_numbers_follow_the_protocol(gallery: dict[str, Explorer]) -> None:
    for explorer in gallery.values():
        numbers = explorer.numbers()
        for panel, of_panel in zip(explorer.spec["panels"], numbers["panels"], strict=True):
            assert len(panel["marks"]) == len(of_panel)
        assert len(numbers["readouts"]) == len(explorer.spec["readouts"])
        assert set(explorer.spec["parameters"]) == set(explorer.values) | set(numbers["derived"])


@pytest.mark.parametrize("name", ["exp", "select", "pi", "lambda", "erf", "a1", "x′", "θ"])
def test_a_parameter_may_have_any_name(name: str) -> None:
    t, u = sp.symbols(f"{name}, a0", real=True)
    expression = sp.Piecewise((sp.exp(t) + sp.erf(t), t > u), (sp.pi * u, True))
    twin = Function("Curve", "expr", expression)
    assert twin({name: 0.5, "a0": 0.0}) == pytest.approx(math.exp(0.5) + math.erf(0.5), abs=1e-15)
    assert twin({name: 0.5, "a0": 2.0}) == 2 * math.pi


def test_conditions_with_cases_are_evaluated_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    # SymPy's printer simplifies a condition that holds another, for seconds in a chapter's explorer.
    monkeypatch.setattr(sp.logic.boolalg, "simplify_logic", lambda *_: pytest.fail("a condition was simplified"))
    inner = sp.Piecewise((x - 1, k > 0), (x + 1, True))
    twin = Function("Message", "cases", sp.Piecewise((0, inner > 0), (1, sp.ITE(k > 2, x > 0, x > -5)), (2, True)))
    assert "ITE" in sp.srepr(twin.outputs[0])
    xs = np.array([-9.0, -2.0, 0.5, 3.0])
    for value, told in ((3.0, [2, 2, 1, 0]), (1.0, [2, 1, 1, 0]), (-1.0, [2, 1, 0, 0])):
        assert [twin({"k": value, "x": at}) for at in xs] == told


def test_a_curve_by_hand() -> None:
    explorer = Explorer(Slider(k, 0, 2, value=1), Curve(k * x**2, (x, 0, 2), samples=3), title="Curve", alt=ALT)
    got = explorer.numbers({"k": 2})["panels"][0][0]
    np.testing.assert_array_equal(got["x"], [0, 1, 2])
    np.testing.assert_array_equal(got["y"], [0, 2, 8])


def test_a_trajectory_by_hand() -> None:
    """Halving from 8: 8, 4, 2, 1; the end is 1 after 3 steps."""
    explorer = Explorer(
        Slider(k, 1, 3, value=2),
        Trajectory({w: w / k}, start={w: 8}, steps=3, show=(n, w), step=n, final={w_end: w + 10 * n}),
        Readout("end", w_end),
        title="Halving",
        alt=ALT,
    )
    numbers = explorer.numbers()
    np.testing.assert_array_equal(numbers["panels"][0][0]["y"], [8, 4, 2, 1])
    assert numbers["derived"] == {"w_end": 31.0}
    assert numbers["readouts"] == [31.0]


@pytest.mark.parametrize(("update", "kept"), [(w**3, 5), (1 / (w - 2), 1), (sp.log(-w), 1), (w + 1e12, 1)])
def test_a_trajectory_stops_before_it_escapes(update: sp.Expr, kept: int) -> None:
    explorer = Explorer(
        Slider(k, 1, 3), Trajectory({w: update + 0 * k}, start={w: 2 + k - k}, steps=50, show=(n, w), step=n),
        Readout("k", k), title="Escape", alt=ALT, y=(0, 1), x=(0, 1),
    )  # fmt: skip
    y = explorer.numbers()["panels"][0][0]["y"]
    assert np.isfinite(y).all()
    assert len(y) <= kept


@pytest.mark.parametrize(("wanted", "made"), [(2.5, 3), (2.4, 2), (-4, 0), (math.nan, 0)])
def test_steps_are_rounded_half_up(wanted: float, made: int) -> None:
    steps = sp.log(-k) if math.isnan(wanted) else k - 2 + wanted
    path = Trajectory({w: w + 1}, start={w: 0}, steps=steps, show=(n, w), step=n)
    explorer = Explorer(Slider(k, 1, 3, value=2), path, title="Steps", alt=ALT, x=(0, 1), y=(0, 1))
    assert len(explorer.numbers()["panels"][0][0]["x"]) == made + 1


def test_a_dependent_coordinate_follows_the_drag() -> None:
    point = Point(a, a**2, drag=True, start={a: 1})
    explorer = Explorer(point, Label(a, 0, "here"), title="Drag", alt=ALT, x=(-2, 2), y=(0, 4))
    assert explorer.numbers({"a": -1.5})["panels"][0][0] == {"x": -1.5, "y": 2.25}
    assert explorer.spec["panels"][0]["marks"][0]["drag"] == {"x": 0, "y": None}
    state = {"type": "state", "param": 0, "label": "a", "min": -2, "max": 2, "step": 0.05, "value": 1}
    assert explorer.spec["controls"] == [state]


def test_a_slider_can_be_dragged_as_well() -> None:
    explorer = Explorer(Slider(a, -1, 1, value=0), Point(a, 0, drag=True), title="Both", alt=ALT, x=(-2, 2), y=(0, 4))
    assert [c["type"] for c in explorer.spec["controls"]] == ["slider"]
    assert explorer.spec["panels"][0]["marks"][0]["drag"] == {"x": 0, "y": None}


def test_the_nearest_frame_is_taken() -> None:
    control = Slider(k, 0, 2, value=1, values=[0, 1, 2])
    run = Frames.compute(lambda k: {"y": [k, 10 * k, 123456.0]}, control)
    explorer = Explorer(control, Polyline([0, 1, 2], run["y"]), title="Frames", alt=ALT)
    assert list(explorer.numbers({"k": 1.4})["panels"][0][0]["y"]) == [1, 10, 123500]
    assert list(explorer.numbers({"k": 1.5})["panels"][0][0]["y"]) == [1, 10, 123500]
    assert list(explorer.numbers({"k": 1.6})["panels"][0][0]["y"]) == [2, 20, 123500]
    assert explorer.spec["controls"][0]["values"] == [0, 1, 2]
    explorer.live = {"y": [7.0, None, 9.0]}
    np.testing.assert_array_equal(explorer.numbers()["panels"][0][0]["y"], [7, np.nan, 9])


def test_frames_store_no_rounding_noise() -> None:
    """Another order of the same sums must store the same numbers."""
    control = Slider(k, 0, 1, values=[0, 1])
    noisy = Frames.compute(lambda k: {"y": [1.0, 1e-16, -1e-16, -0.0, 3e-7, np.nan]}, control)
    kept = noisy.spec({k: 0})["arrays"]["y"]["data"][0]
    assert kept == [1, 0, 0, 0, 3e-7, None]
    assert not np.signbit(np.array(kept[:4])).any()
    small = Frames.compute(lambda k: {"y": [2e-20, 1e-20]}, control)
    assert small.spec({k: 0})["arrays"]["y"]["data"][0] == [2e-20, 1e-20], "relative to the largest"
    errors = Frames.compute(lambda k: {"y": [0.1, 5.379e-13, 1.11e-17]}, control, noise=0)
    assert errors.spec({k: 0})["arrays"]["y"]["data"][0] == [0.1, 5.4e-13, 1.1e-17], "for a log axis"


def test_frames_over_two_sliders_run_the_last_fastest() -> None:
    first, second = Slider(a, 0, 1, values=[0, 1]), Slider(k, 0, 2, values=[0, 1, 2])
    run = Frames.compute(lambda a, k: {"y": [10 * a + k, math.nan]}, first, second)
    explorer = Explorer(first, second, Polyline([0, 1], run["y"]), title="Order", alt=ALT)
    assert [d[0] for d in explorer.spec["frames"][0]["arrays"]["y"]["data"]] == [0, 1, 2, 10, 11, 12]
    assert explorer.spec["frames"][0]["arrays"]["y"]["data"][0] == [0, None]
    assert explorer.numbers({"a": 1, "k": 2})["panels"][0][0]["y"][0] == 12
    json.dumps(explorer.spec, allow_nan=False)


def test_a_field_of_an_array_is_row_major() -> None:
    z = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    explorer = Explorer(Slider(k, 0, 1), Field(z, (0, 2), (0, 1)), Readout("k", k), title="Array", alt=ALT)
    mark = explorer.spec["panels"][0]["marks"][0]
    assert mark["n"] == [3, 2]
    assert list(explorer.numbers()["panels"][0][0]["z"]) == [1, 2, 3, 4, 5, 6]


def test_ranges_fit_the_starting_picture() -> None:
    explorer = Explorer(Slider(k, 0, 2, value=1), Curve(k * x**2, (x, -2, 3)), title="Fit", alt=ALT)
    panel = explorer.spec["panels"][0]
    assert (panel["x"]["min"], panel["x"]["max"]) == (-2, 3)
    assert panel["y"]["min"] < 0
    assert 9 < panel["y"]["max"] < 11


def test_data_and_curves_share_the_fitted_range() -> None:
    parts = [Slider(k, 0, 2, value=1), Polyline([0, 50], [0, 1]), Curve(k * x, x), Curve(k * x, (x, -1, 1))]
    panel = Explorer(*parts, Point(99, 0), title="Fit", alt=ALT).spec["panels"][0]
    assert panel["x"]["min"] <= -1
    assert 50 <= panel["x"]["max"] < 60


def test_a_field_fills_its_panel() -> None:
    parts = [Slider(k, 0, 2, value=1), Field(k * x * w, (x, -1, 2), (w, 3, 4)), Point(9, 9)]
    panel = Explorer(*parts, title="Fill", alt=ALT).spec["panels"][0]
    ends = [panel[way][end] for way in ("x", "y") for end in ("min", "max")]
    assert ends == [-1, 2, 3, 4]


def test_marks_on_a_field_stand_out_from_it() -> None:
    def colors(**options: str) -> list[str | None]:
        parts = [Slider(k, 0, 2, value=1), Field(k * x * w, (x, -1, 2), (w, 3, 4), **options), Point(1, k), Point(k, 2)]
        return [m["color"] for m in Explorer(*parts, title="Fill", alt=ALT).spec["panels"][0]["marks"]]

    assert colors() == [None, "orange", "green"]
    assert colors(palette="diverging") == [None, "green", "red"]
