"""The exercises of ``chapters/optimization/momentum.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise

_ALPHA, _BETA, _LAMBDA = sp.symbols("alpha beta lambda", positive=True)
_K, _G = sp.Symbol("k", integer=True, nonnegative=True), sp.Symbol("g", real=True)


@exercise("momentum.by_hand", of=("eq-heavy-ball", "eq-nesterov"))
def by_hand(answer: Any) -> str:
    """Three steps of the heavy ball and two of Nesterov's form on x², from 4 with α = 1/4 and β = 1/2."""
    x1, x2, x3, y1, y2 = parts(answer, 5, "a list of five numbers, [x1, x2, x3, y1, y2]")
    close_to(x1, 2.0, what="x1", hint="The slope at 4 is 8, and so is the velocity; a quarter of it is taken off")
    close_to(x2, 0.0, what="x2", hint="The velocity is half of 8, plus the slope 4 at x = 2")
    close_to(x3, -1.0, what="x3", hint="At 0 the slope is 0, and half of the velocity 8 is left")
    close_to(y1, 1.0, what="y1", hint="The velocity is 8, and the step is α(h + βv) = (8 + 4)/4")
    close_to(y2, -0.25, what="y2", hint="At 1 the slope is 2 and the new velocity 4 + 2; the step is (2 + 3)/4")
    return "the ball rolls past the minimum; from there the slope pulls it back"


@exercise("momentum.valley", of=("eq-best-momentum", "eq-heavy-ball-limit", "eq-complex-roots"))
def valley(answer: Any) -> str:
    """Best settings, factor, steps and limit for 2x² + 18y²."""
    rate, momentum, rho, steps, limit = parts(answer, 5, "five numbers, (rate, momentum, rho, steps, limit)")
    close_to(rate, 1 / 16, what="the best α", hint="It is (2/(√λmax + √λmin))²; λmin and λmax are second derivatives")
    close_to(momentum, 1 / 4, what="the best β", hint="√β is (√κ − 1)/(√κ + 1) with κ = 9")
    close_to(rho, 1 / 2, what="the factor ρ", hint="It is √β")
    close_to(steps, 10, what="the number of steps", hint="It is the first whole k with ρᵏ ≤ 1/1000")
    close_to(limit, 2.5 / 36, what="the limit of α", hint="It is 2(1 + β)/λmax")
    return "10 steps in the place of 31"


_MATRIX = np.array([[3.0, 1.0], [1.0, 0.5]])
# (name, gradient, start, learning rate, momentum, steps): one without momentum, one without steps.
_WALKS: list[tuple[str, Callable[[Any], Any], list[float], float, float, int]] = [
    ("½x²", lambda x: x, [8.0], 0.25, 0.5, 3),
    ("a valley", lambda x: _MATRIX @ x, [1.0, -2.0], 0.2, 0.9, 6),
    ("log cosh", np.tanh, [2.0, -0.5, 0.1], 0.5, 0.7, 5),
    ("½x²", lambda x: x, [4.0], 0.5, 0.0, 3),
    ("a valley", lambda x: _MATRIX @ x, [1.0, -2.0], 0.2, 0.9, 0),
]


def _walk(
    gradient: Callable[[Any], Any], x: np.ndarray, rate: float, momentum: float, steps: int,
    *, at: str = "look", start: str = "look", sign: float = 1.0, keep: str = "x", first: float = 1.0,
) -> np.ndarray:  # fmt: skip
    """Nesterov's points; the options make a slip each."""
    previous, looks = first * x, [x]
    points = [x]
    for _ in range(steps):
        look = x + sign * momentum * (x - previous)
        base = look if start == "look" else x
        previous, x = x, base - rate * gradient(look if at == "look" else x)
        points.append(x)
        looks.append(x + sign * momentum * (x - previous))
    return np.array(looks if keep == "look" else points)


_SLIPS: list[tuple[str, dict[str, Any]]] = [
    ("the gradient is taken at x: that is the heavy ball; Nesterov takes it at the look-ahead", {"at": "x"}),
    ("the step starts from x; it starts from the look-ahead, where the gradient is taken", {"start": "x"}),
    ("the momentum pushes back: the look-ahead is x + β(x − previous)", {"sign": -1.0}),
    ("the point before the first step is taken to be 0; it is the start", {"first": 0.0}),
    ("these are the look-aheads; the points x are asked for", {"keep": "look"}),
    ("that is gradient descent: where is the momentum? Is the previous point kept until it is used?", {"sign": 0.0}),
]


