"""The author's order, brackets and letters: in text and LaTeX, and that what is displayed is the checked object."""

import pickle
import random

import mpmath
import pytest
import sympy as sp
from sympy import Derivative as D

from dlmath_lib.verify import Derivation, in_order, partial, product, prove, quotient, total
from dlmath_lib.verify.numeric import evaluate
from dlmath_lib.verify.printing import latex, plain
from dlmath_lib.verify.written import unwritten
from tests.lib.read_back import read_latex, read_text

x, y, w, b, p, mu, z, a, yhat, c = sp.symbols("x y w b p mu z a yhat c", real=True)
w1, w2, x1, x2 = sp.symbols("w1 w2 x1 x2", real=True)
sigma = sp.Symbol("sigma", positive=True)
n, i = sp.symbols("n i", integer=True, positive=True)
f, phi = sp.symbols("f varphi", cls=sp.Function)
J1, J2 = sp.MatrixSymbol("J1", n, n), sp.MatrixSymbol("J2", n, n)
W, X = sp.MatrixSymbol("w", n, 1), sp.MatrixSymbol("x", n, 1)
ROOT = sp.sqrt(2 * sp.pi, evaluate=False)
BELL = sp.exp(-((x - mu) ** 2) / (2 * sigma**2))


@pytest.mark.parametrize(
    ("expr", "text", "tex"),
    [
        (in_order(W.T * X, b), "wᵀ·x + b", r"w^{\top} x + b"),
        (
            product(quotient(1, product(sigma, ROOT)), BELL),
            "(1/(σ·√(2·π)))·exp(−(x − μ)²/(2·σ²))",
            r"\frac{1}{\sigma \sqrt{2 \pi}} \exp\left(- \frac{\left(x - \mu\right)^{2}}{2 \sigma^{2}}\right)",
        ),
        (
            BELL / (sp.sqrt(2 * sp.pi) * sigma),
            "exp(−(x − μ)²/(2·σ²))/(σ·√(2·π))",
            r"\frac{\exp\left(- \frac{\left(x - \mu\right)^{2}}{2 \sigma^{2}}\right)}{\sigma \sqrt{2 \pi}}",
        ),
        (
            product(-1, 1 - y, sp.log(1 - p)),
            "−(1 − y)·log(1 − p)",
            r"- \left(1 - y\right) \log{\left(1 - p \right)}",
        ),
        (product(a - y, D(phi(z), z)), "(a − y)·φ′(z)", r"\left(a - y\right) \varphi'{\left(z \right)}"),
        ((a - y) * D(phi(z), z), "(a − y)·φ′(z)", r"\left(a - y\right) \varphi'{\left(z \right)}"),
        (
            product(2, yhat - y, partial(yhat - y, w)),
            "2·(ŷ − y)·(∂/∂w [ŷ − y])",
            r"2 \left(\hat{y} - y\right) \frac{\partial}{\partial w} \left(\hat{y} - y\right)",
        ),
        (in_order(sp.Identity(n), J1, J2, J2 * J1), "I + J₁ + J₂ + J₂·J₁", "I + J_{1} + J_{2} + J_{2} J_{1}"),
        (sp.Identity(n) + J1 + J2 + J2 * J1, "I + J₁ + J₂ + J₂·J₁", "I + J_{1} + J_{2} + J_{2} J_{1}"),
        (in_order(J2 * J1, J2), "J₂·J₁ + J₂", "J_{2} J_{1} + J_{2}"),
        (sp.OneMatrix(n, 1) * X.T, "𝟏·xᵀ", r"\mathbf{1} x^{\top}"),
        (sp.Symbol("epsilon"), "ε", r"\varepsilon"),
        (sp.Symbol("varepsilon"), "ε", r"\varepsilon"),
        (in_order(w1 * x1, w2 * x2, b), "w₁·x₁ + w₂·x₂ + b", "w_{1} x_{1} + w_{2} x_{2} + b"),
        (in_order(b, w * x), "b + w·x", "b + w x"),
        (D(x**2, x), "d/dx [x²]", r"\frac{d}{d x} x^{2}"),
        (D(sp.exp(a * x), x), "∂/∂x [exp(a·x)]", r"\frac{\partial}{\partial x} e^{a x}"),
        (total(sp.exp(a * x), x), "d/dx [exp(a·x)]", r"\frac{d}{d x} e^{a x}"),
        (partial(x**2, x), "∂/∂x [x²]", r"\frac{\partial}{\partial x} x^{2}"),
        (D(phi(z), a), "∂/∂a φ(z)", r"\frac{\partial}{\partial a} \varphi{\left(z \right)}"),
        (total(a, w), "da/dw", r"\frac{d a}{d w}"),
        (partial(a, w), "∂a/∂w", r"\frac{\partial a}{\partial w}"),
        (partial(f(x, y), x, y), "∂²/∂x∂y f(x, y)", r"\frac{\partial^{2}}{\partial x \partial y} f{\left(x,y \right)}"),
        (sp.Add(x, sp.Mul(-1, -1, evaluate=False), evaluate=False), "x − (−1)", r"x - \left(-1\right)"),
        (sp.Pow(4, -10, evaluate=False), "1/4¹⁰", r"\frac{1}{4^{10}}"),
        (
            sp.Sum(f(i), (i, 1, 3)) ** 2,
            "(Σ[i = 1…3] f(i))²",
            r"\left(\sum_{i=1}^{3} f{\left(i \right)}\right)^{2}",
        ),
        (sp.I * i, "ⅈ·i", r"\mathrm{i} i"),
        (
            product(partial(x * f(x), x), f(x)),
            "(∂/∂x [x·f(x)])·f(x)",
            r"\left(\frac{\partial}{\partial x} \left(x f{\left(x \right)}\right)\right) f{\left(x \right)}",
        ),
        (product(x, 1 / y, a), "(x/y)·a", r"\frac{x}{y} a"),
        (product(1 / y, x), "(1/y)·x", r"\frac{1}{y} x"),
        (quotient(in_order(x, 1), product(2, x)), "(x + 1)/(2·x)", r"\frac{x + 1}{2 x}"),
        (product(2, sp.Rational(1, 2), x), "2·(1/2)·x", r"2 \cdot \frac{1}{2} x"),
        (-product(1 - y, sp.log(p)), "−(1 − y)·log(p)", r"- \left(1 - y\right) \log{\left(p \right)}"),
        (in_order(x, -product(1 - y, p)), "x − (1 − y)·p", r"x - \left(1 - y\right) p"),
        (sp.Symbol("xbar"), "x̄", r"\bar{x}"),
        (sp.sqrt(2) / 2 * x, "x/√2", r"\frac{x}{\sqrt{2}}"),
        (
            in_order(sp.Sum(f(i), (i, 1, 3)), x),
            "(Σ[i = 1…3] f(i)) + x",
            r"\left(\sum_{i=1}^{3} f{\left(i \right)}\right) + x",
        ),
    ],
)  # fmt: skip
def test_a_formula_is_shown_as_the_text_would_write_it(expr, text, tex):
    assert plain(expr) == text
    assert latex(expr) == tex


