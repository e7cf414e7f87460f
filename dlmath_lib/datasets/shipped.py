"""Real recordings that other packages bring: an EEG and a mountain range (matplotlib), a photograph (scikit-learn)."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

__all__ = ["eeg", "elevation", "photograph"]


def eeg() -> np.ndarray:
    """Ten seconds of an electroencephalogram: 4 channels, 80 numbers a second.

    Parameters
    ----------
    None.

    Returns
    -------
    ndarray of shape (4, 800)
        The channels PG3, PG5, PG7 and PG9; without units, each scaled to a standard deviation of about 1.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib, which the recording comes with, is not installed.

    Notes
    -----
    Used in ``chapters/convolution/convolution.ipynb#intuition``.

    References
    ----------
    matplotlib's sample data, ``eeg.dat``.

    Examples
    --------
    >>> eeg().shape
    (4, 800)
    """
    file = _folder("eeg", "matplotlib") / "mpl-data/sample_data/eeg.dat"
    return np.fromfile(file, "<f8").reshape(800, 4).T.copy()


def elevation() -> np.ndarray:
    """Metres above the sea of a part of the Appalachians, at the crossings of a grid of 3 seconds of arc.

    Parameters
    ----------
    None.

    Returns
    -------
    ndarray of shape (344, 403)
        Row by row from the north, each from the west: about 93 m from row to row, and 74 m from column to column.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib, which the map comes with, is not installed.

    Notes
    -----
    Used in ``chapters/convolution/convolution.ipynb#channels-and-more-axes``.

    References
    ----------
    matplotlib's sample data, ``jacksboro_fault_dem.npz``, around 36.6° N, 84.2° W.

    Examples
    --------
    >>> height = elevation()
    >>> height.shape, float(height.min()), float(height.max())
    ((344, 403), 236.0, 1076.0)
    """
    folder = _folder("elevation", "matplotlib") / "mpl-data/sample_data"
    with np.load(folder / "jacksboro_fault_dem.npz") as stored:
        return stored["elevation"].astype(float)


def photograph() -> np.ndarray:
    """A colour photograph of a temple, channels first, each in [0, 1].

    Parameters
    ----------
    None.

    Returns
    -------
    ndarray of shape (3, 427, 640)
        Red, green and blue.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn, which the photograph comes with, or Pillow, which reads it, is not installed.

    Notes
    -----
    Used in ``chapters/convolution/convolution.ipynb#channels-and-more-axes``.

    References
    ----------
    scikit-learn's ``china.jpg``, by danielbuechele (Flickr), CC BY 2.0.

    Examples
    --------
    >>> picture = photograph()
    >>> picture.shape, float(picture.max())
    ((3, 427, 640), 1.0)
    """
    folder = _folder("photograph", "sklearn")
    _folder("photograph", "PIL")
    from PIL import Image

    with Image.open(folder / "datasets/images/china.jpg") as image:
        return np.asarray(image).transpose(2, 0, 1) / 255


def _folder(function: str, module: str) -> Path:
    """The folder of a package, which holds the data; importing it would take long."""
    found = find_spec(module)
    if found is None or found.origin is None:
        name = {"sklearn": "scikit-learn", "PIL": "pillow"}.get(module, module)
        raise ModuleNotFoundError(f"{function}: {name} must be installed: pip install {name}")
    return Path(found.origin).parent
