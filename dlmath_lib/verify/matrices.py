"""Statements between matrices written out entry by entry, for several sizes.

Nothing that SymPy knows of matrix calculus is used. Each matrix symbol becomes a matrix of symbols, and a derivative
with respect to a matrix symbol becomes the matrix of the derivatives with respect to its entries. Index letters, as in
(AB)[i, j] = Σₖ A[i, k] B[k, j], take every value.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import sympy as sp
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement

from dlmath_lib.verify._errors import message
from dlmath_lib.verify.claim import ClaimFailed

MATRIX = (sp.MatrixExpr, sp.MatrixBase)
# Unequal sizes, 1 among them. Where an inverse does not exist for a size (XᵀX of a wide X), that size is left out.
SHAPES = ((2, 3, 1, 4), (3, 2, 4, 1), (1, 2, 3, 2))
# Sizes at which numbers stand for the entries: a factor that happens to vanish for the small sizes shows there.
LARGE = ((5, 7, 6, 4), (7, 5, 4, 6), (4, 4, 4, 4))
FEWEST = 2


class NoInverse(ArithmeticError):
    """A matrix that the statement inverts has no inverse for these sizes, whatever its entries are."""


def is_matrix(side: Any) -> bool:
    """Tell whether `side` is a matrix, explicit or symbolic."""
    return isinstance(side, (*MATRIX, sp.NDimArray)) or bool(getattr(side, "is_Matrix", False))


def involved(*sides: Any) -> bool:
    """Tell whether a side is a matrix or has one inside."""
    return any(is_matrix(s) or s.has(sp.MatrixSymbol, sp.Trace, sp.Determinant, sp.MatrixBase) for s in sides)


class Components:
    """Writes matrix expressions out in components, for given values of the symbolic dimensions."""

    def __init__(self, sizes: Mapping[sp.Symbol, Any], seed: int | None = None) -> None:
        self.sizes = {symbol: sp.sympify(size) for symbol, size in sizes.items()}
        self.entries: dict[Any, sp.ImmutableMatrix] = {}
        self.random = None if seed is None else random.Random(seed)

    def matrix(self, symbol: Any) -> sp.ImmutableMatrix:
        """Return the matrix of entry symbols of a matrix symbol."""
        if symbol not in self.entries:
            rows, cols = (int(sp.sympify(size).xreplace(self.sizes)) for size in symbol.shape)
            self.entries[symbol] = sp.ImmutableMatrix(rows, cols, lambda i, j: self._entry(symbol.name, i + 1, j + 1))
        return self.entries[symbol]

    def _entry(self, name: str, row: int, col: int) -> Any:
        """Return a number, or a symbol that is no other symbol, whatever its name."""
        if self.random is not None:
            return sp.Rational(self.random.choice((-1, 1)) * self.random.randint(1, 9), self.random.randint(1, 4))
        return sp.Dummy(f"{name}_{row}{col}", real=True)

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
            return self._element(expr)
        if isinstance(expr, (sp.Sum, sp.Product)) and expr.has(MatrixElement):
            return self._repeated(expr)
        if not expr.args:
            return expr.xreplace(self.sizes)
        parts = [self.write_out(a) for a in expr.args]
        return self._combine(expr, parts)

    def _element(self, expr: MatrixElement) -> Any:
        i, j = (sp.sympify(index).xreplace(self.sizes) for index in expr.indices)
        whole = self.write_out(expr.parent)
        if not (i.is_Integer and j.is_Integer and 0 <= i < whole.rows and 0 <= j < whole.cols):
            expected = f"from 0 to {whole.rows - 1} and from 0 to {whole.cols - 1}, which is where the entries are"
            raise ValueError(message("prove", f"indices of {expr}", expected, f"{i}, {j}", "count from 0 to n − 1"))
        return whole[int(i), int(j)]

    def _repeated(self, expr: Any) -> Any:
        """Write a sum or product over entries of matrices out, the last limits outermost."""
        terms = [expr.function]
        for index, low, high in expr.limits:
            ends = [sp.sympify(end).xreplace(self.sizes) for end in (low, high)]
            if not all(end.is_Integer for end in ends):
                expected = "with ends that are numbers or sizes of matrices"
                raise ValueError(message("prove", "sum over entries", expected, f"{index} = {low} … {high}"))
            values = range(int(ends[0]), int(ends[1]) + 1)
            terms = [term.xreplace({index: sp.Integer(value)}) for value in values for term in terms]
        written = [self.write_out(term) for term in terms]
        return sp.Add(*written) if isinstance(expr, sp.Sum) else sp.Mul(*written)

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
            return self._inverse(parts[0])
        if isinstance(expr, (sp.MatPow, sp.Pow)) and is_matrix(parts[0]):
            return self._inverse(parts[0]) ** -parts[1] if parts[1].is_negative else parts[0] ** parts[1]
        if isinstance(expr, sp.HadamardProduct):
            result = parts[0]
            for part in parts[1:]:
                result = result.multiply_elementwise(part)
            return result
        if isinstance(expr, ElementwiseApplyFunction):
            return parts[1].applyfunc(lambda e: expr.function(e)) if is_matrix(parts[1]) else parts[0]
        return expr.func(*parts)

    def _inverse(self, matrix: Any) -> Any:
        if self.random is not None:
            if matrix.free_symbols or matrix.det() == 0:
                raise NoInverse
            return matrix.inv()
        determinant = matrix.det(method="berkowitz")
        if sp.expand(determinant) == 0:
            raise NoInverse
        return matrix.adjugate() / determinant

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


def dimensions(*sides: Any) -> list[sp.Symbol]:
    """Return the symbols in the sizes of the matrices."""
    found: set[Any] = set()
    for side in sides:
        for symbol in side.atoms(sp.MatrixSymbol, sp.Identity, sp.ZeroMatrix, sp.OneMatrix):
            for size in symbol.shape:
                found |= sp.sympify(size).free_symbols
    return sorted(found, key=lambda s: s.name)


def _index_letters(*sides: Any) -> dict[sp.Symbol, Any]:
    """Return {index letter: number of its values} of entries such as A[i, j]; a letter that a sum binds is none."""
    found: dict[sp.Symbol, Any] = {}
    for side in sides:
        for element in side.atoms(MatrixElement):
            for index, size in zip(element.indices, element.parent.shape, strict=True):
                if isinstance(index, sp.Symbol) and index in side.free_symbols:
                    found.setdefault(index, size)
    return dict(sorted(found.items(), key=lambda item: item[0].name))


def _explicit(side: Any) -> Any:
    return sp.ImmutableMatrix([list(side)]) if isinstance(side, sp.NDimArray) and side.rank() == 1 else side


def letters_of(*sides: Any) -> set[sp.Symbol]:
    """Return the symbols that are sizes or index letters of the matrices."""
    return {*dimensions(*sides), *_index_letters(*sides)}


def written_out(
    shown: str, lhs: Any, rhs: Any, scalars: Mapping[Any, Any] | None = None, beside: tuple[Any, ...] = ()
) -> Iterator[tuple[dict[Any, int], Any, Any]]:
    """Yield (sizes of the symbolic dimensions, left matrix, right matrix), for several sizes when there are any.

    With `scalars`, numbers for the other symbols, numbers stand for the entries too, and larger sizes are among them;
    nothing comes without symbolic sizes. The sizes of matrices `beside` the sides are among the sizes too.
    """
    open_sizes = dimensions(lhs, rhs, *beside)
    letters = _index_letters(lhs, rhs)
    count, numbers = len(open_sizes), scalars is not None
    kinds = list(dict.fromkeys((shape * count)[:count] for shape in ((*SHAPES, *LARGE) if numbers else SHAPES)))
    if numbers and not open_sizes:
        return
    used = 0
    for seed, shape in enumerate(kinds):
        sizes = dict(zip(open_sizes, shape, strict=True))
        components = Components({**sizes, **(scalars or {})}, seed if numbers else None)
        try:
            left, right = (_side(components, side, letters) for side in (lhs, rhs))
        except sp.ShapeError as error:
            raise ClaimFailed(f"false: {shown}\n  the shapes do not fit: {error}") from None
        except NoInverse:
            continue
        used += 1
        yield sizes, *_align(left, right)
    if not numbers and used < min(FEWEST, len(kinds)):
        raise ClaimFailed(f"not checked: {shown}\n  an inverse in it does not exist for any sizes that were tried")


def _side(components: Components, side: Any, letters: Mapping[sp.Symbol, Any]) -> Any:
    """Write one side out; with index letters, as the matrix of its values (first letter down, second across)."""
    if not letters:
        return _explicit(components.write_out(side))
    counts = [int(sp.sympify(size).xreplace(components.sizes)) for size in letters.values()]
    values = [
        components.write_out(side.xreplace(dict(zip(letters, map(sp.Integer, place), strict=True))))
        for place in product(*map(range, counts))
    ]
    return sp.ImmutableMatrix(counts[0], len(values) // counts[0], values)


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
