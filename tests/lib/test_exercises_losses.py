"""The checks of the exercises on losses: right answers of several kinds pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

Z, Y, P = (sp.symbols(f"{name}_1:4", real=True) for name in "zyp")
TOTAL = sum(sp.exp(v) for v in Z)
GIVEN = {p_k: sp.exp(z_k) / TOTAL for p_k, z_k in zip(P, Z, strict=True)} | {Y[2]: 1 - Y[0] - Y[1]}
LOSS = -sum(y_k * sp.log(p_k) for y_k, p_k in zip(Y, P, strict=True))
V = sp.symbols("v_1:4", real=True)
SQUARES = sum(p_k * v_k**2 for p_k, v_k in zip(P, V, strict=True))
MEAN = sum(p_k * v_k for p_k, v_k in zip(P, V, strict=True))
PAIRS = sum(P[i] * P[j] * (V[i] - V[j]) ** 2 for i, j in ((0, 1), (0, 2), (1, 2)))
TURNED = sum(P[i] * P[j] * (V[j] - V[i]) ** 2 for i, j in ((0, 1), (0, 2), (1, 2)))
VARIANCE = sum(p_k * (v_k - MEAN) ** 2 for p_k, v_k in zip(P, V, strict=True))


def chain(lhs=None, given=GIVEN):
    return Derivation(sp.Derivative(LOSS, Z[0]) if lhs is None else lhs, given=given)


def curved():
    return Derivation(SQUARES - MEAN**2, given=GIVEN)


def targets(labels, classes, smoothing):
    rows = np.zeros((len(labels), classes))
    for row, label in zip(rows, labels, strict=True):
        if label >= 0:
            row += smoothing / classes
            row[label] += 1 - smoothing
    return rows


def bce(z, y):
    return y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)


def bce_grad(z, y):
    small = np.exp(-np.logaddexp(0, np.abs(z)))
    large = np.exp(-np.logaddexp(0, -np.abs(z)))
    return (1 - y) * np.where(z > 0, large, small) - y * np.where(z > 0, small, large)


def rounded_bce(z, y):
    return np.maximum(0, z) - y * z + np.log(1 + np.exp(-np.abs(z)))


def textbook_bce(z, y):
    p = 1 / (1 + np.exp(-z))
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


def quantile(y, tau):
    return np.quantile(y, tau, method="inverted_cdf")


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("losses")]
    assert names == [
        "binary_slopes", "by_hand", "convex_by_pairs", "p_minus_y", "same_step", "stable_binary", "targets",
        "three_logits", "weighted_median",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", ([9, 3, 2.5], [-6, -1, -1])),
        ("by_hand", np.array([[9, 3, 2.5], [-6, -1, -1]]).tolist()),
        ("binary_slopes", [-4, -0.75, 3 / 16]),
        ("binary_slopes", (-4.0, sp.Rational(-3, 4), np.float32(0.1875))),
        ("three_logits", (np.log(4), [0.125, -0.75, 0.625], 47 / 64)),
        ("three_logits", [1.386, np.array([1 / 8, -3 / 4, 5 / 8]), sp.Rational(47, 64)]),
        ("three_logits", [1.386, [0.125, -0.75, 0.625], 0.734]),
        ("same_step", [0.05, 0.5]),
        ("same_step", (sp.Rational(1, 20), sp.Rational(1, 2))),
        ("targets", targets),
        ("p_minus_y", chain().step(P[0] * (Y[0] + Y[1] + Y[2]) - Y[0], because="a").step(P[0] - Y[0], because="b")),
        ("stable_binary", (bce, bce_grad)),
        ("convex_by_pairs", curved().step(sum(P) * SQUARES - MEAN**2, because="sum 1").step(PAIRS, because="pairs")),
        ("convex_by_pairs", curved().step(VARIANCE, because="variance").step(PAIRS, because="pairs")),
        (
            "convex_by_pairs",
            curved().step(sum(P) * SQUARES - MEAN**2, because="sum 1").step(TURNED, because="pairs"),
        ),
        (
            "convex_by_pairs",
            curved().step(VARIANCE, because="variance").step(PAIRS, because="pairs").step_ge(0, because="squares"),
        ),
        ("weighted_median", quantile),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"losses.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("by_hand", ([9, 3, 4.5], [-6, -1, -1]), "on the straight part"),
        ("by_hand", ([4.5, 3, 2.5], [-3, -1, -1]), "no ½ in front"),
        ("by_hand", ([9, 3, 2.5], [6, 1, 1]), "wrong sign"),
        ("by_hand", ([9, 3, 2.5], [-6, -1, -3]), "index 2"),
        ("by_hand", 9, "two lists"),
        ("binary_slopes", [4, -0.75, 3 / 16], "a larger p lowers the loss"),
        ("binary_slopes", [4 / 3, 1 / 4, 3 / 16], "that is of y = 0"),
        ("binary_slopes", [-4, 0.75, 3 / 16], "it is p − y"),
        ("binary_slopes", [-4, 0.25, 3 / 16], "for y = 0"),
        ("binary_slopes", [-4, -9 / 64, 3 / 16], "already cancelled"),
        ("binary_slopes", [-4, -4, 3 / 16], "the chain rule multiplies"),
        ("binary_slopes", [-4, -0.75, -3 / 16], "grows with z"),
        ("binary_slopes", [-4, -0.75, 16], "that is by p"),
        ("binary_slopes", [-4, -0.75, 1e300], "the second derivative is 1e+300"),
        ("binary_slopes", [-4, "-3/4", 3 / 16], "the slope by z"),
        ("binary_slopes", -4, "three numbers"),
        ("three_logits", (np.log(4), [1 / 8, 1 / 4, 5 / 8], 47 / 64), "that is p"),
        ("three_logits", (np.log(8), [-7 / 8, 1 / 4, 5 / 8], 47 / 64), "counted from 0"),
        ("three_logits", (np.log(4), [1 / 8, 3 / 4, 5 / 8], 47 / 64), "add up to 1.5"),
        ("three_logits", (2, [1 / 8, -3 / 4, 5 / 8], 47 / 64), "in bits"),
        ("three_logits", (0.25, [1 / 8, -3 / 4, 5 / 8], 47 / 64), "the loss is 0.25"),
        ("three_logits", (np.log(4), [1 / 8, -3 / 4, 5 / 8]), "three things"),
        ("three_logits", (np.log(4), [1 / 8, -3 / 4, 5 / 8], 7 / 8), "is to be subtracted"),
        ("three_logits", (np.log(4), [1 / 8, -3 / 4, 5 / 8], -3 / 8), "the mean of v under p"),
        ("three_logits", (np.log(4), [1 / 8, -3 / 4, 5 / 8], 2 / 3), "equal weights"),
        (
            "three_logits",
            (np.log(4), [1 / 8, -3 / 4, 5 / 8], np.dot([1 / 8, -3 / 4, 5 / 8], [0, 1, -1])),
            "slope of the loss along v",
        ),
        ("three_logits", (np.log(4), [1 / 8, -3 / 4, 5 / 8], 1e300), "the second derivative is 1e+300"),
        ("same_step", [0.2, 0.5], "half the rate"),
        ("same_step", [0.1, 0.5], "with 0.1 it does not"),
        ("same_step", [0.05, 1.0], "forgets the ½"),
        ("same_step", [0.05, 0.005], "so the second rate is larger"),
        ("same_step", [0.05, 0.3], "with 0.3 it does not"),
        ("same_step", [0.05, 1e300], "it does not"),
        ("same_step", ["0.05", 0.5], "the first rate"),
        ("same_step", [0.05], "two learning rates"),
        ("targets", lambda labels, classes, smoothing: np.eye(classes)[labels], "last column"),
        ("targets", lambda labels, classes, smoothing: targets(labels, classes, 0.0), "smoothing = 0.2"),
        ("targets", lambda labels, classes, smoothing: labels, "must have shape"),
        ("p_minus_y", chain().step(P[0] - Y[0], because="at once"), "at least 2 steps"),
        ("p_minus_y", chain(LOSS).step(LOSS, because="a").step(LOSS, because="b"), "must start at"),
        ("p_minus_y", chain(given=GIVEN | {Y[2]: sp.Integer(0)}), "the definition of y₃ must be 1 − y₁ − y₂"),
        ("p_minus_y", P[0] - Y[0], "must be a Derivation"),
        ("stable_binary", (textbook_bce, bce_grad), "bce: your function raises RuntimeWarning"),
        ("stable_binary", (rounded_bce, bce_grad), "use np.log1p"),
        ("stable_binary", (bce, lambda z, y: bce_grad(z, y) * 0.25), "bce_grad"),
        ("stable_binary", (bce_grad, bce), "bce: this is the gradient σ(z) − y"),
        ("stable_binary", (bce, bce), "bce_grad: this is the loss"),
        ("stable_binary", (bce, lambda z, y: -bce_grad(z, y)), "bce_grad: this is y − σ(z)"),
        ("stable_binary", (bce, lambda z, y: bce_grad(z, y) * np.exp(-bce(z, 1) - bce(z, 0))), "has cancelled"),
        ("stable_binary", (bce, lambda z, y: "0"), "bce_grad: "),
        ("stable_binary", (lambda z, y: [[1], 2], bce_grad), "bce: "),
        ("stable_binary", bce, "a pair of functions"),
        ("weighted_median", lambda y, tau: np.median(y), "is possible"),
        ("weighted_median", lambda y, tau: quantile(y, 1 - tau), "is the best one for 0.1"),
        ("weighted_median", lambda y, tau: y.mean(), "is possible"),
        ("convex_by_pairs", curved().step(PAIRS, because="known"), "at least 2 steps"),
        ("convex_by_pairs", curved().step(PAIRS, because="known").step_ge(0, because="squares"), "at least 2 steps"),
        (
            "convex_by_pairs",
            curved().step(sum(P) * SQUARES - MEAN**2, because="sum 1").step(VARIANCE, because="variance"),
            "not written like it",
        ),
        ("convex_by_pairs", curved().step(VARIANCE, because="variance").step_ge(0, because="squares"), "must "),
        ("convex_by_pairs", chain().step(P[0] - Y[0], because="known"), "must start at"),
        ("convex_by_pairs", PAIRS, "must be a Derivation"),
        ("weighted_median", lambda y, tau: np.sort(y), "one number"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"losses.{name}", answer)
    assert verdict.status == "wrong"
    assert words in verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("losses")])
def test_stubs_say_not_yet(name):
    assert check(name, ...).status == "not yet"


def test_lost_digits_hear_their_own_cause():
    def naive(z, y):
        return np.maximum(0, z) - y * z + np.log(1 + np.exp(-np.abs(z)))

    def in_another_order(z, y):
        return np.log1p(np.exp(-np.abs(z))) - y * z + np.maximum(0, z)

    def gradient_by_subtraction(z, y):
        e = np.exp(-np.abs(z))
        return np.where(z > 0, 1 / (1 + e), e / (1 + e)) - y

    for function, cause in (
        (naive, "1 + 4e−18 is rounded to 1, so its logarithm is lost: use np.log1p"),
        (
            in_another_order,
            "log1p keeps the 4e−18, but it is lost when 40 is added to it: compute max(0, z) − yz first",
        ),
    ):
        assert cause in check("losses.stable_binary", (function, bce_grad)).message
    message = check("losses.stable_binary", (bce, gradient_by_subtraction)).message
    assert "bce_grad: " in message and "σ(z) − 1 loses its digits" in message and "log1p" not in message


@pytest.mark.parametrize("constant", [np.nan, np.inf, -np.inf])
def test_no_median_is_not_a_number(constant):
    assert not check("losses.weighted_median", lambda y, tau: constant).passed
