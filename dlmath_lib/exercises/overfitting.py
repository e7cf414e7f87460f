"""The exercises of ``chapters/regularization/overfitting.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, not_yet, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise

_Z, _K = sp.Symbol("z", positive=True), sp.Symbol("k", integer=True, nonnegative=True)
_P, _SIGMA, _C = sp.symbols("p sigma C", positive=True)


@exercise("overfitting.by_hand", of="eq-bias-variance")
def by_hand(answer: Any) -> str:
    """Two models at one input, and how many averages make them equal."""
    first, second, count = parts(answer, 3, "three numbers, (error of A, error of B, number)")
    close_to(first, 7.0, what="the error of A", hint="Noise 4, bias 0, variance 3; a new target has noise of its own")
    close_to(second, 6.0, what="the error of B", hint="Noise 4, squared bias (5 − 4)², variance 1")
    close_to(count, 2.0, what="the number", hint="It is the first whole r with 4 + 3/r ≤ 6")
    return "the biased model is the better one, until variance is averaged away"


@exercise("overfitting.hidden", of=("eq-generalisation-gap", "eq-squared-residual"))
def hidden(answer: Any) -> str:
    """Training error, new error, their mixed term and the data needed, for 12 weights, 60 examples and σ² = 5."""
    train, new, mixed, count = parts(answer, 4, "four numbers, (training error, new error, mixed term, n)")
    close_to(train, 4.0, what="the training error", hint="It is σ²(1 − p/n)")
    close_to(new, 6.0, what="the error of new targets", hint="It is σ²(1 + p/n)")
    close_to(mixed, -2.0, what="the mixed term", hint="It is −2σ²Pᵢᵢ, and the mean of the Pᵢᵢ is p/n")
    n = number(count, "n")
    if n != 120:
        if n < 12:
            raise Wrong(f"n is {show(n)}: twelve independent columns need at least 12 examples")
        error = 5 * (1 + 12 / n)
        words = "more than 5.5" if n < 120 else "enough, but not with the smallest n"
        raise Wrong(f"n is {show(n)}: the error of new targets is then {error:.6g}, {words}")
    return "the gap is 2σ²p/n = 2"


@exercise("overfitting.stopped", of="eq-early-stopping")
def stopped(answer: Any) -> str:
    """The shares of two directions after two steps and by ridge, and the steps that keep half."""
    shape = "three parts, ([g1, g2] stopped, [g1, g2] by ridge, number of steps)"
    own, by_ridge, count = parts(answer, 3, shape)
    for found, right, what, hint, slips in (
        (own, (0.75, 0.19), "stopped", "it is 1 − (1 − αd²)², as k = 2", {
            (0.25, 0.81): "that is what is left out: (1 − αd²)²",
            (0.4375, 0.0199): "0.5 and 0.1 are d², and need not be squared again",
            (0.5, 0.1): "that is after one step",
        }),
        (by_ridge, (1 / 2, 1 / 6), "by ridge", "it is d²/(d² + λ) with λ = ½", {
            (1 / 5, 1 / 21): "λ is 1/(αk) = ½, not k: more steps, less penalty",
            (1 / 3, 1 / 11): "λ is 1/(αk) = ½, and this has λ = 1",
            (1 / 2, 5 / 6): "the second is what is left out: λ/(d² + λ)",
            (1 / 3, 0.1**2 / (0.1**2 + 0.5)): "0.5 and 0.1 are d², and need not be squared again",
        }),
    ):  # fmt: skip
        shares = numbers(found, f"the shares {what}", shape=(2,))
        for slip, words in slips.items():
            if np.allclose(shares, slip, rtol=0, atol=1e-3):
                raise Wrong(f"the shares {what}: {words}")
        for name, share, wanted in zip(("first", "second"), shares, right, strict=True):
            if not np.isclose(share, wanted, rtol=0, atol=1e-3):
                raise Wrong(f"the share of the {name} direction {what} is {show(float(share))}: {hint}")
    steps = number(count, "the number of steps")
    if steps != round(steps) or steps < 0:
        raise Wrong(f"the number of steps is {show(steps)}, and a whole number is asked for")
    if steps != 7:
        words = "less than half" if steps < 7 else "at least half, but not after the fewest steps"
        raise Wrong(f"after {steps:g} steps the second direction keeps {1 - 0.9**steps:.3f}, {words}")
    return "stopping keeps more than ridge in both directions, here by up to a quarter"


_INPUTS: list[tuple[np.ndarray, Callable[[Any], Any], int, float]] = [
    (np.linspace(-1, 1, 6), np.exp, 1, 0.7),
    (np.array([-1.0, -0.2, 0.3, 0.9, 1.4]), lambda x: np.sin(3 * x), 2, 2.0),
    (np.linspace(0, 1, 4), lambda x: x**2, 3, 1.0),
    (np.linspace(-1, 1, 7), lambda x: x + 2, 0, 0.0),
]


@exercise("overfitting.tradeoff", of=("eq-bias-variance", "eq-squared-residual"))
def tradeoff(answer: Any) -> str:
    """Mean squared bias and mean variance of a polynomial fit."""
    names = ("x", "f", "degree", "noise_variance")
    for x, function, degree, noise in _INPUTS:
        f = function(x)
        features = np.vander(x, degree + 1)
        p = features @ np.linalg.pinv(features)
        bias, variance = float(np.mean((p @ f - f) ** 2)), noise * (degree + 1) / len(x)
        what = f"for {len(x)} inputs, degree {degree} and σ² = {noise:g}"
        found = call(answer, x, f, degree, noise, names=names)
        if not isinstance(found, (list, tuple, np.ndarray)) or getattr(found, "shape", None) == () or len(found) != 2:
            raise Wrong(
                f"tradeoff must return the pair (mean squared bias, mean variance); {what} it gives {show(found)}"
            )
        own_bias = number(found[0], f"{what} your mean squared bias")
        own_variance = number(found[1], f"{what} your mean variance")
        swapped = np.allclose((own_bias, own_variance), (variance, bias), rtol=1e-6, atol=1e-9)
        if swapped and not np.isclose(bias, variance, rtol=1e-4, atol=1e-9):
            raise Wrong(f"{what} the two parts are right, and in the wrong order: (mean squared bias, mean variance)")
        for other in (degree - 1, degree + 1):
            columns = np.vander(x, other + 1) if other + 1 else np.zeros((len(x), 1))
            q = columns @ np.linalg.pinv(columns)
            pair = np.mean((q @ f - f) ** 2), noise * np.sum(q**2) / len(x)
            if noise and other < len(x) and np.allclose((own_bias, own_variance), pair, rtol=1e-6, atol=1e-9):
                raise Wrong(
                    f"{what} you fit degree {other}: np.vander(x, degree + 1) has a column for each coefficient"
                )
        if not np.isclose(own_bias, bias, rtol=1e-6, atol=1e-9):
            _why(own_bias, bias, len(x), f"{what} your mean squared bias", {
                float(np.mean(p @ f - f)): "the bias is squared at each input, and then averaged",
                float(np.mean(np.abs(p @ f - f))): "the bias is squared, not taken without its sign",
                float(np.sqrt(bias)): "the mean of the squares is asked for, not its root",
                bias + noise: "the noise is a part of its own; the bias has none of it",
            })  # fmt: skip
        if not np.isclose(own_variance, variance, rtol=1e-6, atol=1e-9):
            _why(own_variance, variance, len(x), f"{what} your mean variance", {
                noise * (1 - (degree + 1) / len(x)): "that is what the residual has; the prediction has σ²p/n",
                (degree + 1) / len(x): "the noise variance is missing",
                noise**2 * (degree + 1) / len(x): "the noise variance is squared; it is σ² already",
                float(np.sqrt(noise)) * (degree + 1) / len(x): "this has σ in the place of σ²",
                float(np.sqrt(variance)): "the variance is asked for, not its root",
                noise + variance: "the noise of a new target is a part of its own; the variance is of the prediction",
                float(noise * np.var(p @ f)): "so the fit varies from input to input, not from sample to sample",
                noise * degree / len(x): "a polynomial of this degree has one more coefficient than its degree",
                float(noise * np.mean(p**2)): "P² is summed over a row, not averaged",
                float(noise * np.mean(np.sum(p, axis=1) ** 2)): "the entries of P are squared before they are summed",
            })  # fmt: skip
    return f"{len(_INPUTS)} polynomials; each has the variance σ²p/n"


def _why(found: float, right: float, n: int, what: str, slips: dict[float, str]) -> None:
    """Say which slip this is; the sum in the place of the mean is looked at for each."""
    for value, words in {**slips, n * right: "the mean over the inputs is asked for, and this is the sum"}.items():
        if np.isclose(found, value, rtol=1e-6, atol=1e-12) and not np.isclose(value, right, rtol=1e-4, atol=1e-9):
            raise Wrong(f"{what} is {found:.6g}: {words}")
    raise Wrong(f"{what} is {found:.6g}; right is {right:.6g}")


@exercise("overfitting.one_step", of="eq-early-stopping")
def one_step(answer: Any) -> str:
    """The share that is kept, one step later."""
    start = (1 - _Z) * (1 - (1 - _Z) ** _K) + _Z
    proved = derivation_of(answer, start, 1 - (1 - _Z) ** (_K + 1), min_steps=2)
    return f"{proved}. With g₀ = 0 the formula holds for all k"


@exercise("overfitting.honest")
def honest(answer: Any) -> str:
    """Cross-validated accuracy whose choice of columns does not see the fold."""
    rng = np.random.default_rng(11)
    for n, count in ((9, 3), (10, 4)):
        x, y = rng.normal(size=(n, 5)), rng.integers(0, 2, n)
        folds = [np.sort(part) for part in np.array_split(rng.permutation(n), count)]
        seen: list[tuple[str, np.ndarray, np.ndarray]] = []
        given = _spies(x, seen)
        found = number(call(answer, x, y, folds, *given, names=("x", "y", "folds", "choose", "accuracy")), "your mean")
        what = f"for {n} rows in {count} folds"
        _look(seen, x, y, folds, what)
        scores = [_score(x, fold) for fold in folds]
        if not np.isclose(found, np.mean(scores), rtol=1e-9, atol=1e-12):
            weights = [len(fold) / n for fold in folds]
            words = f"; right is {np.mean(scores):.6g}"
            if np.isclose(found, np.dot(weights, scores)):
                words = "; the mean of the folds is asked for, each counts once"
            elif np.isclose(found, np.sum(scores)):
                words = "; that is the sum of the folds, and the mean is asked for"
            raise Wrong(f"{what} your mean accuracy is {found:.6g}{words}")
    return "in no fold did the choice see the rows that it was judged on"


def _rows(part: Any, x: np.ndarray) -> np.ndarray | None:
    """Which rows of x these are, by their first entries; None where they are none."""
    part = np.asarray(part)
    if part.ndim != 2 or not len(part):
        return None
    hits = [np.flatnonzero((x[:, : part.shape[1]] == row).all(axis=1)) for row in part]
    return np.array([hit[0] for hit in hits]) if all(len(hit) == 1 for hit in hits) else None


def _score(x: np.ndarray, fold: np.ndarray) -> float:
    """An accuracy that tells the folds apart."""
    return float(np.round((1 + np.sin(x[fold, 0].sum())) / 2, 6))


def _spies(x: np.ndarray, seen: list[Any]) -> tuple[Any, Any]:
    """A choice (the first two columns) and an accuracy that record what they are given."""

    def choose(x_given: Any, y_given: Any) -> np.ndarray:
        seen.append(("choose", np.array(x_given), np.array(y_given)))
        return np.array([0, 1])

    def accuracy(x_given: Any, y_given: Any, x_new: Any, y_new: Any) -> float:
        seen.append(("fit", np.array(x_given), np.array(y_given)))
        seen.append(("new", np.array(x_new), np.array(y_new)))
        rows = _rows(x_new, x)
        return 0.0 if rows is None else _score(x, rows)

    return choose, accuracy


def _look(seen: list[Any], x: np.ndarray, y: np.ndarray, folds: list[np.ndarray], what: str) -> None:
    """Refuse what leaks, by the rows that were handed over."""
    everything = set(range(len(x)))
    kinds = [kind for kind, _, _ in seen]
    if "new" not in kinds:
        raise Wrong(f"{what} accuracy is not called")
    rows: list[tuple[str, set[int]]] = []
    for kind, part, labels in seen:
        words = {"choose": "choose", "fit": "accuracy (to fit)", "new": "accuracy (as new)"}[kind]
        which = _rows(part, x)
        if which is None:
            raise Wrong(f"{what} {words} must be given rows of x, with the chosen columns in accuracy")
        if np.shape(labels) != (len(which),) or not (np.asarray(labels) == y[which]).all():
            raise Wrong(f"{what} {words} is given labels that do not belong to its rows")
        rows.append((kind, set(which.tolist())))
    if any(kind == "choose" and which == everything for kind, which in rows):
        raise Wrong(f"{what} choose sees all rows, also those that it is judged on: that is the leak")
    chosen: set[int] | None = None
    fitted: set[int] = set()
    done = []
    for kind, held in rows:
        if kind == "choose":
            chosen = held
        elif kind == "fit":
            fitted = held
        else:
            if chosen is None:
                raise Wrong(f"{what} the columns must come from choose")
            if held & (fitted | chosen):
                late = "choose" if held & chosen else "the fit"
                raise Wrong(f"{what} {late} sees rows that are then predicted as new ones")
            if fitted != everything - held or chosen != everything - held:
                raise Wrong(f"{what} choose and fit must be given all the rows outside the fold, and those only")
            done.append(sorted(held))
    if sorted(done) != sorted(sorted(fold.tolist()) for fold in folds):
        raise Wrong(f"{what} each fold must be predicted once; you predict {len(done)} times")
    shapes = [part.shape[1] for kind, part, _ in seen if kind != "choose"]
    if any(width != 2 for width in shapes):
        raise Wrong(f"{what} accuracy must be given the chosen columns alone, x[:, columns]")


_LEAKS = {
    "a": "255 is known beforehand; nothing is computed from the test rows",
    "b": "a standard deviation over all rows contains the test rows",
    "c": "keeping a patient in one part prevents a leak",
    "d": "a mean over all rows contains the test rows",
    "e": "the correlations contain the test rows and their labels",
}


@exercise("overfitting.leaks")
def leaks(answer: Any) -> str:
    """Which steps before a split can leak."""
    if answer is ...:
        raise not_yet()
    letters = "".join(answer) if isinstance(answer, (list, tuple, set, frozenset)) and all(
        isinstance(part, str) for part in answer) else answer  # fmt: skip
    if not isinstance(letters, str):
        raise Wrong(f'the answer is a text of letters, such as "ac"; it is {show(answer)}')
    given = {letter for letter in letters.lower() if letter.isalpha()}
    if not given or not given <= set(_LEAKS):
        raise Wrong(f'the answer is a text of letters from a to e, such as "ac"; it is {show(answer)}')
    for letter in sorted(given - set("bde")):
        raise Wrong(f"({letter}) does not leak: {_LEAKS[letter]}")
    for letter in sorted(set("bde") - given):
        raise Wrong(f"({letter}) can leak, too: {_LEAKS[letter]}")
    return "computed from all rows is leaked from all rows; with labels it is worst"


@exercise("overfitting.threshold", of="eq-bias-variance")
def threshold(answer: Any) -> str:
    """The variance part for Gaussian features by its limits, for n = 100 and σ² = 2."""
    found = parts(answer, 4, "four numbers, (at 50, at 80, at 125, p)")
    for value, p, right in zip(found, (50, 80, 125), (2.0, 8.0, 8.0), strict=False):
        limit = "p/(n − p)" if p < 100 else "n/(p − n)"
        own = number(value, f"the variance part at p = {p}")
        if np.isclose(2 * own, right, rtol=1e-6):
            raise Wrong(f"the variance part at p = {p} is {show(own)}: σ² = 2 is missing")
        close_to(own, right, what=f"the variance part at p = {p}", hint=f"It is σ² times {limit}")
    last = number(found[3], "p")
    if last <= 100:
        raise Wrong(f"p is {show(last)}, and a p larger than n = 100 is asked for")
    if not np.isclose(last, 200, rtol=1e-9):
        raise Wrong(f"at p = {show(last)} the variance part is {200 / (last - 100):.4g}, and at p = 50 it is 2")
    return "p and n²/p have the same variance part"


@exercise("overfitting.best_penalty", of="eq-bias-variance")
def best_penalty(answer: Any) -> str:
    """The penalty of ridge with the smallest expected error, for orthonormal columns."""
    try:
        expression_equals(answer, _P * _SIGMA**2 / _C**2, reveal=False)
    except Wrong as wrong:
        if not wrong.unfinished and "not the right expression" in str(wrong):
            raise Wrong(f"this is not the right expression{_where_it_misses(sp.sympify(answer))}") from None
        raise
    return "some penalty is better than none, and too much is worse"


def _where_it_misses(answer: sp.Expr) -> str:
    """A point at which another penalty has a smaller error."""
    for p, sigma, c in ((3, 2.0, 1.0), (10, 0.5, 2.0)):
        values = {"p": sp.Integer(p), "sigma": sp.Float(sigma), "C": sp.Float(c)}
        value = sp.N(answer.xreplace({s: values.get(str(s), sp.Float(1)) for s in answer.free_symbols}))
        at = f"for p = {p}, σ = {sigma:g}, C = {c:g}"
        if not value.is_real or not 0 <= value < 1e9:
            return f": {at} it is {value.evalf(4)}, and a number of at least 0 is asked for"
        lam = float(value)
        for other in (lam * 1.1 + 0.01, lam * 0.9):
            errors = [(v**2 * c**2 + p * sigma**2) / (1 + v) ** 2 for v in (other, lam)]
            if errors[0] < errors[1] - 1e-12:
                return f": {at} your λ is {lam:.4g}, and {other:.4g} has a smaller error"
    return ""
