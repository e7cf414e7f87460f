"""The oldest versions that pyproject.toml declares, as exact requirements: `pip install $(python -m tests.lowest)`."""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
# What runs and tests the chapters in any version, beside the pins of the extra "test".
RUNNERS = ["ipykernel", "nbclient", "nbformat", "pyyaml", "pytest", "hypothesis", "nbval"]
# The oldest matplotlib calls names that a newer pyparsing warns of, and a warning is an error here.
RUNNERS += ["pyparsing==3.1.4"]


def lowest() -> list[str]:
    """Each dependency of the package and of its chapters with ``==`` at its lower bound."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["chapters"]
    pinned = {pin.partition("==")[0]: pin for pin in project["optional-dependencies"]["test"]}
    return [bound.replace(">=", "==") for bound in declared] + [pinned.get(name, name) for name in RUNNERS]


if __name__ == "__main__":
    print(*lowest())
