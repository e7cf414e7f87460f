"""Numerical derivatives: hand values, errors of the right order, outside oracles and every refusal."""

import numpy as np
import pytest
import scipy.differentiate
import scipy.optimize
import sympy
from hypothesis import example, given
from hypothesis import strategies as st

from dlmath_lib.calculus import best_step, difference, hessian, jacobian, numerical_gradient

KINDS = ["forward", "backward", "central", "complex"]
# Far below 1e-6 for central and complex; one-sided differences keep half of the digits.
TOLERANCE = {"forward": 1e-6, "backward": 1e-6, "central": 1e-8, "complex": 1e-14}


def measured_order(kind, steps):
    """The slope of log error against log step, for exp at 1 (no derivative of exp vanishes)."""
    errors = [abs(difference(np.exp, 1.0, h, kind=kind) - np.e) for h in steps]
    return np.polyfit(np.log(steps), np.log(errors), 1)[0]


class TestDifference:
    @pytest.mark.parametrize(
        ("kind", "slope"), [("forward", 6.5), ("backward", 5.5), ("central", 6.0), ("complex", 6.0)]
    )
    def test_the_slope_of_the_square_at_3_with_half_a_step_is_what_the_pencil_gives(self, kind, slope):
        assert difference(np.square, 3.0, 0.5, kind=kind) == slope

    @pytest.mark.parametrize("kind", KINDS)
    def test_agrees_with_sympy(self, kind):
        x = sympy.symbols("x")
        points = np.linspace(0.3, 2.1, 11)
        functions = [sympy.sin(x), sympy.exp(-(x**2)), sympy.log(x), x**5 - 3 * x, 1 / x, sympy.tanh(x), sympy.sqrt(x)]
        for expression in functions:
            slope = sympy.lambdify(x, sympy.diff(expression, x))(points)
            got = difference(sympy.lambdify(x, expression), points, kind=kind)
            np.testing.assert_allclose(got, slope, rtol=30 * TOLERANCE[kind], atol=30 * TOLERANCE[kind])

    @pytest.mark.parametrize(("kind", "order"), [("forward", 1), ("backward", 1), ("central", 2), ("complex", 2)])
    def test_the_error_has_the_order_of_the_docstring(self, kind, order):
        assert measured_order(kind, 10.0 ** np.linspace(-3.5, -1.5, 9)) == pytest.approx(order, abs=0.02)

    @pytest.mark.parametrize(("kind", "power"), [("forward", -1), ("central", -1)])
    def test_below_the_best_step_rounding_takes_over(self, kind, power):
        steps = 10.0 ** np.linspace(-13, -10, 400)
        assert measured_order(kind, steps) == pytest.approx(power, abs=0.2)

    def test_the_complex_step_is_right_to_the_last_digits(self):
        points = np.linspace(-5, 5, 101)
        assert np.abs(difference(np.sin, points, kind="complex") - np.cos(points)).max() <= 1e-15

    def test_the_complex_step_needs_no_scale(self):
        points = np.array([1e-20, 1.0, 1e20])
        np.testing.assert_allclose(difference(np.log, points, kind="complex"), 1 / points, rtol=1e-15)

    @pytest.mark.parametrize("kind", ["forward", "backward", "central"])
    def test_the_default_step_is_near_the_best_of_all_steps(self, kind):
        steps = 10.0 ** np.linspace(-12, -1, 200)
        best = min(abs(difference(np.exp, 1.0, h, kind=kind) - np.e) for h in steps)
        assert abs(difference(np.exp, 1.0, kind=kind) - np.e) <= max(100 * best, 1e-7 if kind != "central" else 1e-10)

    def test_agrees_with_scipy(self):
        points = np.linspace(-2, 2, 21)
        oracle = scipy.differentiate.derivative(np.arctan, points).df
        np.testing.assert_allclose(difference(np.arctan, points, kind="complex"), oracle, rtol=1e-10)
        np.testing.assert_allclose(difference(np.arctan, points), oracle, rtol=1e-9)

    @pytest.mark.parametrize("kind", KINDS)
    def test_shapes_and_dtypes_are_kept(self, kind):
        for dtype in (np.float32, np.float64):
            points = np.linspace(0.1, 1, 12, dtype=dtype).reshape(3, 4)
            slopes = difference(np.sin, points, kind=kind)
            assert (slopes.shape, slopes.dtype) == ((3, 4), dtype)
            np.testing.assert_allclose(slopes, np.cos(points), atol=20 * np.finfo(dtype).eps ** 0.5)
        assert difference(np.square, 3, kind=kind).dtype == np.float64
        assert np.ndim(difference(np.square, 3, kind=kind)) == 0
        assert difference(np.square, [1, 2], kind=kind).dtype == np.float64

    def test_float32_has_its_own_best_step(self):
        points = np.linspace(0.5, 2, 7, dtype=np.float32)
        assert np.abs(difference(np.exp, points) / np.exp(points) - 1).max() < 3 * np.finfo(np.float32).eps ** (2 / 3)

    def test_one_sided_rules_see_one_side_of_a_kink(self):
        assert difference(np.abs, 0.0, 0.1, kind="forward") == 1
        assert difference(np.abs, 0.0, 0.1, kind="backward") == -1
        assert difference(np.abs, 0.0, 0.1) == 0
        assert difference(np.sqrt, 0.0, 0.01, kind="forward") == pytest.approx(10)

    def test_a_step_for_each_point(self):
        slopes = difference(np.square, [3.0, 3.0, 3.0], [1.0, 0.5, 0.25], kind="forward")
        assert slopes.tolist() == [7.0, 6.5, 6.25]

    def test_the_distance_really_gone_is_what_divides(self):
        # Near a million the floats are 1.2e-10 apart, so that x + 1e-4 is not 1e-4 away from x.
        assert difference(lambda x: x, 1e6, 1e-4, kind="forward") == 1
        assert (1e6 + 1e-4 - 1e6) / 1e-4 != 1

    @pytest.mark.parametrize("kind", KINDS)
    def test_far_and_near_points(self, kind):
        points = np.array([-1000.0, -1e-300, 0.0, 1e-300, 1000.0])
        np.testing.assert_allclose(difference(lambda x: x, points, kind=kind), 1, rtol=1e-7)
        np.testing.assert_allclose(difference(np.square, points, kind=kind), 2 * points, rtol=1e-7, atol=2e-8)

    # Values that are rounded to the least numbers, or to 0, say nothing against the slope of the complex step.
    @example(a=5.404652815031527e-167, b=0.0, x=5.404652815031527e-167, kind="complex")
    @example(a=1e-200, b=0.0, x=1e-120, kind="complex")
    @example(a=0.0, b=5.435964788132129e-199, x=0.0, kind="complex")
    @given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-2, 2), st.sampled_from(KINDS))
    def test_is_linear(self, a, b, x, kind):
        h = 1e-3
        both = difference(lambda t: a * np.sin(t) + b * np.exp(t), x, h, kind=kind)
        parts = a * difference(np.sin, x, h, kind=kind) + b * difference(np.exp, x, h, kind=kind)
        assert both == pytest.approx(parts, abs=1e-10)

    @example(5e-324)
    @example(-1e-310)
    @example(7e-197)
    @given(st.floats(-2, 2))
    def test_the_product_rule_holds(self, x):
        product = difference(lambda t: np.sin(t) * np.exp(t), x, kind="complex")
        rule = np.cos(x) * np.exp(x) + np.sin(x) * np.exp(x)
        assert product == pytest.approx(rule, rel=1e-13, abs=1e-14)

    def test_does_not_change_its_argument_even_if_f_does(self):
        points = np.array([1.0, 2.0])

        def square_in_place(x):
            x *= x
            return x

        np.testing.assert_allclose(difference(square_in_place, points), [2, 4], rtol=1e-9)
        assert points.tolist() == [1, 2]


