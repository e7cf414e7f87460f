"""The activations that couple all classes: softmax, its logarithm, and log-sum-exp."""

from __future__ import annotations

import numpy as np

from dlmath_lib._sums import total, working
from dlmath_lib._validate import as_array, as_axis, has_finite_peaks
from dlmath_lib.activations._elementwise import as_cotangent

__all__ = [
    "log_softmax",
    "log_softmax_jacobian",
    "log_softmax_vjp",
    "logsumexp",
    "logsumexp_vjp",
    "softmax",
    "softmax_jacobian",
    "softmax_vjp",
]


def softmax(z: np.ndarray, *, axis: int = -1) -> np.ndarray:
    """Softmax, pᵢ = exp(zᵢ) / Σⱼ exp(zⱼ) along ``axis``.

    Parameters
    ----------
    z : array of at least one axis
        Logits; finite, or −∞ for a masked entry as long as each slice along ``axis`` has a finite one.
    axis : int, default −1
        The axis that holds the classes.

    Returns
    -------
    array of z's shape and dtype
        Values in [0, 1] that sum to 1 along ``axis``.

    Raises
    ------
    TypeError, ValueError
        If z is not such an array, ``axis`` does not exist, or the axis is empty.

    Notes
    -----
    The largest logit is subtracted first (shift invariance), so the largest exponent is 0 and nothing overflows.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, Accurately computing the log-sum-exp and softmax functions, IMA J.
    Numer. Anal. 41 (2021), 2311–2330. Chapter: networks/smooth_activations#softmax.

    Examples
    --------
    >>> print(softmax(np.array([1000.0, 1000.0, -1000.0])))
    [0.5 0.5 0. ]
    """
    z = _as_logits("softmax", z, axis)
    exponentials = np.exp(_below_peak(z, axis))
    sums = total(exponentials, axis, keepdims=True).astype(exponentials.dtype)
    return (exponentials / sums).astype(z.dtype, copy=False)


def softmax_jacobian(z: np.ndarray) -> np.ndarray:
    """Jacobian of the softmax at the input z, ∂pᵢ/∂zⱼ = pᵢ(δᵢⱼ − pⱼ), that is diag(p) − p pᵀ.

    Otherwise as `softmax`.

    Parameters
    ----------
    z : array of shape (n,)
        Logits of one example, finite or −∞ (at least one finite).

    Returns
    -------
    array of shape (n, n), z's dtype
        Row i is the output pᵢ, column j the input zⱼ. Symmetric, rows sum to 0.

    Notes
    -----
    In training softmax_vjp is used: it never forms the n × n matrix.

    Examples
    --------
    >>> print(softmax_jacobian(np.array([0.0, 0.0])))
    [[ 0.25 -0.25]
     [-0.25  0.25]]
    """
    z = _as_logits("softmax_jacobian", as_array("softmax_jacobian", "z", z, ndim=1, finite=False), 0)
    p = softmax(z)
    return np.diag(p) - np.outer(p, p)


def softmax_vjp(g: np.ndarray, z: np.ndarray, *, axis: int = -1) -> np.ndarray:
    """Pull the cotangent g back through softmax: p ⊙ (g − Σⱼ gⱼpⱼ).

    Otherwise as `softmax`.

    Parameters
    ----------
    g : array of z's shape
        Cotangent: ∂L/∂p, one number for each output.

    Returns
    -------
    array of z's shape and dtype
        ∂L/∂z; sums to 0 along ``axis``.

    Notes
    -----
    The cost is that of a few sums instead of an n × n product.

    Examples
    --------
    >>> print(softmax_vjp(np.array([1.0, 0.0]), np.array([0.0, 0.0])))
    [ 0.25 -0.25]
    """
    z = _as_logits("softmax_vjp", z, axis)
    g, p = as_cotangent("softmax_vjp", g, z), softmax(z, axis=axis)
    mean = total(g * p, axis, keepdims=True).astype(p.dtype)
    return p * (g - mean)


def log_softmax(z: np.ndarray, *, axis: int = -1) -> np.ndarray:
    """Logarithm of the softmax, log pᵢ = zᵢ − log Σⱼ exp(zⱼ), in nats.

    Parameters
    ----------
    z : array of at least one axis
        Logits; finite, or −∞ for a masked entry as long as each slice along ``axis`` has a finite one.
    axis : int, default −1
        The axis that holds the classes.

    Returns
    -------
    array of z's shape and dtype
        Values ≤ 0.

    Raises
    ------
    TypeError, ValueError
        If z is not such an array, ``axis`` does not exist, or the axis is empty.

    Notes
    -----
    As logsumexp. log(softmax(z)) would be −∞ wherever p underflows.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, Accurately computing the log-sum-exp and softmax functions, IMA J.
    Numer. Anal. 41 (2021), 2311–2330. Chapter: networks/smooth_activations#log-softmax.

    Examples
    --------
    >>> print(log_softmax(np.array([0.0, -1000.0])))
    [    0. -1000.]
    """
    z = _as_logits("log_softmax", z, axis)
    below_peak = _below_peak(z, axis)
    with np.errstate(over="ignore"):  # what is below the smallest float16 is −∞ there
        return (below_peak - _log_sum(below_peak, axis)).astype(z.dtype, copy=False)


