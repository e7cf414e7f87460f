"""Checkers of the chapter regularization/dropout."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.activations import softmax
from dlmath_lib.exercises.answers import Wrong, close_to, numbers, parts
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise


@exercise("dropout.by_hand", of=("eq-drop-mean", "eq-drop-variance", "eq-drop-term", "eq-drop-shrink"))
def by_hand(answer: Any) -> str:
    """A unit with activations 3, 1, 2, weights 2, −1, 4 and b = 5, at the rate 0.2."""
    values = parts(answer, 5, "a list of five numbers, [a, b, c, d, e]")
    wanted: list[tuple[float, str, dict[float, str]]] = [
        (
            22.5,
            "(6 + 8)/0.8 + 5",
            {19: "the kept activations are divided by 1 − p", 23.75: "the bias is not dropped and not scaled"},
        ),
        (
            18,
            "In evaluation nothing is dropped and nothing is scaled",
            {15.4: "inverted dropout needs no factor in evaluation"},
        ),
        (
            25.25,
            "p/(1 − p) times the sum of the (w a)²",
            {
                5.0249378: "that is the standard deviation",
                101 * 0.16: "the kept ones are divided by 1 − p, which divides the variance p(1 − p) by (1 − p)²",
                101: "times p/(1 − p)",
            },
        ),
        (0.25, "λ = p/(1 − p)", {0.2: "that is p", 4: "that is (1 − p)/p"}),
        (4, "A feature without correlation: times 1 − p", {6.25: "that is divided by 1 − p: dropout shrinks"}),
    ]
    for letter, value, (right, hint, slips) in zip("abcde", values, wanted, strict=True):
        _not_by(value, slips, f"({letter})")
        close_to(value, right, rtol=1e-4, what=f"({letter})", hint=hint)
    return "z is 22.5 with this mask, 18 on average and in evaluation"


def _not_by(value: Any, slips: dict[float, str], part: str) -> None:
    for slip, words in slips.items():
        if isinstance(value, (int, float, np.number)) and np.isclose(float(value), slip, rtol=1e-4):
            raise Wrong(f"{part}: {words}")


@exercise("dropout.layer", of=("eq-drop-mean", "eq-drop-square"))
def layer(answer: Any) -> str:
    """Dropout forward, with its mask."""
    rng = np.random.default_rng(61)
    x = np.random.default_rng(62).uniform(1, 2, size=(400, 50))
    for rate in (0.3, 0.8, 0.0):
        y, mask = _forward(answer, x, rate, True, rng)
        where = f"for the rate {rate:g}"
        if not np.allclose(y, mask * x):
            raise Wrong(f"{where} y must be the mask times x, entry by entry")
        levels = np.unique(mask.round(9))
        if rate and not np.isclose(mask.max(), 1 / (1 - rate)):
            clue = {1.0: ": nothing is scaled", 1 / rate: ": divide by 1 − rate"}
            near = next((words for size, words in clue.items() if np.isclose(mask.max(), size)), "")
            raise Wrong(f"{where} the kept entries of the mask are {mask.max():.4g}, not {1 / (1 - rate):.4g}{near}")
        if len(levels) != (2 if rate else 1) or (rate and levels[0] != 0):
            raise Wrong(f"{where} the mask must hold 0 and 1/(1 − rate); it holds {len(levels)} different numbers")
        _judge_draws(mask, rate, where)
    again = _forward(answer, x, 0.3, True, rng)[1]
    if np.array_equal(again, _forward(answer, x, 0.3, True, rng)[1]):
        raise Wrong("two calls with the same rng in a row give the same mask: draw from rng, and do not make your own")
    y, mask = _forward(answer, x, 0.3, False, rng)
    if not np.array_equal(y, x):
        raise Wrong("in evaluation (training=False) y must be x itself: nothing is dropped and nothing is scaled")
    if not np.allclose(mask, 1):
        raise Wrong("in evaluation the mask must be ones, so that the pull is g itself")
    return "the right values, independent draws, a new mask each time, and the identity in evaluation"


def _forward(answer: Any, x: np.ndarray, rate: float, training: bool, rng: np.random.Generator) -> Any:
    found = call(answer, x, rate, training, rng, names=("x", "rate", "training", "rng"))
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise Wrong("layer must return the pair (y, mask)")
    where = f"for the rate {rate:g} and training={training} your"
    return numbers(found[0], f"{where} y", shape=x.shape), numbers(found[1], f"{where} mask", shape=x.shape)


def _judge_draws(mask: np.ndarray, rate: float, where: str) -> None:
    """The share that is dropped, overall, by row and by column: a mask shared by rows or columns shows there."""
    gone = mask == 0
    if abs(gone.mean() - rate) > 0.02:
        clue = ": rate is the probability to drop, not to keep" if abs(gone.mean() - (1 - rate)) < 0.02 else ""
        raise Wrong(f"{where} a share of {gone.mean():.3f} is dropped{clue}")
    if not rate:
        return
    for axis, name, other in ((0, "example", "column"), (1, "activation", "row")):
        if gone.mean(axis=axis).std() > 0.2:
            raise Wrong(
                f"{where} each {name} must have draws of its own: whole {other}s of your mask are dropped together"
            )
    if gone.sum(axis=1).std() < 0.5:
        raise Wrong(f"{where} each row of your mask drops the same number of entries: the draws must be independent")


@exercise("dropout.one_input", of=("eq-drop-error", "eq-drop-term"))
def one_input(answer: Any) -> str:
    """The expected squared error with one input."""
    p = sp.Symbol("p", positive=True)
    y, w, x = sp.symbols("y w x", real=True)
    begin = (1 - p) * (y - w * x / (1 - p)) ** 2 + p * y**2
    end = (y - w * x) ** 2 + p / (1 - p) * w**2 * x**2
    return derivation_of(answer, begin, end, min_steps=2, where={p: (0, 1)})


@exercise("dropout.regression", of=("eq-drop-error", "eq-drop-two", "eq-drop-shrink"))
def regression(answer: Any) -> str:
    """The weights that minimise the expected squared error of a regression with dropped inputs."""
    for seed, (n, d, rate) in enumerate([(30, 3, 0.5), (50, 4, 0.2), (40, 1, 0.7), (20, 2, 0.0)]):
        rng = np.random.default_rng([63, seed])
        x = rng.normal(size=(n, d)) * rng.uniform(0.3, 4, size=d) + rng.normal(size=d)
        y = x @ rng.normal(size=d) + rng.normal(size=n)
        found = numbers(call(answer, x, y, rate, names=("X", "y", "p")), f"for p = {rate:g} your weights", shape=(d,))
        lam, gram = rate / (1 - rate), x.T @ x
        squares = (x**2).sum(axis=0)
        right = _ridge(gram, lam * np.diag(squares), x.T @ y)
        if np.allclose(found, right, rtol=1e-6, atol=1e-9):
            continue
        eye = np.eye(d)
        least = np.linalg.lstsq(x, y, rcond=None)[0]
        spread = n * np.diag(x.var(axis=0))
        slips = {
            "that is least squares: the penalty is missing": least,
            "the penalty of feature i goes with the mean square of feature i": _ridge(gram, lam * n * eye, x.T @ y),
            "λ is p/(1 − p), not p": _ridge(gram, rate * np.diag(squares), x.T @ y),
            "take sums in both, or means in both": _ridge(gram, lam * np.diag(squares) / n, x.T @ y),
            "the mean square is meant, not the variance": _ridge(gram, lam * spread, x.T @ y),
            "that is (1 − p) times least squares, which holds without correlation": (1 - rate) * least,
        }
        clue = next((f": {words}" for words, slip in slips.items() if np.allclose(found, slip, rtol=1e-5)), "")
        raise Wrong(f"for {n} examples, {d} features and p = {rate:g} your weights are {found.round(4).tolist()}; "
                    f"{right.round(4).tolist()} have the smallest expected error{clue}")  # fmt: skip
    return "four data sets that you did not see"


def _ridge(gram: np.ndarray, penalty: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.linalg.solve(gram + penalty, right)


@exercise("dropout.gaussian", of=("eq-drop-variance", "eq-drop-square", "eq-drop-spread"))
def gaussian(answer: Any) -> str:
    """Gaussian noise with the mask's variance, the rate for a variance of ¼, and the units for a spread."""
    sigma, rate, units = parts(answer, 3, "a list of three expressions or numbers, [sigma, rate, units]")
    p = sp.Symbol("p", positive=True)
    for part, right, name in ((sigma, sp.sqrt(p / (1 - p)), "σ"), (rate, sp.Rational(1, 5), "the rate")):
        try:
            expression_equals(part, right, where={p: (0, 1)} if name == "σ" else None)
        except Wrong as problem:
            raise Wrong(f"{name}: {problem}", unfinished=problem.unfinished) from None
    close_to(units, 400, what="the number of units", hint="p/((1 − p) n) must be 0.05²")
    return "a rate of 0.2 makes as much noise as a standard deviation of ½"


