"""The printer of Unicode text."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.printing.str import StrPrinter

from dlmath_lib.verify.notation import (
    RELATIONS,
    SUBSCRIPT,
    SUPERSCRIPT,
    derivative_sign,
    elementwise_name,
    fractions_of,
    is_open,
    matrix_terms,
    named,
    pretty_name,
    prime_at,
    prime_of,
    subscriptable,
    terms,
)

NAMES = {"Abs": "abs", "Max": "max", "Min": "min", "asin": "arcsin", "acos": "arccos", "atan": "arctan"}


class Plain(StrPrinter):
    """One line of Unicode text: ``σ′(x) = σ(x)·(1 − σ(x))``."""

    def _print_Symbol(self, expr: sp.Symbol) -> str:
        return pretty_name(expr.name)

    _print_Dummy = _print_Symbol

    def _print_MatrixSymbol(self, expr: Any) -> str:
        return pretty_name(expr.name)

    def _print_Add(self, expr: sp.Add, order: Any = None) -> str:
        parts: list[str] = []
        ordered = terms(expr)
        for position, term in enumerate(ordered):
            text = self._print(term)
            if term.is_Add or (is_open(term) and position < len(ordered) - 1):
                text = f"({text})"
            if not parts:
                parts.append(text)
            elif text.startswith("−"):
                parts.append("− " + text[1:])
            else:
                parts.append("+ " + text)
        return " ".join(parts)

    def _print_Mul(self, expr: sp.Mul) -> str:
        negative, fractions = fractions_of(expr)
        parts: list[str] = []
        for above, below in fractions:
            text = "·".join(self._wrap(factor) for factor in above) or "1"
            if below:
                bottom = "·".join(self._wrap(factor, fraction=True) for factor in below)
                text += "/" + (f"({bottom})" if len(below) > 1 else bottom)
                text = f"({text})" if len(fractions) > 1 else text
            parts.append(text)
        return ("−" if negative else "") + "·".join(parts)

    def _wrap(self, factor: sp.Expr, fraction: bool = False) -> str:
        text = self._print(factor)
        loose = factor.is_Add or factor.is_Mul or text.startswith("−") or (factor.is_Rational and not factor.is_Integer)
        loose = (
            loose or isinstance(factor, (sp.Integral, sp.Sum, sp.Product, sp.Limit)) or text.startswith(("d/d", "∂"))
        )
        return f"({text})" if loose or (fraction and "/" in text) else text

    def _print_Integer(self, expr: sp.Integer) -> str:
        return str(expr.p).replace("-", "−")

    def _print_Rational(self, expr: sp.Rational) -> str:
        return f"{expr.p}/{expr.q}".replace("-", "−")

    def _print_Float(self, expr: sp.Float) -> str:
        return super()._print_Float(expr).replace("-", "−")

    def _print_NegativeInfinity(self, expr: Any) -> str:
        return "−∞"

    def _print_Infinity(self, expr: Any) -> str:
        return "∞"

    def _print_Pi(self, expr: Any) -> str:
        return "π"

    def _print_Exp1(self, expr: Any) -> str:
        return "e"

    def _print_ImaginaryUnit(self, expr: Any) -> str:
        return "ⅈ"  # not the letter of an index

    def _print_Pow(self, expr: sp.Pow, rational: bool = False) -> str:
        base, exponent = expr.base, expr.exp
        if exponent == sp.S.Half:
            inner = self._print(base)
            return "√" + (inner if base.is_Symbol or base.is_Integer or base.is_NumberSymbol else f"({inner})")
        if exponent.is_Rational and exponent < 0:
            bottom = base if exponent == -1 else sp.Pow(base, -exponent, evaluate=False)
            return "1/" + self._wrap(bottom, fraction=True)
        return self._power(base, exponent)

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> str:
        text = self._print(base)
        closed = base.is_Atom or isinstance(base, (sp.Function, sp.Indexed, sp.MatrixSymbol))
        if not closed or text.startswith("−") or "/" in text or "·" in getattr(base, "name", ""):
            text = f"({text})"
        power = self._print(exponent)
        if all(ord(c) in SUPERSCRIPT for c in power) and "(" not in power:
            return text + power.translate(SUPERSCRIPT)
        return f"{text}^{power}" if exponent.is_Symbol or power.isdigit() else f"{text}^({power})"

    def _print_exp(self, expr: Any) -> str:
        return f"exp({self._print(expr.args[0])})"

    def _print_Function(self, expr: Any) -> str:
        name = NAMES.get(expr.func.__name__, expr.func.__name__)
        return f"{pretty_name(name)}({', '.join(self._print(a) for a in expr.args)})"

    _print_Max = _print_Min = _print_LatticeOp = _print_Function

    def _print_Abs(self, expr: Any) -> str:
        return f"|{self._print(expr.args[0])}|"

    def _print_Derivative(self, expr: sp.Derivative) -> str:
        prime = prime_of(expr)
        if prime is not None:
            return self._primed(*prime, prime[0].args[0])
        symbol = derivative_sign(expr)
        if named(expr):
            return f"{symbol}{self._print(expr.expr)}/{symbol}{self._print(expr.variables[0])}"
        order = sum(count for _, count in expr.variable_count)
        top = symbol + (self._print(order).translate(SUPERSCRIPT) if order != 1 else "")
        bottom = "".join(
            f"{symbol}{self._print(v)}" + (self._print(c).translate(SUPERSCRIPT) if c != 1 else "")
            for v, c in expr.variable_count
        )
        inner_text = self._print(expr.expr)
        if expr.expr.is_Atom or isinstance(expr.expr, AppliedUndef):
            return f"{top}/{bottom} {inner_text}"
        return f"{top}/{bottom} [{inner_text}]"

    def _primed(self, function: AppliedUndef, count: int, at: Any) -> str:
        marks = "′" * count if count <= 3 else "⁽" + str(count).translate(SUPERSCRIPT) + "⁾"
        return f"{pretty_name(function.func.__name__)}{marks}({self._print(at)})"

    def _print_Subs(self, expr: sp.Subs) -> str:
        prime = prime_at(expr)
        if prime is not None:
            return self._primed(*prime)
        places = ", ".join(
            f"{self._print(v)} = {self._print(p)}" for v, p in zip(expr.variables, expr.point, strict=True)
        )
        return f"[{self._print(expr.expr)} at {places}]"

    def _print_Limit(self, expr: sp.Limit) -> str:
        inner, variable, point, direction = expr.args
        side = {"+": "⁺", "-": "⁻"}.get(str(direction), "") if not sp.sympify(point).is_infinite else ""
        return f"lim[{self._print(variable)}→{self._print(point)}{side}] {self._bracket(inner)}"

    def _bracket(self, expr: sp.Expr) -> str:
        text = self._print(expr)
        return f"({text})" if expr.is_Add else text

    def _over(self, sign: str, expr: Any) -> str:
        ranges = "".join(
            f"[{self._print(limit[0])}"
            + (f" = {self._print(limit[1])}…{self._print(limit[2])}]" if len(limit) == 3 else "]")
            for limit in expr.limits
        )
        return f"{sign}{ranges} {self._bracket(expr.function)}"

    def _print_Sum(self, expr: Any) -> str:
        return self._over("Σ", expr)

    def _print_Product(self, expr: Any) -> str:
        return self._over("Π", expr)

    def _print_Integral(self, expr: Any) -> str:
        return self._over("∫", expr) + "".join(f" d{self._print(limit[0])}" for limit in expr.limits)

    def _print_Piecewise(self, expr: Any) -> str:
        parts = [
            f"{self._print(value)} otherwise"
            if condition == sp.true
            else f"{self._print(value)} if {self._print(condition)}"
            for value, condition in expr.args
        ]
        return "{" + "; ".join(parts) + "}"

    def _print_Relational(self, expr: Any) -> str:
        symbol = RELATIONS.get({"==": "="}.get(expr.rel_op, expr.rel_op), (expr.rel_op,))[0]
        return f"{self._print(expr.lhs)} {symbol} {self._print(expr.rhs)}"

    def _print_And(self, expr: Any) -> str:
        return " and ".join(sorted(self._print(a) for a in expr.args))

    def _print_Or(self, expr: Any) -> str:
        return " or ".join(sorted(self._print(a) for a in expr.args))

    def _print_Transpose(self, expr: Any) -> str:
        return self._matrix_factor(expr.arg) + "ᵀ"

    def _print_Inverse(self, expr: Any) -> str:
        return self._matrix_factor(expr.arg) + "⁻¹"

    def _print_Trace(self, expr: Any) -> str:
        return f"tr({self._print(expr.arg)})"

    def _print_DiagMatrix(self, expr: Any) -> str:
        return f"diag({self._print(expr.args[0])})"

    def _print_Determinant(self, expr: Any) -> str:
        return f"det({self._print(expr.arg)})"

    def _print_MatMul(self, expr: Any) -> str:
        first, *rest = expr.args
        if first == -1:
            return "−" + "·".join(self._in_product(factor) for factor in rest)
        return "·".join(self._in_product(factor) for factor in expr.args)

    def _in_product(self, factor: Any) -> str:
        text = self._print(factor)
        loose = isinstance(factor, (sp.MatAdd, sp.Add, sp.HadamardProduct)) or "/" in text or text.startswith("−")
        return f"({text})" if loose else text

    def _print_MatAdd(self, expr: Any) -> str:
        return " + ".join(self._print(term) for term in matrix_terms(expr)).replace("+ −", "− ")

    def _print_OneMatrix(self, expr: Any) -> str:
        return "𝟏"

    def _print_ZeroMatrix(self, expr: Any) -> str:
        return "𝟎"

    def _print_HadamardProduct(self, expr: Any) -> str:
        return " ⊙ ".join(
            f"({self._print(a)})" if isinstance(a, (sp.MatAdd, sp.MatMul)) else self._print(a) for a in expr.args
        )

    def _print_ElementwiseApplyFunction(self, expr: Any) -> str:
        return f"{elementwise_name(self, expr.function)}({self._print(expr.expr)})"

    def _matrix_factor(self, expr: Any) -> str:
        return self._print(expr) if expr.is_Symbol or isinstance(expr, sp.MatrixSymbol) else f"({self._print(expr)})"

    def _print_MatrixBase(self, expr: Any) -> str:
        rows = (", ".join(self._print(expr[i, j]) for j in range(expr.cols)) for i in range(expr.rows))
        return "[" + "; ".join(rows) + "]"

    def _print_Indexed(self, expr: Any) -> str:
        inner = ",".join(self._print(index) for index in expr.indices)
        base = pretty_name(str(expr.base.label))
        return base + (inner.translate(SUBSCRIPT) if subscriptable(inner) else f"[{inner}]")
