"""The exercises of ``chapters/probability/random_variables.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, not_yet, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.exercises.several import several


@exercise("random_variables.table_of_masses", of=("eq-expectation", "eq-variance"))
def table_of_masses(answer: Any) -> str:
    """F(1), mean and variance of a law on 0, 1 and 4."""
    several(
        answer,
        "three numbers, (F1, mean, variance)",
        ("F(1)", "the mean", "the variance"),
        (0.75, 1.25, 2.6875),
        [
            {0.25: "F(1) = P(X ≤ 1) counts the value 0 too", 0.5: "F(1) = P(X ≤ 1) counts the value 1 too"},
            {5 / 3: "the values have different probabilities: weight them"},
            {
                4.25: "that is E[X²]; the square of the mean is still to be subtracted",
                3.0: "subtract the square of the mean, not the mean",
                np.sqrt(2.6875): "that is the standard deviation",
            },
        ],
    )
    return "E[X²] = 4.25, less 1.25²"


@exercise("random_variables.triangle", of=("eq-interval", "eq-density"))
def triangle(answer: Any) -> str:
    """Constant, a probability and the mean of the density cx on [0, 2], and how many moments 3/x⁴ has."""
    several(
        answer,
        "four numbers, (c, probability, mean, k)",
        ("c", "the probability", "the mean", "k"),
        (0.5, 0.25, 4 / 3, 2),
        [
            {
                1.0: "the area of the triangle is ½·2·2c = 2c, and must be 1",
                2.0: "2c must be 1, not c/2",
                0.25: "the triangle has the area ½·2·2c = 2c",
            },
            {0.5: "p(1) = ½ is a density; the probability is the area from 0 to 1"},
            {
                1.0: "1 is the middle of the interval; the density is higher on the right",
                8 / 3: "the density has the factor c = ½",
                np.sqrt(2): "that is the median",
            },
            {
                3.0: "for k = 3 the integral of 3/x from 1 to r is 3 log r, without bound",
                4.0: "x⁴·3/x⁴ = 3 has an endless area",
                1.0: "E[X²], the integral of 3/x², has a finite value too",
                0.0: "E[X], the integral of 3/x³, has a finite value",
            },
        ],
    )
    return "F(x) = x²/4"


@exercise("random_variables.sum_and_multiple", of=("eq-linearity", "eq-variance", "eq-variance-of-sum"))
def sum_and_multiple(answer: Any) -> str:
    """Mean and variance of 2X − Y + 5, and E[X²], from means, variances and a covariance."""
    several(
        answer,
        "three numbers, (mean, variance, second)",
        ("the mean", "the variance", "E[X²]"),
        (4, 33, 5),
        [
            {-1.0: "the mean of the constant 5 is 5", 10.0: "Y is subtracted"},
            {
                25.0: "the covariance is missing: X and Y are not independent",
                17.0: "2ab·Cov[X, Y] has a = 2, b = −1 and the covariance −2: it is positive",
                29.0: "the covariance is taken 2ab times, not ab times",
                38.0: "a constant does not spread: 5 adds nothing",
                58.0: "a constant does not spread: 5 adds nothing",
                15.0: "b² is positive: the variance of Y is added",
                7.0: "b² is positive, and the covariance is missing",
                np.sqrt(33): "that is the standard deviation",
            },
            {
                1.0: "that is the square of the mean; the mean of the square is larger by the variance",
                4.0: "that is the variance, which is E[X²] − m²",
                3.0: "E[X²] is the variance plus m², not less m²",
            },
        ],
    )
    return "16 + 9 + 2·2·(−1)·(−2) = 33"


@exercise("random_variables.root_of_exponential", of="eq-change-of-variable")
def root_of_exponential(answer: Any) -> str:
    """The density of the root of an exponential number."""
    y = sp.Symbol("y", positive=True)
    if isinstance(answer, (list, tuple)) and len(answer) == 1:
        answer = answer[0]
    if isinstance(answer, np.ndarray) and answer.size == 1:
        answer = answer.item()
    if isinstance(answer, sp.Lambda) and len(answer.variables) == 1:
        answer = answer.expr
    if isinstance(answer, sp.Expr):
        mine = answer.xreplace({letter: y for letter in answer.free_symbols if letter.name == "y"})
        slips = {
            sp.exp(-(y**2)): "the factor |dx/dy| is missing",
            sp.exp(-(y**2)) / (2 * y): "the factor is dx/dy = 2y, not dy/dx",
            2 * y * sp.exp(-y): "the density of X is to be taken at x = y²",
            sp.exp(-y): "that is the density of X",
            sp.exp(-sp.sqrt(y)) / (2 * sp.sqrt(y)): "that is the density of X²; here x = y²",
            1 - sp.exp(-(y**2)): "that is the distribution function of Y; its slope is asked",
        }
        for slip, words in slips.items():
            if mine == slip:
                raise Wrong(f"not {show(mine)}: {words}")
        answer = mine
    goal = 2 * y * sp.exp(-(y**2))
    expression_equals(answer, goal, free_of=(sp.Integral, sp.Derivative), reveal=False)
    return "the slope of F(y²) = 1 − exp(−y²); this law is named after Rayleigh"


@exercise("random_variables.draw_and_slopes", of="eq-scaled-gaussian")
def draw_and_slopes(answer: Any) -> str:
    """A draw x = μ + σz, the slopes of its square, and its density."""
    height = float(np.exp(-0.5) / np.sqrt(2 * np.pi))
    several(
        answer,
        "four numbers, (x, by_mu, by_sigma, density)",
        ("x", "the slope by μ", "the slope by σ", "the density"),
        (-1, -2, 2, height / 2),
        [
            {1.0: "x = μ + σz, with z = −1", 3.0: "z is −1", 0.0: "z is multiplied by σ = 2"},
            {
                1.0: "that is ∂x/∂μ; f = x² has the slope 2x",
                2.0: "2x is negative here",
                -1.0: "the slope of x² is 2x",
            },
            {
                -1.0: "that is ∂x/∂σ = z; f = x² has the slope 2x before it",
                4.0: "∂x/∂σ is z, not σ",
                -2.0: "∂x/∂σ = z is −1, not 1",
                1.0: "the slope of x² is 2x, times z",
            },
            {
                height: "the factor |dz/dx| = 1/σ is missing",
                height * 2: "the factor is dz/dx = 1/σ, not dx/dz",
                height / 4: "σ is the standard deviation: the factor is 1/σ, not 1/σ²",
                height / np.sqrt(2): "the factor is 1/σ, and σ = 2 is no variance",
            },
        ],
    )
    return "x = 1 + 2·(−1); φ(−1)/2 = 0.121"


@exercise("random_variables.bounds", of=("eq-markov", "eq-chebyshev", "eq-jensen"))
def bounds(answer: Any) -> str:
    """Markov's and Chebyshev's bounds for a loss of 2 or more, and Jensen's for its exponential."""
    several(
        answer,
        "three numbers, (markov, chebyshev, jensen)",
        ("Markov's bound", "Chebyshev's bound", "Jensen's bound"),
        (0.25, 0.04, np.exp(0.5)),
        [
            {4.0: "the mean is divided by 2, not 2 by the mean", 0.04: "the two are swapped"},
            {
                0.0225: "k is 1.5/0.3, counted from the mean",
                1 / 26: "that is the sharper bound for one side (Cantelli's); Chebyshev's is 1/k²",
                0.2: "the bound is 1/k², not 1/k",
                0.5 / 25: "Chebyshev's bound is for both sides; it may not be halved",
                4 / 9: "1.5 is the distance; k counts standard deviations",
            },
            {
                0.5: "that is E[L]; put it into the function, e to the power E[L]",
                1.0: "e to the power E[L], with E[L] = 0.5",
                np.exp(0.545): "that is the mean if L were Gaussian; Jensen's bound needs the mean of L alone",
                np.exp(0.3): "the mean is 0.5; 0.3 is the standard deviation",
                np.exp(2): "the mean is 0.5; put this in",
            },
        ],
    )
    return "k = 5 standard deviations"


