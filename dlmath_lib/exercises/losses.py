"""Checkers of the chapter networks/losses."""

from __future__ import annotations

import warnings
from copy import copy
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, number, numbers, parts, same_array
from dlmath_lib.exercises.functions import call, function_agrees
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.losses import binary_cross_entropy_with_logits, binary_cross_entropy_with_logits_grad
from dlmath_lib.verify import Derivation


@exercise(
    "losses.by_hand",
    of=("eq-squared-error", "eq-squared-derivative", "eq-absolute-slope", "eq-huber", "eq-huber-derivative"),
)
def by_hand(answer: Any) -> str:
    lists = parts(answer, 2, "two lists: the three losses, and the three derivatives")
    values, slopes = numbers(lists[0], "the list of losses"), numbers(lists[1], "the list of derivatives")
    if slopes.shape == (3,) and np.allclose(slopes, [6, 1, 1]):
        raise Wrong("the derivatives have the wrong sign: the prediction is too small, so a larger one lowers the loss")
    if values.shape == (3,) and np.isclose(values[2], 4.5):
        raise Wrong("the Huber loss is 4.5 only inside the parabola; |r| = 3 is beyond δ = 1, on the straight part")
    if values.shape == (3,) and np.isclose(values[0], 4.5):
        raise Wrong("the squared error of this chapter has no ½ in front: it is r², with the slope 2r")
    same_array(values, np.array([9, 3, 2.5]), what="the list of losses")
    same_array(slopes, np.array([-6, -1, -1]), what="the list of derivatives")
    return "all six numbers"


@exercise("losses.binary_slopes", of=("eq-bce-derivative", "eq-bce-cancel", "eq-bce-convex"))
def binary_slopes(answer: Any) -> str:
    given = parts(answer, 3, "three numbers: the slope by p, the slope by z, and the second derivative by z")
    slips = (
        (
            "the slope by p",
            -4,
            {4: "the sign is wrong: with y = 1 a larger p lowers the loss", 4 / 3: "that is of y = 0"},
        ),
        (
            "the slope by z",
            -3 / 4,
            {
                3 / 4: "the sign is wrong: it is p − y, and y is 1",
                1 / 4: "that is p − y for y = 0",
                -9 / 64: "the factor σ′(z) is already cancelled in p − y",
                -4: "that is the slope by p; the chain rule multiplies it by σ′(z) = p(1 − p)",
            },
        ),
        (
            "the second derivative",
            3 / 16,
            {-3 / 16: "the sign is wrong: σ(z) − y grows with z", 16: "that is by p; by z it is σ(z)(1 − σ(z))"},
        ),
    )
    for value, (what, right, wrongs) in zip(given, slips, strict=True):
        found = number(value, what)
        for wrong, words in wrongs.items():
            if np.isclose(found, wrong, atol=1e-3):
                raise Wrong(f"{what}: {words}")
        same_array(found, np.array(right), rtol=1e-3, what=what)
    return "−4 by p, and times p(1 − p) = 3/16 it is −3/4 by z; the curvature is positive"


@exercise("losses.three_logits", of=("eq-ce", "eq-p-minus-q", "eq-ce-convex"))
def three_logits(answer: Any) -> str:
    value, slopes, bend = parts(
        answer, 3, "three things: the loss, the list of the three entries of the gradient, and the second derivative"
    )
    gradient = numbers(slopes, "the gradient")
    p = np.array([1, 2, 5]) / 8
    if gradient.shape == (3,):
        if np.allclose(gradient, p):
            raise Wrong("that is p; the gradient is p − y, and y is 1 at the label")
        if np.allclose(gradient, p - [1, 0, 0]):
            raise Wrong("labels are counted from 0: the label 1 is the second class")
        if abs(gradient.sum()) > 1e-6:
            raise Wrong(f"the entries of p − y add up to 0; yours add up to {gradient.sum():.4g}")
    same_array(gradient, p - [0, 1, 0], rtol=1e-3, what="the gradient")
    loss = number(value, "the loss")
    if np.isclose(loss, 2, atol=1e-3):
        raise Wrong("2 is the loss in bits; this book measures it in nats, with the natural logarithm")
    same_array(loss, np.log(4), rtol=1e-3, what="the loss")
    curvature = number(bend, "the second derivative")
    for wrong, words in (
        (7 / 8, "7/8 is the mean of the squares v²; the square of the mean of v is to be subtracted"),
        (-3 / 8, "−3/8 is the mean of v under p; the second derivative is the variance"),
        (2 / 3, "here the classes have equal weights; the variance is taken under p"),
        (
            -11 / 8,
            "−11/8 is the slope of the loss along v, the gradient times v; the second derivative is the variance",
        ),
    ):
        if np.isclose(curvature, wrong, atol=1e-3):
            raise Wrong(f"the second derivative: {words}")
    same_array(curvature, 47 / 64, rtol=1e-3, what="the second derivative")
    return "the loss is log 4 ≈ 1.386, the gradient adds up to 0, and the second derivative is a variance, 47/64"


