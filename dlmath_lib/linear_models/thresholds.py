"""What each threshold on a score costs and brings."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, fail

__all__ = ["roc_curve"]


def roc_curve(scores: Any, labels: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``FPR(t) = #{score ≥ t, y = 0} / #{y = 0}`` and ``TPR(t) = #{score ≥ t, y = 1} / #{y = 1}`` for each threshold.

    The scores are ``scores``, the labels y are ``labels``. TPR is also called recall or sensitivity, 1 − FPR
    specificity; the curve of TPR over FPR is the receiver operating characteristic (ROC).

    Parameters
    ----------
    scores : array_like of shape (n,)
        The higher, the more an example looks like class 1: a probability or a logit.
    labels : array_like of shape (n,), integers 0 and 1
        The true classes, both of which occur.

    Returns
    -------
    tuple of three ndarrays of shape (m,)
        FPR, TPR and the thresholds t: infinity first (no example is called 1), then each different score, falling.

    Raises
    ------
    TypeError, ValueError
        If the arguments are not such.

    Notes
    -----
    The area under the curve, by trapezoids, is the share of pairs of a positive and a negative example in which the
    positive one has the higher score, ties counted half. Chapter:
    ``chapters/networks/linear_classification.ipynb#thresholds-and-costs``.

    References
    ----------
    T. Fawcett, An introduction to ROC analysis (2006).

    Examples
    --------
    >>> fpr, tpr, thresholds = roc_curve([0.9, 0.8, 0.3, 0.1], [1, 0, 1, 0])
    >>> print(fpr, tpr, thresholds)
    [0.  0.  0.5 0.5 1. ] [0.  0.5 0.5 1.  1. ] [inf 0.9 0.8 0.3 0.1]
    """
    name = "roc_curve"
    scores = as_array(name, "scores", scores, ndim=1)
    labels = as_array(name, "labels", labels, ndim=1, dtype="integer")
    if labels.shape != scores.shape:
        raise fail(name, "labels", f"of the shape of scores, {scores.shape}", str(labels.shape))
    if sorted(set(labels.tolist())) != [0, 1]:
        raise fail(name, "labels", "0 and 1, each of which occurs", f"{sorted(set(labels.tolist()))[:4]}")
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], np.cumsum(labels[order])
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)  # equal scores pass a threshold together
    tpr = np.append(0, hits[last]) / hits[-1]
    fpr = np.append(0, last + 1 - hits[last]) / (len(ranked) - hits[-1])
    return fpr, tpr, np.append(np.inf, ranked[last].astype(np.float64))
