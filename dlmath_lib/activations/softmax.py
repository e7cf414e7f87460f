"""The activations that couple all classes: softmax, its logarithm, and log-sum-exp."""

from __future__ import annotations

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail, same_shape

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
    Numer. Anal. 41 (2021), 2311–2330. Chapter: networks/activations#softmax.

    Examples
    --------
    >>> print(softmax(np.array([1000.0, 1000.0, -1000.0])))
    [0.5 0.5 0. ]
    """
    below_peak, _ = _logits("softmax", z, axis)
    exponentials = np.exp(below_peak)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def softmax_jacobian(z: np.ndarray) -> np.ndarray:
    """Jacobian of the softmax at the input z, ∂pᵢ/∂zⱼ = pᵢ(δᵢⱼ − pⱼ), that is diag(p) − p pᵀ.

    Parameters
    ----------
    z : array of shape (n,)
        Logits of one example, finite or −∞ (at least one finite).

    Returns
    -------
    array of shape (n, n), z's dtype
        Row i is the output pᵢ, column j the input zⱼ. Symmetric, rows sum to 0.

    Raises
    ------
    TypeError, ValueError
        If z is not such an array.

    Notes
    -----
    As softmax. In training softmax_vjp is used: it never forms the n × n matrix.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, Accurately computing the log-sum-exp and softmax functions, IMA J.
    Numer. Anal. 41 (2021), 2311–2330. Chapter: networks/activations#softmax.

    Examples
    --------
    >>> print(softmax_jacobian(np.array([0.0, 0.0])))
    [[ 0.25 -0.25]
     [-0.25  0.25]]
    """
    p = softmax(as_array("softmax_jacobian", "z", z, ndim=1, finite=False))
    return np.diag(p) - np.outer(p, p)


def softmax_vjp(g: np.ndarray, z: np.ndarray, *, axis: int = -1) -> np.ndarray:
    """Pull the cotangent g back through softmax: p ⊙ (g − Σⱼ gⱼpⱼ).

    Parameters
    ----------
    g : array of z's shape
        Cotangent: ∂L/∂p, one number for each output.
    z : array of at least one axis
        Logits; finite, or −∞ for a masked entry as long as each slice along ``axis`` has a finite one.
    axis : int, default −1
        The axis that holds the classes.

    Returns
    -------
    array of z's shape and dtype
        ∂L/∂z; sums to 0 along ``axis``.

    Raises
    ------
    TypeError, ValueError
        As softmax; also if the shapes of g and z differ.

    Notes
    -----
    As softmax; the cost is that of a few sums instead of an n × n product.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, Accurately computing the log-sum-exp and softmax functions, IMA J.
    Numer. Anal. 41 (2021), 2311–2330. Chapter: networks/activations#softmax.

    Examples
    --------
    >>> print(softmax_vjp(np.array([1.0, 0.0]), np.array([0.0, 0.0])))
    [ 0.25 -0.25]
    """
    p = softmax(z, axis=axis)
    g = _cotangent("softmax_vjp", g, p)
    return (p * (g - np.sum(g * p, axis=axis, keepdims=True))).astype(p.dtype, copy=False)


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
    Numer. Anal. 41 (2021), 2311–2330. Chapter: networks/activations#log-softmax.

    Examples
    --------
    >>> print(log_softmax(np.array([0.0, -1000.0])))
    [    0. -1000.]
    """
    below_peak, _ = _logits("log_softmax", z, axis)
    return below_peak - _log_sum(below_peak, axis)


def log_softmax_jacobian(z: np.ndarray) -> np.ndarray:
    """Jacobian of the log-softmax at the input z, ∂(log pᵢ)/∂zⱼ = δᵢⱼ − pⱼ, that is I − 1 pᵀ.

    Parameters
    ----------
    z : array of shape (n,)
        Logits of one example, finite or −∞ (at least one finite).

    Returns
    -------
    array of shape (n, n), z's dtype
        Row i is the output log pᵢ, column j the input zⱼ. Rows sum to 0.

    Raises
    ------
    TypeError, ValueError
        If z is not such an array.

    Notes
    -----
    As softmax.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, Accurately computing the log-sum-exp and softmax functions, IMA J.
    Numer. Anal. 41 (2021), 2311–2330. Chapter: networks/activations#log-softmax.

    Examples
    --------
    >>> print(log_softmax_jacobian(np.array([0.0, 0.0])))
    [[ 0.5 -0.5]
     [-0.5  0.5]]
    """
    p = softmax(as_array("log_softmax_jacobian", "z", z, ndim=1, finite=False))
    return np.eye(p.size, dtype=p.dtype) - p


