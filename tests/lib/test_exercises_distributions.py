"""The exercises of the chapter on distributions: right answers pass, likely wrong ones are told what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats as st
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.probability import Beta, Exponential, StudentT
from dlmath_lib.verify import Derivation

r = sp.Symbol("r", real=True)
k = sp.Symbol("k", integer=True, nonnegative=True)
lam = sp.Symbol("lambda", positive=True)
SERIES = (k, 0, sp.oo)
START = sp.Sum(k * sp.exp(-lam) * lam**k / sp.factorial(k), SERIES)
LOSS, SLOPE = 2 * sp.log(1 + r**2 / 3), 4 * r / (3 + r**2)
FIVE = ("Categorical", "Poisson", "Exponential", "Beta", "StudentT")


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
    assert [exercise.name.split(".")[1] for exercise in exercises_of("distributions")] == [
        "count",
        "log_density",
        "poisson_mean",
        "scales",
        "start",
        "student_loss",
        "which_law",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("count", (4 * 0.9**3 * 0.1, 3.6, 0.36)),
        ("count", [sp.Rational(2916, 10000), sp.Rational(18, 5), sp.Rational(9, 25)]),
        ("count", np.array([[0.2916], [3.6], [0.36]])),
        ("start", (0.2, np.sqrt(2 / 150))),
        ("start", [sp.sqrt(sp.Rational(6, 150)), sp.sqrt(sp.Rational(2, 150))]),
        ("which_law", FIVE),
        ("which_law", [name.upper() for name in FIVE]),
        ("which_law", ("categorical law", "Poisson distribution", Exponential, Beta(1, 1), "Student's t")),
        ("which_law", ("categorical", "poisson", "exponential", "beta", StudentT)),
        ("which_law", ("Categorical(p)", "Poisson(λ)", "Exponential(λ)", "Beta(a, b)", "Cauchy")),
        ("student_loss", (LOSS, SLOPE)),
        ("student_loss", (-sp.log((1 + sp.Symbol("r") ** 2 / 3) ** -2), sp.diff(LOSS, r))),
        ("student_loss", (2 * sp.log(3 + r**2) + 5, 2 * (2 * r / 3) / (1 + r**2 / 3))),
        ("student_loss", sp.Matrix([LOSS, SLOPE])),
        ("poisson_mean", proof(lam * sp.exp(-lam) * sp.Sum(lam**k / sp.factorial(k), SERIES), lam)),
        ("scales", (np.sqrt(14.5), 3)),
        ("scales", [sp.sqrt(sp.Rational(29, 2)), 3]),
        ("log_density", right),
        ("log_density", by_scipy),
        ("log_density", by_slogdet),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"distributions.{name}", answer)
    assert verdict.passed, str(verdict)


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("count", (0.0729, 3.6, 0.36), "4 places"),
        ("count", (0.2916, 0.9, 0.36), "one image"),
        ("count", (0.2916, 3.6, 0.6), "standard deviation"),
        ("count", (0.2916, 3.6), "three numbers"),
        ("count", (0.2916, 0.36, 3.6), "before it"),
        ("start", (0.4, 0.11547), "length 2a"),
        ("start", (0.2, 0.0133333), "root"),
        ("which_law", ("Categorical", "Binomial", "Exponential", "Beta", "StudentT"), "fixed number of trials"),
        ("which_law", ("Categorical", "Poisson", "Gamma", "Beta", "StudentT"), "one parameter"),
        ("which_law", ("Categorical", "Poisson", "Exponential", "Beta", "Gaussian"), "light"),
        ("which_law", ("Categorical", "Poisson", "Exponential", "Beta", "Laplace"), "power"),
        ("which_law", ("Zipf", "Poisson", "Exponential", "Beta", "Laplace"), "name a law"),
        ("which_law", "Poisson", "five names"),
        ("student_loss", (-LOSS, -SLOPE), "sign of your loss"),
        ("student_loss", (LOSS / 2, SLOPE / 2), "factor 2"),
        ("student_loss", ((1 + r**2 / 3) ** -2, SLOPE), "negative logarithm"),
        ("student_loss", (LOSS, 2 / (1 + r**2 / 3)), ""),
        ("student_loss", (LOSS, 2 * (1 + r**2 / 3) ** -1), "chain rule"),
        ("student_loss", (LOSS, -SLOPE), "sign of your slope"),
        ("student_loss", (LOSS + sp.Symbol("q"), SLOPE), "in r alone"),
        ("student_loss", (3, SLOPE), "expression in r"),
        ("poisson_mean", proof(lam), "steps"),
        ("poisson_mean", proof(sp.exp(-lam) * sp.Sum(k * lam**k / sp.factorial(k), SERIES), lam), "cancelled"),
        ("scales", (14.5, 3), "root"),
        ("scales", (np.sqrt(10.5), 3), "fixed"),
        ("scales", (np.sqrt(14.5), 12), "mean"),
        ("scales", (np.sqrt(14.5), 2), "signs"),
        ("scales", (np.sqrt(14.5), 6), "not 1/(2b)"),
        ("log_density", lambda x, m, c: right(x, m, c) + len(m) / 2 * np.log(2 * np.pi), "2π is missing"),
        ("log_density", lambda x, m, c: np.exp(right(x, m, c)), "not its logarithm"),
        ("log_density", lambda x, m, c: right(x, m, c)[0], "shape"),
        ("log_density", lambda x, m, c: right(x, m, c)[:, None], "shape"),
        ("log_density", by_determinant, "not finite"),
        ("log_density", lambda x, m, c: "no", "numbers"),
    ],
)
def test_wrong_answers_are_told_what_is_wrong(name, answer, words):
    verdict = check(f"distributions.{name}", answer)
    assert not verdict.passed
    assert words in str(verdict)
