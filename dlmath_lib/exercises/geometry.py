"""The exercises of ``chapters/linear_algebra/geometry.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, not_yet, number, numbers, parts, same_array, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.verify.written import unwritten

_PLUS = np.array([[2.0, 2.0], [4.0, 0.0], [4.0, 3.0]])
_MINUS = np.array([[0.0, 1.0], [1.0, -1.0], [-1.0, 0.0]])
_WIDEST = np.sqrt(5) / 2  # half the distance of (2, 2) and (0, 1), whose bisector parts the others


def _flat(answer: Any) -> Any:
    """A row or a column, of SymPy or of NumPy, as a list; anything else as it is."""
    if isinstance(answer, sp.MatrixBase) and 1 in answer.shape:
        return list(answer)
    one_line = isinstance(answer, np.ndarray) and answer.ndim == 2 and 1 in answer.shape
    return answer.ravel().tolist() if one_line else answer


@exercise("geometry.two_distances", of="eq-hyperplane-distance")
def two_distances(answer: Any) -> str:
    """The signed distances of (2, 1) and the origin from 5x₁ + 12x₂ − 9 = 0."""
    names = "the distance of (2, 1)", "the distance of the origin"
    first, second = (number(g, w) for g, w in zip(parts(_flat(answer), 2, "a pair of numbers"), names, strict=True))
    if abs(first - 13) < 1e-6 or abs(second + 9) < 1e-6:
        raise Wrong("that is the score w·x + b: divide by ‖w‖ = 13")
    if abs(second - 9 / 13) < 1e-3:
        raise Wrong("the distance of the origin is signed: w·x + b is negative there")
    if abs(second - 1) < 1e-6 and abs(first + 9 / 13) < 1e-3:
        raise Wrong("these are the two distances in the other order: (2, 1) comes first")
    if abs(first - 1 / 13) < 1e-3 or abs(second + 9 / 169) < 1e-3:
        raise Wrong("divide by ‖w‖ = 13, not by its square")
    close_to(first, 1, what=names[0], hint="(5·2 + 12·1 − 9)/13")
    close_to(second, -9 / 13, what=names[1], hint="b/‖w‖", rtol=1e-3)
    return "the two points lie on different sides"


@exercise("geometry.width_of_a_strip", of="eq-margin-width")
def width_of_a_strip(answer: Any) -> str:
    """The width of the strip between the scores 1 and −1 for w = (2, −1, 2)."""
    width = number(answer)
    slips = {1 / 3: "that is half of the strip", 2.0: "divide by ‖w‖", 2 / 9: "divide by ‖w‖, not by its square"}
    slips |= {
        2 / np.sqrt(7): "the length of (2, −1, 2) is √(4 + 1 + 4)",
        2 / 5: "the length of w is no sum of |entries|",
    }
    for slip, words in slips.items():
        if abs(width - slip) < 1e-3:
            raise Wrong(f"your answer is {show(width)}: {words}")
    close_to(width, 2 / 3, rtol=2e-3, hint="2/‖w‖")
    return "2/‖w‖, whatever the bias is"


@exercise("geometry.turn_and_mirror", of=("eq-rotation-sum", "eq-mirror-mirror"))
def turn_and_mirror(answer: Any) -> str:
    """First a quarter turn to the left, then the mirror at the first axis."""
    if answer is ...:
        raise not_yet()
    found = numbers(answer, "your matrix", shape=(2, 2))
    slips = {
        "the maps are in the other order: the turn comes first": [[0, 1], [1, 0]],
        "the turn alone; its result still goes through the mirror": [[0, -1], [1, 0]],
        "the turn goes to the right; to the left (1, 0) goes to (0, 1)": [[0, 1], [-1, 0]],
        "the mirror alone": [[1, 0], [0, -1]],
    }
    for words, slip in slips.items():
        if np.allclose(found, slip, atol=1e-9):
            raise Wrong(words)
    same_array(found, [[0, -1], [-1, 0]], what="your matrix")
    return "together they are a mirror too, at the line of −45 degrees; the determinant is −1"


@exercise("geometry.three_maps", of=("eq-rotation-transpose", "eq-mirror-length"))
def three_maps(answer: Any) -> str:
    """A rotation and a mirror that take (3, 4) to (5, 0), and a shear that takes it to (5, 4)."""
    names = "rotation", "mirror", "shear"
    given = parts(answer, 3, "three matrices, (rotation, mirror, shear)")
    turn, mirror, shear = (numbers(part, f"the {name}", shape=(2, 2)) for part, name in zip(given, names, strict=True))
    rights = [
        np.array(rows, dtype=np.float64)
        for rows in ([[0.6, 0.8], [-0.8, 0.6]], [[0.6, 0.8], [0.8, -0.6]], [[1.0, 0.5], [0.0, 1.0]])
    ]
    for matrix, name, right in zip((turn, mirror, shear), names, rights, strict=True):
        if np.allclose(matrix, right, rtol=0, atol=1e-3):
            continue
        if np.abs(matrix).max() > 1e6:
            raise Wrong(f"the {name} has an entry of a million or more")
        image, goal = matrix @ (3.0, 4.0), np.array([5.0, 4.0 if name == "shear" else 0.0])
        if name == "rotation" and np.allclose(matrix, right.T, rtol=0, atol=1e-3):
            raise Wrong("the rotation goes the other way, and takes (5, 0) to (3, 4): which matrix undoes it?")
        if not np.allclose(image, goal, rtol=0, atol=0.02):
            raise Wrong(f"the {name} takes (3, 4) to {show(tuple(image))}; it should be {show(tuple(goal))}")
        if name == "shear":
            raise Wrong("the shear of this chapter leaves (1, 0) where it is, and takes (0, 1) to (s, 1)")
        if not np.allclose(matrix.T @ matrix, np.eye(2), rtol=0, atol=1e-2):
            raise Wrong(f"the {name} takes (3, 4) to (5, 0), but its columns are not orthonormal")
        raise Wrong(f"the {name} has the determinant {show(np.linalg.det(matrix))}; its sign is wrong for a {name}")
    return "the rotation and the mirror have the same first row; their determinants are 1 and −1"


@exercise(
    "geometry.margin_of",
    of=("eq-hyperplane-distance", "eq-hyperplane-foot", "eq-hyperplane-pythagoras", "eq-margin-scale"),
)
def margin_of(answer: Any) -> str:
    """A program for signed distances, nearest points and margin."""
    rng = np.random.default_rng(9)
    cases = [(np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([1, 1]), np.array([3.0, 4.0]), -5.0)]
    for m, n in ((1, 3), (6, 2), (40, 64)):
        x = rng.normal(size=(m, n))
        cases.append((x, rng.choice([-1, 1], size=m), rng.normal(size=n) * 3, float(rng.normal())))
    for x, y, w, b in cases:
        given = call(answer, x, y, w, b, names=("X", "y", "w", "b"))
        distances, feet, margin = parts(given, 3, "three parts, (distances, feet, margin)")
        score, length = x @ w + b, np.linalg.norm(w)
        right = score / length
        where = f"for {len(x)} points in {x.shape[1]} dimensions"
        distances = numbers(distances, "distances", shape=y.shape)
        for slip, words in (
            (score, "are scores: divide by ‖w‖"),
            (score / length**2, "are divided by ‖w‖² instead of ‖w‖"),
            (np.abs(right), "have lost their signs"),
            (y * right, "are multiplied by the labels: that belongs into the margin"),
        ):
            if np.allclose(distances, slip) and not np.allclose(distances, right):
                raise Wrong(f"{where} your distances {words}")
        same_array(distances, right, what=f"{where} your distances")
        feet = numbers(feet, "feet", shape=x.shape)
        if not np.allclose(feet @ w + b, 0, atol=1e-8 * (1 + np.abs(score).max())):
            slip = np.allclose(feet, x - right[:, None] * w)
            raise Wrong(f"{where} your feet do not lie on the hyperplane" + (": go along w/‖w‖" if slip else ""))
        same_array(feet, x - right[:, None] * w / length, what=f"{where} your feet", atol=1e-8)
        margin = number(margin, "the margin")
        if abs(margin - np.min(np.abs(right))) < 1e-9 and not np.isclose(margin, np.min(y * right)):
            raise Wrong(
                f"{where} the margin has lost its sign: it is the smallest y·d, and here a point is on the wrong side"
            )
        close_to(margin, float(np.min(y * right)), what=f"{where} the margin", hint="the smallest y·d", rtol=1e-7)
    return f"{len(cases)} sets of points, in up to 64 dimensions"


@exercise("geometry.orthonormal_basis", of="eq-orthogonal-dot")
def orthonormal_basis(answer: Any) -> str:
    """The third vector of an orthonormal basis of space, and coordinates of (3, 3, 3)."""
    vector, coordinates = parts(answer, 2, "a pair, (q3, coordinates)")
    q3 = numbers(_flat(vector), "q3", shape=(3,))
    if not q3.any():
        raise Wrong("your q3 is the vector 0; its length must be 1")
    if np.abs(q3).max() > 1e6:
        raise Wrong("your q3 must have the length 1; it has an entry of a million or more")
    first, second = np.array([1.0, 2.0, 2.0]) / 3, np.array([2.0, 1.0, -2.0]) / 3
    for name, other in (("q1", first), ("q2", second)):
        if abs(q3 @ other) > 1e-3:
            raise Wrong(f"your q3 is not orthogonal to {name}: their dot product is {show(q3 @ other)}")
    if abs(np.linalg.norm(q3) - 1) > 1e-3:
        raise Wrong(f"your q3 has the length {show(np.linalg.norm(q3))}; it must be 1")
    right = np.array([first, second, q3]) @ np.array([3.0, 3.0, 3.0])
    same_array(
        numbers(_flat(coordinates), "the coordinates", shape=(3,)), right, what="your vector of coordinates", atol=5e-3
    )
    return "25 + 1 + 1 = 27 is the squared length of (3, 3, 3) too"


@exercise("geometry.mirror_keeps_products", of="eq-mirror-length")
def mirror_keeps_products(answer: Any) -> str:
    """(Hx)·(Hy) = x·y for the mirror H, as a chain of proved steps."""
    n, i = sp.Symbol("n", integer=True, positive=True), sp.Symbol("i", integer=True)
    k, m = sp.symbols("k m", real=True)
    x, y, w = (sp.IndexedBase(letter, real=True)[i] for letter in "xyw")

    def total(term: Any) -> Any:
        return sp.Sum(term, (i, 1, n))

    two = {k: total(w * x) / total(w**2), m: total(w * y) / total(w**2)}
    start = total((x - 2 * k * w) * (y - 2 * m * w))
    proved = derivation_of(answer, start, total(x * y), min_steps=2, given=two)
    lines = [unwritten(sp.sympify(step[1])) for step in answer.steps[:-1]]
    if all(any(_is_product(term.function) for term in line.atoms(sp.Sum)) for line in lines):
        raise Wrong(
            "the steps are true, but no line shows why: multiply (x − 2k w)(y − 2m w) out, into sums without brackets"
        )
    return proved


def _is_product(term: Any) -> bool:
    """Tell whether brackets are left in a term, as in (x − 2k w)(y − 2m w)."""
    factors = [factor for part in sp.Add.make_args(term) if part.is_Mul or part.is_Pow for factor in part.args]
    return any(factor.as_base_exp()[0].is_Add for factor in factors)


@exercise("geometry.widest_margin", of=("eq-margin-scale", "eq-bisector"))
def widest_margin(answer: Any) -> str:
    """The boundary with the widest margin for six points."""
    names = "w1", "w2", "b"
    given = parts(_flat(answer), 3, "three numbers, (w1, w2, b)")
    w1, w2, b = (number(value, name) for name, value in zip(names, given, strict=True))
    size = max(abs(w1), abs(w2))
    if size == 0:
        raise Wrong("w = (0, 0) has no direction")
    if abs(b) / 1e6 > size:
        raise Wrong("the boundary is more than 100 000 away from the origin: b is too large for this w")
    w, b = np.array([w1 / size, w2 / size]), b / size  # of any scale, also of 1e300
    length = np.linalg.norm(w)
    ahead, behind = (_PLUS @ w + b) / length, -(_MINUS @ w + b) / length
    for points, distances, label in ((_PLUS, ahead, "+1"), (_MINUS, behind, "−1")):
        worst = int(np.argmin(distances))
        if distances[worst] <= 0:
            raise Wrong(
                f"the point {show(tuple(points[worst]))} of class {label} is on the wrong side or on the boundary"
            )
    margin = min(ahead.min(), behind.min())
    if margin < 0.99 * _WIDEST - 1e-9:
        uneven = abs(ahead.min() - behind.min()) > 0.02
        hint = (
            "shift it by b: one class is nearer than the other" if uneven else "turn w: both classes are equally near"
        )
        raise Wrong(f"your margin is {show(margin)}; there is a wider one. Now {hint}")
    return f"margin {show(margin)}; none is larger than √5/2, half the distance between (2, 2) and (0, 1)"
