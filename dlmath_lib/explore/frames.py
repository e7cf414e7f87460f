"""Arrays that NumPy computed beforehand over a grid of slider values: for what has no closed form.

Training runs, decision boundaries and samples are functions of the sliders as well, but only Python can compute them.
``Frames`` stores them at each grid point, to 4 significant digits and without rounding noise, and the front end shows
the nearest.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dlmath_lib._validate import fail
from dlmath_lib.explore.controls import Choice, Slider, nearest
from dlmath_lib.explore.evaluate import number, words

__all__ = ["Data", "FrameArray", "Frames"]

_MOST_BYTES = 60_000
_DIGITS = 4
_NOISE = 8 * float(np.finfo(float).eps)


class FrameArray:
    """One named array of :class:`Frames`, to be used in a mark."""

    def __init__(self, frames: Frames, name: str) -> None:
        self.frames, self.name = frames, name

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's shape, the same at every grid point."""
        return self.frames.shapes[self.name]

    def __repr__(self) -> str:
        return f"frames[{self.name!r}] of shape {self.shape}"


class Frames:
    """Arrays over a grid of slider values; made by :meth:`compute`.

    Parameters
    ----------
    controls : sequence of Slider or Choice
        What moves through the frames.
    grid : list of lists of float
        The values of each control that have a frame.
    arrays : mapping of str to lists of ndarrays
        One array for each point of the grid, the last control's values varying fastest.

    Examples
    --------
    >>> import sympy as sp
    >>> k = sp.symbols("k", real=True)
    >>> slope = Slider(k, 0, 2, values=[0, 1, 2])
    >>> frames = Frames.compute(lambda k: {"line": k * np.arange(3.0)}, slope)
    >>> frames["line"]
    frames['line'] of shape (3,)
    """

    def __init__(
        self, controls: Sequence[Slider | Choice], grid: list[list[float]], arrays: Mapping[str, list[np.ndarray]]
    ) -> None:
        self.controls = list(controls)
        self.grid = grid
        self.arrays = dict(arrays)
        self.shapes = {name: arrays[name][0].shape for name in arrays}
        self.strides = [math.prod(len(g) for g in grid[i + 1 :]) for i in range(len(grid))]

    @classmethod
    def compute(
        cls, function: Callable[..., Mapping[str, Any]], *controls: Slider | Choice, noise: float = _NOISE
    ) -> Frames:
        """Call ``function(**values)`` at every grid point of the sliders and keep its arrays.

        Parameters
        ----------
        function : callable
            Takes one keyword argument per slider, named as its symbol, and returns a dict of arrays whose names and
            shapes do not change.
        *controls : Slider or Choice
            The grid of a slider is its ``values``, or its steps if they are few, or 9 values.
        noise : float
            What is smaller than this part of an array's largest number is stored as 0: it is rounding, and another
            processor would store something else. Give 0 where a log axis shows such numbers.

        Raises
        ------
        TypeError, ValueError
            If the function returns no dict of arrays, a shape changes, or the stored arrays would be too big.
        """
        if not controls or not all(isinstance(c, (Slider, Choice)) for c in controls):
            raise fail("Frames.compute", "controls", "one or more Slider or Choice", repr(controls), error=TypeError)
        noise = number("Frames.compute", "noise", noise, low=0, high=1)
        names = [c.symbol.name for c in controls]
        if len(set(names)) < len(names):
            raise fail("Frames.compute", "controls", "for different symbols", ", ".join(names))
        grid = [c.grid() for c in controls]
        arrays: dict[str, list[np.ndarray]] = {}
        for point in itertools.product(*grid):
            values = dict(zip(names, point, strict=True))
            result = as_arrays("Frames.compute", function(**values))
            if arrays and result.keys() != arrays.keys():
                raise fail("Frames.compute", "the function's result", f"a dict of {sorted(arrays)}",
                           f"{sorted(result)} at {_at(values)}")  # fmt: skip
            for name, array in result.items():
                first = arrays.setdefault(name, [])
                if first and first[0].shape != array.shape:
                    raise fail("Frames.compute", f"the shape of {name!r}", f"{first[0].shape} everywhere",
                               f"{array.shape} at {_at(values)}", "pad with NaN to one length")  # fmt: skip
                first.append(_rounded(array, noise))
        frames = cls(controls, grid, arrays)
        size = sum(len(_short(v)) + 1 for runs in arrays.values() for run in runs for v in run.flat)
        if size > _MOST_BYTES:
            points = math.prod(len(g) for g in grid)
            raise fail("Frames.compute", "the stored arrays", f"at most {_MOST_BYTES // 1000} kB of JSON",
                       f"{size // 1000} kB ({points} grid points)",
                       "give the sliders fewer values=[…], or return every 10th point")  # fmt: skip
        return frames

    def __getitem__(self, name: str) -> FrameArray:
        if name not in self.arrays:
            raise KeyError(f"Frames: no array named {name!r}: there are {', '.join(self.arrays)}")
        return FrameArray(self, name)

    def at(self, name: str, values: Mapping[str, float]) -> np.ndarray:
        """The array ``name`` at the grid point nearest to ``values``."""
        index = 0
        for control, grid, stride in zip(self.controls, self.grid, self.strides, strict=True):
            index += stride * grid.index(nearest(grid, values[control.symbol.name]))
        return self.arrays[name][index]

    def spec(self, index: Mapping[Any, int]) -> dict[str, Any]:
        """The ``frames`` entry of the JSON spec; ``index`` numbers the controls."""
        arrays = {
            name: {"shape": list(self.shapes[name]), "data": [plain(run) for run in runs]}
            for name, runs in self.arrays.items()
        }
        return {"params": [index[c.symbol] for c in self.controls], "grid": self.grid, "arrays": arrays}


