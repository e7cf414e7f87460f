"""dlmath_lib.optimizers: the update rule, the loop, and the two formulas about quadratics."""

import numpy as np
import pytest
import scipy.optimize
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from dlmath_lib import vectors
from dlmath_lib.optimizers import best_learning_rate, contraction_factor, gradient_descent, sgd_step


def random_quadratic(rng, curvatures):
    """A symmetric matrix with these eigenvalues, in a random orthonormal basis."""
    basis, _ = np.linalg.qr(rng.normal(size=(len(curvatures), len(curvatures))))
    return basis @ np.diag(curvatures) @ basis.T


def test_step_by_hand():
    assert sgd_step([4.0, -2.0], [8.0, 1.0], learning_rate=0.25).tolist() == [2.0, -2.25]


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (2, 1, 4)])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_step_keeps_shape_and_dtype(shape, dtype):
    parameter = np.ones(shape, dtype)
    stepped = sgd_step(parameter, np.ones(shape, "float64"), learning_rate=0.5)
    assert isinstance(stepped, np.ndarray)
    assert stepped.shape == shape and stepped.dtype == dtype
    assert np.all(stepped == 0.5) and np.all(parameter == 1)


def test_step_takes_integers_and_lists():
    assert sgd_step([1, 2], [1, 1], learning_rate=1).dtype == np.float64
    assert sgd_step(3, 2, learning_rate=1) == 1.0


@pytest.mark.parametrize(
    ("parameter", "gradient", "learning_rate", "error", "message"),
    [
        (np.ones(3), np.ones((3, 1)), 0.1, ValueError, r"gradient must be of the same shape as parameter.*\(n, 1\)"),
        (np.ones(3), 1.0, 0.1, ValueError, "gradient must be of the same shape"),
        ([1.0, np.nan], [1.0, 1.0], 0.1, ValueError, "parameter must be finite"),
        ([1.0, 1.0], [1.0, np.inf], 0.1, ValueError, "gradient must be finite"),
        ([], [], 0.1, ValueError, "parameter must be non-empty"),
        ("one", [1.0], 0.1, TypeError, "parameter must be an array of numbers"),
        ([1j], [1.0], 0.1, TypeError, "parameter must be real"),
        ([[1.0], [1.0, 2.0]], [1.0], 0.1, ValueError, "rows of different lengths"),
        ([1.0], [1.0], 0.0, ValueError, "learning_rate must be > 0, got 0"),
        ([1.0], [1.0], -0.1, ValueError, "learning_rate must be > 0"),
        ([1.0], [1.0], np.nan, ValueError, "learning_rate must be finite"),
        ([1.0], [1.0], np.inf, ValueError, "learning_rate must be finite"),
        ([1.0], [1.0], "0.1", TypeError, "learning_rate must be a number"),
        ([1.0], [1.0], [0.1], TypeError, "learning_rate must be a number"),
        ([1.0], [1.0], None, TypeError, "learning_rate must be a number"),
    ],
)
def test_step_refuses(parameter, gradient, learning_rate, error, message):
    with pytest.raises(error, match=f"sgd_step: .*{message}"):
        sgd_step(parameter, gradient, learning_rate=learning_rate)


def test_step_learning_rate_is_keyword_only():
    with pytest.raises(TypeError):
        sgd_step([1.0], [1.0], 0.1)


def test_descent_by_hand():
    descent = gradient_descent(lambda x: 2 * x, [4.0], learning_rate=0.75, steps=3)
    assert descent.path.tolist() == [[4.0], [-2.0], [1.0], [-0.5]]
    assert descent.gradient_norms.tolist() == [8.0, 4.0, 2.0, 1.0]
    assert (descent.reason, descent.taken, descent.converged) == ("step limit", 3, False)
    assert descent.final.tolist() == [-0.5]
    assert repr(descent) == "Descent(step limit after 3 steps, gradient norm 1)"


