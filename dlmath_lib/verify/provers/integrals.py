"""Integrals with parameters, by a short table: Gaussian, gamma, beta; absolute values are split at their kink.

Each entry states what it needs; where an integral fits no entry, SymPy's own integration is tried. The table is here
because SymPy needs seconds, or never ends, where the parameters are symbols.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

KINKED = (sp.Abs, sp.sign, sp.Max, sp.Min, sp.Heaviside)


def integrate(node: sp.Integral) -> Any:
    """Return the value of a definite integral by the table, or None.

    >>> t, m = sp.symbols("t m", real=True)
    >>> s = sp.Symbol("s", positive=True)
    >>> integrate(sp.Integral(sp.exp(-((t - m) ** 2) / (2 * s**2)), (t, -sp.oo, sp.oo)))
    sqrt(2)*sqrt(pi)*s
    """
    if len(node.limits) != 1 or len(node.limits[0]) != 3 or node.has(AppliedUndef, sp.Indexed):
        return None
    variable, low, high = node.limits[0]
    t = sp.Dummy("t", real=True)
    integrand = node.function.xreplace({variable: t})
    if (low, high) == (-sp.oo, sp.oo):
        return _over_the_line(integrand, t)
    if (low, high) == (0, sp.oo):
        return _term_by_term(integrand, t, _gamma)
    if (low, high) == (-sp.oo, 0):
        return _term_by_term(integrand.xreplace({t: -t}), t, _gamma)
    if (low, high) == (0, 1):
        return _term_by_term(integrand, t, _beta)
    if low == -sp.oo and high.is_real:
        return _term_by_term(integrand, t, lambda *term: _gaussian_up_to(high, *term))
    if high == sp.oo and low.is_real:
        return _term_by_term(integrand.xreplace({t: -t}), t, lambda *term: _gaussian_up_to(-low, *term))
    return None


def _over_the_line(integrand: Any, t: sp.Symbol) -> Any:
    """Integrate over the real line; at the one kink k of |at + b| split into t = k + s and t = k − s with s > 0."""
    if not integrand.has(*KINKED):
        return _term_by_term(integrand, t, _gaussian)
    integrand = integrand.replace(lambda e: isinstance(e, sp.Max) and len(e.args) == 2, _by_distance)
    kinks = set()
    for node in integrand.atoms(*KINKED):
        if not isinstance(node, sp.Abs):
            return None
        slope, offset = node.args[0].coeff(t, 1), node.args[0].coeff(t, 0)
        if not slope.is_nonzero or slope.has(t) or sp.expand(node.args[0] - slope * t - offset) != 0:
            return None
        kinks.add(sp.expand(-offset / slope))
    if len(kinks) != 1:
        return None
    kink, s = kinks.pop(), sp.Dummy("s", positive=True)
    halves = []
    for side in (s, -s):
        half = integrand.replace(
            lambda e: isinstance(e, sp.Abs), lambda e, at=kink + side: sp.Abs(sp.expand(e.args[0].xreplace({t: at})))
        )
        halves.append(_term_by_term(half.xreplace({t: kink + side}), s, _gamma))
    return None if None in halves else sp.Add(*halves)


def _by_distance(larger: Any) -> Any:
    """max(a, b) = (a + b + |a − b|)/2, for real a and b."""
    a, b = larger.args
    return (a + b + sp.Abs(a - b)) / 2


def _term_by_term(integrand: Any, t: sp.Symbol, entry: Any) -> Any:
    """Sum what `entry` gives for each term; each term must converge by itself."""
    total = sp.Integer(0)
    for term in sp.Add.make_args(_spread(integrand, t)):
        if term == 0:
            continue
        constant, rest = term.as_independent(t, as_Add=False)
        exponent: Any = sp.Integer(0)
        powers: dict[Any, Any] = {}
        for factor in sp.Mul.make_args(rest):
            if isinstance(factor, sp.exp):
                exponent += factor.exp
                continue
            base, power = factor.as_base_exp()
            if power.has(t):
                return None
            powers[base] = powers.get(base, sp.Integer(0)) + power
        value = entry(sp.expand(exponent), powers, t)
        if value is None:
            return None
        total += constant * value
    return total


def _spread(integrand: Any, t: sp.Symbol) -> Any:
    """Multiply out what depends on `t`, but leave powers with symbolic exponents whole."""
    kept: dict[Any, Any] = {}

    def keep(power: Any) -> Any:
        base, exponent = power.as_base_exp()
        if base.has(t) and not exponent.is_Integer and not exponent.has(t):
            name = kept.setdefault(base, sp.Dummy("base"))
            return name**exponent
        return power

    spread = sp.expand(integrand.replace(lambda e: e.is_Pow and not isinstance(e, sp.exp), keep), power_exp=False)
    return spread.xreplace({name: base for base, name in kept.items()})


def _degree(powers: dict[Any, Any], t: sp.Symbol) -> Any:
    """Return k where the powers are t**k, or None."""
    if any(base.has(t) and base != t for base in powers):
        return None
    return powers.get(t, sp.Integer(0))


def _gaussian(exponent: Any, powers: dict[Any, Any], t: sp.Symbol) -> Any:
    """∫ tᵏ exp(−at² + bt + c) dt over the line, for a > 0, real b and c, and a whole number k ≥ 0."""
    degree = _degree(powers, t)
    if degree is None or not (degree.is_Integer and degree >= 0) or not exponent.is_polynomial(t):
        return None
    a, b, c = -exponent.coeff(t, 2), exponent.coeff(t, 1), exponent.coeff(t, 0)
    a = sp.factor(a)
    if sp.degree(exponent, t) != 2 or not a.is_positive or not (b.is_real and c.is_real):
        return None
    mean, variance = b / (2 * a), 1 / (2 * a)
    moment = sp.Add(
        *(
            sp.binomial(degree, j) * mean ** (degree - j) * variance ** (j // 2) * sp.factorial2(j - 1)
            for j in range(0, int(degree) + 1, 2)
        )
    )
    return sp.sqrt(sp.pi / a) * sp.exp(sp.factor(b**2 / (4 * a) + c)) * moment


def _gaussian_up_to(end: Any, exponent: Any, powers: dict[Any, Any], t: sp.Symbol) -> Any:
    """∫ exp(−at² + bt + c) dt from −∞ to a real end: the share of the line's that erf says."""
    whole = _gaussian(exponent, powers, t) if _degree(powers, t) == 0 else None
    if whole is None:
        return None
    a, b = sp.factor(-exponent.coeff(t, 2)), exponent.coeff(t, 1)
    return whole * (1 + sp.erf(sp.sqrt(a) * (end - b / (2 * a)))) / 2


