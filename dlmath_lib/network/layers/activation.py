"""An activation as a layer of its own: behind a convolution or a normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._validate import one_of
from dlmath_lib.network.layer import Layer
from dlmath_lib.network.layers._names import ACTIVATIONS
from dlmath_lib.network.step import Arrays, Mode, Room, Shape, Step

__all__ = ["Activation"]


@dataclass(frozen=True)
class Activation(Layer):
    """An activation, a = φ(z) entry by entry: a layer without parameters.

    Parameters
    ----------
    activation : str
        φ: "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu" or "gelu".

    Raises
    ------
    ValueError
        If the name is another.

    Notes
    -----
    Derivation: ``chapters/networks/activations.ipynb``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.3.

    Examples
    --------
    >>> Activation("relu").output_shape((16, 8, 8))
    (16, 8, 8)
    """

    activation: str

    def __post_init__(self) -> None:
        one_of("Activation", "activation", self.activation, ACTIVATIONS)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's.

        Otherwise as `Layer.output_shape`.
        """
        return input_shape

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """φ(x); x is kept.

        Otherwise as `Layer.forward`.
        """
        return ACTIVATIONS[self.activation][0](x), x

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """g ⊙ φ′(x).

        Otherwise as `Layer.vjp`.
        """
        return ACTIVATIONS[self.activation][1](g, cache), {}

    def fast(self, room: Room) -> Step:
        """ReLU into an array that stays.

        Otherwise as `Layer.fast`.
        """
        return ReLUStep(self, room) if self.activation == "relu" else Step(self, room)


class ReLUStep(Step):
    """`Activation("relu")` in training."""

    def __init__(self, layer: Activation, room: Room) -> None:
        super().__init__(layer, room)
        self.a = np.empty((room.batch_size, *room.input_shape), room.dtype)

    def forward(self, x: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        return np.maximum(x, 0, out=self.a[: len(x)])

    def backward(self, g: np.ndarray) -> np.ndarray:
        g *= self.a[: len(g)] > 0
        return g
