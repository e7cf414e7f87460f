"""The two ways in which a checked object is shown: LaTeX, and one line of Unicode text.

Both print the object as it stands. Only the order of the factors of a commutative product is chosen here
(sums last), because SymPy's own order is that of its tree and not that of a reader.
"""

from __future__ import annotations

import re
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter

from dlmath_lib.verify.notation import (
    RELATIONS,
    elementwise_name,
    factors_of,
    has_long_name,
    named,
    pretty_name,
    prime_at,
    prime_of,
    terms,
)
from dlmath_lib.verify.plain_text import Plain

__all__ = ["RELATIONS", "latex", "plain", "pretty_name"]


class Latex(LatexPrinter):
    """SymPy's LaTeX printer with primes, and with products in a reader's order."""

    def _print_Add(self, expr: sp.Add, order: Any = None) -> str:
        parts: list[str] = []
        for term in terms(expr):
            text = self._print(term)
            if term.is_Add:
                text = rf"\left({text}\right)"
            if not parts:
                parts.append(text)
            elif text.startswith("-"):
                parts.append("- " + text[1:].lstrip())
            else:
                parts.append("+ " + text)
        return " ".join(parts)

    def _print_MatAdd(self, expr: Any) -> str:
        terms = sorted((self._print(a) for a in expr.args), key=lambda term: term.startswith("-"))
        return " + ".join(terms).replace("+ -", "-")

    def _print_Mul(self, expr: sp.Mul) -> str:
        negative, above, below = factors_of(expr)
        text = self._product(above, alone=not below or len(above) > 1)
        if below:
            top, bottom = (self._product(part, alone=len(part) > 1) for part in (above, below))
            text = rf"\frac{{{top}}}{{{bottom}}}"
        return "- " + text if negative else text

    def _product(self, factors: list[sp.Expr], alone: bool) -> str:
        if not factors:
            return "1"
        if len(factors) == 1 and not alone:
            return self._print(factors[0])
        parts: list[str] = []
        for position, factor in enumerate(factors):
            last = position == len(factors) - 1
            text = self._print(factor)
            if (
                self._needs_mul_brackets(factor, first=position == 0, last=last)
                or factor.is_Add
                or (factor.is_Mul and len(factors) > 1 and factor.could_extract_minus_sign())
                or (text.startswith("-") and len(factors) > 1)
            ):
                text = rf"\left({text}\right)"
            if parts and (parts[-1] == text or (parts[-1][-1].isdigit() and text[0].isdigit())):
                parts.append(r"\cdot")
            elif parts and (has_long_name(factor) or has_long_name(factors[position - 1])):
                parts.append(r"\,")
            parts.append(text)
        return " ".join(parts)

    def _print_Derivative(self, expr: sp.Derivative) -> str:
        prime = prime_of(expr)
        if prime is not None:
            return self._primed(*prime, prime[0].args[0])
        if named(expr):
            return rf"\frac{{\partial {self._print(expr.expr)}}}{{\partial {self._print(expr.variables[0])}}}"
        text, inner = super()._print_Derivative(expr), self._print(expr.expr)
        if expr.expr.is_Mul and text.endswith(inner) and not inner.startswith(r"\frac"):
            return rf"{text.removesuffix(inner)}\left({inner}\right)"
        return text

    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:
        return re.sub(r"_\{(max|min)\}", r"_{\\\1}", super()._print_Symbol(expr, style))

    def _print_HadamardProduct(self, expr: Any) -> str:
        return r" \odot ".join(
            rf"\left({self._print(a)}\right)" if isinstance(a, (sp.MatAdd, sp.MatMul)) else self._print(a)
            for a in expr.args
        )

    def _print_ElementwiseApplyFunction(self, expr: Any) -> str:
        return rf"{elementwise_name(self, expr.function)}{{\left({self._print(expr.expr)} \right)}}"

    def _print_matrix_contents(self, expr: Any) -> str:
        text = super()._print_matrix_contents(expr)
        return text.replace(r"\\", r"\\[0.6em] ") if r"\frac" in text else text  # else the fractions of two rows touch

    def _print_Transpose(self, expr: Any) -> str:
        text = self._print(expr.arg)
        if isinstance(expr.arg, sp.MatrixSymbol) and text.endswith(")}"):
            return text[:-1] + r"\top}"
        return super()._print_Transpose(expr)

    def _print_Subs(self, expr: sp.Subs) -> str:
        prime = prime_at(expr)
        return super()._print_Subs(expr) if prime is None else self._primed(*prime)

    def _primed(self, function: AppliedUndef, count: int, at: Any) -> str:
        name = self._hprint_Function(function.func.__name__)  # upright when it is a word: ReLU′
        marks = "'" * count if count <= 3 else rf"^{{({count})}}"
        return rf"{name}{marks}{{\left({self._print(at)} \right)}}"


def latex(obj: Any) -> str:
    """Return the LaTeX of a SymPy object, unsimplified.

    >>> import sympy as sp
    >>> x, f = sp.Symbol("x"), sp.Function("sigma")
    >>> latex(sp.Derivative(f(x), x))
    "\\\\sigma'{\\\\left(x \\\\right)}"
    """
    return Latex({"ln_notation": False}).doprint(obj)


def plain(obj: Any) -> str:
    """Return a SymPy object as one line of Unicode text, unsimplified.

    >>> import sympy as sp
    >>> x, f = sp.Symbol("x"), sp.Function("sigma")
    >>> plain(f(x) * (1 - f(x)))
    'σ(x)·(1 − σ(x))'
    """
    return Plain().doprint(obj)
