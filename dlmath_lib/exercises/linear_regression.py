"""The exercises of ``chapters/networks/linear_regression.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, choice, close_to, number, numbers, parts, same_array
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

_W, _B = sp.symbols("w b", real=True)
_MX, _MY, _MXX, _MXY = sp.symbols("m_x m_y m_xx m_xy", real=True)
_BEST_LINE = {_W: (_MXY - _MX * _MY) / (_MXX - _MX**2), _B: _MY - _W * _MX}


_SLOPES = [
    ("the first point's slope", (-2.0, -2.0)),
    ("the second point's slope", (8.0, 4.0)),
    ("the slope of J", (3.0, 1.0)),
]


@exercise(
    "linear_regression.two_points",
    of=("eq-mse", "eq-one-example-w", "eq-one-example-b", "eq-mse-w", "eq-mse-b"),
)
def two_points(answer: Any) -> str:
    """Loss and slopes of ŷ = x + 1 on (1, 3) and (2, 1), for each point and for the mean."""
    loss, *pairs = parts(answer, 4, "four parts, [J, [by w, by b], [by w, by b], [by w, by b]]")
    close_to(loss, 2.5, what="J", hint="It is the mean of the two squared residuals")
    for pair, (what, (right_w, right_b)) in zip(pairs, _SLOPES, strict=True):
        by_w, by_b = parts(pair, 2, f"four parts, and {what} a list of two numbers, [by w, by b]")
        whole = what.endswith("J")
        hint = "It is the mean of the two points' slopes" if whole else "It is twice the residual, by w times x"
        close_to(by_w, right_w, what=f"{what} by w", hint=hint)
        close_to(by_b, right_b, what=f"{what} by b", hint=hint)
    return "the second point counts more: its residual is larger, and so is its x"


_PRINTED = {"6": "c", "1.5": "d", "−2": "b", "2": "a"}
_WORKED_OUT = {
    "a": "fault (a) makes a 2 × 2 table, ŷ − y for each pair: multiply its columns by x, take twice the mean",
    "b": "with fault (b) the program prints twice the mean of x − ŷ",
    "c": "with fault (c) nothing is divided by n = 2",
    "d": "with fault (d) the program prints the mean of residual times x",
}


@exercise("linear_regression.which_fault", of="eq-mse-w")
def which_fault(answer: Any) -> str:
    """The fault that belongs to each of four printed slopes of ŷ = x + 1 on (1, 3) and (2, 1)."""
    if isinstance(answer, str) and len(letters := [letter for letter in answer if letter.isalpha()]) == 4:
        answer = letters
    given = parts(answer, 4, 'a list of four letters, such as ["a", "b", "c", "d"]')
    given = [letter.strip("() ") if isinstance(letter, str) else letter for letter in given]
    for letter, (printed, right) in zip(given, _PRINTED.items(), strict=True):
        choice(letter, right, {name: f"{printed} has another cause: {words}" for name, words in _WORKED_OUT.items()})
    return "right is 3: none of these four agrees with a central difference of the loss"


@exercise(
    "linear_regression.best_line",
    of=("eq-line-by-means", "eq-r-squared", "eq-r-squared-of-line", "eq-slope-variance"),
)
def best_line(answer: Any) -> str:
    """Slope, offset and R² of the best line of four points, R² of another line, and how sure the slope is."""
    slope, offset, share, other, spread = parts(
        answer, 5, "five numbers, [w, b, R² of the best line, R² of ŷ = x, standard deviation of w]"
    )
    close_to(slope, 1.2, what="w", hint="It is the covariance over the variance of x")
    close_to(offset, 0.0, atol=1e-9, what="b", hint="The line goes through the point of the means, (2.5, 3)")
    close_to(share, 0.72, what="R²", hint="It is the squared covariance over the product of the two variances")
    if abs(number(other, "R² of ŷ = x") - 0.72) < 1e-9:
        raise Wrong("R² of ŷ = x is not the squared correlation, which is R² of the best line: take 1 − J/v_y")
    close_to(other, 0.6, what="R² of ŷ = x", hint="It is 1 − J/v_y with the loss J of that line")
    if abs(number(spread, "the standard deviation of w") - 0.05) < 1e-9:
        raise Wrong("0.05 is the variance of w; its standard deviation is the square root")
    close_to(spread, 0.5 / np.sqrt(5), rtol=5e-3, what="the standard deviation of w", hint="It is σ/√(n v_x)")
    return "the best line takes away 72 % of the variance, ŷ = x 60 %"


@exercise("linear_regression.condition", of=("eq-line-condition", "eq-line-determinant"))
def condition(answer: Any) -> str:
    """Largest over smallest curvature of a line's loss for x = 0 and 4, and the same after centring."""
    raw, centred = parts(answer, 2, "two numbers, [κ, κ after centring]")
    right = (18.25 + np.sqrt(18.25**2 - 4)) / 2
    found = number(raw, "κ")
    if min(abs(found - 20.25), abs(found - 18.25)) < 1e-9:
        raise Wrong(f"{found:g} is not yet κ: solve κ + 2 + 1/κ = 20.25, a quadratic equation")
    if abs(found - np.sqrt(right)) < 0.01:
        raise Wrong("that is the condition number of A; κ is that of AᵀA, its square")
    close_to(raw, right, rtol=3e-3, what="κ", hint="It is the larger eigenvalue of [[2, 4], [4, 16]] over the smaller")
    close_to(centred, 4.0, rtol=1e-6, what="κ after centring", hint="The curvatures are then 2 and twice the variance")
    return "centring divided κ by about 4.5; dividing x by 2, its standard deviation, makes κ = 1"


