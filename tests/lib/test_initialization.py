"""dlmath_lib.initialization: fans, variances, bounds, and what they do to a deep network."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from dlmath_lib import vectors
from dlmath_lib.activations import elu, elu_grad, sigmoid, sigmoid_grad, tanh, tanh_grad
from dlmath_lib.initialization import (
    fans,
    gain,
    he_normal,
    he_uniform,
    wide_layer,
    xavier_normal,
    xavier_uniform,
    zeros,
)

VECTORS = vectors.load("network")
RULES = [xavier_uniform, xavier_normal, he_uniform, he_normal]
SHAPE = (300, 500)
VARIANCE = {"xavier": 2 / 800, "he": 2 / 500}


def make(rule, shape=SHAPE, seed=0, **options):
    return rule(shape, rng=np.random.default_rng(seed), **options)


def test_fans_by_hand():
    assert fans((10, 784)) == (784, 10)
    assert fans((64, 32, 3, 3)) == (288, 576)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=5))
def test_fans_law(shape):
    """Counting the connections from both sides: fan_in · out = fan_out · in."""
    fan_in, fan_out = fans(tuple(shape))
    assert fan_in * shape[0] == np.prod(shape) == fan_out * shape[1]


@pytest.mark.parametrize("rule", RULES)
def test_mean_variance_and_shape_of_the_distribution(rule):
    w = make(rule)
    variance = VARIANCE[rule.__name__.partition("_")[0]]
    # Four standard errors: √(variance/N) of the mean; (kurtosis − 1)·variance²/N of the variance.
    uniform = rule.__name__.endswith("uniform")
    assert abs(w.mean()) < 4 * np.sqrt(variance / w.size)
    assert abs(w.var() / variance - 1) < 4 * np.sqrt(((1.8 if uniform else 3.0) - 1) / w.size)
    assert np.mean((w / w.std()) ** 4) == pytest.approx(1.8 if uniform else 3.0, rel=0.03, abs=0)
    if uniform:
        assert 0.999 < abs(w).max() / np.sqrt(3 * variance) <= 1


@pytest.mark.parametrize("rule", RULES)
def test_gain_scales_the_same_draws(rule):
    default = 1.0 if "xavier" in rule.__name__ else np.sqrt(2)
    np.testing.assert_allclose(make(rule, gain=3.0), make(rule) * 3.0 / default, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("rule", [he_uniform, he_normal])
def test_he_by_the_other_fan(rule):
    np.testing.assert_allclose(make(rule, fan="fan_out"), make(rule) * np.sqrt(500 / 300), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_seed_shape_and_dtype(rule, dtype):
    w = make(rule, (3, 4, 5), dtype=dtype)
    assert w.shape == (3, 4, 5) and w.dtype == dtype
    assert np.array_equal(w, make(rule, (3, 4, 5), dtype=dtype))
    assert not np.array_equal(w, make(rule, (3, 4, 5), seed=1, dtype=dtype))
    np.testing.assert_allclose(w, make(rule, (3, 4, 5)), rtol=1e-6)


@pytest.mark.parametrize("rule", RULES)
def test_variance_agrees_with_pytorch(rule):
    name = rule.__name__.replace("he_", "kaiming_")
    w = make(rule, (600, 400))
    # Two samples of 240 000 draws each: four standard errors of their ratio.
    assert w.var() == pytest.approx(VECTORS[f"variance_{name}"], rel=4 * np.sqrt(2 * 2 / w.size), abs=0)
    if name.endswith("uniform"):
        assert abs(w).max() == pytest.approx(VECTORS[f"largest_{name}"], rel=1e-3, abs=0)


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh", "relu", "leaky_relu"])
def test_gain_agrees_with_pytorch(activation):
    assert gain(activation) == pytest.approx(float(VECTORS[f"gain_{activation}"]), rel=1e-15, abs=0)


def test_gains():
    assert gain("linear") == gain("sigmoid") == 1.0
    assert gain("tanh") == 5 / 3
    assert gain("relu") == gain("leaky_relu", slope=0) == np.sqrt(2)
    assert gain("leaky_relu", slope=1) == 1.0
    assert gain("leaky_relu") == pytest.approx(np.sqrt(2 / 1.0001))


def test_zeros():
    assert zeros((2, 3), dtype="float32").dtype == np.float32 and not zeros((5,)).any()


def deep(rule, depth=30, width=200, **options):
    """The mean square of the signal after each layer of a ReLU network."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(100, width))
    sizes = []
    for _ in range(depth):
        a = np.maximum(a @ rule((width, width), rng=rng, **options).T, 0)
        sizes.append(np.mean(a**2))
    return np.array(sizes)


