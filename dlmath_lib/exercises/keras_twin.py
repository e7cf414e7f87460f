"""The exercises of ``chapters/practice/keras_twin.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

_ALPHA, _BETA = sp.symbols("alpha beta", positive=True)
_X, _G, _V = sp.symbols("x g v", real=True)
_LARGEST = 7 * float(np.log(10))


@exercise("keras_twin.parameters", of="eq-dense-count")
def parameters(answer: Any) -> str:
    """Parameters of 784 → 128 → 64 → 10, and what momentum keeps."""
    first, second, third, total, kept = parts(answer, 5, "five numbers, (first, second, third, all, velocities)")
    for value, m, d, which in ((first, 128, 784, "first"), (second, 64, 128, "second"), (third, 10, 64, "third")):
        what = f"the number of parameters of the {which} layer"
        hint = f"{m} neurons with {d} weights each" + (
            " have a bias each, too" if value == m * d else " and a bias each"
        )
        close_to(value, m * (d + 1), rtol=1e-9, what=what, hint=hint)
    close_to(total, 109_386, rtol=1e-9, what="the sum", hint="It is the sum of the three layers")
    close_to(kept, 109_386, rtol=1e-9, what="the number of velocities", hint="There is one for each parameter")
    return "momentum doubles what is kept"


@exercise("keras_twin.epoch", of=("eq-epoch-loss", "eq-mean-of-batch-means"))
def epoch(answer: Any) -> str:
    """1,500 examples in batches of 64: steps, last batch, steps of 20 epochs, the reported loss."""
    steps, last, all_steps, loss = parts(answer, 4, "four numbers, (steps, last, steps of 20 epochs, loss)")
    if np.isclose(float(steps), 23):
        raise Wrong("the steps of an epoch are 23 in your answer; the last, smaller batch is a step, too")
    close_to(steps, 24, rtol=1e-9, what="the number of steps of an epoch", hint="It is 1500/64, rounded up")
    close_to(last, 28, rtol=1e-9, what="the size of the last batch", hint="23 batches of 64 are 1472 examples")
    close_to(all_steps, 480, rtol=1e-9, what="the steps of 20 epochs", hint="Each epoch has as many as the first")
    if np.isclose(float(loss), (23 * 0.5 + 1.2) / 24, rtol=1e-4):
        raise Wrong("the loss is the plain mean of the 24 batch losses; fit weights each by its size")
    close_to(loss, (1472 * 0.5 + 28 * 1.2) / 1500, rtol=1e-4, what="the loss", hint="Weight 0.5 by 1472, 1.2 by 28")
    return "the plain mean would be 0.529"


@exercise("keras_twin.same_step", of=("eq-keras-step", "eq-keras-nesterov"))
def same_step(answer: Any) -> str:
    """Keras's step with w = −αv is the book's."""
    start = _X + _BETA * (_BETA * (-_ALPHA * _V) - _ALPHA * _G) - _ALPHA * _G
    end = _X - _ALPHA * (_G + _BETA * (_BETA * _V + _G))
    return f"{derivation_of(answer, start, end, min_steps=2)}. With w⁺ = −αv⁺ this holds in each step"


Loss = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[float, np.ndarray]]


def _squared(theta: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    miss = x @ theta - y
    return float(np.mean(miss**2)), 2 * x.T @ miss / len(x)


def _quartic(theta: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    miss = np.tanh(x @ theta) - y
    return float(np.mean(miss**2)), 2 * x.T @ (miss * (1 - np.tanh(x @ theta) ** 2)) / len(x)


# (name, loss, examples, batch size): one without a smaller last batch, one with a single batch.
_EPOCHS: list[tuple[str, Loss, int, int]] = [
    ("squared error", _squared, 10, 4),
    ("a tanh neuron", _quartic, 9, 4),
    ("squared error", _squared, 8, 4),
    ("squared error", _squared, 5, 32),
]


def _epoch(
    loss_and_gradient: Loss, theta: np.ndarray, velocity: np.ndarray, x: np.ndarray, y: np.ndarray, size: int,
    rate: float, momentum: float, *, weigh: bool = True, last: bool = True, form: str = "nesterov", after: bool = False,
    full: bool = False, fresh: bool = False,
) -> tuple[np.ndarray, np.ndarray, float]:  # fmt: skip
    """An epoch; the options make a slip each."""
    losses, sizes = [], []
    velocity = np.zeros_like(velocity) if fresh else velocity
    end = len(x) if last else len(x) - len(x) % size
    for first in range(0, max(end, 1), size):
        batch = slice(first, first + size)
        loss, g = loss_and_gradient(theta, x[batch], y[batch])
        if form == "book":
            velocity = momentum * velocity + g
            theta = theta - rate * (g + momentum * velocity)
        else:
            velocity = momentum * velocity - rate * g
            moves = {"nesterov": momentum * velocity - rate * g, "heavy": velocity, "half": momentum * velocity}
            theta = theta + moves[form]
        losses.append(loss_and_gradient(theta, x[batch], y[batch])[0] if after else loss)
        sizes.append(len(x[batch]))
    if full:
        return theta, velocity, float(np.sum(losses) * size / len(x))
    return theta, velocity, float(np.average(losses, weights=sizes if weigh else None))


_SLIPS: list[tuple[str, dict[str, Any]]] = [
    ("the last, smaller batch is left out; fit makes a step with it", {"last": False}),
    (
        "the step is x + w, the heavy ball (or x + βw − αg with the old w, the same); Nesterov's takes the new w there",
        {"form": "heavy"},
    ),
    ("the step is x + βw with the new w; the −αg is missing", {"form": "half"}),
    ("the velocity starts at 0 in your program; it is handed over, as that of the epoch before", {"fresh": True}),
]


@exercise("keras_twin.fit_epoch", of=("eq-keras-step", "eq-epoch-loss"))
def fit_epoch(answer: Any) -> str:
    """One epoch of fit, with Keras's Nesterov step and the loss that it reports."""
    names = ("loss_and_gradient", "theta", "velocity", "x", "y", "batch_size", "learning_rate", "momentum")
    rng = np.random.default_rng(3)
    for name, loss, n, size in _EPOCHS:
        x, y = rng.normal(size=(n, 3)), rng.normal(size=n)
        theta, velocity = rng.normal(size=3), 0.1 * rng.normal(size=3)
        what = f"for {name}, {n} examples in batches of {size}"
        found = call(answer, loss, theta, velocity, x, y, size, 0.1, 0.8, names=names)
        if not isinstance(found, (list, tuple)) or len(found) != 3:
            raise Wrong(f"fit_epoch must return (theta, velocity, loss); {what} it returns {show(found)}")
        mine = numbers(found[0], f"{what} your theta", shape=(3,))
        speed = numbers(found[1], f"{what} your velocity", shape=(3,))
        told = float(numbers(found[2], f"{what} your loss", shape=()))
        given = (loss, theta, velocity, x, y, size, 0.1, 0.8)
        right = _epoch(*given)
        if np.allclose(speed, _epoch(*given, form="book")[1], rtol=1e-7):
            raise Wrong(f"{what} the velocity is the book's, βv + g; Keras's is βw − αg")
        if not np.allclose(mine, right[0], rtol=1e-7):
            for words, options in _SLIPS:
                if np.allclose(mine, _epoch(*given, **options)[0], rtol=1e-7):
                    raise Wrong(f"{what}: {words}")
            raise Wrong(f"{what} your theta is {show(mine.tolist())}, right is {right[0].round(6).tolist()}")
        if not np.allclose(speed, right[1], rtol=1e-7):
            raise Wrong(f"{what} your velocity is {show(speed.tolist())}, right is {right[1].round(6).tolist()}")
        if not np.isclose(told, right[2], rtol=1e-7):
            if np.isclose(told, _epoch(*given, weigh=False)[2], rtol=1e-7):
                raise Wrong(f"{what} the loss is the plain mean of the batch losses; weight each by its size")
            if np.isclose(told, _epoch(*given, full=True)[2], rtol=1e-7):
                raise Wrong(f"{what} the last batch's loss is weighed like that of a full batch; weigh it by its size")
            if np.isclose(told, right[2] * n, rtol=1e-7):
                raise Wrong(f"{what} the loss is the sum over the examples; divide it by their number")
            if np.isclose(told, _epoch(*given, after=True)[2], rtol=1e-7):
                raise Wrong(f"{what} each batch's loss is taken after its step; fit reports that before it")
            if np.isclose(told, loss(right[0], x, y)[0], rtol=1e-7):
                raise Wrong(f"{what} the loss is that of the last weights; fit reports the mean along the epoch")
            raise Wrong(f"{what} your loss is {show(told)}, right is {right[2]:.6f}")
    return "four epochs, with weights, velocities and losses as fit has them"


