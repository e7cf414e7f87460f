"""Initial weights: random, of the variance that keeps signals (forward) or gradients (backward) from growing or dying.

Every function that draws takes the shape (out, in, …) of the weights; further axes, the kernel of a convolution,
multiply both fans. Derived in ``chapters/networks/vanishing_gradients.ipynb``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_dtype, as_function, as_generator, as_scalar, fail, one_of

__all__ = ["fans", "gain", "he_normal", "he_uniform", "wide_layer", "xavier_normal", "xavier_uniform", "zeros"]

_GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "leaky_relu": math.sqrt(2 / 1.0001)}


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """The numbers of inputs of an output and of outputs of an input, (fan_in, fan_out).

    Parameters
    ----------
    shape : sequence of at least two positive ints
        (out, in, …): the shape of the weights.

    Returns
    -------
    tuple of two ints
        fan_in = in · (product of the further axes), fan_out = out · (the same product).

    Raises
    ------
    TypeError, ValueError
        If shape is not such a sequence.

    Notes
    -----
    Derivation: ``chapters/networks/vanishing_gradients.ipynb#variance-through-a-layer``.

    References
    ----------
    X. Glorot, Y. Bengio, Understanding the difficulty of training deep feedforward neural networks, AISTATS (2010).

    Examples
    --------
    >>> fans((10, 784))
    (784, 10)
    >>> fans((64, 32, 3, 3))
    (288, 576)
    """
    return _fans("fans", shape)


def gain(activation: str, *, slope: float = 0.01) -> float:
    """The factor on the standard deviation of the weights for an activation; a rectifier's gives back what it cuts off.

    1 for "linear" and "sigmoid", 5/3 for "tanh", √2 for "relu", √(2 / (1 + slope²)) for "leaky_relu".

    Parameters
    ----------
    activation : {"linear", "sigmoid", "tanh", "relu", "leaky_relu"}
        What follows the layer.
    slope : float, default 0.01
        The slope of leaky_relu for z < 0; used by no other.

    Returns
    -------
    float
        > 0.

    Raises
    ------
    TypeError, ValueError
        If the activation is another, or slope no finite number.

    Notes
    -----
    The gains of the rectifiers are derived: E[φ(z)²] = (1 + slope²)/2 · Var z for symmetric z. The 1 of the sigmoid and
    the 5/3 of tanh are conventions of PyTorch, kept for comparison. Derivation:
    ``chapters/networks/vanishing_gradients.ipynb#he``.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, Delving deep into rectifiers, ICCV (2015), section 2.2.

    Examples
    --------
    >>> gain("relu")
    1.4142135623730951
    """
    one_of("gain", "activation", activation, _GAINS)
    slope = as_scalar("gain", "slope", slope)
    return math.sqrt(2 / (1 + slope**2)) if activation == "leaky_relu" else _GAINS[activation]


def xavier_uniform(
    shape: Sequence[int], *, rng: np.random.Generator, gain: float = 1.0, dtype: Any = np.float64
) -> np.ndarray:
    """Xavier (Glorot) weights, uniform on [−a, a] with a = √(3 Var W); Var W = gain² · 2 / (fan_in + fan_out).

    Parameters
    ----------
    shape : sequence of at least two positive ints
        (out, in, …).
    rng : numpy.random.Generator
        Where the randomness comes from.
    gain : float > 0
        A factor on the standard deviation; see `gain`.
    dtype : float16, float32 or float64
        The result's.

    Returns
    -------
    ndarray of this shape and dtype
        W.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such; a seed in the place of ``rng`` is refused.

    Notes
    -----
    Between the variance that keeps the signals, 1/fan_in, and the one that keeps the gradients, 1/fan_out. Derivation:
    ``chapters/networks/vanishing_gradients.ipynb#xavier``.

    References
    ----------
    X. Glorot, Y. Bengio, Understanding the difficulty of training deep feedforward neural networks, AISTATS (2010).

    Examples
    --------
    >>> w = xavier_uniform((100, 200), rng=np.random.default_rng(0))
    >>> bool(abs(w).max() <= np.sqrt(6 / 300)), w.shape
    (True, (100, 200))
    """
    return _draw("xavier_uniform", shape, rng, gain, "mean", dtype, uniform=True)


def xavier_normal(
    shape: Sequence[int], *, rng: np.random.Generator, gain: float = 1.0, dtype: Any = np.float64
) -> np.ndarray:
    """Xavier (Glorot) weights, normal with mean 0; Var W = gain² · 2 / (fan_in + fan_out).

    Parameters
    ----------
    shape : sequence of at least two positive ints
        (out, in, …).
    rng : numpy.random.Generator
        Where the randomness comes from.
    gain : float > 0
        A factor on the standard deviation; see `gain`.
    dtype : float16, float32 or float64
        The result's.

    Returns
    -------
    ndarray of this shape and dtype
        W.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such; a seed in the place of ``rng`` is refused.

    Notes
    -----
    Between the variance that keeps the signals, 1/fan_in, and the one that keeps the gradients, 1/fan_out. Derivation:
    ``chapters/networks/vanishing_gradients.ipynb#xavier``.

    References
    ----------
    X. Glorot, Y. Bengio, Understanding the difficulty of training deep feedforward neural networks, AISTATS (2010).

    Examples
    --------
    >>> w = xavier_normal((100, 200), rng=np.random.default_rng(0))
    >>> round(float(w.var() * 150), 1)
    1.0
    """
    return _draw("xavier_normal", shape, rng, gain, "mean", dtype, uniform=False)


def he_uniform(
    shape: Sequence[int],
    *,
    rng: np.random.Generator,
    gain: float = math.sqrt(2),
    fan: str = "fan_in",
    dtype: Any = np.float64,
) -> np.ndarray:
    """He weights, uniform on [−a, a] with a = √(3 Var W); Var W = gain² / fan, with gain² = 2 for rectifiers.

    Parameters
    ----------
    shape : sequence of at least two positive ints
        (out, in, …).
    rng : numpy.random.Generator
        Where the randomness comes from.
    gain : float > 0
        A factor on the standard deviation; see `gain`.
    fan : {"fan_in", "fan_out"}
        Keep the variance of the signals (fan_in) or of the gradients (fan_out).
    dtype : float16, float32 or float64
        The result's.

    Returns
    -------
    ndarray of this shape and dtype
        W.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such; a seed in the place of ``rng`` is refused.

    Notes
    -----
    Half of a symmetric signal's square is lost in a rectifier; the 2 gives it back. Derivation:
    ``chapters/networks/vanishing_gradients.ipynb#he``.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, Delving deep into rectifiers, ICCV (2015), section 2.2.

    Examples
    --------
    >>> w = he_uniform((100, 200), rng=np.random.default_rng(0))
    >>> bool(abs(w).max() <= np.sqrt(6 / 200)), w.shape
    (True, (100, 200))
    """
    one_of("he_uniform", "fan", fan, ("fan_in", "fan_out"))
    return _draw("he_uniform", shape, rng, gain, fan, dtype, uniform=True)


def he_normal(
    shape: Sequence[int],
    *,
    rng: np.random.Generator,
    gain: float = math.sqrt(2),
    fan: str = "fan_in",
    dtype: Any = np.float64,
) -> np.ndarray:
    """He weights, normal with mean 0; Var W = gain² / fan, with gain² = 2 for rectifiers.

    Parameters
    ----------
    shape : sequence of at least two positive ints
        (out, in, …).
    rng : numpy.random.Generator
        Where the randomness comes from.
    gain : float > 0
        A factor on the standard deviation; see `gain`.
    fan : {"fan_in", "fan_out"}
        Keep the variance of the signals (fan_in) or of the gradients (fan_out).
    dtype : float16, float32 or float64
        The result's.

    Returns
    -------
    ndarray of this shape and dtype
        W.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such; a seed in the place of ``rng`` is refused.

    Notes
    -----
    Half of a symmetric signal's square is lost in a rectifier; the 2 gives it back. Derivation:
    ``chapters/networks/vanishing_gradients.ipynb#he``.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, Delving deep into rectifiers, ICCV (2015), section 2.2.

    Examples
    --------
    >>> w = he_normal((100, 200), rng=np.random.default_rng(0))
    >>> round(float(w.var() * 200), 1)
    2.0
    """
    one_of("he_normal", "fan", fan, ("fan_in", "fan_out"))
    return _draw("he_normal", shape, rng, gain, fan, dtype, uniform=False)


def wide_layer(
    phi: Callable[[np.ndarray], Any], phi_grad: Callable[[np.ndarray], Any], q: float, s: float
) -> tuple[float, float]:
    """What a wide layer of random weights does to the mean square of its pre-activations and of a gradient, (q̂, χ).

    With u standard normal, q̂ = s² · E[φ(√q u)²] and χ = s² · E[φ′(√q u)²].

    Parameters
    ----------
    phi, phi_grad : callable
        φ and its derivative φ′, for arrays.
    q : float ≥ 0
        Mean square of the pre-activations that enter φ.
    s : float > 0
        Scale of the weights of the next layer: √(fan_in · Var W).

    Returns
    -------
    tuple of two floats
        The mean square q̂ of the next pre-activations, and the factor χ for the mean square of a gradient, as the width
        goes to infinity.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, or φ or φ′ returns no array of finite numbers, one for each input.

    Notes
    -----
    Both means are sums over 4000 values of u between −9 and 9. For the sigmoid, tanh and ELU they agree with SciPy's
    integrals to five digits for q up to 46, to three at q = 10⁴. Derivation:
    ``chapters/networks/vanishing_gradients.ipynb#a-scale-at-which-the-gradient-is-level``.

    References
    ----------
    B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein, S. Ganguli, Exponential expressivity in deep neural networks
    through transient chaos, NeurIPS (2016); S. S. Schoenholz, J. Gilmer, S. Ganguli, J. Sohl-Dickstein, Deep
    information propagation, ICLR (2017).

    Examples
    --------
    >>> q_next, factor = wide_layer(lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0), q=3.0, s=2**0.5)
    >>> round(q_next, 6), round(factor, 6)
    (3.0, 1.0)
    """
    function, slope = as_function("wide_layer", "phi", phi), as_function("wide_layer", "phi_grad", phi_grad)
    root = math.sqrt(as_scalar("wide_layer", "q", q, low=0))
    scale = as_scalar("wide_layer", "s", s, low=0, low_open=True)
    means = [_mean_square(name, f, root, scale) for name, f in (("phi", function), ("phi_grad", slope))]
    return means[0], means[1]


def zeros(shape: Sequence[int], *, dtype: Any = np.float64) -> np.ndarray:
    """Zeros, b = 0: right for biases. As weights of all layers they leave the units of a hidden layer alike.

    Parameters
    ----------
    shape : sequence of positive ints
        Any number of axes.
    dtype : float16, float32 or float64
        The result's.

    Returns
    -------
    ndarray of this shape and dtype
        All 0.

    Raises
    ------
    TypeError, ValueError
        If shape or dtype is not such.

    Notes
    -----
    Derivation: ``chapters/networks/vanishing_gradients.ipynb#variance-through-a-layer``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 8.4.

    Examples
    --------
    >>> print(zeros((3,)))
    [0. 0. 0.]
    """
    return np.zeros(_shape("zeros", shape, 1), as_dtype("zeros", "dtype", dtype))


# The middles of 4000 equal pieces: as many on either side of 0, where rectifiers have their corner.
_NORMAL = (np.arange(4000) + 0.5) * (18 / 4000) - 9
_DENSITY = np.exp(-(_NORMAL**2) / 2) / np.exp(-(_NORMAL**2) / 2).sum()


def _mean_square(argument: str, f: Callable[[np.ndarray], Any], root: float, scale: float) -> float:
    """The mean of (scale · f(root · u))² for a standard normal u."""
    values = as_array("wide_layer", f"the result of {argument}", f(root * _NORMAL), shape=_NORMAL.shape)
    largest = float(np.abs(values).max())
    if largest * scale > 1e150:
        raise fail("wide_layer", "s", f"at most {1e150 / largest:.3g} for these values of {argument}", f"{scale:g}")
    return float(_DENSITY @ (scale * values.astype(np.float64)) ** 2)


def _shape(function: str, shape: Any, least: int) -> tuple[int, ...]:
    if isinstance(shape, str) or not isinstance(shape, Sequence):
        raise fail(function, "shape", "a tuple of ints", type(shape).__name__, error=TypeError)
    sizes = tuple(int(as_scalar(function, f"shape[{i}]", n, low=1, integer=True)) for i, n in enumerate(shape))
    if len(sizes) < least:
        raise fail(function, "shape", "(out, in, …) with at least 2 axes", str(sizes), "for biases use zeros")
    return sizes


def _fans(function: str, shape: Any) -> tuple[int, int]:
    out, inputs, *kernel = _shape(function, shape, 2)
    return inputs * math.prod(kernel), out * math.prod(kernel)


def _draw(function: str, shape: Any, rng: Any, factor: Any, fan: str, dtype: Any, *, uniform: bool) -> np.ndarray:
    rng, kind = as_generator(function, "rng", rng), as_dtype(function, "dtype", dtype)
    factor = as_scalar(function, "gain", factor, low=0, low_open=True)
    fan_in, fan_out = _fans(function, shape)
    deviation = factor / math.sqrt({"fan_in": fan_in, "fan_out": fan_out, "mean": (fan_in + fan_out) / 2}[fan])
    # A normal number beyond ten deviations has never been drawn: nothing overflows below this one.
    largest = float(np.finfo(kind).max) / 10
    if deviation > largest:
        raise fail(function, "gain", f"at most {factor / deviation * largest:.3g} in {kind}", f"{factor:g}")
    sizes = _shape(function, shape, 2)
    if uniform:
        # The variance of a uniform distribution on [−a, a] is a²/3.
        half = math.sqrt(3) * deviation
        return rng.uniform(-half, half, sizes).astype(kind)
    return (deviation * rng.standard_normal(sizes)).astype(kind)
