"""Optimizers around optimizers: with a schedule for the learning rate, with clipped gradients."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_scalar, fail
from dlmath_lib.optimizers.clipping import clip_by_norm, clip_by_value
from dlmath_lib.optimizers.schedules import as_schedule

__all__ = ["Clipped", "Scheduled", "ScheduledState"]


class ScheduledState(NamedTuple):
    """What `Scheduled` remembers.

    Attributes
    ----------
    inner : Any
        The state of the optimizer.
    steps : int
        The steps taken, which the schedule is called with.
    """

    inner: Any
    steps: int = 0


@dataclasses.dataclass(frozen=True)
class Scheduled:
    """An optimizer whose learning rate follows a schedule: α s(k) in step k = 0, 1, 2 and so on.

    Parameters
    ----------
    optimizer : SGD, Adam, …
        With the rate α.
    schedule : function of the step
        s, called with the number of the step; gives a factor > 0.

    Raises
    ------
    TypeError, ValueError
        If one of them is no such object; in a step, if the schedule ended or its factor is not positive.

    Notes
    -----
    ``start``, ``step`` and ``step_in_place`` as the optimizer has them. To clip as well, write
    ``Clipped(Scheduled(…), max_norm=…)``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), chapter 8.

    Examples
    --------
    >>> from dlmath_lib.optimizers import SGD, StepDecay
    >>> rule = Scheduled(SGD(0.1), StepDecay([1], factor=0.5))
    >>> theta, state = rule.step([1.0], [2.0], rule.start([1.0]))
    >>> theta, state = rule.step(theta, [2.0], state)
    >>> print(theta.round(6), state.steps)  # 1 − 0.1·2 − 0.05·2
    [0.7] 2
    """

    optimizer: Any
    schedule: Callable[[int], float]

    def __post_init__(self) -> None:
        hint = "write Clipped(Scheduled(…), …)" if isinstance(self.optimizer, Clipped) else ""
        plain = dataclasses.is_dataclass(self.optimizer) and "learning_rate" in vars(self.optimizer)
        _as_optimizer("Scheduled", self.optimizer, hint=hint, good=plain)
        as_schedule("Scheduled", "schedule", self.schedule)

    @property
    def learning_rate(self) -> float:
        """α, before it is multiplied by the schedule's factor."""
        return self.optimizer.learning_rate

    def start(self, parameter: np.ndarray) -> ScheduledState:
        """The optimizer's state before the first step of θ, and k = 0.

        Parameters
        ----------
        parameter : array_like
            θ.

        Returns
        -------
        ScheduledState
        """
        return ScheduledState(self.optimizer.start(parameter))

    def step(self, parameter: Any, gradient: Any, state: ScheduledState) -> tuple[np.ndarray, ScheduledState]:
        """The next parameter θ and state, with the rate α s(k).

        Parameters
        ----------
        parameter, gradient : array_like of one shape
            θ and g.
        state : ScheduledState
            What the last step returned.

        Returns
        -------
        ndarray, ScheduledState
            The next θ and state.
        """
        parameter, inner = self._now(state).step(parameter, gradient, state.inner)
        return parameter, ScheduledState(inner, state.steps + 1)

    def step_in_place(self, parameter: np.ndarray, gradient: np.ndarray, state: ScheduledState) -> ScheduledState:
        """Overwrite the parameter θ and the state's arrays, with the rate α s(k).

        Parameters
        ----------
        parameter, gradient : ndarray of shape (size,)
            θ and g.
        state : ScheduledState
            What the last step returned.

        Returns
        -------
        ScheduledState
            The same arrays, one step later.
        """
        inner = self._now(state).step_in_place(parameter, gradient, state.inner)
        return ScheduledState(inner, state.steps + 1)

    def _now(self, state: ScheduledState) -> Any:
        """The optimizer with the rate of this step."""
        if not isinstance(state, ScheduledState):
            raise fail(
                "Scheduled", "state", "a ScheduledState", type(state).__name__, "take it from start", error=TypeError
            )
        factor = as_scalar("Scheduled", f"schedule({state.steps})", self.schedule(state.steps), low=0, low_open=True)
        return dataclasses.replace(self.optimizer, learning_rate=self.optimizer.learning_rate * factor)


