"""Autodiff where it was silently wrong: arrays changed after use, what f returns, narrow types, infinity, ties."""

import re

import numpy as np
import pytest

from dlmath_lib import activations, autodiff
from dlmath_lib.autodiff import Dual, Var, derivative, grad, jvp, vjp

f16, f32 = np.float16, np.float32


def loop_with_refilled_constant(x):
    m, h = np.empty(2), x
    for i in range(1, 4):
        m[:] = i
        h = h * m + 1
    return np.sum(h)


def index_changed_after_use(x):
    at = np.array([0, 0])
    y = x[at]
    at[:] = 1
    return np.sum(y * np.array([1.0, 10.0]))


def key_list_changed_after_use(x):
    at = [0, 1]
    y = x[at]
    at[0] = 1
    return y @ np.array([1.0, 10.0])


def matrix_changed_after_use(x):
    m = np.array([[1.0, 2.0], [3.0, 4.0]])
    y = m @ x + x @ m
    m[:] = 0
    return np.sum(y * np.array([1.0, 10.0]))


def condition_changed_after_use(x):
    chosen, other = np.array([True, False]), np.array([5.0, 5.0])
    y = np.where(chosen, x * 2, other)
    chosen[:], other[:] = False, 0
    return np.sum(y)


def list_changed_after_use(x):
    factors = [2.0, 3.0]
    y = x * factors
    factors[:] = [0.0, 0.0]
    return np.sum(y)


CHANGED = {
    loop_with_refilled_constant: [6.0, 6.0],
    index_changed_after_use: [11.0, 0.0],
    key_list_changed_after_use: [1.0, 10.0],
    matrix_changed_after_use: [52.0, 85.0],
    condition_changed_after_use: [2.0, 0.0],
    list_changed_after_use: [2.0, 3.0],
}


@pytest.mark.parametrize("f", CHANGED, ids=lambda f: f.__name__)
def test_what_is_changed_after_use_was_copied(f):
    x = np.array([0.3, 0.7])
    assert grad(f, x).tolist() == pytest.approx(CHANGED[f])
    assert [float(jvp(f, e, x)) for e in np.eye(2)] == pytest.approx(CHANGED[f])


def test_values_of_the_graph_cannot_be_changed_under_it():
    x = Var([1.0, 2.0])
    y = x.reshape(2, 1)
    for value in (x.value, y.value, (x * 2).value):
        with pytest.raises(ValueError, match="read-only"):
            value[0] = 7


