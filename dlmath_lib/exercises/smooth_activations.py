"""Checkers of the chapter networks/smooth_activations."""

from __future__ import annotations

import tracemalloc
import warnings
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.activations import gelu, sigmoid, softmax, softplus, tanh, tanh_grad
from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, same_array
from dlmath_lib.exercises.functions import call, function_agrees
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise


@exercise(
    "smooth_activations.softmax_backward",
    of=("eq-softmax-vjp", "eq-softmax-own", "eq-softmax-other", "eq-softmax-rows"),
)
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


@exercise("smooth_activations.slopes", of=("eq-softplus-derivative", "eq-silu-derivative", "eq-gelu-curvature"))
def slopes(answer: Any) -> str:
    """The slopes of softplus and SiLU at log 3, and where GELU is steepest."""
    found, z = numbers(parts(answer, 3, "three numbers"), shape=(3,)), float(np.log(3))
    if abs(found[0] - 3 / 16) < 1e-4:
        raise Wrong("the slope of softplus: 3/16 is σ′; softplus′ is σ itself")
    close_to(found[0], 0.75, atol=1e-4, what="the slope of softplus", hint="softplus′ = σ")
    if abs(found[1] - z * 3 / 16) < 1e-3:
        raise Wrong("the slope of SiLU: that is zσ′ alone; the product rule has a second term, σ")
    if abs(found[1] - z * 3 / 4) < 1e-3:
        raise Wrong("the slope of SiLU: that is its value zσ; differentiate the product")
    close_to(found[1], 0.75 + z * 3 / 16, atol=1e-3, what="the slope of SiLU", hint="σ + zσ(1 − σ)")
    if abs(found[2] + np.sqrt(2)) < 1e-2:
        raise Wrong("the place for GELU: at −√2 the slope is smallest; the curvature goes from − to + there")
    if abs(found[2] - 1.1289) < 1e-3:
        raise Wrong("the place for GELU: 1.129 is the largest slope; the z where it is reached is asked for")
    close_to(found[2], np.sqrt(2), atol=5e-3, what="the place for GELU", hint="2 − z² changes its sign")
    return "σ, σ + zσ(1 − σ), and the zero of 2 − z² on the right"


@exercise("smooth_activations.heated", of=("eq-softmax-temperature", "eq-softmax-shift", "eq-softmax-two"))
def heated(answer: Any) -> str:
    """(0.8, 0.2) at T = 2, after a shift, and for T → ∞."""
    found = numbers(parts(answer, 3, "three numbers"), shape=(3,))
    slips = {
        0.4: "halving both would leave the sum 1/2; the ratio p₁/p₂ takes the power 1/2",
        0.8**0.5: "the ratio of the two takes the power 1/2, not each alone: then they would not sum to 1",
        16 / 17: "the ratio was squared: that is T = 1/2",
        2.0: "2 is the ratio p₁/p₂; with p₁ + p₂ = 1 it gives p₁",
    }
    for value, words in slips.items():
        if abs(found[0] - value) < 1e-3:
            raise Wrong(f"(a): {words}")
    close_to(found[0], 2 / 3, atol=1e-3, what="(a)", hint="The ratio 4 becomes its square root")
    close_to(found[1], 0.8, atol=1e-4, what="(b)", hint="A shift of all logits changes nothing")
    if abs(found[2]) < 1e-9 or abs(found[2] - 1) < 1e-9:
        raise Wrong("(c): all for one class is the limit T → 0; for T → ∞ the ratio goes to 4⁰")
    close_to(found[2], 0.5, atol=1e-4, what="(c)", hint="The ratio goes to 4⁰ = 1")
    return "the ratios are 2, 4 and 1"


@exercise("smooth_activations.log_by_hand", of=("eq-log-softmax", "eq-log-softmax-own", "eq-log-softmax-other"))
def log_by_hand(answer: Any) -> str:
    """Log p₂ of (1000, 1000 + log 3), and its derivatives by both logits."""
    found = numbers(parts(answer, 3, "three numbers"), shape=(3,))
    if abs(found[0] - np.log(0.25)) < 1e-3:
        raise Wrong("log p₂: that is log p₁; the second logit is the larger one")
    if abs(found[0] - 0.75) < 1e-6:
        raise Wrong("log p₂: 3/4 is p₂; take its logarithm")
    close_to(found[0], np.log(0.75), atol=1e-3, what="log p₂", hint="p₂ = 3/(1 + 3)")
    if np.allclose(found[1:], [-3 / 16, 3 / 16], atol=1e-4):
        raise Wrong("the derivatives: these are those of p₂; the logarithm divides them by p₂")
    if np.allclose(found[1:], [0.25, -0.25], atol=1e-6):
        raise Wrong("the derivatives: both signs are turned; a larger z₁ makes p₂ smaller")
    close_to(found[1], -0.25, atol=1e-4, what="the derivative by z₁", hint="−p₁")
    close_to(found[2], 0.25, atol=1e-4, what="the derivative by z₂", hint="1 − p₂")
    return "and the two derivatives add up to 0: a shift changes nothing"