def log_softmax_vjp(g: np.ndarray, z: np.ndarray, *, axis: int = -1) -> np.ndarray:
    """Pull the cotangent g back through log-softmax: g − p Σⱼ gⱼ.

    Parameters
    ----------
    g : array of z's shape
        Cotangent: ∂L/∂(log p), one number for each output.
    z : array of at least one axis
        Logits; finite, or −∞ for a masked entry as long as each slice along ``axis`` has a finite one.
    axis : int, default −1
        The axis that holds the classes.

    Returns
    -------
    array of z's shape and dtype
        ∂L/∂z; sums to 0 along ``axis``.

    Raises
    ------
    TypeError, ValueError
        As softmax; also if the shapes of g and z differ.

    Notes
    -----
    As softmax.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, Accurately computing the log-sum-exp and softmax functions, IMA J.
    Numer. Anal. 41 (2021), 2311–2330. Chapter: networks/activations#log-softmax.

    Examples
    --------
    >>> print(log_softmax_vjp(np.array([1.0, 0.0]), np.array([0.0, 0.0])))
    [ 0.5 -0.5]
    """
    p = softmax(z, axis=axis)
    g = _cotangent("log_softmax_vjp", g, p)
    return (g - p * np.sum(g, axis=axis, keepdims=True)).astype(p.dtype, copy=False)


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
    Numer. Anal. 41 (2021), 2311–2330. Chapter: networks/activations#log-softmax.

    Examples
    --------
    >>> print(float(logsumexp(np.array([1000.0, 1000.0]))))
    1000.6931471805599
    """
    below_peak, peak = _logits("logsumexp", z, axis)
    return np.squeeze(peak + _log_sum(below_peak, axis), axis=axis)


def logsumexp_vjp(g: np.ndarray, z: np.ndarray, *, axis: int = -1) -> np.ndarray:
    """Pull the cotangent g back through log-sum-exp, whose gradient is the softmax: g pⱼ.

    Parameters
    ----------
    g : array of z's shape without ``axis``
        Cotangent: ∂L/∂(logsumexp), one number for each slice.
    z : array of at least one axis
        Logits; finite, or −∞ for a masked entry as long as each slice along ``axis`` has a finite one.
    axis : int, default −1
        The axis that holds the classes.

    Returns
    -------
    array of z's shape and dtype
        ∂L/∂z; sums to g along ``axis``.

    Raises
    ------
    TypeError, ValueError
        As logsumexp; also if g has another shape than logsumexp's result.

    Notes
    -----
    As softmax.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, Accurately computing the log-sum-exp and softmax functions, IMA J.
    Numer. Anal. 41 (2021), 2311–2330. Chapter: networks/activations#log-softmax.

    Examples
    --------
    >>> print(logsumexp_vjp(np.array(2.0), np.array([0.0, 0.0])))
    [1. 1.]
    """
    p = softmax(z, axis=axis)
    g = as_array("logsumexp_vjp", "g", g, shape=p.sum(axis=axis).shape, nonempty=False)
    return (np.expand_dims(g, axis) * p).astype(p.dtype, copy=False)


def _logits(function: str, z: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """z − max(z) along the axis, and that maximum (axis kept)."""
    z = as_array(function, "z", z, finite=False, nonempty=False)
    axis = int(as_scalar(function, "axis", axis, integer=True))
    if not -z.ndim <= axis < z.ndim:
        raise fail(function, "axis", f"an axis of z, which has {z.ndim}", str(axis))
    if z.shape[axis] == 0:
        raise fail(function, "z", "non-empty along axis", f"shape {z.shape} with axis {axis}")
    peak = z.max(axis=axis, keepdims=True)
    # max hands on NaN and +∞, and is −∞ only for a slice that is masked as a whole.
    if not np.isfinite(peak).all():
        bad = float(peak[~np.isfinite(peak)].ravel()[0])
        hint = "a slice that is masked as a whole has no softmax" if bad < 0 else "remove NaN and +infinity first"
        raise fail(function, "z", "finite or −inf, with a finite entry in each slice", f"maximum {bad}", hint)
    with np.errstate(over="ignore"):  # a difference beyond the dtype is −∞, whose exponential is rightly 0
        return z - peak, peak


def _log_sum(below_peak: np.ndarray, axis: int) -> np.ndarray:
    """log Σⱼ exp(zⱼ − peak) by log1p of the sum without the peak's own term, which is 1."""
    rest = np.exp(below_peak)
    np.put_along_axis(rest, np.expand_dims(below_peak.argmax(axis=axis), axis), 0, axis)
    return np.log1p(rest.sum(axis=axis, keepdims=True))


def _cotangent(function: str, g: np.ndarray, p: np.ndarray) -> np.ndarray:
    g = as_array(function, "g", g, nonempty=False)
    same_shape(function, {"z": p, "g": g})
    return g
