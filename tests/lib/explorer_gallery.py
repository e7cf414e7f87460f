"""Explorers that together use every control, mark and readout: what the tests of both languages go over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import sympy as sp

from dlmath_lib.explore import (
    Area,
    Arrow,
    Bars,
    Choice,
    Curve,
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

x, t, k, a, b, c, u, v, w, z, n = sp.symbols("x t k a b c u v w z n", real=True)
rate, w_end, z_end, made = sp.symbols("rate w_end z_end made", real=True)
ALT = "A picture for the tests, described in enough words."


def curves() -> Explorer:
    """Curve, tangent, area, point, arrow, segment, label, parametric; slider, choice, drag; readouts."""
    f = pick(c, [1 / (1 + sp.exp(-k * x)), sp.sin(k * x), sp.erf(k * x)])
    slope = f.diff(x).subs(x, a)
    return Explorer(
        Slider(k, 0.2, 5, value=1, label="steepness k"),
        Choice(c, ["sigmoid", "sine", "error function"], label="function"),
        Curve(f, (x, -6, 6), label="f"),
        Curve(f.diff(x), x, label="f′", dash=True),
        Tangent(f, x, a, label="tangent"),
        Area(0, f, (x, -6, a)),
        Point(a, f.subs(x, a), drag=True, start={a: 1.0}, label="touch"),
        Arrow((0, 0), (a, slope)),
        Segment((a, 0), (a, f.subs(x, a)), dash=True),
        Label(a, -1, "a < b"),
        Parametric((3 * sp.cos(t), k * sp.sin(t) / 5), (t, 0, 2 * sp.pi)),
        Readout(sp.Derivative(sp.Function("f")(x), x), slope),
        Readout("share", slope**2 / 10, digits=".1%"),
        Message([(slope > 0, "rising"), (slope < 0, "falling"), (True, "level")]),
        title="Curves",
        alt=ALT,
        y=(-2, 2),
    )


def descent() -> Explorer:
    """Field, trajectories with derived ends, one of which feeds the other, two-way drag, log slider."""
    loss = w**2 + 10 * z**2 + sp.sin(3 * w)
    step = {s: s - rate * loss.diff(s) for s in (w, z)}
    return Explorer(
        Slider(rate, 0.001, 0.4, value=0.05, scale="log", label="learning rate"),
        Panel(
            Field(loss, (w, -3, 3), (z, -2, 2), samples=(31, 21)),
            Trajectory(step, start={w: a, z: b}, steps=40, final={w_end: w, z_end: z, made: n}, step=n),
            Point(a, b, drag=True, start={a: 2.5, b: 1.0}, bounds={b: (-1.5, 1.5)}),
            Segment((0, 0), (w_end, z_end)),
            x=(-3, 3),
            y=(-2, 2),
            xlabel="w",
            ylabel="z",
        ),
        Panel(
            Trajectory(
                {w: w - rate * w / (1 + n)}, start={w: w_end}, steps=10 + 20 * rate, show=(n, w), step=n, arrows=True
            ),
            xlabel="step",
        ),
        Readout("loss at the end", loss.subs({w: w_end, z: z_end}), digits=".2e"),
        Readout("steps made", made, digits=0),
        title="Descent",
        alt=ALT,
    )


def tables() -> Explorer:
    """Grid map (linear and not), bars, cells, network."""
    matrix = sp.Matrix([[1, a], [b, 1]])
    hidden = [sp.tanh(a + b), sp.Max(0, a - b)]
    return Explorer(
        Slider(a, -2, 2, value=0.5),
        Slider(b, -2, 2, value=-1, step=0.25),
        Panel(GridMap(matrix, (u, -2, 2), (v, -1, 1), lines=5), x=(-4, 4), y=(-4, 4), equal=True, title="linear"),
        Panel(GridMap((sp.exp(a * u) * sp.cos(v), u * v), (u, -1, 1), (v, 0, 3), lines=4, samples=9)),
        Panel(Bars([a, b, a * b], ["a", "b", "ab"])),
        Panel(MatrixCells(matrix * matrix.T, rows=["r1", "r2"], cols=["c1", "c2"], limits=(-5, 5))),
        Panel(
            NetworkGraph(
                [["x₁", "x₂"], ["h₁", "h₂"], ["y"]],
                [[a, b], hidden, [hidden[0] - hidden[1]]],
                [sp.Matrix([[1, 1], [1, -1]]), sp.Matrix([[1, -1]])],
                notes=[[a, b], [b, a], [1]],
            )
        ),
        title="Tables",
        alt=ALT,
    )


def frames() -> Explorer:
    """Polyline, scatter, a field and cells from frames, with NaN; integer slider."""
    shift = Slider(a, -1, 1, value=0.5, label="shift")
    power = Slider(n, 1, 3, value=2, integer=True, label="power")
    nodes = np.linspace(0, 1, 7)

    def compute(a: float, n: float) -> dict[str, object]:
        line = (nodes + a) ** n
        line[2] = np.nan if a < 0 else line[2]
        return {"line": line, "map": np.outer(nodes[:4], nodes) + a, "classes": (nodes * n > 1).astype(int)}

    run = Frames.compute(compute, shift, power)
    return Explorer(
        shift,
        power,
        Panel(
            Polyline(nodes, run["line"], label="from frames"),
            Scatter(nodes, run["line"], classes=run["classes"]),
            Scatter(nodes, nodes**2, label="given"),
            Curve((x + a) ** n, (x, 0, 1), dash=True),
            x=(0, 1),
            y=(-1, 9),
        ),
        Panel(Field(run["map"], (0, 1), (0, 1), levels=[-0.5, 0, 0.5, 1], palette="diverging")),
        Panel(MatrixCells(run["map"], digits=1, palette="sequential")),
        title="Frames",
        alt=ALT,
    )


def logarithmic() -> Explorer:
    """Log axes, a field on a log scale, an area between curves of the parameters."""
    return Explorer(
        Slider(k, 1, 3, value=2, values=[1, 2, 3], label="order"),
        Panel(
            Curve(x**k, (x, 0.001, 10), label="hᵏ"),
            Tangent(x**k, x, 1),
            Area(x**k / 2, x**k, (x, 0.01, 1 / k)),
            x=(0.001, 10),
            y=(1e-9, 1e3),
            xscale="log",
            yscale="log",
        ),
        Panel(Field(1 + (w - k) ** 2 + 100 * (z - w**2) ** 2, (w, -2, 2), (z, -1, 3), scale="log", samples=25)),
        title="Log scales",
        alt=ALT,
    )


GALLERY: dict[str, Callable[[], Explorer]] = {
    "curves": curves,
    "descent": descent,
    "tables": tables,
    "frames": frames,
    "logarithmic": logarithmic,
}
