"""The whole of an explorer, without its widget: what it consists of, its JSON spec, its numbers."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp

from dlmath_lib._validate import fail
from dlmath_lib.explore.controls import Choice, Slider, agree_with_symbol
from dlmath_lib.explore.dependence import matters
from dlmath_lib.explore.evaluate import Function, Scope, number, words
from dlmath_lib.explore.frames import Frames
from dlmath_lib.explore.marks.base import Mark, State
from dlmath_lib.explore.marks.points import Point
from dlmath_lib.explore.marks.trajectory import Trajectory
from dlmath_lib.explore.panel import Panel
from dlmath_lib.explore.readouts import Message, Readout

__all__ = ["Model"]

_SHORTEST_ALT = 20
_FEWEST_WORDS = 5


class Model:
    """Controls, panels and readouts that fit together.

    Parameters
    ----------
    parts : sequence
        Controls, marks, panels, readouts in any order. Bare marks go into one panel of their own, in front.
    title, alt : str
        The caption; what a reader sees, in words.
    name : str, optional
        A stable id; by default made of the title.
    of : str or sequence of str
        The labels of the numbered formulas that it shows.
    **axes
        The arguments of the default panel.

    Raises
    ------
    TypeError, ValueError
        If the parts do not fit: a symbol that nothing provides, a control that nothing uses, two with one name.
    """

    def __init__(
        self,
        parts: Sequence[Any],
        *,
        title: str,
        alt: str,
        name: str | None = None,
        of: str | Sequence[str] = (),
        **axes: Any,
    ) -> None:
        self.title, self.alt = _described("title", title, 3), _described("alt", alt, _SHORTEST_ALT)
        self.name = _identifier(title if name is None else name, given=name is not None)
        self.of = [words("Explorer", "of", label) for label in ([of] if isinstance(of, str) else of)]
        self.controls = [p for p in parts if isinstance(p, (Slider, Choice))]
        self.readouts = [p for p in parts if isinstance(p, (Readout, Message))]
        self.panels = [p for p in parts if isinstance(p, Panel)]
        marks = [p for p in parts if isinstance(p, Mark)]
        for part in parts:
            if not isinstance(part, (Slider, Choice, Readout, Message, Panel, Mark)):
                hint = "use the array it holds in a mark" if isinstance(part, Frames) else ""
                expected = "controls, marks, panels and readouts"
                raise fail("Explorer", "its parts", expected, type(part).__name__, hint, error=TypeError)
        if marks:
            self.panels.insert(0, Panel(*marks, **axes))
        elif axes:
            raise fail("Explorer", next(iter(axes)), "given to a Panel", "an explorer without marks of its own",
                       "Panel(…, x=(low, high))")  # fmt: skip
        if not self.panels:
            raise fail("Explorer", "its parts", "with at least one mark or panel", "none")
        self.frames = self._collect_frames()
        self.states = self._collect_states()
        self.derived = self._collect_derived()
        symbols = [c.symbol for c in self.controls] + [s.symbol for s in self.states] + [s for s, *_ in self.derived]
        _distinct(symbols)
        self.scope = Scope(symbols)
        self._check_unknown()
        # Before anything is evaluated or found unused: the compiler's messages are the clearer ones.
        for function in self._functions():
            function.javascript(self.scope)
        self._check_unused()
        self.conditions = {c.symbol: f for c in self.controls if (f := self._condition(c.symbol)) is not None}
        self.grids = self._restrict_to_frames()
        self.start = {c.symbol.name: float(c.value) for c in self.controls}
        self.start |= {s.symbol.name: s.value for s in self.states}
        everything = self.complete(self.start)
        for panel in self.panels:
            panel.fit(everything)
        self._check_assumptions()

    def _marks(self) -> Iterable[tuple[int, int, Panel, Mark]]:
        for i, panel in enumerate(self.panels):
            for j, mark in enumerate(panel.marks):
                yield i, j, panel, mark

    def _functions(self) -> list[Function]:
        of_marks = [f for *_, mark in self._marks() for f in mark.functions()]
        return of_marks + [r.function for r in self.readouts]

    def _collect_frames(self) -> list[Frames]:
        found: list[Frames] = []
        for *_, mark in self._marks():
            for data in mark.data():
                if data.frame is not None and all(data.frame.frames is not f for f in found):
                    found.append(data.frame.frames)
        names = [name for frames in found for name in frames.arrays]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise fail("Explorer", "the names of frame arrays", "different", f"{twice[0]} twice")
        return found

    def _collect_states(self) -> list[State]:
        owned = {c.symbol for c in self.controls}
        found: dict[sp.Symbol, State] = {}
        for *_, panel, mark in self._marks():
            if isinstance(mark, Point):
                _bounded(mark, panel)
            for state in mark.states(panel.frame):
                if state.symbol in owned:
                    raise fail("Point", f"start[{state.symbol}]", "left out for a symbol with a slider",
                               f"{state.value:g}", "the slider's value is its start")  # fmt: skip
                if state.symbol in found and found[state.symbol].value != state.value:
                    raise fail("Point", f"start[{state.symbol}]", "the same in all points", f"{state.value:g}")
                found.setdefault(state.symbol, state)
        for *_, mark in self._marks():
            for s in mark.dragged if isinstance(mark, Point) else ():
                choices = {c.symbol for c in self.controls if isinstance(c, Choice)}
                if s is not None and (s in choices or s not in owned | set(found)):
                    raise fail("Point", f"start[{s}]", "given for a dragged symbol without a slider", "nothing",
                               f"start={{{s}: 1.0}}")  # fmt: skip
        return list(found.values())

    def _collect_derived(self) -> list[tuple[sp.Symbol, int, int, Trajectory]]:
        listed: list[tuple[sp.Symbol, int, int, Trajectory]] = []
        trajectories = [(i, j, m) for i, j, _, m in self._marks() if isinstance(m, Trajectory) and m.final]
        later = {s for *_, mark in trajectories for s in mark.final}
        for i, j, mark in trajectories:
            if early := sorted(mark.needs() & later, key=str):
                raise fail("Trajectory", "its expressions", "free of what is derived later", str(early[0]),
                           "put the trajectory that derives it first")  # fmt: skip
            later -= set(mark.final)
            listed += [(s, i, j, mark) for s in mark.final]
        return listed

    def _parts(self) -> list[Any]:
        return [*(m for *_, m in self._marks()), *self.readouts]

    def _check_unknown(self) -> None:
        known = ", ".join(s.name for s in self.scope.symbols) or "none"
        for part in self._parts():
            for unknown in sorted(part.parameters() - set(self.scope.symbols), key=str):
                hint = f"add Slider({unknown}, low, high)"
                if unknown.name in self.scope.by_name:
                    hint = "a symbol of this name with other assumptions has one: create the symbol once"
                owner = part.name if isinstance(part, Mark) else type(part).__name__
                label = f" {part.label!r}" if getattr(part, "label", None) else ""
                raise fail(f"{owner}{label}", "its expressions", f"made of the known symbols ({known})",
                           f"the unknown symbol {unknown}", hint)  # fmt: skip

    def _check_unused(self) -> None:
        used: set[sp.Symbol] = {c.symbol for frames in self.frames for c in frames.controls}
        used = used.union(*(part.parameters() for part in self._parts()))
        for control in self.controls:
            if control.symbol not in used:
                kind = type(control).__name__
                raise fail(f"{kind}({control.symbol})", "its symbol", "used by a mark or a readout", "nothing uses it",
                           "remove it, or use its symbol")  # fmt: skip
        for frames in self.frames:
            for control in frames.controls:
                if all(control is not c for c in self.controls):
                    raise fail("Explorer", "frames", "computed over this explorer's own controls",
                               f"a grid over {control.symbol}", "pass the same Slider object to both")  # fmt: skip

    def _condition(self, parameter: sp.Symbol) -> Function | None:
        """Where a control has an effect, as a function that is 1 there and 0 elsewhere; None if everywhere."""
        if any(parameter == c.symbol for frames in self.frames for c in frames.controls):
            return None
        outputs = [output for function in self._functions() for output in function.outputs]
        # Without the derived symbols, which may change with the parameter itself.
        given = [c.symbol for c in self.controls] + [s.symbol for s in self.states]
        condition = matters(outputs, parameter, given)
        found = Function("Explorer", f"the effect of {parameter}", sp.Piecewise((1, condition), (0, True)))
        choices = {c.symbol: c.grid() for c in self.controls if isinstance(c, Choice)}
        deciding = sorted(found.parameters, key=lambda s: s.name)
        if set(deciding) <= set(choices):
            states = itertools.product(*(choices[s] for s in deciding))
            holds = [bool(found({s.name: v for s, v in zip(deciding, state, strict=True)})) for state in states]
            if not any(holds):
                raise fail(f"Slider({parameter})", "its symbol", "one that has an effect somewhere", "none",
                           "no case that uses it is ever reached")  # fmt: skip
            if all(holds):
                return None
        return found

    def active(self, values: Mapping[str, float]) -> dict[str, bool]:
        """Say of each control whether it has an effect at ``values``."""
        everything = self.complete(values)
        effects = {c.symbol: self.conditions.get(c.symbol) for c in self.controls}
        return {s.name: effect is None or bool(effect(everything)) for s, effect in effects.items()}

    def _check_assumptions(self) -> None:
        """What a symbol assumes holds where a mark draws it and where a hand drags it."""
        for state in self.states:
            between = [0.0] if state.low < 0 < state.high else []
            ends = [state.low, state.low + state.step, *between, state.high]
            agree_with_symbol(f"Point: bounds[{state.symbol}]", state.symbol, ends)
        for *_, panel, mark in self._marks():
            for domain in mark.domains():
                low, high = domain.fixed() or (panel.frame.x.low, panel.frame.x.high)
                # An end may lie on the border of what is assumed: √x is drawn from 0 for a positive x.
                inside = [low + (high - low) * part for part in (1e-6, 0.41, 1 - 1e-6)]
                agree_with_symbol(f"{mark.name}: the range of {domain.symbol}", domain.symbol, inside)

    def _restrict_to_frames(self) -> dict[sp.Symbol, list[float]]:
        grids: dict[sp.Symbol, list[float]] = {}
        for frames in self.frames:
            for control, grid in zip(frames.controls, frames.grid, strict=True):
                grids[control.symbol] = grid
        return grids

    def check(self, owner: str, values: Mapping[str, Any]) -> dict[str, float]:
        """``values`` with the starting values for what is missing, or an error about a name or a range."""
        checked = dict(self.start)
        if not isinstance(values, Mapping):
            raise fail(owner, "values", "a dict {name: number}", type(values).__name__, error=TypeError)
        controls = {c.symbol.name: c for c in self.controls}
        states = {s.symbol.name: s for s in self.states}
        for key, value in values.items():
            name = key.name if isinstance(key, sp.Symbol) else key
            if name in controls:
                checked[name] = controls[name].check(owner, value)
            elif name in states:
                state = states[name]
                slack = 1e-9 * (state.high - state.low)  # a drag may round to just outside
                checked[name] = number(owner, name, value, low=state.low - slack, high=state.high + slack)
            else:
                raise fail(owner, "values", f"named {', '.join(self.start) or 'nothing'}", repr(name))
        return checked

    def complete(self, values: Mapping[str, float]) -> dict[str, float]:
        """The values of all parameters: ``values`` and what the trajectories derive."""
        everything = dict(values)
        for symbol, _, _, mark in self.derived:
            if symbol.name not in everything:
                everything |= mark.ends(everything)
        return everything

    def numbers(self, values: Mapping[str, float], live: Mapping[str, Any]) -> dict[str, Any]:
        """Every number that the picture is drawn from, by NumPy."""
        everything = self.complete(values)
        panels = [[m.numbers(everything, p.frame, live) for m in p.marks] for p in self.panels]
        derived = {s.name: everything[s.name] for s, *_ in self.derived}
        return {"panels": panels, "readouts": [r.number(everything) for r in self.readouts], "derived": derived}

    def _effect(self, parameter: sp.Symbol) -> dict[str, Any]:
        if (effect := self.conditions.get(parameter)) is None:
            return {}
        params = sorted(self.scope.index[s] for s in effect.parameters)
        return {"active": {"params": params, "fn": effect.javascript(self.scope)}}

    def spec(self) -> dict[str, Any]:
        """The JSON spec, its keys in a fixed order."""
        index = self.scope.index
        controls = [c.spec(index[c.symbol], self.grids.get(c.symbol)) | self._effect(c.symbol) for c in self.controls]
        controls += [
            {"type": "state", "param": index[s.symbol], "label": s.label, "min": s.low, "max": s.high, "step": s.step,
             "value": s.value} for s in self.states
        ]  # fmt: skip
        derived = [
            {"param": index[s], "panel": i, "mark": j, "fn": m.final[s].javascript(self.scope)}
            for s, i, j, m in self.derived
        ]
        panels = []
        for i, panel in enumerate(self.panels):
            marks = []
            for j, (mark, color) in enumerate(zip(panel.marks, panel.colors(), strict=True)):
                head = {"type": mark.type, "id": f"{i}.{j}", "label": mark.label, "color": color}
                marks.append(head | mark.spec(self.scope, panel.frame))
            panels.append(panel.spec() | {"marks": marks})
        top: dict[str, Any] = {"version": 1, "name": self.name, "title": self.title, "alt": self.alt}
        return tidy(top | ({"of": self.of} if self.of else {}) | {
            "parameters": [s.name for s in self.scope.symbols], "controls": controls, "derived": derived,
            "frames": [f.spec(index) for f in self.frames], "panels": panels,
            "readouts": [r.spec(self.scope) for r in self.readouts],
        })  # fmt: skip


def tidy(value: Any) -> Any:
    """``value`` for JSON: whole floats as integers, so that the text is short and the same everywhere."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, dict):
        return {key: tidy(v) for key, v in value.items()}
    return [tidy(v) for v in value] if isinstance(value, (list, tuple)) else value


