"""The exercises of the chapter on random variables: right answers pass, likely wrong ones are told what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats as st
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


def right(x, mean, covariance):
    L = np.linalg.cholesky(covariance)
    z = np.linalg.solve(L, (x - mean).T)
    return -(z**2).sum(0) / 2 - np.log(np.diag(L)).sum() - len(mean) * np.log(2 * np.pi) / 2


def by_scipy(x, mean, covariance):
    return np.atleast_1d(st.multivariate_normal(mean, covariance).logpdf(x))


def by_determinant(x, mean, covariance):
    away = x - mean
    squares = np.einsum("ni,ij,nj->n", away, np.linalg.inv(covariance), away)
    with np.errstate(divide="ignore"):
        return -squares / 2 - np.log(np.linalg.det(2 * np.pi * covariance)) / 2


def by_slogdet(x, mean, covariance):
    away = x - mean
    squares = np.einsum("ni,ij,nj->n", away, np.linalg.inv(covariance), away)
    return -squares / 2 - np.linalg.slogdet(2 * np.pi * covariance)[1] / 2


def proof(*lines):
    derivation = Derivation(START)
    for line in lines:
        derivation = derivation.step(line, because="as said")
    return derivation


def test_all_are_registered():
    assert [exercise.name.split(".")[1] for exercise in exercises_of("random_variables")] == [
        "attained",
        "log_density",
        "log_normal_mean",
        "root_of_exponential",
        "table_of_masses",
        "triangle",
        "two_bounds",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("table_of_masses", (0.75, 1.25, 2.6875)),
        ("table_of_masses", [sp.Rational(3, 4), sp.Rational(5, 4), sp.Rational(43, 16)]),
        ("table_of_masses", np.array([0.75, 1.25, 2.6875])),
        ("table_of_masses", sp.Matrix([0.75, 1.25, 2.6875])),
        ("triangle", (0.5, 0.25, 4 / 3)),
        ("triangle", (0.5, 0.25, 1.333)),
        ("root_of_exponential", 2 * y * sp.exp(-(y**2))),
        ("root_of_exponential", 2 * sp.Symbol("y") / sp.exp(sp.Symbol("y") ** 2)),
        ("root_of_exponential", sp.diff(-sp.exp(-(sp.Symbol("y", real=True) ** 2)), sp.Symbol("y", real=True))),
        ("two_bounds", (0.25, 0.04)),
        ("two_bounds", [sp.Rational(1, 4), sp.Rational(1, 25)]),
        ("log_normal_mean", proof(sp.Integral(GOAL * SHIFTED, LINE), GOAL)),
        ("log_normal_mean", proof(GOAL * sp.Integral(SHIFTED, LINE), GOAL)),
        ("log_density", right),
        ("log_density", by_scipy),
        ("log_density", by_slogdet),
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
        ("triangle", (1, 0.25, 4 / 3), "area of the triangle"),
        ("triangle", (0.5, 0.5, 4 / 3), "density"),
        ("triangle", (0.5, 0.25, 1), "higher on the right"),
        ("root_of_exponential", sp.exp(-(y**2)), "factor"),
        ("root_of_exponential", sp.exp(-(y**2)) / (2 * y), "dx/dy"),
        ("root_of_exponential", 2 * y * sp.exp(-y), "x = y²"),
        ("root_of_exponential", 1 - sp.exp(-(y**2)), "distribution function"),
        ("root_of_exponential", y * sp.exp(-(y**2)), ""),
        ("two_bounds", (0.25, 0.0225), "from the mean"),
        ("two_bounds", (0.25, 0.2), "1/k²"),
        ("two_bounds", (0.25, 0.02), "both sides"),
        ("two_bounds", (0.04, 0.25), "swapped"),
        ("log_normal_mean", proof(GOAL), "steps"),
        ("log_density", lambda x, m, c: right(x, m, c) + len(m) / 2 * np.log(2 * np.pi), "2π is missing"),
        ("log_density", lambda x, m, c: np.exp(right(x, m, c)), "not its logarithm"),
        ("log_density", lambda x, m, c: right(x, m, c)[0], "shape"),
        ("log_density", lambda x, m, c: right(x, m, c)[:, None], "shape"),
        ("log_density", by_determinant, "not finite"),
        ("log_density", lambda x, m, c: "no", "numbers"),
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


HOSTILE = [
    None,
    "abc",
    1e300,
    -1e300,
    float("nan"),
    [[1, 2], [3]],
    [],
    (1, "a", 2),
    sp.Symbol("q"),
    sp.Matrix([sp.Symbol("q"), 1, 2]),
    {"a": 1},
    object(),
    (..., 1, 2),
    ([], []),
    ([1, "x"], [0.5, 0.5]),
    ([1e300, -1e300], [0.5, 0.5]),
    lambda: 1,
    {1: "b"},
    np.ones((3, 3)),
    ([[1], [2, 3]], [1, 2]),
    1 + 2j,
    True,
]


@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_answers_get_words(answer):
    for exercise in exercises_of("random_variables"):
        assert not check(exercise.name, answer).passed
