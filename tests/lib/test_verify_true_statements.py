"""The provers alone, with no number compared: true statements are proved, near misses are not."""

from typing import Any

import pytest
import sympy as sp
from sympy import Derivative as D

from dlmath_lib.verify import ClaimFailed, prove
from dlmath_lib.verify.budget import OutOfTime, within
from dlmath_lib.verify.definitions import Definitions
from dlmath_lib.verify.provers import proved
from dlmath_lib.verify.sampling import domains
from dlmath_lib.verify.statements import free_symbols
from tests.lib.true_statements import FALSE, TRUE, h, x

one = sp.Integer(1)
SECONDS = 10.0
SECONDS_FOR_A_FALSE_ONE = 0.12
OPPOSITE = {"<=": ">", "<": ">=", ">=": "<", ">": "<="}


def by_provers(lhs: Any, relation: str, rhs: Any, options: dict[str, Any], seconds: float) -> bool:
    """Tell whether the provers prove the statement in time: the numeric check has no part in it."""
    definitions = Definitions("prove", options.get("given"))
    left, right = definitions.expand(sp.sympify(lhs)), definitions.expand(sp.sympify(rhs))
    ranges = domains("prove", free_symbols(left, right), options.get("where"))
    try:
        with within(seconds):
            return proved(left, right, relation, tuple(ranges.items()))
    except OutOfTime:
        return False


@pytest.mark.parametrize("case", TRUE)
def test_true_statements_are_proved_in_time(case):
    assert by_provers(*TRUE[case], SECONDS)


@pytest.mark.parametrize("case", FALSE)
def test_near_misses_are_not_proved(case):
    assert not by_provers(*FALSE[case], SECONDS_FOR_A_FALSE_ONE)


@pytest.mark.parametrize("case", TRUE)
def test_true_statements_pass_and_spoilt_ones_fail(case):
    lhs, relation, rhs, options = TRUE[case]
    assert prove(lhs, rhs, relation=relation, points=6, **options).kind == "proved"
    if relation != "=":
        with pytest.raises(ClaimFailed):
            prove(lhs, rhs, relation=OPPOSITE[relation], points=6, **options)
        return
    for wrong in (2 * rhs, -rhs, rhs - sp.Add.make_args(rhs)[0]) if rhs != 0 else (rhs + 1,):
        # A slow series is summed without a certificate, which is no counterexample.
        with pytest.raises(ClaimFailed, match=r"^not checked: " if case == "telescoping series" else r"^false: "):
            prove(lhs, wrong, points=6, **options)


KINKED = {
    "a derivative excuses no kink of its neighbours": (D(x, x) + sp.Piecewise((5, sp.Eq(x, one / 7)), (0, True)), 1),
    "two values of a step at its kink": (sp.Heaviside(3 * x - 1, 0), sp.Heaviside(3 * x - 1, 1)),
    "a derivative excuses no zero of its letter": (
        D(sp.Abs(x - 1), x) + sp.Heaviside(x, 0),
        sp.sign(x - 1) + sp.Heaviside(x, 1),
    ),
    "what differs only between two kinks": (sp.Max(0, x * (1 - x)), sp.Integer(0)),
    "a kink elsewhere": (D(sp.Abs(x), x) + sp.Heaviside(x - 2, 0), sp.sign(x) + sp.Heaviside(x - 2, 1)),
}


@pytest.mark.parametrize("case", KINKED)
def test_cases_include_the_kinks(case):
    lhs, rhs = KINKED[case]
    assert not by_provers(lhs, "=", rhs, {}, SECONDS)
    with pytest.raises(ClaimFailed):
        prove(lhs, rhs)


def test_a_range_of_negative_length_does_not_telescope():
    """With the usual meaning of a sum: 0 where the last index comes before the first."""
    k, first, last = sp.symbols("k m n", integer=True)
    f = sp.Function("f")
    with pytest.raises(ClaimFailed, match=r"^false: "):
        prove(sp.Sum(f(k + 1) - f(k), (k, first, last)), f(last + 1) - f(first))


def test_a_derivative_excuses_its_own_kinks():
    assert by_provers(D(sp.Max(0, x), x), "=", sp.Heaviside(x, 1), {}, SECONDS)
    assert by_provers(D(sp.Abs(2 * x - 1), x), "=", 2 * sp.sign(2 * x - 1), {}, SECONDS)


@pytest.mark.parametrize(("lhs", "relation", "rhs"), [(h, ">", 0), (sp.sign(h), "=", 1), (h, "!=", 0), (-h, "<", 0)])
def test_nonnegative_is_not_positive(lhs, relation, rhs):
    assert not by_provers(lhs, relation, rhs, {}, SECONDS)
    with pytest.raises(ClaimFailed, match="h = 0"):
        prove(lhs, rhs, relation=relation)
    assert by_provers(lhs, relation, rhs, {"where": {h: (0, sp.oo)}}, SECONDS)


def test_a_convex_function_of_a_negative_symbol_may_have_its_least_value_elsewhere():
    minus, r = sp.Symbol("y", negative=True), sp.Symbol("r", positive=True)
    cubic = -(minus**3) / 3 + 500 * minus**2 - r * (1000 - r) * minus - 2 * r**3 / 3 + 500 * r**2
    assert cubic.xreplace({r: sp.Integer(2000), minus: sp.Integer(-1000)}) < 0
    assert not by_provers(cubic, ">=", 0, {}, SECONDS)
