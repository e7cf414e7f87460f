"""Losses of regression: squared, absolute and Huber."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_scalar
from dlmath_lib.losses._shared import as_pair, per_example, pull_back

__all__ = [
    "absolute_error",
    "absolute_error_grad",
    "absolute_error_vjp",
    "huber",
    "huber_grad",
    "huber_vjp",
    "squared_error",
    "squared_error_grad",
    "squared_error_vjp",
]


def squared_error(prediction: Any, target: Any) -> np.ndarray:
    """Squared error, Σⱼ (ŷⱼ − yⱼ)², summed over the k outputs of an example.

    Parameters
    ----------
    prediction : array_like of shape (n,) or (n, k)
        ŷ, one row for each example.
    target : array_like of prediction's shape
        y.

    Returns
    -------
    ndarray of shape (n,)
        One loss ≥ 0 for each example.

    Raises
    ------
    TypeError, ValueError
        If one is not made of finite real numbers, is empty, or the shapes differ: (n,) against (n, 1) is refused.

    Notes
    -----
    There is neither ½ nor 1/k in it: the mean over examples of k outputs is k times PyTorch's ``mse_loss``.
    Derivation: ``chapters/networks/losses.ipynb#squared-error``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 5.1.4.

    Examples
    --------
    >>> print(squared_error([1.0, 5.0], [2.0, 2.0]))
    [1. 9.]
    """
    prediction, target = as_pair("squared_error", "prediction", prediction, target)
    return per_example((prediction - target) ** 2)


def squared_error_grad(prediction: Any, target: Any) -> np.ndarray:
    """Gradient of the squared error, 2(ŷ − y).

    Otherwise as `squared_error`.

    Returns
    -------
    ndarray of prediction's shape and dtype
        Row i is the gradient of example i's loss.

    Examples
    --------
    >>> print(squared_error_grad([1.0, 5.0], [2.0, 2.0]))
    [-2.  6.]
    """
    prediction, target = as_pair("squared_error_grad", "prediction", prediction, target)
    return 2 * (prediction - target)


def squared_error_vjp(g: Any, prediction: Any, target: Any) -> np.ndarray:
    """Pull the cotangent g back through squared_error: gᵢ ∂lossᵢ/∂predictionᵢ.

    Otherwise as `squared_error`.

    Parameters
    ----------
    g : array_like of shape (n,)
        Cotangent: ∂L/∂lossᵢ; 1/n for the mean.

    Returns
    -------
    ndarray of prediction's shape and dtype
        ∂L/∂prediction. Targets are data and get none.

    Examples
    --------
    >>> print(squared_error_vjp([0.5, 0.5], [1.0, 5.0], [2.0, 2.0]))
    [-1.  3.]
    """
    prediction, target = as_pair("squared_error_vjp", "prediction", prediction, target)
    return pull_back("squared_error_vjp", g, squared_error_grad(prediction, target))


def absolute_error(prediction: Any, target: Any) -> np.ndarray:
    """Absolute error, Σⱼ |ŷⱼ − yⱼ|, summed over the k outputs of an example.

    Parameters
    ----------
    prediction : array_like of shape (n,) or (n, k)
        ŷ, one row for each example.
    target : array_like of prediction's shape
        y.

    Returns
    -------
    ndarray of shape (n,)
        One loss ≥ 0 for each example.

    Raises
    ------
    TypeError, ValueError
        If one is not made of finite real numbers, is empty, or the shapes differ: (n,) against (n, 1) is refused.

    Notes
    -----
    Its slope does not grow with the error: outliers pull no harder than their neighbours.
    Derivation: ``chapters/networks/losses.ipynb#absolute-error-and-huber``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.2.1.2.

    Examples
    --------
    >>> print(absolute_error([1.0, 5.0], [2.0, 2.0]))
    [1. 3.]
    """
    prediction, target = as_pair("absolute_error", "prediction", prediction, target)
    return per_example(np.abs(prediction - target))


def absolute_error_grad(prediction: Any, target: Any) -> np.ndarray:
    """Gradient of the absolute error, sign(ŷ − y); 0, one of its subgradients, where ŷ = y.

    Otherwise as `absolute_error`.

    Returns
    -------
    ndarray of prediction's shape and dtype
        Row i is the gradient of example i's loss.

    Examples
    --------
    >>> print(absolute_error_grad([1.0, 5.0], [2.0, 2.0]))
    [-1.  1.]
    """
    prediction, target = as_pair("absolute_error_grad", "prediction", prediction, target)
    return np.sign(prediction - target)


def absolute_error_vjp(g: Any, prediction: Any, target: Any) -> np.ndarray:
    """Pull the cotangent g back through absolute_error: gᵢ ∂lossᵢ/∂predictionᵢ.

    Otherwise as `absolute_error`.

    Parameters
    ----------
    g : array_like of shape (n,)
        Cotangent: ∂L/∂lossᵢ; 1/n for the mean.

    Returns
    -------
    ndarray of prediction's shape and dtype
        ∂L/∂prediction. Targets are data and get none.

    Examples
    --------
    >>> print(absolute_error_vjp([0.5, 0.5], [1.0, 5.0], [2.0, 2.0]))
    [-0.5  0.5]
    """
    prediction, target = as_pair("absolute_error_vjp", "prediction", prediction, target)
    return pull_back("absolute_error_vjp", g, absolute_error_grad(prediction, target))


def huber(prediction: Any, target: Any, *, delta: float = 1.0) -> np.ndarray:
    """Huber loss, Σⱼ of ½r² where |r| ≤ δ, else δ(|r| − ½δ), with r = ŷⱼ − yⱼ.

    Parameters
    ----------
    prediction : array_like of shape (n,) or (n, k)
        ŷ, one row for each example.
    target : array_like of prediction's shape
        y.
    delta : float > 0, default 1
        δ: the error at which the parabola goes over into a line; in units of the target.

    Returns
    -------
    ndarray of shape (n,)
        One loss ≥ 0 for each example.

    Raises
    ------
    TypeError, ValueError
        If one is not made of finite real numbers, is empty, or the shapes differ: (n,) against (n, 1) is refused; if
        delta is not positive.

    Notes
    -----
    Value and slope are continuous at |r| = δ. With the ½ of the source (and of PyTorch's ``huber_loss``).
    Derivation: ``chapters/networks/losses.ipynb#absolute-error-and-huber``.

    References
    ----------
    P. J. Huber, Robust estimation of a location parameter, Ann. Math. Statist. 35 (1964), 73–101.

    Examples
    --------
    >>> print(huber([1.5, 5.0], [2.0, 2.0]))
    [0.125 2.5  ]
    """
    prediction, target = as_pair("huber", "prediction", prediction, target)
    delta = _as_delta("huber", delta, prediction)
    # Both branches in one: for |r| ≤ δ this is ½r², and no error beyond δ is squared.
    size = np.abs(prediction - target)
    within = np.minimum(size, delta)
    return per_example(within * (size - within / 2))


def huber_grad(prediction: Any, target: Any, *, delta: float = 1.0) -> np.ndarray:
    """Gradient of the Huber loss, r = ŷ − y clipped to [−δ, δ].

    Otherwise as `huber`.

    Returns
    -------
    ndarray of prediction's shape and dtype
        Row i is the gradient of example i's loss.

    Examples
    --------
    >>> print(huber_grad([1.5, 5.0], [2.0, 2.0]))
    [-0.5  1. ]
    """
    prediction, target = as_pair("huber_grad", "prediction", prediction, target)
    delta = _as_delta("huber_grad", delta, prediction)
    return np.clip(prediction - target, -delta, delta)


def huber_vjp(g: Any, prediction: Any, target: Any, *, delta: float = 1.0) -> np.ndarray:
    """Pull the cotangent g back through huber: gᵢ ∂lossᵢ/∂predictionᵢ.

    Otherwise as `huber`.

    Parameters
    ----------
    g : array_like of shape (n,)
        Cotangent: ∂L/∂lossᵢ; 1/n for the mean.

    Returns
    -------
    ndarray of prediction's shape and dtype
        ∂L/∂prediction. Targets are data and get none.

    Examples
    --------
    >>> print(huber_vjp([0.5, 0.5], [1.5, 5.0], [2.0, 2.0]))
    [-0.25  0.5 ]
    """
    prediction, target = as_pair("huber_vjp", "prediction", prediction, target)
    delta = _as_delta("huber_vjp", delta, prediction)
    return pull_back("huber_vjp", g, huber_grad(prediction, target, delta=delta))


def _as_delta(function: str, delta: float, prediction: np.ndarray) -> float:
    return as_scalar(function, "delta", delta, low=0, low_open=True, cast=prediction.dtype)
