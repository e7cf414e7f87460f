"""Bad input to every public function of the mathematics: a TypeError or ValueError that names function and argument.

Each argument of a call that works is replaced by what is of a wrong kind, shape or value. No argument is changed, and
what is accepted is not broadcast: (n,) beside (n, 1) never gives (n, n).
"""

from __future__ import annotations

import copy
import inspect
import re
import reprlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from dlmath_lib import (
    activations,
    autodiff,
    calculus,
    convolution,
    datasets,
    information,
    initialization,
    layers,
    linalg,
    linear_models,
    losses,
    network,
    optimizers,
    preprocessing,
    probability,
    regularization,
)

MODULES = (
    activations, autodiff, calculus, convolution, datasets, information, initialization, layers, linalg, linear_models,
    losses, optimizers, preprocessing, probability, regularization,
)  # fmt: skip
N, WIDE = np.array([0.5, -1.0, 2.0]), np.array([[0.5, -1.0, 2.0], [1.0, 0.0, -0.5]])
G, LABELS, SOFT = np.array([1.0, -2.0]), np.array([0, 2]), np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
GROUPS = np.array([0, 1, 0])
SEEN = np.array([[True, False, True], [True, True, True]])
WEIGHTS, SYMMETRIC = np.array([0.5, 1.0, 2.0]), np.array([[2.0, 1.0], [1.0, 3.0]])
COVARIANCE = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 2.0]])
FOUR = np.array([[0.5, -1.0], [2.0, 0.0], [1.5, 1.0], [-1.0, 0.3]])
SQUARE = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 2.0]])
OPTIONS: dict[str, Any] = {"at_zero": 0.5, "slope": 0.1, "alpha": 1.5, "approximate": "tanh", "axis": -1, "delta": 0.7}
HARD: dict[str, Any] = {"label_smoothing": 0.1, "class_weights": WEIGHTS, "ignore_index": 1}
RATES: dict[str, Any] = {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8}

DECAY: dict[str, Any] = {"weight_decay": 0.1, "amsgrad": True}
MEAN_SQUARE: dict[str, Any] = {
    "learning_rate": 0.1, "rho": 0.9, "epsilon": 1e-8, "momentum": 0.5, "centered": True, "weight_decay": 0.1
}  # fmt: skip


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def square(x: Any) -> Any:
    return x**2


def length(x: Any) -> Any:
    return np.sum(x**2)


def peaked() -> optimizers.AdamState:
    return optimizers.AdamState(np.zeros(3), np.ones(3), 1, np.ones(3))


def averages() -> optimizers.RMSpropState:
    return optimizers.RMSpropState(np.ones(3), np.zeros(3), np.zeros(3))


def trained() -> network.Network:
    return network.Network([network.Dense(3, 4, "tanh"), network.Dense(4, 3)], rng=rng())


def draws(**options: Any) -> dict[str, Any]:
    return {"shape": (4, 3), "rng": rng(), "gain": 1.0, "dtype": np.float32, **options}


def convolved(shape: tuple[int, ...], **options: Any) -> dict[str, Any]:
    kernels, bias = np.ones((6, 2, 3, 2)), np.ones(4 if options else 6)
    windows = {"stride": (2, 1), "padding": ((1, 1), (0, 0)), "dilation": (1, 2), "groups": 2}
    return {"x": np.ones(shape), "kernels": kernels, "bias": bias, **windows, **options}


def pooled(**options: Any) -> dict[str, Any]:
    windows = {"kernel": (3, 2), "stride": (2, 1), "padding": ((1, 1), (0, 0)), "dilation": (1, 1)}
    return {"x": np.ones((2, 4, 5, 3)), **windows, **options}