@exercise("momentum.nesterov", of="eq-nesterov")
def nesterov(answer: Any) -> str:
    """The points of Nesterov's accelerated gradient, the start first."""
    names = ("gradient", "x", "learning_rate", "momentum", "steps")
    for name, gradient, at, rate, momentum, steps in _WALKS:
        start = np.array(at)
        what = f"for {name} from {at} with α = {rate:g}, β = {momentum:g} and {steps} steps"
        found = call(answer, gradient, start, rate, momentum, steps, names=names)
        right = _walk(gradient, start, rate, momentum, steps)
        points = numbers(found, f"{what} your array of points")
        if points.shape == (steps, *start.shape):
            raise Wrong(f"{what} you return {steps} points; there are {steps + 1}, the start is the first")
        if points.shape == (steps + 2, *start.shape):
            raise Wrong(f"{what} you return {steps + 2} points; there are {steps + 1}: that is a step too many")
        points = numbers(points, f"{what} your array of points", shape=right.shape)
        if np.allclose(points, right, rtol=1e-7, atol=1e-9):
            continue
        for words, options in _SLIPS:
            if np.allclose(points, _walk(gradient, start, rate, momentum, steps, **options), rtol=1e-7, atol=1e-9):
                raise Wrong(f"{what}: {words}")
        row = int(np.argmax(~np.isclose(points, right, rtol=1e-7, atol=1e-9).all(axis=1)))
        raise Wrong(f"{what} your point {row} is {show(points[row].tolist())}, right is {right[row].round(6).tolist()}")
    return f"{len(_WALKS)} walks, each with the right points"


@exercise("momentum.terminal_velocity", of="eq-terminal-velocity")
def terminal_velocity(answer: Any) -> str:
    """The next velocity of a constant gradient has the formula with k + 1."""
    start = _BETA * _G * (1 - _BETA**_K) / (1 - _BETA) + _G
    end = _G * (1 - _BETA ** (_K + 1)) / (1 - _BETA)
    proved = derivation_of(answer, start, end, min_steps=2)
    return f"{proved}. At k = 0 the formula gives 0, so it holds for all k; βᵏ → 0 leaves g/(1 − β)"


@exercise("momentum.critical_damping", of=("eq-complex-roots", "eq-squared-modulus"))
def critical_damping(answer: Any) -> str:
    """The momentum with the smallest factor for one curvature, 0 < αλ < 1."""
    _expression(answer, (1 - sp.sqrt(_ALPHA * _LAMBDA)) ** 2, _where_the_damping_misses)
    return "less creeps, more swings"


def _where_the_damping_misses(answer: sp.Expr) -> str:
    for product in (0.25, 0.09, 0.64):
        given = {s: (sp.Float(product) if str(s) == "lambda" else sp.Float(1)) for s in answer.free_symbols}
        value = sp.N(answer.xreplace(given))
        if not value.is_real or not 0 <= value < 1:
            return f": for α = 1, λ = {product:g} it is {value.evalf(4)}, and β lies between 0 and 1"
        beta, trace = float(value), 1 + float(value) - product
        factor = max(np.abs(np.roots([1, -trace, beta])))
        if factor > 1 - np.sqrt(product) + 1e-6:
            return f": for α = 1, λ = {product:g} your β is {beta:.4g}, factor {factor:.4g}; a smaller one exists"
    return ""


