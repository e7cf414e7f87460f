"""One training step in arrays that are used again: the numbers of `Network.loss_and_gradient`, without its allocations.

What a layer does in it belongs to the layer (`Layer.fast`): here they only work one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dlmath_lib._sums import total
from dlmath_lib.network.step import NotFinite, Steps, rooms, views

if TYPE_CHECKING:
    from dlmath_lib.network.model import Network


class FastStep:
    """Forward and backward for batches of at most ``batch_size`` examples; fills ``gradient``.

    ``inputs`` is a place for a batch of examples.
    """

    def __init__(self, network: Network, batch_size: int) -> None:
        self.objective = network.objective
        self.gradient = np.empty_like(network.parameters)
        gradients = views(self.gradient, network.parameter_shapes)
        parts = zip(network.layer_parameters, gradients, network.layer_statistics, strict=True)
        kind = network.parameters.dtype
        self.inputs = np.empty((batch_size, *network.shapes[0]), kind)
        self.steps = Steps(network.layers, rooms(parts, network.shapes, batch_size, kind, needs_slope=False))

    def __call__(
        self, x: np.ndarray, y: np.ndarray, rng: np.random.Generator | None = None
    ) -> tuple[float, float | None]:
        """The sum of the losses and the number of right answers; ``gradient`` is that of the mean loss."""
        outputs = self.steps.forward(x, rng)
        if not np.isfinite(outputs).all():
            raise NotFinite
        losses, delta, correct = self.objective.for_training(outputs, y)
        delta /= len(x)
        loss = float(total(losses))
        self.steps.backward(delta)
        return loss, correct
