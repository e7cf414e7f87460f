"""The dense layer, and the activation that follows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._sums import BLOCK, product, total
from dlmath_lib._validate import as_scalar, fail, one_of
from dlmath_lib.layers import affine, affine_vjp
from dlmath_lib.network.layer import Layer
from dlmath_lib.network.layers._names import ACTIVATIONS, INITIALIZATIONS, initial_weight
from dlmath_lib.network.step import Arrays, Mode, NotFinite, Room, Shape, Shapes, Step

__all__ = ["Dense"]


@dataclass(frozen=True)
class Dense(Layer):
    """A dense layer, a = φ(W x + b): a description, without numbers.

    Parameters
    ----------
    inputs, outputs : int >= 1
        W has the shape (outputs, inputs).
    activation : str, default "linear"
        φ: "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu" or "gelu".
    initialization : str, default "auto"
        "xavier_uniform", "xavier_normal", "he_uniform", "he_normal", "zeros"; "auto" is "he_normal" before a
        rectifier and "xavier_uniform" elsewhere. b starts at 0.

    Raises
    ------
    TypeError, ValueError
        If a width is no positive integer, or a name is another.

    Notes
    -----
    Derivation: ``chapters/networks/neurons_and_layers.ipynb#from-neuron-to-layer``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.1.

    Examples
    --------
    >>> Dense(784, 256, "relu").size
    200960
    """

    inputs: int
    outputs: int
    activation: str = "linear"
    initialization: str = "auto"

    def __post_init__(self) -> None:
        for name in ("inputs", "outputs"):
            width = int(as_scalar("Dense", name, getattr(self, name), low=1, integer=True))
            object.__setattr__(self, name, width)
        one_of("Dense", "activation", self.activation, ACTIVATIONS)
        one_of("Dense", "initialization", self.initialization, ("auto", *INITIALIZATIONS))

    @property
    def size(self) -> int:
        """The number of parameters: weights and biases."""
        return self.outputs * (self.inputs + 1)

    @property
    def input_shape(self) -> Shape:
        """The shape of an example, (inputs,)."""
        return (self.inputs,)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(outputs,), for examples of shape (inputs,).

        Otherwise as `Layer.output_shape`.
        """
        if input_shape != self.input_shape:
            hint = "put Flatten() before it"
            if len(input_shape) == 1:
                hint = f"write Dense({input_shape[0]}, {self.outputs}, …)"
            raise fail(str(self), "the input", f"of shape {self.input_shape}", str(input_shape), hint)
        return (self.outputs,)

    def parameter_shapes(self, input_shape: Shape) -> Shapes:
        """W: (outputs, inputs), b: (outputs,).

        Otherwise as `Layer.parameter_shapes`.
        """
        return {"weight": (self.outputs, self.inputs), "bias": (self.outputs,)}

    def initialize(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> dict[str, np.ndarray]:
        """W by the layer's rule; b starts at 0.

        Otherwise as `Layer.initialize`.
        """
        return {"weight": self.initial_weight(rng, dtype)}

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """A = φ(Z) with Z = X Wᵀ + 1 bᵀ; X and Z are kept.

        Otherwise as `Layer.forward`.
        """
        z = affine(x, parameters["weight"], parameters["bias"])
        return self.apply(z), (x, z)

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Δ = G ⊙ φ′(Z), and from it Δ W, Δᵀ X and Δᵀ 1.

        Otherwise as `Layer.vjp`.
        """
        x, z = cache
        delta = self.pull_back(g, z)
        dx, dweight, dbias = affine_vjp(delta, x, parameters["weight"], parameters["bias"])
        return dx, {"weight": dweight, "bias": dbias}

    def apply(self, z: np.ndarray) -> np.ndarray:
        """The activations, a = φ(z).

        Parameters
        ----------
        z : ndarray of shape (n, outputs)

        Returns
        -------
        ndarray of the same shape
        """
        return ACTIVATIONS[self.activation][0](z)

    def pull_back(self, g: np.ndarray, z: np.ndarray) -> np.ndarray:
        """The slope before the activation, g ⊙ φ′(z).

        Parameters
        ----------
        g : ndarray of shape (n, outputs)
            The slope behind it.
        z : ndarray of the same shape

        Returns
        -------
        ndarray of the same shape
        """
        return ACTIVATIONS[self.activation][1](g, z)

    def initial_weight(self, rng: np.random.Generator, dtype: Any) -> np.ndarray:
        """W before training, by the layer's rule: Var(W) = 2/inputs before a rectifier.

        Parameters
        ----------
        rng : numpy.random.Generator
        dtype : float32 or float64

        Returns
        -------
        ndarray of shape (outputs, inputs)
        """
        return initial_weight(self.initialization, self.activation, (self.outputs, self.inputs), rng, dtype)

    def fast(self, room: Room) -> Step:
        """Products written into arrays that stay; ReLU in place.

        Otherwise as `Layer.fast`.
        """
        return DenseStep(self, room)

    def brief(self) -> str:
        """The width and the activation.

        Otherwise as `Layer.brief`.

        Parameters
        ----------
        None.

        Returns
        -------
        str
        """
        return f"{self.outputs} {self.activation}"


class DenseStep(Step):
    """`Dense` in training."""

    layer: Dense

    def __init__(self, layer: Dense, room: Room) -> None:
        super().__init__(layer, room)
        self.weight, self.bias = room.parameters["weight"], room.parameters["bias"]
        self.dweight, self.dbias = room.gradients["weight"], room.gradients["bias"]
        self.z = np.empty((room.batch_size, layer.outputs), room.dtype)
        self.dx = np.empty((room.batch_size, layer.inputs), room.dtype) if room.needs_slope else None
        # In float64 a sum along the examples is as quick as a product with ones, and keeps more digits.
        self.ones = np.ones(min(room.batch_size, BLOCK), room.dtype) if room.dtype == np.float32 else np.ones(0)

    def forward(self, x: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        self.x = x
        z = np.matmul(x, self.weight.T, out=self.z[: len(x)])
        z += self.bias
        if self.layer.activation == "relu":
            return np.maximum(z, 0, out=z)
        try:
            return self.layer.apply(z)
        except ValueError:  # the activation has looked: a number is not finite
            raise NotFinite from None

    def backward(self, g: np.ndarray) -> np.ndarray | None:
        n = len(g)
        delta = self._pull_back(g, self.z[:n])
        if n <= BLOCK:
            np.matmul(delta.T, self.x, out=self.dweight)
        else:
            self.dweight[:] = product(delta.T, self.x)
        if n <= len(self.ones):
            np.matmul(self.ones[:n], delta, out=self.dbias)
        else:
            self.dbias[:] = total(delta, axis=0)
        return None if self.dx is None else np.matmul(delta, self.weight, out=self.dx[:n])

    def _pull_back(self, g: np.ndarray, z: np.ndarray) -> np.ndarray:
        activation = self.layer.activation
        if activation == "relu":
            # Here z holds max(z, 0), which is positive exactly where z was.
            g *= z > 0
            return g
        if activation == "linear" and not np.isfinite(g).all():
            raise NotFinite
        try:
            return self.layer.pull_back(g, z)
        except ValueError:
            raise NotFinite from None
