"""Linear classifiers: logistic and softmax regression, naive Bayes, thresholds; and factors of a table with gaps.

Derived in ``chapters/networks/linear_classification.ipynb``.
"""

from __future__ import annotations

from dlmath_lib.linear_models.factorization import Factorization, matrix_factorization
from dlmath_lib.linear_models.logistic import logistic_regression
from dlmath_lib.linear_models.naive_bayes import naive_bayes
from dlmath_lib.linear_models.predict import predict_probability
from dlmath_lib.linear_models.results import LinearClassifier
from dlmath_lib.linear_models.softmax_model import softmax_regression
from dlmath_lib.linear_models.thresholds import roc_curve

__all__ = [
    "Factorization",
    "LinearClassifier",
    "logistic_regression",
    "matrix_factorization",
    "naive_bayes",
    "predict_probability",
    "roc_curve",
    "softmax_regression",
]
