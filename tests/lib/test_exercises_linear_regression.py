"""The checks of the exercises on linear regression: right answers of several kinds pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

W, B = sp.symbols("w b", real=True)
MX, MY, MXX, MXY = sp.symbols("m_x m_y m_xx m_xy", real=True)
BEST = {W: (MXY - MX * MY) / (MXX - MX**2), B: MY - W * MX}
START = W * MXX + B * MX - MXY


def fit(x, y, rate, steps, *, factor=2, flatten=True, bias=True, late=False, total=False, extra=0):
    y = y.ravel() if flatten else y
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(steps + extra):
        r = x @ w + b - y
        share = factor if total else factor / len(x)
        if r.ndim == 2:
            w, b = w - rate * factor * (x.T @ r.mean(axis=0)) / len(x), b - rate * factor * r.mean()
            continue
        w = w - rate * share * (x.T @ r)
        r = x @ w + b - y if late else r
        b = b - rate * share * r.sum() if bias else b
    return w, b


def wrong_fit(**options):
    return lambda x, y, rate, steps: fit(x, y, rate, steps, **options)


def columns_everywhere(x, y, rate, steps):
    y, w, b = y.reshape(-1, 1), np.zeros((x.shape[1], 1)), np.zeros((1, 1))
    for _ in range(steps):
        r = x @ w + b - y
        w, b = w - rate * 2 / len(x) * x.T @ r, b - rate * 2 * r.mean(keepdims=True)
    return w.ravel(), b


def changes_its_data(x, y, rate, steps):
    x -= 1
    return fit(x + 1, y, rate, steps)


def b_per_example(x, y, rate, steps):
    w, b = fit(x, y, rate, steps)
    return w, np.full(len(x), b)


def ridge(x, y, lam, *, per=None):
    xc, yc = x - x.mean(axis=0), y - y.mean()
    w = np.linalg.solve(xc.T @ xc + (lam * len(x) if per is None else lam * per) * np.eye(x.shape[1]), xc.T @ yc)
    return w, y.mean() - x.mean(axis=0) @ w


def ridge_by_descent(x, y, lam):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(20000):
        r = x @ w + b - y
        w, b = w - 0.02 * (2 / len(x) * x.T @ r + 2 * lam * w), b - 0.02 * 2 * r.mean()
    return w, b


def penalised_bias(x, y, lam):
    a = np.column_stack([np.ones(len(x)), x])
    theta = np.linalg.solve(a.T @ a / len(x) + lam * np.eye(a.shape[1]), a.T @ y / len(x))
    return theta[1:], theta[0]


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("linear_regression")]
    assert names == ["best_line", "condition", "fit", "orthogonal", "patient", "ridge", "two_points", "which_fault"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("two_points", [2.5, [-2, -2], [8, 4], [3, 1]]),
        ("two_points", (sp.Rational(5, 2), np.array([-2.0, -2.0]), sp.Matrix([8, 4]), (3.0, 1.0))),
        ("which_fault", ["c", "d", "b", "a"]),
        ("which_fault", ("C", "D", "B", "A")),
        ("which_fault", "cdba"),
        ("which_fault", "c, d, b, a"),
        ("which_fault", ["(c)", "(d)", "(b)", "(a)"]),
        ("best_line", (1.2, 0, 0.72, 0.6, 0.2236)),
        ("best_line", [1.2, -4e-16, sp.Rational(18, 25), 0.6, 1 / sp.sqrt(20)]),
        ("condition", [18.195, 4]),
        ("condition", (18.2, 4.0)),
        ("patient", [224, 106.4, 341.6, 48 / 4.4]),
        ("patient", np.array([224.0, 106.4, 341.6, 10.9])),
        ("patient", (224, 106, 342, 10.9)),
        ("fit", fit),
        ("fit", columns_everywhere),
        (
            "orthogonal",
            Derivation(START, given=BEST).step(W * (MXX - MX**2) - MXY + MX * MY, because="b").step(0, because="w"),
        ),
        (
            "orthogonal",  # SymPy cancels the variance by itself, so that "cancel" leaves the line as it was
            Derivation(START, given=BEST)
            .step(W * (MXX - MX**2) - MXY + MX * MY, because="b")
            .step((MXY - MX * MY) / (MXX - MX**2) * (MXX - MX**2) - MXY + MX * MY, because="w")
            .step(0, because="cancel"),
        ),
        ("ridge", ridge),
        ("ridge", ridge_by_descent),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"linear_regression.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("two_points", [5, [-2, -2], [8, 4], [3, 1]], "it is twice the right number"),
        ("two_points", [2.5, [-1, -1], [4, 2], [1.5, 0.5]], "it is half the right number"),
        ("two_points", [2.5, [2, 2], [-8, -4], [-3, -1]], "its sign is wrong"),
        ("two_points", [2.5, [-2, -2], [4, 4], [3, 1]], "by w times x"),
        ("two_points", [2.5, [-2, -2], [8, 4], [5, 1]], "the mean of the two points' slopes"),
        ("two_points", [2.5, [-2, -2], [8, 4], 3], "a list of two numbers"),
        ("two_points", [2.5, -2, -2, 8, 4, 3, 1], "four parts"),
        ("two_points", 3, "four parts"),
        ("which_fault", ["d", "c", "b", "a"], "the mean of residual times x"),
        ("which_fault", ["c", "d", "a", "b"], "a 2 × 2 table"),
        ("which_fault", ["c", "d", "b", "e"], "must be one of"),
        ("which_fault", "cd", "a list of four letters"),
        ("condition", [20.25, 4], "a quadratic equation"),
        ("condition", [4.266, 4], "the condition number of A"),
        ("condition", [1 / 18.195, 4], "κ is"),
        ("condition", [18.195, 2], "twice the variance"),
        ("patient", [152 + 48 * 32.6, 0, 0, 0], "standardised BMI"),
        ("patient", [152 + 48 * 6.6, 0, 0, 0], "by the standard deviation"),
        ("patient", [152 + 48 * 5.6 / 4.4, 0, 0, 0], "the mean of the training part"),
        ("patient", [72, 0, 0, 0], "the bias is missing"),
        ("patient", [224, 164, 284, 10.9], "one RMSE on each side"),
        ("patient", [224, 104, 344, 10.9], "the lower end"),
        ("patient", [224, 341.6, 106.4, 10.9], "the lower end comes first"),
        ("patient", [224, 106.4, 341.6, 48 * 4.4], "multiplied by 4.4"),
        ("patient", [224, 106.4, 341.6, 48], "the weight is"),
        ("best_line", (1 / 1.2, 0, 0.72, 0.6, 0.2236), "reciprocal"),
        ("best_line", (1.2, 3, 0.72, 0.6, 0.2236), "the point of the means"),
        ("best_line", (1.2, 0, 0.72**0.5, 0.6, 0.2236), "R² is"),
        ("best_line", (1.2, 0, 0.72, 0.72, 0.2236), "not the squared correlation"),
        ("best_line", (1.2, 0, 0.72, 0.6, 0.05), "is the variance of w"),
        ("best_line", (1.2, 0, 0.72, 0.6, 0.447), "twice"),
        ("best_line", (1.2, 0, 0.72), "five numbers"),
        ("fit", wrong_fit(factor=1), "the square's 2 is missing"),
        ("fit", wrong_fit(bias=False), "b was never updated"),
        ("fit", wrong_fit(late=True), "compute both slopes first"),
        ("fit", wrong_fit(total=True), "sums, not means"),
        ("fit", wrong_fit(extra=1), "one step too many"),
        ("fit", wrong_fit(extra=-1), "one step too few"),
        ("fit", wrong_fit(flatten=False), "broadcast to (n, n)"),
        ("fit", lambda x, y, rate, steps: fit(x, y[:, 0], rate, steps), "raises IndexError"),
        ("fit", lambda x, y, rate, steps: (np.zeros((1, x.shape[1])), 0.0), "w must have shape (3,)"),
        ("fit", b_per_example, "b must be one number"),
        ("fit", lambda x, y, rate, steps: fit(x, y, rate, steps)[0], "two things, w and b"),
        ("fit", lambda x, y, rate, steps: ("w", "b"), "must hold numbers"),
        ("fit", lambda x, y, rate, steps: None, "is a return statement missing?"),
        ("fit", changes_its_data, "work on a copy"),
        ("fit", ([0.0], 0.0), "must be a function"),
        ("ridge", penalised_bias, "the bias is penalised"),
        ("ridge", lambda x, y, lam: ridge(x, y, lam, per=1), "it needs a factor n"),
        ("ridge", lambda x, y, lam: (ridge(x, y, lam)[0], y.mean()), "w is right, b is not"),
        ("ridge", lambda x, y, lam: ridge(x, y, 2 * lam), "your w is"),
        ("orthogonal", 0, "must be a Derivation"),
        ("orthogonal", Derivation(START, given=BEST).step(0, because="it is"), "at least 2 steps"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"linear_regression.{name}", answer)
    assert verdict.status == "wrong"
    assert words in verdict.message, verdict.message


def test_a_derivation_of_something_else_is_refused():
    other = Derivation(W * MXX - MXY, given={W: MXY / MXX}).step(0, because="through the origin")
    assert check("linear_regression.orthogonal", other).status == "wrong"


@pytest.mark.parametrize("name", [e.name for e in exercises_of("linear_regression")])
def test_stubs_are_not_yet_answers(name):
    assert check(name, ...).status == "not yet"


@pytest.mark.parametrize("name", ["fit", "ridge"])
def test_unfinished_functions_are_not_yet_answers(name):
    assert check(f"linear_regression.{name}", lambda *arguments: ...).status == "not yet"
