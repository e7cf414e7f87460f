"""Numerical derivatives: difference quotients, the complex step, gradients, Jacobians and Hessians.

They are the book's independent witness: every derivative that a chapter derives by hand is compared with these, which
know nothing but function values. Derived in ``chapters/calculus/numerical_derivatives.ipynb``.
"""

from __future__ import annotations

from dlmath_lib.calculus.arrays import hessian, jacobian, numerical_gradient
from dlmath_lib.calculus.quotients import difference
from dlmath_lib.calculus.steps import best_step

__all__ = ["best_step", "difference", "hessian", "jacobian", "numerical_gradient"]
