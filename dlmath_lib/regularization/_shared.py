"""What the fits share: checks of data, ratios and groups."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail

__all__ = ["Data", "as_data", "as_groups", "as_penalty", "as_ratio", "not_there"]

LEAST_SQUARES = "without a penalty it is least squares: dlmath_lib.linalg.least_squares"


class Data(NamedTuple):
    """X and y in float64, with the means that were subtracted, and the type of the results."""

    x: np.ndarray
    y: np.ndarray
    x_mean: np.ndarray
    y_mean: float
    dtype: np.dtype


def as_data(function: str, x: Any, y: Any, *, centre: bool) -> Data:
    """One row of ``x`` and one number of ``y`` for each example; each minus its mean if there is an intercept."""
    given = as_array(function, "x", x, ndim=2)
    target = as_array(function, "y", y, shape=(len(given),))
    dtype = np.result_type(given, target)
    X, Y = given.astype(np.float64), target.astype(np.float64)
    # Beyond this their squares, and sums of squares, leave the range of float64.
    for name, array in (("x", X), ("y", Y)):
        if np.abs(array).max() > 1e150:
            raise fail(function, name, "at most 1e150 in size", f"{np.abs(array).max():g}", "scale it")
    x_mean, y_mean = (X.mean(axis=0), float(Y.mean())) if centre else (np.zeros(X.shape[1]), 0.0)
    return Data(np.asfortranarray(X - x_mean), Y - y_mean, x_mean, y_mean, dtype)


def as_penalty(function: str, penalty: Any) -> float:
    """λ > 0."""
    try:
        return as_scalar(function, "penalty", penalty, low=0, low_open=True)
    except ValueError as error:
        zero = np.ndim(penalty) == 0 and penalty == 0
        raise ValueError(f"{error}: {LEAST_SQUARES}" if zero else str(error)) from None


def as_ratio(function: str, ratio: Any, *, positive: bool = False) -> float:
    """ρ in [0, 1], or in (0, 1]."""
    return as_scalar(function, "l1_ratio", ratio, low=0, high=1, low_open=positive)


def as_groups(function: str, groups: Any, length: int) -> list[np.ndarray]:
    """The places of each group's weights: ``groups`` has one number ≥ 0 for each weight, and so covers them all."""
    array = as_array(function, "groups", groups, dtype="integer")
    if array.shape != (length,):
        expected = f"of shape ({length},), the group's number for each weight"
        raise fail(function, "groups", expected, f"shape {array.shape}", "each weight belongs to one group")
    if array.min() < 0:
        raise fail(function, "groups", "numbers ≥ 0", f"{array.min()}")
    return [np.flatnonzero(array == g) for g in np.unique(array)]


def not_there(function: str, gap: float, wanted: float, sweeps: int) -> Exception:
    """The error of a fit that has used up its sweeps."""
    hint = "raise steps or tolerance; columns of one scale, and a larger penalty, need fewer"
    expected = f"enough for a duality gap of at most {wanted:.3g}"
    return fail(function, "steps", expected, f"a gap of {gap:.3g} after {sweeps} sweeps", hint)