def _predict(
    weights: list[np.ndarray], x: np.ndarray, *, hidden: str = "relu", output: str = "", axis: int = 1
) -> np.ndarray:
    *layers, (kernel, bias) = zip(weights[::2], weights[1::2], strict=True)
    for k, c in layers:
        x = np.maximum(x @ k + c, 0) if hidden == "relu" else x @ k + c
    z = x @ kernel + bias
    z = np.maximum(z, 0) if output == "relu" else z
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


@exercise("keras_twin.predict", of="eq-dense-count")
def predict(answer: Any) -> str:
    """Probabilities from what get_weights() returns."""
    rng = np.random.default_rng(5)
    for sizes in ((4, 3), (3, 5, 2), (2, 4, 4, 3)):
        weights = []
        for d, m in pairwise(sizes):
            weights += [rng.normal(size=(d, m)).round(2), rng.normal(size=m).round(2)]
        x = rng.normal(size=(6, sizes[0])).round(2)
        _same_probabilities(answer, weights, x, f"for layers of {' → '.join(map(str, sizes))}")
    far = [np.array([[1000.0, -1000.0]]), np.zeros(2)]
    _same_probabilities(answer, far, np.array([[1.0], [-1.0]]), "for logits of ±1000")
    return "one, two and three layers, and logits of ±1000"


