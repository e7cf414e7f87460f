"""Categories as columns of zeros and ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_dtype, as_scalar, as_switch, fail

__all__ = ["one_hot"]


def one_hot(labels: Any, *, classes: int, drop_first: bool = False, dtype: Any = np.float64) -> np.ndarray:
    """A column for each category: entry (i, k) = 1 if labels[i] = k, else 0.

    Parameters
    ----------
    labels : array_like of integers, of shape (n,)
        The category of each example, from 0 to classes − 1.
    classes : int ≥ 1
        The number of categories K. It is not counted in ``labels``: new data need not hold them all.
    drop_first : bool, default False
        True: leave out the column of category 0. The K columns add up to 1, so that beside a bias they are linearly
        dependent; K − 1 of them are not, where each category occurs.
    dtype : {float64, float32, float16}
        Of the result.

    Returns
    -------
    ndarray of shape (n, K), or (n, K − 1) with ``drop_first``
        With K columns there is one 1 in each row.

    Raises
    ------
    TypeError, ValueError
        If a label is no integer from 0 to K − 1, or no column would be left.

    Notes
    -----
    Chapter: ``chapters/practice/preprocessing.ipynb#eq-dummy-trap``.

    References
    ----------
    scikit-learn, User Guide, "Encoding categorical features" (OneHotEncoder).

    Examples
    --------
    >>> print(one_hot([2, 0, 1], classes=3))
    [[0. 0. 1.]
     [1. 0. 0.]
     [0. 1. 0.]]
    """
    array = as_array("one_hot", "labels", labels, ndim=1, dtype="integer")
    k = int(as_scalar("one_hot", "classes", classes, low=1, integer=True))
    if not 0 <= array.min() <= array.max() < k:
        found = int(array.min() if array.min() < 0 else array.max())
        hint = "a category that was not there when the columns were named needs a decision: an error, or one for others"
        raise fail("one_hot", "labels", f"from 0 to {k - 1}", f"{found}", hint)
    first = int(as_switch("one_hot", "drop_first", drop_first))
    if first and k == 1:
        raise fail("one_hot", "classes", "2 or more with drop_first=True", "1")
    kind = as_dtype("one_hot", "dtype", dtype)
    return (array[:, None] == np.arange(first, k)).astype(kind)
