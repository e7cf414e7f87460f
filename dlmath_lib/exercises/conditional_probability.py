"""The exercises of ``chapters/probability/conditional_probability.ipynb``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.probability import bayes


def _slip(value: float, slips: Mapping[float, str], otherwise: str, *, near: float = 2e-3) -> str:
    """What probably led to this number."""
    return next((words for slip, words in slips.items() if abs(value - slip) <= near * abs(slip)), otherwise)


def _probability(answer: Any, what: str = "your answer") -> float:
    value = number(answer, what)
    if not 0 <= value <= 1:
        percent = ": give 0.5 for 50 %" if 1 < value <= 100 else ""
        raise Wrong(f"{what} is {show(value)}; a probability lies between 0 and 1{percent}")
    return value


@exercise(
    "conditional_probability.second_test",
    of=("eq-total-probability", "eq-bayes", "eq-test-posterior", "eq-posterior-odds"),
)
def second_test(answer: Any) -> str:
    """A second positive test, conditionally independent of the first: its evidence and the posterior after it."""
    names = "your probability of a second positive result", "your probability of being ill"
    pair = parts(answer, 2, "a pair, (P(second positive | first positive), P(ill | both))")
    again, ill = (_probability(value, name) for value, name in zip(pair, names, strict=True))
    if abs(again - 0.45) < 1e-3 and abs(ill - 1 / 6) < 1e-3:
        raise Wrong("the two are swapped: the probability of the second result stands first")
    slips = {
        0.108: "that is the probability of a first positive result: the prior of the second test is 1/12, not 1/100",
        0.018: "that is the probability of two positives: divide by that of the first, 0.108",
        0.075: "healthy people get positive results too: add 11/12 · 0.1",
        0.9: "that is the sensitivity, right if the person were known to be ill",
        0.1: "that is the share of false alarms, right if the person were known to be healthy",
    }
    close_to(again, 1 / 6, what=names[0], rtol=2e-3, hint=_slip(again, slips, "1/12 · 0.9 + 11/12 · 0.1"))
    slips = {
        1 / 12: "that is the posterior after one positive test; it is the prior of the second",
        0.81: "that is the probability that both tests are positive if one is ill, the condition and the event swapped",
        0.0081: "that is the probability of being ill and positive twice: divide by the probability of two positives",
        0.018: "that is the probability of two positives: it is the denominator",
        9 / 11: "that is the odds, 81 to 99; the probability is odds/(1 + odds)",
        0.9: "that is the sensitivity, P(+ | ill)",
        1 / 144: "posteriors are not multiplied; the likelihoods are",
        0.01: "that is the prevalence, before any test",
    }
    hint = _slip(ill, slips, "begin with 1000 people, or multiply the odds 10 : 990 by 9 twice")
    close_to(ill, 0.45, what=names[1], rtol=2e-3, hint=hint)
    return "odds 10 : 990 become 90 : 990 and then 810 : 990, which is 9/20"


@exercise(
    "conditional_probability.two_groups",
    of=(
        "eq-conditional-probability",
        "eq-conditional-expectation",
        "eq-tower",
        "eq-best-prediction",
        "eq-total-variance",
    ),
)
def two_groups(answer: Any) -> str:
    """Conditional expectations, mean and both parts of the variance of a table."""
    names = "E[Y | X = 0]", "E[Y | X = 1]", "E[Y]", "the smallest error", "the other part"
    five = parts(answer, 5, "five numbers, (E[Y|X=0], E[Y|X=1], E[Y], error, other part)")
    given = [number(each, name) for each, name in zip(five, names, strict=True)]
    slips: list[dict[float, str]] = [
        {1.0: "divide by the row total, 0.4", 5 / 3: "that is a column: the known variable X is in the rows"},
        {3.0: "divide by the row total, 0.6", 7.5: "that is a column: the known variable X is in the rows"},
        {3.75: "that is the plain average of 2.5 and 5: weight them by 0.4 and 0.6"},
        {
            21.875: "weight the two variances by 0.4 and 0.6",
            24.0: "that is the whole variance, the error of the best prediction without X",
        },
        {1.5625: "weight the two squares by 0.4 and 0.6", 24.0: "that is the whole variance"},
    ]
    if np.allclose(given[3:], (1.5, 22.5), atol=0.01):
        raise Wrong("the last two are swapped: the smallest error is the part within, the mean of the two variances")
    hints = [
        "(0.3 · 0 + 0.1 · 10)/0.4", "(0.3 · 0 + 0.3 · 10)/0.6", "0.4 · 2.5 + 0.6 · 5",
        "the variances are 18.75 and 25; their mean has the weights 0.4 and 0.6",
        "0.4 · (2.5 − 4)² + 0.6 · (5 − 4)²",
    ]  # fmt: skip
    right = (2.5, 5.0, 4.0, 22.5, 1.5)
    for value, true, name, slip, hint in zip(given, right, names, slips, hints, strict=True):
        close_to(value, true, what=name, rtol=1e-6, hint=_slip(value, slip, hint))
    return "22.5 + 1.5 = 24, the variance of 0 and 10 with probabilities 0.6 and 0.4"


@exercise("conditional_probability.two_densities", of=("eq-conditional-density", "eq-gaussian-conditional"))
def two_densities(answer: Any) -> str:
    """A conditional density by hand, and a Gaussian one from the correlation."""
    names = "your density", "your mean", "your standard deviation"
    three = parts(answer, 3, "three numbers, (density, mean, deviation)")
    given = [number(each, name) for each, name in zip(three, names, strict=True)]
    slips: list[dict[float, str]] = [
        {
            2.0: "that is the joint density: divide it by the marginal density of X at 1, which is 3/2",
            1.5: "that is the marginal density of X at 1: it is the denominator",
            0.75: "the quotient is turned round",
        },
        {2.0: "that is the father's height: sons of tall fathers are nearer to the mean", 0.5: "multiply ρ by x = 2"},
        {
            0.75: "that is the variance: take its root",
            0.25: "that is ρ²; the variance is 1 − ρ²",
            0.5: "that is ρ; the variance is 1 − ρ²",
            1.0: "that is the deviation without knowing the father",
        },
    ]
    hints = ["f(1, 1) = 2, and the marginal density at x is x + 1/2", "ρx", "the root of 1 − ρ²"]
    right = (4 / 3, 1.0, 0.75**0.5)
    for value, true, name, slip, hint in zip(given, right, names, slips, hints, strict=True):
        close_to(value, true, what=name, rtol=2e-3, hint=_slip(value, slip, hint))
    return "4/3, a density above 1; and the son is expected 1 above the mean, with deviation √0.75"


def _naive(prior: np.ndarray, on: np.ndarray, x: np.ndarray) -> np.ndarray:
    logits = np.log(prior) + np.where(x == 1, np.log(on), np.log1p(-on)).sum(axis=1)
    weight = np.exp(logits - logits.max())
    return weight / weight.sum()


@exercise("conditional_probability.naive_bayes", of=("eq-naive-bayes", "eq-posterior-softmax"))
def naive_bayes(answer: Any) -> str:
    """The posterior of naive Bayes, in logarithms, written by the reader."""
    rng = np.random.default_rng(5)
    wide = np.clip(rng.random((3, 3000)), 0.02, 0.98)
    near = np.clip(np.tile(rng.random(3000), (2, 1)) + rng.normal(0, 1e-3, (2, 3000)), 0.02, 0.98)
    cases = [
        (np.array([0.5, 0.5]), np.array([[0.8], [0.2]]), np.array([1])),
        (np.array([0.5, 0.5]), np.array([[0.8], [0.2]]), np.array([0])),
        (np.array([0.9, 0.1]), np.array([[0.1, 0.3], [0.6, 0.4]]), np.array([1, 0])),
        (np.array([0.2, 0.3, 0.5]), np.array([[0.5, 0.1], [0.4, 0.9], [0.3, 0.7]]), np.array([1, 1])),
        (np.array([0.3, 0.7]), near, (rng.random(3000) < near[0]).astype(int)),
        (np.array([0.2, 0.3, 0.5]), wide, (rng.random(3000) < wide[1]).astype(int)),
    ]
    for prior, on, x in cases:
        small = x.size < 10
        where = f"for prior = {show(prior)}, on = {show(on)}, x = {show(x)}" if small else f"for {x.size} features"
        with np.errstate(all="ignore"):
            raw = call(answer, prior, on, x, names=("prior", "on", "x"))
        right = _naive(prior, on, x)
        try:
            found = np.array(raw, dtype=float)
        except (TypeError, ValueError, OverflowError):
            raise Wrong(f"{where} your function must return an array of numbers; it returns {show(raw)}") from None
        if found.shape == (right.size, 1):  # a column
            found = found.ravel()
        if found.shape != right.shape:
            raise Wrong(f"{where} your result must have shape {right.shape}, a class each; it has {found.shape}")
        if np.allclose(found, right, rtol=1e-8, atol=1e-12):
            continue
        _tell_slip(found, prior, on, x, right, where)
    return f"{len(cases)} cases, two of them with 3000 features"


def _tell_slip(
    found: np.ndarray, prior: np.ndarray, on: np.ndarray, x: np.ndarray, right: np.ndarray, where: str
) -> None:
    """Name the likely slip."""
    if not np.isfinite(found).all() or (x.size > 10 and not found.any()):
        raise Wrong(
            f"{where} your result is {show(found)}: the product underflows to 0. Add logarithms, and subtract the "
            "largest sum before you go back by exp"
        )
    factors = np.where(x == 1, on, 1 - on)
    ones = np.where(x == 1, on, 1.0)
    slips = [
        (prior * factors.prod(axis=1), "divide by the sum over the classes"),
        (factors.prod(axis=1) / max(factors.prod(axis=1).sum(), 1e-300), "the prior is missing"),
        (
            prior * ones.prod(axis=1) / max((prior * ones.prod(axis=1)).sum(), 1e-300),
            "a feature that is 0 has the factor 1 − on, and counts too",
        ),
        (
            prior * on.prod(axis=1) / max((prior * on.prod(axis=1)).sum(), 1e-300),
            "the factor of a feature depends on x: on where it is 1, and 1 − on where it is 0",
        ),
        (right[::-1], "the classes stand in the wrong order"),
        (np.log(right), "these are the logarithms of the posterior"),
        (np.log(prior) + np.log(factors).sum(axis=1), "these are logarithms: go back by exp, and divide by the sum"),
    ]
    for value, words in slips:
        if np.allclose(found, value, rtol=1e-8, atol=1e-300):
            raise Wrong(f"{where} your result is {show(found)}: {words}")
    raise Wrong(f"{where} your result is {show(found)}; {show(right.round(6))} is right")


@exercise("conditional_probability.new_frequencies", of="eq-prior-shift")
def new_frequencies(answer: Any) -> str:
    """A classifier's output, for another frequency of the class."""
    slips = {
        4 / 23: "that leaves the old frequencies in: divide the output by 0.2 and 0.8 first",
        0.2: "that is 0.8 · 0.05/0.2, not yet divided by the sum over both classes",
        0.04: "that is 0.8 · 0.05; divide by the old frequencies, and by the sum over both classes",
        16 / 19: "that is the odds; the probability is odds/(1 + odds)",
        0.8: "that is the output for the old frequencies",
        0.95 / 0.05 * 0.25: "the ratio of the frequencies is turned round",
        19 / 35: "that is the probability of the other class",
    }
    value = _probability(answer)
    hint = _slip(value, slips, "multiply the odds 0.8 : 0.2 by 0.05/0.2 over 0.95/0.8")
    close_to(value, 16 / 35, rtol=2e-3, hint=hint)
    return "odds 4 · (0.05/0.2)/(0.95/0.8) = 16/19, so 16/35"