def _same_probabilities(answer: Any, weights: list[np.ndarray], x: np.ndarray, what: str) -> None:
    right = _predict(weights, x)
    try:
        with np.errstate(all="ignore"):
            found = call(answer, weights, x, names=("weights", "x"))
    except Wrong as wrong:
        if wrong.unfinished or "raises ValueError" not in str(wrong):
            raise
        raise Wrong(f"{wrong}. A kernel has the shape (inputs, outputs), and x the shape (examples, inputs)") from None
    mine = numbers(found, f"{what} your array of probabilities", shape=right.shape)
    if np.allclose(mine, right, rtol=1e-7, atol=1e-12):
        return
    if len(weights) > 2 and np.allclose(mine, _predict(weights, x, hidden="linear")):
        raise Wrong(f"{what}: the hidden layers have ReLU, and yours are linear")
    if np.allclose(mine, _predict(weights, x, output="relu")):
        raise Wrong(f"{what}: the last layer has no ReLU before its softmax, and yours has")
    if np.allclose(mine, _predict(weights, x, axis=0)):
        raise Wrong(f"{what}: your columns sum to 1; each row, an example, must")
    if np.allclose(np.log(np.maximum(right, 1e-300)), mine - np.log(np.exp(mine).sum(axis=1, keepdims=True))):
        raise Wrong(f"{what}: these are logits; the last layer has softmax")
    row = int(np.argmax(~np.isclose(mine, right, rtol=1e-7, atol=1e-12).all(axis=1)))
    raise Wrong(f"{what} your row {row} is {show(mine[row].tolist())}, right is {right[row].round(6).tolist()}")


