"""dlmath_lib.datasets: what the sets hold, that splits are fair and disjoint, and every refusal."""

import sys

import matplotlib.cbook
import numpy as np
import pytest
import sklearn.datasets
from hypothesis import given
from hypothesis import strategies as st

from dlmath_lib.datasets import (
    diabetes,
    digits,
    eeg,
    elevation,
    minibatches,
    photograph,
    spirals,
    split,
    two_moons,
    xor,
)


def rng(seed=0):
    return np.random.default_rng(seed)


def test_digits():
    data = digits()
    assert data.x.shape == (1797, 64) and data.x.dtype == np.float64
    assert (data.x.min(), data.x.max()) == (0.0, 1.0)
    assert sorted(set(data.y)) == list(range(10)) and len(data.feature_names) == 64 and len(data.target_names) == 10
    assert np.array_equal(data.x * 16, sklearn.datasets.load_digits().data)


def test_diabetes():
    raw, scaled = diabetes(), diabetes(scaled=True)
    assert raw.x.shape == scaled.x.shape == (442, 10) and len(raw.feature_names) == 10
    assert raw.x[:, 0].min() == 19 and (raw.y.min(), raw.y.max()) == (25.0, 346.0)
    np.testing.assert_allclose(scaled.x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose((scaled.x**2).sum(axis=0), 1)
    centred = raw.x - raw.x.mean(axis=0)
    np.testing.assert_allclose(scaled.x, centred / np.linalg.norm(centred, axis=0), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("load", [digits, diabetes])
def test_without_scikit_learn_the_error_names_the_install(load, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ModuleNotFoundError, match=f"{load.__name__}: scikit-learn must be installed: pip install"):
        load()


def test_what_packages_ship():
    raw = np.fromfile(matplotlib.cbook.get_sample_data("eeg.dat", asfileobj=False), float).reshape(800, 4)
    np.testing.assert_array_equal(eeg(), raw.T)
    np.testing.assert_allclose(eeg().std(axis=1), 1, rtol=3e-3)
    map_ = elevation()
    stored = matplotlib.cbook.get_sample_data("jacksboro_fault_dem.npz")["elevation"]
    assert map_.dtype == np.float64 and np.array_equal(map_, stored)
    picture = photograph()
    assert picture.shape == (3, 427, 640) and (picture.min(), picture.max()) == (0, 1)
    np.testing.assert_array_equal(
        np.rint(picture * 255), sklearn.datasets.load_sample_image("china.jpg").transpose(2, 0, 1)
    )


@pytest.mark.parametrize(
    ("load", "module", "name"),
    [
        (eeg, "matplotlib", "matplotlib"),
        (elevation, "matplotlib", "matplotlib"),
        (photograph, "sklearn", "scikit-learn"),
        (photograph, "PIL", "pillow"),
    ],
)
def test_without_the_package_the_error_names_the_install(load, module, name, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModuleNotFoundError, match=f"{load.__name__}: {name} must be installed: pip install {name}"):
        load()


def test_no_line_parts_xor():
    data = xor()
    design = np.column_stack([data.x, np.ones(4)])
    best = np.linalg.lstsq(design, data.y, rcond=None)[0]
    np.testing.assert_allclose(design @ best, 0.5)


def test_two_moons():
    data = two_moons(201, rng=rng(), noise=0)
    assert np.bincount(data.y).tolist() == [101, 100]
    upper, lower = data.x[data.y == 0], data.x[data.y == 1]
    np.testing.assert_allclose((upper**2).sum(axis=1), 1)
    np.testing.assert_allclose(((lower - [1, 0.5]) ** 2).sum(axis=1), 1)
    assert (upper[:, 1] >= 0).all() and (lower[:, 1] <= 0.5).all()
    assert 0 < np.count_nonzero(np.diff(data.y)) < 200  # in random order


def test_spirals():
    data = spirals(300, classes=3, turns=1.5, noise=0, rng=rng())
    r = np.hypot(*data.x.T)
    assert r.min() >= 0.1 - 1e-12 and r.max() <= 1
    angle = 2 * np.pi * (1.5 * r + data.y / 3)
    np.testing.assert_allclose(data.x, np.column_stack([r * np.cos(angle), r * np.sin(angle)]), atol=1e-12)


@pytest.mark.parametrize("make", [two_moons, spirals])
def test_noise_and_seed(make):
    assert np.array_equal(make(50, rng=rng()).x, make(50, rng=rng()).x)
    assert not np.array_equal(make(50, rng=rng()).x, make(50, rng=rng(1)).x)
    shift = make(4000, rng=rng(), noise=0.2).x - make(4000, rng=rng(), noise=0).x
    assert shift.std() == pytest.approx(0.2, rel=0.05, abs=0)


@given(st.integers(10, 200), st.booleans(), st.integers(0, 5))
def test_split_deals_out_every_example_once(n, stratify, seed):
    x, y = np.arange(n), np.arange(n) % 3
    parts = split(x, y, fractions=(0.5, 0.3, 0.2), rng=rng(seed), stratify=stratify)
    assert sorted(np.concatenate([part[0] for part in parts])) == list(range(n))
    assert all(np.array_equal(part[0] % 3, part[1]) for part in parts)
    for (part, _), fraction in zip(parts, (0.5, 0.3, 0.2), strict=True):
        assert abs(len(part) - n * fraction) <= 1


@pytest.mark.parametrize("seed", range(10))
def test_stratified_parts_hold_the_classes_in_proportion(seed):
    y = np.repeat([0, 1, 2], [600, 300, 100])
    parts = split(y, y, fractions=(0.8, 0.2), rng=rng(seed), stratify=True)
    for (_, labels), size in zip(parts, (800, 200), strict=True):
        np.testing.assert_allclose(np.bincount(labels), size * np.array([0.6, 0.3, 0.1]), atol=1)
        assert np.count_nonzero(np.diff(labels)) > size / 10  # and in random order


def shares(y, parts):
    return np.array([np.bincount(part[1], minlength=y.max() + 1) for part in parts]).T


@pytest.mark.parametrize("seed", range(20))
def test_a_class_gets_its_quota_among_classes_of_one(seed):
    y = np.array([0] * 10 + list(range(1, 41)))
    dealt = shares(y, split(y, y, fractions=(0.6, 0.2, 0.2), rng=rng(seed), stratify=True))
    assert dealt[0].tolist() == [6, 2, 2] and dealt.sum(axis=0).tolist() == [30, 10, 10]


def test_what_is_left_of_a_class_goes_where_most_is_owed():
    y = np.zeros(9, dtype=int)  # quotas 4.95, 2.25, 1.8
    assert shares(y, split(y, y, fractions=(0.55, 0.25, 0.2), rng=rng(), stratify=True)).tolist() == [[5, 2, 2]]


def test_single_examples_are_dealt_at_random():
    y = np.arange(20)
    in_first = [shares(y, split(y, y, fractions=(0.5, 0.5), rng=rng(s), stratify=True))[:, 0] for s in range(200)]
    np.testing.assert_allclose(np.mean(in_first, axis=0), 0.5, atol=0.15)  # four standard deviations
    y = np.repeat(np.arange(10), 3)
    members = np.arange(30)
    first = [split(members, y, fractions=(0.5, 0.5), rng=rng(s), stratify=True)[0][0] for s in range(200)]
    np.testing.assert_allclose(np.bincount(np.concatenate(first), minlength=30) / 200, 0.5, atol=0.15)


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=8),
    st.lists(st.integers(1, 9), min_size=2, max_size=4),
    st.integers(0, 9),
)
def test_every_class_and_every_part_has_its_share(counts, weights, seed):
    y, fractions = np.repeat(np.arange(len(counts)), counts), np.array(weights) / sum(weights)
    try:
        whole = split(y, y, fractions=fractions, rng=rng(seed))
    except ValueError:
        assert (np.diff(np.round(np.cumsum([0, *fractions]) * len(y))) < 1).any()
        return
    dealt = shares(y, split(y, y, fractions=fractions, rng=rng(seed), stratify=True))
    assert dealt.sum(axis=1).tolist() == counts
    assert dealt.sum(axis=0).tolist() == [len(part[1]) for part in whole]
    quota = np.outer(counts, fractions)
    assert (np.abs(dealt - quota) < 2).all()


