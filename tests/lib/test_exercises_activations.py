"""The exercises of networks/activations: typical wrong answers are told apart, and say what is wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

Z = sp.Symbol("z", real=True)
SIGMA = sp.Function("sigma")
GIVEN = {SIGMA(Z): 1 / (1 + sp.exp(-Z))}
START, END = 1 - sp.tanh(Z) ** 2, 4 * SIGMA(2 * Z) * (1 - SIGMA(2 * Z))


def forward(z: np.ndarray, a: np.ndarray) -> np.ndarray:
    return np.where(z > 0, z, a * z)


def backward_with(by_slope: Callable[..., Any]) -> tuple[Any, Any]:
    return forward, lambda g, z, a: (np.where(z > 0, g, a * g), by_slope(g, z))


WRONG: list[tuple[str, Any, str]] = [
    ("sigmoid_slope", [0.75, 0.25], "that is σ(log 3), the value"),
    ("sigmoid_slope", [-3 / 16, 0.25], "its sign is wrong"),
    ("sigmoid_slope", ["3/16", 0.25], "must be"),
    ("sigmoid_slope", [0.19, 0.25], "not close enough"),
    ("sigmoid_slope", 3 / 16, "two numbers"),
    ("sigmoid_slope", [3 / 16, 0.75], "σ is not even"),
    ("sigmoid_slope", [3 / 16, -0.75], "σ is not odd"),
    ("sigmoid_slope", [3 / 16, 3 / 16], "since σ′ is even"),
    ("sigmoid_slope", [3 / 16, 1 / 3], "the second number"),
    ("sigmoid_slope", [0.25, 3 / 16], "the first number"),
    ("saturation", [10, np.log(1000)], "½ is the value at 0"),
    ("saturation", [4, np.log(1000)], "not yet below"),
    ("saturation", [5, 3], "natural"),
    ("saturation", [5, np.log(0.001)], "number (b)"),
    ("saturation", 5, "two numbers"),
    ("elu_backward", [2, -3, 2], "α = 2 is missing"),
    ("elu_backward", [-12, -3, 2], "the slope is asked for"),
    ("elu_backward", [8, -3, 2], "on the right"),
    ("elu_backward", [4, -6, 2], "the second number"),
    ("elu_backward", [4, -3, 1], "from the right"),
    ("elu_backward", [4, -3], "three numbers"),
    ("outputs", ["relu", "sigmoid", "tanh"], "output (1): not 'relu'"),
    ("outputs", ["none", "softmax", "tanh"], "output (2): your answer must be one of"),
    ("outputs", ["none", "sigmoid", "sigmoid"], "either sign"),
    ("outputs", "none", "three words"),
    ("tanh_slope", Derivation(START, given=GIVEN).step(END, because="clear"), "at least 2 steps"),
    ("tanh_slope", 0, "Derivation"),
    ("prelu_layer", forward, "the pair"),
    ("prelu_layer", (lambda z, a: np.maximum(0, z), forward), "forward(z, a)"),
    (
        "prelu_layer",
        (lambda z, a: np.maximum(z, a * z), backward_with(lambda g, z: (g * np.minimum(0, z)).sum(0))[1]),
        "a ≤ 1 alone",
    ),
    ("prelu_layer", (forward, lambda g, z, a: g), "two gradients"),
    ("prelu_layer", (forward, lambda g, z, a: (g * (z > 0), (g * np.minimum(0, z)).sum(axis=0))), "the gradient by z"),
    ("prelu_layer", backward_with(lambda g, z: g * np.minimum(0, z)), "share one slope"),
    ("prelu_layer", backward_with(lambda g, z: (g * np.minimum(0, z)).sum()), "slope of its own"),
    ("prelu_layer", backward_with(lambda g, z: (g * np.minimum(0, z)).mean(axis=0)), "the mean over the examples"),
    ("prelu_layer", backward_with(lambda g, z: (g * np.maximum(0, z)).sum(axis=0)), "max(0, z)"),
    ("prelu_layer", backward_with(lambda g, z: (g * (z < 0)).sum(axis=0)), "min(0, z) is missing"),
    ("prelu_layer", backward_with(lambda g, z: np.minimum(0, z).sum(axis=0)), "g is missing"),
    ("dead_on_a_box", lambda w, b: bool(w.sum() + b <= 0), "its largest z, at x = "),
    ("dead_on_a_box", lambda w, b: b < 0, "the unit is"),
    ("dead_on_a_box", lambda w, b: bool(np.abs(w).sum() <= abs(b)), "its largest z, at x = (1,), is 3"),
    ("dead_on_a_box", lambda w, b: w + b <= 0, "True or False"),
]


@pytest.mark.parametrize(("name", "answer", "message"), WRONG)
def test_a_wrong_answer_is_told_what_is_wrong(name: str, answer: Any, message: str) -> None:
    verdict = check(f"activations.{name}", answer)
    assert verdict.status == "wrong"
    assert message in verdict.message, verdict.message


def test_other_ways_to_the_right_answer() -> None:
    ways = Derivation(START, given=GIVEN).step(1 - (1 - 2 * SIGMA(-2 * Z)) ** 2, because="symmetry")
    ways = ways.step(4 * SIGMA(-2 * Z) * (1 - SIGMA(-2 * Z)), because="multiply out").step(END, because="symmetry")
    assert check("activations.tanh_slope", ways).status == "right"
    assert check("activations.saturation", (5, sp.log(1000))).status == "right"
    assert check("activations.elu_backward", sp.Matrix([4, -3, 2])).status == "right"
    assert check("activations.sigmoid_slope", (sp.Rational(3, 16), 0.25)).status == "right"
    assert check("activations.outputs", ("None", "SIGMOID", " tanh ")).status == "right"
    assert (
        check("activations.prelu_layer", backward_with(lambda g, z: np.einsum("ij,ij->j", g, np.minimum(0, z)))).status
        == "right"
    )


def test_other_definitions_cannot_be_slipped_in() -> None:
    chain = Derivation(START, given={SIGMA(Z): 1 / (1 + sp.exp(-Z))}).step(
        4 / (sp.exp(Z) + sp.exp(-Z)) ** 2, because="a"
    )
    assert check("activations.tanh_slope", chain).status == "wrong"


def test_trying_all_corners_is_told_to_be_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlmath_lib.exercises.functions.SECONDS", 0.1)

    def all_corners(w: np.ndarray, b: float) -> bool:
        return all(np.dot(w, x) + b <= 0 for x in itertools.product((-1, 1), repeat=w.size))

    assert "2^1000 corners" in check("activations.dead_on_a_box", all_corners).message


def test_every_exercise_waits_for_its_answer() -> None:
    names = [exercise.name for exercise in exercises_of("activations")]
    assert len(names) == 7
    for name in names:
        assert check(name, ...).status == "not yet"
