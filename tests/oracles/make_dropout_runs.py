"""Make dlmath_lib/vectors/dropout.npz with dlmath_lib itself: a network on few digits, with dropout at several rates.

No outside library is needed; the runs take a minute or two of one processor, which is why the chapter
``regularization/dropout`` reads them. Rounding errors grow in training: another processor gives other numbers.

    PYTHONPATH=. .venv/bin/python tests/oracles/make_dropout_runs.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dlmath_lib.activations import relu, softmax
from dlmath_lib.datasets import digits
from dlmath_lib.layers import affine, dropout, dropout_mask
from dlmath_lib.network import Dense, Dropout, Network
from dlmath_lib.optimizers import Adam

EPOCHS = (1, 2, 5, 10, 20, 50, 100, 200)
RATES = (0.0, 0.2, 0.5, 0.8, 0.95)
SEEDS = range(5)
TRAIN, TEST, WIDTH, MASKS = 300, 800, 128, 100
WRONG = {"clean": 0.0, "noisy": 0.3}  # the share of training labels that are drawn anew


def over_masks(network: Network, x: np.ndarray, rate: float, rng: np.random.Generator) -> np.ndarray:
    """The mean probabilities of MASKS sub-networks: a new mask for each example each time."""
    (w1, w2, w3), (b1, b2, b3) = network.weights, network.biases
    total = np.zeros((len(x), 10))
    for _ in range(MASKS):
        a = relu(affine(x, w1, b1))
        a = relu(affine(dropout(a, dropout_mask(a.shape, rate, rng=rng)), w2, b2))
        total += softmax(affine(dropout(a, dropout_mask(a.shape, rate, rng=rng)), w3, b3).astype(float))
    return total / MASKS


def run(rate: float, seed: int, wrong: float) -> tuple[dict[int, tuple[float, float, float, float]], list[float]]:
    """Training and test loss, training and test accuracy by epoch in evaluation, and what the mean over masks gives."""
    data = digits()
    order = np.random.default_rng(seed).permutation(len(data.y))
    train, test = order[:TRAIN], order[TRAIN : TRAIN + TEST]
    labels, dice = data.y.copy(), np.random.default_rng(200 + seed)
    changed = train[dice.random(TRAIN) < wrong]
    labels[changed] = dice.integers(10, size=len(changed))
    hidden = [Dense(64, WIDTH, "relu"), Dropout(rate), Dense(WIDTH, WIDTH, "relu"), Dropout(rate)]
    network = Network([*hidden, Dense(WIDTH, 10)], rng=np.random.default_rng(seed))
    found = {}

    def look(epoch: int, _: object) -> None:
        if epoch in EPOCHS:
            a = network.evaluate(data.x[train], labels[train])
            b = network.evaluate(data.x[test], data.y[test])
            found[epoch] = (a.loss, b.loss, a.accuracy, b.accuracy)

    network.fit(
        data.x[train], labels[train], epochs=EPOCHS[-1], batch_size=32, optimizer=Adam(0.001), on_epoch=look,
        rng=np.random.default_rng(100 + seed), progress=False,
    )  # fmt: skip
    evaluated = network.probabilities(data.x[test])
    averaged = over_masks(network, data.x[test], rate, np.random.default_rng(300 + seed))
    right = data.y[test]
    rows = np.arange(TEST)
    ends = [
        np.abs(evaluated - averaged).mean(),
        *((q.argmax(1) == right).mean() for q in (evaluated, averaged)),
        *(-np.log(q[rows, right]).mean() for q in (evaluated, averaged)),
    ]
    return found, [float(each) for each in ends]


def main() -> None:
    arrays = {"rates": np.array(RATES), "epochs": np.array(EPOCHS)}
    for kind, wrong in WRONG.items():
        runs = [[run(rate, seed, wrong) for seed in SEEDS] for rate in RATES]
        results = np.array([[list(found.values()) for found, _ in of_rate] for of_rate in runs])
        arrays[f"{kind}_masks"] = np.array([[ends for _, ends in of_rate] for of_rate in runs])
        for k, name in enumerate(("train_loss", "test_loss", "train_accuracy", "test_accuracy")):
            arrays[f"{kind}_{name}"] = results[..., k]
        print(kind, arrays[f"{kind}_test_accuracy"].mean(axis=1).round(3).tolist(), flush=True)
    np.savez_compressed(Path(__file__).parents[2] / "dlmath_lib/vectors/dropout.npz", **arrays)


if __name__ == "__main__":
    main()
