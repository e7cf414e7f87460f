"""What a part of the package needs beyond NumPy, and the words for a reader who lacks it."""

from __future__ import annotations

from importlib.util import find_spec

__all__ = ["lacking", "need"]


def lacking(*modules: str) -> list[str]:
    """Return which of ``modules`` are not installed."""
    return [name for name in modules if find_spec(name) is None]


def need(part: str, *modules: str, extra: str = "chapters") -> None:
    """Raise an error that names the command to run if one of ``modules`` is not installed.

    Parameters
    ----------
    part : str
        The part of the package that asks, as "dlmath_lib.verify".
    *modules : str
        Names to import, as "sympy".
    extra : str
        The extra of pyproject.toml that brings them.

    Raises
    ------
    ModuleNotFoundError
        If one cannot be found.
    """
    if missing := lacking(*modules):
        raise ModuleNotFoundError(
            f"{part} needs {' and '.join(missing)}, not installed here: in the book's folder run  "
            f'pip install ".[{extra}]"',
            name=missing[0],
        )
