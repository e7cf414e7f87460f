"""dlmath_lib.layers: the affine map against indices, SymPy, autodiff and central differences; faulty forms rejected."""

import re

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from dlmath_lib import autodiff, vectors
from dlmath_lib.activations import sigmoid, sigmoid_vjp
from dlmath_lib.calculus import jacobian
from dlmath_lib.layers import affine, affine_vjp
from dlmath_lib.losses import squared_error, squared_error_grad

RNG = np.random.default_rng(11)
VECTORS = vectors.load("network")
X, W, B, G = (RNG.normal(size=shape) for shape in [(5, 3), (4, 3), (4,), (5, 4)])


def test_by_hand():
    assert affine([[1, 2]], [[3, 4], [5, 6]], [1, -1]).tolist() == [[12.0, 16.0]]
    dx, dw, db = affine_vjp([[1, 10]], [[2, 3]], [[1, 0], [0, 1]], [0, 0])
    assert (dx.tolist(), dw.tolist(), db.tolist()) == ([[1, 10]], [[2, 3], [20, 30]], [1, 10])


def test_index_form_and_column_form_are_the_same():
    z = affine(X, W, B)
    for i, x in enumerate(X):
        np.testing.assert_allclose(z[i], W @ x + B)
        for j in range(4):
            assert z[i, j] == pytest.approx(sum(W[j, k] * x[k] for k in range(3)) + B[j])


def test_vjp_agrees_with_autodiff_and_central_differences():
    ours = affine_vjp(G, X, W, B)
    for a, b in zip(ours, autodiff.vjp(lambda x, w, b: x @ w.T + b, G, X, W, B), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)
    for i in range(3):

        def along(v, i=i):
            return affine(*[v if i == j else a for j, a in enumerate((X, W, B))])

        slopes = np.tensordot(G, jacobian(along, (X, W, B)[i]), axes=2)
        np.testing.assert_allclose(ours[i], slopes, rtol=1e-8, atol=1e-9)


def test_vjp_agrees_with_sympy_on_symbols():
    x, w, g = (sp.Matrix(2, 2, sp.symbols(f"{s}:2:2")) for s in "xwg")
    b = sp.Matrix(1, 2, sp.symbols("b:2"))
    loss = sum(g.multiply_elementwise(x * w.T + sp.ones(2, 1) * b))
    names = [*x, *w, *b, *g]
    exact = [sp.lambdify(names, [sp.diff(loss, s) for s in m]) for m in (x, w, b)]
    values = RNG.normal(size=14)
    parts = values[:4].reshape(2, 2), values[4:8].reshape(2, 2), values[8:10]
    for ours, theirs in zip(affine_vjp(values[10:].reshape(2, 2), *parts), exact, strict=True):
        np.testing.assert_allclose(ours.ravel(), theirs(*values), rtol=1e-12)


