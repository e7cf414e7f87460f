"""One training step in arrays that are used again: the numbers of `Network.loss_and_gradient`, without its allocations.

Differences from the pure functions: products are written into the flat gradient at once, ReLU works in place, and
nothing is checked but that the numbers are finite where a check is cheap (the loss).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlmath_lib._sums import BLOCK, product, total
from dlmath_lib.network.dense import Dense
from dlmath_lib.network.objectives import Objective


class NotFinite(Exception):
    """A number of the forward pass is NaN or infinite."""


def layer_views(flat: np.ndarray, layers: Sequence[Dense]) -> list[tuple[np.ndarray, np.ndarray]]:
    """The weight (out, in) and the bias (out,) of each layer, as views into one flat vector."""
    views, start = [], 0
    for layer in layers:
        end = start + layer.outputs * layer.inputs
        weight = flat[start:end].reshape(layer.outputs, layer.inputs)
        start = end + layer.outputs
        views.append((weight, flat[end:start]))
    return views


class FastStep:
    """Forward and backward for batches of at most ``batch_size`` examples; fills ``gradient``."""

    def __init__(self, layers: Sequence[Dense], parameters: np.ndarray, objective: Objective, batch_size: int) -> None:
        self.layers, self.objective = layers, objective
        self.parameters = layer_views(parameters, layers)
        self.gradient = np.empty_like(parameters)
        self.gradients = layer_views(self.gradient, layers)
        kind = parameters.dtype
        self.z = [np.empty((batch_size, layer.outputs), kind) for layer in layers]
        # No slope is sent to the data, so the first layer needs no place for it.
        self.delta = [np.empty((batch_size, layer.inputs), kind) for layer in layers[1:]]

    def __call__(self, x: np.ndarray, y: np.ndarray) -> tuple[float, float | None]:
        """The sum of the losses and the number of right answers; ``gradient`` is that of the mean loss."""
        n = len(x)
        inputs = [x]
        for layer, (weight, bias), buffer in zip(self.layers, self.parameters, self.z, strict=True):
            z = np.matmul(inputs[-1], weight.T, out=buffer[:n])
            z += bias
            inputs.append(self._activate(layer, z))
        outputs = inputs.pop()
        if not np.isfinite(outputs).all():
            raise NotFinite
        losses, delta = self.objective.value_and_grad(outputs, y)
        loss = float(total(losses))
        delta /= n
        for i in reversed(range(len(self.layers))):
            layer, (weight, _), (dweight, dbias) = self.layers[i], self.parameters[i], self.gradients[i]
            delta = self._pull_back(layer, delta, i, n)
            if n <= BLOCK:
                np.matmul(delta.T, inputs[i], out=dweight)
            else:
                dweight[:] = product(delta.T, inputs[i])
            dbias[:] = total(delta, axis=0)
            if i:
                delta = np.matmul(delta, weight, out=self.delta[i - 1][:n])
        return loss, self.objective.correct(outputs, y)

    @staticmethod
    def _activate(layer: Dense, z: np.ndarray) -> np.ndarray:
        if layer.activation == "relu":
            return np.maximum(z, 0, out=z)
        try:
            return layer.apply(z)
        except ValueError:  # the activation has looked: a number is not finite
            raise NotFinite from None

    def _pull_back(self, layer: Dense, delta: np.ndarray, i: int, n: int) -> np.ndarray:
        z = self.z[i][:n]
        if layer.activation == "relu":
            # Here z holds max(z, 0), which is positive exactly where z was.
            delta *= z > 0
            return delta
        if layer.activation == "linear" and not np.isfinite(delta).all():
            raise NotFinite
        try:
            return layer.pull_back(delta, z)
        except ValueError:
            raise NotFinite from None
