"""Arrays of numbers: polylines and scattered points, given once or by frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlmath_lib._validate import fail
from dlmath_lib.explore.drawing import drawable, line
from dlmath_lib.explore.evaluate import Scope, switch
from dlmath_lib.explore.frames import Data
from dlmath_lib.explore.marks.base import Frame, Mark
from dlmath_lib.plotting import COLOR_CYCLE, COLORS

__all__ = ["Polyline", "Scatter"]

_CLASSES = [role for role in COLOR_CYCLE if role != "gray"]


class Polyline(Mark):
    """A line through points that are given as numbers; NaN breaks it.

    Parameters
    ----------
    xs, ys : array of shape (n,), or frame array
    label, color : str, optional
    dash : bool
    """

    type = "polyline"
    given = True

    def __init__(
        self, xs: Any, ys: Any, *, label: str | None = None, color: str | None = None, dash: bool = False
    ) -> None:
        super().__init__(label, color)
        self.x, self.y = _columns(self.name, xs, ys)
        self.dash = switch(self.name, "dash", dash)

    def data(self) -> list[Data]:
        return [self.x, self.y]

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        return {"x": self.x.spec(), "y": self.y.spec(), "dash": self.dash}

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        return {"x": self.x.at(values, live), "y": self.y.at(values, live)}

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        line(ax, numbers["x"], numbers["y"], color, label=self.label, dash=self.dash)


class Scatter(Mark):
    """Points that are given as numbers.

    Parameters
    ----------
    xs, ys : array of shape (n,), or frame array
    classes : array of shape (n,) of whole numbers, or frame array, optional
        Colours the points by class.
    label, color : str, optional
    """

    type = "scatter"
    given = True

    def __init__(
        self, xs: Any, ys: Any, *, classes: Any = None, label: str | None = None, color: str | None = None
    ) -> None:
        super().__init__(label, color)
        self.x, self.y = _columns(self.name, xs, ys)
        self.classes = None if classes is None else Data(self.name, "classes", classes)
        if self.classes and self.classes.shape != self.x.shape:
            raise fail(self.name, "classes", f"of shape {self.x.shape} as xs", str(self.classes.shape))
        if self.classes and not self.classes.frame and (np.mod(self.classes.array, 1) != 0).any():
            raise fail(self.name, "classes", "whole numbers from 0", str(self.classes.array[:5]))
        self.cycles = classes is None

    def data(self) -> list[Data]:
        return [self.x, self.y, *([self.classes] if self.classes else [])]

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        classes = self.classes.spec() if self.classes else None
        return {"x": self.x.spec(), "y": self.y.spec(), "classes": classes}

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        classes = self.classes.at(values, live) if self.classes else None
        return {"x": self.x.at(values, live), "y": self.y.at(values, live), "classes": classes}

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        colors: Any = color
        if numbers["classes"] is not None:
            cycle = len(_CLASSES)
            roles = [_CLASSES[int(abs(c)) % cycle] if np.isfinite(c) else "gray" for c in numbers["classes"]]
            colors = [COLORS[role][0] for role in roles]
        ax.scatter(drawable(numbers["x"]), drawable(numbers["y"]), c=colors, s=14, label=self.label, linewidths=0)


def _columns(owner: str, xs: Any, ys: Any) -> tuple[Data, Data]:
    x, y = Data(owner, "xs", xs), Data(owner, "ys", ys)
    if x.shape != y.shape:
        raise fail(owner, "ys", f"of shape {x.shape} as xs", str(y.shape))
    return x, y
