"""The exercises of the chapter on sampling: right answers pass, likely wrong ones are told what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

u = sp.Symbol("u", real=True)
P = sp.Symbol("p", positive=True)
START = (P * (1 - P) ** 3 + (1 - P) * (0 - P) ** 3) / (P * (1 - P)) ** sp.Rational(3, 2)
MIDDLE, END = ((1 - P) ** 2 - P**2) / sp.sqrt(P * (1 - P)), (1 - 2 * P) / sp.sqrt(P * (1 - P))
VARIANCE = 0.16 / 2000 + 1999 / 2000 * 0.05 * 0.16


def proof(*lines):
    derivation = Derivation(START, where={P: (0, 1)})
    for each in lines:
        derivation = derivation.step(each, because="as said")
    return derivation


def estimate(f, quantile, u):
    values = f(quantile(u))
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values))


def test_all_are_registered():
    assert [exercise.name.split(".")[1] for exercise in exercises_of("sampling")] == [
        "accuracy_skewness",
        "correlated_draws",
        "estimate",
        "heavy_tail",
        "how_many_draws",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("how_many_draws", (0.15, 90_000)),
        ("how_many_draws", [sp.Rational(3, 20), 9e4]),
        ("how_many_draws", np.array([0.15, 90_001])),
        ("heavy_tail", (1 / (1 - sp.Symbol("u")), "no")),
        ("heavy_tail", (1 / sp.Symbol("u", positive=True), "No")),
        ("heavy_tail", [-1 / (u - 1), "no"]),
        ("correlated_draws", (np.sqrt(VARIANCE), 0.16 / VARIANCE)),
        ("correlated_draws", sp.Matrix([0.0899, 19.8])),
        ("correlated_draws", [0.09, 20]),
        ("accuracy_skewness", proof(MIDDLE, END)),
        ("accuracy_skewness", proof((1 - 2 * P) * P * (1 - P) / (P * (1 - P)) ** sp.Rational(3, 2), MIDDLE, END)),
        ("estimate", estimate),
        ("estimate", lambda *given: np.array(estimate(*given))),
        ("estimate", lambda *given: list(estimate(*given))),
    ],
)
def test_right_answers(name, answer):
    assert check(f"sampling.{name}", answer).passed


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("how_many_draws", (3 / 400, 90_000), "root"),
        ("how_many_draws", (0.15, 6000), "15²"),
        ("how_many_draws", (3 / np.sqrt(399), 90_000), "n − 1"),
        ("heavy_tail", (1 - 1 / u, "no"), "solve F(x) = u"),
        ("heavy_tail", (1 / u**2, "no"), "density"),
        ("heavy_tail", (1 / (1 - u), "yes"), "mean is infinite"),
        ("heavy_tail", (1 / (1 - u), "perhaps"), ""),
        ("heavy_tail", (1 / sp.sqrt(1 - u), "no"), "2/x³"),
        ("correlated_draws", (VARIANCE, 19.8), "root"),
        ("correlated_draws", (np.sqrt(0.16 / 2000), 19.8), "independent"),
        ("correlated_draws", (np.sqrt(VARIANCE), 2000), "same standard error"),
        ("accuracy_skewness", proof(END), "steps"),
        ("accuracy_skewness", proof(MIDDLE, MIDDLE), ""),
        ("estimate", lambda f, q, u: (f(u).mean(), 0.0), "not at u"),
        ("estimate", lambda f, q, u: (f(q(u)).mean(), f(q(u)).std() / len(u) ** 0.5), "ddof"),
        ("estimate", lambda f, q, u: (f(q(u)).mean(), f(q(u)).std(ddof=1)), "divide by √n"),
        ("estimate", lambda f, q, u: (f(q(u).mean()), 0.0), "inside f"),
        ("estimate", lambda f, q, u: f(q(u)).mean(), "two numbers"),
    ],
)
def test_wrong_answers_are_told_what_is_wrong(name, answer, words):
    verdict = check(f"sampling.{name}", answer)
    assert not verdict.passed
    assert words in str(verdict)
