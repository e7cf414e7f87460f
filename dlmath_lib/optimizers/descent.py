"""Update rules, and the loop that applies the plainest of them until it is done.

A rule is a pure function: it takes a parameter and its gradient, in that order, and returns the next parameter; its
settings are keyword-only. A rule with a memory (a velocity, a second moment) takes that state as its third argument and
returns ``(parameter, state)``. Nothing is changed in place. α · g is computed in float64 here, whatever the type of the
parameter: in float16 a rate of 1e-8 would be 0.

Derived in ``chapters/optimization/gradient_descent.ipynb``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail, same_shape
from dlmath_lib.optimizers._shared import stepped

__all__ = ["Descent", "best_learning_rate", "contraction_factor", "gradient_descent", "sgd_step"]

Reason = Literal["converged", "step limit", "not finite"]


@dataclass(frozen=True, eq=False)
class Descent:
    """The record of a descent.

    Attributes
    ----------
    path : ndarray of shape (taken + 1, *shape)
        Every finite point visited, the start first.
    gradient_norms : ndarray of shape (taken + 1,)
        The Euclidean length of the gradient at each point of the path, over all entries together. The last is NaN or
        infinite if the gradient is; before that a length is infinite only where it exceeds the largest float.
    reason : {"converged", "step limit", "not finite"}
        Why it stopped: the gradient's length fell to the tolerance; all steps were taken; or the next point, or
        the gradient at the last one, was NaN or infinite (usually: the learning rate is too large).
    """

    path: np.ndarray
    gradient_norms: np.ndarray
    reason: Reason

    @property
    def final(self) -> np.ndarray:
        """The last point of the path, of the shape of the start."""
        return self.path[-1]

    @property
    def taken(self) -> int:
        """The number of steps taken."""
        return len(self.path) - 1

    @property
    def converged(self) -> bool:
        """Whether the gradient's length fell to the tolerance."""
        return self.reason == "converged"

    def __repr__(self) -> str:
        steps = f"{self.taken} step{'s' * (self.taken != 1)}"
        return f"Descent({self.reason} after {steps}, gradient norm {self.gradient_norms[-1]:.3g})"


def sgd_step(parameter: Any, gradient: Any, *, learning_rate: float) -> np.ndarray:
    r"""One step of (stochastic) gradient descent.

    .. math:: \theta_{k+1} = \theta_k - \alpha\, g_k

    with :math:`\theta_k` the ``parameter``, :math:`g_k` the ``gradient`` there, :math:`\alpha` the ``learning_rate``.
    The rule is the same whether :math:`g_k` is exact (gradient descent) or estimated from a few examples (stochastic).

    Parameters
    ----------
    parameter : array_like of any shape
        Its floating-point type is kept; integers become float64.
    gradient : array_like of the same shape
        The derivative of the loss with respect to each entry of ``parameter``.
    learning_rate : float > 0
        The step per unit of slope; its unit is that of parameter² per unit of loss.

    Returns
    -------
    ndarray
        The next parameter, a new array of the shape and dtype of ``parameter``.

    Raises
    ------
    TypeError
        If an argument does not consist of real numbers.
    ValueError
        If the shapes differ, an array is empty or holds NaN or infinity, ``learning_rate`` is not positive and finite,
        or the step leaves the range of the parameter's type.

    Notes
    -----
    Derivation: ``chapters/optimization/gradient_descent.ipynb#the-update-rule``.

    References
    ----------
    Goodfellow, Bengio, Courville: *Deep Learning* (2016), section 4.3.

    Examples
    --------
    >>> sgd_step([4.0, -2.0], [8.0, 1.0], learning_rate=0.25)
    array([ 2.  , -2.25])
    """
    parameter = as_array("sgd_step", "parameter", parameter)
    gradient = as_array("sgd_step", "gradient", gradient)
    same_shape("sgd_step", {"parameter": parameter, "gradient": gradient})
    learning_rate = as_scalar("sgd_step", "learning_rate", learning_rate, low=0, low_open=True)
    with np.errstate(over="ignore"):
        moved = parameter.astype(np.float64) - learning_rate * gradient.astype(np.float64)
    return stepped("sgd_step", moved, parameter.dtype)


