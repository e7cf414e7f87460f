"""The exercises on cross-entropy and KL: right answers pass, the likely wrong ones are told what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
from scipy.special import log_softmax, softmax, xlogy

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

NAME = "cross_entropy_and_kl"
a, b, c, d = sp.symbols("a b c d", positive=True)
JOINT = sp.log((a + b) / (c + d))
REST = sp.log(a * (c + d) / (c * (a + b))), sp.log(b * (c + d) / (d * (a + b)))
START = a * sp.log(a / c) + b * sp.log(b / d)
END = (a + b) * JOINT + a * REST[0] + b * REST[1]
FLOOR = -(0.85 * np.log(0.85) + 0.15 * np.log(0.05))
MEAN, ROOT = np.array([0.45, 0.1, 0.45]), np.sqrt([0.08, 0.01, 0.08])


def right(p: np.ndarray, z: np.ndarray) -> np.ndarray:
    return (xlogy(p, p) - p * log_softmax(z, axis=1)).sum(axis=1)


def plain(p: np.ndarray, z: np.ndarray) -> np.ndarray:
    return (p * np.log(p / softmax(z, axis=1))).sum(axis=1)


def naive(p: np.ndarray, z: np.ndarray) -> np.ndarray:
    return (xlogy(p, p) - xlogy(p, np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))).sum(axis=1)


def by_softmax(p: np.ndarray, z: np.ndarray) -> np.ndarray:
    return (xlogy(p, p) - xlogy(p, softmax(z, axis=1))).sum(axis=1)


def backwards(p: np.ndarray, z: np.ndarray) -> np.ndarray:
    return (softmax(z, axis=1) * (log_softmax(z, axis=1) - np.log(p))).sum(axis=1)


def test_all_are_registered() -> None:
    assert [exercise.name.split(".")[1] for exercise in exercises_of(NAME)] == [
        "best_gaussian",
        "both_directions",
        "divergence_from_logits",
        "merging",
        "middle",
        "perplexity_and_floor",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("both_directions", (2.25, 0.5, 0.625)),
        ("both_directions", [sp.Rational(9, 4), sp.Rational(1, 2), sp.Rational(5, 8)]),
        ("perplexity_and_floor", (4, FLOOR, -0.15)),
        ("perplexity_and_floor", (sp.Integer(2) ** 2, 0.5875, -0.15)),
        ("divergence_from_logits", right),
        ("divergence_from_logits", lambda p, z: right(p, z).tolist()),
        ("best_gaussian", (3, 2, 6 - np.log(2))),
        ("best_gaussian", np.array([3.0, 2.0, 5.3069])),
        ("middle", (MEAN, ROOT / ROOT.sum())),
        ("middle", [MEAN.tolist(), [0.4249, 0.1502, 0.4249]]),
    ],
)
def test_right_answers(name: str, answer: Any) -> None:
    verdict = check(f"{NAME}.{name}", answer)
    assert verdict.passed, verdict.message


def test_merging_takes_any_chain_of_true_steps() -> None:
    split = a * (JOINT + REST[0]) + b * (JOINT + REST[1])
    assert check(f"{NAME}.merging", Derivation(START).step(split, because="log").step(END, because="collect")).passed
    longer = a * JOINT + a * REST[0] + b * JOINT + b * REST[1]
    chain = Derivation(START).step(split, because="log").step(longer, because="expand").step(END, because="collect")
    assert check(f"{NAME}.merging", chain).passed
    short = check(f"{NAME}.merging", Derivation(START).step(END, because="x"))
    assert "at least 2 steps" in short.message
    assert check(f"{NAME}.merging", END).status == "wrong"


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("both_directions", 2.25, "three numbers"),
        ("both_directions", (1.5596, 0.34657, 0.43322), "these are nats"),
        ("both_directions", (2.375, 0.5, 0.625), "weigh the surprises of q by p"),
        ("both_directions", (1.75, 0.5, 0.625), "the entropy"),
        ("both_directions", (-2.25, 0.5, 0.625), "minus sign"),
        ("both_directions", (2.25, 0.625, 0.5), "exchanged"),
        ("both_directions", (2.25, -0.5, 0.625), "turned round"),
        ("both_directions", (2.25, 0.5, 0.7), "KL(q‖p)"),
        ("both_directions", ("2.25", 0.5, 0.625), "must be a number"),
        ("both_directions", (1e300, 0.5, 0.625), "too large"),
        ("perplexity_and_floor", (2, FLOOR, -0.15), "2 to this power"),
        ("perplexity_and_floor", (1.3863, FLOOR, -0.15), "take its exponential"),
        ("perplexity_and_floor", (np.exp(2), FLOOR, -0.15), "with bits the base is 2"),
        ("perplexity_and_floor", (3.2, FLOOR, -0.15), "average the surprises"),
        ("perplexity_and_floor", (256, FLOOR, -0.15), "take their mean"),
        ("perplexity_and_floor", (5, FLOOR, -0.15), "1/q"),
        ("perplexity_and_floor", (4, 0, -0.15), "not 0"),
        ("perplexity_and_floor", (4, FLOOR / np.log(2), -0.15), "give nats"),
        ("perplexity_and_floor", (4, -(0.8 * np.log(0.8) + 0.2 * np.log(0.2 / 3)), -0.15), "all K classes"),
        ("perplexity_and_floor", (4, -(0.8 * np.log(0.8) + 0.15 * np.log(0.05)), -0.15), "do not sum to 1"),
        ("perplexity_and_floor", (4, -np.log(0.85), -0.15), "count too"),
        ("perplexity_and_floor", (4, FLOOR, 0.15), "model less the target"),
        ("perplexity_and_floor", (4, FLOOR, -0.3), "0.85"),
        ("best_gaussian", (3, 2, np.log(2) + 0.75), "here q comes first"),
        ("best_gaussian", (3, 2, (6 - np.log(2)) / np.log(2)), "give nats"),
        ("best_gaussian", (3, 2, 6 + np.log(2)), "wrong sign"),
        ("divergence_from_logits", plain, "0 · log 0 is 0"),
        ("divergence_from_logits", naive, "e^1000 overflows"),
        ("divergence_from_logits", by_softmax, "has become 0"),
        ("divergence_from_logits", backwards, "that is KL(q‖p)"),
        ("divergence_from_logits", lambda p, z: -(p * log_softmax(z, axis=1)).sum(axis=1), "subtract the entropy"),
        ("divergence_from_logits", lambda p, z: right(p, z) / np.log(2), "bits"),
        ("divergence_from_logits", lambda p, z: -right(p, z), "turned round"),
        ("divergence_from_logits", lambda p, z: right(p, z).mean(), "one for each row"),
        ("divergence_from_logits", lambda p, z: xlogy(p, p) - p * log_softmax(z, axis=1), "add up each row"),
        ("divergence_from_logits", lambda p, z: right(p, z)[:, None], "sum without keepdims"),
        ("divergence_from_logits", lambda p, z: (xlogy(p, p) - p * z).sum(axis=1), "log-sum-exp is missing"),
        ("divergence_from_logits", lambda p, z: (xlogy(p, p) - p * log_softmax(z, axis=0)).sum(axis=1), "axis 1"),
        ("divergence_from_logits", lambda p, z: np.append(right(p, z), 0), "one for each row"),
        ("divergence_from_logits", lambda p, z: "0.3", "must hold numbers"),
        ("divergence_from_logits", 3, "must be a function"),
        ("best_gaussian", (4, 1, 5.3069), "near the reverse fit"),
        ("best_gaussian", (2, 2, 5.3069), "weigh the parts"),
        ("best_gaussian", (1, 2, 5.3069), "exchanged"),
        ("best_gaussian", (3, 4, 5.3069), "take the root"),
        ("best_gaussian", (3, 1, 5.3069), "distance of their means"),
        ("best_gaussian", (3, 13**0.5, 5.3069), "subtract the square of the mean"),
        ("best_gaussian", (3, 3**0.5, 5.3069), "variance 1 of the parts"),
        ("middle", (MEAN, ROOT), "divide it by its sum"),
        ("middle", (ROOT / ROOT.sum(), MEAN), "exchanged"),
        ("middle", (MEAN, MEAN), "is the mean"),
        ("middle", (np.full(3, 1 / 3), ROOT / ROOT.sum()), "smaller sum"),
        ("middle", (2 * MEAN, ROOT / ROOT.sum()), "sum 1"),
        ("middle", ([[0.45], [0.1, 0.45]], MEAN), "your forward middle"),
    ],
)
def test_wrong_answers_hear_why(name: str, answer: Any, says: str) -> None:
    verdict = check(f"{NAME}.{name}", answer)
    assert verdict.status == "wrong", verdict.message
    assert says in verdict.message, verdict.message


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of(NAME)])
def test_stubs_say_not_yet(name: str) -> None:
    assert check(name, (lambda p, logits: ...) if name.endswith("logits") else ...).status == "not yet"
