"""Checkers of the chapter networks/activations."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.activations import gelu, sigmoid, softmax, softplus, tanh, tanh_grad
from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, same_array, show
from dlmath_lib.exercises.functions import call, function_agrees
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise


@exercise("activations.sigmoid_slope", of="eq-sigmoid-derivative")
def sigmoid_slope(answer: Any) -> None:
    if abs(number(answer) - 0.75) < 1e-3:
        raise Wrong("your answer is 3/4: that is σ(log 3), the value; the derivative is asked for")
    close_to(answer, 3 / 16, atol=2e-4, hint="First σ(log 3) = 1/(1 + 1/3), then σ(1 − σ)")


@exercise("activations.softmax_backward", of="eq-softmax-vjp")
def softmax_backward(answer: Any) -> str:
    found = numbers(answer, shape=(3,))
    if np.allclose(found, [0.5, 0, 0]):
        raise Wrong("that is p ⊙ g: every logit moves every output, so pᵀg must be subtracted from g first")
    if abs(found.sum()) > 1e-6:
        raise Wrong(
            f"the three must add up to 0 (shifting all logits changes nothing); they add up to {found.sum():.4g}"
        )
    same_array(found, np.array([0.25, -0.125, -0.125]))
    return "and they add up to 0, as they must"


@exercise("activations.silu_symmetry", of="eq-silu-derivative")
def silu_symmetry(answer: Any) -> str:
    z = sp.Symbol("z", real=True)
    sigma, silu = sp.Function("sigma"), sp.Function("SiLU")
    given = {sigma(z): 1 / (1 + sp.exp(-z)), silu(z): z * sigma(z)}
    return derivation_of(answer, silu(z) - silu(-z), z, min_steps=2, given=given)


@exercise("activations.mish")
def mish(answer: Any) -> str:
    functions = parts(answer, 2, "the pair (mish, mish_grad) of two functions")
    cases = [
        np.array([0.0]),
        np.array([-2.0, -0.5, 0.5, 3.0]),
        np.array([[-30.0, 30.0], [-1.0, 1.0]]),
        np.array([-1000.0, 1000.0]),
    ]
    single = [np.array([-1.5, 2.5], dtype=np.float32)]
    references = (_mish, _mish_grad)
    for function, reference, name in zip(functions, references, ("mish", "mish_grad"), strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                function_agrees(function, reference, cases, rtol=1e-10, atol=1e-14, names=("z",), dtype=True)
                function_agrees(function, reference, single, rtol=1e-5, atol=1e-12, names=("z",), dtype=True)
            except Wrong as problem:
                raise Wrong(f"{name}: {problem}", unfinished=problem.unfinished) from None
    return "value and derivative agree, also at ±1000 and in float32"


def _mish(z: np.ndarray) -> np.ndarray:
    return z * tanh(softplus(z))


def _mish_grad(z: np.ndarray) -> np.ndarray:
    soft = softplus(z)
    return tanh(soft) + z * tanh_grad(soft) * sigmoid(z)


@exercise("activations.dead_on_a_box")
def dead_on_a_box(answer: Any) -> str:
    rng = np.random.default_rng(5)
    cases = [
        (np.array([1.0]), -1.0),
        (np.array([1.0]), -0.9),
        (np.array([-2.0, 1.0]), -2.9),
        (np.array([-2.0, 1.0]), -3.0),
    ]
    cases += [
        (rng.integers(-4, 5, size=n).astype(float), float(b)) for n in (2, 3, 5) for b in rng.integers(-12, 1, size=4)
    ]
    cases += [(np.ones(1000), -1000.0), (np.ones(1000), -999.0)]
    for w, b in cases:
        dead = bool(np.abs(w).sum() + b <= 0)
        found = call(answer, w, b, names=("w", "b"))
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


@exercise("activations.temperature")
def temperature(answer: Any) -> str:
    rng = np.random.default_rng(6)
    for size, T in ((2, 1.0), (3, 0.5), (5, 4.0)):
        g, z = rng.normal(size=(2, size))
        found = call(answer, g, z, T, names=("g", "z", "T"))
        if not isinstance(found, (tuple, list)) or len(found) != 2:
            raise Wrong("temperature_vjp must return two gradients, a tuple: for z and for T")
        p = softmax(z / T)
        back = p * (g - g @ p)
        same_array(found[0], back / T, what="the gradient for z")
        close_to(
            found[1],
            -(back @ z) / T**2,
            what="the gradient for T",
            hint=f"This was g = {g.round(3)}, z = {z.round(3)}, T = {T}",
        )
    return "both gradients agree on 3 cases"


@exercise("activations.gelu_constant", of="eq-gelu-constant")
def gelu_constant(answer: Any) -> str:
    constant, best = number(answer), 0.0443830
    if abs(constant - 0.044715) < 2e-6:
        raise Wrong("0.044715 is the constant in use; a smaller largest difference is possible")
    if abs(constant - 0.0455399) < 2e-5:
        raise Wrong("(4 − π)/(6π) is best very near 0; over all z another constant has a smaller largest difference")
    if 0.04 < constant < 0.05 and abs(constant - best) > 2e-4 * best:
        raise Wrong(
            f"with c = {constant:g} the largest difference is {_largest_difference(constant):.2e}; another constant "
            f"{'below' if constant > best else 'above'} it has a smaller one"
        )
    close_to(constant, best, rtol=2e-4)
    return "the largest difference is 3.88e-4, against 4.73e-4 for the constant in use"


def _largest_difference(constant: float) -> float:
    z = np.linspace(-6, 6, 12_001)
    return float(np.abs(z * sigmoid(2 * np.sqrt(2 / np.pi) * (z + constant * z**3)) - gelu(z)).max())
