"""The exercises of ``chapters/practice/preprocessing.ipynb``."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, number, numbers, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.exercises.several import several

_BOTH_ENDS = "Subtract min, 2, and divide by max − min, 8"


@exercise("preprocessing.by_hand", of=("eq-standardised", "eq-units-cancel"))
def by_hand(answer: Any) -> str:
    """One column by three scalers, and a weight in the old unit."""
    names = [
        "the standardised value of 11",
        "the min–max value of 4",
        "the min–max value of 11",
        "the value of 11 by the quartiles",
        "the weight in the old unit",
        "the bias in the old unit",
        "the standardised 1 of a rare category",
    ]
    slips: list[dict[float, str]] = [
        {1.732: "The deviation is over n = 4, not n − 1", 2 / 3: "Divide by s, not by s²", 6.0: "Divide by s"},
        {-1 / 3: "That is its standardised value", 0.5: _BOTH_ENDS, 0.4: _BOTH_ENDS},
        {1.0: "New values are not clipped: 11 lies outside of the training part", 1.1: _BOTH_ENDS, 1.375: _BOTH_ENDS},
        {2.0: "Subtract the median and divide by the distance of the quartiles", 7.0: "Divide by q₇₅ − q₂₅"},
        {18.0: "The column was divided by s, so its weight per unit is w/s", 6.0: "That is per standard deviation"},
        {
            1.0: "Each unit of x counts from 0 now, no longer from the mean",
            -29.0: "Subtract m times the new weight",
            -5.0: "Subtract m times the new weight, with m = 5",
            -1.0: "Subtract m times the new weight, with m = 5",
        },
        {
            10.0: "Divide by √(p(1 − p)), not by p(1 − p)",
            1 / 3: "That is the size of the standardised 0",
            3.333: "Subtract the mean p first",
        },
    ]
    shape = "seven numbers, [z of 11, min–max of 4, min–max of 11, quartiles of 11, weight, bias, rare 1]"
    several(answer, shape, names, [2.0, 0.25, 1.125, 3.5, 2.0, -9.0, 3.0], slips)
    return "all seven; the numbers of the training part stay, and 11 may lie outside"


@exercise("preprocessing.steps", of=("eq-rate-is-correlation", "eq-best-scaling", "eq-whitened-covariance"))
def steps(answer: Any) -> str:
    """κ of two features before and after standardising, what a step then does, and whitening to an error."""
    names = ["κ before", "κ after", "the factor of a step", "the number of steps", "the error after whitening"]
    slips: list[dict[float, str]] = [
        {225.0: "The ratio of the variances leaves the covariance 48 out", 25.07: "That is the root of κ"},
        {4.556: "The curvatures are 1 ± r, not 1 ± r²", 1.0: "Standardising leaves the correlation"},
        {0.64: "A step multiplies the distance by |r|, the loss by r²", 0.889: "ρ is (κ − 1)/(κ + 1)"},
        {10.0: "After 10 steps the distance is 0.107 of what it was", 10.319: "Steps are whole: round up"},
        {
            0.5: "Divide by the root of the variance 1 − r, not by the variance",
            0.1 / np.sqrt(1.8): "That is the column of the larger variance, 1 + r",
            0.1: "Whitening divides the column by the root of its variance, and the error with it",
            0.1 * np.sqrt(0.2): "Divide by the root of the variance",
        },
    ]
    curvatures = np.linalg.eigvalsh(np.array([[4.0, 48.0], [48.0, 900.0]]))
    before = float(curvatures[1] / curvatures[0])
    shape = "five numbers, [κ before, κ after, factor of a step, steps, error]"
    several(answer, shape, names, [before, 9.0, 0.8, 11.0, 0.1 / np.sqrt(0.2)], slips)
    return "after standardising, the correlation alone decides; whitening more than doubles the error"


_MAPS = {
    "a": "median and quartiles",
    "b": "one-hot columns",
    "c": "the logarithm, then standardising",
    "d": "dividing by 255",
    "e": "leaving them as they are",
}
_DATA = [
    ("c", "the incomes", "ratios count in a heavy tail: which map makes differences of them?"),
    ("a", "the ages", "999 may not move the other values: which two numbers does it hardly change?"),
    ("d", "the pictures", "the largest value is known beforehand"),
    ("b", "the blood groups", "they have no order and no unit"),
    ("e", "the forest", "a rising map changes no split"),
]


@exercise("preprocessing.which", of=("eq-standardised", "eq-largest-standardised"))
def which(answer: Any) -> str:
    """Five kinds of features, and a map for each."""
    listed = isinstance(answer, (list, tuple)) and all(isinstance(part, str) for part in answer)
    text = "".join(answer) if listed else answer
    letters = re.sub(r"[^a-z]", "", text.lower()) if isinstance(text, str) else ""
    if len(letters) != len(_DATA) or set(letters) - set(_MAPS):
        raise Wrong(f'your answer must be five letters from a to e in quotes, such as "edcba"; it is {show(answer)}')
    for letter, (right, what, hint) in zip(letters, _DATA, strict=True):
        if letter != right:
            raise Wrong(f"{what}: not {_MAPS[letter]}; {hint}")
    return "each for a reason; without one, standardise"


def _standardised(
    train: np.ndarray, new: np.ndarray,
    *, ddof: int = 0, own: bool = False, both: bool = False, centred: bool = True, root: bool = True,
    nothing: float = 1.0,
) -> np.ndarray:  # fmt: skip
    """New rows by the training part's means and deviations; the options make a slip each."""
    source = new if own else np.vstack([train, new]) if both else train
    scale = source.std(axis=0, ddof=ddof if len(source) > ddof else 0) if root else source.var(axis=0)
    scale = np.where(scale == 0, nothing, scale)
    return (new - (source.mean(axis=0) if centred else 0)) / scale


