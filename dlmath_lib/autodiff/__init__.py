"""Automatic differentiation in both directions: `Dual` carries derivatives forward, `Var` sends them back.

One table of elementary derivatives (``_rules``) serves both, and every larger function is composed of those: nothing
here is shared with the hand-derived ``_grad`` and ``_vjp`` of the rest of the package, so that it is their independent
witness. Write the function with NumPy (``np.exp(x) @ w``) and pass it numbers, arrays, `Dual` or `Var`.

Read in this order: ``_rules`` (the derivatives), ``_traced`` (how an operation is recorded), ``forward``, ``reverse``;
the activations in ``sigmoidal``, ``rectifiers`` and ``softmax`` are composed of those.
"""

from __future__ import annotations

from dlmath_lib.autodiff.forward import Dual, derivative, jvp
from dlmath_lib.autodiff.rectifiers import elu, gelu, leaky_relu, prelu, relu, silu
from dlmath_lib.autodiff.reverse import Var, grad, tape, vjp
from dlmath_lib.autodiff.sigmoidal import log_sigmoid, sigmoid, softplus, tanh
from dlmath_lib.autodiff.softmax import log_softmax, logsumexp, softmax

__all__ = [
    "Dual",
    "Var",
    "derivative",
    "elu",
    "gelu",
    "grad",
    "jvp",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "prelu",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "tanh",
    "tape",
    "vjp",
]