@exercise("dropout.geometric", of="eq-drop-geometric")
def geometric(answer: Any) -> str:
    """The normalised geometric mean over all masks."""
    for seed, (classes, inputs, rate) in enumerate([(3, 4, 0.5), (2, 3, 0.2), (4, 5, 0.7)]):
        rng = np.random.default_rng([64, seed])
        weight, bias, a = rng.normal(size=(classes, inputs)), rng.normal(size=classes), rng.normal(size=inputs)
        found = numbers(
            call(answer, weight, bias, a, rate, names=("weight", "bias", "a", "rate")),
            f"for {classes} classes, {inputs} inputs and the rate {rate:g} your probabilities", shape=(classes,),
        )  # fmt: skip
        right = softmax(weight @ a + bias)
        if np.allclose(found, right, rtol=1e-7, atol=1e-10):
            continue
        kept = np.array(list(itertools.product((0, 1), repeat=inputs)))
        chances = np.prod(np.where(kept, 1 - rate, rate), axis=1)
        q = softmax(kept / (1 - rate) * a @ weight.T + bias)
        even = softmax(np.log(q).mean(axis=0))
        slips = {
            "that is the arithmetic mean": chances @ q,
            "it must be made to sum to 1": np.exp(chances @ np.log(q)),
            "weight each mask with its probability": even,
            "divide the kept inputs by 1 − rate": softmax(chances @ np.log(softmax(kept * a @ weight.T + bias))),
        }
        clue = next((f": {words}" for words, slip in slips.items() if np.allclose(found, slip, rtol=1e-6)), "")
        raise Wrong(f"for {classes} classes, {inputs} inputs and the rate {rate:g} your first probability is "
                    f"{found[0]:.5f}, not {right[0]:.5f}{clue}")  # fmt: skip
    return "for three layers, and each time it is the softmax of evaluation"