@pytest.mark.parametrize(("dtype", "rtol"), [("float32", 2e-5), ("float64", 1e-12)])
def test_agrees_with_pytorch(dtype, rtol):
    x, w, b, z, g, *gradients = (VECTORS[f"affine_{n}_{dtype}"] for n in ("x", "w", "b", "z", "g", "dx", "dw", "db"))
    np.testing.assert_allclose(affine(x, w, b), z, rtol=rtol, atol=rtol)
    for ours, theirs in zip(affine_vjp(g, x, w, b), gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_shapes_and_dtypes(dtype):
    for n in (1, 7):
        x, w, b = np.ones((n, 3), dtype), np.ones((2, 3), dtype), np.ones(2, dtype)
        z = affine(x, w, b)
        assert z.shape == (n, 2) and z.dtype == dtype and (z == 4).all()
        gradients = affine_vjp(np.ones((n, 2)), x, w, b)
        assert [(a.shape, a.dtype) for a in gradients] == [(a.shape, dtype) for a in (x, w, b)]
        assert gradients[2].tolist() == [n, n]


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_affine_keeps_mixtures(s, t):
    """f(sx + (1 − s)y) = s f(x) + (1 − s) f(y); without b it is linear."""
    y = X[::-1]
    np.testing.assert_allclose(
        affine(s * X + (1 - s) * y, W, B), s * affine(X, W, B) + (1 - s) * affine(y, W, B), atol=1e-12
    )
    zero = np.zeros(4)
    np.testing.assert_allclose(
        affine(s * X + t * y, W, zero), s * affine(X, W, zero) + t * affine(y, W, zero), atol=1e-12
    )


def test_composition_of_affine_maps_is_affine():
    v, c = RNG.normal(size=(2, 4)), RNG.normal(size=2)
    np.testing.assert_allclose(affine(affine(X, W, B), v, c), affine(X, v @ W, v @ B + c), rtol=1e-12)


def backpropagate(x, y, w1, b1, w2, b2):
    """∂(mean squared error)/∂(W₁, b₁, W₂, b₂) of a sigmoid network, from the library's functions."""
    z1 = affine(x, w1, b1)
    a1 = sigmoid(z1)
    z2 = affine(a1, w2, b2)
    a2 = sigmoid(z2)
    delta2 = sigmoid_vjp(squared_error_grad(a2, y) / len(x), z2)
    back, dw2, db2 = affine_vjp(delta2, a1, w2, b2)
    delta1 = sigmoid_vjp(back, z1)
    _, dw1, db1 = affine_vjp(delta1, x, w1, b1)
    return dw1, db1, dw2, db2


Y = RNG.uniform(size=(5, 4))
SQUARE = [RNG.normal(size=shape) for shape in [(4, 3), (4,), (4, 4), (4,)]]


def network_gradients():
    def loss(w1, b1, w2, b2):
        out = autodiff.sigmoid(autodiff.sigmoid(X @ w1.T + b1) @ w2.T + b2)
        return ((out - Y) ** 2).sum() / len(X)

    return autodiff.grad(loss, *SQUARE)


def test_backpropagation_of_a_network_agrees_with_autodiff_and_central_differences():
    ours = backpropagate(X, Y, *SQUARE)
    for a, b in zip(ours, network_gradients(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11)
    slopes = jacobian(
        lambda w: squared_error(sigmoid(affine(sigmoid(affine(X, w, SQUARE[1])), *SQUARE[2:])), Y).mean(), SQUARE[0]
    )
    np.testing.assert_allclose(ours[0], slopes.reshape(4, 3), rtol=1e-6, atol=1e-9)


def first_weights(delta2, w2, z1, a1, *, slope1=True, transposed=False):
    back = delta2 @ (w2.T if transposed else w2)
    delta1 = back * a1 * (1 - a1) if slope1 else back
    return delta1.T @ X


def test_the_faulty_forms_of_the_clinic_are_rejected():
    """13: δ of the output without φ′; 19 and 21: W untransposed, φ′ missing; 20: a target for hidden units."""
    w1, b1, w2, b2 = SQUARE
    z1 = affine(X, w1, b1)
    a1 = sigmoid(z1)
    a2 = sigmoid(affine(a1, w2, b2))
    error = 2 * (a2 - Y) / len(X)
    delta2 = error * a2 * (1 - a2)
    exact = network_gradients()[0]
    assert np.allclose(first_weights(delta2, w2, z1, a1), exact)
    faulty = {
        "output δ without φ′": first_weights(error, w2, z1, a1),
        "hidden δ without φ′": first_weights(delta2, w2, z1, a1, slope1=False),
        "W untransposed": first_weights(delta2, w2, z1, a1, transposed=True),
        "the output's error at hidden units": (error.T @ X),
        "summed where the loss is a mean": first_weights(delta2 * len(X), w2, z1, a1),
    }
    for name, gradient in faulty.items():
        assert not np.allclose(gradient, exact, rtol=0.05), name


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((X, W.T, B), ValueError, "weight must be of shape (out, in) = (out, 3), got (3, 4): weights are (out, in)"),
        ((X, W[:, :2], B), ValueError, "weight must be of shape (out, in) = (out, 3), got (4, 2)"),
        ((X, W, B[:3]), ValueError, "bias must be of shape (out,) = (4,), got (3,)"),
        ((X, W, B[:, None]), ValueError, "bias must be of shape (out,) = (4,), got (4, 1): flatten it: .ravel()"),
        ((X[0], W, B), ValueError, "x must be 2-dimensional, got shape (3,): wrap a single example: x[None, :]"),
        ((X[:0], W, B), ValueError, "x must be non-empty, got shape (0, 3)"),
        ((X * np.nan, W, B), ValueError, "x must be finite"),
        ((X, W * np.inf, B), ValueError, "weight must be finite"),
        ((X, W, "b"), TypeError, "bias must be an array of numbers"),
    ],
)
def test_refusals(arguments, error, message):
    with pytest.raises(error, match=re.escape(f"affine: {message}")):
        affine(*arguments)
    with pytest.raises(error, match=re.escape(f"affine_vjp: {message}")):
        affine_vjp(G, *arguments)


def test_cotangent_of_another_shape_is_refused():
    for g in (G[:4], G.T, G[:, :1], G[0]):
        with pytest.raises(ValueError, match=r"affine_vjp: g must be of shape \(5, 4\)"):
            affine_vjp(g, X, W, B)
