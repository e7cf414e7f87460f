"""The exercises of ``chapters/linear_algebra/eigen_and_svd.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
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
    entries = parts(_flat(vector), 2, "an eigenvector, [v1, v2]")
    v = np.array([number(entry, f"entry {i} of your eigenvector") for i, entry in enumerate(entries, start=1)])
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
    pair = parts(_flat(answer), 2, "a pair, the larger first")
    if any(np.shape(part) for part in pair):
        raise Wrong("give the two numbers alone, a pair, the larger first; no matrix")
    if any(isinstance(part, (complex, np.complexfloating)) and part.imag for part in pair):
        raise Wrong("singular values are real; are these the eigenvalues of A? Take the roots of those of AᵀA")
    first, second = (number(n, w) for n, w in zip(pair, ("the larger", "the smaller"), strict=True))
    if abs(first - 8) < 1e-6 and abs(second - 2) < 1e-6:
        raise Wrong("these are the eigenvalues of AᵀA; the singular values are their roots")
    if first < 0 or second < 0:
        raise Wrong("singular values are not negative: take the positive roots")
    if first < second:
        raise Wrong("give the larger one first")
    close_to(first, np.sqrt(8), rtol=3.5e-3, what="the larger", hint="AᵀA has the rows (5, 3) and (3, 5)")
    close_to(second, np.sqrt(2), rtol=3.5e-3, what="the smaller", hint="AᵀA has the rows (5, 3) and (3, 5)")
    return "√8 and √2; their product is 4, the size of the determinant"


@exercise("eigen_and_svd.power", of=("eq-power-iteration-step", "eq-rayleigh-quotient"))
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
        if np.shape(pair[0]) == x.shape and not np.shape(pair[1]):
            raise Wrong("give the value first, then the vector")
        vector = _array(_flat(pair[1]), where, x.shape)
        if abs(np.linalg.norm(vector) - 1) > 1e-6:
            raise Wrong(f"{where} your vector has the length {show(np.linalg.norm(vector))}, not 1")
        if not np.allclose(vector, x, atol=1e-9) and not np.allclose(vector, -x, atol=1e-9):
            raise Wrong(f"{where} your vector is {show(vector)}; it should be {show(x)}, or minus that")
        hint = "It is xᵀSx with the unit vector at the end"
        if np.isscalar(pair[0]) and np.isclose(pair[0], np.linalg.norm(matrix @ x), rtol=1e-9) and pair[0] != value:
            hint = "Yours is the length ‖Sx‖; the Rayleigh quotient is xᵀSx"
        close_to(pair[0], value, rtol=1e-9, what=f"{where} your value", hint=hint)
    return f"{len(cases)} matrices, one with a negative eigenvalue and one whose powers overflow"


def _array(value: Any, where: str, shape: tuple[int, ...]) -> np.ndarray:
    if isinstance(value, list) and any(isinstance(part, float) and not np.isfinite(part) for part in value):
        raise Wrong(f"{where} your vector is {show(value)}: divide by the length after each step")
    return numbers(value, f"{where} your vector", shape=shape)


def _flat(answer: Any) -> Any:
    """A row or a column, SymPy's too, as the list of its entries; anything else as it is."""
    if isinstance(answer, sp.MatrixBase):
        return list(answer) if 1 in answer.shape else answer.tolist()
    if not isinstance(answer, (list, tuple)) and not (isinstance(answer, np.ndarray) and answer.ndim):
        return answer
    nested = [part if isinstance(part, (list, tuple)) or np.ndim(part) else None for part in answer]
    if len(nested) == 1 and nested[0] is not None:
        return list(nested[0])
    return [part if rows is None or len(rows) != 1 else rows[0] for part, rows in zip(answer, nested, strict=True)]


@exercise("eigen_and_svd.real_eigenvalues", of=("eq-characteristic-polynomial", "eq-spectral-theorem-2d"))
def real_eigenvalues(answer: Any) -> str:
    """The discriminant of a symmetric 2 × 2 matrix is a sum of squares, as a chain of proved steps."""
    a, b, d = sp.symbols("a b d", real=True)
    return derivation_of(answer, (a + d) ** 2 - 4 * (a * d - b**2), (a - d) ** 2 + 4 * b**2, min_steps=2)


