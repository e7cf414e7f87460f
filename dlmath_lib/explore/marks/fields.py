"""Functions of two variables: a field with contour lines, and the map of a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import sympy as sp
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm, Normalize

from dlmath_lib._validate import fail, one_of
from dlmath_lib.explore.drawing import RAMPS, drawable
from dlmath_lib.explore.evaluate import Function, Scope, expression, interval, number, switch
from dlmath_lib.explore.frames import Data, FrameArray
from dlmath_lib.explore.marks.base import Domain, Frame, Mark, count, pair, positions

__all__ = ["Field", "GridMap"]


class Field(Mark):
    """Colours and contour lines of a function of two variables.

    Parameters
    ----------
    expr : expression, array of shape (ny, nx) or frame array
        An array's rows run along y, from low to high.
    x, y : (Symbol, low, high)
        For an array (low, high) is enough.
    levels : int or sequence of float
        How many contour lines, or where they lie.
    scale : {"linear", "log"}
        Spacing of the levels.
    palette : {"sequential", "diverging"}
    samples : int or (int, int)
        Nodes along x and y.
    bar : bool
        Show the colour scale.
    label : str, optional
    """

    type = "field"
    cycles = False
    covers = True

    def __init__(
        self,
        expr: Any,
        x: Any,
        y: Any,
        *,
        levels: int | Sequence[float] = 12,
        scale: Literal["linear", "log"] = "linear",
        palette: Literal["sequential", "diverging"] = "sequential",
        samples: int | tuple[int, int] = 60,
        bar: bool = True,
        label: str | None = None,
    ) -> None:
        super().__init__(label, None)
        self.scale = one_of(self.name, "scale", scale, ("linear", "log"))
        self.palette = one_of(self.name, "palette", palette, ("sequential", "diverging"))
        self.levels = self._levels(levels)
        self.bar = switch(self.name, "bar", bar)
        self.function: Function | None = None
        self.values: Data | None = None
        self._domains: list[Domain] = []
        if isinstance(expr, (np.ndarray, FrameArray, list)):
            self.values = Data(self.name, "expr", expr, 2)
            self.n = (self.values.shape[1], self.values.shape[0])
            self.x, self.y = (interval(self.name, way, _ends(v)) for way, v in (("x", x), ("y", y)))
            return
        domains = Domain(self.name, "x", x, fixed=True), Domain(self.name, "y", y, fixed=True, name="v1")
        if domains[0].symbol == domains[1].symbol:
            raise fail(self.name, "x and y", "different symbols", str(domains[0].symbol))
        ends = [d.fixed() for d in domains]
        assert ends[0] is not None and ends[1] is not None  # fixed=True
        self.x, self.y = ends[0], ends[1]
        self._domains = list(domains)
        both = domains[0].bound | domains[1].bound
        self.function = Function(self.name, "expr", expression(self.name, "expr", expr), both)
        nx, ny = samples if isinstance(samples, (tuple, list)) and len(samples) == 2 else (samples, samples)
        self.n = count(self.name, "samples", nx, 2, 400), count(self.name, "samples", ny, 2, 400)

    def _levels(self, levels: Any) -> int | list[float]:
        if isinstance(levels, (list, tuple, np.ndarray)):
            listed = [number(self.name, "levels", v) for v in levels]
            if not listed or any(b <= a for a, b in pairwise(listed)):
                raise fail(self.name, "levels", "increasing numbers", repr(levels))
            return listed
        return count(self.name, "levels", levels, 2, 60)

    def functions(self) -> list[Function]:
        return [self.function] if self.function else []

    def data(self) -> list[Data]:
        return [self.values] if self.values else []

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        what: dict[str, Any] = {}
        if self.function:
            what["fn"] = self.function.javascript(scope)
        elif self.values:
            what["data"] = self.values.spec()
        return what | {
            "x": list(self.x), "y": list(self.y), "n": list(self.n), "levels": self.levels, "scale": self.scale,
            "palette": self.palette, "bar": self.bar,
        }  # fmt: skip

    def nodes(self, frame: Frame) -> tuple[np.ndarray, np.ndarray]:
        """The positions of the columns and the rows, over the ranges of ``frame``."""
        return positions(*self.x, self.n[0], frame.x.log), positions(*self.y, self.n[1], frame.y.log)

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        if self.values:
            return {"z": self.values.at(values, live)}
        x, y = self.nodes(frame)
        grid_x, grid_y = np.tile(x, y.size), np.repeat(y, x.size)
        return {"z": self.function(values, grid_x, grid_y) if self.function else grid_x}

    def domains(self) -> list[Domain]:
        return self._domains

    @property
    def own_colors(self) -> int:
        return 2 if self.palette == "diverging" else 1

    def span(self, way: str) -> tuple[float, float] | None:
        return self.x if way == "x" else self.y

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        x, y = self.nodes(frame)
        z = np.ma.masked_invalid(np.reshape(numbers["z"], (y.size, x.size)))
        if self.scale == "log":
            z = np.ma.masked_less_equal(z, 0)
        if z.count() == 0:
            return
        low, high = float(z.min()), float(z.max())
        norm: Any = LogNorm(low, high) if self.scale == "log" else Normalize(low, high)
        if self.palette == "diverging" and self.scale == "linear":
            size = max(abs(low), abs(high)) or 1.0
            norm = Normalize(-size, size)
        levels = self._thresholds(low, high)
        if levels.size > 1:
            options: Any = {"levels": levels, "norm": norm, "cmap": RAMPS[self.palette], "extend": "both"}
            filled = ax.contourf(x, y, z, alpha=0.8, **options)
            ax.contour(x, y, z, levels=levels, colors="#00000055", linewidths=0.5)
            if self.bar:
                ax.figure.colorbar(filled, ax=ax, shrink=0.9, format="%.3g", label=self.label)

    def _thresholds(self, low: float, high: float) -> np.ndarray:
        if isinstance(self.levels, list):
            return np.array(self.levels)
        space = np.geomspace if self.scale == "log" else np.linspace
        return np.unique(space(low, high, self.levels + 2))


class GridMap(Mark):
    """The image of a grid under a map of the plane: a matrix, or two expressions.

    Parameters
    ----------
    image : Matrix of shape (2, 2), or (expression, expression)
    u, v : (Symbol, low, high)
        The grid before the map.
    lines : int
        Lines in each direction.
    samples : int
        Points of each line; a matrix needs 2.
    label, color : str, optional
    """

    type = "gridmap"

    def __init__(
        self,
        image: Any,
        u: Any,
        v: Any,
        *,
        lines: int = 11,
        samples: int | None = None,
        label: str | None = None,
        color: str | None = None,
    ) -> None:
        super().__init__(label, color)
        domains = Domain(self.name, "u", u, fixed=True), Domain(self.name, "v", v, fixed=True, name="v1")
        self.u, self.v = (d.fixed() or (0.0, 1.0) for d in domains)
        self._domains = list(domains)
        linear = isinstance(image, sp.MatrixBase) and image.shape == (2, 2)
        if isinstance(image, sp.MatrixBase) and image.shape not in ((2, 2), (2, 1)):
            raise fail(self.name, "image", "a 2×2 matrix or two expressions", f"shape {image.shape}")
        if linear:
            image = image * sp.Matrix([d.symbol for d in domains])
        point = pair(self.name, "image", image)
        self.function = Function(self.name, "image", point, domains[0].bound | domains[1].bound)
        self.lines = count(self.name, "lines", lines, 2, 100)
        samples = (2 if linear else 41) if samples is None else samples
        self.samples = count(self.name, "samples", samples, 2, 500)

    def functions(self) -> list[Function]:
        return [self.function]

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        return {
            "fn": self.function.javascript(scope), "u": list(self.u), "v": list(self.v), "lines": self.lines,
            "samples": self.samples,
        }  # fmt: skip

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        u, v = positions(*self.u, self.lines), positions(*self.v, self.lines)
        along_u, along_v = positions(*self.u, self.samples), positions(*self.v, self.samples)
        us = np.concatenate([np.repeat(u, self.samples), np.tile(along_u, self.lines)])
        vs = np.concatenate([np.tile(along_v, self.lines), np.repeat(v, self.samples)])
        x, y = self.function(values, us, vs)
        return {"x": x, "y": y}

    def domains(self) -> list[Domain]:
        return self._domains

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        places = np.stack([drawable(numbers["x"]), drawable(numbers["y"])], axis=-1)
        lines = places.reshape(2 * self.lines, self.samples, 2)
        ax.add_collection(LineCollection(list(lines), colors=color, linewidths=0.8, label=self.label))


def _ends(value: Any) -> Any:
    """The ends of a range that may name its variable."""
    return value[1:] if isinstance(value, (tuple, list)) and len(value) == 3 else value
