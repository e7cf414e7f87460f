"""What a fit errs by on average, and what stopping gradient descent early keeps of each direction.

Derived in ``chapters/regularization/overfitting.ipynb``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail

__all__ = ["BiasVariance", "bias_variance", "early_stopping_filter"]


class BiasVariance(NamedTuple):
    """What `bias_variance` returns.

    Attributes
    ----------
    bias : ndarray of shape (m,)
        The mean of each prediction less the true value there.
    variance : ndarray of shape (m,)
        The variance of each prediction, over training targets.
    """

    bias: np.ndarray
    variance: np.ndarray


def bias_variance(smoother: Any, truth: Any, *, noise_variance: float, truth_at: Any = None) -> BiasVariance:
    r"""Bias and variance of predictions Sy that are linear in the targets y = f + ε.

    .. math:: \mathrm{E}[S\mathbf{y}] - \mathbf{f}_{\text{at}} = S\mathbf{f} - \mathbf{f}_{\text{at}}, \qquad
        \operatorname{Var}[(S\mathbf{y})_i] = \sigma^2 \sum_j S_{ij}^2

    with S the ``smoother``, :math:`\mathbf{f}` the ``truth`` at the training inputs, :math:`\mathbf{f}_{\text{at}}` =
    ``truth_at`` where the predictions are made, and :math:`\sigma^2` the ``noise_variance``. A new target there is
    missed by :math:`\sigma^2 + \text{bias}^2 + \text{variance}` in mean square.

    Parameters
    ----------
    smoother : array_like of shape (m, n)
        S; for least squares on features Φ it is Φ_at Φ⁺, for ridge Φ_at (ΦᵀΦ + λI)⁻¹Φᵀ. It must not depend on y.
    truth : array_like of shape (n,)
        f without noise, at the training inputs.
    noise_variance : float ≥ 0
        σ² of the independent errors of the targets, which have the mean 0.
    truth_at : array_like of shape (m,), optional
        f where the predictions are made; by default at the training inputs, for m = n.

    Returns
    -------
    BiasVariance
        ``bias`` and ``variance``, each of shape (m,) and float64.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, an array is not made of finite real numbers, or ``noise_variance`` is negative.

    References
    ----------
    T. Hastie, R. Tibshirani, J. Friedman, The Elements of Statistical Learning, 2nd ed. (2009), section 7.3.
    Chapter: regularization/overfitting#eq-bias-variance.

    Examples
    --------
    >>> mean_of_two = [[0.5, 0.5], [0.5, 0.5]]
    >>> bias_variance(mean_of_two, [0.0, 2.0], noise_variance=4.0)
    BiasVariance(bias=array([ 1., -1.]), variance=array([2., 2.]))
    """
    function = "bias_variance"
    s = as_array(function, "smoother", smoother, ndim=2).astype(np.float64)
    f = as_array(function, "truth", truth, shape=(s.shape[1],)).astype(np.float64)
    if truth_at is None and s.shape[0] != s.shape[1]:
        hint = "pass truth_at, the true values where the predictions are made"
        raise fail(function, "smoother", "square without truth_at", f"shape {s.shape}", hint)
    at = f
    if truth_at is not None:
        at = as_array(function, "truth_at", truth_at, shape=(s.shape[0],)).astype(np.float64)
    noise = as_scalar(function, "noise_variance", noise_variance, low=0)
    return BiasVariance(s @ f - at, noise * (s * s).sum(axis=1))


def early_stopping_filter(singular_values: Any, *, learning_rate: float, steps: int) -> np.ndarray:
    r"""How much of each direction of least squares k steps of gradient descent from 0 have fitted.

    .. math:: g_i = 1 - (1 - \alpha d_i^2)^k

    with :math:`d_i` the ``singular_values`` of X, :math:`\alpha` the ``learning_rate`` of the gradient
    :math:`X^\top(X\mathbf{w} - \mathbf{y})` and k the number of ``steps``: the predictions are
    :math:`\sum_i \mathbf{u}_i\, g_i\, \mathbf{u}_i^\top\mathbf{y}`. Ridge has :math:`d_i^2/(d_i^2 + \lambda)` there.

    Parameters
    ----------
    singular_values : array_like of shape (r,), all ≥ 0
        In any order. For the mean squared error, divide those of X by √n.
    learning_rate : float > 0
        At most 2 over the square of the largest singular value.
    steps : int ≥ 0

    Returns
    -------
    ndarray of shape (r,), float64
        The shares, between 0 and 2; between 0 and 1 where α d² ≤ 1. Small ones keep their digits.

    Raises
    ------
    TypeError, ValueError
        If a singular value is negative, or ``learning_rate`` so large that the steps would diverge.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 7.8.
    Chapter: regularization/overfitting#eq-early-stopping.

    Examples
    --------
    >>> early_stopping_filter([1.0, 0.5], learning_rate=0.5, steps=2)
    array([0.75    , 0.234375])
    """
    function = "early_stopping_filter"
    d = as_array(function, "singular_values", singular_values, ndim=1).astype(np.float64)
    if d.min() < 0:
        raise fail(function, "singular_values", "all ≥ 0", f"{d.min():g}")
    rate = as_scalar(function, "learning_rate", learning_rate, low=0, low_open=True)
    count = int(as_scalar(function, "steps", steps, low=0, integer=True))
    with np.errstate(over="ignore", under="ignore"):
        z = rate * d * d
    if not z.max() <= 2 * (1 + 1e-12):  # d² was rounded
        expected = f"at most 2/d², which is {2 / float(d.max()) ** 2:.3g}"
        hint = "beyond that gradient descent diverges"
        raise fail(function, "learning_rate", expected, f"{rate:g}", hint)
    with np.errstate(divide="ignore", under="ignore"):
        gentle = np.zeros_like(z)
        if count:
            gentle = -np.expm1(count * np.log1p(-np.minimum(z, 1)))
    return np.where(z < 1, gentle, 1 - (1 - z) ** count)
