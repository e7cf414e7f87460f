"""The exercises of the linear systems chapter: right answers pass, the likely wrong ones are told what is wrong."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.linalg import inverse, rref, solve
from dlmath_lib.linalg.factorizations import eliminate
from dlmath_lib.verify import Derivation

n, t = sp.Symbol("n", integer=True, positive=True), sp.Symbol("t", real=True)
A, x, y = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("y", n, 1)


def solver(*, pivot="partial", swap_b=True, copy=True, dtype=float, refuse=True, start=0):
    """A solution of solve_system, with something left out or spoilt."""

    def solve(a, b):
        a, x = (np.array(each, dtype=dtype) if copy else each for each in (a, b))
        for k in range(len(a)):
            candidates = {
                "partial": abs(a[k:, k]), "signed": a[k:, k], "first": a[k:, k] != 0, "none": np.eye(len(a) - k)[0],
            }  # fmt: skip
            best = k + int(np.argmax(candidates[pivot]))
            if refuse and a[best, k] == 0:
                raise ValueError("singular")
            a[[k, best]] = a[[best, k]]
            if swap_b:
                x[[k, best]] = x[[best, k]]
            for i in range(k + 1, len(a)):
                multiplier = a[i, k] / a[k, k]
                a[i, k:] = a[i, k:] - multiplier * a[k, k:]
                x[i] = x[i] - multiplier * x[k]
        for k in reversed(range(start, len(a))):
            x[k] = (x[k] - a[k, k + 1 :] @ x[k + 1 :]) / a[k, k]
        return x

    return solve


def changed(formula=lambda y, w, v: y - (v @ y) / (1 + v @ w) * w, refuse=True, calls=1):
    def solve_changed(solve_a, u, v, b):
        for _ in range(calls):
            y = solve_a(b)
        w = solve_a(u)
        if refuse and abs(1 + v @ w) < 1e-12:
            raise ValueError("singular")
        return formula(y, w, v)

    return solve_changed


def proof():
    return (
        Derivation(A * (x + t * (y - x)))
        .step(A * x + t * A * (y - x), because="multiply out")
        .step((1 - t) * (A * x) + t * (A * y), because="collect")
    )


def one_step():
    return Derivation(A * (x + t * (y - x))).step((1 - t) * (A * x) + t * (A * y), because="so")


def average():
    first, last = A * (x + t * (y - x)), (1 - t) * (A * x) + t * (A * y)
    return Derivation(first).step((first + last) / 2, because="both are equal").step(last, because="so")


def cramer(a, b, j):
    return np.linalg.det(np.where(np.arange(len(b)) == j, b[:, None], a)) / np.linalg.det(a)


def test_all_are_registered():
    assert [exercise.name.partition(".")[2] for exercise in exercises_of("linear_systems")] == [
        "between_two", "by_hand", "rank", "residual", "solve_changed", "solve_system", "worst_error",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", ((3, 2, 2), (1, 2, 5), (2, 0.6, 1.8))),
        ("by_hand", [[3, 2, 2], np.array([1, 2, 5]), [2, sp.Rational(3, 5), sp.Rational(9, 5)]]),
        ("by_hand", ((3, 2, 2), (1, 2, 5), sp.Matrix([2, sp.Rational(3, 5), sp.Rational(9, 5)]))),
        ("by_hand", ((3, 2, 2), (1, 2, 5), np.array([[2], [0.6], [1.8]]))),
        ("by_hand", (sp.Matrix([3, 2, 2]), sp.Matrix([[1, 2, 5]]), [[2], [0.6], [1.8]])),
        ("rank", (4, 5, 2, 1)),
        ("rank", sp.Matrix([4, 5, 2, 1])),
        ("worst_error", (348.1, (-0.01, 0.01))),
        ("worst_error", (348, [0.01, -0.01])),
        ("worst_error", (348.1, (0.002, -0.002))),
        ("worst_error", (sp.Rational(3481, 10), sp.Matrix([sp.Rational(-1, 100), sp.Rational(1, 100)]))),
        ("worst_error", (348.1, [[-0.01], [0.01]])),
        ("residual", (0.00565, 0.667)),
        ("residual", (0.0056, 0.67)),
        ("residual", (0.1 / 17.7, sp.Rational(2, 3))),
        ("solve_system", solver()),
        ("solve_system", lambda a, b: solver()(a, b).tolist()),
        ("solve_system", lambda a, b: solver()(a, b)[:, None]),
        ("solve_system", lambda a, b: sp.Matrix(solver()(a, b).tolist())),
        ("between_two", proof()),
        ("solve_changed", changed()),
        ("solve_changed", changed(lambda y, w, v: (y - (v @ y) / (1 + v @ w) * w)[:, None])),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"linear_systems.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("by_hand", ((-3, -2, -2), (1, 2, 5), (2, 0.6, 1.8)), "your multipliers have the wrong sign"),
        ("by_hand", ((3, 2, 4), (1, 2, 5), (2, 0.6, 1.8)), "your l₃₂"),
        ("by_hand", ((3, 2, 2), (1, 8, 9), (2, 0.6, 1.8)), "the diagonal of what is left"),
        ("by_hand", ((3, 2, 2), (1, 2, 5), (-13, 6.5, 5)), "must be done to the right-hand side too"),
        ("by_hand", ((3, 2, 2), (1, 2, 5), (2, 0.6, 1.7)), "your x₃"),
        ("by_hand", (3, 2, 2), "your multipliers must"),
        ("by_hand", (np.array([[1, 0, 0], [3, 1, 0], [2, 2, 1]]), (1, 2, 5), (2, 0.6, 1.8)), "below its diagonal"),
        ("by_hand", ((3, 2, 2), np.diag([1, 2, 5]), (2, 0.6, 1.8)), "the diagonal of U"),
        ("by_hand", ((2, 3, 2), (1, 2, 5), (2, 0.6, 1.8)), "in another order"),
        ("by_hand", ((3, 2, 2), (1, 2, 5), (1.8, 0.6, 2)), "give x₁ first"),
        ("by_hand", ((3, 2, 2), (1, 2, 5), [[2], [0.6, 1.8]]), "your x"),
        ("by_hand", ((3, 2, 2), (1, 2, 5), sp.Matrix([sp.Symbol("x"), 1, 2])), "must hold numbers"),
        ("by_hand", ("3, 2, 2", (1, 2, 5), (2, 0.6, 1.8)), "must hold numbers"),
        ("rank", (5, 4, 2, 1), "your p and q are exchanged"),
        ("rank", (4, 5, 1, 2), "your rank and your number of free unknowns are exchanged"),
        ("rank", (1e300, 5, 2, 1), "your p"),
        ("rank", (3, 5, 2, 1), "your p"),
        ("rank", (4, 6, 2, 1), "0 = q − 5"),
        ("rank", (4, 5, 3, 0), "holds no pivot"),
        ("rank", (4, 5, 2, 2), "3 unknowns minus the rank"),
        ("worst_error", (np.linalg.cond([[1, 2], [2, 3.9]]), (-0.01, 0.01)), "that of the 2-norm"),
        ("worst_error", (348.1, (0.01, 0.01)), "your error grows by 112.1"),
        ("worst_error", (348.1, (-0.01, 0.005)), "the same size"),
        ("worst_error", (348.1, (-0.1, 0.1)), "at most 0.01"),
        ("worst_error", (348.1, (0, 0)), "nothing moves"),
        ("worst_error", ((-0.01, 0.01), 348.1), "the condition number first"),
        ("worst_error", (348.1, [[0.01], [0.01, 2]]), "not equally long"),
        ("worst_error", (59, (-0.01, 0.01)), "it is ‖A⁻¹‖ alone"),
        ("worst_error", (5.9, (-0.01, 0.01)), "it is ‖A‖ alone"),
        ("worst_error", (64.9, (-0.01, 0.01)), "multiply the norms"),
        ("worst_error", (300, (-0.01, 0.01)), "each the largest sum of absolute values in a row"),
        ("residual", (2 / 3, 0.1 / 17.7), "in the other order"),
        ("residual", (0.565, 66.7), "in percent"),
        ("residual", (0.1, 2 / 3), "it is the residual itself"),
        ("residual", (348.1 * 0.1 / 17.7, 2 / 3), "that is the bound"),
        ("residual", (0.1 / 17.7, 66.7), "your error is in percent"),
        ("residual", (0.1 / 17.7, 1 / 3), "with the largest absolute value"),
        ("residual", (0.1 / 17.7, 5**0.5 / 3), "that is the 2-norm"),
        ("residual", [[1, 2], [3]], "your backward error must be one number"),
        ("residual", (0.1 / 5.9, 2 / 3), "divide by ‖x̂‖ = 3 too"),
        ("residual", (0.1 / 17.7, 2), "that is relative to ‖x‖"),
        ("solve_system", solver(pivot="none"), "singular"),
        ("solve_system", solver(pivot="none", refuse=False), "a pivot that is 0 (swap the rows"),
        ("solve_system", solver(pivot="first"), "a pivot of 1e-20 (partial pivoting)"),
        ("solve_system", solver(pivot="signed"), "negative (compare absolute values)"),
        ("solve_system", solver(swap_b=False), "swap the rows, of b too"),
        ("solve_system", solver(copy=False), "your function changes its argument"),
        ("solve_system", solver(dtype=int), "for one equation, a = [[4]] and b = [2], your x is [0]"),
        ("solve_system", solver(refuse=False), "must raise ValueError"),
        ("solve_system", solver(start=1), "for one equation"),
        ("solve_system", lambda a, b: solver()(a.T, b), "for a system that needs no swap"),
        ("solve_system", np.linalg.solve, "calls a solver of NumPy or SciPy"),
        ("solve_system", lambda a, b: np.linalg.inv(a) @ b, "calls a solver of NumPy or SciPy"),
        ("solve_system", lambda a, b: [cramer(a, b, j) for j in range(len(b))], "calls a solver of NumPy or SciPy"),
        ("solve_system", lambda a, b: sp.Matrix(a).LUsolve(sp.Matrix(b)), "SymPy or dlmath_lib"),
        ("solve_system", lambda a, b: solve(a, b), "SymPy or dlmath_lib"),
        ("solve_system", lambda a, b: inverse(a) @ b, "SymPy or dlmath_lib"),
        ("solve_system", lambda a, b: rref(np.column_stack([a, b])).matrix[:, -1], "SymPy or dlmath_lib"),
        ("solve_system", lambda a, b: eliminate(np.array(a, dtype=float)).upper[0], "SymPy or dlmath_lib"),
        ("between_two", (1 - t) * (A * x) + t * (A * y), "must be a Derivation"),
        ("between_two", one_step(), "2 steps"),
        ("between_two", average(), "mixed the first line with the last"),
        ("solve_changed", changed(lambda y, w, v: y), "that of the old matrix"),
        ("solve_changed", changed(lambda y, w, v: y + (v @ y) / (1 + v @ w) * w), "The sign of the change is wrong"),
        ("solve_changed", changed(lambda y, w, v: y - (v @ y) / (v @ w) * w), "The 1 in 1 + vᵀw is missing"),
        ("solve_changed", changed(lambda y, w, v: y - (v @ y) * w), "The denominator 1 + vᵀw is missing"),
        ("solve_changed", changed(lambda y, w, v: y - w / (1 + v @ w)), "The factor vᵀy is missing"),
        ("solve_changed", changed(lambda y, w, v: y - 7 * w), "y minus a multiple of w"),
        ("solve_changed", changed(lambda y, w, v: y + (v @ y) / (1 - v @ w) * w), "Both signs are wrong"),
        ("solve_changed", changed(calls=3), "two calls are enough"),
        ("solve_changed", changed(refuse=False), "must raise ValueError"),
    ],
)
def test_wrong_answers_are_told_what_is_wrong(name, answer, says):
    verdict = check(f"linear_systems.{name}", answer)
    assert not verdict.passed
    assert says in verdict.message, verdict.message


@pytest.mark.parametrize("name", ["by_hand", "rank", "worst_error", "residual", "between_two"])
def test_not_yet(name):
    assert "not yet" in check(f"linear_systems.{name}", ...).message


@pytest.mark.parametrize("name", ["solve_system", "solve_changed"])
def test_not_yet_for_functions(name):
    assert "not yet" in check(f"linear_systems.{name}", lambda *_: ...).message
