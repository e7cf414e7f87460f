"""Values with a bound of their error, by ball arithmetic (FLINT's Arb, through python-flint)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flint import acb

from dlmath_lib.verify.balls import (  # noqa: F401  (each adds to BUILDERS)
    branches,
    derivatives,
    drawn,
    endless,
    integrals,
    several,
)
from dlmath_lib.verify.balls.errors import Undecided, Undefined, Unsupported
from dlmath_lib.verify.balls.jets import base
from dlmath_lib.verify.balls.walk import bits, compile_expression, rational

__all__ = ["Undecided", "Undefined", "Unsupported", "bits", "enclose"]


def enclose(expr: Any, point: Mapping[Any, Any], precision: int, draw: int = 0) -> tuple[acb, frozenset[str]]:
    """Return a ball that holds the value of a scalar expression, and the reasons why it is not certified (none: it is).

    Parameters
    ----------
    expr : expression
    point : dict
        ``{symbol: exact SymPy number}``.
    precision : int
        Bits.
    draw : int
        The number of the random functions and families that stand for those without a definition.

    Raises
    ------
    Undefined, Undecided, Unsupported
        There is no value; not with so few bits; FLINT lacks a function.

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> enclose(sp.Derivative(sp.exp(2 * x), x), {x: sp.Integer(0)}, 64)[0]
    2.00000000000000
    """
    with bits(precision):
        remarks: set[str] = set()
        env: dict[Any, Any] = {"draw": draw, "analytic": None, "remarks": remarks}
        for symbol, number in point.items():
            env[symbol] = rational(number) if number.is_Rational else compile_expression(number)({**env, "exact": {}})
        value = base(compile_expression(expr)({**env, "exact": dict(point)}))
        if not value.is_finite():
            raise Undecided
        return value, frozenset(remarks)
