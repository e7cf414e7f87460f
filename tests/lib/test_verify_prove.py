"""`prove` accepts what is true and rejects what is false, with the counterexample in its message."""

import pytest
import sympy as sp
from sympy import Derivative as D

from dlmath_lib.verify import ClaimFailed, prove

x, y, h, a, b, c, mu, t = sp.symbols("x y h a b c mu t", real=True)
s, k, q, r, alpha = sp.symbols("s k q r alpha", positive=True)
p = sp.Symbol("p", positive=True)
n = sp.Symbol("n", integer=True, positive=True)
i = sp.Symbol("i", integer=True)
sigma, f, g = sp.symbols("sigma f g", cls=sp.Function)
logistic = {sigma(x): 1 / (1 + sp.exp(-x))}
z = sp.symbols("z1:4", real=True)
total = sum(sp.exp(v) for v in z)
softmax = [sp.exp(v) / total for v in z]
X, Y = sp.IndexedBase("X", real=True), sp.IndexedBase("Y", real=True)

gaussian = sp.exp(-((x - mu) ** 2) / (2 * s**2)) / (s * sp.sqrt(2 * sp.pi))
phi = (1 + sp.erf(x / sp.sqrt(2))) / 2

TRUE = {
    "logistic slope": (D(sigma(x), x), sigma(x) * (1 - sigma(x)), {"given": logistic}),
    "second slope": (D(sigma(x), x, 2), sigma(x) * (1 - sigma(x)) * (1 - 2 * sigma(x)), {"given": logistic}),
    "reflection": (sigma(-x), 1 - sigma(x), {"given": logistic}),
    "tanh by logistic": (sp.tanh(x), 2 * sigma(2 * x) - 1, {"given": logistic}),
    "tanh slope": (D(sp.tanh(x), x), 1 - sp.tanh(x) ** 2, {}),
    "softplus slope": (D(sp.log(1 + sp.exp(x)), x), sigma(x), {"given": logistic}),
    "stable softplus": (sp.log(1 + sp.exp(x)), sp.Max(x, 0) + sp.log(1 + sp.exp(-sp.Abs(x))), {}),
    "gelu slope": (D(x * phi, x), phi + x * sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi), {}),
    "binary cross-entropy": (
        D(-y * sp.log(sigma(x)) - (1 - y) * sp.log(1 - sigma(x)), x), sigma(x) - y, {"given": logistic},
    ),
    "elu slope": (
        D(sp.Piecewise((x, x > 0), (a * (sp.exp(x) - 1), True)), x),
        sp.Piecewise((1, x > 0), (a * sp.exp(x), True)),
        {},
    ),
    "relu": (sp.Max(0, x), (x + sp.Abs(x)) / 2, {}),
    "relu slope, either value at the kink": (D(sp.Max(0, x), x), sp.Piecewise((1, x > 0), (0, True)), {}),
    "huber slope": (
        D(sp.Piecewise((x**2 / 2, sp.Abs(x) <= q), (q * (sp.Abs(x) - q / 2), True)), x), sp.Max(-q, sp.Min(q, x)), {},
    ),
    "softmax Jacobian": (
        sp.Matrix(3, 3, lambda u, v: D(softmax[u], z[v])),
        sp.diag(*softmax) - sp.Matrix(softmax) * sp.Matrix(softmax).T,
        {},
    ),
    "softmax shift": (sp.Matrix([e.xreplace({v: v + c for v in z}) for e in softmax]), sp.Matrix(softmax), {}),
    "quotient rule": (D(f(x) / g(x), x), (g(x) * D(f(x), x) - f(x) * D(g(x), x)) / g(x) ** 2, {}),
    "chain rule": (D(f(g(x)), x), sp.Subs(D(f(t), t), t, g(x)) * D(g(x), x), {}),
    "power rule": (D(x**n, x), n * x ** (n - 1), {}),
    "slope from the definition": (sp.Limit((sp.sin(x + h) - sp.sin(x)) / h, h, 0), sp.cos(x), {}),
    "e": (sp.Limit((1 + 1 / s) ** s, s, sp.oo), sp.E, {}),
    "left limit": (sp.Limit(sp.Abs(h) / h, h, 0, "-"), -1, {}),
    "binomial theorem": ((x + h) ** n, sp.Sum(sp.binomial(n, i) * x ** (n - i) * h**i, (i, 0, n)), {}),
    "exponential series": (sp.Sum(x**i / sp.factorial(i), (i, 0, sp.oo)), sp.exp(x), {}),
    "geometric series": (sp.Sum(x**i, (i, 0, sp.oo)), 1 / (1 - x), {"where": {x: (-1, 1)}}),
    "finite geometric sum": (sp.Sum(r**i, (i, 0, n - 1)), (1 - r**n) / (1 - r), {"where": {r: (0, 1)}}),
    "density": (sp.Integral(gaussian, (x, -sp.oo, sp.oo)), 1, {}),
    "fundamental theorem": (D(sp.Integral(f(t), (t, a, x)), x), f(x), {}),
    "log of a product": (sp.log(x * y), sp.log(x) + sp.log(y), {"where": {x: (0, sp.oo), y: (0, sp.oo)}}),
    "logit": (sp.log(p / (1 - p)), sp.log(p) - sp.log(1 - p), {"where": {p: (0, 1)}}),
    "root of a square": (sp.sqrt(x**2), x, {"where": {x: (0, sp.oo)}}),
    "slope of least squares": (
        D(sp.Sum((Y[i] - c * X[i]) ** 2, (i, 1, n)) / n, c), -2 / n * sp.Sum((Y[i] - c * X[i]) * X[i], (i, 1, n)), {},
    ),
    "plain symbols are real": (sp.sqrt(sp.Symbol("u") ** 2), sp.Abs(sp.Symbol("u")), {}),
}  # fmt: skip

