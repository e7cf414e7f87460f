"""The elementary derivatives: for each NumPy ufunc, its partial derivative with respect to each argument.

Each rule is called with the result ``y`` and then the arguments, all plain arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Partial = Callable[..., Any]


def _win(ahead: Any, tie: Any, y: Any) -> Any:
    # At a tie both arguments are the maximum: each gets half of the slope.
    return np.where(tie, 0.5, ahead).astype(y.dtype)


def _share(y: Any, a: Any, b: Any) -> Any:
    # exp(a − y), also where both are infinite: the larger of two has the slope 1, of two equal ones each has half.
    equal, infinite = np.equal(a, b), np.equal(a, y)
    gap = np.subtract(a, y, where=~infinite, out=np.zeros_like(y))
    return np.where(equal, 0.5, np.exp(gap)).astype(y.dtype)


def _power_base(y: Any, a: Any, b: Any) -> Any:
    # For b = 0 the power is the constant 1: without the mask 0 · 0⁻¹ would be NaN at a = 0.
    flat = np.equal(b, 0)
    return np.where(flat, 0.0, b * np.power(np.where(flat, 1.0, a), b - 1))


def _power_exponent(y: Any, a: Any, b: Any) -> Any:
    return y * np.log(np.where(np.equal(a, 0), 1.0, a))


PARTIALS: dict[np.ufunc, tuple[Partial, ...]] = {
    np.positive: (lambda y, a: 1.0,),
    np.negative: (lambda y, a: -1.0,),
    np.add: (lambda y, a, b: 1.0, lambda y, a, b: 1.0),
    np.subtract: (lambda y, a, b: 1.0, lambda y, a, b: -1.0),
    np.multiply: (lambda y, a, b: b, lambda y, a, b: a),
    # Not 1.0 / b: Python stops at 0.0 where NumPy goes on with infinity.
    np.divide: (lambda y, a, b: np.divide(1.0, b), lambda y, a, b: np.divide(-y, b)),
    np.power: (_power_base, _power_exponent),
    np.square: (lambda y, a: 2.0 * a,),
    np.sqrt: (lambda y, a: 0.5 / y,),
    np.reciprocal: (lambda y, a: -y * y,),
    np.absolute: (lambda y, a: np.sign(a),),
    np.maximum: (lambda y, a, b: _win(a > b, a == b, y), lambda y, a, b: _win(b > a, a == b, y)),
    np.minimum: (lambda y, a, b: _win(a < b, a == b, y), lambda y, a, b: _win(b < a, a == b, y)),
    np.exp: (lambda y, a: y,),
    np.expm1: (lambda y, a: np.exp(a),),
    np.log: (lambda y, a: 1.0 / a,),
    np.log1p: (lambda y, a: 1.0 / (1.0 + a),),
    np.logaddexp: (_share, lambda y, a, b: _share(y, b, a)),
    np.sin: (lambda y, a: np.cos(a),),
    np.cos: (lambda y, a: -np.sin(a),),
    np.tan: (lambda y, a: 1.0 + y * y,),
    np.arctan: (lambda y, a: 1.0 / (1.0 + a * a),),
    np.sinh: (lambda y, a: np.cosh(a),),
    np.cosh: (lambda y, a: np.sinh(a),),
    np.tanh: (lambda y, a: 1.0 - y * y,),
}

# Their results are no longer functions with a slope: plain booleans.
COMPARISONS = {
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    np.equal,
    np.not_equal,
    np.isfinite,
    np.isnan,
    np.isinf,
    np.signbit,
}
