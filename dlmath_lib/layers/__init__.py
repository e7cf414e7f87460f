"""Layers as pure functions, forward and backward: affine, attention, dropout, batch, layer, group and RMS norm.

One module for each; every name is also here: ``from dlmath_lib.layers import affine, affine_vjp``. Batches lie on the
first axis, channels on the second, spatial axes follow. What a layer remembers between batches (running statistics) or
draws (a mask) is an argument and a result.
"""

from __future__ import annotations

from dlmath_lib.layers.affine import affine, affine_vjp
from dlmath_lib.layers.attention import attention, attention_vjp, attention_weights
from dlmath_lib.layers.batch_norm import (
    batch_norm,
    batch_norm_vjp,
    batch_statistics,
    update_running_statistics,
)
from dlmath_lib.layers.dropout import dropout, dropout_mask, dropout_vjp
from dlmath_lib.layers.group_norm import group_norm, group_norm_vjp
from dlmath_lib.layers.layer_norm import layer_norm, layer_norm_vjp, rms_norm, rms_norm_vjp

__all__ = [
    "affine",
    "affine_vjp",
    "attention",
    "attention_vjp",
    "attention_weights",
    "batch_norm",
    "batch_norm_vjp",
    "batch_statistics",
    "dropout",
    "dropout_mask",
    "dropout_vjp",
    "group_norm",
    "group_norm_vjp",
    "layer_norm",
    "layer_norm_vjp",
    "rms_norm",
    "rms_norm_vjp",
    "update_running_statistics",
]