@exercise("eigen_and_svd.low_rank_error", of=("eq-frobenius-split", "eq-weights"))
def low_rank_error(answer: Any) -> str:
    """The error of rank 2 for the singular values 5, 3, 2, 1."""
    pair = parts(_flat(answer), 2, "a pair, (distance, share)")
    distance, share = (number(n, w) for n, w in zip(pair, ("your distance", "your share"), strict=True))
    if abs(distance - 34 / 39) < 1e-3 and abs(share - np.sqrt(5)) < 1e-2:
        raise Wrong("give the distance first, then the share")
    if abs(distance - 5) < 1e-6:
        raise Wrong("5 is the squared distance, 2² + 1²")
    if abs(distance - 3) < 1e-6:
        raise Wrong("2 + 1 = 3 adds up the singular values; in the Frobenius norm their squares add up")
    if abs(distance - 2) < 1e-6:
        raise Wrong(
            "2, the largest singular value that is left out, is the error in the spectral norm, not in Frobenius's"
        )
    if abs(distance - np.sqrt(34)) < 1e-2:
        raise Wrong("√34 = √(5² + 3²) is the norm of what is kept; the distance comes from what is left out")
    close_to(distance, np.sqrt(5), rtol=3.5e-3, what="your distance", hint="Which singular values are left out?")
    if abs(share - 8 / 11) < 1e-3:
        raise Wrong("8/11 is a share of the singular values; take their squares")
    if abs(share - 5 / 39) < 1e-3:
        raise Wrong("that is the share that is lost")
    if abs(share - np.sqrt(34 / 39)) < 1e-3:
        raise Wrong("that is the root of the share; the share is one of ‖A‖², a sum of squares")
    if abs(share - 3400 / 39) < 0.5:
        raise Wrong("that is in percent; give the share as a number from 0 to 1")
    close_to(share, 34 / 39, rtol=3.5e-3, what="your share", hint="(5² + 3²) over the sum of all squares")
    return "√5, and 34/39, about 87 %"


@exercise("eigen_and_svd.components_needed", of="eq-variance-along-a-direction")
def components_needed(answer: Any) -> str:
    """How many principal components keep a share of the variance."""
    rng = np.random.default_rng(11)
    clouds = [rng.normal(size=(60, 5)) * np.array(scale) for scale in ((5, 3, 2, 1, 0.5), (4, 4, 3, 3, 0.1))]
    shift = np.array([20.0, -7, 3, 12, -15])  # another mean in each column
    cases = [(clouds[0] + shift, 0.9), (clouds[0] - 2 * shift, 0.99), (clouds[1], 0.5)]
    cases += [(clouds[1] + shift[::-1], 0.95), (clouds[0] + shift, 0.97), (clouds[1] - shift, 0.6), (clouds[0], 1.0)]
    found = [number(call(answer, x, share, names=("x", "share")), "your number") for x, share in cases]
    right = [_needed(x, share) for x, share in cases]
    if found == right:
        return f"{len(cases)} cases"
    slips: dict[str, Callable[[np.ndarray, float], int]] = {
        "the mean of each column is to be subtracted first": lambda x, share: _needed(x, share, centre=0),
        "subtract the mean of each column, not one number": lambda x, share: _needed(x, share, centre=x.mean()),
        "subtract the means of the columns, not those of the rows": lambda x, share: _needed(
            x, share, centre=x.mean(axis=1, keepdims=True)
        ),
        "the variances are the squares of the singular values": lambda x, share: _needed(x, share, power=1),
        "do not divide the columns by their standard deviations": lambda x, share: _needed(x / x.std(axis=0), share),
        "counted from 0?": lambda x, share: _needed(x, share) - 1,
    }
    first = next(i for i in range(len(cases)) if found[i] != right[i])
    where = f"for {len(cases[first][0])} examples of 5 features and the share {cases[first][1]:g}"
    likely = next((words for words, slip in slips.items() if found == [slip(x, share) for x, share in cases]), "")
    if not likely and found[:-1] == right[:-1] and found[-1] == 1:  # no sum passed: argmax found only False
        likely = "no sum passed your test; take >=, and allow for rounding"
    ending = f": {likely}" if likely else ""
    raise Wrong(f"{where} your number is {show(found[first])}, and {right[first]} are needed{ending}")


def _needed(x: np.ndarray, share: float, *, centre: Any = None, power: int = 2) -> int:
    """The number of components, with the mean of each column subtracted, or with another centre."""
    values = np.linalg.svd(x - (x.mean(axis=0) if centre is None else centre), compute_uv=False) ** power
    return int(np.argmax(np.cumsum(values) / values.sum() >= share - 1e-12)) + 1
