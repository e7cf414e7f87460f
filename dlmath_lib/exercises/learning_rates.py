"""The exercises of ``chapters/optimization/learning_rates.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of, expression_equals
from dlmath_lib.exercises.registry import exercise

_F, _P, _Q, _ALPHA = sp.symbols("f p q alpha", positive=True)

_Loss = Callable[[Any], Any]


@exercise("learning_rates.rates", of=("eq-warm-up", "eq-cosine-decay"))
def rates(answer: Any) -> str:
    """Five rates of a warm-up of 10 steps and 90 steps of cosine decay."""
    found = parts(answer, 5, "a list of five rates")
    right = [0.02, 0.11, 0.2, 0.1, 0.05]
    if [_near(value, wanted / 0.2) for value, wanted in zip(found, right, strict=True)].count(True) == 5:
        raise Wrong("these are the factors: multiply them by α = 0.2")
    hints = (
        "The factor is a = 0.1", "Half of the way from 0.1 to 1 is 0.55", "The rise ends with the factor 1",
        "45 of the 90 steps of the cosine are done, and cos(π/2) = 0", "60 of its 90 steps are done",
    )  # fmt: skip
    for k, value, wanted, hint in zip((0, 5, 10, 55, 70), found, right, hints, strict=True):
        close_to(value, wanted, rtol=1e-4, what=f"the rate of step {k}", hint=hint)
    return "the cosine is at half its height in the middle of its 90 steps, and at a quarter after two thirds"


def _near(value: Any, wanted: float) -> bool:
    return abs(number(value, "each rate") - wanted) < 1e-6


@exercise(
    "learning_rates.numbers",
    of=("eq-step-decay", "eq-exponential-decay", "eq-cosine-mean", "eq-zigzag", "eq-noisy-newton"),
)
def five_numbers(answer: Any) -> str:
    """A factor of step decay, a ratio, a mean rate, a zigzag and a noise floor."""
    factor, ratio, mean, y, floor = parts(answer, 5, "five numbers, (factor, factor per step, mean rate, y, floor)")
    if abs(number(factor, "the factor") - 0.1 ** (65 / 30)) < 1e-5:
        raise Wrong("the factor of step decay stays as it is for 30 steps: the exponent is ⌊65/30⌋ = 2")
    close_to(factor, 0.01, what="the factor of step 65", hint="Two cuts are done, at 30 and at 60")
    if abs(number(ratio, "the factor per step") - 0.95) < 1e-6:
        raise Wrong("the factor per step is 0.95: but 0.95¹⁰ is 0.6, and it must be ½")
    close_to(ratio, 0.5**0.1, rtol=1e-4, what="the factor per step", hint="Its tenth power is ½")
    if abs(number(mean, "the mean rate") - 0.6) < 1e-6:
        raise Wrong("the mean rate is 0.6: that is the mean factor, times α = 0.5 is missing")
    close_to(mean, 0.3, what="the mean rate", hint="The mean factor is (1 + f)/2")
    close_to(y, -0.512, rtol=1e-4, what="y", hint="(κ − 1)/(κ + 1) is 0.8, and the sign changes in each step")
    if abs(number(floor, "the floor") - 2) < 1e-6:
        raise Wrong("the floor is 2: that is the typical distance, its root")
    close_to(floor, 4, what="the floor", hint="It is σ²/λ²")
    return "a flat direction has a high floor under Newton's steps: here a typical distance of 2"


@exercise("learning_rates.factor", of=("eq-warm-up", "eq-cosine-decay"))
def factor(answer: Any) -> str:
    """Warm-up and cosine, for runs with and without a rise."""
    count = 0
    for warmup, steps, floor in ((4, 20, 0.0), (0, 10, 0.1), (1, 7, 0.0), (10, 50, 0.2)):
        for k in range(steps):
            found = call(answer, k, warmup, steps, floor, names=("k", "warmup", "steps", "floor"))
            what = f"for k = {k}, warmup = {warmup}, steps = {steps} and floor = {floor:g} your factor"
            value, right = number(found, what), _factor(k, warmup, steps, floor)
            if np.ndim(found) != 0:
                raise Wrong(f"factor must return one number; it returns {type(found).__name__}")
            if np.isclose(value, right, rtol=1e-9, atol=1e-12):
                count += 1
                continue
            for slip, words in _slips_of_factor(k, warmup, steps, floor):
                if np.isclose(value, slip, rtol=1e-9, atol=1e-12):
                    raise Wrong(f"{what} is {value:.6g}, and it should be {right:.6g}: {words}")
            raise Wrong(f"{what} is {value:.6g}, and it should be {right:.6g}")
    return f"{count} factors of four runs"


def _factor(k: int, warmup: int, steps: int, floor: float) -> float:
    if k < warmup:
        return k / warmup
    return floor + (1 - floor) * (1 + np.cos(np.pi * (k - warmup) / (steps - warmup))) / 2


def _slips_of_factor(k: int, warmup: int, steps: int, floor: float) -> list[tuple[float, str]]:
    if k < warmup:
        return [
            ((k + 1) / warmup, "the rise begins at 0: s₀ = 0"),
            (_factor(k, 0, steps, floor), "the rise is missing"),
            (k / warmup * _factor(k, 0, steps, floor), "until k = warmup the rise stands alone, without the cosine"),
        ]
    part = (k - warmup) / (steps - warmup)
    half = (1 + np.cos(np.pi * part)) / 2
    return [
        (_factor(k, 0, steps, floor), "the cosine begins when the rise is done: count its steps from there"),
        (
            floor + (1 - floor) * (1 + np.cos(np.pi * (k - warmup) / steps)) / 2,
            "the cosine has steps − warmup steps, not steps",
        ),
        (_late(k, warmup, steps, floor), "the floor would be reached at k = steps, one step after the last"),
        (floor + half, "the height of the cosine is 1 − floor, so that it begins at 1"),
        (half, "the cosine runs from 1 to the floor: scale it by 1 − floor, and add the floor"),
        (max(half, floor), "the cosine runs from 1 to the floor: scale it by 1 − floor, and add the floor"),
        (floor + (1 - floor) * (1 - part), "that is a straight line, not half a cosine"),
        (floor + (1 - floor) * (1 + np.cos(2 * np.pi * part)) / 2, "that is a whole wave: half of one is π"),
    ]


def _late(k: int, warmup: int, steps: int, floor: float) -> float:
    return floor + (1 - floor) * (1 + np.cos(np.pi * (k - warmup) / (steps - 1 - warmup))) / 2


_VALLEY = np.array([[30.0, 4.0], [4.0, 2.0]])
# (name, loss, gradient, a point, a direction or None, start, c)
_LINES: list[tuple[str, _Loss, _Loss, list[float], list[float] | None, float, float]] = [
    ("20x²", lambda x: 20 * np.sum(x * x), lambda x: 40 * x, [1.0], None, 1.0, 0.5),
    ("20x²", lambda x: 20 * np.sum(x * x), lambda x: 40 * x, [1.0], [-1.0], 4.0, 0.1),
    ("a valley", lambda x: 0.5 * x @ _VALLEY @ x, lambda x: _VALLEY @ x, [1.0, -2.0], None, 2.0, 0.3),
    ("a valley", lambda x: 0.5 * x @ _VALLEY @ x, lambda x: _VALLEY @ x, [1.0, 1.0], [-1.0, -1.0], 1.0, 0.4),
    ("√(1 + x²)", lambda x: np.sqrt(1 + x @ x), lambda x: x / np.sqrt(1 + x @ x), [3.0], [-30.0], 1.0, 0.01),
    ("x²/8", lambda x: np.sum(x * x) / 8, lambda x: x / 4, [-3.0], None, 1.0, 0.9),
    ("x²/8", lambda x: np.sum(x * x) / 8, lambda x: x / 4, [-3.0], None, 8.0, 0.75),
]


@exercise("learning_rates.backtrack", of="eq-armijo-margin")
def backtrack(answer: Any) -> str:
    """Halve the length until Armijo's condition holds, along directions of several kinds."""
    for name, loss, gradient, at, direction, start, c in _LINES:
        x = np.array(at)
        slope = gradient(x)
        way = -slope if direction is None else np.array(direction)
        found = call(answer, loss, x, slope, way, start, c, names=("loss", "x", "gradient", "direction", "start", "c"))
        what = f"for {name} at {at} along {way.tolist()} with start = {start:g} and c = {c:g}"
        if not isinstance(found, (list, tuple)) or len(found) != 2:
            raise Wrong(f"backtrack must return the pair (alpha, trials); {what} it returns {show(found)}")
        length, trials = number(found[0], f"{what} your alpha"), number(found[1], f"{what} your trials")
        right = _backtracked(loss, x, way, start, c * float(slope @ way))
        if np.isclose(length, right[0], rtol=1e-9, atol=0) and trials == right[1]:
            continue
        for slip, words in (
            (_backtracked(loss, x, way, start, 0.0), "any fall satisfies it: the term c·α·gᵀd is missing"),
            (_backtracked(loss, x, way, start, float(slope @ way)), "the factor c is missing"),
            (_backtracked(loss, x, way, start, c * float(slope @ way), strict=True), "equality passes: ≤, not <"),
            (_backtracked(loss, x, way, start, -c * float(slope @ way)), "gᵀd is negative: add c·α·gᵀd to f(x)"),
            (_backtracked(loss, x, way, start, -c * float(slope @ slope)), "along d the slope is gᵀd, not −gᵀg"),
            (_backtracked(loss, x, -slope, start, -c * float(slope @ slope)), "go along direction, not against g"),
        ):
            if np.isclose(length, slip[0], rtol=1e-9, atol=0) and not np.isclose(length, right[0], rtol=1e-9, atol=0):
                raise Wrong(f"{what} your alpha is {length:.6g}, and {right[0]:.6g} is right: {words}")
        if np.isclose(length, right[0], rtol=1e-9, atol=0):
            raise Wrong(f"{what} your alpha is right, after {right[1]} trials, the last included; you count {trials:g}")
        raise Wrong(f"{what} your alpha is {length:.6g}; {right[0]:.6g} is the first that passes")
    return f"{len(_LINES)} searches with the right length and the right number of trials"


