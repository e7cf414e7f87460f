"""Adam: momentum divided by the recent size of the gradient, entry by entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array
from dlmath_lib.optimizers._moments import AdamState, as_moments, as_settings, change, next_moments, step_over
from dlmath_lib.optimizers._shared import as_vectors, stepped

__all__ = ["Adam", "adam_step", "adam_step_in_place"]


def adam_step(
    parameter: Any,
    gradient: Any,
    state: AdamState,
    *,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    weight_decay: float = 0.0,
    amsgrad: bool = False,
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
    weight_decay : float ≥ 0, default 0
        λ of the penalty λ‖θ‖²/2: λθ is added to g, and so divided by √v̂ with it. `adamw_step` decays θ itself.
    amsgrad : bool, default False
        Whether v is replaced under the root by the largest v up to now (AMSGrad).

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
    arrays (end of section 2 of the source). A float16 parameter is stepped in float32.

    ε has the place that PyTorch gives it (1e-8). Keras divides by √v + ε with 1e-7, ε beside the uncorrected root:
    there it weighs 1/√(1 − β₂ᵏ) times as much, 32 times in the first step. Both take the largest of the uncorrected v
    for AMSGrad. Keras's ``weight_decay`` is the decay of `adamw_step`. Derivation:
    ``chapters/optimization/adaptive_methods.ipynb#eq-adam``.

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
    kind = as_array(function, "parameter", parameter).dtype
    settings = as_settings(function, learning_rate, beta1, beta2, epsilon, weight_decay, amsgrad, kind)
    parameter, gradient, state = as_moments(function, parameter, gradient, state, amsgrad)
    if weight_decay:
        gradient = gradient + settings.weight_decay * parameter
    state = next_moments(function, gradient, state, settings)
    return stepped(function, parameter - change(state, settings), kind), state


def adam_step_in_place(
    parameter: np.ndarray,
    gradient: np.ndarray,
    state: AdamState,
    *,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    weight_decay: float = 0.0,
    amsgrad: bool = False,
) -> AdamState:
    """The same step as `adam_step`, θ ← θ − α m̂ / (√v̂ + ε), to the last bit, written over ``parameter`` and the state.

    Parameters
    ----------
    parameter : ndarray of shape (size,)
        Overwritten by the next θ.
    gradient : ndarray of the same shape and dtype
        Left as it is.
    state : AdamState
        Its arrays, of the same shape and dtype (float32 for a float16 parameter), are overwritten.
    learning_rate, beta1, beta2, epsilon, weight_decay, amsgrad
        As in `adam_step`.

    Returns
    -------
    AdamState
        The same arrays, with one more step.

    Raises
    ------
    TypeError, ValueError
        If an array is no such vector or a setting is out of its range. That the numbers are finite is not looked at.

    Notes
    -----
    It works through blocks that stay in the processor's cache: a dozen operations read each number from memory once,
    not a dozen times. From 262,144 numbers on two threads share the blocks, which changes no bit;
    ``OMP_NUM_THREADS=1`` keeps it to one. Derivation: ``chapters/optimization/adaptive_methods.ipynb#eq-adam``.

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
    kind = as_vectors(function, parameter, gradient)
    settings = as_settings(function, learning_rate, beta1, beta2, epsilon, weight_decay, amsgrad, kind)
    return step_over(function, parameter, gradient, state, settings, decoupled=False)


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
    weight_decay : float ≥ 0, default 0
        λ of the penalty λ‖θ‖²/2, whose gradient goes through both averages; `AdamW` decays θ itself.
    amsgrad : bool, default False
        Whether v is replaced under the root by the largest v up to now.

    Raises
    ------
    TypeError, ValueError
        If a setting is out of its range.

    Notes
    -----
    ``start(parameter)`` gives the first state, ``step`` is the pure rule, ``step_in_place`` its fast twin: both return
    the next state. Derivation: ``chapters/optimization/adaptive_methods.ipynb#eq-adam``.

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
    weight_decay: float = 0.0
    amsgrad: bool = False

    def __post_init__(self) -> None:
        as_settings("Adam", **vars(self))

    def start(self, parameter: np.ndarray) -> AdamState:
        """The state before the first step, m = v = 0.

        Otherwise as `AdamState.zeros_like`.
        """
        return AdamState.zeros_like(parameter, amsgrad=self.amsgrad)

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
