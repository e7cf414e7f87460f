"""Derivations, what a claim shows, and that it shows the same in every process."""

import contextlib
import doctest
import importlib
import io
import json
import os
import pkgutil
import subprocess
import sys

import pytest
import sympy as sp
from IPython.core.interactiveshell import InteractiveShell
from sympy import Derivative as D

import dlmath_lib.verify
from dlmath_lib.verify import Claim, ClaimFailed, Derivation, prove
from dlmath_lib.verify.printing import latex, plain, pretty_name
from dlmath_lib.verify.text import latex_text

x, y, h, a, b = sp.symbols("x y h a b", real=True)
s = sp.Symbol("s", positive=True)
sigma, f = sp.symbols("sigma f", cls=sp.Function)
logistic = {sigma(x): 1 / (1 + sp.exp(-x))}
MIME = "application/vnd.dlmath.claim+json"


def slope_of_a_product():
    chain = Derivation(D(x**2 * sp.exp(x), x), name="a product", label="eq-product")
    chain = chain.step(2 * x * sp.exp(x) + x**2 * sp.exp(x), because="product rule")
    return chain.step(x * (x + 2) * sp.exp(x), because="factor: 100 % of x")


def test_a_derivation_keeps_its_steps_and_never_changes():
    start = Derivation(D(x**2, x))
    longer = start.step(2 * x, because="power rule")
    assert start.steps == () and start.rhs == D(x**2, x)
    assert longer.rhs == 2 * x
    assert longer.claim.statement == "d/dx [x²] = 2·x"
    assert longer.claim.points == 40
    assert longer.claim.method == "proved in one step"


def test_a_derivation_shows_its_reasons():
    claim = slope_of_a_product().claim
    assert claim.kind == "derivation"
    assert claim.method == "each of 2 steps proved"
    assert claim.latex.startswith(r"\begin{aligned} \frac{d}{d x} \left(x^{2} e^{x}\right) &= ")
    assert r"&& \text{factor: 100 \% of x} \end{aligned}" in claim.latex
    assert [step["because"] for step in claim.steps] == ["product rule", "factor: 100 % of x"]
    assert repr(slope_of_a_product()).splitlines()[1:] == [
        "  d/dx [x²·exp(x)]",
        "    = x²·exp(x) + 2·x·exp(x)    (product rule)",
        "    = x·exp(x)·(x + 2)    (factor: 100 % of x)",
    ]


def test_a_wrong_step_is_named():
    chain = Derivation(D(sigma(x), x), given=logistic)
    with pytest.raises(ClaimFailed, match=r"step 1 \(quotient rule\): false: σ′\(x\) = .*\n  at x = 1\n"):
        chain.step(-sp.exp(-x) / (1 + sp.exp(-x)) ** 2, because="quotient rule")
    right = chain.step(sp.exp(-x) / (1 + sp.exp(-x)) ** 2, because="quotient rule")
    with pytest.raises(ClaimFailed, match="step 2"):
        right.step(sigma(x) * (1 + sigma(x)), because="definition of σ")
    assert right.step(sigma(x) * (1 - sigma(x)), because="definition of σ").claim.error == "1e-40"


def test_two_wrong_steps_do_not_make_a_right_one():
    with pytest.raises(ClaimFailed, match="step 1"):
        Derivation(x + 1).step(x + 2, because="wrong").step(x + 1, because="wrong again")


def test_inequalities_in_one_direction():
    chain = Derivation(2 * x * y).step_le(x**2 + y**2, because="(x − y)² ≥ 0")
    chain = chain.step((x + y) ** 2 - 2 * x * y, because="expand").step_lt(x**2 + y**2 + 1, because="0 < 1")
    assert chain.relation == "<"
    assert chain.claim.statement == "2·x·y < x² + y² + 1"
    assert chain.claim.error is None
    with pytest.raises(ValueError, match="in one direction"):
        chain.step_ge(x**2, because="the other way")
    with pytest.raises(ClaimFailed, match="step 1"):
        Derivation(x).step_ge(x**2, because="only between 0 and 1")
    assert Derivation(x, where={x: (0, 1)}).step_ge(x**2, because="x ≤ 1").relation == ">="
    assert Derivation(x**2 + 1).step_gt(0, because="a square plus one").relation == ">"


