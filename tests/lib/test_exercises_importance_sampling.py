"""The exercises of the chapter on importance sampling: right answers pass, likely wrong ones are told what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.exercises.answers import Wrong
from dlmath_lib.exercises.importance_sampling import _check_integrands
from dlmath_lib.verify import Derivation

x, m = sp.symbols("x m", real=True)
mu, sigma = sp.Symbol("mu", real=True), sp.Symbol("sigma", positive=True)


def phi(at):
    return sp.exp(-(at**2) / 2) / sp.sqrt(2 * sp.pi)


LINE = (x, -sp.oo, sp.oo)
START = sp.Integral(phi(x) ** 2 / phi(x - m), LINE)


def proof(*lines):
    derivation = Derivation(START)
    for each in lines:
        derivation = derivation.step(each, because="as said")
    return derivation


def over_x(term):
    return sp.Integral(term, LINE)


def expanded(at):
    """The start with its exponent multiplied out."""
    return over_x(sp.exp(-(at**2) / 2 - m * at + m**2 / 2) / sp.sqrt(2 * sp.pi))


def importance(values, log_p, log_q):
    log_w = log_p - log_q
    w = np.exp(log_w - log_w.max())
    return w @ values / w.sum(), w.sum() ** 2 / (w**2).sum()


def careless(values, log_p, log_q):
    with np.errstate(all="ignore"):
        w = np.exp(log_p - log_q)
        return w @ values / w.sum(), w.sum() ** 2 / (w**2).sum()


def by_number(values, log_p, log_q):
    w = np.exp(np.clip(log_p - log_q, -700, 300))
    return np.mean(w * values), importance(values, log_p, log_q)[1]


def gradients(f, f_grad, mu, sigma, z):
    at = mu + sigma * z
    return np.mean(f(at) * (z**2 - 1)) / sigma, np.mean(f_grad(at) * z)


def changed(change):
    """The right gradients with one part spoilt."""
    return lambda f, g, mu, sigma, z: change(f, g, mu + sigma * z, sigma, z, *gradients(f, g, mu, sigma, z))


def test_all_are_registered():
    assert [exercise.name.split(".")[1] for exercise in exercises_of("importance_sampling")] == [
        "batch_of_one",
        "best_baseline",
        "cost_of_a_shift",
        "importance",
        "two_gradients",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("batch_of_one", ([2, 2, 1, 0.5], 7)),
        ("batch_of_one", (sp.Matrix([2, 2, 1, sp.Rational(1, 2)]), sp.Integer(7))),
        ("batch_of_one", [np.array([2, 2, 1, 0.5]), 7.0]),
        ("batch_of_one", (np.array([[2], [2], [1], [0.5]]), 7.0)),
        ("cost_of_a_shift", proof(sp.Integral(sp.exp(m**2) * phi(x + m), LINE), sp.exp(m**2))),
        ("cost_of_a_shift", proof(sp.exp(m**2) * sp.Integral(phi(x + m), LINE), sp.exp(m**2))),
        ("importance", importance),
        ("importance", lambda v, p, q: list(importance(v, p, q))),
        ("importance", lambda v, p, q: np.array(importance(v, p, q))),
        ("two_gradients", gradients),
        ("two_gradients", lambda *given: np.array(gradients(*given))),
        ("best_baseline", mu**3 + 9 * mu * sigma**2),
        ("best_baseline", sp.Symbol("mu") * (sp.Symbol("mu") ** 2 + 9 * sp.Symbol("sigma") ** 2)),
    ],
)
def test_right_answers(name, answer):
    assert check(f"importance_sampling.{name}", answer).passed


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("batch_of_one", ([0.5, 0.5, 1, 2], 7), "p/q"),
        ("batch_of_one", ([8, 8, 4, 2], 7), "1/q"),
        ("batch_of_one", ([4, -4, 4, 4], 7), "weighted gradients"),
        ("batch_of_one", ([2, 2, 1, 0.5], 13), "equal probabilities"),
        ("batch_of_one", ([2, 2, 1, 0.5], 16), "mean square"),
        ("batch_of_one", ([2, 2, 1], 7), "four weights"),
        ("batch_of_one", (2, 7), "four weights"),
        ("cost_of_a_shift", proof(sp.exp(m**2)), "steps"),
        ("cost_of_a_shift", proof(over_x(sp.exp(m**2) * phi(x - m)), sp.exp(m**2)), "different functions of x"),
        ("importance", careless, "not finite"),
        ("importance", by_number, "sum of the weights"),
        ("importance", lambda v, p, q: importance(v, q, p), "p/q"),
        ("importance", lambda v, p, q: (importance(v, p, q)[0], 1 / importance(v, p, q)[1]), "other way round"),
        ("importance", lambda v, p, q: importance(v, p, q)[0], "two numbers"),
        ("two_gradients", lambda *given: gradients(*given)[::-1], "swapped"),
        ("two_gradients", changed(lambda f, g, x, s, z, score, path: (np.mean(f(x) * z / s), path)), "slope by μ"),
        (
            "two_gradients",
            changed(lambda f, g, x, s, z, score, path: (np.mean(f(x) * z**2 / s), path)),
            "−1 is missing",
        ),
        ("two_gradients", changed(lambda f, g, x, s, z, score, path: (score, np.mean(g(x)))), "slope by μ"),
        ("two_gradients", changed(lambda f, g, x, s, z, score, path: (score, np.mean(g(x) * s))), "∂x/∂σ is z"),
        ("two_gradients", changed(lambda f, g, x, s, z, score, path: (score, None)), ""),
        ("best_baseline", mu**3 + 3 * mu * sigma**2, "E[f Z²]"),
        ("best_baseline", mu**2 + 3 * sigma**2, "for x²"),
        ("best_baseline", 4, ""),
    ],
)
def test_wrong_answers_are_told_what_is_wrong(name, answer, words):
    verdict = check(f"importance_sampling.{name}", answer)
    assert not verdict.passed
    assert words in str(verdict)


BELL, GOAL, ONE = over_x(sp.exp(m**2) * phi(x + m)), sp.exp(m**2), sp.sin(m) ** 2 + sp.cos(m) ** 2


@pytest.mark.parametrize(
    "lines",
    [
        (expanded(x), GOAL),
        (BELL, over_x(sp.exp(m**2) * phi(x)), GOAL),
        (BELL, sp.exp(m**2) * sp.Integral(phi(mu), (mu, -sp.oo, sp.oo)), GOAL),
        (BELL, 2 * sp.exp(m**2) * sp.Integral(phi(x), (x, 0, sp.oo)), GOAL),
        (over_x(phi(x - m) ** 2 / phi(x - 2 * m)), over_x(sp.exp(m**2) * phi(x)), GOAL),
    ],
)
def test_the_bell_may_be_moved_in_a_step_of_its_own(lines):
    _check_integrands([START, *lines], x, m)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((sp.exp(m**2) * over_x(phi(x)), GOAL), "step 1: the two integrals"),
        ((expanded(x), over_x(sp.exp(m**2) * phi(x - m)), GOAL), "step 2: the two integrals"),
        ((START + ONE - 1, GOAL), "no line shows why"),
        ((START * ONE, GOAL), "no line shows why"),
    ],
)
def test_a_step_must_keep_the_integrand(lines, words):
    with pytest.raises(Wrong, match=words):
        _check_integrands([START, *lines], x, m)
