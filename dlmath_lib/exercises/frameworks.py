"""The exercises of ``chapters/practice/frameworks.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.activations import log_softmax
from dlmath_lib.exercises.answers import Wrong, close_to, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

_MU = sp.Symbol("mu", positive=True)
_S, _R = sp.symbols("s r_0", real=True)
_COUNT = sp.Symbol("k", integer=True, nonnegative=True)


@exercise("frameworks.to_keras", of="eq-keras-kernel-gradient")
def to_keras(answer: Any) -> str:
    """Weights of dense and convolutional layers in Keras's layout."""
    rng = np.random.default_rng(2)
    shapes: list[list[tuple[int, ...]]] = [[(3, 4), (2, 3)], [(3, 3)], [(5, 2, 3, 4), (4, 6)], [(2, 2, 3, 3)]]
    for case in shapes:
        layers = [(rng.normal(size=shape), rng.normal(size=shape[0])) for shape in case]
        found = call(answer, layers, names=("layers",))
        if not isinstance(found, (list, tuple)):
            raise Wrong(f"to_keras must return a list of arrays; it returns {show(found)}")
        if len(found) != 2 * len(layers):
            hint = ": a flat list, kernel, bias, kernel, bias, …" if len(found) == len(layers) else ""
            raise Wrong(f"for {len(layers)} layers you return {len(found)} arrays; there are {2 * len(layers)}{hint}")
        for index, (weight, bias) in enumerate(layers):
            _same_kernel(found[2 * index], weight, f"for W of shape {weight.shape}")
            mine = numbers(found[2 * index + 1], f"for W of shape {weight.shape} your bias", shape=bias.shape)
            if not np.array_equal(mine, bias):
                raise Wrong(f"for W of shape {weight.shape} your bias has other numbers; biases stay as they are")
    return "dense and convolutional, square ones too"


def _same_kernel(found: Any, weight: np.ndarray, what: str) -> None:
    axes = (1, 0) if weight.ndim == 2 else (2, 3, 1, 0)
    right = weight.transpose(axes)
    mine = numbers(found, f"{what} your kernel")
    if mine.shape == right.shape and np.array_equal(mine, right):
        return
    if mine.shape == weight.shape and np.array_equal(mine, weight):
        raise Wrong(
            f"{what} the kernel is as it was: Keras has {'(in, out)' if weight.ndim == 2 else '(h, w, in, out)'}"
        )
    if mine.shape == right.shape and np.array_equal(mine, weight.reshape(right.shape)):
        raise Wrong(f"{what} the kernel was reshaped, which mixes its entries; its axes are to be moved: transpose")
    if weight.ndim == 4:
        for words, order in (
            ("inputs and outputs are exchanged: (h, w, in, out) is asked for", (2, 3, 0, 1)),
            ("all axes are reversed, which also exchanges height and width", (3, 2, 1, 0)),
        ):
            wrong = weight.transpose(order)
            if mine.shape == wrong.shape and np.array_equal(mine, wrong):
                raise Wrong(f"{what} {words}")
    if mine.shape != right.shape:
        raise Wrong(f"{what} your kernel has the shape {mine.shape}; Keras wants {right.shape}")
    raise Wrong(f"{what} your kernel has the right shape, and other numbers at other places")


def _network(
    parameters: list[np.ndarray], x: np.ndarray, labels: np.ndarray,
    *, over: float = 0.0, slope: str = "tanh", sums: bool = True, sign: float = 1.0,
) -> tuple[float, list[np.ndarray]]:  # fmt: skip
    """Loss and gradients; the options make a slip each."""
    first, shift, second, offset = parameters
    a = np.tanh(x @ first.T + shift)
    log_p = log_softmax(a @ second.T + offset)
    rows = np.arange(len(x))
    delta = np.exp(log_p)
    delta[rows, labels] -= 1
    delta = sign * delta / (over or len(x))
    slopes_of = {"tanh": 1 - a**2, "none": np.ones_like(a), "relu": a > 0, "twice": 1 - np.tanh(a) ** 2}
    below = delta @ second * slopes_of[slope]
    gather = np.sum if sums else np.mean
    slopes = [below.T @ x, gather(below, axis=0), delta.T @ a, gather(delta, axis=0)]
    return float(-log_p[rows, labels].mean()), slopes


