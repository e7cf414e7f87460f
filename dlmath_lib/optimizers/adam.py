"""Adam: momentum divided by the recent size of the gradient, entry by entry."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_scalar, fail
from dlmath_lib.optimizers._shared import BLOCK, as_decay, as_learning_rate, as_step, as_vectors

__all__ = ["Adam", "AdamState", "adam_step", "adam_step_in_place"]


class AdamState(NamedTuple):
    """What Adam remembers: both moments and the number of steps taken.

    Attributes
    ----------
    first, second : ndarray of the parameter's shape
        m and v, the averages of g and g² before bias correction.
    steps : int
        k, the steps taken.
    """

    first: np.ndarray
    second: np.ndarray
    steps: int = 0

    @classmethod
    def zeros_like(cls, parameter: Any) -> AdamState:
        """The state before the first step."""
        parameter = np.asarray(parameter)
        kind = parameter.dtype if parameter.dtype.kind == "f" else np.float64
        return cls(np.zeros(parameter.shape, kind), np.zeros(parameter.shape, kind), 0)


def adam_step(
    parameter: Any,
    gradient: Any,
    state: AdamState,
    *,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[np.ndarray, AdamState]:
    """One step of Adam, θ ← θ − α m̂ / (√v̂ + ε), with m ← β₁m + (1 − β₁)g and v ← β₂v + (1 − β₂)g².

    m̂ = m / (1 − β₁ᵏ) and v̂ = v / (1 − β₂ᵏ) in step k = 1, 2, …: the averages start at zero, and the division makes up
    for it.

    Parameters
    ----------
    parameter : array_like of any shape
        θ. Its floating-point type is kept; integers become float64.
    gradient : array_like of the same shape
        g.
    state : AdamState
        What the last step returned; ``AdamState.zeros_like(parameter)`` at the start.
    learning_rate : float > 0, default 0.001
        α: the size of the first step of every entry, whatever the gradient's scale.
    beta1, beta2 : float in [0, 1)
        β₁ and β₂: how much of the averages is kept in each step.
    epsilon : float > 0, default 1e-8
        ε; it keeps the division from 0/0.

    Returns
    -------
    ndarray of parameter's shape and dtype
        The next θ.
    AdamState
        The next state.

    Raises
    ------
    TypeError, ValueError
        If shapes differ, an array is empty or not finite, ``state`` is no AdamState, or a setting is out of range.

    Notes
    -----
    Computed as α √(1 − β₂ᵏ) / (1 − β₁ᵏ) · m / (√v + ε √(1 − β₂ᵏ)): the same quotient with one pass less over the
    arrays (end of section 2 of the source). ε has the place that PyTorch gives it. Derivation:
    ``chapters/optimization/adaptive_methods.ipynb``.

    References
    ----------
    D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, ICLR (2015), algorithm 1.

    Examples
    --------
    >>> theta, state = adam_step([1.0, 1.0], [1e-3, 1e3], AdamState.zeros_like([1.0, 1.0]), learning_rate=0.1)
    >>> print(theta.round(4), state.steps)
    [0.9 0.9] 1
    """
    function = "adam_step"
    _is_state(function, state)
    parameter, gradient, first, second = as_step(function, parameter, gradient, first=state.first, second=state.second)
    alpha, beta1, beta2, epsilon = _settings(function, learning_rate, beta1, beta2, epsilon)
    steps = state.steps + 1
    first = beta1 * first + (1 - beta1) * gradient
    second = beta2 * second + (1 - beta2) * (gradient * gradient)
    root = math.sqrt(1 - beta2**steps)
    moved = parameter - (alpha * root / (1 - beta1**steps)) * (first / (np.sqrt(second) + epsilon * root))
    return np.asarray(moved), AdamState(np.asarray(first), np.asarray(second), steps)


def adam_step_in_place(
    parameter: np.ndarray,
    gradient: np.ndarray,
    state: AdamState,
    *,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> AdamState:
    """The same step as `adam_step`, to the last bit, written over one flat ``parameter`` and the state's arrays.

    Parameters
    ----------
    parameter : ndarray of shape (size,)
        Overwritten by the next θ.
    gradient : ndarray of the same shape and dtype
        Left as it is.
    state : AdamState
        Its two arrays, of the same shape and dtype, are overwritten.
    learning_rate, beta1, beta2, epsilon
        As in `adam_step`.

    Returns
    -------
    AdamState
        The same two arrays, with one more step.

    Raises
    ------
    TypeError, ValueError
        If an array is no such vector or a setting is out of its range. That the numbers are finite is not looked at.

    Notes
    -----
    It works through blocks that stay in the processor's cache: a dozen operations read each number from memory once,
    not a dozen times. Derivation: ``chapters/optimization/adaptive_methods.ipynb``.

    References
    ----------
    D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, ICLR (2015), algorithm 1.

    Examples
    --------
    >>> theta = np.array([1.0, 1.0])
    >>> state = adam_step_in_place(theta, np.array([1e-3, 1e3]), AdamState.zeros_like(theta), learning_rate=0.1)
    >>> print(theta.round(4), state.steps)
    [0.9 0.9] 1
    """
    function = "adam_step_in_place"
    _is_state(function, state)
    as_vectors(function, parameter=parameter, gradient=gradient, first=state.first, second=state.second)
    alpha, beta1, beta2, epsilon = _settings(function, learning_rate, beta1, beta2, epsilon)
    steps = state.steps + 1
    root = math.sqrt(1 - beta2**steps)
    rate = alpha * root / (1 - beta1**steps)
    work = np.empty(min(BLOCK, parameter.size), parameter.dtype)
    for start in range(0, parameter.size, BLOCK):
        p, g, m, v = (a[start : start + BLOCK] for a in (parameter, gradient, state.first, state.second))
        w = work[: p.size]
        m *= beta1
        np.multiply(g, 1 - beta1, out=w)
        m += w
        v *= beta2
        np.multiply(g, g, out=w)
        w *= 1 - beta2
        v += w
        np.sqrt(v, out=w)
        w += epsilon * root
        np.divide(m, w, out=w)
        w *= rate
        p -= w
    return AdamState(state.first, state.second, steps)


@dataclass(frozen=True)
class Adam:
    """The settings of Adam.

    Parameters
    ----------
    learning_rate : float > 0, default 0.001
        α.
    beta1, beta2 : float in [0, 1)
        β₁ and β₂.
    epsilon : float > 0, default 1e-8
        ε.

    Raises
    ------
    TypeError, ValueError
        If a setting is out of its range.

    Notes
    -----
    ``start(parameter)`` gives the first state, ``step`` is the pure rule, ``step_in_place`` its fast twin: both return
    the next state. Derivation: ``chapters/optimization/adaptive_methods.ipynb``.

    References
    ----------
    D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, ICLR (2015), algorithm 1.

    Examples
    --------
    >>> rule = Adam(learning_rate=0.1)
    >>> theta = np.array([1.0])
    >>> theta, state = rule.step(theta, [5.0], rule.start(theta))
    >>> print(theta.round(4))
    [0.9]
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _settings("Adam", self.learning_rate, self.beta1, self.beta2, self.epsilon)

    def start(self, parameter: np.ndarray) -> AdamState:
        """The state before the first step."""
        return AdamState.zeros_like(parameter)

    def step(self, parameter: Any, gradient: Any, state: AdamState) -> tuple[np.ndarray, AdamState]:
        """The next parameter and state, by `adam_step`."""
        return adam_step(parameter, gradient, state, **vars(self))

    def step_in_place(self, parameter: np.ndarray, gradient: np.ndarray, state: AdamState) -> AdamState:
        """Overwrite the parameter and the state's arrays; return the next state."""
        return adam_step_in_place(parameter, gradient, state, **vars(self))


def _is_state(function: str, state: Any) -> None:
    if not isinstance(state, AdamState):
        hint = "start with AdamState.zeros_like(parameter)"
        raise fail(function, "state", "an AdamState", type(state).__name__, hint, error=TypeError)


def _settings(function: str, learning_rate: Any, beta1: Any, beta2: Any, epsilon: Any) -> tuple[float, ...]:
    return (
        as_learning_rate(function, learning_rate),
        as_decay(function, "beta1", beta1),
        as_decay(function, "beta2", beta2),
        as_scalar(function, "epsilon", epsilon, low=0, low_open=True),
    )
