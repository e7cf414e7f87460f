"""The exercises of ``chapters/linear_algebra/eigen_and_svd.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise


@exercise("eigen_and_svd.by_hand", of=("eq-characteristic-polynomial", "eq-spectral-theorem-2d"))
def by_hand(answer: Any) -> str:
    """The eigenvalues of the rows (2, 2) and (2, 5), and an eigenvector."""
    larger, smaller, vector = parts(answer, 3, "a triple, (larger, smaller, [v1, v2])")
    pair = number(larger, "the larger eigenvalue"), number(smaller, "the smaller eigenvalue")
    if pair == (1, 6):
        raise Wrong("these are the eigenvalues, in the other order")
    if abs(sum(pair) - 7) > 1e-6:
        raise Wrong(f"the eigenvalues must add up to the trace, 7; yours add up to {show(sum(pair))}")
    close_to(pair[0], 6, what="the larger eigenvalue", hint="The product of the two is the determinant, 6")
    v = numbers(parts(vector, 2, "an eigenvector, [v1, v2]"), "your eigenvector", shape=(2,))
    if not v.any():
        raise Wrong("the vector 0 is no eigenvector: it would fit every number")
    image = np.array([[2.0, 2], [2, 5]]) @ v
    if np.allclose(image, v, atol=1e-6 * abs(v).max()):
        raise Wrong("your vector belongs to the eigenvalue 1")
    if not np.allclose(image, 6 * v, atol=1e-6 * abs(v).max()):
        raise Wrong(f"the matrix sends your vector to {show(image)}, which is not 6 times it, {show(6 * v)}")
    return "the trace is 7 and the determinant 6; the eigenvector for 1 is (2, −1), at a right angle to (1, 2)"


@exercise("eigen_and_svd.singular_values", of="eq-images-of-singular-vectors")
def singular_values(answer: Any) -> str:
    """The singular values of the rows (2, 2) and (−1, 1)."""
    pair = parts(answer, 2, "a pair, the larger first")
    first, second = (number(n, w) for n, w in zip(pair, ("the larger", "the smaller"), strict=True))
    if abs(first - 8) < 1e-6 and abs(second - 2) < 1e-6:
        raise Wrong("these are the eigenvalues of AᵀA; the singular values are their roots")
    if first < second:
        raise Wrong("give the larger one first")
    close_to(first, np.sqrt(8), rtol=1e-3, what="the larger", hint="AᵀA has the rows (5, 3) and (3, 5)")
    close_to(second, np.sqrt(2), rtol=1e-3, what="the smaller", hint="AᵀA has the rows (5, 3) and (3, 5)")
    return "√8 and √2; their product is 4, the size of the determinant"


@exercise("eigen_and_svd.power", of=("eq-power-iteration-step", "eq-rayleigh-quotient", "eq-qr-iteration-step"))
def power(answer: Any) -> str:
    """Power iteration with the Rayleigh quotient."""
    rng = np.random.default_rng(5)
    basis = np.linalg.qr(rng.normal(size=(4, 4))).Q
    spectrum = basis @ np.diag([3.0, -1.0, 0.5, 0.2]) @ basis.T
    cases = [
        ("after no step", np.array([[2.0, 1], [1, 3]]), np.array([3.0, 4]), 0),
        ("after one step", np.array([[5.0, 4], [4, 5]]), np.array([1.0, 0]), 1),
        ("for a 4 × 4 matrix", (spectrum + spectrum.T) / 2, rng.normal(size=4), 7),
        ("where the largest eigenvalue is −2", np.diag([-2.0, 1.0]), np.array([1.0, 1]), 3),
        ("for a matrix whose powers overflow", np.diag([1e100, 1e99]), np.array([1.0, 1]), 4),
    ]
    for where, matrix, start, steps in cases:
        with np.errstate(all="ignore"):
            pair = parts(call(answer, matrix, start, steps, names=("S", "x", "steps")), 2, "a pair, (value, vector)")
        x = start / np.linalg.norm(start)
        for _ in range(steps):
            x = matrix @ x / np.linalg.norm(matrix @ x)
        value = x @ matrix @ x
        vector = _array(pair[1], where, x.shape)
        if abs(np.linalg.norm(vector) - 1) > 1e-6:
            raise Wrong(f"{where} your vector has the length {show(np.linalg.norm(vector))}, not 1")
        if not np.allclose(vector, x, atol=1e-9):
            other = "it points the other way" if np.allclose(vector, -x, atol=1e-9) else f"it should be {show(x)}"
            raise Wrong(f"{where} your vector is {show(vector)}; {other}")
        hint = "It is xᵀSx with the unit vector at the end"
        close_to(pair[0], value, rtol=1e-9, what=f"{where} your value", hint=hint)
    return f"{len(cases)} matrices, one with a negative eigenvalue and one whose powers overflow"


def _array(value: Any, where: str, shape: tuple[int, ...]) -> np.ndarray:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and not np.isfinite(value).all():
        raise Wrong(f"{where} your vector is {show(value)}: divide by the length after each step")
    return numbers(value, f"{where} your vector", shape=shape)


@exercise("eigen_and_svd.real_eigenvalues", of=("eq-characteristic-polynomial", "eq-spectral-theorem-2d"))
def real_eigenvalues(answer: Any) -> str:
    """The discriminant of a symmetric 2 × 2 matrix is a sum of squares, as a chain of proved steps."""
    a, b, d = sp.symbols("a b d", real=True)
    return derivation_of(answer, (a + d) ** 2 - 4 * (a * d - b**2), (a - d) ** 2 + 4 * b**2, min_steps=2)


@exercise("eigen_and_svd.low_rank_error", of=("eq-frobenius-split", "eq-weights"))
def low_rank_error(answer: Any) -> str:
    """The error of rank 2 for the singular values 5, 3, 2, 1."""
    pair = parts(answer, 2, "a pair, (distance, share)")
    distance, share = (number(n, w) for n, w in zip(pair, ("your distance", "your share"), strict=True))
    if abs(distance - 5) < 1e-6:
        raise Wrong("5 is the squared distance, 2² + 1²")
    if abs(distance - 3) < 1e-6:
        raise Wrong("2 + 1 = 3 adds up the singular values; in the Frobenius norm their squares add up")
    if abs(distance - 2) < 1e-6:
        raise Wrong("2 is the distance in the spectral norm, the largest stretch; the Frobenius norm counts the 1 too")
    close_to(distance, np.sqrt(5), rtol=1e-3, what="your distance", hint="Which singular values are left out?")
    if abs(share - 8 / 11) < 1e-3:
        raise Wrong("8/11 is a share of the singular values; take their squares")
    if abs(share - 5 / 39) < 1e-3:
        raise Wrong("that is the share that is lost")
    close_to(share, 34 / 39, rtol=1e-3, what="your share", hint="(5² + 3²) over the sum of all squares")
    return "√5, and 34/39, about 87 %"


@exercise("eigen_and_svd.components_needed", of="eq-variance-along-a-direction")
def components_needed(answer: Any) -> str:
    """How many principal components keep a share of the variance."""
    rng = np.random.default_rng(11)
    clouds = [rng.normal(size=(60, 5)) * np.array(scale) for scale in ((5, 3, 2, 1, 0.5), (4, 4, 3, 3, 0.1))]
    cases = [(clouds[0] + 20, 0.9), (clouds[0] - 7, 0.99), (clouds[1], 0.5), (clouds[1] + 3, 0.95), (clouds[0], 1.0)]
    slips = {
        "the mean of each column is to be subtracted first": (False, 2),
        "the variances are the squares of the singular values": (True, 1),
    }
    for x, share in cases:
        found = number(call(answer, x, share, names=("x", "share")), "your number")
        right = _needed(x, share)
        if found == right:
            continue
        where = f"for {len(x)} examples of 5 features and the share {share:g} your number is {show(found)}"
        likely = next((words for words, (c, p) in slips.items() if _needed(x, share, centre=c, power=p) == found), "")
        if found == right - 1 and not likely:
            likely = "counted from 0?"
        raise Wrong(f"{where}, and {right} are needed" + (f": {likely}" if likely else ""))
    return f"{len(cases)} cases"


def _needed(x: np.ndarray, share: float, *, centre: bool = True, power: int = 2) -> int:
    values = np.linalg.svd(x - x.mean(axis=0) * centre, compute_uv=False) ** power
    return int(np.argmax(np.cumsum(values) / values.sum() >= share - 1e-12)) + 1
