"""The front end's arithmetic in Node, without a page: controls, numbers as text, ticks, contours, colours, scenes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.browser import mark_specs
from tests.lib.frontend import ask


def test_a_linear_slider_keeps_to_its_grid_and_its_ends() -> None:
    got = ask("""const r = m.ruler({type: "slider", min: -1, max: 1, step: 0.1});
        const off = m.ruler({type: "slider", min: 0.05, max: 1, step: 0.1});
        const free = m.ruler({type: "slider", min: 0, max: 5, step: null});
        return {snap: [0.26, 5, -5, -0.04].map(r.snap), move: [r.move(0.9, 3), r.move(0, 3), r.move(0, -1)],
                read: r.fromInput(0.30000000000000004), input: r.input, off: [0.17, 0.98].map(off.snap),
                free: [free.input.step, free.move(1, 1)]}""")
    assert got == {
        "snap": [0.3, 1, -1, 0], "move": [1, 0.3, -0.1], "read": 0.3, "input": {"min": -1, "max": 1, "step": 0.1},
        "off": [0.15, 0.95], "free": [0.05, 1.05],
    }  # fmt: skip


def test_a_logarithmic_slider_moves_by_parts_of_a_decade() -> None:
    got = ask("""const r = m.ruler({type: "slider", min: 0.001, max: 1, step: 0.02, scale: "log"});
        return {input: r.input, at: [-3, 0, 50, 100, 150, 999].map(r.fromInput), to: [0, 0.01, 0.1, 7].map(r.toInput),
                move: [r.move(0.1, -50), r.move(0.5, 500)], snap: r.snap(0.0101), plain: m.ruler({type: "slider",
                min: 1, max: 10, step: null, scale: "log"}).input.max}""")
    assert got == {
        "input": {"min": 0, "max": 150, "step": 1}, "at": [0.001, 0.001, 0.01, 0.1, 1, 1], "to": [0, 50, 100, 150],
        "move": [0.01, 1], "snap": 0.01, "plain": 50,
    }  # fmt: skip


def test_listed_values_and_choices_step_through_their_list() -> None:
    got = ask("""const r = m.ruler({type: "slider", values: [0.01, 0.1, 1]});
        return {input: r.input, snap: [0.06, 0.04, 9].map(r.snap), to: r.toInput(0.4),
                move: [r.move(0.1, 5), r.move(0.1, -1)], at: r.fromInput(1.6),
                choice: m.ruler({type: "choice", options: ["a", "b", "c"]}).move(0, 2)}""")
    assert got == {
        "input": {"min": 0, "max": 2, "step": 1}, "snap": [0.1, 0.01, 1], "to": 1, "move": [1, 0.01], "at": 1,
        "choice": 2,
    }  # fmt: skip


def test_values_stay_within_their_controls() -> None:
    controls = [
        mark_specs.slider(0, "k", 0, 5, 1),
        {"type": "choice", "param": 1, "label": "c", "options": ["a", "b", "c"], "value": 0},
        {"type": "slider", "param": 2, "values": [2, 3, 5], "value": 3},
    ]
    got = ask(
        """const s = m.createState(given), told = [];
        const tell = (name, value) => { try { told.push(s.set(name, value)); } catch (e) { told.push(e.message); } };
        const start = s.values();
        tell("k", 1); tell("k", 9); tell("k", -2); tell("c", 7); tell("c", 0.8); tell("v", 99); tell("v", 0);
        tell("k", NaN); tell("no", 1);
        return {start, told, end: s.values(), changed: s.changed, name: s.nameOf(2), control: s.control(1).label}""",
        {"parameters": ["k", "c", "v"], "controls": controls},
    )
    assert got["start"] == {"k": 1, "c": 0, "v": 3}
    assert got["told"] == [
        False, True, True, True, True, True, True, "k must be a finite number, got NaN", "unknown parameter no",
    ]  # fmt: skip
    assert got["end"] == {"k": 0, "c": 1, "v": 2}
    assert (got["changed"], got["name"], got["control"]) == ([0, 1, 2], "v", "c")


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.1234, ".1%", "12.3 %"), (0.5, "%.0", "50 %"), (-0.0004, ".2f", "0.00"), (-1.25, ".1f", "−1.3"),
        (2, ".3f", "2.000"), (1234567, ".3g", "1.23·10⁶"), (0.00001, ".3g", "1·10⁻⁵"), (123456, ".3g", "123000"),
        (0, ".3g", "0"), (-0.02, ".2g", "−0.02"), (12345.678, ".2e", "1.23·10⁴"), (-5e-7, ".1e", "−5.0·10⁻⁷"),
        ("NaN", ".2f", "undefined"), ("Infinity", ".2f", "∞"), ("-Infinity", ".2f", "−∞"), (1.5, None, "1.5"),
    ],
)  # fmt: skip
def test_numbers_as_people_read_them(value: Any, form: str | None, text: str) -> None:
    assert ask("return m.format(Number(given[0]), given[1] ?? undefined)", [value, form]) == text


def test_a_controls_value_as_text() -> None:
    code = """return [[{digits: 2}, 0.5], [{digits: 0}, 3], [{digits: 2, scale: "log"}, 0.01234], [{scale: "log"}, 0.5],
        [{}, 1234.5]].map(([control, value]) => m.controlText(control, value))"""
    assert ask(code) == ["0.50", "3", "0.012", "0.5", "1230"]


def test_ticks_say_where_they_stand() -> None:
    code = """return given.map(([min, max, scale, count]) => {
        const t = m.ticks(m.makeScale({min, max, scale}), {min, max, scale}, count);
        return [t.values, t.values.map((v) => t.text(v))]; })"""
    axes = [[-1, 1, "linear", 5], [0, 4e-5, "linear", 4], [0.001, 1000, "log", 10], [1e-8, 100, "log", 4],
            [1, 30, "log", 6]]  # fmt: skip
    plain, small, decades, many, fine = ask(code, axes)
    assert plain == [[-1, -0.5, 0, 0.5, 1], ["−1.0", "−0.5", "0.0", "0.5", "1.0"]]
    assert small == [[0, 1e-5, 2e-5, 3e-5, 4e-5], ["0", "1·10⁻⁵", "2·10⁻⁵", "3·10⁻⁵", "4·10⁻⁵"]]
    assert decades == [[0.001, 0.01, 0.1, 1, 10, 100, 1000], ["0.001", "0.01", "0.1", "1", "10", "100", "1000"]]
    assert many == [[1e-6, 1e-3, 1], ["10⁻⁶", "10⁻³", "10⁰"]]
    assert fine == [[1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"]]


def test_sample_positions_are_pythons() -> None:
    line, decades, one, ends = (
        ask("""return [m.positions(-1, 2, 4), m.positions(1, 1000, 4, "log"), m.positions(3, 9, 1),
        m.ends([null, {args: ["p"], body: "return p[0];"}], {min: -5, max: 5}, [2])]""")
    )
    assert (line, one, ends) == ([-1, 0, 1, 2], [3], [-5, 2])
    np.testing.assert_allclose(decades, [1, 10, 100, 1000], rtol=1e-15)


def contour(z: Any, level: float) -> np.ndarray:
    """The pieces of a contour, a row (x0, y0, x1, y1) each."""
    z = np.asarray(z, dtype=float)
    given = {
        "z": ["NaN" if math.isnan(v) else v for v in z.ravel()],
        "ny": z.shape[0],
        "nx": z.shape[1],
        "level": level,
    }
    code = """const pieces = [];
        m.traceContour(given.z.map(Number), given.nx, given.ny, given.level, (...ends) => pieces.push(ends));
        return pieces"""
    return np.array(ask(code, given), dtype=float).reshape(-1, 4)


def test_contours_lie_where_the_level_is_reached() -> None:
    x, y = np.meshgrid(np.arange(41.0), np.arange(31.0))
    slanted = contour(x + 2 * y, 30.5)
    np.testing.assert_allclose(slanted[:, [0, 2]] + 2 * slanted[:, [1, 3]], 30.5)
    circle = contour(np.hypot(x - 20, y - 15), 10.0)
    for ends in (circle[:, :2], circle[:, 2:]):
        np.testing.assert_allclose(np.hypot(*(ends - [20, 15]).T), 10, atol=0.02)
    assert np.hypot(*(circle[:, 2:] - circle[:, :2]).T).sum() == pytest.approx(20 * math.pi, abs=0.1)
    holed = np.where((x == 0) & (y == 5), math.nan, x + y)
    assert len(contour(x + y, 5.5)) - len(contour(holed, 5.5)) == 2, "no line at what is not a number"


@pytest.mark.parametrize("centre", [0.2, -0.2])
def test_at_a_saddle_the_centre_decides(centre: float) -> None:
    """Two opposite corners above the level: with the centre above it they are joined, else cut off one by one."""
    z = np.array([[1.0, -1.0], [-1.0, 1.0]]) + centre
    pieces = contour(z, 0.0)
    assert len(pieces) == 2
    corners = {(round(x0 + x1 - 0.5), round(y0 + y1 - 0.5)) for x0, y0, x1, y1 in pieces}
    assert corners == ({(1, 0), (0, 1)} if centre > 0 else {(0, 0), (1, 1)}), "each piece cuts off one corner"


def test_contour_levels() -> None:
    got = ask("""return [m.levels([1, 2], [0, 9]), m.levels(0, [0, 9]), m.levels(4, [0, 10], false),
        m.levels(2, [1, 1000], true)]""")
    assert got[:3] == [[1, 2], [], [0, 2, 4, 6, 8, 10]]
    np.testing.assert_allclose(got[3], [10, 100])


def test_colours_cover_the_numbers() -> None:
    code = """return [m.colorRange([-3, 1], "diverging"), m.colorRange([1, 4, NaN], "sequential"),
        m.colorRange([2, 2], "sequential"), m.colorRange([-1, 0.5, 8], "sequential", null, true),
        m.colorRange([7], "diverging", [-2, 2]),
        m.colorRange([], "sequential"), m.colorRange([0, 0], "diverging")]"""
    assert ask(code) == [[-3, 3], [1, 4], [1.5, 2.5], [0.5, 8], [-2, 2], [0, 1], [-1, 1]]


@pytest.mark.parametrize("palette", ["sequential", "diverging"])
@pytest.mark.parametrize("dark", [False, True])
def test_numbers_can_be_read_on_every_colour(palette: str, dark: bool) -> None:
    code = """const r = m.ramp(...given);
        const bytes = (i) => [...r.bytes.slice(3 * i, 3 * i + 3)];
        return r.colors.map((c, i) => [m.luminance(c), r.ink[i], c.match(/\\d+/g).map(Number), bytes(i)])"""
    rows = ask(code, [palette, dark])
    assert len(rows) == 256
    for light, ink, color, stored in rows:
        assert color == stored
        assert max(light, ink == "#fff") + 0.05 >= 4.5 * (min(light, ink == "#fff") + 0.05), (light, ink)
    ends = np.array([rows[0][2], rows[128][2], rows[-1][2]], dtype=float)
    lights = [rows[0][0], rows[128][0], rows[-1][0]]
    if palette == "diverging":
        assert ends[0, 0] > ends[0, 2] and ends[-1, 2] > ends[-1, 0], "negative is warm, positive cold"
        assert (max if not dark else min)(lights) == lights[1], "zero has the page's tone"
    else:
        assert sorted(lights, reverse=not dark) == lights, "the larger, the further from the page's tone"


def test_luminance_is_that_of_wcag() -> None:
    got = ask('return ["rgb(255, 255, 255)", "rgb(0, 0, 0)", "rgb(128, 128, 128)", "rgb(255, 0, 0)"].map(m.luminance)')
    assert got == pytest.approx([1, 0, 0.21586, 0.2126], abs=1e-5)


def test_paths_break_where_there_is_no_curve() -> None:
    got = ask("""const id = (v) => v, path = (y) => m.brokenPath(y.map((_, i) => i), y, id, id, 100);
        return [path([0, 1, 2]), path([0, NaN, 2, 3]), path([-200, 300, 400]), path([300, -200]), path([NaN]),
                path([0, 1e9]), m.brokenPath([0, 1, 2, 3], [5, 6, 7, 8], id, id, 100, 1, 3)]""")
    assert got == [
        "M0,0L1,1L2,2", "M0,0M2,2L3,3", "M0,-200M1,300L2,400", "M0,300M1,-200", None, "M0,0L1,100000", "M1,6L2,7",
    ]  # fmt: skip


def test_the_head_of_an_arrow_points_to_its_end() -> None:
    got = ask("return [m.arrowHead(0, 0, 20, 0, 10), m.arrowHead(0, 0, 0, 4, 10), m.arrowHead(1, 1, 1, 1)]")
    assert got == ["M20,0L10,-4.5L10,4.5Z", "M0,4L1.8,0L-1.8,0Z", ""]


def test_a_part_of_the_spec_depends_on_what_it_reads() -> None:
    code = """const frames = new Map([["loss", {params: [3]}]]);
        return [m.dependencies({fn: {body: "return p[1]+p[12];"}}, frames),
                m.dependencies({y: {frame: "loss"}}, frames), m.intersects(new Set([1, 2]), new Set([2])),
                m.intersects(new Set([1]), new Set([2]))]"""
    assert ask(code) == [[1, 12], ["frame:loss", 3], True, False]


@pytest.mark.parametrize("case", mark_specs.CASES, ids=lambda case: case.name)
def test_a_scene_computes_numpys_numbers(case: mark_specs.Case) -> None:
    start = {case.spec["parameters"][c["param"]]: c["value"] for c in case.spec["controls"]}
    code = """const scene = m.createScene(given.spec), found = [];
        scene.update(true);
        found.push(scene.numbers());
        for (const [name, value] of Object.entries(given.move)) scene.state.set(name, value);
        const fresh = scene.update();
        found.push(scene.numbers());
        return {found, fresh: fresh.size, idle: scene.update().size}"""
    got = ask(code, {"spec": case.spec, "move": case.move})
    for numbers, values in zip(got["found"], (start, start | case.move), strict=True):
        for key, wanted in case.numbers(**values).items():
            shown = np.asarray([math.nan if v is None else v for v in numbers["panels"][0][0][key]], dtype=float)
            np.testing.assert_allclose(shown, wanted, rtol=1e-12, atol=1e-13)
        if wanted := case.readouts(**values):
            np.testing.assert_allclose(numbers["readouts"], wanted, rtol=1e-12)
    assert got["fresh"] > 0
    assert got["idle"] == 0, "what does not change is not computed again"


def test_a_trajectory_stops_before_it_leaves_the_numbers() -> None:
    code = """const fn = (body, ...args) => ({args: ["p", ...args], body});
        const mark = {start: fn("return [1];"), update: fn("return [s[0]*p[0]];", "s", "n"), steps: fn("return p[1];"),
            show: fn("return [n, s[0]];", "s", "n")};
        return [[2, 3.4], [2, 2.5], [1e5, 9], [2, -1], [NaN, 2]]
            .map((p) => m.iterate(mark, p)).map(({x, y, n}) => [x, y, n])"""
    assert ask(code) == [
        [[0, 1, 2, 3], [1, 2, 4, 8], 3], [[0, 1, 2, 3], [1, 2, 4, 8], 3], [[0, 1, 2], [1, 1e5, 1e10], 2], [[0], [1], 0],
        [[0], [1], 0],
    ]  # fmt: skip


def test_the_stored_frame_is_the_nearest_and_the_kernels_wins() -> None:
    code = """const scene = m.createScene(given);
        const y = () => { scene.update(); return scene.numbers().panels[0][0].y.slice(0, 2); };
        scene.update(true);
        const found = [y()];
        scene.state.set("rate", 0.08); found.push(y());
        scene.state.set("rule", 1); found.push(y());
        scene.setLive({loss: [3, null]}); found.push(y());
        scene.setLive(null); found.push(y());
        return found"""
    plain, momentum = (mark_specs.loss(0.1, kind)[:2] for kind in (0, 1))
    assert ask(code, mark_specs.FRAMES.spec) == [plain, plain, momentum, [3, "NaN"], momentum]
