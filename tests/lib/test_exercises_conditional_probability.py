"""The exercises of the chapter on conditional probability: right answers pass, likely wrong ones are told why."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

i, j, m, n = sp.symbols("i j m n", integer=True, positive=True)
p, y = sp.IndexedBase("p", positive=True), sp.IndexedBase("y", real=True)
r, g, mean = sp.Function("r"), sp.Function("g"), sp.Function("m")


def rows(term):
    return sp.Sum(term, (i, 1, m))


def columns(term):
    return sp.Sum(term, (j, 1, n))


BY_ROWS = {r(i): columns(p[i, j]), mean(i): columns(y[j] * p[i, j]) / columns(p[i, j])}
START, GOAL = rows(columns(g(i) * y[j] * p[i, j])), rows(r(i) * g(i) * mean(i))


def known_factor(given=None, middle=None):
    middle = rows(g(i) * columns(y[j] * p[i, j])) if middle is None else middle
    chain = Derivation(START, given=given or BY_ROWS).step(middle, because="common factor")
    return chain.step(GOAL, because="row total times mean")


def posterior(prior, on, x):
    logits = np.log(prior) + np.where(x == 1, np.log(on), np.log(1 - on)).sum(axis=1)
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


def by_loops(prior, on, x):
    logits = []
    for k in range(len(prior)):
        total = np.log(prior[k])
        for d in range(len(x)):
            total += np.log(on[k, d]) if x[d] == 1 else np.log(1 - on[k, d])
        logits.append(total)
    largest = max(logits)
    weights = [np.exp(each - largest) for each in logits]
    return [each / sum(weights) for each in weights]


def product_form(prior, on, x):
    weights = prior * np.where(x == 1, on, 1 - on).prod(axis=1)
    return weights / weights.sum()


def test_all_are_registered() -> None:
    names = sorted(exercise.name.split(".")[1] for exercise in exercises_of("conditional_probability"))
    assert names == [
        "known_factor", "naive_bayes", "new_frequencies", "second_test", "three_doors", "two_densities",
        "two_groups",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("second_test", (1 / 6, 0.45)),
        ("second_test", sp.Matrix([sp.Rational(1, 6), sp.Rational(9, 20)])),
        ("second_test", np.array([[0.16667, 0.45]])),
        ("two_groups", (2.5, 5, 4, 22.5, 1.5)),
        ("two_groups", [sp.Rational(5, 2), 5, 4, sp.Rational(45, 2), sp.Rational(3, 2)]),
        ("two_densities", (4 / 3, 1, 0.866)),
        ("two_densities", sp.Matrix([sp.Rational(4, 3), 1, sp.sqrt(3) / 2])),
        ("two_densities", [[1.3333], [1.0], [0.8660]]),
        ("new_frequencies", 0.457),
        ("new_frequencies", sp.Rational(16, 35)),
        ("naive_bayes", posterior),
        ("naive_bayes", by_loops),
        ("naive_bayes", lambda prior, on, x: posterior(prior, on, x)[:, None]),
        ("three_doors", (2 / 3, 0.5)),
        ("three_doors", [sp.Rational(2, 3), 0.5]),
        ("three_doors", (0.667, 0.5)),
    ],
)
def test_right_answers(name, answer) -> None:
    verdict = check(f"conditional_probability.{name}", answer)
    assert verdict.passed, verdict.message


def test_a_proof_of_two_steps_is_right() -> None:
    verdict = check("conditional_probability.known_factor", known_factor())
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("second_test", (1 / 6, 1 / 12), "after one positive test"),
        ("second_test", (1 / 6, 0.81), "swapped"),
        ("second_test", (1 / 6, 0.0081), "divide by the probability of two positives"),
        ("second_test", (1 / 6, 0.818), "odds"),
        ("second_test", (0.45, 1 / 6), "the two are swapped"),
        ("second_test", (0.108, 0.45), "the prior of the second test is 1/12"),
        ("second_test", (0.018, 0.45), "divide by that of the first"),
        ("second_test", (0.075, 0.45), "add 11/12"),
        ("second_test", (1 / 6, 45), "give 0.5 for 50 %"),
        ("second_test", (1 / 6, 1e300), "between 0 and 1"),
        ("second_test", "0.45", "a pair"),
        ("second_test", 0.45, "a pair"),
        ("second_test", [[1], [2, 3]], "one number"),
        ("second_test", sp.Matrix([sp.Symbol("p"), 1]), "must be a number"),
        ("two_groups", (1, 5, 4, 22.5, 1.5), "divide by the row total, 0.4"),
        ("two_groups", (2.5, 5, 3.75, 22.5, 1.5), "plain average"),
        ("two_groups", (2.5, 5, 4, 1.5, 22.5), "swapped"),
        ("two_groups", (2.5, 5, 4, 21.875, 1.5), "weight the two variances"),
        ("two_groups", (2.5, 5, 4, 22.5, 1.5625), "weight the two squares"),
        ("two_groups", (2.5, 5, 4), "five numbers"),
        ("two_groups", sp.Matrix([sp.Symbol("a")] * 5), "must be a number"),
        ("two_densities", (2, 1, 0.866), "divide it by the marginal density"),
        ("two_densities", (0.75, 1, 0.866), "turned round"),
        ("two_densities", (4 / 3, 2, 0.866), "nearer to the mean"),
        ("two_densities", (4 / 3, 1, 0.75), "take its root"),
        ("two_densities", (4 / 3, 1, 0.5), "that is ρ"),
        ("two_densities", (4 / 3, 1), "three numbers"),
        ("two_densities", (1e300, sp.Symbol("x"), "1"), "must be a number"),
        ("new_frequencies", 4 / 23, "leaves the old frequencies in"),
        ("new_frequencies", 0.2, "not yet divided"),
        ("new_frequencies", 16 / 19, "odds"),
        ("new_frequencies", 19 / 35, "the other class"),
        ("new_frequencies", None, "must be a number"),
        ("naive_bayes", product_form, "underflows to 0"),
        ("naive_bayes", lambda prior, on, x: prior * np.where(x == 1, on, 1 - on).prod(axis=1), "divide by the sum"),
        ("naive_bayes", lambda prior, on, x: posterior(np.ones(prior.size), on, x), "the prior is missing"),
        ("naive_bayes", lambda prior, on, x: posterior(prior, np.where(x == 1, on, 1e-9), x), "counts too"),
        ("naive_bayes", lambda prior, on, x: posterior(prior, on, np.ones(x.size)), "depends on x"),
        ("naive_bayes", lambda prior, on, x: posterior(prior, on, x)[::-1], "wrong order"),
        ("naive_bayes", lambda prior, on, x: np.log(posterior(prior, on, x)), "logarithms of the posterior"),
        ("naive_bayes", lambda prior, on, x: 0.5, "must have shape (2,)"),
        ("naive_bayes", lambda prior, on, x: "spam", "an array of numbers"),
        ("naive_bayes", lambda prior, on, x: 1 / 0, "ZeroDivisionError"),
        ("naive_bayes", posterior(np.array([0.5, 0.5]), np.array([[0.5], [0.1]]), np.array([1])), "must be a function"),
        ("known_factor", GOAL, "Derivation"),
        ("known_factor", [1, [2]], "Derivation"),
        ("three_doors", (0.5, 2 / 3), "swapped"),
        ("three_doors", (1 / 3, 0.5), "your own door"),
        ("three_doors", (0.5, 0.5), "1 if it is behind 2"),
        ("three_doors", (2 / 3, 2 / 3), "a host who guesses"),
        ("three_doors", (2 / 3, 1 / 3), "door 3 is excluded"),
        ("three_doors", 2 / 3, "a pair"),
    ],
)
def test_wrong_answers_are_told_why(name, answer, says) -> None:
    verdict = check(f"conditional_probability.{name}", answer)
    assert not verdict.passed
    assert says in verdict.message, verdict.message


def test_a_derivation_of_one_step_is_too_short() -> None:
    short = Derivation(START, given=BY_ROWS).step(GOAL, because="so")
    assert not check("conditional_probability.known_factor", short).passed
