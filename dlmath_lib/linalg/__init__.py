"""Linear algebra, written to be read: what LAPACK does, in the order in which one would do it by hand."""

from __future__ import annotations

from dlmath_lib.linalg.least_squares import least_squares, pseudo_inverse
from dlmath_lib.linalg.orthogonal import qr
from dlmath_lib.linalg.singular import PCA, SVD, low_rank, pca, svd
from dlmath_lib.linalg.spectral import Eigen, Eigenpair, power_iteration, qr_iteration

__all__ = [  # noqa: RUF022
    "Eigen",
    "Eigenpair",
    "PCA",
    "SVD",
    "least_squares",
    "low_rank",
    "pca",
    "power_iteration",
    "pseudo_inverse",
    "qr",
    "qr_iteration",
    "svd",
]
