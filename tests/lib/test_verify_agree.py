"""`agree` compares a NumPy function with an exact formula and reports the worst point."""

import math

import numpy as np
import pytest
import scipy.special
import sympy as sp

from dlmath_lib.verify import ClaimFailed, agree, by_entries
from dlmath_lib.verify.agree import power_of_ten

x, y, z = sp.symbols("x y z", real=True)
logistic = 1 / (1 + sp.exp(-x))


def sigmoid(v):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(v)))


def softmax(v):
    shifted = np.exp(v - v.max())
    return shifted / shifted.sum()


def test_an_elementwise_function():
    claim = agree(sigmoid, logistic, {x: (-30, 30)}, atol=1e-12, label="eq-sigmoid")
    assert repr(claim) == "✓ sigmoid(x) = 1/(1 + exp(−x)), for −30 ≤ x ≤ 30: agrees; 210 points, error below 1e-14"
    assert claim.latex == r"\operatorname{sigmoid}\left(x\right) = \frac{1}{1 + e^{- x}}"
    assert claim.record()["kind"] == "agrees"


def test_the_witness_does_not_share_the_rounding_of_numpy():
    with pytest.raises(ClaimFailed, match=r"exact value = 5\.\d*e-09"):
        agree(lambda v: (np.exp(v) - 1 - v) / v, (sp.exp(x) - 1 - x) / x, {x: (1e-8, 1.1e-8)}, rtol=1e-6)


def test_the_tolerance_is_the_one_that_was_asked_for():
    for rtol in (1e-12, 1e-6):
        assert agree(lambda v, by=rtol: np.exp(v) * (1 + by / 2), sp.exp(x), {x: (0, 1)}, rtol=rtol, atol=0)
        with pytest.raises(ClaimFailed, match="disagrees"):
            agree(lambda v, by=rtol: np.exp(v) * (1 + 2 * by), sp.exp(x), {x: (0, 1)}, rtol=rtol, atol=0)
    assert agree(lambda v: v + 5e-9, x, {x: (-1, 1)}, atol=1e-8)
    with pytest.raises(ClaimFailed, match="disagrees"):
        agree(lambda v: v + 2e-8, x, {x: (-1, 1)}, atol=1e-8)


def test_an_outside_witness():
    claim = agree(sigmoid, scipy.special.expit, {x: (-5, 5)})
    assert claim.method == "agrees with scipy.special.expit"
    assert claim.statement == "sigmoid(x) = scipy.special.expit(x)"
    with pytest.raises(ClaimFailed, match="sigmoid disagrees"):
        agree(sigmoid, scipy.special.erf, {x: (-5, 5)})


def test_several_arguments_in_their_order():
    assert agree(np.hypot, sp.sqrt(x**2 + y**2), {x: (-3, 3), y: (-3, 3)}).points == 210
    assert agree(np.subtract, x - y, {y: (0, 1), x: (0, 1)}, args=(x, y)).statement.startswith("numpy.subtract(x, y)")
    with pytest.raises(ClaimFailed, match=r"y = .*, x = "):
        agree(np.subtract, x - y, {y: (0, 1), x: (0, 1)})


def test_vectors():
    total = sp.exp(x) + sp.exp(y) + sp.exp(z)
    formula = [sp.exp(x) / total, sp.exp(y) / total, sp.exp(z) / total]
    domain = {x: (-5, 5), y: (-5, 5), z: (-5, 5)}
    assert agree(softmax, formula, domain).kind == "agrees"
    assert agree(softmax, sp.Matrix(formula), domain).kind == "agrees"
    with pytest.raises(ClaimFailed, match=r"entry [02]"):
        agree(lambda v: softmax(v)[::-1], formula, domain)
    with pytest.raises(ClaimFailed, match="returns 2 numbers for each point, the expression has 3"):
        agree(lambda v: softmax(v)[:2], formula, domain)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda v: -sigmoid(v), "disagrees"),
        (lambda v: sigmoid(v) + 1e-9, "error 1e-09"),
        (lambda v: np.where(v == 0, 0, sigmoid(v)), r"at x = 0\b"),
        (lambda v: np.where(v == 20, np.nan, sigmoid(v)), r"at x = 20\b.*\n.*= nan"),
        (lambda v: np.where(v == -20, np.inf, sigmoid(v)), r"at x = -20\b.*\n.*= inf"),
        (lambda v: sigmoid(v)[:, None], r"one value for each point, shape \(210,\), but returns shape \(210, 1\)"),
        (lambda v: sigmoid(v).sum(), "one value for each point"),
        (lambda v: sigmoid(v) + 0j, "not real numbers"),
        (lambda v: sigmoid(v.astype(np.float32)), "disagrees"),
    ],
)
def test_wrong_functions(wrong, words):
    with pytest.raises(ClaimFailed, match=words):
        agree(wrong, logistic, {x: (-20, 20)})