_PATIENT = {
    152 + 48 * 32.6: "the model wants the standardised BMI: subtract the mean, divide by the standard deviation",
    152 + 48 * 6.6: "divide the distance from the mean by the standard deviation",
    152 + 48 * (32.6 - 27) / 4.4: "take the mean of the training part, with which the model was trained",
    48 * 1.5: "the bias is missing",
}


@exercise("linear_regression.patient", of=("eq-raw-weights", "eq-linear-model"))
def patient(answer: Any) -> str:
    """A prediction with its band and its weight in the data's own units."""
    given = parts(answer, 4, "four numbers, [prediction, lower end, upper end, weight per kg/m²]")
    prediction, low, high, per_unit = (number(part, f"part {k} of your answer") for k, part in enumerate(given, 1))
    for value, words in _PATIENT.items():
        if abs(prediction - value) < 0.05:
            raise Wrong(f"the prediction is {prediction:g}: {words}")
    close_to(prediction, 224.0, "points", atol=0.05, what="the prediction")
    if abs(high - low - 2 * 60) < 0.1:
        raise Wrong("the band has one RMSE on each side; it is to have 1.96 of them")
    if low > high:
        raise Wrong("the lower end comes first")
    close_to(low, 224 - 1.96 * 60, "points", atol=0.5, what="the lower end")
    close_to(high, 224 + 1.96 * 60, "points", atol=0.5, what="the upper end")
    if abs(per_unit - 48 * 4.4) < 0.05:
        raise Wrong("the weight is multiplied by 4.4: 4.4 kg/m² make 48 points, so one makes less")
    close_to(per_unit, 48 / 4.4, "points per kg/m²", atol=0.05, what="the weight")
    return "and 152 − 10.9·26 = −131.6 is the bias for a BMI in kg/m²: a prediction for BMI 0, where there are no data"


def _problem(seed: int, n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d)) + np.arange(d) / 2
    return x, x @ rng.normal(size=d) + 3 + rng.normal(size=n) / 2


def _descend(
    x: np.ndarray, y: np.ndarray, rate: float, steps: int, *, factor: float = 2.0, bias: bool = True, late: bool = False
) -> tuple[np.ndarray, float]:
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(steps):
        r = x @ w + b - y
        w = w - rate * factor / len(x) * (x.T @ r)
        if late:
            r = x @ w + b - y
        if bias:
            b = b - rate * factor * float(r.mean())
    return w, b


def _parameters(found: Any, d: int, where: str) -> tuple[np.ndarray, float]:
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise Wrong(f"{where} your function must return two things, w and b")
    w = numbers(found[0], f"{where} w")
    if w.shape != (d,):
        raise Wrong(
            f"{where} w must have shape ({d},); it has shape {w.shape}. Does every slope have its weight's shape?"
        )
    if np.size(found[1]) != 1:
        shape = np.shape(found[1])
        raise Wrong(f"{where} b must be one number; it has shape {shape}: is a mean missing, or was y a column?")
    return w, number(found[1], f"{where} b")


_SLIPS: list[tuple[str, dict[str, Any]]] = [
    ("your b was never updated", {"bias": False}),
    ("the slopes are half of what they should be: the square's 2 is missing", {"factor": 1.0}),
    ("the slope by b is taken after w has moved: compute both slopes first", {"late": True}),
]