def test_split_takes_images_and_columns_and_repeats_with_the_seed():
    x, y = np.zeros((10, 2, 3)), np.zeros((10, 1))
    train, test = split(x, y, fractions=(0.7, 0.3), rng=rng())
    assert train[0].shape == (7, 2, 3) and test[1].shape == (3, 1)
    first, second = (split(np.arange(9), np.arange(9), fractions=(0.5, 0.5), rng=rng(4)) for _ in range(2))
    assert np.array_equal(first[0][0], second[0][0])


@given(st.integers(1, 60), st.data())
def test_minibatches_are_an_epoch(n, data):
    size = data.draw(st.integers(1, n))
    batches = list(minibatches(n, batch_size=size, rng=rng()))
    assert sorted(np.concatenate(batches)) == list(range(n))
    assert {len(batch) for batch in batches[:-1]} <= {size} and 1 <= len(batches[-1]) <= size


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (lambda: two_moons(1, rng=rng()), ValueError, "two_moons: n must be ≥ 2"),
        (lambda: two_moons(10, rng=0), TypeError, r"two_moons: rng must be a numpy.random.Generator.*default_rng\(0\)"),
        (lambda: two_moons(10, rng=rng(), noise=-1), ValueError, "two_moons: noise must be ≥ 0"),
        (lambda: spirals(2, classes=3, rng=rng()), ValueError, "spirals: n must be ≥ 3"),
        (lambda: spirals(9, classes=1, rng=rng()), ValueError, "spirals: classes must be ≥ 2"),
        (lambda: spirals(9, turns=0, rng=rng()), ValueError, "spirals: turns must be > 0"),
        (lambda: split([1, 2], [1], fractions=(0.5, 0.5), rng=rng()), ValueError, "split: y must be as long as x"),
        (lambda: split([1, 2], [1, 2], fractions=(0.5, 0.6), rng=rng()), ValueError, r"sum 1, got \(0.5, 0.6\)"),
        (lambda: split([1, 2], [1, 2], fractions=(1.0,), rng=rng()), ValueError, "at least two numbers"),
        (lambda: split([1, 2, 3], [1, 2, 3], fractions=(0.5, 0.4), rng=rng()), ValueError, r"sum 1, got \(0.5, 0.4\)"),
        (lambda: split([1, 2, 3], [1, 2, 3], fractions=(1.5, -0.5), rng=rng()), ValueError, "numbers > 0 with sum 1"),
        (lambda: split([1, 2], [1, 2], fractions=None, rng=rng()), TypeError, "split: fractions must be"),
        (
            lambda: split([1, 2], [1, 2], fractions=(0.5, 0.5), rng=rng(), stratify="no"),
            TypeError,
            "split: stratify must be True or False, got 'no'",
        ),
        (lambda: diabetes(scaled="no"), TypeError, "diabetes: scaled must be True or False, got 'no'"),
        (lambda: split([1, 2], [1, 2], fractions=(0.9, 0.1), rng=rng()), ValueError, "long enough.*got 2 examples"),
        (
            lambda: split([1, 2], [0.5, 2], fractions=(0.5, 0.5), rng=rng(), stratify=True),
            ValueError,
            r"y must be class indices of shape \(n,\) with stratify=True",
        ),
        (lambda: minibatches(5, batch_size=0, rng=rng()), ValueError, "minibatches: batch_size must be ≥ 1"),
        (
            lambda: minibatches(5, batch_size=6, rng=rng()),
            ValueError,
            "at most the number of examples, 5, got 6: batch_size=len",
        ),
        (lambda: minibatches(5, batch_size=2.5, rng=rng()), TypeError, "batch_size must be an integer"),
    ],
)
def test_refusals(action, error, message):
    with pytest.raises(error, match=message):
        action()
