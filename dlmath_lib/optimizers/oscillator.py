"""How fast gradient descent with momentum is on a quadratic: along each eigenvector it is a damped oscillator.

Derived in ``chapters/optimization/momentum.ipynb``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, as_switch, fail
from dlmath_lib.optimizers._shared import as_decay

__all__ = ["asymptotic_factor", "best_momentum"]


def asymptotic_factor(
    eigenvalues: Any, *, learning_rate: float, momentum: float = 0.9, nesterov: bool = False
) -> float:
    r"""The factor per step of gradient descent with momentum on a quadratic, over many steps and at worst.

    .. math:: \rho = \max_i \max \lvert r \rvert, \qquad r^2 - (1 + \beta - \alpha\lambda_i)\, r + \beta = 0

    with :math:`\lambda_i` the ``eigenvalues`` of the Hessian, :math:`\alpha` the ``learning_rate`` and :math:`\beta`
    the ``momentum``; with ``nesterov`` the equation is :math:`r^2 - (1 + \beta)(1 - \alpha\lambda_i)\, r +
    \beta(1 - \alpha\lambda_i) = 0`. Below 1 every start converges, and above 1 some start diverges. A single step may
    do worse: after k steps the distance is at most a constant times :math:`k\rho^k`.

    Parameters
    ----------
    eigenvalues : array_like of shape (d,)
        Curvatures along the principal axes, in any order. A negative one (saddle or maximum) gives a factor above 1.
    learning_rate : float > 0
    momentum : float in [0, 1), default 0.9
        With 0 it is `contraction_factor`.
    nesterov : bool, default False
        Nesterov's variant.

    Returns
    -------
    float
        ρ ≥ 0, without unit; infinite where α |λ| exceeds the largest float.

    Raises
    ------
    TypeError, ValueError
        If ``eigenvalues`` is not a non-empty vector of finite real numbers, or a setting is out of its range.

    Notes
    -----
    Near a double root the factor moves like the square root of its arguments: their last digit may show as 1e-8.
    Derivation: ``chapters/optimization/momentum.ipynb#one-curvature-is-a-damped-oscillator``.

    References
    ----------
    Goh: *Why Momentum Really Works*, Distill (2017), section "The Dynamics of Momentum".

    Examples
    --------
    >>> print(round(asymptotic_factor([1.0, 9.0], learning_rate=0.25, momentum=0.25), 7))
    0.5
    """
    function = "asymptotic_factor"
    eigenvalues = as_array(function, "eigenvalues", eigenvalues, ndim=1).astype(np.float64)
    learning_rate = as_scalar(function, "learning_rate", learning_rate, low=0, low_open=True)
    momentum = as_decay(function, "momentum", momentum)
    nesterov = as_switch(function, "nesterov", nesterov)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = learning_rate * eigenvalues
        if nesterov:
            plain = 1 - scaled
            trace, product = (1 + momentum) * plain, momentum * plain
            discriminant = plain * ((1 + momentum) ** 2 * plain - 4 * momentum)
        else:
            root = np.sqrt(momentum)
            trace, product = 1 + momentum - scaled, np.full_like(scaled, momentum)
            # As a product, not trace² − 4β: near a double root the difference would lose its digits.
            discriminant = (scaled - (1 - root) ** 2) * (scaled - (1 + root) ** 2)
        real = (np.abs(trace) + np.sqrt(np.maximum(discriminant, 0))) / 2
        factors = np.where(discriminant < 0, np.sqrt(np.abs(product)), real)
    return float(np.where(np.isfinite(scaled), factors, np.inf).max())


def best_momentum(eigenvalues: Any) -> tuple[float, float]:
    r"""Learning rate and momentum with the smallest asymptotic factor of the heavy ball, for positive curvatures.

    .. math:: \alpha^* = \Bigl(\frac{2}{\sqrt{\lambda_{\max}} + \sqrt{\lambda_{\min}}}\Bigr)^2, \qquad
        \sqrt{\beta^*} = \rho = \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}, \qquad
        \kappa = \frac{\lambda_{\max}}{\lambda_{\min}}

    with :math:`\lambda` the ``eigenvalues`` of the Hessian.

    Parameters
    ----------
    eigenvalues : array_like of shape (d,), all > 0
        Curvatures along the principal axes, in any order.

    Returns
    -------
    float
        α* > 0, in units of one over the eigenvalues.
    float
        β* in [0, 1).

    Raises
    ------
    TypeError, ValueError
        If ``eigenvalues`` is not a non-empty vector of positive finite real numbers, or they are so far apart that β*
        is stored as 1.

    Notes
    -----
    Derivation: ``chapters/optimization/momentum.ipynb#the-best-learning-rate-and-momentum``.

    References
    ----------
    B. T. Polyak, Some methods of speeding up the convergence of iteration methods (1964). Goh: *Why Momentum Really
    Works*, Distill (2017), section "The Dynamics of Momentum".

    Examples
    --------
    >>> best_momentum([1.0, 9.0])
    (0.25, 0.25)
    """
    function = "best_momentum"
    eigenvalues = as_array(function, "eigenvalues", eigenvalues, ndim=1)
    low, high = float(eigenvalues.min()), float(eigenvalues.max())
    if low <= 0:
        hint = "in a direction of curvature ≤ 0 no momentum shrinks the distance"
        raise fail(function, "eigenvalues", "all > 0", f"{low:g}", hint)
    flat, steep = np.sqrt(low), np.sqrt(high)
    momentum = float(((steep - flat) / (steep + flat)) ** 2)
    if momentum >= 1:
        raise fail(function, "eigenvalues", "with a ratio below about 1e31", f"{low:g} and {high:g}")
    with np.errstate(over="ignore"):
        learning_rate = float((2 / (flat + steep)) ** 2)
    if not np.isfinite(learning_rate):
        raise fail(function, "eigenvalues", "large enough for 1/λ to be a number", f"{high:g}")
    return learning_rate, momentum
