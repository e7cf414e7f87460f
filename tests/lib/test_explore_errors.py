"""A wrong explorer is a clear error where it is written: class, argument, expected, got, what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.explore import (
    Area,
    Arrow,
    Bars,
    Choice,
    Curve,
    Experiment,
    Explorer,
    Field,
    Frames,
    GridMap,
    Label,
    MatrixCells,
    Message,
    NetworkGraph,
    Panel,
    Parametric,
    Point,
    Polyline,
    Readout,
    Scatter,
    Segment,
    Slider,
    Tangent,
    Trajectory,
    pick,
)

x, y, k, a, b, w, v, n, q = sp.symbols("x y k a b w v n q", real=True)
f = sp.Function("f")
ALT = "A picture for the tests, described in enough words."
slider = Slider(k, 0, 5, value=1)
curve = Curve(k * x, (x, 0, 1))
two = sp.Matrix([[1, 0], [0, 1]])


def explore(*parts: Any, title: Any = "Title", alt: Any = ALT, **axes: Any) -> Explorer:
    return Explorer(*parts, title=title, alt=alt, **axes)


def frames(**arrays: Any) -> Frames:
    return Frames.compute(lambda k: arrays or {"y": [k, k]}, Slider(k, 0, 1, values=[0, 1]))


# name: (what is wrong, its class of error, words of the message in order)
WRONG: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "slider not a symbol": (lambda: Slider("k", 0, 1), TypeError, "Slider: parameter must be a SymPy symbol.*'k'"),
    "slider empty range": (lambda: Slider(k, 1, 1), ValueError, r"Slider\(k\): the range must be low < high"),
    "slider reversed": (lambda: Slider(k, 5, 0), ValueError, "low < high.*swap"),
    "slider infinite": (lambda: Slider(k, 0, np.inf), ValueError, "high must be finite"),
    "slider start outside": (lambda: Slider(k, 0, 1, value=2), ValueError, "value must be between 0 and 1, got 2"),
    "slider text value": (lambda: Slider(k, 0, 1, value="1"), TypeError, "value must be a number"),
    "slider log at zero": (lambda: Slider(k, 0, 1, scale="log"), ValueError, "low must be above 0 on a log scale"),
    "slider scale": (lambda: Slider(k, 0, 1, scale="cubic"), ValueError, "scale must be one of"),
    "slider integer ends": (lambda: Slider(k, 0, 1.5, integer=True), ValueError, "whole numbers"),
    "slider integer start": (lambda: Slider(k, 0, 5, value=1.5, integer=True), ValueError, "a whole number, got 1.5"),
    "slider step": (lambda: Slider(k, 0, 1, step=0), ValueError, "step must be > 0"),
    "slider step too long": (lambda: Slider(k, 0, 1, step=3), ValueError, "step must be .*≤ 1"),
    "slider values order": (lambda: Slider(k, 0, 5, values=[2, 1]), ValueError, "increasing"),
    "slider values outside": (lambda: Slider(k, 0, 5, values=[1, 9]), ValueError, "values must be between 0 and 5"),
    "slider start not a value": (lambda: Slider(k, 0, 5, values=[1, 3], value=2), ValueError, "the nearest is"),
    "slider label": (lambda: Slider(k, 0, 1, label=" "), ValueError, "label must be a text"),
    "slider digits": (lambda: Slider(k, 0, 1, digits=-1), ValueError, "digits"),
    "slider wider than numbers": (lambda: Slider(k, -1e308, 1e308), ValueError, r"range must be at most 1e\+300 wide"),
    "slider of 600 decades": (lambda: Slider(k, 1e-300, 1e300, scale="log"), ValueError, "at most 300 decades"),
    "slider without room": (lambda: Slider(k, 1e16, 1e16 + 4), ValueError, "one that a step changes"),
    "slider beyond floats": (lambda: Slider(k, 0, sp.Integer(10) ** 400), ValueError, "high must be finite"),
    "slider integer text": (lambda: Slider(k, 0, 5, integer="no"), TypeError, "integer must be True or False, got"),
    "slider values text": (lambda: Slider(k, 0, 5, values="12"), TypeError, "values must be a list of numbers"),
    "slider values None": (lambda: Slider(k, 0, 5, values=7), TypeError, "values must be a list of numbers"),
    "slider half a letter": (lambda: Slider(k, 0, 5, label="a\ud800"), ValueError, "surrogate pair, U[+]D800"),
    "slider half a name": (lambda: Slider(sp.Symbol("\ud800"), 0, 5), ValueError, "surrogate pair"),
    "slider control letter": (lambda: Slider(k, 0, 5, label="a\0"), ValueError, "control character, U[+]0000"),
    "slider of a positive": (lambda: Slider(sp.Symbol("k", positive=True), -5, 5), ValueError,
                             r"Slider\(k\): its values must be positive, as the symbol k assumes, got -5"),
    "slider of a positive to 0": (lambda: Slider(sp.Symbol("k", positive=True), 0, 5), ValueError, "positive.*got 0"),
    "slider of a nonpositive": (lambda: Slider(sp.Symbol("k", nonpositive=True), -1, 1), ValueError, "nonpositive"),
    "slider of a nonzero": (lambda: Slider(sp.Symbol("k", nonzero=True), -1, 1), ValueError, "nonzero.*got 0"),
    "slider of an integer": (lambda: Slider(sp.Symbol("k", integer=True), 0, 5), ValueError, "integer.*got 0.05"),
    "slider of an even": (lambda: Slider(sp.Symbol("k", even=True), 0, 4, integer=True), ValueError, "even.*got 1"),
    "slider of an imaginary": (lambda: Slider(sp.Symbol("k", imaginary=True), 1, 4), ValueError, "imaginary"),
    "choice of a positive": (lambda: Choice(sp.Symbol("c", positive=True), ["a", "b"]), ValueError, "positive"),
    "point of a positive": (lambda: explore(Point(sp.Symbol("a", positive=True), 0, drag=True,
                                                  start={sp.Symbol("a", positive=True): 1}), x=(-2, 2), y=(0, 1)),
                            ValueError, r"Point: bounds\[a\]: its values must be positive"),
    "curve of a positive": (lambda: explore(slider, Curve(k * abs(sp.Symbol("x", positive=True)),
                                                          (sp.Symbol("x", positive=True), -1, 1))),
                            ValueError, "Curve: the range of x: its values must be positive"),
    "curve of an integer": (lambda: explore(slider, Curve(k * sp.Symbol("x", integer=True),
                                                          (sp.Symbol("x", integer=True), 0, 1))),
                            ValueError, "integer"),
    "choice None": (lambda: Choice(k, None), TypeError, "options must be a list"),
    "choice half a letter": (lambda: Choice(k, ["a", "\udfff"]), ValueError, r"options\[1\].*surrogate"),
    "pick None": (lambda: pick(k, None), TypeError, "pick: options must be a list"),
    "curve to 1e310": (lambda: Curve(k * x, (x, 0, sp.Float("1e310"))), ValueError, "domain must be finite"),
    "curve of 10**310": (lambda: explore(slider, Curve(k * x * sp.Integer(10) ** 310, (x, 0, 1))), ValueError,
                         "Curve: expr: .*numbers up to 1.8e308"),
    "curve width": (lambda: Curve(x, x, width=np.nan), ValueError, "width must be finite"),
    "curve width text": (lambda: Curve(x, x, width="2"), TypeError, "width must be a number"),
    "curve width of none": (lambda: Curve(x, x, width=0), ValueError, "width must be .*> 0"),
    "curve dash text": (lambda: Curve(x, x, dash="no"), TypeError, "dash must be True or False, got 'no'"),
    "tangent dash": (lambda: Tangent(x**2, x, k, dash=1), TypeError, "dash must be True or False"),
    "parametric dash": (lambda: Parametric((x, x), (x, 0, 1), dash="0"), TypeError, "dash must be"),
    "segment dash": (lambda: Segment((0, 0), (1, 1), dash="no"), TypeError, "dash must be True or False"),
    "polyline dash": (lambda: Polyline([0], [0], dash="no"), TypeError, "dash must be True or False"),
    "trajectory dots": (lambda: Trajectory({w: w}, start={w: 1}, show=(w, w), dots="no"), TypeError, "dots must be"),
    "field bar": (lambda: Field(x * y, (x, 0, 1), (y, 0, 1), bar="no"), TypeError, "bar must be True or False"),
    "panel equal": (lambda: Panel(curve, equal="no"), TypeError, "equal must be True or False"),
    "panel title": (lambda: Panel(curve, title=3), TypeError, "Panel: title must be a text"),
    "panel labels": (lambda: Panel(curve, xlabel=None, ylabel=None), TypeError, "ylabel must be a text"),
    "point drag": (lambda: Point(a, 0, drag="no"), TypeError, "drag must be True or False"),
    "point radius": (lambda: Point(0, 0, radius=np.nan), ValueError, "radius must be finite"),
    "point radius text": (lambda: Point(0, 0, radius="6"), TypeError, "radius must be a number"),
    "point start list": (lambda: Point(a, 0, drag=True, start=[1]), TypeError, "start must be a dict"),
    "field ends None": (lambda: Field(np.eye(2), None, (0, 1)), ValueError, "x must be a pair"),
    "grid samples": (lambda: GridMap(sp.eye(2), (x, 0, 1), (y, 0, 1), samples=0), ValueError, "samples must be"),
    "network flat values": (lambda: NetworkGraph([["a"], ["b"]], [1, 2], [sp.eye(1)]), TypeError,
                            r"values must be a list of lists.*\[\[x1, x2\], \[y\]\]"),
    "network values None": (lambda: NetworkGraph([["a"], ["b"]], None, [sp.eye(1)]), TypeError, "values must be a"),
    "network weights None": (lambda: NetworkGraph([["a"], ["b"]], [[1], [1]], None), TypeError, "weights must be a"),
    "network layers None": (lambda: NetworkGraph([["a"], None], [[1], [1]], []), TypeError, r"layers\[1\] must be"),
    "network notes flat": (lambda: NetworkGraph([["a"], ["b"]], [[1], [1]], [sp.eye(1)], notes=[1, 2]), TypeError,
                           "notes must be a list of lists"),
    "frames ragged": (lambda: frames_of(lambda k: {"y": [[1], [1, 2]]}), TypeError,
                      "the array 'y' must be numbers in rows of one length.*pad"),
    "frames text": (lambda: frames_of(lambda k: {"y": "text"}), TypeError, "the array 'y' must be numbers"),
    "frames empty": (lambda: frames_of(lambda k: {"y": []}), ValueError, "the array 'y' must be not empty"),
    "frames noise": (lambda: Frames.compute(lambda k: {"y": [k]}, slider, noise="no"), TypeError, "noise must be"),
    "alt of empty words": (lambda: explore(slider, curve, alt="picture picture picture"), ValueError,
                           "alt must be at least 5 different words"),
    "title half a letter": (lambda: explore(slider, curve, title="abc \ud800"), ValueError, "title.*surrogate"),
    "choice of one": (lambda: Choice(k, ["a"]), ValueError, "options must be at least two"),
    "choice text": (lambda: Choice(k, "ab"), TypeError, "options must be a list"),
    "choice twice": (lambda: Choice(k, ["a", "a"]), ValueError, "different"),
    "choice start": (lambda: Choice(k, ["a", "b"], value=2), ValueError, "value must be .*≤ 1"),
    "pick of one": (lambda: pick(k, [x]), ValueError, "pick: options"),
    "no title": (lambda: explore(slider, curve, title=""), ValueError, "Explorer: title must be a text"),
    "no alt": (lambda: explore(slider, curve, alt=None), ValueError, "Explorer: alt must be a text.*in words"),
    "short alt": (lambda: explore(slider, curve, alt="A curve."), ValueError, "at least 20 characters"),
    "title without letters": (lambda: explore(slider, curve, title="∇∇∇"), ValueError, "name must be given"),
    "bad name": (lambda: explore(slider, curve, name="A b"), ValueError, "small letters, digits and hyphens"),
    "nothing to show": (lambda: explore(slider), ValueError, "at least one mark"),
    "not a part": (lambda: explore(slider, curve, k * x), TypeError, "its parts must be controls, marks"),
    "axes without marks": (lambda: explore(slider, Panel(curve), x=(0, 1)), ValueError, "x must be given to a Panel"),
    "unknown symbol": (lambda: explore(slider, curve, Curve(q * x, (x, 0, 1))), ValueError,
                       r"Curve: .*known symbols \(k\), got the unknown symbol q: add Slider\(q"),
    "other assumptions": (lambda: explore(slider, Curve(sp.Symbol("k") * x, (x, 0, 1))), ValueError,
                          "other assumptions"),
    "unknown in a readout": (lambda: explore(slider, curve, Readout("q", q)), ValueError, "unknown symbol q"),
    "unknown in a domain": (lambda: explore(slider, Curve(k * x, (x, 0, q))), ValueError, "unknown symbol q"),
    "dead slider": (lambda: explore(slider, Slider(q, 0, 1), curve), ValueError,
                    r"Slider\(q\): its symbol must be used .*nothing uses it: remove it"),
    "dead choice": (lambda: explore(slider, curve, Choice(q, ["a", "b"])), ValueError, r"Choice\(q\).*nothing uses"),
    "two sliders": (lambda: explore(slider, Slider(k, 0, 1), curve), ValueError, "named differently, got k twice"),
    "same name": (lambda: explore(slider, Slider(sp.Symbol("k"), 0, 1), curve), ValueError, "k twice"),
    "derived twice": (lambda: explore(slider, Trajectory({w: w - k}, start={w: 1}, show=(n, w), step=n, final={k: w}),
                                      x=(0, 1), y=(0, 1)), ValueError, "final must be new symbols|k twice"),
    "derived too late": (
        lambda: explore(
            slider,
            Trajectory({w: w * k}, start={w: q}, show=(n, w), step=n, final={a: w}),
            Trajectory({w: w * k}, start={w: 1}, show=(n, w), step=n, final={q: w}),
        ), ValueError, "put the trajectory that derives it first"),
    "unsupported function": (lambda: explore(slider, Curve(sp.besselj(0, k * x), (x, 0, 1))), ValueError,
                             r"Curve: expr: besselj\(0, k\*x\) must use functions that JavaScript.*besselj.*Frames"),
    "undefined function": (lambda: explore(slider, Curve(f(x) * k, (x, 0, 1))), ValueError, "undefined function"),
    "unevaluated derivative": (lambda: explore(slider, Curve(sp.Derivative(f(x), x) * k, (x, 0, 1))), ValueError,
                               r"Derivative.*\.doit\(\)"),
    "complex": (lambda: explore(slider, Curve(sp.I * k * x, (x, 0, 1))), ValueError, "complex number I.*real=True"),
    "division by zero": (lambda: explore(slider, Curve(sp.zoo, (x, 0, 1))), ValueError, "division by zero"),
    "curve of a text": (lambda: Curve("x**2", x), TypeError, "Curve: expr must be a SymPy expression.*not as text"),
    "curve of a function": (lambda: Curve(np.sin, x), TypeError, "call it on a symbol"),
    "curve of a condition": (lambda: Curve(x > 0, x), ValueError, "the condition x > 0: use Piecewise"),
    "curve of a matrix": (lambda: Curve(sp.Matrix([x]), x), TypeError, "Curve: expr"),
    "curve without variable": (lambda: Curve(x**2, (0, 1)), TypeError, r"domain must be a symbol or \(symbol, low"),
    "curve empty domain": (lambda: Curve(x**2, (x, 1, 1)), ValueError, "low < high"),
    "curve domain of itself": (lambda: Curve(x**2, (x, 0, x)), ValueError, "without x itself"),
    "curve samples": (lambda: Curve(x**2, x, samples=1), ValueError, "samples must be ≥ 2"),
    "color": (lambda: Curve(x**2, x, color="pink"), ValueError, "color must be one of 'blue'"),
    "label": (lambda: Curve(x**2, x, label=3), TypeError, "label must be a text"),
    "parametric alone": (lambda: Parametric((x, x), x), ValueError, "domain must be"),
    "parametric of one": (lambda: Parametric(x, (x, 0, 1)), TypeError, r"point must be a pair"),
    "tangent at itself": (lambda: Tangent(x**2, x, x), ValueError, "free of the variable x"),
    "tangent of a jump": (lambda: explore(slider, Tangent(sp.Heaviside(x) * k, x, k), x=(0, 1), y=(0, 1)), ValueError,
                          "DiracDelta"),
    "area of texts": (lambda: Area("0", x, x), TypeError, "Area: lower"),
    "point without symbol": (lambda: Point(1, k**2, drag=True), ValueError, "a bare symbol when drag=True"),
    "point same symbol": (lambda: Point(a, a, drag=True, start={a: 0}), ValueError, "different symbols"),
    "point without start": (lambda: explore(slider, curve, Point(a, k, drag=True)), ValueError,
                            r"start\[a\] must be given.*start=\{a: 1.0\}"),
    "point start outside": (lambda: explore(Point(a, 0, drag=True, start={a: 9}), x=(0, 1), y=(0, 1)), ValueError,
                            r"start\[a\] must be between 0 and 1, got 9"),
    "point start of another": (lambda: Point(a, 0, drag=True, start={b: 9}), ValueError, "dragged symbols only"),
    "point empty bounds": (lambda: Point(a, 0, drag=True, start={a: 1}, bounds={a: (1, 1)}), ValueError, "low < high"),
    "point without range": (lambda: explore(Point(0, a, drag=True, start={a: 1}), x=(0, 1)), ValueError,
                            r"bounds\[a\] must be given"),
    "point start and slider": (lambda: explore(slider, curve, Point(k, 0, drag=True, start={k: 1}), y=(0, 1)),
                               ValueError, "left out for a symbol with a slider"),
    "point drags a choice": (lambda: explore(Choice(k, ["a", "b"]), curve, Point(k, 0, drag=True)), ValueError,
                             r"start\[k\]"),
    "arrow of numbers": (lambda: Arrow(0, (1, 1)), TypeError, "Arrow: start must be a pair"),
    "segment of three": (lambda: Segment((0, 0), (1, 1, 1)), TypeError, "Segment: end must be a pair"),
    "label without text": (lambda: Label(0, 0, ""), ValueError, "Label: text"),
    "field without range": (lambda: Field(x * y, x, (y, 0, 1)), ValueError, r"write \(x, -1, 1\)"),
    "field same symbol": (lambda: Field(x * y, (x, 0, 1), (x, 0, 1)), ValueError, "different symbols"),
    "field levels": (lambda: Field(x * y, (x, 0, 1), (y, 0, 1), levels=[2, 1]), ValueError, "levels must be incr"),
    "field palette": (lambda: Field(x * y, (x, 0, 1), (y, 0, 1), palette="jet"), ValueError, "palette must be one of"),
    "field of a vector": (lambda: Field(np.zeros(3), (0, 1), (0, 1)), ValueError, "2-dimensional"),
    "field range of symbols": (lambda: Field(x * y, (x, 0, k), (y, 0, 1)), ValueError, "a range of numbers"),
    "grid of 3x3": (lambda: GridMap(sp.eye(3), (x, 0, 1), (y, 0, 1)), ValueError, "2×2"),
    "trajectory of nothing": (lambda: Trajectory({}, start={}), TypeError, "update must be a dict"),
    "trajectory start": (lambda: Trajectory({w: w}, start={v: 1}), ValueError, "a value for each of w"),
    "trajectory show": (lambda: Trajectory({w: w}, start={w: 1}), ValueError, "show must be given"),
    "trajectory steps": (lambda: Trajectory({w: w, v: v}, start={w: 1, v: 1}, steps=-1), ValueError, "steps must be"),
    "trajectory step": (lambda: Trajectory({w: w}, start={w: 1}, step=w, show=(w, w)), ValueError, "another symbol"),
    "trajectory start in w": (lambda: Trajectory({w: w}, start={w: w}, show=(w, w)), ValueError, "free of the state"),
    "trajectory final": (lambda: Trajectory({w: w, v: v}, start={w: 1, v: 1}, final={w: w}), ValueError, "new symbols"),
    "bars labels": (lambda: Bars([k, 1], ["a"]), ValueError, "labels must be 2 texts, got 1"),
    "bars of one": (lambda: Bars(k, ["a"]), TypeError, "values must be a list"),
    "bars in company": (lambda: Panel(Bars([k], ["a"]), curve), ValueError, "Bars alone"),
    "cells in company": (lambda: Panel(curve, MatrixCells(two)), ValueError, "MatrixCells alone"),
    "cells rows": (lambda: MatrixCells(two, rows=["a"]), ValueError, "rows must be 2 texts"),
    "cells ragged": (lambda: MatrixCells([[1, 2], [3]]), TypeError, "equally long rows"),
    "cells limits": (lambda: MatrixCells(two, limits=(1, 0)), ValueError, "limits"),
    "network one layer": (lambda: NetworkGraph([["a"]], [[1]], []), ValueError, "layers must be at least two"),
    "network values": (lambda: NetworkGraph([["a"], ["b"]], [[1], [1, 2]], [sp.eye(1)]), ValueError, r"sizes \[1, 1\]"),
    "network weights": (lambda: NetworkGraph([["a"], ["b"]], [[1], [1]], []), ValueError, "1 matrices"),
    "network transposed": (lambda: NetworkGraph([["a", "b"], ["c"]], [[1, 2], [3]], [sp.ones(2, 1)]), ValueError,
                           r"\(out, in\) = \(1, 2\), got \(2, 1\): transpose"),
    "polyline lengths": (lambda: Polyline([1, 2], [1]), ValueError, r"ys must be of shape \(2,\)"),
    "polyline of symbols": (lambda: Polyline([x], [x]), TypeError, "an array of numbers"),
    "polyline of frames": (lambda: Polyline([1, 2], frames()), TypeError, r"pick one: frames\[\"y\"\]"),
    "polyline of a matrix": (lambda: Polyline(np.eye(2), np.eye(2)), ValueError, "1-dimensional"),
    "scatter classes": (lambda: Scatter([1, 2], [1, 2], classes=[1]), ValueError, "classes must be of shape"),
    "scatter fractions": (lambda: Scatter([1], [1], classes=[0.5]), ValueError, "whole numbers"),
    "readout label": (lambda: Readout("", k), ValueError, "Readout: label"),
    "readout text": (lambda: Readout("k", "k"), TypeError, "Readout: expr"),
    "readout format": (lambda: Readout("k", k, digits="3"), ValueError, "a format such as"),
    "readout condition": (lambda: Readout("k", k > 1), ValueError, "use Piecewise"),
    "message without otherwise": (lambda: Message([(k > 1, "a")]), ValueError, r"end with \(True"),
    "message text": (lambda: Message([(k > 1, 3), (True, "b")]), TypeError, r"cases\[0\]"),
    "message of an expression": (lambda: Message([(k, "a"), (True, "b")]), TypeError, "a condition such as k > 1"),
    "panel of nothing": (lambda: Panel(), ValueError, "at least one mark"),
    "panel of a slider": (lambda: Panel(slider), TypeError, "Panel: marks"),
    "panel empty range": (lambda: Panel(curve, x=(1, 1)), ValueError, "Panel: x must be a range"),
    "panel log at zero": (lambda: Panel(curve, x=(0, 1), xscale="log"), ValueError, "above 0 on a log scale"),
    "panel range": (lambda: Panel(curve, x=3), ValueError, "a pair"),
    "panel nothing to fit": (lambda: explore(slider, Curve(sp.log(-k - x**2), (x, 0, 1))), ValueError, "y must be"),
    "frames of nothing": (lambda: Frames.compute(lambda: {}), TypeError, "controls must be one or more"),
    "frames no dict": (lambda: frames_of(lambda k: [k]), TypeError, "a dict"),
    "frames other shape": (lambda: frames_of(lambda k: {"y": np.zeros(int(k) + 1)}), ValueError,
                           r"\(1,\) everywhere, got \(2,\) at k = 1: pad"),
    "frames other names": (lambda: frames_of(lambda k: {f"y{k}": [k]}), ValueError, "a dict of"),
    "frames too big": (lambda: frames_of(lambda k: {"y": np.random.default_rng(0).normal(size=9000)}), ValueError,
                       "at most 60 kB.*fewer values"),
    "frames without slider": (lambda: explore(slider, curve, Polyline([0, 1], frames()["y"])), ValueError,
                              "frames must be computed over this explorer's own controls"),
    "frames name": (lambda: frames()["z"], KeyError, "no array named 'z': there are y"),
    "frames names twice": (lambda: explore(slider, Polyline([0, 1], frames()["y"]), Polyline([0, 1], frames()["y"])),
                           ValueError, "y twice"),
    "experiment argument": (lambda: experiment(lambda q: {"y": [1.0]}), ValueError, "no argument k"),
    "experiment more arguments": (lambda: experiment(lambda k, z: {"y": [1.0]}), ValueError, "the argument z as well"),
    "experiment random": (lambda: experiment(lambda k: {"y": np.random.default_rng().normal(size=2)}), ValueError,
                          "deterministic.*rng argument only"),
    "experiment marks": (lambda: experiment(lambda k: {"y": [k, k]}, marks=[curve]), TypeError, "marks=lambda run"),
    "experiment without frames": (lambda: experiment(lambda k: {"y": [k, k]}, marks=lambda run: [curve]), ValueError,
                                  'use run\\["name"\\]'),
    "experiment no function": (lambda: experiment(3), TypeError, "function must be a function"),
    "experiment no controls": (lambda: Experiment(lambda: {}, marks=lambda run: [], title="T", alt=ALT), TypeError,
                               "one or more Slider"),
}  # fmt: skip


def frames_of(function: Any) -> Frames:
    return Frames.compute(function, Slider(k, 0, 1, values=[0, 1]))


def experiment(function: Any, marks: Any = lambda run: [Polyline([0, 1], run["y"])]) -> Experiment:
    return Experiment(function, Slider(k, 0, 1, values=[0, 1]), marks=marks, title="Title", alt=ALT)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_specification(name: str) -> None:
    make, error, words = WRONG[name]
    with pytest.raises(error) as caught:
        make()
    message = str(caught.value)
    assert re.search(words, message, re.DOTALL), message
    assert error is KeyError or " must be " in message or "must use functions" in message, message


def test_the_ground_of_these_tests_is_right() -> None:
    explore(slider, curve)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"k": 9}, "k must be between 0 and 5, got 9"),
        ({"q": 1}, "values must be named k, got 'q'"),
        ({"k": "1"}, "k must be a number"),
        ({"k": float("nan")}, "k must be finite"),
    ],
)
def test_values_are_checked(values: dict[str, Any], words: str) -> None:
    explorer = explore(slider, curve)
    for use in (lambda: setattr(explorer, "values", values), lambda: explorer.numbers(values)):
        with pytest.raises((TypeError, ValueError), match=words):
            use()
    assert explorer.values == {"k": 1.0}


def test_live_arrays_are_those_of_the_frames() -> None:
    explorer = explore(slider, curve)
    with pytest.raises(ValueError, match="live must be arrays of its frames"):
        explorer.live = {"loss": [1.0]}
