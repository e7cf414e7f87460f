"""The exercises of ``chapters/networks/backpropagation.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts
from dlmath_lib.exercises.form import same_form
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.exercises.several import same_or_slip

_Z = sp.symbols("z_1 z_2", real=True)
_Y = sp.symbols("y_1 y_2", real=True)
_P = sp.symbols("p_1 p_2", positive=True)
_L = sp.Symbol("L", real=True)
TRANSPOSED = "it is transposed: it has the shape of W, and row k belongs to the unit k that the weights lead to"
_CLASSES = {
    _L: (_P[0] - _Y[0]) ** 2 / 2 + (_P[1] - _Y[1]) ** 2 / 2,
    **{p: sp.exp(z) / (sp.exp(_Z[0]) + sp.exp(_Z[1])) for p, z in zip(_P, _Z, strict=True)},
}


@exercise("backpropagation.hidden_deltas", of=("eq-delta-linear", "eq-delta-hidden"))
def hidden_deltas(answer: Any) -> str:
    """Weights (2, −4) times the output's δ = 2, local slopes 1 and ½."""
    first, second = numbers(parts(answer, 2, "two numbers, [first, second]"), shape=(2,))
    if np.allclose([first, second], [4, -8]):
        raise Wrong("your second δ is −8: that is what arrives; the unit's z is negative, so its local slope is ½")
    if np.allclose([first, second], [-4, 4]):
        raise Wrong("both signs are wrong: the output's δ is output minus target")
    if np.allclose([first, second], [2, -2]):
        raise Wrong("both are half of what is right: the ½ of the loss cancels the 2 of the square")
    close_to(
        first, 4, what="the first δ", hint="δ of the output first; then back along the weight, times the local slope"
    )
    close_to(
        second,
        -4,
        what="the second δ",
        hint="On which side of 0 is this unit's z, and which slope has the leaky ReLU there?",
    )
    return "the local slope ½ halves what arrives at the second unit"


@exercise("backpropagation.two_classes", of="eq-delta-softmax-squared")
def two_classes(answer: Any) -> str:
    """δ = p₁p₂(e₁ − e₂) for a softmax of two classes with ½ squared error."""
    start = sp.Derivative(_L, _Z[0], evaluate=False)
    end = _P[0] * _P[1] * ((_P[0] - _Y[0]) - (_P[1] - _Y[1]))
    return derivation_of(answer, start, end, min_steps=2, given=_CLASSES)


@exercise("backpropagation.count")
def count(answer: Any) -> str:
    """Paths from one weight of the first layer, products forward, products back, in a network 10-20-30-5."""
    found = [number(part, what) for part, what in zip(parts(answer, 3, "three numbers, [a, b, c]"), "abc", strict=True)]
    slips: tuple[dict[float, str], ...] = (
        {
            3000: "(a) the weight leads to one unit of the first hidden layer, not to all 20",
            30_000: "(a) the weight starts at one input and leads to one unit of the first hidden layer",
            35: "(a) each of the 30 units leads to each of the 5 outputs: multiply, do not add",
            30: "(a) from each of the 30 units a path goes on to each of the 5 outputs",
        },
        {
            65: "(b) each layer has a weight for each pair of units: multiply neighbouring widths, then add",
            30_000: "(b) that is the product of all widths; each layer has its own weights: 10·20, then 20·30, …",
            1005: "(b) biases are left out",
        },
        {
            950: "(c) that counts the first layer too; no δ is sent to the inputs",
            150: "(c) that brings δ to the second hidden layer; one more layer is to be passed",
            600: "(c) δ starts at the outputs: the last layer's 30·5 are missing",
            1700: "(c) that counts the products for the weights' own slopes too",
            800: "(c) that counts the products with the local slopes too",
            805: "(c) that counts the products with the local slopes too",
        },
    )
    for value, true, known, what in zip(found, (150, 950, 750), slips, "abc", strict=True):
        if value in known:
            raise Wrong(known[value])
        close_to(value, true, what=f"({what})")
    return "150 paths from each single weight, and 750 products that serve all of them"


