"""The exercises of ``chapters/networks/linear_classification.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, same_array, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise


@exercise("linear_classification.by_hand", of=("eq-logistic", "eq-odds-ratio", "eq-logistic-gradient"))
def by_hand(answer: Any) -> str:
    """Odds, probability and gradient for w = (log 2, −log 3), b = log 3, x = (2, 1), y = 0."""
    odds, p, slopes = parts(answer, 3, "three things, (odds, probability, [three slopes])")
    close_to(odds, 4, what="your value of the odds", hint="They are 3 · 2² · ⅓")
    close_to(p, 0.8, what="the probability", hint="It is the odds over 1 plus the odds")
    slopes = numbers(slopes, "your gradient", shape=(3,))
    if np.allclose(slopes, [-0.2, -0.4, -0.2]):
        raise Wrong("your gradient is that of a label 1, p − 1; the label is 0")
    if np.allclose(slopes, [0.8, 0.8, 1.6]):
        raise Wrong("the slope by w₁ is p − y times 2, that by w₂ is p − y times 1: x = (2, 1)")
    if np.allclose(slopes, [1.6, 0.8, 0.8]):
        raise Wrong("your gradient is in the order w₁, w₂, b; the exercise asks for (b, w₁, w₂)")
    same_array(slopes, [0.8, 1.6, 0.8], what="your gradient")
    return "each slope is p − y times its feature"


@exercise("linear_classification.costs", of="eq-threshold")
def costs(answer: Any) -> str:
    """The threshold for costs 19 : 1, the calls for four lumps, and what they cost."""
    threshold, calls, cost = parts(answer, 3, "three things, (threshold, [four times True or False], cost)")
    close_to(threshold, 0.05, what="the threshold", hint="It is 1/(1 + 19)")
    given = parts(calls, 4, "a list of four times True or False")
    if not all(isinstance(each, (bool, np.bool_)) for each in given):
        raise Wrong(f"your calls must be True or False each; they are {show(given)}")
    right = [False, False, True, True]
    wrong = [i for i, (mine, true) in enumerate(zip(given, right, strict=True)) if bool(mine) != true]
    if wrong:
        p = (0.02, 0.04, 0.3, 0.9)[wrong[0]]
        raise Wrong(f"with p = {p} an alarm costs {1 - p:g} on average, and none costs {19 * p:.2g}")
    close_to(cost, 1.94, what="the cost", hint="Without an alarm a lump costs 19p on average, with one 1 − p")
    return "the alarms start at p = 1/20"


@exercise("linear_classification.rates")
def rates(answer: Any) -> str:
    """Rates of 18 hits, 2 misses and 147 false alarms, the area of one threshold, and the excess of p = 0.2."""
    accuracy, recall, precision, fpr, area, excess = parts(
        answer, 6, "six numbers, (accuracy, recall, precision, FPR, area, excess of p)"
    )
    close_to(accuracy, 0.851, what="the accuracy", hint="It is (18 + 833)/1000")
    close_to(recall, 0.9, what="the recall", hint="It is the share of the ill that are found")
    if np.isclose(number(precision, "the precision"), 0.9):
        raise Wrong("the precision is the share of the ill among the alarms, not of the alarms among the ill")
    close_to(precision, 18 / 165, what="the precision", hint="It is the share of the ill among the 165 alarms")
    close_to(fpr, 0.15, what="the false positive rate", hint="It is the share of the 980 healthy that get an alarm")
    close_to(area, 0.875, what="the area", hint="It is ½ · 0.15 · 0.9 and then 0.85 · 0.95")
    if np.isclose(number(excess, "the excess"), 18 / 165 - 0.2):
        raise Wrong("the excess is p minus the frequency, 0.2 minus the precision; yours has the other sign")
    close_to(excess, 0.2 - 18 / 165, what="the excess of p", hint="The frequency among the alarms is the precision")
    return "calling no one ill has the accuracy 0.98, and the recall 0; the p of the alarms is too high"


@exercise("linear_classification.three_classes", of=("eq-softmax-model", "eq-softmax-gradient"))
def three_classes(answer: Any) -> str:
    """Probabilities, loss and slopes of softmax regression with exponentials 1, 2, 5 at x = 2, second label."""
    chances, loss, slopes = parts(answer, 3, "three things, ([three probabilities], loss, [three slopes])")
    same_array(chances, [1 / 8, 2 / 8, 5 / 8], what="your list of probabilities")
    close_to(loss, np.log(4), what="the loss", hint="It is −log of the second probability", rtol=1e-4)
    slopes = numbers(slopes, "your slopes", shape=(3,))
    if np.allclose(slopes, [1 / 8, -3 / 4, 5 / 8]):
        raise Wrong("these are the slopes by the logits, p − q; a weight moves its logit by x = 2")
    if np.allclose(slopes, [1 / 4, 1 / 2, 5 / 4]):
        raise Wrong("these are p x; for the label's class, the second, the slope is (p − 1) x")
    same_array(slopes, [1 / 4, -3 / 2, 5 / 4], what="your list of slopes")
    return "each slope is (p − q) x, and they sum to 0"


def _sigmoid(z: np.ndarray) -> np.ndarray:
    small = np.exp(-abs(z))
    return np.asarray(np.where(z >= 0, 1, small) / (1 + small))


def _problems() -> list[tuple[np.ndarray, np.ndarray, float, float, int]]:
    """Features, labels, penalty, learning rate, steps: the last has logits of some hundreds."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(7, 3)) + 1
    y = np.array([0, 1, 1, 0, 0, 1, 0])
    far = np.array([[900.0], [-700.0], [800.0]])
    return [(x, y, 0.0, 0.3, 1), (x, y, 0.0, 0.3, 40), (x, y, 0.2, 0.3, 40), (far, np.array([1, 0, 0]), 0.0, 1.0, 3)]


