"""Quadrature: integrals of a function of one variable from its values at points of a rule's own choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_function, as_generator, as_scalar, fail

__all__ = ["Estimate", "gauss_legendre", "integrate", "legendre_nodes", "monte_carlo", "simpson", "trapezoid"]

# For integrate: how many intervals it starts with, the least share of the whole that one may have, how many it bears.
FIRST, SMALLEST, MOST = 10, 2.0**-40, 100_000


class Estimate(NamedTuple):
    """An integral that was estimated, with an estimate of its error.

    Attributes
    ----------
    value : float
        The integral.
    error : float
        Its error, as the function that returns it explains; no bound.

    Examples
    --------
    >>> Estimate(0.5, 1e-9).value
    0.5
    """

    value: float
    error: float


def trapezoid(f: Callable[[Any], Any], a: float, b: float, n: int) -> float:
    """The composite trapezoidal rule, ``h (f(a)/2 + f(a + h) + … + f(b − h) + f(b)/2)`` with ``h = (b − a)/n``.

    Parameters
    ----------
    f : callable
        The integrand: takes an array of points and returns one of the same shape.
    a, b : float
        The ends. With ``b < a`` the integral has the opposite sign; with ``a = b`` it is 0.
    n : int
        Number of strips, at least 1; f is called once, with n + 1 points, the ends among them.

    Returns
    -------
    float
        The integral, with an error of at most ``|b − a| h² M / 12`` if ``|f″| ≤ M`` on the interval, apart from
        rounding.

    Raises
    ------
    TypeError
        If ``f`` is not callable or returns no real numbers, or ``n`` is no integer.
    ValueError
        If an end is infinite, ``n < 1``, ``f`` returns another shape, or a value or the sum is not finite.

    References
    ----------
    Press et al. (2007), *Numerical Recipes*. Chapter: calculus/integrals#implementation.

    Examples
    --------
    >>> trapezoid(np.square, 0, 1, 2)
    0.375
    >>> trapezoid(np.square, 1, 0, 2)
    -0.375
    """
    x, h = _grid("trapezoid", f, a, b, n)
    y = h * _values("trapezoid", f, x)
    y[[0, -1]] /= 2
    return _finite("trapezoid", y.sum())


def simpson(f: Callable[[Any], Any], a: float, b: float, n: int) -> float:
    """The composite rule of Simpson, ``h/3 (f₀ + 4f₁ + 2f₂ + 4f₃ + … + 4fₙ₋₁ + fₙ)`` with ``fₖ = f(a + kh)``.

    Parameters
    ----------
    f : callable
        The integrand, as for `trapezoid`.
    a, b : float
        The ends, as for `trapezoid`.
    n : int
        Number of strips, even and at least 2; ``h = (b − a)/n``.

    Returns
    -------
    float
        The integral, with an error of at most ``|b − a| h⁴ M / 180`` if the fourth derivative is at most M in size.

    Raises
    ------
    TypeError, ValueError
        As `trapezoid`; also if ``n`` is odd.

    References
    ----------
    Press et al. (2007), *Numerical Recipes*. Chapter: calculus/integrals#implementation.

    Examples
    --------
    >>> simpson(lambda x: x**3, 0, 2, 2)
    4.0
    """
    x, h = _grid("simpson", f, a, b, n, even=True)
    y = h / 3 * _values("simpson", f, x)
    y[1::2] *= 4
    y[2:-1:2] *= 2
    return _finite("simpson", y.sum())


def legendre_nodes(n: int) -> tuple[np.ndarray, np.ndarray]:
    """The n zeros of the Legendre polynomial ``Pₙ`` and the weights ``2 / ((1 − x²) P′ₙ(x)²)``, by Newton's method.

    Parameters
    ----------
    n : int
        From 1 to 10,000.

    Returns
    -------
    nodes, weights : ndarray
        Of shape (n,), the nodes in rising order between −1 and 1. They integrate polynomials up to degree 2n − 1 from
        −1 to 1 without error, apart from rounding.

    Raises
    ------
    TypeError, ValueError
        If ``n`` is no integer of that range.

    Notes
    -----
    ``(k + 1) Pₖ₊₁ = (2k + 1) x Pₖ − k Pₖ₋₁`` gives Pₙ, and ``(x² − 1) P′ₙ = n (x Pₙ − Pₙ₋₁)`` its derivative. Newton's
    steps start at ``cos(π(k − ¼)/(n + ½))``.

    References
    ----------
    Press et al. (2007), *Numerical Recipes*. Chapter: calculus/integrals#implementation.

    Examples
    --------
    >>> nodes, weights = legendre_nodes(2)
    >>> print(nodes.round(6), weights.round(6))
    [-0.57735  0.57735] [1. 1.]
    """
    n = int(as_scalar("legendre_nodes", "n", n, low=1, high=10_000, integer=True))
    x = -np.cos(np.pi * (np.arange(1, n + 1) - 0.25) / (n + 0.5))
    slope = np.ones(n)
    for _ in range(10):
        before, value = np.zeros(n), np.ones(n)
        for k in range(n):
            before, value = value, ((2 * k + 1) * x * value - k * before) / (k + 1)
        slope = n * (x * value - before) / (x**2 - 1)
        step = value / slope
        x = x - step
        if np.abs(step).max() < 1e-15:
            break
    weights = 2 / ((1 - x**2) * slope**2)
    return (x - x[::-1]) / 2, (weights + weights[::-1]) / 2


def gauss_legendre(f: Callable[[Any], Any], a: float, b: float, n: int) -> float:
    """The rule of Gauss, ``(b − a)/2 Σ wₖ f((a + b)/2 + (b − a)/2 · xₖ)`` with the nodes of `legendre_nodes`.

    Parameters
    ----------
    f : callable
        The integrand, as for `trapezoid`; it is not called at the ends.
    a, b : float
        The ends, as for `trapezoid`.
    n : int
        Number of nodes, from 1 to 10,000.

    Returns
    -------
    float
        The integral; without error, apart from rounding, for polynomials up to degree 2n − 1.

    Raises
    ------
    TypeError, ValueError
        As `trapezoid`; also if ``n > 10000``.

    References
    ----------
    Press et al. (2007), *Numerical Recipes*. Chapter: calculus/integrals#implementation.

    Examples
    --------
    >>> abs(gauss_legendre(np.exp, 0, 1, 6) - (np.e - 1)) < 1e-12
    True
    """
    left, right = _ends("gauss_legendre", f, a, b)
    nodes, weights = legendre_nodes(int(as_scalar("gauss_legendre", "n", n, low=1, high=10_000, integer=True)))
    half = right / 2 - left / 2
    y = _values("gauss_legendre", f, left / 2 + right / 2 + half * nodes)
    return _finite("gauss_legendre", half * (weights * y).sum())


def monte_carlo(f: Callable[[Any], Any], a: float, b: float, n: int, *, rng: np.random.Generator) -> Estimate:
    """The mean of ``f`` at n random points, uniform between the ends, times ``b − a``.

    Parameters
    ----------
    f : callable
        The integrand, as for `trapezoid`.
    a, b : float
        The ends, as for `trapezoid`.
    n : int
        Number of points, at least 2.
    rng : numpy.random.Generator
        Where the points come from.

    Returns
    -------
    Estimate
        The value, and its standard error ``|b − a| s / √n`` with the standard deviation s of the n values of f. It is
        the size of a typical error and no bound.

    Raises
    ------
    TypeError, ValueError
        As `trapezoid`; also if ``n < 2``, or ``rng`` is no generator.

    References
    ----------
    Press et al. (2007), *Numerical Recipes*. Chapter: calculus/integrals#implementation.

    Examples
    --------
    >>> value, error = monte_carlo(np.square, 0, 1, 10_000, rng=np.random.default_rng(0))
    >>> abs(value - 1 / 3) < 4 * error
    True
    """
    left, right = _ends("monte_carlo", f, a, b)
    n = int(as_scalar("monte_carlo", "n", n, low=2, integer=True))
    rng = as_generator("monte_carlo", "rng", rng)
    y = _values("monte_carlo", f, left + (right - left) * rng.random(n))
    width = right - left
    return Estimate(
        _finite("monte_carlo", width * y.sum() / n), _finite("monte_carlo", abs(width) * y.std(ddof=1) / np.sqrt(n))
    )


def integrate(f: Callable[[Any], Any], a: float, b: float, *, tolerance: float = 1e-8) -> Estimate:
    """The integral of ``f`` by Simpson's rule on intervals that are halved where two estimates differ.

    Parameters
    ----------
    f : callable
        The integrand, as for `trapezoid`; it is called once for each round of halving.
    a, b : float
        The ends, as for `trapezoid`.
    tolerance : float
        The error to aim at, larger than 0.

    Returns
    -------
    Estimate
        The value, and the sum of the differences of the two estimates, ``|fine − coarse| / 15``. For a function with a
        continuous fourth derivative and small intervals that is near the error of `fine`, and the value, which adds
        the difference, is better. It is no bound: what happens between the points is not seen.

    Raises
    ------
    TypeError, ValueError
        As `trapezoid`; also if ``tolerance ≤ 0``, or more than 100,000 intervals are needed.

    Notes
    -----
    It starts with ten equal intervals, and halves an interval until the two estimates differ by at most its share of
    the tolerance, or it is a millionth of a millionth of the whole (at a jump of f).

    References
    ----------
    Press et al. (2007), *Numerical Recipes*. Chapter: calculus/integrals#implementation.

    Examples
    --------
    >>> value, error = integrate(np.exp, 0, 1)
    >>> round(value, 9), error < 1e-8
    (1.718281828, True)
    """
    left, right = _ends("integrate", f, a, b)
    tolerance = as_scalar("integrate", "tolerance", tolerance, low=0, low_open=True)
    edges = np.linspace(left, right, FIRST + 1)
    start, width, value, error = edges[:-1], np.diff(edges), 0.0, 0.0
    while start.size:
        y = _values("integrate", f, start[:, None] + width[:, None] * np.linspace(0, 1, 5))
        coarse = width / 6 * (y @ [1, 0, 4, 0, 1])
        fine = width / 12 * (y @ [1, 4, 2, 4, 1])
        gap = (fine - coarse) / 15
        share = np.abs(width / (right - left)) if right != left else np.zeros_like(width)
        done = (np.abs(gap) <= tolerance * share) | (share <= SMALLEST)
        value, error = value + (fine + gap)[done].sum(), error + np.abs(gap)[done].sum()
        start, width = start[~done], width[~done] / 2
        start, width = np.concatenate([start, start + width]), np.concatenate([width, width])
        if start.size > MOST:
            hint = "ask for a larger tolerance, or split the interval where f is not smooth"
            raise fail("integrate", "f", f"smooth enough for {MOST:,} intervals", f"{start.size:,} needed", hint)
    return Estimate(_finite("integrate", value), _finite("integrate", error))


def _ends(function: str, f: Any, a: Any, b: Any) -> tuple[float, float]:
    """Both ends as floats; f is looked at first, since it is the first argument."""
    as_function(function, "f", f)
    ends = []
    for name, end in (("a", a), ("b", b)):
        if isinstance(end, (float, np.floating)) and np.isinf(end):
            hint = "substitute x = t/(1 − t²), dx = (1 + t²)/(1 − t²)² dt, or stop where f is small enough"
            raise fail(function, name, "finite", str(end), hint)
        ends.append(float(as_scalar(function, name, end)))
    if not np.isfinite(ends[1] - ends[0]):
        raise fail(function, "b − a", "finite in float64", f"ends {ends[0]:g} and {ends[1]:g}", "split the interval")
    return ends[0], ends[1]


def _grid(function: str, f: Any, a: Any, b: Any, n: Any, *, even: bool = False) -> tuple[np.ndarray, float]:
    """The n + 1 points that cut the interval into equal strips, and the width of a strip with its sign."""
    left, right = _ends(function, f, a, b)
    n = int(as_scalar(function, "n", n, low=2 if even else 1, integer=True))
    if even and n % 2:
        raise fail(function, "n", "even", str(n), f"pass n = {n + 1}: the rule takes the strips in pairs")
    return np.linspace(left, right, n + 1), (right - left) / n


def _values(function: str, f: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
    """The values of f, copied and checked; f gets its own copy of the points."""
    y = np.array(f(x.copy()))
    if y.dtype.kind not in "biuf":
        raise fail(function, "f(x)", "real numbers", f"dtype {y.dtype}", error=TypeError)
    if y.shape != x.shape:
        hint = f"a constant is np.full_like(x, {y[()]})" if y.ndim == 0 else "f acts on each point alone"
        raise fail(function, "f(x)", f"of shape {x.shape}", f"shape {y.shape}", hint)
    y = y.astype(np.float64)
    if not (finite := np.isfinite(y)).all():
        bad = x[~finite].flat[0]
        hint = "stop short of a place where f has no value, or substitute it away"
        raise fail(function, "f", "finite at each point", f"f({bad:g}) = {y[~finite].flat[0]}", hint)
    return y


def _finite(function: str, value: Any) -> float:
    """The result as a float, unless the sum has overflowed."""
    if not np.isfinite(value):
        raise fail(function, "the integral", "finite in float64", str(value), "scale f down")
    return float(value)
