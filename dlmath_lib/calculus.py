"""Numerical derivatives: difference quotients, the complex step, gradients, Jacobians and Hessians.

They are the book's independent witness: every derivative that a chapter derives by hand is compared with these, which
know nothing but function values. Derived in ``chapters/calculus/derivatives.ipynb``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, fail, one_of

__all__ = ["best_step", "difference", "hessian", "jacobian", "numerical_gradient"]

KINDS = ("forward", "backward", "central", "complex")


def _quotient(f: Callable[[Any], Any], x: Any, h: Any, kind: str) -> Any:
    if kind == "complex":
        return f(x + 1j * h).imag / h
    right = x if kind == "backward" else x + h
    left = x if kind == "forward" else x - h
    return (f(right) - f(left)) / (right - left)


def best_step(kind: str, x: Any = 1.0) -> Any:
    """The step that balances truncation against rounding, for each element of ``x``.

    ===========================  =====================  ====================  ============================
    ``kind``                     truncation             rounding              best step
    ===========================  =====================  ====================  ============================
    ``forward``, ``backward``    ``h |f″| / 2``         ``2 ε |f| / h``       ``ε^(1/2) max(1, |x|)``
    ``central``                  ``h² |f‴| / 6``        ``ε |f| / h``         ``ε^(1/3) max(1, |x|)``
    ``second``                   ``h² |f⁗| / 12``       ``4 ε |f| / h²``      ``ε^(1/4) max(1, |x|)``
    ``complex``                  ``h² |f‴| / 6``        does not grow         √(smallest normal number)
    ===========================  =====================  ====================  ============================

    with ε the machine epsilon of x's dtype. The scale ``max(1, |x|)`` supposes that f changes by its own size when
    x does: for a function that oscillates faster than that (sin at 10⁶) choose ``h`` yourself.

    Parameters
    ----------
    kind : {"forward", "backward", "central", "complex", "second"}
        The rule; ``"second"`` is the second difference that `hessian` uses.
    x : array_like
        Where the derivative is wanted, any shape; integers become float64, float32 stays float32.

    Returns
    -------
    ndarray or scalar
        Steps h > 0, in the shape and dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        For an unknown kind, and for an ``x`` that is not made of finite real numbers.

    Notes
    -----
    The complex step has no subtraction, so that
    nothing forbids a tiny h except underflow.

    References
    ----------
    Press et al., *Numerical Recipes*, section 5.7; Nocedal and Wright, *Numerical Optimization*, section 8.1.
    Chapter: calculus/derivatives#the-best-step.

    Examples
    --------
    >>> float(best_step("forward")) == 2.0**-26
    True
    >>> print(best_step("central", [1.0, 100.0]))
    [6.05545445e-06 6.05545445e-04]
    """
    one_of("best_step", "kind", kind, (*KINDS, "second"))
    return _best_step(kind, as_array("best_step", "x", x))[()]


def difference(f: Callable[[Any], Any], x: Any, h: Any = None, *, kind: str = "central") -> Any:
    """The derivative of an elementwise function, from its values.

    ============  ===============================  ============================================
    ``kind``      formula                          error for a smooth f
    ============  ===============================  ============================================
    ``forward``   ``(f(x + h) − f(x)) / h``        ``h f″(ξ) / 2``: order 1
    ``backward``  ``(f(x) − f(x − h)) / h``        ``−h f″(ξ) / 2``: order 1
    ``central``   ``(f(x + h) − f(x − h)) / 2h``   ``h² f‴(ξ) / 6``: order 2
    ``complex``   ``Im f(x + ih) / h``             ``−h² f‴(x) / 6``: order 2, no cancellation
    ============  ===============================  ============================================

    Parameters
    ----------
    f : callable
        The function: takes an array of x's shape (a NumPy scalar for a scalar ``x``) and returns one of the same
        shape. For ``kind="complex"`` it must accept complex numbers and be analytic near x: no ``abs``, no ``real``.
    x : array_like
        Where, any shape; integers become float64, float32 stays float32.
    h : array_like, optional
        The step, a positive number or an array of x's shape. Default: ``best_step(kind, x)``.
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
        or a number that is not finite.

    Notes
    -----
    x + h is rounded, so that its distance from x is not quite h. The quotient is divided by the distance really gone,
    (x + h) − x, which floating-point arithmetic computes without error when h is small against x.

    References
    ----------
    Squire and Trapp (1998), *Using complex variables to estimate derivatives of real functions*, SIAM Review 40(1),
    110–112, for the complex step; Nocedal and Wright, *Numerical Optimization*, section 8.1, for the others.
    Chapter: calculus/derivatives#implementation.

    Examples
    --------
    >>> round(float(difference(np.square, 3.0)), 9)
    6.0
    >>> float(difference(np.square, 3.0, 0.5, kind="forward"))
    6.5
    >>> print(difference(np.exp, [0.0, 1.0], kind="complex"))
    [1.         2.71828183]
    """
    _callable("difference", f)
    one_of("difference", "kind", kind, KINDS)
    point = as_array("difference", "x", x)
    step = _step("difference", point, h, kind)

    def value(at: Any) -> np.ndarray:
        return _value("difference", f, at, kind, point.shape)

    return np.asarray(_quotient(value, point, step, kind), dtype=point.dtype)[()]


def numerical_gradient(f: Callable[[Any], Any], x: Any, h: Any = None, *, kind: str = "central") -> np.ndarray:
    """The gradient of a scalar function of an array, one coordinate at a time.

    Entry i is the difference quotient along coordinate i: (f(x + h eᵢ) − f(x − h eᵢ)) / (2h) for ``"central"``,
    with an error of order h². It costs two values of ``f`` for each entry of ``x``.

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns one number.
    x : array_like
        The point, any shape.
    h : array_like, optional
        The step, a number or an array of x's shape. Default: ``best_step(kind, x)``.
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
    Nocedal and Wright, *Numerical Optimization*, section 8.1. Chapter: calculus/derivatives#implementation.

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
        The step, a number or an array of x's shape. Default: ``best_step(kind, x)``.
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
    Nocedal and Wright, *Numerical Optimization*, section 8.1. Chapter: calculus/derivatives#implementation.

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
    Nocedal and Wright, *Numerical Optimization*, section 8.1. Chapter: calculus/derivatives#implementation.

    Examples
    --------
    >>> print(hessian(lambda x: x[0] ** 2 * x[1], [1.0, 2.0]).round(4))
    [[4. 2.]
     [2. 0.]]
    """
    _callable("hessian", f)
    point = as_array("hessian", "x", x)
    step = _step("hessian", point, h, "second").ravel()
    start, size = point.ravel(), point.size

    def value(*moves: tuple[int, Any]) -> np.ndarray:
        moved = start.copy()
        for index, by in moves:
            moved[index] += by
        return _value("hessian", f, moved.reshape(point.shape), "central", ())

    # The distances really gone, as in `difference`.
    step = (start + step) - start
    result = np.empty((size, size), dtype=point.dtype)
    for i in range(size):
        result[i, i] = (value((i, step[i])) - 2 * value() + value((i, -step[i]))) / step[i] ** 2
        for j in range(i):
            plus = value((i, step[i]), (j, step[j])) - value((i, step[i]), (j, -step[j]))
            minus = value((i, -step[i]), (j, step[j])) - value((i, -step[i]), (j, -step[j]))
            result[i, j] = result[j, i] = (plus - minus) / (4 * step[i] * step[j])
    return result.reshape(point.shape * 2)


def _jacobian(function: str, f: Callable[[Any], Any], x: Any, h: Any, kind: str, *, scalar: bool) -> np.ndarray:
    _callable(function, f)
    one_of(function, "kind", kind, KINDS)
    point = as_array(function, "x", x)
    step = _step(function, point, h, kind)
    shape: tuple[int, ...] | None = () if scalar else None

    def column(index: tuple[int, ...]) -> np.ndarray:
        def along(coordinate: Any) -> np.ndarray:
            moved = point.astype(np.result_type(coordinate))
            moved[index] = coordinate
            value = _value(function, f, moved, kind, shape)
            shapes.add(value.shape)
            if len(shapes) > 1:
                raise fail(function, "f(x)", "of one shape wherever x is", " and ".join(map(str, sorted(shapes))))
            return value

        return np.asarray(_quotient(along, point[index], step[index], kind))

    shapes: set[tuple[int, ...]] = set()
    columns = [column(index) for index in np.ndindex(point.shape)]
    return np.stack(columns, axis=-1).reshape(columns[0].shape + point.shape).astype(point.dtype)


def _callable(function: str, f: Any) -> None:
    if not callable(f):
        hint = "pass the function itself, f, not its value f(x)"
        raise fail(function, "f", "a function", type(f).__name__, hint, error=TypeError)


def _best_step(kind: str, x: np.ndarray) -> np.ndarray:
    machine = np.finfo(x.dtype)
    if kind == "complex":
        return np.full_like(x, np.sqrt(machine.tiny))
    power = {"central": 1 / 3, "second": 1 / 4}.get(kind, 1 / 2)
    return np.asarray(machine.eps**power * np.maximum(1, np.abs(x)), dtype=x.dtype)


def _step(function: str, x: np.ndarray, h: Any, kind: str) -> np.ndarray:
    """The step for each element of x: positive, and large enough to move x."""
    if h is None:
        return _best_step(kind, x)
    step = as_array(function, "h", h).astype(x.dtype)
    if step.shape not in ((), x.shape):
        raise fail(function, "h", f"a number or of the shape of x, {x.shape}", f"shape {step.shape}")
    if (step <= 0).any():
        raise fail(function, "h", "> 0", f"{step.min():g}", "kind='backward' looks to the left")
    step = np.broadcast_to(step, x.shape)
    # A step up may fail to move x where a step down still does, so the coarser side decides.
    stuck = (x + step == x) | (x - step == x)
    if kind != "complex" and stuck.any():
        at, by = np.abs(x[stuck]).max(), step[stuck].min()
        hint = f"x + h rounds to x there; best_step gives {float(_best_step(kind, np.asarray(at))):.1g}"
        raise fail(function, "h", f"large enough to move x = {at:g}", f"{by:g}", hint)
    return step


def _value(function: str, f: Callable[[Any], Any], x: Any, kind: str, shape: tuple[int, ...] | None) -> np.ndarray:
    """f at x, checked; f gets its own copy, so that one that writes into its argument does no harm."""
    value = np.asarray(f(np.array(x)[()]))
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
