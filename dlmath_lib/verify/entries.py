"""`by_entries`: a function of vectors and matrices as one of numbers, for `agree`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from dlmath_lib.verify._errors import check_words, message


def by_entries(
    function: Callable[..., Any], *shapes: tuple[int, ...], before: Callable[..., Any] | None = None,
    after: Callable[..., Any] | None = None, name: str | None = None,
) -> Callable[..., np.ndarray]:  # fmt: skip
    """A function of vectors and matrices as a function of their entries, which `agree` compares with a formula.

    Parameters
    ----------
    function : callable
        The function; the ledger names it.
    *shapes : tuple of int
        The shapes of the arguments, ``()`` for a number. The entries follow in this order, row by row.
    before : callable, optional
        Makes the arguments of `function` from arguments of these shapes: ``lambda a, b: (a @ b,)``.
    after : callable, optional
        Makes one number from the result and the arguments: ``lambda p, x, y: x[0] - p[0]``. By default the result
        itself, or its first entry.
    name : str, optional
        What the new function is called, where it is not `function` itself that is compared.

    Returns
    -------
    callable
        Takes one array for each entry, and returns an array of as many numbers.

    Raises
    ------
    TypeError
        If `function` cannot be called, or a shape is no tuple.

    References
    ----------
    S. Boyd, L. Vandenberghe, *Introduction to Applied Linear Algebra*, Cambridge University Press (2018), for matrices
    and their entries.

    Examples
    --------
    >>> determinant = by_entries(np.linalg.det, (2, 2))
    >>> print(determinant([1.0, 3.0], [0.0, 1.0], [0.0, 1.0], [2.0, 1.0]).round(12))
    [2. 2.]
    """
    if not callable(function):
        raise TypeError(message("by_entries", "function", "a function", repr(function)))
    for shape in shapes:
        if not isinstance(shape, tuple):
            raise TypeError(message("by_entries", "shapes", "tuples such as (2, 3)", repr(shape), "(3,) for a vector"))
    sizes = [int(np.prod(shape, dtype=int)) for shape in shapes]

    @functools.wraps(function)
    def each(*columns: Any, **options: Any) -> np.ndarray:
        numbers = []
        for row in np.stack(np.broadcast_arrays(*columns), axis=-1).reshape(-1, sum(sizes)):
            parts = np.split(row, np.cumsum(sizes)[:-1])
            given = [part.reshape(shape)[()] for part, shape in zip(parts, shapes, strict=True)]
            result = function(*(before(*given) if before else given), **options)
            numbers.append(after(result, *given) if after else np.ravel(result)[0])
        return np.array(numbers, dtype=float)

    each.__name__ = str(check_words("by_entries", "name", name) or getattr(function, "__name__", "function"))
    return each
