"""Matrix factorisation by SGD: one step by hand, the truncated SVD where all entries are known, gaps, refusals."""

import numpy as np
import pytest

from dlmath_lib.calculus import numerical_gradient
from dlmath_lib.linalg import low_rank
from dlmath_lib.linear_models import matrix_factorization

RNG = np.random.default_rng(4)
ROWS, COLUMNS = (a.ravel() for a in np.mgrid[:6, :5])


def fit(i, j, r, **options):
    defaults = {"shape": (6, 5), "rank": 2, "learning_rate": 0.02, "epochs": 400, "rng": np.random.default_rng(0)}
    return matrix_factorization(i, j, r, **defaults | options)


def test_one_step_is_a_gradient_step_on_the_entry():
    draws = np.random.default_rng(9)
    u, v = 0.5 * draws.normal(size=(6, 2)), 0.5 * draws.normal(size=(5, 2))
    found = fit([3], [1], [2.0], epochs=1, rng=np.random.default_rng(9), start=0.5, penalty=0.3, learning_rate=0.1)

    def loss(x):
        return (2.0 - x[:2] @ x[2:]) ** 2 / 2 + 0.15 * x @ x

    both = np.concatenate([u[3], v[1]])
    moved = both - 0.1 * numerical_gradient(loss, both)
    np.testing.assert_allclose(np.concatenate([found.users[3], found.items[1]]), moved, rtol=1e-8)
    np.testing.assert_allclose(found.errors, [(2.0 - u[3] @ v[1]) ** 2], rtol=1e-12)
    others = np.arange(6) != 3
    np.testing.assert_array_equal(found.users[others], u[others])


def test_with_all_entries_known_it_comes_to_the_truncated_svd():
    table = RNG.normal(size=(6, 2)) @ RNG.normal(size=(2, 5)) + 0.1 * RNG.normal(size=(6, 5))
    found = fit(ROWS, COLUMNS, table[ROWS, COLUMNS], learning_rate=0.01, epochs=3000)
    best = low_rank(table, 2)
    least = np.mean((table - best) ** 2)
    reached = np.mean((table - found.users @ found.items.T) ** 2)
    assert least <= reached * (1 + 1e-9) and reached < 1.05 * least
    np.testing.assert_allclose(found.users @ found.items.T, best, atol=0.05)


def test_hidden_entries_of_a_table_of_low_rank_are_predicted():
    rng = np.random.default_rng(1)
    table = rng.normal(size=(20, 1)) @ rng.normal(size=(1, 15))
    known = rng.random(table.shape) < 0.6
    i, j = np.nonzero(known)
    found = fit(i, j, table[known], shape=table.shape, rank=1, learning_rate=0.05, epochs=300)
    hidden = (table - found.users @ found.items.T)[~known]
    assert np.sqrt(np.mean(hidden**2)) < 0.05 * np.sqrt(np.mean(table[~known] ** 2))


def test_a_penalty_shortens_the_factors_and_the_seed_decides_the_run():
    r = RNG.normal(size=30)
    free, held = fit(ROWS, COLUMNS, r), fit(ROWS, COLUMNS, r, penalty=0.5)
    assert np.linalg.norm(held.users) < np.linalg.norm(free.users)
    np.testing.assert_array_equal(free.users, fit(ROWS, COLUMNS, r).users)
    assert "rank 2" in repr(free) and len(free.errors) == 400


def test_refusals():
    with pytest.raises(ValueError, match="the steps diverge in pass"):
        fit(ROWS, COLUMNS, np.full(30, 100.0), learning_rate=1.0)
    with pytest.raises(ValueError, match="rows must be in 0 … 5, as in shape, got 6"):
        fit(ROWS + 1, COLUMNS, np.ones(30))
    with pytest.raises(TypeError, match=r"shape must be \(m, n\)"):
        fit(ROWS, COLUMNS, np.ones(30), shape=6)
    with pytest.raises(ValueError, match="start must be > 0"):
        fit(ROWS, COLUMNS, np.ones(30), start=0)