def _bounded(point: Point, panel: Panel) -> None:
    for s, way, span in zip(point.dragged, ("x", "y"), (panel.x, panel.y), strict=True):
        if s in point.start and s not in point.bounds and span is None:
            hint = f"Panel(…, {way}=(low, high))"
            raise fail("Point", f"bounds[{s}]", "given where the panel's range is not", "None", hint)


def _described(argument: str, text: Any, shortest: int) -> str:
    hint = "say in words what a reader sees" if argument == "alt" else ""
    if not isinstance(text, str) or len(text.strip()) < shortest:
        raise fail("Explorer", argument, f"a text of at least {shortest} characters", repr(text), hint)
    words("Explorer", argument, text)
    if argument == "alt" and len(set(re.findall(r"\w{2,}", text.lower()))) < _FEWEST_WORDS:
        raise fail("Explorer", argument, f"at least {_FEWEST_WORDS} different words", repr(text), hint)
    return " ".join(text.split())


def _identifier(text: Any, given: bool) -> str:
    if given and (not isinstance(text, str) or not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", text)):
        raise fail("Explorer", "name", "small letters, digits and hyphens", repr(text), 'such as "activation-shapes"')
    if given:
        return str(text)
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-").lstrip("0123456789-")
    if not slug:
        raise fail("Explorer", "name", "given when the title has no plain letters", "None", 'name="…"')
    return slug[:60].strip("-")


def _distinct(symbols: Sequence[sp.Symbol]) -> None:
    seen: set[str] = set()
    for symbol in symbols:
        if symbol.name in seen:
            hint = "give each control and each derived symbol its own name"
            raise fail("Explorer", "the parameters", "named differently", f"{symbol.name} twice", hint)
        seen.add(symbol.name)