def test_nothing_shares_memory_with_the_caller():
    start, direction, g = np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([5.0, 6.0])
    dual, variable = Dual(start, direction), Var(start)
    along, back = jvp(lambda v: v, direction, start), vjp(lambda v: v, g, start)
    variable.backward(g)
    for ours in (dual.value, dual.tangent, variable.value, variable.grad, along, back):
        assert not any(np.shares_memory(ours, theirs) for theirs in (start, direction, g))
    along[:], back[:] = 0, 0  # results are the caller's own
    assert (direction.tolist(), g.tolist()) == ([3.0, 4.0], [5.0, 6.0])


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: [np.sum(x**2)], "f's result must be one array, got list: join parts with np.stack"),
        (lambda x: (np.sum(x), np.sum(x)), "f's result must be one array, got tuple"),
        (lambda x: None, "f's result must be one array, got NoneType: does f end with return?"),
        (lambda x: "a", "f's result must be an array of numbers, got str"),
        (lambda x: {"loss": 1.0}, "f's result must be an array of numbers, got dict"),
        (lambda x: np.array([1, None]), "f's result must be an array of numbers, got dtype object"),
        (lambda x: 1j, "f's result must be real, got dtype complex128"),
    ],
)
def test_what_f_returns_is_looked_at(f, message):
    for name, call in {
        "grad": lambda: grad(f, [1.0, 2.0]),
        "vjp": lambda: vjp(f, [1.0], [1.0, 2.0]),
        "jvp": lambda: jvp(f, [1.0, 0.0], [1.0, 2.0]),
        "derivative": lambda: derivative(f, [1.0, 2.0]),
    }.items():
        with pytest.raises(TypeError, match=f"^{re.escape(f'{name}: {message}')}"):
            call()


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (lambda: grad(lambda x: np.ones(2), [1.0]), ValueError, "grad: f's result must be one number, got shape (2,)"),
        (lambda: grad(np.square, [1.0, 2.0]), ValueError, "grad: f's result must be one number, got shape (2,): take"),
        (lambda: vjp(np.square, [1.0], [1.0, 2.0]), ValueError, "vjp: g must be of shape (2,), got (1,)"),
        (lambda: vjp(lambda x: np.ones(2), 1.0, [1.0]), ValueError, "vjp: g must be of shape (2,), got ()"),
        (lambda: vjp(np.sum, [1.0], [1.0]), ValueError, "vjp: g must be of shape (), got (1,)"),
        (lambda: vjp(np.square, ["a"], [1.0]), TypeError, "vjp: g must be an array of numbers"),
        (lambda: vjp(np.square, [1e39], f32([1])), ValueError, "vjp: g must be finite in float32"),
        (lambda: grad(lambda x: Dual(1.0), 1.0), TypeError, "grad: f's result must be one array, got Dual: f mixes"),
        (lambda: jvp(lambda x: Var(1.0), 1.0, 1.0), TypeError, "jvp: f's result must be one array, got Var: f mixes"),
        (lambda: grad(3.0, 1.0), TypeError, "grad: f must be a function, got float 3.0: pass the function itself"),
        (lambda: derivative(None, 1.0), TypeError, "derivative: f must be a function, got None"),
        (lambda: jvp(np.sum, [1.0], [1.0, 2.0]), ValueError, "jvp: tangents must be of the same shape as inputs[0]"),
        (
            lambda: jvp(np.add, ([1.0], "a"), [1.0], [2.0]),
            TypeError,
            "jvp: tangents[1] must be an array of numbers, got str",
        ),
        (lambda: grad(np.sum, "a"), TypeError, "grad: inputs[0] must be an array of numbers, got str"),
        (lambda: derivative(np.exp, "a"), TypeError, "derivative: x must be an array of numbers, got str"),
        (lambda: derivative(np.sum, [1.0, 2.0]), ValueError, "derivative: f(x) must be of x's shape"),
        (lambda: np.sum(Var([1.0]), dtype=float), TypeError, "Var: np.sum has fewer options here"),
        (lambda: np.max(Var([[1.0]]), axis=(0, 1)), TypeError, "max: axis must be an integer, got tuple"),
        (lambda: Var([1.0]) * "a", TypeError, "autodiff: each operand must be an array of numbers, got str"),
        (
            lambda: Var([1.0, 2.0]) * np.ma.masked_array([1.0, 2.0], [True, False]),
            TypeError,
            "autodiff: each operand must be without masked entries",
        ),
    ],
)
def test_refusals_name_the_function_and_the_argument(action, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        action()


def test_a_constant_result_has_the_slope_zero():
    assert grad(lambda x: 3, [1.0, 2.0]).tolist() == [0.0, 0.0]
    assert vjp(lambda x: np.ones(2), [1.0, 2.0], [1.0]).tolist() == [0.0]


def test_sums_in_float16_keep_their_digits():
    ones = np.ones((5000, 2), f16)
    assert np.mean(Var(ones), axis=0).value.tolist() == [1.0, 1.0]
    assert np.mean(Dual(ones, ones), axis=0).tangent.tolist() == [1.0, 1.0]
    assert np.sum(Var(ones), axis=0).value.tolist() == [5000.0, 5000.0]
    assert np.mean(Var(np.ones(100_000, f16))).value == 1.0  # the sum is beyond float16
    assert (ones.T @ Var(ones)).value.tolist() == [[5000.0] * 2] * 2
    for program in (
        lambda b: np.sum(ones * b),  # a bias: broadcasting, transposed
        lambda b: np.sum(b[np.zeros(5000, int)]) + np.sum(b[np.ones(5000, int)]),
        lambda b: np.sum(ones @ b.reshape(2, 1)),
    ):
        slope = grad(program, np.ones(2, f16))
        assert slope.dtype == f16 and slope.tolist() == [5000.0, 5000.0]
    # More paths than float16 can count one by one.
    slope = grad(lambda b: sum((np.sum(b) for _ in range(2100)), np.sum(b) * 0), np.ones(2, f16))
    assert slope.dtype == f16 and slope.tolist() == [2100.0, 2100.0]
    p = autodiff.softmax(np.zeros((5000, 2), f16), axis=0)
    np.testing.assert_allclose(p.sum(axis=0, dtype=float), 1, rtol=1e-3)


def test_a_bias_over_a_million_rows_of_float32():
    rows = np.full((10**6, 1), 0.1, f32)
    np.testing.assert_allclose(grad(lambda b: np.sum(rows * b), np.ones(1, f32)), 100_000, rtol=1e-6)
    np.testing.assert_allclose(grad(lambda w: np.sum(rows @ w), np.ones((1, 1), f32)), 100_000, rtol=1e-6)


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (autodiff.softplus, np.inf, 1.0),
        (autodiff.softplus, -np.inf, 0.0),
        (autodiff.log_sigmoid, np.inf, 0.0),
        (autodiff.log_sigmoid, -np.inf, 1.0),
        (autodiff.sigmoid, np.inf, 0.0),
        (autodiff.sigmoid, -np.inf, 0.0),
        (autodiff.tanh, np.inf, 0.0),
        (autodiff.relu, np.inf, 1.0),
        (autodiff.relu, -np.inf, 0.0),
        (autodiff.elu, np.inf, 1.0),
        (autodiff.elu, -np.inf, 0.0),
        (autodiff.leaky_relu, -np.inf, 0.01),
        (np.arctan, np.inf, 0.0),
        (np.log1p, np.inf, 0.0),
        (np.sqrt, np.inf, 0.0),
        (lambda v: np.logaddexp(v, v), np.inf, 1.0),
        (lambda v: np.logaddexp(v, v), -np.inf, 1.0),
    ],
)
def test_slopes_at_infinity(f, x, slope):
    assert derivative(f, x) == slope
    assert grad(f, [x]).tolist() == [slope]


