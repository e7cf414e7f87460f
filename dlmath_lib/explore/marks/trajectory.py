"""An update rule iterated from a start: gradient descent, momentum, Newton's method."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib._validate import fail
from dlmath_lib.explore.drawing import drawable
from dlmath_lib.explore.evaluate import Function, Scope, expression, number, switch, symbol
from dlmath_lib.explore.marks.base import Frame, Mark, pair

__all__ = ["Trajectory"]

_MOST_STEPS = 5000
_ESCAPE = 1e12


class Trajectory(Mark):
    """The path of a state under an update rule, step by step.

    Parameters
    ----------
    update : mapping from Symbol to expression
        The new value of each state symbol, in terms of the old ones, the parameters and ``step``.
    start : mapping from Symbol to expression
        Where each state symbol begins.
    steps : int or expression
        How many updates.
    show : (expression, expression), optional
        Where the state is drawn; by default the first two symbols, or for a single one (step, symbol), which needs
        ``step``.
    step : Symbol, optional
        The index: 0 in the first update.
    final : mapping from Symbol to expression, optional
        New symbols for the end of the path, usable in every other mark and readout.
    dots, line, arrows : bool
        How the path is drawn.
    label, color : str, optional

    Notes
    -----
    The path ends early, before the first state that is not finite or exceeds 1e12 in size.

    Examples
    --------
    >>> w, rate, n = sp.symbols("w rate n", real=True)
    >>> Trajectory({w: w - rate * 2 * w}, start={w: 1}, steps=20, show=(n, w), step=n, label="descent")
    Trajectory 'descent'
    """

    type = "trajectory"

    def __init__(
        self,
        update: Mapping[sp.Symbol, Any],
        *,
        start: Mapping[sp.Symbol, Any],
        steps: Any = 50,
        show: Any = None,
        step: sp.Symbol | None = None,
        final: Mapping[sp.Symbol, Any] | None = None,
        dots: bool = True,
        line: bool = True,
        arrows: bool = False,
        label: str | None = None,
        color: str | None = None,
    ) -> None:
        super().__init__(label, color)
        me = self.name
        if not isinstance(update, Mapping) or not update:
            raise fail(me, "update", "a dict {symbol: new value}", repr(update), error=TypeError)
        self.state = [symbol(me, "update", s) for s in update]
        if not isinstance(start, Mapping) or set(start) != set(self.state):
            expected = ", ".join(s.name for s in self.state)
            raise fail(me, "start", f"a dict with a value for each of {expected}", repr(start))
        bound = {s: f"s[{i}]" for i, s in enumerate(self.state)}
        self.step = sp.Dummy("n") if step is None else symbol(me, "step", step)
        if self.step in bound:
            raise fail(me, "step", "another symbol than the state's", str(step))
        bound[self.step] = "n"
        args = ["s", "n"]
        new = [expression(me, f"update[{s}]", e) for s, e in update.items()]
        self.update = Function(me, "update", new, bound, args)
        self.start = Function(me, "start", [expression(me, f"start[{s}]", start[s]) for s in self.state])
        if alien := self.start.parameters & set(bound):
            raise fail(me, "start", "free of the state's symbols", str(min(map(str, alien))))
        self.steps: int | Function
        if isinstance(steps, sp.Expr) and steps.free_symbols:
            self.steps = Function(me, "steps", steps)
        else:
            self.steps = int(number(me, "steps", steps, low=0, high=_MOST_STEPS, integer=True))
        self.show = Function(me, "show", pair(me, "show", self._shown(show, step)), bound, args)
        self.final = {
            symbol(me, "final", s): Function(me, f"final[{s}]", expression(me, f"final[{s}]", e), bound, args)
            for s, e in (final or {}).items()
        }
        if alien := set(self.final) & (set(bound) | self.update.parameters):
            raise fail(me, "final", "new symbols", str(min(map(str, alien))), "name the end otherwise: w_end")
        given = {"dots": dots, "line": line, "arrows": arrows}
        self.dots, self.line, self.arrows = (switch(me, name, value) for name, value in given.items())

    def _shown(self, show: Any, step: sp.Symbol | None) -> Any:
        if show is not None:
            return show
        if len(self.state) >= 2:
            return self.state[0], self.state[1]
        if step is None:
            raise fail(self.name, "show", "given when there is one state symbol", "None", "show=(w, f(w))")
        return step, self.state[0]

    def functions(self) -> list[Function]:
        steps = [self.steps] if isinstance(self.steps, Function) else []
        return [self.start, self.update, *steps, self.show, *self.final.values()]

    def derived(self) -> dict[sp.Symbol, Function]:
        return self.final

    def needs(self) -> set[sp.Symbol]:
        """The parameters of the path and of its end, without those of ``show``."""
        return set().union(*(f.parameters for f in self.functions() if f is not self.show))

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        return {
            "start": self.start.javascript(scope), "update": self.update.javascript(scope),
            "steps": self.steps.javascript(scope) if isinstance(self.steps, Function) else self.steps,
            "show": self.show.javascript(scope), "dots": self.dots, "line": self.line, "arrows": self.arrows,
        }  # fmt: skip

    def path(self, values: Mapping[str, float]) -> list[np.ndarray]:
        """The states at ``values`` of the parameters, from the start on."""
        wanted = float(self.steps(values)) if isinstance(self.steps, Function) else self.steps
        steps = 0 if math.isnan(wanted) else int(max(0, min(_MOST_STEPS, math.floor(wanted + 0.5))))
        states = [np.asarray(self.start(values))]
        for n in range(steps):
            new = self.update(values, *states[-1], float(n))
            if not (np.abs(new) <= _ESCAPE).all():
                break
            states.append(new)
        return states

    def ends(self, values: Mapping[str, float]) -> dict[str, float]:
        """The symbols in ``final``, computed at ``values`` of the parameters."""
        states = self.path(values)
        return {s.name: float(f(values, *states[-1], float(len(states) - 1))) for s, f in self.final.items()}

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        states = np.array(self.path(values))
        x, y = self.show(values, *states.T, np.arange(len(states), dtype=float))
        return {"x": x, "y": y}

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        style = "-" if self.line or self.arrows else ""
        marker: Any = {"marker": "o", "markersize": 3} if self.dots else {}
        ax.plot(drawable(numbers["x"]), drawable(numbers["y"]), color=color, label=self.label, linestyle=style,
                linewidth=1.2, **marker)  # fmt: skip
