"""The form of an expression: what stays the same when only order, signs and plain numbers are moved about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any

import sympy as sp

UNEVALUATED = (sp.Derivative, sp.Limit, sp.Integral, sp.Sum, sp.Subs)


def same_form(left: Any, right: Any) -> bool:
    """Tell whether two expressions are written alike, up to the order of terms and factors, signs and number factors.

    Nothing is expanded, factored or brought to one denominator.

    >>> x, y = sp.symbols("x y")
    >>> same_form(x * (1 - y / 2), -x * (y - 2) / 2), same_form(x * (1 + y), x + x * y)
    (True, False)
    """
    left, right = sp.sympify(left), sp.sympify(right)
    if isinstance(left, sp.MatrixBase) or isinstance(right, sp.MatrixBase):
        alike = isinstance(left, sp.MatrixBase) and isinstance(right, sp.MatrixBase) and left.shape == right.shape
        return alike and all(same_form(a, b) for a, b in zip(left, right, strict=True))
    return left == right or _form(_rebuilt(left)) == _form(_rebuilt(right))


def unfinished(expr: Any, goal: Any) -> list[Any]:
    """Return the derivatives, limits, integrals and sums that stand in `expr` and not in `goal`, unevaluated.

    >>> x, f = sp.Symbol("x"), sp.Function("f")
    >>> unfinished(sp.Derivative(x * f(x), x), f(x) + x * f(x).diff(x))
    [Derivative(x*f(x), x)]
    """
    allowed = {_rebuilt(part) for part in sp.sympify(goal).atoms(*UNEVALUATED)}
    return sorted((p for p in sp.sympify(expr).atoms(*UNEVALUATED) if _rebuilt(p) not in allowed), key=str)


def _rebuilt(expr: Any) -> Any:
    """Return the expression as SymPy would have built it without ``evaluate=False``; its tools stay unevaluated."""
    if not expr.args or isinstance(expr, UNEVALUATED):
        return expr
    if isinstance(expr, sp.UnevaluatedExpr):  # a wrapper: + UnevaluatedExpr(0) is no other line
        return _rebuilt(expr.args[0])
    try:
        return expr.func(*map(_rebuilt, expr.args))
    except (TypeError, ValueError, AttributeError):
        return expr


def _form(expr: Any) -> tuple[Any, Hashable]:
    """Return (number in front, what it multiplies)."""
    if expr.is_Rational:
        return expr, ()
    if expr.is_Add and expr.is_commutative:
        return _sum([_form(term) for term in expr.args])
    if (expr.is_Mul or expr.is_Pow) and expr.is_commutative:
        number, powers = _product(expr)
        return number, frozenset((base, power) for base, power in powers.items() if power)
    return sp.S.One, frozenset({((expr.func, tuple(_form(part) for part in expr.args) or expr), sp.S.One)})


def _sum(terms: list[tuple[Any, Hashable]]) -> tuple[Any, Hashable]:
    content = sp.Rational(sp.igcd(*(n.p for n, _ in terms)), sp.ilcm(*(n.q for n, _ in terms)))
    first = min(terms, key=lambda term: (str(_ordered(term[1])), str(term[0])))
    content = -content if first[0] < 0 else content
    counted = frozenset(Counter((number / content, body) for number, body in terms).items())
    return content, frozenset({(("+", counted), sp.S.One)})


def _product(expr: Any) -> tuple[Any, Counter[Hashable]]:
    number, powers = sp.S.One, Counter[Hashable]()
    for factor in sp.Mul.make_args(expr):
        base, power = factor.as_base_exp() if factor.is_Pow else (factor, sp.S.One)
        front, body = _form(base)
        if power.is_Integer:
            number *= front**power
        elif front != 1:
            body = frozenset({(("·", front, body), sp.S.One)})
        for part, inner in body if isinstance(body, frozenset) else ():
            powers[part] += inner * power
    return number, powers


def _ordered(body: Any) -> Any:
    """Return a nested body with its sets in one order, the same in every run."""
    if isinstance(body, (frozenset, tuple)):
        parts = [_ordered(part) for part in body]
        return sorted(parts, key=str) if isinstance(body, frozenset) else parts
    return body
