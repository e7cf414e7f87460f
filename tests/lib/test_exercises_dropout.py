"""The exercises of the chapter on dropout: right answers pass, the likely wrong ones hear why."""

import itertools

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.activations import softmax
from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.layers import dropout, dropout_mask, dropout_vjp
from dlmath_lib.verify import Derivation

P = sp.Symbol("p", positive=True)
Y, W, X = sp.symbols("y w x", real=True)
BEGIN = (1 - P) * (Y - W * X / (1 - P)) ** 2 + P * Y**2
MIDDLE = Y**2 - 2 * W * X * Y + W**2 * X**2 / (1 - P)
END = (Y - W * X) ** 2 + P / (1 - P) * W**2 * X**2
HAND = [22.5, 18, 25.25, 0.25, 4]
PLACES = [64, 2304, 11, 11**-0.5, 0.5]


def put(values, place, value):
    return [*values[:place], value, *values[place + 1 :]]


def layer(x, g, rate, training, rng, *, scale=True, drop=None, shape=None, always=False, pull=None):
    if not training and not always:
        return x, np.ones_like(x), g
    drop = rate if drop is None else drop(rate)
    kept = rng.random(shape(x) if shape else x.shape) >= drop
    mask = np.broadcast_to(kept, x.shape) / ((1 - rate) if scale else 1)
    return mask * x, mask, pull(g, mask, rate, rng) if pull else mask * g


def with_the_library(x, g, rate, training, rng):
    mask = dropout_mask(x.shape, rate, rng=rng) if training else np.ones(x.shape)
    return dropout(x, mask), mask, dropout_vjp(g, x, mask)


def fixed_number(x, g, rate, training, rng):
    """Drops the same number of entries in each row."""
    if not training:
        return x, np.ones_like(x), g
    ranks = rng.random(x.shape).argsort(axis=1).argsort(axis=1)
    mask = (ranks >= round(rate * x.shape[1])) / (1 - rate)
    return mask * x, mask, mask * g


def seeded(x, g, rate, training, rng):
    return layer(x, g, rate, training, np.random.default_rng(0))


def own_draws(x, g, rate, training, rng):
    return layer(x, g, rate, training, np.random.default_rng())


def scaled_evaluation(x, g, rate, training, rng):
    return layer(x, g, rate, training, rng) if training else (x * (1 - rate), np.ones_like(x), g)


def masked_pull_in_evaluation(x, g, rate, training, rng):
    y, mask, pulled = layer(x, g, rate, training, rng)
    return y, mask, pulled if training else (1 - rate) * g


def regression(X, y, p, *, lam=None, squares=None, means=False):
    lam = p / (1 - p) if lam is None else lam(p)
    s = (X**2).sum(axis=0) if squares is None else squares(X)
    return np.linalg.solve(X.T @ X + lam * np.diag(s) / (len(X) if means else 1), X.T @ y)


def centred(X, y, p):
    c = X - X.mean(axis=0)
    return np.linalg.solve(c.T @ c + p / (1 - p) * np.diag((X**2).sum(axis=0)), c.T @ (y - y.mean()))


