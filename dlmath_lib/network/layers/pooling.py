"""Pooling layers: the largest or the mean entry of each window, or of a whole channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._validate import as_switch, fail
from dlmath_lib.convolution import (
    average_pool,
    average_pool_vjp,
    global_average_pool,
    global_average_pool_vjp,
    global_max_pool,
    global_max_pool_vjp,
    max_pool,
    max_pool_vjp,
)
from dlmath_lib.network.layer import Layer
from dlmath_lib.network.layers._windows import as_options, pooled_shape
from dlmath_lib.network.step import Arrays, Mode, Shape

__all__ = ["AveragePool", "GlobalAveragePool", "GlobalMaxPool", "MaxPool"]


@dataclass(frozen=True)
class MaxPool(Layer):
    """Max pooling, Y[c, i] = max_q X[c, i·s + q·d − p], as in `dlmath_lib.convolution.max_pool`.

    Parameters
    ----------
    kernel : int or tuple of int
        The window's length, for all axes or one for each.
    stride : int or tuple of int, optional
        s; left out, the window's length, so that windows lie side by side.
    padding : int, tuple, "same" or "valid", default 0
        p; what is outside is no entry.
    dilation : int or tuple of int, default 1
        d.

    Raises
    ------
    TypeError, ValueError
        If an option is not such.

    Notes
    -----
    Of equal largest entries the first takes the slope. Windows:
    ``chapters/convolution/convolution.ipynb#how-long-is-the-output``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.3.

    Examples
    --------
    >>> MaxPool(2).output_shape((16, 8, 8))
    (16, 4, 4)
    """

    kernel: int | tuple[int, ...]
    stride: int | tuple[int, ...] | None = None
    padding: Any = 0
    dilation: int | tuple[int, ...] = 1

    def __post_init__(self) -> None:
        as_options(self, "MaxPool", ("kernel", "stride", "dilation"), optional=("stride",))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The channels, and the places of the window along each axis.

        Otherwise as `Layer.output_shape`.
        """
        return pooled_shape(self, input_shape)

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """The largest entries; x is kept.

        Otherwise as `Layer.forward`.
        """
        return max_pool(x, **vars(self)), x

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Each slope goes to the largest entry of its window.

        Otherwise as `Layer.vjp`.
        """
        return max_pool_vjp(g, cache, **vars(self)), {}


@dataclass(frozen=True)
class AveragePool(Layer):
    """Average pooling, Y[c, i] = Σ_q X[c, i·s + q·d − p] / N, as in `dlmath_lib.convolution.average_pool`.

    Parameters
    ----------
    kernel, stride, padding, dilation
        As for `MaxPool`.
    count_include_pad : bool, default True
        Whether N counts the padding; if not, only the entries of X in the window.

    Raises
    ------
    TypeError, ValueError
        If an option is not such.

    Notes
    -----
    Windows:
    ``chapters/convolution/convolution.ipynb#how-long-is-the-output``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.3.

    Examples
    --------
    >>> AveragePool(3, stride=2, padding=1).output_shape((16, 8, 8))
    (16, 4, 4)
    """

    kernel: int | tuple[int, ...]
    stride: int | tuple[int, ...] | None = None
    padding: Any = 0
    dilation: int | tuple[int, ...] = 1
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        as_options(self, "AveragePool", ("kernel", "stride", "dilation"), optional=("stride",))
        counted = as_switch("AveragePool", "count_include_pad", self.count_include_pad)
        object.__setattr__(self, "count_include_pad", counted)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The channels, and the places of the window along each axis.

        Otherwise as `Layer.output_shape`.
        """
        return pooled_shape(self, input_shape)

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """The means; x is kept.

        Otherwise as `Layer.forward`.
        """
        return average_pool(x, **vars(self)), x

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Each slope in equal parts.

        Otherwise as `Layer.vjp`.
        """
        return average_pool_vjp(g, cache, **vars(self)), {}


@dataclass(frozen=True)
class GlobalAveragePool(Layer):
    """The mean of each channel, Y[c] = Σ_i X[c, i] / N: a vector, whatever the picture's size.

    Notes
    -----
    Windows:
    ``chapters/convolution/convolution.ipynb#how-long-is-the-output``.

    References
    ----------
    M. Lin, Q. Chen, S. Yan, Network in network (2014), section 3.2.

    Examples
    --------
    >>> GlobalAveragePool().output_shape((32, 4, 4))
    (32,)
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels,).

        Otherwise as `Layer.output_shape`.
        """
        return _channels(self, input_shape)

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """The means; x is kept.

        Otherwise as `Layer.forward`.
        """
        return global_average_pool(x), x

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Each channel's slope in equal parts.

        Otherwise as `Layer.vjp`.
        """
        return global_average_pool_vjp(g, cache), {}


@dataclass(frozen=True)
class GlobalMaxPool(Layer):
    """The largest entry of each channel, Y[c] = max_i X[c, i]: a vector, whatever the picture's size.

    Notes
    -----
    Of equal largest entries the first takes the slope. Windows:
    ``chapters/convolution/convolution.ipynb#how-long-is-the-output``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.3.

    Examples
    --------
    >>> GlobalMaxPool().output_shape((32, 4, 4))
    (32,)
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels,).

        Otherwise as `Layer.output_shape`.
        """
        return _channels(self, input_shape)

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """The largest entries; x is kept.

        Otherwise as `Layer.forward`.
        """
        return global_max_pool(x), x

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Each channel's slope to its largest entry.

        Otherwise as `Layer.vjp`.
        """
        return global_max_pool_vjp(g, cache), {}


def _channels(layer: Layer, input_shape: Shape) -> Shape:
    if len(input_shape) < 2:
        raise fail(str(layer), "the input", "of shape (channels, …) with a spatial axis at least", str(input_shape))
    return input_shape[:1]
