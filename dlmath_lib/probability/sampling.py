"""Draws and what is estimated from them: standard errors, importance weights, transformed uniforms, gradient estimates.

An estimate never comes alone: with it goes its standard error, σ/√n, and for weighted draws their effective number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._sums import total, wide
from dlmath_lib._validate import (
    as_array,
    as_function,
    as_generator,
    as_scalar,
    as_switch,
    fail,
    has_finite_peaks,
    same_shape,
)
from dlmath_lib.probability._base import Continuous, Discrete

__all__ = [
    "ImportanceEstimate",
    "box_muller",
    "effective_sample_size",
    "importance_sampling",
    "inverse_transform",
    "pathwise_gradients",
    "score_gradients",
    "standard_error",
    "weighted_mean",
]

HALVINGS = 64


def standard_error(x: Any) -> Any:
    """The standard error of a mean, ``s / √n`` with ``s² = Σ (xᵢ − x̄)² / (n − 1)``.

    Parameters
    ----------
    x : array_like of shape (n,) or (n, …)
        n ≥ 2 independent draws along the first axis.

    Returns
    -------
    array of shape x.shape[1:], in the dtype of ``x``
        The size of a typical error of ``x.mean(axis=0)``; no bound. It is no measure of the error for draws that
        depend on each other; for a law without a variance the error falls more slowly than 1/√n.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not an array of finite numbers with two draws or more.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), *Deep Learning*, section 17.1.
    Chapter: probability/sampling#eq-variance-of-mean.

    Examples
    --------
    >>> print(standard_error([0.0, 0.0, 1.0, 3.0]).round(4))
    0.7071
    """
    x = as_array("standard_error", "x", x)
    if x.ndim == 0 or len(x) < 2:
        hint = "one draw says nothing about the spread"
        raise fail("standard_error", "x", "two draws or more along its first axis", f"shape {x.shape}", hint)
    n, peak = len(x), np.abs(x).max()
    scale = peak if peak > 0 else x.dtype.type(1)  # squares of large numbers would overflow
    away = x.astype(wide(x.dtype)) / wide(x.dtype).type(scale)
    away -= total(away, axis=0) / n
    return (np.sqrt(total(away**2, axis=0) / (n * (n - 1))) * scale).astype(x.dtype)[()]


def box_muller(u: Any, v: Any) -> tuple[Any, Any]:
    """Two independent standard Gaussian numbers from two uniform ones, ``z₁ = r cos 2πv``, ``z₂ = r sin 2πv``.

    Here ``r = √(−2 log u)``.

    Parameters
    ----------
    u, v : array_like of one shape
        Independent and uniform: 0 < u ≤ 1 and 0 ≤ v ≤ 1. For ``rng.random()``, which may return 0, pass
        ``1 − rng.random()`` as u.

    Returns
    -------
    tuple of arrays of this shape, in their dtype
        z₁ and z₂.

    Raises
    ------
    TypeError, ValueError
        If the shapes differ, or a number is not in its interval.

    References
    ----------
    Press et al. (2007), *Numerical Recipes*. Chapter: probability/sampling#eq-box-muller.

    Examples
    --------
    >>> first, second = box_muller(np.exp(-2), 0.25)
    >>> print(first.round(3), second.round(3))
    0.0 2.0
    """
    first, second = as_array("box_muller", "u", u), as_array("box_muller", "v", v)
    same_shape("box_muller", {"u": first, "v": second})
    if (first <= 0).any() or (first > 1).any():
        wrong = first[(first <= 0) | (first > 1)].ravel()[0]
        raise fail("box_muller", "u", "in 0 < u ≤ 1", f"{wrong:g}", "1 − rng.random() is never 0")
    if (second < 0).any() or (second > 1).any():
        wrong = second[(second < 0) | (second > 1)].ravel()[0]
        raise fail("box_muller", "v", "in 0 ≤ v ≤ 1", f"{wrong:g}")
    dtype = np.result_type(first, second)
    r = np.sqrt(-2 * np.log(first.astype(wide(dtype)))) + 0.0
    angle = 2 * np.pi * second.astype(wide(dtype))
    return (r * np.cos(angle)).astype(dtype)[()], (r * np.sin(angle)).astype(dtype)[()]


def inverse_transform(cdf: Callable[[Any], Any], u: Any, low: float, high: float) -> Any:
    """The numbers x with ``F(x) = u``, found by halving the interval from ``low`` to ``high``.

    Parameters
    ----------
    cdf : callable
        F: takes an array and returns one of its shape. It must not fall between the ends.
    u : array_like
        For draws with the distribution function F: uniform numbers between 0 and 1.
    low, high : float
        The ends, with F(low) ≤ u ≤ F(high).

    Returns
    -------
    array of u's shape, float64
        The quantiles, within (high − low)/2⁶⁴ of a place where F passes u, apart from rounding.

    Raises
    ------
    TypeError, ValueError
        If F returns no numbers of the right shape, or some u is not reached between the ends.

    References
    ----------
    Press et al. (2007), *Numerical Recipes*. Chapter: probability/sampling#eq-exponential-quantile.

    Examples
    --------
    >>> inverse_transform(lambda x: 1 - np.exp(-x), [0.0, 0.5], 0, 50).round(4).tolist()
    [0.0, 0.6931]
    """
    cdf = as_function("inverse_transform", "cdf", cdf)
    levels = as_array("inverse_transform", "u", u).astype(np.float64)
    low = as_scalar("inverse_transform", "low", low)
    high = as_scalar("inverse_transform", "high", high, low=low)
    left, right = np.full(levels.shape, low), np.full(levels.shape, high)
    ends = _outputs("inverse_transform", "cdf", cdf, left), _outputs("inverse_transform", "cdf", cdf, right)
    if ((levels < ends[0]) | (levels > ends[1])).any():
        wrong = levels[(levels < ends[0]) | (levels > ends[1])].ravel()[0]
        reached = f"between F(low) = {ends[0].min():g} and F(high) = {ends[1].max():g}"
        raise fail("inverse_transform", "u", reached, f"{wrong:g}", "widen the interval")
    for _ in range(HALVINGS):
        middle = left / 2 + right / 2
        below = _outputs("inverse_transform", "cdf", cdf, middle) < levels
        left, right = np.where(below, middle, left), np.where(below, right, middle)
    return right[()]


def effective_sample_size(log_weights: Any) -> float:
    """How many equal weights are worth as much: ``(Σ wᵢ)² / Σ wᵢ²``, from 1 (one weight is all) to n (all equal).

    Parameters
    ----------
    log_weights : array_like of shape (n,)
        The logarithms log wᵢ; −∞ is a weight of 0. A common constant makes no difference.

    Returns
    -------
    float
        The effective sample size.

    Raises
    ------
    TypeError, ValueError
        If there is no weight, a NaN, +∞, or all weights are 0.

    References
    ----------
    V. Elvira, L. Martino and C. P. Robert, Rethinking the Effective Sample Size (arXiv 1809.04129).
    Chapter: probability/importance_sampling#eq-effective-size.

    Examples
    --------
    >>> round(effective_sample_size(np.log([2.0, 0.5, 0.5, 0.5])), 3)
    2.579
    """
    weights, _ = _scaled(as_log_weights("effective_sample_size", "log_weights", log_weights))
    return float(weights.sum() ** 2 / (weights**2).sum())


class ImportanceEstimate(NamedTuple):
    """An expectation that was estimated by weighted draws.

    Attributes
    ----------
    value : float
        The estimate.
    error : float
        Its standard error, from the same draws: too small where the large weights have not been drawn.
    effective : float
        The effective sample size of the weights, between 1 and the number of draws.

    Examples
    --------
    >>> ImportanceEstimate(0.5, 0.01, 90.0).value
    0.5
    """

    value: float
    error: float
    effective: float


def weighted_mean(values: Any, log_weights: Any, *, normalized: bool = False) -> ImportanceEstimate:
    """The mean of weighted draws, ``Σ w f / n`` with w = exp(log w), or ``Σ w f / Σ w``, with its standard error.

    Parameters
    ----------
    values : array_like of shape (n,)
        f at the draws, n ≥ 2.
    log_weights : array_like of shape (n,)
        The logarithms log wᵢ = log p(xᵢ) − log q(xᵢ); −∞ is a weight of 0.
    normalized : bool
        Divide by the sum of the weights, which may then have any common factor.

    Returns
    -------
    ImportanceEstimate
        Value, standard error, effective sample size.

    Raises
    ------
    TypeError, ValueError
        If the shapes differ, all weights are 0, or the estimate is too large for a float64.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), *Deep Learning*, section 17.2.
    Chapter: probability/importance_sampling#eq-importance-weights.

    Examples
    --------
    >>> estimate = weighted_mean([0.0, 2.0, 2.0, 2.0], np.log([2.0, 0.5, 0.5, 0.5]))
    >>> round(estimate.value, 3), round(estimate.error, 3), round(estimate.effective, 3)
    (0.75, 0.25, 2.579)
    """
    values, logs, normalized = _checked(values, log_weights, normalized)
    weights, peak = _scaled(logs)  # over the largest of them, and its logarithm
    with np.errstate(over="ignore", invalid="ignore"):
        if normalized:
            share = weights / weights.sum()
            value = (share * values).sum()
            error = np.sqrt((share**2 * (values - value) ** 2).sum())
        else:
            terms = weights * values
            value, error = np.exp(peak) * terms.mean(), np.exp(peak) * standard_error(terms)
    return _finite(ImportanceEstimate(float(value), float(error), effective_sample_size(logs)))


def importance_sampling(
    f: Callable[[Any], Any],
    target: Any,
    proposal: Any,
    n: int,
    *,
    rng: np.random.Generator,
    normalized: bool = False,
) -> ImportanceEstimate:
    """E[f(X)] under ``target`` = p, by draws from ``proposal`` = q, with the weights ``w = p/q``: ``Σ w f(x) / n``.

    Parameters
    ----------
    f : callable
        Takes the n draws, an array of shape (n,), or (n, d) for vectors, and returns n numbers.
    target : distribution, or callable
        A law of `dlmath_lib.probability`, or a function that returns log p at the draws.
    proposal : distribution
        Where the draws come from. It must have a positive density (or mass) wherever p·f is not 0; no run can check
        that.
    n : int
        The number of draws, at least 2.
    rng : numpy.random.Generator
        Where the draws come from.
    normalized : bool
        Divide by the sum of the weights, ``Σ w f(x) / Σ w``: for a log p that is known up to a constant. Then the
        estimate is biased, by an amount that shrinks like 1/n, and the error is that of the first-order expansion.

    Returns
    -------
    ImportanceEstimate
        Value, standard error, effective sample size.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, f or log p returns other than n numbers, all weights are 0, or the
        estimate is too large for a float64.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), *Deep Learning*, section 17.2.
    Chapter: probability/importance_sampling#eq-importance-weights.

    Examples
    --------
    >>> from dlmath_lib.probability import Gaussian
    >>> tail = importance_sampling(lambda x: x > 4, Gaussian(), Gaussian(4, 1), 10_000, rng=np.random.default_rng(0))
    >>> abs(tail.value - 3.167e-5) < 4 * tail.error < 3e-6
    True
    """
    name = "importance_sampling"
    f = as_function(name, "f", f)
    if not isinstance(proposal, (Continuous, Discrete)):
        hint = "it must be able to draw: Gaussian(0, 2), for example"
        raise fail(name, "proposal", "a distribution of dlmath_lib.probability", repr(proposal), hint, error=TypeError)
    if not isinstance(target, (Continuous, Discrete)) and not callable(target):
        expected = "a distribution of dlmath_lib.probability, or a function that returns log p"
        raise fail(name, "target", expected, repr(target), error=TypeError)
    n = int(as_scalar(name, "n", n, low=2, integer=True))
    rng = as_generator(name, "rng", rng)
    normalized = as_switch(name, "normalized", normalized)
    draws = proposal.sample(n, rng=rng)
    values = _outputs(name, "f", f, draws, (n,))
    logs = _outputs(name, "target", _log_of(target), draws, (n,), finite=False) - _log_of(proposal)(draws)
    return weighted_mean(values, as_log_weights(name, "the log-weights", logs), normalized=normalized)


def score_gradients(f: Callable[[Any], Any], mean: float, std: float, z: Any, *, baseline: float = 0.0) -> np.ndarray:
    """Estimates of the gradient of E[f(X)], X = μ + σZ, by the score: ``(f(x) − b) z/σ`` and ``(f(x) − b)(z² − 1)/σ``.

    Parameters
    ----------
    f : callable
        Takes the array x and returns one of its shape; it need not have a derivative.
    mean, std : float
        μ = ``mean`` and σ = ``std`` > 0 of the Gaussian number.
    z : array_like of shape (n,)
        Standard Gaussian draws, x = μ + σz.
    baseline : float
        The number b. It may not depend on the draws.

    Returns
    -------
    ndarray of shape (n, 2), float64
        For each draw the estimate of ∂/∂μ and of ∂/∂σ; take the mean over the first axis, and its `standard_error`.

    Raises
    ------
    TypeError, ValueError
        If ``std`` is not positive, or f returns other than n finite numbers.

    References
    ----------
    S. Mohamed, M. Rosca, M. Figurnov and A. Mnih, Monte Carlo Gradient Estimation in Machine Learning (JMLR 21, 2020).
    Chapter: probability/importance_sampling#eq-score-gradient.

    Examples
    --------
    >>> score_gradients(np.square, 1.0, 2.0, [1.0, -1.0]).tolist()
    [[4.5, 0.0], [-0.5, 0.0]]
    """
    name = "score_gradients"
    x, z, std = _reparameterized(name, f, "f", mean, std, z)
    away = _outputs(name, "f", f, x) - as_scalar(name, "baseline", baseline)
    return np.column_stack([away * z / std, away * (z**2 - 1) / std])


def pathwise_gradients(f_grad: Callable[[Any], Any], mean: float, std: float, z: Any) -> np.ndarray:
    """Estimates of the gradient of E[f(X)], X = μ + σZ, through the draw: ``f′(x)`` and ``f′(x) z``.

    Parameters
    ----------
    f_grad : callable
        The derivative f′ = ``f_grad``; f itself may have corners but no jumps.
    mean, std, z
        As for `score_gradients`.

    Returns
    -------
    ndarray of shape (n, 2), float64
        For each draw the estimate of ∂/∂μ and of ∂/∂σ.

    Raises
    ------
    TypeError, ValueError
        If ``std`` is not positive, or f′ returns other than n finite numbers.

    References
    ----------
    S. Mohamed, M. Rosca, M. Figurnov and A. Mnih, Monte Carlo Gradient Estimation in Machine Learning (JMLR 21, 2020).
    Chapter: probability/importance_sampling#eq-pathwise-gradient.

    Examples
    --------
    >>> pathwise_gradients(lambda x: 2 * x, 1.0, 2.0, [1.0, -1.0]).tolist()
    [[6.0, 6.0], [-2.0, 2.0]]
    """
    x, z, _ = _reparameterized("pathwise_gradients", f_grad, "f_grad", mean, std, z)
    slopes = _outputs("pathwise_gradients", "f_grad", f_grad, x)
    return np.column_stack([slopes, slopes * z])


def as_log_weights(function: str, argument: str, value: Any) -> np.ndarray:
    """The logarithms of weights as float64: one or more, no NaN, no +∞, not all −∞."""
    logs = as_array(function, argument, value, ndim=1, finite=False).astype(np.float64)
    has_finite_peaks(function, argument, logs.max(keepdims=True))
    return logs


def _scaled(logs: np.ndarray) -> tuple[np.ndarray, float]:
    """The weights over the largest of them, and the logarithm of that."""
    peak = float(logs.max())
    return np.exp(logs - peak), peak


def _checked(values: Any, log_weights: Any, normalized: Any) -> tuple[np.ndarray, np.ndarray, bool]:
    name = "weighted_mean"
    y, logs = as_array(name, "values", values, ndim=1), as_log_weights(name, "log_weights", log_weights)
    same_shape(name, {"values": y, "log_weights": logs})
    if len(y) < 2:
        raise fail(name, "values", "two or more", f"shape {y.shape}", "one draw says nothing about the spread")
    return y.astype(np.float64), logs, as_switch(name, "normalized", normalized)


def _finite(estimate: ImportanceEstimate) -> ImportanceEstimate:
    if not np.isfinite(estimate).all():
        hint = "the weights are too large: pass normalized=True, or take another proposal"
        raise fail("weighted_mean", "the estimate", "finite in float64", f"{estimate.value}", hint)
    return estimate


def _log_of(law: Any) -> Callable[[Any], Any]:
    if isinstance(law, Continuous):
        return law.log_density
    return law.log_mass if isinstance(law, Discrete) else law


def _reparameterized(
    function: str, f: Any, argument: str, mean: float, std: float, z: Any
) -> tuple[np.ndarray, np.ndarray, float]:
    """The draws x = μ + σz, with z and σ, checked."""
    as_function(function, argument, f)
    std = as_scalar(function, "std", std, low=0, low_open=True)
    z = as_array(function, "z", z, ndim=1).astype(np.float64)
    return as_scalar(function, "mean", mean) + std * z, z, std


def _outputs(
    function: str, argument: str, f: Any, x: np.ndarray, shape: tuple[int, ...] | None = None, *, finite: bool = True
) -> np.ndarray:
    """What a function of the caller's returns for a copy of x: numbers, in the shape of x or in the one given."""
    y = as_array(function, f"{argument}(x)", f(x.copy()), dtype="any", finite=finite)
    if y.dtype.kind == "c":
        raise fail(function, f"{argument}(x)", "real", f"dtype {y.dtype}", error=TypeError)
    wanted = x.shape if shape is None else shape
    if y.shape != wanted:
        hint = "return one number for each draw, computed along the first axis"
        raise fail(function, f"{argument}(x)", f"of shape {wanted}", f"shape {y.shape}", hint)
    return y.astype(np.float64)