def test_edges_and_infinities():
    relu = sp.Max(0, x)
    assert agree(lambda v: np.maximum(v, 0), relu, {x: (-1000, 1000)}, edges=[0.0, -0.0, 1e-300, 1000]).points == 214
    with pytest.raises(ClaimFailed, match="at x = 1e-300"):
        agree(lambda v: np.where(v > 1e-299, v, 1.0 * (v > 0)), relu, {x: (-1, 1)}, edges=[1e-300], atol=1e-200)
    with pytest.raises(ClaimFailed, match=r"= inf"), np.errstate(over="ignore"):
        agree(lambda v: np.log(1 + np.exp(v)), sp.log(1 + sp.exp(x)), {x: (-1000, 1000)})


def test_where_the_formula_has_no_value_nan_is_right():
    with np.errstate(invalid="ignore", divide="ignore"):
        assert agree(lambda v: np.where(v == 0, np.nan, 1 / v), 1 / x, {x: (-1, 1)}).points == 210
        with pytest.raises(ClaimFailed, match="exact value = nan"):
            agree(lambda v: np.where(v == 0, 0, 1 / v), 1 / x, {x: (-1, 1)})


def test_options_are_handed_on():
    def leaky(v, *, slope=0.5):
        return np.maximum(v, slope * v)

    assert agree(leaky, sp.Max(x, x / 10), {x: (-3, 3)}, options={"slope": 0.1}).kind == "agrees"
    with pytest.raises(ClaimFailed):
        agree(leaky, sp.Max(x, x / 10), {x: (-3, 3)})


def test_powers_of_ten_are_rounded_up():
    assert power_of_ten(1e-9, -14) == "1e-8"
    assert power_of_ten(9.9e-9, -14) == "1e-8"
    assert power_of_ten(1e-20, -14) == "1e-14"
    assert math.isclose(float(power_of_ten(0.0, -7)), 1e-7)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((3, x, {x: (0, 1)}), {}, TypeError, "agree: function must be callable, got 3"),
        ((np.sin, "sin", {x: (0, 1)}), {}, TypeError, "expr must be a SymPy expression"),
        ((np.sin, sp.sin(x), {}), {}, TypeError, "domain must be a mapping"),
        ((np.sin, sp.sin(x), {"x": (0, 1)}), {}, TypeError, "a mapping from symbols"),
        ((np.sin, sp.sin(x), {x: (1, 0)}), {}, ValueError, "finite low < high"),
        ((np.sin, sp.sin(x), {x: (0, math.inf)}), {}, ValueError, "finite low < high"),
        ((np.sin, sp.sin(x), {x: 1}), {}, TypeError, r"\(low, high\) for x"),
        ((np.sin, sp.sin(x), {y: (0, 1)}), {}, ValueError, "none for x"),
        ((np.sin, sp.sin(x), {x: (0, 1)}), {"args": (y,)}, ValueError, "the symbols of domain"),
        ((np.sin, sp.sin(x), {x: (0, 1)}), {"points": -1}, ValueError, "points"),
    ],
)
def test_arguments(arguments, options, error, words):
    with pytest.raises(error, match=words):
        agree(*arguments, **options)


def test_functions_of_matrices_are_compared_by_their_entries():
    from dlmath_lib.linalg import determinant, projection

    a, b, c, d = letters = sp.symbols("a b c d", real=True)
    box = dict.fromkeys(letters, (-2, 2))
    claim = agree(by_entries(determinant, (2, 2)), a * d - b * c, box, points=20)
    assert claim.functions == ("linalg.determinant",)
    assert claim.statement == "determinant(a, b, c, d) = a·d − b·c"
    with pytest.raises(ClaimFailed):
        agree(by_entries(determinant, (2, 2)), a * d + b * c, box, points=20)
    rest = by_entries(projection, (2,), (2,), after=lambda p, x, y: (x - p) @ y, name="remainder_times_y")
    claim = agree(rest, sp.Integer(0), {**box, d: (1, 2)}, points=20, atol=1e-12)
    assert claim.functions == ("linalg.projection",) and claim.statement.startswith("remainder_times_y(")
    halved = by_entries(determinant, (), (2, 2), before=lambda s, m: (s * m,), name="of_s_m")
    assert halved(2.0, 1.0, 0.0, 0.0, np.array([1.0, 3.0])).tolist() == [4.0, 12.0]


@pytest.mark.parametrize("arguments", [(3, (2,)), (np.dot, 2), (np.dot, [2])])
def test_by_entries_takes_a_function_and_shapes(arguments):
    with pytest.raises(TypeError, match="by_entries"):
        by_entries(*arguments)
