"""How two variables hang together: covariance and correlation of data, and the table that independence would give."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_probabilities, as_scalar, fail
from dlmath_lib.probability.tables import marginal

__all__ = ["correlation", "covariance", "product_of_marginals"]


def covariance(x: Any, y: Any, *, ddof: int = 0) -> float:
    """The covariance of two columns of data: Σᵢ (xᵢ − x̄)(yᵢ − ȳ) / (n − ddof).

    Parameters
    ----------
    x, y : array_like of shape (n,)
        The data: xᵢ and yᵢ belong to the same example i. ``covariance(x, x)`` is the variance.
    ddof : int, optional
        What the divisor lacks to n. 0 is the covariance of the law that gives each example the probability 1/n; 1 is
        the default of `numpy.cov`, right on average over samples of independent examples.

    Returns
    -------
    float
        The covariance, in the unit of ``x`` times the unit of ``y``.

    Raises
    ------
    TypeError, ValueError
        If the columns are not finite numbers of one shape (n,) with n > ddof ≥ 0, or are so large that their covariance
        overflows.

    Notes
    -----
    The means are subtracted first: Σ xᵢyᵢ/n − x̄ȳ would lose all digits for data far from 0. Sums are in float64.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning (Springer, 2006).
    Chapter: probability/independence#eq-covariance-of-independent.

    Examples
    --------
    >>> covariance([1, 2, 3, 4], [2, 1, 4, 3]), covariance([1, 2, 3, 4], [2, 1, 4, 3], ddof=1)
    (0.75, 1.0)
    """
    (u, v), (first, second) = zip(*_pair("covariance", x, y), strict=True)
    less = as_scalar("covariance", "ddof", ddof, low=0, high=u.size - 1, integer=True)
    with np.errstate(over="ignore"):
        result = float(np.ldexp((u * v).sum() / (u.size - less), int(first + second)))
    if not np.isfinite(result):
        hint = "measure them in larger units, or take the correlation"
        raise fail("covariance", "x and y", "small enough for a finite covariance", "an overflow", hint)
    return result


def correlation(x: Any, y: Any) -> float:
    """The correlation of two columns of data: their covariance over their standard deviations, Cov[x, y] / (σₓ σᵧ).

    Parameters
    ----------
    x, y : array_like of shape (n,)
        The data: xᵢ and yᵢ belong to the same example i. Neither may be constant.

    Returns
    -------
    float
        Between −1 and 1, without a unit; 1 or −1, up to rounding, if and only if the points lie on a line.

    Raises
    ------
    TypeError, ValueError
        If the columns are not finite numbers of one shape (n,), or one of them is constant: its standard deviation is
        0, and 0/0 is no number.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning (Springer, 2006).
    Chapter: probability/independence#eq-correlation.

    Examples
    --------
    >>> round(correlation([1, 2, 3, 4], [2, 1, 4, 3]), 3)
    0.6
    """
    (u, _), (v, _) = _pair("correlation", x, y)
    u, v = _scaled("x", u), _scaled("y", v)
    return float(np.clip((u * v).sum() / np.sqrt((u * u).sum() * (v * v).sum()), -1.0, 1.0))


def product_of_marginals(joint: Any) -> np.ndarray:
    """The table that the variables would have if they were independent: p(x)·p(y)·…, from their own distributions.

    Parameters
    ----------
    joint : array_like of shape (m, k), or with more axes
        p(x, y, …): all entries ≥ 0, with sum 1.

    Returns
    -------
    ndarray of the shape of ``joint``
        The product of the marginal distributions. The variables are independent if and only if it equals ``joint``;
        with more than two axes that is mutual independence.

    Raises
    ------
    TypeError, ValueError
        If ``joint`` is no table of probabilities with sum 1 (within 1e-6), or has fewer than two axes.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning (Springer, 2006).
    Chapter: probability/independence#eq-independent-table.

    Examples
    --------
    >>> print(product_of_marginals([[0.3, 0.3], [0.0, 0.4]]))
    [[0.18 0.42]
     [0.12 0.28]]
    """
    p = as_probabilities("product_of_marginals", "joint", joint)
    if p.ndim < 2:
        hint = "give the table one axis for each variable"
        raise fail("product_of_marginals", "joint", "a table of two variables or more", f"shape {p.shape}", hint)
    wide = p.astype(np.result_type(p, np.float64))
    return reduce(np.multiply.outer, (marginal(wide, axis=axis) for axis in range(p.ndim))).astype(p.dtype)


def _pair(function: str, x: Any, y: Any) -> list[tuple[np.ndarray, int]]:
    """Both columns less their means, each divided by a power of two, so that no sum overflows; with the exponents."""
    first = as_array(function, "x", x, ndim=1)
    second = as_array(function, "y", y, shape=first.shape)
    columns = []
    for column in (first, second):
        exponent = int(np.frexp(np.abs(column.astype(np.float64)).max())[1])
        scaled = np.ldexp(column.astype(np.float64), -exponent)
        deviation = np.zeros_like(scaled) if (scaled == scaled[0]).all() else scaled - scaled.mean()
        columns.append((deviation - deviation.mean(), exponent))
    return columns


def _scaled(name: str, deviation: np.ndarray) -> np.ndarray:
    """Deviations of which the largest is ±1, so that no square overflows or vanishes; a constant column has none."""
    peak = np.abs(deviation).max()
    if peak == 0:
        hint = "a constant has no correlation with anything; leave that column out"
        raise fail("correlation", name, "not constant", f"{deviation.size} times the same number", hint)
    return deviation / peak
