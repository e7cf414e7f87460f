"""dlmath_lib.losses: hand values, stability, refusals, and the gradients against four witnesses."""

import re

import numpy as np
import pytest
import scipy.special
import sklearn.metrics
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlmath_lib import autodiff, losses, vectors
from dlmath_lib.calculus import jacobian
from dlmath_lib.losses import (
    absolute_error,
    accuracy,
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
    huber,
    huber_grad,
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_grad,
    softmax_cross_entropy_with_soft_labels,
    softmax_cross_entropy_with_soft_labels_grad,
    squared_error,
)

RNG = np.random.default_rng(3)
VECTORS = vectors.load("network")
LOGITS, LABELS = RNG.normal(size=(6, 4)) * 3, np.array([0, 3, 1, 1, 2, 0])
SOFT = RNG.dirichlet(np.ones(4), size=6)
WEIGHTS = np.array([0.5, 1.0, 2.0, 0.0])
ROWS, TARGETS = RNG.normal(size=(6, 3)), RNG.normal(size=(6, 3))

# name: (prediction, target, options, the loss composed of elementary operations)
CASES = {
    "squared_error": (ROWS, TARGETS, {}, lambda p, y: ((p - y) * (p - y)).sum(axis=1)),
    "absolute_error": (ROWS, TARGETS, {}, lambda p, y: abs(p - y).sum(axis=1)),
    "huber": (
        ROWS,
        TARGETS,
        {"delta": 0.7},
        lambda p, y: np.where(abs(p - y) <= 0.7, (p - y) ** 2 / 2, 0.7 * abs(p - y) - 0.245).sum(axis=1),
    ),
    "binary_cross_entropy_with_logits": (
        ROWS,
        RNG.uniform(size=(6, 3)),
        {},
        lambda z, y: -(y * autodiff.log_sigmoid(z) + (1 - y) * autodiff.log_sigmoid(-z)).sum(axis=1),
    ),
    "softmax_cross_entropy_with_logits": (
        LOGITS,
        LABELS,
        {},
        lambda z, y: -autodiff.log_softmax(z)[np.arange(6), y],
    ),
    "softmax_cross_entropy_with_logits, all options": (
        LOGITS,
        LABELS,
        {"label_smoothing": 0.3, "class_weights": WEIGHTS, "ignore_index": 1},
        lambda z, y: (
            -((y != 1)[:, None] * WEIGHTS * (0.7 * np.eye(4)[y] + 0.075) * np.log(autodiff.softmax(z))).sum(axis=1)
        ),
    ),
    "softmax_cross_entropy_with_soft_labels": (
        LOGITS,
        SOFT,
        {"class_weights": WEIGHTS},
        lambda z, q: -(WEIGHTS * q * np.log(autodiff.softmax(z))).sum(axis=1),
    ),
}


def functions(name):
    name = name.partition(",")[0]
    return [getattr(losses, name + suffix) for suffix in ("", "_grad", "_vjp")]


