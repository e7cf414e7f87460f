"""Which frequencies a sound has, and when."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail
from dlmath_lib.linalg import dft_matrix

__all__ = ["spectrogram"]


def spectrogram(x: Any, window: Any, *, hop: int) -> np.ndarray:
    """Power of each frequency in each stretch of a signal, S[k, t] = |Σₘ wₘ x[t·hop + m] exp(−2πi km/L)|².

    Parameters
    ----------
    x : array_like of shape (n,)
        The signal.
    window : array_like of shape (L,), L ≤ n
        w, the weight of each sample of a stretch: ones, or a window that goes to 0 at both ends.
    hop : int >= 1
        How many samples a stretch begins after the one before.

    Returns
    -------
    ndarray of shape (L // 2 + 1, 1 + (n − L) // hop), in the wider type
        S: row k belongs to the frequency k · rate / L, column t to the stretch from t · hop. Not divided by anything.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, the window is longer than the signal, or a power overflows.

    Notes
    -----
    The rows of the DFT matrix times the window are kernels that slide over the signal with stride hop: a convolution,
    squared. The rows for k > L/2 would repeat the others, as x is real. In practice the fast Fourier transform replaces
    the matrix. Chapter:
    ``chapters/practice/applications.ipynb#speech-which-frequencies-and-when``.

    References
    ----------
    J. O. Smith, Spectral Audio Signal Processing, W3K Publishing (2011), "The Short-Time Fourier Transform".

    Examples
    --------
    >>> print(spectrogram([1.0, -1.0, 1.0, -1.0, 1.0, 1.0, 1.0, 1.0], [1.0] * 4, hop=4).round(12))
    [[ 0. 16.]
     [ 0.  0.]
     [16.  0.]]
    """
    function = "spectrogram"
    x, window = as_array(function, "x", x, ndim=1), as_array(function, "window", window, ndim=1)
    hop, length = int(as_scalar(function, "hop", hop, low=1, integer=True)), len(window)
    if length > len(x):
        raise fail(function, "window", f"no longer than x, {len(x)}", f"length {length}")
    kind = np.result_type(x, window)
    stretches = np.lib.stride_tricks.sliding_window_view(x, length)[::hop] * window.astype(np.float64)
    waves = dft_matrix(length)[: length // 2 + 1]
    with np.errstate(over="ignore", invalid="ignore"):
        power = (np.abs(stretches @ waves.T) ** 2).T.astype(kind)
    if not np.isfinite(power).all():
        raise fail(function, "x", f"small enough for powers in {kind}", f"an overflow in {kind}", "scale it")
    return power
