"""The piecewise linear activations with nothing to learn: ReLU and leaky ReLU."""

from __future__ import annotations

import numpy as np

from dlmath_lib._validate import as_scalar
from dlmath_lib.activations._elementwise import as_input, as_inputs

__all__ = [
    "leaky_relu",
    "leaky_relu_grad",
    "leaky_relu_vjp",
    "relu",
    "relu_grad",
    "relu_vjp",
]


def relu(z: np.ndarray) -> np.ndarray:
    """Rectified linear unit, ReLU(z) = max(0, z).

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
    Exact.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.3. Chapter: networks/activations#relu.

    Examples
    --------
    >>> print(relu(np.array([-2.0, 0.0, 3.0])))
    [0. 0. 3.]
    """
    return np.maximum(as_input("relu", z), 0)


def relu_grad(z: np.ndarray, *, at_zero: float = 0.0) -> np.ndarray:
    """Derivative of ReLU at the input z: 1 for z > 0, 0 for z < 0, and ``at_zero`` where z = 0.

    Otherwise as `relu`.

    Parameters
    ----------
    at_zero : float in [0, 1], default 0
        The subgradient taken where z = 0.

    Returns
    -------
    array of z's shape and dtype
        Values in [0, 1].

    Notes
    -----
    ReLU has no derivative at 0. Every number in [0, 1] is a subgradient there; PyTorch takes 0 in relu, 1 in
    clamp, and 1/2 in maximum.

    Examples
    --------
    >>> print(relu_grad(np.array([-2.0, 0.0, 3.0]), at_zero=0.5))
    [0.  0.5 1. ]
    """
    z = as_input("relu_grad", z)
    return np.heaviside(z, z.dtype.type(_as_at_zero("relu_grad", at_zero)))


def relu_vjp(g: np.ndarray, z: np.ndarray, *, at_zero: float = 0.0) -> np.ndarray:
    """Pull the cotangent g back through relu: g ⊙ relu′(z).

    Otherwise as `relu`.

    Parameters
    ----------
    g : array of z's shape
        Cotangent: ∂L/∂f, one number for each output.
    at_zero : float in [0, 1], default 0
        The subgradient taken where z = 0.

    Returns
    -------
    array of z's shape and dtype
        ∂L/∂z.

    Examples
    --------
    >>> print(relu_vjp(np.array([5.0, 5.0]), np.array([-1.0, 2.0])))
    [0. 5.]
    """
    g, z = as_inputs("relu_vjp", g, z)
    at_zero = _as_at_zero("relu_vjp", at_zero)
    return g * relu_grad(z, at_zero=at_zero)


def leaky_relu(z: np.ndarray, *, slope: float = 0.01) -> np.ndarray:
    """Leaky rectifier, max(0, z) + slope · min(0, z).

    Parameters
    ----------
    z : array of any shape
        Pre-activation, finite.
    slope : float ≥ 0, default 0.01
        Slope for z < 0; fixed, not learned (prelu learns it).

    Returns
    -------
    array of z's shape and dtype
        z where z ≥ 0, slope · z elsewhere.

    Raises
    ------
    TypeError, ValueError
        If z is not an array of finite real numbers, or slope is negative.

    Notes
    -----
    Exact up to one rounding.

    References
    ----------
    A. L. Maas, A. Y. Hannun, A. Y. Ng, Rectifier nonlinearities improve neural network acoustic models, ICML
    (2013). Chapter: networks/activations#leaky-relu-and-prelu.

    Examples
    --------
    >>> print(leaky_relu(np.array([-2.0, 0.0, 3.0]), slope=0.1))
    [-0.2  0.   3. ]
    """
    z = as_input("leaky_relu", z)
    slope = _as_slope("leaky_relu", slope, z)
    return np.where(z > 0, z, z.dtype.type(slope) * z)


def leaky_relu_grad(z: np.ndarray, *, slope: float = 0.01) -> np.ndarray:
    """Derivative of the leaky rectifier at the input z: 1 for z > 0, ``slope`` for z ≤ 0.

    Otherwise as `leaky_relu`.

    Returns
    -------
    array of z's shape and dtype
        1 or slope.

    Notes
    -----
    At 0 the slopes are ``slope`` from the left and 1 from the right (for slope ≤ 1 the numbers between them are
    subgradients there, for slope > 1 there is none); ``slope`` is taken, as PyTorch does.

    Examples
    --------
    >>> print(leaky_relu_grad(np.array([-2.0, 0.0, 3.0]), slope=0.1))
    [0.1 0.1 1. ]
    """
    z = as_input("leaky_relu_grad", z)
    slope = _as_slope("leaky_relu_grad", slope, z)
    return np.where(z > 0, z.dtype.type(1), z.dtype.type(slope))


def leaky_relu_vjp(g: np.ndarray, z: np.ndarray, *, slope: float = 0.01) -> np.ndarray:
    """Pull the cotangent g back through leaky_relu: g ⊙ leaky_relu′(z).

    Otherwise as `leaky_relu`.

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
    >>> print(leaky_relu_vjp(np.array([5.0, 5.0]), np.array([-1.0, 2.0]), slope=0.1))
    [0.5 5. ]
    """
    g, z = as_inputs("leaky_relu_vjp", g, z)
    slope = _as_slope("leaky_relu_vjp", slope, z)
    return g * leaky_relu_grad(z, slope=slope)


def _as_at_zero(function: str, at_zero: float) -> float:
    return as_scalar(function, "at_zero", at_zero, low=0, high=1)


def _as_slope(function: str, slope: float, z: np.ndarray) -> float:
    return as_scalar(function, "slope", slope, low=0, cast=z.dtype)
