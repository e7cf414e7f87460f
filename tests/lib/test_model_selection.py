"""Intervals and cross-validation: by hand, against SciPy and scikit-learn, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats
from sklearn.linear_model import Ridge
from sklearn.model_selection import PredefinedSplit, cross_val_score

from dlmath_lib.probability import cross_validation, mean_interval, ridge


def test_the_interval_of_scipy() -> None:
    rng = np.random.default_rng(0)
    for n in (2, 3, 10, 200):
        x = rng.normal(5, 2, size=(n, 4))
        m, error = x.mean(0), scipy.stats.sem(x, axis=0)
        for level in (0.5, 0.95, 0.999):
            for kind, law in (("t", scipy.stats.t(n - 1)), ("normal", scipy.stats.norm())):
                low, high = mean_interval(x, level=level, law=kind)
                np.testing.assert_allclose((low, high), (m - law.ppf((1 + level) / 2) * error, 2 * m - low), rtol=1e-8)
                one = mean_interval(x[:, 1], level=level, law=kind)
                assert one == pytest.approx((low[1], high[1]), rel=1e-14, abs=0)


def test_by_hand() -> None:
    low, high = mean_interval([4, 6, 8], law="normal")
    assert (high - low) / 2 == pytest.approx(1.959963985 * 2 / np.sqrt(3), rel=1e-8, abs=0)
    assert mean_interval([3.0, 3.0]) == (3.0, 3.0)


def test_the_t_interval_covers_gaussian_data() -> None:
    draws = np.random.default_rng(1).normal(3, 2, size=(4, 20_000))
    for kind, low_end, high_end in (("t", 0.945, 0.955), ("normal", 0.84, 0.87)):
        low, high = mean_interval(draws, law=kind)
        assert low_end < ((low < 3) & (high > 3)).mean() < high_end


def test_cross_validation_of_scikit_learn() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(23, 3)), rng.normal(size=23)
    found = cross_validation(
        lambda x, y: ridge(x, y, penalty=2.0), lambda w, x, y: (y - x @ w) ** 2, x, y, folds=5, rng=rng
    )
    outside = -cross_val_score(
        Ridge(alpha=2.0, fit_intercept=False), x, y, cv=PredefinedSplit(found.part), scoring="neg_mean_squared_error"
    )
    assert found.mean == pytest.approx(outside.mean(), rel=1e-9, abs=0)
    assert found.standard_error == pytest.approx(scipy.stats.sem(outside), rel=1e-9, abs=0)
    assert sorted(np.bincount(found.part)) == [4, 4, 5, 5, 5]


def test_each_example_is_left_out_once() -> None:
    seen: list[float] = []

    def loss(model: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        assert not set(model.tolist()) & set(y.tolist())
        seen.extend(y.tolist())
        return y * 2.0

    y = np.arange(11)
    found = cross_validation(lambda x, y: y, loss, y, y, folds=11, rng=np.random.default_rng(0))
    assert sorted(seen) == y.tolist()
    np.testing.assert_array_equal(found.losses, 2 * y)
    again = cross_validation(lambda x, y: y, loss, y, y, folds=11, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(found.part, again.part)


def test_whole_labels_stay_whole() -> None:
    def fit(x: np.ndarray, y: np.ndarray) -> Any:
        assert y.dtype.kind == "i"
        return np.bincount(y, minlength=3) / y.size

    labels = np.array([0, 1, 2, 0, 1, 2, 0])
    found = cross_validation(fit, lambda p, x, y: -np.log(p[y]), labels, labels, folds=3, rng=np.random.default_rng(0))
    assert found.mean > 1


def test_refusals() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="one value says nothing"):
        mean_interval([1.0])
    with pytest.raises(ValueError, match="level"):
        mean_interval([1.0, 2.0], level=95)

    def run(x: Any, y: Any, folds: int, loss: Any = lambda m, x, y: y) -> None:
        cross_validation(lambda x, y: 0, loss, x, y, folds=folds, rng=rng)

    with pytest.raises(ValueError, match="folds"):
        run([1.0, 2.0], [1.0, 2.0], 3)
    with pytest.raises(ValueError, match="length 2"):
        run([1.0, 2.0], [1.0, 2.0, 3.0], 2)
    with pytest.raises(ValueError, match="two examples"):
        run([1.0], [1.0], 2)
    with pytest.raises(ValueError, match=r"loss\(…\)"):
        run([1.0, 2.0], [1.0, 2.0], 2, lambda m, x, y: 1.0)
    with pytest.raises(ValueError, match=r"loss\(…\)"):
        run([1.0, 2.0], [1.0, 2.0], 2, lambda m, x, y: y * np.nan)
