"""Distributions of one real number: uniform, Gaussian, exponential, Laplace, Student's t, gamma and beta."""

from __future__ import annotations

import numpy as np

from dlmath_lib._gamma import (
    HALF_LOG_2PI,
    deviance,
    incomplete_beta,
    incomplete_gamma,
    psi_remainder,
    stirling,
)
from dlmath_lib._special import erfc
from dlmath_lib._validate import as_scalar, fail
from dlmath_lib.probability._base import Univariate

__all__ = ["Beta", "Exponential", "Gamma", "Gaussian", "Laplace", "StudentT", "Uniform"]


def _number(distribution: str, argument: str, value: float) -> float:
    return float(as_scalar(distribution, argument, value))


def _positive(distribution: str, argument: str, value: float) -> float:
    return float(as_scalar(distribution, argument, value, low=0, low_open=True))


class Uniform(Univariate):
    """All points between a and b alike: p(x) = 1/(b − a) for a ≤ x ≤ b.

    Parameters
    ----------
    low, high : float
        a and b, a < b.

    Raises
    ------
    TypeError, ValueError
        If these are not numbers with low < high.

    References
    ----------
    Chapter: probability/distributions#the-table-of-laws.

    Examples
    --------
    >>> spinner = Uniform(0, 4)
    >>> float(spinner.density(1.0)), float(spinner.cdf(1.0)), spinner.mean
    (0.25, 0.25, 2.0)
    """

    low: float
    high: float

    def __init__(self, low: float, high: float) -> None:
        low, high = _number("Uniform", "low", low), _number("Uniform", "high", high)
        if not low < high:
            raise fail("Uniform", "high", f"> low = {low:g}", f"{high:g}", "exchange the two if that is meant")
        if not np.isfinite(high - low):
            raise fail("Uniform", "high", "at a finite distance from low", f"{high:g}")
        self._set(low=low, high=high)

    @property
    def mean(self) -> float:
        """E[X] = (a + b)/2."""
        return self.low + (self.high - self.low) / 2

    @property
    def variance(self) -> float:
        """Var[X] = (b − a)²/12."""
        return (self.high - self.low) ** 2 / 12

    def _log(self, x: np.ndarray) -> np.ndarray:
        return np.where((x >= self.low) & (x <= self.high), -np.log(self.high - self.low), -np.inf)

    def _tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        width = self.high - self.low
        return np.clip((x - self.low) / width, 0, 1), np.clip((self.high - x) / width, 0, 1)

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return self.low + (self.high - self.low) * rng.random(shape)

    def _nats(self) -> float:
        return float(np.log(self.high - self.low))


class Gaussian(Univariate):
    """The normal distribution, p(x) = exp(−(x − μ)²/(2σ²)) / (σ√(2π)).

    Parameters
    ----------
    mean : float
        μ.
    std : float
        σ > 0, the standard deviation (not the variance).

    Raises
    ------
    TypeError, ValueError
        If these are no numbers, or σ ≤ 0.

    References
    ----------
    Chapter: probability/distributions#the-table-of-laws.

    Examples
    --------
    >>> height = Gaussian(170.0, 10.0)
    >>> print(f"{height.cdf(180.0):.4f} {height.log_density(1170.0):.4f}")
    0.8413 -5003.2215
    """

    mean: float
    std: float

    def __init__(self, mean: float = 0.0, std: float = 1.0) -> None:
        self._set(mean=_number("Gaussian", "mean", mean), std=_positive("Gaussian", "std", std))

    @property
    def variance(self) -> float:
        """Var[X] = σ²."""
        return self.std**2

    def _log(self, x: np.ndarray) -> np.ndarray:
        return -0.5 * ((x - self.mean) / self.std) ** 2 - np.log(self.std) - HALF_LOG_2PI

    def _tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        z = np.clip((x - self.mean) / self.std, -1e150, 1e150) / np.sqrt(2)
        return erfc(-z) / 2, erfc(z) / 2

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return self.mean + self.std * rng.standard_normal(shape)

    def _nats(self) -> float:
        return float(np.log(self.std)) + HALF_LOG_2PI + 0.5


