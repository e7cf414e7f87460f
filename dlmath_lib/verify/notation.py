"""What both printers share: names in Unicode, the order of terms and factors, primes of undefined functions."""

from __future__ import annotations

import re
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter

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


def subscriptable(text: str) -> bool:
    """Tell whether Unicode has a subscript for every character."""
    return bool(text) and all(ord(c) in SUBSCRIPT or c in "₀₁₂₃₄₅₆₇₈₉" for c in text)


def pretty_name(name: str) -> str:
    """Return a symbol's name in Unicode: ``alpha_1`` gives ``α₁``.

    >>> pretty_name("sigma"), pretty_name("w_12"), pretty_name("lambda_max"), pretty_name("delta^(2)_1")
    ('σ', 'w₁₂', 'λₘₐₓ', 'δ⁽²⁾₁')
    """
    raised = re.fullmatch(r"([^\W_]+)\^\((\d+)\)(_.+)?", name)
    if raised:
        head, layer, tail = raised.groups()
        return pretty_name(head) + f"({layer})".translate(SUPERSCRIPT) + pretty_name(tail or "")
    head, _, tail = name.partition("_")
    digits = re.fullmatch(r"([^\W\d]+?)(\d+)", head)
    if digits and not tail:
        head, tail = digits.groups()
    head = GREEK.get(head, head)
    if not tail:
        return head
    tail = GREEK.get(tail, tail)
    return head + (tail.translate(SUBSCRIPT) if subscriptable(tail) else "_" + tail)


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


def terms(expr: sp.Add) -> list[sp.Expr]:
    """Return the terms of a sum in a reader's order: a positive one first."""
    if _in_given_order(expr):
        return list(expr.args)
    terms = sorted(expr.as_ordered_terms(), key=_step_power)
    first = next((position for position, term in enumerate(terms) if not term.could_extract_minus_sign()), 0)
    return [terms[first], *terms[:first], *terms[first + 1 :]]


def factors_of(expr: sp.Mul) -> tuple[bool, list[sp.Expr], list[sp.Expr]]:
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


def has_long_name(factor: sp.Expr) -> bool:
    """Tell whether a factor is a symbol of several letters, or its power: dx must not read as d times x.

    >>> x, dx = sp.symbols("x dx")
    >>> has_long_name(dx**2), has_long_name(x), has_long_name(sp.Symbol("alpha"))
    (True, False, False)
    """
    base = factor.as_base_exp()[0] if factor.is_Pow else factor
    return bool(base.is_Symbol) and len(base.name) > 1 and base.name.isalpha() and base.name not in GREEK


def prime_at(expr: sp.Subs) -> tuple[AppliedUndef, int, Any] | None:
    """Return (f(t), n, value) when `expr` is the n-th derivative of f, taken at a value."""
    if len(expr.variables) != 1 or not isinstance(expr.expr, sp.Derivative):
        return None
    prime = prime_of(expr.expr)
    if prime is None or prime[0].args[0] != expr.variables[0]:
        return None
    return (*prime, expr.point[0])


def named(expr: sp.Derivative) -> bool:
    """Tell whether one letter, standing for a formula, is differentiated once: ∂L/∂w."""
    return isinstance(expr.expr, sp.Symbol) and len(expr.variable_count) == 1 and expr.variable_count[0][1] == 1


def elementwise_name(printer: Any, function: Any) -> str:
    """Return the name of a function that acts on each entry; φ′ when it is a derivative."""

    def name(of: Any) -> str:
        if isinstance(printer, LatexPrinter):
            return str(printer._hprint_Function(of.__name__))  # a word stands upright, a letter does not
        return pretty_name(of.__name__)

    if not isinstance(function, sp.Lambda):
        return name(function)
    inner, primes = function.expr, ""
    if isinstance(inner, sp.Derivative) and prime_of(inner):
        inner, primes = inner.expr, "'" if isinstance(printer, LatexPrinter) else "′"
    if isinstance(inner, sp.Function) and inner.args == tuple(function.variables):
        return name(inner.func) + primes
    return f"({printer._print(function)})"


def prime_of(expr: sp.Derivative) -> tuple[AppliedUndef, int] | None:
    """Return (f(x), n) when `expr` is the n-th derivative of an undefined function of that one symbol."""
    inner = expr.expr
    if not isinstance(inner, AppliedUndef) or len(inner.args) != 1 or len(expr.variable_count) != 1:
        return None
    variable, count = expr.variable_count[0]
    if inner.args[0] != variable or not count.is_Integer:
        return None
    return inner, int(count)