def test_a_derivation_from_the_definition():
    quotient = ((x + h) ** 2 - x**2) / h
    chain = (
        Derivation(sp.Limit(quotient, h, 0))
        .step(sp.Limit((2 * x * h + h**2) / h, h, 0), because="expand the square")
        .step(sp.Limit(2 * x + h, h, 0), because="divide by h ≠ 0")
        .step(2 * x, because="let h go to 0")
    )
    assert chain.rhs == 2 * x


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_needed(reason):
    with pytest.raises(ValueError, match="because must be words"):
        Derivation(x).step(x, because=reason)


def test_a_forgotten_reason_is_told_how_to_write_it():
    with pytest.raises(ValueError, match=r'because must be words, got .*as in \.step\(2\*x, because="power rule"\)'):
        Derivation(x + x).step(2 * x)


def test_a_reason_is_a_string_and_a_chain_has_steps():
    with pytest.raises(TypeError, match="because must be a string"):
        Derivation(x).step(x, because=None)
    with pytest.raises(ValueError, match="must have a step"):
        _ = Derivation(x).claim
    assert repr(Derivation(x)) == "Derivation of x, no step yet"


def test_the_bundle_of_a_claim():
    claim = prove(D(sigma(x), x), sigma(x) * (1 - sigma(x)), given=logistic, name="slope", label="eq-slope")
    bundle = claim._repr_mimebundle_()
    assert list(bundle) == ["text/plain", "text/markdown", MIME]
    assert (
        bundle["text/plain"]
        == "✓ slope: σ′(x) = σ(x)·(1 − σ(x)), with σ(x) = 1/(1 + exp(−x)): proved; 200 points, certified to 1e-40"
    )
    assert bundle[MIME] == {
        "kind": "proved",
        "statement": "σ′(x) = σ(x)·(1 − σ(x))",
        "latex": r"\sigma'{\left(x \right)} = \sigma{\left(x \right)} \left(1 - \sigma{\left(x \right)}\right)",
        "name": "slope",
        "label": "eq-slope",
        "method": "proved",
        "evidence": "200 points, certified to 1e-40",
        "points": 200,
        "error": "1e-40",
        "because": None,
        "steps": [],
        "hypotheses": [
            {
                "kind": "with",
                "statement": "σ(x) = 1/(1 + exp(−x))",
                "latex": r"\sigma{\left(x \right)} = \frac{1}{1 + e^{- x}}",
            }
        ],
        "of": [],
        "functions": [],
        "outside": "",
    }


def test_markdown_is_a_quotation_that_any_host_typesets():
    lines = prove(x**2 + 1, 0, relation=">", name="a_b < c", where={x: (0, 1)})._repr_mimebundle_()["text/markdown"]
    assert lines.splitlines() == [
        r"> ✓ **Proved** · **a\_b &lt; c** · *200 points, certified*",
        ">",
        r"> $\displaystyle x^{2} + 1 > 0$",
        ">",
        "> for $0 < x < 1$",
    ]
    chain = slope_of_a_product().claim._repr_mimebundle_()["text/markdown"]
    assert chain.count("$") == 2
    assert r"\begin{aligned}" in chain


def test_names_that_are_words_stand_upright():
    relu = sp.Function("ReLU")
    assert latex(D(relu(x), x)) == r"\operatorname{ReLU}'{\left(x \right)}"
    assert latex(sp.Subs(D(relu(x), x), x, 0)) == r"\operatorname{ReLU}'{\left(0 \right)}"
    assert latex(D(f(x), x)) == r"f'{\left(x \right)}"
    entries = sp.MatrixSymbol("z", 3, 1).applyfunc(relu)
    assert latex(entries).startswith(r"\operatorname{ReLU}")
    assert plain(entries).startswith("ReLU(")