@pytest.mark.parametrize("case", CASES)
def test_value_and_gradients_agree_with_autodiff_and_central_differences(case):
    prediction, target, options, composed = CASES[case]
    value, gradient, pull = functions(case)
    result = value(prediction, target, **options)
    assert result.shape == (6,) and result.dtype == np.float64
    np.testing.assert_allclose(result, composed(prediction, target), rtol=1e-12, atol=1e-14)
    g = RNG.normal(size=6)
    exact = autodiff.vjp(lambda p: composed(p, target), g, prediction)
    np.testing.assert_allclose(pull(g, prediction, target, **options), exact, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(gradient(prediction, target, **options) * g[:, None], exact, rtol=1e-10, atol=1e-12)
    slopes = np.tensordot(g, jacobian(lambda p: value(p, target, **options), prediction), axes=1)
    np.testing.assert_allclose(pull(g, prediction, target, **options), slopes, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_kept_and_arguments_unchanged(case, dtype):
    prediction, target, options, _ = CASES[case]
    prediction = prediction.astype(dtype)
    before = prediction.copy(), np.copy(target)
    value, gradient, pull = functions(case)
    assert value(prediction, target, **options).dtype == dtype
    assert gradient(prediction, target, **options).dtype == dtype
    assert pull(np.ones(6), prediction, target, **options).dtype == dtype
    assert np.array_equal(prediction, before[0]) and np.array_equal(target, before[1])


@pytest.mark.parametrize("name", ["squared_error", "absolute_error", "huber", "binary_cross_entropy_with_logits"])
def test_one_output_without_its_axis(name):
    value, gradient, pull = functions(name)
    z, y, g = ROWS[:, 0], np.array([0, 1, 1, 0, 1, 0]), RNG.normal(size=6)
    assert np.array_equal(value(z, y), value(z[:, None], y[:, None]))
    assert np.array_equal(gradient(z, y), gradient(z[:, None], y[:, None])[:, 0])
    assert np.array_equal(pull(g, z, y), g * gradient(z, y))


def test_by_hand():
    assert squared_error([[1.0, 2.0]], [[3.0, 5.0]]).tolist() == [13.0]
    assert absolute_error([[1.0, 2.0]], [[3.0, 5.0]]).tolist() == [5.0]
    assert huber([0.5, 3.0], [0.0, 0.0]).tolist() == [0.125, 2.5]
    # clinic 42: the cross-entropy of y = p = 0.7 is the entropy, 0.611, not 0.
    logit = np.log(0.7 / 0.3)
    assert binary_cross_entropy_with_logits([logit], [0.7])[0] == pytest.approx(0.6108643)
    assert softmax_cross_entropy_with_logits([[np.log(3.0), 0.0]], [1])[0] == pytest.approx(np.log(4))


def test_extremes_stay_finite_and_right():
    z = np.array([[1000.0, -1000.0], [-1000.0, 1000.0]])
    assert softmax_cross_entropy_with_logits(z, [0, 0]).tolist() == [0.0, 2000.0]
    assert softmax_cross_entropy_with_logits_grad(z, [0, 0]).tolist() == [[0.0, 0.0], [-1.0, 1.0]]
    assert softmax_cross_entropy_with_soft_labels(z, [[0.5, 0.5]] * 2).tolist() == [1000.0, 1000.0]
    assert binary_cross_entropy_with_logits(z[0], [1, 1]).tolist() == [0.0, 1000.0]
    assert binary_cross_entropy_with_logits_grad(z[0], [0, 1]).tolist() == [1.0, -1.0]
    # The digits survive where σ(z) − 1 would be exactly 0.
    assert binary_cross_entropy_with_logits_grad([50.0], [1])[0] == pytest.approx(-np.exp(-50.0), rel=1e-14, abs=0)
    assert huber([1e300], [0.0]).tolist() == [1e300] and huber_grad([1e300], [0.0]).tolist() == [1.0]


def test_of_equal_scores_the_first_counts():
    assert accuracy([[1.0, 1.0], [0.0, 0.0], [0.0, 2.0], [2.0, 0.0]], [0, 0, 1, 1]) == 0.75


def test_kinks():
    assert losses.absolute_error_grad([2.0], [2.0]).tolist() == [0.0]
    assert huber_grad([1.0, -1.0], [0.0, 0.0]).tolist() == [1.0, -1.0]


def test_gradient_of_cross_entropy_agrees_with_sympy():
    z, q = sp.symbols("z1:4"), sp.symbols("q1:4")
    total = sum(map(sp.exp, z))
    loss = -sum(qk * sp.log(sp.exp(zk) / total) for zk, qk in zip(z, q, strict=True))
    exact = sp.lambdify((z, q), [sp.diff(loss, zk) for zk in z])
    for logits, target in zip(LOGITS[:, :3], RNG.dirichlet(np.ones(3), size=6), strict=True):
        ours = softmax_cross_entropy_with_soft_labels_grad(logits[None], target[None])[0]
        np.testing.assert_allclose(ours, exact(logits, target), rtol=1e-10, atol=1e-13)


def test_outside_witnesses():
    p = scipy.special.softmax(LOGITS, axis=1)
    ours = softmax_cross_entropy_with_logits(LOGITS, LABELS)
    assert ours.mean() == pytest.approx(sklearn.metrics.log_loss(LABELS, p, labels=[0, 1, 2, 3]), rel=1e-12, abs=0)
    np.testing.assert_allclose(
        huber(ROWS[:, 0], TARGETS[:, 0], delta=0.7), scipy.special.huber(0.7, ROWS[:, 0] - TARGETS[:, 0])
    )
    assert squared_error(ROWS, TARGETS).mean() == pytest.approx(3 * sklearn.metrics.mean_squared_error(TARGETS, ROWS))
    predicted = LOGITS.argmax(1)
    assert accuracy(LOGITS, LABELS) == accuracy(predicted, LABELS) == sklearn.metrics.accuracy_score(LABELS, predicted)
    divergence = scipy.special.rel_entr(SOFT, p).sum(axis=1) + scipy.special.entr(SOFT).sum(axis=1)
    np.testing.assert_allclose(softmax_cross_entropy_with_soft_labels(LOGITS, SOFT), divergence, rtol=1e-12)


W = VECTORS["weights"]
PYTORCH = {
    "squared": ("squared_error", "target", {}),
    "absolute": ("absolute_error", "target", {}),
    "huber": ("huber", "target", {"delta": 0.7}),
    "binary": ("binary_cross_entropy_with_logits", "yes", {}),
    "softmax": ("softmax_cross_entropy_with_logits", "labels", {}),
    "smoothed": ("softmax_cross_entropy_with_logits", "labels", {"label_smoothing": 0.2}),
    "weighted": ("softmax_cross_entropy_with_logits", "labels", {"class_weights": W}),
    "ignored": ("softmax_cross_entropy_with_logits", "labels", {"ignore_index": 1}),
    "all": (
        "softmax_cross_entropy_with_logits",
        "labels",
        {"label_smoothing": 0.2, "class_weights": W, "ignore_index": 1},
    ),
    "soft_labels": ("softmax_cross_entropy_with_soft_labels", "soft", {}),
    "soft_weighted": ("softmax_cross_entropy_with_soft_labels", "soft", {"class_weights": W}),
}


@pytest.mark.parametrize("case", PYTORCH)
def test_agrees_with_pytorch(case):
    name, target, options = PYTORCH[case]
    value, _, pull = functions(name)
    z, y = VECTORS["z"], VECTORS[target]
    np.testing.assert_allclose(value(z, y, **options), VECTORS[f"loss_{case}"], rtol=1e-12, atol=1e-14)
    ours = pull(VECTORS["g"], z, y, **options)
    np.testing.assert_allclose(ours, VECTORS[f"loss_{case}_vjp"], rtol=1e-11, atol=1e-14)


def test_the_weighted_mean_of_pytorch():
    losses_each = softmax_cross_entropy_with_logits(VECTORS["z"], VECTORS["labels"], class_weights=W)
    assert losses_each.sum() / W[VECTORS["labels"]].sum() == pytest.approx(
        float(VECTORS["mean_weighted"]), rel=1e-13, abs=0
    )


def test_options_say_the_same_in_two_ways():
    one_hot = np.eye(4)[LABELS]
    soft = softmax_cross_entropy_with_soft_labels(LOGITS, 0.9 * one_hot + 0.025, class_weights=WEIGHTS)
    hard = softmax_cross_entropy_with_logits(LOGITS, LABELS, label_smoothing=0.1, class_weights=WEIGHTS)
    np.testing.assert_allclose(hard, soft, rtol=1e-13)
    ignored = softmax_cross_entropy_with_logits(LOGITS, [-100, 3, 1, -100, 2, 0], ignore_index=-100)
    plain = softmax_cross_entropy_with_logits(LOGITS, LABELS)
    assert ignored.tolist() == np.where([0, 1, 1, 0, 1, 1], plain, 0.0).tolist()
    assert not np.signbit(ignored).any()
    smooth = softmax_cross_entropy_with_logits(LOGITS, LABELS, label_smoothing=1.0)
    np.testing.assert_allclose(smooth, softmax_cross_entropy_with_soft_labels(LOGITS, np.full((6, 4), 0.25)))


logit_rows = hnp.arrays(float, (3, 4), elements=st.floats(-50, 50))


@given(logit_rows, st.floats(-100, 100))
def test_cross_entropy_laws(z, shift):
    loss = softmax_cross_entropy_with_logits(z, [0, 1, 2])
    assert (loss >= 0).all()
    np.testing.assert_allclose(softmax_cross_entropy_with_logits(z + shift, [0, 1, 2]), loss, rtol=1e-9, atol=1e-9)
    assert np.abs(softmax_cross_entropy_with_logits_grad(z, [0, 1, 2]).sum(axis=1)).max() < 1e-12
    # Gibbs: no distribution of the labels costs less than its entropy.
    q = autodiff.softmax(z[::-1] / 10)
    entropy = -(q * np.log(q)).sum(axis=1)
    assert (softmax_cross_entropy_with_soft_labels(z, q) >= entropy - 1e-9).all()


@given(hnp.arrays(float, 5, elements=st.floats(-50, 50)), hnp.arrays(float, 5, elements=st.floats(0, 1)))
def test_two_classes_are_the_binary_case(z, y):
    two = softmax_cross_entropy_with_soft_labels(np.column_stack([z, np.zeros(5)]), np.column_stack([y, 1 - y]))
    np.testing.assert_allclose(binary_cross_entropy_with_logits(z, y), two, rtol=1e-9, atol=1e-12)


@given(hnp.arrays(float, 5, elements=st.floats(-9, 9)), st.floats(0.1, 5))
def test_huber_lies_between_its_two_parents(r, delta):
    zeros = np.zeros(5)
    value = huber(r, zeros, delta=delta)
    assert (value <= squared_error(r, zeros) / 2 + 1e-12).all()
    assert (value <= delta * absolute_error(r, zeros) + 1e-12).all()


FAULTY = {
    "σ′ multiplied in, clinic 16": lambda z, y: (1 / (1 + np.exp(-z)) - y) * np.exp(-z) / (1 + np.exp(-z)) ** 2,
    "sign flipped": lambda z, y: y - 1 / (1 + np.exp(-z)),
    "a loss for the gradient, clinic 18": lambda z, y: (1 / (1 + np.exp(-z)) - y) ** 2 / 2,
}


@pytest.mark.parametrize("name", FAULTY)
def test_faulty_gradients_of_binary_cross_entropy_are_rejected(name):
    z, y = ROWS[:, 0], np.array([0, 1, 1, 0, 1, 0])
    slopes = np.diag(jacobian(lambda z: binary_cross_entropy_with_logits(z, y), z))
    assert np.allclose(binary_cross_entropy_with_logits_grad(z, y), slopes, rtol=1e-6)
    assert not np.allclose(FAULTY[name](z, y), slopes, rtol=1e-1)


def test_softmax_with_squared_error_is_not_p_minus_y():
    """Clinic 16: δ = a − y belongs to softmax with cross-entropy alone."""
    y = np.eye(4)[LABELS]
    slopes = autodiff.grad(lambda z: ((autodiff.softmax(z) - y) ** 2).sum() / 2, LOGITS)
    assert not np.allclose(slopes, autodiff.softmax(LOGITS) - y, rtol=1e-1)


NAME = "softmax_cross_entropy_with_logits"


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (
            np.eye(4)[LABELS],
            ValueError,
            "labels must be class indices of shape (n,) = (6,), got (6, 4): pass labels.argmax(1) for one-hot rows",
        ),
        (SOFT, ValueError, "got (6, 4): for soft labels use softmax_cross_entropy_with_soft_labels"),
        (LABELS[:, None], ValueError, "got (6, 1): flatten it: labels.ravel()"),
        (LABELS[:5], ValueError, "labels must be class indices of shape (n,) = (6,), got (5,)"),
        (
            LABELS.astype(float),
            TypeError,
            "labels must be an array of integers, got dtype float64: convert with .astype(int)",
        ),
        (
            LABELS + 1,
            ValueError,
            "labels must be in 0 … 3 for 4 classes, got 4 at index 1: classes are counted from 0: subtract 1",
        ),
        ([0, 1, 2, 3, -1, 0], ValueError, "labels must be in 0 … 3 for 4 classes, got -1 at index 4"),
        ([0, 1, 2, 3, 10, 0], ValueError, "got 10 at index 4"),
    ],
)
def test_labels_refused(labels, error, message):
    for suffix in ("", "_grad"):
        with pytest.raises(error, match=re.escape(message)) as caught:
            getattr(losses, NAME + suffix)(LOGITS, labels)
        assert str(caught.value).startswith(f"{NAME}{suffix}: ")


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (
            lambda: squared_error(np.ones(3), np.ones((3, 1))),
            ValueError,
            r"target must be of the same shape as prediction.*\(n,\) and \(n, 1\) are not the same",
        ),
        (lambda: absolute_error(np.ones((3, 1)), np.ones(3)), ValueError, r"\(n,\) and \(n, 1\) are not the same"),
        (lambda: squared_error(1.0, 1.0), ValueError, "prediction must be 1-dimensional or 2-dimensional"),
        (lambda: squared_error([], []), ValueError, "prediction must be non-empty"),
        (lambda: squared_error([np.nan], [1.0]), ValueError, "prediction must be finite"),
        (lambda: squared_error([1.0], [np.inf]), ValueError, "target must be finite"),
        (lambda: squared_error(["a"], [1.0]), TypeError, "prediction must be an array of numbers"),
        (
            lambda: losses.squared_error_vjp([[1.0]], [1.0], [1.0]),
            ValueError,
            r"squared_error_vjp: g must be of shape \(1,\)",
        ),
        (lambda: huber([1.0], [1.0], delta=0), ValueError, "huber: delta must be > 0"),
        (lambda: huber([1.0], [1.0], 1.0), TypeError, "positional"),
        (
            lambda: binary_cross_entropy_with_logits([1.0, 2.0], [-1, 1]),
            ValueError,
            r"got -1: for labels −1 and 1 pass \(target \+ 1\) / 2",
        ),
        (lambda: binary_cross_entropy_with_logits([1.0], [7]), ValueError, r"target must be in \[0, 1\], got 7"),
        (
            lambda: softmax_cross_entropy_with_logits(LOGITS[:, :1], LABELS),
            ValueError,
            "at least 2 classes.*: for one logit use binary",
        ),
        (lambda: softmax_cross_entropy_with_logits(LOGITS[0], [0]), ValueError, "logits must be 2-dimensional"),
        (
            lambda: softmax_cross_entropy_with_logits(np.full((6, 4), np.nan), LABELS),
            ValueError,
            "logits must be finite",
        ),
        (
            lambda: softmax_cross_entropy_with_logits(LOGITS, LABELS, label_smoothing=1.5),
            ValueError,
            "label_smoothing must be ≥ 0 and ≤ 1",
        ),
        (
            lambda: softmax_cross_entropy_with_logits(LOGITS, LABELS, class_weights=[1.0]),
            ValueError,
            r"class_weights must be of shape \(4,\)",
        ),
        (
            lambda: softmax_cross_entropy_with_logits(LOGITS, LABELS, class_weights=[1, 0, 1, -1e-6]),
            ValueError,
            "class_weights must be all ≥ 0",
        ),
        (
            lambda: softmax_cross_entropy_with_logits(LOGITS, LABELS, ignore_index=0.5),
            TypeError,
            "ignore_index must be an integer",
        ),
        (
            lambda: softmax_cross_entropy_with_soft_labels(LOGITS, LABELS),
            ValueError,
            r"= \(6, 4\), got \(6,\): for class indices use softmax_cross_entropy_with_logits",
        ),
        (
            lambda: softmax_cross_entropy_with_soft_labels(LOGITS, 2 * SOFT),
            ValueError,
            "rows with sum 1, got 2 in row .: divide by the sum",
        ),
        (lambda: softmax_cross_entropy_with_soft_labels(LOGITS, SOFT - 1), ValueError, "probabilities must be ≥ 0"),
        (
            lambda: accuracy(LOGITS, np.eye(4)[LABELS]),
            ValueError,
            r"accuracy: labels must be class indices.*argmax\(1\)",
        ),
        (lambda: accuracy(LOGITS[:, 0], LABELS), ValueError, r"pass \(logits > 0\).astype\(int\)"),
        (lambda: accuracy([[0.9], [0.2]], [0, 0]), ValueError, r"^accuracy: scores .* 2 classes.*for one logit pass"),
        (lambda: accuracy([0, 1], []), ValueError, "^accuracy: labels must be non-empty"),
        (lambda: accuracy([0, 1], ["a", "b"]), TypeError, "^accuracy: labels must be an array of numbers"),
        (lambda: accuracy([0, 1], None), TypeError, "^accuracy: labels must be an array of numbers, got NoneType"),
        (lambda: accuracy([0, -1], [0, 1]), ValueError, "^accuracy: scores must be in 0 … 1"),
        (lambda: accuracy([[1j, 0]], [0]), ValueError, "^accuracy: scores must be real"),
        (lambda: accuracy(LABELS, LABELS[:3]), ValueError, r"labels must be class indices of shape \(n,\) = \(6,\)"),
    ],
)
def test_refusals(action, error, message):
    with pytest.raises(error, match=message):
        action()
