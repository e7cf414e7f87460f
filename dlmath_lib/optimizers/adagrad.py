"""AdaGrad: the rate of each entry falls with the sum of its squared gradients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, as_scalar, fail
from dlmath_lib.optimizers._shared import (
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

__all__ = ["AdaGrad", "adagrad_step", "adagrad_step_in_place"]


def adagrad_step(
    parameter: Any,
    gradient: Any,
    accumulator: Any,
    *,
    learning_rate: float = 0.01,
    epsilon: float = 1e-10,
    weight_decay: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """One step of AdaGrad, s ← s + g², θ ← θ − αg / (√s + ε), entry by entry.

    Parameters
    ----------
    parameter : array_like of any shape
        θ. Its floating-point type is kept; integers become float64.
    gradient : array_like of the same shape
        g.
    accumulator : array_like of the same shape, ≥ 0
        s, what the last step returned; zeros at the start.
    learning_rate : float > 0, default 0.01
        α. With s = 0 at the start the first step of an entry is α |g| / (|g| + ε) long.
    epsilon : float > 0, default 1e-10
        ε; it keeps the division from 0/0.
    weight_decay : float ≥ 0, default 0
        λ of the penalty λ‖θ‖²/2: λθ is added to g.

    Returns
    -------
    ndarray of parameter's shape and dtype
        The next θ.
    ndarray of parameter's shape, in its dtype (float32 for float16)
        The next s.

    Raises
    ------
    TypeError, ValueError
        If shapes differ, an array is empty or not finite, a setting is out of its range, or s overflows.

    Notes
    -----
    PyTorch's convention: ε outside of the root, 1e-10; s starts at 0. Keras divides by √(s + ε) with 1e-7, and starts
    s at 0.1, so that its first step is shorter than α. A float16 parameter is stepped in float32. Derivation:
    ``chapters/optimization/adaptive_methods.ipynb#eq-adagrad``.

    References
    ----------
    J. Duchi, E. Hazan, Y. Singer, Adaptive subgradient methods for online learning and stochastic optimization, JMLR 12
    (2011).

    Examples
    --------
    >>> theta, s = adagrad_step([1.0], [3.0], [16.0], learning_rate=0.5)
    >>> print(theta.round(6), s)  # 1 − 0.5·3/5
    [0.7] [25.]
    """
    function = "adagrad_step"
    kind = as_array(function, "parameter", parameter).dtype
    parameter, gradient, accumulator = as_step(function, parameter, gradient, accumulator=_above(function, accumulator))
    learning_rate, epsilon, weight_decay = _settings(function, learning_rate, epsilon, weight_decay, kind=kind)
    if weight_decay:
        gradient = gradient + weight_decay * parameter
    with np.errstate(over="ignore"):
        accumulator = np.asarray(accumulator + gradient * gradient)
    accumulator = squared(function, accumulator)
    moved = parameter - learning_rate * (gradient / (np.sqrt(accumulator) + epsilon))
    return stepped(function, moved, kind), accumulator


def adagrad_step_in_place(
    parameter: np.ndarray,
    gradient: np.ndarray,
    accumulator: np.ndarray,
    *,
    learning_rate: float = 0.01,
    epsilon: float = 1e-10,
    weight_decay: float = 0.0,
) -> None:
    """The same step as `adagrad_step`, θ ← θ − αg / (√s + ε), to the last bit, written over θ and s.

    Parameters
    ----------
    parameter : ndarray of shape (size,)
        Overwritten by the next θ.
    gradient : ndarray of the same shape and dtype
        Left as it is.
    accumulator : ndarray of the same shape and dtype (float32 for a float16 parameter)
        Overwritten by the next s.
    learning_rate, epsilon, weight_decay
        As in `adagrad_step`.

    Returns
    -------
    None
        The result is in ``parameter`` and ``accumulator``.

    Raises
    ------
    TypeError, ValueError
        If an array is no such vector or a setting is out of its range. That the numbers are finite is not looked at.

    Notes
    -----
    In blocks and threads as `adam_step_in_place`. Derivation:
    ``chapters/optimization/adaptive_methods.ipynb#eq-adagrad``.

    References
    ----------
    J. Duchi, E. Hazan, Y. Singer, Adaptive subgradient methods for online learning and stochastic optimization, JMLR 12
    (2011).

    Examples
    --------
    >>> theta, s = np.array([1.0]), np.array([16.0])
    >>> adagrad_step_in_place(theta, np.array([3.0]), s, learning_rate=0.5)
    >>> print(theta.round(6), s)
    [0.7] [25.]
    """
    function = "adagrad_step_in_place"
    as_vectors(function, parameter, gradient, accumulator=accumulator)
    alpha, floor, decay = _settings(function, learning_rate, epsilon, weight_decay, kind=parameter.dtype)

    def step(parameter: np.ndarray, gradient: np.ndarray, blocks: Iterable[slice]) -> None:
        room, penalized = scratch(parameter.dtype, 2)
        for block in blocks:
            p, g, s = parameter[block], gradient[block], accumulator[block]
            w = room[: p.size]
            if decay:
                np.multiply(p, decay, out=penalized[: p.size])
                g = np.add(g, penalized[: p.size], out=penalized[: p.size])
            np.multiply(g, g, out=w)
            s += w
            np.sqrt(s, out=w)
            w += floor
            np.divide(g, w, out=w)
            w *= alpha
            p -= w

    in_place(parameter, gradient, step)


@dataclass(frozen=True)
class AdaGrad:
    """The settings of AdaGrad.

    Parameters
    ----------
    learning_rate : float > 0, default 0.01
        α.
    epsilon : float > 0, default 1e-10
        ε.
    weight_decay : float ≥ 0, default 0
        λ of the penalty λ‖θ‖²/2.
    initial : float ≥ 0, default 0
        What the sum s of squares starts with; 0.1 in Keras.

    Raises
    ------
    TypeError, ValueError
        If a setting is out of its range.

    Notes
    -----
    ``start(parameter)`` gives the first state, ``step`` is the pure rule, ``step_in_place`` its fast twin: both return
    the next state. Derivation: ``chapters/optimization/adaptive_methods.ipynb#eq-adagrad``.

    References
    ----------
    J. Duchi, E. Hazan, Y. Singer, Adaptive subgradient methods for online learning and stochastic optimization, JMLR 12
    (2011).

    Examples
    --------
    >>> rule = AdaGrad(learning_rate=0.5)
    >>> theta = np.array([1.0])
    >>> theta, state = rule.step(theta, [3.0], rule.start(theta))
    >>> print(theta.round(6), state)
    [0.5] [9.]
    """

    learning_rate: float = 0.01
    epsilon: float = 1e-10
    weight_decay: float = 0.0
    initial: float = 0.0

    def __post_init__(self) -> None:
        _settings("AdaGrad", **vars(self))

    @property
    def _options(self) -> dict[str, float]:
        return {name: value for name, value in vars(self).items() if name != "initial"}

    def start(self, parameter: np.ndarray) -> np.ndarray:
        """The sum of squares before the first step.

        Parameters
        ----------
        parameter : array_like of any shape
            θ.

        Returns
        -------
        ndarray of parameter's shape, in its dtype (float32 for float16)
            s = ``initial``.
        """
        parameter = as_array("AdaGrad.start", "parameter", parameter)
        return np.full(parameter.shape, self.initial, working(parameter.dtype))

    def step(self, parameter: Any, gradient: Any, state: Any) -> tuple[np.ndarray, np.ndarray]:
        """The next parameter θ and sum s, with these settings, by `adagrad_step`.

        Parameters
        ----------
        parameter, gradient : array_like of one shape
            θ and g.
        state : array_like of the same shape
            s.

        Returns
        -------
        ndarray, ndarray
            The next θ and s.
        """
        return adagrad_step(parameter, gradient, state, **self._options)

    def step_in_place(self, parameter: np.ndarray, gradient: np.ndarray, state: np.ndarray) -> np.ndarray:
        """Overwrite the parameter θ and the sum s, with these settings, by `adagrad_step_in_place`.

        Parameters
        ----------
        parameter, gradient, state : ndarray of shape (size,)
            θ, g and s.

        Returns
        -------
        ndarray
            ``state``.
        """
        adagrad_step_in_place(parameter, gradient, state, **self._options)
        return state


def _settings(
    function: str,
    learning_rate: Any,
    epsilon: Any,
    weight_decay: Any,
    initial: Any = 0.0,
    kind: Any = np.float64,
) -> tuple[float, float, float]:
    as_scalar(function, "initial", initial, low=0)
    alpha, epsilon = as_learning_rate(function, learning_rate, kind), as_epsilon(function, epsilon, kind)
    return alpha, epsilon, as_weight_decay(function, weight_decay)


def _above(function: str, accumulator: Any) -> np.ndarray:
    array = as_array(function, "accumulator", accumulator)
    if array.min() < 0:
        raise fail(function, "accumulator", "≥ 0", f"{array.min():g}", "it is a sum of squares")
    return array
