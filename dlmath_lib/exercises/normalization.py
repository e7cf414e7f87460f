"""Checkers of the chapter regularization/normalization."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, numbers, parts
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.layers import affine, batch_norm, batch_norm_vjp

_STATISTICS = ("eq-bn-mean", "eq-bn-variance", "eq-bn-mean-square")


@exercise(
    "normalization.by_hand",
    of=(
        "eq-bn-mean",
        "eq-bn-variance",
        "eq-bn-normalised",
        "eq-bn-output",
        "eq-bn-sum-left",
        "eq-bn-rms",
        "eq-bn-mean-square",
    ),
)
def by_hand(answer: Any) -> str:
    """A batch of two, its gradient, evaluation, RMS norm of one example, and a large ε."""
    low, high, slope, evaluated, rms, damped = parts(answer, 6, "a list of six numbers, [a, b, c, d, e, f]")
    _not_by(low, {4: "−6 + 10 divides by 1: x̂ is −1"}, "(a)")
    close_to(low, 7, what="(a), the first output", hint="x̂ = −1, times γ, plus β")
    close_to(high, 13, what="(b), the second output", hint="x̂ = 1, times γ, plus β")
    _not_by(slope, {1.5: "that holds μ and v still, as evaluation does", 0.75: "the part along x̂ is missing"}, "(c)")
    close_to(
        slope, 0, atol=1e-9, what="(c), the gradient", hint="Take out the mean of (1, 0), and its part along (−1, 1)"
    )
    _not_by(evaluated, {13: "(x − μ)/v divides by the variance; its root is meant"}, "(d)")
    close_to(evaluated, 16, what="(d), the output in evaluation", hint="(5 − 1)/√4, times γ, plus β")
    _not_by(
        rms, {0.6: "3/5 divides by the length; the mean square is 25/2", -1.0: "nothing is centred in RMS norm"}, "(e)"
    )
    close_to(rms, 3 / np.sqrt(12.5), rtol=1e-3, what="(e), the output of RMS norm", hint="3 over the root of 12.5")
    apart = 10 - 6 / (2 + np.sqrt(12))
    slips = {7: "that is (a): ε counts", 9.625: "the root of v + ε = 16 is meant", apart: "add v and ε before the root"}
    _not_by(damped, slips, "(f)")
    close_to(damped, 8.5, what="(f), the first output with ε", hint="−2 over the root of 4 + 12, times γ, plus β")
    return "for ε = 0 two different values give −1 and 1 in training, whatever they are"


def _not_by(value: Any, slips: dict[float, str], part: str) -> None:
    for slip, words in slips.items():
        if isinstance(value, (int, float, np.number)) and np.isclose(float(value), slip, rtol=1e-3):
            raise Wrong(f"{part}: {words}")


@exercise("normalization.count", of=("eq-bn-age", "eq-bn-written-out", "eq-bn-invariant"))
def count(answer: Any) -> str:
    """Weights of the start, a mean age, an effective rate, and entries of a mean of (32, 64, 28, 28)."""
    values = parts(answer, 7, "a list of seven numbers, [a, b, c, d, e, f, g]")
    tenth = "a tenth of the gradient is left, and a weight ten times as long needs a step ten times as long"
    wanted: list[tuple[float, str, dict[float, str]]] = [
        (44, "It is the first whole k with 0.9ᵏ < 0.01", {}),
        (459, "It is the first whole k with 0.99ᵏ < 0.01", {1: "0.99 is Keras's weight of the old: ρ is 0.01"}),
        (0.02, "(1 − ρ)/ρ = 49", {1 / 49: "the mean age is (1 − ρ)/ρ, not 1/ρ"}),
        (100, "α/‖w‖² must stay", {10: tenth, 0.01: "the effective rate fell to a hundredth: make up for it"}),
        (32 * 784, "Examples and pixels", {32: "the pixels of a channel count too"}),
        (8 * 784, "A group has 64/8 channels, and one example", {64 * 784: "that is one group, G = 1"}),
        (64 * 784, "Channels and pixels of one example", {64: "the pixels count too"}),
    ]
    for letter, value, (right, hint, slips) in zip("abcdefg", values, wanted, strict=True):
        _not_by(value, slips, f"({letter})")
        close_to(value, right, what=f"({letter})", hint=hint)
    return "1 % of the start is left after 44 batches with 0.1, and after 459 with 0.01"


@exercise("normalization.along_the_weights", of=("eq-bn-invariant", "eq-bn-along", "eq-bn-variance-along"))
def along_the_weights(answer: Any) -> str:
    """The derivative of a normalised value by the scale of the weights before it."""
    distance, (k, v, epsilon) = sp.Symbol("d", real=True), sp.symbols("k v epsilon", positive=True)
    inside = k**2 * v + epsilon
    begin = sp.Derivative(k * distance / sp.sqrt(inside), k)
    return derivation_of(answer, begin, epsilon * distance / inside ** sp.Rational(3, 2), min_steps=2)


def _batch(shape: tuple[int, int], seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(rng.normal(0, 3, size=shape[1]), rng.uniform(0.5, 3, size=shape[1]), size=shape)


@exercise(
    "normalization.backward",
    of=("eq-bn-backward", "eq-bn-gamma", "eq-bn-beta", "eq-bn-root", "eq-bn-other", "eq-bn-own"),
)
def backward(answer: Any) -> str:
    """The pull back through batch norm in training."""
    for seed, (shape, epsilon) in enumerate([((5, 3), 1e-5), ((8, 2), 0.5), ((2, 4), 0.1), ((30, 1), 2.0)]):
        rng = np.random.default_rng([58, seed])
        x, g, gamma = _batch(shape, seed), rng.normal(size=shape), rng.normal(size=shape[1])
        found = call(answer, g, x, gamma, epsilon, names=("g", "x", "gamma", "epsilon"))
        where = f"for x of shape {shape} and ε = {epsilon:g}"
        if not isinstance(found, (tuple, list)) or len(found) != 3:
            raise Wrong("backward must return the triple (dx, dgamma, dbeta)")
        right = batch_norm_vjp(g, x, gamma, np.zeros(shape[1]), epsilon=epsilon)
        for name, mine, value in zip(("dbeta", "dgamma", "dx"), found[::-1], right[::-1], strict=True):
            got = numbers(mine, f"{where} your {name}", shape=value.shape)
            if np.allclose(got, value, rtol=1e-6, atol=1e-8):
                continue
            slips = _slips(g, x, gamma, epsilon)[name]
            clue = next((words for words, slip in slips.items() if np.allclose(got, slip, rtol=1e-6, atol=1e-8)), "")
            spot = np.unravel_index(np.abs(got - value).argmax(), value.shape)
            place = ", ".join(map(str, spot))
            raise Wrong(
                f"{where} your {name}[{place}] is {got[spot]:.4g}; {value[spot]:.4g} is right there"
                + (f": {clue}" if clue else "")
            )
    return "four batches that you did not see, with random cotangents"


def _slips(g: np.ndarray, x: np.ndarray, gamma: np.ndarray, epsilon: float) -> dict[str, dict[str, np.ndarray]]:
    m, root = len(x), np.sqrt(x.var(axis=0) + epsilon)
    hat = (x - x.mean(axis=0)) / root
    mean, along = g.mean(axis=0), hat * (g * hat).mean(axis=0)
    bare = (x - x.mean(axis=0)) / x.std(axis=0)
    unbiased = np.sqrt(x.var(axis=0, ddof=1) + epsilon)
    other = (x - x.mean(axis=0)) / unbiased
    return {
        "dbeta": {
            "this is the mean over the examples; ∂L/∂β is the sum": mean,
            "γ has no part in ∂L/∂β": gamma * g.sum(0),
        },
        "dgamma": {
            "this is the mean over the examples; ∂L/∂γ is the sum": (g * hat).mean(0),
            "it takes x̂, not x": (g * x).sum(0),
            "ε is missing in the root": (g * bare).sum(0),
            "γ itself has no part in ∂L/∂γ": gamma * (g * hat).sum(0),
            "the variance has the divisor m, not m − 1": (g * other).sum(0),
        },
        "dx": {
            "this holds mean and variance still, as in evaluation": gamma / root * g,
            "the part along x̂, through the variance, is missing": gamma / root * (g - mean),
            "the mean of g is not taken out": gamma / root * (g - along),
            "the factor γ is missing": (g - mean - along) / root,
            "the factor 1/s is missing": gamma * (g - mean - along),
            "the part along x̂ has the wrong sign": gamma / root * (g - mean + along),
            "the part along x̂ counts twice": gamma / root * (g - mean - 2 * along),
            "divide both sums by the number of examples": gamma / root * (g - m * mean - m * along),
            "multiply by 1/s, not by s": gamma * root * (g - mean - along),
            "ε goes under the root": gamma / (x.std(axis=0) + epsilon) * (g - mean - along),
        },
    }


@exercise("normalization.running", of=("eq-bn-running", "eq-bn-written-out"))
def running(answer: Any) -> str:
    """Running statistics as PyTorch keeps them."""
    for seed, (count, shape, rho) in enumerate([(1, (4, 2), 0.1), (5, (3, 3), 0.3), (12, (8, 1), 0.05)]):
        batches = [_batch(shape, 100 * seed + k) for k in range(count)]
        found = call(answer, batches, rho, names=("batches", "rho"))
        where = f"after {count} batch{'es' if count > 1 else ''} of shape {shape} with ρ = {rho:g}"
        if not isinstance(found, (tuple, list)) or len(found) != 2:
            raise Wrong("running must return the pair (mean, variance)")
        right = _run(batches, rho)
        wrong = {
            "the stored variance has the divisor n − 1": _run(batches, rho, ddof=0),
            "ρ is the weight of the new batch": _run(batches, 1 - rho),
            "the variance starts at 1": _run(batches, rho, first=0.0),
            "the mean starts at 0": _run(batches, rho, begin=1.0),
            "the first batch does not take the place of the start, 0 and 1": _run(batches[1:], rho, start=batches[0]),
        }
        for k, name in enumerate(("mean", "variance")):
            got = numbers(found[k], f"{where} your {name}", shape=right[k].shape)
            if np.allclose(got, right[k], rtol=1e-8, atol=1e-10):
                continue
            clue = next((words for words, slip in wrong.items() if np.allclose(got, slip[k], rtol=1e-8)), "")
            raise Wrong(
                f"{where} your {name} is {got[0]:.5g} for the first channel; {right[k][0]:.5g} is right"
                + (f": {clue}" if clue else "")
            )
    return "1, 5 and 12 batches"


def _run(
    batches: list[np.ndarray],
    rho: float,
    *,
    ddof: int = 1,
    first: float = 1.0,
    begin: float = 0.0,
    start: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    if start is None:
        mean, variance = np.full(batches[0].shape[1], begin), np.full(batches[0].shape[1], first)
    else:
        mean, variance = start.mean(axis=0), start.var(axis=0, ddof=ddof)
    for batch in batches:
        mean = (1 - rho) * mean + rho * batch.mean(axis=0)
        variance = (1 - rho) * variance + rho * batch.var(axis=0, ddof=ddof)
    return mean, variance


@exercise("normalization.fold", of="eq-bn-fold")
def fold(answer: Any) -> str:
    """An affine layer that contains batch norm in evaluation."""
    names = ("weight", "bias", "gamma", "beta", "mean", "variance", "epsilon")
    for seed, (out, inputs) in enumerate([(3, 5), (4, 4), (1, 2)]):
        rng = np.random.default_rng([59, seed])
        weight, (bias, gamma, beta, mean) = rng.normal(size=(out, inputs)), rng.normal(size=(4, out))
        variance, epsilon, x = rng.uniform(0.2, 3, size=out), 0.1 * (seed + 1), rng.normal(size=(6, inputs))
        found = call(answer, weight, bias, gamma, beta, mean, variance, epsilon, names=names)
        if not isinstance(found, (tuple, list)) or len(found) != 2:
            raise Wrong("fold must return the pair (weight, bias)")
        where = f"for weights of shape {(out, inputs)}"
        new_weight = numbers(found[0], f"{where} your weight", shape=(out, inputs))
        new_bias = numbers(found[1], f"{where} your bias", shape=(out,))
        factor = gamma / np.sqrt(variance + epsilon)
        _judge(new_weight, factor[:, None] * weight, f"{where} your weight", {
            "γ/s belongs to a row, one for each output": factor * weight if out == inputs else np.full(1, np.nan),
            "ε is missing in the root": (gamma / np.sqrt(variance))[:, None] * weight,
            "divide by the root of the variance": (gamma / (variance + epsilon))[:, None] * weight,
            "the factor γ is missing": weight / np.sqrt(variance + epsilon)[:, None],
            "ε goes under the root": (gamma / (np.sqrt(variance) + epsilon))[:, None] * weight,
        })  # fmt: skip
        _judge(new_bias, factor * (bias - mean) + beta, f"{where} your bias", {
            "the old bias is lost": beta - factor * mean,
            "the old bias is multiplied by γ/s too": bias - factor * mean + beta,
            "the running mean is taken off, not added": factor * (bias + mean) + beta,
            "the running mean is missing": factor * bias + beta,
            "β is missing": factor * (bias - mean),
            "the running mean is multiplied by γ/s too": factor * bias - mean + beta,
        })  # fmt: skip
        ours = batch_norm(affine(x, weight, bias), gamma, beta, mean=mean, variance=variance, epsilon=epsilon)
        if not np.allclose(affine(x, new_weight, new_bias), ours, rtol=1e-6, atol=1e-8):
            raise Wrong(f"{where} the folded layer gives other outputs than the two layers")
    return "three layers, on inputs that you did not see"


def _judge(got: np.ndarray, right: np.ndarray, what: str, slips: dict[str, np.ndarray]) -> None:
    if np.allclose(got, right, rtol=1e-6, atol=1e-9):
        return

    def same(slip: np.ndarray) -> bool:
        return slip.shape == got.shape and np.allclose(got, slip, rtol=1e-6)

    clue = next((f": {words}" for words, slip in slips.items() if same(slip)), "")
    spot = np.unravel_index(np.abs(got - right).argmax(), right.shape)
    place = ", ".join(map(str, spot))
    raise Wrong(f"{what}[{place}] is {got[spot]:.4g}; the two layers together have {right[spot]:.4g}{clue}")