class TestBestStep:
    def test_powers_of_the_machine_epsilon(self):
        eps = np.finfo(float).eps
        assert best_step("forward") == best_step("backward") == eps**0.5
        assert best_step("central") == pytest.approx(eps ** (1 / 3))
        assert best_step("second") == pytest.approx(eps**0.25)
        assert best_step("complex") < 1e-150

    def test_scales_with_large_points_only(self):
        np.testing.assert_allclose(best_step("central", [0, 0.5, -1, 50]) / best_step("central"), [1, 1, 1, 50])

    def test_float32(self):
        step = best_step("central", np.float32(1))
        assert step.dtype == np.float32
        assert step == pytest.approx(np.finfo(np.float32).eps ** (1 / 3), rel=1e-6, abs=0)

    def test_refuses_an_unknown_kind(self):
        with pytest.raises(ValueError, match=r"best_step: kind must be one of 'forward'.*got 'left'"):
            best_step("left")


class TestHardCases:
    """Where the default step or the rule does not fit f: the right number, or an error, never a wrong number."""

    @pytest.mark.parametrize("kind", ["forward", "backward", "central"])
    def test_f_may_compute_in_a_narrower_type(self, kind):
        points = np.array([0.5, 0.01, 3.0])
        got = difference(lambda x: np.sin(x.astype(np.float32)), points, kind=kind)
        np.testing.assert_allclose(got, np.cos(points), atol=2e-3 if kind != "central" else 5e-5)
        square = lambda x: np.sum(x.astype(np.float32) ** 2)  # noqa: E731
        np.testing.assert_allclose(numerical_gradient(square, [1.0, 2.0], kind=kind), [2, 4], rtol=1e-3)
        np.testing.assert_allclose(hessian(square, [1.0, 2.0]), 2 * np.eye(2), atol=1e-2)

    def test_a_complex_step_that_computes_in_a_narrower_type(self):
        got = difference(
            lambda x: np.exp(x.astype(np.complex64)) if np.iscomplexobj(x) else np.exp(x), 0.5, kind="complex"
        )
        assert got == pytest.approx(np.exp(0.5), rel=1e-6, abs=0)

    @pytest.mark.parametrize("kind", ["forward", "backward", "central"])
    def test_near_zero_the_step_follows_x_where_f_does(self, kind):
        points = np.array([1e-9, -1e-5, 1e-5, 1e-3, 0.2, 5.0])
        got = difference(lambda x: 1 / x, points, kind=kind)
        np.testing.assert_allclose(got, -1 / points**2, rtol=3e-6 if kind != "central" else 1e-8)
        at_once = jacobian(lambda x: 1 / x, points, kind=kind)
        np.testing.assert_allclose(np.diag(at_once), -1 / points**2, rtol=3e-6 if kind != "central" else 1e-8)
        gradient = numerical_gradient(lambda x: np.sum(np.log(x)), np.abs(points), kind=kind)
        np.testing.assert_allclose(gradient, 1 / np.abs(points), rtol=2e-5)

    def test_near_zero_beyond_the_longer_step_there_may_be_no_domain(self):
        assert difference(np.log, 1e-7) == pytest.approx(1e7, rel=1e-8, abs=0)
        np.testing.assert_allclose(np.diag(hessian(lambda x: np.sum(1 / x), [1e-3, 2.0])), [2e9, 0.25], rtol=1e-4)

    def test_near_zero_a_smooth_function_keeps_its_digits(self):
        points = np.array([1e-300, 1e-12, -1e-9, 1e-5, 0.01, 0.2])
        softplus, sigmoid = lambda z: np.log1p(np.exp(z)), lambda z: 1 / (1 + np.exp(-z))
        np.testing.assert_allclose(difference(softplus, points), sigmoid(points), rtol=2e-10)
        np.testing.assert_allclose(difference(lambda x: (x + 1e8) ** 2, points), 2e8, rtol=1e-2)

    def test_a_kink_beside_x_is_not_seen(self):
        assert difference(np.abs, 1e-8) == pytest.approx(1, rel=1e-6, abs=0)

    @pytest.mark.parametrize(
        ("f", "x"),
        [(np.sqrt, -1.0), (lambda x: x**101, -1.0), (lambda x: x * np.conj(x), 3.0), (np.log, -2.0),
         (lambda x: np.conj(x) ** 2, 0.7), (lambda x: x + 0 * np.conj(x) if x.imag == 0 else np.conj(x), 1.0),
         (lambda x: np.arccosh(x), 0.5)],
    )  # fmt: skip
    def test_a_complex_step_that_does_not_fit_is_refused(self, f, x):
        with pytest.raises(ValueError, match=r"difference: f must be a function that the complex step fits.*'central'"):
            difference(f, x, kind="complex")
        with pytest.raises(ValueError, match=r"numerical_gradient: f must be a function that the complex step fits"):
            numerical_gradient(lambda v: f(v[1]) + v[0], [1.0, x], kind="complex")

    def test_a_complex_step_that_underflows_is_refused(self):
        with pytest.raises(ValueError, match="the complex step fits, got the slope 0"):
            difference(np.exp, -700.0, kind="complex")

    @pytest.mark.parametrize(
        ("f", "slope", "x"),
        [(np.sin, np.cos, 1e6), (np.sin, np.cos, 0.0), (lambda x: x**3, lambda x: 3 * x**2, 0.0),
         (np.exp, np.exp, -300.0), (lambda x: np.sin(1e6 * x), lambda x: 1e6 * np.cos(1e6 * x), 0.3),
         (lambda x: x**101, lambda x: 101 * x**100, 1.0), (lambda x: 0 * x, lambda x: 0, 2.0),
         (lambda x: np.exp(-x * x), lambda x: -2 * x * np.exp(-x * x), 12.0),
         (np.tan, lambda x: 1 / np.cos(x) ** 2, 1.57), (np.cosh, np.sinh, 0.0)],
    )  # fmt: skip
    def test_a_complex_step_that_fits_is_not(self, f, slope, x):
        assert difference(f, x, kind="complex") == pytest.approx(slope(x), rel=1e-9, abs=1e-140)
        gradient = numerical_gradient(lambda v: f(v[1]) + v[0] * v[2], [1.0, x, 0.0], kind="complex")
        np.testing.assert_allclose(gradient, [0, slope(x), 1], rtol=1e-9, atol=1e-140)

    @pytest.mark.parametrize("kind", ["forward", "backward", "central"])
    def test_f_may_fill_the_same_array_in_every_call(self, kind):
        buffer = np.empty(2)

        def square(x):
            return np.multiply(x, x, out=buffer)

        np.testing.assert_allclose(difference(square, [1.0, 2.0], kind=kind), [2, 4], rtol=1e-6)
        np.testing.assert_allclose(jacobian(square, [1.0, 2.0], kind=kind), np.diag([2, 4]), rtol=1e-6)
        single = np.empty(())
        np.testing.assert_allclose(hessian(lambda x: np.sum(x**2, out=single), [1.0, 2.0]), 2 * np.eye(2), atol=1e-6)


