"""Make dlmath_lib/vectors/convolution.npz with PyTorch 2.13.0: convolutions and poolings with their gradients.

Run in an environment of its own (PyTorch is never a dependency of the book):

    python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch==2.13.0 numpy
    /tmp/torch/bin/python tests/oracles/make_convolution_vectors.py

A case's name says its arrays: ``<case>_x``, ``_kernels``, ``_bias``, ``_g``, ``_y`` and the gradients ``_dx``,
``_dkernels``, ``_dbias``; ``cases`` has the options of all of them as JSON.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

# name: function, shape of x, shape of the kernels (or None), options; a trailing "float32" is the type.
CONV: dict[str, tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = {
    "conv1_plain": ((2, 2, 7), (3, 2, 3), {}),
    "conv1_all": ((2, 4, 11), (6, 2, 3), {"stride": 2, "padding": 2, "dilation": 2, "groups": 2}),
    "conv1_same_even": ((1, 2, 6), (2, 2, 4), {"padding": "same"}),
    "conv1_same_dilated": ((1, 1, 9), (2, 1, 3), {"padding": "same", "dilation": 3}),
    "conv2_plain": ((2, 3, 6, 5), (4, 3, 3, 3), {}),
    "conv2_stride": ((2, 2, 7, 6), (3, 2, 3, 2), {"stride": (2, 3)}),
    "conv2_padding": ((1, 2, 4, 5), (2, 2, 3, 4), {"padding": (2, 1)}),
    "conv2_same": ((2, 1, 5, 4), (2, 1, 3, 2), {"padding": "same"}),
    "conv2_dilation": ((1, 2, 8, 7), (2, 2, 3, 2), {"dilation": (2, 3), "padding": (0, 1)}),
    "conv2_depthwise": ((2, 3, 5, 5), (6, 1, 3, 3), {"groups": 3, "padding": 1}),
    "conv2_one_by_one": ((2, 4, 3, 3), (5, 4, 1, 1), {}),
    "conv2_all": ((2, 4, 9, 8), (4, 2, 3, 2), {"stride": (2, 1), "padding": (1, 2), "dilation": (2, 1), "groups": 2}),
    "conv2_float32": ((2, 3, 6, 6), (4, 3, 3, 3), {"padding": 1}),
    "conv3_plain": ((1, 2, 4, 5, 4), (2, 2, 2, 3, 2), {}),
    "conv3_all": (
        (2, 2, 5, 6, 5),
        (4, 1, 2, 3, 2),
        {"stride": (1, 2, 2), "padding": (1, 0, 2), "dilation": (2, 1, 3), "groups": 2},
    ),
    "transpose1_plain": ((2, 3, 5), (3, 2, 3), {}),
    "transpose1_all": (
        (2, 4, 4),
        (4, 3, 3),
        {"stride": 3, "padding": 1, "dilation": 2, "groups": 2, "output_padding": 2},
    ),
    "transpose2_stride": ((2, 2, 3, 4), (2, 3, 3, 2), {"stride": 2}),
    "transpose2_all": (
        (2, 4, 3, 4),
        (4, 1, 3, 2),
        {"stride": (2, 3), "padding": (1, 0), "dilation": (1, 2), "groups": 2, "output_padding": (1, 2)},
    ),
    "transpose3": ((1, 2, 2, 3, 2), (2, 2, 2, 2, 3), {"stride": (1, 2, 1), "padding": (0, 1, 1)}),
}
POOL: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "max1": ((2, 2, 9), {"kernel_size": 3, "stride": 2, "padding": 1}),
    "max2": ((2, 2, 6, 7), {"kernel_size": 2}),
    "max2_all": ((1, 2, 9, 8), {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 1), "dilation": (2, 3)}),
    "max2_ties": ((1, 2, 6, 6), {"kernel_size": 3, "stride": 1, "padding": 1}),
    "max3": ((1, 2, 4, 5, 4), {"kernel_size": (2, 3, 2), "stride": (2, 1, 1), "padding": (1, 1, 0)}),
    "average1": ((2, 2, 9), {"kernel_size": 3, "stride": 2, "padding": 1}),
    "average2": ((2, 2, 6, 7), {"kernel_size": 2}),
    "average2_padded": ((1, 2, 6, 5), {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 1)}),
    "average2_without": (
        (1, 2, 6, 5),
        {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 1), "count_include_pad": False},
    ),
    "average3": ((1, 2, 4, 5, 4), {"kernel_size": (2, 3, 2), "stride": 1, "padding": (1, 1, 0)}),
}


def run(function: Any, inputs: dict[str, np.ndarray], rng: np.random.Generator, **options: Any) -> dict[str, Any]:
    """The result for these inputs, a random cotangent, and the gradients."""
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in inputs.items()}
    y = function(*tensors.values(), **options)
    g = rng.integers(-4, 5, size=tuple(y.shape)).astype(inputs["x"].dtype)
    y.backward(torch.tensor(g))
    gradients = {f"d{name}": tensor.grad.numpy() for name, tensor in tensors.items()}
    return {**inputs, "g": g, "y": y.detach().numpy(), **gradients}


def main() -> None:
    rng = np.random.default_rng(20261126)
    arrays: dict[str, np.ndarray] = {"torch_version": np.array(torch.__version__)}
    cases: dict[str, dict[str, Any]] = {}
    for name, (shape, kernels, options) in CONV.items():
        kind = "float32" if name.endswith("float32") else "float64"
        transposed = name.startswith("transpose")
        out = kernels[1] * options.get("groups", 1) if transposed else kernels[0]
        sizes = {"x": shape, "kernels": kernels, "bias": (out,)}
        # Quarters: they pack well, and none of the sums below loses a digit in float64.
        inputs = {key: (rng.integers(-12, 13, size=size) / 4).astype(kind) for key, size in sizes.items()}
        axes = len(shape) - 2
        function = getattr(F, f"conv_transpose{axes}d" if transposed else f"conv{axes}d")
        found = run(function, inputs, rng, **options)
        arrays |= {f"{name}_{key}": value for key, value in found.items()}
        cases[name] = {"function": "conv_transpose" if transposed else "conv", **options}
    for name, (shape, options) in POOL.items():
        kind, axes = name.partition("_")[0][:-1], len(shape) - 2
        x = rng.integers(-3, 4, size=shape) / 2 if name == "max2_ties" else rng.normal(size=shape).round(2)
        function = getattr(F, f"{'max' if kind == 'max' else 'avg'}_pool{axes}d")
        found = run(function, {"x": x}, rng, **options)
        arrays |= {f"{name}_{key}": value for key, value in found.items()}
        cases[name] = {"function": f"{kind}_pool", **options}
    arrays["cases"] = np.array(json.dumps(cases))
    np.savez_compressed(Path(__file__).parents[2] / "dlmath_lib/vectors/convolution.npz", **arrays)


if __name__ == "__main__":
    main()
