"""What the losses share: pairs of predictions and targets, one value for each example, and the labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import total
from dlmath_lib._validate import as_array, as_scalar, fail, same_shape
from dlmath_lib.activations import log_softmax, softmax

SOFT = "softmax_cross_entropy_with_soft_labels"
HARD = "softmax_cross_entropy_with_logits"


def as_pair(function: str, name: str, prediction: Any, target: Any) -> tuple[np.ndarray, np.ndarray]:
    """Predictions and targets of one shape, (n,) or (n, k); the target in the prediction's dtype."""
    prediction = as_array(function, name, prediction, ndim=(1, 2))
    target = as_array(function, "target", target, cast=prediction.dtype)
    same_shape(function, {name: prediction, "target": target})
    return prediction, target


def per_example(values: np.ndarray) -> np.ndarray:
    """Sum over the outputs of each example."""
    return values if values.ndim == 1 else total(values, 1).astype(values.dtype)


def pull_back(function: str, g: Any, gradient: np.ndarray) -> np.ndarray:
    """gᵢ ∂lossᵢ/∂predictionᵢ: each example's loss depends on its own prediction only."""
    g = as_array(function, "g", g, shape=(len(gradient),), cast=gradient.dtype)
    return g.reshape((-1,) + (1,) * (gradient.ndim - 1)) * gradient


def as_logits(function: str, logits: Any) -> np.ndarray:
    logits = as_array(function, "logits", logits, ndim=2)
    if logits.shape[1] < 2:
        hint = "for one logit use binary_cross_entropy_with_logits"
        raise fail(function, "logits", "of shape (n, classes) with at least 2 classes", str(logits.shape), hint)
    return logits


def as_labels(
    function: str,
    labels: Any,
    examples: int,
    classes: int,
    *,
    ignore_index: int | None = None,
    argument: str = "labels",
) -> np.ndarray:
    """Class indices of shape (n,), each in 0 … classes − 1 or ``ignore_index``; the caller calls them ``argument``.

    They come back in NumPy's index type: sums and products of small labels would wrap around in their own.
    """
    labels = as_array(function, argument, labels, dtype="any")
    if labels.shape != (examples,):
        hint = ""
        if labels.shape == (examples, 1):
            hint = f"flatten it: {argument}.ravel()"
        elif labels.shape == (examples, classes):
            one_hot = np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()
            hint = f"pass {argument}.argmax(1) for one-hot rows" if one_hot else f"for soft labels use {SOFT}"
        raise fail(function, argument, f"class indices of shape (n,) = ({examples},)", str(labels.shape), hint)
    labels = as_array(function, argument, labels, dtype="integer")
    wrong = (labels < 0) | (labels >= classes)
    if ignore_index is not None:
        wrong &= labels != ignore_index
    if wrong.any():
        at = int(np.argmax(wrong))
        from_one = labels.min() == 1 and labels.max() == classes
        hint = "classes are counted from 0: subtract 1" if from_one else ""
        raise fail(
            function, argument, f"in 0 … {classes - 1} for {classes} classes", f"{labels[at]} at index {at}", hint
        )
    return labels.astype(np.intp, copy=False)


def as_class_weights(function: str, class_weights: Any, logits: np.ndarray) -> np.ndarray:
    """The weights in their own type: one that is too large for float16 does no harm where it multiplies 0."""
    if class_weights is None:
        return np.ones(logits.shape[1], logits.dtype)
    class_weights = as_array(function, "class_weights", class_weights, shape=(logits.shape[1],))
    if (class_weights < 0).any():
        raise fail(function, "class_weights", "all ≥ 0", f"{class_weights.min():g}")
    return class_weights


def hard_targets(
    function: str, logits: np.ndarray, labels: Any, label_smoothing: float, class_weights: Any, ignore_index: Any
) -> np.ndarray:
    """The matrix t of shape (n, classes) for which the loss is −Σₖ tₖ log pₖ."""
    examples, classes = logits.shape
    smoothing = as_scalar(function, "label_smoothing", label_smoothing, low=0, high=1)
    if ignore_index is not None:
        ignore_index = int(as_scalar(function, "ignore_index", ignore_index, integer=True))
    labels = as_labels(function, labels, examples, classes, ignore_index=ignore_index)
    kept = np.ones(examples, bool) if ignore_index is None else labels != ignore_index
    t = np.full(logits.shape, smoothing / classes, logits.dtype)
    rows = np.flatnonzero(kept)
    t[rows, labels[rows]] += 1 - smoothing
    t[~kept] = 0
    return t * as_class_weights(function, class_weights, logits)


def cross_entropy(logits: np.ndarray, t: np.ndarray) -> np.ndarray:
    log_p = log_softmax(logits)
    # Where t is 0 the loss has no term: 0 · (−∞) would be NaN. + 0.0: an ignored example has the loss 0, not −0.
    terms = np.multiply(t, log_p, where=t > 0, out=np.zeros_like(t))
    return (-total(terms, 1) + 0.0).astype(logits.dtype)


def cross_entropy_grad(logits: np.ndarray, t: np.ndarray) -> np.ndarray:
    return (softmax(logits) * total(t, 1, keepdims=True).astype(t.dtype) - t).astype(logits.dtype, copy=False)


def value_and_grad_by_labels(logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Loss and gradient of plain softmax cross-entropy, and the largest logit's place: what training calls.

    The numbers of `log_softmax`, with one exponential less; nothing is checked.
    """
    rows, peaks = np.arange(len(logits)), logits.argmax(axis=1)
    with np.errstate(over="ignore"):
        log_p = logits - logits[rows, peaks][:, None]
    others = np.exp(log_p)
    others[rows, peaks] = 0
    log_p -= np.log1p(total(others, 1, keepdims=True)).astype(log_p.dtype)
    gradient = np.exp(log_p)
    gradient[rows, labels] -= 1
    return -log_p[rows, labels], gradient, peaks
