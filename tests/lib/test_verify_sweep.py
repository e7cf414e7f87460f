"""Random expressions: what SymPy may rewrite is proved, and the smallest change of it is rejected."""

import random

import mpmath
import pytest
import sympy as sp
from flint import fmpq
from sympy import Derivative as D

from dlmath_lib.verify import ClaimFailed, prove
from dlmath_lib.verify.numeric import evaluate
from dlmath_lib.verify.sampling import Domain, Sampler, _rounded

x, y = sp.symbols("x y", real=True)
ATOMS = [x, y, sp.Integer(2), sp.Integer(3), sp.Rational(1, 2)]
SMOOTH = [sp.exp, sp.sin, sp.cos, sp.tanh, lambda e: e**2, lambda e: 1 / (1 + e**2), lambda e: sp.log(1 + e**2)]


def expression(source, depth):
    """Return a random smooth expression of x and y."""
    if depth == 0:
        return source.choice(ATOMS)
    kind = source.randrange(3)
    if kind == 0:
        return source.choice(SMOOTH)(expression(source, depth - 1))
    left, right = expression(source, depth - 1), expression(source, depth - 1)
    return left + right if kind == 1 else left * right


def changes(expr):
    """Yield wrong versions of an expression: sign, factor, a term lost or gained, a function changed."""
    yield -expr
    yield 2 * expr
    yield expr + sp.Rational(1, 10**30)
    if expr.is_Add:
        yield sp.Add(*expr.args[1:])
    if expr.has(sp.sin):
        yield expr.replace(sp.sin, sp.cos)
    if expr.has(x):
        yield expr.xreplace({x: x + 1})


def differs(a, b):
    """Tell whether two expressions differ at a point, by SymPy's own evaluation with 60 digits."""
    place = {x: sp.Rational(13, 10), y: sp.Rational(-7, 10)}
    return abs((a - b).xreplace(place).evalf(60)) > sp.Float("1e-32")


@pytest.mark.parametrize("seed", range(25))
def test_expanded_forms(seed):
    source = random.Random(seed)
    a, b = expression(source, 2), expression(source, 2)
    lhs, rhs = (a + b) ** 2, sp.expand(a**2 + 2 * a * b + b**2)
    assert prove(lhs, rhs, points=30).points in (1, 30)


@pytest.mark.parametrize("seed", range(25))
def test_slopes_and_what_is_not_the_slope(seed):
    source = random.Random(1000 + seed)
    expr = expression(source, 3)
    while not expr.has(x):
        expr = expression(source, 3)
    slope = sp.diff(expr, x)
    assert prove(D(expr, x), slope, points=30).points >= 25
    for wrong in changes(slope):
        if differs(wrong, slope):
            with pytest.raises(ClaimFailed, match=r"^false: "):
                prove(D(expr, x), wrong, points=30)


@pytest.mark.parametrize("seed", range(12))
def test_evaluation_agrees_with_sympy_to_forty_digits(seed):
    source = random.Random(2000 + seed)
    expr = D(expression(source, 3), x) + sp.Integral(expression(source, 1), (y, 0, 1)).subs(x, 2)
    point = next(Sampler({x: Domain(-sp.oo, sp.oo), y: Domain(-sp.oo, sp.oo)}, seed).points(1))
    exact = {symbol: sp.Float(value, 80) for symbol, value in point.items()}
    reference = expr.doit().xreplace(exact).evalf(60)
    found = sp.Float(mpmath.nstr(evaluate(expr, point), 60), 60)
    assert abs(found - reference) <= sp.Float("1e-30") * (1 + abs(reference))


def test_points_respect_domains_and_repeat():
    ranges = {x: Domain(sp.Integer(0), sp.Integer(1)), y: Domain(sp.Integer(2), sp.oo)}
    first, second = (list(Sampler(ranges).points(300)) for _ in range(2))
    assert first == second
    assert all(0 < point[x] < 1 and point[y] > 2 for point in first)
    assert min(point[x] for point in first) < 1e-3
    assert max(point[x] for point in first) > 0.99
    whole = Domain(sp.Integer(0), sp.oo, integer=True)
    values = {int(point[x]) for point in Sampler({x: whole}).points(100)}
    assert min(values) == 1
    assert len(values) > 5
    assert len({point[y] for point in first}) > 250


def test_short_decimals_are_rounded_half_to_even():
    values = (
        fmpq(1, 2),
        fmpq(3, 2),
        fmpq(-1, 2),
        fmpq(-3, 2),
        fmpq(7, 3),
        fmpq(-7, 3),
        fmpq(5),
        fmpq(2500001, 1000000),
    )
    assert [_rounded(value) for value in values] == [0, 2, 0, -2, 2, -2, 5, 3]