# A call that works for each function that has no rule below. What begins with a star is the one positional argument
# after the others.
CALLS: dict[str, Callable[[], dict[str, Any]]] = {
    "activations.prelu": lambda: {"z": WIDE, "a": WEIGHTS},
    "activations.prelu_grad": lambda: {"z": WIDE, "a": WEIGHTS},
    "activations.prelu_vjp": lambda: {"g": WIDE, "z": WIDE, "a": WEIGHTS},
    "activations.logsumexp_vjp": lambda: {"g": G, "z": WIDE, "axis": -1},
    "activations.softmax_jacobian": lambda: {"z": N},
    "activations.log_softmax_jacobian": lambda: {"z": N},
    "autodiff.prelu": lambda: {"z": WIDE, "a": WEIGHTS},
    "autodiff.logsumexp": lambda: {"z": WIDE, "axis": -1, "keepdims": True},
    "autodiff.derivative": lambda: {"f": square, "x": N},
    "autodiff.grad": lambda: {"f": length, "*inputs": N},
    "autodiff.jvp": lambda: {"f": square, "tangents": N, "*inputs": N},
    "autodiff.tape": lambda: {"result": autodiff.Var(N) * 2},
    "autodiff.vjp": lambda: {"f": square, "g": N, "*inputs": N},
    "calculus.best_step": lambda: {"kind": "central", "x": N},
    "calculus.difference": lambda: {"f": square, "x": N, "h": 1e-5, "kind": "forward"},
    "calculus.einsum_vjp": lambda: {"g": G, "subscripts": "ij->i", "*operands": WIDE},
    "calculus.gauss_legendre": lambda: {"f": square, "a": 0.0, "b": 2.0, "n": 3},
    "calculus.integrate": lambda: {"f": square, "a": 0.0, "b": 2.0, "tolerance": 1e-6},
    "calculus.legendre_nodes": lambda: {"n": 3},
    "calculus.monte_carlo": lambda: {"f": square, "a": 0.0, "b": 2.0, "n": 5, "rng": rng()},
    "calculus.simpson": lambda: {"f": square, "a": 0.0, "b": 2.0, "n": 4},
    "calculus.trapezoid": lambda: {"f": square, "a": 0.0, "b": 2.0, "n": 3},
    "calculus.hessian": lambda: {"f": length, "x": N, "h": 1e-4},
    "calculus.jacobian": lambda: {"f": square, "x": N, "h": 1e-5, "kind": "central"},
    "calculus.numerical_gradient": lambda: {"f": length, "x": N, "h": 1e-5, "kind": "central"},
    "convolution.average_pool": lambda: pooled(count_include_pad=False),
    "convolution.average_pool_vjp": lambda: {"g": np.ones((2, 4, 3, 2)), **pooled(count_include_pad=False)},
    "convolution.conv": lambda: convolved((2, 4, 5, 4)),
    "convolution.conv_transpose": lambda: convolved((2, 6, 3, 2), output_padding=(1, 0)),
    "convolution.conv_transpose_vjp": lambda: {
        "g": np.ones((2, 4, 6, 4)), **convolved((2, 6, 3, 2), output_padding=(1, 0))
    },
    "convolution.conv_vjp": lambda: {"g": np.ones((2, 6, 3, 2)), **convolved((2, 4, 5, 4))},
    "convolution.convolution_matrix": lambda: {
        "kernels": np.ones((6, 2, 3, 2)), "spatial": (5, 4), "stride": (2, 1), "padding": ((1, 1), (0, 0)),
        "dilation": (1, 2), "groups": 2,
    },
    "convolution.convolve": lambda: {"x": WIDE, "kernel": WIDE, "mode": "same"},
    "convolution.correlate": lambda: {"x": WIDE, "kernel": WIDE, "mode": "same"},
    "convolution.global_average_pool": lambda: {"x": np.ones((2, 4, 5, 3))},
    "convolution.global_average_pool_vjp": lambda: {"g": np.ones((2, 4)), "x": np.ones((2, 4, 5, 3))},
    "convolution.global_max_pool": lambda: {"x": np.ones((2, 4, 5, 3))},
    "convolution.global_max_pool_vjp": lambda: {"g": np.ones((2, 4)), "x": np.ones((2, 4, 5, 3))},
    "convolution.max_pool": lambda: pooled(),
    "convolution.max_pool_vjp": lambda: {"g": np.ones((2, 4, 3, 2)), **pooled()},
    "convolution.receptive_field": lambda: {"kernel": (3, 2), "stride": (1, 2), "dilation": (1, 1)},
    "convolution.spectrogram": lambda: {"x": np.arange(6.0), "window": WEIGHTS, "hop": 2},
    "convolution.output_shape": lambda: {
        "spatial": (5, 4), "kernel": (3, 2), "stride": (2, 1), "padding": ((1, 1), (0, 0)), "dilation": (1, 2)
    },
    "datasets.breast_cancer": dict,
    "datasets.diabetes": lambda: {"scaled": True},
    "datasets.digits": dict,
    "datasets.eeg": dict,
    "datasets.elevation": dict,
    "datasets.filip": dict,
    "datasets.longley": dict,
    "datasets.photograph": dict,
    "datasets.xor": dict,
    "datasets.minibatches": lambda: {"n": 10, "batch_size": 3, "rng": rng()},
    "datasets.spirals": lambda: {"n": 10, "rng": rng(), "classes": 2, "turns": 1.0, "noise": 0.1},
    "datasets.two_moons": lambda: {"n": 10, "rng": rng(), "noise": 0.1},
    "datasets.split": lambda: {
        "x": np.ones((10, 2)), "y": np.arange(10) % 2, "fractions": (0.5, 0.5), "rng": rng(), "stratify": True
    },
    "information.binary_erasure_channel": lambda: {"loss": 0.25},
    "information.binary_symmetric_channel": lambda: {"flip": 0.25},
    "information.channel_capacity": lambda: {"channel": SOFT, "tolerance": 1e-6, "steps": 50, "unit": "bits"},
    "information.code_length": lambda: {"weights": {"a": 1.0, "b": 2.0}, "code": {"a": "0", "b": "1"}},
    "information.conditional_entropy": lambda: {"joint": SOFT / 2, "given": 1, "unit": "bits"},
    "information.cross_entropy": lambda: {"p": SOFT, "q": SOFT, "unit": "bits"},
    "information.cross_entropy_with_logits": lambda: {"p": SOFT, "logits": WIDE, "unit": "bits"},
    "information.entropy": lambda: {"p": SOFT, "unit": "bits"},
    "information.entropy_with_logits": lambda: {"logits": WIDE, "unit": "bits"},
    "information.gaussian_kl": lambda: {"p": probability.Gaussian(), "q": probability.Gaussian(), "unit": "bits"},
    "information.histogram_information": lambda: {"x": N, "y": N, "bins": (2, 3), "unit": "bits"},
    "information.huffman_code": lambda: {"weights": {"a": 1.0, "b": 2.0}},
    "information.joint_entropy": lambda: {"joint": SOFT / 2, "unit": "bits"},
    "information.js_divergence": lambda: {"p": SOFT, "q": SOFT, "unit": "bits"},
    "information.kl_divergence": lambda: {"p": SOFT, "q": SOFT, "unit": "bits"},
    "information.kl_divergence_with_logits": lambda: {"p_logits": WIDE, "q_logits": WIDE, "unit": "bits"},
    "information.mutual_information": lambda: {"joint": SOFT / 2, "unit": "bits"},
    "probability.bayes": lambda: {"prior": SOFT[0], "likelihood": SOFT.T},
    "probability.condition": lambda: {"joint": SOFT / 2, "axis": 0, "value": 1},
    "probability.conditional_expectation": lambda: {"joint": SOFT / 2, "values": N, "given": 0},
    "probability.conditional_variance": lambda: {"joint": SOFT / 2, "values": N, "given": 0},
    "probability.cross_validation": lambda: {
        "fit": lambda x, y: y.mean(), "loss": lambda model, x, y: (y - model) ** 2, "x": WIDE, "y": WIDE[:, 0],
        "folds": 2, "rng": rng(),
    },
    "probability.fisher_information": lambda: {"law": probability.Gaussian()},
    "probability.maximum_likelihood": lambda: {"law": probability.Gaussian, "x": N},
    "probability.mean_interval": lambda: {"x": N, "level": 0.9, "law": "normal"},
    "probability.ridge": lambda: {"x": WIDE, "y": WIDE[:, 0], "penalty": 2.0},
    "probability.soft_threshold": lambda: {"z": N, "threshold": 0.5},
    "probability.correlation": lambda: {"x": N, "y": WEIGHTS},
    "probability.covariance": lambda: {"x": N, "y": WEIGHTS, "ddof": 1},
    "probability.box_muller": lambda: {"u": SOFT[0], "v": SOFT[1]},
    "probability.effective_sample_size": lambda: {"log_weights": N},
    "probability.importance_sampling": lambda: {
        "f": np.square, "target": probability.Gaussian(), "proposal": probability.Gaussian(0, 2), "n": 5, "rng": rng(),
        "normalized": True,
    },
    "probability.inverse_transform": lambda: {"cdf": np.tanh, "u": SOFT[0], "low": 0.0, "high": 9.0},
    "probability.pathwise_gradients": lambda: {"f_grad": np.sin, "mean": 0.5, "std": 2.0, "z": N},
    "probability.score_gradients": lambda: {"f": np.sin, "mean": 0.5, "std": 2.0, "z": N, "baseline": 0.5},
    "probability.standard_error": lambda: {"x": N},
    "probability.weighted_mean": lambda: {"values": N, "log_weights": WEIGHTS, "normalized": True},
    "probability.marginal": lambda: {"joint": SOFT / 2, "axis": 1},
    "probability.product_of_marginals": lambda: {"joint": SOFT / 2},
    "initialization.fans": lambda: {"shape": (4, 3)},
    "initialization.gain": lambda: {"activation": "leaky_relu", "slope": 0.1},
    "initialization.he_normal": lambda: draws(fan="fan_in"),
    "initialization.he_uniform": lambda: draws(fan="fan_out"),
    "initialization.wide_layer": lambda: {"phi": np.tanh, "phi_grad": np.cos, "q": 2.0, "s": 1.5},
    "initialization.xavier_normal": draws,
    "initialization.xavier_uniform": draws,
    "initialization.zeros": lambda: {"shape": (3,), "dtype": np.float32},
    "layers.affine": lambda: {"x": WIDE, "weight": np.ones((4, 3)), "bias": np.ones(4)},
    "layers.affine_vjp": lambda: {"g": np.ones((2, 4)), "x": WIDE, "weight": np.ones((4, 3)), "bias": np.ones(4)},
    "layers.attention": lambda: {"queries": WIDE, "keys": SQUARE, "values": FOUR[:3], "mask": SEEN, "scale": 0.5},
    "layers.attention_vjp": lambda: {
        "g": FOUR[:2], "queries": WIDE, "keys": SQUARE, "values": FOUR[:3], "mask": SEEN, "scale": 0.5
    },
    "layers.attention_weights": lambda: {"queries": WIDE, "keys": SQUARE, "mask": SEEN, "scale": 0.5},
    "layers.batch_norm": lambda: {"x": WIDE, "gamma": N, "beta": N, "mean": N, "variance": WEIGHTS, "epsilon": 1e-5},
    "layers.batch_norm_vjp": lambda: {"g": WIDE, "x": WIDE, "gamma": N, "beta": N, "epsilon": 1e-5},
    "layers.batch_statistics": lambda: {"x": WIDE},
    "layers.dropout": lambda: {"x": WIDE, "mask": np.array([[2.0, 0.0, 2.0], [0.0, 2.0, 2.0]])},
    "layers.dropout_mask": lambda: {"shape": (4, 3), "rate": 0.5, "rng": rng(), "dtype": np.float32},
    "layers.dropout_vjp": lambda: {"g": WIDE, "x": WIDE, "mask": np.array([[2.0, 0.0, 2.0], [0.0, 2.0, 2.0]])},
    "layers.group_norm": lambda: {"x": WIDE, "gamma": N, "beta": N, "groups": 1, "epsilon": 1e-5},
    "layers.group_norm_vjp": lambda: {"g": WIDE, "x": WIDE, "gamma": N, "beta": N, "groups": 1, "epsilon": 1e-5},
    "layers.layer_norm": lambda: {"x": WIDE, "gamma": N, "beta": N, "epsilon": 1e-5},
    "layers.layer_norm_vjp": lambda: {"g": WIDE, "x": WIDE, "gamma": N, "beta": N, "epsilon": 1e-5},
    "layers.rms_norm": lambda: {"x": WIDE, "gamma": N, "epsilon": 1e-5},
    "layers.rms_norm_vjp": lambda: {"g": WIDE, "x": WIDE, "gamma": N, "epsilon": 1e-5},
    "layers.update_running_statistics": lambda: {
        "mean": N, "variance": WEIGHTS, "batch_mean": N, "batch_variance": WEIGHTS, "count": 7, "momentum": 0.1,
        "unbiased": True,
    },
    "linalg.angle": lambda: {"x": N, "y": WEIGHTS},
    "linalg.cholesky": lambda: {"a": SQUARE},
    "linalg.condition_number": lambda: {"a": SQUARE, "kind": "one"},
    "linalg.cosine_similarity": lambda: {"x": N, "y": WEIGHTS},
    "linalg.dft_matrix": lambda: {"n": 5},
    "linalg.determinant": lambda: {"a": SQUARE},
    "linalg.distances": lambda: {"x": WIDE, "y": WIDE, "order": 2.5},
    "linalg.hyperplane_distance": lambda: {"x": WIDE, "weight": N, "bias": 0.5},
    "linalg.inverse": lambda: {"a": SQUARE},
    "linalg.least_squares": lambda: {"a": WIDE.T, "b": N},
    "linalg.low_rank": lambda: {"a": WIDE, "k": 1},
    "linalg.lu": lambda: {"a": WIDE},
    "linalg.matrix_norm": lambda: {"a": WIDE, "kind": "frobenius"},
    "linalg.norm": lambda: {"x": N, "order": 2.5},
    "linalg.normalize": lambda: {"x": N, "order": 2.5},
    "linalg.null_space": lambda: {"a": WIDE, "tolerance": 1e-9},
    "linalg.pca": lambda: {"x": WIDE, "components": 1},
    "linalg.power_iteration": lambda: {"a": SYMMETRIC, "start": G, "tolerance": 1e-6, "steps": 100},
    "linalg.projection": lambda: {"x": N, "onto": WIDE.T},
    "linalg.pseudo_inverse": lambda: {"a": WIDE, "rtol": 1e-6},
    "linalg.qr": lambda: {"a": WIDE, "full": True},
    "linalg.qr_iteration": lambda: {"a": SYMMETRIC},
    "linalg.rank": lambda: {"a": WIDE, "tolerance": 1e-9},
    "linalg.reflection": lambda: {"normal": N},
    "linalg.rotation": lambda: {"theta": 0.5, "size": 3, "plane": (0, 2)},
    "linalg.rref": lambda: {"a": WIDE, "tolerance": 1e-9},
    "linalg.solve": lambda: {"a": SQUARE, "b": N},
    "linalg.solve_triangular": lambda: {"t": np.tril(SQUARE), "b": N, "lower": True},
    "linalg.svd": lambda: {"a": WIDE},
    "linear_models.logistic_regression": lambda: {
        "x": FOUR, "y": np.array([0, 1, 1, 0]), "penalty": 0.5, "steps": 5, "tolerance": 1e-3
    },
    "linear_models.softmax_regression": lambda: {
        "x": FOUR, "y": np.array([0, 1, 2, 0]), "penalty": 0.5, "steps": 5, "tolerance": 1e-3
    },
    "linear_models.matrix_factorization": lambda: {
        "rows": np.array([0, 1, 1]), "columns": LABELS[[0, 1, 0]], "values": N, "shape": (2, 3), "rank": 2,
        "learning_rate": 0.1, "epochs": 3, "rng": rng(), "penalty": 0.1, "start": 0.5,
    },
    "linear_models.naive_bayes": lambda: {
        "counts": abs(FOUR), "labels": np.array([0, 1, 1, 0]), "smoothing": 0.5
    },
    "linear_models.predict_probability": lambda: {"x": FOUR, "weights": np.ones((3, 2)), "bias": N},
    "linear_models.roc_curve": lambda: {"scores": FOUR[:, 0], "labels": np.array([0, 1, 1, 0])},
    "losses.accuracy": lambda: {"scores": WIDE, "labels": LABELS},
    "losses.confusion_matrix": lambda: {"predicted": LABELS, "labels": LABELS, "classes": 3},
    "losses.dice_loss": lambda: {"probabilities": SOFT, "target": SOFT, "smooth": 0.5},
    "losses.dice_loss_grad": lambda: {"probabilities": SOFT, "target": SOFT, "smooth": 0.5},
    "losses.dice_loss_vjp": lambda: {"g": G, "probabilities": SOFT, "target": SOFT, "smooth": 0.5},
    "losses.intersection_over_union": lambda: {
        "boxes": np.array([[0.0, 0.0, 2.0, 1.0], [1.0, 0.0, 2.0, 3.0]]), "others": np.array([[0.0, 0.5, 1.5, 2.0]] * 3)
    },
    "losses.huber": lambda: {"prediction": N, "target": N, "delta": 0.7},
    "optimizers.sgd_step": lambda: {"parameter": N, "gradient": N, "learning_rate": 0.1},
    "optimizers.momentum_step": lambda: {
        "parameter": N, "gradient": N, "velocity": N, "learning_rate": 0.1, "momentum": 0.9, "nesterov": True,
        "weight_decay": 0.1,
    },
    "optimizers.momentum_step_in_place": lambda: {
        "parameter": N.copy(), "gradient": N, "velocity": N.copy(), "learning_rate": 0.1, "momentum": 0.9,
        "nesterov": False, "weight_decay": 0.1,
    },
    "optimizers.adam_step": lambda: {"parameter": N, "gradient": N, "state": peaked(), **RATES, **DECAY},
    "optimizers.adam_step_in_place": lambda: {
        "parameter": N.copy(), "gradient": N, "state": peaked(), **RATES, **DECAY
    },
    "optimizers.adamw_step": lambda: {"parameter": N, "gradient": N, "state": peaked(), **RATES, **DECAY},
    "optimizers.adamw_step_in_place": lambda: {
        "parameter": N.copy(), "gradient": N, "state": peaked(), **RATES, **DECAY
    },
    "optimizers.adagrad_step": lambda: {
        "parameter": N, "gradient": N, "accumulator": abs(N), "learning_rate": 0.1, "epsilon": 1e-8, "weight_decay": 0.1
    },
    "optimizers.adagrad_step_in_place": lambda: {
        "parameter": N.copy(), "gradient": N, "accumulator": abs(N), "learning_rate": 0.1, "epsilon": 1e-8,
        "weight_decay": 0.1,
    },
    "optimizers.rmsprop_step": lambda: {"parameter": N, "gradient": N, "state": averages(), **MEAN_SQUARE},
    "optimizers.rmsprop_step_in_place": lambda: {
        "parameter": N.copy(), "gradient": N, "state": averages(), **MEAN_SQUARE
    },
    "optimizers.nadam_step": lambda: {
        "parameter": N, "gradient": N, "state": optimizers.NAdamState.zeros_like(N), **RATES, "momentum_decay": 0.1,
        "weight_decay": 0.1, "decoupled": True,
    },
    "optimizers.nadam_step_in_place": lambda: {
        "parameter": N.copy(), "gradient": N, "state": optimizers.NAdamState.zeros_like(N), **RATES,
        "momentum_decay": 0.1, "weight_decay": 0.1, "decoupled": False,
    },
    "optimizers.clip_by_value": lambda: {"gradient": N, "max_value": 1.0},
    "optimizers.gradient_descent": lambda: {
        "gradient": square, "start": N, "learning_rate": 0.1, "steps": 3, "tolerance": 0.1
    },
    "optimizers.backtracking_line_search": lambda: {
        "function": length, "parameter": N, "gradient": 2 * N, "direction": -N, "start": 4.0, "decrease": 0.1,
        "shrink": 0.3,
    },
    "optimizers.exact_line_search": lambda: {"gradient": N, "hessian": COVARIANCE, "direction": -N},
    "optimizers.newton_step": lambda: {"parameter": N, "gradient": N, "hessian": COVARIANCE, "damping": 0.5},
    "optimizers.best_learning_rate": lambda: {"eigenvalues": abs(N)},
    "optimizers.contraction_factor": lambda: {"eigenvalues": abs(N), "learning_rate": 0.1},
    "optimizers.best_momentum": lambda: {"eigenvalues": abs(N)},
    "optimizers.asymptotic_factor": lambda: {
        "eigenvalues": abs(N), "learning_rate": 0.1, "momentum": 0.5, "nesterov": True
    },
    "optimizers.clip_by_norm": lambda: {"gradient": N, "max_norm": 1.0},
    "regularization.bias_variance": lambda: {
        "smoother": WIDE, "truth": WIDE[0], "noise_variance": 0.5, "truth_at": WIDE[:, 0]
    },
    "regularization.early_stopping_filter": lambda: {"singular_values": abs(N), "learning_rate": 1e-3, "steps": 5},
    "regularization.coordinate_descent": lambda: {
        "x": WIDE, "y": WIDE[:, 0], "penalty": 0.2, "l1_ratio": 0.5, "start": N, "tolerance": 1e-6, "steps": 100
    },
    "regularization.degrees_of_freedom": lambda: {"x": WIDE, "penalty": 2.0},
    "regularization.duality_gap": lambda: {"x": WIDE, "y": WIDE[:, 0], "w": N, "penalty": 0.2, "l1_ratio": 0.5},
    "regularization.elastic_net": lambda: {
        "x": WIDE, "y": WIDE[:, 0], "penalty": 0.2, "l1_ratio": 0.5, "tolerance": 1e-6, "steps": 100
    },
    "regularization.elastic_net_path": lambda: {
        "x": WIDE, "y": WIDE[:, 0], "penalties": WEIGHTS, "l1_ratio": 0.5, "tolerance": 1e-6, "steps": 100
    },
    "regularization.elastic_net_penalty": lambda: {"w": N, "l1_ratio": 0.5},
    "regularization.elastic_net_prox": lambda: {"z": N, "penalty": 0.5, "l1_ratio": 0.5},
    "regularization.group_lasso": lambda: {
        "x": WIDE, "y": WIDE[:, 0], "penalty": 0.2, "groups": GROUPS, "tolerance": 1e-6, "steps": 100
    },
    "regularization.group_penalty": lambda: {"w": N, "groups": GROUPS},
    "regularization.group_prox": lambda: {"z": N, "penalty": 0.5, "groups": GROUPS},
    "regularization.hard_threshold": lambda: {"z": N, "threshold": 0.5},
    "regularization.l0_penalty": lambda: {"w": N},
    "regularization.l1_penalty": lambda: {"w": N},
    "regularization.l2_penalty": lambda: {"w": N},
    "regularization.lambda_max": lambda: {"x": WIDE, "y": WIDE[:, 0], "l1_ratio": 0.5},
    "regularization.lasso": lambda: {"x": WIDE, "y": WIDE[:, 0], "penalty": 0.2, "tolerance": 1e-6, "steps": 100},
    "regularization.lasso_path": lambda: {
        "x": WIDE, "y": WIDE[:, 0], "penalties": WEIGHTS, "tolerance": 1e-6, "steps": 100
    },
    "regularization.proximal_gradient": lambda: {
        "gradient": np.sin, "prox": lambda z, t: z / (1 + t), "start": N, "learning_rate": 0.1, "steps": 3,
        "tolerance": 0.1, "accelerated": True,
    },
    "preprocessing.min_max": lambda: {"x": WIDE, "low": -1.0, "high": 1.0},
    "preprocessing.one_hot": lambda: {"labels": LABELS, "classes": 4, "drop_first": True, "dtype": np.float32},
    "preprocessing.robust": lambda: {"x": WIDE},
    "preprocessing.standardize": lambda: {"x": WIDE},
    "preprocessing.whiten": lambda: {"x": FOUR, "kind": "zca", "components": 2, "epsilon": 0.1},
    "regularization.ridge_path": lambda: {"x": WIDE, "y": WIDE[:, 0], "penalties": WEIGHTS},
    "Dense": lambda: {"inputs": 3, "outputs": 2, "activation": "relu", "initialization": "he_normal"},
    "Activation": lambda: {"activation": "relu"},
    "AveragePool": lambda: {
        "kernel": (2, 2), "stride": (1, 2), "padding": ((0, 1), (0, 0)), "dilation": (1, 1), "count_include_pad": False
    },
    "BatchNorm": lambda: {"momentum": 0.2, "epsilon": 1e-3, "unbiased": False},
    "Conv": lambda: {
        "inputs": 2, "outputs": 4, "kernel": (3, 2), "stride": (1, 2), "padding": ((0, 1), (0, 0)), "dilation": (1, 1),
        "groups": 2, "bias": True, "initialization": "zeros",
    },
    "Dropout": lambda: {"rate": 0.5, "channels": True},
    "GroupNorm": lambda: {"groups": 2, "epsilon": 1e-3},
    "LayerNorm": lambda: {"epsilon": 1e-3},
    "MaxPool": lambda: {"kernel": (2, 2), "stride": (1, 2), "padding": ((0, 1), (0, 0)), "dilation": (1, 1)},
    "RMSNorm": lambda: {"epsilon": 1e-3},
    "Residual": lambda: {"layers": [network.Dense(3, 2)], "shortcut": [network.Dense(3, 2)]},
    "Network": lambda: {
        "layers": [network.Dense(3, 2)], "loss": "squared_error", "rng": rng(), "dtype": "float32", "input_shape": [3]
    },
    "SGD": lambda: {"learning_rate": 0.1, "momentum": 0.5, "nesterov": True, "weight_decay": 0.1},
    "Adam": lambda: {**RATES, **DECAY},
    "AdamW": lambda: {**RATES, **DECAY},
    "NAdam": lambda: {**RATES, "momentum_decay": 0.1, "weight_decay": 0.1, "decoupled": True},
    "AdaGrad": lambda: {"learning_rate": 0.1, "epsilon": 1e-8, "weight_decay": 0.1, "initial": 0.1},
    "RMSprop": lambda: dict(MEAN_SQUARE),
    "StepDecay": lambda: {"milestones": (3, 5), "factor": 0.5},
    "ExponentialDecay": lambda: {"factor": 0.5, "every": 3},
    "CosineDecay": lambda: {"steps": 5, "floor": 0.1},
    "Warmup": lambda: {"steps": 5, "start": 0.1},
    "OneCycle": lambda: {"steps": 9, "rise": 0.3, "divide_start": 25.0, "divide_end": 1e4},
    "Scheduled": lambda: {"optimizer": optimizers.SGD(0.1), "schedule": optimizers.CosineDecay(3)},
    "Clipped": lambda: {"optimizer": optimizers.SGD(0.1), "max_norm": 1.0},
    "Bernoulli": lambda: {"p": 0.3},
    "Beta": lambda: {"a": 2.5, "b": 1.5},
    "Binomial": lambda: {"n": 7, "p": 0.3},
    "Categorical": lambda: {"probabilities": SOFT[0]},
    "Dirichlet": lambda: {"concentration": WEIGHTS},
    "Exponential": lambda: {"rate": 2.0},
    "Gamma": lambda: {"shape": 2.5, "rate": 1.5},
    "Gaussian": lambda: {"mean": 1.0, "std": 2.0},
    "Laplace": lambda: {"location": 1.0, "scale": 2.0},
    "MultivariateGaussian": lambda: {"mean": N, "covariance": COVARIANCE},
    "Poisson": lambda: {"rate": 2.0},
    "StudentT": lambda: {"dof": 3.0, "location": 1.0, "scale": 2.0},
    "Uniform": lambda: {"low": 1.0, "high": 3.0},
    "Categorical.from_logits": lambda: {"logits": N},
    "Categorical.mass": lambda: {"k": np.array([0.0, 2.0])},
    "Dirichlet.density": lambda: {"x": SOFT[0]},
    "Gaussian.cdf": lambda: {"x": N},
    "Gaussian.density": lambda: {"x": N},
    "Gaussian.entropy": lambda: {"unit": "bits"},
    "Gaussian.log_density": lambda: {"x": N},
    "Gaussian.sample": lambda: {"size": 3, "rng": rng()},
    "Gaussian.survival": lambda: {"x": N},
    "MultivariateGaussian.log_density": lambda: {"x": WIDE},
    "Poisson.cdf": lambda: {"k": N},
    "Poisson.log_mass": lambda: {"k": np.array([0.0, 2.0])},
    "Poisson.survival": lambda: {"k": N},
    "Var": lambda: {"value": N},
    "Dual": lambda: {"value": N, "tangent": N},
    "Network.forward": lambda: {"x": WIDE},
    "Network.layer_outputs": lambda: {"x": WIDE},
    "Network.predict": lambda: {"x": WIDE},
    "Network.probabilities": lambda: {"x": WIDE},
    "Network.evaluate": lambda: {"x": WIDE, "y": LABELS},
    "Network.gradients": lambda: {"x": WIDE, "y": LABELS, "training": True, "rng": rng()},
    "Network.loss_and_gradient": lambda: {"x": WIDE, "y": LABELS, "training": True, "rng": rng()},
    "Network.fit": lambda: {
        "x": WIDE, "y": LABELS, "epochs": 1, "batch_size": 1, "optimizer": optimizers.SGD(0.1), "rng": rng(),
        "progress": False,
    },
}  # fmt: skip
CLASSES = {c.__name__: c for c in (network.Dense, network.Network)}
CLASSES |= {name: getattr(network, name) for name in network.layers.__all__ if name in CALLS}
CLASSES |= {"Var": autodiff.Var, "Dual": autodiff.Dual}
CLASSES |= {name: getattr(m, name) for m in (probability, optimizers) for name in m.__all__ if name in CALLS}
# The documented exception: they change what they are given.
IN_PLACE = tuple(name for name in optimizers.__all__ if name.endswith("_in_place"))


