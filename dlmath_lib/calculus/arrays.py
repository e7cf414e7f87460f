"""Derivatives of functions of a whole array: one coordinate is moved at a time, for the Hessian one or two."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_function, fail, one_of
from dlmath_lib.calculus.quotients import Values, check_analytic, quotient
from dlmath_lib.calculus.steps import KINDS, best_step_in, narrower, short_step, step_for, trusted

__all__ = ["hessian", "jacobian", "numerical_gradient"]


def numerical_gradient(f: Callable[[Any], Any], x: Any, h: Any = None, *, kind: str = "central") -> np.ndarray:
    """The gradient of a scalar function of an array, one coordinate at a time.

    Entry i is the difference quotient along coordinate i: (f(x + h eᵢ) − f(x − h eᵢ)) / (2h) for ``"central"``,
    with an error of order h². It costs two values of ``f`` for each entry of ``x``, or six where 0 < |x| < ¼.

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns one number.
    x : array_like
        The point, any shape.
    h : array_like, optional
        The step, a number or an array of x's shape. Default: as in `difference`.
    kind : {"central", "forward", "backward", "complex"}
        The rule, as in `difference`.

    Returns
    -------
    ndarray
        ∂f/∂x, in the shape and dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        As `difference`; also if ``f`` returns more than one number.

    References
    ----------
    Nocedal and Wright, *Numerical Optimization*, section 8.1. Chapter: calculus/numerical_derivatives#implementation.

    Examples
    --------
    >>> gradient = numerical_gradient(lambda x: (x**2).sum(), [1.0, -2.0])
    >>> print(gradient.round(6))
    [ 2. -4.]
    """
    return _jacobian("numerical_gradient", f, x, h, kind, scalar=True)


def jacobian(f: Callable[[Any], Any], x: Any, h: Any = None, *, kind: str = "central") -> np.ndarray:
    """The Jacobian of an array-valued function of an array: entry [i…, j…] is ∂f[i…] / ∂x[j…].

    Each column is the difference quotient along one coordinate, (f(x + h eⱼ) − f(x − h eⱼ)) / (2h) for ``"central"``,
    with an error of order h². The outputs come first: shape (out…, in…), the convention of the whole book.

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns an array (or a number) whose shape does not depend on x.
    x : array_like
        The point, any shape.
    h : array_like, optional
        The step, a number or an array of x's shape. Default: as in `difference`.
    kind : {"central", "forward", "backward", "complex"}
        The rule, as in `difference`.

    Returns
    -------
    ndarray of shape (out…, in…)
        The Jacobian, in the dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        As `difference`; also if ``f`` returns arrays of different shapes.

    References
    ----------
    Nocedal and Wright, *Numerical Optimization*, section 8.1. Chapter: calculus/numerical_derivatives#implementation.

    Examples
    --------
    >>> matrix = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> print(jacobian(lambda x: matrix @ x, [1.0, 1.0]).round(6))
    [[1. 2.]
     [3. 4.]
     [5. 6.]]
    """
    return _jacobian("jacobian", f, x, h, kind, scalar=False)


def hessian(f: Callable[[Any], Any], x: Any, h: Any = None) -> np.ndarray:
    """The second derivatives of a scalar function of an array, by central second differences.

    On the diagonal (f(x + h eᵢ) − 2 f(x) + f(x − h eᵢ)) / h², off it
    (f(x + h eᵢ + k eⱼ) − f(x + h eᵢ − k eⱼ) − f(x − h eᵢ + k eⱼ) + f(x − h eᵢ − k eⱼ)) / (4hk);
    the error is of order h², and about half of the digits survive the rounding.

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns one number.
    x : array_like
        The point, any shape.
    h : array_like, optional
        The step, a number or an array of x's shape. Default: ``best_step("second", x)``.

    Returns
    -------
    ndarray of shape (in…, in…)
        The Hessian, in the dtype of ``x``; symmetric exactly, because each pair is computed once.

    Raises
    ------
    TypeError, ValueError
        As `numerical_gradient`.

    References
    ----------
    Nocedal and Wright, *Numerical Optimization*, section 8.1. Chapter: calculus/numerical_derivatives#implementation.

    Examples
    --------
    >>> print(hessian(lambda x: x[0] ** 2 * x[1], [1.0, 2.0]).round(4))
    [[4. 2.]
     [2. 0.]]
    """
    as_function("hessian", "f", f)
    point = as_array("hessian", "x", x)
    step = step_for("hessian", point, h, "second").ravel()
    start, size = point.ravel(), point.size
    f_at = Values("hessian", f, "central", ())

    def value(*moves: tuple[int, Any]) -> np.ndarray:
        moved = start.copy()
        for index, by in moves:
            moved[index] += by
        return f_at(moved.reshape(point.shape))

    def bend(i: int, h: Any) -> tuple[Any, Any]:
        """The second difference along coordinate i, and the size of f over the step."""
        h = (start[i] + h) - start[i]  # the distance really gone, as in `difference`
        above, here, below = value((i, h)), value(), value((i, -h))
        return (above - 2 * here + below) / h**2, np.abs([above, here, below]).max() / h

    if h is None:
        value()
        if (narrow := narrower(f_at.latest, point)) is not None:
            step = best_step_in(narrow, "second", start)
        elif (short := short_step(start, step)) is not None:
            for i in np.flatnonzero(short < step).tolist():
                step[i] = short[i] if trusted(partial(bend, i), step[i], short[i])[1] else step[i]
    step = (start + step) - start
    result = np.empty((size, size), dtype=point.dtype)
    for i in range(size):
        result[i, i] = bend(i, step[i])[0]
        for j in range(i):
            plus = value((i, step[i]), (j, step[j])) - value((i, step[i]), (j, -step[j]))
            minus = value((i, -step[i]), (j, step[j])) - value((i, -step[i]), (j, -step[j]))
            result[i, j] = result[j, i] = (plus - minus) / (4 * step[i] * step[j])
    return result.reshape(point.shape * 2)


def _jacobian(function: str, f: Callable[[Any], Any], x: Any, h: Any, kind: str, *, scalar: bool) -> np.ndarray:
    as_function(function, "f", f)
    one_of(function, "kind", kind, KINDS)
    point = as_array(function, "x", x)
    step = step_for(function, point, h, kind)
    value = Values(function, f, kind, () if scalar else None)
    shapes: set[tuple[int, ...]] = set()

    def column(index: tuple[int, ...], step: np.ndarray) -> np.ndarray:
        def along(coordinate: Any) -> np.ndarray:
            moved = point.astype(np.result_type(coordinate))
            moved[index] = coordinate
            shapes.add(value(moved).shape)
            if len(shapes) > 1:
                raise fail(function, "f(x)", "of one shape wherever x is", " and ".join(map(str, sorted(shapes))))
            return value.latest

        def quotient_at(h: Any) -> tuple[Any, Any]:
            return quotient(along, point[index], h, kind)

        short = short_step(point[index], step[index]) if h is None and kind != "complex" else None
        return np.asarray((quotient_at(step[index]) if short is None else trusted(quotient_at, step[index], short))[0])

    columns = [column(index, step) for index in np.ndindex(point.shape)]
    if h is None and (narrow := narrower(value.latest, point)) is not None:
        step = best_step_in(narrow, kind, point)
        columns = [column(index, step) for index in np.ndindex(point.shape)]
    result = np.stack(columns, axis=-1).reshape(columns[0].shape + point.shape)
    if kind == "complex":
        # One direction, which mixes all coordinates, stands for all.
        direction = np.cos(np.arange(point.size) + 1.0).reshape(point.shape) * np.where(point == 0, 1, np.abs(point))
        direction = (direction / np.abs(direction).max()).astype(point.dtype)
        # A long step has a truncation error of its own, which says nothing about whether f fits.
        tiny = best_step_in(point.dtype, kind, point)
        columns = columns if h is None else [column(index, tiny) for index in np.ndindex(point.shape)]
        fit = np.stack(columns, axis=-1).reshape(result.shape)
        slope = np.tensordot(fit, direction, point.ndim)
        check_analytic(function, f, value.shape, point, direction, slope)
    return result.astype(point.dtype)
