"""Convolution and max pooling, forward and with gradients, side by side: this book's functions and PyTorch.

    python -m benchmarks.convolution [--quick] [--threads 1]

Both run in one process with the same number of threads, in turns, so that a busy moment of the machine hits both.
Printed are medians over the turns, and the best times; ``convolution.json`` beside this file has them too, for two
threads and for one unless ``--threads`` names a number. Without PyTorch its columns are left out.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.training_step import SLOWING, measure
from dlmath_lib.convolution import _columns, conv, conv_vjp, max_pool, max_pool_vjp

try:
    import torch
    import torch.nn.functional as F
except ModuleNotFoundError:
    torch = None

REPORT = Path(__file__).with_name("convolution.json")
# name: examples, channels, outputs, side of the picture
SHAPES = {
    "(32, 32, 28, 28) to 64 channels": (32, 32, 64, 28),
    "digits: (64, 1, 8, 8) to 16": (64, 1, 16, 8),
    "digits: (64, 16, 8, 8) to 32": (64, 16, 32, 8),
}
BOOK, TORCH = "this book", "PyTorch"
# Calls follow each other, as the steps of a training do, 30 of them or for so many seconds: after a pause a virtual
# machine may put two threads on one processor for a while, and threads that wait actively disturb the next contender.
CALLS, ROW = 30, 0.15
AIMS = {"convolution, forward": 2.2, "convolution, forward and backward": 2.5}


def contenders(shape: tuple[int, int, int, int]) -> dict[str, dict[str, tuple[Callable[[], Any], int]]]:
    """For each kind of work what runs it, and the 1 call that a run makes."""
    n, channels, out, side = shape
    rng = np.random.default_rng(0)
    x, kernels, bias, g = (
        rng.normal(size=size).astype(np.float32)
        for size in [(n, channels, side, side), (out, channels, 3, 3), (out,), (n, out, side, side)]
    )
    half = np.ascontiguousarray(g[:, :channels, : side // 2, : side // 2])

    def both() -> None:
        conv(x, kernels, bias, padding=1)
        conv_vjp(g, x, kernels, bias, padding=1)

    def pool_both() -> None:
        max_pool(x, 2)
        max_pool_vjp(half, x, 2)

    works: dict[str, dict[str, tuple[Callable[[], Any], int]]] = {
        "convolution, forward": {BOOK: (lambda: conv(x, kernels, bias, padding=1), 1)},
        "convolution, forward and backward": {BOOK: (both, 1)},
        "max pooling, forward": {BOOK: (lambda: max_pool(x, 2), 1)},
        "max pooling, forward and backward": {BOOK: (pool_both, 1)},
    }
    if torch:
        for work, run in zip(works.values(), torch_runs(x, kernels, bias, g, half), strict=True):
            work[TORCH] = (run, 1)
    return works


def torch_runs(*arrays: np.ndarray) -> list[Callable[[], Any]]:
    """The same work by PyTorch, in the order of `contenders`."""
    x, kernels, bias, g, half = (torch.from_numpy(a) for a in arrays)
    inputs = [t.clone().requires_grad_() for t in (x, kernels, bias)]

    def without(work: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> None:
            with torch.no_grad():
                work()

        return run

    def both() -> None:
        torch.autograd.grad(F.conv2d(*inputs, padding=1), inputs, g)

    def pool_both() -> None:
        torch.autograd.grad(F.max_pool2d(inputs[0], 2), inputs[:1], half)

    forward = without(lambda: F.conv2d(x, kernels, bias, padding=1))
    return [forward, both, without(lambda: F.max_pool2d(x, 2)), pool_both]


def calls_in_a_row(runs: dict[str, tuple[Callable[[], Any], int]]) -> int:
    """So many that the fastest contender, too, is called for `ROW` seconds."""
    fastest = min(value["best"] for value in measure(runs, 1).values())
    return max(CALLS, math.ceil(ROW * 1e3 / fastest))


def table(threads: int, turns: int) -> dict[str, Any]:
    result: dict[str, Any] = {}
    print(f"\n{threads} thread{'s' if threads > 1 else ''}: ms, the median (the best)")
    for shape, sizes in SHAPES.items():
        print(f"  {shape}, 3 x 3, float32; pooling 2 x 2")
        for work, runs in contenders(sizes).items():
            times = result[f"{work}: {shape}"] = measure(runs, turns, calls_in_a_row(runs))
            line = "".join(f"{times[who]['median']:9.3f} ({times[who]['best']:.3f})" for who in runs)
            if TORCH in runs:
                ratios = [times[BOOK][kind] / times[TORCH][kind] for kind in ("median", "best")]
                aim = f", aim: at most {AIMS[work]:g}" if work in AIMS else ""
                line += f"   book / PyTorch {ratios[0]:.2f} ({ratios[1]:.2f}){aim}"
            print(f"    {work:36}{line}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description="Time convolutions side by side.")
    parser.add_argument("--quick", action="store_true", help="fewer turns")
    parser.add_argument("--threads", type=int, help="for both alike; left out, two runs: all processors, and one")
    options = parser.parse_args()
    if not torch:
        print("PyTorch is not installed: its columns are left out (pip install torch==2.13.0 adds them).")
    if any(name in os.environ for name in SLOWING):
        print(f"{' or '.join(SLOWING)} is set here, which may slow NumPy: env -u {' -u '.join(SLOWING)} …")
    report: dict[str, Any] = {"aims": AIMS, "workspace_bytes": _columns.WORKSPACE}
    for threads in [options.threads] if options.threads else sorted({os.cpu_count() or 1, 1}, reverse=True):
        if torch:
            torch.set_num_threads(threads)
        os.environ["OMP_NUM_THREADS"] = str(threads)  # heeded by the book at each call
        with threadpool_limits(threads):
            report[f"threads_{threads}"] = table(threads, 6 if options.quick else 30)
    report |= {
        "load_average": os.getloadavg(),
        "numpy": np.__version__,
        "torch": torch.__version__ if torch else None,
        "python": platform.python_version(),
    }
    REPORT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"\nLoad of the machine: {os.getloadavg()[0]:.1f}; written: {REPORT.name}")


if __name__ == "__main__":
    main()
