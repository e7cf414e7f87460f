"""Gradient clipping: a bound on the length of a gradient, in the same direction, or on each of its entries."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_scalar
from dlmath_lib.optimizers._shared import over_blocks, scratch

__all__ = ["clip_by_norm", "clip_by_value"]


def clip_by_norm(gradient: Any, *, max_norm: float) -> np.ndarray:
    """Shorten a gradient that is too long, g · min(1, c / ‖g‖).

    Parameters
    ----------
    gradient : array_like of any shape
        g; ‖g‖ is its Euclidean length over all entries together. For a whole network pass the flat vector of all
        gradients.
    max_norm : float > 0
        c, in units of the gradient.

    Returns
    -------
    ndarray of gradient's shape and dtype
        A new array, at most c long up to the rounding of float64, in the same direction.

    Raises
    ------
    TypeError, ValueError
        If gradient is empty or not made of finite real numbers, or max_norm is not positive.

    Notes
    -----
    Squares and product are computed in float64, of g / max|g| where a square could leave its range, and rounded towards
    zero to the gradient's type, so that rounding does not lengthen it. PyTorch's ``clip_grad_norm_`` multiplies by
    c / (‖g‖ + 10⁻⁶). Keras's ``global_clipnorm`` is this rule; its ``clipnorm`` shortens each array by itself, which
    changes the direction of them all together. Derivation: ``chapters/networks/vanishing_gradients.ipynb#clipping``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 10.11.1.

    Examples
    --------
    >>> print(clip_by_norm([30.0, 40.0], max_norm=5.0))
    [3. 4.]
    """
    gradient = as_array("clip_by_norm", "gradient", gradient)
    max_norm = as_scalar("clip_by_norm", "max_norm", max_norm, low=0, low_open=True)
    flat = gradient.ravel()
    scale = 1.0
    if gradient.dtype == np.float64:
        largest = max(float(flat.max()), -float(flat.min()))
        scale = largest if not 1e-140 < largest < 1e140 and largest > 0 else 1.0
    length = _length(flat, scale)
    if length <= max_norm / scale:
        return gradient.copy()
    return _towards_zero(flat, scale, max_norm / length).reshape(gradient.shape)


def clip_by_value(gradient: Any, *, max_value: float) -> np.ndarray:
    """Bound each entry of a gradient by itself, max(−c, min(c, g)).

    Parameters
    ----------
    gradient : array_like of any shape
        g.
    max_value : float > 0
        c, in units of the gradient.

    Returns
    -------
    ndarray of gradient's shape and dtype
        A new array, no entry above c in size. Its direction is another one where one entry was cut and another not.

    Raises
    ------
    TypeError, ValueError
        If gradient is empty or not made of finite real numbers, or max_value is not positive.

    Notes
    -----
    c is rounded towards zero to the gradient's type. The name in Keras is ``clipvalue``, in PyTorch
    ``clip_grad_value_``. Clipping by the norm, which keeps the direction:
    ``chapters/networks/vanishing_gradients.ipynb#clipping``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 10.11.1.

    Examples
    --------
    >>> print(clip_by_value([30.0, -0.5, -4.0], max_value=2.0))
    [ 2.  -0.5 -2. ]
    """
    gradient = as_array("clip_by_value", "gradient", gradient)
    max_value = as_scalar("clip_by_value", "max_value", max_value, low=0, low_open=True)
    kind = gradient.dtype.type
    bound = kind(min(max_value, float(np.finfo(kind).max)))
    if float(bound) > max_value:
        bound = np.nextafter(bound, kind(0))
    return np.asarray(np.clip(gradient, -bound, bound))


def _length(flat: np.ndarray, scale: float) -> float:
    """‖g / scale‖: the squares are added in float64, block by block, the blocks' sums in one exact sum."""
    sums: list[float] = []

    def work(blocks: Iterable[slice]) -> None:
        (room,) = scratch(np.float64, 1)
        for block in blocks:
            part = room[: flat[block].size]
            part[:] = flat[block]
            if scale != 1.0:
                part /= scale
            np.multiply(part, part, out=part)
            sums.append(float(part.sum()))

    over_blocks(flat.size, work)
    return math.sqrt(math.fsum(sums))


def _towards_zero(flat: np.ndarray, scale: float, factor: float) -> np.ndarray:
    """g / scale · factor in float64, rounded towards zero to the type of g."""
    result = np.empty_like(flat)
    bits = result.view(f"i{result.itemsize}")

    def work(blocks: Iterable[slice]) -> None:
        (room,) = scratch(np.float64, 1)
        for block in blocks:
            exact = room[: flat[block].size]
            exact[:] = flat[block]
            if scale != 1.0:
                exact /= scale
            exact *= factor
            result[block] = exact
            if result.dtype != exact.dtype:
                # Sign and size are kept apart in a float: one less in its bits is the next number towards zero.
                np.abs(exact, out=exact)
                bits[block] -= (np.abs(result[block]) > exact).view("i1")

    over_blocks(flat.size, work)
    return result
