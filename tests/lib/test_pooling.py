"""dlmath_lib.convolution: pooling by hand, with ties, against PyTorch, SciPy and central differences."""

import json

import numpy as np
import pytest
import scipy.ndimage

from dlmath_lib import vectors
from dlmath_lib.convolution import (
    average_pool,
    average_pool_vjp,
    conv,
    global_average_pool,
    global_average_pool_vjp,
    global_max_pool,
    global_max_pool_vjp,
    max_pool,
    max_pool_vjp,
)

RNG = np.random.default_rng(8)
VECTORS = vectors.load("convolution")
CASES = {name: case for name, case in json.loads(str(VECTORS["cases"])).items() if case["function"].endswith("pool")}
POOLS = {"max_pool": (max_pool, max_pool_vjp), "average_pool": (average_pool, average_pool_vjp)}


def test_by_hand():
    x = np.array([[[[1.0, 2.0, 5.0], [4.0, 3.0, 6.0], [7.0, 9.0, 8.0]]]])
    assert max_pool(x, 2, stride=1).tolist() == [[[[4, 6], [9, 9]]]]
    assert max_pool(x, 2).tolist() == [[[[4]]]]
    assert average_pool(x, 2, stride=1).tolist() == [[[[2.5, 4], [5.75, 6.5]]]]
    assert max_pool_vjp([[[[1, 10], [100, 1000]]]], x, 2, stride=1).tolist() == [
        [[[0, 0, 0], [1, 0, 10], [0, 1100, 0]]]
    ]
    assert max_pool(-x, (1, 2), padding=((0, 0), (1, 0))).tolist() == [[[[-1, -2], [-4, -3], [-7, -8]]]]
    assert average_pool(x, (1, 2), padding=((0, 0), (1, 0)))[0, 0, 0].tolist() == [0.5, 3.5]
    without = average_pool(x, (1, 2), padding=((0, 0), (1, 0)), count_include_pad=False)
    assert without[0, 0, 0].tolist() == [1, 3.5]
    assert (global_average_pool(x), global_max_pool(x)) == (5, 9)


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_pytorch(name):
    options = {key: tuple(v) if isinstance(v, list) else v for key, v in CASES[name].items() if key != "function"}
    options["kernel"] = options.pop("kernel_size")
    forward, back = POOLS[CASES[name]["function"]]
    x, g, y, dx = (VECTORS[f"{name}_{key}"] for key in ("x", "g", "y", "dx"))
    np.testing.assert_allclose(forward(x, **options), y, atol=1e-14)
    np.testing.assert_allclose(back(g, x, **options), dx, atol=1e-14)