def made(name: str) -> Any:
    """An object of this class, whose method is called."""
    return trained() if name == "Network" else CLASSES[name](**CALLS[name]())


def by_rule(module: str, name: str, parameters: list[str]) -> dict[str, Any]:
    """A call of one of the many functions that are alike: activations and losses."""
    z = N if module == "autodiff" else WIDE
    arrays: dict[str, Any] = {"z": z, "g": z}
    if module == "losses":
        arrays = {"g": G, "prediction": WIDE, "target": SOFT, "logits": WIDE, "labels": LABELS, "probabilities": SOFT}
    return {p: (arrays | OPTIONS | HARD)[p] for p in parameters}


def calls() -> Iterator[Any]:
    for module in MODULES:
        short = module.__name__.rpartition(".")[2]
        for name in module.__all__:
            function = getattr(module, name)
            if inspect.isfunction(function):
                make = CALLS.get(f"{short}.{name}") or (
                    lambda s=short, n=name, f=function: by_rule(s, n, list(inspect.signature(f).parameters))
                )
                yield pytest.param(name, lambda f=function: f, make, id=f"{short}.{name}")
    for name in (key for key in CALLS if key[0].isupper()):
        first, _, method = name.partition(".")
        found = (lambda o=first, m=method: getattr(made(o), m)) if method else (lambda f=first: CLASSES[f])
        yield pytest.param(name, found, CALLS[name], id=name)


