"""The discrete Fourier transform as what it is: a matrix."""

from __future__ import annotations

import numpy as np

from dlmath_lib._validate import as_scalar

__all__ = ["dft_matrix"]


def dft_matrix(n: int) -> np.ndarray:
    """The matrix of the discrete Fourier transform, F[k, m] = exp(−2πi km/n).

    Parameters
    ----------
    n : int >= 1
        The number of samples.

    Returns
    -------
    ndarray of complex128, shape (n, n)
        F. Row k is a wave with k periods in n samples; ``F @ x`` compares x with each of them.

    Raises
    ------
    TypeError, ValueError
        If n is no integer of at least 1.

    Notes
    -----
    F is symmetric, and F F̄ = n I: F/√n is unitary, and the inverse of F is its conjugate divided by n. As in
    `numpy.fft.fft`, which needs O(n log n) operations in the place of n². The exponent is reduced modulo n first, so
    that no digits are lost for large km. Derivation:
    ``chapters/practice/applications.ipynb#eq-geometric-sum-of-waves``.

    References
    ----------
    J. O. Smith, Spectral Audio Signal Processing, W3K Publishing (2011), "The Short-Time Fourier Transform".

    Examples
    --------
    >>> print((dft_matrix(4) @ [1, 0, 0, 0]).real)
    [1. 1. 1. 1.]
    >>> print(abs(dft_matrix(4) @ [1, -1, 1, -1]).round(12))
    [0. 0. 4. 0.]
    """
    n = int(as_scalar("dft_matrix", "n", n, low=1, integer=True))
    k = np.arange(n)
    return np.exp(-2j * np.pi * (np.outer(k, k) % n) / n)
