"""The loss of yes-or-no questions."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import fail
from dlmath_lib.activations import sigmoid, softplus
from dlmath_lib.losses._shared import as_pair, per_example, pull_back

__all__ = [
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad",
    "binary_cross_entropy_with_logits_vjp",
]


def binary_cross_entropy_with_logits(logits: Any, target: Any) -> np.ndarray:
    """Binary cross-entropy, −y log σ(z) − (1 − y) log(1 − σ(z)), in nats, summed over the k outputs of an example.

    Parameters
    ----------
    logits : array_like of shape (n,) or (n, k)
        z: one for each example, or for each of k questions with the answers yes and no.
    target : array_like of logits' shape
        y, the probability of yes: 0, 1 or between.

    Returns
    -------
    ndarray of shape (n,)
        One loss ≥ 0 for each example.

    Raises
    ------
    TypeError, ValueError
        If one is not made of finite real numbers, is empty, or the shapes differ: (n,) against (n, 1) is refused; if a
        target is outside [0, 1].

    Notes
    -----
    Computed as y softplus(−z) + (1 − y) softplus(z), its gradient as (1 − y) σ(z) − y σ(−z): nothing overflows at
    ±1000, and small values keep their digits. Derivation:
    ``chapters/networks/losses.ipynb#binary-cross-entropy``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.2.2.2.

    Examples
    --------
    >>> print(binary_cross_entropy_with_logits([0.0, -1000.0], [1, 1]).round(4))
    [6.931e-01 1.000e+03]
    """
    logits, target = _pair("binary_cross_entropy_with_logits", logits, target)
    return per_example(target * softplus(-logits) + (1 - target) * softplus(logits))


def binary_cross_entropy_with_logits_grad(logits: Any, target: Any) -> np.ndarray:
    """Gradient of binary cross-entropy with respect to the logits, σ(z) − y.

    Otherwise as `binary_cross_entropy_with_logits`.

    Returns
    -------
    ndarray of logits' shape and dtype
        Row i is the gradient of example i's loss.

    Examples
    --------
    >>> print(binary_cross_entropy_with_logits_grad([0.0, -1000.0], [1, 1]))
    [-0.5 -1. ]
    """
    logits, target = _pair("binary_cross_entropy_with_logits_grad", logits, target)
    return (1 - target) * sigmoid(logits) - target * sigmoid(-logits)


def binary_cross_entropy_with_logits_vjp(g: Any, logits: Any, target: Any) -> np.ndarray:
    """Pull the cotangent g back through binary_cross_entropy_with_logits: gᵢ ∂lossᵢ/∂logitsᵢ.

    Otherwise as `binary_cross_entropy_with_logits`.

    Parameters
    ----------
    g : array_like of shape (n,)
        Cotangent: ∂L/∂lossᵢ; 1/n for the mean.

    Returns
    -------
    ndarray of logits' shape and dtype
        ∂L/∂logits. Targets are data and get none.

    Examples
    --------
    >>> print(binary_cross_entropy_with_logits_vjp([0.5, 0.5], [0.0, -1000.0], [1, 1]))
    [-0.25 -0.5 ]
    """
    logits, target = _pair("binary_cross_entropy_with_logits_vjp", logits, target)
    return pull_back("binary_cross_entropy_with_logits_vjp", g, binary_cross_entropy_with_logits_grad(logits, target))


def _pair(function: str, logits: Any, target: Any) -> tuple[np.ndarray, np.ndarray]:
    logits, target = as_pair(function, "logits", logits, target)
    if target.min() < 0 or target.max() > 1:
        worst = target.min() if target.min() < 0 else target.max()
        hint = "for labels −1 and 1 pass (target + 1) / 2" if np.isin(target, (-1, 1)).all() else ""
        raise fail(function, "target", "in [0, 1]", f"{worst:g}", hint)
    return logits, target
