"""What a layer is, and the names by which activations and initial weights are called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib import activations, initialization
from dlmath_lib._validate import as_scalar, one_of

__all__ = ["Dense"]

NAMES = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu")
ACTIVATIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "linear": (lambda z: z, lambda g, z: g),
    **{name: (getattr(activations, name), getattr(activations, name + "_vjp")) for name in NAMES},
}
INITIALIZATIONS: dict[str, Callable[..., np.ndarray]] = {
    "xavier_uniform": initialization.xavier_uniform,
    "xavier_normal": initialization.xavier_normal,
    "he_uniform": initialization.he_uniform,
    "he_normal": initialization.he_normal,
    "zeros": lambda shape, *, rng, dtype: initialization.zeros(shape, dtype=dtype),
}
RECTIFIERS = {"relu", "leaky_relu", "elu", "softplus", "silu", "gelu"}


@dataclass(frozen=True)
class Dense:
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
        name = self.initialization
        if name == "auto":
            name = "he_normal" if self.activation in RECTIFIERS else "xavier_uniform"
        return INITIALIZATIONS[name]((self.outputs, self.inputs), rng=rng, dtype=dtype)
