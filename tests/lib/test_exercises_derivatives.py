"""The exercises of the derivatives chapter: right answers pass, the likely wrong ones are told what is wrong."""

import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import ClaimFailed, Derivation

x = sp.Symbol("x", real=True)
f, g = sp.Function("f")(x), sp.Function("g")(x)
RULE = (f.diff(x) * g - f * g.diff(x)) / g**2


RULES = {
    sp.exp: sp.exp,
    sp.log: lambda u: 1 / u,
    sp.sin: sp.cos,
    sp.cos: lambda u: -sp.sin(u),
    sp.atan: lambda u: 1 / (1 + u**2),
}


def program(rules=RULES, product=True, chain=True, power=lambda u, n: n * u ** (n - 1)):
    """A solution of derivative_of, with a rule left out or spoilt."""

    def derivative(expression, x):
        if not expression.has(x):
            return sp.Integer(0)
        if expression == x:
            return sp.Integer(1)
        if expression.is_Add:
            return sp.Add(*(derivative(part, x) for part in expression.args))
        if expression.is_Mul:
            first, rest = expression.as_two_terms()
            if not product:
                return derivative(first, x) * derivative(rest, x) if first.has(x) else first * derivative(rest, x)
            return derivative(first, x) * rest + first * derivative(rest, x)
        if expression.is_Pow and not expression.exp.has(x):
            u, n = expression.as_base_exp()
            return power(u, n) * (derivative(u, x) if chain else 1)
        (u,) = expression.args
        return rules[expression.func](u) * (derivative(u, x) if chain else 1)

    return derivative


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
        "derivatives.arcsine",
        "derivatives.by_the_table",
        "derivatives.derivative_of",
        "derivatives.discontinuous_derivative",
        "derivatives.leaky_corner",
        "derivatives.quotient_rule",
        "derivatives.slope_by_hand",
        "derivatives.three_numbers",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("slope_by_hand", (-0.25, 0.04)),
        ("slope_by_hand", (sp.Rational(-1, 4), 0.0769)),
        ("slope_by_hand", [-0.25, 1e-6]),
        ("leaky_corner", (0.1, 1)),
        ("by_the_table", -0.406),
        ("by_the_table", -3 * sp.exp(-2)),
        ("arcsine", sp.Rational(5, 4)),
        ("three_numbers", (12, 1.2, 2.1**3 - 8)),
        ("three_numbers", [12.0, 1.2, 1.261]),
        ("derivative_of", program()),
        ("derivative_of", lambda e, x: sp.expand(program()(e, x))),
        ("discontinuous_derivative", x**2 * sp.sin(1 / x)),
        ("discontinuous_derivative", sp.Symbol("x") ** 2 * sp.cos(1 / sp.Symbol("x"))),
        ("discontinuous_derivative", x**2 * sp.sin(1 / x) + x**3),
        ("discontinuous_derivative", x**2 * sp.sin(1 / x) / 1000),
        ("leaky_corner", [0.1, 1.0]),
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
        ("slope_by_hand", (0.25, 0.01), "its sign is wrong"),
        ("slope_by_hand", (-0.5, 0.01), "twice"),
        ("slope_by_hand", ("−1/4", 0.01), "must be a number"),
        ("slope_by_hand", -0.25, "a pair, (slope, delta)"),
        ("slope_by_hand", (-0.25, 0), "larger than 0"),
        ("slope_by_hand", (-0.25, 0.0771), "your δ is too large: at h = −0.077"),
        ("slope_by_hand", (-0.25, 10), "differs from −0.25 by 0.25"),
        ("leaky_corner", 0.1, "an interval"),
        ("by_the_table", 0.406, "its sign is wrong"),
        ("by_the_table", 0.1353, "second term"),
        ("by_the_table", -0.5413, "second term"),
        ("leaky_corner", (1.0, 0.1), "upside down"),
        ("leaky_corner", (0.0, 1.0), "your smallest subgradient is 0; it is too small"),
        ("leaky_corner", (0.1, 10), "your largest subgradient is 10; it is too large"),
        ("leaky_corner", (0.1, 0.5, 1), "an interval, (smallest, largest)"),
        ("quotient_rule", RULE, "must be a Derivation"),
        ("arcsine", 0.8, "reciprocal"),
        ("three_numbers", (12, 1.2, 1.2), "the change of f is 1.2; it is close"),
        ("three_numbers", (12, 0.12, 1.261), "the differential"),
        ("three_numbers", 12, "three numbers, (derivative"),
        ("derivative_of", program(product=False), "(product)"),
        (
            "derivative_of",
            lambda e, x: sp.prod(program()(part, x) for part in e.args) if e.is_Mul else program()(e, x),
            "(constant factor)",
        ),
        ("derivative_of", program(chain=False), "(chain rule"),
        ("derivative_of", program({**RULES, sp.cos: sp.sin}), "(cos)"),
        ("derivative_of", program({**RULES, sp.atan: lambda u: 1 / (1 - u**2)}), "(arctan)"),
        ("derivative_of", program({k: v for k, v in RULES.items() if k is not sp.log}), "raises KeyError"),
        ("derivative_of", program(power=lambda u, n: n * u ** (n + 1)), "(power)"),
        ("derivative_of", lambda e, x: sp.Derivative(e, x), "not worked out"),
        ("derivative_of", lambda e, x: sp.diff(e, x), "apply the rules of the table yourself"),
        ("derivative_of", lambda e, x: e.diff(x), "apply the rules of the table yourself"),
        ("derivative_of", lambda e, x: sp.Derivative(e, x).doit(), "apply the rules of the table yourself"),
        ("derivative_of", lambda e, x: str(e), "must return an expression"),
        ("derivative_of", lambda e, x: e * sp.Symbol("k"), "contains k"),
        ("derivative_of", 3, "must be a function"),
        ("discontinuous_derivative", x**3 * sp.sin(1 / x), "seems to settle"),
        ("discontinuous_derivative", x**2, "seems to settle"),
        ("discontinuous_derivative", x * sp.sin(1 / x), "f(h)/h must go to 0"),
        ("discontinuous_derivative", x, "f(h)/h must go to 0"),
        ("discontinuous_derivative", sp.Abs(x) * x, "without cases and absolute values"),
        ("discontinuous_derivative", x**2 * sp.sin(1 / (x - 1)), "no real value"),
        ("discontinuous_derivative", sp.log(x), "no real value"),
        ("discontinuous_derivative", "x**2", "SymPy expression"),
        ("discontinuous_derivative", x * sp.Symbol("k"), "no other"),
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


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("derivatives")])
def test_stubs_say_not_yet(name):
    answer = (lambda expression, x: ...) if name.endswith("derivative_of") else ...
    assert check(name, answer).status == "not yet"
