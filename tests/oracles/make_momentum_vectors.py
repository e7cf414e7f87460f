"""Store the parameters that PyTorch's SGD visits with momentum: plain and Nesterov's, also with a rate that falls.

Run it with PyTorch 2.13.0 installed (it is not in requirements.txt: elsewhere than here pip brings gigabytes):

    python tests/oracles/make_momentum_vectors.py

It writes ``dlmath_lib/vectors/momentum.npz``: least squares ½‖Xw − y‖²/n in float64, 40 steps with momentum 0.9; the
rate is 0.1 throughout, or a tenth of that from step 20 on; with ``dampened`` dampening is 0.9 as well.
"""

from pathlib import Path

import numpy as np
import torch

MOMENTUM = 0.9


def walk(features, targets, start, rates, **options) -> np.ndarray:
    weights = torch.from_numpy(start.copy()).requires_grad_()
    optimizer = torch.optim.SGD([weights], lr=float(rates[0]), momentum=MOMENTUM, **options)
    features, targets, path = torch.from_numpy(features), torch.from_numpy(targets), [start]
    for rate in rates:
        for group in optimizer.param_groups:
            group["lr"] = float(rate)
        optimizer.zero_grad()
        (0.5 * ((features @ weights - targets) ** 2).mean()).backward()
        optimizer.step()
        path.append(weights.detach().numpy().copy())
    return np.stack(path)


def main() -> None:
    rng = np.random.default_rng(20261126)
    features, targets, start = rng.normal(size=(30, 3)) * [1.0, 0.6, 0.3], rng.normal(size=30), rng.normal(size=3)
    rates = {"constant": np.full(40, 0.1), "falling": np.where(np.arange(40) < 20, 0.1, 0.01)}
    stored = {"torch_version": np.array(torch.__version__), "features": features, "targets": targets}
    for name, values in rates.items():
        stored[f"rates_{name}"] = values
        stored[f"path_momentum_{name}"] = walk(features, targets, start, values)
        stored[f"path_nesterov_{name}"] = walk(features, targets, start, values, nesterov=True)
    stored["path_dampened_constant"] = walk(features, targets, start, rates["constant"], dampening=MOMENTUM)
    np.savez_compressed(Path(__file__).parents[2] / "dlmath_lib/vectors/momentum.npz", **stored)


if __name__ == "__main__":
    main()
