"""The explorers of a chapter, as Python objects: the code that they need is run, and every model is kept."""

from __future__ import annotations

import ast
import contextlib
import importlib
import io
import json
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from dlmath_lib.explore.model import Model

# The package's function of the same name hides the module from `import … as`.
prove = importlib.import_module("dlmath_lib.verify.prove")
check = prove._check

ROOT = Path(__file__).parents[2]


def notebooks() -> list[str]:
    """The chapters that show an explorer, as paths below the root without ending."""
    files = sorted((ROOT / "chapters").rglob("*.ipynb"))
    files = [file for file in files if ".ipynb_checkpoints" not in file.parts]
    return [
        f.relative_to(ROOT).with_suffix("").as_posix() for f in files if 'class=\\"explorer\\"' in f.read_text("utf-8")
    ]


def believe(function: str, *statement: Any) -> Any:
    """Take a statement as proved; what is to be refuted has to be false, and is checked."""
    return check(function, *statement) if function == "refute" else prove.Evidence(1)


class Names(ast.NodeVisitor):
    """Which names a cell reads, which it gives a value, and which it may change (a method called, a part assigned)."""

    def __init__(self, source: str) -> None:
        self.read: set[str] = set()
        self.given: set[str] = set()
        self.changed: set[str] = set()
        self.imported: set[str] = set()
        self.visit(ast.parse(source))

    def visit_Name(self, node: ast.Name) -> None:
        (self.read if isinstance(node.ctx, ast.Load) else self.given).add(node.id)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.imported |= {(name.asname or name.name).partition(".")[0] for name in node.names}

    visit_ImportFrom = visit_Import

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        self.given.add(node.name)
        self.generic_visit(node)

    visit_ClassDef = visit_FunctionDef

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute):
            self._change(node.func)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute | ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._change(node)
        self.generic_visit(node)

    visit_Subscript = visit_Attribute

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.read |= {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)}
        self.generic_visit(node)

    def _change(self, node: ast.expr) -> None:
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        if isinstance(node, ast.Name):
            self.changed.add(node.id)


def needed(cells: list[dict[str, Any]]) -> list[str]:
    """The code of the cells that show an explorer, and of those before them on which they depend.

    What is missed here would show: each explorer's numbers, drawing and picture are held against the page's.
    """
    code = [(cell, Names("".join(cell["source"]))) for cell in cells if cell["cell_type"] == "code"]
    imported = set().union(*(names.imported for _, names in code))
    wanted: set[str] = set()
    found: list[str] = []
    for cell, names in reversed(code):
        explorer = 'class=\\"explorer\\"' in json.dumps(cell["outputs"])
        if explorer or names.imported or (names.given | names.changed - imported) & wanted:
            wanted = wanted - names.given | names.read
            found.append("".join(cell["source"]))
    return found[::-1]


@cache
def models(notebook: str) -> dict[str, Model]:
    """Run what a chapter's explorers need; they, by name. What it proves is taken as proved: nbval has it checked."""
    built: dict[str, Model] = {}
    original = Model.__init__

    def recording(self: Model, *args: Any, **options: Any) -> None:
        original(self, *args, **options)
        built[self.name] = self

    cells = json.loads((ROOT / f"{notebook}.ipynb").read_text("utf-8"))["cells"]
    namespace: dict[str, Any] = {"__name__": "__main__"}
    # A notebook runs in its own folder. Cells print and display for a reader; here only the explorers count.
    folder, silence = contextlib.chdir((ROOT / notebook).parent), contextlib.redirect_stdout(io.StringIO())
    with patch.object(Model, "__init__", recording), patch.object(prove, "_check", believe), folder, silence:
        for source in needed(cells):
            exec(compile(source, notebook, "exec"), namespace)
    return built


def compare(got: Any, wanted: Any, place: str = "") -> int:
    """Compare the numbers of JavaScript with NumPy's, to a relative error of 1e-12; returns how many were compared.

    Beside a zero of a curve the error is taken relative to the curve: no more than 1e-12 of its largest number.

    JSON has no NaN and no infinity: both arrive as None.
    """
    if isinstance(wanted, dict):
        assert got.keys() == wanted.keys(), place
        return sum(compare(got[key], wanted[key], f"{place}.{key}") for key in wanted)
    if isinstance(wanted, (list, tuple)) and wanted and isinstance(wanted[0], (dict, list)):
        assert len(got) == len(wanted), place
        return sum(compare(a, b, f"{place}[{i}]") for i, (a, b) in enumerate(zip(got, wanted, strict=True)))
    if wanted is None or (len(np.shape(wanted)) == 0 and isinstance(wanted, str)):
        assert got == wanted, place
        return 0
    reference = np.asarray(wanted, dtype=float)
    numbers = np.asarray(got, dtype=float)
    finite = np.isfinite(reference)
    assert numbers.shape == reference.shape, f"{place}: {numbers.shape} against {reference.shape}"
    assert np.array_equal(np.isfinite(numbers), finite), f"{place}: other places are not finite"
    size = float(np.abs(reference[finite]).max(initial=0))
    np.testing.assert_allclose(numbers[finite], reference[finite], rtol=1e-12, atol=1e-12 * size, err_msg=place)
    return reference.size
