"""The exercises of ``chapters/practice/applications_language.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, not_yet, number, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

_V1, _V2, _A, _C = sp.symbols("v_1 v_2 a c", real=True)


@exercise("applications_language.by_hand", of="eq-log-odds-of-words")
def by_hand(answer: Any) -> str:
    """Naive Bayes for three words and four texts."""
    theta, eta, odds = parts(answer, 3, "three numbers, (theta, eta, odds)")
    if np.isclose(number(theta, "theta"), 2 / 3, rtol=1e-3):
        raise Wrong(f"theta is {show(theta)}: the smoothing is missing, 1 for each of the three words")
    close_to(theta, 0.5, what="theta", hint="(2 + 1)/(3 + 3)", rtol=1e-3)
    close_to(eta, 1 / 6, what="eta", hint="(0 + 1)/(3 + 3)", rtol=1e-3)
    if np.isclose(number(odds, "the odds"), np.log(0.75), rtol=1e-3):
        raise Wrong("that is the logarithm of the odds, and the odds are asked for")
    close_to(odds, 0.75, what="the odds", hint="A factor for each word: 3 for good, and (1/6)/(4/6) for bad", rtol=1e-3)
    return "“bad” was seen three times, “good” twice"


_TEXTS = (
    ("good good bad", ["bad", "good", "fun"], [1, 2, 0]),
    ("Goodness, a good day", ["good", "a", "day"], [1, 1, 1]),
    ("The cat and THE dog", ["the", "dog", "bird"], [2, 1, 0]),
    ("", ["one"], [0]),
    ("  two   two ", ["two"], [2]),
)


@exercise("applications_language.bag")
def bag(answer: Any) -> str:
    """Counts of a vocabulary's words in a text."""
    for text, vocabulary, right in _TEXTS:
        found = call(answer, text, list(vocabulary), names=("text", "vocabulary"))
        what = f"for “{text}” and the vocabulary {', '.join(vocabulary)}"
        if not isinstance(found, (list, tuple, np.ndarray)) or (isinstance(found, np.ndarray) and found.ndim != 1):
            raise Wrong(f"bag_of_words must return a list of counts; {what} it gives {show(found)}")
        if len(found) != len(right):
            raise Wrong(f"{what} you return {len(found)} numbers, and the vocabulary has {len(right)} words")
        own = [number(value, f"{what} each count") for value in found]
        if own == right:
            continue
        if own == [text.lower().count(word) for word in vocabulary]:
            raise Wrong(f"{what} you count inside longer words: split the text into a list of words first")
        if own == [text.split().count(word) for word in vocabulary]:
            raise Wrong(f"{what} capital letters must count as small ones")
        if own == [float(value > 0) for value in right]:
            raise Wrong(f"{what} you say whether a word occurs; how often is asked for")
        raise Wrong(f"{what} you count {[int(v) if v.is_integer() else v for v in own]}; right is {right}")
    return f"{len(_TEXTS)} texts; their order of words is gone"


@exercise("applications_language.shares", of="eq-gradient-times-input")
def shares(answer: Any) -> str:
    """Gradient × input of a linear score and of one that is not."""
    one, two, three, total, excess = parts(answer, 5, "five numbers, (share 1, share 2, share 3, sum, excess)")
    close_to(one, 2.0, what="share 1", hint="2 · 1")
    close_to(two, -4.0, what="share 2", hint="−1 · 4")
    if number(three, "share 3") != 0:
        raise Wrong(f"share 3 is {show(three)}: the input is 0, and so is the share, whatever the weight")
    close_to(total, 19.0, what="the sum", hint="6 · 3 + 1 · 1")
    close_to(excess, 9.0, what="the excess", hint="The score is 10")
    return "in (a) the shares add up to −2, the score less the bias; in (b) to 9 too much"


def _attend(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, scale: float, axis: int = 1, *, divide: bool = True
) -> np.ndarray:
    scores = scale * q @ k.T
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return np.asarray((weights / weights.sum(axis=axis, keepdims=True) if divide else weights) @ v)