class Exponential(Univariate):
    """Waiting time at a constant rate λ: p(x) = λ e^(−λx) for x ≥ 0.

    Parameters
    ----------
    rate : float
        λ > 0; the mean is 1/λ.

    Raises
    ------
    TypeError, ValueError
        If the rate is not a number > 0.

    References
    ----------
    Chapter: probability/distributions#the-table-of-laws.

    Examples
    --------
    >>> wait = Exponential(0.5)
    >>> print(wait.mean, wait.variance, f"{wait.survival(2.0):.6f}")
    2.0 4.0 0.367879
    """

    rate: float

    def __init__(self, rate: float) -> None:
        self._set(rate=_positive("Exponential", "rate", rate))

    @property
    def mean(self) -> float:
        """E[X] = 1/λ."""
        return 1 / self.rate

    @property
    def variance(self) -> float:
        """Var[X] = 1/λ²."""
        return self.rate**-2

    def _log(self, x: np.ndarray) -> np.ndarray:
        return np.where(x >= 0, np.log(self.rate) - self.rate * x, -np.inf)

    def _tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        exponent = -self.rate * np.maximum(x, 0)
        return -np.expm1(exponent), np.exp(exponent)

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return -np.log1p(-rng.random(shape)) / self.rate  # the inverse of F at a uniform number

    def _nats(self) -> float:
        return 1 - float(np.log(self.rate))


class Laplace(Univariate):
    """Two exponentials back to back: p(x) = exp(−|x − μ|/b) / (2b).

    Parameters
    ----------
    location : float
        μ, mean and median.
    scale : float
        b > 0, the mean distance from μ; the variance is 2b².

    Raises
    ------
    TypeError, ValueError
        If these are no numbers, or b ≤ 0.

    References
    ----------
    Chapter: probability/distributions#the-table-of-laws.

    Examples
    --------
    >>> error = Laplace(0.0, 2.0)
    >>> print(float(error.density(0.0)), error.variance, f"{error.cdf(-2.0):.6f}")
    0.25 8.0 0.183940
    """

    location: float
    scale: float

    def __init__(self, location: float = 0.0, scale: float = 1.0) -> None:
        self._set(location=_number("Laplace", "location", location), scale=_positive("Laplace", "scale", scale))

    @property
    def mean(self) -> float:
        """E[X] = μ."""
        return self.location

    @property
    def variance(self) -> float:
        """Var[X] = 2b²."""
        return 2 * self.scale**2

    def _log(self, x: np.ndarray) -> np.ndarray:
        return -np.abs(x - self.location) / self.scale - np.log(2 * self.scale)

    def _tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        z = (x - self.location) / self.scale
        small = np.exp(-np.abs(z)) / 2
        return np.where(z < 0, small, 1 - small), np.where(z < 0, 1 - small, small)

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        away = -np.log1p(-rng.random(shape))  # an exponential number, to either side
        return self.location + self.scale * np.where(rng.random(shape) < 0.5, -away, away)

    def _nats(self) -> float:
        return 1 + float(np.log(2 * self.scale))


