"""Dropout: entries are set to zero at random in training, and the others grow so that the expectation stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_dtype, as_generator, as_scalar, fail

__all__ = ["dropout", "dropout_mask", "dropout_vjp"]


def dropout_mask(shape: Sequence[int], rate: float, *, rng: np.random.Generator, dtype: Any = np.float64) -> np.ndarray:
    """A mask of dropout, m = 0 with probability p and m = 1 / (1 − p) otherwise, independent in every entry: E[m] = 1.

    Parameters
    ----------
    shape : sequence of positive ints
        The shape of what is masked. An axis of length 1 is one draw for the whole axis: ``(n, channels, 1, 1)`` drops
        whole channels of images.
    rate : float in [0, 1)
        p, the probability with which an entry is dropped.
    rng : numpy.random.Generator
        Where the draws come from.
    dtype : float16, float32 or float64, default float64
        Type of the mask.

    Returns
    -------
    ndarray of this shape and dtype
        m, made of 0 and 1 / (1 − p).

    Raises
    ------
    TypeError, ValueError
        If shape, rate, rng or dtype is not such; a rate of 1 would drop everything and divide by 0.

    Notes
    -----
    Inverted dropout: the source multiplies by 1 − p in evaluation instead (section 4 and figure 2), with the same
    expectations. Derivation: ``chapters/regularization/dropout.ipynb#the-mask``.

    References
    ----------
    N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, Dropout: a simple way to prevent neural
    networks from overfitting, JMLR 15 (2014).

    Examples
    --------
    >>> mask = dropout_mask((2, 5), 0.5, rng=np.random.default_rng(0))
    >>> print(np.unique(mask))
    [0. 2.]
    """
    function = "dropout_mask"
    if isinstance(shape, str) or not isinstance(shape, Sequence):
        raise fail(function, "shape", "a tuple of ints", type(shape).__name__, error=TypeError)
    sizes = tuple(int(as_scalar(function, f"shape[{i}]", n, low=1, integer=True)) for i, n in enumerate(shape))
    rate = as_scalar(function, "rate", rate, low=0, high=1, high_open=True)
    rng, dtype = as_generator(function, "rng", rng), as_dtype(function, "dtype", dtype)
    kept = rng.random(sizes, dtype=np.float32 if dtype != np.float64 else np.float64) >= rate
    with np.errstate(over="ignore"):
        scale = np.asarray(1 / (1 - rate), dtype)
    if not np.isfinite(scale):
        raise fail(function, "rate", f"such that 1 / (1 − rate) is a number of {dtype}", f"{rate!r}")
    return kept * scale


def dropout(x: Any, mask: Any) -> np.ndarray:
    """Dropout in training, y = m ⊙ x, with the mask m of `dropout_mask`. In evaluation dropout is the identity, y = x.

    Parameters
    ----------
    x : array_like of any shape
        Activations.
    mask : array_like of x's shape; axes may have length 1
        m, none of it negative.

    Returns
    -------
    ndarray of x's shape and dtype
        y.

    Raises
    ------
    TypeError, ValueError
        If one is not made of finite real numbers, is empty, the mask is negative somewhere or its shape does not fit.

    Notes
    -----
    The mask is an argument, so that forward and backward pass have the same one and a derivative exists. Derivation:
    ``chapters/regularization/dropout.ipynb#the-mask``.

    References
    ----------
    N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, Dropout: a simple way to prevent neural
    networks from overfitting, JMLR 15 (2014).

    Examples
    --------
    >>> print(dropout([[1.0, 2.0, 3.0]], [[2.0, 0.0, 2.0]]))
    [[2. 0. 6.]]
    """
    return _masked("dropout", "x", x, *_as_masked("dropout", x, mask))


def dropout_vjp(g: Any, x: Any, mask: Any) -> np.ndarray:
    """Pull the cotangent g back through dropout, m ⊙ g, with the mask m of the forward pass.

    Otherwise as `dropout`.

    Parameters
    ----------
    g : array_like of x's shape
        ∂L/∂y.
    x : array_like of any shape
        Activations; only shape and type matter.

    Returns
    -------
    ndarray of x's shape and dtype
        ∂L/∂x. The mask is a draw and has no gradient.

    Examples
    --------
    >>> print(dropout_vjp([[1.0, 1.0, 5.0]], [[1.0, 2.0, 3.0]], [[2.0, 0.0, 2.0]]))
    [[ 2.  0. 10.]]
    """
    x, mask = _as_masked("dropout_vjp", x, mask)
    return _masked("dropout_vjp", "g", as_array("dropout_vjp", "g", g, shape=x.shape, cast=x.dtype), x, mask)


def _as_masked(function: str, x: Any, mask: Any) -> tuple[np.ndarray, np.ndarray]:
    x = as_array(function, "x", x)
    mask = as_array(function, "mask", mask, cast=x.dtype)
    if (mask < 0).any():
        raise fail(function, "mask", "≥ 0", f"{mask.min():g}")
    if mask.ndim != x.ndim or not all(m in (1, n) for m, n in zip(mask.shape, x.shape, strict=True)):
        raise fail(function, "mask", f"of x's shape {x.shape}, or 1 where an axis shares one draw", str(mask.shape))
    return x, mask


def _masked(function: str, argument: str, values: Any, x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    values = as_array(function, argument, values)
    with np.errstate(over="ignore"):
        result = np.asarray(values * mask)
    if not np.isfinite(result).all():
        raise fail(function, argument, f"such that mask * {argument} is a number of {x.dtype}", "one beyond its range")
    return result
