"""SymPy to JavaScript: strict, deterministic, and equal to NumPy's numbers to 1e-12.

Every node that is not known here raises ``ValueError`` with its name: a wrong branch or a stray variable never reaches
a reader's browser in silence. Sums and products are taken in the order in which ``lambdify`` prints them, so that a
cancellation rounds alike in both languages; a subexpression that occurs twice is computed once.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue
from sympy.printing.codeprinter import CodePrinter

from dlmath_lib.explore.javascript_helpers import CALLS, sources

__all__ = ["compile_function"]

_RELATIONS = {
    sp.Eq: "===", sp.Ne: "!==", sp.Lt: "<", sp.Le: "<=", sp.Gt: ">", sp.Ge: ">=",
}  # fmt: skip
_HINTS: dict[type, str] = {
    sp.Derivative: "call .doit() on it, with symbols declared real=True",
    sp.Integral: "call .doit() on it",
    sp.Limit: "call .doit() on it",
    sp.Sum: "call .doit() on it",
    sp.Product: "call .doit() on it",
    sp.Subs: "call .doit() on it",
    sp.DiracDelta: "it is not a function; leave it out",
}
_MULTIPLY_UP_TO = 4  # x*x*x*x keeps within 2 ulp of pow and is faster


def compile_function(
    outputs: sp.Basic | Sequence[sp.Basic],
    names: Mapping[sp.Symbol, str],
    args: Sequence[str],
) -> dict[str, object]:
    """Compile SymPy expressions to the arguments and the body of one JavaScript function.

    Parameters
    ----------
    outputs : SymPy expression or condition, or a sequence of them
        What the function returns: a number for one expression, an array for a sequence.
    names : mapping from Symbol to str
        The JavaScript of each symbol: ``p[0]``, ``v0``, ``s[1]``, ``n``.
    args : sequence of str
        The names of the function's arguments.

    Returns
    -------
    dict
        ``{"args": [...], "body": "..."}`` for ``new Function(...args, body)``.

    Raises
    ------
    ValueError
        If an expression holds an unknown symbol, a complex number, or anything that has no exact JavaScript
        counterpart; the message names the node and the expression.

    Examples
    --------
    >>> x, k = sp.symbols("x k", real=True)
    >>> compile_function(sp.tanh(k * x) * (1 - sp.tanh(k * x)), {k: "p[0]", x: "v0"}, ["p", "v0"])["body"]
    'const t0=Math.tanh(p[0]*v0);return (1-t0)*t0;'
    """
    vector = isinstance(outputs, (list, tuple))
    expressions = [sp.sympify(e) for e in outputs] if vector else [sp.sympify(outputs)]
    compiler = _Compiler(names, expressions)
    results = [compiler.emit(e) for e in expressions]
    result = f"[{','.join(results)}]" if vector else results[0]
    body = f"{sources(compiler.helpers)}{''.join(compiler.statements)}return {result};"
    return {"args": list(args), "body": body}


class _Compiler:
    """Emits each node once: one that occurs again becomes a ``const``.

    A node is compiled to text with the precedence of its outermost operator, so that only the parentheses that are
    needed are written.
    """

    ATOM, POWER, PRODUCT, SUM, RELATION, AND, OR, CONDITIONAL = 9, 8, 7, 6, 5, 4, 3, 2

    def __init__(self, names: Mapping[sp.Symbol, str], expressions: Sequence[sp.Basic]) -> None:
        self.names = names
        self.whole: sp.Basic = expressions[0] if expressions else sp.S.Zero
        self.helpers: set[str] = set()
        self.statements: list[str] = []
        self._known: dict[sp.Basic, tuple[str, int]] = {}
        self._children: dict[sp.Basic, tuple[sp.Basic, ...]] = {}
        self._uses: Counter[sp.Basic] = Counter()
        for expression in expressions:
            self.whole = expression
            self._count(expression)

    def emit(self, expression: sp.Basic) -> str:
        self.whole = expression
        return self._text(expression, self.CONDITIONAL)

    def _count(self, node: sp.Basic) -> None:
        """Count each node's uses in what will be written, where a negative power has become a divisor."""
        self._uses[node] += 1
        if self._uses[node] == 1:
            for child in self._parts(node):
                self._count(child)

    def _parts(self, node: sp.Basic) -> tuple[sp.Basic, ...]:
        if node not in self._children:
            self._children[node] = _parts(node)
        return self._children[node]

    def _text(self, node: sp.Basic, precedence: int) -> str:
        """The JavaScript of a node, in parentheses if it binds less than ``precedence``."""
        if node in self._known:
            text, own = self._known[node]
        else:
            text, own = self._write(node)
            if self._uses[node] > 1 and node.args and not isinstance(node, (sp.Rational, sp.Float)):
                name = f"t{len(self.statements)}"
                self.statements.append(f"const {name}={text};")
                text, own = name, self.ATOM
            self._known[node] = text, own
        return f"({text})" if own < precedence else text

    def _write(self, node: sp.Basic) -> tuple[str, int]:
        for kind, method in _WRITERS:
            if isinstance(node, kind):
                return method(self, node)
        call = CALLS.get(type(node))
        if call is None:
            raise self._unsupported(node)
        if not call.startswith("Math."):
            self.helpers.add(call)
        inner = ",".join(self._text(a, self.CONDITIONAL) for a in self._parts(node))
        return f"{call}({inner})", self.ATOM

    def _symbol(self, node: sp.Symbol) -> tuple[str, int]:
        if node not in self.names:
            namesakes = [s for s in self.names if s.name == node.name]
            hint = (
                f"a symbol of this name is known, with other assumptions: write {node.name} = symbols(…) once"
                if namesakes
                else f"known here: {', '.join(sorted(s.name for s in self.names)) or 'none'}"
            )
            raise ValueError(f"javascript: {self._shown()} must hold known symbols only, got {node.name}: {hint}")
        return self.names[node], self.ATOM

    def _number(self, node: sp.Expr) -> tuple[str, int]:
        parts = (node.p, node.q) if isinstance(node, sp.Rational) else (node,)
        if any(abs(part) > sys.float_info.max for part in parts):
            raise ValueError(
                f"javascript: {self._shown()} must be made of numbers up to 1.8e308, got one beyond: rescale it"
            )
        if isinstance(node, sp.Rational) and not isinstance(node, sp.Integer):
            top, bottom = _literal(float(node.p)), _literal(float(node.q))
            return f"{top}/{bottom}", self.PRODUCT if node.p >= 0 else self.SUM
        text = _literal(float(node))
        return text, self.SUM if text.startswith("-") else self.ATOM

    def _infinite(self, node: sp.Expr) -> tuple[str, int]:
        if node is sp.nan:
            return "NaN", self.ATOM
        return ("Infinity", self.ATOM) if node is sp.oo else ("-Infinity", self.SUM)

    def _add(self, node: sp.Add) -> tuple[str, int]:
        text = ""
        for term in self._parts(node):
            part = self._text(term, self.SUM)
            text += part if not text or part.startswith("-") else f"+{part}"
        return text, self.SUM

    def _mul(self, node: sp.Mul) -> tuple[str, int]:
        negative, above, below = _quotient(node)
        top = "*".join(self._text(a, self.POWER) for a in above) or "1"
        text = ("-" if negative else "") + top
        if len(below) == 1:
            text += f"/{self._text(below[0], self.POWER)}"
        elif below:
            text += f"/({'*'.join(self._text(b, self.POWER) for b in below)})"
        return text, self.SUM if negative else self.PRODUCT

    def _pow(self, node: sp.Pow) -> tuple[str, int]:
        base, exponent = node.base, node.exp
        if base == sp.E:
            return f"Math.exp({self._text(exponent, self.CONDITIONAL)})", self.ATOM
        if isinstance(exponent, sp.Rational) and exponent < 0:
            under = self._text(_inverse(node), self.POWER)
            return f"1/{under}", self.PRODUCT
        if exponent == sp.Rational(1, 2):
            return f"Math.sqrt({self._text(base, self.CONDITIONAL)})", self.ATOM
        if isinstance(exponent, sp.Integer) and exponent <= _MULTIPLY_UP_TO:
            factor = self._text(base, self.POWER)
            if factor.isalnum() or (base in self.names and factor == self.names[base]):
                return "*".join([factor] * int(exponent)), self.PRODUCT
        power = "Math.pow" if exponent.is_number else "pow"
        if power == "pow":
            self.helpers.add("pow")
        inside = ",".join(self._text(a, self.CONDITIONAL) for a in (base, exponent))
        return f"{power}({inside})", self.ATOM

    def _factorial(self, node: sp.Function) -> tuple[str, int]:
        self.helpers.add("gamma")
        return f"gamma({self._text(node.args[0], self.SUM)}+1)", self.ATOM

    def _piecewise(self, node: sp.Piecewise) -> tuple[str, int]:
        text = ""
        for value, condition in node.args:
            if condition == sp.true:
                return text + self._text(value, self.CONDITIONAL), self.CONDITIONAL
            text += f"{self._text(condition, self.OR)}?{self._text(value, self.OR)}:"
        return f"{text}NaN", self.CONDITIONAL

    def _choice(self, node: sp.ITE) -> tuple[str, int]:
        condition, yes, no = node.args
        text = f"{self._text(condition, self.OR)}?{self._text(yes, self.OR)}:{self._text(no, self.CONDITIONAL)}"
        return text, self.CONDITIONAL

    def _relation(self, node: Relational) -> tuple[str, int]:
        operator = _RELATIONS.get(type(node))
        if operator is None:
            raise self._unsupported(node)
        return f"{self._text(node.lhs, self.SUM)}{operator}{self._text(node.rhs, self.SUM)}", self.RELATION

    def _and(self, node: sp.And) -> tuple[str, int]:
        return "&&".join(self._text(a, self.RELATION) for a in self._parts(node)), self.AND

    def _or(self, node: sp.Or) -> tuple[str, int]:
        return "||".join(self._text(a, self.AND) for a in self._parts(node)), self.OR

    def _not(self, node: sp.Not) -> tuple[str, int]:
        return f"!({self._text(node.args[0], self.CONDITIONAL)})", self.ATOM

    def _xor(self, node: sp.Xor) -> tuple[str, int]:
        return "!==".join(f"({self._text(a, self.CONDITIONAL)})" for a in self._parts(node)), self.RELATION

    def _truth(self, node: Boolean) -> tuple[str, int]:
        return ("true" if node else "false"), self.ATOM

    def _real_part(self, node: sp.Function) -> tuple[str, int]:
        # Parameters are real and every function here gives a real number or NaN.
        return self._text(node.args[0], self.ATOM), self.ATOM

    def _imaginary_part(self, node: sp.Function) -> tuple[str, int]:
        self._text(node.args[0], self.ATOM)
        return "0", self.ATOM

    def _complex(self, node: sp.Basic) -> tuple[str, int]:
        got, hint = f"the complex number {node}", "declare the symbols real=True, or take re(…) and simplify"
        if node is sp.zoo:
            got, hint = "zoo, a division by zero", "mend the expression: SymPy has already divided"
        raise ValueError(f"javascript: {self._shown()} must be real, got {got}: {hint}")

    def _unsupported(self, node: sp.Basic) -> ValueError:
        kind = "undefined function" if isinstance(node, sp.core.function.AppliedUndef) else type(node).__name__
        hint = next((h for k, h in _HINTS.items() if isinstance(node, k)), None)
        if isinstance(node, sp.core.function.AppliedUndef):
            hint = f"substitute its definition for {node}"
        elif isinstance(node, sp.MatrixBase):
            hint = "pass its entries"
        return ValueError(
            f"javascript: {self._shown()} must use functions that JavaScript can compute, got {kind} ({node}): "
            + (hint or "rewrite it in elementary functions, or use Frames")
        )

    def _shown(self) -> str:
        text = str(self.whole)
        return text if len(text) <= 80 else f"{text[:77]}…"


