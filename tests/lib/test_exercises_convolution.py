"""The checks of the exercises on convolution: right answers of several kinds pass, wrong ones are told why."""

import re

import numpy as np
import pytest
import scipy.signal
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

G, K, X = sp.symbols("g0:3", real=True), sp.symbols("k0:2", real=True), sp.symbols("x0:4", real=True)
START = sum(G[i] * (K[0] * X[i] + K[1] * X[i + 1]) for i in range(3))
T = [[1, 2, -1, 0, 0], [0, 0, 1, 2, -1]]
EXPANDED = sp.expand(START)
END = X[0] * K[0] * G[0] + X[1] * (K[1] * G[0] + K[0] * G[1]) + X[2] * (K[1] * G[1] + K[0] * G[2]) + X[3] * K[1] * G[2]


def by_loops(x, kernel, stride, before, after):
    padded = [0.0] * before + list(x) + [0.0] * after
    places = range(0, len(padded) - len(kernel) + 1, stride)
    return [sum(k * padded[i + q] for q, k in enumerate(kernel)) for i in places]


def by_scipy(x, kernel, stride, before, after):
    return scipy.signal.correlate(np.pad(x, (before, after)), kernel, "valid")[::stride]


def variant(*, flip=False, stride_used=True, padding=True, swapped=False, cut=0, mean=False):
    def conv1d(x, kernel, stride, before, after):
        before, after = (after, before) if swapped else (before, after)
        before, after = (before, after) if padding else (0, 0)
        kernel = kernel[::-1] if flip else kernel
        y = np.array(by_loops(x, kernel, stride if stride_used else 1, before, after))
        y = y / len(kernel) if mean else y
        return y[: len(y) - cut]

    return conv1d


def backward(g, x, kernel, stride, *, flip=False, adds=True, swap=False, leaves=False, reverse=False):
    dx, dk = np.zeros(len(x)), np.zeros(len(kernel))
    for i in range(len(g)):
        for q in range(len(kernel)):
            k = kernel[len(kernel) - 1 - q] if flip else kernel[q]
            dx[i * stride + q] = (dx[i * stride + q] if adds else 0) + (1 if leaves else g[i]) * k
            dk[q] += g[i] * x[i * stride + q]
    dk = dk[::-1] if reverse else dk
    return (dk, dx) if swap else (dx, dk)


def by_matrix(g, x, kernel, stride):
    matrix = np.array([[kernel[j - i * stride] if 0 <= j - i * stride < len(kernel) else 0 for j in range(len(x))]
                       for i in range(len(g))])  # fmt: skip
    windows = np.array([x[i * stride : i * stride + len(kernel)] for i in range(len(g))])
    return [g @ matrix, g @ windows]


def last_window(g, x, kernel, stride):
    dx, dk = backward(g, x, kernel, stride)
    for i in range(len(g)):
        dk = g[i] * x[i * stride : i * stride + len(kernel)]
    return dx, dk


