"""The checks of the exercises on gradient descent: right answers of several kinds pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

ALPHA, MU = sp.symbols("alpha mu", positive=True)
D, U, V = sp.symbols("D u v", nonnegative=True)
F, AFTER, LOWEST = sp.symbols("f f_+ f^*", real=True)
START = D - 2 * ALPHA * (F - LOWEST + MU / 2 * D + U) + 2 * ALPHA * (F - AFTER - V)
MIDDLE = D - ALPHA * MU * D - 2 * ALPHA * (AFTER - LOWEST + U + V)
END = (1 - ALPHA * MU) * D - 2 * ALPHA * (AFTER - LOWEST + U + V)


def halve(loss, gradient, x, start=1.0, share=0.5):
    g, alpha = gradient(x), start
    while loss(x - alpha * g) > loss(x) - share * alpha * np.sum(g * g):
        alpha /= 2
    return alpha


def along_the_gradient(loss, gradient, x):
    return -halve(loss, gradient, x)


def descend(loss, gradient, x, tolerance, steps, *, again=True, search=True, more=0, short=lambda g, end: g <= end):
    rate = 1.0
    for taken in range(steps + more):
        g = gradient(x)
        if short(np.linalg.norm(g), tolerance):
            return x, taken
        if search:
            rate = halve(loss, gradient, x, start=1.0 if again else rate)
        x = x - rate * g
    return x, steps + more


def by_length(length):
    """A descent that stops by another measure of the gradient than its Euclidean length."""

    def stops_by_it(loss, gradient, x, tolerance, steps):
        for taken in range(steps):
            g = gradient(x)
            if length(g) <= tolerance:
                return x, taken
            x = x - halve(loss, gradient, x) * g
        return x, steps

    return stops_by_it


def looks_late(loss, gradient, x, tolerance, steps):
    taken = 0
    while taken < steps:
        g = gradient(x)
        x, taken = x - halve(loss, gradient, x) * g, taken + 1
        if np.linalg.norm(g) <= tolerance:
            break
    return x, taken


def recursive(loss, gradient, x, tolerance, steps):
    g = gradient(x)
    if steps == 0 or np.sqrt(g @ g) <= tolerance:
        return [list(x), 0]
    end, taken = recursive(loss, gradient, x - halve(loss, gradient, x) * g, tolerance, steps - 1)
    return [end, np.int64(taken + 1)]


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("gradient_descent")]
    assert names == ["backtrack", "descend", "edge", "strongly_convex_rate", "two_steps", "valley"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("two_steps", [0, 3]),
        ("two_steps", np.array([0.0, 3.0])),
        ("valley", (1 / 18, 0.05, 0.8, 31, 0.04)),
        ("backtrack", halve),
        ("descend", descend),
        ("descend", recursive),
        ("strongly_convex_rate", Derivation(START).step(sp.expand(START), because="expand").step(END, because="sort")),
        ("strongly_convex_rate", Derivation(START).step(MIDDLE, because="f cancels").step(END, because="take D out")),
        ("edge", sp.sqrt(1 + 2 / ALPHA)),
        ("edge", sp.sqrt((ALPHA + 2) / ALPHA)),
        ("edge", sp.sqrt(1 + 2 / sp.Symbol("alpha"))),
    ],
)  # fmt: skip
def test_right_answers_pass(name, answer):
    verdict = check(f"gradient_descent.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("two_steps", [12, 3], "x1 is 12"),
        ("two_steps", [0, -3], "its sign is wrong"),
        ("two_steps", 3, "a list of two numbers"),
        ("valley", (1 / 9, 0.05, 0.8, 31, 0.04), "the limit of α is 0.111111; it is twice"),
        ("valley", (1 / 18, 0.05, 0.8, 30, 0.04), "the number of steps is 30"),
        ("valley", (1 / 18, 0.05, 0.8, 31, 0.36), "the tolerance is 0.36"),
        ("valley", (1 / 18, 0.05, 0.8), "five numbers"),
        ("backtrack", lambda loss, gradient, x: 1.0, "it must fall by"),
        ("backtrack", lambda loss, gradient, x: 1e-6, "passes already"),
        ("backtrack", lambda loss, gradient, x: gradient(x), "must return one number"),
        ("backtrack", along_the_gradient, "must be positive"),
        ("backtrack", lambda loss, gradient, x: None, "is a return statement missing?"),
        ("backtrack", 0.5, "must be a function"),
        ("descend", lambda *given: descend(*given, again=False), "searches its α from 1 again"),
        ("descend", lambda *given: descend(*given, search=False), "take it from backtrack"),
        ("descend", looks_late, "is looked at before a step"),
        ("descend", lambda *given: descend(*given, short=lambda g, end: g < end), "so equal is short enough"),
        ("descend", lambda *given: descend(*given, short=lambda g, end: g * g <= end), "and not its square"),
        ("descend", by_length(lambda g: np.abs(g).max()), "the root of the sum of the squares"),
        ("descend", by_length(lambda g: np.abs(g).sum()), "the root of the sum of the squares"),
        ("descend", by_length(lambda g: np.sqrt(np.mean(g * g))), "the root of the sum of the squares"),
        ("descend", lambda *given: descend(*given, short=lambda *_: False), "although the gradient is short enough"),
        ("descend", lambda *given: (descend(*given)[0], descend(*given)[1] - 1), "3 steps lead there; you count 2"),
        ("descend", lambda *given: descend(*given, more=1), "a step more than allowed"),
        ("descend", lambda *given: descend(*given, more=-1), "a step fewer than allowed"),
        ("descend", lambda *given: descend(*given)[0], "the pair (x, taken)"),
        ("descend", lambda *given: descend(*given)[::-1], "your x"),
        ("descend", lambda loss, gradient, x, tolerance, steps: (x, steps), "right is"),
        ("descend", "gradient descent", "must be a function"),
        ("edge", sp.sqrt(1 + 1 / ALPHA), "not the right expression"),
        ("edge", -sp.sqrt(1 + 2 / ALPHA), "the start to the right of 0"),
        ("edge", sp.sqrt(3), "for α = 2 your x is 1.732"),
        ("edge", sp.sqrt(2 + 1 / ALPHA), "for α = 2 your x is 1.581"),
        ("edge", sp.sqrt(1 - 2 / ALPHA), "for α = 2 your x is 0"),
        ("edge", sp.sqrt(1 + 2 / ALPHA) + sp.I, "for α = 2 it is no real number"),
        ("edge", [sp.sqrt(1 + 2 / ALPHA)], "one SymPy expression"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"gradient_descent.{name}", answer)
    assert verdict.status == "wrong"
    assert words in verdict.message


def test_a_derivation_of_something_else_is_refused():
    chain = Derivation(START + 1).step(sp.expand(START + 1), because="expand")
    assert check("gradient_descent.strongly_convex_rate", chain).status == "wrong"


@pytest.mark.parametrize(
    ("chain", "words"),
    [
        (Derivation(START).step(START, because="trust me").step(START, because="so"), "must end at"),
        (Derivation(START).step(MIDDLE, because="a").step(END, because="b").step(END, because="c"), None),
        (Derivation(START).step(END, because="by magic"), "at least 2 steps"),
        (Derivation(sp.expand(START)).step(START, because="a").step(END, because="b"), "must start at"),
        (Derivation(START).step(END, because="a").step(sp.expand(END), because="b"), "not written like it"),
        (Derivation(START).step(END, because="a").step(END, because="b"), "2 steps; it has 1: 1 left the line"),
        (Derivation(START).step(MIDDLE, because="a").step_le(END + U, because="b"), "must consist of equalities"),
    ],
)
def test_a_proof_starts_arrives_and_moves(chain, words):
    verdict = check("gradient_descent.strongly_convex_rate", chain)
    assert verdict.passed if words is None else words in verdict.message, verdict.message


def test_a_wrong_edge_does_not_hear_the_right_one():
    message = check("gradient_descent.edge", sp.sqrt(1 + 1 / ALPHA)).message
    assert "the step leads to 0, and not to −x" in message
    assert "1.414" not in message and "for α = 2 your x is 1.225; from there the step leads to" in message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("gradient_descent")])
def test_stubs_are_not_yet_answers(name):
    assert check(name, ...).status == "not yet"


@pytest.mark.parametrize("name", ["backtrack", "descend"])
def test_an_unfinished_function_is_not_yet_an_answer(name):
    assert check(f"gradient_descent.{name}", lambda *given: ...).status == "not yet"
