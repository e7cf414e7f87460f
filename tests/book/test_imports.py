"""A chapter imports the parts of packages that it uses: kernels here are forked from a process that knows many."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from dlmath_lib.book import notebooks
from tests.conftest import ROOT


def parts(code: str) -> dict[str, set[str]]:
    """The submodules that code reaches as attributes and does not import, by the module that it imports.

    In ``import scipy; scipy.stats.norm`` they are ``{"scipy": {"stats"}}``.
    """
    modules: dict[str, str] = {}
    imported: set[str] = set()
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
            modules |= {
                name.asname or root: name.name if name.asname else root
                for name in node.names
                if (root := name.name.partition(".")[0])
            }
        elif isinstance(node, ast.ImportFrom):
            imported |= {f"{node.module}.{name.name}" for name in node.names}
            modules |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
    reached: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            module = modules[node.value.id]
            if f"{module}.{node.attr}" not in imported and is_module(f"{module}.{node.attr}"):
                reached.setdefault(module, set()).add(node.attr)
    return reached


def is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, AttributeError):  # what is before the dot is a function or a class
        return False


def missing(module: str, names: set[str]) -> list[str]:
    """Those of the submodules that a fresh Python does not have when it has imported the module alone."""
    code = f"import {module} as m; print(*[n for n in {sorted(names)} if not hasattr(m, n)])"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_chapters_import_what_they_use() -> None:
    reached: dict[str, dict[str, set[Path]]] = {}
    for path in notebooks.in_contents(ROOT):
        code = "\n".join(cell.source for cell in notebooks.read(path).cells if cell.cell_type == "code")
        for module, names in parts(code).items():
            for name in names:
                reached.setdefault(module, {}).setdefault(name, set()).add(path)
    assert "numpy" in reached
    for module, names in reached.items():
        assert not [(module, name, *names[name]) for name in missing(module, set(names))]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import sympy as sp\nsp.stats.Normal", {"sympy": {"stats"}}),
        ("import sympy as sp\nimport sympy.stats\nsp.stats.Normal", {}),
        ("from dlmath_lib import activations as act\nact.softmax(z)", {"dlmath_lib.activations": {"softmax"}}),
        ("import math\nmath.sin(1)", {}),
    ],
)
def test_what_is_reached(code: str, expected: dict[str, set[str]]) -> None:
    assert parts(code) == expected


def test_a_forgotten_import_is_seen() -> None:
    assert missing("sympy", {"stats", "core"}) == ["stats"]
