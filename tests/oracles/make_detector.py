"""Train the digit detector of ``chapters/practice/applications.ipynb`` and store its weights.

    PYTHONPATH=. python tests/oracles/make_detector.py

It needs NumPy and scikit-learn alone, and writes ``dlmath_lib/vectors/detector.npz``: the parameters of a small
convolutional network with eleven classes, ten digits and "background", and the numbers of the test digits. Background
windows come from scenes of training digits: empty ones, and ones that miss a digit by three pixels or more.
"""

from pathlib import Path

import numpy as np

from dlmath_lib.datasets import digits
from dlmath_lib.network import Activation, Conv, Dense, Flatten, MaxPool, Network
from dlmath_lib.optimizers import Adam

HEIGHT, WIDTH, PIECES = 24, 40, 4


def detector(rng: np.random.Generator) -> Network:
    layers = [Conv(1, 12, 3, padding=1), Activation("relu"), MaxPool(2), Flatten(), Dense(12 * 16, 11)]
    return Network(layers, input_shape=(1, 8, 8), rng=rng, dtype="float32")


def scene(images: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A picture with four digits that do not touch, and the corners (left, top) of each."""
    picture, corners = np.zeros((HEIGHT, WIDTH)), []
    while len(corners) < PIECES:
        left, top = int(rng.integers(0, WIDTH - 7)), int(rng.integers(0, HEIGHT - 7))
        if all(max(abs(left - a), abs(top - b)) >= 9 for a, b in corners):
            picture[top : top + 8, left : left + 8] = images[len(corners)]
            corners.append((left, top))
    return np.clip(picture + 0.08 * np.abs(rng.normal(size=picture.shape)), 0, 1), np.array(corners)


def main() -> None:
    data, rng = digits(), np.random.default_rng(20261127)
    x, y = np.asarray(data.x, float).reshape(-1, 1, 8, 8) / np.max(data.x), np.asarray(data.y)
    order = rng.permutation(len(y))
    train, test = order[:1300], order[1300:]
    noisy = np.clip(x[train] + 0.08 * np.abs(rng.normal(size=x[train].shape)), 0, 1)
    empty = []
    while len(empty) < 4000:
        picture, corners = scene(x[rng.choice(train, PIECES), 0], rng)
        for _ in range(40):
            left, top = int(rng.integers(0, WIDTH - 7)), int(rng.integers(0, HEIGHT - 7))
            if np.abs(corners - (left, top)).max(axis=1).min() >= 3:
                empty.append(picture[top : top + 8, left : left + 8])
    pictures = np.concatenate([x[train], noisy, np.array(empty)[:, None]])
    labels = np.concatenate([y[train], y[train], np.full(len(empty), 10)])
    network = detector(rng)
    network.fit(pictures, labels, epochs=30, batch_size=64, optimizer=Adam(0.003), rng=rng)
    right = np.mean(network.forward(x[test]).argmax(axis=1) == y[test])
    path = Path(__file__).resolve().parents[2] / "dlmath_lib/vectors/detector.npz"
    np.savez_compressed(path, parameters=network.parameters, test=test)
    print(f"right on {len(test)} test digits: {right:.4f}; {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
