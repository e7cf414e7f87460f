"""Eigenvalues by iteration: the power method for one, shifted QR steps for all of a symmetric matrix."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail
from dlmath_lib.linalg._results import as_square
from dlmath_lib.linalg.orthogonal import length, power_of_two

__all__ = ["Eigen", "Eigenpair", "first_positive", "power_iteration", "qr_iteration"]


class Eigenpair(NamedTuple):
    """One eigenvalue with its eigenvector, and how they were come by.

    Attributes
    ----------
    value : float
        The eigenvalue λ.
    vector : ndarray of shape (n,)
        The eigenvector v, of length 1.
    estimates : ndarray of shape (steps + 1,)
        The estimates vᵀAv of the eigenvalue, from the start to the last step.
    """

    value: float
    vector: np.ndarray
    estimates: np.ndarray


class Eigen(NamedTuple):
    """The eigenvalues and eigenvectors of a symmetric matrix, A = V Λ Vᵀ.

    Attributes
    ----------
    values : ndarray of shape (n,)
        The eigenvalues, the diagonal of Λ, the largest first.
    vectors : ndarray of shape (n, n)
        V, with the eigenvectors in its columns, in the same order: orthonormal.
    """

    values: np.ndarray
    vectors: np.ndarray


def power_iteration(a: Any, start: Any, *, tolerance: float = 1e-10, steps: int = 1000) -> Eigenpair:
    """The eigenvalue of largest size with its eigenvector, by ``v ← Av / ‖Av‖``.

    Parameters
    ----------
    a : array_like of shape (n, n)
        The matrix A.
    start : array_like of shape (n,)
        The vector from which it starts, not 0; a random one has a part along the eigenvector with probability 1.
    tolerance : float > 0, default 1e-10
        It stops when ``‖Av − λv‖ ≤ tolerance · ‖Av‖`` with ``λ = vᵀAv``.
    steps : int ≥ 1, default 1000
        The most steps that it may take.

    Returns
    -------
    Eigenpair
        The value λ, the vector v, and the estimates of all steps. The first entry of v that is above a millionth of its
        largest is positive.

    Raises
    ------
    TypeError, ValueError
        If ``a`` is not real, finite and square, ``start`` does not fit it or is 0, or if the steps are used up: then
        two eigenvalues are of nearly the same size, or the two largest are a complex pair.

    Notes
    -----
    In each step the part of v along the other eigenvectors shrinks by ``|λ₂/λ₁|`` or more, against that along the
    first. A start without a part along the first finds another one, until rounding brings some in. Chapter:
    linear_algebra/eigen_and_svd#eq-power-iteration-step.

    References
    ----------
    G. H. Golub, C. F. Van Loan, Matrix Computations (4th ed., 2013), on power iterations.

    Examples
    --------
    >>> found = power_iteration([[2.0, 1.0], [1.0, 2.0]], [1.0, 0.0])
    >>> print(round(found.value, 6), found.vector.round(4))
    3.0 [0.7071 0.7071]
    """
    a = as_square("power_iteration", "a", a, "svd takes any shape")
    v = as_array("power_iteration", "start", start, shape=(len(a),))
    tolerance = as_scalar("power_iteration", "tolerance", tolerance, low=0, low_open=True)
    steps = int(as_scalar("power_iteration", "steps", steps, low=1, integer=True))
    size = length(v.astype(np.float64))
    if size == 0:
        raise fail("power_iteration", "start", "a vector other than 0", "zeros only", "take a random vector")
    scale = power_of_two(float(abs(a).max()))
    matrix, v = a.astype(np.float64) / scale, v / size
    estimates = []
    for _ in range(steps + 1):
        image = matrix @ v
        estimates.append(float(v @ image))
        size = length(image)
        if length(image - estimates[-1] * v) <= tolerance * size:
            v = v * first_positive(v[:, None])
            kind = np.result_type(a, np.float16)
            return Eigenpair(estimates[-1] * scale, v.astype(kind), scale * np.array(estimates))
        v = image / size
    hint = "are two eigenvalues of one size? take more steps, a larger tolerance, or qr_iteration if a is symmetric"
    raise fail("power_iteration", "steps", "enough to reach the tolerance", str(steps), hint)


def qr_iteration(a: Any) -> Eigen:
    """All eigenvalues and eigenvectors of a symmetric matrix, ``A = V Λ Vᵀ``, by QR steps with shifts.

    Parameters
    ----------
    a : array_like of shape (n, n)
        The matrix A, symmetric to rounding.

    Returns
    -------
    Eigen
        The values and vectors. The first entry of each vector that is above a millionth of its largest is positive.

    Raises
    ------
    TypeError, ValueError
        If ``a`` is not real, finite, square and symmetric.

    Notes
    -----
    A QR step factors ``A − μI = QR`` and takes ``RQ + μI = QᵀAQ``, a matrix with the same eigenvalues; the entries
    beside the diagonal go to 0. Reflections first make A tridiagonal, so that a step costs n rotations; the shift μ is
    the eigenvalue of the last 2 × 2 block that is nearer to its last entry (Wilkinson); and where an entry beside the
    diagonal has vanished, the matrix falls into two, which go on alone (deflation). For one eigenvalue two or three
    steps are usual. Chapter:
    linear_algebra/eigen_and_svd#eq-qr-iteration-step.

    References
    ----------
    G. H. Golub, C. F. Van Loan, Matrix Computations (4th ed., 2013), on the symmetric QR algorithm.

    Examples
    --------
    >>> values, vectors = qr_iteration([[2.0, 1.0], [1.0, 2.0]])
    >>> print(values.round(6), vectors[:, 0].round(4), vectors[:, 1].round(4))
    [3. 1.] [0.7071 0.7071] [ 0.7071 -0.7071]
    """
    a = as_square("qr_iteration", "a", a, "svd takes any shape")
    largest = float(abs(a).max())
    asymmetry = float(abs(a - a.T).max())
    if asymmetry > 100 * np.finfo(a.dtype).eps * largest:
        hint = "take (a + a.T) / 2 if that is meant, or svd for any matrix"
        raise fail("qr_iteration", "a", "symmetric", f"a − aᵀ up to {asymmetry:.3g}", hint)
    scale = power_of_two(largest)
    t, v = _tridiagonalize((a / scale).astype(np.float64))
    end = len(t) - 1
    while end > 0:
        for k in range(end):
            if abs(t[k + 1, k]) <= np.finfo(np.float64).eps * (abs(t[k, k]) + abs(t[k + 1, k + 1])):
                t[k + 1, k] = t[k, k + 1] = 0.0
        if t[end, end - 1] == 0:
            end -= 1
            continue
        start = end - 1
        while start > 0 and t[start, start - 1] != 0:
            start -= 1
        _qr_step(t, v, start, end)
    values = np.diagonal(t)
    order = np.argsort(-values, kind="stable")
    v = v[:, order]
    return Eigen((values[order] * scale).astype(a.dtype), (v * first_positive(v)).astype(a.dtype))


def _tridiagonalize(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """T = VᵀAV with entries on and beside the diagonal alone, and V, by one reflection for each column."""
    n = len(a)
    t, v = (a + a.T) / 2, np.eye(n)
    for k in range(n - 2):
        normal = np.zeros(n)
        normal[k + 1 :] = t[k + 1 :, k]
        normal[k + 1] += np.copysign(length(normal), normal[k + 1])
        size = length(normal)
        if size > 0:
            normal /= size
            t -= 2 * np.outer(normal, normal @ t)
            t -= 2 * np.outer(t @ normal, normal)
            v -= 2 * np.outer(v @ normal, normal)
        t[k + 2 :, k] = t[k, k + 2 :] = 0.0
    return t, v


def _qr_step(t: np.ndarray, v: np.ndarray, start: int, end: int) -> None:
    """One QR step on the block ``start … end`` of T, without forming Q: the first rotation is that of T − μI = QR.

    It puts an entry outside the three diagonals, and each rotation after it moves this entry one row down, and out.
    """
    half = (t[end - 1, end - 1] - t[end, end]) / 2
    below = t[end, end - 1]
    shift = t[end, end] - below * (below / (half + np.copysign(np.hypot(half, below), half)))
    x, z = t[start, start] - shift, t[start + 1, start]
    for k in range(start, end):
        size = np.hypot(x, z)
        rotation = np.array([[x, z], [-z, x]]) / size if size > 0 else np.eye(2)
        t[k : k + 2] = rotation @ t[k : k + 2]
        t[:, k : k + 2] = t[:, k : k + 2] @ rotation.T
        v[:, k : k + 2] = v[:, k : k + 2] @ rotation.T
        if k + 1 < end:
            x, z = t[k + 1, k], t[k + 2, k]


def first_positive(columns: np.ndarray) -> np.ndarray:
    """The signs, 1 or −1, that make the first entry of each column that is not negligible positive."""
    sizes = abs(columns)
    first = (sizes > 1e-6 * sizes.max(axis=0)).argmax(axis=0)
    return np.where(columns[first, np.arange(columns.shape[1])] < 0, -1.0, 1.0)
