"""The exercises of ``chapters/optimization/stochastic_gradients.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise

_K = sp.Symbol("k", integer=True, positive=True)
_S, _Y = sp.symbols("S y", real=True)
_V, _LAM, _SIGMA = sp.symbols("v lambda sigma", positive=True)

_Gradient = Callable[[Any, Any], Any]
_Rate = Callable[[int], float]


def _told(found: Any, slips: dict[float, str], what: str) -> None:
    """Name a known slip."""
    value = number(found, what)
    for slip, words in slips.items():
        if abs(value - slip) < 6e-4 * max(1.0, abs(slip)):
            raise Wrong(f"{what} is {value:.4g}: {words}")


@exercise("stochastic_gradients.batch_error", of=("eq-minibatch-unbiased", "eq-minibatch-variance"))
def batch_error(answer: Any) -> str:
    """V of 1, 5, 6, 12, and the mean squared error of two of them with and without replacement."""
    variance, with_it, without = parts(answer, 3, "three numbers, (V, with replacement, without)")
    _told(
        variance,
        {62 / 3: "divide by the number of examples, 4, and not by 3", 62.0: "that is the sum: V is a mean"},
        "V",
    )
    close_to(variance, 15.5, what="V", hint="The deviations from 6 are −5, −1, 0 and 6")
    _told(
        with_it,
        {np.sqrt(7.75): "that is its root: the mean of the square is asked for", 15.5 / 4: "divide V by b = 2"},
        "the error with replacement",
    )
    close_to(with_it, 7.75, what="the error with replacement", hint="It is V/b")
    slips = {7.75: "that is the error with replacement", 7.75 / 2: "the factor is (n − b)/(n − 1), not (n − b)/n"}
    _told(without, slips, "the error without replacement")
    close_to(without, 31 / 6, atol=5e-3, what="the error without replacement", hint="It is V/b · (n − b)/(n − 1)")
    return "the six pairs have the means 3, 3.5, 6.5, 5.5, 8.5 and 9: their mean is 6, their mean squared error 31/6"


@exercise("stochastic_gradients.floor", of=("eq-noise-floor", "eq-noise-recursion", "eq-distance-to-floor"))
def floor(answer: Any) -> str:
    """λ = 2, V = 3, α = ¼: the floor, one step, the batch and the rate for a tenth of the floor."""
    level, first, size, rate = parts(answer, 4, "four numbers, (floor, v1, b, alpha)")
    _told(
        level,
        {0.5: "that is the typical distance, its root", 0.1875: "that is the floor for small α: divide by 2 − αλ"},
        "the floor",
    )
    close_to(level, 0.25, what="the floor", hint="It is ασ²/(λ(2 − αλ)) with σ² = V")
    slips = {
        0.25: "the noise of the step is missing: α²σ²",
        0.6875: "square the factor 1 − αλ",
        1.0: "in the noise of the step, α²σ², α is squared",
    }
    _told(first, slips, "v1")
    close_to(first, 0.4375, what="v1", hint="It is (1 − αλ)²v₀ + α²σ² with v₀ = 1")
    close_to(size, 10, what="b", hint="σ² = V/b, and the floor is proportional to it")
    slips = {
        0.025: "α enters the divisor 2 − αλ too: the floor is not proportional to it",
        1 / 30: "that is from the floor for small α, ασ²/(2λ): keep 2 − αλ",
    }
    _told(rate, slips, "alpha")
    close_to(rate, 0.1 / 3.1, atol=3e-4, what="alpha", hint="αV = λ(2 − αλ)v* is linear in α")
    return "for the same floor: ten times the batch, or about an eighth of the step"


def _points(x: np.ndarray, y: np.ndarray) -> _Gradient:
    """The mean gradient of ½(w·x − y)² over some examples."""

    def gradient(w: Any, batch: Any) -> Any:
        picked = np.asarray(batch)
        if picked.dtype.kind not in "iu" or not picked.size:
            raise ValueError(f"a batch must be a part of an order, some indices; it is {batch!r}")
        return x[picked].T @ (x[picked] @ w - y[picked]) / len(picked)

    return gradient


_RATES: list[tuple[str, _Rate]] = [
    ("1/(k + 2)", lambda k: 1 / (k + 2)),
    ("0.1, then 0.05 from step 3 on", lambda k: 0.1 if k < 3 else 0.05),
]
# (seed, examples, batch size, epochs, which rate): a last batch that is smaller, one batch for all, single examples.
_RUNS = [(0, 7, 3, 2, 0), (1, 6, 2, 3, 1), (2, 4, 9, 3, 0), (3, 5, 1, 2, 1)]


def _run(
    gradient: _Gradient, w: np.ndarray, orders: list[np.ndarray], size: int, rate: _Rate,
    *, sign: int = 1, late: int = 0, restart: bool = False, drop: bool = False, same: bool = False, stay: bool = False,
    start: bool = True, slow: bool = False, power: int = 0, shared: bool = False, only_epochs: bool = False,
) -> list[np.ndarray]:  # fmt: skip
    """The points of SGD; the options make a slip each."""
    path, at = [w], w
    for epoch, order in enumerate([orders[0]] * len(orders) if same else orders):
        for place, first in enumerate(range(0, len(order), size)):
            batch = order[first : first + size]
            if drop and len(batch) < size <= len(order):
                continue
            k = epoch if slow else place if restart else len(path) - 1 + late
            times = 1 / size if shared else float(len(batch)) ** power
            at = at - sign * rate(k) * times * gradient(w if stay else at, batch)
            path.append(at)
    if only_epochs:
        steps = -(-len(orders[0]) // size)
        path = path[::steps]
    return path if start else path[1:]


_SLIPS: list[tuple[str, dict[str, Any]]] = [
    ("it climbs: the step goes against the gradient", {"sign": -1}),
    ("the start is missing: it is the first point", {"start": False}),
    ("the rate of the first step is rate(0): count from 0", {"late": 1}),
    ("the step is counted through all epochs, and does not begin at 0 again in each", {"restart": True}),
    ("what is left at the end of an epoch makes a step, too", {"drop": True}),
    ("each epoch has an order of its own", {"same": True}),
    ("the rate goes by the steps, and not by the epochs", {"slow": True}),
    ("the points after each epoch are there; each step makes a point", {"only_epochs": True}),
    ("gradient gives the mean already: do not multiply it by the number of examples", {"power": 1}),
    ("gradient gives the mean already: do not divide it by the number of examples", {"power": -1}),
    ("gradient gives the mean already: do not divide it by batch_size", {"shared": True}),
    ("each gradient is taken at the start: take it at the point of the step before", {"stay": True}),
]


@exercise("stochastic_gradients.sgd", of=("eq-minibatch-unbiased", "eq-steps-of-an-epoch"))
def sgd(answer: Any) -> str:
    """All points of SGD on problems that the reader does not see."""
    count = 0
    for seed, n, size, epochs, which in _RUNS:
        rng = np.random.default_rng(seed)
        gradient, start = _points(rng.normal(size=(n, 2)), rng.normal(size=n)), rng.normal(size=2)
        orders, (words, rate) = [rng.permutation(n) for _ in range(epochs)], _RATES[which]
        names = ("gradient", "w", "orders", "batch_size", "rate")
        found = call(answer, gradient, start, orders, size, rate, names=names)
        what = f"with {n} examples, batch_size = {size}, {epochs} epochs and the rate {words}"
        right = np.array(_run(gradient, start, orders, size, rate))
        if not isinstance(found, (list, tuple, np.ndarray)) or (isinstance(found, np.ndarray) and found.ndim == 0):
            raise Wrong(f"sgd must return the list of all points; it returns {type(found).__name__}")
        if isinstance(found, np.ndarray) and found.shape == start.shape:
            raise Wrong("sgd must return the list of all points; it returns one point")
        for slip, options in _SLIPS:
            path = np.array(_run(gradient, start, orders, size, rate, **options))
            if len(path) == len(found) and (path.shape != right.shape or not np.allclose(path, right)):
                theirs = numbers(list(found), f"{what} your list of points", shape=path.shape)
                if np.allclose(theirs, path, rtol=1e-9, atol=1e-12):
                    raise Wrong(f"{what}: {slip}")
        if len(found) != len(right):
            raise Wrong(f"{what} you return {len(found)} points; with the start there are {len(right)}")
        theirs = numbers(list(found), f"{what} your list of points", shape=right.shape)
        bad = np.flatnonzero(~np.isclose(theirs, right, rtol=1e-9, atol=1e-12).all(axis=1))
        if bad.size:
            k = int(bad[0])
            raise Wrong(
                f"{what} your point {k} is {theirs[k].round(6).tolist()}; right is {right[k].round(6).tolist()}"
            )
        count += len(right) - 1
    return f"{count} steps on {len(_RUNS)} problems that you did not see"


@exercise("stochastic_gradients.budget", of=("eq-decaying-variance", "eq-average-of-points"))
def budget(answer: Any) -> str:
    """λ = ½, V = 4: steps and examples for a typical distance of 0.1."""
    steps, examples, single, variance = parts(
        answer, 4, "four numbers, (steps, examples, examples with b = 1, variance)"
    )
    slips = {
        1600.0: "that is for b = 1: the noise has the variance V/b",
        20.0: "the square of 0.1 is 0.01: v is a mean square",
        50.0: "divide σ² by λ²",
        100.0: "divide σ² by λ², and not by λ",
    }
    _told(steps, slips, "the number of steps")
    close_to(steps, 200, what="the number of steps", hint="σ² = 4/8, and σ²/(λ²K) = 0.01")
    close_to(examples, 1600, what="the number of examples", hint="Each step uses 8")
    close_to(
        single, 1600, what="the number of examples with b = 1", hint="Then σ² = 4: more steps, of one example each"
    )
    _told(variance, {0.08: "the noise of a batch has the variance V/b, and not V"}, "the variance")
    close_to(variance, 0.01, what="the variance", hint="It is σ²/(λ²K), as with the decaying steps")
    return "1600 examples in any batches; the average of the points does as well"


@exercise("stochastic_gradients.noisy_step", of="eq-expected-descent")
def noisy_step(answer: Any) -> str:
    """β = 2, G² = 9, σ² = 27: the best rate of the bound, its fall, and the limit."""
    best, fall, limit = parts(answer, 3, "three numbers, (best alpha, fall, limit)")
    slips = {
        0.5: "that is 1/β, without noise",
        1 / 6: "the mean square of the estimate is G² + σ²",
        0.25: "there the bound is f again: it is lowest half-way",
    }
    _told(best, slips, "the best alpha")
    close_to(best, 1 / 8, what="the best alpha", hint="It is G²/(β(G² + σ²))")
    if number(fall, "the fall") < 0:
        raise Wrong("the fall is asked for as a positive number")
    close_to(fall, 9 / 16, atol=3e-3, what="the fall", hint="Put the best alpha into −9α + 36α²")
    close_to(limit, 1 / 4, what="the limit", hint="−9α + 36α² is negative between 0 and that α")
    return "a quarter of the step that is best without noise, since σ² is three times G²"


@exercise("stochastic_gradients.running_mean", of="eq-decaying-step")
def running_mean(answer: Any) -> str:
    """The step with 1/(k + 1) leads from the mean of k numbers to that of k + 1."""
    return derivation_of(answer, _S / _K - (_S / _K - _Y) / (_K + 1), (_S + _Y) / (_K + 1), min_steps=2)


@exercise("stochastic_gradients.best_step", of=("eq-noise-recursion", "eq-decaying-variance"))
def best_step(answer: Any) -> str:
    """The rate that makes (1 − αλ)²v + α²σ² smallest, and the smallest value."""
    rate, value = parts(answer, 2, "two expressions, (alpha, smallest value)")
    best = _LAM * _V / (_LAM**2 * _V + _SIGMA**2)
    for found, right, what in (
        (rate, best, "alpha"),
        (value, _V * _SIGMA**2 / (_LAM**2 * _V + _SIGMA**2), "the smallest value"),
    ):
        try:
            expression_equals(found, right, reveal=False)
        except Wrong as wrong:
            if wrong.unfinished:
                raise
            raise Wrong(f"{what}: {wrong}") from None
    return "1/v grows by λ²/σ² with the best step, and by less with any other: K steps end with 1/v₀ + Kλ²/σ² at most"
