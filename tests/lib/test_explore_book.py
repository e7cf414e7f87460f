"""Every explorer of the book at random places: its JavaScript in Node against NumPy, to 1e-12."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlmath_lib.explore.controls import Choice
from dlmath_lib.explore.model import Model
from tests.lib.spec_in_node import compare

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("chapters/**/*.ipynb"))
NOTEBOOKS = [path for path in NOTEBOOKS if "explore import" in (ROOT / path).read_text(encoding="utf-8")]


def needed(cells: list[str]) -> list[str]:
    """The cells that make explorers, and those that define the names they use: the proofs are tested elsewhere."""
    kept: list[str] = []
    wanted: set[str] = set()
    for source in reversed(cells):
        names = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)]
        stored = {n.id for n in names if isinstance(n.ctx, ast.Store)}
        stored |= {n.name for n in ast.walk(ast.parse(source)) if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
        loaded = {n.id for n in names if isinstance(n.ctx, ast.Load)}
        if "import " in source or loaded & {"Explorer", "Experiment"} or stored & wanted:
            kept.append(source)
            wanted |= loaded
    return kept[::-1]


def models_of(path: str, monkeypatch: pytest.MonkeyPatch) -> list[Model]:
    """Run those cells here and collect what the explorers and experiments consist of."""
    found: list[Model] = []
    build = Model.__init__

    def record(self: Model, *args: Any, **options: Any) -> None:
        build(self, *args, **options)
        found.append(self)

    monkeypatch.setattr(Model, "__init__", record)
    monkeypatch.chdir((ROOT / path).parent)
    cells = json.loads((ROOT / path).read_text(encoding="utf-8"))["cells"]
    scope: dict[str, Any] = {"__name__": "__main__"}
    for source in needed(["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]):
        exec(compile(source, path, "exec"), scope)
    return found


def somewhere(model: Model, rng: np.random.Generator) -> dict[str, float]:
    """Random values of all controls, each an allowed one."""
    values = {s.symbol.name: float(rng.uniform(s.low, s.high)) for s in model.states}
    for control in model.controls:
        listed = control.grid() if isinstance(control, Choice) else model.grids.get(control.symbol) or control.values
        if listed:
            values[control.symbol.name] = float(rng.choice(listed))
        elif not isinstance(control, Choice):
            place = float(rng.uniform(control.low, control.high))
            values[control.symbol.name] = float(round(place)) if control.integer else place
    return values


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_every_explorer_of_the_book(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    models = models_of(path, monkeypatch)
    assert models, "the notebook imports dlmath_lib.explore and shows no explorer"
    rng = np.random.default_rng(7)
    for model in models:
        for values in ({}, *(somewhere(model, rng) for _ in range(4))):
            compare(model, values)
    names = [model.name for model in models]
    assert len(set(names)) == len(names), f"two explorers of one page share a name: {names}"
