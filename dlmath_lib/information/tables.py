"""What one variable says about another, from the table of their joint distribution."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_probabilities, as_scalar
from dlmath_lib.information._shared import expected, in_unit, log
from dlmath_lib.information.measures import divergence

__all__ = ["conditional_entropy", "joint_entropy", "mutual_information"]


def _as_joint(function: str, joint: Any) -> np.ndarray:
    return as_probabilities(function, "joint", joint, ndim=2)


def joint_entropy(joint: Any, *, unit: str = "nats") -> Any:
    """The entropy of a pair, H(X, Y) = −Σₓ Σᵧ p(x, y) log p(x, y).

    Parameters
    ----------
    joint : array_like of shape (m, k)
        p(x, y): all entries ≥ 0, with sum 1.
    unit : {"nats", "bits"}
        The logarithm's base, e or 2.

    Returns
    -------
    scalar
        H(X, Y), in the dtype of ``joint``.

    Raises
    ------
    TypeError, ValueError
        If ``joint`` is no table of probabilities with sum 1 (within 1e-6), or the unit is another one.

    References
    ----------
    T. M. Cover and J. A. Thomas, Elements of Information Theory (Wiley, 2006).
    Chapter: information/entropy#the-chain-rule.

    Examples
    --------
    >>> float(joint_entropy([[0.25, 0.25], [0.25, 0.25]], unit="bits"))
    2.0
    """
    p = _as_joint("joint_entropy", joint).ravel()
    return in_unit("joint_entropy", -expected(p, log(p)) + 0.0, unit, p.dtype)


def conditional_entropy(joint: Any, *, given: int, unit: str = "nats") -> Any:
    """What is left of the entropy of one variable when the other is known, H(Y | X) = −Σ p(x, y) log(p(x, y)/p(x)).

    Parameters
    ----------
    joint : array_like of shape (m, k)
        p(x, y): all entries ≥ 0, with sum 1. A value of probability 0 of the known variable counts for nothing.
    given : {0, 1}
        The axis of the known variable: 0 for H(Y | X), 1 for H(X | Y).
    unit : {"nats", "bits"}
        The logarithm's base, e or 2.

    Returns
    -------
    scalar
        The conditional entropy, in the dtype of ``joint``.

    Raises
    ------
    TypeError, ValueError
        As `joint_entropy`; also if ``given`` is not 0 or 1.

    References
    ----------
    T. M. Cover and J. A. Thomas, Elements of Information Theory (Wiley, 2006).
    Chapter: information/entropy#the-chain-rule.

    Examples
    --------
    >>> joint = [[0.5, 0.0], [0.25, 0.25]]
    >>> float(conditional_entropy(joint, given=0, unit="bits")), float(conditional_entropy(joint, given=1).round(4))
    (0.5, 0.4774)
    """
    p = _as_joint("conditional_entropy", joint)
    known = int(as_scalar("conditional_entropy", "given", given, low=0, high=1, integer=True))
    outer = p.sum(axis=1 - known, keepdims=True, dtype=np.result_type(p, np.float64))
    share = np.divide(p, outer, where=outer > 0, out=np.zeros(p.shape, outer.dtype))
    nats = -expected(p.ravel(), log(share).ravel())
    return in_unit("conditional_entropy", np.maximum(nats, 0.0), unit, p.dtype)


def mutual_information(joint: Any, *, unit: str = "nats") -> Any:
    """I(X; Y) = KL(p(x, y) ‖ p(x) p(y)) = H(Y) − H(Y | X): what each says about the other.

    Parameters
    ----------
    joint : array_like of shape (m, k)
        p(x, y): all entries ≥ 0, with sum 1.
    unit : {"nats", "bits"}
        The logarithm's base, e or 2.

    Returns
    -------
    scalar
        I ≥ 0, and 0 for independent variables; in the dtype of ``joint``.

    Raises
    ------
    TypeError, ValueError
        As `joint_entropy`.

    References
    ----------
    T. M. Cover and J. A. Thomas, Elements of Information Theory (Wiley, 2006).
    Chapter: information/mutual_information#one-number-four-forms.

    Examples
    --------
    >>> print(round(mutual_information([[0.5, 0.0], [0.0, 0.5]], unit="bits"), 6))
    1.0
    """
    p = _as_joint("mutual_information", joint)
    wide = p.astype(np.result_type(p, np.float64))
    apart = wide.sum(axis=1, keepdims=True) * wide.sum(axis=0, keepdims=True)
    apart = np.where(wide > 0, np.maximum(apart, np.finfo(np.float64).tiny), apart)  # a product may underflow
    return in_unit("mutual_information", divergence(wide.ravel(), apart.ravel()), unit, p.dtype)
