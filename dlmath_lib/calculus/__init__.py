"""Numerical derivatives: difference quotients, the complex step, gradients, Jacobians and Hessians.

They know nothing of a function but its values, and so are witnesses against which a derivative that was found by hand
can be compared; the library's tests do so. Derived in ``chapters/calculus/numerical_derivatives.ipynb``.
"""

from __future__ import annotations

from dlmath_lib.calculus.arrays import hessian, jacobian, numerical_gradient
from dlmath_lib.calculus.quotients import difference
from dlmath_lib.calculus.steps import best_step

__all__ = ["best_step", "difference", "hessian", "jacobian", "numerical_gradient"]