@exercise("linear_classification.fit", of=("eq-logistic-gradient", "eq-logistic"))
def fit(answer: Any) -> str:
    """Gradient descent on the penalised mean logistic loss."""
    for x, y, penalty, rate, steps in _problems():
        what = f"for x of shape {x.shape}, λ = {penalty:g}, α = {rate:g} and {steps} steps"
        names = ("x", "y", "penalty", "learning_rate", "steps")
        found = call(answer, x, y, penalty, rate, steps, names=names)
        if not isinstance(found, (list, tuple)) or len(found) != 2:
            raise Wrong(f"fit must return the pair (w, b); {what} it returns {show(found)}")
        w = numbers(found[0], f"{what} your w", shape=(x.shape[1],))
        b = number(found[1], f"{what} your b")
        right = _fitted(x, y, penalty, rate, steps)
        if _same((w, b), right):
            continue
        for words, options in _SLIPS:
            if _same((w, b), _fitted(x, y, penalty, rate, steps, **options)):
                raise Wrong(f"{what}: {words}")
        same_array(w, right[0], what=f"{what} your w")
        close_to(b, right[1], what=f"{what} your b")
    return "four problems that you did not see, each with the right weights and bias"


_SLIPS: list[tuple[str, dict[str, Any]]] = [
    ("the loss is a mean, so the gradient is divided by n", {"mean": False}),
    ("the penalty is on the weights, not on the bias", {"bias_too": True}),
    ("the penalty λ/2 ‖w‖² has the slope λw, not 2λw", {"double": 2.0}),
    ("the penalty λ/2 ‖w‖² has the slope λw, not λw/2", {"double": 0.5}),
    ("the penalty adds λw to the slope by w", {"double": 0.0}),
    ("the loss alone is a mean: the penalty's slope λw is not divided by n", {"shared": True}),
    ("the bias moves too; its slope is the mean of p − y", {"still": True}),
    ("the steps go against the gradient", {"sign": -1.0}),
    ("the slope by b is computed before w moves", {"late": True}),
    ("the steps go against p − y; the factor p(1 − p) cancels for the cross-entropy", {"squared": True}),
]


def _fitted(
    x: np.ndarray, y: np.ndarray, penalty: float, rate: float, steps: int, *, mean: bool = True,
    bias_too: bool = False, double: float = 1.0, sign: float = 1.0, late: bool = False, squared: bool = False,
    shared: bool = False, still: bool = False,
) -> tuple[np.ndarray, float]:  # fmt: skip
    w, b, share = np.zeros(x.shape[1]), 0.0, 1 / len(y) if mean else 1.0
    for _ in range(steps):
        p = _sigmoid(x @ w + b)
        error = (p - y) * (p * (1 - p) if squared else 1)
        moved = w - sign * rate * (x.T @ error * share + double * penalty * w * (1 / len(y) if shared else 1))
        error = _sigmoid(x @ moved + b) - y if late else error
        b = b - (not still) * sign * rate * float(error.sum() * share + bias_too * penalty * b)
        w = moved
    return w, b


