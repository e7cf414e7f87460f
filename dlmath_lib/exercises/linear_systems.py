"""The exercises of ``chapters/linear_algebra/linear_systems.ipynb``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise


@exercise("linear_systems.by_hand", of=("eq-lu-by-hand", "eq-undo-a-step", "eq-second-pivot"))
def by_hand(answer: Any) -> str:
    """Multipliers, pivots and solution of a system with three unknowns."""
    multipliers, pivots, x = parts(answer, 3, "three triples, (multipliers, pivots, x)")
    if _shape(multipliers) == (3, 3):
        raise Wrong("your multipliers are a matrix: give three numbers, the entries of L below its diagonal")
    if _shape(pivots) == (3, 3):
        raise Wrong("your pivots are a matrix: give three numbers, the diagonal of U")
    triple = numbers(_row(multipliers), "your multipliers", shape=(3,))
    if np.allclose(triple, (2, 3, 2)):
        raise Wrong("your multipliers are in another order: first l₂₁, which clears the entry of row 2, then l₃₁")
    if np.allclose(triple, (-3, -2, -2)):
        raise Wrong("your multipliers have the wrong sign: row 2 minus 3 times row 1 has the multiplier 3")
    hints = {
        "l₂₁": (3, "it is 3 divided by the pivot 1"),
        "l₃₁": (2, "it is 2 divided by the pivot 1"),
        "l₃₂": (2, "after the first column the rows are (0, 2, 1) and (0, 4, 7)"),
    }
    for value, (name, (right, hint)) in zip(triple, hints.items(), strict=True):
        close_to(value, right, what=f"your {name}", hint=hint)
    for i, (value, right) in enumerate(
        zip(numbers(_row(pivots), "your pivots", shape=(3,)), (1, 2, 5), strict=True), 1
    ):
        close_to(value, right, what=f"your pivot {i}", hint="the pivots are the diagonal of what is left, not of A")
    solution = numbers(_row(x), "your x", shape=(3,))
    if np.allclose(solution, (1.8, 0.6, 2)):
        raise Wrong("your x is in the order in which back substitution finds it: give x₁ first")
    if np.allclose(solution, np.linalg.solve([[1, 2, 1], [0, 2, 1], [0, 0, 5]], [5, 18, 25])):
        raise Wrong("your x: the steps must be done to the right-hand side too; it becomes (5, 3, 9)")
    for i, (value, true) in enumerate(zip(solution, (2, 0.6, 1.8), strict=True), 1):
        close_to(value, true, what=f"your x{'₁₂₃'[i - 1]}", hint="begin with 5x₃ = 9")
    return "A = LU, with det A = 1 · 2 · 5 = 10"


@exercise("linear_systems.rank", of="eq-special-solutions")
def rank(answer: Any) -> str:
    """When a system with two parameters has infinitely many solutions."""
    names = "your p", "your q", "your rank", "your number of free unknowns"
    four = parts(answer, 4, "four numbers, (p, q, rank, free)")
    p, q, r, free = (number(value, name) for value, name in zip(four, names, strict=True))
    if (p, q) == (5, 4):
        raise Wrong("your p and q are exchanged: p belongs to the matrix, q to the right-hand side")
    if (r, free) == (1, 2):
        raise Wrong("your rank and your number of free unknowns are exchanged: two rows hold pivots")
    close_to(p, 4, what=names[0], hint="the last row becomes (0, 0, p − 4)")
    close_to(q, 5, what=names[1], hint="the last right-hand side becomes q − 5; otherwise the row says 0 = q − 5")
    if r == 3:
        raise Wrong("your rank is 3: for these p and q the third row becomes zeros, and holds no pivot")
    close_to(r, 2, what=names[2], hint="the rank is the number of pivots")
    close_to(free, 1, what=names[3], hint="each unknown without a pivot is free: 3 unknowns minus the rank")
    return "rank 2 and nullity 1 add up to the 3 columns; for p = 4 and another q there is no solution"


@exercise("linear_systems.worst_error", of=("eq-condition-number", "eq-error-bound"))
def worst_error(answer: Any) -> str:
    """κ of a matrix with two rows, and an error that grows by it."""
    kappa, error = parts(answer, 2, "a pair, (kappa, error)")
    if _shape(error) == () and _shape(kappa) != ():
        raise Wrong("give the condition number first, then the error")
    value = number(kappa, "your κ")
    matrix, backward = np.array([[1, 2], [2, 3.9]]), np.array([[-39.0, 20], [20, -10]])
    if abs(value - np.linalg.cond(matrix)) < 0.5:
        raise Wrong("your κ is that of the 2-norm: take the largest sums of absolute values in a row")
    slips = {
        5.9: "it is ‖A‖ alone: multiply by ‖A⁻¹‖",
        59: "it is ‖A⁻¹‖ alone: multiply by ‖A‖",
        10: "it is ‖A⁻¹‖ / ‖A‖: multiply",
        64.9: "it is a sum: multiply the norms",
        3.9 * 39: "it is made of largest entries: take the largest sum of absolute values in a row",
        5.9 * 19: "in the rows of A⁻¹ add up absolute values",
    }
    hint = "multiply ‖A‖ by ‖A⁻¹‖, each the largest sum of absolute values in a row"
    hint = next((words for slip, words in slips.items() if abs(value - slip) < 0.05), hint)
    close_to(value, 348.1, what="your κ", rtol=1e-3, hint=hint)
    delta = numbers(_row(error), "your error", shape=(2,))
    size = np.abs(delta).max()
    if size == 0:
        raise Wrong("your error is 0: nothing moves")
    if size > 0.01 * (1 + 1e-9):
        raise Wrong(f"your error is too large: its entries may be at most 0.01, the largest is {show(size)}")
    ratio = np.abs(backward @ delta).max() / (size / 5.9)
    if ratio < 348.1 * (1 - 1e-9):
        raise Wrong(
            f"your error grows by {ratio:.4g} and not by 348.1: in the first row of A⁻¹, −39 times your first entry "
            "and 20 times your second must not cancel, and both entries must have the same size"
        )
    return "the entries of δb have opposite signs and the same size"


@exercise("linear_systems.residual", of="eq-backward-error")
def residual(answer: Any) -> str:
    """Backward error and error of a computed solution."""
    names = "your backward error", "your error"
    backward, error = (number(v, w) for v, w in zip(parts(answer, 2, "a pair, (backward, error)"), names, strict=True))
    slips = {
        0.1: "it is the residual itself: divide by ‖A‖ ‖x̂‖",
        0.1 / 5.9: "divide by ‖x̂‖ = 3 too",
        0.1 / 3: "divide by ‖A‖ = 5.9 too",
        0.1 / 5.9**2: "divide by ‖x̂‖ = 3 and not by ‖b‖",
        0.1 / 11.7: "in ‖A‖ take the largest sum of absolute values, 5.9, and ‖x̂‖ = 3",
        348.1 * 0.1 / 17.7: "that is the bound: leave κ out",
    }
    if abs(backward - 2 / 3) < 5e-3 and abs(error - 0.1 / 17.7) < 1e-4:
        raise Wrong("your two numbers are right, but in the other order: the backward error first")
    if abs(backward - 10 / 17.7) < 5e-3:
        raise Wrong("your backward error is in percent: divide it by 100")
    hint = next((words for value, words in slips.items() if abs(backward - value) < 1e-4), "the residual is (0, −0.1)")
    close_to(backward, 0.1 / 17.7, what=names[0], rtol=1e-2, hint=hint)
    slips = {
        2: "that is relative to ‖x‖; divide by ‖x̂‖ = 3",
        1 / 3: "take the entry of x − x̂ = (−2, 1) with the largest absolute value",
        1: "add no entries up: the norm is the largest absolute value, here of (−2, 1)",
        5**0.5 / 3: "that is the 2-norm of x − x̂; take the largest absolute value",
    }
    if abs(error - 200 / 3) < 1:
        raise Wrong("your error is in percent: divide it by 100")
    hint = next((words for value, words in slips.items() if abs(error - value) < 1e-3), "x − x̂ is (−2, 1)")
    close_to(error, 2 / 3, what=names[1], rtol=1e-2, hint=hint)
    return "0.6 percent of backward error, 67 percent of error: within the bound 348.1 · 0.00565 = 1.97"


def _row(answer: Any) -> Any:
    """A row or a column, SymPy's too, as the list of its entries; anything else as it is."""
    if isinstance(answer, sp.MatrixBase):
        return answer.flat() if 1 in answer.shape else answer
    if isinstance(answer, np.ndarray):
        return answer.ravel().tolist() if answer.ndim == 2 and 1 in answer.shape else answer
    if isinstance(answer, (list, tuple)) and answer and all(isinstance(part, (list, tuple)) for part in answer):
        if len(answer) == 1:
            return list(answer[0])
        return [part[0] for part in answer] if all(len(part) == 1 for part in answer) else answer
    return answer