@exercise("losses.same_step", of="eq-squared-derivative")
def same_step(answer: Any) -> str:
    rates = parts(answer, 2, "two learning rates: for the mean of squared_error, and for np.mean over all numbers")
    first, second = (number(rate, f"the {which} rate") for rate, which in zip(rates, ("first", "second"), strict=True))
    if np.isclose(first, 0.2):
        raise Wrong("the first slope is twice as large, so the same step needs half the rate, not twice the rate")
    if not np.isclose(first, 0.05):
        raise Wrong(f"the first rate: 0.1 times r/n must equal the rate times 2r/n; with {first:g} it does not")
    if np.isclose(second, 1.0):
        raise Wrong("the second rate forgets the ½ of 1/(2n): the slope of np.mean is 2r/(nk)")
    if np.isclose(second, 0.005) or np.isclose(second, 0.01):
        raise Wrong("np.mean divides by k = 10 as well: its slope is smaller, so the second rate is larger")
    if not np.isclose(second, 0.5):
        raise Wrong(f"the second rate: 0.1 times r/n must equal the rate times 2r/(nk); with {second:g} it does not")
    return "0.1/2 and 0.1·10/2; n cancels"


@exercise("losses.targets", of="eq-weighted-gradient")
def targets(answer: Any) -> str:
    cases = [
        (np.array([0, 2, 1]), 3, 0.0),
        (np.array([1, -1, 0, 1]), 2, 0.0),
        (np.array([3, -1, 0]), 4, 0.2),
        (np.array([-1, -1]), 3, 0.1),
        (np.arange(10), 10, 1.0),
    ]
    found = call(answer, *cases[1], names=("labels", "classes", "smoothing"))
    if np.allclose(numbers(found, "your result", shape=(4, 2))[1], [0, 1]):
        raise Wrong("the label −1 means 'no label', but in NumPy index −1 is the last column: its row must be all 0")
    return function_agrees(answer, _targets, cases, names=("labels", "classes", "smoothing"))


def _targets(labels: np.ndarray, classes: int, smoothing: float) -> np.ndarray:
    rows = (1 - smoothing) * (labels[:, None] == np.arange(classes)) + smoothing / classes
    return np.where(labels[:, None] == -1, 0.0, rows)


@exercise("losses.p_minus_y", of=("eq-p-minus-q", "eq-delta-softmax"))
def p_minus_y(answer: Any) -> str:
    z, y, p = (sp.symbols(f"{name}_1:4", real=True) for name in "zyp")
    total = sum(sp.exp(v) for v in z)
    own = {p_k: sp.exp(z_k) / total for p_k, z_k in zip(p, z, strict=True)} | {y[2]: 1 - y[0] - y[1]}
    loss = -sum(y_k * sp.log(p_k) for y_k, p_k in zip(y, p, strict=True))
    return derivation_of(answer, sp.Derivative(loss, z[0]), p[0] - y[0], min_steps=2, given=own)


