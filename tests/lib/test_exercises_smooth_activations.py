"""The exercises of networks/smooth_activations: typical wrong answers are told apart, and say what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp

from dlmath_lib import activations as act
from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

Z = sp.Symbol("z", real=True)
SIGMA, SILU = sp.Function("sigma"), sp.Function("SiLU")
GIVEN = {SIGMA(Z): 1 / (1 + sp.exp(-Z)), SILU(Z): Z * SIGMA(Z)}


def naive_mish(z: np.ndarray) -> np.ndarray:
    return z * np.tanh(np.log(1 + np.exp(z)))


def mish(z: np.ndarray) -> np.ndarray:
    return z * act.tanh(act.softplus(z))


def mish_grad_without_chain_rule(z: np.ndarray) -> np.ndarray:
    soft = act.softplus(z)
    return act.tanh(soft) + z * act.tanh_grad(soft)


def temperature_without_sign(g: np.ndarray, z: np.ndarray, T: float) -> tuple[np.ndarray, float]:
    back = act.softmax_vjp(g, z / T)
    return back / T, (back * z).sum() / T**2


def softmax(z: np.ndarray) -> np.ndarray:
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def naive_softmax(z: np.ndarray) -> np.ndarray:
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def of_batch(z: np.ndarray) -> np.ndarray:
    return np.exp(z - z.max()) / np.exp(z - z.max()).sum()


def of_columns(z: np.ndarray) -> np.ndarray:
    return softmax(z.T).T


def by_jacobian(g: np.ndarray, z: np.ndarray) -> np.ndarray:
    return np.stack([row @ act.softmax_jacobian(logits) for row, logits in zip(g, z, strict=True)])


WRONG: list[tuple[str, Any, str]] = [
    ("softmax_backward", [0.5, 0, 0], "p ⊙ g"),
    ("softmax_backward", [0.25, 0.25, 0.25], "add up to 0"),
    ("softmax_backward", [0.25, -0.25, 0.0], "-0.125|−0.125"),
    ("softmax_backward", [0.25, -0.25], "shape"),
    ("slopes", [3 / 16, 0.956, 1.414], "softplus′ is σ itself"),
    ("slopes", [0.75, 3 / 16 * np.log(3), 1.414], "second term"),
    ("slopes", [0.75, 0.75 * np.log(3), 1.414], "its value"),
    ("slopes", [0.75, 0.956, -1.414], "smallest"),
    ("slopes", [0.75, 0.956, 1.129], "largest slope"),
    ("heated", [0.4, 0.8, 0.5], "leave the sum 1/2"),
    ("heated", [0.8**0.5, 0.8, 0.5], "not each alone"),
    ("heated", [16 / 17, 0.8, 0.5], "T = 1/2"),
    ("heated", [2, 0.8, 0.5], "2 is the ratio"),
    ("heated", [2 / 3, 0.9, 0.5], "(b)"),
    ("heated", [2 / 3, 0.8, 1], "T → 0"),
    ("log_by_hand", [np.log(0.25), -0.25, 0.25], "log p₁"),
    ("log_by_hand", [0.75, -0.25, 0.25], "take its logarithm"),
    ("log_by_hand", [np.log(0.75), -3 / 16, 3 / 16], "divides them by p₂"),
    ("log_by_hand", [np.log(0.75), 0.25, -0.25], "signs"),
    ("log_by_hand", "log(3/4)", "three numbers"),
    ("softmax_program", softmax, "the pair"),
    ("softmax_program", (naive_softmax, act.softmax_vjp), "overflow"),
    ("softmax_program", (of_batch, act.softmax_vjp), "the sum of the whole batch"),
    ("softmax_program", (of_columns, act.softmax_vjp), "the columns of forward(z) sum to 1"),
    ("softmax_program", (softmax, lambda g, z: g * softmax(z) * (1 - softmax(z))), "the diagonal of the Jacobian"),
    ("softmax_program", (softmax, lambda g, z: g * softmax(z)), "is p ⊙ g"),
    ("softmax_program", (softmax, lambda g, z: softmax(z) * (g - (softmax(z) * g).sum())), "the whole batch"),
    ("softmax_program", (softmax, lambda g, z: softmax(z) * (g - g.mean(axis=-1, keepdims=True))), "weighted by p"),
    ("softmax_program", (softmax, by_jacobian), "the gradients are right, but"),
    ("silu_symmetry", Derivation(SILU(Z) - SILU(-Z), given=GIVEN).step(Z, because="clear"), "at least 2 steps"),
    ("silu_symmetry", 0, "Derivation"),
    ("mish", mish, "the pair"),
    ("mish", (naive_mish, mish), "mish: "),
    ("mish", (mish, mish_grad_without_chain_rule), "mish_grad: "),
    ("temperature", temperature_without_sign, "the gradient for T"),
    ("temperature", lambda g, z, T: act.softmax_vjp(g, z / T), "two gradients"),
    ("gelu_constant", 0.044715, "the constant in use"),
    ("gelu_constant", float((4 - np.pi) / (6 * np.pi)), "very near 0"),
    ("gelu_constant", 0.05, "too large"),
    ("gelu_constant", 0.045, "another constant below it"),
    ("gelu_constant", 0.044, "another constant above it"),
]


@pytest.mark.parametrize(("name", "answer", "message"), WRONG)
def test_a_wrong_answer_is_told_what_is_wrong(name: str, answer: Any, message: str) -> None:
    verdict = check(f"smooth_activations.{name}", answer)
    assert verdict.status == "wrong"
    assert any(part in verdict.message for part in message.split("|")), verdict.message


def test_other_ways_to_the_right_answer() -> None:
    assert check("smooth_activations.slopes", [0.75, 0.956, 1.414]).status == "right"
    assert check("smooth_activations.heated", sp.Matrix([sp.Rational(2, 3), 0.8, 0.5])).status == "right"
    assert check("smooth_activations.log_by_hand", (sp.log(sp.Rational(3, 4)), -0.25, 0.25)).status == "right"


def test_other_definitions_cannot_be_slipped_in() -> None:
    other = {SIGMA(Z): sp.Rational(1, 2), SILU(Z): Z * SIGMA(Z)}
    chain = Derivation(SILU(Z) - SILU(-Z), given=other).step(Z * SIGMA(Z) * 2, because="a").step(Z, because="b")
    assert check("smooth_activations.silu_symmetry", chain).status == "wrong"


def test_every_exercise_waits_for_its_answer() -> None:
    names = [exercise.name for exercise in exercises_of("smooth_activations")]
    assert len(names) == 9
    for name in names:
        assert check(name, ...).status == "not yet"
