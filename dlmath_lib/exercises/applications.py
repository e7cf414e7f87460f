"""The exercises of ``chapters/practice/applications.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.losses import intersection_over_union

_I = sp.Symbol("I", positive=True)


@exercise("applications.boxes", of=("eq-dice-from-iou", "eq-iou-shift", "eq-iou-slope"))
def boxes(answer: Any) -> str:
    """IoU, Dice and generalised IoU of two boxes, and two slopes."""
    expected = "five numbers, (IoU, Dice, generalised IoU, slope at 1, slope at 5)"
    iou, dice, general, near, apart = parts(answer, 5, expected)
    found = number(iou, "IoU")
    if np.isclose(found, 9 / 48, rtol=1e-3):
        raise Wrong(f"IoU is {show(found)}: the union has the shared area once, so subtract it from 24 + 24")
    close_to(iou, 9 / 39, what="IoU", hint="Shared 3 · 3, union 24 + 24 − 9", rtol=1e-3)
    close_to(dice, 18 / 48, what="Dice", hint="Twice the shared area over the sum of both areas", rtol=1e-3)
    hint = "Subtract the share of the outer box that neither covers"
    close_to(general, 9 / 39 - 6 / 45, what="the generalised IoU", hint=hint, rtol=1e-3)
    if np.isclose(number(near, "the slope at 1"), 0.32, rtol=1e-3):
        raise Wrong("the slope at 1 is 0.32: IoU falls with the shift, so the slope is negative")
    close_to(near, -0.32, what="the slope at 1", hint="−2s/(s + d)² with s = 4", rtol=1e-3)
    if number(apart, "the slope at 5") != 0:
        raise Wrong(f"the slope at 5 is {show(apart)}: the squares share no area there, and IoU stays 0")
    return "the outer box has 6 of 45 that neither covers"


@exercise("applications.detector", of="eq-harmonic-f1")
def detector(answer: Any) -> str:
    """Precision, recall and F1 of 60 boxes with 45 hits of 50 objects."""
    precision, recall, f1, raised = parts(answer, 4, "four numbers, (precision, recall, F1, new F1)")
    if np.isclose(number(precision, "the precision"), 0.9) and np.isclose(number(recall, "the recall"), 0.75):
        raise Wrong("precision and recall have changed places: precision divides by the number of boxes")
    close_to(precision, 0.75, what="the precision", hint="Hits over boxes", rtol=1e-3)
    close_to(recall, 0.9, what="the recall", hint="Hits over objects", rtol=1e-3)
    if np.isclose(number(f1, "F1"), 0.825, rtol=1e-3):
        raise Wrong(f"F1 is {show(f1)}: that is the arithmetic mean, and F1 is the harmonic one")
    close_to(f1, 90 / 110, what="F1", hint="2TP / (2TP + FP + FN)", rtol=1e-3)
    close_to(raised, 0.8, what="the new F1", hint="36 hits, 4 false alarms, 14 misses", rtol=1e-3)
    return "a higher precision, and a lower F1"


def _suppressed(boxes: np.ndarray, scores: np.ndarray, bound: float) -> list[int]:
    kept: list[int] = []
    for at in np.argsort(-scores):
        if not kept or intersection_over_union(boxes[[at]], boxes[kept]).max() <= bound:
            kept.append(int(at))
    return kept


def _scenes() -> list[tuple[np.ndarray, np.ndarray, float]]:
    rng = np.random.default_rng(8)
    found = []
    for count, bound in ((6, 0.3), (12, 0.1), (9, 0.6)):
        corners = rng.uniform(0, 6, size=(count, 2))
        found.append((np.hstack([corners, corners + rng.uniform(2, 4, size=(count, 2))]), rng.random(count), bound))
    chain = np.array([[0.0, 0, 4, 4], [2, 0, 6, 4], [4, 0, 8, 4]])  # the middle one falls, the last one stays
    far = np.array([[0.0, 0, 1, 1], [5, 5, 6, 6], [3, 3, 4, 5]])
    return [(chain, np.array([0.9, 0.8, 0.7]), 0.2), (far, np.array([0.2, 0.6, 0.4]), 0.5), *found]


@exercise("applications.suppress")
def suppress(answer: Any) -> str:
    """Non-maximum suppression."""
    for boxes, scores, bound in _scenes():
        right = _suppressed(boxes, scores, bound)
        what = f"for {len(boxes)} boxes and the bound {bound:g}"
        found = call(answer, boxes.copy(), scores.copy(), bound, names=("boxes", "scores", "bound"))
        if not isinstance(found, (list, tuple, np.ndarray)) or (isinstance(found, np.ndarray) and found.ndim != 1):
            raise Wrong(f"suppress must return the list of indices that stay; {what} it gives {show(found)}")
        if len(found) > len(boxes):
            raise Wrong(f"{what} you return {len(found)} indices, more than there are boxes")
        own = [int(number(at, f"{what} each index")) for at in found]
        if own == right:
            continue
        if own == _suppressed(boxes, -scores, bound):
            raise Wrong(f"{what} you begin with the lowest score")
        if sorted(own) == sorted(right):
            raise Wrong(f"{what} the right boxes stay, and not with the highest score first: {own}")
        if own == _compared_with_all(boxes, scores, bound):
            raise Wrong(f"{what} you compare with boxes that were dropped before: compare with those that stay")
        if len(own) == len(boxes):
            raise Wrong(f"{what} all boxes stay, and some overlap by more than the bound")
        raise Wrong(f"{what} you keep {own}; right is {right}")
    return f"{len(_scenes())} sets of boxes; one that falls takes no other with it"


def _compared_with_all(boxes: np.ndarray, scores: np.ndarray, bound: float) -> list[int]:
    """A slip: a box falls if it overlaps any box of a higher score, dropped ones too."""
    order, kept = np.argsort(-scores), []
    for place, at in enumerate(order):
        if not place or intersection_over_union(boxes[[at]], boxes[order[:place]]).max() <= bound:
            kept.append(int(at))
    return kept


@exercise("applications.dice_less_iou", of="eq-dice-less-iou")
def dice_less_iou(answer: Any) -> str:
    """Dice less IoU as a fraction that shows its sign."""
    proved = derivation_of(answer, 2 * _I / (1 + _I) - _I, _I * (1 - _I) / (1 + _I), min_steps=2)
    return f"{proved}. For I from 0 to 1 no factor is negative"


@exercise("applications.soft_dice", of="eq-dice-gradient")
def soft_dice(answer: Any) -> str:
    """Loss and slopes of soft Dice for four pixels."""
    loss, inside, outside = parts(answer, 3, "three numbers, (loss, slope inside, slope outside)")
    if np.isclose(number(loss, "the loss"), 0.75):
        raise Wrong("the loss is 0.75: that is N/S itself, and the loss is 1 less it")
    close_to(loss, 0.25, what="the loss", hint="1 − 3/4")
    if np.isclose(number(inside, "the slope inside"), 0.3125):
        raise Wrong("the slope inside is 0.3125: a larger p inside lowers the loss, so the slope is negative")
    close_to(inside, -0.3125, what="the slope inside", hint="(N/S − 2)/S")
    close_to(outside, 0.1875, what="the slope outside", hint="N/S²")
    return "the two p inside have the same slope, and so have the two outside"


@exercise("applications.rare", of=("eq-harmonic-f1", "eq-dice-from-iou"))
def rare(answer: Any) -> str:
    """Accuracy and Dice where few pixels belong to the region."""
    share, dice, nothing = parts(answer, 3, "three numbers, (accuracy, Dice, accuracy of nothing)")
    close_to(share, 0.985, what="the accuracy", hint="50 false alarms and 100 misses are wrong", rtol=1e-4)
    if np.isclose(number(dice, "Dice"), 0.4, rtol=1e-3):
        raise Wrong("Dice is 0.4: that is IoU, 100/250")
    close_to(dice, 200 / 350, what="Dice", hint="Twice the shared pixels over the sum of both sizes", rtol=1e-3)
    close_to(nothing, 0.98, what="the accuracy of nothing", hint="The 200 pixels of the region are wrong", rtol=1e-4)
    return "half a percent apart in accuracy, and Dice is 0 for the empty mask"


@exercise("applications.powers", of=("eq-sine-power", "eq-geometric-sum-of-waves"))
def powers(answer: Any) -> str:
    """Powers of a signal at its frequencies."""
    rng = np.random.default_rng(3)
    signals = [rng.normal(size=7), np.array([0.0, 1, 0, -1]), rng.normal(size=12), np.ones(5), rng.normal(size=1)]
    for x in signals:
        right = np.abs(np.fft.fft(x)[: len(x) // 2 + 1]) ** 2
        what = f"for a signal of {len(x)} samples"
        found = call(answer, x.copy(), names=("x",))
        try:
            own = np.asarray(found)
            numeric = own.dtype.kind in "iufc"
        except (TypeError, ValueError):
            numeric = False
        if not numeric:
            raise Wrong(f"powers must return an array of numbers; {what} it gives {show(found)}")
        if own.shape != right.shape:
            raise Wrong(f"{what} powers must have the shape {right.shape}, for k = 0 to n // 2; yours is {own.shape}")
        if own.dtype.kind == "c" and np.abs(own.imag).max() > 1e-9:
            raise Wrong(f"{what} your powers are complex: take the absolute value before you square")
        own = own.real
        if np.allclose(own, right, rtol=1e-7, atol=1e-9):
            continue
        slips = {
            "the square is missing": np.sqrt(right),
            "they are divided by n": right / len(x),
            "they are divided by n²": right / len(x) ** 2,
            "that is the square of the real part alone": np.fft.fft(x)[: len(x) // 2 + 1].real ** 2,
        }
        for words, values in slips.items():
            if np.allclose(own, values, rtol=1e-7, atol=1e-9):
                raise Wrong(f"{what} the powers are not right: {words}")
        at = int(np.argmax(~np.isclose(own, right, rtol=1e-7, atol=1e-9)))
        raise Wrong(f"{what} the power at k = {at} is {show(own[at])}; right is {right[at]:.6g}")
    return f"{len(signals)} signals, as numpy.fft.fft has them"


@exercise("applications.window", of="eq-sine-power")
def window(answer: Any) -> str:
    """Distances, durations, a length and a power."""
    hertz, duration, length, power = parts(answer, 4, "four numbers, (Hz, ms, L, power)")
    close_to(hertz, 40.0, what="the distance of the frequencies", hint="16000/400")
    found = number(duration, "the duration")
    if np.isclose(found, 0.025):
        raise Wrong("the duration is 0.025: that is in seconds, and milliseconds are asked for")
    close_to(duration, 25.0, what="the duration", hint="1000 · 400/16000")
    size = number(length, "L")
    if size != 1024:
        if size > 0 and float(np.log2(size)).is_integer():
            words = "more than 20" if size < 1024 else "fine enough, but a smaller power of two will do"
            raise Wrong(f"L is {show(length)}: the frequencies are then {16000 / size:.4g} Hz apart, {words}")
        raise Wrong(f"L is {show(length)}, and a power of two is asked for")
    close_to(power, 10000.0, what="the power", hint="A²n²/4 with A = 0.5 and n = 400")
    return "25 ms is a usual window for speech"