@dataclasses.dataclass(frozen=True)
class Clipped:
    """An optimizer that is given clipped gradients: g · min(1, c / ‖g‖), or each entry within ±c.

    Parameters
    ----------
    optimizer : SGD, Adam, Scheduled, …
        What then steps.
    max_norm : float > 0, optional
        c for `clip_by_norm`.
    max_value : float > 0, optional
        c for `clip_by_value`; one of the two is given.

    Raises
    ------
    TypeError, ValueError
        If the optimizer is none, a bound is not positive, or not one of the two bounds is given.

    Notes
    -----
    The norm is that of the whole vector which is stepped: in `Network.fit` of all gradients together, as with PyTorch's
    ``clip_grad_norm_``. ``start``, ``step`` and ``step_in_place`` as the optimizer has them.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 10.11.1.

    Examples
    --------
    >>> from dlmath_lib.optimizers import SGD
    >>> rule = Clipped(SGD(1.0), max_norm=5.0)
    >>> theta, state = rule.step([0.0, 0.0], [30.0, 40.0], rule.start([0.0, 0.0]))
    >>> print(theta)
    [-3. -4.]
    """

    optimizer: Any
    max_norm: float | None = None
    max_value: float | None = None

    def __post_init__(self) -> None:
        _as_optimizer("Clipped", self.optimizer)
        for name, bound in (("max_norm", self.max_norm), ("max_value", self.max_value)):
            if bound is not None:
                as_scalar("Clipped", name, bound, low=0, low_open=True)
        if (self.max_norm is None) == (self.max_value is None):
            got = "neither" if self.max_norm is None else "both"
            raise fail("Clipped", "max_norm or max_value", "given, one of the two", got)

    @property
    def learning_rate(self) -> float:
        """The optimizer's α."""
        return self.optimizer.learning_rate

    def start(self, parameter: np.ndarray) -> Any:
        """The optimizer's state before the first step of θ.

        Parameters
        ----------
        parameter : array_like
            θ.

        Returns
        -------
        Any
            The optimizer's state.
        """
        return self.optimizer.start(parameter)

    def step(self, parameter: Any, gradient: Any, state: Any) -> tuple[np.ndarray, Any]:
        """The next parameter θ and state, with the clipped gradient.

        Parameters
        ----------
        parameter, gradient : array_like of one shape
            θ and g.
        state : Any
            The optimizer's state.

        Returns
        -------
        ndarray, Any
            The next θ and state.
        """
        return self.optimizer.step(parameter, self._clip(gradient), state)

    def step_in_place(self, parameter: np.ndarray, gradient: np.ndarray, state: Any) -> Any:
        """Overwrite the parameter θ and the state's arrays, with the clipped gradient; g is left as it is.

        Parameters
        ----------
        parameter, gradient : ndarray of shape (size,)
            θ and g.
        state : Any
            The optimizer's state.

        Returns
        -------
        Any
            The optimizer's next state.
        """
        return self.optimizer.step_in_place(parameter, self._clip(gradient), state)

    def _clip(self, gradient: Any) -> np.ndarray:
        if self.max_norm is not None:
            return clip_by_norm(gradient, max_norm=self.max_norm)
        assert self.max_value is not None
        return clip_by_value(gradient, max_value=self.max_value)


def _as_optimizer(function: str, value: Any, *, hint: str = "", good: bool = True) -> None:
    steps = all(hasattr(value, name) for name in ("start", "step", "step_in_place"))
    if not steps or isinstance(value, type) or not good:
        got = f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
        raise fail(function, "optimizer", "one with a learning rate, such as Adam()", got, hint, error=TypeError)
