"""The share of right answers, and which classes are taken for which."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail
from dlmath_lib.losses._shared import as_labels

__all__ = ["accuracy", "confusion_matrix"]


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
        If labels are not class indices of shape (n,) in range, or scores have one column, or are numbers of shape (n,)
        that are no indices.

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
    one_answer = "for one logit pass (logits > 0).astype(int), of shape (n,)"
    if scores.ndim == 2:
        if scores.shape[1] < 2 or scores.dtype.kind == "c":
            expected = "real numbers of shape (n, classes) with at least 2 classes, or class indices"
            raise fail("accuracy", "scores", expected, f"{scores.dtype} of shape {scores.shape}", one_answer)
        labels = as_labels("accuracy", labels, *scores.shape)
        return float(np.mean(scores.argmax(axis=1) == labels))
    if scores.dtype.kind not in "iu":
        expected = "of shape (n, classes), or class indices"
        raise fail("accuracy", "scores", expected, f"dtype {scores.dtype}", one_answer)
    indices = as_array("accuracy", "labels", labels, dtype="any")
    classes = 1 + int(max(scores.max(), indices.max()))
    predicted = as_labels("accuracy", scores, len(scores), classes, argument="scores")
    return float(np.mean(predicted == as_labels("accuracy", indices, len(scores), classes)))


def confusion_matrix(predicted: Any, labels: Any, *, classes: int) -> np.ndarray:
    """How often each class was taken for which, C[i, j] = #{examples of the true class i that were called j}.

    Parameters
    ----------
    predicted : array_like of integers, shape (n,)
        The predicted class indices.
    labels : array_like of integers, shape (n,)
        The true class indices.
    classes : int >= 1
        The number of classes.

    Returns
    -------
    ndarray of integers, shape (classes, classes)
        Rows are true classes, columns predicted ones. The diagonal counts the right answers; its sum over n is the
        accuracy.

    Raises
    ------
    TypeError, ValueError
        If predicted or labels are not class indices of shape (n,) in range.

    Notes
    -----
    scikit-learn has rows and columns the same way round; other books transpose them. Used in
    ``chapters/networks/training_a_network.ipynb``.

    References
    ----------
    scikit-learn's ``confusion_matrix``.

    Examples
    --------
    >>> print(confusion_matrix([0, 1, 1, 1], [0, 0, 1, 1], classes=2))
    [[1 1]
     [0 2]]
    """
    classes = int(as_scalar("confusion_matrix", "classes", classes, low=1, integer=True))
    predicted = as_array("confusion_matrix", "predicted", predicted, ndim=1, dtype="any")
    predicted = as_labels("confusion_matrix", predicted, len(predicted), classes, argument="predicted")
    labels = as_labels("confusion_matrix", labels, len(predicted), classes)
    return np.bincount(classes * labels + predicted, minlength=classes**2).reshape(classes, classes)
