"""The exercises of ``chapters/probability/sampling.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, choice, close_to, number, parts, show
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


def _near(value: float, target: float, what: str, slips: dict[float, str], rtol: float = 1e-3) -> None:
    """Compare a number; a slip that is known gets its own words."""
    if abs(value - target) <= rtol * abs(target):
        return
    hint = next((words for slip, words in slips.items() if abs(value - slip) <= 1e-3 * max(abs(slip), 1e-3)), "")
    close_to(value, target, what=what, rtol=rtol, hint=hint or f"Work {what} out again from its definition")


@exercise("sampling.how_many_draws", of="eq-variance-of-mean")
def how_many_draws(answer: Any) -> str:
    """A standard error, and the draws for a smaller one."""
    error, draws = _several(answer, 2, "two numbers, (error, draws)")
    error, draws = number(error, "the standard error"), number(draws, "the number of draws")
    slips = {
        3 / 400: "divide by the root of the number of draws",
        3.0: "that is the spread of one draw",
        60.0: "divide by √400, do not multiply",
        3 / np.sqrt(399): "s is given: divide by √n, the n − 1 stands inside s already",
    }
    _near(error, 0.15, "the standard error", slips)
    slips = {
        300.0: "the root of n is 300",
        6000.0: "the error falls like 1/√n: 15 times smaller takes 15² times the draws",
    }
    _near(draws, 90_000, "the number of draws", slips, rtol=0.01)
    return "(3/0.01)²: fifteen times smaller, 225 times the draws"


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
    options = {"yes": "∫ x · x⁻² dx from 1 on is log x, which has no bound: there is no mean", "no": ""}
    choice(word, "no", options)
    more = (
        "; with 1 − U, which is uniform too, it is 1/(1 − u)"
        if mirrored
        else "; 1/u would do, for 1 − U is uniform too"
    )
    return "F(x) = 1 − 1/x, and there is no mean" + more


@exercise("sampling.cost_of_a_shift", of="eq-gaussian-weights")
def cost_of_a_shift(answer: Any) -> str:
    """E[w²] = exp(m²) for a shifted Gaussian proposal, as a chain of proved steps."""
    x, m = sp.symbols("x m", real=True)

    def phi(at: Any) -> Any:
        return sp.exp(-(at**2) / 2) / sp.sqrt(2 * sp.pi)

    start = sp.Integral(phi(x) ** 2 / phi(x - m), (x, -sp.oo, sp.oo))
    return derivation_of(answer, start, sp.exp(m**2), min_steps=2)


def _importance(values: np.ndarray, log_p: np.ndarray, log_q: np.ndarray) -> tuple[float, float]:
    logs = log_p - log_q
    w = np.exp(logs - logs.max())
    return float(w @ values / w.sum()), float(w.sum() ** 2 / (w**2).sum())


@exercise("sampling.importance", of=("eq-importance-weights", "eq-effective-size"))
def importance(answer: Any) -> str:
    """Self-normalised importance sampling from logarithms, written by the reader."""
    rng = np.random.default_rng(3)
    x = rng.normal(0, 2, 40)
    log_p, log_q = -(x**2) / 2, -(x**2) / 8 - np.log(2)
    cases: list[tuple[str, np.ndarray, np.ndarray, np.ndarray]] = [
        (
            "the weights 2, ½, ½, ½",
            np.array([0.0, 2, 2, 2]),
            np.log([0.5, 0.25, 0.25, 0.25]),
            np.log([0.25, 0.5, 0.5, 0.5]),
        ),
        ("equal weights", np.array([1.0, 2, 6]), np.zeros(3), np.zeros(3)),
        ("one draw", np.array([5.0]), np.array([-1.0]), np.array([-2.0])),
        ("40 draws", x**2, log_p, log_q),
        ("40 draws, log p larger by 2000", x**2, log_p + 2000, log_q),
        ("40 draws, log p smaller by 2000", x**2, log_p - 2000, log_q),
    ]
    for what, values, p, q in cases:
        found = call(answer, values, p, q, names=("values", "log_p", "log_q"))
        estimate, effective = _pair(found, what, "(estimate, effective)")
        right = _importance(values, p, q)
        w = np.exp(np.clip(p - q, -700, 300))
        spoilt = {
            "divide by the sum of the weights, not by the number of draws: log p is known up to a constant": (
                (w * values).mean()
            ),
            "the weight is p/q, so its logarithm is log p − log q": _importance(values, q, p)[0],
            "that is the mean without weights": values.mean(),
        }
        if not np.isclose(estimate, right[0], rtol=1e-8):
            words = next((words for words, slip in spoilt.items() if np.isclose(estimate, slip, rtol=1e-8)), "")
            raise Wrong(
                f"for {what} your estimate is {show(estimate)}" + (f": {words}" if words else f", not {show(right[0])}")
            )
        if not np.isclose(effective, right[1], rtol=1e-8):
            inverse = np.isclose(effective, 1 / right[1], rtol=1e-8)
            words = "it is (Σ w)² over Σ w², not the other way round" if inverse else "it is (Σ w)² / Σ w²"
            raise Wrong(f"for {what} your effective sample size is {show(effective)}: {words}")
    return f"{len(cases)} cases, logarithms near 2000 and −2000 among them"


def _pair(found: Any, what: str, shape: str) -> list[float]:
    if isinstance(found, np.ndarray) and found.shape == (2,):
        found = list(found)
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise Wrong(f"for {what} your function must return two numbers, {shape}")
    if any(isinstance(part, (float, np.floating)) and not np.isfinite(part) for part in found):
        raise Wrong(f"for {what} your result is not finite: of logarithms subtract the largest before np.exp")
    return [number(part, f"for {what} part {k} of your result") for k, part in enumerate(found, 1)]


@exercise("sampling.two_gradients", of=("eq-score-gradient", "eq-gaussian-score", "eq-pathwise-gradient"))
def two_gradients(answer: Any) -> str:
    """The two estimates of the slope by σ, written by the reader."""
    z = np.random.default_rng(5).normal(size=30)
    cases: list[tuple[str, Any, Any, float, float, np.ndarray]] = [
        ("f = x², μ = 1, σ = 2, z = (1, −1)", np.square, lambda x: 2 * x, 1.0, 2.0, np.array([1.0, -1.0])),
        ("f = x², μ = 1, σ = 2, z = (2)", np.square, lambda x: 2 * x, 1.0, 2.0, np.array([2.0])),
        ("f = sin, 30 draws", np.sin, np.cos, 0.5, 1.5, z),
        ("f = exp, 30 draws", np.exp, np.exp, -1.0, 0.5, z),
    ]
    for what, f, slope, mu, sigma, noise in cases:
        found = call(answer, f, slope, mu, sigma, noise, names=("f", "f_grad", "mu", "sigma", "z"))
        score, path = _pair(found, what, "(score, path)")
        x = mu + sigma * noise
        right = np.mean(f(x) * (noise**2 - 1) / sigma), np.mean(slope(x) * noise)
        if np.allclose([path, score], right, rtol=1e-8, atol=1e-10) and not np.isclose(*right):
            raise Wrong(f"for {what} the two are swapped: the score first")
        slips = {
            "that is the slope by μ; asked is the one by σ": (np.mean(f(x) * noise / sigma), np.mean(slope(x))),
            "the factor 1/σ of the score is missing": (right[0] * sigma, np.nan),
            "the score is (z² − 1)/σ: the −1 is missing": (np.mean(f(x) * noise**2 / sigma), np.nan),
            "the score for σ has one factor 1/σ, since z is standardised already": (right[0] / sigma, np.nan),
            "∂x/∂σ is z, not σ": (np.nan, np.mean(slope(x) * sigma)),
            "f′ is taken at x = μ + σz, not at z": (np.nan, np.mean(slope(noise) * noise)),
            "f is taken at x = μ + σz, not at z": (np.mean(f(noise) * (noise**2 - 1) / sigma), np.nan),
            "take the mean over the draws, not the sum": (right[0] * len(noise), right[1] * len(noise)),
        }
        for k, (mine, name) in enumerate(((score, "score estimate"), (path, "reparameterised estimate"))):
            if np.isclose(mine, right[k], rtol=1e-8, atol=1e-10):
                continue
            words = next((words for words, slip in slips.items() if np.isclose(mine, slip[k], rtol=1e-8)), "")
            told = f": {words}" if words else f", not {show(float(right[k]))}"
            raise Wrong(f"for {what} your {name} is {show(mine)}{told}")
    return f"{len(cases)} cases"


@exercise("sampling.best_baseline", of=("eq-baseline", "eq-square-score-variance"))
def best_baseline(answer: Any) -> str:
    """The baseline that makes the score's variance smallest, for f(x) = x³."""
    mu = sp.Symbol("mu", real=True)
    sigma = sp.Symbol("sigma", positive=True)
    if isinstance(answer, sp.Expr):
        own = {letter: {"mu": mu, "sigma": sigma}.get(letter.name, letter) for letter in answer.free_symbols}
        answer = answer.xreplace(own)
        slips = {
            mu**3
            + 3 * mu * sigma**2: "that is E[f(X)], which is not the best: the parabola has E[f Z²] in its middle term",
            mu**2 + 3 * sigma**2: "that is the one for x²",
            mu**3 + 9 * mu**2 * sigma**2: "the middle term of (μ + σz)³ with z² is 3μσ²z²",
            -(mu**3) - 9 * mu * sigma**2: "the sign: b is subtracted from f",
            2 * (mu**3 + 9 * mu * sigma**2): "the slope of b² is 2b",
            mu**3 + 3 * mu * sigma**2 * 15: "the term with z² in f is multiplied by z² once: E[Z⁴] = 3",
        }
        for slip, words in slips.items():
            if sp.expand(answer - slip) == 0:
                raise Wrong(f"not {show(answer)}: {words}")
    expression_equals(answer, mu**3 + 9 * mu * sigma**2, free_of=(sp.Integral, sp.Derivative), reveal=False)
    return "b = E[f Z²]/E[Z²]"
