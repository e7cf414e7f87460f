"""An experiment: what only Python can compute, under sliders that work with and without a kernel.

In Jupyter the sliders are real ipywidgets and the function runs at every move. In the built book the same sliders go
over the frames that the stored run computed on a coarse grid.
"""

from __future__ import annotations

import html
import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anywidget
import ipywidgets
import numpy as np

from dlmath_lib._validate import fail
from dlmath_lib.explore.controls import Choice, Slider, nearest
from dlmath_lib.explore.evaluate import number
from dlmath_lib.explore.explorer import Explorer
from dlmath_lib.explore.frames import Frames, as_arrays, plain
from dlmath_lib.explore.host import figure_html
from dlmath_lib.explore.model import Model, tidy
from dlmath_lib.explore.picture import draw

__all__ = ["Experiment"]

_FAST = 0.05  # seconds: a slower function runs when the slider is let go


class Experiment:
    """A Python function under sliders: a training run, a sample, a fitted boundary.

    Parameters
    ----------
    function : callable
        ``function(**values)`` or ``function(**values, rng)``, with one argument for each control, named as its symbol.
        It returns a dict of arrays, always of the same names and shapes, and depends on nothing else.
    *controls : Slider or Choice
    marks : callable
        Takes the :class:`Frames` of the stored run and returns the marks, panels and readouts:
        ``lambda run: [Polyline(run["step"], run["loss"])]``. Expressions of the controls' symbols may stand beside.
    title, alt, name, of, **axes
        As for :class:`Explorer`.
    seed : int
        Of the stored run: every grid point sees the same random numbers. *Resample* draws others.

    Attributes
    ----------
    explorer : Explorer
        The picture in Jupyter.
    controls : dict of str to ipywidgets.Widget
        The slider of each symbol in Jupyter.
    values : dict
        Where they stand.

    Raises
    ------
    TypeError, ValueError
        If the function does not take the controls, returns no arrays, is not deterministic for a given ``rng``, or
        its stored frames are too big.

    Examples
    --------
    >>> import sympy as sp
    >>> from dlmath_lib.explore import Polyline
    >>> noise = sp.symbols("noise", real=True)
    >>> def walk(noise, rng):
    ...     return {"walk": noise * rng.standard_normal(20).cumsum()}
    >>> Experiment(
    ...     walk, Slider(noise, 0, 2, value=1), marks=lambda run: [Polyline(np.arange(20), run["walk"])],
    ...     title="A random walk", alt="A jagged line that starts near zero and wanders.",
    ... )
    Experiment "A random walk": noise = 1 (0 … 2), Polyline
    """

    def __init__(
        self,
        function: Callable[..., Mapping[str, Any]],
        *controls: Slider | Choice,
        marks: Callable[[Frames], Sequence[Any]],
        title: str,
        alt: str,
        name: str | None = None,
        of: str | Sequence[str] = (),
        seed: int = 0,
        **axes: Any,
    ) -> None:
        self._random = _takes_rng(function, controls)
        self._function = function
        self._seed = int(number("Experiment", "seed", seed, low=0, integer=True))
        self._draws = 0
        if not callable(marks):
            hint = 'marks=lambda run: [Polyline(run["step"], run["loss"])]'
            raise fail("Experiment", "marks", "a function of the frames", type(marks).__name__, hint, error=TypeError)
        start = {c.symbol.name: float(c.value) for c in controls}
        first, began = self.compute(start), time.perf_counter()
        _same(first, self.compute(start))
        fast = time.perf_counter() - began < _FAST
        frames = Frames.compute(lambda **values: self.compute(values), *controls)
        parts = marks(frames)
        if not isinstance(parts, (list, tuple)):
            raise fail("Experiment", "what marks returns", "a list of marks, panels and readouts",
                       type(parts).__name__, error=TypeError)  # fmt: skip
        self._model = Model([*controls, *parts], title=title, alt=alt, name=name, of=of, **axes)
        if all(frames is not f for f in self._model.frames):
            raise fail("Experiment", "marks", "drawn from the frames", "none of them", 'use run["name"] in a mark')
        self.explorer = _Bench(self._model)
        self.controls = {c.symbol.name: _widget(c, fast) for c in controls}
        for widget in self.controls.values():
            widget.observe(self._moved, "value")
        self.explorer.observe(self._picture_moved, "values")
        row = list(self.controls.values())
        if self._random:
            button = ipywidgets.Button(description="resample", tooltip="Draw new random numbers")
            button.on_click(lambda _: self.resample())
            row.append(button)
        self._trouble = ipywidgets.HTML(layout={"display": "none"})
        self.widget = ipywidgets.VBox([*row, self._trouble, self.explorer])
        self._moved()

    @property
    def values(self) -> dict[str, float]:
        """The name and the value of each control."""
        return {name: float(widget.value) for name, widget in self.controls.items()}

    def compute(self, values: Mapping[str, float]) -> dict[str, np.ndarray]:
        """The function's arrays at ``values``, with the random numbers of the present draw."""
        if not self._random:
            return as_arrays("Experiment", self._function(**values))
        seeds = [self._seed, self._draws] if self._draws else self._seed
        return as_arrays("Experiment", self._function(**values, rng=np.random.default_rng(seeds)))

    def resample(self) -> None:
        """Compute again with other random numbers; the button does this."""
        self._draws += 1
        self._moved()

    def numbers(self) -> dict[str, Any]:
        """Every number of the present picture, as :meth:`Explorer.numbers`."""
        return self.explorer.numbers()

    def html(self) -> str:
        """The static figure, with the frames of the stored run in its spec."""
        return figure_html(self._model.spec(), *draw(self._model, self._model.start, {}))

    def _moved(self, change: Any = None) -> None:
        values = self.values
        try:
            arrays = self.compute(values)
        except Exception as error:
            # Raised in a widget's callback it would end in Jupyter's log, where no reader looks.
            self._trouble.value = html.escape(f"{type(error).__name__}: {error}")
            self._trouble.layout.display = "block"
            return
        self._trouble.layout.display = "none"
        with self.explorer.hold_sync():
            self.explorer.live = {name: plain(array) for name, array in arrays.items()}
            self.explorer.values = values

    def _picture_moved(self, change: Any) -> None:
        """A drag or the reset button of the picture moves the sliders, which compute again."""
        for name, widget in self.controls.items():
            value = change["new"][name]
            if isinstance(widget, ipywidgets.SelectionSlider):
                value = nearest([option for _, option in widget.options], value)
            elif isinstance(widget, (ipywidgets.Dropdown, ipywidgets.IntSlider)):
                value = round(value)
            if value != widget.value:
                widget.value = value

    def __repr__(self) -> str:
        return repr(self.explorer).replace("Explorer", "Experiment", 1)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle = self.widget._repr_mimebundle_(**options)
        return {**bundle, "text/plain": repr(self), "text/html": self.html()}


