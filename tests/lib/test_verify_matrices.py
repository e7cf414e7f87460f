"""Matrix statements are proved entry by entry: SymPy's matrix calculus is not believed."""

import pytest
import sympy as sp
from sympy import Derivative as D

from dlmath_lib.verify import ClaimFailed, Derivation, prove
from dlmath_lib.verify.provers.words import equal_for_all_sizes

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
    assert "for m = 1, n = 2 and for m = 2, n = 3 and for m = 3, n = 2" in repr(
        prove(D(ridge, w), 2 * X.T * residual + 2 * lam * w)
    )


projection = X * (X.T * X).I * X.T
unit, square = sp.Identity(n), sp.Identity(m)
M = sp.MatrixSymbol("M", m, n)
i, j, k = sp.symbols("i j k", integer=True)


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        ((A * B).T, B.T * A.T),
        (sp.Trace(A * B), sp.Trace(B * A)),
        (sp.Trace(A.T * B), sp.Trace(B.T * A)),
        ((A * B).I, B.I * A.I),
        (projection * projection, projection),
        (projection.T, projection),
        ((unit - projection) * X, sp.ZeroMatrix(n, m)),
        (X * (square + M * X).I, (unit + X * M).I * X),
        ((X.T * X + lam * square).I * X.T, X.T * (X * X.T + lam * unit).I),
        (residual.T * residual, w.T * X.T * X * w - 2 * y.T * X * w + y.T * y),
        (A.I - B.I, A.I * (B - A) * B.I),
    ],
)
def test_laws_for_all_sizes(lhs, rhs):
    claim = prove(lhs, rhs)
    assert claim.method == "proved for all sizes"
    assert claim.points >= 6


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (projection * projection, 2 * projection),
        (projection, unit),
        ((A * B).T, A.T * B.T),
        (sp.Trace(A * B * M.T * M), sp.Trace(B * A * M.T * M)),
        (X * (square + M * X).I, (unit - X * M).I * X),
        ((X.T * X + lam * square).I * X.T, X.T * (X * X.T + 2 * lam * unit).I),
        (residual.T * residual, w.T * X.T * X * w - y.T * X * w + y.T * y),
        (A.I - B.I, A.I * (A - B) * B.I),
        ((A + B).I, A.I + B.I),
        ((A + B) * (A - B), A * A - B * B),
        ((n - 2) * (n - 3) * A, sp.ZeroMatrix(n, n)),
        ((n - 1) * (n - 2) * (n - 3) * A, sp.ZeroMatrix(n, n)),
    ],
)
def test_near_misses_are_no_laws(lhs, rhs):
    assert not equal_for_all_sizes(lhs, rhs)
    with pytest.raises(ClaimFailed, match=r"^false: "):
        prove(lhs, rhs)


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (D(sp.Trace(A * B), A), B.T),
        (sp.HadamardProduct(A, B), sp.HadamardProduct(B, A)),
        ((X * M)[i, j], sp.Sum(X[i, k] * M[k, j], (k, 0, m - 1))),
        (X.T[i, j], X[j, i]),
        (sp.Trace(X.T * X), sp.Sum(X[i, j] ** 2, (i, 0, n - 1), (j, 0, m - 1))),
        ((X * w)[i, 0], sp.Sum(X[i, k] * w[k, 0], (k, 0, m - 1))),
    ],
)
def test_laws_entry_by_entry_say_for_which_sizes(lhs, rhs):
    claim = prove(lhs, rhs)
    assert claim.method == "proved entry by entry"
    assert claim.hypotheses[-1].kind == "sizes"
    assert "= 1" in repr(claim)


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        ((X * M)[i, j], sp.Sum(X[i, k] * M[k, i], (k, 0, m - 1))),
        ((X * M)[i, j], sp.Sum(X[i, k] * M[k, j], (k, 0, m - 2))),
        (X.T[i, j], 2 * X[j, i]),
        (sp.Trace(X.T * X), sp.Sum(X[i, i] ** 2, (i, 0, 0))),
    ],
)
def test_wrong_index_forms(lhs, rhs):
    with pytest.raises(ClaimFailed, match=r"^false: "):
        prove(lhs, rhs)


def test_an_index_beyond_the_matrix_is_named():
    with pytest.raises(ValueError, match=r"indices of M\[2, 0\] must be from 0 to 1 .*count from 0 to n − 1"):
        prove((X * M)[i, j], sp.Sum(X[i, k] * M[k, j], (k, 1, m)))


def test_an_entry_is_no_scalar_of_the_same_name():
    scalar = sp.Symbol("A_11", real=True)
    with pytest.raises(ClaimFailed, match=r"^false: "):
        prove(A[0, 0], scalar)
    with pytest.raises(ClaimFailed, match=r"^false: "):
        prove(sp.Trace(A) - scalar, sp.Trace(A) - A[0, 0])


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


c = sp.Symbol("c", real=True)
S = sp.MatrixSymbol("S", m, m)
gram = (X.T * X).I  # exists where X has at least as many rows as columns
hole = sp.Piecewise((5, sp.Eq(c, 0)), (c + 1, True))
wider, count = sp.Max(0, m - n), sp.Trace(X * gram * X.T)  # count = m, where it has a value


@pytest.mark.parametrize(
    ("start", "between", "end"),
    [
        (wider * S, (wider + count - m) * S, sp.ZeroMatrix(m, m)),
        (hole * A, (c**2 + c) / c * A, (c + 1) * A),
        (sp.Matrix([[hole, 1]]), sp.Matrix([[(c**2 + c) / c, 1]]), sp.Matrix([[c + 1, 1]])),
        (hole * X.T * X, (c**2 + c) / c * X.T * X, (c + 1) * X.T * X),
    ],
)
def test_a_chain_does_not_reach_across_a_line_without_a_value(start, between, end):
    chain = Derivation(start).step(between, because="there and")
    with pytest.raises(
        ClaimFailed, match=r"^step 2 \(back\), from the first line to this one: false: .*(\n.*)*no value"
    ):
        chain.step(end, because="back")
    with pytest.raises(ClaimFailed, match=r"^false: "):
        prove(start, end)


@pytest.mark.parametrize(
    ("start", "between", "end"),
    [
        (m + sp.Trace(S), count + sp.Trace(S), m + sp.Trace(S.T)),
        ((c + 1) * A, (c**2 + c) / c * A, (c + 1) * A),
        ((X.T * X + lam * square).I * X.T, X.T * (X * X.T + lam * unit).I, (X.T * X + lam * square).I * X.T),
        (D(residual.T * residual, w), 2 * X.T * residual, 2 * X.T * X * w - 2 * X.T * y),
    ],
)
def test_a_chain_of_matrices_holds_from_end_to_end(start, between, end):
    chain = Derivation(start).step(between, because="there").step(end, because="and on")
    assert (chain.rhs, chain.relation) == (end, "=")