def _backtracked(
    loss: _Loss, x: np.ndarray, way: np.ndarray, length: float, asked: float, *, strict: bool = False
) -> tuple[float, int]:
    """The first length with f(x + αd) ≤ f(x) + α·asked, or < if ``strict``, and the number of trials."""
    here, trials = loss(x), 1
    high = np.greater_equal if strict else np.greater
    while high(loss(x + length * way), here + length * asked) and trials < 200:
        length, trials = length / 2, trials + 1
    return length, trials


@exercise("learning_rates.range_test", of="eq-step-on-quartic")
def range_test(answer: Any) -> str:
    """The losses while the rate grows, up to the first that is more than four times the smallest."""
    quadratic = (lambda w: 0.5 * w @ _VALLEY @ w, lambda w: _VALLEY @ w)
    quartic = (lambda w: float(np.sum(w**4) / 4), lambda w: w**3)
    cases = [
        ("a valley", *quadratic, [3.0, -1.0], np.geomspace(1e-3, 10, 40)),
        ("a valley", *quadratic, [0.0, 2.0], np.geomspace(1e-3, 0.03, 12)),
        ("x⁴/4", *quartic, [4.0], np.geomspace(1e-3, 5, 30)),
        ("x⁴/4", *quartic, [2.0], np.array([0.45, 0.6, 2.0, 3.0])),
        ("a valley", *quadratic, [3.0, -1.0], np.array([0.01, 0.08, 0.08, 0.08, 0.08, 0.08])),
    ]
    for name, loss, gradient, at, tried in cases:
        start, what = (
            np.array(at),
            f"for {name} from {at} with {len(tried)} rates from {tried[0]:.3g} to {tried[-1]:.3g}",
        )
        found = call(answer, gradient, loss, start, list(tried), names=("gradient", "loss", "w", "rates"))
        right = _tested(gradient, loss, start, tried)
        if not isinstance(found, (list, tuple, np.ndarray)) or (isinstance(found, np.ndarray) and found.ndim == 0):
            raise Wrong(f"range_test must return the list of losses; it returns {type(found).__name__}")
        theirs = numbers(found, f"{what} your list") if len(found) else np.array([])
        if theirs.shape == (len(right),) and np.allclose(theirs, right, rtol=1e-9):
            continue
        for slip, words in (
            (_tested(gradient, loss, start, tried, again=True), "each step begins where the one before led, not at w"),
            (_tested(gradient, loss, start, tried, early=True), "the loss is noted after the step"),
            (_tested(gradient, loss, start, tried, before=True), "compare with the smallest loss, not the one before"),
            (_tested(gradient, loss, start, tried, limit=np.inf), "stop after a loss above four times the smallest"),
            (
                _tested(gradient, loss, start, tried, last=False),
                "a loss is missing at the end: the first above four times the smallest ends the list and belongs to it",
            ),
            (_tested(gradient, loss, start, tried, first=True), "compare with the smallest loss, not with the first"),
            (_tested(gradient, loss, start, tried, sign=-1), "it climbs: the step goes against the gradient"),
        ):
            if theirs.shape == (len(slip),) and np.allclose(theirs, slip, rtol=1e-9):
                raise Wrong(f"{what} {words}")
        if theirs.shape != (len(right),):
            raise Wrong(f"{what} your list has {len(theirs)} losses; {len(right)} are right")
        bad = int(np.flatnonzero(~np.isclose(theirs, right, rtol=1e-9))[0])
        raise Wrong(f"{what} your loss {bad} is {theirs[bad]:.6g}; {right[bad]:.6g} is right")
    return f"{len(cases)} tests, each ended in time"


