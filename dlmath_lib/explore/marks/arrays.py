"""Arrays of numbers: polylines and scattered points, given once or by frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlmath_lib._validate import fail
from dlmath_lib.explore.evaluate import Scope
from dlmath_lib.explore.frames import Data
from dlmath_lib.explore.marks.base import Frame, Mark

__all__ = ["Polyline", "Scatter"]


class Polyline(Mark):
    """A line through points that are given as numbers; NaN breaks it.

    Parameters
    ----------
    xs, ys : array of shape (n,), or frame array
    label, color : str, optional
    dash : bool
    """

    type = "polyline"

    def __init__(
        self, xs: Any, ys: Any, *, label: str | None = None, color: str | None = None, dash: bool = False
    ) -> None:
        super().__init__(label, color)
        self.x, self.y = _columns(self.name, xs, ys)
        self.dash = bool(dash)

    def data(self) -> list[Data]:
        return [self.x, self.y]

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        return {"x": self.x.spec(), "y": self.y.spec(), "dash": self.dash}

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        return {"x": self.x.at(values, live), "y": self.y.at(values, live)}


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
        return {"x": self.x.at(values, live), "y": self.y.at(values, live)}


def _columns(owner: str, xs: Any, ys: Any) -> tuple[Data, Data]:
    x, y = Data(owner, "xs", xs), Data(owner, "ys", ys)
    if x.shape != y.shape:
        raise fail(owner, "ys", f"of shape {x.shape} as xs", str(y.shape))
    return x, y