class StudentT(Univariate):
    """Student's t with ν degrees of freedom: p(x) = C (1 + z²/ν)^(−(ν + 1)/2) / s, z = (x − μ)/s.

    C = Γ((ν + 1)/2) / (Γ(ν/2) √(νπ)). Its tails fall as a power: values far out are common for small ν.

    Parameters
    ----------
    dof : float
        ν > 0, the degrees of freedom.
    location : float
        μ.
    scale : float
        s > 0; not the standard deviation, which is s√(ν/(ν − 2)) for ν > 2.

    Raises
    ------
    TypeError, ValueError
        If these are no numbers, or ν ≤ 0 or s ≤ 0.

    References
    ----------
    Chapter: probability/distributions#the-table-of-laws.

    Examples
    --------
    >>> t = StudentT(4)
    >>> print(t.mean, t.variance, f"{t.cdf(2.776445):.4f}")
    0.0 2.0 0.9750
    """

    dof: float
    location: float
    scale: float

    def __init__(self, dof: float, location: float = 0.0, scale: float = 1.0) -> None:
        self._set(
            dof=_positive("StudentT", "dof", dof),
            location=_number("StudentT", "location", location),
            scale=_positive("StudentT", "scale", scale),
        )

    @property
    def mean(self) -> float:
        """E[X] = μ for ν > 1; NaN otherwise: the integral has no value."""
        return self.location if self.dof > 1 else float("nan")

    @property
    def variance(self) -> float:
        """Var[X] = s² ν/(ν − 2) for ν > 2, infinite for 1 < ν ≤ 2, NaN where there is no mean."""
        if self.dof <= 1:
            return float("nan")
        return self.scale**2 * self.dof / (self.dof - 2) if self.dof > 2 else float("inf")

    def _constant(self) -> float:
        """log(Γ(z + ½) / (Γ(z) √z)) at z = ν/2, by Stirling's remainders."""
        z = np.array(self.dof / 2)
        slack = z * np.log1p(1 / (2 * z)) - 0.5 if z > 1e-300 else -0.5
        return float(slack + stirling(z + 0.5) - stirling(z))

    def _log(self, x: np.ndarray) -> np.ndarray:
        r = np.abs(x - self.location) / self.scale / np.sqrt(self.dof)
        log_term = np.where(r < 1e8, np.log1p(np.minimum(r, 1e8) ** 2), 2 * np.log(np.maximum(r, 1.0)))
        return self._constant() - HALF_LOG_2PI - np.log(self.scale) - (self.dof + 1) / 2 * log_term

    def _tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        z = (x - self.location) / self.scale
        square = np.minimum(z * z, 1e300)
        beyond = incomplete_beta(self.dof / 2, 0.5, self.dof / (self.dof + square), square / (self.dof + square))[0] / 2
        return np.where(z < 0, beyond, 1 - beyond), np.where(z < 0, 1 - beyond, beyond)

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return self.location + self.scale * rng.standard_t(self.dof, shape)

    def _nats(self) -> float:
        half = np.array(self.dof / 2)
        slope = np.log1p(1 / self.dof) + psi_remainder(half + 0.5) - psi_remainder(half)  # ψ(½ν + ½) − ψ(½ν)
        return float((self.dof + 1) / 2 * slope - self._constant() + HALF_LOG_2PI + np.log(self.scale))


class Gamma(Univariate):
    """The gamma distribution, p(x) = βᵃ xᵃ⁻¹ e^(−βx) / Γ(a) for x > 0: for a whole a, the wait for the a-th event.

    Parameters
    ----------
    shape : float
        a > 0.
    rate : float
        β > 0, the inverse of the scale.

    Raises
    ------
    TypeError, ValueError
        If these are not numbers > 0.

    Notes
    -----
    At x = 0 the density is 0 for a > 1, β for a = 1, and infinite for a < 1. The logarithm elsewhere is
    −log x + ½ log(a/2π) − δ(a) − d(a, βx), without a large logarithm of Γ.

    References
    ----------
    Chapter: probability/distributions#the-table-of-laws.

    Examples
    --------
    >>> third = Gamma(3.0, 2.0)
    >>> print(third.mean, third.variance, f"{third.cdf(1.5):.6f}")
    1.5 0.75 0.576810
    """

    shape: float
    rate: float

    def __init__(self, shape: float, rate: float = 1.0) -> None:
        self._set(shape=_positive("Gamma", "shape", shape), rate=_positive("Gamma", "rate", rate))

    @property
    def mean(self) -> float:
        """E[X] = a/β."""
        return self.shape / self.rate

    @property
    def variance(self) -> float:
        """Var[X] = a/β²."""
        return self.shape / self.rate / self.rate

    def _log(self, x: np.ndarray) -> np.ndarray:
        a = np.array(self.shape)
        inner = np.where(x > 0, x, 1.0)
        log_p = (np.log(a) - np.log(2 * np.pi)) / 2 - stirling(a) - deviance(a, self.rate * inner) - np.log(inner)
        at_zero = np.inf if self.shape < 1 else np.log(self.rate) if self.shape == 1 else -np.inf
        return np.select([x > 0, x == 0], [log_p, at_zero], -np.inf)

    def _tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low, high = incomplete_gamma(self.shape, self.rate * np.maximum(x, 0))
        return low, high

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return rng.standard_gamma(self.shape, shape) / self.rate

    def _nats(self) -> float:
        a = np.array(self.shape)
        rest = stirling(a) + (1 - a) * psi_remainder(a)
        return float(np.log(a) / 2 - np.log(self.rate) + HALF_LOG_2PI + rest)


