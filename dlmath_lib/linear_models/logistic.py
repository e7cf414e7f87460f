"""Logistic regression: two classes, log-odds that are linear in the features."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import fail
from dlmath_lib.activations import sigmoid
from dlmath_lib.linear_models._newton import checked, minimize, no_minimum, with_ones
from dlmath_lib.linear_models.results import LinearClassifier
from dlmath_lib.losses import binary_cross_entropy_with_logits

__all__ = ["logistic_regression"]


def logistic_regression(
    x: Any, y: Any, *, penalty: float = 0.0, steps: int = 50, tolerance: float = 1e-8
) -> LinearClassifier:
    """The weights w and the bias b for which ``(1/n) Σᵢ [log(1 + exp(zᵢ)) − yᵢ zᵢ] + (λ/2) ‖w‖²`` is least.

    The logits are ``zᵢ = w · xᵢ + b`` with xᵢ the rows of ``x``, and λ is ``penalty``. The model is
    P(y = 1 | x) = σ(w · x + b), and the loss its mean negative log-likelihood.

    Parameters
    ----------
    x : array_like of shape (n, d)
        The features, one example in each row.
    y : array_like of shape (n,), integers 0 and 1
        The labels.
    penalty : float >= 0, default 0
        λ. The bias is not penalised.
    steps : int >= 1, default 50
        The most Newton steps to take.
    tolerance : float >= 0, default 1e-8
        Stop after a step that moved no logit by more than this.

    Returns
    -------
    LinearClassifier
        ``weights`` of shape (d,) and ``bias`` of shape (), in the type of ``x``; ``loss``, ``steps``, ``converged``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` and ``y`` are not such, or if ``penalty`` is 0 and some step finds a hyperplane that has all labels
        right: then the loss has no minimum.

    Notes
    -----
    Newton's method from w = 0, b = 0, in float64: each step solves ``(AᵀSA/n + λ) s = −gradient`` with A = [1 x] and
    S = diag(p(1 − p)), and is halved until the loss falls by a quarter of what its slope promises. If columns of A are
    linearly dependent and λ = 0, many weights have the smallest loss; each step is then the shortest. Classes that
    touch in a hyperplane without crossing it (quasi-separated) have no minimum either. There the steps do not become
    shorter: they run out, and ``converged`` is False. In scikit-learn's ``LogisticRegression`` C is 1/(nλ). Chapter:
    ``chapters/networks/linear_classification.ipynb#implementation``.

    References
    ----------
    T. Hastie, R. Tibshirani, J. Friedman, The Elements of Statistical Learning (2009), section 4.4.1.

    Examples
    --------
    Three of four are right at x = 1, one of four at x = 0: the odds are 3 and 1/3.

    >>> x = np.array([[0.0], [0], [0], [0], [1], [1], [1], [1]])
    >>> model = logistic_regression(x, [0, 0, 0, 1, 0, 1, 1, 1])
    >>> print(np.exp(model.bias).round(4), np.exp(model.weights).round(4))
    0.3333 [9.]
    """
    name = "logistic_regression"
    x, y, penalty, steps, tolerance = checked(name, x, y, penalty, steps, tolerance)
    if y.max() > 1:
        hint = "softmax_regression takes more than two classes"
        raise fail(name, "y", "0 or 1", f"{y.max()}", hint)
    design, n = with_ones(x), len(x)
    shrink = np.full(design.shape[1], penalty)
    shrink[0] = 0.0  # the bias stays free

    def loss(theta: np.ndarray) -> float:
        logits = design @ theta
        return float(binary_cross_entropy_with_logits(logits, y).mean() + shrink @ theta**2 / 2)

    def slopes(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        p = sigmoid(design @ theta)
        gradient = design.T @ (p - y) / n + shrink * theta
        return gradient, (design.T * (p * (1 - p))) @ design / n + np.diag(shrink)

    def separated(theta: np.ndarray) -> bool:
        return penalty == 0 and bool(((2 * y - 1) * (design @ theta) > 0).all())

    theta, value, taken, converged = minimize(
        loss, slopes, lambda step: float(abs(design @ step).max()), separated, np.zeros(design.shape[1]),
        steps=steps, tolerance=tolerance,
    )  # fmt: skip
    if separated(theta):
        raise no_minimum(name, f"a hyperplane with all {n} labels right after {taken} steps")
    return LinearClassifier(theta[1:].astype(x.dtype), theta[0].astype(x.dtype), value, taken, converged)
