"""What all marks share: their functions, their spec, their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import sympy as sp

from dlmath_lib._validate import fail, one_of
from dlmath_lib.explore.evaluate import Function, Scope, expression, number, symbol, words
from dlmath_lib.explore.frames import Data
from dlmath_lib.plotting import COLORS

__all__ = ["Axis", "Domain", "Frame", "Mark", "State", "count", "pair", "positions"]


@dataclass(frozen=True)
class Axis:
    """One axis of a panel as marks see it."""

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class Frame:
    """The two axes that a mark is drawn in."""

    x: Axis
    y: Axis


@dataclass
class State:
    """A parameter that belongs to a draggable point and has no slider."""

    symbol: sp.Symbol
    label: str
    low: float
    high: float
    step: float
    value: float


class Mark:
    """A thing drawn in a panel: what a reader's code says, its numbers, its static picture.

    A subclass that names its ``type`` is registered by that; its twin in the front end is the export of that name from
    a file in ``frontend/src/marks``.

    Parameters
    ----------
    label : str, optional
        Its name in the legend.
    color : str, optional
        A role of ``dlmath_lib.plotting.COLORS``; by default the next of the panel's cycle.
    """

    registered: ClassVar[dict[str, type[Mark]]] = {}
    type = ""
    cycles = True  # takes the next colour of the panel when none is given
    alone = False  # fills its panel, without axes
    single = False  # stands in a panel without other marks
    covers = False  # fills the plot with colour: no grid lines
    given = False  # its numbers are data: they widen a range that another mark names
    default_color: str | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "type" in vars(cls):
            other = cls.registered.setdefault(cls.type, cls)
            if (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
                raise TypeError(f"{cls.__name__}: the mark type {cls.type!r} is that of {other.__name__} already")

    def __init__(self, label: str | None = None, color: str | None = None) -> None:
        self.label = None if label is None else words(self.name, "label", label)
        self.color = None if color is None else one_of(self.name, "color", color, COLORS)

    @property
    def name(self) -> str:
        """The class's name, for messages."""
        return type(self).__name__

    def functions(self) -> list[Function]:
        """Everything that is compiled."""
        return []

    def data(self) -> list[Data]:
        """Everything that may come from frames."""
        return []

    def parameters(self) -> set[sp.Symbol]:
        """The symbols that must be controls, states or derived."""
        return set().union(*(f.parameters for f in self.functions()))

    def states(self, frame: Frame) -> list[State]:
        """The parameters that this mark brings along, in the ranges of ``frame``."""
        return []

    def derived(self) -> dict[sp.Symbol, Function]:
        """The symbols that this mark computes for others."""
        return {}

    def domains(self) -> list[Domain]:
        """The bound variables and their ranges."""
        return []

    @property
    def own_colors(self) -> int:
        """How many colours of the panel's cycle it shows by itself."""
        return 0

    def span(self, way: str) -> tuple[float, float] | None:
        """The range along ``way``, x or y, that it names itself."""
        return (0.0, 1.0) if self.alone else None

    def tells(self, way: str) -> bool:
        """Say whether its numbers tell the range along ``way``, x or y, where it names none."""
        return True

    def extent(self, way: str, numbers: Mapping[str, Any]) -> list[float]:
        """Those of its ``numbers`` that the axis ``way``, x or y, should show."""
        if "points" in numbers:
            return list(numbers["points"][0 if way == "x" else 1 :: 2])
        # A mark without a coordinate along this axis, as a vertical line along y, tells nothing about it.
        return [float(v) for v in np.atleast_1d(numbers.get(way, []))]

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        """This mark's own part of the JSON spec: functions as ``scope`` names them, in the ranges of ``frame``."""
        raise TypeError(f"{self.name}: a Mark is made by one of its subclasses")

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        """What the picture is drawn from, by NumPy.

        At ``values`` of the parameters, in the ranges of ``frame``, with the arrays ``live`` in the place of frames.
        """
        raise TypeError(f"{self.name}: a Mark is made by one of its subclasses")

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        """Its part of the static picture: ``numbers`` on matplotlib's ``ax``, in ``color`` and ``frame``."""
        raise TypeError(f"{self.name}: a Mark is made by one of its subclasses")

    def __repr__(self) -> str:
        return f"{self.name} {self.label!r}" if self.label else self.name


