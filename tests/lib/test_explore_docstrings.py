"""The docstrings of explore: everything public has one, and its examples are true."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import dlmath_lib.explore as explore

MODULES = [m.name for m in pkgutil.walk_packages(explore.__path__, "dlmath_lib.explore.")]


@pytest.mark.parametrize("name", MODULES)
def test_doctests(name: str) -> None:
    module = importlib.import_module(name)
    assert inspect.getdoc(module)
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("name", explore.__all__)
def test_what_is_public_is_documented(name: str) -> None:
    thing = getattr(explore, name)
    doc = inspect.getdoc(thing) or ""
    assert thing.__module__.startswith("dlmath_lib.explore")
    taken = [p for p in inspect.signature(thing).parameters if p not in ("parts", "axes", "controls", "marks")]
    for parameter in taken if "As for" not in doc and "Arguments as for" not in doc and name != "Frames" else []:
        assert parameter in doc, f"{name}: {parameter} is not in its docstring"
