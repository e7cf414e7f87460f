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
        "hidden_deltas", "mend", "residual", "strongest_push", "tied", "two_classes",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [e.name for e in exercises_of("backpropagation")])
def test_an_answer_still_open_is_no_mistake(name):
    assert check(name, ...).status == "not yet"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([4, -8], "what arrives"),
        ([-4, 4], "output minus target"),
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
    roads = -y_1 / p_1 * partial(p_1, z_1) - y_2 / p_2 * partial(p_2, z_1)
    middle = -y_1 * (1 - p_1) + y_2 * p_1
    assert check("backpropagation.two_classes", chain(roads, middle, p_1 - y_1)).passed
    assert check("backpropagation.two_classes", chain(middle, p_1 - y_1)).passed
    assert check("backpropagation.two_classes", chain(roads, _CLASSES[p_1] - y_1)).passed
    short = check("backpropagation.two_classes", chain(p_1 - y_1))
    assert short.status == "wrong" and "at least 2 steps" in short.message
    unfinished = check("backpropagation.two_classes", chain(roads, middle - y_1 + y_1, roads))
    assert unfinished.status == "wrong" and "must end at" in unfinished.message


def backward(gate=True, transposed=False, signal="a1", bias="sum", order=False):
    def rule(g, x, W1, b1, W2, b2):
        a1 = np.tanh(x @ W1.T + b1)
        delta2 = g * (1 - np.tanh(a1 @ W2.T + b2) ** 2)
        delta1 = delta2 @ (W2.T if transposed else W2) * (1 - a1**2 if gate else 1)
        db2 = getattr(delta2, bias)(axis=0)
        found = delta1 @ W1, delta1.T @ x, delta1.sum(axis=0), delta2.T @ (a1 if signal == "a1" else x), db2
        return found[::-1] if order else found

    return rule


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        ({"gate": False}, "the gradient for x is wrong"),
        ({"transposed": True}, "the gradient for x is wrong"),
        ({"signal": "x"}, "the gradient for W2 is wrong"),
        ({"bias": "mean"}, "the gradient for b2 is wrong"),
        ({"order": True}, "the gradient for x must have its shape"),
    ],
)
def test_mend(mistake, words):
    assert check("backpropagation.mend", backward()).passed
    verdict = check("backpropagation.mend", backward(**mistake))
    if "order" in mistake:
        assert verdict.status == "wrong"
    else:
        assert verdict.status == "wrong" and words in verdict.message


def test_mend_wants_five_gradients():
    verdict = check("backpropagation.mend", lambda g, x, W1, b1, W2, b2: g)
    assert verdict.status == "wrong" and "must return 5 gradients" in verdict.message


def residual(skip=1.0, gate=True):
    def rule(g, x, W, b, V):
        a = np.tanh(x @ W.T + b)
        delta = g @ V * (1 - a**2 if gate else 1)
        return skip * g + delta @ W, delta.T @ x, delta.sum(axis=0), g.T @ a

    return rule


def test_residual():
    assert check("backpropagation.residual", residual()).passed
    assert "the gradient for x is wrong" in check("backpropagation.residual", residual(skip=0.0)).message
    assert not check("backpropagation.residual", residual(gate=False)).passed


def test_strongest_push():
    assert check("backpropagation.strongest_push", -sp.log(2)).passed
    assert check("backpropagation.strongest_push", sp.log(sp.Rational(1, 2))).passed
    wrong = check("backpropagation.strongest_push", -sp.log(3))
    assert wrong.status == "wrong" and "log(2)" not in wrong.message and "0.69" not in wrong.message
    assert "exactly" in check("backpropagation.strongest_push", float(-np.log(2))).message
    assert check("backpropagation.strongest_push", sp.log(2)).status == "wrong"


def test_tied():
    def both(g, x, W, roads=(1, 1)):
        a = np.tanh(x @ W.T)
        delta = g @ W.T * (1 - a**2)
        return delta @ W, roads[0] * delta.T @ x + roads[1] * a.T @ g

    assert check("backpropagation.tied", both).passed
    for roads in ((1, 0), (0, 1), (2, 0)):
        verdict = check("backpropagation.tied", lambda g, x, W, roads=roads: both(g, x, W, roads))
        assert verdict.status == "wrong" and "the gradient for W is wrong" in verdict.message
