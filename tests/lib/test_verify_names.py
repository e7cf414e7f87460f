"""Derivatives by an intermediate name, and how networks' names are printed."""

import pytest
import sympy as sp

from dlmath_lib.verify import ClaimFailed, prove
from dlmath_lib.verify.printing import latex, plain, pretty_name

x, w, v, y = sp.symbols("x w v y", real=True)
z, a, u, L = sp.symbols("z^(1) a^(1) u L", real=True)
phi, t = sp.Function("varphi"), sp.Symbol("t", real=True)
NET = {z: w * x, a: phi(z), u: v * a + z, L: (u - y) ** 2 / 2}


def by(name):
    return sp.Derivative(L, name, evaluate=False)


def test_a_derivative_by_a_name_sees_every_path_that_leads_on_from_it():
    assert prove(by(u), u - y, given=NET).points > 0
    assert prove(by(a), (u - y) * v, given=NET).points > 0
    assert prove(by(z), (u - y) * (v * sp.Derivative(phi(z), z) + 1), given=NET).points > 0
    assert prove(by(w), by(z) * x, given=NET).points > 0


@pytest.mark.parametrize("wrong", [0, (u - y) * v * sp.Derivative(phi(z), z), u - y])
def test_a_path_left_out_is_found(wrong):
    with pytest.raises(ClaimFailed, match="false"):
        prove(by(z), wrong, given=NET)


def test_layers_stand_in_raised_brackets():
    assert pretty_name("w^(2)_12") == "w⁽²⁾₁₂"
    assert plain(by(z)) == "∂L/∂z⁽¹⁾"
    assert latex(by(z)) == r"\frac{\partial L}{\partial z^{(1)}}"


def test_functions_of_each_entry():
    W, d, zs = sp.MatrixSymbol("W^(2)", 3, 2), sp.MatrixSymbol("delta^(2)", 3, 1), sp.MatrixSymbol("z^(1)", 2, 1)
    slope = zs.applyfunc(sp.Lambda(t, sp.Derivative(phi(t), t)))
    rule = sp.HadamardProduct(W.T * d, slope)
    assert plain(rule) == "(W⁽²⁾ᵀ·δ⁽²⁾) ⊙ φ′(z⁽¹⁾)"
    assert latex(rule) == r"\left(W^{(2)\top} \delta^{(2)}\right) \odot \varphi'{\left(z^{(1)} \right)}"
    assert plain(zs.applyfunc(phi)) == "φ(z⁽¹⁾)"
    assert latex(zs.applyfunc(phi)) == r"\varphi{\left(z^{(1)} \right)}"
