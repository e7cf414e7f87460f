"""The exercises of ``chapters/networks/backpropagation_in_matrices.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, show
from dlmath_lib.exercises.backpropagation import TRANSPOSED
from dlmath_lib.exercises.functions import call, gradient_of
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.exercises.several import same_or_slip


@exercise(
    "backpropagation_in_matrices.penalised_batch",
    of=(
        "eq-batch-delta", "eq-batch-weights", "eq-batch-biases", "eq-regularised-objective", "eq-regularised-gradient",
        "eq-weight-decay",
    ),
)  # fmt: skip
def penalised_batch(answer: Any) -> str:
    """Δ = (−1, 2), ΔᵀX = (3, −1), and λw = (1, −½) for the weights; a step decays them by 1 − αλ = 0.95."""
    found = numbers(
        parts(answer, 5, "five numbers, [along w1, along w2, along b, factor, w1 after the step]"), shape=(5,)
    )
    slips = {
        (3.0, -1.0, 1.0): "the penalty is missing: λw is added to the slopes along the weights",
        (4.0, -1.5, 1.5): "the bias is not penalised",
        (7.0, -2.5, 2.0): "that is the sum over the examples: the mean has a factor ½ here",
        (8.0, -3.0, 2.0): "that is the sum over the examples, with the penalty twice: the mean has a factor ½ here",
        (6.0, -2.0, 2.0): "that is the sum over the examples, without the penalty",
        (5.0, -2.0, 1.0): "the ½ of the penalty cancels the 2 of the square: λw, not 2λw",
        (3.5, -1.25, 1.0): "the slope of (λ/2)w² is λw, not λw/2; or the penalty was divided by the number of examples",
        (7.0, -2.5, 3.0): "the ½ of the squared error cancels the 2 of the square",
        (-2.0, 0.5, -1.0): "the errors have the wrong sign: output minus target",
        (2.5, -1.0, 0.5): "the mean over the two examples is taken twice",
    }
    for slopes, words in slips.items():
        if np.allclose(found[:3], slopes):
            raise Wrong(words)
    for value, right, what in zip(found, (4.0, -1.5, 1.0), ("w1", "w2", "b"), strict=False):
        close_to(float(value), right, what=f"the slope along {what}", hint="Δ = (−1, 2), one entry for each example")
    factors = {
        0.05: "that is αλ, the part that is taken away",
        0.5: "that is 1 − λ: the rate stands before the penalty's slope too",
        0.9: "that is 1 − α or 1 − 2αλ: the penalty's slope is λw",
        0.8: "that is w1 after the step over w1 before it; the factor alone leaves out the data's slope",
        1.05: "the step goes against the slope, so the weights shrink",
    }
    steps = {
        1.5: "the slope of the penalty is counted twice: the factor holds it, and then g is that of the mean loss, 3",
        1.7: "that is without the penalty",
        1.9: "that is the factor alone; the step for the data follows",
        2.4: "the step goes against the slope",
        2.2: "the step goes against the slope of the data",
        -2.0: "the rate is missing: α times the slope",
    }
    for value, right, known, what in (
        (float(found[3]), 0.95, factors, "the factor"),
        (float(found[4]), 1.6, steps, "w1 after the step"),
    ):
        hint = next(
            (words for slip, words in known.items() if np.isclose(value, slip)), "w − α(g + λw) = (1 − αλ)w − αg"
        )
        close_to(value, right, what=what, hint=hint)
    return "ΔᵀX + λw for the weights, the sum of Δ for the bias; a step multiplies the weights by 1 − αλ first"


@exercise("backpropagation_in_matrices.memory")
def memory(answer: Any) -> str:
    """Parameters, kept numbers of 64 examples, and the batch size at which these are more, for 784-256-128-10."""
    found = [
        number(part, f"({what})") for part, what in zip(parts(answer, 3, "three whole numbers"), "abc", strict=True)
    ]
    slips: tuple[dict[float, str], ...] = (
        {234_752: "(a) the biases are missing"},
        {
            1562: "(b) that is for one example",
            75_392: "(b) a layer keeps its input and its pre-activation: the widths in the middle count twice",
            99_328: "(b) the pre-activation of the last layer is kept too",
            25_216: "(b) those are the pre-activations alone; each layer's input is kept too",
        },
        {
            150: "(c) with 150 examples it is 234,300, still fewer than the parameters",
            150.5: "(c) round up to a whole number",
            150.54: "(c) round up to a whole number",
            200: "(c) count the input and the pre-activation of each layer",
        },
    )
    for value, true, known, what in zip(found, (235_146, 99_968, 151), slips, "abc", strict=True):
        for slip, words in known.items():
            if abs(value - slip) < 5e-3:
                raise Wrong(words)
        close_to(value, true, rtol=1e-9, what=f"({what})")
    return "1562 numbers for each example, and 235,146 parameters"


@exercise("backpropagation_in_matrices.batch_rule", of=("eq-batch-weights",))
def batch_rule(answer: Any) -> str:
    """tr(Gᵀ(X(W + D)ᵀ − XWᵀ)) = tr((GᵀX)ᵀD), for all sizes."""
    n, i, o = sp.symbols("n i o", integer=True, positive=True)
    G, X = sp.MatrixSymbol("G", n, o), sp.MatrixSymbol("X", n, i)
    W, D = sp.MatrixSymbol("W", o, i), sp.MatrixSymbol("D", o, i)
    start = sp.Trace(G.T * (X * (W + D).T - X * W.T))
    return derivation_of(answer, start, sp.Trace((G.T * X).T * D), min_steps=2)


def _two_layers(x: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> np.ndarray:
    return np.tanh(np.tanh(x @ W1.T + b1) @ W2.T + b2)


def _residual(x: Any, W: Any, b: Any, V: Any) -> np.ndarray:
    return x + np.tanh(x @ W.T + b) @ V.T


def _tied(x: Any, W: Any) -> np.ndarray:
    return np.tanh(x @ W.T) @ W


def _examine(
    answer: Any, f: Callable[..., Any], names: tuple[str, ...], nets: list[tuple[tuple[int, ...], ...]]
) -> str:
    """Try the reader's VJP on networks of several shapes, random inputs and random cotangents."""
    rng = np.random.default_rng(11)
    for shapes in nets:
        inputs = tuple(0.7 * rng.normal(size=shape) for shape in shapes)
        found = call(answer, rng.normal(size=f(*inputs).shape), *inputs, names=("g", *names))
        if not isinstance(found, (tuple, list)) or len(found) != len(names):
            raise Wrong(f"your function must return {len(names)} gradients: for {', '.join(names)}")
        listed = ", ".join(f"{name} {shape}" for name, shape in zip(names, shapes, strict=True))
        for name, gradient, shape in zip(names, found, shapes, strict=True):
            if np.shape(gradient) != shape:
                raise Wrong(
                    f"the gradient for {name} must have its shape {shape}; it has {np.shape(gradient)} ({listed})"
                )
        for position, name in enumerate(names):

            def one(value: Any, position: int = position, inputs: tuple[Any, ...] = inputs) -> Any:
                return f(*inputs[:position], value, *inputs[position + 1 :])

            def rule(g: Any, value: Any, position: int = position, inputs: tuple[Any, ...] = inputs) -> Any:
                moved = (*inputs[:position], value, *inputs[position + 1 :])
                return call(answer, g, *moved, names=("g", *names))[position]

            try:
                gradient_of(rule, one, inputs[position])
            except Wrong as problem:
                numbers = "\n".join(str(problem).splitlines()[1:3])
                raise Wrong(f"the gradient for {name} is wrong ({listed})\n{numbers}") from None
    return f"{len(nets)} networks that you did not see, random cotangents, all gradients agree with finite differences"


