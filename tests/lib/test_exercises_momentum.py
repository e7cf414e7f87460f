"""The checks of the exercises on momentum: right answers of several kinds pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

ALPHA, BETA, LAMBDA = sp.symbols("alpha beta lambda", positive=True)
K, G = sp.Symbol("k", integer=True, nonnegative=True), sp.Symbol("g", real=True)
START = BETA * G * (1 - BETA**K) / (1 - BETA) + G
MIDDLE = (BETA * G * (1 - BETA**K) + G * (1 - BETA)) / (1 - BETA)
END = G * (1 - BETA ** (K + 1)) / (1 - BETA)


def nesterov(gradient, x, learning_rate, momentum, steps, *, at_look=True, from_look=True, keep="x", sign=1, first=1):
    previous, points, looks = first * x, [x], [x]
    for _ in range(steps):
        look = x + sign * momentum * (x - previous)
        slope = gradient(look if at_look else x)
        previous, x = x, (look if from_look else x) - learning_rate * slope
        points.append(x)
        looks.append(x + momentum * (x - previous))
    return np.array(points if keep == "x" else looks)


def by_velocity(gradient, x, learning_rate, momentum, steps):
    """As Sutskever et al. write it, with a list of lists."""
    velocity, points = np.zeros_like(x), [list(x)]
    for _ in range(steps):
        velocity = momentum * velocity - learning_rate * gradient(x + momentum * velocity)
        x = x + velocity
        points.append(list(x))
    return points


def keras(x, g, velocity, learning_rate, momentum, nesterov):
    new = momentum * velocity - learning_rate * g
    return [x + (momentum * new - learning_rate * g if nesterov else new), new]


def torch(x, g, velocity, learning_rate, momentum, nesterov):
    new = momentum * velocity + g
    return x - learning_rate * (g + momentum * new if nesterov else new), new


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("momentum")]
    assert names == [
        "by_hand",
        "critical_damping",
        "keras_step",
        "nesterov",
        "nesterov_limit",
        "noise",
        "terminal_velocity",
        "valley",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", [2, 0, -1, 1, -0.25]),
        ("by_hand", np.array([2, 0, -1, 1, -1 / 4])),
        ("valley", (1 / 16, 1 / 4, 1 / 2, 10, 5 / 72)),
        ("noise", (19 / 37, 361 / 37, 1.9 / 181)),
        ("nesterov", nesterov),
        ("nesterov", by_velocity),
        ("keras_step", keras),
        ("terminal_velocity", Derivation(START).step(MIDDLE, because="one denominator").step(END, because="cancel")),
        ("critical_damping", (1 - sp.sqrt(ALPHA * LAMBDA)) ** 2),
        ("critical_damping", 1 - 2 * sp.sqrt(ALPHA) * sp.sqrt(LAMBDA) + ALPHA * LAMBDA),
        ("nesterov_limit", (2 + 2 * BETA) / (1 + 2 * BETA)),
        ("nesterov_limit", 1 + 1 / (1 + 2 * sp.Symbol("beta"))),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"momentum.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("by_hand", [2, 1, -1, 1, -0.25], "x2 is 1"),
        ("by_hand", [2, 0, 0, 1, -0.25], "half of the velocity 8 is left"),
        ("by_hand", [2, 0, -1, 2, -0.25], "y1 is 2"),
        ("by_hand", [2, 0, -1], "a list of five numbers"),
        ("valley", (1 / 8, 1 / 4, 1 / 2, 10, 5 / 72), "the best α is 0.125"),
        ("valley", (1 / 16, 1 / 2, 1 / 2, 10, 5 / 72), "the best β is 0.5"),
        ("valley", (1 / 16, 1 / 4, 1 / 2, 31, 5 / 72), "the number of steps is 31"),
        ("valley", (1 / 16, 1 / 4, 1 / 2, 10, 2 / 36), "the limit of α"),
        ("noise", (1 / 19, 361 / 37, 1.9 / 181), "the floor is"),
        ("noise", (19 / 37, 10, 1.9 / 181), "your floor divided by 1/19"),
        ("noise", (19 / 37, 361 / 37, 0.01), "the α of (c) is 0.01"),
        ("nesterov", lambda *given: nesterov(*given, first=0), "it is the start"),
        ("nesterov", lambda *given: nesterov(*given, at_look=False), "that is the heavy ball"),
        ("nesterov", lambda *given: nesterov(*given, from_look=False), "it starts from the look-ahead"),
        ("nesterov", lambda *given: nesterov(*given, keep="look"), "these are the look-aheads"),
        ("nesterov", lambda *given: nesterov(*given, sign=-1), "pushes back"),
        ("nesterov", lambda *given: nesterov(*given, sign=0), "where is the momentum?"),
        ("nesterov", lambda *given: nesterov(*given)[1:], "the start is the first"),
        ("nesterov", lambda *given: nesterov(*given[:4], given[4] + 1), "a step too many"),
        ("nesterov", lambda *given: 2 * nesterov(*given), "your point 0 is"),
        ("nesterov", lambda *given: nesterov(*given)[-1], "your array of points"),
        ("nesterov", 3, "must be a function"),
        ("keras_step", torch, "the velocity is PyTorch's"),
        ("keras_step", lambda x, g, v, a, b, n: (x - b * v - a * g, b * v + a * g), "the sign of αg is wrong"),
        ("keras_step", lambda x, g, v, a, b, n: (x - a * v, b * v + (1 - b) * g), "a running mean"),
        ("keras_step", lambda x, g, v, a, b, n: (x + (b if n else 1) * (b * v - a * g), b * v - a * g), "is missing"),
        ("keras_step", lambda x, g, v, a, b, n: (x + v, b * v - a * g), "by the old velocity"),
        ("keras_step", lambda x, g, v, a, b, n: keras(x, g, v, a, b, False), "with nesterov it moves by βv − αg"),
        ("keras_step", lambda x, g, v, a, b, n: (x - a * (b * v - a * g), b * v - a * g), "contains α already"),
        ("keras_step", lambda *given: keras(*given)[0], "the pair (x, velocity)"),
        ("keras_step", lambda x, g, v, a, b, n: (x, 0 * v), "your velocity is"),
        ("keras_step", lambda x, g, v, a, b, n: (2 * x, b * v - a * g), "your x is"),
        ("critical_damping", (1 + sp.sqrt(ALPHA * LAMBDA)) ** 2, "β lies between 0 and 1"),
        ("critical_damping", 1 - sp.sqrt(ALPHA * LAMBDA), "a smaller one exists"),
        ("critical_damping", ALPHA * LAMBDA * sp.I, "β lies between 0 and 1"),
        ("nesterov_limit", 2 * (1 + BETA), "for β = 0.5 it is 3; there the larger modulus is"),
        ("nesterov_limit", -BETA, "a positive number below 1000"),
        ("nesterov_limit", [BETA], "one SymPy expression"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"momentum.{name}", answer)
    assert verdict.status == "wrong"
    assert words in verdict.message, verdict.message


@pytest.mark.parametrize(
    ("chain", "words"),
    [
        (Derivation(START).step(END, because="by magic"), "at least 2 steps"),
        (Derivation(MIDDLE).step(START, because="a").step(END, because="b"), "must start at"),
        (Derivation(START).step(MIDDLE, because="a").step(START, because="b"), "must end at"),
    ],
)
def test_a_proof_starts_arrives_and_moves(chain, words):
    verdict = check("momentum.terminal_velocity", chain)
    assert not verdict.passed and words in verdict.message, verdict.message


def test_a_wrong_limit_does_not_hear_the_right_one():
    message = check("momentum.nesterov_limit", 1 + BETA).message
    assert "for β = 0.5 it is 1.5; there the larger modulus is 1" not in message and "1.333" not in message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("momentum")])
def test_stubs_are_not_yet_answers(name):
    assert check(name, ...).status == "not yet"


@pytest.mark.parametrize("name", ["nesterov", "keras_step"])
def test_an_unfinished_function_is_not_yet_an_answer(name):
    assert check(f"momentum.{name}", lambda *given: ...).status == "not yet"
