"""Expressions that keep the order and the brackets in which their author wrote them.

SymPy sorts sums and products. Where a text says w₁x₁ + w₂x₂ + b or 2(ŷ − y)·∂(ŷ − y)/∂w, write it with `in_order`,
`product` and `quotient`, and derivatives with `partial` (∂) and `total` (d). The results are ordinary sums, products
and derivatives: they can be put into others and checked; arithmetic with them gives SymPy's order again.
"""

from __future__ import annotations

from typing import Any, ClassVar

import sympy as sp

from dlmath_lib.verify._errors import message

__all__ = ["in_order", "partial", "product", "quotient", "total", "unwritten"]


class Terms(sp.Add):
    """A sum in its author's order."""

    __slots__ = ()

    def __new__(cls, *args: Any, **_: Any) -> Any:
        """Return the sum as it stands."""
        return cls._from_args(args)

    def could_extract_minus_sign(self) -> bool:
        """Say no: SymPy's odd functions turn the sign of what says yes, and would not end where both signs do."""
        return False

    @property
    def func(self) -> Any:
        """What it is: a sum. Whatever takes it apart and builds it again gets an ordinary one."""
        return sp.Add


class Factors(sp.Mul):
    """A product in its author's order."""

    __slots__ = ()

    def __new__(cls, *args: Any, **_: Any) -> Any:
        """Return the product as it stands."""
        return cls._from_args(args)

    def could_extract_minus_sign(self) -> bool:
        """Say no, as for a sum."""
        return False

    @property
    def func(self) -> Any:
        """What it is: a product."""
        return sp.Mul

    def __neg__(self) -> Any:
        first, *rest = self.args
        if not first.is_Number:
            return product(-1, *self.args)
        # SymPy's functions turn signs until they find the simpler one: minus twice must be nothing.
        return product(*rest) if first == -1 else product(-first, *rest)


class MatrixTerms(sp.MatAdd):
    """A sum of matrices in its author's order; beside a matrix of one entry, such as wᵀx, a number may stand."""

    def __new__(cls, *args: Any, **_: Any) -> Any:
        """Return the sum as it stands."""
        if any(_is_matrix(part) and part.shape != (1, 1) for part in args):
            sp.MatAdd(*args)  # raises for shapes that do not fit
        return sp.Basic.__new__(cls, *args)

    @property
    def shape(self) -> Any:
        """The shape of the matrices."""
        return next(part.shape for part in self.args if _is_matrix(part))

    @property
    def func(self) -> Any:
        """What it is: a sum of matrices."""
        return sp.MatAdd


class Partial(sp.Derivative):
    """A derivative that is written with ∂."""

    sign: ClassVar[str] = "∂"

    def __new__(cls, expr: Any, *by: Any, **_: Any) -> Any:
        """Return the derivative, unevaluated."""
        return sp.Expr.__new__(cls, *sp.Derivative(expr, *by, evaluate=False).args)

    @property
    def func(self) -> Any:
        """What it is: a derivative."""
        return sp.Derivative


class Total(Partial):
    """A derivative that is written with d."""

    sign: ClassVar[str] = "d"


WRITTEN = (Terms, Factors, MatrixTerms, Partial)


def in_order(*terms: Any) -> Any:
    """Return the sum of the terms, shown in this order.

    Parameters
    ----------
    *terms : expression or matrix
        Exact SymPy expressions. Beside a matrix of one entry, such as wᵀx, a number may stand.

    Returns
    -------
    expression or matrix
        An ordinary sum for all checks. Arithmetic with it gives SymPy's order again.

    Raises
    ------
    TypeError, ValueError
        For strings and floating-point numbers, and when nothing is passed.

    References
    ----------
    A. Meurer et al., *SymPy: symbolic computing in Python*, PeerJ Computer Science 3 (2017), e103, for the order of
    SymPy's own printing.

    Examples
    --------
    >>> w, x, b = sp.symbols("w x b")
    >>> from dlmath_lib.verify.printing import plain
    >>> plain(w * x + b), plain(in_order(w * x, b))
    ('b + w·x', 'w·x + b')
    """
    parts = _parts("in_order", terms)
    if any(_is_matrix(part) for part in parts):
        return MatrixTerms(*parts) if len(parts) > 1 else parts[0]
    return Terms(*parts)