@exercise("conditional_probability.known_factor", of=("eq-tower", "eq-conditional-expectation"))
def known_factor(answer: Any) -> str:
    """E[g(X) Y] = E[g(X) E[Y | X]], as a chain of proved steps."""
    i, j, m, n = sp.symbols("i j m n", integer=True, positive=True)
    p, y = sp.IndexedBase("p", positive=True), sp.IndexedBase("y", real=True)
    r, g, mean = sp.Function("r"), sp.Function("g"), sp.Function("m")
    row, top = sp.Sum(p[i, j], (j, 1, n)), sp.Sum(y[j] * p[i, j], (j, 1, n))
    start = sp.Sum(sp.Sum(g(i) * y[j] * p[i, j], (j, 1, n)), (i, 1, m))
    goal = sp.Sum(r(i) * g(i) * mean(i), (i, 1, m))
    return derivation_of(answer, start, goal, min_steps=2, given={r(i): row, mean(i): top / row}, points=8)


@exercise("conditional_probability.three_doors", of="eq-bayes")
def three_doors(answer: Any) -> str:
    """The posterior of the other door, for a host who knows and for one who does not."""
    names = "your probability for the host who knows", "your probability for the host who guesses"
    pair = parts(answer, 2, "a pair, (host knows, host guesses)")
    knows, guesses = (_probability(value, name) for value, name in zip(pair, names, strict=True))
    if_knows, if_guesses = bayes([1 / 3, 1 / 3, 1 / 3], [[0.5, 0.5], [1.0, 0.5], [0.0, 0.0]])[1]
    if abs(knows - if_guesses) < 1e-3 and abs(guesses - if_knows) < 1e-3:
        raise Wrong("the two are swapped: the host who knows stands first")
    slips = {
        1 / 3: "that is the probability of your own door, 1; door 2 is asked for",
        1 / 2: "the host opens door 3 with probability ½ if the car is behind 1, and 1 if it is behind 2",
    }
    close_to(knows, if_knows, what=names[0], rtol=2e-3, hint=_slip(knows, slips, "the likelihoods are ½, 1 and 0"))
    slips = {
        2 / 3: "a host who guesses opens door 3 with probability ½ whether the car is behind 1 or 2",
        1 / 3: "door 3 is excluded: the two that are left share what it had",
    }
    hint = _slip(guesses, slips, "the likelihoods are ½, ½ and 0")
    close_to(guesses, if_guesses, what=names[1], rtol=2e-3, hint=hint)
    return "the same empty door, another likelihood: what one learns depends on how one came to see it"
