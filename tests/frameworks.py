"""The pins of the extra "frameworks" of pyproject.toml: `pip install $(python -m tests.frameworks)`."""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def frameworks() -> list[str]:
    """Each with its exact version."""
    extras = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    return list(extras["frameworks"])


if __name__ == "__main__":
    print(*frameworks())
