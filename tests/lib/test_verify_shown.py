"""A claim shows its hypotheses; definitions and families have their own frames."""

import re

import numpy as np
import pytest
import scipy.special
import sympy as sp
from sympy import Derivative as D

from dlmath_lib import activations
from dlmath_lib.verify import Claim, ClaimFailed, Derivation, agree, define, family, gradient, prove, refute
from dlmath_lib.verify.hypotheses import hypotheses

x, z, m, h, a, b = sp.symbols("x z m h a b", real=True)
n, k = sp.symbols("n k", integer=True, positive=True)
s = sp.Symbol("s", positive=True)
f, g, sigma = sp.symbols("f g sigma", cls=sp.Function)
logistic = {sigma(z): 1 / (1 + sp.exp(-z))}


def shown(claim):
    return [h.statement for h in claim.hypotheses]


def test_the_domain_is_part_of_what_is_shown():
    claim = prove(sp.Max(0, z), m * z, relation=">=", where={m: (0, 1)})
    assert str(claim).startswith("✓ max(0, z) ≥ m·z, for 0 < m < 1: proved")
    assert claim.record()["hypotheses"] == [{"kind": "for", "statement": "0 < m < 1", "latex": "0 < m < 1"}]
    assert shown(prove(sp.sqrt(x**2), x, where={x: (0, sp.oo)})) == ["x > 0"]
    assert shown(prove(x + 1, 1 + x)) == []


@pytest.mark.parametrize(
    ("symbol", "interval", "text", "latex"),
    [
        (s, None, "s > 0", "s > 0"),
        (sp.Symbol("t", nonnegative=True), None, "t ≥ 0", r"t \geq 0"),
        (sp.Symbol("t", negative=True), None, "t < 0", "t < 0"),
        (sp.Symbol("t", nonpositive=True), (-1, 5), "−1 < t ≤ 0", r"-1 < t \leq 0"),
        (sp.Symbol("t", real=True, nonzero=True), None, "t ≠ 0", r"t \neq 0"),
        (sp.Symbol("t", real=True, nonzero=True), (-1, 1), "−1 < t < 1, ≠ 0", r"-1 < t < 1,\ \neq 0"),
        (sp.Symbol("t", integer=True), None, "t ∈ ℤ", r"t \in \mathbb{Z}"),
        (n, None, "n ∈ {1, 2, …}", r"n \in \{1, 2, \dots\}"),
        (sp.Symbol("t", integer=True, nonnegative=True), None, "t ∈ {0, 1, …}", r"t \in \{0, 1, \dots\}"),
        (sp.Symbol("t", integer=True, negative=True), None, "t ∈ {…, −2, −1}", r"t \in \{\dots, -2, -1\}"),
        (n, (0, 5), "n ∈ {1, …, 4}", r"n \in \{1, \dots, 4\}"),
        (sp.Symbol("t", complex=True), None, "t ∈ ℂ", r"t \in \mathbb{C}"),
        (x, (-sp.oo, 3), "x < 3", "x < 3"),
        (x, (0, sp.pi / 2), "0 < x < π/2", r"0 < x < \frac{\pi}{2}"),
        (s, (-1, 2), "0 < s < 2", "0 < s < 2"),
    ],
)
def test_each_kind_of_letter(symbol, interval, text, latex):
    found = hypotheses([symbol + 1], {} if interval is None else {symbol: interval})
    assert [(h.kind, h.statement, h.latex) for h in found] == [("for", text, latex)]


def test_letters_with_one_condition_share_it():
    t = sp.Symbol("t", positive=True)
    assert [h.statement for h in hypotheses([s * t + a], None)] == ["s, t > 0"]


def test_definitions_that_are_used_are_shown_and_no_others():
    unused = {g(z): z**2, **logistic}
    assert shown(prove(sigma(-z), 1 - sigma(z), given=unused)) == ["σ(z) = 1/(1 + exp(−z))"]
    through = {f(z): z * sigma(z), **logistic}
    assert shown(prove(f(z), z * sigma(z), given=through)) == ["f(z) = z·σ(z)", "σ(z) = 1/(1 + exp(−z))"]
    # The letters of a definition have their domain too.
    assert shown(prove(f(z), s * z, given={f(z): s * z})) == ["s > 0", "f(z) = s·z"]