def test_of_equal_entries_the_first_takes_the_gradient():
    x = np.ones((1, 1, 3, 3))
    assert max_pool_vjp(np.ones((1, 1, 2, 2)), x, 2, stride=1)[0, 0].tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    padded = max_pool_vjp(np.ones((1, 1, 2, 2)), x, 3, stride=2, padding=1)
    assert padded[0, 0].tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert global_max_pool_vjp([[2.0]], x)[0, 0].tolist() == [[2, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert max_pool_vjp([[[5.0]]], [[[-0.0, 0.0]]], 2).tolist() == [[[5, 0]]]


@pytest.mark.parametrize("axes", [1, 2, 3, 4])
def test_agrees_with_scipy_and_with_a_depthwise_convolution(axes):
    x = RNG.normal(size=(2, 3, *(7, 6, 5, 4)[:axes]))
    inner = (slice(None), slice(None), *[slice(1, -1)] * axes)
    size = (1, 1, *[3] * axes)
    np.testing.assert_array_equal(max_pool(x, 3, stride=1), scipy.ndimage.maximum_filter(x, size)[inner])
    np.testing.assert_allclose(average_pool(x, 3, stride=1), scipy.ndimage.uniform_filter(x, size)[inner])
    equal = np.full((3, 1, *[3] * axes), 1 / 3**axes)
    options = {"stride": 2, "padding": 1}
    np.testing.assert_allclose(average_pool(x, 3, **options), conv(x, equal, groups=3, **options), atol=1e-14)


@pytest.mark.parametrize(
    "options",
    [
        {"kernel": 2},
        {"kernel": (3, 2), "stride": (1, 2), "padding": ((1, 2), (0, 1))},
        {"kernel": 3, "stride": 2, "padding": 1, "dilation": (2, 1)},
        {"kernel": 3, "stride": 1, "padding": "same"},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["max", "average", "average without padding"])
def test_vjps_are_the_gradients(kind, options):
    forward, back = POOLS[f"{kind.split()[0]}_pool"]
    options = {**options, "count_include_pad": False} if "without" in kind else options
    x, direction = RNG.permutation(140).reshape(2, 2, 7, 5) / 10, RNG.normal(size=(2, 2, 7, 5))
    g = RNG.normal(size=forward(x, **options).shape)
    ahead, behind = (forward(x + s * 1e-3 * direction, **options) for s in (1, -1))
    slope = (g * (ahead - behind)).sum() / 2e-3
    np.testing.assert_allclose((back(g, x, **options) * direction).sum(), slope, rtol=1e-8)


def test_global_pools_are_pools_of_the_whole():
    x = RNG.normal(size=(2, 3, 4, 5, 2))
    g = RNG.normal(size=(2, 3))
    whole, one = x.shape[2:], g[..., None, None, None]
    np.testing.assert_allclose(global_average_pool(x), average_pool(x, whole)[..., 0, 0, 0])
    np.testing.assert_array_equal(global_max_pool(x), max_pool(x, whole)[..., 0, 0, 0])
    np.testing.assert_allclose(global_average_pool_vjp(g, x), average_pool_vjp(one, x, whole))
    np.testing.assert_array_equal(global_max_pool_vjp(g, x), max_pool_vjp(one, x, whole))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_types_stay_and_long_sums_keep_their_digits(dtype):
    x = np.full((1, 2, 5000), 0.5, dtype)
    for forward, back in POOLS.values():
        y = forward(x, 5000)
        assert y.dtype == dtype and (y == 0.5).all()
        assert back(np.ones_like(y), x, 5000).dtype == dtype
    assert global_average_pool(x).dtype == dtype and (global_average_pool(x) == 0.5).all()
    assert global_max_pool(x).dtype == dtype
    assert global_average_pool_vjp(np.ones((1, 2)), x).dtype == dtype
    assert global_max_pool_vjp(np.ones((1, 2)), x).dtype == dtype
    overlapping = max_pool_vjp(
        np.ones((1, 1, 3000), dtype), np.arange(3000)[None, None] == 1500, 3000, stride=1, padding=((1500, 1499),)
    )
    assert overlapping.max() > 1400


@pytest.mark.parametrize("size", [1000.0, 1e-300])
def test_extremes(size):
    x = np.array([[[size, -size, -size, -size]]])
    assert max_pool(x, 2).tolist() == [[[size, -size]]]
    assert average_pool(x, 2).tolist() == [[[0, -size]]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: max_pool(np.ones((4, 4)), 2),
            r"max_pool: x must be of shape \(n, channels, \*spatial\), got shape \(4, 4\)",
        ),
        (lambda: max_pool(np.ones((1, 1, 4)), 5), r"max_pool: kernel must be no larger than the padded input, \(4,\)"),
        (lambda: max_pool(np.ones((1, 1, 4)), 0), "max_pool: kernel must be ≥ 1, got 0"),
        (
            lambda: max_pool(np.ones((1, 1, 4, 4)), (2, 2, 2)),
            "max_pool: kernel must be one whole number, .* of the 2 spatial axes, got 3 of them",
        ),
        (lambda: max_pool(np.ones((1, 1, 4)), 2, stride=0), "max_pool: stride must be ≥ 1, got 0"),
        (
            lambda: max_pool(np.ones((1, 1, 4)), 2, padding=2),
            r"max_pool: padding must be so small .*\(4,\), got 2: window 0 of spatial axis 0 has none",
        ),
        (
            lambda: average_pool(np.ones((1, 1, 1)), 2, dilation=2, padding=1),
            "average_pool: padding must be so small that each window has an entry",
        ),
        (
            lambda: average_pool(np.ones((1, 1, 4)), 2, count_include_pad=0),
            "average_pool: count_include_pad must be True or False, got int 0",
        ),
        (
            lambda: max_pool_vjp(np.ones((1, 1, 4)), np.ones((1, 1, 4)), 2),
            r"max_pool_vjp: g must be of shape \(1, 1, 2\), got \(1, 1, 4\)",
        ),
        (lambda: global_max_pool(np.ones((4, 4))), r"global_max_pool: x must be of shape \(n, channels, \*spatial\)"),
        (
            lambda: global_average_pool_vjp(np.ones(2), np.ones((2, 1, 3))),
            r"global_average_pool_vjp: g must be of shape \(2, 1\), got \(2,\)",
        ),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
