"""dlmath_lib.optimizers: AdaGrad, RMSprop, AdamW, NAdam, AMSGrad, weight decay, schedules and what wraps a rule."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from dlmath_lib import _threads, vectors
from dlmath_lib.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamState,
    AdamW,
    Clipped,
    CosineDecay,
    ExponentialDecay,
    NAdam,
    NAdamState,
    OneCycle,
    RMSprop,
    RMSpropState,
    Scheduled,
    StepDecay,
    Warmup,
    _shared,
    adagrad_step,
    adagrad_step_in_place,
    adam_step,
    adam_step_in_place,
    adamw_step,
    clip_by_norm,
    clip_by_value,
    nadam_step,
    rmsprop_step,
)

RNG = np.random.default_rng(12)
VECTORS = vectors.load("optimizers")
START = np.array([3.0, -2.0, 1.0, -0.5, 2.0, 1.5])
# By the names of tests/oracles/make_optimizer_vectors.py.
RULES = {
    "sgd": SGD(0.02),
    "sgd_l2": SGD(0.02, momentum=0.9, weight_decay=0.1),
    "momentum": SGD(0.01, momentum=0.9),
    "nesterov": SGD(0.01, momentum=0.9, nesterov=True),
    "adagrad": AdaGrad(0.3),
    "adagrad_as_keras_starts": AdaGrad(0.3, initial=0.1, epsilon=1e-7, weight_decay=0.05),
    "rmsprop": RMSprop(0.01),
    "rmsprop_l2": RMSprop(0.01, rho=0.9, weight_decay=0.05),
    "rmsprop_momentum": RMSprop(0.002, rho=0.9, momentum=0.9),
    "rmsprop_centered": RMSprop(0.01, rho=0.95, centered=True, epsilon=1e-4),
    "rmsprop_all": RMSprop(0.002, rho=0.95, momentum=0.8, centered=True, epsilon=1e-4),
    "adam": Adam(0.01),
    "adam_l2": Adam(0.01, weight_decay=0.1),
    "adamw": AdamW(0.01, weight_decay=0.1),
    "amsgrad": Adam(0.03, beta1=0.8, beta2=0.9, amsgrad=True),
    "adamw_amsgrad": AdamW(0.03, beta1=0.8, beta2=0.9, amsgrad=True, weight_decay=0.2),
    "nadam": NAdam(0.01),
    "nadam_l2": NAdam(0.01, momentum_decay=1.0, weight_decay=0.1),
    "nadam_decoupled": NAdam(0.01, weight_decay=0.1, decoupled=True),
    "scheduled": Clipped(Scheduled(AdamW(0.01, weight_decay=0.1), CosineDecay(1000)), max_value=2.0),
}
by_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
SCHEDULES = {
    "step": StepDecay([20, 30, 70], factor=0.3),
    "exponential": ExponentialDecay(0.97),
    "cosine": CosineDecay(99, floor=0.05),
    "warmup": Warmup(40),
    "warmup_cosine": Warmup(20, start=0.1, then=CosineDecay(80)),
    "one_cycle": OneCycle(100),
}


def slope(theta, step):
    return VECTORS["long_curvatures"] * theta + 0.3 * np.sin(step * (1 + np.arange(6)) / 3)


def long_run(rule):
    theta, state, kept = START, rule.start(START), []
    for step in range(1, 1001):
        theta, state = rule.step(theta, slope(theta, step), state)
        if step in VECTORS["long_steps"]:
            kept.append(theta)
    return np.array(kept)


def walk(rule, start, gradients):
    theta, state = start, rule.start(start)
    for gradient in gradients:
        theta, state = rule.step(theta, gradient, state)
    return theta


@pytest.mark.parametrize("name", RULES)
def test_a_thousand_steps_agree_with_pytorch(name):
    np.testing.assert_allclose(long_run(RULES[name]), VECTORS[f"long_{name}"], rtol=1e-11, atol=1e-11)


def test_the_stored_runs_tell_the_rules_apart():
    ends = {name: VECTORS[f"long_{name}"][-1] for name in RULES}
    near = [(a, b) for a in ends for b in ends if a < b and np.allclose(ends[a], ends[b], rtol=1e-3, atol=1e-3)]
    assert not near


@by_rule
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("size", [1, 70000])
def test_in_place_gives_the_same_bits(rule, dtype, size):
    start, gradients = RNG.normal(size=size).astype(dtype), RNG.normal(size=(3, size)).astype(dtype)
    parameter, state = start.copy(), rule.start(start)
    for gradient in gradients:
        before = gradient.copy()
        state = rule.step_in_place(parameter, gradient, state)
        assert np.array_equal(gradient, before)
    assert np.array_equal(parameter, walk(rule, start, gradients)) and parameter.dtype == dtype


@by_rule
def test_two_threads_give_the_same_bits(rule, monkeypatch):
    size = _shared.THREADED + 12345
    start, gradients = RNG.normal(size=size).astype("float32"), RNG.normal(size=(2, size)).astype("float32")
    results = []
    for count in (1, 2):
        monkeypatch.setattr(_threads, "threads", lambda count=count: count)
        parameter, state = start.copy(), rule.start(start)
        for gradient in gradients:
            state = rule.step_in_place(parameter, gradient, state)
        results.append(parameter)
    assert np.array_equal(*results) and not np.array_equal(results[0], start)


def test_a_step_within_a_step_has_its_own_room():
    seen = []

    def inner(blocks):
        seen.extend(_shared.scratch(float, 1))

    def outer(blocks):
        (mine,) = _shared.scratch(float, 1)
        _shared.over_blocks(3, inner)
        assert _shared.scratch(float, 1)[0] is mine
        seen.append(mine)

    for _ in range(2):
        _shared.over_blocks(3, outer)
    assert len(seen) == 4 and seen[0] is not seen[1] and seen[2] is not seen[3]
    assert seen[1] is seen[3]  # kept from call to call


def test_the_second_thread_works_under_the_callers_error_state(monkeypatch):
    monkeypatch.setattr(_threads, "threads", lambda: 2)
    parameter, gradient = np.zeros(_shared.THREADED, "float32"), np.full(_shared.THREADED, 1e30, "float32")
    with np.errstate(over="ignore"):
        adam_step_in_place(parameter, gradient, AdamState.zeros_like(parameter))
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        adam_step_in_place(parameter, gradient, AdamState.zeros_like(parameter))


def test_the_blocks_cover_a_vector_once_in_any_number_of_threads(monkeypatch):
    for count in (1, 2):
        monkeypatch.setattr(_threads, "threads", lambda count=count: count)
        for size in (0, 1, _shared.THREADED - 1, _shared.BLOCK, _shared.BLOCK + 1, 5 * _shared.BLOCK + 7):
            seen, lengths = np.zeros(size, int), []

            def work(blocks, seen=seen, lengths=lengths):
                for block in blocks:
                    seen[block] += 1
                    lengths.append(seen[block].size)

            _shared.over_blocks(size, work)
            assert (seen == 1).all() and max(lengths, default=0) <= _shared.BLOCK
            # Two threads get as much: an even number of blocks of one length, but for what the last one lacks.
            assert size < _shared.THREADED or (len(lengths) % 2 == 0 and max(lengths) - min(lengths) < len(lengths))


@by_rule
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_shapes_and_dtypes_are_kept_and_arguments_left_alone(rule, shape, dtype):
    start, gradient = np.ones(shape, dtype), np.full(shape, 2.0)
    parameter, state = rule.step(start, gradient, rule.start(start))
    parameter, _ = rule.step(parameter, gradient, state)
    assert isinstance(parameter, np.ndarray) and parameter.shape == shape and parameter.dtype == dtype
    assert (start == 1).all() and (gradient == 2).all() and (parameter != 1).all()


@by_rule
def test_zero_gradients_move_nothing_that_does_not_decay(rule):
    for dtype in ("float16", "float32", "float64"):
        assert np.isfinite(walk(rule, np.ones(3, dtype), np.zeros((3, 3), dtype))).all()
        assert (walk(rule, np.zeros(3, dtype), np.zeros((3, 3), dtype)) == 0).all()


def test_adagrad_by_hand():
    theta, s = adagrad_step([1.0, 1.0], [3.0, 0.0], [16.0, 0.0], learning_rate=0.5)
    np.testing.assert_allclose(theta, [1 - 0.5 * 3 / 5, 1.0], rtol=1e-9)
    assert s.tolist() == [25.0, 0.0]


def test_rmsprop_by_hand():
    theta, state = rmsprop_step([1.0], [4.0], RMSpropState(np.array([4.0])), learning_rate=0.5, rho=0.75)
    np.testing.assert_allclose(theta, 1 - 0.5 * 4 / (np.sqrt(7) + 1e-8), rtol=1e-14)
    assert state.second.tolist() == [7.0] and state.mean is None and state.velocity is None
    given = RMSpropState(np.array([4.0]), np.array([1.0]), np.array([2.0]))
    theta, state = rmsprop_step(
        [1.0], [4.0], given, learning_rate=0.5, rho=0.75, centered=True, momentum=0.5, epsilon=1e-12
    )
    u = 0.5 * 2 + 4 / np.sqrt(7 - 1.75**2)
    np.testing.assert_allclose([theta, state.mean, state.velocity], [[1 - 0.5 * u], [1.75], [u]], rtol=1e-10)


def test_adamw_by_hand():
    theta, _ = adamw_step([2.0], [5.0], AdamState.zeros_like([2.0]), learning_rate=0.1, weight_decay=0.5)
    np.testing.assert_allclose(theta, 2 * 0.95 - 0.1, rtol=1e-8)
    # With L2 the first step of Adam is α long, decay or no decay (clinic 54).
    theta, _ = adam_step([2.0], [5.0], AdamState.zeros_like([2.0]), learning_rate=0.1, weight_decay=0.5)
    np.testing.assert_allclose(theta, 1.9, rtol=1e-8)


def test_nadam_by_hand():
    theta, state = nadam_step([1.0], [2.0], NAdamState.zeros_like([1.0]), learning_rate=0.1, momentum_decay=0.0)
    # With ψ = 0 the momentum is β₁ / 2 in each step; m = 0.1 · 2, √v̂ = 2.
    mu = 0.45
    expected = 1 - 0.1 * ((1 - mu) / (1 - mu) * 2 + mu / (1 - mu**2) * 0.2) / 2
    np.testing.assert_allclose(theta, expected, rtol=1e-8)
    assert state.product == pytest.approx(mu)


def test_amsgrad_keeps_the_largest_second_moment():
    state = AdamState.zeros_like([0.0], amsgrad=True)
    for gradient in (10.0, 0.1, 0.1):
        _, state = adam_step([0.0], [gradient], state, beta2=0.5, amsgrad=True)
    assert state.peak == pytest.approx(50.0) and state.second == pytest.approx(0.25 * 50 + 0.0075)


def test_two_steps_agree_with_sympy():
    alpha, rho, eps, mu = sp.Rational(1, 10), sp.Rational(9, 10), sp.Rational(1, 1000), sp.Rational(1, 2)
    gradients = [sp.Rational(3, 2), sp.Rational(-1, 4)]
    theta = v = a = u = s = sp.Integer(0)
    ada = sp.Integer(0)
    for g in gradients:
        v, a = rho * v + (1 - rho) * g**2, rho * a + (1 - rho) * g
        u = mu * u + g / (sp.sqrt(v - a**2) + eps)
        theta -= alpha * u
        s += g**2
        ada -= alpha * g / (sp.sqrt(s) + eps)
    numbers = np.array([[float(g)] for g in gradients])
    ours = walk(RMSprop(0.1, rho=0.9, epsilon=1e-3, momentum=0.5, centered=True), np.zeros(1), numbers)
    assert ours[0] == pytest.approx(float(theta.evalf(30)), rel=1e-13, abs=0)
    ours = walk(AdaGrad(0.1, epsilon=1e-3), np.zeros(1), numbers)
    assert ours[0] == pytest.approx(float(ada.evalf(30)), rel=1e-13, abs=0)


@given(st.floats(0.001, 0.5), st.floats(0, 1))
def test_for_plain_gradient_descent_decay_and_penalty_coincide(alpha, weight_decay):
    theta, gradient = np.array([3.0, -1.0]), np.array([0.5, 2.0])
    penalized, _ = SGD(alpha, weight_decay=weight_decay).step(theta, gradient, np.zeros(2))
    np.testing.assert_allclose(penalized, (1 - alpha * weight_decay) * theta - alpha * gradient, rtol=1e-12)


@given(st.floats(1e-3, 1e3))
def test_scale_invariance(scale):
    gradients = np.random.default_rng(0).normal(size=(6, 3))
    for rule in (AdaGrad(epsilon=1e-30), RMSprop(epsilon=1e-30), NAdam(epsilon=1e-30), Adam(epsilon=1e-30)):
        a, b = walk(rule, np.zeros(3), gradients), walk(rule, np.zeros(3), scale * gradients)
        np.testing.assert_allclose(a, b, rtol=1e-9)


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam", "adamw", "nadam"])
def test_a_gradient_whose_square_overflows_is_refused(name):
    rule, zero = RULES[name], np.zeros(1, "float32")
    with pytest.raises(ValueError, match=rf"{name}_step: gradient \* gradient must be within the range of float32"):
        rule.step(zero, [1e20], rule.start(zero))
    half = np.zeros(1, "float16")
    assert np.isfinite(rule.step(half, [6e4], rule.start(half))[0]).all()  # in float16 the square would overflow


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_agree_with_pytorch(name):
    ours = [SCHEDULES[name](k) for k in range(100)]
    np.testing.assert_allclose(ours, VECTORS[f"schedule_{name}"], rtol=1e-12, atol=1e-15)


def test_schedules_by_hand():
    assert [StepDecay(range(2, 6, 2), factor=0.5)(k) for k in range(5)] == [1, 1, 0.5, 0.5, 0.25]
    assert ExponentialDecay(0.5, every=10)(10) == 0.5
    assert CosineDecay(10)(5) == pytest.approx(0.5) and CosineDecay(10, floor=0.2)(10) == pytest.approx(0.2)
    assert [Warmup(4, start=0.2)(k) for k in (0, 2, 4, 1000)] == pytest.approx([0.2, 0.6, 1, 1])
    assert OneCycle(20, rise=0.25)(4) == pytest.approx(1) and OneCycle(20)(19) == pytest.approx(4e-6)
    assert Warmup(2, then=Warmup(2, start=0.5, then=StepDecay([1])))(5) == pytest.approx(0.1)


def test_scheduled_multiplies_the_rate():
    rule = Scheduled(SGD(0.5), StepDecay([1], factor=0.5))
    theta, state = rule.step([1.0], [1.0], rule.start([1.0]))
    theta, state = rule.step(theta, [1.0], state)
    assert theta == pytest.approx(1 - 0.5 - 0.25) and state.steps == 2 and rule.learning_rate == 0.5


def test_clip_by_value():
    assert clip_by_value([30.0, -0.5, -4.0], max_value=2).tolist() == [2.0, -0.5, -2.0]
    assert clip_by_value(np.float16([6e4]), max_value=1e9).tolist() == [6e4 // 32 * 32]
    for dtype in ("float16", "float32"):
        clipped = clip_by_value(np.ones((2, 2), dtype), max_value=0.1)
        assert clipped.dtype == dtype and clipped.shape == (2, 2) and (clipped.astype(float) <= 0.1).all()
        assert clipped.astype(float) == pytest.approx(0.1, rel=1e-3, abs=0)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_clipping_a_long_vector(dtype, monkeypatch):
    gradient = RNG.normal(size=_shared.THREADED + 99).astype(dtype)
    for count in (1, 2):
        monkeypatch.setattr(_threads, "threads", lambda count=count: count)
        clipped = clip_by_norm(gradient, max_norm=1.0)
        exact = gradient.astype("float64") / np.linalg.norm(gradient.astype("float64"))
        assert np.linalg.norm(clipped.astype("float64")) <= 1 + 1e-15
        assert (np.abs(clipped) <= np.abs(exact) * (1 + 1e-15)).all()
        np.testing.assert_allclose(
            clipped, exact, rtol=2 * np.finfo(dtype).eps, atol=np.finfo(dtype).smallest_subnormal
        )


def test_clipping_at_the_ends_of_float64():
    for size in (1e-300, 1e300):
        clipped = clip_by_norm([3 * size, -4 * size], max_norm=size)
        np.testing.assert_allclose(clipped, [0.6 * size, -0.8 * size], rtol=1e-14)


SETTINGS = [
    ({"learning_rate": 0}, ValueError, "learning_rate must be > 0, got 0"),
    ({"learning_rate": -1e-3}, ValueError, "learning_rate must be > 0"),
    ({"epsilon": 0}, ValueError, "epsilon must be > 0"),
    ({"weight_decay": -0.1}, ValueError, "weight_decay must be ≥ 0, got -0.1"),
]
BETAS = [
    ({"beta1": 1.0}, ValueError, "beta1 must be ≥ 0 and < 1"),
    ({"beta2": -0.1}, ValueError, "beta2 must be ≥ 0 and < 1"),
]
REFUSED = {
    AdaGrad: [*SETTINGS, ({"initial": -1}, ValueError, "initial must be ≥ 0")],
    RMSprop: [
        *SETTINGS,
        ({"rho": 1}, ValueError, "rho must be ≥ 0 and < 1"),
        ({"momentum": 1.5}, ValueError, "momentum must be ≥ 0 and < 1"),
        ({"centered": 1}, TypeError, "centered must be True or False"),
    ],
    AdamW: [*SETTINGS, *BETAS, ({"amsgrad": "yes"}, TypeError, "amsgrad must be True or False")],
    Adam: [*SETTINGS, *BETAS],
    NAdam: [*SETTINGS, *BETAS, ({"momentum_decay": -1}, ValueError, "momentum_decay must be ≥ 0")],
}


@pytest.mark.parametrize(
    ("rule", "options", "error", "message"), [(rule, *case) for rule, cases in REFUSED.items() for case in cases]
)
def test_settings_out_of_range_are_refused(rule, options, error, message):
    with pytest.raises(error, match=f"{rule.__name__}: {message}"):
        rule(**options)


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (lambda: adagrad_step([1.0], [1.0], [-1.0]), ValueError, "adagrad_step: accumulator must be ≥ 0, got -1"),
        (lambda: adagrad_step([1.0], [1.0], [1.0, 2.0]), ValueError, "accumulator must be of the same shape"),
        (
            lambda: adagrad_step_in_place(np.ones(2, "float16"), np.ones(2, "float16"), np.ones(2, "float16")),
            ValueError,
            "accumulator must be like parameter, float32",
        ),
        (lambda: rmsprop_step([1.0], [1.0], None), TypeError, "rmsprop_step: state must be an RMSpropState, got None"),
        (
            lambda: rmsprop_step([1.0], [1.0], RMSpropState.zeros_like([1.0]), momentum=0.9),
            ValueError,
            "state must be one with a velocity, which these settings need",
        ),
        (lambda: nadam_step([1.0], [1.0], AdamState.zeros_like([1.0])), TypeError, "must be an NAdamState, got Adam"),
        (
            lambda: adam_step([1.0], [1.0], AdamState.zeros_like([1.0]), amsgrad=True),
            ValueError,
            "adam_step: state must be one of AMSGrad, with a peak, got peak=None: start with",
        ),
        (lambda: StepDecay([3, 3]), ValueError, "StepDecay: milestones must be ≥ 1 and increasing, got"),
        (lambda: StepDecay([0, 3]), ValueError, "milestones must be ≥ 1 and increasing"),
        (lambda: StepDecay([1.5]), TypeError, "milestones must be an array of integers"),
        (lambda: CosineDecay(10)(11), ValueError, "CosineDecay: step must be at most 10, where the schedule ends, got"),
        (lambda: OneCycle(10)(10), ValueError, "OneCycle: step must be at most 9, where the schedule ends, got 10"),
        (lambda: Warmup(5, then=CosineDecay(5))(11), ValueError, "CosineDecay: step must be at most 5"),
        (lambda: ExponentialDecay(0.9)(-1), ValueError, "ExponentialDecay: step must be ≥ 0"),
        (lambda: StepDecay([1])(0.5), TypeError, "StepDecay: step must be an integer"),
        (lambda: OneCycle(5, rise=0.1), ValueError, "OneCycle: rise must be above 1 / steps = 0.2"),
        (lambda: Warmup(5, then=3), TypeError, "Warmup: then must be a schedule, such as"),
        (lambda: Warmup(5, then=CosineDecay), TypeError, "then must be a schedule.*, got the class CosineDecay"),
        (
            lambda: Clipped(SGD(1.0)),
            ValueError,
            "Clipped: max_norm or max_value must be given, one of the two, got n",
        ),
        (lambda: Clipped(SGD(1.0), max_norm=1, max_value=1), ValueError, "one of the two, got both"),
        (lambda: Clipped(SGD, max_norm=1), TypeError, "optimizer must be one with a learning rate.*got the class SGD"),
        (lambda: Scheduled(Clipped(SGD(1.0), max_norm=1), CosineDecay(3)), TypeError, r"write Clipped\(Scheduled\("),
        (lambda: Scheduled(SGD(1.0), 0.5), TypeError, "Scheduled: schedule must be a schedule"),
        (lambda: Scheduled(SGD(1.0), CosineDecay(3)).step([1.0], [1.0], None), TypeError, "must be a ScheduledState"),
        (
            lambda: walk(Scheduled(SGD(0.1), CosineDecay(2)), np.ones(1), np.ones((3, 1))),
            ValueError,
            r"Scheduled: schedule\(2\) must be > 0, got 0",
        ),
    ],
)
def test_refusals(action, error, message):
    with pytest.raises(error, match=message):
        action()
