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
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.str import StrPrinter

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "lamda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ",
    "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Lamda": "Λ", "Xi": "Ξ", "Pi": "Π",
    "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "ell": "ℓ",
}  # fmt: skip
SUPERSCRIPT = str.maketrans("0123456789+-−()nkimx", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿᵏⁱᵐˣ")
SUBSCRIPT = str.maketrans("0123456789+-−aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
RELATIONS = {"=": ("=", "="), "<=": ("≤", r"\leq"), ">=": ("≥", r"\geq"), "<": ("<", "<"), ">": (">", ">"),
             "!=": ("≠", r"\neq")}  # fmt: skip


def _subscriptable(text: str) -> bool:
    return bool(text) and all(ord(c) in SUBSCRIPT or c in "₀₁₂₃₄₅₆₇₈₉" for c in text)


def pretty_name(name: str) -> str:
    """Return a symbol's name in Unicode: ``alpha_1`` gives ``α₁``.

    >>> pretty_name("sigma"), pretty_name("w_12"), pretty_name("lambda_max")
    ('σ', 'w₁₂', 'λₘₐₓ')
    """
    head, _, tail = name.partition("_")
    digits = re.fullmatch(r"([^\W\d]+?)(\d+)", head)
    if digits and not tail:
        head, tail = digits.groups()
    head = GREEK.get(head, head)
    if not tail:
        return head
    tail = GREEK.get(tail, tail)
    return head + (tail.translate(SUBSCRIPT) if _subscriptable(tail) else "_" + tail)


def _in_given_order(expr: sp.Basic) -> bool:
    """Tell whether an Add or Mul was built by hand (``evaluate=False``), so that its order is its author's."""
    return tuple(expr.func(*expr.args).args) != tuple(expr.args)


# The small steps of calculus: a reader expects x + h and 2xh + h², not h + x.
STEPS = {"h", "dx", "dy", "dz", "dt"}


def _step_power(term: sp.Expr) -> Any:
    """Return the power of the small steps in a term."""
    if term.is_Mul:
        return sum(_step_power(factor) for factor in term.args)
    base, power = term.as_base_exp()
    return power if base.is_Symbol and base.name in STEPS and power.is_Rational else 0


def _terms(expr: sp.Add) -> list[sp.Expr]:
    if _in_given_order(expr):
        return list(expr.args)
    terms = sorted(expr.as_ordered_terms(), key=_step_power)
    first = next((position for position, term in enumerate(terms) if not term.could_extract_minus_sign()), 0)
    return [terms[first], *terms[:first], *terms[first + 1 :]]


def _factors(expr: sp.Mul) -> tuple[bool, list[sp.Expr], list[sp.Expr]]:
    """Return (negative, factors above the line, factors below the line) in the order in which a reader expects them."""
    given = _in_given_order(expr)
    if given:
        ordered = list(expr.args)
    else:
        coefficient, rest = expr.as_coeff_Mul()
        ordered = [coefficient] * (coefficient != 1) + list(sp.Mul.make_args(rest))
        if rest.is_Mul:
            ordered[len(ordered) - len(rest.args) :] = rest.as_ordered_factors()
    negative = False
    numbers: list[sp.Expr] = []
    above: list[sp.Expr] = []
    below: list[sp.Expr] = []
    for factor in ordered:
        if factor.is_Rational and not numbers and factor is ordered[0]:
            negative = bool(factor < 0)
            factor = abs(factor)
            if factor.p != 1:
                numbers.append(sp.Integer(factor.p))
            if factor.q != 1:
                below.insert(0, sp.Integer(factor.q))
        elif factor.is_Pow and factor.exp.is_Rational and factor.exp < 0 and factor.is_commutative:
            below.append(factor.base if factor.exp == -1 else sp.Pow(factor.base, -factor.exp, evaluate=False))
        else:
            above.append(factor)
    if not given:
        above.sort(key=_rank)
    return negative, numbers + above, below


def _rank(factor: sp.Expr) -> int:
    """Order the factors of a product: a step after the rest, sums last."""
    if factor.is_commutative is False:
        return 0
    return 2 if factor.is_Add else 1 if _step_power(factor) else 0


class Latex(LatexPrinter):
    """SymPy's LaTeX printer with primes, and with products in a reader's order."""

    def _print_Add(self, expr: sp.Add, order: Any = None) -> str:
        parts: list[str] = []
        for term in _terms(expr):
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
        negative, above, below = _factors(expr)
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
            if parts and parts[-1][-1].isdigit() and text[0].isdigit():
                parts.append(r"\cdot")
            parts.append(text)
        return " ".join(parts)

    def _print_Derivative(self, expr: sp.Derivative) -> str:
        prime = _prime(expr)
        return super()._print_Derivative(expr) if prime is None else self._primed(*prime, prime[0].args[0])

    def _print_Subs(self, expr: sp.Subs) -> str:
        prime = _prime_at(expr)
        return super()._print_Subs(expr) if prime is None else self._primed(*prime)

    def _primed(self, function: AppliedUndef, count: int, at: Any) -> str:
        name = self._print(sp.Symbol(function.func.__name__))
        marks = "'" * count if count <= 3 else rf"^{{({count})}}"
        return rf"{name}{marks}{{\left({self._print(at)} \right)}}"


def _prime_at(expr: sp.Subs) -> tuple[AppliedUndef, int, Any] | None:
    """Return (f(t), n, value) when `expr` is the n-th derivative of f, taken at a value."""
    if len(expr.variables) != 1 or not isinstance(expr.expr, sp.Derivative):
        return None
    prime = _prime(expr.expr)
    if prime is None or prime[0].args[0] != expr.variables[0]:
        return None
    return (*prime, expr.point[0])


def _prime(expr: sp.Derivative) -> tuple[AppliedUndef, int] | None:
    """Return (f(x), n) when `expr` is the n-th derivative of an undefined function of that one symbol."""
    inner = expr.expr
    if not isinstance(inner, AppliedUndef) or len(inner.args) != 1 or len(expr.variable_count) != 1:
        return None
    variable, count = expr.variable_count[0]
    if inner.args[0] != variable or not count.is_Integer:
        return None
    return inner, int(count)


class Plain(StrPrinter):
    """One line of Unicode text: ``σ′(x) = σ(x)·(1 − σ(x))``."""

    def _print_Symbol(self, expr: sp.Symbol) -> str:
        return pretty_name(expr.name)

    _print_Dummy = _print_Symbol

    def _print_MatrixSymbol(self, expr: Any) -> str:
        return pretty_name(expr.name)

    def _print_Add(self, expr: sp.Add, order: Any = None) -> str:
        parts: list[str] = []
        for term in _terms(expr):
            text = f"({self._print(term)})" if term.is_Add else self._print(term)
            if not parts:
                parts.append(text)
            elif text.startswith("−"):
                parts.append("− " + text[1:])
            else:
                parts.append("+ " + text)
        return " ".join(parts)

    def _print_Mul(self, expr: sp.Mul) -> str:
        negative, above, below = _factors(expr)
        text = "·".join(self._wrap(factor) for factor in above) or "1"
        if below:
            bottom = "·".join(self._wrap(factor, fraction=True) for factor in below)
            text += "/" + (f"({bottom})" if len(below) > 1 else bottom)
        return "−" + text if negative else text

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
        return "i"

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
        if (precedence(base) < PRECEDENCE["Atom"] and not base.is_Function) or text.startswith(("−", "d/d", "∂")):
            text = f"({text})"
        power = self._print(exponent)
        if all(ord(c) in SUPERSCRIPT for c in power) and "(" not in power:
            return text + power.translate(SUPERSCRIPT)
        return f"{text}^{power}" if exponent.is_Symbol or power.isdigit() else f"{text}^({power})"

    def _print_exp(self, expr: Any) -> str:
        return f"exp({self._print(expr.args[0])})"

    def _print_Function(self, expr: Any) -> str:
        name = {"Abs": "abs", "Max": "max", "Min": "min"}.get(expr.func.__name__, expr.func.__name__)
        return f"{pretty_name(name)}({', '.join(self._print(a) for a in expr.args)})"

    _print_Max = _print_Min = _print_LatticeOp = _print_Function

    def _print_Abs(self, expr: Any) -> str:
        return f"|{self._print(expr.args[0])}|"

    def _print_Derivative(self, expr: sp.Derivative) -> str:
        prime = _prime(expr)
        if prime is not None:
            return self._primed(*prime, prime[0].args[0])
        symbol = "∂" if len(expr.expr.free_symbols) > 1 else "d"
        order = sum(int(count) if count.is_Integer else 0 for _, count in expr.variable_count)
        top = symbol + (str(order).translate(SUPERSCRIPT) if order > 1 else "")
        bottom = "".join(
            f"{symbol}{self._print(v)}" + (str(c).translate(SUPERSCRIPT) if c != 1 else "")
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
        prime = _prime_at(expr)
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

    def _print_MatMul(self, expr: Any) -> str:
        return "·".join(
            f"({self._print(a)})" if isinstance(a, sp.MatAdd) else self._print(a) for a in expr.args
        ).replace("−1·", "−", 1)

    def _print_MatAdd(self, expr: Any) -> str:
        terms = sorted((self._print(a) for a in expr.args), key=lambda term: term.startswith("−"))
        return " + ".join(terms).replace("+ −", "− ")

    def _matrix_factor(self, expr: Any) -> str:
        return self._print(expr) if expr.is_Symbol or isinstance(expr, sp.MatrixSymbol) else f"({self._print(expr)})"

    def _print_MatrixBase(self, expr: Any) -> str:
        rows = (", ".join(self._print(expr[i, j]) for j in range(expr.cols)) for i in range(expr.rows))
        return "[" + "; ".join(rows) + "]"

    def _print_Indexed(self, expr: Any) -> str:
        inner = ",".join(self._print(index) for index in expr.indices)
        base = pretty_name(str(expr.base.label))
        return base + (inner.translate(SUBSCRIPT) if _subscriptable(inner) else f"[{inner}]")


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
