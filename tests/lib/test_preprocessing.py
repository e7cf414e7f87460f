"""dlmath_lib.preprocessing: scaling, whitening and categories, beside scikit-learn."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.decomposition import PCA
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler

from dlmath_lib.datasets import breast_cancer, diabetes, digits
from dlmath_lib.linalg import pca
from dlmath_lib.preprocessing import Scaler, min_max, one_hot, robust, standardize, whiten

RNG = np.random.default_rng(11)
MIXED = RNG.normal(size=(40, 3)) @ [[1.0, 0.0, 0.0], [2.0, 30.0, 0.0], [0.1, 4.0, 0.5]] + [100.0, -5.0, 0.0]
SETS = {"mixed": MIXED, "diabetes": diabetes().x, "breast cancer": breast_cancer().x, "digits": digits().x}
SCALERS = [
    (standardize, StandardScaler()),
    (min_max, MinMaxScaler()),
    (lambda x: min_max(x, low=-1.0, high=3.0), MinMaxScaler((-1, 3))),
    (robust, RobustScaler()),
]


def test_by_hand():
    x = np.array([[1.0, 10.0], [2.0, 10.0], [6.0, 16.0]])
    scaler = standardize(x)
    np.testing.assert_allclose(scaler.shift, [3.0, 12.0], rtol=1e-15)
    np.testing.assert_allclose(scaler.scale, [np.sqrt(14 / 3), np.sqrt(8.0)], rtol=1e-15)
    scaler = min_max(x, low=-1.0)
    np.testing.assert_allclose(scaler.transform(x), [[-1, -1], [-0.6, -1], [1, 1]], rtol=1e-15)
    np.testing.assert_allclose(robust(x).scale, [2.5, 3.0], rtol=1e-15)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("ours", "theirs"), SCALERS, ids=["standard", "min-max", "-1 to 3", "robust"])
def test_scikit_learn_scales_alike(name, ours, theirs):
    """Constant columns of the digits too; the rows that are transformed are not those of the fit."""
    x = SETS[name]
    train, new = x[: len(x) // 2], x[len(x) // 2 :]
    np.testing.assert_allclose(ours(train).transform(new), theirs.fit(train).transform(new), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["mixed", "diabetes", "breast cancer"])
def test_scikit_learn_whitens_alike_but_for_n_minus_1(name):
    x = SETS[name]
    n = len(x)
    theirs = PCA(whiten=True, svd_solver="full").fit(x)
    new = x[::-1] + 0.1
    signs = np.sign(np.sum(theirs.components_ * whiten(x).back, axis=1))
    np.testing.assert_allclose(
        whiten(x).transform(new), theirs.transform(new) * signs * np.sqrt(n / (n - 1)), rtol=1e-6, atol=1e-6
    )
    np.testing.assert_allclose(whiten(x).variances, theirs.explained_variance_ * (n - 1) / n, rtol=1e-8)


@pytest.mark.parametrize("kind", ["pca", "zca"])
@pytest.mark.parametrize("name", ["mixed", "diabetes", "breast cancer"])
def test_whitened_columns_have_the_identity_for_a_covariance(kind, name):
    x = standardize(SETS[name]).transform(SETS[name])
    found = whiten(x, kind=kind)
    z = found.transform(x)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(z.T @ z / len(z), np.eye(x.shape[1]), atol=1e-8)
    np.testing.assert_allclose(found.inverse(z), x, atol=1e-9)
    np.testing.assert_allclose(found.matrix @ found.back, np.eye(x.shape[1]), atol=1e-8)


def test_zca_is_symmetric_and_the_inverse_root_of_the_covariance():
    found = whiten(MIXED, kind="zca")
    covariance = np.cov(MIXED.T, bias=True)
    np.testing.assert_allclose(found.matrix, found.matrix.T, atol=1e-12)
    np.testing.assert_allclose(found.matrix @ found.matrix @ covariance, np.eye(3), atol=1e-9)


def test_zca_moves_the_data_least_among_turned_whitenings():
    z = whiten(MIXED, kind="zca").transform(MIXED)
    away = np.sum((MIXED - MIXED.mean(axis=0) - z) ** 2)
    for seed in range(200):
        turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
        assert np.sum((MIXED - MIXED.mean(axis=0) - z @ turn) ** 2) >= away


def test_epsilon_and_components():
    found = whiten(MIXED, epsilon=0.5)
    z = found.transform(MIXED)
    np.testing.assert_allclose(z.var(axis=0), found.variances / (found.variances + 0.5), rtol=1e-10)
    np.testing.assert_allclose(found.inverse(z), MIXED, atol=1e-9)
    two = whiten(MIXED, components=2)
    assert two.transform(MIXED).shape == (40, 2)
    nearest = whiten(MIXED, kind="zca", components=2)
    scores = pca(MIXED, 2)
    plane = scores.mean + scores.scores @ scores.components
    for map_ in (two, nearest):
        np.testing.assert_allclose(map_.inverse(map_.transform(MIXED)), plane, atol=1e-9)
    assert repr(two) == "Whitener(3 features to 2)"
    assert repr(standardize(MIXED)) == "Scaler(3 columns)"


def test_fewer_rows_than_columns():
    x = RNG.normal(size=(4, 6))
    with pytest.raises(ValueError, match=r"whiten: x must be data that vary in 6 directions, got 3: pass components=3"):
        whiten(x)
    z = whiten(x, components=3).transform(x)
    np.testing.assert_allclose(z.T @ z / 4, np.eye(3), atol=1e-10)
    wide = whiten(x, epsilon=0.1)
    assert wide.matrix.shape == (6, 6) and (wide.variances[3:] < 1e-25).all()
    with pytest.raises(ValueError, match="components must be"):
        whiten(x, components=4)
    # One direction more than there is is refused too, though the shapes would allow it.
    twice = np.column_stack([MIXED, MIXED[:, 0]])
    with pytest.raises(ValueError, match="vary in 4 directions, got 3"):
        whiten(twice)
    with pytest.raises(ValueError, match="the same row"):
        whiten(np.ones((3, 2)), components=1)


@pytest.mark.parametrize("learn", [standardize, min_max, robust, lambda x: min_max(x, low=2.0, high=5.0)])
def test_a_constant_column_has_a_finite_map(learn):
    x = np.full((5, 2), 0.1)
    x[:, 1] = [0, 1, 2, 3, 4]
    scaler = learn(x)
    z = scaler.transform(x)
    assert (z[:, 0] == z[0, 0]).all() and z[0, 0] in (0.0, 2.0)
    np.testing.assert_allclose(scaler.inverse(z), x, rtol=1e-14)


@pytest.mark.parametrize("learn", [standardize, min_max, robust, whiten])
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_types_stay_and_keep_their_digits(learn, dtype):
    x = RNG.normal(size=(3000, 2)).astype(dtype) + dtype(20)
    learned = learn(x)
    z = learned.transform(x)
    assert z.dtype == dtype and learned.inverse(z).dtype == dtype
    exact = learn(x.astype(float)).transform(x.astype(float))
    np.testing.assert_allclose(z, exact, atol=5e-3 if dtype == np.float16 else 1e-6)
    w, b = learned.raw_model(np.ones(2, dtype), dtype(0))
    assert w.dtype == b.dtype == dtype


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_columns_of_extreme_size(size):
    x = np.array([[1.0], [2.0], [-3.0]]) * size
    np.testing.assert_allclose(standardize(x).transform(x), standardize(x / size).transform(x / size), rtol=1e-12)
    np.testing.assert_allclose(min_max(x).transform(x).ravel(), [0.8, 1, 0], rtol=1e-12)


def test_what_does_not_fit_the_type_is_refused():
    scaler = standardize(np.array([[0.0], [1e-3]], np.float16))
    with pytest.raises(ValueError, match=r"Scaler.transform: x must be such that the result is finite in float16"):
        scaler.transform(np.array([[6e4]], np.float16))
    with pytest.raises(ValueError, match=r"Scaler.inverse: z must be of shape \(any, 1\), got \(2, 2\)"):
        scaler.inverse(np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"Whitener.transform: x must be of shape \(any, 3\)"):
        whiten(MIXED).transform(np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"Scaler.raw_model: weights must be of shape \(1,\) or \(1, k\)"):
        scaler.raw_model([1.0, 2.0], 0.0)
    with pytest.raises(ValueError, match=r"Whitener.raw_model: bias must be"):
        whiten(MIXED).raw_model([1.0, 2.0, 3.0], [0.0])
    with pytest.raises(ValueError, match="min_max: high must be > 1, got 1"):
        min_max(MIXED, low=1.0, high=1.0)


@pytest.mark.parametrize("learn", [standardize, min_max, robust, whiten, lambda x: whiten(x, kind="zca", epsilon=0.1)])
@pytest.mark.parametrize("outputs", [(), (2,)])
def test_raw_model_predicts_the_same(learn, outputs):
    learned = learn(MIXED)
    w, b = RNG.normal(size=(3, *outputs)), RNG.normal(size=outputs)
    raw_w, raw_b = learned.raw_model(w, b)
    assert raw_w.shape == w.shape and raw_b.shape == b.shape
    np.testing.assert_allclose(MIXED @ raw_w + raw_b, learned.transform(MIXED) @ w + b, rtol=1e-9, atol=1e-9)


def test_sympy_has_the_same_map():
    a, b = sp.symbols("a b", positive=True)
    column = [a, a + 2 * b, a + 4 * b]
    mean = sum(column) / 3
    deviation = sp.sqrt(sum((c - mean) ** 2 for c in column) / 3)
    symbolic = [float(sp.simplify((c - mean) / deviation).subs({a: 3, b: 7})) for c in column]
    x = np.array([[3.0], [17.0], [31.0]])
    np.testing.assert_allclose(standardize(x).transform(x).ravel(), symbolic, rtol=1e-14)


@given(arrays(float, (6, 2), elements=st.floats(-1e6, 1e6)), st.floats(-50, 50), st.floats(0.01, 100))
def test_units_do_not_matter_after_scaling(x, shift, factor):
    """Another zero and another unit give the same numbers, where the column's spread is well above rounding."""
    x = x[:, np.ptp(x, axis=0) > 1e-2 * (1 + np.abs(x).max(axis=0))]
    if x.shape[1]:
        for learn in (standardize, min_max):
            other = x * factor + shift
            np.testing.assert_allclose(learn(x).transform(x), learn(other).transform(other), atol=1e-6)


