"""The one form of sums over shifted ranges: what it needs, and that it keeps every value."""

import random

import pytest
import sympy as sp
from sympy import Sum

from dlmath_lib.verify import ClaimFailed, prove
from dlmath_lib.verify.provers.sums import rewrite_sums

k, j, free = sp.symbols("k j l", integer=True)
n, m = sp.symbols("n m", integer=True, positive=True)
f, g = sp.symbols("f g", cls=sp.Function)
X = sp.IndexedBase("X", real=True)
V = sp.IndexedBase("V", positive=True)


def value(expr, length):
    """Return a sum of open functions with numbers: f(i) is a prime power, so that no two terms are mistaken."""
    whole = expr.subs({n: length, m: length + 2}).doit()
    return whole.replace(f, lambda i: sp.Integer(3) ** (i + 20)).replace(g, lambda i: sp.Integer(7) ** (i + 20))


@pytest.mark.parametrize("seed", range(12))
def test_every_value_is_kept(seed):
    source = random.Random(seed)
    shift, low, more = source.randint(-3, 3), source.choice([-2, 0, 1, 2, 3, m, m - 1]), source.randint(-1, 3)
    term = source.choice([f(k + shift), f(k + shift) * g(k + shift + 1), f(k + shift) - 2 * g(k), g(k + shift) ** 2])
    start = low if low in (m, m - 1) else sp.Integer(low)
    total = Sum(term, (k, start, start + n + more))
    form = rewrite_sums(total)
    for length in (1, 2, 5):
        assert value(form, length) == value(total, length)


def test_shifted_sums_have_one_form():
    first = Sum(X[k + 2], (k, 0, n - 1))
    second = Sum(X[j], (j, 1, n + 1)) - X[1]
    assert sp.expand(rewrite_sums(first) - rewrite_sums(second)) == 0
    assert sp.expand(rewrite_sums(first) - rewrite_sums(second + X[n + 1])) != 0


@pytest.mark.parametrize(
    "total",
    [
        Sum(f(k + 1), (k, m, n)),  # m may be larger than n + 1
        Sum(f(k + 1), (k, 1, free)),  # the last index may be below 0
        Sum(f(k + 1), (k, 2, n - 2)),  # n may be 1
        Sum(f(k + 1), (k, 1, sp.oo)),  # a series
        Sum(f(k), (k, 1, n + 60)),  # too many terms to split off
        Sum(sp.log(f(k) * k), (k, free, free + n)),  # nothing in the logarithm is known to be positive
    ],
)
def test_what_may_have_no_terms_is_left_alone(total):
    form = rewrite_sums(total)
    (index, low, high), (bound, start, end) = total.limits[0], form.limits[0]
    assert (start, end) == (low, high)
    assert form.function.xreplace({bound: index}) == total.function


def test_logarithms_are_split_where_the_index_is_positive():
    assert rewrite_sums(Sum(sp.log(1 + 1 / k), (k, 1, n))).has(sp.log((k + 1) / k)) is False
    assert sp.expand(rewrite_sums(Sum(sp.log(1 + 1 / k), (k, 1, n))) - sp.log(n + 1)) == 0
    assert sp.expand(rewrite_sums(Sum(sp.log(V[k + 1] / V[k]), (k, 1, n))) - sp.log(V[n + 1]) + sp.log(V[1])) == 0


def test_what_sympy_cannot_simplify_is_not_proved_and_nothing_worse():
    # sympy.simplify raises StopIteration here, of two sums of which one stands in a product.
    share = V[k] / Sum(V[j], (j, 1, n))
    with pytest.raises(ClaimFailed, match="not proved"):
        prove(Sum(-share * sp.log(share), (k, 1, n)), sp.log(n), relation="<=", points=10)
