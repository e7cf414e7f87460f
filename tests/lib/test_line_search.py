"""dlmath_lib.optimizers: backtracking, the exact line search of a quadratic, and Newton's step."""

import numpy as np
import pytest
import scipy.optimize
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from dlmath_lib.optimizers import backtracking_line_search, exact_line_search, newton_step

VALLEY = np.diag([1.0, 9.0])


def symmetric(rng, curvatures):
    basis, _ = np.linalg.qr(rng.normal(size=(len(curvatures), len(curvatures))))
    matrix = basis @ np.diag(curvatures) @ basis.T
    return (matrix + matrix.T) / 2


def test_backtracking_by_hand():
    # 10x² from 1: with −20 as direction, x + αp = 1 − 20α is lower for α < 1/10; 1/16 is the first of 1, ½, ¼, …
    assert backtracking_line_search(lambda x: 10 * x**2, 1.0, 20.0) == 1 / 16
    # With c = ½ the condition is α ≤ 1/β = 1/20 and 1/32 the first; with c = 0.9 it is α ≤ 0.2/20 and 1/128.
    assert backtracking_line_search(lambda x: 10 * x**2, 1.0, 20.0, decrease=0.5) == 1 / 32
    assert backtracking_line_search(lambda x: 10 * x**2, 1.0, 20.0, decrease=0.9) == 1 / 128
    assert backtracking_line_search(lambda x: 10 * x**2, 1.0, 20.0, start=0.09) == 0.09
    assert backtracking_line_search(lambda x: 10 * x**2, 1.0, 20.0, shrink=0.1) == 0.1**2
    assert backtracking_line_search(lambda x: 10 * x**2, 1.0, 20.0, direction=-1.0) == 1.0


@given(
    beta=st.floats(0.01, 1e3), start=st.floats(0.01, 1e3), decrease=st.floats(0.01, 0.99), shrink=st.floats(0.1, 0.9)
)
def test_backtracking_takes_the_first_that_passes(beta, start, decrease, shrink):
    length = backtracking_line_search(
        lambda x: beta / 2 * x**2, 1.0, beta, start=start, decrease=decrease, shrink=shrink
    )
    limit = 2 * (1 - decrease) / beta
    assert length <= limit * (1 + 1e-6)
    assert length == start or length > shrink * limit * (1 - 1e-6)


@pytest.mark.parametrize("shape", [(), (3,), (2, 2)])
def test_backtracking_takes_any_shape_and_changes_nothing(shape):
    x, g = np.full(shape, 2.0), np.full(shape, 8.0)

    def spoils(point):
        value = float(2 * np.sum(point**2))
        point *= 0
        return value

    length = backtracking_line_search(spoils, x, g)
    assert type(length) is float and length == 0.25
    assert (x == 2).all() and (g == 8).all()


def test_backtracking_walks_past_values_that_are_no_numbers():
    with np.errstate(invalid="ignore"):
        length = backtracking_line_search(lambda x: x - np.log(x), 0.1, 1 - 10.0, start=4.0)
        assert 0.1 + 9 * length < 4
        assert backtracking_line_search(lambda x: np.sqrt(x), 1.0, 0.5, start=16.0) == 2.0
    assert backtracking_line_search(lambda x: x**2, 1.0, 2.0, start=1e308) < 1


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_line_searches_compute_in_float64(dtype):
    g = np.array([300.0, 300.0], dtype)
    assert exact_line_search(g, VALLEY.astype(dtype)) == pytest.approx(0.2)
    assert backtracking_line_search(lambda x: float(x @ x), g, 2 * g, decrease=0.5) == 0.5


def test_exact_by_hand():
    assert exact_line_search([9.0, 9.0], VALLEY) == pytest.approx(0.2)
    assert exact_line_search([1.0, 0.0], VALLEY) == 1.0
    assert exact_line_search([0.0, 1.0], VALLEY) == pytest.approx(1 / 9)
    assert exact_line_search([9.0, 9.0], VALLEY, direction=[-1.0, -1.0]) == pytest.approx(1.8)


@pytest.mark.parametrize("seed", range(5))
def test_exact_against_scipy_and_laws(seed):
    rng = np.random.default_rng(seed)
    a, x = symmetric(rng, rng.uniform(0.5, 20, size=4)), rng.normal(size=4)
    for direction in (None, -rng.uniform(0.1, 1, size=4) * (a @ x)):
        p = -a @ x if direction is None else direction
        length = exact_line_search(a @ x, a, direction=direction)
        found = scipy.optimize.minimize_scalar(lambda t, p=p: (x + t * p) @ a @ (x + t * p), bracket=(0, 1))
        np.testing.assert_allclose(length, found.x, rtol=1e-6)
        np.testing.assert_allclose((a @ (x + length * p)) @ p, 0, atol=1e-10)
    low, high = np.linalg.eigvalsh(a)[[0, -1]]
    assert 1 / high <= exact_line_search(a @ x, a) <= 1 / low


