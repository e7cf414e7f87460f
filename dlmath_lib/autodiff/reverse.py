"""Reverse mode: every result remembers what it was made of, so that slopes can be sent back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlmath_lib._sums import wide
from dlmath_lib._validate import as_array, as_function, fail
from dlmath_lib.autodiff._traced import Link, Traced, as_result, as_values

__all__ = ["Var", "grad", "tape", "vjp"]


class Var(Traced):
    """An array that remembers how it was computed: a node of the graph that `backward` walks.

    Parameters
    ----------
    value : array_like of any shape
        A copy is kept. Its floating-point type is kept; integers become float64.

    Attributes
    ----------
    value : ndarray
        The number; read-only, since the walk back needs it as it was: make a new Var of a new number.
    grad : ndarray of value's shape, or None
        After ``loss.backward()``: ∂loss/∂value, for each Var that the loss was made of, intermediate ones too. A
        second ``backward`` replaces it; nothing accumulates from call to call.

    Raises
    ------
    TypeError, ValueError
        If value does not consist of real numbers; later, if an operation has no derivative here, changes its argument
        in place, or mixes Var with Dual.

    Notes
    -----
    ``backward`` visits each node once, after all nodes that use it: slopes of several paths add (the chain rule with
    its sum), and each path is counted once. On their way slopes are float64, or wider, whatever the values are; each
    is rounded once, at its end. Kinks, and what is NaN at 0 and at infinity: as in `Dual`.

    Witness of the hand-derived gradients in networks/backpropagation#verification.

    References
    ----------
    A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind, Automatic differentiation in machine learning: a
    survey, JMLR 18 (2018), 153, section 3.2.

    Examples
    --------
    >>> w, x = Var([[1.0, 2.0]]), Var([3.0, 4.0])
    >>> loss = np.sum((w @ x) ** 2)
    >>> loss.backward()
    >>> print(loss.value, w.grad, x.grad)
    121.0 [[66. 88.]] [22. 44.]
    """

    def __init__(self, value: Any) -> None:
        self.value = as_array("Var", "value", value, finite=False, nonempty=False).copy()
        self.value.flags.writeable = False
        self.grad: np.ndarray | None = None
        self._links: Sequence[Link] = ()

    @classmethod
    def _record(cls, value: np.ndarray, links: Sequence[Link]) -> Var:
        result = cls(value)
        result._links = links
        return result

    def backward(self, cotangent: Any = None) -> None:
        """Set ``grad`` of every Var behind this one.

        Parameters
        ----------
        cotangent : array_like of this value's shape, optional
            The slope of the final loss along this value. For a scalar, a loss itself, it is 1 if it is left out.

        Raises
        ------
        TypeError, ValueError
            If cotangent has another shape, or is left out for a value of several entries.
        """
        cotangent = self._cotangent(cotangent)
        order = _uses_before_parts(self)
        for node in order:
            node.grad = np.zeros(node.shape, wide(node.dtype))
        self.grad = cotangent
        for node in order:
            for link in node._links:
                link.argument.grad = link.argument.grad + link.pull(node.grad)  # type: ignore
        for node in order:
            node.grad = np.asarray(node.grad).astype(node.dtype)

    def _cotangent(self, cotangent: Any) -> np.ndarray:
        if cotangent is not None:
            cotangent = as_array(
                "Var.backward", "cotangent", cotangent, shape=self.shape, nonempty=False, cast=self.dtype
            )
        elif self.size == 1:
            cotangent = np.ones_like(self.value)
        else:
            hint = "take .sum() or .mean() first, or pass one slope for each entry"
            raise fail("Var.backward", "cotangent", f"given for a value of shape {self.shape}", "None", hint)
        return cotangent.astype(wide(self.dtype))

    def __repr__(self) -> str:
        return f"Var({self.value})"


def _uses_before_parts(last: Var) -> list[Var]:
    """Each node behind ``last`` once, every node before those it was made of (a loop: graphs may be deep)."""
    finished: list[Var] = []
    seen: set[int] = set()
    todo: list[tuple[Var, bool]] = [(last, False)]
    while todo:
        node, parts_done = todo.pop()
        if parts_done:
            finished.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            todo.append((node, True))
            todo.extend((link.argument, False) for link in node._links)  # type: ignore[misc]
    return finished[::-1]


def tape(result: Any) -> list[Var]:
    """The computational graph behind a result, node by node in an order in which it can be computed.

    Each v = φ(earlier nodes) stands behind all of its arguments, and the ``result`` last; `Var.backward` walks the
    list from its end. Its length is the number of recorded operations and inputs, and the sizes of the values are the
    memory that the walk back needs.

    Parameters
    ----------
    result : Var
        What was computed.

    Returns
    -------
    list of Var
        Each node once; inputs that ``result`` does not hang on are not among them.

    Raises
    ------
    TypeError
        If result is not a Var.

    Notes
    -----
    Chapter: calculus/automatic_differentiation#reverse-mode.

    References
    ----------
    A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind, Automatic differentiation in machine learning: a
    survey, JMLR 18 (2018), 153, section 3.2.

    Examples
    --------
    >>> x = Var(3.0)
    >>> tape(x * x + x)
    [Var(3.0), Var(9.0), Var(12.0)]
    """
    if not isinstance(result, Var):
        hint = "compute it from Var(…), not from plain numbers"
        raise fail("tape", "result", "a Var", type(result).__name__, hint, error=TypeError)
    return _uses_before_parts(result)[::-1]


def vjp(f: Callable[..., Any], g: Any, *inputs: Any) -> Any:
    """The vector-Jacobian product, Jᵀ g: the slope g along f's result, sent back to each input.

    Parameters
    ----------
    f : callable
        Takes as many arrays as there are ``inputs`` and returns one; written with NumPy or this package's functions.
    g : array_like of the shape of f's result, or None
        Cotangent; None stands for 1 where the result has one entry.
    *inputs : array_like
        Where.

    Returns
    -------
    ndarray, or a tuple of them for several inputs
        One gradient for each input, in its shape and dtype; zeros for an input that f does not use.

    Raises
    ------
    TypeError, ValueError
        If g has not the shape of f's result, f returns no array, or uses what `Var` does not know.

    Notes
    -----
    One call of f and one walk back, whatever the size of the inputs. Witness of the hand-derived gradients in
    networks/backpropagation#verification.

    References
    ----------
    A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind, Automatic differentiation in machine learning: a
    survey, JMLR 18 (2018), 153, section 3.2.

    Examples
    --------
    >>> print(vjp(lambda x: x**2, [1.0, 10.0], [3.0, 4.0]))
    [ 6. 80.]
    """
    return _pull("vjp", f, g, inputs)


def grad(f: Callable[..., Any], *inputs: Any) -> Any:
    """The gradient of a function with one number as its result.

    Parameters
    ----------
    f : callable
        Takes as many arrays as there are ``inputs`` and returns an array of one entry: a loss.
    *inputs : array_like
        Where.

    Returns
    -------
    ndarray, or a tuple of them for several inputs
        ∂f/∂input, in the shape and dtype of each.

    Raises
    ------
    TypeError, ValueError
        If f's result is not an array of one entry, or f uses what `Var` does not know.

    Notes
    -----
    `vjp` with the cotangent 1. Witness of the hand-derived gradients in networks/backpropagation#verification.

    References
    ----------
    A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind, Automatic differentiation in machine learning: a
    survey, JMLR 18 (2018), 153, section 3.2.

    Examples
    --------
    >>> print(grad(lambda x: np.sum(x**2), [3.0, 4.0]))
    [6. 8.]
    """
    return _pull("grad", f, None, inputs)


def _pull(function: str, f: Callable[..., Any], g: Any, inputs: Sequence[Any]) -> Any:
    f, variables = as_function(function, "f", f), [Var(value) for value in as_values(function, inputs)]
    result = as_result(function, f(*variables), Var)
    value = result.value if isinstance(result, Var) else result
    if g is None:
        if value.size != 1:
            hint = "take .sum() or .mean() first, or pass one slope for each entry to vjp"
            raise fail(function, "f's result", "one number", f"shape {value.shape}", hint)
        g = np.ones_like(value)
    g = as_array(function, "g", g, shape=value.shape, nonempty=False, cast=value.dtype)
    if isinstance(result, Var):
        result.backward(g)
    gradients = tuple(np.zeros_like(v.value) if v.grad is None else v.grad for v in variables)
    return gradients[0] if len(gradients) == 1 else gradients
