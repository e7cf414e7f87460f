"""Softmax regression: K classes, logits that are linear in the features."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import fail
from dlmath_lib.activations import softmax
from dlmath_lib.linear_models._newton import checked, minimize, no_minimum, with_ones
from dlmath_lib.linear_models.results import LinearClassifier
from dlmath_lib.losses import softmax_cross_entropy_with_logits

__all__ = ["softmax_regression"]


def softmax_regression(
    x: Any, y: Any, *, penalty: float = 0.0, steps: int = 50, tolerance: float = 1e-8
) -> LinearClassifier:
    """The weights W and biases b for which ``−(1/n) Σᵢ log softmax(zᵢ)[yᵢ] + (λ/2) Σ W²`` is least, zᵢ = W xᵢ + b.

    The labels yᵢ are ``y``, the xᵢ are the rows of ``x``, λ is ``penalty``. Also called multinomial logistic
    regression.

    Parameters
    ----------
    x : array_like of shape (n, d)
        The features, one example in each row.
    y : array_like of shape (n,), integers 0 … K − 1
        The labels. Each of the K ≥ 2 classes occurs.
    penalty : float >= 0, default 0
        λ. The biases are not penalised.
    steps : int >= 1, default 50
        The most Newton steps to take.
    tolerance : float >= 0, default 1e-8
        Stop after a step that moved no logit by more than this.

    Returns
    -------
    LinearClassifier
        ``weights`` of shape (K, d) and ``bias`` of shape (K,), in the type of ``x``: of all those with the smallest
        loss, the ones that sum to 0 over the classes. ``loss``, ``steps``, ``converged``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` and ``y`` are not such, or if ``penalty`` is 0 and some step finds weights with which all labels are
        right: then the loss has no minimum.

    Notes
    -----
    Newton's method as in `logistic_regression`. One vector added to all rows of W changes no probability, so that the
    Hessian is singular along such shifts. From W = 0 no step needs to move along them; a positive curvature that is
    added there makes the Hessian invertible and changes no step. Time and memory: K²d² numbers for the Hessian, nK²d²/2
    products for each step. Chapter: ``chapters/networks/linear_classification.ipynb#more-than-two-classes``.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4.

    Examples
    --------
    Without features, the biases give the frequencies of the classes:

    >>> model = softmax_regression(np.zeros((8, 1)), [0, 1, 1, 2, 2, 2, 2, 2])
    >>> print(softmax(model.bias).round(4))
    [0.125 0.25  0.625]
    """
    name = "softmax_regression"
    x, y, penalty, steps, tolerance = checked(name, x, y, penalty, steps, tolerance)
    classes, n = int(y.max()) + 1, len(x)
    missing = np.flatnonzero(np.bincount(y) == 0)
    if classes < 2 or len(missing):
        got = f"no example of class {missing[0]}" if len(missing) else "one class"
        raise fail(name, "y", "labels 0 … K − 1 of two classes or more, each of which occurs", got)
    design = with_ones(x)
    width, hot, rows = design.shape[1], np.eye(classes)[y], np.arange(n)
    shrink = np.full(width, penalty)
    shrink[0] = 0.0  # the biases stay free
    shift = np.diag(np.mean(design**2, axis=0)) / classes  # the curvature that is added along shifts

    def logits_of(theta: np.ndarray) -> np.ndarray:
        return np.asarray(design @ theta.reshape(classes, width).T)

    def loss(theta: np.ndarray) -> float:
        squares = (theta.reshape(classes, width) ** 2).sum(axis=0)
        return float(softmax_cross_entropy_with_logits(logits_of(theta), y).mean() + shrink @ squares / 2)

    def slopes(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        p = softmax(logits_of(theta))
        gradient = (p - hot).T @ design / n + shrink * theta.reshape(classes, width)
        hessian = np.empty((classes, width, classes, width))
        for k in range(classes):
            for m in range(k + 1):
                block = (design.T * (p[:, k] * ((k == m) - p[:, m]))) @ design / n
                hessian[k, :, m] = block + (k == m) * np.diag(shrink) + shift
                hessian[m, :, k] = hessian[k, :, m]  # each block is symmetric
        return gradient.ravel(), hessian.reshape(classes * width, classes * width)

    def separated(theta: np.ndarray) -> bool:
        others = logits_of(theta)
        right = others[rows, y].copy()
        others[rows, y] = -np.inf
        return penalty == 0 and bool((right > others.max(axis=1)).all())

    theta, value, taken, converged = minimize(
        loss, slopes, lambda step: float(abs(logits_of(step)).max()), separated, np.zeros(classes * width),
        steps=steps, tolerance=tolerance,
    )  # fmt: skip
    if separated(theta):
        raise no_minimum(name, f"weights with all {n} labels right after {taken} steps")
    theta = theta.reshape(classes, width)
    return LinearClassifier(theta[:, 1:].astype(x.dtype), theta[:, 0].astype(x.dtype), value, taken, converged)
