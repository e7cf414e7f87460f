"""Make dlmath_lib/vectors/training.npz with dlmath_lib itself: one training on the digits, dealt out in 20 ways.

No outside library is needed; the chapter ``networks/training_a_network`` reads the file to save ten seconds of a
processor. Rounding errors grow in training: another processor may give slightly other numbers.

    .venv/bin/python tests/oracles/make_training_runs.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dlmath_lib.datasets import digits, split
from dlmath_lib.network import Dense, Network
from dlmath_lib.optimizers import SGD

SEEDS = range(1, 21)


def accuracy(seed: int) -> float:
    """The test accuracy of 128 ReLU units after 15 epochs on four fifths of the digits."""
    data, rng = digits(), np.random.default_rng(seed)
    seen, kept_away = split(data.x, data.y, fractions=(0.8, 0.2), rng=rng, stratify=True)
    network = Network([Dense(64, 128, "relu"), Dense(128, 10)], rng=rng)
    network.fit(*seen, epochs=15, batch_size=32, optimizer=SGD(0.1, momentum=0.9), rng=rng, progress=False)
    found = network.evaluate(*kept_away).accuracy
    assert found is not None
    return found


def main() -> None:
    deals = np.array([accuracy(seed) for seed in SEEDS])
    print(deals.round(3).tolist())
    np.savez_compressed(Path(__file__).parents[2] / "dlmath_lib/vectors/training.npz", deals=deals)


if __name__ == "__main__":
    main()
