"""Forward mode: every number carries its derivative along one direction with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_function, fail, same_shape
from dlmath_lib.autodiff._traced import Link, Traced, as_point, as_result, as_values

__all__ = ["Dual", "derivative", "jvp"]


class Dual(Traced):
    """A dual number, a + ȧε with ε² = 0: a value and its tangent, arrays of one shape.

    f(a + ȧε) = f(a) + f′(a)ȧ ε: whatever is computed with it, the tangent of the result is the directional derivative,
    exact up to rounding.

    Parameters
    ----------
    value : array_like of any shape
        a. Its floating-point type is kept; integers become float64.
    tangent : array_like of the same shape, optional
        ȧ, the direction. Default: zeros, a constant.

    Raises
    ------
    TypeError, ValueError
        If one of them does not consist of real numbers, or their shapes differ; later, if an operation has no
        derivative here, changes its argument in place, or mixes Dual with Var.

    Notes
    -----
    Where a function has a kink one slope is chosen: |x| has 0 at 0, a maximum of two shares the slope between equals,
    ``np.max`` gives it to the first, 0⁰ has the slope 0.

    The rules multiply slopes, and 0 · ∞ is NaN, in PyTorch and JAX too: ``np.where(x > 0, np.log(x), 0)`` at x = 0
    (write ``np.log(np.where(x > 0, x, 1))``), the norm √(Σx²) at 0, and a product such as z σ(z) at z = ±∞. The
    derivative of the function that is meant may well exist there.

    Witness of the hand-derived gradients in networks/backpropagation#verification.

    References
    ----------
    A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind, Automatic differentiation in machine learning: a
    survey, JMLR 18 (2018), 153, section 3.1.

    Examples
    --------
    >>> x = Dual(3.0, 1.0)
    >>> x * x + np.exp(0 * x)
    Dual(10.0, tangent=6.0)
    """

    def __init__(self, value: Any, tangent: Any = None) -> None:
        self.value = as_array("Dual", "value", value, finite=False, nonempty=False).copy()
        self.tangent = np.zeros_like(self.value)
        if tangent is not None:
            kind = self.value.dtype
            tangent = as_array("Dual", "tangent", tangent, finite=False, nonempty=False, cast=kind)
            same_shape("Dual", {"value": self.value, "tangent": tangent})
            self.tangent = tangent.copy()

    @classmethod
    def _record(cls, value: np.ndarray, links: Sequence[Link]) -> Dual:
        tangent = np.zeros(value.shape, value.dtype)
        for link in links:
            tangent = tangent + link.push(link.argument.tangent)  # type: ignore[attr-defined]
        return cls(value, tangent)

    def __repr__(self) -> str:
        return f"Dual({self.value}, tangent={self.tangent})"


def jvp(f: Callable[..., Any], tangents: Any, *inputs: Any) -> np.ndarray:
    """The Jacobian-vector product, J · ȧ: how f changes when its inputs move along the tangents.

    Parameters
    ----------
    f : callable
        Takes as many arrays as there are ``inputs`` and returns one; written with NumPy or this package's functions.
    tangents : array_like of the input's shape, or a tuple of them for several inputs
        The direction ȧ.
    *inputs : array_like
        Where.

    Returns
    -------
    ndarray of the shape of f's result
        Its directional derivative.

    Raises
    ------
    TypeError, ValueError
        If tangents and inputs do not fit each other, f returns no array, or uses what `Dual` does not know.

    Notes
    -----
    One call of f, whatever the size of the inputs. Of a result that does not depend on the inputs it is 0. Witness of
    the hand-derived gradients in networks/backpropagation#verification.

    References
    ----------
    A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind, Automatic differentiation in machine learning: a
    survey, JMLR 18 (2018), 153, section 3.1.

    Examples
    --------
    >>> print(jvp(lambda x: x**2, [1.0, 0.0], [3.0, 4.0]))
    [6. 0.]
    """
    return _push("jvp", f, tangents, inputs)


def derivative(f: Callable[[Any], Any], x: Any) -> np.ndarray:
    """The derivative of an elementwise function at each entry of x.

    Parameters
    ----------
    f : callable
        Maps each entry by itself: the result at one place depends on x at that place only.
    x : array_like of any shape
        Where.

    Returns
    -------
    ndarray of x's shape and dtype
        f′(x).

    Raises
    ------
    TypeError, ValueError
        If x is not numeric, f returns no array or one of another shape than x's, or uses what `Dual` does not know.

    Notes
    -----
    `jvp` along the direction of ones. Witness of the hand-derived derivatives in networks/activations#verification.

    References
    ----------
    A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind, Automatic differentiation in machine learning: a
    survey, JMLR 18 (2018), 153, section 3.1.

    Examples
    --------
    >>> print(derivative(lambda x: x**3, [1.0, 2.0]))
    [ 3. 12.]
    """
    value = as_point("derivative", "x", x)
    slope = _push("derivative", f, np.ones_like(value), [value])
    if slope.shape != value.shape:
        raise fail("derivative", "f(x)", f"of x's shape {value.shape}", str(slope.shape), "use jvp, or grad")
    return slope.astype(value.dtype, copy=False)


def _push(function: str, f: Callable[..., Any], tangents: Any, inputs: Sequence[Any]) -> np.ndarray:
    f, values = as_function(function, "f", f), as_values(function, inputs)
    directions = (tangents,) if len(values) == 1 and not isinstance(tangents, tuple) else tangents
    if not isinstance(directions, tuple) or len(directions) != len(values):
        got = f"{len(directions)}" if isinstance(directions, tuple) else type(directions).__name__
        raise fail(function, "tangents", f"a tuple of {len(values)} arrays, one for each input", got, error=TypeError)
    duals = []
    for i, (value, direction) in enumerate(zip(values, directions, strict=True)):
        name = "tangents" if len(values) == 1 else f"tangents[{i}]"
        tangent = as_array(function, name, direction, finite=False, nonempty=False, cast=value.dtype)
        same_shape(function, {f"inputs[{i}]": value, name: tangent})
        duals.append(Dual(value, tangent))
    result = as_result(function, f(*duals), Dual)
    return result.tangent.copy() if isinstance(result, Dual) else np.zeros_like(result)
