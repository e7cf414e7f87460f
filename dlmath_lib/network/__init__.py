"""A network of layers: a thin composition of the functions of `layers`, `activations`, `losses`, `optimizers`.

``model`` says what it computes, in pure functions; ``layer`` is what it asks of a layer, and ``layers`` holds one file
for each. ``_fast`` computes the same numbers in arrays that are used again in every step; only `Network.fit` calls it.
Used from ``chapters/networks/training_a_network.ipynb`` on.
"""

from __future__ import annotations

from typing import Any

from dlmath_lib.network import layers
from dlmath_lib.network.history import Evaluation, History, TrainingDiverged
from dlmath_lib.network.layer import Layer
from dlmath_lib.network.layers.activation import Activation
from dlmath_lib.network.layers.batch_norm import BatchNorm
from dlmath_lib.network.layers.conv import Conv
from dlmath_lib.network.layers.dense import Dense
from dlmath_lib.network.layers.dropout import Dropout
from dlmath_lib.network.layers.flatten import Flatten
from dlmath_lib.network.layers.normalization import GroupNorm, LayerNorm, RMSNorm
from dlmath_lib.network.layers.pooling import AveragePool, GlobalAveragePool, GlobalMaxPool, MaxPool
from dlmath_lib.network.layers.residual import Residual
from dlmath_lib.network.model import LayerGradient, Network
from dlmath_lib.network.pieces import LinearPieces, linear_pieces
from dlmath_lib.network.step import Mode

# In plain order: the contract test of the docstrings reads it so.
__all__ = [
    "Activation",
    "AveragePool",
    "BatchNorm",
    "Conv",
    "Dense",
    "Dropout",
    "Evaluation",
    "Flatten",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "GroupNorm",
    "History",
    "Layer",
    "LayerGradient",
    "LayerNorm",
    "LinearPieces",
    "MaxPool",
    "Mode",
    "Network",
    "RMSNorm",
    "Residual",
    "TrainingDiverged",
    "linear_pieces",
]


def __getattr__(name: str) -> Any:
    """A layer that a file in ``layers`` brings and that is not listed above, where editors look."""
    if name in layers.__all__:
        return getattr(layers, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
