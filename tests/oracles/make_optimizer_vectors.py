"""Store the parameters that PyTorch's SGD visits: the outside witness of ``dlmath_lib.optimizers``.

Run it with PyTorch 2.13.0 installed (it is not in requirements.txt: elsewhere than here pip brings gigabytes):

    python tests/oracles/make_optimizer_vectors.py

It writes ``dlmath_lib/vectors/optimizers.npz``: least squares ½‖Xw − y‖²/n in float64 and
float32, 50 steps of plain SGD; 1,000 steps of every optimizer on six quadratics with a wave in their slopes, kept at
a few steps; the factors of the learning-rate schedules.
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


CURVATURES = np.array([0.01, 0.1, 0.5, 1.0, 3.0, 10.0])
KEPT = (1, 2, 5, 20, 100, 300, 600, 1000)
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.02),
    "sgd_l2": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, weight_decay=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.3),
    "adagrad_as_keras_starts": lambda p: torch.optim.Adagrad(
        p, lr=0.3, initial_accumulator_value=0.1, eps=1e-7, weight_decay=0.05
    ),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01),
    "rmsprop_l2": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, weight_decay=0.05),
    "rmsprop_momentum": lambda p: torch.optim.RMSprop(p, lr=0.002, alpha=0.9, momentum=0.9),
    "rmsprop_centered": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.95, centered=True, eps=1e-4),
    "rmsprop_all": lambda p: torch.optim.RMSprop(p, lr=0.002, alpha=0.95, momentum=0.8, centered=True, eps=1e-4),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01),
    "adam_l2": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
    "amsgrad": lambda p: torch.optim.Adam(p, lr=0.03, betas=(0.8, 0.9), amsgrad=True),
    "adamw_amsgrad": lambda p: torch.optim.AdamW(p, lr=0.03, betas=(0.8, 0.9), amsgrad=True, weight_decay=0.2),
    "nadam": lambda p: torch.optim.NAdam(p, lr=0.01),
    "nadam_l2": lambda p: torch.optim.NAdam(p, lr=0.01, momentum_decay=1.0, weight_decay=0.1),
    "nadam_decoupled": lambda p: torch.optim.NAdam(p, lr=0.01, weight_decay=0.1, decoupled_weight_decay=True),
}
SCHEDULES = {
    "step": lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [20, 30, 70], gamma=0.3),
    "exponential": lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.97),
    "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 99, eta_min=0.05),
    "warmup": lambda o: torch.optim.lr_scheduler.LinearLR(o, start_factor=0.01, total_iters=40),
    "warmup_cosine": lambda o: torch.optim.lr_scheduler.SequentialLR(
        o,
        [
            torch.optim.lr_scheduler.LinearLR(o, start_factor=0.1, total_iters=20),
            torch.optim.lr_scheduler.CosineAnnealingLR(o, 80),
        ],
        milestones=[20],
    ),
    "one_cycle": lambda o: torch.optim.lr_scheduler.OneCycleLR(o, max_lr=1.0, total_steps=100, cycle_momentum=False),
}


def slope(theta: torch.Tensor, step: int) -> torch.Tensor:
    """The gradient in this step: of six parabolas, and a wave that stands for the noise of a batch."""
    wave = 0.3 * np.sin(step * (1 + np.arange(6)) / 3)
    return torch.from_numpy(CURVATURES) * theta + torch.from_numpy(wave)


def long_run(make, schedule=None, clip: float | None = None) -> np.ndarray:
    theta = torch.nn.Parameter(torch.tensor([3.0, -2.0, 1.0, -0.5, 2.0, 1.5], dtype=torch.float64))
    optimizer, kept = make([theta]), []
    scheduler = schedule(optimizer) if schedule else None
    for step in range(1, max(KEPT) + 1):
        theta.grad = slope(theta.detach(), step)
        if clip:
            torch.nn.utils.clip_grad_value_([theta], clip)
        optimizer.step()
        if scheduler:
            scheduler.step()
        if step in KEPT:
            kept.append(theta.detach().numpy().copy())
    return np.array(kept)


def factors(make) -> np.ndarray:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler, seen = make(optimizer), []
    for _ in range(100):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(seen) < 100:
            scheduler.step()
    return np.array(seen)


def main() -> None:
    torch.set_default_dtype(torch.float64)  # or NAdam keeps the product of its momenta in float32
    rng = np.random.default_rng(20261122)
    features, targets, start = rng.normal(size=(40, 3)), rng.normal(size=40), rng.normal(size=3)
    vectors = {"torch_version": np.array(torch.__version__), "learning_rate": np.array(0.3)}
    for dtype in ("float64", "float32"):
        arrays = [a.astype(dtype) for a in (features, targets, start)]
        path, gradients = descend(*map(torch.from_numpy, arrays), learning_rate=0.3, steps=50)
        vectors |= {f"features_{dtype}": arrays[0], f"targets_{dtype}": arrays[1]}
        vectors |= {f"path_{dtype}": path, f"gradients_{dtype}": gradients}
    vectors |= {"long_steps": np.array(KEPT), "long_curvatures": CURVATURES}
    vectors |= {f"long_{name}": long_run(make) for name, make in OPTIMIZERS.items()}
    cosine = lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 1000)  # noqa: E731
    vectors["long_scheduled"] = long_run(OPTIMIZERS["adamw"], cosine, clip=2.0)
    vectors |= {f"schedule_{name}": factors(make) for name, make in SCHEDULES.items()}
    np.savez_compressed(Path(__file__).parents[2] / "dlmath_lib/vectors/optimizers.npz", **vectors)


if __name__ == "__main__":
    main()
