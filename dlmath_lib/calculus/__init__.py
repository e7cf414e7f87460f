"""Numerical derivatives (quotients, complex step, gradients, Jacobians, Hessians) and integrals (quadrature).

They know nothing of a function but its values, and so are witnesses against which a derivative or an integral that
was found by hand can be compared; the library's tests do so. Derived in
``chapters/calculus/numerical_derivatives.ipynb`` and ``chapters/calculus/integrals.ipynb``. Beside them stands the
gradient of products of arrays, `einsum_vjp`, derived in ``chapters/calculus/matrix_calculus.ipynb``.
"""

from __future__ import annotations

from dlmath_lib.calculus.arrays import hessian, jacobian, numerical_gradient
from dlmath_lib.calculus.products import einsum_vjp
from dlmath_lib.calculus.quadrature import (
    Estimate,
    gauss_legendre,
    integrate,
    legendre_nodes,
    monte_carlo,
    simpson,
    trapezoid,
)
from dlmath_lib.calculus.quotients import difference
from dlmath_lib.calculus.steps import best_step

__all__ = [
    "Estimate",
    "best_step",
    "difference",
    "einsum_vjp",
    "gauss_legendre",
    "hessian",
    "integrate",
    "jacobian",
    "legendre_nodes",
    "monte_carlo",
    "numerical_gradient",
    "simpson",
    "trapezoid",
]
