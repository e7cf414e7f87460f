"""The exercises of the chapter on limits: right answers pass, the likely wrong ones hear why."""

import math

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

x, h = sp.Symbol("x", real=True), sp.Symbol("h", real=True)
epsilon = sp.Symbol("epsilon", positive=True)
n = sp.Symbol("n", integer=True, positive=True)
Q = x**2 + 2 * x + 4
START = sp.Limit((sp.sqrt(4 + h) - 2) / h, h, 0, "+-")


PATCHED = sp.Piecewise((1 / (2 * sp.pi * n), n < 100), (1 / n, True))


def through(line):
    """A chain with one line between the limit and ¼."""
    return Derivation(START).step(line, because="a true step").step(sp.Rational(1, 4), because="put h = 0 in")


def on_arrays(f, a, epsilon):
    delta = 1.0
    while not (abs(f(a + delta * np.linspace(-1, 1, 99)) - f(a)) <= epsilon).all():
        delta /= 2
    return delta


def halving(f, a, epsilon, factor=0.5, sides=(1, -1)):
    """A solution of delta_for, with a fault put in."""
    delta = 1.0
    while any(abs(f(a + side * delta) - f(a)) > epsilon for side in sides):
        delta *= factor
    return delta


def bisected(f, a, epsilon):
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        good = max(f(a + middle) - f(a), f(a) - f(a - middle)) <= epsilon
        low, high = (middle, high) if good else (low, middle)
    return low


