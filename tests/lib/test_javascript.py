"""The compiler from SymPy to JavaScript, in a real engine, against NumPy and 50-digit arithmetic."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy.codegen import cfunctions as cf
from sympy.codegen.numpy_nodes import logaddexp

from dlmath_lib.explore.evaluate import Function
from dlmath_lib.explore.javascript import compile_function
from tests.lib.node import run

x, y, k = sp.symbols("x y k", real=True)
R = sp.Rational
EDGES = [0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 1e-9, -1e-9, 30.0, -30.0, 710.0, -710.0, 1e6, -1e6]
RNG = np.random.default_rng(0)
POINTS = [(a, b) for a in EDGES for b in (0.0, 1.0, -1.5, 3.0)]
POINTS += [tuple(v) for v in RNG.normal(scale=2, size=(150, 2)).tolist()]

BATTERY = {
    "integer": sp.Integer(3) + 0 * x,
    "rational": R(1, 3) * x + R(-2, 7),
    "float": x * sp.Float(0.1) + 1e-30,
    "big integer": x + 10**20,
    "pi": sp.pi * x,
    "e": sp.E * x,
    "golden ratio": sp.GoldenRatio * x,
    "euler gamma": sp.EulerGamma + x,
    "catalan": sp.Catalan - x,
    "constants twice": sp.GoldenRatio * x + sp.GoldenRatio**2 * y,
    "difference": x - y - 3,
    "nested minus": -(x - (y - 1)) * (-2),
    "polynomial": 3 * x**4 - 2 * x**3 * y + x * y - 7,
    "quotient": (x + 1) / (y**2 + 1),
    "quotient of products": 2 * x * y / (3 * (x**2 + 1) * (y**2 + 4)),
    "negative quotient": -x / (y**2 + 1) / 3,
    "reciprocal": 1 / (x - y),
    "square": (x + y) ** 2,
    "power 5": (x - y) ** 5,
    "power 12": x**12,
    "power -3": (x**2 + 1) ** -3,
    "square root": sp.sqrt(x),
    "square root of a square": sp.sqrt(x**2 + y**2),
    "inverse square root": 1 / sp.sqrt(x**2 + 1),
    "cube root": x ** R(1, 3),
    "cbrt": sp.cbrt(x),
    "power 3/2": x ** R(3, 2),
    "power -5/2": (x**2 + 1) ** R(-5, 2),
    "power 0.7": (x**2) ** sp.Float(0.7),
    "symbolic power": x**y,
    "two to the x": 2**x,
    "x to the pi": sp.Abs(x) ** sp.pi,
    "unevaluated exp": sp.Pow(sp.E, x, evaluate=False),
    "exp": sp.exp(x),
    "exp of minus": sp.exp(-x),
    "gaussian": sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi),
    "log": sp.log(x),
    "log of a base": sp.log(x, 2),
    "log sum": sp.log(sp.exp(x) + sp.exp(y)),
    "softplus": sp.log(1 + sp.exp(x)),
    "log1p": cf.log1p(sp.exp(-sp.Abs(x))),
    "expm1": cf.expm1(x),
    "log2": cf.log2(x),
    "log10": cf.log10(x),
    "Cbrt": cf.Cbrt(x),
    "Sqrt": cf.Sqrt(x),
    "hypot": cf.hypot(x, y),
    "logaddexp": logaddexp(x, y),
    "sin": sp.sin(x) * sp.cos(y),
    "tan": sp.tan(x),
    "sec csc cot": sp.sec(x) + sp.csc(y) + sp.cot(x + 1),
    "asin acos": sp.asin(x) + sp.acos(y),
    "atan": sp.atan(x * y),
    "atan2": sp.atan2(y, x),
    "sinh cosh": sp.sinh(x) + sp.cosh(y),
    "tanh": sp.tanh(x),
    "asinh": sp.asinh(x),
    "acosh": sp.acosh(x),
    "atanh": sp.atanh(x),
    "abs": sp.Abs(x - y),
    "sign": sp.sign(x),
    "floor": sp.floor(x),
    "ceiling": sp.ceiling(x * y),
    "fraction": sp.frac(x).rewrite(sp.floor),
    "mod": sp.Mod(x, 3),
    "mod negative": sp.Mod(x, -3),
    "mod symbol": sp.Mod(x, y),
    "max": sp.Max(x, 0),
    "max of three": sp.Max(x, y, 1),
    "min": sp.Min(x, y),
    "clip": sp.Max(-1, sp.Min(1, x)),
    "heaviside": sp.Heaviside(x),
    "heaviside 0": sp.Heaviside(x, 0),
    "heaviside 1": sp.Heaviside(x, 1),
    "relu slope": sp.Max(x, 0).diff(x),
    "sinc": sp.sinc(x),
    "erf": sp.erf(x),
    "erfc": sp.erfc(x),
    "gelu": x * (1 + sp.erf(x / sp.sqrt(2))) / 2,
    "gamma": sp.gamma(x),
    "factorial": sp.factorial(x),
    "piecewise": sp.Piecewise((x, x < 0), (x**2, x < 1), (sp.exp(-x), True)),
    "piecewise without otherwise": sp.Piecewise((x, x < 0), (y, x > 1)),
    "piecewise nested": sp.Piecewise((sp.Piecewise((1, y > 0), (2, True)), x > 0), (3, True)),
    "piecewise in a product": 2 * sp.Piecewise((x, x < 0), (y, True)) * y - 1,
    "elu": sp.Piecewise((x, x > 0), (k * (sp.exp(x) - 1), True)).subs(k, R(3, 2)),
    "and or": sp.Piecewise((1, (x > 0) & ((y > 0) | (x > 1))), (0, True)),
    "not": sp.Piecewise((1, sp.Not((x > 0) & (y > 0), evaluate=False)), (0, True)),
    "xor": sp.Piecewise((1, sp.Xor(x > 0, y > 0)), (0, True)),
    "equal": sp.Piecewise((1, sp.Eq(x, 0)), (2, sp.Ne(y, 1)), (3, True)),
    "ite": sp.Piecewise((1, sp.ITE(x > 0, y > 0, y < 0)), (0, True)),
    "sigmoid": 1 / (1 + sp.exp(-x)),
    "sigmoid slope": (1 / (1 + sp.exp(-x))).diff(x),
    "tanh third derivative": sp.tanh(x).diff(x, 3) + 3,  # alone, its own cancellation limits it in both languages
    "swish slope": (x / (1 + sp.exp(-k * x))).diff(x).subs(k, 2),
    "normal density": sp.exp(-((x - y) ** 2) / (2 * (1 + y**2))) / sp.sqrt(2 * sp.pi * (1 + y**2)),
    "rosenbrock": (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "real part": sp.re(sp.Symbol("x")) + sp.im(sp.Symbol("y")),
}  # fmt: skip
# Where the reference needs more care than NumPy's own functions give: values by mpmath at 50 digits.
PRECISE = {
    "erf": (mpmath.erf, [*np.linspace(-7, 7, 281), 1e-300, 1e-8, 1.9999999, 2.0]),
    "erfc": (mpmath.erfc, [*np.linspace(-7, 26, 331), 1e-8, 26.5]),
    "gamma": (mpmath.gamma, [*np.linspace(0.03, 171, 400), *(-np.linspace(0.05, 30.07, 200))]),
}


def names_of(expression: sp.Basic) -> dict[sp.Symbol, str]:
    """x and y as bound variables, whatever their assumptions."""
    return {s: {"x": "v0", "y": "v1"}[s.name] for s in expression.free_symbols}


@pytest.fixture(scope="module")
def in_node() -> dict[str, list[float]]:
    jobs = [(compile_function(e, names_of(e), ["v0", "v1"]), POINTS) for e in BATTERY.values()]
    return dict(zip(BATTERY, run(jobs), strict=True))


def assert_equal(got: np.ndarray, wanted: np.ndarray, rtol: float = 1e-12) -> None:
    """Equal to a relative 1e-12; NaN where NaN, infinity where infinity."""
    bad = ~np.isclose(got, wanted, rtol=rtol, atol=1e-300, equal_nan=True)
    assert not bad.any(), f"{int(bad.sum())} differ, first {got[bad][0]!r} for {wanted[bad][0]!r} at {np.argmax(bad)}"


@pytest.mark.parametrize("name", BATTERY)
def test_battery_equals_numpy(name: str, in_node: dict[str, list[float]]) -> None:
    expression = BATTERY[name].xreplace({sp.Symbol("x"): x, sp.Symbol("y"): y})
    columns = np.array(POINTS).T
    wanted = Function("test", "expr", expression, {x: "v0", y: "v1"})({}, *columns)
    if name in ("gamma", "factorial"):
        usable = np.abs(columns[0]) < 30  # beyond, C's own values and the poles' neighbourhood: see PRECISE
        assert_equal(np.array(in_node[name])[usable], wanted[usable], 1e-12)
    else:
        assert_equal(np.array(in_node[name], dtype=float), wanted)


def test_battery_is_large_enough() -> None:
    assert len(BATTERY) >= 60


@pytest.mark.parametrize("name", PRECISE)
def test_special_functions_equal_mpmath(name: str) -> None:
    reference, points = PRECISE[name]
    compiled = compile_function(getattr(sp, name)(x), {x: "v0"}, ["v0"])
    got = np.array(run([(compiled, [[float(p)] for p in points])])[0])
    with mpmath.workdps(50):
        wanted = np.array([float(mpmath.re(reference(mpmath.mpf(float(p))))) for p in points])
    assert_equal(got, wanted, 1e-13 if name.startswith("erf") else 1e-12)


def test_special_functions_at_the_ends() -> None:
    ends = [[math.inf], [-math.inf], [math.nan], [0.0]]
    jobs = [(compile_function(f(x), {x: "v0"}, ["v0"]), ends) for f in (sp.erf, sp.erfc, sp.gamma, sp.sinc)]
    erf, erfc, gamma, sinc = run(jobs)
    np.testing.assert_equal(erf, [1, -1, math.nan, 0])
    np.testing.assert_equal(erfc, [0, 2, math.nan, 1])
    np.testing.assert_equal(gamma, [math.inf, math.nan, math.nan, math.nan])
    np.testing.assert_equal(sinc[3], 1)


def test_powers_follow_c_where_javascript_differs() -> None:
    calls = [[1.0, math.nan], [1.0, math.inf], [-1.0, math.inf], [math.nan, 0.0], [-8.0, 1 / 3]]
    got = run([(compile_function(x**y, {x: "v0", y: "v1"}, ["v0", "v1"]), calls)])[0]
    with np.errstate(all="ignore"):
        np.testing.assert_equal(got, [np.power(*map(np.float64, c)) for c in calls])


def test_the_three_silently_wrong_cases_of_sympy() -> None:
    """x**(1/3) and cbrt on the negative axis, a number symbol: FINDINGS.md."""
    root, cbrt, golden = (
        compile_function(e, {x: "v0"}, ["v0"]) for e in (x ** R(1, 3), sp.cbrt(x), sp.GoldenRatio * x)
    )
    assert "var" not in golden["body"]
    results = run([(root, [[-8.0], [8.0]]), (cbrt, [[-8.0], [8.0]]), (golden, [[2.0]])])
    np.testing.assert_allclose(results[0], [math.nan, 2.0])
    np.testing.assert_allclose(results[1], [math.nan, 2.0])
    np.testing.assert_allclose(results[2], [2 * 1.618033988749895], rtol=1e-15)


def test_vector_outputs_share_subexpressions() -> None:
    compiled = compile_function([sp.tanh(k * x), 1 - sp.tanh(k * x) ** 2], {k: "p[0]", x: "v0"}, ["p", "v0"])
    assert compiled["args"] == ["p", "v0"]
    assert compiled["body"].count("Math.tanh") == 1
    wanted = [math.tanh(0.5), 1 - math.tanh(0.5) ** 2]
    assert run([(compiled, [[[2.0], 0.25]])])[0][0] == pytest.approx(wanted, rel=1e-15, abs=0)


def test_helpers_only_where_used() -> None:
    assert compile_function(sp.exp(x), {x: "v0"}, ["v0"])["body"] == "return Math.exp(v0);"
    assert "expsq" in compile_function(sp.erf(x), {x: "v0"}, ["v0"])["body"]


f = sp.Function("f")
REJECTED = {
    "derivative": (sp.Derivative(f(x), x), "doit"),
    "integral": (sp.Integral(sp.exp(x**2), x), "doit"),
    "sum": (sp.Sum(x**k, (k, 0, 9)), "doit"),
    "undefined function": (f(x) + 1, "substitute its definition"),
    "complex": (sp.sqrt(-1 - sp.Integer(1)) * x, "real=True"),
    "log gamma": (sp.loggamma(x), "loggamma"),
    "bessel": (sp.besselj(0, x), "besselj"),
    "digamma": (sp.digamma(x), "polygamma"),
    "zeta": (sp.zeta(x), "zeta"),
    "dirac": (sp.DiracDelta(x), "leave it out"),
    "matrix symbol": (sp.MatrixSymbol("A", 2, 2)[0, 0] + x, "MatrixElement"),
    "indexed": (sp.IndexedBase("a")[k] + x, "Indexed"),
    "unknown symbol": (x + sp.Symbol("q"), "got q"),
    "same name": (x + sp.Symbol("x"), "other assumptions"),
    "infinite": (sp.zoo + x, "real"),
}  # fmt: skip


@pytest.mark.parametrize("name", REJECTED)
def test_unsupported_is_rejected_by_name(name: str) -> None:
    expression, words = REJECTED[name]
    with pytest.raises(ValueError, match="javascript: ") as caught:
        compile_function(expression, {x: "v0"}, ["v0"])
    assert words in str(caught.value)