_SCALED: list[tuple[str, dict[str, Any]]] = [
    ("it uses the means and deviations of the new rows; take those of the training part", {"own": True}),
    ("it uses all rows together; means and deviations come from the training part alone", {"both": True}),
    ("the deviation divides by n, not n − 1", {"ddof": 1}),
    ("subtract the mean first", {"centred": False}),
    ("divide by the standard deviation, not by the variance", {"root": False}),
    ("a column that holds one value is divided by 1: another new value gives the difference", {"nothing": np.inf}),
]


@exercise("preprocessing.scaled", of="eq-standardised")
def scaled(answer: Any) -> str:
    """A program that standardises new rows."""
    rng = np.random.default_rng(5)
    train = rng.normal(size=(7, 3)) * [1.0, 20.0, 0.3] + [5.0, -3.0, 0.0]
    still = np.column_stack([train[:, 0], np.full(7, 4.0)])
    cases = [
        ("one column", np.array([[1.0], [5.0]]), np.array([[5.0], [2.0]])),
        ("three columns", train, rng.normal(size=(4, 3)) * 10),
        ("a single new row", train, train[:1] + 1.0),
        ("a column that holds one value", still, np.array([[5.0, 4.0], [6.0, 4.5]])),
    ]
    for what, old, new in cases:
        with np.errstate(all="ignore"):  # a constant column may give 0/0
            found = call(answer, old.copy(), new.copy(), names=("train", "new"))
        if isinstance(found, np.ndarray) and found.dtype.kind == "f" and np.isnan(found).any():
            raise Wrong(f"for {what} your result holds NaN: 0/0; divide by 1 where the deviation is 0")
        mine, right = numbers(found, f"for {what} your result", shape=new.shape), _standardised(old, new)
        if np.allclose(mine, right, rtol=1e-7, atol=1e-9):
            continue
        for words, options in _SCALED:
            if np.allclose(mine, _standardised(old, new, **options), rtol=1e-6, atol=1e-9):
                raise Wrong(f"for {what}: {words}")
        first, wanted = (show(rows[0].round(6).tolist()) for rows in (mine, right))
        raise Wrong(f"for {what} your result begins {first}, not {wanted}")
    return f"{len(cases)} cases, one with a column that holds one value"


