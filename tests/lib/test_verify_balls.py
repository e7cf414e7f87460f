"""Ball arithmetic: each value lies in its ball, the ball is small, and what has no value says so."""

import random

import mpmath
import pytest
import sympy as sp
from flint import acb, arb
from sympy import Derivative as D

from dlmath_lib.verify.balls import Undecided, Undefined, Unsupported, bits, enclose
from dlmath_lib.verify.balls.constants import along
from dlmath_lib.verify.balls.walk import compile_expression
from dlmath_lib.verify.compare import as_mpmath, decide, judge
from dlmath_lib.verify.numeric import evaluate

x, y, h, t, a, mu = sp.symbols("x y h t a mu", real=True)
s, p, q = sp.symbols("s p q", positive=True)
k, n = sp.symbols("k n", integer=True, nonnegative=True)
f, g = sp.symbols("f g", cls=sp.Function)
Q = sp.Rational
PLACE = {x: Q(1, 3), y: Q(-7, 5), s: Q(7, 10), mu: Q(2, 3), n: sp.Integer(6), a: Q(1, 7)}
gaussian = sp.exp(-((x - mu) ** 2) / (2 * s**2)) / (s * sp.sqrt(2 * sp.pi))
ATOMS = [x, y, sp.Integer(2), sp.Integer(-3), Q(1, 7), sp.pi]
SMOOTH = [
    sp.exp, sp.sin, sp.cos, sp.tanh, sp.sinh, sp.atan, sp.asinh, sp.erf, lambda e: e**2, lambda e: 1 / (1 + e**2),
    lambda e: sp.log(1 + e**2), lambda e: sp.sqrt(1 + e**2), sp.Abs, lambda e: sp.Max(e, sp.Integer(1)), sp.sign,
    lambda e: sp.Piecewise((e, e > Q(1, 2)), (e**2, True)), sp.floor,
]  # fmt: skip


def tree(source, depth):
    """Return a random expression of x and y."""
    if depth == 0:
        return source.choice(ATOMS)
    kind = source.randrange(3)
    if kind == 0:
        return source.choice(SMOOTH)(tree(source, depth - 1))
    left, right = tree(source, depth - 1), tree(source, depth - 1)
    return left + right if kind == 1 else left * right


def holds(ball, number, digits=38):
    """Tell whether an mpmath number lies in a ball, up to its own last digits."""
    with mpmath.workdps(60):
        slack = arb(10) ** -digits * (1 + abs(ball))
        return bool(abs(ball - acb(number)) <= slack)


@pytest.mark.parametrize("seed", range(60))
def test_random_trees_agree_with_mpmath(seed):
    source = random.Random(seed)
    expr = tree(source, 4)
    place = {x: Q(source.randint(-300, 300), 100), y: Q(source.randint(-300, 300), 100)}
    ball, remarks = enclose(expr, place, 200)
    assert not remarks
    assert ball.real.rad() < arb(10) ** -35 * (1 + abs(ball))
    number = evaluate(expr, {symbol: as_mpmath(value, 70) for symbol, value in place.items()})
    assert holds(ball, number)


@pytest.mark.parametrize("seed", range(40))
def test_a_function_along_one_symbol_is_the_function(seed):
    """What does not hold the symbol is computed once; the value is the same, and no wider."""
    source = random.Random(seed)
    expr = tree(source, 4) * (y + Q(1, 7)) * sp.sin(y) + sp.exp(x * y / 3)
    with bits(200):
        env = {"draw": 0, "analytic": None, "remarks": set(), "exact": {}, y: acb(1) / 5}
        inner, here = along(expr, x, env)
        assert len(here) > len(env)
        for place in (acb(2) / 3, acb(-1) / 7):
            whole = compile_expression(expr)({**env, x: place})
            value = inner({**here, x: place})
            assert value.overlaps(whole)
            assert value.real.rad() <= 4 * whole.real.rad() + arb(2) ** -190


def test_a_number_is_as_sharp_as_the_bits():
    new = Q(1, 30103) * x  # in no other test: the first bits that are asked for are few
    for precision in (64, 400, 64):
        ball, _ = enclose(new, {x: sp.Integer(1)}, precision)
        assert ball.real.rad() < arb(2) ** (-10 - precision)