def test_exact_agrees_with_sympy():
    g1, g2, a, b, c, t = sp.symbols("g1 g2 a b c t", positive=True)
    model = -t * (g1**2 + g2**2) + t**2 / 2 * (a * g1**2 + 2 * b * g1 * g2 + c * g2**2)
    (best,) = sp.solve(sp.diff(model, t), t)
    values = {g1: 2, g2: 3, a: 5, b: 1, c: 4}
    assert exact_line_search([2, 3], [[5, 1], [1, 4]]) == pytest.approx(float(best.subs(values)))


def test_newton_by_hand():
    assert newton_step([9.0, 1.0], [9.0, 9.0], VALLEY).tolist() == [0, 0]
    assert newton_step([1.0, 1.0], [1.0, -1.0], np.diag([1.0, -1.0])).tolist() == [0, 0]  # a saddle
    assert newton_step([1.0, 1.0], [1.0, -1.0], np.diag([1.0, -1.0]), damping=3.0).tolist() == [0.75, 1.5]


@pytest.mark.parametrize("seed", range(5))
def test_newton_arrives_on_a_quadratic(seed):
    rng = np.random.default_rng(seed)
    a, x, at = symmetric(rng, [0.1, 1, 50, -3]), rng.normal(size=4), rng.normal(size=4)
    np.testing.assert_allclose(newton_step(x, a @ (x - at), a), at, atol=1e-12)
    far = newton_step(x, a @ (x - at), a, damping=1e8)
    np.testing.assert_allclose(far, x - a @ (x - at) / 1e8, atol=1e-12)


def test_newton_against_scipy():
    slope, bend = (lambda u: u**3 + u - 1), (lambda u: 3 * u**2 + 1)
    theirs = scipy.optimize.newton(slope, 0.7, fprime=bend, maxiter=1, disp=False)
    assert newton_step([0.7], [slope(0.7)], [[bend(0.7)]])[0] == pytest.approx(theirs)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_newton_keeps_the_type(dtype):
    x = np.array([1, 2], dtype)
    moved = newton_step(x, np.array([3.0, 4.0]), VALLEY)
    assert moved.dtype == dtype and x.tolist() == [1, 2]
    assert newton_step([1, 2], [3, 4], VALLEY).dtype == np.float64


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: backtracking_line_search(3, 1.0, 1.0), TypeError, "function must be a function"),
        (lambda: backtracking_line_search(lambda x: x, 1.0, 0.0), ValueError, "at a stationary point there is no step"),
        (lambda: backtracking_line_search(lambda x: x, 1.0, 1.0, direction=1.0), ValueError, "direction must be such"),
        (lambda: backtracking_line_search(lambda x: x**2, 1.0, -2.0), ValueError, "gradient must be such that some"),
        (lambda: backtracking_line_search(lambda x: [x, x], 1.0, 1.0), ValueError, r"function\(parameter\) must be"),
        (lambda: backtracking_line_search(lambda x: x, 1.0, 1.0, decrease=1), ValueError, "decrease must be"),
        (lambda: backtracking_line_search(lambda x: x, 1.0, 1.0, shrink=0), ValueError, "shrink must be > 0"),
        (lambda: backtracking_line_search(lambda x: np.nan, 1.0, 1.0), ValueError, "must be finite"),
        (lambda: exact_line_search([1.0, 2.0], np.diag([-1.0, 0.1])), ValueError, "hessian must be of positive curv"),
        (lambda: exact_line_search([1.0, 2.0], np.zeros((2, 2))), ValueError, "hessian must be of positive curvature"),
        (lambda: exact_line_search([1.0, 2.0], [[1, 2], [0, 1]]), ValueError, "hessian must be symmetric"),
        (lambda: exact_line_search([1.0, 2.0], np.eye(3)), ValueError, "hessian must"),
        (lambda: exact_line_search([0.0, 0.0], np.eye(2)), ValueError, "at a stationary point"),
        (lambda: newton_step([1.0, 2.0], [1.0, 2.0], np.diag([1.0, 0.0])), ValueError, "hessian must be invertible"),
        (lambda: newton_step([1.0, 2.0], [1.0], np.eye(2)), ValueError, "gradient must be of the same shape"),
        (lambda: newton_step([1.0], [1.0], [[1.0]], damping=-1), ValueError, "damping must be"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