@exercise("backpropagation_in_matrices.mend")
def mend(answer: Any) -> str:
    """The backward pass of two layers, mended."""
    nets: list[tuple[tuple[int, ...], ...]] = [
        ((2, 2), (2, 2), (2,), (2, 2), (2,)),
        ((4, 3), (2, 3), (2,), (5, 2), (5,)),
        ((1, 2), (4, 2), (4,), (1, 4), (1,)),
    ]
    return _examine(answer, _two_layers, ("x", "W1", "b1", "W2", "b2"), nets)


@exercise("backpropagation_in_matrices.residual")
def residual(answer: Any) -> str:
    """The backward pass of a skip connection."""
    nets: list[tuple[tuple[int, ...], ...]] = [
        ((3, 3), (3, 3), (3,), (3, 3)),
        ((4, 2), (2, 2), (2,), (2, 2)),
    ]
    return _examine(answer, _residual, ("x", "W", "b", "V"), nets)


@exercise(
    "backpropagation_in_matrices.layers",
    of=(
        "eq-batch-delta", "eq-batch-hidden", "eq-batch-weights", "eq-batch-biases", "eq-regularised-gradient",
        "eq-matrix-output", "eq-matrix-hidden", "eq-matrix-weights", "eq-matrix-biases",
    ),
)  # fmt: skip
def layers(answer: Any) -> str:
    """The gradients of a penalised mean loss for a list of layers, tanh between them."""
    rng = np.random.default_rng(12)
    for n, widths, lam in (
        (4, (3, 2), 0.0),
        (5, (2, 3, 2), 0.0),
        (5, (2, 3, 2), 0.3),
        (3, (3, 3, 3, 3), 0.1),
        (1, (2, 4, 3, 5, 1), 0.2),
    ):
        weights = [rng.normal(size=(after, before)) for before, after in pairwise(widths)]
        biases = [rng.normal(size=after) for after in widths[1:]]
        X, Y = rng.normal(size=(n, widths[0])), rng.normal(size=(n, widths[-1]))
        found = call(answer, X, Y, weights, biases, lam, names=("X", "Y", "weights", "biases", "lam"))
        where = f"for the widths {'-'.join(map(str, widths))}, {n} example{'s' * (n > 1)} and λ = {lam:g}"
        lists = parts(found, 2, "two lists, the gradients by the weights and by the biases")
        true = _walk(X, Y, weights, biases, lam)
        wrong = {words: _walk(X, Y, weights, biases, lam, slip) for slip, words in _SLIPS.items()}
        for which, kind in enumerate(("weights", "biases")):
            if not isinstance(lists[which], (list, tuple)) or len(lists[which]) != len(weights):
                raise Wrong(
                    f"{where} the gradients by the {kind} must be a list of {len(weights)} arrays, one for each layer; "
                    f"it is {show(lists[which])}"
                )
            for place, gradient in enumerate(lists[which]):
                slips = {words: walked[which][place] for words, walked in wrong.items()}
                slips["the lists begin with the first layer; yours begin with the last"] = true[which][-1 - place]
                slips[TRANSPOSED] = true[which][place].T
                same_or_slip(
                    gradient, true[which][place], slips, f"{where} the gradient by the {kind} of layer {place + 1}"
                )
    return "five networks of one to four layers, with and without a penalty"


