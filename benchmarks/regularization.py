"""What a path of lassos costs, beside scikit-learn: a hundred penalties from λ_max down to a thousandth of it.

    python -m benchmarks.regularization [--quick]

Diabetes (442 × 10, standardised) and a drawn problem (500 × 200, ten weights that are not 0). Both stop by the duality
gap, at the same part of the objective at w = 0. All runs are in one process with the same number of threads, in turns.
Printed are the best times and medians in ms and their ratios to scikit-learn's; nothing is stored.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.linear_model import lasso_path as outside
from threadpoolctl import threadpool_limits

from dlmath_lib.datasets import diabetes
from dlmath_lib.regularization import lambda_max, lasso_path

TOLERANCE = 1e-8


def problems() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Centred data, so that no contender spends time on an intercept."""
    x, y, *_ = diabetes()
    rng = np.random.default_rng(0)
    drawn = rng.normal(size=(500, 200))
    target = 2.0 * drawn[:, :10].sum(axis=1) + rng.normal(size=500)
    given = {"diabetes, 442 × 10": (x / x.std(axis=0), y), "drawn, 500 × 200": (drawn, target)}
    return {name: (x - x.mean(axis=0), y - y.mean()) for name, (x, y) in given.items()}


def contenders(x: np.ndarray, y: np.ndarray) -> dict[str, Callable[[], Any]]:
    """Each returns the weights, of shape (100, d)."""
    penalties = lambda_max(x, y) * np.geomspace(1, 1e-3, 100)
    return {
        "scikit-learn": lambda: outside(x, y, alphas=penalties, tol=TOLERANCE, max_iter=100_000)[1].T,
        "dlmath_lib": lambda: lasso_path(x, y, penalties=penalties, tolerance=TOLERANCE).weights,
    }


def measure(runs: dict[str, Callable[[], Any]], turns: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(turns):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            times[name].append(1000 * (time.perf_counter() - began))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description="Time paths of lassos.")
    parser.add_argument("--quick", action="store_true", help="fewer turns")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="for all contenders alike")
    options = parser.parse_args()
    with threadpool_limits(options.threads):
        for problem, (x, y) in problems().items():
            runs = contenders(x, y)
            apart = float(np.abs(np.subtract(*(run() for run in runs.values()))).max())
            times = measure(runs, 3 if options.quick else 15)
            base = min(times["scikit-learn"])
            print(f"{problem}: the weights differ by at most {apart:.1e}")
            for name, found in times.items():
                best = min(found)
                print(
                    f"  {name:14} best {best:8.1f} ms  median {statistics.median(found):8.1f} ms  {best / base:5.2f} ×"
                )
    print(f"Threads: {options.threads}; load of the machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
