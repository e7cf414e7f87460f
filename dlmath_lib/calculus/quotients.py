"""Difference quotients of functions that act on each element alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_function, fail, one_of
from dlmath_lib.calculus.steps import KINDS, best_step_in, narrower, short_step, step_for, trusted

__all__ = ["Values", "check_analytic", "difference", "quotient"]


def difference(f: Callable[[Any], Any], x: Any, h: Any = None, *, kind: str = "central") -> Any:
    """The derivative of an elementwise function, from its values.

    ============  ===============================  ============================================
    ``kind``      formula                          error for a smooth f
    ============  ===============================  ============================================
    ``forward``   ``(f(x + h) − f(x)) / h``        ``h f″(ξ) / 2``: order 1
    ``backward``  ``(f(x) − f(x − h)) / h``        ``−h f″(ξ) / 2``: order 1
    ``central``   ``(f(x + h) − f(x − h)) / 2h``   ``h² f‴(ξ) / 6``: order 2
    ``complex``   ``Im f(x + ih) / h``             ``−h² Re f‴(x + iτ) / 6``, f analytic: order 2
    ============  ===============================  ============================================

    Parameters
    ----------
    f : callable
        The function: takes an array of x's shape (a NumPy scalar for a scalar ``x``) and returns one of the same
        shape. For ``kind="complex"`` it must accept complex numbers and be analytic near x: no ``abs``, no ``real``.
    x : array_like
        Where, any shape; integers become float64, float32 stays float32.
    h : array_like, optional
        The step, a positive number or an array of x's shape. Default: ``best_step(kind, x)``, and where |x| < ¼ the
        step of the scale |x| if that is plainly better.
    kind : {"central", "forward", "backward", "complex"}
        The rule.

    Returns
    -------
    ndarray or scalar
        f′ at each element, in the shape and dtype of ``x``.

    Raises
    ------
    TypeError
        If ``f`` is not callable, or returns real numbers to the complex step.
    ValueError
        If ``x`` is not finite, ``h ≤ 0``, ``h`` is so small that x + h rounds to x, or ``f`` returns another shape
        or a number that is not finite; or if the complex step does not fit ``f`` at x, because f is not analytic there
        (``x * conj(x)``), not real (the root of a negative number), or loses the imaginary part to rounding (``x**101``
        at −1): its result is compared with differences of real values.

    Notes
    -----
    x + h is rounded, so that its distance from x is not quite h. The quotient is divided by the distance really gone,
    (x + h) − x, which floating-point arithmetic computes without error when h is small against x.

    References
    ----------
    Squire and Trapp (1998), *Using complex variables to estimate derivatives of real functions*, SIAM Review 40(1),
    110–112, for the complex step; Nocedal and Wright, *Numerical Optimization*, section 8.1, for the others.
    Chapter: calculus/numerical_derivatives#implementation.

    Examples
    --------
    >>> round(float(difference(np.square, 3.0)), 9)
    6.0
    >>> float(difference(np.square, 3.0, 0.5, kind="forward"))
    6.5
    >>> print(difference(np.exp, [0.0, 1.0], kind="complex"))
    [1.         2.71828183]
    """
    as_function("difference", "f", f)
    one_of("difference", "kind", kind, KINDS)
    point = as_array("difference", "x", x)
    step = step_for("difference", point, h, kind)
    value = Values("difference", f, kind, point.shape)

    def quotient_at(h: Any) -> tuple[Any, Any]:
        return quotient(value, point, h, kind)

    slope = (_default(quotient_at, point, step, kind) if h is None else quotient_at(step))[0]
    if h is None and (narrow := narrower(value.latest, point)) is not None:
        slope = quotient_at(best_step_in(narrow, kind, point))[0]
    if kind == "complex":
        # A long step has a truncation error of its own, which says nothing about whether f fits.
        tiny = slope if h is None else quotient_at(best_step_in(point.dtype, kind, point))[0]
        tiny = np.where(tiny == 0, slope, tiny)  # and a tiny one may have lost a tiny slope altogether
        check_analytic("difference", f, point.shape, point, 1.0, tiny)
    return np.asarray(slope, dtype=point.dtype)[()]


def _default(quotient_at: Any, point: np.ndarray, step: np.ndarray, kind: str) -> tuple[Any, Any]:
    short = None if kind == "complex" else short_step(point, step)
    return quotient_at(step) if short is None else trusted(quotient_at, step, short)


class Values:
    """f with its values checked and copied; f gets its own copy, so that one that writes into it does no harm."""

    def __init__(self, function: str, f: Callable[[Any], Any], kind: str, shape: tuple[int, ...] | None) -> None:
        self.function, self.f, self.kind, self.shape = function, f, kind, shape
        self.latest = np.empty(0)

    def __call__(self, x: Any) -> np.ndarray:
        """The value at x; a copy, since f may fill the same array again in the next call."""
        self.latest = value_of(self.function, self.f, x, self.kind, self.shape)
        return self.latest


def quotient(f: Callable[[Any], Any], x: Any, h: Any, kind: str) -> tuple[Any, Any]:
    """The quotient of this kind, and the size of the values that it was made of."""
    if kind == "complex":
        value = f(x + 1j * h)
        return value.imag / h, np.abs(value.real)
    right = x if kind == "backward" else x + h
    left = x if kind == "forward" else x - h
    above, below = f(right), f(left)
    return (above - below) / (right - left), np.maximum(np.abs(above), np.abs(below))


def check_analytic(
    function: str, f: Callable[[Any], Any], shape: tuple[int, ...] | None, x: np.ndarray, along: Any, slope: Any
) -> None:
    """Refuse the complex step where its slope is not that of f's real values along a direction, at any of a few steps.

    The steps differ by factors of 100, so that one of them fits a function that oscillates, or is steep near 0.
    """
    size_of_x = np.abs(x) if np.ndim(along) == 0 else np.abs(x).max()
    info, agreed = np.finfo(x.dtype), np.zeros(np.shape(slope), dtype=bool)
    eps, least = info.eps, info.smallest_subnormal  # a value near 0 is rounded to a multiple of `least`
    scale = np.where(size_of_x == 0, 1.0, np.maximum(size_of_x, info.tiny / eps))
    # Some functions return complex numbers with imaginary part 0 for real ones.
    real = Values(function, lambda at: np.real_if_close(f(at)), "central", shape)
    with np.errstate(all="ignore"):
        for share in (eps**0.4, eps**0.55, eps**0.25, eps**0.7):
            h = scale * share
            try:
                (near, size), (far, _) = (_symmetric(real, x, along, by) for by in (h, 2 * h))
            except (TypeError, ValueError):
                continue
            allowed = 1e-3 * np.abs(slope) + 16 * np.maximum(eps * size, least) / h
            agreed |= np.abs(near - slope) <= allowed + 4 * np.abs(near - far)
            if agreed.all():
                return
    hint = "f is not analytic, not real, or not exact enough near x: use kind='central'"
    wrong = np.asarray(slope)[~agreed].flat[0]
    raise fail(function, "f", "a function that the complex step fits", f"the slope {wrong:.3g} at odds with f", hint)


def _symmetric(f: Callable[[Any], Any], x: np.ndarray, along: Any, h: Any) -> tuple[Any, Any]:
    above, below = f(x + h * along), f(x - h * along)
    return (above - below) / (2 * h), np.maximum(np.abs(above), np.abs(below))


def value_of(function: str, f: Callable[[Any], Any], x: Any, kind: str, shape: tuple[int, ...] | None) -> np.ndarray:
    """f at x, checked and copied."""
    value = np.array(f(np.array(x)[()]))
    if value.dtype.kind not in "biufc":
        raise fail(function, "f", "a function that returns numbers", f"dtype {value.dtype}", error=TypeError)
    if shape is not None and value.shape != shape:
        whole = "f acts on each element alone; numerical_gradient and jacobian take functions of the whole array"
        hint = whole if function == "difference" else "jacobian takes functions with many values"
        raise fail(function, "f(x)", f"of shape {shape}", f"shape {value.shape}", hint)
    if kind == "complex" and value.dtype.kind != "c":
        hint = "abs, real or a cast to float inside f drops the imaginary part; use kind='central'"
        raise fail(function, "f(x + ih)", "complex", f"dtype {value.dtype}", hint, error=TypeError)
    if kind != "complex" and value.dtype.kind == "c":
        raise fail(function, "f(x)", "real", f"dtype {value.dtype}", error=TypeError)
    if not np.isfinite(value).all():
        hint = "x lies at or beyond the edge of f's domain; 'forward' or 'backward' looks to one side only"
        raise fail(function, "f", "finite near x", str(value[~np.isfinite(value)][0]), hint)
    return value if value.dtype.kind in "fc" else value.astype(np.float64)
