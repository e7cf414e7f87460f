"""The checks of the exercises on training: right answers of several kinds pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

S = sp.Symbol("s", positive=True)
W, B, V, X, Z = sp.symbols("w b v x z", real=True)
RELU = sp.Function("ReLU")
GIVEN = {RELU(Z): sp.Max(0, Z)}
SCALED = V / S * RELU(S * W * X + S * B)


def train(loss_and_gradient, parameters, x, y, batches, learning_rate):
    for batch in batches:
        _, gradient = loss_and_gradient(parameters, x[batch], y[batch])
        parameters = parameters - learning_rate * gradient
    return parameters


def climbs(slope, parameters, x, y, batches, rate):
    return train(slope, parameters, x, y, batches, -rate)


def on_everything(slope, parameters, x, y, batches, rate):
    return train(slope, parameters, x, y, [np.arange(len(x))] * len(batches), rate)


def returns_too_early(slope, parameters, x, y, batches, rate):
    return train(slope, parameters, x, y, batches[:1], rate)


def forgets(slope, parameters, x, y, batches, rate):
    return train(slope, parameters, x, y, batches[-1:], rate)


def from_the_start(slope, parameters, x, y, batches, rate):
    return parameters - rate * sum(slope(parameters, x[batch], y[batch])[1] for batch in batches)


def in_place(slope, parameters, x, y, batches, rate):
    for batch in batches:
        parameters -= rate * slope(parameters, x[batch], y[batch])[1]
    return parameters


def sums(slope, parameters, x, y, batches, rate):
    for batch in batches:
        parameters = parameters - rate * len(batch) * slope(parameters, x[batch], y[batch])[1]
    return parameters


def pieces_of(slope, parameters, x, y, size):
    starts = range(0, len(x), size)
    parts = [(x[i : i + size], y[i : i + size]) for i in starts]
    return [(len(a), slope(parameters, a, b)[1]) for a, b in parts]


def accumulate(slope, parameters, x, y, size):
    return sum(n * gradient for n, gradient in pieces_of(slope, parameters, x, y, size)) / len(x)


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("training_a_network")]
    assert names == ["accumulate", "confusion", "leak", "loop", "memory", "rescaling", "steps", "stopping"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("steps", (45, 29, 675, 0.2473)),
        ("memory", (0.6, 0.9 - 0.1 * (1 / 0.75) / 2**0.5)),
        ("memory", [0.6, 0.806]),
        ("memory", (sp.Rational(3, 5), sp.Rational(9, 10) - sp.sqrt(2) / 15)),
        ("stopping", (7, 5, 3)),
        ("stopping", np.array([7, 5, 3])),
        ("confusion", (0.875, 0.6, 6 / 7)),
        ("confusion", (0.875, 0.6, 0.857)),
        ("loop", train),
        ("loop", lambda *a: train(*a).tolist()),
        ("rescaling", Derivation(SCALED, given=GIVEN).step(V * sp.Max(0, W * X + B), because="s > 0")
            .step(V * RELU(W * X + B), because="definition")),
        ("rescaling", Derivation(SCALED, given=GIVEN).step(V / S * RELU(S * (W * X + B)), because="take s out")
            .step(V / S * S * sp.Max(0, W * X + B), because="s > 0").step(V * sp.Max(0, W * X + B), because="s cancels")
            .step(V * RELU(W * X + B), because="definition")),
        ("leak", "b"),
        ("leak", "B"),
        ("leak", "c"),
        ("accumulate", accumulate),
    ],
)  # fmt: skip
def test_right_answers_pass(name, answer):
    verdict = check(f"training_a_network.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("steps", (44, 29, 660, 0.247), "left over make a step, too"),
        ("steps", (1437 / 32, 29, 673.6, 0.247), "steps are whole"),
        ("steps", (45, 32, 675, 0.247), "the last batch is 32"),
        ("steps", (45, 29, 45, 0.247), "the number of steps is 45"),
        ("steps", (45, 29, 675, 0.25), "the second factor"),
        ("steps", (45, 29, 675, 0.0612), "mean squared error: take its root"),
        ("steps", (45, 29, 675, 1.399), "divide V by the size"),
        ("steps", (45, 29, 675, 0.5), "The root of V/b"),
        ("steps", 675, "four numbers"),
        ("confusion", (0.875, 6 / 7, 0.6), "the sum of the row"),
        ("confusion", (0.875, 0.6, 0.6), "the sum of the column"),
        ("confusion", (175, 0.6, 6 / 7), "The diagonal over everything"),
        ("memory", (0.7, 0.806), "two plain steps"),
        ("memory", (1.4, 0.806), "it climbs"),
        ("memory", (0.8, 0.806), "weighted by 1 − β"),
        ("memory", (0.5, 0.806), "The velocities are 2"),
        ("memory", (0.6, 0.9), "after the first step"),
        ("memory", (0.6, 0.8476), "divide m and s by 1 − βᵏ"),
        ("memory", (0.6, 0.7845), "not by 1 − β"),
        ("memory", (0.6, 0.8833), "the root is missing"),
        ("memory", (0.6, 0.8793), "divide m too by 1 − βᵏ"),
        ("memory", (0.6, 0.7), "then correct both"),
        ("memory", (0.6, "0.8"), "theta by Adam must be a number"),
        ("memory", 0.6, "two numbers"),
        ("stopping", (8, 8, 3), "epoch 8 does not take place"),
        ("stopping", (7, 8, 3), "training has ended before it"),
        ("stopping", (6, 5, 3), "the first two in a row"),
        ("stopping", (7, 3, 3), "The smallest loss of the epochs"),
        ("stopping", (7, 5, 5), "Epoch 4 brings no new"),
        ("stopping", (7, 5), "three numbers"),
        ("loop", climbs, "it climbs"),
        ("loop", on_everything, "take x[batch]"),
        ("loop", returns_too_early, "is the return in the loop?"),
        ("loop", forgets, "only the last batch counts"),
        ("loop", from_the_start, "at the parameters of the step before"),
        ("loop", in_place, "changes its argument parameters: work on a copy"),
        ("loop", lambda slope, parameters, *rest: parameters.copy(), "nothing was stepped"),
        ("loop", sums, "is right there"),
        ("loop", lambda *a: None, "is a return statement missing?"),
        ("loop", 3, "must be a function"),
        ("rescaling", Derivation(SCALED, given=GIVEN).step(V * RELU(W * X + B), because="s"), "at least 2 steps"),
        ("leak", "a", "coin flips"),
        ("leak", "bc", "one of"),
        ("leak", "d", "takes no gradient"),
        ("leak", "e", "changes nothing"),
        ("leak", "z", "one of"),
        ("accumulate", lambda slope, p, x, y, size: slope(p, x, y)[1], "do not fit"),
        ("accumulate", lambda *a: np.mean([g for _, g in pieces_of(*a)], axis=0), "count it like a full one"),
        ("accumulate", lambda *a: sum(g for _, g in pieces_of(*a)), "the sum of 3 means"),
        ("accumulate", lambda *a: accumulate(*a) / 2, "is right there"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"training_a_network.{name}", answer)
    assert verdict.status == "wrong", verdict.message
    assert words in verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("training_a_network")])
def test_stubs_are_not_yet_answers(name):
    assert check(name, ...).status == "not yet"


@pytest.mark.parametrize("name", ["loop", "accumulate"])
def test_an_unfinished_function_is_not_yet_an_answer(name):
    assert check(f"training_a_network.{name}", lambda *a: ...).status == "not yet"
