"""The affine layer, forward and backward. Batches are rows: Z = X Wᵀ + b with W of shape (out, in).

Derived in ``chapters/networks/neurons_and_layers.ipynb`` (forward) and
``chapters/networks/backpropagation_in_matrices.ipynb``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import product, total
from dlmath_lib._validate import as_array, fail

__all__ = ["affine", "affine_vjp"]


def affine(x: Any, weight: Any, bias: Any) -> np.ndarray:
    """The affine map of every row, Z = X Wᵀ + 1 bᵀ; for one example as a column, z = W x + b.

    Parameters
    ----------
    x : array_like of shape (n, in)
        X, one example in each row.
    weight : array_like of shape (out, in)
        W; row j holds the weights of output j.
    bias : array_like of shape (out,)
        b.

    Returns
    -------
    ndarray of shape (n, out)
        Z, the pre-activations.

    Raises
    ------
    TypeError, ValueError
        If one is not made of finite real numbers, is empty, or its shape does not fit the others.

    Notes
    -----
    An affine map, linear only if b = 0. Derivation:
    ``chapters/networks/neurons_and_layers.ipynb#from-neuron-to-layer``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.1.

    Examples
    --------
    >>> print(affine([[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0], [7.0, 8.0]], [0.0, 0.0, 1.0]))
    [[11. 17. 24.]]
    """
    x, weight, bias = _as_affine("affine", x, weight, bias)
    return product(x, weight.T) + bias


def affine_vjp(g: Any, x: Any, weight: Any, bias: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pull the cotangent G back through the affine map: G W, Gᵀ X and Gᵀ 1, the sum of the rows of G.

    Otherwise as `affine`.

    Parameters
    ----------
    g : array_like of shape (n, out)
        G = ∂L/∂Z; backpropagation calls it δ.
    bias : array_like of shape (out,)
        b; only its shape matters.

    Returns
    -------
    ndarray of shape (n, in)
        ∂L/∂X = G W.
    ndarray of shape (out, in)
        ∂L/∂W = Gᵀ X, summed over the examples.
    ndarray of shape (out,)
        ∂L/∂b = Gᵀ 1.

    Notes
    -----
    Sums, not means: the 1/n of a mean loss comes with g. Derivation:
    ``chapters/networks/backpropagation_in_matrices.ipynb#batches``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.4, algorithm 6.4.

    Examples
    --------
    >>> dx, dweight, dbias = affine_vjp([[1.0, 10.0]], [[2.0, 3.0]], [[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])
    >>> print(dx, dweight.tolist(), dbias)
    [[ 1. 10.]] [[2.0, 3.0], [20.0, 30.0]] [ 1. 10.]
    """
    x, weight, bias = _as_affine("affine_vjp", x, weight, bias)
    g = as_array("affine_vjp", "g", g, shape=(len(x), len(bias)), cast=np.result_type(x, weight, bias))
    dx, dweight, dbias = product(g, weight), product(g.T, x), total(g, 0)
    return (
        dx.astype(x.dtype, copy=False),
        dweight.astype(weight.dtype, copy=False),
        dbias.astype(bias.dtype, copy=False),
    )


def _as_affine(function: str, x: Any, weight: Any, bias: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x = as_array(function, "x", x, ndim=2)
    weight = as_array(function, "weight", weight, ndim=2)
    bias = as_array(function, "bias", bias)
    out, width = weight.shape
    if width != x.shape[1]:
        hint = "weights are (out, in) here: transpose it" if out == x.shape[1] else ""
        raise fail(function, "weight", f"of shape (out, in) = (out, {x.shape[1]})", str(weight.shape), hint)
    if bias.shape != (out,):
        hint = "flatten it: .ravel()" if bias.size == out else ""
        raise fail(function, "bias", f"of shape (out,) = ({out},)", str(bias.shape), hint)
    return x, weight, bias
