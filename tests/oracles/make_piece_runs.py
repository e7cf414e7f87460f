"""Make dlmath_lib/vectors/pieces.npz with dlmath_lib itself: ReLU networks of equal size, wide or deep, on [0, 1].

No outside library is needed; the runs take some minutes of one processor, which is why the chapter
``networks/why_depth`` reads them. Rounding errors grow in training: another processor gives other numbers.

    .venv/bin/python tests/oracles/make_piece_runs.py
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from dlmath_lib.datasets import digits
from dlmath_lib.network import Dense, Network, linear_pieces
from dlmath_lib.optimizers import Adam

SEEDS = range(8)
POINTS, EPOCHS, BATCH = 256, 600, 32
RATES = (0.01, 0.003)
# Hidden layers and their width: about 300 parameters each.
SHAPES = ((1, 100), (2, 15), (3, 11), (5, 8), (8, 6))
DIGITS = ((1, 128), (2, 66), (4, 48))  # about 10,000 parameters each
X = (np.arange(POINTS) + 0.5) / POINTS


def tent(x: np.ndarray, times: int) -> np.ndarray:
    for _ in range(times):
        x = 1 - abs(1 - 2 * x)
    return x


TARGETS = {
    "sine": np.sin(2 * np.pi * X),
    "chirp": np.sin(12 * X**2),
    "tent_2": tent(X, 2),
    "tent_4": tent(X, 4),
}


def run(target: np.ndarray, hidden: int, width: int, rate: float, seed: int) -> tuple[float, int, int]:
    """The root mean squared error after training, and the pieces on [0, 1] before and after."""
    widths = [1] + [width] * hidden
    layers = [Dense(n, m, "relu", "he_normal") for n, m in pairwise(widths)]
    network = Network([*layers, Dense(width, 1)], loss="squared_error", rng=np.random.default_rng(seed))
    for bias in network.biases[:-1]:  # so that the kinks of the first layer do not all start at 0
        bias[:] = np.random.default_rng(50 + seed).normal(size=len(bias)) * 0.5
    before = linear_pieces(network, [0.0], [1.0]).count
    network.fit(
        X[:, None], target[:, None], epochs=EPOCHS, batch_size=BATCH, optimizer=Adam(rate),
        rng=np.random.default_rng(100 + seed), progress=False,
    )  # fmt: skip
    error = float(np.sqrt(np.mean((network.forward(X[:, None])[:, 0] - target) ** 2)))
    return error, before, linear_pieces(network, [0.0], [1.0]).count


def on_digits(hidden: int, width: int, seed: int) -> tuple[float, list[int], list[int]]:
    """Test accuracy after training, and the pieces between 40 pairs of test images, before and after."""
    data = digits()
    order = np.random.default_rng(0).permutation(len(data.y))
    train, test = order[:1200], order[1200:]
    widths = [64] + [width] * hidden
    layers = [Dense(n, m, "relu", "he_normal") for n, m in pairwise(widths)]
    network = Network([*layers, Dense(width, 10)], rng=np.random.default_rng(seed))
    pairs = [(data.x[a], data.x[b]) for a, b in test[:80].reshape(40, 2)]
    before = [linear_pieces(network, *pair).count for pair in pairs]
    network.fit(
        data.x[train], data.y[train], epochs=30, batch_size=32, optimizer=Adam(0.003),
        rng=np.random.default_rng(100 + seed), progress=False,
    )  # fmt: skip
    accuracy = network.evaluate(data.x[test], data.y[test]).accuracy
    return accuracy, before, [linear_pieces(network, *pair).count for pair in pairs]


def main() -> None:
    arrays = {
        "hidden": np.array([h for h, _ in SHAPES]),
        "width": np.array([w for _, w in SHAPES]),
        "rates": np.array(RATES),
    }
    for name, target in TARGETS.items():
        found = np.array([[[run(target, *shape, rate, seed) for seed in SEEDS] for rate in RATES] for shape in SHAPES])
        # shapes × rates × seeds
        arrays[f"{name}_error"] = found[..., 0].astype(np.float32)
        arrays[f"{name}_before"], arrays[f"{name}_after"] = (found[..., k].astype(np.int16) for k in (1, 2))
        print(
            name,
            np.median(found[..., 0], axis=2).round(4).tolist(),
            np.median(found[..., 2], axis=2).tolist(),
            flush=True,
        )
    arrays["digits_hidden"], arrays["digits_width"] = np.array(DIGITS).T
    runs = [[on_digits(*shape, seed) for seed in range(5)] for shape in DIGITS]
    arrays["digits_accuracy"] = np.array([[run[0] for run in row] for row in runs], np.float32)
    for k, when in ((1, "before"), (2, "after")):
        arrays[f"digits_{when}"] = np.array([[run[k] for run in row] for row in runs], np.int16)
    np.savez_compressed(Path(__file__).parents[2] / "dlmath_lib/vectors/pieces.npz", **arrays)


if __name__ == "__main__":
    main()
