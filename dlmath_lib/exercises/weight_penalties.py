"""The exercises of ``chapters/regularization/weight_penalties.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, number, numbers, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.exercises.several import several


@exercise(
    "weight_penalties.shrunk",
    of=("eq-ridge-direction", "eq-degrees-of-freedom", "eq-elastic-net-prox", "eq-hard-threshold", "eq-group-prox"),
)
def shrunk(answer: Any) -> str:
    """What four penalties make of −0.8, and the group penalty of (3, 4)."""
    names = [
        "the ridge value",
        "the lasso value",
        "the elastic net value",
        "the L0 value",
        "the length of the group",
        "the number of degrees of freedom",
    ]
    slips: list[dict[float, str]] = [
        {-1.8: "The square's slope is tw, so that z is divided by 1 + t", -0.267: "The penalty is t/2·w², not t·w²"},
        {-0.8: "−0.8 lies within t of 0", 0.2: "The size is |z| − t, if that is positive", -1.8: "Towards 0, not away"},
        {-0.3: "Divide by 1 + t(1 − ρ)", -0.533: "Subtract tρ before you divide", -0.15: "t(1 − ρ) is ½, not 1"},
        {-0.8: "Keeping −0.8 costs t = 1, dropping it costs 0.32", -0.4: "L0 keeps or drops, it does not shrink"},
        {4.0: "The group has two entries: its penalty is t√2 times the length", 3.0: "t√2, not 2t"},
        {2.0: "That is without a penalty", 1.167: "Each direction keeps d²/(d² + nλ), with d² and not d"},
    ]
    several(
        answer,
        "six numbers, [ridge, lasso, elastic net, L0, length, degrees of freedom]",
        names,
        [-0.4, 0.0, -0.2, 0.0, 5 - 2**0.5, 1.3],
        slips,
    )
    return "ridge and elastic net keep a part, lasso and L0 give 0, the group is shortened without a turn"


@exercise("weight_penalties.lambda_max", of=("eq-change", "eq-coordinate-step", "eq-proximal-step"))
def lambda_max(answer: Any) -> str:
    """The smallest λ without weights, and the first weights below it."""
    names = ["λmax of the lasso", "λmax for ρ = ½", "w₁ at λ = ⅓", "w₂ at λ = ⅓", "w₁ after the step"]
    slips: list[dict[float, str]] = [
        {2.0: "The products are divided by n = 3", 1 / 3: "That is the second column; the largest counts"},
        {2 / 3: "The weight at |w| is λρ", 1 / 3: "λρ = ⅔, so λ is larger than ⅔"},
        {1 / 3: "Divide by c₁ = ‖x₁‖²/n", 1.0: "That is without the penalty", 2 / 3: "Subtract λ"},
        {},
        {1 / 15: "The threshold αλ is missing", 1 / 3: "The step is α times the gradient", 0.0: "It is αλ, not λ"},
    ]
    right = [2 / 3, 4 / 3, 0.5, 0.0, 1 / 30]
    several(answer, "five numbers, [λmax, λmax for ρ = ½, w₁, w₂, w₁ after the step]", names, right, slips)
    return "below λmax the column with the largest |xⱼᵀy| enters first"


def _sweeps(
    x: np.ndarray, y: np.ndarray, penalty: float, ratio: float, sweeps: int,
    *, together: bool = False, mean: bool = True, l1: float = 1, l2: float = 1, own: bool = True,
    keep: bool = True, signed: bool = True,
) -> np.ndarray:  # fmt: skip
    """Coordinate descent; the options make a slip each."""
    n = len(y) if mean else 1
    w = np.zeros(x.shape[1])
    for _ in range(sweeps):
        before = w.copy()
        for j, column in enumerate(x.T):
            c = column @ column / n
            r = y - x @ (before if together else w)
            pull = column @ r / n + (c * w[j] if keep else 0)
            size = max(abs(pull) - (penalty * ratio if l1 else penalty), 0)
            w[j] = (np.sign(pull) if signed else 1) * size / ((c if own else 1) + (penalty * (1 - ratio) if l2 else 0))
    return w


_SLIPS: list[tuple[str, dict[str, Any]]] = [
    (
        "each weight takes the newest values of the others, not those from before the sweep",
        {"together": True},
    ),
    ("the products are divided by n", {"mean": False}),
    ("the threshold is λρ, not λ", {"l1": 0}),
    ("the divisor is c + λ(1 − ρ)", {"l2": 0}),
    ("the divisor is c + λ(1 − ρ), with c = ‖xⱼ‖²/n", {"own": False}),
    ("the pull is xⱼᵀr/n + cwⱼ: the weight's own part is put back", {"keep": False}),
    ("the result has the sign of the pull", {"signed": False}),
]


@exercise("weight_penalties.coordinates", of=("eq-coordinate-step", "eq-penalized-objective", "eq-elastic-net-prox"))
def coordinates(answer: Any) -> str:
    """A program for coordinate descent."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(9, 3))
    y = x @ [1.0, -2.0, 0.0] + rng.normal(size=9)
    cases: list[tuple[str, np.ndarray, np.ndarray, float, float, int]] = [
        ("one column, lasso", np.array([[1.0], [2.0]]), np.array([2.0, 3.0]), 1.0, 1.0, 1),
        ("one column, a negative weight", np.array([[1.0], [2.0]]), np.array([-2.0, -3.0]), 1.0, 0.5, 1),
        ("three columns, one sweep", x, y, 0.3, 0.5, 1),
        ("three columns, two sweeps", x, y, 0.3, 0.5, 2),
        ("three columns, ridge, three sweeps", x, y, 0.4, 0.0, 3),
        ("three columns, a large penalty", x, y, 50.0, 1.0, 2),
        ("three columns, 200 sweeps", x, y, 0.2, 0.7, 200),
    ]
    for what, a, b, penalty, ratio, sweeps in cases:
        found = call(answer, a, b, penalty, ratio, sweeps, names=("x", "y", "penalty", "ratio", "sweeps"))
        mine = numbers(found, f"for {what} your result", shape=(a.shape[1],))
        right = _sweeps(a, b, penalty, ratio, sweeps)
        if np.allclose(mine, right, rtol=1e-6, atol=1e-9):
            continue
        for words, options in _SLIPS:
            with np.errstate(all="ignore"):  # a slip may diverge
                slipped = _sweeps(a, b, penalty, ratio, sweeps, **options)
            if np.isfinite(slipped).all() and np.allclose(mine, slipped, rtol=1e-5, atol=1e-9):
                raise Wrong(f"for {what}: {words}")
        for other, words in ((sweeps + 1, "a sweep more"), (sweeps - 1, "a sweep fewer")):
            if np.allclose(mine, _sweeps(a, b, penalty, ratio, other), rtol=1e-6, atol=1e-9):
                raise Wrong(f"for {what} that is {words} than asked for")
        raise Wrong(f"for {what} your weights are {show(mine.round(6).tolist())}, not {show(right.round(6).tolist())}")
    return f"{len(cases)} problems, each with the right weights after the sweeps"