def _gamma(exponent: Any, powers: dict[Any, Any], t: sp.Symbol) -> Any:
    """∫ tᵏ exp(−atⁿ + c) dt from 0 to ∞ is Γ((k + 1)/n) / (n a^((k + 1)/n)), for n = 1 or 2, a > 0 and k > −1."""
    degree = _degree(powers, t)
    if degree is None or not exponent.is_polynomial(t) or not (degree + 1).is_positive:
        return None
    n = sp.Integer(2) if exponent.coeff(t, 2) != 0 else sp.Integer(1)
    a, c = -exponent.coeff(t, n), exponent.coeff(t, 0)
    if sp.expand(exponent + a * t**n - c) != 0 or not sp.factor(a).is_positive:
        return None
    return sp.exp(c) * sp.gamma((degree + 1) / n) / (n * a ** ((degree + 1) / n))


def _beta(exponent: Any, powers: dict[Any, Any], t: sp.Symbol) -> Any:
    """∫ tᵖ(1 − t)^q dt from 0 to 1 is p! q!/(p + q + 1)!, for p > −1 and q > −1."""
    if exponent != 0 or any(base.has(t) and base not in (t, 1 - t) for base in powers):
        return None
    p, q = powers.get(t, sp.Integer(0)) + 1, powers.get(1 - t, sp.Integer(0)) + 1
    if not (p.is_positive and q.is_positive):
        return None
    return sp.gamma(p) * sp.gamma(q) / sp.gamma(p + q)