def test_a_letter_of_a_definition_keeps_its_condition_where_it_cancels():
    u, v = sp.symbols("u v", positive=True)
    peak, left, right, t = sp.symbols("A l r t", real=True)
    given = {left: peak - u, right: peak - v}
    claim = prove(sp.Max(peak, left, right), peak, given=given)
    assert ", for u, v > 0, with l = A − u, r = A − v" in str(claim)
    # The argument of a function's formula is no letter of the statement.
    square, x = sp.Function("f"), sp.Symbol("x", positive=True)
    assert [h.statement for h in hypotheses([square(t), t**2], given={square(x): x**2})] == ["f(x) = x²"]


def test_open_functions_are_smooth_where_that_matters():
    assert shown(prove(D(f(x) * g(x), x), f(x) * D(g(x), x) + g(x) * D(f(x), x))) == ["smooth f, g"]
    assert shown(prove(f(x) + f(x), 2 * f(x))) == []


def test_matrices_show_their_shapes_and_the_sizes_written_out():
    A, B = sp.MatrixSymbol("A", n, k), sp.MatrixSymbol("B", k, n)
    claim = prove((A * B).T, B.T * A.T)
    assert shown(claim) == ["A ∈ ℝ^(n×k)", "B ∈ ℝ^(k×n)"]  # proved for all sizes
    C = sp.MatrixSymbol("C", n, k)
    claim = prove(sp.HadamardProduct(A, C).T, sp.HadamardProduct(A.T, C.T))  # entry by entry
    assert claim.hypotheses[-1].kind == "sizes"
    assert "n = " in claim.hypotheses[-1].statement and "k = " in claim.hypotheses[-1].statement
    v = sp.MatrixSymbol("v", 3, 1)
    assert shown(prove(v.T * v, v.T * v)) == ["v ∈ ℝ^(3)"]


def test_derivations_refutations_and_comparisons_show_them_too():
    chain = Derivation(x, where={x: (0, 1)}).step_ge(x**2, because="x ≤ 1")
    assert shown(chain.claim) == ["0 < x < 1"]
    assert str(chain).splitlines()[-1] == "  for 0 < x < 1"
    assert shown(refute(sp.Symbol("t", positive=True) ** 2, 1)) == ["t > 0"]
    claim = agree(np.hypot, sp.sqrt(x**2 + z**2), {x: (-3, 3), z: (-3, 3)})
    assert shown(claim) == ["−3 ≤ x, z ≤ 3"]


def test_a_definition_is_shown_as_one():
    claim = define(sigma(z), 1 / (1 + sp.exp(-z)), name="sigmoid", label="eq-sigmoid")
    assert (claim.kind, claim.evidence, claim.checked) == ("definition", "", "")
    assert str(claim) == "≔ sigmoid: σ(z) := 1/(1 + exp(−z))"
    slope = define(D(f(x), x), sp.Limit((f(x + h) - f(x)) / h, h, 0, "+-"))
    assert slope.hypotheses == ()
    assert slope.statement == "f′(x) := lim[h→0] (f(x + h) − f(x))/h"
    assert define(s, sp.sqrt(x**2 + 1)).statement == "s := √(x² + 1)"
    assert define(sp.MatrixSymbol("w", 2, 1), sp.Matrix([a, b])).statement == "w := [a; b]"


@pytest.mark.parametrize(
    ("left", "right", "given", "match"),
    [
        (f(x), 1 + f(x), None, "must be free of f"),
        (f(x), g(x), {g(x): f(x) ** 2}, "must be free of f"),
        (s, s + 1, None, "must be free of s"),
        (D(f(x), x), 2 * D(f(x), x), None, "must be free of f′"),
        (f(x, x), x, None, "distinct letters"),
        (f(x), 0.5 * x, None, "exact"),
    ],
)
def test_circular_and_ill_formed_definitions_are_refused(left, right, given, match):
    with pytest.raises(ValueError, match=match):
        define(left, right, given=given)


@pytest.mark.parametrize("left", [x + 1, f(x + 1), sp.Integer(2), f(2 * x)])
def test_only_names_are_defined(left):
    with pytest.raises(TypeError, match="lhs must be a name"):
        define(left, x)


def test_a_definition_without_a_value_is_refused():
    with pytest.raises(ClaimFailed, match=r"not a definition: f\(x\) := .*\n  both sides have a value at only 0"):
        define(f(x), sp.Limit(x * sp.Abs(h) / h, h, 0, "+-"))


