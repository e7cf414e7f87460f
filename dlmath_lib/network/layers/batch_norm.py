"""Batch norm: by the batch in training, by running statistics else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._validate import as_scalar, as_switch
from dlmath_lib.layers import batch_norm, batch_norm_vjp, batch_statistics, update_running_statistics
from dlmath_lib.network.layer import Layer
from dlmath_lib.network.step import Arrays, Mode, Shape, Shapes

__all__ = ["BatchNorm"]


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Batch norm, y = γ (x − μ) / √(σ² + ε) + β, channel by channel, as in `dlmath_lib.layers.batch_norm`.

    In training μ and σ² are those of the batch, and running ones are kept beside; in evaluation they are these. For
    vectors a channel is a feature.

    Parameters
    ----------
    momentum : float in [0, 1], default 0.1
        ρ in r ← (1 − ρ) r + ρ b: the weight of the new batch, as in PyTorch. Keras counts the weight of the old.
    epsilon : float ≥ 0, default 1e-5
        ε.
    unbiased : bool, default True
        Whether the variance that is kept is divided by m − 1, as in PyTorch; Keras 3 keeps the biased one.

    Raises
    ------
    TypeError, ValueError
        If an option is not such.

    Notes
    -----
    γ starts at 1, β at 0, the running mean at 0 and the running variance at 1. In training a batch needs two values
    for each channel. ∂L/∂x goes through μ and σ² of the batch. Derivation:
    ``chapters/regularization/normalization.ipynb#backward``.

    References
    ----------
    S. Ioffe, C. Szegedy, Batch normalization: accelerating deep network training by reducing internal covariate
    shift, ICML (2015), algorithms 1 and 2.

    Examples
    --------
    >>> BatchNorm().parameter_shapes((16, 8, 8)), BatchNorm().statistic_shapes((16, 8, 8))
    ({'gamma': (16,), 'beta': (16,)}, {'mean': (16,), 'variance': (16,)})
    """

    momentum: float = 0.1
    epsilon: float = 1e-5
    unbiased: bool = True

    def __post_init__(self) -> None:
        momentum = float(as_scalar("BatchNorm", "momentum", self.momentum, low=0, high=1))
        object.__setattr__(self, "momentum", momentum)
        object.__setattr__(self, "epsilon", float(as_scalar("BatchNorm", "epsilon", self.epsilon, low=0)))
        object.__setattr__(self, "unbiased", as_switch("BatchNorm", "unbiased", self.unbiased))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's.

        Otherwise as `Layer.output_shape`.
        """
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> Shapes:
        """γ and β: (channels,).

        Otherwise as `Layer.parameter_shapes`.
        """
        return {"gamma": input_shape[:1], "beta": input_shape[:1]}

    def statistic_shapes(self, input_shape: Shape) -> Shapes:
        """The running mean and variance: (channels,).

        Otherwise as `Layer.statistic_shapes`.
        """
        return {"mean": input_shape[:1], "variance": input_shape[:1]}

    def initialize(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> dict[str, Any]:
        """γ = 1 and a running variance of 1.

        Otherwise as `Layer.initialize`.
        """
        return {"gamma": 1.0, "variance": 1.0}

    def smallest_batch(self, input_shape: Shape) -> int:
        """2 for vectors: of one value alone the output is β.

        Otherwise as `Layer.smallest_batch`.
        """
        return 2 if math.prod(input_shape[1:]) == 1 else 1

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """y by the batch's statistics in training, by the running ones else; x and these are kept.

        Otherwise as `Layer.forward`.
        """
        running = {} if mode.training else dict(mode.statistics)
        y = batch_norm(x, parameters["gamma"], parameters["beta"], epsilon=self.epsilon, **running)
        return y, (x, running)

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """∂L/∂x, in training through the batch's mean and variance too; ∂L/∂γ and ∂L/∂β.

        Otherwise as `Layer.vjp`.
        """
        x, running = cache
        found = batch_norm_vjp(g, x, parameters["gamma"], parameters["beta"], epsilon=self.epsilon, **running)
        return found[0], {"gamma": found[1], "beta": found[2]}

    def next_statistics(self, statistics: Arrays, cache: Any) -> dict[str, np.ndarray]:
        """(1 − ρ) r + ρ b.

        Otherwise as `Layer.next_statistics`.
        """
        x = cache[0]
        mean, variance = update_running_statistics(
            statistics["mean"],
            statistics["variance"],
            *batch_statistics(x),
            count=x.size // x.shape[1],
            momentum=self.momentum,
            unbiased=self.unbiased,
        )
        return {"mean": mean, "variance": variance}
