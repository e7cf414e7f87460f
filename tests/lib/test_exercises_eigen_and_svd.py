"""The exercises of the chapter on eigenvectors and singular values: right answers pass, likely slips are named."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

a, b, d = sp.symbols("a b d", real=True)
DISCRIMINANT, SQUARES = (a + d) ** 2 - 4 * (a * d - b**2), (a - d) ** 2 + 4 * b**2


def power(S, x, steps, *, unit=True, rayleigh=True, extra=0, flip=False):
    """A solution, or one with a slip."""
    x = x / np.linalg.norm(x)
    for _ in range(steps + extra):
        x = S @ x
        if unit:
            x = x / np.linalg.norm(x)
    return (x @ S @ x if rayleigh else np.linalg.norm(S @ x)), -x if flip else x


def needed(x, share, *, centre=True, exponent=2, offset=1):
    values = np.linalg.svd(x - x.mean(axis=0) * centre, compute_uv=False) ** exponent
    return int(np.argmax(np.cumsum(values) / values.sum() >= share - 1e-12)) + offset


def by_eigenvalues(x, share):
    values = np.sort(np.linalg.eigvalsh(np.cov(x.T)))[::-1]
    return np.searchsorted(np.cumsum(values) / values.sum(), share - 1e-9) + 1


def proof():
    return (
        Derivation(DISCRIMINANT)
        .step(a**2 - 2 * a * d + d**2 + 4 * b**2, because="multiply out")
        .step(SQUARES, because="a square")
    )


def test_all_are_registered():
    assert [exercise.name.partition(".")[2] for exercise in exercises_of("eigen_and_svd")] == [
        "by_hand",
        "components_needed",
        "low_rank_error",
        "power",
        "real_eigenvalues",
        "singular_values",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("by_hand", (6, 1, [1, 2])),
        ("by_hand", [6.0, 1.0, (-0.5, -1)]),
        ("by_hand", (6, 1, np.array([1, 2]) / np.sqrt(5))),
        ("by_hand", (6, 1, sp.Matrix([1, 2]))),
        ("by_hand", (6, 1, [[1], [2]])),
        ("by_hand", (6, 1, np.array([[1], [2]]))),
        ("by_hand", (6, 1, np.array([[1, 2]]))),
        ("singular_values", sp.Matrix([2 * sp.sqrt(2), sp.sqrt(2)])),
        ("singular_values", np.array([[8], [2]]) ** 0.5),
        ("singular_values", (2.828, 1.414)),
        ("singular_values", (2.83, 1.41)),
        ("singular_values", (2 * sp.sqrt(2), sp.sqrt(2))),
        ("power", power),
        ("power", lambda S, x, steps: power(S, x, steps, flip=True)),
        ("power", lambda S, x, steps: list(power(S, x, steps))),
        ("power", lambda S, x, steps: (power(S, x, steps)[0], power(S, x, steps)[1][:, None])),
        ("power", lambda S, x, steps: (power(S, x, steps)[0], sp.Matrix(power(S, x, steps)[1]))),
        ("real_eigenvalues", proof()),
        ("low_rank_error", (np.sqrt(5), 34 / 39)),
        ("low_rank_error", (2.236, 0.872)),
        ("low_rank_error", (2.24, 0.872)),
        ("components_needed", needed),
        ("components_needed", by_eigenvalues),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"eigen_and_svd.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("by_hand", (1, 6, [1, 2]), "in the other order"),
        ("by_hand", (5, 1, [1, 2]), "the trace, 7"),
        ("by_hand", (5, 2, [1, 2]), "the determinant, 6"),
        ("by_hand", (6, 1, [2, -1]), "belongs to the eigenvalue 1"),
        ("by_hand", (6, 1, [0, 0]), "0 is no eigenvector"),
        ("by_hand", (6, 1, [1, 1]), "which is not 6 times it"),
        ("by_hand", (6, 1), "a triple"),
        ("by_hand", (6, 1, [[1, 2], [3]]), "entry 1 of your eigenvector must be one number"),
        ("by_hand", (6, 1, sp.Matrix([a, 2 * a])), "entry 1 of your eigenvector must be a number; it is a"),
        ("by_hand", (6, 1, [1e300, "2"]), "entry 2 of your eigenvector must be a number; it is '2'"),
        ("by_hand", (6, 1, np.eye(2)), "entry 1 of your eigenvector must be one number"),
        ("singular_values", (8, 2), "their roots"),
        ("singular_values", (1.414, 2.828), "larger one first"),
        ("singular_values", (2, 1), "the larger is 2"),
        ("singular_values", (-(8**0.5), 2**0.5), "not negative"),
        ("singular_values", (1.5 + 1.3228j, 1.5 - 1.3228j), "eigenvalues of A"),
        ("singular_values", np.diag([8**0.5, 2**0.5]), "no matrix"),
        ("power", lambda S, x, steps: power(S, x, steps, unit=False), "has the length"),
        ("power", lambda S, x, steps: power(S, x, steps, rayleigh=False), "the length ‖Sx‖"),
        ("power", lambda S, x, steps: power(S, x, steps, extra=1), "it should be"),
        ("power", lambda S, x, steps: power(S, x, steps)[::-1], "the value first"),
        ("power", lambda S, x, steps: 1.0, "a pair"),
        ("real_eigenvalues", 3, "must be a Derivation"),
        ("singular_values", sp.diag(2 * sp.sqrt(2), sp.sqrt(2)), "no matrix"),
        ("singular_values", sp.Matrix([a, b]), "the larger must be a number"),
        ("singular_values", [[1], [2, 3]], "no matrix"),
        (
            "power",
            lambda S, x, steps: (1.0, np.linalg.matrix_power(S, steps) @ x / np.linalg.norm(S * 1e300)),
            "has the length",
        ),
        ("low_rank_error", (34 / 39, np.sqrt(5)), "the distance first"),
        ("low_rank_error", (np.sqrt(34), 34 / 39), "what is kept"),
        ("low_rank_error", (5, 34 / 39), "squared distance"),
        ("low_rank_error", (3, 34 / 39), "their squares add up"),
        ("low_rank_error", (2, 34 / 39), "that is left out"),
        ("low_rank_error", (np.sqrt(5), 87.18), "in percent"),
        ("low_rank_error", (np.sqrt(5), np.sqrt(34 / 39)), "the root of the share"),
        ("low_rank_error", (np.sqrt(5), 8 / 11), "take their squares"),
        ("low_rank_error", (np.sqrt(5), 5 / 39), "the share that is lost"),
        ("components_needed", lambda x, share: needed(x, share, centre=False), "subtracted first"),
        ("components_needed", lambda x, share: needed(x - x.mean(), share, centre=False), "not one number"),
        (
            "components_needed",
            lambda x, share: needed(x - x.mean(1, keepdims=True), share, centre=False),
            "those of the rows",
        ),
        ("components_needed", lambda x, share: needed(x / x.std(axis=0), share), "standard deviations"),
        ("components_needed", lambda x, share: needed(x, share, exponent=1), "the squares of the singular values"),
        ("components_needed", lambda x, share: needed(x, share, offset=0), "counted from 0"),
        ("components_needed", lambda x, share: 5, "are needed"),
        ("components_needed", lambda x, share: needed(x, share) if share < 1 else 1, "allow for rounding"),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"eigen_and_svd.{name}", answer)
    assert verdict.status == "wrong"
    assert says in verdict.message


def test_a_proof_in_one_step_is_too_short():
    short = Derivation(DISCRIMINANT).step(SQUARES, because="multiply out")
    assert "at least 2 steps" in check("eigen_and_svd.real_eigenvalues", short).message


@pytest.mark.parametrize("zero", [sp.UnevaluatedExpr(0), sp.Mul(0, a, evaluate=False), sp.Add(a, -a, evaluate=False)])
def test_a_zero_that_is_added_is_no_step(zero):
    padded = Derivation(DISCRIMINANT).step(sp.Add(DISCRIMINANT, zero, evaluate=False), because="add 0")
    padded = padded.step(SQUARES, because="multiply out")
    assert "at least 2 steps" in check("eigen_and_svd.real_eigenvalues", padded).message


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("eigen_and_svd")])
def test_stubs_say_not_yet(name):
    stubs = {"power": lambda S, x, steps: ..., "components_needed": lambda x, share: ...}
    assert check(name, stubs.get(name.partition(".")[2], ...)).status == "not yet"
