"""`define`: what a name stands for, shown as a definition and not as something proved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from dlmath_lib.verify._errors import check_label, check_words, message
from dlmath_lib.verify.claim import Claim, ClaimFailed
from dlmath_lib.verify.definitions import Definitions
from dlmath_lib.verify.hypotheses import hypotheses
from dlmath_lib.verify.printing import latex, plain
from dlmath_lib.verify.prove import check_statement
from dlmath_lib.verify.statements import as_side

POINTS = 12


def define(
    lhs: Any, rhs: Any, *, where: Mapping[Any, Any] | None = None, given: Mapping[Any, Any] | None = None,
    name: str | None = None, label: str | None = None,
) -> Claim:  # fmt: skip
    """Say what a name stands for; refused when that is circular, or has no value anywhere on its domain.

    Parameters
    ----------
    lhs : symbol, applied function or derivative
        The name: ``L``, ``sigma(z)``, ``Derivative(f(x), x)``, a MatrixSymbol or an Indexed.
    rhs : expression or matrix
        What it stands for: an expression, Limit, Integral, Sum, …
    where, given, name, label
        As for `prove`.

    Returns
    -------
    Claim
        Of kind ``"definition"``; nothing is claimed, and so it has no evidence.

    Raises
    ------
    ClaimFailed
        When the right side has no value on the domain.
    TypeError, ValueError
        When `lhs` is not a name, when `rhs` refers back to it, or uses an argument under another name.

    References
    ----------
    P. Suppes, *Introduction to Logic*, Van Nostrand (1957), chapter 8, for what makes a definition: it can be written
    out, and it creates no truth of its own.

    Examples
    --------
    >>> z = sp.Symbol("z", real=True)
    >>> sigma = sp.Function("sigma")
    >>> define(sigma(z), 1 / (1 + sp.exp(-z)), name="logistic sigmoid")
    ≔ logistic sigmoid: σ(z) := 1/(1 + exp(−z))
    """
    name, label = check_words("define", "name", name), check_label("define", label)
    left, right = as_side("define", "lhs", lhs), as_side("define", "rhs", rhs)
    _check_name(left)
    if _refers_to(Definitions("define", given).expand(right), left) or _refers_to(right, left):
        raise ValueError(message("define", "rhs", f"free of {plain(left)}, which it defines", plain(right)))
    try:
        check_statement("define", right, right, "=", where, given, POINTS)
    except ClaimFailed as error:
        reason = str(error).partition("\n")[2]
        raise ClaimFailed(f"not a definition: {plain(left)} := {plain(right)}\n{reason}") from None
    return Claim(
        kind="definition",
        statement=f"{plain(left)} := {plain(right)}",
        latex=f"{latex(left)} := {latex(right)}",
        method="",
        name=name,
        label=label,
        # The check draws smooth functions; the definition asks for no more than a value of its right side.
        hypotheses=tuple(h for h in hypotheses([left, right], where, given) if not h.statement.startswith("smooth ")),
    )


def _check_name(left: Any) -> None:
    inner = left.expr if isinstance(left, sp.Derivative) else left
    if isinstance(inner, AppliedUndef):
        arguments = inner.args
        if isinstance(left, sp.Derivative) or (all(isinstance(a, sp.Symbol) for a in arguments)):
            if len(set(arguments)) != len(arguments):
                raise ValueError(message("define", "lhs", "a function of distinct letters", plain(left)))
            return
    elif isinstance(inner, (sp.Symbol, sp.MatrixSymbol, sp.Indexed)):
        return
    hint = "write f(x) with f = Function('f'), a symbol, or a Derivative"
    raise TypeError(message("define", "lhs", "a name", plain(left), hint))


def _refers_to(right: Any, left: Any) -> bool:
    if isinstance(left, AppliedUndef):
        return any(f.func == left.func for f in right.atoms(AppliedUndef))
    return bool(right.has(left))
