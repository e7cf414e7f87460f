"""What batch norm costs, forward and backward, beside PyTorch: `make bench`, or

    python -m benchmarks.normalization [--quick]

The inputs are (32, 64, 28, 28) in float32, as in an early layer of a convolutional network. All contenders run in one
process with the same number of threads, in turns, and their results are compared first. Nothing is stored.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.autodiff import measure
from dlmath_lib.layers import batch_norm, batch_norm_vjp

try:
    import torch
except ModuleNotFoundError:
    torch = None

SHAPE = (32, 64, 28, 28)


def data() -> tuple[np.ndarray, ...]:
    """g, x, γ and β."""
    rng = np.random.default_rng(0)
    g, x = (rng.normal(size=SHAPE).astype(np.float32) for _ in range(2))
    gamma, beta = (rng.normal(size=SHAPE[1]).astype(np.float32) for _ in range(2))
    return g, x, gamma, beta


def of_the_book(g: np.ndarray, *inputs: np.ndarray) -> tuple[np.ndarray, ...]:
    return batch_norm(*inputs), *batch_norm_vjp(g, *inputs)


def of_torch(g: np.ndarray, *inputs: np.ndarray) -> Callable[[], Any]:
    cotangent, tensors = torch.from_numpy(g), [torch.from_numpy(a).requires_grad_() for a in inputs]
    x, gamma, beta = tensors

    def run() -> tuple[Any, ...]:
        y = torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True)
        return y, *torch.autograd.grad(y, tensors, cotangent)

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description="Time batch norm beside PyTorch.")
    parser.add_argument("--quick", action="store_true", help="fewer turns")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="for all contenders alike")
    options = parser.parse_args()
    turns = 10 if options.quick else 60
    given = data()
    contenders = {"this book": lambda: of_the_book(*given)}
    with threadpool_limits(options.threads):
        if torch:
            torch.set_num_threads(options.threads)
            contenders["PyTorch"] = of_torch(*given)
            for mine, other in zip(contenders["this book"](), contenders["PyTorch"](), strict=True):
                np.testing.assert_allclose(mine, other.detach().numpy(), rtol=1e-3, atol=1e-4)
        times = measure(contenders, turns)
    base = min(times.get("PyTorch", times["this book"]))
    print(f"batch norm, forward and backward, {SHAPE}, float32")
    for name, found in times.items():
        best = min(found)
        print(f"  {name:12} best {best:8.3f} ms  median {statistics.median(found):8.3f} ms  {best / base:5.2f} ×")
    if not torch:
        print("  PyTorch is not installed: this book alone")
    print(f"Threads: {options.threads}; load of the machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
