"""Proximal gradient descent: a gradient step on the smooth part of an objective, then the proximal map of the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from dlmath_lib._validate import as_array, as_function, as_scalar, as_switch, same_shape

__all__ = ["ProximalDescent", "proximal_gradient"]

Reason = Literal["converged", "step limit", "not finite"]


@dataclass(frozen=True, eq=False)
class ProximalDescent:
    """The record of a proximal descent.

    Attributes
    ----------
    path : ndarray of shape (taken + 1, *shape)
        Every finite point visited, the start first.
    moves : ndarray of shape (taken,)
        ‖wₖ₊₁ − vₖ‖/α for each step, where vₖ is the point from which it was taken: for a smooth objective the length of
        the gradient, and 0 at a minimum of a convex one.
    reason : {"converged", "step limit", "not finite"}
        Why it stopped: the last move fell to the tolerance; all steps were taken; or the next point was not finite.
    """

    path: np.ndarray
    moves: np.ndarray
    reason: Reason

    @property
    def final(self) -> np.ndarray:
        """The last point of the path, of the shape of the start.

        Returns
        -------
        ndarray
        """
        return self.path[-1]

    @property
    def taken(self) -> int:
        """The number of steps taken."""
        return len(self.path) - 1

    @property
    def converged(self) -> bool:
        """Whether the last move fell to the tolerance."""
        return self.reason == "converged"

    def __repr__(self) -> str:
        steps = f"{self.taken} step{'s' * (self.taken != 1)}"
        return f"ProximalDescent({self.reason} after {steps})"


def proximal_gradient(
    gradient: Callable[[np.ndarray], Any],
    prox: Callable[[np.ndarray, float], Any],
    start: Any,
    *,
    learning_rate: float,
    steps: int,
    tolerance: float = 0.0,
    accelerated: bool = False,
) -> ProximalDescent:
    """Make f + g smallest, f smooth, g with a known proximal map: wₖ₊₁ = prox(wₖ − α∇f(wₖ), α), called ISTA.

    With ``accelerated`` (FISTA) the step is taken from vₖ = wₖ + (tₖ₋₁ − 1)/tₖ · (wₖ − wₖ₋₁), where t₀ = 1 and
    tₖ = (1 + √(1 + 4tₖ₋₁²))/2.

    Parameters
    ----------
    gradient : function
        ``gradient(w)`` returns ∇f(w), of the shape of w.
    prox : function
        ``prox(z, t)`` returns the w that makes ½‖w − z‖² + t g(w) smallest.
    start : array_like of any shape
        w₀. Its floating-point type is kept; integers become float64.
    learning_rate : float
        α > 0. For a convex f whose gradient has the Lipschitz constant β, take α ≤ 1/β.
    steps : int
        The most steps, ≥ 0.
    tolerance : float
        ≥ 0: stop after a step with ‖wₖ₊₁ − vₖ‖ ≤ tolerance·α.
    accelerated : bool, default False
        False: ISTA, whose objective does not rise where α ≤ 1/β. True: FISTA, whose objective may.

    Returns
    -------
    ProximalDescent
        ``path``, ``moves``, ``reason``; and ``final``, ``taken``, ``converged``.

    Raises
    ------
    TypeError, ValueError
        If an argument is of a wrong kind or range, or a function returns another shape than that of ``start``.

    References
    ----------
    A. Beck, M. Teboulle, A Fast Iterative Shrinkage-Thresholding Algorithm for Linear Inverse Problems, SIAM J.
    Imaging Sciences 2 (2009), 183–202.
    Chapter: regularization/weight_penalties#eq-proximal-step.

    Examples
    --------
    (w − 3)²/2 + |w|, whose minimum is at 2:

    >>> shrink = lambda z, t: np.sign(z) * np.maximum(abs(z) - t, 0)
    >>> found = proximal_gradient(lambda w: w - 3, shrink, [0.0], learning_rate=0.5, steps=3)
    >>> print(found, found.path.ravel())
    ProximalDescent(step limit after 3 steps) [0.   1.   1.5  1.75]
    """
    name = "proximal_gradient"
    gradient, prox = as_function(name, "gradient", gradient), as_function(name, "prox", prox)
    point = as_array(name, "start", start).copy()
    rate = as_scalar(name, "learning_rate", learning_rate, low=0, low_open=True)
    most = int(as_scalar(name, "steps", steps, low=0, integer=True))
    near = as_scalar(name, "tolerance", tolerance, low=0)
    fast = as_switch(name, "accelerated", accelerated)

    path, moves, t = [point], [], 1.0
    reason: Reason = "step limit"
    base = point
    with np.errstate(over="ignore", invalid="ignore"):  # an overflow is an outcome here, and reported as one
        while len(path) <= most:
            slope = as_array(name, "gradient(w)", gradient(base.copy()), finite=False)
            same_shape(name, {"start": point, "gradient(w)": slope})
            target = base.astype(np.float64) - rate * slope.astype(np.float64)
            if not np.isfinite(target).all():
                reason = "not finite"
                break
            found = as_array(name, "prox(z, t)", prox(target, rate), finite=False)
            same_shape(name, {"start": point, "prox(z, t)": found})
            after = np.asarray(found, dtype=point.dtype)
            if not np.isfinite(after).all():
                reason = "not finite"
                break
            path.append(after)
            moves.append(float(np.linalg.norm((after - base).ravel().astype(np.float64))) / rate)
            if moves[-1] <= near:
                reason = "converged"
                break
            grown = (1 + np.sqrt(1 + 4 * t * t)) / 2
            ahead = (t - 1) / grown * (after - point) if fast else 0
            base, point, t = np.asarray(after + ahead, dtype=point.dtype), after, grown
    return ProximalDescent(np.stack(path), np.array(moves), reason)
