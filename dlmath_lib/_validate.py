"""Checks of arguments: the only place of the package with shape and domain checks.

Every message has one form, ``function: argument must be …, got …: hint``, so that a reader learns from it which call
to mend and how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import numpy as np

__all__ = [
    "as_array",
    "as_axis",
    "as_channels",
    "as_dtype",
    "as_function",
    "as_generator",
    "as_probabilities",
    "as_scalar",
    "as_switch",
    "fail",
    "has_finite_peaks",
    "one_of",
    "same_shape",
]

Kind = Literal["float", "integer", "any"]
FLOATS = ("float16", "float32", "float64")
SUM_TOLERANCE = 1e-6  # how far from 1 a sum of probabilities may be; float16 has no more than 1e-3


def fail(
    function: str, argument: str, expected: str, got: str, hint: str = "", *, error: type[Exception] = ValueError
) -> Exception:
    """The exception to raise, in the one form of the package."""
    return error(f"{function}: {argument} must be {expected}, got {got}" + (f": {hint}" if hint else ""))


def as_array(
    function: str,
    argument: str,
    value: Any,
    *,
    ndim: int | tuple[int, ...] | None = None,
    shape: tuple[int | None, ...] | None = None,
    dtype: Kind = "float",
    finite: bool = True,
    nonempty: bool = True,
    cast: np.dtype | None = None,
) -> np.ndarray:
    """Return ``value`` as an array, or raise an error that names ``function`` and ``argument``.

    ``dtype="float"`` keeps float16, float32 and float64 and turns integers and booleans into float64;
    ``"integer"`` refuses everything else; ``"any"`` takes every number. In ``shape``, ``None`` is any length.
    ``cast`` is the type in which the caller computes: what is finite only in a wider one is refused.
    """
    array = _numeric(function, argument, value)
    if dtype == "integer":
        if array.dtype.kind not in "iu":
            hint = "convert with .astype(int)" if array.dtype.kind == "f" else ""
            raise fail(function, argument, "an array of integers", f"dtype {array.dtype}", hint, error=TypeError)
    elif dtype == "float":
        if array.dtype.kind == "c":
            raise fail(
                function, argument, "real", f"dtype {array.dtype}", "take .real if that is meant", error=TypeError
            )
        if array.dtype.kind != "f":
            array = array.astype(np.float64)
    if ndim is not None and array.ndim not in (allowed := (ndim,) if isinstance(ndim, int) else ndim):
        expected = " or ".join(f"{n}-dimensional" for n in allowed)
        hint = "wrap a single example: x[None, :]" if array.ndim == 1 and 2 in allowed else ""
        raise fail(function, argument, expected, f"shape {array.shape}", hint)
    if shape is not None:
        _check_shape(function, argument, array, shape)
    if nonempty and array.size == 0:
        raise fail(function, argument, "non-empty", f"shape {array.shape}")
    given = array
    if cast is not None and array.dtype != cast:
        with np.errstate(over="ignore"):  # an overflow is found, and named, just below
            array = array.astype(cast)
    if finite and array.dtype.kind in "fc" and not np.isfinite(array).all():
        bad = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        got = f"{given[bad]}" + (f" at index {bad}" if array.ndim else "")
        if np.isfinite(given[bad]):
            expected = f"finite in {array.dtype}, at most {np.finfo(array.dtype).max:g}"
            raise fail(function, argument, expected, got, "scale it, or pass everything in a wider type")
        raise fail(function, argument, "finite", got, "remove NaN and infinity first")
    return array


def _numeric(function: str, argument: str, value: Any) -> np.ndarray:
    if _has_masked(value):
        hint = "fill or drop the masked entries first: .filled(…), .compressed()"
        raise fail(function, argument, "without masked entries", "a masked array", hint, error=TypeError)
    try:
        array = np.asarray(value)
    except ValueError:
        raise fail(
            function, argument, "an array of numbers", "rows of different lengths", "make all rows equally long"
        ) from None
    except TypeError as cause:  # such as a Var, which would lose its derivative
        raise fail(function, argument, "an array of numbers", _describe(value), str(cause), error=TypeError) from None
    if array.dtype.kind not in "biufc":
        kind = type(value).__name__ if array.ndim == 0 else f"dtype {array.dtype}"
        raise fail(function, argument, "an array of numbers", kind, error=TypeError)
    return array


def _has_masked(value: Any) -> bool:
    """NumPy would take what lies under a mask for data, without a word."""
    if isinstance(value, np.ma.MaskedArray):
        return bool(np.ma.getmaskarray(value).any())
    return isinstance(value, (list, tuple)) and any(map(_has_masked, value))


def _matches(wanted: tuple[int | None, ...], actual: tuple[int, ...]) -> bool:
    return len(wanted) == len(actual) and all(w in (None, a) for w, a in zip(wanted, actual, strict=True))


def _check_shape(function: str, argument: str, array: np.ndarray, shape: tuple[int | None, ...]) -> None:
    if _matches(shape, array.shape):
        return
    wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ("," if len(shape) == 1 else "") + ")"
    hint = ""
    if len(shape) == 1 and array.ndim == 2 and 1 in array.shape:
        hint = "flatten it: .ravel()"
    elif len(shape) == 2 and array.ndim == 1:
        hint = "add the missing axis: [:, None]" if shape[1] in (1, None) else "add the missing axis: [None, :]"
    elif (
        len(shape) == 2
        and array.ndim == 2
        and all(w in (None, h) for w, h in zip(shape, array.shape[::-1], strict=True))
    ):
        hint = "transpose it: .T"
    raise fail(function, argument, f"of shape {wanted}", str(array.shape), hint)


def as_scalar(
    function: str,
    argument: str,
    value: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    low_open: bool = False,
    high_open: bool = False,
    integer: bool = False,
    cast: np.dtype | None = None,
) -> float:
    """Return one finite real number within the bounds (``low_open``: the bound itself is refused).

    ``cast`` as in `as_array`: the number must be finite in the type in which the caller computes, too.
    """
    kind = "an integer" if integer else "a number"
    if not _is_real_number(value):
        raise fail(function, argument, kind, _describe(value), error=TypeError)
    number = float(value)
    if integer and not number.is_integer():
        raise fail(function, argument, kind, repr(number), error=TypeError)
    if not np.isfinite(number):
        raise fail(function, argument, "finite", str(number))
    if cast is not None and abs(number) > float(np.finfo(cast).max):
        expected = f"finite in {cast}, at most {np.finfo(cast).max:g}"
        raise fail(function, argument, expected, f"{number:g}", "pass everything in a wider type")
    number = int(value) if integer else number
    below = low is not None and (number <= low if low_open else number < low)
    above = high is not None and (number >= high if high_open else number > high)
    if below or above:
        bounds = [f"{'>' if low_open else '≥'} {low:g}"] if low is not None else []
        bounds += [f"{'<' if high_open else '≤'} {high:g}"] if high is not None else []
        raise fail(function, argument, " and ".join(bounds), f"{number:g}")
    return number


def _is_real_number(value: Any) -> bool:
    if isinstance(value, (str, bytes, np.ma.MaskedArray)):
        return False
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        return False
    return array.ndim == 0 and array.dtype.kind in "iuf"


def _describe(value: Any) -> str:
    """What came, in a few words: never an array's entries, nor a thousand digits."""
    if isinstance(value, (np.ndarray, list, tuple)):
        try:
            return f"{type(value).__name__} of shape {np.shape(value)}"
        except (TypeError, ValueError):
            return f"{type(value).__name__} of {len(value)} entries"
    try:
        words = repr(value)
    except Exception:  # whatever came may refuse to be printed
        return type(value).__name__
    words = words if len(words) <= 60 else words[:57] + "..."
    plain = value is None or isinstance(value, (bool, np.bool_, str, bytes, type))
    return words if plain else f"{type(value).__name__} {words}"


