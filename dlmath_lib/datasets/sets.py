"""The sets: three real ones that come with scikit-learn, and three drawn by own code."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._validate import as_generator, as_scalar, as_switch

__all__ = ["Dataset", "breast_cancer", "diabetes", "digits", "spirals", "two_moons", "xor"]


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
    table = _digits_table(_scikit_learn("digits"))
    names = tuple(f"pixel {i // 8},{i % 8}" for i in range(64))
    return Dataset(table[:, :-1] / 16, table[:, -1].astype(int), names, tuple("0123456789"))


@cache
def _digits_table(folder: Path) -> np.ndarray:
    """Read once: what is handed out is computed from it, and the reader's own."""
    return np.loadtxt(folder / "datasets/data/digits.csv.gz", delimiter=",")


def breast_cancer() -> Dataset:
    """569 lumps in the breast: thirty measurements of the nuclei of their cells, and whether they were benign.

    Parameters
    ----------
    None.

    Returns
    -------
    Dataset
        x of shape (569, 30), in the units of the images; y is 0 for malignant (212 lumps) and 1 for benign (357).

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn, which the set comes with, is not installed.

    Notes
    -----
    Ten properties of a nucleus, such as its radius, each as the mean over an image's nuclei, its standard error, and
    the mean of the three largest ("worst"). The Wisconsin diagnostic set. Used in
    ``chapters/networks/linear_classification.ipynb``.

    References
    ----------
    W. N. Street, W. H. Wolberg, O. L. Mangasarian, Nuclear feature extraction for breast tumor diagnosis, SPIE 1905
    (1993), 861–870.

    Examples
    --------
    >>> data = breast_cancer()
    >>> data.x.shape, np.bincount(data.y).tolist(), data.feature_names[0], float(data.x[0, 0])
    ((569, 30), [212, 357], 'mean radius', 17.99)
    """
    file = _scikit_learn("breast_cancer") / "datasets/data/breast_cancer.csv"
    table = np.loadtxt(file, delimiter=",", skiprows=1)
    names = ("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points",
             "symmetry", "fractal dimension")  # fmt: skip
    features = [f"mean {n}" for n in names] + [f"{n} error" for n in names] + [f"worst {n}" for n in names]
    return Dataset(table[:, :-1], table[:, -1].astype(int), tuple(features), ("malignant", "benign"))


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
    TypeError
        If ``scaled`` is neither True nor False.
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
    scaled = as_switch("diabetes", "scaled", scaled)
    _scikit_learn("diabetes")
    from sklearn.datasets import load_diabetes

    bunch = load_diabetes(scaled=scaled)
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


def _scattered(
    function: str, points: np.ndarray, y: np.ndarray, rng: np.random.Generator, noise: Any, names: tuple[str, ...]
) -> Dataset:
    noise = as_scalar(function, "noise", noise, low=0)
    order = rng.permutation(len(y))
    x = points + noise * rng.standard_normal(points.shape)
    return Dataset(x[order], y[order], ("x₁", "x₂"), names)


def _scikit_learn(function: str) -> Path:
    """The folder of scikit-learn, which holds the sets as tables; importing it takes two seconds."""
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{function}: scikit-learn must be installed: pip install scikit-learn==1.9.1")
    return Path(found.origin).parent
