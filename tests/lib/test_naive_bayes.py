"""Naive Bayes: by hand, against scikit-learn, by Bayes' theorem written out."""

import numpy as np
import pytest
from sklearn.naive_bayes import MultinomialNB

from dlmath_lib.linear_models import naive_bayes, predict_probability

RNG = np.random.default_rng(2)
COUNTS, LABELS = RNG.integers(0, 4, size=(30, 7)), np.tile([0, 1, 2], 10)


def test_by_hand():
    # Class 0 has shown the first word twice and the second never: (2 + 1)/(2 + 2) and 1/4.
    weights, bias = naive_bayes([[2, 0], [0, 1], [1, 0]], [0, 1, 1])
    np.testing.assert_allclose(np.exp(weights), [[3 / 4, 1 / 4], [1 / 2, 1 / 2]])
    np.testing.assert_allclose(np.exp(bias), [1 / 3, 2 / 3])


@pytest.mark.parametrize("smoothing", [0.1, 1.0, 5.0])
def test_against_scikit_learn(smoothing):
    theirs = MultinomialNB(alpha=smoothing).fit(COUNTS, LABELS)
    weights, bias = naive_bayes(COUNTS, LABELS, smoothing=smoothing)
    np.testing.assert_allclose(weights, theirs.feature_log_prob_, rtol=1e-12)
    np.testing.assert_allclose(bias, theirs.class_log_prior_, rtol=1e-12)
    ours = predict_probability(COUNTS.astype(float), weights, bias)
    np.testing.assert_allclose(ours, theirs.predict_proba(COUNTS), rtol=1e-9)


def test_the_posterior_is_bayes_theorem():
    weights, bias = naive_bayes(COUNTS, LABELS)
    x = np.array([2, 0, 1, 0, 0, 3, 0])
    joint = np.exp(bias) * np.prod(np.exp(weights) ** x, axis=1)
    np.testing.assert_allclose(predict_probability([x], weights, bias)[0], joint / joint.sum(), rtol=1e-12)


def test_rows_sum_to_1_and_types_stay():
    weights, bias = naive_bayes(COUNTS.astype(np.float32), LABELS)
    assert weights.dtype == bias.dtype == np.float32
    np.testing.assert_allclose(np.exp(weights).sum(axis=1), 1, rtol=1e-6)
    assert naive_bayes(COUNTS, LABELS)[0].dtype == np.float64
    many = naive_bayes(np.full((10, 2), 60000, np.float16), [0, 1] * 5)[0]
    np.testing.assert_allclose(many, np.log(0.5), rtol=1e-3)


def test_refusals():
    with pytest.raises(ValueError, match="counts must be ≥ 0"):
        naive_bayes([[-1.0, 2.0]], [0])
    with pytest.raises(ValueError, match="each at least once, got no 1"):
        naive_bayes([[1, 2], [3, 4]], [0, 2])
    with pytest.raises(ValueError, match="smoothing must be > 0"):
        naive_bayes([[1, 2], [3, 4]], [0, 1], smoothing=0)