def test_he_keeps_a_deep_relu_network_alive_and_xavier_halves_it_at_each_layer():
    assert 0.2 < deep(he_normal)[-1] / deep(he_normal)[0] < 5
    rate = (deep(xavier_normal)[-1] / deep(xavier_normal)[0]) ** (1 / 29)
    assert rate == pytest.approx(0.5, rel=0.1, abs=0)
    assert deep(he_normal, gain=2.0)[-1] > 1e6


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("shape", "options", "error", "message"),
    [
        ((5,), {}, ValueError, r"shape must be \(out, in, …\) with at least 2 axes, got \(5,\): for biases use zeros"),
        ((0, 5), {}, ValueError, r"shape\[0\] must be ≥ 1"),
        ((2.5, 5), {}, TypeError, r"shape\[0\] must be an integer"),
        (5, {}, TypeError, "shape must be a tuple of ints, got int"),
        (
            (2, 2),
            {"rng": 0},
            TypeError,
            r"rng must be a numpy.random.Generator, got int 0: pass numpy.random.default_rng\(0\)",
        ),
        ((2, 2), {"gain": 0}, ValueError, "gain must be > 0"),
        ((2, 2), {"dtype": int}, TypeError, "dtype must be one of float16, float32, float64, got int64"),
        ((2, 2), {"dtype": "foo"}, TypeError, "dtype must be one of float16, float32, float64, got 'foo'"),
        ((2, 2), {"gain": 1e308}, ValueError, r"gain must be at most 2\.54e\+307 in float64, got 1e\+308"),
        ((2, 2), {"gain": 1e5, "dtype": "float16"}, ValueError, r"gain must be at most 9\.26e\+03 in float16"),
    ],
)
def test_refusals(rule, shape, options, error, message):
    with pytest.raises(error, match=f"{rule.__name__}: {message}"):
        rule(shape, **({"rng": np.random.default_rng(0)} | options))


def test_other_refusals():
    with pytest.raises(ValueError, match="he_normal: fan must be one of 'fan_in', 'fan_out', got 'mean'"):
        make(he_normal, fan="mean")
    with pytest.raises(ValueError, match="gain: activation must be one of"):
        gain("softmax")
    with pytest.raises(TypeError, match="required keyword-only argument: 'rng'"):
        xavier_normal((2, 2))


@pytest.mark.parametrize("s", [0.3, 1.0, 10.2, 40.0])
@pytest.mark.parametrize("q", [1e-6, 0.3, 46.0, 1e4])
def test_wide_layer_against_scipy(q, s):
    for phi, slope in ((sigmoid, sigmoid_grad), (tanh, tanh_grad), (elu, elu_grad)):
        for got, f in zip(wide_layer(phi, slope, q, s), (phi, slope), strict=True):
            # In z, where a steep activation is wide: the pieces meet at 0, the corner of ELU's second derivative.
            pieces = [-9 * np.sqrt(q), -40, -5, 0, 5, 40, 9 * np.sqrt(q)]
            ends = [end for end in pieces if abs(end) <= 9 * np.sqrt(q)]
            exact = sum(
                integrate.quad(lambda z, f=f: f(z) ** 2 * np.exp(-(z**2) / 2 / q), a, b, epsabs=1e-14)[0]
                for a, b in pairwise(ends)
            )
            assert got == pytest.approx(s**2 * exact / np.sqrt(2 * np.pi * q), rel=1e-5 if q < 100 else 1e-3, abs=0)


def test_wide_layer_by_hand():
    assert wide_layer(np.abs, np.sign, 3.0, 2.0) == pytest.approx((12.0, 4.0), rel=1e-12, abs=0)
    assert wide_layer(np.tanh, lambda z: 1 - np.tanh(z) ** 2, 0, 2) == pytest.approx((0.0, 4.0))
    # E sin²(√q u) = (1 − e^{−2q})/2.
    assert wide_layer(np.sin, np.cos, 0.4, 1.0)[0] == pytest.approx((1 - np.exp(-0.8)) / 2, rel=1e-12, abs=0)


def test_wide_layer_says_what_phi_must_return():
    with pytest.raises(ValueError, match=r"wide_layer: the result of phi must be of shape \(4000,\)"):
        wide_layer(lambda z: z[:3], np.cos, 1.0, 1.0)
    with pytest.raises(ValueError, match="wide_layer: s must be at most"):
        wide_layer(lambda z: z, np.ones_like, 1.0, 1e200)
