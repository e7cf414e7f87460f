"""Entropy, cross-entropy and divergences of distributions on K outcomes, from probabilities and from logits."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib.activations import log_softmax
from dlmath_lib.information._shared import as_distributions, as_logits, expected, in_unit, log, same_outcomes

__all__ = [
    "cross_entropy",
    "cross_entropy_with_logits",
    "entropy",
    "entropy_with_logits",
    "js_divergence",
    "kl_divergence",
    "kl_divergence_with_logits",
]


def entropy(p: Any, *, unit: str = "nats") -> Any:
    """The entropy H(p) = −Σₖ pₖ log pₖ, the expected surprise; 0 · log 0 = 0.

    Parameters
    ----------
    p : array_like of shape (K,) or (n, K)
        Probabilities of K outcomes; one distribution in each row.
    unit : {"nats", "bits"}
        The logarithm's base, e or 2.

    Returns
    -------
    scalar or ndarray of shape (n,)
        H, between 0 and log K, in the dtype of ``p``.

    Raises
    ------
    TypeError, ValueError
        If ``p`` is not made of probabilities with sum 1 (within 1e-6), or the unit is another one.

    References
    ----------
    C. E. Shannon, A Mathematical Theory of Communication (1948).
    Chapter: information/entropy#entropy-the-mean-surprise.

    Examples
    --------
    >>> float(entropy([0.5, 0.25, 0.25], unit="bits"))
    1.5
    """
    p = as_distributions("entropy", "p", p)
    return in_unit("entropy", -expected(p, log(p)) + 0.0, unit, p.dtype)


def entropy_with_logits(logits: Any, *, unit: str = "nats") -> Any:
    """The entropy of softmax(z), −Σₖ pₖ log pₖ with log p = log_softmax(z): no probability is rounded to 0 first.

    Parameters
    ----------
    logits : array_like of shape (K,) or (n, K)
        z; one distribution in each row.
    unit : {"nats", "bits"}
        The logarithm's base, e or 2.

    Returns
    -------
    scalar or ndarray of shape (n,)
        H, in the dtype of ``logits``.

    Raises
    ------
    TypeError, ValueError
        If the logits are not finite real numbers, or the unit is another one.

    References
    ----------
    C. E. Shannon, A Mathematical Theory of Communication (1948).
    Chapter: information/entropy#entropy-the-mean-surprise.

    Examples
    --------
    >>> print(f"{entropy_with_logits([0.0, -40.0]):.3e}")
    1.742e-16
    """
    z = as_logits("entropy_with_logits", "logits", logits)
    log_p = log_softmax(z)
    return in_unit("entropy_with_logits", -expected(np.exp(log_p), log_p) + 0.0, unit, z.dtype)


def cross_entropy(p: Any, q: Any, *, unit: str = "nats") -> Any:
    """The cross-entropy H(p, q) = −Σₖ pₖ log qₖ: the expected surprise of q's believer where p is true.

    Parameters
    ----------
    p, q : array_like of shape (K,) or (n, K)
        Distributions on the same outcomes, row beside row.
    unit : {"nats", "bits"}
        The logarithm's base, e or 2.

    Returns
    -------
    scalar or ndarray of shape (n,)
        H(p, q) ≥ H(p), in the dtype of ``p`` and ``q``; ``inf`` where p allows an outcome that q excludes.

    Raises
    ------
    TypeError, ValueError
        If these are not made of probabilities with sum 1 (within 1e-6), the shapes differ, or the unit is another one.

    References
    ----------
    T. M. Cover and J. A. Thomas, Elements of Information Theory (Wiley, 2006).
    Chapter: information/cross_entropy_and_kl#cross-entropy-is-entropy-plus-divergence.

    Examples
    --------
    >>> float(cross_entropy([0.5, 0.5], [0.25, 0.75], unit="bits").round(6)), float(cross_entropy([0.5, 0.5], [1, 0]))
    (1.207519, inf)
    """
    p, q = as_distributions("cross_entropy", "p", p), as_distributions("cross_entropy", "q", q)
    same_outcomes("cross_entropy", p, "q", q)
    return in_unit("cross_entropy", -expected(p, log(q)) + 0.0, unit, np.result_type(p, q))


def cross_entropy_with_logits(p: Any, logits: Any, *, unit: str = "nats") -> Any:
    """H(p, softmax(z)) = −Σₖ pₖ log_softmax(z)ₖ: finite for every finite z.

    Parameters
    ----------
    p : array_like of shape (K,) or (n, K)
        The true distribution, or one in each row.
    logits : array_like of p's shape
        z of the other.
    unit : {"nats", "bits"}
        The logarithm's base, e or 2.

    Returns
    -------
    scalar or ndarray of shape (n,)
        The cross-entropy, in the dtype of ``p`` and ``logits``.

    Raises
    ------
    TypeError, ValueError
        As `cross_entropy`; also if the logits are not finite.

    References
    ----------
    T. M. Cover and J. A. Thomas, Elements of Information Theory (Wiley, 2006).
    Chapter: information/cross_entropy_and_kl#why-a-classifier-minimises-the-cross-entropy.

    Examples
    --------
    >>> float(cross_entropy_with_logits([1.0, 0.0], [0.0, 1000.0]))
    1000.0
    """
    p = as_distributions("cross_entropy_with_logits", "p", p)
    z = as_logits("cross_entropy_with_logits", "logits", logits)
    same_outcomes("cross_entropy_with_logits", p, "logits", z)
    return in_unit("cross_entropy_with_logits", -expected(p, log_softmax(z)) + 0.0, unit, np.result_type(p, z))


def kl_divergence(p: Any, q: Any, *, unit: str = "nats") -> Any:
    """The Kullback–Leibler divergence KL(p ‖ q) = Σₖ pₖ log(pₖ/qₖ) = H(p, q) − H(p).

    Parameters
    ----------
    p, q : array_like of shape (K,) or (n, K)
        Distributions on the same outcomes, row beside row.
    unit : {"nats", "bits"}
        The logarithm's base, e or 2.

    Returns
    -------
    scalar or ndarray of shape (n,)
        KL ≥ 0, and 0 for p = q; in the dtype of ``p`` and ``q``; ``inf`` where p allows an outcome that q excludes.

    Raises
    ------
    TypeError, ValueError
        As `cross_entropy`.

    Notes
    -----
    Summed as Σ (pₖ log(pₖ/qₖ) − pₖ + qₖ), whose terms are all ≥ 0: for p near q nothing cancels between them.

    References
    ----------
    S. Kullback and R. A. Leibler, On Information and Sufficiency (1951).
    Chapter: information/cross_entropy_and_kl#the-divergence-is-at-least-0.

    Examples
    --------
    >>> float(kl_divergence([0.5, 0.5], [0.25, 0.75]).round(6)), float(kl_divergence([0.25, 0.75], [0.5, 0.5]).round(6))
    (0.143841, 0.130812)
    """
    p, q = as_distributions("kl_divergence", "p", p), as_distributions("kl_divergence", "q", q)
    same_outcomes("kl_divergence", p, "q", q)
    return in_unit("kl_divergence", divergence(p, q), unit, np.result_type(p, q))


def divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """KL(p ‖ q) in nats, by terms that are ≥ 0, of arrays that have been checked."""
    p, q = (each.astype(np.result_type(each, np.float64)) for each in (p, q))
    p, q = p / p.sum(axis=-1, keepdims=True), q / q.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # With t = (p − q)/q: p log(p/q) − p + q = q ((1 + t) log(1 + t) − t).
        t = (p - q) / q
        near = np.abs(t) < 0.5
        apart = np.where(p > 0, p * (np.log(p) - np.log(q)), 0.0) - p + q
        close = p * np.log1p(np.where(near, t, 0.0)) - (p - q)
        small = np.abs(t) < 1e-3
        series = q * t**2 * (0.5 - t * (1 / 6 - t * (1 / 12 - t * (1 / 20 - t / 30))))
    terms = np.select([q == p, small, near], [0.0, series, close], apart)
    return np.maximum(terms, 0.0).sum(axis=-1)


def kl_divergence_with_logits(p_logits: Any, q_logits: Any, *, unit: str = "nats") -> Any:
    """KL(softmax(a) ‖ softmax(b)) = Σₖ pₖ (log_softmax(a)ₖ − log_softmax(b)ₖ): finite for all finite logits.

    Parameters
    ----------
    p_logits, q_logits : array_like of shape (K,) or (n, K)
        a and b, row beside row.
    unit : {"nats", "bits"}
        The logarithm's base, e or 2.

    Returns
    -------
    scalar or ndarray of shape (n,)
        KL ≥ 0, in the dtype of the logits.

    Raises
    ------
    TypeError, ValueError
        If the logits are not finite real numbers of one shape, or the unit is another one.

    References
    ----------
    S. Kullback and R. A. Leibler, On Information and Sufficiency (1951).
    Chapter: information/cross_entropy_and_kl#why-a-classifier-minimises-the-cross-entropy.

    Examples
    --------
    >>> float(kl_divergence_with_logits([0.0, 0.0], [1000.0, 0.0]).round(6))
    499.306853
    """
    a = as_logits("kl_divergence_with_logits", "p_logits", p_logits)
    b = as_logits("kl_divergence_with_logits", "q_logits", q_logits)
    same_outcomes("kl_divergence_with_logits", a, "q_logits", b)
    log_p, log_q = log_softmax(a), log_softmax(b)
    nats = np.maximum(expected(np.exp(log_p), log_p - log_q), 0.0)
    return in_unit("kl_divergence_with_logits", nats, unit, np.result_type(a, b))


def js_divergence(p: Any, q: Any, *, unit: str = "nats") -> Any:
    """The Jensen–Shannon divergence ½ KL(p ‖ m) + ½ KL(q ‖ m) with m = (p + q)/2: symmetric and at most log 2.

    Parameters
    ----------
    p, q : array_like of shape (K,) or (n, K)
        Distributions on the same outcomes, row beside row.
    unit : {"nats", "bits"}
        The logarithm's base, e or 2.

    Returns
    -------
    scalar or ndarray of shape (n,)
        Between 0 (p = q) and log 2 (no outcome in common), in the dtype of ``p`` and ``q``.

    Raises
    ------
    TypeError, ValueError
        As `cross_entropy`.

    References
    ----------
    J. Lin, Divergence Measures Based on the Shannon Entropy (1991).
    Chapter: information/cross_entropy_and_kl#the-jensenshannon-divergence.

    Examples
    --------
    >>> float(js_divergence([1, 0], [0, 1], unit="bits")), float(js_divergence([0.3, 0.7], [0.3, 0.7]))
    (1.0, 0.0)
    """
    p, q = as_distributions("js_divergence", "p", p), as_distributions("js_divergence", "q", q)
    same_outcomes("js_divergence", p, "q", q)
    both = p.astype(np.result_type(p, np.float64)) + q
    middle = np.where(both > 0, np.maximum(both / 2, np.finfo(np.float64).tiny), 0)  # half of 5e-324 is 0
    nats = (divergence(p, middle) + divergence(q, middle)) / 2
    return in_unit("js_divergence", nats, unit, np.result_type(p, q))
