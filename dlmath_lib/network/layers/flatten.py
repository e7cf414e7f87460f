"""From arrays to vectors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib.network.layer import Layer
from dlmath_lib.network.step import Arrays, Mode, Shape

__all__ = ["Flatten"]


@dataclass(frozen=True)
class Flatten(Layer):
    """Each example as one vector, of length c · h · w for an image of shape (c, h, w): its last axis runs fastest.

    Notes
    -----
    ∂L/∂x has the entries of ∂L/∂y in the shape of x. Used in ``chapters/networks/backpropagation_in_matrices.ipynb``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.1.

    Examples
    --------
    >>> Flatten().output_shape((16, 4, 4))
    (256,)
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        """(c · h · w,), the number of entries.

        Otherwise as `Layer.output_shape`.
        """
        return (math.prod(input_shape),)

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """The same entries, row by row.

        Otherwise as `Layer.forward`.
        """
        return x.reshape(len(x), -1), x.shape

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """The slopes in the shape of x.

        Otherwise as `Layer.vjp`.
        """
        return g.reshape(cache), {}
