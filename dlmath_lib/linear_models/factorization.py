"""A table with gaps as a product of two narrow matrices, learned entry by entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_generator, as_scalar, fail

__all__ = ["Factorization", "matrix_factorization"]


@dataclass(frozen=True, eq=False)
class Factorization:
    """Two factors of a table, and how they were found.

    Attributes
    ----------
    users : ndarray of shape (m, k)
        U, a row for each row of the table.
    items : ndarray of shape (n, k)
        V, a row for each column of the table; the prediction of all entries is ``users @ items.T``.
    errors : ndarray of shape (epochs,)
        The mean squared error over the known entries, as met during each pass (before each entry's step).
    """

    users: np.ndarray
    items: np.ndarray
    errors: np.ndarray

    def __repr__(self) -> str:
        sizes = f"{len(self.users)} × {len(self.items)}, rank {self.users.shape[1]}"
        return f"Factorization({sizes}, mean squared error {self.errors[-1]:.4g} in the last pass)"


def matrix_factorization(
    rows: Any,
    columns: Any,
    values: Any,
    *,
    shape: tuple[int, int],
    rank: int,
    learning_rate: float,
    epochs: int,
    rng: np.random.Generator,
    penalty: float = 0.0,
    start: float = 0.1,
) -> Factorization:
    """Factors U, V by stochastic gradient descent on ``½ (r − u · v)² + (λ/2)(‖u‖² + ‖v‖²)``, summed over all known r.

    For an entry r in row i and column j, with u = U[i], v = V[j] and the error e = r − u · v, a step is
    ``u + α (e v − λ u)`` and ``v + α (e u − λ v)``, both from the old u and v.

    Parameters
    ----------
    rows, columns : array_like of integers, shape (N,)
        i and j of each known entry.
    values : array_like of shape (N,)
        r.
    shape : tuple of int
        (m, n), the numbers of rows and of columns of the table.
    rank : int >= 1
        k, the length of u and v.
    learning_rate : float > 0
        α.
    epochs : int >= 1
        The number of passes; each takes all known entries in a new random order.
    rng : numpy.random.Generator
        Draws the start and the orders.
    penalty : float >= 0, default 0
        λ; a row with more known entries is penalised more often.
    start : float > 0, default 0.1
        The standard deviation of the Gaussian start. Not 0: at U = V = 0 both gradients are 0.

    Returns
    -------
    Factorization
        ``users``, ``items`` and ``errors``, in float64.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, or the steps diverge.

    Notes
    -----
    U and V are not determined: for each invertible A the factors UA and V(Aᵀ)⁻¹ have the same product. If all entries
    are known and λ = 0, the least error is that of the truncated singular value decomposition. Derivation:
    ``chapters/practice/applications_language.ipynb#eq-rating-slope``.

    References
    ----------
    Y. Koren, R. Bell, C. Volinsky, Matrix factorization techniques for recommender systems, Computer 42(8) (2009).

    Examples
    --------
    >>> found = matrix_factorization([0, 0, 1], [0, 1, 0], [1.0, 2.0, 2.0], shape=(2, 2), rank=1,
    ...                              learning_rate=0.1, epochs=500, rng=np.random.default_rng(0))
    >>> print((found.users @ found.items.T).round(3))
    [[1. 2.]
     [2. 4.]]
    """
    function = "matrix_factorization"
    r = as_array(function, "values", values, ndim=1).astype(np.float64)
    m, n = _shape(function, shape)
    i, j = _indices(function, "rows", rows, len(r), m), _indices(function, "columns", columns, len(r), n)
    k = int(as_scalar(function, "rank", rank, low=1, integer=True))
    alpha = as_scalar(function, "learning_rate", learning_rate, low=0, low_open=True)
    epochs = int(as_scalar(function, "epochs", epochs, low=1, integer=True))
    decay = as_scalar(function, "penalty", penalty, low=0)
    spread = as_scalar(function, "start", start, low=0, low_open=True)
    rng = as_generator(function, "rng", rng)
    users, items = spread * rng.normal(size=(m, k)), spread * rng.normal(size=(n, k))
    errors = np.zeros(epochs)
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(epochs):
            for at in rng.permutation(len(r)):
                u, v = users[i[at]], items[j[at]]
                e = r[at] - u @ v
                errors[epoch] += e * e / len(r)
                users[i[at]], items[j[at]] = u + alpha * (e * v - decay * u), v + alpha * (e * u - decay * v)
            if not np.isfinite(errors[epoch]):
                got = f"{alpha:g}, with which the steps diverge in pass {epoch + 1}"
                raise fail(function, "learning_rate", "small enough for these values", got, "or scale the values")
    return Factorization(users, items, errors)


def _shape(function: str, shape: Any) -> tuple[int, int]:
    if not isinstance(shape, (tuple, list)) or len(shape) != 2:
        raise fail(function, "shape", "(m, n), two integers", type(shape).__name__, error=TypeError)
    m, n = (int(as_scalar(function, "shape", size, low=1, integer=True)) for size in shape)
    return m, n


def _indices(function: str, argument: str, indices: Any, count: int, size: int) -> np.ndarray:
    found = as_array(function, argument, indices, dtype="integer", shape=(count,))
    if found.min() < 0 or found.max() >= size:
        bad = found.min() if found.min() < 0 else found.max()
        raise fail(function, argument, f"in 0 … {size - 1}, as in shape", str(bad), "indices are counted from 0")
    return found.astype(np.intp)
