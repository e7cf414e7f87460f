"""What both printers share: names in Unicode, the order of terms and factors, primes of undefined functions."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.hyperbolic import HyperbolicFunction
from sympy.functions.elementary.trigonometric import TrigonometricFunction
from sympy.printing.latex import LatexPrinter

from dlmath_lib.verify.written import WRITTEN, Partial

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
    head = _letter(head)
    if not tail:
        return head
    tail = GREEK.get(tail, tail)
    return head + (tail.translate(SUBSCRIPT) if subscriptable(tail) else "_" + tail)


ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}


def _letter(name: str) -> str:
    """Return a letter in Unicode, with its accent: ``yhat`` gives ``ŷ``."""
    if name in GREEK:
        return GREEK[name]
    for word, accent in ACCENTS.items():
        if name.endswith(word) and len(name) > len(word):
            bare = name.removesuffix(word)
            return unicodedata.normalize("NFC", GREEK.get(bare, bare) + accent)
    return name


def _in_given_order(expr: sp.Basic) -> bool:
    """Tell whether an Add or Mul has its author's order: from `written`, or built by hand with ``evaluate=False``."""
    return isinstance(expr, WRITTEN) or tuple(expr.func(*expr.args).args) != tuple(expr.args)


# The small steps of calculus: a reader expects x + h and 2xh + h², not h + x.
STEPS = {"h", "dx", "dy", "dz", "dt"}


def _step_power(term: sp.Expr) -> Any:
    """Return the power of the small steps in a term."""
    if term.is_Mul:
        return sum(_step_power(factor) for factor in term.args)
    base, power = term.as_base_exp()
    return power if base.is_Symbol and base.name in STEPS and power.is_Rational else 0


def is_negative(term: sp.Expr) -> bool:
    """Tell whether a term is shown with a minus."""
    if isinstance(term, WRITTEN) and term.is_Mul:
        return bool(term.args[0].is_negative)
    return bool(term.could_extract_minus_sign())


def terms(expr: sp.Add) -> list[sp.Expr]:
    """Return the terms of a sum in a reader's order: a positive one first."""
    if _in_given_order(expr):
        return list(expr.args)
    terms = sorted(expr.as_ordered_terms(), key=_step_power)
    first = next((position for position, term in enumerate(terms) if not is_negative(term)), 0)
    return [terms[first], *terms[:first], *terms[first + 1 :]]


Fraction = tuple[list[sp.Expr], list[sp.Expr]]


def fractions_of(expr: sp.Mul) -> tuple[bool, list[Fraction]]:
    """Return (negative, fractions): each the factors above and below its line, in the order a reader expects.

    SymPy's own product is one fraction. In an author's product a reciprocal belongs to the factors before it.

    >>> x, y = sp.symbols("x y")
    >>> fractions_of(-2 * x / y)
    (True, [([2, x], [y])])
    """
    if not _in_given_order(expr):
        return _one_fraction(expr)
    negative = False
    fractions: list[Fraction] = [([], [])]
    for position, factor in enumerate(expr.args):
        above, below = fractions[-1]
        if position == 0 and factor.is_Rational and factor < 0 and len(expr.args) > 1:
            negative = True
            if factor != -1:
                above.append(-factor)
        elif _is_reciprocal(factor):
            below.append(_turned(factor))
        elif below:
            fractions.append(([factor], []))
        else:
            above.append(factor)
    return negative, fractions


def _one_fraction(expr: sp.Mul) -> tuple[bool, list[Fraction]]:
    coefficient, rest = expr.as_coeff_Mul()
    factors = rest.as_ordered_factors() if rest.is_Mul else [rest]
    coefficient, roots, factors = _gather_roots(coefficient, factors)
    if coefficient.is_Rational:
        above = [sp.Integer(abs(coefficient.p))] * (abs(coefficient.p) != 1)
        below = [sp.Integer(coefficient.q)] * (coefficient.q != 1)
    else:
        above, below = [coefficient], []
    above += [root for root in roots if not _is_reciprocal(root)]
    below += [_turned(factor) for factor in [*factors, *roots] if _is_reciprocal(factor)]
    above += sorted((factor for factor in factors if not _is_reciprocal(factor)), key=_rank)
    return bool(coefficient.is_Rational and coefficient < 0), [(above, below)]


def _is_reciprocal(factor: sp.Expr) -> bool:
    return bool(factor.is_Pow and factor.exp.is_Rational and factor.exp < 0 and factor.is_commutative)


def _turned(factor: sp.Expr) -> sp.Expr:
    """Return what stands below the line for a power with a negative exponent."""
    return factor.base if factor.exp == -1 else sp.Pow(factor.base, -factor.exp, evaluate=False)


def _gather_roots(coefficient: Any, factors: list[sp.Expr]) -> tuple[Any, list[sp.Expr], list[sp.Expr]]:
    """Write the square roots of numbers as one: √2·√π is √(2π), and √2/(2√π) is 1/√(2π)."""
    roots = [f for f in factors if f.is_Pow and abs(f.exp) == sp.S.Half and (f.base.is_Integer or f.base == sp.pi)]
    if not roots or not coefficient.is_Rational:
        return coefficient, [], factors
    rest = [f for f in factors if f not in roots]
    top = sp.Mul(*(f.base for f in roots if f.exp > 0))
    bottom = sp.Mul(*(f.base for f in roots if f.exp < 0))
    whole, number = top.as_coeff_Mul()[0], coefficient
    if whole != 1 and number.q % whole == 0:  # √2/2 = 1/√2
        top, bottom, number = top / whole, bottom * whole, number * whole
    both = ((top, sp.S.Half), (bottom, -sp.S.Half))
    return number, [sp.Pow(base, power, evaluate=False) for base, power in both if base != 1], rest


NAMED_FUNCTIONS = (sp.log, TrigonometricFunction, HyperbolicFunction)


def _rank(factor: sp.Expr) -> int:
    """Order the factors of a product: letters, then a step, sums, functions such as log, derivatives."""
    if factor.is_commutative is False:
        return 0
    if factor.is_Add:
        return 2
    if isinstance(factor.as_base_exp()[0], (*NAMED_FUNCTIONS, sp.Derivative, sp.Subs)):
        return 3
    return 1 if _step_power(factor) else 0


def is_open(expr: Any) -> bool:
    """Tell whether nothing closes an expression on the right, so that what follows would seem to belong to it."""
    if isinstance(expr, sp.Derivative):
        return prime_of(expr) is None and not named(expr)
    if isinstance(expr, (sp.Sum, sp.Product, sp.Limit)):
        return True
    if expr.is_Mul:
        return any(is_open(factor) for factor in expr.args)
    return False


def matrix_terms(expr: sp.MatAdd) -> list[Any]:
    """Return the terms of a sum of matrices: positive ones first, short products before long ones."""
    if isinstance(expr, WRITTEN):
        return list(expr.args)

    def key(term: Any) -> tuple[bool, int]:
        coefficient, product = term.as_coeff_mmul() if term.is_MatMul else (sp.S.One, term)
        return bool(coefficient.could_extract_minus_sign()), len(product.args) if product.is_MatMul else 1

    return sorted(expr.args, key=key)


def derivative_sign(expr: sp.Derivative) -> str:
    """Return the sign of a derivative: ∂ when other letters could move too, d when there is one."""
    if isinstance(expr, Partial):
        return expr.sign
    if named(expr):
        return "∂"
    letters = {s for s in expr.expr.free_symbols if not s.is_integer} | set(expr.variables)
    return "∂" if len(letters) > 1 else "d"


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