@exercise(
    "backpropagation.one_example",
    of=("eq-delta-output", "eq-delta-hidden", "eq-slope-weight", "eq-slope-bias", "eq-closed-form"),
)
def one_example(answer: Any) -> str:
    """The four gradients of ½‖W₂ tanh(W₁x + b₁) + b₂ − y‖²."""
    rng = np.random.default_rng(9)
    for inputs, hidden, outputs in ((2, 2, 2), (3, 4, 2), (4, 2, 3), (1, 3, 1)):
        shapes = (inputs,), (outputs,), (hidden, inputs), (hidden,), (outputs, hidden), (outputs,)
        x, y, W1, b1, W2, b2 = (rng.normal(size=shape) for shape in shapes)
        names = ("x", "y", "W1", "b1", "W2", "b2")
        found = parts(call(answer, x, y, W1, b1, W2, b2, names=names), 4, "four arrays, for W1, b1, W2, b2")
        z1 = W1 @ x + b1
        a1 = np.tanh(z1)
        signals = _signals(W2, z1, W2 @ a1 + b2, y, square=hidden == outputs)
        right = signals.pop("")
        true = _slopes(*right, x, a1)
        where = f"for {inputs} inputs, {hidden} hidden units and {outputs} outputs the gradient for"
        for place, name in enumerate(("W1", "b1", "W2", "b2")):
            slips = {words: _slopes(*pair, x, a1)[place] for words, pair in signals.items()}
            slips[TRANSPOSED] = true[place].T
            slips["it takes z in place of the activation a"] = _slopes(*right, x, z1)[place]
            slips["it is another layer's: the order is W1, b1, W2, b2"] = true[place - 2]
            same_or_slip(found[place], true[place], slips, f"{where} {name}")
    return "four networks that you did not see, four gradients each"


def _signals(
    W2: np.ndarray, z1: np.ndarray, z2: np.ndarray, y: np.ndarray, *, square: bool
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The hidden and the output error signal, right (under "") and as the known slips have them."""
    error, slope = z2 - y, 1 - np.tanh(z1) ** 2
    back = W2.T @ error
    with_slope, as_activation, through_tanh = (
        error * (1 - np.tanh(z2) ** 2),
        error * (1 - z2**2),
        (np.tanh(z2) - y) * (1 - np.tanh(z2) ** 2),
    )
    signals = {
        "": (back * slope, error),
        "its sign is wrong: the output's δ is output minus target": (-back * slope, -error),
        "the ½ of the loss cancels the 2 of the square": (2 * back * slope, 2 * error),
        "the local slope tanh′(z) of the hidden units is missing": (back, error),
        "the slope of tanh at z is 1 − tanh² z, not 1 − z²": (back * (1 - z1**2), error),
        "the slope of tanh is 1 − a²: in 1 − tanh²(a) tanh is applied twice": (
            back * (1 - np.tanh(np.tanh(z1)) ** 2),
            error,
        ),
        "the outputs are plain: they have no factor 1 − tanh²": ((W2.T @ with_slope) * slope, with_slope),
        "the outputs are plain: they have no factor 1 − a²": ((W2.T @ as_activation) * slope, as_activation),
        "the outputs are plain: no tanh is applied to them": ((W2.T @ through_tanh) * slope, through_tanh),
    }
    if square:
        signals["δ goes back along the columns of W2: it is the transpose that multiplies"] = (
            (W2 @ error) * slope,
            error,
        )
    return signals


def _slopes(delta1: np.ndarray, delta2: np.ndarray, x: np.ndarray, a1: np.ndarray) -> tuple[np.ndarray, ...]:
    return np.outer(delta1, x), delta1, np.outer(delta2, a1), delta2


@exercise("backpropagation.strongest_push", of="eq-delta-sigmoid-squared")
def strongest_push(answer: Any) -> str:
    """|δ| = p(1 − p)² is largest at p = 1/3."""
    for slip, words in (
        (sp.Rational(1, 3), "that is a p; which z has it, p = σ(z)?"),
        (sp.log(2), "there p = 2/3; compare p(1 − p)² at this p with its size at p = ½"),
        (sp.Integer(0), "there p(1 − p) is largest; the factor 1 − p counts too"),
        (sp.Rational(-4, 27), "that is δ itself; which z has it?"),
        (sp.Rational(4, 27), "that is the largest |δ|; which z has it?"),
    ):
        if isinstance(answer, (int, float, sp.Expr)) and not isinstance(answer, bool) and same_form(answer, slip):
            raise Wrong(words)
    expression_equals(answer, -sp.log(2), reveal=False)
    return "p = 1/3, and |δ| = 4/27 there: below 0.15, however wrong the output is"