BOUNDS = {
    "logistic slope": (D(sigma(x), x), "<=", sp.Rational(1, 4), {"given": logistic}),
    "arithmetic and geometric mean": ((s + k) / 2, ">=", sp.sqrt(s * k), {}),
    "Cauchy-Schwarz": (
        (z[0] ** 2 + z[1] ** 2 + z[2] ** 2) * (x**2 + y**2 + t**2), ">=", (z[0] * x + z[1] * y + z[2] * t) ** 2, {},
    ),
    "tangent of exp": (sp.exp(x), ">=", 1 + x, {}),
    "tangent of log": (sp.log(s), "<=", s - 1, {}),
    "tanh": (sp.tanh(x), "<", 1, {}),
    "sine": (sp.sin(x), "<=", 1, {}),
    "triangle": (sp.Abs(x + y), "<=", sp.Abs(x) + sp.Abs(y), {}),
    "relu is 1-Lipschitz": (sp.Abs(sp.Max(0, x) - sp.Max(0, y)), "<=", sp.Abs(x - y), {}),
    "contraction": (sp.Abs(1 - alpha * s), "<", 1, {"where": {alpha: (0, 1), s: (0, 2)}}),
    "entropy": (-p * sp.log(p) - (1 - p) * sp.log(1 - p), "<=", sp.log(2), {"where": {p: (0, 1)}}),
    "not equal": (sp.exp(x), "!=", 0, {}),
}  # fmt: skip

FALSE = {
    "sign": (D(sp.cos(x), x), sp.sin(x), {}),
    "factor": (D(x**2, x), x, {}),
    "factor two": (D(sp.tanh(x), x), 2 * (1 - sp.tanh(x) ** 2), {}),
    "missing term": (D(x * sp.exp(x), x), sp.exp(x), {}),
    "product of slopes": (D(f(x) * g(x), x), D(f(x), x) * D(g(x), x), {}),
    "chain rule without the inner slope": (D(f(g(x)), x), sp.Subs(D(f(t), t), t, g(x)), {}),
    "logistic": (D(sigma(x), x), sigma(x) * (1 + sigma(x)), {"given": logistic}),
    "wrong domain of a root": (sp.sqrt(x**2), x, {}),
    "wrong domain of a logarithm": (sp.log(x * y), sp.log(x) + sp.log(y), {}),
    "log of a square": (sp.log(x**2), 2 * sp.log(x), {}),
    "arctangent": (sp.atan(x) + sp.atan(1 / x), sp.pi / 2, {}),
    "right for x > 0 only": (sp.Max(0, x), x, {}),
    "sum of logs": (sp.log(1 + sp.exp(x)), x, {}),
    "softmax without its second term": (D(softmax[0], z[1]), 0, {}),
    "softmax Jacobian, diagonal only": (
        sp.Matrix(3, 3, lambda u, v: D(softmax[u], z[v])), sp.diag(*[e * (1 - e) for e in softmax]), {},
    ),
    "density without its factor": (sp.Integral(sp.exp(-(x**2) / 2), (x, -sp.oo, sp.oo)), 1, {}),
    "limit": (sp.Limit((sp.exp(h) - 1 - h) / h**2, h, 0), 1, {}),
    "series": (sp.Sum(x**i / sp.factorial(i), (i, 1, sp.oo)), sp.exp(x), {}),
    "sum over one index too few": (sp.Sum(X[i], (i, 1, n)), sp.Sum(X[i], (i, 1, n - 1)), {}),
    "mean of a product": (
        sp.Sum(X[i] * Y[i], (i, 1, n)) / n, sp.Sum(X[i], (i, 1, n)) * sp.Sum(Y[i], (i, 1, n)) / n**2, {},
    ),
    "zero at every multiple of 1/1000": (sp.sin(1000 * sp.pi * x), 0, {}),
    "zero at the small whole numbers": (sp.Mul(*(x - j for j in range(-5, 6))), 0, {}),
    "equal to 30 digits": (x, x + sp.Rational(1, 10**30), {}),
    "equal to 60 digits": (x, x + sp.Rational(1, 10**60), {}),
    "tiny slope": (D(x**2 + x / sp.Integer(10) ** 35, x), 2 * x, {}),
    "far bump": (sp.Max(0, x - 10**6), 0, {}),
    "bound": (sp.exp(x), 1 + x + x**2 / 2, {"relation": ">="}),
    "bound too tight": (D(sigma(x), x), sp.Rational(6, 25), {"given": logistic, "relation": "<="}),
    "strict at equality": (x**2 + 1, 2 * x, {"relation": ">"}),
    "bound broken by a hair": (x**2, -sp.Rational(1, 10**50) + x**2, {"relation": "<="}),
}  # fmt: skip


