"""The exercises of ``chapters/linear_algebra/vectors.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.linalg import norm


@exercise("vectors.by_hand", of=("eq-dot-product", "eq-length", "eq-angle"))
def by_hand(answer: Any) -> str:
    """Dot product, lengths and cosine of (1, 2, 2) and (2, 3, 6)."""
    names = ("the dot product", "the length of x", "the length of y", "the cosine")
    given = parts(answer, 4, "four numbers, (dot, length of x, length of y, cosine)")
    hints = (
        "Multiply entry by entry, then add: 1·2 + 2·3 + 2·6",
        "Take the root of 1² + 2² + 2²",
        "Take the root of 2² + 3² + 6²",
        "It is the dot product over the product of the two lengths",
    )
    cosine, theta = number(given[3], "the cosine"), np.arccos(20 / 21)
    for slip, words in (
        (np.degrees(theta), "that is the angle in degrees, and not its cosine"),
        (theta, "that is the angle in radians, and not its cosine"),
        (20 / 441, "divide by the product of the lengths, not by that of their squares"),
    ):
        if abs(cosine - slip) < 5e-3 * slip:
            raise Wrong(f"the cosine is {show(given[3])}: {words}")
    if abs(cosine) > 1:
        raise Wrong(f"the cosine is {show(given[3])}: by the Cauchy–Schwarz inequality none is larger than 1")
    for what, value, right, hint in zip(names, given, (20, 3, 7, 20 / 21), hints, strict=True):
        close_to(value, right, what=what, hint=hint, rtol=1e-3)
    return "the angle is nearly 18 degrees"


@exercise("vectors.nearest_point", of=("eq-projection", "eq-remainder-length", "eq-nearest"))
def nearest_point(answer: Any) -> str:
    """The coefficient of the projection of (2, 3, 5) on (1, 2, 2), and the distance."""
    t, distance = parts(answer, 2, "a pair, (t, distance)")
    for part, words in ((t, "t must be one number, with p = t y"), (distance, "the distance is one number, a length")):
        if isinstance(part, (list, tuple, np.ndarray)) and len(np.atleast_1d(np.array(part, dtype=object))) == 3:
            raise Wrong(f"{words}; {show(part)} is a vector")
    t = number(t, "t")
    for slip, words in (
        (6, "divided by ‖y‖ instead of ‖y‖²"),
        (18, "not divided by ‖y‖²"),
        (18 / 38, "divided by ‖x‖²: that is the projection of y on x"),
    ):
        if abs(t - slip) < 5e-3:
            raise Wrong(f"t is {show(t)}: the dot product is {words}")
    close_to(t, 2, what="t", hint="It is x·y / ‖y‖²")
    distance = number(distance, "the distance")
    for slip, words in ((2, "its square: take the root"), (6, "the length of p"), (np.sqrt(38), "the length of x")):
        if abs(distance - slip) < 5e-3:
            raise Wrong(f"the distance is {show(distance)}: that is {words}")
    close_to(distance, np.sqrt(2), what="the distance", hint="It is the length of x − p, with p = (2, 4, 4)", rtol=1e-3)
    return "the remainder is (0, −1, 1)"


@exercise(
    "vectors.without_entries",
    of=(
        "eq-dot-angle",
        "eq-dot-linear",
        "eq-length-multiple",
        "eq-length-difference",
        "eq-lagrange",
        "eq-triangle-inequality",
    ),
)
def without_entries(answer: Any) -> str:
    """What two lengths and an angle of 60 degrees determine, and the largest length of x + y for any angle."""
    names = ("x·y", "x·(2y − x)", "‖x − 2y‖", "(x₁y₂ − x₂y₁)²", "the largest ‖x + y‖")
    given = parts(answer, 5, "five numbers, (x·y, x·(2y − x), ‖x − 2y‖, (x₁y₂ − x₂y₁)², the largest ‖x + y‖)")
    dot, combined, far, square, largest = (number(v, what) for what, v in zip(names, given, strict=True))
    slips = (
        (dot, 3 * np.sqrt(3), "x·y is 3√3: that is with the sine; the cosine of 60 degrees is ½"),
        (dot, 6, "x·y is 6: that is the product of the lengths, still without the cosine"),
        (combined, 3, "x·(2y − x) is 3: subtract x·x, which is ‖x‖² = 9, not ‖x‖"),
        (far, 13, "‖x − 2y‖ is 13: that is its square; take the root"),
        (far, np.sqrt(37), "‖x − 2y‖ is √37: that is ‖x + 2y‖; the dot product enters with a minus here"),
        (far, 5, "‖x − 2y‖ is 5: that is by Pythagoras, and these arrows are not orthogonal"),
        (far, np.sqrt(5), "‖x − 2y‖ is √5: ‖2y‖² is four times ‖y‖²"),
        (square, np.sqrt(27), "(x₁y₂ − x₂y₁)² is √27: that is before squaring"),
        (square, 9, "(x₁y₂ − x₂y₁)² is 9: that is (x·y)²; Lagrange's identity subtracts it from ‖x‖² ‖y‖²"),
        (largest, np.sqrt(19), "the largest ‖x + y‖ is √19: that is at 60 degrees; now the angle may be any"),
        (largest, np.sqrt(13), "the largest ‖x + y‖ is √13: that is at 90 degrees; another angle gives more"),
        (largest, 1, "the largest ‖x + y‖ is 1: that is the smallest, for opposite directions"),
    )
    hints = (
        "It is length times length times cosine",
        "Multiply out: 2 x·y − x·x",
        "Its square is ‖x‖² − 4 x·y + 4‖y‖²",
        "By Lagrange's identity for n = 2 it is ‖x‖² ‖y‖² − (x·y)²",
        "By the triangle inequality it is at most 3 + 2; when is it that?",
    )
    for what, value, right, hint in zip(
        names, (dot, combined, far, square, largest), (3, -3, np.sqrt(13), 27, 5), hints, strict=True
    ):
        for found, slip, words in slips:
            if found is value and words.startswith(what) and abs(found - slip) < 1e-3 * slip:
                raise Wrong(words)
        close_to(value, right, what=what, hint=hint, rtol=1e-3)
    return "no entry was needed: the two lengths and the angle determine all of it"


@exercise("vectors.in_the_span", of="eq-combination")
def in_the_span(answer: Any) -> str:
    """The weights that give (7, 8, c), and c."""
    given = parts(answer, 3, "three numbers, (a, b, c)")
    a, b, c = (number(value, what) for what, value in zip("abc", given, strict=True))
    if abs(a - 2) < 1e-6 and abs(b + 1) < 1e-6:
        raise Wrong("a and b are swapped: a belongs to (1, 2, 3)")
    for row, (first, second, right) in enumerate(((1, 4, 7), (2, 5, 8)), start=1):
        if abs(first * a + second * b - right) > 1e-6:
            raise Wrong(f"entry {row}: {first}a + {second}b is {show(first * a + second * b)}, and must be {right}")
    close_to(c, 9, what="c", hint="It is 3a + 6b")
    return "(7, 8, 9) = −(1, 2, 3) + 2·(4, 5, 6): these three vectors span a plane"


@exercise("vectors.project", of=("eq-projection", "eq-orthogonal-remainder"))
def project(answer: Any) -> str:
    """A program that splits a vector into its projection on a line and the remainder."""
    rng = np.random.default_rng(5)
    cases: list[tuple[Any, Any]] = [
        ([3.0, 1.0], [1.0, 2.0]),
        ([1.0, 0.0], [0.0, 2.0]),
        ([0.0, 0.0, 0.0], [1.0, 1.0, 4.0]),
        ([-2.0], [4.0]),
    ]
    cases += [(rng.normal(size=64), rng.normal(size=64)) for _ in range(2)]
    for first, second in cases:
        x, y = np.array(first), np.array(second)
        p, rest = parts(call(answer, x, y, names=("x", "y")), 2, "a pair, (p, rest)")
        if len(x) > 1 and np.shape(p) == () and np.shape(rest) == x.shape:
            raise Wrong(f"p must have shape {x.shape}, and you returned one number, {show(p)}: multiply t by y")
        p, rest = numbers(p, "p", shape=x.shape), numbers(rest, "rest", shape=x.shape)
        at = f"for x = {show(x)}, y = {show(y)}"
        if not np.allclose(p + rest, x, atol=1e-9):
            raise Wrong(f"{at} the two parts do not add up to x: p = {show(p)}, rest = {show(rest)}")
        right = (x @ y) / (y @ y) * y
        slips = {
            "the dot product is divided by ‖y‖, and must be divided by ‖y‖²": (x @ y) / np.sqrt(y @ y) * y,
            "the dot product is not divided by ‖y‖²": (x @ y) * y,
            "this is the projection of y on x": (x @ y) / (x @ x) * x if x.any() else right,
            "t multiplies x, and must multiply y": (x @ y) / (y @ y) * x,
            "the two are swapped: give p first, then the remainder": x - right,
        }
        if not np.allclose(p, right, atol=1e-9):
            said = next((words for words, slip in slips.items() if np.allclose(p, slip, atol=1e-9)), None)
            said = said or f"the remainder is not orthogonal to y, or p is no multiple of y: p = {show(p)}"
            raise Wrong(f"{at}: {said}")
    return f"{len(cases)} pairs, with up to 64 entries"


SLIPS: dict[str, Any] = {  # what is made largest instead of the cosine, if all answers say so
    "it has the largest dot product: divide each by the length of its row, np.linalg.norm(rows, axis=1)": lambda q, r: (
        r @ q
    ),
    "it has the smallest distance from the query, and a row of another length can have a larger cosine": lambda q, r: (
        -np.linalg.norm(r - q, axis=1)
    ),
    "without the sign, an opposite direction counts as similar": lambda q, r: np.abs(r @ q) / np.linalg.norm(r, axis=1),
    "it has the smallest cosine": lambda q, r: -(r @ q) / np.linalg.norm(r, axis=1),
    "divide the dot products by the lengths, not by their squares": lambda q, r: r @ q / np.sum(r**2, axis=1),
    "divide the dot products by the 2-norm, not by the 1-norm": lambda q, r: r @ q / np.abs(r).sum(axis=1),
    "the vectors are to be taken as they are, without subtracting a mean": lambda q, r: (
        r @ (q - q.mean()) / np.linalg.norm(r, axis=1)
    ),
    "the vectors are to be taken as they are, without subtracting the mean of each": lambda q, r: (
        (r - r.mean(axis=1, keepdims=True)) @ (q - q.mean()) / np.maximum(r.std(axis=1), 1e-300)
    ),
}


def _cosines(query: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return rows @ query / np.linalg.norm(rows, axis=1) / np.linalg.norm(query)


def _index(found: Any, query: np.ndarray, rows: np.ndarray) -> int:
    """The reader's index, counted from the front."""
    index, count = number(found, "the index"), len(rows)
    if index != int(index) and abs(index - _cosines(query, rows).max()) < 1e-6:
        raise Wrong(f"your function returns the largest cosine, {show(found)}: return the index of its row (np.argmax)")
    if index != int(index) or not -count <= index < count:
        raise Wrong(f"the index must be a whole number from 0 to {count - 1}; it is {show(found)}")
    return int(index) % count


