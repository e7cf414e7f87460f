"""The exercises of the chapter on neurons and layers: right answers pass, the likely wrong ones hear why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

P, Q, R, D = sp.symbols("p q r d", integer=True, positive=True)
X = sp.MatrixSymbol("x", D, 1)
W1, W2, W3 = sp.MatrixSymbol("W_1", P, D), sp.MatrixSymbol("W_2", Q, P), sp.MatrixSymbol("W_3", R, Q)
B1, B2, B3 = (sp.MatrixSymbol(f"b_{i}", width, 1) for i, width in ((1, P), (2, Q), (3, R)))
THREE = W3 * (W2 * (W1 * X + B1) + B2) + B3
GATES = {"AND": (1, 1, -1.5), "OR": (1, 1, -0.5), "NAND": (-1, -1, 1.5), "XNOR": (1, 1, -1)}
W_1, W_2, B = sp.symbols("w_1 w_2 b", real=True)
GAP = sp.Max(B, W_1 + W_2 + B) - sp.Min(W_1 + B, W_2 + B)
HALF_WAY = B + (W_1 + W_2 + sp.Abs(W_1 + W_2)) / 2 - sp.Min(W_1 + B, W_2 + B)


def hinges(f, knots):
    slopes = np.diff(f(knots)) / np.diff(knots)
    return np.ones((len(slopes), 1)), -knots[:-1], np.diff(slopes, prepend=0)[None, :], f(knots)[:1]


def slopes_not_changes(f, knots):
    weight1, bias1, _, bias2 = hinges(f, knots)
    return weight1, bias1, (np.diff(f(knots)) / np.diff(knots))[None, :], bias2


def evenly_spaced(f, knots):
    weight1, bias1, _, bias2 = hinges(f, knots)
    step = (knots[-1] - knots[0]) / (len(knots) - 1)
    return weight1, bias1, np.diff(np.diff(f(knots)) / step, prepend=0)[None, :], bias2


def without_bias(f, knots):
    return *hinges(f, knots)[:3], np.zeros(1)


def flat(f, knots):
    weight1, bias1, weight2, bias2 = hinges(f, knots)
    return weight1, bias1, weight2.ravel(), bias2


def pentagram(inside=3.5, lines=1):
    turn = np.pi / 2 + np.deg2rad(72 * np.arange(1, 6))
    weight1 = np.tile(-np.column_stack([np.cos(turn), np.sin(turn)]), (lines, 1))
    bias1 = np.full(5 * lines, np.cos(np.deg2rad(72)))
    return weight1, bias1, np.ones((1, 5 * lines)), np.array([-inside * lines])


def passes(*, last=False, none=False, bias=True, transposed=True, early=False, first=False):
    """A forward pass, right or with one slip."""

    def forward(x, weights, biases, phi):
        a = phi(x) if first else x
        for layer, (weight, offset) in enumerate(zip(weights, biases, strict=True), start=1):
            inner = layer < len(weights)
            z = a @ (weight.T if transposed else weight)
            if early and inner:
                a = phi(z) + offset
                continue
            z = z + offset if bias else z
            a = phi(z) if (inner or last) and not none else z
        return a

    return forward


def test_all_are_registered():
    names = [exercise.name for exercise in exercises_of("neurons_and_layers")]
    assert names == [
        "neurons_and_layers." + name
        for name in ("counting", "forward", "gates", "hinge_network", "star", "three_layers", "width", "xor_gap")
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("counting", (7040, 74, 125)),
        ("counting", [7040.0, 74.0, 125.0]),
        ("gates", GATES),
        ("gates", {"AND": [2, 3, -4], "OR": (5, 5, -1), "NAND": (-2, -3, 4), "XNOR": (-3, -3, 3)}),
        ("hinge_network", hinges),
        ("forward", passes()),
        ("forward", lambda *given: passes()(*given).tolist()),
        ("width", (19, 61)),
        ("width", [19.0, np.int64(61)]),
        ("star", pentagram()),
        ("star", pentagram(3.1)),
        ("three_layers", Derivation(THREE, points=10).step(sp.expand(THREE), because="multiply out")),
        (
            "xor_gap",
            Derivation(GAP, points=5)
            .step(HALF_WAY, because="max")
            .step((sp.Abs(W_1 + W_2) + sp.Abs(W_1 - W_2)) / 2, because="min"),
        ),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"neurons_and_layers.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("counting", (7114, 74, 125), "weights and biases together"),
        ("counting", (64000, 74, 125), "add up"),
        ("counting", (7040, 174, 125), "inputs have none"),
        ("counting", (7040, 64, 125), "the number of biases is 64"),
        ("counting", (7040, 74, 126), "more than 100000"),
        ("counting", (7040, 74, 125.78), "round down"),
        ("counting", (7040, 74, 127), "785h + 10(h + 1)"),
        ("counting", 7040, "three numbers"),
        ("gates", GATES | {"AND": (1, 1, -0.5)}, "AND: at x = (0, 1) your z is 0.5, so the neuron says 1; 0 is right"),
        ("gates", GATES | {"OR": (1, 1, -1)}, "z = 0 counts as 0"),
        ("gates", GATES | {"NAND": (1, 1, -1.5)}, "NAND: at x = (0, 0)"),
        ("gates", GATES | {"NAND": (1, 1)}, "NAND, the three numbers (w1, w2, b), must have shape (3,)"),
        ("gates", (1, 1, -1.5), "a dict with the keys"),
        ("gates", GATES | {"XNOR": (1, -1, 0)}, "XNOR: at x = (0, 0) your z is 0, and z² must be above 0.5 there"),
        ("gates", GATES | {"XNOR": (1, 1, -3)}, "XNOR: at x = (0, 1) your z is -2, and z² must be at most 0.5 there"),
        ("gates", GATES | {"XNOR": (1e300, 1e300, -1)}, "at most 0.5 there"),
        ("hinge_network", slopes_not_changes, "instead of"),
        ("hinge_network", evenly_spaced, "on the knots −2, −0.5, 0, 1.5"),
        ("hinge_network", without_bias, "3 − 2x"),
        ("hinge_network", flat, "weight2 must have shape (1, 3); it has shape (3,)"),
        ("hinge_network", lambda f, knots: hinges(f, knots)[:2], "four arrays"),
        ("forward", passes(last=True), "after the last layer too"),
        ("forward", passes(none=True), "phi is applied nowhere"),
        ("forward", passes(bias=False), "the biases are left out"),
        ("forward", passes(transposed=False), "one row of weight for each neuron"),
        ("forward", passes(early=True), "before the bias is added"),
        ("forward", passes(first=True), "to the inputs as well"),
        ("forward", lambda *given: passes()(*given)[0], "must have shape (4, 3); it has shape (3,)"),
        ("forward", lambda *given: "0, 1, 1, 0", "the output of a network 3 → 3 → 3"),
        ("forward", lambda *given: [[1e300], [1, 2]], "the output of a network 3 → 3 → 3"),
        ("forward", lambda *given: -passes()(*given), "every sign is wrong"),
        ("width", (18, 61), "round up"),
        ("width", (12, 61), "largest at 1"),
        ("width", (18.43, 61), "m on [0, 1] is 18.43; a number of neurons is whole"),
        ("width", (19, 60.8), "m on [0, 2] is 60.8; a number of neurons is whole"),
        ("width", (20, 61), "m on [0, 1] is 20; it is too large"),
        ("width", (19, 60), "round up"),
        ("width", (19, 31), "a distance of 2/m"),
        ("width", (19, 37), "e² at 2"),
        ("width", (19, 38), "twice the length is not all"),
        ("width", 19, "two whole numbers"),
        ("width", (19, 1e300), "too large"),
        ("star", pentagram(4.5), "lies inside the star; your network says outside"),
        ("star", pentagram(2.5), "lies outside the star; your network says inside"),
        ("star", pentagram(lines=2), "with 10 hidden neurons; it can be done with fewer"),
        ("star", pentagram()[:3], "four arrays"),
        ("star", (*pentagram()[:2], np.ones((2, 5)), np.zeros(2)), "weight2 must have shape (1, 5)"),
        ("three_layers", THREE, "must be a Derivation"),
        ("xor_gap", sp.Abs(W_1), "must be a Derivation"),
        ("xor_gap", Derivation(GAP, points=5).step(HALF_WAY, because="max"), "still has a max or a min"),
        ("xor_gap", Derivation(W_1 + W_1 * B).step(W_1 * (1 + B), because="factor"), "must start at"),
        (
            "three_layers",
            Derivation(W2 * (W1 * X + B1), points=10).step(W2 * W1 * X + W2 * B1, because="x"),
            "start at",
        ),
        (
            "three_layers",
            Derivation(THREE, points=10).step(W3 * (W2 * W1 * X + W2 * B1 + B2) + B3, because="x"),
            "must end with one matrix times x",
        ),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"neurons_and_layers.{name}", answer)
    assert verdict.status == "wrong"
    assert says in verdict.message


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("counting", ...),
        ("gates", dict.fromkeys(GATES, ...)),
        ("forward", lambda *given: ...),
        ("hinge_network", lambda f, knots: ...),
        ("width", (..., ...)),
        ("star", (..., ..., ..., ...)),
        ("three_layers", ...),
        ("xor_gap", ...),
    ],
)
def test_stubs_say_not_yet(name, answer):
    assert check(f"neurons_and_layers.{name}", answer).status == "not yet"
