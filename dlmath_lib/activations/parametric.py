"""The rectifier whose slope is learned: PReLU."""

from __future__ import annotations

import numpy as np

from dlmath_lib._sums import total
from dlmath_lib._validate import as_array, as_channels
from dlmath_lib.activations._elementwise import as_cotangent, as_input

__all__ = [
    "prelu",
    "prelu_grad",
    "prelu_vjp",
]


def prelu(z: np.ndarray, a: np.ndarray | float) -> np.ndarray:
    """Parametric rectifier, PReLU(z, a) = max(0, z) + a · min(0, z), whose slope a is learned.

    Parameters
    ----------
    z : array of any shape
        Pre-activation, finite.
    a : number, or array of shape (channels,) or of as many axes as z
        Learned slope for z < 0: one for all, or one for each channel, which is axis 1 of z. With as many axes as z
        it has z's length along each, or 1 where the slope is shared.

    Returns
    -------
    array of z's shape and dtype
        z where z ≥ 0, a · z elsewhere.

    Raises
    ------
    TypeError, ValueError
        If z or a is not an array of finite real numbers, or a does not fit z.

    Notes
    -----
    Exact up to one rounding.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, Delving deep into rectifiers, ICCV (2015), section 2.1. Chapter:
    networks/activations#leaky-relu-and-prelu.

    Examples
    --------
    >>> print(prelu(np.array([[-2.0, -2.0]]), np.array([0.25, 0.5])))
    [[-0.5 -1. ]]
    """
    z, _, slopes = _with_slopes("prelu", z, a)
    return np.where(z > 0, z, slopes * z)


def prelu_grad(z: np.ndarray, a: np.ndarray | float) -> np.ndarray:
    """Derivative of PReLU at the input z: 1 for z > 0, a for z ≤ 0.

    Otherwise as `prelu`.

    Returns
    -------
    array of z's shape and dtype
        ∂PReLU/∂z; prelu_vjp also gives ∂L/∂a.

    Notes
    -----
    At 0 the slopes are a from the left and 1 from the right (for a ≤ 1 the numbers from a to 1 are the
    subgradients there, for a > 1 there is none); a is taken, as PyTorch does.

    Examples
    --------
    >>> print(prelu_grad(np.array([-2.0, 0.0, 3.0]), 0.25))
    [0.25 0.25 1.  ]
    """
    z, _, slopes = _with_slopes("prelu_grad", z, a)
    return np.where(z > 0, z.dtype.type(1), slopes)


def prelu_vjp(g: np.ndarray, z: np.ndarray, a: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Pull the cotangent g back through PReLU, to z and to the learned slope a.

    Otherwise as `prelu`.

    Parameters
    ----------
    g : array of z's shape
        Cotangent: ∂L/∂f, one number for each output.

    Returns
    -------
    array of z's shape and dtype
        ∂L/∂z = g ⊙ (1 where z > 0, else a).
    array of a's shape
        ∂L/∂a = Σ g · min(0, z), summed over the entries that share a slope.

    Notes
    -----
    The two gradients come as a tuple in the order of the inputs.

    Examples
    --------
    >>> dz, da = prelu_vjp(np.array([1.0, 1.0]), np.array([-2.0, 3.0]), 0.25)
    >>> print(dz, da)
    [0.25 1.  ] -2.0
    """
    z, a, slopes = _with_slopes("prelu_vjp", z, a)
    g = as_cotangent("prelu_vjp", g, z)
    dz = g * np.where(z > 0, z.dtype.type(1), slopes)
    shared = tuple(axis for axis in range(z.ndim) if slopes.ndim == 0 or slopes.shape[axis] == 1)
    da = total(g * np.minimum(z, 0), shared).reshape(a.shape).astype(a.dtype)
    return dz, da


def _with_slopes(function: str, z: np.ndarray, a: np.ndarray | float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """z, a as given, and a in z's dtype and shaped to go with z."""
    z = as_input(function, z)
    a = as_array(function, "a", a, nonempty=False)
    slopes = as_array(function, "a", a, nonempty=False, cast=z.dtype)
    return z, a, slopes.reshape(as_channels(function, "a", a.shape, z.shape))
