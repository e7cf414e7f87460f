"""The exercises of the chapter on model selection: right answers pass, the likely wrong ones are told what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
from scipy.stats import binom

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

ERROR = np.sqrt(14 / 12)
LOW, HIGH = 3 - 3.182 * ERROR, 3 + 3.182 * ERROR
SINGLE, PAIRED = np.sqrt(0.226 / 1000), np.sqrt(0.0996 / 1000)
K = np.arange(21)
COVERAGE = binom(20, 0.95).pmf(K)[np.abs(K / 20 - 0.95) <= 1.96 * np.sqrt(K / 20 * (1 - K / 20) / 20)].sum()
N = sp.Symbol("n", integer=True, positive=True)
X, M = sp.symbols("x m", real=True)


def validate(fit: Any, loss: Any, x: Any, y: Any, part: Any) -> Any:
    means = [loss(fit(x[part != k], y[part != k]), x[part == k], y[part == k]).mean() for k in range(part.max() + 1)]
    return np.mean(means), np.std(means, ddof=1) / np.sqrt(len(means))


def on_training(fit: Any, loss: Any, x: Any, y: Any, part: Any) -> Any:
    means = [loss(fit(x[part != k], y[part != k]), x[part != k], y[part != k]).mean() for k in range(part.max() + 1)]
    return np.mean(means), np.std(means, ddof=1) / np.sqrt(len(means))


def fit_to_all(fit: Any, loss: Any, x: Any, y: Any, part: Any) -> Any:
    means = [loss(fit(x, y), x[part == k], y[part == k]).mean() for k in range(part.max() + 1)]
    return np.mean(means), np.std(means, ddof=1) / np.sqrt(len(means))


def pooled(fit: Any, loss: Any, x: Any, y: Any, part: Any) -> Any:
    masks = [part == k for k in range(part.max() + 1)]
    losses = np.concatenate([loss(fit(x[~held], y[~held]), x[held], y[held]) for held in masks])
    return validate(fit, loss, x, y, part)[0], losses.std(ddof=1) / np.sqrt(len(y))


def exchanged(fit: Any, loss: Any, x: Any, y: Any, part: Any) -> Any:
    means = [loss(fit(x[part == k], y[part == k]), x[part != k], y[part != k]).mean() for k in range(part.max() + 1)]
    return np.mean(means), np.std(means, ddof=1) / np.sqrt(len(means))


def test_all_are_registered() -> None:
    assert [exercise.name.partition(".")[2] for exercise in exercises_of("model_selection")] == [
        "cross_validate",
        "held_out_likelihood",
        "how_many",
        "interval_by_hand",
        "leave_one_out",
        "paired",
        "true_coverage",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("interval_by_hand", (LOW, HIGH)),
        ("interval_by_hand", [-0.437, 6.437]),
        ("how_many", 1537),
        ("how_many", 1536.64),
        ("paired", (0.02, SINGLE, PAIRED)),
        ("paired", np.array([0.02, 0.01503, 0.00998])),
        ("paired", (0.02, 0.0150, 0.0100)),
        ("held_out_likelihood", (0.4758, np.sqrt(0.75 / 4))),
        ("held_out_likelihood", sp.Matrix([sp.log(2 * sp.pi) / 2 - sp.log(2) + sp.Rational(1, 4), sp.sqrt(3) / 4])),
        ("held_out_likelihood", [[0.476], [0.433]]),
        ("cross_validate", validate),
        ("cross_validate", lambda *a: np.array(validate(*a))),
        ("true_coverage", COVERAGE),
        ("true_coverage", 0.639),
    ],
)
def test_right_answers(name: str, answer: Any) -> None:
    verdict = check(f"model_selection.{name}", answer)
    assert verdict.passed, verdict.message


def test_the_proof_takes_any_chain_of_true_steps() -> None:
    end = N * (X - M) / (N - 1)
    start = Derivation(X - (N * M - X) / (N - 1), where={N: (2, sp.oo)})
    chain = start.step(((N - 1) * X - N * M + X) / (N - 1), because="one denominator").step(end, because="collect")
    verdict = check("model_selection.leave_one_out", chain)
    assert verdict.passed, verdict.message
    assert check("model_selection.leave_one_out", end).status == "wrong"


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("interval_by_hand", (3 - 1.96 * ERROR, 3 + 1.96 * ERROR), "take 3.182"),
        ("interval_by_hand", (HIGH, LOW), "low end comes first"),
        ("interval_by_hand", (3 - 3.182 * 2 * ERROR, HIGH), "divide s by √4"),
        ("interval_by_hand", (LOW, 3 + 3.182 * 14 / 12), "take the root"),
        ("interval_by_hand", LOW, "two numbers"),
        ("how_many", 2401, "worst case"),
        ("how_many", 7683, "not 0.8"),
        ("how_many", 1536, "round 1536.6 up"),
        ("how_many", 1538, "1538"),
        ("how_many", "1537", "number"),
        ("how_many", 1000, "1000"),
        ("paired", (20, SINGLE, PAIRED), "shares, not counts"),
        ("paired", (0.02, 0.226 / 1000, PAIRED), "take the root"),
        ("paired", (0.02, SINGLE, SINGLE), "as if independent"),
        ("paired", (0.02, SINGLE, np.sqrt(0.0996)), "divide by n"),
        ("paired", [[1], [2, 3]], "three numbers"),
        ("paired", (0.02, 15.03, 9.98), "shares, not counts"),
        ("held_out_likelihood", (-0.4758, 0.433), "Gaussian less Laplace"),
        ("held_out_likelihood", (0.25, 0.433), "constants"),
        ("held_out_likelihood", (0.4758, 0.866), "by √4"),
        ("held_out_likelihood", (0.4758, 1.199), "as independent"),
        ("held_out_likelihood", (0.4758, 0.375), "n − 1"),
        ("held_out_likelihood", (1e300, 1), "too large"),
        ("held_out_likelihood", [[1], [2, 3]], "number"),
        ("held_out_likelihood", "r", "two numbers"),
        ("cross_validate", on_training, "held-out part"),
        ("cross_validate", exchanged, "other way round"),
        ("cross_validate", fit_to_all, "fit without the held-out part"),
        ("cross_validate", lambda *a: (validate(*a)[0], validate(*a)[1] * np.sqrt(a[4].max() + 1)), "divide it by √K"),
        ("cross_validate", lambda *a: validate(*a)[0], "a pair"),
        ("cross_validate", lambda *a: (1e9, 0.0), "your score"),
        ("cross_validate", 3, "must be a function"),
        ("cross_validate", pooled, "from the n losses"),
        ("true_coverage", 63.9, "not in %"),
        ("true_coverage", 0.95, "nominal"),
        ("true_coverage", 1 - COVERAGE, "misses"),
        ("true_coverage", 0.6415, "smaller ones"),
    ],
)
def test_wrong_answers_hear_why(name: str, answer: Any, says: str) -> None:
    verdict = check(f"model_selection.{name}", answer)
    assert verdict.status == "wrong", verdict.message
    assert says in verdict.message, verdict.message


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("model_selection")])
def test_stubs_say_not_yet(name: str) -> None:
    stub: Any = (lambda fit, loss, x, y, part: ...) if name.endswith("cross_validate") else ...
    assert check(name, stub).status == "not yet"
