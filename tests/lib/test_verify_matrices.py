"""Matrix statements are proved entry by entry: SymPy's matrix calculus is not believed."""

import pytest
import sympy as sp
from sympy import Derivative as D

from dlmath_lib.verify import ClaimFailed, prove

n, m = sp.symbols("n m", integer=True, positive=True)
X = sp.MatrixSymbol("X", n, m)
w, y = sp.MatrixSymbol("w", m, 1), sp.MatrixSymbol("y", n, 1)
A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
lam = sp.Symbol("lambda", positive=True)
residual = X * w - y
ridge = sp.Trace(residual.T * residual) + lam * sp.Trace(w.T * w)


def test_the_trace_derivative_that_sympy_gets_silently_wrong():
    silently = ridge.diff(w)
    assert silently == 0 or silently == sp.ZeroMatrix(m, 1)
    with pytest.raises(ClaimFailed, match=r"left side  = .*\n  right side = 0"):
        prove(D(ridge, w), silently)
    with pytest.raises(ClaimFailed):
        prove(silently, 2 * X.T * residual + 2 * lam * w)
    assert "for m = 2, n = 3 and for m = 3, n = 2" in repr(prove(D(ridge, w), 2 * X.T * residual + 2 * lam * w))


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        ((A * B).T, B.T * A.T),
        (sp.Trace(A * B), sp.Trace(B * A)),
        (D(sp.Trace(A * B), A), B.T),
        ((A * B).I, B.I * A.I),
        (sp.Determinant(A * B), sp.Determinant(A) * sp.Determinant(B)),
    ],
)
def test_matrix_laws(lhs, rhs):
    claim = prove(lhs, rhs)
    assert claim.method == "proved entry by entry"
    assert claim.hypotheses[-1].kind == "sizes"


@pytest.mark.parametrize(
    ("lhs", "rhs", "words"),
    [
        ((A * B).T, A.T * B.T, r"in entry \(1, 1\)"),
        (A * B, B * A, "right side ="),
        (D(sp.Trace(A * B), A), B, "right side ="),
        (X.T * X, X * X.T, r"shape \(2, 2\), the right side \(3, 3\)"),
        (X, X.T, "one side looks transposed"),
        (D(ridge, w), X.T * residual + lam * w, "right side ="),
        (D(ridge, w), 2 * X * residual, "the shapes do not fit"),
        (D(ridge, w), (2 * X.T * residual + 2 * lam * w).T, "one side looks transposed"),
    ],
)
def test_wrong_matrix_statements(lhs, rhs, words):
    with pytest.raises(ClaimFailed, match=words):
        prove(lhs, rhs)


def test_explicit_matrices_name_the_wrong_entry():
    a, b, c, d = sp.symbols("a b c d", real=True)
    matrix = sp.Matrix([[a, b], [c, d]])
    determinant = a * d - b * c
    assert prove(matrix.inv(), sp.Matrix([[d, -b], [-c, a]]) / determinant).points >= 32
    with pytest.raises(ClaimFailed, match=r"in entry \(1, 2\)"):
        prove(matrix.inv(), sp.Matrix([[d, b], [-c, a]]) / determinant)
    with pytest.raises(ClaimFailed, match="one side looks transposed"):
        prove(sp.Matrix([[a, b]]), sp.Matrix([a, b]))
