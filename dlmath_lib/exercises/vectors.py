"""The exercises of ``chapters/linear_algebra/vectors.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise


@exercise("vectors.by_hand", of=("eq-dot-product", "eq-length", "eq-angle"))
def by_hand(answer: Any) -> str:
    """Dot product, lengths and cosine of (1, 2, 2) and (2, 3, 6)."""
    names = ("the dot product", "the length of x", "the length of y", "the cosine")
    given = parts(answer, 4, "four numbers, (dot, length of x, length of y, cosine)")
    hints = (
        "multiply entry by entry, then add: 1·2 + 2·3 + 2·6",
        "take the root of 1² + 2² + 2²",
        "take the root of 2² + 3² + 6²",
        "the dot product over the product of the two lengths",
    )
    if abs(number(given[3], "the cosine")) > 1:
        raise Wrong(f"the cosine is {show(given[3])}: by the Cauchy–Schwarz inequality none is larger than 1")
    for what, value, right, hint in zip(names, given, (20, 3, 7, 20 / 21), hints, strict=True):
        close_to(value, right, what=what, hint=hint, rtol=1e-3)
    return "the angle is nearly 18 degrees"


@exercise("vectors.nearest_point", of=("eq-projection", "eq-remainder-length", "eq-nearest"))
def nearest_point(answer: Any) -> str:
    """The coefficient of the projection of (2, 3, 5) on (1, 2, 2), and the distance."""
    t, distance = parts(answer, 2, "a pair, (t, distance)")
    if np.shape(t) == (3,):
        raise Wrong(f"t must be one number, with p = t y; {show(t)} is a point")
    t = number(t, "t")
    for slip, words in (
        (6, "divided by ‖y‖ instead of ‖y‖²"),
        (18, "not divided by ‖y‖²"),
        (18 / 38, "divided by ‖x‖²: that is the projection of y on x"),
    ):
        if abs(t - slip) < 5e-3:
            raise Wrong(f"t is {show(t)}: the dot product is {words}")
    close_to(t, 2, what="t", hint="x·y / ‖y‖²")
    close_to(distance, np.sqrt(2), what="the distance", hint="the length of x − p, with p = (2, 4, 4)", rtol=1e-3)
    return "the remainder is (0, −1, 1)"


@exercise("vectors.in_the_span", of="eq-combination")
def in_the_span(answer: Any) -> str:
    """The weights that give (7, 8, c), and c."""
    given = parts(answer, 3, "three numbers, (a, b, c)")
    a, b, c = (number(value, what) for what, value in zip("abc", given, strict=True))
    for row, (first, second, right) in enumerate(((1, 4, 7), (2, 5, 8)), start=1):
        if abs(first * a + second * b - right) > 1e-6:
            raise Wrong(f"entry {row}: {first}a + {second}b is {show(first * a + second * b)}, and must be {right}")
    close_to(c, 9, what="c", hint="3a + 6b")
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
        }
        if not np.allclose(p, right, atol=1e-9):
            said = next((words for words, slip in slips.items() if np.allclose(p, slip, atol=1e-9)), None)
            said = said or f"the remainder is not orthogonal to y, or p is no multiple of y: p = {show(p)}"
            raise Wrong(f"{at}: {said}")
    return f"{len(cases)} pairs, with up to 64 entries"


SLIPS: dict[str, Any] = {  # what is made largest instead of the cosine, if all answers say so
    "it has the largest dot product: divide by the lengths of the rows": lambda q, r: r @ q,
    "it has the smallest distance from the query, which is the same only for rows of one length": lambda q, r: (
        -np.linalg.norm(r - q, axis=1)
    ),
    "without the sign, an opposite direction counts as similar": lambda q, r: np.abs(r @ q) / np.linalg.norm(r, axis=1),
    "it has the smallest cosine": lambda q, r: -(r @ q) / np.linalg.norm(r, axis=1),
    "divide the dot products by the lengths, not by their squares": lambda q, r: r @ q / np.sum(r**2, axis=1),
    "divide the dot products by the 2-norm, not by the 1-norm": lambda q, r: r @ q / np.abs(r).sum(axis=1),
    "the vectors are to be taken as they are, without subtracting a mean": lambda q, r: (
        r @ (q - q.mean()) / np.linalg.norm(r, axis=1)
    ),
}


def _index(found: Any, count: int) -> int:
    """The reader's index, counted from the front."""
    index = number(found, "the index")
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
    chosen = [_index(call(answer, query, rows, names=("query", "rows")), len(rows)) for query, rows in cases]
    for (query, rows), index in zip(cases, chosen, strict=True):
        if index != _nearest_by(lambda q, r: r @ q / np.linalg.norm(r, axis=1), query, rows):
            said = "another row has a larger cosine"
            for words, score in SLIPS.items():
                if chosen == [_nearest_by(score, *case) for case in cases]:
                    said = words
            raise Wrong(f"for query = {show(query)} and {len(rows)} rows your function chooses row {index}: {said}")
    return f"{len(cases)} searches, three of them among pictures"


@exercise("vectors.extreme_norms", of=("eq-norm-ratio", "eq-one-norm", "eq-norm-order", "eq-cauchy-schwarz"))
def extreme_norms(answer: Any) -> str:
    """A vector with ‖x‖₁ = 2‖x‖₂ in four dimensions, and one whose 1-norm is its largest entry."""
    wide, narrow = parts(answer, 2, "a pair of lists with four numbers each")
    wide, narrow = numbers(wide, "your first vector", shape=(4,)), numbers(narrow, "your second vector", shape=(4,))
    for what, vector in (("first", wide), ("second", narrow)):
        if not vector.any():
            raise Wrong(f"your {what} vector is 0, for which every equation between norms holds: take another")
    one, two = np.abs(wide).sum(), np.linalg.norm(wide)
    if abs(one - 2 * two) > 1e-9 * one:
        raise Wrong(f"the 1-norm of your first vector is {show(one)}, twice its 2-norm is {show(2 * two)}")
    one, most = np.abs(narrow).sum(), np.abs(narrow).max()
    if abs(one - most) > 1e-9 * one:
        raise Wrong(f"the 1-norm of your second vector is {show(one)}, its maximum norm is {show(most)}")
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
    return derivation_of(answer, start, 2 * total(x**2) + 2 * total(y**2), min_steps=2)