@pytest.mark.parametrize("seed", range(20))
def test_random_slopes_agree_with_difference_quotients(seed):
    source = random.Random(500 + seed)
    expr = D(tree(source, 3), x)
    place = {x: Q(source.randint(-300, 300), 101), y: Q(source.randint(-300, 300), 103)}
    ball, _ = enclose(expr, place, 200)
    number = evaluate(expr, {symbol: as_mpmath(value, 70) for symbol, value in place.items()})
    assert holds(ball, number, 18)


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        (sp.Integral(gaussian, (x, -sp.oo, sp.oo)), sp.Integer(1)),
        (sp.Integral(x**2 * gaussian, (x, -sp.oo, sp.oo)), mu**2 + s**2),
        (sp.Integral(sp.exp(-sp.Abs(x - mu)) / 2, (x, -sp.oo, sp.oo)), sp.Integer(1)),
        (sp.Integral(1 / (1 + x**2), (x, -sp.oo, sp.oo)), sp.pi),
        (sp.Integral(1 / sp.sqrt(x), (x, 0, 1)), sp.Integer(2)),
        (sp.Integral(sp.log(x), (x, 0, 1)), sp.Integer(-1)),
        (sp.Integral(x ** (s - 1) * sp.exp(-x), (x, 0, sp.oo)), sp.gamma(s)),
        (sp.Integral(sp.Max(0, x - mu), (x, -1, 1)), (1 - mu) ** 2 / 2),
        (sp.Integral(x * y, (x, 0, y), (y, 0, 1)), Q(1, 8)),
        (sp.Sum(a**k, (k, 0, sp.oo)), 1 / (1 - a)),
        (sp.Sum(a**k / sp.factorial(k), (k, 0, sp.oo)), sp.exp(a)),
        (sp.Sum(k * sp.exp(-s) * s**k / sp.factorial(k), (k, 0, sp.oo)), s),
        (sp.Sum(k * sp.binomial(n, k) * a**k * (1 - a) ** (n - k), (k, 0, n)), n * a),
        (sp.Product(1 + a / k, (k, 1, 3)), (1 + a) * (1 + a / 2) * (1 + a / 3)),
        (D(sp.Integral(f(t) * x, (t, a, x)), x), f(x) * x + sp.Integral(f(t), (t, a, x))),
        (D(f(g(x)), x, 2), D(sp.Subs(D(f(t), t), t, g(x)) * D(g(x), x), x)),
        (D(f(x, y), x, y), D(D(f(x, y), y), x)),
        (D(sp.tanh(x) * s**x, x), (1 - sp.tanh(x) ** 2) * s**x + sp.tanh(x) * s**x * sp.log(s)),
        (sp.Limit((sp.sin(x + h) - sp.sin(x)) / h, h, 0), sp.cos(x)),
        (sp.Limit((1 + 1 / t) ** t, t, sp.oo), sp.E),
        (sp.Limit(1 / sp.log(t), t, sp.oo), sp.Integer(0)),
        (sp.Limit(sp.Sum((k / n) ** 2 / n, (k, 1, n)), n, sp.oo), Q(1, 3)),
    ],
)  # fmt: skip
def test_values_that_are_known(expr, value):
    ball, remarks = enclose(expr, PLACE, 130)
    known, _ = enclose(value, PLACE, 130)
    with bits(130):
        assert ball.overlaps(known)
        assert abs(ball - known) < arb(10) ** -28
        assert not ball.overlaps(known + acb(arb(10) ** -25))
    assert bool(remarks) == expr.has(sp.Limit)


def test_a_narrow_peak_is_not_missed():
    ball, _ = enclose(sp.Integral(gaussian, (x, -sp.oo, sp.oo)), {**PLACE, s: Q(1, 10**6)}, 110)
    with bits(110):
        assert ball.contains(acb(1))
        assert abs(ball - 1) < arb(10) ** -20


@pytest.mark.parametrize(
    ("expr", "error"),
    [
        (1 / (3 * x - 1), Undefined),
        (sp.log(3 * x - 1), Undefined),
        (D(sp.Abs(3 * x - 1), x), Undefined),
        (D(sp.Max(1, 3 * x), x), Undefined),
        (D(1 / (3 * x - 1), x), Undefined),
        (sp.Integral(x, x), Undefined),
        (sp.Piecewise((1, x > 1)), Undefined),
        (sp.Integral(1 / t, (t, -1, 2)), (Unsupported, Undecided)),
        (sp.Integral(1 / t, (t, 1, sp.oo)), Unsupported),
        (sp.Sum(1 / (k + 1), (k, 0, sp.oo)), Unsupported),
        (sp.Limit(sp.sin(1 / t), t, 0, "+"), Undecided),
        (sp.erfinv(x), Unsupported),
    ],
)
def test_what_has_no_ball_says_so(expr, error):
    with pytest.raises(error):
        enclose(expr, PLACE, 130)


