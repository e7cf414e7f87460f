"""The exercises of the chapter on independence: right answers pass, likely wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.probability import product_of_marginals
from dlmath_lib.verify import Derivation

i, j, k, K, L = sp.symbols("i j k K L", integer=True, positive=True)
x, y = (sp.IndexedBase(letter, real=True) for letter in "xy")
a, b = (sp.IndexedBase(letter, positive=True) for letter in "ab")
r, c = sp.Function("r"), sp.Function("c")
mu, nu = sp.symbols("mu nu", real=True)


def rows(term):
    return sp.Sum(term, (i, 1, K))


def columns(term):
    return sp.Sum(term, (j, 1, L))


BY_PRODUCT = {
    r(i): a[i] / sp.Sum(a[k], (k, 1, K)), c(j): b[j] / sp.Sum(b[k], (k, 1, L)),
    mu: rows(x[i] * r(i)), nu: columns(y[j] * c(j)),
}  # fmt: skip
START = rows(columns((x[i] * y[j] - mu * nu) ** 2 * r(i) * c(j)))
SQUARES = rows(x[i] ** 2 * r(i)) * columns(y[j] ** 2 * c(j))
GOAL = SQUARES - mu**2 * nu**2
MIDDLE = SQUARES - 2 * mu * nu * rows(x[i] * r(i)) * columns(y[j] * c(j)) + mu**2 * nu**2
CORNERS = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])


def whole(joint):
    return bool(np.allclose(product_of_marginals(joint), joint, rtol=0, atol=1e-9))


def by_loops(joint):
    axes = range(joint.ndim)
    marginals = [joint.sum(axis=tuple(other for other in axes if other != axis)) for axis in axes]
    for index in np.ndindex(joint.shape):
        product = 1.0
        for axis, place in enumerate(index):
            product *= marginals[axis][place]
        if abs(product - joint[index]) > 1e-9:
            return False
    return True


def by_pairs(joint):
    axes = range(joint.ndim)
    for first in axes:
        for second in range(first):
            pair = joint.sum(axis=tuple(axis for axis in axes if axis not in (first, second)))
            if not whole(pair):
                return False
    return True


def uncorrelated(joint):
    if joint.ndim > 2:
        return by_pairs(joint)
    at = np.indices(joint.shape)
    return bool(abs((at[0] * at[1] * joint).sum() - (at[0] * joint).sum() * (at[1] * joint).sum()) < 1e-9)


def test_all_are_registered() -> None:
    names = sorted(exercise.name.split(".")[1] for exercise in exercises_of("independence"))
    assert names == [
        "ensemble", "is_independent", "neighbours", "small_table", "two_causes", "uncorrelated_table",
        "variance_of_product",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("small_table", (0.2, 0.40825, 1.64)),
        ("small_table", [sp.Rational(1, 5), 1 / sp.sqrt(6), sp.Rational(41, 25)]),
        ("ensemble", (1.3, 15, 1)),
        ("ensemble", np.array([1.3, 15.0, 1.0])),
        ("neighbours", (0.2, 1.757, 7)),
        ("neighbours", (0.2, 2 - 2 * sp.Rational(9, 10) ** 20, sp.Integer(7))),
        ("two_causes", (1 / 3, 0.2, 1)),
        ("two_causes", [sp.Rational(1, 3), sp.Rational(1, 5), 1]),
        ("is_independent", whole),
        ("is_independent", by_loops),
        ("is_independent", lambda joint: np.allclose(product_of_marginals(joint), joint)),
        ("uncorrelated_table", np.full((3, 3), 1 / 9) + CORNERS / 45),
        ("uncorrelated_table", (np.full((3, 3), 1 / 9) - CORNERS / 45).tolist()),
        ("uncorrelated_table", sp.Matrix([[2, 3, 1], [1, 2, 3], [3, 1, 2]]) / 18),
    ],
)
def test_right_answers(name, answer) -> None:
    verdict = check(f"independence.{name}", answer)
    assert verdict.passed, verdict.message


def test_a_proof_of_two_steps_is_right() -> None:
    chain = Derivation(START, given=BY_PRODUCT, points=6).step(MIDDLE, because="square").step(GOAL, because="means")
    verdict = check("independence.variance_of_product", chain)
    assert verdict.passed, verdict.message
    short = Derivation(START, given=BY_PRODUCT, points=6).step(GOAL, because="so")
    assert not check("independence.variance_of_product", short).passed


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("small_table", ("0", 0, 1), "must be a number"),
        ("small_table", (1e300, 0, 0), "E[XY] = 1 · 2 · 0.4"),
        ("small_table", (0.8, 0.408, 1.64), "that is E[XY]"),
        ("small_table", (0.1, 0.408, 1.64), "0 and 2"),
        ("small_table", (0.2, 0.8333, 1.64), "roots of the variances"),
        ("small_table", (0.2, 0.408, 1.24), "counts twice"),
        ("small_table", (0.2, 0.408), "3 numbers"),
        ("small_table", sp.Matrix([sp.Symbol("a")] * 3), "must be a number"),
        ("ensemble", (0.4, 15, 1), "for independent errors"),
        ("ensemble", (1.3, 14, 1), "a little above 1.2"),
        ("ensemble", (1.3, 15, 0), "stays"),
        ("ensemble", (1.3, 15, 0.25), "that is ρ"),
        ("ensemble", [[1], [2, 3]], "3 numbers"),
        ("neighbours", (0.1, 1.757, 7), "counts twice"),
        ("neighbours", (0.2, 2, 7), "is not 0 yet"),
        ("neighbours", (0.2, 1.757, 6), "still below 1"),
        ("two_causes", (0.2857, 0.2, 1), "both together count once"),
        ("two_causes", (1 / 3, 1 / 3, 1), "rings anyhow"),
        ("two_causes", (1 / 3, 0.1, 1), "divide by P(B)"),
        ("two_causes", (1 / 3, 0.2, 0.2), "something else"),
        ("two_causes", None, "3 numbers"),
        ("is_independent", by_pairs, "you test the pairs alone"),
        ("is_independent", uncorrelated, "covariance 0"),
        ("is_independent", lambda joint: joint.ndim == 2 and whole(joint), "one more marginal"),
        ("is_independent", lambda joint: np.allclose(product_of_marginals(joint), joint, atol=1e-3), "too wide"),
        ("is_independent", lambda joint: product_of_marginals(joint) == joint, "np.all"),
        ("is_independent", lambda joint: True, "your function says True"),
        ("is_independent", lambda joint: "yes", "True or False"),
        ("is_independent", lambda joint: 1 / 0, "ZeroDivisionError"),
        ("is_independent", lambda joint: joint.T @ joint @ np.ones(7), "ValueError"),
        ("is_independent", True, "must be a function"),
        ("variance_of_product", GOAL, "Derivation"),
        ("variance_of_product", [1, [2]], "Derivation"),
        ("uncorrelated_table", np.full((3, 3), 1 / 9), "independent"),
        ("uncorrelated_table", np.eye(3) / 3, "must be positive"),
        ("uncorrelated_table", np.full((3, 3), 1.0), "sum 1"),
        ("uncorrelated_table", (np.eye(3) + 1) / 12, "the four corners must balance"),
        ("uncorrelated_table", np.array([[2, 1, 1], [1, 2, 1], [1, 1, 4]]) / 14, "the totals of the rows"),
        ("uncorrelated_table", np.full((2, 2), 0.25), "shape"),
        ("uncorrelated_table", "table", "your table"),
        ("uncorrelated_table", [[1, 2], [3]], "your table"),
        ("uncorrelated_table", np.full((3, 3), 1e300), "sum 1"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, says) -> None:
    verdict = check(f"independence.{name}", answer)
    assert not verdict.passed
    assert says in verdict.message, verdict.message
