"""The exercises of the chapter on numerical derivatives: right answers pass, the likely wrong ones hear why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.calculus import difference, numerical_gradient
from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

x, h = sp.Symbol("x", real=True), sp.Symbol("h", positive=True)
M, eta = sp.symbols("M eta", positive=True)
START = ((x + h) ** 3 - (x - h) ** 3) / (2 * h)


def extrapolate(function, at, step):
    return (4 * difference(function, at, step / 2) - difference(function, at, step)) / 3


def central(f, w, factor=1.0, share=False, scaled=True):
    """A solution of gradient_of, with a fault put in."""
    result = np.empty(len(w))
    for j in range(len(w)):
        step = 6e-6 * (max(1.0, abs(w[j])) if scaled else 1e-9)
        up = w if share else w.astype(float)
        down = w.astype(float)
        up[j] += step
        down[j] -= step
        result[j] = factor * (f(up) - f(down)) / (2 * step)
    return result


def one_sided(f, w):
    return np.array(
        [
            (f(w + 1e-8 * max(1, abs(w[j])) * e) - f(w)) / (1e-8 * max(1, abs(w[j])))
            for j, e in enumerate(np.eye(len(w)))
        ]
    )


def fixed_step(step):
    return lambda f, w: np.array([(f(w + step * e) - f(w - step * e)) / (2 * step) for e in np.eye(len(w))])


def by_shares(f, x, h, share=0.5):
    one, ten, hundred = (difference(f, x, factor * h, kind="forward") for factor in (1, 10, 100))
    return bool(abs(one - ten) > share * abs(ten - hundred))


def cube_in_two_steps():
    return (
        Derivation(START)
        .step((6 * x**2 * h + 2 * h**3) / (2 * h), because="expand")
        .step(3 * x**2 + h**2, because="divide")
    )


def test_all_are_registered():
    assert [exercise.name.partition(".")[2] for exercise in exercises_of("numerical_derivatives")] == [
        "bound_of_sine",
        "central_of_cube",
        "complex_step",
        "gradient_of",
        "richardson",
        "second_difference_step",
        "too_small",
        "truncation_by_hand",
        "vanishing_step",
        "wrong_entry",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("truncation_by_hand", 1e-3),
        ("gradient_of", central),
        ("gradient_of", lambda f, w: numerical_gradient(f, w.astype(float))),
        ("gradient_of", lambda f, w: list(central(f, w))),
        ("complex_step", lambda f, x: f(x + 1e-100j).imag / 1e-100),
        ("complex_step", lambda f, x: difference(f, x, kind="complex")),
        ("wrong_entry", 2),
        ("bound_of_sine", (2e-8, 2e-8)),
        ("too_small", by_shares),
        ("too_small", lambda f, x, h: by_shares(f, x, h, share=0.3)),
        ("richardson", extrapolate),
        ("second_difference_step", (48 * eta / M) ** sp.Rational(1, 4)),
        ("second_difference_step", 2 * sp.sqrt(sp.sqrt(3 * eta / M))),
        ("central_of_cube", cube_in_two_steps()),
        ("vanishing_step", 5.8e-11),
        ("vanishing_step", 2.0**-34),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"numerical_derivatives.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("truncation_by_hand", 0.002, "twice"),
        ("gradient_of", lambda f, w: central(f, w, factor=2.0), "your result is"),
        ("gradient_of", lambda f, w: central(f, w, factor=-1.0), "every sign is wrong"),
        ("gradient_of", lambda f, w: central(f, w, share=True), ""),
        ("gradient_of", lambda f, w: central(f, w, scaled=False), "your result is"),
        ("gradient_of", one_sided, ""),
        ("gradient_of", lambda f, w: central(f, w)[:1], "must have shape"),
        ("gradient_of", lambda f, w: central(f, w).sum(), "must have shape"),
        *[("gradient_of", fixed_step(step), "your result") for step in (1e-3, 1e-4, 1e-5, 1e-6, 1e-7)],
        ("complex_step", difference, "no value at a complex number"),
        ("complex_step", lambda f, x: f(x + 1e-3j).imag / 1e-3, "so small that h² vanishes"),
        ("complex_step", lambda f, x: -f(x + 1e-100j).imag / 1e-100, "the sign is wrong"),
        ("complex_step", lambda f, x: f(x + 1e-100j).imag, "the slope is"),
        ("wrong_entry", 0, "entry 0 is right"),
        ("bound_of_sine", (1e-8, 2e-8), "the step"),
        ("bound_of_sine", (2e-8, 1e-8), "the bound"),
        ("bound_of_sine", 2e-8, "a pair, (step, bound)"),
        *[("too_small", lambda f, x, h, t=t: bool(h < t), "decides") for t in (1e-5, 1e-8, 1e-11)],
        ("wrong_entry", 3, "an index, 0, 1 or 2"),
        ("too_small", lambda f, x, h: True, "truncation decides"),
        ("too_small", lambda f, x, h: False, "rounding decides"),
        ("too_small", lambda f, x, h: h < 1e-4, "truncation decides"),
        ("too_small", lambda f, x, h: 1.0, "must return True or False"),
        ("richardson", lambda f, x, h: difference(f, x, kind="complex"), "it has no order"),
        ("richardson", difference, "order 2.0, not 4: the h² does not cancel"),
        ("richardson", lambda f, x, h: difference(f, x, h, kind="forward"), "not 4: choose the weights"),
        ("richardson", lambda f, x, h: 2 * difference(f, x, h), "do your two weights add up to 1"),
        ("richardson", lambda f, x, h: np.nan, "your result is NaN"),
        ("richardson", lambda f, x, h: [1.0, 2.0], "must be one number; it has shape (2,)"),
        ("richardson", lambda f, x: f(x), "raises TypeError"),
        ("richardson", 4.0, "must be a function"),
        ("second_difference_step", (12 * eta / M) ** sp.Rational(1, 4), "the bound still falls"),
        ("second_difference_step", (96 * eta / M) ** sp.Rational(1, 4), "the bound already rises"),
        ("second_difference_step", (48 * eta / M) ** sp.Rational(1, 3), "not the right expression"),
        ("central_of_cube", Derivation(START).step(3 * x**2 + h**2, because="expand"), "at least 2 steps"),
        ("central_of_cube", 3 * x**2 + h**2, "must be a Derivation"),
        ("vanishing_step", 2.0**-33, "twice"),
        ("vanishing_step", 1e-17, "too small"),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"numerical_derivatives.{name}", answer)
    assert verdict.status == "wrong"
    assert says in verdict.message


def test_a_rounded_answer_is_not_judged_by_its_side():
    message = check("numerical_derivatives.second_difference_step", (48 * eta / M) ** 0.25).message
    assert "which is rounded: write it exactly" in message
    assert "the bound" not in message


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("numerical_derivatives")])
def test_stubs_say_not_yet(name):
    kind = name.partition(".")[2]
    answer = {
        "richardson": lambda f, x, h: ..., "gradient_of": lambda f, w: ...,
        "complex_step": lambda f, x: ..., "too_small": lambda f, x, h: ...,
    }.get(kind, ...)  # fmt: skip
    assert check(name, answer).status == "not yet"