@pytest.mark.parametrize("shape", [(), (2,), (2, 3)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_descent_keeps_shape_and_dtype(shape, dtype):
    start = np.ones(shape, dtype)
    descent = gradient_descent(lambda x: x.astype("float64"), start, learning_rate=0.5, steps=4)
    assert descent.path.shape == (5, *shape) and descent.path.dtype == dtype
    assert descent.final.shape == shape
    assert np.all(start == 1)


def test_descent_stops_where_the_gradient_is_short_enough():
    descent = gradient_descent(lambda x: 2 * x, [4.0], learning_rate=0.25, steps=100, tolerance=1.0)
    assert descent.converged and descent.taken == 3 and descent.gradient_norms[-1] == 1.0


def test_descent_from_the_minimum_takes_no_step():
    descent = gradient_descent(lambda x: 2 * x, [0.0, 0.0], learning_rate=0.1, steps=10)
    assert descent.converged and descent.taken == 0 and descent.path.shape == (1, 2)


def test_descent_that_arrives_with_its_last_step_has_converged():
    descent = gradient_descent(lambda x: 2 * x, [4.0], learning_rate=0.5, steps=1)
    assert descent.converged and descent.taken == 1


def test_no_steps():
    descent = gradient_descent(lambda x: 2 * x, [4.0], learning_rate=0.5, steps=0)
    assert (descent.reason, descent.taken) == ("step limit", 0)


def test_descent_calls_the_gradient_once_for_each_point():
    calls = []

    def gradient(x):
        calls.append(x)
        return 2 * x

    descent = gradient_descent(gradient, [1.0], learning_rate=0.1, steps=7)
    assert len(calls) == 8 == len(descent.path)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_descent_that_overflows_says_so_and_keeps_its_path(dtype):
    descent = gradient_descent(lambda x: 2 * x, np.ones(2, dtype), learning_rate=10.0, steps=10_000)
    assert descent.reason == "not finite" and not descent.converged
    assert np.isfinite(descent.path).all() and 10 < descent.taken < 10_000
    assert len(descent.gradient_norms) == len(descent.path)
    assert np.allclose(descent.path[:5, 0], (-19.0) ** np.arange(5))


def test_descent_reports_an_overflow_inside_the_gradient():
    descent = gradient_descent(lambda x: 4 * x**3, [10.0], learning_rate=1.0, steps=100)
    assert descent.reason == "not finite" and np.isfinite(descent.path).all()


def test_descent_reports_a_gradient_that_is_nan():
    descent = gradient_descent(lambda x: np.sqrt(x), [1.0], learning_rate=3.0, steps=100)
    assert descent.reason == "not finite" and descent.path.tolist() == [[1.0], [-2.0]]
    assert np.isnan(descent.gradient_norms[-1])


def test_norms_neither_overflow_nor_vanish():
    norms = gradient_descent(lambda x: x, [3e200, 4e200], learning_rate=1.0, steps=0).gradient_norms
    assert norms == pytest.approx([5e200])
    assert not gradient_descent(lambda x: x, [3e-200, 4e-200], learning_rate=1.0, steps=0).converged


def test_a_length_beyond_the_largest_float_is_no_divergence():
    descent = gradient_descent(lambda x: x, [1.7e308, 1.7e308], learning_rate=0.5, steps=1)
    assert descent.reason == "step limit" and descent.path[1].tolist() == [0.85e308] * 2


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_a_small_rate_times_a_large_slope_is_no_zero(dtype):
    largest = float(np.finfo(dtype).max)
    path = gradient_descent(
        lambda x: np.full(1, largest, dtype), np.zeros(1, dtype), learning_rate=1 / largest, steps=2
    )
    np.testing.assert_allclose(path.final, -2, rtol=2e-3)
    assert path.path.dtype == dtype


def test_at_two_over_lambda_it_goes_to_and_fro():
    assert gradient_descent(lambda x: 4 * x, [3.0], learning_rate=0.5, steps=3).path.ravel().tolist() == [3, -3, 3, -3]


def test_the_gradient_cannot_change_the_path():
    def vandal(x):
        x[:] = 7.0
        return np.ones_like(x)

    assert gradient_descent(vandal, [1.0], learning_rate=1.0, steps=2).path.ravel().tolist() == [1.0, 0.0, -1.0]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"gradient": 3.0}, TypeError, "gradient must be a function of the point, got float"),
        ({"gradient": lambda x: x[:, None]}, ValueError, r"gradient\(x\) must be of the same shape as start, \(2,\)"),
        ({"gradient": lambda x: x.sum()}, ValueError, r"gradient\(x\) must be of the same shape"),
        ({"gradient": lambda x: None}, TypeError, r"gradient\(x\) must be an array of numbers"),
        ({"gradient": lambda x: 1j * x}, TypeError, r"gradient\(x\) must be real"),
        ({"start": []}, ValueError, "start must be non-empty"),
        ({"start": [np.nan, 1.0]}, ValueError, "start must be finite"),
        ({"start": "here"}, TypeError, "start must be an array of numbers"),
        ({"learning_rate": 0}, ValueError, "learning_rate must be > 0"),
        ({"learning_rate": np.nan}, ValueError, "learning_rate must be finite"),
        ({"steps": -1}, ValueError, "steps must be ≥ 0"),
        ({"steps": 2.5}, TypeError, "steps must be an integer"),
        ({"tolerance": -1e-9}, ValueError, "tolerance must be ≥ 0"),
        ({"tolerance": np.nan}, ValueError, "tolerance must be finite"),
    ],
)
def test_descent_refuses(changes, error, message):
    arguments = {"gradient": lambda x: x, "start": [1.0, 2.0], "learning_rate": 0.1, "steps": 5} | changes
    with pytest.raises(error, match=f"gradient_descent: {message}"):
        gradient_descent(**arguments)