class _Bench(Explorer):
    """An explorer that shows what the kernel computes; its sliders are the experiment's ipywidgets."""

    def __init__(self, model: Model) -> None:
        self._model = model
        spec = model.spec()
        spec["controls"] = [
            {"type": "state", "param": c["param"], "label": c["label"], "min": c.get("min", 0),
             "max": c.get("max", len(c.get("options", "x")) - 1), "step": c.get("step") or 1, "value": c["value"]}
            for c in spec["controls"]
        ]  # fmt: skip
        spec["frames"] = [
            {"params": [], "grid": [], "arrays": {
                name: {"shape": list(frames.shapes[name]), "data": [plain(frames.at(name, model.start))]}
                for name in frames.arrays
            }} for frames in model.frames
        ]  # fmt: skip
        anywidget.AnyWidget.__init__(self, spec=tidy(spec), values=dict(model.start))


def _takes_rng(function: Any, controls: Sequence[Any]) -> bool:
    if not callable(function):
        raise fail("Experiment", "function", "a function", type(function).__name__, error=TypeError)
    if not controls or not all(isinstance(c, (Slider, Choice)) for c in controls):
        raise fail("Experiment", "controls", "one or more Slider or Choice", repr(controls), error=TypeError)
    parameters = inspect.signature(function).parameters
    open_ended = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    names = {c.symbol.name for c in controls}
    missing = sorted(names - set(parameters))
    if missing and not open_ended:
        raise fail("Experiment", "function", f"a function of {', '.join(sorted(names))}",
                   f"no argument {missing[0]}", "name its arguments as the controls' symbols")  # fmt: skip
    empty = inspect.Parameter.empty
    required = {
        n for n, p in parameters.items() if p.default is empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    }
    if extra := sorted(required - names - {"rng"}):
        raise fail("Experiment", "function", f"a function of {', '.join(sorted(names))} and rng",
                   f"the argument {extra[0]} as well", f"give it a Slider or a default: {extra[0]}=…")  # fmt: skip
    return "rng" in parameters


def _same(first: Mapping[str, np.ndarray], second: Mapping[str, np.ndarray]) -> None:
    for name, array in first.items():
        if name not in second or not np.array_equal(array, second[name], equal_nan=True):
            hint = "draw random numbers from its rng argument only"
            raise fail("Experiment", "function", "deterministic for a given rng", f"two results for {name!r}", hint)


def _widget(control: Slider | Choice, fast: bool) -> ipywidgets.Widget:
    """The ipywidget of a control, over its whole range."""
    common: dict[str, Any] = {"description": control.label, "style": {"description_width": "initial"},
              "layout": {"width": "100%", "max_width": "40em"}}  # fmt: skip
    if isinstance(control, Choice):
        texts = [(text, i) for i, text in enumerate(control.options)]
        return ipywidgets.Dropdown(options=texts, value=int(control.value), **common)
    common["continuous_update"] = fast
    if control.values is not None:
        options = [(f"{v:g}", v) for v in control.values]
        return ipywidgets.SelectionSlider(options=options, value=control.value, **common)
    ends = {"min": control.low, "max": control.high, "step": control.step}
    if control.integer:
        whole = {key: int(v) for key, v in ends.items()}
        return ipywidgets.IntSlider(value=int(control.value), **whole, **common)
    if control.scale == "log":
        decades = {"min": np.log10(control.low), "max": np.log10(control.high), "step": control.step}
        return ipywidgets.FloatLogSlider(value=control.value, base=10, readout_format=".2g", **decades, **common)
    return ipywidgets.FloatSlider(value=control.value, readout_format=f".{control.digits}f", **ends, **common)
