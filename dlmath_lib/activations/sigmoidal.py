"""The S-shaped activations: sigmoid, its logarithm, and tanh."""

from __future__ import annotations

import numpy as np

from dlmath_lib.activations._elementwise import as_input, as_inputs

__all__ = [
    "log_sigmoid",
    "log_sigmoid_grad",
    "log_sigmoid_vjp",
    "sigmoid",
    "sigmoid_grad",
    "sigmoid_vjp",
    "tanh",
    "tanh_grad",
    "tanh_vjp",
]


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Logistic sigmoid, σ(z) = 1 / (1 + exp(−z)).

    Parameters
    ----------
    z : array of any shape
        Pre-activation, finite.

    Returns
    -------
    array of z's shape and dtype
        Values in [0, 1].

    Raises
    ------
    TypeError, ValueError
        If z is not an array of finite real numbers.

    Notes
    -----
    exp is only ever taken of −|z|, so nothing overflows; for z < 0 the form exp(z) / (1 + exp(z)) keeps the
    relative accuracy of the tail (σ(−700) is 1e-304, not 0).

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 3.10. Chapter:
    networks/activations#sigmoid.

    Examples
    --------
    >>> print(sigmoid(np.array([-1000.0, 0.0, 1000.0])))
    [0.  0.5 1. ]
    """
    z = as_input("sigmoid", z)
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def sigmoid_grad(z: np.ndarray) -> np.ndarray:
    """Derivative of the sigmoid at the input z, σ′(z) = σ(z)(1 − σ(z)).

    Otherwise as `sigmoid`.

    Returns
    -------
    array of z's shape and dtype
        Values in [0, 1/4].

    Notes
    -----
    Computed as exp(−|z|) / (1 + exp(−|z|))², which is the same number without the cancellation in 1 − σ(z): that
    difference is exactly 0 from z = 37 on.

    Examples
    --------
    >>> print(sigmoid_grad(np.array([-1000.0, 0.0, 1000.0])))
    [0.   0.25 0.  ]
    """
    z = as_input("sigmoid_grad", z)
    small = np.exp(-np.abs(z))
    return small / (1 + small) ** 2


def sigmoid_vjp(g: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Pull the cotangent g back through sigmoid: g ⊙ sigmoid′(z).

    Otherwise as `sigmoid`.

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
    >>> print(sigmoid_vjp(np.array([2.0]), np.array([0.0])))
    [0.5]
    """
    g, z = as_inputs("sigmoid_vjp", g, z)
    return g * sigmoid_grad(z)


def log_sigmoid(z: np.ndarray) -> np.ndarray:
    """Logarithm of the sigmoid, log σ(z) = −softplus(−z), in nats.

    Parameters
    ----------
    z : array of any shape
        Pre-activation, finite.

    Returns
    -------
    array of z's shape and dtype
        Values ≤ 0.

    Raises
    ------
    TypeError, ValueError
        If z is not an array of finite real numbers.

    Notes
    -----
    min(z, 0) − log(1 + exp(−|z|)): the logarithm of sigmoid(z) would be −∞ below z = −745.2.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 3.10. Chapter:
    networks/smooth_activations#softplus.

    Examples
    --------
    >>> print(log_sigmoid(np.array([-1000.0, 0.0])).round(4))
    [-1.000e+03 -6.931e-01]
    """
    z = as_input("log_sigmoid", z)
    return np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z)))


def log_sigmoid_grad(z: np.ndarray) -> np.ndarray:
    """Derivative of log σ at the input z, 1 − σ(z) = σ(−z).

    Otherwise as `log_sigmoid`.

    Returns
    -------
    array of z's shape and dtype
        Values in [0, 1].

    Notes
    -----
    Computed as σ(−z), which keeps the relative accuracy of the tail.

    Examples
    --------
    >>> print(log_sigmoid_grad(np.array([-1000.0, 0.0, 1000.0])))
    [1.  0.5 0. ]
    """
    return sigmoid(-as_input("log_sigmoid_grad", z))


def log_sigmoid_vjp(g: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Pull the cotangent g back through log_sigmoid: g ⊙ log_sigmoid′(z).

    Otherwise as `log_sigmoid`.

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
    >>> print(log_sigmoid_vjp(np.array([2.0]), np.array([0.0])))
    [1.]
    """
    g, z = as_inputs("log_sigmoid_vjp", g, z)
    return g * log_sigmoid_grad(z)


def tanh(z: np.ndarray) -> np.ndarray:
    """Hyperbolic tangent, tanh(z) = (exp(z) − exp(−z)) / (exp(z) + exp(−z)) = 2σ(2z) − 1.

    Parameters
    ----------
    z : array of any shape
        Pre-activation, finite.

    Returns
    -------
    array of z's shape and dtype
        Values in [−1, 1].

    Raises
    ------
    TypeError, ValueError
        If z is not an array of finite real numbers.

    Notes
    -----
    numpy.tanh: the textbook quotient is ∞/∞ from z = 710 on.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.3.2. Chapter:
    networks/activations#tanh.

    Examples
    --------
    >>> print(tanh(np.array([-1000.0, 0.0, 1000.0])))
    [-1.  0.  1.]
    """
    return np.tanh(as_input("tanh", z))


def tanh_grad(z: np.ndarray) -> np.ndarray:
    """Derivative of tanh at the input z, 1 − tanh²(z).

    Otherwise as `tanh`.

    Returns
    -------
    array of z's shape and dtype
        Values in [0, 1].

    Notes
    -----
    Computed as 4 exp(−2|z|) / (1 + exp(−2|z|))²: the difference 1 − tanh² is exactly 0 from z = 20 on.

    Examples
    --------
    >>> print(tanh_grad(np.array([-1000.0, 0.0, 1000.0])))
    [0. 1. 0.]
    """
    z = as_input("tanh_grad", z)
    small = np.exp(-2 * np.minimum(np.abs(z), 1e4))
    return 4 * small / (1 + small) ** 2


def tanh_vjp(g: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Pull the cotangent g back through tanh: g ⊙ tanh′(z).

    Otherwise as `tanh`.

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
    >>> print(tanh_vjp(np.array([2.0]), np.array([0.0])))
    [2.]
    """
    g, z = as_inputs("tanh_vjp", g, z)
    return g * tanh_grad(z)
