"""Expressions of parameters and bound variables, evaluated in both languages: the two twins of each mark.

A :class:`Scope` knows the parameters of one explorer. A :class:`Function` is what a mark is made of: some expressions
and their bound variables. Its JavaScript comes from :mod:`~dlmath_lib.explore.javascript`, its NumPy twin from
``lambdify``: two independent roads, which the tests compare.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp
from sympy.printing.numpy import NumPyPrinter

from dlmath_lib._validate import as_scalar, fail
from dlmath_lib.explore.javascript import compile_function

__all__ = ["Function", "Scope", "expression", "interval", "number", "switch", "symbol", "words"]


def _elementwise(function: Callable[[float], float], *, pole: float = math.nan) -> Callable[[Any], Any]:
    def one(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.inf
        except ValueError:
            return pole

    vectorised = np.vectorize(one, otypes=[float])
    return lambda x: vectorised(np.asarray(x, dtype=float))


# What NumPy lacks, by Python's own C library. NumPy's spelling of SymPy's printer is the key.
_MODULES: list[Any] = [
    {
        "erf": _elementwise(math.erf),
        "erfc": _elementwise(math.erfc),
        "gamma": _elementwise(math.gamma),
        "factorial": _elementwise(lambda x: math.gamma(x + 1.0)),
        "log1p": np.log1p,
        "expm1": np.expm1,
        "Cbrt": np.cbrt,
        "Sqrt": np.sqrt,
    },
    "numpy",
]


class _Printer(NumPyPrinter):
    """NumPy code of an expression as it stands, its symbols under the names of the arguments.

    SymPy itself would replace symbols whose names hide what the code calls, which builds each Max and Piecewise anew,
    and simplify conditions that hold other cases: seconds for one explorer.
    """

    def __init__(self, names: Mapping[sp.Symbol, str]) -> None:
        settings = {"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True}
        super().__init__({**settings, "user_functions": {name: name for name in _MODULES[0]}})
        self._arguments = names

    def _print_Symbol(self, expr: sp.Symbol) -> str:
        return self._arguments.get(expr) or str(super()._print_Symbol(expr))

    _print_Dummy = _print_Symbol

    def _print_ITE(self, expr: Any) -> str:
        return f"where({', '.join(map(self._print, expr.args))})"

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:
        values, conditions = (", ".join(map(self._print, column)) for column in zip(*expr.args, strict=True))
        return f"select([{conditions}], [{values}], default=nan)"


def expression(owner: str, argument: str, value: Any) -> sp.Expr:
    """``value`` as a SymPy expression for a number, or an error that names ``owner`` and ``argument``."""
    if isinstance(value, (np.integer, np.floating)):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float, sp.Basic)):
        hint = "name a list per coordinate" if isinstance(value, (list, tuple, np.ndarray)) else ""
        hint = "write it with SymPy symbols, not as text" if isinstance(value, str) else hint
        hint = "call it on a symbol: f(x)" if callable(value) and not isinstance(value, sp.Basic) else hint
        raise fail(owner, argument, "a SymPy expression or a number", type(value).__name__, hint, error=TypeError)
    result = sp.sympify(value)
    if isinstance(result, (sp.logic.boolalg.Boolean,)) and not isinstance(result, sp.Symbol):
        raise fail(owner, argument, "an expression with a numerical value", f"the condition {result}", "use Piecewise")
    if not isinstance(result, sp.Expr) or isinstance(result, sp.MatrixExpr):
        raise fail(owner, argument, "a SymPy expression", f"{type(result).__name__} {result}", "", error=TypeError)
    return result


def number(owner: str, argument: str, value: Any, **bounds: Any) -> float:
    """``value`` as a finite float; SymPy's ``2*pi`` counts; ``bounds`` are those of ``as_scalar``."""
    if isinstance(value, sp.Expr) and value.is_number and value.is_extended_real:
        try:
            value = float(value)
        except OverflowError:  # of an integer beyond the range of float
            value = math.copysign(math.inf, 1 if value > 0 else -1)
    return as_scalar(owner, argument, value, **bounds)


