"""Sampling: standard errors, weights, transformed uniforms and gradient estimates: by hand, against SciPy, by runs."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.integrate
import scipy.stats as st

from dlmath_lib.calculus import monte_carlo
from dlmath_lib.probability import (
    Categorical,
    Exponential,
    Gamma,
    Gaussian,
    MultivariateGaussian,
    box_muller,
    effective_sample_size,
    importance_sampling,
    inverse_transform,
    pathwise_gradients,
    score_gradients,
    standard_error,
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


# --- standard errors


def test_standard_error_by_hand() -> None:
    # deviations −1, −1, 0, 2: s² = 6/3, over n = 4
    assert standard_error([0.0, 0.0, 1.0, 3.0]) == pytest.approx(np.sqrt(0.5), rel=1e-14, abs=0)


def test_standard_error_is_that_of_scipy() -> None:
    x = rng().normal(size=(50, 3, 2))
    np.testing.assert_allclose(standard_error(x), st.sem(x, axis=0), rtol=1e-13)
    assert standard_error(x.astype(np.float32)).dtype == np.float32


def test_standard_error_far_out() -> None:
    assert standard_error([1e300, -1e300]) == pytest.approx(1e300, rel=1e-12, abs=0)
    assert standard_error([1e-300, -1e-300]) == pytest.approx(1e-300, rel=1e-12, abs=0)
    assert standard_error([7.0, 7.0, 7.0]) == 0
    assert standard_error(np.zeros(4)) == 0
    assert standard_error(np.full(5000, 60000, np.float16) + np.float16(0)) == 0


@pytest.mark.parametrize("x", [[1.0], 3.0, [[1.0, 2.0]], [np.nan, 1.0]])
def test_standard_error_needs_two_draws(x: object) -> None:
    with pytest.raises(ValueError, match="standard_error: x must be"):
        standard_error(x)


def test_the_error_of_monte_carlo_falls_as_one_over_root_n() -> None:
    """Over 400 runs for each n, the spread of the estimates: within 15 % of σ/√n, and a slope of −1/2."""
    counts, spreads = np.array([16, 64, 256, 1024]), []
    sigma = np.sqrt((np.e**2 - 1) / 2 - (np.e - 1) ** 2)
    for count in counts:
        runs = [monte_carlo(np.exp, 0, 1, int(count), rng=rng(seed)) for seed in range(400)]
        spreads.append(np.std([run.value for run in runs]))
        assert np.mean([run.error for run in runs]) == pytest.approx(sigma / np.sqrt(count), rel=0.05, abs=0)
    np.testing.assert_allclose(spreads, sigma / np.sqrt(counts), rtol=0.15)
    assert np.polyfit(np.log(counts), np.log(spreads), 1)[0] == pytest.approx(-0.5, abs=0.05)


# --- transformed uniforms


def test_box_muller_by_hand() -> None:
    np.testing.assert_allclose(box_muller(np.exp(-0.5), 0.0), [1, 0], atol=1e-15)
    np.testing.assert_allclose(box_muller(np.exp(-2), 0.5), [-2, 0], atol=1e-15)
    assert box_muller(1.0, 0.3) == (0, 0)


def test_box_muller_gives_gaussian_pairs() -> None:
    u, v = rng().random((2, 20_000))
    first, second = box_muller(1 - u, v)
    for z in (first, second, (first + second) / np.sqrt(2)):
        assert st.kstest(z, st.norm.cdf).pvalue > 1e-3
    np.testing.assert_allclose(st.chi2(2).sf(first**2 + second**2), 1 - u, rtol=1e-12)
    assert abs(np.corrcoef(first**2, second**2)[0, 1]) < 5 / np.sqrt(20_000)
    assert box_muller(np.float32([0.5]), np.float32([0.5]))[0].dtype == np.float32


@pytest.mark.parametrize(("u", "v", "words"), [(0.0, 0.5, "never 0"), (1.5, 0.5, "u must be"), (0.5, -0.1, "v must")])
def test_box_muller_refuses(u: float, v: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        box_muller(u, v)
    with pytest.raises(ValueError, match="same shape"):
        box_muller([0.5, 0.5], [0.5])


def test_inverse_transform_is_the_quantile_of_scipy() -> None:
    u = np.array([0.0, 1e-12, 0.025, 0.5, 0.975, 0.999])
    np.testing.assert_allclose(
        inverse_transform(Gamma(2.5, 2.0).cdf, u, 0, 100), st.gamma(2.5, scale=0.5).ppf(u), rtol=1e-12, atol=1e-15
    )
    np.testing.assert_allclose(inverse_transform(Exponential(3.0).cdf, u, 0, 100), -np.log1p(-u) / 3, atol=1e-15)
    draws = inverse_transform(Gaussian(1, 2).cdf, rng().random(5000), -40, 40)
    assert st.kstest(draws, st.norm(1, 2).cdf).pvalue > 1e-3


def test_inverse_transform_at_a_jump_and_outside() -> None:
    assert inverse_transform(lambda x: np.where(x < 1, 0.25, 1.0), 0.5, 0, 3) == pytest.approx(1, abs=1e-15)
    with pytest.raises(ValueError, match="widen the interval"):
        inverse_transform(Gaussian().cdf, 0.999, 0, 1)
    with pytest.raises(ValueError, match="of shape"):
        inverse_transform(lambda x: 0.5, [0.5, 0.6], 0, 1)


# --- importance weights


def test_effective_sample_size_by_hand() -> None:
    assert effective_sample_size(np.log([2.0, 0.5, 0.5, 0.5])) == pytest.approx(49 / 19, abs=0)
    assert effective_sample_size(np.full(7, -1e4)) == pytest.approx(7, abs=0)
    assert effective_sample_size([0.0, -np.inf, -800.0]) == 1
    for bad in ([-np.inf, -np.inf], [np.nan, 0.0], [np.inf]):
        with pytest.raises(ValueError, match="effective_sample_size: log_weights"):
            effective_sample_size(bad)


def test_importance_sampling_by_hand() -> None:
    # the draws of the proposal are 0, 1 or 2; weights 2, 1, 1/2
    target, proposal = Categorical([0.5, 0.25, 0.25]), Categorical([0.25, 0.25, 0.5])
    k = proposal.sample(4, rng=rng(3))
    w = np.array([2.0, 1.0, 0.5])[k]
    plain = importance_sampling(np.asarray, target, proposal, 4, rng=rng(3))
    assert plain.value == pytest.approx((w * k).mean(), abs=0)
    assert plain.error == pytest.approx(st.sem(w * k), abs=0)
    assert plain.effective == pytest.approx(w.sum() ** 2 / (w**2).sum(), abs=0)
    shared = importance_sampling(np.asarray, target, proposal, 4, rng=rng(3), normalized=True)
    assert shared.value == pytest.approx((w * k).sum() / w.sum(), abs=0)
    away = w / w.sum() * (k - shared.value)
    assert shared.error == pytest.approx(np.sqrt((away**2).sum()), abs=0)


def test_the_same_law_is_plain_monte_carlo() -> None:
    x = Gaussian(1, 2).sample(50, rng=rng())
    found = importance_sampling(np.square, Gaussian(1, 2), Gaussian(1, 2), 50, rng=rng())
    np.testing.assert_allclose(found, [(x**2).mean(), st.sem(x**2), 50], rtol=1e-12)


def test_it_is_unbiased_and_its_error_is_right() -> None:
    """Over 600 runs: the mean within four of its standard errors, the spread as the integral says."""
    target, proposal, n = st.norm(), st.norm(1, 1.5), 50
    square = scipy.integrate.quad(lambda x: (target.pdf(x) * x**2) ** 2 / proposal.pdf(x), -30, 30)[0]
    runs = [importance_sampling(np.square, Gaussian(), Gaussian(1, 1.5), n, rng=rng(seed)) for seed in range(600)]
    values = np.array([run.value for run in runs])
    assert abs(values.mean() - 1) < 4 * st.sem(values)
    assert values.std() == pytest.approx(np.sqrt((square - 1) / n), rel=0.1, abs=0)


def test_a_rare_event() -> None:
    found = importance_sampling(lambda x: x > 6, Gaussian(), Gaussian(6, 1), 20_000, rng=rng())
    assert abs(found.value - st.norm.sf(6)) < 4 * found.error < st.norm.sf(6) / 5


def test_the_measured_weights_agree_with_the_closed_form() -> None:
    # E[w²] = s²/√(2s² − 1) · exp(m²/(2s² − 1)), so that n_eff/n tends to its inverse
    for m, s in ((0.0, 1.5), (1.0, 1.2), (0.5, 1.0)):
        square = s**2 / np.sqrt(2 * s**2 - 1) * np.exp(m**2 / (2 * s**2 - 1))
        found = importance_sampling(np.asarray, Gaussian(), Gaussian(m, s), 40_000, rng=rng())
        assert found.effective / 40_000 == pytest.approx(1 / square, rel=0.05, abs=0)


def test_a_density_up_to_a_constant_and_weights_that_would_overflow() -> None:
    logs = {shift: lambda x, shift=shift: shift - x**2 / 2 for shift in (0.0, 2000.0, -2000.0)}
    found = [
        importance_sampling(np.square, log, Gaussian(0, 2), 2000, rng=rng(), normalized=True) for log in logs.values()
    ]
    np.testing.assert_allclose(found[1:], [found[0]] * 2, rtol=1e-9)
    assert abs(found[0].value - 1) < 4 * found[0].error
    with pytest.raises(ValueError, match="normalized=True"):
        importance_sampling(np.square, logs[2000.0], Gaussian(0, 2), 20, rng=rng())


def test_vectors() -> None:
    law = MultivariateGaussian([0, 0], [[1, 0.5], [0.5, 1]])
    wide = MultivariateGaussian([0, 0], [[2, 0], [0, 2]])
    found = importance_sampling(lambda x: x[:, 0] * x[:, 1], law, wide, 20_000, rng=rng())
    assert abs(found.value - 0.5) < 4 * found.error


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"proposal": np.square}, "proposal must be a distribution"),
        ({"target": 3}, "target must be a distribution"),
        ({"n": 1}, "n must be"),
        ({"f": lambda x: x[:2]}, r"f\(x\) must be of shape \(5,\)"),
        ({"f": lambda x: x + 1j}, "real"),
        ({"target": lambda x: np.full(5, -np.inf)}, "log-weights"),
    ],
)
def test_importance_sampling_refuses(change: dict[str, object], words: str) -> None:
    given = {"f": np.square, "target": Gaussian(), "proposal": Gaussian(0, 2), "n": 5} | change
    with pytest.raises((TypeError, ValueError), match=words):
        importance_sampling(**given, rng=rng())  # type: ignore[arg-type]


# --- gradients of an expectation


def test_gradient_estimates_by_hand() -> None:
    np.testing.assert_allclose(score_gradients(np.square, 1, 2, [1, -1]), [[4.5, 0], [-0.5, 0]])
    np.testing.assert_allclose(score_gradients(np.square, 1, 2, [1, -1], baseline=5), [[2, 0], [2, 0]])
    np.testing.assert_allclose(pathwise_gradients(lambda x: 2 * x, 1, 2, [1, -1]), [[6, 6], [-2, 2]])


def test_both_are_unbiased_and_have_the_variances_of_the_chapter() -> None:
    mu, sigma, b = 0.7, 1.3, 2.0
    z = rng(1).normal(size=200_000)
    score, path = score_gradients(np.square, mu, sigma, z), pathwise_gradients(lambda x: 2 * x, mu, sigma, z)
    based = score_gradients(np.square, mu, sigma, z, baseline=b)
    for found in (score, path, based):
        assert (abs(found.mean(0) - [2 * mu, 2 * sigma]) < 4 * standard_error(found)).all()
    plain = mu**4 / sigma**2 + 14 * mu**2 + 15 * sigma**2
    assert path[:, 0].var() == pytest.approx(4 * sigma**2, rel=0.05, abs=0)
    assert score[:, 0].var() == pytest.approx(plain, rel=0.1, abs=0)
    assert based[:, 0].var() == pytest.approx(
        plain + (b**2 - 2 * b * (mu**2 + 3 * sigma**2)) / sigma**2, rel=0.1, abs=0
    )


def test_a_step_has_a_score_gradient_alone() -> None:
    z = rng(2).normal(size=50_000)
    score = score_gradients(lambda x: x > 0, 0.5, 1.0, z)[:, 0]
    assert abs(score.mean() - st.norm.pdf(0.5)) < 4 * standard_error(score)
    assert not pathwise_gradients(np.zeros_like, 0.5, 1.0, z).any()


def test_gradient_estimates_refuse() -> None:
    with pytest.raises(ValueError, match="std must be"):
        score_gradients(np.square, 0, 0, [1.0])
    with pytest.raises(ValueError, match="of shape"):
        pathwise_gradients(lambda x: 2.0, 0, 1, [1.0, 2.0])
    with pytest.raises(TypeError, match="f must be a function"):
        score_gradients(3, 0, 1, [1.0])  # type: ignore[arg-type]
