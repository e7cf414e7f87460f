"""Pooling layers: the largest or the mean entry of each window, or of a whole channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

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
class _Pool:
    """Pooling by a function of ``dlmath_lib.convolution`` and its vjp, with this layer's options; x is kept."""

    _function: ClassVar[Callable[..., np.ndarray]]
    _pull: ClassVar[Callable[..., np.ndarray]]

    def forward(self, x: np.ndarray, parameters: Arrays, mode: Mode) -> tuple[np.ndarray, Any]:
        """The pooled numbers; x is kept.

        Otherwise as `Layer.forward`.
        """
        return type(self)._function(x, **vars(self)), x

    def vjp(self, g: np.ndarray, parameters: Arrays, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Each slope goes to the largest entry of its window, or in equal parts to the entries.

        Otherwise as `Layer.vjp`.
        """
        return type(self)._pull(g, cache, **vars(self)), {}


@dataclass(frozen=True)
class _Windows(_Pool):
    """Pooling of windows."""

    kernel: int | tuple[int, ...]
    stride: int | tuple[int, ...] | None = None
    padding: Any = 0
    dilation: int | tuple[int, ...] = 1

    def __post_init__(self) -> None:
        as_options(self, type(self).__name__, ("kernel", "stride", "dilation"), optional=("stride",))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The channels, and the places of the window along each axis.

        Otherwise as `Layer.output_shape`.
        """
        return pooled_shape(self, input_shape)


@dataclass(frozen=True)
class _Channels(_Pool):
    """Pooling of whole channels."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels,).

        Otherwise as `Layer.output_shape`.
        """
        if len(input_shape) < 2:
            raise fail(str(self), "the input", "of shape (channels, …) with a spatial axis at least", str(input_shape))
        return input_shape[:1]


@dataclass(frozen=True)
class MaxPool(_Windows, Layer):
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
    Of equal largest entries the first takes the slope. Derivation:
    ``chapters/convolution/pooling.ipynb#the-way-back-through-a-maximum``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.3.

    Examples
    --------
    >>> MaxPool(2).output_shape((16, 8, 8))
    (16, 4, 4)
    """

    _function = staticmethod(max_pool)
    _pull = staticmethod(max_pool_vjp)


@dataclass(frozen=True)
class AveragePool(_Windows, Layer):
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
    Derivation:
    ``chapters/convolution/pooling.ipynb#the-way-back-through-an-average``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.3.

    Examples
    --------
    >>> AveragePool(3, stride=2, padding=1).output_shape((16, 8, 8))
    (16, 4, 4)
    """

    count_include_pad: bool = True

    _function = staticmethod(average_pool)
    _pull = staticmethod(average_pool_vjp)

    def __post_init__(self) -> None:
        super().__post_init__()
        counted = as_switch("AveragePool", "count_include_pad", self.count_include_pad)
        object.__setattr__(self, "count_include_pad", counted)


@dataclass(frozen=True)
class GlobalAveragePool(_Channels, Layer):
    """The mean of each channel, Y[c] = Σ_i X[c, i] / N: a vector, whatever the picture's size.

    Notes
    -----
    Derivation:
    ``chapters/convolution/pooling.ipynb#global-pooling``.

    References
    ----------
    M. Lin, Q. Chen, S. Yan, Network in network (2014), section 3.2.

    Examples
    --------
    >>> GlobalAveragePool().output_shape((32, 4, 4))
    (32,)
    """

    _function = staticmethod(global_average_pool)
    _pull = staticmethod(global_average_pool_vjp)


@dataclass(frozen=True)
class GlobalMaxPool(_Channels, Layer):
    """The largest entry of each channel, Y[c] = max_i X[c, i]: a vector, whatever the picture's size.

    Notes
    -----
    Of equal largest entries the first takes the slope. Derivation:
    ``chapters/convolution/pooling.ipynb#global-pooling``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.3.

    Examples
    --------
    >>> GlobalMaxPool().output_shape((32, 4, 4))
    (32,)
    """

    _function = staticmethod(global_max_pool)
    _pull = staticmethod(global_max_pool_vjp)
