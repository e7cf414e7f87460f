"""dlmath_lib.optimizers: momentum, Adam, clipping, and the in-place twins, which give the same numbers."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from dlmath_lib import vectors
from dlmath_lib.optimizers import (
    SGD,
    Adam,
    AdamState,
    adam_step,
    adam_step_in_place,
    clip_by_norm,
    momentum_step,
    momentum_step_in_place,
    sgd_step,
)

RNG = np.random.default_rng(5)
VECTORS = vectors.load("network")
RULES = [
    SGD(learning_rate=0.05),
    SGD(learning_rate=0.05, momentum=0.9),
    SGD(learning_rate=0.05, momentum=0.9, nesterov=True),
    Adam(learning_rate=0.01),
    Adam(learning_rate=0.02, beta1=0.8, beta2=0.95, epsilon=1e-4),
]


def run(rule, start, gradients):
    parameter, state, path = start, rule.start(start), []
    for gradient in gradients:
        parameter, state = rule.step(parameter, gradient, state)
        path.append(parameter)
    return np.array(path)


def test_momentum_by_hand():
    theta, v = momentum_step([1.0], [2.0], [10.0], learning_rate=0.125, momentum=0.5)
    assert (theta.tolist(), v.tolist()) == ([1 - 7 / 8], [7.0])
    theta, v = momentum_step([1.0], [2.0], [10.0], learning_rate=0.125, momentum=0.5, nesterov=True)
    assert (theta.tolist(), v.tolist()) == ([1 - 5.5 / 8], [7.0])


def test_the_first_step_of_adam_has_size_alpha_whatever_the_gradient():
    """Clinic 33."""
    theta, state = adam_step(np.zeros(4), [1e-3, -1.0, 1e6, 0.0], AdamState.zeros_like(np.zeros(4)), learning_rate=0.1)
    np.testing.assert_allclose(theta, [-0.1, 0.1, -0.1, 0.0], rtol=1e-4)
    assert state.steps == 1


def test_three_steps_of_adam_agree_with_sympy():
    alpha, b1, b2, eps = sp.Rational(1, 10), sp.Rational(9, 10), sp.Rational(99, 100), sp.Rational(1, 1000)
    theta, m, v = sp.Rational(2), 0, 0
    gradients = [sp.Rational(3, 2), sp.Rational(-1, 4), sp.Rational(5)]
    for k, g in enumerate(gradients, 1):
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        theta -= alpha * (m / (1 - b1**k)) / (sp.sqrt(v / (1 - b2**k)) + eps)
    rule = Adam(learning_rate=0.1, beta2=0.99, epsilon=1e-3)
    ours = run(rule, np.array([2.0]), np.array([[float(g)] for g in gradients]))
    assert ours[-1, 0] == pytest.approx(float(theta.evalf(30)), rel=1e-14, abs=0)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("name", "rule"), list(zip(["sgd", "momentum", "nesterov", "adam", "adam_other"], RULES, strict=True))
)
def test_paths_agree_with_pytorch(name, rule, dtype):
    start, gradients = (VECTORS[n].astype(dtype) for n in ("start", "gradients"))
    rtol = 1e-12 if dtype == "float64" else 2e-6
    np.testing.assert_allclose(run(rule, start, gradients), VECTORS[f"path_{name}_{dtype}"], rtol=rtol, atol=rtol)


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [1, 32768, 70000])
def test_in_place_gives_the_same_bits(rule, dtype, size):
    start = RNG.normal(size=size).astype(dtype)
    gradients = RNG.normal(size=(4, size)).astype(dtype)
    parameter, state = start.copy(), rule.start(start)
    for gradient in gradients:
        before = gradient.copy()
        state = rule.step_in_place(parameter, gradient, state)
        assert np.array_equal(gradient, before)
    assert np.array_equal(parameter, run(rule, start, gradients)[-1]) and parameter.dtype == dtype


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_shapes_dtypes_and_arguments_unchanged(rule, shape):
    for dtype in ("float32", "float64"):
        start, gradient = np.ones(shape, dtype), np.full(shape, 2.0)
        state = rule.start(start)
        parameter, _ = rule.step(start, gradient, state)
        assert isinstance(parameter, np.ndarray) and parameter.shape == shape and parameter.dtype == dtype
        assert (start == 1).all() and (gradient == 2).all()
        assert all(not np.any(part) for part in (state if isinstance(state, tuple) else [state]))


def test_without_momentum_it_is_gradient_descent():
    theta, g = RNG.normal(size=(2, 5))
    ours, velocity = momentum_step(theta, g, np.zeros(5), learning_rate=0.1, momentum=0)
    assert np.array_equal(ours, sgd_step(theta, g, learning_rate=0.1)) and np.array_equal(velocity, g)


@given(st.floats(0.01, 0.5), st.floats(0, 0.95))
def test_keras_keeps_alpha_in_the_velocity_and_walks_the_same_path(alpha, mu):
    theta = other = np.array([3.0, -1.0])
    v, w = np.zeros(2), np.zeros(2)
    for _ in range(5):
        theta, v = momentum_step(theta, theta * [1.0, 0.2], v, learning_rate=alpha, momentum=mu)
        w = mu * w - alpha * other * [1.0, 0.2]
        other = other + w
    np.testing.assert_allclose(theta, other, rtol=1e-9, atol=1e-12)


@given(st.floats(1e-3, 1e3))
def test_adam_does_not_see_the_scale_of_the_loss(scale):
    rule = Adam(epsilon=1e-30)
    gradients = np.random.default_rng(0).normal(size=(6, 3))
    a, b = run(rule, np.zeros(3), gradients), run(rule, np.zeros(3), scale * gradients)
    np.testing.assert_allclose(a, b, rtol=1e-9)


def first_step(gradient, dtype, **settings):
    parameter = np.zeros(1, dtype)
    return adam_step(parameter, [gradient], AdamState.zeros_like(parameter), learning_rate=0.1, **settings)[0]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("gradient", [0.0, 1e-12, 1e-8, 1e-3, -2.0, 6e4])
def test_the_first_step_of_adam_has_length_alpha_g_over_g_plus_epsilon(gradient, dtype):
    step = first_step(gradient, dtype)
    assert step.dtype == dtype
    expected = -0.1 * gradient / (abs(gradient) + 1e-8)
    np.testing.assert_allclose(step, expected, rtol=2e-3 if dtype == "float16" else 2e-6, atol=1e-7)


def test_float16_is_stepped_in_float32():
    parameter = np.ones(2, np.float16)
    state = AdamState.zeros_like(parameter)
    assert state.first.dtype == state.second.dtype == np.float32
    for _ in range(3):
        parameter, state = adam_step(parameter, np.array([1e-3, 0], np.float16), state, learning_rate=0.125)
    assert parameter.tolist() == [0.625, 1.0] and state.second.dtype == np.float32
    # In float16 a learning rate of 1e-8 is 0.
    zero = np.zeros(1, np.float16)
    theta, velocity = momentum_step(zero, [5e4], zero, learning_rate=1e-8)
    assert theta == np.float16(-5e-4) and theta.dtype == velocity.dtype == np.float16
    assert sgd_step(zero, [6e4], learning_rate=1e-8) == np.float16(-6e-4)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_in_place_gives_the_same_bits_in_float16(rule):
    start, gradients = RNG.normal(size=40).astype("float16"), RNG.normal(size=(4, 40)).astype("float16")
    parameter, state = start.copy(), rule.start(start)
    for gradient in gradients:
        state = rule.step_in_place(parameter, gradient, state)
    assert np.array_equal(parameter, run(rule, start, gradients)[-1]) and parameter.dtype == np.float16


@pytest.mark.parametrize(("dtype", "gradient"), [("float32", 1e20), ("float64", 1e200)])
def test_a_gradient_whose_square_overflows_is_refused(dtype, gradient):
    with pytest.raises(ValueError, match=r"adam_step: gradient \* gradient must be within the range of .*clip_by_norm"):
        first_step(gradient, dtype)


def test_an_epsilon_that_rounds_to_zero_makes_no_nan():
    assert first_step(0.0, "float32", epsilon=1e-300) == first_step(0.0, "float64", epsilon=5e-324) == 0
    parameter = np.zeros(1, "float32")
    adam_step_in_place(parameter, np.zeros(1, "float32"), AdamState.zeros_like(parameter), epsilon=1e-300)
    assert parameter == 0


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (
            lambda z: momentum_step(z, [1e300], z, learning_rate=1),
            "momentum_step: gradient must be within the range of",
        ),
        (lambda z: adam_step(z, [1e300], AdamState.zeros_like(z)), "adam_step: gradient must be within the range of"),
        (lambda z: sgd_step(z, [3e38], learning_rate=3), "sgd_step: learning_rate must be small enough that the next"),
        (lambda z: momentum_step(z, [3e38], z, learning_rate=3), "momentum_step: learning_rate must be small enough"),
        (lambda z: momentum_step(z, [3e38], z + 3e38, learning_rate=1), r"momentum \* velocity \+ gradient must be"),
        (lambda z: momentum_step(z, [1.0], z, learning_rate=1e-50), "learning_rate must be between 1.2e-38 and 3.4e"),
        (lambda z: adam_step(z, [0.0], AdamState.zeros_like(z), learning_rate=1e50), "learning_rate must be between"),
    ],
)
def test_what_leaves_the_range_of_float32_is_refused(action, message):
    with pytest.raises(ValueError, match=message):
        action(np.zeros(1, np.float32))


FAULTY = {
    "no bias correction": lambda g, m, v, k: (0.1 * m) / (np.sqrt(v) + 1e-8),
    "no second moment": lambda g, m, v, k: 0.1 * m / (1 - 0.9**k),
    "divided by v, not by its root": lambda g, m, v, k: 0.1 * (m / (1 - 0.9**k)) / (v / (1 - 0.999**k) + 1e-8),
    "no first moment": lambda g, m, v, k: 0.1 * g / (np.sqrt(v / (1 - 0.999**k)) + 1e-8),
}


@pytest.mark.parametrize("name", FAULTY)
def test_faulty_adams_are_told_apart(name):
    gradients = RNG.normal(size=(5, 4)) * 3
    theta, m, v = np.zeros(4), 0, 0
    for k, g in enumerate(gradients, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        theta = theta - FAULTY[name](g, m, v, k)
    assert not np.allclose(theta, run(Adam(learning_rate=0.1), np.zeros(4), gradients)[-1], rtol=0.05)


def test_clipping():
    assert clip_by_norm([30.0, 40.0], max_norm=5).tolist() == [3.0, 4.0]
    short = np.array([[0.3], [0.4]], "float32")
    clipped = clip_by_norm(short, max_norm=5)
    assert np.array_equal(clipped, short) and clipped is not short and clipped.dtype == np.float32
    assert clip_by_norm(np.zeros(3), max_norm=1).tolist() == [0.0] * 3
    np.testing.assert_allclose(clip_by_norm([3e200, 4e200], max_norm=1), [0.6, 0.8])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_clipped_gradient_is_no_longer_than_the_bound_and_keeps_its_direction(dtype):
    np.testing.assert_allclose(clip_by_norm([1.7e308, 1.7e308], max_norm=1.0), [0.5**0.5] * 2, rtol=1e-15)
    assert clip_by_norm(np.float16([6e4]), max_norm=0.01) == np.nextafter(np.float16(0.01), np.float16(0))
    largest = np.finfo(dtype).max
    for gradient in (np.full(5, largest, dtype), RNG.normal(size=40).astype(dtype), np.array([-largest, 1, 0], dtype)):
        for bound in (1e-3, 0.07, 1.0):
            clipped = clip_by_norm(gradient, max_norm=bound)
            assert clipped.dtype == dtype and (np.sign(clipped) * np.sign(gradient) >= 0).all()
            length = np.linalg.norm(clipped.astype("float64"))
            assert bound * (1 - 4 * np.finfo(dtype).eps - 1e-4 * (dtype == "float16")) <= length <= bound * (1 + 1e-15)
    tiny = np.array([np.finfo(dtype).smallest_subnormal], dtype)
    assert np.array_equal(clip_by_norm(tiny, max_norm=1), tiny)


SETTINGS = [
    ({"learning_rate": 0}, ValueError, "learning_rate must be > 0, got 0"),
    ({"learning_rate": -1e-3}, ValueError, "learning_rate must be > 0"),
    ({"learning_rate": "0.1"}, TypeError, "learning_rate must be a number"),
    ({"learning_rate": np.inf}, ValueError, "learning_rate must be finite"),
]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        *SETTINGS,
        ({"beta1": 1.0}, ValueError, "beta1 must be ≥ 0 and < 1"),
        ({"beta2": -0.1}, ValueError, "beta2 must be ≥ 0 and < 1"),
        ({"epsilon": 0}, ValueError, "epsilon must be > 0"),
    ],
)
def test_adam_refuses(options, error, message):
    with pytest.raises(error, match=f"Adam: {message}"):
        Adam(**options)
    with pytest.raises(error, match=f"adam_step: {message}"):
        adam_step([1.0], [1.0], AdamState.zeros_like([1.0]), **options)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        *SETTINGS,
        ({"momentum": 1}, ValueError, "momentum must be ≥ 0 and < 1"),
        ({"nesterov": 1}, TypeError, "nesterov must be True or False, got int 1"),
    ],
)
def test_momentum_refuses(options, error, message):
    options = {"learning_rate": 0.1} | options
    with pytest.raises(error, match=f"SGD: {message}"):
        SGD(**options)
    with pytest.raises(error, match=f"momentum_step: {message}"):
        momentum_step([1.0], [1.0], [0.0], **options)


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (lambda: SGD(0.1, nesterov=True), ValueError, "SGD: momentum must be > 0 with nesterov=True"),
        (
            lambda: momentum_step(np.ones(3), np.ones((3, 1)), np.ones(3), learning_rate=1),
            ValueError,
            "gradient must be of",
        ),
        (
            lambda: momentum_step([1.0], [1.0], [1.0, 2.0], learning_rate=1),
            ValueError,
            "velocity must be of the same shape",
        ),
        (lambda: momentum_step([1.0], [np.nan], [1.0], learning_rate=1), ValueError, "gradient must be finite"),
        (lambda: adam_step([1.0], [1.0], None), TypeError, "state must be an AdamState, got NoneType: start with"),
        (
            lambda: adam_step([1.0, 2.0], [1.0, 1.0], AdamState.zeros_like([1.0])),
            ValueError,
            "first must be of the same shape",
        ),
        (
            lambda: adam_step_in_place(np.ones((2, 2)), np.ones(4), AdamState.zeros_like(np.ones(4))),
            TypeError,
            r"parameter must be a flat vector of floats \(ndarray\), got shape \(2, 2\)",
        ),
        (
            lambda: momentum_step_in_place(np.ones(2), np.ones(2, "float32"), np.ones(2), learning_rate=1),
            ValueError,
            "gradient must be like parameter, float64",
        ),
        (
            lambda: momentum_step_in_place([1.0], [1.0], [1.0], learning_rate=1),
            TypeError,
            "parameter must be a flat vector",
        ),
        (lambda: clip_by_norm([1.0], max_norm=0), ValueError, "clip_by_norm: max_norm must be > 0"),
        (lambda: clip_by_norm([np.inf], max_norm=1), ValueError, "clip_by_norm: gradient must be finite"),
    ],
)
def test_refusals(action, error, message):
    with pytest.raises(error, match=message):
        action()
