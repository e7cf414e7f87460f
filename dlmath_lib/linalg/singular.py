"""The singular value decomposition by one-sided Jacobi rotations, and what it gives: low rank, principal components."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail
from dlmath_lib.linalg.orthogonal import power_of_two, qr, triangularize, unfold
from dlmath_lib.linalg.spectral import first_positive

__all__ = ["PCA", "SVD", "low_rank", "pca", "svd"]


class SVD(NamedTuple):
    """The three factors of A = U Σ Vᵀ.

    Attributes
    ----------
    u : ndarray of shape (m, min(m, n))
        The left singular vectors, in the columns of U: orthonormal.
    s : ndarray of shape (min(m, n),)
        The singular values, the diagonal of Σ: the largest first, none negative.
    vt : ndarray of shape (min(m, n), n)
        The right singular vectors, in the rows of Vᵀ: orthonormal.
    """

    u: np.ndarray
    s: np.ndarray
    vt: np.ndarray


class PCA(NamedTuple):
    """Principal components: the data are ``mean + scores @ components``, exactly if all components are kept.

    Attributes
    ----------
    mean : ndarray of shape (d,)
        The mean of the examples.
    components : ndarray of shape (k, d)
        The directions of largest variance, one in each row: orthonormal.
    scores : ndarray of shape (n, k)
        The coordinates of the examples along them.
    explained_variance : ndarray of shape (k,)
        The variances of the scores (divided by n − 1), the largest first.
    explained_ratio : ndarray of shape (k,)
        Their shares of the variance of all the data.
    """

    mean: np.ndarray
    components: np.ndarray
    scores: np.ndarray
    explained_variance: np.ndarray
    explained_ratio: np.ndarray


def svd(a: Any) -> SVD:
    """The singular value decomposition A = U Σ Vᵀ, thin: min(m, n) singular values.

    Parameters
    ----------
    a : array_like of shape (m, n)
        The matrix A: any shape but empty, any rank.

    Returns
    -------
    SVD
        The factors u, s and vt. The first entry of each row of vt that is above a millionth of the row's largest is
        positive.

    Raises
    ------
    TypeError, ValueError
        If ``a`` is not a real, finite, non-empty matrix.

    Notes
    -----
    One-sided Jacobi: rotations of two columns at a time, ``W ← W J``, until all columns of ``W = AV`` are orthogonal to
    each other; their lengths are the singular values. It is taken because it can be read in one sitting and does not
    form ``AᵀA``, where singular values below √ε of the largest drown in rounding. The work is done on Rᵀ from a QR
    factorization with column pivoting: R is small if A is tall, and few sweeps are needed. LAPACK reduces A to two
    diagonals first and is faster. Chapter:
    linear_algebra/eigen_and_svd#eq-images-of-singular-vectors.

    References
    ----------
    J. Demmel, K. Veselić, Jacobi's method is more accurate than QR (LAPACK Working Note 15, 1989); LAPACK's ``dgesvj``
    is the same method.

    Examples
    --------
    >>> u, s, vt = svd([[3.0, 0.0], [4.0, 5.0]])
    >>> print(s.round(4), np.sqrt([45, 5]).round(4))
    [6.7082 2.2361] [6.7082 2.2361]
    >>> print((u * s @ vt).round(4) + 0.0)
    [[3. 0.]
     [4. 5.]]
    """
    a = as_array("svd", "a", a, ndim=2)
    if a.shape[0] < a.shape[1]:
        v, s, ut = _tall(a.T)
        u, vt = ut.T, v.T
    else:
        u, s, vt = _tall(a)
    signs = first_positive(vt.T)
    return SVD((u * signs).astype(a.dtype), s.astype(a.dtype), (vt.T * signs).T.astype(a.dtype))


def _tall(a: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The factors of a matrix that has at least as many rows as columns."""
    scale = power_of_two(float(abs(a).max()))
    r, normals, order = triangularize(a / scale, pivot=True)
    w, v = _orthogonalize(np.triu(r[: len(order)]).T)
    largest_first = np.argsort(-(w**2).sum(axis=0), kind="stable")
    # Rᵀ V = W has orthogonal columns: the QR of W gives their lengths, and a direction to a column of zeros too.
    directions, lengths = qr(w[:, largest_first])
    vt = np.empty_like(v)
    vt[:, order] = directions.T
    u = unfold(normals, *a.shape) @ v[:, largest_first]
    return u, np.sort(np.diagonal(lengths))[::-1] * scale, vt


