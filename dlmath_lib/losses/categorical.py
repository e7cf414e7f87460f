"""The loss of a choice among classes, with labels as indices."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib.losses._shared import as_logits, cross_entropy, cross_entropy_grad, hard_targets, pull_back

__all__ = [
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_grad",
    "softmax_cross_entropy_with_logits_vjp",
]


def softmax_cross_entropy_with_logits(
    logits: Any,
    labels: Any,
    *,
    label_smoothing: float = 0.0,
    class_weights: Any = None,
    ignore_index: int | None = None,
) -> np.ndarray:
    """Cross-entropy of softmax(z) and the labels, −Σₖ wₖ qₖ log pₖ, in nats; without options −log p at the label.

    Parameters
    ----------
    logits : array_like of shape (n, classes)
        z.
    labels : array_like of integers, shape (n,)
        Class indices, counted from 0.
    label_smoothing : float in [0, 1], default 0
        ε: the target distribution is q = (1 − ε) one-hot + ε / classes.
    class_weights : array_like of shape (classes,), optional
        wₖ ≥ 0; all 1 by default.
    ignore_index : int, optional
        Examples with this label have loss and gradient 0.

    Returns
    -------
    ndarray of shape (n,)
        One loss ≥ 0 for each example.

    Raises
    ------
    TypeError, ValueError
        If logits are not finite numbers of shape (n, classes), or labels no class indices in range of shape (n,).

    Notes
    -----
    By log-softmax: finite at ±1000, where the logarithm of softmax is −∞. The mean over examples is that of PyTorch
    without weights; with ``class_weights`` or ``ignore_index`` PyTorch divides the sum by Σ w at the labels that
    count, not by n. Derivation: ``chapters/networks/losses.ipynb#softmax-cross-entropy``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.2.2.3.
    C. Szegedy et al., Rethinking the Inception architecture for computer vision, CVPR (2016): label smoothing.

    Examples
    --------
    >>> print(softmax_cross_entropy_with_logits([[0.0, 0.0], [1000.0, 0.0]], [0, 1]).round(4))
    [6.931e-01 1.000e+03]
    """
    logits = as_logits("softmax_cross_entropy_with_logits", logits)
    t = hard_targets("softmax_cross_entropy_with_logits", logits, labels, label_smoothing, class_weights, ignore_index)
    return cross_entropy(logits, t)


def softmax_cross_entropy_with_logits_grad(
    logits: Any,
    labels: Any,
    *,
    label_smoothing: float = 0.0,
    class_weights: Any = None,
    ignore_index: int | None = None,
) -> np.ndarray:
    """Gradient with respect to the logits, p Σₖ tₖ − t with t = w ⊙ q; without options p − one-hot.

    Otherwise as `softmax_cross_entropy_with_logits`.

    Returns
    -------
    ndarray of logits' shape and dtype
        Row i is the gradient of example i's loss.

    Examples
    --------
    >>> print(softmax_cross_entropy_with_logits_grad([[0.0, 0.0], [1000.0, 0.0]], [0, 1]))
    [[-0.5  0.5]
     [ 1.  -1. ]]
    """
    logits = as_logits("softmax_cross_entropy_with_logits_grad", logits)
    t = hard_targets(
        "softmax_cross_entropy_with_logits_grad", logits, labels, label_smoothing, class_weights, ignore_index
    )
    return cross_entropy_grad(logits, t)


def softmax_cross_entropy_with_logits_vjp(
    g: Any,
    logits: Any,
    labels: Any,
    *,
    label_smoothing: float = 0.0,
    class_weights: Any = None,
    ignore_index: int | None = None,
) -> np.ndarray:
    """Pull the cotangent g back through softmax_cross_entropy_with_logits: gᵢ ∂lossᵢ/∂logitsᵢ.

    Otherwise as `softmax_cross_entropy_with_logits`.

    Parameters
    ----------
    g : array_like of shape (n,)
        Cotangent: ∂L/∂lossᵢ; 1/n for the mean.

    Returns
    -------
    ndarray of logits' shape and dtype
        ∂L/∂logits. Labels are data and get none.

    Examples
    --------
    >>> print(softmax_cross_entropy_with_logits_vjp([0.5, 0.5], [[0.0, 0.0], [1000.0, 0.0]], [0, 1]))
    [[-0.25  0.25]
     [ 0.5  -0.5 ]]
    """
    name = "softmax_cross_entropy_with_logits_vjp"
    logits = as_logits(name, logits)
    t = hard_targets(name, logits, labels, label_smoothing, class_weights, ignore_index)
    return pull_back(name, g, cross_entropy_grad(logits, t))