def _nearest_by(score: Any, query: np.ndarray, rows: np.ndarray) -> int:
    return int(np.argmax(score(query, rows)))


@exercise("vectors.most_similar", of="eq-angle")
def most_similar(answer: Any) -> str:
    """A program that finds the row with the largest cosine similarity."""
    from dlmath_lib import datasets

    rng = np.random.default_rng(8)
    shown = datasets.digits().x
    cases = [
        (np.array([1.0, 1.0]), np.array([[9.0, 0.0], [1.0, 1.2], [-5.0, -5.0]])),
        (np.array([1.0, 0.0, 0.0]), np.array([[0.1, 0.0, 0.0], [3.0, 2.0, 0.0], [0.0, 1.0, 0.0]])),
        (np.array([2.0, 1.0]), np.array([[-1.0, 0.1], [-1.0, -0.1]])),
    ]
    cases += [(rng.normal(size=6), rng.normal(size=(9, 6)) * rng.uniform(0.1, 9, size=(9, 1))) for _ in range(6)]
    cases += [(shown[k], shown[100:160]) for k in (0, 3, 7)]
    right = [_nearest_by(_cosines, *case) for case in cases]
    given = [call(answer, query, rows, names=("query", "rows")) for query, rows in cases]
    one_more = [isinstance(v, (int, np.integer)) and v == k + 1 for v, k in zip(given, right, strict=True)]
    if all(one_more):
        raise Wrong("each of your indices is too large by 1: rows are counted from 0")
    chosen = [_index(v, query, rows) for v, (query, rows) in zip(given, cases, strict=True)]
    longer = [k for k, (query, _) in enumerate(cases) if len(query) > 2]  # with two entries centred cosines are all ±1
    for (query, rows), index, best in zip(cases, chosen, right, strict=True):
        if index != best:
            said = "another row has a larger cosine"
            for words, score in SLIPS.items():
                if [chosen[k] for k in longer] == [_nearest_by(score, *cases[k]) for k in longer]:
                    said = words
            raise Wrong(f"for query = {show(query)} and {len(rows)} rows your function chooses row {index}: {said}")
    return f"{len(cases)} searches, three of them among pictures"