@exercise("applications_language.attend", of="eq-attention-slope")
def attend(answer: Any) -> str:
    """Attention for several queries."""
    rng = np.random.default_rng(4)
    cases = [(2, 3, 4, 2, 0.7), (3, 2, 3, 1, 2.0), (4, 4, 2, 4, 1.0)]
    given = [(rng.normal(size=(m, d)), rng.normal(size=(n, d)), rng.normal(size=(n, v)), s) for m, d, n, v, s in cases]
    large = (np.array([[30.0, 0.0], [0.0, 1.0]]), np.array([[40.0, 1.0], [-40.0, 2.0]]), np.array([[1.0], [5.0]]), 1.0)
    for q, k, v, scale in [*given, large]:
        right = _attend(q, k, v, scale)
        what = f"for queries {q.shape}, keys {k.shape}, values {v.shape}"
        with np.errstate(over="ignore", invalid="ignore"):
            found = call(answer, q.copy(), k.copy(), v.copy(), scale, names=("queries", "keys", "values", "scale"))
        try:
            own = np.asarray(found)
            numeric = own.dtype.kind in "iuf"
        except (TypeError, ValueError):
            numeric = False
        if not numeric:
            raise Wrong(f"attend must return an array of real numbers; {what} it gives {show(found)}")
        if own.shape != right.shape:
            raise Wrong(f"{what} the output must have the shape {right.shape}, a row a query, not {own.shape}")
        if not np.isfinite(own).all():
            raise Wrong(f"scores up to {np.abs(scale * q @ k.T).max():g} overflow: subtract the largest of each row")
        if np.allclose(own, right, rtol=1e-7, atol=1e-9):
            continue
        slips = {
            "the softmax runs over the queries; each row of weights must sum to 1": _attend(q, k, v, scale, axis=0),
            "the scale is missing": _attend(q, k, v, 1.0),
            "the scores are divided by the scale; they are multiplied": _attend(q, k, v, 1 / scale),
            "the weights of a row do not sum to 1; divide by their sum": _attend(q, k, v, scale, divide=False),
            "the scores themselves are the weights; the softmax is missing": scale * q @ k.T @ v,
        }
        for words, values in slips.items():
            if np.allclose(own, values, rtol=1e-7, atol=1e-9):
                raise Wrong(f"{what} {words}")
        raise Wrong(f"{what} your first output is {show(own.flat[0])}; right is {right.flat[0]:.6g}")
    return f"{len(cases) + 1} cases; each row is a mean of the values"


@exercise("applications_language.two_keys", of="eq-attention-slope")
def two_keys(answer: Any) -> str:
    """The output for two keys as a point between the values."""
    start = (_V1 * sp.exp(_A) + _V2 * sp.exp(_C)) / (sp.exp(_A) + sp.exp(_C))
    proved = derivation_of(answer, start, _V2 + (_V1 - _V2) / (1 + sp.exp(_C - _A)), min_steps=2)
    return f"{proved}. With two keys attention is a logistic function"


@exercise("applications_language.attention", of="eq-attention-slope")
def attention_by_hand(answer: Any) -> str:
    """Output, slope, deviation and scale."""
    output, slope, deviation, scale = parts(answer, 4, "four numbers, (output, slope, deviation, scale)")
    if np.isclose(number(output, "the output"), 4.0):
        raise Wrong("the output is 4: that is the plain mean, and the third key has twice the weight of another")
    close_to(output, 5.0, what="the output", hint="¼ · 0 + ¼ · 4 + ½ · 8")
    if np.isclose(number(slope, "the slope"), 4.0):
        raise Wrong("the slope is 4: subtract the output from the value, since the other weights fall")
    close_to(slope, 1.5, what="the slope", hint="½(8 − 5)")
    if np.isclose(number(deviation, "the deviation"), 64.0):
        raise Wrong("the deviation is 64: that is the variance")
    close_to(deviation, 8.0, what="the deviation", hint="The root of the variance, 64")
    close_to(scale, 0.125, what="the scale", hint="1/√d")
    return "the third key is twice as likely as each of the others"