def run(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    starred = any(argument.startswith("*") for argument in arguments)
    result = function(*arguments.values()) if starred else function(**arguments)
    return list(result) if inspect.isgenerator(result) else result


def refusal(function: Callable[..., Any], arguments: dict[str, Any], name: str, words: str) -> str:
    """ "" if the call is refused in the name of the function and with these words, else what happened."""
    try:
        run(function, arguments)
    except (TypeError, ValueError) as error:
        good = re.match(rf"{re.escape(name)}: .*\b({words})\b", str(error))
        return "" if good else f"{type(error).__name__}: {error}"[:200]
    except Exception as error:
        return f"raw {type(error).__name__}: {error}"[:200]
    return "was accepted"


def shown(value: Any) -> str:
    return f"{type(value).__name__} of shape {value.shape}" if isinstance(value, np.ndarray) else reprlib.repr(value)


WRONG_EVERYWHERE = [object(), {"a": 1}, {1.0}, "abc\0", np.array([None, 1], object), np.array(["a", "b"])]
RAGGED = [[1.0], [1.0, 2.0]]


def masked(value: np.ndarray) -> np.ndarray:
    hidden = np.zeros(value.shape, bool)
    hidden.flat[0] = True
    return np.ma.masked_array(value, hidden)


def wrong_values(argument: str, good: Any) -> list[Any]:
    """What must be refused in the place of ``good``."""
    wrong = list(WRONG_EVERYWHERE)
    if callable(good) and not inspect.isclass(good):
        return [*wrong, None, 3.0, [1.0], RAGGED]
    if isinstance(good, np.random.Generator):
        return [*wrong, None, 0, True, np.random.RandomState(0), RAGGED]
    if isinstance(good, np.ndarray):
        wrong += ["1", b"1", RAGGED, masked(good), 1j * good, [*good.tolist(), None], np.array("2020", "M8[D]")]
        wrong += [] if argument in ("class_weights", "h", "tangent") else [None]  # where it is optional
        if good.dtype.kind == "i":
            wrong += [good + 0.5, good.astype(bool), good - 5, good[:, None], good.astype(str)]
        return wrong
    if isinstance(good, bool):
        return [*wrong, None, 1, "no", "", [True], np.array([True, False]), np.nan, RAGGED]
    if isinstance(good, (int, float)):
        wrong += [] if argument == "h" else [True]  # an array of steps
        wrong += ["1", 1j, np.nan, np.inf, 10**400, RAGGED, np.ma.masked]
        wrong += [] if argument == "h" else [[1.0], [1, 2], np.array([0.5])]
        wrong += [0.5] if isinstance(good, int) else []
        wrong += [] if argument in ("ignore_index", "h") else [None]
        return wrong
    if isinstance(good, str) or argument == "dtype":
        return [*wrong, "foo", 3, None, ["a"], True, np.nan, RAGGED]
    return [*wrong, None, True, 3.5, "abc"]


def unchanged(before: Any, after: Any) -> bool:
    if isinstance(before, np.ndarray):
        return type(before) is type(after) and before.tobytes() == after.tobytes()
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(unchanged, before, after))
    return True


