"""A control that has no effect says so: the condition is read off the expressions, and holds of the numbers."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import sympy as sp

from dlmath_lib.explore import Choice, Curve, Explorer, Point, Readout, Slider, Trajectory, pick
from dlmath_lib.explore.controls import Choice as AnyChoice
from dlmath_lib.explore.dependence import matters
from dlmath_lib.explore.model import Model
from tests.lib.explorer_gallery import ALT, GALLERY

x, a, b, c, k, n, w = sp.symbols("x a b c k n w", real=True)
KNOWN = [a, b, c, k]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        (a * x, True),
        (b * x, False),
        (pick(c, [a * x, x]), sp.Eq(c, 0)),
        (sp.Piecewise((x, b > 1), (a, True)), b <= 1),
        (sp.Piecewise((x, a > 1), (1, True)), True),
        (sp.Piecewise((a, x > 1), (1, True)), True),
        (sp.Piecewise((0, (sp.Eq(c, 3) & (a < 1)) | sp.Eq(c, 1)), (1, True)), sp.Eq(c, 3)),
        (sp.Piecewise((a * x, sp.Eq(c, 1) & (x < 0)), (x, True)), sp.Eq(c, 1)),
        (b * sp.sin(a * x), sp.Ne(b, 0)),
        (b**2 * a + 1, sp.Ne(b, 0)),
        (a * sp.Piecewise((1, sp.Eq(c, 1)), (0, True)), sp.Ne(sp.Piecewise((1, sp.Eq(c, 1)), (0, True)), 0)),
        (sp.Piecewise((1, x > 0), (pick(c, [1, a]), True)), sp.Ne(c, 0)),
    ],
)
def test_where_a_parameter_matters(expression: sp.Expr, wanted: Any) -> None:
    assert matters([expression], a, KNOWN) == wanted


def explorers() -> dict[str, Model]:
    relu = sp.Max(0, x)
    leaky = sp.Piecewise((x, x > 0), (a * x, True))
    f = pick(c, [relu, leaky, sp.tanh(k * x)])
    shapes = Explorer(
        Choice(c, ["ReLU", "leaky ReLU", "tanh"], label="function"),
        Slider(a, 0.1, 2, value=0.5, label="slope of the leak"),
        Slider(k, 0.5, 2, value=1, label="steepness"),
        Curve(f, (x, -3, 3)),
        Point(b, f.subs(x, b), drag=True, start={b: 1.0}),
        title="Shapes",
        alt=ALT,
        y=(-1, 3),
    )
    momentum = Explorer(
        Slider(n, 0, 5, value=0, integer=True, label="strength"),
        Slider(k, 0.5, 2, value=1, label="ratio"),
        Curve(x + n * k, (x, 0, 1)),
        Trajectory({w: w / 2 + n * k}, start={w: 1}, steps=3, show=(w, w)),
        Readout("n", n),
        title="Penalty",
        alt=ALT,
        y=(0, 9),
    )
    return {"shapes": shapes._model, "penalty": momentum._model} | {
        name: make()._model for name, make in GALLERY.items()
    }


def dead_controls(model: Model) -> list[str]:
    """Where a control's word about its effect is not what the numbers say: at every choice and at the start."""
    choices = [control for control in model.controls if isinstance(control, AnyChoice)]
    wrong = []
    for state in itertools.product(*(choice.grid() for choice in choices)):
        values = model.start | {c.symbol.name: v for c, v in zip(choices, state, strict=True)}
        says = model.active(values)
        for control in model.controls:
            grid = control.grid()
            numbers = [repr(model.numbers(values | {control.symbol.name: v}, {})) for v in grid]
            if says[control.symbol.name] != (len(set(numbers)) > 1):
                wrong.append(f"{model.name}: {control.symbol} at {values}")
    return wrong


@pytest.mark.parametrize("name", explorers())
def test_every_control_says_the_truth_about_its_effect(name: str) -> None:
    assert dead_controls(explorers()[name]) == []


def test_the_spec_says_where_and_by_what() -> None:
    model = explorers()["shapes"]
    by_name = {control["label"]: control for control in model.spec()["controls"]}
    assert "active" not in by_name["function"]
    assert by_name["steepness"]["active"]["params"] == [0]
    assert model.active(model.start) == {"c": True, "a": False, "k": False}
    assert model.active(model.start | {"c": 1.0, "b": -1.0}) == {"c": True, "a": True, "k": False}


def test_a_control_that_never_matters_is_refused() -> None:
    never = sp.Piecewise((a, sp.Eq(c, 5)), (x, True))
    with pytest.raises(ValueError, match=r"Slider\(a\): its symbol must be one that has an effect"):
        Explorer(Choice(c, ["p", "q"]), Slider(a, 0, 1), Curve(never + c, (x, 0, 1)), title="Never", alt=ALT)
