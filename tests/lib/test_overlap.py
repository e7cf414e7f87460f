"""Overlap of boxes and masks: by hand, by counting cells, scikit-learn, differences, SymPy."""

import numpy as np
import pytest
import sklearn.metrics
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from dlmath_lib.calculus import jacobian
from dlmath_lib.losses import dice_loss, dice_loss_grad, dice_loss_vjp, intersection_over_union

RNG = np.random.default_rng(11)
P, T = RNG.uniform(size=(3, 4, 5)), RNG.integers(0, 2, size=(3, 4, 5))


def test_boxes_by_hand():
    # A 2 × 2 and a 2 × 2 box share one square: 1 / (4 + 4 − 1).
    found = intersection_over_union([[0, 0, 2, 2]], [[1, 1, 3, 3], [0, 0, 2, 2], [2, 0, 4, 2], [0.5, 0.5, 1, 1]])
    np.testing.assert_allclose(found, [[1 / 7, 1, 0, 1 / 16]], rtol=1e-15)
    assert intersection_over_union(np.float32([[0, 0, 1, 1]]), np.float32([[0, 0, 1, 2]])).dtype == np.float32
    assert intersection_over_union(np.float16([[0, 0, 300, 300]]), np.float16([[0, 0, 300, 150]])) == 0.5


def test_boxes_against_counted_cells():
    """Corners on a grid: the areas are numbers of cells."""
    boxes = np.sort(RNG.permuted(np.tile(np.arange(12), (40, 2, 1)), axis=2)[..., :2], axis=2)
    boxes = boxes.transpose(0, 2, 1).reshape(40, 4)
    cells = np.zeros((40, 12, 12), bool)
    for cell, (left, top, right, bottom) in zip(cells, boxes, strict=True):
        cell[top:bottom, left:right] = True
    flat = cells.reshape(40, -1)
    counted = [[sklearn.metrics.jaccard_score(a, b) for b in flat[20:]] for a in flat[:20]]
    np.testing.assert_allclose(intersection_over_union(boxes[:20], boxes[20:]), counted, rtol=1e-14)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=2), st.floats(0.1, 20))
def test_moving_and_stretching_both_boxes_changes_nothing(by, factor):
    a, b = np.array([[0.0, 0.0, 3.0, 2.0]]), np.array([[1.0, -1.0, 4.0, 1.5]])
    moved = [factor * box + np.tile(by, 2) for box in (a, b)]
    np.testing.assert_allclose(intersection_over_union(*moved), intersection_over_union(a, b), rtol=1e-9)
    np.testing.assert_array_equal(intersection_over_union(b, a), intersection_over_union(a, b))


def test_boxes_that_are_none_are_refused_with_the_row():
    with pytest.raises(ValueError, match=r"others must be boxes .*row 1: each row is left, top"):
        intersection_over_union([[0, 0, 1, 1]], [[0, 0, 1, 1], [3, 3, 2, 4]])
    with pytest.raises(ValueError, match="of finite area"):
        intersection_over_union([[0, 0, 1e200, 1e200]], [[0, 0, 1, 1]])


def test_dice_by_hand_and_as_f1_score():
    # 2 of 3 pixels predicted, 1 of them right, region of 1: 2·1/(2 + 1).
    np.testing.assert_allclose(dice_loss([[1.0, 1, 0]], [[1, 0, 0]], smooth=0), [1 / 3])
    np.testing.assert_allclose(dice_loss([[0.5, 0.5]], [[1, 0]]), [1 - 2 / 3])
    masks = (P > 0.4).astype(float)
    f1 = [sklearn.metrics.f1_score(t.ravel(), m.ravel()) for t, m in zip(T, masks, strict=True)]
    jaccard = np.array([sklearn.metrics.jaccard_score(t.ravel(), m.ravel()) for t, m in zip(T, masks, strict=True)])
    dice = 1 - dice_loss(masks, T, smooth=0)
    np.testing.assert_allclose(dice, f1, rtol=1e-14)
    np.testing.assert_allclose(dice / (2 - dice), jaccard, rtol=1e-14)


@pytest.mark.parametrize("smooth", [0, 1.0, 3.5])
def test_dice_slopes_against_differences_with_random_cotangents(smooth):
    g = RNG.normal(size=3)
    slopes = np.tensordot(g, jacobian(lambda p: dice_loss(p, T, smooth=smooth), 0.1 + 0.8 * P), axes=1)
    pulled = dice_loss_vjp(g, 0.1 + 0.8 * P, T, smooth=smooth)
    np.testing.assert_allclose(pulled, slopes, rtol=1e-6, atol=1e-9)
    gradient = dice_loss_grad(0.1 + 0.8 * P, T, smooth=smooth)
    np.testing.assert_allclose(g[:, None, None] * gradient, pulled, rtol=1e-13)


def test_dice_gradient_agrees_with_sympy():
    p = sp.symbols("p1:4", positive=True)
    t, s = (1, 0, 1), sp.Rational(1, 2)
    loss = 1 - (2 * sum(a * b for a, b in zip(p, t, strict=True)) + s) / (sum(p) + sum(t) + s)
    at = {p[0]: 0.3, p[1]: 0.9, p[2]: 0.25}
    exact = [float(sp.diff(loss, symbol).subs(at)) for symbol in p]
    np.testing.assert_allclose(dice_loss_grad([[0.3, 0.9, 0.25]], [t], smooth=0.5)[0], exact, rtol=1e-13)


def test_dice_extremes_and_types():
    empty = np.zeros((1, 6))
    assert dice_loss(empty, empty).tolist() == [0.0]
    with pytest.raises(ValueError, match="smooth must be > 0 where"):
        dice_loss(empty, empty, smooth=0)
    for kind in (np.float16, np.float32):
        ones = np.ones((1, 70_000), kind)
        assert dice_loss(ones, ones).dtype == kind and dice_loss(ones, ones)[0] == 0
        assert dice_loss_grad(ones, ones).dtype == kind and dice_loss_vjp([1.0], ones, ones).dtype == kind
    with pytest.raises(ValueError, match=r"pass sigmoid\(logits\)"):
        dice_loss([[3.0, -1.0]], [[1, 0]])
    with pytest.raises(ValueError, match="wrap a single mask"):
        dice_loss([0.5, 0.5], [1, 0])
