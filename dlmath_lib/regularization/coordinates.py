"""Coordinate descent for the elastic net, and the duality gap that says how far from the minimum it still is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_array, as_scalar
from dlmath_lib.regularization._shared import as_data, as_penalty, as_ratio

__all__ = ["CoordinateDescent", "coordinate_descent", "descend", "duality_gap", "gap"]

BEFORE_NEXT_GAP = 2  # sweeps over the weights that may be non-zero; then the gap looks at every column


class CoordinateDescent(NamedTuple):
    """What `coordinate_descent` returns.

    Attributes
    ----------
    weights : ndarray of shape (d,)
        The last weights.
    gap : float
        Their duality gap.
    sweeps : int
        Passes over the coordinates.
    converged : bool
        Whether the gap fell to the tolerance.
    """

    weights: np.ndarray
    gap: float
    sweeps: int
    converged: bool


def gap(X: np.ndarray, y: np.ndarray, w: np.ndarray, r: np.ndarray, slopes: np.ndarray, l1: float, l2: float) -> float:
    """The duality gap for r = y − Xw and slopes = Xᵀr/n; the smaller of two where both exist."""
    n = len(y)
    bounds = []
    if l1 > 0:  # the elastic net as a lasso with √(n·l2) I below X, and its residual scaled until it is feasible
        largest = float(np.abs(slopes - l2 * w).max())
        s = min(1.0, l1 / largest) if largest > 0 else 1.0
        square = float(r @ r) / n + l2 * float(w @ w)
        bounds.append((1 + s * s) / 2 * square + l1 * float(np.abs(w).sum()) - s * float(r @ y) / n)
    if l2 > 0:  # the residual as it is: Σ h(wⱼ) + h*(slopeⱼ) − wⱼ slopeⱼ with h(w) = l1|w| + l2/2 w²
        beyond = np.maximum(np.abs(slopes) - l1, 0)
        bounds.append(float(np.sum(l1 * np.abs(w) + l2 / 2 * w**2 + beyond**2 / (2 * l2) - w * slopes)))
    return max(min(bounds), 0.0)


def within_signs(X: np.ndarray, y: np.ndarray, w: np.ndarray, l1: float, l2: float) -> np.ndarray:
    """From w to the minimum among the weights with its zeros and signs, or 0 where w was.

    With the signs s of the others, the objective is the quadratic whose minimum solves
    (XᵀX/n + l2 I)w = Xᵀy/n − l1 s. On the way there the first weights that reach 0 stay there, and the rest goes on.
    """
    w = w.copy()
    while len(kept := np.flatnonzero(w)):
        part, signs = X[:, kept], np.sign(w[kept])
        matrix, right = part.T @ part / len(y) + l2 * np.eye(len(kept)), part.T @ y / len(y) - l1 * signs
        try:
            goal = np.linalg.solve(matrix, right)
        except np.linalg.LinAlgError:
            goal = np.full(len(kept), np.inf)
        if not np.abs(goal).max() < 1e6 * np.abs(w[kept]).max():  # dependent columns: the nearest of many minima
            goal = w[kept] + np.linalg.lstsq(matrix, right - matrix @ w[kept], rcond=1e-12)[0]
        crossing = goal * signs <= 0
        if not crossing.any():
            w[kept] = goal
            return w
        shares = w[kept][crossing] / (w[kept] - goal)[crossing]
        w[kept] += shares.min() * (goal - w[kept])
        w[kept[crossing][shares == shares.min()]] = 0.0
    return w


def descend(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, l1: float, l2: float, tolerance: float, steps: int, *, finish: bool
) -> CoordinateDescent:
    """Sweeps over the coordinates that are not 0 or want to leave it, until the gap is small enough.

    Column j alone has the minimum S(xⱼᵀr/n + cⱼwⱼ, l1)/(cⱼ + l2), with cⱼ = ‖xⱼ‖²/n and r the residual.
    """
    n = len(y)
    columns, curvature = list(X.T), (X**2).sum(axis=0) / n
    enough, sweeps = tolerance * float(y @ y) / (2 * n), 0

    def judged(w: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
        r = y - X @ w
        slopes = X.T @ r / n
        return gap(X, y, w, r, slopes, l1, l2), w, r, slopes

    distance, w, r, slopes = judged(w.copy())
    while distance > enough and sweeps < steps:
        active = np.flatnonzero((w != 0) | (np.abs(slopes) > l1)).tolist()
        for _ in range(min(BEFORE_NEXT_GAP, steps - sweeps)):
            sweeps += 1
            for j in active:
                column, old, c = columns[j], float(w[j]), float(curvature[j])
                pull = float(column @ r) / n + c * old
                size = abs(pull) - l1
                new = (size if pull > 0 else -size) / (c + l2) if size > 0 and c + l2 > 0 else 0.0
                if new != old:
                    r += (old - new) * column
                    w[j] = new
        distance, w, r, slopes = judged(w)
        if finish and distance > enough:
            distance, w, r, slopes = judged(within_signs(X, y, w, l1, l2))
    return CoordinateDescent(w, distance, sweeps, distance <= enough)


def coordinate_descent(
    x: Any,
    y: Any,
    *,
    penalty: float,
    l1_ratio: float = 1.0,
    start: Any = None,
    tolerance: float = 1e-10,
    steps: int = 10_000,
) -> CoordinateDescent:
    """Make F(w) = (1/2n)‖y − Xw‖² + λ(ρ‖w‖₁ + (1 − ρ)/2 ‖w‖²) smallest, one weight at a time.

    With the others fixed, the best wⱼ is S(xⱼᵀr/n + cⱼwⱼ, λρ)/(cⱼ + λ(1 − ρ)), with the residual r = y − Xw,
    cⱼ = ‖xⱼ‖²/n and the soft threshold S.

    Parameters
    ----------
    x : array_like of shape (n, d)
        X, one example in each row. There is no intercept: `lasso` and `elastic_net` subtract the means for one.
    y : array_like of shape (n,)
        The targets.
    penalty : float
        λ > 0.
    l1_ratio : float, default 1
        ρ in [0, 1]: 1 is the lasso.
    start : array_like of shape (d,), optional
        The first weights, such as those for a nearby λ (a warm start); 0 if none are given.
    tolerance : float, default 1e-10
        > 0: it ends when the duality gap is at most this part of F(0) = ‖y‖²/2n.
    steps : int, default 10,000
        At most so many sweeps, ≥ 1.

    Returns
    -------
    CoordinateDescent
        ``weights`` of shape (d,), in the wider dtype of ``x`` and ``y``; ``gap``, which F(w) exceeds its minimum by at
        most; ``sweeps``; ``converged``. Running out of sweeps is no error here.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, λ ≤ 0, ρ lies outside [0, 1], or another option is out of its range.

    Notes
    -----
    A sweep passes over the weights that are 0 and would stay 0; before it ends, the gap looks at all of them.

    References
    ----------
    J. Friedman, T. Hastie, R. Tibshirani, Regularization Paths for Generalized Linear Models via Coordinate Descent,
    J. Stat. Softw. 33 (2010), 1–22.
    Chapter: regularization/weight_penalties#eq-coordinate-step.

    Examples
    --------
    >>> found = coordinate_descent([[1.0, 0.0], [0.0, 1.0]], [4.0, 1.0], penalty=1.0)
    >>> print(found.weights, found.converged)
    [2. 0.] True
    """
    name = "coordinate_descent"
    data = as_data(name, x, y, centre=False)
    strength, ratio = as_penalty(name, penalty), as_ratio(name, l1_ratio)
    d = data.x.shape[1]
    first = np.zeros(d) if start is None else as_array(name, "start", start, shape=(d,)).astype(np.float64)
    near = as_scalar(name, "tolerance", tolerance, low=0, low_open=True)
    most = int(as_scalar(name, "steps", steps, low=1, integer=True))
    found = descend(data.x, data.y, first, strength * ratio, strength * (1 - ratio), near, most, finish=False)
    return found._replace(weights=found.weights.astype(data.dtype))


def duality_gap(x: Any, y: Any, w: Any, *, penalty: float, l1_ratio: float = 1.0) -> float:
    """How much F(w) = (1/2n)‖y − Xw‖² + λ(ρ‖w‖₁ + (1 − ρ)/2 ‖w‖²) can at most exceed its minimum.

    For ρ = 1, with r = y − Xw: F(w) − (s rᵀy/n − s²‖r‖²/2n), where s = min(1, λ/maxⱼ|xⱼᵀr/n|).

    Parameters
    ----------
    x : array_like of shape (n, d)
        X, one example in each row; without an intercept.
    y : array_like of shape (n,)
        The targets.
    w : array_like of shape (d,)
        The weights to be judged.
    penalty : float
        λ > 0.
    l1_ratio : float, default 1
        ρ in [0, 1].

    Returns
    -------
    float
        ≥ 0; 0 at the minimum, up to rounding.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, λ ≤ 0, or ρ lies outside [0, 1].

    Notes
    -----
    For 0 < ρ < 1 two such bounds are known, and the smaller one is returned.

    References
    ----------
    O. Fercoq, A. Gramfort, J. Salmon, Mind the duality gap: safer rules for the Lasso, ICML (2015).
    Chapter: regularization/weight_penalties#eq-duality-gap.

    Examples
    --------
    >>> duality_gap([[1.0, 0.0], [0.0, 1.0]], [4.0, 1.0], [2.0, 0.0], penalty=1.0)
    0.0
    >>> duality_gap([[1.0, 0.0], [0.0, 1.0]], [4.0, 1.0], [0.0, 0.0], penalty=1.0)
    1.0625
    """
    data = as_data("duality_gap", x, y, centre=False)
    weights = as_array("duality_gap", "w", w, shape=(data.x.shape[1],)).astype(np.float64)
    strength, ratio = as_penalty("duality_gap", penalty), as_ratio("duality_gap", l1_ratio)
    r = data.y - data.x @ weights
    slopes = data.x.T @ r / len(r)
    return gap(data.x, data.y, weights, r, slopes, strength * ratio, strength * (1 - ratio))
