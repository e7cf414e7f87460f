"""The exercises of automatic differentiation: right answers pass, the likely wrong ones are told what is wrong."""

import numpy as np
import pytest
import sympy as sp

from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

n, m = sp.symbols("n m", integer=True, positive=True)
X, D, G = sp.MatrixSymbol("X", n, m), sp.MatrixSymbol("D", n, m), sp.MatrixSymbol("G", m, m)
PULL, SPLIT = X * (G + G.T), sp.Trace(G.T * D.T * X) + sp.Trace(G.T * X.T * D)
TURNED = sp.Trace(X.T * D * G) + sp.Trace(G.T * X.T * D)
START, END = sp.Trace(G.T * (D.T * X + X.T * D)), sp.Trace((X * (G + G.T)).T * D)


def chain(*lines):
    """The lines after the first as a Derivation."""
    proof = Derivation(START)
    for line in lines:
        proof = proof.step(line, because="a true step")
    return proof


def value(add=True, ordered=True, left=True, seed=1.0, slopes=True, each_path=False, spoil=False):
    """A Value class, with something spoilt."""

    class Value:
        def __init__(self, data, links=()):
            self.data, self.grad, self.links = data, 0.0, links

        def __add__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

        def __mul__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            own = (other.data, self.data) if slopes else (self.data, other.data)
            return Value(self.data * other.data, ((self, own[0]), (other, own[1])))

        if left:
            __radd__, __rmul__ = __add__, __mul__

        def visit(self, seen):
            if self in seen:
                return []
            seen.add(self)
            nodes = [node for argument, _ in self.links for node in argument.visit(seen)]
            return [*nodes, self] if ordered else [self, *nodes][::-1]

        def down(self, slope):
            self.grad += slope
            for argument, local in self.links:
                argument.down(slope * local)

        def backward(self):
            if each_path:
                self.down(1.0)
                return
            self.grad = seed
            for node in reversed(self.visit(set())):
                for argument, local in node.links:
                    argument.grad = (argument.grad if add else 0) + local * node.grad
                    if spoil:
                        argument.data -= 0.1 * argument.grad

    return Value


def test_all_are_registered():
    names = [exercise.name.split(".")[1] for exercise in exercises_of("automatic_differentiation")]
    assert names == ["dual_by_hand", "passes", "pull_of_gram", "tape_by_hand", "value_class"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("tape_by_hand", (18, 6)),
        ("dual_by_hand", (4.5, 0.75)),
        ("dual_by_hand", (sp.Rational(9, 2), sp.Rational(3, 4))),
        ("tape_by_hand", sp.Matrix([18, 6])),
        ("tape_by_hand", np.array([[18, 6]])),
        ("passes", [3, 200, "Forward ", {3, 1}]),
        ("passes", (3, 200, "forward", sp.Matrix([1, 3]))),
        ("value_class", value()),
    ],
)
def test_right_answers(name, answer):
    verdict = check(f"automatic_differentiation.{name}", answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("tape_by_hand", (6, 18), "exchanged"),
        ("tape_by_hand", (6, 6), "leaves out what arrives from v₃"),
        ("tape_by_hand", (12, 6), "leaves out what arrives from v₄"),
        ("tape_by_hand", (18, 12), "your adjoint of y"),
        ("dual_by_hand", (4.5, 3), "that of the denominator"),
        ("dual_by_hand", (4.5, 5.25), "minus sign"),
        ("dual_by_hand", (4.5, 6), "rule for products"),
        ("dual_by_hand", (4, 0.75), "your value"),
        ("passes", (200, 3, "forward", [1, 3]), "exchanged"),
        ("passes", (3, 1, "forward", [1, 3]), "there are 200"),
        ("passes", (600, 600, "forward", [1, 3]), "your number of forward runs"),
        ("passes", (3, 200, "backward", [1, 3]), "more passes"),
        ("passes", (3, 200, "both", [1, 3]), 'must be "forward" or "backward"'),
        ("passes", (3, 200, "forward", [1, 2, 3]), "v₂ is an argument of sums"),
        ("passes", (3, 200, "forward", [1, 3, 4]), "v₄ is an argument of a sum"),
        ("passes", (3, 200, "forward", [1]), "leave out 3: it is the slope of the product v₃ v₁ along v₁"),
        ("passes", (3, 200, "forward", [7]), "numbered from 1 to 5"),
        ("passes", (3, 200, "forward", "v1, v3"), "must be a list"),
        ("passes", (3, 200, "forward", [[1], [3, 3]]), "must be one number"),
        ("value_class", value(add=False), "add, do not replace"),
        ("value_class", value(ordered=False), "may hand its slope on when"),
        ("value_class", value(left=False), "__radd__"),
        ("value_class", value(seed=0.0), "for a + b your grad"),
        ("value_class", value(slopes=False), "the slope along a is b"),
        ("value_class", value(spoil=True), "changes data"),
        ("value_class", value(each_path=True), "not each path"),
        ("value_class", 3, "must be a class"),
        ("value_class", float, "must have grad 0"),
        ("pull_of_gram", PULL, "must be a pair"),
        ("pull_of_gram", (PULL, END), "your proof must be a Derivation"),
        ("pull_of_gram", (X * G, chain(END)), "one of the two X"),
        ("pull_of_gram", (2 * X * G, chain(END)), "symmetric G"),
        ("pull_of_gram", (PULL.T, chain(END)), "it is transposed"),
        ("pull_of_gram", (sp.Matrix([sp.Symbol("a")]), chain(END)), "the symbols of this exercise"),
        ("pull_of_gram", (PULL, chain(END)), "at least 2 steps"),
        ("pull_of_gram", (PULL, chain((START + END) / 2, END)), "at least 2 steps"),
        ("pull_of_gram", (PULL, chain(SPLIT, END)), "write down the transposition"),
    ],
)
def test_wrong_answers_hear_why(name, answer, says):
    verdict = check(f"automatic_differentiation.{name}", answer)
    assert verdict.status == "wrong"
    assert says in verdict.message


@pytest.mark.parametrize(
    ("pull", "lines"),
    [
        (PULL, [SPLIT, TURNED, END]),
        (PULL, [TURNED, END]),
        (X * G + X * G.T, [SPLIT, TURNED, END]),
        (X * G + X * G.T, [SPLIT, TURNED, sp.Trace((X * G + X * G.T).T * D)]),
        (PULL, [SPLIT, sp.Trace(D.T * X * G.T) + sp.Trace(D.T * X * G), END]),
    ],
)
def test_proofs_of_the_pull(pull, lines):
    verdict = check("automatic_differentiation.pull_of_gram", (pull, chain(*lines)))
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises_of("automatic_differentiation")])
def test_stubs_say_not_yet(name):
    assert check(name, ...).status == "not yet"
