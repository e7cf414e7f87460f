"""Curves over a variable: graphs, parametric curves, tangents, areas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from dlmath_lib._validate import fail
from dlmath_lib.explore.drawing import drawable, line
from dlmath_lib.explore.evaluate import Function, Scope, expression, number, switch, symbol
from dlmath_lib.explore.marks.base import Axis, Domain, Frame, Mark, count, pair

__all__ = ["Area", "Curve", "Parametric", "Tangent"]


class Curve(Mark):
    """The graph of an expression of one variable.

    Parameters
    ----------
    expr : expression
    domain : Symbol, or (Symbol, low, high)
        The variable and where it is drawn; the ends may be expressions of the parameters. A bare symbol takes the
        panel's whole width.
    label, color : str, optional
    dash : bool
    width : float
        In px.
    samples : int
        Points of the graph.

    Examples
    --------
    >>> x = sp.symbols("x", real=True)
    >>> Curve(sp.tanh(x), (x, -3, 3), label="tanh x")
    Curve 'tanh x'
    """

    type = "curve"

    def __init__(
        self,
        expr: Any,
        domain: Any,
        *,
        label: str | None = None,
        color: str | None = None,
        dash: bool = False,
        width: float = 2,
        samples: int = 300,
    ) -> None:
        super().__init__(label, color)
        self.domain = Domain(self.name, "domain", domain)
        self.function = Function(self.name, "expr", expression(self.name, "expr", expr), self.domain.bound)
        self.dash, self.width = switch(self.name, "dash", dash), line_width(self.name, width)
        self.samples = count(self.name, "samples", samples, 2, 5000)

    def functions(self) -> list[Function]:
        return [self.function, *self.domain.functions()]

    def _samples(self, frame: Frame) -> int:
        return self.samples

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        return {
            "fn": self.function.javascript(scope), "domain": self.domain.spec(scope), "samples": self._samples(frame),
            "dash": self.dash, "width": self.width,
        }  # fmt: skip

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        x = self.domain.sample(values, frame.x, self._samples(frame))
        return {"x": x, "y": self.function(values, x)}

    def domains(self) -> list[Domain]:
        return [self.domain]

    def span(self, way: str) -> tuple[float, float] | None:
        return self.domain.fixed() if way == "x" else None

    def tells(self, way: str) -> bool:
        return way == "y" or None not in self.domain.ends

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        line(ax, numbers["x"], numbers["y"], color, label=self.label, dash=self.dash, width=self.width)


class Tangent(Curve):
    """The tangent to the graph of an expression, across the panel; SymPy takes the derivative.

    Parameters
    ----------
    expr : expression
    variable : Symbol
    at : expression
        Where it touches.
    label, color, dash, width
        As for :class:`Curve`.
    """

    def __init__(
        self,
        expr: Any,
        variable: Any,
        at: Any,
        *,
        label: str | None = None,
        color: str | None = None,
        dash: bool = False,
        width: float = 1.5,
    ) -> None:
        x = symbol("Tangent", "variable", variable)
        f, a = expression("Tangent", "expr", expr), expression("Tangent", "at", at)
        slope = sp.diff(f, x).subs(x, a)
        line = f.subs(x, a) + slope * (x - a)
        if x in a.free_symbols:
            raise fail("Tangent", "at", f"free of the variable {x}", str(a), "use another symbol for the point")
        super().__init__(line, x, label=label, color=color, dash=dash, width=width)

    def _samples(self, frame: Frame) -> int:
        return self.samples if frame.x.log or frame.y.log else 2


class Parametric(Mark):
    """The curve (x(t), y(t)).

    Parameters
    ----------
    point : (expression, expression)
    domain : (Symbol, low, high)
    label, color, dash, width, samples
        As for :class:`Curve`.
    """

    type = "parametric"

    def __init__(
        self,
        point: Any,
        domain: Any,
        *,
        label: str | None = None,
        color: str | None = None,
        dash: bool = False,
        width: float = 2,
        samples: int = 300,
    ) -> None:
        super().__init__(label, color)
        self.domain = Domain(self.name, "domain", domain)
        if None in self.domain.ends:
            raise fail(self.name, "domain", "(symbol, low, high)", str(domain), "the axes do not limit t")
        self.function = Function(self.name, "point", pair(self.name, "point", point), self.domain.bound)
        self.dash, self.width = switch(self.name, "dash", dash), line_width(self.name, width)
        self.samples = count(self.name, "samples", samples, 2, 5000)

    def functions(self) -> list[Function]:
        return [self.function, *self.domain.functions()]

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        return {
            "fn": self.function.javascript(scope), "domain": self.domain.spec(scope), "samples": self.samples,
            "dash": self.dash, "width": self.width,
        }  # fmt: skip

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        t = self.domain.sample(values, Axis(0, 1), self.samples)
        x, y = self.function(values, t)
        return {"x": x, "y": y}

    def domains(self) -> list[Domain]:
        return [self.domain]

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        line(ax, numbers["x"], numbers["y"], color, label=self.label, dash=self.dash, width=self.width)


class Area(Mark):
    """The region between two graphs.

    Parameters
    ----------
    lower, upper : expression
    domain : Symbol, or (Symbol, low, high)
        The ends may be expressions of the parameters.
    label, color : str, optional
    samples : int
    """

    type = "area"

    def __init__(
        self,
        lower: Any,
        upper: Any,
        domain: Any,
        *,
        label: str | None = None,
        color: str | None = None,
        samples: int = 200,
    ) -> None:
        super().__init__(label, color)
        self.domain = Domain(self.name, "domain", domain)
        self.lower = Function(self.name, "lower", expression(self.name, "lower", lower), self.domain.bound)
        self.upper = Function(self.name, "upper", expression(self.name, "upper", upper), self.domain.bound)
        self.samples = count(self.name, "samples", samples, 2, 5000)

    def functions(self) -> list[Function]:
        return [self.lower, self.upper, *self.domain.functions()]

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        return {
            "lower": self.lower.javascript(scope), "upper": self.upper.javascript(scope),
            "domain": self.domain.spec(scope), "samples": self.samples,
        }  # fmt: skip

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        x = self.domain.sample(values, frame.x, self.samples)
        return {"x": x, "lower": self.lower(values, x), "upper": self.upper(values, x)}

    def domains(self) -> list[Domain]:
        return [self.domain]

    def span(self, way: str) -> tuple[float, float] | None:
        return self.domain.fixed() if way == "x" else None

    def tells(self, way: str) -> bool:
        return way == "y" or None not in self.domain.ends

    def extent(self, way: str, numbers: Mapping[str, Any]) -> list[float]:
        return list(numbers["x"]) if way == "x" else [*numbers["lower"], *numbers["upper"]]

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        lower, upper = drawable(numbers["lower"]), drawable(numbers["upper"])
        ax.fill_between(numbers["x"], lower, upper, color=color, alpha=0.25, linewidth=0, label=self.label)


def line_width(owner: str, value: Any) -> float:
    """``value`` as the width of a line in px."""
    return number(owner, "width", value, low=0, low_open=True, high=20)
