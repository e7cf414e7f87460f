"""Naive Bayes for counts: a linear classifier whose weights are logarithms of frequencies."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail

__all__ = ["naive_bayes"]


def naive_bayes(counts: Any, labels: Any, *, smoothing: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial naive Bayes: log-probabilities of words, W[k, j] = log((Nₖⱼ + a) / Σⱼ(Nₖⱼ + a)), and of classes.

    The logit of class k is ``W[k] · x + b[k]``, with x the counts of a text and b[k] the logarithm of the share of the
    class among ``labels``.

    Parameters
    ----------
    counts : array_like of shape (n, d), each ≥ 0
        How often each of d words stands in each of n texts. Nₖⱼ is the sum of column j over the texts of class k.
    labels : array_like of integers, shape (n,)
        The class of each text, 0 … K − 1, each at least once.
    smoothing : float > 0, default 1
        a, added to each Nₖⱼ (Laplace's rule for a = 1): a word that a class has not shown keeps a probability.

    Returns
    -------
    weights : ndarray of shape (K, d)
        W, in nats; the exponentials of each row sum to 1.
    bias : ndarray of shape (K,)
        b.

    Raises
    ------
    TypeError, ValueError
        If the arguments are not such, or a class between 0 and the largest has no text.

    Notes
    -----
    Words of a text are taken for independent draws from the class's law. The posterior is softmax of the logits.
    Derivation:
    ``chapters/practice/applications_language.ipynb#eq-log-odds-of-words``.

    References
    ----------
    P. Domingos, M. Pazzani, On the optimality of the simple Bayesian classifier under zero-one loss, Machine Learning
    29 (1997).

    Examples
    --------
    >>> weights, bias = naive_bayes([[2, 0], [0, 1]], [0, 1])
    >>> print(np.exp(weights).round(3), bias.round(3))
    [[0.75  0.25 ]
     [0.333 0.667]] [-0.693 -0.693]
    """
    function = "naive_bayes"
    x = as_array(function, "counts", counts, ndim=2)
    if x.min() < 0:
        raise fail(function, "counts", "≥ 0", f"{x.min():g}", "counts, not centred features")
    y = as_array(function, "labels", labels, dtype="integer", shape=(len(x),))
    a = as_scalar(function, "smoothing", smoothing, low=0, low_open=True)
    if y.min() < 0:
        raise fail(function, "labels", "≥ 0", str(y.min()), "classes are counted from 0")
    sizes = np.bincount(y)
    if (sizes == 0).any():
        missing = int(np.argmin(sizes))
        raise fail(function, "labels", f"0 … {len(sizes) - 1}, each at least once", f"no {missing}")
    totals = np.stack([x[y == k].sum(axis=0, dtype=np.float64) for k in range(len(sizes))]) + a
    with np.errstate(over="ignore"):
        sums = totals.sum(axis=1, keepdims=True)
    if not np.isfinite(sums).all():
        raise fail(function, "counts", "of finite sums", "an overflow")
    bias = np.log(sizes) - np.log(len(y))
    return (np.log(totals) - np.log(sums)).astype(x.dtype), bias.astype(x.dtype)
