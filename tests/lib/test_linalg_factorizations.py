"""QR, eigenvalues and singular values, beside LAPACK's: the same answers, backward errors of the same order."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.decomposition import PCA

from dlmath_lib.datasets import digits
from dlmath_lib.linalg import low_rank, pca, power_iteration, pseudo_inverse, qr, qr_iteration, svd

EPS = np.finfo(float).eps
RNG = np.random.default_rng(0)
ORTHOGONAL = np.linalg.qr(RNG.standard_normal((6, 6)))[0]
MATRICES = {
    "1 × 1": np.array([[-3.0]]),
    "one row": np.array([[3.0, 0.0, -4.0]]),
    "one column": np.array([[3.0], [0.0], [-4.0]]),
    "zeros": np.zeros((3, 2)),
    "identity": np.eye(4),
    "first column 0": np.array([[0.0, 1.0], [0.0, 2.0]]),
    "first column nearly e₁": np.array([[1.0, 1.0], [1e-9, 1.0], [0.0, 2.0]]),
    "hilbert 8": scipy.linalg.hilbert(8),
    "hilbert 12": scipy.linalg.hilbert(12),
    "tall": RNG.standard_normal((40, 6)),
    "wide": RNG.standard_normal((4, 9)),
    "rank 2": RNG.standard_normal((9, 2)) @ RNG.standard_normal((2, 7)),
    "graded": RNG.standard_normal((8, 8)) * 10.0 ** -np.arange(0, 80, 10),
    "huge": 1e300 * RNG.standard_normal((5, 4)),
    "tiny": 1e-300 * RNG.standard_normal((4, 5)),
    "ones": np.ones((5, 5)),
    "powers": np.vander(np.linspace(-8, -3, 60), 11),
    "64 × 64": RNG.standard_normal((64, 64)),
}
SYMMETRIC = {
    "1 × 1": np.array([[-3.0]]),
    "zeros": np.zeros((3, 3)),
    "exchange": np.array([[0.0, 1.0], [1.0, 0.0]]),
    "equal eigenvalues": np.eye(5) + np.ones((5, 5)),
    "three equal": ORTHOGONAL @ np.diag([4.0, 1, 1, 1, -2, 0]) @ ORTHOGONAL.T,
    "diagonal": np.diag([1.0, -3.0, 2.0]),
    "hilbert 12": scipy.linalg.hilbert(12),
    "opposite": np.kron(np.eye(3), np.array([[0.0, 2.0], [2.0, 0.0]])),
    "nearly split": np.array([[0.0, 1e-20, 0], [1e-20, 0, 1e-30], [0, 1e-30, 1.0]]),
    "huge": 1e300 * (ORTHOGONAL + ORTHOGONAL.T),
    "tiny": 1e-300 * (ORTHOGONAL + ORTHOGONAL.T),
    "wilkinson 21": np.diag(abs(np.arange(-10.0, 11))) + np.eye(21, k=1) + np.eye(21, k=-1),
    "60 × 60": (lambda s: s + s.T)(RNG.standard_normal((60, 60))),
}


def size(a):
    return np.linalg.norm(a / (abs(a).max() or 1)) * (abs(a).max() or 1)


def relative(error, a):
    return size(error) / (size(a) or 1)


def departs(q):
    """How far the columns are from orthonormal."""
    return np.linalg.norm(q.T @ q - np.eye(q.shape[1]))


@pytest.mark.parametrize("a", MATRICES.values(), ids=MATRICES.keys())
@pytest.mark.parametrize("full", [False, True])
def test_qr_is_backward_stable_and_its_signs_are_fixed(a, full):
    m, n = a.shape
    q, r = qr(a, full=full)
    rows = m if full else min(m, n)
    assert q.shape == (m, rows)
    assert r.shape == (rows, n)
    assert (np.tril(r, -1) == 0).all()
    assert (np.diagonal(r) >= 0).all()
    theirs, their_r = np.linalg.qr(a)
    lapack = relative(theirs @ their_r - a, a)
    assert relative(q @ r - a, a) <= max(10 * lapack, 4 * n * EPS)  # measured: up to 5 times LAPACK's
    assert departs(q) <= max(10 * departs(theirs), 4 * rows * EPS)


def test_qr_by_hand_and_up_to_signs_numpys():
    q, r = qr([[3.0, 1.0], [4.0, 2.0]])
    np.testing.assert_allclose(q, [[0.6, -0.8], [0.8, 0.6]], atol=1e-15)
    np.testing.assert_allclose(r, [[5, 2.2], [0, 0.4]], atol=1e-15)
    a = MATRICES["tall"]
    for mine, theirs in zip(qr(a), scipy.linalg.qr(a, mode="economic"), strict=True):
        np.testing.assert_allclose(abs(mine), abs(theirs), atol=1e-14)


@pytest.mark.parametrize("a", SYMMETRIC.values(), ids=SYMMETRIC.keys())
def test_qr_iteration_against_lapack(a):
    values, vectors = qr_iteration(a)
    largest = abs(a).max() or 1
    theirs = largest * np.linalg.eigvalsh(a / largest)[::-1]
    n = len(a)
    assert (np.diff(values) <= 0).all()
    np.testing.assert_allclose(values / largest, theirs / largest, atol=2 * n * EPS * max(1, n / 4))
    assert relative(vectors * (values / largest) @ vectors.T - a / largest, a / largest) <= 4 * n * EPS
    assert departs(vectors) <= 10 * n * EPS


def test_qr_iteration_by_hand():
    values, vectors = qr_iteration([[2.0, 1.0], [1.0, 2.0]])
    np.testing.assert_allclose(values, [3, 1], atol=1e-15)
    np.testing.assert_allclose(vectors, np.array([[1, 1], [1, -1]]) / np.sqrt(2), atol=1e-15)


@pytest.mark.parametrize("a", MATRICES.values(), ids=MATRICES.keys())
def test_svd_against_lapack(a):
    u, s, vt = svd(a)
    k = min(a.shape)
    largest = abs(a).max() or 1
    theirs = np.linalg.svd(a / largest, full_matrices=False)
    lapack = relative(theirs[0] * theirs[1] @ theirs[2] - a / largest, a / largest)
    np.testing.assert_allclose(s / largest, theirs[1], atol=4 * k * EPS * (theirs[1][0] or 1))
    assert relative(u * (s / largest) @ vt - a / largest, a / largest) <= max(10 * lapack, 4 * k * EPS)
    assert (np.diff(s) <= 0).all()
    assert (s >= 0).all()
    assert departs(u) <= 10 * k * EPS
    assert departs(vt.T) <= 10 * k * EPS
    for row in vt:
        assert row[abs(row) > 1e-6 * abs(row).max()][0] > 0


def test_small_singular_values_of_graded_columns_beside_two_hundred_digits():
    """The smallest, 1e-70 of the largest, is right to 13 digits."""
    a = MATRICES["graded"]
    with mpmath.workdps(200):
        exact = [float(value) for value in mpmath.svd_r(mpmath.matrix(a.tolist()), compute_uv=False)]
    np.testing.assert_allclose(svd(a).s, exact, rtol=1e-13)


@settings(deadline=None, max_examples=40)
@given(
    arrays(float, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=st.sampled_from([0.0, 1, -1, 2, 1e-9, 1e9]))
)
def test_the_four_laws_of_the_pseudo_inverse(a):
    p = pseudo_inverse(a)
    largest = max(np.linalg.norm(a, 2), np.linalg.norm(p, 2), 1)
    cut = max(a.shape) * EPS * np.linalg.norm(a, 2)
    kappa = np.linalg.norm(a, 2) * np.linalg.norm(p, 2)
    slack = 100 * EPS * max(kappa, 1)
    np.testing.assert_allclose(a @ p @ a, a, atol=slack * np.linalg.norm(a, 2) + 10 * cut)
    np.testing.assert_allclose(a @ p, (a @ p).T, atol=slack * max(kappa, 1))
    np.testing.assert_allclose(p @ a, (p @ a).T, atol=slack * max(kappa, 1))
    np.testing.assert_allclose(p @ a @ p, p, atol=slack * largest * max(kappa, 1))


def test_pseudo_inverse_against_numpy_and_its_cut():
    for name in ("rank 2", "wide", "tall", "ones", "zeros", "1 × 1"):
        a = MATRICES[name]
        theirs = np.linalg.pinv(a, rtol=max(a.shape) * EPS)
        np.testing.assert_allclose(pseudo_inverse(a), theirs, atol=1e-13)
    nearly = np.diag([1.0, 1e-3])
    np.testing.assert_allclose(pseudo_inverse(nearly), np.diag([1, 1000]))
    np.testing.assert_allclose(pseudo_inverse(nearly, rtol=0.01), np.diag([1, 0]), atol=1e-15)


def test_low_rank_is_nearest_in_frobenius_norm():
    a = MATRICES["wide"]
    s = np.linalg.svd(a, compute_uv=False)
    for k in range(1, 5):
        nearest = low_rank(a, k)
        assert np.linalg.matrix_rank(nearest) == k
        assert np.linalg.norm(a - nearest) == pytest.approx(np.sqrt((s[k:] ** 2).sum()), abs=1e-14)
        for _ in range(20):  # no other of the same rank comes nearer
            other = RNG.standard_normal((4, k))
            fitted = other @ np.linalg.lstsq(other, a, rcond=None)[0]
            assert np.linalg.norm(a - fitted) >= np.linalg.norm(a - nearest) - 1e-14


def test_power_iteration():
    a = np.array([[2.0, 1.0], [1.0, 2.0]])
    found = power_iteration(a, [1.0, 0.0])
    assert found.value == pytest.approx(3, abs=1e-15)
    np.testing.assert_allclose(found.vector, np.sqrt([0.5, 0.5]), atol=1e-10)
    # From (1, 0) the estimates are 2, 2.8, …: 3 − vᵀAv falls by 1/9 in the end.
    np.testing.assert_allclose(found.estimates[:2], [2, 2.8])
    assert (3 - found.estimates[6]) / (3 - found.estimates[5]) == pytest.approx(1 / 9, rel=1e-3, abs=0)
    one_sided = np.array([[1.0, 5.0], [0.0, -4.0]])
    found = power_iteration(one_sided, [1.0, 1.0])
    assert found.value == pytest.approx(-4)
    np.testing.assert_allclose(found.vector, np.array([1, -1]) / np.sqrt(2), atol=1e-9)
    assert power_iteration(np.zeros((2, 2)), [1, 1]).value == 0
    assert power_iteration(1e300 * a, [1, 0]).value == pytest.approx(3e300)


@pytest.mark.parametrize("a", [[[0.0, -1.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, -1.0]]], ids=["rotation", "opposite"])
def test_power_iteration_that_cannot_settle_says_so(a):
    with pytest.raises(ValueError, match=r"power_iteration: steps must be enough .* qr_iteration if a is symmetric"):
        power_iteration(a, [1.0, 0.5])


def test_what_else_is_refused():
    for function in (qr_iteration, lambda a: power_iteration(a, [1.0])):
        with pytest.raises(ValueError, match="must be square"):
            function(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"a must be symmetric, got a − aᵀ up to 1: take \(a \+ a.T\) / 2"):
        qr_iteration([[1.0, 2.0], [1.0, 1.0]])
    with pytest.raises(ValueError, match="start must be a vector other than 0"):
        power_iteration(np.eye(2), [0.0, 0.0])
    with pytest.raises(ValueError, match="x must be two examples or more"):
        pca([[1.0, 2.0]], 1)
    with pytest.raises(ValueError, match=r"components must be ≥ 1 and ≤ 2, got 3"):
        pca(np.ones((2, 5)), 3)
    for function in (qr, svd, qr_iteration):
        with pytest.raises(ValueError, match="a must be non-empty"):
            function(np.ones((0, 0)))
        with pytest.raises(TypeError, match="a must be real"):
            function(np.eye(2) * 1j)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_types_stay(dtype):
    a = np.array([[2, 1], [1, 3]], dtype)
    for result in (*qr(a), *svd(a), *qr_iteration(a), *pca(a, 1), low_rank(a, 1), pseudo_inverse(a)):
        assert result.dtype == dtype
    assert power_iteration(a, a[0]).vector.dtype == dtype
    np.testing.assert_allclose(svd(a).s, np.linalg.svd(a.astype(float)).S, rtol=8 * np.finfo(dtype).eps)


def test_pca_of_the_digits_is_scikit_learns():
    x = digits().x
    mine, theirs = pca(x, 10), PCA(10).fit(x)
    signs = np.sign((mine.components * theirs.components_).sum(axis=1))
    np.testing.assert_allclose(mine.components, signs[:, None] * theirs.components_, atol=1e-12)
    np.testing.assert_allclose(mine.scores, theirs.transform(x) * signs, atol=1e-12)
    np.testing.assert_allclose(mine.explained_variance, theirs.explained_variance_, rtol=1e-12)
    np.testing.assert_allclose(mine.explained_ratio, theirs.explained_variance_ratio_, rtol=1e-12)
    np.testing.assert_allclose(mine.mean, theirs.mean_, atol=1e-14)


def test_pca_with_all_components_gives_the_data_back():
    x = RNG.standard_normal((5, 3))
    found = pca(x, 3)
    np.testing.assert_allclose(found.mean + found.scores @ found.components, x, atol=1e-14)
    np.testing.assert_allclose(np.cov(found.scores.T), np.diag(found.explained_variance), atol=1e-14)
    same = pca(np.ones((4, 2)), 2)
    assert same.explained_variance.tolist() == same.explained_ratio.tolist() == [0, 0]
