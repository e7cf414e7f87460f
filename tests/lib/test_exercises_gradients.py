"""The exercises of the gradients chapter: right answers pass, the likely wrong ones are told what is wrong."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

x, y = sp.symbols("x y", real=True)
n = sp.Symbol("n", integer=True, positive=True)
A, X, H = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("h", n, 1)
START = (X + H).T * A * (X + H) - X.T * A * X
END = ((A + A.T) * X).T * H + H.T * A * H


HESSIAN = [[-2, 4], [4, 0]]


def by_entry(f, gradient, x):
    """A gradient check that compares each entry with itself."""
    found = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        away = np.zeros(x.shape)
        away[index] = 1e-5
        found[index] = (f(x + away) - f(x - away)) / 2e-5
    return bool((np.abs(gradient(x) - found) < 1e-3 * np.abs(found)).all())


def by_row(f, gradient, x):
    """A gradient check that moves a whole row of a matrix at once."""
    found = np.empty(x.shape)
    for i in range(len(x)):
        away = np.zeros(x.shape)
        away[i] = 1e-5
        found[i] = (f(x + away) - f(x - away)) / 2e-5
    return bool(np.abs(gradient(x) - found).max() < 1e-4 * np.abs(found).max())


def along(count):
    """A gradient check along random directions."""

    def gradient_check(f, gradient, x):
        moves = np.random.default_rng(0).normal(size=(count or x.size, *x.shape))
        slopes = np.array([(f(x + 1e-5 * u) - f(x - 1e-5 * u)) / 2e-5 for u in moves])
        apart = np.abs(slopes - [(gradient(x) * u).sum() for u in moves]).max()
        return bool(apart < 2e-4 * np.abs(gradient(x)).max())

    return gradient_check


along_one, along_random = along(1), along(0)


def checker(step=1e-5, central=True, relative=True, entries=slice(None), tolerance=1e-4, copies=True):
    """A gradient check, with something spoilt."""

    def gradient_check(f, gradient, x):
        x = np.array(x, dtype=float)
        found = np.empty(x.shape)
        for index in np.ndindex(x.shape):
            up, down = x.copy(), x.copy()
            up[index] += step
            down[index] -= step if central else 0
            found[index] = (f(up) - f(down)) / (up[index] - down[index])
        apart = np.abs(np.asarray(gradient(x)) - found).ravel()[entries].max()
        return bool(apart < tolerance * (np.abs(found).max() if relative else 1))

    return gradient_check


def by_allclose(f, gradient, x):
    """np.allclose with its own tolerances: one of them is a fixed number."""
    found = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        away = np.zeros(x.shape)
        away[index] = 1e-5
        found[index] = (f(x + away) - f(x - away)) / 2e-5
    return np.allclose(gradient(x), found)


def test_all_are_registered():
    assert [exercise.name.split(".")[1] for exercise in exercises_of("gradients")] == [
        "by_hand",
        "downhill",
        "gradient_check",
        "jacobian_by_hand",
        "quadratic_form",
        "slopes_and_a_jump",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", ([-4, 7], 3.2, HESSIAN)),
        ("by_hand", (np.array([-4.0, 7.0]), sp.Rational(16, 5), np.array(HESSIAN))),
        ("by_hand", (sp.Matrix([-4, 7]), sp.Rational(16, 5), sp.Matrix(HESSIAN))),
        ("downhill", (sp.Matrix([-3, -4]) / 5, sp.Matrix([[4, -3]]) / 5)),
        ("downhill", ([-0.6, -0.8], [0.8, -0.6])),
        ("downhill", ((-0.6, -0.8), (-0.8, 0.6))),
        ("downhill", (np.array([[-0.6], [-0.8]]), [[0.8, -0.6]])),
        ("by_hand", (np.array([[-4], [7]]), 3.2, sp.ImmutableMatrix(HESSIAN))),
        ("jacobian_by_hand", [[3, 2], [1, 6], [0, 1]]),
        ("jacobian_by_hand", sp.Matrix([[3, 2], [1, 6], [0, 1]])),
        ("gradient_check", checker()),
        ("gradient_check", checker(step=1e-4)),
        ("gradient_check", along_random),
        ("gradient_check", checker(step=1e-6)),
        ("gradient_check", checker(tolerance=1e-3)),
        ("gradient_check", checker(central=False, step=1e-7)),
        ("slopes_and_a_jump", x**2 * y / (x**4 + y**2)),
        ("slopes_and_a_jump", x * y**2 / (x**2 + y**4)),
        ("slopes_and_a_jump", 3 * x**3 * y / (x**6 + y**2)),
        ("slopes_and_a_jump", sp.Symbol("x") ** 2 * sp.Symbol("y") / (sp.Symbol("x") ** 4 + sp.Symbol("y") ** 2)),
        ("slopes_and_a_jump", x**4 * y**2 / (x**8 + y**4)),
        ("slopes_and_a_jump", x**2 * (y - x) / (x**4 + (y - x) ** 2)),
        ("slopes_and_a_jump", (x + 2 * y) * y**2 / ((x + 2 * y) ** 2 + y**4)),
        ("slopes_and_a_jump", x**3 * (y - 3 * x) / (x**6 + (y - 3 * x) ** 2)),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"gradients.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("by_hand", ([7, -4], 3.2, HESSIAN), "exchanged"),
        ("by_hand", ([-4, 4], 3.2, HESSIAN), "slope of 3y"),
        ("by_hand", ([-4, 7], 16, HESSIAN), "per unit of length"),
        ("by_hand", ([-4, 7], -3.2, HESSIAN), "sign"),
        ("by_hand", [-4, 7], "a triple"),
        ("by_hand", (sp.Matrix([x, 7]), 3.2, HESSIAN), "your gradient"),
        ("by_hand", ([-4, 7], 3.2, [[4, -2], [0, 4]]), "exchanged"),
        ("by_hand", ([-4, 7], 3.2, [[-2, 4], [2, 0]]), "not symmetric"),
        ("by_hand", ([-4, 7], 3.2, [[-2, 2], [2, 0]]), "your Hessian"),
        ("by_hand", ([-4, 7], 3.2, [-2, 4, 4, 0]), "shape (2, 2)"),
        ("by_hand", ([2 * x * y, x**2 + 3], 3.2, HESSIAN), "put in the point (2, −1)"),
        ("by_hand", ([-4, 7], 3.2, [[-2, 4], [4]]), "not equally long"),
        ("by_hand", ([-4, 7], 1e300, HESSIAN), "too large"),
        ("by_hand", ("up", 3.2, HESSIAN), "must hold numbers"),
        ("downhill", ([-0.6, -0.8], [0, 0]), "no direction"),
        ("downhill", ([-0.6, -0.8], [1e300, -1e300]), "divide it by that"),
        ("jacobian_by_hand", sp.Matrix([[y, x], [1, 2 * y], [0, 1]]), "put in the point (2, 3)"),
        ("jacobian_by_hand", [[3, 2], [1, 6], [0]], "not equally long"),
        ("gradient_check", along_one, "along 1 direction only"),
        ("downhill", ([0.6, 0.8], [0.8, -0.6]), "steepest ascent"),
        ("downhill", ([-3, -4], [0.8, -0.6]), "length 5"),
        ("downhill", ([0.8, -0.6], [-0.6, -0.8]), "the slope is 0"),
        ("downhill", ([-1, 0], [0.8, -0.6]), "the slope is −3"),
        ("downhill", ([-0.6, -0.8], [1, 0]), "second direction the slope is 3"),
        ("jacobian_by_hand", [[3, 1, 0], [2, 6, 1]], "three outputs are rows"),
        ("jacobian_by_hand", [[2, 3], [1, 6], [0, 1]], "your Jacobian"),
        ("gradient_check", checker(relative=False), "not by a fixed number"),
        ("gradient_check", checker(entries=slice(1)), "compare every entry"),
        ("gradient_check", checker(tolerance=0.05), "compare every entry"),
        ("gradient_check", checker(tolerance=5e-3), "a thousandth"),
        ("gradient_check", checker(central=False, tolerance=5e-4), "central"),
        ("gradient_check", by_entry, "not by its own"),
        ("gradient_check", by_allclose, "not by a fixed number"),
        ("gradient_check", by_row, "np.ndindex"),
        ("gradient_check", checker(step=0.5), "are your differences central"),
        ("gradient_check", lambda f, gradient, x: True, "never asks f"),
        ("gradient_check", lambda f, gradient, x: f(x), "True or False"),
        ("gradient_check", 3, "must be a function"),
        ("slopes_and_a_jump", x * y / (x**2 + y**2), "does not settle"),
        ("slopes_and_a_jump", x**2 * y / (x**2 + y**2), "continuous at 0"),
        ("slopes_and_a_jump", x * y, "continuous at 0"),
        ("slopes_and_a_jump", sp.log(x), "no real value"),
        ("slopes_and_a_jump", x * sp.Symbol("k"), "no other"),
        ("slopes_and_a_jump", "x", "SymPy expression"),
        ("slopes_and_a_jump", sp.Piecewise((x, y > 0), (0, True)), "without cases"),
        ("quadratic_form", END, "must be a Derivation"),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"gradients.{name}", answer)
    assert verdict.status == "wrong"
    assert says in verdict.message


def test_proofs_of_the_quadratic_form():
    opened = X.T * A * H + H.T * A * X + H.T * A * H
    good = Derivation(START).step(opened, because="multiply out").step(END, because="transpose a number")
    assert check("gradients.quadratic_form", good).passed
    other = Derivation(START).step(opened, because="multiply out")
    other = other.step(X.T * A * H + X.T * A.T * H + H.T * A * H, because="transpose").step(END, because="factor")
    assert check("gradients.quadratic_form", other).passed
    average = Derivation(START).step((START + END) / 2, because="average").step(END, because="and back")
    assert "mixed the first line" in check("gradients.quadratic_form", average).message
    assert (
        "at least 2 steps" in check("gradients.quadratic_form", Derivation(START).step(END, because="at once")).message
    )


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("gradients")])
def test_stubs_say_not_yet(name):
    answer = (lambda f, gradient, x: ...) if name.endswith("gradient_check") else ...
    assert check(name, answer).status == "not yet"
