"""The exercises of backpropagation in matrices: right answers pass, and wrong ones are told apart."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

NAME = "backpropagation_in_matrices"
n, i, o = sp.symbols("n i o", integer=True, positive=True)
G, X = sp.MatrixSymbol("G", n, o), sp.MatrixSymbol("X", n, i)
W, D = sp.MatrixSymbol("W", o, i), sp.MatrixSymbol("D", o, i)
START, END = sp.Trace(G.T * (X * (W + D).T - X * W.T)), sp.Trace((G.T * X).T * D)


def test_all_are_registered():
    assert [e.name.partition(".")[2] for e in exercises_of(NAME)] == [
        "batch_rule", "layers", "memory", "mend", "penalised_batch", "residual", "tied",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [e.name for e in exercises_of(NAME)])
def test_an_answer_still_open_is_no_mistake(name):
    assert check(name, ...).status == "not yet"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([3, -1, 1, 0.95, 1.6], "the penalty is missing"),
        ([4, -1.5, 1.5, 0.95, 1.6], "the bias is not penalised"),
        ([7, -2.5, 2, 0.95, 1.6], "the sum over the examples"),
        ([8, -3, 2, 0.95, 1.6], "with the penalty twice"),
        ([5, -2, 1, 0.9, 1.5], "not 2λw"),
        ([2.5, -1, 0.5, 0.95, 1.6], "taken twice"),
        ([4, 1.5, 1, 0.95, 1.6], "the slope along w2"),
        ([4, -1.5, 1, 0.05, 1.6], "that is αλ"),
        ([4, -1.5, 1, 0.8, 1.6], "leaves out the data's slope"),
        ([4, -1.5, 1, 0.7, 1.6], "the factor"),
        ([4, -1.5, 1, 0.95, 1.5], "counted twice"),
        ([4, -1.5, 1, 0.95, 1.9], "the step for the data follows"),
        ([4, -1.5, 1], "five numbers"),
        (np.array([[4], [-1.5], [1], [0.95], [1.6]]), "shape"),
    ],
)
def test_penalised_batch(answer, words):
    assert check(f"{NAME}.penalised_batch", [4, -1.5, 1, 0.95, 1.6]).passed
    exact = sp.Matrix([4, sp.Rational(-3, 2), 1, sp.Rational(19, 20), sp.Rational(8, 5)])
    assert check(f"{NAME}.penalised_batch", exact).passed
    verdict = check(f"{NAME}.penalised_batch", answer)
    assert verdict.status == "wrong" and words in verdict.message, verdict.message


def test_memory():
    assert check(f"{NAME}.memory", (235_146, 99_968, 151)).passed
    for answer, words in (
        ((234_752, 99_968, 151), "biases"),
        ((235_146, 1562, 151), "one example"),
        ((235_146, 99_328, 151), "last layer"),
        ((235_146, 25_216, 151), "input is kept too"),
        ((235_146, 99_968, 150), "still fewer"),
        ((235_146, 99_968, 235_146 / 1562), "round up"),
        ((235_146, 99_968, 152), "(c)"),
    ):
        verdict = check(f"{NAME}.memory", answer)
        assert verdict.status == "wrong" and words in verdict.message, verdict.message


def chain(*lines):
    derivation = Derivation(START)
    for line in lines:
        derivation = derivation.step(line, because="a reason")
    return derivation


def test_batch_rule():
    opened, turned = sp.Trace(G.T * X * D.T), sp.Trace(D * (G.T * X).T)
    assert check(f"{NAME}.batch_rule", chain(opened, turned, END)).passed
    assert check(f"{NAME}.batch_rule", chain(opened, END)).passed
    assert "at least 2 steps" in check(f"{NAME}.batch_rule", chain(END)).message
    assert "must end at" in check(f"{NAME}.batch_rule", chain(opened, turned)).message


def layers(
    X, Y, weights, biases, lam, scale=None, slope=True, last=False, penalty=1.0, bias=0.0, order=1, transposed=False
):
    kept = [X]
    for place, (W, b) in enumerate(zip(weights, biases, strict=True)):
        Z = kept[-1] @ W.T + b
        kept.append(np.tanh(Z) if place < len(weights) - 1 or last else Z)
    out = kept.pop()
    delta = (out - Y) * (1 / len(X) if scale is None else scale(Y)) * (1 - out**2 if last else 1)
    by_weights, by_biases = [], []
    for W, b, A in zip(weights[::-1], biases[::-1], kept[::-1], strict=True):
        gradient = delta.T @ A + penalty * lam * W
        by_weights.insert(0, gradient.T if transposed else gradient)
        by_biases.insert(0, delta.sum(axis=0) + bias * lam * b)
        delta = delta @ W * (1 - A**2 if slope else 1)
    return by_weights[::order], by_biases[::order]


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        ({"scale": lambda Y: 1}, "the sum over the examples"),
        ({"scale": lambda Y: 1 / len(Y) ** 2}, "twice"),
        ({"scale": lambda Y: 1 / Y.size}, "number of entries"),
        ({"scale": lambda Y: -1 / len(Y)}, "output minus target"),
        ({"scale": lambda Y: 2 / len(Y)}, "cancels the 2"),
        ({"slope": False}, "the local slope 1 − a²"),
        ({"last": True}, "the last layer has no tanh"),
        ({"penalty": 0}, "λW of the penalty is missing"),
        ({"penalty": 2}, "not 2λW"),
        ({"bias": 1}, "not penalised"),
        ({"order": -1}, "begin with the last"),
        ({"transposed": True}, "transposed"),
    ],
)
def test_layers(mistake, words):
    assert check(f"{NAME}.layers", layers).passed
    assert check(f"{NAME}.layers", lambda *args: [tuple(part) for part in layers(*args)]).passed
    verdict = check(f"{NAME}.layers", lambda *args: layers(*args, **mistake))
    assert verdict.status == "wrong" and words in verdict.message, verdict.message


def test_layers_wants_two_lists():
    assert check(f"{NAME}.layers", lambda *args: (..., ...)).status == "not yet"
    assert "two lists" in check(f"{NAME}.layers", lambda *args: layers(*args)[0]).message
    assert "a list of 1" in check(f"{NAME}.layers", lambda *args: (layers(*args)[0][0], [])).message


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
    assert check(f"{NAME}.mend", backward()).passed
    verdict = check(f"{NAME}.mend", backward(**mistake))
    if "order" in mistake:
        assert verdict.status == "wrong"
    else:
        assert verdict.status == "wrong" and words in verdict.message


def test_mend_wants_five_gradients():
    verdict = check(f"{NAME}.mend", lambda g, x, W1, b1, W2, b2: g)
    assert verdict.status == "wrong" and "must return 5 gradients" in verdict.message


def residual(skip=1.0, gate=True):
    def rule(g, x, W, b, V):
        a = np.tanh(x @ W.T + b)
        delta = g @ V * (1 - a**2 if gate else 1)
        return skip * g + delta @ W, delta.T @ x, delta.sum(axis=0), g.T @ a

    return rule


def test_residual():
    assert check(f"{NAME}.residual", residual()).passed
    assert "the gradient for x is wrong" in check(f"{NAME}.residual", residual(skip=0.0)).message
    assert not check(f"{NAME}.residual", residual(gate=False)).passed


def test_tied():
    def both(g, x, W, ways=(1, 1)):
        a = np.tanh(x @ W.T)
        delta = g @ W.T * (1 - a**2)
        return delta @ W, ways[0] * delta.T @ x + ways[1] * a.T @ g

    assert check(f"{NAME}.tied", both).passed
    for ways in ((1, 0), (0, 1), (2, 0)):
        verdict = check(f"{NAME}.tied", lambda g, x, W, ways=ways: both(g, x, W, ways))
        assert verdict.status == "wrong" and "the gradient for W is wrong" in verdict.message
