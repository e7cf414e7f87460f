"""One small explorer for each mark, written by hand, with its numbers by NumPy: what the front end is tested on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Spec = dict[str, Any]


def fn(body: str, *args: str) -> dict[str, Any]:
    return {"args": ["p", *args], "body": body}


def slider(param: int, label: str, low: float, high: float, value: float, **more: Any) -> Spec:
    options = {"step": 0.05, "scale": "linear", "values": None, "digits": 2, **more}
    return {"type": "slider", "param": param, "label": label, "min": low, "max": high, "value": value, **options}


def state(param: int, label: str, low: float, high: float, value: float, step: float = 0.1) -> Spec:
    return {"type": "state", "param": param, "label": label, "min": low, "max": high, "step": step, "value": value}


def axis(low: float, high: float, label: str = "", scale: str = "linear") -> Spec:
    return {"label": label, "min": low, "max": high, "scale": scale}


def panel(x: Spec, y: Spec, *marks: Spec, **more: Any) -> Spec:
    return {"title": None, "x": x, "y": y, "equal": False, "axes": True, "marks": list(marks), **more}


def mark(kind: str, **more: Any) -> Spec:
    return {"type": kind, "label": None, "color": "blue", **more}


def number(label: str, body: str, form: str = ".3f", **more: Any) -> Spec:
    return {"type": "number", "label": label, "math": None, "fn": fn(body), "format": form, "color": None, **more}


@dataclass(frozen=True)
class Case:
    """A spec, where to move it, and ``numbers(values)`` of its first mark there."""

    name: str
    spec: Spec
    move: dict[str, float]
    numbers: Callable[..., dict[str, Any]]
    readouts: Callable[..., list[float]] = field(default=lambda **_: [])


def spec(
    name: str, parameters: list[str], controls: list[Spec], *panels: Spec, readouts: Any = (), **more: Any
) -> Spec:
    title = more.pop("title", name.capitalize())
    alt = f"The {name} of the test, in words that say what a reader sees."
    return {
        "version": 1, "name": f"test-{name}", "title": title, "alt": alt,
        "parameters": parameters, "controls": controls,
        "derived": [], "frames": [], "panels": list(panels), "readouts": list(readouts), **more,
    }  # fmt: skip


def sample(low: float, high: float, count: int) -> np.ndarray:
    return low + (high - low) * (np.arange(count) / (count - 1))


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


MATH_SLOPE = "<math><mi>σ</mi><mo>′</mo><mo>(</mo><mi>a</mi><mo>)</mo></math>"

CURVE = Case(
    "curve",
    spec(
        "curve",
        ["k", "a"],
        [slider(0, "steepness k", 0, 5, 1), state(1, "place a", -6, 6, 1)],
        panel(
            axis(-6, 6, "x"),
            axis(-0.25, 1.25, "σ(kx)"),
            mark("curve", label="σ(kx)", domain=[None, None], samples=300,
                 fn=fn("return 1/(1+Math.exp(-p[0]*v0));", "v0")),
            mark("curve", label="tangent at a", color="orange", dash=True, domain=[None, None], samples=2,
                 fn=fn("const s=1/(1+Math.exp(-p[0]*p[1])); return s+p[0]*s*(1-s)*(v0-p[1]);", "v0")),
            mark("point", label="place a", color="orange", drag={"x": 1, "y": None},
                 fn=fn("return [p[1], 1/(1+Math.exp(-p[0]*p[1]))];")),
        ),
        readouts=[
            number("slope", "const s=1/(1+Math.exp(-p[0]*p[1])); return p[0]*s*(1-s);", math=MATH_SLOPE,
                   color="orange"),
            number("value", "return 1/(1+Math.exp(-p[0]*p[1]));"),
            {"type": "message", "fn": fn("return p[0]*p[1]>2?0:1;"),
             "texts": ["The unit is saturated: the slope is almost zero.", "The unit still learns."]},
        ],
        title="The logistic sigmoid and its slope",
    ),
    {"k": 2.5},
    lambda k, a: {"x": sample(-6, 6, 300), "y": sigmoid(k * sample(-6, 6, 300))},
    lambda k, a: [k * sigmoid(k * a) * (1 - sigmoid(k * a)), sigmoid(k * a), 0 if k * a > 2 else 1],
)  # fmt: skip

PARAMETRIC = Case(
    "parametric",
    spec(
        "parametric",
        ["m"],
        [slider(0, "petals m", 1, 6, 3, step=1, digits=0)],
        panel(
            axis(-1.2, 1.2, "x"), axis(-1.2, 1.2, "y"),
            mark("parametric", color="purple", domain=[0, 6.283185307179586], samples=400,
                 fn=fn("const r=Math.cos(p[0]*v0); return [r*Math.cos(v0), r*Math.sin(v0)];", "v0")),
            equal=True,
        ),
    ),
    {"m": 5},
    lambda m: (lambda t: {"x": np.cos(m * t) * np.cos(t), "y": np.cos(m * t) * np.sin(t)})(sample(0, 2 * math.pi, 400)),
)  # fmt: skip

AREA = Case(
    "area",
    spec(
        "area",
        ["b"],
        [slider(0, "upper end b", 0, 3, 2)],
        panel(
            axis(0, 3, "x"), axis(0, 1.6, "f(x)"),
            mark("area", label="integral from 0 to b", color="green", domain=[0, fn("return p[0];")], samples=200,
                 lower=fn("return 0;", "v0"), upper=fn("return v0*Math.exp(1-v0);", "v0")),
            mark("curve", label="x·exp(1 − x)", color="blue", domain=[None, None], samples=200,
                 fn=fn("return v0*Math.exp(1-v0);", "v0")),
        ),
        readouts=[number("area", "return Math.E*(1-(1+p[0])*Math.exp(-p[0]));", ".3g")],
    ),
    {"b": 1.5},
    lambda b: {"x": (x := sample(0, b, 200)), "lower": 0 * x, "upper": x * np.exp(1 - x)},
    lambda b: [math.e * (1 - (1 + b) * math.exp(-b))],
)  # fmt: skip

ARROW = Case(
    "arrow",
    spec(
        "arrow",
        ["x", "y"],
        [state(0, "x", -3, 3, 2), state(1, "y", -2, 3, 1)],
        panel(
            axis(-3, 3, "x₁"), axis(-2, 2, "x₂"),
            mark("arrow", label="v", fn=fn("return [0,0,p[0],p[1]];")),
            mark("arrow", label="v turned by 90°", color="orange", fn=fn("return [0,0,-p[1],p[0]];")),
            mark("segment", label="its shadow", color="gray", dash=True, fn=fn("return [p[0],0,p[0],p[1]];")),
            mark("point", label="tip of v", drag={"x": 0, "y": 1}, fn=fn("return [p[0],p[1]];")),
            mark("label", text="v turned", color="orange", fn=fn("return [-p[1],p[0]];")),
            equal=True,
        ),
        readouts=[number("length", "return Math.hypot(p[0],p[1]);")],
    ),
    {"x": -1.5, "y": 2.5},  # out of the picture: its handle stays at the edge
    lambda x, y: {"points": [0, 0, x, y]},
    lambda x, y: [math.hypot(x, y)],
)  # fmt: skip


def _valley(x: np.ndarray, a: float, y: np.ndarray) -> np.ndarray:
    """Not the same when it is turned round: a field upside down is seen."""
    return x**2 + x + a * y * (y + 3)


FIELD = Case(
    "field",
    spec(
        "field",
        ["a", "eta", "x0", "y0", "loss"],
        [slider(0, "curvature a", 0.5, 8, 4, step=0.1, digits=1),
         slider(1, "learning rate η", 0.001, 1, 0.1, scale="log", step=0.02, digits=3),
         state(2, "start x", -3, 3, -2.5), state(3, "start y", -2, 2, 1.5)],
        panel(
            axis(-3, 3, "x"), axis(-2, 2, "y"),
            mark("field", color=None, label="loss", fn=fn("return v0*v0+v0+p[0]*v1*(v1+3);", "v0", "v1"), x=[-3, 3],
                 y=[-2, 2], n=[60, 60], levels=12, scale="linear", palette="sequential", bar=True),
            mark("trajectory", label="gradient descent", color="orange", start=fn("return [p[2],p[3]];"),
                 update=fn("return [s[0]-p[1]*(2*s[0]+1), s[1]-p[1]*p[0]*(2*s[1]+3)];", "s", "n"), steps=40,
                 show=fn("return [s[0],s[1]];", "s", "n"), dots=True, line=True, arrows=False),
            mark("point", label="start", color="orange", drag={"x": 2, "y": 3}, fn=fn("return [p[2],p[3]];")),
        ),
        derived=[{"param": 4, "panel": 0, "mark": 1,
                  "fn": fn("return s[0]*s[0]+s[0]+p[0]*s[1]*(s[1]+3);", "s", "n")}],
        readouts=[number("loss after 40 steps", "return p[4];", ".3g")],
        title="Gradient descent in a valley",
    ),
    {"a": 2.0},
    lambda a, eta, x0, y0: {"z": _valley(sample(-3, 3, 60), a, sample(-2, 2, 60)[:, None]).ravel()},
)  # fmt: skip


def _descent(rate: float) -> dict[str, Any]:
    x = [2.0]
    for _ in range(30):
        step = x[-1] - rate * 2 * x[-1] * 1e3 ** (rate > 5)
        if not abs(step) <= 1e12:
            break
        x.append(step)
    return {"x": list(range(len(x))), "y": x}


TRAJECTORY = Case(
    "trajectory",
    spec(
        "trajectory",
        ["eta"],
        [slider(0, "learning rate η", 0.01, 10, 0.1, scale="log", step=0.02, digits=3)],
        panel(
            axis(0, 30, "step"), axis(-3, 3, "x"),
            mark("trajectory", color="red", start=fn("return [2];"), steps=fn("return 30;"),
                 update=fn("return [s[0]-p[0]*2*s[0]*(p[0]>5?1000:1)];", "s", "n"),
                 show=fn("return [n,s[0]];", "s", "n"), dots=True, line=True, arrows=True),
        ),
    ),
    {"eta": 8.0},
    lambda eta: _descent(eta),
)  # fmt: skip

GRIDMAP = Case(
    "gridmap",
    spec(
        "gridmap",
        ["a", "b"],
        [slider(0, "shear a", -2, 2, 0.5), slider(1, "stretch b", -2, 2, 1)],
        panel(
            axis(-3, 3, "x₁"), axis(-3, 3, "x₂"),
            mark("gridmap", color="blue", u=[-2, 2], v=[-2, 2], lines=9, samples=2,
                 fn=fn("return [v0+p[0]*v1, p[1]*v1];", "v0", "v1")),
            mark("arrow", label="image of e₁", color="orange", fn=fn("return [0,0,1,0];")),
            mark("arrow", label="image of e₂", color="green", fn=fn("return [0,0,p[0],p[1]];")),
            mark("point", label="image of (1, 2)", color="gray", drag=None, fn=fn("return [1+2*p[0],2*p[1]];")),
            equal=True,
        ),
        readouts=[number("determinant", "return p[1];", ".2f")],
    ),
    {"a": 1.5, "b": 0.5},  # the point leaves the picture
    lambda a, b: _grid(lambda u, v: (u + a * v, b * v)),
    lambda a, b: [b],
)  # fmt: skip


def _grid(f: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]) -> dict[str, Any]:
    lines, ends = sample(-2, 2, 9), sample(-2, 2, 2)
    u = np.concatenate([np.repeat(lines, 2), np.tile(ends, 9)])
    v = np.concatenate([np.tile(ends, 9), np.repeat(lines, 2)])
    x, y = f(u, v)
    return {"x": x, "y": y}


BARS = Case(
    "bars",
    spec(
        "bars",
        ["T", "z"],
        [slider(0, "temperature T", 0.1, 10, 1, scale="log", step=0.02, digits=3),
         slider(1, "logit of “dog”", -3, 3, 1)],
        panel(
            axis(-0.5, 3.5), axis(0, 1, "probability"),
            mark("bars", color="blue", labels=["cat", "dog", "owl", "fox"],
                 fn=fn("const e=[1.5,p[1],-0.5,0.2].map(z=>Math.exp(z/p[0])), t=e[0]+e[1]+e[2]+e[3];"
                       "return e.map(v=>v/t);")),
        ),
        panel(
            axis(-0.5, 3.5), axis(-3, 3, "logit"),
            mark("bars", color="orange", labels=["cat", "dog", "owl", "fox"], fn=fn("return [1.5,p[1],-0.5,0.2];")),
        ),
        title="Softmax with a temperature",
    ),
    {"T": 2.0, "z": -1.0},
    lambda T, z: (lambda e: {"values": e / e.sum()})(np.exp(np.array([1.5, z, -0.5, 0.2]) / T)),
)  # fmt: skip

CELLS = Case(
    "cells",
    spec(
        "cells",
        ["a"],
        [slider(0, "scale a", -2, 2, 1)],
        panel(
            axis(0, 1), axis(0, 1),
            mark("cells", color=None, shape=[3, 4], rows=["x₁", "x₂", "x₃"], cols=["w₁", "w₂", "w₃", "w₄"],
                 digits=2, palette="diverging", range=[-2, 2],
                 fn=fn("return [1,-0.5,0.25,0,-1,0.75,-0.1,0.6,0.33,-0.9,1,-0.2].map(v=>p[0]*v);")),
            axes=False,
        ),
        panel(
            axis(0, 1), axis(0, 1),
            mark("cells", color=None, shape=[6, 6], rows=None, cols=None, digits=2, palette="sequential", range=None,
                 fn=fn("return Array.from({length:36},(_,i)=>Math.abs(p[0])*i);")),
            axes=False, title="Sequential",
        ),
        title="Cells of a matrix",
    ),
    {"a": -1.5},
    lambda a: {"values": a * np.array([1, -0.5, 0.25, 0, -1, 0.75, -0.1, 0.6, 0.33, -0.9, 1, -0.2])},
)  # fmt: skip

NETWORK = Case(
    "network",
    spec(
        "network",
        ["x", "w"],
        [slider(0, "input x₁", -2, 2, 1), slider(1, "weight w₁₁", -2, 2, 0.8)],
        panel(
            axis(0, 1), axis(0, 1),
            mark("network", color=None, layers=[["x₁", "x₂"], ["h₁", "h₂", "h₃"], ["y"]], digits=2,
                 values=fn("const h=[Math.tanh(p[1]*p[0]+0.25),Math.tanh(-0.5*p[0]+0.35),Math.tanh(0.3*p[0]-0.6)];"
                           "return [p[0],0.5,...h,0.9*h[0]-1.2*h[1]+0.4*h[2]];"),
                 weights=fn("return [p[1],0.5,-0.5,0.7,0.3,-1.2,0.9,-1.2,0.4];"),
                 notes=fn("return [NaN,NaN,0.12*p[0],-0.05,0.31,1];")),
            axes=False,
        ),
        title="A network with values, weights and errors",
    ),
    {"x": -0.5, "w": -1.0},
    lambda x, w: {
        "values": [x, 0.5, *(h := [math.tanh(w * x + 0.25), math.tanh(-0.5 * x + 0.35), math.tanh(0.3 * x - 0.6)]),
                   0.9 * h[0] - 1.2 * h[1] + 0.4 * h[2]],
        "weights": [w, 0.5, -0.5, 0.7, 0.3, -1.2, 0.9, -1.2, 0.4],
        "notes": [math.nan, math.nan, 0.12 * x, -0.05, 0.31, 1],
    },
)  # fmt: skip

RATES = [0.01, 0.1, 1.0]


def loss(rate: float, kind: int) -> list[float]:
    return [round((1 + kind) * math.exp(-rate * i), 4) for i in range(21)]


LOSSES = [loss(rate, kind) for rate in RATES for kind in (0, 1)]

FRAMES = Case(
    "frames",
    spec(
        "frames",
        ["rate", "rule"],
        [slider(0, "learning rate", 0.01, 1, 0.1, step=None, values=RATES),
         {"type": "choice", "param": 1, "label": "rule", "options": ["plain", "momentum"], "value": 0}],
        panel(
            axis(0, 20, "epoch"), axis(1e-4, 10, "loss", scale="log"),
            mark("polyline", label="training", x={"values": list(range(21))}, y={"frame": "loss"}),
            mark("curve", label="1/(x + 1)", color="gray", dash=True, domain=[None, None], samples=100,
                 fn=fn("return 1/(v0+1);", "v0")),
        ),
        frames=[{"params": [0, 1], "grid": [RATES, [0, 1]],
                 "arrays": {"loss": {"shape": [21], "data": LOSSES}}}],
    ),
    {"rate": 1.0, "rule": 1},
    lambda rate, rule: {"x": list(range(21)), "y": loss(rate, rule)},
)  # fmt: skip

_rng = np.random.default_rng(0)
_X = np.round(np.concatenate([_rng.normal(-1, 0.7, 40), _rng.normal(1, 0.7, 40)]), 3).tolist()
_Y = np.round(np.concatenate([_rng.normal(-0.5, 0.7, 40), _rng.normal(0.5, 0.7, 40)]), 3).tolist()

SCATTER = Case(
    "scatter",
    spec(
        "scatter",
        ["w", "f"],
        [slider(0, "slope w", -3, 3, -1),
         {"type": "choice", "param": 1, "label": "boundary of the decision", "value": 0,
          "options": ["straight line", "a parabola through the origin", "a circle around the origin"]}],
        panel(
            axis(-3, 3, "x₁"), axis(-2.5, 2.5, "x₂"),
            mark("scatter", color="blue", x={"values": _X}, y={"values": _Y}, classes={"values": [0] * 40 + [1] * 40}),
            mark("curve", color="gray", fn=fn("return p[1]===0?p[0]*v0:p[1]===1?p[0]*v0*v0:Math.sqrt(4-v0*v0);", "v0"),
                 domain=[None, None], samples=200),
        ),
    ),
    {"f": 2},
    lambda w, f: {"x": _X, "y": _Y, "classes": [0] * 40 + [1] * 40},
)  # fmt: skip

CASES = [CURVE, PARAMETRIC, AREA, ARROW, FIELD, TRAJECTORY, GRIDMAP, BARS, CELLS, NETWORK, FRAMES, SCATTER]
