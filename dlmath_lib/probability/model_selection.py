"""How sure is an estimate, and which model predicts best: intervals for a mean, cross-validation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_array, as_function, as_generator, as_scalar, fail, one_of
from dlmath_lib.probability._base import Univariate
from dlmath_lib.probability.continuous import Gaussian, StudentT

__all__ = ["cross_validation", "mean_interval"]


def _upper(law: Univariate, tail: float) -> float:
    """The point beyond which a law that is symmetric about 0 has the probability ``tail`` < ½.

    Newton's method from 0: right of 0 the probability of the tail is convex, so that no step goes too far.
    """
    q, step = 0.0, 1.0
    while step > 1e-14 * q:
        step = float((law.survival(q) - tail) / law.density(q))
        q += step
    return q


def mean_interval(x: Any, *, level: float = 0.95, law: str = "t") -> tuple[Any, Any]:
    """An interval for the mean of the law that independent data come from: m ± q·s/√n.

    m is the mean of ``x``, s² = Σ(xᵢ − m)²/(n − 1), and q the point with P(−q ≤ T ≤ q) = ``level`` for Student's t law
    with n − 1 degrees of freedom, or for the standard Gaussian.

    Parameters
    ----------
    x : array_like of shape (n,) or (n, k)
        n ≥ 2 independent values of one quantity; of k quantities, one in each column.
    level : float
        The probability, in (0, 1), with which such intervals hold the mean.
    law : {"t", "normal"}
        "t" is right for Gaussian data and each n; "normal" is the limit for large n, and narrower.

    Returns
    -------
    tuple of two floats, or of two arrays of shape (k,)
        The ends, low and high.

    Raises
    ------
    TypeError, ValueError
        If there are fewer than two values, or ``level`` is not between 0 and 1.

    Notes
    -----
    For data that are not Gaussian the level holds approximately, the better the larger n is. The interval is about the
    mean; single values lie within it far less often.

    References
    ----------
    Student, The Probable Error of a Mean, Biometrika 6 (1908), 1–25.
    Chapter: probability/model_selection#eq-interval-for-a-mean.

    Examples
    --------
    >>> low, high = mean_interval([4.0, 6.0, 8.0])
    >>> print(round(low, 3), round(high, 3))
    1.032 10.968
    """
    name = "mean_interval"
    data = as_array(name, "x", x, ndim=(1, 2)).astype(np.float64)
    n = data.shape[0]
    if n < 2:
        raise fail(name, "x", "two values or more", f"shape {data.shape}", "one value says nothing of the spread")
    level = float(as_scalar(name, "level", level, low=0, high=1, low_open=True, high_open=True))
    kind = one_of(name, "law", law, ("t", "normal"))
    q = _upper(StudentT(n - 1) if kind == "t" else Gaussian(), (1 - level) / 2)
    m = data.mean(axis=0)
    half = q * data.std(axis=0, ddof=1) / np.sqrt(n)
    return (m - half)[()], (m + half)[()]


class CrossValidation(NamedTuple):
    """What `cross_validation` returns: the parts' mean loss, its standard error, each example's loss and part."""

    mean: float
    standard_error: float
    losses: np.ndarray
    part: np.ndarray


def _examples(argument: str, value: Any) -> np.ndarray:
    """Two examples or more, real and finite; whole numbers, such as labels, stay whole."""
    array = as_array("cross_validation", argument, value)
    if array.ndim == 0 or len(array) < 2:
        raise fail("cross_validation", argument, "two examples or more on axis 0", f"shape {array.shape}")
    given = np.asarray(value)
    return given if given.dtype.kind in "iu" else array


def cross_validation(
    fit: Callable[[np.ndarray, np.ndarray], Any],
    loss: Callable[[Any, np.ndarray, np.ndarray], Any],
    x: Any,
    y: Any,
    *,
    folds: int,
    rng: np.random.Generator,
) -> CrossValidation:
    """K-fold cross-validation: each part of the data is predicted by a model that was fitted to the other K − 1 parts.

    Parameters
    ----------
    fit : function
        ``fit(x, y)`` returns a model, anything that ``loss`` understands.
    loss : function
        ``loss(model, x, y)`` returns one loss for each example.
    x : array_like of shape (n, …)
        The examples.
    y : array_like of shape (n, …)
        Their targets or labels.
    folds : int
        K, from 2 to n; with K = n each example is left out once.
    rng : numpy.random.Generator
        Deals the examples out; pass generators of the same seed to compare models on the same parts.

    Returns
    -------
    CrossValidation
        ``mean``, the mean m of the K parts' mean losses Lₖ; ``standard_error``, √(Σ(Lₖ − m)²/(K − 1))/√K;
        ``losses`` of shape (n,), in the order of the examples; ``part`` of shape (n,), the part of each.

    Raises
    ------
    TypeError, ValueError
        If ``x`` and ``y`` have different lengths, there are more parts than examples, or ``loss`` does not return one
        finite number for each example.

    Notes
    -----
    The parts' losses are not independent, for their models share data; the standard error is approximate.

    References
    ----------
    Y. Bengio, Y. Grandvalet, No Unbiased Estimator of the Variance of K-Fold Cross-Validation, JMLR 5 (2004).
    Chapter: probability/model_selection#eq-cross-validation.

    Examples
    --------
    >>> y = np.array([1.0, 2.0, 3.0, 6.0])
    >>> squared = lambda mean, x, y: (y - mean) ** 2
    >>> found = cross_validation(lambda x, y: y.mean(), squared, y, y, folds=4, rng=np.random.default_rng(0))
    >>> print(round(found.mean, 3), round(found.standard_error, 3))
    6.222 3.592
    """
    name = "cross_validation"
    fit, loss = as_function(name, "fit", fit), as_function(name, "loss", loss)
    inputs, targets = _examples("x", x), _examples("y", y)
    n = len(inputs)
    if len(targets) != n:
        raise fail(name, "y", f"of length {n}, as x", f"shape {targets.shape}")
    count = int(as_scalar(name, "folds", folds, low=2, high=n, integer=True))
    part = np.empty(n, np.intp)
    part[as_generator(name, "rng", rng).permutation(n)] = np.arange(n) % count
    losses = np.empty(n)
    for k in range(count):
        held_out = part == k
        model = fit(inputs[~held_out], targets[~held_out])
        found = loss(model, inputs[held_out], targets[held_out])
        losses[held_out] = as_array(name, "loss(…)", found, shape=(int(held_out.sum()),))
    means = np.array([losses[part == k].mean() for k in range(count)])
    error = float(means.std(ddof=1) / np.sqrt(count))
    return CrossValidation(float(means.mean()), error, losses, part)
