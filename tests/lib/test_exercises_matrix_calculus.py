"""The exercises of the matrix calculus chapter: right answers pass, the likely wrong ones are told what is wrong."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.calculus import einsum_vjp
from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

m, n = sp.symbols("m n", integer=True, positive=True)
X, dX, A = sp.MatrixSymbol("X", m, n), sp.MatrixSymbol("dX", m, n), sp.MatrixSymbol("A", m, m)
tr = sp.Trace
START = tr((X + dX).T * A * (X + dX)) - tr(X.T * A * X)
END = tr(((A + A.T) * X).T * dX) + tr(dX.T * A * dX)
OPEN = tr(dX.T * A * X) + tr(X.T * A * dX) + tr(dX.T * A * dX)
TURNED = tr(X.T * A.T * dX) + tr(X.T * A * dX) + tr(dX.T * A * dX)


def product(alone=True, cotangent=True, swap=True):
    """A solution of product_vjp, with a part left out."""

    def product_vjp(g, subscripts, *operands):
        inputs, output = subscripts.split("->")
        groups = inputs.split(",")
        gradients = []
        for position, own in enumerate(groups):
            letters, factors = list(groups), list(operands)
            letters[position], factors[position] = output, g if cotangent else np.ones_like(g)
            for axis, letter in enumerate(own):
                if not any(letter in group for group in letters):
                    size = operands[position].shape[axis]
                    letters.append(letter)
                    factors.append(np.ones(size) if alone else np.ones(size) / size)
            result = np.einsum(",".join(letters) + "->" + own, *factors)
            gradients.append(result if swap or result.ndim != 2 else result[::-1])
        return gradients

    return product_vjp


BY_HAND = [[6, 8], [1, 2], [2, 16], 32]


def by_hand(**other):
    """The right answer, with another part in place of one of its own."""
    return [other.get(letter, part) for letter, part in zip("abcd", BY_HAND, strict=True)]


def layer(change=lambda G, n, m: G, slope=True):
    """A solution of layer_gradients, with its slopes G changed."""

    def layer_gradients(W, b, X, Y):
        y = np.tanh(X @ W.T + b)
        G = change((y - Y) * (1 - y**2 if slope else 1) / len(X), *Y.shape)
        return G.T @ X, G.sum(axis=0)

    return layer_gradients


def with_bias(change):
    """A solution whose gradient by b alone is changed."""

    def layer_gradients(W, b, X, Y):
        by_W, by_b = layer()(W, b, X, Y)
        return by_W, change(by_b, len(X))

    return layer_gradients


def gaussian(S, C):
    P = np.linalg.inv(S).T
    return (P - P @ C.T @ P) / 2


def test_all_are_registered():
    names = [exercise.name.partition(".")[2] for exercise in exercises_of("matrix_calculus")]
    assert names == [
        "bilinear",
        "by_hand",
        "gaussian_gradient",
        "layer_gradients",
        "product_vjp",
        "shapes",
        "trace_rule",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("shapes", ((3, 4), (2, 3, 5), "denominator", "numerator")),
        ("shapes", [[3, 4], [2, 3, 5], "Denominator layout", "NUMERATOR"]),
        ("shapes", (np.array([3, 4]), sp.Tuple(2, 3, 5), "denominator-layout", "numerator")),
        ("by_hand", BY_HAND),
        ("by_hand", (*map(tuple, BY_HAND[:3]), 32.0)),
        ("by_hand", by_hand(a=np.array([[6.0], [8.0]]), b=sp.Matrix([1, 2]), c=sp.Matrix([[2, 16]]), d=sp.Integer(32))),
        ("bilinear", ["no,oij,nj->ni", "no,ni,nj->oij", "no,ni,oij->nj"]),
        ("bilinear", ("ab,bcd,ad->ac", "no, ni, nj -> oij", "no,ni,oij->nj")),
        ("product_vjp", product()),
        ("product_vjp", lambda g, s, *o: tuple(product()(g, s, *o))),
        ("product_vjp", lambda g, s, *o: product()(g, s, *o) if len(o) > 1 else product()(g, s, *o)[0]),
        ("layer_gradients", layer()),
        ("layer_gradients", lambda *at: [each.tolist() for each in layer()(*at)]),
        ("layer_gradients", lambda *at: tuple(map(sp.Matrix, layer()(*at)))),
        ("layer_gradients", with_bias(lambda by_b, n: by_b[:, None])),
        ("gaussian_gradient", gaussian),
        ("gaussian_gradient", lambda S, C: 0.5 * np.linalg.inv(S).T @ (S - C).T @ np.linalg.inv(S).T),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"matrix_calculus.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("shapes", ((4, 3), (2, 3, 5), "denominator", "numerator"), "(a) is (4, 3)"),
        ("shapes", ((3, 4), (5, 2, 3), "denominator", "numerator"), "that is denominator layout"),
        ("shapes", ((3, 4), (6, 5), "denominator", "numerator"), "nothing is flattened"),
        ("shapes", ((3, 4), (7,), "denominator", "numerator"), "look at the definitions"),
        ("shapes", ((3, 4), 5, "denominator", "numerator"), "(b) is (5,)"),
        ("shapes", ((3, 4), "2, 3, 5", "denominator", "numerator"), "must be a shape"),
        ("shapes", ((3, 4), (2, 3, 5), "numerator", "numerator"), "(c) is 'numerator'; look again"),
        ("shapes", ((3, 4), (2, 3, 5), "denominator", "denominator"), "(d) is 'denominator'; look again"),
        ("shapes", ((3, 4), (2, 3, 5), "rows", "numerator"), 'must be "numerator" or "denominator"'),
        ("shapes", (3, 4), "two shapes and two words"),
        ("shapes", ((10**400, 1), (2, 3, 5), "denominator", "numerator"), "more than 300 digits"),
        ("by_hand", by_hand(a=[10, 4]), "(a) is [10, 4]; that is 2Ax"),
        ("by_hand", by_hand(a=[2, 12]), "2Aᵀx"),
        ("by_hand", by_hand(a=[5, 2]), "that is Ax"),
        ("by_hand", by_hand(a=[7, 7]), "the value of the form"),
        ("by_hand", by_hand(a=[6, 9]), "8 is right there"),
        ("by_hand", by_hand(a=14), "must have shape (2,)"),
        ("by_hand", by_hand(a=[6, [8, 1]]), "(a) is not an array"),
        ("by_hand", by_hand(a="6, 8"), "(a) must hold numbers"),
        ("by_hand", by_hand(b=[-3, -2]), "that is Ag"),
        ("by_hand", by_hand(b=sp.Matrix(sp.symbols("u v"))), "(b) must hold numbers"),
        ("by_hand", by_hand(c=[1, 8]), "a factor 2 is missing"),
        ("by_hand", by_hand(c=[18, 8]), "A is transposed"),
        ("by_hand", by_hand(c=[10, 56]), "the y is missing"),
        ("by_hand", by_hand(d=32**0.5), "the size ‖G − H‖"),
        ("by_hand", by_hand(d=0), "squared before they are added"),
        ("by_hand", by_hand(d=1e300), "too large"),
        ("by_hand", [6, 8], "three gradients and a number"),
        ("bilinear", ["no,oij,nj->in", "no,ni,nj->oij", "no,ni,oij->nj"], "the gradient by x from 'no,oij,nj->in'"),
        ("bilinear", ["no,oij,nj->ni", "no,ni,nj->oji", "no,ni,oij->nj"], "must have shape (5, 2, 3)"),
        ("bilinear", ["no,oij,nj->ni", "no,ni,nj->oij", "no,ni,oij->nk"], "numpy.einsum refuses 'no,ni,oij->nk'"),
        ("bilinear", ["no,oij,nj->ni", "no,ni->oij", "no,ni,oij->nj"], "numpy.einsum refuses"),
        ("bilinear", ["no,oij,nj->ni", 3, "no,ni,oij->nj"], "the text for A must be"),
        ("bilinear", "no,oij,nj->ni", "a list of three texts"),
        ("bilinear", ["no,oij,nj", "no,ni,nj->oij", "no,ni,oij->nj"], "must have three groups of letters"),
        ("bilinear", ["n" * 1000 + "->", "no,ni,nj->oij", "no,ni,oij->nj"], "three groups of letters"),
        ("trace_rule", END, "must be a Derivation"),
        ("product_vjp", product(alone=False), "(a letter that stands in one operand alone)"),
        ("product_vjp", product(cotangent=False), "does not depend on g"),
        ("product_vjp", product(swap=False), "for 'ik,kj->ij' (a matrix product) the gradient for operand 0 is"),
        ("product_vjp", lambda g, s, *o: product()(g, s, *o)[0], "must return a list of 2 gradients"),
        ("product_vjp", lambda g, s, *o: [x.T for x in product()(g, s, *o)], "transposed?"),
        ("product_vjp", lambda g, s, *o: [[[1], [1, 2]]] * len(o), "the gradient for operand 0 is not an array"),
        ("product_vjp", lambda g, s, *o: ["g"] * len(o), "must hold numbers"),
        ("product_vjp", einsum_vjp, "exchange the letters yourself"),
        ("product_vjp", lambda g, s, *o: einsum_vjp(g, s, *o), "exchange the letters yourself"),
        ("layer_gradients", layer(lambda G, n, m: n * G), "the gradient of the sum"),
        ("layer_gradients", layer(lambda G, n, m: G / n), "stands in it twice"),
        ("layer_gradients", layer(lambda G, n, m: 2 * G), "the ½ of the loss"),
        ("layer_gradients", layer(lambda G, n, m: -G), "its sign is wrong"),
        ("layer_gradients", layer(lambda G, n, m: G / m), "the number of entries"),
        ("layer_gradients", layer(slope=False), "the slope of tanh is missing"),
        ("layer_gradients", lambda *at: (layer()(*at)[0].T, layer()(*at)[1]), "it is transposed"),
        ("layer_gradients", lambda *at: layer()(*at)[0], "must be two arrays"),
        ("layer_gradients", with_bias(lambda by_b, n: by_b / n), "the gradient by b is wrong"),
        ("layer_gradients", with_bias(lambda by_b, n: [1, [2, 3]]), "the gradient by b is not an array"),
        ("layer_gradients", with_bias(lambda by_b, n: "b"), "must hold numbers"),
        ("layer_gradients", lambda W, b, X, Y: W @ X, "raises ValueError"),
        ("gaussian_gradient", lambda S, C: 2 * gaussian(S, C), "factor ½"),
        ("gaussian_gradient", lambda S, C: -gaussian(S, C), "its sign is wrong"),
        ("gaussian_gradient", lambda S, C: gaussian(S, 2 * C), "the second term has a factor ½ too"),
        ("gaussian_gradient", lambda S, C: gaussian(S, 0 * C), "the gradient of ½ tr(S⁻¹C) is missing"),
        ("gaussian_gradient", lambda S, C: (gaussian(S, C) + gaussian(S, C).T) / 2, "it is symmetrised"),
        ("gaussian_gradient", lambda S, C: gaussian(S, C).T, "transposed; for symmetric"),
        ("gaussian_gradient", lambda S, C: gaussian(S, C.T), "the C of the second term is not transposed"),
        ("gaussian_gradient", lambda S, C: gaussian(S, -C), "the second term has a minus sign"),
        ("gaussian_gradient", lambda S, C: gaussian(S, C) * (2 - np.eye(len(S))), "one parameter here, not two"),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"matrix_calculus.{name}", answer)
    assert verdict.status == "wrong"
    assert says in verdict.message


def test_any_chain_of_true_steps_is_right():
    short = Derivation(START).step(OPEN, because="multiply out").step(END, because="tr(M) = tr(Mᵀ)")
    long = Derivation(START).step(OPEN, because="multiply out").step(TURNED, because="transpose")
    for chain in (short, long.step(END, because="common factor")):
        verdict = check("matrix_calculus.trace_rule", chain)
        assert verdict.passed, verdict.message


def test_a_chain_must_take_its_steps_and_arrive():
    assert "at least 2 steps" in check("matrix_calculus.trace_rule", Derivation(START).step(END, because="so")).message
    stops = Derivation(START).step(OPEN, because="multiply out").step(TURNED, because="transpose")
    assert "not written like it" in check("matrix_calculus.trace_rule", stops).message
    elsewhere = Derivation(OPEN).step(TURNED, because="transpose").step(END, because="common factor")
    assert "must start at" in check("matrix_calculus.trace_rule", elsewhere).message


def test_a_chain_must_multiply_out():
    for padding in (START / 2 + END / 2, tr(((A + A.T) * X).T * dX + dX.T * A * dX)):
        chain = Derivation(START).step(padding, because="so").step(END, because="so")
        said = check("matrix_calculus.trace_rule", chain).message
        assert "multiplied out" in said or "mixed the first line with the last" in said


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("matrix_calculus")])
def test_stubs_say_not_yet(name):
    function = name.endswith(("_vjp", "_gradient", "_gradients"))
    assert check(name, (lambda *_: ...) if function else ...).status == "not yet"