@exercise("random_variables.log_normal_mean", of="eq-log-normal-mean")
def log_normal_mean(answer: Any) -> str:
    """E[exp(μ + σZ)] = exp(μ + σ²/2), as a chain of proved steps."""
    mu, z = sp.symbols("mu z", real=True)
    sigma = sp.Symbol("sigma", positive=True)
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    start = sp.Integral(sp.exp(mu + sigma * z) * density, (z, -sp.oo, sp.oo))
    verdict = derivation_of(answer, start, sp.exp(mu + sigma**2 / 2), min_steps=2)
    if not any(_square_completed(line) for _, line, _ in answer.steps):
        raise Wrong(
            "every step is true, and the integral itself is not done: write a line with the square completed, "
            "an integral of exp(μ + σ²/2)·exp(−(z − σ)²/2)/√(2π)"
        )
    return verdict


def _square_completed(line: Any) -> bool:
    """Whether a line holds an integral, and a square of σ or of a letter shifted by σ."""
    sigma = sp.Symbol("sigma", positive=True)
    squares = (power for power in line.atoms(sp.Pow) if power.exp == 2 and power.base.has(sigma))
    return line.has(sp.Integral) and any(True for _ in squares)


def _moments(values: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = probabilities @ values
    away = values - mean
    return mean, away.T @ (probabilities[:, None] * away)


def _spoilt(values: np.ndarray, p: np.ndarray) -> dict[str, np.ndarray]:
    """The covariance matrices of the likely slips, by the words about them."""
    n = len(values)
    mean, right = _moments(values, p)
    plain = values - values.mean(axis=0)
    away = values - mean
    deviations = np.sqrt(np.maximum(np.diag(right), 1e-300))
    return {
        "each row counts with its probability, not with 1/n": plain.T @ plain / n,
        "each row counts with its probability, not with 1/(n − 1)": plain.T @ plain / max(n - 1, 1),
        "each row counts with its probability once": away.T @ (p[:, None] ** 2 * away),
        "the products must be weighted by the probabilities": away.T @ away,
        "that is E[XXᵀ]: subtract the mean first": (values.T * p) @ values,
        "subtract the mean with the probabilities, not the average of the rows": (plain.T * p) @ plain,
        "that is the correlation: do not divide by the standard deviations": right / np.outer(deviations, deviations),
        "with known probabilities nothing is divided by n − 1": right * n / max(n - 1, 1),
        "nothing is divided by n: the probabilities are the weights": right / n,
    }


@exercise("random_variables.moments", of=("eq-expectation", "eq-covariance"))
def moments(answer: Any) -> str:
    """Mean and covariance matrix of a discrete vector, written by the reader."""
    first_and_sum = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 2.0]])
    draws = np.array([1, 3, 3, 9]) / 16
    rng = np.random.default_rng(3)
    skewed = np.array([0.4, 0.3, 0.15, 0.1, 0.05])
    cases = [
        ("one number, 0, 1 or 4", np.array([[0.0], [1.0], [4.0]]), np.array([0.5, 0.25, 0.25])),
        ("the first draw and the number of right answers", first_and_sum, draws),
        ("five values in three dimensions", rng.normal(size=(5, 3)), skewed),
        ("values near 10⁸", 1e8 + np.array([[0.0, 0.0], [1.0, 2.0], [4.0, 1.0]]), np.array([0.5, 0.25, 0.25])),
        ("a single value", np.array([[2.0, 5.0]]), np.array([1.0])),
    ]
    shape = "a pair, (mean, covariance)"
    for what, values, p in cases:
        found = call(answer, values, p, names=("values", "probabilities"))
        mean, covariance = _moments(values, p)
        d = len(mean)
        his_mean, his_covariance = parts(found, 2, shape)
        mine = numbers(his_mean, f"for {what} your mean", shape=(d,))
        if not np.allclose(mine, mean, rtol=1e-12, atol=1e-10):
            words = (
                "weight each row by its probability" if np.allclose(mine, values.mean(axis=0)) else "it is Σ xᵢ p(xᵢ)"
            )
            raise Wrong(f"for {what} your mean begins with {show(float(mine[0]))}: {words}")
        if np.shape(his_covariance) == (len(values), len(values)) != (d, d):
            raise Wrong(
                f"for {what} your covariance has one row for each value; it must have one for each entry, ({d}, {d})"
            )
        mine = numbers(his_covariance, f"for {what} your covariance", shape=(d, d))
        if np.allclose(mine, covariance, rtol=1e-9, atol=1e-9):
            continue
        if values.max() > 1e6:
            raise Wrong(f"for {what} digits are lost: subtract the mean before you multiply, not E[X²] − m² afterwards")
        for words, spoilt in _spoilt(values, p).items():
            if np.allclose(mine, spoilt, rtol=1e-8, atol=1e-8) and not np.allclose(spoilt, covariance, rtol=1e-6):
                raise Wrong(f"for {what}: {words}")
        raise Wrong(
            f"for {what} your covariance begins with {show(float(mine[0, 0]))}, not {show(float(covariance[0, 0]))}"
        )
    return f"{len(cases)} laws; Σ = E[(X − μ)(X − μ)ᵀ]"


