"""The checks of the exercises on pooling: right answers of several kinds pass, wrong ones are told why."""

import re

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.convolution import max_pool_vjp
from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

W, Y = sp.Symbol("w", real=True), sp.symbols("y0:4", real=True)
AT = [W * Y[i] + (1 - 2 * W) * Y[i + 1] + W * Y[i + 2] for i in range(2)]
START = AT[1] - AT[0]
END = W * (Y[1] - Y[0]) + (1 - 2 * W) * (Y[2] - Y[1]) + W * (Y[3] - Y[2])
WORDS = ("max", "average", "global average", "stride", "global average")
HAND = ([5, 4], [3, 2], [0, 0, 6, 0, 0, 9], [2, 2, 2, 3, 3, 3])


def by_library(g, x, window, stride):
    return max_pool_vjp(g[None, None], x[None, None], window, stride=stride)[0, 0]


def by_loops(g, x, window, stride, *, adds=True, last=False, each=False, split=False):
    dx = [0.0] * len(x)
    for i in range(len(g)):
        places = range(i * stride, i * stride + window)
        top = max(x[p] for p in places)
        tied = [p for p in places if x[p] == top]
        chosen = tied if each or split else tied[-1:] if last else tied[:1]
        for p in chosen:
            dx[p] = (dx[p] if adds else 0) + g[i] / (len(tied) if split else 1)
    return dx


def using(**options):
    return lambda *args: by_loops(*args, **options)


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("pooling")]
    assert names == ["blurred", "by_hand", "max_pool_backward", "shifts", "sizes", "ties", "which"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", HAND),
        ("sizes", (14, 56, 0.25, 30_720, 9408)),
        ("max_pool_backward", by_library),
        ("max_pool_backward", by_loops),
        ("blurred", Derivation(START).step(sp.expand(START), because="multiply out").step(END, because="collect")),
        ("ties", (True, True, False, False, False)),
        ("ties", np.array([True, True, False, False, False])),
        ("which", WORDS),
        ("which", tuple(word.upper() for word in WORDS)),
        ("shifts", ([1, 0, 2, 0, 3, 0], [0, 1, 0, 2, 0, 0])),
    ],
)  # fmt: skip
def test_right_answers_pass(name, answer):
    verdict = check(f"pooling.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("by_hand", ([5, 3], *HAND[1:]), "your maxima"),
        ("by_hand", (*HAND[:3], [6, 6, 6, 9, 9, 9]), "division by 3"),
        ("by_hand", (*HAND[:2], [6, 0, 0, 9, 0, 0], HAND[3]), "your dx of max"),
        ("sizes", (13, 56, 0.25, 30_720, 9408), "28 − 2"),
        ("sizes", (14, 55, 0.25, 30_720, 9408), "two entries added"),
        ("sizes", (14, 56, 0.5, 30_720, 9408), "window of four"),
        ("sizes", (14, 56, 0.25, 640, 9408), "without|Without"),
        ("sizes", (14, 56, 0.25, 30_720, 16 * 14 * 14 * 4), "three comparisons"),
        ("ties", (True, True, False, True, False), r"\(d\) take h = .5, 5, 5"),
        ("which", ("average", *WORDS[1:]), r"\(a\) the average of 8, 0, 0, 0 is 2"),
        ("which", ("max", "max", *WORDS[2:]), "above 0"),
        ("which", (*WORDS[:2], "average", *WORDS[3:]), "grows with the picture"),
        ("which", (*WORDS[:3], "max", WORDS[4]), "no parameters"),
        ("which", (*WORDS[:4], "max"), "640 = 64"),
        ("which", ("mean", *WORDS[1:]), "must be one of"),
        ("max_pool_backward", using(adds=False), r"\+= and not ="),
        ("max_pool_backward", using(last=True), "the last takes"),
        ("max_pool_backward", using(each=True), "each takes"),
        ("max_pool_backward", using(split=True), "is split"),
        ("max_pool_backward", lambda g, x, window, stride: x, "your dx"),
        ("blurred", Derivation(START).step(END, because="collect"), "at least 2"),
        ("blurred", Derivation(END).step(START, because="multiply").step(END, because="and back"), "start"),
        ("blurred", Derivation(START).step(sp.expand(START), because="multiply").step(START, because="back"), "step"),
        ("ties", (False, True, False, False, False), r"\(a\)"),
        ("ties", (True, True, True, False, False), "h = .2, 6, 6"),
        ("ties", (1, True, False, False, False), "True or False"),
        ("shifts", ([1, 1, 1, 1, 1, 0], [0, 1, 0, 2, 0, 0]), "three different"),
        ("shifts", ([0, 1, 0, 2, 0, 0], [0, 1, 0, 2, 0, 0]), "first signal changes"),
        ("shifts", ([1, 0, 2, 0, 3, 0], [0, 1, 0, 2, 5, 0]), "second signal stays"),
        ("shifts", ([1, 0, 2, 0, 3, 1], [0, 1, 0, 2, 0, 0]), "end in 0"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, message):
    verdict = check(f"pooling.{name}", answer)
    assert verdict.status == "wrong"
    assert re.search(message, verdict.message), verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("pooling")])
def test_stubs_are_not_yet_answers(name):
    assert check(name, ...).status == "not yet"


def test_an_unfinished_function_is_not_yet_an_answer():
    assert check("pooling.max_pool_backward", lambda *given: ...).status == "not yet"


def test_what_is_said_of_a_wrong_tie_refutes_it():
    x, wrong = np.array([2.0, 5, 5]), {"c": [0, 1, 1], "d": [1 / 3, 1 / 3, 1 / 3], "e": [0, 2, -1]}
    for place, (letter, weights) in zip((2, 3, 4), wrong.items(), strict=True):
        said = check("pooling.ties", [True, True, *(k == place for k in (2, 3, 4))]).message
        found = re.search(r"\((\w)\) take h = \((.*?)\): the maximum is (\d)", said)
        other = np.array([float(entry) for entry in found[2].split(",")])
        assert found[1] == letter
        assert other.max() == float(found[3]) < 5 + weights @ (other - x)
