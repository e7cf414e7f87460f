"""The exercises of ``chapters/optimization/adaptive_methods.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise

_BETA, _MU = sp.Symbol("beta", positive=True), sp.Symbol("mu", real=True)
_K = sp.Symbol("k", integer=True, positive=True)
_EPSILON, _BETA2 = sp.symbols("epsilon beta_2", positive=True)
_MOST, _LARGEST, _LONG = 10_000, 1e100, 7.0

_VALLEY = np.array([[3.0, 1.0], [1.0, 2.0]])
# (name, gradient, start, steps, α, β₁, β₂, ε): the last starts where the gradient is 0, and one takes no step.
_RUNS: list[tuple[str, Callable[[Any], Any], list[float], int, float, float, float, float]] = [
    ("x²/2", lambda x: x, [1.0], 1, 0.1, 0.9, 0.999, 1e-8),
    ("x²/2", lambda x: x, [1.0], 2, 0.1, 0.9, 0.999, 1e-8),
    ("a valley", lambda x: _VALLEY @ x, [1.0, -2.0], 25, 0.05, 0.8, 0.95, 1e-3),
    ("a valley", lambda x: _VALLEY @ x, [1.0, -2.0], 0, 0.05, 0.8, 0.95, 1e-3),
    ("log cosh", lambda x: np.tanh(x), [0.5, 3.0, -1.0], 60, 0.2, 0.0, 0.9, 1e-2),
    ("the double well", lambda x: x**3 - x, [0.0, 0.3], 40, 0.1, 0.9, 0.99, 1e-8),
]


@exercise("adaptive_methods.by_hand", of=("eq-adagrad", "eq-rmsprop", "eq-adam", "eq-average-weights"))
def by_hand(answer: Any) -> str:
    """Two steps of AdaGrad, RMSprop and Adam with the gradients 3 and 4."""
    adagrad, rmsprop, adam = parts(answer, 3, "three numbers, (AdaGrad, RMSprop, Adam)")
    close_to(adagrad, 0.1, what="θ by AdaGrad", hint="The second step divides 4 by √(9 + 16)")
    right = 0.8 - 0.4 / np.sqrt(5.6875)
    close_to(rmsprop, right, what="θ by RMSprop", hint="v is 9/4 and then ¾·9/4 + ¼·16; it is not corrected")
    close_to(adam, 0.9 - 0.11 / 1.2, what="θ by Adam", hint="m̂ is 1.5/0.5 and then 2.75/0.75; the divisors are 3 and 4")
    return "AdaGrad's second step is shorter although its gradient is larger"


@exercise("adaptive_methods.decay", of=("eq-l2-descent", "eq-l2-adam", "eq-adamw"))
def decay(answer: Any) -> str:
    """A first step with a penalty, by gradient descent and by Adam, and one of AdamW."""
    descent, adam, adamw = parts(answer, 3, "three numbers, (gradient descent, Adam, AdamW)")
    close_to(descent, -3.925, what="θ by gradient descent", hint="The gradient with the penalty is 0.5 + 2·(−4)")
    close_to(adam, -3.99, what="θ by Adam", hint="Its first step is α long, against the sign of g + λθ")
    close_to(adamw, -3.93, what="θ by AdamW", hint="θ is multiplied by 1 − αλ, and the step goes against the sign of g")
    return "in Adam the penalty turned the step round, and its size is lost"


@exercise("adaptive_methods.adam", of=("eq-adam", "eq-bias-correction", "eq-constant-step"))
def adam(answer: Any) -> str:
    """Adam with both corrections."""
    names = ("gradient", "theta", "steps", "alpha", "beta1", "beta2", "epsilon")
    for name, gradient, at, steps, alpha, beta1, beta2, epsilon in _RUNS:
        start = np.array(at)
        settings = (steps, alpha, beta1, beta2, epsilon)
        taken = f"{steps} step" if steps == 1 else f"{steps} steps"
        given = f"α = {alpha:g}, β₁ = {beta1:g}, β₂ = {beta2:g}, ε = {epsilon:g}"
        what = f"for {name} from {at}, {taken} with {given}"
        found = call(answer, gradient, start, *settings, names=names)
        end = numbers(found, f"{what} your point", shape=start.shape)
        right = _adam(gradient, start, *settings)
        if np.allclose(end, right, rtol=1e-7, atol=1e-10):
            continue
        for words, slip in _SLIPS:
            with np.errstate(all="ignore"):  # a slip may divide by 0
                if np.allclose(end, _adam(gradient, start, *settings, **slip), rtol=1e-7, atol=1e-10):
                    raise Wrong(f"{what} you return {show(end.tolist())}: {words}")
        raise Wrong(f"{what} you return {show(end.tolist())}; right is {show(right.round(8).tolist())}")
    return f"{len(_RUNS)} runs that you did not see, each with the right end"


_SLIPS: list[tuple[str, dict[str, Any]]] = [
    ("neither average is corrected", {"first": False, "second": False}),
    ("the average of g is not corrected: divide it by 1 − β₁ᵏ", {"first": False}),
    ("the average of g² is not corrected: divide it by 1 − β₂ᵏ", {"second": False}),
    ("the corrections count the steps from 2 on; the first divides by 1 − β", {"shift": 1}),
    ("ε stands under the root; it belongs beside it", {"inside": True}),
    ("it divides by v̂ and not by its root", {"root": False}),
    ("the step goes along the gradient, not against it", {"sign": -1}),
    ("that is the point after one step more than asked for", {"more": 1}),
    ("that is the point after one step fewer than asked for", {"more": -1}),
    ("v averages g and not g²", {"square": False}),
    ("the gradient is taken at the start in each step; take it at the present point", {"frozen": True}),
    ("ε stands beside the uncorrected root, as in Keras; divide v by 1 − β₂ᵏ first", {"keras": True}),
    ("β₁ and β₂ are interchanged: β₁ belongs to the average of g", {"swapped": True}),
    ("the corrections do not count the steps: each divides by 1 − β, also after the first", {"count": "first"}),
    ("all corrections are those of the last step; count k while you go", {"count": "last"}),
    ("the corrections multiply by 1 − βᵏ; they divide", {"multiplied": True}),
    ("the corrected averages are kept for the next step; keep m and v as they are", {"stored": True}),
]


def _adam(
    gradient: Callable[[Any], Any], theta: np.ndarray, steps: int,
    alpha: float, beta1: float, beta2: float, epsilon: float, *,
    first: bool = True, second: bool = True, shift: int = 0, inside: bool = False, root: bool = True, sign: int = 1,
    more: int = 0, square: bool = True, frozen: bool = False, keras: bool = False, swapped: bool = False,
    count: str = "", multiplied: bool = False, stored: bool = False,
) -> np.ndarray:  # fmt: skip
    """Where Adam ends; the options make a slip each."""
    start, m, v = theta, np.zeros_like(theta), np.zeros_like(theta)
    if swapped:
        beta1, beta2 = beta2, beta1
    for k in range(1 + shift, steps + more + shift + 1):
        g = gradient(start if frozen else theta)
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * (g * g if square else g)
        power = {"first": 1, "last": steps}.get(count, k)
        weight, part = (1 - beta1**power if first else 1.0), (1 - beta2**power if second else 1.0)
        if multiplied:
            weight, part = 1 / weight, 1 / part
        mean, size = m / weight, v / part
        if stored:
            m, v = mean, size
        size = size if not root else np.sqrt(size + (epsilon if inside else 0.0))
        beside = epsilon / np.sqrt(part) if keras else 0.0 if inside else epsilon
        theta = theta - sign * alpha * mean / (size + beside)
    return theta


@exercise("adaptive_methods.bias", of=("eq-bias-correction", "eq-moving-average"))
def bias(answer: Any) -> str:
    """The expectation of the average, from k steps to k + 1."""
    start = _BETA * (1 - _BETA**_K) * _MU + (1 - _BETA) * _MU
    return derivation_of(answer, start, (1 - _BETA ** (_K + 1)) * _MU, min_steps=2)


@exercise("adaptive_methods.epsilon", of=("eq-constant-step", "eq-uncorrected"))
def epsilon(answer: Any) -> str:
    """From which gradient on the first step is 0.99 α long, for two places of ε."""
    pytorch, keras = parts(answer, 2, "two expressions, (PyTorch, Keras)")
    corrected = 99 * _EPSILON / sp.sqrt(1 - _BETA2)
    for name, given, right in (("PyTorch", pytorch, 99 * _EPSILON), ("Keras", keras, corrected)):
        try:
            expression_equals(given, right, where={_BETA2: (0, 1)} if right.has(_BETA2) else None, reveal=False)
        except Wrong as wrong:
            if wrong.unfinished:
                raise
            raise Wrong(f"in {name}'s form: {wrong}") from None
    return "with β₂ = 0.999 the second is 32 times the first, for the same ε"


@exercise("adaptive_methods.units", of=("eq-scale-invariance", "eq-uphill"))
def units(answer: Any) -> str:
    """The rates in other units, and three steps uphill and downhill."""
    what = "four numbers, (gradient descent, Adam, move of RMSprop, move of AMSGrad)"
    descent, adam_factor, uphill, downhill = parts(answer, 4, what)
    hints = (
        "θ' must move 1000 times as far, with a thousandth of the gradient",
        "Its steps do not notice the scale of g, and θ' must move 1000 times as far",
    )
    close_to(descent, 1e6, what="the factor for gradient descent", hint=hints[0])
    close_to(adam_factor, 1e3, what="the factor for Adam", hint=hints[1])
    close_to(uphill, 0.1, what="the move of RMSprop", hint="With ρ = 0 each step is α long, against the sign of g")
    close_to(downhill, -0.075, what="the move of AMSGrad", hint="It is −α times the sum of the gradients over √16")
    return "the same three gradients lead uphill and downhill, by the divisor alone"


@exercise("adaptive_methods.turned", of=("eq-turned-valley", "eq-scale-invariance"))
def turned(answer: Any) -> str:
    """The condition number of a valley after division by fixed numbers: turned twice, and along the axes."""
    same, other, along = parts(answer, 3, "three numbers, (κ' for (a), for (b), for (c))")
    close_to(same, 9.0, what="κ' for (a)", hint="The eigenvalues of the matrix are 9/5 and 1/5")
    trace, determinant = 1.25, 0.09
    gap = np.sqrt(trace**2 - 4 * determinant)
    hint = f"The eigenvalues add up to {trace}, and their product is {determinant}"
    close_to(other, (trace + gap) / (trace - gap), what="κ' for (b)", hint=hint)
    close_to(along, 1.0, what="κ' for (c)", hint="The diagonal is 9/9 and 1/1")
    return "turned, other divisors made it worse than 9; along the axes they make it 1"


@exercise("adaptive_methods.long_step", of=("eq-step-bound",))
def long_step(answer: Any) -> str:
    """Gradients after which a step of Adam is longer than 7 α."""
    gradients = numbers(answer, "your list of gradients")
    if gradients.ndim != 1 or not 1 <= gradients.size <= _MOST:
        raise Wrong(f"your answer must be a list of 1 to {_MOST} numbers; its shape is {gradients.shape}")
    if not (np.isfinite(gradients).all() and np.abs(gradients).max() <= _LARGEST):
        raise Wrong("all gradients must be at most 10¹⁰⁰ in size")
    if not np.abs(gradients).max() > 0:
        raise Wrong("all your gradients are 0; then Adam does not move")
    scaled = gradients / np.abs(gradients).max()
    m = v = 0.0
    for g in scaled.tolist():
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    steps = gradients.size
    length = abs(m) / (1 - 0.9**steps) / np.sqrt(v / (1 - 0.999**steps)) if v > 0 else 0.0
    if not length > _LONG:
        early = np.sqrt(1 - 0.999**steps)
        hint = "let them grow by the factor β₂/β₁ in each of the last two dozen steps"
        if not early > 0.97:
            hint = f"after {steps} step{'s' * (steps > 1)} the factor √(1 − β₂ᵏ) of the correction is still {early:.2f}"
        raise Wrong(f"the last step is {length:.3g} α long: {hint}")
    return f"the last step is {length:.3g} α long; the bound of the chapter is below 7.28 α"
