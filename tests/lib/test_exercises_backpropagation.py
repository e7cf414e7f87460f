"""The exercises of backpropagation: right answers pass, and wrong ones are told apart."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.exercises.backpropagation import _CLASSES
from dlmath_lib.verify import Derivation

z_1, y_1, y_2 = sp.symbols("z_1 y_1 y_2", real=True)
p_1, p_2 = sp.symbols("p_1 p_2", positive=True)
L = sp.Symbol("L", real=True)


def partial(what, by):
    return sp.Derivative(what, by, evaluate=False)


def test_all_are_registered():
    assert [e.name.partition(".")[2] for e in exercises_of("backpropagation")] == [
        "count", "hidden_deltas", "one_example", "strongest_push", "two_classes",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [e.name for e in exercises_of("backpropagation")])
def test_an_answer_still_open_is_no_mistake(name):
    assert check(name, ...).status == "not yet"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([4, -8], "what arrives"),
        ([-4, 4], "output minus target"),
        ([2, -2], "the ½ of the loss"),
        ([2, -4], "the first δ"),
        ([4, 2], "the second δ"),
        (4.0, "two numbers"),
        (np.array([[4], [-4]]), "must have shape (2,); it has shape (2, 1)"),
    ],
)
def test_hidden_deltas(answer, words):
    assert check("backpropagation.hidden_deltas", [4, -4.0]).passed
    verdict = check("backpropagation.hidden_deltas", answer)
    assert verdict.status == "wrong" and words in verdict.message


def chain(*rows):
    derivation = Derivation(partial(L, z_1), given=_CLASSES)
    for row in rows:
        derivation = derivation.step(row, because="a reason")
    return derivation


def test_two_classes():
    roads = (p_1 - y_1) * partial(p_1, z_1) + (p_2 - y_2) * partial(p_2, z_1)
    middle = (p_1 - y_1) * p_1 * (1 - p_1) - (p_2 - y_2) * p_1 * p_2
    end = p_1 * p_2 * ((p_1 - y_1) - (p_2 - y_2))
    assert check("backpropagation.two_classes", chain(roads, middle, end)).passed
    assert check("backpropagation.two_classes", chain(middle, end)).passed
    short = check("backpropagation.two_classes", chain(end))
    assert short.status == "wrong" and "at least 2 steps" in short.message
    unfinished = check("backpropagation.two_classes", chain(roads, middle - y_1 + y_1, roads))
    assert unfinished.status == "wrong" and "must end at" in unfinished.message


def test_count():
    assert check("backpropagation.count", [150, 950, 750]).passed
    assert check("backpropagation.count", (sp.Integer(150), 950.0, np.int64(750))).passed
    for answer, words in (
        ([3000, 950, 750], "one unit of the first hidden layer"),
        ([35, 950, 750], "multiply, do not add"),
        ([150, 1005, 750], "biases are left out"),
        ([150, 950, 950], "no δ is sent to the inputs"),
        ([150, 950, 150], "one more layer"),
        ([150, 950, 1700], "own slopes"),
        ([150, 950, 800], "local slopes"),
        ([150, 950, 751], "(c)"),
        ([150, 950], "three numbers"),
        (["150", 950, 750], "number"),
    ):
        verdict = check("backpropagation.count", answer)
        assert verdict.status == "wrong" and words in verdict.message, (answer, verdict.message)


def slopes(x, y, W1, b1, W2, b2, sign=1, local=True, transposed=False, factor=1, signal="a", outer=True):
    a1 = np.tanh(W1 @ x + b1)
    delta2 = factor * sign * (W2 @ a1 + b2 - y)
    delta1 = ((W2 if transposed else W2.T) @ delta2) * (1 - a1**2 if local else 1)
    found = [np.outer(delta1, x), delta1, np.outer(delta2, a1 if signal == "a" else W1 @ x + b1), delta2]
    return found if outer else [found[0].T, delta1, found[2].T, delta2]


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        ({"sign": -1}, "output minus target"),
        ({"local": False}, "tanh′(z) of the hidden units is missing"),
        ({"transposed": True}, "the transpose"),
        ({"factor": 2}, "cancels the 2 of the square"),
        ({"signal": "z"}, "z in place of the activation"),
        ({"outer": False}, "for W1"),
    ],
)
def test_one_example(mistake, words):
    assert check("backpropagation.one_example", slopes).passed
    verdict = check("backpropagation.one_example", lambda *args: slopes(*args, **mistake))
    assert verdict.status == "wrong" and words in verdict.message, verdict.message


@pytest.mark.parametrize(
    ("output_signal", "words"),
    [
        (lambda z, y: (z - y) * (1 - np.tanh(z) ** 2), "no factor 1 − tanh²"),
        (lambda z, y: (z - y) * (1 - z**2), "no factor 1 − a²"),
        (lambda z, y: (np.tanh(z) - y) * (1 - np.tanh(z) ** 2), "no tanh is applied"),
    ],
)
def test_one_example_names_a_slope_of_the_plain_outputs(output_signal, words):
    def answer(x, y, W1, b1, W2, b2):
        a1 = np.tanh(W1 @ x + b1)
        delta2 = output_signal(W2 @ a1 + b2, y)
        delta1 = (W2.T @ delta2) * (1 - a1**2)
        return np.outer(delta1, x), delta1, np.outer(delta2, a1), delta2

    verdict = check("backpropagation.one_example", answer)
    assert verdict.status == "wrong" and words in verdict.message, verdict.message


def test_one_example_names_the_order_and_a_double_tanh():
    swapped = check("backpropagation.one_example", lambda *args: slopes(*args)[2:] + slopes(*args)[:2])
    assert swapped.status == "wrong" and "the order is W1, b1, W2, b2" in swapped.message

    def twice(x, y, W1, b1, W2, b2):
        a1 = np.tanh(W1 @ x + b1)
        delta2 = W2 @ a1 + b2 - y
        delta1 = (W2.T @ delta2) * (1 - np.tanh(a1) ** 2)
        return np.outer(delta1, x), delta1, np.outer(delta2, a1), delta2

    assert "tanh is applied twice" in check("backpropagation.one_example", twice).message


def test_one_example_wants_four_arrays():
    assert "four arrays" in check("backpropagation.one_example", lambda *args: slopes(*args)[:3]).message
    assert check("backpropagation.one_example", lambda *args: ...).status == "not yet"
    assert check("backpropagation.one_example", lambda *args: [..., ..., ..., ...]).status == "not yet"


def test_strongest_push():
    assert check("backpropagation.strongest_push", -sp.log(2)).passed
    assert check("backpropagation.strongest_push", sp.log(sp.Rational(1, 2))).passed
    wrong = check("backpropagation.strongest_push", -sp.log(3))
    assert wrong.status == "wrong" and "log(2)" not in wrong.message and "0.69" not in wrong.message
    assert "exactly" in check("backpropagation.strongest_push", float(-np.log(2))).message
    assert check("backpropagation.strongest_push", sp.log(2)).status == "wrong"
    for slip, words in (
        (sp.Rational(1, 3), "which z has it"),
        (1 / 3, "not the right expression"),
        (sp.log(2), "p = 2/3"),
        (0, "the factor 1 − p"),
        (sp.Rational(-4, 27), "δ itself"),
    ):
        verdict = check("backpropagation.strongest_push", slip)
        assert verdict.status == "wrong" and words in verdict.message, verdict.message
    for hostile in ("-log(2)", [0], True, np.array([0.0, 1.0]), sp.Matrix([0]), float("nan"), 1e300):
        assert check("backpropagation.strongest_push", hostile).status == "wrong"
