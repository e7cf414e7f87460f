"""Batch normalisation: each channel by its mean and variance over the batch, in evaluation by stored ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, as_scalar, as_switch, fail
from dlmath_lib.layers._standardize import (
    along,
    as_cotangent,
    as_normalisation,
    inner,
    inverse_root,
    mean_and_variance,
    narrowed,
    pull_back,
    sums,
)

__all__ = ["batch_norm", "batch_norm_vjp", "batch_statistics", "update_running_statistics"]


def batch_norm(
    x: Any, gamma: Any, beta: Any, *, mean: Any = None, variance: Any = None, epsilon: float = 1e-5
) -> np.ndarray:
    """Batch norm, y = γ x̂ + β with x̂ = (x − μ) / √(σ² + ε), channel by channel.

    In training μ and σ² are those of the batch; in evaluation they are given.

    Parameters
    ----------
    x : array_like of shape (n, channels, …)
        Rows of features, or images and volumes: statistics run over the batch and all spatial axes.
    gamma, beta : array_like of shape (channels,)
        γ and β, learned; ones and zeros at the start.
    mean, variance : array_like of shape (channels,), optional
        Running statistics, for evaluation; without them the statistics are the batch's, as in training.
    epsilon : float ≥ 0, default 1e-5
        ε, in the units of the variance (Keras has 1e-3).

    Returns
    -------
    ndarray of x's shape
        y.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such or shapes do not fit; in training if there is one value for each channel, whose
        output would be β whatever x is; if the squares overflow, or ε is 0 and a channel is constant.

    Notes
    -----
    σ² is the biased variance (division by the number m of values). float16 is computed in float32. A channel that is
    constant gives β. Derivation: ``chapters/regularization/normalization.ipynb#batch-norm-of-one-channel``.

    References
    ----------
    S. Ioffe, C. Szegedy, Batch normalization: accelerating deep network training by reducing internal covariate
    shift, ICML (2015), algorithm 1.

    Examples
    --------
    >>> print(batch_norm([[1.0, 5.0], [3.0, 9.0]], [1.0, 10.0], [0.0, 1.0], epsilon=0))
    [[-1. -9.]
     [ 1. 11.]]
    >>> print(batch_norm([[1.0, 5.0]], [1.0, 10.0], [0.0, 1.0], mean=[0.0, 5.0], variance=[4.0, 4.0], epsilon=0))
    [[0.5 1. ]]
    """
    function = "batch_norm"
    x, gamma, beta, epsilon, kind = _as_batch(function, x, gamma, beta, epsilon)
    y, _ = _normalised(function, x, mean, variance, epsilon)
    y *= gamma[:, None]
    y += beta[:, None]
    return narrowed(function, y.reshape(x.shape), kind)


def batch_norm_vjp(
    g: Any, x: Any, gamma: Any, beta: Any, *, mean: Any = None, variance: Any = None, epsilon: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pull the cotangent g back through batch norm; in training the batch's statistics hang on x, too.

    ∂L/∂γ = Σ g x̂ and ∂L/∂β = Σ g, over batch and space. In training ∂L/∂x = γ/√(σ² + ε) · (g − ∂L/∂β / m −
    x̂ ∂L/∂γ / m), where m counts the values of a channel; in evaluation γ/√(σ² + ε) · g.

    Otherwise as `batch_norm`.

    Parameters
    ----------
    g : array_like of x's shape
        ∂L/∂y.
    beta : array_like of shape (channels,)
        β; only its shape matters.

    Returns
    -------
    ndarray of x's shape
        ∂L/∂x.
    ndarray of shape (channels,)
        ∂L/∂γ.
    ndarray of shape (channels,)
        ∂L/∂β.

    Notes
    -----
    Running statistics are no inputs: they are updated beside the gradient, and get none. Derivation:
    ``chapters/regularization/normalization.ipynb#backward``.

    References
    ----------
    S. Ioffe, C. Szegedy, Batch normalization: accelerating deep network training by reducing internal covariate
    shift, ICML (2015).

    Examples
    --------
    >>> dx, dgamma, dbeta = batch_norm_vjp([[1.0], [0.0], [0.0]], [[-1.0], [0.0], [1.0]], [1.0], [0.0], epsilon=0)
    >>> print(dx.ravel().round(3), dgamma.round(3), dbeta)
    [ 0.204 -0.408  0.204] [-1.225] [1.]
    """
    function = "batch_norm_vjp"
    types = [as_array(function, name, v).dtype for name, v in (("x", x), ("gamma", gamma), ("beta", beta))]
    x, gamma, beta, epsilon, _ = _as_batch(function, x, gamma, beta, epsilon)
    h = _three(as_cotangent(function, g, x))
    normalised, inverse = _normalised(function, x, mean, variance, epsilon)
    dgamma, dbeta = inner(h, normalised), sums(h)
    dx = pull_back(h, normalised, inverse * gamma) if mean is None else h * along(inverse * gamma, h)
    results = zip((dx.reshape(x.shape), dgamma, dbeta), types, strict=True)
    dx, dgamma, dbeta = (narrowed(function, result, kind) for result, kind in results)
    return dx, dgamma, dbeta


