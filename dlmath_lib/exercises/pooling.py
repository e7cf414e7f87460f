"""The exercises of ``chapters/convolution/pooling.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, same_array
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise


@exercise("pooling.by_hand", of=("eq-max-pooling", "eq-average-pooling", "eq-average-gradient"))
def by_hand(answer: Any) -> str:
    """Both poolings of six numbers, and both ways back."""
    largest, mean, back_max, back_mean = parts(answer, 4, "four lists, (max, average, dx of max, dx of average)")
    same_array(numbers(largest, "your maxima"), [5.0, 4.0], what="your maxima")
    same_array(numbers(mean, "your means"), [3.0, 2.0], what="your means")
    back_max, back_mean = numbers(back_max, "your dx of max"), numbers(back_mean, "your dx of average")
    if back_mean.shape == (6,) and np.allclose(back_mean, [6, 6, 6, 9, 9, 9]):
        raise Wrong(
            "your dx of average leaves out the division by 3: an entry moves the mean by a third of its own move"
        )
    same_array(back_max, [0.0, 0, 6, 0, 0, 9], what="your dx of max")
    same_array(back_mean, [2.0, 2, 2, 3, 3, 3], what="your dx of average")
    return "both ways back hand on 6 + 9 = 15 in all"


@exercise("pooling.sizes", of=("eq-max-pooling", "eq-average-pooling"))
def sizes(answer: Any) -> str:
    """Sizes, numbers of parameters and of comparisons."""
    a, b, c, d, e = parts(answer, 5, "five numbers, (a, b, c, d, e)")
    close_to(a, 14, what="(a)", hint="⌊(28 − 2)/2⌋ + 1")
    close_to(b, 56, what="(b)", hint="⌊(112 + 2 − 3)/2⌋ + 1, with two entries added in all")
    close_to(c, 0.25, what="(c)", hint="One number is kept of each window of four, in each channel")
    close_to(d, 30_720, what="(d)", hint="Without pooling 64·49·10 weights, with it 64·10; what is the difference")
    close_to(e, 9408, what="(e)", hint="16·14·14 windows; the largest of four is found by three comparisons")
    return "and the pooling layer has no parameter of its own"


@exercise("pooling.max_pool_backward", of=("eq-max-slope", "eq-subgradient"))
def max_pool_backward(answer: Any) -> str:
    """A program that pulls a cotangent back through max pooling of one axis."""
    rng = np.random.default_rng(6)
    cases = [(rng.normal(size=n), window, stride) for n, window, stride in ((6, 2, 2), (7, 3, 1), (9, 3, 2), (8, 2, 3))]
    cases += [(np.array([2.0, 2.0, 1.0, 3.0, 3.0, 3.0]), 3, 3), (np.zeros(5), 3, 1), (-np.arange(5.0) - 1, 2, 1)]
    for x, window, stride in cases:
        g = rng.normal(size=(len(x) - window) // stride + 1)
        where = f"for n = {len(x)}, window {window}, stride {stride}"
        found = numbers(call(answer, g, x, window, stride, names=("g", "x", "window", "stride")), f"{where} your dx")
        right = _pulled(g, x, window, stride)
        if found.shape == right.shape and not np.allclose(found, right):
            for words, options in _SLIPS:
                if np.allclose(found, _pulled(g, x, window, stride, **options)):
                    raise Wrong(f"{where}: {words}")
        same_array(found, right, what=f"{where} your dx")
    return f"{len(cases)} signals, two of them with ties"


def _pulled(
    g: np.ndarray, x: np.ndarray, window: int, stride: int, *, adds: bool = True, which: str = "first"
) -> np.ndarray:
    dx = np.zeros(len(x))
    for i, upstream in enumerate(g):
        part = x[i * stride : i * stride + window]
        tied = np.flatnonzero(part == part.max()) + i * stride
        places = {"first": tied[:1], "last": tied[-1:]}.get(which, tied)
        share = upstream / len(tied) if which == "split" else upstream
        dx[places] = (dx[places] if adds else 0) + share
    return dx


_SLIPS: list[tuple[str, dict[str, Any]]] = [
    ("where windows overlap their shares add up: += and not =", {"adds": False}),
    ("of equal largest entries each takes the whole of g; let the first take it", {"which": "each"}),
    ("of equal largest entries the last takes g; let the first take it", {"which": "last"}),
    ("g is split between equal largest entries, which is a subgradient too; let the first take it", {"which": "split"}),
]


@exercise("pooling.blurred", of="eq-average-change")
def blurred(answer: Any) -> str:
    """The change of a blurred maximum by a shift of one place, as a mean of changes of maxima."""
    w, y = sp.Symbol("w", real=True), sp.symbols("y0:4", real=True)
    at = [w * y[i] + (1 - 2 * w) * y[i + 1] + w * y[i + 2] for i in range(2)]
    goal = w * (y[1] - y[0]) + (1 - 2 * w) * (y[2] - y[1]) + w * (y[3] - y[2])
    return derivation_of(answer, at[1] - at[0], goal, min_steps=2)


@exercise("pooling.ties", of="eq-subgradient")
def ties(answer: Any) -> str:
    """Which weights are a subgradient of the maximum of (2, 5, 5)."""
    given = parts(answer, 5, "five answers, each True or False, (a, b, c, d, e)")
    for letter, said, (right, words) in zip("abcde", given, _TIES, strict=True):
        if said is ...:
            number(said)
        if not isinstance(said, (bool, np.bool_)):
            raise Wrong(f"({letter}) must be True or False")
        if bool(said) is not right:
            raise Wrong(f"({letter}) {words}")
    return "weights that are not negative, add up to 1, and are 0 where the entry is below the maximum"


def _pooled(x: np.ndarray) -> np.ndarray:
    return x.reshape(3, 2).max(axis=1)


def _moved(x: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], x[:-1]])


_TIES = [
    (True, "compare max(h) with 5 + (h₁ − 5) = h₁"),
    (True, "compare max(h) with the mean of h₁ and h₂"),
    (False, "take h = (2, 6, 6): the maximum is 6; what is the right side?"),
    (False, "take h = (5, 5, 5): the maximum is 5; what is the right side?"),
    (False, "take h = (2, 5, 4): the maximum is 5; what is the right side?"),
]


@exercise("pooling.which", of=("eq-max-pooling", "eq-average-pooling", "eq-max-mean"))
def which(answer: Any) -> str:
    """Which pooling, or a convolution with a stride, serves each of five wishes."""
    given = parts(answer, 5, "five of the words, (a, b, c, d, e)")
    words = ("max", "average", "global average", "stride")
    for letter, said, (right, hints) in zip("abcde", given, _WISHES, strict=True):
        if said is ...:
            number(said)
        said = " ".join(said.lower().split()) if isinstance(said, str) else said
        if not isinstance(said, str) or said not in words:
            raise Wrong(f"({letter}) must be one of {', '.join(words)}")
        if said != right:
            raise Wrong(f"({letter}) {hints[said]}")
    return "what shall remain, what may be learned, and what comes behind decide it"


_WISHES: list[tuple[str, dict[str, str]]] = [
    (
        "max",
        {
            "average": "the average of 8, 0, 0, 0 is 2",
            "global average": "the average of the channel is less than its 8, as the window's zeros are in it",
            "stride": "a convolution is linear: with a kernel that gives 8 for (8, 0, 0, 0), wherever the 8 stands,"
            " four eights give 32; and it has weights to learn",
        },
    ),
    (
        "average",
        {
            "max": "for Gaussian noise of variance 1 the maximum of two has the mean 1/√π, which is above 0",
            "global average": "its mean is 0, but it keeps one place of each channel and no grid",
            "stride": "a convolution without bias gives mean 0, but its kernel has weights to learn",
        },
    ),
    (
        "global average",
        dict.fromkeys(
            ("max", "average", "stride"),
            "its output grows with the picture, and a dense layer takes inputs of one length",
        ),
    ),
    (
        "stride",
        dict.fromkeys(("max", "average", "global average"), "it has no parameters; what could be learned?"),
    ),
    (
        "global average",
        dict.fromkeys(
            ("max", "average", "stride"),
            "640 = 64·10 weights leave one number for each of 64 channels; which of the four does that for a picture"
            " of another size, too?",
        ),
    ),
]


@exercise("pooling.shifts", of=("eq-max-unchanged", "eq-average-change", "eq-pool-shift"))
def shifts(answer: Any) -> str:
    """A signal whose pooled maxima stay when it moves by one place, and one whose maxima all change."""
    stays, changes = parts(answer, 2, "two lists of six numbers, (first signal, second signal)")
    stays, changes = (
        numbers(signal, f"your {nth} signal", shape=(6,)) for nth, signal in (("first", stays), ("second", changes))
    )
    for nth, signal in (("first", stays), ("second", changes)):
        if (signal < 0).any() or signal[-1] != 0:
            raise Wrong(f"your {nth} signal must have no negative entry, and end in 0, so that nothing else leaves")
    if len(np.unique(_pooled(stays))) < 3:
        raise Wrong("your first signal must have three different maxima")
    if not np.array_equal(_pooled(stays), _pooled(_moved(stays))):
        raise Wrong(f"a maximum of your first signal changes: {_pooled(stays)} becomes {_pooled(_moved(stays))}")
    if (_pooled(changes) == _pooled(_moved(changes))).any():
        raise Wrong(f"a maximum of your second signal stays: {_pooled(changes)} becomes {_pooled(_moved(changes))}")
    return "a maximum stays where the entries that enter and leave are no larger than what remains"
