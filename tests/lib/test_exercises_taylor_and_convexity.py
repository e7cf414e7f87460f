"""The exercises on Taylor's theorem and convexity: right answers pass, the likely wrong ones hear why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

x = sp.Symbol("x", real=True)
ROOT = sp.sqrt(1 + x**2)
START = x - sp.Derivative(ROOT, x) / sp.Derivative(ROOT, (x, 2))
RIGHT = 2 + 0.1 / 4 - 0.01 / 64


def newton(slope, curvature, x, steps, step=lambda m, b: -m / b, refuse=lambda b: b <= 0, error=ValueError):
    """A solution of newtons_method, with a fault put in."""
    for _ in range(steps):
        bend = curvature(x)
        if refuse(bend):
            raise error("no lowest point")
        x = x + step(slope(x), bend)
    return x


def newton_looking_once(slope, curvature, x, steps):
    """Looks at the curvature at the start alone."""
    if curvature(x) <= 0:
        raise ValueError
    return newton(slope, curvature, x, steps, refuse=lambda b: False)


def newton_looking_late(slope, curvature, x, steps):
    """Looks at the curvature where the run ends too."""
    x = newton(slope, curvature, x, steps)
    if curvature(x) <= 0:
        raise ValueError
    return x


def test_all_are_registered():
    assert [exercise.name for exercise in exercises_of("taylor_and_convexity")] == [
        "taylor_and_convexity.convex_or_not",
        "taylor_and_convexity.flat_place",
        "taylor_and_convexity.newton_leads",
        "taylor_and_convexity.newtons_method",
        "taylor_and_convexity.root_by_hand",
        "taylor_and_convexity.safe_rate",
        "taylor_and_convexity.second_order",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("root_by_hand", (RIGHT, 1.953125e-6)),
        ("root_by_hand", [2.0248438, 5e-6]),
        ("root_by_hand", (sp.Rational(25918, 12800), 1e-5)),
        ("root_by_hand", (2.024844, 1.953e-6)),
        ("root_by_hand", sp.Matrix([sp.Rational(25918, 12800), 1e-5])),
        ("root_by_hand", np.array([[RIGHT, 1e-5]])),
        ("safe_rate", sp.Matrix([[sp.Rational(3, 4), sp.Rational(8, 3)]])),
        ("convex_or_not", [sp.false, sp.true, sp.false, sp.true, sp.true, sp.false]),
        ("convex_or_not", np.array([[False], [True], [False], [True], [True], [False]])),
        ("flat_place", sp.Integral(x**2 * sp.exp(x), x, x)),
        ("second_order", 2.66),
        ("second_order", sp.Rational(133, 50)),
        ("convex_or_not", [False, True, False, True, True, False]),
        ("convex_or_not", (False, np.True_, False, True, True, False)),
        ("safe_rate", (0.75, 8 / 3)),
        ("safe_rate", [sp.Rational(3, 4), 2.667]),
        ("newtons_method", newton),
        ("newtons_method", lambda s, c, x, steps: np.float64(newton(s, c, x, steps))),
        ("flat_place", ROOT / 3 + 1 / (3 * ROOT) + x),
        ("flat_place", ROOT / 3 + 1 / (3 * ROOT) - 2 * x + 5),
        ("flat_place", sp.exp(x) * (x**2 - 4 * x + 6)),
        (
            "flat_place",
            4 * x / 3 - sp.log(sp.tanh(x) + 1) / 3 - sp.tanh(x) ** 2 / 6,
        ),
        ("flat_place", sp.Piecewise((sp.exp(x) * (x**2 - 4 * x + 6), x < 0), (x**4 + 2 * x + 6, True))),
        (
            "newton_leads",
            Derivation(START)
            .step(x - (x / ROOT) / sp.Derivative(ROOT, (x, 2)), because="chain rule")
            .step(x - x * (1 + x**2), because="second derivative")
            .step(-(x**3), because="multiply out"),
        ),
        (
            "newton_leads",
            Derivation(START)
            .step(x - x * (1 + x**2), because="both derivatives")
            .step(-(x**3), because="multiply out"),
        ),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"taylor_and_convexity.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("root_by_hand", (2.025, 1e-5), "the term with f″ is missing"),
        ("root_by_hand", (2 + 0.1 / 4 - 0.01 / 32, 1e-5), "divided by 2!"),
        ("root_by_hand", (2 + 0.1 / 4 + 0.01 / 64, 1e-5), "f″ is negative"),
        ("root_by_hand", (np.sqrt(4.1), 1e-5), "√4.1 itself"),
        ("root_by_hand", (2.02484, 5e-6), "seven digits"),
        ("root_by_hand", (RIGHT, -2e-6), "not negative"),
        ("root_by_hand", (RIGHT, 1e-6), "but the error is 1.92313e−06"),
        ("root_by_hand", (RIGHT, 1.2e-5), "Divide M·0.1³ by 3!"),
        ("root_by_hand", RIGHT, "a pair, (value, bound)"),
        ("second_order", 2.6, "that is the plane"),
        ("second_order", 2.72, "the factor ½"),
        ("second_order", 2.662, "that is x²y itself"),
        ("second_order", 0.66, "the value at (1, 2) is missing"),
        ("convex_or_not", [True, True, False, True, True, False], "(i) is not convex"),
        ("convex_or_not", [False, True, False, False, True, False], "(iv) is convex: a chord"),
        ("convex_or_not", [0, 1, 0, 1, 1, 0], "(i) must be True or False"),
        ("convex_or_not", [False], "a list of six"),
        ("safe_rate", (0.25, 8), "The second term adds ½"),
        ("safe_rate", (0.5, 4), "The first term"),
        ("safe_rate", (0.75, 4 / 3), "1/β is where the bound is lowest"),
        ("newtons_method", lambda *a: newton(*a, step=lambda m, b: m / b), "the sign"),
        ("newtons_method", lambda *a: newton(*a, step=lambda m, b: -m), "divided by the curvature"),
        ("newtons_method", lambda *a: newton(*a, step=lambda m, b: -b / m if m else 0), "upside down"),
        ("newtons_method", lambda s, c, x, n: newton(s, c, x, 1), "with 6 steps"),
        ("newtons_method", lambda *a: newton(*a, refuse=lambda b: b == 0), "from −0.5 your function must raise"),
        ("newtons_method", lambda *a: newton(*a, refuse=lambda b: b < 0), "it raises ZeroDivisionError"),
        ("newtons_method", lambda *a: newton(*a, error=RuntimeError), "it raises RuntimeError"),
        ("newtons_method", lambda *a: newton_looking_once(*a), "after one step) from 1.4"),
        ("newtons_method", lambda *a: newton_looking_late(*a), "no step starts there"),
        ("newtons_method", lambda s, c, x, n: x, "no step was taken"),
        ("newtons_method", 3, "must be a function"),
        ("newton_leads", Derivation(START).step(-(x**3), because="known"), "at least 2 steps"),
        ("newton_leads", -(x**3), "must be a Derivation"),
        ("flat_place", sp.Piecewise((x**4 + x, x >= 0), (sp.exp(x) - 1, True)), "no second derivative at x = 0"),
        ("flat_place", sp.Piecewise((x**4 + x, x >= 0), (sp.exp(x), True)), "jumps at x = 0"),
        ("flat_place", sp.Piecewise((x**4 + x, x >= 0), (sp.exp(x) * 2 - 2, True)), "corner at x = 0"),
        ("flat_place", x**4, "a minimum between them"),
        ("flat_place", x**4 / 10**12 + x, "a minimum between them"),
        ("flat_place", sp.Abs(x), "has it a corner?"),
        ("flat_place", sp.exp(sp.exp(x)), "f″(0) is 5.4"),
        ("root_by_hand", sp.Matrix([x, x]), "must be a number"),
        ("root_by_hand", (RIGHT, [[1], [2, 3]]), "is not a number: its rows are not equally long"),
        ("second_order", 1e300, "too large"),
        ("flat_place", x**4 + x, "a minimum between them"),
        ("flat_place", sp.exp(x), "f″(0) is 1"),
        ("flat_place", x, "straight on an interval"),
        ("flat_place", x**3 + x, "not convex there"),
        ("flat_place", sp.exp(x) * (x**2 - 4 * x + 6) - x**4, "at x = −0.02: f is not convex"),
        ("flat_place", sp.log(x), "no value, or one too large, at some x"),
        ("flat_place", sp.Symbol("k") * x, "in x alone"),
        ("flat_place", "x**4", "a SymPy expression"),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"taylor_and_convexity.{name}", answer)
    assert verdict.status == "wrong", verdict.message
    assert says in verdict.message, verdict.message


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("taylor_and_convexity")])
def test_stubs_say_not_yet(name):
    stub = (lambda slope, curvature, x, steps: ...) if name.endswith("newtons_method") else ...
    assert check(name, [...] * 6 if name.endswith("convex_or_not") else stub).status == "not yet"