def _zca(
    x: np.ndarray, *, ddof: int = 0, centred: bool = True, power: float = -0.5, turned: bool = True,
) -> np.ndarray:  # fmt: skip
    away = x - x.mean(axis=0) if centred else x
    values, vectors = np.linalg.eigh(away.T @ away / (len(x) - ddof))
    scaled_vectors = vectors * values**power
    return np.asarray(scaled_vectors @ vectors.T if turned else scaled_vectors)


@exercise("preprocessing.zca", of=("eq-whitened-covariance", "eq-whitening-move"))
def zca(answer: Any) -> str:
    """A program for the matrix of ZCA whitening."""
    rng = np.random.default_rng(8)
    four = np.array([[3.0, 1.0], [-3.0, -1.0], [1.0, 3.0], [-1.0, -3.0]])
    cases = [
        ("four points", four),
        ("four points off 0", four + np.array([10.0, 5.0])),
        ("two columns of different scale", rng.normal(size=(9, 2)) * [1.0, 10.0] + [0.0, 3.0]),
        ("three columns", rng.normal(size=(12, 3)) @ [[1.0, 0.5, 0.0], [0.0, 1.0, 2.0], [0.0, 0.0, 3.0]] + 1.0),
    ]
    slips: list[tuple[str, dict[str, Any]]] = [
        ("subtract the means first", {"centred": False}),
        ("the covariance is over n, not n − 1", {"ddof": 1}),
        ("the variances go into it with the power −1/2", {"power": -1.0}),
        ("the variances go into it with the power −1/2", {"power": 0.5}),
    ]
    for what, x in cases:
        d = x.shape[1]
        mine = numbers(call(answer, x.copy(), names=("x",)), f"for {what} your matrix", shape=(d, d))
        right = _zca(x)
        if np.allclose(mine, right, rtol=1e-6, atol=1e-9):
            continue
        for words, options in slips:
            if np.allclose(mine, _zca(x, **options), rtol=1e-6, atol=1e-9):
                raise Wrong(f"for {what}: {words}")
        away = x - x.mean(axis=0)
        if np.allclose(mine.T @ (away.T @ away / len(x)) @ mine, np.eye(d), atol=1e-6):
            raise Wrong(f"for {what} your matrix whitens, but it is not ZCA's symmetric one, VΛ^(−1/2)Vᵀ")
        raise Wrong(f"for {what} your matrix is {show(mine.round(4).tolist())}, not {show(right.round(4).tolist())}")
    return f"{len(cases)} data sets, each whitened by a symmetric matrix"


@exercise("preprocessing.centring", of="eq-hessian-form")
def centring(answer: Any) -> str:
    """Centring one feature does not raise κ."""
    m, v = sp.Symbol("m", real=True), sp.Symbol("v", positive=True)
    start = (1 + v + m**2) ** 2 / v
    end = (1 + v) ** 2 / v + m**2 * (2 + 2 * v + m**2) / v
    proved = derivation_of(answer, start, end, min_steps=2)
    return f"{proved}. The second term is not negative, and it is 0 for m = 0 alone"


def _score(
    x: np.ndarray, y: np.ndarray, folds: list[np.ndarray], penalty: float,
    *, leak: bool = False, own: bool = False, mean: bool = True, target: bool = False, pooled: bool = True,
    intercept: bool = True,
) -> float:  # fmt: skip
    errors = []
    for fold in folds:
        rest = np.setdiff1d(np.arange(len(y)), fold)
        source = x if leak else x[rest]
        z = (x[rest] - source.mean(axis=0)) / source.std(axis=0)
        used = x[fold] if own else source
        new = (x[fold] - used.mean(axis=0)) / used.std(axis=0)
        level = (y if target else y[rest]).mean() if intercept else 0.0
        n = len(rest) if mean else 1
        w = np.linalg.solve(z.T @ z + n * penalty * np.eye(x.shape[1]), z.T @ (y[rest] - level))
        errors.append((y[fold] - new @ w - level) ** 2)
    return float(np.concatenate(errors).mean() if pooled else np.mean([e.mean() for e in errors]))


