"""Activation functions: value, derivative at the input, and vector-Jacobian product of each.

One module for each family; every name is also here: ``from dlmath_lib.activations import gelu, gelu_grad, gelu_vjp``.
The chapters networks/activations and networks/smooth_activations derive them.
"""

from __future__ import annotations

from dlmath_lib.activations.gated import gelu, gelu_grad, gelu_vjp, silu, silu_grad, silu_vjp
from dlmath_lib.activations.parametric import prelu, prelu_grad, prelu_vjp
from dlmath_lib.activations.rectifiers import (
    leaky_relu,
    leaky_relu_grad,
    leaky_relu_vjp,
    relu,
    relu_grad,
    relu_vjp,
)
from dlmath_lib.activations.sigmoidal import (
    log_sigmoid,
    log_sigmoid_grad,
    log_sigmoid_vjp,
    sigmoid,
    sigmoid_grad,
    sigmoid_vjp,
    tanh,
    tanh_grad,
    tanh_vjp,
)
from dlmath_lib.activations.smooth import elu, elu_grad, elu_vjp, softplus, softplus_grad, softplus_vjp
from dlmath_lib.activations.softmax import (
    log_softmax,
    log_softmax_jacobian,
    log_softmax_vjp,
    logsumexp,
    logsumexp_vjp,
    softmax,
    softmax_jacobian,
    softmax_vjp,
)

__all__ = [
    "elu",
    "elu_grad",
    "elu_vjp",
    "gelu",
    "gelu_grad",
    "gelu_vjp",
    "leaky_relu",
    "leaky_relu_grad",
    "leaky_relu_vjp",
    "log_sigmoid",
    "log_sigmoid_grad",
    "log_sigmoid_vjp",
    "log_softmax",
    "log_softmax_jacobian",
    "log_softmax_vjp",
    "logsumexp",
    "logsumexp_vjp",
    "prelu",
    "prelu_grad",
    "prelu_vjp",
    "relu",
    "relu_grad",
    "relu_vjp",
    "sigmoid",
    "sigmoid_grad",
    "sigmoid_vjp",
    "silu",
    "silu_grad",
    "silu_vjp",
    "softmax",
    "softmax_jacobian",
    "softmax_vjp",
    "softplus",
    "softplus_grad",
    "softplus_vjp",
    "tanh",
    "tanh_grad",
    "tanh_vjp",
]
