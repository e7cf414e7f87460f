"""Products of arrays in index form, and their gradients: the rule for every product that ``numpy.einsum`` can write."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from dlmath_lib._sums import wide
from dlmath_lib._validate import as_array, fail

__all__ = ["einsum_vjp"]


def einsum_vjp(g: Any, subscripts: str, *operands: Any) -> Any:
    """Pull the cotangent g back through ``numpy.einsum``: in ``subscripts``, output and operand change places.

    For y = einsum("ik,kj->ij", A, B), that is yᵢⱼ = Σₖ Aᵢₖ Bₖⱼ, the gradients are ∂L/∂A = einsum("ij,kj->ik", g, B) and
    ∂L/∂B = einsum("ij,ik->kj", g, A).

    Parameters
    ----------
    g : array_like of the output's shape
        ∂L/∂y.
    subscripts : str
        As for ``numpy.einsum``, one letter for each axis: ``"ik,kj->ij"``; without ``->`` the letters that occur once,
        in the order of the alphabet, are the output's.
    *operands : array_like
        One for each group of letters.

    Returns
    -------
    ndarray, or a tuple of them for several operands
        ∂L/∂operand, in the shape and dtype of each.

    Raises
    ------
    TypeError, ValueError
        If ``subscripts`` is not made of such groups (an ellipsis is refused), the shapes do not fit it, or one letter
        stands for axes of two sizes, 1 and another included, which ``numpy.einsum`` would broadcast.

    Notes
    -----
    A letter that stands in one operand alone was summed: all entries along it have the same slope. A letter twice in
    one operand reads a diagonal: the gradient lies on it, with zeros elsewhere. An array that is passed twice has the
    sum of both gradients. Sums are computed in float64 at least. Derivation:
    ``chapters/calculus/matrix_calculus.ipynb#einsum-products``.

    References
    ----------
    M. B. Giles, Collected matrix derivative results for forward and reverse mode algorithmic differentiation (2008),
    section 2.2, for the matrix product.

    Examples
    --------
    >>> da, db = einsum_vjp([[1.0]], "ik,kj->ij", [[2.0, 3.0]], [[4.0], [5.0]])
    >>> print(da, db.tolist())
    [[4. 5.]] [[2.0], [3.0]]
    """
    groups, output, arrays, sizes = _as_einsum("einsum_vjp", subscripts, operands)
    kind = np.result_type(*arrays)
    g = as_array("einsum_vjp", "g", g, shape=tuple(sizes[letter] for letter in output), cast=kind)
    factors = [array.astype(wide(kind), copy=False) for array in (g, *arrays)]
    letters = [output, *groups]
    slopes = [_slope(position, letters, factors).astype(array.dtype) for position, array in enumerate(arrays, 1)]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _slope(position: int, letters: list[str], factors: list[np.ndarray]) -> np.ndarray:
    """The gradient for one factor of the product; the cotangent is the factor at position 0."""
    own, shape = letters[position], factors[position].shape
    rest = letters[:position] + letters[position + 1 :]
    sizes = dict(zip(own, shape, strict=True))  # each letter once
    known = "".join(letter for letter in sizes if any(letter in group for group in rest))
    others = factors[:position] + factors[position + 1 :]
    slope = np.einsum(f"{','.join(rest)}->{known}", *others, optimize=True)
    alone = tuple(axis for axis, letter in enumerate(sizes) if letter not in known)
    slope = np.broadcast_to(np.expand_dims(slope, alone), tuple(sizes.values()))
    if len(sizes) == len(own):
        return slope
    result = np.zeros(shape, slope.dtype)
    np.einsum(f"{own}->{''.join(sizes)}", result)[...] = slope  # a view of the diagonal
    return result


def _as_einsum(
    function: str, subscripts: Any, operands: tuple[Any, ...]
) -> tuple[list[str], str, list[np.ndarray], dict[str, int]]:
    """The letters of each operand and of the output, the operands as arrays, and how long each letter's axis is."""
    groups, output = _as_letters(function, subscripts)
    if len(operands) != len(groups):
        expected = f"{len(groups)}, one for each group of {subscripts!r}"
        raise fail(function, "operands", expected, str(len(operands)))
    arrays: list[np.ndarray] = []
    sizes: dict[str, int] = {}
    for i, (letters, operand) in enumerate(zip(groups, operands, strict=True)):
        array = as_array(function, f"operands[{i}]", operand)
        if array.ndim != len(letters):
            expected = f"{len(letters)}-dimensional, for {letters!r} in subscripts"
            raise fail(function, f"operands[{i}]", expected, f"shape {array.shape}")
        for letter, size in zip(letters, array.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                hint = "an axis of length 1 is not repeated here" if 1 in (size, sizes[letter]) else ""
                expected = f"of length {sizes[letter]} along {letter!r}"
                raise fail(function, f"operands[{i}]", expected, f"{size}, shape {array.shape} for {letters!r}", hint)
        arrays.append(array)
    return groups, output, arrays, sizes


def _as_letters(function: str, subscripts: Any) -> tuple[list[str], str]:
    if not isinstance(subscripts, str):
        hint = "lists of axes are not taken: write letters"
        raise fail(function, "subscripts", "text such as 'ik,kj->ij'", repr(subscripts)[:60], hint, error=TypeError)
    if "." in subscripts:
        hint = "give each axis a letter of its own"
        raise fail(function, "subscripts", "without an ellipsis", repr(subscripts), hint)
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    groups = inputs.split(",")
    used = Counter(inputs.replace(",", ""))
    if not all(letter.isascii() and letter.isalpha() for letter in [*used, *output]):
        raise fail(function, "subscripts", "groups of letters such as 'ik,kj->ij'", repr(subscripts)[:60])
    if not arrow:
        return groups, "".join(sorted(letter for letter, times in used.items() if times == 1))
    for letter, times in Counter(output).items():
        if times > 1 or letter not in used:
            why = "only once" if times > 1 else "in an operand too"
            raise fail(function, "subscripts", f"such that {letter!r} of the output stands {why}", repr(subscripts))
    return groups, output
