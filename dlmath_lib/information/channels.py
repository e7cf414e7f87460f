"""Noisy channels: how much of what is sent can be known from what arrives."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_probabilities, as_scalar
from dlmath_lib.information._shared import in_unit
from dlmath_lib.information.measures import divergence

__all__ = ["Capacity", "binary_erasure_channel", "binary_symmetric_channel", "channel_capacity"]


class Capacity(NamedTuple):
    """The capacity of a channel, and how to reach it.

    Attributes
    ----------
    value : float
        max I(X; Y) over the distributions of X, in the unit that was asked for.
    inputs : ndarray of shape (m,)
        A distribution of X that reaches it.
    gap : float
        The true maximum lies between value and value + gap.
    """

    value: float
    inputs: np.ndarray
    gap: float


def binary_symmetric_channel(flip: float) -> np.ndarray:
    """p(y | x) of a channel that turns a bit round with probability ε: [[1 − ε, ε], [ε, 1 − ε]].

    Parameters
    ----------
    flip : float
        ε, in [0, 1].

    Returns
    -------
    ndarray of shape (2, 2)
        A distribution of the output in each row; its capacity is 1 − H(ε) bits.

    Raises
    ------
    TypeError, ValueError
        If ``flip`` is not a number in [0, 1].

    References
    ----------
    T. M. Cover and J. A. Thomas, Elements of Information Theory (Wiley, 2006).
    Chapter: information/mutual_information#capacity.

    Examples
    --------
    >>> print(binary_symmetric_channel(0.1))
    [[0.9 0.1]
     [0.1 0.9]]
    """
    e = as_scalar("binary_symmetric_channel", "flip", flip, low=0, high=1)
    return np.array([[1 - e, e], [e, 1 - e]])


def binary_erasure_channel(loss: float) -> np.ndarray:
    """p(y | x) of a channel that loses a bit with probability ε, and says so: [[1 − ε, ε, 0], [0, ε, 1 − ε]].

    Parameters
    ----------
    loss : float
        ε, in [0, 1].

    Returns
    -------
    ndarray of shape (2, 3)
        A distribution of the output 0, lost, 1 in each row; its capacity is 1 − ε bits.

    Raises
    ------
    TypeError, ValueError
        If ``loss`` is not a number in [0, 1].

    References
    ----------
    T. M. Cover and J. A. Thomas, Elements of Information Theory (Wiley, 2006).
    Chapter: information/mutual_information#capacity.

    Examples
    --------
    >>> print(binary_erasure_channel(0.25))
    [[0.75 0.25 0.  ]
     [0.   0.25 0.75]]
    """
    e = as_scalar("binary_erasure_channel", "loss", loss, low=0, high=1)
    return np.array([[1 - e, e, 0.0], [0.0, e, 1 - e]])


def channel_capacity(channel: Any, *, tolerance: float = 1e-9, steps: int = 100_000, unit: str = "nats") -> Capacity:
    """The capacity max I(X; Y) over the inputs' distributions, by Blahut's and Arimoto's iteration.

    Parameters
    ----------
    channel : array_like of shape (m, k)
        p(y | x): a distribution of the output in each row.
    tolerance : float
        > 0: it ends when the bounds of the maximum are so near, in nats.
    steps : int
        At most so many iterations, at least 1.
    unit : {"nats", "bits"}
        Of the capacity and its gap.

    Returns
    -------
    Capacity
        value, inputs, gap.

    Raises
    ------
    TypeError, ValueError
        If the rows are no probabilities with sum 1, or an option is out of its range.

    Notes
    -----
    With Dₓ = KL(p(y | x) ‖ p(y)), each input's share is multiplied by exp(Dₓ): I = Σ p(x) Dₓ ≤ capacity ≤ max Dₓ.

    References
    ----------
    R. Blahut, Computation of Channel Capacity and Rate-Distortion Functions (1972).
    Chapter: information/mutual_information#capacity.

    Examples
    --------
    >>> found = channel_capacity(binary_erasure_channel(0.25), unit="bits")
    >>> print(round(found.value, 6), found.inputs)
    0.75 [0.5 0.5]
    """
    p = as_probabilities("channel_capacity", "channel", channel, axis=-1, ndim=2)
    p = p.astype(np.result_type(p, np.float64))
    p /= p.sum(axis=1, keepdims=True)
    near = as_scalar("channel_capacity", "tolerance", tolerance, low=0, low_open=True)
    most = int(as_scalar("channel_capacity", "steps", steps, low=1, integer=True))
    inputs = np.full(len(p), 1 / len(p))
    for _ in range(most):
        output = inputs @ p
        told = divergence(p, np.broadcast_to(output, p.shape))
        reached = float(inputs @ told)
        gap = float(told.max()) - reached
        if gap <= near:
            break
        inputs = inputs * np.exp(told - told.max())
        inputs /= inputs.sum()
    value, rest = (float(in_unit("channel_capacity", np.array(v), unit, np.float64)) for v in (reached, gap))
    return Capacity(value, inputs, max(rest, 0.0))