@pytest.mark.parametrize("case", TRUE)
def test_true_equations_pass(case):
    lhs, rhs, options = TRUE[case]
    claim = prove(lhs, rhs, **options)
    assert claim.kind == "proved"
    assert claim.points >= 1
    assert claim.error in ("1e-40", "1e-25")


@pytest.mark.parametrize("case", BOUNDS)
def test_true_inequalities_pass(case):
    lhs, relation, rhs, options = BOUNDS[case]
    assert prove(lhs, rhs, relation=relation, **options).error is None


@pytest.mark.parametrize("case", FALSE)
def test_false_statements_are_rejected(case):
    lhs, rhs, options = FALSE[case]
    with pytest.raises(ClaimFailed) as caught:
        prove(lhs, rhs, **options)
    text = str(caught.value)
    if case == "far bump":
        assert text.startswith("not proved")
        assert "agreement at points proves nothing" in text
    else:
        assert text.startswith("false: ")
        assert "left side  =" in text
        assert "right side =" in text


@pytest.mark.parametrize("case", TRUE)
def test_a_true_equation_spoilt_is_rejected(case):
    lhs, rhs, options = TRUE[case]
    size = getattr(rhs, "shape", None)
    spoilt = [rhs * 2, -rhs, rhs + (sp.ones(*size) if size else 1)] if rhs != 0 else [rhs + 1]
    for wrong in spoilt:
        with pytest.raises(ClaimFailed):
            prove(lhs, wrong, **options)


def test_the_counterexample_is_the_simplest_and_is_right():
    with pytest.raises(ClaimFailed) as caught:
        prove(sp.sqrt(x**2), x)
    assert str(caught.value) == ("false: |x| = x\n  at x = −1\n  left side  = 1\n  right side = −1\n  difference = 2")


def test_a_wrong_domain_comes_with_a_hint():
    with pytest.raises(ClaimFailed, match=r"meant for positive x only\? Then say so: where=\{x: \(0, oo\)\}"):
        prove(sp.log(x**2), 2 * sp.log(x))


def test_luck_at_every_sampled_point_is_not_enough():
    bump = sp.Max(0, x**2 - 10**18)
    with pytest.raises(ClaimFailed, match="not proved"):
        prove(sp.sin(x) ** 2 + bump, sp.sin(x) ** 2)


def test_kinks_are_looked_at():
    bump = sp.Piecewise((0, x < 10**9), (x, True))
    with pytest.raises(ClaimFailed, match=r"false: .*\n  at x = 1000000000"):
        prove(sp.sin(x) ** 2 + bump, sp.sin(x) ** 2)
    with pytest.raises(ClaimFailed, match=r"false: .*\n  at x = 0.333333333333"):
        prove(sp.Heaviside(3 * x - 1, 0), sp.Heaviside(3 * x - 1, 1))