def test_masked_logits_have_the_slopes_of_the_others():
    z = np.array([0.0, -np.inf, 0.0])
    np.testing.assert_allclose(grad(autodiff.logsumexp, z), [0.5, 0, 0.5])
    np.testing.assert_allclose(vjp(autodiff.softmax, [1.0, 5.0, 0.0], z), [0.25, 0, -0.25])


def test_division_by_zero_is_as_in_numpy():
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert grad(lambda x: np.sum(x / 0.0), [1.0, 2.0]).tolist() == [np.inf, np.inf]
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert jvp(lambda x: x / 0, [1.0], [1.0]).tolist() == [np.inf]


def test_the_nan_that_the_docstring_of_dual_promises():
    zero = np.zeros(2)
    with pytest.warns(RuntimeWarning):
        assert np.isnan(derivative(lambda x: np.where(x > 0, np.log(x), 0.0), zero)).all()
    with pytest.warns(RuntimeWarning):
        assert np.isnan(grad(lambda x: np.sqrt(np.sum(x * x)), zero)).all()
    with pytest.warns(RuntimeWarning):
        assert np.isnan(derivative(autodiff.silu, np.inf))
    assert derivative(lambda x: np.log(np.where(x > 0, x, 1.0)), zero).tolist() == [0.0, 0.0]


def test_choices_at_ties_and_zeros():
    tied = np.array([[5.0, 5.0, 1.0], [2.0, 3.0, 3.0]])
    assert grad(lambda x: np.sum(np.max(x, axis=1)), tied).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert grad(lambda x: np.sum(np.min(x, axis=0)), np.array([[1.0, 2], [1, 3]])).tolist() == [[1, 1], [0, 0]]
    assert grad(lambda a, b: np.sum(np.minimum(a, b)), [1.0, 1.0], [1.0, 2.0])[0].tolist() == [0.5, 1.0]
    assert grad(lambda a, b: np.sum(np.maximum(a, b)), [1.0, 1.0], [1.0, 2.0])[1].tolist() == [0.5, 1.0]
    base, exponent = grad(lambda a, b: np.sum(a**b), [0.0, 0.0, 0.0], [0.0, 1.0, 2.0])
    assert (base.tolist(), exponent.tolist()) == ([0.0, 1.0, 0.0], [0.0, 0.0, 0.0])
    assert grad(lambda x: np.sum(abs(x)), [0.0]).tolist() == [0.0]
    assert grad(lambda x: np.sum(autodiff.leaky_relu(x)), [0.0]).tolist() == [0.01]
    assert grad(lambda x: np.sum(autodiff.elu(x, alpha=2.0)), [0.0]).tolist() == [2.0]
    assert grad(np.max, [[1.0, 5.0], [5.0, 2.0]]).tolist() == [[0, 1], [0, 0]]
    assert grad(lambda a, b: np.sum(np.minimum(a, b)), [1.0], [1.0])[1].tolist() == [0.5]


