"""dlmath_lib.calculus.products: the gradients of einsum against its own definition, loops, SymPy and what must hold."""

import re
from itertools import product

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from dlmath_lib import autodiff
from dlmath_lib.calculus import einsum_vjp, jacobian
from dlmath_lib.layers import affine_vjp
from dlmath_lib.verify import ClaimFailed, gradient

RNG = np.random.default_rng(5)
SIZES = {"b": 2, "i": 3, "j": 4, "k": 2, "l": 3, "n": 5, "o": 2}
PRODUCTS = [
    "i,i->",  # dot product
    "ik,kj->ij",  # matrix product
    "ni,oi->no",  # a layer on a batch
    "i,j->ij",  # outer product
    "ij->ji",  # transpose
    "ij->",  # sum
    "ij->j",  # sums of columns
    "ii->",  # trace
    "ii->i",  # diagonal
    "iji->j",
    "ij,jk,kl->il",  # three factors
    "ni,oij,nj->no",  # bilinear layer
    "bik,bjk->bij",  # scores of attention
    "ij,ij->ij",  # elementwise
    "ij,ji->",  # trace of a product
    "ik,j->i",  # k and j stand in one operand alone
    ",ij->ij",  # a number times a matrix
    "ik,kj",  # the output not named
    "ij,jj->i",
    " i k , k j -> i j ",
]


def shapes(subscripts: str) -> list[tuple[int, ...]]:
    return [tuple(SIZES[c] for c in group) for group in subscripts.replace(" ", "").split("->")[0].split(",")]


def drawn(subscripts: str, dtype: str = "float64") -> list[np.ndarray]:
    return [RNG.normal(size=shape).astype(dtype) for shape in shapes(subscripts)]


def gradients(g, subscripts, *operands):
    found = einsum_vjp(g, subscripts, *operands)
    return found if isinstance(found, tuple) else (found,)


def test_by_hand():
    da, db = einsum_vjp([[1, 10]], "ik,kj->ij", [[2, 3]], [[4, 5], [6, 7]])
    assert (da.tolist(), db.tolist()) == ([[54, 76]], [[2, 20], [3, 30]])
    assert einsum_vjp(3.0, "ii->", [[1, 2], [4, 5]]).tolist() == [[3, 0], [0, 3]]
    assert einsum_vjp([1, 2], "ij->i", np.ones((2, 3))).tolist() == [[1, 1, 1], [2, 2, 2]]


@pytest.mark.parametrize("subscripts", PRODUCTS)
def test_against_central_differences(subscripts):
    gradient(
        lambda *operands: np.einsum(subscripts, *operands),
        lambda g, *operands: einsum_vjp(g, subscripts, *operands),
        *drawn(subscripts),
    )


