"""Where a control matters: the condition, in the other parameters, under which expressions depend on it.

A slope has no effect on a function that has none: ``Piecewise((max(x, a*x), c = 0), (tanh(x), True))`` depends on ``a``
where c = 0. The condition is read off the expressions, compiled like them, and the front end says so where it fails.
"""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

__all__ = ["matters"]


def matters(expressions: Iterable[sp.Basic], parameter: sp.Symbol, known: Iterable[sp.Symbol]) -> sp.Basic:
    """The condition under which one of ``expressions`` depends on ``parameter``.

    Parameters
    ----------
    expressions : iterable of expressions
    parameter : Symbol
    known : iterable of Symbol
        The explorer's parameters. A condition on any other symbol, such as a curve's x, may hold somewhere.

    Examples
    --------
    >>> a, c, x = sp.symbols("a c x", real=True)
    >>> matters([sp.Piecewise((a * x, sp.Eq(c, 0)), (sp.tanh(x), True))], a, [a, c])
    Eq(c, 0)
    >>> matters([sp.Piecewise((a * x, x < 0), (x, True))], a, [a, c])
    True
    """
    others = set(known) - {parameter}
    seen: dict[sp.Basic, sp.Basic] = {}

    def of(node: sp.Basic) -> sp.Basic:
        if parameter not in node.free_symbols:
            return sp.false
        if node == parameter:
            return sp.true
        if node not in seen:
            seen[node] = of_cases(node) if isinstance(node, sp.Piecewise) else of_parts(node)
        return seen[node]

    def of_cases(node: sp.Piecewise) -> sp.Basic:
        found, reached = sp.false, sp.true
        for value, condition in node.args:
            for case in sp.Or.make_args(condition):
                if parameter in case.free_symbols:
                    found = sp.Or(found, sp.And(reached, decided(case, sp.true)))
            found = sp.Or(found, sp.And(reached, decided(condition, sp.true), of(value)))
            reached = sp.And(reached, sp.Not(decided(condition, sp.false)))
        return found

    def decided(condition: sp.Basic, otherwise: sp.Basic) -> sp.Basic:
        """The condition, where what the parameters do not decide counts as ``otherwise``."""
        if condition.free_symbols <= others:
            return condition
        if isinstance(condition, (sp.And, sp.Or)):
            return condition.func(*(decided(part, otherwise) for part in condition.args))
        return otherwise

    def of_parts(node: sp.Basic) -> sp.Basic:
        # A factor 0 takes the others with it.
        switches = [f.base if f.is_Pow and f.exp.is_positive else f for f in node.args] if node.is_Mul else []
        there = [sp.Ne(f, 0) for f in switches if f in others or (f.has(sp.Piecewise) and f.free_symbols <= others)]
        return sp.And(*there, sp.Or(*(of(part) for part in node.args)))

    return _lean(sp.Or(*(of(expression) for expression in expressions)))


def _lean(condition: sp.Basic) -> sp.Basic:
    """The same condition without what says nothing new: c ≠ 0 beside c = 3, and a case within another."""
    cases = [set(case.args if isinstance(case, sp.And) else [case]) for case in sp.Or.make_args(condition)]
    for case in cases:
        fixed = {part.lhs for part in case if isinstance(part, sp.Eq) and part.rhs.is_number}
        case -= {part for part in case if isinstance(part, sp.Ne) and part.rhs.is_number and part.lhs in fixed}
    kept = [
        case for i, case in enumerate(cases) if not any(o < case or (o == case and j < i) for j, o in enumerate(cases))
    ]
    return sp.Or(*(sp.And(*case) for case in kept))