def batch_statistics(x: Any) -> tuple[np.ndarray, np.ndarray]:
    """Mean μ = Σ x / m and biased variance σ² = Σ (x − μ)² / m of each channel, over batch and space.

    Parameters
    ----------
    x : array_like of shape (n, channels, …)
        A batch.

    Returns
    -------
    ndarray of shape (channels,)
        μ.
    ndarray of shape (channels,)
        σ².

    Raises
    ------
    TypeError, ValueError
        If x is not made of finite real numbers, is empty, has no axis of channels, or its squares overflow.

    Notes
    -----
    Sums run in float64 and are rounded once. Derivation:
    ``chapters/regularization/normalization.ipynb#batch-norm-of-one-channel``.

    References
    ----------
    S. Ioffe, C. Szegedy, Batch normalization: accelerating deep network training by reducing internal covariate
    shift, ICML (2015), algorithm 1.

    Examples
    --------
    >>> mean, variance = batch_statistics([[1.0, 5.0], [3.0, 9.0]])
    >>> print(mean, variance)
    [2. 7.] [1. 4.]
    """
    function = "batch_statistics"
    given = as_array(function, "x", x)
    if given.ndim < 2:
        raise fail(function, "x", "of shape (n, channels, …)", str(given.shape))
    wide = as_array(function, "x", given, cast=working(given.dtype))
    _, mean, variance = mean_and_variance(function, _three(wide))
    return narrowed(function, mean, given.dtype), narrowed(function, variance, given.dtype)


