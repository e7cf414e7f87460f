"""Linear classifiers: logistic and softmax regression by Newton's method, their probabilities, and thresholds.

Derived in ``chapters/networks/linear_classification.ipynb``.
"""

from __future__ import annotations

from dlmath_lib.linear_models.logistic import logistic_regression
from dlmath_lib.linear_models.predict import predict_probability
from dlmath_lib.linear_models.results import LinearClassifier
from dlmath_lib.linear_models.softmax_model import softmax_regression
from dlmath_lib.linear_models.thresholds import roc_curve

__all__ = ["LinearClassifier", "logistic_regression", "predict_probability", "roc_curve", "softmax_regression"]