def _tested(
    gradient: _Loss, loss: _Loss, start: np.ndarray, tried: Any,
    *, again: bool = False, early: bool = False, limit: float = 4, last: bool = True, first: bool = False,
    before: bool = False, sign: int = 1,
) -> list[float]:  # fmt: skip
    """The losses of a range test; the options make a slip each."""
    at, found = start, []
    with np.errstate(over="ignore", invalid="ignore"):  # a slip may diverge
        for rate in tried:
            moved = (start if again else at) - sign * rate * gradient(start if again else at)
            found.append(float(loss(at if early else moved)))
            at = moved
            if found[-1] > limit * (found[0] if first else found[-2:][0] if before else min(found)):
                return found if last else found[:-1]
            if not np.isfinite(found[-1]):
                break
    return found


@exercise(
    "learning_rates.three_steps",
    of=("eq-exact-line-search", "eq-exact-in-valley", "eq-damped-newton", "eq-armijo-margin"),
)
def three_steps(answer: Any) -> str:
    """x² + 4y² at (2, 1): exact line search, Newton's step with and without damping, backtracking."""
    shape = "four parts, (exact length, [x, y] by Newton, [x, y] damped, length by backtracking)"
    exact, newton, damped, length = parts(answer, 4, shape)
    if abs(number(exact, "the exact length") - 5 / 17) < 5e-4:
        raise Wrong("5/17 belongs to curvatures of 1 and 4; here the curvatures are 2 and 8, the second derivatives")
    close_to(exact, 5 / 34, rtol=4e-3, what="the exact length", hint="It is gᵀg/gᵀHg = 80/(2·4² + 8·8²)")
    for found, right, what, hint in (
        (newton, [0.0, 0.0], "Newton's step", "on a quadratic function it leads to the stationary point"),
        (damped, [1.0, 0.2], "the damped step", "it multiplies the distances by μ/(λ + μ)"),
    ):
        place = numbers(found, f"the place where {what} leads", shape=(2,))
        if np.allclose(place, np.array([2.0, 1.0]) - right, atol=1e-6) and right != [1.0, 0.2]:
            raise Wrong(f"{what} leads to a place; {show(place.tolist())} is what it subtracts")
        if not np.allclose(place, right, atol=1e-4):
            raise Wrong(f"{what} does not lead to {show(place.tolist())}: {hint}")
    close_to(length, 1 / 8, what="the length by backtracking", hint="Compare f(2 − 4α, 1 − 8α) with 8 − 40α")
    return "the two lengths along the gradient differ little: 0.147 is best, 1/8 is found; Newton's step needs none"


