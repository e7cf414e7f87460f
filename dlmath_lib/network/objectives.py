"""The losses by name: which targets each takes, and what is predicted from the outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib import losses
from dlmath_lib._validate import as_array, fail
from dlmath_lib.activations import sigmoid, softmax
from dlmath_lib.losses._shared import as_labels, value_and_grad_by_labels

__all__ = ["OBJECTIVES", "Objective"]


@dataclass(frozen=True)
class Objective:
    """A loss, with the targets it takes: class indices, answers in [0, 1], or numbers."""

    name: str
    targets: str
    value: Callable[..., np.ndarray]
    grad: Callable[..., np.ndarray]
    vjp: Callable[..., np.ndarray]

    @property
    def takes_logits(self) -> bool:
        return self.targets != "numbers"

    def check(self, function: str, y: Any, examples: int, outputs: int, kind: np.dtype) -> np.ndarray:
        """The targets of this many examples, numbers in the network's type, or an error in the name of ``function``."""
        if self.targets == "classes":
            return as_labels(function, y, examples, outputs, argument="y")
        y = as_array(function, "y", y, cast=kind)
        if y.shape != (examples, outputs):
            hint = "add the missing axis: y[:, None]" if outputs == 1 and y.shape == (examples,) else ""
            raise fail(function, "y", f"of shape (n, outputs) = ({examples}, {outputs})", str(y.shape), hint)
        if self.targets == "answers" and (y.min() < 0 or y.max() > 1):
            raise fail(function, "y", "in [0, 1]", f"{y.min():g} to {y.max():g}")
        return y

    def for_training(self, outputs: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, float | None]:
        """Each example's loss and its gradient, in a new array; how many examples are answered rightly."""
        if self.targets == "classes":
            losses, gradient, answers = value_and_grad_by_labels(outputs, y)
            return losses, gradient, float(np.count_nonzero(answers == y))
        return self.value(outputs, y), self.grad(outputs, y), self.correct(outputs, y)

    def correct(self, outputs: np.ndarray, y: np.ndarray) -> float | None:
        """How many examples are answered rightly; None where numbers are predicted."""
        if self.targets == "classes":
            return float(np.count_nonzero(outputs.argmax(axis=1) == y))
        if self.targets == "answers":
            return float(((outputs > 0) == (y > 0.5)).mean(axis=1).sum())
        return None

    def predict(self, outputs: np.ndarray) -> np.ndarray:
        if self.targets == "classes":
            return outputs.argmax(axis=1)
        return (outputs > 0).astype(int) if self.targets == "answers" else outputs

    def probabilities(self, outputs: np.ndarray) -> np.ndarray | None:
        if self.targets == "classes":
            return softmax(outputs)
        return sigmoid(outputs) if self.targets == "answers" else None


def _objective(name: str, function: str, targets: str) -> Objective:
    value, grad, vjp = (getattr(losses, function + suffix) for suffix in ("", "_grad", "_vjp"))
    return Objective(name, targets, value, grad, vjp)


OBJECTIVES = {
    objective.name: objective
    for objective in (
        _objective("softmax_cross_entropy", "softmax_cross_entropy_with_logits", "classes"),
        _objective("binary_cross_entropy", "binary_cross_entropy_with_logits", "answers"),
        _objective("squared_error", "squared_error", "numbers"),
        _objective("absolute_error", "absolute_error", "numbers"),
        _objective("huber", "huber", "numbers"),
    )
}
