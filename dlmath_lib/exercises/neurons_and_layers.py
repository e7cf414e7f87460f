"""Checkers of the chapter networks/neurons_and_layers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.activations import relu
from dlmath_lib.exercises.answers import Wrong, close_to, not_yet, number, numbers, parts, same_array
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.layers import affine

_CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
_GATES = {"AND": (0, 0, 0, 1), "OR": (0, 1, 1, 1), "NAND": (1, 1, 1, 0), "XNOR": (1, 0, 0, 1)}


@exercise("neurons_and_layers.counting", of="eq-parameters")
def counting(answer: Any) -> None:
    """Weights, biases, and the widest hidden layer for a given number of parameters."""
    three = parts(answer, 3, "three numbers: (weights, biases, width)")
    names = ("the number of weights", "the number of biases", "the hidden width")
    weights, biases, width = (number(part, name) for part, name in zip(three, names, strict=True))
    if weights == 100 * 64 * 10:
        raise Wrong("the number of weights is 64000; the weights of two layers add up, they do not multiply")
    if weights == 7114:
        raise Wrong("the number of weights is 7114; that is weights and biases together")
    close_to(weights, 7040, what="the number of weights")
    if biases == 174:
        raise Wrong("the number of biases is 174; inputs have none")
    close_to(biases, 74, what="the number of biases", hint="One for each neuron, hidden and output")
    if 125.001 < width < 126:
        raise Wrong(f"the hidden width is {width:g}; a network has a whole number of neurons: round down")
    if width == 126:
        raise Wrong("126 hidden neurons make 100180 parameters, which is more than 100000")
    close_to(width, 125, what="the hidden width", hint="With h hidden neurons there are 785h + 10(h + 1) parameters")


@exercise("neurons_and_layers.gates", of=("eq-neuron", "eq-activation", "eq-xor-bump"))
def gates(answer: Any) -> str:
    """AND, OR and NAND by one neuron with the step each, XNOR by one with the square."""
    if not isinstance(answer, dict) or set(answer) != set(_GATES):
        raise Wrong("your answer must be a dict with the keys 'AND', 'OR', 'NAND' and 'XNOR'")
    if all(value is ... for value in answer.values()):
        raise not_yet("replace each … by three numbers")
    for name, targets in _GATES.items():
        if answer[name] is ...:
            raise not_yet(f"{name} is still …")
        w1, w2, b = numbers(answer[name], f"{name}, the three numbers (w1, w2, b),", shape=(3,))
        for (x1, x2), target in zip(_CORNERS, targets, strict=True):
            z = w1 * x1 + w2 * x2 + b
            if name == "XNOR" and (abs(z) > np.sqrt(0.5)) != bool(target):
                raise Wrong(
                    f"XNOR: at x = ({x1:g}, {x2:g}) your z is {z:g}, and z² must be "
                    f"{'above' if target else 'at most'} 0.5 there"
                )
            if name != "XNOR" and (z > 0) != bool(target):
                edge = " (z = 0 counts as 0)" if z == 0 else ""
                raise Wrong(
                    f"{name}: at x = ({x1:g}, {x2:g}) your z is {z:g}, so the neuron says {int(z > 0)}{edge}; "
                    f"{target} is right there"
                )
    return "four neurons, sixteen corners"


@exercise("neurons_and_layers.width", of="eq-hinge-error")
def width(answer: Any) -> str:
    """Hinges that are enough for e^x within 0.001, on [0, 1] and on [0, 2]."""
    first, second = parts(answer, 2, "two whole numbers: (m on [0, 1], m on [0, 2])")
    one, two = number(first, "m on [0, 1]"), number(second, "m on [0, 2]")
    hint = "M h²/8 ≤ 0.001, with the largest second derivative M and the distance h of the knots"
    for m, right, where in ((one, 19, "[0, 1]"), (two, 61, "[0, 2]")):
        if right - 1 < m < right - 0.001:
            raise Wrong(f"m on {where} is {m:g}; a number of neurons is whole: round up")
    if one == 18:
        raise Wrong("m on [0, 1] is 18, for which the bound is 0.00105; it must not be above 0.001: round up")
    if one == 12:
        raise Wrong("m on [0, 1] is 12; the second derivative of e^x is largest at 1, not at 0")
    close_to(one, 19, what="m on [0, 1]", hint=hint)
    slips = {
        60: "60, for which the bound is just above 0.001: round up",
        31: "31; m hinges on [0, 2] have knots at a distance of 2/m",
        37: "37; the second derivative of e^x is e² at 2",
        38: "38; twice the length is not all: the second derivative is larger on [0, 2] as well",
    }
    if two in slips:
        raise Wrong(f"m on [0, 2] is {slips[int(two)]}")
    close_to(two, 61, what="m on [0, 2]", hint=hint)
    return "the bounds are 0.00094 and 0.00099"


Layers = tuple[list[np.ndarray], list[np.ndarray]]
_NETWORKS: list[tuple[tuple[int, ...], int, str]] = [
    ((3, 3, 3), 4, "tanh"),
    ((4, 2), 3, "ReLU"),
    ((2, 5, 1), 6, "ReLU"),
    ((3, 6, 2, 5, 4, 2), 1, "tanh"),
    ((2, 2, 2, 2), 5, "cos"),
]
_XOR = (
    *((2, 2, 1), 4, "ReLU", _CORNERS),
    [np.ones((2, 2)), np.array([[1.0, -2.0]])],
    [np.array([0.0, -1.0]), np.zeros(1)],
)
_PHI: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "tanh": np.tanh,
    "ReLU": lambda z: np.maximum(0, z),
    "cos": np.cos,
}


_SLIPS = {
    "last": "phi is applied after the last layer too, which stays affine",
    "nowhere": "phi is applied nowhere",
    "no bias": "the biases are left out",
    "untransposed": "weight is not transposed: a layer is a @ weight.T + bias, one row of weight for each neuron",
    "early": "phi is applied before the bias is added",
    "inputs": "phi is applied to the inputs as well",
}


def _pass(x: np.ndarray, layers: Layers, phi: Callable[[np.ndarray], np.ndarray], slip: str = "") -> np.ndarray:
    """The outputs of a network, or what a common slip makes of them."""
    a = phi(x) if slip == "inputs" else x
    inner = len(layers[0]) - 1
    for layer, (weight, bias) in enumerate(zip(*layers, strict=True)):
        z = a @ (weight if slip == "untransposed" else weight.T)
        if slip == "early" and layer < inner:
            a = phi(z) + bias
            continue
        z = z if slip == "no bias" else z + bias
        a = phi(z) if (layer < inner and slip != "nowhere") or slip == "last" else z
    return a


@exercise("neurons_and_layers.forward", of=("eq-network", "eq-xor-network"))
def forward(answer: Any) -> str:
    """The forward pass of a network with N layers."""
    rng = np.random.default_rng(4)
    cases = [
        (
            *(widths, n, name, rng.normal(size=(n, widths[0]))),
            [rng.normal(size=(out, into)) for into, out in pairwise(widths)],
            [rng.normal(size=out) for out in widths[1:]],
        )
        for widths, n, name in _NETWORKS
    ]
    for widths, n, name, x, weights, biases in [*cases, _XOR]:
        phi = _PHI[name]
        found = call(answer, x, weights, biases, phi, names=("x", "weights", "biases", "phi"))
        what = f"the output of a network {' → '.join(map(str, widths))} with {name}, for a batch of {n},"
        found = numbers(found, what, shape=(n, widths[-1]))
        right = _pass(x, (weights, biases), phi)
        for slip, words in _SLIPS.items():
            if slip == "untransposed" and len(set(widths)) > 1:
                continue
            wrong = _pass(x, (weights, biases), phi, slip)
            if np.allclose(found, wrong) and not np.allclose(wrong, right):
                raise Wrong(f"{what} is what one gets if {words}")
        same_array(found, right, what=what)
    return f"the XOR network, and {len(_NETWORKS)} networks that you did not see, with 1 to 5 layers"


@exercise("neurons_and_layers.three_layers", of="eq-affine-collapse")
def three_layers(answer: Any) -> str:
    """Three affine layers are one."""
    p, q, r, d = sp.symbols("p q r d", integer=True, positive=True)
    x = sp.MatrixSymbol("x", d, 1)
    first, second, third = (sp.MatrixSymbol(f"W_{i}", *shape) for i, shape in enumerate(((p, d), (q, p), (r, q)), 1))
    b1, b2, b3 = (sp.MatrixSymbol(f"b_{i}", width, 1) for i, width in enumerate((p, q, r), 1))
    start = third * (second * (first * x + b1) + b2) + b3
    end = (third * second * first) * x + third * second * b1 + third * b2 + b3
    remark = derivation_of(answer, start, end, in_form=False)
    if _products_of_sums(answer.rhs):
        raise Wrong("the chain must end with one matrix times x, plus one vector: there is still a product with a sum")
    return remark


@exercise("neurons_and_layers.xor_gap", of=("eq-xor-impossible", "eq-xor-diagonals"))
def xor_gap(answer: Any) -> str:
    """The largest pre-activation at a zero of XOR, minus the smallest at a one."""
    w1, w2, b = sp.symbols("w_1 w_2 b", real=True)
    start = sp.Max(b, w1 + w2 + b) - sp.Min(w1 + b, w2 + b)
    remark = derivation_of(answer, start, (sp.Abs(w1 + w2) + sp.Abs(w1 - w2)) / 2, in_form=False)
    if answer.rhs.has(sp.Max, sp.Min):
        raise Wrong("the chain must end with absolute values alone: its last line still has a max or a min")
    return remark


def _products_of_sums(side: Any) -> bool:
    """Whether x is still inside a sum that a matrix is multiplied with."""
    return any(
        isinstance(factor, sp.MatAdd) and "x" in {s.name for s in factor.atoms(sp.MatrixSymbol)}
        for product in side.atoms(sp.MatMul)
        for factor in product.args
    )


_UNSEEN: list[tuple[str, Callable[[np.ndarray], np.ndarray], np.ndarray]] = [
    ("f(x) = x² on the knots 0, 1, 2, 3", lambda x: x**2, np.arange(4.0)),
    ("f(x) = 3 − 2x on the knots −1 and 1", lambda x: 3 - 2 * x, np.array([-1.0, 1.0])),
    ("f(x) = |x| on the knots −2, −0.5, 0, 1.5", np.abs, np.array([-2.0, -0.5, 0.0, 1.5])),
    ("f(x) = sin x on 12 uneven knots", np.sin, np.linspace(0, 1.5, 12) ** 3),
    ("f(x) = cos 40x on 2001 knots", lambda x: np.cos(40 * x), np.linspace(-1, 1, 2001)),
]


@exercise("neurons_and_layers.hinge_network", of="eq-hinges")
def hinge_network(answer: Any) -> str:
    """The network 1-m-1 that runs straight from knot to knot."""
    for name, f, knots in _UNSEEN:
        found = call(answer, f, knots, names=("f", "knots"))
        if not isinstance(found, (tuple, list)) or len(found) != 4:
            raise Wrong("hinge_network must return four arrays: weight1, bias1, weight2, bias2")
        units = len(knots) - 1
        layer1, layer2 = _two_layers(found, units, 1, f"for {name} ")
        middles = (knots[:-1] + knots[1:]) / 2
        x = np.sort(np.concatenate([knots, middles]))
        right = np.interp(x, knots, f(knots))
        network = affine(relu(affine(x[:, None], *layer1)), *layer2).ravel()
        wrong = np.flatnonzero(~np.isclose(network, right, rtol=1e-6, atol=1e-8))
        if wrong.size:
            k = wrong[0]
            where = "the knot" if x[k] in knots else "the point half way between two knots"
            raise Wrong(
                f"for {name}, at {where} x = {x[k]:g}, the network gives {network[k]:.6g} instead of {right[k]:.6g}"
            )
    return f"{len(_UNSEEN)} functions that you did not see, up to {len(_UNSEEN[-1][2]) - 1} hidden neurons"


Layer = tuple[np.ndarray, np.ndarray]


def _two_layers(arrays: Any, units: int, inputs: int, where: str) -> tuple[Layer, Layer]:
    """The arrays of a network with one hidden layer and one output, or `Wrong`."""
    shapes = ((units, inputs), (units,), (1, units), (1,))
    names = ("weight1", "bias1", "weight2", "bias2")
    first, second, third, last = (
        numbers(array, where + name, shape=shape) for array, name, shape in zip(arrays, names, shapes, strict=True)
    )
    return (first, second), (third, last)


@exercise("neurons_and_layers.star", of=("eq-layer", "eq-batch"))
def star(answer: Any) -> str:
    """The five-pointed star with as few hidden neurons as possible."""
    arrays = parts(answer, 4, "four arrays: (weight1, bias1, weight2, bias2)")
    bias1 = numbers(arrays[1], "bias1")
    if bias1.ndim != 1 or not bias1.size:
        raise Wrong(f"bias1 must have shape (m,), for m hidden neurons; it has shape {bias1.shape}")
    layer1, layer2 = _two_layers(arrays, len(bias1), 2, "")
    points, inside = _star_points()
    said = affine(np.heaviside(affine(points, *layer1), 0), *layer2)[:, 0] > 0
    if (said != inside).any():
        k = np.flatnonzero(said != inside)[0]
        place, other = ("inside", "outside") if inside[k] else ("outside", "inside")
        raise Wrong(
            f"the point ({points[k, 0]:.2f}, {points[k, 1]:.2f}) lies {place} the star; your network says {other} "
            f"({int((said == inside).sum())} of {len(points)} points are right)"
        )
    if len(bias1) > 5:
        raise Wrong(
            f"every point is right, with {len(bias1)} hidden neurons; it can be done with fewer: "
            "on how many lines do the sides lie?"
        )
    return f"{len(points)} points with {len(bias1)} hidden neurons; with steps no network has fewer"


def _star_points() -> tuple[np.ndarray, np.ndarray]:
    """Points of a grid that are not too near a side, and whether they are inside: by counting crossings."""
    turn = np.pi / 2 + np.arange(10) * np.pi / 5
    radius = np.where(np.arange(10) % 2 == 0, 1.0, np.cos(2 * np.pi / 5) / np.cos(np.pi / 5))
    corners = np.column_stack([radius * np.cos(turn), radius * np.sin(turn)])
    axis = np.linspace(-1.4, 1.4, 41) + 0.003
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    inside, near = np.zeros(len(points), dtype=bool), np.zeros(len(points), dtype=bool)
    for p, q in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        side = q - p
        to_right = (p[1] > points[:, 1]) != (q[1] > points[:, 1])
        crossing = p[0] + (points[:, 1] - p[1]) * side[0] / side[1] if side[1] else np.full(len(points), np.inf)
        inside ^= to_right & (points[:, 0] < crossing)
        share = np.clip((points - p) @ side / (side @ side), 0, 1)
        near |= np.linalg.norm(points - p - share[:, None] * side, axis=1) < 0.02
    return points[~near], inside[~near]
