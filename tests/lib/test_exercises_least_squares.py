"""The exercises of the least-squares chapter: right answers pass, the likely wrong ones are told what is wrong."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib import linalg
from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.linalg import least_squares, pseudo_inverse
from dlmath_lib.verify import Derivation

m, n = sp.symbols("m n", integer=True, positive=True)
A, P, b = sp.MatrixSymbol("A", m, n), sp.MatrixSymbol("P", m, m), sp.MatrixSymbol("b", m, 1)
I = sp.Identity(m)  # noqa: E741
ONTO = {P: A * (A.T * A).inv() * A.T}


def gram_schmidt(a, b, *, last=True, solve=True, backwards=False):
    """A solution, or one with Qᵀb from the b at the start, without the triangular system, or in reverse order."""
    columns, n = np.column_stack([a, b]).astype(float), a.shape[1]
    r = np.zeros((n, n + 1))
    for k in range(n):
        r[k, k] = np.sqrt(columns[:, k] @ columns[:, k])
        q = columns[:, k] / r[k, k]
        for later in range(k + 1, n + 1):
            r[k, later] = q @ columns[:, later]
            columns[:, later] -= r[k, later] * q
        if not last:
            r[k, n] = q @ b
    if not solve:
        return r[:, n]
    x = np.zeros(n)
    for k in reversed(range(n)):
        x[k] = (r[k, n] - r[k, k + 1 : n] @ x[k + 1 :]) / r[k, k]
    return x[::-1] if backwards else x


def by_reflections(a, b, sign=1):
    r = np.column_stack([a, b]).astype(float)
    n = a.shape[1]
    for k in range(min(n, len(a) - 1)):
        v = r[k:, k].copy()
        v[0] += sign * np.copysign(np.linalg.norm(v), v[0])
        r[k:] -= 2 * np.outer(v, v @ r[k:]) / (v @ v)
    x = np.zeros(n)
    for k in reversed(range(n)):
        x[k] = (r[k, n] - r[k, k + 1 : n] @ x[k + 1 :]) / r[k, k]
    return x


def elimination(g, c):
    """Gauss without NumPy's solver."""
    table = np.column_stack([g, c]).astype(float)
    n = len(g)
    for k in range(n):
        table[k] /= table[k, k]
        for other in range(n):
            if other != k:
                table[other] -= table[other, k] * table[k]
    return table[:, -1]


def pseudo_inverse_of(a, b):
    return pseudo_inverse(a) @ b


def sum_in_steps():
    return (
        Derivation(((I - P) * b).T * ((I - P) * b), given=ONTO)
        .step(b.T * (I - P) * (I - P) * b, because="symmetric")
        .step(b.T * b - b.T * P * b, because="P² = P")
    )