def test_iterates_agree_with_sympy():
    x, y = sp.symbols("x y")
    f = sp.log(1 + sp.exp(x - y)) + x**2 / 2 + x * y / 3 + y**4 / 4
    symbols, rate = sp.Matrix([x, y]), sp.Rational(1, 5)
    slope = sp.Matrix([f]).jacobian([x, y]).T
    point = exact = sp.Matrix([sp.Rational(3, 2), sp.Rational(-1, 2)])
    for _ in range(3):
        exact = (exact - rate * slope.subs({x: exact[0], y: exact[1]})).evalf(40)
    numeric = sp.lambdify([x, y], list(slope), "numpy")
    descent = gradient_descent(lambda p: np.array(numeric(*p)), [1.5, -0.5], learning_rate=0.2, steps=3)
    assert point.shape == symbols.shape
    assert np.allclose(descent.final, np.array(exact, dtype=float).ravel(), rtol=1e-14)


def test_closed_form_on_a_quadratic():
    rng = np.random.default_rng(5)
    curvatures = np.array([0.5, 1.0, 3.0, 4.0])
    matrix, start = random_quadratic(rng, curvatures), rng.normal(size=4)
    descent = gradient_descent(lambda x: matrix @ x, start, learning_rate=0.3, steps=20)
    exact = np.linalg.matrix_power(np.eye(4) - 0.3 * matrix, 20) @ start
    assert np.allclose(descent.final, exact, rtol=1e-12, atol=1e-14)


def test_reaches_the_minimum_that_scipy_finds():
    rng = np.random.default_rng(6)
    features, labels = rng.normal(size=(30, 4)), rng.integers(0, 2, 30)

    def loss(w):
        z = features @ w
        return np.mean(np.logaddexp(0, z) - labels * z) + 0.05 * w @ w

    def slope(w):
        return features.T @ (1 / (1 + np.exp(-features @ w)) - labels) / 30 + 0.1 * w

    ours = gradient_descent(slope, np.zeros(4), learning_rate=0.5, steps=2000, tolerance=1e-12)
    theirs = scipy.optimize.minimize(loss, np.zeros(4), jac=slope, method="BFGS", options={"gtol": 1e-7})
    assert ours.converged and theirs.success
    assert np.allclose(ours.final, theirs.x, atol=1e-6)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-14), ("float32", 2e-6)])
def test_follows_pytorch_step_by_step(dtype, tolerance):
    stored = vectors.load("optimizers")
    features, targets, path = (stored[f"{name}_{dtype}"] for name in ("features", "targets", "path"))
    rate = float(stored["learning_rate"])

    def slope(w):
        return features.T @ (features @ w - targets) / np.float32(len(targets)).astype(dtype)

    descent = gradient_descent(slope, path[0], learning_rate=rate, steps=len(path) - 1)
    assert descent.path.dtype == path.dtype == dtype
    assert np.allclose(descent.path, path, rtol=tolerance, atol=tolerance)
    for before, gradient, after in zip(path, stored[f"gradients_{dtype}"], path[1:], strict=False):
        assert np.allclose(sgd_step(before, gradient, learning_rate=rate), after, rtol=tolerance, atol=0.0)


