"""The exercises of the entropy chapter: right answers pass, the likely wrong ones are told what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
from scipy.special import softmax

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.information import huffman_code
from dlmath_lib.verify import Derivation

p, q, r = sp.symbols("p q r", positive=True)
REST = q + r
START = -p * sp.log(p) - q * sp.log(q) - r * sp.log(r)
SECOND, THIRD = sp.log(q / REST), sp.log(r / REST)
END = -p * sp.log(p) - REST * sp.log(REST) + REST * (-q / REST * SECOND - r / REST * THIRD)
DIE = softmax(0.3710489380810337 * np.arange(1, 7))


def chain(weights: dict[Any, float]) -> dict[Any, str]:
    """A code whose tree is a chain, the rarest symbols at its end."""
    ordered = sorted(weights, key=lambda s: -weights[s])
    words = {s: "1" * k + "0" for k, s in enumerate(ordered)}
    words[ordered[-1]] = "1" * (len(ordered) - 1)
    return words


def heaviest(weights: dict[Any, float]) -> dict[Any, str]:
    """Huffman's algorithm with the two heaviest branches joined first."""
    branches: list[tuple[float, dict[Any, str]]] = [(w, {s: ""}) for s, w in weights.items()]
    while len(branches) > 1:
        branches.sort(key=lambda branch: -branch[0])
        (a, left), (b, right), *rest = branches
        joint = {s: "0" + w for s, w in left.items()} | {s: "1" + w for s, w in right.items()}
        branches = [*rest, (a + b, joint)]
    return branches[0][1]


def equal(weights: dict[Any, float]) -> dict[Any, str]:
    size = max(1, int(np.ceil(np.log2(len(weights)))))
    return {s: format(k, f"0{size}b") for k, s in enumerate(weights)}


def test_all_are_registered() -> None:
    assert [exercise.name for exercise in exercises_of("entropy")] == [
        "entropy.bits_and_nats",
        "entropy.chain_rule_on_a_table",
        "entropy.grouping_rule",
        "entropy.huffman",
        "entropy.loaded_die",
        "entropy.zero_gaussian",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("bits_and_nats", (2, 1.386)),
        ("bits_and_nats", [sp.Integer(2), 2 * sp.log(2)]),
        ("chain_rule_on_a_table", (1.5, 0.5, 2)),
        ("chain_rule_on_a_table", np.array([1.5, 0.5, 2.0])),
        ("huffman", huffman_code),
        ("huffman", lambda w: {s: word.translate(str.maketrans("01", "10")) for s, word in huffman_code(w).items()}),
        ("zero_gaussian", (0.242, 4.605, 0.1765, 0.4189)),
        ("zero_gaussian", [[0.242], [4.605], [0.176], [0.419]]),
        (
            "zero_gaussian",
            sp.Matrix(
                [1 / sp.sqrt(2 * sp.pi * sp.E), sp.log(100), sp.log(sp.pi * sp.E / 6) / 2, sp.log(2 * sp.pi / sp.E) / 2]
            ),
        ),
        ("loaded_die", DIE),
        ("loaded_die", DIE.round(4).tolist()),
    ],
)
def test_right_answers(name: str, answer: Any) -> None:
    verdict = check(f"entropy.{name}", answer)
    assert verdict.passed, verdict.message


def proof() -> Derivation:
    return (
        Derivation(START)
        .step(-p * sp.log(p) - q * (sp.log(REST) + SECOND) - r * (sp.log(REST) + THIRD), because="log of a product")
        .step(-p * sp.log(p) - (q + r) * sp.log(REST) - q * SECOND - r * THIRD, because="collect")
    )


