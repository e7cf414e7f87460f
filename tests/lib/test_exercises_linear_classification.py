"""The checks of the exercises on linear classification: right answers pass, wrong ones are told why."""

import numpy as np
import pytest
import scipy.special
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

Z, V, T, Y, P = sp.symbols("z v t y p", real=True)
GIVEN = {P: 1 / (1 + sp.exp(-(Z + T * V)))}
START = sp.Derivative(sp.log(1 + sp.exp(Z + T * V)) - Y * (Z + T * V), T, 2)
W1, W2, W3, WBAR = sp.symbols("w_1 w_2 w_3 wbar", real=True)
MEAN = {WBAR: (W1 + W2 + W3) / 3}
SPREAD = (W1 - WBAR) ** 2 + (W2 - WBAR) ** 2 + (W3 - WBAR) ** 2
SQUARES = W1**2 + W2**2 + W3**2
MULTIPLIED = SQUARES - 2 * WBAR * (W1 + W2 + W3) + 3 * WBAR**2
CHANCES = [1 / 8, 1 / 4, 5 / 8]
CURVED = P * (1 - P) * V**2
LINE, SPREADS = Derivation(START, given=GIVEN), Derivation(SPREAD, given=MEAN)


def fit(x, y, penalty, learning_rate, steps, *, sign=1, total=False, bias_too=0, double=1, late=False, squared=False,
        shared=False, still=False):  # fmt: skip
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(steps):
        p = scipy.special.expit(x @ w + b)
        error = (p - y) * (p * (1 - p) if squared else 1) / (1 if total else len(y))
        by_w, by_b = (
            x.T @ error + double * penalty * w / (len(y) if shared else 1),
            error.sum() + bias_too * penalty * b,
        )
        w = w - sign * learning_rate * by_w
        if late:
            by_b = (scipy.special.expit(x @ w + b) - y).mean()
        b = b if still else b - sign * learning_rate * by_b
    return w, b


def slip(**options):
    return lambda x, y, penalty, learning_rate, steps: fit(x, y, penalty, learning_rate, steps, **options)


def overflows(x, y, penalty, learning_rate, steps):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(steps):
        with np.errstate(over="ignore", invalid="ignore"):
            e = np.exp(x @ w + b)
            error = e / (1 + e) - y
        w, b = w - learning_rate * (x.T @ error / len(y) + penalty * w), b - learning_rate * error.mean()
    return w, b


def newton(A, y, theta, *, sign=1, weights=True, half=False, scale=1.0, alone=False):
    p = scipy.special.expit(A @ theta)
    hessian = (A.T * (p if half else p * (1 - p) if weights else 1)) @ A
    step = np.linalg.solve(hessian, A.T @ (p - y)) * (len(y) if scale == "n" else 1 / len(y) if scale == "1/n" else 1)
    return -step if alone else theta - sign * step


def wrong_step(**options):
    return lambda A, y, theta: newton(A, y, theta, **options)


