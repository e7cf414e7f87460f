"""dlmath_lib.regularization.tradeoff: bias and variance of linear predictions, and the filter of early stopping."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from dlmath_lib.optimizers import gradient_descent
from dlmath_lib.regularization import bias_variance, early_stopping_filter

RNG = np.random.default_rng(3)


def smoother_of(x, degree, at):
    return np.vander(at, degree + 1) @ np.linalg.pinv(np.vander(x, degree + 1))


def test_by_hand():
    """The mean of three: the bias is the mean less the truth, the variance a third."""
    found = bias_variance(np.full((1, 3), 1 / 3), [-2.0, 0.0, 2.0], noise_variance=3.0, truth_at=[2.0])
    np.testing.assert_allclose(found.bias, [-2.0], rtol=1e-15)
    np.testing.assert_allclose(found.variance, [1.0], rtol=1e-15)


@pytest.mark.parametrize("degree", [0, 1, 2])
def test_every_pattern_of_noise_averages_to_it(degree):
    """Errors of ±σ: all sixteen patterns, fitted by numpy.polyfit."""
    x, at = np.array([-1.0, 0.0, 0.5, 1.0]), np.array([-0.7, 0.2, 2.0])
    truth, sigma = np.exp(x), 0.3
    found = bias_variance(smoother_of(x, degree, at), truth, noise_variance=sigma**2, truth_at=np.exp(at))
    fits = np.array([
        np.polyval(np.polyfit(x, truth + sigma * np.array(signs), degree), at)
        for signs in itertools.product((-1, 1), repeat=4)
    ])  # fmt: skip
    np.testing.assert_allclose(found.bias, fits.mean(axis=0) - np.exp(at), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.variance, fits.var(axis=0), rtol=1e-9, atol=1e-12)


def test_ridge_of_scikit_learn_has_this_bias():
    x, truth = RNG.normal(size=(12, 3)), RNG.normal(size=12)
    smoother = x @ np.linalg.solve(x.T @ x + 2.0 * np.eye(3), x.T)
    mean_fit = Ridge(alpha=2.0, fit_intercept=False).fit(x, truth).predict(x)
    np.testing.assert_allclose(bias_variance(smoother, truth, noise_variance=1).bias, mean_fit - truth, atol=1e-12)


def test_a_projection_has_the_variance_p():
    q, _ = np.linalg.qr(RNG.normal(size=(9, 4)))
    found = bias_variance(q @ q.T, q @ RNG.normal(size=4), noise_variance=0.5)
    assert found.variance.sum() == pytest.approx(4 * 0.5, rel=1e-12, abs=0)
    np.testing.assert_allclose(found.bias, 0, atol=1e-12)
    assert found.variance.dtype == np.float64


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="smoother must be square without truth_at"):
        bias_variance(np.ones((2, 3)), [1.0, 2.0, 3.0], noise_variance=1.0)
    with pytest.raises(ValueError, match="truth must"):
        bias_variance(np.ones((2, 3)), [1.0, 2.0], noise_variance=1.0)


@pytest.mark.parametrize("steps", [0, 1, 2, 7, 60])
@pytest.mark.parametrize("rate", [0.05, 0.6, 1.9])
def test_gradient_descent_has_fitted_this_much(steps, rate):
    x, y = RNG.normal(size=(8, 4)), RNG.normal(size=8)
    u, d, _ = np.linalg.svd(x, full_matrices=False)
    rate /= d.max() ** 2
    w = gradient_descent(lambda w: x.T @ (x @ w - y), np.zeros(4), learning_rate=rate, steps=steps).final
    ours = early_stopping_filter(d, learning_rate=rate, steps=steps)
    np.testing.assert_allclose(u.T @ (x @ w), ours * (u.T @ y), rtol=1e-9, atol=1e-12)


def test_filter_by_hand_and_at_the_edges():
    found = early_stopping_filter([0.0, 1.0, 2**0.5], learning_rate=1.0, steps=3)
    np.testing.assert_allclose(found, [0.0, 1.0, 2.0], atol=1e-12)
    assert early_stopping_filter([1e-9], learning_rate=1.0, steps=1000)[0] == pytest.approx(1e-15, rel=1e-12, abs=0)
    assert early_stopping_filter([1.0], learning_rate=1.0, steps=0)[0] == 0
    assert early_stopping_filter(np.float32([0.5]), learning_rate=1, steps=1).dtype == np.float64


@given(st.floats(1e-6, 1), st.integers(0, 5000))
def test_it_lies_between_ridge_and_its_bound(z, steps):
    """With λ = 1/(αk): ridge keeps kz/(1 + kz), and kz is a bound."""
    (kept,) = early_stopping_filter([z**0.5], learning_rate=1.0, steps=steps)
    assert steps * z / (1 + steps * z) <= kept * (1 + 1e-12) + 1e-15
    assert kept <= min(1, steps * z) * (1 + 1e-12)


@pytest.mark.parametrize(("d", "rate", "words"), [([-1.0], 0.1, "all ≥ 0"), ([2.0], 0.6, "at most 2/d², which is 0.5")])
def test_a_filter_that_means_nothing_is_refused(d, rate, words):
    with pytest.raises(ValueError, match=words):
        early_stopping_filter(d, learning_rate=rate, steps=3)
