"""Distributions against 50-digit arithmetic far out, against SciPy, and against their own laws."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
import scipy.stats as st
from hypothesis import given, settings
from hypothesis import strategies as some

from dlmath_lib import _gamma
from dlmath_lib.probability import (
    Bernoulli,
    Beta,
    Binomial,
    Categorical,
    Dirichlet,
    Exponential,
    Gamma,
    Gaussian,
    Laplace,
    MultivariateGaussian,
    Poisson,
    StudentT,
    Uniform,
)

M = mp.mpf
LINE = [-1e200, -1e8, -1e3, -37.0, -2.2, -0.3, 1e-9, 0.4, 1.1, 3.3, 40.0, 1e4, 1e12, 1e150]
POSITIVE = [1e-300, 1e-20, 1e-5, 0.03, 0.7, 1.1, 3.0, 50.0, 1e4, 1e9, 1e200]
UNIT = [1e-300, 1e-10, 0.01, 0.3, 0.33334, 0.6, 0.999, 1 - 2.0**-53]
COUNTS = [0, 1, 2, 3, 10, 1000, 10**6, 10**9, 10**15]
SQUARE = np.array([[2.0, 0.5], [0.5, 1.0]])


def gaussian(mean: float, std: float) -> Any:
    return lambda x: -((x - M(mean)) ** 2) / (2 * M(std) ** 2) - mp.log(M(std) * mp.sqrt(2 * mp.pi))


def student(dof: float, location: float, scale: float) -> Any:
    def log_p(x: Any) -> Any:
        n, z = M(dof), (x - M(location)) / M(scale)
        front = mp.loggamma((n + 1) / 2) - mp.loggamma(n / 2) - mp.log(n * mp.pi) / 2 - mp.log(M(scale))
        return front - (n + 1) / 2 * mp.log1p(z**2 / n)

    return log_p


def gamma(shape: float, rate: float) -> Any:
    a, b = M(shape), M(rate)
    return lambda x: a * mp.log(b) + (a - 1) * mp.log(x) - b * x - mp.loggamma(a)


def beta(first: float, second: float) -> Any:
    def log_p(x: Any) -> Any:
        a, b = M(first), M(second)
        front = mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b)
        return (a - 1) * mp.log(x) + (b - 1) * mp.log1p(-x) + front

    return log_p


def binomial(n: int, p: float) -> Any:
    size, q = M(n), M(p)
    return lambda k: (
        mp.loggamma(size + 1) - mp.loggamma(k + 1) - mp.loggamma(size - k + 1)
        + k * mp.log(q) + (size - k) * mp.log1p(-q)
    )  # fmt: skip


def poisson(rate: float) -> Any:
    return lambda k: k * mp.log(M(rate)) - M(rate) - mp.loggamma(k + 1)


FAR = [
    (Gaussian(0.3, 2.5), gaussian(0.3, 2.5), [-1e100, *LINE[1:13]]),
    (Exponential(0.7), lambda x: mp.log(M(0.7)) - M(0.7) * x, POSITIVE),
    (Laplace(0.1, 3.0), lambda x: -abs(x - M(0.1)) / 3 - mp.log(6), LINE),
    *((StudentT(n, 0.5, 2.0), student(n, 0.5, 2.0), LINE) for n in (0.1, 1, 2.5, 30, 1e4, 1e8, 1e15)),
    *((Gamma(a, b), gamma(a, b), POSITIVE) for a, b in ((0.5, 2), (2, 3), (17.5, 0.2), (1e4, 7), (1e9, 1e9))),
    *((Beta(a, b), beta(a, b), UNIT) for a, b in ((1e-4, 0.5), (0.5, 0.5), (1, 4), (2, 3), (1000, 3), (1e7, 2e7))),
    *((Poisson(rate), poisson(rate), COUNTS) for rate in (1e-10, 0.3, 5.0, 1e3, 1e9)),
    *(
        (Binomial(n, p), binomial(n, p), sorted({0, 1, n // 3, n // 2, n - 1, n}))
        for n, p in ((1, 0.3), (2, 0.5), (20, 1e-10), (10**6, 0.3), (10**12, 1e-9), (10**15, 0.999))
    ),
]


@pytest.mark.parametrize(
    ("distribution", "exact", "points"), FAR, ids=lambda v: repr(v) if hasattr(v, "entropy") else ""
)
def test_log_densities_hold_their_digits_far_out(distribution: Any, exact: Any, points: list[float]) -> None:
    log = distribution.log_mass if hasattr(distribution, "log_mass") else distribution.log_density
    with mp.workdps(60):
        for x, got in zip(points, log(np.array(points, dtype=float)), strict=True):
            want = exact(M(float(x)))
            assert np.isfinite(got)
            assert abs(M(float(got)) - want) <= M(1e-13) * max(abs(want), M(0.01)), f"{distribution} at {x}"


PAIRS = [
    (Gaussian(0.3, 2.5), st.norm(0.3, 2.5)),
    (Exponential(0.7), st.expon(scale=1 / 0.7)),
    (Laplace(0.1, 3.0), st.laplace(0.1, 3)),
    (Uniform(-1.0, 3.0), st.uniform(-1, 4)),
    (StudentT(2.5, 0.5, 2.0), st.t(2.5, 0.5, 2)),
    (StudentT(1e4), st.t(1e4)),
    (Gamma(0.5, 2.0), st.gamma(0.5, scale=0.5)),
    (Gamma(300.0, 2.0), st.gamma(300, scale=0.5)),
    (Beta(0.5, 0.5), st.beta(0.5, 0.5)),
    (Beta(20.0, 3.0), st.beta(20, 3)),
    (Bernoulli(0.3), st.bernoulli(0.3)),
    (Binomial(50, 0.3), st.binom(50, 0.3)),
    (Poisson(7.5), st.poisson(7.5)),
]
POINTS = np.array([-5.0, -1.0, 0.0, 0.01, 0.3, 0.9, 1.0, 2.0, 7.0, 30.0, 160.0, 400.0])


@pytest.mark.parametrize(("ours", "scipy"), PAIRS, ids=lambda v: repr(v) if hasattr(v, "survival") else "")
def test_cdfs_moments_and_entropies_are_scipys(ours: Any, scipy: Any) -> None:
    for name, theirs in (("cdf", scipy.cdf(POINTS)), ("survival", scipy.sf(POINTS))):
        got, large = getattr(ours, name)(POINTS), theirs > 1e-290
        np.testing.assert_allclose(got[large], theirs[large], rtol=2e-12, atol=0)
        assert (got[~large] <= 1e-289).all()
    assert ours.mean == pytest.approx(scipy.mean(), rel=1e-14, abs=0)
    assert ours.variance == pytest.approx(scipy.var(), rel=1e-14, abs=0)
    assert ours.entropy() == pytest.approx(float(scipy.entropy()), rel=1e-13, abs=1e-14)
    assert ours.entropy(unit="bits") == pytest.approx(ours.entropy() / np.log(2), rel=1e-15, abs=0)


@pytest.mark.parametrize(("ours", "scipy"), PAIRS, ids=lambda v: repr(v) if hasattr(v, "survival") else "")
def test_draws_have_the_distributions_mean_and_median(ours: Any, scipy: Any) -> None:
    n = 40_000
    draws = ours.sample(n, rng=np.random.default_rng(0))
    assert draws.shape == (n,)
    # Five standard errors, of a mean and of a share: a wrong parameter is many of them away.
    if np.isfinite(ours.variance):
        assert abs(draws.mean() - ours.mean) < 5 * np.sqrt(ours.variance / n)
    for share in (0.1, 0.5, 0.9):
        at = scipy.ppf(share)
        assert abs((draws <= at).mean() - float(ours.cdf(at))) < 5 * np.sqrt(0.25 / n)


def test_moments_that_do_not_exist() -> None:
    assert np.isnan(StudentT(1.0).mean)
    assert np.isnan(StudentT(1.0).variance)
    assert StudentT(1.5, 3.0).mean == 3.0
    assert StudentT(2.0).variance == np.inf


def test_outside_the_support_and_at_its_ends() -> None:
    assert (
        Exponential(2.0).log_density(-1.0) == Gamma(2.0).log_density(-1.0) == Uniform(0, 1).log_density(1.5) == -np.inf
    )
    assert Uniform(0, 2).density([0.0, 2.0]).tolist() == [0.5, 0.5]
    assert Exponential(2.0).cdf(1e-20) == pytest.approx(2e-20, rel=1e-15, abs=0)
    assert Dirichlet([2.0, 3.0]).density([-0.5, 1.5]) == 0
    assert Poisson(2.0).mass(-1) == Binomial(3, 0.5).mass(4) == Bernoulli(0.5).mass(2) == Beta(2, 3).density(-0.1) == 0
    assert Gamma(1.0, 3.0).density(0.0) == pytest.approx(3.0, rel=1e-15, abs=0)
    assert (Gamma(2.0).density(0.0), Gamma(0.5).density(0.0)) == (0.0, np.inf)
    assert [Beta(1, 4).density(0.0), Beta(2, 1).density(1.0)] == pytest.approx([4.0, 2.0], rel=1e-15, abs=0)
    assert (Beta(2, 3).density(0.0), Beta(0.5, 3).density(0.0), Beta(3, 0.5).density(1.0)) == (0.0, np.inf, np.inf)
    assert Dirichlet([1.0, 3.0, 5.0]).log_density([0.0, 0.5, 0.5]) == pytest.approx(
        st.dirichlet([1, 3, 5]).logpdf([0, 0.5, 0.5]), rel=1e-14, abs=0
    )
    assert Dirichlet([2.0, 3.0]).density([0.0, 1.0]) == 0
    assert Dirichlet([0.5, 3.0]).density([0.0, 1.0]) == np.inf


def test_certain_outcomes() -> None:
    assert [Bernoulli(0.0).mass(0), Bernoulli(1.0).mass(1), Binomial(0, 0.3).mass(0), Binomial(5, 1.0).mass(5)] == [
        1.0
    ] * 4
    assert [Bernoulli(1.0).mass(0), Binomial(5, 0.0).mass(1), Binomial(5, 1.0).cdf(4)] == [0.0] * 3
    assert [Bernoulli(0.0).entropy(), Bernoulli(1.0).entropy(), Categorical([0.0, 1.0]).entropy()] == [0.0] * 3
    assert Categorical([0.0, 1.0]).log_mass([0, 1]).tolist() == [-np.inf, 0.0]
    assert set(Categorical([0.0, 1.0, 0.0]).sample(50, rng=np.random.default_rng(0))) == {1}


class _Zeros(np.random.Generator):
    """Draws 0, the lowest of `random`."""

    def random(self, size: Any = None, *_: Any, **__: Any) -> Any:
        return np.zeros(size)


def test_the_lowest_draw_is_of_a_class_that_is_possible() -> None:
    draws = Categorical([0.0, 0.25, 0.75]).sample(3, rng=_Zeros(np.random.PCG64(0)))
    assert draws.tolist() == [1, 1, 1]


def test_categorical_by_hand_and_from_logits() -> None:
    die = Categorical([0.5, 0.25, 0.25])
    assert die.classes == 3
    assert die.entropy(unit="bits") == 1.5
    assert die.covariance.tolist() == [[0.25, -0.125, -0.125], [-0.125, 0.1875, -0.0625], [-0.125, -0.0625, 0.1875]]
    assert die.covariance == pytest.approx(st.multinomial(1, die.probabilities).cov(), rel=1e-12, abs=1e-15)
    far = Categorical.from_logits([0.0, 1000.0])
    assert far.log_mass([0, 1]).tolist() == [-1000.0, 0.0]
    assert far.mass(0) == 0
    shares = np.bincount(die.sample(40_000, rng=np.random.default_rng(1))) / 40_000
    assert abs(shares - die.probabilities).max() < 5 * np.sqrt(0.25 / 40_000)
    # Rounding in the sum is divided out.
    assert Categorical(np.full(3, np.float32(1 / 3))).probabilities.sum() == pytest.approx(1, rel=1e-15, abs=0)


def test_multivariate_gaussian() -> None:
    ours, scipy = MultivariateGaussian([1.0, 2.0], SQUARE), st.multivariate_normal([1, 2], SQUARE)
    x = np.array([[3.0, 4.0], [100.0, -7.0], [1.0, 2.0]])
    np.testing.assert_allclose(ours.log_density(x), scipy.logpdf(x), rtol=1e-13, atol=0)
    assert ours.log_density(x[0]) == ours.log_density(x)[0]
    assert ours.entropy() == pytest.approx(scipy.entropy(), rel=1e-14, abs=0)
    draws = ours.sample((200, 200), rng=np.random.default_rng(0))
    assert draws.shape == (200, 200, 2)
    assert abs(np.cov(draws.reshape(-1, 2).T) - SQUARE).max() < 0.05
    # 1 × 1 is the Gaussian.
    one = MultivariateGaussian([0.3], [[6.25]])
    assert one.log_density([[1.7]])[0] == pytest.approx(Gaussian(0.3, 2.5).log_density(1.7), rel=1e-15, abs=0)


def test_dirichlet() -> None:
    alpha = [2.0, 3.0, 5.0]
    ours, scipy = Dirichlet(alpha), st.dirichlet(alpha)
    x = [[0.2, 0.3, 0.5], [1e-9, 1e-9, 1 - 2e-9]]
    np.testing.assert_allclose(ours.log_density(x), [scipy.logpdf(row) for row in x], rtol=1e-13, atol=0)
    np.testing.assert_allclose(ours.mean, scipy.mean(), rtol=1e-15, atol=0)
    np.testing.assert_allclose(ours.covariance, scipy.cov(), rtol=1e-13, atol=0)
    assert ours.entropy() == pytest.approx(float(scipy.entropy()), rel=1e-13, abs=0)
    pair = Dirichlet([2.5, 1.5])
    assert pair.log_density([0.3, 0.7]) == pytest.approx(Beta(2.5, 1.5).log_density(0.3), rel=1e-14, abs=0)
    assert abs(ours.sample(20_000, rng=np.random.default_rng(0)).mean(axis=0) - ours.mean).max() < 0.01


@pytest.mark.parametrize("rate", [1e-3, 0.5, 30.0, 1e4, 1e7])
def test_entropies_of_counts_are_sums(rate: float) -> None:
    if rate > 1e3:  # Stirling's series
        want = 0.5 * np.log(2 * np.pi * np.e * rate) - 1 / (12 * rate) - 1 / (24 * rate**2)
    else:
        log_p = st.poisson(rate).logpmf(np.arange(400))
        want = -np.sum(np.exp(log_p) * log_p)
    assert Poisson(rate).entropy() == pytest.approx(want, rel=1e-12, abs=0)
    many = Binomial(10**15, 0.3).entropy()
    assert many == pytest.approx(0.5 * np.log(2 * np.pi * np.e * 1e15 * 0.21), rel=1e-13, abs=0)


@settings(max_examples=50)
@given(some.floats(1e-6, 1e4), some.floats(1e-6, 1e4), some.floats(0, 1, allow_subnormal=False))
def test_incomplete_functions_are_complementary_and_meet_scipy(a: float, b: float, share: float) -> None:
    low, high = _gamma.incomplete_beta(a, b, np.array(share), np.array(1 - share))
    assert low + high == pytest.approx(1, rel=1e-12, abs=0)
    assert low == pytest.approx(float(st.beta(a, b).cdf(share)), rel=1e-8, abs=1e-12)
    low, high = _gamma.incomplete_gamma(a, np.array(share * b))
    assert low + high == pytest.approx(1, rel=1e-12, abs=0)
    assert low == pytest.approx(float(st.gamma(a).cdf(share * b)), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("z", [1e-300, 1e-10, 1e-3, 0.1, 0.5, 1.0, 1.5, 2.0, 7.7, 11.99, 12.0, 1e3, 1e6, 1e12])
def test_relatives_of_the_gamma_function(z: float) -> None:
    with mp.workdps(50):
        exact = mp.loggamma(M(z)) - (M(z) - 0.5) * mp.log(z) + z - mp.log(2 * mp.pi) / 2
        assert abs(float(_gamma.stirling(np.array(z))) - exact) < max(1e-15, 1e-15 * abs(exact))
        psi = mp.digamma(M(z)) - mp.log(z)
        assert abs(float(_gamma.psi_remainder(np.array(z))) - psi) < 1e-15 * abs(psi)
        assert float(_gamma.log_gamma(np.array(z))) == pytest.approx(float(mp.loggamma(z)), rel=1e-14, abs=1e-14)
        assert float(_gamma.digamma(np.array(z))) == pytest.approx(float(mp.digamma(z)), rel=1e-13, abs=1e-14)


@pytest.mark.parametrize(
    ("x", "m"), [(1, 1 + 1e-9), (1, 1.21), (1, 1.23), (5, 4.99), (1e-300, 1), (1e300, 1e-10), (0, 3)]
)
def test_deviance(x: float, m: float) -> None:
    with mp.workdps(50):
        exact = (M(x) * mp.log(M(x) / M(m)) if x else 0) + M(m) - M(x)
        assert abs(float(_gamma.deviance(np.array(x), np.array(m))) - exact) < 3e-15 * exact


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Gaussian(0, 0), "Gaussian: std must be > 0, got 0"),
        (lambda: Categorical([0.5, 0.6]), r"with sum 1 \(within 1e-06\), got sum 1.1: divide by the sum"),
        (lambda: Categorical([-0.5, 1.5]), "must be ≥ 0, got -0.5"),
        (lambda: MultivariateGaussian([0, 0], [[1, 2], [2, 1]]), "positive definite, got .* eigenvalue -1: a direct"),
        (lambda: MultivariateGaussian([0, 0], [[1, 2], [1, 1]]), r"symmetric, got 2 at \(0, 1\) and 1 at \(1, 0\)"),
        (lambda: Poisson(-1), "rate must be > 0"),
        (lambda: Categorical([0.5, 0.5]).mass(2), r"Categorical.mass: k must be in 0 … 1 for 2 classes, got 2"),
        (lambda: Gaussian().sample(0, rng=np.random.default_rng()), "size must be ≥ 1"),
        (lambda: Gaussian().entropy(unit="dits"), "unit must be one of 'nats', 'bits', got 'dits'"),
        (lambda: Uniform(3, 1), "high must be > low = 3, got 1: exchange the two"),
        (lambda: Poisson(2).mass(1.5), "k must be whole numbers, got 1.5: between whole numbers"),
        (lambda: Dirichlet([1.0, 2.0]).density([0.5, 0.4]), "x must be probabilities with sum 1"),
        (lambda: Dirichlet([1.0]), "of at least two classes, got 1"),
        (lambda: MultivariateGaussian([0, 0], SQUARE).density([1.0]), r"x must be of shape \(…, 2\), got \(1,\)"),
    ],
)  # fmt: skip
def test_bad_input_is_told_what_to_do(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_a_distribution_does_not_change_and_keeps_the_type() -> None:
    coin = Gaussian(1, 2)
    with pytest.raises(AttributeError, match="does not change; make another one"):
        coin.std = 3
    with pytest.raises(ValueError, match="read-only"):
        Categorical([0.5, 0.5]).probabilities[0] = 1
    assert repr(coin) == "Gaussian(mean=1., std=2.)"
    assert Gaussian().log_density(np.float32([1, 2])).dtype == np.float32
    assert Gaussian().cdf(np.float16(1)).dtype == np.float16
    assert Poisson(2).mass(np.array([1, 2])).dtype == np.float64
    assert Gaussian().density(np.zeros((0, 2))).shape == (0, 2)