def _gap(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, penalty: float,
    *, scale: bool = True, paid: bool = True,
    most: Callable[[np.ndarray], float] = lambda v: float(np.abs(v).max()), mean: bool = True,
) -> float:  # fmt: skip
    n = len(y)
    r = y - x @ w
    largest = most(x.T @ r / n)
    s = min(1.0, penalty / largest) if scale and largest > 0 else 1.0
    primal = r @ r / (2 * n if mean else 2) + (penalty * np.abs(w).sum() if paid else 0)
    return float(primal - (s * (r @ y) / n - s * s * (r @ r) / (2 * n)))


@exercise("weight_penalties.gap", of=("eq-dual-bound", "eq-duality-gap"))
def gap(answer: Any) -> str:
    """A program for the duality gap of the lasso."""
    rng = np.random.default_rng(6)
    x = rng.normal(size=(8, 3))
    y = x @ [1.0, -2.0, 0.0] + rng.normal(size=8)
    best = _sweeps(x, y, 0.3, 1.0, 100)
    cases = [
        ("two rows, w = 0", np.eye(2), np.array([4.0, 1.0]), np.zeros(2), 1.0),
        ("two rows at the minimum", np.eye(2), np.array([4.0, 1.0]), np.array([2.0, 0.0]), 1.0),
        ("three columns, some w", x, y, np.array([0.5, -1.0, 0.2]), 0.3),
        ("three columns, w = 0 under a large λ", x, y, np.zeros(3), 30.0),
        ("three columns at the minimum", x, y, best, 0.3),
        ("a residual of 0", np.eye(2), np.array([1.0, 2.0]), np.array([1.0, 2.0]), 0.5),
    ]
    slips: list[tuple[str, dict[str, Any]]] = [
        ("take the largest |xⱼᵀr/n|: a negative one counts with its size", {"most": lambda v: float(v.max())}),
        ("scale the residual until all |xⱼᵀθ| ≤ λ: s = min(1, λ/max|xⱼᵀr/n|)", {"scale": False}),
        ("take the largest |xⱼᵀr/n|, not their sum", {"most": lambda v: float(np.abs(v).sum())}),
        ("the squared residual is divided by 2n", {"mean": False}),
        ("the penalty λ‖w‖₁ belongs to the objective", {"paid": False}),
    ]
    for what, a, b, w, penalty in cases:
        found = call(answer, a, b, w, penalty, names=("x", "y", "w", "penalty"))
        mine, right = number(found, f"for {what} your gap"), _gap(a, b, w, penalty)
        if abs(mine - right) <= 1e-9 + 1e-6 * abs(right):
            continue
        for words, options in slips:
            if abs(mine - _gap(a, b, w, penalty, **options)) <= 1e-9 + 1e-6 * abs(mine):
                raise Wrong(f"for {what} your gap is {show(mine)}: {words}")
        if mine < 0:
            raise Wrong(f"for {what} your gap is {show(mine)}; a gap is not negative")
        raise Wrong(f"for {what} your gap is {show(mine)}, not {show(round(right, 9))}")
    return f"{len(cases)} cases, two at a minimum, where the gap is 0"


