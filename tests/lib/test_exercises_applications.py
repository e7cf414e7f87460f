"""The checks of the exercises on images and sound: right answers of several kinds pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.losses import intersection_over_union
from dlmath_lib.verify import Derivation

IOU = sp.Symbol("I", positive=True)
START, END = 2 * IOU / (1 + IOU) - IOU, IOU * (1 - IOU) / (1 + IOU)
MIDDLE = (2 * IOU - IOU * (1 + IOU)) / (1 + IOU)


def suppress(boxes, scores, bound, *, order=1, among_all=False):
    kept, seen = [], []
    for at in np.argsort(-order * scores):
        others = seen if among_all else kept
        if not others or intersection_over_union(boxes[[at]], boxes[others]).max() <= bound:
            kept.append(int(at))
        seen.append(at)
    return kept


def by_hand(boxes, scores, bound):
    """No library: areas of one pair at a time."""
    left, kept = list(np.argsort(scores)[::-1]), []
    while left:
        first = left.pop(0)
        kept.append(first)
        left = [at for at in left if pair(boxes[first], boxes[at]) <= bound]
    return np.array(kept)


def pair(a, b):
    width, height = (max(0, min(a[i + 2], b[i + 2]) - max(a[i], b[i])) for i in (0, 1))
    areas = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
    return width * height / (sum(areas) - width * height)


def transformed(x):
    n = len(x)
    return np.exp(-2j * np.pi * np.outer(np.arange(n // 2 + 1), np.arange(n)) / n) @ x


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("applications")]
    assert names == ["boxes", "detector", "dice_less_iou", "powers", "rare", "soft_dice", "suppress", "window"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("boxes", (9 / 39, 18 / 48, 9 / 39 - 6 / 45, -0.32, 0)),
        ("boxes", (sp.Rational(3, 13), 0.375, 0.0974, sp.Rational(-8, 25), 0)),
        ("rare", (0.985, 200 / 350, 0.98)),
        ("detector", (0.75, 0.9, 0.8182, 0.8)),
        ("suppress", suppress),
        ("suppress", by_hand),
        ("dice_less_iou", Derivation(START).step(MIDDLE, because="a").step(END, because="b")),
        ("soft_dice", (0.25, -0.3125, 0.1875)),
        ("powers", lambda x: np.abs(transformed(x)) ** 2),
        ("powers", lambda x: np.abs(np.fft.rfft(x)) ** 2),
        ("window", (40, 25, 1024, 10000)),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"applications.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("boxes", (9 / 48, 0.375, 0.1, 0, 0), "the union has the shared area once"),
        ("boxes", (9 / 39, 9 / 48, 0.1, 0, 0), "Twice the shared area"),
        ("boxes", (9 / 39, 0.375, 9 / 39, 0, 0), "neither covers"),
        ("boxes", (9 / 39, 0.375, 0.0974, 0.32, 0), "so the slope is negative"),
        ("boxes", (9 / 39, 0.375, 0.0974, -0.5, 0), "−2s/(s + d)²"),
        ("boxes", (9 / 39, 0.375, 0.0974, -0.32, -0.1), "share no area there"),
        ("rare", (0.99, 0.57, 0.98), "100 misses"),
        ("rare", (0.985, 0.4, 0.98), "that is IoU"),
        ("rare", (0.985, 0.6, 0.98), "sum of both sizes"),
        ("rare", (0.985, 200 / 350, 1), "200 pixels"),
        ("detector", (0.9, 0.75, 0.8182, 0.8), "changed places"),
        ("detector", (0.75, 0.9, 0.825, 0.8), "the arithmetic mean"),
        ("detector", (0.75, 0.9, 90 / 110, 0.9), "14 misses"),
        ("detector", (0.8, 0.9, 0.8, 0.8), "Hits over boxes"),
        ("detector", (0.75, 0.8, 0.8, 0.8), "Hits over objects"),
        ("suppress", lambda b, s, t: suppress(b, s, t, order=-1), "the lowest score"),
        ("suppress", lambda b, s, t: suppress(b, s, t, among_all=True), "dropped before"),
        ("suppress", lambda b, s, t: list(range(len(b))), "all boxes stay"),
        ("suppress", lambda b, s, t: list(np.argsort(-s)), "all boxes stay"),
        ("suppress", lambda b, s, t: [1], "you keep [1]; right is [0, 2]"),
        ("suppress", lambda b, s, t: 3, "the list of indices"),
        ("suppress", lambda b, s, t: sorted(suppress(b, s, t)), "not with the highest score first"),
        ("soft_dice", (0.75, -0.3125, 0.1875), "N/S itself"),
        ("soft_dice", (0.25, 0.3125, 0.1875), "the slope is negative"),
        ("soft_dice", (0.25, -0.3125, -0.1875), "slope outside"),
        ("powers", lambda x: np.abs(transformed(x)), "the square is missing"),
        ("powers", lambda x: np.abs(transformed(x)) ** 2 / len(x), "divided by n"),
        ("powers", lambda x: np.abs(transformed(x)) ** 2 / len(x) ** 2, "divided by n²"),
        ("powers", lambda x: transformed(x).real ** 2, "real part alone"),
        ("powers", lambda x: transformed(x) ** 2, "are complex"),
        ("powers", lambda x: np.abs(np.fft.fft(x)) ** 2, "for k = 0 to n // 2"),
        ("powers", lambda x: 3 * np.abs(transformed(x)) ** 2, "the power at k"),
        ("powers", lambda x: "none", "must return an array"),
        ("window", (40, 0.025, 1024, 10000), "in seconds"),
        ("window", (40, 25, 512, 10000), "31.25 Hz apart, more than 20"),
        ("window", (40, 25, 2048, 10000), "a smaller power of two"),
        ("window", (40, 25, 800, 10000), "a power of two is asked for"),
        ("window", (40, 25, 1024, 100), "A²n²/4"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"applications.{name}", answer)
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
    verdict = check("applications.dice_less_iou", chain)
    assert not verdict.passed and words in verdict.message, verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("applications")])
def test_stubs_are_not_yet_answers(name):
    assert check(name, ...).status == "not yet"


@pytest.mark.parametrize("name", ["suppress", "powers"])
def test_an_unfinished_function_is_not_yet_an_answer(name):
    assert check(f"applications.{name}", lambda *given: ...).status == "not yet"