def test_rows_of_fractions_do_not_touch():
    assert latex(sp.Matrix([x / y, y])).count(r"\\[0.6em]") == 1
    assert "[0.6em]" not in latex(sp.Matrix([x, y]))


def test_a_claim_cannot_be_changed():
    claim = prove(x, x)
    assert isinstance(claim, Claim)
    with pytest.raises(AttributeError):
        claim.statement = "x = 1"


def test_a_notebook_shows_what_failed_and_in_which_line_without_the_stack():
    shell = InteractiveShell()
    cell = 'from dlmath_lib.verify import Derivation\nimport sympy as sp\nx = sp.Symbol("x", real=True)\n'
    shell.run_cell(cell, silent=True)
    with io.StringIO() as out, contextlib.redirect_stdout(out):
        shell.run_cell('chain = Derivation((x + 1)**2)\nchain.step(x**2 + 1, because="squares")')
        said = out.getvalue().strip().splitlines()
    assert said[0].startswith("✗ step 1 (squares): false: (x + 1)² = x² + 1")
    assert said[-1] == 'line 2 of the cell:  chain.step(x**2 + 1, because="squares")'
    assert not any("Traceback" in line or ".py" in line for line in said)


def test_outside_a_notebook_the_stack_is_as_ever():
    try:
        prove(x, x + 1)
    except ClaimFailed as error:
        shown = error._render_traceback_()
    assert "Traceback" in shown[0] and "test_verify_claims.py" in "".join(shown)


def test_claims_failed_are_assertion_errors():
    assert issubclass(ClaimFailed, AssertionError)


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (1 / (1 + sp.exp(-x)), "1/(1 + exp(−x))"),
        (sp.Limit((f(x + h) - f(x)) / h, h, 0), "lim[h→0⁺] (f(x + h) − f(x))/h"),
        (sp.Integral(f(x), (x, a, b)), "∫[x = a…b] f(x) dx"),
        (sp.Sum(f(x), (x, 1, 3)), "Σ[x = 1…3] f(x)"),
        (-x / 2, "−x/2"),
        (x * y / (3 * s), "x·y/(3·s)"),
        (sp.Rational(-1, 2), "−1/2"),
        (sp.sqrt(2 * sp.pi), "√(2·π)"),
        (sp.sqrt(x + 1), "√(x + 1)"),
        (x**-2, "1/x²"),
        (x**a, "x^a"),
        ((x + y) ** 2, "(x + y)²"),
        ((-x) ** sp.Symbol("n"), "(−x)ⁿ"),
        (sp.Mul(2, x + 1, evaluate=False), "2·(x + 1)"),
        (sp.Piecewise((0, x < 0), (x, True)), "{0 if x < 0; x otherwise}"),
        (sp.Max(0, x), "max(0, x)"),
        (sp.Abs(x), "|x|"),
        (D(f(x, y), x, y), "∂²/∂x∂y f(x, y)"),
        (D(f(x), x, 2), "f′′(x)"),
        (sp.Subs(D(f(y), y), y, 2 * x), "f′(2·x)"),
        (sp.Matrix([[x, 1], [0, y]]), "[x, 1; 0, y]"),
        (sp.Symbol("lambda_1"), "λ₁"),
    ],
)
def test_plain_text(expr, text):
    assert plain(expr) == text


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (x / 2, r"\frac{x}{2}"),
        (-(x**2) * y / (3 * s), r"- \frac{x^{2} y}{3 s}"),
        (sp.Mul(2, x + 1, evaluate=False), r"2 \left(x + 1\right)"),
        (x * (x + 1), r"x \left(x + 1\right)"),
        (sp.Mul(x, -y, evaluate=False), r"x \left(- y\right)"),
        (2 * sp.Integer(3) ** x, r"2 \cdot 3^{x}"),
        (D(sigma(x), x), r"\sigma'{\left(x \right)}"),
        (D(f(x), (x, 4)), r"f^{(4)}{\left(x \right)}"),
        (sp.Subs(D(f(y), y), y, 2 * x), r"f'{\left(2 x \right)}"),
        (sp.Add(x, sp.Mul(-1, y + 1, evaluate=False), evaluate=False), r"x - \left(y + 1\right)"),
        (1 / x, r"\frac{1}{x}"),
        (D(x * f(x), x), r"\frac{d}{d x} \left(x f{\left(x \right)}\right)"),
        (D(1 / f(x), x), r"\frac{d}{d x} \frac{1}{f{\left(x \right)}}"),
        (2 * x * sp.Symbol("dx"), r"2 x \, dx"),
        (sp.Mul(x, x, evaluate=False), r"x \cdot x"),
        (sp.Symbol("lambda_max") * x, r"\lambda_{\max} x"),
    ],
)
def test_latex(expr, text):
    assert latex(expr) == text


