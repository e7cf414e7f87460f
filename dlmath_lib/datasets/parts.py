"""Dealing examples out: to training, validation and test parts, and to minibatches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, as_generator, as_scalar, as_switch, fail

__all__ = ["as_batch_size", "minibatches", "split"]


def split(
    x: Any, y: Any, *, fractions: Sequence[float], rng: np.random.Generator, stratify: bool = False
) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Deal the examples out at random to disjoint parts: training, validation, test.

    Parameters
    ----------
    x : array_like of shape (n, …)
        The examples.
    y : array_like of shape (n, …)
        What belongs to them; class indices if ``stratify``.
    fractions : sequence of at least two floats > 0 with sum 1
        The parts' sizes, for instance (0.6, 0.2, 0.2).
    rng : numpy.random.Generator
        Where the randomness comes from.
    stratify : bool, default False
        True: each class is dealt out in these fractions too. A part's share of a class is its quota, rounded up or down
        (in rare cases by one more, where the parts' sizes leave no other way). What is left of a class after rounding
        down goes where most is owed; among equal classes, such as classes of a single example, chance decides.

    Returns
    -------
    tuple of (x, y) pairs
        One for each fraction; together they hold every example once.

    Raises
    ------
    TypeError, ValueError
        If x and y are not equally long, the fractions do not sum to 1, a part would be empty, or ``stratify`` is
        neither True nor False.

    Notes
    -----
    Whatever is learned from data, a scale too, is learned from the first part only. Used in
    ``chapters/networks/training_a_network.ipynb``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 5.3.

    Examples
    --------
    >>> train, test = split(np.arange(10.0), np.arange(10), fractions=(0.7, 0.3), rng=np.random.default_rng(0))
    >>> len(train[0]), len(test[0])
    (7, 3)
    """
    x = as_array("split", "x", x, dtype="any", finite=False)
    y = as_array("split", "y", y, dtype="any", finite=False)
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
        raise fail("split", "y", "as long as x", f"shapes {x.shape} and {y.shape}")
    n, generator = len(x), as_generator("split", "rng", rng)
    shares = _as_fractions(fractions)
    sizes = _sizes(shares, n)
    order = generator.permutation(n)
    if as_switch("split", "stratify", stratify):
        if y.ndim != 1 or y.dtype.kind not in "iu":
            raise fail("split", "y", "class indices of shape (n,) with stratify=True", f"{y.dtype} of shape {y.shape}")
        classes = [order[y[order] == label] for label in np.unique(y)]
        dealt = [
            np.split(members, np.cumsum(quota)[:-1]) for members, quota in _deal(classes, shares, sizes, generator)
        ]
        parts = [generator.permutation(np.concatenate(part)) for part in zip(*dealt, strict=True)]
    else:
        parts = np.split(order, np.cumsum(sizes)[:-1])
    return tuple((x[part], y[part]) for part in parts)


def minibatches(n: int, *, batch_size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """One epoch: all n indices in random order, ``batch_size`` at a time.

    Parameters
    ----------
    n : int >= 1
        The number of examples.
    batch_size : int in 1 … n
        The last batch is smaller if it does not divide n.
    rng : numpy.random.Generator
        Where the randomness comes from.

    Yields
    ------
    ndarray of integers
        The indices of one batch.

    Returns
    -------
    iterator of ndarrays
        Drawn without replacement: each index comes once.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such.

    Notes
    -----
    Why one shuffles: ``chapters/optimization/stochastic_gradients.ipynb#epochs-and-why-one-shuffles``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 8.1.3.

    Examples
    --------
    >>> [len(batch) for batch in minibatches(10, batch_size=4, rng=np.random.default_rng(0))]
    [4, 4, 2]
    """
    n = int(as_scalar("minibatches", "n", n, low=1, integer=True))
    batch_size = as_batch_size("minibatches", batch_size, n)
    order = as_generator("minibatches", "rng", rng).permutation(n)
    return (order[start : start + batch_size] for start in range(0, n, batch_size))


def as_batch_size(function: str, batch_size: Any, n: int) -> int:
    """``batch_size`` as an int between 1 and the number of examples."""
    batch_size = int(as_scalar(function, "batch_size", batch_size, low=1, integer=True))
    if batch_size > n:
        hint = "batch_size=len(x) takes all of them at once"
        raise fail(function, "batch_size", f"at most the number of examples, {n}", str(batch_size), hint)
    return batch_size


def _as_fractions(fractions: Any) -> np.ndarray:
    shares = as_array("split", "fractions", fractions, ndim=1).astype(np.float64)
    if len(shares) < 2 or (shares <= 0).any() or abs(shares.sum() - 1) > 1e-9:
        got = ", ".join(f"{s:g}" for s in shares)
        raise fail("split", "fractions", "at least two numbers > 0 with sum 1", f"({got})")
    return shares


def _sizes(fractions: np.ndarray, n: int) -> np.ndarray:
    ends = [round(end) for end in np.cumsum(fractions[:-1]) * n]
    sizes = np.diff([0, *ends, n])
    if sizes.min() < 1:
        raise fail("split", "x", "long enough for a part of every fraction", f"{n} examples")
    return sizes


def _deal(
    classes: list[np.ndarray], fractions: np.ndarray, sizes: np.ndarray, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Each class with how many of its members every part gets; together the parts get their sizes.

    Large classes come first, since small ones can still make up for their rounding; equal ones come in random order.
    """
    room, left = sizes.copy(), int(sizes.sum())
    in_random_order = [classes[i] for i in rng.permutation(len(classes))]
    for members in sorted(in_random_order, key=len, reverse=True):
        owed = len(members) * room / left
        quota = np.minimum(np.floor(len(members) * fractions + 1e-9).astype(int), room)
        while (missing := len(members) - quota.sum()) > 0:
            tie_break = rng.random(len(sizes))
            for part in np.lexsort((tie_break, -(owed - quota).round(9)))[:missing]:
                quota[part] += quota[part] < room[part]
        room, left = room - quota, left - len(members)
        yield members, quota
