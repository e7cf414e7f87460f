"""Marks that fill a panel: bars, matrix cells, a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import sympy as sp

from dlmath_lib._validate import fail, one_of
from dlmath_lib.explore.evaluate import Function, Scope, expression, interval
from dlmath_lib.explore.frames import Data, FrameArray
from dlmath_lib.explore.marks.base import Frame, Mark, count

__all__ = ["Bars", "MatrixCells", "NetworkGraph"]


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


class MatrixCells(Mark):
    """The entries of a matrix as coloured cells with their numbers.

    Parameters
    ----------
    matrix : Matrix, array of shape (r, c), or frame array
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
        self.notes_label = _labels(me, "notes_label", [notes_label], 1)[0]
        self.digits = count(me, "digits", digits, 0, 12)

    def _units(self, argument: str, given: Any, sizes: list[int]) -> list[sp.Expr]:
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
    if isinstance(labels, str) or not all(isinstance(text, str) for text in labels):
        raise fail(owner, argument, "a list of texts", repr(labels), error=TypeError)
    if len(labels) != n and (n is not None or len(labels) == 0):
        raise fail(owner, argument, f"{n if n is not None else 'one or more'} texts", f"{len(labels)}: {labels}")
    return list(labels)
