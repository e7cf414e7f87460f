"""Show the source of library functions in a chapter, without their docstrings."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

__all__ = ["listing"]


class _Listing:
    """What :func:`listing` returns: Markdown with highlighted code where it can be shown, plain code elsewhere."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __repr__(self) -> str:
        return self.code

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.code}\n```"


def listing(*functions: Callable[..., Any]) -> _Listing:
    """The code of functions as it stands in the library, without the docstrings; to be the last expression of a cell.

    A chapter shows an implementation by this and never writes it again, so that what is read is what is run.

    Parameters
    ----------
    *functions : functions or classes
        One or more; their order is kept.

    Returns
    -------
    object
        Displays as highlighted Python; ``repr`` is the plain code.

    Raises
    ------
    TypeError
        If there is nothing to show, or an argument has no Python source.

    Examples
    --------
    >>> from dlmath_lib.activations import silu
    >>> listing(silu)
    def silu(z: np.ndarray) -> np.ndarray:
        z = as_input("silu", z)
        return z * sigmoid(z)
    """
    if not functions:
        raise TypeError("listing: functions must be one or more functions, got none")
    return _Listing("\n\n\n".join(_without_docstrings(function) for function in functions))


def _without_docstrings(function: Callable[..., Any]) -> str:
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (TypeError, OSError):
        got = getattr(function, "__name__", type(function).__name__)
        raise TypeError(f"listing: functions must be written in Python, got {got}: its source is not at hand") from None
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if (
            not isinstance(node, (ast.FunctionDef, ast.ClassDef))
            or ast.get_docstring(node) is None
            or len(node.body) < 2
        ):
            continue
        docstring, following = node.body[0], node.body[1]
        for number in range(docstring.lineno, following.lineno):
            if number <= (docstring.end_lineno or number) or not lines[number - 1].strip():
                lines[number - 1] = "\0"
    return "\n".join(line for line in lines if line != "\0")
