"""What the tests themselves must keep to, so that each of them can fail."""

import ast
from pathlib import Path

import pytest

FILES = sorted(Path(__file__).parents[1].rglob("*.py"))


def approximations(tree):
    """Yield the calls of `pytest.approx` in a parsed file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "approx":
            yield node


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_relative_tolerance_is_not_undone_by_the_default_absolute_one(file):
    """`approx(1e-20, rel=1e-14)` accepts 0, since abs is 1e-12 unless it is given."""
    for call in approximations(ast.parse(file.read_text())):
        given = {keyword.arg for keyword in call.keywords}
        assert "rel" not in given or "abs" in given, f"{file.name}, line {call.lineno}: say abs=0 beside rel="
