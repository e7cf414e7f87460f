"""Distributions on whole numbers: Bernoulli, binomial, Poisson, and categorical."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._gamma import HALF_LOG_2PI, deviance, incomplete_beta, incomplete_gamma, stirling
from dlmath_lib._validate import as_array, as_probabilities, as_scalar, fail
from dlmath_lib.probability._base import LARGEST_COUNT, Counts, Discrete

__all__ = ["Bernoulli", "Binomial", "Categorical", "Poisson"]

# A sum over counts takes every count where the spread is small, else 16 a standard deviation: for so smooth a bell the
# rest is far below rounding (the trapezoidal rule on the whole line).
STEPS_PER_DEVIATION, DEVIATIONS = 16, 40


def _expected(log_mass: Any, mean: float, std: float, last: float) -> float:
    """Σ p(k)·(−log p(k)) over the counts that matter."""
    step = max(1.0, np.floor(std / STEPS_PER_DEVIATION))
    low, high = max(0.0, np.floor(mean - DEVIATIONS * std - 40)), min(last, np.ceil(mean + DEVIATIONS * std + 40))
    log_p = log_mass(np.arange(low, high + 1, step))
    return float(step * np.sum(np.where(log_p > -700, -np.exp(log_p) * log_p, 0.0)))


class Bernoulli(Counts):
    """One trial that succeeds with probability p: P(X = 1) = p, P(X = 0) = 1 − p.

    Parameters
    ----------
    p : float
        Probability of 1, in [0, 1].

    Raises
    ------
    TypeError, ValueError
        If p is not a number in [0, 1].

    References
    ----------
    Chapter: probability/distributions#the-table-of-laws.

    Examples
    --------
    >>> coin = Bernoulli(0.25)
    >>> float(coin.mass(1)), coin.mean, coin.variance, round(coin.entropy(unit="bits"), 6)
    (0.25, 0.25, 0.1875, 0.811278)
    """

    p: float

    def __init__(self, p: float) -> None:
        self._set(p=as_scalar("Bernoulli", "p", p, low=0, high=1))

    @property
    def mean(self) -> float:
        """E[X] = p."""
        return self.p

    @property
    def variance(self) -> float:
        """Var[X] = p(1 − p)."""
        return self.p * (1 - self.p)

    def _log(self, k: np.ndarray) -> np.ndarray:
        return np.select([k == 0, k == 1], [np.log1p(-self.p), np.log(self.p)], -np.inf)

    def _tails(self, k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.select([k < 0, k < 1], [0.0, 1 - self.p], 1.0), np.select([k < 0, k < 1], [1.0, self.p], 0.0)

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return (rng.random(shape) < self.p).astype(np.int64)

    def _nats(self) -> float:
        return _plogp(self.p) + (-(1 - self.p) * float(np.log1p(-self.p)) if self.p < 1 else 0.0)


def _plogp(p: float) -> float:
    return -p * float(np.log(p)) if p > 0 else 0.0


class Binomial(Counts):
    """Successes in n independent trials: P(X = k) = C(n, k) pᵏ (1 − p)ⁿ⁻ᵏ for k = 0, …, n.

    Parameters
    ----------
    n : int
        Number of trials, at least 0.
    p : float
        Probability of success, in [0, 1].

    Raises
    ------
    TypeError, ValueError
        If n is no whole number ≥ 0 or p is not in [0, 1].

    Notes
    -----
    The logarithm is a sum of small terms, Stirling's remainders δ and deviances d(k, np), d(n − k, n(1 − p)): for large
    n, log C(n, k) itself would lose its digits.

    References
    ----------
    C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000).
    Chapter: probability/distributions#the-table-of-laws.

    Examples
    --------
    >>> heads = Binomial(4, 0.5)
    >>> print(heads.mass([0, 1, 2, 3, 4]) * 16)
    [1. 4. 6. 4. 1.]
    >>> heads.mean, heads.variance
    (2.0, 1.0)
    """

    n: int
    p: float

    def __init__(self, n: int, p: float) -> None:
        count = int(as_scalar("Binomial", "n", n, low=0, high=LARGEST_COUNT, integer=True))
        self._set(n=count, p=as_scalar("Binomial", "p", p, low=0, high=1))

    @property
    def mean(self) -> float:
        """E[X] = np."""
        return self.n * self.p

    @property
    def variance(self) -> float:
        """Var[X] = np(1 − p)."""
        return self.n * self.p * (1 - self.p)

    def _log(self, k: np.ndarray) -> np.ndarray:
        n, p, q = float(self.n), self.p, 1 - self.p
        if p in (0.0, 1.0):
            return np.where(k == n * p, 0.0, -np.inf)
        inner = (k > 0) & (k < n)
        # At a harmless count where the ends have their own, short formulas.
        i = np.where(inner, k, 0.5)
        j = np.where(inner, n - k, 0.5)
        remainders = stirling(np.array(max(n, 1.0))) - stirling(i) - stirling(j)
        deviances = deviance(i, np.array(n * p)) + deviance(j, np.array(n * q))
        log_p = remainders - deviances + (np.log(max(n, 1.0)) - np.log(i) - np.log(j)) / 2 - HALF_LOG_2PI
        ends = [k == 0, k == n, inner]
        return np.select(ends, [n * np.log1p(-p), n * np.log(p), log_p], -np.inf)

    def _tails(self, k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inside = (k >= 0) & (k < self.n)
        low, high = np.zeros(k.shape), np.zeros(k.shape)
        for at in np.unique(k[inside]):
            upper, lower = incomplete_beta(at + 1, self.n - at, np.array(self.p), np.array(1 - self.p))
            low[k == at], high[k == at] = lower, upper
        return np.where(k >= self.n, 1.0, low), np.where(k < 0, 1.0, high)

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return rng.binomial(self.n, self.p, shape)

    def _nats(self) -> float:
        with np.errstate(all="ignore"):
            return _expected(self._log, self.mean, np.sqrt(self.variance), float(self.n))


class Poisson(Counts):
    """Events in a unit of time, at a rate λ: P(X = k) = λᵏ e^(−λ) / k! for every k = 0, 1, ….

    Parameters
    ----------
    rate : float
        λ > 0, the expected number of events.

    Raises
    ------
    TypeError, ValueError
        If the rate is not a number > 0.

    Notes
    -----
    The logarithm is −½ log(2πk) − δ(k) − d(k, λ), a sum of terms that keep their digits for large k.

    References
    ----------
    C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000).
    Chapter: probability/distributions#the-table-of-laws.

    Examples
    --------
    >>> calls = Poisson(2.0)
    >>> print(calls.mass([0, 1, 2]).round(6), calls.mean, calls.variance)
    [0.135335 0.270671 0.270671] 2.0 2.0
    """

    rate: float

    def __init__(self, rate: float) -> None:
        self._set(rate=as_scalar("Poisson", "rate", rate, low=0, low_open=True, high=LARGEST_COUNT))

    @property
    def mean(self) -> float:
        """E[X] = λ."""
        return self.rate

    @property
    def variance(self) -> float:
        """Var[X] = λ."""
        return self.rate

    def _log(self, k: np.ndarray) -> np.ndarray:
        i = np.where(k > 0, k, 1.0)
        log_p = -HALF_LOG_2PI - np.log(i) / 2 - stirling(i) - deviance(i, np.array(self.rate))
        return np.select([k == 0, k > 0], [-self.rate, log_p], -np.inf)

    def _tails(self, k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low, high = np.zeros(k.shape), np.ones(k.shape)
        for at in np.unique(k[k >= 0]):
            upper, lower = incomplete_gamma(at + 1, np.array(self.rate))
            low[k == at], high[k == at] = lower, upper
        return low, high

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return rng.poisson(self.rate, shape)

    def _nats(self) -> float:
        with np.errstate(all="ignore"):
            return _expected(self._log, self.rate, np.sqrt(self.rate), np.inf)


class Categorical(Discrete):
    """One of K classes: P(X = k) = pₖ for k = 0, …, K − 1.

    Parameters
    ----------
    probabilities : array_like of shape (K,)
        p: none negative, with sum 1 within 1e-6 (rounding in the sum is divided out).

    Raises
    ------
    TypeError, ValueError
        If these are no probabilities.

    References
    ----------
    Chapter: probability/distributions#the-table-of-laws.

    Examples
    --------
    >>> die = Categorical([0.5, 0.25, 0.25])
    >>> print(die.mass([0, 1, 2]), round(die.entropy(unit="bits"), 6))
    [0.5  0.25 0.25] 1.5
    """

    probabilities: np.ndarray

    def __init__(self, probabilities: Any) -> None:
        p = as_probabilities("Categorical", "probabilities", probabilities, ndim=1).astype(np.float64)
        p /= p.sum()
        self._keep(p, np.log(p, where=p > 0, out=np.full(p.shape, -np.inf)))

    def _keep(self, p: np.ndarray, log_p: np.ndarray) -> None:
        p.setflags(write=False)
        self._set(probabilities=p)
        object.__setattr__(self, "_log_p", log_p)

    _log_p: np.ndarray

    @classmethod
    def from_logits(cls, logits: Any) -> Categorical:
        """The distribution softmax(z), whose logarithms are taken from the logits z, without rounding through p.

        Parameters
        ----------
        logits : array_like of shape (K,)
            z: any real numbers.

        Returns
        -------
        Categorical
            With pₖ = exp(zₖ) / Σⱼ exp(zⱼ).
        """
        z = as_array("Categorical.from_logits", "logits", logits, ndim=1).astype(np.float64)
        shifted = z - z.max()
        log_p = shifted - np.log(np.exp(shifted).sum())
        made = cls.__new__(cls)
        made._keep(np.exp(log_p), log_p)
        return made

    @property
    def classes(self) -> int:
        """K, the number of classes."""
        return len(self.probabilities)

    @property
    def covariance(self) -> np.ndarray:
        """Cov[eᵢ, eⱼ] = pᵢ δᵢⱼ − pᵢ pⱼ of the one-hot vector e, which has a 1 in the place of the class."""
        return np.diag(self.probabilities) - np.outer(self.probabilities, self.probabilities)

    def _whole(self, method: str, k: Any) -> tuple[np.ndarray, np.dtype]:
        values, dtype = super()._whole(method, k)
        outside = (values < 0) | (values >= self.classes)
        if outside.any():
            expected = f"in 0 … {self.classes - 1} for {self.classes} classes"
            raise fail(f"Categorical.{method}", "k", expected, f"{values[outside].ravel()[0]:g}")
        return values, dtype

    def _log(self, k: np.ndarray) -> np.ndarray:
        return self._log_p[k.astype(np.intp)]

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return np.minimum(np.searchsorted(np.cumsum(self.probabilities), rng.random(shape), side="right"), self._last)

    @property
    def _last(self) -> int:
        return int(np.flatnonzero(self.probabilities)[-1])

    def _nats(self) -> float:
        p = self.probabilities
        return float(-np.sum(p[p > 0] * self._log_p[p > 0]) + 0.0)
