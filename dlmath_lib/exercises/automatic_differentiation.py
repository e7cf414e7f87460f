"""The exercises of ``chapters/calculus/automatic_differentiation.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from dlmath_lib.exercises.answers import Wrong, close_to, not_yet, number, parts, show
from dlmath_lib.exercises.functions import call
from dlmath_lib.exercises.proofs import derivation_of
from dlmath_lib.exercises.registry import exercise

Program = Callable[..., Any]
TWICE = "a value that is used twice collects both slopes: add, do not replace"
ORDER = "a value may hand its slope on when everything that uses it has handed down its own"
# (words, program, inputs, gradient, what a wrong gradient is likely to come from)
_PROGRAMS: list[tuple[str, Program, list[float], list[float], str]] = [
    ("a + b", lambda a, b: a + b, [2.0, 5.0], [1.0, 1.0], "both slopes of a sum are 1"),
    ("a * b", lambda a, b: a * b, [2.0, 5.0], [5.0, 2.0], "the slope along a is b"),
    ("a + a", lambda a: a + a, [3.0], [2.0], TWICE),
    ("a * a", lambda a: a * a, [3.0], [6.0], TWICE),
    ("(a*b + a)*(a*b + a)", lambda a, b: (a * b + a) * (a * b + a), [2.0, 3.0], [64.0, 32.0], ORDER),
    ("a + 2, a number on the right", lambda a: a + 2, [3.0], [1.0], ""),
    ("2 + a, a number on the left", lambda a: 2 + a, [3.0], [1.0], ""),
    ("3 * a, a number on the left", lambda a: 3 * a, [3.0], [3.0], ""),
    ("a * 0.5 + -1", lambda a: a * 0.5 + -1, [3.0], [0.5], ""),
]


def _diamond(a: Any) -> Any:
    u = a * a
    v = u + a
    w = v * u
    return w * v + u


def _late(a: Any, b: Any) -> Any:
    u = a * b
    v = u * 2
    w = v * a
    return u * w + v


def _doubled(a: Any) -> Any:
    for _ in range(60):
        a = a + a
    return a


_PROGRAMS += [
    ("paths of different lengths", _diamond, [2.0], [388.0], ORDER),
    ("an early value that is used late", _late, [2.0, 3.0], [222.0, 100.0], ORDER),
]


@exercise("automatic_differentiation.tape_by_hand", of="eq-adjoint-step")
def tape_by_hand(answer: Any) -> str:
    """The adjoints of (xy + x)² at (1, 2)."""
    names = "your adjoint of x", "your adjoint of y"
    pair = parts(answer, 2, "a pair, (of_x, of_y)")
    of_x, of_y = (number(value, name) for value, name in zip(pair, names, strict=True))
    if (of_x, of_y) == (6, 18):
        raise Wrong("the two are exchanged: two contributions arrive at x")
    if of_x in (6, 12):
        missing = "v₃ = xy" if of_x == 6 else "v₄ = v₃ + x"
        raise Wrong(f"your adjoint of x leaves out what arrives from {missing}: contributions are added")
    close_to(of_x, 18, what=names[0], hint="6 arrives from v₄, and y · 6 from v₃")
    close_to(of_y, 6, what=names[1], hint="x · 6 arrives from v₃")
    return "6 + 12 and 6"


@exercise(
    "automatic_differentiation.dual_by_hand",
    of=("eq-dual-product", "eq-dual-reciprocal", "eq-dual-power", "eq-dual-unit", "eq-dual-chain"),
)
def dual_by_hand(answer: Any) -> str:
    """x²/(x − 1) at 3 + ε."""
    names = "your value", "your tangent"
    pair = parts(answer, 2, "a pair, (value, tangent)")
    value, tangent = (number(part, name) for part, name in zip(pair, names, strict=True))
    close_to(value, 4.5, what=names[0], hint="9/2")
    if abs(tangent - 3) < 1e-9:
        raise Wrong("your tangent leaves out that of the denominator: its reciprocal is ½ − ¼ε")
    if abs(tangent - 5.25) < 1e-9:
        raise Wrong("the tangent of the reciprocal of 2 + ε has a minus sign")
    if abs(tangent - 6) < 1e-9:
        raise Wrong("your tangent is that of a quotient of tangents, 6/1: use the rule for products with ½ − ¼ε")
    close_to(tangent, 0.75, what=names[1], hint="6 · ½ − 9 · ¼")
    return "(9 + 6ε)(½ − ¼ε) = 4.5 + 0.75ε"


@exercise("automatic_differentiation.passes")
def passes(answer: Any) -> str:
    """Passes for the Jacobian of 200 inputs and 3 results."""
    names = "your number of forward runs", "your number of walks back"
    pair = parts(answer, 2, "a pair, (forward, backward)")
    ahead, back = (number(value, name) for value, name in zip(pair, names, strict=True))
    if (ahead, back) == (3, 200):
        raise Wrong("the two are exchanged: a forward run starts with one direction of the inputs")
    if back == 1:
        raise Wrong("one walk back serves one result; there are 3")
    close_to(ahead, 200, what=names[0], rtol=1e-12, hint="one run for each input")
    close_to(back, 3, what=names[1], rtol=1e-12, hint="one walk for each result")
    return "one column a run, one row a walk"


@exercise("automatic_differentiation.value_class", of=("eq-adjoint-step",))
def value_class(answer: Any) -> str:
    """A class of scalars with +, * and backward."""
    if answer is ...:
        raise not_yet("replace the … by your class")
    if not isinstance(answer, type):
        raise Wrong(f"your answer must be a class; it is {show(answer)}")
    for words, program, inputs, gradient, hint in _PROGRAMS:
        _try(answer, words, program, inputs, gradient, hint)
    _many_paths(answer)
    return f"{len(_PROGRAMS) + 1} expressions, one of them with 2⁶⁰ paths"


def _run(kind: type, program: Program, inputs: list[float]) -> tuple[Any, Any, list[Any], list[Any]]:
    leaves = [kind(value) for value in inputs]
    if any(getattr(leaf, "grad", None) != 0 for leaf in leaves):
        raise Wrong("a new Value must have grad 0")
    result = program(*leaves)
    before = getattr(result, "data", None)
    result.backward()
    return before, result.data, [leaf.data for leaf in leaves], [leaf.grad for leaf in leaves]


def _try(kind: type, words: str, program: Program, inputs: list[float], gradient: list[float], hint: str) -> None:
    try:
        before, after, kept, found = call(lambda: _run(kind, program, inputs))
    except Wrong as error:
        if "unsupported operand" in str(error) and "left" in words:
            raise Wrong(f"for {words}: Python asks your class for __radd__ and __rmul__ there") from None
        raise Wrong(f"for {words}: {str(error).replace(' for no argument', '')}") from None
    right = float(program(*inputs))
    if abs(number(before, f"for {words} your data") - right) > 1e-9 * (1 + abs(right)):
        raise Wrong(f"for {words} your data is {show(before)}; the result is {show(right)}")
    if after != before or kept != inputs:
        raise Wrong(f"for {words} your backward changes data: it computes slopes, and leaves the values alone")
    for place, (yours, slope) in enumerate(zip(found, gradient, strict=True)):
        if abs(number(yours, f"for {words} your grad") - slope) > 1e-9 * (1 + abs(slope)):
            where = f" of input {place + 1}" if len(gradient) > 1 else ""
            told = f": {hint}" if hint else ""
            raise Wrong(f"for {words} your grad{where} is {show(yours)}; it is {show(slope)}{told}")


def _many_paths(kind: type) -> None:
    from dlmath_lib.verify.budget import OutOfTime, within

    words = "60 doublings, a = a + a"
    try:
        with within(3):
            found = _run(kind, _doubled, [1.0])[3][0]
    except OutOfTime:
        raise Wrong(f"for {words}, your backward does not end: visit each node a single time, not each path") from None
    except Exception as error:
        raise Wrong(f"for {words} your class raises {type(error).__name__}: {error}") from None
    if found != 2.0**60:
        raise Wrong(f"for {words} your grad is {show(found)}; it is 2⁶⁰")


@exercise("automatic_differentiation.pull_of_gram", of=("eq-pull-left", "eq-pull-right"))
def pull_of_gram(answer: Any) -> str:
    """tr(Gᵀ(DᵀX + XᵀD)) = tr((X(G + Gᵀ))ᵀD), as a chain of proved steps."""
    n, m = sp.symbols("n m", integer=True, positive=True)
    x, d, g = sp.MatrixSymbol("X", n, m), sp.MatrixSymbol("D", n, m), sp.MatrixSymbol("G", m, m)
    start = sp.Trace(g.T * (d.T * x + x.T * d))
    return derivation_of(answer, start, sp.Trace((x * (g + g.T)).T * d), min_steps=2)
