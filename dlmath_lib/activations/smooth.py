"""Relatives of ReLU that bend by an exponential: softplus, and ELU, whose slope is continuous for alpha = 1."""

from __future__ import annotations

import numpy as np

from dlmath_lib._validate import as_scalar
from dlmath_lib.activations._elementwise import as_input, as_inputs
from dlmath_lib.activations.sigmoidal import sigmoid

__all__ = [
    "elu",
    "elu_grad",
    "elu_vjp",
    "softplus",
    "softplus_grad",
    "softplus_vjp",
]


def softplus(z: np.ndarray) -> np.ndarray:
    """Softplus, log(1 + exp(z)) in nats: a smooth ReLU.

    Parameters
    ----------
    z : array of any shape
        Pre-activation, finite.

    Returns
    -------
    array of z's shape and dtype
        Values ≥ 0.

    Raises
    ------
    TypeError, ValueError
        If z is not an array of finite real numbers.

    Notes
    -----
    max(z, 0) + log1p(exp(−|z|)): exp never overflows, and the tail keeps its relative accuracy.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 3.10. Chapter:
    networks/smooth_activations#softplus.

    Examples
    --------
    >>> print(softplus(np.array([-1000.0, 0.0, 1000.0])).round(4))
    [0.000e+00 6.931e-01 1.000e+03]
    """
    z = as_input("softplus", z)
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def softplus_grad(z: np.ndarray) -> np.ndarray:
    """Derivative of softplus at the input z: the sigmoid σ(z).

    Otherwise as `softplus`.

    Returns
    -------
    array of z's shape and dtype
        Values in [0, 1].

    Examples
    --------
    >>> print(softplus_grad(np.array([-1000.0, 0.0, 1000.0])))
    [0.  0.5 1. ]
    """
    return sigmoid(as_input("softplus_grad", z))


def softplus_vjp(g: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Pull the cotangent g back through softplus: g ⊙ softplus′(z).

    Otherwise as `softplus`.

    Parameters
    ----------
    g : array of z's shape
        Cotangent: ∂L/∂f, one number for each output.

    Returns
    -------
    array of z's shape and dtype
        ∂L/∂z.

    Examples
    --------
    >>> print(softplus_vjp(np.array([2.0]), np.array([0.0])))
    [1.]
    """
    g, z = as_inputs("softplus_vjp", g, z)
    return g * softplus_grad(z)


def elu(z: np.ndarray, *, alpha: float = 1.0) -> np.ndarray:
    """Exponential linear unit: z for z > 0, α (exp(z) − 1) for z ≤ 0, with α = ``alpha``.

    Parameters
    ----------
    z : array of any shape
        Pre-activation, finite.
    alpha : float > 0, default 1
        Minus the limit for z → −∞.

    Returns
    -------
    array of z's shape and dtype
        Values ≥ −alpha.

    Raises
    ------
    TypeError, ValueError
        If z is not an array of finite real numbers, or alpha is not positive.

    Notes
    -----
    expm1 keeps the digits near 0; exp is only taken of min(z, 0).

    References
    ----------
    D.-A. Clevert, T. Unterthiner, S. Hochreiter, Fast and accurate deep network learning by exponential linear
    units (ELUs), ICLR (2016). Chapter: networks/activations#elu.

    Examples
    --------
    >>> print(elu(np.array([-1000.0, 0.0, 3.0])))
    [-1.  0.  3.]
    """
    z = as_input("elu", z)
    alpha = _as_alpha("elu", alpha, z)
    return np.where(z > 0, z, z.dtype.type(alpha) * np.expm1(np.minimum(z, 0)))


def elu_grad(z: np.ndarray, *, alpha: float = 1.0) -> np.ndarray:
    """Derivative of ELU at the input z: 1 for z > 0, α exp(z) for z ≤ 0, with α = ``alpha``.

    Otherwise as `elu`.

    Returns
    -------
    array of z's shape and dtype
        Values in [0, max(1, alpha)].

    Notes
    -----
    At 0 the derivative exists only for alpha = 1; otherwise the left one, alpha, is taken, as PyTorch does.

    Examples
    --------
    >>> print(elu_grad(np.array([-1000.0, 0.0, 3.0])))
    [0. 1. 1.]
    """
    z = as_input("elu_grad", z)
    alpha = _as_alpha("elu_grad", alpha, z)
    return np.where(z > 0, z.dtype.type(1), z.dtype.type(alpha) * np.exp(np.minimum(z, 0)))


def elu_vjp(g: np.ndarray, z: np.ndarray, *, alpha: float = 1.0) -> np.ndarray:
    """Pull the cotangent g back through elu: g ⊙ elu′(z).

    Otherwise as `elu`.

    Parameters
    ----------
    g : array of z's shape
        Cotangent: ∂L/∂f, one number for each output.

    Returns
    -------
    array of z's shape and dtype
        ∂L/∂z.

    Examples
    --------
    >>> print(elu_vjp(np.array([5.0, 5.0]), np.array([0.0, 2.0])))
    [5. 5.]
    """
    g, z = as_inputs("elu_vjp", g, z)
    alpha = _as_alpha("elu_vjp", alpha, z)
    return g * elu_grad(z, alpha=alpha)


def _as_alpha(function: str, alpha: float, z: np.ndarray) -> float:
    return as_scalar(function, "alpha", alpha, low=0, low_open=True, cast=z.dtype)
