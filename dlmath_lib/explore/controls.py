"""What a reader moves: sliders and choices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import sympy as sp

from dlmath_lib._validate import fail, one_of
from dlmath_lib.explore.evaluate import expression, number, switch, symbol, words

__all__ = ["Choice", "Slider", "agree_with_symbol", "nearest", "pick", "round_step"]

_MOST_STEPS = 25  # a grid of frames takes the slider's own steps up to here
_GRID = 9
_WIDEST = 1e300  # beyond, the width of a range is infinite
_MOST_DECADES = 300


class Slider:
    """A slider for one symbol.

    Parameters
    ----------
    parameter : Symbol
    low, high : float
        The ends of its range, low < high.
    value : float, optional
        Where it starts; by default the middle.
    step : float, optional
        By default 1/100 of the range, rounded to 1, 2 or 5 units of a decimal. On a log scale: decades.
    label : str, optional
        What a reader and a screen reader see; by default the symbol's name.
    scale : {"linear", "log"}
    integer : bool
        Whole numbers only.
    values : sequence of float, optional
        The only values allowed, increasing, between low and high.
    digits : int, optional
        Decimals shown; significant digits on a log scale.

    Raises
    ------
    TypeError, ValueError
        If the range is empty, the start lies outside it, or a log range does not lie above 0.

    Examples
    --------
    >>> k = sp.symbols("k", real=True)
    >>> Slider(k, 0, 5, value=1, label="steepness k").step
    0.05
    """

    def __init__(
        self,
        parameter: sp.Symbol,
        low: float,
        high: float,
        *,
        value: float | None = None,
        step: float | None = None,
        label: str | None = None,
        scale: Literal["linear", "log"] = "linear",
        integer: bool = False,
        values: Sequence[float] | None = None,
        digits: int | None = None,
    ) -> None:
        self.symbol = symbol("Slider", "parameter", parameter)
        me = f"Slider({self.symbol.name})"
        self.low, self.high = number(me, "low", low), number(me, "high", high)
        if not self.low < self.high:
            raise fail(me, "the range", "low < high", f"low = {low}, high = {high}", "swap them?")
        one_of(me, "scale", scale, ("linear", "log"))
        integer = switch(me, "integer", integer)
        if scale == "log" and self.low <= 0:
            raise fail(me, "low", "above 0 on a log scale", str(low))
        if integer and (self.low % 1 or self.high % 1):
            raise fail(me, "low and high", "whole numbers for integer=True", f"{low}, {high}")
        if integer and scale == "log":
            raise fail(me, "scale", '"linear" for integer=True', '"log"', "give values=[1, 10, 100] instead")
        self.scale, self.integer = scale, integer
        self.label = words(me, "label", self.symbol.name if label is None else label)
        if not self.span <= (_MOST_DECADES if scale == "log" else _WIDEST):
            most = f"{_MOST_DECADES} decades" if scale == "log" else f"{_WIDEST:g} wide"
            raise fail(me, "the range", f"at most {most}", f"({low}, {high})")
        self.values = None if values is None else self._listed(me, values)
        self.step = self._step(me, step)
        self.value = self._start(me, value)
        between = [0.0] if self.low < 0 < self.high else []
        second = [] if scale == "log" else [self.low + self.step]
        agree_with_symbol(me, self.symbol, self.values or [self.low, *second, *between, self.high])
        decimals = 2 if scale == "log" else self._decimals()
        self.digits = decimals if digits is None else int(number(me, "digits", digits, low=0, high=15, integer=True))

    def _listed(self, me: str, values: Sequence[float]) -> list[float]:
        if not isinstance(values, (list, tuple, range, np.ndarray)):
            raise fail(me, "values", "a list of numbers", repr(values), error=TypeError)
        listed = [number(me, "values", v) for v in values]
        if len(listed) < 2 or any(b <= a for a, b in pairwise(listed)):
            raise fail(me, "values", "at least two increasing numbers", repr(list(values)))
        if listed[0] < self.low or listed[-1] > self.high:
            raise fail(me, "values", f"between {self.low:g} and {self.high:g}", f"{listed[0]:g} … {listed[-1]:g}")
        return listed

    def _step(self, me: str, step: float | None) -> float:
        if step is None:
            step = 1.0 if self.integer else round_step(self.span)
        step = number(me, "step", step, low=0, low_open=True, high=self.span)
        if self.scale == "linear" and (self.low + step == self.low or self.high - step == self.high):
            raise fail(me, "the range", "one that a step changes", f"({self.low:.17g}, {self.high:.17g})", "widen it")
        return step

    @property
    def span(self) -> float:
        """The length of the track: decades on a log scale."""
        return math.log10(self.high) - math.log10(self.low) if self.scale == "log" else self.high - self.low

    def _start(self, me: str, value: float | None) -> float:
        if value is None:
            middle = math.sqrt(self.low * self.high) if self.scale == "log" else (self.low + self.high) / 2
            if self.values is not None:
                return min(self.values, key=lambda v: abs(v - middle))
            if self.scale == "log":
                return middle
            return round(min(self.high, self.low + round((middle - self.low) / self.step) * self.step), 12)
        start = number(me, "value", value)
        if not self.low <= start <= self.high:
            raise fail(me, "value", f"between {self.low:g} and {self.high:g}", f"{start:g}")
        if self.integer and start % 1:
            raise fail(me, "value", "a whole number", f"{start:g}")
        if self.values is not None and start not in self.values:
            raise fail(me, "value", "one of values", f"{start:g}", f"the nearest is {nearest(self.values, start):g}")
        return start

    def _decimals(self) -> int:
        numbers = [self.low, self.value, *(self.values or [self.step])]
        return next((d for d in range(6) if all(abs(round(v, d) - v) <= 1e-9 * max(1, abs(v)) for v in numbers)), 6)

    def grid(self) -> list[float]:
        """The values at which frames are computed: ``values``, or the steps if few, or some evenly spaced."""
        if self.values is not None:
            return list(self.values)
        count = math.floor(self.span / self.step + 1e-9) + 1
        places = np.arange(count) * self.step if count <= _MOST_STEPS else np.linspace(0, self.span, _GRID)
        start = math.log10(self.value / self.low) if self.scale == "log" else self.value - self.low
        # The start takes the place of the nearest inner point, or stands beside an end.
        near = np.abs(places - start) < 0.51 * (places[1] - places[0])
        near[[0, -1]] = False
        places = places[~near]
        points = self.low * 10.0**places if self.scale == "log" else self.low + places
        if self.integer:
            points = np.round(points)
        inner = {float(f"{v:.3g}" if self.scale == "log" else f"{v:.6g}") for v in points[1:-1]}
        return sorted(inner | {float(f"{v:.12g}") for v in points[[0, -1]]} | {self.value})

    def check(self, owner: str, value: Any) -> float:
        """``value`` as this slider's value, or an error in the name of ``owner``; rounding just outside is forgiven."""
        checked = number(owner, self.symbol.name, value)
        slack = 1e-9 * max(abs(self.low), abs(self.high))
        if not self.low - slack <= checked <= self.high + slack:
            raise fail(owner, self.symbol.name, f"between {self.low:g} and {self.high:g}", f"{checked:g}")
        return min(max(checked, self.low), self.high)

    def spec(self, index: int, grid: Sequence[float] | None = None) -> dict[str, Any]:
        """The control number ``index`` of the JSON spec; ``grid`` restricts it to the values that frames hold."""
        values = self.values if grid is None else list(grid)
        return {
            "type": "slider", "param": index, "label": self.label, "min": self.low, "max": self.high,
            "step": None if values is not None else self.step, "value": self.value, "scale": self.scale,
            "values": values, "digits": self.digits,
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"{self.symbol.name} = {self.value:g} ({self.low:g} … {self.high:g})"


class Choice:
    """A list of options for one integer symbol: 0 for the first.

    Parameters
    ----------
    parameter : Symbol
    options : sequence of str
        At least two.
    value : int
        The option at the start.
    label : str, optional

    Examples
    --------
    >>> c, x = sp.symbols("c x", real=True)
    >>> Choice(c, ["x²", "sin x"], label="function")
    c = 0 (x² | sin x)
    """

    def __init__(
        self, parameter: sp.Symbol, options: Sequence[str], *, value: int = 0, label: str | None = None
    ) -> None:
        self.symbol = symbol("Choice", "parameter", parameter)
        me = f"Choice({self.symbol.name})"
        if not isinstance(options, (list, tuple)):
            raise fail(me, "options", "a list of at least two texts", repr(options), error=TypeError)
        if len(options) < 2:
            raise fail(me, "options", "at least two texts", repr(options))
        self.options = [words(me, f"options[{i}]", o) for i, o in enumerate(options)]
        if len(set(self.options)) < len(self.options):
            raise fail(me, "options", "different from each other", repr(self.options))
        self.value = float(number(me, "value", value, low=0, high=len(options) - 1, integer=True))
        self.label = words(me, "label", self.symbol.name if label is None else label)
        agree_with_symbol(me, self.symbol, self.grid())

    def grid(self) -> list[float]:
        """All options."""
        return [float(i) for i in range(len(self.options))]

    def check(self, owner: str, value: Any) -> float:
        """``value`` as an option's number, or an error in the name of ``owner``."""
        return float(number(owner, self.symbol.name, value, low=0, high=len(self.options) - 1, integer=True))

    def spec(self, index: int, grid: Sequence[float] | None = None) -> dict[str, Any]:
        """The control number ``index`` of the JSON spec; of a choice all options stay, whatever ``grid`` holds."""
        return {
            "type": "choice", "param": index, "label": self.label, "options": self.options, "value": self.value,
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"{self.symbol.name} = {self.value:g} ({' | '.join(self.options)})"


def pick(choice: sp.Symbol, options: Sequence[Any]) -> sp.Expr:
    """The expression that a :class:`Choice` selects: ``options[choice]`` as a Piecewise.

    Parameters
    ----------
    choice : sympy.Symbol
        The symbol of the `Choice`.
    options : list of at least two expressions
        One for each of its options, in their order.

    Returns
    -------
    sympy.Expr
        The last option where no other is chosen.

    Raises
    ------
    TypeError, ValueError
        If choice is no symbol, or options are not two expressions at least.

    Examples
    --------
    >>> c, x = sp.symbols("c x", real=True)
    >>> pick(c, [x**2, sp.sin(x)])
    Piecewise((x**2, Eq(c, 0)), (sin(x), True))
    """
    symbol("pick", "choice", choice)
    if not isinstance(options, (list, tuple)):
        raise fail("pick", "options", "a list of at least two expressions", repr(options), error=TypeError)
    if len(options) < 2:
        raise fail("pick", "options", "at least two expressions", f"{len(options)}")
    listed = [expression("pick", f"options[{i}]", o) for i, o in enumerate(options)]
    cases = [(e, sp.Eq(choice, i)) for i, e in enumerate(listed[:-1])]
    return sp.Piecewise(*cases, (listed[-1], True))


def nearest(values: Sequence[float], value: float) -> float:
    """The nearest of ``values``; the first wins a tie, as in the front end."""
    return min(values, key=lambda v: abs(v - value))


def round_step(span: float) -> float:
    """About 1/100 of ``span``: 1, 2 or 5 times a power of ten, as a short decimal."""
    size = span / 100
    power = 10.0 ** math.floor(math.log10(size))
    digit = min((1, 2, 5, 10), key=lambda d: abs(math.log(d * power / size)))
    return float(f"{digit * power:.3g}")


def agree_with_symbol(owner: str, parameter: sp.Symbol, values: Sequence[float]) -> None:
    """Raise where a value contradicts what its symbol assumes: SymPy has simplified by it, |k| to k for k > 0."""
    for value in values:
        exact = sp.Rational(value)
        for name, wanted in parameter._assumptions_orig.items():
            if wanted is not None and getattr(exact, f"is_{name}", None) is (not wanted):
                said = name if wanted else f"not {name}"
                hint = f'change the range, or make the symbol without it: symbols("{parameter.name}", real=True)'
                raise fail(owner, "its values", f"{said}, as the symbol {parameter.name} assumes", f"{value:g}", hint)
