"""`given`: what the names in a statement stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from dlmath_lib.verify._errors import message
from dlmath_lib.verify.printing import plain

DEPTH = 12


class Definitions:
    """Functions and symbols with their definitions, ready to be put into an expression.

    >>> x = sp.Symbol("x")
    >>> sigma = sp.Function("sigma")
    >>> Definitions("prove", {sigma(x): 1 / (1 + sp.exp(-x))}).expand(sp.Derivative(sigma(2 * x), x))
    Derivative(1/(1 + exp(-2*x)), x)
    """

    def __init__(self, function: str, given: Mapping[Any, Any] | None) -> None:
        if given is not None and not isinstance(given, Mapping):
            raise TypeError(message(function, "given", "a mapping {f(x): definition}", repr(given)))
        self.function = function
        self.functions: dict[Any, tuple[tuple[Any, ...], Any]] = {}
        self.symbols: dict[Any, Any] = {}
        for key, value in (given or {}).items():
            definition = sp.sympify(value)
            if isinstance(key, AppliedUndef):
                if not all(isinstance(a, sp.Symbol) for a in key.args) or len(set(key.args)) != len(key.args):
                    expected = "about functions of distinct symbols, such as f(x)"
                    raise ValueError(message(function, "given", expected, plain(key)))
                self.functions[key.func] = (key.args, definition)
            elif isinstance(key, (sp.Symbol, sp.MatrixSymbol, sp.Indexed)):
                self.symbols[key] = definition
            else:
                hint = "write {f(x): …} with f = Function('f'), or {symbol: …}"
                raise TypeError(message(function, "given", "a mapping from f(x) or symbols", repr(key), hint))

    def expand(self, expr: Any) -> Any:
        """Return `expr` with every name replaced by its definition; derivatives stay unevaluated."""
        if not self.functions and not self.symbols:
            return expr
        for _ in range(DEPTH):
            new = self._once(expr)
            if new == expr:
                return expr
            expr = new
        raise ValueError(message(self.function, "given", "definitions that end", "one that refers to itself"))

    def _once(self, expr: Any) -> Any:
        if expr in self.symbols:
            return self.symbols[expr]
        if not getattr(expr, "args", ()):
            return expr
        if isinstance(expr, AppliedUndef) and expr.func in self.functions:
            parameters, definition = self.functions[expr.func]
            return definition.xreplace(dict(zip(parameters, (self._once(a) for a in expr.args), strict=True)))
        if isinstance(expr, sp.Derivative):
            return self._derivative(expr)
        if isinstance(expr, (sp.Sum, sp.Product, sp.Integral, sp.Limit, sp.Subs)):
            return self._bound(expr)
        return expr.func(*(self._once(a) for a in expr.args))

    def _derivative(self, expr: sp.Derivative) -> Any:
        named = [variable for variable, _ in expr.variable_count if variable in self.symbols]
        if not named:
            return sp.Derivative(self._once(expr.expr), *expr.variable_count)
        # The names that the derivative is taken by are held; all others are written out, so that it sees every path.
        held = Definitions(self.function, None)
        held.functions = self.functions
        held.symbols = {symbol: definition for symbol, definition in self.symbols.items() if symbol not in named}
        dummies = {variable: sp.Dummy(str(variable), real=True) for variable in named}
        inner = held.expand(expr.expr).xreplace(dummies)
        counts = [(dummies.get(variable, variable), count) for variable, count in expr.variable_count]
        places = [self.symbols[variable] for variable in named]
        return sp.Subs(sp.Derivative(inner, *counts), tuple(dummies.values()), tuple(places))

    def _bound(self, expr: Any) -> Any:
        """Leave bound variables alone: they are not the symbols of the same name outside."""
        held = {s: v for s, v in self.symbols.items() if s not in expr.atoms(sp.Symbol) - expr.free_symbols}
        outer = Definitions(self.function, None)
        outer.functions, outer.symbols = self.functions, held
        return expr.func(
            *(sp.Tuple(*(outer._once(b) for b in a)) if isinstance(a, sp.Tuple) else outer._once(a) for a in expr.args)
        )