_SCORES: list[tuple[str, dict[str, Any]]] = [
    ("means and deviations come from all rows, those of the fold too: learn them from the other rows", {"leak": True}),
    ("the fold is standardised by its own means and deviations: use those of the other rows", {"own": True}),
    ("the penalty is multiplied by the number of rows of the fit", {"mean": False}),
    ("the mean of the targets comes from all rows, those of the fold too", {"target": True}),
    ("all rows count alike: take the mean over the rows, not over the folds", {"pooled": False}),
    (
        "subtract the mean of the other rows' targets before the fit, and add it to the predictions",
        {"intercept": False},
    ),
]


@exercise("preprocessing.inside")
def inside(answer: Any) -> str:
    """A program for a cross-validation whose scaler is learned inside each fold."""
    rng = np.random.default_rng(9)
    x = rng.normal(size=(14, 3)) * [1.0, 100.0, 0.1] + [3.0, 0.0, 1.0]
    y = x @ [1.0, 0.02, -5.0] + rng.normal(size=14) + 7.0
    outlier = x.copy()
    outlier[0] *= 8
    order = rng.permutation(14)
    cases = [
        ("two folds of 7 rows", x, y, [np.arange(7), np.arange(7, 14)], 0.1),
        ("three folds of 4, 4 and 6 rows", x, y, [np.arange(4), np.arange(4, 8), np.arange(8, 14)], 0.5),
        ("folds in another order, with an outlier", outlier, y, [order[:4], order[4:9], order[9:]], 0.2),
    ]
    for what, a, b, folds, penalty in cases:
        given = [fold.copy() for fold in folds]
        found = call(answer, a.copy(), b.copy(), given, penalty, names=("x", "y", "folds", "penalty"))
        mine, right = number(found, f"for {what} your score"), _score(a, b, folds, penalty)
        if abs(mine - right) <= 1e-7 * right:
            continue
        for words, options in _SCORES:
            slipped = _score(a, b, folds, penalty, **options)
            if abs(mine - slipped) <= 1e-6 * slipped:
                raise Wrong(f"for {what}: {words}")
        if abs(mine - right**0.5) <= 1e-6 * right**0.5:
            raise Wrong(f"for {what} your score is the root of the mean squared error; leave the root out")
        raise Wrong(f"for {what} your score is {show(mine)}, not {show(round(right, 6))}")
    return f"{len(cases)} cross-validations without a leak"


@exercise("preprocessing.units", of=("eq-ridge-units", "eq-ridge-whitened"))
def units(answer: Any) -> str:
    """A ridge weight in metres and in millimetres, and one after whitening."""
    names = [
        "the weight per metre",
        "the weight per metre, found in millimetres",
        "the λ in millimetres",
        "the weight after whitening",
    ]
    slips: list[dict[float, str]] = [
        {2.0: "That is without the penalty"},
        {0.002: "That is per millimetre: a metre has a thousand", 1.0: "In millimetres the penalty hardly counts"},
        {
            1000.0: "λ belongs to squares: it grows by 1000²",
            1.0: "With the same λ the predictions differ",
            1e-6: "It grows, as the mean of x² does",
        },
        {3.0: "That is without the penalty", 2.75: "Divide by 1 + λ", 3.75: "A penalty shrinks"},
    ]
    shape = "four numbers, [per metre, per metre found in mm, λ in mm, whitened]"
    several(answer, shape, names, [1.0, 2e6 / (1e6 + 1), 1e6, 2.4], slips)
    return "what λ means hangs on the unit; after whitening it is the same for each direction"
