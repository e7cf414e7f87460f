"""The residual block: a path past some layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._validate import fail
from dlmath_lib.network.layer import Layer, as_layers, output_shapes
from dlmath_lib.network.step import Arrays, Mode, Room, Shape, Shapes, Step, Steps, rooms, select

__all__ = ["Residual"]


@dataclass(frozen=True)
class Residual(Layer):
    """A residual block, y = x + F(x), where F is some layers; with a shortcut S, y = S(x) + F(x).

    Parameters
    ----------
    layers : sequence of Layer
        F, one after the other.
    shortcut : sequence of Layer, optional
        S, where F changes the shape. Without it x itself is added.

    Raises
    ------
    TypeError
        If one is no list of layers.

    Notes
    -----
    The slope ∂L/∂x = g + g ∂F/∂x keeps a term that no layer of F can shrink. Derivation:
    ``chapters/networks/vanishing_gradients.ipynb``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 10.9.1 (skip connections).

    Examples
    --------
    >>> from dlmath_lib.network import Dense
    >>> block = Residual([Dense(4, 8, "relu"), Dense(8, 4)])
    >>> sorted(block.parameter_shapes((4,)))
    ['0.bias', '0.weight', '1.bias', '1.weight']
    """

    layers: tuple[Layer, ...]
    shortcut: tuple[Layer, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", as_layers("Residual", self.layers))
        bare = isinstance(self.shortcut, (tuple, list)) and not self.shortcut
        shortcut = () if bare else as_layers("Residual", self.shortcut, "shortcut")
        object.__setattr__(self, "shortcut", shortcut)

    @property
    def input_shape(self) -> Shape | None:
        """What the first layer takes."""
        return self.layers[0].input_shape

    def output_shape(self, input_shape: Shape) -> Shape:
        """That of F(x), which must be that of what is added.

        Otherwise as `Layer.output_shape`.
        """
        (_, inside), (_, past) = ((path, shapes[-1]) for path, shapes in self._paths(input_shape))
        if inside != past:
            hint = "give the shortcut layers that lead to the same shape"
            raise fail(
                "Residual", "the output of its layers", f"of shape {past}, like what is added", f"{inside}", hint
            )
        return inside

    def parameter_shapes(self, input_shape: Shape) -> Shapes:
        """Those of its layers: "0.weight" is the weight of the first, "shortcut.0.weight" that of the first of S.

        Otherwise as `Layer.parameter_shapes`.
        """
        return {
            prefix + name: shape
            for prefix, layer, before in self._parts(input_shape)
            for name, shape in layer.parameter_shapes(before).items()
        }

    def statistic_shapes(self, input_shape: Shape) -> Shapes:
        """Those of its layers, named like the parameters.

        Otherwise as `Layer.statistic_shapes`.
        """
        return {
            prefix + name: shape
            for prefix, layer, before in self._parts(input_shape)
            for name, shape in layer.statistic_shapes(before).items()
        }

    def initialize(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> dict[str, Any]:
        """Each layer by its own rule.

        Otherwise as `Layer.initialize`.
        """
        return {
            prefix + name: value
            for prefix, layer, before in self._parts(input_shape)
            for name, value in layer.initialize(before, rng, dtype).items()
        }

    def smallest_batch(self, input_shape: Shape) -> int:
        """The largest that one of its layers asks for.

        Otherwise as `Layer.smallest_batch`.
        """
        return max(layer.smallest_batch(before) for _, layer, before in self._parts(input_shape))

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """F(x) + x, or F(x) + S(x).

        Otherwise as `Layer.forward`.
        """
        caches, ends = {}, []
        for path in (self.layers, self.shortcut):
            y = x
            for prefix, layer in self._named(path):
                inside = mode._replace(statistics=select(mode.statistics, prefix))
                y, caches[prefix] = layer.forward(y, select(parameters, prefix), inside)
            ends.append(y)
        return ends[0] + ends[1], caches

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """The slopes g ∂F/∂x + g, or g ∂F/∂x + g ∂S/∂x.

        Otherwise as `Layer.vjp`.
        """
        slopes: dict[str, np.ndarray] = {}
        ends = []
        for path in (self.layers, self.shortcut):
            delta = g
            for prefix, layer in reversed(list(self._named(path))):
                delta, found = layer.vjp(delta, select(parameters, prefix), cache[prefix])
                slopes |= {prefix + name: slope for name, slope in found.items()}
            ends.append(delta)
        return ends[0] + ends[1], slopes

    def next_statistics(self, statistics: Arrays, cache: Any) -> dict[str, np.ndarray]:
        """Those of its layers.

        Otherwise as `Layer.next_statistics`.
        """
        return {
            prefix + name: value
            for path in (self.layers, self.shortcut)
            for prefix, layer in self._named(path)
            for name, value in layer.next_statistics(select(statistics, prefix), cache[prefix]).items()
        }

    def fast(self, room: Room) -> Step:
        """Its layers' own steps.

        Otherwise as `Layer.fast`.
        """
        return ResidualStep(self, room)

    def _named(self, path: Sequence[Layer]) -> Iterator[tuple[str, Layer]]:
        """The layers of one path with the prefix of their numbers' names."""
        start = "" if path is self.layers else "shortcut."
        return ((f"{start}{i}.", layer) for i, layer in enumerate(path))

    def _paths(self, input_shape: Shape) -> list[tuple[Sequence[Layer], list[Shape]]]:
        """Both paths with the shapes before, between and behind their layers."""
        names = ((self.layers, "layers"), (self.shortcut, "shortcut"))
        return [(path, output_shapes("Residual", path, input_shape, name)) for path, name in names]

    def _parts(self, input_shape: Shape) -> Iterator[tuple[str, Layer, Shape]]:
        """Each layer with its prefix and the shape before it."""
        for path, shapes in self._paths(input_shape):
            for (prefix, layer), before in zip(self._named(path), shapes, strict=False):
                yield prefix, layer, before


class ResidualStep(Step):
    """`Residual` in training."""

    def __init__(self, layer: Residual, room: Room) -> None:
        super().__init__(layer, room)
        kinds = (room.parameters, room.gradients, room.statistics)
        self.inside, self.past = (
            Steps(
                path,
                rooms(
                    (tuple(select(arrays, prefix) for arrays in kinds) for prefix, _ in layer._named(path)),
                    shapes, room.batch_size, room.dtype, room.needs_slope,
                ),
            )
            for path, shapes in layer._paths(room.input_shape)
        )  # fmt: skip
        self.y = np.empty((room.batch_size, *layer.output_shape(room.input_shape)), room.dtype)
        self.g = np.empty_like(self.y)

    def forward(self, x: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        inside = self.inside.forward(x, rng)
        return np.add(inside, self.past.forward(x, rng), out=self.y[: len(x)])

    def backward(self, g: np.ndarray) -> np.ndarray | None:
        copy = self.g[: len(g)]
        copy[...] = g
        inside, past = self.inside.backward(copy), self.past.backward(g)
        if not self.room.needs_slope or inside is None or past is None:
            return None
        inside += past
        return inside
