"""The exercises of ``chapters/probability/estimation.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.exercises.several import several
from dlmath_lib.probability import soft_threshold


@exercise("estimation.waiting_times", of=("eq-likelihood",))
def waiting_times(answer: Any) -> str:
    """The rate of three waiting times, and the log-likelihood there."""
    right = 3 * np.log(0.25) - 3
    several(
        answer,
        "two numbers, (rate, log_likelihood)",
        ("your rate", "your log-likelihood"),
        (0.25, right),
        [
            {
                4.0: "that is the mean of the times; the rate is its reciprocal",
                3.0: "that is the number of times",
                (1 / 2 + 1 / 3 + 1 / 7) / 3: "the slope is n/λ − Σxᵢ: take 1 over the mean, not the mean of 1/xᵢ",
                1 / 12: "n is 3: the slope is 3/λ − 12",
            },
            {
                -right: "that is the negative log-likelihood",
                right / 3: "that is the mean over the three times; take their sum",
                np.exp(right): "that is the likelihood; take its logarithm",
                3 * np.log(0.25): "the term −λ Σxᵢ = −3 is missing",
                3 * np.log(0.25) + 3: "the sign of λ Σxᵢ is wrong",
                3 * np.log(4) - 3: "log λ is log 0.25, not log 4",
            },
        ],
    )
    return "3 over the sum 12"


@exercise("estimation.two_variances", of=("eq-gaussian-estimate", "eq-variance-bias", "eq-about-mean"))
def two_variances(answer: Any) -> str:
    """Mean, most likely and unbiased variance of three numbers."""
    several(
        answer,
        "three numbers, (mean, most_likely, unbiased)",
        ("the mean", "the most likely variance", "the unbiased variance"),
        (5.0, 26 / 3, 13.0),
        [
            {4.0: "that is the median"},
            {
                13.0: "that is divided by n − 1; the most likely variance is divided by n",
                26.0: "that is the sum of squares; divide it by n",
                np.sqrt(26 / 3): "that is the standard deviation",
                101 / 3: "take the squares of the distances from the mean",
                6.5: "n is 3; n + 1 = 4 has the least mean squared error, which is not asked",
            },
            {
                26 / 3: "that is divided by n; for the unbiased one divide by n − 1",
                6.5: "divide by n − 1 = 2, not by n + 1",
                np.sqrt(13): "that is a standard deviation",
                26.0: "that is the sum of squares; divide it by n − 1",
            },
        ],
    )
    return "26/3 and 26/2"


@exercise("estimation.eight_of_ten", of=("eq-bernoulli-estimate", "eq-beta-posterior", "eq-bernoulli-information"))
def eight_of_ten(answer: Any) -> str:
    """An accuracy from ten answers: most likely, most probable, information, standard error."""
    several(
        answer,
        "four numbers, (most_likely, most_probable, information, standard_error)",
        ("the most likely p", "the most probable p", "the information", "the standard error"),
        (0.8, 5 / 7, 6.25, np.sqrt(0.016)),
        [
            {8.0: "that is the number of right answers; divide by 10", 80.0: "give p between 0 and 1, not in per cent"},
            {
                0.8: "the prior does nothing here: add α − 1 and β − 1 to the exponents 8 and 2",
                11 / 16: "that is the posterior's mean; its top is at A/(A + B) with A = 8 + α − 1",
                0.75: "α − 1 is 2, not 1",
            },
            {
                0.16: "that is the variance p(1 − p); the information is its reciprocal",
                62.5: "that is the information of all ten answers; give that of one",
                4.9: "take it at the most likely p, 0.8",
                2.5: "that is the root of the information",
            },
            {
                0.016: "that is the variance; take the root",
                0.4: "that is for one answer; the information of ten is 10 times as large",
                0.04: "the root is taken of n too",
                np.sqrt(62.5): "the deviation is 1 over the root of nI",
            },
        ],
    )
    return "8/10, 10/14, 1/(0.8 · 0.2) and √(0.16/10)"


@exercise(
    "estimation.logits_at_zero",
    of=("eq-categorical-estimate", "eq-cross-entropy-likelihood", "eq-softmax-slope"),
)
def logits_at_zero(answer: Any) -> str:
    """Frequencies, and the cross-entropy and its slope where all logits are 0."""
    several(
        answer,
        "three numbers, (probability, cross_entropy, slope)",
        ("the probability", "the cross-entropy", "the slope"),
        (0.6, np.log(3), 1 / 3 - 0.6),
        [
            {1 / 3: "that is the softmax at 0; the most likely value is the frequency", 6.0: "divide by the 10 labels"},
            {
                -np.log(3): "the cross-entropy is −log of the probability: it is positive",
                -np.log(0.6): "at z = 0 the probability of the label is 1/3, not 0.6",
                -(0.6 * np.log(0.6) + 0.3 * np.log(0.3) + 0.1 * np.log(0.1)): "that is the mean at the best logits",
                np.log2(3): "that is in bits; take the natural logarithm",
                10 * np.log(3): "that is for all ten labels; give it for one",
            },
            {
                0.6 - 1 / 3: "the sign: softmax less frequency",
                10 * (1 / 3 - 0.6): "that is the slope of the sum; divide by the 10 labels",
                -2 / 3: "that is for one label of class 1; take the mean over the ten labels",
                0.0: "it is 0 where the softmax equals the frequencies, which is not at z = 0",
            },
        ],
    )
    return "6/10, −log(1/3) and 1/3 − 6/10"


@exercise("estimation.poisson_information", of=("eq-fisher-information", "eq-cramer-rao"))
def poisson_information(answer: Any) -> str:
    """Fisher information of a Poisson count, and the bound for 100 of them."""
    lam = sp.Symbol("lambda", positive=True)
    first, second = parts(answer, 2, "a pair, (information, deviation)")
    if isinstance(first, sp.Expr):
        first = first.xreplace({letter: lam for letter in first.free_symbols if letter.name in ("lambda", "lam")})
        slips = {
            lam: "that is the variance of a count; the score is (x − λ)/λ",
            1 / lam**2: "the score is (x − λ)/λ: its mean square is Var[x]/λ²",
            sp.sqrt(1 / lam): "that is the root of the information",
            100 / lam: "that is the information of all 100 counts; give that of one",
            lam / 100: "that is the bound on the variance; the information of one count is asked",
        }
        for slip, words in slips.items():
            if sp.simplify(first - slip) == 0:
                raise Wrong(f"not {show(first)}: {words}")
    expression_equals(first, 1 / lam, free_of=(sp.Integral, sp.Sum, sp.Derivative), reveal=False)
    value = number(second, "your deviation")
    known = {
        0.04: "that is the variance; take the root",
        2.0: "that is for one count; the information of 100 is 100 times as large",
        0.05: "the bound is λ/n: the information is divided into 1",
        0.02: "√λ/n: the root is taken of n too",
        5.0: "that is the root of the information of 100 counts; the deviation is 1 over it",
    }
    hint = next((words for slip, words in known.items() if abs(value - slip) < 1e-4), "The variance is at least 1/(nI)")
    close_to(value, 0.2, rtol=1e-3, what="your deviation", hint=hint)
    return "1/λ, and √(4/100)"


@exercise("estimation.shrinkage", of=("eq-mean-squared-error",))
def shrinkage(answer: Any) -> str:
    """The mean squared error of c times the mean, by completing the square."""
    c, mu, v = sp.Symbol("c", real=True), sp.Symbol("mu", real=True), sp.Symbol("v", positive=True)
    end = (v + mu**2) * (c - mu**2 / (v + mu**2)) ** 2 + v * mu**2 / (v + mu**2)
    return derivation_of(answer, c**2 * v + (1 - c) ** 2 * mu**2, end, min_steps=2)


def _ridge(x: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
    return np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ y)


def _weights(found: Any, what: str, d: int) -> np.ndarray:
    if isinstance(found, np.ndarray) and found.shape in ((d, 1), (1, d)) and found.ndim == 2:
        raise Wrong(f"for {what} your result has the shape {found.shape}; it must be ({d},)")
    return numbers(found, f"for {what} your result", shape=(d,))


@exercise("estimation.map_weights", of=("eq-ridge", "eq-posterior-mean", "eq-squared-error-likelihood"))
def map_weights(answer: Any) -> str:
    """A program for the most probable weights under a Gaussian prior."""
    rng = np.random.default_rng(4)
    cases: list[tuple[str, np.ndarray, np.ndarray, float, float]] = [
        ("one feature, noise 1.5, prior 0.4", np.array([[1.0], [2.0], [4.0]]), np.array([2.0, 3.0, 5.0]), 1.5, 0.4),
        ("two features, noise 1, prior 3", rng.normal(size=(6, 2)), rng.normal(size=6), 1.0, 3.0),
        ("three features, noise 0.5, prior 0.2", rng.normal(size=(8, 3)), rng.normal(size=8), 0.5, 0.2),
        ("more weights (5) than examples (3)", rng.normal(size=(3, 5)), rng.normal(size=3), 0.7, 2.0),
        ("two equal columns", np.repeat(rng.normal(size=(4, 1)), 2, axis=1), rng.normal(size=4), 1.0, 2.0),
    ]
    for what, x, y, noise, prior in cases:
        d = x.shape[1]
        found = call(answer, x, y, noise, prior, names=("x", "y", "noise_std", "prior_std"))
        mine, right = _weights(found, what, d), _ridge(x, y, (noise / prior) ** 2)
        if np.allclose(mine, right, rtol=1e-6, atol=1e-8):
            continue
        n = len(y)
        spoilt = {
            "λ is σ²/τ², not σ/τ": (noise / prior),
            "λ is σ²/τ², not τ²/σ²": (prior / noise) ** 2,
            "λ is σ²/τ²: the noise is not squared": noise / prior**2,
            "λ is σ²/τ²: the prior's deviation is not squared": noise**2 / prior,
            "λ is σ²/τ², not σ²τ²": (noise * prior) ** 2,
            "λ is σ²/τ²; the noise is missing": 1 / prior**2,
            "λ is σ²/τ²; the prior is missing": noise**2,
            "λ is not multiplied by n: the squared errors are added, not averaged": n * (noise / prior) ** 2,
            "λ is not divided by n": (noise / prior) ** 2 / n,
            "λ is σ²/τ² without a factor ½": (noise / prior) ** 2 / 2,
            "λ is σ²/τ² without a factor 2": 2 * (noise / prior) ** 2,
        }
        for words, penalty in spoilt.items():
            wrong = _ridge(x, y, penalty)
            if np.allclose(mine, wrong, rtol=1e-5, atol=1e-8) and not np.allclose(wrong, right, rtol=1e-4):
                raise Wrong(f"for {what}: {words}")
        if np.allclose(x.T @ (y - x @ mine), 0, atol=1e-7):
            raise Wrong(f"for {what} these are the weights of least squares: the prior does nothing")
        if np.allclose(mine, np.linalg.solve(x.T @ x + (noise / prior) ** 2, x.T @ y), rtol=1e-6) and d > 1:
            raise Wrong(f"for {what}: add λ to the diagonal alone, λ·np.eye(d), not to each entry")
        raise Wrong(f"for {what} your weights are {show(mine.round(6).tolist())}, not {show(right.round(6).tolist())}")
    return f"{len(cases)} sets of data, one with more weights than examples"


def _lasso(x: np.ndarray, y: np.ndarray, threshold: float) -> np.ndarray:
    w, squares = np.zeros(x.shape[1]), (x**2).sum(axis=0)
    for _ in range(200):
        for j, column in enumerate(x.T):
            z = column @ (y - x @ w) + squares[j] * w[j]
            w[j] = np.sign(z) * max(abs(z) - threshold, 0) / squares[j]
    return w


@exercise("estimation.lasso", of="eq-soft-threshold")
def lasso(answer: Any) -> str:
    """A program for the lasso, by coordinates."""
    rng = np.random.default_rng(9)
    wide = rng.normal(size=(12, 4))
    cases: list[tuple[str, np.ndarray, np.ndarray, float]] = [
        ("one feature", np.array([[1.0], [2.0]]), np.array([2.0, 3.0]), 2.0),
        ("one feature, a large threshold", np.array([[1.0], [2.0]]), np.array([2.0, 3.0]), 9.0),
        ("orthonormal columns", np.eye(3), np.array([3.0, -0.5, -2.0]), 1.0),
        ("four features", wide, wide @ [2.0, 0.0, -1.0, 0.1] + rng.normal(size=12), 3.0),
        ("four features, threshold 0", wide, wide @ [1.0, 2.0, 0.0, 0.0] + rng.normal(size=12), 0.0),
    ]
    for what, x, y, t in cases:
        d = x.shape[1]
        mine = _weights(call(answer, x, y, t, names=("x", "y", "threshold")), what, d)
        right = _lasso(x, y, t)
        if np.allclose(mine, right, atol=1e-5):
            continue
        _explain(what, x, y, t, mine, right)
    return f"{len(cases)} sets of data"


def _explain(what: str, x: np.ndarray, y: np.ndarray, t: float, mine: np.ndarray, right: np.ndarray) -> None:
    """Say what is likely wrong with the weights of a lasso."""
    plain = np.linalg.lstsq(x, y, rcond=None)[0]
    if np.allclose(mine, plain, atol=1e-6):
        raise Wrong(f"for {what} these are the weights of least squares: the threshold does nothing")
    if np.allclose(mine, soft_threshold(x.T @ y, t) / (x**2).sum(axis=0), atol=1e-6):
        raise Wrong(f"for {what} each weight is found as if the others were 0: subtract their part from y; many rounds")
    for words, other in (
        ("the threshold is applied after the division by cᵀc: divide last", t * float((x**2).sum(axis=0).mean())),
        ("the threshold is t, not 2t: the squares have the factor ½", 2 * t),
        ("the threshold is t, not t/2", t / 2),
        ("the threshold is t, not nt: the squares are added, not averaged", len(y) * t),
    ):
        spoilt = _lasso(x, y, other)
        if spoilt.any() and np.allclose(mine, spoilt, atol=1e-5) and not np.allclose(mine, right, atol=1e-4):
            raise Wrong(f"for {what}: {words}")

    def cost(w: np.ndarray) -> float:
        return float(0.5 * np.sum((y - x @ w) ** 2) + t * np.abs(w).sum())

    mine_costs, best = cost(mine), cost(right)
    if mine_costs - best < 0.03 * max(1.0, best):
        raise Wrong(f"for {what} your weights are near, but not there: more rounds")
    raise Wrong(f"for {what} your weights cost {show(round(mine_costs, 4))}; there are some that cost {best:.4f}")
