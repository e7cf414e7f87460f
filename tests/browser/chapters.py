"""The explorers of a chapter, as Python objects: its code is run and every model that it builds is kept."""

from __future__ import annotations

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


@cache
def models(notebook: str) -> dict[str, Model]:
    """Run a chapter's code; its explorers by name. What it proves is taken as proved: nbval has it checked."""
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
        for cell in cells:
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), notebook, "exec"), namespace)
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
