"""The explorer itself: an ipywidget in Jupyter, a static figure in the built book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from dlmath_lib._validate import fail
from dlmath_lib.explore.host import figure_html
from dlmath_lib.explore.model import Model
from dlmath_lib.explore.picture import draw

__all__ = ["Explorer"]

_STATIC = Path(__file__).parent / "static"


@cache
def _bundle(name: str) -> str:
    path = _STATIC / name
    if not path.exists():
        raise RuntimeError(
            f"Explorer: {path} is missing: it is built when dlmath_lib is installed: run pip install -e . "
            "in the project's folder"
        )
    return path.read_text(encoding="utf-8")


class Explorer(anywidget.AnyWidget):
    """Sliders, choices and draggable points over pictures of SymPy expressions.

    Parameters
    ----------
    *parts : Slider, Choice, Mark, Panel, Readout or Message
        Bare marks go into one panel, whose arguments are ``**axes``.
    title : str
        The caption.
    alt : str
        What a reader sees, in words: at least 20 characters.
    name : str, optional
        A stable id such as ``"activation-shapes"``; by default made of the title.
    of : str or sequence of str
        The labels of the numbered formulas that it shows, for the ledger: ``of="eq-sigmoid-derivative"``.
    **axes
        ``x=(low, high)``, ``y``, ``xlabel``, ``ylabel``, ``xscale``, ``yscale``, ``equal`` of the one panel.

    Attributes
    ----------
    values : dict
        The name and the value of each control; a change is seen on both sides. Setting some of them keeps the others.

    Raises
    ------
    TypeError, ValueError
        If the parts do not fit together; see :class:`~dlmath_lib.explore.model.Model`.

    Examples
    --------
    >>> import sympy as sp
    >>> from dlmath_lib.explore import Curve, Slider
    >>> x, k = sp.symbols("x k", real=True)
    >>> explorer = Explorer(
    ...     Slider(k, 0, 5, value=1, label="steepness k"),
    ...     Curve(1 / (1 + sp.exp(-k * x)), (x, -6, 6), label="σ(kx)"),
    ...     title="A sigmoid", alt="An S-shaped curve from 0 to 1; k makes it steeper.",
    ... )
    >>> explorer
    Explorer "A sigmoid": k = 1 (0 … 5), Curve 'σ(kx)'
    >>> explorer.values = {"k": 2}
    >>> explorer.values
    {'k': 2.0}
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    spec = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    live = traitlets.Dict().tag(sync=True)

    @traitlets.default("_esm")
    def _esm_default(self) -> str:
        return _bundle("explorer.mjs")

    @traitlets.default("_css")
    def _css_default(self) -> str:
        return _bundle("explorer.css")

    def __init__(
        self, *parts: Any, title: str, alt: str, name: str | None = None, of: str | Sequence[str] = (), **axes: Any
    ) -> None:
        self._model = Model(parts, title=title, alt=alt, name=name, of=of, **axes)
        super().__init__(spec=self._model.spec(), values=dict(self._model.start))

    @traitlets.validate("values")
    def _check_values(self, proposal: Any) -> dict[str, float]:
        return self._model.check("Explorer", {**(self.values or {}), **proposal["value"]})

    @traitlets.validate("live")
    def _check_live(self, proposal: Any) -> dict[str, Any]:
        names = [name for frames in self._model.frames for name in frames.arrays]
        for name in proposal["value"]:
            if name not in names:
                raise fail("Explorer", "live", f"arrays of its frames ({', '.join(names) or 'none'})", repr(name))
        return dict(proposal["value"])

    def numbers(self, values: Mapping[str, float] | None = None) -> dict[str, Any]:
        """Every number that the picture is drawn from, computed by NumPy.

        Parameters
        ----------
        values : mapping from str to float, optional
            Control values; those left out are as at the start. By default the present :attr:`values`.

        Returns
        -------
        dict
            ``{"panels": [[{…} for each mark] for each panel], "readouts": […], "derived": {name: value}}``.
        """
        checked = self._model.check("Explorer.numbers", self.values if values is None else values)
        return self._model.numbers(checked, self.live)

    def html(self) -> str:
        """The static figure of the starting state, with the spec in it."""
        return figure_html(self._model.spec(), *draw(self._model, self._model.start, {}))

    def __repr__(self) -> str:
        model = self._model
        states = [f"{s.symbol.name} = {s.value:g} ({s.low:g} … {s.high:g})" for s in model.states]
        marks = [repr(mark) for panel in model.panels for mark in panel.marks]
        return f'Explorer "{model.title}": ' + ", ".join([*map(repr, model.controls), *states, *marks])

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": repr(self), "text/html": self.html()}, metadata
