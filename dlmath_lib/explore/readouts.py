"""Numbers and sentences under the panels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib._validate import fail, one_of
from dlmath_lib.explore.drawing import signed
from dlmath_lib.explore.evaluate import Function, Scope, expression, number, words
from dlmath_lib.explore.mathml import mathml, plain_text
from dlmath_lib.plotting import COLORS

__all__ = ["Message", "Readout"]

_FORMAT = re.compile(r"\.\d{1,2}[fge]|%\.\d")


class Readout:
    """A number with its name.

    Parameters
    ----------
    label : str or expression
        An expression is shown as mathematics.
    expr : expression
        Of the parameters.
    digits : int or str
        Decimals, or a format: ``".3f"``, ``".3g"``, ``".2e"``, ``".1%"``.
    color : str, optional
        A role of ``dlmath_lib.plotting.COLORS``.

    Examples
    --------
    >>> k = sp.symbols("k", real=True)
    >>> Readout("largest slope", k / 4).format
    '.3f'
    """

    def __init__(self, label: str | sp.Expr, expr: Any, *, digits: int | str = 3, color: str | None = None) -> None:
        self.math: str | None = None
        if isinstance(label, sp.Basic):
            self.label, self.math = words("Readout", "label", plain_text(label)), mathml(label)
        elif isinstance(label, str):
            self.label = words("Readout", "label", label)
        else:
            raise fail("Readout", "label", "a text or a SymPy expression", repr(label), error=TypeError)
        self.function = Function(f"Readout({self.label})", "expr", expression("Readout", "expr", expr))
        if isinstance(digits, str):
            self.format = re.sub(r"^\.(\d)%$", r"%.\1", digits)
            if not _FORMAT.fullmatch(self.format):
                raise fail("Readout", "digits", 'a number of decimals or a format such as ".3g"', repr(digits))
        else:
            self.format = f".{int(number('Readout', 'digits', digits, low=0, high=15, integer=True))}f"
        self.color = None if color is None else one_of("Readout", "color", color, COLORS)

    def parameters(self) -> set[sp.Symbol]:
        """The symbols that must be controls, states or derived."""
        return self.function.parameters

    def spec(self, scope: Scope) -> dict[str, Any]:
        """The readout of the JSON spec, its functions as ``scope`` names them."""
        return {
            "type": "number", "label": self.label, "math": self.math, "fn": self.function.javascript(scope),
            "format": self.format, "color": self.color,
        }  # fmt: skip

    def number(self, values: Mapping[str, float]) -> float:
        """Its value at ``values`` of the parameters, by NumPy."""
        return float(self.function(values))

    def text(self, values: Mapping[str, float]) -> str:
        """What the static picture says at ``values`` of the parameters."""
        value = self.number(values)
        shown = f"{100 * value:{self.format[1:]}f} %" if self.format.startswith("%") else f"{value:{self.format}}"
        return f"{self.label} = {signed(shown)}"


class Message:
    """A sentence that depends on the parameters: the first whose condition holds.

    Parameters
    ----------
    cases : sequence of (condition, str)
        SymPy conditions; the last one is True.

    Examples
    --------
    >>> k = sp.symbols("k", real=True)
    >>> Message([(k > 1, "steep"), (True, "flat")]).texts
    ['steep', 'flat']
    """

    def __init__(self, cases: Sequence[tuple[Any, str]]) -> None:
        if not isinstance(cases, (list, tuple)) or len(cases) < 1:
            raise fail("Message", "cases", "a list of (condition, text)", repr(cases), error=TypeError)
        pairs: list[tuple[Any, Any]] = []
        self.texts: list[str] = []
        for i, case in enumerate(cases):
            if not isinstance(case, (tuple, list)) or len(case) != 2 or not isinstance(case[1], str):
                raise fail("Message", f"cases[{i}]", "(condition, text)", repr(case), error=TypeError)
            condition = sp.sympify(bool(case[0]) if isinstance(case[0], np.bool_) else case[0])
            if not isinstance(condition, sp.logic.boolalg.Boolean) or isinstance(condition, sp.Symbol):
                raise fail("Message", f"cases[{i}]", "a condition such as k > 1", str(case[0]), error=TypeError)
            pairs.append((sp.Integer(i), condition))
            self.texts.append(words("Message", f"cases[{i}][1]", case[1]))
        if pairs[-1][1] != sp.true:
            raise fail("Message", "the last condition", "True", str(pairs[-1][1]), 'end with (True, "otherwise")')
        self.function = Function("Message", "cases", sp.Piecewise(*pairs))

    def parameters(self) -> set[sp.Symbol]:
        """The symbols that must be controls, states or derived."""
        return self.function.parameters

    def spec(self, scope: Scope) -> dict[str, Any]:
        """The readout of the JSON spec, its functions as ``scope`` names them."""
        return {"type": "message", "fn": self.function.javascript(scope), "texts": self.texts}

    def number(self, values: Mapping[str, float]) -> int:
        """Which sentence is shown at ``values`` of the parameters, by NumPy."""
        return int(self.function(values))

    def text(self, values: Mapping[str, float]) -> str:
        """What the static picture says at ``values`` of the parameters."""
        return self.texts[self.number(values)]
