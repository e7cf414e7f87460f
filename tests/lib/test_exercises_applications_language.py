"""The checks of the exercises on words and ratings: right answers of several kinds pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.layers import attention
from dlmath_lib.verify import Derivation

V1, V2, A, C = sp.symbols("v_1 v_2 a c", real=True)
START = (V1 * sp.exp(A) + V2 * sp.exp(C)) / (sp.exp(A) + sp.exp(C))
MIDDLE = V2 + (V1 - V2) * sp.exp(A) / (sp.exp(A) + sp.exp(C))
END = V2 + (V1 - V2) / (1 + sp.exp(C - A))


def bag(text, vocabulary):
    words = text.lower().split()
    return [words.count(word) for word in vocabulary]


def attend(q, k, v, scale, *, axis=1, shift=True, divide=True):
    scores = scale * q @ k.T
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True) if shift else scores)
    return (weights / weights.sum(axis=axis, keepdims=True) if divide else weights) @ v


def one_pass(users, items, entries, rate, penalty, *, sign=1, new=False, keep=True, turn=1, late=False):
    users, items = (users.copy(), items.copy()) if keep else (users, items)
    for i, j, r in entries:
        u, v = users[i].copy(), items[j].copy()
        e = sign * (r - u @ v)
        users[i] = u + rate * (e * v - turn * penalty * u)
        e = r - users[i] @ v if late else e
        items[j] = v + rate * (e * (users[i] if new else u) - turn * penalty * v)
    return users, items


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("applications_language")]
    expected = ["attend", "attention", "bag", "by_hand", "determined", "one_pass", "shares", "two_keys"]
    assert names == expected


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", (0.5, 1 / 6, 0.75)),
        ("bag", bag),
        ("bag", lambda text, vocabulary: np.array(bag(text, vocabulary))),
        ("shares", (2, -4, 0, 19, 9)),
        ("attend", attend),
        ("attend", lambda q, k, v, s: attention(q, k, v, scale=s)),
        ("two_keys", Derivation(START).step(MIDDLE, because="a").step(END, because="b")),
        ("attention", (5, 1.5, 8, 0.125)),
        ("one_pass", one_pass),
        ("determined", "ace"),
        ("determined", ["e", "a", "c"]),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"applications_language.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("by_hand", (2 / 3, 1 / 6, 0.75), "the smoothing is missing"),
        ("by_hand", (0.5, 0.25, 0.75), "(0 + 1)/(3 + 3)"),
        ("by_hand", (0.5, 1 / 6, np.log(0.75)), "the logarithm of the odds"),
        ("by_hand", (0.5, 1 / 6, 3), "A factor for each word"),
        ("bag", lambda t, v: [t.lower().count(w) for w in v], "inside longer words"),
        ("bag", lambda t, v: [t.split().count(w) for w in v], "capital letters"),
        ("bag", lambda t, v: [int(n > 0) for n in bag(t, v)], "how often is asked for"),
        ("bag", lambda t, v: [7] * len(v), "right is [1, 2, 0]"),
        ("bag", lambda t, v: bag(t, v)[:1], "the vocabulary has 3 words"),
        ("bag", lambda t, v: 3, "a list of counts"),
        ("shares", (2, 4, 0, 19, 9), "−1 · 4"),
        ("shares", (2, -4, 3, 19, 9), "the input is 0"),
        ("shares", (3, -4, 0, 19, 9), "2 · 1"),
        ("shares", (2, -4, 0, 10, 0), "6 · 3 + 1 · 1"),
        ("shares", (2, -4, 0, 19, 0), "The score is 10"),
        ("attend", lambda *a: attend(*a, axis=0), "over the queries"),
        ("attend", lambda *a: attend(*a, shift=False), "overflow"),
        ("attend", lambda q, k, v, s: attend(q, k, v, 1), "the scale is missing"),
        ("attend", lambda q, k, v, s: attend(q, k, v, 1 / s), "divided by the scale"),
        ("attend", lambda q, k, v, s: s * q @ k.T @ v, "the softmax is missing"),
        ("attend", lambda *a: 2 * attend(*a), "your first output"),
        ("attend", lambda *a: attend(*a)[0], "must have the shape"),
        ("attend", lambda *a: "x", "an array of real numbers"),
        ("attention", (4, 1.5, 8, 0.125), "the plain mean"),
        ("attention", (6, 1.5, 8, 0.125), "½ · 8"),
        ("attention", (5, 4, 8, 0.125), "subtract the output"),
        ("attention", (5, 2, 8, 0.125), "½(8 − 5)"),
        ("attention", (5, 1.5, 64, 0.125), "the variance"),
        ("attention", (5, 1.5, 8, 1 / 64), "1/√d"),
        ("one_pass", lambda *a: one_pass(*a, new=True), "the new u"),
        ("one_pass", lambda *a: one_pass(*a, late=True), "the old e"),
        ("attend", lambda *a: attend(*a, divide=False), "do not sum to 1"),
        ("one_pass", lambda *a: one_pass(*a, sign=-1), "uphill"),
        ("one_pass", lambda *a: one_pass(*a, turn=0), "the penalty is missing"),
        ("one_pass", lambda *a: one_pass(*a, turn=-1), "must shorten"),
        ("one_pass", lambda *a: one_pass(*a, turn=2), "U is not right"),
        ("one_pass", lambda *a: one_pass(*a, keep=False), "changes its argument U"),
        ("one_pass", lambda *a: one_pass(*a)[0], "the pair (U, V)"),
        ("one_pass", lambda *a: ("x", "y"), "two arrays of numbers"),
        ("one_pass", lambda *a: (np.ones(2), np.ones(2)), "keep their shapes"),
        ("determined", "abce", "(b) changes"),
        ("determined", "acde", "(d) changes"),
        ("determined", "ac", "(e) stays, too"),
        ("determined", "xyz", "letters from a to e"),
        ("determined", 5, "a text of letters"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"applications_language.{name}", answer)
    assert verdict.status == "wrong"
    assert words in verdict.message, verdict.message


@pytest.mark.parametrize(
    ("chain", "words"),
    [
        (Derivation(START).step(END, because="by magic"), "at least 2 steps"),
        (Derivation(START).step(MIDDLE, because="a").step(START, because="b"), "must end at"),
    ],
)
def test_a_proof_starts_arrives_and_moves(chain, words):
    verdict = check("applications_language.two_keys", chain)
    assert not verdict.passed and words in verdict.message, verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("applications_language")])
def test_stubs_are_not_yet_answers(name):
    assert check(name, ...).status == "not yet"


@pytest.mark.parametrize("name", ["attend", "bag", "one_pass"])
def test_an_unfinished_function_is_not_yet_an_answer(name):
    assert check(f"applications_language.{name}", lambda *given: ...).status == "not yet"
