"""Make dlmath_lib/vectors/depth.npz with dlmath_lib itself: long training runs of deep networks on the digits.

No outside library is needed; the runs take some minutes of one processor, which is why the chapter
``networks/vanishing_gradients`` reads them. Rounding errors grow in training: another processor gives other numbers.

    .venv/bin/python tests/oracles/make_depth_runs.py
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from dlmath_lib.datasets import digits
from dlmath_lib.network import Dense, Network
from dlmath_lib.optimizers import SGD, Adam

EPOCHS = (1, 2, 5, 10, 20, 50, 100, 200, 400, 600)
SEEDS = range(5)
CRITICAL = 10.2  # the scale at which wide layers of sigmoids keep the gradient level

# name: hidden layers, activation, scale on Xavier's weights, optimiser, epochs
RUNS: dict[str, tuple[int, str, float, Callable[[], SGD | Adam], int]] = {
    "sigmoid_1_adam": (1, "sigmoid", 1, lambda: Adam(0.003), 20),
    "sigmoid_2_adam": (2, "sigmoid", 1, lambda: Adam(0.003), 20),
    "sigmoid_5_adam": (5, "sigmoid", 1, lambda: Adam(0.003), 20),
    "sigmoid_10_adam": (10, "sigmoid", 1, lambda: Adam(0.003), 600),
    "sigmoid_10_sgd": (10, "sigmoid", 1, lambda: SGD(0.5), 600),
    "sigmoid_10_momentum": (10, "sigmoid", 1, lambda: SGD(0.1, momentum=0.9), 600),
    "critical_10_sgd": (10, "sigmoid", CRITICAL, lambda: SGD(0.3), 200),
    "tanh_10_sgd": (10, "tanh", 1, lambda: SGD(0.05), 200),
    "relu_10_sgd": (10, "relu", 1, lambda: SGD(0.05), 200),
}


def accuracies(
    hidden: int, activation: str, scale: float, optimizer: SGD | Adam, epochs: int, seed: int
) -> list[float]:
    data = digits()
    order = np.random.default_rng(0).permutation(len(data.y))
    train, test = order[:600], order[600:1000]
    widths = [64] + [32] * hidden
    start = "he_normal" if activation == "relu" else "xavier_normal"
    layers = [Dense(n, m, activation, start) for n, m in pairwise(widths)]
    network = Network([*layers, Dense(32, 10)], rng=np.random.default_rng(seed))
    for weight in network.weights[:-1]:
        weight *= scale
    found = {}

    def look(epoch: int, _: object) -> None:
        if epoch in EPOCHS:
            found[epoch] = network.evaluate(data.x[test], data.y[test]).accuracy

    network.fit(
        data.x[train], data.y[train], epochs=epochs, batch_size=32, optimizer=optimizer, on_epoch=look,
        rng=np.random.default_rng(100 + seed), progress=False,
    )  # fmt: skip
    return [found[epoch] for epoch in EPOCHS if epoch <= epochs]


def main() -> None:
    arrays = {"epochs": np.array(EPOCHS)}
    for name, (hidden, activation, scale, optimizer, epochs) in RUNS.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        arrays[name] = np.array([accuracies(hidden, activation, scale, optimizer(), epochs, seed) for seed in SEEDS])
        print(name, arrays[name].round(2).tolist(), flush=True)
    if not sys.argv[1:]:
        np.savez_compressed(Path(__file__).parents[2] / "dlmath_lib/vectors/depth.npz", **arrays)


if __name__ == "__main__":
    main()
