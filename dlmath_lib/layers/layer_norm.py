"""Layer norm and root mean square norm: every example by its own features, in training and in evaluation alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import total
from dlmath_lib._validate import as_array, fail
from dlmath_lib.layers._standardize import (
    along,
    as_cotangent,
    as_normalisation,
    inverse_root,
    mean_and_variance,
    mean_square,
    narrowed,
    pull_back,
)

__all__ = ["layer_norm", "layer_norm_vjp", "rms_norm", "rms_norm_vjp"]


def layer_norm(x: Any, gamma: Any, beta: Any, *, epsilon: float = 1e-5) -> np.ndarray:
    """Layer norm, y = γ ⊙ x̂ + β with x̂ = (x − μ) / √(σ² + ε), where μ and σ² are those of one example's features.

    Parameters
    ----------
    x : array_like of shape (…, features)
        Examples; the features may fill several axes at the end.
    gamma, beta : array_like of the features' shape
        γ and β, learned; ones and zeros at the start. Their axes are the last ones of x, and those that are averaged.
    epsilon : float ≥ 0, default 1e-5
        ε, in the units of the variance.

    Returns
    -------
    ndarray of x's shape
        y.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, the last axes of x are not those of γ and β, an example has one feature (y would
        be β whatever x is), squares overflow, or ε is 0 and an example is constant.

    Notes
    -----
    σ² is the biased variance. There are no running statistics: an example's output does not hang on the batch.
    Derivation: ``chapters/regularization/normalization.ipynb#the-other-normalisations``.

    References
    ----------
    J. L. Ba, J. R. Kiros, G. E. Hinton, Layer normalization, arXiv:1607.06450 (2016).

    Examples
    --------
    >>> print(layer_norm([[1.0, 3.0], [10.0, 90.0]], [1.0, 1.0], [0.0, 0.5], epsilon=0))
    [[-1.   1.5]
     [-1.   1.5]]
    """
    function = "layer_norm"
    x, gamma, beta, epsilon, kind = as_normalisation(function, x, gamma, beta, epsilon, ndim=1)
    y, _ = _layer(function, x, gamma, beta, epsilon)
    return narrowed(function, y.reshape(x.shape) * gamma + beta, kind)


def layer_norm_vjp(
    g: Any, x: Any, gamma: Any, beta: Any, *, epsilon: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pull the cotangent g back through layer norm, with h = γ ⊙ g and means over an example's features.

    ∂L/∂x = (h − mean(h) − x̂ mean(h x̂)) / √(σ² + ε); ∂L/∂γ = Σ g x̂ and ∂L/∂β = Σ g, over the examples.

    Otherwise as `layer_norm`.

    Parameters
    ----------
    g : array_like of x's shape
        ∂L/∂y.
    beta : array_like of the features' shape
        β; only its shape matters.

    Returns
    -------
    ndarray of x's shape
        ∂L/∂x.
    ndarray of γ's shape
        ∂L/∂γ.
    ndarray of β's shape
        ∂L/∂β.

    Examples
    --------
    >>> dx, dgamma, dbeta = layer_norm_vjp([[1.0, 0.0, 0.0]], [[-1.0, 0.0, 1.0]], [1.0] * 3, [0.0] * 3, epsilon=0)
    >>> print(dx.round(3), dgamma.round(3), dbeta)
    [[ 0.204 -0.408  0.204]] [-1.225  0.     0.   ] [1. 0. 0.]
    """
    function = "layer_norm_vjp"
    types = _types(function, x=x, gamma=gamma, beta=beta)
    x, gamma, beta, epsilon, _ = as_normalisation(function, x, gamma, beta, epsilon, ndim=1)
    g = as_cotangent(function, g, x)
    normalised, inverse = _layer(function, x, gamma, beta, epsilon)
    dx = pull_back((g * gamma).reshape(normalised.shape), normalised, inverse)
    of_examples = tuple(range(x.ndim - gamma.ndim))
    dgamma, dbeta = total(g * normalised.reshape(x.shape), of_examples), total(g, of_examples)
    return _all_narrowed(function, (dx.reshape(x.shape), dgamma, dbeta), types)


