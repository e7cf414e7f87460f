"""Codes: how short texts can be made when frequent letters get short words."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Hashable, Mapping

from dlmath_lib._validate import as_scalar, fail

__all__ = ["code_length", "huffman_code"]


def huffman_code(weights: Mapping[Hashable, float]) -> dict[Hashable, str]:
    """A prefix code of least mean length Σ p(s) ℓ(s): the two rarest are joined, until one tree is left.

    Parameters
    ----------
    weights : mapping of symbol to float
        How often each symbol occurs, or its probability: all > 0, at least one symbol.

    Returns
    -------
    dict of symbol to str
        The word of each symbol, in "0" and "1"; no word begins another. A single symbol gets the word "0".

    Raises
    ------
    TypeError, ValueError
        If this is no mapping of symbols to numbers > 0.

    Notes
    -----
    With entropy H in bits, H ≤ mean length < H + 1. Ties go to the symbols that came first, so that a code is the same
    in each run.

    References
    ----------
    D. A. Huffman, A Method for the Construction of Minimum-Redundancy Codes (1952).
    Chapter: information/entropy#codes-and-why-entropy-is-a-length.

    Examples
    --------
    >>> huffman_code({"a": 5, "b": 2, "c": 1})
    {'a': '1', 'b': '01', 'c': '00'}
    """
    counted = _as_weights("huffman_code", weights)
    order = itertools.count()
    # A heap of (weight, age, symbols in this branch): equal weights are joined oldest first.
    heap: list[tuple[float, int, list[Hashable]]] = [(w, next(order), [s]) for s, w in counted.items()]
    heapq.heapify(heap)
    words = dict.fromkeys(counted, "" if len(counted) > 1 else "0")
    while len(heap) > 1:
        rare, other = heapq.heappop(heap), heapq.heappop(heap)
        for bit, (_, _, symbols) in (("0", rare), ("1", other)):
            for symbol in symbols:
                words[symbol] = bit + words[symbol]
        heapq.heappush(heap, (rare[0] + other[0], next(order), rare[2] + other[2]))
    return words


def code_length(weights: Mapping[Hashable, float], code: Mapping[Hashable, str]) -> float:
    """The mean length of a code's words, Σ p(s) ℓ(s) with p(s) = weight(s)/Σ weights, in symbols of the code.

    Parameters
    ----------
    weights : mapping of symbol to float
        As in `huffman_code`.
    code : mapping of symbol to str
        A word for each of these symbols.

    Returns
    -------
    float
        Bits for each symbol, where words are made of "0" and "1".

    Raises
    ------
    TypeError, ValueError
        As `huffman_code`; also if a symbol has no word.

    References
    ----------
    D. A. Huffman, A Method for the Construction of Minimum-Redundancy Codes (1952).
    Chapter: information/entropy#codes-and-why-entropy-is-a-length.

    Examples
    --------
    >>> code_length({"a": 5, "b": 2, "c": 1}, {"a": "1", "b": "01", "c": "00"})
    1.375
    """
    counted = _as_weights("code_length", weights)
    if not isinstance(code, Mapping):
        raise fail("code_length", "code", "a mapping of symbols to words", type(code).__name__, error=TypeError)
    for symbol in counted:
        if not isinstance(code.get(symbol), str):
            raise fail("code_length", "code", f"a word for each symbol, {symbol!r} too", repr(code.get(symbol)))
    return sum(w * len(code[s]) for s, w in counted.items()) / sum(counted.values())


def _as_weights(function: str, weights: Mapping[Hashable, float]) -> dict[Hashable, float]:
    if not isinstance(weights, Mapping):
        hint = "count them first: collections.Counter(text)"
        raise fail(
            function, "weights", "a mapping of symbols to numbers", type(weights).__name__, hint, error=TypeError
        )
    if not weights:
        raise fail(function, "weights", "of at least one symbol", "none")
    return {s: as_scalar(function, f"weights[{s!r}]", w, low=0, low_open=True) for s, w in weights.items()}
