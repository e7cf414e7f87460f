"""Momentum: the heavy ball and Nesterov's variant, in PyTorch's convention."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, as_switch, fail
from dlmath_lib.optimizers._shared import (
    as_decay,
    as_learning_rate,
    as_step,
    as_vectors,
    as_weight_decay,
    finite_in,
    in_place,
    scratch,
    stepped,
)

__all__ = ["SGD", "momentum_step", "momentum_step_in_place"]


def momentum_step(
    parameter: Any,
    gradient: Any,
    velocity: Any,
    *,
    learning_rate: float,
    momentum: float = 0.9,
    nesterov: bool = False,
    weight_decay: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """One step of gradient descent with momentum, v ← μv + g, θ ← θ − αv; Nesterov: θ ← θ − α(g + μv).

    Parameters
    ----------
    parameter : array_like of any shape
        θ. Its floating-point type is kept; integers become float64.
    gradient : array_like of the same shape
        g, the gradient at θ.
    velocity : array_like of the same shape
        v, what the last step returned; zeros at the start.
    learning_rate : float > 0
        α.
    momentum : float in [0, 1), default 0.9
        μ. With μ = 0 it is `sgd_step`.
    nesterov : bool, default False
        Nesterov's variant, with the gradient taken at θ.
    weight_decay : float ≥ 0, default 0
        λ of the penalty λ‖θ‖²/2: λθ is added to the gradient.

    Returns
    -------
    ndarray of parameter's shape and dtype
        The next θ.
    ndarray of parameter's shape and dtype
        The next v, taken with the new gradient.

    Raises
    ------
    TypeError, ValueError
        If shapes differ, an array is empty or not finite, a setting is out of its range, or the step leaves the range
        of the parameter's type.

    Notes
    -----
    A float16 parameter is stepped in float32.

    PyTorch's convention: α multiplies the velocity when the parameter moves. Keras and Sutskever et al. keep αv in the
    velocity, v ← μv − αg, θ ← θ + v: the same path as long as α is constant. Keras's ``weight_decay`` multiplies θ by
    1 − αλ before the step instead: without momentum the same. Used in
    ``chapters/networks/training_a_network.ipynb``.

    References
    ----------
    B. T. Polyak, Some methods of speeding up the convergence of iteration methods (1964). I. Sutskever et al., On the
    importance of initialization and momentum in deep learning, ICML (2013).

    Examples
    --------
    >>> theta, v = momentum_step([1.0], [2.0], [10.0], learning_rate=0.1, momentum=0.5)
    >>> print(theta.round(12), v)
    [0.3] [7.]
    """
    function = "momentum_step"
    kind = as_array(function, "parameter", parameter).dtype
    parameter, gradient, velocity = as_step(function, parameter, gradient, velocity=velocity)
    learning_rate, momentum, weight_decay = _settings(function, learning_rate, momentum, nesterov, weight_decay, kind)
    with np.errstate(over="ignore", invalid="ignore"):
        if weight_decay:
            gradient = gradient + weight_decay * parameter
        velocity = np.asarray(momentum * velocity + gradient)
        direction = momentum * velocity + gradient if nesterov else velocity
        moved = parameter - learning_rate * direction
    velocity = finite_in(function, "momentum * velocity + gradient", velocity, kind)
    return stepped(function, moved, kind), velocity


def momentum_step_in_place(
    parameter: np.ndarray,
    gradient: np.ndarray,
    velocity: np.ndarray,
    *,
    learning_rate: float,
    momentum: float = 0.9,
    nesterov: bool = False,
    weight_decay: float = 0.0,
) -> None:
    """The same step as `momentum_step`, θ ← θ − αv, to the last bit, written over ``parameter`` and ``velocity``.

    Parameters
    ----------
    parameter, velocity : ndarray of shape (size,), of one floating-point type
        Overwritten by the next ones.
    gradient : ndarray of the same shape and dtype
        Left as it is.
    learning_rate, momentum, nesterov, weight_decay
        As in `momentum_step`.

    Returns
    -------
    None
        The result is in ``parameter`` and ``velocity``.

    Raises
    ------
    TypeError, ValueError
        If an array is no such vector or a setting is out of its range. That the numbers are finite is not looked at.

    Notes
    -----
    It works through blocks that stay in the processor's cache, from 262,144 numbers on in two threads
    (``OMP_NUM_THREADS=1`` keeps it to one). Used in
    ``chapters/networks/training_a_network.ipynb``.

    References
    ----------
    I. Sutskever et al., On the importance of initialization and momentum in deep learning, ICML (2013).

    Examples
    --------
    >>> theta, v = np.array([1.0]), np.array([10.0])
    >>> momentum_step_in_place(theta, np.array([2.0]), v, learning_rate=0.1, momentum=0.5)
    >>> print(theta.round(12), v)
    [0.3] [7.]
    """
    function = "momentum_step_in_place"
    as_vectors(function, parameter, gradient, narrow=("velocity",), velocity=velocity)
    kind = parameter.dtype
    learning_rate, momentum, weight_decay = _settings(function, learning_rate, momentum, nesterov, weight_decay, kind)
    wide = velocity.astype(working(kind), copy=False)

    def step(parameter: np.ndarray, gradient: np.ndarray, blocks: Iterable[slice]) -> None:
        room, sums = scratch(parameter.dtype, 2)
        for block in blocks:
            p, g, v = parameter[block], gradient[block], wide[block]
            w = room[: p.size]
            if weight_decay:
                np.multiply(p, weight_decay, out=sums[: p.size])
                g = np.add(g, sums[: p.size], out=sums[: p.size])
            v *= momentum
            v += g
            if nesterov:
                np.multiply(v, momentum, out=w)
                w += g
                w *= learning_rate
            else:
                np.multiply(v, learning_rate, out=w)
            p -= w

    in_place(parameter, gradient, step)
    if wide is not velocity:
        velocity[:] = wide


@dataclass(frozen=True)
class SGD:
    """The settings of (stochastic) gradient descent, with or without momentum.

    Parameters
    ----------
    learning_rate : float > 0
        α.
    momentum : float in [0, 1), default 0
        μ.
    nesterov : bool, default False
        Nesterov's variant; needs μ > 0.
    weight_decay : float ≥ 0, default 0
        λ of the penalty λ‖θ‖²/2.

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
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), sections 8.3.1 to 8.3.3.

    Examples
    --------
    >>> rule = SGD(learning_rate=0.1, momentum=0.5)
    >>> theta = np.array([1.0])
    >>> theta, state = rule.step(theta, [2.0], rule.start(theta))
    >>> print(theta)
    [0.8]
    """

    learning_rate: float
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        _settings("SGD", self.learning_rate, self.momentum, self.nesterov, self.weight_decay)
        if self.nesterov and self.momentum == 0:
            raise fail("SGD", "momentum", "> 0 with nesterov=True", "0", "momentum=0.9 is usual")

    def start(self, parameter: np.ndarray) -> np.ndarray:
        """The velocity before the first step.

        Parameters
        ----------
        parameter : array_like of any shape
            θ.

        Returns
        -------
        ndarray of parameter's shape and dtype
            v = 0.

        Raises
        ------
        TypeError, ValueError
            If ``parameter`` is empty or not made of finite real numbers.

        Examples
        --------
        >>> SGD(0.1).start([1.0, 2.0])
        array([0., 0.])
        """
        return np.zeros_like(as_array("SGD.start", "parameter", parameter))

    def step(self, parameter: Any, gradient: Any, state: Any) -> tuple[np.ndarray, np.ndarray]:
        """The next parameter θ and velocity v, with these settings, by `momentum_step`.

        Parameters
        ----------
        parameter, gradient : array_like of one shape
            θ and g.
        state : array_like of the same shape
            v.

        Returns
        -------
        ndarray, ndarray
            The next θ and v.

        Raises
        ------
        TypeError, ValueError
            As `momentum_step`.
        """
        return momentum_step(parameter, gradient, state, **vars(self))

    def step_in_place(self, parameter: np.ndarray, gradient: np.ndarray, state: np.ndarray) -> np.ndarray:
        """Overwrite the parameter θ and the velocity v, with these settings, by `momentum_step_in_place`.

        Parameters
        ----------
        parameter, gradient, state : ndarray of shape (size,), of one floating-point type
            θ, g and v.

        Returns
        -------
        ndarray
            ``state``.

        Raises
        ------
        TypeError, ValueError
            As `momentum_step_in_place`.
        """
        momentum_step_in_place(parameter, gradient, state, **vars(self))
        return state


def _settings(
    function: str, learning_rate: Any, momentum: Any, nesterov: Any, weight_decay: Any, kind: Any = np.float64
) -> tuple[float, float, float]:
    as_switch(function, "nesterov", nesterov)
    alpha, mu = as_learning_rate(function, learning_rate, kind), as_decay(function, "momentum", momentum)
    return alpha, mu, as_weight_decay(function, weight_decay)
