"""One step of an optimizer on a million parameters, side by side with PyTorch's in one process.

    python -m benchmarks.optimizers [--quick]

The contenders take turns, with the same number of threads; printed are medians over the turns, and the best times,
which a busy machine disturbs less; ``optimizers.json`` beside this file has them too. As in training, steps follow each
other without a pause: a turn is `CALLS` of them. Without PyTorch its rows are left out, and the output says so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.training_step import SLOWING, measure, ratios
from dlmath_lib import _threads
from dlmath_lib.optimizers import SGD, AdaGrad, Adam, AdamW, NAdam, RMSprop, clip_by_norm

try:
    import torch
except ModuleNotFoundError:
    torch = None

SIZE = 1_000_000
CALLS = 30
REPORT = Path(__file__).with_name("optimizers.json")
AIM = 1.0  # our time over that of PyTorch's default, for Adam and AdamW
BOOK, ONE = "this book", "this book, one thread"
RULES: dict[str, tuple[Any, dict[str, Any]]] = {
    "Adam": (Adam(), {}),
    "AdamW": (AdamW(), {}),
    "NAdam": (NAdam(), {}),
    "RMSprop": (RMSprop(), {}),
    "Adagrad": (AdaGrad(), {}),
    "SGD": (SGD(0.01, momentum=0.9), {"lr": 0.01, "momentum": 0.9}),
}
FUSED = ("Adam", "AdamW", "Adagrad", "SGD")


def numbers() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=SIZE).astype(np.float32), rng.normal(size=SIZE).astype(np.float32)


def book_step(rule: Any, threads: int) -> Callable[[], Any]:
    parameter, gradient = numbers()
    state = rule.start(parameter)

    def run() -> None:
        nonlocal state
        before, _threads.threads = _threads.threads, lambda: threads
        try:
            state = rule.step_in_place(parameter, gradient, state)
        finally:
            _threads.threads = before

    return run


def torch_step(name: str, **options: Any) -> Callable[[], Any]:
    parameter, gradient = map(torch.from_numpy, numbers())
    parameter = torch.nn.Parameter(parameter)
    parameter.grad = gradient
    return getattr(torch.optim, name)([parameter], **options).step


def steps(name: str, threads: int) -> dict[str, tuple[Callable[[], Any], int]]:
    rule, options = RULES[name]
    contenders = {BOOK: (book_step(rule, threads), 1), ONE: (book_step(rule, 1), 1)}
    if torch:
        contenders["PyTorch as it comes"] = (torch_step(name, **options), 1)
        contenders["PyTorch, foreach"] = (torch_step(name, foreach=True, **options), 1)
        if name in FUSED:
            contenders["PyTorch, fused"] = (torch_step(name, fused=True, **options), 1)
    return contenders


def clips() -> dict[str, tuple[Callable[[], Any], int]]:
    _, gradient = numbers()
    contenders: dict[str, tuple[Callable[[], Any], int]] = {BOOK: (lambda: clip_by_norm(gradient, max_norm=1.0), 1)}
    if torch:
        parameter, long = torch.nn.Parameter(torch.zeros(SIZE)), torch.from_numpy(gradient)

        def run() -> None:
            parameter.grad = long.clone()
            torch.nn.utils.clip_grad_norm_([parameter], 1.0)

        contenders["PyTorch, on a copy"] = (run, 1)
    return contenders


def table(title: str, times: dict[str, Any]) -> None:
    print(f"\n{title}\n{'':26}  median    best   book / it: median  best")
    for name, ratio in ratios(times, BOOK).items():
        milliseconds = "".join(f"{times[name][kind]:8.3f}" for kind in ("median", "best"))
        aim = f"   (aim: at most {AIM:g})" if name == "PyTorch as it comes" and title in ("Adam", "AdamW") else ""
        print(f"  {name:24}{milliseconds}{ratio['median']:20.2f}{ratio['best']:6.2f}{aim}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Time one step of each optimizer side by side.")
    parser.add_argument("--quick", action="store_true", help="fewer turns")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1), help="for all contenders alike")
    options = parser.parse_args()
    turns = 5 if options.quick else 20
    if torch:
        torch.set_num_threads(options.threads)
    else:
        print("PyTorch is not installed: its rows are left out (pip install torch==2.13.0 adds them).")
    if any(name in os.environ for name in SLOWING):
        print(f"{' or '.join(SLOWING)} is set here, which may slow NumPy: env -u {' -u '.join(SLOWING)} …")
    result = {name: measure(steps(name, options.threads), turns, CALLS) for name in RULES}
    result["clipping by the norm"] = measure(clips(), turns, CALLS)
    print(f"{SIZE:,} parameters, float32, {options.threads} threads: ms a step")
    for name, times in result.items():
        table(name, times)
    report = {
        "ms": result,
        "aim": AIM,
        "threads": options.threads,
        "load_average": os.getloadavg(),
        "numpy": np.__version__,
        "torch": torch.__version__ if torch else None,
        "python": platform.python_version(),
    }
    REPORT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"\nLoad of the machine: {os.getloadavg()[0]:.1f}; written: {REPORT.name}")


if __name__ == "__main__":
    main()
