"""Distributions of vectors: the multivariate Gaussian, and Dirichlet's of probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._gamma import HALF_LOG_2PI, deviance, stirling
from dlmath_lib._validate import SUM_TOLERANCE, as_array, fail
from dlmath_lib.linalg import cholesky, solve_triangular
from dlmath_lib.probability._base import Continuous
from dlmath_lib.probability.continuous import dirichlet_nats

__all__ = ["Dirichlet", "MultivariateGaussian"]


class MultivariateGaussian(Continuous):
    """The normal distribution in d dimensions, p(x) = exp(−½(x − μ)ᵀΣ⁻¹(x − μ)) / √((2π)ᵈ det Σ).

    Parameters
    ----------
    mean : array_like of shape (d,)
        μ.
    covariance : array_like of shape (d, d)
        Σ, symmetric and positive definite.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, or Σ is not symmetric or not positive definite.

    Notes
    -----
    With Cholesky's Σ = LLᵀ: z = L⁻¹(x − μ) has independent standard entries, so log p(x) = −½‖z‖² − Σᵢ log Lᵢᵢ −
    (d/2) log 2π, and a draw is μ + Lz.

    References
    ----------
    Chapter: probability/distributions#a-gaussian-vector.

    Examples
    --------
    >>> pair = MultivariateGaussian([0.0, 0.0], [[2.0, 1.0], [1.0, 2.0]])
    >>> print(f"{pair.log_density([1.0, -1.0]):.6f}", pair.sample(5, rng=np.random.default_rng(0)).shape)
    -3.387183 (5, 2)
    """

    mean: np.ndarray
    covariance: np.ndarray

    def __init__(self, mean: Any, covariance: Any) -> None:
        center = as_array("MultivariateGaussian", "mean", mean, ndim=1).astype(np.float64)
        d = len(center)
        spread = as_array("MultivariateGaussian", "covariance", covariance, shape=(d, d)).astype(np.float64)
        if not np.allclose(spread, spread.T, rtol=1e-10, atol=0):
            i, j = np.argwhere(~np.isclose(spread, spread.T, rtol=1e-10, atol=0))[0]
            raise fail(
                "MultivariateGaussian", "covariance", "symmetric", f"{spread[i, j]:g} at {(int(i), int(j))} and "
                f"{spread[j, i]:g} at {(int(j), int(i))}", "take (Σ + Σᵀ)/2 if that is rounding",
            )  # fmt: skip
        try:
            root = cholesky((spread + spread.T) / 2)
        except ValueError:
            hint = "a direction without variance has no density: leave it out, or add a small multiple of the identity"
            raise fail(
                "MultivariateGaussian", "covariance", "positive definite", f"{_described(spread)}", hint
            ) from None
        for array in (center, spread, root):
            array.setflags(write=False)
        self._set(mean=center, covariance=spread)
        object.__setattr__(self, "event", (d,))
        object.__setattr__(self, "_root", root)

    _root: np.ndarray

    def _log(self, x: np.ndarray) -> np.ndarray:
        d = len(self.mean)
        away = (x - self.mean).reshape(-1, d)
        z = solve_triangular(self._root, away.T, lower=True) if away.size else away.T
        log_p = -0.5 * (z**2).sum(axis=0) - np.log(np.diag(self._root)).sum() - d * HALF_LOG_2PI
        return log_p.reshape(x.shape[:-1])

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return self.mean + rng.standard_normal((*shape, len(self.mean))) @ self._root.T

    def _nats(self) -> float:
        return float(np.log(np.diag(self._root)).sum() + len(self.mean) * (HALF_LOG_2PI + 0.5))


def _described(matrix: np.ndarray) -> str:
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    return f"a matrix with the eigenvalue {smallest:.3g}"


class Dirichlet(Continuous):
    """A distribution of K probabilities with sum 1: p(x) = Γ(A)/∏ₖ Γ(αₖ) · ∏ₖ xₖ^(αₖ−1), A = Σₖ αₖ.

    Parameters
    ----------
    concentration : array_like of shape (K,)
        α, all > 0, for at least two classes.

    Raises
    ------
    TypeError, ValueError
        If the concentrations are not all > 0, or fewer than two.

    Notes
    -----
    The density is that of x₁, …, x_(K−1). It is asked inside the simplex, where all xₖ > 0 and Σₖ xₖ = 1 within 1e-6
    (refused otherwise); at xₖ = 0 it is 0 or infinite as αₖ is above or below 1.

    References
    ----------
    Chapter: probability/distributions#the-table-of-laws.

    Examples
    --------
    >>> mix = Dirichlet([2.0, 3.0, 5.0])
    >>> print(mix.mean, f"{mix.log_density([0.2, 0.3, 0.5]):.6f}")
    [0.2 0.3 0.5] 2.140654
    """

    concentration: np.ndarray

    def __init__(self, concentration: Any) -> None:
        alpha = as_array("Dirichlet", "concentration", concentration, ndim=1).astype(np.float64)
        if len(alpha) < 2:
            raise fail("Dirichlet", "concentration", "of at least two classes", f"{len(alpha)}")
        if (alpha <= 0).any():
            raise fail("Dirichlet", "concentration", "> 0", f"{alpha.min():g}")
        alpha.setflags(write=False)
        self._set(concentration=alpha)
        object.__setattr__(self, "event", (len(alpha),))

    @property
    def mean(self) -> np.ndarray:
        """E[Xₖ] = αₖ/A."""
        return self.concentration / self.concentration.sum()

    @property
    def covariance(self) -> np.ndarray:
        """Cov[Xᵢ, Xⱼ] = (mᵢ δᵢⱼ − mᵢ mⱼ)/(A + 1), with the means m."""
        m = self.mean
        return (np.diag(m) - np.outer(m, m)) / (self.concentration.sum() + 1)

    def _log(self, x: np.ndarray) -> np.ndarray:
        sums = x.sum(axis=-1)
        wrong = np.abs(sums - 1) > SUM_TOLERANCE
        if wrong.any():
            raise fail(
                "Dirichlet", "x", f"probabilities with sum 1 (within {SUM_TOLERANCE:g})", f"sum {sums[wrong][0]:g}"
            )
        alpha, count = self.concentration, len(self.concentration)
        total = np.array(alpha.sum())
        inner = np.where(x > 0, x, 1.0)
        front = (np.log(alpha).sum() - np.log(total)) / 2 - (count - 1) * HALF_LOG_2PI
        front = front + stirling(total) - stirling(alpha).sum()
        powers = np.where(x > 0, -deviance(alpha, total * inner) - np.log(inner), 0.0).sum(axis=-1)
        edge = (x == 0) & (alpha != 1)
        at_edge = np.where((edge & (alpha > 1)).any(axis=-1), -np.inf, np.inf)
        # Where αₖ = 1 the factor is xₖ⁰ = 1: −d(1, Ax) − log x tends to log A + 1.
        flat = np.where((x == 0) & (alpha == 1), np.log(total) + 1, 0.0).sum(axis=-1)
        log_p = np.where(edge.any(axis=-1), at_edge, front + powers + flat)
        return np.where((x < 0).any(axis=-1), -np.inf, log_p)

    def _draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        return rng.dirichlet(self.concentration, shape)

    def _nats(self) -> float:
        return dirichlet_nats(self.concentration)