CONVOLVED = (
    "conv",
    "conv_vjp",
    "conv_transpose",
    "conv_transpose_vjp",
    "max_pool",
    "max_pool_vjp",
    "average_pool",
    "average_pool_vjp",
)
ATTENTION = ("attention", "attention_vjp", "attention_weights")
LENIENT = {"split", *IN_PLACE, *autodiff.__all__}  # NaN and infinity are handed on
CALLED = pytest.mark.parametrize(("name", "function", "make"), list(calls()))


@CALLED
def test_the_call_that_is_varied_works(name: str, function: Any, make: Any) -> None:
    arguments = make()
    before = copy.deepcopy({k: v for k, v in arguments.items() if not callable(v)})
    run(function(), arguments)
    for key, value in before.items():
        assert name in IN_PLACE or unchanged(value, arguments[key]), f"{name} changed {key}"


def fits(name: str, argument: str, value: Any) -> bool:
    """Whether what is wrong elsewhere is right here: data of any numbers, any labels, an optional argument, p = ∞."""
    kind = value.dtype.kind if isinstance(value, np.ndarray) else ""
    optional = (
        ("vjp", "g"),
        ("AveragePool", "stride"),
        ("MaxPool", "stride"),
        ("Network", "input_shape"),
        ("Network.fit", "progress"),
        ("Network.gradients", "rng"),
        ("Network.loss_and_gradient", "rng"),
        ("pseudo_inverse", "rtol"),
        ("histogram_information", "bins"),
        ("coordinate_descent", "start"),
        ("whiten", "components"),
        *((other, option) for other in ATTENTION for option in ("mask", "scale")),
        ("backtracking_line_search", "direction"),
        ("exact_line_search", "direction"),
        *((other, "stride" if "pool" in other else "bias") for other in CONVOLVED),
    )
    return (
        (argument == "weights" and isinstance(value, dict))
        or (name, argument, kind) in (("split", "x", "c"), ("split", "y", "i"))
        or (value is None and ((name, argument) in optional or (argument == "tolerance" and name != "power_iteration")))
        or (argument == "order" and isinstance(value, float) and value == np.inf)
    )


