"""The exercises of ``chapters/networks/training_a_network.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, choice, close_to, number, numbers, parts, same_array
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

_S = sp.Symbol("s", positive=True)
_W, _B, _V, _X, _Z = sp.symbols("w b v x z", real=True)
_RELU = sp.Function("ReLU")

Slope = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[float, np.ndarray]]


def _line(parameters: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Half the mean squared error of a linear model, and its gradient."""
    error = x @ parameters - y
    return float(error @ error) / (2 * len(y)), x.T @ error / len(y)


def _yes_or_no(parameters: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean binary cross-entropy of a linear model, and its gradient."""
    z = x @ parameters
    loss = np.logaddexp(0, z) - (y > 0) * z
    return float(loss.mean()), x.T @ (1 / (1 + np.exp(-z)) - (y > 0)) / len(y)


def _problem(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=3), rng.normal(size=(n, 3)), rng.normal(size=n)


def _train(slope: Slope, parameters: np.ndarray, x: Any, y: Any, batches: Any, rate: float) -> np.ndarray:
    for batch in batches:
        parameters = parameters - rate * slope(parameters, x[batch], y[batch])[1]
    return parameters


@exercise("training_a_network.steps", of=("eq-steps-of-an-epoch", "eq-minibatch-variance"))
def steps(answer: Any) -> str:
    """1437 examples, batches of 32, 15 epochs; V = 2."""
    wanted = "four numbers, (steps per epoch, size of the last batch, steps, typical error)"
    epoch, last, total, error = parts(answer, 4, wanted)
    _told(epoch, _STEPS, "the number of steps in an epoch")
    close_to(epoch, 45, what="the number of steps in an epoch", hint="44 batches are full, and some are left over")
    close_to(last, 29, what="the size of the last batch", hint="44 · 32 = 1408")
    close_to(total, 675, what="the number of steps", hint="Fifteen times those of an epoch")
    _told(error, _ERROR, "the typical error")
    right = np.sqrt(2 / 32 * 1405 / 1436)
    close_to(error, right, atol=6e-4, what="the typical error", hint="The root of V/b · (n − b)/(n − 1)")
    return "44 full batches and one of 29, fifteen times; the second factor takes 1 % off the error"


_STEPS = {
    44: "the 29 examples that are left over make a step, too",
    1437 / 32: "steps are whole, and the 29 examples that are left over make one, too",
}
_ERROR = {
    0.25: "the second factor, (n − b)/(n − 1), is missing",
    2 / 32 * 1405 / 1436: "that is the mean squared error: take its root",
    np.sqrt(2 * 1405 / 1436): "divide V by the size of the batch",
}


@exercise("training_a_network.memory", of=("eq-heavy-ball", "eq-adam"))
def memory(answer: Any) -> str:
    """Two steps of momentum and of Adam from θ = 1, with the gradients 2 and 1."""
    by_momentum, by_adam = parts(answer, 2, "two numbers, (theta by momentum, theta by Adam)")
    _told(by_momentum, _MOMENTUM, "theta by momentum")
    close_to(by_momentum, 0.6, atol=6e-4, what="theta by momentum", hint="The velocities are 2 and 0.5 · 2 + 1")
    _told(by_adam, _ADAM, "theta by Adam")
    right = 0.9 - 0.1 * (1 / 0.75) / np.sqrt(1.5 / 0.75)
    close_to(by_adam, right, atol=6e-4, what="theta by Adam", hint="m is 1 and 1, s is 2 and 1.5; then correct both")
    return "momentum repeats its first step, Adam's first step has the length α"


_MOMENTUM = {
    0.7: "these are two plain steps: the velocity of the second is 0.5 · 2 + 1",
    1.4: "it climbs: the step goes against the velocity",
    0.8: "that is after the first step, or with the gradients weighted by 1 − β: here v = β v + g",
}
_ADAM = {
    0.9: "that is after the first step",
    1.0 - 0.1 / np.sqrt(2) - 0.1 / np.sqrt(1.5): "the corrections are missing: divide m and s by 1 − βᵏ",
    0.9 - 0.2 / np.sqrt(3): "in the second step divide by 1 − β², not by 1 − β",
    0.95 - 0.1 * (1 / 0.75) / 2: "the root is missing: divide by √s",
    0.95 - 0.1 / np.sqrt(2): "divide m too by 1 − βᵏ",
}


def _told(found: Any, slips: dict[float, str], what: str) -> None:
    value = number(found, what)
    for slip, words in slips.items():
        if abs(value - slip) < 6e-4:
            raise Wrong(f"{what} is {value:.4g}: {words}")


@exercise("training_a_network.stopping")
def stopping(answer: Any) -> str:
    """Early stopping on 0.90, 0.60, 0.50, 0.52, 0.48, 0.49, 0.51, 0.47, with a patience of 2 and of 1."""
    last, kept, hasty = parts(answer, 3, "three numbers, (last epoch, epoch kept, epoch kept with patience 1)")
    if close(last, 8):
        raise Wrong("the last epoch is 8: but 6 and 7 bring no new smallest loss, so that epoch 8 does not take place")
    close_to(
        last, 7, what="the last epoch", hint="Epochs 6 and 7 are the first two in a row without a new smallest loss"
    )
    if close(kept, 8):
        raise Wrong("the epoch kept is 8: but training has ended before it")
    close_to(kept, 5, what="the epoch kept", hint="The smallest loss of the epochs that took place")
    close_to(
        hasty, 3, what="the epoch kept with patience 1", hint="Epoch 4 brings no new smallest loss, and training ends"
    )
    return "patience 1 misses the better epoch 5, and patience 2 the still better epoch 8"


def close(found: Any, value: float) -> bool:
    """Tell whether an answer is this number."""
    return abs(number(found) - value) < 1e-9


@exercise("training_a_network.confusion", of=("eq-accuracy-recall", "eq-recall", "eq-precision"))
def confusion(answer: Any) -> str:
    """Read accuracy, recall and precision off [[50, 0, 0], [10, 30, 10], [0, 5, 95]]."""
    share, recall, precision = parts(answer, 3, "three numbers, (accuracy, recall, precision)")
    close_to(share, 175 / 200, atol=5e-4, what="the accuracy", hint="The diagonal over everything")
    close_to(recall, 30 / 50, atol=5e-4, what="the recall", hint="Divide by the sum of the row: the true ones")
    close_to(
        precision, 30 / 35, atol=5e-4, what="the precision", hint="Divide by the sum of the column: those called so"
    )
    return "a row sum for recall, a column sum for precision"


@exercise("training_a_network.loop")
def loop(answer: Any) -> str:
    """One step for each batch, on two models and batches that the reader does not see."""
    count = 0
    for seed, slope in enumerate((_line, _yes_or_no)):
        start, x, y = _problem(seed, 11)
        order = np.random.default_rng(seed).permutation(11)
        batches = [order[:4], order[4:8], order[8:]]
        names = ("loss_and_gradient", "parameters", "x", "y", "batches", "learning_rate")
        found = call(answer, slope, start, x, y, batches, 0.3, names=names)
        expected = _train(slope, start, x, y, batches, 0.3)
        _name_the_mistake(numbers(found, "the result", shape=expected.shape), slope, start, x, y, batches)
        same_array(found, expected, what="the parameters at the end")
        count += len(batches)
    return f"{count} steps on two models that you did not see"


def _name_the_mistake(found: np.ndarray, slope: Slope, start: np.ndarray, x: Any, y: Any, batches: Any) -> None:
    everything = np.arange(len(x))
    fixed = start - 0.3 * sum(slope(start, x[batch], y[batch])[1] for batch in batches)
    for known, words in (
        (start, "the parameters come back as they were: nothing was stepped"),
        (_train(slope, start, x, y, batches, -0.3), "it climbs: the step goes against the gradient"),
        (_train(slope, start, x, y, [everything] * len(batches), 0.3), "every step uses all examples: take x[batch]"),
        (_train(slope, start, x, y, batches[:1], 0.3), "it stops after the first batch: is the return in the loop?"),
        (_train(slope, start, x, y, batches[-1:], 0.3), "only the last batch counts: step inside the loop"),
        (fixed, "every gradient is taken at the start: take it at the parameters of the step before"),
    ):
        if np.allclose(found, known, rtol=1e-9, atol=1e-12):
            raise Wrong(words)


@exercise("training_a_network.rescaling")
def rescaling(answer: Any) -> str:
    """A ReLU unit with its way in times s and its way out divided by s."""
    before, after = _V / _S * _RELU(_S * _W * _X + _S * _B), _V * _RELU(_W * _X + _B)
    return derivation_of(answer, before, after, min_steps=2, given={_RELU(_Z): sp.Max(0, _Z)})


@exercise("training_a_network.leak")
def leak(answer: Any) -> str:
    """Which line lets the validation data into the training."""
    choice(
        answer,
        ("b", "c"),  # b makes the copies, c deals them out: each line alone would do no harm
        {
            "a": "coin flips as labels are the point of the experiment; nothing leaks by drawing them",
            "b": "",
            "c": "",
            "d": "fit judges the validation part after each epoch and takes no gradient of it",
            "e": "evaluate computes the outputs and changes nothing",
        },
    )
    return "line b makes the copies and line c deals those of one example to both parts: deal first, then copy"


@exercise("training_a_network.accumulate", of="eq-minibatch-unbiased")
def accumulate(answer: Any) -> str:
    """The gradient of the mean loss of all examples, by pieces that fit into memory."""
    cases = [(_line, 0, 12, 4), (_line, 1, 10, 4), (_yes_or_no, 2, 7, 3), (_yes_or_no, 3, 5, 1), (_line, 4, 3, 8)]
    for slope, seed, n, size in cases:
        start, x, y = _problem(seed, n)

        def in_memory(
            parameters: np.ndarray, a: np.ndarray, b: np.ndarray, slope: Slope = slope, size: int = size
        ) -> Any:
            if len(a) > size:
                raise MemoryError(f"{len(a)} examples do not fit, at most {size} do")
            if not len(a):
                raise ValueError("a piece without examples")
            return slope(parameters, a, b)

        names = ("loss_and_gradient", "parameters", "x", "y", "size")
        found = call(answer, in_memory, start, x, y, size, names=names)
        found = numbers(found, f"with n = {n} and size = {size} your gradient", shape=start.shape)
        _, expected = slope(start, x, y)
        pieces = [slice(i, i + size) for i in range(0, n, size)]
        means = [slope(start, x[piece], y[piece])[1] for piece in pieces]
        if len(pieces) > 1:
            if np.allclose(found, np.sum(means, axis=0), rtol=1e-9):
                raise Wrong(f"with n = {n} and size = {size} you return the sum of {len(means)} means")
            if n % size and np.allclose(found, np.mean(means, axis=0), rtol=1e-9):
                raise Wrong(
                    f"with n = {n} and size = {size} the last piece has {n % size} examples, "
                    "and you count it like a full one"
                )
        same_array(found, expected, what=f"with n = {n} and size = {size} your gradient")
    return f"{len(cases)} cases agree with the big batch"
