"""Softmax and its relatives, composed of elementary operations.

The compositions differ on purpose from those of ``dlmath_lib.activations`` (the sigmoid is made of tanh, softplus of
log-add-exp), so that agreement of the two means something. They take arrays, `Dual` and `Var` alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib.autodiff._traced import plain

__all__ = ["log_softmax", "logsumexp", "softmax"]


def logsumexp(z: Any, *, axis: int = -1, keepdims: bool = False) -> Any:
    """Log-sum-exp, log Σ exp(z) along the axis, in nats.

    Parameters
    ----------
    z : ndarray, Dual or Var
        Logits, of at least one axis.
    axis : int, default −1
        The axis that holds the classes.
    keepdims : bool, default False
        Whether the axis stays, with length 1.

    Returns
    -------
    of z's kind and dtype, z's shape without the axis
        The value, with its derivative recorded if z is Dual or Var.

    Raises
    ------
    TypeError
        If z is not made of numbers.

    Notes
    -----
    The shift by the largest logit is a constant: it cancels, and nothing overflows. Chapter:
    networks/activations.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import grad
    >>> print(grad(logsumexp, [0.0, 0.0]))
    [0.5 0.5]
    """
    shift = np.max(plain(z), axis=axis, keepdims=True)
    total = np.log(np.sum(np.exp(z - shift), axis=axis, keepdims=True)) + shift
    return total if keepdims else np.squeeze(total, axis=axis)


def log_softmax(z: Any, *, axis: int = -1) -> Any:
    """Logarithm of the softmax, z − logsumexp(z), in nats.

    Parameters
    ----------
    z : ndarray, Dual or Var
        Logits, of at least one axis.
    axis : int, default −1
        The axis that holds the classes.

    Returns
    -------
    of z's kind and dtype, z's shape
        The value, with its derivative recorded if z is Dual or Var.

    Raises
    ------
    TypeError
        If z is not made of numbers.

    Notes
    -----
    The shift by the largest logit is a constant: it cancels, and nothing overflows. Chapter:
    networks/activations.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import vjp
    >>> print(vjp(log_softmax, [1.0, 0.0], [0.0, 0.0]))
    [ 0.5 -0.5]
    """
    return z - logsumexp(z, axis=axis, keepdims=True)


def softmax(z: Any, *, axis: int = -1) -> Any:
    """Softmax, exp(z) / Σ exp(z) along the axis.

    Parameters
    ----------
    z : ndarray, Dual or Var
        Logits, of at least one axis.
    axis : int, default −1
        The axis that holds the classes.

    Returns
    -------
    of z's kind and dtype, z's shape
        The value, with its derivative recorded if z is Dual or Var.

    Raises
    ------
    TypeError
        If z is not made of numbers.

    Notes
    -----
    The shift by the largest logit is a constant: it cancels, and nothing overflows. Chapter:
    networks/activations.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import vjp
    >>> print(vjp(softmax, [1.0, 0.0], [0.0, 0.0]))
    [ 0.25 -0.25]
    """
    powers = np.exp(z - np.max(plain(z), axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)
