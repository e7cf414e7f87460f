"""Whitening: a linear map after which the columns have mean 0, variance 1 and no correlation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._validate import as_scalar, fail, one_of
from dlmath_lib.linalg.spectral import first_positive
from dlmath_lib.preprocessing._shared import as_model, as_raw, as_rows, mean_of, narrowed

__all__ = ["Whitener", "whiten"]


@dataclass(frozen=True, eq=False)
class Whitener:
    """The map z = (x − mean) W, with numbers that were learned once and stay.

    Attributes
    ----------
    mean : ndarray of shape (d,)
        What is subtracted first.
    matrix : ndarray of shape (d, k)
        W; a row x is multiplied by it from the right.
    back : ndarray of shape (k, d)
        What `inverse` multiplies by: W⁻¹ if all d directions were kept, else the pseudo-inverse.
    variances : ndarray of shape (k,)
        The variance of the training part along each direction that was kept, the largest first.
    """

    mean: np.ndarray
    matrix: np.ndarray
    back: np.ndarray
    variances: np.ndarray

    def transform(self, x: Any) -> np.ndarray:
        """z = (x − mean) W, for the rows of any data.

        Parameters
        ----------
        x : array_like of shape (m, d)
            The same features as those from which the map was learned.

        Returns
        -------
        ndarray of shape (m, k), in the dtype of ``x``
            The whitened rows.
        """
        data = as_rows("Whitener.transform", "x", x, len(self.mean))
        with np.errstate(over="ignore", invalid="ignore"):
            z = (data - self.mean) @ self.matrix
        return narrowed("Whitener.transform", "x", z, data.dtype)

    def inverse(self, z: Any) -> np.ndarray:
        """x = mean + z W⁻¹, back in the old features.

        Parameters
        ----------
        z : array_like of shape (m, k)
            What `transform` gives.

        Returns
        -------
        ndarray of shape (m, d), in the dtype of ``z``
            The rows in their own units. What a direction that was left out had held is replaced by its mean.
        """
        data = as_rows("Whitener.inverse", "z", z, len(self.back))
        with np.errstate(over="ignore", invalid="ignore"):
            x = self.mean + data @ self.back
        return narrowed("Whitener.inverse", "z", x, data.dtype)

    def raw_model(self, weights: Any, bias: Any) -> tuple[np.ndarray, np.ndarray]:
        """The linear model z·w + b in the old features, x·w′ + b′ with w′ = W w and b′ = b − mean·w′.

        Parameters
        ----------
        weights : array_like of shape (k,) or (k, outputs)
            w, found for the whitened rows.
        bias : array_like of shape () or (outputs,)
            b.

        Returns
        -------
        tuple of ndarrays
            w′ and b′, in the wider dtype of ``weights`` and ``bias``.
        """
        w, b, kind = as_model("Whitener.raw_model", weights, bias, len(self.back))
        raw = self.matrix @ w
        return as_raw("Whitener.raw_model", raw, b - self.mean @ raw, kind)

    def __repr__(self) -> str:
        d, k = self.matrix.shape
        return f"Whitener({d} feature{'s' * (d != 1)} to {k})"


def whiten(x: Any, *, kind: str = "pca", components: int | None = None, epsilon: float = 0.0) -> Whitener:
    """Learn z = (x − m) W such that ZᵀZ/n = I: W = V Λ^(−1/2) (PCA) or V Λ^(−1/2) Vᵀ (ZCA), where C = V Λ Vᵀ.

    C = (X − m)ᵀ(X − m)/n is the covariance matrix of the training part.

    Parameters
    ----------
    x : array_like of shape (n, d)
        The training part X, one example in each row.
    kind : {"pca", "zca"}
        "pca": the new columns are the principal components, each divided by its standard deviation. "zca": these are
        turned back, W is symmetric, and the new columns stay as near to the old ones as whitened columns can.
    components : int in 1 … min(n − 1, d), optional
        How many directions to keep, those of the largest variance; by default all d.
    epsilon : float, default 0
        Added to the variances before their roots are taken, so that directions with little variance, often noise, are
        not blown up. The variances after whitening are then λ/(λ + ε).

    Returns
    -------
    Whitener
        In float64, with k = d, or ``components``; "zca" gives d columns in each case.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not a real, finite matrix of two rows or more; or if the data do not vary in so many directions
        (with n ≤ d they vary in n − 1 at most) and ε = 0.

    Notes
    -----
    The covariance is over n, as in `standardize`. scikit-learn's ``PCA(whiten=True)`` divides by n − 1: its columns are
    √((n − 1)/n) times these. The signs of "pca" are not determined by the data; here the first entry of a direction
    that is not negligible is positive. The columns are centred, not standardised. Chapter:
    ``chapters/practice/preprocessing.ipynb#eq-whitened-covariance``.

    References
    ----------
    A. Kessy, A. Lewin, K. Strimmer, Optimal Whitening and Decorrelation, The American Statistician 72 (2018), 309–314.

    Examples
    --------
    >>> x = [[3.0, 1.0], [-3.0, -1.0], [1.0, 3.0], [-1.0, -3.0]]
    >>> print(whiten(x, kind="zca").matrix.round(4))
    [[ 0.5303 -0.1768]
     [-0.1768  0.5303]]
    """
    data = as_rows("whiten", "x", x)
    n, d = data.shape
    if n < 2:
        raise fail("whiten", "x", "two examples or more, one in each row", f"shape {data.shape}")
    one_of("whiten", "kind", kind, ("pca", "zca"))
    most = min(n - 1, d)
    k = d if components is None else int(as_scalar("whiten", "components", components, low=1, high=most, integer=True))
    ridge = as_scalar("whiten", "epsilon", epsilon, low=0)
    values = data.astype(np.float64)
    mean = mean_of(values)
    with np.errstate(over="ignore"):
        centred = values - mean
    if not np.abs(centred).max() < 1e150:
        raise fail("whiten", "x", "within 1e150 of its mean", "more", "standardise the columns first")
    _, s, vt = np.linalg.svd(centred, full_matrices=k > n)  # all d directions, also with fewer rows
    s = np.concatenate([s, np.zeros(d - len(s))])
    rank = int((s > max(n, d) * np.finfo(values.dtype).eps * max(s[0], np.abs(values).max())).sum())
    if rank < k and ridge == 0:
        hint = f"pass components={rank} or less, or an epsilon > 0" if rank else "they are all the same row"
        raise fail("whiten", "x", f"data that vary in {k} direction{'s' * (k != 1)}", f"{rank}", hint)
    variances, v = s[:k] ** 2 / n, vt[:k].T
    v = v * first_positive(v)
    root = np.sqrt(variances + ridge)
    if not root.all():
        raise fail("whiten", "epsilon", "large enough that √(variance + epsilon) > 0", f"{ridge:g}")
    matrix, back = v / root, (v * root).T
    if kind == "zca":
        matrix, back = matrix @ v.T, v @ back
    return Whitener(mean, matrix, back, variances)
