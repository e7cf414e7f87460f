"""float16 and float32: sums keep their digits, extremes stay finite, and what does not fit is named."""

import re

import numpy as np
import pytest

from dlmath_lib import activations as act
from dlmath_lib import layers, losses

f16, f32 = np.float16, np.float32
LARGEST = float(np.finfo(f16).max)
SOFTMAX, SOFT = "softmax_cross_entropy_with_logits", "softmax_cross_entropy_with_soft_labels"


def test_softmax_over_5000_equal_classes():
    z = np.zeros((5000, 2), f16)
    p = act.softmax(z, axis=0)
    assert p.dtype == f16
    np.testing.assert_allclose(p.sum(axis=0, dtype=float), 1, rtol=1e-3)
    np.testing.assert_allclose(act.logsumexp(z, axis=0), np.log(5000), rtol=1e-3)
    np.testing.assert_allclose(act.log_softmax(z, axis=0), -np.log(5000), rtol=1e-3)
    # Σ g p of ones is 1, so the slope is 0; of the logarithm's it is 1 − 5000 p = 0.
    ones = np.ones_like(z)
    np.testing.assert_allclose(act.softmax_vjp(ones, z, axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(act.log_softmax_vjp(ones, z, axis=0), 0, atol=1e-3)


def test_more_classes_than_float16_can_count():
    z = np.zeros(100_000, f16)
    np.testing.assert_allclose(act.softmax(z), 1e-5, rtol=1e-2)
    assert act.logsumexp(z) == f16(np.log(1e5))
    np.testing.assert_allclose(act.log_softmax_vjp(np.ones_like(z), z), 0, atol=1e-2)
    # 10⁵ logits at −17, each below float16's smallest number after exp, are e⁻¹⁷ · 10⁵ = 0.0041 together.
    z = np.full(100_001, -17, f16)
    z[0] = 0
    assert act.logsumexp(z) == pytest.approx(np.log1p(1e5 * np.exp(-17.0)), rel=1e-3, abs=0)


@pytest.mark.parametrize("dtype", [f16, f32])
def test_gradients_of_a_bias_and_a_weight_over_many_rows(dtype):
    rows = 5000 if dtype == f16 else 10**6
    # Two outputs: NumPy adds a single column in pairs, and then loses nothing.
    x, w, b = np.ones((rows, 1), dtype), np.ones((2, 1), dtype), np.ones(2, dtype)
    g = np.full((rows, 2), 1.0 if dtype == f16 else 0.1, dtype)
    _, dw, db = layers.affine_vjp(g, x, w, b)
    exact = 5000 if dtype == f16 else 100_000
    for gradient in (dw[:, 0], db):
        np.testing.assert_allclose(gradient, exact, rtol=1e-3 if dtype == f16 else 1e-5)


def test_prelu_slope_over_many_entries():
    z = -np.ones((5000, 2), f16)
    assert act.prelu_vjp(np.ones_like(z), z, np.zeros(2, f16))[1].tolist() == [-5000.0, -5000.0]
    assert act.prelu_vjp(np.ones_like(z), z, f16(0))[1] == -10_000


@pytest.mark.parametrize(("name", "each"), [("squared_error", 1.0), ("absolute_error", 1.0), ("huber", 0.5)])
def test_losses_over_many_outputs(name, each):
    ones = np.ones((1, 5000), f16)
    assert getattr(losses, name)(ones, np.zeros_like(ones)).tolist() == [5000 * each]


def test_cross_entropies_over_many_outputs():
    zeros = np.zeros((1, 5000), f16)
    log2 = losses.binary_cross_entropy_with_logits(zeros, zeros)
    assert log2.dtype == f16 and log2[0] == pytest.approx(5000 * np.log(2), rel=2e-3, abs=0)
    assert losses.softmax_cross_entropy_with_logits(zeros, [0])[0] == pytest.approx(np.log(5000), rel=1e-3, abs=0)
    even = np.full((1, 5000), 1 / 5000)
    soft = losses.softmax_cross_entropy_with_soft_labels(zeros, even)
    assert soft[0] == pytest.approx(np.log(5000), rel=2e-3, abs=0)
    np.testing.assert_allclose(losses.softmax_cross_entropy_with_soft_labels_grad(zeros, even), 0, atol=1e-6)


def test_a_weight_that_is_too_large_for_the_logits_type_harms_no_other_class():
    z = np.array([[1, 2]], f16)
    assert losses.softmax_cross_entropy_with_logits(z, [1], class_weights=[70000, 1])[0] == f16(0.31326)
    gradient = losses.softmax_cross_entropy_with_logits_grad(z, [1], class_weights=[70000, 1])
    np.testing.assert_allclose(gradient, [[0.2689, -0.2689]], rtol=1e-3)
    assert gradient.dtype == f16
    soft = losses.softmax_cross_entropy_with_soft_labels(z, [[0, 1]], class_weights=[70000, 1])
    assert soft[0] == f16(0.31326)


def test_zero_times_minus_infinity_is_no_term_of_a_cross_entropy():
    z = [[1e308, -1e308]]
    assert losses.softmax_cross_entropy_with_logits(z, [0]).tolist() == [0.0]
    assert losses.softmax_cross_entropy_with_soft_labels(z, [[1, 0]]).tolist() == [0.0]
    assert losses.softmax_cross_entropy_with_logits(z, [1], class_weights=[1, 0]).tolist() == [0.0]
    assert losses.softmax_cross_entropy_with_logits(z, [1], ignore_index=1).tolist() == [0.0]
    assert losses.softmax_cross_entropy_with_logits(np.array([[6e4, -6e4]], f16), [0]).tolist() == [0.0]


def test_softmax_family_at_the_ends_of_float16_is_silent():
    z = np.array([[LARGEST, -LARGEST, 0], [-LARGEST, -LARGEST, -LARGEST], [-np.inf, 0, -1000]], f16)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(act.softmax(z), [[1, 0, 0], [1 / 3] * 3, [0, 1, 0]], rtol=1e-3)
        np.testing.assert_array_equal(act.log_softmax(z)[0], [0, -np.inf, -LARGEST])
        np.testing.assert_array_equal(act.logsumexp(z), [LARGEST, -LARGEST, 0])
        ones = np.ones_like(z)
        for pull in (act.softmax_vjp, act.log_softmax_vjp):
            assert np.isfinite(pull(ones, z)).all()


@pytest.mark.parametrize("name", ["squared_error", "absolute_error", "huber", "binary_cross_entropy_with_logits"])
def test_losses_at_the_ends_of_float16(name):
    z, y = np.array([LARGEST, -LARGEST, 200.0], f16), np.array([1, 1, 0], f16)
    with np.errstate(over="ignore" if name == "squared_error" else "raise", invalid="raise"):
        value, gradient = getattr(losses, name)(z, y), getattr(losses, name + "_grad")(z, y)
    assert value.dtype == gradient.dtype == f16
    assert not np.isnan(value).any() and not np.isnan(gradient).any()
    assert value[2] == {"squared_error": 40000, "huber": 199.5}.get(name, 200)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: losses.squared_error(np.zeros(1, f32), [1e300]), "squared_error: target must be finite in float32"),
        (
            lambda: losses.absolute_error(np.zeros(2, f16), [0, 7e4]),
            "absolute_error: target must be finite in float16, at most 65504, got 70000.0 at index (1,): scale it",
        ),
        (lambda: losses.squared_error_vjp([1e39], np.zeros(1, f32), [0.0]), "squared_error_vjp: g must be finite in"),
        (lambda: losses.huber([f16(1)], [f16(1)], delta=7e4), "huber: delta must be finite in float16, at most 65504"),
        (lambda: losses.huber_vjp([1], np.ones(1, f16), [1], delta=7e4), "huber_vjp: delta must be finite in float16"),
        (lambda: act.leaky_relu(np.zeros(1, f16), slope=7e4), "leaky_relu: slope must be finite in float16"),
        (lambda: act.elu_vjp(np.ones(1), np.zeros(1, f32), alpha=1e39), "elu_vjp: alpha must be finite in float32"),
        (lambda: act.prelu(np.zeros((1, 2), f16), [7e4, 1]), "prelu: a must be finite in float16"),
        (lambda: act.relu_vjp([1e39], np.zeros(1, f32)), "relu_vjp: g must be finite in float32"),
        (lambda: act.softmax_vjp([1e39], np.zeros(1, f32)), "softmax_vjp: g must be finite in float32"),
        (lambda: act.logsumexp_vjp(1e39, np.zeros(1, f32)), "logsumexp_vjp: g must be finite in float32"),
        (
            lambda: layers.affine_vjp([[1e39]], *(np.ones(s, f32) for s in [(1, 1), (1, 1), 1])),
            "affine_vjp: g must be finite in float32",
        ),
    ],
)
def test_what_is_finite_only_in_a_wider_type_is_refused(action, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        action()


WIDE = {"squared_error": 1, "absolute_error": 1, "huber": 1, "binary_cross_entropy_with_logits": 1, SOFT: 2}


@pytest.mark.parametrize("dtype", [f16, f32])
@pytest.mark.parametrize("name", WIDE)
def test_the_type_of_the_first_array_decides(name, dtype):
    """A target or a cotangent in float64 changes no dtype, of value or gradient."""
    z = np.array([[0.25, 0.75], [0.5, 0.5]], dtype)
    y = np.array([[0.0, 1.0], [0.5, 0.5]])
    value, gradient, pull = (getattr(losses, name + suffix) for suffix in ("", "_grad", "_vjp"))
    for target in (y, y.astype(f32), y.astype(f16)):
        assert value(z, target).dtype == gradient(z, target).dtype == pull(np.ones(2), z, target).dtype == dtype
        np.testing.assert_array_equal(value(z, target), value(z, y))
    options = {"class_weights": np.array([0.5, 2.0])} if name == SOFT else {}
    assert value(z, y, **options).dtype == gradient(z, y, **options).dtype == dtype


@pytest.mark.parametrize("dtype", [f16, f32])
def test_class_weights_in_another_type_change_no_dtype(dtype):
    z, weights = np.array([[0.0, 1.0]], dtype), np.array([0.5, 2.0])
    for suffix, first in (("", ()), ("_grad", ()), ("_vjp", ([1.0],))):
        result = getattr(losses, SOFTMAX + suffix)(*first, z, [1], class_weights=weights, label_smoothing=0.1)
        assert result.dtype == dtype


@pytest.mark.parametrize("dtype", [f16, f32])
def test_prelu_in_two_types(dtype):
    z, a = np.array([[-1.0, 2.0]], dtype), np.array([0.5, 0.25])
    assert act.prelu(z, a).dtype == act.prelu_grad(z, a).dtype == dtype
    dz, da = act.prelu_vjp(np.ones((1, 2)), z, a)
    assert (dz.dtype, da.dtype) == (dtype, np.float64)
    dz, da = act.prelu_vjp(np.ones((1, 2)), z.astype(float), a.astype(dtype))
    assert (dz.dtype, da.dtype) == (np.float64, dtype)


def test_affine_gradients_each_in_the_type_of_their_input():
    x, w, b = np.ones((2, 3), f16), np.ones((4, 3), f32), np.ones(4)
    assert layers.affine(x, w, b).dtype == np.float64
    assert [d.dtype for d in layers.affine_vjp(np.ones((2, 4)), x, w, b)] == [f16, f32, np.float64]


@pytest.mark.parametrize("row", [[0.5, 0.49], [0.99, 0.0], [0.52, 0.5]])
@pytest.mark.parametrize("dtype", [f16, f32, np.float64])
def test_rows_of_soft_labels_sum_to_one(row, dtype):
    z = np.zeros((2, 2), dtype)
    rows = np.array([[0.5, 0.5], row], dtype)
    for suffix, first in (("", ()), ("_grad", ()), ("_vjp", ([1.0, 1.0],))):
        with pytest.raises(ValueError, match=rf"^{SOFT}{suffix}: probabilities must be rows with sum 1, got .* row 1"):
            getattr(losses, SOFT + suffix)(*first, z, rows)


@pytest.mark.parametrize("dtype", [f16, f32, np.float64])
@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_a_softmax_in_any_type_is_a_distribution(dtype, classes):
    z = np.random.default_rng(0).normal(size=(20, classes)).astype(dtype)
    assert np.isfinite(losses.softmax_cross_entropy_with_soft_labels(z, act.softmax(z))).all()