class Data:
    """Numbers of a mark: an array that is given once, or a frame array.

    Parameters
    ----------
    owner, argument : str
        For messages.
    value : array or FrameArray
    ndim : int
        The dimensions that the mark needs.
    """

    def __init__(self, owner: str, argument: str, value: Any, ndim: int = 1) -> None:
        self.frame: FrameArray | None = value if isinstance(value, FrameArray) else None
        if isinstance(value, Frames):
            hint = f'pick one: frames["{next(iter(value.arrays))}"]'
            raise fail(owner, argument, "an array or frames[name]", "Frames", hint, error=TypeError)
        self.array = np.zeros(0)
        if self.frame is None:
            try:
                self.array = np.asarray(value, dtype=float)
            except (TypeError, ValueError):
                got = f"{type(value).__name__} {str(value)[:60]}"
                raise fail(owner, argument, "an array of numbers or frames[name]", got, error=TypeError) from None
        self.shape = self.frame.shape if self.frame else self.array.shape
        if len(self.shape) != ndim or 0 in self.shape:
            raise fail(owner, argument, f"a {ndim}-dimensional array with entries", f"shape {self.shape}")

    def spec(self) -> dict[str, Any]:
        """The ``DATA`` of the JSON spec."""
        return {"frame": self.frame.name} if self.frame else {"values": plain(self.array)}

    def at(self, values: Mapping[str, float], live: Mapping[str, Any]) -> np.ndarray:
        """The numbers at the parameters' values, flat."""
        if self.frame is None:
            return self.array.ravel()
        if live.get(self.frame.name) is not None:
            return np.array([math.nan if v is None else v for v in live[self.frame.name]], dtype=float)
        return self.frame.frames.at(self.frame.name, values).ravel()


def as_arrays(owner: str, result: Any) -> dict[str, np.ndarray]:
    """A function's result as a dict of float arrays."""
    if not isinstance(result, Mapping) or not result:
        raise fail(owner, "the function's result", 'a dict {"name": array, …}', type(result).__name__, error=TypeError)
    arrays = {}
    for name, value in result.items():
        words(owner, "the names of the arrays", name)
        try:
            arrays[name] = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            hint = "pad rows with NaN to one length" if isinstance(value, (list, tuple)) else ""
            got = f"{type(value).__name__} {str(value)[:60]}"
            expected = "numbers in rows of one length"
            raise fail(owner, f"the array {name!r}", expected, got, hint, error=TypeError) from None
        if arrays[name].size == 0:
            raise fail(owner, f"the array {name!r}", "not empty", f"shape {arrays[name].shape}")
    return arrays


def plain(array: np.ndarray) -> list[float | None]:
    """A flat list for JSON, with None where the array is not finite."""
    return [float(v) if math.isfinite(v) else None for v in array.ravel()]


def _rounded(array: np.ndarray, noise: float) -> np.ndarray:
    """To the digits that a picture needs; 0 has no sign."""
    largest = np.abs(array[np.isfinite(array)]).max(initial=0)
    kept = np.where(np.abs(array) <= noise * largest, 0.0, array)
    return np.array([float(_short(v, largest)) for v in kept.flat]).reshape(array.shape)


def _short(value: float, largest: float = 0) -> str:
    # Only a log axis shows the very small beside the large: over eight decades two digits are below a pixel.
    digits = 2 if abs(value) < 1e-8 * largest else _DIGITS
    return f"{value:.{digits}g}" if math.isfinite(value) else "nan"


def _at(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {value:g}" for name, value in values.items())
