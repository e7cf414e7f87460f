"""Probability: distributions with their densities far out, moments, entropies and draws; tables of joint probabilities;
estimates, intervals and cross-validation; covariance; sampling.

A distribution is an object that does not change: ``Gaussian(mean=0, std=2).log_density(x)``. Logarithms are natural.
Each is compared with SciPy and with 50-digit arithmetic in the tests, in the tails too.
"""

from __future__ import annotations

from dlmath_lib.probability.continuous import Beta, Exponential, Gamma, Gaussian, Laplace, StudentT, Uniform
from dlmath_lib.probability.dependence import correlation, covariance, product_of_marginals
from dlmath_lib.probability.discrete import Bernoulli, Binomial, Categorical, Poisson
from dlmath_lib.probability.estimation import fisher_information, maximum_likelihood, ridge, soft_threshold
from dlmath_lib.probability.model_selection import cross_validation, mean_interval
from dlmath_lib.probability.multivariate import Dirichlet, MultivariateGaussian
from dlmath_lib.probability.sampling import (
    ImportanceEstimate,
    box_muller,
    effective_sample_size,
    importance_sampling,
    inverse_transform,
    pathwise_gradients,
    score_gradients,
    standard_error,
    weighted_mean,
)
from dlmath_lib.probability.tables import bayes, condition, conditional_expectation, conditional_variance, marginal

__all__ = [
    "Bernoulli",
    "Beta",
    "Binomial",
    "Categorical",
    "Dirichlet",
    "Exponential",
    "Gamma",
    "Gaussian",
    "ImportanceEstimate",
    "Laplace",
    "MultivariateGaussian",
    "Poisson",
    "StudentT",
    "Uniform",
    "bayes",
    "box_muller",
    "condition",
    "conditional_expectation",
    "conditional_variance",
    "correlation",
    "covariance",
    "cross_validation",
    "effective_sample_size",
    "fisher_information",
    "importance_sampling",
    "inverse_transform",
    "marginal",
    "maximum_likelihood",
    "mean_interval",
    "pathwise_gradients",
    "product_of_marginals",
    "ridge",
    "score_gradients",
    "soft_threshold",
    "standard_error",
    "weighted_mean",
]
