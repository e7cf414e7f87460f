"""The checks of the exercises on overfitting: right answers of several kinds pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

Z, K = sp.Symbol("z", positive=True), sp.Symbol("k", integer=True, nonnegative=True)
P, SIGMA, C = sp.symbols("p sigma C", positive=True)
START = (1 - Z) * (1 - (1 - Z) ** K) + Z
MIDDLE = 1 - (1 - Z) ** K + Z * (1 - Z) ** K
END = 1 - (1 - Z) ** (K + 1)


def projection(x, degree):
    features = np.vander(x, degree + 1)
    return features @ np.linalg.pinv(features)


def tradeoff(x, f, degree, noise_variance):
    p = projection(x, degree)
    return np.mean((p @ f - f) ** 2), noise_variance * np.mean(np.sum(p**2, axis=1))


def by_polyfit(x, f, degree, noise_variance):
    return [np.mean((np.polyval(np.polyfit(x, f, degree), x) - f) ** 2), noise_variance * (degree + 1) / len(x)]


def with_variance(variance):
    return lambda x, f, d, s: (tradeoff(x, f, d, s)[0], variance(x, d, s))


def honest(
    x, y, folds, choose, accuracy, *, leak=False, fit_all=False, count=None, columns_of=lambda c: c, weigh=False
):
    scores = []
    for fold in folds[:count]:
        rest = np.setdiff1d(np.arange(len(y)), fold)
        columns = columns_of(choose(x, y) if leak else choose(x[rest], y[rest]))
        if fit_all:
            rest = np.arange(len(y))
        scores.append(accuracy(x[rest][:, columns], y[rest], x[fold][:, columns], y[fold]))
    return np.average(scores, weights=[len(fold) for fold in folds]) if weigh else np.mean(scores)


def by_mask(x, y, folds, choose, accuracy):
    total = 0.0
    for fold in reversed(folds):
        mask = np.ones(len(y), bool)
        mask[fold] = False
        c = list(choose(x[mask], y[mask]))
        total += accuracy(x[np.ix_(mask, c)], y[mask], x[np.ix_(fold, c)], y[fold]) / len(folds)
    return total


def chosen_on_the_fold(x, y, folds, choose, accuracy):
    scores = []
    for fold in folds:
        rest = np.setdiff1d(np.arange(len(y)), fold)
        columns = choose(x[fold], y[fold])
        scores.append(accuracy(x[rest][:, columns], y[rest], x[fold][:, columns], y[fold]))
    return np.mean(scores)


def never_chosen(x, y, folds, choose, accuracy):
    rest = np.setdiff1d(np.arange(len(y)), folds[0])
    return accuracy(x[rest][:, :2], y[rest], x[folds[0]][:, :2], y[folds[0]])


def wrong_labels(x, y, folds, choose, accuracy):
    return honest(x, y, folds, choose, lambda a, b, c, d: accuracy(a, 1 - b, c, d))


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("overfitting")]
    assert names == [
        "best_penalty",
        "by_hand",
        "hidden",
        "honest",
        "leaks",
        "one_step",
        "stopped",
        "threshold",
        "tradeoff",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", (7, 6, 2)),
        ("hidden", [4, 6, -2, 120]),
        ("stopped", ([0.75, 0.19], [1 / 2, 1 / 6], 7)),
        ("stopped", ((0.75, 0.19), np.array([0.5, 0.1667]), sp.Integer(7))),
        ("threshold", (2, 8, 8, 200)),
        ("tradeoff", tradeoff),
        ("tradeoff", by_polyfit),
        ("one_step", Derivation(START).step(MIDDLE, because="a").step(END, because="b")),
        ("honest", honest),
        ("honest", by_mask),
        ("leaks", "bde"),
        ("leaks", "E, b, d"),
        ("leaks", ["d", "e", "b"]),
        ("leaks", {"b", "d", "e"}),
        ("best_penalty", P * SIGMA**2 / C**2),
        ("best_penalty", P * (SIGMA / C) ** 2),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"overfitting.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("by_hand", (3, 6, 2), "a new target has noise of its own"),
        ("by_hand", (7, 5, 2), "squared bias"),
        ("by_hand", (7, 6, 1.5), "the first whole r"),
        ("hidden", (5, 6, -2, 120), "σ²(1 − p/n)"),
        ("hidden", (4, 5, -2, 120), "σ²(1 + p/n)"),
        ("hidden", (4, 6, 0, 120), "−2σ²Pᵢᵢ"),
        ("hidden", (4, 6, -2, 119), "5.5042, more than 5.5"),
        ("hidden", (4, 6, -2, 121), "not with the smallest n"),
        ("hidden", (4, 6, -2, 0), "at least 12 examples"),
        ("hidden", (4, 6, 120), "four numbers"),
        ("stopped", ([0.25, 0.81], [1 / 2, 1 / 6], 7), "what is left out: (1 − αd²)²"),
        ("stopped", ([0.4375, 0.0199], [1 / 2, 1 / 6], 7), "need not be squared again"),
        ("stopped", ([0.5, 0.1], [1 / 2, 1 / 6], 7), "after one step"),
        ("stopped", ([0.75, 0.2], [1 / 2, 1 / 6], 7), "second direction stopped is 0.2"),
        ("stopped", ([0.75, 0.19], [1 / 5, 1 / 21], 7), "not k: more steps, less penalty"),
        ("stopped", ([0.75, 0.19], [1 / 3, 1 / 11], 7), "this has λ = 1"),
        ("stopped", ([0.75, 0.19], [1 / 2, 5 / 6], 7), "λ/(d² + λ)"),
        ("stopped", ([0.75, 0.19], [1 / 3, 0.01 / 0.51], 7), "need not be squared again"),
        ("stopped", ([0.75, 0.19], [1 / 2, 1 / 6], 6.58), "a whole number"),
        ("stopped", ([0.75, 0.19], [1 / 2, 1 / 6], 6), "keeps 0.469, less than half"),
        ("stopped", ([0.75, 0.19], [1 / 2, 1 / 6], 8), "not after the fewest steps"),
        ("stopped", ([0.75], [1 / 2, 1 / 6], 7), "shape"),
        ("threshold", (1, 4, 4, 200), "σ² = 2 is missing"),
        ("threshold", (2, 8, 2.5, 200), "n/(p − n)"),
        ("threshold", (2, 0.5, 8, 200), "p/(n − p)"),
        ("threshold", (2, 8, 8, 150), "the variance part is 4, and at p = 50 it is 2"),
        ("threshold", (2, 8, 8, 50), "larger than n = 100"),
        ("tradeoff", lambda *given: tradeoff(*given)[::-1], "in the wrong order"),
        ("tradeoff", lambda x, f, d, s: tradeoff(x, f, d - 1, s), "you fit degree 0"),
        ("tradeoff", lambda x, f, d, s: tradeoff(x, f, d + 1, s), "you fit degree 2"),
        ("tradeoff", with_variance(lambda x, d, s: np.sqrt(s * (d + 1) / len(x))), "asked for, not its root"),
        ("tradeoff", with_variance(lambda x, d, s: s * (1 + (d + 1) / len(x))), "the variance is of the prediction"),
        ("tradeoff", lambda x, f, d, s: (tradeoff(x, f, d, s)[0] + s, 0), "a part of its own"),
        ("tradeoff", with_variance(lambda x, d, s: np.sqrt(s) * (d + 1) / len(x)), "σ in the place of σ²"),
        ("tradeoff", lambda x, f, d, s: (tradeoff(x, f, d, s)[0], s * np.var(projection(x, d) @ f)), "input to input"),
        ("honest", lambda *given: len(given[2]) * honest(*given), "the sum of the folds"),
        ("tradeoff", lambda x, f, d, s: (0.0, tradeoff(x, f, d, s)[1]), "the bias is squared at each input"),
        ("tradeoff", lambda x, f, d, s: (np.sqrt(tradeoff(x, f, d, s)[0]), 0), "not its root"),
        ("tradeoff", lambda x, f, d, s: (len(x) * tradeoff(x, f, d, s)[0], 0), "this is the sum"),
        ("tradeoff", lambda x, f, d, s: (np.mean(np.abs(projection(x, d) @ f - f)), 0), "without its sign"),
        ("tradeoff", with_variance(lambda x, d, s: s * (1 - (d + 1) / len(x))), "the residual has"),
        ("tradeoff", with_variance(lambda x, d, s: s * d / len(x)), "one more coefficient"),
        ("tradeoff", with_variance(lambda x, d, s: (d + 1) / len(x)), "the noise variance is missing"),
        ("tradeoff", with_variance(lambda x, d, s: s**2 * (d + 1) / len(x)), "is squared"),
        ("tradeoff", with_variance(lambda x, d, s: s * (d + 1)), "this is the sum"),
        ("tradeoff", with_variance(lambda x, d, s: s * np.mean(projection(x, d) ** 2)), "not averaged"),
        ("tradeoff", lambda x, f, d, s: tradeoff(x, f, d, s)[0], "must return the pair"),
        ("honest", lambda *given: honest(*given, leak=True), "that is the leak"),
        ("honest", lambda *given: honest(*given, fit_all=True), "the fit sees rows"),
        ("honest", lambda *given: honest(*given, count=2), "each fold must be predicted once"),
        ("honest", lambda *given: honest(*given, weigh=True), "each counts once"),
        ("honest", lambda *given: honest(*given) + 0.1, "right is"),
        ("honest", lambda *given: honest(*given, columns_of=lambda c: slice(None)), "the chosen columns alone"),
        ("honest", chosen_on_the_fold, "choose sees rows that are then predicted"),
        ("honest", never_chosen, "the columns must come from choose"),
        ("honest", wrong_labels, "labels that do not belong"),
        ("honest", lambda *given: 0.5, "accuracy is not called"),
        ("leaks", "abde", "(a) does not leak"),
        ("leaks", "bd", "(e) can leak, too"),
        ("leaks", "xyz", "letters from a to e"),
        ("leaks", 3, "a text of letters"),
        ("best_penalty", P * SIGMA / C, "has a smaller error"),
        ("best_penalty", sp.Integer(0), "has a smaller error"),
        ("best_penalty", -P, "a number of at least 0"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"overfitting.{name}", answer)
    assert verdict.status == "wrong"
    assert words in verdict.message, verdict.message


@pytest.mark.parametrize(
    ("chain", "words"),
    [
        (Derivation(START).step(END, because="by magic"), "at least 2 steps"),
        (Derivation(MIDDLE).step(START, because="a").step(END, because="b"), "must start at"),
        (Derivation(START).step(MIDDLE, because="a").step(START, because="b"), "must end at"),
    ],
)
def test_a_proof_starts_arrives_and_moves(chain, words):
    verdict = check("overfitting.one_step", chain)
    assert not verdict.passed and words in verdict.message, verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("overfitting")])
def test_stubs_are_not_yet_answers(name):
    assert check(name, ...).status == "not yet"


@pytest.mark.parametrize("name", ["tradeoff", "honest"])
def test_an_unfinished_function_is_not_yet_an_answer(name):
    assert check(f"overfitting.{name}", lambda *given: ...).status == "not yet"