def plain_step(A, y, theta):
    return theta - A.T @ (scipy.special.expit(A @ theta) - y) / len(y)


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("linear_classification")]
    assert names == [
        "by_hand",
        "centred",
        "costs",
        "curvature",
        "fit",
        "newton_step",
        "rates",
        "separable",
        "three_classes",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", (4, 0.8, [0.8, 1.6, 0.8])),
        ("by_hand", [4.0, 4 / 5, np.array([0.8, 1.6, 0.8])]),
        ("costs", (0.05, [False, False, True, True], 1.94)),
        ("costs", (1 / 20, np.array([False, False, True, True]), 1.94)),
        ("rates", (0.851, 0.9, 18 / 165, 0.15, 0.875, 0.2 - 18 / 165)),
        ("three_classes", (CHANCES, np.log(4), [0.25, -1.5, 1.25])),
        ("fit", fit),
        ("newton_step", newton),
        ("curvature", LINE.step(sp.Derivative((P - Y) * V, T), because="chain rule").step(CURVED, because="σ′")),
        ("separable", (1, np.log(100), np.log(2))),
        ("separable", (1, 4.60517, 0.693147)),
        ("centred", SPREADS.step(MULTIPLIED, because="multiply out").step(SQUARES - 3 * WBAR**2, because="sum")),
    ],
)  # fmt: skip
def test_right_answers_pass(name, answer):
    verdict = check(f"linear_classification.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("by_hand", (4, 0.2, [0.8, 1.6, 0.8]), "the probability is 0.2"),
        ("by_hand", (4, 0.8, [-0.2, -0.4, -0.2]), "that of a label 1"),
        ("by_hand", (4, 0.8, [0.8, 0.8, 1.6]), "that by w₂ is p − y times 1"),
        ("by_hand", (4, 0.8, [0.8, 1.6]), "must have shape"),
        ("by_hand", (4, 0.8, [1.6, 0.8, 0.8]), "in the order w₁, w₂, b"),
        ("costs", (0.05, [False, True, True, True], 1.94), "an alarm costs 0.96 on average, and none costs 0.76"),
        ("costs", (0.05, [0, 0, 1, 1], 1.94), "True or False each"),
        ("costs", (1 / 19, [False, False, True, True], 1.94), "the threshold is 0.0526316"),
        ("costs", (0.05, [False, False, True, True], 0.8), "the cost is 0.8"),
        ("rates", (0.851, 0.9, 0.9, 0.15, 0.875, 0.2 - 18 / 165), "among the alarms"),
        ("rates", (0.98, 0.9, 18 / 165, 0.15, 0.875, 0.2 - 18 / 165), "the accuracy is 0.98"),
        ("rates", (0.9, 0.851, 18 / 165, 0.15, 0.875, 0.2 - 18 / 165), "the accuracy is 0.9"),
        ("rates", (0.851, 0.9, 18 / 165, 0.147, 0.875, 0.2 - 18 / 165), "the false positive rate is 0.147"),
        ("rates", (0.851, 0.9, 18 / 165, 0.15, 0.135, 0.2 - 18 / 165), "the area is 0.135"),
        ("rates", (0.851, 0.9, 18 / 165, 0.15, 0.875, 18 / 165 - 0.2), "the other sign"),
        ("rates", (0.851, 0.9, 18 / 165, 0.15, 0.875, -0.7), "the excess of p is −0.7"),
        ("three_classes", (CHANCES, np.log(4), [0.125, -0.75, 0.625]), "slopes by the logits"),
        ("three_classes", (CHANCES, np.log(4), [0.25, 0.5, 1.25]), "the slope is (p − 1) x"),
        ("three_classes", ([0.1, 0.2, 0.5], np.log(4), [0.25, -1.5, 1.25]), "your list of probabilities is 0.1"),
        ("three_classes", (CHANCES, 2.0, [0.25, -1.5, 1.25]), "the loss is 2"),
        ("fit", slip(total=True), "divided by n"),
        ("fit", slip(bias_too=1), "not on the bias"),
        ("fit", slip(double=2), "not 2λw"),
        ("fit", slip(double=0.5), "not λw/2"),
        ("fit", slip(double=0), "adds λw"),
        ("fit", slip(sign=-1), "against the gradient"),
        ("fit", slip(late=True), "before w moves"),
        ("fit", slip(squared=True), "p(1 − p) cancels"),
        ("fit", slip(shared=True), "is not divided by n"),
        ("fit", slip(still=True), "the bias moves too"),
        ("fit", overflows, "NaN"),
        ("fit", lambda x, y, penalty, learning_rate, steps: np.zeros(3), "the pair (w, b)"),
        ("newton_step", wrong_step(sign=-1), "against the gradient"),
        ("newton_step", wrong_step(alone=True), "not the step alone"),
        ("newton_step", wrong_step(weights=False), "needs the factors p(1 − p)"),
        ("newton_step", wrong_step(half=True), "p(1 − p), not p"),
        ("newton_step", wrong_step(scale="n"), "both be divided by n"),
        ("newton_step", wrong_step(scale="1/n"), "you divide the gradient"),
        ("newton_step", plain_step, "gradient descent"),
        ("curvature", Derivation(START, given=GIVEN).step(P * (1 - P) * V**2, because="σ′"), "steps"),
        ("separable", (2, np.log(100), np.log(2)), "the smallest margin is 2"),
        ("separable", (1, np.log(10), np.log(2)), "t is 2.30259; it is half"),
        ("separable", (1, np.log(100), 0.5), "the loss is 0.5"),
        ("centred", Derivation(SPREAD, given=MEAN).step(SQUARES - 3 * WBAR**2, because="sum"), "steps"),
    ],
)  # fmt: skip
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"linear_classification.{name}", answer)
    assert not verdict.passed
    assert words in verdict.message