@exercise("linear_regression.fit", of=("eq-gradient-matrix", "eq-distance"))
def fit(answer: Any) -> str:
    """Full-batch gradient descent on the mean squared error, targets of shape (n,) and (n, 1)."""
    cases = [(0, 40, 3, 0.05, 25), (1, 15, 1, 0.1, 60), (2, 7, 7, 0.02, 40), (3, 5, 2, 0.1, 0)]
    for seed, n, d, rate, steps in cases:
        x, y = _problem(seed, n, d)
        for target in (y, y.reshape(-1, 1)):
            where = f"for x of shape {x.shape}, y of shape {target.shape}, learning_rate = {rate}, steps = {steps}:"
            with np.errstate(over="ignore", invalid="ignore"):
                found = call(answer, x, target, rate, steps, names=("x", "y", "learning_rate", "steps"))
            w, b = _parameters(found, d, where)
            _tell_slip(w, b, x, y, rate, steps, where)
            expected_w, expected_b = _descend(x, y, rate, steps)
            same_array(w, expected_w, rtol=1e-8, atol=1e-9, what=f"{where} your w")
            close_to(b, expected_b, rtol=1e-8, atol=1e-9, what=f"{where} your b")
    return f"{len(cases)} data sets that you did not see, with y as a row and as a column"


def _tell_slip(w: np.ndarray, b: float, x: np.ndarray, y: np.ndarray, rate: float, steps: int, where: str) -> None:
    if steps == 0:
        return
    flat, level = _descend(x, np.full(len(y), y.mean()), rate, steps)
    slips = [(text, _descend(x, y, rate, steps, **options)) for text, options in _SLIPS]
    slips.append(("one step too few was made", _descend(x, y, rate, steps - 1)))
    slips.append(("one step too many was made", _descend(x, y, rate, steps + 1)))
    slips.append(("(n,) and (n, 1) were broadcast to (n, n): flatten y first", (flat, level)))
    with np.errstate(over="ignore", invalid="ignore"):
        slips.append(("the slopes are sums, not means", _descend(x, y, rate * len(x), steps)))
    for text, (wrong_w, wrong_b) in slips:
        if np.allclose(w, wrong_w, rtol=1e-8) and np.isclose(b, wrong_b, rtol=1e-8):
            raise Wrong(f"{where} {text}")


@exercise("linear_regression.orthogonal", of="eq-line-by-means")
def orthogonal(answer: Any) -> str:
    """The mean of residual times x is 0 for the best line."""
    return derivation_of(answer, _W * _MXX + _B * _MX - _MXY, 0, min_steps=2, given=_BEST_LINE)


def _ridge(x: np.ndarray, y: np.ndarray, lam: float) -> tuple[np.ndarray, float]:
    xc, yc = x - x.mean(axis=0), y - y.mean()
    w = np.linalg.solve(xc.T @ xc / len(x) + lam * np.eye(x.shape[1]), xc.T @ yc / len(x))
    return w, float(y.mean() - x.mean(axis=0) @ w)


@exercise("linear_regression.ridge")
def ridge(answer: Any) -> str:
    """Least squares with a penalty on the weights, not on the bias."""
    cases = [(4, 30, 3, 0.1), (5, 12, 4, 2.0), (6, 3, 6, 0.5)]
    for seed, n, d, lam in cases:
        x, y = _problem(seed, n, d)
        where = f"for x of shape {x.shape} and lam = {lam:g}:"
        w, b = _parameters(call(answer, x, y, lam, names=("x", "y", "lam")), d, where)
        expected_w, expected_b = _ridge(x, y, lam)
        columns, penalty = np.column_stack([np.ones(n), x]), np.eye(d + 1)
        all_of_them = np.linalg.solve(columns.T @ columns / n + lam * penalty, columns.T @ y / n)
        if np.allclose([b, *w], all_of_them):
            raise Wrong(f"{where} the bias is penalised, too: a shift of all targets must only shift b")
        if np.allclose(w, _ridge(x, y, lam / n)[0]):
            raise Wrong(
                f"{where} your λ stands with the sum of squares; here it stands with the mean, so it needs a factor n"
            )
        if np.allclose(w, expected_w) and not np.isclose(b, expected_b):
            raise Wrong(f"{where} w is right, b is not: the mean residual must be 0")
        same_array(w, expected_w, rtol=1e-7, what=f"{where} your w")
        close_to(b, expected_b, rtol=1e-7, atol=1e-9, what=f"{where} your b")
    return "also with more weights than examples, where plain least squares has no single answer"
