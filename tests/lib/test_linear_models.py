"""dlmath_lib.linear_models: values by hand, scikit-learn, SciPy, separable data, units, types, thresholds."""

import numpy as np
import pytest
import scipy.optimize
import sklearn.datasets
from scipy.special import expit, xlogy
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.metrics import roc_curve as sklearn_roc_curve

from dlmath_lib.datasets import breast_cancer, digits
from dlmath_lib.linear_models import logistic_regression, predict_probability, roc_curve, softmax_regression

STAIRS = np.array([[0.0], [0], [0], [0], [1], [1], [1], [1]])
ODDS = [0, 0, 0, 1, 0, 1, 1, 1]


def noisy(n=200, d=3, classes=2, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d))
    scores = x @ rng.normal(size=(d, classes)) + rng.gumbel(size=(n, classes))
    return x, scores.argmax(axis=1)


def theirs(x, y, penalty):  # 1e15 stands for no penalty, of which an older scikit-learn warns
    model = LogisticRegression(C=1 / (len(x) * penalty) if penalty else 1e15, tol=1e-10, max_iter=10_000)
    return model.fit(x, y)


def test_breast_cancer():
    data, known = breast_cancer(), sklearn.datasets.load_breast_cancer()
    assert np.array_equal(data.x, known.data) and np.array_equal(data.y, known.target)
    assert data.feature_names == tuple(known.feature_names) and data.target_names == tuple(known.target_names)


def test_by_hand():
    # The odds are 1 : 3 at x = 0 and 3 : 1 at x = 1. The loss is the entropy of (1/4, 3/4).
    model = logistic_regression(STAIRS, ODDS)
    np.testing.assert_allclose([model.bias, *model.weights], [-np.log(3), np.log(9)], rtol=1e-12)
    np.testing.assert_allclose(model.loss, -(xlogy(0.25, 0.25) + xlogy(0.75, 0.75)), rtol=1e-12)
    assert model.converged and model.steps < 8
    np.testing.assert_allclose(predict_probability([[0.0], [1.0]], model.weights, model.bias), [0.25, 0.75])


@pytest.mark.parametrize("penalty", [0.0, 0.01, 3.0])
def test_logistic_regression_is_scikit_learns(penalty):
    x, y = noisy()
    model, known = logistic_regression(x, y, penalty=penalty), theirs(x, y, penalty)
    np.testing.assert_allclose(model.weights, known.coef_[0], rtol=2e-4, atol=1e-6)
    np.testing.assert_allclose(model.bias, known.intercept_[0], rtol=2e-4, atol=1e-6)
    np.testing.assert_allclose(
        predict_probability(x, model.weights, model.bias), known.predict_proba(x)[:, 1], atol=1e-5, rtol=0
    )