def _literal(number: float) -> str:
    """The shortest JavaScript literal of a float: an integer without its ``.0``."""
    if not math.isfinite(number):
        return "Infinity" if number > 0 else "-Infinity"
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)


def _inverse(power: sp.Pow) -> sp.Basic:
    """The divisor that a negative power stands for, left as it is: no evaluation, no reordering."""
    return power.base if power.exp == -1 else sp.Pow(power.base, -power.exp, evaluate=False)


def _quotient(node: sp.Mul) -> tuple[bool, list[sp.Basic], list[sp.Basic]]:
    """Sign, factors above and below the fraction bar, as SymPy's code printers write a product."""
    factors = list(node.as_ordered_factors())  # splits a negative coefficient into −1 and its size
    negative = sp.S.NegativeOne in factors
    if negative:
        factors.remove(sp.S.NegativeOne)
    above: list[sp.Basic] = []
    below: list[sp.Basic] = []
    for factor in factors:
        if isinstance(factor, sp.Pow) and isinstance(factor.exp, sp.Rational) and factor.exp < 0:
            below.append(_inverse(factor))
        else:
            above.append(factor)
    return negative, above, below


def _parts(node: sp.Basic) -> tuple[sp.Basic, ...]:
    """The nodes that the text of ``node`` is written with, in a canonical order."""
    if isinstance(node, sp.Add):
        return tuple(_PRINTER._as_ordered_terms(node, order=None))
    if isinstance(node, sp.Mul):
        _, above, below = _quotient(node)
        return (*above, *below)
    if isinstance(node, sp.Pow) and isinstance(node.exp, sp.Rational) and node.exp < 0:
        return (_inverse(node),)
    if isinstance(node, sp.Piecewise):
        return tuple(part for pair in node.args for part in pair.args)
    if isinstance(node, (sp.And, sp.Or, sp.Xor)):
        return tuple(sorted(node.args, key=sp.default_sort_key))
    return node.args


_PRINTER = CodePrinter()
_Writer = Callable[[_Compiler, sp.Basic], tuple[str, int]]
_WRITERS: tuple[tuple[type | tuple[type, ...], _Writer], ...] = (
    (sp.Symbol, _Compiler._symbol),
    ((sp.Rational, sp.Float, sp.NumberSymbol), _Compiler._number),
    ((type(sp.oo), type(-sp.oo), type(sp.nan)), _Compiler._infinite),
    ((type(sp.I), type(sp.zoo)), _Compiler._complex),
    (sp.Add, _Compiler._add),
    (sp.Mul, _Compiler._mul),
    (sp.Pow, _Compiler._pow),
    (sp.factorial, _Compiler._factorial),
    (sp.Piecewise, _Compiler._piecewise),
    (sp.ITE, _Compiler._choice),
    (Relational, _Compiler._relation),
    (sp.And, _Compiler._and),
    (sp.Or, _Compiler._or),
    (sp.Not, _Compiler._not),
    (sp.Xor, _Compiler._xor),
    ((BooleanTrue, BooleanFalse), _Compiler._truth),
    ((sp.re, sp.conjugate), _Compiler._real_part),
    (sp.im, _Compiler._imaginary_part),
)
