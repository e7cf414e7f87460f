"""Angles, projections, hyperplanes, rotations and reflections, against mpmath, SciPy and NumPy."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.linalg
import scipy.spatial.distance
from scipy.spatial.transform import Rotation

from dlmath_lib.linalg import (
    angle,
    cosine_similarity,
    hyperplane_distance,
    norm,
    projection,
    reflection,
    rotation,
)
from tests.lib.matrices import ANY, EPS


def test_by_hand() -> None:
    assert angle([1.0, 0.0], [0.0, 2.0]) == pytest.approx(np.pi / 2, rel=1e-15, abs=0)
    assert angle([1.0, 2.0], [2.0, 4.0]) == 0
    assert angle([1.0, 0.0], [-3.0, 0.0]) == pytest.approx(np.pi, rel=1e-15, abs=0)
    assert cosine_similarity([3.0, 0.0], [1.0, 1.0]) == pytest.approx(0.5**0.5)
    np.testing.assert_allclose(projection([2.0, 3.0], [1.0, 1.0]), [2.5, 2.5])
    np.testing.assert_allclose(hyperplane_distance([[3.0, 4.0], [0.0, 0.0]], [3.0, 4.0], -5), [4, -1])
    assert hyperplane_distance([3.0, 4.0], [3.0, 4.0], -5) == pytest.approx(4)
    np.testing.assert_allclose(rotation(np.pi / 6) @ [1, 0], [3**0.5 / 2, 0.5])
    np.testing.assert_allclose(reflection([1.0, 1.0]), [[0, -1], [-1, 0]], atol=1e-16)


@pytest.mark.parametrize("theta", [1e-300, 1e-16, 1e-12, 1e-8, 1e-4, 0.7, np.pi / 2, 3.0])
@pytest.mark.parametrize("turned", [False, True])
def test_small_and_large_angles_against_mpmath(theta: float, turned: bool) -> None:
    # cos and sin of the float64 theta, rounded: the exact angle is that of the rounded vectors.
    x, y = np.array([1.0, 0.0]), np.array([np.cos(theta), np.sin(theta)]) * (-1 if turned else 1)
    with mpmath.workdps(400):
        exact = mpmath.atan2(abs(mpmath.mpf(y[1])), mpmath.mpf(y[0]))
    assert angle(x, y) == pytest.approx(float(exact), rel=4e-16, abs=0)
    scaled = 1e-200 * y  # 1e-300 becomes 0 there, and the angle with it
    wanted = float(exact) if scaled[1] else 0 if y[0] > 0 else np.pi
    assert angle(1e200 * x, scaled) == pytest.approx(wanted, rel=1e-13, abs=0)


def test_the_inverse_cosine_loses_half_of_the_digits() -> None:
    x, y = np.array([1.0, 0.0]), np.array([1.0, 1e-9])
    assert np.arccos(cosine_similarity(x, y)) == 0
    assert angle(x, y) == pytest.approx(1e-9, rel=1e-15, abs=0)


def test_cosine_is_scipys() -> None:
    rng = np.random.default_rng(4)
    for x, y in rng.standard_normal((50, 2, 6)):
        assert cosine_similarity(x, y) == pytest.approx(1 - scipy.spatial.distance.cosine(x, y), abs=1e-14)
        assert np.cos(angle(x, y)) == pytest.approx(cosine_similarity(x, y), abs=1e-14)
        assert -1 <= cosine_similarity(x, x * rng.uniform(-2, 2)) <= 1


@pytest.mark.parametrize("name", [n for n in ANY if n not in ("huge", "tiny")])
def test_projections_on_column_spaces(name: str) -> None:
    a = ANY[name]
    rng = np.random.default_rng(5)
    x = rng.standard_normal(len(a))
    nearest = projection(x, a)
    scaled = a / np.maximum(np.linalg.norm(a, axis=0), 1e-300)
    assert np.abs(a.T @ (x - nearest)).max() <= 100 * len(a) * EPS * np.abs(a).max() * norm(x)
    assert norm(projection(nearest, a) - nearest) <= 1e-13 * norm(x)
    if np.linalg.cond(scaled) < 1e6 or name in ("rank 1", "rank 3 of 7", "rank 4 tall", "one to nine"):
        np.testing.assert_allclose(nearest, a @ (np.linalg.pinv(a) @ x), atol=1e-11 * norm(x))


def test_projection_on_nearly_dependent_columns_is_orthogonal_to_rounding() -> None:
    a = np.vander(np.linspace(0, 1, 30), 12)  # κ near 1e9
    x = np.random.default_rng(6).standard_normal(30)
    q = scipy.linalg.qr(a, mode="economic", pivoting=True)[0]
    np.testing.assert_allclose(projection(x, a), q @ (q.T @ x), atol=1e-13)


def test_projection_extremes() -> None:
    assert projection([2.0], [5.0]).tolist() == [2]
    assert projection([1.0, 2.0], np.zeros((2, 3))).tolist() == [0, 0]
    np.testing.assert_allclose(projection([1e300, 1e300], [1e300, 0.0]), [1e300, 0])
    np.testing.assert_allclose(projection([1e-300, 1e-300], [1e-300, 1e-300]), [1e-300, 1e-300])
    assert projection(np.zeros(2), [1.0, 1.0]).tolist() == [0, 0]


@pytest.mark.parametrize("size", [2, 3, 5])
def test_rotations_and_reflections_are_orthogonal(size: int) -> None:
    rng = np.random.default_rng(7)
    for first, second in ((0, 1), (size - 1, 0)):
        q = rotation(0.7, size=size, plane=(first, second))
        np.testing.assert_allclose(q.T @ q, np.eye(size), atol=4 * EPS)
        assert np.linalg.det(q) == pytest.approx(1)
        assert angle(q[:, first], np.eye(size)[first]) == pytest.approx(0.7)
        np.testing.assert_allclose(q @ rotation(-0.7, size=size, plane=(first, second)), np.eye(size), atol=4 * EPS)
    normal = rng.standard_normal(size)
    mirror = reflection(normal * 1e200)
    np.testing.assert_allclose(mirror @ mirror, np.eye(size), atol=8 * EPS)
    np.testing.assert_allclose(mirror @ normal, -normal, rtol=1e-13)
    assert np.linalg.det(mirror) == pytest.approx(-1)
    across = rng.standard_normal(size)
    across -= projection(across, normal)
    np.testing.assert_allclose(mirror @ across, across, atol=1e-14)


def test_rotation_is_scipys() -> None:
    np.testing.assert_allclose(rotation(0.4, size=3), Rotation.from_euler("z", 0.4).as_matrix(), atol=1e-16)
    np.testing.assert_allclose(
        rotation(0.4, size=3, plane=(1, 2)), Rotation.from_euler("x", 0.4).as_matrix(), atol=1e-16
    )


def test_hyperplane_distance_is_the_nearest_point() -> None:
    rng = np.random.default_rng(8)
    x, w, b = rng.standard_normal((10, 4)), rng.standard_normal(4), 0.7
    signed = hyperplane_distance(x, w, b)
    foot = x - np.outer(signed, w / np.linalg.norm(w))
    np.testing.assert_allclose(foot @ w + b, 0, atol=1e-14)
    np.testing.assert_allclose(hyperplane_distance(x, 1e200 * w, 1e200 * b), signed, rtol=1e-13)
    assert (np.sign(signed) == np.sign(x @ w + b)).all()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype_is_kept(dtype: str) -> None:
    x, y = np.array([3, -4], dtype), np.array([1, 2], dtype)
    for result in (angle(x, y), cosine_similarity(x, y), projection(x, y), projection(x, np.stack([x, y]).T)):
        assert result.dtype == dtype
    assert reflection(x).dtype == hyperplane_distance(np.stack([x, y]), x, 0.5).dtype == dtype


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: angle([0.0, 0.0], [1.0, 0.0]), "angle: x must be a non-zero vector, got zeros alone.*no direction"),
        (lambda: cosine_similarity([1.0, 0.0], [0.0, 0.0]), "cosine_similarity: y must be a non-zero vector"),
        (lambda: angle([1.0, 0.0], [1.0]), "angle: y must be of the same shape as x"),
        (lambda: projection([1.0, 2.0], [0.0, 0.0]), "projection: onto must be a non-zero vector"),
        (lambda: projection([1.0, 2.0], [[1.0], [2.0], [3.0]]), r"projection: onto must be of shape \(2, any\)"),
        (lambda: projection([1.0, 2.0], [1.0, 2.0, 3.0]), "projection: onto must be of the same shape as x"),
        (lambda: projection([], []), "projection: x must be non-empty"),
        (lambda: hyperplane_distance([[1.0]], [0.0], 1.0), "hyperplane_distance: weight must be a non-zero vector"),
        (lambda: hyperplane_distance([[1.0, 2.0]], [1.0], 1.0), r"hyperplane_distance: x must be of shape \(1, 1\)"),
        (lambda: reflection([0.0]), "reflection: normal must be a non-zero vector"),
        (lambda: rotation(0.1, size=1), "rotation: size must be ≥ 2"),
        (lambda: rotation(0.1, plane=(0, 2)), "rotation: plane must be two different axes from 0 to 1"),
        (lambda: rotation(0.1, plane=(1, 1)), "rotation: plane must be two different axes"),
    ],
)
def test_what_is_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()  # type: ignore[operator]