@exercise("keras_twin.clipped", of=("eq-clipped-loss", "eq-clipped-slope"))
def clipped(answer: Any) -> str:
    """The largest loss, a slope, and a loss from logits and from probabilities."""
    largest, slope, logits, reported = parts(answer, 4, "four numbers, (largest, derivative, from_logits, from_…)")
    close_to(largest, _LARGEST, rtol=1e-4, what="the largest loss", hint="It is −log(1e-7)")
    if abs(float(slope) + 1e9) < 1:
        raise Wrong("the derivative is −1/q in your answer; at q = 1e-9 the loss is clipped, and does not hang on q")
    close_to(slope, 0.0, what="the derivative at q = 1e-9", hint="Below 1e-7 the loss does not change with q")
    close_to(logits, 30.0, rtol=1e-4, what="the loss from logits", hint="It is log(1 + e³⁰)")
    if np.isclose(float(reported), 30.0, rtol=1e-3):
        raise Wrong("the loss that Keras reports is 30 in your answer; q is about 1e-13, and is clipped to 1e-7")
    close_to(reported, _LARGEST, rtol=1e-4, what="the loss that Keras reports", hint="q is about 1e-13, below 1e-7")
    return "on JAX a loss of probabilities ends at 16.118; one of logits does not"


_CAUSES = {"rounding", "mistake", "clipped", "softmax"}
# What is seen, its cause, and why the others do not explain it.
_SEEN = {
    "a": ("mistake", "0.02 at step 2 is a hundred thousand times the rounding of step 1"),
    "b": ("rounding", "in float64 the difference is nearly gone, and a mistake in the rule would still be there"),
    "c": ("softmax", "with nearly all answers right it is just above the floor for ten classes, log(1 + 9/e) = 1.461"),
    "d": ("clipped", "11.3 is 16.118 times the 0.7 that are wrong; without a bound the loss is large"),
}  # fmt: skip


@exercise("keras_twin.diagnose", of=("eq-rounding-growth", "eq-clipped-loss", "eq-double-softmax-floor"))
def diagnose(answer: Any) -> str:
    """Which of four causes explains what two programs report; the floor for five classes."""
    *causes, floor = parts(answer, 5, "four words and a number, (a, b, c, d, e)")
    for given, (letter, (right, why)) in zip(causes, _SEEN.items(), strict=True):
        word = given.strip().lower() if isinstance(given, str) else given
        if not isinstance(word, str) or word not in _CAUSES:
            raise Wrong(f'({letter}) must be "rounding", "mistake", "clipped" or "softmax"; it is {show(given)}')
        if word != right:
            raise Wrong(f"({letter}) is not {word}: {why}")
    right_floor = float(np.log(1 + 4 / np.e))
    close_to(floor, right_floor, rtol=1e-3, what="(e), the floor", hint="Put K = 5 into log(1 + (K − 1)/e)")
    return "compare the first steps, repeat in float64, and know 16.118 and the floor of your number of classes"


_KINDS = {
    "a": "(a) is as it should be: the number of inputs comes from the data, or from an Input before it",
    "b": "(b) is as it should be, with a loss that takes probabilities",
    "f": "(f) is as it should be, once the loss takes class indices",
}
_MISSED = {
    "c": "one of the lines names an argument that Keras 3 does not know",
    "d": "one of the lines asks for one-hot rows, and the labels are class indices",
    "e": "one of the lines has an argument that is ignored: it warns, and trains with another rate than is meant",
}


@exercise("keras_twin.repair", of="eq-keras-step")
def repair(answer: Any) -> str:
    """Which lines of an old program must be changed for Keras 3."""
    text = "".join(answer) if isinstance(answer, (list, tuple, set)) and all(map(_letter, answer)) else answer
    if not isinstance(text, str):
        raise Wrong(f'your answer must be the letters in quotes, such as "abf"; it is {show(answer)}')
    letters = {c for c in text.lower() if c.isalpha()}
    if unknown := sorted(letters - set("abcdef")):
        raise Wrong(f"the lines are (a) to (f); your answer has {', '.join(unknown)}")
    for letter in sorted(letters & set(_KINDS)):
        raise Wrong(_KINDS[letter])
    for letter, words in _MISSED.items():
        if letter not in letters:
            raise Wrong(f"something is missing: {words}")
    return "learning_rate, sparse_categorical_crossentropy, and a schedule from keras.optimizers.schedules"


def _letter(value: Any) -> bool:
    return isinstance(value, str)
