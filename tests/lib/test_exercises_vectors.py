"""The exercises of the vectors chapter: right answers pass, the likely wrong ones are told what is wrong."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation, in_order

n, i = sp.Symbol("n", integer=True, positive=True), sp.Symbol("i", integer=True)
X, Y = sp.IndexedBase("x", real=True), sp.IndexedBase("y", real=True)


def total(term):
    return sp.Sum(term, (i, 1, n))


START = total((X[i] + Y[i]) ** 2) + total((X[i] - Y[i]) ** 2)
MIDDLE = total(X[i] ** 2) + 2 * total(X[i] * Y[i]) + total(Y[i] ** 2) + total((X[i] - Y[i]) ** 2)
GOAL = 2 * total(X[i] ** 2) + 2 * total(Y[i] ** 2)


def split(x, y):
    p = (x @ y) / (y @ y) * y
    return p, x - p


def most_similar(query, rows):
    return np.argmax(rows @ query / np.linalg.norm(rows, axis=1))


def centred(query, rows):
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.argmax(rows @ (query - query.mean()) / np.maximum(np.linalg.norm(rows, axis=1), 1e-12))


def test_all_are_registered():
    names = {exercise.name.removeprefix("vectors.") for exercise in exercises_of("vectors")}
    expected = "by_hand nearest_point without_entries in_the_span project most_similar extreme_norms parallelogram"
    assert names == set(expected.split())


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", (20, 3, 7, 20 / 21)),
        ("by_hand", [20, 3.0, 7, sp.Rational(20, 21)]),
        ("nearest_point", (2, 1.4142)),
        ("nearest_point", (2.0, sp.sqrt(2))),
        ("without_entries", (3, -3, sp.sqrt(13), 27, 5)),
        ("without_entries", sp.Matrix([3.0, -3, 3.606, 27, 5])),
        ("in_the_span", (-1, 2, 9)),
        ("in_the_span", [sp.Integer(-1), 2.0, 9]),
        ("project", split),
        ("project", lambda x, y: [sum(x * y) / sum(y * y) * y, x - sum(x * y) / sum(y * y) * y]),
        ("most_similar", most_similar),
        ("most_similar", lambda q, rows: max(range(len(rows)), key=lambda k: rows[k] @ q / np.linalg.norm(rows[k]))),
        ("extreme_norms", ([1, -1, 1, 1], [0, 5, 0, 0])),
        ("extreme_norms", (np.full(4, -0.3), np.array([0, 0, 0, -2.0]))),
        ("extreme_norms", sp.Matrix([[1, -1, 1, 1], [0, 5, 0, 0]])),
        ("extreme_norms", (sp.Matrix([1, -1, 1, 1]), np.array([[0, 5, 0, 0]]))),
        ("extreme_norms", ([1e200] * 4, [1e-200, 0, 0, 0])),
        (
            "parallelogram",
            Derivation(START).step(MIDDLE, because="sum").step(GOAL, because="difference"),
        ),
        (
            "parallelogram",
            Derivation(START)
            .step(total(2 * X[i] ** 2 + 2 * Y[i] ** 2), because="one sum")
            .step(in_order(2 * total(X[i] ** 2), 2 * total(Y[i] ** 2)), because="split"),
        ),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"vectors.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("by_hand", (20, 9, 7, 20 / 21), "Take the root"),
        ("by_hand", (20, 3, 49, 20 / 21), "Take the root"),
        ("by_hand", (20, 3, 7), "four numbers"),
        ("by_hand", (20, 3, 7, 0.5), "product of the two lengths"),
        ("by_hand", (20, 3, 7, 1.05), "none is larger than 1"),
        ("by_hand", (20, 3, 7, 17.75), "in degrees"),
        ("by_hand", (20, 3, 7, 20 / 441), "of their squares"),
        ("nearest_point", ((2, 4, 4), 1.4142), "(2, 4, 4) is a vector"),
        ("nearest_point", (2, (0, -1, 1)), "a length"),
        ("nearest_point", ([[1, 2], [3]], 1.4142), "rows are not equally long"),
        ("nearest_point", (2, 6), "length of p"),
        ("nearest_point", (6, 2), "instead of ‖y‖²"),
        ("nearest_point", (18, 2), "not divided"),
        ("nearest_point", (9 / 19, 2), "y on x"),
        ("nearest_point", (2, 2), "take the root"),
        ("nearest_point", (2, 1), "x − p"),
        ("without_entries", (3, -3, 13, 27, 5), "that is its square"),
        ("without_entries", (6, -3, np.sqrt(13), 27, 5), "without the cosine"),
        ("without_entries", (3, 3, np.sqrt(13), 27, 5), "‖x‖² = 9"),
        ("without_entries", (3, -3, np.sqrt(37), 27, 5), "enters with a minus"),
        ("without_entries", (3, -3, np.sqrt(13), 9, 5), "that is (x·y)²"),
        ("without_entries", (3, -3, np.sqrt(13), 27, np.sqrt(19)), "at 60 degrees"),
        ("without_entries", (3, -3, np.sqrt(13), 27, 6), "at most 3 + 2"),
        ("in_the_span", (2, -1, 9), "swapped"),
        ("in_the_span", (1, 2, 9), "entry 1: 1a + 4b is 9"),
        ("in_the_span", (-1, 2, 8), "3a + 6b"),
        ("project", lambda x, y: ((x @ y) * y, x - (x @ y) * y), "not divided by ‖y‖²"),
        ("project", lambda x, y: (v := (x @ y) / np.linalg.norm(y) * y, x - v), "must be divided by ‖y‖²"),
        ("project", lambda x, y: (v := (x @ y) / max(x @ x, 1e-9) * x, x - v), "projection of y on x"),
        ("project", lambda x, y: (split(x, y)[0], split(x, y)[0] - x), "do not add up"),
        ("project", lambda x, y: split(x, y)[0], "p must have shape (2,)"),
        ("project", lambda x, y: (x @ y / (y @ y), x - x @ y / (y @ y) * y), "multiply t by y"),
        ("project", lambda x, y: (0.3 * x, 0.7 * x), "not orthogonal"),
        ("project", lambda x, y: split(x, y)[::-1], "swapped"),
        ("project", lambda x, y: (v := (x @ y) / (y @ y) * x, x - v), "must multiply y"),
        ("most_similar", lambda q, rows: np.argmax(rows @ q), "divide each by the length"),
        ("most_similar", lambda q, rows: np.argmin(np.linalg.norm(rows - q, axis=1)), "can have a larger cosine"),
        ("most_similar", lambda q, r: np.argmax(abs(r @ q) / np.linalg.norm(r, axis=1)), "opposite"),
        ("most_similar", lambda q, r: np.argmax(r @ q / abs(r).sum(axis=1)), "not by the 1-norm"),
        ("most_similar", lambda q, r: np.argmax(r @ (q - q.mean()) / np.linalg.norm(r, axis=1)), "subtracting a mean"),
        ("most_similar", lambda q, r: centred(q, r), "the mean of each"),
        ("most_similar", lambda q, r: max(r @ q / np.linalg.norm(r, axis=1) / np.linalg.norm(q)), "index of its row"),
        ("most_similar", lambda q, r: 1 + most_similar(q, r), "counted from 0"),
        ("most_similar", lambda q, r: [[1, 2], [3]], "not equally long"),
        ("most_similar", lambda q, r: 0, "another row has a larger cosine"),
        ("most_similar", lambda q, rows: rows[0], "one number"),
        ("most_similar", lambda q, rows: 99, "whole number from 0"),
        ("extreme_norms", ([0, 0, 0, 0], [1, 0, 0, 0]), "your first vector is 0"),
        ("extreme_norms", ([1, 2, 3, 4], [1, 0, 0, 0]), "twice its 2-norm"),
        ("extreme_norms", ([1, 1, 1, 1], [1, 0, 0, 1]), "its maximum norm"),
        ("extreme_norms", ([1, 1], [1, 0, 0, 1]), "shape (4,)"),
        ("extreme_norms", ([1, 0, 0, 0], [1, 1, 1, 1]), "swapped: the first is to have a 1-norm that is twice"),
        ("extreme_norms", ([1, 1, 1, 1], [5, 1e-12, 0, 0]), "2 entries are not 0"),
        ("parallelogram", GOAL, "must be a Derivation"),
        ("parallelogram", Derivation(START).step(GOAL, because="clear"), "one of the two sums"),
        (
            "parallelogram",
            Derivation(START).step((START + GOAL) / 2, because="half").step(GOAL, because="half"),
            "2 steps",
        ),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"vectors.{name}", answer)
    assert verdict.status == "wrong"
    assert says in verdict.message


def test_stubs_are_not_yet_answers():
    for exercise in exercises_of("vectors"):
        assert check(exercise.name, ...).status == "not yet"
    assert check("vectors.project", lambda x, y: (..., ...)).status == "not yet"
