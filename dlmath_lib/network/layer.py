"""What a layer is: the protocol that `Network` asks of each, and by which a file of ``layers`` adds one.

A layer is a description, a frozen dataclass without numbers. The network holds its numbers: the parameters, which are
trained, and the statistics, which are not (the running mean of a batch norm). It hands them in by their names.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from dlmath_lib._validate import fail
from dlmath_lib.network.step import Arrays, Mode, Room, Shape, Shapes, Step

__all__ = ["Layer", "as_layers", "described", "from_description", "output_shapes"]


class Layer:
    """A layer, y = f(x; θ): the description of a function, without its numbers θ.

    A subclass is a frozen dataclass, whose fields are numbers, words, layers, or tuples of these; it is known by its
    name from then on, in files too. It must say ``output_shape``, ``forward`` and ``vjp``; the others where it has
    parameters or statistics, or where it can be faster.

    Notes
    -----
    Shapes are those of one example; arrays have the examples along axis 0 before it. All methods are pure: nothing
    that is handed in is changed. Derivation: ``chapters/networks/backpropagation_in_matrices.ipynb#batches``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.5.6.

    Examples
    --------
    >>> dense = Layer.registered["Dense"](3, 2)
    >>> dense.output_shape((3,)), dense.parameter_shapes((3,))
    ((2,), {'weight': (2, 3), 'bias': (2,)})
    """

    registered: ClassVar[dict[str, type[Layer]]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        known = cls.registered.get(cls.__name__)
        # The same class again is a cell that was run twice.
        if known is not None and known.__module__ != cls.__module__:
            raise TypeError(f"{cls.__name__}: the name is that of a layer of {known.__module__} already")
        cls.registered[cls.__name__] = cls

    @property
    def input_shape(self) -> Shape | None:
        """The one shape of an example that it takes; None where several will do."""
        return None

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of f(x) for one example.

        Parameters
        ----------
        input_shape : tuple of int
            The shape of x for one example.

        Returns
        -------
        tuple of int

        Raises
        ------
        ValueError
            If the layer takes no such x.
        """
        raise NotImplementedError(f"{type(self).__name__}.output_shape")

    def parameter_shapes(self, input_shape: Shape) -> Shapes:
        """The shape of each parameter in θ, by its name; their order is that in ``Network.parameters``.

        Parameters
        ----------
        input_shape : tuple of int
            The shape of x for one example.

        Returns
        -------
        dict of str to tuple of int
        """
        return {}

    def statistic_shapes(self, input_shape: Shape) -> Shapes:
        """The shape of each statistic, by its name: what training moves by other rules than the gradient.

        Parameters
        ----------
        input_shape : tuple of int
            The shape of x for one example.

        Returns
        -------
        dict of str to tuple of int
        """
        return {}

    def initialize(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> dict[str, Any]:
        """The parameters and statistics that do not start at 0.

        Parameters
        ----------
        input_shape : tuple of int
            The shape of x for one example.
        rng : numpy.random.Generator
            What they are drawn from.
        dtype : float32 or float64
            Their type.

        Returns
        -------
        dict of str to ndarray or number
        """
        return {}

    def smallest_batch(self, input_shape: Shape) -> int:
        """How many examples a batch must have in training.

        Parameters
        ----------
        input_shape : tuple of int
            The shape of x for one example.

        Returns
        -------
        int
        """
        return 1

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """The outputs y = f(x; θ), and what the way back needs.

        Parameters
        ----------
        x : ndarray of shape (n, …)
            A batch.
        parameters : mapping of str to ndarray
            θ, by name.
        mode : Mode
            Training or not, and with it the source of chance and the statistics.

        Returns
        -------
        ndarray of shape (n, …)
            y.
        object
            The cache: whatever ``vjp`` reads again.
        """
        raise NotImplementedError(f"{type(self).__name__}.forward")

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """The slopes g ∂y/∂x and g ∂y/∂θ at the x of the forward pass, summed over the examples.

        Parameters
        ----------
        g : ndarray of y's shape
            The slope behind the layer, ∂L/∂y.
        parameters : mapping of str to ndarray
            θ, by name.
        cache : object
            What ``forward`` has kept.

        Returns
        -------
        ndarray of x's shape
            ∂L/∂x.
        dict of str to ndarray
            ∂L/∂θ: one array for each parameter, by its name.
        """
        raise NotImplementedError(f"{type(self).__name__}.vjp")

    def next_statistics(self, statistics: Arrays, cache: Any) -> dict[str, np.ndarray]:
        """The statistics after a step of training.

        Parameters
        ----------
        statistics : mapping of str to ndarray
            Those before.
        cache : object
            What ``forward`` has kept.

        Returns
        -------
        dict of str to ndarray
            Those that change.
        """
        return {}

    def fast(self, room: Room) -> Step:
        """The layer at work in `Network.fit`, y = f(x; θ) in arrays that are used again.

        Parameters
        ----------
        room : Room
            Views of the network's parameters, gradient and statistics, and the largest batch.

        Returns
        -------
        Step
            By default one that calls ``forward`` and ``vjp``.
        """
        return Step(self, room)

    def brief(self) -> str:
        """What `Network` prints of it.

        Parameters
        ----------
        None.

        Returns
        -------
        str
        """
        return str(self)

    def __str__(self) -> str:
        """As it is written in code, without what is left at its default."""
        parts = []
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if field.default is dataclasses.MISSING:
                parts.append(_written(value))
            elif value != field.default:
                parts.append(f"{field.name}={_written(value)}")
        return f"{type(self).__name__}({', '.join(parts)})"


def _written(value: Any) -> str:
    if isinstance(value, tuple) and any(isinstance(entry, Layer) for entry in value):
        return f"[{', '.join(map(_written, value))}]"
    return str(value) if isinstance(value, Layer) else repr(value)


def as_layers(function: str, layers: Any, argument: str = "layers") -> tuple[Layer, ...]:
    """A list of layers, not empty, as a tuple."""
    if isinstance(layers, Layer) or not isinstance(layers, Sequence) or isinstance(layers, str) or not layers:
        hint = "a single layer too: [Dense(4, 1)]"
        raise fail(function, argument, "a non-empty list of layers", type(layers).__name__, hint, error=TypeError)
    for i, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            made = isinstance(layer, type) and issubclass(layer, Layer)
            hint = f"write {layer.__name__}(…)" if made else ""
            got = layer.__name__ if made else type(layer).__name__
            raise fail(function, f"{argument}[{i}]", "a layer", got, hint, error=TypeError)
    return tuple(layers)


def output_shapes(function: str, layers: Sequence[Layer], shape: Shape, argument: str = "layers") -> list[Shape]:
    """The shape before each layer and that after the last, or an error that names the layer which does not fit."""
    shapes = [shape]
    for i, layer in enumerate(layers):
        try:
            shapes.append(layer.output_shape(shapes[-1]))
        except (TypeError, ValueError) as error:
            raise type(error)(f"{function}: {argument}[{i}], {error}") from None
    return shapes


def described(value: Any) -> Any:
    """A layer as data for JSON: its name and its fields."""
    if isinstance(value, Layer):
        fields = {field.name: described(getattr(value, field.name)) for field in dataclasses.fields(value)}  # type: ignore[arg-type]
        return {"layer": type(value).__name__} | fields
    return [described(entry) for entry in value] if isinstance(value, tuple) else value


def from_description(data: Any) -> Any:
    """What `described` has described: a registered layer is made of its fields, which it checks; nothing is run."""
    if isinstance(data, dict):
        fields = dict(data)
        name = fields.pop("layer")
        if name not in Layer.registered:
            raise ValueError(f"no layer is called {name!r} here")
        made: Callable[..., Layer] = Layer.registered[name]
        return made(**{key: from_description(value) for key, value in fields.items()})
    return tuple(map(from_description, data)) if isinstance(data, list) else data
