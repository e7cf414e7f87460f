"""benchmarks.training_step: its contenders do what they are timed for, and the report says what it measured."""

import json
import sys

import numpy as np
import pytest

from benchmarks import training_step as benchmark
from dlmath_lib.network._fast import FastStep
from dlmath_lib.optimizers import Adam

WIDTHS, BATCH = (12, 8, 6, 4), 5


def test_the_fast_and_the_pure_step_take_the_same_steps():
    x, y = benchmark.data(WIDTHS, BATCH)
    fast, pure, rule = benchmark.book_network(WIDTHS), benchmark.book_network(WIDTHS), Adam()
    step = FastStep(fast, BATCH)
    state, other = rule.start(fast.parameters), rule.start(pure.parameters)
    for _ in range(5):
        step(x, y)
        state = rule.step_in_place(fast.parameters, step.gradient, state)
        pure.parameters[:], other = rule.step(pure.parameters, pure.loss_and_gradient(x, y)[1], other)
    np.testing.assert_allclose(fast.parameters, pure.parameters, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("contenders", [benchmark.steps, benchmark.forwards])
def test_measuring(contenders):
    times = benchmark.measure(contenders(WIDTHS, BATCH), turns=2)
    assert len(times) >= 2 and all(0 < pair["best"] <= pair["median"] for pair in times.values())
    own = next(iter(times))
    assert benchmark.ratios(times, own)[own] == {"median": 1.0, "best": 1.0}


def test_the_report(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(benchmark, "WIDTHS", WIDTHS)
    monkeypatch.setattr(benchmark, "BATCH", BATCH)
    monkeypatch.setattr(benchmark, "SHAPES", [(WIDTHS, 3)])
    monkeypatch.setattr(benchmark, "torch", None)
    monkeypatch.setattr(benchmark, "REPORT", tmp_path / "report.json")
    monkeypatch.setattr(sys, "argv", ["training_step", "--quick"])
    benchmark.main()
    printed = capsys.readouterr().out
    assert "PyTorch is not installed: its rows are left out" in printed and "aim: at most 0.55" in printed
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["torch"] is None and set(report["growth_ms"]) == {"12-8-6-4, batch 3"}
    assert report["ratios"]["scikit-learn MLPClassifier"]["median"] > 0
