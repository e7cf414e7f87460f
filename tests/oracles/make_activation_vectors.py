"""Make dlmath_lib/vectors/activations.npz with PyTorch 2.13.0: values and gradients of every activation.

Run in an environment of its own (PyTorch is never a dependency of the book):

    python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch==2.13.0 numpy
    /tmp/torch/bin/python tests/oracles/make_activation_vectors.py
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

FUNCTIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "sigmoid": torch.sigmoid,
    "log_sigmoid": F.logsigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "relu_by_clamp": lambda z: z.clamp(min=0),
    "relu_by_maximum": lambda z: torch.maximum(z, torch.zeros_like(z)),
    "leaky_relu": lambda z: F.leaky_relu(z, 0.01),
    "elu": lambda z: F.elu(z, 1.0),
    "softplus": lambda z: F.softplus(z, threshold=50.0),
    "silu": F.silu,
    "gelu": lambda z: F.gelu(z, approximate="none"),
    "gelu_tanh": lambda z: F.gelu(z, approximate="tanh"),
    "softmax": lambda z: torch.softmax(z, -1),
    "log_softmax": lambda z: torch.log_softmax(z, -1),
    "softmax_axis_0": lambda z: torch.softmax(z, 0),
}


def main() -> None:
    rng = np.random.default_rng(20261122)
    z = np.concatenate(
        [
            rng.normal(size=(6, 5)) * 3,
            [[0.0, -0.0, 1e-9, -1e-9, 0.5]],  # the kink and its neighbours
            [[1.0, 1.0, 1.0, 1.0, 1.0]],  # ties
            [[1000.0, -1000.0, 500.0, -500.0, 0.0]],  # extremes
            [[-1000.0, -1000.0, -1000.0, -1001.0, -999.0]],
        ]
    )
    g = rng.normal(size=z.shape)
    arrays = {"z": z, "g": g}
    for dtype in (torch.float64, torch.float32):
        suffix = "64" if dtype is torch.float64 else "32"
        cotangent = torch.tensor(g, dtype=dtype)
        for name, function in FUNCTIONS.items():
            x = torch.tensor(z, dtype=dtype, requires_grad=True)
            y = function(x)
            y.backward(cotangent)
            arrays[f"{name}_{suffix}"] = y.detach().numpy()
            arrays[f"{name}_vjp_{suffix}"] = x.grad.numpy()
        x = torch.tensor(z, dtype=dtype, requires_grad=True)
        y = torch.logsumexp(x, -1)
        y.backward(cotangent[:, 0])
        arrays[f"logsumexp_{suffix}"], arrays[f"logsumexp_vjp_{suffix}"] = y.detach().numpy(), x.grad.numpy()
    arrays["prelu_slopes"] = np.array([0.25, 0.1, 0.0, -0.3, 1.5])
    x = torch.tensor(z, requires_grad=True)
    a = torch.tensor(arrays["prelu_slopes"], requires_grad=True)
    y = F.prelu(x, a)
    y.backward(torch.tensor(g))
    arrays["prelu_64"], arrays["prelu_dz_64"] = y.detach().numpy(), x.grad.numpy()
    arrays["prelu_da_64"] = a.grad.numpy()
    np.savez_compressed(Path(__file__).parents[2] / "dlmath_lib/vectors/activations.npz", **arrays)


if __name__ == "__main__":
    main()