def _shape(answer: Any) -> tuple[int, ...]:
    """The shape of what may be anything, a ragged list too."""
    return np.shape(np.array(answer, dtype=object))


_READY_MADE = "your function calls a solver of NumPy or SciPy, SymPy or dlmath_lib: eliminate yourself"


@contextmanager
def _no_ready_made_solver() -> Iterator[None]:
    """The solvers of the libraries are out of bounds while the reader's function runs, determinants and factors too."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise Wrong(_READY_MADE)

    names = ("solve", "inv", "lstsq", "pinv", "det", "qr", "svd", "cholesky")
    with ExitStack() as stack:
        for name in (*names, "slogdet", "tensorsolve", "tensorinv"):
            stack.enter_context(patch(f"numpy.linalg.{name}", refuse))
        for name in (*names, "lu", "lu_factor", "lu_solve", "solve_triangular"):
            stack.enter_context(patch(f"scipy.linalg.{name}", refuse))
        for name in ("LUsolve", "solve", "inv", "det", "rref", "gauss_jordan_solve", "LUdecomposition"):
            stack.enter_context(patch.object(sp.MatrixBase, name, refuse))
        # what the chapter has imported already calls one of these
        stack.enter_context(patch("dlmath_lib.linalg.factorizations.LU", refuse))
        stack.enter_context(patch("dlmath_lib.linalg.reduced_form.ReducedForm", refuse))
        yield


def _systems() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(20)
    yield "one equation", np.array([[4.0]]), np.array([2.0])
    yield "a system that needs no swap", np.array([[4.0, 1.0], [2.0, 3.0]]), np.array([1.0, 2.0])
    yield "a pivot that is 0 (swap the rows, of b too)", np.array([[0.0, 2.0], [3.0, 1.0]]), np.array([2.0, 5.0])
    yield "a pivot of 1e-20 (partial pivoting)", np.array([[1e-20, 1.0], [1.0, 1.0]]), np.array([1.0, 2.0])
    yield "whole numbers (copy them as floats)", np.array([[2, 1], [4, 7]]), np.array([1, 2])
    negative = np.array([[1e-14, 2.0, 1.0], [-3.0, 1.0, 1.0], [-2.0, 1.0, -1.0]])
    yield "a largest candidate that is negative (compare absolute values)", negative, np.array([1.0, 2.0, 3.0])
    late = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 1.0], [1.0, 1.0, 1.0]])
    yield "a pivot that becomes 0 on the way", late, np.array([1.0, 2.0, 4.0])
    for n in (5, 12):
        yield f"{n} equations", rng.standard_normal((n, n)), rng.standard_normal(n)


@exercise("linear_systems.solve_system", of=("eq-join-two-steps", "eq-cost-of-elimination"))
def solve_system(answer: Any) -> str:
    """A solver with partial pivoting, on systems of several kinds."""
    if (getattr(answer, "__module__", None) or "").split(".")[0] in ("numpy", "scipy", "dlmath_lib"):
        raise Wrong(_READY_MADE)
    count = 0
    for kind, a, b in _systems():
        right = np.linalg.solve(a, b)
        with _no_ready_made_solver(), np.errstate(all="ignore"):
            found = numbers(_row(call(answer, a, b, names=("a", "b"))), f"your result for {kind}", shape=b.shape)
        if not np.allclose(found, right, rtol=1e-8, atol=1e-10):
            scale = np.abs(a).max() * max(np.abs(found).max(), 1)
            residual = np.abs(a @ found - b).max() / scale
            what = f"for {kind}, a = {show(a)} and b = {show(b)}," if a.size <= 9 else f"for {kind}"
            raise Wrong(f"{what} your x is {show(found)}; it leaves a relative residual of {residual:.1g}")
        count += 1
    for a in (np.array([[1.0, 2.0], [2.0, 4.0]]), np.zeros((2, 2))):
        with _no_ready_made_solver():
            _raises_value_error(partial(answer, a.copy(), np.array([1.0, 1.0])), f"the singular matrix {show(a)}")
    return f"{count} systems, and two singular matrices refused"


def _raises_value_error(attempt: Callable[[], Any], what: str) -> None:
    try:
        with np.errstate(all="ignore"):
            result = attempt()
    except ValueError:
        return
    except Wrong:
        raise
    except Exception as error:
        raise Wrong(f"for {what} your function must raise ValueError; it raises {type(error).__name__}") from None
    raise Wrong(f"for {what} your function must raise ValueError; it returns {show(result)}")


@exercise("linear_systems.between_two", of="eq-special-solutions")
def between_two(answer: Any) -> str:
    """A(x + t(y − x)) = (1 − t)Ax + tAy."""
    n, t = sp.Symbol("n", integer=True, positive=True), sp.Symbol("t", real=True)
    a, x, y = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("y", n, 1)
    return derivation_of(answer, a * (x + t * (y - x)), (1 - t) * (a * x) + t * (a * y), min_steps=2)


@exercise("linear_systems.solve_changed", of="eq-sherman-morrison")
def solve_changed(answer: Any) -> str:
    """The solution after a change of rank one, from two solutions with the old matrix."""
    rng = np.random.default_rng(21)
    for n in (1, 2, 5):
        a = rng.standard_normal((n, n)) + 3 * np.eye(n)
        u, v, b = rng.standard_normal((3, n))
        calls: list[Any] = []

        def solve_a(c: Any, a: np.ndarray = a, calls: list[Any] = calls) -> np.ndarray:
            calls.append(c)
            return np.linalg.solve(a, np.asarray(c, dtype=float))

        found = numbers(_row(call(answer, solve_a, u, v, b)), f"your result for n = {n}", shape=(n,))
        right = np.linalg.solve(a + np.outer(u, v), b)
        if len(calls) > 2:
            raise Wrong(f"your function calls solve_a {len(calls)} times; two calls are enough, for b and for u")
        if not np.allclose(found, right, rtol=1e-8, atol=1e-10):
            raise Wrong(
                f"for n = {n} your result is {show(found)}; it should be {show(right)}. {_slip(a, u, v, b, found)}"
            )
    u, v = np.array([1.0, 2.0]), np.array([1.0, -1.0])  # 1 + vᵀu = 0
    _raises_value_error(
        lambda: answer(lambda c: np.array(c, dtype=float), u, v, np.array([1.0, 1.0])),
        "A = I, u = (1, 2), v = (1, −1)",
    )
    return "three systems, and a singular one refused"


def _slip(a: np.ndarray, u: np.ndarray, v: np.ndarray, b: np.ndarray, found: np.ndarray) -> str:
    """The likely cause of a wrong result."""
    y, w = np.linalg.solve(a, b), np.linalg.solve(a, u)
    slips = {
        "It is that of the old matrix": y,
        "The sign of the change is wrong": y + (v @ y) / (1 + v @ w) * w,
        "The 1 in 1 + vᵀw is missing": y - (v @ y) / (v @ w) * w,
        "The denominator 1 + vᵀw is missing": y - (v @ y) * w,
        "The factor vᵀy is missing": y - w / (1 + v @ w),
        "The denominator must be 1 + vᵀw": y - (v @ y) / (1 - v @ w) * w,
        "The factor is vᵀb where it should be vᵀy": y - (v @ b) / (1 + v @ w) * w,
        "The last vector is u where it should be w": y - (v @ y) / (1 + v @ w) * u,
        "The denominator has vᵀu where it should have vᵀw": y - (v @ y) / (1 + v @ u) * w,
        "Both signs are wrong: y minus …, over 1 plus …": y + (v @ y) / (1 - v @ w) * w,
        "It is that of A + v uᵀ": np.linalg.solve(a + np.outer(v, u), b),
    }
    return next((words for words, value in slips.items() if np.allclose(found, value)), "It is y minus a multiple of w")