def test_names_and_words():
    assert pretty_name("w_ij") == "wᵢⱼ"
    assert pretty_name("x1") == "x₁"
    assert pretty_name("theta_hat") == "θₕₐₜ"
    assert latex_text("a_b & {c} ≤ $d") == r"a\_b \& \{c\} $\leq$ \$d"


EVERYTHING = """
import json
import numpy as np, sympy as sp
from sympy import Derivative as D
from dlmath_lib.verify import Derivation, agree, gradient, prove, refute
x, y, z = sp.symbols("x y z", real=True); n, m = sp.symbols("n m", integer=True, positive=True)
X, w = sp.MatrixSymbol("X", n, m), sp.MatrixSymbol("w", m, 1)
A, B = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 2, 2)
f, g = sp.symbols("f g", cls=sp.Function)
claims = [
    prove(D(f(x) * g(x), x), f(x) * D(g(x), x) + g(x) * D(f(x), x)),
    prove(D(sp.Trace(w.T * X.T * X * w), w), 2 * X.T * X * w),
    prove(sp.Max(x, y, z), sp.Max(z, sp.Max(y, x)), name="order"),
    prove(sp.Piecewise((x, (x > 0) & (x < 2)), (0, True)), sp.Piecewise((0, (x <= 0) | (x >= 2)), (x, True))),
    prove(x**2 + y**2 + z**2, x*y + y*z + z*x, relation=">="),
    Derivation(sp.sin(x + y)).step(sp.sin(x)*sp.cos(y) + sp.cos(x)*sp.sin(y), because="addition theorem").claim,
    agree(np.hypot, sp.sqrt(x**2 + y**2), {x: (-3, 3), y: (-3, 3)}),
    gradient(np.tanh, lambda g, x: g * (1 - np.tanh(x) ** 2), [0.3, -1.0]),
    refute(sp.sin(x + y), sp.sin(x) + sp.sin(y)),
    refute(A * B, B * A),
]
bundles = json.dumps([claim._repr_mimebundle_() for claim in claims], ensure_ascii=True)
"""


def test_bundles_are_the_same_in_every_process():
    """In a new one with another seed of hashes as in this one, after all that it has done."""
    here: dict[str, str] = {}
    exec(EVERYTHING, here)
    other = {**os.environ, "PYTHONHASHSEED": "4242"}
    command = [sys.executable, "-c", EVERYTHING + "print(bundles)"]
    assert (
        subprocess.run(command, env=other, capture_output=True, text=True, check=True).stdout == here["bundles"] + "\n"
    )
    for bundle in json.loads(here["bundles"]):
        assert set(bundle) == {"text/plain", "text/markdown", MIME}


@pytest.mark.parametrize("module", sorted(m.name for m in pkgutil.iter_modules(dlmath_lib.verify.__path__)))
def test_the_examples_in_the_docstrings(module):
    result = doctest.testmod(importlib.import_module(f"dlmath_lib.verify.{module}"))
    assert result.failed == 0


def test_only_numpy_sympy_and_mpmath_are_imported():
    code = (
        "import sys, dlmath_lib.verify, dlmath_lib.exercises\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'scipy', 'matplotlib', 'IPython', 'anywidget', 'sphinx'}))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
