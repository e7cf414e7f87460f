"""The exercises of ``chapters/linear_algebra/least_squares.ipynb``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise


@exercise("least_squares.line_by_hand", of=("eq-normal-equations", "eq-two-residuals"))
def line_by_hand(answer: Any) -> str:
    """The line through (0, 1), (1, 4), (2, 3), (3, 8), as near as can be."""
    c, d = (number(n, w) for n, w in zip(parts(_flat(answer), 2, "a pair, (c, d)"), ("c", "d"), strict=True))
    if (c, d) == (2, 1):
        raise Wrong("the two numbers are those of the best line, in the other order: give (c, d) of c + d·t")
    residuals = np.array([1.0, 4, 3, 8]) - c - d * np.arange(4)
    if abs(d - 7 / 3) < 1e-2:
        raise Wrong("your slope is that of the line through the first and the last point; all four points count")
    if abs(d - 2) > 1e-6:
        raise Wrong(
            f"for your line the products of t and residual add up to {show(residuals @ np.arange(4))}, not to 0"
        )
    if abs(c - 1) > 1e-6:
        raise Wrong(f"for your line the residuals add up to {show(residuals.sum())}, not to 0")
    return "the residuals are 0, 1, −2, 1; they are orthogonal to (1, 1, 1, 1) and to (0, 1, 2, 3)"


@exercise("least_squares.projection_by_hand", of=("eq-projection-matrix", "eq-pseudo-inverse"))
def projection_by_hand(answer: Any) -> str:
    """The projection of (1, −1, 4) onto the plane of (1, 1, 0) and (0, 1, 1)."""
    answer = _flat(answer)
    if isinstance(answer, (list, tuple, np.ndarray)) and [np.ndim(v) for v in answer] == [0, 0]:
        raise Wrong("these are two numbers: the nearest point has three; combine the columns with your coefficients")
    point = _vector(answer, 3, "your point", "a list of three numbers")
    right, b, columns = np.array([-1.0, 1, 2]), np.array([1.0, -1, 4]), np.array([[1.0, 1, 0], [0, 1, 1]])
    if np.allclose(point, right, atol=1e-6):
        return "the coefficients are −1 and 2, and (2, −2, 2) remains"
    if np.allclose(point, b - right, atol=1e-6):
        raise Wrong("this is the residual, b minus the nearest point")
    if np.allclose(point, [0, 1.5, 1.5], atol=1e-2):
        raise Wrong("you added the projections onto each column; that is right if the columns are orthogonal")
    if np.allclose(point, 2 * right - b, atol=1e-6):
        raise Wrong("this is the mirror image of b behind the plane; the nearest point lies halfway")
    if abs(point[0] - point[1] + point[2]) > 1e-6:
        raise Wrong("your point is no combination of the columns: the second entry must be the sum of the others")
    dots = columns @ (b - point)
    raise Wrong(
        f"b minus your point has the dot products {show(dots[0])} and {show(dots[1])} with the columns, not 0 and 0"
    )


@exercise("least_squares.program", of=("eq-qr-least-squares", "eq-reflection", "eq-nearly-parallel"))
def program(answer: Any) -> str:
    """Least squares by orthogonal vectors."""
    rng = np.random.default_rng(7)
    cases = [("for one column", rng.normal(size=(4, 1))), ("for a square A", rng.normal(size=(3, 3)))]
    cases += [(f"for A of shape {shape}", rng.normal(size=shape)) for shape in ((5, 2), (20, 6))]
    for where, a in cases:
        b = rng.normal(size=len(a))
        x, right = _solved(answer, a, b, where), np.linalg.lstsq(a, b)[0]
        if np.allclose(x, right, rtol=1e-8, atol=1e-10):
            continue
        if np.allclose(x[::-1], right, rtol=1e-6) and len(x) > 1:
            raise Wrong(f"{where} the coefficients come in reverse order")
        q = np.linalg.qr(a).Q
        if np.allclose(abs(x), abs(q.T @ b), rtol=1e-6):
            raise Wrong(f"{where} your function returns Qᵀb; the triangular system R x = Qᵀb is still to be solved")
        worst = np.argmax(abs(a.T @ (b - a @ x)))
        raise Wrong(
            f"{where} the residual of your x is not orthogonal to column {worst}: "
            f"their dot product is {show((a.T @ (b - a @ x))[worst])}"
        )
    # The last ε is small enough to tell AᵀA in the extended precision of some machines.
    for small, right in ((1e-6, np.array([1.0, -2.0])), (3e-7, np.array([0.3, -0.9])), (3e-8, np.array([1.0, 2.0]))):
        lauchli = np.array([[1.0, 1], [small, 0], [0, small]])
        where = f"for Läuchli's matrix with ε = {small:g} and b = A x, x = {show(right)},"
        error = abs(_solved(answer, lauchli, lauchli @ right, where) - right).max()
        if error > 1e-6:
            raise Wrong(
                f"{where} your result is wrong by {show(error)}: too many digits are lost. Did you form AᵀA, take "
                "Qᵀb from the b at the start (treat b as a last column), or reflect with the normal that cancels?"
            )
    return "five matrices, and Läuchli's, for which AᵀA would lose most digits"


def _solved(answer: Any, a: np.ndarray, b: np.ndarray, where: str) -> np.ndarray:
    with _no_ready_made_solver():
        return numbers(_flat(call(answer, a, b, names=("A", "b"))), f"{where} your x", shape=(a.shape[1],))


@contextmanager
def _no_ready_made_solver() -> Iterator[None]:
    """NumPy's and SciPy's solvers are out of bounds while the reader's function runs; lengths are not."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise Wrong(
            "your function calls a solver of numpy.linalg, scipy.linalg or dlmath_lib: write the steps yourself"
        )

    names = ("lstsq", "solve", "qr", "pinv", "inv", "svd", "cholesky", "eigh", "eig")
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(patch(f"numpy.linalg.{name}", refuse))
        for name in (*names, "solve_triangular", "lu_factor"):
            stack.enter_context(patch(f"scipy.linalg.{name}", refuse))
        for name in ("least_squares", "pseudo_inverse", "qr", "svd"):
            stack.enter_context(patch(f"dlmath_lib.linalg.{name}", refuse))
        # what the chapter has imported already calls one of these
        for name in ("length", "power_of_two"):
            stack.enter_context(patch(f"dlmath_lib.linalg.orthogonal.{name}", refuse))
        yield


