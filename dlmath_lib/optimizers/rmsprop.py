"""RMSprop: the gradient divided by the root of a moving average of its own square, entry by entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
    stepped,
)

__all__ = ["RMSprop", "RMSpropState", "rmsprop_step", "rmsprop_step_in_place"]


class RMSpropState(NamedTuple):
    """What RMSprop remembers, in float32 for a float16 parameter.

    Attributes
    ----------
    second : ndarray of the parameter's shape
        v, the average of g².
    mean : ndarray of the parameter's shape, or None
        a, the average of g; None where it is not centred.
    velocity : ndarray of the parameter's shape, or None
        u, the velocity; None without momentum.
    """

    second: np.ndarray
    mean: np.ndarray | None = None
    velocity: np.ndarray | None = None

    @classmethod
    def zeros_like(cls, parameter: Any, *, centered: bool = False, momentum: bool = False) -> RMSpropState:
        """The state before the first step.

        Parameters
        ----------
        parameter : array_like of any shape
            θ.
        centered, momentum : bool, default False
            Whether it is for the centred variant, and whether for one with a velocity.

        Returns
        -------
        RMSpropState
            Zeros.

        Raises
        ------
        TypeError, ValueError
            If ``parameter`` is empty or not made of finite real numbers.

        Examples
        --------
        >>> RMSpropState.zeros_like([1.0, 2.0], momentum=True)
        RMSpropState(second=array([0., 0.]), mean=None, velocity=array([0., 0.]))
        """
        parameter = as_array("RMSpropState.zeros_like", "parameter", parameter)
        zeros = (np.zeros(parameter.shape, working(parameter.dtype)) if kept else None for kept in (centered, momentum))
        return cls(np.zeros(parameter.shape, working(parameter.dtype)), *zeros)


class _Settings(NamedTuple):
    alpha: float
    rho: float
    epsilon: float
    momentum: float
    centered: bool
    weight_decay: float


def rmsprop_step(
    parameter: Any,
    gradient: Any,
    state: RMSpropState,
    *,
    learning_rate: float = 0.01,
    rho: float = 0.99,
    epsilon: float = 1e-8,
    momentum: float = 0.0,
    centered: bool = False,
    weight_decay: float = 0.0,
) -> tuple[np.ndarray, RMSpropState]:
    """One step of RMSprop, v ← ρv + (1 − ρ)g², θ ← θ − αg / (√v + ε), entry by entry.

    Centred, √(v − a²) stands for √v, with a ← ρa + (1 − ρ)g. With momentum, u ← μu + g / (√v + ε) and θ ← θ − αu.

    Parameters
    ----------
    parameter : array_like of any shape
        θ. Its floating-point type is kept; integers become float64.
    gradient : array_like of the same shape
        g.
    state : RMSpropState
        What the last step returned; ``RMSpropState.zeros_like(parameter)`` at the start, or what ``RMSprop(…).start``
        gives.
    learning_rate : float > 0, default 0.01
        α. v starts at 0 and is not corrected: the first step of an entry is about α / √(1 − ρ) long, 10 α with 0.99.
    rho : float in [0, 1), default 0.99
        ρ: how much of the averages is kept in each step.
    epsilon : float > 0, default 1e-8
        ε; it keeps the division from 0/0.
    momentum : float in [0, 1), default 0
        μ.
    centered : bool, default False
        Whether the average of g is taken out of that of g².
    weight_decay : float ≥ 0, default 0
        λ of the penalty λ‖θ‖²/2: λθ is added to g.

    Returns
    -------
    ndarray of parameter's shape and dtype
        The next θ.
    RMSpropState
        The next state.

    Raises
    ------
    TypeError, ValueError
        If shapes differ, an array is empty or not finite, ``state`` is no such state or lacks what the settings need, a
        setting is out of its range, or g² overflows.

    Notes
    -----
    PyTorch's convention: ε outside of the root, ρ = 0.99 (there called α), and the rate multiplies the velocity when θ
    moves. Keras divides by √(v + ε) with 1e-7, takes ρ = 0.9 as the lecture does, and keeps the rate in the velocity:
    the same path as long as α is constant. v − a² is a variance with weights: not negative; where rounding makes it so,
    0 stands for it. A float16 parameter is stepped in float32. Derivation:
    ``chapters/optimization/adaptive_methods.ipynb#eq-rmsprop``.

    References
    ----------
    G. Hinton, Neural networks for machine learning, lecture 6e (2012). A. Graves, Generating sequences with recurrent
    neural networks (2013), for the centred one.

    Examples
    --------
    >>> theta, state = rmsprop_step([1.0], [3.0], RMSpropState(np.array([16.0])), learning_rate=0.5, rho=0.0)
    >>> print(theta.round(6), state.second)
    [0.5] [9.]
    """
    function = "rmsprop_step"
    kind = as_array(function, "parameter", parameter).dtype
    settings = _settings(function, learning_rate, rho, epsilon, momentum, centered, weight_decay, kind)
    arrays = _arrays(function, state, settings)
    parameter, gradient, *memory = as_step(function, parameter, gradient, **arrays)
    named = dict(zip(arrays, memory, strict=True))
    mean, velocity = named.get("mean"), named.get("velocity")
    alpha, rho = settings.alpha, settings.rho
    if weight_decay:
        gradient = gradient + settings.weight_decay * parameter
    with np.errstate(over="ignore"):
        second = squared(function, rho * named["second"] + (1 - rho) * (gradient * gradient))
    spread = second
    if mean is not None:
        mean = np.asarray(rho * mean + (1 - rho) * gradient)
        spread = np.maximum(second - mean * mean, 0.0)
    direction = gradient / (np.sqrt(spread) + settings.epsilon)
    if velocity is not None:
        direction = velocity = np.asarray(settings.momentum * velocity + direction)
    return stepped(function, parameter - alpha * direction, kind), RMSpropState(second, mean, velocity)


def rmsprop_step_in_place(
    parameter: np.ndarray,
    gradient: np.ndarray,
    state: RMSpropState,
    *,
    learning_rate: float = 0.01,
    rho: float = 0.99,
    epsilon: float = 1e-8,
    momentum: float = 0.0,
    centered: bool = False,
    weight_decay: float = 0.0,
) -> RMSpropState:
    """The same step as `rmsprop_step`, θ ← θ − αg / (√v + ε), to the last bit, written over θ and the state.

    Parameters
    ----------
    parameter : ndarray of shape (size,)
        Overwritten by the next θ.
    gradient : ndarray of the same shape and dtype
        Left as it is.
    state : RMSpropState
        Its arrays, of the same shape and dtype (float32 for a float16 parameter), are overwritten.
    learning_rate, rho, epsilon, momentum, centered, weight_decay
        As in `rmsprop_step`.

    Returns
    -------
    RMSpropState
        ``state``.

    Raises
    ------
    TypeError, ValueError
        If an array is no such vector, ``state`` lacks what the settings need, or a setting is out of its range. That
        the numbers are finite is not looked at.

    Notes
    -----
    In blocks and threads as `adam_step_in_place`. Derivation:
    ``chapters/optimization/adaptive_methods.ipynb#eq-rmsprop``.

    References
    ----------
    G. Hinton, Neural networks for machine learning, lecture 6e (2012).

    Examples
    --------
    >>> theta, state = np.array([1.0]), RMSpropState(np.array([16.0]))
    >>> state = rmsprop_step_in_place(theta, np.array([3.0]), state, learning_rate=0.5, rho=0.0)
    >>> print(theta.round(6), state.second)
    [0.5] [9.]
    """
    function = "rmsprop_step_in_place"
    kind = as_vectors(function, parameter, gradient)
    settings = _settings(function, learning_rate, rho, epsilon, momentum, centered, weight_decay, kind)
    as_vectors(function, parameter, gradient, **_arrays(function, state, settings))
    alpha, rho, floor, mu, _, decay = settings
    mean, velocity = state.mean, state.velocity

    def step(parameter: np.ndarray, gradient: np.ndarray, blocks: Iterable[slice]) -> None:
        room, more, penalized = scratch(parameter.dtype, 3)
        for block in blocks:
            p, g, v = parameter[block], gradient[block], state.second[block]
            w, q = room[: p.size], more[: p.size]
            if decay:
                np.multiply(p, decay, out=penalized[: p.size])
                g = np.add(g, penalized[: p.size], out=penalized[: p.size])
            v *= rho
            np.multiply(g, g, out=w)
            w *= 1 - rho
            v += w
            if centered and mean is not None:
                a = mean[block]
                a *= rho
                np.multiply(g, 1 - rho, out=w)
                a += w
                np.multiply(a, a, out=q)
                np.subtract(v, q, out=w)
                np.maximum(w, 0.0, out=w)
                np.sqrt(w, out=w)
            else:
                np.sqrt(v, out=w)
            w += floor
            np.divide(g, w, out=w)
            if mu and velocity is not None:
                u = velocity[block]
                u *= mu
                u += w
                np.multiply(u, alpha, out=w)
            else:
                w *= alpha
            p -= w

    in_place(parameter, gradient, step)
    return state


@dataclass(frozen=True)
class RMSprop:
    """The settings of RMSprop.

    Parameters
    ----------
    learning_rate : float > 0, default 0.01
        α.
    rho : float in [0, 1), default 0.99
        ρ.
    epsilon : float > 0, default 1e-8
        ε.
    momentum : float in [0, 1), default 0
        μ.
    centered : bool, default False
        Whether the average of g is taken out of that of g².
    weight_decay : float ≥ 0, default 0
        λ of the penalty λ‖θ‖²/2.

    Raises
    ------
    TypeError, ValueError
        If a setting is out of its range.

    Notes
    -----
    ``start(parameter)`` gives the first state, ``step`` is the pure rule, ``step_in_place`` its fast twin: both return
    the next state. Derivation: ``chapters/optimization/adaptive_methods.ipynb#eq-rmsprop``.

    References
    ----------
    G. Hinton, Neural networks for machine learning, lecture 6e (2012).

    Examples
    --------
    >>> rule = RMSprop(learning_rate=0.01, rho=0.99)
    >>> theta = np.array([1.0])
    >>> theta, state = rule.step(theta, [3.0], rule.start(theta))
    >>> print(theta.round(6))  # 1 − 0.01 / √(1 − 0.99)
    [0.9]
    """

    learning_rate: float = 0.01
    rho: float = 0.99
    epsilon: float = 1e-8
    momentum: float = 0.0
    centered: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        _settings("RMSprop", **vars(self))

    def start(self, parameter: np.ndarray) -> RMSpropState:
        """The state before the first step: v = 0, and a = 0, u = 0 where they are needed.

        Otherwise as `RMSpropState.zeros_like`.
        """
        return RMSpropState.zeros_like(parameter, centered=self.centered, momentum=self.momentum > 0)

    def step(self, parameter: Any, gradient: Any, state: RMSpropState) -> tuple[np.ndarray, RMSpropState]:
        """The next parameter θ and state, with these settings.

        Otherwise as `rmsprop_step`.
        """
        return rmsprop_step(parameter, gradient, state, **vars(self))

    def step_in_place(self, parameter: np.ndarray, gradient: np.ndarray, state: RMSpropState) -> RMSpropState:
        """Overwrite the parameter θ and the state's arrays, with these settings.

        Otherwise as `rmsprop_step_in_place`.
        """
        return rmsprop_step_in_place(parameter, gradient, state, **vars(self))


def _settings(
    function: str,
    learning_rate: Any,
    rho: Any,
    epsilon: Any,
    momentum: Any,
    centered: Any,
    weight_decay: Any,
    kind: Any = np.float64,
) -> _Settings:
    return _Settings(
        as_learning_rate(function, learning_rate, kind),
        as_decay(function, "rho", rho),
        as_epsilon(function, epsilon, kind),
        as_decay(function, "momentum", momentum),
        as_switch(function, "centered", centered),
        as_weight_decay(function, weight_decay),
    )


def _arrays(function: str, state: Any, settings: _Settings) -> dict[str, np.ndarray]:
    """What the settings need of a state, by name."""
    if not isinstance(state, RMSpropState):
        hint = "start with RMSpropState.zeros_like(parameter)"
        raise fail(function, "state", "an RMSpropState", type(state).__name__, hint, error=TypeError)
    arrays = {"second": state.second}
    for name, needed in (("mean", settings.centered), ("velocity", settings.momentum > 0)):
        if needed:
            if getattr(state, name) is None:
                expected = f"one with a {name}, which these settings need"
                raise fail(function, "state", expected, f"{name}=None", "start with RMSprop(…).start(parameter)")
            arrays[name] = getattr(state, name)
    return arrays
