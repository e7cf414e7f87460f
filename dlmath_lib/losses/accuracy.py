"""The share of right answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, fail
from dlmath_lib.losses._shared import as_labels

__all__ = ["accuracy"]


def accuracy(scores: Any, labels: Any) -> float:
    """The share of examples whose highest score is at the true class, (1/n) Σᵢ [argmaxₖ scoresᵢₖ = labelsᵢ].

    Parameters
    ----------
    scores : array_like of shape (n, classes), or integers of shape (n,)
        Logits or probabilities; or the predicted class indices themselves.
    labels : array_like of integers, shape (n,)
        The true class indices.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    TypeError, ValueError
        If labels are not class indices of shape (n,) in range, or scores are numbers of shape (n,) that are no indices.

    Notes
    -----
    Of equal highest scores the first counts. It has no useful gradient (0 almost everywhere): that is why a loss is
    minimised in its place. Chapter: networks/losses.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 5.1.2.

    Examples
    --------
    >>> accuracy([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]], [0, 1, 1])
    0.6666666666666666
    """
    scores = as_array("accuracy", "scores", scores, ndim=(1, 2), dtype="any")
    if scores.ndim == 2:
        labels = as_labels("accuracy", labels, *scores.shape)
        return float(np.mean(scores.argmax(axis=1) == labels))
    if scores.dtype.kind not in "iu":
        hint = "for one logit pass (logits > 0).astype(int)"
        raise fail("accuracy", "scores", "of shape (n, classes), or class indices", f"dtype {scores.dtype}", hint)
    classes = int(max(scores.max(), np.max(labels))) + 1
    labels = as_labels("accuracy", labels, len(scores), classes)
    return float(np.mean(scores == labels))
