"""Estimates: by hand, against SciPy and scikit-learn, by their laws, and what is refused."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as some
from sklearn.linear_model import Lasso, Ridge

from dlmath_lib.probability import (
    Bernoulli,
    Categorical,
    Exponential,
    Gamma,
    Gaussian,
    Laplace,
    Poisson,
    Uniform,
    fisher_information,
    maximum_likelihood,
    ridge,
    soft_threshold,
)

RNG = np.random.default_rng(3)
DATA = RNG.gamma(2.0, size=40)


def test_by_hand() -> None:
    law: Any = maximum_likelihood(Gaussian, [1, 2, 6])
    assert (law.mean, law.std) == pytest.approx((3, np.sqrt(14 / 3)))
    assert maximum_likelihood(Bernoulli, [1, 1, 0, 1]).p == 0.75  # type: ignore[attr-defined]
    assert maximum_likelihood(Exponential, [2, 3, 7]).rate == pytest.approx(0.25)  # type: ignore[attr-defined]
    np.testing.assert_allclose(
        maximum_likelihood(Categorical, [0, 2, 2, 3]).probabilities,  # type: ignore[attr-defined]
        [0.25, 0, 0.5, 0.25],
    )
    np.testing.assert_allclose(ridge([[1.0], [2.0]], [2.0, 3.0], penalty=3.0), [1.0], rtol=1e-14)
    np.testing.assert_array_equal(soft_threshold([3.0, -0.5, -2.0, 1.0], 1.0), [2, 0, -1, 0])
    np.testing.assert_allclose(fisher_information(Bernoulli(0.2)), [6.25])


@pytest.mark.parametrize(
    ("law", "names", "fit"),
    [
        (Gaussian, ("mean", "std"), lambda x: scipy.stats.norm.fit(x)),
        (Exponential, ("rate",), lambda x: (1 / scipy.stats.expon.fit(x, floc=0)[1],)),
        (Laplace, ("location", "scale"), lambda x: scipy.stats.laplace.fit(x)),
        (Uniform, ("low", "high"), lambda x: (lambda a, w: (a, a + w))(*scipy.stats.uniform.fit(x))),
    ],
)
def test_the_fits_of_scipy(law: Any, names: tuple[str, ...], fit: Any) -> None:
    found = maximum_likelihood(law, DATA)
    np.testing.assert_allclose([getattr(found, name) for name in names], fit(DATA), rtol=1e-12)


@pytest.mark.parametrize("law", [Bernoulli, Poisson])
def test_counts_by_scipy(law: Any) -> None:
    x = np.array([0, 1, 1, 0, 1] if law is Bernoulli else [0, 3, 1, 1, 7])
    outside = scipy.stats.bernoulli if law is Bernoulli else scipy.stats.poisson
    found = scipy.stats.fit(outside, x, [(0, 1 if law is Bernoulli else 20)]).params[0]
    assert maximum_likelihood(law, x).mean == pytest.approx(found, rel=1e-5, abs=0)


@given(some.lists(some.floats(-100, 100), min_size=3, max_size=9), some.floats(-1, 1), some.floats(0.5, 2))
@settings(deadline=None, max_examples=50)
def test_no_gaussian_is_more_likely(x: list[float], step: float, factor: float) -> None:
    if np.std(x) < 1e-3:
        return
    best: Any = maximum_likelihood(Gaussian, x)
    other = Gaussian(best.mean + step, best.std * factor)
    assert best.log_density(x).sum() >= other.log_density(x).sum() - 1e-9


@pytest.mark.parametrize("d", [1, 3, 12])
def test_ridge_of_scikit_learn(d: int) -> None:
    x, y = RNG.normal(size=(8, d)), RNG.normal(size=8)
    found = ridge(x, y, penalty=0.7)
    np.testing.assert_allclose(found, Ridge(alpha=0.7, fit_intercept=False).fit(x, y).coef_, rtol=1e-8)
    np.testing.assert_allclose(x.T @ (y - x @ found), 0.7 * found, atol=1e-10)
    assert ridge(x.astype(np.float32), y.astype(np.float32), penalty=0.7).dtype == np.float32


def test_ridge_keeps_digits_that_the_normal_equations_lose() -> None:
    x = np.array([[1.0, 1.0], [1e-9, 0], [0, 1e-9]])
    np.testing.assert_allclose(ridge(x, [2.0, 0, 0], penalty=1e-18), [1, 1], rtol=1e-6)


def test_the_soft_threshold_is_the_lasso_of_one_feature() -> None:
    x = RNG.normal(size=30)
    for target in (2 * x, 0.1 * x, -x):
        y = target + RNG.normal(size=30)
        alpha = 0.4
        found = Lasso(alpha=alpha, fit_intercept=False, tol=1e-12).fit(x[:, None], y).coef_[0]
        assert soft_threshold(x @ y, alpha * 30) / (x @ x) == pytest.approx(found, rel=1e-9, abs=1e-12)
    assert soft_threshold(np.float16(3.0), 1.0).dtype == np.float16
    assert soft_threshold([], 1.0).size == 0


@given(some.floats(-1e3, 1e3), some.floats(0, 1e3), some.floats(-1e3, 1e3))
def test_no_w_is_better_than_the_soft_threshold(z: float, t: float, w: float) -> None:
    def cost(v: float) -> float:
        return 0.5 * (v - z) ** 2 + t * abs(v)

    assert cost(float(soft_threshold(z, t))) <= cost(w) * (1 + 1e-12) + 1e-9


def test_the_information_is_the_mean_square_of_the_score() -> None:
    h = 1e-5

    def score(make: Any, at: float, x: Any) -> Any:
        f = [
            (law.log_density if hasattr(law, "log_density") else law.log_mass)(x)
            for law in (make(at + h), make(at - h))
        ]
        return (f[0] - f[1]) / (2 * h)

    cases: list[tuple[Any, float, int]] = [
        (lambda m: Gaussian(m, 0.7), 0.3, 0),
        (lambda s: Gaussian(0.3, s), 0.7, 1),
        (Exponential, 1.4, 0),
    ]
    for make, at, entry in cases:
        law = make(at)
        low = 0.0 if make is Exponential else -np.inf
        squared = scipy.integrate.quad(lambda x, m=make, a=at, w=law: score(m, a, x) ** 2 * w.density(x), low, np.inf)
        assert fisher_information(law)[entry] == pytest.approx(squared[0], rel=1e-6, abs=0)
    for make, at, values in ((Bernoulli, 0.3, np.arange(2.0)), (Poisson, 2.5, np.arange(80.0))):
        squared = (score(make, at, values) ** 2 * make(at).mass(values)).sum()
        assert fisher_information(make(at))[0] == pytest.approx(squared, rel=1e-6, abs=0)


def test_the_mean_attains_the_bound_for_all_samples_of_a_coin() -> None:
    p, n = 0.3, 6
    samples = np.array(list(product((0, 1), repeat=n)))
    weights = np.prod(np.where(samples == 1, p, 1 - p), axis=1)
    means = samples.mean(axis=1)
    variance = weights @ means**2 - (weights @ means) ** 2
    assert variance == pytest.approx(1 / (n * fisher_information(Bernoulli(p))[0]), rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("law", "x", "words"),
    [
        (Gaussian, [2.0, 2.0], "the narrower the law, the more likely"),
        (Gaussian, [2.0], "two different numbers"),
        (Uniform, [1.0, 1.0], "two different"),
        (Bernoulli, [0, 2], "0 or 1"),
        (Poisson, [0, 0], "not all 0"),
        (Poisson, [0.5, 1], "whole numbers"),
        (Exponential, [-1.0, 2.0], "≥ 0"),
        (Categorical, [0, -1], "class numbers"),
        (Gaussian, [[1.0, 2.0]], "1-dimensional"),
    ],
)
def test_data_without_an_estimate_are_refused(law: Any, x: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        maximum_likelihood(law, x)


def test_other_refusals() -> None:
    with pytest.raises(TypeError, match="the class, not an object"):
        maximum_likelihood(Gaussian(), [1.0, 2.0])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="Bernoulli, Categorical"):
        maximum_likelihood(Gamma, [1.0, 2.0])
    with pytest.raises(TypeError, match="pass an object"):
        fisher_information(Gaussian)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="0 < p < 1"):
        fisher_information(Bernoulli(1))
    with pytest.raises(ValueError, match="penalty"):
        ridge([[1.0]], [1.0], penalty=0)
    with pytest.raises(ValueError, match="shape"):
        ridge([[1.0], [2.0]], [1.0], penalty=1)
