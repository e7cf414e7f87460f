"""The checks of the exercises on frameworks: right answers of several kinds pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.activations import softmax
from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

MU = sp.Symbol("mu", positive=True)
S, R = sp.symbols("s r_0", real=True)
K = sp.Symbol("k", integer=True, nonnegative=True)
START = MU * (S - (S - R) * MU**K) + (1 - MU) * S
MIDDLE = S - S * MU ** (K + 1) + R * MU ** (K + 1)
END = S - (S - R) * MU ** (K + 1)


def to_keras(layers, *, dense=(1, 0), conv=(2, 3, 1, 0), reshape=False, bias=1.0, flat=True):
    found = []
    for weight, offset in layers:
        axes = dense if weight.ndim == 2 else conv
        moved = weight.transpose(axes)
        kernel = weight.reshape(moved.shape) if reshape else moved
        found += [kernel, bias * offset] if flat else [(kernel, offset)]
    return found


def by_moveaxis(layers):
    return tuple(part for w, b in layers for part in (np.moveaxis(w, (1, 0), (-2, -1)), b))


def moving(**options):
    return lambda layers: to_keras(layers, **options)


def network(
    parameters,
    x,
    labels,
    *,
    over=None,
    slope=lambda a: 1 - a**2,
    mean=False,
    sign=1,
    total=False,
    turned=False,
    extra=0.0,
):
    first, shift, second, offset = parameters
    a = np.tanh(x @ first.T + shift)
    p = softmax(a @ second.T + offset)
    hot = np.eye(len(second))[labels]
    delta = sign * (p - hot) / (over or len(x))
    below = delta @ second * slope(a)
    gather = np.mean if mean else np.sum
    each = -np.log(np.sum(p * hot, axis=1))
    slopes = [below.T @ x, gather(below, axis=0), delta.T @ a + extra, gather(delta, axis=0)]
    if turned:
        slopes[0] = slopes[0].T
    return (each.sum() if total else each.mean()), slopes


def slip(**options):
    return lambda parameters, x, labels: network(parameters, x, labels, **options)


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("frameworks")]
    assert names == ["defaults", "first_step", "loss_and_gradients", "moved", "running_average", "to_keras"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("to_keras", to_keras),
        ("to_keras", by_moveaxis),
        ("loss_and_gradients", network),
        ("loss_and_gradients", lambda p, x, y: list(network(p, x, y))),
        ("defaults", (0.0625, 0.10825, 1.654e-8, 9.766e-4)),
        ("running_average", Derivation(START).step(MIDDLE, because="out").step(END, because="cancel")),
        ("first_step", (9.0909e-4, 3.0653e-5, 3.1623e-10)),
        ("first_step", np.array([1e-3 / 1.1, 3.0653e-5, 1e-8 * np.sqrt(1e-3)])),
        ("moved", "abdeg"),
        ("moved", "(a), (b), (d), (e) and (g)".replace("and", "")),
        ("moved", ["a", "b", "d", "e", "g"]),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"frameworks.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("to_keras", moving(dense=(0, 1)), "the kernel is as it was"),
        ("to_keras", moving(reshape=True), "was reshaped, which mixes its entries"),
        ("to_keras", moving(conv=(2, 3, 0, 1)), "inputs and outputs are exchanged"),
        ("to_keras", moving(conv=(3, 2, 1, 0)), "exchanges height and width"),
        ("to_keras", lambda ls: to_keras(ls, conv=(0, 1, 2, 3)), "Keras has (h, w, in, out)"),
        ("to_keras", moving(conv=(1, 2, 3, 0)), "Keras wants (3, 4, 2, 5)"),
        ("to_keras", moving(bias=2.0), "biases stay as they are"),
        ("to_keras", moving(flat=False), "a flat list"),
        ("to_keras", lambda layers: layers[0][0], "must return a list of arrays"),
        ("loss_and_gradients", slip(over=1), "those of the sum over the examples"),
        ("loss_and_gradients", slip(sign=-1), "p − one-hot"),
        ("loss_and_gradients", slip(slope=np.ones_like), "the slope of tanh"),
        ("loss_and_gradients", slip(slope=lambda a: a > 0), "that of ReLU"),
        ("loss_and_gradients", slip(slope=lambda a: 1 - np.tanh(a) ** 2), "a tanh already"),
        ("loss_and_gradients", slip(mean=True), "δ contains 1/n already"),
        ("loss_and_gradients", slip(total=True), "your loss is the sum"),
        ("loss_and_gradients", slip(turned=True), "transposed?"),
        ("loss_and_gradients", slip(extra=0.1), "your dW2 is"),
        ("loss_and_gradients", lambda p, x, y: network(p, x, y)[0], "you must return"),
        ("loss_and_gradients", lambda p, x, y: (1.0, network(p, x, y)[1]), "your loss is 1"),
        ("loss_and_gradients", lambda p, x, y: (1.0, [0.0]), "there are four"),
        ("defaults", (1 / 256, 0.10825, 1.654e-8, 9.766e-4), "1/√256"),
        ("defaults", (0.0625, 0.153, 1.654e-8, 9.766e-4), "√(6/(256 + 256))"),
        ("defaults", (0.0625, 0.10825, 1 / 6, 9.766e-4), "there are ten"),
        ("defaults", (0.0625, 0.10825, 1.654e-8, 0.5), "a half"),
        ("running_average", Derivation(START).step(END, because="at once"), "step"),
        ("first_step", (5e-4, 3.0653e-5, 3.1623e-10), "PyTorch's step"),
        ("first_step", (9.0909e-4, 5e-4, 3.1623e-10), "in the place of ε"),
        ("first_step", (9.0909e-4, 3.0653e-5, 1e-8), "must be 1e-8"),
        ("moved", "abdg", "factor of 100"),
        ("moved", "abeg", "keeps the old rate"),
        ("moved", "adeg", "takes probabilities"),
        ("moved", "bdeg", "the new batch"),
        ("moved", "abcdeg", "(c) computes the same"),
        ("moved", "abdefg", "(f) computes the same"),
        ("moved", "abde", "in another order"),
        ("moved", "xyz", "(a) to (g)"),
        ("moved", 4, "letters in quotes"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"frameworks.{name}", answer)
    assert verdict.status == "wrong", verdict
    assert words in verdict.message, verdict.message
