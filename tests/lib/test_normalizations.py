"""dlmath_lib.layers: the normalisations by hand, against PyTorch, SymPy and central differences; faulty forms fail."""

import re

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmath_lib import autodiff, vectors
from dlmath_lib.calculus import jacobian
from dlmath_lib.layers import (
    batch_norm,
    batch_norm_vjp,
    batch_statistics,
    group_norm,
    group_norm_vjp,
    layer_norm,
    layer_norm_vjp,
    rms_norm,
    rms_norm_vjp,
    update_running_statistics,
)

RNG = np.random.default_rng(26)
VECTORS = vectors.load("normalization")
TOLERANCE = {"float64": {"rtol": 1e-12, "atol": 1e-12}, "float32": {"rtol": 2e-5, "atol": 2e-5}}
ONE, ZERO = np.ones(1), np.zeros(1)


def stored(part):
    return {key.removeprefix(part + "_"): value for key, value in VECTORS.items() if key.startswith(part + "_")}


def close(ours, theirs, dtype):
    for a, b in zip(ours, theirs, strict=True):
        assert a.dtype == dtype
        np.testing.assert_allclose(a, b, **TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("inputs", ["rows", "images"])
class TestPyTorch:
    @pytest.mark.parametrize("mode", ["train", "eval"])
    def test_batch_norm(self, inputs, dtype, mode):
        v = stored(f"batch_{inputs}_{dtype}")
        options = {"mean": v["running_mean"], "variance": v["running_variance"]} if mode == "eval" else {}
        ours = batch_norm(v["x"], v["gamma"], v["beta"], **options)
        gradients = batch_norm_vjp(v["g"], v["x"], v["gamma"], v["beta"], **options)
        close((ours, *gradients), (v[f"{mode}_{n}"] for n in ("y", "dx", "dgamma", "dbeta")), dtype)

    def test_running_statistics(self, inputs, dtype):
        v = stored(f"batch_{inputs}_{dtype}")
        mean, variance = np.zeros_like(v["running_mean"]), np.ones_like(v["running_mean"])
        for x in v["batches"]:
            mean, variance = update_running_statistics(mean, variance, *batch_statistics(x), count=x[:, 0].size)
        close((mean, variance), (v["running_mean"], v["running_variance"]), dtype)

    @pytest.mark.parametrize("kind", ["layer", "group", "rms"])
    def test_the_others(self, inputs, dtype, kind):
        v = stored(f"{kind}_{inputs}_{dtype}")
        f, vjp = {
            "layer": (layer_norm, layer_norm_vjp),
            "group": (group_norm, group_norm_vjp),
            "rms": (rms_norm, rms_norm_vjp),
        }[kind]
        options = {"groups": 3 if inputs == "images" else 1} if kind == "group" else {}
        names = ("x", "gamma") if kind == "rms" else ("x", "gamma", "beta")
        arguments = [v[n] for n in names]
        ours = (f(*arguments, **options), *vjp(v["g"], *arguments, **options))
        close(ours, (v["y"], *(v[f"d{n}"] for n in names)), dtype)


def test_by_hand():
    assert batch_norm([[1, 5], [3, 9]], [1, 10], [0, 1], epsilon=0).tolist() == [[-1, -9], [1, 11]]
    assert [v.tolist() for v in batch_statistics([[1, 5], [3, 9]])] == [[2, 7], [1, 4]]
    # Two images of one pixel and one of two: the channel has m = 4 values, 1, 3, 5, 7, with mean 4 and variance 5.
    x = np.array([[[1.0, 3.0]], [[5.0, 7.0]]])
    np.testing.assert_allclose(batch_norm(x, ONE, ZERO, epsilon=4), (x - 4) / 3)
    np.testing.assert_allclose(layer_norm([[0, 4]], [3, 1], [1, 0], epsilon=0), [[-2, 1]])
    np.testing.assert_allclose(rms_norm([[1, 7]], [1, 2], epsilon=0), [[0.2, 2.8]])
    np.testing.assert_allclose(group_norm([[0, 4, 5, 7]], [1] * 4, [0] * 4, groups=2, epsilon=0), [[-1, 1, -1, 1]])
    mean, variance = update_running_statistics([1.0], [1.0], [3.0], [2.0], count=5, momentum=0.25)
    assert (mean.tolist(), variance.tolist()) == ([1.5], [0.75 + 0.25 * 2.5])
    assert update_running_statistics([1.0], [1.0], [3.0], [2.0], count=5, momentum=0.25, unbiased=False)[1] == 1.25


def in_turn(vjp, f, g, *inputs):
    """Each gradient beside g contracted with the Jacobian by central differences."""
    for i, ours in enumerate(vjp(g, *inputs)):

        def along(v, i=i):
            return f(*[v if i == j else a for j, a in enumerate(inputs)])

        slopes = np.tensordot(g, jacobian(along, inputs[i]), axes=g.ndim)
        np.testing.assert_allclose(ours, slopes, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("shape", [(5, 3), (2, 4, 3), (3, 2, 2, 2), (2, 2, 2, 1, 2)])
def test_vjps_agree_with_central_differences(shape):
    x, g = RNG.normal(size=shape), RNG.normal(size=shape)
    gamma, beta = RNG.normal(size=(2, shape[1]))
    mean, variance = RNG.normal(size=shape[1]), RNG.uniform(0.5, 2, size=shape[1])
    running = {"mean": mean, "variance": variance}
    in_turn(batch_norm_vjp, batch_norm, g, x, gamma, beta)
    in_turn(
        lambda *a: batch_norm_vjp(*a, **running, epsilon=0.1),
        lambda *a: batch_norm(*a, **running, epsilon=0.1),
        g, x, gamma, beta,
    )  # fmt: skip
    for last in (shape[-1:], shape[1:]):
        gamma, beta = RNG.normal(size=(2, *last))
        in_turn(layer_norm_vjp, layer_norm, g, x, gamma, beta)
        in_turn(rms_norm_vjp, rms_norm, g, x, gamma)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_group_norm_agrees_with_central_differences(groups):
    x, g, (gamma, beta) = RNG.normal(size=(3, 4, 3)), RNG.normal(size=(3, 4, 3)), RNG.normal(size=(2, 4))
    in_turn(lambda *a: group_norm_vjp(*a, groups=groups), lambda *a: group_norm(*a, groups=groups), g, x, gamma, beta)


def test_vjp_agrees_with_autodiff():
    x, g, (gamma, beta) = RNG.normal(size=(5, 3)), RNG.normal(size=(5, 3)), RNG.normal(size=(2, 3))

    def written_out(x, gamma, beta):
        centred = x - x.sum(axis=0) / 5
        return gamma * centred / ((centred**2).sum(axis=0) / 5 + 1e-5) ** 0.5 + beta

    for ours, theirs in zip(
        batch_norm_vjp(g, x, gamma, beta), autodiff.vjp(written_out, g, x, gamma, beta), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


def test_vjp_agrees_with_sympy_on_three_values():
    x, g = sp.symbols("x:3", real=True), sp.symbols("g:3", real=True)
    gamma, eps = sp.symbols("gamma epsilon", positive=True)
    mean = sum(x) / 3
    root = sp.sqrt(sum((v - mean) ** 2 for v in x) / 3 + eps)
    loss = sum(c * gamma * (v - mean) / root for c, v in zip(g, x, strict=True))
    exact = sp.lambdify([*x, *g, gamma, eps], [sp.diff(loss, v) for v in x])
    xs, gs = RNG.normal(size=3), RNG.normal(size=3)
    ours = batch_norm_vjp(gs[:, None], xs[:, None], [1.7], [0.3], epsilon=0.2)[0]
    np.testing.assert_allclose(ours.ravel(), exact(*xs, *gs, 1.7, 0.2), rtol=1e-12)


def test_faulty_backward_passes_are_seen_by_random_cotangents_and_missed_by_ones():
    """The mean's or the variance's share left out. For g = 1, ε = 0 it is 0, and so are two of these."""
    x, g = RNG.normal(size=(6, 1)), RNG.normal(size=(6, 1))
    hat = batch_norm(x, ONE, ZERO, epsilon=0)
    root = x.std()

    def faulty(g):
        return {
            "no variance": (g - g.mean()) / root,
            "no mean": (g - hat * (g * hat).mean()) / root,
            "evaluation": g / root,
            "twice the variance": (g - g.mean() - 2 * hat * (g * hat).mean()) / root,
        }

    exact = batch_norm_vjp(g, x, ONE, ZERO, epsilon=0)[0]
    for name, wrong in faulty(g).items():
        assert not np.allclose(wrong, exact, rtol=0.01), name
    ones = np.ones_like(g)
    zero = batch_norm_vjp(ones, x, ONE, ZERO, epsilon=0)[0]
    np.testing.assert_allclose(zero, 0, atol=1e-12)
    missed = {name for name, wrong in faulty(ones).items() if np.allclose(wrong, zero, atol=1e-12)}
    assert missed == {"no variance", "twice the variance"}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.01, 100), st.floats(-50, 50))
def test_shift_and_scale_are_taken_out_and_the_gradient_is_projected(seed, scale, shift):
    rng = np.random.default_rng(seed)
    x, g = rng.normal(size=(7, 2)), rng.normal(size=(7, 2))
    one, zero = np.ones(2), np.zeros(2)
    y = batch_norm(x, one, zero, epsilon=0)
    np.testing.assert_allclose(batch_norm(scale * x + shift, one, zero, epsilon=0), y, atol=1e-9)
    np.testing.assert_allclose((y.mean(0), y.var(0)), ([0, 0], [1, 1]), atol=1e-12)
    dx = batch_norm_vjp(g, x, one, zero, epsilon=0)[0]
    np.testing.assert_allclose([dx.sum(0), (dx * y).sum(0)], 0, atol=1e-10)
    scaled = batch_norm_vjp(g, scale * x + shift, one, zero, epsilon=0)[0]
    np.testing.assert_allclose(scale * scaled, dx, atol=1e-8)


def test_norms_are_one_another_where_they_average_over_the_same():
    x, (gamma, beta) = RNG.normal(size=(4, 6)), RNG.normal(size=(2, 6))
    np.testing.assert_allclose(group_norm(x, gamma, beta, groups=1), layer_norm(x, gamma, beta))
    one, zero = np.ones(6), np.zeros(6)
    np.testing.assert_allclose(layer_norm(x, one, zero), batch_norm(x.T, np.ones(4), np.zeros(4)).T)
    centred = x - x.mean(1, keepdims=True)
    np.testing.assert_allclose(rms_norm(centred, gamma), layer_norm(x, gamma, zero))
    images, two = RNG.normal(size=(1, 3, 4, 5)), np.ones(3)
    np.testing.assert_allclose(
        group_norm(images, two, 0 * two, groups=3), batch_norm(images, two, 0 * two)
    )  # instance norm of one example


def test_evaluation_does_not_look_at_the_batch():
    x, (gamma, beta, mean) = RNG.normal(size=(5, 3)), RNG.normal(size=(3, 3))
    running = {"mean": mean, "variance": np.array([0.5, 1.0, 2.0])}
    whole = batch_norm(x, gamma, beta, **running)
    for i in range(5):
        np.testing.assert_array_equal(batch_norm(x[i : i + 1], gamma, beta, **running), whole[i : i + 1])


CALLS = {
    "batch_norm": (batch_norm, batch_norm_vjp, {}),
    "layer_norm": (layer_norm, layer_norm_vjp, {}),
    "group_norm": (group_norm, group_norm_vjp, {"groups": 1}),
    "rms_norm": (lambda x, gamma, beta, **o: rms_norm(x, gamma, **o), None, {}),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_types_and_extremes(name, dtype):
    f, vjp, options = CALLS[name]
    x = RNG.normal(size=(4, 3)).astype(dtype)
    one, zero = np.ones(3, dtype), np.zeros(3, dtype)
    y = f(x, one, zero, **options)
    assert y.dtype == dtype and y.shape == x.shape
    big = f(x * np.asarray(1000, dtype), one, zero, **options)  # their squares are beyond float16
    np.testing.assert_allclose(big, y, rtol=2e-2 if dtype == "float16" else 1e-3, atol=1e-2)
    np.testing.assert_array_equal(f(np.zeros_like(x), one, zero, **options), 0)
    if name != "rms_norm":
        np.testing.assert_allclose(f(np.full_like(x, 1000), one, zero + 3, **options), 3, atol=1e-6)
    if vjp:
        assert [(a.shape, a.dtype) for a in vjp(x, x, one, zero, **options)] == [((4, 3), dtype), *[((3,), dtype)] * 2]


def test_long_sums_keep_their_digits():
    x = np.full((2, 1, 10**6), 0.1, np.float32)
    x[1] += 1
    mean, variance = batch_statistics(x)
    np.testing.assert_allclose([mean[0], variance[0]], [0.6, 0.25], rtol=1e-5)
    dbeta = batch_norm_vjp(np.full_like(x, 0.1), x, ONE.astype("f"), ZERO.astype("f"))[2]
    np.testing.assert_allclose(dbeta, 2e5, rtol=1e-5)
    half = np.ones((5000, 1), np.float16)
    half[::2] = 3
    assert [v.tolist() for v in batch_statistics(half)] == [[2.0], [1.0]]


def test_a_mean_far_from_zero_costs_no_digits_that_the_inputs_have():
    x = (RNG.integers(-3, 4, size=(64, 1)) + 2.0**20).astype(np.float32)
    exact = batch_norm(x.astype(float), ONE, ZERO)
    np.testing.assert_allclose(batch_norm(x, ONE.astype("f"), ZERO.astype("f")), exact, atol=0.05)


F32 = ONE.astype("f")
PAIR, WIDE = [[1.0], [2.0]], np.ones((2, 6))


@pytest.mark.parametrize(
    ("f", "arguments", "options", "message"),
    [
        (batch_norm, ([[1.0, 2.0]], [1, 1], [0, 0]), {}, "x must be of more than one value for each channel in "
         "training, got shape (1, 2): take a larger batch, or pass the running mean= and variance="),
        (batch_norm_vjp, ([[1.0]], [[1.0]], [1], [0]), {}, "x must be of more than one value for each channel"),
        (batch_norm, ([1.0, 2.0], [1, 1], [0, 0]), {}, "x must be of shape (n, channels, …), got (2,): wrap a single"),
        (batch_norm, (PAIR, [1, 1], [0]), {}, "gamma must be of shape (1,), got (2,)"),
        (batch_norm, (PAIR, [1], [0]), {"mean": [0.0]}, "variance must be given together with the other statistic"),
        (batch_norm, (PAIR, [1], [0]), {"variance": [1.0]}, "mean must be given together with the other statistic"),
        (batch_norm, (PAIR, [1], [0]), {"mean": [0.0], "variance": [-1.0]}, "variance must be ≥ 0, got -1"),
        (batch_norm, ([[1.0], [1.0]], [1], [0]), {"epsilon": 0}, "epsilon must be large enough that "
         "1 / √(variance + epsilon) is a number of float64, got 0 beside a variance of 0"),
        (batch_norm, (PAIR, [1], [0]), {"epsilon": -1e-5}, "epsilon must be ≥ 0"),
        (batch_norm, (np.float32([[1e30], [2e30]]), F32, F32), {}, "x must be small enough that its squares are "
         "numbers of float32"),
        (batch_norm, (np.float16(PAIR), np.float16([6e4]), np.float16([6e4])), {}, "x must be such that the result "
         "is a number of float16"),
        (layer_norm, (PAIR, [1], [0]), {}, "x must be of more than one feature for each example, got shape (2, 1)"),
        (layer_norm, ([[1.0, 2.0]], [1] * 3, [0] * 3), {}, "gamma must be of the shape of the features, the last axes "
         "of x of shape (1, 2), got (3,)"),
        (layer_norm, (np.ones((2, 2, 2)), np.ones((2, 2)), np.ones(2)), {}, "beta must be of gamma's shape (2, 2)"),
        (rms_norm, ([[0.0, 0.0]], [1, 1]), {"epsilon": 0}, "epsilon must be large enough"),
        (group_norm, (WIDE, WIDE[0], WIDE[0]), {"groups": 4}, "groups must be a divisor of the 6 channels of x, got 4"),
        (group_norm, (WIDE, WIDE[0], WIDE[0]), {"groups": 6}, "x must be of more than one value for each group, got "
         "shape (2, 6) with groups = 6: take fewer groups"),
        (update_running_statistics, ([0.0], [1.0], [0.0], [1.0]), {"count": 1}, "count must be > 1 for an unbiased "
         "variance, got 1: pass unbiased=False"),
        (update_running_statistics, ([0.0], [1.0], [0.0], [-1.0]), {"count": 3}, "batch_variance must be ≥ 0"),
        (update_running_statistics, ([0.0], [1.0], [0.0], [1.0]), {"count": 3, "momentum": 1.5}, "momentum must be ≥ 0 "
         "and ≤ 1, got 1.5"),
    ],
)  # fmt: skip
def test_refusals(f, arguments, options, message):
    with pytest.raises(ValueError, match=re.escape(f"{f.__name__}: {message}")):
        f(*arguments, **options)