def _four(vector: Any, what: str) -> np.ndarray:
    """A vector of four entries; a column or a row counts as one."""
    array = numbers(vector, what)
    return array.reshape(4) if array.shape in ((4, 1), (1, 4)) else numbers(vector, what, shape=(4,))


def _flat(vector: np.ndarray) -> bool:
    """Whether all entries have the same absolute value, up to rounding."""
    sizes = np.abs(vector) / np.abs(vector).max()
    return bool(np.all(sizes > 1 - 1e-9))


@exercise("vectors.extreme_norms", of=("eq-norm-ratio", "eq-one-norm", "eq-norm-order", "eq-cauchy-schwarz"))
def extreme_norms(answer: Any) -> str:
    """A vector with ‖x‖₁ = 2‖x‖₂ in four dimensions, and one whose 1-norm is its largest entry."""
    if isinstance(answer, sp.MatrixBase) and answer.shape in ((2, 4), (4, 2)):
        answer = [list(answer.row(k)) for k in (0, 1)] if answer.rows == 2 else [list(answer.col(k)) for k in (0, 1)]
    wide, narrow = parts(answer, 2, "a pair of lists with four numbers each")
    wide, narrow = _four(wide, "your first vector"), _four(narrow, "your second vector")
    for what, vector in (("first", wide), ("second", narrow)):
        if not vector.any():
            raise Wrong(f"your {what} vector is 0, for which every equation between norms holds: take another")
    if _flat(narrow) and np.count_nonzero(wide) == 1:
        raise Wrong("the two are swapped: the first is to have a 1-norm that is twice its 2-norm")
    if not _flat(wide):
        one, two = norm(wide / np.abs(wide).max(), order=1), norm(wide / np.abs(wide).max())
        told = "" if np.abs(wide).max() == 1 else ", after division by its largest absolute value,"
        raise Wrong(f"the 1-norm of your first vector{told} is {show(one)}, twice its 2-norm is {show(2 * two)}")
    if (entries := np.count_nonzero(narrow)) > 1:
        one, most = np.abs(narrow) @ np.ones(4), np.abs(narrow).max()
        raise Wrong(
            f"the 1-norm of your second vector is {show(one)}, its maximum norm is {show(most)}: the first is larger, "
            f"since {entries} entries are not 0"
        )
    return (
        "the first holds if and only if all entries have the same absolute value, "
        "the second, for a vector other than 0, if and only if just one entry is not 0"
    )


@exercise("vectors.parallelogram", of=("eq-length-sum", "eq-length-difference"))
def parallelogram(answer: Any) -> str:
    """‖x + y‖² + ‖x − y‖² = 2‖x‖² + 2‖y‖², as a chain of proved steps."""
    n, i = sp.Symbol("n", integer=True, positive=True), sp.Symbol("i", integer=True)
    x, y = sp.IndexedBase("x", real=True)[i], sp.IndexedBase("y", real=True)[i]

    def total(term: Any) -> Any:
        return sp.Sum(term, (i, 1, n))

    start = total((x + y) ** 2) + total((x - y) ** 2)
    try:
        return derivation_of(answer, start, 2 * total(x**2) + 2 * total(y**2), min_steps=2)
    except Wrong as wrong:
        if "at least 2 steps" in str(wrong):
            raise Wrong(
                f"{wrong}. Here: multiply out one of the two sums, and in the next step the other; with both at once "
                "SymPy cancels the mixed terms, and no step is left"
            ) from None
        raise