def test_contraction_factor_by_hand():
    assert contraction_factor([1.0, 9.0], learning_rate=0.2) == pytest.approx(0.8)
    assert contraction_factor([9.0, 1.0], learning_rate=2 / 9) == pytest.approx(1.0)
    assert contraction_factor([2.0], learning_rate=0.5) == 0.0
    assert contraction_factor([-1.0, 1.0], learning_rate=0.1) == pytest.approx(1.1)


def test_best_learning_rate_by_hand():
    assert best_learning_rate([9.0, 1.0, 4.0]) == 0.2
    assert best_learning_rate([3]) == pytest.approx(1 / 3)


def test_spectra_near_the_end_of_the_floats():
    assert best_learning_rate([1.7e308, 1.7e308]) == pytest.approx(1 / 1.7e308)
    assert contraction_factor([1e300], learning_rate=1e300) == np.inf
    with pytest.raises(ValueError, match="best_learning_rate: eigenvalues must be large enough for 1/λ to be a number"):
        best_learning_rate([5e-324])


spectra = st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=6)


@given(spectra, st.floats(1e-4, 1e4))
def test_no_learning_rate_beats_the_best(eigenvalues, other):
    kappa = max(eigenvalues) / min(eigenvalues)
    best = contraction_factor(eigenvalues, learning_rate=best_learning_rate(eigenvalues))
    assert best == pytest.approx((kappa - 1) / (kappa + 1), abs=1e-12)
    assert best <= contraction_factor(eigenvalues, learning_rate=other) + 1e-12


@given(spectra, st.floats(0.01, 3))
def test_factor_is_below_one_exactly_inside_the_stable_range(eigenvalues, times):
    factor = contraction_factor(eigenvalues, learning_rate=times / max(eigenvalues))
    if times < 1.999:
        assert factor < 1
    if times > 2.001:
        assert factor > 1


def test_factor_is_the_one_measured():
    rng = np.random.default_rng(7)
    curvatures = np.geomspace(0.1, 5.0, 20)
    matrix, rate = random_quadratic(rng, curvatures), best_learning_rate(curvatures)
    descent = gradient_descent(lambda x: matrix @ x, rng.normal(size=20), learning_rate=rate, steps=600)
    distances = np.linalg.norm(descent.path, axis=1)
    factor = contraction_factor(np.linalg.eigvalsh(matrix), learning_rate=rate)
    assert np.all(distances[1:] <= factor * distances[:-1] * (1 + 1e-9))
    assert distances[-1] / distances[-2] == pytest.approx(factor, rel=1e-6, abs=0)


@pytest.mark.parametrize(
    ("eigenvalues", "error", "message"),
    [
        ([[1.0]], ValueError, "eigenvalues must be 1-dimensional"),
        (1.0, ValueError, "eigenvalues must be 1-dimensional"),
        ([], ValueError, "eigenvalues must be non-empty"),
        ([1.0, np.nan], ValueError, "eigenvalues must be finite"),
        (["a"], TypeError, "eigenvalues must be an array of numbers"),
        ([1.0, 1j], TypeError, "eigenvalues must be real"),
    ],
)
def test_spectra_refused(eigenvalues, error, message):
    with pytest.raises(error, match=f"contraction_factor: {message}"):
        contraction_factor(eigenvalues, learning_rate=0.1)
    with pytest.raises(error, match=f"best_learning_rate: {message}"):
        best_learning_rate(eigenvalues)


def test_best_learning_rate_needs_a_minimum():
    with pytest.raises(ValueError, match="eigenvalues must be all > 0, got -1: in a direction"):
        best_learning_rate([1.0, -1.0])


def test_contraction_factor_needs_a_learning_rate():
    with pytest.raises(ValueError, match="contraction_factor: learning_rate must be > 0"):
        contraction_factor([1.0], learning_rate=0)
