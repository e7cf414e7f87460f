"""Quadrature: hand values, errors of the right order and within their bounds, outside oracles and every refusal."""

import numpy as np
import pytest
import scipy.integrate
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from dlmath_lib.calculus import gauss_legendre, integrate, legendre_nodes, monte_carlo, simpson, trapezoid

RULES = {"trapezoid": trapezoid, "simpson": simpson, "gauss_legendre": gauss_legendre}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
E1 = np.e - 1


def rng(seed=0):
    return np.random.default_rng(seed)


def everything(f, a, b):
    """The value by each of the five functions."""
    yield from (rule(f, a, b, 6) for rule in RULES.values())
    yield integrate(f, a, b).value
    yield monte_carlo(f, a, b, 50, rng=rng()).value


class TestRules:
    def test_by_hand(self):
        assert trapezoid(np.square, 0, 1, 2) == 0.375  # (0/2 + 1/4 + 1/2)/2
        assert simpson(np.square, 0, 1, 2) == pytest.approx(1 / 3, abs=1e-16)  # (0 + 4/4 + 1)/6
        assert simpson(lambda x: x**4, 0, 1, 2) == pytest.approx(5 / 24)  # (0 + 4/16 + 1)/6
        assert gauss_legendre(np.square, 0, 1, 1) == 0.25  # the midpoint

    @pytest.mark.parametrize(("rule", "degree"), [(trapezoid, 1), (simpson, 3)])
    def test_no_error_up_to_a_degree_and_one_beyond(self, rule, degree):
        for power in range(degree + 1):
            assert rule(lambda x, k=power: x**k, 1, 3, 4) == pytest.approx(
                (3 ** (power + 1) - 1) / (power + 1), rel=1e-14, abs=0
            )
        power = degree + 1
        assert abs(rule(lambda x: x**power, 1, 3, 4) - (3 ** (power + 1) - 1) / (power + 1)) > 1e-3

    @pytest.mark.parametrize("n", [1, 2, 3, 5, 8])
    def test_gauss_has_no_error_up_to_degree_2n_minus_1(self, n):
        for power in range(2 * n + 1):
            error = abs(gauss_legendre(lambda x, k=power: x**k, 0, 1, n) - 1 / (power + 1))
            assert error < 1e-14 if power < 2 * n else error > 1e-12

    @pytest.mark.parametrize(("rule", "order"), [(trapezoid, 2), (simpson, 4)])
    def test_the_error_has_the_order_and_keeps_the_bound_of_the_docstring(self, rule, order):
        counts = np.array([8, 16, 32, 64])
        errors = np.array([abs(rule(np.exp, 0, 1, int(n)) - E1) for n in counts])
        assert np.polyfit(np.log(1 / counts), np.log(errors), 1)[0] == pytest.approx(order, abs=0.01)
        assert (errors <= np.e * (1 / counts) ** order / {2: 12, 4: 180}[order]).all()

    @every_rule
    def test_reversed_ends_change_the_sign_and_equal_ends_give_0(self, rule):
        assert rule(np.exp, 2, -1, 4) == pytest.approx(-rule(np.exp, -1, 2, 4), rel=1e-14, abs=0)
        assert rule(np.exp, 1, 1, 4) == 0

    def test_all_of_them_know_the_sign_of_the_interval(self):
        for value in everything(np.ones_like, 3, 1):
            assert value == pytest.approx(-2, rel=1e-14, abs=0)
        assert [*everything(np.exp, 2, 2)] == [0] * 5

    def test_agree_with_scipy(self):
        def bump(x):
            return np.exp(-(x**2)) * np.cos(3 * x)

        x = np.linspace(-1, 2, 41)
        assert trapezoid(bump, -1, 2, 40) == pytest.approx(scipy.integrate.trapezoid(bump(x), x), rel=1e-13, abs=0)
        assert simpson(bump, -1, 2, 40) == pytest.approx(scipy.integrate.simpson(bump(x), x=x), rel=1e-13, abs=0)
        assert gauss_legendre(bump, -1, 2, 9) == pytest.approx(
            scipy.integrate.fixed_quad(bump, -1, 2, n=9)[0], rel=1e-13, abs=0
        )
        assert integrate(bump, -1, 2).value == pytest.approx(scipy.integrate.quad(bump, -1, 2)[0], rel=1e-9, abs=0)

    @pytest.mark.parametrize("n", [1, 2, 3, 10, 101, 1000])
    def test_the_nodes_are_scipys(self, n):
        nodes, weights = legendre_nodes(n)
        right_nodes, right_weights = scipy.special.roots_legendre(n)
        np.testing.assert_allclose(nodes, right_nodes, atol=3e-15)
        np.testing.assert_allclose(weights, right_weights, atol=2e-13)  # SciPy's weights of 1000 nodes are off by that
        assert weights.sum() == pytest.approx(2, rel=1e-13, abs=0)
        assert (np.diff(nodes) > 0).all() if n > 1 else nodes[0] == 0
        assert (nodes == -nodes[::-1]).all()

    @given(st.floats(-3, 3), st.floats(-3, 3), st.sampled_from([*RULES]))
    def test_are_linear(self, p, q, name):
        rule = RULES[name]
        both = rule(lambda x: p * np.sin(x) + q * np.exp(x), -1, 1, 4)
        assert both == pytest.approx(p * rule(np.sin, -1, 1, 4) + q * rule(np.exp, -1, 1, 4), abs=1e-13)

    def test_f_may_be_of_integers_truths_or_float32(self):
        for f in (lambda x: x > 0.5, lambda x: (x > 0.5).astype(int), lambda x: (x > 0.5).astype(np.float32)):
            assert 0.3 < trapezoid(f, 0, 1, 10) < 0.7
            assert isinstance(trapezoid(f, 0, 1, 10), float)

    def test_an_f_that_writes_into_its_points_or_fills_one_array_does_no_harm(self):
        kept = np.empty(5)

        def same(x):
            kept[:] = x**2
            x[:] = 0
            return kept

        assert trapezoid(same, 0, 1, 4) == trapezoid(np.square, 0, 1, 4)


