"""The exercises of the estimation chapter: right answers pass, the likely wrong ones are told what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.probability import ridge, soft_threshold
from dlmath_lib.verify import Derivation

LAM = sp.Symbol("lambda", positive=True)
C, MU, V = sp.Symbol("c", real=True), sp.Symbol("mu", real=True), sp.Symbol("v", positive=True)
START = C**2 * V + (1 - C) ** 2 * MU**2
END = (V + MU**2) * (C - MU**2 / (V + MU**2)) ** 2 + V * MU**2 / (V + MU**2)
LOG = 3 * np.log(0.25) - 3


def weights(x: Any, y: Any, noise: float, prior: float) -> np.ndarray:
    return ridge(x, y, penalty=(noise / prior) ** 2)


def spoilt(change: Any) -> Any:
    return lambda x, y, noise, prior: ridge(x, y, penalty=change(noise, prior, len(y)))


def coordinates(x: np.ndarray, y: np.ndarray, t: float, rounds: int = 150) -> np.ndarray:
    w = np.zeros(x.shape[1])
    for _ in range(rounds):
        for j, c in enumerate(x.T):
            z = c @ (y - x @ w + c * w[j])
            w[j] = np.sign(z) * max(abs(z) - t, 0) / (c @ c)
    return w


def test_all_are_registered() -> None:
    assert [exercise.name.partition(".")[2] for exercise in exercises_of("estimation")] == [
        "eight_of_ten",
        "lasso",
        "logits_at_zero",
        "map_weights",
        "poisson_information",
        "shrinkage",
        "two_variances",
        "waiting_times",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("waiting_times", (0.25, LOG)),
        ("waiting_times", [sp.Rational(1, 4), 3 * sp.log(sp.Rational(1, 4)) - 3]),
        ("waiting_times", (0.25, -7.159)),
        ("two_variances", (5, 26 / 3, 13)),
        ("two_variances", np.array([5, 8.667, 13.0])),
        ("eight_of_ten", (0.8, 5 / 7, 6.25, 0.1265)),
        ("eight_of_ten", [sp.Rational(4, 5), sp.Rational(5, 7), sp.Rational(25, 4), sp.sqrt(sp.Rational(2, 125))]),
        ("logits_at_zero", (0.6, np.log(3), 1 / 3 - 0.6)),
        ("logits_at_zero", np.array([[0.6], [1.0986], [-0.26667]])),
        ("logits_at_zero", [sp.Rational(3, 5), sp.log(3), -sp.Rational(4, 15)]),
        ("poisson_information", (1 / LAM, 0.2)),
        ("poisson_information", [1 / sp.Symbol("lam"), sp.Rational(1, 5)]),
        ("map_weights", weights),
        ("map_weights", lambda x, y, s, t: np.linalg.solve(x.T @ x + (s / t) ** 2 * np.eye(x.shape[1]), x.T @ y)),
        ("lasso", coordinates),
        ("lasso", lambda x, y, t: coordinates(x, y, t, 60).tolist()),
    ],
)
def test_right_answers(name: str, answer: Any) -> None:
    verdict = check(f"estimation.{name}", answer)
    assert verdict.passed, verdict.message


def test_the_proof_takes_any_chain_of_true_steps() -> None:
    middle = (V + MU**2) * C**2 - 2 * MU**2 * C + MU**2
    chain = Derivation(START).step(middle, because="collect").step(END, because="complete the square")
    assert check("estimation.shrinkage", chain).passed
    assert "at least 2 steps" in check("estimation.shrinkage", Derivation(START).step(END, because="x")).message
    assert check("estimation.shrinkage", END).status == "wrong"


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("waiting_times", (4, LOG), "reciprocal"),
        ("waiting_times", (1 / 12, LOG), "n is 3"),
        ("waiting_times", (0.25, -LOG), "negative"),
        ("waiting_times", (0.25, np.exp(LOG)), "logarithm"),
        ("waiting_times", (0.25, 3 * np.log(0.25)), "missing"),
        ("waiting_times", 0.25, "two numbers"),
        ("waiting_times", ("a", 1), "number"),
        ("two_variances", (5, 13, 26 / 3), "divided by n − 1"),
        ("two_variances", (5, 26 / 3, 26 / 3), "divide by n − 1"),
        ("two_variances", (5, np.sqrt(26 / 3), 13), "standard deviation"),
        ("two_variances", (4, 26 / 3, 13), "median"),
        ("two_variances", [[5], [1, 2]], "three numbers"),
        ("eight_of_ten", (0.8, 0.8, 6.25, 0.1265), "the prior does nothing"),
        ("eight_of_ten", (0.8, 11 / 16, 6.25, 0.1265), "posterior's mean"),
        ("eight_of_ten", (0.8, 5 / 7, 0.16, 0.1265), "reciprocal"),
        ("eight_of_ten", (0.8, 5 / 7, 6.25, 0.016), "take the root"),
        ("eight_of_ten", (0.8, 5 / 7, 1e300, "a"), "number"),
        ("logits_at_zero", (1 / 3, np.log(3), 1 / 3 - 0.6), "frequency"),
        ("logits_at_zero", (0.6, -np.log(0.6), 1 / 3 - 0.6), "not 0.6"),
        ("logits_at_zero", (0.6, np.log(3), 0.6 - 1 / 3), "softmax less frequency"),
        ("logits_at_zero", (0.6, np.log(3), 0), "which is not at z = 0"),
        ("logits_at_zero", [[0.6], [1, 2]], "three numbers"),
        ("poisson_information", (LAM, 0.2), "variance of a count"),
        ("poisson_information", (1 / LAM**2, 0.2), "mean square"),
        ("poisson_information", (100 / LAM, 0.2), "give that of one"),
        ("poisson_information", (1 / LAM, 0.04), "take the root"),
        ("poisson_information", (1 / LAM, 2), "for one count"),
        ("poisson_information", ("1/lam", 0.2), "expression"),
        ("map_weights", spoilt(lambda s, t, n: s / t), "not σ/τ"),
        ("map_weights", spoilt(lambda s, t, n: (t / s) ** 2), "not τ²/σ²"),
        ("map_weights", spoilt(lambda s, t, n: 1 / t**2), "noise is missing"),
        ("map_weights", spoilt(lambda s, t, n: s / t**2), "noise is not squared"),
        ("map_weights", spoilt(lambda s, t, n: s**2 / t), "deviation is not squared"),
        ("map_weights", spoilt(lambda s, t, n: (s * t) ** 2), "not σ²τ²"),
        ("map_weights", spoilt(lambda s, t, n: n * (s / t) ** 2), "not multiplied by n"),
        ("map_weights", spoilt(lambda s, t, n: 1e-13), "least squares"),
        ("map_weights", lambda x, y, s, t: np.zeros((x.shape[1], 1)), "must be (1,)"),
        ("map_weights", lambda x, y, s, t: "no", "your result"),
        ("map_weights", 3, "must be a function"),
        ("lasso", lambda x, y, t: np.linalg.lstsq(x, y)[0], "least squares"),
        ("lasso", lambda x, y, t: soft_threshold(x.T @ y, t) / (x**2).sum(0), "others were 0"),
        ("lasso", lambda x, y, t: coordinates(x, y, 2 * t), "not 2t"),
        ("lasso", lambda x, y, t: coordinates(x, y, t, 2), "more rounds"),
        ("lasso", lambda x, y, t: np.ones(x.shape[1]), "there are some that cost"),
        ("lasso", lambda x, y, t: np.zeros(x.shape[1]), "there are some that cost"),
        ("lasso", lambda x, y, t: None, "return statement"),
    ],
)
def test_wrong_answers_hear_why(name: str, answer: Any, says: str) -> None:
    verdict = check(f"estimation.{name}", answer)
    assert verdict.status == "wrong", verdict.message
    assert says in verdict.message, verdict.message


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("estimation")])
def test_stubs_say_not_yet(name: str) -> None:
    stubs = {"map_weights": lambda x, y, noise_std, prior_std: ..., "lasso": lambda x, y, threshold: ...}
    assert check(name, stubs.get(name.partition(".")[2], ...)).status == "not yet"
