"""nbval compares the outputs of notebooks by `dlmath_lib.book.compare`: numbers as numbers, all else to the letter.

Its kernels are those of `execute`.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from functools import cache
from typing import Any

import pytest

from dlmath_lib.book import notebooks
from dlmath_lib.book.compare import difference
from dlmath_lib.book.execute import REQUIRED

# Images and a widget's random id are not text; metadata and counts belong to `test_stored_in_its_normal_form`.
LEFT_OUT = {
    "metadata",
    "traceback",
    "output_type",
    "name",
    "execution_count",
    "application/vnd.jupyter.widget-view+json",
}


def compare_outputs(cell: Any, new: Any, stored: Any, skip_compare: Any = None) -> bool:
    """Compare a cell's outputs by their kinds; says in ``comparison_traceback`` where the first difference is."""
    old, now = by_kind(cell, stored), by_kind(cell, new)
    cell.comparison_traceback = [
        f"{kind}: {found}"
        for kind in sorted(old.keys() | now.keys())
        if (found := difference(old.get(kind, []), now.get(kind, [])))
    ]
    return not cell.comparison_traceback


def by_kind(cell: Any, outputs: list[Any]) -> dict[str, list[Any]]:
    """All values of a MIME type, or of a stream, in their order."""
    found: dict[str, list[Any]] = defaultdict(list)
    for output in outputs:
        if output.output_type == "stream":
            found[output.name].append(cell.sanitize(output.text))
            continue
        for kind, value in {**output.get("data", {}), **{k: v for k, v in output.items() if k != "data"}}.items():
            if kind not in LEFT_OUT:
                found[kind].append(cell.sanitize(value))
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A notebook whose frameworks are not installed is skipped, with the reason; where they are required it fails."""
    if os.environ.get(REQUIRED) == "1":
        return
    lacks = cache(notebooks.lacks)
    for item in items:
        if item.path.suffix == ".ipynb" and (missing := lacks(item.path)):
            item.add_marker(pytest.mark.skip(f'{" and ".join(missing)} not installed: pip install ".[frameworks]"'))


def pytest_configure(config: pytest.Config) -> None:
    plugin = sys.modules.get("nbval.plugin")
    if plugin is not None:  # without nbval, which takes long to load, there are no notebooks among the tests
        from dlmath_lib.book.kernels import BlockingKernelManager

        plugin.IPyNbCell.compare_outputs = compare_outputs
        sys.modules["nbval.kernel"].KernelManager = BlockingKernelManager
