"""Weight penalties for linear models: L2, L1, elastic net, groups, L0; their proximal maps; fits and whole paths.

The convention is scikit-learn's: (1/2n)‖y − b − Xw‖² + λ(ρ‖w‖₁ + (1 − ρ)/2 ‖w‖²), where λ is its ``alpha`` and ρ its
``l1_ratio``, and the intercept b is not penalised. Ridge regression alone has no 1/n there, and none in
`dlmath_lib.probability.ridge` and `ridge_path`: ‖y − Xw‖² + λ‖w‖². The soft threshold is
`dlmath_lib.probability.soft_threshold`.
"""

from __future__ import annotations

from dlmath_lib.regularization.coordinates import CoordinateDescent, coordinate_descent, duality_gap
from dlmath_lib.regularization.elastic_net import LinearFit, elastic_net, lambda_max, lasso
from dlmath_lib.regularization.group_lasso import group_lasso
from dlmath_lib.regularization.paths import ElasticNetPath, elastic_net_path, lasso_path
from dlmath_lib.regularization.penalties import (
    elastic_net_penalty,
    group_penalty,
    l0_penalty,
    l1_penalty,
    l2_penalty,
)
from dlmath_lib.regularization.proximal import ProximalDescent, proximal_gradient
from dlmath_lib.regularization.shrinkage import degrees_of_freedom, ridge_path
from dlmath_lib.regularization.thresholds import elastic_net_prox, group_prox, hard_threshold
from dlmath_lib.regularization.tradeoff import BiasVariance, bias_variance, early_stopping_filter

__all__ = [
    "BiasVariance",
    "CoordinateDescent",
    "ElasticNetPath",
    "LinearFit",
    "ProximalDescent",
    "bias_variance",
    "coordinate_descent",
    "degrees_of_freedom",
    "duality_gap",
    "early_stopping_filter",
    "elastic_net",
    "elastic_net_path",
    "elastic_net_penalty",
    "elastic_net_prox",
    "group_lasso",
    "group_penalty",
    "group_prox",
    "hard_threshold",
    "l0_penalty",
    "l1_penalty",
    "l2_penalty",
    "lambda_max",
    "lasso",
    "lasso_path",
    "proximal_gradient",
    "ridge_path",
]
