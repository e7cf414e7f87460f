"""Normalisations by each example's own numbers: group, layer and root mean square norm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._validate import as_scalar, fail
from dlmath_lib.layers import group_norm, group_norm_vjp, layer_norm, layer_norm_vjp, rms_norm, rms_norm_vjp
from dlmath_lib.network.layer import Layer
from dlmath_lib.network.step import Arrays, Mode, Shape, Shapes

__all__ = ["GroupNorm", "LayerNorm", "RMSNorm"]


def _as_epsilon(layer: Any) -> None:
    name = type(layer).__name__
    object.__setattr__(layer, "epsilon", float(as_scalar(name, "epsilon", layer.epsilon, low=0)))


@dataclass(frozen=True)
class GroupNorm(Layer):
    """Group norm, y = γ (x − μ) / √(σ² + ε) + β, with μ and σ² of a group of channels of one example.

    Parameters
    ----------
    groups : int ≥ 1
        A divisor of the number of channels.
    epsilon : float ≥ 0, default 1e-5
        ε.

    Raises
    ------
    TypeError, ValueError
        If an option is not such.

    Notes
    -----
    The same in training and in evaluation. Derivation:
    ``chapters/regularization/normalization.ipynb#the-other-normalisations``.

    References
    ----------
    Y. Wu, K. He, Group normalization, ECCV (2018).

    Examples
    --------
    >>> GroupNorm(4).parameter_shapes((16, 8, 8))
    {'gamma': (16,), 'beta': (16,)}
    """

    groups: int
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", int(as_scalar("GroupNorm", "groups", self.groups, low=1, integer=True)))
        _as_epsilon(self)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's, whose channels the groups must divide.

        Otherwise as `Layer.output_shape`.
        """
        if input_shape[0] % self.groups:
            raise fail(str(self), "groups", f"a divisor of the {input_shape[0]} channels", str(self.groups))
        if math.prod(input_shape) == self.groups:
            expected = f"of more than one value for each of the {self.groups} groups"
            raise fail(str(self), "the input", expected, f"shape {input_shape}", "take fewer groups")
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> Shapes:
        """γ and β: (channels,).

        Otherwise as `Layer.parameter_shapes`.
        """
        return {"gamma": input_shape[:1], "beta": input_shape[:1]}

    def initialize(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> dict[str, Any]:
        """γ = 1.

        Otherwise as `Layer.initialize`.
        """
        return {"gamma": 1.0}

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """y; x is kept.

        Otherwise as `Layer.forward`.
        """
        return group_norm(x, parameters["gamma"], parameters["beta"], **vars(self)), x

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """∂L/∂x, ∂L/∂γ and ∂L/∂β.

        Otherwise as `Layer.vjp`.
        """
        dx, dgamma, dbeta = group_norm_vjp(g, cache, parameters["gamma"], parameters["beta"], **vars(self))
        return dx, {"gamma": dgamma, "beta": dbeta}


@dataclass(frozen=True)
class LayerNorm(Layer):
    """Layer norm, y = γ ⊙ (x − μ) / √(σ² + ε) + β, with μ and σ² over all entries of one example.

    Parameters
    ----------
    epsilon : float ≥ 0, default 1e-5
        ε.

    Raises
    ------
    TypeError, ValueError
        If ε is not such.

    Notes
    -----
    γ and β have an entry for each of the example's. The same in training and in evaluation. Derivation:
    ``chapters/regularization/normalization.ipynb#the-other-normalisations``.

    References
    ----------
    J. L. Ba, J. R. Kiros, G. E. Hinton, Layer normalization, arXiv:1607.06450 (2016).

    Examples
    --------
    >>> LayerNorm().parameter_shapes((32,))
    {'gamma': (32,), 'beta': (32,)}
    """

    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        _as_epsilon(self)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's.

        Otherwise as `Layer.output_shape`.
        """
        if math.prod(input_shape) == 1:
            raise fail(str(self), "the input", "of more than one feature", f"shape {input_shape}")
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> Shapes:
        """γ and β, in the input's shape.

        Otherwise as `Layer.parameter_shapes`.
        """
        return {"gamma": input_shape, "beta": input_shape}

    def initialize(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> dict[str, Any]:
        """γ = 1.

        Otherwise as `Layer.initialize`.
        """
        return {"gamma": 1.0}

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """y; x is kept.

        Otherwise as `Layer.forward`.
        """
        return layer_norm(x, parameters["gamma"], parameters["beta"], epsilon=self.epsilon), x

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """∂L/∂x, ∂L/∂γ and ∂L/∂β.

        Otherwise as `Layer.vjp`.
        """
        found = layer_norm_vjp(g, cache, parameters["gamma"], parameters["beta"], epsilon=self.epsilon)
        return found[0], {"gamma": found[1], "beta": found[2]}


@dataclass(frozen=True)
class RMSNorm(Layer):
    """Root mean square norm, y = γ ⊙ x / √(mean(x²) + ε), with the mean over all entries of one example.

    Parameters
    ----------
    epsilon : float ≥ 0, default 1e-5
        ε.

    Raises
    ------
    TypeError, ValueError
        If ε is not such.

    Notes
    -----
    γ has an entry for each of the example's. The same in training and in evaluation. Derivation:
    ``chapters/regularization/normalization.ipynb#the-other-normalisations``.

    References
    ----------
    B. Zhang, R. Sennrich, Root mean square layer normalization, NeurIPS (2019), equation 4.

    Examples
    --------
    >>> RMSNorm().parameter_shapes((32,))
    {'gamma': (32,)}
    """

    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        _as_epsilon(self)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's.

        Otherwise as `Layer.output_shape`.
        """
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> Shapes:
        """γ, in the input's shape.

        Otherwise as `Layer.parameter_shapes`.
        """
        return {"gamma": input_shape}

    def initialize(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> dict[str, Any]:
        """γ = 1.

        Otherwise as `Layer.initialize`.
        """
        return {"gamma": 1.0}

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """y; x is kept.

        Otherwise as `Layer.forward`.
        """
        return rms_norm(x, parameters["gamma"], epsilon=self.epsilon), x

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """∂L/∂x and ∂L/∂γ.

        Otherwise as `Layer.vjp`.
        """
        dx, dgamma = rms_norm_vjp(g, cache, parameters["gamma"], epsilon=self.epsilon)
        return dx, {"gamma": dgamma}
