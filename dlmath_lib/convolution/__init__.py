"""Convolution and pooling over any number of spatial axes, forward and backward.

Arrays are ``(n, channels, *spatial)``, kernels ``(out, channels / groups, *kernel)``. What is called convolution here,
as in deep learning, does not flip the kernel; `convolve` does. Derived in ``chapters/convolution/convolution.ipynb``.
"""

from __future__ import annotations

from dlmath_lib.convolution.conv import conv, conv_vjp
from dlmath_lib.convolution.global_pool import (
    global_average_pool,
    global_average_pool_vjp,
    global_max_pool,
    global_max_pool_vjp,
)
from dlmath_lib.convolution.pool import average_pool, average_pool_vjp, max_pool, max_pool_vjp
from dlmath_lib.convolution.receptive import receptive_field
from dlmath_lib.convolution.shapes import output_shape
from dlmath_lib.convolution.signals import convolution_matrix, convolve, correlate
from dlmath_lib.convolution.spectrogram import spectrogram
from dlmath_lib.convolution.transposed import conv_transpose, conv_transpose_vjp

__all__ = [
    "average_pool",
    "average_pool_vjp",
    "conv",
    "conv_transpose",
    "conv_transpose_vjp",
    "conv_vjp",
    "convolution_matrix",
    "convolve",
    "correlate",
    "global_average_pool",
    "global_average_pool_vjp",
    "global_max_pool",
    "global_max_pool_vjp",
    "max_pool",
    "max_pool_vjp",
    "output_shape",
    "receptive_field",
    "spectrogram",
]
