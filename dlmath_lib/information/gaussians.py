"""Divergences of Gaussians, in closed form."""

from __future__ import annotations

import numpy as np

from dlmath_lib._validate import fail
from dlmath_lib.information._shared import in_unit
from dlmath_lib.linalg import cholesky, solve_triangular
from dlmath_lib.probability import Gaussian, MultivariateGaussian

__all__ = ["gaussian_kl"]


def gaussian_kl(p: Gaussian | MultivariateGaussian, q: Gaussian | MultivariateGaussian, *, unit: str = "nats") -> float:
    """KL(p ‖ q) of two Gaussians, log(σ_q/σ_p) + (σ_p² + (μ_p − μ_q)²)/(2σ_q²) − ½ on the line.

    In d dimensions ½ (tr(Σ_q⁻¹Σ_p) + (μ_q − μ_p)ᵀΣ_q⁻¹(μ_q − μ_p) − d + log(det Σ_q/det Σ_p)).

    Parameters
    ----------
    p, q : Gaussian or MultivariateGaussian
        Of one kind, in the same number of dimensions.
    unit : {"nats", "bits"}
        The logarithm's base, e or 2.

    Returns
    -------
    float
        KL ≥ 0.

    Raises
    ------
    TypeError, ValueError
        If these are not two Gaussians of one kind and dimension, or the unit is another one.

    References
    ----------
    S. Kullback and R. A. Leibler, On Information and Sufficiency (1951).
    Chapter: information/cross_entropy_and_kl#two-gaussians.

    Examples
    --------
    >>> narrow, wide = Gaussian(0, 1), Gaussian(1, 2)
    >>> print(round(gaussian_kl(narrow, wide), 6), round(gaussian_kl(wide, narrow), 6))
    0.443147 1.306853
    """
    for name, given in (("p", p), ("q", q)):
        if not isinstance(given, (Gaussian, MultivariateGaussian)):
            kinds = "a probability.Gaussian or MultivariateGaussian"
            raise fail("gaussian_kl", name, kinds, type(given).__name__, error=TypeError)
    if isinstance(p, Gaussian) and isinstance(q, Gaussian):
        ratios, away = np.array([p.std / q.std]), np.array([(p.mean - q.mean) / q.std])
    elif isinstance(p, MultivariateGaussian) and isinstance(q, MultivariateGaussian) and p.event == q.event:
        root = cholesky(q.covariance)
        # L_q⁻¹ L_p has the singular values whose squares are the eigenvalues of Σ_q⁻¹ Σ_p.
        ratios = np.linalg.svd(solve_triangular(root, cholesky(p.covariance), lower=True), compute_uv=False)
        away = solve_triangular(root, p.mean - q.mean, lower=True)
    else:
        raise fail("gaussian_kl", "q", f"of p's kind and dimension, {_said(p)}", _said(q))
    nats = (_square_and_log(ratios) + float(away @ away)) / 2
    return float(in_unit("gaussian_kl", np.array(nats), unit, np.float64))


def _square_and_log(ratio: np.ndarray) -> float:
    """Σ (r² − 1 − log r²), whose terms are ≥ 0 and 0 at r = 1."""
    t = (ratio - 1) * (ratio + 1)
    return float(np.sum(t - np.where(np.abs(t) < 0.5, np.log1p(np.maximum(t, -0.5)), 2 * np.log(ratio))))


def _said(p: Gaussian | MultivariateGaussian) -> str:
    return "Gaussian" if isinstance(p, Gaussian) else f"MultivariateGaussian in {p.event[0]} dimensions"
