"""The checks of the exercises on depth: right answers pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

A, B = sp.symbols("a b", real=True)
MAXIMUM = sp.Max(0, A - B) + sp.Max(0, B) - sp.Max(0, -B)


def count(w, b, v):
    places = {}
    for wj, bj, vj in zip(w, b, v, strict=True):
        if wj:
            key = round(-bj / wj, 6) + 0.0
            places[key] = places.get(key, 0) + vj * abs(wj)
    return 1 + sum(abs(change) > 1e-9 for change in places.values())


def only_distinct_kinks(w, b, v):
    return 1 + len({round(-bj / wj, 6) for wj, bj in zip(w, b, strict=True) if wj})


def with_signs(w, b, v):
    places = {}
    for wj, bj, vj in zip(w, b, v, strict=True):
        if wj:
            key = round(-bj / wj, 6) + 0.0
            places[key] = places.get(key, 0) + vj * wj
    return 1 + sum(abs(change) > 1e-9 for change in places.values())


def knots(weights, biases, *, layers=None, relu=True, middle=False):
    x = np.array([0.0, 1.0])
    for depth in range(1, layers + 1 if layers else len(weights)):
        a = x[:, None]
        for W, b in zip(weights[:depth], biases[:depth], strict=True):
            z = a @ W.T + b
            a = np.maximum(0, z) if relu else z
        i, unit = np.nonzero(z[:-1] * z[1:] < 0)
        share = 0.5 if middle else z[i, unit] / (z[i, unit] - z[i + 1, unit])
        x = np.unique(np.append(x, x[i] + (x[i + 1] - x[i]) * share))
    return x[1:-1]


def slip(**options):
    return lambda weights, biases: knots(weights, biases, **options)


def with_ends(weights, biases):
    return np.concatenate([[0], knots(weights, biases), [1]])


def folds(k, *, row=(3.0, -6.0, 6.0), layers=0):
    row, kinks = np.array([row]), np.array([0, -1 / 3, -2 / 3])
    hidden = k + layers
    weights = [np.ones((3, 1)), *[np.repeat(row, 3, axis=0)] * (hidden - 1), row]
    return weights, [*[kinks] * hidden, np.zeros(1)]


def exact_kinks(w, b, v):
    places = {}
    for wj, bj, vj in zip(w, b, v, strict=True):
        if wj:
            places[-bj / wj] = places.get(-bj / wj, 0) + vj * abs(wj)
    return 1 + sum(change != 0 for change in places.values())


def with_two_more(weights, biases):
    right = knots(weights, biases)
    return np.sort(np.append(right, [0.1234, 0.2345]))


SHOWN = ["proved", "quoted", "seen", "not shown", "proved", "not shown"]


def shown_but(place, word):
    return [*SHOWN[: place - 1], word, *SHOWN[place:]]


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("why_depth")]
    assert names == [
        "count_pieces", "equal_size", "folds", "how_wide", "knots", "maximum", "parabola", "pieces_by_hand",
        "what_is_shown",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("pieces_by_hand", ([-1, 0, 1], [0, 1, -2, 0])),
        ("pieces_by_hand", [np.array([-1.0, 0, 1]), (0, 1, -2, 0)]),
        ("equal_size", (729, 169, 57)),
        ("how_wide", [1023, 31, 3, 61]),
        ("parabola", (6, 70, 35, 106)),
        ("what_is_shown", SHOWN),
        ("what_is_shown", tuple(word.upper() for word in SHOWN)),
        ("count_pieces", count),
        ("knots", knots),
        ("folds", folds),
        ("maximum", Derivation(sp.Max(A, B)).step(B + sp.Max(0, A - B), because="b out").step(MAXIMUM, because="b")),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"why_depth.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("pieces_by_hand", ([-1, 0, 2], [0, 1, -2, 0]), "0 at x = 1, not at 2"),
        ("pieces_by_hand", ([0, -1, 1], [0, 1, -2, 0]), "from left to right"),
        ("pieces_by_hand", ([-1, 0, 1], [0, 1, -2, -1]), "changes the slope by v|w| = 2"),
        ("pieces_by_hand", ([-1, 0, 1], [0, 1, -3, 0]), "the third slope is −3"),
        ("pieces_by_hand", ([-1, 0, 1], [1, -2, 0]), "must have shape (4,)"),
        ("equal_size", (512, 169, 57), "the bound is 512"),
        ("equal_size", (729, 192, 57), "the number of parameters is 192"),
        ("equal_size", (729, 169, 56), "56 is the number of units"),
        ("equal_size", (729, 169, 64), "the pieces of the shallow network is 64"),
        ("how_wide", (1024, 31, 3, 61), "m + 1 must be that"),
        ("how_wide", (1023, 511, 3, 61), "the width for 2 hidden layers is 511"),
        ("how_wide", (1023, 31, 3, 60), "the number of parameters is 60"),
        ("parabola", (7, 82, 35, 106), "6.1e-5 is small enough"),
        ("parabola", (6, 72, 35, 106), "the number of parameters of the layers of three is 72"),
        ("parabola", (6, 70, 36, 109), "36 is the least number of pieces"),
        ("parabola", (6, 70, 34, 103), "fewer than √1250"),
        ("parabola", (6, 70, 34.36, 104), "they are whole numbers"),
        ("parabola", (6, 70, 50, 151), "the units of one hidden layer is 50"),
        ("parabola", (6, 70, 35, 105), "the parameters of one hidden layer is 105"),
        ("what_is_shown", shown_but(1, "seen"), "not 'seen': statement 1"),
        ("what_is_shown", shown_but(4, "proved"), "statement 4: the runs are some"),
        ("what_is_shown", shown_but(6, "seen"), "the ranges of the shapes overlap"),
        ("what_is_shown", shown_but(3, "maybe"), "statement 3 must be one of"),
        ("what_is_shown", SHOWN[:5], "six words"),
        ("count_pieces", exact_kinks, "differ by rounding"),
        ("count_pieces", lambda w, b, v: len(w) + 1, "one more than units"),
        ("count_pieces", only_distinct_kinks, "the changes v|w| there cancel"),
        ("count_pieces", with_signs, "you count"),
        ("count_pieces", lambda w, b, v: 2, "right is 4"),
        ("knots", slip(layers=1), "the first hidden layer alone"),
        ("knots", slip(relu=False), "without ReLU"),
        ("knots", slip(middle=True), "not the middle"),
        ("knots", with_ends, "0 and 1 themselves are none"),
        ("knots", lambda weights, biases: knots(weights, biases, layers=len(weights)), "of the output layer"),
        ("knots", with_two_more, "instead of"),
        ("knots", lambda weights, biases: knots(weights, biases)[::-1], "not sorted"),
        ("knots", lambda weights, biases: knots(weights, biases)[1:], "instead of"),
        ("knots", lambda weights, biases: knots(weights, biases) * 1.001, "right is"),
        ("folds", lambda k: folds(k, row=(3.0, -6.0, 3.0)), "right is 0.25"),
        ("folds", lambda k: folds(k, layers=1), "there must be 2 layers"),
        ("folds", lambda k: folds(k)[0], "weights and biases"),
        ("folds", lambda k: (folds(k)[0], [np.zeros(2)] * (k + 1)), "must have shape (3,)"),
        ("maximum", Derivation(sp.Max(A, B)).step(MAXIMUM, because="both"), "steps"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"why_depth.{name}", answer)
    assert not verdict.passed
    assert words in verdict.message
    assert "the the " not in verdict.message
