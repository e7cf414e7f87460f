"""Sums in a wider type: what 5000 ones in float16, and a million tenths in float32, add up to."""

import numpy as np
import pytest

from dlmath_lib._sums import BLOCK, product, total, wide


def test_total_by_hand():
    assert total(np.ones((5000, 2), np.float16), 0).tolist() == [5000.0, 5000.0]
    assert total(np.ones(100_000, np.float16)) == 100_000  # beyond float16's largest number
    np.testing.assert_allclose(total(np.full((10**6, 2), 0.1, np.float32), 0), 100_000, rtol=1e-7)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_total_is_the_sum(axis, keepdims):
    x = np.random.default_rng(0).normal(size=(3, 4, 5))
    np.testing.assert_array_equal(total(x, axis, keepdims=keepdims), np.sum(x, axis=axis, keepdims=keepdims))


@pytest.mark.parametrize("name", ["float16", "float32", "float64", "longdouble"])
def test_the_wider_type_is_never_narrower(name):
    assert wide(name) == total(np.ones(2, name)).dtype == np.result_type(name, np.float64)


@pytest.mark.parametrize("inner", [1, BLOCK, BLOCK + 1, 3 * BLOCK - 5])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_product_is_the_product_whatever_the_blocks(inner, dtype):
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 3, inner)).astype(dtype), rng.normal(size=(inner, 4)).astype(dtype)
    exact = a.astype(float) @ b.astype(float)
    ours = product(a, b)
    assert ours.dtype == dtype and ours.shape == (2, 3, 4)
    assert (abs(ours - exact) <= 2 * np.finfo(dtype).eps * (abs(a).astype(float) @ abs(b).astype(float))).all()


def test_a_long_product_keeps_its_digits():
    tenth = np.full((10**6, 1), 0.1, np.float32)
    np.testing.assert_allclose(product(tenth.T, np.ones((10**6, 3), np.float32)), 100_000, rtol=1e-5)
