"""`given`: what the names in a statement stand for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from dlmath_lib.verify._errors import message
from dlmath_lib.verify.printing import plain
from dlmath_lib.verify.statements import as_side

DEPTH = 12


@lru_cache(maxsize=64)
def _replaced_by(functions: tuple[Any, ...], symbols: tuple[Any, ...]) -> dict[Any, Any]:
    """Return what these definitions made of expressions before: a network's statements share most of their parts."""
    return {}


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
            definition = as_side(function, f"given[{plain(key)}]" if isinstance(key, sp.Basic) else "given", value)
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
        self._replaced = _replaced_by(tuple(self.functions.items()), tuple(self.symbols.items()))

    def _of(self, symbols: dict[Any, Any]) -> Definitions:
        """Return the same functions with other symbols."""
        other = Definitions(self.function, None)
        other.functions, other.symbols = self.functions, symbols
        other._replaced = _replaced_by(tuple(self.functions.items()), tuple(symbols.items()))
        return other

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

    def domain(self, where: Any) -> Any:
        """Return `where` in the letters that `given` leaves open: a domain of p restricts what p stands for."""
        if not isinstance(where, Mapping) or not self.symbols:
            return where
        found: dict[Any, Any] = {}
        for name, interval in where.items():
            key = self.expand(name) if isinstance(name, sp.Expr) else name
            if key in found:
                expected = f"one interval for {plain(key)}"
                raise ValueError(message(self.function, "where", expected, "two, since given makes two letters equal"))
            found[key] = interval
        return found

    def _once(self, expr: Any) -> Any:
        if expr in self.symbols:
            return self.symbols[expr]
        if not getattr(expr, "args", ()):
            return expr
        if expr not in self._replaced:
            self._replaced[expr] = self._rebuilt(expr)
        return self._replaced[expr]

    def _rebuilt(self, expr: Any) -> Any:
        if isinstance(expr, AppliedUndef) and expr.func in self.functions:
            parameters, definition = self.functions[expr.func]
            if len(parameters) != len(expr.args):
                expected = f"a definition for {plain(expr)}"
                raise ValueError(message(self.function, "given", expected, f"one with {len(parameters)} arguments"))
            return put(definition, dict(zip(parameters, (self._once(a) for a in expr.args), strict=True)))
        if isinstance(expr, sp.Derivative):
            return self._derivative(expr)
        if isinstance(expr, BINDERS):
            return self._bound(expr)
        return expr.func(*(self._once(a) for a in expr.args))

    def _derivative(self, expr: sp.Derivative) -> Any:
        named = [variable for variable, _ in expr.variable_count if variable in self.symbols]
        if not named:
            return sp.Derivative(self._once(expr.expr), *expr.variable_count)
        # The names that the derivative is taken by are held; all others are written out, so that it sees every path.
        held = self._of({symbol: definition for symbol, definition in self.symbols.items() if symbol not in named})
        dummies = {variable: sp.Dummy(str(variable), real=True) for variable in named}
        inner = held.expand(expr.expr).xreplace(dummies)
        counts = [(dummies.get(variable, variable), count) for variable, count in expr.variable_count]
        places = [self.symbols[variable] for variable in named]
        return sp.Subs(sp.Derivative(inner, *counts), tuple(dummies.values()), tuple(places))

    def _bound(self, expr: Any) -> Any:
        """Leave bound variables alone: they are not the symbols of the same name outside."""
        bound = bound_symbols(expr)
        held = {s: v for s, v in self.symbols.items() if s not in bound}
        for symbol, definition in held.items():
            if definition.free_symbols & bound and expr.has(symbol):
                letters = ", ".join(plain(s) for s in sorted(definition.free_symbols & bound, key=str))
                expected = f"clear about {letters}, which the statement binds"
                got = f"{plain(symbol)} = {plain(definition)}"
                raise ValueError(message(self.function, "given", expected, got, f"write {plain(symbol)}({letters})"))
        outer = self._of(held)
        return expr.func(
            *(sp.Tuple(*(outer._once(b) for b in a)) if isinstance(a, sp.Tuple) else outer._once(a) for a in expr.args)
        )


BINDERS = (sp.Sum, sp.Product, sp.Integral, sp.Limit, sp.Subs)


def bound_symbols(expr: Any) -> set[Any]:
    """Return the symbols that a sum, integral, limit or substitution binds."""
    if isinstance(expr, sp.Limit):
        return {expr.args[1]}
    return set(expr.variables)


def put(definition: Any, values: Mapping[Any, Any]) -> Any:
    """Replace parameters by values; a bound letter of the definition that a value uses gets another name first.

    >>> x, t = sp.symbols("x t")
    >>> put(sp.Integral(t * x, (t, 0, 1)), {x: t}).doit()
    t/2
    """
    used = set().union(*(value.free_symbols for value in values.values()))
    by = {v for node in definition.atoms(sp.Derivative) for v in node.variables}
    if any(parameter in by and not isinstance(value, sp.Symbol) for parameter, value in values.items()):
        dummies = {parameter: sp.Dummy(parameter.name, **parameter._assumptions_orig) for parameter in values}
        return sp.Subs(put(definition, dummies), tuple(dummies.values()), tuple(values.values()))
    return _renamed(definition, used).xreplace(dict(values))


def _renamed(expr: Any, used: set[Any]) -> Any:
    if not getattr(expr, "args", ()):
        return expr
    expr = expr.func(*(_renamed(arg, used) for arg in expr.args))
    if isinstance(expr, BINDERS):
        clash = {s: sp.Dummy(s.name, **s._assumptions_orig) for s in bound_symbols(expr) & used}
        return expr.xreplace(clash) if clash else expr
    return expr
