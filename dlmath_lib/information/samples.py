"""Mutual information estimated from a sample."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail
from dlmath_lib.information._shared import in_unit
from dlmath_lib.information.tables import mutual_information

__all__ = ["InformationEstimate", "histogram_information"]


class InformationEstimate(NamedTuple):
    """An estimate of mutual information from a sample, and what chance alone adds to it.

    Attributes
    ----------
    value : float
        The mutual information of the table of relative frequencies, in the unit that was asked for.
    bias : float
        What ``value`` has on average, to leading order, where the variables are independent.
    """

    value: float
    bias: float


def histogram_information(
    x: Any, y: Any, *, bins: int | tuple[int, int] | None, unit: str = "nats"
) -> InformationEstimate:
    """The plug-in estimate of I(X; Y), the mutual information of the frequencies p̂ of a histogram of n pairs.

    Its bias, for independent variables, is about b = (kₓ − 1)(kᵧ − 1)/(2n) nats, where kₓ and kᵧ count the bins that
    hold any value. It is no bound for dependent variables: there the bins lose information, too.

    Parameters
    ----------
    x, y : array_like of shape (n,)
        n pairs, value beside value.
    bins : int, (int, int) or None
        How many bins of equal width, from the smallest value to the largest, for both or for each; None for one bin
        for each value that occurs, as for class labels.
    unit : {"nats", "bits"}
        Of the value and of the bias.

    Returns
    -------
    InformationEstimate
        value, bias.

    Raises
    ------
    TypeError, ValueError
        If the values are not finite real numbers, the lengths differ, or ``bins`` is no number from 1 on.

    References
    ----------
    L. Paninski, Estimation of Entropy and Mutual Information (2003).
    Chapter: information/mutual_information#from-a-sample.

    Examples
    --------
    >>> found = histogram_information([0, 0, 1, 1], [5, 5, 7, 7], bins=None, unit="bits")
    >>> print(round(found.value, 6), round(found.bias, 6))
    1.0 0.180337
    """
    name = "histogram_information"
    x, y = as_array(name, "x", x, ndim=1), as_array(name, "y", y, ndim=1)
    if x.shape != y.shape:
        raise fail(name, "y", f"of x's shape {x.shape}", str(y.shape), "one value of y for each of x")
    if bins is not None and (not isinstance(bins, tuple) or len(bins) != 2):
        bins = (bins, bins)  # as_scalar refuses what is no number
    each = (None, None) if bins is None else bins
    row, column = (_bin(values, count) for values, count in zip((x, y), each, strict=True))
    shape = (int(row.max()) + 1, int(column.max()) + 1)
    counts = np.bincount(np.ravel_multi_index((row, column), shape), minlength=shape[0] * shape[1]).reshape(shape)
    nats = np.array([mutual_information(counts / x.size), (shape[0] - 1) * (shape[1] - 1) / (2 * x.size)])
    return InformationEstimate(*in_unit(name, nats, unit, np.float64).tolist())


def _bin(values: np.ndarray, bins: Any) -> np.ndarray:
    """For each value the number of its bin, among those that hold any."""
    if bins is not None:
        count = int(as_scalar("histogram_information", "bins", bins, low=1, integer=True))
        wide = values.astype(np.result_type(values, np.float64))
        wide = wide / max(float(np.abs(wide).max()), np.finfo(np.float64).tiny)  # so that no difference overflows
        low, high = wide.min(), wide.max()
        values = np.minimum((wide - low) / (high - low if high > low else 1) * count, count - 1).astype(np.intp)
    return np.unique(values, return_inverse=True)[1]
