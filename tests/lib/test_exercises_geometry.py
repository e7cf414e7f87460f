"""The exercises of the geometry chapter: right answers pass, the likely wrong ones are told what is wrong."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

n, i = sp.Symbol("n", integer=True, positive=True), sp.Symbol("i", integer=True)
k, m = sp.symbols("k m", real=True)
X, Y, W = (sp.IndexedBase(letter, real=True) for letter in "xyw")


def total(term):
    return sp.Sum(term, (i, 1, n))


TWO = {k: total(W[i] * X[i]) / total(W[i] ** 2), m: total(W[i] * Y[i]) / total(W[i] ** 2)}
START = total((X[i] - 2 * k * W[i]) * (Y[i] - 2 * m * W[i]))
FOUR = (
    total(X[i] * Y[i])
    - 2 * m * total(W[i] * X[i])
    - 2 * k * total(W[i] * Y[i])
    + 4 * k * m * total(W[i] ** 2)
)  # fmt: skip
GOAL = total(X[i] * Y[i])
TURN, MIRROR, SHEAR = [[0.6, 0.8], [-0.8, 0.6]], [[0.6, 0.8], [0.8, -0.6]], [[1, 0.5], [0, 1]]
PAD = k * total(W[i] ** 2) - total(W[i] * X[i])  # 0, by the value of k
Q3, COORDINATES = np.array([2, -2, 1]) / 3, (5, 1, 1)


def margin_of(X, y, w, b, *, size=np.linalg.norm, signed=lambda d: d, labelled=lambda d, y: d, along=None, least=None):
    """A solution, with a part of it spoilt."""
    length = size(w)
    d = (X @ w + b) / length
    true = (X @ w + b) / np.linalg.norm(w)
    feet = X - true[:, None] * (w / np.linalg.norm(w) if along is None else along(w))
    return labelled(signed(d), y), feet, np.min(y * true) if least is None else least(true, y)


def test_all_are_registered():
    names = {exercise.name.removeprefix("geometry.") for exercise in exercises_of("geometry")}
    expected = (
        "two_distances width_of_a_strip turn_and_mirror three_maps margin_of orthonormal_basis mirror_keeps_products "
        "widest_margin"
    )
    assert names == set(expected.split())


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("two_distances", (1, -9 / 13)),
        ("two_distances", [1.0, sp.Rational(-9, 13)]),
        ("two_distances", sp.Matrix([1, sp.Rational(-9, 13)])),
        ("two_distances", np.array([[1, -9 / 13]])),
        ("width_of_a_strip", 2 / 3),
        ("width_of_a_strip", 0.667),
        ("turn_and_mirror", [[0, -1], [-1, 0]]),
        ("turn_and_mirror", sp.Matrix([[0, -1], [-1, 0]])),
        ("three_maps", (TURN, MIRROR, SHEAR)),
        ("three_maps", [np.array(TURN), sp.Matrix(MIRROR), [[1, sp.Rational(1, 2)], [0, 1]]]),
        ("margin_of", margin_of),
        (
            "margin_of",
            lambda X, y, w, b: [list(part) if np.ndim(part) == 1 else part for part in margin_of(X, y, w, b)],
        ),
        ("orthonormal_basis", (Q3, COORDINATES)),
        ("orthonormal_basis", ((-2 / 3, 2 / 3, -1 / 3), (5, 1, -1))),
        ("orthonormal_basis", (sp.Matrix([2, -2, 1]) / 3, sp.Matrix([5, 1, 1]))),
        ("orthonormal_basis", (Q3[:, None], np.array([[5], [1], [1]]))),
        ("orthonormal_basis", ((0.667, -0.667, 0.333), (5, 1, 1))),
        ("mirror_keeps_products", Derivation(START, given=TWO).step(FOUR, because="sums").step(GOAL, because="k, m")),
        (
            "mirror_keeps_products",
            Derivation(START, given=TWO)
            .step(total(sp.expand((X[i] - 2 * k * W[i]) * (Y[i] - 2 * m * W[i]))), because="multiply")
            .step(GOAL, because="k, m"),
        ),
        ("widest_margin", (2, 1, -3.5)),
        ("widest_margin", sp.Matrix([2, 1, -sp.Rational(7, 2)])),
        ("widest_margin", (2e200, 1e200, -3.5e200)),
        ("widest_margin", (2e-300, 1e-300, -3.5e-300)),
        ("widest_margin", (0.2, 0.1, -0.35)),
        ("widest_margin", (1, 0.51, -1.76)),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"geometry.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("two_distances", (13, -9), "divide by ‖w‖"),
        ("two_distances", (1, 9 / 13), "signed"),
        ("two_distances", (2, -9 / 13), "twice"),
        ("two_distances", 1, "a pair"),
        ("two_distances", (-9 / 13, 1), "in the other order"),
        ("two_distances", (1 / 13, -9 / 169), "not by its square"),
        ("width_of_a_strip", 1 / 3, "half of the strip"),
        ("width_of_a_strip", 2, "divide by ‖w‖"),
        ("width_of_a_strip", 2 / 9, "not by its square"),
        ("width_of_a_strip", 0.4, "no sum of"),
        ("turn_and_mirror", [[0, 1], [1, 0]], "the other order"),
        ("turn_and_mirror", [[0, -1], [1, 0]], "the turn alone"),
        ("turn_and_mirror", [[0, 1], [-1, 0]], "to the right"),
        ("turn_and_mirror", [[1, 0], [0, -1]], "the mirror alone"),
        ("turn_and_mirror", [[1, 0], [0, 1]], "index (0, 0)"),
        ("turn_and_mirror", [[6e-17, -1], [1, 6e-17]], "the turn alone"),
        ("three_maps", TURN, "three matrices"),
        ("three_maps", (np.transpose(TURN), MIRROR, SHEAR), "the other way"),
        ("three_maps", (MIRROR, MIRROR, SHEAR), "its sign is wrong for a rotation"),
        ("three_maps", (TURN, TURN, SHEAR), "its sign is wrong for a mirror"),
        ("three_maps", ([[0, 1.25], [-0.8, 0.6]], MIRROR, SHEAR), "not orthonormal"),
        ("three_maps", (TURN, MIRROR, np.transpose(SHEAR)), "takes (3, 4) to (3, 5.5); it should be (5, 4)"),
        ("three_maps", (TURN, MIRROR, [[5 / 3, 0], [0, 1]]), "leaves (1, 0) where it is"),
        ("three_maps", ([[1e300, 0], [0, 1]], MIRROR, SHEAR), "a million"),
        ("three_maps", ("R", MIRROR, SHEAR), "must hold numbers"),
        ("margin_of", lambda X, y, w, b: margin_of(X, y, w, b, size=lambda w: 1.0), "are scores"),
        ("margin_of", lambda X, y, w, b: margin_of(X, y, w, b, size=lambda w: w @ w), "instead of ‖w‖"),
        ("margin_of", lambda X, y, w, b: margin_of(X, y, w, b, signed=np.abs), "lost their signs"),
        (
            "margin_of",
            lambda X, y, w, b: margin_of(X, y, w, b, labelled=lambda d, y: d * y),
            "multiplied by the labels",
        ),
        ("margin_of", lambda X, y, w, b: margin_of(X, y, w, b, along=lambda w: w), "go along w/‖w‖"),
        ("margin_of", lambda X, y, w, b: margin_of(X, y, w, b, along=lambda w: 0 * w), "do not lie on the hyperplane"),
        ("margin_of", lambda X, y, w, b: margin_of(X, y, w, b, least=lambda d, y: np.min(np.abs(d))), "lost its sign"),
        ("margin_of", lambda X, y, w, b: margin_of(X, y, w, b, least=lambda d, y: np.min(d)), "the margin"),
        ("margin_of", lambda X, y, w, b: margin_of(X, y, w, b)[0], "three parts"),
        ("orthonormal_basis", ((2, -2, 1), COORDINATES), "must be 1"),
        ("orthonormal_basis", ((2 / 3, 2 / 3, 1 / 3), COORDINATES), "not orthogonal to q1"),
        ("orthonormal_basis", (Q3, (5, 1, -1)), "at index 2"),
        ("orthonormal_basis", Q3, "a pair"),
        ("orthonormal_basis", ((0, 0, 0), (5, 1, 0)), "the vector 0"),
        ("orthonormal_basis", ((1e300, 1, 1), COORDINATES), "a million"),
        ("mirror_keeps_products", Derivation(START, given=TWO).step(GOAL, because="clear"), "at least 2 steps"),
        (
            "mirror_keeps_products",
            Derivation(START, given=TWO).step(START + PAD, because="pad").step(GOAL, because="clear"),
            "no line shows why",
        ),
        ("mirror_keeps_products", GOAL, "must be a Derivation"),
        ("widest_margin", (0, 0, 1), "no direction"),
        ("widest_margin", (1e300, 1e300, 1e300), "is on the wrong side"),
        ("widest_margin", (1e-300, 1e-300, 1e300), "too large for this w"),
        ("widest_margin", (-2, -1, 3.5), "is on the wrong side"),
        ("widest_margin", (2, 1, -3), "one class is nearer"),
        ("widest_margin", (1, 0, -1.5), "turn w"),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"geometry.{name}", answer)
    assert verdict.status == "wrong"
    assert says in verdict.message


def test_stubs_are_not_yet_answers():
    for exercise in exercises_of("geometry"):
        assert check(exercise.name, ...).status == "not yet"
    assert check("geometry.margin_of", lambda X, y, w, b: (..., ..., ...)).status == "not yet"