def rms_norm(x: Any, gamma: Any, *, epsilon: float = 1e-5) -> np.ndarray:
    """Root mean square norm, y = γ ⊙ x / √(mean(x²) + ε), with the mean over one example's features.

    Parameters
    ----------
    x : array_like of shape (…, features)
        Examples; the features may fill several axes at the end.
    gamma : array_like of the features' shape
        γ, learned; ones at the start. Its axes are the last ones of x, and those that are averaged.
    epsilon : float ≥ 0, default 1e-5
        ε, in the units of x² (PyTorch's default is the type's machine precision).

    Returns
    -------
    ndarray of x's shape
        y.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such, the last axes of x are not those of γ, squares overflow, or ε is 0 and an example
        is zero.

    Notes
    -----
    Nothing is centred and there is no β. Derivation:
    ``chapters/regularization/normalization.ipynb#the-other-normalisations``.

    References
    ----------
    B. Zhang, R. Sennrich, Root mean square layer normalization, NeurIPS (2019).

    Examples
    --------
    >>> print(rms_norm([[3.0, 4.0]], [1.0, 1.0], epsilon=0).round(4))
    [[0.8485 1.1314]]
    """
    function = "rms_norm"
    x, gamma, _, epsilon, kind = as_normalisation(function, x, gamma, gamma, epsilon, ndim=1)
    y, _ = _rms(function, x, gamma, epsilon)
    return narrowed(function, y.reshape(x.shape) * gamma, kind)


def rms_norm_vjp(g: Any, x: Any, gamma: Any, *, epsilon: float = 1e-5) -> tuple[np.ndarray, np.ndarray]:
    """Pull the cotangent g back through root mean square norm, with h = γ ⊙ g and x̂ = x / √(mean(x²) + ε).

    ∂L/∂x = (h − x̂ mean(h x̂)) / √(mean(x²) + ε), with means over an example's features; ∂L/∂γ = Σ g x̂, over the
    examples.

    Otherwise as `rms_norm`.

    Parameters
    ----------
    g : array_like of x's shape
        ∂L/∂y.

    Returns
    -------
    ndarray of x's shape
        ∂L/∂x.
    ndarray of γ's shape
        ∂L/∂γ.

    Examples
    --------
    >>> dx, dgamma = rms_norm_vjp([[1.0, 0.0]], [[1.0, 1.0]], [1.0, 1.0], epsilon=0)
    >>> print(dx, dgamma)
    [[ 0.5 -0.5]] [1. 0.]
    """
    function = "rms_norm_vjp"
    types = _types(function, x=x, gamma=gamma)
    x, gamma, _, epsilon, _ = as_normalisation(function, x, gamma, gamma, epsilon, ndim=1)
    g = as_cotangent(function, g, x)
    normalised, inverse = _rms(function, x, gamma, epsilon)
    dx = pull_back((g * gamma).reshape(normalised.shape), normalised, inverse, centred=False)
    dgamma = total(g * normalised.reshape(x.shape), tuple(range(x.ndim - gamma.ndim)))
    return _all_narrowed(function, (dx.reshape(x.shape), dgamma), types)


def _types(function: str, **arrays: Any) -> list[np.dtype]:
    return [as_array(function, name, value).dtype for name, value in arrays.items()]


def _all_narrowed(function: str, results: tuple[np.ndarray, ...], types: list[np.dtype]) -> Any:
    return tuple(narrowed(function, result, kind) for result, kind in zip(results, types, strict=True))


def _rows(function: str, x: np.ndarray, **parameters: np.ndarray) -> np.ndarray:
    """x as (1, examples, features), if its last axes are those of the parameters."""
    for name, value in parameters.items():
        if value.ndim == 0 or value.ndim > x.ndim or value.shape != x.shape[x.ndim - value.ndim :]:
            expected = f"of the shape of the features, the last axes of x of shape {x.shape}"
            raise fail(function, name, expected, str(value.shape))
    if "beta" in parameters and parameters["gamma"].shape != parameters["beta"].shape:
        expected = f"of gamma's shape {parameters['gamma'].shape}"
        raise fail(function, "beta", expected, str(parameters["beta"].shape))
    return x.reshape(1, -1, parameters["gamma"].size)


def _layer(
    function: str, x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, epsilon: float
) -> tuple[np.ndarray, np.ndarray]:
    cells = _rows(function, x, gamma=gamma, beta=beta)
    if cells.shape[2] == 1:
        raise fail(function, "x", "of more than one feature for each example", f"shape {x.shape}")
    normalised, _, variance = mean_and_variance(function, cells)
    inverse = inverse_root(function, variance, epsilon, x.dtype)
    normalised *= along(inverse, cells)
    return normalised, inverse


def _rms(function: str, x: np.ndarray, gamma: np.ndarray, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    cells = _rows(function, x, gamma=gamma)
    inverse = inverse_root(function, mean_square(function, cells), epsilon, x.dtype)
    return cells * along(inverse, cells), inverse
