"""The exercises of the chapter on integrals: right answers pass, the likely wrong ones hear why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.calculus import simpson
from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

x, t, a, b = sp.symbols("x t a b", real=True)
s = sp.Symbol("s", positive=True)
ROOT = sp.sqrt(2 * sp.pi)
f, g = sp.Function("f"), sp.Function("g")
START = sp.Integral(f(t) * sp.Derivative(g(t), t), (t, a, b))
REST = sp.Integral(sp.Derivative(f(t), t) * g(t), (t, a, b))
WHOLE = sp.Derivative(f(t) * g(t), t)
END = f(b) * g(b) - f(a) * g(a) - REST
RENAMED = f(b) * g(b) - f(a) * g(a) - sp.Integral(sp.Derivative(f(x), x) * g(x), (x, a, b))


def rule(f, a, b, n, weights=(1, 4, 2), factor=1 / 3, width=None):
    """A solution of simpson_rule, with a fault put in."""
    y = f(np.linspace(a, b, n + 1))
    ends, odd, even = weights
    h = (b - a) / n if width is None else width(a, b, n)
    return h * factor * (ends * (y[0] + y[-1]) + odd * y[1:-1:2].sum() + even * y[2:-1:2].sum())


def test_all_are_registered():
    assert [exercise.name for exercise in exercises_of("integrals")] == [
        "integrals.by_parts",
        "integrals.how_many_strips",
        "integrals.mean_of_relu",
        "integrals.midpoint_sum",
        "integrals.prove_by_parts",
        "integrals.signed_and_area",
        "integrals.simpson_rule",
        "integrals.slope_of_integral",
        "integrals.three_nodes",
        "integrals.which_have_a_value",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("midpoint_sum", 0.328125),
        ("midpoint_sum", sp.Rational(21, 64)),
        ("midpoint_sum", 0.328),
        ("signed_and_area", (0, 8 / 3)),
        ("signed_and_area", [0.0, 2.667]),
        ("slope_of_integral", 2 * x * sp.exp(-(x**4))),
        ("slope_of_integral", 2 * sp.Symbol("x") / sp.exp(sp.Symbol("x") ** 4)),
        ("by_parts", 2.0973),
        ("by_parts", (sp.exp(2) + 1) / 4),
        ("how_many_strips", 41),
        ("simpson_rule", rule),
        ("simpson_rule", lambda f, a, b, n: np.float64(rule(f, a, b, n))),
        ("signed_and_area", sp.Matrix([0, sp.Rational(8, 3)])),
        ("slope_of_integral", [2 * x * sp.exp(-(x**4))]),
        ("three_nodes", (np.sqrt(0.6), 5 / 9)),
        ("three_nodes", sp.Matrix([sp.sqrt(15) / 5, sp.Rational(5, 9)])),
        ("three_nodes", np.array([[np.sqrt(0.6)], [5 / 9]])),
        ("three_nodes", (0.775, 0.556)),
        ("mean_of_relu", (s / ROOT, s**2 / 2)),
        ("mean_of_relu", [sp.Symbol("s") / ROOT, 0.5 * sp.Symbol("s") ** 2]),
        ("mean_of_relu", sp.Matrix([[s * sp.sqrt(1 / (2 * sp.pi)), s**2 / 2]])),
        ("which_have_a_value", "BD"),
        ("which_have_a_value", "d, b"),
        ("which_have_a_value", {"B", "D"}),
        ("which_have_a_value", ["B", "D"]),
        ("which_have_a_value", np.array(["D", "B"])),
        ("three_nodes", (0.7746, 0.5556)),
        (
            "prove_by_parts",
            Derivation(START)
            .step(sp.Integral(WHOLE - sp.Derivative(f(t), t) * g(t), (t, a, b)), because="product rule")
            .step(sp.Integral(WHOLE, (t, a, b)) - REST, because="linear")
            .step(END, because="second half"),
        ),
        (
            "prove_by_parts",
            Derivation(START)
            .step(sp.Integral(WHOLE, (t, a, b)) - REST, because="product rule")
            .step(RENAMED, because="F"),
        ),
        (
            "prove_by_parts",
            Derivation(START).step(sp.Integral(WHOLE, (t, a, b)) - REST, because="product rule").step(END, because="F"),
        ),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"integrals.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("midpoint_sum", 84 / 64, "multiplied by the width"),
        ("midpoint_sum", 30 / 64, "right ends"),
        ("midpoint_sum", 1 / 3, "that is the limit"),
        ("signed_and_area", (0, 0), "that is the integral"),
        ("signed_and_area", (8 / 3, 8 / 3), "the integral is 2.66667"),
        ("signed_and_area", (0, -8 / 3), "not negative"),
        ("signed_and_area", (0, 4 / 3), "add the sizes"),
        ("signed_and_area", 0, "a pair"),
        ("slope_of_integral", sp.exp(-(x**4)), "second factor"),
        ("slope_of_integral", 2 * x * sp.exp(-(x**2)), "the upper end, x²"),
        ("slope_of_integral", sp.Integral(sp.exp(-(t**2)), (t, 0, x**2)), "must"),
        ("slope_of_integral", 2 * x, "not the right expression"),
        ("by_parts", np.e**2 / 2, "still to be subtracted"),
        ("by_parts", (np.e**2 - 1) / 4, "a sign is lost"),
        ("signed_and_area", (8 / 3, 0), "the integral stands first"),
        ("simpson_rule", simpson, "the library's"),
        ("simpson_rule", lambda f, a, b, n: simpson(f, a, b, n), "the library's"),
        ("by_parts", 1.0, "g is ½e²ˣ"),
        ("how_many_strips", 40, "1.04"),
        ("how_many_strips", 1667, "take the root"),
        ("how_many_strips", 100, "a smaller n does it too"),
        ("how_many_strips", 10, "too large"),
        ("how_many_strips", 40.8, "whole number"),
        ("simpson_rule", lambda f, a, b, n: rule(f, a, b, n, (1, 2, 4)), "the points with odd numbers have 4"),
        ("simpson_rule", lambda f, a, b, n: rule(f, a, b, n, factor=1), "the factor is h/3"),
        ("simpson_rule", lambda f, a, b, n: rule(f, a, b, n, (2, 4, 2)), "the two ends"),
        ("simpson_rule", lambda f, a, b, n: rule(f, a, b, n, (0.5, 1, 1), 1), "trapezoidal"),
        (
            "simpson_rule",
            lambda f, a, b, n: rule(f, a, b, n, width=lambda a, b, n: abs(b - a) / n),
            "and so is the sign",
        ),
        ("simpson_rule", lambda f, a, b, n: rule(f, a, b, n, width=lambda a, b, n: 2 * (b - a) / n), "a single strip"),
        ("simpson_rule", lambda f, a, b, n: 7.0, "is right"),
        ("simpson_rule", 2, "must be a function"),
        ("three_nodes", (1 / np.sqrt(3), 1), "an error for x^4"),
        ("three_nodes", (0.8, 0.5), "for q = x^2"),
        ("three_nodes", (np.sqrt(0.6), 0.5), "for q = x^2"),
        ("three_nodes", (-np.sqrt(0.6), 5 / 9), "larger than 0"),
        ("three_nodes", (5 / 9, np.sqrt(0.6)), "swapped"),
        ("three_nodes", (0.6, 5 / 9), "c is its root"),
        ("three_nodes", (np.sqrt(0.6), 8 / 9), "the weight 2 − 2w"),
        ("three_nodes", (np.sqrt(0.6), 5 / 18), "two nodes"),
        ("three_nodes", (1, 1 / 3), "Simpson's rule"),
        ("three_nodes", (1e300, 1e300), "between 0 and 1"),
        ("three_nodes", (1, [2, 3]), "w must be one number"),
        ("three_nodes", sp.Matrix([x, t]), "c must be a number"),
        ("slope_of_integral", -4 * x**3 * sp.exp(-(x**4)), "not differentiated"),
        ("simpson_rule", lambda f, a, b, n: rule(f, a, b, n - 1, width=lambda a, b, _: (b - a) / n), "n + 1 points"),
        ("mean_of_relu", (s**2 / 2, s / ROOT), "swapped"),
        ("mean_of_relu", (1 / ROOT, s**2 / 2), "that is for s = 1"),
        ("mean_of_relu", (s**2 / ROOT, s**2 / 2), "one factor s is left"),
        ("mean_of_relu", (s / ROOT, s**2), "the expectation of x²"),
        ("mean_of_relu", (s / ROOT, s**2 / (2 * sp.pi)), "not the square of the expectation"),
        ("mean_of_relu", (0, s**2 / 2), "nothing cancels"),
        ("mean_of_relu", (s, s), "not the right expression"),
        ("mean_of_relu", (1e300, float("nan")), "the first of the two"),
        ("mean_of_relu", ([1], [2, 3]), "must be one SymPy expression"),
        ("mean_of_relu", "s", "a pair"),
        ("mean_of_relu", sp.Matrix([[x, s], [s, x]]), "a pair"),
        ("which_have_a_value", "ABD", "1/x has no value"),
        ("which_have_a_value", "D", "B has a value"),
        ("which_have_a_value", "BCD", "−log r"),
        ("which_have_a_value", "BDE", "2/x"),
        ("which_have_a_value", "", "B has a value"),
        ("which_have_a_value", "BDF", "from A to E"),
        ("which_have_a_value", [[1], [2, 3]], "from A to E"),
        ("which_have_a_value", 1e300, "must be letters"),
        ("which_have_a_value", sp.Matrix([x, t]), "must be letters"),
        ("prove_by_parts", Derivation(START).step(END, because="known"), "at least 2 steps"),
        (
            "prove_by_parts",
            Derivation(START)
            .step(sp.Integral(2 * f(t) * sp.Derivative(g(t), t), (t, a, b)) / 2, because="2/2")
            .step(END, because="known"),
            "the derivative of the product",
        ),
        (
            "prove_by_parts",
            Derivation(START)
            .step(sp.Integral(f(x) * sp.Derivative(g(x), x), (x, a, b)), because="another letter")
            .step(END, because="known"),
            "the derivative of the product",
        ),
        ("prove_by_parts", END, "must be a Derivation"),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"integrals.{name}", answer)
    assert verdict.status == "wrong", verdict.message
    assert says in verdict.message, verdict.message


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("integrals")])
def test_stubs_say_not_yet(name):
    stub = (lambda f, a, b, n: ...) if name.endswith("simpson_rule") else ...
    assert check(name, stub).status == "not yet"
