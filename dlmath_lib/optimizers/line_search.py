"""Line search: how far to go along a direction; and Newton's step, whose length and direction the Hessian gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_function, as_scalar, fail, same_shape
from dlmath_lib.optimizers._shared import stepped

__all__ = ["backtracking_line_search", "exact_line_search", "newton_step"]


def backtracking_line_search(
    function: Callable[[np.ndarray], Any],
    parameter: Any,
    gradient: Any,
    *,
    direction: Any = None,
    start: float = 1.0,
    decrease: float = 1e-4,
    shrink: float = 0.5,
) -> float:
    r"""The first step length of α₀, rα₀, r²α₀, … that lowers the function by a part of what its slope promises.

    .. math:: f(x + \alpha p) \le f(x) + c\,\alpha\, g^\top p \qquad \text{(the Armijo condition)}

    with :math:`f` the ``function``, :math:`x` the ``parameter``, :math:`g` the ``gradient`` there, :math:`p` the
    ``direction``, :math:`c` the ``decrease``, :math:`\alpha_0` the ``start`` and :math:`r` the factor ``shrink``.

    Parameters
    ----------
    function : callable
        Takes a point of the shape of ``parameter``, returns a number. A value that is NaN or infinite counts as not
        low enough.
    parameter : array_like of any shape
        Where the search begins.
    gradient : array_like of the same shape
        The derivative of the function by each entry, at ``parameter``.
    direction : array_like of the same shape, optional
        Where to go; None is against the gradient, p = −g.
    start : float > 0, default 1
        The first length to try.
    decrease : float in (0, 1), default 1e-4
        The part of the promised fall that is asked for.
    shrink : float in (0, 1), default 0.5
        What a length is multiplied by if it fails.

    Returns
    -------
    float
        α > 0. If f is β-smooth and p = −g, it is ``start``, or above 2r(1 − c)/β.

    Raises
    ------
    TypeError
        If ``function`` is no function or an argument is not numeric.
    ValueError
        If shapes differ, a number is out of its range, ``function`` does not return a number, the direction does not
        lead downhill, or no length passes (the gradient is wrong, or the fall is lost in rounding).

    Notes
    -----
    Derivation: ``chapters/optimization/learning_rates.ipynb#backtracking``.

    References
    ----------
    J. Nocedal, S. J. Wright, Numerical Optimization (2006), algorithm 3.1.

    Examples
    --------
    >>> backtracking_line_search(lambda x: 10 * x**2, 1.0, 20.0)
    0.0625
    """
    name = "backtracking_line_search"
    function = as_function(name, "function", function)
    parameter, gradient, direction, slope = _line(name, parameter, gradient, direction)
    length = as_scalar(name, "start", start, low=0, low_open=True)
    decrease = as_scalar(name, "decrease", decrease, low=0, low_open=True, high=1, high_open=True)
    shrink = as_scalar(name, "shrink", shrink, low=0, low_open=True, high=1, high_open=True)
    here = as_array(name, "function(parameter)", function(parameter.copy()), shape=())
    with np.errstate(over="ignore", invalid="ignore"):
        while True:
            moved = parameter + length * direction
            if (moved == parameter).all():
                hint = "is the gradient right? near a minimum the fall is lost in rounding"
                raise fail(name, "gradient", "such that some step lowers the function", "no step that does", hint)
            if np.isfinite(moved).all():
                value = as_array(name, "function(x)", function(moved), shape=(), finite=False)
                if value <= here + decrease * length * slope:
                    return length
            length *= shrink


def exact_line_search(gradient: Any, hessian: Any, *, direction: Any = None) -> float:
    r"""The step length with the lowest value along a line, of a quadratic function.

    .. math:: \alpha = -\frac{g^\top p}{p^\top H p}, \qquad \text{and } \frac{g^\top g}{g^\top H g} \text{ for } p = -g

    with :math:`g` the ``gradient``, :math:`H` the ``hessian`` and :math:`p` the ``direction``. For other functions it
    is the lowest point of the quadratic model along the line.

    Parameters
    ----------
    gradient : array_like of shape (d,)
        g, where the line begins.
    hessian : array_like of shape (d, d), symmetric
        H.
    direction : array_like of shape (d,), optional
        p; None is against the gradient, p = −g.

    Returns
    -------
    float
        α > 0. For p = −g it is between 1/λmax and 1/λmin, if all curvatures λ are positive.

    Raises
    ------
    TypeError, ValueError
        If shapes do not fit, the Hessian is not symmetric, the direction does not lead downhill, or the curvature along
        it is not positive: then there is no lowest point.

    Notes
    -----
    Derivation: ``chapters/optimization/learning_rates.ipynb#exact-line-search``.

    References
    ----------
    J. Nocedal, S. J. Wright, Numerical Optimization (2006), equation 3.26.

    Examples
    --------
    >>> exact_line_search([9.0, 9.0], [[1.0, 0.0], [0.0, 9.0]])
    0.2
    """
    name = "exact_line_search"
    gradient = as_array(name, "gradient", gradient, ndim=1)
    hessian = _symmetric(name, hessian, gradient.size)
    _, _, direction, slope = _line(name, gradient, gradient, direction)
    with np.errstate(over="ignore", invalid="ignore"):
        curvature = float(direction @ (hessian @ direction))
        length = -slope / curvature if curvature else np.inf
    if not curvature > 0 or not 0 < length < np.inf:
        hint = "without a positive curvature along the line there is no lowest point"
        raise fail(name, "hessian", "of positive curvature along the direction", f"{curvature:g}", hint)
    return length


def newton_step(parameter: Any, gradient: Any, hessian: Any, *, damping: float = 0.0) -> np.ndarray:
    r"""Newton's step, to the stationary point of the quadratic model.

    .. math:: x_+ = x - (H + \mu I)^{-1} g

    with :math:`x` the ``parameter``, :math:`g` the ``gradient``, :math:`H` the ``hessian`` there, and :math:`\mu` the
    ``damping``.

    Parameters
    ----------
    parameter : array_like of shape (d,)
        Its floating-point type is kept; integers become float64.
    gradient : array_like of shape (d,)
        g.
    hessian : array_like of shape (d, d), symmetric
        H.
    damping : float ≥ 0, default 0
        μ. Above −λmin it makes the step lead downhill; large, it makes it a step −g/μ of gradient descent.

    Returns
    -------
    ndarray of parameter's shape and dtype
        x₊. Of a quadratic function with μ = 0 it is the stationary point: the minimum if each curvature is positive,
        and a saddle or a maximum if that is what there is.

    Raises
    ------
    TypeError, ValueError
        If shapes do not fit, the Hessian is not symmetric, or H + μI is singular.

    Notes
    -----
    A linear system is solved, the inverse is not computed: about 2d³/3 operations.
    Derivation: ``chapters/optimization/learning_rates.ipynb#newtons-step``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), equation 8.27.

    Examples
    --------
    >>> newton_step([9.0, 1.0], [9.0, 9.0], [[1.0, 0.0], [0.0, 9.0]])
    array([0., 0.])
    """
    name = "newton_step"
    parameter = as_array(name, "parameter", parameter, ndim=1)
    gradient = as_array(name, "gradient", gradient, ndim=1)
    same_shape(name, {"parameter": parameter, "gradient": gradient})
    hessian = _symmetric(name, hessian, parameter.size)
    damping = as_scalar(name, "damping", damping, low=0)
    try:
        with np.errstate(all="ignore"):
            step = np.linalg.solve(hessian + damping * np.eye(len(hessian)), gradient.astype(np.float64))
    except np.linalg.LinAlgError:
        step = np.full(gradient.shape, np.nan)
    if not np.isfinite(step).all():
        raise fail(name, "hessian", "invertible", "a singular one", "add damping")
    return stepped(name, parameter.astype(np.float64) - step, parameter.dtype)


def _line(name: str, parameter: Any, gradient: Any, direction: Any) -> tuple[Any, Any, Any, float]:
    """Point, gradient and direction in float64, and the slope along the direction, which must be negative."""
    arrays = {"parameter": as_array(name, "parameter", parameter), "gradient": as_array(name, "gradient", gradient)}
    if direction is not None:
        arrays["direction"] = as_array(name, "direction", direction)
    same_shape(name, arrays)
    point, slopes, *ways = (array.astype(np.float64) for array in arrays.values())
    way = ways[0] if ways else -slopes
    with np.errstate(over="ignore", invalid="ignore"):
        slope = float(np.sum(slopes * way))
    if not -np.inf < slope < 0:
        argument = "gradient" if direction is None else "direction"
        hint = "at a stationary point there is no step" if slope == 0 else ""
        raise fail(name, argument, "such that the direction leads downhill", f"the slope {slope:g} along it", hint)
    return point, slopes, way, slope


def _symmetric(name: str, hessian: Any, size: int) -> np.ndarray:
    hessian = as_array(name, "hessian", hessian, shape=(size, size))
    scale = float(np.abs(hessian).max())
    allowed = 1e-3 if hessian.dtype == np.float16 else 1e-6 if hessian.dtype == np.float32 else 1e-12
    if (np.abs(hessian.astype(np.float64) - hessian.T.astype(np.float64)) > allowed * scale).any():
        raise fail(name, "hessian", "symmetric", "one that is not", "take (H + H.T) / 2 if rounding made it so")
    return hessian.astype(np.float64)
