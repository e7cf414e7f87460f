"""The pieces of a piecewise linear network along a line: where its slope changes, without a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_array, as_scalar, fail
from dlmath_lib.network.layer import Layer
from dlmath_lib.network.layers.activation import Activation
from dlmath_lib.network.layers.dense import Dense
from dlmath_lib.network.layers.flatten import Flatten
from dlmath_lib.network.layers.residual import Residual
from dlmath_lib.network.model import Network
from dlmath_lib.network.step import select

__all__ = ["LinearPieces", "linear_pieces"]

_BELOW = {"linear": 1.0, "relu": 0.0, "leaky_relu": 0.01}  # the slope of φ left of 0; right of it, it is 1
_CLOSE = 1e-13  # knots that are nearer than this, as parts of the whole line, are one


@dataclass(frozen=True, eq=False)
class LinearPieces:
    """The pieces of a network along the line x(t) = start + t (end − start), 0 ≤ t ≤ 1.

    Attributes
    ----------
    t : ndarray of shape (pieces + 1,)
        Where the pieces end: 0, the places at which the slope changes, 1.
    outputs : ndarray of shape (pieces + 1, K)
        The network's outputs there; in between they are straight.
    slopes : ndarray of shape (pieces, K)
        Their derivatives by t on each piece.
    """

    t: np.ndarray
    outputs: np.ndarray
    slopes: np.ndarray

    @property
    def count(self) -> int:
        """The number of pieces."""
        return len(self.slopes)

    def __repr__(self) -> str:
        return f"LinearPieces({self.count} piece{'s' * (self.count != 1)})"


class _Chain(NamedTuple):
    """Functions of t that are straight between knots: values at the knots, slopes between them."""

    t: np.ndarray
    values: np.ndarray
    slopes: np.ndarray

    def at(self, t: np.ndarray) -> _Chain:
        """The same functions with more knots."""
        piece = np.clip(np.searchsorted(self.t, t, side="right") - 1, 0, len(self.slopes) - 1)
        values = self.values[piece] + (t - self.t[piece])[:, None] * self.slopes[piece]
        return _Chain(t, values, self.slopes[piece[:-1]])


def linear_pieces(network: Network, start: Any, end: Any, *, tolerance: float = 1e-9) -> LinearPieces:
    """The pieces of ``t ↦ network(start + t (end − start))`` on 0 ≤ t ≤ 1, for a piecewise linear network.

    Layer by layer: between two knots each pre-activation z is straight, so that it crosses 0 at the place that its
    values at the knots tell. These places are the next layer's further knots. Nothing is sampled.

    Parameters
    ----------
    network : Network
        Of `Dense`, `Activation`, `Flatten` and `Residual` layers with "linear", "relu" or "leaky_relu".
    start, end : array_like of shape (d,)
        The ends of the line, in the space of inputs.
    tolerance : float >= 0, default 1e-9
        Neighbours whose slopes differ by at most this part of the largest slope count as one piece.

    Returns
    -------
    LinearPieces
        ``t``, ``outputs``, ``slopes``, and their ``count``, in float64.

    Raises
    ------
    TypeError, ValueError
        If ``network`` is not such, or the ends are not finite, of its input's shape, or equal.

    Notes
    -----
    A kink of a hidden unit that the next layers cancel or cut off is no end of a piece. Knots that are nearer than
    1e-13 count as one. Time: for each layer, knots times weights. Derivation:
    ``chapters/networks/why_depth.ipynb#implementation``.

    References
    ----------
    G. Montúfar, R. Pascanu, K. Cho, Y. Bengio, On the Number of Linear Regions of Deep Neural Networks (2014).

    Examples
    --------
    The tent 2 max(0, x) − 4 max(0, x − ½):

    >>> from dlmath_lib.network import Dense, Network
    >>> tent = Network([Dense(1, 2, "relu"), Dense(2, 1)], loss="squared_error", rng=np.random.default_rng(0))
    >>> tent.parameters[:] = [1, 1, 0, -0.5, 2, -4, 0]
    >>> pieces = linear_pieces(tent, [0.0], [1.0])
    >>> print(pieces, pieces.t, pieces.slopes.ravel())
    LinearPieces(2 pieces) [0.  0.5 1. ] [ 2. -2.]
    """
    name = "linear_pieces"
    if not isinstance(network, Network):
        raise fail(name, "network", "a Network", type(network).__name__, error=TypeError)
    if len(network.shapes[0]) != 1:
        raise fail(name, "network", "one whose inputs are vectors", f"inputs of shape {network.shapes[0]}")
    start, end = (
        as_array(name, argument, value, shape=network.shapes[0]).astype(np.float64)
        for argument, value in (("start", start), ("end", end))
    )
    if (start == end).all():
        raise fail(name, "end", "another point than start", "the same")
    tolerance = as_scalar(name, "tolerance", tolerance, low=0)
    chain = _Chain(np.array([0.0, 1.0]), np.stack([start, end]), (end - start)[None])
    chain = _through(network.layers, network.layer_parameters, chain)
    return _merged(chain, tolerance)


def _through(layers: Sequence[Layer], parameters: Sequence[Mapping[str, np.ndarray]], chain: _Chain) -> _Chain:
    for layer, arrays in zip(layers, parameters, strict=True):
        if isinstance(layer, Dense):
            weight = arrays["weight"].astype(np.float64)
            values = chain.values @ weight.T + arrays["bias"]
            chain = _bent(_Chain(chain.t, values, chain.slopes @ weight.T), layer.activation)
        elif isinstance(layer, Activation):
            chain = _bent(chain, layer.activation)
        elif isinstance(layer, Residual):
            inside, past = (
                _through(path, [select(arrays, f"{prefix}{i}.") for i in range(len(path))], chain)
                for path, prefix in ((layer.layers, ""), (layer.shortcut, "shortcut."))
            )
            t = _distinct(np.concatenate([inside.t, past.t]))
            inside, past = inside.at(t), past.at(t)
            chain = _Chain(t, inside.values + past.values, inside.slopes + past.slopes)
        elif not isinstance(layer, Flatten):
            known = "made of Dense, Activation, Flatten and Residual"
            raise fail("linear_pieces", "network", known, str(layer), "of other layers it does not know the kinks")
    return chain


def _bent(chain: _Chain, activation: str) -> _Chain:
    """φ of each function, with knots where one crosses 0."""
    if activation not in _BELOW:
        hint = "it bends everywhere, and has no straight pieces"
        raise fail("linear_pieces", "network", f"with the activations {', '.join(_BELOW)}", activation, hint)
    below = _BELOW[activation]
    if below == 1:
        return chain
    before, after = chain.values[:-1], chain.values[1:]
    piece, unit = np.nonzero(before * after < 0)
    share = before[piece, unit] / (before[piece, unit] - after[piece, unit])
    t = chain.t[piece] + share * (chain.t[piece + 1] - chain.t[piece])
    chain = chain.at(_distinct(np.concatenate([chain.t, t])))
    middle = (chain.values[:-1] + chain.values[1:]) / 2
    values = np.where(chain.values > 0, chain.values, below * chain.values)
    return _Chain(chain.t, values, np.where(middle > 0, 1.0, below) * chain.slopes)


def _distinct(t: np.ndarray) -> np.ndarray:
    """The knots in order, without those that rounding has doubled; both ends stay."""
    t = np.unique(t)
    inner = t[(t > _CLOSE) & (t < 1 - _CLOSE)]
    kept = inner[np.diff(inner, prepend=0.0) > _CLOSE]
    return np.concatenate([[0.0], kept, [1.0]])


def _merged(chain: _Chain, tolerance: float) -> LinearPieces:
    """Neighbours of one slope are one piece."""
    largest = float(abs(chain.slopes).max())
    bends = abs(np.diff(chain.slopes, axis=0)).max(axis=1) > tolerance * largest
    ends = np.concatenate([[0], np.flatnonzero(bends) + 1, [len(chain.slopes)]])
    return LinearPieces(chain.t[ends], chain.values[ends], chain.slopes[ends[:-1]])
