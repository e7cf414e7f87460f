"""Tables of joint probabilities: by hand, against SciPy, scikit-learn and counted populations, and by their laws."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays
from sklearn.naive_bayes import BernoulliNB

from dlmath_lib.activations import softmax
from dlmath_lib.probability import bayes, condition, conditional_expectation, conditional_variance, marginal

TEST = np.array([[0.009, 0.001], [0.099, 0.891]])  # rows: ill, healthy; columns: positive, negative
ROOMS, PRICES = np.array([[0.1, 0.1, 0.0], [0.1, 0.2, 0.5]]), np.array([1.0, 2.0, 4.0])


def tables(shape: Any = (3, 4)) -> Any:
    weights = arrays.arrays(float, shape, elements=some.floats(1e-3, 1))
    return weights.map(lambda w: w / w.sum())


def test_by_hand() -> None:
    np.testing.assert_allclose(marginal(TEST, axis=0), [0.01, 0.99], rtol=1e-14)
    np.testing.assert_allclose(condition(TEST, axis=1, value=0), [1 / 12, 11 / 12], rtol=1e-14)
    np.testing.assert_allclose(condition(TEST, axis=-1, value=1), [1 / 892, 891 / 892], rtol=1e-14)
    np.testing.assert_allclose(bayes([0.01, 0.99], [0.9, 0.1]), [1 / 12, 11 / 12], rtol=1e-14)
    np.testing.assert_allclose(conditional_expectation(ROOMS, PRICES, given=0), [1.5, 2.5 / 0.8], rtol=1e-14)
    np.testing.assert_allclose(conditional_variance(ROOMS, PRICES, given=0), [0.25, 8.9 / 0.8 - 3.125**2], rtol=1e-13)
    np.testing.assert_allclose(conditional_expectation(ROOMS, [0.0, 1.0], given=1), [0.5, 2 / 3, 1.0], rtol=1e-14)


def test_three_variables() -> None:
    joint = np.arange(1.0, 25).reshape(2, 3, 4) / 300
    np.testing.assert_allclose(marginal(joint, axis=1), joint.sum((0, 2)), rtol=1e-14)
    found = condition(joint, axis=2, value=3)
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found, joint[..., 3] / joint[..., 3].sum(), rtol=1e-14)


def test_the_margins_are_those_of_scipy() -> None:
    joint = np.random.default_rng(0).dirichlet(np.ones(24)).reshape(2, 3, 4)
    for axis, margin in enumerate(scipy.stats.contingency.margins(joint)):
        np.testing.assert_allclose(marginal(joint, axis=axis), margin.ravel(), rtol=1e-14)


def test_exact_fractions() -> None:
    prior, likelihood = [Fraction(1, 6), Fraction(1, 3), Fraction(1, 2)], [Fraction(2, 7), Fraction(0), Fraction(3, 11)]
    products = [a * b for a, b in zip(prior, likelihood, strict=True)]
    right = [float(each / sum(products)) for each in products]
    np.testing.assert_allclose(bayes(list(map(float, prior)), list(map(float, likelihood))), right, rtol=1e-15)


def test_naive_bayes_of_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 2, (200, 6)), rng.integers(0, 3, 200)
    model = BernoulliNB().fit(x, y)
    on = np.exp(model.feature_log_prob_)
    likelihood = np.prod(np.where(x[:, None, :] == 1, on, 1 - on), axis=2).T
    np.testing.assert_allclose(bayes(np.exp(model.class_log_prior_), likelihood).T, model.predict_proba(x), rtol=1e-10)


@settings(deadline=None, max_examples=50)
@given(tables())
def test_laws(joint: np.ndarray) -> None:
    y = np.array([-1.0, 0.5, 2.0, 7.0])
    r, c = marginal(joint, axis=0), marginal(joint, axis=1)
    likelihood = np.stack([condition(joint, axis=0, value=i) for i in range(3)])
    posterior = bayes(r, likelihood)
    np.testing.assert_allclose(posterior.sum(axis=0), 1, rtol=1e-12)
    for j in range(4):
        np.testing.assert_allclose(posterior[:, j], condition(joint, axis=1, value=j), rtol=1e-10)
    means, spreads = conditional_expectation(joint, y, given=0), conditional_variance(joint, y, given=0)
    assert r @ means == pytest.approx(c @ y, rel=1e-12, abs=1e-12)
    whole = np.cov(np.tile(y, 3), aweights=joint.ravel(), ddof=0)
    assert r @ spreads + r @ (means - c @ y) ** 2 == pytest.approx(float(whole), rel=1e-10, abs=1e-12)
    logits = np.log(r)[:, None] + np.log(likelihood)
    np.testing.assert_allclose(softmax(logits, axis=0), posterior, rtol=1e-10)


def test_monte_carlo_within_its_standard_errors() -> None:
    rng, n = np.random.default_rng(3), 200_000
    cell = rng.choice(6, size=n, p=ROOMS.ravel())
    x, y = cell // 3, PRICES[cell % 3]
    for i in (0, 1):
        drawn = y[x == i]
        error = drawn.std() / np.sqrt(drawn.size)
        assert abs(drawn.mean() - conditional_expectation(ROOMS, PRICES, given=0)[i]) < 4 * error
        assert drawn.var() == pytest.approx(conditional_variance(ROOMS, PRICES, given=0)[i], rel=0.02, abs=0)


def test_a_common_factor_makes_no_difference_and_tiny_numbers_keep_their_digits() -> None:
    right = bayes([0.5, 0.25, 0.25], [0.1, 0.2, 0.4])
    for factor in (1e-300, 1e300):
        found = bayes([0.5, 0.25, 0.25], np.array([0.1, 0.2, 0.4]) * factor)
        np.testing.assert_allclose(found, right, rtol=1e-14)
    # A hypothesis that the prior excludes does not push the others below the smallest number.
    np.testing.assert_allclose(bayes([0.0, 0.5, 0.5], [1e300, 1e-200, 3e-200]), [0, 0.25, 0.75], rtol=1e-14)
    np.testing.assert_allclose(condition([[1.0, 0.0], [2e-310, 2e-310]], axis=0, value=1), [0.5, 0.5], rtol=1e-12)


def test_certain_evidence() -> None:
    np.testing.assert_array_equal(bayes([0.3, 0.7], [1.0, 0.0]), [1, 0])
    np.testing.assert_array_equal(bayes([0.0, 1.0], [0.4, 0.1]), [0, 1])


def test_types() -> None:
    for kind in (np.float16, np.float32, np.float64):
        joint = np.array([[0.25, 0.25], [0.125, 0.375]], kind)
        y = np.array([0, 2], kind)
        found = [
            marginal(joint, axis=0), condition(joint, axis=0, value=1), bayes(joint.sum(1), joint),
            conditional_expectation(joint, y, given=0), conditional_variance(joint, y, given=0),
        ]  # fmt: skip
        assert {each.dtype for each in found} == {np.dtype(kind)}
    assert conditional_expectation(joint, [0, 1], given=0).dtype == np.float64


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: marginal([[0.5, 0.6]], axis=0), "marginal: joint must be probabilities .* divide by the sum"),
        (lambda: marginal([[0.5, 0.5]], axis=2), "marginal: axis must be an axis of joint, which has 2, got 2"),
        (lambda: condition([0.5, 0.5], axis=0, value=0), "condition: joint must be a table of two variables"),
        (lambda: condition(TEST, axis=0, value=2), "condition: value must be ≥ 0 and ≤ 1, got 2"),
        (lambda: condition([[1.0, 0.0], [0.0, 0.0]], axis=0, value=1), "probability 0 cannot be conditioned on"),
        (lambda: bayes([0.5, 0.5], [0.0, 0.0]), "only 0: this observation contradicts every hypothesis"),
        (lambda: bayes([1.0, 0.0], [[1.0, 0.0], [0.0, 1.0]]), "only 0 in column 1"),
        (lambda: bayes([0.5, 0.5], [-1.0, -2.0]), "not logarithms"),
        (lambda: bayes([0.5, 0.5], np.ones((3, 2))), "bayes: likelihood must be of length 2.*transpose"),
        (lambda: bayes([1.0, 2.0], [0.5, 0.5]), "bayes: prior must be probabilities"),
        (lambda: conditional_expectation(ROOMS, [1.0, 2.0], given=0), "values must be of shape \\(3,\\), got \\(2,\\)"),
        (lambda: conditional_expectation(ROOMS, PRICES, given=2), "given must be ≥ 0 and ≤ 1, got 2"),
        (
            lambda: conditional_expectation([[0.0, 0.0], [0.5, 0.5]], [1.0, 2.0], given=0),
            r"0 for value 0: leave that out: np.delete\(joint, 0, axis=0\)",
        ),
        (lambda: conditional_variance([[0.0, 1.0]], [3.0], given=1), "each value of axis 1 has a probability > 0"),
    ],
)  # fmt: skip
def test_errors(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
