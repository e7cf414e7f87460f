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


def mean_gradient(W, X, Y):
    return (X @ W.T - Y).T @ X / len(X)


def gaussian(S, C):
    P = np.linalg.inv(S).T
    return (P - P @ C.T @ P) / 2


def test_all_are_registered():
    names = [exercise.name.partition(".")[2] for exercise in exercises_of("matrix_calculus")]
    assert names == [
        "bilinear",
        "gaussian_gradient",
        "mean_gradient",
        "product_vjp",
        "quadratic_form",
        "shapes",
        "trace_rule",
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("shapes", ((3, 4), (2, 3, 5), "denominator", "numerator")),
        ("shapes", [[3, 4], [2, 3, 5], "Denominator layout", "NUMERATOR"]),
        ("quadratic_form", [6, 8]),
        ("quadratic_form", np.array([[6.0], [8.0]])),
        ("quadratic_form", sp.Matrix([6, 8])),
        ("bilinear", ["no,oij,nj->ni", "no,ni,nj->oij", "no,ni,oij->nj"]),
        ("bilinear", ("ab,bcd,ad->ac", "no, ni, nj -> oij", "no,ni,oij->nj")),
        ("product_vjp", product()),
        ("product_vjp", lambda g, s, *o: tuple(product()(g, s, *o))),
        ("product_vjp", lambda g, s, *o: product()(g, s, *o) if len(o) > 1 else product()(g, s, *o)[0]),
        ("mean_gradient", mean_gradient),
        ("mean_gradient", lambda W, X, Y: np.mean([np.outer(W @ x - y, x) for x, y in zip(X, Y)], axis=0)),  # noqa: B905
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
        ("quadratic_form", [10, 4], "2Ax"),
        ("quadratic_form", [2, 12], "2Aᵀx"),
        ("quadratic_form", [5, 2], "that is Ax"),
        ("quadratic_form", [7, 7], "the value of the form"),
        ("quadratic_form", [6, 9], "8 is right there"),
        ("quadratic_form", 14, "must have shape (2,)"),
        ("bilinear", ["no,oij,nj->in", "no,ni,nj->oij", "no,ni,oij->nj"], "the gradient by x from 'no,oij,nj->in'"),
        ("bilinear", ["no,oij,nj->ni", "no,ni,nj->oji", "no,ni,oij->nj"], "must have shape (5, 2, 3)"),
        ("bilinear", ["no,oij,nj->ni", "no,ni,nj->oij", "no,ni,oij->nk"], "numpy.einsum refuses 'no,ni,oij->nk'"),
        ("bilinear", ["no,oij,nj->ni", "no,ni->oij", "no,ni,oij->nj"], "numpy.einsum refuses"),
        ("bilinear", ["no,oij,nj->ni", 3, "no,ni,oij->nj"], "the text for A must be"),
        ("bilinear", "no,oij,nj->ni", "a list of three texts"),
        ("trace_rule", END, "must be a Derivation"),
        ("product_vjp", product(alone=False), "(a letter that stands in one operand alone)"),
        ("product_vjp", product(cotangent=False), "does not depend on g"),
        ("product_vjp", product(swap=False), "for 'ik,kj->ij' (a matrix product) the gradient for operand 0 is"),
        ("product_vjp", lambda g, s, *o: product()(g, s, *o)[0], "must return a list of 2 gradients"),
        ("product_vjp", lambda g, s, *o: [x.T for x in product()(g, s, *o)], "transposed?"),
        ("product_vjp", einsum_vjp, "exchange the letters yourself"),
        ("product_vjp", lambda g, s, *o: einsum_vjp(g, s, *o), "exchange the letters yourself"),
        ("mean_gradient", lambda W, X, Y: len(X) * mean_gradient(W, X, Y), "the gradient of the sum"),
        ("mean_gradient", lambda W, X, Y: mean_gradient(W, X, Y) / len(X), "stands in it twice"),
        ("mean_gradient", lambda W, X, Y: 2 * mean_gradient(W, X, Y), "the ½ of the loss"),
        ("mean_gradient", lambda W, X, Y: -mean_gradient(W, X, Y), "its sign is wrong"),
        ("mean_gradient", lambda W, X, Y: mean_gradient(W, X, Y).T, "transposed"),
        ("mean_gradient", lambda W, X, Y: mean_gradient(W, X, Y) / len(W), "the number of entries"),
        (
            "mean_gradient",
            lambda W, X, Y: (X @ W.T - Y) @ X.T / len(X) if len(X) == len(W) else mean_gradient(W, X, Y),
            "mixes the examples",
        ),
        ("mean_gradient", lambda W, X, Y: W @ X, "raises ValueError"),
        ("gaussian_gradient", lambda S, C: 2 * gaussian(S, C), "factor ½"),
        ("gaussian_gradient", lambda S, C: -gaussian(S, C), "its sign is wrong"),
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


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("matrix_calculus")])
def test_stubs_say_not_yet(name):
    function = name.endswith(("_vjp", "_gradient"))
    assert check(name, (lambda *_: ...) if function else ...).status == "not yet"