def _orthogonalize(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """W = AV with orthogonal columns, and V: sweeps of rotations, each pair of columns once a sweep."""
    w, v = a.copy(), np.eye(a.shape[1])
    tolerance = a.shape[1] * np.finfo(np.float64).eps
    for _ in range(60):
        settled = True
        for left, right in _rounds(a.shape[1]):
            p, q = w[:, left], w[:, right]
            alpha, beta, gamma = (p * p).sum(axis=0), (q * q).sum(axis=0), (p * q).sum(axis=0)
            turn = abs(gamma) > tolerance * np.sqrt(alpha) * np.sqrt(beta)
            if not turn.any():
                continue
            settled = False
            # tan 2θ = 2γ / (β − α) makes the two new columns orthogonal; t = tan θ is the smaller root.
            gap, twice = (beta - alpha)[turn], 2 * gamma[turn]
            t = np.where(gap < 0, -twice, twice) / (abs(gap) + np.hypot(gap, twice))
            c = 1 / np.hypot(1, t)
            for matrix in (w, v):
                p, q = matrix[:, left[turn]], matrix[:, right[turn]]
                matrix[:, left[turn]], matrix[:, right[turn]] = c * (p - t * q), c * (t * p + q)
        if settled:
            break
    return w, v


def _rounds(n: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """A tournament: in each round every column meets one other, after all rounds each has met each once."""
    players = list(range(n + n % 2))
    rounds = []
    for _ in range(len(players) - 1):
        half = len(players) // 2
        pairs = [sorted(pair) for pair in zip(players[:half], players[: half - 1 : -1], strict=True)]
        table = np.array([pair for pair in pairs if pair[1] < n], dtype=int).reshape(-1, 2)
        rounds.append((table[:, 0], table[:, 1]))
        players = [players[0], players[-1], *players[1:-1]]
    return rounds


def low_rank(a: Any, k: int) -> np.ndarray:
    """The best approximation of rank k: ``A_k = σ₁u₁v₁ᵀ + … + σ_k u_k v_kᵀ``.

    Parameters
    ----------
    a : array_like of shape (m, n)
        The matrix A: any shape but empty.
    k : int in 1 … min(m, n)
        The rank of the approximation (less if A has less).

    Returns
    -------
    ndarray of shape (m, n)
        A_k.

    Raises
    ------
    TypeError, ValueError
        If ``a`` is not a real, finite, non-empty matrix, or k is not such a number.

    Notes
    -----
    No matrix of rank k is nearer to A in the Frobenius norm (Eckart and Young), and ``‖A − A_k‖² = σ²_{k+1} + …``.
    Where ``σ_k = σ_{k+1} > 0`` there are others that are as near. Chapter:
    linear_algebra/eigen_and_svd#eq-weights.

    References
    ----------
    C. Eckart, G. Young, The approximation of one matrix by another of lower rank, Psychometrika 1 (1936), 211–218.

    Examples
    --------
    >>> print(low_rank([[2.0, 0.0], [0.0, 1.0]], 1).round(3) + 0.0)
    [[2. 0.]
     [0. 0.]]
    """
    a = as_array("low_rank", "a", a, ndim=2)
    k = int(as_scalar("low_rank", "k", k, low=1, high=min(a.shape), integer=True))
    u, s, vt = svd(a.astype(np.float64))
    return (u[:, :k] * s[:k] @ vt[:k]).astype(a.dtype)


def pca(x: Any, components: int) -> PCA:
    """Principal component analysis: the SVD of centred data, ``X − mean = U Σ Vᵀ``, with ``variance = σ² / (n − 1)``.

    Parameters
    ----------
    x : array_like of shape (n, d)
        The data X, one example in each row, n ≥ 2.
    components : int in 1 … min(n, d)
        How many to keep.

    Returns
    -------
    PCA
        The mean, components, scores, explained_variance and explained_ratio (0 if the data do not vary).

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not a real, finite matrix of two rows or more, or ``components`` is not such a number.

    Notes
    -----
    The signs of the components are those of `svd`; scikit-learn makes the largest entry positive. The columns are
    centred and not divided by their deviations: do so before, if their units differ. The mean and the components belong
    to the examples they were made from: of new data take ``(new − mean) @ components.T``. Chapter:
    linear_algebra/eigen_and_svd#eq-variance-along-a-direction.

    References
    ----------
    M. P. Deisenroth, A. A. Faisal, C. S. Ong, Mathematics for Machine Learning (2020), chapter 10.

    Examples
    --------
    >>> found = pca([[0.0, 0.0], [2.0, 1.0], [4.0, 2.0]], 1)
    >>> print(found.components.round(4), found.explained_variance.round(4))
    [[0.8944 0.4472]] [5.]
    """
    x = as_array("pca", "x", x, ndim=2)
    n = len(x)
    if n < 2:
        raise fail("pca", "x", "two examples or more, one in each row", f"shape {x.shape}")
    k = int(as_scalar("pca", "components", components, low=1, high=min(x.shape), integer=True))
    wide = x.astype(np.float64)
    mean = wide.mean(axis=0)
    u, s, vt = svd(wide - mean)
    variance = s**2 / (n - 1)
    ratio = variance / variance.sum() if s[0] > 0 else np.zeros_like(s)
    kept = (mean, vt[:k], u[:, :k] * s[:k], variance[:k], ratio[:k])
    return PCA(*(part.astype(x.dtype) for part in kept))