class Beta(Univariate):
    """A distribution of a proportion, p(x) = x^(a−1) (1 − x)^(b−1) / B(a, b) for 0 < x < 1.

    Parameters
    ----------
    a, b : float
        Both > 0; as after a − 1 successes and b − 1 failures where these are counts.

    Raises
    ------
    TypeError, ValueError
        If these are not numbers > 0.

    Notes
    -----
    At x = 0 the density is 0, b or infinite, as a is above 1, 1, or below; at x = 1 likewise.

    References
    ----------
    Chapter: probability/distributions#the-table-of-laws.

    Examples
    --------
    >>> belief = Beta(3.0, 2.0)
    >>> print(belief.mean, belief.variance, f"{belief.density(0.5):.4f} {belief.cdf(0.5):.4f}")
    0.6 0.04 1.5000 0.3125
    """

    a: float
    b: float

    def __init__(self, a: float, b: float) -> None:
        self._set(a=_positive("Beta", "a", a), b=_positive("Beta", "b", b))

    @property
    def mean(self) -> float:
        """E[X] = a/(a + b)."""
        return self.a / (self.a + self.b)

    @property
    def variance(self) -> float:
        """Var[X] = ab / ((a + b)² (a + b + 1))."""
        n = self.a + self.b
        return self.a / n * (self.b / n) / (n + 1)

    def _log(self, x: np.ndarray) -> np.ndarray:
        a, b = np.array(self.a), np.array(self.b)
        n = a + b
        inner = np.where((x > 0) & (x < 1), x, 0.5)
        front = (np.log(a) + np.log(b) - np.log(n)) / 2 - HALF_LOG_2PI + stirling(n) - stirling(a) - stirling(b)
        front = front - deviance(a, n * inner) - deviance(b, n * (1 - inner)) - np.log(inner) - np.log1p(-inner)
        ends = [(x > 0) & (x < 1), x == 0, x == 1]
        return np.select(ends, [front, _at_end(self.a, self.b), _at_end(self.b, self.a)], -np.inf)

    def _tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inner = np.clip(x, 0, 1)
        low, high = incomplete_beta(self.a, self.b, inner, 1 - inner)
        return low, high

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return rng.beta(self.a, self.b, shape)

    def _nats(self) -> float:
        return dirichlet_nats(np.array([self.a, self.b]))


def _at_end(own: float, other: float) -> float:
    """log p where own − 1 is the power of 0."""
    return np.inf if own < 1 else float(np.log(other)) if own == 1 else -np.inf


def dirichlet_nats(alpha: np.ndarray) -> float:
    """The entropy of Dirichlet(α), with large logarithms of Γ taken together."""
    count, total = len(alpha), np.array(alpha.sum())
    logs = np.log(alpha).sum() / 2 + (0.5 - count) * np.log(total) + (count - 1) * HALF_LOG_2PI
    rests = stirling(alpha).sum() - stirling(total) + (total - count) * psi_remainder(total)
    return float(logs + rests - ((alpha - 1) * psi_remainder(alpha)).sum())