_NAMES = ("W1", "b1", "W2", "b2")
_SLIPS: list[tuple[str, dict[str, Any]]] = [
    ("the gradients are those of the sum over the examples; the loss is their mean", {"over": 1.0}),
    ("the signs are those of one-hot − p; it is p − one-hot", {"sign": -1.0}),
    ("the slope of tanh, 1 − a², is missing behind the hidden layer", {"slope": "none"}),
    ("the slope is that of ReLU; the hidden layer has tanh, of slope 1 − a²", {"slope": "relu"}),
    ("tanh is taken of a, which is a tanh already; its slope is 1 − a²", {"slope": "twice"}),
    (
        "the gradients by the biases are means over the examples; δ contains 1/n already, and they are sums",
        {"sums": False},
    ),
]


@exercise("frameworks.loss_and_gradients", of="eq-keras-kernel-gradient")
def loss_and_gradients(answer: Any) -> str:
    """Loss and gradients of a tanh network with a softmax cross-entropy."""
    rng = np.random.default_rng(4)
    for n, d, hidden, classes in ((8, 4, 5, 3), (1, 2, 3, 2), (5, 3, 3, 3)):
        parameters = [rng.normal(size=shape) for shape in ((hidden, d), (hidden,), (classes, hidden), (classes,))]
        x, labels = rng.normal(size=(n, d)), rng.integers(classes, size=n)
        what = f"for {n} examples and layers of {d} → {hidden} → {classes}"
        found = call(answer, parameters, x, labels, names=("parameters", "x", "labels"))
        if not isinstance(found, (list, tuple)) or len(found) != 2 or not isinstance(found[1], (list, tuple)):
            raise Wrong(f"you must return (loss, [dW1, db1, dW2, db2]); {what} it is {show(found)}")
        if len(found[1]) != 4:
            raise Wrong(f"{what} you return {len(found[1])} gradients; there are four")
        loss, right = _network(parameters, x, labels)
        told = float(numbers(found[0], f"{what} your loss", shape=()))
        if not np.isclose(told, loss, rtol=1e-8):
            if np.isclose(told, loss * n, rtol=1e-8):
                raise Wrong(f"{what} your loss is the sum over the examples; the mean is asked for")
            raise Wrong(f"{what} your loss is {show(told)}, right is {loss:.6f}")
        mine = [numbers(part, f"{what} your d{name}") for part, name in zip(found[1], _NAMES, strict=True)]
        _same_slopes(mine, right, parameters, x, labels, what)
    return "three networks, with losses and all gradients"


def _same_slopes(
    mine: list[np.ndarray],
    right: list[np.ndarray],
    parameters: list[np.ndarray],
    x: np.ndarray,
    labels: np.ndarray,
    what: str,
) -> None:
    for found, wanted, name in zip(mine, right, _NAMES, strict=True):
        if found.shape != wanted.shape:
            hint = ": transposed?" if found.shape == wanted.shape[::-1] else ""
            raise Wrong(f"{what} your d{name} has the shape {found.shape}; {name} has {wanted.shape}{hint}")
    same = [np.allclose(found, wanted, rtol=1e-7, atol=1e-12) for found, wanted in zip(mine, right, strict=True)]
    if all(same):
        return
    for words, options in _SLIPS:
        slipped = _network(parameters, x, labels, **options)[1]
        if all(np.allclose(f, w, rtol=1e-7, atol=1e-12) for f, w in zip(mine, slipped, strict=True)):
            raise Wrong(f"{what}: {words}")
    at = same.index(False)
    spot = tuple(int(i) for i in np.argwhere(~np.isclose(mine[at], right[at], rtol=1e-7, atol=1e-12))[0])
    place = spot[0] if len(spot) == 1 else spot
    raise Wrong(
        f"{what} your d{_NAMES[at]} is {show(float(mine[at][spot]))} at index {place}; right is {right[at][spot]:.6f}"
    )


