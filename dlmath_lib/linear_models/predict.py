"""The probabilities that a linear classifier gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, fail
from dlmath_lib.activations import sigmoid, softmax

__all__ = ["predict_probability"]


def predict_probability(x: Any, weights: Any, bias: Any) -> np.ndarray:
    """P(y = 1 | x) = σ(w · x + b) for each row of ``x``; with a row of ``weights`` for each class, softmax(W x + b).

    Parameters
    ----------
    x : array_like of shape (n, d)
        The features, one example in each row.
    weights : array_like of shape (d,) or (K, d)
        w, or W.
    bias : array_like of shape () or (K,)
        b.

    Returns
    -------
    ndarray of shape (n,) or (n, K)
        The probability of class 1, or those of all K classes.

    Raises
    ------
    TypeError, ValueError
        If an argument is not real, finite and of these shapes.

    Notes
    -----
    Chapter: ``chapters/networks/linear_classification.ipynb#eq-logistic``.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning (2006), sections 4.3.2 and 4.3.4.

    Examples
    --------
    >>> print(predict_probability([[0.0], [2.0]], [np.log(3)], 0.0).round(4))
    [0.5 0.9]
    """
    name = "predict_probability"
    x = as_array(name, "x", x, ndim=2)
    weights = as_array(name, "weights", weights, ndim=(1, 2))
    bias = as_array(name, "bias", bias, shape=weights.shape[:-1])
    if weights.shape[-1] != x.shape[1]:
        got = f"shape {weights.shape} for x of shape {x.shape}"
        raise fail(name, "weights", "of one column for each feature", got)
    kind = np.result_type(x, weights, bias)
    wide = np.result_type(kind, np.float64)
    logits = x.astype(wide) @ weights.astype(wide).T + bias
    return np.asarray((sigmoid if weights.ndim == 1 else softmax)(logits), dtype=kind)
