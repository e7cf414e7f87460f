"""The checks of the exercises on stochastic gradients: right answers of several kinds pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

K = sp.Symbol("k", integer=True, positive=True)
S, Y = sp.symbols("S y", real=True)
V, LAM, SIGMA = sp.symbols("v lambda sigma", positive=True)
START, END = S / K - (S / K - Y) / (K + 1), (S + Y) / (K + 1)
BEST, LEAST = LAM * V / (LAM**2 * V + SIGMA**2), V * SIGMA**2 / (LAM**2 * V + SIGMA**2)


def sgd(gradient, w, orders, batch_size, rate, *, sign=1, first=0, drop=False, restart=False, stay=False, same=False):
    path, at = [w], w
    for order in orders:
        chosen = orders[0] if same else order
        for place, start in enumerate(range(0, len(chosen), batch_size)):
            batch = chosen[start : start + batch_size]
            if drop and len(batch) < batch_size <= len(chosen):
                continue
            k = place if restart else len(path) - 1
            at = at - sign * rate(k + first) * gradient(w if stay else at, batch)
            path.append(at)
    return path


def with_options(**options):
    return lambda *args: sgd(*args, **options)


def in_place(gradient, w, orders, batch_size, rate):
    for order in orders:
        w -= rate(0) * gradient(w, order[:batch_size])
    return [w]


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("stochastic_gradients")]
    assert names == ["batch_error", "best_step", "budget", "floor", "noisy_step", "running_mean", "sgd"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("batch_error", (15.5, 7.75, 31 / 6)),
        ("batch_error", [sp.Rational(31, 2), sp.Rational(31, 4), 5.167]),
        ("floor", (0.25, 0.4375, 10, 0.1 / 3.1)),
        ("batch_error", (15.5, 7.75, 5.17)),
        ("floor", (sp.Rational(1, 4), sp.Rational(7, 16), 10, 0.03226)),
        ("floor", (0.25, 0.4375, 10, 0.032)),
        ("sgd", sgd),
        ("sgd", lambda *a: np.array(sgd(*a))),
        ("sgd", lambda *a: tuple(point.tolist() for point in sgd(*a))),
        ("budget", (200, 1600, 1600, 0.01)),
        ("noisy_step", (1 / 8, 9 / 16, 1 / 4)),
        ("noisy_step", (0.125, 0.56, 0.25)),
        ("running_mean", Derivation(START).step(K / (K + 1) * (S / K) + Y / (K + 1), because="a")
            .step(END, because="b")),
        ("running_mean", Derivation(START).step(S / (K + 1) + Y / (K + 1), because="a").step(END, because="b")),
        ("best_step", (BEST, LEAST)),
        ("best_step", (1 / (LAM + SIGMA**2 / (LAM * V)), 1 / (1 / V + LAM**2 / SIGMA**2))),
        ("best_step", tuple(sp.sympify(part).subs(LAM, sp.Symbol("lambda")) for part in (BEST, LEAST))),
    ],
)  # fmt: skip
def test_right_answers_pass(name, answer):
    verdict = check(f"stochastic_gradients.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("batch_error", (62 / 3, 7.75, 31 / 6), "and not by 3"),
        ("batch_error", (62, 31, 20), "V is a mean"),
        ("batch_error", (15.5, 15.5 / 4, 31 / 6), "divide V by b = 2"),
        ("batch_error", (15.5, 2.784, 31 / 6), "that is its root"),
        ("batch_error", (15.5, 7.75, 7.75), "the error with replacement"),
        ("batch_error", (15.5, 7.75, 3.875), "not (n − b)/n"),
        ("batch_error", (15.5, 7.75, 5), "V/b · (n − b)/(n − 1)"),
        ("batch_error", 15.5, "three numbers"),
        ("floor", (0.5, 0.4375, 10, 0.032), "its root"),
        ("floor", (0.1875, 0.4375, 10, 0.032), "for small α"),
        ("floor", (0.25, 0.25, 10, 0.032), "the noise of the step is missing"),
        ("floor", (0.25, 0.6875, 10, 0.032), "square the factor"),
        ("floor", (0.25, 1, 10, 0.032), "α is squared"),
        ("floor", (0.25, 0.4375, 100, 0.032), "proportional to it"),
        ("floor", (0.25, 0.4375, 10, 0.025), "not proportional to it"),
        ("floor", (0.25, 0.4375, 10, 0.05), "is linear in α"),
        ("floor", (0.25, 0.4375, 10, 1 / 30), "keep 2 − αλ"),
        ("sgd", with_options(sign=-1), "it climbs"),
        ("sgd", with_options(first=1), "count from 0"),
        ("sgd", with_options(drop=True), "what is left at the end of an epoch"),
        ("sgd", with_options(restart=True), "through all epochs"),
        ("sgd", with_options(stay=True), "each gradient is taken at the start"),
        ("sgd", with_options(same=True), "an order of its own"),
        ("sgd", lambda *a: sgd(*a)[1:], "the start is missing"),
        ("sgd", lambda *a: sgd(*a)[-1:], "with the start there are"),
        ("sgd", lambda *a: sgd(*a)[-1], "must return the list"),
        ("sgd", lambda *a: 3, "must return the list"),
        ("sgd", lambda g, w, o, b, r: sgd(g, w, o, b, lambda k: r(k) / 2), "your point 1 is"),
        ("sgd", lambda g, w, o, b, r: sgd(lambda p, i: (b + 1) * g(p, i), w, o, b, r), "your point 1 is"),
        ("sgd", lambda g, w, o, b, r: sgd(lambda p, i: len(i) * g(p, i), w, o, b, r), "do not multiply"),
        ("sgd", lambda g, w, o, b, r: sgd(lambda p, i: g(p, i) / len(i), w, o, b, r), "do not divide"),
        ("sgd", lambda g, w, o, b, r: sgd(lambda p, i: g(p, i) / b, w, o, b, r), "do not divide it by batch_size"),
        ("sgd", lambda g, w, o, b, r: sgd(g, w, o, b, lambda k: r(k // -(-len(o[0]) // b))), "and not by the epochs"),
        ("sgd", lambda g, w, o, b, r: sgd(g, w, o, b, r)[:: -(-len(o[0]) // b)], "each step makes a point"),
        ("sgd", in_place, "changes its argument w: work on a copy"),
        ("sgd", lambda *a: None, "is a return statement missing?"),
        ("sgd", 3, "must be a function"),
        ("budget", (1600, 1600, 1600, 0.01), "that is for b = 1"),
        ("budget", (20, 160, 160, 0.1), "v is a mean square"),
        ("budget", (50, 400, 400, 0.01), "divide σ² by λ²"),
        ("budget", (100, 800, 800, 0.01), "and not by λ"),
        ("budget", (200, 200, 1600, 0.01), "Each step uses 8"),
        ("budget", (200, 1600, 200, 0.01), "of one example each"),
        ("budget", (200, 1600, 1600, 0.1), "as with the decaying steps"),
        ("budget", (200, 1600, 1600, 0.08), "has the variance V/b"),
        ("noisy_step", (0.5, 9 / 16, 1 / 4), "without noise"),
        ("noisy_step", (1 / 6, 9 / 16, 1 / 4), "G² + σ²"),
        ("noisy_step", (1 / 4, 9 / 16, 1 / 4), "half-way"),
        ("noisy_step", (1 / 8, -9 / 16, 1 / 4), "a positive number"),
        ("noisy_step", (1 / 8, 9 / 16, 1 / 2), "twice the right number"),
        ("running_mean", Derivation(START).step(END, because="all"), "at least 2 steps"),
        ("running_mean", END, "must be a Derivation"),
        ("best_step", (1 / LAM, LEAST), "alpha: this is not the right expression"),
        ("best_step", (BEST, V), "the smallest value: this is not the right expression"),
        ("best_step", BEST, "two expressions"),
    ],
)  # fmt: skip
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"stochastic_gradients.{name}", answer)
    assert verdict.status == "wrong", verdict.message
    assert words in verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("stochastic_gradients")])
def test_stubs_are_not_yet_answers(name):
    assert check(name, ...).status == "not yet"


def test_an_unfinished_function_is_not_yet_an_answer():
    assert check("stochastic_gradients.sgd", lambda *a: ...).status == "not yet"