def test_a_statement_without_values_is_not_checked():
    with pytest.raises(ClaimFailed, match="at only 0 of 2 points: an indefinite integral or sum has no value"):
        prove(sp.Integral(x, x), x**2 / 2)
    with pytest.raises(ClaimFailed, match="the series is not seen to converge"):
        prove(sp.Sum(1 / i, (i, 1, sp.oo)), 13)


def test_relational_objects_and_aliases():
    assert prove(sp.Eq(sp.sin(x) ** 2, 1 - sp.cos(x) ** 2)).statement == "sin(x)² = 1 − cos(x)²"
    assert prove(x**2 + y**2, 2 * x * y, relation="≥").statement == "x² + y² ≥ 2·x·y"
    assert prove(sp.Ge(x**2 + y**2, 2 * x * y)).statement == "x² + y² ≥ 2·x·y"


def test_definitions_refer_to_one_another_and_leave_bound_symbols_alone():
    u, v = sp.symbols("u v", cls=sp.Function)
    claim = prove(D(u(x), x), 2 * v(x) * D(v(x), x), given={u(x): v(x) ** 2, v(x): sp.sin(x)})
    assert claim.statement == "u′(x) = 2·v(x)·v′(x)"
    w = sp.Symbol("w", real=True)
    assert prove(D(sigma(w), w), sigma(w) * (1 - sigma(w)), given={**logistic, w: a * x + b}).points == 200
    with pytest.raises(ValueError, match="definitions that end"):
        prove(u(x), v(x), given={u(x): v(x) + 1, v(x): u(x)})


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        (("x", x), {}, TypeError, "prove: lhs must be a SymPy expression, got 'x'"),
        ((x, 0.5), {}, ValueError, r"rhs must be exact, without floating-point numbers.*Rational\(1, 2\)"),
        ((x, sp.nan), {}, ValueError, "rhs must be defined"),
        ((x,), {}, TypeError, "rhs must be given"),
        ((sp.true,), {}, TypeError, "SymPy has evaluated it"),
        ((x, [1, 2]), {}, TypeError, "rhs must be a SymPy expression or matrix"),
        ((x, x), {"where": {y: (0, 1)}}, ValueError, r"about the symbols of the statement \(x\), got y"),
        ((x, x), {"where": {x: (1, 0)}}, ValueError, "low < high"),
        ((x, x), {"where": {x: 3}}, TypeError, r"\(low, high\) for x"),
        ((x, x), {"where": [x]}, TypeError, "a mapping"),
        ((s, s), {"where": {s: (-2, -1)}}, ValueError, "assumptions allow"),
        ((x, x), {"points": 0}, ValueError, "points must be a positive integer"),
        ((x, x), {"points": 2.5}, TypeError, "points must be an integer"),
        ((x, x), {"relation": "~"}, ValueError, "relation must be one of"),
        ((x, x), {"name": 3}, TypeError, "name must be a string"),
        ((x, x), {"name": " "}, ValueError, "name must be words"),
        ((x, x), {"label": "Eq 1"}, ValueError, "label must be lower-case words joined by hyphens"),
        ((x, x), {"given": [1]}, TypeError, "given must be a mapping"),
        ((x, x), {"given": {sigma(2): 1}}, ValueError, "functions of distinct symbols"),
        ((x, x), {"given": {sp.sin(x): 1}}, TypeError, r"from f\(x\) or symbols"),
        ((sp.eye(2), sp.eye(2)), {"relation": "<="}, ValueError, "'=' between matrices"),
    ],
)
def test_arguments_that_state_nothing(arguments, options, error, words):
    with pytest.raises(error, match=words):
        prove(*arguments, **options)


def test_areas_under_a_normal_density_need_no_search(monkeypatch):
    t, z, m = sp.symbols("t z m", real=True)
    s = sp.Symbol("s", positive=True)
    density = sp.exp(-((t - m) ** 2) / (2 * s**2)) / (s * sp.sqrt(2 * sp.pi))
    left, right = sp.Integral(density, (t, -sp.oo, z)), sp.Integral(density, (t, z, sp.oo))
    share = (1 + sp.erf((z - m) / (s * sp.sqrt(2)))) / 2
    monkeypatch.setattr(sp.Integral, "doit", lambda *_, **__: pytest.fail("SymPy searched for an integral"))
    prove(left, share, points=20)
    prove(right, 1 - share, points=20)
    for wrong in (1 - share, (1 + sp.erf((z - m) / s)) / 2, (1 + sp.erf((m - z) / (s * sp.sqrt(2)))) / 2, 2 * share):
        with pytest.raises(ClaimFailed, match=r"^false: "):
            prove(left, wrong, points=20)
