"""Estimation: parameters under which the data are most probable, alone or with a prior, and how precise they can be.

Maximum likelihood in closed form; ridge regression and the soft threshold, which are maximum a posteriori estimates
with a Gaussian and a Laplace prior; Fisher information.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlmath_lib._validate import _describe, as_array, as_scalar, fail
from dlmath_lib.probability._base import Distribution
from dlmath_lib.probability.continuous import Exponential, Gaussian, Laplace, Uniform
from dlmath_lib.probability.discrete import Bernoulli, Categorical, Poisson

__all__ = ["fisher_information", "maximum_likelihood", "ridge", "soft_threshold"]


def _most_likely_gaussian(x: np.ndarray) -> Gaussian:
    mean = x.mean()
    return Gaussian(mean, np.sqrt(((x - mean) ** 2).mean()))


def _most_likely_laplace(x: np.ndarray) -> Laplace:
    median = np.median(x)
    return Laplace(median, np.abs(x - median).mean())


# For each law: the estimate, and which data it can have.
ESTIMATES: dict[type[Distribution], tuple[Callable[[np.ndarray], Distribution], str]] = {
    Bernoulli: (lambda x: Bernoulli(x.mean()), "0 or 1"),
    Categorical: (lambda x: Categorical(np.bincount(x.astype(np.intp)) / x.size), "class numbers 0, 1, 2, …"),
    Exponential: (lambda x: Exponential(1 / x.mean()), "≥ 0, not all 0"),
    Gaussian: (_most_likely_gaussian, "at least two different numbers"),
    Laplace: (_most_likely_laplace, "at least two different numbers"),
    Poisson: (lambda x: Poisson(x.mean()), "whole numbers ≥ 0, not all 0"),
    Uniform: (lambda x: Uniform(x.min(), x.max()), "at least two different numbers"),
}


def _possible(law: type[Distribution], x: np.ndarray) -> bool:
    if law is Bernoulli:
        return bool(np.isin(x, (0, 1)).all())
    if law in (Categorical, Poisson):
        whole = bool(((x >= 0) & (x == np.floor(x)) & (x < 2**31)).all())
        return whole and (law is Categorical or bool(x.any()))
    if law is Exponential:
        return bool((x >= 0).all() and x.any())
    return bool((x != x[0]).any())


def maximum_likelihood(law: type[Distribution], x: Any) -> Distribution:
    """The distribution of a kind under which independent data are most probable: the largest Πᵢ p(xᵢ; θ).

    Bernoulli, Poisson: the mean of ``x``; Exponential: 1/mean; Gaussian: mean and √(Σ(xᵢ − m)²/n); Laplace: a median
    and the mean distance from it; Uniform: smallest and largest value; Categorical: the frequencies.

    Parameters
    ----------
    law : class
        Bernoulli, Categorical, Exponential, Gaussian, Laplace, Poisson or Uniform: the class, not an object of it.
    x : array_like of shape (n,)
        The data. For Categorical, class numbers from 0; the largest that occurs is taken for the last class.

    Returns
    -------
    Distribution
        An object of that class.

    Raises
    ------
    TypeError, ValueError
        If ``law`` is none of these, the data cannot come from it, or the likelihood has no largest value (a Gaussian
        whose data are all equal: the narrower, the more likely).

    Notes
    -----
    The variance of the Gaussian is divided by n, which is too small on average; ``x.var(ddof=1)`` divides by n − 1.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning (Springer, 2006).
    Chapter: probability/estimation#eq-gaussian-estimate.

    Examples
    --------
    >>> maximum_likelihood(Gaussian, [1.0, 2.0, 6.0])
    Gaussian(mean=3., std=2.160247)
    >>> maximum_likelihood(Bernoulli, [1, 1, 0, 1]).p
    0.75
    """
    name = "maximum_likelihood"
    if not (isinstance(law, type) and law in ESTIMATES):
        kinds = ", ".join(sorted(kind.__name__ for kind in ESTIMATES))
        hint = "pass the class, not an object of it" if type(law) in ESTIMATES else ""
        raise fail(name, "law", f"one of the classes {kinds}", _describe(law), hint, error=TypeError)
    data = as_array(name, "x", x, ndim=1).astype(np.float64)
    estimate, wanted = ESTIMATES[law]
    if not _possible(law, data):
        got = f"values from {data.min():g} to {data.max():g}"
        hint = "the narrower the law, the more likely they are" if (data == data[0]).all() and "two" in wanted else ""
        raise fail(name, "x", f"{wanted} (for {law.__name__})", got, hint)
    with np.errstate(over="ignore", invalid="ignore"):
        return estimate(data)


def ridge(x: Any, y: Any, *, penalty: float) -> np.ndarray:
    """Ridge regression: the w that makes ‖y − Xw‖² + λ‖w‖² smallest, (XᵀX + λI)w = Xᵀy.

    It is the most probable w (maximum a posteriori) if y = Xw + noise with independent Gaussian noise of variance σ²,
    and the weights have independent Gaussian priors with mean 0 and variance τ², where λ = σ²/τ².

    Parameters
    ----------
    x : array_like of shape (n, d)
        X, one example in each row. A column of ones would be shrunk too: subtract the means of ``x`` and ``y`` instead.
    y : array_like of shape (n,)
        The targets.
    penalty : float
        λ > 0.

    Returns
    -------
    ndarray of shape (d,), in the wider dtype of ``x`` and ``y``
        The weights; one vector for each λ > 0, also with more weights than examples.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, or λ ≤ 0.

    Notes
    -----
    Solved as least squares for the rows of X and √λ·I, with y and 0: XᵀX, which squares the condition number, is not
    formed.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (MIT Press, 2016), section 5.6.1.
    Chapter: probability/estimation#eq-ridge.

    Examples
    --------
    >>> print(ridge([[1.0], [2.0]], [2.0, 3.0], penalty=3.0))
    [1.]
    """
    X = as_array("ridge", "x", x, ndim=2)
    target = as_array("ridge", "y", y, shape=(X.shape[0],))
    strength = as_scalar("ridge", "penalty", penalty, low=0, low_open=True)
    d = X.shape[1]
    rows = np.vstack([X, np.sqrt(strength) * np.eye(d)])  # float64, as the unit matrix is
    right = np.concatenate([target, np.zeros(d)])
    w = np.linalg.lstsq(rows, right, rcond=None)[0]
    return w.astype(np.result_type(X, target))


def soft_threshold(z: Any, threshold: float) -> Any:
    """sign(z)·max(|z| − t, 0): the w that makes ½(w − z)² + t|w| smallest.

    Parameters
    ----------
    z : array_like
        The values without the penalty.
    threshold : float
        t ≥ 0.

    Returns
    -------
    array of the shape and dtype of ``z``
        Each value moved towards 0 by t, and 0 where it lies within t of it.

    Raises
    ------
    TypeError, ValueError
        If ``z`` is not numeric and finite, or t < 0.

    References
    ----------
    R. Tibshirani, Regression Shrinkage and Selection via the Lasso, J. R. Statist. Soc. B 58 (1996), 267–288.
    Chapter: probability/estimation#eq-soft-threshold.

    Examples
    --------
    >>> print(soft_threshold([3.0, -0.5, -2.0], 1.0))
    [ 2. -0. -1.]
    """
    values = as_array("soft_threshold", "z", z, nonempty=False)
    t = as_scalar("soft_threshold", "threshold", threshold, low=0)
    size = np.maximum(np.abs(values) - t, 0)
    return (np.sign(values) * size).astype(values.dtype)[()]


def fisher_information(law: Distribution) -> np.ndarray:
    """I(θ) = E[(∂/∂θ log p(X; θ))²] of one observation, for each parameter of a law.

    Bernoulli: 1/(p(1 − p)). Poisson: 1/λ. Exponential: 1/λ². Gaussian: 1/σ² for μ, 2/σ² for σ.

    Parameters
    ----------
    law : Bernoulli, Exponential, Gaussian or Poisson
        The distribution, with its parameters θ.

    Returns
    -------
    ndarray of shape (k,)
        The information about each of its k parameters, in the order in which the law takes them. (For the Gaussian
        the mixed entry E[∂ log p/∂μ · ∂ log p/∂σ] is 0.) n independent observations have n times as much.

    Raises
    ------
    TypeError, ValueError
        If the law is none of these, or p is 0 or 1, where the information is not finite.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning (Springer, 2006).
    Chapter: probability/estimation#eq-fisher-information.

    Examples
    --------
    >>> print(fisher_information(Bernoulli(0.5)), fisher_information(Gaussian(0.0, 2.0)))
    [4.] [0.25 0.5 ]
    """
    if isinstance(law, Bernoulli):
        if law.p in (0, 1):
            raise fail("fisher_information", "law", "a Bernoulli law with 0 < p < 1", f"p = {law.p:g}")
        return np.array([1 / law.variance])
    if isinstance(law, Poisson):
        return np.array([1 / law.rate])
    if isinstance(law, Exponential):
        return np.array([1 / law.rate**2])
    if isinstance(law, Gaussian):
        return np.array([1.0, 2.0]) / law.std**2
    kinds = "a Bernoulli, Exponential, Gaussian or Poisson law"
    hint = "pass an object, such as Gaussian(0, 1)" if isinstance(law, type) else ""
    raise fail("fisher_information", "law", kinds, _describe(law), hint, error=TypeError)
