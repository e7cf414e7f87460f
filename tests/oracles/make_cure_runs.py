"""Make dlmath_lib/vectors/cures.npz with dlmath_lib itself: ten sigmoid layers on the digits, with each of four cures.

No outside library is needed; the runs take some minutes of one processor, which is why the chapter
``regularization/normalization`` reads them. Rounding errors grow in training: another processor gives other numbers.

    PYTHONPATH=. .venv/bin/python tests/oracles/make_cure_runs.py

Data, widths, batches, seeds and start are those of ``make_depth_runs.py``; its runs are the other cures.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from dlmath_lib.activations import sigmoid, sigmoid_vjp
from dlmath_lib.datasets import digits
from dlmath_lib.initialization import xavier_normal
from dlmath_lib.layers import (
    affine,
    affine_vjp,
    batch_norm,
    batch_norm_vjp,
    batch_statistics,
    layer_norm,
    layer_norm_vjp,
    rms_norm,
    rms_norm_vjp,
    update_running_statistics,
)
from dlmath_lib.losses import softmax_cross_entropy_with_logits_vjp

EPOCHS = (1, 2, 5, 10, 20, 50, 100, 200)
SEEDS = range(5)
HIDDEN, WIDTH = 10, 32

# name: what stands between the affine map and the sigmoid, whether a path leads past each layer from the second on,
# the scale on Xavier's weights of the hidden layers, the rate of plain gradient descent
RUNS: dict[str, tuple[str, bool, float, float]] = {
    "plain": ("", False, 1, 0.1),
    "residual": ("", True, 1, 0.1),
    "batch": ("batch", False, 1, 0.1),
    "batch_light": ("batch", False, 0.1, 0.1),
    "batch_heavy": ("batch", False, 10, 0.1),
    "layer": ("layer", False, 1, 0.1),
    "layer_fast": ("layer", False, 1, 0.5),
    "rms": ("rms", False, 1, 0.1),
}
Layer = dict[str, np.ndarray]


class Deep:
    """Affine, norm, sigmoid, ten times, and an affine map to ten logits, with gradients by the library's pulls."""

    def __init__(self, norm: str, path: bool, scale: float, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.norm, self.path = norm, path
        widths = [64, *[WIDTH] * HIDDEN, 10]
        self.layers: list[Layer] = [
            {"weight": xavier_normal((m, n), rng=rng), "bias": np.zeros(m)} for n, m in pairwise(widths)
        ]
        self.running = [(np.zeros(WIDTH), np.ones(WIDTH)) for _ in range(HIDDEN)]
        for layer in self.layers[:-1]:
            layer["weight"] *= scale
            if norm:
                layer["gamma"] = np.ones(WIDTH)
            if norm in ("batch", "layer"):
                layer["beta"] = np.zeros(WIDTH)

    def normalised(self, i: int, z: np.ndarray, training: bool) -> np.ndarray:
        layer = self.layers[i]
        if self.norm == "batch":
            if training:
                self.running[i] = update_running_statistics(*self.running[i], *batch_statistics(z), count=len(z))
                return batch_norm(z, layer["gamma"], layer["beta"])
            mean, variance = self.running[i]
            return batch_norm(z, layer["gamma"], layer["beta"], mean=mean, variance=variance)
        if self.norm == "layer":
            return layer_norm(z, layer["gamma"], layer["beta"])
        return rms_norm(z, layer["gamma"]) if self.norm else z

    def forward(self, x: np.ndarray, *, training: bool) -> tuple[np.ndarray, list[Any]]:
        kept, a = [], x
        for i, layer in enumerate(self.layers[:-1]):
            z = affine(a, layer["weight"], layer["bias"])
            u = self.normalised(i, z, training)
            kept.append((a, z, u))
            a = sigmoid(u) + (a if self.path and i else 0)
        kept.append((a, None, None))
        return affine(a, self.layers[-1]["weight"], self.layers[-1]["bias"]), kept

    def gradients(self, x: np.ndarray, labels: np.ndarray) -> list[Layer]:
        logits, kept = self.forward(x, training=True)
        g = softmax_cross_entropy_with_logits_vjp(np.full(len(x), 1 / len(x)), logits, labels)
        g, weight, bias = affine_vjp(g, kept[-1][0], self.layers[-1]["weight"], self.layers[-1]["bias"])
        found: list[Layer] = [{"weight": weight, "bias": bias}]
        for i in reversed(range(HIDDEN)):
            layer, (a, z, u) = self.layers[i], kept[i]
            past = g if self.path and i else 0
            g, of = sigmoid_vjp(g, u), {}
            if self.norm == "batch":
                g, of["gamma"], of["beta"] = batch_norm_vjp(g, z, layer["gamma"], layer["beta"])
            elif self.norm == "layer":
                g, of["gamma"], of["beta"] = layer_norm_vjp(g, z, layer["gamma"], layer["beta"])
            elif self.norm:
                g, of["gamma"] = rms_norm_vjp(g, z, layer["gamma"])
            g, of["weight"], of["bias"] = affine_vjp(g, a, layer["weight"], layer["bias"])
            g = g + past
            found.insert(0, of)
        return found

    def accuracy(self, x: np.ndarray, labels: np.ndarray) -> float:
        logits, _ = self.forward(x, training=False)
        return float((logits.argmax(1) == labels).mean())


def run(norm: str, path: bool, scale: float, rate: float, seed: int) -> tuple[list[float], list[float]]:
    """Test accuracy after each of EPOCHS, and the length of ∂L/∂W of each layer before the first step."""
    data = digits()
    order = np.random.default_rng(0).permutation(len(data.y))
    train, test = order[:600], order[600:1000]
    network, shuffle = Deep(norm, path, scale, seed), np.random.default_rng(100 + seed)
    first = Deep(norm, path, scale, seed).gradients(data.x[train[:200]], data.y[train[:200]])
    lengths = [float(np.linalg.norm(gradient["weight"])) for gradient in first]
    found = []
    for epoch in range(1, EPOCHS[-1] + 1):
        shuffled = train[shuffle.permutation(len(train))]
        for start in range(0, len(shuffled), 32):
            batch = shuffled[start : start + 32]
            for layer, gradient in zip(network.layers, network.gradients(data.x[batch], data.y[batch]), strict=True):
                for name in layer:
                    layer[name] = layer[name] - rate * gradient[name]
        if epoch in EPOCHS:
            found.append(network.accuracy(data.x[test], data.y[test]))
    return found, lengths


def main() -> None:
    arrays = {"epochs": np.array(EPOCHS)}
    for name, settings in RUNS.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        results = [run(*settings, seed) for seed in SEEDS]
        arrays[name] = np.array([accuracies for accuracies, _ in results])
        arrays[f"{name}_lengths"] = np.array([lengths for _, lengths in results])
        print(name, arrays[name].round(2).tolist(), arrays[f"{name}_lengths"][0], flush=True)
    if not sys.argv[1:]:
        np.savez_compressed(Path(__file__).parents[2] / "dlmath_lib/vectors/cures.npz", **arrays)


if __name__ == "__main__":
    main()
