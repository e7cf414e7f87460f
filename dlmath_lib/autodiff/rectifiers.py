"""The rectifiers, smooth and not, composed of elementary operations.

The compositions differ on purpose from those of ``dlmath_lib.activations`` (the sigmoid is made of tanh, softplus of
log-add-exp), so that agreement of the two means something. They take arrays, `Dual` and `Var` alike.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlmath_lib._special import erf_of
from dlmath_lib._validate import as_array, as_channels, as_scalar, one_of
from dlmath_lib.autodiff._traced import Traced, as_input, elementwise
from dlmath_lib.autodiff.sigmoidal import sigmoid

__all__ = ["elu", "gelu", "leaky_relu", "prelu", "relu", "silu"]


def relu(z: Any) -> Any:
    """Rectifier: 0 where z ≤ 0, else z; its slope at 0 is 0, and NaN stays NaN.

    Parameters
    ----------
    z : ndarray, Dual or Var
        Pre-activation, of any shape.

    Returns
    -------
    of z's kind, shape and dtype
        The value, with its derivative recorded if z is Dual or Var.

    Raises
    ------
    TypeError, ValueError
        If z is not made of numbers, or an option is not as said.

    Notes
    -----
    Finite at ±1000. Chapter: networks/activations#relu.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import grad
    >>> print(grad(relu, [2.0]))
    [1.]
    """
    z = as_input("relu", z)
    return np.where(z <= 0, 0.0, z)


def leaky_relu(z: Any, *, slope: float = 0.01) -> Any:
    """Leaky rectifier: z where z > 0, else slope · z.

    Parameters
    ----------
    z : ndarray, Dual or Var
        Pre-activation, of any shape.
    slope : float ≥ 0, default 0.01
        The slope for z ≤ 0.

    Returns
    -------
    of z's kind, shape and dtype
        The value, with its derivative recorded if z is Dual or Var.

    Raises
    ------
    TypeError, ValueError
        If z is not made of numbers, or an option is not as said.

    Notes
    -----
    Finite at ±1000. Chapter: networks/activations#leaky-relu-and-prelu.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import grad
    >>> print(grad(leaky_relu, [-2.0]))
    [0.01]
    """
    z, slope = as_input("leaky_relu", z), as_scalar("leaky_relu", "slope", slope, low=0)
    return np.where(z > 0, z, slope * z)


def prelu(z: Any, a: Any) -> Any:
    """Parametric rectifier: z where z > 0, else a · z, with a learned slope a.

    Parameters
    ----------
    z : ndarray, Dual or Var
        Pre-activation, of any shape.
    a : number, ndarray, Dual or Var
        The slope: one for all, of shape (channels,) one for each channel (axis 1 of z), or of as many axes as z.

    Returns
    -------
    of z's kind, shape and dtype
        The value, with its derivative recorded if z is Dual or Var.

    Raises
    ------
    TypeError, ValueError
        If z is not made of numbers, or an option is not as said.

    Notes
    -----
    Finite at ±1000. Chapter: networks/activations#leaky-relu-and-prelu.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import grad
    >>> print(grad(prelu, [-2.0], [0.25]))
    (array([0.25]), array([-2.]))
    """
    z = as_input("prelu", z)
    if not isinstance(a, Traced):
        a = as_array("prelu", "a", a, nonempty=False, cast=z.dtype)
    return np.where(z > 0, z, a.reshape(as_channels("prelu", "a", a.shape, z.shape)) * z)


def elu(z: Any, *, alpha: float = 1.0) -> Any:
    """Exponential linear unit: z where z > 0, else α(exp(z) − 1).

    Parameters
    ----------
    z : ndarray, Dual or Var
        Pre-activation, of any shape.
    alpha : float > 0, default 1
        α; the value for z → −∞ is −α.

    Returns
    -------
    of z's kind, shape and dtype
        The value, with its derivative recorded if z is Dual or Var.

    Raises
    ------
    TypeError, ValueError
        If z is not made of numbers, or an option is not as said.

    Notes
    -----
    Finite at ±1000. Chapter: networks/activations#elu.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import grad
    >>> print(grad(elu, [0.0]))
    [1.]
    """
    z, alpha = as_input("elu", z), as_scalar("elu", "alpha", alpha, low=0, low_open=True)
    # The inner selection keeps exp away from large z, where it would overflow unseen and poison the slope.
    return np.where(z > 0, z, alpha * np.expm1(np.where(z > 0, 0.0, z)))


def silu(z: Any) -> Any:
    """SiLU (swish), z σ(z).

    Parameters
    ----------
    z : ndarray, Dual or Var
        Pre-activation, of any shape.

    Returns
    -------
    of z's kind, shape and dtype
        The value, with its derivative recorded if z is Dual or Var.

    Raises
    ------
    TypeError, ValueError
        If z is not made of numbers, or an option is not as said.

    Notes
    -----
    Finite at ±1000. Chapter: networks/smooth_activations#silu.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import grad
    >>> print(grad(silu, [0.0]))
    [0.5]
    """
    z = as_input("silu", z)
    return z * sigmoid(z)


def gelu(z: Any, *, approximate: str = "none") -> Any:
    """GELU, z Φ(z), with the distribution function Φ of the standard Gaussian.

    Parameters
    ----------
    z : ndarray, Dual or Var
        Pre-activation, of any shape.
    approximate : {"none", "tanh"}
        Exact by erf, or the approximation of Φ by tanh.

    Returns
    -------
    of z's kind, shape and dtype
        The value, with its derivative recorded if z is Dual or Var.

    Raises
    ------
    TypeError, ValueError
        If z is not made of numbers, or an option is not as said.

    Notes
    -----
    Finite at ±1000. Chapter: networks/smooth_activations#gelu.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import grad
    >>> print(grad(gelu, [0.0]))
    [0.5]
    """
    z = as_input("gelu", z)
    if one_of("gelu", "approximate", approximate, ("none", "tanh")) == "tanh":
        return z * (1.0 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z * z * z))) / 2
    return z * (1.0 + _erf(z / math.sqrt(2))) / 2


def _erf(z: Any) -> Any:
    if not isinstance(z, Traced):
        return erf_of(z)
    return elementwise(erf_of, (lambda y, a: 2 / math.sqrt(math.pi) * np.exp(-(np.clip(a, -40, 40) ** 2)),), z)
