"""Layers at work: what a layer is handed, and the `Step` that it makes in training, in arrays that are used again.

A layer brings its own step by `Layer.fast`; what has none works by its pure functions. A fast step writes its gradients
into the network's one flat gradient at once, and checks nothing but that numbers are finite where that is cheap.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from dlmath_lib.network.layer import Layer

__all__ = ["Arrays", "Mode", "NotFinite", "Room", "Shape", "Shapes", "Step", "Steps", "rooms", "select", "views"]

Shape = tuple[int, ...]
Shapes = dict[str, Shape]
Arrays = Mapping[str, np.ndarray]


class NotFinite(Exception):
    """A number of the forward pass is NaN or infinite."""


class Mode(NamedTuple):
    """How a forward pass is made.

    Attributes
    ----------
    training : bool, default False
        True in `Network.fit`: dropout drops, a batch norm takes the batch's mean. False: the network as it is used.
    rng : numpy.random.Generator or None
        What a layer draws from in training.
    statistics : mapping of str to ndarray
        The layer's statistics, by name.
    """

    training: bool = False
    rng: np.random.Generator | None = None
    statistics: Arrays = MappingProxyType({})


class Room(NamedTuple):
    """Where a layer works in `Network.fit`.

    Attributes
    ----------
    parameters, gradients, statistics : dict of str to ndarray
        Views into the network's, by name. A step writes the slopes over ``gradients``, new values over ``statistics``.
    input_shape : tuple of int
        The shape of x for one example.
    batch_size : int
        The most examples that come at once.
    dtype : float32 or float64
        Of all numbers.
    needs_slope : bool
        Whether a layer before it is trained. If not, ``backward`` may return None.
    """

    parameters: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]
    statistics: dict[str, np.ndarray]
    input_shape: Shape
    batch_size: int
    dtype: np.dtype
    needs_slope: bool


class Step:
    """A layer at work in `Network.fit`, y = f(x; θ): by its pure functions, unless a layer brings a faster one.

    Parameters
    ----------
    layer : Layer
        What it computes.
    room : Room
        Where it reads and writes.

    Examples
    --------
    >>> from dlmath_lib.network import Activation
    >>> step = Step(Activation("relu"), Room({}, {}, {}, (3,), 1, np.dtype(float), True))
    >>> print(step.forward(np.array([[1.0, -2.0, 3.0]]), None), step.backward(np.array([[1.0, 1.0, 1.0]])))
    [[1. 0. 3.]] [[1. 0. 1.]]
    """

    def __init__(self, layer: Layer, room: Room) -> None:
        self.layer, self.room = layer, room
        self.cache: Any = None

    def forward(self, x: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        """The outputs y = f(x; θ), in training.

        Parameters
        ----------
        x : ndarray of shape (n, …)
            A batch. It is the layer's before, and may not be changed; it stays as it is until ``backward``.
        rng : numpy.random.Generator or None
            What a layer draws from.

        Returns
        -------
        ndarray of shape (n, …)
            y, which may be overwritten by the next call.
        """
        room = self.room
        try:
            y, self.cache = self.layer.forward(x, room.parameters, Mode(True, rng, room.statistics))
        except ValueError:
            self._blame(x)
            raise
        for name, value in self.layer.next_statistics(room.statistics, self.cache).items():
            room.statistics[name][...] = value
        return y

    def backward(self, g: np.ndarray) -> np.ndarray | None:
        """The slope g ∂y/∂x before the layer; those of its parameters are written over ``room.gradients``.

        Parameters
        ----------
        g : ndarray of y's shape
            The slope behind it, which may be overwritten.

        Returns
        -------
        ndarray of x's shape, or None
            None only where no slope is needed.
        """
        try:
            dx, slopes = self.layer.vjp(g, self.room.parameters, self.cache)
        except ValueError:
            self._blame(g)
            raise
        for name, slope in slopes.items():
            self.room.gradients[name][...] = slope
        return dx

    def _blame(self, numbers: np.ndarray) -> None:
        """A pure function refuses what is not finite; that is an outcome of training, and no mistake of the layer."""
        if not all(np.isfinite(array).all() for array in (numbers, *self.room.parameters.values())):
            raise NotFinite from None


def views(flat: np.ndarray, shapes: Sequence[Shapes]) -> list[dict[str, np.ndarray]]:
    """The arrays of each layer, by name, as views into one flat vector."""
    found, start = [], 0
    for shapes_of_layer in shapes:
        arrays = {}
        for name, shape in shapes_of_layer.items():
            end = start + math.prod(shape)
            arrays[name] = flat[start:end].reshape(shape)
            start = end
        found.append(arrays)
    return found


def select(arrays: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """What has this prefix in its name, by the names without it."""
    return {name[len(prefix) :]: value for name, value in arrays.items() if name.startswith(prefix)}


class Steps:
    """Layers at work one after the other."""

    def __init__(self, layers: Sequence[Layer], rooms: Sequence[Room]) -> None:
        self.steps = [layer.fast(room) for layer, room in zip(layers, rooms, strict=True)]
        # No slope is sent past the first layer that has parameters, unless something before asks for it.
        trained = [i for i, room in enumerate(rooms) if room.parameters or room.needs_slope]
        self.way_back = self.steps[: trained[0] if trained else len(rooms) : -1]
        self.way_back += [self.steps[trained[0]]] if trained else []

    def forward(self, x: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        for step in self.steps:
            x = step.forward(x, rng)
        return x

    def backward(self, g: np.ndarray) -> np.ndarray | None:
        for step in self.way_back:
            g = step.backward(g)  # type: ignore[assignment]
        return g


def rooms(
    parts: Iterator[tuple[dict[str, np.ndarray], ...]],
    shapes: Sequence[Shape],
    batch_size: int,
    dtype: np.dtype,
    needs_slope: bool,
) -> list[Room]:
    """The rooms of layers one after the other: their parameters, gradients and statistics, the shapes between them."""
    found = []
    for (parameters, gradients, statistics), shape in zip(parts, shapes, strict=False):
        found.append(Room(parameters, gradients, statistics, shape, batch_size, dtype, needs_slope))
        needs_slope = needs_slope or bool(parameters)
    return found
