"""Losses: one value for each example, its gradient with respect to the prediction, and its vector-Jacobian product.

The caller takes the mean: ``squared_error(prediction, target).mean()``, and its gradient is
``squared_error_vjp(np.full(n, 1 / n), prediction, target)``. Targets and labels are data: no gradient is sent to them.
Derived in ``chapters/networks/losses.ipynb``.
"""

from __future__ import annotations

from dlmath_lib.losses.accuracy import accuracy, confusion_matrix
from dlmath_lib.losses.binary import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
    binary_cross_entropy_with_logits_vjp,
)
from dlmath_lib.losses.categorical import (
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_grad,
    softmax_cross_entropy_with_logits_vjp,
)
from dlmath_lib.losses.overlap import dice_loss, dice_loss_grad, dice_loss_vjp, intersection_over_union
from dlmath_lib.losses.regression import (
    absolute_error,
    absolute_error_grad,
    absolute_error_vjp,
    huber,
    huber_grad,
    huber_vjp,
    squared_error,
    squared_error_grad,
    squared_error_vjp,
)
from dlmath_lib.losses.soft_labels import (
    softmax_cross_entropy_with_soft_labels,
    softmax_cross_entropy_with_soft_labels_grad,
    softmax_cross_entropy_with_soft_labels_vjp,
)

__all__ = [
    "absolute_error",
    "absolute_error_grad",
    "absolute_error_vjp",
    "accuracy",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad",
    "binary_cross_entropy_with_logits_vjp",
    "confusion_matrix",
    "dice_loss",
    "dice_loss_grad",
    "dice_loss_vjp",
    "huber",
    "huber_grad",
    "huber_vjp",
    "intersection_over_union",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_grad",
    "softmax_cross_entropy_with_logits_vjp",
    "softmax_cross_entropy_with_soft_labels",
    "softmax_cross_entropy_with_soft_labels_grad",
    "softmax_cross_entropy_with_soft_labels_vjp",
    "squared_error",
    "squared_error_grad",
    "squared_error_vjp",
]
