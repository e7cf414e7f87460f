"""The exercises of ``chapters/probability/importance_sampling.ipynb``."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, number, parts, show
from dlmath_lib.exercises.form import same_form
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals, lines_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.exercises.sampling import compare_pair, near, several, two_numbers

LOGARITHMS = ": of logarithms subtract the largest before np.exp"


@exercise(
    "importance_sampling.batch_of_one", of=("eq-minibatch-gradient", "eq-importance-variance", "eq-best-proposal")
)
def batch_of_one(answer: Any) -> str:
    """The weights of four examples, and the variance of one weighted gradient."""
    weights, variance = parts(answer, 2, "a pair, ([w1, w2, w3, w4], variance)")
    weights = [number(weight, f"weight {k}") for k, weight in enumerate(several(weights, 4, "four weights"), 1)]
    variance = number(variance, "the variance")
    q, g = np.array([1 / 8, 1 / 8, 1 / 4, 1 / 2]), np.array([2.0, -2, 4, 8])
    slips = {
        "that is q/p; the weight is p/q": 4 * q,
        "those are 1/q; the mean gradient has p = ¼": 1 / q,
        "those are the probabilities": q,
        "those are the weighted gradients; asked are the weights": g / (4 * q),
    }
    if not np.allclose(weights, 1 / (4 * q), rtol=1e-3, atol=0):
        words = next((words for words, slip in slips.items() if np.allclose(weights, slip, rtol=1e-3)), "")
        raise Wrong("the weights are not right: " + (words or "each is p/q with p = ¼"))
    known = {
        13.0: "that is the one with equal probabilities",
        16.0: "that is the mean square; the square of the mean, 9, is subtracted",
        -9.0: "a mean square is not less than the square of the mean",
        12.0: "the squares have the probabilities q, not ¼ each",
        float(np.sqrt(7)): "that is the standard deviation",
    }
    near(variance, 7.0, "the variance", known)
    return "16 − 9: with these q all weighted gradients have the same size"


@exercise("importance_sampling.cost_of_a_shift", of="eq-gaussian-weights")
def cost_of_a_shift(answer: Any) -> str:
    """E[w²] = exp(m²) for a shifted Gaussian proposal, as a chain of proved steps."""
    x, m = sp.symbols("x m", real=True)

    def phi(at: Any) -> Any:
        return sp.exp(-(at**2) / 2) / sp.sqrt(2 * sp.pi)

    start = sp.Integral(phi(x) ** 2 / phi(x - m), (x, -sp.oo, sp.oo))
    verdict = derivation_of(answer, start, sp.exp(m**2), min_steps=2)
    _check_integrands(lines_of(answer, {x, m}), x, m)
    return verdict


def _check_integrands(lines: list[Any], x: Any, m: Any) -> None:
    """Refuse a chain whose integrals agree while its squares do not, or in which the integrand is not rewritten.

    The integral over the line does not tell where a bell stands. So the integrand itself must stay the same until it
    is one bell; from there, and by a plain x + c in place of x, it may be moved.
    """
    rewritten = False
    for k, (before, after) in enumerate(itertools.pairwise(lines), start=1):
        old, new = _integrand(before, x), _integrand(after, x)
        if old is None or new is None:
            continue
        if _same_values(old[0] * old[1], new[0] * new[1], x, m):
            rewritten = rewritten or not same_form(old[1], new[1])
        elif not (_is_one_bell(old[1], x) or _is_moved(old, new, x, m)):
            raise Wrong(
                f"step {k}: the two integrals have the same value, but their integrands are different functions of x. "
                "Complete the square first, in the same x; move x in a step of its own"
            )
    if not rewritten:
        raise Wrong(
            "the steps are true, but no line shows why: write an integral with the same integrand, its square completed"
        )


def _integrand(line: Any, x: Any) -> tuple[Any, Any] | None:
    """Return (c, f) of a line that is c times the integral of f over all x, and None of another line."""
    integrals = line.atoms(sp.Integral)
    if len(integrals) != 1:
        return None
    (integral,) = integrals
    front = line / integral
    if front.has(sp.Integral) or len(integral.limits) != 1 or tuple(integral.limits[0][1:]) != (-sp.oo, sp.oo):
        return None
    return front, integral.function.xreplace({integral.limits[0][0]: x})


def _same_values(old: Any, new: Any, x: Any, m: Any) -> bool:
    """Tell whether two integrands are one function, by their values at five places."""
    places = [(0.3, 0.7), (-1.1, 0.4), (0.9, -0.6), (1.7, 1.2), (-0.2, -1.3)]
    try:
        return all(abs(complex((old - new).subs({x: at, m: shift}))) < 1e-10 for at, shift in places)
    except TypeError:  # another letter is left, or another integral
        return False


def _is_one_bell(f: Any, x: Any) -> bool:
    """Tell whether x stands in one square alone."""
    squares = {part for part in f.atoms(sp.Pow) if part.exp == 2 and part.base.has(x)}
    return len(squares) == 1 and not f.xreplace({squares.pop(): sp.S.One}).has(x)


def _is_moved(old: tuple[Any, Any], new: tuple[Any, Any], x: Any, m: Any) -> bool:
    """Tell whether x + c was put for x, or c − x, and nothing else was done."""
    shifts = [sp.Rational(k, 2) * m for k in range(-6, 7)]
    moved = (old[0] * old[1].subs(x, sign * x + shift) for sign in (1, -1) for shift in shifts)
    return any(same_form(each, new[0] * new[1]) for each in moved)


def _importance(values: np.ndarray, log_p: np.ndarray, log_q: np.ndarray) -> tuple[float, float]:
    logs = log_p - log_q
    w = np.exp(logs - logs.max())
    return float(w @ values / w.sum()), float(w.sum() ** 2 / (w**2).sum())


@exercise("importance_sampling.importance", of=("eq-importance-weights", "eq-effective-size"))
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
        estimate, effective = two_numbers(found, what, "(estimate, effective)", LOGARITHMS)
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


@exercise("importance_sampling.two_gradients", of=("eq-score-gradient", "eq-gaussian-score", "eq-pathwise-gradient"))
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
        score, path = two_numbers(found, what, "(score, path)")
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
        compare_pair(what, {"score estimate": score, "reparameterised estimate": path}, right, slips)
    return f"{len(cases)} cases"


@exercise("importance_sampling.best_baseline", of=("eq-baseline", "eq-square-score-variance"))
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