@pytest.mark.parametrize("subscripts", PRODUCTS)
def test_it_is_the_adjoint_of_the_product(subscripts):
    """⟨g, einsum(…, dA, …)⟩ = ⟨gradient, dA⟩: einsum is linear in each operand, and NumPy's is the oracle."""
    operands = drawn(subscripts)
    g = RNG.normal(size=np.einsum(subscripts, *operands).shape)
    for i, slope in enumerate(gradients(g, subscripts, *operands)):
        for _ in range(3):
            change = RNG.normal(size=operands[i].shape)
            moved = np.einsum(subscripts, *operands[:i], change, *operands[i + 1 :])
            assert np.sum(g * moved) == pytest.approx(np.sum(slope * change), rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("subscripts", ["ik,kj->ij", "ni,oij,nj->no", "iji->j", "ik,j->i"])
def test_against_loops_over_all_letters(subscripts):
    """The definition: each term g[out] · Π operands of the sum gives its slope to each operand."""
    operands, (inputs, output) = drawn(subscripts), subscripts.split("->")
    groups = inputs.split(",")
    g = RNG.normal(size=tuple(SIZES[c] for c in output))
    expected = [np.zeros_like(o) for o in operands]
    letters = sorted(set("".join(groups)))
    for places in product(*(range(SIZES[c]) for c in letters)):
        at = dict(zip(letters, places, strict=True))
        values = [o[tuple(at[c] for c in group)] for o, group in zip(operands, groups, strict=True)]
        for i, group in enumerate(groups):
            others = np.prod(values[:i] + values[i + 1 :])
            expected[i][tuple(at[c] for c in group)] += g[tuple(at[c] for c in output)] * others
    for ours, theirs in zip(gradients(g, subscripts, *operands), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)


def test_against_sympy():
    a, b, g = (sp.Matrix(rows, cols, sp.symbols(f"{name}:{rows * cols}")) for name, rows, cols in
               (("a", 2, 3), ("b", 3, 2), ("g", 2, 2)))  # fmt: skip
    loss = sum(g.multiply_elementwise(a * b))
    values = {s: RNG.normal() for s in [*a, *b, *g]}
    A, B, G = (np.array(m.subs(values), float) for m in (a, b, g))
    for ours, letters in zip(einsum_vjp(G, "ik,kj->ij", A, B), (a, b), strict=True):
        exact = letters.applyfunc(lambda s: sp.diff(loss, s)).subs(values)
        np.testing.assert_allclose(ours, np.array(exact, float), rtol=1e-12)


def test_against_the_layer_and_autodiff():
    x, w, g = RNG.normal(size=(5, 3)), RNG.normal(size=(2, 3)), RNG.normal(size=(5, 2))
    ours = einsum_vjp(g, "ni,oi->no", x, w)
    for theirs in (affine_vjp(g, x, w, np.zeros(2))[:2], autodiff.vjp(lambda x, w: x @ w.T, g, x, w)):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)


def test_against_the_whole_jacobian():
    a, b = RNG.normal(size=(2, 3)), RNG.normal(size=(3, 4))
    g = RNG.normal(size=(2, 4))
    whole = jacobian(lambda a: np.einsum("ik,kj->ij", a, b), a)
    assert whole.shape == (2, 4, 2, 3)
    np.testing.assert_allclose(np.tensordot(g, whole, 2), einsum_vjp(g, "ik,kj->ij", a, b)[0], atol=1e-8)


