"""The examples in the docstrings of explore are true; test_docstrings holds the contract."""

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