@exercise("momentum.keras_step", of=("eq-convention-keras", "eq-nesterov"))
def keras_step(answer: Any) -> str:
    """A step in Keras's convention, with and without Nesterov's form."""
    names = ("x", "g", "velocity", "learning_rate", "momentum", "nesterov")
    rng = np.random.default_rng(7)
    for nesterov_form in (False, True):
        for rate, momentum, size in ((0.2, 0.9, 3), (0.3, 0.6, 1)):
            x, g, v = rng.normal(size=(3, size)).round(2)
            kind = "with" if nesterov_form else "without"
            what = f"for α = {rate:g}, β = {momentum:g}, {kind} nesterov"
            found = call(answer, x, g, v, rate, momentum, nesterov_form, names=names)
            if not isinstance(found, (list, tuple)) or len(found) != 2:
                raise Wrong(f"keras_step must return the pair (x, velocity); {what} it returns {show(found)}")
            point = numbers(found[0], f"{what} your x", shape=x.shape)
            speed = numbers(found[1], f"{what} your velocity", shape=x.shape)
            new = momentum * v - rate * g
            right = x + (momentum * new - rate * g if nesterov_form else new)
            if not np.allclose(speed, new):
                if np.allclose(speed, momentum * v + g):
                    raise Wrong(f"{what} the velocity is PyTorch's, βv + g; Keras's is βv − αg")
                if np.allclose(speed, momentum * v + rate * g):
                    raise Wrong(f"{what} the sign of αg is wrong: Keras's velocity points downhill, βv − αg")
                if np.allclose(speed, momentum * v + (1 - momentum) * g):
                    raise Wrong(f"{what} the velocity is a running mean, βv + (1 − β)g; Keras's is βv − αg")
                raise Wrong(f"{what} your velocity is {show(speed.tolist())}, right is {new.round(6).tolist()}")
            if not np.allclose(point, right):
                if np.allclose(point, x + new):
                    raise Wrong(f"{what} x moves by v; with nesterov it moves by βv − αg with the new velocity")
                if nesterov_form and np.allclose(point, x + momentum * new):
                    raise Wrong(f"{what} x moves by βv with the new velocity; the −αg is missing")
                if np.allclose(point, x + v):
                    raise Wrong(f"{what} x moves by the old velocity; it moves by the new one")
                if np.allclose(point, x - rate * new):
                    raise Wrong(f"{what} x moves by −αv; Keras's velocity contains α already")
                raise Wrong(f"{what} your x is {show(point.tolist())}, right is {right.round(6).tolist()}")
    return "four steps, with points and velocities as Keras computes them"


@exercise("momentum.noise", of="eq-momentum-floor")
def noise(answer: Any) -> str:
    """The floor for λ = σ = 1 and β = 0.9 at α = 0.1, its ratio to 1/19, and the α with the floor 1/19."""
    floor, times, rate = parts(answer, 3, "three numbers, (floor, times, rate)")
    close_to(floor, 1.9 / 3.7, what="the floor", hint="It is 19α/(3.8 − α) for β = 0.9 and λ = σ = 1")
    close_to(times, 19 * 1.9 / 3.7, what="the ratio", hint="It is your floor divided by 1/19")
    close_to(rate, 3.8 / 362, what="the α of (c)", hint="Solve 19α/(3.8 − α) = 1/19, a linear equation in α")
    return "at the same α nearly ten times the floor; at nearly the same effective rate the same floor"


@exercise("momentum.nesterov_limit", of="eq-nesterov-rate")
def nesterov_limit(answer: Any) -> str:
    """The limit of αλ for Nesterov's form."""
    _expression(answer, (2 + 2 * _BETA) / (1 + 2 * _BETA), _where_the_limit_misses)
    return "4/3 for β near 1, where the heavy ball has 4"


def _where_the_limit_misses(answer: sp.Expr) -> str:
    for beta in (0.5, 0.9, 0.1):
        value = sp.N(answer.xreplace(dict.fromkeys(answer.free_symbols, sp.Float(beta))))
        if not value.is_real or not 0 < value < 1000:
            return f": for β = {beta:g} it is {value.evalf(4)}, and a positive number below 1000 is asked for"
        keep = 1 - float(value)
        factor = max(np.abs(np.roots([1, -(1 + beta) * keep, beta * keep])))
        if abs(factor - 1) > 1e-6:
            return f": for β = {beta:g} it is {float(value):.4g}; there the larger modulus is {factor:.4g}, and not 1"
    return ""


def _expression(answer: Any, right: sp.Expr, misses: Callable[[sp.Expr], str]) -> None:
    try:
        expression_equals(answer, right, reveal=False)
    except Wrong as wrong:
        if not wrong.unfinished and "not the right expression" in str(wrong):
            raise Wrong(f"this is not the right expression{misses(sp.sympify(answer))}") from None
        raise