def geometric(weight, bias, a, rate, *, even=False, norm=True, arithmetic=False, scale=True, swap=False, log=False):
    kept = np.array(list(itertools.product((0, 1), repeat=len(a))))
    chances = np.prod(np.where(kept, rate, 1 - rate) if swap else np.where(kept, 1 - rate, rate), axis=1)
    q = softmax(kept / ((1 - rate) if scale else 1) * a @ weight.T + bias)
    if arithmetic:
        return chances @ q
    if log:
        return chances @ np.log(q)
    mean = np.exp(np.log(q).mean(axis=0) if even else chances @ np.log(q))
    return mean / mean.sum() if norm else mean


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("dropout")]
    assert names == ["by_hand", "gaussian", "geometric", "layer", "one_input", "places", "regression"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", HAND),
        ("layer", layer),
        ("layer", with_the_library),
        ("one_input", Derivation(BEGIN).step(MIDDLE, because="multiply out").step(END, because="complete the square")),
        ("regression", regression),
        ("gaussian", [sp.sqrt(P / (1 - P)), sp.Rational(1, 5), 400]),
        ("gaussian", [sp.sqrt(1 / (1 - P) - 1), 0.2, 400.0]),
        ("places", PLACES),
        ("places", put(PLACES, 3, 0.3)),
        ("geometric", geometric),
        ("geometric", lambda weight, bias, a, rate: softmax(weight @ a + bias)),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"dropout.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("by_hand", put(HAND, 0, 19), "are divided by 1 − p"),
        ("by_hand", put(HAND, 0, 23.75), "the bias is not dropped"),
        ("by_hand", put(HAND, 1, 15.4), "no factor in evaluation"),
        ("by_hand", put(HAND, 2, 101), "times p/(1 − p)"),
        ("by_hand", put(HAND, 2, 16.16), "by (1 − p)²"),
        ("by_hand", put(HAND, 3, 0.2), "that is p"),
        ("by_hand", put(HAND, 0, 17.5), "the bias is added"),
        ("by_hand", put(HAND, 1, 13), "the bias is added"),
        ("by_hand", put(HAND, 2, 20.2), "not p"),
        ("by_hand", put(HAND, 2, 50.25), "the bias is no draw"),
        ("by_hand", put(HAND, 4, 6.25), "dropout shrinks"),
        ("by_hand", put(HAND, 4, 1), "what is lost"),
        ("by_hand", put(HAND, 4, 3.75), "divide by 1 + λ"),
        ("by_hand", HAND[:3], "a list of five numbers"),
        ("layer", lambda *a: layer(*a, scale=False), "nothing is scaled"),
        ("layer", lambda *a: layer(*a, drop=lambda rate: 1 - rate if rate else 0), "to drop, not to keep"),
        ("layer", lambda *a: layer(*a, shape=lambda x: (len(x), 1)), "have draws of its own"),
        ("layer", lambda *a: layer(*a, shape=lambda x: (1, x.shape[1])), "have draws of its own"),
        ("layer", fixed_number, "the draws must be independent"),
        ("layer", seeded, "draw from rng"),
        ("layer", scaled_evaluation, "y must be x itself"),
        ("layer", lambda *a: layer(*a, always=True), "y must be x itself"),
        ("layer", lambda *a: layer(*a)[0], "the three arrays"),
        ("layer", lambda *a: layer(*a)[:2], "the three arrays"),
        ("layer", own_draws, "two generators with the same seed"),
        ("layer", masked_pull_in_evaluation, "the pull must be g itself"),
        ("layer", lambda *a: layer(*a, pull=lambda g, mask, rate, rng: g), "the pull is g itself"),
        ("layer", lambda *a: layer(*a, pull=lambda g, mask, rate, rng: (mask > 0) * g), "scaled by 1/(1 − rate)"),
        (
            "layer",
            lambda *a: layer(*a, pull=lambda g, mask, rate, rng: dropout_mask(g.shape, rate, rng=rng) * g),
            "take the same mask",
        ),
        ("layer", lambda *a: layer(*a, pull=lambda g, mask, rate, rng: mask**2 * g), "the mask times g"),
        ("one_input", Derivation(BEGIN).step(END, because="at once"), "step"),
        ("one_input", END, "must be a Derivation"),
        ("regression", lambda X, y, p: np.linalg.lstsq(X, y, rcond=None)[0], "the penalty is missing"),
        ("regression", lambda *a: regression(*a, lam=lambda p: p), "λ is p/(1 − p), not p"),
        ("regression", lambda *a: regression(*a, squares=lambda X: np.full(X.shape[1], len(X))), "mean square of"),
        ("regression", lambda *a: regression(*a, squares=lambda X: len(X) * X.var(axis=0)), "not the variance"),
        ("regression", lambda *a: regression(*a, means=True), "sums in both"),
        ("regression", lambda *a: regression(*a, squares=lambda X: len(X) * (X**2).sum(axis=0)), "means in both"),
        ("regression", lambda *a: regression(*a, squares=lambda X: np.ones(X.shape[1])), "with sums take n times it"),
        ("regression", lambda X, y, p: (1 - p) * np.linalg.lstsq(X, y, rcond=None)[0], "where XᵀX is diagonal"),
        ("regression", centred, "not to be centred"),
        ("gaussian", [P / (1 - P), sp.Rational(1, 5), 400], "σ: that is the variance"),
        ("gaussian", [-sp.sqrt(P / (1 - P)), sp.Rational(1, 5), 400], "σ: a standard deviation is positive"),
        ("gaussian", [sp.sqrt(P * (1 - P)), sp.Rational(1, 5), 400], "σ: this is not the right expression"),
        ("gaussian", [sp.sqrt(P / (1 - P)), sp.Rational(1, 4), 400], "the rate: ¼ is the variance"),
        ("gaussian", [sp.sqrt(P / (1 - P)), sp.Rational(1, 3), 400], "the rate: that makes σ² = ½"),
        ("gaussian", [sp.sqrt(P / (1 - P)), 0.8, 400], "the rate: that is the probability to keep"),
        ("gaussian", [sp.sqrt(P / (1 - P)), sp.Rational(1, 7), 400], "the rate: this is not"),
        ("gaussian", [sp.sqrt(P / (1 - P)), sp.Rational(1, 5), 20], "the number of units: that is 1/0.05"),
        ("gaussian", [sp.sqrt(P / (1 - P)), sp.Rational(1, 5), 399], "the number of units"),
        ("places", put(PLACES, 0, 16), "(a): each image has draws of its own"),
        ("places", put(PLACES, 0, 2304), "(a): that is one draw for each pixel"),
        ("places", put(PLACES, 1, 64), "(b): that is (a)"),
        ("places", put(PLACES, 1, 2300), "(b) is"),
        ("places", put(PLACES, 2, 2), "(c): it is the mean square"),
        ("places", put(PLACES, 2, 20), "(c): that is the mean square in training"),
        ("places", put(PLACES, 3, 0.0909), "(d): that is the variance"),
        ("places", put(PLACES, 3, 3.317), "(d): that is the inverse"),
        ("places", put(PLACES, 4, 0), "(e): that has the smallest training loss"),
        ("places", put(PLACES, 4, 0.8), "both are high"),
        ("geometric", lambda *a: geometric(*a, swap=True), "kept with probability 1 − rate"),
        ("geometric", lambda *a: geometric(*a, log=True), "these are logarithms"),
        ("geometric", lambda weight, bias, a, rate: geometric(weight, 0 * bias, a, rate), "the bias is missing"),
        ("geometric", lambda *a: geometric(*a, arithmetic=True), "that is the arithmetic mean"),
        ("geometric", lambda *a: geometric(*a, norm=False), "made to sum to 1"),
        ("geometric", lambda *a: geometric(*a, scale=False), "divide the kept ones"),
    ],
)  # fmt: skip
def test_wrong_answers_hear_why(name, answer, words):
    verdict = check(f"dropout.{name}", answer)
    assert not verdict.passed
    assert words in verdict.message, verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("dropout")])
def test_no_answer_yet(name):
    assert check(name, ...).status == "not yet"
