"""The reduced form, rank, null space and condition number: SymPy's exact forms, NumPy's singular values."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlmath_lib.linalg import condition_number, null_space, rank, rref
from tests.lib.matrices import ANY, EPS, SQUARE, of_rank

INTEGERS = arrays(int, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=st.integers(-6, 6))


def test_by_hand() -> None:
    reduced = rref([[1, 2, 3], [2, 4, 8]])
    assert reduced.matrix.tolist() == [[1, 2, 0], [0, 0, 1]] and reduced.pivots == (0, 2)
    assert null_space([[1, 2, 3], [2, 4, 8]]).tolist() == [[-2], [1], [0]]
    assert rank([[1, 2], [2, 4], [3, 6]]) == 1
    assert condition_number([[4, 0], [0, 0.5]]) == 8
    assert condition_number([[1, 2], [3, 4]], kind="one") == pytest.approx(6 * 3.5)  # A⁻¹ = [[−2, 1], [1.5, −0.5]]
    assert condition_number([[1, 2], [3, 4]], kind="infinity") == pytest.approx(7 * 3)


@given(INTEGERS)
def test_the_form_is_sympys_and_rank_and_nullity_add_up(a: np.ndarray) -> None:
    expected, pivots = sp.Matrix(a.tolist()).rref()
    reduced = rref(a)
    assert reduced.pivots == tuple(pivots)
    np.testing.assert_allclose(reduced.matrix, np.array(expected, float), rtol=1e-8, atol=1e-9)
    kernel = null_space(a)
    assert rank(a) + kernel.shape[1] == a.shape[1]
    assert rank(a) == rank(a.T) == np.linalg.matrix_rank(a)
    np.testing.assert_allclose(a @ kernel, 0, atol=1e-8 * max(1, np.abs(kernel).max(initial=0)))
    free = [j for j in range(a.shape[1]) if j not in pivots]
    np.testing.assert_array_equal(kernel[free], np.eye(len(free)))


@pytest.mark.parametrize("name", [name for name in ANY if name not in ("hilbert 12", "scaled rows")])
def test_ranks_and_null_spaces_are_numpys_and_scipys(name: str) -> None:
    a = ANY[name]
    assert rank(a) == np.linalg.matrix_rank(a)
    kernel, expected = null_space(a), scipy.linalg.null_space(a)
    assert kernel.shape == expected.shape
    if kernel.size:
        q = np.linalg.qr(kernel)[0]
        np.testing.assert_allclose(q @ q.T, expected @ expected.T, atol=1e-10)


@pytest.mark.parametrize("r", range(6))
def test_ranks_of_products(r: int) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        a = of_rank(r, 12, 8, rng) * 10.0 ** rng.integers(-200, 200)
        assert rank(a) == rank(a.T) == r
        residual = np.abs(a @ null_space(a)).max(initial=0)
        assert residual <= 1e-12 * np.abs(a).max() * max(1, np.abs(null_space(a)).max(initial=0))


def test_the_tolerance_decides() -> None:
    a = np.array([[1.0, 1.0], [1.0, 1.0 + 1e-9]])
    assert rank(a) == 2 and rank(a, tolerance=1e-6) == 1
    assert rref(a, tolerance=1e-6).pivots == (0,)
    assert null_space(a, tolerance=1e-6).tolist() == [[-1], [1]]
    assert rank(np.diag([1.0, 1e-20])) == 1 and rank(np.diag([1.0, 1e-20]), tolerance=0) == 2
    assert rank(np.array([[1, 1], [1, 1.0005]], np.float32)) == 2
    assert rank(np.array([[1, 1], [1, 1.0005]], np.float16)) == 1


@pytest.mark.parametrize("name", SQUARE)
def test_condition_numbers_are_numpys(name: str) -> None:
    a = SQUARE[name] / np.abs(SQUARE[name]).max()
    for kind, order in (("spectral", 2), ("frobenius", "fro"), ("one", 1), ("infinity", np.inf)):
        expected = np.linalg.cond(a, order)
        relative = min(0.5, 100 * len(a) * EPS * expected + 1e-12)
        found = condition_number(a, kind=kind)
        assert (found > 1e15 and expected > 1e15) or found == pytest.approx(expected, rel=relative, abs=0), kind
        assert found >= 1 - 1e-12


def test_condition_of_other_shapes_and_of_singular_matrices() -> None:
    for name in ("tall", "wide", "row"):
        assert condition_number(ANY[name]) == pytest.approx(np.linalg.cond(ANY[name]))
    assert condition_number(np.zeros((2, 3))) == np.inf
    assert condition_number([[1.0, 2.0], [2.0, 4.0]], kind="one") == np.inf
    assert condition_number(ANY["one to nine"]) > 1e15
    assert condition_number(7e-200 * np.eye(4)) == pytest.approx(1)
    assert condition_number(np.diag([1e300, 1e-300])) == np.inf  # 1e600
    assert condition_number(np.eye(3, dtype=np.float32)) == 1


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype_is_kept(dtype: str) -> None:
    a = np.array([[1, 2, 3], [2, 4, 8]], dtype)
    assert rref(a).matrix.dtype == null_space(a).dtype == dtype
    assert rref(a).pivots == (0, 2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rref([[]]), "rref: a must be non-empty"),
        (lambda: rank([1.0]), "rank: a must be 2-dimensional"),
        (lambda: null_space([[1.0]], tolerance=-1), "null_space: tolerance must be ≥ 0"),
        (lambda: rref([[1e-300, 1e300]], tolerance=0), "rref: a must be of a size"),
        (
            lambda: condition_number([[1.0, 2.0]], kind="one"),
            "condition_number: a must be square.*kind='spectral' takes",
        ),
        (lambda: condition_number([[1.0]], kind="max"), "condition_number: kind must be one of"),
    ],
)
def test_what_is_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()  # type: ignore[operator]


def test_complex_matrices_are_refused() -> None:
    for call in (rref, rank, null_space, condition_number):
        with pytest.raises(TypeError, match="must be real"):
            call(1j * np.eye(2))