def test_the_grouping_rule_takes_any_chain_of_true_steps() -> None:
    assert check("entropy.grouping_rule", proof().step(END, because="factor q + r")).passed
    middle = -p * sp.log(p) - q * sp.log(REST) - r * sp.log(REST) - q * SECOND - r * THIRD
    assert check(
        "entropy.grouping_rule", Derivation(START).step(middle, because="logs").step(END, because="sum")
    ).passed
    assert "at least 2 steps" in check("entropy.grouping_rule", Derivation(START).step(END, because="x")).message
    assert check("entropy.grouping_rule", END).status == "wrong"


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("bits_and_nats", 2, "a pair, (bits, nats)"),
        ("bits_and_nats", (1.3863, 2), "exchanged"),
        ("bits_and_nats", (1.6, 1.1), "weigh the surprises"),
        ("bits_and_nats", (np.log2(5), np.log(5)), "five equal outcomes"),
        ("bits_and_nats", (0.875, 0.6), "there are four"),
        ("bits_and_nats", (2, 2 / np.log(2)), "do not divide"),
        ("bits_and_nats", ("2", 1.386), "must be a number"),
        ("bits_and_nats", (1e300, 1), "too large"),
        ("chain_rule_on_a_table", (1.0397, 0.3466, 1.3863), "these are nats"),
        ("chain_rule_on_a_table", (0.8113, 0.5, 2), "add up the rows"),
        ("chain_rule_on_a_table", (1.5, 1, 2.5), "weigh it by the row's probability"),
        ("chain_rule_on_a_table", (1.5, 0.8113, 2), "without knowing X"),
        ("chain_rule_on_a_table", (1.5, 1.1887, 2), "H(X | Y)"),
        ("chain_rule_on_a_table", (1.5, 0.5, 1), "half the right number"),
        ("chain_rule_on_a_table", [[1.5], [0.5, 2]], "three numbers"),
        ("huffman", equal, "all of one length"),
        ("huffman", heaviest, "join the lightest branches first"),
        ("huffman", chain, "is a chain"),
        ("huffman", lambda w: {s: word[::-1] for s, word in huffman_code(w).items()}, "put each new digit before"),
        ("huffman", lambda w: dict.fromkeys(w, "0"), "have the same word"),
        ("huffman", lambda w: {s: len(word) for s, word in huffman_code(w).items()}, 'must be a string of "0" and "1"'),
        ("huffman", lambda w: dict(list(huffman_code(w).items())[1:]), "has none"),
        ("huffman", lambda w: huffman_code(w) | {"?": "0"}, "words for 2 symbols"),
        ("huffman", lambda w: list(huffman_code(w).values()), "must return a dictionary"),
        ("huffman", 3, "must be a function"),
        ("zero_gaussian", (1 / (2 * np.pi * np.e), np.log(100), 0.176, 0.419), "take the root"),
        ("zero_gaussian", (0.3989, np.log(100), 0.176, 0.419), "factor e"),
        ("zero_gaussian", (0.242, -4.605, 0.176, 0.419), "wider"),
        ("zero_gaussian", (0.242, 9.21, 0.176, 0.419), "half of its logarithm"),
        ("zero_gaussian", (0.242, 6.644, 0.176, 0.419), "give nats"),
        ("zero_gaussian", (0.242, 0, 0.176, 0.419), "changes with the unit"),
        ("zero_gaussian", (0.242, 4.605, 0.419, 0.176), "the last two are swapped"),
        ("zero_gaussian", (0.242, 4.605, -0.1765, 0.419), "the gap is positive"),
        ("zero_gaussian", (0.242, 4.605, 0.2546, 0.419), "give nats"),
        ("zero_gaussian", (0.242, 4.605, 1.419, 0.419), "the width is √12"),
        ("zero_gaussian", (0.242, 4.605, 0.176, 1.419), "subtract 1 − log λ"),
        ("zero_gaussian", (0.242, 4.605), "four numbers"),
        ("zero_gaussian", (1e300, sp.Symbol("x"), "a", [1, [2]]), "must be"),
        ("loaded_die", np.full(6, 1 / 6), "fair die"),
        ("loaded_die", DIE[::-1], "read from the last face"),
        ("loaded_die", 2 * DIE, "sum to 1"),
        ("loaded_die", [0, 0, 0, 0.5, 0.5, 0], "there is one with"),
        ("loaded_die", [-0.1, 0.1, 0.2, 0.3, 0.2, 0.3], "at least 0; face 1"),
        ("loaded_die", DIE + np.array([3, -6, 3, 0, 0, 0]) * 1e-4, "not to four digits"),
        ("loaded_die", [1, 2], "your six probabilities"),
    ],
)
def test_wrong_answers_hear_why(name: str, answer: Any, says: str) -> None:
    verdict = check(f"entropy.{name}", answer)
    assert verdict.status == "wrong", verdict.message
    assert says in verdict.message


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("entropy")])
def test_stubs_say_not_yet(name: str) -> None:
    assert check(name, (lambda weights: ...) if name.endswith("huffman") else ...).status == "not yet"
