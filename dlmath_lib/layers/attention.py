"""Scaled dot-product attention: a weighted mean of values, with weights by how well keys fit a query."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlmath_lib._sums import product, working
from dlmath_lib._validate import as_array, as_scalar, fail
from dlmath_lib.activations import softmax, softmax_vjp

__all__ = ["attention", "attention_vjp", "attention_weights"]


def attention_weights(queries: Any, keys: Any, *, mask: Any = None, scale: float | None = None) -> np.ndarray:
    """The weights of attention, P = softmax(s Q Kᵀ) along each row.

    Parameters
    ----------
    queries : array_like of shape (…, m, d)
        Q, one query in each row.
    keys : array_like of shape (…, n, d)
        K, one key in each row; the leading axes are those of Q.
    mask : array_like of booleans, shape (m, n) or (…, m, n), optional
        True where a query may look at a key. Each query needs one.
    scale : float > 0, optional
        s; 1/√d by default. 1/s is called a temperature.

    Returns
    -------
    ndarray of shape (…, m, n), in the wider type
        P: each row ≥ 0 with sum 1.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, or a row of the mask has no True.

    Notes
    -----
    A mask of True and False as in PyTorch: False sets the score to −∞. For entries of mean 0 and variance 1 that are
    independent, q · k has the variance d; with s = 1/√d the score has the variance 1. Chapter:
    ``chapters/practice/applications_language.ipynb#attention-a-weighted-mean-of-values``.

    References
    ----------
    A. Vaswani et al., Attention is all you need, NeurIPS (2017), equation 1.

    Examples
    --------
    >>> print(attention_weights([[1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], scale=1.0).round(4))
    [[0.7311 0.2689]]
    """
    function = "attention_weights"
    q, k, kind = _pair(function, queries, keys)
    return _weights(function, q, k, mask, scale)[0].astype(kind, copy=False)


def attention(queries: Any, keys: Any, values: Any, *, mask: Any = None, scale: float | None = None) -> np.ndarray:
    """Scaled dot-product attention, Y = softmax(s Q Kᵀ) V.

    Parameters
    ----------
    queries : array_like of shape (…, m, d)
        Q, one query in each row.
    keys : array_like of shape (…, n, d)
        K, one key in each row.
    values : array_like of shape (…, n, v)
        V: row j is what key j stands for.
    mask : array_like of booleans, shape (m, n) or (…, m, n), optional
        True where a query may look at a key. Each query needs one.
    scale : float > 0, optional
        s; 1/√d by default.

    Returns
    -------
    ndarray of shape (…, m, v), in the wider type
        Each row is a weighted mean of the values that its query may look at.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, the leading axes differ, or a row of the mask has no True.

    Notes
    -----
    The same numbers in another order of keys and values together. Cost and memory: m · n scores. Derivation:
    ``chapters/practice/applications_language.ipynb#eq-attention-slope``.

    References
    ----------
    A. Vaswani et al., Attention is all you need, NeurIPS (2017), equation 1.

    Examples
    --------
    >>> print(attention([[1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], [[10.0], [20.0]], scale=1.0).round(4))
    [[12.6894]]
    """
    function = "attention"
    q, k, _ = _pair(function, queries, keys)
    v, kind = _values(function, values, k, np.result_type(*map(_kept, (queries, keys))))
    return product(_weights(function, q, k, mask, scale)[0], v).astype(kind, copy=False)


def attention_vjp(
    g: Any, queries: Any, keys: Any, values: Any, *, mask: Any = None, scale: float | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pull the cotangent g back through attention: ∂L/∂V = Pᵀg; with H = softmax_vjp(gVᵀ), ∂L/∂Q = sHK and sHᵀQ for K.

    Otherwise as `attention`.

    Parameters
    ----------
    g : array_like of shape (…, m, v)
        ∂L/∂Y.

    Returns
    -------
    ndarray of Q's shape
        ∂L/∂Q.
    ndarray of K's shape
        ∂L/∂K.
    ndarray of V's shape
        ∂L/∂V.

    Examples
    --------
    >>> dq, dk, dv = attention_vjp([[1.0]], [[0.0]], [[1.0], [-1.0]], [[3.0], [1.0]], scale=1.0)
    >>> print(dq, dk.ravel(), dv.ravel())
    [[1.]] [0. 0.] [0.5 0.5]
    """
    function = "attention_vjp"
    q, k, _ = _pair(function, queries, keys)
    v, kind = _values(function, values, k, np.result_type(*map(_kept, (queries, keys))))
    g = as_array(function, "g", g, shape=(*q.shape[:-1], v.shape[-1])).astype(v.dtype, copy=False)
    weights, scores, s = _weights(function, q, k, mask, scale)
    h = softmax_vjp(product(g, v.swapaxes(-1, -2)).astype(scores.dtype, copy=False), scores)
    slopes = (s * product(h, k), s * product(h.swapaxes(-1, -2), q), product(weights.swapaxes(-1, -2), g))
    return tuple(slope.astype(kind, copy=False) for slope in slopes)  # type: ignore[return-value]


def _kept(values: Any) -> Any:
    kind = np.asarray(values).dtype
    return kind if kind.kind == "f" else np.float64


def _pair(function: str, queries: Any, keys: Any) -> tuple[np.ndarray, np.ndarray, np.dtype]:
    q, k = as_array(function, "queries", queries), as_array(function, "keys", keys)
    if q.ndim < 2:
        raise fail(function, "queries", "of shape (…, m, d)", f"shape {q.shape}", "wrap a single query: q[None]")
    if k.ndim != q.ndim or k.shape[:-2] != q.shape[:-2] or k.shape[-1] != q.shape[-1]:
        expected = "of shape (…, n, d) with the leading axes and the d of queries, " + str(q.shape)
        raise fail(function, "keys", expected, f"shape {k.shape}")
    kind = np.result_type(q, k)
    inner = working(kind)
    return q.astype(inner, copy=False), k.astype(inner, copy=False), kind


def _values(function: str, values: Any, k: np.ndarray, kind: np.dtype) -> tuple[np.ndarray, np.dtype]:
    v = as_array(function, "values", values)
    if v.ndim != k.ndim or v.shape[:-1] != k.shape[:-1]:
        expected = f"of shape (…, n, v) with a row for each key, whose shape is {k.shape}"
        raise fail(function, "values", expected, f"shape {v.shape}")
    kind = np.result_type(v, kind)
    return v.astype(working(kind), copy=False), kind


def _weights(
    function: str, q: np.ndarray, k: np.ndarray, mask: Any, scale: Any
) -> tuple[np.ndarray, np.ndarray, float]:
    """P, the scores with −∞ where the mask is False, and s."""
    s = 1 / math.sqrt(q.shape[-1]) if scale is None else as_scalar(function, "scale", scale, low=0, low_open=True)
    with np.errstate(over="ignore", invalid="ignore"):
        scores = product(s * q, k.swapaxes(-1, -2))
    if not np.isfinite(scores).all():
        raise fail(function, "queries", "of finite scores with all keys", "an overflow", "scale queries or keys")
    if mask is not None:
        allowed = as_array(function, "mask", mask, dtype="any")
        if allowed.dtype.kind != "b":
            hint = "True where a query may look: mask.astype(bool)"
            raise fail(function, "mask", "of booleans", f"dtype {allowed.dtype}", hint, error=TypeError)
        if allowed.shape not in (scores.shape, scores.shape[-2:]):
            raise fail(function, "mask", f"of shape (m, n) = {scores.shape[-2:]}", f"shape {allowed.shape}")
        if not allowed.any(axis=-1).all():
            raise fail(function, "mask", "True somewhere in each row", "a row without True")
        scores = np.where(allowed, scores, -np.inf).astype(scores.dtype, copy=False)
    return softmax(scores), scores, s
