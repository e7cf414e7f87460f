"""How an operation is recorded, the same for both directions.

An operation y = f(…, a, …) is three things: its value, and for each traced argument ``a`` two linear maps. ``push``
takes a small change of ``a`` to the change of y that it causes, J ȧ. ``pull`` takes the slope of the loss along y to
the slope along ``a``, Jᵀ ȳ. `Dual` uses the first at once; `Var` keeps the second for later.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from dlmath_lib._sums import product, total
from dlmath_lib._validate import as_array, as_axis, fail
from dlmath_lib.autodiff._rules import COMPARISONS, PARTIALS, Partial

LinearMap = Callable[[np.ndarray], np.ndarray]


class Link(NamedTuple):
    """One traced argument of an operation, with the Jacobian's two readings."""

    argument: Traced
    push: LinearMap
    pull: LinearMap


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """An array whose operations are recorded: the common part of `Dual` and `Var`."""

    value: np.ndarray
    __array_priority__ = 1000
    __hash__ = object.__hash__

    @classmethod
    def _record(cls, value: np.ndarray, links: Sequence[Link]) -> Traced:
        raise TypeError(f"{cls.__name__} is only the common part: use Dual or Var")

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self.value.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.value.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.value.size

    @property
    def dtype(self) -> np.dtype:
        """The floating-point type of value and slope."""
        return self.value.dtype

    @property
    def T(self) -> Traced:
        """The transpose: the axes in reverse order."""
        return transpose(self)

    def __len__(self) -> int:
        return len(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __getitem__(self, key: Any) -> Traced:
        key = copy.deepcopy(key)  # an index array may be filled anew before the walk back

        def pull(g: np.ndarray) -> np.ndarray:
            spread = np.zeros(self.shape, g.dtype)
            np.add.at(spread, key, g)  # an entry that was taken twice collects both slopes
            return spread

        return linear(lambda a: a[key], pull, self)

    def __setitem__(self, key: Any, value: Any) -> None:
        name = type(self).__name__
        raise TypeError(f"{name}: nothing is changed in place: make a new array, by np.where or np.concatenate")

    def sum(self, axis: Any = None, keepdims: bool = False) -> Traced:
        """The sum along the axis.

        Otherwise as `numpy.sum`.
        """
        return sum_(self, axis, keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Traced:
        """The mean along the axis.

        Otherwise as `numpy.mean`.
        """
        return mean(self, axis, keepdims=keepdims)

    def max(self, axis: int | None = None, keepdims: bool = False) -> Traced:
        """The largest entry along one axis, or of all; of several equal ones the first alone has a slope.

        Otherwise as `numpy.max`.
        """
        return max_(self, axis, keepdims=keepdims)

    def min(self, axis: int | None = None, keepdims: bool = False) -> Traced:
        """The smallest entry along one axis, or of all; of several equal ones the first alone has a slope.

        Otherwise as `numpy.min`.
        """
        return -max_(-self, axis, keepdims=keepdims)

    def reshape(self, *shape: Any) -> Traced:
        """The entries in the same order in another shape.

        Parameters
        ----------
        *shape : int, or one tuple of int
            The new lengths; one of them may be −1, the number that is left.

        Returns
        -------
        Dual or Var
            Of the new shape; a derivative goes with its entry.
        """
        return reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Traced:
        """The axes in another order; without ``axes`` in reverse.

        Otherwise as `numpy.transpose`.
        """
        return transpose(self, (axes[0] if len(axes) == 1 else axes) or None)

    def ravel(self) -> Traced:
        """The entries in one axis.

        Otherwise as `numpy.ravel`.
        """
        return reshape(self, -1)

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        name = type(self).__name__
        raise TypeError(f"{name}: turned into a plain array it would lose its derivative: use .value if that is meant")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        name = type(self).__name__
        if method != "__call__":
            raise TypeError(f"{name}: np.{ufunc.__name__}.{method} is not recorded: use np.sum, np.max …")
        if "out" in kwargs:
            raise TypeError(f"{name}: nothing is changed in place: write x = x + y for x += y")
        if kwargs:
            raise TypeError(f"{name}: np.{ufunc.__name__} takes no options here, got {', '.join(kwargs)}")
        if ufunc is np.matmul:
            return matmul(*inputs)
        if ufunc in COMPARISONS:
            return ufunc(*map(plain, inputs))
        if ufunc not in PARTIALS:
            raise TypeError(f"{name}: np.{ufunc.__name__} has no derivative in autodiff._rules: compose it of others")
        return elementwise(ufunc, PARTIALS[ufunc], *inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function not in FUNCTIONS:
            raise TypeError(f"{type(self).__name__}: np.{function.__name__} is not recorded: compose it of others")
        recorded = FUNCTIONS[function]
        try:
            inspect.signature(recorded).bind(*args, **kwargs)
        except TypeError as cause:
            name = f"{type(self).__name__}: np.{function.__name__}"
            raise TypeError(f"{name} has fewer options here: {cause}: leave it out") from None
        return recorded(*args, **kwargs)


def plain(x: Any) -> Any:
    """The value of a traced array; anything else as it is."""
    return x.value if isinstance(x, Traced) else x


def frozen(x: Any) -> Any:
    """What an operation keeps of its argument: the value of a traced array, and a copy of any other.

    The walk back happens later, when the caller may have filled the array anew.
    """
    if isinstance(x, Traced):
        return x.value
    if isinstance(x, (int, float, np.generic)):
        return x
    return as_array("autodiff", "each operand", x, dtype="any", finite=False, nonempty=False).copy()


def record(value: Any, links: Sequence[Link]) -> Traced:
    """The result of an operation with these traced arguments."""
    kinds = {type(link.argument) for link in links}
    if len(kinds) != 1:
        raise TypeError("autodiff: Dual and Var cannot be mixed in one operation: use one direction at a time")
    return kinds.pop()._record(np.asarray(value), links)


def elementwise(function: Callable[..., Any], partials: Sequence[Partial], *inputs: Any) -> Traced:
    """Record y = f(a, b, …) elementwise, with broadcasting, given ∂f/∂a, ∂f/∂b, …"""
    values = [frozen(x) for x in inputs]
    y = function(*values)

    def link(x: Traced, partial: Partial) -> Link:
        slope = partial(y, *values)
        return Link(x, lambda t: slope * t, lambda g: unbroadcast(g * slope, x.shape))

    return record(y, [link(x, p) for x, p in zip(inputs, partials, strict=True) if isinstance(x, Traced)])


def linear(function: LinearMap, pull: LinearMap, x: Traced) -> Traced:
    """Record a linear map: it is its own derivative, and ``pull`` is its transpose."""
    return record(function(x.value), [Link(x, function, pull)])


def unbroadcast(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The transpose of broadcasting: sum over the axes along which ``shape`` was repeated."""
    g = np.asarray(g)
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1), keepdims=True)


def matmul(a: Any, b: Any) -> Traced:
    a, b = (x if isinstance(x, Traced) else np.asarray(frozen(x)) for x in (a, b))
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        raise ValueError(f"autodiff: @ needs arrays, got shapes {np.shape(a)} and {np.shape(b)}: use *")
    if np.ndim(a) == 1:
        return matmul(a[None, :], b)[..., 0, :] if np.ndim(b) > 1 else matmul(a[None, :], b)[..., 0]
    if np.ndim(b) == 1:
        return matmul(a, b[:, None])[..., 0]
    left, right = plain(a), plain(b)
    links = []
    if isinstance(a, Traced):
        links.append(
            Link(a, lambda t: product(t, right), lambda g: unbroadcast(g @ right.swapaxes(-1, -2), left.shape))
        )
    if isinstance(b, Traced):
        links.append(Link(b, lambda t: product(left, t), lambda g: unbroadcast(left.swapaxes(-1, -2) @ g, right.shape)))
    return record(product(left, right), links)


def sum_(x: Traced, axis: Any = None, *, keepdims: bool = False) -> Traced:
    kept = total(x.value, axis, keepdims=True).shape
    return linear(
        lambda a: total(a, axis, keepdims=keepdims).astype(a.dtype),
        lambda g: np.broadcast_to(g.reshape(kept), x.shape),
        x,
    )


def mean(x: Traced, axis: Any = None, *, keepdims: bool = False) -> Traced:
    kept = total(x.value, axis, keepdims=True)
    count = x.size / max(kept.size, 1)
    # Divided before it is rounded: the sum may be beyond float16 where the mean is not.
    return linear(
        lambda a: np.divide(total(a, axis, keepdims=keepdims), count).astype(a.dtype),
        lambda g: np.broadcast_to(g.reshape(kept.shape) / count, x.shape),
        x,
    )


def max_(x: Traced, axis: int | None = None, *, keepdims: bool = False) -> Traced:
    """The largest entry; of several equal ones the first alone gets the slope."""
    if axis is None:
        top = reshape(x, -1)[int(np.argmax(x.value))]
        return reshape(top, (1,) * x.ndim) if keepdims else top
    axis = as_axis("max", axis, x, "the array")
    where = np.expand_dims(np.argmax(x.value, axis=axis), axis)

    def pull(g: np.ndarray) -> np.ndarray:
        spread = np.zeros(x.shape, g.dtype)
        np.put_along_axis(spread, where, g, axis)
        return spread

    top = linear(lambda a: np.take_along_axis(a, where, axis), pull, x)
    return top if keepdims else reshape(top, np.squeeze(top.value, axis=axis).shape)


def reshape(x: Traced, shape: Any) -> Traced:
    return linear(lambda a: a.reshape(shape), lambda g: g.reshape(x.shape), x)


def transpose(x: Traced, axes: Any = None) -> Traced:
    back = None if axes is None else np.argsort([axis % x.ndim for axis in axes])
    return linear(lambda a: np.transpose(a, axes), lambda g: np.transpose(g, back), x)


def where(condition: Any, a: Any, b: Any) -> Traced:
    chosen = np.array(plain(condition), dtype=bool)
    return elementwise(lambda a, b: np.where(chosen, a, b), (lambda y, a, b: chosen, lambda y, a, b: ~chosen), a, b)


def concatenate(parts: Sequence[Any], axis: int = 0) -> Traced:
    values = [np.asarray(plain(part)) for part in parts]
    y = np.concatenate(values, axis=axis)
    ends = np.cumsum([value.shape[axis] for value in values])

    def link(part: Traced, stop: int) -> Link:
        place = [slice(None)] * y.ndim
        place[axis] = slice(stop - part.shape[axis], stop)

        def push(t: np.ndarray) -> np.ndarray:
            spread = np.zeros(y.shape, t.dtype)
            spread[tuple(place)] = t
            return spread

        return Link(part, push, lambda g: g[tuple(place)])

    return record(y, [link(p, int(stop)) for p, stop in zip(parts, ends, strict=True) if isinstance(p, Traced)])


def stack(parts: Sequence[Any], axis: int = 0) -> Traced:
    return concatenate([expand_dims(part, axis) for part in parts], axis=axis)


def expand_dims(x: Any, axis: Any) -> Any:
    return reshape(x, np.expand_dims(x.value, axis).shape) if isinstance(x, Traced) else np.expand_dims(x, axis)


def squeeze(x: Traced, axis: Any = None) -> Traced:
    return reshape(x, np.squeeze(x.value, axis=axis).shape)


def broadcast_to(x: Traced, shape: Any) -> Traced:
    return linear(lambda a: np.broadcast_to(a, shape), lambda g: unbroadcast(g, x.shape), x)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.sum: sum_,
    np.mean: mean,
    np.max: max_,
    np.min: lambda x, axis=None, *, keepdims=False: x.min(axis, keepdims=keepdims),
    np.reshape: reshape,
    np.ravel: lambda x: reshape(x, -1),
    np.transpose: transpose,
    np.where: where,
    np.concatenate: concatenate,
    np.stack: stack,
    np.expand_dims: expand_dims,
    np.squeeze: squeeze,
    np.broadcast_to: broadcast_to,
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.size: lambda x: x.size,
}


def as_input(function: str, z: Any) -> Any:
    """What an activation takes: a traced array as it is, or an array of numbers."""
    return z if isinstance(z, Traced) else as_array(function, "z", z, finite=False, nonempty=False)


def as_result(function: str, result: Any, kind: type[Traced]) -> Any:
    """What f returned: a traced array of this kind, or a constant."""
    if isinstance(result, kind):
        return result
    if result is None or isinstance(result, (Traced, list, tuple)):
        hint = "does f end with return?" if result is None else "join parts with np.stack or np.concatenate"
        hint = f"f mixes {type(result).__name__} into its inputs" if isinstance(result, Traced) else hint
        raise fail(function, "f's result", "one array", type(result).__name__, hint, error=TypeError)
    return as_array(function, "f's result", result, finite=False, nonempty=False)


def as_values(function: str, inputs: Sequence[Any]) -> list[np.ndarray]:
    """The arrays at which a derivative is asked for."""
    if not inputs:
        raise TypeError(f"{function}: inputs must be at least one array, got none")
    return [as_point(function, f"inputs[{i}]", x) for i, x in enumerate(inputs)]


def as_point(function: str, argument: str, x: Any) -> np.ndarray:
    return as_array(function, argument, x, finite=False, nonempty=False)