@exercise("least_squares.smallest_sum", of=("eq-projection-matrix", "eq-completed-square", "eq-two-residuals"))
def smallest_sum(answer: Any) -> str:
    """‖(I − P)b‖² = bᵀb − bᵀPb, as a chain of proved steps."""
    m, n = sp.symbols("m n", integer=True, positive=True)
    a, p, b = sp.MatrixSymbol("A", m, n), sp.MatrixSymbol("P", m, m), sp.MatrixSymbol("b", m, 1)
    rest = (sp.Identity(m) - p) * b
    given = {p: a * (a.T * a).inv() * a.T}
    return derivation_of(answer, rest.T * rest, b.T * b - b.T * p * b, min_steps=2, given=given)


@exercise("least_squares.shortest", of=("eq-shortest", "eq-pseudo-inverse"))
def shortest(answer: Any) -> str:
    """Two least-squares solutions for three rows (1, 2) and b = (4, 5, 6): the shortest, and another."""
    if isinstance(answer, sp.MatrixBase):
        answer = answer.tolist()
    found = parts(answer, 2, "two solutions, each a pair: [shortest, another]")
    if all(np.isscalar(part) or isinstance(part, sp.Expr) for part in found):
        raise Wrong("that is one pair; give two solutions, each a pair: [shortest, another]")
    x, other = (
        _vector(part, 2, f"your {which} solution", f"two pairs; the {which} must be a pair, (x₁, x₂)")
        for which, part in zip(("first", "second"), found, strict=True)
    )
    for which, pair in (("first", x), ("second", other)):
        if abs(fitted := pair[0] + 2 * pair[1] - 5) > 1e-6:
            raise Wrong(
                f"x₁ + 2x₂ of your {which} solution is {show(fitted + 5)}; the sum of squares is least for the mean "
                "of b, 5"
            )
    if not np.allclose(x, [1, 2], atol=1e-6):
        if np.allclose(other, [1, 2], atol=1e-6):
            raise Wrong("both make the sum of squares least, but the shorter one is to stand first")
        raise Wrong(
            f"your first solution makes the sum of squares least, and its length is {show(np.hypot(*x))}; there is a "
            "shorter one"
        )
    if np.allclose(other, x, atol=1e-6):
        raise Wrong("your two solutions are the same; the columns are dependent: which others have x₁ + 2x₂ = 5?")
    return "not unique, as the columns are dependent; (1, 2) lies along the row, and the other adds an h with Ah = 0"


@exercise("least_squares.drowned_square", of="eq-nearly-parallel")
def drowned_square(answer: Any) -> str:
    """The smallest k for which 1 + 2^(−2k) rounds to 1."""
    k = number(answer, "your k")
    if k == 26:
        raise Wrong("for k = 26 the sum is 1 + 2⁻⁵², which is the float64 next to 1, and not 1")
    if k in (52, 53, 54):
        raise Wrong("that would be right for 1 + ε; it is ε² that is added")
    if k != round(k):
        raise Wrong(f"your k is {show(k)}; a whole number is asked for")
    if k > 27:
        raise Wrong(f"for k = {show(k)} the sum is rounded to 1, but it is so for a smaller k too")
    close_to(k, 27, what="your k", hint="For which k is 2^(−2k) at most half of 2⁻⁵²?")
    return "2⁻⁵⁴ is a quarter of the gap; with ε = 2⁻²⁷, about 7·10⁻⁹, the computed AᵀA is singular"


def _flat(answer: Any) -> Any:
    """A row or a column, of SymPy, NumPy or lists, as a list of its entries; anything else as it is."""
    if isinstance(answer, sp.MatrixBase):
        return list(answer) if 1 in answer.shape else answer
    if isinstance(answer, np.ndarray):
        return list(answer.ravel()) if answer.ndim == 2 and 1 in answer.shape else answer
    if isinstance(answer, (list, tuple)) and answer:
        rows = [part for part in answer if isinstance(part, (list, tuple)) and len(part) == 1]
        return [row[0] for row in rows] if len(rows) == len(answer) else answer
    return answer


def _vector(answer: Any, count: int, what: str, shape: str) -> np.ndarray:
    """A vector of so many numbers, given as a row or a column."""
    found = parts(_flat(answer), count, shape)
    return np.array([number(part, f"entry {i} of {what}") for i, part in enumerate(found, start=1)])
