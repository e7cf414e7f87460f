"""Maps that act on each column by itself: z = (x − shift) / scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._sums import total, wide
from dlmath_lib._validate import as_scalar, fail
from dlmath_lib.preprocessing._shared import as_model, as_raw, as_rows, mean_of, narrowed

__all__ = ["Scaler", "min_max", "robust", "standardize"]


@dataclass(frozen=True, eq=False)
class Scaler:
    """A map of each column, z = (x − shift) / scale, with numbers that were learned once and stay.

    Attributes
    ----------
    shift : ndarray of shape (d,)
        What is subtracted from each column.
    scale : ndarray of shape (d,)
        What each column is then divided by, > 0.
    """

    shift: np.ndarray
    scale: np.ndarray

    def transform(self, x: Any) -> np.ndarray:
        """z = (x − shift) / scale, for the rows of any data.

        Parameters
        ----------
        x : array_like of shape (m, d)
            The same features as those from which the map was learned.

        Returns
        -------
        ndarray of shape (m, d), in the dtype of ``x``
            The scaled columns.
        """
        data = as_rows("Scaler.transform", "x", x, len(self.shift))
        with np.errstate(over="ignore"):
            z = (data - self.shift) / self.scale
        return narrowed("Scaler.transform", "x", z, data.dtype)

    def inverse(self, z: Any) -> np.ndarray:
        """x = shift + scale · z, back in the old units.

        Parameters
        ----------
        z : array_like of shape (m, d)
            What `transform` gives.

        Returns
        -------
        ndarray of shape (m, d), in the dtype of ``z``
            The columns in their own units.
        """
        data = as_rows("Scaler.inverse", "z", z, len(self.shift))
        with np.errstate(over="ignore"):
            x = self.shift + self.scale * data
        return narrowed("Scaler.inverse", "z", x, data.dtype)

    def raw_model(self, weights: Any, bias: Any) -> tuple[np.ndarray, np.ndarray]:
        """The linear model z·w + b in the old units, x·w′ + b′ with w′ = w / scale and b′ = b − shift·w′.

        Parameters
        ----------
        weights : array_like of shape (d,) or (d, k)
            w, found for the scaled columns.
        bias : array_like of shape () or (k,)
            b.

        Returns
        -------
        tuple of ndarrays
            w′ and b′, in the wider dtype of ``weights`` and ``bias``.
        """
        w, b, kind = as_model("Scaler.raw_model", weights, bias, len(self.shift))
        with np.errstate(over="ignore"):
            raw = (w.T / self.scale).T
        return as_raw("Scaler.raw_model", raw, b - self.shift @ raw, kind)

    def __repr__(self) -> str:
        return f"Scaler({len(self.shift)} column{'s' * (len(self.shift) != 1)})"


def standardize(x: Any) -> Scaler:
    """Learn z = (x − m) / s: m is each column's mean, s = √(Σ (x − m)² / n) its standard deviation.

    Parameters
    ----------
    x : array_like of shape (n, d)
        The training part, one example in each row.

    Returns
    -------
    Scaler
        Its ``shift`` is m and its ``scale`` is s, in float64 at least. The columns of ``transform(x)`` have mean 0 and
        standard deviation 1, but a column that holds one value is mapped to 0 and has the scale 1.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not a real, finite matrix with an entry.

    Notes
    -----
    Division is by n, as in scikit-learn's StandardScaler; with n − 1 the columns would be shorter by √((n − 1)/n), the
    same factor for all. Chapter: ``chapters/practice/preprocessing.ipynb#eq-standardised``.

    References
    ----------
    scikit-learn, User Guide, "Standardization, or mean removal and variance scaling" (StandardScaler).

    Examples
    --------
    >>> scaler = standardize([[1.0, 7.0], [3.0, 7.0]])
    >>> print(scaler.transform([[1.0, 7.0], [2.0, 9.0]]))
    [[-1.  0.]
     [ 0.  2.]]
    """
    data = as_rows("standardize", "x", x)
    values = data.astype(wide(data.dtype))
    mean = mean_of(values)
    constant = values.min(axis=0) == values.max(axis=0)
    mean[constant] = values[0, constant]
    # Powers of two keep the squares within the type's range and change no digit.
    _, exponent = np.frexp(np.maximum(values.max(axis=0) / 2 - mean / 2, mean / 2 - values.min(axis=0) / 2))
    away = np.ldexp(values, -exponent) - np.ldexp(mean, -exponent)
    deviation = np.ldexp(np.sqrt(total(away**2, axis=0) / len(values)), exponent)
    return Scaler(mean, _as_scales("standardize", deviation, constant))


def min_max(x: Any, *, low: float = 0.0, high: float = 1.0) -> Scaler:
    """Learn the map that takes each column's smallest value to ``low`` and its largest to ``high``.

    z = low + (high − low)·(x − min) / (max − min).

    Parameters
    ----------
    x : array_like of shape (n, d)
        The training part, one example in each row.
    low, high : float, default 0 and 1
        The ends of the interval, low < high.

    Returns
    -------
    Scaler
        New data may lie outside of the interval: they are not clipped. A column that holds one value is mapped to
        ``low``, and has the scale 1/(high − low).

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not a real, finite matrix with an entry, or not low < high.

    Notes
    -----
    One outlier moves an end, and squeezes the others together: see `robust`. Chapter:
    ``chapters/practice/preprocessing.ipynb#maps-that-act-on-each-column``.

    References
    ----------
    scikit-learn, User Guide, "Scaling features to a range" (MinMaxScaler).

    Examples
    --------
    >>> scaler = min_max([[1.0], [5.0], [2.0]])
    >>> print(scaler.transform([[5.0], [2.0], [9.0]]).ravel())
    [1.   0.25 2.  ]
    """
    data = as_rows("min_max", "x", x)
    start = as_scalar("min_max", "low", low)
    end = as_scalar("min_max", "high", high, low=start, low_open=True)
    values = data.astype(wide(data.dtype))
    smallest, largest = values.min(axis=0), values.max(axis=0)
    width = end - start
    with np.errstate(over="ignore"):
        scale = (largest - smallest) / width
    constant = smallest == largest
    scale[constant] = 1 / width
    scale = _as_scales("min_max", scale, constant)
    return Scaler(smallest - start * scale, scale)


def robust(x: Any) -> Scaler:
    """Learn z = (x − median) / (q₇₅ − q₂₅), with the quartiles of each column: a few outliers hardly move them.

    Parameters
    ----------
    x : array_like of shape (n, d)
        The training part, one example in each row.

    Returns
    -------
    Scaler
        Quantiles lie on straight lines between sorted values. Where the quartiles are equal the scale is 1.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not a real, finite matrix with an entry.

    Notes
    -----
    A column that holds its median in more than half of the rows, such as counts that are mostly 0, has equal quartiles
    or nearly so: look at the scales. Chapter: ``chapters/practice/preprocessing.ipynb#maps-that-act-on-each-column``.

    References
    ----------
    scikit-learn, User Guide, "Scaling data with outliers" (RobustScaler).

    Examples
    --------
    >>> scaler = robust([[0.0], [1.0], [2.0], [3.0], [1000.0]])
    >>> print(scaler.shift, scaler.scale)
    [2.] [2.]
    """
    data = as_rows("robust", "x", x)
    values = data.astype(wide(data.dtype))
    with np.errstate(over="ignore", invalid="ignore"):
        first, median, third = np.quantile(values, (0.25, 0.5, 0.75), axis=0)
        spread = third - first
    equal = first == third
    spread[equal] = 1
    return Scaler(median, _as_scales("robust", spread, equal))


def _as_scales(function: str, scale: np.ndarray, constant: np.ndarray) -> np.ndarray:
    scale = np.where(constant & (scale == 0), 1.0, scale)
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        column = int(np.flatnonzero(~(np.isfinite(scale) & (scale > 0)))[0])
        expected = "of columns whose spread is a number > 0 of its type"
        raise fail(function, "x", expected, f"{scale[column]:g} in column {column}", "scale the column first")
    return scale
