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
            {
                19: "the kept activations are divided by 1 − p",
                23.75: "the bias is not dropped and not scaled",
                17.5: "the bias is added too",
            },
        ),
        (
            18,
            "In evaluation nothing is dropped and nothing is scaled",
            {15.4: "inverted dropout needs no factor in evaluation", 13: "the bias is added too"},
        ),
        (
            25.25,
            "p/(1 − p) times the sum of the (w a)²",
            {
                5.0249378: "that is the standard deviation",
                101 * 0.16: "the kept ones are divided by 1 − p, which divides the variance p(1 − p) by (1 − p)²",
                101: "times p/(1 − p)",
                20.2: "λ is p/(1 − p), not p",
                50.25: "the bias is no draw: it adds nothing to the variance",
            },
        ),
        (0.25, "λ = p/(1 − p)", {0.2: "that is p", 4: "that is (1 − p)/p"}),
        (
            4,
            "A standardised feature without correlation: times 1 − p",
            {
                6.25: "that is divided by 1 − p: dropout shrinks",
                1: "that is what is lost, p times the weight",
                3.75: "divide by 1 + λ: that is times 1 − λ",
            },
        ),
    ]
    for letter, value, (right, hint, slips) in zip("abcde", values, wanted, strict=True):
        _not_by(value, slips, f"({letter})")
        close_to(value, right, rtol=1e-4, what=f"({letter})", hint=hint)
    return "z is 22.5 with this mask, 18 on average and in evaluation"


def _not_by(value: Any, slips: dict[float, str], part: str) -> None:
    for slip, words in slips.items():
        if isinstance(value, (int, float, np.number)) and np.isclose(float(value), slip, rtol=1e-3, atol=0):
            raise Wrong(f"{part}: {words}")


@exercise("dropout.layer", of=("eq-drop-mean", "eq-drop-square"))
def layer(answer: Any) -> str:
    """Dropout forward, with its mask, and the pull."""
    rng = np.random.default_rng(61)
    x, g = np.random.default_rng(62).uniform(1, 2, size=(2, 400, 50))
    for rate in (0.3, 0.8, 0.0):
        y, mask, pulled = _both_ways(answer, x, g, rate, True, rng)
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
        _judge_pull(pulled, g, mask, rate, where)
    again = _both_ways(answer, x, g, 0.3, True, rng)[1]
    if np.array_equal(again, _both_ways(answer, x, g, 0.3, True, rng)[1]):
        raise Wrong("two calls with the same rng in a row give the same mask: draw from rng, and do not make your own")
    twins = [_both_ways(answer, x, g, 0.3, True, np.random.default_rng(63))[1] for _ in range(2)]
    if not np.array_equal(*twins):
        raise Wrong("two generators with the same seed give different masks: draw from rng, and do not make your own")
    y, mask, pulled = _both_ways(answer, x, g, 0.3, False, rng)
    if not np.array_equal(y, x):
        raise Wrong("in evaluation (training=False) y must be x itself: nothing is dropped and nothing is scaled")
    if not np.allclose(mask, 1):
        raise Wrong("in evaluation the mask must be ones, so that the pull is g itself")
    if not np.allclose(pulled, g):
        raise Wrong("in evaluation the pull must be g itself")
    return "the right values both ways, independent draws, a new mask each time, and the identity in evaluation"


def _both_ways(answer: Any, x: np.ndarray, g: np.ndarray, rate: float, training: bool, rng: np.random.Generator) -> Any:
    found = call(answer, x, g, rate, training, rng, names=("x", "g", "rate", "training", "rng"))
    if not isinstance(found, (tuple, list)) or len(found) != 3:
        raise Wrong("layer must return the three arrays (y, mask, pulled)")
    where = f"for the rate {rate:g} and training={training} your"
    names = ("y", "mask", "pulled")
    return tuple(numbers(each, f"{where} {name}", shape=x.shape) for each, name in zip(found, names, strict=True))


