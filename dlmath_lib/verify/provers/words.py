"""Matrix equations for all sizes at once: sums of words in matrices that do not commute.

A matrix expression becomes {word: coefficient}, where a word is a product of matrix symbols, of their transposes and of
inverses. Rules: transposes reverse words, E⁻¹E = EE⁻¹ = I, a trace is the same for every rotation of its word and for
its transpose, and a word of one row and one column equals its transpose. Inverses are supposed to exist, as the
statement supposes. What is equal by these rules is equal for every size; what is not found equal may still be so.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

Word = tuple[Any, ...]
Sum = dict[Word, Any]
MOST_WORDS = 200
ROUNDS = 6


class NotWords(Exception):
    """The expression holds what words cannot say, such as a derivative or a product entry by entry."""


def equal_for_all_sizes(lhs: Any, rhs: Any) -> bool:
    """Tell whether the rules make both sides equal, whatever the sizes are.

    >>> n, m = sp.symbols("n m", integer=True, positive=True)
    >>> X = sp.MatrixSymbol("X", n, m)
    >>> P = X * (X.T * X).I * X.T
    >>> equal_for_all_sizes(P * P, P), equal_for_all_sizes(P.T, P), equal_for_all_sizes(X.T * X, X * X.T)
    (True, True, False)
    """
    try:
        if not lhs.has(sp.MatrixSymbol) and not rhs.has(sp.MatrixSymbol):
            return False
        if not _is_matrix(lhs) and not _is_matrix(rhs):
            return bool(sp.expand(_scalar(lhs) - _scalar(rhs)) == 0)
        if not (_is_matrix(lhs) and _is_matrix(rhs)) or lhs.shape != rhs.shape:
            return False
        return _vanishes(_plus(_words(lhs), _words(rhs), -1), lhs.shape)
    except NotWords:
        return False


def _is_matrix(side: Any) -> bool:
    return isinstance(side, sp.MatrixExpr)


def _vanishes(total: Sum, shape: Any) -> bool:
    """Tell whether the sum is zero, after multiplying by what stands inverted at its left and right."""
    for _ in range(ROUNDS):
        total = _reduced(total)
        if shape == (1, 1):
            total = _collect((min(word, _transposed(word), key=str), c) for word, c in total.items())
        if not total:
            return True
        edges = [(word[0], True) for word in total if word and _inverted(word[0])]
        edges += [(word[-1], False) for word in total if word and _inverted(word[-1])]
        if not edges or shape == (1, 1):
            return False
        letter, left = min(edges, key=str)
        inner = dict(letter[1])
        total = _times(inner, total) if left else _times(total, inner)
    return False


def _words(expr: Any) -> Sum:
    if isinstance(expr, sp.MatrixSymbol):
        return {(("matrix", expr, False),): sp.Integer(1)}
    if isinstance(expr, sp.Identity):
        return {(): sp.Integer(1)}
    if isinstance(expr, sp.ZeroMatrix):
        return {}
    if isinstance(expr, sp.MatAdd):
        total: Sum = {}
        for part in expr.args:
            total = _plus(total, _words(part))
        return total
    if isinstance(expr, sp.MatMul):
        product: Sum = {(): sp.Integer(1)}
        for part in expr.args:
            product = _times(product, _words(part) if _is_matrix(part) else {(): _scalar(part)})
        return _reduced(product)
    if isinstance(expr, (sp.Transpose, sp.Adjoint)) and not isinstance(expr.arg, sp.MatrixBase):
        return _collect((_transposed(word), c) for word, c in _words(expr.arg).items())
    if isinstance(expr, sp.Inverse):
        return _inverse(_words(expr.arg), expr.arg)
    if isinstance(expr, sp.MatPow) and expr.exp.is_Integer:
        base = _words(expr.base) if expr.exp > 0 else _inverse(_words(expr.base), expr.base)
        power: Sum = {(): sp.Integer(1)}
        for _ in range(abs(int(expr.exp))):
            power = _reduced(_times(power, base))
        return power
    raise NotWords


def _scalar(expr: Any) -> Any:
    """Return a scalar with each trace written in one form."""
    if isinstance(expr, sp.Trace):
        return sp.Add(*(c * _trace(word, expr.arg.rows) for word, c in _words(expr.arg).items()))
    if _is_matrix(expr) or isinstance(expr, (sp.MatrixBase, MatrixElement, sp.Determinant, sp.Derivative)):
        raise NotWords
    if not expr.args or not expr.has(sp.MatrixExpr):
        return expr
    return expr.func(*(_scalar(part) for part in expr.args))


def _trace(word: Word, size: Any) -> Any:
    if not word:
        return size
    turned = [w[k:] + w[:k] for w in (word, _transposed(word)) for k in range(len(word))]
    return sp.Symbol(f"trace of {min(turned, key=str)}")


def _inverse(inner: Sum, expr: Any) -> Sum:
    """Return the inverse of a product of square matrices as the product of inverses, of another sum as one letter."""
    if len(inner) == 1:
        ((word, c),) = inner.items()
        if all(letter[0] == "inverse" or letter[1].shape[0] == letter[1].shape[1] for letter in word):
            single = [
                dict(k[1]) if _inverted(k) else {(("inverse", _key({(k,): sp.Integer(1)})),): 1} for k in word[::-1]
            ]
            product: Sum = {(): 1 / c}
            for part in single:
                product = _times(product, part)
            return product
    if not inner:
        raise NotWords
    return {(("inverse", _key(inner)),): sp.Integer(1)}


def _inverted(letter: Any) -> bool:
    return bool(letter[0] == "inverse")


def _key(total: Sum) -> Any:
    return tuple(sorted(total.items(), key=str))


def _transposed(word: Word) -> Word:
    return tuple(_transposed_letter(letter) for letter in reversed(word))


def _transposed_letter(letter: Any) -> Any:
    if _inverted(letter):
        return "inverse", _key({_transposed(word): c for word, c in letter[1]})
    return letter[0], letter[1], not letter[2]


def _reduced(total: Sum) -> Sum:
    """Put I for an inverse beside what it inverts: E⁻¹w = (I − E⁻¹(E − cw))/c, with cw the leading term of E."""
    done: Sum = {}
    waiting = list(total.items())
    while waiting:
        word, c = waiting.pop()
        new = _cancelled(word)
        if new is None:
            done = _plus(done, {word: c})
        else:
            waiting += [(other, c * factor) for other, factor in new.items()]
        if len(waiting) + len(done) > MOST_WORDS:
            raise NotWords
    return done


def _cancelled(word: Word) -> Sum | None:
    for place, letter in enumerate(word):
        if not _inverted(letter):
            continue
        inner = dict(letter[1])
        lead = max(inner, key=lambda w: (len(w), str(w)))
        size = len(lead)
        rest = {w: -c / inner[lead] for w, c in inner.items() if w != lead}
        if size and word[place + 1 : place + 1 + size] == lead:
            before, after = word[:place], word[place + 1 + size :]
            parts = {(*before, letter, *w, *after): c for w, c in rest.items()}
        elif size and place >= size and word[place - size : place] == lead:
            before, after = word[: place - size], word[place + 1 :]
            parts = {(*before, *w, letter, *after): c for w, c in rest.items()}
        else:
            continue
        return _plus(parts, {before + after: 1 / inner[lead]})
    return None


def _plus(a: Sum, b: Sum, sign: int = 1) -> Sum:
    return _collect([*a.items(), *((word, sign * c) for word, c in b.items())])


def _times(a: Sum, b: Sum) -> Sum:
    if len(a) * len(b) > MOST_WORDS:
        raise NotWords
    return _collect((u + w, c * d) for u, c in a.items() for w, d in b.items())


def _collect(pairs: Any) -> Sum:
    total: Sum = {}
    for word, c in pairs:
        total[word] = sp.expand(total.get(word, sp.Integer(0)) + c)
    return {word: c for word, c in total.items() if c != 0}
