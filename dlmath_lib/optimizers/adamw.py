"""AdamW: Adam with a decay of the weights that does not pass through its averages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array
from dlmath_lib.optimizers._moments import AdamState, as_moments, as_settings, change, next_moments, step_over
from dlmath_lib.optimizers._shared import as_vectors, stepped

__all__ = ["AdamW", "adamw_step", "adamw_step_in_place"]


def adamw_step(
    parameter: Any,
    gradient: Any,
    state: AdamState,
    *,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    weight_decay: float = 0.01,
    amsgrad: bool = False,
) -> tuple[np.ndarray, AdamState]:
    """One step of AdamW, θ ← (1 − αλ)θ − α m̂ / (√v̂ + ε), with the moments of the loss's own gradient g.

    `adam_step` with ``weight_decay`` adds λθ to g instead: there the decay is divided by √v̂ with the rest.

    Parameters
    ----------
    parameter : array_like of any shape
        θ. Its floating-point type is kept; integers become float64.
    gradient : array_like of the same shape
        g, without a term for the decay.
    state : AdamState
        What the last step returned; ``AdamState.zeros_like(parameter)`` at the start.
    learning_rate, beta1, beta2, epsilon, amsgrad
        α, β₁, β₂, ε and AMSGrad, as in `adam_step`.
    weight_decay : float ≥ 0, default 0.01
        λ: each step takes αλθ away from θ.

    Returns
    -------
    ndarray of parameter's shape and dtype
        The next θ.
    AdamState
        The next state.

    Raises
    ------
    TypeError, ValueError
        As `adam_step`.

    Notes
    -----
    PyTorch and Keras multiply the decay by the learning rate, as here, and decay before the step; their λ are 0.01 and
    0.004 where none is given. In the paper the decay is λ itself, times the schedule's factor alone.
    Derivation: ``chapters/optimization/adaptive_methods.ipynb#eq-adamw``.

    References
    ----------
    I. Loshchilov, F. Hutter, Decoupled weight decay regularization, ICLR (2019).

    Examples
    --------
    >>> theta, state = adamw_step([2.0], [5.0], AdamState.zeros_like([2.0]), learning_rate=0.1, weight_decay=0.5)
    >>> print(theta.round(6))  # 2·(1 − 0.1·0.5) − 0.1
    [1.8]
    """
    function = "adamw_step"
    kind = as_array(function, "parameter", parameter).dtype
    settings = as_settings(function, learning_rate, beta1, beta2, epsilon, weight_decay, amsgrad, kind)
    parameter, gradient, state = as_moments(function, parameter, gradient, state, amsgrad)
    state = next_moments(function, gradient, state, settings)
    decayed = (1 - settings.alpha * settings.weight_decay) * parameter
    return stepped(function, decayed - change(state, settings), kind), state


def adamw_step_in_place(
    parameter: np.ndarray,
    gradient: np.ndarray,
    state: AdamState,
    *,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    weight_decay: float = 0.01,
    amsgrad: bool = False,
) -> AdamState:
    """The same step as `adamw_step`, θ ← (1 − αλ)θ − α m̂ / (√v̂ + ε), to the last bit, written over ``parameter``.

    The state's arrays are overwritten too.

    Parameters
    ----------
    parameter : ndarray of shape (size,)
        Overwritten by the next θ.
    gradient : ndarray of the same shape and dtype
        Left as it is.
    state : AdamState
        Its arrays, of the same shape and dtype (float32 for a float16 parameter), are overwritten.
    learning_rate, beta1, beta2, epsilon, weight_decay, amsgrad
        As in `adamw_step`.

    Returns
    -------
    AdamState
        The same arrays, with one more step.

    Raises
    ------
    TypeError, ValueError
        As `adam_step_in_place`.

    Notes
    -----
    In blocks and threads as `adam_step_in_place`. Derivation:
    ``chapters/optimization/adaptive_methods.ipynb#eq-adamw``.

    References
    ----------
    I. Loshchilov, F. Hutter, Decoupled weight decay regularization, ICLR (2019).

    Examples
    --------
    >>> theta = np.array([2.0])
    >>> state = AdamState.zeros_like(theta)
    >>> state = adamw_step_in_place(theta, np.array([5.0]), state, learning_rate=0.1, weight_decay=0.5)
    >>> print(theta.round(6))
    [1.8]
    """
    function = "adamw_step_in_place"
    kind = as_vectors(function, parameter, gradient)
    settings = as_settings(function, learning_rate, beta1, beta2, epsilon, weight_decay, amsgrad, kind)
    return step_over(function, parameter, gradient, state, settings, decoupled=True)


@dataclass(frozen=True)
class AdamW:
    """The settings of AdamW.

    Parameters
    ----------
    learning_rate : float > 0, default 0.001
        α.
    beta1, beta2 : float in [0, 1)
        β₁ and β₂.
    epsilon : float > 0, default 1e-8
        ε.
    weight_decay : float ≥ 0, default 0.01
        λ: each step takes αλθ away from θ.
    amsgrad : bool, default False
        Whether v is replaced under the root by the largest v up to now.

    Raises
    ------
    TypeError, ValueError
        If a setting is out of its range.

    Notes
    -----
    ``start(parameter)`` gives the first state, ``step`` is the pure rule, ``step_in_place`` its fast twin: both return
    the next state. The decay meets all of ``parameter``: `Network.fit` hands over biases with the weights.

    References
    ----------
    I. Loshchilov, F. Hutter, Decoupled weight decay regularization, ICLR (2019).

    Examples
    --------
    >>> rule = AdamW(learning_rate=0.1, weight_decay=0.5)
    >>> theta = np.array([2.0])
    >>> theta, state = rule.step(theta, [5.0], rule.start(theta))
    >>> print(theta.round(6))
    [1.8]
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01
    amsgrad: bool = False

    def __post_init__(self) -> None:
        as_settings("AdamW", **vars(self))

    def start(self, parameter: np.ndarray) -> AdamState:
        """The state before the first step, m = v = 0.

        Otherwise as `AdamState.zeros_like`.
        """
        return AdamState.zeros_like(parameter, amsgrad=self.amsgrad)

    def step(self, parameter: Any, gradient: Any, state: AdamState) -> tuple[np.ndarray, AdamState]:
        """The next parameter θ and state, with these settings.

        Otherwise as `adamw_step`.
        """
        return adamw_step(parameter, gradient, state, **vars(self))

    def step_in_place(self, parameter: np.ndarray, gradient: np.ndarray, state: AdamState) -> AdamState:
        """Overwrite the parameter θ and the state's arrays, with these settings.

        Otherwise as `adamw_step_in_place`.
        """
        return adamw_step_in_place(parameter, gradient, state, **vars(self))