@pytest.mark.parametrize("penalty", [0.0, 0.01, 3.0])
def test_softmax_regression_is_scikit_learns(penalty):
    x, y = noisy(classes=4)
    model, known = softmax_regression(x, y, penalty=penalty), theirs(x, y, penalty)
    assert model.weights.shape == (4, 3) and model.bias.shape == (4,) and model.converged
    found = predict_probability(x, model.weights, model.bias)
    np.testing.assert_allclose(found, known.predict_proba(x), atol=2e-5, rtol=0)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_allclose(model.weights.sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(model.bias.sum(), 0, atol=1e-12)


def test_the_gradient_is_zero_and_no_direction_goes_down():
    x, y = noisy(classes=3, n=60)
    model = softmax_regression(x, y, penalty=0.1)
    design = np.column_stack([np.ones(len(x)), x])

    def loss(theta):
        theta = theta.reshape(3, 4)
        z = design @ theta.T
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return -log_p[np.arange(len(y)), y].mean() + 0.05 * (theta[:, 1:] ** 2).sum()

    at = np.column_stack([model.bias, model.weights]).ravel()
    np.testing.assert_allclose(loss(at), model.loss, rtol=1e-12)
    np.testing.assert_allclose(scipy.optimize.approx_fprime(at, loss), 0, atol=1e-7)
    found = scipy.optimize.minimize(loss, np.zeros(12), method="BFGS", options={"gtol": 1e-9})
    np.testing.assert_allclose(loss(at), found.fun, rtol=1e-9)


def test_two_classes_of_softmax_are_logistic_regression():
    x, y = noisy()
    one, two = logistic_regression(x, y), softmax_regression(x, y)
    np.testing.assert_allclose(two.weights[1] - two.weights[0], one.weights, rtol=1e-9)
    np.testing.assert_allclose(two.bias[1] - two.bias[0], one.bias, rtol=1e-9)
    np.testing.assert_allclose(two.loss, one.loss, rtol=1e-12)
    # The penalty of the two rows is half of that of their difference.
    one, two = logistic_regression(x, y, penalty=0.1), softmax_regression(x, y, penalty=0.2)
    np.testing.assert_allclose(two.weights[1] - two.weights[0], one.weights, rtol=1e-9)


def test_real_data():
    data = breast_cancer()
    x = (data.x - data.x.mean(axis=0)) / data.x.std(axis=0)
    model, known = logistic_regression(x, data.y, penalty=0.01), theirs(x, data.y, 0.01)
    np.testing.assert_allclose(model.weights, known.coef_[0], rtol=1e-3, atol=1e-5)
    pixels = digits()
    model, known = (
        softmax_regression(pixels.x[:300], pixels.y[:300], penalty=0.01),
        theirs(pixels.x[:300], pixels.y[:300], 0.01),
    )
    np.testing.assert_allclose(model.weights, known.coef_, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("fit", [logistic_regression, softmax_regression])
def test_separable_data_have_no_minimum_and_a_penalty_gives_them_one(fit):
    x, y = np.array([[-2.0], [-1.0], [1.0], [3.0]]), np.array([0, 0, 1, 1])
    with pytest.raises(ValueError, match=f"{fit.__name__}: penalty must be > 0 .* separable"):
        fit(x, y)
    losses = [fit(x, y, penalty=penalty).loss for penalty in (1e-1, 1e-3, 1e-5)]
    assert losses[0] > losses[1] > losses[2] > 0


def test_one_class_is_separable():
    with pytest.raises(ValueError, match="linearly separable"):
        logistic_regression(STAIRS, [1] * 8)
    with pytest.raises(ValueError, match=r"softmax_regression: y must be .* one class"):
        softmax_regression(STAIRS, [0] * 8)
    with pytest.raises(ValueError, match="no example of class 1"):
        softmax_regression(STAIRS, [0, 2, 2, 0, 0, 0, 0, 0])


def test_classes_that_touch_run_out_of_steps():
    x, y = np.array([[-1.0], [0.0], [0.0], [1.0]]), np.array([0, 0, 1, 1])
    model = logistic_regression(x, y, steps=20)
    assert not model.converged and model.steps == 20
    assert repr(model).startswith("LinearClassifier(not converged after 20 steps")


def test_the_units_of_a_feature_change_its_weight_alone():
    x, y = noisy()
    units = np.array([1e-6, 1.0, 1e6])
    for fit in (logistic_regression, softmax_regression):
        one, two = fit(x, y), fit(x * units, y)
        np.testing.assert_allclose(two.weights * units, one.weights, rtol=1e-8)
        assert one.steps == two.steps


def test_dependent_columns_are_fitted_and_a_constant_one_too():
    x, y = noisy()
    wide = np.column_stack([x, x[:, 0] - x[:, 1], np.full(len(x), 3.0), np.zeros(len(x))])
    for fit in (logistic_regression, softmax_regression):
        one, two = fit(x, y), fit(wide, y)
        assert two.converged
        np.testing.assert_allclose(two.loss, one.loss, rtol=1e-12)


def test_far_from_linear_the_halved_steps_converge():
    # Newton's whole steps from 0 overshoot here: nine in ten of the labels at the far point contradict the near ones.
    x = np.concatenate([np.full(20, -1.0), np.full(20, 1.0), [50.0]])[:, None]
    y = np.array([0] * 19 + [1] + [1] * 19 + [0] + [0])
    model = logistic_regression(x, y)
    p = predict_probability(x, model.weights, model.bias)
    assert model.converged
    np.testing.assert_allclose([np.sum(p - y), np.sum((p - y) * x[:, 0])], 0, atol=1e-9)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_types_stay(kind):
    x, y = noisy(n=50)
    model = logistic_regression(x.astype(kind), y)
    several = softmax_regression(x.astype(kind), y, penalty=0.1)
    assert model.weights.dtype == model.bias.dtype == several.weights.dtype == several.bias.dtype == kind
    assert predict_probability(x.astype(kind), model.weights, model.bias).dtype == kind


def test_far_logits_have_their_probabilities():
    p = predict_probability([[1000.0], [-1000.0], [40.0], [-40.0]], [1.0], 0.0)
    np.testing.assert_allclose(p, expit([1000.0, -1000.0, 40.0, -40.0]), rtol=1e-12)


def test_labels_other_than_0_and_1_are_refused():
    with pytest.raises(ValueError, match="y must be 0 or 1, got 2: softmax_regression takes"):
        logistic_regression(STAIRS, [0, 1, 2, 0, 0, 0, 0, 0])
    with pytest.raises(ValueError, match="y must be class indices"):
        logistic_regression(STAIRS, [-1, 1, 1, 1, 1, 1, 1, 1])
    with pytest.raises(ValueError, match="y must be as long as x"):
        logistic_regression(STAIRS, [0, 1])
    with pytest.raises(ValueError, match="weights must be of one column for each feature"):
        predict_probability(STAIRS, [1.0, 2.0], 0.0)


@pytest.mark.parametrize("seed", range(5))
def test_roc_curve_is_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    labels = np.append([0, 1], rng.integers(0, 2, 60))
    scores = rng.normal(size=62).round(1 if seed % 2 else 8) + labels  # with ties, and without
    for found, known in zip(
        roc_curve(scores, labels), sklearn_roc_curve(labels, scores, drop_intermediate=False), strict=True
    ):
        np.testing.assert_allclose(found, known)
    fpr, tpr, _ = roc_curve(scores, labels)
    positive, negative = scores[labels == 1][:, None], scores[labels == 0]
    pairs = np.mean((positive > negative) + 0.5 * (positive == negative))
    np.testing.assert_allclose(np.trapezoid(tpr, fpr), pairs)
    np.testing.assert_allclose(pairs, roc_auc_score(labels, scores))


def test_roc_curve_needs_both_classes():
    with pytest.raises(ValueError, match="labels must be 0 and 1, each of which occurs"):
        roc_curve([0.1, 0.2], [1, 1])
