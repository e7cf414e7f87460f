"""Checks of arguments: the only place of the package with shape and domain checks.

Every message has one form, ``function: argument must be …, got …: hint``, so that a reader learns from it which call
to mend and how.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np

__all__ = ["as_array", "as_generator", "as_scalar", "as_switch", "fail", "one_of", "same_shape"]

Kind = Literal["float", "integer", "any"]


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
) -> np.ndarray:
    """Return ``value`` as an array, or raise an error that names ``function`` and ``argument``.

    ``dtype="float"`` keeps float16, float32 and float64 and turns integers and booleans into float64;
    ``"integer"`` refuses everything else; ``"any"`` takes every number. In ``shape``, ``None`` is any length.
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
    if finite and array.dtype.kind in "fc" and not np.isfinite(array).all():
        bad = np.argwhere(~np.isfinite(array))
        place = f" at index {tuple(int(i) for i in bad[0])}" if array.ndim else ""
        raise fail(function, argument, "finite", f"{array[tuple(bad[0])]}{place}", "remove NaN and infinity first")
    return array


def _numeric(function: str, argument: str, value: Any) -> np.ndarray:
    try:
        array = np.asarray(value)
    except ValueError:
        raise fail(
            function, argument, "an array of numbers", "rows of different lengths", "make all rows equally long"
        ) from None
    if array.dtype.kind not in "biufc":
        kind = type(value).__name__ if array.ndim == 0 else f"dtype {array.dtype}"
        raise fail(function, argument, "an array of numbers", kind, error=TypeError)
    return array


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
) -> float:
    """Return one finite real number within the bounds (``low_open``: the bound itself is refused)."""
    kind = "an integer" if integer else "a number"
    if isinstance(value, (bool, np.bool_, str, bytes)) or value is None or np.ndim(value) != 0:
        raise fail(function, argument, kind, _describe(value), error=TypeError)
    if np.iscomplexobj(value) or np.asarray(value).dtype.kind not in "iuf":
        raise fail(function, argument, kind, _describe(value), error=TypeError)
    number = float(value)
    if integer and not number.is_integer():
        raise fail(function, argument, kind, repr(value), error=TypeError)
    if not np.isfinite(number):
        raise fail(function, argument, "finite", str(number))
    number = int(value) if integer else number
    below = low is not None and (number <= low if low_open else number < low)
    above = high is not None and (number >= high if high_open else number > high)
    if below or above:
        bounds = [f"{'>' if low_open else '≥'} {low:g}"] if low is not None else []
        bounds += [f"{'<' if high_open else '≤'} {high:g}"] if high is not None else []
        raise fail(function, argument, " and ".join(bounds), f"{number:g}")
    return number


def _describe(value: Any) -> str:
    if value is None or isinstance(value, (bool, np.bool_, str, bytes)):
        return repr(value)
    if np.ndim(value):
        return f"{type(value).__name__} of shape {np.shape(value)}"
    return f"{type(value).__name__} {value!r}"


def same_shape(function: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Refuse arrays of different shapes; ``(n,)`` against ``(n, 1)`` would broadcast to ``(n, n)`` unseen."""
    (first, reference), *others = arrays.items()
    for name, array in others:
        if array.shape != reference.shape:
            column = {array.shape, reference.shape} == {(reference.size,), (reference.size, 1)}
            hint = "(n,) and (n, 1) are not the same: use .ravel() or [:, None]" if column else ""
            raise fail(function, name, f"of the same shape as {first}, {reference.shape}", str(array.shape), hint)


def one_of(function: str, argument: str, value: Any, options: Iterable[Any]) -> Any:
    """Return ``value`` if it is one of the options."""
    options = tuple(options)
    if value not in options:
        raise fail(function, argument, "one of " + ", ".join(map(repr, options)), repr(value))
    return value


def as_generator(function: str, argument: str, rng: Any) -> np.random.Generator:
    """Return ``rng`` if it is a NumPy generator: seeds and the old ``RandomState`` are refused."""
    if not isinstance(rng, np.random.Generator):
        hint = (
            f"pass numpy.random.default_rng({rng})" if isinstance(rng, int) else "pass numpy.random.default_rng(seed)"
        )
        raise fail(function, argument, "a numpy.random.Generator", _describe(rng), hint, error=TypeError)
    return rng


def as_switch(function: str, argument: str, value: Any) -> bool:
    """Return ``value`` if it is True or False: the string "no" would count as true."""
    if not isinstance(value, (bool, np.bool_)):
        raise fail(function, argument, "True or False", repr(value), error=TypeError)
    return bool(value)
