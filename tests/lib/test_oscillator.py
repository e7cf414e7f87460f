"""dlmath_lib.optimizers.oscillator: the factor of the heavy ball and of Nesterov's variant, and the best settings."""

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

from dlmath_lib import vectors
from dlmath_lib.optimizers import SGD, asymptotic_factor, best_momentum, contraction_factor, momentum_step

curvatures = st.lists(st.floats(-3, 30), min_size=1, max_size=4)
rates, decays = st.floats(1e-3, 2), st.floats(0, 0.99)


def matrix(curvature, rate, decay, nesterov):
    """A step from (v, e), where v is the velocity and e the distance from the minimum."""
    keep = 1 - rate * curvature if not nesterov else 1 - rate * curvature * (1 + decay)
    push = -rate * decay if not nesterov else -rate * decay**2
    return np.array([[decay, curvature], [push, keep]])


def test_by_hand():
    assert asymptotic_factor([1.0], learning_rate=1.0, momentum=0.25) == 0.5  # r² − r/4 + 1/4: complex
    assert asymptotic_factor([1.0], learning_rate=0.5, momentum=0.0) == 0.5
    # r² + 5r/4 + 1/4 = (r + 1)(r + 1/4): at the limit αλ = 2(1 + β).
    assert asymptotic_factor([2.5], learning_rate=1.0, momentum=0.25) == pytest.approx(1, rel=1e-15, abs=0)
    assert asymptotic_factor([0.0], learning_rate=1.0, momentum=0.5) == 1.0


@given(curvatures, rates, decays, st.booleans())
def test_it_is_the_spectral_radius_of_numpy(values, rate, decay, nesterov):
    ours = asymptotic_factor(values, learning_rate=rate, momentum=decay, nesterov=nesterov)
    theirs = max(np.abs(np.linalg.eigvals(matrix(v, rate, decay, nesterov))).max() for v in values)
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-6)


@given(curvatures, rates, st.booleans())
def test_without_momentum_it_is_the_contraction_factor(values, rate, nesterov):
    ours = asymptotic_factor(values, learning_rate=rate, momentum=0, nesterov=nesterov)
    assert ours == pytest.approx(contraction_factor(values, learning_rate=rate), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize(("rate", "decay"), [(0.3, 0.5), (0.05, 0.5), (0.5, 0.8), (0.01, 0.99)])
def test_the_steps_themselves_shrink_so(rate, decay, nesterov):
    values = np.array([0.5, 2.0])
    theta, v, lengths = np.ones(2), np.zeros(2), []
    for _ in range(2000):
        theta, v = momentum_step(theta, values * theta, v, learning_rate=rate, momentum=decay, nesterov=nesterov)
        lengths.append(np.hypot(*theta) + np.hypot(*v))
    factor = asymptotic_factor(values, learning_rate=rate, momentum=decay, nesterov=nesterov)
    first, last = (200, 400) if factor < 0.9 else (1000, 2000)
    measured = (lengths[last - 1] / lengths[first - 1]) ** (1 / (last - first))
    assert measured == pytest.approx(factor, rel=0.02, abs=0)


def test_a_rate_beyond_the_range_is_infinite():
    assert asymptotic_factor([1e300], learning_rate=1e200, momentum=0.5) == np.inf
    assert asymptotic_factor([1e300, 1.0], learning_rate=1e200, momentum=0.5, nesterov=True) == np.inf


def test_best_momentum_by_hand():
    assert best_momentum([9.0, 1.0, 4.0]) == (0.25, 0.25)
    assert best_momentum([4.0]) == (0.25, 0.0)
    assert best_momentum([1, 25]) == pytest.approx((1 / 9, 4 / 9), rel=1e-15, abs=0)


@pytest.mark.parametrize("kappa", [1.5, 4.0, 25.0, 400.0])
def test_scipy_finds_no_better_settings(kappa):
    rate, decay = best_momentum([1.0, kappa])
    least = asymptotic_factor([1.0, kappa], learning_rate=rate, momentum=decay)
    assert least == pytest.approx((np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1), rel=1e-6, abs=0)

    def factor(x):
        return max(
            np.abs(np.roots([1, -(1 + x[1] - x[0] * value), x[1]])).max() for value in np.linspace(1.0, kappa, 7)
        )

    bounds = [(1e-4, 4 / kappa), (0, 0.999)]
    found = scipy.optimize.differential_evolution(factor, bounds, rng=1, tol=1e-10, maxiter=300)
    assert least - 1e-6 <= found.fun <= least + 1e-3
    np.testing.assert_allclose(found.x, [rate, decay], rtol=0.02)


@pytest.mark.parametrize(
    ("values", "words"),
    [([1.0, 0.0], "all > 0"), ([1e-40, 1.0], "a ratio below about 1e31"), ([1e-320, 1e-320], "large enough")],
)
def test_best_momentum_refuses(values, words):
    with pytest.raises(ValueError, match=words):
        best_momentum(values)


STORED = vectors.load("momentum")


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("rates", ["constant", "falling"])
def test_pytorch_walks_this_path(nesterov, rates):
    """The convention is PyTorch's also where the learning rate changes on the way."""
    variant = "nesterov" if nesterov else "momentum"
    features, targets, path = (STORED[name] for name in ("features", "targets", f"path_{variant}_{rates}"))
    theta, state = path[0], np.zeros(3)
    for k, rate in enumerate(STORED[f"rates_{rates}"]):
        gradient = features.T @ (features @ theta - targets) / len(targets)
        theta, state = SGD(float(rate), momentum=0.9, nesterov=nesterov).step(theta, gradient, state)
        np.testing.assert_allclose(theta, path[k + 1], rtol=1e-12, atol=1e-12)
