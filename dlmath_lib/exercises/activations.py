"""Checkers of the chapter networks/activations."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, choice, close_to, number, numbers, parts, same_array, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise


@exercise("activations.sigmoid_slope", of=("eq-sigmoid", "eq-sigmoid-derivative", "eq-sigmoid-symmetry"))
def sigmoid_slope(answer: Any) -> str:
    """σ′(log 3), and σ(−log 3) by the symmetry."""
    slope, value = (
        number(part, f"the {which} number")
        for part, which in zip(
            parts(answer, 2, "two numbers, [σ′(log 3), σ(−log 3)]"), ("first", "second"), strict=True
        )
    )
    if abs(slope - 0.75) < 1e-3:
        raise Wrong("the first number is 3/4: that is σ(log 3), the value; the derivative is asked for")
    close_to(slope, 3 / 16, atol=2e-4, what="the first number", hint="First σ(log 3) = 1/(1 + 1/3), then σ(1 − σ)")
    slips = {
        0.75: "3/4: that is σ(log 3); the argument is −log 3, and σ is not even",
        -0.75: "−3/4: that is −σ(log 3); σ is not odd, its symmetry is σ(−z) = 1 − σ(z)",
        3 / 16: "3/16: that is σ′(−log 3), since σ′ is even; the value σ is asked for",
    }
    for slip, words in slips.items():
        if abs(value - slip) < 1e-3:
            raise Wrong(f"the second number is {words}")
    close_to(value, 1 / 4, atol=2e-4, what="the second number", hint="σ(−z) = 1 − σ(z)")
    return "the slope at −log 3 is 1/4 · 3/4, the same as at log 3"


@exercise("activations.saturation", of=("eq-sigmoid-quarter", "eq-sigmoid-saturation"))
def saturation(answer: Any) -> str:
    """The least n with (1/4)ⁿ < 0.001, and the |z| from which on exp(−|z|) ≤ 0.001."""
    layers, size = (
        number(part, f"number ({letter})")
        for part, letter in zip(parts(answer, 2, "two numbers, [n, |z|]"), "ab", strict=True)
    )
    if layers == 10:
        raise Wrong("number (a): (½)¹⁰ is below 0.001, but the slope is at most ¼; ½ is the value at 0")
    if layers == 4:
        raise Wrong("number (a): (¼)⁴ is about 0.0039, not yet below 0.001")
    close_to(layers, 5, what="number (a)", hint="n is a whole number, the first with (¼)ⁿ < 0.001")
    if abs(size - 3) < 1e-9:
        raise Wrong("number (b): exp(−3) is about 0.05; the logarithm is the natural one, log 1000")
    close_to(size, np.log(1000), atol=5e-3, what="number (b)", hint="exp(−|z|) = 0.001")
    return "with (¼)⁵ = 0.00098 and exp(−6.908) = 0.001"


@exercise("activations.elu_backward", of=("eq-elu", "eq-elu-derivative", "eq-elu-joint"))
def elu_backward(answer: Any) -> str:
    """Back through an ELU with α = 2 at (−log 4, ½), and its left slope at 0."""
    found = numbers(parts(answer, 3, "three numbers"), shape=(3,))
    hints = {
        2.0: "your first number is 8 · e^(−log 4): the factor α = 2 is missing",
        -12.0: "your first number is g times the value −3/2; the slope is asked for, ELU + α",
        8.0: "your first number is that of a slope 1, which ELU has on the right",
    }
    for value, words in hints.items():
        if abs(found[0] - value) < 1e-6:
            raise Wrong(words)
    close_to(found[0], 4.0, what="the first number", hint="The slope is 2 · e^(−log 4)")
    close_to(found[1], -3.0, what="the second number", hint="For z > 0 the slope of ELU is 1")
    if abs(found[2] - 1) < 1e-6:
        raise Wrong("the third number: 1 is the slope from the right; from the left the limit is α")
    close_to(found[2], 2.0, what="the third number", hint="The limit of α(exp(h) − 1)/h")
    return "the slopes 2 and 1 at 0 differ, since α is not 1"


@exercise("activations.outputs")
def outputs(answer: Any) -> str:
    """The activation of three outputs: a temperature, a probability, an angle in (−1, 1)."""
    given = parts(answer, 3, 'three words, such as ["relu", "relu", "relu"]')
    takes = {
        "none": "no activation leaves the output without bounds",
        "sigmoid": "a sigmoid takes values between 0 and 1",
        "tanh": "tanh takes values between −1 and 1",
        "relu": "a ReLU takes no value below 0, and is 0 on a whole side",
    }
    targets = (
        ("none", "a temperature may be −5 or 30 °C"),
        ("sigmoid", "a probability lies between 0 and 1"),
        ("tanh", "the scaled angle lies between −1 and 1, and may have either sign"),
    )
    for place, (mine, (right, target)) in enumerate(zip(given, targets, strict=True), start=1):
        try:
            choice(mine, right, {name: f"{words}; {target}" for name, words in takes.items()})
        except Wrong as problem:
            raise Wrong(f"output ({place}): {problem}", unfinished=problem.unfinished) from None
    return "each takes the values that its targets have"


@exercise("activations.tanh_slope", of=("eq-tanh-derivative", "eq-tanh-sigmoid"))
def tanh_slope(answer: Any) -> str:
    """1 − tanh²z = 4σ(2z)(1 − σ(2z)), in at least two true steps."""
    z, sigma = sp.Symbol("z", real=True), sp.Function("sigma")
    given = {sigma(z): 1 / (1 + sp.exp(-z))}
    end = 4 * sigma(2 * z) * (1 - sigma(2 * z))
    return derivation_of(answer, 1 - sp.tanh(z) ** 2, end, min_steps=2, given=given)


@exercise("activations.prelu_layer", of=("eq-prelu", "eq-prelu-right", "eq-prelu-left", "eq-prelu-slope"))
def prelu_layer(answer: Any) -> str:
    """PReLU with one slope for each column: forward, and backward to z and to the slopes."""
    forward, backward = parts(answer, 2, "the pair (forward, backward) of two functions")
    rng = np.random.default_rng(7)
    cases = [(rng.normal(size=shape), rng.normal(size=shape), rng.normal(size=shape[1])) for shape in ((4, 3), (1, 2))]
    cases.append((np.array([[4.0, 1.0], [-2.0, 3.0]]), np.array([[-2.0, 0.0], [1.0, -1.0]]), np.array([0.25, -0.5])))
    cases.append((np.array([[1.0, 2.0], [-3.0, 1.0]]), np.array([[2.0, -1.0], [-1.0, 0.5]]), np.array([1.5, 3.0])))
    for g, z, a in cases:
        value = call(forward, z, a, names=("z", "a"))
        larger = np.maximum(z, a * z)  # PReLU where a ≤ 1
        if np.any(a > 1) and np.shape(value) == z.shape and np.array_equal(value, larger):
            raise Wrong("forward(z, a) is max(z, a·z): that is the PReLU for a ≤ 1 alone; here a slope is above 1")
        same_array(value, np.maximum(0, z) + a * np.minimum(0, z), what="forward(z, a)")
        found = call(backward, g, z, a, names=("g", "z", "a"))
        if not isinstance(found, (tuple, list)) or len(found) != 2:
            raise Wrong("backward must return two gradients, a tuple: by z and by a")
        same_array(found[0], g * np.where(z > 0, 1, a), what="the gradient by z")
        _slope_gradient(found[1], g, z, a)
    return f"forward and both gradients agree on {len(cases)} batches"


def _slope_gradient(found: Any, g: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
    each = g * np.minimum(0, z)
    mine = found if isinstance(found, (np.ndarray, np.generic)) and found.dtype.kind == "f" else np.full((0, 0), np.nan)
    if mine.shape == z.shape and z.shape != a.shape and np.allclose(mine, each):
        raise Wrong(
            "the gradient by a has the shape of z: the examples of a column share one slope, so add their contributions"
        )
    if mine.shape == () and len(a) > 1:
        raise Wrong(
            "the gradient by a is one number: each column has a slope of its own, so sum over the examples alone"
        )
    wrong = {
        "max(0, z) in place of min(0, z)": (g * np.maximum(0, z)).sum(axis=0),
        "the mean over the examples: the gradient of a sum is the sum of the gradients": each.mean(axis=0),
        "the sum of g itself where z < 0: the factor min(0, z) is missing": (g * (z < 0)).sum(axis=0),
        "the sum of min(0, z): the cotangent g is missing": np.minimum(0, z).sum(axis=0),
    }
    right = each.sum(axis=0)
    for words, value in wrong.items():
        if mine.shape == value.shape and np.allclose(mine, value) and not np.allclose(value, right):
            raise Wrong(f"the gradient by a holds {words}")
    same_array(found, right, what="the gradient by a")


@exercise("activations.dead_on_a_box", of="eq-relu-left")
def dead_on_a_box(answer: Any) -> str:
    rng = np.random.default_rng(5)
    cases = [
        (np.array([1.0]), -1.0),
        (np.array([1.0]), 2.0),  # a bias above 0: |b| is not −b
        (np.array([-2.0, 1.0]), -2.9),
        (np.array([-2.0, 1.0]), -3.0),
    ]
    cases += [
        (rng.integers(-4, 5, size=n).astype(float), float(b)) for n in (2, 3, 5) for b in rng.integers(-12, 1, size=4)
    ]
    cases += [(np.ones(1000), -1000.0), (np.ones(1000), -999.0)]
    for w, b in cases:
        dead = bool(np.abs(w).sum() + b <= 0)
        try:
            found = call(answer, w, b, names=("w", "b"))
        except Wrong as problem:
            if w.size > 10 and "does not come to an end" in str(problem):
                raise Wrong(
                    f"your function is too slow for {w.size} inputs: the box has 2^{w.size} corners. "
                    "Which one makes wᵀx largest?"
                ) from None
            raise
        if isinstance(found, np.ndarray) and found.size != 1:
            raise Wrong(f"is_dead must return True or False; it returns an array of shape {found.shape}")
        if not (isinstance(found, (bool, np.bool_, np.ndarray)) or found in (0, 1)):
            raise Wrong(f"is_dead must return True or False; it returns {show(found)}")
        if bool(found) != dead:
            raise Wrong(_explain(w, b, dead))
    return f"{len(cases)} units agree, two of them with a thousand inputs"


def _explain(w: np.ndarray, b: float, dead: bool) -> str:
    if w.size > 10:
        return f"a unit with {w.size} weights 1 and b = {b:g} is {'dead' if dead else 'not dead'}; you say the opposite"
    corner = max(itertools.product((-1, 1), repeat=w.size), key=lambda x: float(np.dot(w, x)))
    return (
        f"for w = {w.tolist()}, b = {b:g} the unit is {'dead' if dead else 'not dead'}: "
        f"its largest z, at x = {corner}, is {float(np.dot(w, corner)) + b:g}"
    )
