"""Norms, distances and their oracles: NumPy, SciPy, and exact arithmetic where squares overflow."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.linalg
import scipy.spatial.distance
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlmath_lib.linalg import distances, matrix_norm, norm, normalize
from tests.lib.matrices import ANY

VECTORS = arrays(float, st.integers(1, 8), elements=st.floats(-1e6, 1e6, allow_subnormal=False))
ORDERS = (1, 1.5, 2, 3, 7, np.inf)


def test_by_hand() -> None:
    assert (norm([3, -4]), norm([3, -4], order=1), norm([3, -4], order=np.inf)) == (5, 7, 4)
    assert norm([3.0, 4.0, 5.0], order=3) == pytest.approx(216 ** (1 / 3))  # 27 + 64 + 125 = 6³
    np.testing.assert_allclose(normalize([3.0, -4.0]), [0.6, -0.8])
    np.testing.assert_allclose(distances([[0, 0], [3, 4]], [[3, 0]]), [[3], [4]])
    a = [[1.0, -2.0], [3.0, 4.0]]
    assert [matrix_norm(a, kind=kind) ** 2 for kind in ("one", "infinity")] == [36, 49]
    assert matrix_norm(a) ** 2 == pytest.approx(30)
    assert matrix_norm(a, kind="spectral") ** 2 == pytest.approx(15 + math.sqrt(125))  # AᵀA = [[10, 10], [10, 20]]


@pytest.mark.parametrize("order", ORDERS)
def test_vector_norms_are_numpys(order: float) -> None:
    x = np.random.default_rng(1).standard_normal(50)
    assert norm(x, order=order) == pytest.approx(np.linalg.norm(x, order), rel=1e-14, abs=0)
    np.testing.assert_allclose(normalize(x, order=order), x / np.linalg.norm(x, order), rtol=1e-14)


@pytest.mark.parametrize("name", ANY)
def test_matrix_norms_are_scipys(name: str) -> None:
    a = ANY[name]
    scale = np.abs(a).max() or 1
    for kind, order in (("frobenius", "fro"), ("spectral", 2), ("one", 1), ("infinity", np.inf)):
        expected = scipy.linalg.norm(a / scale, order) * scale
        assert matrix_norm(a, kind=kind) == pytest.approx(expected, rel=1e-13, abs=0), kind


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1e200, 1e307])
@pytest.mark.parametrize("order", ORDERS)
def test_neither_overflow_nor_underflow(scale: float, order: float) -> None:
    x = np.array([3.0, -4.0, 1e-9]) * scale
    factor = 2.0 ** int(np.frexp(scale)[1])
    expected = float(np.linalg.norm(x / factor, order)) * factor
    assert norm(x, order=order) == pytest.approx(expected, rel=1e-14, abs=5e-324)
    assert norm(normalize(x, order=order), order=order) == pytest.approx(1, rel=1e-14, abs=0)
    assert matrix_norm(np.diag(x)) == pytest.approx(float(np.linalg.norm(x / factor)) * factor, rel=1e-14, abs=5e-324)


def test_distances_are_scipys_and_keep_digits() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((6, 4)), rng.standard_normal((3, 4))
    for order in (1, 2, 3.5):
        expected = scipy.spatial.distance.cdist(x, y, "minkowski", p=order)
        np.testing.assert_allclose(distances(x, y, order=order), expected, rtol=1e-13)
    np.testing.assert_allclose(distances(x, y, order=np.inf), scipy.spatial.distance.cdist(x, y, "chebyshev"))
    far = np.array([[1e8, 1e8], [1e8, 1e8 + 3]])
    assert distances(far, far).tolist() == [[0, 3], [3, 0]]
    np.testing.assert_array_equal(distances(x, x), distances(x, x).T)


@given(VECTORS, st.floats(-1e3, 1e3), st.sampled_from(ORDERS))
def test_laws_of_a_norm(x: np.ndarray, c: float, order: float) -> None:
    y = np.cos(np.arange(len(x))) * 10
    size = norm(x, order=order)
    assert (size == 0) == (not x.any())
    assert norm(c * x, order=order) == pytest.approx(abs(c) * size, rel=1e-10, abs=1e-290)
    assert norm(x + y, order=order) <= (size + norm(y, order=order)) * (1 + 1e-12)
    assert norm(x, order=np.inf) <= size * (1 + 1e-12)
    assert size <= norm(x, order=1) * (1 + 1e-12)


@pytest.mark.parametrize("kind", ["spectral", "one", "infinity"])
def test_a_matrix_norm_is_the_largest_stretch(kind: str) -> None:
    order = {"spectral": 2, "one": 1, "infinity": np.inf}[kind]
    rng = np.random.default_rng(3)
    a = rng.standard_normal((3, 3))
    tried = rng.standard_normal((20000, 3))
    stretches = (np.linalg.norm(tried @ a.T, order, axis=1) / np.linalg.norm(tried, order, axis=1)).tolist()
    corners = [np.array(s) @ np.eye(3) for s in np.ndindex(3, 3, 3)]
    stretches += [norm(a @ (x - 1), order=order) / norm(x - 1, order=order) for x in corners if (x != 1).any()]
    assert 0.99 * matrix_norm(a, kind=kind) <= max(stretches) <= matrix_norm(a, kind=kind) * (1 + 1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype_is_kept(dtype: str) -> None:
    x, a = np.array([3, -4], dtype), np.array([[3, 0], [4, 0]], dtype)
    assert norm(x).dtype == normalize(x).dtype == distances(a, a).dtype == dtype
    assert matrix_norm(a).dtype == matrix_norm(a, kind="spectral").dtype == dtype
    assert norm(np.full(30000, 1e-3, dtype), order=1) == pytest.approx(30, rel=2e-3, abs=0)
    # The squares of 300 overflow in float16.
    assert norm(np.array([300, 400], dtype)) == 500


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: normalize([0.0, 0.0]), "normalize: x must be a non-zero vector.*no direction"),
        (lambda: norm([1.0], order=0.5), "norm: order must be ≥ 1, or numpy.inf, got 0.5.*triangle"),
        (lambda: norm([1.0], order=np.nan), "norm: order must be finite"),
        (lambda: norm([]), "norm: x must be non-empty"),
        (lambda: norm([[1.0]]), "norm: x must be 1-dimensional"),
        (lambda: norm([1e308] * 4), "norm: x must be of a size at which the result is finite in float64"),
        (lambda: norm(np.array([6e4, 6e4], np.float16)), "norm: x must be .* finite in float16, at most 65504"),
        (lambda: distances([[1e308]], [[-1e308]]), "distances: x must be of a size"),
        (lambda: distances([[1.0, 2.0]], [[1.0]]), r"distances: y must be of shape \(any, 2\)"),
        (lambda: matrix_norm([[1.0]], kind="two"), "matrix_norm: kind must be one of 'frobenius', 'spectral'"),
        (lambda: matrix_norm(np.full((4, 4), 1e308)), "matrix_norm: a must be of a size"),
    ],
)
def test_what_is_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()  # type: ignore[operator]


def test_complex_numbers_are_refused() -> None:
    for call in (norm, normalize, lambda x: matrix_norm([x]), lambda x: distances([x], [x])):
        with pytest.raises(TypeError, match=r"must be real, got dtype complex128: take \.real"):
            call([1j, 2.0])
