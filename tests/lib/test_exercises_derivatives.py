"""The exercises of the derivatives chapter: right answers pass, the likely wrong ones are told what is wrong."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.calculus import difference
from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import ClaimFailed, Derivation

x = sp.Symbol("x", real=True)
f, g = sp.Function("f")(x), sp.Function("g")(x)
RULE = (f.diff(x) * g - f * g.diff(x)) / g**2


def extrapolate(function, at, h):
    return (4 * difference(function, at, h / 2) - difference(function, at, h)) / 3


def quotient_in_three_steps():
    return (
        Derivation(sp.Derivative(f / g, x))
        .step(f.diff(x) / g + f * sp.Derivative(1 / g, x), because="product rule")
        .step(f.diff(x) / g - f * g.diff(x) / g**2, because="slope of a reciprocal")
        .step(RULE, because="common denominator")
    )


def test_all_are_registered():
    names = [exercise.name for exercise in exercises_of("derivatives")]
    assert names == [
        "derivatives.leaky_corner",
        "derivatives.quotient_rule",
        "derivatives.richardson",
        "derivatives.slope_by_hand",
        "derivatives.vanishing_step",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("slope_by_hand", -0.25),
        ("slope_by_hand", sp.Rational(-1, 4)),
        ("leaky_corner", (0.1, 1)),
        ("leaky_corner", [0.1, 1.0]),
        ("richardson", extrapolate),
        ("vanishing_step", 5.8e-11),
        ("vanishing_step", 2.0**-34),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"derivatives.{name}", answer)
    assert verdict.passed, verdict.message


def test_any_chain_of_three_true_steps_is_right():
    assert check("derivatives.quotient_rule", quotient_in_three_steps()).passed


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("slope_by_hand", 0.25, "its sign is wrong"),
        ("slope_by_hand", -0.5, "twice"),
        ("slope_by_hand", "−1/4", "must be a number"),
        ("leaky_corner", 0.1, "an interval"),
        ("leaky_corner", (1.0, 0.1), "upside down"),
        ("leaky_corner", (0.0, 1.0), "your smallest subgradient is 0; it is too small"),
        ("leaky_corner", (0.1, 10), "your largest subgradient is 10; it is too large"),
        ("leaky_corner", (0.1, 0.5, 1), "an interval, (smallest, largest)"),
        ("richardson", lambda f, x, h: difference(f, x, kind="complex"), "it has no order"),
        ("richardson", difference, "order 2.0, not 4: use D"),
        ("richardson", lambda f, x, h: difference(f, x, h, kind="forward"), "not 4: choose the weights"),
        ("richardson", lambda f, x, h: 2 * difference(f, x, h), "do your two weights add up to 1"),
        ("richardson", lambda f, x, h: np.nan, "your result is NaN"),
        ("richardson", lambda f, x, h: [1.0, 2.0], "must be one number; it has shape (2,)"),
        ("richardson", lambda f, x: f(x), "raises TypeError"),
        ("richardson", 4.0, "must be a function"),
        ("quotient_rule", RULE, "must be a Derivation"),
        ("vanishing_step", 2.0**-33, "twice"),
        ("vanishing_step", 1e-17, "too small"),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"derivatives.{name}", answer)
    assert verdict.status == "wrong"
    assert says in verdict.message


def test_a_proof_must_take_its_steps_and_start_at_the_quotient():
    short = Derivation(sp.Derivative(f / g, x)).step(RULE, because="quotient rule")
    assert "at least 3 steps" in check("derivatives.quotient_rule", short).message
    elsewhere = Derivation(sp.Derivative(f * g, x))
    for _ in range(3):
        elsewhere = elsewhere.step(f.diff(x) * g + f * g.diff(x), because="product rule")
    assert "must start at" in check("derivatives.quotient_rule", elsewhere).message


def test_a_false_step_says_what_stands_for_f_and_g():
    with pytest.raises(ClaimFailed, match="with a smooth function, drawn at random, for f and for g"):
        Derivation(sp.Derivative(f / g, x)).step(f.diff(x) / g.diff(x), because="no such rule")


def test_a_proof_must_arrive_and_may_not_stand_still():
    start = Derivation(sp.Derivative(f / g, x))
    middle = f.diff(x) / g - f * g.diff(x) / g**2
    still = start.step(f.diff(x) / g + f * sp.Derivative(1 / g, x), because="product rule")
    for _ in range(2):
        still = still.step(f.diff(x) / g + f * sp.Derivative(1 / g, x), because="trust me")
    assert "still has something to work out" in check("derivatives.quotient_rule", still).message
    short = start.step(f.diff(x) / g + f * sp.Derivative(1 / g, x), because="product rule").step(middle, because="1/g")
    split = short.step(f.diff(x) * g / g**2 - f * g.diff(x) / g**2, because="expand")
    # SymPy cancels the g of "expand" by itself: the step is true, and leaves the line as it was.
    assert check("derivatives.quotient_rule", split.step(RULE, because="one fraction")).message == (
        "right: 3 steps, each proved"
    )
    padded = start.step(RULE, because="rule").step(sp.Add(RULE, 0, evaluate=False), because="0").step(RULE, because="0")
    assert "at least 3 steps; it has 1: 2 left the line" in check("derivatives.quotient_rule", padded).message
    parts = sp.Mul(f.diff(x), 1 / g, 1 / g, g, evaluate=False) - f * g.diff(x) / g**2
    assert "not written like it" in check("derivatives.quotient_rule", short.step(parts, because="expand")).message


@pytest.mark.parametrize("name", ["slope_by_hand", "leaky_corner", "quotient_rule", "vanishing_step", "richardson"])
def test_stubs_say_not_yet(name):
    answer = (lambda f, x, h: ...) if name == "richardson" else ...
    assert check(f"derivatives.{name}", answer).status == "not yet"
