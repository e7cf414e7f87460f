"""Weight penalties: by hand, against scikit-learn, by their laws, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sklearn.linear_model import ElasticNet, Lasso, MultiTaskLasso, Ridge, enet_path

from dlmath_lib.datasets import diabetes
from dlmath_lib.probability import ridge, soft_threshold
from dlmath_lib.regularization import (
    coordinate_descent,
    degrees_of_freedom,
    duality_gap,
    elastic_net,
    elastic_net_path,
    elastic_net_penalty,
    elastic_net_prox,
    group_lasso,
    group_penalty,
    group_prox,
    hard_threshold,
    l0_penalty,
    l1_penalty,
    l2_penalty,
    lambda_max,
    lasso,
    lasso_path,
    proximal_gradient,
    ridge_path,
)

RNG = np.random.default_rng(5)
DATA = diabetes()
X, Y = (DATA.x - DATA.x.mean(axis=0)) / DATA.x.std(axis=0), DATA.y
SMALL = RNG.normal(size=(12, 4)) + 3.0
TARGET = SMALL @ [2.0, 0.0, -1.0, 0.0] + RNG.normal(size=12) + 5.0
vectors = some.lists(some.floats(-50, 50), min_size=3, max_size=3).map(np.array)


def objective(x: Any, y: Any, w: Any, penalty: float, ratio: float) -> float:
    return float(np.sum((y - x @ w) ** 2) / (2 * len(y)) + penalty * elastic_net_penalty(w, l1_ratio=ratio))


def test_by_hand() -> None:
    w = [3.0, -4.0, 0.0]
    assert (l1_penalty(w), l2_penalty(w), l0_penalty(w)) == (7, 12.5, 2)
    assert elastic_net_penalty(w, l1_ratio=0.2) == pytest.approx(0.2 * 7 + 0.8 * 12.5)
    assert group_penalty(w, groups=[1, 1, 0]) == pytest.approx(5 * np.sqrt(2))
    np.testing.assert_array_equal(hard_threshold([3.0, -0.5, -1.0, 1.5], 1.0), [3, 0, 0, 1.5])
    np.testing.assert_allclose(elastic_net_prox([3.5, -6.0, 0.9], 4.0, l1_ratio=0.25), [0.625, -1.25, 0])
    np.testing.assert_allclose(group_prox([3.0, 4.0, 0.5], 2 / np.sqrt(2), groups=[4, 4, 2]), [1.8, 2.4, 0])
    assert degrees_of_freedom([[3.0, 0.0], [0.0, 1.0]], penalty=1.0) == pytest.approx(1.4)
    assert lambda_max([[-1.0, 0.0], [1.0, 0.0]], [1.0, 7.0], l1_ratio=0.5) == 6
    found = elastic_net([[-1.0], [1.0]], [1.0, 7.0], penalty=2.0, l1_ratio=0.5)
    assert (found.weights.tolist(), found.intercept) == ([1.0], 4.0)


def test_special_cases_agree() -> None:
    z = RNG.normal(size=7)
    np.testing.assert_allclose(elastic_net_prox(z, 0.6, l1_ratio=1.0), soft_threshold(z, 0.6))
    np.testing.assert_allclose(elastic_net_prox(z, 0.6, l1_ratio=0.0), z / 1.6)
    np.testing.assert_allclose(group_prox(z, 0.6, groups=np.arange(7)), soft_threshold(z, 0.6), atol=1e-15)
    assert group_penalty(z, groups=np.arange(7)) == pytest.approx(l1_penalty(z))
    one = lasso(SMALL, TARGET, penalty=0.2, tolerance=1e-14)
    alone = group_lasso(SMALL, TARGET, penalty=0.2, groups=[3, 2, 1, 0], tolerance=1e-14)
    np.testing.assert_allclose(alone.weights, one.weights, atol=1e-7)
    assert alone.intercept == pytest.approx(one.intercept, rel=1e-6, abs=0)


@pytest.mark.parametrize("ratio", [1.0, 0.7, 0.1])
@pytest.mark.parametrize("penalty", [40.0, 2.0, 0.05])
def test_lasso_and_elastic_net_of_scikit_learn(ratio: float, penalty: float) -> None:
    outside = ElasticNet(alpha=penalty, l1_ratio=ratio, tol=1e-14, max_iter=100_000).fit(X, Y)
    found = elastic_net(X, Y, penalty=penalty, l1_ratio=ratio, tolerance=1e-14)
    np.testing.assert_allclose(found.weights, outside.coef_, atol=1e-6)
    assert found.intercept == pytest.approx(outside.intercept_, abs=1e-8)
    assert 0 <= found.gap <= 1e-14 * np.var(Y) / 2
    if ratio == 1:
        np.testing.assert_array_equal(lasso(X, Y, penalty=penalty, tolerance=1e-14).weights, found.weights)
        np.testing.assert_allclose(
            Lasso(alpha=penalty, tol=1e-14, max_iter=100_000).fit(X, Y).coef_, found.weights, atol=1e-6
        )


@pytest.mark.parametrize("penalty", [0.01, 1.0, 100.0])
def test_ridge_is_the_elastic_net_without_l1_and_n_times_the_penalty(penalty: float) -> None:
    n, centred = len(Y), Y - Y.mean()
    found = elastic_net(X, Y, penalty=penalty, l1_ratio=0.0, tolerance=1e-14)
    outside = Ridge(alpha=n * penalty).fit(X, Y)
    np.testing.assert_allclose(found.weights, outside.coef_, atol=1e-6)
    np.testing.assert_allclose(ridge(X, centred, penalty=n * penalty), outside.coef_, rtol=1e-9)
    np.testing.assert_allclose(ridge_path(X, centred, penalties=[1.0, n * penalty])[1], outside.coef_, rtol=1e-9)


def test_the_path_of_scikit_learn() -> None:
    penalties = lambda_max(X, Y, l1_ratio=0.5) * np.geomspace(1, 1e-3, 30)
    found = elastic_net_path(X, Y, penalties=penalties, l1_ratio=0.5, tolerance=1e-12)
    _, outside, _ = enet_path(X, Y - Y.mean(), l1_ratio=0.5, alphas=penalties, tol=1e-12, max_iter=100_000)
    np.testing.assert_allclose(found.weights, outside.T, atol=1e-5)
    np.testing.assert_allclose(found.intercepts, Y.mean())
    assert not found.weights[0].any() and found.weights[1].any()
    alone = lasso(X, Y, penalty=penalties[7])
    path = lasso_path(X, Y, penalties=penalties)
    np.testing.assert_allclose(path.weights[7], alone.weights, atol=1e-5)
    assert path.weights.shape == (30, 10) and path.gaps.shape == (30,) and path.sweeps < 30 * 60


def test_the_group_lasso_is_scikit_learns_lasso_of_several_tasks() -> None:
    tasks, n, d = 3, 40, 6
    x = RNG.normal(size=(n, d))
    x -= x.mean(axis=0)
    y = x[:, :2] @ RNG.normal(size=(2, tasks)) + RNG.normal(size=(n, tasks))
    y -= y.mean(axis=0)
    outside = MultiTaskLasso(alpha=0.3, fit_intercept=False, tol=1e-13, max_iter=100_000).fit(x, y).coef_
    groups = np.tile(np.arange(d), tasks)
    stacked, penalty = np.kron(np.eye(tasks), x), 0.3 / tasks / np.sqrt(tasks)
    found = group_lasso(stacked, y.T.ravel(), penalty=penalty, groups=groups, tolerance=1e-14)
    np.testing.assert_allclose(found.weights.reshape(tasks, d), outside, atol=1e-7)
    assert 0 < np.count_nonzero(~outside.any(axis=0)) < d


@given(vectors, vectors, some.floats(0, 5), some.floats(0, 1))
@settings(deadline=None)
def test_nothing_is_better_than_a_proximal_map(z: Any, other: Any, t: float, ratio: float) -> None:
    groups = [0, 1, 0]

    def check(w: Any, penalty: Any) -> None:
        for rival in (other, z, np.zeros(3), w + 1e-3 * other):
            best, second = (np.sum((v - z) ** 2) / 2 + penalty(v) for v in (w, rival))
            assert best <= second + 1e-9 * (1 + abs(second))

    check(elastic_net_prox(z, t, l1_ratio=ratio), lambda v: t * elastic_net_penalty(v, l1_ratio=ratio))
    check(group_prox(z, t, groups=groups), lambda v: t * group_penalty(v, groups=groups))
    check(hard_threshold(z, t), lambda v: t * t / 2 * l0_penalty(v))


@pytest.mark.parametrize("ratio", [1.0, 0.5, 0.0])
def test_the_gap_bounds_the_distance_to_the_minimum(ratio: float) -> None:
    penalty = 0.3
    best = coordinate_descent(SMALL, TARGET, penalty=penalty, l1_ratio=ratio, tolerance=1e-15)
    lowest = objective(SMALL, TARGET, best.weights, penalty, ratio)
    assert best.converged
    for w in (*RNG.normal(size=(20, 4)), np.zeros(4), best.weights, best.weights + 1e-3, 1e6 * best.weights):
        above = objective(SMALL, TARGET, w, penalty, ratio) - lowest
        gap = duality_gap(SMALL, TARGET, w, penalty=penalty, l1_ratio=ratio)
        assert above <= gap + 1e-12 * lowest
    assert duality_gap(SMALL, TARGET, np.zeros(4), penalty=penalty, l1_ratio=ratio) > 1


@pytest.mark.parametrize("accelerated", [False, True])
@pytest.mark.parametrize("ratio", [1.0, 0.5])
def test_proximal_gradient_comes_to_the_same_weights(accelerated: bool, ratio: float) -> None:
    x, y, n, penalty = X, Y - Y.mean(), len(Y), 5.0
    rate = n / np.linalg.norm(x, 2) ** 2
    found = proximal_gradient(
        lambda w: x.T @ (x @ w - y) / n,
        lambda z, t: elastic_net_prox(z, t * penalty, l1_ratio=ratio),
        np.zeros(10),
        learning_rate=rate,
        steps=3000,
        tolerance=1e-9,
        accelerated=accelerated,
    )
    assert found.converged and found.moves[-1] <= 1e-9 and len(found.moves) == found.taken
    np.testing.assert_allclose(found.final, elastic_net(X, Y, penalty=penalty, l1_ratio=ratio).weights, atol=1e-6)
    values = [objective(x, y, w, penalty, ratio) for w in found.path]
    assert accelerated or (np.diff(values) <= 1e-9).all()


def test_acceleration_is_that_of_beck_and_teboulle() -> None:
    slow, fast = (
        proximal_gradient(lambda w: w, lambda z, t: z, [1.0], learning_rate=0.1, steps=3, accelerated=a).path.ravel()
        for a in (False, True)
    )
    np.testing.assert_allclose(slow, [1, 0.9, 0.81, 0.729])
    t1 = (1 + np.sqrt(5)) / 2
    t2 = (1 + np.sqrt(1 + 4 * t1**2)) / 2
    third = 0.9 * (0.81 + (t1 - 1) / t2 * (0.81 - 0.9))
    np.testing.assert_allclose(fast, [1, 0.9, 0.81, third])


def test_outcomes_of_a_proximal_descent() -> None:
    def descend(rate: float, steps: int, tolerance: float = 0.0) -> Any:
        return proximal_gradient(
            lambda w: w, lambda z, t: z, np.float32([1, 2]), learning_rate=rate, steps=steps, tolerance=tolerance
        )

    assert descend(0.5, 0).taken == 0 and descend(0.5, 2).reason == "step limit"
    assert descend(1.0, 5).converged and descend(1.0, 5).taken == 2 and descend(0.5, 2).path.dtype == np.float32
    runaway = descend(1e30, 50)
    assert runaway.reason == "not finite" and np.isfinite(runaway.path).all()
    assert repr(descend(0.5, 1)) == "ProximalDescent(step limit after 1 step)"


def test_dependent_columns() -> None:
    x = np.column_stack([SMALL, SMALL[:, 0], np.ones(12)])  # a copy, and a constant
    found = lasso(x, TARGET, penalty=0.1)
    one = lasso(SMALL, TARGET, penalty=0.1)
    np.testing.assert_allclose(x @ found.weights + found.intercept, SMALL @ one.weights + one.intercept, atol=1e-4)
    assert found.weights[5] == 0
    shared = elastic_net(x, TARGET, penalty=0.1, l1_ratio=0.5)
    assert shared.weights[0] == pytest.approx(shared.weights[4], rel=1e-6, abs=0) and shared.weights[5] == 0
    started = coordinate_descent(x * [1, 1, 1, 1, 1, 0], TARGET, penalty=0.1, start=np.full(6, 9.0))
    assert started.converged and started.weights[5] == 0


def test_squares_and_products_of_which_one_repeats_another() -> None:
    """Sex has two values, so that its standardised square is ±its column: sweeps alone took more than 10,000."""
    i, j = np.triu_indices(10)
    wide = np.hstack([X, X[:, i] * X[:, j]])
    wide = (wide - wide.mean(axis=0)) / wide.std(axis=0)
    for penalty in (3.0, 0.01):
        found = lasso(wide, Y, penalty=penalty, steps=200)
        gap = duality_gap(wide, Y - Y.mean(), found.weights, penalty=penalty)
        assert gap == pytest.approx(found.gap, abs=1e-8) and found.gap <= 1e-10 * np.var(Y) / 2


def test_lambda_max_is_where_the_first_weight_leaves_0() -> None:
    for ratio in (1.0, 0.3):
        edge = lambda_max(SMALL, TARGET, l1_ratio=ratio)
        at, below = (elastic_net(SMALL, TARGET, penalty=f * edge, l1_ratio=ratio).weights for f in (1.0, 0.999))
        assert not at.any() and np.count_nonzero(below) == 1
    assert lambda_max(SMALL, np.full(12, 3.0)) == 0
    assert not lasso(SMALL, np.full(12, 3.0), penalty=1e-3).weights.any()


def test_degrees_of_freedom_are_the_trace_of_the_hat_matrix() -> None:
    hat = SMALL @ np.linalg.solve(SMALL.T @ SMALL + 2.5 * np.eye(4), SMALL.T)
    assert degrees_of_freedom(SMALL, penalty=2.5) == pytest.approx(np.trace(hat))
    assert degrees_of_freedom(SMALL, penalty=1e-12) == pytest.approx(4)
    np.testing.assert_allclose(hat @ TARGET, SMALL @ ridge_path(SMALL, TARGET, penalties=[2.5])[0])


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_types_stay(dtype: Any) -> None:
    x, y, z = SMALL.astype(dtype), TARGET.astype(dtype), np.array([3.0, -0.5, 2.0], dtype)
    for value in (
        l1_penalty(z),
        l2_penalty(z),
        elastic_net_penalty(z, l1_ratio=0.5),
        group_penalty(z, groups=[0, 0, 1]),
    ):
        assert value.dtype == dtype
    for array in (
        elastic_net_prox(z, 0.5, l1_ratio=0.5),
        group_prox(z, 0.5, groups=[0, 0, 1]),
        hard_threshold(z, 1.0),
        lasso(x, y, penalty=0.1).weights,
        group_lasso(x, y, penalty=0.1, groups=[0, 0, 1, 1]).weights,
        coordinate_descent(x, y, penalty=0.1).weights,
        lasso_path(x, y, penalties=[0.1]).weights,
        ridge_path(x, y, penalties=[0.1]),
    ):
        assert array.dtype == dtype
    with pytest.raises(ValueError, match="l2_penalty: w must be of a size at which the result is finite in float16"):
        l2_penalty(np.float16([400, 0]))


def test_extremes() -> None:
    assert l1_penalty([1000.0, -1000.0]) == 2000 and l2_penalty(np.zeros((2, 2))) == 0
    assert group_penalty([1e200, 1e200], groups=[0, 0]) == pytest.approx(2e200)
    np.testing.assert_allclose(group_prox([3e200, 4e200, 0.0], 1.0, groups=[0, 0, 1]), [3e200, 4e200, 0])
    np.testing.assert_array_equal(group_prox([0.0, 0.0], 0.0, groups=[0, 0]), [0, 0])
    assert elastic_net_prox([], 1.0, l1_ratio=0.5).size == 0 and hard_threshold(-7.0, 1000.0) == 0
    assert elastic_net_penalty([1e200], l1_ratio=1.0) == 1e200


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: lasso(SMALL, TARGET, penalty=0),
            "lasso: penalty must be > 0, got 0: .*linalg.least_squares",
        ),
        (lambda: lasso(SMALL, TARGET, penalty=-1), "lasso: penalty must be > 0, got -1$"),
        (lambda: elastic_net(SMALL, TARGET, penalty=1, l1_ratio=1.5), "elastic_net: l1_ratio must be ≥ 0 and ≤ 1"),
        (lambda: lambda_max(SMALL, TARGET, l1_ratio=0), "lambda_max: l1_ratio must be > 0 and ≤ 1, got 0"),
        (lambda: lasso_path(SMALL, TARGET, penalties=[1.0, 0.0]), "lasso_path: penalties must be all > 0, got 0"),
        (
            lambda: group_lasso(SMALL, TARGET, penalty=1, groups=[0, 1, 1]),
            r"group_lasso: groups must be of shape \(4,\), the group's number .*: each weight belongs to one group",
        ),
        (lambda: group_prox([1.0], 1.0, groups=[-1]), "group_prox: groups must be numbers ≥ 0, got -1"),
        (
            lambda: lasso(X, Y, penalty=0.001, tolerance=1e-13, steps=2),
            "lasso: steps must be enough for a duality gap of at most 2.96e-10, got a gap of .* after 2 sweeps: raise",
        ),
        (
            lambda: group_lasso(X, Y, penalty=0.01, groups=np.arange(10) // 2, steps=2),
            "group_lasso: steps must be enough for a duality gap of at most .*, got a gap of .* after 2 sweeps",
        ),
        (
            lambda: lasso_path(X, Y, penalties=[0.001], steps=1, tolerance=1e-13),
            "lasso_path: steps must be enough for a duality gap",
        ),
        (lambda: lasso(1e160 * SMALL, TARGET, penalty=1), "lasso: x must be at most 1e150 in size, got .*: scale it"),
        (
            lambda: proximal_gradient(lambda w: w, lambda z, t: z[:1], [1.0, 2.0], learning_rate=1, steps=1),
            r"proximal_gradient: prox\(z, t\) must be of the same shape",
        ),
    ],
)
def test_what_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_running_out_of_sweeps_is_an_outcome_of_coordinate_descent() -> None:
    found = coordinate_descent(X, Y - Y.mean(), penalty=0.001, tolerance=1e-13, steps=3)
    assert (found.sweeps, found.converged) == (3, False) and found.gap > 1
    again = coordinate_descent(X, Y - Y.mean(), penalty=0.001, start=found.weights, tolerance=1e-13, steps=20)
    assert again.gap < found.gap