def product(*factors: Any) -> Any:
    """Return the product of the factors, shown in this order; a sum among them gets brackets.

    A reciprocal belongs to the factors before it: ``product(a, 1/b, c)`` is (a/b)·c, ``product(1/b, a)`` is (1/b)·a.

    Otherwise as `in_order`.

    Parameters
    ----------
    *factors : expression or matrix
        Exact SymPy expressions.

    Examples
    --------
    >>> y, p = sp.symbols("y p")
    >>> from dlmath_lib.verify.printing import plain
    >>> plain(product(-1, 1 - y, sp.log(1 - p)))
    '−(1 − y)·log(1 − p)'
    """
    parts = _parts("product", factors)
    if any(_is_matrix(part) for part in parts):
        return sp.MatMul(*parts) if len(parts) > 1 else parts[0]
    return Factors(*parts)


def quotient(above: Any, below: Any) -> Any:
    """Return a fraction whose two parts stay as they are.

    Otherwise as `in_order`.

    Parameters
    ----------
    above, below : expression
        Exact SymPy expressions.

    Examples
    --------
    >>> s = sp.Symbol("sigma", positive=True)
    >>> from dlmath_lib.verify.printing import plain
    >>> plain(quotient(1, product(s, sp.sqrt(2 * sp.pi, evaluate=False))))
    '1/(σ·√(2·π))'
    """
    top, bottom = _parts("quotient", (above, below))
    reciprocal = sp.Pow(bottom, -1, evaluate=False)
    if top == 1:
        return reciprocal
    return Factors(*(top.args if isinstance(top, Factors) else [top]), reciprocal)


def partial(expr: Any, *by: Any) -> Any:
    """Return the derivative by the letters, not worked out, shown with ∂.

    Parameters
    ----------
    expr : expression
        What is differentiated: an exact SymPy expression.
    *by : symbol, or tuple of symbol and number
        The letters, as for ``sympy.Derivative``: ``x, y`` or ``(x, 2)``.

    Returns
    -------
    Derivative
        An ordinary derivative for all checks.

    Raises
    ------
    TypeError, ValueError
        For strings and floating-point numbers, and when nothing is passed.

    References
    ----------
    ISO 80000-2:2019, *Quantities and units, part 2: Mathematics*, for ∂ and d.

    Examples
    --------
    >>> L, w = sp.symbols("L w")
    >>> from dlmath_lib.verify.printing import plain
    >>> plain(partial(L, w)), plain(total(L, w))
    ('∂L/∂w', 'dL/dw')
    """
    return Partial(_parts("partial", (expr,))[0], *by)


def total(expr: Any, *by: Any) -> Any:
    """Return the derivative by the letters, not worked out, shown with d: of all that depends on them.

    Otherwise as `partial`.

    Examples
    --------
    >>> a, x = sp.symbols("a x")
    >>> from dlmath_lib.verify.printing import plain
    >>> plain(total(a * x**2, x))
    'd/dx [a·x²]'
    """
    return Total(_parts("total", (expr,))[0], *by)


def unwritten(expr: Any) -> Any:
    """Return the same mathematics without its author's order, as SymPy's rules expect it.

    >>> x = sp.Symbol("x")
    >>> unwritten(sp.log(in_order(x, 1))) == sp.log(x + 1)
    True
    """
    if not any(isinstance(node, WRITTEN) for node in sp.preorder_traversal(expr)):
        return expr
    if isinstance(expr, sp.MatrixBase):
        return expr.applyfunc(unwritten).as_immutable()
    parts = [unwritten(part) for part in expr.args]
    if isinstance(expr, MatrixTerms) and not all(_is_matrix(part) for part in parts):
        return MatrixTerms(*parts)
    if isinstance(expr, sp.Derivative):
        return sp.Derivative(*parts, evaluate=False)
    return expr.func(*parts)


def _parts(function: str, values: tuple[Any, ...]) -> list[Any]:
    if not values:
        raise ValueError(message(function, "parts", "at least one expression", "none"))
    parts = []
    for value in values:
        if isinstance(value, (str, float, bool)):
            hint = "build it from symbols" if isinstance(value, str) else "write Rational(1, 2)"
            raise TypeError(message(function, "each part", "an exact SymPy expression", repr(value), hint))
        parts.append(sp.sympify(value))
    return parts


def _is_matrix(part: Any) -> bool:
    return bool(getattr(part, "is_Matrix", False))
