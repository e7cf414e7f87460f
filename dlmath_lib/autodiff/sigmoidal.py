"""The S-shaped activations and softplus, composed of elementary operations.

The compositions differ on purpose from those of ``dlmath_lib.activations`` (the sigmoid is made of tanh, softplus of
log-add-exp), so that agreement of the two means something. They take arrays, `Dual` and `Var` alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib.autodiff._traced import as_input

__all__ = ["log_sigmoid", "sigmoid", "softplus", "tanh"]


def sigmoid(z: Any) -> Any:
    """Sigmoid, σ(z) = (1 + tanh(z/2)) / 2, made of tanh.

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
    Finite at ±1000. Chapter: networks/activations#sigmoid.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import grad
    >>> print(grad(sigmoid, [0.0]))
    [0.25]
    """
    return (1.0 + np.tanh(as_input("sigmoid", z) / 2)) / 2


def tanh(z: Any) -> Any:
    """Hyperbolic tangent, tanh(z): an elementary operation.

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
    Finite at ±1000. Chapter: networks/activations#tanh.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import grad
    >>> print(grad(tanh, [0.0]))
    [1.]
    """
    return np.tanh(as_input("tanh", z))


def log_sigmoid(z: Any) -> Any:
    """Logarithm of the sigmoid, log σ(z) = −log(exp(0) + exp(−z)), in nats.

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
    Finite at ±1000. Chapter: networks/smooth_activations#softplus.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import grad
    >>> print(grad(log_sigmoid, [0.0]))
    [0.5]
    """
    return -np.logaddexp(-as_input("log_sigmoid", z), 0.0)


def softplus(z: Any) -> Any:
    """Softplus, log(exp(0) + exp(z)).

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
    Finite at ±1000. Chapter: networks/smooth_activations#softplus.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import grad
    >>> print(grad(softplus, [0.0]))
    [0.5]
    """
    return np.logaddexp(as_input("softplus", z), 0.0)
