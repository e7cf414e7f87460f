"""Matrices on which linear algebra is tried: of each shape, well- and ill-conditioned, singular, large and small."""

from __future__ import annotations

import numpy as np
import scipy.linalg

__all__ = ["ANY", "EPS", "SQUARE", "of_rank"]

EPS = np.finfo(float).eps
RNG = np.random.default_rng(7)

# Partial pivoting swaps nothing, and each step doubles the last column.
GROWTH = np.tril(-np.ones((30, 30)), -1) + np.eye(30)
GROWTH[:, -1] = 1


def of_rank(rank: int, rows: int, columns: int, rng: np.random.Generator = RNG) -> np.ndarray:
    return rng.standard_normal((rows, rank)) @ rng.standard_normal((rank, columns))


# Square, and not singular even up to rounding.
SQUARE: dict[str, np.ndarray] = {
    "1x1": np.array([[-3.0]]),
    "by hand": np.array([[2.0, 1.0, 1.0], [4.0, 3.0, 3.0], [8.0, 7.0, 9.0]]),
    "zero pivot first": np.array([[0.0, 1.0], [1.0, 0.0]]),
    "tiny pivot first": np.array([[1e-20, 1.0], [1.0, 1.0]]),
    "random 40": RNG.standard_normal((40, 40)),
    "orthogonal": np.linalg.qr(RNG.standard_normal((20, 20)))[0],
    "scaled rows": np.diag(10.0 ** np.arange(-20, 21, 4)) @ RNG.standard_normal((11, 11)),
    "huge": 1e300 * RNG.standard_normal((5, 5)),
    "tiny": 1e-300 * RNG.standard_normal((5, 5)),
    "growth": GROWTH,
    "vandermonde": np.vander(np.linspace(0, 1, 10)),
    **{f"hilbert {n}": scipy.linalg.hilbert(n) for n in (2, 3, 5, 8, 10, 12)},
}
# Of any shape and rank.
ANY: dict[str, np.ndarray] = {
    **SQUARE,
    "tall": RNG.standard_normal((12, 5)),
    "wide": RNG.standard_normal((5, 12)),
    "row": np.array([[0.0, 2.0, 1.0]]),
    "column": np.array([[0.0], [-2.0], [1.0]]),
    "zero": np.zeros((3, 4)),
    "zero column": np.array([[0.0, 1.0, 2.0], [0.0, 3.0, 4.0], [0.0, 5.0, 6.0]]),
    "rank 1": np.outer([1.0, 2.0, 3.0], [4.0, -5.0]),
    "rank 3 of 7": of_rank(3, 7, 9),
    "rank 4 tall": of_rank(4, 15, 6),
    "one to nine": np.arange(1.0, 10.0).reshape(3, 3),
}
