"""Schedules: by what factor the learning rate is multiplied in step k = 0, 1, 2, …

A schedule is called with the number of the step and gives a factor s(k) ≥ 0; `Scheduled` steps with α s(k).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail

__all__ = ["CosineDecay", "ExponentialDecay", "OneCycle", "StepDecay", "Warmup"]


@dataclass(frozen=True)
class StepDecay:
    """A factor that falls at given steps, s(k) = γⁿ with n the number of milestones ≤ k.

    Parameters
    ----------
    milestones : sequence of integers ≥ 1, increasing
        The steps from which on the next lower factor holds.
    factor : float > 0, default 0.1
        γ.

    Raises
    ------
    TypeError, ValueError
        If the milestones do not increase, or a number is out of its range.

    Notes
    -----
    PyTorch's ``MultiStepLR``, and its ``StepLR`` with ``range(size, steps, size)``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), chapter 8.

    Examples
    --------
    >>> schedule = StepDecay([2, 4], factor=0.5)
    >>> print([schedule(k) for k in range(6)])
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """

    milestones: Sequence[int]
    factor: float = 0.1

    def __post_init__(self) -> None:
        whole = isinstance(self.milestones, range)
        milestones = as_array(
            "StepDecay", "milestones", list(self.milestones) if whole else self.milestones, ndim=1, dtype="integer"
        )
        if milestones[0] < 1 or (np.diff(milestones.astype(np.int64)) <= 0).any():
            raise fail("StepDecay", "milestones", "≥ 1 and increasing", str(milestones.tolist()))
        as_scalar("StepDecay", "factor", self.factor, low=0, low_open=True)
        object.__setattr__(self, "milestones", tuple(milestones.tolist()))

    def __call__(self, step: int) -> float:
        """s(k) for ``step`` k ≥ 0."""
        k = _as_step("StepDecay", step)
        return float(self.factor) ** sum(milestone <= k for milestone in self.milestones)


@dataclass(frozen=True)
class ExponentialDecay:
    """A factor that falls by the same ratio in each step, s(k) = γ^(k / n).

    Parameters
    ----------
    factor : float > 0
        γ, reached after ``every`` steps.
    every : integer ≥ 1, default 1
        n.

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range.

    Notes
    -----
    PyTorch's ``ExponentialLR`` with ``every=1``; Keras's ``ExponentialDecay`` with ``decay_steps=every``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), chapter 8.

    Examples
    --------
    >>> schedule = ExponentialDecay(0.25, every=2)
    >>> print([schedule(k) for k in range(5)])
    [1.0, 0.5, 0.25, 0.125, 0.0625]
    """

    factor: float
    every: int = 1

    def __post_init__(self) -> None:
        as_scalar("ExponentialDecay", "factor", self.factor, low=0, low_open=True)
        as_scalar("ExponentialDecay", "every", self.every, low=1, integer=True)

    def __call__(self, step: int) -> float:
        """s(k) for ``step`` k ≥ 0."""
        return float(self.factor) ** (_as_step("ExponentialDecay", step) / self.every)


@dataclass(frozen=True)
class CosineDecay:
    """Half a cosine from 1 down, s(k) = f + (1 − f)(1 + cos(πk / n)) / 2 for k = 0, …, n.

    Parameters
    ----------
    steps : integer ≥ 1
        n. A run of n steps uses k = 0, …, n − 1, and so no factor 0.
    floor : float in [0, 1], default 0
        f = s(n).

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range, or the schedule is asked beyond step n.

    Notes
    -----
    PyTorch's ``CosineAnnealingLR`` with ``T_max=steps``, which rises again beyond its end; Keras's ``CosineDecay``
    stays at the floor there.

    References
    ----------
    I. Loshchilov, F. Hutter, SGDR: stochastic gradient descent with warm restarts, ICLR (2017).

    Examples
    --------
    >>> schedule = CosineDecay(4)
    >>> print([round(schedule(k), 4) for k in range(5)])
    [1.0, 0.8536, 0.5, 0.1464, 0.0]
    """

    steps: int
    floor: float = 0.0

    def __post_init__(self) -> None:
        as_scalar("CosineDecay", "steps", self.steps, low=1, integer=True)
        as_scalar("CosineDecay", "floor", self.floor, low=0, high=1)

    def __call__(self, step: int) -> float:
        """s(k) for ``step`` k = 0, …, ``steps``."""
        k = _as_step("CosineDecay", step, self.steps)
        return _cosine(1.0, float(self.floor), k / self.steps)


@dataclass(frozen=True)
class Warmup:
    """A straight rise to 1, s(k) = a + (1 − a)k / n for k < n, and then another schedule, t(k − n).

    Parameters
    ----------
    steps : integer ≥ 1
        n.
    start : float in (0, 1], default 0.01
        a = s(0).
    then : schedule, optional
        t, called with 0, 1, … after the rise; None stays at 1.

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range, or ``then`` is asked beyond its end.

    Notes
    -----
    PyTorch's ``LinearLR(start_factor=start, total_iters=steps)``, followed by another one.

    References
    ----------
    P. Goyal et al., Accurate, large minibatch SGD: training ImageNet in 1 hour (2017).

    Examples
    --------
    >>> schedule = Warmup(2, start=0.5, then=CosineDecay(2))
    >>> print([round(schedule(k), 4) for k in range(5)])
    [0.5, 0.75, 1.0, 0.5, 0.0]
    """

    steps: int
    start: float = 0.01
    then: Callable[[int], float] | None = None

    def __post_init__(self) -> None:
        as_scalar("Warmup", "steps", self.steps, low=1, integer=True)
        as_scalar("Warmup", "start", self.start, low=0, low_open=True, high=1)
        if self.then is not None:
            as_schedule("Warmup", "then", self.then)

    def __call__(self, step: int) -> float:
        """s(k) for ``step`` k ≥ 0."""
        k = _as_step("Warmup", step)
        if k < self.steps:
            return float(self.start) + (1.0 - self.start) * k / self.steps
        return 1.0 if self.then is None else self.then(k - int(self.steps))


@dataclass(frozen=True)
class OneCycle:
    """Up to 1 and far down again in one run, each by half a cosine: from 1/d at k = 0 over 1 to 1/(d·e) at k = n − 1.

    Parameters
    ----------
    steps : integer ≥ 2
        n, all steps of the run.
    rise : float in (0, 1), default 0.3
        The part of the run in which it rises: the peak is at k = n · rise − 1, which need not be a whole number.
    divide_start : float ≥ 1, default 25
        d.
    divide_end : float ≥ 1, default 1e4
        e.

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range, if n · rise is not between 1 and n, or the schedule is asked beyond step n − 1.

    Notes
    -----
    s(k) = a + (b − a)(1 − cos(πu)) / 2 in each part, with a and b its ends and u from 0 to 1. PyTorch's ``OneCycleLR``,
    which also lets the momentum fall while the rate rises; here it stays.

    References
    ----------
    L. N. Smith, N. Topin, Super-convergence: very fast training of neural networks using large learning rates (2018).

    Examples
    --------
    >>> schedule = OneCycle(10, rise=0.5, divide_start=4, divide_end=5)
    >>> print([round(schedule(k), 3) for k in (0, 2, 4, 9)])
    [0.25, 0.625, 1.0, 0.05]
    """

    steps: int
    rise: float = 0.3
    divide_start: float = 25.0
    divide_end: float = 1e4

    def __post_init__(self) -> None:
        name = "OneCycle"
        as_scalar(name, "steps", self.steps, low=2, integer=True)
        as_scalar(name, "rise", self.rise, low=0, low_open=True, high=1, high_open=True)
        as_scalar(name, "divide_start", self.divide_start, low=1)
        as_scalar(name, "divide_end", self.divide_end, low=1)
        if not self.rise * self.steps > 1:
            raise fail(name, "rise", f"above 1 / steps = {1 / self.steps:g}", f"{self.rise:g}", "take more steps")

    def __call__(self, step: int) -> float:
        """s(k) for ``step`` k = 0, …, ``steps`` − 1."""
        k = _as_step("OneCycle", step, int(self.steps) - 1)
        low, peak, last = 1 / self.divide_start, self.rise * self.steps - 1, self.steps - 1
        if k <= peak:
            return _cosine(low, 1.0, k / peak)
        return _cosine(1.0, low / self.divide_end, (k - peak) / (last - peak))


def as_schedule(function: str, argument: str, value: Any) -> Callable[[int], float]:
    """Return ``value`` if it can be called as a schedule."""
    if not callable(value) or isinstance(value, type):
        got = f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
        raise fail(function, argument, "a schedule, such as CosineDecay(1000)", got, error=TypeError)
    return value


def _as_step(schedule: str, step: Any, last: int | None = None) -> int:
    k = int(as_scalar(schedule, "step", step, low=0, integer=True))
    if last is not None and k > last:
        raise fail(schedule, "step", f"at most {last}, where the schedule ends", str(k), "make the schedule longer")
    return k


def _cosine(start: float, end: float, part: float) -> float:
    return end + (start - end) * (1.0 + math.cos(math.pi * part)) / 2.0