def gradient_descent(
    gradient: Callable[[np.ndarray], Any],
    start: Any,
    *,
    learning_rate: float,
    steps: int,
    tolerance: float = 0.0,
) -> Descent:
    r"""Walk downhill with a constant learning rate.

    .. math:: x_{k+1} = x_k - \alpha \nabla f(x_k), \qquad \text{until } \lVert \nabla f(x_k) \rVert \le \varepsilon

    with :math:`\nabla f` the function ``gradient``, :math:`x_0` the ``start``, :math:`\alpha` the ``learning_rate`` and
    :math:`\varepsilon` the ``tolerance``.

    Parameters
    ----------
    gradient : callable
        Takes a point of the shape of ``start``, returns the gradient there, of the same shape.
    start : array_like of any shape
        The first point. Its floating-point type is kept; integers become float64.
    learning_rate : float > 0
        On a quadratic whose curvatures are all positive, the largest λ: below 2/λ it converges from every start; from
        almost every start it goes to and fro along that axis for ever at 2/λ, and diverges above.
    steps : int >= 0
        The most steps to take. ``gradient`` is called at most ``steps + 1`` times.
    tolerance : float >= 0
        Stop where the gradient is at most this long. Its unit is that of the loss per unit of the parameter.

    Returns
    -------
    Descent
        ``path`` of shape (taken + 1, *shape), ``gradient_norms`` of shape (taken + 1,), ``reason``; and ``final``,
        ``taken``, ``converged``. A descent that runs out of the numbers is no error: it stops, ``reason`` is
        "not finite" and the path up to there is kept.

    Raises
    ------
    TypeError
        If ``gradient`` is no function or an argument is not numeric.
    ValueError
        If ``start`` is empty, NaN or infinite, a gradient has another shape than ``start``, ``learning_rate`` is not
        positive and finite, or ``steps`` or ``tolerance`` is negative.

    Notes
    -----
    Derivation: ``chapters/optimization/gradient_descent.ipynb#implementation``.

    References
    ----------
    Nesterov: *Introductory Lectures on Convex Optimization* (2004), section 1.2.3.

    Examples
    --------
    >>> descent = gradient_descent(lambda x: 2 * x, [4.0], learning_rate=0.25, steps=3)
    >>> descent.path.ravel().tolist()
    [4.0, 2.0, 1.0, 0.5]
    >>> descent
    Descent(step limit after 3 steps, gradient norm 1)
    """
    name = "gradient_descent"
    if not callable(gradient):
        raise fail(name, "gradient", "a function of the point", type(gradient).__name__, error=TypeError)
    point = as_array(name, "start", start).copy()
    learning_rate = as_scalar(name, "learning_rate", learning_rate, low=0, low_open=True)
    steps = int(as_scalar(name, "steps", steps, low=0, integer=True))
    tolerance = as_scalar(name, "tolerance", tolerance, low=0)

    path, norms = [point], []
    reason: Reason = "step limit"
    # An overflow is an outcome here, and reported as one: it needs no warning besides.
    with np.errstate(over="ignore", invalid="ignore"):
        while True:
            slope = as_array(name, "gradient(x)", gradient(point.copy()), finite=False)
            same_shape(name, {"start": point, "gradient(x)": slope})
            norms.append(_norm(slope))
            if not np.isfinite(slope).all():
                reason = "not finite"
                break
            if norms[-1] <= tolerance:
                reason = "converged"
                break
            if len(path) > steps:
                break
            moved = point.astype(np.float64) - learning_rate * slope.astype(np.float64)
            point = np.asarray(moved, dtype=point.dtype)
            if not np.isfinite(point).all():
                reason = "not finite"
                break
            path.append(point)
    return Descent(np.stack(path), np.array(norms), reason)


