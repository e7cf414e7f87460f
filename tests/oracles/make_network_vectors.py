"""Make dlmath_lib/vectors/network.npz with PyTorch 2.13.0: layers, losses, variances, whole training runs.

Run in an environment of its own (PyTorch is never a dependency of the book):

    python3 -m venv /tmp/torch-venv && /tmp/torch-venv/bin/pip install torch==2.13.0 numpy
    /tmp/torch-venv/bin/python tests/oracles/make_network_vectors.py
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

RNG = np.random.default_rng(20261122)
SIZES = (6, 8, 5, 3)


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(array, requires_grad=array.dtype.kind == "f")


def affine(arrays: dict[str, np.ndarray]) -> None:
    for dtype in ("float64", "float32"):
        x, w, b = (tensor(RNG.normal(size=shape).astype(dtype)) for shape in [(7, 5), (4, 5), (4,)])
        g = RNG.normal(size=(7, 4)).astype(dtype)
        z = F.linear(x, w, b)
        z.backward(torch.tensor(g))
        for name, value in zip("xwbzg", (x, w, b, z, g), strict=True):
            arrays[f"affine_{name}_{dtype}"] = value if name == "g" else value.detach().numpy()
        for name, value in zip("xwb", (x, w, b), strict=True):
            arrays[f"affine_d{name}_{dtype}"] = value.grad.numpy()


def losses(arrays: dict[str, np.ndarray]) -> None:
    z = np.concatenate([RNG.normal(size=(8, 4)) * 3, [[1000.0, -1000.0, 0.0, 500.0], [-1000.0] * 4]])
    labels = np.array([0, 3, 1, 1, 2, 0, 3, 2, 1, 0])
    soft, weights = RNG.dirichlet(np.ones(4), size=10), np.array([0.5, 1.0, 2.0, 0.25])
    target, yes = RNG.normal(size=(10, 4)), RNG.uniform(size=(10, 4))
    g = RNG.normal(size=10)
    arrays |= {"z": z, "labels": labels, "soft": soft, "weights": weights, "target": target, "yes": yes, "g": g}
    w, y, q = torch.tensor(weights), torch.tensor(labels), torch.tensor(soft)
    t, p = torch.tensor(target), torch.tensor(yes)
    each: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "squared": lambda x: F.mse_loss(x, t, reduction="none").sum(1),
        "absolute": lambda x: F.l1_loss(x, t, reduction="none").sum(1),
        "huber": lambda x: F.huber_loss(x, t, reduction="none", delta=0.7).sum(1),
        "binary": lambda x: F.binary_cross_entropy_with_logits(x, p, reduction="none").sum(1),
        "softmax": lambda x: F.cross_entropy(x, y, reduction="none"),
        "smoothed": lambda x: F.cross_entropy(x, y, reduction="none", label_smoothing=0.2),
        "weighted": lambda x: F.cross_entropy(x, y, reduction="none", weight=w),
        "ignored": lambda x: F.cross_entropy(x, y, reduction="none", ignore_index=1),
        "all": lambda x: F.cross_entropy(x, y, reduction="none", weight=w, ignore_index=1, label_smoothing=0.2),
        "soft_labels": lambda x: F.cross_entropy(x, q, reduction="none"),
        "soft_weighted": lambda x: F.cross_entropy(x, q, reduction="none", weight=w),
    }
    for name, loss in each.items():
        x = tensor(z)
        value = loss(x)
        value.backward(torch.tensor(g))
        arrays[f"loss_{name}"], arrays[f"loss_{name}_vjp"] = value.detach().numpy(), x.grad.numpy()
    arrays["mean_weighted"] = F.cross_entropy(torch.tensor(z), y, weight=w).numpy()


def initial_variances(arrays: dict[str, np.ndarray]) -> None:
    torch.manual_seed(0)
    for name in ("xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal"):
        weight = torch.empty(600, 400, dtype=torch.float64)
        options = {"nonlinearity": "relu"} if name.startswith("kaiming") else {}
        getattr(torch.nn.init, name + "_")(weight, **options)
        arrays[f"variance_{name}"] = weight.var().numpy()
        arrays[f"largest_{name}"] = weight.abs().max().numpy()
    for name in ("linear", "sigmoid", "tanh", "relu", "leaky_relu"):
        arrays[f"gain_{name}"] = np.array(torch.nn.init.calculate_gain(name))


OPTIMIZERS: dict[str, Callable] = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01),
    "adam_other": lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-4),
}


def optimizers(arrays: dict[str, np.ndarray]) -> None:
    start, gradients = RNG.normal(size=9), RNG.normal(size=(20, 9)) * np.logspace(-6, 2, 9)
    arrays |= {"start": start, "gradients": gradients}
    for dtype in ("float64", "float32"):
        for name, make in OPTIMIZERS.items():
            p = tensor(start.astype(dtype))
            optimizer, path = make([p]), []
            for gradient in gradients:
                p.grad = torch.tensor(gradient.astype(dtype))
                optimizer.step()
                path.append(p.detach().numpy().copy())
            arrays[f"path_{name}_{dtype}"] = np.array(path)


def training(arrays: dict[str, np.ndarray]) -> None:
    x, labels = RNG.normal(size=(64, SIZES[0])), RNG.integers(SIZES[-1], size=64)
    batches = np.array([RNG.permutation(64)[:16] for _ in range(50)])
    shapes = [shape for a, b in zip(SIZES[1:], SIZES, strict=False) for shape in ((a, b), (a,))]
    values = [RNG.normal(size=shape) * 0.5 for shape in shapes]
    arrays |= {"train_x": x, "train_labels": labels, "train_batches": batches}
    arrays["train_start"] = np.concatenate([v.ravel() for v in values])
    for dtype in ("float64", "float32"):
        for name in ("adam", "nesterov"):
            parameters = [tensor(v.astype(dtype)) for v in values]
            w1, b1, w2, b2, w3, b3 = parameters
            optimizer, history = OPTIMIZERS[name](parameters), []
            for batch in batches:
                a = torch.relu(F.linear(torch.tensor(x[batch].astype(dtype)), w1, b1))
                a = torch.tanh(F.linear(a, w2, b2))
                loss = F.cross_entropy(F.linear(a, w3, b3), torch.tensor(labels[batch]))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                history.append(loss.item())
            arrays[f"train_losses_{name}_{dtype}"] = np.array(history)
            arrays[f"train_end_{name}_{dtype}"] = np.concatenate([p.detach().numpy().ravel() for p in parameters])


def main() -> None:
    arrays: dict[str, np.ndarray] = {"torch_version": np.array(torch.__version__)}
    for part in (affine, losses, initial_variances, optimizers, training):
        part(arrays)
    np.savez_compressed(Path(__file__).parents[2] / "dlmath_lib/vectors/network.npz", **arrays)


if __name__ == "__main__":
    main()
