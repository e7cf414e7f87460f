"""Activations that multiply their input by a gate: SiLU (a sigmoid gate) and GELU (a Gaussian gate)."""

from __future__ import annotations

import math

import numpy as np

from dlmath_lib._special import erfc
from dlmath_lib._validate import one_of
from dlmath_lib.activations._elementwise import as_input, as_inputs
from dlmath_lib.activations.sigmoidal import sigmoid, sigmoid_grad

__all__ = [
    "gelu",
    "gelu_grad",
    "gelu_vjp",
    "silu",
    "silu_grad",
    "silu_vjp",
]

# Python floats, so that float32 stays float32.
_SQRT_TWO = math.sqrt(2.0)
_SQRT_TWO_PI = math.sqrt(2.0 * math.pi)
_TANH_SCALE = math.sqrt(2.0 / math.pi)
_TANH_CUBE = 0.044715
_FAR = 40.0


def silu(z: np.ndarray) -> np.ndarray:
    """Sigmoid linear unit (swish), SiLU(z) = z σ(z).

    Parameters
    ----------
    z : array of any shape
        Pre-activation, finite.

    Returns
    -------
    array of z's shape and dtype
        Values ≥ −0.2785.

    Raises
    ------
    TypeError, ValueError
        If z is not an array of finite real numbers.

    Notes
    -----
    As sigmoid.

    References
    ----------
    S. Elfwing, E. Uchibe, K. Doya, Sigmoid-weighted linear units for neural network function approximation in
    reinforcement learning, Neural Networks 107 (2018), 3–11. Chapter: networks/smooth_activations#silu.

    Examples
    --------
    >>> print(silu(np.array([-1000.0, 0.0, 1000.0])) + 0.0)
    [   0.    0. 1000.]
    """
    z = as_input("silu", z)
    return z * sigmoid(z)


def silu_grad(z: np.ndarray) -> np.ndarray:
    """Derivative of SiLU at the input z, σ(z) + z σ′(z).

    Otherwise as `silu`.

    Returns
    -------
    array of z's shape and dtype
        Values between −0.0999 and 1.0999.

    Examples
    --------
    >>> print(silu_grad(np.array([-1000.0, 0.0, 1000.0])))
    [0.  0.5 1. ]
    """
    z = as_input("silu_grad", z)
    return sigmoid(z) + z * sigmoid_grad(z)


def silu_vjp(g: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Pull the cotangent g back through silu: g ⊙ silu′(z).

    Otherwise as `silu`.

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
    >>> print(silu_vjp(np.array([2.0]), np.array([0.0])))
    [1.]
    """
    g, z = as_inputs("silu_vjp", g, z)
    return g * silu_grad(z)


def gelu(z: np.ndarray, *, approximate: str = "none") -> np.ndarray:
    """Gaussian error linear unit, GELU(z) = z Φ(z), Φ the cumulative distribution of the standard normal.

    Parameters
    ----------
    z : array of any shape
        Pre-activation, finite.
    approximate : "none" (default) or "tanh"
        The exact function, or the approximation by tanh.

    Returns
    -------
    array of z's shape and dtype
        Values ≥ −0.1701, and ≥ −0.17 for the exact function.

    Raises
    ------
    TypeError, ValueError
        If z is not an array of finite real numbers, or approximate is another word.

    Notes
    -----
    Exact: Φ(z) = erfc(−z/√2)/2, which keeps the relative accuracy of the left tail ((1 + erf(z/√2))/2 is exactly 0
    below z = −8.38). approximate="tanh": z (1 + tanh(u))/2 with u = √(2/π)(z + 0.044715 z³), computed as z σ(2u);
    it differs from the exact function by less than 5e-4.

    References
    ----------
    D. Hendrycks, K. Gimpel, Gaussian error linear units (GELUs), arXiv:1606.08415, section 2. Chapter:
    networks/smooth_activations#gelu.

    Examples
    --------
    >>> print(gelu(np.array([-1.0, 0.0, 1.0])).round(4))
    [-0.1587  0.      0.8413]
    """
    z = as_input("gelu", z)
    if _as_form("gelu", approximate) == "none":
        return z * _normal_cdf(z)
    return z * sigmoid(2 * _tanh_argument(z))


def gelu_grad(z: np.ndarray, *, approximate: str = "none") -> np.ndarray:
    """Derivative of GELU at the input z: Φ(z) + z φ(z), φ the standard normal density.

    Otherwise as `gelu`.

    Returns
    -------
    array of z's shape and dtype
        Values between −0.13 and 1.13.

    Notes
    -----
    approximate="tanh": σ(2u) + 2 z σ′(2u) u′ with u = √(2/π)(z + 0.044715 z³). Powers of z are taken of z clipped
    to ±40, where φ, σ′ and their products with z are 0 in float64.

    Examples
    --------
    >>> print(gelu_grad(np.array([-1000.0, 0.0, 1000.0])))
    [0.  0.5 1. ]
    """
    z = as_input("gelu_grad", z)
    near = np.clip(z, -_FAR, _FAR)
    if _as_form("gelu_grad", approximate) == "none":
        density = np.exp(-(near**2) / 2) / _SQRT_TWO_PI
        return _normal_cdf(z) + near * density
    u = _tanh_argument(z)
    slope = _TANH_SCALE * (1 + 3 * _TANH_CUBE * near**2)
    return sigmoid(2 * u) + 2 * near * sigmoid_grad(2 * u) * slope


def gelu_vjp(g: np.ndarray, z: np.ndarray, *, approximate: str = "none") -> np.ndarray:
    """Pull the cotangent g back through gelu: g ⊙ gelu′(z).

    Otherwise as `gelu`.

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
    >>> print(gelu_vjp(np.array([2.0]), np.array([0.0])))
    [1.]
    """
    g, z = as_inputs("gelu_vjp", g, z)
    approximate = _as_form("gelu_vjp", approximate)
    return g * gelu_grad(z, approximate=approximate)


def _normal_cdf(z: np.ndarray) -> np.ndarray:
    return erfc(-z / _SQRT_TWO) / 2


def _tanh_argument(z: np.ndarray) -> np.ndarray:
    near = np.clip(z, -_FAR, _FAR)
    return _TANH_SCALE * (near + _TANH_CUBE * near**3)


def _as_form(function: str, approximate: str) -> str:
    return one_of(function, "approximate", approximate, ("none", "tanh"))
