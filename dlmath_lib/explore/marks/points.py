"""Marks at places: points, arrows, segments, labels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib._validate import fail
from dlmath_lib.explore.controls import round_step
from dlmath_lib.explore.drawing import line
from dlmath_lib.explore.evaluate import Function, Scope, expression, interval, number, switch, words
from dlmath_lib.explore.marks.base import Frame, Mark, State, pair

__all__ = ["Arrow", "Label", "Point", "Segment"]


class Point(Mark):
    """A point, which a reader may drag.

    Parameters
    ----------
    x, y : expression
    drag : bool
        The coordinates that are bare symbols follow the hand; the others follow their expression.
    start : mapping from Symbol to float, optional
        Where a dragged symbol starts; required for one without a slider of its own.
    bounds : mapping from Symbol to (low, high), optional
        How far it goes; by default the panel's range.
    step : float, optional
        One press of an arrow key.
    label, color : str, optional
    radius : float
        In px.
    """

    type = "point"

    def __init__(
        self,
        x: Any,
        y: Any,
        *,
        drag: bool = False,
        start: Mapping[sp.Symbol, float] | None = None,
        bounds: Mapping[sp.Symbol, tuple[float, float]] | None = None,
        step: float | None = None,
        label: str | None = None,
        color: str | None = None,
        radius: float = 6,
    ) -> None:
        super().__init__(label, color)
        drag = switch(self.name, "drag", drag)
        self.coordinates = expression(self.name, "x", x), expression(self.name, "y", y)
        self.function = Function(self.name, "x, y", self.coordinates)
        self.dragged = [c if drag and isinstance(c, sp.Symbol) else None for c in self.coordinates]
        if drag and not any(self.dragged):
            raise fail(self.name, "x or y", "a bare symbol when drag=True", f"{x}, {y}", "drag moves a parameter")
        if self.dragged[0] is not None and self.dragged[0] == self.dragged[1]:
            raise fail(self.name, "x and y", "different symbols when drag=True", f"{x}, {y}")
        for argument, mapping in (("start", start), ("bounds", bounds)):
            if mapping is not None and not isinstance(mapping, Mapping):
                raise fail(self.name, argument, "a dict {symbol: …}", repr(mapping), error=TypeError)
        self.start = {s: number(self.name, f"start[{s}]", v) for s, v in (start or {}).items()}
        self.bounds = {s: interval(self.name, f"bounds[{s}]", v) for s, v in (bounds or {}).items()}
        for argument, given in (("start", self.start), ("bounds", self.bounds)):
            if alien := [str(s) for s in given if s not in self.dragged]:
                raise fail(self.name, argument, "for its dragged symbols only", ", ".join(alien))
        self.step = None if step is None else number(self.name, "step", step, low=0, low_open=True)
        self.radius = number(self.name, "radius", radius, low=0, low_open=True, high=40)

    def functions(self) -> list[Function]:
        return [self.function]

    def states(self, frame: Frame) -> list[State]:
        found = []
        for s, axis, way in zip(self.dragged, (frame.x, frame.y), ("x", "y"), strict=True):
            if s is None or s not in self.start:
                continue
            low, high = self.bounds.get(s, (axis.low, axis.high))
            value = self.start[s]
            if not low <= value <= high:
                raise fail(self.name, f"start[{s}]", f"between {low:g} and {high:g}", f"{value:g}")
            step = self.step or round_step(high - low)
            name = f"{self.label}: {way}" if self.label else s.name
            found.append(State(s, name, low, high, step, value))
        return found

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        drag: dict[str, int | None] | None = None
        if any(self.dragged):
            index = [None if s is None else scope.index[s] for s in self.dragged]
            drag = {"x": index[0], "y": index[1]}
        return {"fn": self.function.javascript(scope), "drag": drag, "radius": self.radius}

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        x, y = self.function(values)
        return {"x": float(x), "y": float(y)}

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        place = [numbers["x"]], [numbers["y"]]
        ax.plot(*place, "o", color=color, markersize=self.radius * 1.1, label=self.label, zorder=4)


class Segment(Mark):
    """A straight segment between two places.

    Parameters
    ----------
    start, end : (expression, expression)
    label, color : str, optional
    dash : bool
    """

    type = "segment"
    cycles = False
    default_color: str | None = "gray"

    def __init__(
        self, start: Any, end: Any, *, label: str | None = None, color: str | None = None, dash: bool = False
    ) -> None:
        super().__init__(label, color)
        places = (*pair(self.name, "start", start), *pair(self.name, "end", end))
        self.function = Function(self.name, "start, end", places)
        self.dash = switch(self.name, "dash", dash)

    def functions(self) -> list[Function]:
        return [self.function]

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        return {"fn": self.function.javascript(scope), "dash": self.dash}

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        return {"points": self.function(values)}

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        line(ax, numbers["points"][::2], numbers["points"][1::2], color, label=self.label, dash=self.dash)


class Arrow(Segment):
    """An arrow from one place to another: a vector, a gradient, a step.

    Otherwise as `Segment`.
    """

    type = "arrow"
    cycles = True
    default_color = None

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        if np.isfinite(numbers["points"]).all():
            x0, y0, x1, y1 = numbers["points"]
            style = {"arrowstyle": "-|>", "color": color, "shrinkA": 0, "shrinkB": 0, "linewidth": 1.6}
            ax.annotate("", (x1, y1), (x0, y0), arrowprops=style, zorder=3)
        if self.label:
            ax.plot([], [], color=color, label=self.label)


class Label(Mark):
    """A text at a place.

    Parameters
    ----------
    x, y : expression
    text : str
    color : str, optional
    """

    type = "label"
    cycles = False
    default_color = "gray"

    def __init__(self, x: Any, y: Any, text: str, *, color: str | None = None) -> None:
        super().__init__(None, color)
        self.function = Function(self.name, "x, y", (expression(self.name, "x", x), expression(self.name, "y", y)))
        self.text = words(self.name, "text", text)

    def functions(self) -> list[Function]:
        return [self.function]

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        return {"fn": self.function.javascript(scope), "text": self.text}

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        x, y = self.function(values)
        return {"x": float(x), "y": float(y)}

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        x, y = numbers["x"], numbers["y"]
        if math.isfinite(x) and math.isfinite(y):
            ax.text(x, y, self.text, color=color, ha="center", va="bottom", parse_math=False, clip_on=True)
