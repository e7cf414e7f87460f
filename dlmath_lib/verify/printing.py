"""The two ways in which a checked object is shown: LaTeX, and one line of Unicode text.

Both print the object as it stands. An author's order (`written`) is kept; for SymPy's own sums and products, whose
order is that of its tree and not that of a reader, one is chosen in `notation`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter

from dlmath_lib.verify.notation import (
    RELATIONS,
    derivative_sign,
    elementwise_name,
    fractions_of,
    has_long_name,
    is_open,
    matrix_terms,
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
        ordered = terms(expr)
        for position, term in enumerate(ordered):
            text = self._print(term)
            if term.is_Add or (is_open(term) and position < len(ordered) - 1):
                text = rf"\left({text}\right)"
            if not parts:
                parts.append(text)
            elif text.startswith("-"):
                parts.append("- " + text[1:].lstrip())
            else:
                parts.append("+ " + text)
        return " ".join(parts)

    def _print_MatAdd(self, expr: Any) -> str:
        return " + ".join(self._print(term) for term in matrix_terms(expr)).replace("+ -", "-")

    def _print_Mul(self, expr: sp.Mul) -> str:
        negative, fractions = fractions_of(expr)
        parts: list[str] = []
        for position, (above, below) in enumerate(fractions):
            if below:
                top, bottom = (self._product(part, alone=len(part) > 1) for part in (above, below))
                text = rf"\frac{{{top}}}{{{bottom}}}"
            else:
                text = self._product(above, alone=True, first=position == 0, last=position == len(fractions) - 1)
            if parts and _begins_with_number(text):
                parts.append(r"\cdot")
            parts.append(text)
        return ("- " if negative else "") + " ".join(parts)

    def _product(self, factors: list[sp.Expr], alone: bool, first: bool = True, last: bool = True) -> str:
        if not factors:
            return "1"
        if len(factors) == 1 and not alone:
            return self._print(factors[0])
        parts: list[str] = []
        for position, factor in enumerate(factors):
            at_end = last and position == len(factors) - 1
            text = self._print(factor)
            if (
                self._needs_mul_brackets(factor, first=first and position == 0, last=at_end)
                or factor.is_Add
                or (is_open(factor) and not at_end)
                or (factor.is_Mul and len(factors) > 1 and factor.could_extract_minus_sign())
                or (text.startswith("-") and len(factors) > 1)
            ):
                text = rf"\left({text}\right)"
            if parts and (parts[-1] == text or (parts[-1][-1].isdigit() and _begins_with_number(text))):
                parts.append(r"\cdot")
            elif parts and (has_long_name(factor) or has_long_name(factors[position - 1])):
                parts.append(r"\,")
            parts.append(text)
        return " ".join(parts)

    def _print_Derivative(self, expr: sp.Derivative) -> str:
        prime = prime_of(expr)
        if prime is not None:
            return self._primed(*prime, prime[0].args[0])
        sign = r"\partial" if derivative_sign(expr) == "∂" else "d"
        inner = self._print(expr.expr)
        if named(expr):
            return rf"\frac{{{sign} {inner}}}{{{sign} {self._print(expr.variables[0])}}}"
        order = sum(count for _, count in expr.variable_count)
        top = sign if order == 1 else f"{sign}^{{{self._print(order)}}}"
        bottom = " ".join(
            f"{sign} {self._print(v)}" + (f"^{{{self._print(c)}}}" if c != 1 else "") for v, c in expr.variable_count
        )
        lone = isinstance(expr.expr, (sp.Atom, sp.Function, sp.Pow, sp.Derivative, sp.MatrixExpr))
        if not lone and not (expr.expr.is_Mul and re.fullmatch(r"\\frac\{.*\}", inner)):
            inner = rf"\left({inner}\right)"
        return rf"\frac{{{top}}}{{{bottom}}} {inner}"

    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:
        if "‖" in expr.name or "·" in expr.name:
            return vectors_in_latex(expr.name)
        text = re.sub(r"_\{(max|min)\}", r"_{\\\1}", super()._print_Symbol(expr, style))
        return re.sub(r"\\epsilon\b", r"\\varepsilon", text)  # one epsilon, and it is that of the text

    def _print_Pow(self, expr: sp.Pow) -> str:
        if expr.exp.is_Rational and expr.exp < 0 and expr.base.is_commutative:
            bottom = expr.base if expr.exp == -1 else sp.Pow(expr.base, -expr.exp, evaluate=False)
            return rf"\frac{{1}}{{{self._print(bottom)}}}"
        if expr.base.is_Symbol and "·" in expr.base.name and expr.exp.is_Integer:
            return rf"\left({self._print(expr.base)}\right)^{{{self._print(expr.exp)}}}"
        return super()._print_Pow(expr)

    def _print_ExpBase(self, expr: Any, exp: Any = None) -> str:
        exponent = self._print(expr.args[0])
        if r"\frac" in exponent and exp is None:  # too small to read as an exponent
            return rf"\exp\left({exponent}\right)"
        return super()._print_ExpBase(expr, exp)

    def _print_OneMatrix(self, expr: Any) -> str:
        return r"\mathbf{1}"

    def _print_ZeroMatrix(self, expr: Any) -> str:
        return r"\mathbf{0}"

    def _print_Identity(self, expr: Any) -> str:
        return "I"

    def _print_DiagMatrix(self, expr: Any) -> str:
        return rf"\operatorname{{diag}}\left({self._print(expr.args[0])}\right)"

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
        return super()._print_Transpose(expr).replace("^{T}", r"^{\top}")

    def _print_Subs(self, expr: sp.Subs) -> str:
        prime = prime_at(expr)
        return super()._print_Subs(expr) if prime is None else self._primed(*prime)

    def _primed(self, function: AppliedUndef, count: int, at: Any) -> str:
        name = self._hprint_Function(function.func.__name__)  # upright when it is a word: ReLU′
        marks = "'" * count if count <= 3 else rf"^{{({count})}}"
        return rf"{name}{marks}{{\left({self._print(at)} \right)}}"


MARKS = {"‖": r"\Vert ", "·": r"\cdot ", "−": "-", "∞": r"\infty"}


def vectors_in_latex(name: str) -> str:
    r"""Return the LaTeX of a length or dot product that is named by its vectors, these in bold; factors are not.

    >>> print(vectors_in_latex("x·y"), vectors_in_latex("‖x − t y‖"))
    \mathbf{x}\cdot \mathbf{y} \Vert \mathbf{x} - t \mathbf{y}\Vert
    """
    bold = re.sub(r"(?<![_A-Za-z])([a-z])(?![A-Za-z]| [a-z])", r"\\mathbf{\1}", name)
    return "".join(MARKS.get(sign, sign) for sign in bold).strip()


def _begins_with_number(text: str) -> bool:
    return bool(re.match(r"\d|\\frac\{\d", text))


def latex(obj: Any) -> str:
    """Return the LaTeX of a SymPy object, unsimplified.

    >>> import sympy as sp
    >>> x, f = sp.Symbol("x"), sp.Function("sigma")
    >>> latex(sp.Derivative(f(x), x))
    "\\\\sigma'{\\\\left(x \\\\right)}"
    """
    return _kept(_latex, obj)


def plain(obj: Any) -> str:
    """Return a SymPy object as one line of Unicode text, unsimplified.

    >>> import sympy as sp
    >>> x, f = sp.Symbol("x"), sp.Function("sigma")
    >>> plain(f(x) * (1 - f(x)))
    'σ(x)·(1 − σ(x))'
    """
    return _kept(_plain, obj)


def _latex(obj: Any) -> str:
    return Latex({"ln_notation": False, "imaginary_unit": "ri", "inv_trig_style": "full"}).doprint(obj)


def _plain(obj: Any) -> str:
    return Plain().doprint(obj)


@lru_cache(maxsize=4096)
def _printed(printer: Callable[[Any], str], obj: sp.Basic) -> str:
    return printer(obj)


def _kept(printer: Callable[[Any], str], obj: Any) -> str:
    """Print once what does not change: a statement and its definitions are shown many times."""
    return _printed(printer, obj) if isinstance(obj, sp.Basic) else printer(obj)
