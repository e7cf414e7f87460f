"""The exercises of ``chapters/probability/random_variables.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, not_yet, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise


def _several(answer: Any, count: int, shape: str) -> list[Any]:
    """The parts of an answer; a SymPy row or column, or an array, has them too."""
    if isinstance(answer, sp.MatrixBase) and 1 in answer.shape:
        answer = list(answer)
    if isinstance(answer, np.ndarray) and answer.size == count:
        answer = list(answer.ravel())
    return parts(answer, count, shape)


def _each(
    answer: Any, shape: str, names: tuple[str, ...], right: tuple[float, ...], slips: list[dict[float, str]]
) -> None:
    """Compare the parts of an answer, one after the other; a slip that is known gets its own words."""
    given = [number(v, w) for v, w in zip(_several(answer, len(names), shape), names, strict=True)]
    for value, name, target, known in zip(given, names, right, slips, strict=True):
        hint = next((words for slip, words in known.items() if abs(value - slip) < 6e-4), "")
        close_to(value, target, what=name, rtol=1e-3, hint=hint or f"Work {name} out again from its definition")


@exercise("random_variables.table_of_masses", of=("eq-expectation", "eq-variance"))
def table_of_masses(answer: Any) -> str:
    """F(1), mean and variance of a law on 0, 1 and 4."""
    _each(
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
    """Constant, a probability and the mean of the density cx on [0, 2]."""
    _each(
        answer,
        "three numbers, (c, probability, mean)",
        ("c", "the probability", "the mean"),
        (0.5, 0.25, 4 / 3),
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
        ],
    )
    return "F(x) = x²/4"


@exercise("random_variables.root_of_exponential", of="eq-change-of-variable")
def root_of_exponential(answer: Any) -> str:
    """The density of the root of an exponential number."""
    y = sp.Symbol("y", positive=True)
    if isinstance(answer, (list, tuple)) and len(answer) == 1:
        answer = answer[0]
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


@exercise("random_variables.two_bounds", of=("eq-markov", "eq-chebyshev"))
def two_bounds(answer: Any) -> str:
    """Markov's and Chebyshev's bounds for a loss of 2 or more."""
    _each(
        answer,
        "two numbers, (markov, chebyshev)",
        ("Markov's bound", "Chebyshev's bound"),
        (0.25, 0.04),
        [
            {4.0: "the mean is divided by 2, not 2 by the mean", 0.04: "the two are swapped"},
            {
                0.0225: "k is the distance from the mean, 1.5, over σ = 0.3",
                9 / 400: "k is 1.5/0.3, from the mean",
                0.2: "the bound is 1/k², not 1/k",
                0.5 / 25: "Chebyshev's bound is for both sides; it may not be halved",
                4 / 9: "1.5 is the distance; k counts standard deviations",
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
    return derivation_of(answer, start, sp.exp(mu + sigma**2 / 2), min_steps=2)


def _reference(x: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    root = np.linalg.cholesky(covariance)
    z = np.linalg.solve(root, (x - mean).T)
    return -0.5 * (z**2).sum(axis=0) - np.log(np.diag(root)).sum() - len(mean) / 2 * np.log(2 * np.pi)


def _spoilt(x: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> dict[str, np.ndarray]:
    """What the likely slips return, by the words about them."""
    right, d = _reference(x, mean, covariance), len(mean)
    root = np.linalg.cholesky(covariance)
    logs = np.log(np.diag(root)).sum()
    squares = (np.linalg.solve(root, (x - mean).T) ** 2).sum(axis=0)
    upper = (np.linalg.solve(root.T, (x - mean).T) ** 2).sum(axis=0)
    return {
        "the term −(d/2) log 2π is missing": right + d / 2 * np.log(2 * np.pi),
        "the term with 2π must be taken d times": right + (d - 1) / 2 * np.log(2 * np.pi),
        "Σ log Lᵢᵢ stands without a factor ½: it is half of log det Σ": right + logs / 2,
        "Σ log Lᵢᵢ stands once: log det Σ is twice that, and is halved": right - logs,
        "the sign of Σ log Lᵢᵢ is wrong": right + 2 * logs,
        "the term Σ log Lᵢᵢ is missing": right + logs,
        "the factor ½ of ‖z‖² is missing": right - squares / 2,
        "the sign of ‖z‖² is wrong": right + squares,
        "solve L z = x − μ, not Lᵀz = x − μ": right + (squares - upper) / 2,
        "that is the density, not its logarithm": np.exp(right),
    }


@exercise("random_variables.log_density", of="eq-cholesky")
def log_density(answer: Any) -> str:
    """The log-density of a Gaussian vector, written by the reader."""
    rng = np.random.default_rng(8)
    mix = rng.normal(size=(3, 3))
    many = 400
    cases: list[tuple[str, np.ndarray, np.ndarray, np.ndarray]] = [
        ("one dimension, standard deviation 2", np.array([[1.0], [3.0], [-2.0]]), np.array([1.0]), np.array([[4.0]])),
        (
            "two correlated dimensions",
            np.array([[1.0, -1.0], [0.5, 2.0]]),
            np.zeros(2),
            np.array([[2.0, 1.0], [1.0, 2.0]]),
        ),
        ("three dimensions", rng.normal(size=(4, 3)), rng.normal(size=3), mix @ mix.T + np.eye(3)),
        ("three dimensions, one point", rng.normal(size=(1, 3)), rng.normal(size=3), mix @ mix.T + np.eye(3)),
        ("points 100 standard deviations out", np.array([[100.0, 0.0], [0.0, -100.0]]), np.zeros(2), np.eye(2)),
        (
            f"{many} dimensions, standard deviation 0.1",
            rng.normal(size=(3, many)) / 10,
            np.zeros(many),
            np.eye(many) / 100,
        ),
    ]
    for what, x, mean, covariance in cases:
        found = call(answer, x, mean, covariance, names=("x", "mean", "covariance"))
        right = _reference(x, mean, covariance)
        if isinstance(found, np.ndarray) and found.shape in ((len(x), 1), (1, len(x))) and found.ndim == 2:
            raise Wrong(f"for {what} your result has the shape {found.shape}; it must be ({len(x)},)")
        if isinstance(found, np.ndarray) and found.shape == (len(x), len(x)) and len(x) > 1:
            raise Wrong(
                f"for {what} your result has the shape {found.shape}: one number for each point, (n,) = ({len(x)},)"
            )
        mine = _finite(found, what, (len(x),))
        if np.allclose(mine, right, rtol=1e-8, atol=1e-8):
            continue
        for words, spoilt in _spoilt(x, mean, covariance).items():
            if np.allclose(mine, spoilt, rtol=1e-8, atol=1e-8) and not np.allclose(spoilt, right, rtol=1e-6):
                raise Wrong(f"for {what}: {words}")
        raise Wrong(f"for {what} your first number is {show(float(mine[0]))}; right is {show(float(right[0]))}")
    return f"{len(cases)} laws, in up to {many} dimensions"


def _finite(found: Any, what: str, shape: tuple[int, ...]) -> np.ndarray:
    try:
        infinite = not np.isfinite(np.asarray(found, dtype=float)).all()
    except (TypeError, ValueError, OverflowError):
        infinite = False
    if infinite:
        raise Wrong(
            f"for {what} your result is not finite: add logarithms, and take none of a determinant or a density"
        )
    return numbers(found, f"for {what} your result", shape=shape)


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