def test_exact_arithmetic_decides_at_a_border():
    for expr, value in [(sp.Heaviside(3 * x - 1, 0), 0), (sp.Heaviside(3 * x - 1, 1), 1), (sp.floor(3 * x), 1),
                        (sp.Piecewise((5, sp.Eq(3 * x, 1)), (0, True)), 5), (sp.sign(x - Q(1, 3)), 0)]:  # fmt: skip
        assert enclose(expr, PLACE, 100)[0] == acb(value)


def test_relations_between_balls():
    near = acb(arb(1, arb(10) ** -50))
    wide = acb(arb(1, 0.5))
    assert (
        decide("=", near, acb(1)) is True and decide("=", wide, acb(1)) is None and decide("=", wide, acb(2)) is False
    )
    assert decide("!=", wide, acb(2)) is True and decide("!=", acb(1), acb(1)) is False
    assert decide("!=", near, acb(1)) is None
    assert decide("<", acb(1), acb(1)) is False and decide("<", near, acb(1)) is None
    assert decide("<=", near, acb(1)) is True and decide("<=", wide, acb(1)) is None
    assert decide(">=", acb(1), acb(2)) is False and decide(">", acb(2), acb(1)) is True
    for relation in ("<", "<=", ">", ">="):
        assert decide(relation, acb(0, 1), acb(1, 1)) is False


def test_digits_rise_until_they_decide():
    assert judge(sp.cosh(x) ** 2 - sp.sinh(x) ** 2, sp.Integer(1), "=", {x: sp.Integer(2000)}).holds
    assert judge(sp.erf(13 * x), sp.Integer(1), "<", {x: sp.Integer(1)}).holds
    assert judge(x, x + Q(1, 10**300), "<", {x: Q(1, 3)}).holds
    assert judge(sp.sin(x) ** 2, 1 - sp.cos(x) ** 2, "<", {x: Q(1, 3)}).holds is None


def test_mpmath_stands_in_and_certifies_nothing():
    slope = sp.sqrt(sp.pi) / 2 * sp.exp(sp.erfinv(x) ** 2)
    verdict = judge(D(sp.erfinv(x), x), slope, "=", {x: Q(1, 3)})
    assert verdict.holds and not verdict.certified
    assert judge(D(sp.erfinv(x), x), -slope, "=", {x: Q(1, 3)}).holds is False


def test_a_second_argument_is_never_left_out():
    with pytest.raises(Unsupported, match="LambertW of 2 arguments"):
        enclose(sp.LambertW(sp.Rational(-1, 5), -1), {}, 64)


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (sp.Integral(x ** (p - 1) * (1 - x) ** (q - 1) / sp.beta(p, q), (x, 0, 1)), sp.Integer(1)),
        (sp.Integral(x**p * (1 - x) ** (q - 1) / sp.beta(p, q), (x, 0, 1)), p / (p + q)),
        (sp.Integral(x ** (p - 1) * sp.exp(-q * x) * q**p / sp.gamma(p), (x, 0, sp.oo)), sp.Integer(1)),
    ],
)
@pytest.mark.parametrize("at", [(Q(1, 4), Q(7, 3)), (sp.Integer(3), Q(3, 10)), (Q(5, 3), sp.Integer(1))])
def test_densities_with_a_pole_at_an_end_are_enclosed(lhs, rhs, at):
    point = dict(zip((p, q), at, strict=True))
    assert judge(lhs, rhs, "=", point, digits=25).holds is True
    verdict = judge(lhs, rhs * (1 + Q(1, 10**18)), "=", point, digits=25)
    assert (verdict.holds, verdict.certified) == (False, True)


def test_a_letter_may_have_the_name_of_a_function():
    beta, zeta = sp.symbols("beta zeta", positive=True)
    found = evaluate(sp.beta(zeta, beta) * sp.zeta(beta), {beta: mpmath.mpf(2), zeta: mpmath.mpf(3)}, 40)
    assert abs(found - mpmath.pi**2 / 72) < 1e-14
