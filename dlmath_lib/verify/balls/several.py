"""Functions of several arguments in ball arithmetic: binomials, gamma and Bessel functions, and others."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import sympy as sp
from flint import acb, arb

from dlmath_lib.verify.balls.errors import Undecided, Unsupported
from dlmath_lib.verify.balls.functions import checked, real
from dlmath_lib.verify.balls.jets import Jet
from dlmath_lib.verify.balls.walk import BUILDERS, Env, Number, Value, compile_expression


def _of_several(expr: Any) -> Value:
    function = SEVERAL[type(expr)]
    parts = [compile_expression(arg) for arg in expr.args]

    def value(env: Env) -> Number:
        numbers = [part(env) for part in parts]
        if any(isinstance(number, Jet) for number in numbers):
            raise Unsupported(f"no Taylor series of {type(expr).__name__}")
        if env["analytic"]:
            return acb("nan")
        return checked(function(*numbers), *numbers)

    return value


def _binomial(n: acb, k: acb) -> acb:
    of, chosen = n.real.unique_fmpz(), k.real.unique_fmpz()
    if of is not None and chosen is not None and n.is_exact() and k.is_exact() and of >= 0:
        return acb(math.comb(int(of), int(chosen))) if chosen >= 0 else acb(0)
    return (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma()


def _kronecker(a: acb, b: acb) -> acb:
    if (a - b).is_zero():
        return acb(1)
    if a.overlaps(b):
        raise Undecided
    return acb(0)


SEVERAL: dict[Any, Callable[..., acb]] = {
    sp.binomial: _binomial, sp.beta: lambda a, b: a.gamma() * b.gamma() * (a + b).rgamma(),
    sp.lowergamma: lambda s, z: z.gamma_lower(s), sp.uppergamma: lambda s, z: z.gamma_upper(s),
    sp.besselj: lambda n, z: z.bessel_j(n), sp.besseli: lambda n, z: z.bessel_i(n),
    sp.bessely: lambda n, z: z.bessel_y(n), sp.besselk: lambda n, z: z.bessel_k(n),
    sp.expint: lambda n, z: z.expint(n), sp.polygamma: lambda n, z: z.polygamma(n),
    sp.polylog: lambda s, z: z.polylog(s), sp.RisingFactorial: lambda z, n: (z + n).gamma() * z.rgamma(),
    sp.FallingFactorial: lambda z, n: (z + 1).gamma() * (z - n + 1).rgamma(),
    sp.atan2: lambda y, x: acb(arb.atan2(real(y), real(x))), sp.KroneckerDelta: _kronecker,
}  # fmt: skip


BUILDERS.update(dict.fromkeys(SEVERAL, _of_several))
