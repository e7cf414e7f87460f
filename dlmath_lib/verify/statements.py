"""What a statement consists of: two sides and what holds between them."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from dlmath_lib.verify._errors import message
from dlmath_lib.verify.printing import RELATIONS, latex, plain

ALIASES = {"==": "=", "≤": "<=", "≥": ">=", "≠": "!="}


def read_statement(function: str, lhs: Any, rhs: Any, relation: str) -> tuple[Any, Any, str]:
    """Return both sides and the relation of ``(lhs, rhs)`` or of a single relational.

    >>> x = sp.Symbol("x")
    >>> read_statement("prove", sp.Ge(x, 1), None, "=")
    (x, 1, '>=')
    """
    relation = ALIASES.get(relation, relation)
    if relation not in RELATIONS:
        raise ValueError(message(function, "relation", "one of " + " ".join(RELATIONS), repr(relation)))
    if rhs is None:
        if isinstance(lhs, Relational):
            lhs, rhs, relation = lhs.lhs, lhs.rhs, ALIASES.get(lhs.rel_op, lhs.rel_op)
        elif lhs is True or lhs is False or isinstance(lhs, sp.logic.boolalg.BooleanAtom):
            hint = "SymPy has evaluated it: pass both sides, with relation='<=' or another"
            raise TypeError(message(function, "statement", "a relation between two sides", str(lhs), hint))
        else:
            raise TypeError(message(function, "rhs", "given, unless the statement is Eq, Ge, Le, Gt or Lt", "None"))
    return as_side(function, "lhs", lhs), as_side(function, "rhs", rhs), relation


def as_side(function: str, argument: str, value: Any) -> Any:
    """Return one side as a SymPy expression or matrix; strings and floating-point numbers are refused."""
    if isinstance(value, str):
        raise TypeError(message(function, argument, "a SymPy expression", repr(value), "build it from symbols"))
    try:
        side = sp.sympify(value)
    except (sp.SympifyError, TypeError, AttributeError):
        raise TypeError(message(function, argument, "a SymPy expression or matrix", value)) from None
    if isinstance(side, sp.MatrixBase):
        side = side.as_immutable()
    elif not isinstance(side, (sp.Expr, sp.NDimArray)):
        raise TypeError(message(function, argument, "a SymPy expression or matrix", side))
    _check_shape(function, argument, side)
    if side.has(sp.Float):
        number = sorted(side.atoms(sp.Float))[0]
        exact = sp.nsimplify(number, rational=True)
        hint = f"write Rational({exact.p}, {exact.q})"
        raise ValueError(message(function, argument, "exact, without floating-point numbers", plain(side), hint))
    if side.has(sp.nan, sp.zoo):
        raise ValueError(message(function, argument, "defined", plain(side)))
    return side


def _check_shape(function: str, argument: str, side: Any) -> None:
    """Refuse what has no single meaning: ∂ by something that is no letter, cases that leave a gap."""
    for node in side.atoms(sp.Derivative):
        for variable in node.variables:
            if not isinstance(variable, (sp.Symbol, sp.MatrixSymbol)):
                expected = "with derivatives by symbols"
                hint = "name it by a symbol, and substitute afterwards with Subs"
                raise ValueError(message(function, argument, expected, f"one by {plain(variable)}", hint))
    for node in side.atoms(sp.Piecewise):
        if node.args[-1][1] != sp.true and not _covers(node):
            hint = "end it with (…, True)"
            raise ValueError(message(function, argument, "defined everywhere", f"the cases {plain(node)}", hint))


def _covers(node: sp.Piecewise) -> bool:
    """Tell whether the conditions surely leave no gap, such as x > 0 beside x ≤ 0."""
    return bool(sp.simplify(sp.Or(*(condition for _, condition in node.args))) == sp.true)


def check_names(function: str, *sides: Any) -> None:
    """Refuse two different symbols of one name: a reader could not tell them apart."""
    seen: dict[str, Any] = {}
    for symbol in free_symbols(*sides):
        other = seen.setdefault(symbol.name, symbol)
        if other != symbol and not isinstance(symbol, sp.Dummy):
            got = f"two symbols {plain(symbol)} with different assumptions"
            raise ValueError(
                message(function, "statement", "in symbols with names of their own", got, "define it once")
            )


def free_symbols(*sides: Any) -> list[sp.Symbol]:
    """Return the free symbols of all sides, by name; the labels of indexed families are not among them."""
    found: set[Any] = set()
    labels: set[Any] = set()
    for side in sides:
        found |= {s for s in side.free_symbols if isinstance(s, sp.Symbol)}
        if side.has(sp.Indexed):
            labels |= {node.base.label for node in side.atoms(sp.Indexed)}
    return sorted(found - labels, key=lambda s: (s.name, str(sorted(s.assumptions0.items()))))


def statement_text(lhs: Any, rhs: Any, relation: str) -> str:
    """Return the statement as text."""
    return f"{plain(lhs)} {RELATIONS[relation][0]} {plain(rhs)}"


def statement_latex(lhs: Any, rhs: Any, relation: str) -> str:
    """Return the statement as LaTeX."""
    return f"{latex(lhs)} {RELATIONS[relation][1]} {latex(rhs)}"