def using(**options):
    return lambda *args: backward(*args, **options)


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("convolution")]
    assert names == [
        "by_hand", "compose", "conv1d", "conv1d_backward", "count", "pulled_back", "separable", "sizes",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", ([7, 1, 3], [5, -1, 5], T, [1, 2, 9, 20, -10])),
        ("by_hand", (*np.array([[7.0, 1, 3], [5, -1, 5]]), np.array(T), np.array(T).T @ [1, 10])),
        ("sizes", (24, 14, 24, 9, 2, [1, 2, 4])),
        ("sizes", (24, 14, 24, 9, 2, (4, 1, 2))),
        ("sizes", (24, 14, 24, 9, 2, {1, 2, 4})),
        ("conv1d", by_loops),
        ("conv1d", by_scipy),
        ("conv1d_backward", backward),
        ("conv1d_backward", by_matrix),
        ("pulled_back", Derivation(START).step(EXPANDED, because="multiply out").step(END, because="sort by x")),
        ("separable", ([1, 2, 1], [1, 0, -1], 3.5)),
        ("separable", (np.array([1.0, 2, 1]), [1, 0, -1], sp.Rational(49, 14))),
        ("count", (1216, 1_228_800, 50_331_648, 123, (8, 1, 3, 3, 3))),
        ("compose", np.convolve),
        ("compose", lambda a, b: np.polymul(a[::-1], b[::-1])[::-1]),
    ],
)
def test_right_answers_pass(name, answer):
    assert check(f"convolution.{name}", answer).passed


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("by_hand", ([5, -1, 5], [7, 1, 3], T, []), "have changed places"),
        ("by_hand", ([7, 1, 3], [3, 1, 7], T, []), "the kernel is flipped, not the result"),
        ("by_hand", ([7, 1, 3], [5, -1, 4], T, []), "your convolution"),
        ("by_hand", ([7, 1, 3], [5, -1, 5], [[-1, 2, 1, 0, 0], [0, 0, -1, 2, 1]], []), "is flipped"),
        ("by_hand", ([7, 1, 3], [5, -1, 5], [[1, 2, -1, 0, 0], [0, 1, 2, -1, 0]], []), "that is stride 1"),
        ("by_hand", ([7, 1, 3], [5, -1, 5], T, [-29, 11]), "two numbers to five"),
        ("by_hand", ([7, 1, 3], [5, -1, 5], T, [1, 2, 10, 20, -10]), "9 is right there"),
        ("sizes", (23, 14, 24, 9, 2, []), "28 − 5 . 1 places"),
        ("sizes", (24, 14.5, 24, 9, 2, []), "rounded down"),
        ("sizes", (24, 14, 30, 9, 2, []), "over 4·2 . 1 = 9"),
        ("sizes", (24, 14, 24, 10, 2, []), "all of it but one"),
        ("sizes", (24, 14, 24, 9, 1, []), "26, 27, 28, 29"),
        ("sizes", (24, 14, 24, 9, 2, [1, 2, 3, 4]), "with stride 3 a shift by 4 is no whole number"),
        ("sizes", (24, 14, 24, 9, 2, [1, 4]), "stride 2 is missing: there the output moves by 2"),
        ("sizes", (24, 14, 24, 9, 2, [0, 1, 2, 4]), "from 1 to 6; yours has 0"),
        ("conv1d", variant(flip=True), "kernel is flipped"),
        ("conv1d", variant(stride_used=False), "stride is left out"),
        ("conv1d", variant(padding=False), "padding is left out"),
        ("conv1d", variant(swapped=True), "before and after have changed places"),
        ("conv1d", variant(cut=1), "last place is missing"),
        ("conv1d", variant(mean=True), "mean of the products"),
        ("conv1d", lambda x, *rest: x, "there are 5 places"),
        ("conv1d", lambda *args: np.array(by_loops(*args)) + 1, "your result"),
        ("conv1d_backward", using(flip=True), "meets the flipped kernel"),
        ("conv1d_backward", using(adds=False), r"\+= and not ="),
        ("conv1d_backward", using(swap=True), "changed places"),
        ("conv1d_backward", using(leaves=True), "leaves g out"),
        ("conv1d_backward", using(reverse=True), "your dk is reversed"),
        ("conv1d_backward", lambda g, x, k, stride: backward(g, x, k, 1), "dx leaves the stride out"),
        ("conv1d_backward", lambda *a: (backward(*a)[0], backward(*a[:3], 1)[1]), "dk leaves the stride out"),
        ("conv1d_backward", lambda g, *a: (backward(g, *a)[0], backward(g * 0 + 1, *a)[1]), "dk leaves g out"),
        ("conv1d_backward", last_window, "dk is that of the last window"),
        ("conv1d_backward", lambda g, x, kernel, stride: x, "must return the pair"),
        ("pulled_back", Derivation(START).step(END, because="sort"), "at least 2"),
        ("separable", ([1, 0, -1], [1, 2, 1], 3.5), "changed places"),
        ("separable", ([2, 4, 2], [0.5, 0, -0.5], 3.5), "first entry of your column"),
        ("separable", ([1, 2, 1], [1, 0, -1], 49), r"7 \+ 7"),
        ("count", (1200, 1_228_800, 50_331_648, 123, 0), "one bias"),
        ("count", (1216, 76_800, 50_331_648, 123, 0), "75 products"),
        ("count", (1216, 1_228_800, 50_331_648, 1216, 0), "Three kernels"),
        ("count", (1216, 1_228_800, 50_331_648, 123, (1, 8, 3, 3, 3)), "outputs come first"),
        ("count", (1216, 1_228_800, 50_331_648, 123, (8, 1, 3, 3)), "three axes make five"),
        ("count", (1216, 1_228_800, 50_331_648, 123, (8, 3, 3, 3, 3)), "1 is right there"),
        ("compose", lambda a, b: np.correlate(a, b, "full"), "cross-correlated"),
        ("compose", lambda a, b: a, "together see"),
        ("compose", lambda a, b: np.convolve(a, b) + 1, "your kernel"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, message):
    verdict = check(f"convolution.{name}", answer)
    assert verdict.status == "wrong"
    assert re.search(message, verdict.message), verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("convolution")])
def test_stubs_are_not_yet_answers(name):
    assert check(name, ...).status == "not yet"


@pytest.mark.parametrize("name", ["conv1d", "conv1d_backward", "compose"])
def test_an_unfinished_function_is_not_yet_an_answer(name):
    assert check(f"convolution.{name}", lambda *given: ...).status == "not yet"
