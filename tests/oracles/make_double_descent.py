"""Store the errors of random-feature regression on the digits, by the number of features: the double descent.

    PYTHONPATH=. python tests/oracles/make_double_descent.py

It needs NumPy and dlmath_lib alone, takes some ten seconds, and writes ``dlmath_lib/vectors/double_descent.npz``.
In each of 20 draws 100 training images and 400 test images are dealt out; p ReLU features with random weights stand
for a hidden layer that is not trained; least squares fits the ten outputs to one-hot labels, of least length (λ = 0)
or with the penalty λ‖w‖². A share of the training labels is replaced by random classes.
"""

from pathlib import Path

import numpy as np

from dlmath_lib.datasets import digits

TRAIN, TEST, DRAWS = 100, 400, 20
FEATURES = np.array([10, 20, 30, 40, 60, 80, 90, 100, 110, 120, 150, 200, 300, 400, 800, 1600])
PENALTIES = np.array([0.0, 0.01, 1.0, 100.0])
NOISES = np.array([0.0, 0.1, 0.2])


def deal(seed: int):
    """Training features, test features (all of them) and labels of a draw."""
    rng, data = np.random.default_rng(seed), digits()
    order = rng.permutation(len(data.x))[: TRAIN + TEST]
    x, labels = data.x[order].reshape(len(order), -1) / np.max(data.x), np.asarray(data.y)[order]
    z = np.maximum(0, (x - x[:TRAIN].mean(axis=0)) @ rng.normal(size=(x.shape[1], FEATURES.max())))
    others = rng.integers(0, 10, size=TRAIN)
    ranks = rng.permutation(TRAIN)
    return z[:TRAIN], z[TRAIN:], labels[:TRAIN], labels[TRAIN:], others, ranks


def errors(seed: int):
    z, z_test, labels, labels_test, others, ranks = deal(seed)
    result = np.empty((3, len(NOISES), len(PENALTIES), len(FEATURES)))
    for f, p in enumerate(FEATURES):
        u, d, vt = np.linalg.svd(z[:, :p], full_matrices=False)
        kept = d > 1e-10 * d.max()
        u, d, vt = u[:, kept], d[kept], vt[kept]
        for m, share in enumerate(NOISES):
            y = np.eye(10)[np.where(ranks < share * TRAIN, others, labels)]
            for k, penalty in enumerate(PENALTIES):
                weights = vt.T @ ((d / (d**2 + penalty))[:, None] * (u.T @ y))
                scores = z_test[:, :p] @ weights
                result[0, m, k, f] = np.mean(np.sum((z[:, :p] @ weights - y) ** 2, axis=1))
                result[1, m, k, f] = np.mean(np.sum((scores - np.eye(10)[labels_test]) ** 2, axis=1))
                result[2, m, k, f] = np.mean(scores.argmax(axis=1) != labels_test)
    return result


def main() -> None:
    train, test, wrong = np.stack([errors(seed) for seed in range(DRAWS)], axis=-1).astype(np.float32)
    np.savez_compressed(
        Path(__file__).parents[2] / "dlmath_lib/vectors/double_descent.npz",
        features=FEATURES, penalties=PENALTIES, noises=NOISES, train=train, test=test, wrong=wrong,
    )  # fmt: skip


if __name__ == "__main__":
    main()
