"""How much two regions overlap: boxes by intersection over union, masks by Dice's coefficient, as a loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlmath_lib._sums import total, wide
from dlmath_lib._validate import as_array, as_scalar, fail, same_shape
from dlmath_lib.losses._shared import pull_back

__all__ = ["dice_loss", "dice_loss_grad", "dice_loss_vjp", "intersection_over_union"]


def intersection_over_union(boxes: Any, others: Any) -> np.ndarray:
    """Intersection over union of each box with each other one, IoU = |A ∩ B| / (|A| + |B| − |A ∩ B|).

    Parameters
    ----------
    boxes : array_like of shape (n, 4)
        A, one in each row: left, top, right, bottom (or bottom before top: the smaller number first).
    others : array_like of shape (m, 4)
        B, in the same way.

    Returns
    -------
    ndarray of shape (n, m), in the wider type
        In [0, 1]: 1 for equal boxes, 0 for boxes that share no area.

    Raises
    ------
    TypeError, ValueError
        If an argument is no such array, or a box has no positive, finite area.

    Notes
    -----
    The corners are points of the plane, so that a box from 0 to 2 is 2 wide; where they number pixels and both ends
    belong to the box, add 1 to right and bottom. Also called the Jaccard index.
    Derivation: ``chapters/practice/applications.ipynb#eq-iou-shift``.

    References
    ----------
    H. Rezatofighi et al., Generalized intersection over union, arXiv:1902.09630 (2019).

    Examples
    --------
    >>> print(intersection_over_union([[0, 0, 2, 2]], [[1, 1, 3, 3], [0, 0, 2, 1], [5, 5, 6, 6]]).round(4))
    [[0.1429 0.5    0.    ]]
    """
    function = "intersection_over_union"
    a, area_a = _boxes(function, "boxes", boxes)
    b, area_b = _boxes(function, "others", others)
    a_, b_ = a[:, None], b[None]
    sides = np.minimum(a_[..., 2:], b_[..., 2:]) - np.maximum(a_[..., :2], b_[..., :2])
    shared = np.maximum(sides, 0).prod(axis=-1)
    both = area_a[:, None] + (area_b[None] - shared)
    return (shared / both).astype(np.result_type(*(_kept(x) for x in (boxes, others))))


def dice_loss(probabilities: Any, target: Any, *, smooth: float = 1.0) -> np.ndarray:
    """Soft Dice loss of a mask, 1 − (2 Σᵢ pᵢtᵢ + s) / (Σᵢ pᵢ + Σᵢ tᵢ + s).

    Parameters
    ----------
    probabilities : array_like of shape (n, *spatial)
        p in [0, 1]: for each pixel of each example the probability that it belongs to the region.
    target : array_like of the same shape
        t in [0, 1]; 1 inside the region, 0 outside.
    smooth : float >= 0, default 1
        s, in pixels.

    Returns
    -------
    ndarray of shape (n,)
        One loss in [0, 1] for each example. For p of 0 and 1 and s = 0 it is 1 less Dice's coefficient, the F1 score.

    Raises
    ------
    TypeError, ValueError
        If p or t are not such, or s = 0 and an example has neither region nor probability, which would be 0 / 0.

    Notes
    -----
    The denominator is linear in p; Milletari et al. square p and t there. Pixels that are rightly 0 do
    not enter it, so that a small region is not outvoted. Derivation:
    ``chapters/practice/applications.ipynb#eq-dice-gradient``.

    References
    ----------
    F. Milletari, N. Navab, S.-A. Ahmadi, V-Net, arXiv:1606.04797 (2016).

    Examples
    --------
    >>> print(dice_loss([[1.0, 1.0, 0.0]], [[1, 0, 0]], smooth=0).round(4))
    [0.3333]
    """
    p, shared, sizes, _ = _sums("dice_loss", probabilities, target, smooth)
    return (1 - shared / sizes).reshape(len(p)).astype(p.dtype)


def dice_loss_grad(probabilities: Any, target: Any, *, smooth: float = 1.0) -> np.ndarray:
    """Gradient with respect to the probabilities, ∂L/∂pᵢ = (N − 2 tᵢ D) / D², with N / D the fraction in the loss.

    Otherwise as `dice_loss`.

    Returns
    -------
    ndarray of probabilities' shape and dtype
        Row i is the gradient of example i's loss: one number on all pixels outside, another on all inside.

    Examples
    --------
    >>> print(dice_loss_grad([[1.0, 1.0, 0.0]], [[1, 0, 0]], smooth=0).round(4))
    [[-0.4444  0.2222  0.2222]]
    """
    p, shared, sizes, t = _sums("dice_loss_grad", probabilities, target, smooth)
    return ((shared / sizes - 2 * t) / sizes).astype(p.dtype)


def dice_loss_vjp(g: Any, probabilities: Any, target: Any, *, smooth: float = 1.0) -> np.ndarray:
    """Pull the cotangent g back through dice_loss: gᵢ ∂lossᵢ/∂probabilitiesᵢ.

    Otherwise as `dice_loss`.

    Parameters
    ----------
    g : array_like of shape (n,)
        Cotangent: ∂L/∂lossᵢ; 1/n for the mean.

    Returns
    -------
    ndarray of probabilities' shape and dtype
        ∂L/∂probabilities. Targets are data and get none.

    Examples
    --------
    >>> print(dice_loss_vjp([2.0], [[1.0, 1.0, 0.0]], [[1, 0, 0]], smooth=0).round(4))
    [[-0.8889  0.4444  0.4444]]
    """
    p, shared, sizes, t = _sums("dice_loss_vjp", probabilities, target, smooth)
    return pull_back("dice_loss_vjp", g, ((shared / sizes - 2 * t) / sizes).astype(p.dtype))


def _kept(values: Any) -> Any:
    kind = np.asarray(values).dtype
    return kind if kind.kind == "f" else np.float64


def _boxes(function: str, argument: str, boxes: Any) -> tuple[np.ndarray, np.ndarray]:
    """The corners and the areas, in float64 at least."""
    given = as_array(function, argument, boxes, shape=(None, 4))
    corners = given.astype(wide(given.dtype), copy=False)
    with np.errstate(over="ignore"):
        sides = corners[:, 2:] - corners[:, :2]
        areas = sides.prod(axis=1)
    bad = (sides <= 0).any(axis=1) | ~(np.isfinite(2 * areas) & (areas > 0))
    if bad.any():
        row = int(np.argmax(bad))
        hint = "each row is left, top, right, bottom; a width and a height are added to the corner first"
        expected = "boxes (x₁, y₁, x₂, y₂) with x₁ < x₂ and y₁ < y₂, of finite area"
        raise fail(function, argument, expected, f"{given[row].tolist()} in row {row}", hint)
    return corners, areas


def _sums(
    function: str, probabilities: Any, target: Any, smooth: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """p, then 2 Σ pt + s and Σ p + Σ t + s of each example (with axes to broadcast), and t."""
    p, t = as_array(function, "probabilities", probabilities), as_array(function, "target", target)
    if p.ndim < 2:
        hint = "wrap a single mask: p[None]"
        raise fail(function, "probabilities", "of shape (n, *spatial)", f"shape {p.shape}", hint)
    same_shape(function, {"probabilities": p, "target": t})
    for name, values in (("probabilities", p), ("target", t)):
        if values.min() < 0 or values.max() > 1:
            worst = values.min() if values.min() < 0 else values.max()
            hint = "pass sigmoid(logits)" if name == "probabilities" else ""
            raise fail(function, name, "in [0, 1]", f"{worst:g}", hint)
    s = as_scalar(function, "smooth", smooth, low=0)
    axes = tuple(range(1, p.ndim))
    shared = 2 * total(p * t.astype(wide(p.dtype)), axes, keepdims=True) + s
    sizes = total(p, axes, keepdims=True) + total(t, axes, keepdims=True) + s
    if (sizes == 0).any():
        raise fail(function, "smooth", "> 0 where an example has no region and no probability", "0")
    return p, shared, sizes, t
