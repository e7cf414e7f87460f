"""The confusion matrix against scikit-learn, its two laws, and what it refuses."""

import numpy as np
import pytest
import sklearn.metrics

from dlmath_lib.losses import accuracy, confusion_matrix


def test_agrees_with_scikit_learn_and_with_the_accuracy():
    rng = np.random.default_rng(0)
    labels, predicted = rng.integers(5, size=(2, 300))
    counts = confusion_matrix(predicted, labels, classes=5)
    np.testing.assert_array_equal(counts, sklearn.metrics.confusion_matrix(labels, predicted))
    assert np.trace(counts) / counts.sum() == pytest.approx(accuracy(predicted, labels), rel=1e-15, abs=0)
    np.testing.assert_array_equal(counts.sum(axis=1), np.bincount(labels))


def test_classes_that_never_occur_have_rows_and_columns_of_zeros():
    assert confusion_matrix([0], [2], classes=4).tolist() == [[0] * 4, [0] * 4, [1, 0, 0, 0], [0] * 4]


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint64, np.int64])
def test_small_labels_do_not_wrap_around(dtype):
    label = np.array([16], dtype)
    assert np.argwhere(confusion_matrix(label, label, classes=17)).tolist() == [[16, 16]]
    assert np.argwhere(confusion_matrix(label, label, classes=300)).tolist() == [[16, 16]]
    assert confusion_matrix(label, label, classes=17).dtype == np.intp
    assert accuracy(label, label) == 1.0


@pytest.mark.parametrize(
    ("predicted", "labels", "classes", "words"),
    [
        ([0, 1], [0], 2, "labels"),
        ([0, 2], [0, 1], 2, "predicted"),
        ([0, 1], [0, -1], 2, "labels"),
        ([0.0, 1.0], [0, 1], 2, "predicted"),
        ([[0, 1]], [0, 1], 2, "predicted"),
        ([0, 1], [0, 1], 0, "classes"),
    ],
)
def test_bad_input_is_named(predicted, labels, classes, words):
    with pytest.raises((TypeError, ValueError), match=f"^confusion_matrix: {words} must be"):
        confusion_matrix(predicted, labels, classes=classes)
