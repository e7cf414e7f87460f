"""The exercises of the mutual information chapter: right answers pass, the likely wrong ones are told what is wrong."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.information import entropy
from dlmath_lib.verify import Derivation

p, eps = sp.symbols("p epsilon", positive=True)
KEPT = (1 - p) * (1 - eps), p * (1 - eps)
START = (
    -KEPT[0] * sp.log(KEPT[0])
    - eps * sp.log(eps)
    - KEPT[1] * sp.log(KEPT[1])
    + eps * sp.log(eps)
    + (1 - eps) * sp.log(1 - eps)
)
MIDDLE = -KEPT[0] * sp.log(1 - p) - KEPT[1] * sp.log(p)
END = (1 - eps) * (-p * sp.log(p) - (1 - p) * sp.log(1 - p))
WHERE: Any = {p: (0, 1), eps: (0, 1)}
H4 = float(entropy([0.25, 0.75], unit="bits"))


def h2(share: float) -> float:
    return float(entropy([share, 1 - share], unit="bits"))


def information(xs: list[Any], ys: list[Any]) -> float:
    n, left, right = len(xs), Counter(xs), Counter(ys)
    pairs = Counter(zip(xs, ys, strict=True))
    return sum(c / n * np.log2(c * n / (left[x] * right[y])) for (x, y), c in pairs.items())


def pair_entropy(xs: list[Any], ys: list[Any]) -> float:
    share = np.array(list(Counter(zip(xs, ys, strict=True)).values())) / len(xs)
    return float(-(share * np.log2(share)).sum())


def with_empty_cells(xs: list[Any], ys: list[Any]) -> float:
    joint = np.array([[sum(a == x and b == y for a, b in zip(xs, ys, strict=True)) for y in set(ys)] for x in set(xs)])
    q = joint / joint.sum()
    return float((q * np.log2(q / (q.sum(1, keepdims=True) * q.sum(0)))).sum())


def test_all_are_registered() -> None:
    assert [exercise.name for exercise in exercises_of("mutual_information")] == [
        "mutual_information.and_gate",
        "mutual_information.by_hand",
        "mutual_information.erasure_proof",
        "mutual_information.three_numbers",
        "mutual_information.two_channels",
        "mutual_information.write_information",
        "mutual_information.z_channel",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", (0.5, 1, 0)),
        ("by_hand", [sp.Rational(1, 2), sp.Integer(1), 0]),
        ("and_gate", (H4 - 0.5, 0.5, H4)),
        ("and_gate", (0.311, 0.5, 0.811)),
        ("two_channels", (0.531, 0.320)),
        ("two_channels", np.array([1 - h2(0.1), 1 - h2(0.18)])),
        ("three_numbers", (0.968, 0.2025, 1.567)),
        ("three_numbers", (0.968, 0.202, 1.567)),
        ("three_numbers", (0.968, 0.203, 1.567)),
        ("three_numbers", (-sp.sqrt(15) / 4, sp.Rational(81, 400), 2 - sp.Rational(3, 10) / sp.log(2))),
        ("z_channel", (0.4, 0.3219)),
        ("z_channel", (sp.Rational(2, 5), sp.log(5, 2) - 2)),
        ("write_information", information),
        ("write_information", lambda xs, ys: np.float64(information(ys, xs))),
    ],
)
def test_right_answers(name: str, answer: Any) -> None:
    verdict = check(f"mutual_information.{name}", answer)
    assert verdict.passed, verdict.message


def test_the_proof_takes_any_chain_of_true_steps() -> None:
    begun = Derivation(START, where=WHERE).step(MIDDLE, because="logarithms of products")
    assert check("mutual_information.erasure_proof", begun.step(END, because="take out 1 − ε")).passed
    short = Derivation(START, where=WHERE).step(END, because="x")
    assert "at least 2 steps" in check("mutual_information.erasure_proof", short).message
    assert check("mutual_information.erasure_proof", END).status == "wrong"


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("by_hand", 1, "three numbers"),
        ("by_hand", (0.3466, 0.6931, 0), "these are nats"),
        ("by_hand", (0, 1, 0.5), "exchanged"),
        ("by_hand", (1, 1, 0), "probability ½"),
        ("by_hand", (0.5, 1.5, 0), "at most what Y holds"),
        ("by_hand", (0.5, 1, 1), "nothing of it is left"),
        ("by_hand", ("a", 1, 0), "must be a number"),
        ("and_gate", (0, 1, 1), "that is so for XOR"),
        ("and_gate", (H4, 0.5, H4), "take off what is left"),
        ("and_gate", (H4 - 0.5, 1, H4), "this case has the probability ½"),
        ("and_gate", (H4 - 0.5, H4 - 0.5, 0.6226), "without X"),
        ("and_gate", (H4 - 0.5, 0.5, 2 * H4 - 1), "the two do not add"),
        ("and_gate", (H4 - 0.5, 0.5, 1), "no fair bit"),
        ("two_channels", (0.531, 0.9), "cannot be"),
        ("two_channels", (0.469, 0.3), "what is lost"),
        ("two_channels", (0.531, 1 - h2(0.2)), "error rates do not add"),
        ("two_channels", (0.531, 1 - h2(0.19)), "at least one channel"),
        ("two_channels", (0.531, 0.531), "loses something too"),
        ("two_channels", (0.531, (1 - h2(0.1)) ** 2), "not multiplied"),
        ("two_channels", (1e300, 1), "wrong"),
        ("three_numbers", (np.sqrt(1 - np.exp(-4)), 0.2025, 1.567), "belongs to 2 nats"),
        ("three_numbers", (15 / 16, 0.2025, 1.567), "take the root"),
        ("three_numbers", (0.968, 0.405, 1.567), "by 2n"),
        ("three_numbers", (0.968, 0.25, 1.567), "subtract 1"),
        ("three_numbers", (0.968, 0.2025, 1.7), "bring both to one unit"),
        ("three_numbers", (0.968, 0.2025, 1.0863), "give bits"),
        ("z_channel", (0.5, 0.3113), "fair inputs"),
        ("z_channel", (0.2, 0.3219), "that is p/2"),
        ("z_channel", (0.4, 0.2231), "in nats"),
        ("z_channel", (0.4, 0.7219), "take off H(Y | X)"),
        ("write_information", lambda xs, ys: information(xs, ys) * np.log(2), "in nats"),
        ("write_information", lambda xs, ys: -information(xs, ys), "sign"),
        ("write_information", lambda xs, ys: len(xs) * information(xs, ys), "divide by n"),
        ("write_information", pair_entropy, "entropy of the pair"),
        ("write_information", with_empty_cells, "leave out empty cells"),
        ("write_information", lambda xs, ys: "one", "must be a number"),
        ("write_information", 3, "must be a function"),
    ],
)
def test_wrong_answers_hear_why(name: str, answer: Any, says: str) -> None:
    verdict = check(f"mutual_information.{name}", answer)
    assert verdict.status == "wrong", verdict.message
    assert says == "wrong" or says in verdict.message


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("mutual_information")])
def test_stubs_say_not_yet(name: str) -> None:
    assert check(name, (lambda xs, ys: ...) if name.endswith("write_information") else ...).status == "not yet"
