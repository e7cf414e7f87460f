"""Softmax and its relatives, composed of elementary operations.

The compositions differ on purpose from those of ``dlmath_lib.activations`` (the sigmoid is made of tanh, softplus of
log-add-exp), so that agreement of the two means something. They take arrays, `Dual` and `Var` alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import total
from dlmath_lib._validate import as_axis, as_switch, has_finite_peaks
from dlmath_lib.autodiff._traced import Traced, as_input, plain

__all__ = ["log_softmax", "logsumexp", "softmax"]


def logsumexp(z: Any, *, axis: int = -1, keepdims: bool = False) -> Any:
    """Log-sum-exp, log Σ exp(z) along the axis, in nats.

    Parameters
    ----------
    z : ndarray, Dual or Var
        Logits, of at least one axis; −∞ masks an entry, as long as each slice has a finite one.
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
    TypeError, ValueError
        If z is not made of numbers, or an option is not as said.

    Notes
    -----
    The shift by the largest logit is a constant: it cancels, and nothing overflows. Chapter:
    networks/smooth_activations#log-softmax.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import grad
    >>> print(grad(logsumexp, [0.0, 0.0]))
    [0.5 0.5]
    """
    z, axis, shift = _as_logits("logsumexp", z, axis)
    as_switch("logsumexp", "keepdims", keepdims)
    sums = np.log(_sum(np.exp(z - shift), axis)) + shift
    return sums if keepdims else np.squeeze(sums, axis=axis)


def log_softmax(z: Any, *, axis: int = -1) -> Any:
    """Logarithm of the softmax, z − logsumexp(z), in nats.

    Parameters
    ----------
    z : ndarray, Dual or Var
        Logits, of at least one axis; −∞ masks an entry, as long as each slice has a finite one.
    axis : int, default −1
        The axis that holds the classes.

    Returns
    -------
    of z's kind and dtype, z's shape
        The value, with its derivative recorded if z is Dual or Var.

    Raises
    ------
    TypeError, ValueError
        If z is not made of numbers, or an option is not as said.

    Notes
    -----
    The shift by the largest logit is a constant: it cancels, and nothing overflows. Chapter:
    networks/smooth_activations#log-softmax.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import vjp
    >>> print(vjp(log_softmax, [1.0, 0.0], [0.0, 0.0]))
    [ 0.5 -0.5]
    """
    z, axis, _ = _as_logits("log_softmax", z, axis)
    return z - logsumexp(z, axis=axis, keepdims=True)


def softmax(z: Any, *, axis: int = -1) -> Any:
    """Softmax, exp(z) / Σ exp(z) along the axis.

    Parameters
    ----------
    z : ndarray, Dual or Var
        Logits, of at least one axis; −∞ masks an entry, as long as each slice has a finite one.
    axis : int, default −1
        The axis that holds the classes.

    Returns
    -------
    of z's kind and dtype, z's shape
        The value, with its derivative recorded if z is Dual or Var.

    Raises
    ------
    TypeError, ValueError
        If z is not made of numbers, or an option is not as said.

    Notes
    -----
    The shift by the largest logit is a constant: it cancels, and nothing overflows. Chapter:
    networks/smooth_activations#softmax.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.

    Examples
    --------
    >>> from dlmath_lib.autodiff import vjp
    >>> print(vjp(softmax, [1.0, 0.0], [0.0, 0.0]))
    [ 0.25 -0.25]
    """
    z, axis, shift = _as_logits("softmax", z, axis)
    powers = np.exp(z - shift)
    return powers / _sum(powers, axis)


def _as_logits(function: str, z: Any, axis: Any) -> tuple[Any, int, np.ndarray]:
    """z, the axis counted from the front, and the largest logits: a constant that is taken off, and cancels."""
    z = as_input(function, z)
    axis = as_axis(function, axis, z)
    peaks = np.max(plain(z), axis=axis, keepdims=True)
    has_finite_peaks(function, "z", peaks)
    return z, axis, peaks


def _sum(powers: Any, axis: int) -> Any:
    if isinstance(powers, Traced):
        return np.sum(powers, axis=axis, keepdims=True)
    return total(powers, axis, keepdims=True).astype(powers.dtype)