_SLIPS = {
    "sum": "that is the gradient of the sum over the examples: the mean has a factor 1/n",
    "twice": "the factor 1/n stands in it twice",
    "entries": "it is divided by the number of entries of Y, not by the number of examples",
    "sign": "the errors have the wrong sign: output minus target",
    "double": "the ½ of the loss cancels the 2 of the square",
    "slope": "the local slope 1 − a² of the tanh is missing",
    "last": "the last layer has no tanh",
    "penalty": "the term λW of the penalty is missing",
    "penalty twice": "the ½ of the penalty cancels the 2 of the square: λW, not 2λW",
    "penalty mean": "the penalty is not divided by the number of examples",
    "bias": "the biases are not penalised",
}


def _walk(
    X: np.ndarray, Y: np.ndarray, weights: list[np.ndarray], biases: list[np.ndarray], lam: float, slip: str = ""
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The right gradients, or those of a known slip."""
    n, kept = len(X), [X]
    for place, (W, b) in enumerate(zip(weights, biases, strict=True)):
        Z = kept[-1] @ W.T + b
        kept.append(np.tanh(Z) if place < len(weights) - 1 or slip == "last" else Z)
    out = kept.pop()
    scale = {"sum": 1.0, "twice": 1 / n**2, "entries": 1 / Y.size, "sign": -1 / n, "double": 2 / n}.get(slip, 1 / n)
    delta = scale * (out - Y) * (1 - out**2 if slip == "last" else 1)
    strength = {"penalty": 0.0, "penalty twice": 2 * lam, "penalty mean": lam / n}.get(slip, lam)
    by_weights: list[Any] = []
    by_biases: list[Any] = []
    for W, b, A in zip(weights[::-1], biases[::-1], kept[::-1], strict=True):
        by_weights.insert(0, delta.T @ A + strength * W)
        by_biases.insert(0, delta.sum(axis=0) + (lam * b if slip == "bias" else 0))
        delta = delta @ W * (1 if slip == "slope" else 1 - A**2)
    return by_weights, by_biases


@exercise("backpropagation_in_matrices.tied")
def tied(answer: Any) -> str:
    """One matrix in two places: its gradients add up."""
    return _examine(answer, _tied, ("x", "W"), [((3, 3), (3, 3)), ((4, 5), (2, 5)), ((1, 2), (3, 2))])