@exercise("random_variables.attained", of="eq-chebyshev")
def attained(answer: Any) -> str:
    """A law that attains Chebyshev's bound at k = 2."""
    if answer is ...:
        raise not_yet()
    values, masses = _lists(answer)
    size = max(float(np.abs(values).max()), 1.0)
    if (masses < 0).any():
        raise Wrong(f"a probability is not negative; yours are {show(masses.tolist())}")
    if abs(masses.sum() - 1) > 1e-6:
        raise Wrong(f"your probabilities have the sum {show(float(masses.sum()))}, not 1")
    if size > 1e6:
        raise Wrong("your values are too far out: with variance 1, a value of 10⁶ would have a probability below 10⁻¹²")
    mean = float(values @ masses)
    checks: list[tuple[str, float, float, Callable[[], str]]] = [
        ("mean", mean, 0.0, lambda: "make the law symmetric about 0"),
        (
            "variance",
            float(values**2 @ masses) - mean**2,
            1.0,
            lambda: "the variance is Σ x² p(x), since the mean is 0",
        ),
        ("P(|X| ≥ 2)", float(masses[np.abs(values) >= 2 - 1e-9].sum()), 0.25, lambda: "both sides count, ±2 included"),
    ]
    for name, found, wanted, hint in checks:
        if abs(found - wanted) > 1e-6:
            raise Wrong(f"your {name} is {show(round(found, 6))}, not {show(wanted)}: {hint()}")
    return "−2, 0 and 2 with 1/8, 3/4 and 1/8: no other law does it"


def _lists(answer: Any) -> tuple[np.ndarray, np.ndarray]:
    """Values and probabilities; a dictionary {value: probability} holds both."""
    if isinstance(answer, dict):
        answer = (list(answer), list(answer.values()))
    two = parts(answer, 2, "two lists, (values, probabilities)")
    found = []
    for part, name in zip(two, ("your values", "your probabilities"), strict=True):
        if isinstance(part, sp.MatrixBase):
            part = list(part)
        if isinstance(part, (tuple, list)) and any(entry is ... for entry in part):
            raise not_yet()
        found.append(np.atleast_1d(numbers(part, name)).ravel())
    if len(found[0]) != len(found[1]) or not len(found[0]):
        raise Wrong(f"you give {len(found[0])} values and {len(found[1])} probabilities: one for each value")
    return found[0], found[1]
