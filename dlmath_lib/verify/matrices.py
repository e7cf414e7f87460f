"""Statements between matrices: proved entry by entry on explicit shapes.

Nothing that SymPy knows of matrix calculus is used. Each matrix symbol becomes a matrix of symbols, and a derivative
with respect to a matrix symbol becomes the matrix of the derivatives with respect to its entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import sympy as sp
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement

from dlmath_lib.verify._errors import message
from dlmath_lib.verify.claim import ClaimFailed

MATRIX = (sp.MatrixExpr, sp.MatrixBase)
SHAPES = ((2, 3, 2, 4), (3, 2, 4, 2))


def is_matrix(side: Any) -> bool:
    """Tell whether `side` is a matrix, explicit or symbolic."""
    return isinstance(side, (*MATRIX, sp.NDimArray)) or bool(getattr(side, "is_Matrix", False))


def involved(*sides: Any) -> bool:
    """Tell whether a side is a matrix or has one inside."""
    return any(is_matrix(s) or s.has(sp.MatrixSymbol, sp.Trace, sp.Determinant, sp.MatrixBase) for s in sides)


class Components:
    """Writes matrix expressions out in components, for given values of the symbolic dimensions."""

    def __init__(self, sizes: Mapping[sp.Symbol, int]) -> None:
        self.sizes = {symbol: sp.Integer(size) for symbol, size in sizes.items()}
        self.entries: dict[Any, sp.ImmutableMatrix] = {}

    def matrix(self, symbol: Any) -> sp.ImmutableMatrix:
        """Return the matrix of entry symbols of a matrix symbol."""
        if symbol not in self.entries:
            rows, cols = (int(sp.sympify(size).xreplace(self.sizes)) for size in symbol.shape)
            self.entries[symbol] = sp.ImmutableMatrix(
                rows, cols, lambda i, j: sp.Symbol(f"{symbol.name}_{i + 1}{j + 1}", real=True)
            )
        return self.entries[symbol]

    def write_out(self, expr: Any) -> Any:
        """Return `expr` with every matrix explicit; scalars stay scalars."""
        if isinstance(expr, sp.MatrixSymbol):
            return self.matrix(expr)
        if isinstance(expr, sp.MatrixBase):
            return expr.applyfunc(self.write_out).as_immutable()
        if isinstance(expr, sp.Identity):
            return sp.eye(int(expr.rows.xreplace(self.sizes))).as_immutable()
        if isinstance(expr, (sp.ZeroMatrix, sp.OneMatrix)):
            rows, cols = (int(sp.sympify(size).xreplace(self.sizes)) for size in expr.shape)
            return (sp.zeros(rows, cols) if isinstance(expr, sp.ZeroMatrix) else sp.ones(rows, cols)).as_immutable()
        if isinstance(expr, sp.Derivative):
            return self._derivative(expr)
        if isinstance(expr, MatrixElement):
            i, j = (int(index.xreplace(self.sizes)) for index in expr.indices)
            return self.write_out(expr.parent)[i, j]
        if not expr.args:
            return expr.xreplace(self.sizes)
        parts = [self.write_out(a) for a in expr.args]
        return self._combine(expr, parts)

    def _combine(self, expr: Any, parts: list[Any]) -> Any:
        if isinstance(expr, (sp.MatMul, sp.Mul)) and any(is_matrix(p) for p in parts):
            result = sp.Integer(1)
            for part in parts:
                result = _times(result, part)
            return result
        if isinstance(expr, (sp.MatAdd, sp.Add)) and any(is_matrix(p) for p in parts):
            result = parts[0]
            for part in parts[1:]:
                result = _plus(result, part)
            return result
        if isinstance(expr, (sp.Transpose, sp.Adjoint)):
            return parts[0].T
        if isinstance(expr, sp.Trace):
            return sp.Add(*(parts[0][i, i] for i in range(parts[0].rows)))
        if isinstance(expr, sp.Determinant):
            return parts[0].det(method="berkowitz")
        if isinstance(expr, sp.Inverse):
            return parts[0].inv(method="ADJ")
        if isinstance(expr, (sp.MatPow, sp.Pow)) and is_matrix(parts[0]):
            return parts[0] ** parts[1]
        if isinstance(expr, sp.HadamardProduct):
            result = parts[0]
            for part in parts[1:]:
                result = result.multiply_elementwise(part)
            return result
        if isinstance(expr, ElementwiseApplyFunction):
            return parts[1].applyfunc(lambda e: expr.function(e)) if is_matrix(parts[1]) else parts[0]
        return expr.func(*parts)

    def _derivative(self, expr: sp.Derivative) -> Any:
        inner = self.write_out(expr.expr)
        for variable, count in expr.variable_count:
            if not isinstance(variable, sp.MatrixSymbol):
                inner = (
                    inner.applyfunc(lambda e, v=variable, c=count: sp.Derivative(e, (v, c)))
                    if is_matrix(inner)
                    else sp.Derivative(inner, (variable, count))
                )
                continue
            if is_matrix(inner):
                if inner.shape != (1, 1):
                    raise ValueError(
                        message("prove", "Derivative", "of a scalar by a matrix", f"a {inner.shape} matrix")
                    )
                inner = inner[0, 0]
            target = self.matrix(variable)
            inner = target.applyfunc(
                lambda e, f=inner: sp.Derivative(f, e, evaluate=False) if f.has(e) else sp.Integer(0)
            )
        return inner


def _times(a: Any, b: Any) -> Any:
    if is_matrix(a) and is_matrix(b) and a.cols != b.rows:
        if a.shape == (1, 1):
            return b * a[0, 0]
        if b.shape == (1, 1):
            return a * b[0, 0]
    return a * b


def _plus(a: Any, b: Any) -> Any:
    if is_matrix(a) != is_matrix(b):
        a = a[0, 0] if is_matrix(a) and a.shape == (1, 1) else a
        b = b[0, 0] if is_matrix(b) and b.shape == (1, 1) else b
    return a + b


def _dimensions(*sides: Any) -> list[sp.Symbol]:
    found: set[Any] = set()
    for side in sides:
        for symbol in side.atoms(sp.MatrixSymbol, sp.Identity, sp.ZeroMatrix, sp.OneMatrix):
            for size in symbol.shape:
                found |= sp.sympify(size).free_symbols
    return sorted(found, key=lambda s: s.name)


def _explicit(side: Any) -> Any:
    return sp.ImmutableMatrix([list(side)]) if isinstance(side, sp.NDimArray) and side.rank() == 1 else side


def written_out(shown: str, lhs: Any, rhs: Any) -> Iterator[tuple[dict[Any, int], Any, Any]]:
    """Yield (sizes of the symbolic dimensions, left matrix, right matrix); twice when there are symbolic dimensions."""
    dimensions = _dimensions(lhs, rhs)
    for numbers in SHAPES if dimensions else SHAPES[:1]:
        sizes = {d: numbers[k % len(numbers)] for k, d in enumerate(dimensions)}
        components = Components(sizes)
        try:
            left, right = _explicit(components.write_out(lhs)), _explicit(components.write_out(rhs))
        except sp.ShapeError as error:
            raise ClaimFailed(f"false: {shown}\n  the shapes do not fit: {error}") from None
        yield sizes, *_align(left, right)


def entries(shown: str, left: Any, right: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield (place in words, left entry, right entry); raise `ClaimFailed` for different shapes."""
    if left.shape != right.shape:
        raise ClaimFailed(
            f"false: {shown}\n  the left side has shape {left.shape}, the right side {right.shape}"
            + ("\n  hint: one side looks transposed" if left.shape == right.shape[::-1] else "")
        )
    for place in product(*(range(size) for size in left.shape)):
        spot = "" if set(left.shape) == {1} else f" in entry {tuple(p + 1 for p in place)}"
        yield spot, left[place], right[place]


def _align(left: Any, right: Any) -> tuple[Any, Any]:
    """Let a scalar stand for a matrix of one entry, and zero for a matrix of zeros."""
    sides = []
    for side, other in ((left, right), (right, left)):
        if is_matrix(side):
            sides.append(side)
        elif is_matrix(other) and side == 0:
            sides.append(sp.zeros(*other.shape).as_immutable())
        else:
            sides.append(sp.ImmutableMatrix([[side]]))
    return sides[0], sides[1]
