"""The exercises of ``chapters/probability/sampling.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, choice, close_to, number, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise


def several(answer: Any, count: int, shape: str) -> list[Any]:
    """The parts of an answer; a SymPy row or column, or an array, has them too."""
    if isinstance(answer, sp.MatrixBase) and 1 in answer.shape:
        answer = list(answer)
    if isinstance(answer, np.ndarray) and answer.size == count:
        answer = list(answer.ravel())
    return parts(answer, count, shape)


def near(value: float, target: float, what: str, slips: dict[float, str], rtol: float = 1e-3) -> None:
    """Compare a number; a slip that is known gets its own words."""
    if abs(value - target) <= rtol * abs(target):
        return
    hint = next((words for slip, words in slips.items() if abs(value - slip) <= 1e-3 * max(abs(slip), 1e-3)), "")
    close_to(value, target, what=what, rtol=rtol, hint=hint or f"Work {what} out again from its definition")


def two_numbers(found: Any, what: str, shape: str, hint: str = "") -> list[float]:
    """The two numbers that a reader's function returned."""
    if isinstance(found, np.ndarray) and found.shape == (2,):
        found = list(found)
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise Wrong(f"for {what} your function must return two numbers, {shape}")
    if any(isinstance(part, (float, np.floating)) and not np.isfinite(part) for part in found):
        raise Wrong(f"for {what} your result is not finite{hint}")
    return [number(part, f"for {what} part {k} of your result") for k, part in enumerate(found, 1)]


def compare_pair(what: str, found: dict[str, float], right: tuple[Any, Any], slips: dict[str, tuple[Any, Any]]) -> None:
    """Compare the two named numbers of a program with the right ones; a slip that is known gets its own words."""
    for k, (name, mine) in enumerate(found.items()):
        if np.isclose(mine, right[k], rtol=1e-8, atol=1e-10):
            continue
        words = next((words for words, slip in slips.items() if np.isclose(mine, slip[k], rtol=1e-8)), "")
        told = f": {words}" if words else f", not {show(float(right[k]))}"
        raise Wrong(f"for {what} your {name} is {show(mine)}{told}")


@exercise("sampling.how_many_draws", of="eq-variance-of-mean")
def how_many_draws(answer: Any) -> str:
    """A standard error, and the draws for a smaller one."""
    error, draws = several(answer, 2, "two numbers, (error, draws)")
    error, draws = number(error, "the standard error"), number(draws, "the number of draws")
    slips = {
        3 / 400: "divide by the root of the number of draws",
        3.0: "that is the spread of one draw",
        60.0: "divide by √400, do not multiply",
        3 / np.sqrt(399): "s is given: divide by √n, the n − 1 stands inside s already",
    }
    near(error, 0.15, "the standard error", slips)
    slips = {
        300.0: "the root of n is 300",
        6000.0: "the error falls like 1/√n: 15 times smaller takes 15² times the draws",
    }
    near(draws, 90_000, "the number of draws", slips, rtol=0.01)
    return "(3/0.01)²: fifteen times smaller, 225 times the draws"


@exercise("sampling.correlated_draws", of="eq-correlated-draws")
def correlated_draws(answer: Any) -> str:
    """The standard error of 2000 correlated draws, and the independent draws that they are worth."""
    error, frames = several(answer, 2, "two numbers, (error, frames)")
    error, frames = number(error, "the standard error"), number(frames, "the number of frames")
    variance = 0.16 / 2000 + 1999 / 2000 * 0.05 * 0.16
    slips = {
        variance: "that is the variance; take its root",
        np.sqrt(0.16 / 2000): "that is the one of independent frames",
        np.sqrt(0.16 / 2000 + 1999 / 4000 * 0.05 * 0.16): "each of the ½ n(n − 1) covariances counts twice",
        np.sqrt(0.16 / 2000 + 1999 / 2000 * 0.05): "a covariance is ρσ², not ρ",
    }
    slips = {float(slip): words for slip, words in slips.items()}
    near(error, float(np.sqrt(variance)), "the standard error", slips, rtol=0.005)
    slips = {
        2000.0: "that is their number; how many independent ones have the same standard error?",
        100.0: "2000 · 0.05 is another number: set σ²/n′ equal to the variance",
        1900.0: "2000 · (1 − 0.05) is another number: set σ²/n′ equal to the variance",
    }
    near(frames, 0.16 / variance, "the number of frames", slips, rtol=0.01)
    return "n′ = n/(1 + (n − 1)ρ): at most 1/ρ, and near it for many frames"


