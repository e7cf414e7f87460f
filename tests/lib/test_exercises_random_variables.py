"""The exercises of the chapter on random variables: right answers pass, likely wrong ones are told what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

y = sp.Symbol("y", positive=True)
mu, z = sp.symbols("mu z", real=True)
sigma = sp.Symbol("sigma", positive=True)
LINE = (z, -sp.oo, sp.oo)
START = sp.Integral(sp.exp(mu + sigma * z) * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), LINE)
SHIFTED = sp.exp(-((z - sigma) ** 2) / 2) / sp.sqrt(2 * sp.pi)
GOAL = sp.exp(mu + sigma**2 / 2)


def right(values, probabilities):
    mean = probabilities @ values
    return mean, ((values - mean).T * probabilities) @ (values - mean)


def by_numpy(values, probabilities):
    covariance = np.atleast_2d(np.cov(values.T, aweights=probabilities, ddof=0))
    return np.average(values, axis=0, weights=probabilities), covariance


def second(values, p):
    return (values.T * p) @ values


def proof(*lines):
    derivation = Derivation(START)
    for line in lines:
        derivation = derivation.step(line, because="as said")
    return derivation


def test_all_are_registered():
    assert [exercise.name.split(".")[1] for exercise in exercises_of("random_variables")] == [
        "attained",
        "bounds",
        "draw_and_slopes",
        "log_normal_mean",
        "moments",
        "root_of_exponential",
        "sum_and_multiple",
        "table_of_masses",
        "triangle",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("table_of_masses", (0.75, 1.25, 2.6875)),
        ("table_of_masses", [sp.Rational(3, 4), sp.Rational(5, 4), sp.Rational(43, 16)]),
        ("table_of_masses", np.array([0.75, 1.25, 2.6875])),
        ("table_of_masses", sp.Matrix([0.75, 1.25, 2.6875])),
        ("triangle", (0.5, 0.25, 4 / 3, 2)),
        ("triangle", sp.Matrix([[0.5, 0.25, 1.333, 2]])),
        ("sum_and_multiple", (4, 33, 5)),
        ("sum_and_multiple", np.array([[4.0], [33.0], [5.0]])),
        ("draw_and_slopes", (-1, -2, 2, 0.121)),
        ("draw_and_slopes", [-1, -2, 2, sp.exp(-sp.Rational(1, 2)) / sp.sqrt(8 * sp.pi)]),
        ("root_of_exponential", sp.Lambda(y, 2 * y * sp.exp(-(y**2)))),
        ("root_of_exponential", np.array([2 * y * sp.exp(-(y**2))])),
        ("root_of_exponential", 2 * y * sp.exp(-(y**2))),
        ("root_of_exponential", 2 * sp.Symbol("y") / sp.exp(sp.Symbol("y") ** 2)),
        ("root_of_exponential", sp.diff(-sp.exp(-(sp.Symbol("y", real=True) ** 2)), sp.Symbol("y", real=True))),
        ("bounds", (0.25, 0.04, np.exp(0.5))),
        ("bounds", [sp.Rational(1, 4), sp.Rational(1, 25), sp.sqrt(sp.E)]),
        ("log_normal_mean", proof(sp.Integral(GOAL * SHIFTED, LINE), GOAL)),
        ("log_normal_mean", proof(GOAL * sp.Integral(SHIFTED, LINE), GOAL)),
        (
            "log_normal_mean",
            proof(GOAL * sp.Integral(sp.exp(-(y**2) / 2) / sp.sqrt(2 * sp.pi), (y, -sp.oo, sp.oo)), GOAL),
        ),
        ("moments", right),
        ("moments", by_numpy),
        ("moments", lambda values, p: [right(values, p)[0].tolist(), right(values, p)[1].tolist()]),
        ("attained", ([-2, 0, 2], [1 / 8, 3 / 4, 1 / 8])),
        ("attained", ([0, 2, -2], [sp.Rational(3, 4), sp.Rational(1, 8), sp.Rational(1, 8)])),
        ("attained", {-2: 0.125, 0: 0.75, 2: 0.125}),
        ("attained", (np.array([-2, 0, 0, 2]), np.array([0.125, 0.5, 0.25, 0.125]))),
    ],
)
def test_right_answers(name, answer):
    assert check(f"random_variables.{name}", answer).passed


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("table_of_masses", (0.5, 1.25, 2.6875), "counts the value 1"),
        ("table_of_masses", (0.75, 5 / 3, 2.6875), "weight them"),
        ("table_of_masses", (0.75, 1.25, 4.25), "square of the mean"),
        ("table_of_masses", (0.75, 1.25, 1.6394), "standard deviation"),
        ("table_of_masses", (0.75, 1.25, 9), "variance"),
        ("triangle", (1, 0.25, 4 / 3, 2), "area of the triangle"),
        ("triangle", (0.5, 0.5, 4 / 3, 2), "density"),
        ("triangle", (0.5, 0.25, 1, 2), "higher on the right"),
        ("triangle", (0.5, 0.25, 4 / 3, 3), "without bound"),
        ("sum_and_multiple", (4, 25, 5), "covariance is missing"),
        ("sum_and_multiple", (4, 17, 5), "positive"),
        ("sum_and_multiple", (4, 33, 1), "square of the mean"),
        ("draw_and_slopes", (-1, 1, -1, 0.121), "∂x/∂μ"),
        ("draw_and_slopes", (-1, -2, -1, 0.121), "∂x/∂σ"),
        ("draw_and_slopes", (-1, -2, 2, 0.24197), "1/σ"),
        ("root_of_exponential", sp.exp(-(y**2)), "factor"),
        ("root_of_exponential", sp.exp(-(y**2)) / (2 * y), "dx/dy"),
        ("root_of_exponential", 2 * y * sp.exp(-y), "x = y²"),
        ("root_of_exponential", 1 - sp.exp(-(y**2)), "distribution function"),
        ("root_of_exponential", y * sp.exp(-(y**2)), ""),
        ("bounds", (0.25, 0.0225, 1.6487), "from the mean"),
        ("bounds", (0.25, 0.2, 1.6487), "1/k²"),
        ("bounds", (0.25, 0.02, 1.6487), "both sides"),
        ("bounds", (0.04, 0.25, 1.6487), "swapped"),
        ("bounds", (0.25, 1 / 26, 1.6487), "one side"),
        ("bounds", (0.25, 0.04, 0.5), "power"),
        ("log_normal_mean", proof(GOAL), "steps"),
        ("log_normal_mean", proof(sp.exp(mu) * sp.exp(sigma**2 / 2, evaluate=False), GOAL), "square completed"),
        (
            "log_normal_mean",
            proof(sp.exp(mu) * sp.Integral(START.function / sp.exp(mu), LINE), GOAL),
            "square completed",
        ),
        ("moments", lambda v, p: (v.mean(axis=0), right(v, p)[1]), "weight each row"),
        ("moments", lambda v, p: (p @ v, np.atleast_2d(np.cov(v.T, ddof=0))), "not with 1/n"),
        ("moments", lambda v, p: (p @ v, second(v, p)), "subtract the mean first"),
        ("moments", lambda v, p: (p @ v, second(v, p) - np.outer(p @ v, p @ v)), "digits are lost"),
        ("moments", lambda v, p: (p @ v, (v - p @ v).T @ (v - p @ v)), "weighted by the probabilities"),
        ("moments", lambda v, p: (p @ v, (v - p @ v) @ (v - p @ v).T), "one row for each value"),
        ("moments", lambda v, p: p @ v, "pair"),
        ("moments", lambda v, p: "no", "pair"),
        ("attained", ([-2, 0, 2], [0.25, 0.5, 0.25]), "variance"),
        ("attained", ([0, 2], [0.75, 0.25]), "mean"),
        ("attained", ([-1, 1], [0.5, 0.5]), "P"),
        ("attained", ([-2, 0, 2], [0.125, 0.75, 0.25]), "sum"),
        ("attained", ([-2, 0, 2], [-0.125, 0.75, 0.375]), "negative"),
        ("attained", ([-2, 0], [0.125, 0.75, 0.125]), "one for each value"),
    ],
)
def test_wrong_answers_are_told_what_is_wrong(name, answer, words):
    verdict = check(f"random_variables.{name}", answer)
    assert not verdict.passed
    assert words in str(verdict)
