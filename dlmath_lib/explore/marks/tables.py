"""Marks that fill a panel: bars, matrix cells, a network."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import sympy as sp

from dlmath_lib._validate import fail, one_of
from dlmath_lib.explore.drawing import RAMPS, drawable, signed
from dlmath_lib.explore.evaluate import Function, Scope, expression, interval, words
from dlmath_lib.explore.frames import Data, FrameArray
from dlmath_lib.explore.marks.base import Frame, Mark, count
from dlmath_lib.plotting import COLORS

__all__ = ["Bars", "MatrixCells", "NetworkGraph"]

_ROWS = (list, tuple, sp.MatrixBase, sp.Tuple)


class Bars(Mark):
    """One bar for each value, on a panel of its own.

    Parameters
    ----------
    values : sequence of expressions
    labels : sequence of str
        One under each bar.
    label, color : str, optional
    """

    type = "bars"
    single = True

    def __init__(
        self, values: Sequence[Any], labels: Sequence[str], *, label: str | None = None, color: str | None = None
    ) -> None:
        super().__init__(label, color)
        if not isinstance(values, (list, tuple, sp.MatrixBase, sp.Tuple)) or len(values) == 0:
            raise fail(self.name, "values", "a list of expressions", repr(values), error=TypeError)
        listed = [expression(self.name, f"values[{i}]", v) for i, v in enumerate(values)]
        self.function = Function(self.name, "values", listed)
        self.labels = _labels(self.name, "labels", labels, len(listed))

    def functions(self) -> list[Function]:
        return [self.function]

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        return {"fn": self.function.javascript(scope), "labels": self.labels}

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        return {"values": self.function(values)}

    def span(self, way: str) -> tuple[float, float] | None:
        return (-0.5, len(self.labels) - 0.5) if way == "x" else None

    def extent(self, way: str, numbers: Mapping[str, Any]) -> list[float]:
        return [0.0, *numbers["values"]]

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        places = np.arange(len(self.labels))
        ax.bar(places, drawable(numbers["values"]), color=color, width=0.7, label=self.label)
        ax.set_xticks(places, self.labels, parse_math=False)


class MatrixCells(Mark):
    """The entries of a matrix as coloured cells with their numbers.

    Parameters
    ----------
    matrix : Matrix, array of shape (r, c), or frame array
        NaN leaves a cell empty.
    rows, cols : sequence of str, optional
    digits : int
        Decimals in the cells.
    palette : {"diverging", "sequential"}
    limits : (low, high), optional
        What the colours span; by default the entries' own range.
    label : str, optional
    """

    type = "cells"
    cycles = False
    alone = True

    def __init__(
        self,
        matrix: Any,
        *,
        rows: Sequence[str] | None = None,
        cols: Sequence[str] | None = None,
        digits: int = 2,
        palette: Literal["diverging", "sequential"] = "diverging",
        limits: tuple[float, float] | None = None,
        label: str | None = None,
    ) -> None:
        super().__init__(label, None)
        self.function: Function | None = None
        self.values: Data | None = None
        if isinstance(matrix, (np.ndarray, FrameArray)):
            self.values = Data(self.name, "matrix", matrix, 2)
            self.shape = self.values.shape
        else:
            entries = matrix_entries(self.name, "matrix", matrix)
            self.shape = entries.shape
            self.function = Function(self.name, "matrix", list(entries))
        self.rows = None if rows is None else _labels(self.name, "rows", rows, self.shape[0])
        self.cols = None if cols is None else _labels(self.name, "cols", cols, self.shape[1])
        self.digits = count(self.name, "digits", digits, 0, 12)
        self.palette = one_of(self.name, "palette", palette, ("diverging", "sequential"))
        self.limits = None if limits is None else list(interval(self.name, "limits", limits))

    def functions(self) -> list[Function]:
        return [self.function] if self.function else []

    def data(self) -> list[Data]:
        return [self.values] if self.values else []

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        what: dict[str, Any] = {}
        if self.function:
            what["fn"] = self.function.javascript(scope)
        elif self.values:
            what["data"] = self.values.spec()
        return what | {
            "shape": list(self.shape), "rows": self.rows, "cols": self.cols, "digits": self.digits,
            "palette": self.palette, "range": self.limits,
        }  # fmt: skip

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        if self.values:
            return {"values": self.values.at(values, live)}
        return {"values": self.function(values) if self.function else np.zeros(0)}

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        z = np.reshape(numbers["values"], self.shape)
        finite = z[np.isfinite(z)]
        low, high = self.limits or ((float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0))
        if self.palette == "diverging" and not self.limits:
            high = max(abs(low), abs(high)) or 1.0
            low = -high
        ramp = RAMPS[self.palette]
        ax.imshow(np.ma.masked_invalid(z), cmap=ramp, vmin=low, vmax=high, aspect="equal", alpha=0.75)
        if z.size <= 150:
            for (i, j), value in np.ndenumerate(z):
                place = (value - low) / ((high - low) or 1.0)
                dark = place > 0.75 or (self.palette == "diverging" and place < 0.25)
                text = "" if np.isnan(value) else signed(f"{value:.{self.digits}f}")
                ax.text(j, i, text, ha="center", va="center", fontsize=8, color="white" if dark else "black")
        for i, name in enumerate(self.rows or ()):
            ax.text(-0.65, i, name, ha="right", va="center", parse_math=False)
        for j, name in enumerate(self.cols or ()):
            ax.text(j, -0.65, name, ha="center", va="bottom", parse_math=False)


class NetworkGraph(Mark):
    """A network with the values of its units and the weights of its connections.

    Parameters
    ----------
    layers : sequence of sequences of str
        The names of the units, layer by layer.
    values : sequence of sequences of expressions
        One for each unit.
    weights : sequence of Matrix
        One for each pair of neighbouring layers, of shape (out, in).
    notes : sequence of sequences of expressions, optional
        A second number at each unit, such as its gradient.
    notes_label : str
        What stands before it: ``δ = 0.12``.
    digits : int
    label : str, optional
    """

    type = "network"
    cycles = False
    alone = True

    def __init__(
        self,
        layers: Sequence[Sequence[str]],
        values: Sequence[Sequence[Any]],
        weights: Sequence[Any],
        *,
        notes: Sequence[Sequence[Any]] | None = None,
        notes_label: str = "δ",
        digits: int = 2,
        label: str | None = None,
    ) -> None:
        super().__init__(label, None)
        me = self.name
        if not isinstance(layers, (list, tuple)) or len(layers) < 2:
            raise fail(me, "layers", "at least two lists of names", repr(layers))
        self.layers = [_labels(me, f"layers[{i}]", names, None) for i, names in enumerate(layers)]
        sizes = [len(names) for names in self.layers]
        self.values = Function(me, "values", self._units("values", values, sizes))
        self.notes = None if notes is None else Function(me, "notes", self._units("notes", notes, sizes))
        if not isinstance(weights, (list, tuple)):
            raise fail(me, "weights", "a list of matrices", repr(weights), error=TypeError)
        if len(weights) != len(sizes) - 1:
            raise fail(me, "weights", f"{len(sizes) - 1} matrices, one between neighbouring layers", str(len(weights)))
        flat: list[sp.Expr] = []
        for i, matrix in enumerate(weights):
            entries = matrix_entries(me, f"weights[{i}]", matrix)
            wanted = sizes[i + 1], sizes[i]
            if entries.shape != wanted:
                hint = "transpose it: .T" if entries.shape == wanted[::-1] else ""
                raise fail(me, f"weights[{i}]", f"of shape (out, in) = {wanted}", str(entries.shape), hint)
            flat += list(entries)
        self.weights = Function(me, "weights", flat)
        self.notes_label = words(me, "notes_label", notes_label)
        self.digits = count(me, "digits", digits, 0, 12)

    def _units(self, argument: str, given: Any, sizes: list[int]) -> list[sp.Expr]:
        if not isinstance(given, (list, tuple)) or not all(isinstance(row, _ROWS) for row in given):
            hint = "one list for each layer: [[x1, x2], [y]]"
            raise fail(self.name, argument, "a list of lists of expressions", repr(given), hint, error=TypeError)
        lengths = [len(row) for row in given]
        if lengths != sizes:
            raise fail(self.name, argument, f"lists of the layers' sizes {sizes}", str(lengths))
        rows = enumerate(given)
        return [expression(self.name, f"{argument}[{i}][{j}]", e) for i, row in rows for j, e in enumerate(row)]

    def functions(self) -> list[Function]:
        return [self.values, self.weights, *([self.notes] if self.notes else [])]

    def spec(self, scope: Scope, frame: Frame) -> dict[str, Any]:
        return {
            "layers": self.layers, "values": self.values.javascript(scope), "weights": self.weights.javascript(scope),
            "notes": self.notes.javascript(scope) if self.notes else None, "notes_label": self.notes_label,
            "digits": self.digits,
        }  # fmt: skip

    def numbers(self, values: Mapping[str, float], frame: Frame, live: Mapping[str, Any]) -> dict[str, Any]:
        notes = self.notes(values) if self.notes else None
        return {"values": self.values(values), "weights": self.weights(values), "notes": notes}

    def draw(self, ax: Any, numbers: Mapping[str, Any], color: str, frame: Frame) -> None:
        columns = [[(i, (len(layer) - 1) / 2 - j) for j in range(len(layer))] for i, layer in enumerate(self.layers)]
        weights = iter(numbers["weights"])
        for inputs, outputs in pairwise(columns):
            for end in outputs:
                for start in inputs:
                    weight = next(weights)
                    tone = COLORS["orange" if weight < 0 else "blue"][0]
                    width = 0.5 + min(3.0, 1.2 * abs(weight)) if math.isfinite(weight) else 0.5
                    ax.plot(*zip(start, end, strict=True), color=tone, linewidth=width, alpha=0.6, zorder=1)
        values, notes = iter(numbers["values"]), iter(numbers["notes"] if self.notes else ())
        for column, names in zip(columns, self.layers, strict=True):
            for (x, y), name in zip(column, names, strict=True):
                ax.plot([x], [y], "o", markersize=26, color="white", markeredgecolor=COLORS["gray"][0], zorder=2)
                text = signed(f"{name}\n{next(values):.{self.digits}f}")
                ax.text(x, y, text, ha="center", va="center", fontsize=7, parse_math=False, zorder=3)
                if self.notes and math.isfinite(value := next(notes)):
                    note = f"{self.notes_label} = " + signed(f"{value:.{self.digits}f}")
                    ax.text(x, y - 0.42, note, ha="center", fontsize=7, color=COLORS["purple"][0], parse_math=False)
        tallest = max(map(len, columns))
        ax.set_xlim(-0.5, len(columns) - 0.5)
        ax.set_ylim(-tallest / 2 - 0.2, tallest / 2 + 0.2)


def matrix_entries(owner: str, argument: str, value: Any) -> sp.ImmutableMatrix:
    """``value`` as a matrix of expressions."""
    if not isinstance(value, (sp.MatrixBase, list, tuple, np.ndarray)):
        raise fail(owner, argument, "a Matrix", type(value).__name__, error=TypeError)
    try:
        matrix = sp.ImmutableMatrix(value)
    except (TypeError, ValueError, sp.SympifyError) as error:
        raise fail(owner, argument, "a Matrix of equally long rows", str(value)[:60], error=TypeError) from error
    if 0 in matrix.shape:
        raise fail(owner, argument, "a Matrix with entries", f"shape {matrix.shape}")
    for entry in matrix:
        expression(owner, argument, entry)
    return matrix


def _labels(owner: str, argument: str, labels: Any, n: int | None) -> list[str]:
    if not isinstance(labels, (list, tuple)):
        raise fail(owner, argument, "a list of texts", repr(labels), error=TypeError)
    if len(labels) != n and (n is not None or len(labels) == 0):
        raise fail(owner, argument, f"{n if n is not None else 'one or more'} texts", f"{len(labels)}: {labels}")
    return [words(owner, f"{argument}[{i}]", text) for i, text in enumerate(labels)]
