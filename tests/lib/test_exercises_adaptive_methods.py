"""The checks of the exercises on adaptive methods: right answers of several kinds pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.optimizers import Adam
from dlmath_lib.verify import Derivation

BETA, MU = sp.Symbol("beta", positive=True), sp.Symbol("mu", real=True)
K = sp.Symbol("k", integer=True, positive=True)
START, END = BETA * (1 - BETA**K) * MU + (1 - BETA) * MU, (1 - BETA ** (K + 1)) * MU
EPSILON, BETA2 = sp.symbols("epsilon beta_2", positive=True)
GROWING = [(0.999 / 0.9) ** age for age in range(100)]


def adam(
    gradient, theta, steps, alpha, beta1, beta2, eps, *,
    first=True, second=True, inside=False, late=0, sign=-1, swapped=False, count="", multiplied=False, stored=False,
    less=0,
):  # fmt: skip
    m = v = np.zeros_like(theta)
    if swapped:
        beta1, beta2 = beta2, beta1
    for k in range(1 + late, steps + late + 1 - less):
        g = gradient(theta)
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        power = 1 if count == "first" else steps if count == "last" else k
        weights = [1 - beta1**power, 1 - beta2**power]
        if multiplied:
            weights = [1 / weight for weight in weights]
        mean, size = m / weights[0] if first else m, v / weights[1] if second else v
        if stored:
            m, v = mean, size
        theta = theta + sign * alpha * mean / (np.sqrt(size + eps) if inside else np.sqrt(size) + eps)
    return theta


def keras(gradient, theta, steps, alpha, beta1, beta2, epsilon):
    m = v = np.zeros_like(theta)
    for k in range(1, steps + 1):
        g = gradient(theta)
        m, v = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g * g - v)
        theta = theta - alpha * np.sqrt(1 - beta2**k) / (1 - beta1**k) * m / (np.sqrt(v) + epsilon)
    return theta


def by_the_library(gradient, theta, steps, alpha, beta1, beta2, epsilon):
    rule = Adam(alpha, beta1=beta1, beta2=beta2, epsilon=epsilon)
    state = rule.start(theta)
    for _ in range(steps):
        theta, state = rule.step(theta, gradient(theta), state)
    return theta.tolist()


def slip(**options):
    return lambda *given: adam(*given, **options)


def in_place(gradient, theta, steps, *settings):
    theta -= adam(gradient, theta, steps, *settings)
    return theta


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("adaptive_methods")]
    assert names == ["adam", "bias", "by_hand", "decay", "epsilon", "long_step", "turned", "units"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", (0.1, 0.8 - 0.4 / np.sqrt(5.6875), 0.9 - 0.11 / 1.2)),
        ("by_hand", [0.1, 0.632274, 0.808333]),
        ("decay", (-3.925, -3.99, -3.93)),
        ("adam", adam),
        ("adam", by_the_library),
        ("bias", Derivation(START).step(sp.expand(START), because="multiply out").step(END, because="βμ cancels")),
        ("epsilon", (99 * EPSILON, 99 * EPSILON / sp.sqrt(1 - BETA2))),
        ("epsilon", (99 * sp.Symbol("epsilon"), 99 * EPSILON * (1 - BETA2) ** sp.Rational(-1, 2))),
        ("units", (10**6, 1000, 0.1, -0.075)),
        ("turned", (9, (1.25 + np.sqrt(1.2025)) / (1.25 - np.sqrt(1.2025)), 1)),
        ("turned", [9.0, 15.295733, 1.0]),
        ("long_step", [0.0] * 5000 + GROWING),
        ("long_step", np.array([0.0] * 9000 + [-x for x in GROWING])),
        ("long_step", [1e-30] * 5000 + GROWING),
    ],
)  # fmt: skip
def test_right_answers_pass(name, answer):
    verdict = check(f"adaptive_methods.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("by_hand", (0.1, 0.6323, 0.808333), "θ by RMSprop is 0.6323"),
        ("by_hand", (0.0, 0.632274, 0.808333), "The second step divides 4 by √(9 + 16)"),
        ("by_hand", (0.1, 0.632274), "three numbers"),
        ("decay", (-3.925, -4.01, -3.93), "θ by Adam is −4.01"),
        ("decay", (-4.005, -3.99, -3.93), "with the penalty is 0.5"),
        ("decay", (-3.925, -3.99, -3.91), "multiplied by 1 − αλ"),
        ("adam", slip(first=False, second=False), "neither average is corrected"),
        ("adam", slip(first=False), "the average of g is not corrected"),
        ("adam", slip(second=False), "the average of g² is not corrected"),
        ("adam", slip(late=1), "count the steps from 2 on"),
        ("adam", slip(inside=True), "ε stands under the root"),
        ("adam", slip(sign=1), "along the gradient"),
        ("adam", in_place, "changes its argument theta"),
        ("adam", lambda *given: None, "is a return statement missing?"),
        ("adam", 0.5, "must be a function"),
        ("bias", Derivation(START).step(END, because="sort"), "at least 2"),
        ("bias", Derivation(START).step(sp.expand(START), because="expand"), ""),
        ("epsilon", (100 * EPSILON, 99 * EPSILON / sp.sqrt(1 - BETA2)), "in PyTorch's form"),
        ("epsilon", (99 * EPSILON, 99 * EPSILON * sp.sqrt(1 - BETA2)), "in Keras's form"),
        ("epsilon", 99 * EPSILON, "two expressions"),
        ("adam", keras, "as in Keras"),
        ("adam", slip(swapped=True), "interchanged"),
        ("adam", slip(count="first"), "also after the first"),
        ("adam", slip(count="last"), "those of the last step"),
        ("adam", slip(multiplied=True), "they divide"),
        ("adam", slip(stored=True), "kept for the next step"),
        ("adam", slip(late=0, sign=-1, less=1), "after one step fewer"),
        ("units", (1e3, 1e3, 0.1, -0.075), "the factor for gradient descent"),
        ("units", (1e6, 1, 0.1, -0.075), "the factor for Adam"),
        ("units", (1e6, 1e3, -0.1, -0.075), "the move of RMSprop is −0.1; its sign is wrong"),
        ("units", (1e6, 1e3, 0.1, 0.075), "the move of AMSGrad is 0.075; its sign is wrong"),
        ("units", (1e6, 1e3, -0.075), "four numbers"),
        ("turned", (1 / 9, 15.295733, 1), "The eigenvalues of the matrix are 9/5 and 1/5"),
        ("turned", (9, 9, 1), "add up to 1.25, and their product is 0.09"),
        ("turned", (9, 15.295733, 9), "The diagonal is 9/9 and 1/1"),
        ("long_step", GROWING, "after 100 steps the factor √(1 − β₂ᵏ) of the correction is still 0.31"),
        ("long_step", [2.0], "after 1 step the factor"),
        ("long_step", [1.0] * 5000, "let them grow by the factor"),
        ("long_step", [0.0] * 5000 + GROWING[:10], "two dozen steps"),
        ("long_step", [0.0] * 5000 + GROWING[::-1], "let them grow by the factor"),
        ("long_step", [0.0] * 10, "all your gradients are 0"),
        ("long_step", [1.0] * 20_000, "a list of 1 to 10000 numbers"),
        ("long_step", [1e200, 1.0], "at most 10¹⁰⁰"),
        ("long_step", [1.0, float("nan")], ""),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"adaptive_methods.{name}", answer)
    assert not verdict.passed and words in verdict.message, verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("adaptive_methods")])
def test_what_is_still_to_be_done_is_no_mistake(name):
    assert check(name, ...).message.startswith("not yet")
