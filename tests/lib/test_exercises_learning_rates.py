"""The checks of the exercises on learning rates: right answers of several kinds pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

F, P, Q, ALPHA = sp.symbols("f p q alpha", positive=True)
START = F - ALPHA * P + ALPHA**2 * Q / 2
SQUARE = F - P**2 / (2 * Q) + Q / 2 * (ALPHA - P / Q) ** 2
BETWEEN = F - P**2 / (2 * Q) + Q / 2 * (ALPHA**2 - 2 * ALPHA * P / Q + P**2 / Q**2)


def wave(part, turns=1):
    return (1 + np.cos(turns * np.pi * part)) / 2


def factor(k, warmup, steps, floor):
    if k < warmup:
        return k / warmup
    return floor + (1 - floor) * wave((k - warmup) / (steps - warmup))


def after_the_rise(formula):
    return lambda k, w, n, f: k / w if k < w else formula(k, w, n, f)


def backtrack(loss, x, gradient, direction, start, c, *, asked=None):
    here = loss(x)
    asked = c * np.sum(gradient * direction) if asked is None else asked
    alpha, trials = start, 1
    while loss(x + alpha * direction) > here + alpha * asked:
        alpha, trials = alpha / 2, trials + 1
    return alpha, trials


def range_test(gradient, loss, w, rates, *, limit=4, again=False, keep=True, first=False, early=False, sign=1):
    losses, at = [], w
    for rate in rates:
        with np.errstate(over="ignore", invalid="ignore"):
            before, at = at, (w if again else at) - sign * rate * gradient(w if again else at)
            losses.append(float(loss(before if early else at)))
        if losses[-1] > limit * (losses[0] if first else min(losses)):
            return losses if keep else losses[:-1]
        if not np.isfinite(losses[-1]):
            break
    return losses


def slipping(**options):
    return lambda *args: range_test(*args, **options)


def against_the_one_before(gradient, loss, w, rates):
    found = []
    for rate in rates:
        w = w - rate * gradient(w)
        found.append(loss(w))
        if found[-1] > 4 * found[-2:][0]:
            break
    return found


def reaching_the_floor(k, warmup, steps, floor):
    if k < warmup:
        return k / warmup
    return floor + (1 - floor) * (1 + np.cos(np.pi * (k - warmup) / (steps - 1 - warmup))) / 2


def refusing_equality(loss, x, gradient, direction, start, c):
    trials, asked = 1, c * np.sum(gradient * direction)
    while loss(x + start * direction) >= loss(x) + start * asked:
        start, trials = start / 2, trials + 1
    return start, trials


def taking_away(loss, x, gradient, direction, start, c):
    trials = 1
    while loss(x + start * direction) > loss(x) - c * start * gradient @ direction:
        start, trials = start / 2, trials + 1
    return start, trials


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("learning_rates")]
    assert names == ["backtrack", "exact", "factor", "newton_cycle", "numbers", "range_test", "rates", "three_steps"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("rates", [0.02, 0.11, 0.2, 0.1, 0.05]),
        ("rates", np.array([0.02, 0.11, 0.2, 0.1, 0.05])),
        ("numbers", (0.01, 0.5**0.1, 0.3, -0.512, 4)),
        ("numbers", [sp.Rational(1, 100), 0.93303, 0.3, -0.512, 4.0]),
        ("factor", factor),
        ("factor", lambda k, w, n, f: np.float64(factor(k, w, n, f))),
        ("backtrack", backtrack),
        ("backtrack", lambda *a: list(backtrack(*a))),
        ("range_test", range_test),
        ("range_test", lambda *a: np.array(range_test(*a))),
        ("three_steps", (5 / 34, [0, 0], [1, 0.2], 0.125)),
        ("three_steps", (0.147, [0, 0], [1, 0.2], 0.125)),
        ("three_steps", (sp.Rational(5, 34), np.zeros(2), (1, sp.Rational(1, 5)), 0.125)),
        ("exact", Derivation(START).step(BETWEEN, because="a").step(SQUARE, because="b")),
        ("newton_cycle", (1 / sp.sqrt(5), 0)),
        ("newton_cycle", (sp.sqrt(5) / 5, 0.0)),
        ("newton_cycle", (sp.sqrt(sp.Rational(1, 5)), 0)),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"learning_rates.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("rates", [0.1, 0.55, 1, 0.5, 0.25], "multiply them by α = 0.2"),
        ("rates", [0.02, 0.1, 0.2, 0.1, 0.05], "the rate of step 5"),
        ("rates", [0.02, 0.11, 0.2, 0.085, 0.05], "the rate of step 55"),
        ("rates", [0.02, 0.11, 0.2, 0.1], "a list of five rates"),
        ("numbers", (0.1 ** (65 / 30), 0.933, 0.3, -0.512, 4), "the exponent is ⌊65/30⌋"),
        ("numbers", (0.001, 0.933, 0.3, -0.512, 4), "Two cuts are done"),
        ("numbers", (0.01, 0.95, 0.3, -0.512, 4), "it must be ½"),
        ("numbers", (0.01, 0.93303, 0.6, -0.512, 4), "times α = 0.5 is missing"),
        ("numbers", (0.01, 0.93303, 0.3, 0.512, 4), "its sign is wrong"),
        ("numbers", (0.01, 0.93303, 0.3, -0.512, 2), "its root"),
        ("numbers", (0.01, 0.93303, 0.3, -0.512, 0.4), "It is σ²/λ²"),
        ("numbers", 0.01, "five numbers"),
        ("factor", lambda k, w, n, f: (k + 1) / w if k < w else factor(k, w, n, f), "the rise begins at 0"),
        ("factor", lambda k, w, n, f: factor(k, 0, n, f), "the rise is missing"),
        ("factor", after_the_rise(lambda k, w, n, f: factor(k, 0, n, f)), "count its steps from there"),
        ("factor", after_the_rise(lambda k, w, n, f: f + (1 - f) * wave((k - w) / n)), "steps − warmup steps"),
        ("factor", after_the_rise(lambda k, w, n, f: f + wave((k - w) / (n - w))), "is 1 − floor"),
        ("factor", after_the_rise(lambda k, w, n, f: wave((k - w) / (n - w))), "scale it by 1 − floor"),
        ("factor", after_the_rise(lambda k, w, n, f: max(f, wave((k - w) / (n - w)))), "scale it by 1 − floor"),
        ("factor", after_the_rise(lambda k, w, n, f: f + (1 - f) * (1 - (k - w) / (n - w))), "a straight line"),
        ("factor", after_the_rise(lambda k, w, n, f: f + (1 - f) * wave((k - w) / (n - w), 2)), "a whole wave"),
        ("factor", lambda k, w, n, f: k / w if k <= w else factor(k, w, n, f), "ZeroDivisionError"),
        ("factor", lambda k, w, n, f: min(1, k / (w or 1)) * factor(k, 0, n, f), "without the cosine"),
        ("factor", lambda k, w, n, f: 2.0, "and it should be"),
        ("backtrack", lambda *a: backtrack(*a, asked=0), "any fall satisfies it"),
        ("backtrack", lambda *a: backtrack(*a, asked=np.sum(a[2] * a[3])), "the factor c is missing"),
        ("backtrack", lambda *a: backtrack(*a, asked=-a[5] * np.sum(a[2] ** 2)), "not −gᵀg"),
        ("backtrack", lambda f, x, g, d, s, c: backtrack(f, x, g, -g, s, c), "go along direction"),
        ("backtrack", lambda *a: (backtrack(*a)[0], backtrack(*a)[1] - 1), "the last included"),
        ("backtrack", refusing_equality, "equality passes"),
        ("backtrack", lambda *a: backtrack(*a)[0], "the pair (alpha, trials)"),
        ("backtrack", lambda *a: (1e-9, 30), "is the first that passes"),
        ("backtrack", lambda f, x, g, d, s, c: backtrack(f, -x, g, d, s, c), "is the first that passes"),
        ("range_test", slipping(again=True), "begins where the one before led"),
        ("range_test", slipping(early=True), "noted after the step"),
        ("range_test", slipping(limit=np.inf), "stop after a loss"),
        ("range_test", slipping(keep=False), "belongs to it"),
        ("range_test", slipping(limit=2), "a loss is missing at the end"),
        ("range_test", slipping(first=True), "not with the first"),
        ("range_test", slipping(sign=-1), "it climbs"),
        ("range_test", lambda *a: range_test(*a)[:1], "your list has 1 losses"),
        ("range_test", lambda *a: [2 * v for v in range_test(*a)], "your loss 0 is"),
        ("range_test", lambda *a: 3, "must return the list"),
        ("range_test", lambda *a: [], "your list has 0 losses"),
        ("three_steps", (5 / 17, [0, 0], [1, 0.2], 0.125), "the curvatures are 2 and 8"),
        ("three_steps", (5 / 34, [2, 1], [1, 0.2], 0.125), "is what it subtracts"),
        ("three_steps", (5 / 34, [0, 0], [0, 0], 0.125), "multiplies the distances by μ/(λ + μ)"),
        ("three_steps", (5 / 34, [0, 0], [1, 0.2], 0.25), "twice the right number"),
        ("three_steps", 5 / 34, "four parts"),
        ("exact", Derivation(START).step(SQUARE, because="all"), "at least 2 steps"),
        ("exact", SQUARE, "must be a Derivation"),
        ("newton_cycle", (1 / sp.sqrt(3), 0), "the divisor 3x² − 1 is 0"),
        ("newton_cycle", (-1 / sp.sqrt(5), 0), "x > 0 is asked for"),
        ("newton_cycle", (1 / sp.sqrt(2), 0), "x: this is not the right expression"),
        ("range_test", against_the_one_before, "not the one before"),
        ("factor", reaching_the_floor, "one step after the last"),
        ("backtrack", taking_away, "gᵀd is negative"),
        ("newton_cycle", (0.447214, 0), "rounded"),
        ("newton_cycle", (1 / sp.sqrt(5), 1), "is no minimum"),
        ("newton_cycle", (1 / sp.sqrt(5), 0.5), "below 1 in size"),
        ("newton_cycle", 1 / sp.sqrt(5), "a pair"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"learning_rates.{name}", answer)
    assert verdict.status == "wrong", verdict.message
    assert words in verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("learning_rates")])
def test_stubs_are_not_yet_answers(name):
    assert check(name, ...).status == "not yet"


@pytest.mark.parametrize("name", ["factor", "backtrack", "range_test"])
def test_an_unfinished_function_is_not_yet_an_answer(name):
    assert check(f"learning_rates.{name}", lambda *a: ...).status == "not yet"