def test_an_array_that_is_passed_twice_has_the_sum():
    a, x = RNG.normal(size=(3, 3)), RNG.normal(size=3)
    left, middle, right = einsum_vjp(1.0, "i,ij,j->", x, a, x)
    np.testing.assert_allclose(left + right, (a + a.T) @ x, rtol=1e-12)
    np.testing.assert_allclose(middle, np.outer(x, x), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_shapes_and_dtypes(dtype):
    for subscripts in PRODUCTS:
        operands = drawn(subscripts, dtype)
        g = np.ones(np.einsum(subscripts, *operands).shape)
        for ours, operand in zip(gradients(g, subscripts, *operands), operands, strict=True):
            assert (ours.shape, ours.dtype) == (operand.shape, operand.dtype)
    mixed = einsum_vjp(np.ones((1, 1)), "ik,kj->ij", np.ones((1, 2), np.float32), np.ones((2, 1)))
    assert [a.dtype.name for a in mixed] == ["float32", "float64"]


def test_one_operand_gives_an_array_and_several_a_tuple():
    assert isinstance(einsum_vjp([1.0], "i->i", [2.0]), np.ndarray)
    assert isinstance(einsum_vjp(1.0, "i,i->", [2.0], [3.0]), tuple)


def test_long_sums_keep_their_digits():
    n = 200_000
    column = np.full((n, 1), 0.1, np.float32)
    (da, _) = einsum_vjp(np.float32(1), "ni,nj->", column, np.ones((n, 1), np.float32))
    assert da[0, 0] == 1
    slope = einsum_vjp(np.ones((n, 1), np.float32), "ni,i->ni", column, np.ones(1, np.float32))[1]
    assert slope[0] == pytest.approx(n * float(np.float32(0.1)), rel=1e-6, abs=0)
    assert einsum_vjp(np.ones(5000, np.float16), "i,->i", np.ones(5000, np.float16), np.float16(1))[1] == 5000


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_linear_in_the_cotangent(i, k, j, seed):
    rng = np.random.default_rng(seed)
    a, b, g, h = (rng.normal(size=s) for s in ((i, k), (k, j), (i, j), (i, j)))
    both = einsum_vjp(2 * g - h, "ik,kj->ij", a, b)
    parts = zip(einsum_vjp(g, "ik,kj->ij", a, b), einsum_vjp(h, "ik,kj->ij", a, b), strict=True)
    for whole, (one, other) in zip(both, parts, strict=True):
        np.testing.assert_allclose(whole, 2 * one - other, rtol=1e-9, atol=1e-9)


def test_the_arguments_are_left_alone_and_nothing_is_shared():
    a = np.eye(3)
    g = np.ones((3, 3))
    out = einsum_vjp(g, "ij->ji", a)
    out[...] = 7
    assert (g == 1).all() and (a == np.eye(3)).all()


FAULTS = {
    "untransposed": lambda g, a, b: (np.einsum("ij,kj->ik", g, b), np.einsum("ij,ik->kj", g, a[::-1])),
    "g left out": lambda g, a, b: (np.einsum("ij,kj->ik", np.ones_like(g), b), np.einsum("ij,ik->kj", g, a)),
    "factor 2": lambda g, a, b: tuple(2 * s for s in einsum_vjp(g, "ik,kj->ij", a, b)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_check_sees_a_wrong_rule(fault):
    with pytest.raises(ClaimFailed):
        gradient(lambda a, b: a @ b, FAULTS[fault], *drawn("ik,kj->ij"))


M = np.ones((2, 3))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((M, ["ij"], M), "subscripts must be text such as 'ik,kj->ij', got ['ij']: lists of axes are not taken"),
        ((M, "...j->...j", M), "subscripts must be without an ellipsis, got '...j->...j': give each axis a letter"),
        ((M, "i1->i1", M), "subscripts must be groups of letters such as 'ik,kj->ij', got 'i1->i1'"),
        ((M, "ij->ij->ij", M), "subscripts must be groups of letters"),
        ((M, "ij,jk->ik", M), "operands must be 2, one for each group of 'ij,jk->ik', got 1"),
        ((M, "ij->ij", M, M), "operands must be 1, one for each group of 'ij->ij', got 2"),
        ((M, "ijk->ij", M), "operands[0] must be 3-dimensional, for 'ijk' in subscripts, got shape (2, 3)"),
        ((M, "ij->ik", M), "subscripts must be such that 'k' of the output stands in an operand too, got 'ij->ik'"),
        ((M, "ij->ii", M), "subscripts must be such that 'i' of the output stands only once, got 'ij->ii'"),
        ((M, "ij,jk->ik", M, np.ones((4, 3))), "operands[1] must be of length 3 along 'j', got 4, shape (4, 3)"),
        ((M, "ij,ij->ij", M, np.ones((1, 3))), "an axis of length 1 is not repeated here"),
        ((M, "ii->i", M), "operands[0] must be of length 2 along 'i', got 3, shape (2, 3) for 'ii'"),
        ((M.T, "ij->ij", M), "g must be of shape (2, 3), got (3, 2): transpose it: .T"),
        ((1.0, "ij->i", M), "g must be of shape (2,), got ()"),
        ((M, "ij->ij", M * np.nan), "operands[0] must be finite"),
        ((M, "ij->ij", 1j * M), "operands[0] must be real"),
        ((M, "ij->ij", np.ones((2, 0))), "operands[0] must be non-empty"),
    ],
)
def test_errors_name_the_remedy(arguments, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)) as error:
        einsum_vjp(*arguments)
    assert str(error.value).startswith("einsum_vjp: ")


def test_extremes():
    big = np.array([[1e200, -1e200]])
    da, db = einsum_vjp([[1.0]], "ik,kj->ij", big, big.T)
    assert (da == big).all() and (db == big.T).all()
    assert (einsum_vjp(np.zeros((1, 1)), "ik,kj->ij", big, big.T)[0] == 0).all()
    assert einsum_vjp([[2.0]], "ik,kj->ij", [[3.0]], [[5.0]])[0].tolist() == [[10.0]]
