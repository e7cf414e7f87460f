"""What every elementwise activation shares: its argument and its vector-Jacobian product."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dlmath_lib._validate import as_array, same_shape


def as_input(function: str, z: np.ndarray) -> np.ndarray:
    """The pre-activation ``z``: finite floats of any shape; an empty batch is allowed."""
    return as_array(function, "z", z, nonempty=False)


def elementwise_vjp(
    function: str, g: np.ndarray, z: np.ndarray, derivative: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """g ⊙ f′(z) in z's dtype: the Jacobian of an elementwise function is diagonal."""
    g = as_array(function, "g", g, nonempty=False)
    z = as_input(function, z)
    same_shape(function, {"z": z, "g": g})
    return (g * derivative(z)).astype(z.dtype, copy=False)