def test_nan_stays_nan_in_every_activation():
    names = ["sigmoid", "log_sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu"]
    for name in names:
        with np.errstate(invalid="ignore"):
            assert np.isnan(getattr(autodiff, name)(np.nan)), name
            assert np.isnan(getattr(autodiff, name)(Var(np.nan)).value), name
    assert np.isnan(autodiff.prelu(np.nan, 0.5))


@pytest.mark.parametrize("shape", [(), (1,), (3,), (1, 3, 1), (2, 1, 4), (2, 3, 4)])
def test_prelu_takes_the_slopes_of_the_hand_derived_one(shape):
    rng = np.random.default_rng(2)
    z, g = rng.normal(size=(2, 2, 3, 4))
    a = rng.normal(size=shape)
    for ours, theirs in zip(vjp(autodiff.prelu, g, z, a), activations.prelu_vjp(g, z, a), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    assert autodiff.prelu(z.astype(f32), a).dtype == f32


NAMES = ["sigmoid", "log_sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu", "softmax"]
NAMES += ["log_softmax", "logsumexp"]


@pytest.mark.parametrize("name", NAMES)
def test_activations_take_lists_and_refuse_what_is_no_number(name):
    f = getattr(autodiff, name)
    np.testing.assert_array_equal(f([1, -2]), f(np.array([1.0, -2.0])))
    for wrong in ("abc", None, [[1], [1, 2]], [1j], {1.0}):
        with pytest.raises((TypeError, ValueError), match=rf"^{name}: z must be "):
            f(wrong)


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (lambda z: autodiff.gelu(z, approximate="tnah"), ValueError, "gelu: approximate must be one of 'none', 'tanh'"),
        (lambda z: autodiff.elu(z, alpha=0), ValueError, "elu: alpha must be > 0, got 0"),
        (lambda z: autodiff.leaky_relu(z, slope=-1), ValueError, "leaky_relu: slope must be ≥ 0"),
        (lambda z: autodiff.leaky_relu(z, slope="0.1"), TypeError, "leaky_relu: slope must be a number"),
        (lambda z: autodiff.prelu(z, [[0.1, 0.2]]), ValueError, "prelu: a must be a number, or hold one slope"),
        (lambda z: autodiff.prelu(z, "a"), TypeError, "prelu: a must be an array of numbers"),
        (lambda z: autodiff.softmax(z, axis=2), ValueError, "softmax: axis must be an axis of z, which has 1, got 2"),
        (lambda z: autodiff.log_softmax(z, axis="a"), TypeError, "log_softmax: axis must be an integer"),
        (lambda z: autodiff.logsumexp(z, keepdims="no"), TypeError, "logsumexp: keepdims must be True or False"),
        (lambda z: autodiff.softmax(z * 0 - np.inf), ValueError, "softmax: z must be finite or −inf"),
        (lambda z: autodiff.logsumexp(z * np.nan), ValueError, "logsumexp: z must be finite or −inf"),
    ],
)
@pytest.mark.parametrize("kind", [np.asarray, Var, Dual], ids=["array", "Var", "Dual"])
def test_options_of_activations_are_checked(action, error, message, kind):
    with np.errstate(invalid="ignore"), pytest.raises(error, match=f"^{re.escape(message)}"):
        action(kind([1.0, -2.0, 0.5]))


@pytest.mark.parametrize("name", NAMES[:9])
@pytest.mark.parametrize("dtype", [f16, f32, np.float64])
def test_activations_at_a_thousand_are_finite_and_silent(name, dtype):
    z = np.array([-1000, -100, 0, 100, 1000], dtype)
    f = getattr(autodiff, name)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        slope = derivative(f, z)
    assert slope.dtype == f(z).dtype == dtype
    assert np.isfinite(slope).all() and np.isfinite(f(z)).all()
