"""Numbers that were computed once: by PyTorch, an outside witness, and in long runs of the library itself.

The files are made by the scripts in ``tests/oracles``; :func:`load` reads one wherever the package is installed.
"""

from __future__ import annotations

from importlib import resources

import numpy as np

from dlmath_lib._validate import fail

__all__ = ["Vectors", "load", "names"]


class Vectors(dict[str, np.ndarray]):
    """The arrays of one file by their names; a missing one says how arrays get into the file.

    Parameters
    ----------
    file : str
        The file's name, for messages.
    arrays : dict of str to ndarray
        What it holds.
    """

    def __init__(self, file: str, arrays: dict[str, np.ndarray]) -> None:
        super().__init__(arrays)
        self.file = file

    def __missing__(self, key: str) -> np.ndarray:
        raise KeyError(
            f"the vectors {self.file!r} hold no {key!r}: they hold {', '.join(sorted(self)[:8])}, …; "
            f"tests/oracles has the scripts that make them, and CONTRIBUTING.md other outside oracles"
        )


def names() -> list[str]:
    """The files that :func:`load` can read.

    Returns
    -------
    list of str

    Examples
    --------
    >>> names()[:3]
    ['activations', 'attention', 'convolution']
    """
    files = resources.files(__name__).iterdir()
    return sorted(file.name.removesuffix(".npz") for file in files if file.name.endswith(".npz"))


def load(name: str) -> Vectors:
    """Read a file of reference vectors.

    Parameters
    ----------
    name : str
        One of :func:`names`: "activations", "convolution", "convolutional_network", "cures", "depth",
        "double_descent", "dropout", "momentum", "network", "normalization", "optimizers", "training".

    Returns
    -------
    Vectors
        A dict from names to arrays.

    Raises
    ------
    ValueError
        If there is no such file.

    Examples
    --------
    >>> load("optimizers")["path_float64"].shape
    (51, 3)
    """
    if name not in names():
        raise fail("load", "name", "one of " + ", ".join(map(repr, names())), repr(name))
    with resources.files(__name__).joinpath(f"{name}.npz").open("rb") as file, np.load(file) as stored:
        return Vectors(name, {key: stored[key] for key in stored.files})
