"""The listing of a function is its source, without docstrings."""

from __future__ import annotations

import ast
import inspect

import pytest

from dlmath_lib import activations
from dlmath_lib.listing import listing


def commented(x: float) -> float:
    """To go."""
    # why: stays
    label = """not a docstring"""

    def inner() -> float:
        """To go as well."""

        return x

    return inner() if label else x


class Box:
    """To go."""

    def open(self) -> int:
        """To go."""
        return 1


def test_docstrings_go_and_the_rest_stays() -> None:
    text = repr(listing(commented))
    assert "To go" not in text
    assert "# why: stays" in text
    assert 'label = """not a docstring"""' in text
    assert text.startswith("def commented(x: float) -> float:\n    # why")


def test_classes_and_several_functions() -> None:
    text = repr(listing(Box, commented))
    assert "To go" not in text
    assert text.index("class Box") < text.index("def commented")


@pytest.mark.parametrize("name", activations.__all__)
def test_what_is_shown_is_what_runs(name: str) -> None:
    function = getattr(activations, name)
    shown, kept = (ast.parse(text).body[0] for text in (repr(listing(function)), inspect.getsource(function)))
    assert isinstance(shown, ast.FunctionDef)
    assert isinstance(kept, ast.FunctionDef)
    assert [ast.dump(node) for node in shown.body] == [ast.dump(node) for node in kept.body[1:]]


def test_markdown_is_fenced() -> None:
    assert listing(activations.relu)._repr_markdown_().startswith("```python\ndef relu(")


def test_bad_arguments() -> None:
    with pytest.raises(TypeError, match="listing: functions must be one or more functions, got none"):
        listing()
    with pytest.raises(TypeError, match="listing: functions must be written in Python, got len"):
        listing(len)
