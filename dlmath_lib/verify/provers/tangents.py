"""Bounds by tangent lines: exp(u) ≥ exp(c)·(1 + u − c) and log(r) ≥ 1 − 1/r.

The first gives the chord of exp, the means of any number of numbers, Young's inequality; the second, weighted with
positive numbers, gives Jensen's inequality for log, Gibbs' inequality, the log-sum inequality, the largest entropy and
the sign of mutual information. Neither rule knows any of these: they bound term by term and ask for the sign of what
is left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

Sign = Callable[[sp.Expr, bool], bool]
MOST_TERMS = 40
MOST_OPERATIONS = 400


def by_exponentials(expr: sp.Expr, strict: bool, sign: Sign) -> bool:
    """Prove Σ cᵢ·exp(uᵢ) ≥ 0 with one negative cⱼ: every other term lies above its tangent line at uⱼ.

    What is left is exp(uⱼ)·(cⱼ + Σ cᵢ(1 + uᵢ − uⱼ)); its sign decides. Powers of positive symbols that occur in no
    exponent count as exponentials of multiples of their logarithms.
    """
    if expr.count_ops() > MOST_OPERATIONS:
        return False
    top, bottom = sp.fraction(sp.together(expr))
    if not bottom.is_positive:
        return False
    inside = {symbol for node in top.atoms(sp.exp) for symbol in node.exp.free_symbols}
    inside |= {symbol for node in top.atoms(sp.Pow) for symbol in node.exp.free_symbols}
    bases = {symbol for symbol in top.free_symbols - inside if symbol.is_positive}
    for chosen in ([set()] if top.has(sp.exp) else []) + ([bases] if bases else []):
        terms = _exponential_terms(top, chosen)
        if terms is not None and _above_tangent(terms, strict, sign):
            return True
    return False


def _exponential_terms(expr: sp.Expr, bases: set[sp.Symbol]) -> dict[Any, Any] | None:
    """Return {exponent: coefficient} of a sum of exponentials; None when a coefficient holds one."""
    names = {base: sp.Dummy(f"log {base}", real=True) for base in bases}
    found: dict[Any, Any] = {}
    for term in sp.Add.make_args(sp.expand(_whole(expr), power_exp=False)):
        exponent, coefficient = sp.Integer(0), sp.Integer(1)
        for factor in sp.Mul.make_args(_back(term)):
            base, power = factor.as_base_exp()
            if isinstance(factor, sp.exp):
                exponent += factor.exp
            elif base == sp.E:
                exponent += power
            elif base in names and power.is_real:
                exponent += power * names[base]
            else:
                coefficient *= factor
        if coefficient.has(sp.exp, *bases) or not (exponent.is_real and coefficient.is_real):
            return None
        exponent = sp.expand(exponent)
        found[exponent] = found.get(exponent, sp.Integer(0)) + coefficient
    return found if 2 <= len(found) <= MOST_TERMS else None


_EXP = sp.Function("exponential")


def _whole(expr: sp.Expr) -> sp.Expr:
    """Hide what stands in exponents, so that multiplying out leaves it whole."""
    return expr.replace(sp.exp, lambda e: _EXP(sp.expand(e)))


def _back(expr: sp.Expr) -> sp.Expr:
    return sp.Mul(*(sp.exp(f.args[0], evaluate=False) if isinstance(f, _EXP) else _power(f) for f in _factors(expr)))


def _factors(expr: sp.Expr) -> tuple[Any, ...]:
    return tuple(sp.Mul.make_args(expr))


def _power(factor: sp.Expr) -> sp.Expr:
    if factor.is_Pow and isinstance(factor.base, _EXP):
        return sp.exp(sp.expand(factor.base.args[0] * factor.exp), evaluate=False)
    return factor


def _above_tangent(terms: dict[Any, Any], strict: bool, sign: Sign) -> bool:
    negative = [exponent for exponent, c in terms.items() if not (sign(c, False))]
    if len(negative) != 1 or not sign(-terms[negative[0]], False):
        return False
    centre = negative[0]
    left = sp.Add(*(c if u == centre else c * (1 + u - centre) for u, c in terms.items()))
    return sign(sp.factor(sp.expand(left)), strict) or sign(sp.expand(left), strict)


def by_logarithms(expr: sp.Expr, strict: bool, sign: Sign) -> bool:
    """Prove Σ βⱼ·log(rⱼ) + R ≥ 0 with βⱼ > 0: it is at least Σ βⱼ·(1 − 1/rⱼ) + R.

    The βⱼ are the monomials of the logarithms' coefficients over a common positive denominator, and log rⱼ gathers
    what each of them multiplies.
    """
    if not expr.has(sp.log) or expr.count_ops() > MOST_OPERATIONS:
        return False
    expr = sp.expand_log(expr.replace(sp.log, lambda a: sp.log(sp.factor(sp.together(a)))))
    logs = sorted(expr.atoms(sp.log), key=sp.default_sort_key)
    if any(not node.args[0].is_positive or node.args[0].has(sp.log) for node in logs):
        return False
    names = {node: sp.Dummy(real=True) for node in logs}
    top, bottom = sp.fraction(sp.together(expr.xreplace(names)))
    if bottom.has(*names.values()) or not (bottom.is_positive or sp.expand(bottom).is_positive):
        return False
    try:
        linear = sp.Poly(top, *names.values())
    except sp.PolynomialError:
        return False
    if linear.total_degree() != 1:
        return False
    ratios: dict[Any, Any] = {}
    for node, name in names.items():
        for monomial in sp.Add.make_args(sp.expand(linear.coeff_monomial(name))):
            number, weight = monomial.as_coeff_Mul()
            if not (number.is_Rational and (weight.is_positive or weight.is_nonnegative)):
                return False
            ratios[weight] = ratios.get(weight, sp.Integer(1)) * node.args[0] ** number
    left = sp.Add(*(weight * (1 - 1 / sp.powsimp(ratio)) for weight, ratio in ratios.items()))
    left += linear.coeff_monomial(1)
    return sign(sp.factor(sp.together(left)), strict)
