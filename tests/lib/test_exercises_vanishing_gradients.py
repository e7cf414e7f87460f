"""The exercises of networks/vanishing_gradients: typical wrong answers are told apart, and say what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

Z, ALPHA = sp.symbols("z alpha", real=True)
TAU, D = sp.symbols("tau D", positive=True)
P = sp.Function("p")(Z)
GIVEN = {P: sp.exp(-(Z**2) / (2 * TAU**2)) / (TAU * sp.sqrt(2 * sp.pi))}
RIGHT = sp.Integral(Z**2 * P, (Z, 0, sp.oo))
BEGIN = sp.Integral((ALPHA * Z) ** 2 * P, (Z, -sp.oo, 0)) + RIGHT
BETA = sp.sqrt(2 ** (1 / D) - 1)


def normal(variance: Callable[..., float]) -> Callable[..., np.ndarray]:
    def draw(shape: tuple[int, int], phi: Any, rng: np.random.Generator) -> np.ndarray:
        return rng.standard_normal(shape) * np.sqrt(variance(shape, phi))

    return draw


def square(phi: Any) -> float:
    return float(np.mean(phi(np.random.default_rng(0).standard_normal(100_000)) ** 2))


def positive_r(a: np.ndarray) -> np.ndarray:
    q, r = np.linalg.qr(a)
    return q * np.sign(np.diag(r))


def orthogonal(n: int, rng: np.random.Generator) -> np.ndarray:
    return positive_r(rng.standard_normal((n, n)))


GRID = np.linspace(-9, 9, 1201)
WEIGHT = np.exp(-(GRID**2) / 2) / np.exp(-(GRID**2) / 2).sum()


def factor(power: float = 1.0, layers: int = 100, use: str = "slopes", lacks: float = 0.0, square: int = 2) -> Any:
    """The factor χ, or what a slip makes of it."""

    def layer_factor(phi: Any, phi_grad: Any, s: float) -> float:
        q = s**2
        for _ in range(layers):
            q = s**2 * WEIGHT @ phi(np.sqrt(q) * GRID) ** 2
        return float(
            (q if use == "values" else s ** (2 - lacks) * WEIGHT @ phi_grad(np.sqrt(q) * GRID) ** square) ** power
        )

    return layer_factor


def drawn_factor(phi: Any, phi_grad: Any, s: float) -> float:
    u, q = np.random.default_rng(3).standard_normal(30_000), 1.0
    for _ in range(100):
        q = s**2 * np.mean(phi(np.sqrt(q) * u) ** 2)
    return float(s**2 * np.mean(phi_grad(np.sqrt(q) * u) ** 2))


WRONG: list[tuple[str, Any, str]] = [
    ("ten_units", [0.25**10, 4, 3], "the weight 2 of each link"),
    ("ten_units", [2.0**-10, 0.25, 3], "the weight"),
    ("ten_units", [2.0**-10, -4, 3], "positive weight"),
    ("ten_units", [2.0**-10, 4, 5], "clips each entry by itself"),
    ("ten_units", [2.0**-10, 4, 6.0], "before clipping"),
    ("ten_units", [2.0**-10, 4, 2.5], r"5/‖g‖"),
    ("ten_units", [2.0**-10, 4], "a list of three"),
    ("leaky_gain", Derivation(BEGIN, given=GIVEN, points=5).step((1 + ALPHA**2) * RIGHT, because="mirror"), "2 steps"),
    (
        "leaky_gain",
        Derivation(BEGIN, given=GIVEN, points=5)
        .step((1 + ALPHA**2) * RIGHT, because="mirror")
        .step(RIGHT + ALPHA**2 * RIGHT, because="multiply out"),
        "must end at",
    ),
    ("leaky_gain", (1 + ALPHA**2) / 2, "Derivation"),
    ("keep_variance", normal(lambda shape, phi: 1 / shape[0] / square(phi)), "number of outputs"),
    ("keep_variance", normal(lambda shape, phi: 2 / sum(shape) / square(phi)), "Xavier"),
    ("keep_variance", normal(lambda shape, phi: 1 / shape[1]), "the mean square of ReLU"),
    ("keep_variance", normal(lambda shape, phi: 2 / shape[1]), "must be 1/n here"),
    ("keep_variance", lambda shape, phi, rng: rng.standard_normal(shape[::-1]), "transposed"),
    ("keep_variance", lambda shape, phi, rng: rng.random(shape), "mean 0"),
    ("keep_variance", lambda shape, phi, rng: np.zeros(shape), "random"),
    ("residual_scale", [1 / sp.sqrt(D), 1], "β: "),
    ("residual_scale", [BETA, 1], "the limit: "),
    ("residual_scale", BETA, "a list of two"),
    ("layer_factor", factor(power=0.5), "√χ"),
    ("layer_factor", factor(lacks=2), "s² is missing"),
    ("layer_factor", factor(lacks=1), "χ has s², not s"),
    ("layer_factor", factor(use="values"), "χ takes the slopes"),
    ("layer_factor", factor(layers=0), "q is followed through the layers"),
    ("layer_factor", lambda phi, phi_grad, s: s, "your factor is"),
    ("layer_factor", lambda phi, phi_grad, s: phi(s * GRID), "your factor"),
    ("layer_factor", 0.5, "function"),
    ("orthogonal", lambda n, rng: rng.standard_normal((n, n)) / np.sqrt(n), "not orthogonal"),
    ("orthogonal", lambda n, rng: np.linalg.qr(rng.standard_normal((n, n)))[0], "a direction is preferred"),
    ("orthogonal", lambda n, rng: np.eye(n), "not random enough"),
    ("orthogonal", lambda n, rng: positive_r(rng.uniform(-1, 1, (n, n))), "leans towards the diagonals"),
    ("orthogonal", lambda n, rng: np.eye(n)[:-1], "shape"),
]

SOLVED: list[tuple[str, Any]] = [
    ("ten_units", [1 / 1024, 4, 3]),
    ("ten_units", [0.00098, 4, 3]),
    (
        "leaky_gain",
        Derivation(BEGIN, given=GIVEN, points=5)
        .step((1 + ALPHA**2) * RIGHT, because="mirror")
        .step((1 + ALPHA**2) / 2 * TAU**2, because="half of the variance"),
    ),
    ("keep_variance", normal(lambda shape, phi: 1 / shape[1] / square(phi))),
    ("residual_scale", [BETA, sp.sqrt(sp.log(2))]),
    ("residual_scale", [sp.sqrt(sp.exp(sp.log(2) / D) - 1), sp.sqrt(sp.log(2))]),
    ("layer_factor", factor()),
    ("layer_factor", drawn_factor),
    ("orthogonal", orthogonal),
]


def test_every_exercise_is_tried() -> None:
    names = {f"vanishing_gradients.{name}" for name, *_ in SOLVED}
    assert {exercise.name for exercise in exercises_of("vanishing_gradients")} == names
    assert {f"vanishing_gradients.{name}" for name, *_ in WRONG} == names


@pytest.mark.parametrize(("name", "answer", "said"), WRONG)
def test_wrong_answers_are_told_apart(name: str, answer: Any, said: str) -> None:
    verdict = check(f"vanishing_gradients.{name}", answer)
    assert not verdict.passed
    assert said in str(verdict)


@pytest.mark.parametrize(("name", "answer"), SOLVED)
def test_right_answers_pass(name: str, answer: Any) -> None:
    verdict = check(f"vanishing_gradients.{name}", answer)
    assert verdict.passed, str(verdict)


def test_uniform_weights_are_as_good() -> None:
    def draw(shape: tuple[int, int], phi: Any, rng: np.random.Generator) -> np.ndarray:
        half = np.sqrt(3 / shape[1] / square(phi))
        return rng.uniform(-half, half, shape)

    assert check("vanishing_gradients.keep_variance", draw).passed


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("vanishing_gradients")])
def test_every_exercise_waits_for_its_answer(name: str) -> None:
    assert check(name, ...).status == "not yet"


def haar(n: int, rng: np.random.Generator) -> np.ndarray:
    q, r = np.linalg.qr(rng.standard_normal((n, n)))
    return q * np.sign(np.diag(r))


def signed_permutation(n: int, rng: np.random.Generator) -> np.ndarray:
    return np.eye(n)[rng.permutation(n)] * rng.choice([-1.0, 1.0], n)


def a_fixed_one_with_random_signs(n: int, rng: np.random.Generator) -> np.ndarray:
    return haar(n, np.random.default_rng(5)) * rng.choice([-1.0, 1.0], n)


def about_one_axis(n: int, rng: np.random.Generator) -> np.ndarray:
    q = np.eye(n) * rng.choice([-1.0, 1.0], n)
    if n > 1:
        q[:2, :2] = haar(2, rng)
    return q


@pytest.mark.parametrize("draw", [signed_permutation, a_fixed_one_with_random_signs, about_one_axis])
def test_a_preferred_direction_is_seen(draw: Any) -> None:
    verdict = check("vanishing_gradients.orthogonal", draw)
    assert not verdict.passed and ("preferred" in verdict.message or "not random enough" in verdict.message)


def test_each_of_the_many_draws_must_be_orthogonal() -> None:
    draws = iter(range(10_000))

    def sometimes(n: int, rng: np.random.Generator) -> np.ndarray:
        return rng.standard_normal((n, n)) if n == 3 and next(draws) > 400 else haar(n, rng)

    assert "for n = 3 the matrix is not orthogonal" in check("vanishing_gradients.orthogonal", sometimes).message
    assert check("vanishing_gradients.orthogonal", haar).passed