def test_all_are_registered():
    assert [exercise.name.partition(".")[2] for exercise in exercises_of("least_squares")] == [
        "drowned_square",
        "line_by_hand",
        "program",
        "projection_by_hand",
        "shortest",
        "smallest_sum",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("line_by_hand", (1, 2)),
        ("line_by_hand", [1.0, sp.Integer(2)]),
        ("projection_by_hand", [-1, 1, 2]),
        ("projection_by_hand", np.array([-1.0, 1, 2])),
        ("program", gram_schmidt),
        ("program", by_reflections),
        ("smallest_sum", sum_in_steps()),
        ("line_by_hand", sp.Matrix([1, 2])),
        ("line_by_hand", [[1], [2]]),
        ("projection_by_hand", np.array([[-1.0], [1], [2]])),
        ("projection_by_hand", sp.Matrix([[-1, 1, 2]])),
        ("program", lambda A, b: gram_schmidt(A, b)[:, None]),
        ("program", lambda A, b: sp.Matrix(by_reflections(A, b))),
        ("shortest", [(1, 2), (5, 0)]),
        ("shortest", (sp.Matrix([1, 2]), np.array([[0], [2.5]]))),
        ("shortest", np.array([[1, 2], [3, 1]])),
        ("shortest", sp.Matrix([[1, 2], [-1, 3]])),
        ("drowned_square", 27),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"least_squares.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("line_by_hand", (2, 1), "in the other order"),
        ("line_by_hand", (1, 7 / 3), "the first and the last point"),
        ("line_by_hand", (0, 2), "the residuals add up to 4, not to 0"),
        ("line_by_hand", (4, 0), "products of t and residual add up to 10"),
        ("line_by_hand", 2, "a pair, (c, d)"),
        ("projection_by_hand", (-1, 2), "combine the columns"),
        ("projection_by_hand", [2, -2, 2], "the residual"),
        ("projection_by_hand", [0, 1.5, 1.5], "if the columns are orthogonal"),
        ("projection_by_hand", [1, 1, 1], "no combination of the columns"),
        ("projection_by_hand", [1, 1, 0], "the dot products −2 and 2"),
        ("program", lambda A, b: np.linalg.lstsq(A, b)[0], "write the steps yourself"),
        ("program", lambda A, b: linalg.least_squares(A, b), "write the steps yourself"),
        ("program", least_squares, "write the steps yourself"),
        ("program", pseudo_inverse_of, "write the steps yourself"),
        ("program", lambda A, b: elimination(A.T @ A, A.T @ b), "Did you form AᵀA"),
        ("program", lambda A, b: gram_schmidt(A, b, last=False), "treat b as a last column"),
        ("program", lambda A, b: by_reflections(A, b, sign=-1), "the normal that cancels"),
        ("program", lambda A, b: gram_schmidt(A, b, solve=False), "Qᵀb"),
        ("program", lambda A, b: gram_schmidt(A, b, backwards=True), "in reverse order"),
        ("program", lambda A, b: 0 * A[0], "not orthogonal to column 0"),
        ("program", lambda A, b: b, "must have shape (1,)"),
        ("smallest_sum", 3, "must be a Derivation"),
        ("projection_by_hand", sp.Matrix([sp.Symbol("x"), 1, 2]), "entry 1 of your point must be a number"),
        ("projection_by_hand", [1e300, 1e300, 1e300], "no combination of the columns"),
        ("projection_by_hand", [-3, 3, 0], "the mirror image of b"),
        ("shortest", (1, 2), "give two solutions"),
        ("shortest", "(1, 2)", "two solutions, each a pair"),
        ("shortest", [[1, 2], [3]], "the second must be a pair"),
        ("shortest", [(1, 2), "(5, 0)"], "the second must be a pair"),
        ("shortest", [(1, 2), (sp.Symbol("t"), 0)], "entry 1 of your second solution must be a number"),
        ("shortest", [(1e300, 2), (5, 0)], "of your first solution is 1e+300"),
        ("shortest", [(5, 0), (1, 2)], "is to stand first"),
        ("shortest", [(5, 0), (3, 1)], "its length is 5; there is a shorter one"),
        ("shortest", [(2, 4), (5, 0)], "x₁ + 2x₂ of your first solution is 10"),
        ("shortest", [(1, 2), (1.0, 2.0)], "are the same"),
        ("drowned_square", 28, "for a smaller k too"),
        ("drowned_square", 26.5, "a whole number"),
        ("drowned_square", 1e300, "for a smaller k too"),
        ("drowned_square", "27", "must be a number"),
        ("drowned_square", 26, "next to 1"),
        ("drowned_square", 53, "it is ε² that is added"),
        ("drowned_square", 10, "at most half"),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"least_squares.{name}", answer)
    assert verdict.status == "wrong"
    assert says in verdict.message


def test_a_proof_in_one_step_is_too_short():
    short = Derivation(((I - P) * b).T * ((I - P) * b), given=ONTO).step(b.T * b - b.T * P * b, because="P² = P")
    assert "at least 2 steps" in check("least_squares.smallest_sum", short).message


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("least_squares")])
def test_stubs_say_not_yet(name):
    answer = (lambda A, b: ...) if name.endswith("program") else ...
    assert check(name, answer).status == "not yet"
