"""Domains that letters share: what is proved between them is proved, and what only seems to be is not."""

import sys

import pytest
import sympy as sp
from sympy import log, oo

from dlmath_lib.verify import ClaimFailed, Derivation, budget, prove, refute
from dlmath_lib.verify import compare as comparing
from dlmath_lib.verify.provers.signs import convex_on, has_simple_sign
from dlmath_lib.verify.provers.slopes import sign_by_slope
from dlmath_lib.verify.sampling import Sampler, domains

x, y, z = sp.symbols("x y z", real=True)
p, q, r = sp.symbols("p q r", positive=True)
P = sp.symbols("p00 p01 p10 p11", real=True)
corner = {"where": {p + q: (0, 1)}}
last = {"given": {P[3]: 1 - P[0] - P[1] - P[2]}}
simplex = {**last, "where": dict.fromkeys(P, (0, 1))}
Q = sp.Rational


def entropy(*probabilities):
    return -sum(c * log(c) for c in probabilities)


def conditional(*row):
    return sum(row) * entropy(*(c / sum(row) for c in row))


joint, rows = entropy(*P), entropy(P[0] + P[1], P[2] + P[3])
TRUE = {
    "three probabilities": (entropy(p, q, 1 - p - q), "<=", log(3), corner),
    "the last one is positive": (1 - p - q, ">", 0, corner),
    "a product below its largest value": (p * q, "<=", Q(1, 4), corner),
    "weights in the condition": (2 * p + 3 * q, "<", 6, {"where": {p / 3 + q / 2: (0, 1)}}),
    "a corner away from zero": (p + q, "<", 3, {"where": {p: (1, oo), q: (1, oo), p + q: (2, 3)}}),
    "a slope inside": (
        sp.Derivative(entropy(p, q, 1 - p - q), p), "=", log((1 - p - q) / p), corner,
    ),
    "the larger of two": (sp.Max(x, y), "=", y, {"where": {y - x: (0, oo)}}),
    "three in order": (abs(x - z), "=", z - x, {"where": {y - x: (0, oo), z - y: (0, oo)}}),
    "in order from the other side": (abs(x - z), "=", x - z, {"where": {y - x: (-oo, 0), z - y: (-oo, 0)}}),
    "positive and in order": (p / q, "<", 1, {"where": {q - p: (0, oo)}}),
    "a domain of a defined letter": (abs(y), "=", x, {"given": {y: x}, "where": {y: (0, oo)}}),
}  # fmt: skip
FALSE = {
    "three probabilities, bound for two": (entropy(p, q, 1 - p - q), "<=", log(2), corner),
    "three probabilities, strict": (entropy(p, q, 1 - p - q), "<", log(3), corner),
    "each below 1 is not enough": (1 - p - q, ">", 0, {"where": {p: (0, 1), q: (0, 1)}}),
    "a product, bound too small": (p * q, "<=", Q(1, 5), corner),
    "a product, strict": (p * q, "<", Q(1, 4) - p**2 / 8, corner),
    "weights exchanged": (3 * p + 2 * q, "<", 6, {"where": {p / 3 + q / 2: (0, 1)}}),
    "a corner away from zero, too near": (p + q, "<", Q(5, 2), {"where": {p: (1, oo), q: (1, oo), p + q: (2, 3)}}),
    "the smaller of two": (sp.Max(x, y), "=", x, {"where": {y - x: (0, oo)}}),
    "one step too far": (y - x, ">", 1, {"where": {y - x: (0, oo)}}),
    "only neighbours of one": (abs(x - z), "=", z - x, {"where": {y - x: (0, oo), y - z: (0, oo)}}),
    "positive, order reversed": (q / p, "<", 1, {"where": {q - p: (0, oo)}}),
    "rising from where the order does not hold": (
        sp.exp(q - p) + sp.exp(p - q), ">=", sp.exp(p) + sp.exp(-p), {"where": {q - p: (0, oo)}},
    ),
    "the last probability may be negative": (P[3], ">", 0, {**last, "where": dict.fromkeys(P[:3], (0, 1))}),
    "entropy without its weights": (
        joint, "=", rows + entropy(*(c / (P[0] + P[1]) for c in P[:2])) + conditional(*P[2:]), simplex,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TRUE)
def test_what_follows_from_a_condition_is_proved(case):
    lhs, relation, rhs, options = TRUE[case]
    claim = prove(lhs, rhs, relation=relation, points=40, **options)
    assert (claim.points, claim.certified) == (40, True)


@pytest.mark.parametrize("case", FALSE)
@pytest.mark.parametrize("blind", [False, True])
def test_near_misses_fail_with_the_comparison_and_without(case, blind, monkeypatch):
    lhs, relation, rhs, options = FALSE[case]
    if blind:
        monkeypatch.setattr(budget, "SECONDS", 0.4)
        nothing = comparing.Outcome(40, 0, 40, "")
        monkeypatch.setattr(sys.modules["dlmath_lib.verify.prove"], "compare", lambda *args, **options: nothing)
    with pytest.raises(ClaimFailed, match=r"^not proved" if blind else r"^(false|not proved)"):
        prove(lhs, rhs, relation=relation, points=40, **options)


def test_no_slope_is_followed_beyond_a_condition():
    """Rising in q wherever q > p, and 0 at q = 0; but between 0 and p it falls."""
    lhs, _, rhs, options = FALSE["rising from where the order does not hold"]
    assert not sign_by_slope(lhs - rhs, domains("prove", [p, q], options["where"]), False, has_simple_sign)
    ordered = {"where": {x - y: (0, oo)}}
    assert not convex_on(sp.exp(y), 1 + y + x / 10, domains("prove", [x, y], ordered["where"]), False)


def test_the_chain_rule_of_entropy_with_the_last_probability_defined():
    claim = prove(joint, rows + conditional(*P[:2]) + conditional(*P[2:]), **simplex)
    assert (claim.points, claim.certified) == (200, True)
    shown = [hypothesis.statement for hypothesis in claim.hypotheses]
    assert shown == ["0 < p₀₀, p₀₁, p₁₀, p₁₁ < 1", "p₁₁ = 1 − p₀₀ − p₀₁ − p₁₀"]


def test_conditions_are_shown():
    assert repr(prove(1 - p - q, 0, relation=">", **corner)).startswith("✓ 1 − p − q > 0, for p, q > 0, 0 < p + q < 1:")
    between = prove(abs(x - z), z - x, where={y - x: (0, oo), z - y: (0, oo)})
    assert [h.statement for h in between.hypotheses] == ["y − x, z − y > 0"]
    assert r"0 < p + q < 1" in [h.latex for h in prove(1 - p - q, 0, relation=">", **corner).hypotheses]


@pytest.mark.parametrize(
    ("letters", "where", "inside"),
    [
        ([p, q, r], {p + q + r: (0, 1)}, lambda v: v[p] + v[q] + v[r] < 1),
        ([x, y], {x**2 + y**2: (1, 4)}, lambda v: 1 < v[x] ** 2 + v[y] ** 2 < 4),
        ([x, y, z], {z - x: (0, oo), y - z: (0, oo)}, lambda v: v[x] < v[z] < v[y]),
        ([p, q], {q - p: (0, oo), p: (2, oo)}, lambda v: 2 < v[p] < v[q]),
        ([x, y], {x + y: (0, 1), x - y: (0, 1)}, lambda v: 0 < v[x] + v[y] < 1 and 0 < v[x] - v[y] < 1),
    ],
)
def test_points_keep_the_conditions_and_fill_the_region(letters, where, inside):
    points = list(Sampler(domains("prove", letters, where)).points(60))
    assert all(inside(point) for point in points)
    assert len({point[letters[0]] for point in points}) > 20
    assert points == list(Sampler(domains("prove", letters, where)).points(60))


def test_kinks_are_looked_at_inside_the_region_alone():
    bump = sp.Piecewise((0, sp.Ne(p, Q(1, 3))), (1, True))
    with pytest.raises(ClaimFailed, match=r"^false: .*\n  at p = 0\.333"):
        prove(bump * (1 - p - q), 0, **corner)
    beyond = sp.Piecewise((0, sp.Ne(p, 2)), (1, True))
    assert prove(beyond * (1 - p - q), 0, points=10, **corner).kind == "proved"


def test_a_condition_that_is_not_linear_chooses_the_points():
    ring = {"where": {x**2 + y**2: (1, 4)}}
    with pytest.raises(ClaimFailed, match=r"^false: "):
        prove(x**2 + y**2, 2, relation=">", **ring)
    assert prove((x + y) ** 2, x**2 + 2 * x * y + y**2, **ring).points == 200


def test_a_derivation_keeps_its_conditions():
    chain = Derivation(sp.Max(x, y) - x, where={y - x: (0, oo)})
    assert chain.step(y - x, because="y is larger").relation == "="
    with pytest.raises(ClaimFailed, match=r"^step 1 \(y is larger\): false"):
        chain.step(x - y, because="y is larger")


def test_refutations_stay_inside():
    claim = refute(p * q, Q(1, 5), relation="<", at={p: Q(1, 2), q: Q(49, 100)}, **corner)
    assert "0 < p + q < 1" in repr(claim)
    with pytest.raises(ValueError, match="at must be a point at which the conditions of where hold, got p = 1, q = 1"):
        refute(p * q, Q(1, 5), relation="<", at={p: 1, q: 1}, **corner)
    with pytest.raises(ClaimFailed, match="not refuted"):
        refute(p * q, Q(1, 4), relation="<", **corner)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"where": {p + q: (-3, -2)}}, ValueError, r"where must be conditions that hold somewhere, got p \+ q"),
        ({"where": {z + r: (0, 1)}}, ValueError, r"about the symbols of the statement \(p, q\), got r \+ z"),
        ({"where": {p + q: (1, 0)}}, ValueError, r"low < high for p \+ q"),
        ({"where": {sp.Integral(p, (p, 0, q)): (0, 1)}}, TypeError, "a mapping from symbols or expressions of them"),
        ({"where": {sp.Integer(1): (0, 1)}}, TypeError, "a mapping from symbols or expressions of them"),
        ({"where": {"p": (0, 1)}}, TypeError, "a mapping from symbols or expressions of them"),
        ({"where": {p: (0, 1), q: (0, 1)}, "given": {q: p}}, ValueError, "one interval for p, got two"),
    ],
)
def test_conditions_that_say_nothing(options, error, words):
    with pytest.raises(error, match=words):
        prove(p + q, q + p, **options) if "given" in options else prove(p * q, q * p + 0 * p, **options)
