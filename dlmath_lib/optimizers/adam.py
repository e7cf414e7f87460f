"""Adam: momentum divided by the recent size of the gradient, entry by entry."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, as_scalar, fail
from dlmath_lib.optimizers._shared import (
    BLOCK,
    as_decay,
    as_learning_rate,
    as_step,
    as_vectors,
    blocks,
    finite_in,
    stepped,
)

__all__ = ["Adam", "AdamState", "adam_step", "adam_step_in_place"]


class AdamState(NamedTuple):
    """What Adam remembers: both moments and the number of steps taken.

    Attributes
    ----------
    first, second : ndarray of the parameter's shape
        m and v, the averages of g and g² before bias correction; in float32 for a float16 parameter, whose range has
        no place for g².
    steps : int
        k, the steps taken.
    """

    first: np.ndarray
    second: np.ndarray
    steps: int = 0

    @classmethod
    def zeros_like(cls, parameter: Any) -> AdamState:
        """The state before the first step.

        Parameters
        ----------
        parameter : array_like of any shape
            θ.

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
        AdamState(first=array([0., 0.]), second=array([0., 0.]), steps=0)
        """
        parameter = as_array("AdamState.zeros_like", "parameter", parameter)
        kind = working(parameter.dtype)
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
        α. The first step of an entry is α |g| / (|g| + ε) long: α where |g| is far above ε, less near it and below.
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
        If shapes differ, an array is empty or not finite, ``state`` is no AdamState, a setting is out of range, or g²
        overflows (|g| from some 1e19 on in float32): with v = ∞ the parameter would never move again.

    Notes
    -----
    Computed as α √(1 − β₂ᵏ) / (1 − β₁ᵏ) · m / (√v + ε √(1 − β₂ᵏ)): the same quotient with one pass less over the
    arrays (end of section 2 of the source). ε has the place that PyTorch gives it. A float16 parameter is stepped in
    float32. Used in ``chapters/networks/training_a_network.ipynb``.

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
    kind = as_array(function, "parameter", parameter).dtype
    parameter, gradient, first, second = as_step(function, parameter, gradient, first=state.first, second=state.second)
    alpha, beta1, beta2, epsilon = _settings(function, learning_rate, beta1, beta2, epsilon, kind)
    steps = state.steps + 1
    with np.errstate(over="ignore"):
        first = beta1 * first + (1 - beta1) * gradient
        second = beta2 * second + (1 - beta2) * (gradient * gradient)
    second = finite_in(function, "gradient * gradient", np.asarray(second), second.dtype)
    rate, floor = _factors(alpha, beta1, beta2, epsilon, steps, second.dtype)
    moved = parameter - rate * (first / (np.sqrt(second) + floor))
    return stepped(function, moved, kind), AdamState(np.asarray(first), second, steps)


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
    """The same step as `adam_step`, θ ← θ − α m̂ / (√v̂ + ε), to the last bit, written over ``parameter`` and the state.

    Parameters
    ----------
    parameter : ndarray of shape (size,)
        Overwritten by the next θ.
    gradient : ndarray of the same shape and dtype
        Left as it is.
    state : AdamState
        Its two arrays, of the same shape and dtype (float32 for a float16 parameter), are overwritten.
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
    not a dozen times. Used in ``chapters/networks/training_a_network.ipynb``.

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
    as_vectors(function, parameter, gradient, first=state.first, second=state.second)
    kind = parameter.dtype
    alpha, beta1, beta2, epsilon = _settings(function, learning_rate, beta1, beta2, epsilon, kind)
    steps = state.steps + 1
    rate, floor = _factors(alpha, beta1, beta2, epsilon, steps, working(kind))
    work = np.empty(min(BLOCK, parameter.size), working(kind))
    for block in blocks(parameter.size):
        p, m, v = parameter[block], state.first[block], state.second[block]
        g, w = gradient[block].astype(working(kind), copy=False), work[: p.size]
        m *= beta1
        np.multiply(g, 1 - beta1, out=w)
        m += w
        v *= beta2
        np.multiply(g, g, out=w)
        w *= 1 - beta2
        v += w
        np.sqrt(v, out=w)
        w += floor
        np.divide(m, w, out=w)
        w *= rate
        np.subtract(p, w, out=p, casting="same_kind")
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
    the next state. Used in ``chapters/networks/training_a_network.ipynb``.

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
        """The state before the first step, m = v = 0.

        Otherwise as `AdamState.zeros_like`.
        """
        return AdamState.zeros_like(parameter)

    def step(self, parameter: Any, gradient: Any, state: AdamState) -> tuple[np.ndarray, AdamState]:
        """The next parameter θ and state, with these settings.

        Otherwise as `adam_step`.
        """
        return adam_step(parameter, gradient, state, **vars(self))

    def step_in_place(self, parameter: np.ndarray, gradient: np.ndarray, state: AdamState) -> AdamState:
        """Overwrite the parameter θ and the state's arrays, with these settings.

        Otherwise as `adam_step_in_place`.
        """
        return adam_step_in_place(parameter, gradient, state, **vars(self))


def _is_state(function: str, state: Any) -> None:
    if not isinstance(state, AdamState):
        hint = "start with AdamState.zeros_like(parameter)"
        raise fail(function, "state", "an AdamState", type(state).__name__, hint, error=TypeError)


def _settings(
    function: str, learning_rate: Any, beta1: Any, beta2: Any, epsilon: Any, kind: Any = np.float64
) -> tuple[float, ...]:
    return (
        as_learning_rate(function, learning_rate, kind),
        as_decay(function, "beta1", beta1),
        as_decay(function, "beta2", beta2),
        as_scalar(function, "epsilon", epsilon, low=0, low_open=True),
    )


def _factors(
    alpha: float, beta1: float, beta2: float, epsilon: float, steps: int, kind: np.dtype
) -> tuple[float, float]:
    """α √(1 − β₂ᵏ) / (1 − β₁ᵏ) and ε √(1 − β₂ᵏ); the second is kept from being rounded to 0, or 0/0 would follow."""
    root = math.sqrt(1 - beta2**steps)
    return alpha * root / (1 - beta1**steps), max(epsilon * root, float(np.finfo(kind).tiny))
