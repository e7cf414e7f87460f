"""One training step of an MLP, side by side: this book's network, PyTorch, scikit-learn, the bare matrix products.

    python -m benchmarks.training_step [--quick]

All run in one process with the same number of threads, in turns, so that a busy moment of the machine hits all of them.
Printed are medians over the turns, and the best times, which a busy machine disturbs less; ``training_step.json``
beside this file has them too. PyTorch is not one of the book's requirements: without it its rows are left out, and the
output says so.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from dlmath_lib.network import Dense, Network
from dlmath_lib.network._fast import FastStep
from dlmath_lib.optimizers import Adam

try:
    import torch
except ModuleNotFoundError:
    torch = None

WIDTHS, BATCH = (784, 256, 128, 10), 128
# How the cost grows: with the batch, with the width.
SHAPES = [(WIDTHS, batch) for batch in (32, 128, 512)] + [((784, w, w // 2, 10), 128) for w in (128, 512, 1024)]
REPORT = Path(__file__).with_name("training_step.json")
SLOWING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
SCIKIT_LEARN_BATCHES = 8
TARGETS = {"PyTorch, Adam as it comes": 0.9, "scikit-learn MLPClassifier": 0.55}
BOOK = "this book: Network.fit's step"
FORWARD = "this book: forward"


def data(widths: tuple[int, ...], batch: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(batch, widths[0])).astype(np.float32), rng.integers(widths[-1], size=batch)


def book_network(widths: tuple[int, ...]) -> Network:
    pairs = list(itertools.pairwise(widths))
    layers = [Dense(a, b, "relu") for a, b in pairs[:-1]] + [Dense(*pairs[-1])]
    return Network(layers, rng=np.random.default_rng(0), dtype=np.float32)


def book_step(widths: tuple[int, ...], batch: int) -> Callable[[], Any]:
    network, (x, y), rule = book_network(widths), data(widths, batch), Adam()
    step = FastStep(network, batch)
    state = rule.start(network.parameters)

    def run() -> None:
        nonlocal state
        step(x, y)
        state = rule.step_in_place(network.parameters, step.gradient, state)

    return run


def pure_step(widths: tuple[int, ...], batch: int) -> Callable[[], Any]:
    network, (x, y), rule = book_network(widths), data(widths, batch), Adam()
    state = rule.start(network.parameters)

    def run() -> None:
        nonlocal state
        _, gradient = network.loss_and_gradient(x, y)
        network.parameters[:], state = rule.step(network.parameters, gradient, state)

    return run


def torch_model(widths: tuple[int, ...]) -> Any:
    layers: list[Any] = []
    for a, b in itertools.pairwise(widths):
        layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def torch_step(widths: tuple[int, ...], batch: int, **options: Any) -> Callable[[], Any]:
    model, (x, y) = torch_model(widths), map(torch.from_numpy, data(widths, batch))
    optimizer = torch.optim.Adam(model.parameters(), **options)

    def run() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    return run


def scikit_learn_step(widths: tuple[int, ...], batch: int) -> Callable[[], Any]:
    """Some whole steps of `partial_fit`; the caller divides by their number."""
    x, y = data(widths, batch * SCIKIT_LEARN_BATCHES)
    model = MLPClassifier(widths[1:-1], batch_size=batch, alpha=0.0, random_state=0)
    model.partial_fit(x, y, classes=np.arange(widths[-1]))
    return lambda: model.partial_fit(x, y)


def products(widths: tuple[int, ...], batch: int, *, backward: bool = True) -> Callable[[], Any]:
    """What no implementation can save: Z = A Wᵀ, and backward Gᵀ A and G W (not for the data themselves)."""
    rng = np.random.default_rng(0)
    a = [rng.normal(size=(batch, width)).astype(np.float32) for width in widths]
    w = [rng.normal(size=(out, width)).astype(np.float32) for width, out in itertools.pairwise(widths)]
    z, da, dw = [np.empty_like(m) for m in a[1:]], [np.empty_like(m) for m in a], [np.empty_like(m) for m in w]

    def run() -> None:
        for i, weight in enumerate(w):
            np.matmul(a[i], weight.T, out=z[i])
        for i in reversed(range(len(w))) if backward else ():
            np.matmul(a[i + 1].T, a[i], out=dw[i])
            if i:
                np.matmul(a[i + 1], w[i], out=da[i])

    return run


def steps(widths: tuple[int, ...], batch: int) -> dict[str, tuple[Callable[[], Any], int]]:
    """Every contender, and the number of steps that one call makes."""
    contenders = {BOOK: (book_step(widths, batch), 1), "this book: the pure functions": (pure_step(widths, batch), 1)}
    if torch:
        contenders["PyTorch, Adam as it comes"] = (torch_step(widths, batch), 1)
        contenders["PyTorch, fused Adam"] = (torch_step(widths, batch, fused=True), 1)
    contenders["scikit-learn MLPClassifier"] = (scikit_learn_step(widths, batch), SCIKIT_LEARN_BATCHES)
    contenders["the matrix products alone"] = (products(widths, batch), 1)
    return contenders


def forwards(widths: tuple[int, ...], batch: int) -> dict[str, tuple[Callable[[], Any], int]]:
    network, (x, _) = book_network(widths), data(widths, batch)
    contenders = {FORWARD: (lambda: network.forward(x), 1)}
    if torch:
        model, inputs = torch_model(widths), torch.from_numpy(x)

        def run() -> None:
            with torch.no_grad():
                model(inputs)

        contenders["PyTorch, without gradient"] = (run, 1)
    contenders["the matrix products alone"] = (products(widths, batch, backward=False), 1)
    return contenders


def measure(contenders: dict[str, tuple[Callable[[], Any], int]], turns: int, calls: int = 6) -> dict[str, Any]:
    """The median and the best time of one step in milliseconds, the contenders taking turns."""
    for run, _ in contenders.values():
        for _ in range(3):
            run()
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(turns):
        for name, (run, made) in contenders.items():
            time.sleep(0.002)  # the threads of the one before come to rest
            run()
            for _ in range(max(1, calls // made)):
                start = time.perf_counter()
                run()
                times[name].append((time.perf_counter() - start) / made * 1e3)
    return {name: {"median": statistics.median(values), "best": min(values)} for name, values in times.items()}


def ratios(times: dict[str, Any], own: str) -> dict[str, Any]:
    """The book's time over each other's, by medians and by best times."""
    return {name: {kind: times[own][kind] / value for kind, value in pair.items()} for name, pair in times.items()}


def table(title: str, times: dict[str, Any], own: str) -> None:
    print(f"\n{title}\n{'':34}  median    best   book / it: median  best")
    for name, ratio in ratios(times, own).items():
        target = f"   (aim: at most {TARGETS[name]:g})" if own == BOOK and name in TARGETS else ""
        milliseconds = "".join(f"{times[name][kind]:8.3f}" for kind in ("median", "best"))
        print(f"  {name:32}{milliseconds}{ratio['median']:20.2f}{ratio['best']:6.2f}{target}")


def growth(turns: int) -> dict[str, Any]:
    result = {}
    print(f"\nHow the cost grows: ms a step\n{'':34}    book" + (" PyTorch" if torch else "") + "  products")
    for widths, batch in SHAPES:
        contenders = {BOOK: (book_step(widths, batch), 1)}
        if torch:
            contenders["PyTorch, Adam as it comes"] = (torch_step(widths, batch), 1)
        contenders["the matrix products alone"] = (products(widths, batch), 1)
        name = f"{'-'.join(map(str, widths))}, batch {batch}"
        result[name] = measure(contenders, turns)
        print(f"  {name:32}" + "".join(f"{value['median']:8.2f}" for value in result[name].values()))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description="Time one training step side by side.")
    parser.add_argument("--quick", action="store_true", help="fewer turns")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="for all contenders alike")
    options = parser.parse_args()
    turns = 8 if options.quick else 40
    if torch:
        torch.set_num_threads(options.threads)
    else:
        print("PyTorch is not installed: its rows are left out (pip install torch==2.13.0 adds them).")
    if any(name in os.environ for name in SLOWING):
        print(f"{' or '.join(SLOWING)} is set here, which may slow NumPy: env -u {' -u '.join(SLOWING)} …")
    with threadpool_limits(options.threads):
        step = measure(steps(WIDTHS, BATCH), turns)
        table(f"One step: MLP {'-'.join(map(str, WIDTHS))}, batch {BATCH}, float32, Adam", step, BOOK)
        forward = measure(forwards(WIDTHS, BATCH), turns)
        table("Forward alone", forward, FORWARD)
        grown = growth(max(4, turns // 4))
    report = {
        "step_ms": step,
        "ratios": ratios(step, BOOK),
        "aims": TARGETS,
        "forward_ms": forward,
        "growth_ms": grown,
        "threads": options.threads,
        "load_average": os.getloadavg(),
        "numpy": np.__version__,
        "torch": torch.__version__ if torch else None,
        "python": platform.python_version(),
    }
    REPORT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"\nThreads: {options.threads}; load of the machine: {os.getloadavg()[0]:.1f}; written: {REPORT.name}")


if __name__ == "__main__":
    main()
