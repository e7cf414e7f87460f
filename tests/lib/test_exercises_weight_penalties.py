"""The checks of the exercises on weight penalties: right answers pass, wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.regularization import coordinate_descent, duality_gap
from dlmath_lib.verify import Derivation

W, Z = sp.symbols("w z", real=True)
C, ELL = sp.symbols("c l", positive=True)
START = (W - Z) ** 2 / 2 + C * W**2 / 2 + ELL * sp.Abs(W)
END = (1 + C) * (W - Z / (1 + C)) ** 2 / 2 + ELL * sp.Abs(W) + C * Z**2 / (2 * (1 + C))
CHAIN = Derivation(START).step(sp.expand(START), because="multiply out").step(END, because="complete the square")


def sweeps(x, y, penalty, ratio, count, *, soft=None, divisor=None, old=False, n=None):
    n, w = n or len(y), np.zeros(x.shape[1])
    for _ in range(count):
        r = y - x @ w
        for j in range(len(w)):
            column, c = x[:, j], x[:, j] @ x[:, j] / n
            r = r if old else y - x @ w
            pull = column @ r / n + c * w[j]
            size = max(abs(pull) - (penalty * ratio if soft is None else soft(penalty, ratio)), 0)
            w[j] = np.sign(pull) * size / (c + (penalty * (1 - ratio) if divisor is None else divisor(penalty, ratio)))
    return w


def no_divisor(x, y, penalty, ratio, count):
    w = np.zeros(x.shape[1])
    for _ in range(count):
        for j, column in enumerate(x.T):
            pull = column @ (y - x @ w + column * w[j]) / len(y)
            w[j] = np.sign(pull) * max(abs(pull) - penalty * ratio, 0) / (1 + penalty * (1 - ratio))
    return w


def gap(x, y, w, penalty, *, scaled=True, sizes=np.abs, share=2):
    n, r = len(y), y - x @ w
    largest = sizes(x.T @ r / n).max()
    s = min(1, penalty / largest) if scaled and largest > 0 else 1
    return r @ r / (share * n) + penalty * abs(w).sum() - s * (r @ y) / n + s**2 * (r @ r) / (2 * n)


def choose(penalties, losses, *, ddof=1, root=True, own=False):
    means = losses.mean(axis=1)
    best = means.argmin()
    error = losses[slice(None) if own else best].std(axis=-1, ddof=ddof) / (np.sqrt(losses.shape[1]) if root else 1)
    return penalties[best], penalties[means <= means[best] + error].max()


def test_all_exercises_are_there():
    names = [e.name.partition(".")[2] for e in exercises_of("weight_penalties")]
    assert names == ["coordinates", "gap", "lambda_max", "rule", "shrunk", "square", "zero"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("shrunk", [-0.4, 0, -0.2, 0, 5 - np.sqrt(2), 1.3]),
        ("shrunk", np.array([-0.4, 0, -0.2, 0, 3.5858, 1.3])),
        ("lambda_max", [2 / 3, 4 / 3, 1 / 2, 0, 1 / 30]),
        ("rule", choose),
        ("rule", lambda penalties, losses: list(choose(penalties, losses))),
        ("coordinates", sweeps),
        ("gap", gap),
        ("gap", lambda x, y, w, penalty: duality_gap(x, y, w, penalty=penalty)),
        ("square", CHAIN),
        ("zero", (7 / 3, 7 / 15)),
        ("zero", [sp.Rational(7, 3), sp.Rational(7, 15)]),
    ],
)
def test_right_answers_pass(name, answer):
    verdict = check(f"weight_penalties.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("shrunk", [-1.8, 0, -0.2, 0, 3.5858, 1.3], "divided by 1 + t"),
        ("shrunk", [-0.4, 0.2, -0.2, 0, 3.5858, 1.3], "if that is positive"),
        ("shrunk", [-0.4, 0, -0.3, 0, 3.5858, 1.3], "Divide by 1 + t(1 − ρ)"),
        ("shrunk", [-0.4, 0, -0.2, -0.8, 3.5858, 1.3], "dropping it costs 0.32"),
        ("shrunk", [-0.4, 0, -0.2, 0, 4, 1.3], "t√2 times"),
        ("shrunk", [-0.4, 0, -0.2, 0, 3.5858, 2], "without a penalty"),
        ("shrunk", [-0.4, 0], "six numbers"),
        ("lambda_max", [2, 4 / 3, 0.5, 0, 1 / 30], "divided by n = 3"),
        ("lambda_max", [2 / 3, 2 / 3, 0.5, 0, 1 / 30], "The weight at |w| is λρ"),
        ("lambda_max", [2 / 3, 4 / 3, 1, 0, 1 / 30], "without the penalty"),
        ("lambda_max", [2 / 3, 4 / 3, 0.5, 0, 1 / 15], "αλ is missing"),
        ("rule", lambda g, t: choose(g, t, ddof=0), "has K − 1"),
        ("rule", lambda g, t: choose(g, t, root=False), "over √K"),
        ("rule", lambda g, t: choose(g, t, own=True), "that of the best λ's row"),
        ("rule", lambda g, t: (choose(g, t)[0],) * 2, "that is the best λ"),
        ("rule", lambda g, t: choose(g, t)[1], "must return the pair"),
        ("rule", lambda g, t: choose(g, t)[::-1], "your best λ is"),
        ("rule", lambda g, t: (choose(g, t)[0], 7.0), "not"),
        ("coordinates", lambda *given: sweeps(*given, old=True), "not those from before the sweep"),
        ("coordinates", lambda *given: sweeps(*given, soft=lambda g, r: g), "the threshold is λρ, not λ"),
        ("coordinates", lambda *given: sweeps(*given, divisor=lambda g, r: 0), "the divisor is c + λ(1 − ρ)"),
        ("coordinates", no_divisor, "with c = ‖xⱼ‖²/n"),
        ("coordinates", lambda *given: sweeps(*given, n=1), "are divided by n"),
        ("coordinates", lambda x, y, g, r, k: sweeps(x, y, g, r, k + 1), "a sweep more"),
        ("coordinates", lambda x, y, g, r, k: sweeps(x, y, g, r, max(k - 1, 1)), "a sweep fewer"),
        ("coordinates", lambda x, y, g, r, k: np.abs(sweeps(x, y, g, r, k)), "the sign of the pull"),
        ("coordinates", lambda x, y, g, r, k: np.linalg.lstsq(x, y)[0], "your weights are"),
        (
            "coordinates",
            lambda x, y, g, r, k: coordinate_descent(x, y, penalty=g, l1_ratio=r, tolerance=1e-15).weights,
            "for three columns, one sweep",
        ),
        ("coordinates", lambda *given: None, "is a return statement missing?"),
        ("gap", lambda *given: gap(*given, scaled=False), "scale the residual"),
        ("gap", lambda *given: gap(*given, sizes=lambda v: v), "counts with its size"),
        ("gap", lambda *given: gap(*given, share=1 / 2), "your gap is"),
        ("gap", lambda x, y, w, g: gap(x, y, w, g) - g * abs(w).sum(), "belongs to the objective"),
        ("gap", lambda x, y, w, g: -1.0, "a gap is not negative"),
        ("gap", 3, "must be a function"),
        ("square", Derivation(START).step(END, because="by magic"), "at least 2 steps"),
        ("zero", [10 / 3, 7 / 15], "That is 1 + λ"),
        ("zero", [7 / 3, 0.7], "but 2 − λ"),
        ("zero", [7 / 3, 2], "both weights are 0"),
        ("zero", [7 / 3, 1.4], "is enough"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, words):
    verdict = check(f"weight_penalties.{name}", answer)
    assert verdict.status == "wrong"
    assert words in verdict.message, verdict.message


@pytest.mark.parametrize("name", [e.name for e in exercises_of("weight_penalties")])
def test_stubs_are_not_yet_answers(name):
    assert check(name, ...).status == "not yet"


@pytest.mark.parametrize("name", ["coordinates", "gap", "rule"])
def test_an_unfinished_function_is_not_yet_an_answer(name):
    assert check(f"weight_penalties.{name}", lambda *given: ...).status == "not yet"