@exercise("weight_penalties.square", of="eq-elastic-net-prox")
def square(answer: Any) -> str:
    """The elastic net's cost of one weight is a lasso's cost at another z."""
    w, z = sp.symbols("w z", real=True)
    c, ell = sp.symbols("c l", positive=True)
    start = (w - z) ** 2 / 2 + c * w**2 / 2 + ell * sp.Abs(w)
    end = (1 + c) * (w - z / (1 + c)) ** 2 / 2 + ell * sp.Abs(w) + c * z**2 / (2 * (1 + c))
    proved = derivation_of(answer, start, end, min_steps=2)
    return f"{proved}. Divided by 1 + c, it is the lasso's cost with z/(1 + c) and the threshold l/(1 + c)"


@exercise("weight_penalties.zero", of=("eq-ridge-direction", "eq-change"))
def zero(answer: Any) -> str:
    """At one λ a ridge weight passes through 0; the lasso's stays there."""
    names = ["ridge's λ", "the lasso's λ"]
    slips: list[dict[float, str]] = [
        {3.0: "Solve with 1 + λ on the diagonal", 10 / 3: "That is 1 + λ"},
        {
            7 / 3: "That is ridge's",
            0.7: "w₂ is not 2, but 2 − λ, where w₁ = 0",
            2.0: "From there on both weights are 0; w₁ is 0 earlier",
            1.4: "There g₁ is 0; |g₁| ≤ λ is enough",
        },
    ]
    several(answer, "two numbers, [ridge's λ, the lasso's λ]", names, [7 / 3, 7 / 15], slips)
    return "ridge's weight passes through 0 at λ = 7/3 alone; the lasso's is 0 from λ = 7/15 on"


def _chosen(
    penalties: np.ndarray, losses: np.ndarray, *,
    ddof: int = 1, root: bool = True, best: bool = False, own: bool = False,
) -> float:  # fmt: skip
    means = losses.mean(axis=1)
    low = means.argmin()
    error = losses[slice(None) if own else low].std(axis=-1, ddof=ddof) / (np.sqrt(losses.shape[1]) if root else 1)
    return float(penalties[low] if best else penalties[means <= means[low] + error].max())


@exercise("weight_penalties.rule")
def rule(answer: Any) -> str:
    """A program for the one-standard-error rule."""
    rng = np.random.default_rng(12)
    curve = np.array([3.0, 2.0, 1.6, 1.5, 1.62, 2.4])
    falling = np.array([32.0, 8.0, 2.0, 0.5, 0.1, 0.01])
    noisy = curve[:, None] + 0.35 * rng.normal(size=(6, 5))
    cases = [
        ("two penalties, two parts", np.array([1.0, 10.0]), np.array([[2.0, 4.0], [3.0, 4.0]])),
        ("penalties that rise", falling[::-1].copy(), noisy[::-1].copy()),
        ("penalties that fall", falling, noisy),
        ("penalties in any order", falling[[2, 0, 5, 3, 1, 4]], noisy[[2, 0, 5, 3, 1, 4]]),
        ("parts that agree", falling, np.repeat(curve[:, None], 4, axis=1)),
        ("ten parts", falling, curve[:, None] + 0.9 * rng.normal(size=(6, 10))),
        (
            "four penalties, two parts",
            np.array([1.0, 2.0, 4.0, 8.0]),
            np.array([[1, 3], [2.6, 2.6], [2.95, 2.95], [3.3, 3.3]]),
        ),
    ]
    slips: list[tuple[str, dict[str, Any]]] = [
        ("the standard error is that of the best λ's row, for each λ alike", {"own": True}),
        ("that is the best λ; the rule takes the largest within one standard error of it", {"best": True}),
        ("the standard deviation has K − 1 in its denominator", {"ddof": 0}),
        ("the standard error is the deviation over √K", {"root": False}),
    ]
    for what, penalties, losses in cases:
        found = call(answer, penalties, losses, names=("penalties", "losses"))
        if not isinstance(found, (list, tuple, np.ndarray)) or len(found) != 2:
            raise Wrong(f"choose must return the pair (best λ, λ of the rule); for {what} it returns {show(found)}")
        lowest = number(found[0], f"for {what} your best λ")
        chosen = number(found[1], f"for {what} your λ of the rule")
        if lowest != penalties[losses.mean(axis=1).argmin()]:
            raise Wrong(f"for {what} your best λ is {show(lowest)}; the best has the smallest mean over the parts")
        if chosen == _chosen(penalties, losses):
            continue
        for words, options in slips:
            if chosen == _chosen(penalties, losses, **options):
                raise Wrong(f"for {what} your λ of the rule is {show(chosen)}: {words}")
        raise Wrong(f"for {what} your λ of the rule is {show(chosen)}, not {show(_chosen(penalties, losses))}")
    return f"{len(cases)} tables of losses, in any order of the penalties"
