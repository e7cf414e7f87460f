"""dlmath_lib.convolution: convolutions by hand, in index form, against SciPy, PyTorch and central differences."""

import itertools
import json
import re
import threading
import time

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from dlmath_lib import _threads, vectors
from dlmath_lib.calculus import jacobian
from dlmath_lib.convolution import (
    _columns,
    conv,
    conv_transpose,
    conv_transpose_vjp,
    conv_vjp,
    convolution_matrix,
    convolve,
    correlate,
    output_shape,
)

RNG = np.random.default_rng(7)
VECTORS = vectors.load("convolution")
CASES = json.loads(str(VECTORS["cases"]))
OPTIONS = [
    {},
    {"stride": 2},
    {"padding": 1},
    {"padding": ((2, 0),) * 2},
    {"dilation": 2, "padding": "same"},
    {"groups": 2},
    {"stride": (1, 2), "padding": ((1, 2), (0, 1)), "dilation": (2, 1), "groups": 2},
]


def draw(*shape):
    return RNG.normal(size=shape)


def plain(x, kernels, bias, *, stride=1, padding=0, dilation=1, groups=1):
    """The index form, term by term, for two spatial axes."""
    axes = range(2)
    stride, dilation = (v if isinstance(v, tuple) else (v, v) for v in (stride, dilation))
    if padding == "same":
        rest = (d * (k - 1) for d, k in zip(dilation, kernels.shape[2:], strict=True))
        padding = tuple((r // 2, r - r // 2) for r in rest)
    pairs = padding if isinstance(padding, tuple) else ((padding, padding),) * 2
    k = kernels.shape[2:]
    out = [(x.shape[2 + a] + sum(pairs[a]) - dilation[a] * (k[a] - 1) - 1) // stride[a] + 1 for a in axes]
    y = np.zeros((len(x), len(kernels), *out))
    per_in, per_out = x.shape[1] // groups, len(kernels) // groups
    for n, o, *i in np.ndindex(y.shape):
        y[n, o, *i] = bias[o]
        for c, *q in np.ndindex(per_in, *k):
            place = [i[a] * stride[a] + q[a] * dilation[a] - pairs[a][0] for a in axes]
            if all(0 <= place[a] < x.shape[2 + a] for a in axes):
                y[n, o, *i] += kernels[o, c, *q] * x[n, o // per_out * per_in + c, *place]
    return y


def test_by_hand():
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    kernels = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
    assert (conv(x, kernels) == -5).all() and conv(x, kernels).shape == (1, 1, 3, 3)
    assert conv(x, kernels, [7.0], stride=2)[0, 0].tolist() == [[2, 2], [2, 2]]
    assert conv([[[1, 2, 4]]], [[[1, 10]]], padding=((1, 0),)).tolist() == [[[10, 21, 42]]]
    assert conv([[[1, 2, 4], [8, 16, 32]]], [[[1, 1]], [[1, -1]]], groups=2).tolist() == [[[3, 6], [-8, -16]]]
    assert conv([[[1, 2, 4, 8, 16]]], [[[1, 1]]], dilation=3).tolist() == [[[9, 18]]]
    assert conv_transpose([[[1, 10]]], [[[1, 2, 3]]]).tolist() == [[[1, 12, 23, 30]]]
    assert conv_transpose([[[1, 10]]], [[[1, 2]]], stride=3, output_padding=1).tolist() == [[[1, 2, 0, 10, 20, 0]]]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_conv_is_its_index_form(options):
    x, kernels, bias = draw(2, 4, 7, 6), draw(6, 4 // options.get("groups", 1), 3, 2), draw(6)
    np.testing.assert_allclose(conv(x, kernels, bias, **options), plain(x, kernels, bias, **options), atol=1e-12)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case["function"].startswith("conv")])
def test_agrees_with_pytorch(name):
    options = {key: tuple(v) if isinstance(v, list) else v for key, v in CASES[name].items() if key != "function"}
    forward, back = {"conv": (conv, conv_vjp), "conv_transpose": (conv_transpose, conv_transpose_vjp)}[
        CASES[name]["function"]
    ]
    x, kernels, bias, g, y = (VECTORS[f"{name}_{key}"] for key in ("x", "kernels", "bias", "g", "y"))
    np.testing.assert_allclose(forward(x, kernels, bias, **options), y, rtol=1e-6, atol=1e-12)
    found = dict(zip(("x", "kernels", "bias"), back(g, x, kernels, bias, **options), strict=True))
    for key, gradient in found.items():
        np.testing.assert_allclose(gradient, VECTORS[f"{name}_d{key}"], rtol=1e-6, atol=1e-12)
        assert gradient.dtype == x.dtype


def test_the_stored_cases_cover_every_option_and_number_of_axes():
    assert {case["function"] for case in CASES.values()} == {"conv", "conv_transpose", "max_pool", "average_pool"}
    assert {VECTORS[f"{name}_x"].ndim - 2 for name in CASES} == {1, 2, 3}
    said = {option for case in CASES.values() for option in case}
    assert said > {"stride", "padding", "dilation", "groups", "output_padding", "count_include_pad"}


@pytest.mark.parametrize("axes", [1, 2, 3, 4])
@pytest.mark.parametrize("mode", ["full", "valid", "same"])
def test_correlate_and_convolve_agree_with_scipy(axes, mode):
    x, kernel = draw(*(7, 5, 4, 6)[:axes]), draw(*(3, 2, 4, 1)[:axes])
    np.testing.assert_allclose(
        correlate(x, kernel, mode=mode), scipy.signal.correlate(x, kernel, mode, "direct"), atol=1e-12
    )
    np.testing.assert_allclose(
        convolve(x, kernel, mode=mode), scipy.signal.convolve(x, kernel, mode, "direct"), atol=1e-12
    )


@pytest.mark.parametrize("axes", [1, 2, 3, 4])
def test_conv_agrees_with_scipy_channel_by_channel(axes):
    x, kernels = draw(2, 3, *(6, 5, 4, 3)[:axes]), draw(4, 3, *(3, 2, 2, 3)[:axes])
    y = conv(x, kernels)
    for n, o in np.ndindex(2, 4):
        exact = sum(scipy.signal.correlate(x[n, c], kernels[o, c], "valid", "direct") for c in range(3))
        np.testing.assert_allclose(y[n, o], exact, atol=1e-12)


def test_four_axes_are_sums_over_three():
    """y[i₀, …] = Σ_q (the convolution over the other three axes of the slice i₀ + q)."""
    x, kernels = draw(2, 3, 5, 4, 4, 3), draw(2, 3, 2, 3, 2, 2)
    y = conv(x, kernels)
    for i in range(4):
        slices = [conv(x[:, :, i + q], kernels[:, :, q]) for q in range(2)]
        np.testing.assert_allclose(y[:, :, i], sum(slices), atol=1e-12)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("transposed", [False, True])
def test_vjps_are_the_gradients(options, transposed):
    groups = options.get("groups", 1)
    shape = (4, 6 // groups, 3, 2) if transposed else (6, 4 // groups, 3, 2)
    inputs = [draw(2, 4, 6, 5), draw(*shape), draw(6)]
    forward, back = (conv_transpose, conv_transpose_vjp) if transposed else (conv, conv_vjp)
    g = RNG.normal(size=forward(*inputs, **options).shape)
    for i, gradient in enumerate(back(g, *inputs, **options)):
        direction = RNG.normal(size=inputs[i].shape)
        ahead, behind = ([a + s * 1e-3 * direction if j == i else a for j, a in enumerate(inputs)] for s in (1, -1))
        slope = (g * (forward(*ahead, **options) - forward(*behind, **options))).sum() / 2e-3
        np.testing.assert_allclose((gradient * direction).sum(), slope, rtol=1e-8)  # linear in each: no truncation


def test_vjp_in_full():
    x, kernels, bias = draw(1, 2, 5), draw(2, 2, 3), draw(2)
    g = draw(1, 2, 2)
    for i, gradient in enumerate(conv_vjp(g, x, kernels, bias, stride=2)):

        def along(v, i=i):
            return conv(*[v if i == j else a for j, a in enumerate((x, kernels, bias))], stride=2)

        slopes = np.tensordot(g, jacobian(along, (x, kernels, bias)[i]), axes=3)
        np.testing.assert_allclose(gradient, slopes, rtol=1e-8, atol=1e-9)
    assert len(conv_vjp(g, x, kernels, stride=2)) == 2


def test_backward_is_a_full_correlation_with_the_flipped_kernel():
    x, kernels = draw(2, 3, 6, 5), draw(4, 3, 3, 2)
    g = draw(2, 4, 4, 4)
    dx, dkernels = conv_vjp(g, x, kernels)
    flipped = np.flip(kernels, (2, 3)).swapaxes(0, 1)
    np.testing.assert_allclose(dx, conv(g, flipped, padding=(2, 1)), atol=1e-12)
    weights = conv(x.swapaxes(0, 1), g.swapaxes(0, 1)).swapaxes(0, 1)
    np.testing.assert_allclose(dkernels, weights, atol=1e-12)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_matrix_and_its_transpose(options):
    groups = options.get("groups", 1)
    x, kernels = draw(1, 4, 5, 6), draw(2, 4 // groups, 3, 2)
    y = conv(x, kernels, **options)
    matrix = convolution_matrix(kernels, (5, 6), **options)
    np.testing.assert_allclose(matrix @ x.ravel(), y.ravel(), atol=1e-12)
    dx, _ = conv_vjp(y, x, kernels, **options)
    np.testing.assert_allclose(matrix.T @ y.ravel(), dx.ravel(), atol=1e-12)


def test_matrix_in_one_dimension_is_scipys():
    kernel = draw(3)
    found = convolution_matrix(kernel[None, None], (6,))
    exact = scipy.linalg.toeplitz(np.r_[kernel[0], np.zeros(3)], np.r_[kernel, np.zeros(3)])
    np.testing.assert_array_equal(found, exact)
    full = convolution_matrix(kernel[None, None, ::-1], (6,), padding=2)
    np.testing.assert_array_equal(full, scipy.linalg.convolution_matrix(kernel, 6))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_transpose_is_the_vjp_and_restores_the_shape(options):
    groups = options.get("groups", 1)
    x, kernels = draw(2, 4, 8, 7), draw(6, 4 // groups, 3, 2)
    y = conv(x, kernels, **options)
    stride = options.get("stride", 1)
    stride = stride if isinstance(stride, tuple) else (stride, stride)
    smallest = conv_transpose(y, kernels, **options).shape[2:]
    more = tuple(n - m for n, m in zip(x.shape[2:], smallest, strict=True))
    assert all(0 <= m < s for m, s in zip(more, stride, strict=True))
    back = conv_transpose(y, kernels, output_padding=more, **options)
    np.testing.assert_allclose(back, conv_vjp(y, x, kernels, **options)[0], atol=1e-12)


def test_a_shifted_input_gives_a_shifted_output_away_from_the_ends():
    x, kernels = draw(1, 2, 20), draw(3, 2, 3)
    moved = np.roll(x, 4, axis=2)
    np.testing.assert_allclose(conv(moved, kernels)[..., 4:], conv(x, kernels)[..., :-4], atol=1e-12)
    np.testing.assert_allclose(
        conv(moved, kernels, stride=2)[..., 2:], conv(x, kernels, stride=2)[..., :-2], atol=1e-12
    )
    one = np.roll(x, 1, axis=2)
    assert not np.allclose(conv(one, kernels, stride=2)[..., 1:], conv(x, kernels, stride=2)[..., :-1])


def test_agrees_with_sympy_on_symbols():
    x, k, g = sp.symbols("x:5"), sp.symbols("k:2"), sp.symbols("g:2")
    y = [sum(k[q] * x[2 * i + q] for q in range(2)) for i in range(2)]
    loss = sum(a * b for a, b in zip(g, y, strict=True))
    exact = sp.lambdify([*x, *k, *g], [[sp.diff(loss, s) for s in x], [sp.diff(loss, s) for s in k]])
    values = RNG.normal(size=9)
    dx, dk = conv_vjp(values[None, None, 7:], values[None, None, :5], values[None, None, 5:7], stride=2)
    for ours, theirs in zip((dx, dk), exact(*values), strict=True):
        np.testing.assert_allclose(ours.ravel(), theirs, rtol=1e-12)


@given(
    st.integers(1, 40), st.integers(1, 7), st.integers(1, 4), st.integers(0, 5), st.integers(0, 5), st.integers(1, 3)
)
def test_output_shape_counts_the_places(n, k, s, before, after, d):
    extent = d * (k - 1) + 1
    places = [i for i in range(0, n + before + after, s) if i + extent <= n + before + after]
    options = {"stride": s, "padding": ((before, after),), "dilation": d}
    if not places:
        with pytest.raises(ValueError, match="output_shape: kernel must be no larger than the padded input"):
            output_shape((n,), k, **options)
        return
    assert output_shape((n,), k, **options) == (len(places),)
    assert conv(np.ones((1, 1, n)), np.ones((1, 1, k)), **options).shape == (1, 1, len(places))


def test_same_keeps_the_shape_and_adds_the_odd_zero_after():
    for k, d in itertools.product((1, 2, 3, 4, 5), (1, 2)):
        assert output_shape((9, 4), k, padding="same", dilation=d) == (9, 4)
    assert output_shape((9,), 3, padding="valid") == (7,)
    assert conv([[[1, 2, 4]]], [[[1, 10]]], padding="same").tolist() == [[[21, 42, 4]]]
    # Keras' windows for a stride of 2, by the pairs that the error names.
    with pytest.raises(ValueError, match=re.escape("pass padding=((0, 1), (1, 1))")):
        conv(np.ones((1, 1, 6, 7)), np.ones((1, 1, 3, 3)), padding="same", stride=2)
    assert output_shape((6, 7), 3, stride=2, padding=((0, 1), (1, 1))) == (3, 4)


AXES = st.tuples(*[st.integers(*ends) for ends in ((1, 5), (1, 3), (0, 6), (0, 6), (1, 3), (1, 3))])


@given(st.lists(AXES, min_size=1, max_size=3))
def test_any_windows_by_the_formula_and_their_transpose(axes):
    sizes, lengths, before, after, strides, dilations = zip(*axes, strict=True)
    places = [
        range(0, n + b + a - d * (k - 1), s)
        for n, k, b, a, s, d in zip(sizes, lengths, before, after, strides, dilations, strict=True)
    ]
    options = {"stride": strides, "padding": tuple(zip(before, after, strict=True)), "dilation": dilations}
    x, other, kernels = draw(2, 2, *sizes), draw(2, 2, *sizes), draw(3, 2, *lengths)
    if not all(places):
        with pytest.raises(ValueError, match="conv: kernels must be no larger than the padded input"):
            conv(x, kernels, **options)
        return
    padded = np.pad(x, ((0, 0), (0, 0), *zip(before, after, strict=True)))
    y = np.zeros((2, 3, *map(len, places)))
    for q in np.ndindex(*lengths):
        under = [[i + e * d for i in at] for at, e, d in zip(places, q, dilations, strict=True)]
        y += np.einsum("oc,nc...->no...", kernels[:, :, *q], padded[:, :, *np.ix_(*under)])
    np.testing.assert_allclose(conv(x, kernels, **options), y, atol=1e-12)
    g = draw(*y.shape)
    dx, dkernels = conv_vjp(g, x, kernels, **options)
    np.testing.assert_allclose((dx * other).sum(), (g * conv(other, kernels, **options)).sum(), atol=1e-9)
    np.testing.assert_allclose((dkernels * kernels).sum(), (g * y).sum(), atol=1e-9)


@pytest.mark.parametrize("workspace", [1, 300, 3000])
def test_blocks_of_examples_and_of_rows_change_nothing(monkeypatch, workspace):
    x, kernels = draw(3, 4, 9, 7), draw(6, 2, 3, 2)
    options = {"stride": (2, 1), "padding": ((1, 2), (0, 1)), "dilation": (2, 1), "groups": 2}
    y = conv(x, kernels, **options)
    gradients = conv_vjp(y, x, kernels, **options)
    monkeypatch.setattr(_columns, "WORKSPACE", workspace * x.itemsize)
    np.testing.assert_allclose(conv(x, kernels, **options), y, atol=1e-12)
    for again, once in zip(conv_vjp(y, x, kernels, **options), gradients, strict=True):
        np.testing.assert_allclose(again, once, atol=1e-11)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_two_threads_give_the_same_bits_as_one(monkeypatch, dtype):
    x, kernels, bias = (a.astype(dtype) for a in (draw(7, 4, 6, 5), draw(6, 2, 3, 3), draw(6)))
    options = {"padding": 1, "groups": 2}
    g = draw(7, 6, 6, 5).astype(dtype)
    whole = conv(x, kernels, bias, **options), *conv_vjp(g, x, kernels, bias, **options)
    monkeypatch.setattr(_columns, "SHARED", 1)
    inner, elsewhere = _columns._sweep, []

    def sweep(x, *arguments):
        elsewhere.append(threading.current_thread() is not threading.main_thread())
        result = inner(x, *arguments)
        if arguments[-1] and _threads.threads() > 1:  # the first part waits until the second has begun
            limit = time.monotonic() + 30
            while not elsewhere[-1] and time.monotonic() < limit:
                time.sleep(1e-4)
        return result

    monkeypatch.setattr(_columns, "_sweep", sweep)
    shared = []
    for count in (1, 2):
        elsewhere.clear()
        monkeypatch.setattr(_threads, "threads", lambda count=count: count)
        shared.append((conv(x, kernels, bias, **options), *conv_vjp(g, x, kernels, bias, **options)))
        assert elsewhere == [False, count > 1] * 2
    for in_one, in_two, together in zip(*shared, whole, strict=True):
        np.testing.assert_array_equal(in_one, in_two)
        np.testing.assert_allclose(in_two, together, rtol=1e-4 if dtype == "float32" else 1e-12, atol=1e-5)


def test_results_do_not_change_with_the_next_call():
    x, kernels, g = draw(3, 2, 5, 5), draw(4, 2, 1, 1), draw(3, 4, 5, 5)
    results = conv(x, kernels), *conv_vjp(g, x, kernels), conv_transpose(g, kernels), *conv_transpose_vjp(x, g, kernels)
    kept, before = [result.copy() for result in results], x.copy()
    for size in (1, 3):
        other = draw(4, 2, size, size)
        conv_vjp(conv(draw(3, 2, 5, 5), other, padding=1), draw(3, 2, 5, 5), other, padding=1)
        conv_transpose(draw(3, 4, 5, 5), other)
    for result, once in zip(results, kept, strict=True):
        np.testing.assert_array_equal(result, once)
    np.testing.assert_array_equal(x, before)


def test_a_convolution_within_another_has_its_own_room(monkeypatch):
    x, kernels = draw(3, 2, 5, 5), draw(4, 2, 3, 3)
    y, multiply = conv(x, kernels, padding=1), _columns._multiply

    def interrupted(*arguments):  # as by the handler of a signal
        with monkeypatch.context() as patch:
            patch.setattr(_columns, "_multiply", multiply)
            conv(draw(3, 2, 5, 5), kernels, padding=1)
        multiply(*arguments)

    monkeypatch.setattr(_columns, "_multiply", interrupted)
    np.testing.assert_array_equal(conv(x, kernels, padding=1), y)


def test_convolutions_in_threads_of_the_user_do_not_meet(monkeypatch):
    from concurrent.futures import ThreadPoolExecutor

    monkeypatch.setattr(_columns, "SHARED", 1)
    monkeypatch.setattr(_threads, "threads", lambda: 2)
    cases = [(draw(9, 3, 8, 7), draw(5, 3, 3, 3)) for _ in range(8)]
    alone = [conv(x, kernels, padding=1) for x, kernels in cases]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(20):
            for once, again in zip(alone, pool.map(lambda case: conv(*case, padding=1), cases), strict=True):
                np.testing.assert_array_equal(once, again)


def test_what_equals_a_whole_number_is_not_looked_up_as_one():
    from dlmath_lib.network import Conv

    assert Conv(1, 16, 3, padding="same").output_shape([1, 8, 8]) == (16, 8, 8)
    Conv(1, 16, 3, padding="same").output_shape((1, 8.0, 8.0))
    assert all(type(n) is int for n in Conv(1, 16, 3, padding="same").output_shape((1, 8, 8)))


def test_plans_of_large_kernels_are_not_kept():
    x, kernels = np.ones((1, 1, 4000), np.float32), np.ones((1, 1, 500), np.float32)
    before = _columns._plan.cache_info().currsize
    assert (conv(x, kernels) == 500).all()
    assert _columns._plan.cache_info().currsize == before


def test_the_workspace_is_bounded():
    import tracemalloc

    x, kernels = np.ones((16, 8, 64, 64), np.float32), np.ones((4, 8, 5, 5), np.float32)
    columns = x.nbytes * 25
    tracemalloc.start()
    conv(x, kernels, padding=2)
    forward = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    conv_vjp(np.ones((16, 4, 64, 64), np.float32), x, kernels, padding=2)
    backward = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert max(forward, backward) < 4 * x.nbytes + 2 * _columns.WORKSPACE < columns / 2


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_types_stay(dtype):
    x, kernels, bias = (np.ones(shape, dtype) for shape in [(2, 4, 5, 5), (2, 4, 3, 3), (2,)])
    y = conv(x, kernels, bias)
    assert y.dtype == dtype and (y == 37).all()
    g = np.ones_like(y)
    assert [a.dtype for a in conv_vjp(g, x, kernels, bias)] == [dtype] * 3
    assert conv_transpose(g, kernels).dtype == dtype
    assert [a.dtype for a in conv_transpose_vjp(conv_transpose(g, kernels), g, kernels)] == [dtype] * 2
    assert correlate(x[0, 0], kernels[0, 0]).dtype == dtype
    assert convolution_matrix(kernels, (5, 5)).dtype == dtype


def test_a_kernels_gradient_over_many_places_keeps_its_digits():
    x = np.full((1, 1, 1_000_001), 0.1, np.float32)
    g = np.ones((1, 1, 1_000_000), np.float32)
    _, dkernels, dbias = conv_vjp(g, x, np.ones((1, 1, 2), np.float32), np.zeros(1, np.float32))
    np.testing.assert_allclose(dkernels, 1e5, rtol=1e-5)
    assert dbias == 1e6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: conv(np.ones((3, 4)), np.ones((1, 1, 2, 2))),
            r"conv: x must be of shape \(n, channels, \*spatial\), got shape \(3, 4\): add axes",
        ),
        (
            lambda: conv(np.ones((1, 3, 4, 4)), np.ones((2, 2))),
            r"conv: kernels must be of as many axes as x, .* \(1, 3, 4, 4\), got shape \(2, 2\): add axes",
        ),
        (
            lambda: conv(np.ones((1, 3, 4, 4)), np.ones((2, 1, 2, 2))),
            r"conv: kernels must be of shape .* = \(out, 3, …\) for x of .* \(1, 3, 4, 4\), got \(2, 1, 2, 2\): a ker",
        ),
        (
            lambda: conv(np.ones((1, 4, 4)), np.ones((2, 4, 2)), groups=2),
            r"conv: kernels must be of shape .* = \(out, 2, …\).*groups is 2",
        ),
        (
            lambda: conv(np.ones((1, 3, 4)), np.ones((2, 1, 2)), groups=2),
            "conv: groups must be a divisor of the channels of x, 3, and of the .* outputs, 2, got 2",
        ),
        (
            lambda: conv(np.ones((1, 1, 4, 4)), np.ones((1, 1, 5, 5))),
            r"conv: kernels must be no larger than the padded input, \(4, 4\) \(x has .*\), got \(5, 5\): add padd",
        ),
        (lambda: conv(np.ones((1, 1, 4)), np.ones((1, 1, 3)), dilation=2), r"got \(3,\), \(5,\) with dilation \(2,\)"),
        (lambda: conv(np.ones((1, 1, 4)), np.ones((1, 1, 3)), stride=0), "conv: stride must be ≥ 1, got 0"),
        (lambda: conv(np.ones((1, 1, 4)), np.ones((1, 1, 3)), dilation=0), "conv: dilation must be ≥ 1, got 0"),
        (lambda: conv(np.ones((1, 1, 4)), np.ones((1, 1, 3)), padding=-1), "conv: padding must be ≥ 0, got -1"),
        (
            lambda: conv(np.ones((1, 1, 4)), np.ones((1, 1, 3)), padding=(1, 0)),
            r"conv: padding must be one whole .* of the 1 spatial axes, got 2 of them: for before and after",
        ),
        (
            lambda: conv(np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3)), padding=((1, 0), 2)),
            r"conv: padding must be a pair \(before, after\) for each of the 2 spatial axes",
        ),
        (
            lambda: conv(np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3)), padding=((1, 0),)),
            r"padding must be a pair .* for each of the 2 spatial axes",
        ),
        (
            lambda: conv(np.ones((1, 1, 4)), np.ones((1, 1, 3)), padding="full"),
            'conv: padding must be "same", "valid", or numbers, got \'full\'',
        ),
        (
            lambda: conv(np.ones((1, 1, 4)), np.ones((1, 1, 3)), stride=(1, 1)),
            "conv: stride must be one whole number, .* of the 1 spatial axes, got 2 of them",
        ),
        (
            lambda: conv(np.ones((1, 1, 4)), np.ones((2, 1, 3)), np.ones((2, 1))),
            r"conv: bias must be of shape \(2,\), got \(2, 1\): flatten it",
        ),
        (
            lambda: conv_vjp(np.ones((1, 1, 3)), np.ones((1, 1, 4)), np.ones((1, 1, 3))),
            r"conv_vjp: g must be of shape \(1, 1, 2\), got \(1, 1, 3\)",
        ),
        (
            lambda: conv_transpose(np.ones((1, 2, 4)), np.ones((1, 2, 3))),
            r"conv_transpose: kernels must be of shape \(channels, out / groups, …\) = \(2, …\)",
        ),
        (
            lambda: conv_transpose(np.ones((1, 2, 4)), np.ones((2, 1, 3)), output_padding=1),
            r"conv_transpose: output_padding must be below the stride, \(1,\), got \(1,\)",
        ),
        (
            lambda: conv_transpose(np.ones((1, 2, 2)), np.ones((2, 1, 3)), padding=2),
            r"conv_transpose: padding must be so small that entries are left: .* 2, which would leave \(0,\)",
        ),
        (
            lambda: correlate([1.0, 2.0], [1.0, 2.0, 3.0]),
            r"correlate: kernel must be no larger than the padded input, \(2,\)",
        ),
        (
            lambda: convolve([1.0, 2.0], [[1.0]]),
            r"convolve: kernel must be of as many axes as x, whose shape is \(2,\), got shape \(1, 1\)",
        ),
        (
            lambda: convolution_matrix(np.ones((1, 1, 3)), (5, 5)),
            r"convolution_matrix: kernels must be of shape .* with 2 spatial axes",
        ),
        (lambda: output_shape(28, 3), "output_shape: spatial must be a tuple of whole numbers"),
        (lambda: output_shape((), 3), "output_shape: spatial must be of at least one axis"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
