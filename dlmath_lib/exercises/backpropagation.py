"""The exercises of ``chapters/networks/backpropagation.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, numbers, parts
from dlmath_lib.exercises.form import same_form
from dlmath_lib.exercises.functions import call, gradient_of
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.verify import Derivation

_Z = sp.symbols("z_1 z_2", real=True)
_Y = sp.symbols("y_1 y_2", real=True)
_P = sp.symbols("p_1 p_2", positive=True)
_L = sp.Symbol("L", real=True)
_CLASSES = {
    _L: -_Y[0] * sp.log(_P[0]) - _Y[1] * sp.log(_P[1]),
    _Y[1]: 1 - _Y[0],
    **{p: sp.exp(z) / (sp.exp(_Z[0]) + sp.exp(_Z[1])) for p, z in zip(_P, _Z, strict=True)},
}


@exercise("backpropagation.hidden_deltas", of="eq-delta-hidden")
def hidden_deltas(answer: Any) -> str:
    """Weights (2, −4) times the output's δ = 2, gates 1 and ½."""
    first, second = numbers(parts(answer, 2, "two numbers, [first, second]"), shape=(2,))
    if np.allclose([first, second], [4, -8]):
        raise Wrong("your second δ is −8: that is what arrives; the unit's z is negative, so its gate is ½")
    if np.allclose([first, second], [-4, 4]):
        raise Wrong("both signs are wrong: the output's δ is output minus target")
    close_to(
        first, 4, what="the first δ", hint="δ of the output first; then back along the weight, and through the gate"
    )
    close_to(
        second, -4, what="the second δ", hint="On which side of 0 is this unit's z, and which slope has the gate there?"
    )
    return "the gate halves what the second unit is told"


@exercise("backpropagation.two_classes", of="eq-delta-softmax")
def two_classes(answer: Any) -> str:
    """δ = p − y for two classes."""
    start = sp.Derivative(_L, _Z[0], evaluate=False)
    end = _P[0] - _Y[0]
    unfolded = _CLASSES[_P[0]] - _Y[0]
    if isinstance(answer, Derivation) and same_form(answer.rhs, unfolded):
        end = unfolded
    return derivation_of(answer, start, end, min_steps=2, given=_CLASSES)


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


@exercise("backpropagation.mend")
def mend(answer: Any) -> str:
    """The backward pass of two layers, mended."""
    nets: list[tuple[tuple[int, ...], ...]] = [
        ((2, 2), (2, 2), (2,), (2, 2), (2,)),
        ((4, 3), (2, 3), (2,), (5, 2), (5,)),
        ((1, 2), (4, 2), (4,), (1, 4), (1,)),
    ]
    return _examine(answer, _two_layers, ("x", "W1", "b1", "W2", "b2"), nets)


@exercise("backpropagation.residual")
def residual(answer: Any) -> str:
    """The backward pass of a skip connection."""
    nets: list[tuple[tuple[int, ...], ...]] = [
        ((3, 3), (3, 3), (3,), (3, 3)),
        ((4, 2), (2, 2), (2,), (2, 2)),
    ]
    return _examine(answer, _residual, ("x", "W", "b", "V"), nets)


@exercise("backpropagation.strongest_push")
def strongest_push(answer: Any) -> str:
    """|δ| = a(1 − a)² is largest at a = 1/3."""
    expression_equals(answer, -sp.log(2), reveal=False)
    return "a = 1/3, and |δ| = 4/27 there: below 0.15, however wrong the output is"


@exercise("backpropagation.tied")
def tied(answer: Any) -> str:
    """One matrix in two places: its gradients add up."""
    return _examine(answer, _tied, ("x", "W"), [((3, 3), (3, 3)), ((4, 5), (2, 5)), ((1, 2), (3, 2))])
