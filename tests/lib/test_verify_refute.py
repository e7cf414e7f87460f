"""`refute` passes only if the statement is false."""

import functools

import numpy as np
import pytest
import sympy as sp
from sympy import Derivative as D

from dlmath_lib.verify import ClaimFailed, refute

x, y = sp.symbols("x y", real=True)
p = sp.Symbol("p", positive=True)
f, g = sp.symbols("f g", cls=sp.Function)


def test_a_false_statement_with_its_counterexample():
    claim = refute(sp.sqrt(x**2), x, at={x: -2}, because="√(x²) is |x|")
    assert claim.kind == "refuted"
    assert claim.because == "√(x²) is |x|"
    assert repr(claim) == (
        "✗ |x| = x: refuted at x = −2, where the left side is 2 and the right side −2. Right: √(x²) is |x|"
    )
    assert claim.record()["kind"] == "refuted"
    assert claim.record()["because"] == "√(x²) is |x|"


def test_a_counterexample_is_looked_for():
    assert "refuted at x = 1" in repr(refute(D(sp.cos(x), x), sp.sin(x)))
    assert "refuted at" in repr(refute(D(f(x) * g(x), x), D(f(x), x) * D(g(x), x)))
    assert "refuted at x = " in repr(refute(sp.exp(x), 1 + x, relation="<="))
    assert refute(sp.Gt(x**2, x)).statement == "x² > x"
    assert "the left side is 0.693147" in repr(refute(sp.log(2), 1))


@pytest.mark.parametrize(
    ("lhs", "rhs", "options"),
    [
        (sp.sin(x) ** 2, 1 - sp.cos(x) ** 2, {}),
        (sp.sqrt(x**2), x, {"at": {x: 2}}),
        (sp.sqrt(x**2), x, {"where": {x: (0, sp.oo)}}),
        (x**2, 0, {"relation": ">="}),
        (sp.eye(2) * sp.Matrix([x, y]), sp.Matrix([x, y]), {}),
        (sp.exp(x), x, {"relation": "!="}),
    ],
)
def test_what_holds_is_not_refuted(lhs, rhs, options):
    with pytest.raises(ClaimFailed, match="not refuted"):
        refute(lhs, rhs, **options)


def test_where_a_side_has_no_value_nothing_is_refuted():
    with pytest.raises(ClaimFailed, match="one of the sides has no value"):
        refute(1 / x, x, at={x: 0})


def test_matrices():
    a, b = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 2, 2)
    assert "in entry" not in refute(a * b, b * a).statement
    assert "left side = " in refute(a * b, b * a).method
    n = sp.Symbol("n", integer=True, positive=True)
    w = sp.MatrixSymbol("w", n, 1)
    assert "transposed" in refute(w, w.T).method
    with pytest.raises(ClaimFailed, match="no counterexample was found"):
        refute(sp.Matrix([[sp.Integral(x, x), 1]]), sp.Matrix([[x, 1]]))


def test_an_executed_refutation():
    def broadcasting_is_harmless():
        """(n,) minus (n, 1) has n entries."""
        return (np.ones(3) - np.ones((3, 1))).size == 3

    claim = refute(broadcasting_is_harmless, because="it has n² entries")
    assert claim.statement == "(n,) minus (n, 1) has n entries"
    assert repr(claim).endswith("refuted by running it. Right: it has n² entries")
    assert r"\text{" in claim.latex
    with pytest.raises(ClaimFailed, match="it ran and was true"):
        refute(lambda: np.exp(0) == 1, name="truth")
    assert refute(lambda: bool(1 + np.exp(-40) > 1), name="h = 1e−17 works").statement == "h = 1e−17 works"


def says_no():
    return False


NO = says_no()


@pytest.mark.parametrize(
    "nothing",
    [
        lambda: False, lambda: bool(0), lambda: np.bool_(False), lambda: 1 == 2, functools.partial(bool, 0),
        lambda: says_no(), lambda: bool(says_no() and NO), functools.partial(says_no), lambda: NO,
    ],
)  # fmt: skip
def test_a_refutation_that_computes_nothing_is_refused(nothing):
    with pytest.raises(ValueError, match="refute: statement must be a function that runs the claim"):
        refute(nothing, name="a claim")


def test_an_exception_is_not_a_refutation():
    with pytest.raises(ZeroDivisionError):
        refute(lambda: 1 / len(()) > 0, name="division")


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((lambda: np.pi,), {"name": "n"}, TypeError, "a function that returns a bool"),
        ((lambda: np.pi < 3,), {}, ValueError, "name must be given"),
        ((lambda: False, 1), {"name": "n"}, TypeError, "absent when the statement is a function"),
        ((sp.false,), {}, TypeError, "SymPy has evaluated it"),
        ((x, 1), {"at": {y: 1}}, ValueError, "a value for every symbol"),
        ((x, 1), {"at": {x: 1, y: 1}}, ValueError, "about the symbols of the statement"),
        ((x, 1), {"at": 3}, TypeError, "at must be a mapping"),
        ((x, 1), {"at": {x: y}}, TypeError, "a number for x"),
        ((p, 1), {"at": {p: -1}}, ValueError, "a value that p may take"),
        ((x, 1), {"because": ""}, ValueError, "because must be words"),
    ],
)
def test_arguments(arguments, options, error, words):
    with pytest.raises(error, match=words):
        refute(*arguments, **options)


def test_the_number_of_the_mistake_is_data_of_the_claim():
    claim = refute(sp.Eq(2 * x, x), at={x: 1}, mistake=49)
    assert claim.record()["mistake"] == 49
    assert "49" not in claim.text
    assert "mistake" not in refute(sp.Eq(2 * x, x), at={x: 1}).record()
    for wrong in (0, True, "49", 4.9):
        with pytest.raises(TypeError, match="refute: mistake must be the number of a common mistake"):
            refute(sp.Eq(2 * x, x), at={x: 1}, mistake=wrong)