def _one_pass(
    users: np.ndarray, items: np.ndarray, entries: Any, rate: float, penalty: float, slip: str = ""
) -> tuple[np.ndarray, np.ndarray]:
    users, items = users.copy(), items.copy()
    for i, j, r in entries:
        u, v = users[i].copy(), items[j].copy()
        e = r - u @ v
        e = -e if slip == "sign" else e
        c = 0.0 if slip == "penalty" else -penalty if slip == "growth" else penalty
        users[i] = u + rate * (e * v - c * u)
        u = users[i] if slip == "new" else u
        e = r - users[i] @ v if slip == "late" else e
        items[j] = v + rate * (e * u - c * v)
    return users, items


_SLIPS = {
    "new": "V is moved with the new u; both steps use the old vectors",
    "late": "e is taken anew after the step of U; both steps use the old e",
    "sign": "the steps lead uphill: e is r − u·v, and it is added",
    "penalty": "the penalty is missing",
    "growth": "the penalty must shorten the vectors: subtract λu",
}


@exercise("applications_language.one_pass", of="eq-rating-slope")
def one_pass(answer: Any) -> str:
    """One pass of SGD over known ratings."""
    rng = np.random.default_rng(6)
    lists = [[(0, 1, 4.0)], [(0, 0, 1.0), (0, 1, -2.0), (2, 1, 3.0)], [(1, 0, 0.5), (1, 0, 0.5), (2, 2, 1.0)]]
    names = ("U", "V", "entries", "rate", "penalty")
    for entries, rate, penalty in zip(lists, (0.1, 0.3, 0.05), (0.1, 0.5, 1.0), strict=True):
        users, items = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
        given = users.copy(), items.copy()
        right = _one_pass(users, items, entries, rate, penalty)
        what = f"for {len(entries)} rating{'s' * (len(entries) > 1)}"
        found = call(answer, *given, list(entries), rate, penalty, names=names)
        if not isinstance(found, (tuple, list)) or len(found) != 2:
            raise Wrong(f"one_pass must return the pair (U, V); {what} it gives {show(found)}")
        try:
            own = [np.asarray(part, float) for part in found]
        except (TypeError, ValueError):
            raise Wrong(f"one_pass must return two arrays of numbers; {what} it gives {show(found)}") from None
        if any(part.shape != (3, 2) for part in own):
            raise Wrong(f"{what} U and V must keep their shapes, (3, 2)")
        if all(np.allclose(a, b, rtol=1e-8, atol=1e-10) for a, b in zip(own, right, strict=True)):
            continue
        for slip, words in _SLIPS.items():
            values = _one_pass(users, items, entries, rate, penalty, slip)
            if all(np.allclose(a, b, rtol=1e-8, atol=1e-10) for a, b in zip(own, values, strict=True)):
                raise Wrong(f"{what} {words}")
        which = "U" if not np.allclose(own[0], right[0], rtol=1e-8, atol=1e-10) else "V"
        raise Wrong(f"{what} {which} is not right")
    return f"{len(lists)} passes; rows without a rating stay"


_KEPT = {
    "a": "UA and V(A⁻¹)ᵀ have the product UVᵀ",
    "b": "A = 2I doubles it",
    "c": "the order follows from the predictions, which stay",
    "d": "diag(2, 1) changes it",
    "e": "the columns of UA are combinations of those of U, and back by A⁻¹",
}


@exercise("applications_language.determined", of="eq-other-factors")
def determined(answer: Any) -> str:
    """What of the factors the ratings determine."""
    if answer is ...:
        raise not_yet()
    listed = isinstance(answer, (list, tuple, set, frozenset)) and all(isinstance(part, str) for part in answer)
    letters = "".join(answer) if listed else answer
    if not isinstance(letters, str):
        raise Wrong(f'the answer is a text of letters, such as "bd"; it is {show(answer)}')
    given = {letter for letter in letters.lower() if letter.isalpha()}
    if not given or not given <= set(_KEPT):
        raise Wrong(f'the answer is a text of letters from a to e, such as "bd"; it is {show(answer)}')
    for letter in sorted(given - set("ace")):
        raise Wrong(f"({letter}) changes: {_KEPT[letter]}")
    for letter in sorted(set("ace") - given):
        raise Wrong(f"({letter}) stays, too: {_KEPT[letter]}")
    return "the table, what is computed from it, and the space of the columns"
