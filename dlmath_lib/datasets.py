"""Data: two real sets that come with scikit-learn, three drawn by own code, and how to split and batch them.

Nothing is downloaded. Used from ``chapters/networks/linear_regression.ipynb`` on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_array, as_generator, as_scalar, fail

__all__ = ["Dataset", "diabetes", "digits", "minibatches", "spirals", "split", "two_moons", "xor"]


class Dataset(NamedTuple):
    """Examples and what is known of them.

    Attributes
    ----------
    x : ndarray of shape (n, features)
        One example in each row.
    y : ndarray of shape (n,)
        Class indices (integers), or the numbers to predict.
    feature_names : tuple of str
        One for each column of x.
    target_names : tuple of str
        The names of the classes; or the name of the one number.
    """

    x: np.ndarray
    y: np.ndarray
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]


def digits() -> Dataset:
    """1797 handwritten digits of 8 × 8 pixels, each pixel in [0, 1].

    Parameters
    ----------
    None.

    Returns
    -------
    Dataset
        x of shape (1797, 64), row by row through the image; y the digit.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn, which the set comes with, is not installed.

    Notes
    -----
    The 16 levels of grey are divided by 16, a constant known beforehand: nothing of the test data leaks into it. Used
    in ``chapters/networks/training_a_network.ipynb``.

    References
    ----------
    E. Alpaydin, Optical recognition of handwritten digits, UCI machine learning repository (1998).

    Examples
    --------
    >>> data = digits()
    >>> data.x.shape, data.y[:5].tolist(), float(data.x.max())
    ((1797, 64), [0, 1, 2, 3, 4], 1.0)
    """
    bunch = _scikit_learn("digits").load_digits()
    names = tuple(f"pixel {i // 8},{i % 8}" for i in range(64))
    return Dataset(bunch.data / 16, bunch.target, names, tuple("0123456789"))


def diabetes(*, scaled: bool = False) -> Dataset:
    """442 patients: ten measurements, and how far their diabetes had progressed a year later.

    Parameters
    ----------
    scaled : bool, default False
        False: the measurements in their own units. True: each column with mean 0 and length 1, over all patients.

    Returns
    -------
    Dataset
        x of shape (442, 10); y between 25 and 346.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn, which the set comes with, is not installed.

    Notes
    -----
    The scaling uses every patient, those of a later test set too: to judge a model, scale with the training part alone.
    Used in ``chapters/networks/linear_regression.ipynb``.

    References
    ----------
    B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, Least angle regression, Ann. Statist. 32 (2004), 407–499.

    Examples
    --------
    >>> data = diabetes()
    >>> data.x.shape, data.feature_names[:4], data.x[0, :4].tolist()
    ((442, 10), ('age', 'sex', 'bmi', 'bp'), [59.0, 2.0, 32.1, 101.0])
    """
    bunch = _scikit_learn("diabetes").load_diabetes(scaled=bool(scaled))
    return Dataset(bunch.data, bunch.target, tuple(bunch.feature_names), ("progression",))


def xor() -> Dataset:
    """The four corners of a square with y = 1 where exactly one coordinate is 1: no line parts the classes.

    Parameters
    ----------
    None.

    Returns
    -------
    Dataset
        x of shape (4, 2), y of shape (4,).

    Raises
    ------
    Nothing.

    Notes
    -----
    Used in ``chapters/networks/neurons_and_layers.ipynb``.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.1.

    Examples
    --------
    >>> data = xor()
    >>> data.x.tolist(), data.y.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return Dataset(x, np.array([0, 1, 1, 0]), ("x₁", "x₂"), ("equal", "different"))


def two_moons(n: int, *, rng: np.random.Generator, noise: float = 0.1) -> Dataset:
    """Two half circles that reach into each other, (cos t, sin t) and (1 − cos t, ½ − sin t) with 0 ≤ t ≤ π.

    Parameters
    ----------
    n : int >= 2
        The number of points; with an odd n the first moon has one more.
    rng : numpy.random.Generator
        Where the randomness comes from.
    noise : float >= 0, default 0.1
        The standard deviation of the Gaussian noise on both coordinates.

    Returns
    -------
    Dataset
        x of shape (n, 2), y in {0, 1}, in random order.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such.

    Notes
    -----
    The points are drawn uniformly in t. Used in ``chapters/networks/training_a_network.ipynb``.

    References
    ----------
    scikit-learn's ``make_moons`` draws the same two curves.

    Examples
    --------
    >>> data = two_moons(100, rng=np.random.default_rng(0), noise=0)
    >>> upper = data.x[data.y == 0]
    >>> bool(np.allclose((upper**2).sum(axis=1), 1))
    True
    """
    n = int(as_scalar("two_moons", "n", n, low=2, integer=True))
    y = np.arange(n) % 2
    t = as_generator("two_moons", "rng", rng).uniform(0, np.pi, n)
    moons = np.where(y == 0, [np.cos(t), np.sin(t)], [1 - np.cos(t), 0.5 - np.sin(t)]).T
    return _scattered("two_moons", moons, y, rng, noise, ("upper", "lower"))