def _norm(vector: np.ndarray) -> float:
    # Scaled by the largest entry: squares of entries beyond 1e154 would overflow, and those below 1e-162 vanish.
    scale = float(np.abs(vector).max())
    if scale == 0.0 or not np.isfinite(scale):
        return scale
    return scale * float(np.linalg.norm(vector.astype(np.float64) / scale))


def contraction_factor(eigenvalues: Any, *, learning_rate: float) -> float:
    r"""The factor by which a step of gradient descent on a quadratic multiplies the distance to the minimum, at worst.

    .. math:: \rho(\alpha) = \max_i \lvert 1 - \alpha \lambda_i \rvert

    with :math:`\lambda_i` the ``eigenvalues`` of the Hessian and :math:`\alpha` the ``learning_rate``. Below 1 every
    start converges; at 1 some start comes no nearer; above 1 some start goes ever farther away. If no eigenvalue is
    negative, a step multiplies the loss, counted from its lowest value, by at most :math:`\rho^2`.

    Parameters
    ----------
    eigenvalues : array_like of shape (d,)
        Curvatures along the principal axes, in any order. A negative one (saddle or maximum) gives a factor above 1.
    learning_rate : float > 0

    Returns
    -------
    float
        ρ ≥ 0, without unit; infinite where α |λ| exceeds the largest float.

    Raises
    ------
    TypeError, ValueError
        If ``eigenvalues`` is not a non-empty vector of finite real numbers, or ``learning_rate`` is not positive and
        finite.

    Notes
    -----
    Derivation: ``chapters/optimization/gradient_descent.ipynb#how-fast-two-curvatures``.

    References
    ----------
    Goh: *Why Momentum Really Works*, Distill (2017), section "First Steps: Gradient Descent".

    Examples
    --------
    >>> contraction_factor([1.0, 9.0], learning_rate=0.2)
    0.8
    """
    eigenvalues = as_array("contraction_factor", "eigenvalues", eigenvalues, ndim=1).astype(np.float64)
    learning_rate = as_scalar("contraction_factor", "learning_rate", learning_rate, low=0, low_open=True)
    with np.errstate(over="ignore"):
        return float(np.abs(1.0 - learning_rate * eigenvalues).max())


def best_learning_rate(eigenvalues: Any) -> float:
    r"""The constant learning rate with the smallest contraction factor on a quadratic with positive curvatures.

    .. math:: \alpha^* = \frac{2}{\lambda_{\min} + \lambda_{\max}}, \qquad
        \rho(\alpha^*) = \frac{\kappa - 1}{\kappa + 1}, \qquad \kappa = \frac{\lambda_{\max}}{\lambda_{\min}}

    with :math:`\lambda` the ``eigenvalues`` of the Hessian.

    Parameters
    ----------
    eigenvalues : array_like of shape (d,), all > 0
        Curvatures along the principal axes, in any order.

    Returns
    -------
    float
        α* > 0, in units of one over the eigenvalues.

    Raises
    ------
    TypeError, ValueError
        If ``eigenvalues`` is not a non-empty vector of positive finite real numbers.

    Notes
    -----
    Derivation: ``chapters/optimization/gradient_descent.ipynb#the-best-learning-rate``.

    References
    ----------
    Goh: *Why Momentum Really Works*, Distill (2017), section "First Steps: Gradient Descent".

    Examples
    --------
    >>> best_learning_rate([1.0, 9.0])
    0.2
    """
    eigenvalues = as_array("best_learning_rate", "eigenvalues", eigenvalues, ndim=1)
    low, high = float(eigenvalues.min()), float(eigenvalues.max())
    if low <= 0:
        hint = "in a direction of curvature ≤ 0 no learning rate shrinks the distance"
        raise fail("best_learning_rate", "eigenvalues", "all > 0", f"{low:g}", hint)
    middle = low + (high - low) / 2  # their sum may overflow
    if middle < 1 / np.finfo(np.float64).max:
        raise fail("best_learning_rate", "eigenvalues", "large enough for 1/λ to be a number", f"{high:g}")
    return 1.0 / middle
