"""NAdam: Adam with Nesterov's momentum."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, as_scalar, as_switch, fail
from dlmath_lib.optimizers._moments import AdamState, Settings, as_settings, next_moments
from dlmath_lib.optimizers._shared import as_step, as_vectors, in_place, scratch, stepped

__all__ = ["NAdam", "NAdamState", "nadam_step", "nadam_step_in_place"]


class NAdamState(NamedTuple):
    """What NAdam remembers.

    Attributes
    ----------
    first, second : ndarray of the parameter's shape
        m and v, the averages of g and g² before bias correction; in float32 for a float16 parameter.
    steps : int
        k, the steps taken.
    product : float
        μ₁ μ₂ ⋯ μₖ.
    """

    first: np.ndarray
    second: np.ndarray
    steps: int = 0
    product: float = 1.0

    @classmethod
    def zeros_like(cls, parameter: Any) -> NAdamState:
        """The state before the first step.

        Parameters
        ----------
        parameter : array_like of any shape
            θ.

        Returns
        -------
        NAdamState
            Zeros, and no step taken.

        Raises
        ------
        TypeError, ValueError
            If ``parameter`` is empty or not made of finite real numbers.

        Examples
        --------
        >>> NAdamState.zeros_like([1.0, 2.0])
        NAdamState(first=array([0., 0.]), second=array([0., 0.]), steps=0, product=1.0)
        """
        parameter = as_array("NAdamState.zeros_like", "parameter", parameter)
        kind = working(parameter.dtype)
        return cls(np.zeros(parameter.shape, kind), np.zeros(parameter.shape, kind))


def nadam_step(
    parameter: Any,
    gradient: Any,
    state: NAdamState,
    *,
    learning_rate: float = 0.002,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    momentum_decay: float = 0.004,
    weight_decay: float = 0.0,
    decoupled: bool = False,
) -> tuple[np.ndarray, NAdamState]:
    """One step of NAdam, θ ← θ − α (c g + d m) / (√v̂ + ε), with Adam's m, v and v̂ = v / (1 − β₂ᵏ).

    c = (1 − μₖ) / (1 − μ₁⋯μₖ) and d = μₖ₊₁ / (1 − μ₁⋯μₖ₊₁), with a momentum that grows to β₁,
    μₖ = β₁(1 − ½ · 0.96^(ψk)).

    Parameters
    ----------
    parameter : array_like of any shape
        θ. Its floating-point type is kept; integers become float64.
    gradient : array_like of the same shape
        g.
    state : NAdamState
        What the last step returned; ``NAdamState.zeros_like(parameter)`` at the start.
    learning_rate : float > 0, default 0.002
        α.
    beta1, beta2 : float in [0, 1)
        β₁ and β₂: how much of the averages is kept in each step.
    epsilon : float > 0, default 1e-8
        ε; it keeps the division from 0/0.
    momentum_decay : float ≥ 0, default 0.004
        ψ: how fast μ grows.
    weight_decay : float ≥ 0, default 0
        λ.
    decoupled : bool, default False
        Whether θ is multiplied by 1 − αλ, as in AdamW; else λθ is added to g.

    Returns
    -------
    ndarray of parameter's shape and dtype
        The next θ.
    NAdamState
        The next state.

    Raises
    ------
    TypeError, ValueError
        If shapes differ, an array is empty or not finite, ``state`` is no NAdamState, a setting is out of its range, or
        g² overflows.

    Notes
    -----
    PyTorch's convention (there the product of the momenta is kept in float32, unless float64 is its default type).
    Keras takes ψ = 1 (μ grows 250 times as fast), ε = 1e-7 and α = 0.001. A float16 parameter is stepped in float32.
    Compared with others in
    ``chapters/optimization/adaptive_methods.ipynb#verification``.

    References
    ----------
    T. Dozat, Incorporating Nesterov momentum into Adam, ICLR workshop (2016).

    Examples
    --------
    >>> theta, state = nadam_step([1.0], [5.0], NAdamState.zeros_like([1.0]), learning_rate=0.1)
    >>> print(theta.round(4), state.steps)
    [0.8944] 1
    """
    function = "nadam_step"
    kind = as_array(function, "parameter", parameter).dtype
    settings = _settings(
        function, learning_rate, beta1, beta2, epsilon, momentum_decay, weight_decay, decoupled, kind=kind
    )
    parameter, gradient, first, second = as_step(function, parameter, gradient, **_arrays(function, state))
    if weight_decay and decoupled:
        parameter = (1 - settings.alpha * settings.weight_decay) * parameter
    elif weight_decay:
        gradient = gradient + settings.weight_decay * parameter
    first, second, steps, _ = next_moments(function, gradient, AdamState(first, second, state.steps), settings)
    of_g, of_m, bias, product = _factors(settings, momentum_decay, state)
    direction = (of_g * gradient + of_m * first) / (np.sqrt(second / bias) + settings.epsilon)
    return stepped(function, parameter - direction, kind), NAdamState(first, second, steps, product)


def nadam_step_in_place(
    parameter: np.ndarray,
    gradient: np.ndarray,
    state: NAdamState,
    *,
    learning_rate: float = 0.002,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    momentum_decay: float = 0.004,
    weight_decay: float = 0.0,
    decoupled: bool = False,
) -> NAdamState:
    """The same step as `nadam_step`, θ ← θ − α (c g + d m) / (√v̂ + ε), to the last bit, written over θ, m and v.

    Parameters
    ----------
    parameter : ndarray of shape (size,)
        Overwritten by the next θ.
    gradient : ndarray of the same shape and dtype
        Left as it is.
    state : NAdamState
        Its two arrays, of the same shape and dtype (float32 for a float16 parameter), are overwritten.
    learning_rate, beta1, beta2, epsilon, momentum_decay, weight_decay, decoupled
        As in `nadam_step`.

    Returns
    -------
    NAdamState
        The same two arrays, with one more step.

    Raises
    ------
    TypeError, ValueError
        If an array is no such vector or a setting is out of its range. That the numbers are finite is not looked at.

    Notes
    -----
    In blocks and threads as `adam_step_in_place`. Compared with others in
    ``chapters/optimization/adaptive_methods.ipynb#verification``.

    References
    ----------
    T. Dozat, Incorporating Nesterov momentum into Adam, ICLR workshop (2016).

    Examples
    --------
    >>> theta = np.array([1.0])
    >>> state = nadam_step_in_place(theta, np.array([5.0]), NAdamState.zeros_like(theta), learning_rate=0.1)
    >>> print(theta.round(4), state.steps)
    [0.8944] 1
    """
    function = "nadam_step_in_place"
    kind = as_vectors(function, parameter, gradient)
    settings = _settings(
        function, learning_rate, beta1, beta2, epsilon, momentum_decay, weight_decay, decoupled, kind=kind
    )
    as_vectors(function, parameter, gradient, **_arrays(function, state))
    of_g, of_m, bias, product = _factors(settings, momentum_decay, state)
    alpha, beta1, beta2, floor, decay, _ = settings

    def step(parameter: np.ndarray, gradient: np.ndarray, blocks: Iterable[slice]) -> None:
        room, more, penalized = scratch(parameter.dtype, 3)
        for block in blocks:
            p, g, m, v = parameter[block], gradient[block], state.first[block], state.second[block]
            w, q = room[: p.size], more[: p.size]
            if decay and decoupled:
                p *= 1 - alpha * decay
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
            np.multiply(g, of_g, out=q)
            np.multiply(m, of_m, out=w)
            q += w
            np.divide(v, bias, out=w)
            np.sqrt(w, out=w)
            w += floor
            q /= w
            p -= q

    in_place(parameter, gradient, step)
    return NAdamState(state.first, state.second, state.steps + 1, product)


@dataclass(frozen=True)
class NAdam:
    """The settings of NAdam.

    Parameters
    ----------
    learning_rate : float > 0, default 0.002
        α.
    beta1, beta2 : float in [0, 1)
        β₁ and β₂.
    epsilon : float > 0, default 1e-8
        ε.
    momentum_decay : float ≥ 0, default 0.004
        ψ: how fast the momentum grows to β₁.
    weight_decay : float ≥ 0, default 0
        λ.
    decoupled : bool, default False
        Whether θ itself decays, as in AdamW; else λθ is added to g.

    Raises
    ------
    TypeError, ValueError
        If a setting is out of its range.

    Notes
    -----
    ``start(parameter)`` gives the first state, ``step`` is the pure rule, ``step_in_place`` its fast twin: both return
    the next state. Compared with others in
    ``chapters/optimization/adaptive_methods.ipynb#verification``.

    References
    ----------
    T. Dozat, Incorporating Nesterov momentum into Adam, ICLR workshop (2016).

    Examples
    --------
    >>> rule = NAdam(learning_rate=0.1)
    >>> theta = np.array([1.0])
    >>> theta, state = rule.step(theta, [5.0], rule.start(theta))
    >>> print(theta.round(4))
    [0.8944]
    """

    learning_rate: float = 0.002
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    momentum_decay: float = 0.004
    weight_decay: float = 0.0
    decoupled: bool = False

    def __post_init__(self) -> None:
        _settings("NAdam", **vars(self))

    def start(self, parameter: np.ndarray) -> NAdamState:
        """The state before the first step, m = v = 0.

        Otherwise as `NAdamState.zeros_like`.
        """
        return NAdamState.zeros_like(parameter)

    def step(self, parameter: Any, gradient: Any, state: NAdamState) -> tuple[np.ndarray, NAdamState]:
        """The next parameter θ and state, with these settings.

        Otherwise as `nadam_step`.
        """
        return nadam_step(parameter, gradient, state, **vars(self))

    def step_in_place(self, parameter: np.ndarray, gradient: np.ndarray, state: NAdamState) -> NAdamState:
        """Overwrite the parameter θ and the state's arrays, with these settings.

        Otherwise as `nadam_step_in_place`.
        """
        return nadam_step_in_place(parameter, gradient, state, **vars(self))


def _settings(
    function: str,
    learning_rate: Any,
    beta1: Any,
    beta2: Any,
    epsilon: Any,
    momentum_decay: Any,
    weight_decay: Any,
    decoupled: Any,
    kind: Any = np.float64,
) -> Settings:
    as_scalar(function, "momentum_decay", momentum_decay, low=0)
    as_switch(function, "decoupled", decoupled)
    return as_settings(function, learning_rate, beta1, beta2, epsilon, weight_decay, False, kind)


def _arrays(function: str, state: Any) -> dict[str, np.ndarray]:
    if not isinstance(state, NAdamState):
        hint = "start with NAdamState.zeros_like(parameter)"
        raise fail(function, "state", "an NAdamState", type(state).__name__, hint, error=TypeError)
    return {"first": state.first, "second": state.second}


def _factors(settings: Settings, momentum_decay: float, state: NAdamState) -> tuple[float, float, float, float]:
    """α c, α d, 1 − β₂ᵏ and μ₁⋯μₖ of the step that is being taken."""
    k = state.steps + 1
    mu, following = (settings.beta1 * (1 - 0.5 * math.pow(0.96, momentum_decay * i)) for i in (k, k + 1))
    product = state.product * mu
    of_g, of_m = settings.alpha * (1 - mu) / (1 - product), settings.alpha * following / (1 - product * following)
    return of_g, of_m, 1 - settings.beta2**k, product
