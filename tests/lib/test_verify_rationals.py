"""FLINT's rational numbers say of numbers and expressions what SymPy says."""

import random

import pytest
import sympy as sp

from dlmath_lib.verify.rationals import FACTS, arithmetic, fraction, has_facts, positive

x, y = sp.symbols("x y", real=True)
NUMBERS = [sp.Rational(p, q) for p in (-4, -3, -1, 0, 1, 2, 3, 10) for q in (1, 2, 3, 10**30)]
EXPRESSIONS = [
    1 - x - y, x / (1 + x**2 + y**2), (x - y) ** 3 - sp.Rational(1, 7), 1 / x - 1 / y, x**-2 * y, sp.Integer(3),
    x * (2 - (y + 1) ** -1),
]  # fmt: skip


@pytest.mark.parametrize("fact", [*FACTS, "prime", "composite"])
def test_facts_are_those_of_sympy(fact):
    for number in NUMBERS:
        known = getattr(number, f"is_{fact}")
        assert [has_facts(number, {fact: truth}) for truth in (True, False)] == [
            known in (True, None),
            known in (False, None),
        ]


def test_facts_of_other_numbers_are_asked_of_sympy():
    assert has_facts(sp.pi, {"transcendental": True, "zero": False})
    assert not has_facts(1 + sp.I, {"zero": True})
    assert has_facts(sp.pi**sp.E, {"irrational": True})  # nobody knows


@pytest.mark.parametrize("expr", EXPRESSIONS)
def test_values_are_those_of_sympy(expr):
    source = random.Random(5)
    computed = arithmetic(expr)
    for _ in range(20):
        place = {s: sp.Rational(source.randint(-99, 99) or 1, source.randint(1, 99)) for s in (x, y)}
        wanted = expr.xreplace(place)
        if not wanted.is_finite or wanted.is_Rational is not True:
            continue
        number = computed({symbol: fraction(value) for symbol, value in place.items()})
        assert (int(number.p), int(number.q)) == (wanted.p, wanted.q)
        assert positive(expr, computed, place) == (wanted > 0)


def test_what_is_not_rational_is_left_to_sympy():
    for expr in (sp.sqrt(x), sp.exp(x), x**y, sp.pi * x, x + sp.I):
        assert arithmetic(expr) is None
    assert positive(sp.exp(x), None, {x: sp.Integer(-3)})
    assert positive(x - 3, arithmetic(x - 3), {x: sp.pi})
    assert not positive(x - 4, arithmetic(x - 4), {x: sp.pi})


def test_where_there_is_no_value_nothing_is_positive():
    assert not positive(x - 3, arithmetic(x - 3), {x: sp.Integer(3)})
    assert not positive(1 / x, arithmetic(1 / x), {x: sp.Integer(0)})