@exercise("frameworks.defaults", of=("eq-linear-bound", "eq-linear-factor", "eq-glorot-factor"))
def defaults(answer: Any) -> str:
    """Bounds and factors of the default weights of a layer of 256 inputs and outputs."""
    torch, keras, torch_left, keras_left = parts(answer, 4, "four numbers, (torch_bound, keras_bound, torch_left, …)")
    close_to(torch, 1 / 16, rtol=1e-4, what="PyTorch's bound", hint="It is 1/√256")
    close_to(keras, float(np.sqrt(6 / 512)), rtol=1e-3, what="Keras's bound", hint="It is √(6/(256 + 256))")
    close_to(torch_left, 6.0**-10, rtol=1e-2, what="what PyTorch leaves", hint="A layer leaves a sixth; there are ten")
    close_to(keras_left, 2.0**-10, rtol=1e-2, what="what Keras leaves", hint="A layer leaves d/(d + m), a half")
    return "a signal of 1 is 0.0000000165 and 0.001 after ten layers"


@exercise("frameworks.running_average", of="eq-bn-running")
def running_average(answer: Any) -> str:
    """The running average of equal statistics, one more batch."""
    start = _MU * (_S - (_S - _R) * _MU**_COUNT) + (1 - _MU) * _S
    end = _S - (_S - _R) * _MU ** (_COUNT + 1)
    return f"{derivation_of(answer, start, end, min_steps=2)}. At k = 0 the formula gives r₀, so it holds for all k"


@exercise("frameworks.first_step", of=("eq-first-step-torch", "eq-first-step-keras"))
def first_step(answer: Any) -> str:
    """Adam's first step for a tiny gradient, in both forms."""
    torch, keras, epsilon = parts(answer, 3, "three numbers, (torch_step, keras_step, epsilon)")
    close_to(torch, 1e-3 / 1.1, rtol=1e-3, what="PyTorch's step", hint="It is α g/(g + ε)")
    if np.isclose(float(keras), 1e-3 / 2, rtol=1e-3):
        raise Wrong("Keras's step is α g/(g + ε) in your answer; ε/√(1 − β₂) stands in the place of ε")
    right = 1e-3 * 1e-7 / (1e-7 + 1e-7 / np.sqrt(0.001))
    close_to(keras, right, rtol=1e-3, what="Keras's step", hint="Put ε/√(1 − β₂) = 3.16e-6 in the place of ε")
    close_to(epsilon, 1e-8 * np.sqrt(0.001), rtol=1e-3, what="the ε of (c)", hint="ε/√(1 − β₂) must be 1e-8")
    return "thirty times shorter, from a constant that few set"


_SAME = {
    "c": "(c) computes the same: while the rate is constant, both conventions walk one path",
    "f": "(f) computes the same: Keras's kernel is the transpose",
}
_MISSED = {
    "a": "one of the lines gives a weight of the new batch where Keras takes that of the old",
    "b": "one of the lines hands logits to a loss that takes probabilities unless it is told otherwise",
    "d": "in one of the lines the velocity keeps the old rate in Keras, and not in PyTorch",
    "e": "one of the lines leaves a constant to its default, and the defaults differ by a factor of 100",
    "g": "behind one of the lines the inputs come in another order, and a transpose does not move them",
}


@exercise("frameworks.moved", of="eq-keras-kernel-gradient")
def moved(answer: Any) -> str:
    """Which lines change what is computed when they are moved from PyTorch to Keras."""
    listed = isinstance(answer, (list, tuple, set)) and all(isinstance(part, str) for part in answer)
    text = "".join(answer) if listed else answer
    if not isinstance(text, str):
        raise Wrong(f'your answer must be the letters in quotes, such as "acf"; it is {show(answer)}')
    letters = {c for c in text.lower() if c.isalpha()}
    if unknown := sorted(letters - set("abcdefg")):
        raise Wrong(f"the lines are (a) to (g); your answer has {', '.join(unknown)}")
    for letter in sorted(letters & set(_SAME)):
        raise Wrong(_SAME[letter])
    for letter, words in _MISSED.items():
        if letter not in letters:
            raise Wrong(f"something is missing: {words}")
    return "none of the five raises an error, which is why they are worth knowing"
