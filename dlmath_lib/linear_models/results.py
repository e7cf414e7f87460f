"""What a fit returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["LinearClassifier"]


@dataclass(frozen=True, eq=False)
class LinearClassifier:
    """A linear classifier, and how it was found.

    Attributes
    ----------
    weights : ndarray of shape (d,), or (K, d) for K classes by softmax regression
        One weight for each feature; a row for each class.
    bias : ndarray of shape (), or (K,)
        The intercept, which is not penalised.
    loss : float
        The mean cross-entropy in nats plus the penalty, at the end.
    steps : int
        The number of Newton steps taken.
    converged : bool
        Whether the last step moved each logit by at most the tolerance. If not, the steps ran out.
    """

    weights: np.ndarray
    bias: np.ndarray
    loss: float
    steps: int
    converged: bool

    def __repr__(self) -> str:
        how = "converged" if self.converged else "not converged"
        return f"LinearClassifier({how} after {self.steps} step{'s' * (self.steps != 1)}, loss {self.loss:.4g})"