def rosenbrock(x):
    return ((1 - x[:-1]) ** 2 + 100 * (x[1:] - x[:-1] ** 2) ** 2).sum()


class TestGradientJacobianHessian:
    def test_by_hand(self):
        def f(x):
            return x[0] ** 2 * x[1] + 3 * x[1]

        point = [2.0, 5.0]
        np.testing.assert_allclose(numerical_gradient(f, point), [20, 7], rtol=1e-9)
        np.testing.assert_allclose(jacobian(f, point), [20, 7], rtol=1e-9)
        np.testing.assert_allclose(hessian(f, point), [[10, 4], [4, 0]], atol=1e-5)

    @pytest.mark.parametrize("kind", KINDS)
    def test_gradient_agrees_with_scipy(self, kind):
        point = np.array([1.3, 0.7, 0.8, 1.9, 1.2])
        oracle = scipy.optimize.rosen_der(point)
        np.testing.assert_allclose(numerical_gradient(rosenbrock, point, kind=kind), oracle, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(
            numerical_gradient(rosenbrock, point, 1e-8, kind="forward"),
            scipy.optimize.approx_fprime(point, rosenbrock, 1e-8),
            rtol=1e-5,
        )

    def test_hessian_agrees_with_scipy(self):
        point = np.array([1.3, 0.7, 0.8, 1.9, 1.2])
        got = hessian(rosenbrock, point)
        np.testing.assert_allclose(got, scipy.optimize.rosen_hess(point), rtol=1e-4, atol=1e-3)
        assert (got == got.T).all()

    def test_hessian_is_the_jacobian_of_the_gradient(self):
        def f(x):
            return np.sin(x[0] * x[1]) + np.exp(x[2]) * x[0]

        point = np.array([0.4, -1.1, 0.3])
        twice = jacobian(lambda x: numerical_gradient(f, x, 1e-4), point, 1e-4)
        np.testing.assert_allclose(hessian(f, point), twice, atol=1e-6)

    def test_hessian_error_is_of_order_two(self):
        steps = 10.0 ** np.linspace(-2, -1, 5)
        errors = [abs(hessian(lambda x: np.exp(x[0]), [1.0], h)[0, 0] - np.e) for h in steps]
        assert np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(2, abs=0.02)

    def test_jacobian_agrees_with_sympy(self):
        u, v = sympy.symbols("u v")
        symbolic = sympy.Matrix([sympy.sin(u * v), u**2 - v, sympy.exp(u)])
        values = sympy.lambdify([(u, v)], symbolic)
        slopes = sympy.lambdify([(u, v)], symbolic.jacobian([u, v]))
        point = np.array([0.7, -0.4])
        for kind, tolerance in TOLERANCE.items():
            got = jacobian(lambda x: values(x).ravel(), point, kind=kind)
            np.testing.assert_allclose(got, slopes(point), atol=30 * tolerance)

    def test_outputs_come_first(self):
        rng = np.random.default_rng(3)
        w, x = rng.normal(size=(4, 3)), rng.normal(size=3)
        np.testing.assert_allclose(jacobian(lambda x: w @ x, x), w, atol=1e-9)
        by_weights = jacobian(lambda w: w @ x, w)
        assert by_weights.shape == (4, 4, 3)
        np.testing.assert_allclose(by_weights, np.einsum("ij,k->ijk", np.eye(4), x), atol=1e-9)
        assert jacobian(lambda w: (w**2).sum(axis=0), w).shape == (3, 4, 3)
        assert hessian(lambda w: (w**2).sum(), w).shape == (4, 3, 4, 3)
        assert jacobian(np.square, 2.0).shape == ()
        assert numerical_gradient(np.sum, w).shape == w.shape

    def test_float32_and_integers(self):
        point = np.array([1, 2], dtype=np.float32)
        assert numerical_gradient(np.sum, point).dtype == np.float32
        assert jacobian(np.square, point).dtype == np.float32
        assert hessian(np.sum, point).dtype == np.float32
        assert numerical_gradient(np.sum, [1, 2]).dtype == np.float64
        np.testing.assert_allclose(hessian(lambda x: (x**2).sum(), point), 2 * np.eye(2), atol=0.02)

    def test_f_may_write_into_its_argument(self):
        def f(x):
            x *= 2
            return x.sum()

        np.testing.assert_allclose(numerical_gradient(f, [1.0, 1.0]), [2, 2], rtol=1e-9)
        np.testing.assert_allclose(hessian(f, [1.0, 1.0]), 0, atol=1e-5)

    @given(st.lists(st.floats(-10, 10), min_size=1, max_size=5))
    def test_the_gradient_of_half_the_squared_length_is_the_point(self, values):
        np.testing.assert_allclose(numerical_gradient(lambda x: x @ x / 2, values), values, atol=1e-8)


class TestRefusals:
    @pytest.mark.parametrize("function", [difference, numerical_gradient, jacobian, hessian])
    def test_f_must_be_a_function(self, function):
        with pytest.raises(TypeError, match=f"{function.__name__}: f must be a function, got float 0.5: pass the"):
            function(0.5, [1.0])

    @pytest.mark.parametrize("function", [difference, numerical_gradient, jacobian, hessian])
    @pytest.mark.parametrize("x", [np.nan, [1.0, np.inf], [], "1", [[1.0], [1.0, 2.0]], [1j], None])
    def test_x_must_be_finite_real_numbers(self, function, x):
        with pytest.raises((TypeError, ValueError), match=f"{function.__name__}: x must be"):
            function(np.square, x)

    @pytest.mark.parametrize("function", [difference, numerical_gradient, jacobian, hessian])
    @pytest.mark.parametrize("h", [0, -1e-3, np.nan, np.inf, "h", [1e-3, 1e-3, 1e-3], [[1e-3], [1e-3]]])
    def test_h_must_be_positive_and_fit(self, function, h):
        with pytest.raises((TypeError, ValueError), match=f"{function.__name__}: h must be"):
            function(np.sum if function is not difference else np.square, [1.0, 2.0], h)

    @pytest.mark.parametrize("function", [difference, numerical_gradient, jacobian, hessian])
    def test_a_step_that_rounds_away_is_refused(self, function):
        with pytest.raises(ValueError, match=r"h must be large enough to move x = 1, got 1e-17: x \+ h rounds to x"):
            function(np.square, 1.0, 1e-17)
        with pytest.raises(ValueError, match=r"move x = 1e\+06"):
            function(np.sum if function is not difference else np.sin, [1.0, 1e6], 1e-12)

    def test_a_tiny_step_is_no_trouble_for_the_complex_step(self):
        assert difference(np.square, 3.0, 1e-200, kind="complex") == 6

    def test_the_kind_must_be_known(self):
        with pytest.raises(ValueError, match=r"difference: kind must be one of .*got 'middle'"):
            difference(np.sin, 1.0, kind="middle")
        with pytest.raises(ValueError, match=r"jacobian: kind must be one of .*got 'second'"):
            jacobian(np.sin, 1.0, kind="second")

    @pytest.mark.parametrize("f", [np.abs, lambda x: np.real(x) ** 2, lambda x: 1.0])
    def test_the_complex_step_says_so_when_f_returns_real_numbers(self, f):
        with pytest.raises(TypeError, match=r"f\(x \+ ih\) must be complex, got dtype float64: abs, real or a cast"):
            difference(f, 1.0, kind="complex")

    def test_f_must_return_the_shape_of_x(self):
        with pytest.raises(ValueError, match=r"difference: f\(x\) must be of shape \(3,\), got shape \(\)"):
            difference(np.sum, [1.0, 2.0, 3.0])
        with pytest.raises(ValueError, match=r"difference: f\(x\) must be of shape \(3,\), got shape \(3, 1\)"):
            difference(lambda x: x[:, None], [1.0, 2.0, 3.0])

    @pytest.mark.parametrize("function", [numerical_gradient, hessian])
    def test_scalar_functions_are_demanded(self, function):
        with pytest.raises(ValueError, match=r"f\(x\) must be of shape \(\), got shape \(2,\): jacobian takes"):
            function(np.square, [1.0, 2.0])

    def test_the_jacobian_needs_one_shape(self):
        with pytest.raises(ValueError, match=r"jacobian: f\(x\) must be of one shape wherever x is, got \(1,\) and"):
            jacobian(lambda x: x[x > 1], [1.0, 2.0])

    def test_a_value_outside_the_domain_is_refused(self):
        def root(x):
            return np.sqrt(x) if x >= 0 else np.nan

        with pytest.raises(ValueError, match="difference: f must be finite near x, got nan"):
            difference(root, 0.0)
        with pytest.raises(ValueError, match="numerical_gradient: f must be finite near x, got inf"):
            numerical_gradient(lambda x: np.inf, [1.0])

    def test_f_must_return_real_numbers(self):
        with pytest.raises(TypeError, match="difference: f must be a function that returns numbers"):
            difference(lambda x: "one", 1.0)
        with pytest.raises(TypeError, match=r"difference: f\(x\) must be real, got dtype complex128"):
            difference(lambda x: x + 0j, 1.0)


def test_complex_step_takes_a_long_step_where_the_function_fits():
    # Im exp(1 + ih)/h = e sin(h)/h: the error −h²/6·e of a long step is truncation, not a sign that f does not fit.
    for h in (0.5, 0.125, 2.0**-10):
        assert difference(np.exp, 1.0, h, kind="complex") == pytest.approx(np.e * np.sin(h) / h, rel=1e-14, abs=0)
        found = jacobian(np.exp, np.array([1.0, 0.5]), h, kind="complex")
        assert found == pytest.approx(np.diag(np.exp([1.0, 0.5])) * np.sin(h) / h, rel=1e-14, abs=0)
    with pytest.raises(ValueError, match="complex step fits"):
        difference(lambda x: x * np.conj(x), 3.0, 0.125, kind="complex")


@pytest.mark.parametrize(("at", "values"), [(0.0, 2), (0.1, 6), (-0.24, 6), (0.25, 2), (3.0, 2)])
def test_an_entry_of_the_gradient_costs_as_many_values_as_the_docstring_says(at, values):
    asked = []
    numerical_gradient(lambda x: asked.append(x) or float(np.sin(x[0])), np.array([at]))
    assert len(asked) == values