def spirals(n: int, *, rng: np.random.Generator, classes: int = 2, turns: float = 1.0, noise: float = 0.05) -> Dataset:
    """Spirals r (cos φ, sin φ) with φ = 2π (r · turns + k / classes), one for each class k, and 0.1 ≤ r ≤ 1.

    Parameters
    ----------
    n : int >= classes
        The number of points; the classes differ by at most one.
    rng : numpy.random.Generator
        Where the randomness comes from.
    classes : int >= 2, default 2
        The number of arms.
    turns : float > 0, default 1
        How often an arm goes round.
    noise : float >= 0, default 0.05
        The standard deviation of the Gaussian noise on both coordinates.

    Returns
    -------
    Dataset
        x of shape (n, 2), y in 0 … classes − 1, in random order.

    Raises
    ------
    TypeError, ValueError
        If an argument is not such.

    Notes
    -----
    The points are drawn uniformly in r. Used in ``chapters/networks/training_a_network.ipynb``.

    References
    ----------
    Own construction.

    Examples
    --------
    >>> data = spirals(90, classes=3, rng=np.random.default_rng(0))
    >>> data.x.shape, np.bincount(data.y).tolist()
    ((90, 2), [30, 30, 30])
    """
    classes = int(as_scalar("spirals", "classes", classes, low=2, integer=True))
    n = int(as_scalar("spirals", "n", n, low=classes, integer=True))
    turns = as_scalar("spirals", "turns", turns, low=0, low_open=True)
    y = np.arange(n) % classes
    r = as_generator("spirals", "rng", rng).uniform(0.1, 1.0, n)
    angle = 2 * np.pi * (r * turns + y / classes)
    arms = np.column_stack([r * np.cos(angle), r * np.sin(angle)])
    return _scattered("spirals", arms, y, rng, noise, tuple(f"arm {k}" for k in range(classes)))


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
        True: each class is dealt out in these fractions, up to one or two examples.

    Returns
    -------
    tuple of (x, y) pairs
        One for each fraction; together they hold every example once.

    Raises
    ------
    TypeError, ValueError
        If x and y are not equally long, the fractions do not sum to 1, or a part would be empty.

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
    ends = _ends(fractions, n)
    order = generator.permutation(n)
    if stratify:
        if y.ndim != 1 or y.dtype.kind not in "iu":
            raise fail("split", "y", "class indices of shape (n,) with stratify=True", f"{y.dtype} of shape {y.shape}")
        order = order[np.argsort(_place_in_class(y[order]), kind="stable")]
    parts = [generator.permutation(part) for part in np.split(order, ends)]
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
    Used in ``chapters/networks/training_a_network.ipynb``.

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


def _ends(fractions: Any, n: int) -> list[int]:
    sizes = as_array("split", "fractions", fractions, ndim=1)
    if len(sizes) < 2 or (sizes <= 0).any() or abs(sizes.sum() - 1) > 1e-9:
        got = ", ".join(f"{s:g}" for s in sizes)
        raise fail("split", "fractions", "at least two numbers > 0 with sum 1", f"({got})")
    ends = [round(end) for end in np.cumsum(sizes[:-1]) * n]
    if min(np.diff([0, *ends, n])) < 1:
        raise fail("split", "x", "long enough for a part of every fraction", f"{n} examples")
    return ends


def _place_in_class(y: np.ndarray) -> np.ndarray:
    """For each example its rank among those of its class, as a share in (0, 1): sorted by it the classes are mixed."""
    place = np.empty(len(y))
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
    return place


def _scattered(
    function: str, points: np.ndarray, y: np.ndarray, rng: np.random.Generator, noise: Any, names: tuple[str, ...]
) -> Dataset:
    noise = as_scalar(function, "noise", noise, low=0)
    order = rng.permutation(len(y))
    x = points + noise * rng.standard_normal(points.shape)
    return Dataset(x[order], y[order], ("x₁", "x₂"), names)


def _scikit_learn(function: str) -> Any:
    try:
        import sklearn.datasets
    except ModuleNotFoundError:
        message = f"{function}: scikit-learn must be installed: pip install scikit-learn==1.9.1"
        raise ModuleNotFoundError(message) from None
    return sklearn.datasets