def rules():
    return [
        prove(D(x**2, x), 2 * x, name="square", label="eq-square"),
        prove(D(sp.log(s), s), 1 / s, name="logarithm"),
        Derivation(D(x**3, x), name="cube").step(3 * x**2, because="power rule"),
    ]


def test_a_family_is_one_frame_with_one_line_of_evidence():
    claim = family("rules", *rules(), label="eq-rules")
    assert isinstance(claim, Claim)
    lines = str(claim).splitlines()
    assert lines[0] == "✓ rules: 3 rows: 2 proved, 1 derived; at least 40 points each, certified to 1e-40"
    assert lines[1:3] == ["  square: d/dx [x²] = 2·x", "  logarithm: d/ds [log(s)] = 1/s, for s > 0"]
    assert "power rule" in lines[4]
    record = claim.record()
    assert [row["label"] for row in record["rows"]] == ["eq-square", None, None]
    assert record["rows"][2]["steps"]


def test_refuted_rows_are_marked():
    claim = family("slopes", prove(x + 1, 1 + x), refute(x**2, x, name="always", because="only at 0 and 1"))
    assert str(claim).splitlines()[2].startswith("  ✗ always: x² = x: refuted at ")
    assert str(claim).endswith("Right: only at 0 and 1")


def test_a_family_of_checks_says_what_it_witnesses():
    claim = family(
        "checks",
        gradient(activations.sigmoid, activations.sigmoid_vjp, [0.3, -1.0], name="sigmoid_vjp", of="eq-slope"),
        agree(activations.sigmoid, 1 / (1 + sp.exp(-z)), {z: (-5, 5)}, of=("eq-sigmoid", "eq-slope")),
    )
    assert claim.of == ("eq-slope", "eq-sigmoid")
    first, second = claim.rows
    assert (first.functions, first.outside) == (
        ("activations.sigmoid", "activations.sigmoid_vjp"),
        "central differences",
    )
    assert (second.functions, second.outside) == (("activations.sigmoid",), "")
    assert "central differences" in str(claim)


@pytest.mark.parametrize(("of", "error"), [(3, TypeError), ((None,), TypeError), ("Sigmoid", ValueError)])
def test_what_is_witnessed_is_a_label(of, error):
    with pytest.raises(error):
        agree(np.tanh, sp.tanh(z), {z: (-1, 1)}, of=of)
    with pytest.raises(error):
        gradient(np.sin, lambda g, x: g * np.cos(x), [0.3], of=of)


def test_a_family_takes_claims_alone():
    with pytest.raises(ValueError, match="at least one claim"):
        family("nothing")
    with pytest.raises(TypeError, match="claim 2 must be a Claim"):
        family("words", prove(x, x), "x = x")
    with pytest.raises(TypeError, match="not a family"):
        family("nested", family("inner", prove(x, x)))
    with pytest.raises(TypeError):
        family(prove(x, x))


def test_a_family_of_one_kind_is_headed_like_a_claim_of_that_kind():
    wrong = refute(x**2, x, at={x: 2}, name="always")
    assert family("common mistakes", wrong, wrong).text.startswith("✗ common mistakes")
    assert "✗ **Refuted**" in family("common mistakes", wrong)._repr_mimebundle_()["text/markdown"]
    assert family("both", wrong, prove(x, x)).text.startswith("✓ both")
    assert "**Checked together**" in family("both", wrong, prove(x, x))._repr_mimebundle_()["text/markdown"]


def test_comparisons_are_a_table_in_every_host():
    claim = family(
        "tanh",
        agree(np.tanh, sp.tanh(sp.Abs(x)) * sp.sign(x), {x: (-2, 2)}, name="a | b"),
        agree(activations.sigmoid, scipy.special.expit, {x: (-2, 2)}, name="logistic"),
    )
    markdown = claim._repr_mimebundle_()["text/markdown"]
    rows = [line for line in markdown.splitlines() if line.startswith("> |")]
    assert rows[0] == "> | What is compared | Function | Witness | Points | Error below |"
    # A stroke would end the cell of a table, in a formula too.
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [6] * 4
    # Beside an outside witness the names say it all: sigmoid(x) = scipy.special.expit(x) would say no more.
    assert rows[3].startswith(r"> | logistic, for $-2 \leq x \leq 2$ | `sigmoid` | scipy.special.expit | ")
    assert "logistic: sigmoid, for −2 ≤ x ≤ 2: agrees with scipy.special.expit; " in claim.text
