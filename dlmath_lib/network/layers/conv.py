"""The convolution layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._sums import total
from dlmath_lib._validate import as_scalar, as_switch, fail, one_of
from dlmath_lib.convolution import conv, conv_vjp
from dlmath_lib.convolution._columns import gradients, sweep
from dlmath_lib.network.layer import Layer
from dlmath_lib.network.layers._names import INITIALIZATIONS, initial_weight
from dlmath_lib.network.layers._windows import as_options, windows
from dlmath_lib.network.step import Arrays, Mode, NotFinite, Room, Shape, Shapes, Step

__all__ = ["Conv"]


@dataclass(frozen=True)
class Conv(Layer):
    """A convolution layer, Y[o, i] = b[o] + Σ_c Σ_q K[o, c, q] X[c, i·s + q·d − p], by `dlmath_lib.convolution.conv`.

    Parameters
    ----------
    inputs, outputs : int ≥ 1
        Channels before and behind it. K has the shape (outputs, inputs / groups, *kernel), and is called "weight".
    kernel : int or tuple of int
        Its spatial shape: one length for all axes, or one for each.
    stride, dilation : int or tuple of int, default 1
        s and d.
    padding : int, tuple, "same" or "valid", default 0
        p, zeros at the ends of each axis. "same" keeps the spatial shape.
    groups : int, default 1
        Groups of channels that see only their own.
    bias : bool, default True
        Whether there is a b, one number for each output channel; a normalisation behind the layer would take it away.
    initialization : str, default "auto"
        By the name of a rule, as for `Dense`; "auto" is "he_normal", for a rectifier behind it. b starts at 0.

    Raises
    ------
    TypeError, ValueError
        If an option is not such, or the channels cannot be divided into the groups.

    Notes
    -----
    Derivation: ``chapters/convolution/convolution.ipynb#channels-and-more-axes``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), sections 9.1 and 9.5.

    Examples
    --------
    >>> layer = Conv(1, 16, 3, padding="same")
    >>> layer.output_shape((1, 8, 8)), layer.parameter_shapes((1, 8, 8))
    ((16, 8, 8), {'weight': (16, 1, 3, 3), 'bias': (16,)})
    """

    inputs: int
    outputs: int
    kernel: int | tuple[int, ...]
    stride: int | tuple[int, ...] = 1
    padding: Any = 0
    dilation: int | tuple[int, ...] = 1
    groups: int = 1
    bias: bool = True
    initialization: str = "auto"

    def __post_init__(self) -> None:
        for name in ("inputs", "outputs", "groups"):
            object.__setattr__(self, name, int(as_scalar("Conv", name, getattr(self, name), low=1, integer=True)))
        as_options(self, "Conv", ("kernel", "stride", "dilation"))
        if self.inputs % self.groups or self.outputs % self.groups:
            expected = f"a divisor of inputs and outputs, {self.inputs} and {self.outputs}"
            raise fail("Conv", "groups", expected, str(self.groups))
        object.__setattr__(self, "bias", as_switch("Conv", "bias", self.bias))
        one_of("Conv", "initialization", self.initialization, ("auto", *INITIALIZATIONS))

    def output_shape(self, input_shape: Shape) -> Shape:
        """(outputs, …): the places of the kernel along each axis.

        Otherwise as `Layer.output_shape`.
        """
        if len(input_shape) < 2 or input_shape[0] != self.inputs:
            hint = "" if len(input_shape) < 2 else f"write Conv({input_shape[0]}, {self.outputs}, …)"
            expected = f"of shape ({self.inputs}, …), with {self.inputs} channels and a spatial axis at least"
            raise fail(str(self), "the input", expected, str(input_shape), hint)
        return (self.outputs, *windows(self, input_shape).out)

    def parameter_shapes(self, input_shape: Shape) -> Shapes:
        """K: (outputs, inputs / groups, *kernel), b: (outputs,).

        Otherwise as `Layer.parameter_shapes`.
        """
        shapes: Shapes = {"weight": (self.outputs, self.inputs // self.groups, *windows(self, input_shape).kernel)}
        return shapes | ({"bias": (self.outputs,)} if self.bias else {})

    def initialize(self, input_shape: Shape, rng: np.random.Generator, dtype: Any) -> dict[str, np.ndarray]:
        """K by the layer's rule.

        Otherwise as `Layer.initialize`.
        """
        shape = self.parameter_shapes(input_shape)["weight"]
        return {"weight": initial_weight(self.initialization, "relu", shape, rng, dtype)}

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """Y, with the entries of x under the kernel; x is kept.

        Otherwise as `Layer.forward`.
        """
        return conv(x, parameters["weight"], parameters.get("bias"), **self._options()), x

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """∂L/∂x, ∂L/∂K and ∂L/∂b.

        Otherwise as `Layer.vjp`.
        """
        dx, *slopes = conv_vjp(g, cache, parameters["weight"], parameters.get("bias"), **self._options())
        return dx, dict(zip(("weight", "bias"), slopes, strict=False))

    def fast(self, room: Room) -> Step:
        """Without checks of the arguments, and without ∂L/∂x where nothing before it is trained.

        Otherwise as `Layer.fast`.
        """
        return ConvStep(self, room)

    def _options(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("stride", "padding", "dilation", "groups")}


class ConvStep(Step):
    """`Conv` in training."""

    layer: Conv

    def __init__(self, layer: Conv, room: Room) -> None:
        super().__init__(layer, room)
        self.windows = windows(layer, room.input_shape)

    def forward(self, x: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        self.x = x
        weight, bias = self.room.parameters["weight"], self.room.parameters.get("bias")
        return sweep(x, self.windows, self.layer.groups, kernels=weight, bias=bias)[0]

    def backward(self, g: np.ndarray) -> np.ndarray | None:
        if not np.isfinite(g).all():
            raise NotFinite
        weight, groups = self.room.parameters["weight"], self.layer.groups
        dx = None
        if self.room.needs_slope:
            dx, self.room.gradients["weight"][...] = gradients(g, self.x, weight, self.windows, groups)
        else:
            self.room.gradients["weight"][...] = sweep(self.x, self.windows, groups, g=g)[1]
        if self.layer.bias:
            self.room.gradients["bias"][...] = total(g.reshape(*g.shape[:2], math.prod(g.shape[2:])), (0, 2))
        return dx
