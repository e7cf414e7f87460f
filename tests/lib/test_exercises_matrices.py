"""The exercises of the matrices chapter: right answers pass, the likely wrong ones are told what is wrong."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

m, n = sp.symbols("m n", integer=True, positive=True)
i, j, p = sp.symbols("i j p", integer=True)
A, X = sp.IndexedBase("A", real=True), sp.IndexedBase("x", real=True)
START = sp.Sum(sp.Sum(A[i, j] * X[j], (j, 1, n)) ** 2, (i, 1, m))
MIDDLE = sp.Sum(A[i, j] * X[j] * A[i, p] * X[p], (j, 1, n), (p, 1, n), (i, 1, m))
GOAL = sp.Sum(X[j] * sp.Sum(A[i, j] * A[i, p], (i, 1, m)) * X[p], (j, 1, n), (p, 1, n))
q = sp.Symbol("l", integer=True)
OTHER_LETTER = sp.Sum(sp.Sum(A[i, q] * X[q], (q, 1, n)) ** 2, (i, 1, m))
RENAMED = sp.Sum(A[i, j] * X[j] * A[i, q] * X[q], (j, 1, n), (q, 1, n), (i, 1, m))
RENAMED_GOAL = sp.Sum(X[j] * sp.Sum(A[i, j] * A[i, q], (i, 1, m)) * X[q], (j, 1, n), (q, 1, n))
NESTED_GOAL = sp.Sum(X[j] * sp.Sum(X[p] * sp.Sum(A[i, j] * A[i, p], (i, 1, m)), (p, 1, n)), (j, 1, n))
AB, BA = [[4, 3], [8, 7]], [[3, 4], [5, 8]]
BTAT = [[4, 8], [3, 7]]


def loops(a, b):
    result = np.zeros((len(a), len(b[0])))
    for r in range(len(a)):
        for c in range(len(b[0])):
            result[r, c] = sum(a[r, k] * b[k, c] for k in range(len(b)))
    return result


def last_term(a, b):
    return a[:, -1:] * b[-1:]


def toeplitz(kernel, n):
    rows = n - len(kernel) + 1
    return [[kernel[c - r] if 0 <= c - r < len(kernel) else 0.0 for c in range(n)] for r in range(rows)]


def test_all_are_registered():
    names = {exercise.name.removeprefix("matrices.") for exercise in exercises_of("matrices")}
    expected = "linear_or_affine areas two_orders matrix_of_a_map count_a_network einsum_strings multiply"
    expected += " length_of_an_image toeplitz_matrix"
    assert names == set(expected.split())


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("two_orders", (AB, BA, BTAT)),
        ("two_orders", (sp.Matrix(AB), sp.Matrix(BA), sp.Matrix(AB).T)),
        ("two_orders", [np.array(AB), np.array(BA, dtype=float), np.array(AB).T]),
        ("matrix_of_a_map", [[3, -1], [1, 0]]),
        ("matrix_of_a_map", np.array([[3.0, -1.0], [1.0, 0.0]])),
        ("count_a_network", ((32, 64), (10, 32), 2410)),
        ("count_a_network", [[32, 64], [10, 32], 2410.0]),
        ("linear_or_affine", ["linear", "affine", "neither", "linear", "neither", "linear"]),
        ("linear_or_affine", "linear, affine, neither, linear, neither, linear"),
        ("linear_or_affine", ("Linear", "AFFINE ", "neither", "linear", "neither", "linear")),
        ("areas", (5.5, -6, -12)),
        ("areas", [sp.Rational(11, 2), -6, -12.0]),
        ("areas", sp.Matrix([5.5, -6, -12])),
        ("einsum_strings", ("ij,ij->i", "nj,mj->nm", "nm,nj->mj", "nm,nj,mj->")),
        ("einsum_strings", ["ab,ab->a", "xz,yz->xy", "ki, kj -> ij", "li,lj,ij"]),
        ("multiply", loops),
        ("multiply", lambda a, b: (a[:, :, None] * b[None]).sum(axis=1)),
        ("toeplitz_matrix", toeplitz),
        ("toeplitz_matrix", lambda kernel, n: np.array(toeplitz(kernel, n))),
        ("length_of_an_image", Derivation(START).step(MIDDLE, because="square").step(GOAL, because="exchange")),
        (
            "length_of_an_image",
            Derivation(START).step(RENAMED, because="square").step(RENAMED_GOAL, because="exchange"),
        ),
        ("length_of_an_image", Derivation(START).step(MIDDLE, because="square").step(NESTED_GOAL, because="exchange")),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"matrices.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("two_orders", (BA, AB, BTAT), "exchanged"),
        ("two_orders", ([[0, 2], [6, 4]], BA, BTAT), "entrywise"),
        ("two_orders", ([[2, 4], [4, 10]], BA, BTAT), "rows by rows"),
        ("two_orders", (AB, [[3, 4], [5, 9]], BTAT), "your BA is 9 at index (1, 1)"),
        ("two_orders", (BTAT, [[3, 5], [4, 8]], AB), "columns as rows"),
        ("two_orders", (AB, BA, [[3, 5], [4, 8]]), "is AᵀBᵀ"),
        ("two_orders", (AB, BA, AB), "is AB itself"),
        ("two_orders", (AB, BA, [[4, 8], [3, 6]]), "your BᵀAᵀ is 6 at index (1, 1)"),
        ("two_orders", (AB, BA), "must be three matrices"),
        ("two_orders", (AB,), "three matrices"),
        ("two_orders", AB, "must be three matrices"),
        ("two_orders", ([[4, 3], [8]], BA, BTAT), "its rows are not equally long"),
        ("two_orders", (AB, sp.Matrix([[sp.Symbol("a"), 1], [2, 3]]), BTAT), "must hold numbers"),
        ("two_orders", "AB", "three matrices"),
        ("matrix_of_a_map", [[3, 1], [-1, 0]], "they are the columns"),
        ("matrix_of_a_map", [[0, -1], [1, 3]], "the other order"),
        ("matrix_of_a_map", [[-3, 1], [-1, 0]], "to the right"),
        ("matrix_of_a_map", [[0, -1], [1, 0]], "second map"),
        ("matrix_of_a_map", [[1, 3], [0, 1]], "the turn comes before"),
        ("matrix_of_a_map", [[0, -1], [1, -3]], "changes entry 1"),
        ("matrix_of_a_map", [[3, 1], [1, 0]], "index (0, 1)"),
        ("count_a_network", ((32, 65), (10, 32), 2410), "(32, 65); it must map 64 numbers to 32"),
        ("count_a_network", ((32.5, 64), (10, 32), 2410), "must map 64 numbers to 32"),
        ("count_a_network", ((32, 64), (10, 32), 2464), "not of its inputs"),
        ("count_a_network", ((32, 64), (10, 32), 2474), "the inputs have no biases"),
        ("count_a_network", ((32, 64), (10, 32), 2411), "is not 2411"),
        ("count_a_network", ((64, 32), (10, 32), 2410), "one row for each output"),
        ("count_a_network", ((32, 64), (10, 64), 2410), "must map 32 numbers to 10"),
        ("count_a_network", ((32, 64), (10, 32), 2368), "the biases are missing"),
        ("count_a_network", ((32, 64), (10, 32), 2400), "biases of the outputs"),
        ("count_a_network", ((32, 64), (10, 32), 2378), "biases of the hidden layer"),
        (
            "linear_or_affine",
            ["linear", "linear", "neither", "linear", "neither", "linear"],
            "(b) is not 'linear'",
        ),
        (
            "linear_or_affine",
            ["linear", "affine", "neither", "affine", "neither", "linear"],
            "(d) is affine, and more: it is linear",
        ),
        ("linear_or_affine", ["linear", "affine", "neither", "linear", "affine", "linear"], "(e) is not 'affine'"),
        ("linear_or_affine", ["linear", "affine", "neither", "linear", "neither", "neither"], "(f) is not 'neither'"),
        ("linear_or_affine", ["linear", "affine", "no", "linear", "affine", "linear"], "(c) must be"),
        ("linear_or_affine", ["linear"] * 5, "a list of six words"),
        ("areas", (11, -6, -12), "parallelogram"),
        ("areas", (5.5, -1, -12), "not their sum"),
        ("areas", (5.5, -6, -6), "both columns are doubled"),
        ("areas", (5.5, 6, -12), "its sign is wrong"),
        ("areas", (-5.5, -6, -12), "absolute value"),
        ("areas", (1e300, -6, -12), "too large"),
        ("areas", ("5.5", -6, -12), "must be a number"),
        (
            "einsum_strings",
            ("ij,ij->ij", "nj,mj->nm", "nm,nj->mj", "nm,nj,mj->"),
            "(a) 'ij,ij->ij' keeps 2 of the indices; 1 index is wanted",
        ),
        (
            "einsum_strings",
            ("ij,ij->i", "nj,mj->nm", "nm,nj->mj", "nm,nj,mj->mj"),
            "a number without indices is wanted",
        ),
        ("einsum_strings", ("ij,ij->i", "nj,mj->nm", "nm,nj->mj", "nm,nj->"), "NumPy refuses"),
        ("einsum_strings", ("ij,ij->i", "nj,mj->nm", "nm,nj->mj"), "four strings"),
        ("einsum_strings", ("ij,ij->j", "nj,mj->nm", "nm,nj->mj", "nm,nj,mj->"), "for each column"),
        ("einsum_strings", ("ij,ij->", "nj,mj->nm", "nm,nj->mj", "nm,nj,mj->"), "sums too much"),
        ("einsum_strings", ("ij,ij->i", "nj,mj->mn", "nm,nj->mj", "nm,nj,mj->"), "(b) 'nj,mj->mn' gives the transpose"),
        ("einsum_strings", ("ij,ij->i", "nj,jm->nm", "nm,nj->mj", "nm,nj,mj->"), "NumPy refuses"),
        ("einsum_strings", ("ij,ij->i", "nj,mj->nm", "nm,kj->mj", "nm,nj,mj->"), "other numbers"),
        ("einsum_strings", ("ij,ij->i", 3, "nm,nj->mj", "nm,nj,mj->"), "must be a string"),
        ("multiply", lambda a, b: a @ b, "uses @ or dot"),
        ("multiply", lambda a, b: np.dot(a, b), "ready-made product"),
        ("multiply", lambda a, b: a.dot(b), "dot"),
        ("multiply", lambda a, b: np.einsum("ij,jk->ik", a, b), "ready-made product"),
        ("multiply", lambda a, b: sp.Matrix(a) * sp.Matrix(b), "ready-made product"),
        ("multiply", last_term, "only the last term"),
        ("multiply", lambda a, b: [[1], [1, 2]], "its rows are not equally long"),
        ("multiply", lambda a, b: a * b, "entrywise"),
        ("multiply", lambda a, b: loops(b, a), "this is BA"),
        ("multiply", lambda a, b: loops(a, b.T), "rows are multiplied by rows"),
        ("multiply", lambda a, b: loops(a, b).T, "the transpose of the product"),
        ("multiply", lambda a, b: loops(a, b)[:1], "must have (2, 2)"),
        ("multiply", lambda a, b: loops(a, b) + np.eye(2), "entry"),
        ("length_of_an_image", Derivation(START).step(MIDDLE, because="a").step(START, because="b"), "must end at"),
        ("length_of_an_image", GOAL, "must be a Derivation"),
        ("length_of_an_image", Derivation(START).step(GOAL, because="clear"), "at least 2 steps"),
        (
            "length_of_an_image",
            Derivation(START).step(OTHER_LETTER, because="rename").step(GOAL, because="clear"),
            "another letter for an index of a sum is no step",
        ),
        ("toeplitz_matrix", lambda k, n: np.array(toeplitz(k[::-1], n)), "reversed"),
        ("toeplitz_matrix", lambda k, n: np.zeros((n, n)), "there are 3 places"),
        ("toeplitz_matrix", lambda k, n: np.array(toeplitz(k, n)).astype(int), "holds integers"),
        ("toeplitz_matrix", lambda k, n: np.zeros((n - len(k) + 1, n)), "index (0, 0)"),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"matrices.{name}", answer)
    assert verdict.status == "wrong"
    assert says in verdict.message


def test_stubs_are_not_yet_answers():
    for exercise in exercises_of("matrices"):
        assert check(exercise.name, ...).status == "not yet"