def test_all_are_registered():
    assert [exercise.name for exercise in exercises_of("limits")] == [
        "limits.by_hand",
        "limits.delta_for",
        "limits.how_many_steps",
        "limits.no_limit",
        "limits.orders",
        "limits.proof_for_cube",
        "limits.root_at_hole",
        "limits.six_limits",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", (9, 0.02)),
        ("by_hand", [9.0, sp.Rational(1, 100)]),
        ("six_limits", [1.25, None, 3, 0, None, 2]),
        ("six_limits", (sp.Rational(5, 4), None, 3.0, 0.0, None, 2.0)),
        ("orders", [2, 2, 1.5, 3]),
        ("orders", (2.0, 2.0, sp.Rational(3, 2), 3.0)),
        ("how_many_steps", 132),
        ("no_limit", (1 / (2 * sp.pi * n), 1 / (2 * sp.pi * n + sp.pi), 1)),
        ("no_limit", [-1 / (2 * sp.pi * n), 2 / (sp.pi * (4 * sp.Symbol("n") + 1)), 0.5]),
        ("no_limit", (1 / (2 * math.pi * n), 1 / (2 * math.pi * n**2 + math.pi), sp.Rational(1, 3))),
        ("how_many_steps", 132.0),
        ("delta_for", halving),
        ("delta_for", bisected),
        ("delta_for", on_arrays),
        ("no_limit", (1 / (2 * sp.pi * sp.factorial(n)), 1 / (sp.pi + 2 * sp.pi * 2**n), 1)),
        ("root_at_hole", through(sp.Limit(1 / (sp.sqrt(4 + h) + 2), h, 0, "+-"))),
        ("delta_for", lambda f, a, e: 0.9 * bisected(f, a, e)),
        ("proof_for_cube", (Q, 19, sp.Min(1, epsilon / 19))),
        ("proof_for_cube", (sp.expand((x + 1) ** 2 + 3), 20, sp.Min(sp.Rational(1, 2), epsilon / 20))),
        ("proof_for_cube", (Q, 28, sp.Min(1, sp.Symbol("epsilon") / 30))),
        ("proof_for_cube", (Q, 19.0, epsilon / (19 + epsilon))),
        (
            "root_at_hole",
            Derivation(START)
            .step(sp.Limit(1 / (sp.sqrt(4 + h) + 2), h, 0, "+-"), because="h cancels")
            .step(sp.Rational(1, 4), because="continuous"),
        ),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"limits.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("by_hand", 9, "a pair, (limit, delta)"),
        ("by_hand", (10, 0.02), "the limit is 10"),
        ("by_hand", (9, 0), "larger than 0"),
        ("by_hand", (9, 0.5), "you multiplied by 5 where you must divide"),
        ("by_hand", (9, 0.021), "your δ is too large"),
        ("six_limits", [1.25, 0, 3, 0, None, 2], "(ii) has no limit"),
        ("six_limits", [1.25, None, 1, 0, None, 2], "(iii) is 1"),
        ("six_limits", [None, None, 3, 0, None, 2], "(i) has a limit"),
        ("six_limits", [1.25, None, 3, 0, math.inf, 2], "∞ is not a number"),
        ("six_limits", [1.25, None, 3], "a list of six"),
        ("orders", [3, 2, 1.5, 3], "(i) is not 3"),
        ("orders", [2, 3, 1.5, 3], "(ii) is not 3"),
        ("orders", [2, 2, 0.5, 3], "(iii) is not 0.5"),
        ("orders", [2, 2, 1.5, 8], "(iv) is not 8"),
        ("how_many_steps", 131, "a little too large"),
        ("how_many_steps", 131.126, "steps are whole"),
        ("by_hand", (9, 0.1), "not |x − 2|"),
        ("six_limits", [1.25, math.nan, 3, 0, None, 2], "or None where there is no limit"),
        ("six_limits", [1.25, "None", 3, 0, None, 2], "or None where there is no limit"),
        ("how_many_steps", 546, "not 1 − α"),
        ("how_many_steps", 6, "not αλ"),
        ("how_many_steps", 100, "after 100 steps the error is 2.7e-05"),
        ("how_many_steps", 55.5, "a whole number"),
        ("six_limits", [1.25, None, 3, 0, None, 0], "(vi) is 0"),
        ("no_limit", (1 / n, 1 / (2 * sp.pi * n), 1), "by whole turns"),
        ("no_limit", (1 / (2 * sp.pi * n), 1 / (4 * sp.pi * n), 1), "both sequences keep the value 1"),
        ("no_limit", (2 * sp.pi * n, 1 / (2 * sp.pi * n), 1), "p does not go to 0"),
        ("no_limit", (1 / (sp.pi * n - sp.pi), 1 / (2 * sp.pi * n), 1), "p must be a number other than 0"),
        ("no_limit", (1 / (2 * sp.pi * n), 1 / (2 * sp.pi * n + sp.pi), 1.5), "is kept for both values by L = 0"),
        ("no_limit", (1 / (2 * sp.pi * n), 1 / (2 * sp.pi * n + sp.pi), 0), "larger than 0"),
        ("no_limit", (1 / (2 * sp.pi * x), 1 / (2 * sp.pi * n), 1), "contains x"),
        ("delta_for", lambda f, a, e: min(1, e / ((f(a + 1e-6) - f(a - 1e-6)) / 2e-6) / 2), "for x³ at 0"),
        ("proof_for_cube", ((x**3 - 8) / (x - 2), 19, sp.Min(1, epsilon / 19)), "must be a polynomial"),
        ("delta_for", lambda f, a, e: e, "your δ is 1, but the value at 2, to the right, misses"),
        ("delta_for", lambda f, a, e: halving(f, a, e, sides=(1,)), "to the left"),
        ("delta_for", lambda f, a, e: halving(f, a, e, factor=0.1), "more than 3 times as large"),
        ("delta_for", lambda f, a, e: 1e-9, "more than 3 times as large"),
        ("delta_for", lambda f, a, e: 0.0, "larger than 0"),
        ("delta_for", lambda f, a, e: 10 * e, "at most 1"),
        ("delta_for", lambda f, a, e: None, "for 2x at 1 with ε = 1: your function returns None"),
        ("delta_for", 0.5, "must be a function"),
        ("proof_for_cube", (x**2 + 4, 19, sp.Min(1, epsilon / 19)), "not x³ − 8"),
        ("proof_for_cube", (Q, 12, sp.Min(1, epsilon / 12)), "your bound is 12, but q is"),
        ("proof_for_cube", (Q, 18.995, sp.Min(1, epsilon / 19)), "your bound is 18.995, but q is"),
        ("proof_for_cube", (Q, 19, epsilon / 19), "δ must also be at most 1"),
        ("proof_for_cube", (Q, 19, sp.Min(1, epsilon)), "the distance from 8 is"),
        ("proof_for_cube", (Q, 19, sp.Min(1, epsilon / 13)), "your bound times your δ"),
        ("proof_for_cube", (Q, 19, sp.Min(1, epsilon * x / 19)), "contains x"),
        ("proof_for_cube", (Q, 19, sp.Min(1, epsilon / 19) - 1), "larger than 0"),
        ("proof_for_cube", (Q, 19, "epsilon"), "SymPy expression in epsilon"),
        ("root_at_hole", Derivation(START).step(sp.Rational(1, 4), because="known"), "at least 2 steps"),
        ("root_at_hole", sp.Rational(1, 4), "must be a Derivation"),
        ("no_limit", (PATCHED, 1 / (2 * sp.pi * n + sp.pi), 1), "for n = 500"),
        ("proof_for_cube", (Q, 19, sp.sqrt(epsilon) / 1000), "must shrink as fast as ε does"),
        ("proof_for_cube", (1e300, 19, epsilon), "another polynomial, not x³ − 8"),
        ("root_at_hole", through(sp.Limit(sp.Rational(1, 4) + h, h, 0, "+-")), "none cancels h"),
        ("root_at_hole", through(sp.Limit(1 / (2 * sp.sqrt(4 + h)), h, 0, "+-")), "L'Hôpital"),
        ("root_at_hole", through(sp.Limit(1 / (sp.sqrt(4 + h) + 2), h, 0)), "from both sides"),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"limits.{name}", answer)
    assert verdict.status == "wrong", verdict.message
    assert says in verdict.message, verdict.message


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("limits")])
def test_stubs_say_not_yet(name):
    answers = {"six_limits": [...] * 6, "orders": [...] * 4, "proof_for_cube": (...,) * 3, "no_limit": (...,) * 3}
    stub = (lambda f, a, epsilon: ...) if name.endswith("delta_for") else answers.get(name.split(".")[1], ...)
    assert check(name, stub).status == "not yet"