@exercise("learning_rates.exact", of="eq-exact-line-search")
def exact(answer: Any) -> str:
    """Complete the square of the value along the line."""
    start = _F - _ALPHA * _P + _ALPHA**2 * _Q / 2
    end = _F - _P**2 / (2 * _Q) + _Q / 2 * (_ALPHA - _P / _Q) ** 2
    return f"{derivation_of(answer, start, end, min_steps=2)}. The square is 0 at α = p/q, and the gain is p²/(2q)"


@exercise("learning_rates.newton_cycle", of="eq-newton-double-well")
def newton_cycle(answer: Any) -> str:
    """Where Newton's method on the double well goes to and fro, and where it ends from nearer starts."""
    start, place = parts(answer, 2, "a pair, (x, place)")
    if start in (1 / sp.sqrt(3), -1 / sp.sqrt(5)):
        raise Wrong("x: an x > 0 is asked for" if start < 0 else "x: there the divisor 3x² − 1 is 0: no step leads on")
    try:
        expression_equals(start, 1 / sp.sqrt(5), reveal=False)
    except Wrong as wrong:
        if wrong.unfinished:
            raise
        raise Wrong(f"x: {wrong}") from None
    if abs(number(place, "the place")) == 1:
        raise Wrong("the place is no minimum: near 0 the curvature is negative, and the step leads towards 0")
    close_to(place, 0.0, what="the place", hint="The factor 2x²/(3x² − 1) is below 1 in size")
    return "from near 0 Newton's method comes to the maximum between the wells"