def test_the_order_is_kept_even_where_it_is_sympys_own():
    # SymPy's order inside depends on the letters; the author's does not.
    for first, second in ((a, b), (b, a), (sp.exp(x), x), (x, sp.exp(x))):
        assert plain(in_order(first, second)) == f"{plain(first)} + {plain(second)}"
        assert plain(product(first, second)) == "·".join(plain(part) for part in (first, second))


def test_what_is_written_is_an_ordinary_expression():
    total_ = in_order(w * x, b)
    assert sp.expand(total_ - (b + w * x)) == 0
    assert total_.diff(x) == w
    assert total_.subs(x, 2) == b + 2 * w
    for expr in (product(x, -2), product(-1, x, y), product(-2, x), in_order(product(-1, x, y), product(x, -2))):
        negative = -expr
        assert unwritten(-negative - expr) == 0
        assert not (expr.could_extract_minus_sign() and (-expr).could_extract_minus_sign())
        assert sp.tanh(expr).diff(x) is not None  # tanh(−u) = −tanh(u): ends
    assert unwritten(sp.exp(total_)) == sp.exp(w * x + b)
    assert partial(x**2, x).doit() == 2 * x
    for expr in (total_, product(b, a), partial(a * x, x), quotient(b, a)):
        assert plain(pickle.loads(pickle.dumps(expr))) == plain(expr)


def test_it_survives_claims_and_derivations():
    claim = prove(product(2, in_order(w * x, b), x), 2 * w * x**2 + 2 * b * x)
    assert claim.statement.startswith("2·(w·x + b)·x = ")
    chain = Derivation(in_order(w * x, b)).step(in_order(product(x, w), b), because="commute")
    assert [step["statement"] for step in chain.claim.steps] == ["x·w + b"]
    assert prove(in_order(W.T * X, b), in_order(b, X.T * W)).statement == "wᵀ·x + b = b + xᵀ·w"