@exercise("sampling.heavy_tail", of=("eq-exponential-quantile", "eq-weak-law"))
def heavy_tail(answer: Any) -> str:
    """A formula that draws from the density 1/x², and whether its mean settles."""
    formula, word = parts(answer, 2, "a pair, (expression, word)")
    if word is ...:
        formula = ...
    u = sp.Symbol("u", real=True)
    if isinstance(formula, sp.Expr):
        formula = formula.xreplace({letter: u for letter in formula.free_symbols if letter.name == "u"})
        slips = {
            1 - 1 / u: "that is the distribution function, at u; solve F(x) = u for x",
            1 / u**2: "that is the density",
            1 / (u - 1): "the sign: draws are at least 1",
            1 / (u + 1): "at u = 0 this is 1, but it falls as u grows, and stays between ½ and 1",
            1 - u: "that is 1/x; take its reciprocal",
            -sp.log(1 - u): "that draws from the exponential law",
            1 / sp.sqrt(u): "that has the density 2/x³; F(x) is 1 − 1/x",
            1 / sp.sqrt(1 - u): "that has the density 2/x³; F(x) is 1 − 1/x",
        }
        for slip, words in slips.items():
            if formula == slip or sp.cancel(formula - slip) == 0:
                raise Wrong(f"not {show(formula)}: {words}")
    # 1 − U is uniform as well as U
    mirrored = isinstance(formula, sp.Expr) and formula.free_symbols == {u} and formula == 1 / u
    goal = 1 / u if mirrored else 1 / (1 - u)
    expression_equals(formula, goal, where={u: (0, 1)}, free_of=(sp.Integral, sp.Derivative), reveal=False)
    options = {"yes": "∫ x · x⁻² dx from 1 on is log x, which has no bound: the mean is infinite", "no": ""}
    choice(word, "no", options)
    more = (
        "; with 1 − U, which is uniform too, it is 1/(1 − u)"
        if mirrored
        else "; 1/u would do, for 1 − U is uniform too"
    )
    return "F(x) = 1 − 1/x, and the mean is infinite" + more


@exercise("sampling.accuracy_skewness", of="eq-skewness")
def accuracy_skewness(answer: Any) -> str:
    """The skewness of a number that is 1 with probability p and else 0, as a chain of proved steps."""
    p = sp.Symbol("p", positive=True)
    start = (p * (1 - p) ** 3 + (1 - p) * (0 - p) ** 3) / (p * (1 - p)) ** sp.Rational(3, 2)
    told = derivation_of(answer, start, (1 - 2 * p) / sp.sqrt(p * (1 - p)), min_steps=2, where={p: (0, 1)})
    return told + "; at p = 0.9 it is −2.67, and −2.67/√n is within ±0.1 from n = 712 on"


@exercise(
    "sampling.estimate",
    of=("eq-mean-of-draws", "eq-variance-of-mean", "eq-exponential-quantile", "eq-cauchy-quantile"),
)
def estimate(answer: Any) -> str:
    """A Monte Carlo estimate from uniform numbers, with its standard error, written by the reader."""
    u = np.random.default_rng(7).uniform(0.01, 0.99, 50)
    cases: list[tuple[str, Any, Any, np.ndarray]] = [
        (
            "f(x) = x², F⁻¹(u) = 2u, u = (0.5, 0.5, 0.25, 1)",
            np.square,
            lambda u: 2 * u,
            np.array([0.5, 0.5, 0.25, 1.0]),
        ),
        ("f = cos, exponential draws, n = 50", np.cos, lambda u: -np.log(1 - u), u),
        ("f(x) = x, Cauchy draws, n = 50", lambda x: 1.0 * x, lambda u: np.tan(np.pi * (u - 0.5)), u),
        ("a constant f, n = 2", lambda x: 3.0 + 0 * x, lambda u: u, np.array([0.2, 0.4])),
    ]
    for what, f, quantile, uniform in cases:
        found = call(answer, f, quantile, uniform, names=("f", "quantile", "u"))
        mean, error = two_numbers(found, what, "(estimate, error)")
        values, n = f(quantile(uniform)), len(uniform)
        right = values.mean(), values.std(ddof=1) / np.sqrt(n)
        slips = {
            "f is taken at the draws quantile(u), not at u": (f(uniform).mean(), np.nan),
            "that is the mean of the draws, not of f": (quantile(uniform).mean(), np.nan),
            "the mean stands inside f: f is taken first, then the mean": (f(quantile(uniform).mean()), np.nan),
            "that is the sum; divide by n": (values.sum(), np.nan),
            "s² divides by n − 1: ddof=1": (np.nan, values.std() / np.sqrt(n)),
            "that is s, the spread of one value; divide by √n": (np.nan, values.std(ddof=1)),
            "divide s by √n, not by n": (np.nan, values.std(ddof=1) / n),
            "that is the square of the standard error": (np.nan, right[1] ** 2),
        }
        compare_pair(what, {"estimate": mean, "standard error": error}, right, slips)
    return f"{len(cases)} cases"
