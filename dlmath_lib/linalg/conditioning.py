"""How far an error of the data can grow on the way to the solution."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import working
from dlmath_lib._validate import as_array, one_of
from dlmath_lib.linalg._results import as_square
from dlmath_lib.linalg.norms import KINDS, matrix_norm, singular_values
from dlmath_lib.linalg.systems import inverse

__all__ = ["condition_number"]


def condition_number(a: Any, *, kind: str = "spectral") -> float:
    """The condition number κ(A) = ‖A‖ ‖A⁻¹‖, by which the relative error of b may grow on the way to x in Ax = b.

    Parameters
    ----------
    a : array_like of shape (m, n)
        A; square unless ``kind="spectral"``.
    kind : {"spectral", "frobenius", "one", "infinity"}
        The norm, as in `matrix_norm`. For the spectral one κ = σ₁ / σ_min, the largest singular value over the smallest
        of min(m, n), for a matrix of any shape.

    Returns
    -------
    float
        κ ≥ 1. A singular or rank-deficient matrix gives ``inf``, or about 1 / eps: from there on the digits of κ are
        rounding errors.

    Raises
    ------
    TypeError, ValueError
        If ``a`` is no matrix of finite real numbers, is empty, or not square where it must be; if ``kind`` is another.

    References
    ----------
    N. J. Higham, Accuracy and Stability of Numerical Algorithms (SIAM, 2002), on the condition of linear systems.
    Chapter: linear_algebra/linear_systems#the-condition-number.

    Examples
    --------
    >>> condition_number([[4.0, 0.0], [0.0, 0.5]])
    8.0
    >>> condition_number([[1.0, 2.0], [2.0, 4.0]], kind="one")
    inf
    """
    one_of("condition_number", "kind", kind, KINDS)
    a = as_array("condition_number", "a", a, ndim=2)
    if kind == "spectral":
        values = singular_values(a).astype(np.float64)
        with np.errstate(divide="ignore", over="ignore"):
            return float(values[0] / values[-1]) if values[0] > 0 else float("inf")
    a = as_square("condition_number", "a", a, "kind='spectral' takes any shape")
    wide = a.astype(np.result_type(working(a.dtype), np.float64))
    try:
        backward = inverse(wide)
    except ValueError:
        return float("inf")
    with np.errstate(over="ignore"):
        return float(matrix_norm(wide, kind=kind) * matrix_norm(backward, kind=kind))
