"""The checks of the exercises on preprocessing: right answers pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.preprocessing import standardize, whiten
from dlmath_lib.verify import Derivation

M, V = sp.Symbol("m", real=True), sp.Symbol("v", positive=True)
START = (1 + V + M**2) ** 2 / V
END = (1 + V) ** 2 / V + M**2 * (2 + 2 * V + M**2) / V
MIDDLE = ((1 + V) ** 2 + 2 * (1 + V) * M**2 + M**4) / V
CHAIN = Derivation(START).step(MIDDLE, because="square of a sum").step(END, because="take m² out")
HAND = [2, 0.25, 1.125, 3.5, 2, -9, 3]
STEPS = [628.5655, 9, 0.8, 11, 0.2236]
UNITS = [1, 1.999998, 1e6, 2.4]


def scaled(train, new, *, ddof=0, guard=True):
    s = train.std(axis=0, ddof=ddof)
    return (new - train.mean(axis=0)) / (np.where(s == 0, 1, s) if guard else s)


def zca(x, *, ddof=0, power=-0.5, back=True, centred=True):
    x = x - x.mean(axis=0) if centred else x
    _, s, vt = np.linalg.svd(x.T @ x / (len(x) - ddof))
    return vt.T @ np.diag(s**power) @ (vt if back else np.eye(len(vt)))


def inside(x, y, folds, penalty, *, scale=None, per_fold=False, n=None, level=None):
    errors = []
    for fold in folds:
        rest = np.array([i for i in range(len(y)) if i not in fold])
        maps = standardize(x if scale == "all" else x[rest])
        z, new = maps.transform(x[rest]), maps.transform(x[fold])
        new = standardize(x[fold]).transform(x[fold]) if scale == "own" else new
        mean = {"all": y.mean(), "none": 0.0}.get(level, y[rest].mean())
        w = np.linalg.solve(z.T @ z + (n or len(rest)) * penalty * np.eye(3), z.T @ (y[rest] - mean))
        errors.append((y[fold] - new @ w - mean) ** 2)
    return np.mean([e.mean() for e in errors]) if per_fold else np.concatenate(errors).mean()


def replaced(right, place, value):
    return [*right[:place], value, *right[place + 1 :]]


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("preprocessing")]
    assert names == ["by_hand", "centring", "inside", "scaled", "steps", "units", "which", "zca"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", HAND),
        ("by_hand", np.array(HAND, float)),
        ("by_hand", [2, sp.Rational(1, 4), sp.Rational(9, 8), 3.5, 2, -9, 3]),
        ("steps", STEPS),
        ("scaled", scaled),
        ("scaled", lambda train, new: standardize(train).transform(new)),
        ("zca", zca),
        ("zca", lambda x: whiten(x, kind="zca").matrix),
        ("centring", CHAIN),
        ("inside", inside),
        ("units", UNITS),
        ("units", (1, 2, 10**6, 2.4)),
        ("which", "cadbe"),
        ("which", ["C", "A", "D", "B", "E"]),
        ("which", "c, a, d, b, e"),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"preprocessing.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("by_hand", replaced(HAND, 0, 3**0.5), "not n − 1"),
        ("by_hand", replaced(HAND, 2, 1), "not clipped"),
        ("by_hand", replaced(HAND, 1, 0.4), "Subtract min, 2"),
        ("by_hand", replaced(HAND, 2, 1.1), "Subtract min, 2"),
        ("by_hand", replaced(HAND, 2, 1.375), "Subtract min, 2"),
        ("by_hand", replaced(HAND, 5, -5), "with m = 5"),
        ("by_hand", replaced(HAND, 3, 2), "divide by the distance of the quartiles"),
        ("by_hand", replaced(HAND, 4, 18), "weight per unit is w/s"),
        ("by_hand", replaced(HAND, 5, -29), "times the new weight"),
        ("by_hand", replaced(HAND, 6, 10), "not by p(1 − p)"),
        ("by_hand", replaced(HAND, 6, 10 / 3), "Subtract the mean p first"),
        ("by_hand", HAND[:3], "seven numbers"),
        ("steps", replaced(STEPS, 0, 225), "leaves the covariance 48 out"),
        ("steps", replaced(STEPS, 1, 1.64 / 0.36), "not 1 ± r²"),
        ("steps", replaced(STEPS, 2, 0.64), "the loss by r²"),
        ("steps", replaced(STEPS, 3, np.log(10) / -np.log(0.8)), "round up"),
        ("steps", replaced(STEPS, 4, 0.5), "not by the variance"),
        ("steps", replaced(STEPS, 4, 0.0745), "the larger variance"),
        ("steps", replaced(STEPS, 4, 0.1), "and the error with it"),
        ("steps", STEPS[:4], "five numbers"),
        ("scaled", lambda train, new: scaled(new, new), "of the new rows"),
        ("scaled", lambda train, new: scaled(np.vstack([train, new]), new), "all rows together"),
        ("scaled", lambda train, new: scaled(train, new, ddof=1), "not n − 1"),
        ("scaled", lambda train, new: scaled(train, new, guard=False), "divide by 1 where the deviation is 0"),
        ("scaled", lambda train, new: scaled(train, new + train.mean(axis=0)), "subtract the mean"),
        ("scaled", lambda train, new: (new - train.mean(axis=0)) / (train.var(axis=0) + 1e-300), "not by the variance"),
        ("scaled", lambda train, new: new, "your result begins"),
        ("scaled", lambda train, new: scaled(train, new)[0], "shape"),
        ("zca", lambda x: zca(x, ddof=1), "not n − 1"),
        ("zca", lambda x: zca(x, power=-1), "the power −1/2"),
        ("zca", lambda x: zca(x, power=0.5), "the power −1/2"),
        ("zca", lambda x: zca(x, centred=False), "subtract the means first"),
        ("zca", lambda x: zca(x, back=False), "ZCA's symmetric one"),
        ("zca", lambda x: np.linalg.inv(np.linalg.cholesky(np.cov(x.T, bias=True))).T, "ZCA's symmetric one"),
        ("zca", lambda x: np.eye(x.shape[1]), "your matrix is"),
        ("centring", Derivation(START).step(END, because="take m² out"), "at least 2 steps"),
        ("inside", lambda *given: inside(*given, scale="all"), "from all rows, those of the fold too"),
        ("inside", lambda *given: inside(*given, scale="own"), "by its own means"),
        ("inside", lambda *given: inside(*given, n=1), "number of rows of the fit"),
        ("inside", lambda *given: inside(*given, per_fold=True), "not over the folds"),
        ("inside", lambda *given: inside(*given, level="all"), "mean of the targets comes from all rows"),
        ("inside", lambda *given: inside(*given, level="none"), "add it to the predictions"),
        ("inside", lambda *given: inside(*given) ** 0.5, "leave the root out"),
        ("inside", lambda *given: 1.0, "your score is 1"),
        ("units", replaced(UNITS, 0, 2), "without the penalty"),
        ("units", replaced(UNITS, 1, 0.002), "That is per millimetre"),
        ("units", replaced(UNITS, 2, 1000), "grows by 1000²"),
        ("units", replaced(UNITS, 3, 2.75), "Divide by 1 + λ"),
        ("which", "aadbe", "the incomes: not median and quartiles"),
        ("which", "ccdbe", "the ages: not the logarithm"),
        ("which", "caebd", "the pictures: not leaving them as they are"),
        ("which", "cadeb", "the blood groups: not leaving them as they are"),
        ("which", "cad", "five letters"),
        ("which", "cadbf", "five letters"),
        ("which", 3, "five letters"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"preprocessing.{name}", answer)
    assert not verdict.passed and words in verdict.message, verdict.message


@pytest.mark.parametrize("name", ["by_hand", "centring", "inside", "scaled", "steps", "units", "which", "zca"])
def test_stubs_are_not_yet_answered(name):
    assert check(f"preprocessing.{name}", ...).status == "not yet"


@pytest.mark.parametrize("name", ["inside", "scaled", "zca"])
def test_an_unfinished_function_is_not_yet_an_answer(name):
    assert check(f"preprocessing.{name}", lambda *given: ...).status == "not yet"
