"""What does not depend on the variable of an integration gets a name and is computed once, not at every place."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp

from dlmath_lib.verify.balls.functions import CUT_VALUES, TAYLOR, VALUES
from dlmath_lib.verify.balls.walk import Env, Value, compile_expression


def along(function: Any, x: Any, env: Env) -> tuple[Value, dict[Any, Any]]:
    """Return `function` as a function of an environment, and the environment with the values of its constants."""
    varying, constants = _apart(function, x)
    known = {name: compile_expression(constant)(env) for name, constant in constants}
    return compile_expression(varying), {**env, **known}


@lru_cache(maxsize=1024)
def _apart(function: Any, x: Any) -> tuple[Any, tuple[tuple[Any, Any], ...]]:
    """Return `function` with names for its largest parts without x, and what they stand for."""
    names: dict[Any, Any] = {}

    def name(*parts: Any, kind: Any = None) -> Any:
        whole = parts[0] if len(parts) == 1 else kind(*parts, evaluate=False)
        return whole if whole.is_Atom else names.setdefault(whole, sp.Dummy("constant"))

    def walk(node: Any) -> Any:
        if not node.has(x):
            return name(node)
        if node.is_Add or node.is_Mul:
            fixed = [part for part in node.args if not part.has(x)]
            moving = [walk(part) for part in node.args if part.has(x)]
            return node.func(*([name(*fixed, kind=node.func)] if fixed else []), *moving, evaluate=False)
        # In a derivative or a case, what a part is matters, not only its value.
        if node.is_Pow or (len(node.args) == 1 and isinstance(node, PLAIN)):
            return node.func(*(walk(part) for part in node.args), evaluate=False)
        return node

    return walk(function), tuple((constant, whole) for whole, constant in names.items())


PLAIN = (sp.log, *TAYLOR, *VALUES, *CUT_VALUES)
