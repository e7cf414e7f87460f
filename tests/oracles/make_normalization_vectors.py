"""Store what PyTorch's normalisations and dropout return, forward and backward: outside witnesses of ``layers``.

Run it with PyTorch 2.13.0 installed (it is not in requirements.txt: elsewhere than here pip brings gigabytes):

    PYTHONPATH=. python tests/oracles/make_normalization_vectors.py

It writes ``dlmath_lib/vectors/normalization.npz``: batch norm of rows and of images, in training (with the running
statistics after three batches) and in evaluation, layer, group and root mean square norm, and dropout, with random
cotangents, in float64 and float32.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

RNG = np.random.default_rng(20261126)
SHAPES = {"rows": (6, 3), "images": (4, 6, 3, 2)}
DTYPES = ("float64", "float32")


def pulled(function: Callable[..., torch.Tensor], g: np.ndarray, *inputs: np.ndarray) -> list[np.ndarray]:
    """The value, and the gradient of each input contracted with g."""
    tensors = [torch.from_numpy(a).requires_grad_() for a in inputs]
    y = function(*tensors)
    y.backward(torch.from_numpy(g))
    return [y.detach().numpy(), *(t.grad.numpy() for t in tensors)]


def draws(shape: tuple[int, ...], of_parameters: tuple[int, ...], dtype: str) -> dict[str, np.ndarray]:
    found = {"x": 2 * RNG.normal(size=shape) + 3, "g": RNG.normal(size=shape)}
    found |= {name: RNG.normal(size=of_parameters) for name in ("gamma", "beta")}
    return {name: a.astype(dtype) for name, a in found.items()}


def batch(shape: tuple[int, ...], dtype: str) -> dict[str, np.ndarray]:
    a = draws(shape, shape[1:2], dtype)
    batches = RNG.normal(1, 2, size=(3, *shape)).astype(dtype)
    mean, variance = (
        torch.zeros(shape[1], dtype=getattr(torch, dtype)),
        torch.ones(shape[1], dtype=getattr(torch, dtype)),
    )
    for x in batches:
        F.batch_norm(torch.from_numpy(x), mean, variance, training=True, momentum=0.1)
    found = a | {"batches": batches, "running_mean": mean.numpy(), "running_variance": variance.numpy()}
    results = {
        "train": pulled(
            lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True), a["g"], a["x"], a["gamma"], a["beta"]
        ),
        "eval": pulled(
            lambda x, w, b: F.batch_norm(x, mean, variance, w, b, training=False), a["g"], a["x"], a["gamma"], a["beta"]
        ),
    }
    for mode, values in results.items():
        found |= {f"{mode}_{n}": v for n, v in zip(("y", "dx", "dgamma", "dbeta"), values, strict=True)}
    return found


def features(kind: str, shape: tuple[int, ...], dtype: str) -> dict[str, np.ndarray]:
    last = shape[1:2] if kind == "group" else shape[-2:] if len(shape) > 2 else shape[-1:]
    a = draws(shape, last, dtype)
    if kind == "rms":
        names, function = ("x", "gamma"), lambda x, w: F.rms_norm(x, last, w, 1e-5)
    elif kind == "layer":
        names, function = ("x", "gamma", "beta"), lambda x, w, b: F.layer_norm(x, last, w, b)
    else:
        names, function = ("x", "gamma", "beta"), lambda x, w, b: F.group_norm(x, 3 if len(shape) > 2 else 1, w, b)
    values = pulled(function, a["g"], *(a[n] for n in names))
    return a | dict(zip(("y", *(f"d{n}" for n in names)), values, strict=True))


def dropped(dtype: str) -> dict[str, np.ndarray]:
    torch.manual_seed(0)
    a = draws((5, 8), (1,), dtype)
    y, dx = pulled(lambda x: F.dropout(x, 0.3, training=True), a["g"], a["x"])
    return {"x": a["x"], "g": a["g"], "y": y, "dx": dx}


def main() -> None:
    stored = {"torch_version": np.array(torch.__version__)}
    for dtype in DTYPES:
        parts = {f"dropout_{dtype}": dropped(dtype)}
        for name, shape in SHAPES.items():
            parts[f"batch_{name}_{dtype}"] = batch(shape, dtype)
            parts |= {f"{kind}_{name}_{dtype}": features(kind, shape, dtype) for kind in ("layer", "group", "rms")}
        stored |= {f"{part}_{key}": value for part, arrays in parts.items() for key, value in arrays.items()}
    np.savez_compressed(Path(__file__).parents[2] / "dlmath_lib/vectors/normalization.npz", **stored)


if __name__ == "__main__":
    main()
