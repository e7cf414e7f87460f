"""What Adam, AdamW and NAdam share: both moments, their settings, and the step that overwrites its arrays."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, as_switch, fail
from dlmath_lib.optimizers._shared import (
    as_decay,
    as_epsilon,
    as_learning_rate,
    as_step,
    as_vectors,
    as_weight_decay,
    in_place,
    scratch,
    squared,
)


class AdamState(NamedTuple):
    """What Adam remembers: both moments, the number of steps taken, with AMSGrad the largest second moment too.

    Attributes
    ----------
    first, second : ndarray of the parameter's shape
        m and v, the averages of g and g² before bias correction; in float32 for a float16 parameter, whose range has
        no place for g².
    steps : int
        k, the steps taken.
    peak : ndarray of the parameter's shape, or None
        The largest v up to now, entry by entry; None without AMSGrad.
    """

    first: np.ndarray
    second: np.ndarray
    steps: int = 0
    peak: np.ndarray | None = None

    @classmethod
    def zeros_like(cls, parameter: Any, *, amsgrad: bool = False) -> AdamState:
        """The state before the first step.

        Parameters
        ----------
        parameter : array_like of any shape
            θ.
        amsgrad : bool, default False
            Whether it is for AMSGrad.

        Returns
        -------
        AdamState
            Zeros, and no step taken.

        Raises
        ------
        TypeError, ValueError
            If ``parameter`` is empty or not made of finite real numbers.

        Examples
        --------
        >>> AdamState.zeros_like([1.0, 2.0])
        AdamState(first=array([0., 0.]), second=array([0., 0.]), steps=0, peak=None)
        """
        parameter = as_array("AdamState.zeros_like", "parameter", parameter)
        kind = working(parameter.dtype)
        peak = np.zeros(parameter.shape, kind) if amsgrad else None
        return cls(np.zeros(parameter.shape, kind), np.zeros(parameter.shape, kind), 0, peak)


class Settings(NamedTuple):
    """The settings of Adam and AdamW, checked: α, β₁, β₂, ε, λ."""

    alpha: float
    beta1: float
    beta2: float
    epsilon: float
    weight_decay: float
    amsgrad: bool


def as_settings(
    function: str,
    learning_rate: Any,
    beta1: Any,
    beta2: Any,
    epsilon: Any,
    weight_decay: Any,
    amsgrad: Any,
    kind: Any = np.float64,
) -> Settings:
    return Settings(
        as_learning_rate(function, learning_rate, kind),
        as_decay(function, "beta1", beta1),
        as_decay(function, "beta2", beta2),
        as_epsilon(function, epsilon, kind),
        as_weight_decay(function, weight_decay),
        as_switch(function, "amsgrad", amsgrad),
    )


def as_state(function: str, state: Any, amsgrad: bool) -> dict[str, np.ndarray]:
    """The arrays of a state by their names."""
    if not isinstance(state, AdamState):
        hint = "start with AdamState.zeros_like(parameter)"
        raise fail(function, "state", "an AdamState", type(state).__name__, hint, error=TypeError)
    arrays = {"first": state.first, "second": state.second}
    if not amsgrad:
        return arrays
    if state.peak is None:
        hint = "start with AdamState.zeros_like(parameter, amsgrad=True)"
        raise fail(function, "state", "one of AMSGrad, with a peak", "peak=None", hint)
    return arrays | {"peak": state.peak}


def as_moments(
    function: str, parameter: Any, gradient: Any, state: Any, amsgrad: bool
) -> tuple[np.ndarray, np.ndarray, AdamState]:
    """Parameter, gradient and state in the type in which the step is computed."""
    arrays = as_state(function, state, amsgrad)
    parameter, gradient, *moments = as_step(function, parameter, gradient, **arrays)
    return parameter, gradient, AdamState(moments[0], moments[1], state.steps, moments[2] if amsgrad else None)


def next_moments(function: str, gradient: np.ndarray, state: AdamState, settings: Settings) -> AdamState:
    """m ← β₁m + (1 − β₁)g and v ← β₂v + (1 − β₂)g², one step later."""
    beta1, beta2 = settings.beta1, settings.beta2
    with np.errstate(over="ignore"):
        first = np.asarray(beta1 * state.first + (1 - beta1) * gradient)
        second = np.asarray(beta2 * state.second + (1 - beta2) * (gradient * gradient))
    second = squared(function, second)
    peak = None if state.peak is None else np.maximum(state.peak, second)
    return AdamState(first, second, state.steps + 1, peak)


def change(state: AdamState, settings: Settings) -> np.ndarray:
    """α m̂ / (√v̂ + ε), by which Adam moves the parameter."""
    rate, floor = factors(settings, state.steps, state.second.dtype)
    second = state.second if state.peak is None else state.peak
    return np.asarray(rate * (state.first / (np.sqrt(second) + floor)))


def factors(settings: Settings, steps: int, kind: np.dtype) -> tuple[float, float]:
    """α √(1 − β₂ᵏ) / (1 − β₁ᵏ) and ε √(1 − β₂ᵏ); the second is kept from being rounded to 0, or 0/0 would follow."""
    root = math.sqrt(1 - settings.beta2**steps)
    rate = settings.alpha * root / (1 - settings.beta1**steps)
    return rate, max(settings.epsilon * root, float(np.finfo(kind).tiny))


def step_over(
    function: str, parameter: Any, gradient: Any, state: Any, settings: Settings, *, decoupled: bool
) -> AdamState:
    """A step of Adam, or of AdamW (decoupled), written over the parameter and the state's arrays."""
    arrays = as_state(function, state, settings.amsgrad)
    as_vectors(function, parameter, gradient, **arrays)
    steps = state.steps + 1
    beta1, beta2, decay = settings.beta1, settings.beta2, settings.weight_decay
    rate, floor = factors(settings, steps, working(parameter.dtype))
    shrink = 1 - settings.alpha * decay

    def step(parameter: np.ndarray, gradient: np.ndarray, blocks: Iterable[slice]) -> None:
        room, penalized = scratch(parameter.dtype, 2)
        for block in blocks:
            p, g, m, v = parameter[block], gradient[block], state.first[block], state.second[block]
            w = room[: p.size]
            if decay and decoupled:
                p *= shrink
            elif decay:
                np.multiply(p, decay, out=penalized[: p.size])
                g = np.add(g, penalized[: p.size], out=penalized[: p.size])
            m *= beta1
            np.multiply(g, 1 - beta1, out=w)
            m += w
            v *= beta2
            np.multiply(g, g, out=w)
            w *= 1 - beta2
            v += w
            if settings.amsgrad:
                v = np.maximum(state.peak[block], v, out=state.peak[block])
            np.sqrt(v, out=w)
            w += floor
            np.divide(m, w, out=w)
            w *= rate
            p -= w

    in_place(parameter, gradient, step)
    return AdamState(state.first, state.second, steps, state.peak)