class TestMonteCarlo:
    def test_the_error_says_how_far_it_is_off(self):
        results = [monte_carlo(np.exp, 0, 1, 400, rng=rng(seed)) for seed in range(300)]
        off = np.array([(value - E1) / error for value, error in results])
        assert abs(off.mean()) < 0.2
        assert off.std() == pytest.approx(1, abs=0.12)

    def test_four_times_the_points_halve_the_spread(self):
        spread = [np.std([monte_carlo(np.exp, 0, 1, n, rng=rng(s)).value for s in range(400)]) for n in (100, 400)]
        assert spread[0] / spread[1] == pytest.approx(2, abs=0.35)

    def test_one_seed_gives_one_number(self):
        assert monte_carlo(np.exp, 0, 1, 10, rng=rng(3)) == monte_carlo(np.exp, 0, 1, 10, rng=rng(3))


class TestIntegrate:
    @pytest.mark.parametrize(
        ("f", "a", "b", "right"),
        [
            (np.exp, 0, 1, E1),
            (lambda x: np.sin(8 * np.pi * x) ** 2, 0, 1, 0.5),
            (lambda x: 1 / (1e-4 + (x - 0.3) ** 2), 0, 1, 100 * (np.arctan(70) + np.arctan(30))),
            (lambda x: np.abs(x - 1 / 3), 0, 1, 5 / 18),
            (lambda x: np.where(x < 1 / 3, 0.0, 1.0), 0, 1, 2 / 3),
            (np.sqrt, 0, 1, 2 / 3),
        ],
    )
    def test_smooth_narrow_kinked_and_jumping(self, f, a, b, right):
        value, error = integrate(f, a, b, tolerance=1e-9)
        assert value == pytest.approx(right, abs=3e-9)
        assert error < 1e-8

    def test_a_smaller_tolerance_asks_more_often(self):
        points = []

        def counted(x):
            points[-1] += x.size
            return np.sqrt(x)

        for tolerance in (1e-3, 1e-6, 1e-9):
            points.append(0)
            integrate(counted, 0, 1, tolerance=tolerance)
        assert points[0] < points[1] < points[2]

    def test_gives_up_with_a_remedy(self):
        with pytest.raises(
            ValueError, match=r"integrate: f must be smooth enough for 100,000 intervals.*larger tolerance"
        ):
            integrate(lambda x: np.sin(1e9 * x**2), 0, 1, tolerance=1e-12)


class TestRefusals:
    @pytest.mark.parametrize(
        ("call", "says"),
        [
            (
                lambda: trapezoid(np.exp, 0, np.inf, 4),
                r"trapezoid: b must be finite, got inf: substitute x = t/\(1 − t²\)",
            ),
            (lambda: integrate(np.exp, -np.inf, 0), "integrate: a must be finite, got -inf: substitute"),
            (lambda: trapezoid(np.exp, 0, 1, 0), "trapezoid: n must be ≥ 1, got 0"),
            (lambda: simpson(np.exp, 0, 1, 3), "simpson: n must be even, got 3: pass n = 4"),
            (lambda: simpson(np.exp, 0, 1, 0), "simpson: n must be ≥ 2, got 0"),
            (lambda: gauss_legendre(np.exp, 0, 1, 0), "gauss_legendre: n must be ≥ 1"),
            (lambda: monte_carlo(np.exp, 0, 1, 1, rng=rng()), "monte_carlo: n must be ≥ 2"),
            (lambda: trapezoid(lambda x: x * np.nan, 0, 1, 2), r"f must be finite at each point, got f\(0\) = nan"),
            (lambda: simpson(lambda x: 1 / (x + (x == 0) * 5e-324) ** 2, 0, 1, 2), r"got f\(0\) = inf: stop short"),
            (lambda: trapezoid(lambda x: 1.0, 0, 1, 2), r"of shape \(3,\), got shape \(\): a constant is np.full_like"),
            (lambda: trapezoid(lambda x: x[:1], 0, 1, 2), "f acts on each point alone"),
            (
                lambda: trapezoid(lambda x: np.full_like(x, 1e308), 0, 100, 2),
                "the integral must be finite in float64, got inf",
            ),
            (lambda: trapezoid(np.exp, -1e308, 1e308, 2), "b − a must be finite in float64"),
            (lambda: integrate(np.exp, 0, 1, tolerance=0), "tolerance must be > 0"),
        ],
    )
    def test_values(self, call, says):
        with np.errstate(all="ignore"), pytest.raises(ValueError, match=says):
            call()

    @pytest.mark.parametrize(
        ("call", "says"),
        [
            (lambda: trapezoid(3.0, 0, 1, 2), "f must be a function"),
            (lambda: trapezoid(np.exp, 0, 1, 2.5), "n must be an integer"),
            (lambda: trapezoid(lambda x: 1j * x, 0, 1, 2), r"f\(x\) must be real numbers"),
            (lambda: trapezoid(lambda x: x.astype(str), 0, 1, 2), r"f\(x\) must be real numbers"),
            (lambda: monte_carlo(np.exp, 0, 1, 10, rng=0), "default_rng"),
        ],
    )
    def test_types(self, call, says):
        with pytest.raises(TypeError, match=says):
            call()
