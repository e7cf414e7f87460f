"""The loss of a choice among classes, with a distribution as target."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import total
from dlmath_lib._validate import as_array, fail
from dlmath_lib.losses._shared import HARD, as_class_weights, as_logits, cross_entropy, cross_entropy_grad, pull_back

__all__ = [
    "softmax_cross_entropy_with_soft_labels",
    "softmax_cross_entropy_with_soft_labels_grad",
    "softmax_cross_entropy_with_soft_labels_vjp",
]


def softmax_cross_entropy_with_soft_labels(logits: Any, probabilities: Any, *, class_weights: Any = None) -> np.ndarray:
    """Cross-entropy of softmax(z) and target distributions q, −Σₖ wₖ qₖ log pₖ, in nats.

    Parameters
    ----------
    logits : array_like of shape (n, classes)
        z.
    probabilities : array_like of shape (n, classes)
        q: each row ≥ 0 with sum 1.
    class_weights : array_like of shape (classes,), optional
        wₖ ≥ 0; all 1 by default.

    Returns
    -------
    ndarray of shape (n,)
        One loss ≥ 0 for each example.

    Raises
    ------
    TypeError, ValueError
        If logits are not finite numbers of shape (n, classes), or the rows of probabilities no distributions of that
        shape: class indices are refused.

    Notes
    -----
    By log-softmax, finite at ±1000. Without weights it is at least the entropy of q, reached where p = q, which takes
    all qₖ > 0. Derivation: ``chapters/networks/losses.ipynb#softmax-cross-entropy``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.2.2.3.

    Examples
    --------
    >>> print(softmax_cross_entropy_with_soft_labels([[0.0, 0.0]], [[0.5, 0.5]]).round(4))
    [0.6931]
    """
    logits = as_logits("softmax_cross_entropy_with_soft_labels", logits)
    t = _targets("softmax_cross_entropy_with_soft_labels", logits, probabilities) * as_class_weights(
        "softmax_cross_entropy_with_soft_labels", class_weights, logits
    )
    return cross_entropy(logits, t)


def softmax_cross_entropy_with_soft_labels_grad(
    logits: Any, probabilities: Any, *, class_weights: Any = None
) -> np.ndarray:
    """Gradient with respect to the logits, p Σₖ tₖ − t with t = w ⊙ q; without weights p − q.

    Otherwise as `softmax_cross_entropy_with_soft_labels`.

    Returns
    -------
    ndarray of logits' shape and dtype
        Row i is the gradient of example i's loss.

    Examples
    --------
    >>> print(softmax_cross_entropy_with_soft_labels_grad([[0.0, 0.0]], [[0.75, 0.25]]))
    [[-0.25  0.25]]
    """
    logits = as_logits("softmax_cross_entropy_with_soft_labels_grad", logits)
    t = _targets("softmax_cross_entropy_with_soft_labels_grad", logits, probabilities) * as_class_weights(
        "softmax_cross_entropy_with_soft_labels_grad", class_weights, logits
    )
    return cross_entropy_grad(logits, t)


def softmax_cross_entropy_with_soft_labels_vjp(
    g: Any, logits: Any, probabilities: Any, *, class_weights: Any = None
) -> np.ndarray:
    """Pull the cotangent g back through softmax_cross_entropy_with_soft_labels: gᵢ ∂lossᵢ/∂logitsᵢ.

    Otherwise as `softmax_cross_entropy_with_soft_labels`.

    Parameters
    ----------
    g : array_like of shape (n,)
        Cotangent: ∂L/∂lossᵢ; 1/n for the mean.

    Returns
    -------
    ndarray of logits' shape and dtype
        ∂L/∂logits. Targets are data and get none.

    Examples
    --------
    >>> print(softmax_cross_entropy_with_soft_labels_vjp([2.0], [[0.0, 0.0]], [[0.75, 0.25]]))
    [[-0.5  0.5]]
    """
    name = "softmax_cross_entropy_with_soft_labels_vjp"
    logits = as_logits(name, logits)
    t = _targets(name, logits, probabilities) * as_class_weights(name, class_weights, logits)
    return pull_back(name, g, cross_entropy_grad(logits, t))


def _targets(function: str, logits: np.ndarray, probabilities: Any) -> np.ndarray:
    probabilities = as_array(function, "probabilities", probabilities)
    if probabilities.shape != logits.shape:
        hint = f"for class indices use {HARD}" if probabilities.shape == logits.shape[:1] else ""
        raise fail(function, "probabilities", f"of shape (n, classes) = {logits.shape}", str(probabilities.shape), hint)
    if probabilities.min() < 0:
        raise fail(function, "probabilities", "≥ 0", f"{probabilities.min():g}")
    sums = total(probabilities, 1)
    off = np.abs(sums - 1)
    if off.max() > max(1e-6, 8 * float(np.finfo(probabilities.dtype).eps)):
        at = int(off.argmax())
        raise fail(function, "probabilities", "rows with sum 1", f"{sums[at]:g} in row {at}", "divide by the sum")
    return probabilities.astype(logits.dtype, copy=False)
