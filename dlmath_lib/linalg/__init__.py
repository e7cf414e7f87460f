"""Linear algebra, written to be read: what LAPACK does, in the order in which one would do it by hand.

Each function is compared with SciPy or NumPy in the tests, on well- and ill-conditioned matrices; for work at scale use
those. Matrices are arrays of shape (m, n), a vector has shape (n,).
"""

from __future__ import annotations

from dlmath_lib.linalg.conditioning import condition_number
from dlmath_lib.linalg.directions import angle, cosine_similarity, projection
from dlmath_lib.linalg.factorizations import LU, cholesky, lu
from dlmath_lib.linalg.fourier import dft_matrix
from dlmath_lib.linalg.geometry import hyperplane_distance, reflection, rotation
from dlmath_lib.linalg.least_squares import least_squares, pseudo_inverse
from dlmath_lib.linalg.norms import distances, matrix_norm, norm, normalize
from dlmath_lib.linalg.orthogonal import qr
from dlmath_lib.linalg.reduced_form import ReducedForm, null_space, rank, rref
from dlmath_lib.linalg.singular import PCA, SVD, low_rank, pca, svd
from dlmath_lib.linalg.spectral import Eigen, Eigenpair, power_iteration, qr_iteration
from dlmath_lib.linalg.systems import determinant, inverse, solve, solve_triangular

__all__ = [  # noqa: RUF022
    "Eigen",
    "Eigenpair",
    "LU",
    "PCA",
    "ReducedForm",
    "SVD",
    "angle",
    "cholesky",
    "condition_number",
    "cosine_similarity",
    "determinant",
    "dft_matrix",
    "distances",
    "hyperplane_distance",
    "inverse",
    "least_squares",
    "low_rank",
    "lu",
    "matrix_norm",
    "norm",
    "normalize",
    "null_space",
    "pca",
    "power_iteration",
    "projection",
    "pseudo_inverse",
    "qr",
    "qr_iteration",
    "rank",
    "reflection",
    "rotation",
    "rref",
    "solve",
    "solve_triangular",
    "svd",
]