@pytest.mark.parametrize("function", [in_order, product])
def test_parts_are_expressions(function):
    with pytest.raises(TypeError, match="exact SymPy expression"):
        function(x, 0.5)
    with pytest.raises(TypeError, match="build it from symbols"):
        function("x")
    with pytest.raises(ValueError, match="at least one"):
        function()


LETTERS = {"x": x, "y": y, "a": a, "b": b, "n": n, "w₁": w1, "w_1": w1, "σ": sigma, "sigma": sigma, "c": c}
LEAVES = [x, y, a, b, c, w1, sigma, sp.Integer(2), sp.Integer(3), sp.Integer(-1), sp.Rational(1, 2), sp.pi]


def grown(rng, depth):
    """Return a random expression, in parts as its author wrote it, in parts in SymPy's order."""
    if depth == 0 or rng.random() < 0.12:
        return rng.choice(LEAVES)
    parts = [grown(rng, depth - 1) for _ in range(rng.choice([2, 2, 3]))]
    first, second = parts[:2]
    unevaluated = rng.random() < 0.3
    builders = [
        lambda: in_order(*parts),
        lambda: product(*parts),
        lambda: quotient(first, second),
        lambda: sp.Add(*parts, evaluate=not unevaluated),
        lambda: sp.Mul(*parts, evaluate=not unevaluated),
        lambda: first - second,
        lambda: first / second,
        lambda: sp.Pow(first, rng.choice([2, 3, -1, -2, n]), evaluate=not unevaluated),
        lambda: sp.sqrt(sp.Pow(first, 2, evaluate=False) + 1, evaluate=not unevaluated),
        lambda: rng.choice([sp.exp, sp.log, sp.sin])(sp.Pow(first, 2) + 1),
        lambda: sp.exp(-(second**2) / 3),
        lambda: sp.Abs(in_order(first, second), evaluate=False),
    ]
    return rng.choice(builders)()


def value(expr, at):
    return complex(evaluate(unwritten(expr), at, 30))


def test_what_is_displayed_is_the_checked_object():
    rng = random.Random(20261125)
    at = {x: 0.7, y: 1.3, a: 1.571, b: 2.25, n: 3, w1: 0.6, sigma: 1.2, c: 2.125}
    at = {letter: mpmath.mpf(number) for letter, number in at.items()}
    read = 0
    while read < 120:
        expr = grown(rng, rng.choice([1, 2, 3]))
        if expr.has(sp.zoo, sp.nan, sp.oo, sp.I):
            continue
        exact = value(expr, at)
        if not abs(exact) < 1e9:
            continue
        for shown, reader in ((plain(expr), read_text), (latex(expr), read_latex)):
            again = value(reader(shown, LETTERS), at)
            assert abs(again - exact) <= 1e-9 * max(1, abs(exact)), f"{sp.srepr(expr)}\n  is shown as {shown}"
        read += 1


def test_lengths_and_dot_products_are_named_by_their_vectors():
    length, dot, both = sp.Symbol("‖x‖", real=True), sp.Symbol("x·y", real=True), sp.Symbol("‖x − p‖", real=True)
    assert latex(length**2 - dot**2) == r"\Vert \mathbf{x}\Vert^{2} - \left(\mathbf{x}\cdot \mathbf{y}\right)^{2}"
    assert plain(in_order(length**2, -(dot**2), both)) == "‖x‖² − (x·y)² + ‖x − p‖"
    assert latex(sp.Symbol("‖x‖_∞")) == r"\Vert \mathbf{x}\Vert _\infty"


def test_a_diagonal_matrix_is_named():
    n = sp.Symbol("n", integer=True, positive=True)
    diagonal = sp.DiagMatrix(sp.MatrixSymbol("v", n, 1))
    assert plain(diagonal) == "diag(v)"
    assert latex(diagonal) == r"\operatorname{diag}\left(v\right)"


def test_a_power_of_a_difference_of_absolute_values_is_bracketed():
    assert plain((sp.Abs(x) - sp.Abs(y)) ** 2) == "(|x| − |y|)²"
    assert plain(sp.Abs(sp.Function("f")(x)) ** 2) == "|f(x)|²"
