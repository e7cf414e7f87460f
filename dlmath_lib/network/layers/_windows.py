"""What convolution and pooling layers share: their options, checked, and the shape that comes out."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_scalar, fail
from dlmath_lib.convolution.shapes import Windows, as_windows, per_axis


def as_options(layer: Any, name: str, options: tuple[str, ...], *, optional: tuple[str, ...] = ()) -> None:
    """Check a layer's kernel, stride, padding and dilation, as far as that goes without an input; lists as tuples."""
    for option in (*options, "padding"):
        object.__setattr__(layer, option, _as_tuple(getattr(layer, option)))
    values = {option: getattr(layer, option) for option in (*options, "padding")}
    axes = max([len(value) for value in values.values() if isinstance(value, tuple)], default=1)
    for option in options:
        value = values[option]
        if value is None and option in optional:
            continue
        whole = [int(as_scalar(name, option, n, low=1, integer=True)) for n in _entries(value)]
        numbers = per_axis(name, option, tuple(whole) if isinstance(value, tuple) else whole[0], axes)
        object.__setattr__(layer, option, numbers if isinstance(value, tuple) else numbers[0])
    as_windows(name, (2**62,) * axes, (1,) * axes, layer.stride or 1, layer.padding, 1)


def _entries(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _as_tuple(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.ndim and not isinstance(value, np.ma.MaskedArray):
        value = value.tolist()
    return tuple(map(_as_tuple, value)) if isinstance(value, (list, tuple)) else value


def windows(layer: Any, input_shape: tuple[int, ...], *, argument: str = "kernel") -> Windows:
    """The windows of the layer over an example of this shape, or an error in the name of the layer."""
    name, size = str(layer), input_shape[1:]
    if not size:
        hint = "its input has no spatial axes" if input_shape else ""
        raise fail(name, "the input", "of shape (channels, …) with a spatial axis at least", str(input_shape), hint)
    kernel = per_axis(name, "kernel", layer.kernel, len(size))
    stride = kernel if layer.stride is None else layer.stride
    return as_windows(name, size, kernel, stride, layer.padding, layer.dilation, argument=argument)


def pooled_shape(layer: Any, input_shape: tuple[int, ...]) -> tuple[int, ...]:
    """What comes out of a pooling layer, each of whose windows must have an entry of the input."""
    found = windows(layer, input_shape)
    if any((found.counts(axis) == 0).any() for axis in range(len(found.size))):
        expected = f"so small that each window has an entry of the input, of shape {input_shape}"
        raise fail(str(layer), "padding", expected, str(layer.padding))
    return (input_shape[0], *found.out)
