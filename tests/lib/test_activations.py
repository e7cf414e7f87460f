"""Activations: values by hand, laws, errors, extremes, SymPy, SciPy and stored PyTorch vectors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.special
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import dlmath_lib.activations as act
from dlmath_lib import vectors

VECTORS = vectors.load("activations")
Z = sp.Symbol("z", real=True)
SIGMA = 1 / (1 + sp.exp(-Z))
NORMAL_CDF = sp.erfc(-Z / sp.sqrt(2)) / 2
TANH_GATE = (1 + sp.tanh(sp.sqrt(2 / sp.pi) * (Z + sp.Rational(44715, 1000000) * Z**3))) / 2

# name: (options, SymPy expression, value at 0, value at 1)
ELEMENTWISE: dict[str, tuple[dict, sp.Expr, float, float]] = {
    "sigmoid": ({}, SIGMA, 0.5, 0.7310585786300049),
    "log_sigmoid": ({}, sp.log(SIGMA), -np.log(2), -0.31326168751822286),
    "tanh": ({}, sp.tanh(Z), 0.0, 0.7615941559557649),
    "relu": ({}, sp.Max(0, Z), 0.0, 1.0),
    "leaky_relu": ({"slope": 0.25}, sp.Max(0, Z) + sp.Min(0, Z) / 4, 0.0, 1.0),
    "elu": ({"alpha": 2.0}, sp.Piecewise((Z, Z > 0), (2 * (sp.exp(Z) - 1), True)), 0.0, 1.0),
    "softplus": ({}, sp.log(1 + sp.exp(Z)), np.log(2), 1.3132616875182228),
    "silu": ({}, Z * SIGMA, 0.0, 0.7310585786300049),
    "gelu": ({}, Z * NORMAL_CDF, 0.0, 0.8413447460685429),
    "gelu_tanh": ({"approximate": "tanh"}, Z * TANH_GATE, 0.0, 0.8411919906082768),
}
NAMES = list(ELEMENTWISE)
# Not in the vectors by its own name: each has a test below that says which oracle from outside it has instead.
OTHER_ORACLE = {"gelu_tanh"}
SMOOTH_POINTS = [-700.5, -40.0, -9.5, -3.25, -1.0, -1e-3, 1e-3, 0.5, 2.0, 7.75, 40.0, 700.5]
finite_arrays = hnp.arrays(np.float64, hnp.array_shapes(max_dims=2, max_side=5), elements=st.floats(-1e4, 1e4))
logits = hnp.arrays(np.float64, st.integers(1, 6), elements=st.floats(-1e3, 1e3))


def functions(name: str) -> tuple[Callable, Callable, Callable]:
    options = ELEMENTWISE[name][0]
    base = name.removesuffix("_tanh") if name != "tanh" else name

    def bind(function: Callable, keys: dict) -> Callable:
        return lambda *arrays: function(*arrays, **keys)

    return tuple(bind(getattr(act, base + suffix), options) for suffix in ("", "_grad", "_vjp"))


def expected(expression: sp.Expr, point: float) -> float:
    """The expression at 50 digits; at 1200 where the textbook form cancels."""
    return float(expression.subs(Z, sp.Float(point, 1200)).evalf(50, maxn=4000))


@pytest.mark.parametrize("name", NAMES)
def test_values_by_hand(name: str) -> None:
    _, _, at_zero, at_one = ELEMENTWISE[name]
    np.testing.assert_allclose(functions(name)[0](np.array([0.0, 1.0])), [at_zero, at_one], rtol=1e-15, atol=1e-300)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("point", SMOOTH_POINTS)
def test_value_and_derivative_keep_their_digits_even_in_the_tails(name: str, point: float) -> None:
    f, grad, _ = functions(name)
    expression = ELEMENTWISE[name][1]
    for function, truth in ((f, expression), (grad, sp.diff(expression, Z))):
        result = function(np.array([point]))
        # SiLU′ and GELU′ are differences that pass through 0; elsewhere the error is relative.
        np.testing.assert_allclose(result, expected(truth, point), rtol=2e-13, atol=1e-300)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4), (0,), (0, 3)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_shape_and_dtype_are_kept(name: str, shape: tuple, dtype: type) -> None:
    f, grad, vjp = functions(name)
    z = np.linspace(-2, 2, int(np.prod(shape))).reshape(shape).astype(dtype)
    for result in (f(z), grad(z), vjp(z, z), vjp(z.astype(np.float64), z)):
        assert np.shape(result) == shape
        assert result.dtype == dtype


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_are_finite_and_silent(name: str, dtype: type) -> None:
    f, grad, vjp = functions(name)
    z = np.array([-np.finfo(dtype).max, -1000, -100, -0.0, 0, 100, 1000, np.finfo(dtype).max], dtype=dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for result in (f(z), grad(z), vjp(np.ones_like(z), z)):
            assert np.isfinite(result).all()


@pytest.mark.parametrize("name", NAMES)
def test_integers_and_lists_become_float64(name: str) -> None:
    f, grad, _ = functions(name)
    for function in (f, grad):
        np.testing.assert_array_equal(function([-1, 2]), function(np.array([-1.0, 2.0])))
        assert function([-1, 2]).dtype == np.float64


@pytest.mark.parametrize("name", NAMES)
def test_arguments_are_not_changed(name: str) -> None:
    f, grad, vjp = functions(name)
    z = np.array([-1.5, 0.0, 2.0])
    g = np.array([1.0, 2.0, 3.0])
    f(z), grad(z), vjp(g, z)
    np.testing.assert_array_equal(z, [-1.5, 0.0, 2.0])
    np.testing.assert_array_equal(g, [1.0, 2.0, 3.0])


@pytest.mark.parametrize("name", NAMES)
def test_vjp_is_the_transposed_jacobian(name: str) -> None:
    f, _, vjp = functions(name)
    rng = np.random.default_rng(1)
    z = rng.normal(size=(4, 3)) * 2
    z[np.abs(z) < 1e-3] = 0.5
    g, direction = rng.normal(size=(2, *z.shape))
    step = 1e-6
    numeric = np.sum(g * (f(z + step * direction) - f(z - step * direction))) / (2 * step)
    np.testing.assert_allclose(np.sum(vjp(g, z) * direction), numeric, rtol=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_bad_arguments(name: str) -> None:
    base = name.removesuffix("_tanh") if name != "tanh" else name
    f, grad, vjp = functions(name)
    for function, title in ((f, base), (grad, base + "_grad"), (lambda z: vjp(z, z), base + "_vjp")):
        with pytest.raises(TypeError, match=rf"^{title}: \w must be an array of numbers, got str"):
            function("abc")
        with pytest.raises(TypeError, match=rf"^{title}: "):
            function(None)
        with pytest.raises(TypeError, match="real"):
            function(np.array([1j]))
        for bad in (np.nan, np.inf, -np.inf):
            with pytest.raises(ValueError, match=rf"^{title}: \w must be finite, got .* at index \(1,\)"):
                function(np.array([0.0, bad]))
    with pytest.raises(ValueError, match=r"_vjp: g must be of the same shape as z, \(3,\), got \(3, 1\)"):
        vjp(np.ones((3, 1)), np.ones(3))
    with pytest.raises(TypeError):
        getattr(act, base)(np.ones(3), 0.5)  # options are keyword-only


@pytest.mark.parametrize("name", [n for n in NAMES if n not in OTHER_ORACLE])
@pytest.mark.parametrize(
    ("bits", "dtype", "rtol", "atol"), [("64", np.float64, 1e-14, 1e-15), ("32", np.float32, 2e-6, 2e-7)]
)
def test_pytorch_vectors(name: str, bits: str, dtype: type, rtol: float, atol: float) -> None:
    z, g = VECTORS["z"].astype(dtype), VECTORS["g"].astype(dtype)
    np.testing.assert_allclose(getattr(act, name)(z), VECTORS[f"{name}_{bits}"], rtol=rtol, atol=atol)
    np.testing.assert_allclose(getattr(act, name + "_vjp")(g, z), VECTORS[f"{name}_vjp_{bits}"], rtol=rtol, atol=atol)


@pytest.mark.parametrize(
    ("bits", "dtype", "rtol", "atol"), [("64", np.float64, 1e-14, 1e-14), ("32", np.float32, 2e-6, 1e-6)]
)
def test_pytorch_vectors_of_gelu_by_tanh(bits: str, dtype: type, rtol: float, atol: float) -> None:
    z, g = VECTORS["z"].astype(dtype), VECTORS["g"].astype(dtype)
    np.testing.assert_allclose(act.gelu(z, approximate="tanh"), VECTORS[f"gelu_tanh_{bits}"], rtol=rtol, atol=atol)
    dz = act.gelu_vjp(g, z, approximate="tanh")
    np.testing.assert_allclose(dz, VECTORS[f"gelu_tanh_vjp_{bits}"], rtol=rtol, atol=atol)


@pytest.mark.parametrize(("at_zero", "name"), [(0.0, "relu"), (1.0, "relu_by_clamp"), (0.5, "relu_by_maximum")])
def test_three_choices_at_zero_in_one_framework(at_zero: float, name: str) -> None:
    dz = act.relu_vjp(VECTORS["g"], VECTORS["z"], at_zero=at_zero)
    np.testing.assert_array_equal(dz, VECTORS[f"{name}_vjp_64"])


def test_scipy() -> None:
    z = np.linspace(-800, 800, 4001)
    np.testing.assert_allclose(act.sigmoid(z), scipy.special.expit(z), rtol=1e-15, atol=1e-300)
    np.testing.assert_allclose(act.log_sigmoid(z), scipy.special.log_expit(z), rtol=1e-15, atol=1e-300)
    near = np.linspace(-37, 8, 4001)  # SciPy's normal distribution loses digits in the far tail
    np.testing.assert_allclose(act.gelu(near), near * scipy.special.ndtr(near), rtol=1e-12)
    batch = np.random.default_rng(3).normal(size=(5, 7)) * 300
    for axis in (0, 1, -1):
        np.testing.assert_allclose(act.softmax(batch, axis=axis), scipy.special.softmax(batch, axis=axis), rtol=1e-13)
        np.testing.assert_allclose(
            act.log_softmax(batch, axis=axis), scipy.special.log_softmax(batch, axis=axis), rtol=1e-13, atol=1e-15
        )
        np.testing.assert_allclose(
            act.logsumexp(batch, axis=axis), scipy.special.logsumexp(batch, axis=axis), rtol=1e-15
        )


@given(finite_arrays)
def test_laws_of_the_sigmoid_family(z: np.ndarray) -> None:
    np.testing.assert_allclose(act.sigmoid(z) + act.sigmoid(-z), 1, rtol=1e-15)
    np.testing.assert_allclose(act.sigmoid_grad(z), act.sigmoid(z) * act.sigmoid(-z), rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose(act.tanh(z), 2 * act.sigmoid(2 * z) - 1, atol=3e-16)
    np.testing.assert_allclose(act.tanh_grad(z), 4 * act.sigmoid_grad(2 * z), rtol=1e-15)
    np.testing.assert_allclose(act.softplus(z) - act.softplus(-z), z, rtol=1e-15, atol=1e-15)
    np.testing.assert_array_equal(act.log_sigmoid(z), -act.softplus(-z))
    np.testing.assert_array_equal(act.softplus_grad(z), act.sigmoid(z))


@given(finite_arrays)
def test_laws_of_the_rectifiers(z: np.ndarray) -> None:
    np.testing.assert_array_equal(act.relu(z) - act.relu(-z), z)
    np.testing.assert_array_equal(act.relu(act.relu(z)), act.relu(z))
    np.testing.assert_array_equal(act.leaky_relu(z, slope=0.0), act.relu(z))
    np.testing.assert_array_equal(act.leaky_relu(z, slope=1.0), z)
    np.testing.assert_array_equal(act.leaky_relu(z, slope=0.25), act.prelu(z, 0.25))
    np.testing.assert_allclose(act.silu(z) - act.silu(-z), z, rtol=1e-15, atol=1e-300)
    np.testing.assert_allclose(act.gelu(z) - act.gelu(-z), z, rtol=1e-15, atol=1e-300)
    assert (act.relu(z) >= act.gelu(z)).all()
    assert (act.softplus(z) >= act.relu(z)).all()


def test_elu_joins_smoothly_only_for_alpha_one() -> None:
    tiny = np.array([-1e-12, 1e-12])
    np.testing.assert_allclose(act.elu_grad(tiny), [1, 1], rtol=1e-11)
    np.testing.assert_allclose(act.elu_grad(tiny, alpha=3.0), [3, 1], rtol=1e-11)


def test_gelu_by_tanh_stays_within_its_stated_bound() -> None:
    z = np.linspace(-10, 10, 200_001)
    largest = np.abs(act.gelu(z) - act.gelu(z, approximate="tanh")).max()
    assert 4.7e-4 < largest < 5e-4


def test_the_numbers_of_the_docstrings_are_true() -> None:
    z = np.linspace(-12, 12, 240_001)
    assert -0.1701 < act.gelu(z, approximate="tanh").min() < -0.17 < act.gelu(z).min()
    assert -0.2785 < act.silu(z).min() < -0.2784
    for slope, largest in ((act.silu_grad(z), 1.0999), (act.gelu_grad(z), 1.13)):
        assert 1 - largest <= slope.min() < 1.0012 - largest and largest - 0.0012 < slope.max() <= largest
    # Where the textbook form is exactly 0, or no number any more, and where it is not yet.
    assert (1 + scipy.special.erf(-8.38 / np.sqrt(2))) / 2 == 0 < (1 + scipy.special.erf(-8.3 / np.sqrt(2))) / 2
    assert 1 - act.sigmoid(37.0) == 0 < 1 - act.sigmoid(36.0)
    assert 1 - np.tanh(19.0) ** 2 == 0 < 1 - np.tanh(18.0) ** 2
    assert act.sigmoid(-700.0) == pytest.approx(1e-304, rel=0.02, abs=0)
    assert act.sigmoid(-745.3) == 0 < act.sigmoid(-745.0)
    with np.errstate(over="ignore"):
        assert np.isinf(np.exp(710.0)) and np.isfinite(np.exp(709.0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda z: act.relu_grad(z, at_zero=1.5), r"relu_grad: at_zero must be ≥ 0 and ≤ 1, got 1.5"),
        (lambda z: act.leaky_relu(z, slope=-0.1), r"leaky_relu: slope must be ≥ 0, got -0.1"),
        (lambda z: act.elu(z, alpha=0.0), r"elu: alpha must be > 0, got 0"),
        (lambda z: act.elu_grad(z, alpha=np.nan), r"elu_grad: alpha must be finite, got nan"),
        (lambda z: act.gelu(z, approximate="erf"), r"gelu: approximate must be one of 'none', 'tanh', got 'erf'"),
        (lambda z: act.gelu_grad(z, approximate="no"), r"gelu_grad: approximate must be one of"),
        (lambda z: act.prelu(z, [0.1, 0.2]), r"prelu: a must be a number, or hold one slope for each channel"),
        (
            lambda z: act.prelu(z, [[0.1, 0.2]]),
            r"prelu: a must be a number.* got shape \(1, 2\) for z of shape \(2, 3\)",
        ),
        (lambda z: act.prelu(z, [[[0.1]]]), r"prelu: a must be a number, or hold one slope for each channel"),
        (lambda z: act.prelu_grad(z, [np.nan]), r"prelu_grad: a must be finite, got nan"),
        (lambda z: act.prelu_vjp(z, z, np.nan), r"prelu_vjp: a must be finite, got nan"),
        (lambda z: act.relu_vjp(z, z, at_zero=-1), r"relu_vjp: at_zero must be ≥ 0 and ≤ 1, got -1"),
        (lambda z: act.leaky_relu_vjp(z, z, slope=-1), r"leaky_relu_vjp: slope must be ≥ 0, got -1"),
        (lambda z: act.leaky_relu_grad(z, slope=-1), r"leaky_relu_grad: slope must be ≥ 0, got -1"),
        (lambda z: act.elu_grad(z, alpha=0), r"elu_grad: alpha must be > 0, got 0"),
        (lambda z: act.elu_vjp(z, z, alpha=0), r"elu_vjp: alpha must be > 0, got 0"),
        (lambda z: act.gelu_vjp(z, z, approximate="tnah"), r"gelu_vjp: approximate must be one of"),
    ],
)
def test_bad_options(call: Callable, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(np.ones((2, 3)))


@pytest.mark.parametrize("wrong", ["0.1", True, None, [0.1]])
@pytest.mark.parametrize(("name", "option"), [("relu", "at_zero"), ("leaky_relu", "slope"), ("elu", "alpha")])
def test_option_of_the_wrong_type(name: str, option: str, wrong: object) -> None:
    z = np.ones(2)
    for title, call in ((name, getattr(act, name)), (name + "_grad", getattr(act, name + "_grad"))):
        if title != "relu":  # max(0, z) needs no choice at 0
            with pytest.raises(TypeError, match=rf"^{title}: {option} must be a number"):
                call(z, **{option: wrong})
    with pytest.raises(TypeError, match=rf"^{name}_vjp: {option} must be a number"):
        getattr(act, name + "_vjp")(z, z, **{option: wrong})


def test_prelu_by_hand_for_each_channel() -> None:
    z = np.array([[-2.0, -2.0, 1.0], [4.0, -1.0, -3.0]])
    a = np.array([0.5, 0.25, 0.0])
    g = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    np.testing.assert_array_equal(act.prelu(z, a), [[-1.0, -0.5, 1.0], [4.0, -0.25, 0.0]])
    np.testing.assert_array_equal(act.prelu_grad(z, a), [[0.5, 0.25, 1.0], [1.0, 0.25, 0.0]])
    dz, da = act.prelu_vjp(g, z, a)
    np.testing.assert_array_equal(dz, [[0.5, 0.5, 3.0], [4.0, 1.25, 0.0]])
    np.testing.assert_array_equal(da, [-2.0, -9.0, -18.0])


def test_prelu_against_pytorch() -> None:
    z, g, a = VECTORS["z"], VECTORS["g"], VECTORS["prelu_slopes"]
    np.testing.assert_array_equal(act.prelu(z, a), VECTORS["prelu_64"])
    dz, da = act.prelu_vjp(g, z, a)
    np.testing.assert_array_equal(dz, VECTORS["prelu_dz_64"])
    np.testing.assert_allclose(da, VECTORS["prelu_da_64"], rtol=1e-14)


def test_prelu_by_hand_with_slopes_of_its_own_rank() -> None:
    z = np.array([[-2.0, -4.0], [-6.0, 8.0]])
    np.testing.assert_array_equal(act.prelu(z, [[0.5], [0.25]]), [[-1.0, -2.0], [-1.5, 8.0]])
    np.testing.assert_array_equal(act.prelu(z, [[0.5, 0.25]]), [[-1.0, -1.0], [-3.0, 8.0]])
    np.testing.assert_array_equal(act.prelu(z, [0.5, 0.25]), [[-1.0, -1.0], [-3.0, 8.0]])
    np.testing.assert_array_equal(act.prelu(z[0], [0.5, 0.25]), [-1.0, -1.0])
    np.testing.assert_array_equal(act.prelu_vjp(np.ones((2, 2)), z, [[0.5], [0.25]])[1], [[-6.0], [-6.0]])
    assert act.prelu_vjp(np.ones((2, 2)), z, [0.5])[1].tolist() == [-12.0]


@pytest.mark.parametrize("shape", [(), (1,), (3,), (1, 3, 1, 1), (2, 1, 4, 1), (2, 3, 4, 4)])
def test_prelu_vjp_on_images(shape: tuple) -> None:
    rng = np.random.default_rng(5)
    z, g, direction = rng.normal(size=(3, 2, 3, 4, 4))
    a, direction_a = rng.normal(size=(2, *shape))
    dz, da = act.prelu_vjp(g, z, a)
    assert np.shape(da) == shape
    step = 1e-6
    plus, minus = (act.prelu(z + s * direction, a + s * direction_a) for s in (step, -step))
    np.testing.assert_allclose(
        np.sum(dz * direction) + np.sum(da * direction_a), np.sum(g * (plus - minus)) / (2 * step), rtol=1e-5
    )


def test_prelu_dtype() -> None:
    z = np.ones((2, 3), dtype=np.float32)
    assert act.prelu(z, 0.1).dtype == np.float32
    dz, da = act.prelu_vjp(z, z, np.zeros(3, dtype=np.float32))
    assert (dz.dtype, da.dtype) == (np.float32, np.float32)
    with pytest.raises(ValueError, match="prelu_vjp: g must be of the same shape as z"):
        act.prelu_vjp(np.ones((3, 2)), z, 0.1)


def test_softmax_by_hand() -> None:
    np.testing.assert_allclose(act.softmax(np.log([1.0, 2.0, 5.0])), [0.125, 0.25, 0.625], rtol=1e-15)
    np.testing.assert_array_equal(act.softmax(np.full(4, 7.0)), np.full(4, 0.25))
    np.testing.assert_allclose(
        act.softmax_jacobian(np.log([1.0, 3.0])), [[3 / 16, -3 / 16], [-3 / 16, 3 / 16]], rtol=1e-14
    )
    np.testing.assert_allclose(act.log_softmax_jacobian(np.log([1.0, 3.0])), [[0.75, -0.75], [-0.25, 0.25]], rtol=1e-14)
    assert float(act.logsumexp(np.log([1.0, 2.0, 5.0]))) == pytest.approx(np.log(8), rel=1e-15, abs=0)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_softmax_family_keeps_shape_and_dtype(dtype: type) -> None:
    z = np.ones((2, 3, 4), dtype=dtype)
    for axis in range(3):
        for function in (act.softmax, act.log_softmax):
            assert function(z, axis=axis).shape == z.shape
            assert function(z, axis=axis).dtype == dtype
        for function in (act.softmax_vjp, act.log_softmax_vjp):
            assert function(z.astype(np.float64), z, axis=axis).dtype == dtype
        summed = act.logsumexp(z, axis=axis)
        assert summed.shape == z.shape[:axis] + z.shape[axis + 1 :]
        assert summed.dtype == dtype
        assert act.logsumexp_vjp(summed, z, axis=axis).shape == z.shape
    assert act.softmax_jacobian(z[0, 0]).dtype == dtype
    assert act.log_softmax_jacobian(z[0, 0]).dtype == dtype
    assert act.softmax(np.ones((0, 3), dtype=dtype)).shape == (0, 3)
    assert act.logsumexp(np.ones((0, 3), dtype=dtype)).shape == (0,)


def test_softmax_at_extremes_is_silent() -> None:
    z = np.array([[1000.0, -1000.0, 0.0], [1e308, -1e308, 0.0], [-1000.0, -1000.0, -1000.0]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        p = act.softmax(z)
        assert np.isfinite(act.logsumexp(z)).all()
    np.testing.assert_allclose(p, [[1, 0, 0], [1, 0, 0], [1 / 3, 1 / 3, 1 / 3]], rtol=1e-15)
    np.testing.assert_array_equal(act.log_softmax(z[0]), [0.0, -2000.0, -1000.0])
    assert float(act.logsumexp(z[0])) == 1000.0


def test_log_softmax_keeps_the_digits_of_a_confident_answer() -> None:
    result = act.log_softmax(np.array([0.0, -40.0]))
    assert result[0] == pytest.approx(-np.exp(-40.0), rel=1e-14, abs=0)


def test_choices_at_zero_that_the_docstrings_promise() -> None:
    zero = np.array([0.0, -0.0])
    assert act.relu_grad(zero).tolist() == [0.0, 0.0]
    assert act.relu_grad(zero, at_zero=0.25).tolist() == [0.25, 0.25]
    assert act.leaky_relu_grad(zero, slope=0.1).tolist() == [0.1, 0.1]
    assert act.elu_grad(zero, alpha=3.0).tolist() == [3.0, 3.0]
    assert act.prelu_grad(zero, 0.25).tolist() == [0.25, 0.25]
    assert act.prelu_vjp(zero + 1, zero, 0.25)[0].tolist() == [0.25, 0.25]


def test_masked_logits() -> None:
    z = np.array([[1.0, -np.inf, 1.0], [-np.inf, 0.0, -np.inf]])
    np.testing.assert_array_equal(act.softmax(z), [[0.5, 0, 0.5], [0, 1, 0]])
    np.testing.assert_array_equal(act.log_softmax(z)[1], [-np.inf, 0, -np.inf])
    np.testing.assert_allclose(act.logsumexp(z), [1 + np.log(2), 0])
    assert np.isfinite(act.softmax_vjp(np.ones_like(z), z)).all()


@given(logits, st.floats(-1e3, 1e3))
def test_shift_invariance(z: np.ndarray, shift: float) -> None:
    np.testing.assert_allclose(act.softmax(z + shift), act.softmax(z), rtol=1e-11, atol=1e-300)
    np.testing.assert_allclose(act.logsumexp(z + shift), act.logsumexp(z) + shift, rtol=1e-12, atol=1e-12)


@given(logits)
def test_laws_of_softmax(z: np.ndarray) -> None:
    p = act.softmax(z)
    assert p.sum() == pytest.approx(1, rel=1e-14, abs=0)
    assert (p >= 0).all()
    assert p[np.argmax(z)] == p.max()
    np.testing.assert_allclose(np.exp(act.log_softmax(z)), p, rtol=1e-12, atol=1e-300)
    jacobian = act.softmax_jacobian(z)
    np.testing.assert_array_equal(jacobian, jacobian.T)
    np.testing.assert_allclose(jacobian.sum(axis=0), 0, atol=1e-15)
    assert z.max() <= act.logsumexp(z) <= z.max() + np.log(z.size) + 1e-12


def test_two_classes_are_the_sigmoid() -> None:
    z = np.linspace(-800, 800, 161)
    pair = np.stack([z, np.zeros_like(z)], axis=1)
    np.testing.assert_allclose(act.softmax(pair)[:, 0], act.sigmoid(z), rtol=1e-15, atol=1e-300)
    np.testing.assert_allclose(act.logsumexp(pair), act.softplus(z), rtol=1e-15, atol=1e-300)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_jacobian_and_vjp_agree(name: str) -> None:
    rng = np.random.default_rng(7)
    z, g = rng.normal(size=(2, 5)) * 2
    jacobian = getattr(act, name + "_jacobian")(z)
    np.testing.assert_allclose(getattr(act, name + "_vjp")(g, z), jacobian.T @ g, rtol=1e-12)
    step = 1e-6
    columns = [(getattr(act, name)(z + step * e) - getattr(act, name)(z - step * e)) / (2 * step) for e in np.eye(5)]
    np.testing.assert_allclose(jacobian, np.stack(columns, axis=1), atol=1e-9)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_softmax_vjps_with_random_cotangents(name: str, axis: int) -> None:
    rng = np.random.default_rng(11)
    z, direction = rng.normal(size=(2, 3, 4))
    f = getattr(act, name)
    g = rng.normal(size=f(z, axis=axis).shape)
    step = 1e-6
    numeric = np.sum(g * (f(z + step * direction, axis=axis) - f(z - step * direction, axis=axis))) / (2 * step)
    dz = getattr(act, name + "_vjp")(g, z, axis=axis)
    np.testing.assert_allclose(np.sum(dz * direction), numeric, rtol=1e-7)


@pytest.mark.parametrize(
    ("bits", "dtype", "rtol", "atol"), [("64", np.float64, 1e-14, 1e-15), ("32", np.float32, 2e-6, 5e-7)]
)
def test_softmax_against_pytorch(bits: str, dtype: type, rtol: float, atol: float) -> None:
    z, g = VECTORS["z"].astype(dtype), VECTORS["g"].astype(dtype)
    for name, axis in (("softmax", -1), ("log_softmax", -1), ("softmax_axis_0", 0)):
        base = name.removesuffix("_axis_0")
        np.testing.assert_allclose(getattr(act, base)(z, axis=axis), VECTORS[f"{name}_{bits}"], rtol=rtol, atol=atol)
        dz = getattr(act, base + "_vjp")(g, z, axis=axis)
        np.testing.assert_allclose(dz, VECTORS[f"{name}_vjp_{bits}"], rtol=rtol, atol=atol)
    np.testing.assert_allclose(act.logsumexp(z), VECTORS[f"logsumexp_{bits}"], rtol=rtol)
    dz = act.logsumexp_vjp(g[:, 0], z)
    np.testing.assert_allclose(dz, VECTORS[f"logsumexp_vjp_{bits}"], rtol=rtol, atol=atol)


def test_softmax_jacobian_against_sympy() -> None:
    z = sp.Matrix(sp.symbols("z1:4", real=True))
    total = sum(sp.exp(v) for v in z)
    p = sp.Matrix([sp.exp(v) / total for v in z])
    at = dict(zip(z, (0.5, -1.25, 2.0), strict=True))
    values = np.array(list(at.values()))
    np.testing.assert_allclose(act.softmax_jacobian(values), np.array(p.jacobian(z).subs(at), float), rtol=1e-13)
    logs = p.applyfunc(sp.log).jacobian(z).subs(at)
    np.testing.assert_allclose(act.log_softmax_jacobian(values), np.array(logs, float), rtol=1e-13)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_bad_logits(name: str) -> None:
    f = getattr(act, name)
    for bad, error, message in (
        ("abc", TypeError, f"{name}: z must be an array of numbers, got str"),
        (1.0, ValueError, f"{name}: axis must be an axis of z, which has 0, got -1"),
        (np.ones((2, 0)), ValueError, f"{name}: z must be non-empty along axis"),
        ([0.0, np.nan], ValueError, f"{name}: z must be finite or −inf"),
        ([0.0, np.inf], ValueError, f"{name}: z must be finite or −inf"),
        ([[0.0, 1.0], [-np.inf, -np.inf]], ValueError, "masked as a whole"),
    ):
        with pytest.raises(error, match=message):
            f(bad)
    for axis in (2, -3):
        with pytest.raises(ValueError, match=f"{name}: axis must be an axis of z, which has 2, got {axis}"):
            f(np.ones((2, 2)), axis=axis)
    for axis in (0.5, "rows", None, True):
        with pytest.raises(TypeError, match=f"{name}: axis must be an integer"):
            f(np.ones((2, 2)), axis=axis)


def test_bad_cotangents_and_jacobian_arguments() -> None:
    z = np.ones((2, 3))
    for name in ("softmax_vjp", "log_softmax_vjp"):
        with pytest.raises(ValueError, match=rf"{name}: g must be of the same shape as z, \(2, 3\), got \(3,\)"):
            getattr(act, name)(np.ones(3), z)
    with pytest.raises(ValueError, match=r"logsumexp_vjp: g must be of shape \(2,\), got \(2, 1\)"):
        act.logsumexp_vjp(np.ones((2, 1)), z)
    for name in ("softmax_jacobian", "log_softmax_jacobian"):
        with pytest.raises(ValueError, match=f"{name}: z must be 1-dimensional"):
            getattr(act, name)(z)
