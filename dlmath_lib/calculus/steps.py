"""The step of a difference quotient: the best one, a given one, and which of two is to be trusted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlmath_lib._validate import as_array, fail, one_of

__all__ = ["KINDS", "best_step", "best_step_in", "narrower", "short_step", "step_for", "trusted"]

KINDS = ("forward", "backward", "central", "complex")
# From here on the scales 1 and |x| differ so little that both steps give the same digits.
NEAR_ZERO = 0.25


def best_step(kind: str, x: Any = 1.0) -> Any:
    """The step that balances truncation against rounding, for each element of ``x``.

    ===========================  =====================  ====================  ============================
    ``kind``                     truncation             rounding              best step
    ===========================  =====================  ====================  ============================
    ``forward``, ``backward``    ``h |f″| / 2``         ``2 ε |f| / h``       ``ε^(1/2) max(1, |x|)``
    ``central``                  ``h² |f‴| / 6``        ``ε |f| / h``         ``ε^(1/3) max(1, |x|)``
    ``second``                   ``h² |f⁗| / 12``       ``4 ε |f| / h²``      ``ε^(1/4) max(1, |x|)``
    ``complex``                  ``h² |f‴| / 6``        does not grow         √(smallest normal number)
    ===========================  =====================  ====================  ============================

    with ε the machine epsilon of x's dtype. The scale ``max(1, |x|)`` supposes that f keeps its shape over such a
    distance: for a function that oscillates faster (sin at 10⁶) choose ``h`` yourself. Where |x| < ¼, `difference`
    and the others also try the step of the scale |x|, and take it where the longer one is plainly off (1/x at 10⁻⁵).
    Where f computes in a narrower type than that of ``x``, they take the ε of that type.

    Parameters
    ----------
    kind : {"forward", "backward", "central", "complex", "second"}
        The rule; ``"second"`` is the second difference that `hessian` uses.
    x : array_like
        Where the derivative is wanted, any shape; integers become float64, float32 stays float32.

    Returns
    -------
    ndarray or scalar
        Steps h > 0, in the shape and dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        For an unknown kind, and for an ``x`` that is not made of finite real numbers.

    Notes
    -----
    The complex step subtracts no two values of f, so that h may be tiny, down to underflow, where the complex
    arithmetic of f keeps the imaginary part.

    References
    ----------
    Press et al., *Numerical Recipes*, section 5.7; Nocedal and Wright, *Numerical Optimization*, section 8.1.
    Chapter: calculus/numerical_derivatives#rounding-and-the-best-step.

    Examples
    --------
    >>> float(best_step("forward")) == 2.0**-26
    True
    >>> print(best_step("central", [1.0, 100.0]))
    [6.05545445e-06 6.05545445e-04]
    """
    one_of("best_step", "kind", kind, (*KINDS, "second"))
    x = as_array("best_step", "x", x)
    return best_step_in(x.dtype, kind, x)[()]


def best_step_in(narrow: Any, kind: str, x: np.ndarray) -> np.ndarray:
    """The best step at x for a function that computes in the type ``narrow``."""
    machine = np.finfo(narrow)
    if kind == "complex":
        return np.full_like(x, np.sqrt(machine.tiny))
    power = {"central": 1 / 3, "second": 1 / 4}.get(kind, 1 / 2)
    return np.asarray(machine.eps**power * np.maximum(1, np.abs(x)), dtype=x.dtype)


def step_for(function: str, x: np.ndarray, h: Any, kind: str) -> np.ndarray:
    """The step for each element of x: positive, and large enough to move x."""
    if h is None:
        return best_step_in(x.dtype, kind, x)
    step = as_array(function, "h", h).astype(x.dtype)
    if step.shape not in ((), x.shape):
        raise fail(function, "h", f"a number or of the shape of x, {x.shape}", f"shape {step.shape}")
    if (step <= 0).any():
        raise fail(function, "h", "> 0", f"{step.min():g}", "kind='backward' looks to the left")
    step = np.broadcast_to(step, x.shape)
    # A step up may fail to move x where a step down still does, so the coarser side decides.
    stuck = (x + step == x) | (x - step == x)
    if kind != "complex" and stuck.any():
        at, by = np.abs(x[stuck]).max(), step[stuck].min()
        hint = f"x + h rounds to x there; best_step gives {float(best_step_in(x.dtype, kind, np.asarray(at))):.1g}"
        raise fail(function, "h", f"large enough to move x = {at:g}", f"{by:g}", hint)
    return step


def narrower(value: np.ndarray, x: np.ndarray) -> np.dtype | None:
    """The type in which f computes, if it is narrower than x's: its rounding decides the step."""
    kind = np.finfo(value.dtype).dtype
    return kind if np.finfo(kind).eps > np.finfo(x.dtype).eps else None


def short_step(x: np.ndarray, step: np.ndarray) -> np.ndarray | None:
    """The step of the scale |x|; None where no element of x is so near to 0, and not 0, that it matters."""
    size = np.abs(x)
    near = (size < NEAR_ZERO) & (size > np.finfo(x.dtype).tiny / np.finfo(x.dtype).eps)
    return np.where(near, step * size, step).astype(x.dtype) if near.any() else None


def trusted(quotient: Callable[[Any], tuple[Any, Any]], step: Any, short: Any) -> tuple[Any, Any]:
    """The quotient with the longer step, and with the shorter one where that is plainly better; and where it is.

    ``quotient`` returns the quotient and the size of f. The shorter step has more rounding error, so it must win
    clearly: the two differ by far more than rounding explains, and a step twice the shorter one gives the same.
    """
    shorter, size = quotient(short)
    twice, _ = quotient(2 * short)
    try:
        with np.errstate(all="ignore"):  # the longer step may leave the domain: then the shorter one is taken
            longer, _ = quotient(step)
    except (ValueError, ArithmeticError):
        return shorter, np.ones(np.shape(shorter), dtype=bool)
    gap = np.abs(longer - shorter)
    rounding = 100 * np.finfo(np.asarray(shorter).dtype).eps * size / short
    better = (gap > rounding) & (np.abs(twice - shorter) < gap / 10)
    return np.where(better, shorter, longer), better
