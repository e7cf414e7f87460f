"""Make dlmath_lib/vectors/convolutional_network.npz with dlmath_lib itself: small networks on the digits.

Each network trains on four fifths of the digits, with four copies of each picture, moved by a pixel, or without copies.
No outside library is needed; the chapter ``convolution/convolutional_network`` reads the file, since these trainings
take some minutes of a processor. Widths, epochs and rates were chosen on the deals of the seeds 0 to 4, which are not
among those here. Rounding errors grow in training: another processor may give slightly other numbers.

    .venv/bin/python tests/oracles/make_convolutional_network_runs.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dlmath_lib.datasets import digits, split
from dlmath_lib.network import Activation, Conv, Dense, Flatten, GlobalAveragePool, GlobalMaxPool, MaxPool, Network
from dlmath_lib.optimizers import Adam

SEEDS = range(5, 10)
MOVES = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))
RATES = {True: ((4, 1e-3), (1, 2e-4)), False: ((15, 1e-3), (5, 2e-4))}  # with copies or not: epochs, learning rate
HIDDEN = 510  # so that the dense network has as many parameters, but for 22


def convolutional(rng: np.random.Generator) -> Network:
    """Two convolutions, a pooling, two dense layers: 38,282 parameters."""
    layers = [
        Conv(1, 16, 3, padding="same"),
        Activation("relu"),
        Conv(16, 32, 3, padding="same"),
        Activation("relu"),
        MaxPool(2),
        Flatten(),
        Dense(512, 64, "relu"),
        Dense(64, 10),
    ]
    return Network(layers, input_shape=(1, 8, 8), rng=rng, dtype="float32")


def ended_by(pooling: type[GlobalAveragePool] | type[GlobalMaxPool]) -> Callable[[np.random.Generator], Network]:
    """The convolutional network with a global pooling in place of Flatten: 7,562 parameters."""

    def make(rng: np.random.Generator) -> Network:
        head = [*convolutional(rng).layers[:5], pooling(), Dense(32, 64, "relu"), Dense(64, 10)]
        return Network(head, input_shape=(1, 8, 8), rng=rng, dtype="float32")

    return make


def dense(rng: np.random.Generator) -> Network:
    """One hidden layer of as many parameters."""
    layers = [Flatten(), Dense(64, HIDDEN, "relu"), Dense(HIDDEN, 10)]
    return Network(layers, input_shape=(1, 8, 8), rng=rng, dtype="float32")


def shifted(x: np.ndarray, down: int, right: int) -> np.ndarray:
    """The pictures moved by at most one pixel; what is uncovered is 0."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return padded[:, :, 1 - down : 9 - down, 1 - right : 9 - right]


def run(
    seed: int, make: Callable[[np.random.Generator], Network], copies: bool, scrambled: bool
) -> dict[str, np.ndarray]:
    """Train on four fifths of the digits, and look at the rest."""
    data, rng = digits(), np.random.default_rng(seed)
    pictures = data.x.reshape(-1, 1, 8, 8).astype(np.float32)
    if scrambled:
        pictures = pictures.reshape(-1, 64)[:, np.random.default_rng(0).permutation(64)].reshape(-1, 1, 8, 8)
    (seen_x, seen_y), (x, y) = split(pictures, data.y, fractions=(0.8, 0.2), rng=rng, stratify=True)
    if copies:
        seen_x, seen_y = np.concatenate([shifted(seen_x, *by) for by in MOVES]), np.tile(seen_y, len(MOVES))
    network = make(rng)
    losses: list[float] = []
    filters, tested = [network.weights[0].copy()], [network.evaluate(x, y).accuracy]

    def look(_: int, network: Network) -> None:
        filters.append(network.weights[0].copy())
        tested.append(network.evaluate(x, y).accuracy)

    for epochs, rate in RATES[copies]:
        history = network.fit(
            seen_x, seen_y, epochs=epochs, batch_size=32, optimizer=Adam(rate), rng=rng, progress=False, on_epoch=look
        )
        losses += history.loss
    moves = [network.evaluate(shifted(x, *by), y).accuracy for by in MOVES[1:]]
    return {
        "tested": np.array(tested), "losses": np.array(losses), "moved": np.array(moves),
        "parameters": network.parameters, "filters": np.array(filters),
    }  # fmt: skip


def main() -> None:
    kinds = {
        "conv": (convolutional, True, False),
        "dense": (dense, True, False),
        "conv_plain": (convolutional, False, False),
        "dense_plain": (dense, False, False),
        "conv_scrambled": (convolutional, False, True),
        "averaged_plain": (ended_by(GlobalAveragePool), False, False),
        "maxima_plain": (ended_by(GlobalMaxPool), False, False),
    }
    arrays: dict[str, np.ndarray] = {}
    for name, settings in kinds.items():
        start = time.perf_counter()
        runs = [run(seed, *settings) for seed in SEEDS]
        seconds = time.perf_counter() - start
        for part in ("tested", "losses", "moved"):
            arrays[f"{name}_{part}"] = np.array([found[part] for found in runs]).astype(np.float32)
        print(f"{name}: {arrays[f'{name}_tested'][:, -1].round(4).tolist()}, {seconds:.1f} s for {len(runs)} seeds")
        if name == "conv":
            arrays["parameters"] = runs[0]["parameters"].astype(np.float16)
            arrays["filters"] = runs[0]["filters"][:, :, 0].astype(np.float16)
    path = Path(__file__).parents[2] / "dlmath_lib/vectors/convolutional_network.npz"
    np.savez_compressed(path, **arrays)
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
