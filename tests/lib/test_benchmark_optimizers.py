"""benchmarks.optimizers: its contenders step, and the report says what it measured."""

import json
import sys

from benchmarks import optimizers as benchmark


def test_the_report(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(benchmark, "SIZE", 50)
    monkeypatch.setattr(benchmark, "torch", None)
    monkeypatch.setattr(benchmark, "REPORT", tmp_path / "report.json")
    monkeypatch.setattr(sys, "argv", ["optimizers", "--quick"])
    benchmark.main()
    printed = capsys.readouterr().out
    assert "PyTorch is not installed: its rows are left out" in printed and "this book, one thread" in printed
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["torch"] is None and set(report["ms"]) == {*benchmark.RULES, "clipping by the norm"}
    assert all(0 < pair["best"] <= pair["median"] for times in report["ms"].values() for pair in times.values())
