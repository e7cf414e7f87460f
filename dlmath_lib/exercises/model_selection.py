"""The exercises of ``chapters/probability/model_selection.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.exercises.several import several

_ERROR = float(np.sqrt(14 / 12))
# P(K = k) for 20 images and the accuracy 0.95, added up where the interval holds 0.95
_COVERAGE = 0.6388


@exercise("model_selection.interval_by_hand", of="eq-interval-for-a-mean")
def interval_by_hand(answer: Any) -> str:
    """The interval for the mean of four losses."""
    ends: list[dict[float, str]] = []
    for sign in (-1, 1):
        ends.append(
            {
                3 + sign * 1.96 * _ERROR: "that is with 1.96; for four values take 3.182",
                3 + sign * 3.182 * 2 * _ERROR: "divide s by √4: the standard error is 1.08",
                3 + sign * 3.182 * np.sqrt(14 / 16): "divide the sum of squares by n − 1 = 3, not by n",
                3 + sign * _ERROR: "that is one standard error; multiply it by 3.182",
                3 + sign * 3.182 * 14 / 12: "take the root: the standard error is √(14/12)",
                3 - sign * 3.182 * _ERROR: "the low end comes first",
            }
        )
    names = ("the low end", "the high end")
    several(answer, "two numbers, (low, high)", names, (3 - 3.182 * _ERROR, 3 + 3.182 * _ERROR), ends, rtol=2e-3)
    return "3 ± 3.182 · 1.080"


@exercise("model_selection.how_many", of="eq-number-of-observations")
def how_many(answer: Any) -> str:
    """The number of images for an accuracy to ± 0.02."""
    value = number(answer, "your number")
    known = {
        385: "the half width is 0.02, not 0.04",
        6147: "the half width is 0.02, not 0.01",
        40: "the root of p(1 − p) is squared: n = (q s/h)²",
        7683: "s² is p(1 − p) = 0.16, not 0.8",
        1922: "s² is p(1 − p) = 0.16, not 0.2",
        2401: "that is for p = ½, the worst case; here s² = 0.16",
        400: "q = 1.96 is squared too",
    }
    for slip, words in known.items():
        if abs(value - slip) <= 1.5:
            raise Wrong(f"your number is {show(value)}: {words}")
    if 1536 <= value < 1536.6:
        raise Wrong(f"your number is {show(value)}: that is a little too few, round 1536.6 up")
    if not 1536 <= value <= 1537:
        close_to(value, 1537, rtol=1e-4, what="your number", hint="n = (1.96/0.02)² · 0.8 · 0.2")
    return "(1.96/0.02)² · 0.16 = 1536.6, rounded up"


@exercise("model_selection.paired", of=("eq-paired-accuracy", "eq-paired-difference"))
def paired(answer: Any) -> str:
    """A difference of accuracies, and two standard errors of it."""
    first, second = float(np.sqrt(0.2260 / 1000)), float(np.sqrt((0.1 - 0.0004) / 1000))
    several(
        answer,
        "three numbers, (difference, independent, paired)",
        ("the difference", "the standard error as if independent", "the paired standard error"),
        (0.02, first, second),
        [
            {20.0: "give shares, not counts", -0.02: "the first less the second"},
            {
                15.033: "give shares, not counts: divide by 1000",
                float(np.sqrt(0.2260)): "divide by n = 1000 under the root",
                0.226 / 1000: "that is the variance; take the root",
                float(np.sqrt(0.1056 / 1000) + np.sqrt(0.1204 / 1000)): "add the variances, not the standard errors",
                second: "that is the paired one",
            },
            {
                float(np.sqrt(0.0996)): "divide by n = 1000 under the root",
                0.0996 / 1000: "that is the variance; take the root",
                float(np.sqrt(0.02 / 1000)): "the variance has a + b, not a − b",
                first: "that is the one as if independent",
            },
        ],
        rtol=5e-3,
    )
    return "0.0150 against 0.0100, so that 0.02 is 1.3 or 2.0 standard errors: the pairs just tell the models apart"


@exercise("model_selection.held_out_likelihood", of=("eq-paired-difference", "eq-interval-for-a-mean"))
def held_out_likelihood(answer: Any) -> str:
    """A Gaussian and a Laplace density, compared on four held-out residuals."""
    r = np.arange(4.0)
    gauss, laplace = np.log(2 * np.pi) / 2 + r**2 / 2, np.log(2) + r
    apart = gauss - laplace
    mean, error = float(apart.mean()), float(apart.std(ddof=1) / 2)
    unpaired = float(np.sqrt((gauss.var(ddof=1) + laplace.var(ddof=1)) / 4))
    several(
        answer,
        "two numbers, (difference, standard_error)",
        ("the difference", "the standard error"),
        (mean, error),
        [
            {
                -mean: "the Gaussian less Laplace: −log p is a loss, and here the Gaussian's is the larger",
                float((r**2 / 2 - r).mean()): "the constants ½ log(2π) and log 2 belong to the losses",
                float((np.log(2 * np.pi) / 2 + r**2 - np.log(2) - r).mean()): "the Gaussian's loss has r²/2, not r²",
                float((np.log(2 * np.pi) / 2 + r**2 / 2 - r).mean()): "Laplace's loss has the constant log 2 too",
                4 * mean: "divide the sum of the four differences by 4",
                float(mean / np.log(2)): "take the natural logarithm, not that to base 2",
            },
            {
                unpaired: "that treats the two models as independent: take the deviation of the four differences",
                2 * error: "divide the deviation of the differences by √4",
                error / 2: "divide the deviation of the differences by √4, not by 4",
                float(apart.std() / 2): "divide the sum of squares by n − 1 = 3, not by n",
                float(apart.var(ddof=1) / 4): "that is the variance; take the root",
            },
        ],
        rtol=5e-3,
    )
    return "0.476 ± 0.433: four examples do not tell the two laws apart"


@exercise("model_selection.leave_one_out", of=("eq-optimism", "eq-cross-validation"))
def leave_one_out(answer: Any) -> str:
    """The leave-one-out error of a mean, as a chain of proved steps."""
    n = sp.Symbol("n", integer=True, positive=True)
    x, m = sp.symbols("x m", real=True)
    start, end = x - (n * m - x) / (n - 1), n * (x - m) / (n - 1)
    return derivation_of(answer, start, end, min_steps=2, where={n: (2, sp.oo)})


def _score(
    fit: Callable[..., Any], loss: Callable[..., Any], x: np.ndarray, y: np.ndarray, part: np.ndarray
) -> np.ndarray:
    """The mean loss on each part."""
    found = []
    for k in range(int(part.max()) + 1):
        held = part == k
        found.append(loss(fit(x[~held], y[~held]), x[held], y[held]).mean())
    return np.array(found)


@exercise("model_selection.cross_validate", of=("eq-cross-validation", "eq-fold-error"))
def cross_validate(answer: Any) -> str:
    """A program for cross-validation."""
    rng = np.random.default_rng(7)

    def mean_of(x: np.ndarray, y: np.ndarray) -> Any:
        return y.mean()

    def line(x: np.ndarray, y: np.ndarray) -> Any:
        return np.linalg.lstsq(x, y, rcond=None)[0]

    def about(model: Any, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (y - model) ** 2

    def from_line(model: Any, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.abs(y - x @ model)

    cases: list[tuple[str, Any, Any, int, np.ndarray]] = [
        ("a mean, leave one out", mean_of, about, 4, np.arange(4)),
        ("a mean, three equal parts", mean_of, about, 9, np.array([0, 1, 2, 2, 1, 0, 0, 1, 2])),
        ("a mean, two parts of 2 and 5", mean_of, about, 7, np.array([1, 0, 1, 1, 0, 1, 1])),
        ("least squares, five parts", line, from_line, 20, rng.permutation(20) % 5),
    ]
    for what, fit, loss, n, part in cases:
        x, y = rng.normal(size=(n, 2)), rng.normal(3, 2, size=n)
        found = call(answer, fit, loss, x, y, part, names=("fit", "loss", "x", "y", "part"))
        score, error = (
            number(v, f"for {what} your {name}")
            for v, name in zip(
                parts(found, 2, "a pair, (score, standard_error)"), ("score", "standard error"), strict=True
            )
        )
        means = _score(fit, loss, x, y, part)
        count = len(means)
        others = [(x[part != k], y[part != k]) for k in range(count)]
        own = [(x[part == k], y[part == k]) for k in range(count)]
        on_training = np.mean([loss(fit(*rest), *rest).mean() for rest in others])
        inside = np.mean([loss(fit(*mine), *mine).mean() for mine in own])
        exchanged = np.mean([loss(fit(*mine), *rest).mean() for rest, mine in zip(others, own, strict=True)])
        sizes = np.bincount(part)
        slips: dict[str, float] = {
            "that is the error on the data of the fit: compute the losses on the held-out part": float(on_training),
            "fit on the other parts, not on the held-out one": float(inside),
            "fit on the other parts and compute the losses on part k, not the other way round": float(exchanged),
            "fit without the held-out part": float(np.mean([loss(fit(x, y), *mine).mean() for mine in own])),
            "add up the parts' mean losses and divide by K: here each part counts the same": float(
                (means * sizes).sum() / n
            ),
            "divide the sum of the parts' means by K": float(means.sum()),
        }
        right = float(means.mean())
        if not np.isclose(score, right, rtol=1e-7):
            for words, slip in slips.items():
                if np.isclose(score, slip, rtol=1e-7):
                    raise Wrong(f"for {what}: {words}")
            raise Wrong(f"for {what} your score is {show(score)}, not {show(round(right, 6))}")
        sd = float(means.std(ddof=1))
        single = [loss(fit(*rest), *mine) for rest, mine in zip(others, own, strict=True)]
        pooled = float(np.concatenate(single).std(ddof=1) / np.sqrt(n))
        if not np.isclose(error, sd / np.sqrt(count), rtol=1e-7):
            for words, slip in (
                ("that is the standard deviation of the parts' means: divide it by √K", sd),
                ("divide by K − 1 in the variance (ddof=1), not by K", float(means.std()) / np.sqrt(count)),
                ("divide by √K, not by K", sd / count),
                ("divide by √K: there are K means, not n", sd / np.sqrt(n)),
                ("that is from the n losses: take the deviation of the K means of the parts", pooled),
            ):
                if np.isclose(error, slip, rtol=1e-7):
                    raise Wrong(f"for {what}: {words}")
            raise Wrong(f"for {what} your standard error is {show(error)}, not {show(round(sd / np.sqrt(count), 6))}")
    return f"{len(cases)} ways to deal the data"


@exercise("model_selection.true_coverage", of=("eq-interval-for-a-mean", "eq-normal-probability"))
def true_coverage(answer: Any) -> str:
    """The exact coverage of the usual interval for an accuracy of 0.95 and 20 images."""
    value = number(answer, "your probability")
    known = {
        0.95: "that is the nominal level; for p near 1 and n = 20 the coverage is another",
        1 - _COVERAGE: "that is the probability that the interval misses 0.95",
        0.3585: "that is the probability that all 20 are right, where the interval is the single point 1",
        0.6415: "all counts but 20 were taken: check the smaller ones too",
    }
    if abs(value - 100 * _COVERAGE) < 0.1:
        raise Wrong(f"your probability is {show(value)}: give it as a number between 0 and 1, not in %")
    for slip, words in known.items():
        if abs(value - slip) < 1e-3 and abs(slip - _COVERAGE) > 1e-3:
            raise Wrong(f"your probability is {show(value)}: {words}")
    close_to(
        value,
        _COVERAGE,
        atol=1e-3,
        rtol=0,
        what="your probability",
        hint="Go through the counts 0 to 20, and give three digits",
    )
    return "in about 36 % of the samples all 20 are right, and the interval is the point 1"
