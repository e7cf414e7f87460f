"""What a gradient costs, side by side: by `autodiff.Var`, by hand-written VJPs, and the forward pass alone.

    python -m benchmarks.autodiff [--quick]

An MLP with tanh layers and softmax with cross-entropy. All contenders run in one process with the same number of
threads, in turns. Printed are the best times and medians in ms, and their ratios to the hand-written VJPs; nothing is
stored, and no chapter shows them.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from dlmath_lib import autodiff
from dlmath_lib.layers import affine, affine_vjp
from dlmath_lib.losses import softmax_cross_entropy_with_logits, softmax_cross_entropy_with_logits_vjp

SHAPES = [((20, 16, 3), 8), ((64, 64, 64, 10), 32), ((784, 256, 128, 10), 128)]
Parameters = list[np.ndarray]


def start(widths: tuple[int, ...], batch: int) -> tuple[Parameters, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    parameters: Parameters = []
    for a, b in itertools.pairwise(widths):
        parameters += [rng.normal(size=(b, a)) / np.sqrt(a), np.zeros(b)]
    return parameters, rng.normal(size=(batch, widths[0])), rng.integers(widths[-1], size=batch)


def forward(parameters: Parameters, x: np.ndarray, labels: np.ndarray) -> Any:
    """The mean loss, written once for arrays and for Var."""
    for weight, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        x = np.tanh(x @ weight.T + bias)
    logits = x @ parameters[-2].T + parameters[-1]
    picked = logits[np.arange(len(labels)), labels]
    return np.mean(autodiff.logsumexp(logits) - picked)


def by_var(parameters: Parameters, x: np.ndarray, labels: np.ndarray) -> Parameters:
    return list(autodiff.grad(lambda *p: forward(list(p), x, labels), *parameters))


def by_hand(parameters: Parameters, x: np.ndarray, labels: np.ndarray) -> Parameters:
    inputs = [x]
    for weight, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        inputs.append(np.tanh(affine(inputs[-1], weight, bias)))
    logits = affine(inputs[-1], parameters[-2], parameters[-1])
    softmax_cross_entropy_with_logits(logits, labels)
    share = np.full(len(labels), 1 / len(labels))
    g = softmax_cross_entropy_with_logits_vjp(share, logits, labels)
    gradients: Parameters = []
    for i in range(len(inputs) - 1, -1, -1):
        g, of_weight, of_bias = affine_vjp(g, inputs[i], parameters[2 * i], parameters[2 * i + 1])
        gradients = [of_weight, of_bias, *gradients]
        g = g * (1 - inputs[i] ** 2) if i else g
    return gradients


def measure(contenders: dict[str, Callable[[], Any]], turns: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(turns):
        for name, run in contenders.items():
            began = time.perf_counter()
            run()
            times[name].append(1000 * (time.perf_counter() - began))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description="Time gradients by Var and by hand.")
    parser.add_argument("--quick", action="store_true", help="fewer turns")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="for all contenders alike")
    options = parser.parse_args()
    turns = 10 if options.quick else 60
    with threadpool_limits(options.threads):
        for widths, batch in SHAPES:
            given = start(widths, batch)
            for mine, other in zip(by_var(*given), by_hand(*given), strict=True):
                np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-12)
            nodes = len(autodiff.tape(forward([autodiff.Var(p) for p in given[0]], *given[1:])))
            contenders = {
                "hand-written VJPs": lambda given=given: by_hand(*given),
                "autodiff.Var": lambda given=given: by_var(*given),
                "forward pass alone": lambda given=given: forward(*given),
            }
            times = measure(contenders, turns)
            base = min(times["hand-written VJPs"])
            print(f"{'-'.join(map(str, widths))}, batch {batch}, float64, {nodes} nodes on the tape")
            for name, found in times.items():
                best = min(found)
                print(
                    f"  {name:20} best {best:8.3f} ms  median {statistics.median(found):8.3f} ms  {best / base:5.2f} ×"
                )
    print(f"Threads: {options.threads}; load of the machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