def update_running_statistics(
    mean: Any,
    variance: Any,
    batch_mean: Any,
    batch_variance: Any,
    *,
    count: int,
    momentum: float = 0.1,
    unbiased: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """The next running statistics, r ← (1 − ρ) r + ρ b, for the mean and for the variance.

    Parameters
    ----------
    mean, variance : array_like of shape (channels,)
        r, the running statistics; zeros and ones before the first batch.
    batch_mean, batch_variance : array_like of shape (channels,)
        b, from `batch_statistics`: the variance is the biased one.
    count : int ≥ 1
        m, the values of each channel in the batch: n times the size of the spatial axes.
    momentum : float in [0, 1], default 0.1
        ρ, the weight of the *new* batch, as in PyTorch. Keras counts the weight of the old: its 0.99 is 0.01 here.
    unbiased : bool, default True
        Whether the variance is multiplied by m / (m − 1) before it is stored, as PyTorch does; Keras 3 does not.

    Returns
    -------
    ndarray of shape (channels,)
        The next running mean, in the type of ``mean``.
    ndarray of shape (channels,)
        The next running variance, in the type of ``variance``.

    Raises
    ------
    TypeError, ValueError
        If shapes differ, a variance is negative, an argument is not such, or ``unbiased`` with ``count`` 1.

    Notes
    -----
    Training normalises by the biased variance in both libraries; the two conventions are about what is stored.
    Derivation: ``chapters/regularization/normalization.ipynb#running-statistics``.

    References
    ----------
    S. Ioffe, C. Szegedy, Batch normalization: accelerating deep network training by reducing internal covariate
    shift, ICML (2015), algorithm 2; PyTorch 2.13, ``torch.nn.BatchNorm1d``; Keras 3, ``BatchNormalization``.

    Examples
    --------
    >>> mean, variance = update_running_statistics([0.0], [1.0], [2.0], [3.0], count=4)
    >>> print(mean, variance.round(3))
    [0.2] [1.3]
    """
    function = "update_running_statistics"
    count = int(as_scalar(function, "count", count, low=1, integer=True))
    momentum = as_scalar(function, "momentum", momentum, low=0, high=1)
    if as_switch(function, "unbiased", unbiased):
        if count == 1:
            hint = "pass unbiased=False"
            raise fail(function, "count", "> 1 for an unbiased variance", "1", hint)
        factor = count / (count - 1)
    else:
        factor = 1.0
    mean = as_array(function, "mean", mean, ndim=1)
    found = []
    for name, old, batch, scale in (
        ("mean", mean, batch_mean, 1.0),
        ("variance", variance, batch_variance, factor),
    ):
        old = _as_statistic(function, name, old, mean.size)
        batch = _as_statistic(function, f"batch_{name}", batch, mean.size)
        kind = np.result_type(old, batch, np.float64)
        update = (1 - momentum) * old.astype(kind) + momentum * scale * batch.astype(kind)
        found.append(narrowed(function, update, old.dtype))
    return found[0], found[1]


def _as_statistic(function: str, argument: str, value: Any, channels: int) -> np.ndarray:
    value = as_array(function, argument, value, shape=(channels,))
    if argument.endswith("variance") and (value < 0).any():
        raise fail(function, argument, "≥ 0", f"{value.min():g}")
    return value


def _three(x: np.ndarray) -> np.ndarray:
    """(n, channels, …) as (n, channels, space)."""
    return x.reshape(x.shape[0], x.shape[1], -1)


def _as_batch(function: str, x: Any, gamma: Any, beta: Any, epsilon: Any) -> Any:
    x, gamma, beta, epsilon, kind = as_normalisation(function, x, gamma, beta, epsilon)
    for name, value in (("gamma", gamma), ("beta", beta)):
        as_array(function, name, value, shape=(x.shape[1],))
    return x, gamma, beta, epsilon, kind


def _normalised(
    function: str, x: np.ndarray, mean: Any, variance: Any, epsilon: float
) -> tuple[np.ndarray, np.ndarray]:
    """x̂ of shape (n, channels, space), and 1/√(σ² + ε)."""
    cells = _three(x)
    if (mean is None) != (variance is None):
        lacking = "mean" if mean is None else "variance"
        hint = "both for evaluation, neither for training"
        raise fail(function, lacking, "given together with the other statistic", "None", hint)
    if mean is None:
        if cells.shape[0] * cells.shape[2] == 1:
            expected = "of more than one value for each channel in training"
            hint = "take a larger batch, or pass the running mean= and variance="
            raise fail(function, "x", expected, f"shape {x.shape}", hint)
        normalised, _, variance = mean_and_variance(function, cells)
    else:
        mean, variance = (
            _as_statistic(function, name, value, x.shape[1]) for name, value in (("mean", mean), ("variance", variance))
        )
        mean, variance = (as_array(function, n, v, cast=x.dtype) for n, v in (("mean", mean), ("variance", variance)))
        normalised = cells - along(mean, cells)
    inverse = inverse_root(function, variance, epsilon, x.dtype)
    normalised *= along(inverse, cells)
    return normalised, inverse
