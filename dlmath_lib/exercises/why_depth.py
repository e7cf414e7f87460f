"""The exercises of ``chapters/networks/why_depth.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, choice, close_to, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise


@exercise("why_depth.pieces_by_hand", of="eq-kink")
def pieces_by_hand(answer: Any) -> str:
    """Kinks and slopes of max(0, x + 1) − 3 max(0, x) + max(0, 2x − 2)."""
    kinks, slopes = parts(answer, 2, "two lists, [three kinks], [four slopes]")
    kinks = numbers(kinks, "your kinks", shape=(3,))
    if np.allclose(np.sort(kinks), [-1, 0, 2]):
        raise Wrong("the last unit is max(0, 2x − 2): its pre-activation is 0 at x = 1, not at 2")
    if not np.allclose(kinks, [-1, 0, 1]):
        raise Wrong(f"your kinks are {show(kinks)}; each is where x + 1, x or 2x − 2 is 0, from left to right")
    slopes = numbers(slopes, "your slopes", shape=(4,))
    if np.allclose(slopes, [0, 1, -2, -1]):
        raise Wrong("the last slope is −1: the last unit changes the slope by v|w| = 2, not by 1")
    for place, mine, right in zip(("first", "second", "third", "last"), slopes, (0, 1, -2, 0), strict=True):
        close_to(mine, right, what=f"the {place} slope", hint="Left of all kinks no unit is on; each kink adds v|w|")
    return "the slope starts at 0, and changes by 1, −3 and 2"


@exercise("why_depth.equal_size", of=("eq-piece-bound", "eq-equal-bound", "eq-equal-parameters"))
def equal_size(answer: Any) -> str:
    """Bound and parameters of three layers of 8, and the pieces of one layer with as many parameters."""
    bound, size, shallow = parts(answer, 3, "three numbers, (bound, parameters, pieces)")
    close_to(bound, 729, what="the bound", hint="It is (8 + 1)³")
    close_to(size, 169, what="the number of parameters", hint="Layer by layer: 16, 72, 72 and 9")
    if number(shallow, "the pieces") == 56:
        raise Wrong("56 is the number of units that fits; they have one piece more than kinks")
    close_to(shallow, 57, what="the pieces of the shallow network", hint="3m + 1 ≤ 169")
    return "729 against 57, at the same size"


@exercise("why_depth.how_wide", of=("eq-equal-bound", "eq-tent-double", "eq-saw-parameters"))
def how_wide(answer: Any) -> str:
    """Units that 1, 2 and 5 layers need for ten tents, and the parameters of the tents."""
    one, two, five, size = parts(answer, 4, "four numbers, (units for 1, 2, 5 layers, parameters)")
    for layers, mine, right in ((1, one, 1023), (2, two, 31), (5, five, 3)):
        words = f"the width for {layers} hidden layer{'s' * (layers > 1)}"
        if number(mine, words) == right + 1:
            raise Wrong(f"{words} is {right + 1}; the bound on the pieces is (m + 1)ᴸ, so m + 1 must be that")
        close_to(mine, right, what=words, hint="m + 1 ≥ 2^(10/L)")
    close_to(size, 61, what="the number of parameters", hint="4 in the first layer, 6 in each of nine, 3 in the output")
    return "2¹⁰ − 1, 2⁵ − 1, 2² − 1 units; 61 parameters in the tents"


@exercise("why_depth.parabola", of=("eq-chord-middle", "eq-parabola-parameters", "eq-equal-bound"))
def parabola(answer: Any) -> str:
    """Layers of three units that meet x² to 1e-4, and what one hidden layer needs for that."""
    k, deep, units, shallow = parts(answer, 4, "four numbers, (k, its parameters, units, their parameters)")
    if number(k, "k") == 7:
        raise Wrong("k is 7; the bound on the error is 4^−(k + 1), and 4⁻⁷ = 6.1e-5 is small enough already")
    close_to(k, 6, what="k", hint="4^−(k + 1) ≤ 1e-4")
    close_to(deep, 70, what="the number of parameters of the layers of three", hint="12k − 2")
    pieces = number(units, "the units of one hidden layer")
    if pieces == 36:
        raise Wrong("36 is the least number of pieces; m units allow m + 1 of them")
    if pieces != round(pieces):
        raise Wrong(f"the units are {show(pieces)}; they are whole numbers, and m + 1 must reach √1250 = 35.36")
    if pieces == 34:
        raise Wrong("34 units have at most 35 pieces; that is fewer than √1250 = 35.36")
    close_to(units, 35, what="the units of one hidden layer", hint="m + 1 ≥ 1/√(8 · 1e-4) = 35.36")
    close_to(shallow, 106, what="the parameters of one hidden layer", hint="3m + 1")
    return "70 parameters in six layers; one hidden layer takes at least 106"


_STATEMENTS = [
    ("proved", "a bound on the pieces is derived above for all weights: (15 + 1)² = 256"),
    ("quoted", "the page gives this theorem with its authors, and no proof of it"),
    ("seen", "medians of eight runs each say this, of these networks with this training; no theorem does"),
    (
        "not shown",
        "the runs are some, with one method and two rates; that no training finds it does not follow",
    ),
    ("proved", "it follows from (m + 1)ᴸ ≥ 1/√(8ε), which holds for all weights: m + 1 ≥ 353.6"),
    ("not shown", "in the runs on digits the ranges of the shapes overlap, and no theorem above speaks of digits"),
]


@exercise("why_depth.what_is_shown", of=("eq-piece-bound", "eq-chord-middle"))
def what_is_shown(answer: Any) -> str:
    """Which statements are proved, quoted, seen in runs, or not shown."""
    kinds = ("proved", "quoted", "seen", "not shown")
    given = parts(answer, 6, 'six words, each "proved", "quoted", "seen" or "not shown"')
    for place, (mine, (right, reason)) in enumerate(zip(given, _STATEMENTS, strict=True), 1):
        if not isinstance(mine, str) or mine.strip().lower() not in kinds:
            raise Wrong(f"statement {place} must be one of {', '.join(map(repr, kinds))}; it is {show(mine)}")
        choice(mine, right, dict.fromkeys(kinds, f"statement {place}: {reason}"))
    return "a proof holds for all weights, a run for what was run"


_LAYERS = [
    # w, b, v, and the number of pieces
    ([1.0, 1, 2], [1.0, 0, -2], [1.0, -3, 1], 4),
    ([1.0, -1], [0.0, 0], [1.0, -1], 1),  # max(0, x) − max(0, −x) = x
    ([1.0, -1], [0.0, 0], [1.0, 1], 2),  # |x|
    ([1.0, 2, 4], [-0.5, -1, -2], [2.0, 1, 0.5], 2),  # three kinks at ½
    ([1.0, 2], [-0.5, -1], [2.0, -1], 1),  # they cancel
    ([0.0, 1], [3.0, 1], [5.0, 1], 2),  # a constant unit
    ([-3.0, 1, 1], [0.3, -0.1, 1], [1.0, -2, 0], 2),  # 3 − 2 ≠ 0 at 0.1; the last unit is off
    ([0.0], [1.0], [2.0], 1),
    ([-2.0, 1, -1], [1.0, 1, 1], [1.0, 1, 1], 4),
]  # fmt: skip


@exercise("why_depth.count_pieces", of=("eq-kink", "eq-piece-bound"))
def count_pieces(answer: Any) -> str:
    """The pieces of a network with one hidden layer on the whole line."""
    for w, b, v, right in _LAYERS:
        arrays = np.array(w), np.array(b), np.array(v)
        what = f"for w = {show(w)}, b = {show(b)}, v = {show(v)}"
        found = number(call(answer, *arrays, names=("w", "b", "v")), f"{what} your number")
        if found == right:
            continue
        place = {-bj / wj for wj, bj in zip(w, b, strict=True) if wj}
        exact: dict[float, float] = {}
        for wj, bj, vj in zip(w, b, v, strict=True):
            if wj:
                exact[-bj / wj] = exact.get(-bj / wj, 0) + vj * abs(wj)
        if found == 1 + sum(change != 0 for change in exact.values()):
            raise Wrong(f"{what} you count {show(found)}; two kinks that differ by rounding (less than 1e-9) are one")
        if found == len(w) + 1:
            raise Wrong(f"{what} you count {show(found)}: one more than units, the bound; right is {right}")
        if found == len(place) + 1:
            raise Wrong(f"{what} you count {show(found)}: a kink ends no piece if the changes v|w| there cancel")
        raise Wrong(f"{what} you count {show(found)}; right is {right}")
    return f"{len(_LAYERS)} layers, with coinciding kinks and changes that cancel"


def _networks() -> list[tuple[list[np.ndarray], list[np.ndarray]]]:
    rng = np.random.default_rng(4)
    found = []
    for widths in ([1, 4, 1], [1, 5, 4, 1], [1, 4, 4, 4, 2], [1, 6, 6, 6, 6, 1]):
        pairs = list(zip(widths[1:], widths[:-1], strict=True))
        found.append(([rng.normal(size=pair) * 2 for pair in pairs], [rng.normal(size=out) for out, _ in pairs]))
    return found


def _knots(
    weights: list[np.ndarray], biases: list[np.ndarray], *, layers: int | None = None, relu: bool = True,
    middle: bool = False,
) -> np.ndarray:  # fmt: skip
    """The knots of the first hidden layers; the options make a slip each."""
    x = np.array([0.0, 1.0])
    for depth in range(1, len(weights) if layers is None else layers + 1):
        a, z = x[:, None], x[:, None]
        for weight, bias in zip(weights[:depth], biases[:depth], strict=True):
            z = a @ weight.T + bias
            a = np.maximum(0, z) if relu else z
        piece, unit = np.nonzero(z[:-1] * z[1:] < 0)
        left, right = z[piece, unit], z[piece + 1, unit]
        share = 0.5 if middle else left / (left - right)
        x = np.unique(np.concatenate([x, x[piece] + (x[piece + 1] - x[piece]) * share]))
    return x[1:-1]


@exercise("why_depth.knots", of=("eq-kink", "eq-piece-bound"))
def knots(answer: Any) -> str:
    """Where the hidden units of a deep network cross 0 between 0 and 1."""
    for weights, biases in _networks():
        what = f"for hidden layers of {', '.join(str(len(bias)) for bias in biases[:-1])} units"
        found = numbers(call(answer, weights, biases, names=("weights", "biases")), f"{what} your knots")
        right = _knots(weights, biases)
        if found.shape == right.shape and np.allclose(found, right, rtol=0, atol=1e-7):
            continue
        slips = [
            ("these are the knots of the first hidden layer alone", _knots(weights, biases, layers=1)),
            ("these are the knots of a network without ReLU", _knots(weights, biases, relu=False)),
            ("these include the crossings of the output layer, which has no ReLU",
             _knots(weights, biases, layers=len(weights))),
            ("the crossing divides the interval in the ratio of |z| at its ends; it is not the middle",
             _knots(weights, biases, middle=True)),
        ]  # fmt: skip
        for words, slip in slips:
            if found.shape == slip.shape and np.allclose(found, slip, rtol=0, atol=1e-7):
                raise Wrong(f"{what}: {words}")
        if found.shape == right.shape and np.allclose(np.sort(found), right, rtol=0, atol=1e-7):
            raise Wrong(f"{what} your knots are right, but not sorted")
        if found.ndim == 1 and len(found) == len(right) + 2 and {0.0, 1.0} <= set(found.tolist()):
            raise Wrong(f"{what} you return {len(found)} knots; 0 and 1 themselves are none")
        if found.ndim == 1 and len(found) != len(right):
            raise Wrong(f"{what} you return {len(found)} knots instead of {len(right)}")
        off = int(np.argmax(abs(found - right))) if found.shape == right.shape else 0
        raise Wrong(f"{what} knot {off} is {show(found.ravel()[off : off + 1])}; right is {right[off]:.6f}")
    return "four networks that you did not see, up to four hidden layers deep"


@exercise("why_depth.folds", of=("eq-piece-bound", "eq-tent"))
def folds(answer: Any) -> str:
    """A network that folds the interval in three, k times."""
    for k in (1, 2, 3, 5):
        found = call(answer, k, names=("k",))
        weights, biases = parts(found, 2, f"two lists, weights and biases; for k = {k} folds returns that")
        if not isinstance(weights, (list, tuple)) or not isinstance(biases, (list, tuple)):
            raise Wrong("weights and biases must be lists of arrays, one for each layer")
        if len(weights) != k + 1 or len(biases) != k + 1:
            raise Wrong(f"for k = {k} there must be {k + 1} layers, {k} of them hidden; you return {len(weights)}")
        x = np.linspace(0, 1, 3**k * 4 + 1)
        a = x[:, None]
        for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            outputs, inputs = (1 if i == k else 3), (1 if i == 0 else 3)
            matrix = numbers(weight, f"for k = {k} weights[{i}]", shape=(outputs, inputs))
            offset = numbers(bias, f"for k = {k} biases[{i}]", shape=(outputs,))
            a = a @ matrix.T + offset
            a = a if i == k else np.maximum(0, a)
        right = 2 * abs(3**k * x / 2 - np.round(3**k * x / 2))
        wrong = np.flatnonzero(abs(a[:, 0] - right) > 1e-7)
        if len(wrong):
            at = wrong[0]
            raise Wrong(
                f"for k = {k} your network gives {show(a[at, 0])} at x = {x[at]:.4f}; right is {show(right[at])}"
            )
    return "3ᵏ pieces for k = 1, 2, 3 and 5"


_A, _B = sp.symbols("a b", real=True)


@exercise("why_depth.maximum")
def maximum(answer: Any) -> str:
    """The larger of two numbers by three ReLU units."""
    end = sp.Max(0, _A - _B) + sp.Max(0, _B) - sp.Max(0, -_B)
    proved = derivation_of(answer, sp.Max(_A, _B), end, min_steps=2)
    return f"{proved}. One hidden layer of three units computes it"
