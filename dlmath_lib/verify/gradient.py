"""`gradient`: a vector-Jacobian product against central differences, contracted with random cotangents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from types import CodeType
from typing import Any

import numpy as np

from dlmath_lib.verify._errors import check_label, check_of, check_tolerance, check_words, message
from dlmath_lib.verify.agree import function_name, of_the_book, power_of_ten
from dlmath_lib.verify.calls import check_called, check_calls, watched
from dlmath_lib.verify.claim import Claim, ClaimFailed
from dlmath_lib.verify.text import latex_text

COTANGENTS = 3
STEP = 6e-6
SMALLEST_ERROR = -7
ROUNDINGS = 16  # of f's value, in units of its last place


def gradient(
    f: Callable[..., Any],
    f_vjp: Callable[..., Any],
    *inputs: Any,
    seed: int = 0,
    name: str | None = None,
    label: str | None = None,
    of: str | Sequence[str] = (),
    calls: Callable[..., Any] | Sequence[Callable[..., Any]] = (),
    rtol: float = 1e-6,
    atol: float | None = None,
    exact: Callable[..., Any] | None = None,
    away_from: float | tuple[float, ...] | None = None,
    step: float = STEP,
) -> Claim:
    """Compare ``f_vjp(g, *inputs)`` with central differences of ``Σ g·f(inputs)`` for random cotangents g.

    An all-ones cotangent lets a wrong softmax or batch-norm gradient pass (the sum over their outputs is constant).

    Parameters
    ----------
    f : callable
        ``f(*inputs)`` returns one array.
    f_vjp : callable
        ``f_vjp(g, *inputs)`` returns one gradient for each floating-point input, in that input's shape: an array, or a
        tuple of arrays.
        Integer and boolean inputs (labels, masks) have no gradient: leave them out, or return None in their place.
    *inputs : array_like
        Where to differentiate. Floating-point inputs are taken as float64.
    name, label : str, optional
        As for `prove`.
    of : str or sequence of str
        The label of the formula that this witnesses, or several; the ledger shows it.
    calls : function or sequence of functions, optional
        Functions of `dlmath_lib` that ``f_vjp`` runs, where it is a line of a chapter: the ledger names them. One that
        is not run is an error.
    seed : int
        Of the cotangents.
    rtol, atol : float
        Passes when ``|analytic − numeric| ≤ atol + rtol·|numeric|``. Without `atol` only the errors of the differences
        themselves are granted: the rounding of f, and what a second step of twice the width shows.
    exact : callable, optional
        Returns f's value in higher precision, for the differences only.
    away_from : float or tuple, optional
        Kinks of f, such as 0 for ReLU: an input closer to one than ten steps is a ValueError.
    step : float
        h of the central difference, times ``max(1, |x|)``.

    Returns
    -------
    Claim
        Of kind ``"gradient"``, with the number of entries and the largest error.

    Raises
    ------
    ClaimFailed
        With the input, the cotangent, the analytic and the numeric value of the worst entry; or because every slope
        drowns in rounding, so that no rule could be told from another.
    TypeError, ValueError
        When no input is of floating point or one lies at a kink, and for other wrong arguments.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 11.5, for the comparison and its random
    projections; Press et al., *Numerical Recipes*, section 5.7, for the step.

    Examples
    --------
    >>> gradient(np.sin, lambda g, x: g * np.cos(x), [0.0, 1.0, 2.0])
    ✓ vjp of numpy.sin = gᵀ·∂numpy.sin: agrees with central differences; 3 random cotangents; 9 points, error below 1e-7
    """
    for argument, function in (("f", f), ("f_vjp", f_vjp)):
        if not callable(function):
            raise TypeError(message("gradient", argument, "callable", repr(function)))
    name, label = check_words("gradient", "name", name), check_label("gradient", label)
    named = check_calls("gradient", calls)
    witnessed, rtol = check_of("gradient", of), check_tolerance("gradient", "rtol", rtol, 1.0)
    atol = None if atol is None else check_tolerance("gradient", "atol", atol)
    if not check_tolerance("gradient", "step", step, 1.0):
        raise ValueError(message("gradient", "step", "above 0", repr(step)))
    if exact is not None and not callable(exact):
        raise TypeError(message("gradient", "exact", "callable", repr(exact)))
    arrays = [_input(position, value) for position, value in enumerate(inputs)]
    floating = [position for position, array in enumerate(arrays) if array.dtype.kind == "f"]
    if not floating:
        raise ValueError(message("gradient", "inputs", "at least one floating-point array", f"{len(arrays)} without"))
    _check_kinks(arrays, floating, away_from, step)
    called, rule = function_name(f), function_name(f_vjp)
    before = _copies(arrays)
    value = np.array(f(*before))
    _check_untouched(called, arrays, before)
    if value.dtype.kind != "f":
        raise ClaimFailed(f"{called} must return floating-point numbers, but returns {value.dtype}")
    if not np.all(np.isfinite(value)):
        raise ClaimFailed(f"{called} is not finite at the given inputs: {_short(value)}")
    if not value.size:
        raise ClaimFailed(f"{called} returns nothing at the given inputs: shape {value.shape}")
    rng = np.random.default_rng([20261122, seed])
    worst, compared = 0.0, 0
    outside = exact or f
    for _ in range(COTANGENTS):
        cotangent = rng.standard_normal(value.shape)
        before = _copies(arrays)
        seen: set[CodeType] = set()
        with watched(seen) if named else nullcontext():
            returned = f_vjp(cotangent.copy(), *before)
        check_called("gradient", named, seen)
        _check_untouched(rule, arrays, before)
        analytic = _gradients(rule, returned, arrays, floating)
        for position, found in analytic.items():
            quotients = Quotients(outside, value.shape, arrays, position, cotangent, step, called)
            ratio = quotients.compare(found, rtol, atol)
            compared += found.size
            if not np.all(ratio <= 1):
                raise ClaimFailed(_mismatch(called, rule, arrays, position, found, quotients.numeric, ratio, cotangent))
            if quotients.drowned(found):
                raise ClaimFailed(
                    f"{rule} is not checked: at input {position} every slope of {called} is below the rounding of its "
                    "values\n  choose an input where it is not saturated, or pass exact= with more digits"
                )
            size = float(np.max(np.abs(quotients.numeric)))
            worst = max(worst, float(np.max(np.abs(found - quotients.numeric))) / max(1.0, size))
    tex = (
        rf"\operatorname{{{latex_text(rule)}}}(g) = g^\top "
        rf"\frac{{\partial\,\operatorname{{{latex_text(called)}}}}}{{\partial\,\mathrm{{inputs}}}}"
    )
    title = rule if rule != "the function" else f"vjp of {called}"
    return Claim(
        kind="gradient",
        statement=f"{title} = gᵀ·∂{called}",
        latex=tex,
        method="agrees with central differences",
        points=compared,
        error=power_of_ten(worst, SMALLEST_ERROR),
        name=name,
        label=label,
        detail=f"{COTANGENTS} random cotangents",
        of=witnessed,
        functions=tuple(dict.fromkeys(of_the_book(f, f_vjp, *named))),
        outside="central differences",
    )


def _input(position: int, value: Any) -> np.ndarray:
    try:
        array = np.array(value)
    except ValueError as error:
        raise ValueError(message("gradient", f"input {position}", "an array", str(error))) from None
    if array.dtype.kind not in "fiub":
        raise TypeError(message("gradient", f"input {position}", "an array of real numbers", f"dtype {array.dtype}"))
    if array.dtype.kind == "f":
        array = array.astype(np.float64)
        if not np.all(np.isfinite(array)):
            raise ValueError(message("gradient", f"input {position}", "finite", _short(array)))
        if not array.size:
            raise ValueError(message("gradient", f"input {position}", "non-empty", f"shape {array.shape}"))
    return array


def _copies(arrays: list[np.ndarray]) -> list[np.ndarray]:
    return [array.copy() for array in arrays]


def _check_kinks(arrays: list[np.ndarray], floating: list[int], away_from: Any, step: float) -> None:
    if away_from is None:
        return
    for kink in np.atleast_1d(np.asarray(away_from, dtype=float)):
        for position in floating:
            close = np.abs(arrays[position] - kink) < 10 * step * np.maximum(1, np.abs(arrays[position]))
            if np.any(close):
                spot = tuple(int(i) for i in np.argwhere(close)[0])
                expected = f"away from the kink at {kink:g}"
                raise ValueError(
                    message("gradient", f"input {position}", expected, f"{arrays[position][spot]!r} at {spot}")
                )


def _check_untouched(rule: str, arrays: list[np.ndarray], after: list[np.ndarray]) -> None:
    for position, (old, new) in enumerate(zip(arrays, after, strict=True)):
        if not np.array_equal(old, new):
            raise ClaimFailed(f"{rule} changed its argument: input {position} is not what it was")


def _gradients(rule: str, returned: Any, arrays: list[np.ndarray], floating: list[int]) -> dict[int, np.ndarray]:
    parts = list(returned) if isinstance(returned, (tuple, list)) else [returned]
    if len(parts) == len(arrays):
        places = list(range(len(arrays)))
    elif len(parts) == len(floating):
        places = floating
    else:
        raise ClaimFailed(
            f"{rule} must return {len(floating)} gradients, one for each floating-point input, but returns {len(parts)}"
        )
    found = {}
    for position, part in zip(places, parts, strict=True):
        if position not in floating:
            if part is not None:
                raise ClaimFailed(
                    f"{rule} returns a gradient for input {position}, which holds integers: return None or leave it out"
                )
            continue
        array = np.array(part)
        if array.dtype.kind != "f":
            raise ClaimFailed(
                f"{rule} must return floating-point gradients, but that of input {position} is {array.dtype}"
            )
        if array.shape != arrays[position].shape:
            hint = ": transposed?" if array.shape == arrays[position].shape[::-1] and array.ndim > 1 else ""
            raise ClaimFailed(
                f"{rule}: the gradient of input {position} must have the input's shape {arrays[position].shape}, "
                f"but has {array.shape}{hint}"
            )
        if array.dtype != np.float64:
            raise ClaimFailed(
                f"{rule}: the gradient of input {position} must keep the input's dtype float64, but is {array.dtype}"
            )
        found[position] = array
    return found


class Quotients:
    """Central differences of ``Σ g·f`` in one input, and how far they may be off."""

    def __init__(
        self, f: Callable[..., Any], shape: tuple[int, ...], arrays: list[np.ndarray], position: int,
        cotangent: np.ndarray, step: float, called: str,
    ) -> None:  # fmt: skip
        self.f, self.shape, self.called = f, shape, called
        self.arrays, self.position, self.cotangent, self.step = arrays, position, cotangent, step
        self.numeric, self.noise = self._at(step)

    def compare(self, found: np.ndarray, rtol: float, atol: float | None) -> np.ndarray:
        """Return the error of each entry in units of what is granted; a second step where the first does not do."""
        slack = self.noise + rtol * np.abs(self.numeric) + (atol or 0.0)
        ratio = _ratio(np.abs(found - self.numeric), slack)
        if atol is None and not np.all(ratio <= 1):
            wider, _ = self._at(2 * self.step)
            ratio = _ratio(np.abs(found - self.numeric), slack + np.abs(wider - self.numeric))
        if atol is not None and 0 < np.max(np.abs(self.numeric)) <= atol:
            expected = f"below the largest slope, {np.max(np.abs(self.numeric)):.3g}"
            raise ValueError(message("gradient", "atol", expected, f"{atol:g}", "within it every rule agrees"))
        return ratio

    def drowned(self, found: np.ndarray) -> bool:
        """Tell whether no slope stands out of the rounding: no sign can be seen there.

        Where f is exactly zero (ReLU below 0) nothing is rounded, and a rule that says zero is compared.
        """
        rounded = np.any(self.noise > 0) or np.any(found != 0)
        return bool(rounded and np.all(np.abs(self.numeric) <= 4 * self.noise))

    def _at(self, step: float) -> tuple[np.ndarray, np.ndarray]:
        here = self.arrays[self.position]
        numeric, noise = np.zeros(here.shape), np.zeros(here.shape)
        for spot in np.ndindex(here.shape):
            h = step * max(1.0, abs(float(here[spot])))
            ends = []
            for sign in (1, -1):
                moved = _copies(self.arrays)
                moved[self.position][spot] += sign * h
                place = moved[self.position][spot]
                ends.append((place, self._value(moved)))
            width = ends[0][0] - ends[1][0]
            numeric[spot] = float(np.sum(self.cotangent * ((ends[0][1] - ends[1][1]) / width)))
            scale = np.sum(np.abs(self.cotangent) * np.maximum(np.abs(ends[0][1]), np.abs(ends[1][1])))
            noise[spot] = float(ROUNDINGS * np.finfo(ends[0][1].dtype).eps * scale / width)
        return numeric, noise

    def _value(self, inputs: list[np.ndarray]) -> np.ndarray:
        value = np.array(self.f(*inputs))
        if value.dtype.kind != "f":
            value = value.astype(np.float64)
        if value.shape != self.shape:
            raise ClaimFailed(
                f"{self.called} must keep its shape {self.shape} at every input, but returns {value.shape}"
            )
        return value


def _ratio(error: np.ndarray, slack: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(error == 0, 0.0, error / slack)


def _short(array: np.ndarray) -> str:
    return np.array2string(array, precision=6, threshold=24, edgeitems=3, separator=", ").replace("\n", "\n    ")


def _mismatch(
    called: str, rule: str, arrays: list[np.ndarray], position: int, analytic: np.ndarray, numeric: np.ndarray,
    ratio: np.ndarray, cotangent: np.ndarray,
) -> str:  # fmt: skip
    spot = tuple(
        int(i) for i in np.unravel_index(int(np.argmax(np.where(np.isnan(ratio), np.inf, ratio))), ratio.shape)
    )
    where = f" at {spot}" if spot else ""
    return (
        f"{rule} is not the gradient of {called}: input {position}{where}"
        f"\n  analytic {analytic[spot]:.10g}\n  numeric  {numeric[spot]:.10g}"
        f"\n  analytic gradient\n    {_short(analytic)}"
        f"\n  numeric gradient (central differences)\n    {_short(numeric)}"
        f"\n  cotangent\n    {_short(cotangent)}\n  input {position}\n    {_short(arrays[position])}"
    )