def log_softmax_jacobian(z: np.ndarray) -> np.ndarray:
    """Jacobian of the log-softmax at the input z, ∂(log pᵢ)/∂zⱼ = δᵢⱼ − pⱼ, that is I − 1 pᵀ.

    Otherwise as `log_softmax`.

    Parameters
    ----------
    z : array of shape (n,)
        Logits of one example, finite or −∞ (at least one finite).

    Returns
    -------
    array of shape (n, n), z's dtype
        Row i is the output log pᵢ, column j the input zⱼ. Rows sum to 0.

    Examples
    --------
    >>> print(log_softmax_jacobian(np.array([0.0, 0.0])))
    [[ 0.5 -0.5]
     [-0.5  0.5]]
    """
    z = _as_logits("log_softmax_jacobian", as_array("log_softmax_jacobian", "z", z, ndim=1, finite=False), 0)
    p = softmax(z)
    return np.eye(p.size, dtype=p.dtype) - p


def log_softmax_vjp(g: np.ndarray, z: np.ndarray, *, axis: int = -1) -> np.ndarray:
    """Pull the cotangent g back through log-softmax: g − p Σⱼ gⱼ.

    Otherwise as `log_softmax`.

    Parameters
    ----------
    g : array of z's shape
        Cotangent: ∂L/∂(log p), one number for each output.

    Returns
    -------
    array of z's shape and dtype
        ∂L/∂z; sums to 0 along ``axis``.

    Examples
    --------
    >>> print(log_softmax_vjp(np.array([1.0, 0.0]), np.array([0.0, 0.0])))
    [ 0.5 -0.5]
    """
    z = _as_logits("log_softmax_vjp", z, axis)
    g, p = as_cotangent("log_softmax_vjp", g, z), softmax(z, axis=axis)
    sums = total(g, axis, keepdims=True).astype(working(p.dtype))
    return (g - p * sums).astype(p.dtype, copy=False)


def logsumexp(z: np.ndarray, *, axis: int = -1) -> np.ndarray:
    """Log-sum-exp, log Σⱼ exp(zⱼ) along ``axis``, in nats: a smooth maximum.

    Parameters
    ----------
    z : array of at least one axis
        Logits; finite, or −∞ for a masked entry as long as each slice along ``axis`` has a finite one.
    axis : int, default −1
        The axis that holds the classes.

    Returns
    -------
    array of z's shape without ``axis``, z's dtype
        max(z) ≤ value ≤ max(z) + log n.

    Raises
    ------
    TypeError, ValueError
        If z is not such an array, ``axis`` does not exist, or the axis is empty.

    Notes
    -----
    The largest logit is taken out of the sum, and log1p of the rest keeps the digits when it dominates (Algorithm
    3.2 of the source).

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, Accurately computing the log-sum-exp and softmax functions, IMA J.
    Numer. Anal. 41 (2021), 2311–2330. Chapter: networks/smooth_activations#log-softmax.

    Examples
    --------
    >>> print(float(logsumexp(np.array([1000.0, 1000.0]))))
    1000.6931471805599
    """
    z = _as_logits("logsumexp", z, axis)
    peak = z.max(axis=axis, keepdims=True)
    return np.squeeze(peak + _log_sum(_below_peak(z, axis), axis), axis=axis).astype(z.dtype, copy=False)


def logsumexp_vjp(g: np.ndarray, z: np.ndarray, *, axis: int = -1) -> np.ndarray:
    """Pull the cotangent g back through log-sum-exp, whose gradient is the softmax: g pⱼ.

    Otherwise as `logsumexp`.

    Parameters
    ----------
    g : array of z's shape without ``axis``
        Cotangent: ∂L/∂(logsumexp), one number for each slice.

    Returns
    -------
    array of z's shape and dtype
        ∂L/∂z; sums to g along ``axis``.

    Examples
    --------
    >>> print(logsumexp_vjp(np.array(2.0), np.array([0.0, 0.0])))
    [1. 1.]
    """
    z = _as_logits("logsumexp_vjp", z, axis)
    g = as_array("logsumexp_vjp", "g", g, shape=z.max(axis=axis).shape, nonempty=False, cast=z.dtype)
    return np.expand_dims(g, axis) * softmax(z, axis=axis)


def _as_logits(function: str, z: np.ndarray, axis: int) -> np.ndarray:
    z = as_array(function, "z", z, finite=False, nonempty=False)
    has_finite_peaks(function, "z", z.max(axis=as_axis(function, axis, z)))
    return z


def _below_peak(z: np.ndarray, axis: int) -> np.ndarray:
    """z − max(z) along the axis, for float16 in float32: an exponential of it and their sum keep their digits."""
    z = z.astype(working(z.dtype), copy=False)
    with np.errstate(over="ignore"):  # a difference beyond the dtype is −∞, whose exponential is rightly 0
        return z - z.max(axis=axis, keepdims=True)


def _log_sum(below_peak: np.ndarray, axis: int) -> np.ndarray:
    """log Σⱼ exp(zⱼ − peak) by log1p of the sum without the peak's own term, which is 1."""
    rest = np.exp(below_peak)
    np.put_along_axis(rest, np.expand_dims(below_peak.argmax(axis=axis), axis), 0, axis)
    return np.log1p(total(rest, axis, keepdims=True)).astype(rest.dtype)