@exercise("losses.stable_binary", of=("eq-bce", "eq-bce-derivative"))
def stable_binary(answer: Any) -> str:
    functions = parts(answer, 2, "a pair of functions, (bce, bce_grad)")
    z = np.array([-3.0, -0.5, 0.0, 0.5, 3.0])
    cases = [(z, np.zeros(5)), (z, np.ones(5)), (z, np.array([0.1, 0.9, 0.5, 0.25, 1.0]))]
    far = np.array([-1000.0, -40.0, 40.0, 1000.0])
    cases += [(far, np.zeros(4)), (far, np.ones(4)), (far, np.full(4, 0.25))]
    references = (binary_cross_entropy_with_logits, binary_cross_entropy_with_logits_grad)
    for function, reference, name in zip(functions, references, ("bce", "bce_grad"), strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                _not_the_other(name, function, cases[2])
                function_agrees(function, reference, cases, rtol=1e-7, atol=1e-300, names=("z", "y"))
            except Wrong as problem:
                cause = _why_digits_are_lost(name, function) if "is right there" in str(problem) else ""
                raise Wrong(f"{name}: {problem}{cause}", unfinished=problem.unfinished) from None
    return "value and gradient agree, also at ±1000, and at ±40 to seven digits"


def _not_the_other(name: str, function: Any, case: tuple[np.ndarray, np.ndarray]) -> None:
    """Name the two slips that no shape tells apart: the other function of the pair, and the other sign."""
    z, y = case
    found = call(function, z.copy(), y.copy(), names=("z", "y"))
    try:
        values = np.asarray(found, dtype=float)
    except (TypeError, ValueError, OverflowError):
        return
    if values.shape != z.shape:
        return
    loss, slope = binary_cross_entropy_with_logits(z, y), binary_cross_entropy_with_logits_grad(z, y)
    slips = (
        ("bce", slope, "this is the gradient σ(z) − y; the pair is (bce, bce_grad), with the loss first"),
        ("bce_grad", loss, "this is the loss; its derivative by z is σ(z) − y"),
        ("bce_grad", -slope, "this is y − σ(z); the derivative has the other sign"),
        ("bce_grad", slope * _sigmoid_slope(z), "the factor σ(z)(1 − σ(z)) has cancelled: the derivative is σ(z) − y"),
    )
    for which, wrong, words in slips:
        if which == name and np.allclose(values, wrong, atol=1e-9):
            raise Wrong(words)


def _sigmoid_slope(z: np.ndarray) -> np.ndarray:
    return 1 / ((1 + np.exp(-z)) * (1 + np.exp(z)))


def _why_digits_are_lost(name: str, function: Any) -> str:
    """Tell the three ways apart in which the loss or its gradient at ±40 becomes 0 instead of 4e−18."""
    no, yes = (np.atleast_1d(call(function, np.array([z]), np.array([y])))[0] for z, y in ((-40.0, 0.0), (40.0, 1.0)))
    if name == "bce_grad":
        return "; σ(z) − 1 loses its digits where σ(z) is near 1: there −σ(−z) is right" if no and not yes else ""
    if not no:
        return "; 1 + 4e−18 is rounded to 1, so its logarithm is lost: use np.log1p"
    wrong_order = "; log1p keeps the 4e−18, but it is lost when 40 is added to it: compute max(0, z) − yz first"
    return wrong_order if not yes else ""


@exercise("losses.convex_by_pairs", of="eq-ce-convex")
def convex_by_pairs(answer: Any) -> str:
    z, v, p = (sp.symbols(f"{name}_1:4", real=True) for name in "zvp")
    total = sum(sp.exp(z_k) for z_k in z)
    own = {p_k: sp.exp(z_k) / total for p_k, z_k in zip(p, z, strict=True)}
    # The chapter's GIVEN says of the targets too that they sum to 1; here no target occurs.
    y = sp.symbols("y_1:4", real=True)
    own[y[2]] = 1 - y[0] - y[1]
    mean = sum(p_k * v_k for p_k, v_k in zip(p, v, strict=True))
    start = sum(p_k * v_k**2 for p_k, v_k in zip(p, v, strict=True)) - mean**2
    pairs = sum(p[i] * p[j] * (v[i] - v[j]) ** 2 for i, j in ((0, 1), (0, 2), (1, 2)))
    verdict = derivation_of(_up_to_the_pairs(answer), start, pairs, min_steps=2, given=own)
    return f"{verdict}: no term is negative, so the curvature is not, along any v"


def _up_to_the_pairs(answer: Any) -> Any:
    """The chain without a last line ≥ 0, which a reader may add: it says what the exercise says in words."""
    if not isinstance(answer, Derivation) or len(answer.steps) < 2 or answer.steps[-1][:2] != (">=", 0):
        return answer
    shorter = copy(answer)
    shorter.steps = answer.steps[:-1]
    return shorter


@exercise("losses.weighted_median", of="eq-median")
def weighted_median(answer: Any) -> str:
    rng = np.random.default_rng(8)
    cases = [
        (np.array([1.0, 2.0, 9.0]), 1 / 2),
        (np.array([5.0, 1.0, 2.0, 4.0, 3.0]), 0.9),
        (np.array([5.0, 1.0, 2.0, 4.0, 3.0]), 0.1),
        (rng.normal(size=11), 0.25),
        (rng.normal(size=101), 0.83),
    ]
    for y, tau in cases:
        found = call(answer, y.copy(), tau, names=("y", "tau"))
        constant = number(found, f"for {y.size} numbers and τ = {tau:g} your constant")
        lowest = min(_tilted(c, y, tau) for c in y)
        mine = _tilted(constant, y, tau)
        if not mine <= lowest + 1e-9:
            if _tilted(constant, y, 1 - tau) <= min(_tilted(c, y, 1 - tau) for c in y) + 1e-9:
                raise Wrong(
                    f"for {y.size} numbers and τ = {tau:g}, your constant is the best one for {1 - tau:g}: the targets "
                    "above m count τ each, those below 1 − τ"
                )
            raise Wrong(
                f"for {y.size} numbers and τ = {tau:g}, your constant has the mean loss {mine:.6f}; "
                f"{lowest:.6f} is possible"
            )
    return f"{len(cases)} samples: no constant has a smaller loss"


def _tilted(constant: float, y: np.ndarray, tau: float) -> float:
    return float(np.mean(np.maximum(tau * (y - constant), (tau - 1) * (y - constant))))