def test_a_map_does_not_change_with_the_data_it_was_learned_from():
    x = MIXED.copy()
    scaler = standardize(x)
    before = scaler.transform(MIXED)
    x[:] = 0
    np.testing.assert_array_equal(scaler.transform(MIXED), before)
    assert Scaler(np.zeros(1), np.ones(1)).transform([[2]]).dtype == float


def test_one_hot():
    labels = np.array([2, 0, 1, 2])
    found = one_hot(labels, classes=3)
    np.testing.assert_array_equal(found, OneHotEncoder().fit_transform(labels[:, None]).toarray())
    np.testing.assert_array_equal(one_hot(labels, classes=3, drop_first=True), found[:, 1:])
    np.testing.assert_array_equal(found.argmax(axis=1), labels)
    assert one_hot(labels, classes=5, dtype=np.float16).dtype == np.float16
    assert one_hot(labels, classes=5).shape == (4, 5)
    assert np.linalg.matrix_rank(np.column_stack([np.ones(4), found])) == 3


@pytest.mark.parametrize(
    ("labels", "options", "words"),
    [
        ([0, 3], {"classes": 3}, "labels must be from 0 to 2, got 3"),
        ([0, -1], {"classes": 3}, "labels must be from 0 to 2, got -1"),
        ([0, 0], {"classes": 1, "drop_first": True}, "classes must be 2 or more"),
    ],
)
def test_one_hot_refuses(labels, options, words):
    with pytest.raises(ValueError, match=words):
        one_hot(labels, **options)
