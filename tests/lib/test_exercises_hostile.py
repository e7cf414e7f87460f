"""Every exercise of the book against answers that no one should accept: none is right, none ends the session.

An answer may be of the wrong kind, half-filled, huge, not a number, text; a function may raise, exit, return nothing,
NaN, or its own arguments. Near-misses stand in the tests of each chapter's exercises.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp

import dlmath_lib.exercises
from dlmath_lib.exercises import check, exercises_of
from dlmath_lib.verify import Derivation

ROOT = Path(dlmath_lib.__file__).parents[1]
CHAPTERS = sorted(path for path in (ROOT / "chapters").rglob("*.ipynb") if "check(" in path.read_text(encoding="utf-8"))


def every_exercise() -> list[str]:
    modules = [m.name for m in pkgutil.iter_modules(dlmath_lib.exercises.__path__)]
    return [exercise.name for module in modules for exercise in exercises_of(module)]


class Unkind:
    """Ends the program whatever is asked of it."""

    def __float__(self) -> float:
        sys.exit(3)

    __array__ = __len__ = __iter__ = __call__ = __index__ = __bool__ = __float__


def raises(*arguments: Any) -> Any:
    raise RuntimeError("no")


def exits(*arguments: Any) -> Any:
    sys.exit()


def returning(value: Any) -> Callable[..., Any]:
    return lambda *arguments: value


X = sp.Symbol("x", real=True)
VALUES: dict[str, Any] = {
    "None": None,
    "True": True,
    "NaN": np.nan,
    "infinity": np.inf,
    "minus infinity": -np.inf,
    "a huge integer": 10**400,
    "1e300": 1e300,
    "complex": 1 + 2j,
    "text": "0",
    "no text": "",
    "bytes": b"1",
    "an empty list": [],
    "a list of texts": ["3", "1"],
    "three texts": ["1", "2", "3"],
    "four texts": ["1", "2", "3", "4"],
    "two NaN": [np.nan, np.nan],
    "three NaN": (np.nan, np.nan, np.nan),
    "four infinities": [np.inf] * 4,
    "ragged": [[1], [1, 2]],
    "two lists of texts": (["9", "3", "2.5"], ["-6", "-1", "-1"]),
    "a dict": {"a": 1},
    "gates of texts": {"AND": ("1", "1", "-1.5"), "OR": ("1", "1", "-0.5"), "NAND": ("-1", "-1", "1.5")},
    "gates of NaN": dict.fromkeys(("AND", "OR", "NAND"), (np.nan,) * 3),
    "a set": {1, 2},
    "an array of objects": np.array([None, "a"], dtype=object),
    "a masked array": np.ma.array([3.0, 1.0], mask=[True, True]),
    "an empty array": np.empty((0, 3)),
    "a million zeros": np.zeros(10**6),
    "a type": int,
    "a module": np,
    "a generator": (i for i in range(3)),
    "SymPy's NaN": sp.nan,
    "SymPy's infinity": sp.oo,
    "a symbol": sp.Symbol("q"),
    "SymPy text": sp.Symbol("0"),
    "an equation": sp.Eq(X, 1),
    "a list of expressions": [X, X],
    "a matrix": sp.Matrix([[X]]),
    "a false decimal": sp.log(0.5),
    "an empty derivation": Derivation(X),
    "another derivation": Derivation(X * (X + 1)).step(X**2 + X, because="expand").step(X * (X + 1), because="factor"),
    "an unkind object": Unkind(),
}
FUNCTIONS: dict[str, Any] = {
    "raises": raises,
    "exits": exits,
    "no arguments": lambda: 1,
    **{f"returns {name}": returning(value) for name, value in VALUES.items()},
    "returns its first argument": lambda *arguments: arguments[0],
    "returns zeros like the last": lambda *arguments: np.zeros_like(arguments[-1]),
    "returns NaN like all": lambda *arguments: tuple(np.full(np.shape(a), np.nan) for a in arguments[1:]),
}


@pytest.mark.parametrize("name", every_exercise())
def test_no_hostile_answer_is_right_and_none_raises(name: str) -> None:
    poor = []
    hostile = {**VALUES, **FUNCTIONS}
    hostile |= {f"a pair: {key}": (value, value) for key, value in FUNCTIONS.items()}
    with np.errstate(all="ignore"):
        for kind, answer in hostile.items():
            verdict = check(name, answer)
            assert not verdict.passed, f"{kind}: {verdict}"
            assert verdict.status == "wrong" and verdict.message.strip() and len(verdict.message) < 2000, kind
            if "cannot be examined" in verdict.message and "nkind" not in kind:
                poor.append(f"{kind}: {verdict.message}")
    assert not poor, "\n".join(poor)


def test_the_modules_of_all_chapters_are_tried() -> None:
    tried = {name.partition(".")[0] for name in every_exercise()}
    assert tried >= {path.stem for path in CHAPTERS} and importlib.import_module("dlmath_lib.exercises")
