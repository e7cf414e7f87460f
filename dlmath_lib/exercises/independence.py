"""The exercises of ``chapters/probability/independence.ipynb``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, number, numbers, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise
from dlmath_lib.probability import marginal, product_of_marginals


def _slip(value: float, slips: Mapping[float, str], otherwise: str, *, near: float = 2e-3) -> str:
    """What probably led to this number."""
    return next((words for slip, words in slips.items() if abs(value - slip) <= near * max(abs(slip), 0.1)), otherwise)


def _each(
    answer: Any,
    right: Iterable[float],
    names: Iterable[str],
    slips: Iterable[Mapping[float, str]],
    hints: Iterable[str],
) -> None:
    """Several numbers, each with its name, its likely slips and its hint."""
    called, true = list(names), list(right)
    given = parts(answer, len(true), f"{len(true)} numbers, ({', '.join(called)})")
    values = [number(each, name) for each, name in zip(given, called, strict=True)]
    for value, wanted, name, slip, hint in zip(values, true, called, slips, hints, strict=True):
        close_to(value, wanted, what=name, rtol=2e-3, atol=1e-9, hint=_slip(value, slip, hint))


@exercise("independence.small_table", of=("eq-covariance-of-independent", "eq-correlation", "eq-variance-of-two"))
def small_table(answer: Any) -> str:
    """Covariance, correlation and the variance of the sum, from a table of four probabilities."""
    right = (0.2, 0.2 / np.sqrt(0.24), 1.64)
    slips: list[dict[float, str]] = [
        {0.8: "that is E[XY]; subtract the product of the means, 0.6 · 1", 0.1: "Y has the values 0 and 2, not 0 and 1",
         0.4: "P(X = 1, Y = 2) is 0.4; E[XY] = 1 · 2 · 0.4", 0.6: "that is the product of the means"},
        {0.2 / 0.24: "divide by the roots of the variances, 0.24 and 1", 0.2: "divide by both standard deviations",
         0.24: "that is the variance of X"},
        {1.24: "that leaves the covariance out: it counts twice", 1.44: "the covariance counts twice",
         0.84: "that is Var[X − Y]"},
    ]  # fmt: skip
    hints = (
        "E[XY] = 1 · 2 · 0.4, E[X] = 0.6, E[Y] = 1",
        "Var[X] = 0.6 · 0.4 and Var[Y] = 1: divide by their roots",
        "0.24 + 1 + 2 · 0.2",
    )
    _each(answer, right, ("covariance", "correlation", "Var[X + Y]"), slips, hints)
    return "the table is not the product of its margins either: 0.4 beside 0.6 · 0.5"


@exercise("independence.ensemble", of=("eq-variance-of-correlated-mean", "eq-variance-of-independent-mean"))
def ensemble(answer: Any) -> str:
    """The variance of a mean of correlated errors: ten of them, how many for a target, the limit."""
    names = "variance for n = 10", "smallest n", "limit"
    slips: list[dict[float, str]] = [
        {0.4: "that is σ²/n, for independent errors", 0.1: "the variance of one network is 4",
         0.325: "the variance of one network is 4: multiply", 1.4: "the second part is (1 − ρ)σ²/n = 3/n",
         4.0: "that is one network"},
        {14.0: "for n = 14 it is 1 + 3/14, a little above 1.2", 16.0: "for n = 15 it is 1.2 already",
         4.0: "that is for independent errors, 4/n ≤ 1.2"},
        {0.0: "that is the limit for independent errors; here ρσ² stays", 0.25: "that is ρ; the limit is ρσ²"},
    ]  # fmt: skip
    hints = ("ρσ² + (1 − ρ)σ²/n with ρσ² = 1", "1 + 3/n ≤ 1.2", "the second part goes to 0")
    _each(answer, (1.3, 15, 1), names, slips, hints)
    return "ten networks are worth 4/1.3 ≈ 3.1 independent ones, and no number of them is worth more than 4"


@exercise("independence.neighbours", of=("eq-variance-of-two", "eq-correlation"))
def neighbours(answer: Any) -> str:
    """The error of predicting by a value some steps away, in a series whose correlation falls off."""
    names = "error at distance 1", "error at distance 20", "first distance"
    slips: list[dict[float, str]] = [
        {0.1: "the covariance counts twice: 1 + 1 − 2 · 0.9", 3.8: "the difference is asked for, not the sum: −2ρ",
         2.0: "the two are correlated: subtract 2 · 0.9", 1.1: "the covariance counts twice: 1 + 1 − 2 · 0.9"},
        {2 - 2 * 0.9 / 20: "the correlation is 0.9 to the power 20", 2.0: "0.9²⁰ = 0.12 is not 0 yet",
         1 - 0.9**20: "the covariance counts twice"},
        {6.0: "at distance 6 the error is 0.937, still below 1", 8.0: "at distance 7 it is above 1 already",
         5.0: "0.9⁵ = 0.59 is above one half"},
    ]  # fmt: skip
    hints = ("Var[X − Y] = 1 + 1 − 2ρ", "ρ = 0.9²⁰", "2 − 2 · 0.9ᵏ > 1 asks for 0.9ᵏ < ½")
    _each(answer, (0.2, 2 - 2 * 0.9**20, 7), names, slips, hints)
    return "a shuffled split tests mostly at distance 1, a split by time at large distances too"


@exercise("independence.two_causes", of=("eq-explaining-away", "eq-collider-covariance", "eq-no-information"))
def two_causes(answer: Any) -> str:
    """Two independent causes of an alarm: one of them, given the alarm and given the other."""
    names = "P(A | alarm)", "P(A | alarm, B)", "P(A | alarm, not B)"
    slips: list[dict[float, str]] = [
        {0.2: "that is P(A), before the alarm", 0.2 / 0.7: "P(alarm) is not 0.2 + 0.5: both together count once",
         2.0: "the probability of the alarm is the denominator, 0.6", 0.6: "that is P(alarm)"},
        {1 / 3: "B is known as well: with B the alarm rings anyhow, and says nothing more of A",
         0.1: "that is P(A ∩ B): divide by P(B)", 1 / 6: "given B, too: divide by P(B) = 0.5, not by P(alarm)",
         0.0: "B does not exclude A"},
        {0.2: "without B something else must have rung", 1 / 3: "without B something else must have rung",
         0.5: "that is P(not B)"},
    ]  # fmt: skip
    hints = (
        "P(A)/P(alarm), with P(alarm) = 1 − 0.8 · 0.5",
        "given B the alarm is certain: P(A ∩ B)/P(B)",
        "the alarm rings without B: then A happened",
    )
    _each(answer, (1 / 3, 0.2, 1), names, slips, hints)
    return "given the alarm, A becomes less probable when B is known to have happened: 1/3, then 1/5"


def _parity(count: int) -> np.ndarray:
    """The table of fair bits whose sum is even: of `count` bits any smaller number are independent."""
    table = np.indices((2,) * count).sum(axis=0) % 2 == 0
    return table / table.sum()


def _cases() -> list[tuple[str, np.ndarray]]:
    rng = np.random.default_rng(3)
    first, second, third = (rng.random(size) for size in (3, 4, 2))
    of_two = np.outer(first / first.sum(), second / second.sum())
    of_three = np.multiply.outer(of_two, third / third.sum())
    tilted = np.full((3, 3), 1 / 9) + np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]]) / 45
    moved = np.moveaxis(np.multiply.outer(tilted, [0.25, 0.75]), 2, 0)
    bent = np.outer([0.2, 0.3, 0.5], [0.6, 0.4]) + 1e-4 * np.array([[1, -1], [0, 0], [-1, 1]])
    return [
        ("a product of two", np.array([[0.18, 0.42], [0.12, 0.28]])),
        ("no product", np.array([[0.3, 0.3], [0.0, 0.4]])),
        ("a product of shape (3, 4)", of_two),
        ("with a row of zeros", np.array([[0.25, 0.75], [0.0, 0.0]])),
        ("uncorrelated and no product, 3 × 3", tilted),
        ("nearly a product", bent),
        ("a product of shape (3, 4, 2)", of_three),
        ("the XOR of two coins", _parity(3)),
        ("three variables of which the last two are dependent", moved),
        ("four bits with an even sum", _parity(4)),
        ("one of two is certain", np.array([[0.0, 1.0]])),
    ]


def _every_pair(joint: np.ndarray) -> bool:
    """Whether each two of the variables are independent."""
    axes = range(joint.ndim)
    tables = [joint.sum(axis=tuple(set(axes) - set(pair))) for pair in combinations(axes, 2)]
    return all(np.allclose(product_of_marginals(table), table, rtol=0, atol=1e-9) for table in tables)


def _uncorrelated(joint: np.ndarray) -> bool:
    if joint.ndim != 2:
        return _every_pair(joint)
    i, j = np.indices(joint.shape)
    return bool(abs((i * j * joint).sum() - (i * joint).sum() * (j * joint).sum()) < 1e-9)


@exercise("independence.is_independent", of=("eq-independent-table", "eq-mutual"))
def is_independent(answer: Any) -> str:
    """A test of a table for mutual independence, with any number of axes, written by the reader."""
    cases, said = _cases(), []
    for words, joint in cases:
        result = call(answer, joint.copy(), names=("joint",))
        if isinstance(result, (np.ndarray, list)):
            raise Wrong(
                f"for the table “{words}” your function returns an array; one True or False is asked for: np.all"
            )
        if not isinstance(result, (bool, np.bool_)):
            raise Wrong(f"for the table “{words}” your function must return True or False; it returns {show(result)}")
        said.append(bool(result))
    right = [bool(np.allclose(product_of_marginals(joint), joint, rtol=0, atol=1e-9)) for _, joint in cases]
    if said == right:
        return f"{len(cases)} tables, of two, three and four variables"
    slips = [
        (_every_pair, "you test the pairs alone, and these do not decide: all variables at once"),
        (_uncorrelated, "you test for covariance 0, which is weaker"),
        (lambda joint: joint.ndim == 2 and np.allclose(product_of_marginals(joint), joint, rtol=0, atol=1e-9),
         "with more than two axes there is one more marginal for each"),
        (lambda joint: np.allclose(joint, joint.mean()), "you test whether all entries are equal"),
        (lambda joint: np.allclose(product_of_marginals(joint), joint, rtol=0, atol=1e-3),
         "your tolerance is too wide: 1e-9 is asked for"),
    ]  # fmt: skip
    general = "compare each entry with the product of the marginal probabilities, one for each axis"
    fits = (words for test, words in slips if said == [bool(test(joint)) for _, joint in cases])
    hint = next(fits, general)
    called, joint, verdict = next((w, t, s) for (w, t), s, true in zip(cases, said, right, strict=True) if s != true)
    raise Wrong(f"for the table “{called}”, {show(joint)}, your function says {verdict}: {hint}")


@exercise(
    "independence.variance_of_product",
    of=("eq-product-of-means", "eq-covariance-of-independent", "eq-independent-table"),
)
def variance_of_product(answer: Any) -> str:
    """Var[XY] of independent variables, as a chain of proved steps."""
    i, j, k, K, L = sp.symbols("i j k K L", integer=True, positive=True)
    x, y = (sp.IndexedBase(letter, real=True) for letter in "xy")
    a, b = (sp.IndexedBase(letter, positive=True) for letter in "ab")
    r, c = sp.Function("r"), sp.Function("c")
    mu, nu = sp.symbols("mu nu", real=True)

    def rows(term: Any) -> Any:
        return sp.Sum(term, (i, 1, K))

    def columns(term: Any) -> Any:
        return sp.Sum(term, (j, 1, L))

    given = {
        r(i): a[i] / sp.Sum(a[k], (k, 1, K)), c(j): b[j] / sp.Sum(b[k], (k, 1, L)),
        mu: rows(x[i] * r(i)), nu: columns(y[j] * c(j)),
    }  # fmt: skip
    start = rows(columns((x[i] * y[j] - mu * nu) ** 2 * r(i) * c(j)))
    goal = rows(x[i] ** 2 * r(i)) * columns(y[j] ** 2 * c(j)) - mu**2 * nu**2
    return derivation_of(answer, start, goal, min_steps=2, given=given, points=3)


@exercise("independence.uncorrelated_table", of=("eq-covariance-of-independent", "eq-independent-table"))
def uncorrelated_table(answer: Any) -> str:
    """A table with positive entries, uniform margins and covariance 0 that is no product."""
    p = numbers(answer, "your table", shape=(3, 3))
    if (p <= 0).any():
        raise Wrong(f"all nine entries must be positive; the smallest is {show(float(p.min()))}")
    if abs(p.sum() - 1) > 1e-6:
        raise Wrong(f"the entries must have the sum 1; theirs is {show(float(p.sum()))}")
    for axis, name in enumerate(("rows", "columns")):
        totals = marginal(p / p.sum(), axis=axis)
        if np.abs(totals - 1 / 3).max() > 1e-6:
            raise Wrong(f"the totals of the {name} must be ⅓ each; they are {show(totals.round(6))}")
    values = np.array([-1, 0, 1])
    covariance = float(values @ p @ values)
    if abs(covariance) > 1e-6:
        raise Wrong(f"the covariance is {show(covariance)}; the four corners must balance: E[XY] and both means are 0")
    if np.abs(p - 1 / 9).max() < 1e-4:
        raise Wrong("your entries are all 1/9 up to 0.0001, the product of the margins: independent; shift more")
    return "uncorrelated, and still one says something about the other"