def interval(owner: str, argument: str, value: Any) -> tuple[float, float]:
    """``value`` as (low, high) with low < high."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise fail(owner, argument, "a pair (low, high)", repr(value))
    low, high = number(owner, argument, value[0]), number(owner, argument, value[1])
    if not low < high:
        raise fail(owner, argument, "a range with low < high", f"({low:g}, {high:g})")
    return low, high


def symbol(owner: str, argument: str, value: Any) -> sp.Symbol:
    """``value`` if it is a symbol, or an error that names ``owner`` and ``argument``."""
    if not isinstance(value, sp.Symbol):
        got = f"{type(value).__name__} {value!r}"
        hint = 'make one: x = sympy.symbols("x", real=True)'
        raise fail(owner, argument, "a SymPy symbol", got, hint, error=TypeError)
    return value


def words(owner: str, argument: str, value: Any) -> str:
    """``value`` if it is a text that can be shown, or an error that names ``owner`` and ``argument``."""
    if not isinstance(value, str):
        raise fail(owner, argument, "a text", repr(value), error=TypeError)
    if not value.strip():
        raise fail(owner, argument, "a text", repr(value))
    odd = next((c for c in value if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"), None)
    if odd is not None:
        kind = "half of a surrogate pair" if unicodedata.category(odd) == "Cs" else "a control character"
        raise fail(owner, argument, "a text that can be shown", f"{value!r} with {kind}, U+{ord(odd):04X}")
    return value


def switch(owner: str, argument: str, value: Any) -> bool:
    """``value`` if it is True or False: a text such as "no" would count as True."""
    if not isinstance(value, (bool, np.bool_)):
        raise fail(owner, argument, "True or False", repr(value), error=TypeError)
    return bool(value)


class Scope:
    """The parameters of one explorer, in order: controls, states of points, then what trajectories derive.

    Parameters
    ----------
    symbols : sequence of Symbol
        Their order is that of the JavaScript array ``p``.
    """

    def __init__(self, symbols: Sequence[sp.Symbol]) -> None:
        self.symbols = tuple(symbols)
        self.index = {s: i for i, s in enumerate(self.symbols)}
        self.by_name = {s.name: s for s in self.symbols}

    def names(self) -> dict[sp.Symbol, str]:
        """The JavaScript of each parameter."""
        return {s: f"p[{i}]" for s, i in self.index.items()}


class Function:
    """Expressions of the parameters and of bound variables.

    Parameters
    ----------
    owner : str
        The mark, for messages.
    argument : str
        Its argument, for messages.
    outputs : expression or sequence of expressions
        One expression returns a number, a sequence an array.
    bound : mapping from Symbol to str
        The bound variables and their JavaScript: ``{x: "v0"}`` or ``{w: "s[0]", n: "n"}``.
    args : sequence of str
        The JavaScript arguments after ``p``: ``["v0"]`` or ``["s", "n"]``.
    """

    def __init__(
        self,
        owner: str,
        argument: str,
        outputs: sp.Basic | Sequence[sp.Basic],
        bound: Mapping[sp.Symbol, str] | None = None,
        args: Sequence[str] | None = None,
    ) -> None:
        self.owner, self.argument = owner, argument
        self.vector = isinstance(outputs, (list, tuple))
        self.outputs: list[sp.Basic] = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        self.bound = dict(bound or {})
        self.args = list(args if args is not None else self.bound.values())
        self._numpy: Callable[..., Any] | None = None
        self._used: list[sp.Symbol] = []

    @property
    def parameters(self) -> set[sp.Symbol]:
        """The symbols that are not bound."""
        free: set[sp.Symbol] = set().union(*(e.free_symbols for e in self.outputs)) if self.outputs else set()
        return free - set(self.bound)

    def javascript(self, scope: Scope) -> dict[str, object]:
        """The spec's ``{"args", "body"}``."""
        outputs = self.outputs if self.vector else self.outputs[0]
        try:
            return compile_function(outputs, scope.names() | self.bound, ["p", *self.args])
        except ValueError as error:
            raise ValueError(f"{self.owner}: {self.argument}: {str(error).removeprefix('javascript: ')}") from None

    def __call__(self, values: Mapping[str, float], *bound: Any) -> Any:
        """The NumPy twin: the outputs at named parameter values, broadcast over arrays of the bound variables."""
        if self._numpy is None:
            self._used = sorted(self.parameters, key=lambda s: s.name)
            names = {s: f"a{i}" for i, s in enumerate([*self._used, *self.bound])}
            self._numpy = sp.lambdify(
                [*names.values()], self.outputs, modules=_MODULES, printer=_Printer(names), docstring_limit=0
            )
        arrays = [np.asarray(b, dtype=float) if np.ndim(b) else np.float64(b) for b in bound]
        shape = np.broadcast_shapes(*(np.shape(a) for a in arrays))
        with np.errstate(all="ignore"):
            results = self._numpy(*(np.float64(values[s.name]) for s in self._used), *arrays)
        full = [np.broadcast_to(np.asarray(r, dtype=float), shape) for r in results]
        return np.array(full) if self.vector else full[0]
