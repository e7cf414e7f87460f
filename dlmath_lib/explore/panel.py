"""A panel: axes and the marks in them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from dlmath_lib._validate import fail, one_of
from dlmath_lib.explore.evaluate import interval, switch, words
from dlmath_lib.explore.marks.base import Axis, Frame, Mark
from dlmath_lib.plotting import COLOR_CYCLE

__all__ = ["Panel"]

_Scale = Literal["linear", "log"]


class Panel:
    """Axes with marks. Several panels stand side by side and share the controls.

    Parameters
    ----------
    *marks : Mark
        Drawn in this order.
    x, y : (low, high), optional
        What the axes span; by default what the marks span at the start.
    xlabel, ylabel : str
        By default "x", and nothing.
    xscale, yscale : {"linear", "log"}
    equal : bool
        One unit is as long on both axes.
    title : str, optional

    Examples
    --------
    >>> import sympy as sp
    >>> from dlmath_lib.explore import Curve
    >>> x = sp.symbols("x", real=True)
    >>> Panel(Curve(x**2, x), x=(-2, 2), y=(0, 4), title="a parabola")
    Panel 'a parabola': Curve
    """

    def __init__(
        self,
        *marks: Mark,
        x: tuple[float, float] | None = None,
        y: tuple[float, float] | None = None,
        xlabel: str | None = None,
        ylabel: str = "",
        xscale: _Scale = "linear",
        yscale: _Scale = "linear",
        equal: bool = False,
        title: str | None = None,
    ) -> None:
        if not marks:
            raise fail("Panel", "marks", "at least one mark", "none")
        for mark in marks:
            if not isinstance(mark, Mark):
                raise fail("Panel", "marks", "marks such as Curve or Point", type(mark).__name__, error=TypeError)
        self.marks = list(marks)
        self.alone = any(m.alone for m in marks)
        if len(marks) > 1 and (lonely := next((m for m in marks if m.alone or m.single), None)):
            raise fail("Panel", "marks", f"one {lonely.name} alone", f"{len(marks)} marks", "give it its own Panel")
        self.x, self.y = (None if v is None else interval("Panel", a, v) for a, v in (("x", x), ("y", y)))
        if xlabel is None:
            xlabel = "" if marks[0].single or marks[0].alone else "x"
        self.xlabel, self.ylabel = (
            words("Panel", a, text) if text != "" else "" for a, text in (("xlabel", xlabel), ("ylabel", ylabel))
        )
        self.title = None if title is None else words("Panel", "title", title)
        self.equal = switch("Panel", "equal", equal)
        self.logs = tuple(
            one_of("Panel", a, s, ("linear", "log")) == "log" for a, s in (("xscale", xscale), ("yscale", yscale))
        )
        for argument, span, log in (("x", self.x, self.logs[0]), ("y", self.y, self.logs[1])):
            if log and span is not None and span[0] <= 0:
                raise fail("Panel", argument, "above 0 on a log scale", f"({span[0]:g}, {span[1]:g})")
        for way in ("x", "y"):
            exact, loose = _spans(way, self.marks)
            if getattr(self, way) is None and exact and not loose:
                setattr(self, way, (min(low for low, _ in exact), max(high for _, high in exact)))

    @property
    def frame(self) -> Frame:
        """The axes as the marks see them; a range that is still unknown is (0, 1) or, on a log scale, (1, 10)."""
        x, y = ((1.0, 10.0) if log else (0.0, 1.0) for log in self.logs)
        return Frame(Axis(*(self.x or x), self.logs[0]), Axis(*(self.y or y), self.logs[1]))

    def fit(self, values: Mapping[str, float]) -> None:
        """Choose the ranges that were not given, from the numbers at ``values``, those of the start."""
        for way in ("x", "y"):
            if getattr(self, way) is not None:
                continue
            exact, loose = _spans(way, self.marks)
            found = [v for mark in loose for v in mark.extent(way, mark.numbers(values, self.frame, {}))]
            ranges = [*exact, self._padded(way, found)] if loose or not exact else exact
            setattr(self, way, (min(low for low, _ in ranges), max(high for _, high in ranges)))

    def _padded(self, way: str, found: Iterable[float]) -> tuple[float, float]:
        log = self.logs[0 if way == "x" else 1]
        usable = [v for v in found if math.isfinite(v) and (v > 0 or not log)]
        if not usable:
            raise fail(
                "Panel", way, "given: nothing in the picture at the start tells it", "None", f"{way}=(low, high)"
            )
        low, high = min(usable), max(usable)
        if log:
            return 10.0 ** math.floor(math.log10(low)), 10.0 ** (math.floor(math.log10(high)) + 1)
        pad = 0.06 * (high - low) or 0.5 * abs(high) or 1.0
        unit = 10.0 ** math.floor(math.log10(pad))
        low, high = math.floor((low - pad) / unit) * unit, math.ceil((high + pad) / unit) * unit
        return float(f"{low:.6g}"), float(f"{high:.6g}")

    def colors(self) -> list[str | None]:
        """The colour role of each mark; on a field the cycle leaves out the field's own colours."""
        roles: list[str | None] = []
        cycle = COLOR_CYCLE[max(mark.own_colors for mark in self.marks) :]
        taken = 0
        for mark in self.marks:
            role = mark.color or mark.default_color
            if role is None and mark.cycles:
                role = cycle[taken % len(cycle)]
                taken += 1
            roles.append(role)
        return roles

    def spec(self) -> dict[str, Any]:
        """The panel of the JSON spec, without its marks."""
        frame = self.frame
        axes = {
            way: {"label": label, "min": axis.low, "max": axis.high, "scale": "log" if axis.log else "linear"}
            for way, label, axis in (("x", self.xlabel, frame.x), ("y", self.ylabel, frame.y))
        }
        return {"title": self.title, **axes, "equal": self.equal, "axes": not self.alone}

    def __repr__(self) -> str:
        names = ", ".join(map(repr, self.marks))
        return f"Panel {self.title!r}: {names}" if self.title else f"Panel: {names}"


def _spans(way: str, marks: Sequence[Mark]) -> tuple[list[tuple[float, float]], list[Mark]]:
    """The ranges that marks name themselves, and the marks whose numbers must tell the rest.

    Where a curve or a field names a range, only data widen it: a path may leave the picture, a point may stand outside.
    """
    exact = [span for mark in marks if (span := mark.span(way))]
    loose = [mark for mark in marks if not mark.span(way) and mark.tells(way)]
    return exact, [mark for mark in loose if mark.given] if exact else loose