@CALLED
def test_wrong_values_are_refused_by_name(name: str, function: Any, make: Any) -> None:
    faults = []
    for argument, good in make().items():
        for wrong in wrong_values(argument, good):
            if fits(name, argument, wrong):
                continue
            before = copy.deepcopy(wrong) if isinstance(wrong, (np.ndarray, list)) and wrong is not np.ma.masked else 0
            outcome = refusal(function(), make() | {argument: wrong}, name, argument.strip("*"))
            faults += [f"{argument} = {shown(wrong)}: {outcome}"] if outcome else []
            faults += [] if unchanged(before, wrong) else [f"{argument} = {shown(wrong)} was changed"]
    assert not faults, "\n".join(faults)


@CALLED
def test_other_shapes_are_refused_by_name_or_not_broadcast(name: str, function: Any, make: Any) -> None:
    faults = []
    arrays = {key: value for key, value in make().items() if isinstance(value, np.ndarray)}
    largest = max([np.size(leaf) for leaf in leaves(run(function(), make()))] + [v.size for v in arrays.values()])
    for argument, value in arrays.items():
        for other in (value[..., None], value[None], value[:1], value[:0], value.ravel()):
            outcome = refusal(function(), make() | {argument: other}, name, "|".join(k.strip("*") for k in make()))
            if outcome == "was accepted":
                sizes = [np.size(leaf) for leaf in leaves(run(function(), make() | {argument: other}))]
                outcome = f"was broadcast to {sizes}" if max(sizes) > largest else ""
            faults += [f"{argument} of shape {other.shape} {outcome}"] if outcome else []
    assert not faults, "\n".join(faults)