def same_shape(function: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Refuse arrays of different shapes; ``(n,)`` against ``(n, 1)`` would broadcast to ``(n, n)`` unseen."""
    (first, reference), *others = arrays.items()
    for name, array in others:
        if array.shape != reference.shape:
            column = {array.shape, reference.shape} == {(reference.size,), (reference.size, 1)}
            hint = "(n,) and (n, 1) are not the same: use .ravel() or [:, None]" if column else ""
            raise fail(function, name, f"of the same shape as {first}, {reference.shape}", str(array.shape), hint)


def one_of(function: str, argument: str, value: Any, options: Iterable[str]) -> Any:
    """Return ``value`` if it is one of the options, which are names."""
    options = tuple(options)
    if not isinstance(value, str) or value not in options:
        raise fail(function, argument, "one of " + ", ".join(map(repr, options)), _describe(value))
    return value


def as_switch(function: str, argument: str, value: Any) -> bool:
    """Return ``value`` if it is True or False: "no" would count as true."""
    if not isinstance(value, (bool, np.bool_)):
        raise fail(function, argument, "True or False", _describe(value), error=TypeError)
    return bool(value)


def as_dtype(function: str, argument: str, dtype: Any, options: Iterable[str] = FLOATS) -> np.dtype:
    """Return ``dtype``, a name or a type, as a NumPy dtype if it is one of the options."""
    options = tuple(options)
    try:
        # np.dtype(None) would be float64.
        name = None if dtype is None else np.dtype(dtype).name
    except (TypeError, ValueError):
        name = None
    if name not in options:
        got = _describe(dtype) if name is None else name
        raise fail(function, argument, "one of " + ", ".join(options), got, error=TypeError)
    return np.dtype(name)


def as_axis(function: str, axis: Any, array: Any, argument: str = "z") -> int:
    """Return ``axis``, counted from the front, if it is one of ``array`` and not empty."""
    axis = int(as_scalar(function, "axis", axis, integer=True))
    if not -array.ndim <= axis < array.ndim:
        raise fail(function, "axis", f"an axis of {argument}, which has {array.ndim}", str(axis))
    if array.shape[axis] == 0:
        raise fail(function, argument, "non-empty along axis", f"shape {array.shape} with axis {axis}")
    return axis % array.ndim


def has_finite_peaks(function: str, argument: str, peaks: np.ndarray) -> None:
    """Refuse logits by their largest entries: these hand on NaN and +∞, and are −∞ where a whole slice is masked."""
    if not np.isfinite(peaks).all():
        bad = float(peaks[~np.isfinite(peaks)].ravel()[0])
        hint = "a slice that is masked as a whole has no softmax" if bad < 0 else "remove NaN and +infinity first"
        raise fail(function, argument, "finite or −inf, with a finite entry in each slice", f"maximum {bad}", hint)


def as_channels(function: str, argument: str, shape: tuple[int, ...], z: tuple[int, ...]) -> tuple[int, ...]:
    """The shape in which an array of this shape goes with z: one number, one for each channel, or of z's own rank."""
    if shape in ((), (1,)):
        return ()
    if len(shape) == 1 and len(z) > 1 and shape[0] == z[1]:
        return (1, -1) + (1,) * (len(z) - 2)
    if len(shape) == len(z) and all(n in (1, m) for n, m in zip(shape, z, strict=True)):
        return shape
    expected = (
        "a number, or hold one slope for each channel (axis 1 of z), or have as many axes as z, of its lengths or 1"
    )
    raise fail(function, argument, expected, f"shape {shape} for z of shape {z}")


def as_function(function: str, argument: str, value: Any) -> Callable[..., Any]:
    """Return ``value`` if it can be called."""
    if not callable(value):
        hint = "pass the function itself, without its brackets and arguments"
        raise fail(function, argument, "a function", _describe(value), hint, error=TypeError)
    return value


def as_generator(function: str, argument: str, rng: Any) -> np.random.Generator:
    """Return ``rng`` if it is a NumPy generator: seeds and the old ``RandomState`` are refused."""
    if not isinstance(rng, np.random.Generator):
        seed = isinstance(rng, int) and not isinstance(rng, bool)
        hint = f"pass numpy.random.default_rng({rng if seed else 'seed'})"
        raise fail(function, argument, "a numpy.random.Generator", _describe(rng), hint, error=TypeError)
    return rng


def as_probabilities(
    function: str,
    argument: str,
    value: Any,
    *,
    axis: int | None = None,
    ndim: int | tuple[int, ...] | None = None,
    shape: tuple[int | None, ...] | None = None,
) -> np.ndarray:
    """Probabilities: none negative, with sum 1 along the axis (None: all of them), within 1e-6 (1e-3 in float16)."""
    p = as_array(function, argument, value, ndim=ndim, shape=shape)
    if (p < 0).any():
        raise fail(function, argument, "≥ 0", f"{p.min():g}", "a probability is not negative")
    tolerance = SUM_TOLERANCE if p.dtype.itemsize > 2 else 1e-3
    sums = np.atleast_1d(p.sum(axis=axis, dtype=np.result_type(p.dtype, np.float64)))
    wrong = np.abs(sums - 1) > tolerance
    if wrong.any():
        hint = "divide by the sum if these are counts or weights"
        raise fail(
            function, argument, f"probabilities with sum 1 (within {tolerance:g})", f"sum {sums[wrong][0]:g}", hint
        )
    return p
