"""The names by which activations and initial weights are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlmath_lib import activations, initialization

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


def initial_weight(
    name: str, activation: str, shape: tuple[int, ...], rng: np.random.Generator, dtype: Any
) -> np.ndarray:
    """A weight before training, by the rule of this name: "auto" is He's before a rectifier, Xavier's elsewhere."""
    if name == "auto":
        name = "he_normal" if activation in RECTIFIERS else "xavier_uniform"
    return INITIALIZATIONS[name](shape, rng=rng, dtype=dtype)