def leaves(result: Any) -> list[Any]:
    if isinstance(result, (tuple, list)) and result:
        return [leaf for part in result for leaf in leaves(part)]
    return [result]


@CALLED
def test_what_is_not_finite_is_refused_by_name(name: str, function: Any, make: Any) -> None:
    faults = []
    for argument, value in make().items():
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f" or name in LENIENT:
            continue
        for bad in (np.nan, np.inf, -np.inf):
            if bad == -np.inf and argument == "z" and ("softmax" in name or "logsumexp" in name):
                continue  # a masked logit
            if bad == -np.inf and argument == "log_weights":
                continue  # a weight of 0
            other = value.copy()
            other.flat[0] = bad
            outcome = refusal(function(), make() | {argument: other}, name, argument.strip("*"))
            faults += [f"{argument} with {bad}: {outcome}"] if outcome else []
    assert not faults, "\n".join(faults)


def broadcasts(x: Any, y: Any) -> Any:
    if np.ndim(x) == 0:
        raise ValueError("other: x must be an array, got a number")
    return np.asarray(x, float) + np.asarray(y, float)


def test_the_sweep_sees_a_function_that_checks_nothing() -> None:
    def make() -> dict[str, Any]:
        return {"x": N, "y": N}

    for test, words in (
        (test_wrong_values_are_refused_by_name, "x = None: ValueError: other: x must"),
        (test_wrong_values_are_refused_by_name, "y = None: was accepted"),
        (test_other_shapes_are_refused_by_name_or_not_broadcast, r"x of shape \(3, 1\) was broadcast to \[9\]"),
        (test_what_is_not_finite_is_refused_by_name, "y with nan: was accepted"),
    ):
        with pytest.raises(AssertionError, match=words):
            test("broadcasts", lambda: broadcasts, make)
