"""Store the parameters that PyTorch's SGD visits: the outside witness of ``dlmath_lib.optimizers``.

Run it with PyTorch 2.13.0 installed (it is not in requirements.txt: elsewhere than here pip brings gigabytes):

    python tests/oracles/make_optimizer_vectors.py

It writes ``dlmath_lib/vectors/optimizers.npz``: least squares ½‖Xw − y‖²/n in float64 and
float32, 50 steps of plain SGD.
"""

from pathlib import Path

import numpy as np
import torch


def descend(features: torch.Tensor, targets: torch.Tensor, start: torch.Tensor, learning_rate: float, steps: int):
    weights = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([weights], lr=learning_rate)
    path, gradients = [weights.detach().clone()], []
    for _ in range(steps):
        optimizer.zero_grad()
        (0.5 * ((features @ weights - targets) ** 2).mean()).backward()
        gradients.append(weights.grad.clone())
        optimizer.step()
        path.append(weights.detach().clone())
    return torch.stack(path).numpy(), torch.stack(gradients).numpy()


def main() -> None:
    rng = np.random.default_rng(20261122)
    features, targets, start = rng.normal(size=(40, 3)), rng.normal(size=40), rng.normal(size=3)
    vectors = {"torch_version": np.array(torch.__version__), "learning_rate": np.array(0.3)}
    for dtype in ("float64", "float32"):
        arrays = [a.astype(dtype) for a in (features, targets, start)]
        path, gradients = descend(*map(torch.from_numpy, arrays), learning_rate=0.3, steps=50)
        vectors |= {f"features_{dtype}": arrays[0], f"targets_{dtype}": arrays[1]}
        vectors |= {f"path_{dtype}": path, f"gradients_{dtype}": gradients}
    np.savez_compressed(Path(__file__).parents[2] / "dlmath_lib/vectors/optimizers.npz", **vectors)


if __name__ == "__main__":
    main()