class Domain:
    """A bound variable and its range, whose ends may be expressions or None (the panel's visible range).

    Parameters
    ----------
    owner, argument : str
        For messages.
    value : Symbol, or (Symbol, low, high)
    fixed : bool
        The ends must be numbers.
    """

    def __init__(self, owner: str, argument: str, value: Any, *, fixed: bool = False, name: str = "v0") -> None:
        self.ends: list[float | Function | None]
        if isinstance(value, sp.Symbol):
            if fixed:
                raise fail(owner, argument, "(symbol, low, high)", str(value), f"write ({value}, -1, 1)")
            self.symbol, self.ends = value, [None, None]
        elif isinstance(value, (tuple, list)) and len(value) == 3:
            self.symbol = symbol(owner, argument, value[0])
            self.ends = [self._end(owner, argument, end, fixed) for end in value[1:]]
        else:
            raise fail(owner, argument, "a symbol or (symbol, low, high)", repr(value), error=TypeError)
        low, high = self.ends
        if isinstance(low, float) and isinstance(high, float) and not low < high:
            raise fail(owner, argument, "a range with low < high", f"({self.symbol}, {low:g}, {high:g})")
        self.bound = {self.symbol: name}

    def _end(self, owner: str, argument: str, end: Any, fixed: bool) -> float | Function | None:
        if end is None and not fixed:
            return None
        if isinstance(end, sp.Expr) and end.free_symbols:
            if fixed:
                raise fail(owner, argument, "a range of numbers", f"the expression {end}")
            if self.symbol in end.free_symbols:
                raise fail(owner, argument, f"a range without {self.symbol} itself", str(end))
            return Function(owner, argument, expression(owner, argument, end))
        return number(owner, argument, end)

    def functions(self) -> list[Function]:
        """The ends that are expressions."""
        return [end for end in self.ends if isinstance(end, Function)]

    def fixed(self) -> tuple[float, float] | None:
        """The ends, if both are numbers."""
        low, high = self.ends
        return (low, high) if isinstance(low, float) and isinstance(high, float) else None

    def spec(self, scope: Scope) -> list[Any]:
        """The ``domain`` of the JSON spec."""
        return [end.javascript(scope) if isinstance(end, Function) else end for end in self.ends]

    def sample(self, values: Mapping[str, float], axis: Axis, n: int) -> np.ndarray:
        """The sample positions on ``axis``."""
        ends = [
            float(end(values)) if isinstance(end, Function) else default if end is None else end
            for end, default in zip(self.ends, (axis.low, axis.high), strict=True)
        ]
        return positions(ends[0], ends[1], n, axis.log)


def positions(low: float, high: float, n: int, log: bool = False) -> np.ndarray:
    """Sample positions by the very operations of the front end, so that a jump falls on the same sample."""
    if n == 1:
        return np.array([low])
    fraction = np.arange(n) / (n - 1)
    with np.errstate(all="ignore"):
        return low * np.power(np.float64(high) / low, fraction) if log else low + (high - low) * fraction


def pair(owner: str, argument: str, value: Any) -> tuple[sp.Expr, sp.Expr]:
    """``value`` as two expressions (x, y)."""
    if isinstance(value, sp.MatrixBase):
        value = list(value)
    if not isinstance(value, (tuple, list, sp.Tuple)) or len(value) != 2:
        raise fail(owner, argument, "a pair (x, y) of expressions", repr(value), error=TypeError)
    return expression(owner, f"{argument}[0]", value[0]), expression(owner, f"{argument}[1]", value[1])


def count(owner: str, argument: str, value: Any, low: int, high: int) -> int:
    """``value`` as a whole number in a range."""
    return int(number(owner, argument, value, low=low, high=high, integer=True))


def functions_of(*items: Iterable[Function]) -> list[Function]:
    """The functions of several parts, in order."""
    return [f for item in items for f in item]