def _same(one: tuple[np.ndarray, float], other: tuple[np.ndarray, float]) -> bool:
    return bool(np.allclose(one[0], other[0], rtol=1e-6, atol=1e-9) and np.isclose(one[1], other[1], atol=1e-9))


@exercise("linear_classification.newton_step", of=("eq-logistic-hessian", "eq-logistic-gradient"))
def newton_step(answer: Any) -> str:
    """One whole Newton step for the mean logistic loss."""
    rng = np.random.default_rng(9)
    cases = []
    for size in (3, 4):
        design = np.column_stack([np.ones(9), rng.normal(size=(9, size - 1))])
        cases.append((design, rng.integers(0, 2, 9), rng.normal(size=size) / 3))
    cases.append((np.repeat([[1.0, -1.0], [1.0, 1.0]], 4, axis=0), np.array([0, 0, 0, 1, 1, 1, 1, 0]), np.zeros(2)))
    for design, y, theta in cases:
        p = _sigmoid(design @ theta)
        slope, bend = design.T @ (p - y), (design.T * (p * (1 - p))) @ design
        what = f"for A of shape {design.shape} and θ = {show(theta.round(3).tolist())} your θ"
        found = numbers(call(answer, design, y, theta, names=("A", "y", "theta")), what, shape=theta.shape)
        step = np.linalg.solve(bend, slope)
        slips = {
            "the step goes against the gradient: θ minus the solution": theta + step,
            "return the new θ, not the step alone": -step,
            "that is a step of gradient descent; solve with the Hessian": theta - slope / len(y),
            "gradient and Hessian must both be divided by n, or neither": theta - step * len(y),
            "divide both gradient and Hessian by n, or neither; you divide the gradient": theta - step / len(y),
            "the factors of the Hessian are p(1 − p), not p": theta - np.linalg.solve((design.T * p) @ design, slope),
            "the Hessian needs the factors p(1 − p)": theta - np.linalg.solve(design.T @ design, slope),
        }
        for words, slip in slips.items():
            if np.allclose(found, slip, rtol=1e-6) and not np.allclose(slip, theta - step, rtol=1e-6):
                raise Wrong(f"{what} is {show(found.tolist())}: {words}")
        same_array(found, theta - step, what=what)
    return "three problems that you did not see"


_Z, _V, _T, _Y, _P = sp.symbols("z v t y p", real=True)


@exercise(
    "linear_classification.curvature",
    of=("eq-logistic-convex", "eq-logistic-hessian", "eq-logistic-slope", "eq-softmax-curvature"),
)
def curvature(answer: Any) -> str:
    """The second derivative of the logistic loss along a line."""
    line = _Z + _T * _V
    start = sp.Derivative(sp.log(1 + sp.exp(line)) - _Y * line, _T, 2)
    given = {_P: 1 / (1 + sp.exp(-line))}
    proved = derivation_of(answer, start, _P * (1 - _P) * _V**2, min_steps=2, given=given)
    return f"{proved}. No factor is negative: the loss is convex along each line"


@exercise("linear_classification.separable", of=("eq-separable-bound", "eq-separable-slope"))
def separable(answer: Any) -> str:
    """Margin, scale and the loss that tells the side."""
    margin, scale, loss = parts(answer, 3, "three numbers, (margin, t, loss)")
    close_to(margin, 1, what="the smallest margin", hint="At x = ½ with label 1 it is w x = 2 · ½")
    close_to(scale, np.log(100), what="t", hint="e⁻ᵗ = 1/100", rtol=1e-4)
    close_to(loss, np.log(2), what="the loss", hint="It is log(1 + e⁻ᵐ) at m = 0", rtol=1e-4)
    return "a loss below log 2 tells that the label is on its right side"


_WS, _MEAN = sp.symbols("w_1 w_2 w_3", real=True), sp.Symbol("wbar", real=True)


@exercise("linear_classification.centred", of="eq-class-redundancy")
def centred(answer: Any) -> str:
    """What subtracting the mean takes off a sum of squares."""
    start = sum((w - _MEAN) ** 2 for w in _WS)
    end = sum(w**2 for w in _WS) - 3 * _MEAN**2
    proved = derivation_of(answer, start, end, min_steps=2, given={_MEAN: sum(_WS) / 3})
    return f"{proved}. The penalty falls unless the mean is 0, and the probabilities stay"
