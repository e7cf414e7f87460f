"""The group lasso: weights that are 0 in whole groups."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_scalar
from dlmath_lib.regularization._shared import as_data, as_groups, as_penalty, not_there
from dlmath_lib.regularization.coordinates import BEFORE_NEXT_GAP
from dlmath_lib.regularization.elastic_net import LinearFit

__all__ = ["group_lasso"]


def group_lasso(
    x: Any, y: Any, *, penalty: float, groups: Any, tolerance: float = 1e-10, steps: int = 10_000
) -> LinearFit:
    """The w and b that make (1/2n)‖y − b − Xw‖² + λ Σ √p_g ‖w_g‖ smallest, summed over groups g of p_g weights.

    One group at a time takes a proximal gradient step: v_g = w_g + X_gᵀr/(nβ_g), then
    w_g = max(1 − λ√p_g/(β_g‖v_g‖), 0)·v_g, with the residual r and β_g the largest eigenvalue of X_gᵀX_g/n.

    Parameters
    ----------
    x : array_like of shape (n, d)
        X, one example in each row.
    y : array_like of shape (n,)
        The targets.
    penalty : float
        λ > 0.
    groups : array_like of integers ≥ 0, of shape (d,)
        The number of the group of each column.
    tolerance : float, default 1e-10
        > 0: it ends when the duality gap is at most this part of the objective at w = 0.
    steps : int, default 10,000
        At most so many sweeps over the groups, ≥ 1.

    Returns
    -------
    LinearFit
        ``weights`` of shape (d,), in the wider dtype of ``x`` and ``y``; ``intercept`` b; ``gap``; ``sweeps``.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, λ ≤ 0, ``groups`` does not have one number for each column, or the sweeps do not
        suffice: the error says the gap.

    Notes
    -----
    With one column in each group it is the lasso.

    References
    ----------
    M. Yuan, Y. Lin, Model selection and estimation in regression with grouped variables, J. R. Statist. Soc. B 68
    (2006), 49–67.
    Chapter: regularization/weight_penalties#eq-group-prox.

    Examples
    --------
    >>> found = group_lasso([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.0]], [3.0, -3.0, 0.0], penalty=1.0, groups=[0, 1])
    >>> print(found.weights.round(6), found.intercept)
    [1.5 0. ] 0.0
    """
    name = "group_lasso"
    data = as_data(name, x, y, centre=True)
    strength = as_penalty(name, penalty)
    X, y, n = data.x, data.y, len(data.y)
    places = as_groups(name, groups, X.shape[1])
    near = as_scalar(name, "tolerance", tolerance, low=0, low_open=True)
    most = int(as_scalar(name, "steps", steps, low=1, integer=True))
    blocks = [np.ascontiguousarray(X[:, g].T) for g in places]
    curvature = [float(np.linalg.norm(block, 2)) ** 2 / n for block in blocks]
    limits = [strength * np.sqrt(len(g)) for g in places]
    w, r, sweeps = np.zeros(X.shape[1]), y.copy(), 0
    enough = near * float(y @ y) / (2 * n)
    while True:
        distance = _gap(y, w, r, blocks, places, limits)
        if distance <= enough:
            break
        if sweeps >= most:
            raise not_there(name, distance, enough, sweeps)
        for _ in range(min(BEFORE_NEXT_GAP, most - sweeps)):
            sweeps += 1
            for block, g, beta, limit in zip(blocks, places, curvature, limits, strict=True):
                if beta == 0:
                    continue
                old = w[g]
                v = old + block @ r / (n * beta)
                length = float(np.sqrt(v @ v))
                new = (1 - limit / (beta * length)) * v if beta * length > limit else np.zeros_like(v)
                if (new != old).any():
                    r += (old - new) @ block
                    w[g] = new
        r = y - X @ w
    return LinearFit(w.astype(data.dtype), data.y_mean - float(data.x_mean @ w), distance, sweeps)


def _gap(
    y: np.ndarray,
    w: np.ndarray,
    r: np.ndarray,
    blocks: list[np.ndarray],
    places: list[np.ndarray],
    limits: list[float],
) -> float:
    """As for the lasso: the residual is scaled until ‖X_gᵀr‖/n ≤ λ√p_g in each group."""
    n = len(y)
    value = sum(limit * float(np.linalg.norm(w[g])) for g, limit in zip(places, limits, strict=True))
    most = max(float(np.linalg.norm(b @ r)) / (n * limit) for b, limit in zip(blocks, limits, strict=True))
    s = min(1.0, 1 / most) if most > 0 else 1.0
    return max((1 + s * s) / 2 * float(r @ r) / n + value - s * float(r @ y) / n, 0.0)