def _judge_pull(pulled: np.ndarray, g: np.ndarray, mask: np.ndarray, rate: float, where: str) -> None:
    if np.allclose(pulled, mask * g):
        return
    kept = mask > 0
    if np.allclose(pulled, g):
        raise Wrong(f"{where} the pull is g itself: a dropped entry has no effect on y, and gets no gradient")
    if np.allclose(pulled, kept * g):
        raise Wrong(f"{where} the pull must be scaled by 1/(1 − rate) as y is: y = mask · x has the derivative mask")
    if rate and np.any(pulled[~kept]):
        raise Wrong(f"{where} the pull is not 0 at entries that the forward pass dropped: take the same mask")
    raise Wrong(f"{where} the pull must be the mask times g, entry by entry")


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
        centre, middle = x - x.mean(axis=0), y - y.mean()
        slips = {
            "that is least squares: the penalty is missing": least,
            "the penalty of feature i goes with the mean square of feature i": _ridge(gram, lam * n * eye, x.T @ y),
            "the penalty of feature i goes with the mean square of feature i, and with sums take n times it": _ridge(
                gram, lam * eye, x.T @ y
            ),
            "λ is p/(1 − p), not p": _ridge(gram, rate * np.diag(squares), x.T @ y),
            "take sums in both, or means in both": _ridge(gram, lam * np.diag(squares) / n, x.T @ y),
            "take means in both, or sums in both": _ridge(gram, lam * n * np.diag(squares), x.T @ y),
            "the mean square is meant, not the variance": _ridge(gram, lam * spread, x.T @ y),
            "(1 − p) times least squares is the answer where XᵀX is diagonal; here it is not": (1 - rate) * least,
            "the data are not to be centred: there is no bias": _ridge(
                centre.T @ centre, lam * np.diag(squares), centre.T @ middle
            ),
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
    root = sp.sqrt(p / (1 - p))
    for part, right, name, slips in (
        (sigma, root, "σ", {
            p / (1 - p): "that is the variance; σ is its root",
            -root: "a standard deviation is positive",
        }),
        (rate, sp.Rational(1, 5), "the rate", {
            sp.Rational(1, 4): "¼ is the variance p/(1 − p); solve for p",
            sp.Rational(1, 3): "that makes σ² = ½; the variance is to be ¼",
            sp.Rational(4, 5): "that is the probability to keep",
        }),
    ):  # fmt: skip
        try:
            expression_equals(part, right, where={p: (0, 1)} if name == "σ" else None)
        except Wrong as problem:
            clue = next((words for slip, words in slips.items() if _is(part, slip, p)), problem)
            raise Wrong(f"{name}: {clue}", unfinished=problem.unfinished) from None
    _not_by(units, {20: "that is 1/0.05; the spread is the root of p/((1 − p) n)"}, "the number of units")
    close_to(units, 400, what="the number of units", hint="p/((1 − p) n) must be 0.05²")
    return "a rate of 0.2 makes as much noise as a standard deviation of ½"


def _is(part: Any, slip: Any, p: sp.Symbol) -> bool:
    try:
        expression_equals(part, slip, where={p: (0, 1)} if slip.free_symbols else None)
    except Wrong:
        return False
    return True


@exercise("dropout.places", of=("eq-drop-mean", "eq-drop-square", "eq-drop-variance"))
def places(answer: Any) -> str:
    """Draws for channels and for entries, batch norm behind dropout, a share of sub-networks, a rate from a table."""
    values = parts(answer, 5, "a list of five numbers, [a, b, c, d, e]")
    wanted: list[tuple[float, str, dict[float, str]]] = [
        (
            64,
            "One draw for each channel of each image: 4 · 16",
            {
                16: "each image has draws of its own",
                2304: "that is one draw for each pixel; a channel is dropped as a whole",
                36: "those are the pixels of one channel, which share a draw",
                4: "each channel has a draw of its own",
            },
        ),
        (2304, "One draw for each entry: 4 · 16 · 6 · 6", {64: "that is (a)", 576: "each image has draws of its own"}),
        (
            11,
            "The mean square 10 becomes 10/(1 − p), the mean stays 3",
            {
                1: "that is the variance in evaluation; the mask adds to it",
                2: "it is the mean square that is divided by 1 − p, not the variance",
                20: "that is the mean square in training; subtract the squared mean",
                10: "that is the mean square in evaluation",
                0.5: "the kept ones are doubled: the variance grows",
            },
        ),
        (
            0.30151134,
            "The root of variance in evaluation over running variance",
            {
                1: "batch norm divides by the root of the running variance of (c) in evaluation",
                1 / 11: "that is the variance; the standard deviation is its root",
                3.3166248: "that is the inverse: evaluation has the smaller variance",
            },
        ),
        (
            0.5,
            "The smallest validation loss",
            {
                0: "that has the smallest training loss and the largest gap; the choice is made on validation data",
                0.8: "its training and validation loss are close, yet both are high",
                0.56: "that is the loss; give its rate",
            },
        ),
    ]
    for letter, value, (right, hint, slips) in zip("abcde", values, wanted, strict=True):
        _not_by(value, slips, f"({letter})")
        close_to(value, right, rtol=1e-2 if letter == "d" else 1e-6, what=f"({letter})", hint=hint)
    return "behind this dropout batch norm evaluates with outputs of standard deviation 0.30 in place of 1"


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
        swapped = np.prod(np.where(kept, rate, 1 - rate), axis=1)
        slips = {
            "that is the arithmetic mean": chances @ q,
            "these are logarithms; take exp, and make them sum to 1": chances @ np.log(q),
            "an input is kept with probability 1 − rate": softmax(swapped @ np.log(q)),
            "the bias is missing": softmax(weight @ a),
            "it must be made to sum to 1": np.exp(chances @ np.log(q)),
            "weight each mask with its probability": even,
            "the inputs are too small: divide the kept ones by 1 − rate": softmax(
                chances @ np.log(softmax(kept * a @ weight.T + bias))
            ),
        }
        clue = next((f": {words}" for words, slip in slips.items() if np.allclose(found, slip, rtol=1e-6)), "")
        raise Wrong(f"for {classes} classes, {inputs} inputs and the rate {rate:g} your first probability is "
                    f"{found[0]:.5f}, not {right[0]:.5f}{clue}")  # fmt: skip
    return "for three layers, and each time it is the softmax of evaluation"
