"""What every elementwise activation shares: the checks of its input and of the cotangent."""

from __future__ import annotations

import numpy as np

from dlmath_lib._validate import as_array, same_shape


def as_input(function: str, z: np.ndarray) -> np.ndarray:
    """The pre-activation ``z``: finite floats of any shape; an empty batch is allowed."""
    return as_array(function, "z", z, nonempty=False)


def as_cotangent(function: str, g: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The cotangent ``g``, of z's shape and in its dtype."""
    g = as_array(function, "g", g, nonempty=False, cast=z.dtype)
    same_shape(function, {"z": z, "g": g})
    return g


def as_inputs(function: str, g: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a vector-Jacobian product takes: the Jacobian of an elementwise function is diagonal, so it is g ⊙ f′(z)."""
    z = as_input(function, z)
    return as_cotangent(function, g, z), z