@exercise("smooth_activations.silu_symmetry", of="eq-silu")
def silu_symmetry(answer: Any) -> str:
    z = sp.Symbol("z", real=True)
    sigma, silu = sp.Function("sigma"), sp.Function("SiLU")
    given = {sigma(z): 1 / (1 + sp.exp(-z)), silu(z): z * sigma(z)}
    return derivation_of(answer, silu(z) - silu(-z), z, min_steps=2, given=given)


@exercise("smooth_activations.softmax_program", of=("eq-softmax-shift", "eq-softmax-jacobian", "eq-softmax-vjp"))
def softmax_program(answer: Any) -> str:
    """Softmax of rows, and the gradient by the logits."""
    forward, backward = parts(answer, 2, "the pair (forward, backward) of two functions")
    rng = np.random.default_rng(8)
    cases = [
        rng.normal(size=(4, 3)) * 2,
        np.zeros((1, 5)),
        np.array([[1000.0, 999.0], [-1000.0, -1001.0], [1000.0, -1000.0]]),
    ]
    for z in cases:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            _forward_agrees(forward, z)
            _backward_agrees(backward, rng.normal(size=z.shape), z)
    _needs_no_matrix(backward)
    return f"values and gradients agree on {len(cases)} batches, logits up to ±1000 among them"


def _forward_agrees(forward: Any, z: np.ndarray) -> None:
    found, right = call(forward, z, names=("z",)), softmax(z)
    mine = found if isinstance(found, np.ndarray) else np.empty(0)  # a list may be ragged
    if len(z) > 1 and mine.shape == z.shape and mine.dtype.kind == "f":
        powers = np.exp(z - z.max())
        if np.allclose(mine, powers / powers.sum()):
            raise Wrong("forward divides by the sum of the whole batch: each row is a softmax of its own")
        if np.allclose(mine.sum(axis=0), 1) and not np.allclose(mine.sum(axis=1), 1):
            raise Wrong("the columns of forward(z) sum to 1: the logits of one example stand in a row")
    same_array(found, right, what="forward(z)")


def _backward_agrees(backward: Any, g: np.ndarray, z: np.ndarray) -> None:
    found, p = call(backward, g, z, names=("g", "z")), softmax(z)
    mine = found if isinstance(found, np.ndarray) else np.empty(0)
    right = p * (g - (p * g).sum(axis=-1, keepdims=True))
    if mine.shape == z.shape and mine.dtype.kind == "f" and not np.allclose(mine, right):
        for words, value in (
            ("is g ⊙ p ⊙ (1 − p), the diagonal of the Jacobian alone: each logit moves every output", g * p * (1 - p)),
            ("is p ⊙ g: pᵀg must be subtracted from g first", p * g),
            ("subtracts one inner product from the whole batch: each row has its own", p * (g - (p * g).sum())),
            ("subtracts the plain mean of g: it must be weighted by p", p * (g - g.mean(axis=-1, keepdims=True))),
        ):
            if np.allclose(mine, value):
                raise Wrong(f"backward(g, z) {words}")
    same_array(found, right, what="backward(g, z)")


def _needs_no_matrix(backward: Any, K: int = 1000) -> None:
    """The Jacobian of K logits has K² entries; p ⊙ (g − pᵀg) needs a few arrays of K."""
    if tracemalloc.is_tracing():  # somebody else's measurement: leave it alone
        return
    tracemalloc.start()
    try:
        call(backward, np.ones((1, K)), np.zeros((1, K)), names=("g", "z"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if peak > K * K:
        raise Wrong(
            f"the gradients are right, but for {K} logits backward takes {peak / 1e6:.1f} MB, as a Jacobian of "
            f"{K} × {K} does: subtract pᵀg from g, then multiply by p"
        )


@exercise("smooth_activations.mish", of=("eq-softplus", "eq-softplus-derivative"))
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


@exercise("smooth_activations.temperature", of=("eq-temperature-derivative", "eq-softmax-vjp"))
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


@exercise("smooth_activations.gelu_constant", of=("eq-gelu", "eq-gelu-constant"))
def gelu_constant(answer: Any) -> str:
    constant, best = number(answer), 0.0443830
    if abs(constant - 0.044715) < 2e-6:
        raise Wrong(
            "0.044715 is the constant in use: best for Φ alone; for GELU a smaller largest difference is possible"
        )
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
